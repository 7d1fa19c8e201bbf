//! What the carriers push verifies with the packs, arrives however often and in whatever order, and
//! is tried again.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::response::IntoResponse;
use http::HeaderMap;
use parceltrail::adapter::{Disposition, WebhookCall};
use parceltrail::testing::simulator::{Carrier, Difference, Fault, FaultPlan, Hook, Simulator};
use parceltrail::{Journey, NoticeKind, Payload};
use secrecy::SecretString;

use super::bare::{adapter, send};

const SECRET: &str = "a secret/of+the hook";

/// An application that takes webhooks of one feed in.
struct Receiver {
    feed: &'static str,
    secret: Option<SecretString>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    journeys: BTreeMap<String, Journey>,
    calls: usize,
    refused: usize,
    /// How many calls are to fail yet.
    failing: usize,
    handshakes: Vec<Vec<u8>>,
}

async fn receive(
    State(receiver): State<Arc<Receiver>>,
    headers: HeaderMap,
    body: Bytes,
) -> impl IntoResponse {
    let feed = adapter(receiver.feed);
    let webhook = feed.as_webhook().unwrap();
    let call = WebhookCall {
        headers: &headers,
        body: &body,
        received: chrono::DateTime::from(std::time::SystemTime::now()),
    };
    let mut seen = receiver.seen.lock().unwrap();
    seen.calls += 1;
    let verdict = if webhook.verify(&call, receiver.secret.as_ref()).is_err() {
        seen.refused += 1;
        Disposition::Unverified
    } else if seen.failing > 0 {
        seen.failing -= 1;
        Disposition::Failed
    } else {
        let batch = feed.decode(Payload::new(&body, call.received)).unwrap();
        if batch
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::Control)
        {
            seen.handshakes.push(body.to_vec());
        } else {
            assert!(batch.notices.is_empty(), "{:?}", batch.notices);
        }
        for shipment in batch.shipments {
            seen.journeys
                .entry(shipment.number.to_string())
                .or_default()
                .apply(shipment);
        }
        Disposition::Accepted
    };
    let (head, body) = webhook.acknowledge(&call, verdict).into_parts();
    (head.status, head.headers, body)
}

async fn receiver(
    feed: &'static str,
    secret: Option<&str>,
    failing: usize,
) -> (Arc<Receiver>, String) {
    let seen = Mutex::new(Seen {
        failing,
        ..Seen::default()
    });
    let receiver = Arc::new(Receiver {
        feed,
        secret: secret.map(SecretString::from),
        seen,
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hook?for=tests", listener.local_addr().unwrap());
    let app = axum::Router::new()
        .route("/hook", axum::routing::post(receive))
        .with_state(Arc::clone(&receiver));
    tokio::spawn(async move { axum::serve(listener, app).await });
    (receiver, url)
}

async fn simulator(plan: FaultPlan) -> Simulator {
    Carrier::ALL
        .into_iter()
        .fold(
            Simulator::builder().with_seed(2).with_faults(plan),
            |builder, carrier| builder.with_parcels(carrier, 12),
        )
        .start()
        .await
        .unwrap()
}

fn secret_of(carrier: Carrier) -> Option<&'static str> {
    (carrier != Carrier::Sf).then_some(SECRET)
}

/// Lets a parcel's life pass in steps, and compares what was pushed with the truth.
async fn pushed(plan: FaultPlan, carrier: Carrier, failing: usize) -> (Simulator, Arc<Receiver>) {
    let simulator = simulator(plan).await;
    let feed = carrier.push_feed();
    let (receiver, url) = receiver(feed, secret_of(carrier), failing).await;
    simulator
        .register_webhook(
            Hook::new(feed, url)
                .with_secret(secret_of(carrier).unwrap_or_default())
                .without_handshake(),
        )
        .unwrap();
    for _ in 0..30 {
        simulator.advance(Duration::from_secs(10 * 3600));
        simulator.webhooks_settled().await;
    }
    {
        let seen = receiver.seen.lock().unwrap();
        for number in simulator.numbers(feed) {
            let events = seen
                .journeys
                .get(&number)
                .map(|journey| journey.at(simulator.now()).events)
                .unwrap_or_default();
            let difference = Difference::between(&simulator.truth(feed, &number), &events);
            let lost = (difference.missing.len(), difference.repeated.len());
            // What came before the hook was set is not pushed, but DHL's pushes tell it all the
            // same.
            assert_eq!(lost, (0, 0), "{feed} {number}: {difference:?}");
            assert!(
                difference.unexpected.is_empty(),
                "{feed} {number}: {difference:?}"
            );
        }
        assert!(
            seen.journeys.len() >= 10 && seen.refused == 0,
            "{feed}: {} journeys",
            seen.journeys.len()
        );
    }
    (simulator, receiver)
}

#[tokio::test]
async fn what_is_pushed_verifies_and_is_the_truth() {
    for carrier in Carrier::ALL {
        let (simulator, receiver) = pushed(FaultPlan::none(), carrier, 0).await;
        let counters = simulator.counters().of(carrier.push_feed());
        assert_eq!(counters.pushes, counters.pushes_acknowledged, "{carrier:?}");
        assert_eq!(
            counters.pushes as usize,
            receiver.seen.lock().unwrap().calls,
            "{carrier:?}"
        );
    }
}

#[tokio::test]
async fn repetitions_disorder_and_corrections_change_nothing() {
    for carrier in Carrier::ALL {
        let plan = FaultPlan::none()
            .with_fault(Fault::RepeatedPush, 0.5)
            .with_fault(Fault::ReorderedPush, 0.5)
            .with_fault(Fault::Corrections, 1.0);
        let (simulator, _) = pushed(plan, carrier, 0).await;
        let counters = simulator.counters().of(carrier.push_feed());
        assert!(
            counters.injected(Fault::RepeatedPush) > 5
                && counters.injected(Fault::ReorderedPush) > 3,
            "{carrier:?}: {counters:?}"
        );
    }
}

#[tokio::test]
async fn what_is_not_acknowledged_comes_again() {
    for carrier in Carrier::ALL {
        let (simulator, _) = pushed(FaultPlan::none(), carrier, 3).await;
        let counters = simulator.counters().of(carrier.push_feed());
        assert_eq!(
            (
                counters.pushes - counters.pushes_acknowledged,
                counters.pushes_given_up
            ),
            (3, 0),
            "{carrier:?}"
        );
    }
}

#[tokio::test]
async fn a_wrong_secret_does_not_verify_and_is_given_up() {
    let simulator = simulator(FaultPlan::none()).await;
    let (receiver, url) = receiver("fedex.webhook", Some("another"), 0).await;
    simulator
        .register_webhook(Hook::new("fedex.webhook", url).with_secret(SECRET))
        .unwrap();
    while simulator.counters().of("fedex.webhook").pushes_given_up == 0 {
        simulator.advance(Duration::from_secs(1800));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert!(receiver.seen.lock().unwrap().refused >= 5);
    assert_eq!(
        simulator.counters().of("fedex.webhook").pushes_acknowledged,
        0
    );
}

#[tokio::test]
async fn dhl_pushes_only_after_the_handshake() {
    let simulator = simulator(FaultPlan::none()).await;
    let (receiver, url) = receiver("dhl.unified", Some(SECRET), 0).await;
    simulator
        .register_webhook(Hook::new("dhl.unified", url).with_secret(SECRET))
        .unwrap();
    simulator.advance(Duration::from_secs(86_400));
    let question = loop {
        if let Some(question) = receiver.seen.lock().unwrap().handshakes.first().cloned() {
            break question;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    };
    assert!(receiver.seen.lock().unwrap().journeys.is_empty());
    let headers = HeaderMap::new();
    let call = WebhookCall {
        headers: &headers,
        body: &question,
        received: simulator.now(),
    };
    let credentials = simulator.credentials("dhl.unified");
    let base = simulator.base("dhl.unified");
    let context = parceltrail::adapter::PollContext {
        now: call.received,
        request_id: "",
        credentials: &credentials,
        token: None,
        base: Some(base),
    };
    let request = adapter("dhl.unified")
        .as_webhook()
        .unwrap()
        .handshake(&call, &context)
        .unwrap()
        .unwrap();
    let mut wrong = request.clone();
    wrong
        .headers_mut()
        .insert("dhl-api-hook-secret", "guessed".parse().unwrap());
    assert_eq!(send(wrong).await.unwrap().status, 404);
    assert_eq!(send(request).await.unwrap().status, 200);
    simulator.webhooks_settled().await;
    let seen = receiver.seen.lock().unwrap();
    assert!(!seen.journeys.is_empty());
    assert!(
        seen.handshakes
            .iter()
            .any(|body| String::from_utf8_lossy(body).contains("subscription.ready"))
    );
}

#[tokio::test]
async fn only_plain_http_can_be_called() {
    let simulator = simulator(FaultPlan::none()).await;
    for url in ["https://127.0.0.1/hook", "/hook", "nonsense"] {
        assert!(
            simulator
                .register_webhook(Hook::new("sf.push", url))
                .is_err(),
            "{url}"
        );
    }
}
