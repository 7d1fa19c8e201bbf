//! `eta-slipping`: the carrier promises ever later days.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Parcel, PromiseMark, Rule, RuleAbout, RuleContext, Span};
use crate::model::{Milestone, Party, PromiseKind, Reason};

rule! {
    /// The carrier moved its estimate back again and again, or far. A day that the recipient asked
    /// for or agreed to does not count, nor does a commitment beside the estimate.
    EtaSlipping = "eta-slipping", Promise =>
    /// How often the day must have moved back.
    times: u16 = 2,
    /// Or how far altogether.
    by: Span = Span::days(3),
    /// How far altogether makes it critical.
    critical_by: Span = Span::days(7),
}

/// What became of one feed's promises.
struct Slip<'p> {
    first: &'p PromiseMark,
    last: &'p PromiseMark,
    times: u16,
}

/// Whether promises of this kind are compared with each other: what the carrier expects now and
/// expected before. A commitment and a day that the recipient agreed to are no estimates.
const fn is_estimate(kind: PromiseKind) -> bool {
    matches!(
        kind,
        PromiseKind::FirstEstimate | PromiseKind::Estimated | PromiseKind::Rescheduled
    )
}

/// Follows each feed's estimates for themselves: two feeds that disagree do not slip. The estimate
/// that a carrier says it gave first comes first, whenever it says so.
fn worst(promises: &[PromiseMark]) -> Option<Slip<'_>> {
    let mut slips: BTreeMap<u16, Slip<'_>> = BTreeMap::new();
    let is_first = |promise: &&PromiseMark| promise.kind == PromiseKind::FirstEstimate;
    let estimates = || promises.iter().filter(|promise| is_estimate(promise.kind));
    for next in estimates()
        .filter(is_first)
        .chain(estimates().filter(|promise| !is_first(promise)))
    {
        match slips.entry(next.feed) {
            Entry::Vacant(entry) => {
                _ = entry.insert(Slip {
                    first: next,
                    last: next,
                    times: 0,
                })
            }
            // An estimate that is said to be the first does not move.
            Entry::Occupied(_) if is_first(&next) => {}
            Entry::Occupied(mut entry) => {
                let slip = entry.get_mut();
                slip.times += u16::from(next.by.earliest > slip.last.by.latest);
                slip.last = next;
            }
        }
    }
    // Of equals the first feed's.
    slips.into_values().rev().max_by_key(|slip| slip.times)
}

impl Rule for EtaSlipping {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.promises.len() < 2
            || parcel.terminal
            || parcel.awaits_collection()
            || parcel.goes_back()
        {
            return;
        }
        let asked = [Reason::RecipientRequest, Reason::RecipientUnavailablePeriod]
            .into_iter()
            .any(|reason| parcel.cites(reason));
        let Some(slip) = worst(&parcel.promises).filter(|slip| slip.times > 0 && !asked) else {
            return;
        };
        // What is certain of the distance: from the end of the first day to the begin of the last.
        let moved = slip.last.by.earliest - slip.first.by.latest;
        if slip.times < self.times && moved < self.by.duration() {
            return;
        }
        let delays = parcel
            .facts
            .iter()
            .filter(|fact| fact.milestone == Milestone::Delayed)
            .map(|fact| fact.event);
        let draft = Draft::since(slip.last.stated)
            .by(Party::Carrier)
            .seen(delays)
            .raised(moved >= self.critical_by.duration());
        let draft = draft
            .with("first", Datum::At(slip.first.by.latest))
            .with("now", Datum::At(slip.last.by.latest));
        look.raise(draft.with("times", Datum::Count(i64::from(slip.times))));
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{finding, fires, moment};
    use crate::anomaly::{Datum, Level};
    use crate::model::{EventTime, Milestone, Promise, PromiseKind, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "eta-slipping";
    const NOW: &str = "2026-03-05T00:00:00Z";

    /// Promises, each received a day after the one before.
    fn promises(feed: &str, kind: PromiseKind, days: &[u32]) -> Vec<ShipmentBuilder> {
        let told = |(at, day): (usize, &u32)| {
            let by = format!("2026-03-{day:02}T18:00:00Z");
            shipment(feed, "A1")
                .event(
                    "2026-03-01T06:00:00Z",
                    Stage::FirstMile,
                    Milestone::PickedUp,
                )
                .received(&format!("2026-03-{:02}T08:00:00Z", at + 1))
                .promised(Promise {
                    kind,
                    from: None,
                    by: EventTime::instant(by.as_str(), moment(&by)),
                    stated: None,
                })
        };
        days.iter().enumerate().map(told).collect()
    }

    #[test]
    fn fires_when_the_day_moves_twice_or_far() {
        let found = finding(
            CODE,
            promises("acme.track", PromiseKind::Estimated, &[6, 7, 8]),
            NOW,
        )
        .unwrap();
        assert_eq!(
            (found.level, &found.data["times"]),
            (Level::Warning, &Datum::Count(2))
        );
        assert!(fires(
            CODE,
            promises("acme.track", PromiseKind::Estimated, &[6, 9]),
            NOW
        ));
        assert_eq!(
            finding(
                CODE,
                promises("acme.track", PromiseKind::Estimated, &[6, 14]),
                NOW
            )
            .unwrap()
            .level,
            Level::Critical
        );
    }

    #[test]
    fn is_silent_when_it_moves_once_forward_or_by_agreement() {
        assert!(!fires(
            CODE,
            promises("acme.track", PromiseKind::Estimated, &[6, 7]),
            NOW
        ));
        assert!(!fires(
            CODE,
            promises("acme.track", PromiseKind::Estimated, &[9, 8, 6]),
            NOW
        ));
        assert!(!fires(
            CODE,
            promises("acme.track", PromiseKind::Agreed, &[6, 7, 12]),
            NOW
        ));
    }

    #[test]
    fn two_feeds_that_disagree_do_not_slip() {
        let mut both = promises("acme.track", PromiseKind::Estimated, &[6, 6, 6]);
        both.extend(promises("acme.other", PromiseKind::Estimated, &[9, 9, 9]));
        assert!(!fires(CODE, both, NOW));
    }
}
