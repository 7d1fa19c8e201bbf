//! Batches, pages, and what becomes of each number.

use std::time::Duration;

use futures_util::StreamExt as _;
use parceltrail::NoticeKind;
use parceltrail::client::{ErrorKind, Retry, RetryPolicy, TrackOutcome};
use serde_json::json;
use wiremock::matchers::{path, query_param, query_param_is_missing};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::*;

#[tokio::test]
async fn a_number_is_asked_and_answered() {
    let server = answering(ok(&dhl_found())).await;
    let told = client("dhl.unified", &server)
        .fetch(&asked(DHL))
        .await
        .unwrap();
    assert_eq!(told.shipments()[0].number.as_str(), DHL);
    assert_eq!(told.shipments()[0].events.len(), 1);
}

#[tokio::test]
async fn numbers_go_in_batches_of_the_carriers_limit() {
    let server = MockServer::start().await;
    fedex(&server).await;
    let client = client("fedex.track", &server);
    let answers = all(&client, numbers(65)).await;
    assert_eq!(answers.len(), 65);
    assert!(answers.iter().all(|answer| is_found(&answer.outcome)));
    let mut sizes: Vec<usize> = requests(&server).await.iter().map(Vec::len).collect();
    sizes.sort_unstable();
    assert_eq!(sizes, [5, 30, 30]);
    assert_eq!((client.stats().requests, client.stats().found), (4, 65));
}

/// The numbers of each request about tracking.
async fn requests(server: &MockServer) -> Vec<Vec<String>> {
    let requests = server.received_requests().await.unwrap();
    requests
        .iter()
        .filter(|request| request.url.path() == FEDEX_TRACK)
        .map(fedex_asked)
        .collect()
}

#[tokio::test]
async fn batches_go_side_by_side_up_to_the_concurrency_and_answers_stream() {
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    let slow = number(0);
    let respond = move |request: &wiremock::Request| {
        let asked = fedex_asked(request);
        let delay = Duration::from_millis(if asked.contains(&slow) { 600 } else { 0 });
        ok(&fedex_found(&asked)).set_delay(delay)
    };
    Mock::given(path(FEDEX_TRACK))
        .respond_with(respond)
        .mount(&server)
        .await;
    let client = builder("fedex.track", &server)
        .with_concurrency(2)
        .build()
        .unwrap();
    let answers: Vec<_> = client
        .track(numbers(90))
        .map(|answer| answer.request.unwrap().number.as_str().to_owned())
        .collect()
        .await;
    let mut late = answers[60..].to_vec();
    late.sort();
    assert_eq!(
        late,
        (0..30).map(number).collect::<Vec<_>>(),
        "the slow batch comes last though it was asked first"
    );
}

#[tokio::test]
async fn the_iterator_is_read_only_as_far_as_there_is_room() {
    let server = MockServer::start().await;
    fedex(&server).await;
    let client = builder("fedex.track", &server)
        .with_concurrency(1)
        .build()
        .unwrap();
    let read = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let counter = read.clone();
    let endless = (0..).map(move |nth| {
        counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        asked(&number(nth))
    });
    let first: Vec<_> = client.track(endless).take(31).collect().await;
    assert_eq!(first.len(), 31);
    assert!(read.load(std::sync::atomic::Ordering::Relaxed) <= 90);
}

#[tokio::test]
async fn one_bad_number_stands_alone_at_last() {
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    let bad = number(17);
    let respond = move |request: &wiremock::Request| {
        let asked = fedex_asked(request);
        let code = "TRACKING.TRACKINGNUMBER.INVALID";
        if asked.contains(&bad) {
            ResponseTemplate::new(400).set_body_json(fedex_fault(code))
        } else {
            ok(&fedex_found(&asked))
        }
    };
    Mock::given(path(FEDEX_TRACK))
        .respond_with(respond)
        .mount(&server)
        .await;
    let client = client("fedex.track", &server);
    let answers = all(&client, numbers(30)).await;
    let error = told(&answers, &number(17)).as_ref().unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Invalid, Retry::Permanent)
    );
    assert_eq!(
        error.carrier_code.as_deref(),
        Some("TRACKING.TRACKINGNUMBER.INVALID")
    );
    assert_eq!(
        answers
            .iter()
            .filter(|answer| is_found(&answer.outcome))
            .count(),
        29
    );
    assert!(client.stats().requests <= 12, "{:?}", client.stats());
    assert!(client.stats().divided >= 4);
}

#[tokio::test]
async fn a_number_that_spoils_the_body_stands_alone_at_last() {
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    let bad = number(2);
    let respond = move |request: &wiremock::Request| {
        let asked = fedex_asked(request);
        if asked.contains(&bad) {
            ResponseTemplate::new(200).set_body_string("{\"output\":{\"complete")
        } else {
            ok(&fedex_found(&asked))
        }
    };
    Mock::given(path(FEDEX_TRACK))
        .respond_with(respond)
        .mount(&server)
        .await;
    let answers = all(&client("fedex.track", &server), numbers(5)).await;
    let error = told(&answers, &number(2)).as_ref().unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Undecodable, Retry::Permanent)
    );
    assert!(std::error::Error::source(error).is_some());
    assert_eq!(
        answers
            .iter()
            .filter(|answer| is_found(&answer.outcome))
            .count(),
        4
    );
}

#[tokio::test]
async fn a_number_that_cannot_be_asked_costs_no_request_and_no_other_number() {
    let server = answering(ok(
        &json!({ "apiResultCode": "A1000", "apiResultData": "" }),
    ))
    .await;
    let mut bad = asked("SF1000000000025");
    bad.phone_suffix = parceltrail::model::Personal::parse("12345");
    let client = client("sf.routes", &server);
    let answers = all(
        &client,
        [
            asked("SF1000000000017"),
            bad,
            asked("SF1000000000033"),
            asked("SF1000000000041"),
        ],
    )
    .await;
    assert_eq!(
        told(&answers, "SF1000000000025").as_ref().unwrap_err().kind,
        ErrorKind::InvalidRequest
    );
    for number in ["SF1000000000017", "SF1000000000033", "SF1000000000041"] {
        assert!(
            matches!(told(&answers, number), Ok(TrackOutcome::NotFound(_))),
            "{number}"
        );
    }
    let requests = server.received_requests().await.unwrap();
    assert!(
        requests.len() <= 3
            && requests
                .iter()
                .all(|request| !String::from_utf8_lossy(&request.body).contains("025"))
    );
}

#[tokio::test]
async fn not_found_is_an_answer_and_no_reason_to_ask_again() {
    let server = answering(
        ResponseTemplate::new(404)
            .set_body_json(json!({ "title": "No result found", "status": 404 })),
    )
    .await;
    let client = client("dhl.unified", &server);
    let told = client.fetch(&asked(DHL)).await.unwrap();
    assert!(
        matches!(&told, TrackOutcome::NotFound(notices) if notices.iter().any(|notice| notice.kind == NoticeKind::NotFound)),
        "{told:?}"
    );
    assert_eq!(
        (
            client.stats().requests,
            client.stats().not_found,
            client.stats().failed
        ),
        (1, 1, 0)
    );
}

#[tokio::test]
async fn a_fault_inside_a_200_is_read_by_the_adapter() {
    let body = json!({ "trackResponse": { "shipment": [{ "inquiryNumber": "1Z0000000300000017", "warnings": [{ "code": "TW0001", "message": "no" }] }] } });
    let server = MockServer::start().await;
    grants(&server, "/security/v1/oauth/token", 3600, 1).await;
    Mock::given(path("/api/track/v1/details/1Z0000000300000017"))
        .respond_with(ok(&body))
        .expect(1)
        .mount(&server)
        .await;
    let told = client("ups.track", &server)
        .fetch(&asked("1Z0000000300000017"))
        .await
        .unwrap();
    assert!(matches!(told, TrackOutcome::NotFound(_)), "{told:?}");
}

#[tokio::test]
async fn each_number_of_a_batch_has_its_own_end() {
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    let respond = |request: &wiremock::Request| {
        let asked = fedex_asked(request);
        ok(&fedex_results(
            asked
                .iter()
                .enumerate()
                .filter(|(nth, _)| *nth != 3)
                .map(|(nth, number)| {
                    let result = match nth {
                        0 => fedex_scan(),
                        1 => fedex_error("TRACKING.TRACKINGNUMBER.NOTFOUND"),
                        2 => fedex_error("TRACKING.TRACKINGNUMBER.INVALID"),
                        _ => fedex_scan(),
                    };
                    (number.as_str(), result)
                }),
        ))
    };
    Mock::given(path(FEDEX_TRACK))
        .respond_with(respond)
        .expect(1)
        .mount(&server)
        .await;
    let client = client("fedex.track", &server);
    let answers = all(&client, numbers(5)).await;
    assert_eq!(answers.len(), 5);
    assert!(is_found(told(&answers, &number(0))) && is_found(told(&answers, &number(4))));
    assert!(
        matches!(told(&answers, &number(1)), Ok(TrackOutcome::NotFound(notices)) if notices.len() == 1)
    );
    assert_eq!(
        told(&answers, &number(2)).as_ref().unwrap_err().kind,
        ErrorKind::Invalid
    );
    assert!(
        matches!(told(&answers, &number(3)), Ok(TrackOutcome::Missing(_))),
        "what the answer does not mention is told as missing"
    );
    let stats = client.stats();
    assert_eq!(
        (stats.found, stats.not_found, stats.missing, stats.failed),
        (2, 1, 1, 1)
    );
}

#[tokio::test]
async fn numbers_that_are_put_off_are_asked_again_alone() {
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    let respond = |request: &wiremock::Request| {
        let asked = fedex_asked(request);
        let is_first = asked.len() > 1;
        ok(&fedex_results(asked.iter().map(|number| {
            let is_put_off = is_first && number.ends_with('1');
            (
                number.as_str(),
                if is_put_off {
                    fedex_error("SERVICE.UNAVAILABLE.ERROR")
                } else {
                    fedex_scan()
                },
            )
        })))
    };
    Mock::given(path(FEDEX_TRACK))
        .respond_with(respond)
        .expect(2)
        .mount(&server)
        .await;
    let answers = all(&client("fedex.track", &server), numbers(3)).await;
    assert!(answers.iter().all(|answer| is_found(&answer.outcome)));
    assert_eq!(
        answers
            .last()
            .unwrap()
            .request
            .as_ref()
            .unwrap()
            .number
            .as_str(),
        number(1)
    );
}

#[tokio::test]
async fn a_number_that_is_put_off_for_ever_is_exhausted() {
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    let respond = |request: &wiremock::Request| {
        let asked = fedex_asked(request);
        let result = |number: &str| {
            if number.ends_with('1') {
                fedex_error("SERVICE.UNAVAILABLE.ERROR")
            } else {
                fedex_scan()
            }
        };
        ok(&fedex_results(
            asked.iter().map(|number| (number.as_str(), result(number))),
        ))
    };
    Mock::given(path(FEDEX_TRACK))
        .respond_with(respond)
        .mount(&server)
        .await;
    let client = builder("fedex.track", &server)
        .with_retry(quick().with_max_attempts(3))
        .build()
        .unwrap();
    let answers = all(&client, numbers(2)).await;
    let error = told(&answers, &number(1)).as_ref().unwrap_err();
    assert_eq!(
        (error.kind, error.retry),
        (ErrorKind::Unavailable, Retry::Exhausted { after: None })
    );
    assert!(is_found(told(&answers, &number(0))));
}

#[tokio::test]
async fn another_name_of_a_parcel_is_recognised_and_what_was_told_besides_is_kept() {
    let server = MockServer::start().await;
    grants(&server, FEDEX_TOKEN, 3600, 1).await;
    let respond = |_: &wiremock::Request| {
        let mut tag = fedex_scan();
        tag["trackingNumberInfo"] = json!({ "trackingNumber": "449000000099" });
        let mut stranger = fedex_scan();
        stranger["trackingNumberInfo"] = json!({ "trackingNumber": "449000000077" });
        ok(&json!({ "output": { "completeTrackResults": [
            { "trackingNumber": "DT100000000001", "trackResults": [tag] },
            { "trackingNumber": "449000000077", "trackResults": [stranger] },
        ] } }))
    };
    Mock::given(path(FEDEX_TRACK))
        .respond_with(respond)
        .mount(&server)
        .await;
    let answers = all(
        &client("fedex.track", &server),
        [asked("DT100000000001"), asked("449000000013")],
    )
    .await;
    let tag = told(&answers, "DT100000000001").as_ref().unwrap();
    assert_eq!(tag.shipments()[0].number.as_str(), "449000000099");
    assert!(matches!(
        told(&answers, "449000000013"),
        Ok(TrackOutcome::Missing(_))
    ));
    let besides = answers
        .iter()
        .find(|answer| answer.request.is_none())
        .unwrap();
    assert_eq!(
        besides.outcome.as_ref().unwrap().shipments()[0]
            .number
            .as_str(),
        "449000000077"
    );
}

#[tokio::test]
async fn a_number_given_twice_is_asked_once_and_numbers_that_do_not_go_together_apart() {
    let server = MockServer::start().await;
    fedex(&server).await;
    let answers = all(
        &client("fedex.track", &server),
        [asked("449000000013"), asked("449000000013")],
    )
    .await;
    assert_eq!(answers.len(), 1);
    assert_eq!(requests(&server).await, [["449000000013"]]);

    let server = answering(ok(&json!({ "shipments": [] }))).await;
    let mixed = [
        "1000000001",
        "JD014600000000000001",
        "1000000002",
        "JD014600000000000002",
    ];
    let answers = all(&client("dhl.express", &server), mixed.map(asked)).await;
    assert_eq!(answers.len(), 4);
    assert_eq!(
        server.received_requests().await.unwrap().len(),
        2,
        "waybills in one request, pieces in another"
    );
}

#[tokio::test]
async fn pages_are_put_together() {
    let server = MockServer::start().await;
    let mut first = dhl_page(&[DHL]);
    first["url"] = json!(format!("/shipments?trackingNumber={DHL}&offset=0"));
    first["nextUrl"] = json!(format!("/shipments?trackingNumber={DHL}&offset=1"));
    Mock::given(query_param_is_missing("offset"))
        .respond_with(ok(&first))
        .expect(1)
        .mount(&server)
        .await;
    Mock::given(query_param("offset", "1"))
        .respond_with(ok(&dhl_found()))
        .expect(1)
        .mount(&server)
        .await;
    let told = client("dhl.unified", &server)
        .fetch(&asked(DHL))
        .await
        .unwrap();
    assert_eq!(told.shipments().len(), 2);
}

#[tokio::test]
async fn half_of_the_pages_is_no_answer() {
    let server = MockServer::start().await;
    let mut first = dhl_page(&[DHL]);
    first["url"] = json!("/shipments?offset=0");
    first["nextUrl"] = json!("/shipments?offset=1");
    Mock::given(query_param_is_missing("offset"))
        .respond_with(ok(&first))
        .mount(&server)
        .await;
    Mock::given(query_param("offset", "1"))
        .respond_with(ResponseTemplate::new(503))
        .mount(&server)
        .await;
    let client = builder("dhl.unified", &server)
        .with_retry(RetryPolicy::none())
        .build()
        .unwrap();
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::Unavailable,
        "a snapshot that lacks a page would seem to withdraw what stands on it"
    );
}

#[tokio::test]
async fn news_of_a_subscription_come_page_by_page() {
    let page = |bookmark: Option<&str>| {
        let mut body = json!({ "QuantumViewResponse": { "Response": { "ResponseStatusCode": "1" }, "QuantumViewEvents": {} } });
        if let Some(bookmark) = bookmark {
            body["QuantumViewResponse"]["Bookmark"] = json!(bookmark);
        }
        ok(&body)
    };
    let server = MockServer::start().await;
    grants(&server, "/security/v1/oauth/token", 3600, 1).await;
    let pages = InTurn::new([page(Some("more")), page(None)]);
    Mock::given(path("/api/quantumview/v3/events"))
        .respond_with(pages)
        .expect(2)
        .mount(&server)
        .await;
    let client = client("ups.quantum-view", &server);
    let news: Vec<_> = client.updates().collect().await;
    assert_eq!(news.len(), 2);
    assert!(news.iter().all(|page| page.outcome.is_ok()));
    let second: serde_json::Value = server
        .received_requests()
        .await
        .unwrap()
        .last()
        .unwrap()
        .body_json()
        .unwrap();
    assert_eq!(second["QuantumViewRequest"]["Bookmark"], "more");
    let error = client.fetch(&asked(DHL)).await.unwrap_err();
    assert_eq!(
        error.kind,
        ErrorKind::InvalidRequest,
        "a subscription is not asked about numbers"
    );
}

#[tokio::test]
async fn an_error_ends_the_news() {
    let server = MockServer::start().await;
    grants(&server, "/security/v1/oauth/token", 3600, 1).await;
    Mock::given(path("/api/quantumview/v3/events"))
        .respond_with(ResponseTemplate::new(403))
        .expect(1)
        .mount(&server)
        .await;
    let news: Vec<_> = client("ups.quantum-view", &server)
        .updates()
        .collect()
        .await;
    assert_eq!(news.len(), 1);
    assert_eq!(
        news[0].outcome.as_ref().unwrap_err().kind,
        ErrorKind::Refused
    );
}

#[tokio::test]
async fn the_language_and_a_unique_id_go_with_each_request() {
    let server = MockServer::start().await;
    fedex(&server).await;
    let client = builder("fedex.track", &server)
        .with_language("zh-CN")
        .build()
        .unwrap();
    all(&client, numbers(60)).await;
    let requests = server.received_requests().await.unwrap();
    let asked: Vec<_> = requests
        .iter()
        .filter(|request| request.url.path() == FEDEX_TRACK)
        .collect();
    assert!(
        asked
            .iter()
            .all(|request| request.headers["x-locale"] == "zh_CN")
    );
    let ids: std::collections::BTreeSet<_> = asked
        .iter()
        .map(|request| {
            request.headers["x-customer-transaction-id"]
                .to_str()
                .unwrap()
        })
        .collect();
    assert_eq!(ids.len(), 2);
    assert!(
        ids.iter()
            .all(|id| id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()))
    );
}
