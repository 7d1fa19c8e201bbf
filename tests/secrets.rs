//! No `Debug` of a public type shows a secret, a body, a phone number or a whole number.

use chrono::{DateTime, Utc};
use http::{HeaderMap, HeaderValue};
use parceltrail::adapter::{
    Credentials, Fault, Outcome, Page, PollContext, PollResponse, Query, Token, TrackRequest,
    WebhookCall, receive,
};
use parceltrail::model::{FreeText, Personal, Reference, Role};
use parceltrail::{Notice, NoticeKind, Payload, Registry, TrackingNumber};
use secrecy::SecretString;

const SECRET: &str = "planted-5ecret";
const NUMBER: &str = "1Z9999999999999999";

fn now() -> DateTime<Utc> {
    "2026-03-11T12:00:00Z".parse().unwrap()
}

fn formatted() -> Vec<(&'static str, String)> {
    let mut headers = HeaderMap::new();
    headers.insert("authorization", HeaderValue::from_static(SECRET));
    headers.insert("x-other", HeaderValue::from_static(SECRET));
    let body = format!(r#"{{"access_token":"{SECRET}","number":"{NUMBER}"}}"#);
    let credentials = Credentials::default().with("client_secret", SECRET);
    let token = SecretString::from(SECRET);
    let base = format!("https://user:{SECRET}@carrier.example/?key={SECRET}");
    let context = PollContext {
        now: now(),
        request_id: "1",
        credentials: &credentials,
        token: Some(&token),
        base: Some(&base),
    };
    let mut asked = TrackRequest::new(TrackingNumber::new(NUMBER));
    (asked.postcode, asked.phone_suffix) = (Some(SECRET.into()), Some(Personal::new(SECRET)));
    let page = Page(format!("https://carrier.example/next?token={SECRET}").into());
    let query = Query::new(std::slice::from_ref(&asked)).with_page(Some(&page));
    let call = WebhookCall {
        headers: &headers,
        body: body.as_bytes(),
        received: now(),
    };
    let reply = PollResponse {
        status: 200,
        headers: &headers,
        body: body.as_bytes(),
        received: now(),
    };
    let fault = Fault::new("401", SECRET);
    let notice = Notice::new(
        NoticeKind::FieldUnreadable,
        "ups.track".into(),
        format!("token {SECRET}"),
    )
    .value(SECRET);
    vec![
        ("WebhookCall", format!("{call:?} {call:#?}")),
        ("PollResponse", format!("{reply:?} {reply:#?}")),
        (
            "Payload",
            format!("{:?}", Payload::new(body.as_bytes(), now())),
        ),
        ("TrackRequest", format!("{asked:?} {asked:#?}")),
        ("Query", format!("{query:?}")),
        ("Page", format!("{page:?}")),
        ("Credentials", format!("{credentials:?}")),
        ("PollContext", format!("{context:?} {context:#?}")),
        (
            "Token",
            format!("{:?}", Token::from_oauth(body.as_bytes()).unwrap()),
        ),
        (
            "Outcome",
            format!(
                "{:?} {:?}",
                Outcome::Refused(fault.clone()),
                Outcome::Invalid(fault)
            ),
        ),
        ("Personal", format!("{:?}", Personal::new(SECRET))),
        (
            "FreeText",
            format!("{0:?} {0}", FreeText::new(format!("signed by {SECRET}"))),
        ),
        (
            "Reference",
            format!("{:?}", Reference::new(Role::Order, NUMBER)),
        ),
        ("Notice", format!("{notice:?}")),
    ]
}

#[test]
fn debug_hides_secrets_bodies_and_numbers() {
    for (name, text) in formatted() {
        assert!(
            !text.contains(SECRET) && !text.contains("5ecret"),
            "{name}: {text}"
        );
        assert!(!text.contains(NUMBER), "{name}: {text}");
        assert!(
            !text.contains(&format!("{:?}", SECRET.as_bytes())[1..40]),
            "{name} shows the body's bytes: {text}"
        );
    }
}

#[test]
fn debug_of_credentials_shows_their_names() {
    assert!(
        format!("{:?}", Credentials::default().with("client_secret", SECRET))
            .contains("client_secret")
    );
}

#[test]
fn debug_of_what_was_decoded_hides_signers_remarks_and_numbers() {
    let registry = Registry::builtin();
    let body = r#"{"Body":{"WaybillRoute":{"mailno":"SF1000000000017","acceptTime":"2026-03-01 10:00:00","opCode":"80","remark":"签收人:样本,电话13800000000"}}}"#;
    let headers = HeaderMap::new();
    let delivery = receive(
        registry.get("sf.push").unwrap(),
        &WebhookCall {
            headers: &headers,
            body: body.as_bytes(),
            received: now(),
        },
        None,
    )
    .unwrap();
    let text = format!("{delivery:?}");
    assert!(
        !text.contains("样本")
            && !text.contains("13800000000")
            && !text.contains("SF1000000000017"),
        "{text}"
    );
}
