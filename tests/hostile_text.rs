//! What a feed sends never acts on a terminal, log or page: no control character, escape sequence,
//! bidi control or character of no width gets out.

use std::path::Path;

use chrono::{DateTime, Utc};
use parceltrail::journey::Journeys;
use parceltrail::model::{FreeText, Reference, Role};
use parceltrail::{Adapter, Notice, NoticeKind, Payload, Place, Registry, TrackingNumber};
use serde_json::Value;

/// An escape sequence, a title, an override, an isolate, a new line, a separator of lines, a blank
/// of no width, a lone bell, a C1 control.
const HOSTILE: &str = "\u{1b}[31m\u{1b}]0;PWNED\u{7}\u{202e}\u{2066}\r\nFORGED\u{2028}\u{200b}\u{7}\u{9b}2J\u{feff}\u{e0041}";

fn received() -> DateTime<Utc> {
    "2026-03-11T12:00:00Z".parse().unwrap()
}

fn is_unfit(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Every text in a JSON value, keys too.
fn texts(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => out.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|inner| texts(inner, out)),
        Value::Object(map) => map.iter().for_each(|(key, inner)| {
            out.push(key.clone());
            texts(inner, out);
        }),
        _ => {}
    }
}

fn hold_nothing_unfit(what: &str, value: &Value) {
    let mut all = Vec::new();
    texts(value, &mut all);
    for text in all {
        assert!(!text.contains(is_unfit), "{what}: {text:?}");
    }
}

/// The same document with something hostile in every text.
fn poisoned(value: &Value) -> Value {
    match value {
        Value::String(text) => {
            let middle = text
                .char_indices()
                .nth(text.chars().count() / 2)
                .map_or(0, |(at, _)| at);
            Value::String(format!("{}{HOSTILE}{}", &text[..middle], &text[middle..]))
        }
        Value::Array(list) => list.iter().map(poisoned).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, inner)| (key.clone(), poisoned(inner)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// Each document with one of its texts poisoned, for every text, and with all of them.
fn each_poisoned(document: &Value) -> Vec<Value> {
    let mut pointers = Vec::new();
    collect(document, "", &mut pointers);
    let mut all = vec![poisoned(document)];
    for pointer in pointers {
        let mut copy = document.clone();
        if let Some(part) = copy.pointer_mut(&pointer) {
            *part = poisoned(part);
        }
        all.push(copy);
    }
    all
}

fn collect(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::String(_) => out.push(at.to_owned()),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(n, inner)| collect(inner, &format!("{at}/{n}"), out)),
        Value::Object(map) => map.iter().for_each(|(key, inner)| {
            collect(
                inner,
                &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                out,
            )
        }),
        _ => {}
    }
}

fn samples() -> Vec<(String, Value)> {
    let mut found = Vec::new();
    for pack in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers")).unwrap() {
        let Ok(files) = std::fs::read_dir(pack.unwrap().path().join("samples")) else {
            continue;
        };
        for file in files {
            let path = file.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            if name.contains("delivered")
                && name.ends_with(".json")
                && !name.ends_with(".expected.json")
            {
                found.extend(
                    std::fs::read(&path)
                        .ok()
                        .and_then(|bytes| Some((name, serde_json::from_slice(&bytes).ok()?))),
                );
            }
        }
    }
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    found
}

fn adapter<'r>(registry: &'r Registry, name: &str) -> &'r dyn Adapter {
    let fits =
        |adapter: &&dyn Adapter| name.starts_with(&format!("{}-", adapter.descriptor().feed));
    registry
        .iter()
        .filter(fits)
        .max_by_key(|adapter| adapter.descriptor().feed.as_str().len())
        .unwrap()
}

#[test]
fn no_text_of_a_payload_brings_a_control_character_into_events_notices_errors_or_journeys() {
    let registry = Registry::builtin();
    let mut tried = 0;
    for (name, document) in samples() {
        let adapter = adapter(&registry, &name);
        for payload in each_poisoned(&document) {
            tried += 1;
            match adapter.decode(Payload::new(payload.to_string().as_bytes(), received())) {
                Err(error) => assert!(!error.to_string().contains(is_unfit), "{name}: {error}"),
                Ok(batch) => {
                    hold_nothing_unfit(&name, &serde_json::to_value(&batch).unwrap());
                    let mut journeys = Journeys::default();
                    for shipment in batch.shipments {
                        let events: Vec<_> = shipment
                            .events
                            .iter()
                            .filter_map(|event| event.code.text.as_ref())
                            .map(ToString::to_string)
                            .collect();
                        assert!(!events.concat().contains(is_unfit), "{name}: {events:?}");
                        journeys.apply(shipment);
                    }
                    for journey in journeys.sorted().0 {
                        hold_nothing_unfit(
                            &name,
                            &serde_json::to_value(journey.at(received())).unwrap(),
                        );
                    }
                }
            }
        }
    }
    assert!(tried > 200, "{tried} payloads were tried");
}

#[test]
fn the_types_of_the_model_clean_what_they_are_made_of() {
    assert_eq!(
        TrackingNumber::new(&format!("1z 99{HOSTILE}99")).as_str(),
        "1Z99FORGED99"
    );
    assert_eq!(TrackingNumber::parse("\u{1b}[31m\u{200b} "), None);
    assert_eq!(Reference::new(Role::Order, "A\u{202e}-1\n").number, "A-1");
    assert_eq!(
        Place::from_text("LEIP\u{1b}[5mZIG - GERMANY")
            .city
            .as_deref(),
        Some("LEIPZIG")
    );
    let notice = Notice::new(NoticeKind::FieldUnreadable, "ups.track".into(), HOSTILE)
        .at(HOSTILE)
        .value(HOSTILE);
    hold_nothing_unfit("a notice", &serde_json::to_value(&notice).unwrap());
    let text = FreeText::new(HOSTILE);
    assert!(!text.to_string().contains(is_unfit) && text.reveal() == HOSTILE);
}

#[test]
fn bytes_that_are_no_document_bring_no_control_character_into_the_error() {
    for adapter in Registry::builtin().iter() {
        for bytes in [
            HOSTILE.to_owned(),
            format!("{{\"{HOSTILE}"),
            format!("<a{HOSTILE}></b{HOSTILE}>"),
            format!("<?xml version='1.0'?><a>&{HOSTILE};</a>"),
        ] {
            if let Err(error) = adapter.decode(Payload::new(bytes.as_bytes(), received())) {
                assert!(!error.to_string().contains(is_unfit), "{error:?}");
            }
        }
    }
}
