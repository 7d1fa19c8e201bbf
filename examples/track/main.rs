//! Prints the trail of parcels from the payloads of any feeds: `cargo run --example track --
//! --help`.

mod answers;
mod changes;
mod input;
mod page;
mod paper;
mod style;
mod trail;
mod words;

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{Parser, ValueEnum};
use parceltrail::Registry;
use parceltrail::adapter::Notice;
use parceltrail::briefing::{Briefing, Language};
use parceltrail::journey::{Journeys, Snapshot};

/// Tells where parcels are, from what carriers, customs and posts say about them.
#[derive(Debug, Parser)]
#[command(name = "track")]
struct Arguments {
    /// The feed that all files come from, such as `ups.track`; otherwise it is told from their
    /// bytes.
    #[arg(long)]
    feed: Option<String>,
    /// The moment to look from (RFC 3339); the present by default. Statements about later do not
    /// count yet.
    #[arg(long, value_parser = input::moment)]
    now: Option<DateTime<Utc>>,
    /// When files count as received (RFC 3339), unless named as PATH@RFC3339; `--now` by default.
    #[arg(long, value_parser = input::moment)]
    received: Option<DateTime<Utc>>,
    /// Print JSON, one object a line, instead of a page to read.
    #[arg(long, value_enum)]
    json: Option<Output>,
    /// Print what has changed, delivery by delivery, instead of the page.
    #[arg(long, conflicts_with = "json")]
    changes: bool,
    /// The language of the page: `en` or `zh`.
    #[arg(long, default_value = "en", value_parser = language)]
    language: &'static Language,
    /// The zone whose days and hours the answers name, such as `Europe/Berlin`; this machine's by
    /// default.
    #[arg(long)]
    zone: Option<Tz>,
    /// Payloads, as PATH or PATH@RFC3339; `-` is standard input. None: the story that comes with
    /// the crate.
    files: Vec<String>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Output {
    /// Every event, oldest first per parcel.
    Events,
    /// Every parcel's journey.
    Journey,
    /// The four answers about every parcel.
    Briefing,
    /// What could not be used, and what the carriers said besides.
    Notices,
    /// What has changed, oldest first per parcel.
    Changes,
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let registry = Registry::builtin();
    if let Some(feed) = arguments
        .feed
        .as_deref()
        .filter(|feed| registry.get(feed).is_none())
    {
        let feeds: Vec<_> = registry
            .iter()
            .map(|adapter| adapter.descriptor().feed.to_string())
            .collect();
        eprintln!(
            "error: there is no feed {feed:?}; the feeds are {}",
            feeds.join(", ")
        );
        return ExitCode::from(2);
    }
    match run(&arguments, &registry) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        // Whoever reads us has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", paper::clean(&error.to_string()));
            ExitCode::from(1)
        }
    }
}

/// Reads, joins, prints. False when nothing could be read.
fn run(arguments: &Arguments, registry: &Registry) -> std::io::Result<bool> {
    let is_story = arguments.files.is_empty();
    let now = arguments.now.unwrap_or_else(|| {
        if is_story {
            input::story_now()
        } else {
            std::time::SystemTime::now().into()
        }
    });
    let received = arguments.received.unwrap_or(now);
    let payloads = if is_story {
        input::story()
    } else {
        input::read(&arguments.files, received)
    };

    let mut journeys = Journeys::default();
    let mut notices: Vec<Notice> = Vec::new();
    let mut read = 0;
    for payload in payloads {
        match payload
            .and_then(|payload| input::decode(registry, arguments.feed.as_deref(), &payload))
        {
            Ok(batch) => {
                read += 1;
                batch
                    .shipments
                    .into_iter()
                    .for_each(|shipment| drop(journeys.apply(shipment)));
                notices.extend(batch.notices);
            }
            Err(problem) => eprintln!("error: {}", paper::clean(&problem)),
        }
    }
    if read == 0 {
        return Ok(false);
    }
    let (sorted, unsure) = journeys.sorted();
    let states: Vec<Snapshot> = sorted.iter().map(|journey| journey.at(now)).collect();
    let desk = answers::Desk::new().map_err(std::io::Error::other)?;
    let briefings: Vec<Briefing> = states.iter().map(|state| desk.brief(state)).collect();
    notices.extend(unsure);
    notices.extend(
        states
            .iter()
            .flat_map(|state| state.notices.iter().cloned()),
    );
    notices.sort();
    notices.dedup();

    let mut out = anstream::AutoStream::new(std::io::stdout().lock(), colour());
    let replayed = || sorted.iter().map(|journey| desk.changes(journey, now));
    let zone = arguments.zone.unwrap_or_else(|| {
        if is_story {
            input::STORY_ZONE
        } else {
            machine_zone()
        }
    });
    let words = words::Words(arguments.language);
    match arguments.json {
        None if arguments.changes => {
            let parcels: Vec<_> = states.into_iter().zip(replayed()).collect();
            changes::write(&mut out, &parcels, words, zone)?;
        }
        None => {
            let texts = briefings
                .iter()
                .map(|briefing| briefing.text(arguments.language, zone))
                .collect::<Vec<_>>();
            let states: Vec<Snapshot> = states.iter().map(told_by_then).collect();
            page::write(
                &mut out,
                &page::Parcels {
                    states: &states,
                    briefings: &briefings,
                    texts: &texts,
                    zone,
                    now,
                    words,
                },
                &notices,
            )?;
        }
        Some(Output::Events) => states
            .iter()
            .flat_map(|state| &state.events)
            .try_for_each(|event| line(&mut out, event))?,
        Some(Output::Journey) => states.iter().try_for_each(|state| line(&mut out, state))?,
        Some(Output::Briefing) => briefings
            .iter()
            .try_for_each(|briefing| line(&mut out, briefing))?,
        Some(Output::Notices) => notices
            .iter()
            .try_for_each(|notice| line(&mut out, notice))?,
        Some(Output::Changes) => replayed()
            .flatten()
            .flat_map(|(_, changes)| changes)
            .try_for_each(|change| line(&mut out, &change))?,
    }
    out.flush()?;
    Ok(true)
}

/// The state without scans of which nobody had told yet at its moment: only what was announced by
/// then lies ahead of it.
fn told_by_then(state: &Snapshot) -> Snapshot {
    let now = state.at;
    let mut told = state.clone();
    told.events.retain(|event| {
        let received = state.first_received(event.id());
        event.time.earliest() <= now || received.is_some_and(|received| received <= now)
    });
    told
}

fn language(tag: &str) -> Result<&'static Language, String> {
    let known = || {
        Language::all_builtin()
            .iter()
            .map(Language::tag)
            .collect::<Vec<_>>()
            .join(", ")
    };
    Language::builtin(tag).ok_or_else(|| format!("the languages are {}", known()))
}

/// The zone of this machine's clock, else UTC.
fn machine_zone() -> Tz {
    iana_time_zone::get_timezone()
        .ok()
        .and_then(|name| name.parse().ok())
        .unwrap_or(Tz::UTC)
}

/// Colour on a terminal, unless `NO_COLOR` is set; elsewhere, if `CLICOLOR_FORCE` is.
fn colour() -> anstream::ColorChoice {
    let forced = std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if forced && !refused {
        anstream::ColorChoice::Always
    } else if refused || !std::io::stdout().is_terminal() {
        anstream::ColorChoice::Never
    } else {
        anstream::ColorChoice::Auto
    }
}

/// One JSON object a line. What a terminal would obey is escaped; it can stand in texts only.
fn line(out: &mut impl Write, value: &impl serde::Serialize) -> std::io::Result<()> {
    let json = serde_json::to_string(value)?;
    let mut units = [0; 2];
    let mut from = 0;
    for (at, letter) in json.match_indices(paper::is_harmful) {
        out.write_all(&json.as_bytes()[from..at])?;
        for letter in letter.chars() {
            letter
                .encode_utf16(&mut units)
                .iter()
                .try_for_each(|unit| write!(out, "\\u{unit:04x}"))?;
        }
        from = at + letter.len();
    }
    out.write_all(&json.as_bytes()[from..])?;
    out.write_all(b"\n")
}
