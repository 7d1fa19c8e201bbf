//! What happens to payloads on their way: cut, garbled, wrapped, re-encoded. Deterministic, so that
//! a failure can be run again.

use serde_json::Value;

/// A payload cut short at every byte.
pub(super) fn truncated(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    (0..bytes.len()).map(|end| &bytes[..end])
}

/// A payload with bytes overwritten: each of a spread of positions, with each of a few bytes that
/// mean something to a parser.
pub(super) fn garbled(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    const GARBAGE: &[u8] = b"\0\"{[<&9-\xff";
    let step = (bytes.len() / 200).max(1);
    (0..bytes.len()).step_by(step).flat_map(move |at| {
        GARBAGE.iter().map(move |garbage| {
            let mut out = bytes.to_vec();
            out[at] = *garbage;
            out
        })
    })
}

/// A payload with an unknown field in every object, or an unknown element in front of every closing
/// tag of the root.
pub(super) fn with_unknown_fields(bytes: &[u8]) -> Option<Vec<u8>> {
    if let Ok(mut value) = serde_json::from_slice::<Value>(bytes) {
        add_unknown(&mut value);
        return serde_json::to_vec(&value).ok();
    }
    let text = std::str::from_utf8(bytes).ok()?;
    let close = text
        .trim_end()
        .starts_with('<')
        .then(|| text.rfind("</"))??;
    Some(
        format!(
            "{}<unknownElement a=\"1\"><b/>text</unknownElement>{}",
            &text[..close],
            &text[close..]
        )
        .into_bytes(),
    )
}

fn add_unknown(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.values_mut().for_each(add_unknown);
            map.insert(
                "unknown_field".into(),
                serde_json::json!({ "a": [1, null, { "b": "c" }] }),
            );
        }
        Value::Array(list) => list.iter_mut().for_each(add_unknown),
        _ => {}
    }
}

/// JSON with every list of one object replaced by that object; none when there is no such list.
pub(super) fn one_for_many(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(bytes).ok()?;
    let before = value.clone();
    unwrap_lists(&mut value);
    (value != before)
        .then(|| serde_json::to_vec(&value).ok())
        .flatten()
}

fn unwrap_lists(value: &mut Value) {
    match value {
        Value::Object(map) => map.values_mut().for_each(unwrap_lists),
        Value::Array(list) => {
            list.iter_mut().for_each(unwrap_lists);
            if let [only @ Value::Object(_)] = list.as_mut_slice() {
                *value = only.take();
            }
        }
        _ => {}
    }
}

/// JSON with one of its values after another replaced: by null, by a list, by an object, by a
/// number.
pub(super) fn with_wrong_types(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return Vec::new();
    };
    let mut paths = Vec::new();
    collect_paths(&value, String::new(), &mut paths);
    let wrong = [
        Value::Null,
        serde_json::json!([[]]),
        serde_json::json!({}),
        serde_json::json!(-1.5e300),
        serde_json::json!("\u{0}ß"),
    ];
    let mut out = Vec::new();
    for path in paths {
        for instead in &wrong {
            let mut changed = value.clone();
            if let Some(slot) = changed.pointer_mut(&path) {
                *slot = instead.clone();
            }
            out.extend(serde_json::to_vec(&changed));
        }
    }
    out
}

fn collect_paths(value: &Value, path: String, out: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            for (key, value) in map {
                collect_paths(
                    value,
                    format!("{path}/{}", key.replace('~', "~0").replace('/', "~1")),
                    out,
                );
            }
        }
        Value::Array(list) => {
            for (at, value) in list.iter().enumerate() {
                collect_paths(value, format!("{path}/{at}"), out);
            }
        }
        _ => {}
    }
    out.push(path);
}

/// The payload in GBK, where every character of it exists there and any is not ASCII.
pub(super) fn in_gbk(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = std::str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.is_ascii())?;
    let (encoded, _, lossy) = encoding_rs::GBK.encode(text);
    (!lossy).then(|| encoded.into_owned())
}

/// Messages that are nobody's: deep, hostile, noise.
pub(super) fn nonsense() -> Vec<Vec<u8>> {
    let deep = |open: &str, close: &str| {
        format!("{}{}", open.repeat(10_000), close.repeat(10_000)).into_bytes()
    };
    let bomb: String = (1..20)
        .map(|n| format!("<!ENTITY e{n} \"&e{};&e{};\">", n - 1, n - 1))
        .collect();
    let noise: Vec<u8> = (0..100_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    vec![
        Vec::new(),
        b"   \n".to_vec(),
        b"null".to_vec(),
        b"[]".to_vec(),
        b"{}".to_vec(),
        b"\"text\"".to_vec(),
        b"<html><body>503</body></html>".to_vec(),
        b"<a/>".to_vec(),
        b"content=%".to_vec(),
        deep("[", "]"),
        deep("{\"a\":", ""),
        deep("<a>", "</a>"),
        format!("<!DOCTYPE a [<!ENTITY e0 \"x\">{bomb}]><a>&e19;</a>").into_bytes(),
        noise,
    ]
}
