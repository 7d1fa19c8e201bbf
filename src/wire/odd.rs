//! What the tolerant readers saw and did not take in, so that nothing is lost in silence.

/// The most that is kept of one payload; more of it says nothing new.
const MOST: usize = 64;

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Oddity {
    /// A key stands twice with different values: the later value counts, of lists both are read.
    Repeated,
    /// An element stands twice with different content where one is due: the first counts.
    OneOfSeveral,
    /// A value is of another type than its field: it was not read.
    WrongType,
    /// Objects that look like records of this feed stand under a key that is not read, while the
    /// list that they belong to is not there.
    Elsewhere,
}

impl Oddity {
    /// The sentence of the notice.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Repeated => {
                "the field stands twice with different values: the later one counts, of lists both are read"
            }
            Self::OneOfSeveral => {
                "the element stands twice with different content: the first one counts"
            }
            Self::WrongType => {
                "the value is of another type than is expected here and was not read"
            }
            Self::Elsewhere => {
                "what looks like this feed's records stands in a field that is not read"
            }
        }
    }
}

/// What was odd about a payload, each with its key.
#[derive(Debug, Default)]
pub(crate) struct Oddities {
    pub found: Vec<(Oddity, String)>,
    /// What the value read last was, until its key is known.
    pending: Option<Oddity>,
}

impl Oddities {
    /// The value that is being read is odd. Whoever knows its key names it.
    pub fn flag(&mut self, oddity: Oddity) {
        self.pending.get_or_insert(oddity);
    }

    /// Names what was flagged while the value of `key` was read.
    pub fn settle(&mut self, key: &str) {
        if let Some(oddity) = self.pending.take() {
            self.note(oddity, key);
        }
    }

    pub fn note(&mut self, oddity: Oddity, key: &str) {
        if self.found.len() < MOST
            && !self
                .found
                .iter()
                .any(|(known, at)| *known == oddity && at == key)
        {
            self.found.push((oddity, key.to_owned()));
        }
    }
}
