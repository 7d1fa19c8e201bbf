//! Who took a parcel in: a name is personal, a kind of person is not.

use crate::carriers::mapping::in_time;
use crate::model::{DeliveredTo, Event, Milestone, Personal, RecipientKind};

/// What holds no letter is a number or a time that got into the field of a signature, and no name.
pub(super) fn name(signer: Option<&str>) -> Option<&str> {
    signer.filter(|signer| signer.chars().any(char::is_alphabetic))
}

/// Notes who signed at the delivery that came last.
pub(super) fn signed_by(events: &mut [Event], signer: Option<&str>) {
    let Some(signer) = name(signer) else { return };
    if let Some(event) = last_end(events) {
        event.signed_by = Personal::parse(signer);
    }
}

/// The delivery or return that came last.
pub(super) fn last_end(events: &mut [Event]) -> Option<&mut Event> {
    let ends = events
        .iter_mut()
        .filter(|event| matches!(event.milestone, Milestone::Delivered | Milestone::Returned));
    ends.max_by_key(|event| in_time(event))
}

/// How a delivery's sentence begins before the signer's name, in small letters; what ends in "by"
/// is followed by nothing but a name.
const HEADS: &[&str] = &[
    "shipment delivered - signed for by",
    "delivered - signed for by",
    "delivered - signed by",
    "signed for by",
    "signed by",
    "sendung zugestellt - unterschrieben von",
    "zugestellt - unterschrieben von",
    "unterschrieben von",
    "livré - signé par",
    "signé par",
    "entregado - firmado por",
    "firmado por",
    "consegnato - firmato da",
    "firmato da",
    "afgeleverd - getekend door",
    "getekend door",
    "entregue - assinado por",
    "assinado por",
    "shipment delivered",
    "delivered",
    "sendung zugestellt",
    "zugestellt",
    "expédition livrée",
    "livré",
    "envío entregado",
    "entregado",
    "consegnato",
    "afgeleverd",
    "bezorgd",
    "entregue",
];

/// The sentence of a delivery and the signer's name that DHL writes behind it: `Delivered : SAMPLE
/// P`, `Delivered - Signed for by: SAMPLE P`, `Shipment delivered SAMPLE`.
pub(super) fn apart(sentence: &str) -> (&str, Option<&str>) {
    let sentence = sentence.trim();
    let low = sentence.to_lowercase();
    let Some(head) = HEADS.iter().find(|head| low.starts_with(**head)) else {
        return (sentence, None);
    };
    let end = sentence
        .char_indices()
        .nth(head.chars().count())
        .map_or(sentence.len(), |(at, _)| at);
    let (words, rest) = sentence.split_at(end);
    let tail = rest.trim_start();
    let (is_led, signer) = match tail.strip_prefix(':') {
        Some(signer) => (true, signer.trim()),
        None => (
            ["by", "von", "par", "por", "da", "door"]
                .iter()
                .any(|word| head.ends_with(word)),
            tail,
        ),
    };
    let is_shouted = rest.starts_with(char::is_whitespace)
        && !signer.is_empty()
        && !signer.chars().any(char::is_lowercase);
    let signer = name(Some(signer)).filter(|_| is_led || is_shouted);
    if signer.is_some() {
        (words.trim_end_matches([' ', '-']), signer)
    } else {
        (sentence, None)
    }
}

/// Beginnings of the words that name a kind of person, in the two languages that Parcel DE writes.
/// The first that fits counts.
const KINDS: &[(RecipientKind, &[&str])] = &[
    (
        RecipientKind::Spouse,
        &[
            "ehe",
            "gatte",
            "gattin",
            "lebenspartner",
            "spouse",
            "husband",
            "wife",
        ],
    ),
    (
        RecipientKind::Neighbour,
        &["nachbar", "neighbo", "ersatzempfänger"],
    ),
    (
        RecipientKind::Authorised,
        &[
            "bevollm",
            "empfangsbevollm",
            "postbevollm",
            "empfangsberecht",
            "vollmacht",
            "authori",
            "proxy",
            "agent",
        ],
    ),
    (
        RecipientKind::Employee,
        &[
            "mitarbeiter",
            "angestellt",
            "hauspersonal",
            "haushaltshilfe",
            "employee",
            "staff",
            "colleague",
            "kolleg",
        ],
    ),
    (
        RecipientKind::Family,
        &[
            "famil",
            "angehörig",
            "hausbewohn",
            "mitbewohn",
            "haushalt",
            "verwandt",
            "relative",
            "household",
        ],
    ),
    (
        RecipientKind::Reception,
        &[
            "poststelle",
            "pförtner",
            "pforte",
            "rezeption",
            "reception",
            "mailroom",
            "porter",
            "hausmeister",
            "concierge",
        ],
    ),
    (
        RecipientKind::Other,
        &["ander", "different", "other", "another", "dritt"],
    ),
    (
        RecipientKind::Recipient,
        &[
            "empfänger",
            "empfaenger",
            "recipient",
            "addressee",
            "consignee",
            "adressat",
        ],
    ),
];

/// The kind of person that a text names.
pub(super) fn kind_in(text: &str) -> Option<RecipientKind> {
    let low = text.to_lowercase().replace("mail room", "mailroom");
    let words: Vec<_> = low
        .split(|c: char| !c.is_alphabetic())
        .filter(|word| !word.is_empty())
        .collect();
    let names = |stems: &[&str]| {
        words
            .iter()
            .any(|word| stems.iter().any(|stem| word.starts_with(stem)))
    };
    KINDS
        .iter()
        .find(|(_, stems)| names(stems))
        .map(|(kind, _)| *kind)
}

/// The kind of person that a RIC reason of a delivery names.
pub(super) fn kind_of_reason(ric: &str) -> Option<RecipientKind> {
    Some(match ric {
        "SPOUS" => RecipientKind::Spouse,
        "FAMLY" => RecipientKind::Family,
        "NGHBR" => RecipientKind::Neighbour,
        "AGENT" => RecipientKind::Authorised,
        "PCKAD" => RecipientKind::Reception,
        "OTHER" => RecipientKind::Other,
        _ => return None,
    })
}

/// Notes the kind of person at a delivery, and the neighbour as the place where it was left.
pub(super) fn note_kind(event: &mut Event, kind: RecipientKind) {
    event.recipient_kind = Some(kind);
    if event.milestone == Milestone::Delivered
        && event.delivered_to.is_none()
        && kind == RecipientKind::Neighbour
    {
        event.delivered_to = Some(DeliveredTo::Neighbour);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_behind_the_delivery_is_told_apart() {
        let cases = [
            ("Delivered : SAMPLE P", "Delivered", Some("SAMPLE P")),
            (
                "Delivered - Signed for by: Sample Person",
                "Delivered - Signed for by",
                Some("Sample Person"),
            ),
            (
                "Delivered - Signed for by : SAMPLE",
                "Delivered - Signed for by",
                Some("SAMPLE"),
            ),
            (
                "Shipment delivered SAMPLE",
                "Shipment delivered",
                Some("SAMPLE"),
            ),
            ("Zugestellt: Muster", "Zugestellt", Some("Muster")),
            (
                "Livré - Signé par : EXEMPLE",
                "Livré - Signé par",
                Some("EXEMPLE"),
            ),
            ("Signed for by SAMPLE", "Signed for by", Some("SAMPLE")),
            ("Delivered", "Delivered", None),
            ("Delivered to the door", "Delivered to the door", None),
            ("Delivered : 21.20", "Delivered : 21.20", None),
            (
                "Shipment on hold : SAMPLE",
                "Shipment on hold : SAMPLE",
                None,
            ),
            ("İÉ", "İÉ", None),
        ];
        for (text, words, signer) in cases {
            assert_eq!(apart(text), (words, signer), "{text}");
        }
    }

    #[test]
    fn kinds_of_recipients_are_known_in_both_languages() {
        let cases = [
            ("Ehegatte", Some(RecipientKind::Spouse)),
            ("spouse", Some(RecipientKind::Spouse)),
            ("Empfänger (orig.)", Some(RecipientKind::Recipient)),
            ("andere anwesende Person", Some(RecipientKind::Other)),
            ("different person present", Some(RecipientKind::Other)),
            ("Familienangehöriger", Some(RecipientKind::Family)),
            ("Empfangsbevollmächtigter", Some(RecipientKind::Authorised)),
            ("Nachbar", Some(RecipientKind::Neighbour)),
            ("Mitarbeiter der Poststelle", Some(RecipientKind::Employee)),
            ("mail room", Some(RecipientKind::Reception)),
            ("SAMPLE PERSON", None),
            ("", None),
        ];
        for (text, kind) in cases {
            assert_eq!(kind_in(text), kind, "{text}");
        }
    }
}
