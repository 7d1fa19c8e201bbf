//! What completes a FedEx event: the exception code in its own vocabulary, or the sentence beside
//! it.
//!
//! FedEx Express and FedEx Ground number their exceptions apart: Express writes two digits (`07`,
//! refused), Ground three (`007`, nobody in). What looks like a leading zero is what tells them
//! apart, so a code is never looked up in the other's list.

use smol_str::{SmolStr, SmolStrBuilder};

use crate::adapter::{CodeTable, Vocabulary};
use crate::carriers::Mapped;
use crate::model::{Confidence, Milestone};

/// The vocabularies that complete an event.
pub(super) struct Details<'c> {
    express: Option<&'c Vocabulary>,
    ground: Option<&'c Vocabulary>,
    /// Codes beside "delivered": where it was left.
    delivery: Option<&'c Vocabulary>,
    sentences: Option<&'c Vocabulary>,
}

/// Which of FedEx's companies carries a parcel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Company {
    Express,
    Ground,
    /// Freight, or not told.
    #[default]
    Other,
}

impl Company {
    pub fn of(carrier: &str) -> Self {
        match carrier {
            "FDXE" => Self::Express,
            "FDXG" | "FXSP" => Self::Ground,
            _ => Self::Other,
        }
    }
}

/// A code as its table writes it, and its row.
pub(super) type Found = (SmolStr, Mapped);

impl<'c> Details<'c> {
    pub fn new(codes: &'c CodeTable) -> Self {
        let named = |name| codes.vocabulary(name);
        Self {
            express: named("exception"),
            ground: named("ground"),
            delivery: named("delivery"),
            sentences: named("sentence"),
        }
    }

    /// An exception code in the vocabulary that its form belongs to. The letters at its end only
    /// divide it further.
    ///
    /// Only what is known of the company lets another form be read: a parcel of Express has no code
    /// of Ground, so there a zero more or less is no more than that. A single digit may have lost
    /// one zero or two, and is nobody's where Ground carries the parcel.
    pub fn exception(&self, received: &str, company: Company) -> Option<Found> {
        let bare = received.trim_end_matches(|c: char| c.is_ascii_alphabetic());
        let is_number = bare.bytes().all(|b| b.is_ascii_digit());
        match (bare.len(), company) {
            (1, Company::Ground) if is_number => None,
            (1, _) if is_number => look_up(self.express, &["0", bare].concat(), bare),
            (3, Company::Express) if is_number => {
                let padded = bare.strip_prefix('0')?;
                look_up(self.express, received.strip_prefix('0')?, padded)
            }
            (3, _) if is_number => look_up(self.ground, received, bare),
            _ => look_up(self.express, received, bare),
        }
    }

    /// Where a delivered parcel was left, by the code beside "delivered", else by the sentence.
    pub fn delivery(&self, received: &str, sentence: &str) -> Option<Mapped> {
        let by_code = self
            .delivery
            .and_then(|table| table.get(received))
            .map(Mapped::from);
        by_code
            .or_else(|| self.sentence(sentence))
            .filter(|row| row.milestone == Milestone::Delivered && row.delivered_to.is_some())
    }

    /// The meaning of a sentence that FedEx writes, as a whole or of the first part of it that is
    /// known.
    pub fn sentence(&self, text: &str) -> Option<Mapped> {
        let table = self.sentences.filter(|_| !text.is_empty())?;
        let row = |text: &str| table.get(plain(text).as_str());
        let parts = || {
            text.split(". ")
                .flat_map(|part| part.split(" - "))
                .flat_map(|part| part.split(": "))
        };
        row(text)
            .or_else(|| parts().find_map(row))
            .map(Mapped::from)
    }
}

fn look_up(table: Option<&Vocabulary>, received: &str, bare: &str) -> Option<Found> {
    let table = table?;
    let (code, row) = table
        .get_key_value(received)
        .or_else(|| table.get_key_value(bare))?;
    Some((code.clone(), row.into()))
}

/// A sentence as the table writes it: words in lower case, signs left out.
fn plain(text: &str) -> SmolStr {
    let mut out = SmolStrBuilder::new();
    let words = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    for (at, word) in words.enumerate() {
        if at > 0 {
            out.push(' ');
        }
        word.chars().for_each(|c| out.push(c.to_ascii_lowercase()));
    }
    out.finish()
}

/// Of a code's meaning and the sentence beside it, which counts: the code's, unless the sentence,
/// in FedEx's own words, says something else.
pub(super) fn agreed(by_code: Option<Found>, by_sentence: Option<Mapped>) -> Option<Mapped> {
    match (by_code, by_sentence) {
        (Some((_, code)), Some(sentence)) if is_contrary(code, sentence) => Some(unsure(sentence)),
        (Some((_, code)), _) => Some(code),
        (None, sentence) => sentence.map(unsure),
    }
}

/// Whether a sentence names another outcome at the door than the code: then the code is of a list
/// that is not known.
fn is_contrary(code: Mapped, sentence: Mapped) -> bool {
    use Milestone::{AddressIssue, Damaged, DeliveryAttempted, Refused, Returning};
    let at_the_door = |mapped: Mapped| {
        matches!(
            mapped.milestone,
            Refused | DeliveryAttempted | AddressIssue | Damaged | Returning
        )
    };
    at_the_door(code) && at_the_door(sentence) && code.milestone != sentence.milestone
}

fn unsure(mapped: Mapped) -> Mapped {
    Mapped {
        confidence: mapped.confidence.min(Confidence::Medium),
        ..mapped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::DeliveredTo;

    fn with<R>(read: impl FnOnce(&Details<'_>) -> R) -> R {
        read(&Details::new(&crate::carriers::fedex::PACK.codes()))
    }

    fn milestone(code: &str, company: Company) -> Option<Milestone> {
        with(|details| {
            details
                .exception(code, company)
                .map(|(_, row)| row.milestone)
        })
    }

    #[test]
    fn ground_and_express_are_two_vocabularies() {
        for (code, expected) in [
            ("07", Some(Milestone::Refused)),
            ("007", Some(Milestone::DeliveryAttempted)),
            ("006", Some(Milestone::Refused)),
            ("06", None),
            ("08", Some(Milestone::DeliveryAttempted)),
            ("008", None),
            ("84", Some(Milestone::Delayed)),
            ("084", None),
            ("65", Some(Milestone::CustomsReleased)),
            ("065", None),
            ("099", Some(Milestone::Exception)),
            ("083", Some(Milestone::Delayed)),
        ] {
            for company in [Company::Other, Company::Ground] {
                assert_eq!(milestone(code, company), expected, "{code}");
            }
        }
    }

    #[test]
    fn letters_at_the_end_divide_a_code_and_lost_zeros_are_express_s() {
        assert_eq!(
            milestone("08D", Company::Other),
            Some(Milestone::DeliveryAttempted)
        );
        assert_eq!(milestone("79A", Company::Other), Some(Milestone::Delayed));
        assert_eq!(
            milestone("A47B", Company::Other),
            Some(Milestone::Redirected)
        );
        assert_eq!(milestone("A12", Company::Other), Some(Milestone::Info));
        assert_eq!(milestone("7", Company::Other), Some(Milestone::Refused));
        assert_eq!(milestone("7", Company::Ground), None);
        // A parcel of Express has no code of Ground: a zero in front is only that.
        assert_eq!(milestone("007", Company::Express), Some(Milestone::Refused));
        assert_eq!(
            milestone("055", Company::Express),
            Some(Milestone::CustomsHold)
        );
        for unknown in ["", "0", "ABC", "700", "0007", "A"] {
            assert_eq!(milestone(unknown, Company::Other), None, "{unknown}");
        }
    }

    #[test]
    fn sentences_are_known_by_their_words() {
        with(|details| {
            let said = |text| details.sentence(text).map(|row| row.milestone);
            assert_eq!(
                said("Customer not available or business closed."),
                Some(Milestone::DeliveryAttempted)
            );
            assert_eq!(
                said("Local delivery restriction, delivery not attempted"),
                Some(Milestone::Delayed)
            );
            assert_eq!(
                said("Incorrect address - Recipient moved"),
                Some(Milestone::AddressIssue)
            );
            assert_eq!(said("The customer was not available"), None);
            assert_eq!(said(""), None);
        });
    }

    #[test]
    fn where_it_was_left_is_told_by_code_or_sentence() {
        with(|details| {
            let left = |code, text| {
                details
                    .delivery(code, text)
                    .and_then(|row| row.delivered_to)
            };
            assert_eq!(left("02", ""), Some(DeliveredTo::SafePlace));
            assert_eq!(left("014", ""), Some(DeliveredTo::SafePlace));
            assert_eq!(
                left("", "Left at front door. Signature Service not requested."),
                Some(DeliveredTo::SafePlace)
            );
            assert_eq!(
                left(
                    "",
                    "Package delivered to recipient address - release authorized"
                ),
                Some(DeliveredTo::SafePlace)
            );
            assert_eq!(left("07", "Refused by recipient"), None);
        });
    }

    #[test]
    fn a_sentence_that_contradicts_the_code_counts() {
        with(|details| {
            let agreed = |code, text| {
                agreed(
                    details.exception(code, Company::Other),
                    details.sentence(text),
                )
                .map(|row| (row.milestone, row.confidence))
            };
            let nobody_in = "Customer not available or business closed";
            assert_eq!(
                agreed("07", nobody_in),
                Some((Milestone::DeliveryAttempted, Confidence::Medium))
            );
            assert_eq!(
                agreed("07", "Refused by recipient"),
                Some((Milestone::Refused, Confidence::High))
            );
            assert_eq!(
                agreed("07", "A sentence of a new kind"),
                Some((Milestone::Refused, Confidence::High))
            );
            assert_eq!(
                agreed("84", nobody_in),
                Some((Milestone::Delayed, Confidence::High))
            );
            assert_eq!(
                agreed("411", nobody_in),
                Some((Milestone::DeliveryAttempted, Confidence::Medium))
            );
            assert_eq!(agreed("411", ""), None);
        });
    }
}
