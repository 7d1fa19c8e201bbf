//! What has changed, delivery by delivery, and what time alone changed between them.

use std::collections::BTreeSet;
use std::io::{self, Write};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use parceltrail::History;
use parceltrail::anomaly::{Cases, Inspector};
use parceltrail::changes::{Change, Picture};
use parceltrail::eta::TransitModel;
use parceltrail::journey::{Journey, Snapshot};

use crate::paper::wrapped;
use crate::style::{BOLD, DIM, PLAIN};
use crate::words::Words;

/// Two looks without news are at least so far apart, and there are at most so many between two
/// deliveries.
const FINEST: chrono::Duration = chrono::Duration::hours(1);
const MOST_LOOKS: usize = 50;

/// When something was found to have changed, and what.
pub type Found = (DateTime<Utc>, Vec<Change>);

/// Everything that changed until `now`, as an application would have found it.
pub fn replay(
    journey: &Journey,
    now: DateTime<Utc>,
    inspector: &Inspector,
    model: &TransitModel,
) -> Vec<Found> {
    let received: BTreeSet<DateTime<Utc>> = journey
        .shipments()
        .map(|shipment| shipment.received)
        .filter(|received| *received <= now)
        .collect();
    let mut cases = Cases::new(inspector.settings().cases.clone());
    let mut known = Picture::default();
    let mut found = Vec::new();
    for at in &received {
        let next = received.range((std::ops::Bound::Excluded(*at), std::ops::Bound::Unbounded));
        let until = next.min().copied();
        let mut look_at = *at;
        for _ in 0..MOST_LOOKS {
            let snapshot = journey.at_known(look_at, look_at);
            let changes = known.update(picture(&snapshot, inspector, model, &mut cases));
            found.push((look_at, changes));
            let wanted = known.next_check();
            match wanted.map(|wanted| wanted.max(look_at + FINEST)) {
                Some(wanted) if wanted <= now && until.is_none_or(|until| wanted < until) => {
                    look_at = wanted;
                }
                _ => break,
            }
        }
    }
    found.retain(|(_, changes)| !changes.is_empty());
    found
}

fn picture(
    snapshot: &Snapshot,
    inspector: &Inspector,
    model: &TransitModel,
    cases: &mut Cases,
) -> Picture {
    let findings = inspector.inspect(&inspector.digest(snapshot), snapshot.at);
    cases.update("", &findings, snapshot.at);
    let history = History::of("", snapshot);
    let estimate = history.and_then(|history| model.estimate(&history, snapshot.at));
    Picture::of(snapshot)
        .with_estimate(estimate.as_ref())
        .with_cases(cases.of(""))
        .with_check(findings.next_check)
        .with_check(cases.next_check(""))
}

/// Writes what changed of each parcel, by the reader's clock.
pub fn write(
    out: &mut impl Write,
    parcels: &[(Snapshot, Vec<Found>)],
    words: Words,
    zone: Tz,
) -> io::Result<()> {
    for (nth, (state, found)) in parcels.iter().enumerate() {
        if nth > 0 {
            writeln!(out)?;
        }
        let numbers: Vec<String> = state
            .numbers
            .iter()
            .map(|id| id.number.to_string())
            .collect();
        let lead = format!("{} ", words.word("page-parcel"));
        wrapped(out, &lead, &numbers.join(", "), BOLD)?;
        for (at, changes) in found {
            let at = at.with_timezone(&zone);
            let when = format!("{} {}", words.date(at.date_naive()), at.format("%H:%M"));
            wrapped(out, "", &when, DIM)?;
            for change in changes.iter().filter(|change| change.under.is_none()) {
                wrapped(out, "  ", &words.0.change(change, zone), PLAIN)?;
            }
        }
    }
    Ok(())
}
