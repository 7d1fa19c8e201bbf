//! How each feed proves who asks, and that the READMEs name what the environment must hold.

use std::sync::Arc;

use parceltrail::Registry;
use parceltrail::carriers::sf::{Routes, Signing};
use parceltrail::client::environment_variable;
use serde_json::json;
use wiremock::matchers::{basic_auth, body_string_contains, header, path, query_param_contains};
use wiremock::{Match, Mock, MockServer};

use crate::support::*;

async fn sends(feed: &str, number: &str, proof: impl Match + 'static) {
    let server = MockServer::start().await;
    for (at, body) in [
        (FEDEX_TOKEN, TOKEN),
        ("/security/v1/oauth/token", TOKEN),
        ("/oauth2/v3/token", TOKEN),
    ] {
        Mock::given(path(at))
            .respond_with(ok(&json!({ "access_token": body, "expires_in": 3600 })))
            .mount(&server)
            .await;
    }
    Mock::given(proof)
        .respond_with(wiremock::ResponseTemplate::new(404))
        .expect(1)
        .named(feed)
        .mount(&server)
        .await;
    let _ = client(feed, &server).fetch(&asked(number)).await;
}

#[tokio::test]
async fn api_keys_go_in_their_header() {
    sends("dhl.unified", DHL, header("dhl-api-key", SECRET)).await;
}

#[tokio::test]
async fn user_and_password_go_as_basic() {
    sends("dhl.express", "1000000001", basic_auth(SECRET, SECRET)).await;
    sends(
        "dhl.parcel-de",
        "00340434999900000013",
        query_param_contains("xml", SECRET),
    )
    .await;
}

#[tokio::test]
async fn passwords_go_in_the_body_where_the_carrier_wants_it() {
    sends(
        "dhl.express-xml",
        "1000000001",
        body_string_contains(format!("<Password>{SECRET}</Password>")),
    )
    .await;
    sends(
        "ups.track-xml",
        "1Z0000000300000017",
        body_string_contains(format!("<Password>{SECRET}</Password>")),
    )
    .await;
}

#[tokio::test]
async fn bearer_tokens_are_fetched_as_each_carrier_wants() {
    let bearer = format!("Bearer {TOKEN}");
    sends("fedex.track", DHL, header("authorization", bearer.as_str())).await;
    sends(
        "ups.track",
        "1Z0000000300000017",
        header("authorization", bearer.as_str()),
    )
    .await;
    sends(
        "usps.tracking",
        "9200190000000000000214",
        header("authorization", bearer.as_str()),
    )
    .await;

    let server = MockServer::start().await;
    Mock::given(path("/security/v1/oauth/token"))
        .and(basic_auth(SECRET, SECRET))
        .respond_with(ok(&json!({ "access_token": TOKEN })))
        .expect(1)
        .mount(&server)
        .await;
    let _ = client("ups.track", &server)
        .fetch(&asked("1Z0000000300000017"))
        .await;
    let server = MockServer::start().await;
    let form = body_string_contains(format!("client_secret={SECRET}"));
    Mock::given(path(FEDEX_TOKEN))
        .and(form)
        .respond_with(ok(&json!({ "access_token": TOKEN })))
        .expect(1)
        .mount(&server)
        .await;
    let _ = client("fedex.track", &server).fetch(&asked(DHL)).await;
}

#[tokio::test]
async fn sf_signs_in_two_ways_or_by_token() {
    let sf = |signing| {
        let pack = parceltrail::carriers::packs()
            .iter()
            .find(|pack| pack.carrier().as_str() == "sf")
            .unwrap();
        Arc::new(Routes::new(Arc::new(pack.codes())).with_signing(signing))
    };
    let field = |request: &wiremock::Request, name: &str| request_field(&request.body, name);
    let mut digests = Vec::new();
    for signing in [Signing::Digest, Signing::PlainDigest, Signing::Token] {
        let server = MockServer::start().await;
        let grant = json!({ "apiResultCode": "A1000", "accessToken": TOKEN, "expiresIn": 7200 });
        Mock::given(path("/oauth2/accessToken"))
            .respond_with(ok(&grant))
            .expect(u64::from(signing == Signing::Token))
            .mount(&server)
            .await;
        Mock::given(path("/std/service"))
            .respond_with(ok(
                &json!({ "apiResultCode": "A1000", "apiResultData": "" }),
            ))
            .expect(1)
            .mount(&server)
            .await;
        let builder = parceltrail::client::Client::builder(sf(signing))
            .with_credentials(credentials("sf.routes"))
            .with_base_url(server.uri());
        let client = builder
            .with_clock(|| "2026-03-01T00:00:00Z".parse().unwrap())
            .build()
            .unwrap();
        client.fetch(&asked("SF1000000000017")).await.unwrap();
        let requests = server.received_requests().await.unwrap();
        let last = requests.last().unwrap();
        assert_eq!(
            field(last, "timestamp").as_deref(),
            Some("1772323200000"),
            "the time of the injected clock is signed"
        );
        match signing {
            Signing::Token => assert_eq!(
                (
                    field(last, "accessToken").as_deref(),
                    field(last, "msgDigest")
                ),
                (Some(TOKEN), None)
            ),
            _ => digests.push(field(last, "msgDigest").unwrap()),
        }
    }
    assert_ne!(digests[0], digests[1]);
}

fn request_field(body: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(body).into_owned();
    text.split('&')
        .find_map(|pair| pair.strip_prefix(&format!("{name}=")))
        .map(str::to_owned)
}

#[test]
fn every_readme_names_the_environment_variables_of_its_feeds() {
    let registry = Registry::builtin();
    for adapter in registry.iter() {
        let (feed, pack) = (&adapter.descriptor().feed, &adapter.descriptor().carrier);
        let readme = format!(
            "{}/../../carriers/{pack}/README.md",
            env!("CARGO_MANIFEST_DIR")
        );
        let readme = std::fs::read_to_string(readme).unwrap();
        let Some(poll) = adapter.as_poll() else {
            continue;
        };
        for name in poll
            .credentials()
            .iter()
            .chain(poll.optional_credentials())
            .chain(&["base"])
        {
            let variable = format!("`{}`", environment_variable(feed.as_str(), name));
            assert!(
                readme.contains(&variable),
                "{feed}: the README of {pack} does not name {variable}"
            );
        }
    }
}
