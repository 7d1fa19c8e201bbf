//! Everything goes wrong at four carriers at once, and the client loses nothing: the small version
//! of `cargo run --release --example live -- --parcels 2000 --faults storm`.

#[path = "../desk.rs"]
mod desk;
#[allow(dead_code, reason = "shared with the example, which prints more of it")]
#[path = "../watch.rs"]
mod watch;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use desk::Setting;
use parceltrail::NoticeKind;
use parceltrail::testing::simulator::{Carrier, Fault, Simulator};
use tokio::task::JoinSet;
use watch::{Audit, Watch};

const ROUND: Duration = Duration::from_millis(400);

/// Follows all parcels to their end; and how long that took.
async fn followed(setting: Setting) -> (Arc<Simulator>, Vec<Watch>, Duration) {
    let simulator = Arc::new(desk::open(setting).await.unwrap());
    let began = Instant::now();
    let mut tasks = JoinSet::new();
    for carrier in Carrier::ALL {
        let mut watch = Watch::new(
            desk::client(&simulator, carrier.feed(), setting.seed).unwrap(),
            simulator.numbers(carrier.feed()),
        );
        let simulator = Arc::clone(&simulator);
        tasks.spawn(async move {
            watch.follow(&simulator, ROUND, drop).await;
            watch
        });
    }
    let watches = tokio::time::timeout(Duration::from_secs(240), tasks.join_all())
        .await
        .expect("the parcels come to rest");
    (simulator, watches, began.elapsed())
}

/// Every event that happened is held, once, and no other; no quota was broken; tokens were fetched
/// no oftener than they ended.
fn check(simulator: &Simulator, watches: &[Watch], took: Duration) {
    let mut ids = HashSet::new();
    for watch in watches {
        let feed = watch.client.feed().as_str();
        let audit = watch.audit(simulator);
        let Audit {
            parcels,
            at_rest,
            lost,
            repeated,
            untrue,
            ..
        } = audit;
        assert_eq!(
            (at_rest, lost, repeated, untrue),
            (parcels, 0, 0, 0),
            "{feed}: {audit:?}, last {:?}",
            watch.last_error
        );
        for parcel in watch.parcels.values() {
            for event in parcel.journey.at(simulator.now()).events {
                assert!(ids.insert(event.id()), "{feed}: one id for two events");
            }
        }
        let seen = simulator.counters().of(feed);
        assert_eq!(seen.quota_violations(), 0, "{feed}: {:?}", seen.broken);
        assert_eq!((seen.invalid, seen.tokens_refused), (0, 0), "{feed}");
        let has_tokens = matches!(feed, "fedex.track" | "ups.track");
        let renewals =
            (took.as_secs_f64() / (desk::TOKEN_LIFETIME.as_secs_f64() * 0.75)).ceil() as u64;
        let most = if has_tokens {
            1 + renewals + seen.injected(Fault::TokenRevoked)
        } else {
            0
        };
        assert!(
            seen.tokens <= most,
            "{feed}: {} tokens in {took:?}, {} were revoked",
            seen.tokens,
            seen.injected(Fault::TokenRevoked)
        );
        let stats = watch.client.stats();
        assert_eq!(
            stats.tokens, seen.tokens,
            "{feed}: both sides count the same"
        );
        assert!(
            seen.requests + seen.tokens <= stats.requests,
            "{feed}: {seen:?} {stats:?}"
        );
        if !has_tokens {
            assert_eq!(seen.unauthorised, 0, "{feed}");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storm_loses_nothing() {
    let setting = Setting {
        seed: 42,
        parcels: 200,
        is_storm: true,
        hours_a_second: 12.0,
    };
    let (simulator, watches, took) = followed(setting).await;
    check(&simulator, &watches, took);
    let total = simulator.counters().total();
    let by_question = Fault::ALL.iter().filter(|fault| {
        !matches!(
            fault,
            Fault::Corrections | Fault::UnknownCodes | Fault::RepeatedPush | Fault::ReorderedPush
        )
    });
    for fault in by_question {
        assert!(
            total.injected(*fault) > 0,
            "{fault} never struck: {:?}",
            total.faults
        );
    }
    let withdrawn = |watch: &Watch| {
        let notices = watch
            .parcels
            .values()
            .flat_map(|parcel| parcel.journey.at(simulator.now()).notices);
        notices
            .filter(|notice| notice.kind == NoticeKind::Withdrawn)
            .count()
    };
    assert!(
        watches.iter().map(withdrawn).sum::<usize>() > 10,
        "corrections were seen"
    );
    assert!(
        watches
            .iter()
            .map(|watch| watch.client.stats().retries)
            .sum::<u64>()
            > 20
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_calm_day_needs_no_second_try() {
    let setting = Setting {
        seed: 3,
        parcels: 40,
        is_storm: false,
        hours_a_second: 48.0,
    };
    let (simulator, watches, took) = followed(setting).await;
    check(&simulator, &watches, took);
    for watch in &watches {
        let stats = watch.client.stats();
        assert_eq!(
            (
                stats.retries,
                stats.throttled,
                stats.failed,
                stats.missing,
                stats.opened
            ),
            (0, 0, 0, 0, 0),
            "{}",
            watch.client.feed()
        );
    }
    assert!(simulator.counters().total().faults.is_empty());
}
