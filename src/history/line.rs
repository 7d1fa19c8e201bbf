//! One journey a line of JSON: strict in what is written, lenient in what is read.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, ToSmolStr};

use super::{Attribute, History, HistoryEnd, Passage, Planned, Station};
use crate::model::{Country, Milestone};

/// A line that is no history.
#[derive(Debug, thiserror::Error)]
#[error("not a journey in the history format: {0}")]
pub struct HistoryError(#[from] serde_json::Error);

impl History {
    /// Reads one line of a history file.
    ///
    /// Keys that are not of the format are passed over; numbers count as texts where a text is
    /// expected (`"id": 7`, `"postcode": 10115`); events may stand in any order. A milestone
    /// outside the vocabulary becomes `unmapped`, such a stage or reason is left out, and a text
    /// that names no country is kept as (the beginning of) the region.
    ///
    /// # Errors
    /// When it is no JSON object, has no `id`, an event lacks its time or milestone, a time is not
    /// RFC 3339, or the outcome is none of the format.
    ///
    /// ```
    /// use parceltrail::History;
    /// let line = r#"{"id":7,"destination":{"country":"DE","postcode":10115},"shelf":"B2","events":[{"at":"2026-03-02T09:00:00Z","milestone":"picked_up"}]}"#;
    /// let history = History::from_line(line)?;
    /// assert_eq!((history.id.as_str(), history.destination.postcode.as_deref()), ("7", Some("10115")));
    /// assert!(History::from_line(r#"{"id":8,"events":[{"at":"yesterday","milestone":"picked_up"}]}"#).is_err());
    /// # Ok::<(), parceltrail::history::HistoryError>(())
    /// ```
    pub fn from_line(line: impl AsRef<[u8]>) -> Result<Self, HistoryError> {
        Ok(serde_json::from_slice(line.as_ref())?)
    }

    /// The line that a history file holds for it, without a line break. Reading it gives an equal
    /// history.
    #[must_use]
    pub fn to_line(&self) -> String {
        // A history holds nothing that JSON cannot say: no maps but of texts, and numbers that are
        // none become null.
        serde_json::to_string(&Written::of(self)).unwrap_or_default()
    }
}

/// A history as it is written: the plan stands at the events, and apart only where it says more.
#[derive(Serialize)]
struct Written<'h> {
    id: &'h SmolStr,
    #[serde(skip_serializing_if = "Option::is_none")]
    carrier: &'h Option<SmolStr>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: &'h Option<SmolStr>,
    origin: &'h Station,
    destination: &'h Station,
    #[serde(skip_serializing_if = "Option::is_none")]
    promised: &'h Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<HistoryEnd>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    attributes: &'h BTreeMap<SmolStr, Attribute>,
    events: &'h [Passage],
    #[serde(skip_serializing_if = "Option::is_none")]
    schedule: Option<&'h [Planned]>,
}

impl<'h> Written<'h> {
    fn of(history: &'h History) -> Self {
        let History {
            id,
            carrier,
            service,
            origin,
            destination,
            promised,
            outcome,
            attributes,
            events,
            schedule,
        } = history;
        let schedule = (*schedule != plan_of(events)).then_some(schedule.as_slice());
        Self {
            id,
            carrier,
            service,
            origin,
            destination,
            promised,
            outcome: *outcome,
            attributes,
            events,
            schedule,
        }
    }
}

impl Serialize for History {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Written::of(self).serialize(serializer)
    }
}

/// What the events say was planned, in order of the plan.
fn plan_of(events: &[Passage]) -> Vec<Planned> {
    let mut plan: Vec<Planned> = events
        .iter()
        .filter_map(|event| {
            Some(Planned {
                stage: event.stage,
                milestone: event.milestone,
                at: event.planned?,
            })
        })
        .collect();
    plan.sort_by_key(|step| step.at);
    plan
}

/// A line as it is read.
#[derive(Deserialize)]
#[serde(expecting = "a JSON object with id and events")]
pub(super) struct Line {
    #[serde(deserialize_with = "text")]
    id: SmolStr,
    #[serde(default, deserialize_with = "maybe_text")]
    carrier: Option<SmolStr>,
    #[serde(default, deserialize_with = "maybe_text")]
    service: Option<SmolStr>,
    #[serde(default)]
    origin: Option<Station>,
    #[serde(default)]
    destination: Option<Station>,
    #[serde(default, deserialize_with = "maybe_instant")]
    promised: Option<DateTime<Utc>>,
    #[serde(default)]
    outcome: Option<HistoryEnd>,
    #[serde(default, deserialize_with = "attributes")]
    attributes: BTreeMap<SmolStr, Attribute>,
    events: Vec<Passage>,
    #[serde(default)]
    schedule: Option<Vec<Planned>>,
}

impl From<Line> for History {
    fn from(line: Line) -> Self {
        let Line {
            id,
            carrier,
            service,
            origin,
            destination,
            promised,
            outcome,
            attributes,
            mut events,
            schedule,
        } = line;
        events.sort_by_key(|event| event.at);
        let schedule = schedule.unwrap_or_else(|| plan_of(&events));
        let (origin, destination) = (origin.unwrap_or_default(), destination.unwrap_or_default());
        Self {
            id,
            carrier,
            service,
            origin,
            destination,
            promised,
            outcome,
            attributes,
            events,
            schedule,
        }
    }
}

/// A text, or a number or truth value in its place.
struct Text(Option<SmolStr>);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextVisitor;
        impl<'de> Visitor<'de> for TextVisitor {
            type Value = Text;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or number")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Text, E> {
                let text = text.trim();
                Ok(Text((!text.is_empty()).then(|| text.into())))
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Text, E> {
                Ok(Text(Some(number.to_smolstr())))
            }

            fn visit_i64<E: Error>(self, number: i64) -> Result<Text, E> {
                Ok(Text(Some(number.to_smolstr())))
            }

            fn visit_f64<E: Error>(self, number: f64) -> Result<Text, E> {
                Ok(Text(Some(number.to_smolstr())))
            }

            fn visit_unit<E: Error>(self) -> Result<Text, E> {
                Ok(Text(None))
            }
        }
        deserializer.deserialize_any(TextVisitor)
    }
}

fn text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<SmolStr, D::Error> {
    maybe_text(deserializer)?.ok_or_else(|| D::Error::custom("id is empty"))
}

fn maybe_text<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<SmolStr>, D::Error> {
    Ok(Text::deserialize(deserializer)?.0)
}

/// A word of a vocabulary; another word is left out.
pub(super) fn word<'de, T: FromStr, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<T>, D::Error> {
    Ok(maybe_text(deserializer)?.and_then(|word| word.parse().ok()))
}

/// A milestone; another word is something unknown that happened.
pub(super) fn milestone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Milestone, D::Error> {
    Ok(word(deserializer)?.unwrap_or(Milestone::Unmapped))
}

/// A time in RFC 3339.
pub(super) fn instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<DateTime<Utc>, D::Error> {
    struct InstantVisitor;
    impl Visitor<'_> for InstantVisitor {
        type Value = DateTime<Utc>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a time in RFC 3339, such as 2026-03-02T09:00:00Z")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
            match DateTime::parse_from_rfc3339(text.trim()) {
                Ok(at) => Ok(at.to_utc()),
                Err(_) => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
            }
        }
    }
    deserializer.deserialize_str(InstantVisitor)
}

pub(super) fn maybe_instant<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<DateTime<Utc>>, D::Error> {
    #[derive(Deserialize)]
    struct Instant(#[serde(deserialize_with = "instant")] DateTime<Utc>);
    Ok(Option::<Instant>::deserialize(deserializer)?.map(|Instant(at)| at))
}

/// Words and numbers; truth values count 1 and 0, what is neither is left out.
fn attributes<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<BTreeMap<SmolStr, Attribute>, D::Error> {
    struct Value(Option<Attribute>);
    impl<'de> Deserialize<'de> for Value {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_any(ValueVisitor(PhantomData))
        }
    }
    struct ValueVisitor(PhantomData<Value>);
    impl<'de> Visitor<'de> for ValueVisitor {
        type Value = Value;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text or number")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
            Ok(Value(Some(Attribute::Text(text.into()))))
        }

        fn visit_f64<E: Error>(self, number: f64) -> Result<Value, E> {
            Ok(Value(Some(Attribute::Number(number))))
        }

        fn visit_u64<E: Error>(self, number: u64) -> Result<Value, E> {
            self.visit_f64(number as f64)
        }

        fn visit_i64<E: Error>(self, number: i64) -> Result<Value, E> {
            self.visit_f64(number as f64)
        }

        fn visit_bool<E: Error>(self, is: bool) -> Result<Value, E> {
            self.visit_f64(f64::from(u8::from(is)))
        }

        fn visit_unit<E: Error>(self) -> Result<Value, E> {
            Ok(Value(None))
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
            while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Value(None))
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Value(None))
        }
    }
    let all: Option<BTreeMap<SmolStr, Value>> = Option::deserialize(deserializer)?;
    Ok(all
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, Value(value))| Some((name, value?)))
        .collect())
}

impl<'de> Deserialize<'de> for Station {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Fields {
            #[serde(default, deserialize_with = "maybe_text")]
            country: Option<SmolStr>,
            #[serde(default, deserialize_with = "maybe_text")]
            region: Option<SmolStr>,
            #[serde(default, deserialize_with = "maybe_text")]
            postcode: Option<SmolStr>,
            #[serde(default, deserialize_with = "maybe_text")]
            code: Option<SmolStr>,
        }
        struct StationVisitor;
        impl<'de> Visitor<'de> for StationVisitor {
            type Value = Station;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a place: an object with country, region, postcode, code")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Station, A::Error> {
                let Fields {
                    country,
                    region,
                    postcode,
                    code,
                } = Fields::deserialize(MapAccessDeserializer::new(map))?;
                let (country, region) =
                    match country {
                        None => (None, region),
                        Some(text) => match country_of(&text) {
                            Some(country) => (Some(country), region),
                            None => (
                                None,
                                Some(region.map_or(text.clone(), |region| {
                                    format!("{text}/{region}").into()
                                })),
                            ),
                        },
                    };
                Ok(Station {
                    country,
                    region,
                    postcode,
                    code,
                })
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Station, E> {
                let country = country_of(text);
                let code =
                    (country.is_none() && !text.trim().is_empty()).then(|| text.trim().into());
                Ok(Station {
                    country,
                    code,
                    ..Station::default()
                })
            }

            fn visit_u64<E: Error>(self, number: u64) -> Result<Station, E> {
                Ok(Station {
                    code: Some(number.to_smolstr()),
                    ..Station::default()
                })
            }

            fn visit_unit<E: Error>(self) -> Result<Station, E> {
                Ok(Station::default())
            }
        }
        deserializer.deserialize_any(StationVisitor)
    }
}

/// The country that a text names, by code or name.
fn country_of(text: &str) -> Option<Country> {
    Country::from_alpha2(text).or_else(|| Country::named(text))
}
