//! What the remark of an Express checkpoint says: why it is held up, and who must act.
//!
//! `UD`, `RR` and `OH` tell hardly anything by themselves: the reason stands in the remark only.

use crate::carriers::Mapped;
use crate::model::{Confidence, Milestone, Reason, Stage};

/// Whoever is called upon, in the languages that DHL answers in; beginnings of words.
const RECIPIENT: &[&str] = &[
    "importer",
    "receiver",
    "consignee",
    "recipient",
    "importeur",
    "empfänger",
    "importateur",
    "destinat",
    "importador",
    "ontvanger",
];
const SENDER: &[&str] = &[
    "shipper",
    "exporter",
    "sender",
    "consignor",
    "absender",
    "versender",
    "exporteur",
    "expéditeur",
    "remitente",
    "exportador",
    "afzender",
    "remetente",
];

/// What is wanted, and the words that say that it still is.
const THING: &[&str] = &[
    "information",
    "document",
    "paperwork",
    "invoice",
    "tax id",
    "vat",
    "eori",
    "identification",
    "identity",
    "passport",
    "description",
    "permit",
    "licence",
    "unterlagen",
    "angaben",
    "dokument",
    "rechnung",
    "informations",
    "información",
    "documentación",
    "informatie",
    "informações",
];
const NEED: &[&str] = &[
    "further",
    "additional",
    "more information",
    "required",
    "requires",
    "requested",
    "need",
    "must",
    "should",
    "provide",
    "missing",
    "awaiting",
    "incomplete",
    "weitere",
    "fehlen",
    "benötigt",
    "complémentaires",
    "supplémentaires",
    "manqu",
    "adicional",
    "falta",
    "aanvullende",
    "adicionais",
];
const CONTACT: &[&str] = &["contact", "kontakt"];
const PAYMENT: &[&str] = &[
    "duties",
    "duty",
    "taxes",
    "import charges",
    "einfuhrabgaben",
    "zollgebühr",
    "droits et taxes",
    "derechos",
    "impuestos",
    "invoerrechten",
];
const UNPAID: &[&str] = &[
    "to pay",
    "must pay",
    "payment",
    "unpaid",
    "are due",
    "is due",
    "outstanding",
    "zahl",
    "paiement",
    "pago",
    "betal",
];
const PAID: &[&str] = &[
    "has been paid",
    "have been paid",
    "payment received",
    "payment has been received",
    "were paid",
    "bezahlt wurde",
];
const CUSTOMS: &[&str] = &[
    "clearance",
    "customs",
    "zoll",
    "douan",
    "aduan",
    "alfândega",
    "importer",
    "importeur",
    "importateur",
    "importador",
];

/// What exactly is missing, where the sender has it.
const MISSING: &[(&[&str], Reason)] = &[
    (
        &["invoice", "rechnung", "facture", "factura"],
        Reason::InvoiceMissing,
    ),
    (
        &["description", "beschreibung"],
        Reason::DescriptionInsufficient,
    ),
    (&["value", "wert "], Reason::ValueQuery),
    (
        &["permit", "licence", "license", "genehmigung"],
        Reason::PermitMissing,
    ),
];
const IDENTITY: &[&str] = &[
    "tax id",
    "vat",
    "eori",
    "id number",
    "identification",
    "identity",
    "passport",
    "social security",
    "steuernummer",
];

/// The finer meaning of a checkpoint that its remark gives, if it says any.
///
/// Only what holds up is looked into: a remark never undoes a release or a delivery, and never
/// makes one.
pub(super) fn meaning(code: &str, row: Mapped, remark: &str) -> Option<Mapped> {
    let is_open = matches!(
        row.milestone,
        Milestone::CustomsHold
            | Milestone::CustomsSubmitted
            | Milestone::Held
            | Milestone::CustomsInfoRequired
    );
    if !is_open || matches!(code, "ES" | "PY" | "BL" | "DI" | "BN" | "SS" | "DP" | "HI") {
        return None;
    }
    let low = remark.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| low.contains(word));
    let is_customs = row.milestone.is_customs() || says(CUSTOMS);
    let is_wanted = (says(THING) && says(NEED)) || says(CONTACT);
    let (milestone, reason) = if says(&[
        "no action",
        "no further action",
        "not required at this time",
    ]) {
        return None;
    } else if is_customs && says(PAYMENT) && says(UNPAID) && !says(PAID) {
        (Milestone::DutiesDue, Some(Reason::DutiesUnpaid))
    } else if is_wanted && says(RECIPIENT) {
        (
            wanted(is_customs),
            Some(if says(IDENTITY) {
                Reason::IdentityMissing
            } else {
                Reason::ContactNeeded
            }),
        )
    } else if is_customs && is_wanted {
        let missing = MISSING
            .iter()
            .find(|(words, _)| says(words))
            .map(|(_, reason)| *reason);
        let from_sender = says(SENDER).then_some(Reason::DocumentsMissing);
        let from_recipient = says(IDENTITY).then_some(Reason::IdentityMissing);
        (
            Milestone::CustomsInfoRequired,
            missing.or(from_sender).or(from_recipient),
        )
    } else if is_customs && says(&["inspection", "inspect", "examin", "kontroll", "inspección"]) {
        (Milestone::CustomsInspection, None)
    } else if is_customs && says(&["broker", "spediteur"]) {
        (
            if row.milestone.is_customs() {
                row.milestone
            } else {
                Milestone::CustomsHold
            },
            Some(Reason::BrokerNeeded),
        )
    } else if row.milestone == Milestone::Held && is_customs {
        (Milestone::CustomsHold, None)
    } else {
        return None;
    };
    // On hold does not say on which side of the border.
    let stage: Option<Stage> = if code == "OH" { None } else { row.stage };
    Some(Mapped {
        stage,
        milestone,
        reason,
        confidence: row.confidence.min(Confidence::Medium),
        ..row
    })
}

fn wanted(is_customs: bool) -> Milestone {
    if is_customs {
        Milestone::CustomsInfoRequired
    } else {
        Milestone::Held
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Party;

    fn of(code: &str, remark: &str) -> Option<(Milestone, Option<Party>)> {
        let codes = crate::carriers::dhl::PACK.codes();
        let row = codes.get("express", code)?.into();
        meaning(code, row, remark)
            .map(|mapped| (mapped.milestone, mapped.reason.map(Reason::party)))
    }

    #[test]
    fn a_remark_tells_who_must_act() {
        let recipient = Some((Milestone::CustomsInfoRequired, Some(Party::Recipient)));
        let sender = Some((Milestone::CustomsInfoRequired, Some(Party::Sender)));
        assert_eq!(
            of(
                "UD",
                "DHL needs further information from the importer. DHL will contact the importer."
            ),
            recipient
        );
        assert_eq!(
            of("RR", "Der Importeur muss weitere Informationen geben"),
            recipient
        );
        assert_eq!(
            of(
                "OH",
                "Additional information is required from the receiver for customs clearance"
            ),
            recipient
        );
        assert_eq!(
            of("CD", "The consignee must provide a tax ID number"),
            recipient
        );
        assert_eq!(
            of("UD", "The shipper should provide a commercial invoice"),
            sender
        );
        assert_eq!(of("UD", "Documents missing from the exporter"), sender);
        assert_eq!(
            of(
                "UD",
                "Import duties and taxes are due: payment by the receiver"
            ),
            Some((Milestone::DutiesDue, Some(Party::Recipient)))
        );
        assert_eq!(
            of("UD", "Selected for customs inspection"),
            Some((Milestone::CustomsInspection, None))
        );
        assert_eq!(
            of("OH", "Clearance delay"),
            Some((Milestone::CustomsHold, None))
        );
        assert_eq!(
            of(
                "OH",
                "Please contact DHL: the receiver asked for another day"
            ),
            Some((Milestone::Held, Some(Party::Recipient)))
        );
    }

    #[test]
    fn a_remark_undoes_no_release_and_makes_none() {
        for (code, remark) in [
            ("CR", "The importer must provide further information"),
            ("OK", "Customs inspection"),
            ("UD", "No action is required from the importer"),
            ("OH", "At the sender's wish"),
            ("PL", "Clearance delay"),
            ("UD", "Documents submitted to customs"),
            ("CD", "Duties and taxes have been paid"),
        ] {
            assert_eq!(of(code, remark), None, "{code} {remark}");
        }
    }
}
