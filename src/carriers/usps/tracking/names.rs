//! What the names and sentences of events mean where no code stands beside them, or one that means
//! many things.
//!
//! Names are compared whole, sentences by how they begin; nothing else is searched. What is not
//! listed stays unknown, and is reported.

use super::words::{refine, strip_prefix};
use crate::carriers::Mapped;
use crate::model::{Confidence, DeliveredTo, Milestone as M, Reason as R, Stage as S};

type Meaning = (Option<S>, M, Option<R>);

/// The names of events (`eventType`, the first part of an `eventSummaries` line, `status`).
const NAMES: &[(&str, Meaning)] = &[
    (
        "Shipping Label Created, USPS Awaiting Item",
        (Some(S::Order), M::Announced, None),
    ),
    (
        "Shipping Label Created",
        (Some(S::Order), M::Announced, None),
    ),
    (
        "Pre-Shipment Info Sent to USPS, USPS Awaiting Item",
        (Some(S::Order), M::Announced, None),
    ),
    ("Pre-Shipment", (Some(S::Order), M::Announced, None)),
    (
        "Pre-Shipment Info Sent to USPS",
        (Some(S::Order), M::Announced, None),
    ),
    (
        "Electronic Shipping Info Received",
        (Some(S::Order), M::Announced, None),
    ),
    (
        "Origin Post is Preparing Shipment",
        (Some(S::Order), M::Announced, None),
    ),
    (
        "Shipment Received, Package Acceptance Pending",
        (Some(S::FirstMile), M::PickedUp, None),
    ),
    (
        "Accepted at USPS Facility",
        (Some(S::FirstMile), M::PickedUp, None),
    ),
    (
        "Accepted at USPS Origin Facility",
        (Some(S::FirstMile), M::PickedUp, None),
    ),
    (
        "Accepted at USPS Destination Facility",
        (Some(S::FirstMile), M::PickedUp, None),
    ),
    (
        "USPS in possession of item",
        (Some(S::FirstMile), M::PickedUp, None),
    ),
    (
        "USPS picked up item",
        (Some(S::FirstMile), M::PickedUp, None),
    ),
    ("Picked Up", (Some(S::FirstMile), M::PickedUp, None)),
    ("Acceptance", (Some(S::FirstMile), M::PickedUp, None)),
    ("Accepted", (Some(S::FirstMile), M::PickedUp, None)),
    (
        "Picked Up by Shipping Partner, USPS Awaiting Item",
        (Some(S::FirstMile), M::PickedUp, None),
    ),
    (
        "Arrived Shipping Partner Facility, USPS Awaiting Item",
        (Some(S::FirstMile), M::Arrived, None),
    ),
    (
        "Departed Shipping Partner Facility, USPS Awaiting Item",
        (Some(S::FirstMile), M::Departed, None),
    ),
    ("Arrived at USPS Facility", (None, M::Arrived, None)),
    (
        "Arrived at USPS Regional Facility",
        (None, M::Arrived, None),
    ),
    (
        "Arrived at USPS Regional Origin Facility",
        (None, M::Arrived, None),
    ),
    (
        "Arrived at USPS Regional Destination Facility",
        (None, M::Arrived, None),
    ),
    (
        "Arrived at USPS Origin Facility",
        (Some(S::FirstMile), M::Arrived, None),
    ),
    (
        "Arrived at USPS Destination Facility",
        (None, M::Arrived, None),
    ),
    ("Arrived at Unit", (Some(S::LastMile), M::Arrived, None)),
    (
        "Arrived at Post Office",
        (Some(S::LastMile), M::Arrived, None),
    ),
    ("Arrived at Hub", (Some(S::LastMile), M::Arrived, None)),
    ("Arrived at Facility", (None, M::Arrived, None)),
    ("Departed USPS Facility", (None, M::Departed, None)),
    ("Departed USPS Regional Facility", (None, M::Departed, None)),
    (
        "Departed USPS Regional Origin Facility",
        (None, M::Departed, None),
    ),
    (
        "Departed USPS Regional Destination Facility",
        (None, M::Departed, None),
    ),
    ("Departed USPS Origin Facility", (None, M::Departed, None)),
    (
        "Departed USPS Destination Facility",
        (None, M::Departed, None),
    ),
    (
        "Departed Post Office",
        (Some(S::FirstMile), M::Departed, None),
    ),
    (
        "Dispatched to Sort Facility",
        (Some(S::FirstMile), M::Departed, None),
    ),
    ("Dispatched from Sort Facility", (None, M::Departed, None)),
    ("Processed Through Facility", (None, M::InTransit, None)),
    (
        "Processed Through USPS Facility",
        (None, M::InTransit, None),
    ),
    (
        "Processed Through Regional Facility",
        (None, M::InTransit, None),
    ),
    ("In Transit to Next Facility", (None, M::InTransit, None)),
    ("In-Transit", (None, M::InTransit, None)),
    ("In Transit", (None, M::InTransit, None)),
    ("In Transit, Arriving On Time", (None, M::InTransit, None)),
    ("Sorting Complete", (Some(S::LastMile), M::InTransit, None)),
    ("Forwarded", (Some(S::LastMile), M::Redirected, None)),
    (
        "Inbound Into Customs",
        (Some(S::ImportCustoms), M::CustomsSubmitted, None),
    ),
    (
        "Inbound Out of Customs",
        (Some(S::ImportCustoms), M::CustomsReleased, None),
    ),
    (
        "Processed Through Customs",
        (Some(S::ImportCustoms), M::CustomsReleased, None),
    ),
    (
        "Out for Delivery",
        (Some(S::LastMile), M::OutForDelivery, None),
    ),
    ("Delivered", (Some(S::LastMile), M::Delivered, None)),
    (
        "Delivered to Agent",
        (Some(S::LastMile), M::HandedOver, None),
    ),
    (
        "Delivered to Agent for Final Delivery",
        (Some(S::LastMile), M::HandedOver, None),
    ),
    (
        "Tendered to Agent for Final Delivery",
        (Some(S::LastMile), M::HandedOver, None),
    ),
    (
        "Tendered to Military Agent",
        (Some(S::LastMile), M::HandedOver, None),
    ),
    (
        "Available for Pickup",
        (Some(S::LastMile), M::AvailableForPickup, None),
    ),
    (
        "Ready for Pickup",
        (Some(S::LastMile), M::AvailableForPickup, None),
    ),
    (
        "Reminder to Schedule Redelivery of your item",
        (Some(S::LastMile), M::AvailableForPickup, None),
    ),
    (
        "Notice Left",
        (Some(S::LastMile), M::DeliveryAttempted, None),
    ),
    (
        "Delivery Attempt",
        (Some(S::LastMile), M::DeliveryAttempted, None),
    ),
    (
        "Delivery Attempted - No Access to Delivery Location",
        (Some(S::LastMile), M::DeliveryAttempted, Some(R::NoAccess)),
    ),
    (
        "Notice Left (No Authorized Recipient Available)",
        (
            Some(S::LastMile),
            M::DeliveryAttempted,
            Some(R::RecipientAbsent),
        ),
    ),
    (
        "Notice Left (No Secure Location Available)",
        (Some(S::LastMile), M::DeliveryAttempted, None),
    ),
    (
        "Notice Left (Receptacle Blocked)",
        (Some(S::LastMile), M::DeliveryAttempted, Some(R::NoAccess)),
    ),
    (
        "Notice Left (Receptacle Full/Item Oversized)",
        (
            Some(S::LastMile),
            M::DeliveryAttempted,
            Some(R::MailboxFull),
        ),
    ),
    (
        "Notice Left (Business Closed)",
        (
            Some(S::LastMile),
            M::DeliveryAttempted,
            Some(R::BusinessClosed),
        ),
    ),
    (
        "Business Closed",
        (
            Some(S::LastMile),
            M::DeliveryAttempted,
            Some(R::BusinessClosed),
        ),
    ),
    (
        "Rescheduled to Next Delivery Day",
        (Some(S::LastMile), M::DeliveryScheduled, None),
    ),
    (
        "Redelivery Scheduled",
        (Some(S::LastMile), M::DeliveryScheduled, None),
    ),
    (
        "Refused",
        (Some(S::LastMile), M::Refused, Some(R::RecipientRefused)),
    ),
    (
        "Undeliverable as Addressed",
        (
            Some(S::LastMile),
            M::AddressIssue,
            Some(R::AddressIncorrect),
        ),
    ),
    (
        "Insufficient Address",
        (
            Some(S::LastMile),
            M::AddressIssue,
            Some(R::AddressIncomplete),
        ),
    ),
    (
        "No Such Number",
        (
            Some(S::LastMile),
            M::AddressIssue,
            Some(R::AddressIncorrect),
        ),
    ),
    (
        "Addressee Unknown",
        (
            Some(S::LastMile),
            M::AddressIssue,
            Some(R::RecipientUnknown),
        ),
    ),
    (
        "Addressee not known",
        (
            Some(S::LastMile),
            M::AddressIssue,
            Some(R::RecipientUnknown),
        ),
    ),
    (
        "Moved, Left no Address",
        (Some(S::LastMile), M::AddressIssue, Some(R::RecipientMoved)),
    ),
    (
        "Forward Expired",
        (Some(S::LastMile), M::AddressIssue, Some(R::RecipientMoved)),
    ),
    (
        "Vacant",
        (Some(S::LastMile), M::AddressIssue, Some(R::RecipientMoved)),
    ),
    ("Return to Sender", (Some(S::Return), M::Returning, None)),
    ("Returned to Sender", (Some(S::Return), M::Returning, None)),
    (
        "Return to Sender Processed",
        (Some(S::Return), M::Returning, None),
    ),
    (
        "Unclaimed",
        (Some(S::Return), M::Returning, Some(R::Unclaimed)),
    ),
    ("Missent", (None, M::Misrouted, Some(R::Missort))),
    ("Weather Delay", (None, M::Delayed, Some(R::Weather))),
    (
        "Dead Mail/Disposed by Post Office",
        (None, M::Disposed, None),
    ),
    ("Disposed by Post Office", (None, M::Disposed, None)),
    ("Visible Damage", (None, M::Damaged, Some(R::Damage))),
];

/// How sentences begin.
const SENTENCES: &[(&str, Meaning)] = &[
    (
        "Your item was delivered to the original sender",
        (Some(S::Return), M::Returned, None),
    ),
    (
        "Your item has been delivered to the original sender",
        (Some(S::Return), M::Returned, None),
    ),
    (
        "Your item was delivered to an agent",
        (Some(S::LastMile), M::HandedOver, None),
    ),
    (
        "Your item has been delivered to an agent",
        (Some(S::LastMile), M::HandedOver, None),
    ),
    (
        "Your item was tendered to",
        (Some(S::LastMile), M::HandedOver, None),
    ),
    (
        "Your item was delivered",
        (Some(S::LastMile), M::Delivered, None),
    ),
    (
        "Your item has been delivered",
        (Some(S::LastMile), M::Delivered, None),
    ),
    (
        "Your item was picked up at",
        (Some(S::LastMile), M::Delivered, None),
    ),
    (
        "Your item is out for delivery",
        (Some(S::LastMile), M::OutForDelivery, None),
    ),
    ("Your item arrived at our", (None, M::Arrived, None)),
    ("Your package arrived at our", (None, M::Arrived, None)),
    ("Your item departed our", (None, M::Departed, None)),
    ("Your item departed a", (None, M::Departed, None)),
    (
        "Your item was processed through",
        (None, M::InTransit, None),
    ),
    (
        "Your item has been processed through",
        (None, M::InTransit, None),
    ),
    ("Your item is in transit", (None, M::InTransit, None)),
    (
        "Your package is moving within the USPS network",
        (None, M::InTransit, None),
    ),
    (
        "Your package will arrive later than expected",
        (None, M::Delayed, None),
    ),
    (
        "Your item was accepted",
        (Some(S::FirstMile), M::PickedUp, None),
    ),
    (
        "USPS is now in possession of your item",
        (Some(S::FirstMile), M::PickedUp, None),
    ),
    (
        "A shipping label has been prepared",
        (Some(S::Order), M::Announced, None),
    ),
    (
        "The U.S. Postal Service was electronically notified",
        (Some(S::Order), M::Announced, None),
    ),
    (
        "We attempted to deliver your item",
        (Some(S::LastMile), M::DeliveryAttempted, None),
    ),
    (
        "Your item is being held",
        (Some(S::LastMile), M::AvailableForPickup, None),
    ),
    (
        "Your item was refused",
        (Some(S::LastMile), M::Refused, Some(R::RecipientRefused)),
    ),
    (
        "Your item was undeliverable as addressed",
        (
            Some(S::LastMile),
            M::AddressIssue,
            Some(R::AddressIncorrect),
        ),
    ),
    (
        "Your item is being returned",
        (Some(S::Return), M::Returning, None),
    ),
    (
        "Your item was returned to the sender",
        (Some(S::Return), M::Returning, None),
    ),
    (
        "Your item was forwarded",
        (Some(S::LastMile), M::Redirected, None),
    ),
    (
        "Your item is being processed by customs",
        (Some(S::ImportCustoms), M::CustomsSubmitted, None),
    ),
    (
        "Your item has cleared customs",
        (Some(S::ImportCustoms), M::CustomsReleased, None),
    ),
];

/// Where a delivered item was left, as the sentence goes on.
const LEFT: &[(&str, DeliveredTo)] = &[
    ("in or at the mailbox", DeliveredTo::Mailbox),
    ("at the mailbox", DeliveredTo::Mailbox),
    ("in the po box", DeliveredTo::Mailbox),
    ("at the front door or porch", DeliveredTo::SafePlace),
    ("at the garage", DeliveredTo::SafePlace),
    ("to a parcel locker", DeliveredTo::Locker),
    ("in a parcel locker", DeliveredTo::Locker),
    ("to the front desk", DeliveredTo::Reception),
    ("at the front desk", DeliveredTo::Reception),
    ("to an individual at the address", DeliveredTo::Recipient),
    ("to a neighbor", DeliveredTo::Neighbour),
];

/// What a name or a sentence means by itself.
pub(super) fn named(text: &str) -> Option<Mapped> {
    let (stage, milestone, reason) = match NAMES
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(text))
    {
        Some((_, meaning)) => *meaning,
        None => match refine(None, text) {
            Some(mapped) => return Some(mapped),
            None if strip_prefix(text, "Delivered, ").is_some() => {
                (Some(S::LastMile), M::Delivered, None)
            }
            None => return sentence(text),
        },
    };
    Some(Mapped {
        reason,
        ..Mapped::rule(stage, milestone, Confidence::Medium)
    })
}

fn sentence(text: &str) -> Option<Mapped> {
    if strip_prefix(text, "Your item arrived at the ")
        .is_some_and(|rest| rest.contains("ready for pickup"))
    {
        return Some(Mapped::rule(
            Some(S::LastMile),
            M::AvailableForPickup,
            Confidence::Medium,
        ));
    }
    let (opening, (stage, milestone, reason)) = SENTENCES
        .iter()
        .find(|(opening, _)| strip_prefix(text, opening).is_some())?;
    let rest = text.get(opening.len()..).unwrap_or_default().trim_start();
    let is_collected = opening.ends_with("picked up at");
    let left = LEFT
        .iter()
        .find(|(words, _)| strip_prefix(rest, words).is_some())
        .map(|(_, to)| *to);
    let delivered_to = if is_collected {
        Some(DeliveredTo::PickupPoint)
    } else {
        left
    };
    let delivered_to = delivered_to.filter(|_| *milestone == M::Delivered);
    Some(Mapped {
        reason: *reason,
        delivered_to,
        ..Mapped::rule(*stage, *milestone, Confidence::Medium)
    })
}

/// The meaning of a code and the name beside it. The listed wordings win; a code that is not sure
/// gives way to a name that is known, and so does one of several scans of a movement (10 stands for
/// arrived, departed and processed); else the code counts.
pub(super) fn meaning(row: Option<Mapped>, name: &str) -> Option<Mapped> {
    told(row, name).map(Mapped::or_trouble)
}

fn told(row: Option<Mapped>, name: &str) -> Option<Mapped> {
    let refined = refine(row, name);
    if refined != row {
        return refined;
    }
    let (Some(named), Some(row)) = (named(name), row) else {
        return named(name).or(row);
    };
    if row.milestone == named.milestone {
        return Some(Mapped {
            confidence: row.confidence.max(named.confidence),
            ..row
        });
    }
    let both_move = is_movement(row.milestone) && is_movement(named.milestone);
    // "Returned to Sender" is said on the way, too: it takes nothing from a code that says it
    // arrived.
    let is_end_of_return = (row.milestone, named.milestone) == (M::Returned, M::Returning)
        && row.confidence > Confidence::Low;
    let is_coarser = both_move && named.milestone == M::InTransit || is_end_of_return;
    let wins = !is_coarser && (row.confidence < Confidence::High || both_move);
    Some(if wins {
        Mapped {
            stage: named.stage.or(row.stage.filter(|_| both_move)),
            ..named
        }
    } else {
        row
    })
}

const fn is_movement(milestone: M) -> bool {
    matches!(milestone, M::InTransit | M::Arrived | M::Departed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_sentences_mean_what_they_say() {
        for (text, milestone) in [
            ("Out for Delivery", M::OutForDelivery),
            ("DELIVERED, IN/AT MAILBOX", M::Delivered),
            ("Delivered, Somewhere New", M::Delivered),
            ("Delivered, To Original Sender", M::Returned),
            (
                "Your item was delivered at the front door or porch at 12:01 pm on March 17, 2026 in FAIRFAX, VA 22032.",
                M::Delivered,
            ),
            (
                "Your item has been delivered to an agent for final delivery in RENO, NV 89501",
                M::HandedOver,
            ),
            (
                "Your item was delivered to the original sender at 9:00 am on March 1, 2026 in RENO, NV 89501.",
                M::Returned,
            ),
            (
                "Your item arrived at the RENO, NV 89501 post office at 5:00 am on March 1, 2026 and is ready for pickup.",
                M::AvailableForPickup,
            ),
            (
                "Your item was picked up at the post office at 3:00 pm on March 1, 2026 in RENO, NV 89501.",
                M::Delivered,
            ),
        ] {
            assert_eq!(
                named(text).map(|mapped| mapped.milestone),
                Some(milestone),
                "{text}"
            );
        }
        let left = |text| named(text).and_then(|mapped| mapped.delivered_to);
        assert_eq!(
            left("Your item was delivered in or at the mailbox at 1:58 pm"),
            Some(DeliveredTo::Mailbox)
        );
        assert_eq!(
            left("Your item was picked up at a postal facility at 1:58 pm"),
            Some(DeliveredTo::PickupPoint)
        );
        for text in [
            "",
            "Your item could not be delivered",
            "Your item was not delivered",
            "It was delivered",
            "Undelivered",
        ] {
            assert_eq!(named(text), None, "{text}");
        }
    }

    #[test]
    fn a_facility_scan_is_what_its_name_says() {
        let ten = Some(Mapped::rule(None, M::InTransit, Confidence::High));
        let of = |row, name| meaning(row, name).map(|mapped| mapped.milestone);
        assert_eq!(
            of(ten, "Arrived at USPS Regional Destination Facility"),
            Some(M::Arrived)
        );
        assert_eq!(of(ten, "Departed USPS Facility"), Some(M::Departed));
        assert_eq!(
            of(ten, "Processed Through USPS Facility"),
            Some(M::InTransit)
        );
        assert_eq!(of(ten, "Something New"), Some(M::InTransit));
        let inbound = Some(Mapped::rule(
            Some(S::LineHaul),
            M::Arrived,
            Confidence::High,
        ));
        assert_eq!(
            meaning(inbound, "Processed Through Facility"),
            inbound,
            "a coarser name tells nothing"
        );
        assert_eq!(
            of(ten, "Delivered"),
            Some(M::InTransit),
            "a sure code of another kind counts"
        );
        let returned = Some(Mapped::rule(
            Some(S::Return),
            M::Returned,
            Confidence::Medium,
        ));
        assert_eq!(
            meaning(returned, "Returned to Sender"),
            returned,
            "the code tells more"
        );
        let unsure_return = Some(Mapped::rule(Some(S::Return), M::Returned, Confidence::Low));
        assert_eq!(of(unsure_return, "Returned to Sender"), Some(M::Returning));
        let dead = Some(Mapped::rule(None, M::Disposed, Confidence::Low));
        assert_eq!(
            of(dead, "Dead Mail/Disposed by Post Office"),
            Some(M::Disposed)
        );
        assert_eq!(of(dead, "Arrived at USPS Facility"), Some(M::Arrived));
        assert_eq!(of(dead, ""), Some(M::Exception));
        let unsure = Some(Mapped::rule(None, M::Held, Confidence::Medium));
        assert_eq!(
            of(unsure, "Delivered"),
            Some(M::Delivered),
            "a code that sources read differently gives way"
        );
        let low = Some(Mapped::rule(
            Some(S::LastMile),
            M::Delivered,
            Confidence::Low,
        ));
        assert_eq!(
            meaning(low, "Delivered").map(|mapped| mapped.confidence),
            Some(Confidence::Medium)
        );
    }
}
