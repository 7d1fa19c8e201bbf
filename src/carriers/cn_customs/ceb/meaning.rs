//! What a receipt means: by table, by the sign of its status, and by the code that customs put into
//! the sentence.

use super::record::{Name, Record};
use crate::adapter::CodeTable;
use crate::carriers::Mapped;
use crate::model::{Confidence, Milestone, Reason, Scope, Stage};

/// What a receipt says, and by which code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Said<'r> {
    pub mapped: Mapped,
    /// The code as received; empty when only the sentence tells.
    pub code: &'r str,
}

/// The meaning of a receipt of message `message`; unmapped when no table and no rule knows it.
pub(super) fn of_receipt<'r>(codes: &CodeTable, message: &str, record: &Record<'r>) -> Said<'r> {
    let info = record.get(Name::ReturnInfo).unwrap_or_default();
    let table = codes.vocabulary(message);
    let row = |status: &str| table.and_then(|table| table.get(status)).map(Mapped::from);
    let Some(status) = record.get(Name::Status) else {
        let (status, code) = status_in(info);
        let mapped = row(status).map(|mapped| Mapped {
            confidence: mapped.confidence.min(Confidence::Medium),
            ..mapped
        });
        return Said {
            mapped: mapped.unwrap_or(Mapped::UNMAPPED),
            code,
        };
    };
    let mapped = if is_negative(status) {
        failure(message, info)
    } else {
        let mut mapped = row(status).unwrap_or(Mapped::UNMAPPED);
        if status == "100" && mapped.milestone != Milestone::Unmapped {
            mapped.reason = rejection_reason(info).or(mapped.reason);
        }
        mapped
    };
    Said {
        mapped,
        code: status,
    }
}

fn is_negative(status: &str) -> bool {
    status
        .strip_prefix('-')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

/// A negative status: customs could not process the message. Of the same message sent twice,
/// nothing came.
fn failure(message: &str, info: &str) -> Mapped {
    let (milestone, reason) = match (info.contains("重复"), is_goods_list(message)) {
        (true, _) => (Milestone::Info, Reason::Duplicate),
        (false, true) => (Milestone::Exception, Reason::Technical),
        (false, false) => (Milestone::Info, Reason::Technical),
    };
    Mapped {
        reason: Some(reason),
        ..Mapped::rule(stage(message), milestone, Confidence::High)
    }
}

/// The status that a sentence stands for, and the inner code that says so: `[Code:1800;Desc:…]`.
fn status_in(info: &str) -> (&'static str, &str) {
    let code = info.split_once("[Code:").map_or("", |(_, rest)| {
        rest.split([';', ']']).next().unwrap_or_default().trim()
    });
    match code {
        "" if info.starts_with("新增申报成功") || info.starts_with("清单新增申报成功") => {
            ("2", "")
        }
        _ => (of_inner(code), code),
    }
}

/// The status that an inner code stands for; empty when none is known.
fn of_inner(code: &str) -> &'static str {
    match code {
        "1200" => "300",
        "1800" => "120",
        "2300" => "399",
        "2600" => "800",
        _ => "",
    }
}

/// Why customs sent a paper back, from the words they use. It never decides what happened.
fn rejection_reason(info: &str) -> Option<Reason> {
    const WORDS: [(&[&str], Reason); 7] = [
        (&["重复"], Reason::Duplicate),
        (&["收件地址不详"], Reason::AddressIncomplete),
        (&["限额"], Reason::QuotaExceeded),
        (
            &["三单", "订单不存在", "支付单不存在", "运单不存在"],
            Reason::DataMismatch,
        ),
        (&["订购人", "身份证", "实名"], Reason::IdentityCheck),
        (&["超过"], Reason::QuotaExceeded),
        (&["备案", "商品"], Reason::DocumentsIncorrect),
    ];
    WORDS
        .iter()
        .find(|(words, _)| words.iter().any(|word| info.contains(word)))
        .map(|(_, reason)| *reason)
}

/// Whether a receipt is about the goods list (清单), by which the parcel itself is cleared.
fn is_goods_list(message: &str) -> bool {
    matches!(message, "604" | "622")
}

/// What a receipt is about: only the goods list speaks of the parcel; the rest are papers and
/// sheets.
pub(super) fn scope(message: &str, names_waybill: bool) -> Scope {
    match message {
        "604" | "622" => Scope::Parcel,
        "508" | "510" if names_waybill => Scope::Parcel,
        "508" | "510" => Scope::Consignment,
        _ => Scope::Document,
    }
}

/// Whether a receipt says that a goods list was withdrawn: the request to cancel it passed the
/// review.
pub(super) fn withdraws(message: &str, code: &str) -> bool {
    let inner = of_inner(code);
    matches!(message, "606" | "624")
        && if inner.is_empty() {
            code == "399"
        } else {
            inner == "399"
        }
}

/// Where in the chain a message belongs, for rules that have no row.
pub(super) fn stage(message: &str) -> Option<Stage> {
    match message {
        "304" | "404" | "506" | "508" | "510" | "604" | "606" | "608" | "702" => {
            Some(Stage::ExportCustoms)
        }
        "312" | "412" | "512" | "514" | "622" | "624" | "712" | "816" | "818" => {
            Some(Stage::ImportCustoms)
        }
        "626" => Some(Stage::Return),
        _ => None,
    }
}

/// The place of a status within one second, in which bursts of receipts come: statuses of three
/// digits grow with the procedure. None for a status that is no step of it.
pub(super) fn sequence(status: &str) -> Option<u16> {
    let stands_for = of_inner(status);
    let step = if stands_for.is_empty() {
        status
    } else {
        stands_for
    };
    (step.len() <= 3).then(|| step.parse().ok()).flatten()
}
