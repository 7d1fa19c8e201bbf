//! Journeys as bytes: what earlier versions wrote is read, every sample comes back, and the places
//! of words in their vocabularies, which the bytes hold, do not change.
//!
//! `UPDATE_EXPECTED=1` writes the files of this version where there are none.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::journey::{LinkRole, PersonalData};
use parceltrail::model::{
    Confidence, DeliveredTo, DeliveryKind, DueKind, IssuerKind, LinkKind, Milestone, OrderSignal,
    PositionSource, PromiseKind, Proof, ProofKind, Reason, RecipientKind, Role, Scope, Shipment,
    Stage, TimeKind, WithPersonalData,
};
use parceltrail::{Journey, Payload, Registry};

/// The feeds of which bytes are kept.
const KEPT: [&str; 6] = [
    "cn-customs.ceb",
    "dhl.unified",
    "fedex.track",
    "sf.routes",
    "shop.orders",
    "ups.track",
];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stored")
}

fn is_update() -> bool {
    std::env::var_os("UPDATE_EXPECTED").is_some()
}

fn sample_paths() -> Vec<PathBuf> {
    let packs = std::fs::read_dir("carriers").unwrap();
    let folders = packs.map(|pack| pack.unwrap().path().join("samples"));
    let mut paths: Vec<PathBuf> = folders
        .flat_map(|folder| std::fs::read_dir(folder).into_iter().flatten())
        .map(|file| file.unwrap().path())
        .collect();
    paths.sort();
    paths
}

/// The samples of every feed, decoded, each received an hour after the one before.
fn samples() -> BTreeMap<String, Vec<Shipment>> {
    let registry = Registry::builtin();
    let mut samples: BTreeMap<String, Vec<Shipment>> = BTreeMap::new();
    let start: DateTime<Utc> = "2026-01-01T00:00:00Z".parse().unwrap();
    for (nth, path) in (0..).zip(sample_paths()) {
        let bytes = std::fs::read(&path).unwrap();
        let Ok(adapter) = registry.recognise(&bytes) else {
            continue;
        };
        let received = start + TimeDelta::hours(nth);
        if let Ok(batch) = adapter.decode(Payload::new(&bytes, received)) {
            let feed = adapter.descriptor().feed.to_string();
            samples.entry(feed).or_default().extend(batch.shipments);
        }
    }
    samples
}

fn journey_of(shipments: &[Shipment]) -> Journey {
    let mut journey = Journey::default();
    for shipment in shipments {
        journey.apply(shipment.clone());
    }
    journey
}

fn held(journey: &Journey) -> Vec<Shipment> {
    journey.shipments().map(|it| Shipment::clone(&it)).collect()
}

#[test]
fn every_sample_comes_back() {
    let samples = samples();
    assert!(samples.len() > 12, "{:?}", samples.keys());
    for (feed, shipments) in &samples {
        let journey = journey_of(shipments);
        let read = Journey::from_bytes(&journey.to_bytes(PersonalData::Kept)).unwrap();
        assert_eq!(held(&journey), held(&read), "{feed}");
        for shipment in shipments {
            assert!(
                held(&journey).contains(shipment),
                "{feed} {}",
                shipment.number
            );
        }
    }
}

#[test]
fn nothing_personal_is_left_where_it_is_left_out() {
    for (feed, shipments) in &samples() {
        let journey = journey_of(shipments);
        let bytes = journey.to_bytes(PersonalData::LeftOut);
        let (before, after) = (held(&journey), held(&Journey::from_bytes(&bytes).unwrap()));
        let masked = |shipments: &[Shipment]| {
            let mut all: Vec<String> = shipments
                .iter()
                .map(|shipment| serde_json::to_string(shipment).unwrap())
                .collect();
            all.sort();
            all.dedup();
            all
        };
        assert_eq!(masked(&before), masked(&after), "{feed}");
        // What no JSON shows is in no bytes.
        let (shown, text) = (masked(&before).concat(), String::from_utf8_lossy(&bytes));
        let events = shipments.iter().flat_map(|shipment| &shipment.events);
        for signer in events.filter_map(|event| event.signed_by.as_ref()) {
            let name = signer.reveal();
            assert!(
                name.len() < 6 || shown.contains(name) || !text.contains(name),
                "{feed}: a signer in the bytes"
            );
        }
    }
}

#[test]
fn bytes_of_earlier_versions_are_read() {
    if is_update() {
        let samples = samples();
        std::fs::create_dir_all(folder()).unwrap();
        for feed in KEPT {
            let path = folder().join(format!("1-{feed}.journey"));
            if !path.exists() {
                let mut shipments = samples[feed].clone();
                shipments.truncate(4);
                let journey = journey_of(&shipments);
                std::fs::write(&path, journey.to_bytes(PersonalData::Kept)).unwrap();
                let text = serde_json::to_string(&WithPersonalData(&held(&journey))).unwrap();
                std::fs::write(path.with_extension("json"), text).unwrap();
            }
        }
    }
    let mut read = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|it| it == "journey") {
            let journey = Journey::from_bytes(&std::fs::read(&path).unwrap()).unwrap();
            let text = std::fs::read_to_string(path.with_extension("json")).unwrap();
            let expected: Vec<Shipment> = serde_json::from_str(&text).unwrap();
            assert_eq!(held(&journey), expected, "{}", path.display());
            read += 1;
        }
    }
    assert!(read >= KEPT.len());
}

macro_rules! vocabularies {
    ($($name:ident)*) => {
        [$((stringify!($name), $name::ALL.iter().map(|it| it.as_str()).collect::<Vec<_>>())),*]
    };
}

/// A word in the middle of a vocabulary would change what stored bytes say. New ones go to the end.
#[test]
fn vocabularies_only_grow_at_their_ends() {
    let now = vocabularies! {
        Confidence DeliveredTo DeliveryKind DueKind IssuerKind LinkKind LinkRole Milestone
        OrderSignal PositionSource PromiseKind Proof ProofKind Reason RecipientKind Role Scope
        Stage TimeKind
    };
    let text: String = now
        .iter()
        .map(|(name, words)| format!("{name} {}\n", words.join(" ")))
        .collect();
    let path = folder().join("vocabularies.txt");
    if is_update() {
        std::fs::write(&path, &text).unwrap();
    }
    let known = std::fs::read_to_string(&path).unwrap();
    for line in known.lines() {
        let is_grown = |now: &str| now == line || now.starts_with(&format!("{line} "));
        assert!(text.lines().any(is_grown), "moved, renamed or gone: {line}");
    }
    assert_eq!(known, text, "new words: run with UPDATE_EXPECTED=1");
}
