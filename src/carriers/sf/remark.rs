//! Numbers that stand only in SF's sentences, read strictly: a known form, or a known word before
//! it.

use crate::model::{CarrierId, Event, Milestone, Reference, Role};

/// The words before the number of the receipt that was signed and goes back to the sender as a
/// parcel of its own.
const SIGNED_RECEIPT: [&str; 8] = [
    "签单返还",
    "簽單返還",
    "签回单",
    "簽回單",
    "签单返回",
    "簽單返回",
    "回单单号",
    "回單單號",
];

/// Whether a sentence is about the signed receipt (签回单).
pub(super) fn names_signed_receipt(remark: &str) -> bool {
    SIGNED_RECEIPT.iter().any(|word| remark.contains(word))
}

/// The numbers that a sentence names, by the words before them and the operation that it explains.
pub(super) fn related(event: &Event, remark: &str) -> Option<Reference> {
    let own = event.number.as_str();
    let role = match event.code.value.as_str() {
        _ if names_signed_receipt(remark) => Role::SignedReceipt,
        "99" | "648" if event.milestone == Milestone::Redirected => Role::Redirection,
        "99" | "648" | "631" => Role::Return,
        "626" | "627" => return next_carrier(remark, own),
        "" if event.milestone == Milestone::Returning => Role::Return,
        "" if event.milestone == Milestone::Redirected => Role::Redirection,
        "" if event.milestone == Milestone::HandedOver => return next_carrier(remark, own),
        _ if ["子单号", "子單號"]
            .iter()
            .any(|word| remark.contains(word)) =>
        {
            Role::Piece
        }
        _ if ["母单号", "母單號"]
            .iter()
            .any(|word| remark.contains(word)) =>
        {
            Role::MasterWaybill
        }
        _ => return None,
    };
    waybill(remark, own)
        .map(|number| Reference::new(role, number).with_carrier(event.carrier.clone()))
}

/// Another waybill of SF: `SF` and 12 to 15 digits, or 12 or 15 digits after 单号.
fn waybill<'t>(remark: &'t str, own: &str) -> Option<&'t str> {
    let found = words(remark).find(|(before, word)| {
        let is_number = is_sf(word)
            || matches!(word.len(), 12 | 15)
                && is_digits(word)
                && ends_with_any(before, &["单号", "單號"]);
        *word != own && is_number
    });
    found.map(|(_, word)| word)
}

/// The number under which a third party carries it on: the word after 单号 or "waybill no.", with a
/// digit in it.
fn next_carrier(remark: &str, own: &str) -> Option<Reference> {
    const BEFORE: [&str; 5] = [
        "单号",
        "單號",
        "waybill no",
        "waybill number",
        "tracking number",
    ];
    let (_, number) = words(remark).find(|(before, word)| {
        let is_number = (6..=40).contains(&word.len()) && word.bytes().any(|b| b.is_ascii_digit());
        is_number && *word != own && !is_sf(word) && ends_with_any(before, &BEFORE)
    })?;
    let reference = Reference::new(Role::NextCarrier, number);
    Some(match carrier(remark) {
        Some(carrier) => reference.with_carrier(carrier),
        None => reference,
    })
}

/// The one known carrier that a sentence names; of two, none.
fn carrier(remark: &str) -> Option<CarrierId> {
    const WORDS: [(&str, &str); 9] = [
        ("DHL", "dhl"),
        ("UPS", "ups"),
        ("FEDEX", "fedex"),
        ("USPS", "usps"),
        ("EMS", "ems"),
        ("DPD", "dpd"),
        ("GLS", "gls"),
        ("TNT", "tnt"),
        ("ARAMEX", "aramex"),
    ];
    const NAMES: [(&str, &str); 4] = [
        ("联邦", "fedex"),
        ("聯邦", "fedex"),
        ("敦豪", "dhl"),
        ("美国邮政", "usps"),
    ];
    let by_word = words(remark).filter_map(|(_, word)| {
        WORDS
            .iter()
            .find(|(name, _)| word.eq_ignore_ascii_case(name))
    });
    let by_name = NAMES.iter().filter(|(name, _)| remark.contains(name));
    let mut found = by_word.chain(by_name).map(|(_, id)| *id);
    let first = found.next()?;
    found
        .all(|other| other == first)
        .then(|| CarrierId::from_static(first))
}

fn is_digits(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_digit())
}

fn is_sf(word: &str) -> bool {
    word.strip_prefix("SF")
        .is_some_and(|digits| (12..=15).contains(&digits.len()) && is_digits(digits))
}

/// Whether what stands before a number ends with one of these words, signs between them passed
/// over.
fn ends_with_any(before: &str, words: &[&str]) -> bool {
    let before = before.trim_end_matches([
        ' ', '\t', ':', '：', '为', '為', '是', '【', '[', '(', '（', '#', '.',
    ]);
    words.iter().any(|word| {
        let at = before.len().checked_sub(word.len());
        at.and_then(|at| before.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(word))
    })
}

/// Every run of ASCII letters and digits, with all that stands before it.
fn words(text: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + text.get(at..)?.find(|c: char| c.is_ascii_alphanumeric())?;
        let rest = text.get(start..)?;
        let len = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .unwrap_or(rest.len());
        at = start + len;
        Some((text.get(..start)?, text.get(start..at)?))
    })
}

#[cfg(test)]
mod tests {
    use super::{carrier, next_carrier, waybill};

    #[test]
    fn a_waybill_is_taken_only_in_its_form_or_after_its_word() {
        let own = "SF1000000000017";
        for (remark, expected) in [
            (
                "快件已退回/转寄,新单号为: SF1000000000033",
                Some("SF1000000000033"),
            ),
            (
                "原单号SF1000000000017,新单号【100000000033】",
                Some("100000000033"),
            ),
            ("簽單返還單號：100000000000033", Some("100000000000033")),
            ("电话 075500000033", None),
            ("单号 10000000003", None),
            ("新单号为: XSF1000000000033", None),
            ("新单号为: SF10000000000333333", None),
            ("单号为: SF1000000000017", None),
        ] {
            assert_eq!(waybill(remark, own), expected, "{remark}");
        }
    }

    #[test]
    fn the_next_carrier_is_named_only_when_one_is_told() {
        let own = "SF1000000000017";
        for (remark, expected) in [
            (
                "快件已转交DHL配送,运单号：1234567890",
                Some("next_carrier(dhl 123…890)"),
            ),
            (
                "转第三方联邦快递, 单号 770000000001",
                Some("next_carrier(fedex 770…001)"),
            ),
            (
                "Handed to USPS, Waybill No.: 9400100000000000000001",
                Some("next_carrier(usps 940…001)"),
            ),
            (
                "已转第三方快递,单号:AB123456789CN",
                Some("next_carrier(AB1…9CN)"),
            ),
            (
                "由 UPS 转 DHL, 单号:1234567890",
                Some("next_carrier(123…890)"),
            ),
            ("groups, 单号:1234567890", Some("next_carrier(123…890)")),
            ("已转第三方快递 1234567890", None),
            ("已转第三方快递,单号:SF1000000000017", None),
            ("已转第三方快递,单号:SF1000000000033", None),
        ] {
            let found = next_carrier(remark, own).map(|reference| format!("{reference:?}"));
            assert_eq!(found.as_deref(), expected, "{remark}");
        }
        assert_eq!(
            carrier("USPS only").map(|id| id.to_string()).as_deref(),
            Some("usps")
        );
    }
}
