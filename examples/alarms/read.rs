//! Journeys from a file of histories, one object a line.

use std::io::BufRead;

use parceltrail::History;
use parceltrail::history::HistoryEnd;

use super::course::{Clock, Course, Leg, Scan};

/// What a file held.
#[derive(Debug, Default)]
pub struct Read {
    /// Ordered by their start.
    pub courses: Vec<Course>,
    /// Lines that are no history, with what is wrong with the first few.
    pub unreadable: usize,
    pub problems: Vec<String>,
    /// Histories without an event.
    pub empty: usize,
}

/// How many unreadable lines are told one by one.
const TOLD_PROBLEMS: usize = 3;

/// Reads every line that can be read.
///
/// # Errors
/// When the source itself fails; a line that is no history only counts.
pub fn read(source: impl BufRead) -> std::io::Result<Read> {
    let mut read = Read::default();
    for (index, line) in source.split(b'\n').enumerate() {
        let line = line?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match serde_json::from_slice::<History>(line.trim_ascii()) {
            Ok(history) if history.events.is_empty() => read.empty += 1,
            Ok(history) => read.courses.push(course(index, history)),
            Err(error) => {
                read.unreadable += 1;
                if read.problems.len() < TOLD_PROBLEMS {
                    read.problems.push(format!("line {}: {error}", index + 1));
                }
            }
        }
    }
    read.courses
        .sort_by_key(|course| course.scans.first().map(|scan| scan.at));
    Ok(read)
}

/// A history as one feed would have told it at once: nothing is known of when its events became
/// known.
fn course(index: usize, history: History) -> Course {
    let scans = history.events.into_iter().map(|event| Scan {
        leg: 0,
        at: event.at,
        received: event.at,
        stage: event.stage,
        milestone: event.milestone,
        place: event.place,
        reason: event.reason,
        clock: Clock::Instant,
    });
    let scans: Vec<Scan> = scans.collect();
    let carrier = history.carrier.unwrap_or_else(|| "history".into());
    let is_delivered = history.outcome.is_none()
        && scans
            .last()
            .is_some_and(|scan| scan.milestone == parceltrail::Milestone::Delivered);
    Course {
        id: history.id,
        service: history.service,
        origin: history.origin,
        destination: history.destination,
        promised: history.promised,
        outcome: if is_delivered {
            Some(HistoryEnd::Delivered)
        } else {
            history.outcome
        },
        legs: vec![Leg {
            carrier: carrier.clone(),
            number: format!("H{index:07}").into(),
        }],
        carrier,
        scans,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_are_none_are_counted_and_lose_nothing_else() {
        let good = r#"{"id":"1","origin":{"country":"CN"},"destination":{"country":"DE"},"outcome":"delivered","events":[
            {"at":"2026-03-02T09:00:00Z","stage":"first_mile","milestone":"picked_up"},{"at":"2026-03-08T10:00:00Z","milestone":"delivered"}]}"#
            .replace('\n', "");
        let earlier = good
            .replace("2026-03-02", "2026-03-01")
            .replace(r#""id":"1""#, r#""id":"0""#);
        let text = format!(
            "{good}\n\nnonsense\n{{\"id\":\"2\",\"origin\":{{}},\"destination\":{{}},\"events\":[]}}\n\u{fffd}\r\n{earlier}\r\n"
        );
        let read = read(text.as_bytes()).unwrap();
        assert_eq!((read.courses.len(), read.unreadable, read.empty), (2, 2, 1));
        assert!(
            read.problems[0].starts_with("line 3: "),
            "{:?}",
            read.problems
        );
        assert_eq!(read.courses[0].id, "0", "the earlier journey comes first");
        let course = &read.courses[1];
        assert_eq!((course.scans.len(), course.deliveries().len()), (2, 2));
        assert_eq!(course.outcome, Some(HistoryEnd::Delivered));
    }
}
