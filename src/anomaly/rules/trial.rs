//! A journey tried on one rule: what tests of rules are written with.

use chrono::{DateTime, Utc};

use crate::anomaly::{Finding, Findings, Inspector, Settings};
use crate::testing::ShipmentBuilder;
use crate::{History, Journey};

/// What the rule of a code finds about a journey told in one or more deliveries, at a moment (RFC
/// 3339).
pub fn finding(
    code: &str,
    told: impl IntoIterator<Item = ShipmentBuilder>,
    now: &str,
) -> Option<Finding> {
    findings(told, now)
        .found
        .into_iter()
        .find(|finding| finding.rule == code)
}

/// Whether the rule of a code finds something.
pub fn fires(code: &str, told: impl IntoIterator<Item = ShipmentBuilder>, now: &str) -> bool {
    finding(code, told, now).is_some()
}

/// Everything that is found.
pub fn findings(told: impl IntoIterator<Item = ShipmentBuilder>, now: &str) -> Findings {
    let (inspector, now) = (inspector(), moment(now));
    inspector.inspect(&inspector.digest(&journey(told).at_known(now, now)), now)
}

/// What the rule of a code finds where a transit model expects something.
pub fn finding_with(
    model: &dyn crate::anomaly::Expectations,
    code: &str,
    told: impl IntoIterator<Item = ShipmentBuilder>,
    at: &str,
    now: &str,
) -> Option<Finding> {
    let inspector = inspector();
    let parcel =
        inspector.digest_expecting(&journey(told).at_known(moment(at), moment(at)), None, model);
    inspector
        .inspect(&parcel, moment(now))
        .found
        .into_iter()
        .find(|finding| finding.rule == code)
}

/// What a shop's document with these orders says. It was received before all moments that tests
/// look at.
pub fn shop(orders: &str) -> Vec<ShipmentBuilder> {
    let body = format!(r#"{{"format":"parceltrail.orders/1","orders":[{orders}]}}"#);
    let registry = crate::Registry::builtin();
    let batch = registry
        .get("shop.orders")
        .unwrap()
        .decode(crate::Payload::new(
            body.as_bytes(),
            moment("2026-03-01T00:00:00Z"),
        ))
        .unwrap();
    assert_eq!(batch.notices, []);
    batch
        .shipments
        .into_iter()
        .map(ShipmentBuilder::from)
        .collect()
}

pub fn moment(at: &str) -> DateTime<Utc> {
    at.parse().unwrap_or_else(|error| panic!("{at}: {error}"))
}

pub fn inspector() -> Inspector {
    Inspector::new(Settings::default()).unwrap()
}

pub fn journey(told: impl IntoIterator<Item = ShipmentBuilder>) -> Journey {
    let mut journey = Journey::default();
    for shipment in told {
        journey.apply(shipment);
    }
    journey
}

/// A model that finds silence unusual after a day, loss probable after a week, and expects delivery
/// at a given moment, more or less a day.
pub struct OneDay {
    /// When it expects delivery.
    pub delivery: &'static str,
}

impl crate::anomaly::Expectations for OneDay {
    fn patience(&self, history: &History, tail: f64) -> Option<DateTime<Utc>> {
        let hours = if tail < 0.001 { 48 } else { 24 };
        Some(history.events.last()?.at + chrono::Duration::hours(hours))
    }

    fn loss_patience(&self, history: &History, _: f64) -> Option<DateTime<Utc>> {
        Some(history.events.last()?.at + chrono::Duration::days(7))
    }

    fn miss(&self, _: &History, by: DateTime<Utc>, now: DateTime<Utc>) -> Option<f64> {
        let expected = moment(self.delivery).max(now);
        let hours = (expected - by).num_minutes() as f64 / 60.0;
        Some((0.5 + hours / 48.0).clamp(0.0, 1.0))
    }
}
