//! What the post's own wording says more exactly than its code. Only wordings listed here count; a
//! sentence is never searched.

use crate::carriers::Mapped;
use crate::model::{Confidence, DeliveredTo, Milestone, Reason, Stage};

/// The meaning of a code, made finer or corrected by the event's wording.
pub(super) fn refine(row: Option<Mapped>, text: &str) -> Option<Mapped> {
    if let Some(place) = strip_prefix(text, "Delivered, ") {
        return delivered(row, place);
    }
    // An expected hour follows the words.
    if strip_prefix(text, "Out for Delivery, Expected Delivery by ").is_some() {
        return Some(told(
            row,
            Some(Stage::LastMile),
            Milestone::OutForDelivery,
            None,
        ));
    }
    listed(row, text).or(row)
}

/// What a wording says, beside the code's row: where both agree, as sure as the row; export or
/// import is the row's to tell.
fn told(
    row: Option<Mapped>,
    stage: Option<Stage>,
    milestone: Milestone,
    reason: Option<Reason>,
) -> Mapped {
    let of_row = row.and_then(|row| row.stage).filter(|stage| {
        milestone.is_customs() && matches!(stage, Stage::ExportCustoms | Stage::ImportCustoms)
    });
    let agreed = row.filter(|row| row.milestone == milestone);
    let confidence = agreed.map_or(Confidence::Medium, |row| {
        row.confidence.max(Confidence::Medium)
    });
    Mapped {
        reason: reason.or(agreed.and_then(|row| row.reason)),
        ..Mapped::rule(of_row.or(stage), milestone, confidence)
    }
}

fn listed(row: Option<Mapped>, text: &str) -> Option<Mapped> {
    use Milestone as M;
    const WORDS: [(&str, Option<Stage>, Milestone, Option<Reason>); 10] = [
        (
            "Tendered to Returns Agent",
            Some(Stage::Return),
            M::Returning,
            None,
        ),
        ("In Transit, Arriving Late", None, M::Delayed, None),
        (
            "Held in Customs",
            Some(Stage::ImportCustoms),
            M::CustomsHold,
            None,
        ),
        (
            "Customs Clearance",
            Some(Stage::ImportCustoms),
            M::CustomsSubmitted,
            None,
        ),
        (
            "Customs Clearance Processing Complete",
            Some(Stage::ImportCustoms),
            M::CustomsReleased,
            None,
        ),
        (
            "Released from US Customs",
            Some(Stage::ImportCustoms),
            M::CustomsReleased,
            None,
        ),
        (
            "Held at Post Office, At Customer Request",
            Some(Stage::LastMile),
            M::AvailableForPickup,
            Some(Reason::RecipientRequest),
        ),
        (
            "Available for Redelivery or Pickup",
            Some(Stage::LastMile),
            M::AvailableForPickup,
            None,
        ),
        ("Label Cancelled", Some(Stage::Order), M::Cancelled, None),
        (
            "Unclaimed/Being Returned to Sender",
            Some(Stage::Return),
            M::Returning,
            Some(Reason::Unclaimed),
        ),
    ];
    let (_, stage, milestone, reason) = WORDS
        .iter()
        .find(|(words, ..)| words.eq_ignore_ascii_case(text))?;
    Some(told(row, *stage, *milestone, *reason))
}

/// `Delivered, …`: to whom or where. Words that are not listed leave the code as it is.
fn delivered(row: Option<Mapped>, place: &str) -> Option<Mapped> {
    const PLACES: [(&str, DeliveredTo); 14] = [
        ("In/At Mailbox", DeliveredTo::Mailbox),
        ("PO Box", DeliveredTo::Mailbox),
        ("Front Door/Porch", DeliveredTo::SafePlace),
        (
            "Garage or Other Location at Address",
            DeliveredTo::SafePlace,
        ),
        (
            "Garage / Other Door / Other Location at Address",
            DeliveredTo::SafePlace,
        ),
        (
            "Garage/Other Door/Other Location at Address",
            DeliveredTo::SafePlace,
        ),
        ("Parcel Locker", DeliveredTo::Locker),
        ("Front Desk/Reception", DeliveredTo::Reception),
        ("Front Desk/Reception/Mail Room", DeliveredTo::Reception),
        ("Left with Individual", DeliveredTo::Recipient),
        (
            "Individual Picked Up at Post Office",
            DeliveredTo::PickupPoint,
        ),
        (
            "Individual Picked Up at Postal Facility",
            DeliveredTo::PickupPoint,
        ),
        ("Neighbor as Requested", DeliveredTo::Neighbour),
        ("To Agent", DeliveredTo::Agent),
    ];
    if place.eq_ignore_ascii_case("To Original Sender") {
        return Some(told(row, Some(Stage::Return), Milestone::Returned, None));
    }
    if strip_prefix(place, "To Agent for Final Delivery").is_some() {
        return Some(told(
            row,
            Some(Stage::LastMile),
            Milestone::HandedOver,
            None,
        ));
    }
    let Some((_, to)) = PLACES
        .iter()
        .find(|(words, _)| words.eq_ignore_ascii_case(place))
    else {
        return row;
    };
    let delivered = Mapped {
        delivered_to: Some(*to),
        ..told(row, Some(Stage::LastMile), Milestone::Delivered, None)
    };
    Some(match row {
        // At the return's end the address delivered to is the sender's.
        Some(row) if row.milestone == Milestone::Returned => row,
        Some(row) => Mapped {
            damaged: row.damaged,
            ..delivered
        },
        None => delivered,
    })
}

pub(super) fn strip_prefix<'t>(text: &'t str, prefix: &str) -> Option<&'t str> {
    let (head, tail) = text.split_at_checked(prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then_some(tail)
}

/// How far the end of a tag is looked for.
const LONGEST_TAG: usize = 40;

/// A mail class without its mark-up: `Priority Mail<SUP>&#174;</SUP>`.
pub(super) fn plain(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(first) = rest.chars().next() {
        let within = |end: u8, longest: usize| rest.bytes().take(longest).position(|b| b == end);
        let tag = (first == '<').then(|| within(b'>', LONGEST_TAG)).flatten();
        let entity = (first == '&').then(|| within(b';', 9)).flatten();
        if let Some(end) = tag.or(entity) {
            // Of the entities only the ampersand is a letter of a name; the others are marks of
            // registration.
            match &rest[..=end] {
                "&amp;" => out.push('&'),
                "&nbsp;" => out.push(' '),
                _ => {}
            }
            rest = &rest[end + 1..];
            continue;
        }
        if !matches!(first, '®' | '™') && !first.is_control() {
            out.push(first);
        }
        rest = &rest[first.len_utf8()..];
    }
    out.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(row: Option<Mapped>, text: &str) -> (Milestone, Option<Stage>) {
        let mapped = refine(row, text).unwrap_or(Mapped::UNMAPPED);
        (mapped.milestone, mapped.stage)
    }

    const MOVING: Option<Mapped> = Some(Mapped::rule(None, Milestone::InTransit, Confidence::High));
    const DELIVERED: Option<Mapped> = Some(Mapped::rule(
        Some(Stage::LastMile),
        Milestone::Delivered,
        Confidence::High,
    ));

    #[test]
    fn each_listed_wording_wins_over_the_code() {
        use Milestone as M;
        let cases = [
            (
                "Delivered, To Original Sender",
                M::Returned,
                Some(Stage::Return),
            ),
            (
                "Tendered to Returns Agent",
                M::Returning,
                Some(Stage::Return),
            ),
            ("In Transit, Arriving Late", M::Delayed, None),
            (
                "Held in Customs",
                M::CustomsHold,
                Some(Stage::ImportCustoms),
            ),
            (
                "Customs clearance",
                M::CustomsSubmitted,
                Some(Stage::ImportCustoms),
            ),
            (
                "Customs Clearance Processing Complete",
                M::CustomsReleased,
                Some(Stage::ImportCustoms),
            ),
            (
                "Released from US Customs",
                M::CustomsReleased,
                Some(Stage::ImportCustoms),
            ),
            (
                "Held at Post Office, At Customer Request",
                M::AvailableForPickup,
                Some(Stage::LastMile),
            ),
            (
                "Available for Redelivery or Pickup",
                M::AvailableForPickup,
                Some(Stage::LastMile),
            ),
            (
                "Out for Delivery, Expected Delivery by 9:00pm",
                M::OutForDelivery,
                Some(Stage::LastMile),
            ),
            ("Label Cancelled", M::Cancelled, Some(Stage::Order)),
            (
                "Unclaimed/Being Returned to Sender",
                M::Returning,
                Some(Stage::Return),
            ),
            (
                "Delivered, To Agent for Final Delivery",
                M::HandedOver,
                Some(Stage::LastMile),
            ),
        ];
        for (text, milestone, stage) in cases {
            assert_eq!(of(MOVING, text), (milestone, stage), "{text}");
            assert_eq!(of(DELIVERED, text), (milestone, stage), "{text}");
            assert_eq!(of(None, &text.to_uppercase()), (milestone, stage), "{text}");
        }
    }

    #[test]
    fn other_wordings_leave_the_code_alone() {
        for text in [
            "",
            "Delivered",
            "Could not be delivered, In/At Mailbox",
            "Delivered, Somewhere New",
            "Held in Customs today",
            "Delivered, é",
        ] {
            assert_eq!(refine(MOVING, text), MOVING, "{text}");
            assert_eq!(refine(None, text), None, "{text}");
        }
    }

    #[test]
    fn delivered_says_where() {
        let to = |text| refine(DELIVERED, text).unwrap().delivered_to;
        assert_eq!(to("Delivered, In/At Mailbox"), Some(DeliveredTo::Mailbox));
        assert_eq!(
            to("Delivered, Front Door/Porch"),
            Some(DeliveredTo::SafePlace)
        );
        assert_eq!(
            to("Delivered, Garage / Other Door / Other Location at Address"),
            Some(DeliveredTo::SafePlace)
        );
        assert_eq!(to("Delivered, Parcel Locker"), Some(DeliveredTo::Locker));
        assert_eq!(
            to("Delivered, Front Desk/Reception/Mail Room"),
            Some(DeliveredTo::Reception)
        );
        assert_eq!(
            to("Delivered, Left with Individual"),
            Some(DeliveredTo::Recipient)
        );
        assert_eq!(
            to("Delivered, Individual Picked Up at Post Office"),
            Some(DeliveredTo::PickupPoint)
        );
        assert_eq!(
            to("Delivered, Individual Picked Up at Postal Facility"),
            Some(DeliveredTo::PickupPoint)
        );
        assert_eq!(
            to("Delivered, Neighbor as Requested"),
            Some(DeliveredTo::Neighbour)
        );
        assert_eq!(to("Delivered, To Agent"), Some(DeliveredTo::Agent));
        assert_eq!(to("Delivered, Elsewhere"), None);
        assert_eq!(
            refine(DELIVERED, "Delivered, PO Box").unwrap().confidence,
            Confidence::High
        );
        assert_eq!(
            refine(MOVING, "Delivered, PO Box").unwrap().confidence,
            Confidence::Medium
        );
    }

    #[test]
    fn wording_wins_on_codes_that_sources_read_differently() {
        let unclaimed = Some(Mapped::rule(
            Some(Stage::Return),
            Milestone::Returning,
            Confidence::Medium,
        ));
        assert_eq!(
            of(
                unclaimed,
                "Delivered, Individual Picked Up at Postal Facility"
            ),
            (Milestone::Delivered, Some(Stage::LastMile))
        );
        let outbound = Some(Mapped::rule(
            Some(Stage::ExportCustoms),
            Milestone::CustomsSubmitted,
            Confidence::Medium,
        ));
        assert_eq!(
            of(outbound, "Released from US Customs"),
            (Milestone::CustomsReleased, Some(Stage::ExportCustoms))
        );
    }

    #[test]
    fn a_wording_is_as_sure_as_the_code_that_agrees() {
        let out = Some(Mapped::rule(
            Some(Stage::LastMile),
            Milestone::OutForDelivery,
            Confidence::High,
        ));
        assert_eq!(
            refine(out, "Out for Delivery, Expected Delivery by 9:00pm"),
            out
        );
        assert_eq!(
            refine(MOVING, "Held in Customs").unwrap().confidence,
            Confidence::Medium
        );
        let unclaimed = Some(Mapped {
            reason: Some(Reason::Unclaimed),
            ..Mapped::rule(None, Milestone::AvailableForPickup, Confidence::High)
        });
        assert_eq!(
            refine(unclaimed, "Available for Redelivery or Pickup")
                .unwrap()
                .reason,
            Some(Reason::Unclaimed)
        );
    }

    #[test]
    fn the_return_s_end_and_damage_survive_the_wording() {
        let returned = Some(Mapped::rule(
            Some(Stage::Return),
            Milestone::Returned,
            Confidence::High,
        ));
        assert_eq!(
            refine(returned, "Delivered, Front Desk/Reception"),
            returned
        );
        let damaged = Some(Mapped {
            damaged: true,
            ..Mapped::rule(Some(Stage::LastMile), Milestone::Damaged, Confidence::Low)
        });
        let refined = refine(damaged, "Delivered, In/At Mailbox").unwrap();
        assert_eq!(
            (refined.milestone, refined.damaged),
            (Milestone::Delivered, true)
        );
    }

    #[test]
    fn mail_classes_lose_their_mark_up() {
        assert_eq!(
            plain("Priority Mail Express<SUP>&#174;</SUP>"),
            "Priority Mail Express"
        );
        assert_eq!(
            plain("USPS Ground Advantage<sup>&#153;</sup>  <b>2-Day</b>"),
            "USPS Ground Advantage 2-Day"
        );
        assert_eq!(
            plain("Parcels &amp; Bags™ &trade; 3 < 4"),
            "Parcels & Bags 3 < 4"
        );
        assert_eq!(plain("First-Class Package"), "First-Class Package");
        assert_eq!(plain("<é"), "<é");
    }
}
