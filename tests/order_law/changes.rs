//! Changes: the same whoever derives them, and none by time alone before its time.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use parceltrail::Shipment;
use parceltrail::anomaly::{Cases, Inspector, Settings};
use parceltrail::changes::{Change, ChangeId, ChangeKind, OpenPromise, Picture};
use parceltrail::journey::{Journey, Snapshot};
use serde_json::Value;

use crate::chance::Chance;
use crate::{cases, decoded, told};

const KEY: &str = "parcel";

/// A random journey whose deliveries come over some days.
fn journey(chance: &mut Chance) -> Journey {
    let told = told(chance);
    let mut journey = Journey::default();
    for mut shipment in decoded(&told) {
        let hours = i64::try_from(chance.below(12)).unwrap() * 11;
        shipment.received = start() + Duration::hours(hours);
        journey.apply(shipment);
    }
    journey
}

fn start() -> DateTime<Utc> {
    "2026-03-01T06:00:00Z".parse().unwrap()
}

/// Looks at a journey as an application does.
#[derive(Clone)]
struct Desk<'i> {
    inspector: &'i Inspector,
    cases: Cases,
}

impl Desk<'_> {
    fn look(&mut self, snapshot: &Snapshot) -> Picture {
        let digest = self.inspector.digest(snapshot);
        let findings = self.inspector.inspect(&digest, snapshot.at);
        self.cases.update(KEY, &findings, snapshot.at);
        Picture::of(snapshot)
            .with_key(KEY)
            .with_cases(self.cases.of(KEY))
            .with_check(findings.next_check)
            .with_check(self.cases.next_check(KEY))
    }
}

/// What a picture says, without when it was made and when to look again.
fn said(picture: &Picture) -> Value {
    let mut value = serde_json::to_value(picture).unwrap();
    let fields = value.as_object_mut().unwrap();
    fields.remove("at");
    fields.remove("checks");
    value
}

fn state(snapshot: &Snapshot) -> Value {
    let mut value = serde_json::to_value(snapshot).unwrap();
    value.as_object_mut().unwrap().remove("at");
    value
}

/// What a change says, as far as its id tells it apart: what was before counts where the sentence
/// names it.
fn essence(change: &Change) -> Value {
    let mut value = serde_json::to_value(&change.kind).unwrap();
    let fields = value.as_object_mut().unwrap();
    let told = |name: &str| match &change.kind {
        ChangeKind::Milestone { .. } => {
            matches!(name, "kind" | "after" | "reason" | "delivered_to")
        }
        ChangeKind::CaseOpened { .. } | ChangeKind::CaseResolved { .. } => name == "kind",
        ChangeKind::CaseWorse { .. } => name == "kind",
        ChangeKind::Promise { .. } => name != "why",
        ChangeKind::Place { .. } | ChangeKind::Pieces { .. } | ChangeKind::Carrier { .. } => {
            name != "before"
        }
        _ => true,
    };
    fields.retain(|name, _| told(name));
    if let ChangeKind::CaseOpened { case } | ChangeKind::CaseResolved { case } = &change.kind {
        fields.insert(
            "case".into(),
            format!("{} {}", case.case, case.times).into(),
        );
    }
    if let ChangeKind::CaseWorse { case, .. } = &change.kind {
        let text = format!("{} {} {}", case.case, case.times, case.level);
        fields.insert("case".into(), text.into());
    }
    if let ChangeKind::Contradiction { found } | ChangeKind::ContradictionSettled { found } =
        &change.kind
    {
        let text = format!("{} {:?}", found.conflict, found.witnesses.first());
        fields.insert("found".into(), text.into());
    }
    let promised = |one: &OpenPromise| {
        let days = (one.promise.first_day(), one.promise.last_day());
        let span = (one.promise.begin(), one.promise.end());
        match one.promise.is_day() {
            true => format!("{} {days:?}", one.promise.kind),
            false => format!("{} {span:?}", one.promise.kind),
        }
    };
    if let ChangeKind::Promise { before, after, .. } = &change.kind {
        fields.insert("before".into(), before.as_ref().map(promised).into());
        let text = after
            .as_ref()
            .map(|one| format!("{} {}", promised(one), one.stated));
        fields.insert("after".into(), text.into());
    }
    if let ChangeKind::PromisePassed { promise } = &change.kind {
        let text = format!("{} {}", promised(promise), promise.stated);
        fields.insert("promise".into(), text.into());
    }
    if let ChangeKind::Place { after, .. } = &change.kind {
        // One town may be spelt in several ways.
        let city = after.city.as_ref().map(|city| city.to_uppercase());
        fields.insert(
            "after".into(),
            format!("{:?} {city:?}", after.country).into(),
        );
    }
    if matches!(
        change.kind,
        ChangeKind::Milestone { .. }
            | ChangeKind::Place { .. }
            | ChangeKind::Finished { .. }
            | ChangeKind::Reopened { .. }
    ) {
        fields.insert(
            "evidence".into(),
            serde_json::to_value(&change.evidence).unwrap(),
        );
    }
    value
}

#[test]
fn nothing_changes_by_time_before_the_next_check() {
    let inspector = Inspector::new(Settings::default()).unwrap();
    let (mut sampled, mut passed) = (0, BTreeSet::new());
    for seed in 0..cases() / 4 {
        let mut chance = Chance(seed);
        let journey = journey(&mut chance);
        let mut desk = Desk {
            inspector: &inspector,
            cases: Cases::default(),
        };
        let mut now = start() + Duration::hours(i64::try_from(chance.below(200)).unwrap());
        let mut snapshot = journey.at(now);
        let mut picture = desk.look(&snapshot);
        let mut known = picture.clone();
        for _ in 0..8 {
            let next = picture.next_check();
            assert!(next.is_none_or(|next| next > now), "seed {seed}");
            let until = next.unwrap_or(now + Duration::days(400));
            let wait = (until - now).num_seconds();
            for share in [1, 500, 999] {
                let then = now + Duration::seconds(wait * share / 1000);
                let (mut other, later) = (desk.clone(), journey.at(then));
                assert_eq!(state(&later), state(&snapshot), "seed {seed}, {then}");
                let looked = other.look(&later);
                assert_eq!(said(&looked), said(&picture), "seed {seed}, {then}");
                assert_eq!(looked.changes_since(&picture), [], "seed {seed}, {then}");
                sampled += 1;
            }
            let Some(next) = next else { break };
            let begins = |event: &parceltrail::Event| {
                event.time.earliest() > now && event.time.earliest() <= next
            };
            let is_news = snapshot.events.iter().any(begins);
            (now, snapshot) = (next, journey.at(next));
            picture = desk.look(&snapshot);
            let changes = known.update(picture.clone());
            for change in changes.iter().filter(|_| !is_news) {
                let name = change.kind.name();
                assert!(
                    name.ends_with("_passed") || name.starts_with("case_"),
                    "seed {seed}: {change:?}"
                );
                passed.insert(name);
            }
        }
    }
    assert!(sampled > cases() / 2, "{sampled}");
    assert!(passed.len() > 2, "{passed:?}");
}

#[test]
fn an_id_is_what_a_change_says() {
    let inspector = Inspector::new(Settings::default()).unwrap();
    let mut names = BTreeSet::new();
    for seed in 0..cases() / 2 {
        let mut chance = Chance(seed);
        let journey = journey(&mut chance);
        let mut desk = Desk {
            inspector: &inspector,
            cases: Cases::default(),
        };
        let mut pictures = vec![Picture::default()];
        for step in 0..12 {
            let now = start() + Duration::hours(step * 12);
            pictures.push(desk.look(&journey.at_known(now, now)));
        }
        let mut of_id: BTreeMap<ChangeId, Value> = BTreeMap::new();
        let mut of_essence: BTreeMap<String, ChangeId> = BTreeMap::new();
        for from in 0..pictures.len() {
            for to in (from + 1..pictures.len()).take(4) {
                let changes = pictures[to].changes_since(&pictures[from]);
                assert_eq!(changes, pictures[to].changes_since(&pictures[from]));
                let ids: BTreeSet<_> = changes.iter().map(|change| change.id).collect();
                assert_eq!(ids.len(), changes.len(), "seed {seed}: {changes:#?}");
                let order = changes.iter().map(|change| {
                    let at = ChangeKind::NAMES
                        .iter()
                        .position(|name| *name == change.kind.name());
                    at.expect("every kind is listed")
                });
                let order: Vec<usize> = order.collect();
                for change in &changes {
                    names.insert(change.kind.name());
                    let essence = essence(change);
                    let before = of_id.insert(change.id, essence.clone());
                    assert!(
                        before.is_none_or(|before| before == essence),
                        "seed {seed}: {change:#?}"
                    );
                    let before = of_essence.insert(essence.to_string(), change.id);
                    assert!(
                        before.is_none_or(|before| before == change.id),
                        "seed {seed}: {change:#?}"
                    );
                    let json = serde_json::to_string(change).unwrap();
                    assert_eq!(serde_json::from_str::<Change>(&json).unwrap(), *change);
                }
                assert!(is_told_in_order(&order), "seed {seed}: {changes:#?}");
            }
        }
        let (last, other) = (
            &pictures[12],
            pictures[12].clone().with_key("another parcel"),
        );
        let ids = |picture: &Picture| -> BTreeSet<ChangeId> {
            let changes = picture.changes_since(&Picture::default());
            changes.iter().map(|change| change.id).collect()
        };
        assert!(ids(last).is_disjoint(&ids(&other)), "seed {seed}");
    }
    assert!(names.len() > 9, "{names:?}");
}

/// Holds that opened come before those that closed, and so on; only what belongs to one payment, or
/// to one kind of case, stands together.
fn is_told_in_order(order: &[usize]) -> bool {
    let group = |at: usize| match ChangeKind::NAMES[at] {
        "due" | "due_passed" => "due",
        "case_opened" | "case_worse" => "case",
        "pickup_deadline" | "pickup_deadline_passed" => "pickup",
        name => name,
    };
    let mut seen: Vec<&str> = order.iter().map(|at| group(*at)).collect();
    seen.dedup();
    let all: BTreeSet<_> = seen.iter().collect();
    all.len() == seen.len()
        && order
            .windows(2)
            .all(|pair| pair[0] <= pair[1] || group(pair[0]) == group(pair[1]))
}

#[test]
fn nothing_changes_between_pictures_that_say_the_same() {
    for seed in 0..cases() {
        let mut chance = Chance(seed);
        let journey = journey(&mut chance);
        let at = |hours: i64| start() + Duration::hours(hours);
        let mut before = Picture::default();
        for step in 0..10 {
            let picture = Picture::of(&journey.at_known(at(step * 14), at(step * 14)));
            let json = serde_json::to_string(&picture).unwrap();
            assert_eq!(serde_json::from_str::<Picture>(&json).unwrap(), picture);
            assert_eq!(picture.changes_since(&picture), [], "seed {seed}");
            let changes = picture.changes_since(&before);
            if said(&picture) == said(&before) {
                assert_eq!(changes, [], "seed {seed}");
            }
            if changes.is_empty() {
                let facts = |of: &Picture| {
                    let milestone = of.status.as_ref().map(|it| (it.milestone, it.finished));
                    let holds: BTreeSet<_> =
                        of.holds.iter().map(|it| (it.kind, it.reason)).collect();
                    let passed = of.promise.as_ref().map(|it| it.passed);
                    (milestone, holds, of.linked.clone(), passed)
                };
                assert_eq!(facts(&picture), facts(&before), "seed {seed}");
            }
            before = picture;
        }
    }
}

#[test]
fn the_order_of_deliveries_does_not_matter() {
    for seed in 0..cases() {
        let mut chance = Chance(seed);
        let journey = journey(&mut chance);
        let mut other: Vec<Shipment> = journey.shipments().map(|it| Shipment::clone(&it)).collect();
        chance.shuffle(&mut other);
        let mut again = Journey::default();
        other
            .into_iter()
            .for_each(|shipment| _ = again.apply(shipment));
        let tell = |journey: &Journey| {
            let now = start() + Duration::days(9);
            let before = Picture::of(&journey.at_known(start() + Duration::days(3), now));
            let after = Picture::of(&journey.at(now));
            serde_json::to_string(&after.changes_since(&before)).unwrap()
        };
        assert_eq!(tell(&journey), tell(&again), "seed {seed}");
    }
}
