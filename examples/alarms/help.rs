//! What `--help` says besides the arguments. The lists in it are those that the program works with.

use std::fmt::Write;

use super::inject::{HOLD_DAYS, HOLD_TOLD, Kind, LOSS_WATCHED, STALL_DAYS};
use super::watch::seen_by;

/// The whole text.
pub fn text() -> String {
    let mut text = String::from(PARTS);
    for kind in Kind::ALL {
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            "  {:<15} {}\n  {:<15} seen by: {}",
            kind.as_str(),
            what(kind),
            "",
            seen_by(kind).join(", ")
        );
    }
    text + SCORES
}

fn what(kind: Kind) -> String {
    match kind {
        Kind::Stall => format!(
            "A stay with the carrier lasts {} to {} days longer.",
            STALL_DAYS.start(),
            STALL_DAYS.end()
        ),
        Kind::CustomsHold => format!(
            "Customs release it {} to {} days later; in {:.0} % of cases the feed says why.",
            HOLD_DAYS.start(),
            HOLD_DAYS.end(),
            100.0 * HOLD_TOLD
        ),
        Kind::Misroute => {
            "The parcel turns up off its lane and comes back days later; some feeds say so."
                .to_owned()
        }
        Kind::Loss => format!(
            "Nothing is heard any more. An alarm counts for {} days.",
            LOSS_WATCHED.num_days()
        ),
        Kind::FalseDelivery => {
            "\"Delivered\" is told, days later the parcel moves on, and is delivered.".to_owned()
        }
    }
}

const PARTS: &str = "\
The journeys are split by time: the first half teaches the transit model, the next quarter sets the
detectors, the last quarter is judged: as it is, and with each kind of trouble put into each journey
that has room for it. A parcel is looked at when something is received and when a rule wants to look
again, and only what had been received by then counts.

Every detector is set so that on the tuning part at most the share --alarms-per-parcel of clean parcels
gets an alarm (level warning or above): the rules by the setting false_alarms_per_parcel, fixed-days
(nothing new for so many days) and promise-plus-days (not delivered so many days after the promise) by
their number of days. Rules about the promise and about deliveries that failed do not count on either
side: on a clean parcel they may be right. They are listed apart.

Kinds of trouble, and the rules that count as having seen it:
";

const SCORES: &str = "
An alarm counts from the first moment at which the journey differs from the clean one until the trouble
is over. Then
  recall        the share of troubles that were seen
  false/parcel  the share of clean parcels under test with an alarm
  prec 1%, 5%   prevalence * recall / (prevalence * recall + (1 - prevalence) * false/parcel)
  delay h       median hours from the start of the trouble to the alarm
  lead h        median hours from the alarm to the moment when the customer would have noticed: when the
                promise passed; without one, when nine of ten parcels of the lane have arrived

Drawn journeys come from tables of plausible dwell times, not from any carrier's data: nine lanes, among
them domestic, road within the EU, express across the Atlantic, e-commerce by air and economy post from
China; customs that take minutes for most and up to two weeks for a few; weekends, missed connections,
failed deliveries, scans that are missing or told days late, feeds without time zones, lost parcels.

Exit codes: 0 done; 1 the file cannot be read or holds too little; 2 wrong usage.";

#[cfg(test)]
mod tests {
    use parceltrail::anomaly::Catalogue;

    use super::*;

    #[test]
    fn help_fits_a_terminal_and_names_every_kind_and_rules_that_exist() {
        let text = text();
        let catalogue = Catalogue::builtin();
        for kind in Kind::ALL {
            assert!(text.contains(kind.as_str()));
            assert!(
                seen_by(kind)
                    .iter()
                    .all(|code| catalogue.about(code).is_some()),
                "{kind:?}"
            );
        }
        assert!(
            text.lines().all(|line| line.chars().count() <= 105),
            "{text}"
        );
    }
}
