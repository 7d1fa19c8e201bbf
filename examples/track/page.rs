//! The page to read: the four answers, legs, customs, pieces and promises, then the trail. Nothing
//! is more certain than it is known.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use parceltrail::adapter::{Notice, NoticeKind};
use parceltrail::briefing::{Briefing, Text};
use parceltrail::journey::{Claim, CustomsTrack, PieceState, Snapshot, StatedPromise};
use parceltrail::model::Milestone;

use crate::paper::{fit, row, wrapped};
use crate::style::{BOLD, DIM, GOOD, OPEN, PLAIN, place_text, style_of};
use crate::trail::{timeline, unknowns};
use crate::words::Words;

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
    /// The moment from which it is seen.
    pub now: DateTime<Utc>,
    /// The language of labels and events.
    pub words: Words,
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
        row(out, &[(PLAIN, &parcels.words.word("page-no-parcel"))])?;
    }
    if !notices.is_empty() {
        heading(out, &parcels.words.word("page-notices"))?;
        for notice in notices {
            write_notice(out, parcels.words, notice)?;
        }
    }
    Ok(())
}

pub fn heading(out: &mut impl Write, text: &str) -> io::Result<()> {
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
    let words = parcels.words;
    let numbers: Vec<String> = match state.legs.as_slice() {
        [] => state
            .numbers
            .iter()
            .map(|id| id.number.to_string())
            .collect(),
        legs => legs.iter().map(|leg| leg.number.to_string()).collect(),
    };
    let lead = format!("{} ", words.word("page-parcel"));
    wrapped(out, &lead, &numbers.join(" > "), BOLD)?;
    answers(out, words, state, text, parcels.zone)?;
    legs(out, words, state)?;
    for (name, track) in [
        ("page-export", &state.customs.export),
        ("page-import", &state.customs.import),
    ] {
        if let Some(track) = track {
            customs(out, words, name, track)?;
        }
    }
    pieces(out, words, state, briefing)?;
    promises(out, words, state)?;
    extras(out, words, state)?;
    for (at, linked) in state.linked.iter().enumerate() {
        let role = words.word(&format!("link-{}", linked.role));
        labelled(
            out,
            at,
            &words.word("page-linked"),
            &format!("{role} {} {}", linked.id.carrier, linked.id.number),
        )?;
    }
    for (at, claim) in state.claims.iter().enumerate() {
        labelled(
            out,
            at,
            &words.word("page-claim"),
            &claim_text(words, claim),
        )?;
    }
    timeline(out, words, state, parcels.now)?;
    unknowns(out, words, state)
}

/// A label in its column.
fn label(text: &str) -> String {
    format!("  {}", fit(text, 9))
}

/// A line under a label that the first of its kind carries.
fn labelled(out: &mut impl Write, at: usize, name: &str, text: &str) -> io::Result<()> {
    wrapped(out, &label(if at == 0 { name } else { "" }), text, PLAIN)
}

/// The four answers, on the reader's clock.
fn answers(
    out: &mut impl Write,
    words: Words,
    state: &Snapshot,
    text: &Text,
    zone: Tz,
) -> io::Result<()> {
    let style = state
        .parcel
        .as_ref()
        .map_or(OPEN, |parcel| style_of(parcel.milestone));
    for (at, (name, answer)) in text.lines().enumerate() {
        wrapped(
            out,
            &label(name),
            answer,
            if at == 0 { style } else { PLAIN },
        )?;
    }
    let clock = format!("{}{zone}", label(&words.word("page-clock")));
    row(out, &[(DIM, &clock)])
}

fn legs(out: &mut impl Write, words: Words, state: &Snapshot) -> io::Result<()> {
    for (at, leg) in state.legs.iter().enumerate() {
        let days = match (&leg.first, &leg.last) {
            (Some(first), Some(last)) => words.say(
                "leg-days",
                &[("first", &words.day(first)), ("last", &words.day(last))],
            ),
            _ => match state
                .last_seen
                .as_ref()
                .filter(|seen| seen.carrier == leg.carrier)
            {
                Some(seen) => words.say("leg-seen", &[("day", &words.day(&seen.time))]),
                None => words.word("leg-not-begun"),
            },
        };
        let in_part = state
            .piece_count
            .is_some_and(|pieces| pieces.delivered < pieces.total);
        let end = match leg.milestone {
            Some(Milestone::Delivered) if in_part && at + 1 == state.legs.len() => {
                words.word("leg-delivered-in-part")
            }
            milestone => milestone.map_or(String::new(), |milestone| words.milestone(milestone)),
        };
        let name = if at == 0 {
            words.word("page-legs")
        } else {
            String::new()
        };
        let line = format!(
            "{}{}. {:<6} {} {} {end}",
            label(&name),
            at + 1,
            leg.carrier,
            fit(leg.number.as_str(), 22),
            fit(&days, 15),
        );
        row(out, &[(PLAIN, &line)])?;
    }
    Ok(())
}

fn customs(
    out: &mut impl Write,
    words: Words,
    direction: &str,
    track: &CustomsTrack,
) -> io::Result<()> {
    let mut state = words.clearance(track.milestone);
    if let Some(released) = &track.released {
        state = format!("{state}, {}", words.when(released));
    }
    if let Some(party) = track.who_must_act {
        let party = words.word(&format!("party-{party}"));
        state = words.say("page-to-act", &[("state", &state), ("party", &party)]);
    }
    let text = words.say(direction, &[("state", &state)]);
    let style = style_of(track.milestone);
    row(
        out,
        &[(PLAIN, &label(&words.word("page-customs"))), (style, &text)],
    )
}

/// How many pieces have come how far, and a line for each that is reported apart.
fn pieces(
    out: &mut impl Write,
    words: Words,
    state: &Snapshot,
    briefing: &Briefing,
) -> io::Result<()> {
    if let Some(pieces) = &briefing.pieces {
        let style = if pieces.delivered == pieces.total {
            GOOD
        } else {
            OPEN
        };
        let (delivered, total) = (pieces.delivered.to_string(), pieces.total.to_string());
        let text = words.say("pieces-of", &[("delivered", &delivered), ("total", &total)]);
        row(
            out,
            &[(PLAIN, &label(&words.word("page-pieces"))), (style, &text)],
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
        let since = since
            .as_ref()
            .map(|since| words.day(since))
            .unwrap_or_default();
        let number = format!(
            "{}{} ",
            label(&words.word("page-piece")),
            fit(number.as_str(), 22)
        );
        let standing = milestone.map_or_else(
            || words.word("piece-no-news"),
            |milestone| words.milestone(milestone),
        );
        row(
            out,
            &[
                (PLAIN, &number),
                (milestone.map_or(OPEN, style_of), &fit(&standing, 20)),
                (PLAIN, &format!(" {} {place}", fit(&since, 8))),
            ],
        )?;
    }
    Ok(())
}

/// Everything that the carrier stated of the day of delivery, oldest first.
fn promises(out: &mut impl Write, words: Words, state: &Snapshot) -> io::Result<()> {
    let now = state.promise.iter().filter(|_| state.promises.is_empty());
    for (at, one) in state.promises.iter().chain(now).enumerate() {
        let StatedPromise {
            feed,
            stated,
            promise,
            ..
        } = one;
        let stated = promise.stated.as_ref().map_or_else(
            || {
                let received = parceltrail::EventTime::instant("", *stated);
                format!("{} {}", words.day(&received), words.clock(&received))
            },
            |stated| words.when(stated),
        );
        let (kind, window) = (
            words.word(&format!("promise-{}", promise.kind)),
            words.promised(promise),
        );
        let text = words.say(
            "promise-line",
            &[
                ("kind", &kind),
                ("window", &window),
                ("stated", &stated),
                ("feed", feed.as_str()),
            ],
        );
        labelled(out, at, &words.word("page-promise"), &text)?;
    }
    Ok(())
}

/// The proof of the delivery that the carrier has, and its tracking page.
fn extras(out: &mut impl Write, words: Words, state: &Snapshot) -> io::Result<()> {
    let proofs = state.details.proof_of_delivery.iter();
    let kinds: Vec<String> = proofs
        .map(|proof| words.word(&format!("proof-{}", proof.kind)))
        .collect();
    if !kinds.is_empty() {
        let kinds = kinds.join(&words.word("between-parts"));
        labelled(out, 0, &words.word("page-proof"), &kinds)?;
    }
    let pages = state.details.links.iter().filter_map(|link| link.shown());
    for (at, page) in pages.enumerate() {
        labelled(out, at, &words.word("page-link"), page)?;
    }
    Ok(())
}

/// Who claims what of another number: it ties nothing.
fn claim_text(words: Words, claim: &Claim) -> String {
    let Claim {
        reference, feed, ..
    } = claim;
    let carrier = reference
        .carrier
        .as_ref()
        .map(|carrier| format!("{carrier} "))
        .unwrap_or_default();
    let number = format!("{carrier}{}", reference.number);
    let role = words.word(&format!("role-{}", reference.role));
    words.say(
        "claim-line",
        &[
            ("feed", feed.as_str()),
            ("number", &number),
            ("role", &role),
        ],
    )
}

fn write_notice(out: &mut impl Write, words: Words, notice: &Notice) -> io::Result<()> {
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
    let mut text = format!(
        "{} [{}]",
        words.word(&format!("notice-{}", notice.kind)),
        notice.feed
    );
    for part in parts.iter().flatten() {
        text.push(' ');
        text.push_str(part);
    }
    wrapped(out, "  ", &format!("{text}: {}", notice.message), style)
}
