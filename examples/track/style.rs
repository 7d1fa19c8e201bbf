//! Colours, and places in a line.

use anstyle::{AnsiColor, Style};
use parceltrail::model::{Milestone, Place};

pub const BOLD: Style = Style::new().bold();
pub const DIM: Style = Style::new().dimmed();
pub const PLAIN: Style = Style::new();
pub const GOOD: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default();
pub const OPEN: Style = AnsiColor::Yellow.on_default();
pub const WAY: Style = AnsiColor::Cyan.on_default();

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
