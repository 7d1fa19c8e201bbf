//! A sketch of a payload: enough of its shape to tell the feed.

use std::collections::HashSet;
use std::fmt;

use quick_xml::Reader;
use quick_xml::events::Event;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Mark;
use crate::wire::{form, text};

/// How deep and how far a sketch looks.
const DEEPEST: usize = 6;
const MOST_NAMES: usize = 4_000;
/// Longer names are nobody's: neither they nor what lies below them is looked at.
const LONGEST_NAME: usize = 100;

/// The shape of a payload.
pub(crate) enum Sketch {
    Json(HashSet<String>),
    Xml {
        root: String,
        names: HashSet<String>,
    },
    Form(Vec<u8>),
    Other,
}

impl Sketch {
    pub fn of(bytes: &[u8]) -> Self {
        let decoded = text::decode(&bytes[..bytes.len().min(super::Payload::MAX_BYTES)]);
        let trimmed = decoded.text.trim_start();
        match trimmed.as_bytes().first() {
            Some(b'{' | b'[') => {
                let mut paths = HashSet::new();
                let mut reader = serde_json::Deserializer::from_str(trimmed);
                // Broken further on is for the decoder to say: what was seen until then tells the
                // feed.
                let _ = Paths {
                    prefix: String::new(),
                    depth: 0,
                    found: &mut paths,
                }
                .deserialize(&mut reader);
                Self::Json(paths)
            }
            Some(b'<') => sketch_xml(trimmed),
            Some(_) if trimmed.contains('=') => Self::Form(bytes.to_vec()),
            _ => Self::Other,
        }
    }

    /// How many names of the best fitting mark are there; 0 when none fits whole.
    pub fn score(&self, marks: &[Mark]) -> usize {
        marks
            .iter()
            .map(|mark| self.score_one(mark))
            .max()
            .unwrap_or(0)
    }

    fn score_one(&self, mark: &Mark) -> usize {
        let fits = match (self, mark) {
            (Self::Json(found), Mark::Json(paths)) => {
                return if paths.iter().all(|path| found.contains(*path)) {
                    paths.len()
                } else {
                    0
                };
            }
            (Self::Xml { root, names }, Mark::Xml(name, below)) => {
                return if root == name && below.iter().all(|name| names.contains(*name)) {
                    1 + below.len()
                } else {
                    0
                };
            }
            (Self::Xml { root, .. }, Mark::XmlRoot(start, end)) => {
                root.starts_with(start) && root.ends_with(end)
            }
            (Self::Form(body), Mark::Form(field)) => form::field(body, field).is_some(),
            _ => false,
        };
        usize::from(fits)
    }
}

fn sketch_xml(text: &str) -> Sketch {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = false;
    let mut root = String::new();
    let mut names = HashSet::new();
    while names.len() < MOST_NAMES {
        let (Ok(Event::Start(tag)) | Ok(Event::Empty(tag))) = (match reader.read_event() {
            Ok(Event::Eof) | Err(_) => break,
            other => other,
        }) else {
            continue;
        };
        let name = tag.local_name();
        let name: &str = name.as_ref();
        if name.len() > LONGEST_NAME {
            continue;
        }
        if root.is_empty() {
            name.clone_into(&mut root);
        } else if !names.contains(name) {
            names.insert(name.to_owned());
        }
    }
    Sketch::Xml { root, names }
}

/// Collects the paths of object keys, lists passed through.
struct Paths<'p> {
    prefix: String,
    depth: usize,
    found: &'p mut HashSet<String>,
}

impl<'de> DeserializeSeed<'de> for Paths<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Paths<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            if self.depth >= DEEPEST || self.found.len() >= MOST_NAMES || key.len() > LONGEST_NAME {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let path = if self.prefix.is_empty() {
                key.into_owned()
            } else {
                format!("{}.{key}", self.prefix)
            };
            if !self.found.contains(&path) {
                self.found.insert(path.clone());
            }
            map.next_value_seed(Paths {
                prefix: path,
                depth: self.depth + 1,
                found: self.found,
            })?;
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.depth >= DEEPEST {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        while list
            .next_element_seed(Paths {
                prefix: self.prefix.clone(),
                depth: self.depth + 1,
                found: self.found,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }
}
