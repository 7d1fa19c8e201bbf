//! Parcel DE's codes: an ICE event and a RIC reason under a TTPro standard code. Both feeds that
//! carry them read them here.

use std::collections::HashSet;

use chrono::NaiveDateTime;
use smol_str::format_smolstr;

use super::shared::stands_in;
use crate::adapter::{CodeTable, Collector, Vocabulary};
use crate::carriers::Mapped;
use crate::model::{Confidence, Milestone, TrackingNumber};

/// The reason that stands for none.
const NO_REASON: &str = "NRQRD";

/// The event that takes back the one before it.
const CORRECTION: &str = "STORN";

/// The tables of the fine and of the standard codes.
#[derive(Clone, Copy)]
pub(super) struct Codes<'c> {
    fine: Option<&'c Vocabulary>,
    standard: Option<&'c Vocabulary>,
}

impl<'c> Codes<'c> {
    pub fn of(codes: &'c CodeTable) -> Self {
        Self {
            fine: codes.vocabulary("parcel-de-ice"),
            standard: codes.vocabulary("parcel-de"),
        }
    }

    /// The meaning of an event: of ICE and RIC where given, else of the standard code.
    ///
    /// ICE and RIC come first because the standard code is coarse: `ZU` says "delivered" of a
    /// parcel that was destroyed or given to customs. Where their pair is unknown a coarser row
    /// stands in, of medium confidence at most, and a notice says so: that of the ICE event without
    /// a reason, what all its reasons agree on, or the standard code; but a standard code that says
    /// no more than "on its way" tells nothing of an event that is not known.
    pub fn meaning(
        self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        field: &'static str,
        pair: Option<Pair<'_>>,
        ttpro: &str,
    ) -> Option<Mapped> {
        let standard = || {
            self.standard
                .and_then(|table| table.get(ttpro))
                .map(Mapped::from)
        };
        let Some(Pair { ice, ric }) = pair else {
            return standard();
        };
        let fine = |ric: &str| {
            let table = self.fine?;
            table
                .get(&format_smolstr!("{ice}/{ric}/{ttpro}"))
                .or_else(|| table.get(&format_smolstr!("{ice}/{ric}")))
                .map(Mapped::from)
        };
        if let Some(mapped) = fine(ric) {
            return Some(mapped);
        }
        let mapped = fine(NO_REASON)
            .or_else(|| self.agreed(ice))
            .or_else(|| standard().filter(|mapped| mapped.milestone != Milestone::InTransit))?;
        stands_in(out, number, field, &format_smolstr!("{ice}/{ric}"));
        Some(Mapped {
            confidence: mapped.confidence.min(Confidence::Medium),
            ..mapped
        })
    }

    /// What an ICE event means under whatever reason: where the table knows several and all say the
    /// same. It is as sure as the least sure of them.
    fn agreed(self, ice: &str) -> Option<Mapped> {
        let rows = || {
            self.fine
                .into_iter()
                .flatten()
                .filter(|(code, _)| code.split('/').next() == Some(ice))
                .map(|(_, row)| row)
        };
        let mut others = rows();
        let first = others.next()?;
        others.next()?;
        let stage = first
            .stage
            .filter(|_| rows().all(|row| row.stage == first.stage));
        let confidence = rows().map(|row| row.confidence).min()?;
        rows()
            .all(|row| row.milestone == first.milestone)
            .then_some(Mapped::rule(stage, first.milestone, confidence))
    }
}

/// An ICE event and its RIC reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pair<'t> {
    pub ice: &'t str,
    pub ric: &'t str,
}

impl<'t> Pair<'t> {
    /// From two fields; without a reason it is that for "none required".
    pub fn new(ice: Option<&'t str>, ric: Option<&'t str>) -> Option<Self> {
        Some(Self {
            ice: ice?,
            ric: ric.unwrap_or(NO_REASON),
        })
    }

    /// From one text such as `SRTED/NRQRD`; nothing if it holds no words of five capitals.
    pub fn in_text(text: &'t str) -> Option<Self> {
        let is_code = |word: &&str| {
            word.len() == 5
                && word
                    .bytes()
                    .all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
        };
        let mut words = text
            .split(|c: char| !c.is_ascii_alphanumeric())
            .filter(is_code);
        Self::new(words.next(), words.next())
    }

    /// The correction, where it stands in the place of the standard code.
    pub fn correction(standard: &str) -> Option<Self> {
        (standard == CORRECTION).then_some(Self {
            ice: CORRECTION,
            ric: NO_REASON,
        })
    }

    /// Whether it takes back the event before it.
    pub fn is_correction(self) -> bool {
        self.ice == CORRECTION
    }
}

/// The positions of events that corrections take back: of each correction the last before it that
/// still stands.
///
/// `marks` tells which are corrections, `time` when each happened. Lists come in either direction
/// whatever the documentation says; `newest_first` is asked only where their times do not tell.
pub(super) fn withdrawn(
    marks: &[bool],
    newest_first: bool,
    time: impl Fn(usize) -> Option<NaiveDateTime>,
) -> HashSet<usize> {
    let (mut standing, mut gone) = (Vec::new(), HashSet::new());
    if !marks.contains(&true) {
        return gone;
    }
    let times: Vec<_> = (0..marks.len()).map(time).collect();
    let is_reversed = match times.first().cmp(&times.last()) {
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => newest_first,
        std::cmp::Ordering::Greater => true,
    };
    let mut order: Vec<usize> = (0..marks.len()).collect();
    if is_reversed {
        order.reverse();
    }
    order.sort_by_key(|at| times[*at]);
    for at in order {
        if marks[at] {
            gone.extend(standing.pop());
        } else {
            standing.push(at);
        }
    }
    gone
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_stands_in_texts_of_several_dresses() {
        let pair = Some(Pair {
            ice: "SRTED",
            ric: "NRQRD",
        });
        for text in ["SRTED/NRQRD", "SRTED NRQRD", "ICE=SRTED;RIC=NRQRD", "SRTED"] {
            assert_eq!(Pair::in_text(text), pair, "{text}");
        }
        for text in ["", "sorted today", "Sorted", "PACKSTATION"] {
            assert_eq!(Pair::in_text(text), None, "{text}");
        }
    }

    #[test]
    fn each_correction_takes_back_the_last_event_that_stands() {
        let of = |marks: &[bool]| withdrawn(marks, false, |_| None);
        assert_eq!(of(&[false, false, true]), HashSet::from([1]));
        assert_eq!(of(&[false, false, true, true]), HashSet::from([1, 0]));
        assert_eq!(of(&[true, false]), HashSet::new());
        assert_eq!(of(&[false, false]), HashSet::new());
        // By time, whatever the direction; at one moment the list's direction tells.
        let hour = |hour| chrono::NaiveDate::from_ymd_opt(2025, 5, 5)?.and_hms_opt(hour, 0, 0);
        let at = |marks: &[bool], hours: &[u32], newest_first| {
            withdrawn(marks, newest_first, |at| hour(hours[at]))
        };
        assert_eq!(
            at(&[true, false, false], &[12, 11, 9], false),
            HashSet::from([1])
        );
        assert_eq!(
            at(&[false, false, true], &[9, 11, 12], true),
            HashSet::from([1])
        );
        assert_eq!(
            at(&[false, true, false], &[9, 12, 11], false),
            HashSet::from([2])
        );
        assert_eq!(
            at(&[true, false, false], &[11, 11, 9], false),
            HashSet::from([1])
        );
        assert_eq!(at(&[true, false], &[11, 11], true), HashSet::from([1]));
    }
}
