//! The events of a parcel, day by day, and what none of them says.

use std::collections::HashMap;
use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, Utc};
use parceltrail::journey::{SameScan, Snapshot};
use parceltrail::model::{Event, EventId, Milestone, Scope, TimeKind};

use crate::page::heading;
use crate::paper::{fit, row, wrapped};
use crate::style::{BAD, BOLD, DIM, OPEN, PLAIN, place_text, style_of};
use crate::words::{Words, date};

pub fn timeline(
    out: &mut impl Write,
    words: Words,
    state: &Snapshot,
    now: DateTime<Utc>,
) -> io::Result<()> {
    heading(out, &words.word("page-trail"))?;
    let mut printed: Option<NaiveDate> = None;
    let scans: HashMap<EventId, &SameScan> = state
        .same_scans
        .iter()
        .flat_map(|scan| scan.events.iter().map(move |id| (*id, scan)))
        .collect();
    for event in &state.events {
        // One scan told by several feeds is printed once, by its best witness.
        let id = event.id();
        let others = scans.get(&id);
        if others.is_some_and(|scan| scan.best != id) {
            continue;
        }
        let date = date(&event.time);
        if printed != Some(date) {
            row(out, &[(PLAIN, "  "), (BOLD, &words.date(date))])?;
            printed = Some(date);
        }
        entry(
            out,
            words,
            event,
            others.map_or(1, |scan| scan.events.len()),
            now,
        )?;
    }
    Ok(())
}

fn entry(
    out: &mut impl Write,
    words: Words,
    event: &Event,
    told_by: usize,
    now: DateTime<Utc>,
) -> io::Result<()> {
    let style = if event.scope == Scope::Document {
        DIM
    } else {
        style_of(event.milestone)
    };
    let place = event.place.as_ref().map(place_text).unwrap_or_default();
    let source = if told_by > 1 {
        format!("{} +{}", event.feed, told_by - 1)
    } else {
        event.feed.to_string()
    };
    let clock = format!("   {} ", fit(&words.clock(&event.time), 12));
    let (what, place, source) = (
        fit(&words.0.event(event, now), 27),
        format!(" {} ", fit(&place, 20)),
        fit(&source, 15),
    );
    row(
        out,
        &[
            (PLAIN, &clock),
            (style, &what),
            (PLAIN, &place),
            (DIM, &source),
        ],
    )?;
    // What the table does not tell, the carrier's own words may.
    let own_words = event
        .code
        .text
        .as_ref()
        .map(|text| text.shown_with(event.place.as_ref()).into_owned())
        .unwrap_or_default();
    match event.milestone {
        Milestone::Unmapped => wrapped(
            out,
            "                  ",
            words
                .say(
                    "code-and-words",
                    &[("code", &event.code.value), ("words", &own_words)],
                )
                .trim_end(),
            DIM,
        ),
        Milestone::Exception | Milestone::Held | Milestone::Delayed
            if event.reason.is_none() && !own_words.is_empty() =>
        {
            wrapped(out, "                  ", &own_words, DIM)
        }
        _ => Ok(()),
    }
}

/// What was not reported: said, not filled in.
pub fn unknowns(out: &mut impl Write, words: Words, state: &Snapshot) -> io::Result<()> {
    let count =
        |test: &dyn Fn(&Event) -> bool| state.events.iter().filter(|event| test(event)).count();
    let facts = [
        (
            count(&|event| event.milestone == Milestone::Unmapped),
            "unknown-meaning",
        ),
        (
            count(&|event| event.time.kind() == TimeKind::Local),
            "unknown-zone",
        ),
        (
            count(&|event| event.time.kind() == TimeKind::Date),
            "unknown-time",
        ),
        (
            count(&|event| event.place.is_none() && event.scope != Scope::Document),
            "unknown-place",
        ),
    ];
    let parts: Vec<String> = facts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, message)| words.say(message, &[("count", &count.to_string())]))
        .collect();
    if !parts.is_empty() {
        heading(out, &words.word("page-unknown"))?;
        let (events, parts) = (
            state.events.len().to_string(),
            parts.join(&words.word("between-parts")),
        );
        let line = words.say("unknown-line", &[("events", &events), ("parts", &parts)]);
        wrapped(out, "  ", &line, OPEN)?;
    }
    for conflict in &state.conflicts {
        let kind = words.word(&format!("conflict-{}", conflict.kind));
        let values = conflict.values.join(" / ");
        let line = words.say(
            "contradiction-line",
            &[("kind", &kind), ("values", &values)],
        );
        wrapped(out, "  ", &line, BAD)?;
    }
    Ok(())
}
