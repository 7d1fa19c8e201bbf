//! Histories: read leniently, written so that they read the same, never knowing more than was
//! known, and made of journeys.

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::history::{Attribute, HistoryEnd, Passage, Planned, Station};
use parceltrail::journey::{Journeys, LegId};
use parceltrail::{History, Journey, Milestone, Payload, Reason, Registry, Stage};
use proptest::prelude::*;

fn at(minutes: i64) -> DateTime<Utc> {
    "2026-01-05T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::minutes(minutes)
}

fn read(line: &str) -> History {
    History::from_line(line).unwrap()
}

#[test]
fn lines_are_read_leniently() {
    let history = read(
        r#"{"id":4711,"carrier":"","service":77,"origin":null,"destination":{"country":"Germany","postcode":1067,"street":"no"},"promised":null,
        "outcome":null,"attributes":{"grams":1200,"fragile":true,"note":null,"group":"toys","more":{"a":[1]}},"wave":9,
        "events":[{"at":"2026-01-06T08:00:00+08:00","milestone":"scanned by drone","stage":"sky","reason":"boredom","place":"SZX","by":"me"},
                  {"at":"2026-01-05T09:30:00Z","milestone":"picked_up","stage":"first_mile","place":{"code":12}}]}"#,
    );
    assert_eq!(
        (
            history.id.as_str(),
            history.carrier,
            history.service.as_deref()
        ),
        ("4711", None, Some("77"))
    );
    assert_eq!(history.origin, Station::default());
    assert_eq!(history.destination.label().as_deref(), Some("DE"));
    assert_eq!(history.destination.postcode.as_deref(), Some("1067"));
    let milestones: Vec<_> = history
        .events
        .iter()
        .map(|event| (event.milestone, event.stage, event.reason))
        .collect();
    assert_eq!(
        milestones,
        [
            (Milestone::PickedUp, Some(Stage::FirstMile), None),
            (Milestone::Unmapped, None, None)
        ],
        "in order of time"
    );
    assert_eq!(
        history.events[1].place.as_ref().unwrap().code.as_deref(),
        Some("SZX")
    );
    let attributes: Vec<_> = history.attributes.into_iter().collect();
    let expected = [
        ("fragile", Attribute::Number(1.0)),
        ("grams", Attribute::Number(1200.0)),
        ("group", Attribute::Text("toys".into())),
    ];
    assert_eq!(
        attributes,
        expected.map(|(name, value)| (name.into(), value))
    );
}

#[test]
fn masked_countries_keep_what_they_tell_apart() {
    let history = read(
        r#"{"id":"a","origin":{"country":"C17","region":"x"},"destination":"C18","events":[]}"#,
    );
    assert_eq!(
        (history.origin.country, history.origin.region.as_deref()),
        (None, Some("C17/x"))
    );
    assert_eq!(history.lane().as_deref(), Some("C17/x>C18"));
}

#[test]
fn what_cannot_be_read_is_said() {
    let said = |line: &str| History::from_line(line).unwrap_err().to_string();
    assert!(said("[1]").contains("not a journey in the history format"));
    assert!(said(r#"{"id":"a"}"#).contains("events"));
    assert!(said(r#"{"events":[]}"#).contains("id"));
    assert!(said(r#"{"id":"a","events":[{"milestone":"picked_up"}]}"#).contains("`at`"));
    assert!(
        said(r#"{"id":"a","events":[{"at":"12 o'clock","milestone":"picked_up"}]}"#)
            .contains("RFC 3339")
    );
    assert!(said(r#"{"id":"a","outcome":"eaten","events":[]}"#).contains("eaten"));
    assert!(said("{\"id\":\"a\",\"events\":[").contains("EOF"));
}

fn station() -> impl Strategy<Value = Station> {
    let part = || prop::option::of("[A-Z0-9]{1,6}".prop_map(|text| text.into()));
    (prop::option::of("[A-Z]{2}"), part(), part(), part()).prop_map(
        |(country, region, postcode, code)| {
            let mut station =
                Station::new().with_country(country.and_then(|code| code.parse().ok()));
            (station.region, station.postcode, station.code) = (region, postcode, code);
            station
        },
    )
}

fn passage() -> impl Strategy<Value = Passage> {
    let word = |n: usize| prop::option::of(0..n);
    (
        0..40_000_i64,
        word(7),
        0..Milestone::ALL.len(),
        prop::option::of(station()),
        prop::option::of(0..40_000_i64),
        word(20),
    )
        .prop_map(|(minute, stage, milestone, place, planned, reason)| {
            Passage::new(at(minute), Milestone::ALL[milestone])
                .with_stage(stage.map(|stage| Stage::ALL[stage]))
                .with_place(place)
                .with_planned(planned.map(at))
                .with_reason(reason.map(|reason| Reason::ALL[reason]))
        })
}

fn history() -> impl Strategy<Value = History> {
    let value = prop_oneof![
        (-1e9..1e9_f64).prop_map(|x| Attribute::Number(x.round())),
        "[a-z ]{1,9}".prop_map(|text| Attribute::Text(text.into()))
    ];
    let steps = prop::collection::vec((0..40_000_i64, 0..Milestone::ALL.len()), 0..3);
    let ends = (
        station(),
        station(),
        prop::option::of(0..40_000_i64),
        prop::option::of(0..3_usize),
    );
    (
        ends,
        prop::collection::btree_map("[a-z]{1,5}", value, 0..3),
        prop::collection::vec(passage(), 0..9),
        steps,
    )
        .prop_map(
            |((origin, destination, promised, outcome), attributes, mut events, steps)| {
                events.sort_by_key(|event| event.at);
                let history = History::new("j")
                    .with_carrier("acme")
                    .with_origin(origin)
                    .with_destination(destination)
                    .with_promised(promised.map(at))
                    .with_outcome(outcome.map(|outcome| HistoryEnd::ALL[outcome]));
                let history = attributes
                    .into_iter()
                    .fold(history, |history, (name, value)| {
                        history.with_attribute(name, value)
                    });
                let history = events.into_iter().fold(history, History::with_event);
                steps
                    .into_iter()
                    .map(|(minute, step)| Planned::new(at(minute), Milestone::ALL[step]))
                    .fold(history, History::with_planned)
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_reads_the_same(history in history()) {
        let line = history.to_line();
        prop_assert!(!line.contains('\n'));
        prop_assert_eq!(&read(&line), &history);
        prop_assert_eq!(serde_json::to_string(&history).unwrap(), line);
    }

    /// Whatever happens after a moment changes nothing of what was known at it.
    #[test]
    fn the_future_is_not_known(history in history(), later in prop::collection::vec(passage(), 0..6), end in prop::option::of(0..3_usize), minute in 0..40_000_i64) {
        let moment = at(minute);
        let known = history.known_at(moment);
        prop_assert!(known.events.iter().all(|event| event.at <= moment));
        let mut other = history.clone();
        other.events.retain(|event| event.at <= moment);
        other.events.extend(later.into_iter().filter(|event| event.at > moment));
        other.events.sort_by_key(|event| event.at);
        prop_assert_eq!(&other.known_at(moment), &known);
        // Neither does an outcome that no known event tells.
        if known.outcome.is_none() {
            other.outcome = end.map(|end| HistoryEnd::ALL[end]).filter(|end| !known.events.iter().any(|event| end.is_told_by(event.milestone)));
            prop_assert_eq!(&other.known_at(moment), &known);
        }
        prop_assert_eq!(known.known_at(moment), known);
    }
}

#[test]
fn an_outcome_is_known_once_an_event_tells_it() {
    let history = read(
        r#"{"id":"a","outcome":"delivered","events":[{"at":"2026-01-05T01:00:00Z","milestone":"picked_up"},
        {"at":"2026-01-06T00:00:00Z","milestone":"delivered"},{"at":"2026-01-07T00:00:00Z","milestone":"info"}]}"#,
    );
    assert_eq!(history.known_at(at(60)).outcome, None);
    assert_eq!(
        history.known_at(at(24 * 60)).outcome,
        Some(HistoryEnd::Delivered)
    );
    let lost = read(
        r#"{"id":"a","outcome":"lost","events":[{"at":"2026-01-05T01:00:00Z","milestone":"picked_up"}]}"#,
    );
    assert_eq!(
        lost.known_at(at(9_999_999)).outcome,
        None,
        "when it was known to be lost is not told"
    );
    let returned = read(
        r#"{"id":"a","outcome":"returned","events":[{"at":"2026-01-05T01:00:00Z","milestone":"delivered"},{"at":"2026-01-06T01:00:00Z","milestone":"returned"}]}"#,
    );
    assert_eq!(
        (returned.delivered_at(), returned.ended_at()),
        (None, Some(at(25 * 60))),
        "what came back was not delivered"
    );
}

fn journey(feed: &str, body: &str, received: &str) -> Journey {
    let registry = Registry::builtin();
    let mut journey = Journey::default();
    for shipment in registry
        .get(feed)
        .unwrap()
        .decode(Payload::new(body.as_bytes(), received.parse().unwrap()))
        .unwrap()
        .shipments
    {
        journey.apply(shipment);
    }
    journey
}

const DHL: &str = r#"{"shipments":[{"id":"7100000042","service":"express",
  "origin":{"address":{"countryCode":"CN","postalCode":"518000","addressLocality":"Shenzhen"}},"destination":{"address":{"countryCode":"DE","postalCode":"10115"}},
  "estimatedTimeOfDelivery":"2025-03-07T18:00:00+01:00","events":[
  {"timestamp":"2025-03-06T11:40:00+01:00","status":"OK","statusCode":"delivered","location":{"address":{"countryCode":"DE"}}},
  {"timestamp":"2025-03-06T08:00:00+01:00","status":"WC","statusCode":"transit","location":{"address":{"countryCode":"DE"}}},
  {"timestamp":"2025-03-03T17:05:00+08:00","status":"PU","statusCode":"transit","location":{"address":{"countryCode":"CN"}}}]}]}"#;

#[test]
fn a_journey_becomes_a_history() {
    let journey = journey("dhl.unified", DHL, "2025-03-06T12:00:00Z");
    let seen = |now: &str| journey.at(now.parse().unwrap());
    let history = History::of("order 17", &seen("2025-03-06T12:00:00Z")).unwrap();
    assert_eq!(
        (
            history.id.as_str(),
            history.carrier.as_deref(),
            history.outcome
        ),
        ("order 17", Some("dhl"), Some(HistoryEnd::Delivered))
    );
    assert_eq!(history.lane().as_deref(), Some("CN>DE"));
    assert_eq!(
        history.origin.postcode.as_deref(),
        Some("518"),
        "cut to a district"
    );
    let milestones: Vec<_> = history
        .events
        .iter()
        .map(|event| event.milestone.as_str())
        .collect();
    assert_eq!(milestones, ["picked_up", "out_for_delivery", "delivered"]);
    assert!(
        !history.to_line().contains("7100000042"),
        "no number is kept"
    );
    assert_eq!(read(&history.to_line()), history);

    let before = History::of("order 17", &seen("2025-03-06T08:00:00Z")).unwrap();
    assert_eq!(
        (before.outcome, before.events.len()),
        (None, 2),
        "at an earlier moment it is open"
    );
    assert!(History::of("order 17", &Journey::default().at(at(0))).is_none());
}

#[test]
fn a_leg_s_delivered_is_a_handover() {
    let first = DHL.replace("7100000042", "1111111111");
    let second = DHL
        .replace("7100000042", "2222222222")
        .replace("2025-03-0", "2025-03-1")
        .replace("2025-03-07", "2025-03-17");
    let now: DateTime<Utc> = "2025-03-20T12:00:00Z".parse().unwrap();
    let mut whole = journey("dhl.unified", &first, "2025-03-20T11:00:00Z");
    whole.merge(&journey("dhl.unified", &second, "2025-03-20T11:00:00Z"));
    whole.link(
        LegId::new("dhl", "1111111111"),
        LegId::new("dhl", "2222222222"),
    );
    let history = History::of("a", &whole.at(now)).unwrap();
    let ends: Vec<_> = history
        .events
        .iter()
        .filter(|event| event.milestone != Milestone::PickedUp)
        .map(|event| event.milestone.as_str())
        .collect();
    assert_eq!(
        ends,
        [
            "out_for_delivery",
            "handed_over",
            "out_for_delivery",
            "delivered"
        ]
    );
    assert_eq!(
        history.delivered_at(),
        Some("2025-03-16T10:40:00Z".parse().unwrap())
    );
}

#[test]
fn uncertain_times_count_at_their_middle() {
    // A local time without a zone spans 26 hours and counts at its middle; a day of the future
    // counts at `now` at the latest.
    let body = DHL
        .replace("2025-03-03T17:05:00+08:00", "2025-03-03T17:05:00")
        .replace(
            r#""location":{"address":{"countryCode":"CN"}}"#,
            r#""remark":"""#,
        );
    let journey = journey("dhl.unified", &body, "2025-03-06T12:00:00Z");
    let now: DateTime<Utc> = "2025-03-06T12:00:00Z".parse().unwrap();
    let state = journey.at(now);
    let history = History::of("a", &journey.at(now)).unwrap();
    assert_eq!(history.events.len(), state.events.len());
    assert_eq!(history.events[0].at, state.events[0].time.middle());
    assert!(history.events.iter().all(|event| event.at <= now));
}

#[test]
fn the_bundled_story_is_one_history() {
    let registry = Registry::builtin();
    let mut journeys = Journeys::default();
    let chapters = [
        ("1-sf-routes.json", "2026-03-07T09:00:00Z"),
        ("2-customs-declaration.xml", "2026-03-02T13:00:00Z"),
        ("3-customs-receipts.xml", "2026-03-03T08:00:00Z"),
        ("4-ups-track.json", "2026-03-09T20:00:00Z"),
        ("5-usps-tracking.json", "2026-03-11T18:00:00Z"),
    ];
    for (file, received) in chapters {
        let body = std::fs::read(format!(
            "{}/examples/track/story/{file}",
            env!("CARGO_MANIFEST_DIR")
        ))
        .unwrap();
        let payload = Payload::new(&body, received.parse().unwrap());
        for shipment in registry
            .recognise(&body)
            .unwrap()
            .decode(payload)
            .unwrap()
            .shipments
        {
            journeys.apply(shipment);
        }
    }
    let (parcels, _) = journeys.sorted();
    let now: DateTime<Utc> = "2026-03-12T00:00:00Z".parse().unwrap();
    let history = History::of("story", &parcels[0].at(now)).unwrap();
    assert_eq!(
        (history.carrier.as_deref(), history.outcome),
        (Some("sf"), Some(HistoryEnd::Delivered))
    );
    assert_eq!(
        history
            .events
            .iter()
            .filter(|event| event.milestone == Milestone::Delivered)
            .count(),
        1
    );
    assert_eq!(
        history.events.last().unwrap().milestone,
        Milestone::Delivered
    );
    assert!(history.events.is_sorted_by_key(|event| event.at));
    assert_eq!(read(&history.to_line()), history);
}
