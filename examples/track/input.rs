//! Where payloads come from: files, standard input, or the story that comes with the crate.

use std::io::Read;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use parceltrail::Registry;
use parceltrail::adapter::{Adapter, Batch, Payload};

/// A payload with its name and when it was received.
pub struct Received {
    name: String,
    bytes: Vec<u8>,
    at: DateTime<Utc>,
}

/// An RFC 3339 moment.
pub fn moment(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text)
        .map(|at| at.with_timezone(&Utc))
        .map_err(|error| format!("not an RFC 3339 moment: {error}"))
}

/// Reads files, each as PATH or PATH@RFC3339.
pub fn read(files: &[String], received: DateTime<Utc>) -> Vec<Result<Received, String>> {
    files.iter().map(|file| read_one(file, received)).collect()
}

fn read_one(file: &str, received: DateTime<Utc>) -> Result<Received, String> {
    let (path, at) = match file.rsplit_once('@').map(|(path, at)| (path, moment(at))) {
        Some((path, Ok(at))) => (path, at),
        _ => (file, received),
    };
    let bytes = if path == "-" {
        let mut bytes = Vec::new();
        std::io::stdin()
            .lock()
            .read_to_end(&mut bytes)
            .map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    let name = if path == "-" { "standard input" } else { path };
    Ok(Received {
        name: name.to_owned(),
        bytes: bytes.map_err(|error| format!("{name}: {error}"))?,
        at,
    })
}

/// Reads a payload with the feed named, or the one told from its bytes.
pub fn decode(
    registry: &Registry,
    feed: Option<&str>,
    payload: &Received,
) -> Result<Batch, String> {
    let adapter: &dyn Adapter = match feed.and_then(|feed| registry.get(feed)) {
        Some(adapter) => adapter,
        None => registry
            .recognise(&payload.bytes)
            .map_err(|error| format!("{}: {error}; name it with --feed", payload.name))?,
    };
    adapter
        .decode(Payload::new(&payload.bytes, payload.at))
        .map_err(|error| format!("{}: {error}", payload.name))
}

macro_rules! chapters {
    ($($file:literal at $at:literal,)+) => {
        /// The story's payloads: what each feed said, and when.
        const CHAPTERS: &[(&str, &[u8], &str)] = &[$(($file, include_bytes!(concat!("story/", $file)), $at),)+];
    };
}

chapters! {
    "1-sf-routes.json" at "2026-03-07T09:00:00Z",
    "2-customs-declaration.xml" at "2026-03-02T13:00:00Z",
    "3-customs-receipts.xml" at "2026-03-03T08:00:00Z",
    "4-ups-track.json" at "2026-03-09T20:00:00Z",
    "5-usps-tracking.json" at "2026-03-11T18:00:00Z",
}

/// The story that comes with the crate: SF collects in Shenzhen, customs look into it, UPS carries
/// it over the border, USPS delivers it.
pub fn story() -> Vec<Result<Received, String>> {
    CHAPTERS
        .iter()
        .map(|(name, bytes, at)| {
            Ok(Received {
                name: (*name).to_owned(),
                bytes: bytes.to_vec(),
                at: moment(at)?,
            })
        })
        .collect()
}

/// The recipient's zone in the story.
pub const STORY_ZONE: Tz = chrono_tz::America::New_York;

/// The moment from which the story is told.
pub fn story_now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_773_273_600, 0).unwrap_or_default()
}
