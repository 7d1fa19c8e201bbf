//! What a number may be: [`Identification`].

use serde::Serialize;

use super::certainty::Verdict;
use super::{Candidate, Certainty, Context, NumberFormat};

/// Every format that a number has, the likeliest first.
///
/// It does not keep the number, so it can be logged.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Identification<'f> {
    candidates: Vec<Candidate<'f>>,
    #[serde(skip)]
    is_certain: bool,
    #[serde(skip)]
    mistyped: Option<&'f NumberFormat>,
}

impl<'f> Identification<'f> {
    pub(super) fn new(
        mut candidates: Vec<Candidate<'f>>,
        mistyped: Option<&'f NumberFormat>,
        context: &Context,
    ) -> Self {
        // Stable: what ranks equal keeps the order of the formats.
        candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.rank()));
        let certain = Verdict::new(&candidates, context).certain();
        if let Some(certain) = certain {
            candidates[..=certain].rotate_right(1);
        }
        candidates.retain(|candidate| context.allows(candidate.carrier()));
        Self {
            candidates,
            is_certain: certain.is_some(),
            mistyped: mistyped.filter(|format| context.allows(format.carrier())),
        }
    }

    /// Every format that fits and that the context allows, the likeliest first; the certain one
    /// first of all. [`Certainty`] says what ranks and what decides.
    #[must_use]
    pub fn candidates(&self) -> &[Candidate<'f>] {
        &self.candidates
    }

    /// The likeliest candidate, certain or not.
    ///
    /// ```
    /// use parceltrail::identify;
    /// let number = identify("SF1000000000017");
    /// assert_eq!(number.best().map(|best| best.carrier().as_str()), Some("sf"));
    /// assert!(identify("no number").best().is_none());
    /// ```
    #[must_use]
    pub fn best(&self) -> Option<&Candidate<'f>> {
        self.candidates.first()
    }

    /// A format with letters that the number would have but for its check digit: perhaps one
    /// character is mistyped.
    ///
    /// ```
    /// use parceltrail::identify;
    /// let number = identify("1Z0000000300000014");
    /// assert_eq!(number.mistyped().map(|format| format.id()), Some("ups.1z"));
    /// ```
    #[must_use]
    pub fn mistyped(&self) -> Option<&'f NumberFormat> {
        self.mistyped
    }

    /// Whether it can be said whose the number is: by its form, or by its form and the context. The
    /// rule stands at [`Certainty`].
    #[must_use]
    pub fn certainty(&self) -> Certainty<'_, 'f> {
        match self.candidates.first() {
            None => Certainty::Unknown,
            Some(best) if self.is_certain => Certainty::Certain(best),
            Some(_) => Certainty::Ambiguous(&self.candidates),
        }
    }
}

#[cfg(test)]
mod tests;
