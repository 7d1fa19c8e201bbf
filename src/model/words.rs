//! The macro behind every closed vocabulary of the model: one word per value, the same word in code
//! tables, JSON and `Display`.

/// Declares an enum whose values are words: `as_str`, `FromStr`, `Display`, serde and `ALL` come
/// with it.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$value_meta:meta])* $value:ident = $word:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum $name { $($(#[$value_meta])* $value,)+ }

        impl $name {
            /// Every value, in declaration order.
            pub const ALL: &'static [Self] = &[$(Self::$value,)+];

            /// The word that code tables and JSON use.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$value => $word,)+ }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::model::UnknownWord;

            fn from_str(word: &str) -> Result<Self, Self::Err> {
                match word {
                    $($word => Ok(Self::$value),)+
                    _ => Err($crate::model::UnknownWord { vocabulary: stringify!($name), word: word.into() }),
                }
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl $crate::model::pack::Pack for $name {
            fn pack(&self, out: &mut $crate::model::pack::Packer<'_>) {
                out.byte(*self as u8);
            }

            fn unpack(
                input: &mut $crate::model::pack::Unpacker<'_>,
            ) -> Result<Self, $crate::model::pack::Damaged> {
                let place = usize::from(input.byte()?);
                Self::ALL.get(place).copied().ok_or($crate::model::pack::Damaged)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::deserialize_word(deserializer)
            }
        }
    };
}

pub(crate) use words;

/// Reads a word of a vocabulary, borrowed or owned.
pub fn deserialize_word<'de, T, D>(deserializer: D) -> Result<T, D::Error>
where
    T: std::str::FromStr<Err = UnknownWord>,
    D: serde::Deserializer<'de>,
{
    let word: std::borrow::Cow<'de, str> = serde::Deserialize::deserialize(deserializer)?;
    word.parse().map_err(serde::de::Error::custom)
}

/// A word that a closed vocabulary does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not a word of {vocabulary}")]
pub struct UnknownWord {
    /// The vocabulary's type name, such as `Milestone`.
    pub vocabulary: &'static str,
    /// The word that was read.
    pub word: smol_str::SmolStr,
}
