//! UPS's own sentences, in English: what the usual ones mean where no code stands beside them, and
//! whether one confirms what a code said.

use crate::carriers::Mapped;
use crate::model::{Confidence, Milestone, Milestone as M, Stage as S};

/// The sentences that UPS writes under its most usual scans.
const NAMES: &[(&str, Option<S>, M)] = &[
    (
        "Shipper created a label, UPS has not received the package yet",
        Some(S::Order),
        M::Announced,
    ),
    (
        "Order Processed: Ready for UPS",
        Some(S::Order),
        M::Announced,
    ),
    ("Billing Information Received", Some(S::Order), M::Announced),
    ("Label Created", Some(S::Order), M::Announced),
    ("Pickup Scan", Some(S::FirstMile), M::PickedUp),
    ("Origin Scan", Some(S::FirstMile), M::PickedUp),
    ("Drop-Off", Some(S::FirstMile), M::PickedUp),
    ("We Have Your Package", Some(S::FirstMile), M::PickedUp),
    ("Arrived at Facility", Some(S::LineHaul), M::Arrived),
    ("Arrival Scan", Some(S::LineHaul), M::Arrived),
    ("Departed from Facility", Some(S::LineHaul), M::Departed),
    ("Departure Scan", Some(S::LineHaul), M::Departed),
    (
        "Processing at UPS Facility",
        Some(S::LineHaul),
        M::InTransit,
    ),
    ("Export Scan", Some(S::ExportCustoms), M::InTransit),
    ("Import Scan", Some(S::ImportCustoms), M::InTransit),
    ("On the Way", None, M::InTransit),
    ("In Transit", None, M::InTransit),
    ("Destination Scan", Some(S::LastMile), M::Arrived),
    (
        "Loaded on Delivery Vehicle",
        Some(S::LastMile),
        M::InTransit,
    ),
    ("Out for Delivery", Some(S::LastMile), M::OutForDelivery),
    (
        "Out for Delivery Today",
        Some(S::LastMile),
        M::OutForDelivery,
    ),
    ("Delivered", Some(S::LastMile), M::Delivered),
    (
        "Package delivered by local post office",
        Some(S::LastMile),
        M::Delivered,
    ),
    ("Returned to Sender", Some(S::Return), M::Returning),
    ("Returning to Sender", Some(S::Return), M::Returning),
    (
        "Clearance in Progress",
        Some(S::ImportCustoms),
        M::CustomsSubmitted,
    ),
    (
        "Clearance Completed",
        Some(S::ImportCustoms),
        M::CustomsReleased,
    ),
];

/// What a sentence means by itself, where it is one of the usual ones.
pub(super) fn named(words: &str) -> Option<Mapped> {
    let words = words.trim().trim_end_matches('.');
    let (_, stage, milestone) = NAMES
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(words))?;
    Some(Mapped::rule(*stage, *milestone, Confidence::Medium))
}

/// Whether the carrier's own sentence (in English) says the same ending as a row. It only confirms
/// what a code said; nothing is read out of it alone.
pub(super) fn says(words: &str, milestone: Milestone) -> bool {
    let starts = |word: &str| {
        words
            .get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    match milestone {
        Milestone::Delivered => {
            let opens = [
                "delivered",
                "package delivered",
                "your package was delivered",
                "the package was delivered",
                "shipment delivered",
            ];
            let waits = [
                "awaiting",
                "will be",
                "access point",
                "to be ",
                "not delivered",
                "attempt",
            ];
            opens.iter().any(|open| starts(open)) && !waits.iter().any(|wait| contains(words, wait))
        }
        Milestone::Returned => [
            "returned to sender",
            "returned to the sender",
            "returned to shipper",
        ]
        .iter()
        .any(|said| contains(words, said)),
        Milestone::Disposed => {
            ["discarded", "destroyed", "disposed of"]
                .iter()
                .any(|said| contains(words, said))
                && !contains(words, "will be")
        }
        Milestone::CustomsSeized => ["seized", "confiscated"]
            .iter()
            .any(|said| contains(words, said)),
        Milestone::Lost => contains(words, "lost"),
        Milestone::Cancelled => [
            "shipment cancelled",
            "shipment canceled",
            "information void",
            "label void",
            "manifest voided",
        ]
        .iter()
        .any(|said| contains(words, said)),
        _ => false,
    }
}

pub(super) fn contains(text: &str, word: &str) -> bool {
    text.len() >= word.len()
        && text
            .as_bytes()
            .windows(word.len())
            .any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_sentences_are_known_and_no_others() {
        assert_eq!(
            named("OUT FOR DELIVERY TODAY ").map(|mapped| mapped.milestone),
            Some(M::OutForDelivery)
        );
        assert_eq!(
            named("Shipper created a label, UPS has not received the package yet. ")
                .map(|mapped| mapped.milestone),
            Some(M::Announced)
        );
        for words in [
            "",
            "Not delivered",
            "Delivered to an unknown place",
            "On the Way to the next facility",
        ] {
            assert_eq!(named(words), None, "{words}");
        }
    }
}
