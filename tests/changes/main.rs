//! What has changed: every kind is found, worded in every language, and written and read back.

mod days;
mod kinds;
mod many;
mod movement;
mod trouble;

use chrono::{DateTime, Utc};
use parceltrail::briefing::Language;
use parceltrail::changes::{Change, Picture};
use parceltrail::model::{EventTime, Zones};
use parceltrail::testing::{ShipmentBuilder, shipment};
use parceltrail::{Journey, Milestone, Stage};

const BERLIN: chrono_tz::Tz = chrono_tz::Europe::Berlin;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn day(text: &str) -> EventTime {
    EventTime::date(text, text.parse().unwrap(), &Zones::One(BERLIN))
}

/// On its way in China since 2 March.
fn moving() -> ShipmentBuilder {
    shipment("acme.track", "A1")
        .event(
            "2026-03-02T10:00:00+08:00",
            Stage::FirstMile,
            Milestone::PickedUp,
        )
        .at("Shenzhen, CN")
        .received("2026-03-02T03:00:00Z")
}

fn journey(told: impl IntoIterator<Item = ShipmentBuilder>) -> Journey {
    let mut journey = Journey::default();
    told.into_iter().for_each(|told| {
        journey.apply(told);
    });
    journey
}

fn picture(told: impl IntoIterator<Item = ShipmentBuilder>, now: &str) -> Picture {
    Picture::of(&journey(told).at(at(now)))
}

/// Names and English sentences of what has changed; every change reads back and is worded without
/// ids and gaps in every language.
fn told(changes: &[Change]) -> Vec<(&'static str, String)> {
    for change in changes {
        let json = serde_json::to_string(change).unwrap();
        assert_eq!(
            serde_json::from_str::<Change>(&json).unwrap(),
            *change,
            "{json}"
        );
        for language in Language::all_builtin() {
            let text = language.change(change, BERLIN);
            let is_gap = [
                "{",
                "}",
                "$",
                "change-",
                "reason-",
                "milestone-",
                "event-",
                "rule-",
            ];
            assert!(!is_gap.iter().any(|gap| text.contains(gap)), "{text}");
            assert!(!text.contains('_') && text.ends_with(['.', '。']), "{text}");
            assert!(!text.contains(&change.id.to_string()));
            assert!(
                change
                    .evidence
                    .iter()
                    .all(|id| !text.contains(&id.to_string()))
            );
        }
    }
    let english = Language::builtin("en").unwrap();
    (changes.iter())
        .map(|change| (change.kind.name(), english.change(change, BERLIN)))
        .collect()
}

fn said(changes: &[Change]) -> Vec<String> {
    told(changes).into_iter().map(|(_, text)| text).collect()
}

#[test]
fn a_picture_of_an_earlier_version_is_read() {
    let old: Picture =
        serde_json::from_str(r#"{"at":"2026-03-02T12:00:00Z","of_later":1}"#).unwrap();
    assert!(old.status.is_none() && old.next_check().is_none());
}
