//! What is checked before the first call.

use parceltrail::adapter::Credentials;
use parceltrail::client::{BuildError, Client};

use crate::support::*;

fn fedex() -> parceltrail::client::ClientBuilder {
    Client::builder(adapter("fedex.track"))
}

#[test]
fn credentials_are_checked_when_the_client_is_built() {
    let error = fedex()
        .with_credentials(Credentials::default().with("client_id", "x"))
        .build()
        .unwrap_err();
    assert!(
        matches!(&error, BuildError::MissingCredentials { names, .. } if names == &["client_secret"]),
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        "fedex.track: missing credentials: client_secret"
    );
    let blank = Credentials::default()
        .with("client_id", "x")
        .with("client_secret", "  ");
    assert!(matches!(
        fedex().with_credentials(blank).build(),
        Err(BuildError::MissingCredentials { .. })
    ));
    let unfit = Credentials::default()
        .with("client_id", "x")
        .with("client_secret", "y")
        .with("merchant_id", "line\nbreak");
    let error = Client::builder(adapter("ups.track"))
        .with_credentials(unfit)
        .build()
        .unwrap_err();
    assert!(matches!(error, BuildError::Credentials { .. }), "{error}");
}

#[test]
fn a_feed_that_only_pushes_cannot_be_asked() {
    let error = Client::builder(adapter("fedex.webhook"))
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "fedex.webhook cannot be polled: it only pushes, or is read from files"
    );
}

#[test]
fn the_base_address_is_checked_and_credentials_do_not_travel_in_the_open() {
    let with = |base: &str| {
        fedex()
            .with_credentials(credentials("fedex.track"))
            .with_base_url(base)
            .build()
    };
    for base in [
        "http://carrier.example",
        "ftp://127.0.0.1",
        "carrier.example",
        "https://",
        "https://user:word@carrier.example",
        "https://carrier.example/?a=b",
    ] {
        let error = with(base).unwrap_err();
        assert!(matches!(error, BuildError::BaseUrl { .. }), "{base}");
        assert!(!error.to_string().contains("carrier.example"), "{error}");
    }
    for base in [
        "http://127.0.0.1:80",
        "http://localhost/",
        "http://[::1]:8080/mock",
    ] {
        assert!(with(base).is_ok(), "{base}");
    }
    assert!(
        fedex()
            .with_credentials(credentials("fedex.track"))
            .with_base_url("http://carrier.example")
            .allow_plain_http()
            .build()
            .is_ok()
    );
}

#[test]
fn credentials_come_from_the_environment() {
    let all = [
        ("PARCELTRAIL_FEDEX_TRACK_CLIENT_ID", "x"),
        (
            "PARCELTRAIL_FEDEX_TRACK_CLIENT_SECRET",
            "from-the-environment\n",
        ),
        ("PARCELTRAIL_FEDEX_TRACK_CHILD_KEY", "k"),
        ("PARCELTRAIL_FEDEX_TRACK_CHILD_SECRET", "s"),
        ("PARCELTRAIL_FEDEX_TRACK_BASE", "http://127.0.0.1:9"),
    ];
    alone("build::with_a_full_environment", &all);
    alone("build::with_an_empty_environment", &[]);
    alone("build::with_half_an_environment", &all[..1]);
}

#[derive(Debug, Default, Clone)]
struct Seen(std::sync::Arc<std::sync::Mutex<Vec<String>>>);

#[async_trait::async_trait]
impl parceltrail::client::Transport for Seen {
    async fn send(
        &self,
        request: http::Request<Vec<u8>>,
    ) -> Result<http::Response<Vec<u8>>, parceltrail::client::TransportError> {
        self.0.lock().unwrap().push(format!(
            "{} {}",
            request.uri(),
            String::from_utf8_lossy(request.body())
        ));
        Err(parceltrail::client::TransportError::new(
            parceltrail::client::ErrorKind::Unsendable,
        ))
    }
}

#[tokio::test]
#[ignore = "run by `credentials_come_from_the_environment`"]
async fn with_a_full_environment() {
    let seen = Seen::default();
    let client = fedex()
        .with_credentials_from_env()
        .with_transport(seen.clone())
        .build()
        .unwrap();
    client.fetch(&asked(DHL)).await.unwrap_err();
    let sent = seen.0.lock().unwrap().concat();
    assert!(sent.starts_with("http://127.0.0.1:9/oauth/token"), "{sent}");
    assert!(
        sent.contains("client_secret=from-the-environment&child_key=k&child_secret=s"),
        "trimmed, with what is optional: {sent}"
    );
    let kept = Credentials::default().with("client_secret", "given");
    let client = fedex()
        .with_credentials(kept)
        .with_credentials_from_env()
        .with_transport(seen.clone())
        .build()
        .unwrap();
    client.fetch(&asked(DHL)).await.unwrap_err();
    assert!(
        seen.0
            .lock()
            .unwrap()
            .last()
            .unwrap()
            .contains("client_secret=given"),
        "what was given in code stays"
    );
}

#[test]
#[ignore = "run by `credentials_come_from_the_environment`"]
fn with_an_empty_environment() {
    let error = fedex().with_credentials_from_env().build().unwrap_err();
    let expected = "fedex.track: environment variables missing, empty or not text: PARCELTRAIL_FEDEX_TRACK_CLIENT_ID, PARCELTRAIL_FEDEX_TRACK_CLIENT_SECRET";
    assert_eq!(error.to_string(), expected);
}

#[test]
#[ignore = "run by `credentials_come_from_the_environment`"]
fn with_half_an_environment() {
    let error = fedex().with_credentials_from_env().build().unwrap_err();
    assert!(
        matches!(error, BuildError::Environment(error) if error.variables == ["PARCELTRAIL_FEDEX_TRACK_CLIENT_SECRET"])
    );
}
