//! Who may not ask is refused: wrong keys, digests, times and request ids, ended tokens.

use std::time::Duration;

use parceltrail::Registry;
use parceltrail::adapter::{Credentials, Outcome};
use parceltrail::carriers::sf::{Routes, Signing};
use parceltrail::testing::simulator::{Carrier, Limit, Quota, Simulator};

use super::bare::{Asker, FEEDS, send};

async fn simulator() -> Simulator {
    let builder = Carrier::ALL
        .into_iter()
        .fold(Simulator::builder(), |builder, carrier| {
            builder.with_parcels(carrier, 3)
        });
    let simulator = builder.start().await.unwrap();
    simulator.advance(Duration::from_secs(40 * 86_400));
    simulator
}

fn one(simulator: &Simulator, feed: &str) -> Vec<String> {
    simulator.numbers(feed).into_iter().take(1).collect()
}

fn sf_code(answer: &super::bare::TrackResult) -> String {
    answer.json()["apiResultCode"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn right_credentials_pass() {
    let simulator = simulator().await;
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        assert_eq!(
            asker.outcome(&asker.ask(&one(&simulator, feed)).await.unwrap()),
            Outcome::Found,
            "{feed}"
        );
        let counters = simulator.counters().of(feed);
        assert_eq!(
            (
                counters.requests,
                counters.answered,
                counters.found,
                counters.unauthorised
            ),
            (1, 1, 1, 0),
            "{feed}"
        );
    }
}

#[tokio::test]
async fn a_wrong_key_or_secret_is_refused() {
    let simulator = simulator().await;
    let mut dhl = Asker::new(&simulator, "dhl.unified").await;
    dhl.credentials = Credentials::default().with("api_key", "wrong");
    assert_eq!(
        dhl.ask(&one(&simulator, "dhl.unified"))
            .await
            .unwrap()
            .status,
        401
    );
    for feed in ["fedex.track", "ups.track"] {
        let mut asker = Asker::new(&simulator, feed).await;
        asker.credentials = asker.credentials.clone().with("client_secret", "wrong");
        let answer = asker
            .fetch_token(Registry::builtin().get(feed).unwrap())
            .await
            .unwrap();
        assert_eq!(
            (answer.status, asker.token.is_none()),
            (401, true),
            "{feed}"
        );
        let counters = simulator.counters().of(feed);
        assert_eq!((counters.tokens, counters.tokens_refused), (1, 1), "{feed}");
    }
    let mut sf = Asker::new(&simulator, "sf.routes").await;
    sf.credentials = sf.credentials.clone().with("check_word", "wrong");
    let answer = sf.ask(&one(&simulator, "sf.routes")).await.unwrap();
    assert_eq!((answer.status, sf_code(&answer).as_str()), (200, "A1006"));
    assert_eq!(sf.outcome(&answer), Outcome::Reauthorise);
}

#[tokio::test]
async fn an_ended_token_is_refused_until_a_new_one_is_fetched() {
    let builder = Simulator::builder()
        .with_parcels(Carrier::Fedex, 1)
        .with_parcels(Carrier::Ups, 1)
        .with_token_lifetime(Duration::from_secs(1));
    let simulator = builder.start().await.unwrap();
    simulator.advance(Duration::from_secs(40 * 86_400));
    for feed in ["fedex.track", "ups.track"] {
        let mut asker = Asker::new(&simulator, feed).await;
        let numbers = one(&simulator, feed);
        assert_eq!(asker.ask(&numbers).await.unwrap().status, 200, "{feed}");
        tokio::time::sleep(Duration::from_millis(1050)).await;
        let answer = asker.ask(&numbers).await.unwrap();
        assert_eq!(
            (answer.status, asker.outcome(&answer)),
            (401, Outcome::Reauthorise),
            "{feed}"
        );
        asker
            .fetch_token(Registry::builtin().get(feed).unwrap())
            .await;
        assert_eq!(asker.ask(&numbers).await.unwrap().status, 200, "{feed}");
        simulator.revoke_tokens(feed);
        assert_eq!(asker.ask(&numbers).await.unwrap().status, 401, "{feed}");
        assert_eq!(simulator.counters().of(feed).unauthorised, 2, "{feed}");
    }
}

#[tokio::test]
async fn sf_refuses_old_questions_and_those_asked_twice() {
    let simulator = simulator().await;
    let mut sf = Asker::new(&simulator, "sf.routes").await;
    let request = sf.request(&one(&simulator, "sf.routes"));
    assert_eq!(sf_code(&send(request.clone()).await.unwrap()), "A1000");
    assert_eq!(
        sf_code(&send(request).await.unwrap()),
        "A1007",
        "the same request id again"
    );
    sf.now -= chrono::TimeDelta::minutes(6);
    assert_eq!(
        sf_code(&sf.ask(&one(&simulator, "sf.routes")).await.unwrap()),
        "A1002"
    );
    let mut altered = sf.request(&one(&simulator, "sf.routes"));
    let body = String::from_utf8(altered.body().clone())
        .unwrap()
        .replace("zh-CN", "zh-TW");
    *altered.body_mut() = body.into_bytes();
    assert_ne!(
        sf_code(&send(altered).await.unwrap()),
        "A1000",
        "the digest covers the message"
    );
}

#[tokio::test]
async fn sf_takes_a_token_in_the_digest_s_place() {
    let simulator = simulator().await;
    let mut sf = Asker::new(&simulator, "sf.routes").await;
    let pack = parceltrail::carriers::packs()
        .iter()
        .find(|pack| pack.carrier().as_str() == "sf")
        .unwrap();
    let adapter = Routes::new(pack.codes().into()).with_signing(Signing::Token);
    let numbers = one(&simulator, "sf.routes");
    assert!(sf.fetch_token(&adapter).await.is_some());
    assert_eq!(
        sf_code(&send(sf.request_by(&adapter, &numbers)).await.unwrap()),
        "A1000"
    );
    simulator.revoke_tokens("sf.routes");
    let answer = send(sf.request_by(&adapter, &numbers)).await.unwrap();
    assert_eq!(
        (sf_code(&answer).as_str(), sf.outcome(&answer)),
        ("A1011", Outcome::Reauthorise)
    );
    sf.credentials = sf.credentials.clone().with("check_word", "wrong");
    assert_eq!(sf_code(&sf.fetch_token(&adapter).await.unwrap()), "A1011");
}

#[tokio::test]
async fn wrong_questions_are_told_so() {
    let simulator = simulator().await;
    let fedex = Asker::new(&simulator, "fedex.track").await;
    let mut request = fedex.request(&one(&simulator, "fedex.track"));
    *request.body_mut() = br#"{"trackingInfo":[]}"#.to_vec();
    assert_eq!(send(request).await.unwrap().status, 400);
    let ups = Asker::new(&simulator, "ups.track").await;
    let mut request = ups.request(&one(&simulator, "ups.track"));
    request.headers_mut().remove("transid");
    assert_eq!(
        send(request).await.unwrap().status,
        400,
        "UPS demands an id for each request"
    );
    let unknown = ups.ask(&["1Z0000000000000000".to_owned()]).await.unwrap();
    assert_eq!(ups.outcome(&unknown), Outcome::NotFound);
    assert_eq!(simulator.counters().of("ups.track").invalid, 1);
}

#[tokio::test]
async fn quotas_are_counted_on_the_carrier_s_side() {
    let quota = Quota::default()
        .with_per_second(5)
        .with_per_day(12)
        .with_per_number_interval(Duration::from_secs(5));
    let simulator = Simulator::builder()
        .with_parcels(Carrier::Dhl, 20)
        .with_quota("dhl.unified", quota)
        .start()
        .await
        .unwrap();
    simulator.advance(Duration::from_secs(40 * 86_400));
    let dhl = Asker::new(&simulator, "dhl.unified").await;
    let numbers = simulator.numbers("dhl.unified");
    let broken = |limit: Limit| {
        simulator
            .counters()
            .of("dhl.unified")
            .broken
            .get(&limit)
            .copied()
            .unwrap_or(0)
    };
    let ask = |at: usize| dhl.ask(&numbers[at..=at]);
    let (a, b, c, d, e, f) = tokio::join!(ask(0), ask(1), ask(2), ask(3), ask(4), ask(5));
    let throttled: Vec<_> = [a, b, c, d, e, f]
        .into_iter()
        .map(Result::unwrap)
        .filter(|answer| answer.status == 429)
        .collect();
    assert_eq!(
        (throttled.len(), broken(Limit::PerSecond)),
        (1, 1),
        "the sixth within a second"
    );
    assert_eq!(throttled[0].headers["retry-after"], "1");
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(dhl.ask(&numbers[6..7]).await.unwrap().status, 200);
    assert_eq!(
        dhl.ask(&numbers[6..7]).await.unwrap().status,
        429,
        "the same number too soon"
    );
    assert_eq!(broken(Limit::PerNumberInterval), 1);
    tokio::time::sleep(Duration::from_secs(1)).await;
    for number in &numbers[7..11] {
        assert_eq!(
            dhl.ask(std::slice::from_ref(number)).await.unwrap().status,
            200
        );
    }
    assert_eq!(
        dhl.ask(&numbers[11..12]).await.unwrap().status,
        429,
        "the thirteenth of the day"
    );
    assert_eq!(
        (
            broken(Limit::PerDay),
            simulator.counters().total().quota_violations()
        ),
        (1, 3)
    );
}

#[tokio::test]
async fn too_many_at_once_are_counted() {
    use parceltrail::testing::simulator::{Fault, FaultPlan};
    let plan = FaultPlan::none()
        .with_fault(Fault::SlowBody, 1.0)
        .with_slowness(Duration::from_millis(600));
    let builder = Simulator::builder()
        .with_parcels(Carrier::Dhl, 3)
        .with_quota("dhl.unified", Quota::default().with_max_concurrent(2))
        .with_faults(plan);
    let simulator = builder.start().await.unwrap();
    let dhl = Asker::new(&simulator, "dhl.unified").await;
    let numbers = simulator.numbers("dhl.unified");
    let (a, b, c) = tokio::join!(
        dhl.ask(&numbers[..1]),
        dhl.ask(&numbers[1..2]),
        dhl.ask(&numbers[2..])
    );
    let throttled = [a, b, c]
        .iter()
        .filter(|answer| answer.as_ref().unwrap().status == 429)
        .count();
    assert_eq!(
        (
            throttled,
            simulator.counters().of("dhl.unified").quota_violations()
        ),
        (1, 1)
    );
    assert_ne!(
        dhl.ask(&numbers[..1]).await.unwrap().status,
        429,
        "none is under way any more"
    );
}
