//! What a FedEx scan means: the event table, refined by the exception code, the place and a few
//! words that FedEx documents.

use std::borrow::Cow;

use super::detail::{self, Company, Details};
use super::shared;
use crate::adapter::{CodeTable, Collector, NoticeKind, Vocabulary};
use crate::carriers::Mapped;
use crate::model::{Confidence, Milestone, Party, Reason, Stage, TrackingNumber};

/// Customs STAT codes that may speak for an event that is not itself an exception (IT, AR, CP).
const CUSTOMS_STAT: &[&str] = &[
    "50", "55", "58", "60", "61", "62", "63", "64", "65", "66", "71", "72", "73", "75", "76", "80",
    "88", "90",
];

/// One scan, as far as its meaning goes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scan<'s> {
    /// The fine code. Empty where the feed gave only the coarse one.
    pub event: &'s str,
    pub exception: &'s str,
    /// The sentence beside the exception code.
    pub exception_text: &'s str,
    pub description: &'s str,
    /// The coarse code.
    pub derived: &'s str,
    /// The kind of place (`locationType`, `ArrivalLocation`).
    pub location: &'s str,
    /// What delays it (`delayDetail.type`), where it is delayed.
    pub delay: &'s str,
}

/// What a feed calls the fields that notices name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Names {
    pub event: &'static str,
    pub exception: &'static str,
    pub time: &'static str,
}

/// The tables, looked up once for a shipment.
pub(super) struct Meanings<'c> {
    events: Option<&'c Vocabulary>,
    details: Details<'c>,
    company: Company,
    /// Whether a held parcel can be collected, where `serviceCommitMessage` says so.
    is_ready: Option<bool>,
    pub names: Names,
}

impl<'c> Meanings<'c> {
    /// The tables for a shipment of the company `carrier` (`FDXE`, `FDXG` …).
    pub fn new(codes: &'c CodeTable, names: Names, commit: &str, carrier: &str) -> Self {
        let is_ready = if commit.starts_with("HELD_PACKAGE_NOT_AVAILABLE") {
            Some(false)
        } else {
            commit.starts_with("HELD_PACKAGE_AVAILABLE").then_some(true)
        };
        Self {
            events: codes.vocabulary("event"),
            details: Details::new(codes),
            company: Company::of(carrier),
            is_ready,
            names,
        }
    }

    /// The meaning of a scan; what is in no table is reported.
    pub fn of(&self, out: &mut Collector<'_>, number: &TrackingNumber, scan: &Scan<'_>) -> Mapped {
        if scan.event.is_empty() && scan.derived == "IN" {
            // As a coarse code "initiated"; as a fine one something else entirely.
            return Mapped::rule(Some(Stage::Order), Milestone::Announced, Confidence::Medium);
        }
        let event = upper(if scan.event.is_empty() {
            scan.derived
        } else {
            scan.event
        });
        let mapped = match self.event(&event) {
            Some(base) => self.refined(out, number, &event, base, scan),
            None if event.is_empty() => self.spoken(out, number, scan),
            None => {
                out.unmapped(number, self.names.event, scan.event);
                self.coarse(scan.derived)
            }
        };
        directed(mapped, scan.description)
    }

    /// A scan without any code: its sentence, or a notice that it is not understood.
    fn spoken(&self, out: &mut Collector<'_>, number: &TrackingNumber, scan: &Scan<'_>) -> Mapped {
        let found = [scan.description, scan.exception_text]
            .into_iter()
            .find_map(|text| self.details.sentence(text));
        if found.is_none() {
            out.unmapped(number, self.names.event, scan.description);
        }
        found.map_or(Mapped::UNMAPPED, |row| Mapped {
            confidence: row.confidence.min(Confidence::Medium),
            ..row
        })
    }

    /// What code and sentence of an exception say together. What is not understood is reported.
    fn exception(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        scan: &Scan<'_>,
    ) -> Option<Mapped> {
        let sentence = if scan.exception_text.is_empty() {
            scan.description
        } else {
            scan.exception_text
        };
        let found = detail::agreed(
            self.details.exception(scan.exception, self.company),
            self.details.sentence(sentence),
        );
        let unknown = if scan.exception.is_empty() {
            scan.exception_text
        } else {
            scan.exception
        };
        let is_repeated =
            scan.exception.is_empty() && unknown.eq_ignore_ascii_case(scan.description);
        if found.is_none() && !unknown.is_empty() && !is_repeated {
            let notice = out.own_notice(
                NoticeKind::UnmappedCode,
                "the exception is in no table; the event keeps its type's meaning",
            );
            out.notice(
                notice
                    .about(Some(number))
                    .at(self.names.exception)
                    .value(unknown),
            );
        }
        found
    }

    fn event(&self, code: &str) -> Option<Mapped> {
        self.events?.get(code).map(Mapped::from)
    }

    /// A known event's meaning with what completes it.
    fn refined(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        event: &str,
        base: Mapped,
        scan: &Scan<'_>,
    ) -> Mapped {
        match event {
            "DE" | "SE" | "DY" | "DD" | "PD" | "CD" => {
                let mapped = match self.exception(out, number, scan) {
                    Some(row) => excepted(event, base, row),
                    None => base,
                };
                Mapped {
                    reason: mapped.reason.or_else(|| delayed_by(scan.delay)),
                    ..mapped
                }
            }
            "IT" | "AR" | "CP" => match self.customs_detail(event, scan.exception) {
                // "Clearance in progress" says more than that the goods are there.
                Some(row) if event != "CP" || row.milestone.is_customs() => row,
                _ => at_location(event, base, scan),
            },
            "SF" if has(scan.description, "destination sort facility") => Mapped {
                stage: Some(Stage::LastMile),
                ..base
            },
            "EA" if has_word(scan.description, "export") => Mapped::rule(
                Some(Stage::ExportCustoms),
                Milestone::CustomsReleased,
                Confidence::Medium,
            ),
            "CA" if !is_cancelled(scan) => {
                out.unmapped(number, self.names.event, scan.event);
                Mapped::UNMAPPED
            }
            "HL" => self.held(base),
            "DL" => {
                let sentence = if scan.exception_text.is_empty() {
                    scan.description
                } else {
                    scan.exception_text
                };
                let left = self
                    .details
                    .delivery(scan.exception, sentence)
                    .and_then(|row| row.delivered_to)
                    .or_else(|| shared::left_in(sentence));
                Mapped {
                    delivered_to: left.or(base.delivered_to),
                    ..base
                }
            }
            _ => base,
        }
    }

    /// The coarse code under an unknown event. "In transit" is what it says of everything between
    /// pickup and delivery: it tells nothing.
    fn coarse(&self, derived: &str) -> Mapped {
        let known = match derived {
            "IN" => Some(Mapped::rule(
                Some(Stage::Order),
                Milestone::Announced,
                Confidence::Medium,
            )),
            "HL" => self.event(derived).map(|base| self.held(base)),
            "OC" | "PU" | "DE" | "DL" | "DY" | "CD" | "CA" | "RS" | "SE" => self.event(derived),
            _ => None,
        };
        known.map_or(Mapped::UNMAPPED, |mapped| Mapped {
            confidence: mapped.confidence.min(Confidence::Medium),
            ..mapped
        })
    }

    /// Held at a location: whether it can be collected is told elsewhere.
    fn held(&self, base: Mapped) -> Mapped {
        match self.is_ready {
            Some(true) => Mapped {
                confidence: Confidence::High,
                ..base
            },
            Some(false) => Mapped {
                milestone: Milestone::Held,
                ..base
            },
            None => base,
        }
    }

    /// What a customs code, or "with an agent", adds to an event of movement. Other codes on it
    /// have meanings of their own.
    fn customs_detail(&self, event: &str, exception: &str) -> Option<Mapped> {
        let (code, row) = self.details.exception(exception, self.company)?;
        if event == "IT" && code == "67" {
            return Some(row);
        }
        CUSTOMS_STAT.contains(&code.as_str()).then(|| Mapped {
            confidence: row.confidence.min(Confidence::Medium),
            ..row
        })
    }
}

/// What FedEx's kind of a delay says of its cause. `LOCAL` and `GENERAL` say nothing.
fn delayed_by(kind: &str) -> Option<Reason> {
    Some(match kind {
        "WEATHER" => Reason::Weather,
        "OPERATIONAL" => Reason::Operational,
        "CLEARANCE" => Reason::Regulatory,
        _ => return None,
    })
}

/// An event of exception under its exception code.
fn excepted(event: &str, base: Mapped, row: Mapped) -> Mapped {
    let is_customs = matches!(row.stage, Some(Stage::ImportCustoms | Stage::ExportCustoms));
    match (event, row.stage) {
        // The codes were made for deliveries: on a late pickup they give the reason alone, unless
        // it is the recipient's.
        ("PD", Some(stage)) if stage != Stage::FirstMile => Mapped {
            reason: at_pickup(row.reason),
            ..base
        },
        ("PD", _) => Mapped {
            stage: base.stage,
            ..row
        },
        ("DE" | "DD", Some(Stage::FirstMile)) => base,
        ("CD", _) if !is_customs => Mapped {
            reason: row.reason,
            ..base
        },
        _ => Mapped {
            stage: row.stage.or(base.stage),
            ..row
        },
    }
}

fn at_pickup(reason: Option<Reason>) -> Option<Reason> {
    match reason? {
        Reason::RecipientAbsent | Reason::BusinessClosed => Some(Reason::SenderClosed),
        reason => (reason.party() != Party::Recipient).then_some(reason),
    }
}

fn at_location(event: &str, base: Mapped, scan: &Scan<'_>) -> Mapped {
    let stage = match (event, scan.location) {
        ("AR", "DESTINATION_FEDEX_FACILITY") => Stage::LastMile,
        ("AR", location)
            if location == "PORT_OF_ENTRY" || has(scan.description, "port of entry") =>
        {
            Stage::ImportCustoms
        }
        ("AR", "ORIGIN_FEDEX_FACILITY") => Stage::FirstMile,
        _ => return base,
    };
    Mapped {
        stage: Some(stage),
        ..base
    }
}

/// Customs of the side that the description names: FedEx uses the same codes for both.
fn directed(mapped: Mapped, description: &str) -> Mapped {
    if mapped.stage == Some(Stage::ImportCustoms) && has_word(description, "export") {
        return Mapped {
            stage: Some(Stage::ExportCustoms),
            ..mapped
        };
    }
    mapped
}

/// `CA` is "cancelled", and in another list of FedEx "with the carrier": it ends a journey only
/// where FedEx says so twice.
fn is_cancelled(scan: &Scan<'_>) -> bool {
    scan.derived == "CA"
        || has(scan.description, "cancel")
        || scan.derived.is_empty() && scan.description.is_empty()
}

fn has(text: &str, part: &str) -> bool {
    text.as_bytes()
        .windows(part.len())
        .any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
}

fn has_word(text: &str, word: &str) -> bool {
    text.split(|c: char| !c.is_alphanumeric())
        .any(|found| found.eq_ignore_ascii_case(word))
}

fn upper(code: &str) -> Cow<'_, str> {
    if code.bytes().any(|b| b.is_ascii_lowercase()) {
        code.to_ascii_uppercase().into()
    } else {
        code.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{Descriptor, Payload};
    use crate::model::DeliveredTo;

    const NAMES: Names = Names {
        event: "event",
        exception: "exception",
        time: "time",
    };

    /// The meaning of a scan, and the values of the notices it gave.
    fn told(commit: &str, scan: Scan<'_>) -> (Mapped, Vec<String>) {
        let descriptor = Descriptor::new("fedex.track", "");
        let codes = crate::carriers::fedex::PACK.codes();
        let mut out = Collector::new(&descriptor, Payload::new(b"", Default::default()));
        let mapped = Meanings::new(&codes, NAMES, commit, "").of(
            &mut out,
            &TrackingNumber::new("449000000013"),
            &scan,
        );
        let notices = out
            .finish()
            .notices
            .into_iter()
            .filter_map(|notice| notice.value)
            .map(Into::into)
            .collect();
        (mapped, notices)
    }

    fn meaning(scan: Scan<'_>) -> Mapped {
        told("", scan).0
    }

    fn with(event: &'static str, exception: &'static str) -> Scan<'static> {
        Scan {
            event,
            exception,
            ..Scan::default()
        }
    }

    fn stage_of(scan: Scan<'_>) -> (Option<Stage>, Milestone) {
        let mapped = meaning(scan);
        (mapped.stage, mapped.milestone)
    }

    #[test]
    fn exception_codes_count_on_exceptions_only() {
        for event in ["DE", "SE", "DY"] {
            assert_eq!(
                meaning(with(event, "07")).milestone,
                Milestone::Refused,
                "{event}"
            );
        }
        for (event, kept) in [
            ("DL", Milestone::Delivered),
            ("OD", Milestone::OutForDelivery),
            ("IT", Milestone::InTransit),
            ("PU", Milestone::PickedUp),
        ] {
            assert_eq!(
                told("", with(event, "07")),
                told("", with(event, "")),
                "{event}"
            );
            assert_eq!(meaning(with(event, "07")).milestone, kept);
        }
        assert_eq!(meaning(with("RR", "A12")).milestone, Milestone::Info);
        assert_eq!(meaning(with("HA", "A13")).milestone, Milestone::Redirected);
    }

    #[test]
    fn an_unknown_exception_keeps_the_type_s_meaning_and_is_reported() {
        for unknown in ["02", "0", "ABC", "700", "065"] {
            assert_eq!(
                told("", with("DE", unknown)),
                (meaning(with("DE", "")), vec![unknown.to_owned()])
            );
        }
        let said = |exception_text| {
            told(
                "",
                Scan {
                    event: "DE",
                    description: "Delivery exception",
                    exception_text,
                    ..Scan::default()
                },
            )
        };
        assert_eq!(
            said("Customer not available or business closed")
                .0
                .milestone,
            Milestone::DeliveryAttempted
        );
        assert_eq!(said("Delivery exception").1, [""; 0]);
        assert_eq!(
            said("A movement of a new kind").1,
            ["A movement of a new kind"]
        );
    }

    #[test]
    fn ground_s_codes_are_not_express_s() {
        assert_eq!(
            meaning(with("DE", "007")).milestone,
            Milestone::DeliveryAttempted
        );
        assert_eq!(meaning(with("DE", "07")).milestone, Milestone::Refused);
        // A detail beside an event that is no problem changes nothing.
        assert_eq!(told("", with("IP", "084")), told("", with("IP", "")));
    }

    #[test]
    fn without_any_code_the_sentence_speaks_or_is_reported() {
        let said = |description| {
            told(
                "",
                Scan {
                    description,
                    ..Scan::default()
                },
            )
        };
        let (mapped, notices) = said("On FedEx vehicle for delivery");
        assert_eq!(
            (mapped.milestone, mapped.confidence, notices),
            (Milestone::OutForDelivery, Confidence::Medium, vec![])
        );
        assert_eq!(
            said("Moved in a new way"),
            (Mapped::UNMAPPED, vec!["Moved in a new way".to_owned()])
        );
    }

    #[test]
    fn customs_codes_speak_on_movements() {
        let held = meaning(with("IT", "55"));
        assert_eq!(
            (held.stage, held.milestone, held.confidence),
            (
                Some(Stage::ImportCustoms),
                Milestone::CustomsHold,
                Confidence::Medium
            )
        );
        assert_eq!(
            stage_of(with("AR", "65")),
            (Some(Stage::ImportCustoms), Milestone::CustomsReleased)
        );
        assert_eq!(
            stage_of(with("IT", "90")),
            (Some(Stage::ExportCustoms), Milestone::CustomsSubmitted)
        );
        assert_eq!(
            stage_of(with("IT", "67")),
            (Some(Stage::LastMile), Milestone::HandedOver)
        );
        assert_eq!(
            stage_of(with("AR", "67")),
            (Some(Stage::LineHaul), Milestone::Arrived)
        );
        assert_eq!(
            stage_of(with("CP", "63")),
            (Some(Stage::ImportCustoms), Milestone::DutiesDue)
        );
        assert_eq!(
            stage_of(with("CP", "71")),
            (Some(Stage::ImportCustoms), Milestone::CustomsSubmitted)
        );
        assert_eq!(
            stage_of(with("IT", "A25")),
            (Some(Stage::LineHaul), Milestone::InTransit)
        );
        assert_eq!(
            stage_of(with("DP", "55")),
            (Some(Stage::LineHaul), Milestone::Departed)
        );
    }

    #[test]
    fn a_late_pickup_never_turns_into_a_delivery() {
        let closed = meaning(with("PD", "08"));
        assert_eq!(
            (closed.stage, closed.milestone, closed.reason),
            (
                Some(Stage::FirstMile),
                Milestone::Delayed,
                Some(Reason::SenderClosed)
            )
        );
        assert_eq!(meaning(with("PD", "17")).reason, None);
        let unready = meaning(with("PD", "92"));
        assert_eq!(
            (unready.stage, unready.milestone, unready.reason),
            (
                Some(Stage::FirstMile),
                Milestone::Delayed,
                Some(Reason::SenderUnready)
            )
        );
        assert_eq!(meaning(with("DE", "13")), meaning(with("DE", "")));
    }

    #[test]
    fn a_clearance_delay_stays_with_customs() {
        let weather = meaning(with("CD", "84"));
        assert_eq!(
            (weather.stage, weather.milestone),
            (Some(Stage::ImportCustoms), Milestone::CustomsHold)
        );
        assert_eq!(weather.reason, Some(Reason::ForceMajeure));
        assert_eq!(
            stage_of(with("CD", "88")),
            (Some(Stage::ImportCustoms), Milestone::CustomsInfoRequired)
        );
    }

    #[test]
    fn the_word_export_turns_the_direction() {
        let said = |event, description| {
            stage_of(Scan {
                event,
                description,
                ..Scan::default()
            })
        };
        assert_eq!(
            said("CC", "International shipment release - EXPORT").0,
            Some(Stage::ExportCustoms)
        );
        assert_eq!(
            said("CC", "International shipment release - Import").0,
            Some(Stage::ImportCustoms)
        );
        assert_eq!(
            said("CD", "Clearance delay - Export").0,
            Some(Stage::ExportCustoms)
        );
        assert_eq!(
            said("CD", "The exporter must answer").0,
            Some(Stage::ImportCustoms)
        );
        assert_eq!(
            said("EA", "Export approved"),
            (Some(Stage::ExportCustoms), Milestone::CustomsReleased)
        );
        assert_eq!(
            said("EA", "Enroute to airport"),
            (Some(Stage::LineHaul), Milestone::InTransit)
        );
        assert_eq!(said("DP", "Left export gateway").0, Some(Stage::LineHaul));
    }

    #[test]
    fn an_arrival_is_placed_by_its_location() {
        for (location, stage) in [
            ("DESTINATION_FEDEX_FACILITY", Stage::LastMile),
            ("PORT_OF_ENTRY", Stage::ImportCustoms),
            ("ORIGIN_FEDEX_FACILITY", Stage::FirstMile),
            ("SORT_FACILITY", Stage::LineHaul),
        ] {
            assert_eq!(
                stage_of(Scan {
                    event: "AR",
                    location,
                    ..Scan::default()
                }),
                (Some(stage), Milestone::Arrived)
            );
        }
        assert_eq!(
            stage_of(Scan {
                event: "DP",
                location: "PORT_OF_ENTRY",
                ..Scan::default()
            })
            .0,
            Some(Stage::LineHaul)
        );
        assert_eq!(
            stage_of(Scan {
                event: "AR",
                description: "Arrived at port of entry",
                ..Scan::default()
            })
            .0,
            Some(Stage::ImportCustoms)
        );
        assert_eq!(
            stage_of(Scan {
                event: "SF",
                description: "At destination sort facility",
                ..Scan::default()
            })
            .0,
            Some(Stage::LastMile)
        );
        assert_eq!(
            stage_of(Scan {
                event: "SF",
                description: "At sort facility",
                ..Scan::default()
            })
            .0,
            Some(Stage::LineHaul)
        );
    }

    #[test]
    fn held_is_ready_only_when_fedex_says_so() {
        let held = |commit| told(commit, with("HL", "015A")).0;
        assert_eq!(
            held("HELD_PACKAGE_NOT_AVAILABLE_FOR_RECIPIENT_PICKUP").milestone,
            Milestone::Held
        );
        let ready = held("HELD_PACKAGE_AVAILABLE_FOR_RECIPIENT_PICKUP_WITH_ADDRESS");
        assert_eq!(
            (ready.milestone, ready.confidence),
            (Milestone::AvailableForPickup, Confidence::High)
        );
        assert_eq!(held("CANCELLED_DESCRIPTION").confidence, Confidence::Medium);
        assert_eq!(
            told(
                "HELD_PACKAGE_NOT_AVAILABLE_FOR_RECIPIENT_PICKUP",
                with("HP", "")
            )
            .0
            .milestone,
            Milestone::AvailableForPickup
        );
    }

    #[test]
    fn cancelled_must_be_said_twice() {
        let said = |description, derived| {
            told(
                "",
                Scan {
                    event: "CA",
                    description,
                    derived,
                    ..Scan::default()
                },
            )
        };
        assert_eq!(
            said("Shipment cancelled by sender", "").0.milestone,
            Milestone::Cancelled
        );
        assert_eq!(said("Annulé", "CA").0.milestone, Milestone::Cancelled);
        assert_eq!(said("", "").0.milestone, Milestone::Cancelled);
        assert_eq!(
            said("With carrier", "IT"),
            (Mapped::UNMAPPED, vec!["CA".to_owned()])
        );
        assert_eq!(said("", "IT").0.milestone, Milestone::Unmapped);
    }

    #[test]
    fn an_unknown_code_is_never_in_transit() {
        let said = |derived| {
            told(
                "",
                Scan {
                    event: "Q9",
                    derived,
                    ..Scan::default()
                },
            )
        };
        assert_eq!(said("IT"), (Mapped::UNMAPPED, vec!["Q9".to_owned()]));
        assert_eq!(said("").0, Mapped::UNMAPPED);
        let (delivered, notices) = said("DL");
        assert_eq!(
            (delivered.milestone, delivered.confidence),
            (Milestone::Delivered, Confidence::Medium)
        );
        assert_eq!(notices, ["Q9"]);
        assert_eq!(said("IN").0.milestone, Milestone::Announced);
        // A fine code in the coarse field is no coarse code.
        assert_eq!(said("OD").0, Mapped::UNMAPPED);
    }

    #[test]
    fn without_a_fine_code_the_coarse_one_speaks() {
        let said = |derived| {
            told(
                "",
                Scan {
                    derived,
                    ..Scan::default()
                },
            )
        };
        assert_eq!(said("IT").0.milestone, Milestone::InTransit);
        assert_eq!(said("IN").0.milestone, Milestone::Announced);
        assert_eq!(meaning(with("IN", "")).milestone, Milestone::Info);
        assert_eq!(said("").0, Mapped::UNMAPPED);
    }

    #[test]
    fn codes_are_compared_without_case_and_the_front_door_is_a_place() {
        assert_eq!(meaning(with("Ow", "")).milestone, Milestone::InTransit);
        assert_eq!(
            meaning(with("DL", "014")).delivered_to,
            Some(DeliveredTo::SafePlace)
        );
        assert_eq!(
            meaning(with("DL", "02")).delivered_to,
            Some(DeliveredTo::SafePlace)
        );
        assert_eq!(meaning(with("DL", "07")).delivered_to, None);
    }
}
