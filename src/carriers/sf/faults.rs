//! What SF's result codes come to. They stand in bodies that come with HTTP 200.

use crate::adapter::{Collector, Fault, Notice, Outcome, PollResponse};
use crate::model::TrackingNumber;

/// A code of the platform (`apiResultCode`).
pub(super) fn platform(code: &str, message: &str) -> Outcome {
    let fault = || Fault::new(code, message);
    match code {
        "A1000" => Outcome::Found,
        // The digest or the token is wrong.
        "A1006" | "A1011" => Outcome::Reauthorise,
        // Address, right, approval of the account.
        "A1003" | "A1004" | "A1010" => Outcome::Refused(fault()),
        // A repeated request id is another one the next time.
        "A1005" | "A1007" | "A1009" | "A1099" => Outcome::RetryAfter(None),
        _ => Outcome::Invalid(fault()),
    }
}

/// A code of the service behind it (`errorCode`, `reasonCode`, `<ERROR code>`).
pub(super) fn business(code: &str, message: &str) -> Outcome {
    let fault = || Fault::new(code, message);
    match code {
        "S0000" => Outcome::Found,
        "6150" | "8018" | "8024" | "8191" | "8247" => Outcome::NotFound,
        "20028" => Outcome::Refused(fault()),
        "S0003" => Outcome::RetryAfter(None),
        _ => Outcome::Invalid(fault()),
    }
}

/// A code of the BSP gateway, in `<ERROR code>`.
pub(super) fn gateway(code: &str, message: &str) -> Outcome {
    match code {
        "4001" | "4002" => Outcome::RetryAfter(None),
        "8014" => Outcome::Reauthorise,
        _ => business(code, message),
    }
}

/// What a body that is no answer of SF's comes to: a gateway's page under a good status may be gone
/// the next time.
pub(super) fn unreadable(reply: &PollResponse<'_>) -> Outcome {
    if (200..300).contains(&reply.status) {
        Outcome::RetryAfter(reply.retry_after())
    } else {
        reply.outcome_by_status()
    }
}

/// The notice that says the same inside a batch.
pub(super) fn notice(
    out: &Collector<'_>,
    outcome: &Outcome,
    number: Option<&TrackingNumber>,
    field: &'static str,
    code: &str,
    said: &str,
) -> Notice {
    let said = if said.is_empty() {
        "SF gives no reason"
    } else {
        said
    };
    out.new_notice(outcome.notice_kind(), said)
        .about(number)
        .at(field)
        .value(code)
}

/// A number of which nothing is reported: unknown, older than three months, or not shown to this
/// account without the phone check.
pub(super) fn without_routes(
    out: &mut Collector<'_>,
    number: Option<&TrackingNumber>,
    field: &'static str,
) {
    let message = "no routes: unknown, too new or too old, or not shown to this account without a phone check";
    let notice = notice(out, &Outcome::NotFound, number, field, "", message);
    out.notice(notice);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::NoticeKind as Kind;

    #[test]
    fn every_code_has_its_class() {
        type Class = fn(&str, &str) -> Outcome;
        let classes: [(Class, &[&str], Kind); 13] = [
            (platform, &["A1006", "A1011"], Kind::Reauthorise),
            (platform, &["A1003", "A1004", "A1010"], Kind::Refused),
            (
                platform,
                &["A1005", "A1007", "A1009", "A1099"],
                Kind::RetryLater,
            ),
            (
                platform,
                &["A1001", "A1002", "A1008", "B1"],
                Kind::InvalidRequest,
            ),
            (platform, &["A1000"], Kind::CarrierMessage),
            (
                business,
                &["6150", "8018", "8024", "8191", "8247"],
                Kind::NotFound,
            ),
            (business, &["20028"], Kind::Refused),
            (business, &["S0003"], Kind::RetryLater),
            (
                business,
                &["S0001", "S0002", "6133", "8003", "8013"],
                Kind::InvalidRequest,
            ),
            (gateway, &["4001", "4002"], Kind::RetryLater),
            (gateway, &["8014"], Kind::Reauthorise),
            (gateway, &["8024"], Kind::NotFound),
            (gateway, &["8003"], Kind::InvalidRequest),
        ];
        for (class, codes, kind) in classes {
            for code in codes {
                assert_eq!(class(code, "said").notice_kind(), kind, "{code}");
            }
        }
        assert_eq!(
            platform("A1004", "said"),
            Outcome::Refused(Fault::new("A1004", "said"))
        );
    }
}
