//! Routes that are learned, and the rule that asks about them.

use chrono::{DateTime, Utc};
use parceltrail::anomaly::{Expectations, Inspector, Settings};
use parceltrail::eta::TransitModel;
use parceltrail::history::Station;
use parceltrail::testing::shipment;
use parceltrail::{History, Journey, Milestone, Stage};

use crate::world::{Dice, day, parcel, passage};

fn hub(code: &str) -> Option<Station> {
    Some(Station::new().with_code(code))
}

/// A parcel from hub A or B over a middle hub (M, one in ten over N) to hub X or Y.
fn routed(id: &str, ends: (&str, &str), by: &[&str], came: bool) -> History {
    let mut history = parcel(id, ("CN", "DE"), 0.0, came.then_some(4.0));
    history.origin.code = Some(ends.0.into());
    history.destination.code = Some(ends.1.into());
    for (nth, code) in by.iter().enumerate() {
        let at = day(0.5 + nth as f64);
        let mut scan = passage(at, Stage::LineHaul, Milestone::Arrived);
        scan.place = hub(code);
        history.events.insert(1 + nth, scan);
    }
    history
}

fn model(count: usize) -> TransitModel {
    let mut dice = Dice(4);
    let mut model = TransitModel::default();
    for nth in 0..count {
        let ends = (
            ["A", "B"][(dice.uniform() * 2.0) as usize],
            ["X", "Y"][(dice.uniform() * 2.0) as usize],
        );
        let middle = if dice.uniform() < 0.1 { "N" } else { "M" };
        let history = routed(&nth.to_string(), ends, &[ends.0, middle, ends.1], true);
        model.learn(&history, day(9.0));
    }
    model.fit();
    model
}

fn rarity(model: &TransitModel, by: &[&str]) -> Option<f64> {
    model.place_rarity(&routed("q", ("A", "X"), by, false))
}

#[test]
fn a_place_is_as_unusual_as_few_came_there_that_way() {
    let model = model(900);
    let rare = |by: &[&str]| rarity(&model, by).unwrap();
    assert!(rare(&["A", "M"]) > 0.5);
    let detour = rare(&["A", "N"]);
    assert!((0.05..0.2).contains(&detour), "one in ten: {detour}");
    assert!(rare(&["A", "M", "X"]) > 0.3, "its own end");
    for stray in [["A", "M", "Y"], ["A", "M", "B"], ["A", "M", "Q"]] {
        assert!(rare(&stray) < 0.01, "{stray:?}: {}", rare(&stray));
    }
    assert!(
        rare(&["A", "M", "Y", "M"]) > 0.1,
        "back on its lane: {}",
        rare(&["A", "M", "Y", "M"])
    );

    let mut silent = routed("q", ("A", "X"), &["A", "M", "Y"], false);
    silent
        .events
        .push(passage(day(6.0), Stage::LineHaul, Milestone::Departed));
    assert_eq!(
        model.place_rarity(&silent),
        None,
        "the last event has no place"
    );
}

#[test]
fn without_evidence_nothing_is_unusual() {
    assert_eq!(rarity(&model(20), &["A", "M", "Y"]), None);
    assert_eq!(rarity(&TransitModel::default(), &["A", "M", "Y"]), None);
    let model = model(900);
    let mut elsewhere = routed("q", ("A", "X"), &["A", "M", "Y"], false);
    elsewhere.destination.country = "BR".parse().ok();
    assert_eq!(model.place_rarity(&elsewhere), None);
}

#[test]
fn routes_are_written_down_with_the_trees() {
    let model = model(900);
    let text = serde_json::to_string(&model).unwrap();
    let read: TransitModel = serde_json::from_str(&text).unwrap();
    for by in [&["A", "M"][..], &["A", "N"], &["A", "M", "Y"]] {
        assert_eq!(rarity(&read, by), rarity(&model, by));
    }
}

/// Whoever says how rare a place is.
struct Says(f64);

impl Expectations for Says {
    fn patience(&self, _: &History, _: f64) -> Option<DateTime<Utc>> {
        None
    }

    fn loss_patience(&self, _: &History, _: f64) -> Option<DateTime<Utc>> {
        None
    }

    fn miss(&self, _: &History, _: DateTime<Utc>, _: DateTime<Utc>) -> Option<f64> {
        None
    }

    fn place_rarity(&self, _: &History) -> Option<f64> {
        Some(self.0)
    }
}

#[test]
fn the_rule_misrouted_asks_how_usual_the_place_is() {
    let mut journey = Journey::default();
    journey.apply(
        shipment("acme.track", "A1")
            .to("Lyon, FR")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .at("Hamburg - GERMANY")
            .event("2026-03-03T09:00:00Z", Stage::LineHaul, Milestone::Arrived)
            .at("Milano, IT")
            .received("2026-03-03T09:00:00Z"),
    );
    let now: chrono::DateTime<chrono::Utc> = "2026-03-03T10:00:00Z".parse().unwrap();
    let how = |rarity: f64, settings: Settings| {
        let inspector = Inspector::new(settings).unwrap();
        let parcel = inspector.digest_expecting(&journey.at(now), None, &Says(rarity));
        let findings = inspector.inspect(&parcel, now);
        let mut found = findings.found.into_iter();
        found
            .find(|finding| finding.rule == "misrouted")
            .map(|finding| format!("{:?}", finding))
    };
    let told = how(1e-5, Settings::default()).unwrap();
    assert!(told.contains("route") && told.contains("Milano"), "{told}");
    assert_eq!(how(0.2, Settings::default()), None);
}
