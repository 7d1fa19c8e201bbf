//! The page to read: one timeline, nothing more certain than it is known, and what is to come told
//! as a plan.

use std::collections::HashMap;
use std::io::{self, Write};

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use parceltrail::adapter::{Notice, NoticeKind};
use parceltrail::briefing::{Briefing, Text};
use parceltrail::journey::{Claim, CustomsTrack, PieceState, SameScan, Snapshot, StatedPromise};
use parceltrail::model::{Event, EventId, Milestone, Scope, TimeKind};

use crate::paper::{columns, fit, row, wrapped};
use crate::words::{
    BAD, BOLD, DIM, GOOD, OPEN, PLAIN, clock, date, day, place_text, promised, spaced, style_of,
    when, words,
};

/// What the page is about.
pub struct Parcels<'a> {
    /// Every parcel's state.
    pub states: &'a [Snapshot],
    /// Its four answers as data, in the same order.
    pub briefings: &'a [Briefing],
    /// Its four answers as sentences, in the same order.
    pub texts: &'a [Text],
    /// The zone whose days and hours the answers name.
    pub zone: Tz,
    /// The moment from which it is told.
    pub now: DateTime<Utc>,
}

/// Writes every parcel's trail, and the notices.
pub fn write(out: &mut impl Write, parcels: &Parcels<'_>, notices: &[Notice]) -> io::Result<()> {
    for (at, ((state, briefing), text)) in parcels
        .states
        .iter()
        .zip(parcels.briefings)
        .zip(parcels.texts)
        .enumerate()
    {
        if at > 0 {
            writeln!(out)?;
        }
        parcel(out, state, briefing, text, parcels)?;
    }
    if parcels.states.is_empty() {
        writeln!(out, "No parcel is told about.")?;
    }
    if !notices.is_empty() {
        heading(out, "NOTICES")?;
        for notice in notices {
            write_notice(out, notice)?;
        }
    }
    Ok(())
}

fn heading(out: &mut impl Write, text: &str) -> io::Result<()> {
    writeln!(out)?;
    row(out, &[(BOLD, text)])
}

fn parcel(
    out: &mut impl Write,
    state: &Snapshot,
    briefing: &Briefing,
    text: &Text,
    parcels: &Parcels<'_>,
) -> io::Result<()> {
    let numbers: Vec<String> = match state.legs.as_slice() {
        [] => state
            .numbers
            .iter()
            .map(|id| id.number.to_string())
            .collect(),
        legs => legs.iter().map(|leg| leg.number.to_string()).collect(),
    };
    wrapped(out, "PARCEL ", &numbers.join(" > "), BOLD)?;
    answers(out, state, text, parcels.zone)?;
    legs(out, state)?;
    for (name, track) in [
        ("export", &state.customs.export),
        ("import", &state.customs.import),
    ] {
        if let Some(track) = track {
            customs(out, name, track)?;
        }
    }
    pieces(out, state, briefing)?;
    promises(out, state)?;
    for (at, linked) in state.linked.iter().enumerate() {
        let role = spaced(linked.role.as_str());
        labelled(
            out,
            at,
            "linked",
            &format!("{role} {} {}", linked.id.carrier, linked.id.number),
        )?;
    }
    for (at, claim) in state.claims.iter().enumerate() {
        labelled(out, at, "claim", &claim_text(claim))?;
    }
    timeline(out, state, parcels.now)?;
    unknowns(out, state)
}

/// A line under a label that the first of its kind carries.
fn labelled(out: &mut impl Write, at: usize, label: &str, text: &str) -> io::Result<()> {
    wrapped(
        out,
        &format!("  {:<9}", if at == 0 { label } else { "" }),
        text,
        PLAIN,
    )
}

/// The four answers, on the reader's clock.
fn answers(out: &mut impl Write, state: &Snapshot, text: &Text, zone: Tz) -> io::Result<()> {
    let style = state
        .parcel
        .as_ref()
        .map_or(OPEN, |parcel| style_of(parcel.milestone));
    for (at, (label, answer)) in text.lines().enumerate() {
        let label = format!(
            "  {label}{}",
            " ".repeat(9_usize.saturating_sub(columns(label)))
        );
        wrapped(out, &label, answer, if at == 0 { style } else { PLAIN })?;
    }
    row(out, &[(PLAIN, "  "), (DIM, &format!("clock    {zone}"))])
}

fn legs(out: &mut impl Write, state: &Snapshot) -> io::Result<()> {
    for (at, leg) in state.legs.iter().enumerate() {
        let label = if at == 0 { "legs" } else { "" };
        let days = match (&leg.first, &leg.last) {
            (Some(first), Some(last)) => format!("{} - {}", day(first), day(last)),
            _ => match state
                .last_seen
                .as_ref()
                .filter(|seen| seen.carrier == leg.carrier)
            {
                Some(seen) => format!("seen {}", day(&seen.time)),
                None => "not begun".to_owned(),
            },
        };
        let in_part = state
            .piece_count
            .is_some_and(|pieces| pieces.delivered < pieces.total);
        let end = match leg.milestone {
            Some(Milestone::Delivered) if in_part && at + 1 == state.legs.len() => {
                "delivered in part"
            }
            milestone => milestone.map_or("", words),
        };
        let line = format!(
            "  {label:<8} {}. {:<6} {} {days:<15} {end}",
            at + 1,
            leg.carrier,
            fit(leg.number.as_str(), 22)
        );
        row(out, &[(PLAIN, &line)])?;
    }
    Ok(())
}

fn customs(out: &mut impl Write, direction: &str, track: &CustomsTrack) -> io::Result<()> {
    let stands = words(track.milestone).trim_start_matches("customs: ");
    let released = track
        .released
        .as_ref()
        .map(|released| format!(", {}", when(released)))
        .unwrap_or_default();
    let to_act = track
        .who_must_act
        .map(|who| format!("; to act: {who}"))
        .unwrap_or_default();
    row(
        out,
        &[
            (PLAIN, &format!("  customs  {direction}: ")),
            (style_of(track.milestone), stands),
            (PLAIN, &released),
            (PLAIN, &to_act),
        ],
    )
}

/// How many pieces have come how far, and a line for each that is told apart.
fn pieces(out: &mut impl Write, state: &Snapshot, briefing: &Briefing) -> io::Result<()> {
    if let Some(pieces) = &briefing.pieces {
        let style = if pieces.delivered == pieces.total {
            GOOD
        } else {
            OPEN
        };
        row(
            out,
            &[
                (PLAIN, "  pieces   "),
                (
                    style,
                    &format!("{} of {} delivered", pieces.delivered, pieces.total),
                ),
            ],
        )?;
    }
    for piece in &state.pieces {
        let PieceState {
            number,
            milestone,
            place,
            since,
            ..
        } = piece;
        let place = place.as_ref().map(place_text).unwrap_or_default();
        let since = since.as_ref().map(day).unwrap_or_default();
        let number = format!("  piece    {} ", fit(number.as_str(), 22));
        let standing = fit(milestone.map_or("not told", words), 20);
        row(
            out,
            &[
                (PLAIN, &number),
                (milestone.map_or(OPEN, style_of), &standing),
                (PLAIN, &format!(" {since:<7} {place}")),
            ],
        )?;
    }
    Ok(())
}

fn statements(count: usize) -> String {
    if count == 1 {
        "1 statement".to_owned()
    } else {
        format!("{count} statements")
    }
}

/// Everything that the carrier stated of the day of delivery, oldest first.
fn promises(out: &mut impl Write, state: &Snapshot) -> io::Result<()> {
    let now = state.promise.iter().filter(|_| state.promises.is_empty());
    for (at, told) in state.promises.iter().chain(now).enumerate() {
        let StatedPromise {
            feed,
            stated,
            promise,
        } = told;
        let stated = promise
            .stated
            .as_ref()
            .map_or_else(|| format!("{} UTC", stated.format("%-d %b %H:%M")), when);
        let text = format!(
            "{} {}, stated {stated} ({feed})",
            spaced(promise.kind.as_str()),
            promised(promise)
        );
        labelled(out, at, "promise", &text)?;
    }
    Ok(())
}

/// Who claims what of another number: it ties nothing.
fn claim_text(claim: &Claim) -> String {
    let Claim {
        reference,
        feed,
        proof,
        ..
    } = claim;
    let carrier = reference
        .carrier
        .as_ref()
        .map(|carrier| format!("{carrier} "))
        .unwrap_or_default();
    format!(
        "{feed} names {carrier}{} as {} (proof: {}); tied to nothing",
        reference.number,
        spaced(reference.role.as_str()),
        spaced(proof.as_str())
    )
}

fn timeline(out: &mut impl Write, state: &Snapshot, now: DateTime<Utc>) -> io::Result<()> {
    heading(out, "TRAIL (local time where it happened)")?;
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
            row(
                out,
                &[
                    (PLAIN, "  "),
                    (BOLD, &date.format("%a %-d %b %Y").to_string()),
                ],
            )?;
            printed = Some(date);
        }
        entry(out, event, others.map_or(1, |scan| scan.events.len()), now)?;
    }
    Ok(())
}

/// What happened; what is only planned says so.
fn what(event: &Event, now: DateTime<Utc>) -> String {
    let mut what = match event.milestone {
        Milestone::DeliveryScheduled => "planned: delivery".to_owned(),
        Milestone::PickupScheduled => "planned: pickup".to_owned(),
        milestone if event.time.earliest() > now => format!("planned: {}", words(milestone)),
        milestone => words(milestone).to_owned(),
    };
    if let Some(to) = event.delivered_to {
        what = format!("{what} to {}", spaced(to.as_str()));
    }
    if let Some(reason) = event.reason {
        let short = if event.milestone == Milestone::DeliveryAttempted {
            "attempted"
        } else {
            &what
        };
        what = format!("{short}: {}", spaced(reason.as_str()));
    }
    if event.scope == Scope::Document {
        format!("paper: {what}")
    } else {
        what
    }
}

fn entry(
    out: &mut impl Write,
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
    let clock = format!("   {:<12} ", clock(&event.time));
    let (what, place, source) = (
        fit(&what(event, now), 27),
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
            format!("code {} {own_words}", event.code.value).trim_end(),
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

/// What was not told: said, not filled in.
fn unknowns(out: &mut impl Write, state: &Snapshot) -> io::Result<()> {
    let count =
        |test: &dyn Fn(&Event) -> bool| state.events.iter().filter(|event| test(event)).count();
    let facts = [
        (
            count(&|event| event.milestone == Milestone::Unmapped),
            "of unknown meaning",
        ),
        (
            count(&|event| event.time.kind() == TimeKind::Local),
            "in an unknown time zone",
        ),
        (
            count(&|event| event.time.kind() == TimeKind::Date),
            "with a day and no time",
        ),
        (
            count(&|event| event.place.is_none() && event.scope != Scope::Document),
            "without a place",
        ),
    ];
    let told: Vec<String> = facts
        .iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    if !told.is_empty() {
        heading(out, "STILL UNKNOWN")?;
        wrapped(
            out,
            "  ",
            &format!(
                "Of {}: {}.",
                statements(state.events.len()),
                told.join(", ")
            ),
            OPEN,
        )?;
    }
    for conflict in &state.conflicts {
        wrapped(
            out,
            "  ",
            &format!(
                "Contradiction, {}: {}.",
                spaced(conflict.kind.as_str()),
                conflict.values.join(" / ")
            ),
            BAD,
        )?;
    }
    Ok(())
}

fn write_notice(out: &mut impl Write, notice: &Notice) -> io::Result<()> {
    let style = if notice.kind == NoticeKind::CarrierMessage {
        DIM
    } else {
        OPEN
    };
    let parts = [
        notice.number.as_ref().map(ToString::to_string),
        notice.field.as_ref().map(ToString::to_string),
        notice.value.as_ref().map(|value| format!("{value:?}")),
    ];
    let mut text = format!("{} [{}]", spaced(notice.kind.as_str()), notice.feed);
    for part in parts.iter().flatten() {
        text.push(' ');
        text.push_str(part);
    }
    wrapped(out, "  ", &format!("{text}: {}", notice.message), style)
}
