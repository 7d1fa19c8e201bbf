//! The page to read: 80 columns, one timeline, nothing more certain than it is known.

use std::collections::HashMap;
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use parceltrail::adapter::{Notice, NoticeKind};
use parceltrail::briefing::Text;
use parceltrail::journey::{CustomsTrack, SameScan, State};
use parceltrail::model::{Event, EventId, EventTime, Milestone, Place, Scope, TimeKind};

const WIDTH: usize = 80;
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const OPEN: Style = AnsiColor::Yellow.on_default();
const WAY: Style = AnsiColor::Cyan.on_default();

/// What the page is about.
pub struct Parcels<'a> {
    /// Every parcel's state.
    pub states: &'a [State],
    /// Its four answers, in the same order.
    pub texts: &'a [Text],
    /// The zone whose days and hours the answers name.
    pub zone: Tz,
    /// The moment from which it is told.
    pub now: DateTime<Utc>,
}

/// Writes every parcel's trail, and the notices.
pub fn write(out: &mut impl Write, parcels: &Parcels<'_>, notices: &[Notice]) -> io::Result<()> {
    for (at, (state, text)) in parcels.states.iter().zip(parcels.texts).enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        parcel(out, state, text, parcels)?;
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
    writeln!(out, "\n{BOLD}{text}{BOLD:#}")
}

fn parcel(out: &mut impl Write, state: &State, text: &Text, parcels: &Parcels<'_>) -> io::Result<()> {
    let numbers: Vec<String> = match state.legs.as_slice() {
        [] => state.numbers.iter().map(|id| id.number.to_string()).collect(),
        legs => legs.iter().map(|leg| leg.number.to_string()).collect(),
    };
    wrapped(out, "PARCEL ", &numbers.join(" > "), BOLD)?;
    answers(out, state, text, parcels.zone)?;
    legs(out, state)?;
    for (name, track) in [("export", &state.customs.export), ("import", &state.customs.import)] {
        if let Some(track) = track {
            customs(out, name, track)?;
        }
    }
    for piece in &state.pieces {
        let standing = piece.milestone.map_or("not told", words);
        writeln!(out, "  piece    {}  {standing}", piece.number)?;
    }
    if let Some(stated) = &state.promise {
        let by = when(&stated.promise.by);
        writeln!(out, "  promise  {} by {by} ({})", stated.promise.kind, stated.feed)?;
    }
    timeline(out, state, parcels.now)?;
    unknowns(out, state)
}

/// The four answers, on the reader's clock.
fn answers(out: &mut impl Write, state: &State, text: &Text, zone: Tz) -> io::Result<()> {
    let style = state.parcel.as_ref().map_or(OPEN, |parcel| style_of(parcel.milestone));
    for (at, (label, answer)) in text.lines().enumerate() {
        let label = format!("  {label}{}", " ".repeat(9_usize.saturating_sub(columns(label))));
        wrapped(out, &label, answer, if at == 0 { style } else { Style::new() })?;
    }
    writeln!(out, "  {DIM}clock    {zone}{DIM:#}")
}

fn legs(out: &mut impl Write, state: &State) -> io::Result<()> {
    for (at, leg) in state.legs.iter().enumerate() {
        let label = if at == 0 { "legs" } else { "" };
        let days = match (&leg.first, &leg.last) {
            (Some(first), Some(last)) => format!("{} - {}", day(first), day(last)),
            _ => "not begun".to_owned(),
        };
        let end = leg.milestone.map_or("", words);
        let line = format!("  {label:<8} {}. {:<6} {} {days:<15} {end}", at + 1, leg.carrier, fit(leg.number.as_str(), 22));
        writeln!(out, "{}", fit(&line, WIDTH).trim_end())?;
    }
    Ok(())
}

fn customs(out: &mut impl Write, direction: &str, track: &CustomsTrack) -> io::Result<()> {
    let style = style_of(track.milestone);
    write!(out, "  customs  {direction}: {style}{}{style:#}", words(track.milestone).trim_start_matches("customs: "))?;
    if let Some(released) = &track.released {
        write!(out, ", {}", when(released))?;
    }
    if let Some(who) = track.who_must_act {
        write!(out, "; to act: {who}")?;
    }
    writeln!(out)
}

fn timeline(out: &mut impl Write, state: &State, now: DateTime<Utc>) -> io::Result<()> {
    heading(out, "TRAIL (local time where it happened)")?;
    let mut printed: Option<NaiveDate> = None;
    let scans: HashMap<EventId, &SameScan> = state.same_scans.iter().flat_map(|scan| scan.events.iter().map(move |id| (*id, scan))).collect();
    for event in &state.events {
        // One scan told by several feeds is printed once, by its best witness.
        let id = event.id();
        let others = scans.get(&id);
        if others.is_some_and(|scan| scan.best != id) {
            continue;
        }
        let date = event.time.wall_clock().unwrap_or(event.time.middle().naive_utc()).date();
        if printed != Some(date) {
            writeln!(out, "  {BOLD}{}{BOLD:#}", date.format("%a %-d %b %Y"))?;
            printed = Some(date);
        }
        entry(out, event, others.map_or(1, |scan| scan.events.len()), now)?;
    }
    Ok(())
}

fn entry(out: &mut impl Write, event: &Event, told_by: usize, now: DateTime<Utc>) -> io::Result<()> {
    let style = if event.scope == Scope::Document { DIM } else { style_of(event.milestone) };
    let mut what = words(event.milestone).to_owned();
    if let Some(to) = event.delivered_to {
        what = format!("{what} to {}", to.as_str().replace('_', " "));
    }
    if let Some(reason) = event.reason {
        let what_short = if event.milestone == Milestone::DeliveryAttempted { "attempted" } else { &what };
        what = format!("{what_short}: {}", reason.as_str().replace('_', " "));
    }
    if event.scope == Scope::Document {
        what = format!("paper: {what}");
    }
    if event.time.earliest() > now {
        what = format!("planned: {what}");
    }
    let place = event.place.as_ref().map(place_text).unwrap_or_default();
    let source = if told_by > 1 { format!("{} +{}", event.feed, told_by - 1) } else { event.feed.to_string() };
    let clock = clock(&event.time);
    let (what, place, source) = (fit(&what, 27), fit(&place, 20), fit(&source, 15));
    writeln!(out, "   {clock:<12} {style}{what}{style:#} {place} {DIM}{}{DIM:#}", source.trim_end())?;
    if event.milestone == Milestone::Unmapped {
        let text = event.code.text.as_ref().map(|text| text.shown_with(event.place.as_ref()).into_owned()).unwrap_or_default();
        wrapped(out, "                  ", &format!("code {} {text}", event.code.value), DIM)?;
    }
    Ok(())
}

/// The wall clock with its offset, or with a question mark where the zone is not known.
fn clock(time: &EventTime) -> String {
    match (time.kind(), time.wall_clock(), time.offset()) {
        (TimeKind::Date, ..) => "(day only)".to_owned(),
        (_, Some(local), Some(offset)) => format!("{} {offset}", local.format("%H:%M")),
        (_, Some(local), None) => format!("{} zone ?", local.format("%H:%M")),
        (_, None, _) => format!("{} UTC", time.earliest().format("%H:%M")),
    }
}

fn when(time: &EventTime) -> String {
    let date = time.wall_clock().unwrap_or(time.middle().naive_utc()).date();
    match time.kind() {
        TimeKind::Date => date.format("%a %-d %b %Y").to_string(),
        _ => format!("{} {}", date.format("%a %-d %b %Y"), clock(time)),
    }
}

fn day(time: &EventTime) -> String {
    time.wall_clock().unwrap_or(time.middle().naive_utc()).date().format("%-d %b").to_string()
}

/// What was not told: said, not filled in.
fn unknowns(out: &mut impl Write, state: &State) -> io::Result<()> {
    let count = |test: &dyn Fn(&Event) -> bool| state.events.iter().filter(|event| test(event)).count();
    let facts = [
        (count(&|event| event.milestone == Milestone::Unmapped), "of unknown meaning"),
        (count(&|event| matches!(event.time.kind(), TimeKind::Local | TimeKind::NoYear)), "in an unknown time zone"),
        (count(&|event| event.time.kind() == TimeKind::Date), "with a day and no time"),
        (count(&|event| event.place.is_none() && event.scope != Scope::Document), "without a place"),
    ];
    let told: Vec<String> = facts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if !told.is_empty() {
        heading(out, "STILL UNKNOWN")?;
        wrapped(out, "  ", &format!("Of {} statements: {}.", state.events.len(), told.join(", ")), OPEN)?;
    }
    for conflict in &state.conflicts {
        wrapped(out, "  ", &format!("Contradiction, {}: {}.", conflict.kind.as_str().replace('_', " "), conflict.values.join(" / ")), BAD)?;
    }
    Ok(())
}

fn write_notice(out: &mut impl Write, notice: &Notice) -> io::Result<()> {
    let style = if notice.kind == NoticeKind::CarrierMessage { DIM } else { OPEN };
    let parts = [
        notice.number.as_ref().map(ToString::to_string),
        notice.field.as_ref().map(ToString::to_string),
        notice.value.as_ref().map(|value| format!("{value:?}")),
    ];
    let mut text = format!("{} [{}]", notice.kind.as_str().replace('_', " "), notice.feed);
    for part in parts.iter().flatten() {
        text.push(' ');
        text.push_str(part);
    }
    wrapped(out, "  ", &format!("{text}: {}", notice.message), style)
}

fn words(milestone: Milestone) -> &'static str {
    match milestone {
        Milestone::PickedUp => "picked up",
        Milestone::PickupScheduled => "pickup scheduled",
        Milestone::InTransit => "in transit",
        Milestone::HandedOver => "handed over",
        Milestone::CustomsSubmitted => "customs: submitted",
        Milestone::CustomsInspection => "customs: inspection",
        Milestone::CustomsHold => "customs: held",
        Milestone::CustomsInfoRequired => "customs: papers needed",
        Milestone::DutiesDue => "customs: duties due",
        Milestone::CustomsReleased => "customs: released",
        Milestone::CustomsRejected => "customs: rejected",
        Milestone::CustomsSeized => "customs: seized",
        Milestone::DeliveryScheduled => "delivery scheduled",
        Milestone::OutForDelivery => "out for delivery",
        Milestone::DeliveryAttempted => "delivery attempted",
        Milestone::AvailableForPickup => "ready for pickup",
        Milestone::AddressIssue => "address problem",
        Milestone::Unmapped => "unknown code",
        other => other.as_str(),
    }
}

fn style_of(milestone: Milestone) -> Style {
    match milestone {
        Milestone::Delivered | Milestone::CustomsReleased => GOOD,
        Milestone::Unmapped => OPEN,
        Milestone::Info => DIM,
        Milestone::CustomsHold
        | Milestone::CustomsInspection
        | Milestone::CustomsInfoRequired
        | Milestone::DutiesDue
        | Milestone::CustomsRejected
        | Milestone::CustomsSeized
        | Milestone::DeliveryAttempted
        | Milestone::Held
        | Milestone::Delayed
        | Milestone::Misrouted
        | Milestone::AddressIssue
        | Milestone::Damaged
        | Milestone::Lost
        | Milestone::Refused
        | Milestone::Returning
        | Milestone::Returned
        | Milestone::Disposed
        | Milestone::Exception => BAD,
        _ => WAY,
    }
}

fn place_text(place: &Place) -> String {
    let parts: Vec<&str> =
        [place.city.as_deref(), place.region.as_deref(), place.country.as_ref().map(|country| country.as_str())].into_iter().flatten().collect();
    match (parts.is_empty(), &place.name, &place.code) {
        (false, ..) => parts.join(", "),
        (true, Some(name), _) => name.to_string(),
        (true, None, Some(code)) => code.to_string(),
        (true, None, None) => place.postcode.as_deref().unwrap_or_default().to_owned(),
    }
}

/// Columns on a terminal: Chinese characters are two wide.
fn columns(text: &str) -> usize {
    text.chars().map(wide).sum()
}

fn wide(letter: char) -> usize {
    if ('\u{1100}'..='\u{ffdc}').contains(&letter) { 2 } else { 1 }
}

/// A text in exactly so many columns, cut or filled up.
fn fit(text: &str, width: usize) -> String {
    let total = columns(text);
    let room = if total > width { width - 1 } else { width };
    let mut used = 0;
    let mut out: String = text.chars().take_while(|c| (used + wide(*c) <= room).then(|| used += wide(*c)).is_some()).collect();
    if total > width {
        out.push('…');
        used += 1;
    }
    out.push_str(&" ".repeat(width - used));
    out
}

/// Words wrapped at the page's width under a hanging indent. A word wider than the page, as a Chinese sentence is, breaks anywhere.
fn wrapped(out: &mut impl Write, lead: &str, text: &str, style: Style) -> io::Result<()> {
    let indent = " ".repeat(columns(lead));
    let mut line = lead.to_owned();
    let mut is_fresh = true;
    for word in text.split(' ') {
        if !is_fresh && columns(&line) + 1 + columns(word).min(WIDTH / 2) > WIDTH {
            writeln!(out, "{style}{line}{style:#}")?;
            line.clone_from(&indent);
            is_fresh = true;
        }
        if !is_fresh {
            line.push(' ');
        }
        for letter in word.chars() {
            if columns(&line) + wide(letter) > WIDTH {
                writeln!(out, "{style}{line}{style:#}")?;
                line.clone_from(&indent);
            }
            line.push(letter);
        }
        is_fresh = false;
    }
    writeln!(out, "{style}{line}{style:#}")
}
