//! Each kind of fault by itself, as a bare client sees it.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use parceltrail::adapter::{NoticeKind, Outcome};
use parceltrail::testing::simulator::{Carrier, Fault, FaultPlan, Simulator};

use super::bare::{Asker, FEEDS, adapter, reply};

async fn simulator(plan: FaultPlan) -> Simulator {
    let builder = Carrier::ALL.into_iter().fold(
        Simulator::builder().with_faults(plan),
        |builder, carrier| builder.with_parcels(carrier, 12),
    );
    let simulator = builder.start().await.unwrap();
    simulator.advance(Duration::from_secs(40 * 86_400));
    simulator
}

async fn simulator_with(fault: Fault) -> Simulator {
    simulator(FaultPlan::none().with_first(fault)).await
}

fn one(simulator: &Simulator, feed: &str) -> Vec<String> {
    simulator.numbers(feed).into_iter().take(1).collect()
}

#[tokio::test]
async fn a_revoked_token_needs_a_new_one() {
    let simulator = simulator_with(Fault::TokenRevoked).await;
    for feed in ["fedex.track", "ups.track"] {
        let mut asker = Asker::new(&simulator, feed).await;
        let numbers = one(&simulator, feed);
        assert_eq!(asker.ask(&numbers).await.unwrap().status, 401, "{feed}");
        assert_eq!(
            asker.ask(&numbers).await.unwrap().status,
            401,
            "{feed}: it stays revoked"
        );
        asker.fetch_token(adapter(feed)).await;
        assert_eq!(asker.ask(&numbers).await.unwrap().status, 200, "{feed}");
        let counters = simulator.counters().of(feed);
        assert_eq!(
            (
                counters.injected(Fault::TokenRevoked),
                counters.tokens,
                counters.unauthorised
            ),
            (1, 2, 1),
            "{feed}"
        );
    }
    let dhl = Asker::new(&simulator, "dhl.unified").await;
    assert_eq!(
        dhl.ask(&one(&simulator, "dhl.unified"))
            .await
            .unwrap()
            .status,
        200,
        "a key does not end"
    );
}

#[tokio::test]
async fn throttling_says_how_long_in_seconds_or_as_a_date() {
    let simulator = simulator(
        FaultPlan::none()
            .with_first(Fault::Throttled)
            .with_retry_after(Duration::from_secs(7)),
    )
    .await;
    let (mut seconds, mut dates) = (0, 0);
    for feed in ["dhl.unified", "fedex.track", "ups.track"] {
        let asker = Asker::new(&simulator, feed).await;
        for number in simulator.numbers(feed) {
            let answer = asker.ask(std::slice::from_ref(&number)).await.unwrap();
            assert_eq!(answer.status, 429, "{feed}");
            let told = answer.headers["retry-after"].to_str().unwrap();
            if told.parse::<u64>().is_ok() {
                seconds += 1
            } else {
                dates += 1
            }
            let now = DateTime::<Utc>::from(std::time::SystemTime::now());
            let wait = reply(&answer).retry_after().unwrap();
            assert!((5..=8).contains(&wait.as_secs()), "{feed} {told} at {now}");
            assert!(
                matches!(asker.outcome(&answer), Outcome::RetryAfter(Some(_))),
                "{feed}"
            );
            assert_eq!(
                asker.ask(&[number]).await.unwrap().status,
                200,
                "{feed}: only the first question meets it"
            );
        }
    }
    assert!(seconds > 5 && dates > 5, "{seconds} {dates}");
    let sf = Asker::new(&simulator, "sf.routes").await;
    let answer = sf.ask(&one(&simulator, "sf.routes")).await.unwrap();
    assert_eq!(
        (
            answer.status,
            answer.json()["apiResultCode"].as_str(),
            sf.outcome(&answer)
        ),
        (200, Some("A1005"), Outcome::RetryAfter(None))
    );
}

#[tokio::test]
async fn server_errors_come_in_bursts() {
    let simulator = simulator(
        FaultPlan::none()
            .with_first(Fault::ServerErrors)
            .with_burst_length(4),
    )
    .await;
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        let numbers = one(&simulator, feed);
        for nth in 0..4 {
            let answer = asker.ask(&numbers).await.unwrap();
            assert!(
                (500..505).contains(&answer.status),
                "{feed} {nth}: {}",
                answer.status
            );
            assert!(
                matches!(asker.outcome(&answer), Outcome::RetryAfter(_)),
                "{feed}"
            );
        }
        assert_eq!(asker.ask(&numbers).await.unwrap().status, 200, "{feed}");
        assert_eq!(
            simulator.counters().of(feed).injected(Fault::ServerErrors),
            4,
            "{feed}"
        );
    }
}

#[tokio::test]
async fn silence_ends_without_an_answer() {
    let simulator = simulator(
        FaultPlan::none()
            .with_first(Fault::NoAnswer)
            .with_silence(Duration::from_millis(60)),
    )
    .await;
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        let numbers = one(&simulator, feed);
        let begun = Instant::now();
        assert!(asker.ask(&numbers).await.is_err(), "{feed}");
        assert!(begun.elapsed() >= Duration::from_millis(60), "{feed}");
        assert_eq!(asker.ask(&numbers).await.unwrap().status, 200, "{feed}");
    }
}

#[tokio::test]
async fn slow_bodies_come_in_drops_and_whole() {
    let simulator = simulator(
        FaultPlan::none()
            .with_first(Fault::SlowBody)
            .with_slowness(Duration::from_millis(160)),
    )
    .await;
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        let begun = Instant::now();
        let answer = asker.ask(&one(&simulator, feed)).await.unwrap();
        assert!(
            begun.elapsed() >= Duration::from_millis(130),
            "{feed}: {:?}",
            begun.elapsed()
        );
        assert_eq!(asker.decode(&answer).shipments.len(), 1, "{feed}");
    }
}

#[tokio::test]
async fn cut_bodies_break_the_connection() {
    let simulator = simulator_with(Fault::CutBody).await;
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        let numbers = one(&simulator, feed);
        assert!(asker.ask(&numbers).await.is_err(), "{feed}");
        let answer = asker.ask(&numbers).await.unwrap();
        assert_eq!(asker.decode(&answer).shipments.len(), 1, "{feed}");
        let counters = simulator.counters().of(feed);
        assert_eq!(
            (counters.injected(Fault::CutBody), counters.answered),
            (1, 1),
            "{feed}"
        );
    }
}

#[tokio::test]
async fn errors_stand_inside_a_200() {
    let simulator = simulator_with(Fault::ErrorInside).await;
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        let numbers = one(&simulator, feed);
        let answer = asker.ask(&numbers).await.unwrap();
        assert_eq!(answer.status, 200, "{feed}");
        let told = asker.decode(&answer);
        assert!(told.shipments.is_empty(), "{feed}");
        assert_eq!(told.notices[0].kind, NoticeKind::RetryLater, "{feed}");
        let again = asker.ask(&numbers).await.unwrap();
        assert_eq!(asker.decode(&again).shipments.len(), 1, "{feed}");
    }
    // Where several are asked about, FedEx fails for one of them.
    let fedex = Asker::new(&simulator, "fedex.track").await;
    let numbers = simulator.numbers("fedex.track")[2..6].to_vec();
    let told = fedex.decode(&fedex.ask(&numbers).await.unwrap());
    assert_eq!((told.shipments.len(), told.notices.len()), (3, 1));
    assert_eq!(
        told.notices[0]
            .number
            .as_ref()
            .map(|number| number.as_str()),
        Some(numbers[0].as_str())
    );
}

#[tokio::test]
async fn events_are_repeated_and_shuffled_by_plan() {
    let plan = FaultPlan::none()
        .with_first(Fault::DuplicateEvents)
        .with_first(Fault::ReorderedEvents);
    let simulator = simulator(plan).await;
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        let mut shuffled = 0;
        for number in simulator.numbers(feed) {
            let times = |answer| -> Vec<DateTime<Utc>> {
                asker
                    .decode(&answer)
                    .shipments
                    .remove(0)
                    .events
                    .iter()
                    .map(|event| event.time.middle())
                    .collect()
            };
            let first = times(asker.ask(std::slice::from_ref(&number)).await.unwrap());
            let then = times(asker.ask(&[number]).await.unwrap());
            assert_eq!(first.len(), then.len() + 1, "{feed}");
            shuffled += usize::from(!first.is_sorted() && !first.iter().rev().is_sorted());
        }
        assert!(shuffled > 6, "{feed}: {shuffled}");
    }
}

#[tokio::test]
async fn a_storm_has_every_kind_that_questions_meet() {
    let simulator = simulator(
        FaultPlan::storm(5)
            .with_silence(Duration::from_millis(1))
            .with_slowness(Duration::from_millis(1)),
    )
    .await;
    for feed in FEEDS {
        let mut asker = Asker::new(&simulator, feed).await;
        for _ in 0..30 {
            for number in simulator.numbers(feed) {
                if asker
                    .ask(&[number])
                    .await
                    .is_ok_and(|answer| answer.status == 401)
                {
                    asker.fetch_token(adapter(feed)).await;
                }
            }
        }
    }
    let total = simulator.counters().total();
    let not_by_question = [
        Fault::Corrections,
        Fault::UnknownCodes,
        Fault::RepeatedPush,
        Fault::ReorderedPush,
    ];
    for fault in Fault::ALL
        .iter()
        .filter(|fault| !not_by_question.contains(fault))
    {
        assert!(total.injected(*fault) > 0, "{fault}");
    }
    assert_eq!(
        (total.unauthorised, total.invalid, total.quota_violations()),
        (0, 0, 0)
    );
    assert!(
        total.answered * 4 > total.requests * 3,
        "most questions are answered: {total:?}"
    );
}
