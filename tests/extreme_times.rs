//! Times at the edges of the calendar go through decoding, journey, state, rules and briefing
//! without overflow, in debug builds too.

use chrono::{DateTime, Duration, NaiveDateTime, Utc};
use parceltrail::anomaly::{Inspector, Settings};
use parceltrail::briefing::Briefing;
use parceltrail::changes::{Picture, PollPace, PollQuestion};
use parceltrail::journey::Journeys;
use parceltrail::model::{EventTime, Zones};
use parceltrail::{Journey, Payload, Registry};
use proptest::prelude::*;

/// Moments from the first to the last of the calendar, most of them near an edge or near the
/// present.
fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    let near = |at: DateTime<Utc>| {
        (-400_000_i64..400_000).prop_map(move |seconds| {
            at.checked_add_signed(Duration::seconds(seconds))
                .unwrap_or(at)
        })
    };
    let edges = [
        DateTime::<Utc>::MIN_UTC,
        DateTime::<Utc>::MAX_UTC,
        DateTime::UNIX_EPOCH,
        "2026-03-08T00:00:00Z".parse().unwrap(),
    ];
    let years = [
        "-0001-12-31T00:00:00Z",
        "0001-01-01T00:00:00Z",
        "1970-01-01T00:00:00Z",
        "2199-12-31T00:00:00Z",
        "9999-12-31T23:59:59Z",
    ];
    let all = edges
        .into_iter()
        .chain(years.into_iter().filter_map(|year| year.parse().ok()));
    proptest::strategy::Union::new(all.map(|at| near(at).boxed()).collect::<Vec<_>>())
}

/// What the application's clock may show: any moment of the years 1 to 9998.
fn clock() -> impl Strategy<Value = DateTime<Utc>> {
    let edge = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
    moment()
        .prop_map(move |at| at.clamp(edge("0001-01-01T00:00:00Z"), edge("9998-12-31T23:59:59Z")))
}

fn zones() -> impl Strategy<Value = Zones> {
    prop_oneof![
        Just(Zones::Unknown),
        Just(Zones::One(chrono_tz::Pacific::Kiritimati)),
        Just(Zones::One(chrono_tz::America::New_York))
    ]
}

fn time() -> impl Strategy<Value = EventTime> {
    let offset = prop_oneof![
        Just(0),
        Just(i32::MIN),
        Just(i32::MAX),
        Just(50_400),
        Just(-43_200),
        any::<i32>()
    ];
    (moment(), offset, zones(), 0..5).prop_map(|(at, offset, zones, kind)| {
        let local: NaiveDateTime = at.naive_utc();
        match kind {
            0 => EventTime::at_offset("", local, offset),
            1 => EventTime::instant("", at),
            2 => EventTime::instant_in("", at, &zones),
            3 => EventTime::local("", local, &zones),
            _ => EventTime::date("", local.date(), &zones),
        }
    })
}

/// A delivery whose times are replaced.
fn journey(times: &[EventTime], received: DateTime<Utc>) -> Vec<Journey> {
    let body = br#"{"shipments":[{"id":"7100000042","service":"express","estimatedTimeOfDelivery":"2026-03-09T10:00:00+01:00","events":[
        {"timestamp":"2026-03-05T10:00:00+01:00","status":"PU","location":{"address":{"addressLocality":"Leipzig","countryCode":"DE"}}},
        {"timestamp":"2026-03-06T10:00:00+01:00","status":"DF","location":{"address":{"addressLocality":"Leipzig","countryCode":"DE"}}},
        {"timestamp":"2026-03-07T10:00:00+01:00","status":"WC","location":{"address":{"addressLocality":"Boston","countryCode":"US"}}}]}]}"#;
    let batch = Registry::builtin()
        .get("dhl.unified")
        .unwrap()
        .decode(Payload::new(body, received))
        .unwrap();
    let mut journeys = Journeys::default();
    for mut shipment in batch.shipments {
        let mut next = times.iter().cycle().cloned();
        shipment
            .events
            .iter_mut()
            .for_each(|event| event.time = next.next().unwrap());
        shipment.promises.iter_mut().for_each(|promise| {
            promise.by = next.next().unwrap();
            promise.from = next.next();
            promise.stated = next.next();
        });
        journeys.apply(shipment);
    }
    journeys.sorted().0
}

/// The briefing as data and, where the sentences are built, in every language.
fn tell(briefing: &Briefing) {
    let _ = serde_json::to_string(briefing).unwrap();
    #[cfg(feature = "fluent")]
    for language in parceltrail::briefing::Language::all_builtin() {
        let _ = briefing.text(language, chrono_tz::Pacific::Kiritimati);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn no_time_overflows_from_the_event_to_the_briefing(times in proptest::collection::vec(time(), 1..6), received in clock(), now in clock()) {
        for time in &times {
            prop_assert!(time.earliest() <= time.middle() && time.middle() <= time.latest());
        }
        let inspector = Inspector::new(Settings::default()).unwrap();
        for journey in journey(&times, received) {
            let state = journey.at(now);
            let _ = serde_json::to_string(&state).unwrap();
            let findings = inspector.inspect(&inspector.digest(&state), now);
            let _ = serde_json::to_string(&findings.found).unwrap();
            tell(&Briefing::new(&state));
            let picture = Picture::of(&state).with_check(findings.next_check);
            assert!(picture.next_check().is_none_or(|next| next > now));
            for change in picture.changes_since(&Picture::default()) {
                let _ = serde_json::to_string(&change).unwrap();
                #[cfg(feature = "fluent")]
                let _ = parceltrail::briefing::Language::builtin("en")
                    .unwrap()
                    .change(&change, chrono_tz::Asia::Shanghai);
            }
            let next = PollPace::default().next_poll(&PollQuestion::about(&state), now);
            assert!(next.at.is_none_or(|at| at >= now));
        }
    }

    #[test]
    fn no_offset_in_a_payload_overflows(hours in "[0-9]{1,12}", minutes in "[0-9]{0,12}", sign in "[+-]", year in 0..10_000_u32) {
        let stamp = format!("{year:04}-03-01T10:00:00{sign}{hours}:{minutes}");
        let bodies = [
            ("dhl.unified", format!(r#"{{"shipments":[{{"id":"7100000042","service":"express","events":[{{"timestamp":"{stamp}","status":"PU"}}]}}]}}"#)),
            ("usps.tracking", format!(r#"{{"trackingNumber":"9200190000000000000214","trackingEvents":[{{"eventCode":"OF","GMTTimestamp":"{year:04}-03-11T12:10:00Z","GMTOffset":"{sign}{hours}:{minutes}"}}]}}"#)),
            ("ups.track", format!(r#"{{"trackResponse":{{"shipment":[{{"package":[{{"trackingNumber":"1Z0000000300000013","activity":[{{"status":{{"type":"I","code":"DP"}},"date":"{year:04}0305","time":"120000","gmtDate":"{year:04}0305","gmtTime":"170000","gmtOffset":"{sign}{hours}:{minutes}"}}]}}]}}]}}}}"#)),
            ("sf.push", format!(r#"{{"Body":{{"WaybillRoute":{{"mailno":"SF1000000000017","acceptTime":"{hours}{minutes}","opCode":"50"}}}}}}"#)),
        ];
        for (feed, body) in bodies {
            let batch = Registry::builtin().get(feed).unwrap().decode(Payload::new(body.as_bytes(), "2026-03-11T12:00:00Z".parse().unwrap()));
            if let Ok(batch) = batch {
                prop_assert!(batch.shipments.iter().any(|shipment| !shipment.events.is_empty()) || !batch.notices.is_empty(), "{feed}: {body}");
            }
        }
    }
}
