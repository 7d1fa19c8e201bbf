//! What must hold for any deliveries, in any order, however repeated and split.

use std::path::Path;
use std::sync::LazyLock;

use chrono::{DateTime, Duration, TimeZone, Utc};
use parceltrail::journey::{Journey, Journeys, ParcelState};
use parceltrail::model::{EventTime, Milestone, Place, Shipment, Zones, zones_of};
use parceltrail::{Payload, Registry};
use proptest::prelude::*;

fn received(nth: usize) -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 1, 1, 0, 0, 0).unwrap() + Duration::hours(nth as i64 % 5)
}

fn now() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 2, 1, 0, 0, 0).unwrap()
}

/// What all samples of all packs say, received at five different hours.
static SAMPLES: LazyLock<Vec<Shipment>> = LazyLock::new(|| {
    let registry = Registry::builtin();
    let mut paths: Vec<_> =
        std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers"))
            .unwrap()
            .filter_map(|pack| std::fs::read_dir(pack.unwrap().path().join("samples")).ok())
            .flatten()
            .map(|entry| entry.unwrap().path())
            .filter(|path| !path.to_str().unwrap().ends_with(".expected.json"))
            .collect();
    paths.sort();
    paths
        .iter()
        .enumerate()
        .flat_map(|(nth, path)| {
            let bytes = std::fs::read(path).unwrap();
            registry
                .recognise(&bytes)
                .unwrap()
                .decode(Payload::new(&bytes, received(nth)))
                .map(|batch| batch.shipments)
                .unwrap_or_default()
        })
        .collect()
});

fn journeys_json(shipments: impl IntoIterator<Item = Shipment>) -> String {
    let mut journeys = Journeys::default();
    shipments
        .into_iter()
        .for_each(|shipment| drop(journeys.apply(shipment)));
    let (sorted, notices) = journeys.sorted();
    let states: Vec<_> = sorted
        .iter()
        .map(|journey| serde_json::to_string(&journey.at(now())).unwrap())
        .collect();
    format!(
        "{}\n{}",
        states.join("\n"),
        serde_json::to_string(&notices).unwrap()
    )
}

/// A shipment's events divided over two deliveries of the same moment.
fn split(shipment: &Shipment, mask: u64) -> [Shipment; 2] {
    let part = |wanted: bool| {
        let mut part = shipment.clone();
        let mut at = 0;
        part.events.retain(|_| {
            at += 1;
            (mask >> (at % 64) & 1 == 1) == wanted
        });
        part
    };
    [part(true), part(false)]
}

fn some_samples() -> impl Strategy<Value = Vec<usize>> {
    let count = SAMPLES.len();
    prop::collection::vec(0..count, 1..25)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn order_and_repetition_do_not_matter(picked in some_samples(), keys in prop::collection::vec(any::<u64>(), 60)) {
        let plain: Vec<Shipment> = picked.iter().map(|at| SAMPLES[*at].clone()).collect();
        let expected = journeys_json(plain.clone());
        let mut doubled: Vec<(u64, Shipment)> = plain.iter().chain(plain.iter().step_by(2)).cloned().enumerate().map(|(at, shipment)| (keys[at % keys.len()].wrapping_mul(at as u64 + 1), shipment)).collect();
        doubled.sort_by_key(|(key, _)| *key);
        prop_assert_eq!(expected, journeys_json(doubled.into_iter().map(|(_, shipment)| shipment)));
    }

    #[test]
    fn splitting_deliveries_does_not_matter(picked in some_samples(), masks in prop::collection::vec(any::<u64>(), 25)) {
        let plain: Vec<Shipment> = picked.iter().map(|at| SAMPLES[*at].clone()).collect();
        let parts: Vec<Shipment> = plain.iter().zip(&masks).flat_map(|(shipment, mask)| split(shipment, *mask)).collect();
        let interleaved = parts.iter().step_by(2).chain(parts.iter().skip(1).step_by(2)).cloned();
        prop_assert_eq!(journeys_json(plain), journeys_json(interleaved));
    }

    #[test]
    fn two_copies_that_exchange_everything_agree(picked in some_samples(), mask in any::<u32>()) {
        let (mut here, mut there) = (Journey::default(), Journey::default());
        for (nth, at) in picked.iter().enumerate() {
            if mask >> (nth % 32) & 1 == 1 { here.apply(SAMPLES[*at].clone()) } else { there.apply(SAMPLES[*at].clone()) };
        }
        let (mut a, mut b) = (here.clone(), there.clone());
        a.merge(&there);
        b.merge(&here);
        prop_assert_eq!(serde_json::to_string(&a.at(now())).unwrap(), serde_json::to_string(&b.at(now())).unwrap());
        b.merge(&here);
        prop_assert_eq!(a.at(now()), b.at(now()));
    }

    #[test]
    fn an_unmapped_code_never_moves_the_state(at in 0..SAMPLES.len(), which in any::<prop::sample::Index>(), hours in -200i64..200) {
        let shipment = SAMPLES[at].clone();
        prop_assume!(!shipment.events.is_empty());
        let mut unknown = shipment.events[which.index(shipment.events.len())].clone();
        unknown.milestone = Milestone::Unmapped;
        unknown.code.value = "NEVER-SEEN".into();
        unknown.time = EventTime::instant("later", unknown.time.earliest() + Duration::hours(hours));
        let mut with = shipment.clone();
        with.events.push(unknown);
        let state = |shipment: Shipment| {
            let mut journey = Journey::default();
            journey.apply(shipment);
            journey.at(now())
        };
        let (before, after) = (state(shipment), state(with));
        let is_known = |parcel: &&ParcelState| !parcel.milestone.is_before_pickup() && parcel.milestone != Milestone::Unmapped;
        if before.parcel.as_ref().is_some_and(|parcel| is_known(&parcel)) {
            prop_assert_eq!(before.parcel, after.parcel);
        } else if before.parcel != after.parcel {
            // Of a parcel that was announced at most, it shows that the carrier has it, and no
            // more.
            prop_assert_eq!(after.parcel.map(|parcel| parcel.milestone), Some(Milestone::Unmapped));
        }
        prop_assert_eq!(before.customs, after.customs);
        prop_assert_eq!(before.legs, after.legs);
    }

    #[test]
    fn grouping_scans_loses_nothing(picked in some_samples()) {
        let mut journey = Journey::default();
        for at in &picked {
            journey.apply(SAMPLES[*at].clone());
        }
        let state = journey.at(now());
        let ids: std::collections::BTreeSet<_> = state.events.iter().map(parceltrail::Event::id).collect();
        prop_assert_eq!(ids.len(), state.events.len());
        let mut grouped = std::collections::BTreeSet::new();
        for scan in &state.same_scans {
            prop_assert!(scan.events.contains(&scan.best));
            for id in &scan.events {
                prop_assert!(ids.contains(id));
                prop_assert!(grouped.insert(*id), "an event belongs to one scan only");
            }
        }
        // Taking every group apart again gives what went in: the inputs' events, each once, unless
        // a newer snapshot withdrew them.
        let told: std::collections::BTreeSet<_> = picked.iter().flat_map(|at| SAMPLES[*at].events.iter().map(parceltrail::Event::id)).collect();
        let withdrawn = state.notices.iter().filter(|notice| notice.kind == parceltrail::NoticeKind::Withdrawn).count();
        prop_assert_eq!(told.len(), ids.len() + withdrawn);
        prop_assert!(ids.is_subset(&told));
    }

    #[test]
    fn the_trace_of_any_sample_gives_its_state(at in 0..SAMPLES.len()) {
        let mut journey = Journey::default();
        journey.apply(SAMPLES[at].clone());
        let state = journey.at(now());
        let kept = state.trace.of_state();
        let replayed = journey.retaining(|event| kept.contains(&event.id())).at(now());
        prop_assert_eq!(replayed.parcel, state.parcel);
        let seen = state.trace.last_seen;
        let replayed = journey.retaining(|event| seen.contains(&event.id())).at(now());
        prop_assert_eq!(replayed.last_seen, state.last_seen);
        let customs = state.trace.customs;
        let replayed = journey.retaining(|event| customs.contains(&event.id())).at(now());
        prop_assert_eq!(replayed.customs.import.map(|track| track.milestone), state.customs.import.map(|track| track.milestone));
        prop_assert_eq!(replayed.customs.export.map(|track| track.milestone), state.customs.export.map(|track| track.milestone));
    }
}

#[test]
fn for_every_zone_on_earth_the_true_instant_lies_inside_the_interval() {
    let table = include_str!("../src/model/zones/countries.csv");
    for line in table.lines().skip(1) {
        let country = &line[..2];
        let place = Place::new().with_country(country.parse().ok());
        let zones: Vec<chrono_tz::Tz> = line
            .rsplit(',')
            .next()
            .unwrap()
            .split(';')
            .filter_map(|name| name.parse().ok())
            .collect();
        for zone in zones {
            for hour in 0..24 * 366 / 5 {
                let truth =
                    Utc.with_ymd_and_hms(2024, 1, 1, 0, 30, 0).unwrap() + Duration::hours(hour * 5);
                let local = truth.with_timezone(&zone).naive_local();
                for zones in [zones_of(&place), Zones::Unknown] {
                    let told = EventTime::local("", local, &zones);
                    assert!(
                        told.earliest() <= truth && truth <= told.latest(),
                        "{country} {zone} {local}"
                    );
                    let day = EventTime::date("", local.date(), &zones);
                    assert!(
                        day.earliest() <= truth && truth <= day.latest(),
                        "{country} {zone} {local} (day)"
                    );
                }
            }
        }
    }
}
