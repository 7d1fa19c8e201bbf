//! What decoders share: bytes to text, tolerant JSON, a small XML tree, clocks in the shapes
//! carriers write.

pub(crate) mod clock;
pub(crate) mod form;
pub(crate) mod json;
pub(crate) mod odd;
pub(crate) mod records;
pub(crate) mod text;
pub(crate) mod xml;
