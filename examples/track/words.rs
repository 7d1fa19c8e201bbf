//! What the page calls things.

use anstyle::{AnsiColor, Style};
use chrono::NaiveDate;
use parceltrail::model::{EventTime, Milestone, Place, Promise, TimeKind};

pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
pub const PLAIN: Style = Style::new();
pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default();
pub const OPEN: Style = AnsiColor::Yellow.on_default();
pub const WAY: Style = AnsiColor::Cyan.on_default();

/// A word of a vocabulary as it is read.
pub fn spaced(word: &str) -> String {
    word.replace('_', " ")
}

pub fn words(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::PickedUp => "picked up",
        Milestone::PickupScheduled => "pickup scheduled",
        Milestone::InTransit => "in transit",
        Milestone::HandedOver => "handed over",
        Milestone::CustomsSubmitted => "customs: submitted",
        Milestone::CustomsInspection => "customs: inspection",
        Milestone::CustomsHold => "customs: held",
        Milestone::CustomsInfoRequired => "customs: papers needed",
        Milestone::DutiesDue => "customs: duties due",
        Milestone::CustomsReleased => "customs: released",
        Milestone::CustomsRejected => "customs: rejected",
        Milestone::CustomsSeized => "customs: seized",
        Milestone::DeliveryScheduled => "delivery scheduled",
        Milestone::OutForDelivery => "out for delivery",
        Milestone::DeliveryAttempted => "delivery attempted",
        Milestone::AvailableForPickup => "ready for pickup",
        Milestone::AddressIssue => "address problem",
        Milestone::Unmapped => "unknown code",
        other => other.as_str(),
    }
}

pub fn style_of(milestone: Milestone) -> Style {
    match milestone {
        Milestone::Delivered | Milestone::CustomsReleased => GOOD,
        Milestone::Unmapped => OPEN,
        Milestone::Info => DIM,
        Milestone::CustomsHold
        | Milestone::CustomsInspection
        | Milestone::CustomsInfoRequired
        | Milestone::DutiesDue
        | Milestone::CustomsRejected
        | Milestone::CustomsSeized
        | Milestone::DeliveryAttempted
        | Milestone::Held
        | Milestone::Delayed
        | Milestone::Misrouted
        | Milestone::AddressIssue
        | Milestone::Damaged
        | Milestone::Lost
        | Milestone::Refused
        | Milestone::Returning
        | Milestone::Returned
        | Milestone::Disposed
        | Milestone::Exception => BAD,
        _ => WAY,
    }
}

pub fn place_text(place: &Place) -> String {
    let parts: Vec<&str> = [
        place.city.as_deref(),
        place.region.as_deref(),
        place.country.as_ref().map(|country| country.as_str()),
    ]
    .into_iter()
    .flatten()
    .collect();
    match (parts.is_empty(), &place.name, &place.code) {
        (false, ..) => parts.join(", "),
        (true, Some(name), _) => name.to_string(),
        (true, None, Some(code)) => code.to_string(),
        (true, None, None) => place.postcode.as_deref().unwrap_or_default().to_owned(),
    }
}

/// The wall clock with its offset, or with a question mark where the zone is not known.
pub fn clock(time: &EventTime) -> String {
    match (time.kind(), time.wall_clock(), time.offset()) {
        (TimeKind::Date, ..) => "(day only)".to_owned(),
        (_, Some(local), Some(offset)) => format!("{} {offset}", local.format("%H:%M")),
        (_, Some(local), None) => format!("{} zone ?", local.format("%H:%M")),
        (_, None, _) => format!("{} UTC", time.earliest().format("%H:%M")),
    }
}

pub fn when(time: &EventTime) -> String {
    match time.kind() {
        TimeKind::Date => whole_day(time),
        _ => format!("{} {}", whole_day(time), clock(time)),
    }
}

/// What a promise names: a day, or a moment or window with its hours.
pub fn promised(promise: &Promise) -> String {
    let name = |time: &EventTime| {
        if promise.is_day() {
            whole_day(time)
        } else {
            when(time)
        }
    };
    match &promise.from {
        Some(from) if name(from) != name(&promise.by) => {
            format!("from {} to {}", name(from), name(&promise.by))
        }
        _ => format!("by {}", name(&promise.by)),
    }
}

fn whole_day(time: &EventTime) -> String {
    date(time).format("%a %-d %b %Y").to_string()
}

pub fn day(time: &EventTime) -> String {
    date(time).format("%-d %b").to_string()
}

/// The day by the clock there, else by that of Greenwich.
pub fn date(time: &EventTime) -> NaiveDate {
    time.wall_clock()
        .unwrap_or(time.middle().naive_utc())
        .date()
}
