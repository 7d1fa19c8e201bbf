//! Endings that rest on one source: what DHL says beside them bears them out, or they are trouble.

use super::sentence;
use crate::carriers::Mapped;
use crate::model::{Confidence, Milestone};

/// An ending of low confidence, weighed with the coarse status of the same event (small letters,
/// may be empty) and with DHL's own sentences beside the code.
///
/// What one of them bears out ends the parcel. Of a loss, a disposal, a seizure or a return that
/// nothing bears out, trouble or the way back is left: a parcel that is said to be lost is not out
/// for delivery. What is no ending, or is surer, stays as it is.
pub(super) fn weighed(mapped: Mapped, coarse: &str, texts: &[Option<&str>]) -> Mapped {
    if mapped.confidence != Confidence::Low || !mapped.milestone.is_terminal() {
        return mapped;
    }
    if agrees(mapped.milestone, coarse)
        || !denies(mapped.milestone, coarse) && is_said(mapped.milestone, texts)
    {
        return Mapped {
            confidence: Confidence::Medium,
            ..mapped
        };
    }
    mapped.or_trouble()
}

/// Whether the coarse status says as much. "Failure" does not tell which one, but that the goods
/// came to grief.
fn agrees(end: Milestone, coarse: &str) -> bool {
    match end {
        Milestone::Delivered | Milestone::Returned => coarse == "delivered",
        Milestone::Lost | Milestone::Disposed | Milestone::CustomsSeized => coarse == "failure",
        _ => false,
    }
}

/// Whether the coarse status says otherwise: a parcel on its way or in trouble has not been handed
/// out.
fn denies(end: Milestone, coarse: &str) -> bool {
    end == Milestone::Delivered && matches!(coarse, "pre-transit" | "transit" | "failure")
}

fn is_said(end: Milestone, texts: &[Option<&str>]) -> bool {
    texts
        .iter()
        .flatten()
        .any(|text| sentence::meaning(text).is_some_and(|read| read.milestone == end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(end: Milestone, coarse: &str, text: &str) -> (Milestone, Confidence) {
        let mapped = weighed(
            Mapped::rule(None, end, Confidence::Low),
            coarse,
            &[None, Some(text)],
        );
        (mapped.milestone, mapped.confidence)
    }

    #[test]
    fn an_ending_is_borne_out_by_the_coarse_status_or_by_the_words() {
        use Confidence as C;
        use Milestone as M;
        for (end, coarse, text, left) in [
            (M::Delivered, "delivered", "", (M::Delivered, C::Medium)),
            (
                M::Delivered,
                "",
                "The shipment has been delivered",
                (M::Delivered, C::Medium),
            ),
            (
                M::Delivered,
                "transit",
                "The shipment has been delivered",
                (M::Delivered, C::Low),
            ),
            (M::Delivered, "", "", (M::Delivered, C::Low)),
            (M::Lost, "failure", "", (M::Lost, C::Medium)),
            (
                M::Lost,
                "transit",
                "Die Sendung ist in Verlust geraten.",
                (M::Lost, C::Medium),
            ),
            (
                M::Lost,
                "transit",
                "The case was closed",
                (M::Exception, C::Medium),
            ),
            (
                M::Disposed,
                "delivered",
                "Die Sendung wurde vernichtet.",
                (M::Disposed, C::Medium),
            ),
            (M::Disposed, "", "", (M::Exception, C::Medium)),
            (M::Returned, "", "", (M::Returning, C::Medium)),
            (
                M::Returned,
                "failure",
                "Delivered to the sender",
                (M::Returned, C::Medium),
            ),
            (M::Cancelled, "failure", "", (M::Cancelled, C::Low)),
            (
                M::Cancelled,
                "",
                "Shipment cancelled",
                (M::Cancelled, C::Medium),
            ),
        ] {
            assert_eq!(of(end, coarse, text), left, "{end} {coarse} {text}");
        }
        let sure = Mapped::rule(None, M::Disposed, C::High);
        assert_eq!(weighed(sure, "", &[]), sure);
        let open = Mapped::rule(None, M::Held, C::Low);
        assert_eq!(weighed(open, "delivered", &[]), open);
    }
}
