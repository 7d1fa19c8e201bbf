//! What the codes of an answer say went wrong: of the whole answer, or of one piece.

use crate::adapter::{Collector, Outcome};
use crate::carriers::dhl::problem::{by_words, fault, without_secrets};
use crate::model::TrackingNumber;
use crate::wire::xml::Node;

const CODES: [&str; 3] = ["code", "error-status", "piece-status"];

/// What an element's code says went wrong, if it says so.
pub(super) fn of(data: Node<'_, '_>) -> Option<Outcome> {
    let codes: Vec<_> = CODES
        .into_iter()
        .filter_map(|name| data.attribute(name))
        .collect();
    let found = codes.iter().find(|code| *code != "0");
    let said = said(data);
    Some(match found.map(|code| &**code) {
        // Nothing is filed under the number, or not yet.
        Some("100" | "200") => Outcome::NotFound,
        Some("5") => Outcome::Reauthorise,
        // Too many failed log-ins: the account is shut for a while.
        Some("6") => Outcome::RetryAfter(None),
        // A right is missing.
        Some(code @ ("62" | "64")) => Outcome::Refused(fault(code, &said)),
        // The number, its check digit or the postcode.
        Some(code @ ("41" | "45" | "57" | "59")) => Outcome::Invalid(fault(code, &said)),
        // Every negative code is a technical fault of the service.
        Some(code) if code.starts_with('-') => Outcome::RetryAfter(None),
        Some(code) => by_words(code, &said),
        None if codes.is_empty() => by_words("", &data.attribute("error")?),
        None => return None,
    })
}

fn said(data: Node<'_, '_>) -> String {
    let is_text = |text: &str| text.chars().any(char::is_alphabetic);
    let mut texts = ["error", "piece-status-desc", "error-status", "status"]
        .into_iter()
        .filter_map(|name| data.attribute(name));
    texts.find(|text| is_text(text)).map_or_else(
        || "no reason given".to_owned(),
        std::borrow::Cow::into_owned,
    )
}

/// Tells of what went wrong. Says whether something did.
pub(super) fn tell(
    out: &mut Collector<'_>,
    data: Node<'_, '_>,
    number: Option<&TrackingNumber>,
) -> bool {
    let Some(outcome) = of(data) else {
        return false;
    };
    let found = CODES
        .into_iter()
        .filter_map(|name| Some((name, data.attribute(name)?)))
        .find(|(_, code)| code != "0");
    let (field, code) = found.unwrap_or_else(|| ("error", std::borrow::Cow::default()));
    let notice = out.new_notice(outcome.notice_kind(), without_secrets(&said(data)));
    out.notice(notice.about(number).at(field).value(&code));
    true
}
