//! Which code of a UPS status decides: two characters under a type letter, three digits
//! (`statusCode`), or the letter alone.

use smol_str::{SmolStr, format_smolstr};

use super::words::{contains, named, says};
use crate::adapter::{CodeMeaning, CodeTable, Collector, NoticeKind, Vocabulary};
use crate::carriers::Mapped;
use crate::model::{Confidence, Milestone, Stage, TrackingNumber};

/// What UPS says of one event.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Status<'t> {
    /// The type letter: the vocabulary of `code`.
    pub kind: &'t str,
    /// Two characters, or three digits for freight.
    pub code: &'t str,
    /// The coarse code of three digits, perhaps without its leading zeros.
    pub digits: &'t str,
    /// The carrier's sentence.
    pub words: &'t str,
}

impl Status<'_> {
    /// Whether no code at all is told.
    fn is_bare(&self) -> bool {
        self.kind.is_empty() && self.code.is_empty() && self.digits.is_empty()
    }

    /// The code that the event keeps: the fine one, else the coarse one in its three digits.
    pub fn value(&self) -> SmolStr {
        if self.code.is_empty() {
            padded(self.digits, 3)
        } else {
            self.code.into()
        }
    }
}

/// Whose codes a shipment speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    Parcel,
    MailInnovations,
    Freight,
}

impl Line {
    /// The product line by service (its code of the shipping API, or its brand name, which UPS does
    /// not translate) and number.
    ///
    /// A 1Z number is a small package even under "UPS Worldwide Express Freight".
    pub fn of(number: &TrackingNumber, service_code: &str, service: &str) -> Self {
        let number = number.as_str();
        let all_digits = |text: &str| text.len() >= 16 && text.bytes().all(|b| b.is_ascii_digit());
        if contains(service, "mail innovations")
            || matches!(service_code, "M2" | "M3" | "M4" | "M5" | "M6" | "M7")
            || number.starts_with("92") && all_digits(number)
            || number.strip_prefix("MI").is_some_and(all_digits)
        {
            Self::MailInnovations
        } else if !number.starts_with("1Z")
            && ["freight", "forwarding", "ltl"]
                .iter()
                .any(|word| contains(service, word))
        {
            Self::Freight
        } else {
            Self::Parcel
        }
    }
}

/// The pack's vocabularies, looked up once per payload.
#[derive(Clone, Copy)]
pub(super) struct Tables<'c> {
    exceptions: Option<&'c Vocabulary>,
    deliveries: Option<&'c Vocabulary>,
    movements: Option<&'c Vocabulary>,
    manifests: Option<&'c Vocabulary>,
    voids: Option<&'c Vocabulary>,
    updates: Option<&'c Vocabulary>,
    statuses: Option<&'c Vocabulary>,
    letters: Option<&'c Vocabulary>,
    mail: Option<&'c Vocabulary>,
    freight: Option<&'c Vocabulary>,
    freight_exceptions: Option<&'c Vocabulary>,
    is_legacy: bool,
}

impl<'c> Tables<'c> {
    /// The tables as the JSON interfaces use them.
    pub fn of(codes: &'c CodeTable) -> Self {
        Self {
            exceptions: codes.vocabulary("X"),
            deliveries: codes.vocabulary("D"),
            movements: codes.vocabulary("I"),
            manifests: codes.vocabulary("M"),
            voids: codes.vocabulary("MV"),
            updates: codes.vocabulary("U"),
            statuses: codes.vocabulary("status"),
            letters: codes.vocabulary("type"),
            mail: codes.vocabulary("mail-innovations"),
            freight: codes.vocabulary("freight-activity"),
            freight_exceptions: codes.vocabulary("freight-exception"),
            is_legacy: false,
        }
    }

    /// The tables as the legacy XML uses them: type D is delivered there, and X with U2 is under
    /// way.
    pub fn of_legacy(codes: &'c CodeTable) -> Self {
        Self {
            is_legacy: true,
            ..Self::of(codes)
        }
    }

    /// What a status means; what is in no table becomes a notice.
    pub fn meaning(
        &self,
        out: &mut Collector<'_>,
        number: &TrackingNumber,
        field: &'static str,
        line: Line,
        status: Status<'_>,
    ) -> Mapped {
        let (mapped, is_known) = self.decide(line, status);
        match mapped {
            None if status.is_bare() => out.unmapped(number, field, status.words),
            None => out.unmapped(
                number,
                field,
                format!("{} {}", status.kind, status.value()).trim(),
            ),
            Some(_) if !is_known => {
                let notice = out.own_notice(
                    NoticeKind::UnmappedCode,
                    "the code is in no table; the carrier's coarser code stands in",
                );
                out.notice(
                    notice
                        .about(Some(number))
                        .at(field)
                        .value(&format!("{} {}", status.kind, status.code)),
                );
            }
            Some(_) => {}
        }
        mapped.unwrap_or(Mapped::UNMAPPED)
    }

    /// What a status means, without a notice about what is in no table.
    pub fn quietly(&self, line: Line, status: Status<'_>) -> Option<Mapped> {
        self.decide(line, status).0
    }

    /// The row of an exception code alone.
    pub fn exception(&self, code: &str) -> Option<&'c CodeMeaning> {
        numeric(self.exceptions?, code)
    }

    /// The row of a delivery code alone.
    pub fn delivery(&self, code: &str) -> Option<&'c CodeMeaning> {
        numeric(self.deliveries?, code)
    }

    /// The meaning, and whether it is that of the finest code given. A delivery that UPS's own
    /// words call a return to the sender is one.
    fn decide(&self, line: Line, status: Status<'_>) -> (Option<Mapped>, bool) {
        let (mapped, is_finest) = self.by_code(line, status);
        let is_back = mapped
            .as_ref()
            .is_some_and(|mapped| mapped.milestone == Milestone::Delivered)
            && says(status.words, Milestone::Returned);
        (
            if is_back {
                Some(Mapped::rule(
                    Some(Stage::Return),
                    Milestone::Returned,
                    Confidence::Medium,
                ))
            } else {
                mapped
            },
            is_finest,
        )
    }

    /// The same by the codes alone. A sentence without any code counts where it is one of UPS's
    /// usual ones.
    fn by_code(&self, line: Line, status: Status<'_>) -> (Option<Mapped>, bool) {
        if status.is_bare() {
            return (named(status.words), true);
        }
        let line = if matches!(status.kind, "W" | "DO" | "DD") {
            Line::Freight
        } else {
            line
        };
        let own = match line {
            Line::MailInnovations => self.mail.and_then(|table| table.get(status.code)),
            Line::Freight => self.freight(status),
            Line::Parcel => None,
        };
        let own = own.or_else(|| self.by_type(status));
        // Freight has three-digit codes of its own that say other things by the same digits.
        let is_digits = status.code.len() == 3 && status.code.bytes().all(|b| b.is_ascii_digit());
        let digits = if status.digits.is_empty() && is_digits {
            status.code
        } else {
            status.digits
        };
        let coarse = if line == Line::Freight {
            None
        } else {
            self.statuses
                .and_then(|table| table.get(padded(digits, 3).as_str()))
        };
        let Some(own) = own else {
            let is_finest = status.code.is_empty() || is_digits;
            return match coarse {
                Some(coarse) => (
                    Some(self.confirmed(coarse, None, status).or_trouble()),
                    is_finest,
                ),
                None => (self.by_letter(status), status.code.is_empty()),
            };
        };
        let told = self.confirmed(own, coarse, status);
        match coarse {
            Some(coarse)
                if told.confidence == Confidence::Low && coarse.confidence == Confidence::High =>
            {
                (Some(coarse.into()), true)
            }
            _ => (Some(told.or_trouble()), true),
        }
    }

    /// A row; an ending that rests on one source is as sure as what says the same beside it: the
    /// statusCode, the type letter, the carrier's own words.
    fn confirmed(
        &self,
        own: &CodeMeaning,
        coarse: Option<&CodeMeaning>,
        status: Status<'_>,
    ) -> Mapped {
        let row = Mapped::from(own);
        if own.confidence != Confidence::Low || !own.milestone.is_terminal() {
            return row;
        }
        let letter = self.letters.and_then(|letters| letters.get(status.kind));
        let by_row = coarse
            .into_iter()
            .chain(letter)
            .filter(|other| other.milestone == own.milestone)
            .map(|other| other.confidence)
            .max();
        let by_words = says(status.words, own.milestone).then_some(Confidence::Medium);
        Mapped {
            confidence: by_row.max(by_words).unwrap_or(Confidence::Low),
            ..row
        }
    }

    fn by_type(&self, status: Status<'_>) -> Option<&'c CodeMeaning> {
        match status.kind {
            "X" => self.exception(status.code),
            "D" => self.delivery(status.code),
            "I" => self.movements?.get(status.code),
            "M" => self.manifests?.get(status.code),
            "MV" => self.voids?.get(status.code),
            "U" => self.updates?.get(status.code),
            _ => None,
        }
    }

    /// Three characters are an activity, two an exception: the two lists are distinguished by their
    /// width. A number of one or two digits under another type than X may be an activity that lost
    /// its zeros; where both lists know it, it stays unknown.
    fn freight(&self, status: Status<'_>) -> Option<&'c CodeMeaning> {
        let activity = || self.freight?.get(padded(status.code, 3).as_str());
        let exception = || {
            self.freight_exceptions?
                .get(padded(status.code, 2).as_str())
        };
        let is_number = status.code.bytes().all(|b| b.is_ascii_digit());
        match (status.code.len(), exception(), activity()) {
            (1 | 2, Some(row), None) => Some(row),
            (1 | 2, Some(row), Some(_)) if status.kind == "X" => Some(row),
            (1 | 2, None, row) if is_number => row,
            (3, _, row) => row,
            _ => None,
        }
    }

    /// The letter alone. Under a code or a statusCode that is in no table, "delivered" and "in
    /// transit" are more than it can say.
    fn by_letter(&self, status: Status<'_>) -> Option<Mapped> {
        if self.is_legacy && (status.kind, status.code) == ("X", "U2") {
            return Some(Mapped::rule(None, Milestone::InTransit, Confidence::Medium));
        }
        let row = self.letters?.get(status.kind)?;
        let is_told = !status.code.is_empty() || !status.digits.is_empty();
        match row.milestone {
            Milestone::Delivered if self.is_legacy => Some(Mapped::rule(
                Some(Stage::LastMile),
                Milestone::Delivered,
                Confidence::Medium,
            )),
            Milestone::Delivered | Milestone::InTransit if is_told => None,
            _ => Some(row.into()),
        }
    }
}

/// A row by code: as given; a number also without its zeros, and with two digits. Three digits are
/// a statusCode and are not stripped.
fn numeric<'c>(table: &'c Vocabulary, code: &str) -> Option<&'c CodeMeaning> {
    if let Some(row) = table.get(code) {
        return Some(row);
    }
    if code.is_empty() || code.len() > 2 || !code.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let bare = code.trim_start_matches('0');
    table
        .get(if bare.is_empty() { "0" } else { bare })
        .or_else(|| table.get(padded(code, 2).as_str()))
}

/// Digits with leading zeros up to `width`; anything else as it is.
fn padded(code: &str, width: usize) -> SmolStr {
    if code.is_empty() || code.len() >= width || !code.bytes().all(|b| b.is_ascii_digit()) {
        return code.into();
    }
    format_smolstr!("{code:0>width$}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::carriers::ups::PACK;

    fn decide(line: Line, kind: &str, code: &str, digits: &str) -> (Option<Milestone>, bool) {
        let codes = PACK.codes();
        let (mapped, known) = Tables::of(&codes).decide(
            line,
            Status {
                kind,
                code,
                digits,
                words: "",
            },
        );
        (mapped.map(|mapped| mapped.milestone), known)
    }

    fn parcel(kind: &str, code: &str, digits: &str) -> Option<Milestone> {
        decide(Line::Parcel, kind, code, digits).0
    }

    #[test]
    fn the_same_two_letters_mean_another_thing_under_another_type() {
        assert_eq!(parcel("I", "DP", ""), Some(Milestone::Departed));
        assert_eq!(parcel("M", "DP", ""), Some(Milestone::Announced));
        assert_eq!(parcel("X", "DP", ""), Some(Milestone::Exception));
        assert_eq!(parcel("I", "OT", "021"), Some(Milestone::OutForDelivery));
        assert_eq!(parcel("X", "OT", ""), Some(Milestone::CustomsInfoRequired));
        assert_eq!(parcel("X", "SR", "013"), Some(Milestone::CustomsReleased));
    }

    #[test]
    fn the_status_code_stands_in_for_an_unknown_code_and_is_padded() {
        assert_eq!(
            decide(Line::Parcel, "D", "??", "11"),
            (Some(Milestone::Delivered), false)
        );
        assert_eq!(
            decide(Line::Parcel, "I", "", "5"),
            (Some(Milestone::InTransit), true)
        );
        assert_eq!(parcel("I", "??", "021"), Some(Milestone::OutForDelivery));
        assert_eq!(
            decide(Line::Parcel, "", "011", ""),
            (Some(Milestone::Delivered), true),
            "three digits in the code's place"
        );
    }

    #[test]
    fn a_sure_status_code_beats_an_unsure_row() {
        assert_eq!(parcel("MV", "MP", ""), Some(Milestone::Info));
        assert_eq!(parcel("MV", "MP", "007"), Some(Milestone::Cancelled));
        assert_eq!(parcel("D", "DO", "060"), Some(Milestone::DeliveryAttempted));
        assert_eq!(
            parcel("X", "DJ", "011"),
            Some(Milestone::Delayed),
            "a sure row stays"
        );
    }

    #[test]
    fn numbers_are_tried_with_and_without_zeros_but_three_digits_are_a_status_code() {
        assert_eq!(parcel("X", "05", ""), Some(Milestone::CustomsHold));
        assert_eq!(parcel("X", "5", ""), Some(Milestone::CustomsHold));
        assert_eq!(parcel("D", "00", ""), Some(Milestone::Delayed));
        assert_eq!(parcel("X", "48", ""), Some(Milestone::DeliveryAttempted));
        assert_eq!(
            parcel("X", "048", ""),
            Some(Milestone::Delayed),
            "048 is the statusCode 'late', not X 48"
        );
    }

    #[test]
    fn a_delivery_that_is_called_a_return_to_the_sender_is_one() {
        let codes = PACK.codes();
        let said = |words| {
            Tables::of(&codes)
                .decide(
                    Line::Parcel,
                    Status {
                        kind: "D",
                        code: "FS",
                        digits: "011",
                        words,
                    },
                )
                .0
                .map(|mapped| mapped.milestone)
        };
        assert_eq!(said("Delivered"), Some(Milestone::Delivered));
        assert_eq!(said("Returned to Sender"), Some(Milestone::Returned));
    }

    #[test]
    fn the_letter_alone_says_little() {
        assert_eq!(parcel("D", "", ""), Some(Milestone::Delivered));
        assert_eq!(parcel("D", "??", ""), None);
        assert_eq!(parcel("D", "", "999"), None);
        assert_eq!(parcel("I", "", ""), Some(Milestone::InTransit));
        assert_eq!(parcel("I", "??", ""), None);
        assert_eq!(parcel("X", "??", ""), Some(Milestone::Exception));
        assert_eq!(parcel("M", "", ""), Some(Milestone::Announced));
        assert_eq!(parcel("O", "", ""), Some(Milestone::OutForDelivery));
        assert_eq!(parcel("??", "", ""), None);
        let codes = PACK.codes();
        let (mapped, _) = Tables::of(&codes).decide(
            Line::Parcel,
            Status {
                kind: "D",
                ..Status::default()
            },
        );
        assert_eq!(
            mapped.map(|mapped| mapped.confidence),
            Some(Confidence::Medium)
        );
    }

    #[test]
    fn a_delivery_code_that_was_a_failed_stop_is_no_delivery() {
        for code in ["50", "53", "CI", "EA", "DO", "MV"] {
            assert_ne!(parcel("D", code, ""), Some(Milestone::Delivered), "{code}");
        }
    }

    #[test]
    fn the_line_chooses_the_table() {
        assert_eq!(
            decide(Line::MailInnovations, "I", "OF", "").0,
            Some(Milestone::Departed)
        );
        assert_eq!(parcel("I", "OF", ""), Some(Milestone::OutForDelivery));
        assert_eq!(
            decide(Line::MailInnovations, "I", "OT", "").0,
            Some(Milestone::OutForDelivery),
            "else the table of the type"
        );
        assert_eq!(
            decide(Line::Freight, "I", "012", "").0,
            Some(Milestone::Delivered)
        );
        assert_eq!(parcel("I", "012", ""), Some(Milestone::CustomsSubmitted));
        assert_eq!(
            decide(Line::Freight, "X", "35", "").0,
            Some(Milestone::Exception),
            "a seizure that one list tells is trouble"
        );
        assert_eq!(
            parcel("W", "030", ""),
            Some(Milestone::Arrived),
            "type W is freight whatever the service"
        );
        assert_eq!(
            decide(Line::Freight, "D", "", "012").0,
            None,
            "a freight statusCode is not guessed"
        );
    }

    #[test]
    fn freight_activities_and_exceptions_are_told_apart_by_width() {
        assert_eq!(
            decide(Line::Freight, "W", "12", "").0,
            None,
            "both lists know it, with other meanings"
        );
        assert_eq!(
            decide(Line::Freight, "X", "12", "").0,
            Some(Milestone::Delivered)
        );
        assert_eq!(
            decide(Line::Freight, "W", "AS", "").0,
            Some(Milestone::CustomsSubmitted)
        );
        assert_eq!(
            decide(Line::Freight, "X", "035", "").0,
            Some(Milestone::CustomsSubmitted),
            "an activity, not the seizure of exception 35"
        );
    }

    fn confidence(kind: &str, code: &str, digits: &str, words: &str) -> (Milestone, Confidence) {
        let codes = PACK.codes();
        let (mapped, _) = Tables::of(&codes).decide(
            Line::Parcel,
            Status {
                kind,
                code,
                digits,
                words,
            },
        );
        mapped
            .map(|mapped| (mapped.milestone, mapped.confidence))
            .unwrap()
    }

    #[test]
    fn an_ending_of_one_source_is_confirmed_by_what_stands_beside_it() {
        use Milestone as M;
        assert_eq!(
            confidence("D", "ML", "", ""),
            (M::Delivered, Confidence::Medium),
            "the type letter says delivered, too"
        );
        assert_eq!(
            confidence("D", "ML", "011", ""),
            (M::Delivered, Confidence::High)
        );
        assert_eq!(
            confidence("X", "A2", "", ""),
            (M::Exception, Confidence::Medium),
            "alone it ends nothing, and is not passed over"
        );
        assert_eq!(
            confidence("X", "UA", "", ""),
            (M::Returning, Confidence::Medium)
        );
        assert_eq!(
            confidence("X", "A2", "", "Damaged and discarded. The sender was told."),
            (M::Disposed, Confidence::Medium)
        );
        assert_eq!(
            confidence("X", "UA", "034", ""),
            (M::Returned, Confidence::High)
        );
        assert_eq!(
            confidence("X", "S9", "068", ""),
            (M::Lost, Confidence::Medium)
        );
        assert_eq!(
            confidence(
                "X",
                "FT",
                "",
                "Delivered to an access point, awaiting pickup"
            ),
            (M::Delivered, Confidence::Low)
        );
        assert_eq!(
            confidence("", "147", "", "Seized by law enforcement"),
            (M::CustomsSeized, Confidence::Medium)
        );
        assert_eq!(
            confidence("X", "A2", "013", "Damaged and discarded."),
            (M::Disposed, Confidence::Medium),
            "the words beat the coarse exception"
        );
        assert_eq!(
            confidence("X", "A2", "059", "Sample"),
            (M::Damaged, Confidence::High)
        );
        assert_eq!(
            confidence("MV", "VP", "", ""),
            (M::Cancelled, Confidence::High)
        );
        assert_eq!(
            confidence("I", "VP", "", ""),
            (M::Cancelled, Confidence::Low)
        );
        assert_eq!(
            confidence("MV", "VP", "7", ""),
            (M::Cancelled, Confidence::High)
        );
        assert_eq!(
            confidence("D", "FS", "", ""),
            (M::Delivered, Confidence::High)
        );
    }

    #[test]
    fn the_internal_code_is_no_exception() {
        for kind in ["X", "I"] {
            assert_eq!(
                confidence(kind, "KB", "", "UPS internal activity code").0,
                Milestone::Info,
                "{kind}"
            );
        }
        assert_eq!(
            confidence("D", "KB", "011", "Delivered").0,
            Milestone::Delivered
        );
    }

    #[test]
    fn lines_are_told_by_service_and_number() {
        let line = |number: &str, code: &str, service: &str| {
            Line::of(&TrackingNumber::new(number), code, service)
        };
        assert_eq!(
            line("1Z0000000300000017", "003", "UPS Ground"),
            Line::Parcel
        );
        assert_eq!(
            line("1Z0000000300000017", "096", "UPS Worldwide Express Freight"),
            Line::Parcel
        );
        assert_eq!(line("000000001", "308", "UPS Freight LTL"), Line::Freight);
        assert_eq!(line("92000000000000000000", "", ""), Line::MailInnovations);
        assert_eq!(line("MI0000001234567890123", "", ""), Line::MailInnovations);
        assert_eq!(
            line("0000000000", "", "UPS Mail Innovations"),
            Line::MailInnovations
        );
        assert_eq!(line("0000000000", "M4", ""), Line::MailInnovations);
    }

    #[test]
    fn in_the_legacy_xml_a_d_is_delivered() {
        let codes = PACK.codes();
        let decide = |kind, code| {
            Tables::of_legacy(&codes)
                .decide(
                    Line::Parcel,
                    Status {
                        kind,
                        code,
                        ..Status::default()
                    },
                )
                .0
                .map(|mapped| mapped.milestone)
        };
        assert_eq!(decide("D", "??"), Some(Milestone::Delivered));
        assert_eq!(decide("D", "50"), Some(Milestone::AddressIssue));
        assert_eq!(decide("X", "U2"), Some(Milestone::InTransit));
        assert_eq!(decide("I", "??"), None);
    }
}
