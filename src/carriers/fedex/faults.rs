//! What FedEx's error codes come to.

use crate::adapter::{Fault, Outcome};

/// What an error code of the Track API comes to; none for a code that is not known.
pub(super) fn fault(code: &str, message: &str) -> Option<Outcome> {
    let of = || Fault::new(code, message);
    Some(match code {
        "NOT.AUTHORIZED.ERROR" | "UNAUTHORIZED.ERROR" => Outcome::Reauthorise,
        "FORBIDDEN.ERROR" => Outcome::Refused(of()),
        "NOT.FOUND.ERROR" | "TRACKING.DATA.NOTFOUND" => Outcome::NotFound,
        "INTERNAL.SERVER.ERROR"
        | "SERVICE.UNAVAILABLE.ERROR"
        | "TOO.MANY.REQUESTS.ERROR"
        | "GATEWAY.TIMEOUT.ERROR" => Outcome::RetryAfter(None),
        "BAD.REQUEST.ERROR" | "UNPROCESSABLE.ENTITY.ERROR" => Outcome::Invalid(of()),
        code if code.ends_with(".NOTFOUND") || code.ends_with(".NOT.FOUND") => Outcome::NotFound,
        code if code.ends_with(".UNAVAILABLE") || code.ends_with(".UNAVAILABLE.ERROR") => {
            Outcome::RetryAfter(None)
        }
        code if code.ends_with(".INVALID")
            || code.ends_with(".EMPTY")
            || code.ends_with(".REQUIRED")
            || code.ends_with(".EXCEEDED") =>
        {
            Outcome::Invalid(of())
        }
        _ => return None,
    })
}

/// The same for a notification of the old web service, by its code, else by its severity: FedEx
/// documents `ERROR` as a fault of the question and `FAILURE` as one of the service, which may
/// pass.
pub(super) fn notified(code: &str, severity: &str, message: &str) -> Option<Outcome> {
    Some(match (code, severity) {
        ("9040" | "9041", _) => Outcome::NotFound,
        (
            "7025" | "9035" | "9045" | "9050" | "9055" | "9060" | "9065" | "9070" | "9075" | "9085"
            | "9086" | "9090",
            _,
        ) => Outcome::RetryAfter(None),
        ("1000", _) => Outcome::Reauthorise,
        ("5508" | "6035" | "6330" | "9080" | "9081" | "9082" | "9095" | "9100", _)
        | (_, "ERROR") => Outcome::Invalid(Fault::new(code, message)),
        (_, "FAILURE") => Outcome::RetryAfter(None),
        _ => return None,
    })
}

/// What a SOAP fault comes to. A schema that does not fit is the question's fault; any other of the
/// server may pass.
pub(super) fn soap(fault: &str, cause: &str, message: &str) -> Outcome {
    let is_of_the_question =
        cause.contains("Client") || cause.contains("Schema") || cause.contains("Validation");
    let is_of_the_server =
        fault.contains("Server") || fault.contains("Receiver") || cause.contains("Service");
    if is_of_the_server && !is_of_the_question {
        Outcome::RetryAfter(None)
    } else {
        Outcome::Invalid(Fault::new(cause, message))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Outcome::{NotFound, Reauthorise, RetryAfter};

    #[test]
    fn codes_of_the_track_api_have_their_classes() {
        assert_eq!(fault("NOT.AUTHORIZED.ERROR", ""), Some(Reauthorise));
        for unknown in [
            "TRACKING.TRACKINGNUMBER.NOTFOUND",
            "TRACKING.REFERENCENUMBER.NOTFOUND",
            "TRACKING.TCN.NOTFOUND",
            "NOTIFICATION.TRACKINGNBR.NOTFOUND",
            "TRACKING.DATA.NOTFOUND",
            "NOT.FOUND.ERROR",
        ] {
            assert_eq!(fault(unknown, ""), Some(NotFound), "{unknown}");
        }
        assert_eq!(fault("INTERNAL.SERVER.ERROR", ""), Some(RetryAfter(None)));
        assert_eq!(
            fault("SERVICE.UNAVAILABLE.ERROR", ""),
            Some(RetryAfter(None))
        );
        assert!(matches!(
            fault("FORBIDDEN.ERROR", ""),
            Some(Outcome::Refused(_))
        ));
        for invalid in [
            "TRACKING.TRACKINGNUMBER.EMPTY",
            "TRACKING.TRACKINGNUMBER.INVALID",
            "TRACKING.REFERENCETYPE.INVALID",
            "TRACKING.REFRENCEVALUE.INVALID",
            "TRACKING.TCNVALUE.EMPTY",
            "BAD.REQUEST.ERROR",
        ] {
            assert!(
                matches!(fault(invalid, ""), Some(Outcome::Invalid(_))),
                "{invalid}"
            );
        }
        assert_eq!(fault("VIRTUAL.RESPONSE", ""), None);
    }

    #[test]
    fn notifications_have_their_classes_by_code_then_by_severity() {
        assert_eq!(notified("9040", "ERROR", ""), Some(NotFound));
        assert_eq!(notified("9055", "FAILURE", ""), Some(RetryAfter(None)));
        assert_eq!(notified("1000", "ERROR", ""), Some(Reauthorise));
        for code in ["5508", "6330", "6035", "9080", "9100"] {
            assert!(
                matches!(notified(code, "FAILURE", ""), Some(Outcome::Invalid(_))),
                "{code}"
            );
        }
        assert!(matches!(
            notified("1", "ERROR", ""),
            Some(Outcome::Invalid(_))
        ));
        assert_eq!(notified("1", "FAILURE", ""), Some(RetryAfter(None)));
        assert_eq!(notified("1", "WARNING", ""), None);
    }

    #[test]
    fn a_soap_fault_of_the_question_does_not_pass() {
        assert!(matches!(
            soap("SOAP-ENV:Server", "UnrecoverableClientError", ""),
            Outcome::Invalid(_)
        ));
        assert_eq!(soap("SOAP-ENV:Server", "", ""), RetryAfter(None));
        assert!(matches!(
            soap("soapenv:Client", "", ""),
            Outcome::Invalid(_)
        ));
    }
}
