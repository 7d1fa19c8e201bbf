//! Every documented error, by decoding and by the outcome of the answer.

use super::*;

#[test]
fn every_code_of_parcel_de_is_classified_and_decoding_agrees() {
    let cases = [
        ("100", NoticeKind::NotFound),
        ("200", NoticeKind::NotFound),
        ("5", NoticeKind::Reauthorise),
        ("6", NoticeKind::RetryLater),
        ("-1", NoticeKind::RetryLater),
        ("-2", NoticeKind::RetryLater),
        ("-1000", NoticeKind::RetryLater),
        ("62", NoticeKind::Refused),
        ("64", NoticeKind::Refused),
        ("41", NoticeKind::InvalidRequest),
        ("45", NoticeKind::InvalidRequest),
        ("57", NoticeKind::InvalidRequest),
        ("59", NoticeKind::InvalidRequest),
    ];
    for (code, kind) in cases {
        let bodies = [
            format!(r#"<data name="piece-shipment-list" code="{code}" error="words"/>"#),
            format!(
                r#"<data request-id="r"><data name="piece-status-public-list" code="{code}" error="words"/></data>"#
            ),
            format!(
                r#"<data name="piece-shipment-list" code="0"><data name="piece-shipment" piece-code="1" piece-status="{code}" piece-status-desc="words"/></data>"#
            ),
        ];
        for body in bodies {
            assert_eq!(kinds(&decode("parcel-de", &body)), [kind], "{body}");
            assert_eq!(
                outcome("parcel-de", 200, &body).notice_kind(),
                kind,
                "{body}"
            );
        }
    }
}

#[test]
fn every_condition_of_the_xml_is_classified_and_decoding_agrees() {
    let of = |number: &str, action: &str, code: &str, data: &str| {
        let condition = format!(
            "<Condition><ConditionCode>{code}</ConditionCode><ConditionData>{data}</ConditionData></Condition>"
        );
        let status = format!("<Status><ActionStatus>{action}</ActionStatus>{condition}</Status>");
        let body = format!(
            "<TrackingResponse><AWBInfo><AWBNumber>{number}</AWBNumber>{status}</AWBInfo></TrackingResponse>"
        );
        let batch = decode("express-xml", &body);
        assert_eq!(
            kinds(&batch),
            [outcome("express-xml", 200, &body).notice_kind()],
            "{body}"
        );
        batch.notices[0].kind
    };
    assert_eq!(
        of("", "No Shipments Found", "103", ""),
        NoticeKind::NotFound
    );
    assert_eq!(
        of(
            "1",
            "No Shipments Found",
            "103",
            "No Shipments Found for AWBNumber 1"
        ),
        NoticeKind::NotFound
    );
    assert_eq!(
        of("1", "Failure", "209", "No Shipments Found for AWBNumber 1"),
        NoticeKind::NotFound
    );
    assert_eq!(
        of(
            "1",
            "Failure",
            "101",
            "No Shipments Found for AWBNumber | 1"
        ),
        NoticeKind::NotFound
    );
    assert_eq!(
        of("1", "Failure", "100", "Authentication failed"),
        NoticeKind::Reauthorise
    );
    assert_eq!(
        of("1", "Failure", "999", "Service temporarily unavailable"),
        NoticeKind::RetryLater
    );
    assert_eq!(
        of("1", "Failure", "7", "the number has letters"),
        NoticeKind::InvalidRequest
    );
    let failed = "<TrackingResponse><Response><Status><ActionStatus>Failure</ActionStatus><Condition><ConditionCode>100</ConditionCode>\
        <ConditionData>Authentication failed</ConditionData></Condition></Status></Response></TrackingResponse>";
    assert_eq!(
        kinds(&decode("express-xml", failed)),
        [NoticeKind::Reauthorise]
    );
    assert_eq!(outcome("express-xml", 200, failed), Outcome::Reauthorise);
}

#[test]
fn every_json_error_is_classified_and_decoding_agrees() {
    let cases = [
        (
            r#"{"title":"No result found","status":404,"detail":"No shipment with given tracking number found."}"#,
            NoticeKind::NotFound,
        ),
        (
            r#"{"title":"Bad request","status":400,"detail":"x"}"#,
            NoticeKind::InvalidRequest,
        ),
        (
            r#"{"title":"Unauthorized","status":401}"#,
            NoticeKind::Reauthorise,
        ),
        (r#"{"title":"Forbidden","status":403}"#, NoticeKind::Refused),
        (
            r#"{"title":"Method not allowed","status":405,"detail":"x"}"#,
            NoticeKind::InvalidRequest,
        ),
        (
            r#"{"title":"Too many requests","status":429}"#,
            NoticeKind::RetryLater,
        ),
        (
            r#"{"title":"Internal","status":"500","detail":"x"}"#,
            NoticeKind::RetryLater,
        ),
        (
            r#"{"title":"Unavailable","status":503}"#,
            NoticeKind::RetryLater,
        ),
        (
            r#"[{"title":"Not Found","status":"404","message":"No data found","detail":"No data found"}]"#,
            NoticeKind::NotFound,
        ),
        (
            r#"{"reasons":[{"msg":"Invalid Credentials"}],"details":{"msgId":"Id-1"}}"#,
            NoticeKind::Reauthorise,
        ),
        (
            r#"{"fault":{"faultstring":"Rate limit quota violation","detail":{"errorcode":"policies.ratelimit.QuotaViolation"}}}"#,
            NoticeKind::RetryLater,
        ),
    ];
    for id in ["unified", "express", "parcel-de"] {
        for (body, kind) in cases {
            assert_eq!(kinds(&decode(id, body)), [kind], "{id} {body}");
            assert_eq!(outcome(id, 200, body).notice_kind(), kind, "{id} {body}");
        }
    }
}

#[test]
fn a_page_under_a_good_status_passes() {
    let page = "<!DOCTYPE html><html><body>Just a moment</body></html>";
    for id in ["unified", "express", "express-xml", "parcel-de"] {
        assert_eq!(outcome(id, 200, page), Outcome::RetryAfter(None), "{id}");
        assert_eq!(outcome(id, 200, ""), Outcome::RetryAfter(None), "{id}");
    }
}

#[test]
fn a_secret_reaches_no_message() {
    let said = "In element 'Password' : Value 'geheim12' is too short; token=abcdef123456";
    let condition = format!(
        "<Condition><ConditionCode>111</ConditionCode><ConditionData>{said}</ConditionData></Condition>"
    );
    let xml = format!(
        "<ErrorResponse><Response><Status><ActionStatus>Failure</ActionStatus>{condition}</Status></Response></ErrorResponse>"
    );
    let json = format!(r#"{{"title":"Bad request","status":400,"detail":"{said}"}}"#);
    let list = format!(r#"<data name="piece-shipment-list" code="7" error="{said}"/>"#);
    for (id, body) in [
        ("express-xml", &xml),
        ("unified", &json),
        ("express", &json),
        ("parcel-de", &list),
    ] {
        let told = format!(
            "{:?} {:?}",
            decode(id, body).notices,
            outcome(id, 200, body)
        );
        let Outcome::Invalid(fault) = outcome(id, 200, body) else {
            panic!("{id}")
        };
        for secret in ["geheim12", "abcdef123456"] {
            assert!(
                !told.contains(secret) && !fault.message.reveal().contains(secret),
                "{id}: {told}"
            );
        }
    }
}
