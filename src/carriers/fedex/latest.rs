//! What is told once, of the status as it stands now, and belongs to one of the events.

use crate::adapter::Collector;
use crate::carriers::mapping::in_time;
use crate::model::{Event, FreeText, Milestone, Shipment};

/// The latest event that passes.
fn last(events: &mut [Event], passes: impl Fn(&Event) -> bool) -> Option<&mut Event> {
    let passing = events.iter_mut().filter(|event| passes(event));
    passing.max_by_key(|event| in_time(event))
}

/// Notes at the event of the current status what is to be done, and FedEx's sentence beside it.
pub(super) fn explain(
    shipment: &mut Shipment,
    codes: [&str; 2],
    next_steps: Option<&str>,
    remark: Option<&str>,
) {
    let is_current = |event: &Event| {
        let value = event.code.value.as_str();
        !value.is_empty() && codes.contains(&value)
    };
    if let Some(event) = last(&mut shipment.events, is_current) {
        event.next_steps = next_steps.and_then(FreeText::parse);
        event.remark = remark.and_then(FreeText::parse);
    }
}

/// Numbers the last failed attempt by how many there were. A delivery is not numbered: whether
/// FedEx counts it is not documented.
pub(super) fn count_attempts(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    field: &'static str,
    raw: &str,
) {
    if raw.is_empty() {
        return;
    }
    let Ok(count) = raw.parse::<u32>() else {
        out.unreadable(&shipment.number, field, raw, "a whole number");
        return;
    };
    let is_attempt = |event: &Event| event.milestone == Milestone::DeliveryAttempted;
    if let Some(event) = last(&mut shipment.events, is_attempt) {
        event.attempt = Some(count).filter(|count| *count > 0);
    }
}
