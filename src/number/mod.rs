//! Which carrier a number may belong to.

/// A format record of a `carrier.json`.
#[derive(Clone, Debug, serde::Deserialize)]
pub struct FormatRecord {}

/// A format ready for matching.
#[derive(Clone, Debug)]
pub struct NumberFormat {}
