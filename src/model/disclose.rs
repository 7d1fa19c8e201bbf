//! Writing values with the personal data that JSON otherwise hides: [`WithPersonalData`].

use serde::ser::{Serialize, SerializeSeq, SerializeStruct, Serializer};

/// What holds personal data, and can be written with or without them. Only types of the model do.
pub trait Disclose: sealed::Sealed {
    /// Writes the value; personal data only if `personal` says so.
    #[doc(hidden)]
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error>;
}

pub(super) mod sealed {
    pub trait Sealed {}
}

/// A value that serialises with its personal data: names, phone numbers, pickup codes, exact
/// positions and whole sentences.
///
/// Without it the same value serialises with `•••` in their place, which is what logs and pages
/// want; read back, it holds `•••` as a value. With it, what is read back equals what was written; it belongs into a store that is
/// protected like other personal data.
///
/// ```
/// use parceltrail::model::{Personal, WithPersonalData};
/// let signer = Personal::new("Sample Person");
/// assert_eq!(serde_json::to_string(&signer)?, r#""•••""#);
/// assert_eq!(serde_json::to_string(&WithPersonalData(&signer))?, r#""Sample Person""#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct WithPersonalData<'a, T: ?Sized>(pub &'a T);

impl<T: Disclose + ?Sized> Serialize for WithPersonalData<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.disclose(true, serializer)
    }
}

/// A part of a value that is being written, under the same word as the whole.
pub(super) struct Part<'a, T: ?Sized>(pub &'a T, pub bool);

impl<T: Disclose + ?Sized> Serialize for Part<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.disclose(self.1, serializer)
    }
}

impl<T: Disclose> sealed::Sealed for Vec<T> {}
impl<T: Disclose> Disclose for Vec<T> {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_slice().disclose(personal, serializer)
    }
}

impl<T: Disclose> sealed::Sealed for [T] {}
impl<T: Disclose> Disclose for [T] {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_seq(Some(self.len()))?;
        for one in self {
            out.serialize_element(&Part(one, personal))?;
        }
        out.end()
    }
}

impl<T: Disclose> sealed::Sealed for Box<T> {}
impl<T: Disclose> Disclose for Box<T> {
    fn disclose<S: Serializer>(&self, personal: bool, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_ref().disclose(personal, serializer)
    }
}

/// Makes `Serialize` of a type the writing without personal data.
macro_rules! hidden_by_default {
    ($($name:ident),+) => {$(
        impl $crate::model::disclose::sealed::Sealed for $name {}
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::model::Disclose::disclose(self, false, serializer)
            }
        }
    )+};
}
pub(super) use hidden_by_default;

/// A struct that is being written field by field; what is absent is left out.
pub(super) struct Fields<S: SerializeStruct> {
    out: S,
    personal: bool,
}

impl<S: SerializeStruct> Fields<S> {
    pub fn new<R>(
        name: &'static str,
        fields: usize,
        personal: bool,
        serializer: R,
    ) -> Result<Self, R::Error>
    where
        R: Serializer<SerializeStruct = S, Error = S::Error>,
    {
        Ok(Self {
            out: serializer.serialize_struct(name, fields)?,
            personal,
        })
    }

    /// A field that is always there.
    pub fn field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<&mut Self, S::Error> {
        self.out.serialize_field(name, value)?;
        Ok(self)
    }

    /// A field that may be absent.
    pub fn some<T: Serialize>(
        &mut self,
        name: &'static str,
        value: Option<T>,
    ) -> Result<&mut Self, S::Error> {
        match value {
            Some(value) => self.out.serialize_field(name, &value)?,
            None => self.out.skip_field(name)?,
        }
        Ok(self)
    }

    /// A list that is left out when empty.
    pub fn list<T: Serialize>(
        &mut self,
        name: &'static str,
        values: &[T],
    ) -> Result<&mut Self, S::Error> {
        self.some(name, (!values.is_empty()).then_some(values))
    }

    /// A field that holds personal data and may be absent.
    pub fn personal<T: Disclose>(
        &mut self,
        name: &'static str,
        value: Option<&T>,
    ) -> Result<&mut Self, S::Error> {
        let personal = self.personal;
        self.some(name, value.map(|value| Part(value, personal)))
    }

    /// A list of what holds personal data, left out when empty.
    pub fn personal_list<T: Disclose>(
        &mut self,
        name: &'static str,
        values: &[T],
    ) -> Result<&mut Self, S::Error> {
        let personal = self.personal;
        self.some(name, (!values.is_empty()).then_some(Part(values, personal)))
    }

    pub fn end(self) -> Result<S::Ok, S::Error> {
        self.out.end()
    }
}
