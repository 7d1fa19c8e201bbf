//! The compact binary form of the model's values, of which journeys are kept: [`Pack`].
//!
//! Values are written without names, in the order in which their [fields](fields) are listed; what
//! is absent takes one bit. Texts are interned: a value holds the index of each, and whoever packs
//! keeps the texts ([`Interner`]). Numbers are LEB128; signed ones are zigzag-coded first. Words of
//! a closed vocabulary are written as their place in it, so vocabularies only grow at their ends
//! (`tests/stored.rs` holds that).

mod fields;
mod texts;
mod time;

use smol_str::SmolStr;

/// Where texts are kept while values are packed.
pub(crate) trait Interner {
    /// The index of a text: of equal texts the same.
    fn intern(&mut self, text: &str) -> u32;
}

/// What packed values are written to.
pub(crate) struct Packer<'p> {
    pub bytes: &'p mut Vec<u8>,
    pub texts: &'p mut dyn Interner,
}

impl Packer<'_> {
    pub fn byte(&mut self, byte: u8) {
        self.bytes.push(byte);
    }

    /// Seven bits a byte, lowest first.
    pub fn number(&mut self, mut number: u64) {
        while number >= 0x80 {
            self.bytes.push(number.to_le_bytes()[0] | 0x80);
            number >>= 7;
        }
        self.bytes.push(number.to_le_bytes()[0]);
    }

    pub fn signed(&mut self, number: i64) {
        self.number(zigzag(number));
    }

    pub fn text(&mut self, text: &str) {
        let index = self.texts.intern(text);
        self.number(index.into());
    }
}

pub(super) const fn zigzag(number: i64) -> u64 {
    ((number << 1) ^ (number >> 63)).cast_unsigned()
}

const fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -((number & 1).cast_signed())
}

/// Packed bytes that do not hold what they should.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Damaged;

/// What packed values are read from.
pub(crate) struct Unpacker<'u> {
    bytes: &'u [u8],
    texts: &'u [SmolStr],
}

impl<'u> Unpacker<'u> {
    pub const fn new(bytes: &'u [u8], texts: &'u [SmolStr]) -> Self {
        Self { bytes, texts }
    }

    /// The same input, with texts.
    pub const fn with_texts<'t>(&self, texts: &'t [SmolStr]) -> Unpacker<'t>
    where
        'u: 't,
    {
        Unpacker {
            bytes: self.bytes,
            texts,
        }
    }

    /// The next bytes.
    pub fn take(&mut self, length: usize) -> Result<&'u [u8], Damaged> {
        let (taken, rest) = self.bytes.split_at_checked(length).ok_or(Damaged)?;
        self.bytes = rest;
        Ok(taken)
    }

    pub const fn is_at_end(&self) -> bool {
        self.bytes.is_empty()
    }

    pub fn byte(&mut self) -> Result<u8, Damaged> {
        let (first, rest) = self.bytes.split_first().ok_or(Damaged)?;
        self.bytes = rest;
        Ok(*first)
    }

    pub fn number(&mut self) -> Result<u64, Damaged> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Damaged);
            }
            number |= bits << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(Damaged)
    }

    pub fn signed(&mut self) -> Result<i64, Damaged> {
        self.number().map(unzigzag)
    }

    /// A number that fits into a smaller type.
    pub fn small<T: TryFrom<u64>>(&mut self) -> Result<T, Damaged> {
        T::try_from(self.number()?).map_err(|_| Damaged)
    }

    pub fn text(&mut self) -> Result<&'u SmolStr, Damaged> {
        let index: usize = self.small()?;
        self.texts.get(index).ok_or(Damaged)
    }

    /// How many values follow. Each takes at least a byte, so a damaged count cannot ask for more
    /// memory than the bytes warrant.
    pub fn count(&mut self) -> Result<usize, Damaged> {
        let count = self.small()?;
        if count > self.bytes.len() {
            return Err(Damaged);
        }
        Ok(count)
    }
}

/// A value with a compact binary form.
pub(crate) trait Pack: Sized {
    fn pack(&self, out: &mut Packer<'_>);
    fn unpack(input: &mut Unpacker<'_>) -> Result<Self, Damaged>;
}

/// A field that may be absent, which takes one bit of its owner's.
pub(crate) trait Optional: Default {
    fn is_absent(&self) -> bool;
    fn pack_present(&self, out: &mut Packer<'_>);
    fn unpack_present(input: &mut Unpacker<'_>) -> Result<Self, Damaged>;
}

impl<T: Pack> Optional for Option<T> {
    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn pack_present(&self, out: &mut Packer<'_>) {
        self.iter().for_each(|value| value.pack(out));
    }

    fn unpack_present(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        T::unpack(input).map(Some)
    }
}

impl<T: Pack> Optional for Vec<T> {
    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn pack_present(&self, out: &mut Packer<'_>) {
        out.number(self.len() as u64);
        self.iter().for_each(|value| value.pack(out));
    }

    fn unpack_present(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        (0..input.count()?).map(|_| T::unpack(input)).collect()
    }
}

/// Present is true.
impl Optional for bool {
    fn is_absent(&self) -> bool {
        !self
    }

    fn pack_present(&self, _: &mut Packer<'_>) {}

    fn unpack_present(_: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        Ok(true)
    }
}

impl<T: Pack> Pack for Box<T> {
    fn pack(&self, out: &mut Packer<'_>) {
        self.as_ref().pack(out);
    }

    fn unpack(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        T::unpack(input).map(Self::new)
    }
}

impl Pack for bool {
    fn pack(&self, out: &mut Packer<'_>) {
        out.byte((*self).into());
    }

    fn unpack(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
        match input.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(Damaged),
        }
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {
        $(impl Pack for $number {
            fn pack(&self, out: &mut Packer<'_>) {
                out.number((*self).into());
            }

            fn unpack(input: &mut Unpacker<'_>) -> Result<Self, Damaged> {
                input.small()
            }
        })*
    };
}
numbers!(u16 u32 u64);
