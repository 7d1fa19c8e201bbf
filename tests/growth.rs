//! Time and memory grow with the input, and no faster. Each test prints the exponents.

#[path = "support/growth.rs"]
mod growth;

use std::path::Path;

use chrono::{DateTime, Duration, Utc};
use growth::linear;
use parceltrail::adapter::{ReplayGuard, WebhookCall, receive};
use parceltrail::model::FreeText;
use parceltrail::{Adapter, FeedId, Notice, NoticeKind, Payload, Place, Registry, TrackingNumber};
use serde_json::{Map, Value, json};

fn received() -> DateTime<Utc> {
    "2026-03-11T12:00:00Z".parse().unwrap()
}

#[test]
fn the_helper_tells_linear_from_more() {
    linear(
        "a sum",
        20_000,
        |n| vec![1_u64; n],
        |list| list.iter().sum::<u64>(),
    );
    let pairs = |list: &Vec<u64>| {
        list.iter()
            .map(|a| list.iter().filter(|b| *b > a).count())
            .sum::<usize>()
    };
    assert!(
        std::panic::catch_unwind(|| linear("all pairs", 200, |n| (0..n as u64).collect(), pairs))
            .is_err()
    );
    let table = |n: &usize| vec![1_u8; n * n];
    assert!(
        std::panic::catch_unwind(|| linear("a table of all pairs", 200, |n| n, table)).is_err()
    );
}

#[test]
fn masking_grows_with_the_sentence() {
    // Below the cap the cost is that of the words; above it, that of reading nothing more.
    for (name, words) in [
        ("known words", "delivered to the "),
        ("unknown words", "Xaver Yps "),
        ("introductions", "signed by handed to "),
        ("digits", "0171 555 12-3 "),
        ("marks", "([{:,.;-/"),
        ("addresses", "a@b.example "),
        ("ideograms", "正在派送王丰"),
        ("escapes", "\u{1b}[31m\u{1b}]0;x"),
        ("connectors", "de la Cruz "),
        ("apostrophes", "l'd's"),
    ] {
        linear(
            name,
            200,
            |n| words.repeat(n).chars().take(n).collect::<String>(),
            |text| FreeText::new(text.as_str()).to_string(),
        );
        let huge = |n: usize| FreeText::new(words.repeat(n));
        linear(&format!("{name}, beyond the cap"), 2_000, huge, |text| {
            text.to_string()
        });
    }
    let place = |n: usize| Place::new().with_city("Springfield ".repeat(n));
    linear("a long place", 500, place, |place| {
        FreeText::new("arrived at Springfield")
            .shown_with(Some(place))
            .into_owned()
    });
}

#[test]
fn notices_grow_with_their_text() {
    let notice = |text: &String| {
        Notice::new(
            NoticeKind::CarrierMessage,
            FeedId::from("ups.track"),
            text.as_str(),
        )
        .value(text)
        .at(text.as_str())
    };
    linear(
        "notices",
        4_000,
        |n| "no record of Mark 12 ".repeat(n),
        notice,
    );
}

#[test]
fn recognising_grows_with_the_payload() {
    let registry = Registry::builtin();
    let know = |bytes: &Vec<u8>| registry.recognise(bytes).is_ok();
    let text = |text: String| text.into_bytes();
    linear(
        "one long key",
        20_000,
        |n| text(format!(r#"{{"{}":[{{"a":{{"b":1}}}}]}}"#, "k".repeat(n))),
        know,
    );
    linear(
        "below a long key",
        1_000,
        |n| {
            text(format!(
                r#"{{"{}":{{{}"z":1}}}}"#,
                "k".repeat(n),
                r#""a":1,"#.repeat(n)
            ))
        },
        know,
    );
    linear(
        "many keys",
        500,
        |n| {
            text(format!(
                "{{{}\"z\":1}}",
                (0..n).map(|i| format!(r#""k{i}":1,"#)).collect::<String>()
            ))
        },
        know,
    );
    linear(
        "many lists",
        1_000,
        |n| text(format!("[{}{{}}]", r#"{"a":[{"b":[{"c":1}]}]},"#.repeat(n))),
        know,
    );
    linear(
        "nested",
        20,
        |n| text(format!("{}1{}", r#"{"a":["#.repeat(n), "]}".repeat(n))),
        know,
    );
    linear(
        "XML names",
        1_000,
        |n| {
            text(format!(
                "<a>{}</a>",
                (0..n).map(|i| format!("<n{i}/>")).collect::<String>()
            ))
        },
        know,
    );
    linear(
        "one long XML name",
        20_000,
        |n| text(format!("<a><{}/></a>", "n".repeat(n))),
        know,
    );
    linear(
        "a form",
        4_000,
        |n| text(format!("{}content=x", "a=%3C&".repeat(n))),
        know,
    );
    linear(
        "& in a form",
        10_000,
        |n| text(format!("content={}", "&".repeat(n))),
        know,
    );
    linear(
        "& in XML",
        10_000,
        |n| text(format!("<a>{}</a>", "&".repeat(n))),
        know,
    );
}

#[test]
fn places_and_numbers_grow_with_their_text() {
    linear(
        "places with dashes",
        4_000,
        |n| "a-".repeat(n),
        |text| Place::from_text(text),
    );
    linear(
        "places with commas",
        4_000,
        |n| "a, ".repeat(n),
        |text| Place::from_text(text),
    );
    linear(
        "numbers",
        10_000,
        |n| "1z 9\u{1b}".repeat(n),
        |text| TrackingNumber::new(text),
    );
    let zones = |place: &Place| parceltrail::model::zones_of(place);
    let city = |n: usize| {
        Place::new()
            .with_city("san-".repeat(n))
            .with_region("x ".repeat(n))
            .with_country("US".parse().ok())
    };
    linear("zones of a place", 4_000, city, |place| zones(place));
}

#[test]
fn a_replay_guard_grows_with_what_it_remembers() {
    let registry = Registry::builtin();
    let feed = registry.get("sf.push").unwrap();
    let delivery = |at: usize, year: u32| {
        let body = format!(
            r#"{{"Body":{{"WaybillRoute":{{"mailno":"SF{at:013}","acceptTime":"{year}-03-01 10:00:00","opCode":"50"}}}}}}"#
        );
        let moment = received() + Duration::seconds(at as i64);
        receive(
            feed,
            &WebhookCall {
                headers: &http::HeaderMap::new(),
                body: body.as_bytes(),
                received: moment,
            },
            None,
        )
        .unwrap()
    };
    for year in [2026, 2199] {
        let deliveries = |n: usize| (0..n).map(|at| delivery(at, year)).collect::<Vec<_>>();
        linear(
            &format!("a replay guard in {year}"),
            400,
            deliveries,
            |deliveries| {
                let mut guard = ReplayGuard::new(Duration::days(30));
                for delivery in deliveries {
                    let _ = guard.check(delivery);
                    guard.remember(delivery);
                }
                guard
            },
        );
    }
}

/// One sample of each feed, the largest of those that decode whole.
fn samples(registry: &Registry) -> Vec<(&dyn Adapter, String)> {
    let mut found: Vec<(&dyn Adapter, String)> = Vec::new();
    for adapter in registry.iter() {
        let feed = adapter.descriptor().feed.as_str();
        let mut texts = Vec::new();
        for pack in
            std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers")).unwrap()
        {
            let Ok(files) = std::fs::read_dir(pack.unwrap().path().join("samples")) else {
                continue;
            };
            for file in files {
                let path = file.unwrap().path();
                let name = path.file_name().unwrap().to_str().unwrap().to_owned();
                if name
                    .strip_prefix(feed)
                    .is_some_and(|rest| rest.starts_with('-'))
                    && !name.ends_with(".expected.json")
                {
                    texts.extend(std::fs::read_to_string(&path));
                }
            }
        }
        let whole = |text: &String| {
            let is_this_feed = registry
                .recognise(text.as_bytes())
                .is_ok_and(|known| known.descriptor().feed == adapter.descriptor().feed);
            is_this_feed
                && adapter
                    .decode(Payload::new(text.as_bytes(), received()))
                    .is_ok_and(|batch| !batch.shipments.is_empty())
        };
        texts.retain(whole);
        texts.sort_by_key(|text| (text.len(), text.clone()));
        found.extend(texts.pop().map(|text| (adapter, text)));
    }
    found
}

/// Picks the parts of a document that are made larger.
type Part = fn(&Value) -> bool;

/// The paths of everything in a document that `wanted` picks.
fn paths(value: &Value, at: &str, wanted: Part, out: &mut Vec<String>) {
    if wanted(value) {
        out.push(at.to_owned());
    }
    match value {
        Value::Array(list) => list
            .iter()
            .take(1)
            .for_each(|inner| paths(inner, &format!("{at}/0"), wanted, out)),
        Value::Object(map) => map.iter().for_each(|(key, inner)| {
            paths(
                inner,
                &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")),
                wanted,
                out,
            )
        }),
        _ => {}
    }
}

/// A document with one of its parts made n times as large.
fn grown(document: &Value, path: &str, n: usize) -> String {
    let mut document = document.clone();
    let part = document.pointer_mut(path).unwrap();
    match part {
        Value::Array(list) => {
            let first = list[0].clone();
            list.extend((1..n).map(|at| varied(&first, at)));
        }
        Value::Object(map) => map.extend(
            (0..n)
                .map(|at| (format!("unknown{at:09}"), json!([{"x": at}])))
                .collect::<Map<_, _>>(),
        ),
        Value::String(text) => *text = format!("{text}{}", " - x&<1".repeat(n)),
        _ => {}
    }
    document.to_string()
}

/// The same element with other digits at the end of its texts, so that elements are no repetitions
/// of each other.
fn varied(value: &Value, at: usize) -> Value {
    match value {
        Value::String(text)
            if text.len() > 8
                && text.bytes().filter(u8::is_ascii_digit).count() > 6
                && !text.contains([':', '-', '/']) =>
        {
            json!(format!(
                "{}{:05}",
                text.get(..text.len().saturating_sub(5)).unwrap_or_default(),
                at % 100_000
            ))
        }
        Value::Array(list) => list.iter().map(|inner| varied(inner, at)).collect(),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, inner)| (key.clone(), varied(inner, at)))
                .collect(),
        ),
        other => other.clone(),
    }
}

#[test]
fn every_decoder_of_json_grows_with_its_lists_objects_and_texts() {
    let registry = Registry::builtin();
    for (adapter, text) in samples(&registry) {
        let Ok(document) = serde_json::from_str::<Value>(&text) else {
            continue;
        };
        let feed = &adapter.descriptor().feed;
        let decode = |text: &String| adapter.decode(Payload::new(text.as_bytes(), received()));
        let kinds: [(&str, usize, Part); 3] = [
            ("list", 300, |part| {
                part.as_array().is_some_and(|list| {
                    list.first()
                        .is_some_and(|first| first.is_object() || first.is_string())
                })
            }),
            ("object", 300, Value::is_object),
            ("text", 1_000, Value::is_string),
        ];
        for (kind, base, wanted) in kinds {
            let mut found = Vec::new();
            paths(&document, "", wanted, &mut found);
            found.sort_by_key(|path| path.len());
            for path in found.iter().take(6) {
                linear(
                    &format!("{feed}: {kind} {path}"),
                    base,
                    |n| grown(&document, path, n),
                    decode,
                );
            }
        }
        linear(
            &format!("{feed}: nested"),
            30,
            |n| format!("{}{text}{}", r#"{"a":"#.repeat(n), "}".repeat(n)),
            decode,
        );
    }
}

/// The elements of an XML document that hold others or text: name, where they begin and end.
fn elements(text: &str) -> Vec<(String, usize, usize)> {
    let mut found: Vec<(String, usize, usize)> = Vec::new();
    for (at, _) in text.match_indices('<') {
        let name: String = text[at + 1..]
            .chars()
            .take_while(|c| c.is_alphanumeric() || matches!(c, ':' | '_' | '-'))
            .collect();
        if name.is_empty() || found.iter().any(|(known, ..)| *known == name) {
            continue;
        }
        let (close, tag_end) = (text[at..].find(&format!("</{name}>")), text[at..].find('>'));
        let end = match (close, tag_end) {
            (_, Some(end)) if text[at..at + end].ends_with('/') => at + end + 1,
            (Some(close), _) => at + close + name.len() + 3,
            _ => continue,
        };
        found.push((name, at, end));
    }
    found
}

#[test]
fn every_decoder_of_xml_grows_with_its_elements_attributes_and_texts() {
    let registry = Registry::builtin();
    for (adapter, text) in samples(&registry)
        .into_iter()
        .filter(|(_, text)| text.trim_start().starts_with('<'))
    {
        let feed = &adapter.descriptor().feed;
        let decode = |text: &String| adapter.decode(Payload::new(text.as_bytes(), received()));
        for (name, start, end) in elements(&text).into_iter().skip(1).take(16) {
            let repeated = |n: usize| {
                format!(
                    "{}{}{}",
                    &text[..start],
                    text[start..end].repeat(n),
                    &text[end..]
                )
            };
            linear(&format!("{feed}: element {name}"), 250, repeated, decode);
        }
        let root = text.find('>').map_or(0, |at| {
            if text.starts_with("<?") {
                text[at + 1..].find('>').unwrap_or(0) + at + 1
            } else {
                at
            }
        });
        let inside = |inner: String| format!("{}{inner}{}", &text[..=root], &text[root + 1..]);
        linear(
            &format!("{feed}: attributes"),
            200,
            |n| {
                inside(format!(
                    "<x {}/>",
                    (0..n)
                        .map(|i| format!("a{i}=\"&amp;\" "))
                        .collect::<String>()
                ))
            },
            decode,
        );
        linear(
            &format!("{feed}: &"),
            2_000,
            |n| inside(format!("<x>{}</x>", "&".repeat(n))),
            decode,
        );
        linear(
            &format!("{feed}: &amp;"),
            2_000,
            |n| inside(format!("<x>{}</x>", "&amp;".repeat(n))),
            decode,
        );
        linear(
            &format!("{feed}: nested elements"),
            30,
            |n| inside(format!("{}{}", "<x>".repeat(n), "</x>".repeat(n))),
            decode,
        );
    }
}
