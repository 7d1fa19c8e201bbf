//! What the carriers say is what the adapters read, and nothing but the truth.

use std::collections::BTreeSet;
use std::time::Duration;

use parceltrail::adapter::{NoticeKind, Outcome};
use parceltrail::number::Context;
use parceltrail::testing::simulator::{Carrier, Difference, Fault, FaultPlan, Simulator};
use parceltrail::{Journey, Milestone, Registry};

use super::bare::{Asker, FEEDS};

const HOUR: Duration = Duration::from_secs(3600);
const LONG: Duration = Duration::from_secs(40 * 86_400);

async fn simulator(plan: FaultPlan) -> Simulator {
    Carrier::ALL
        .into_iter()
        .fold(
            Simulator::builder().with_seed(11).with_faults(plan),
            |builder, carrier| builder.with_parcels(carrier, 40),
        )
        .start()
        .await
        .unwrap()
}

#[tokio::test]
async fn whole_stories_are_read_without_a_notice() {
    let simulator = simulator(FaultPlan::none()).await;
    simulator.advance(LONG);
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        let mut milestones = BTreeSet::new();
        for batch in asker.batches() {
            let answer = asker.ask(&batch).await.unwrap();
            assert_eq!(asker.outcome(&answer), Outcome::Found, "{feed}");
            let told = asker.decode(&answer);
            assert!(told.notices.is_empty(), "{feed}: {:?}", told.notices);
            assert_eq!(told.shipments.len(), batch.len(), "{feed}");
            for shipment in &told.shipments {
                let truth = simulator.truth(feed, shipment.number.as_str());
                let difference = Difference::between(&truth, &shipment.events);
                assert!(
                    difference.is_empty(),
                    "{feed} {}: {difference:?}",
                    shipment.number
                );
                milestones.extend(shipment.events.iter().map(|event| event.milestone));
            }
        }
        use Milestone::*;
        let expected = [
            PickedUp,
            Departed,
            Arrived,
            OutForDelivery,
            DeliveryAttempted,
            AvailableForPickup,
            Delivered,
            Returned,
        ];
        for milestone in expected {
            assert!(
                milestones.contains(&milestone),
                "{feed} never says {milestone}: {milestones:?}"
            );
        }
        assert!(
            milestones.iter().any(|milestone| milestone.is_customs()),
            "{feed} never mentions customs"
        );
        assert!(!milestones.contains(&Unmapped), "{feed}");
    }
}

#[tokio::test]
async fn trails_grow_with_the_clock_and_fresh_labels_are_not_found() {
    let simulator = simulator(FaultPlan::none()).await;
    let mut unknown = 0;
    for _ in 0..8 {
        for feed in FEEDS {
            let asker = Asker::new(&simulator, feed).await;
            for batch in asker.batches() {
                let answer = asker.ask(&batch).await.unwrap();
                let is_known = |number: &&String| !simulator.truth(feed, number).is_empty();
                let known = batch.iter().filter(is_known).count();
                if known == 0 {
                    assert_eq!(asker.outcome(&answer), Outcome::NotFound, "{feed}");
                    unknown += batch.len();
                    continue;
                }
                let told = asker.decode(&answer);
                assert_eq!(told.shipments.len(), known, "{feed}");
                let not_found = told
                    .notices
                    .iter()
                    .filter(|notice| notice.kind == NoticeKind::NotFound)
                    .count();
                assert_eq!(
                    (not_found, told.notices.len()),
                    (batch.len() - known, batch.len() - known),
                    "{feed}: {:?}",
                    told.notices
                );
                unknown += not_found;
                for shipment in &told.shipments {
                    let truth = simulator.truth(feed, shipment.number.as_str());
                    assert!(
                        Difference::between(&truth, &shipment.events).is_empty(),
                        "{feed} {}",
                        shipment.number
                    );
                }
            }
        }
        simulator.advance(13 * HOUR);
    }
    assert!(unknown > 50, "{unknown}");
}

#[tokio::test]
async fn unknown_codes_are_the_only_notices_where_they_are_planned() {
    let simulator = simulator(FaultPlan::none().with_fault(Fault::UnknownCodes, 1.0)).await;
    simulator.advance(LONG);
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        for batch in asker.batches() {
            let told = asker.decode(&asker.ask(&batch).await.unwrap());
            let unmapped = told
                .shipments
                .iter()
                .flat_map(|shipment| &shipment.events)
                .filter(|event| event.milestone == Milestone::Unmapped)
                .count();
            assert!(
                told.notices
                    .iter()
                    .all(|notice| notice.kind == NoticeKind::UnmappedCode),
                "{feed}: {:?}",
                told.notices
            );
            assert_eq!(unmapped, told.notices.len(), "{feed}");
            let travelled = told
                .shipments
                .iter()
                .filter(|shipment| shipment.events.len() > 1)
                .count();
            assert_eq!(unmapped, travelled, "{feed}");
        }
    }
}

/// A parcel that is asked about every few hours: corrections, repetitions and disorder leave one
/// trail, the true one.
#[tokio::test]
async fn corrected_repeated_and_shuffled_events_leave_one_trail() {
    let plan = FaultPlan::none()
        .with_fault(Fault::Corrections, 1.0)
        .with_fault(Fault::DuplicateEvents, 0.5)
        .with_fault(Fault::ReorderedEvents, 0.5);
    let simulator = simulator(plan).await;
    let (mut withdrawn, mut said, mut held) = (0, 0, 0);
    for feed in FEEDS {
        let asker = Asker::new(&simulator, feed).await;
        let mut journeys = vec![Journey::default(); 40];
        let numbers = simulator.numbers(feed);
        for _ in 0..34 {
            for batch in asker.batches() {
                for shipment in asker.decode(&asker.ask(&batch).await.unwrap()).shipments {
                    said += shipment.events.len();
                    let at = numbers
                        .iter()
                        .position(|number| *number == shipment.number.as_str())
                        .unwrap();
                    journeys[at].apply(shipment);
                }
            }
            simulator.advance(3 * HOUR);
        }
        for (number, journey) in numbers.iter().zip(&journeys) {
            // The last answer was three hours ago.
            let asked = simulator.now() - chrono::TimeDelta::hours(3);
            let state = journey.at(asked);
            let difference =
                Difference::between(&simulator.truth_at(feed, number, asked), &state.events);
            assert!(difference.is_empty(), "{feed} {number}: {difference:?}");
            withdrawn += state
                .notices
                .iter()
                .filter(|notice| notice.kind == NoticeKind::Withdrawn)
                .count();
            held += state.events.len();
        }
    }
    assert!(withdrawn > 20, "corrections were seen: {withdrawn}");
    assert!(said > held * 5, "answers repeat: {said} for {held}");
    let counters = simulator.counters().total();
    assert!(
        counters.injected(Fault::DuplicateEvents) > 500
            && counters.injected(Fault::ReorderedEvents) > 500,
        "{counters:?}"
    );
}

#[tokio::test]
async fn one_seed_is_one_world() {
    let [one, same] = [
        simulator(FaultPlan::storm(3)).await,
        simulator(FaultPlan::storm(3)).await,
    ];
    let other = Simulator::builder()
        .with_seed(12)
        .with_parcels(Carrier::Ups, 40)
        .start()
        .await
        .unwrap();
    let all = |simulator: &Simulator, feed: &str| {
        let at = simulator.now() + chrono::TimeDelta::days(40);
        simulator
            .numbers(feed)
            .iter()
            .map(|number| (number.clone(), simulator.truth_at(feed, number, at)))
            .collect::<Vec<_>>()
    };
    for feed in FEEDS {
        assert_eq!(all(&one, feed), all(&same, feed));
        let numbers: BTreeSet<String> = one.numbers(feed).into_iter().collect();
        assert_eq!(numbers.len(), 40, "{feed}: every number is one parcel's");
    }
    assert_ne!(all(&one, "ups.track"), all(&other, "ups.track"));
}

#[tokio::test]
async fn numbers_have_right_check_digits() {
    let (simulator, registry) = (simulator(FaultPlan::none()).await, Registry::builtin());
    for (feed, carrier) in FEEDS.into_iter().zip(["dhl", "fedex", "ups", "sf"]) {
        for number in simulator.numbers(feed) {
            let context = Context::new().with_carrier(carrier);
            assert_eq!(
                registry
                    .identify(&number, &context)
                    .best()
                    .map(|best| best.carrier().as_str()),
                Some(carrier),
                "{number}"
            );
        }
    }
}
