//! UPS error codes, in the body that all its REST interfaces share
//! (`{"response":{"errors":[{"code","message"}]}}`) and in the older one.

use std::time::Duration;

use crate::adapter::{Collector, Fault, Outcome};
use crate::model::TrackingNumber;
use crate::wire::json::{self, Many, One, Text, wire};
use crate::wire::xml::Node;

wire! {
    struct Body {
        response: One<Errors<'a>> = "response",
        bare: Many<WireError<'a>> = "errors",
    }

    struct Errors { errors: Many<WireError<'a>> = "errors", }

    struct WireError { code: Text<'a> = "code", message: Text<'a> = "message", }
}

/// The errors of a body; none when it is another kind of body.
pub(super) fn read(text: &str) -> Vec<Fault> {
    let body = json::read::<One<Body<'_>>>(text)
        .ok()
        .and_then(|body| body.0)
        .unwrap_or_default();
    let wrapped = body
        .response
        .get()
        .into_iter()
        .flat_map(|response| response.errors.iter());
    wrapped
        .chain(body.bare.iter())
        .map(|error| Fault::new(error.code.or_empty(), error.message.or_empty()))
        .collect()
}

/// Whether an answer of a JSON interface is a web page or nothing at all: what stands before the
/// service speaks, not the service.
pub(super) fn is_no_answer(body: &[u8]) -> bool {
    body.iter()
        .find(|b| !b.is_ascii_whitespace())
        .is_none_or(|first| *first == b'<')
}

/// What the first error of a body comes to, else what the HTTP status says.
pub(super) fn of_body(body: &[u8], by_status: Outcome) -> Outcome {
    match read(&String::from_utf8_lossy(body)).into_iter().next() {
        Some(fault) => outcome(fault, by_status),
        None => by_status,
    }
}

/// What an error comes to: by its code, and for codes that are not known by `otherwise`.
pub(super) fn outcome(fault: Fault, otherwise: Outcome) -> Outcome {
    match fault.code.as_str() {
        // The licence, the user, the password or the token is not accepted.
        "250001" | "250002" | "250003" | "250004" | "250005" | "250009" | "251004" | "UJ0001"
        | "10401" | "401" => Outcome::Reauthorise,
        "TW0001" | "TJ001" | "404" | "151044" | "151045" | "190102" => Outcome::NotFound,
        // 20001 is a passing fault of the service, 250050 of its licence system.
        "10004" | "VSS100" | "10429" | "429" | "500" | "502" | "503" | "504" | "20001"
        | "250050" => retry(otherwise),
        // The account is blocked, or locked for a day after too many wrong passwords.
        "403" | "10403" | "250006" | "250007" => Outcome::Refused(fault),
        // XML that is not well formed, not valid, empty; a service, action or field that does not
        // exist; numbers that cannot be.
        "10001" | "10002" | "10003" | "10007" | "20002" | "20006" | "20007" | "20008" | "400"
        | "405" | "151018" | "151062" => Outcome::Invalid(fault),
        code if code.starts_with("VSS") => Outcome::Invalid(fault),
        code if code.starts_with("TV") => Outcome::Invalid(fault),
        code if code.starts_with("TW") => retry(otherwise),
        _ => match otherwise {
            Outcome::Refused(_) => Outcome::Refused(fault),
            Outcome::Invalid(_) => Outcome::Invalid(fault),
            other => other,
        },
    }
}

/// An error of the interfaces that began as XML, as they write it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Interchange<'t> {
    pub severity: &'t str,
    pub code: &'t str,
    pub message: &'t str,
    pub retry_seconds: &'t str,
}

impl<'t> Interchange<'t> {
    /// An `Error` element.
    pub fn of(error: Node<'t, '_>) -> Self {
        let get = |name: &str| error.get(name).unwrap_or_default();
        Self {
            severity: get("ErrorSeverity"),
            code: get("ErrorCode"),
            message: get("ErrorDescription"),
            retry_seconds: get("MinimumRetrySeconds"),
        }
    }

    /// What it comes to: by its code, else by its severity. A warning stands beside a good answer.
    pub fn outcome(&self) -> Outcome {
        let by_severity = match self.severity {
            // Quantum View: no file has come since.
            _ if self.message.to_ascii_lowercase().contains("no unread") => Outcome::NotFound,
            "Warning" => Outcome::Found,
            "Transient" => {
                Outcome::RetryAfter(self.retry_seconds.parse().ok().map(Duration::from_secs))
            }
            _ => Outcome::Invalid(Fault::status(200)),
        };
        outcome(Fault::new(self.code, self.message), by_severity)
    }

    /// Adds it as a notice.
    pub fn notice(&self, out: &mut Collector<'_>, field: &'static str) {
        let notice = out.new_notice(self.outcome().notice_kind(), self.message);
        out.notice(notice.at(field).value(self.code));
    }
}

/// A later try, after the time that the answer's headers ask for.
fn retry(otherwise: Outcome) -> Outcome {
    if matches!(otherwise, Outcome::RetryAfter(_)) {
        otherwise
    } else {
        Outcome::RetryAfter(None)
    }
}

/// Adds a notice for each error; `otherwise` is what a code that is not known comes to.
pub(super) fn notices(
    out: &mut Collector<'_>,
    faults: Vec<Fault>,
    field: &'static str,
    number: Option<&TrackingNumber>,
    otherwise: &Outcome,
) {
    for fault in faults {
        let (code, message) = (fault.code.clone(), fault.message.reveal().to_owned());
        let kind = outcome(fault, otherwise.clone()).notice_kind();
        let notice = out.new_notice(kind, message);
        out.notice(notice.about(number).at(field).value(&code));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_decide_before_the_status() {
        let class =
            |code: &str| outcome(Fault::new(code, ""), Outcome::Invalid(Fault::status(400)));
        for code in [
            "250001", "250002", "250003", "250004", "250005", "250009", "251004", "UJ0001", "10401",
        ] {
            assert_eq!(class(code), Outcome::Reauthorise, "{code}");
        }
        for code in ["250006", "250007", "10403"] {
            assert_eq!(
                class(code),
                Outcome::Refused(Fault::new(code, "")),
                "{code}"
            );
        }
        for code in ["TW0001", "TJ001", "151044"] {
            assert_eq!(class(code), Outcome::NotFound, "{code}");
        }
        for code in ["TW0003", "10004", "VSS100", "10429", "20001", "250050"] {
            assert_eq!(class(code), Outcome::RetryAfter(None), "{code}");
        }
        assert_eq!(class("TV1002"), Outcome::Invalid(Fault::new("TV1002", "")));
        let nothing = Interchange {
            severity: "Hard",
            code: "336401",
            message: "There are no unread files",
            retry_seconds: "",
        };
        assert_eq!(nothing.outcome(), Outcome::NotFound);
        assert_eq!(
            outcome(Fault::new("VSS000", ""), Outcome::NotFound),
            Outcome::Invalid(Fault::new("VSS000", ""))
        );
        assert_eq!(class("VSS220"), Outcome::Invalid(Fault::new("VSS220", "")));
        assert_eq!(class("ZZ9"), Outcome::Invalid(Fault::new("ZZ9", "")));
        assert_eq!(
            outcome(Fault::new("ZZ9", ""), Outcome::NotFound),
            Outcome::NotFound
        );
        let waited = Outcome::RetryAfter(Some(Duration::from_secs(9)));
        assert_eq!(outcome(Fault::new("10429", ""), waited.clone()), waited);
    }

    #[test]
    fn errors_stand_under_response_or_bare() {
        assert_eq!(
            read(r#"{"response":{"errors":[{"code":"TV1002","message":"m"}]}}"#),
            [Fault::new("TV1002", "m")]
        );
        assert_eq!(
            read(r#"{"errors":{"code":250002}}"#),
            [Fault::new("250002", "")]
        );
        assert!(read("<html>").is_empty());
    }
}
