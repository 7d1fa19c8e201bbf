//! Which feed of a carrier is asked by default, the plan for a number, and what the rings below may
//! not know.

use std::path::Path;
use std::sync::Arc;

use parceltrail::adapter::{Descriptor, Fault, Outcome};
use parceltrail::number::{Context, FormatRecord, NumberFormat};
use parceltrail::registry::{QueryCondition, QueryPlan, SkipReason};
use parceltrail::{Adapter, Batch, DecodeError, Payload, Poll, Registry};
use serde_json::json;

/// A feed of a carrier outside the crate, which asks as UPS's does.
#[derive(Debug)]
struct Acme {
    descriptor: Descriptor,
    ups: Arc<dyn Adapter>,
    can_be_asked: bool,
}

impl Acme {
    fn shared(feed: &'static str, can_be_asked: bool) -> Arc<dyn Adapter> {
        Arc::new(Self {
            descriptor: Descriptor::new(feed, "Acme"),
            ups: Registry::builtin().share("ups.track").unwrap(),
            can_be_asked,
        })
    }
}

impl Adapter for Acme {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        self.ups.decode(payload)
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        self.ups.as_poll().filter(|_| self.can_be_asked)
    }
}

fn default(registry: &Registry, carrier: &str) -> Option<String> {
    registry
        .default_feed(&carrier.into())
        .map(|feed| feed.to_string())
}

fn feeds(plan: &QueryPlan) -> Vec<&str> {
    plan.steps().iter().map(|step| step.feed.as_str()).collect()
}

fn skipped(plan: &QueryPlan, carrier: &str) -> Option<SkipReason> {
    let mut of = plan.skipped().iter();
    of.find(|skipped| skipped.carrier.as_str() == carrier)
        .map(|skipped| skipped.reason)
}

#[test]
fn each_built_in_carrier_has_the_feed_that_is_asked_about_one_number() {
    let registry = Registry::builtin();
    for (carrier, feed) in [
        ("dhl", Some("dhl.unified")),
        ("fedex", Some("fedex.track")),
        ("sf", Some("sf.routes")),
        ("ups", Some("ups.track")),
        ("usps", Some("usps.tracking")),
        ("cn-customs", None),
        ("shop", None),
        ("nobody", None),
    ] {
        assert_eq!(default(&registry, carrier).as_deref(), feed, "{carrier}");
    }
    // What a profile names is a feed of its own that can be asked about numbers.
    for pack in parceltrail::carriers::packs() {
        let named = pack.profile().unwrap().default_feed;
        assert_eq!(named, default(&registry, pack.carrier().as_str()));
        assert!(named.is_none_or(|feed| feed.starts_with(&format!("{}.", pack.carrier()))));
    }
}

#[test]
fn a_carrier_of_one_s_own_has_a_default_feed_too() {
    let mut registry = Registry::builtin();
    registry.insert(Acme::shared("acme.push", false));
    assert_eq!(default(&registry, "acme"), None, "nothing can be asked");
    registry.insert(Acme::shared("acme.track", true));
    assert_eq!(
        default(&registry, "acme").as_deref(),
        Some("acme.track"),
        "the only one"
    );
    registry.insert(Acme::shared("acme.track-v2", true));
    assert_eq!(
        default(&registry, "acme"),
        None,
        "one of two would be a guess"
    );
    registry.set_default_feed("acme", "acme.track-v2");
    assert_eq!(default(&registry, "acme").as_deref(), Some("acme.track-v2"));

    let record: FormatRecord = serde_json::from_value(json!({
        "id": "acme.parcel", "name": "Acme parcel", "carrier": "acme", "shapes": ["'ACME' 8n"],
        "confidence": "high", "source": "the label guide of Acme", "valid": [], "invalid": []
    }))
    .unwrap();
    registry.insert_formats([NumberFormat::try_from(&record).unwrap()]);
    let plan = QueryPlan::new(&registry, "ACME10000000", &Context::new());
    assert_eq!(feeds(&plan), ["acme.track-v2"]);
}

#[test]
fn a_default_that_cannot_be_asked_counts_for_nothing() {
    let mut registry = Registry::builtin();
    registry.set_default_feed("fedex", "fedex.webhook");
    assert_eq!(default(&registry, "fedex").as_deref(), Some("fedex.track"));
    registry.set_default_feed("dhl", "dhl.not-there");
    assert_eq!(default(&registry, "dhl"), None, "several can be asked");
    // The news of a subscription is not asked by number.
    registry.set_default_feed("ups", "ups.quantum-view");
    assert_ne!(
        default(&registry, "ups").as_deref(),
        Some("ups.quantum-view")
    );
}

#[test]
fn a_certain_number_is_asked_about_once() {
    let plan = QueryPlan::new(&Registry::builtin(), "EE123456785US", &Context::new());
    assert_eq!(feeds(&plan), ["usps.tracking"]);
    assert!(plan.steps()[0].is_certain);
    assert_eq!(skipped(&plan, "upu"), Some(SkipReason::AnotherIsCertain));
    assert!(
        plan.next_after("usps.tracking", &Outcome::NotFound)
            .is_none()
    );
}

#[test]
fn an_ambiguous_number_is_asked_about_until_it_is_found() {
    let registry = Registry::builtin();
    let plan = QueryPlan::new(&registry, "100000000220", &Context::new());
    assert_eq!(feeds(&plan), ["fedex.track", "dhl.unified", "sf.routes"]);
    let due: Vec<_> = plan.steps().iter().map(|step| step.when).collect();
    let next = QueryCondition::PreviousNotFound;
    assert_eq!(due, [QueryCondition::Always, next, next]);

    let after = |outcome: &Outcome| {
        plan.next_after("fedex.track", outcome)
            .map(|step| step.feed.as_str())
    };
    assert_eq!(after(&Outcome::NotFound), Some("dhl.unified"));
    for other in [
        Outcome::Found,
        Outcome::RetryAfter(None),
        Outcome::Reauthorise,
        Outcome::Refused(Fault::status(403)),
        Outcome::Invalid(Fault::status(400)),
    ] {
        assert_eq!(after(&other), None, "{other:?}");
    }
    assert!(
        plan.next_after("sf.routes", &Outcome::NotFound).is_none(),
        "the last"
    );
    assert!(
        plan.next_after("ups.track", &Outcome::NotFound).is_none(),
        "not in the plan"
    );
}

#[test]
fn quota_and_answers_shorten_the_plan_and_the_reason_is_said() {
    let registry = Registry::builtin();
    let plan = QueryPlan::new(&registry, "100000000220", &Context::new())
        .with_budget("fedex.track", 0)
        .with_budget("dhl.unified", 1)
        .with_budget("ups.track", 0)
        .with_answered("sf.routes");
    assert_eq!(feeds(&plan), ["dhl.unified"]);
    assert_eq!(plan.steps()[0].when, QueryCondition::Always, "it moved up");
    assert_eq!(plan.steps()[0].budget, Some(1));
    assert_eq!(skipped(&plan, "fedex"), Some(SkipReason::NoBudget));
    assert_eq!(skipped(&plan, "sf"), Some(SkipReason::Answered));
    assert_eq!(skipped(&plan, "ups"), None, "the number is not UPS's");
}

#[test]
fn a_carrier_that_cannot_be_asked_is_named() {
    let plan = QueryPlan::new(&Registry::builtin(), "RB123456785GB", &Context::new());
    assert!(plan.steps().is_empty());
    assert_eq!(skipped(&plan, "royal-mail"), Some(SkipReason::NoFeed));
    // Customs sends files.
    let plan = QueryPlan::new(&Registry::builtin(), "99992026I000000001", &Context::new());
    assert!(plan.steps().is_empty());
    assert_eq!(
        skipped(&plan, "cn-customs"),
        Some(SkipReason::NoDefaultFeed)
    );
}

#[test]
fn what_is_no_number_has_no_plan() {
    for text in ["", "PARCEL", "1", "\0", &"9".repeat(10_000)] {
        assert_eq!(
            QueryPlan::new(&Registry::builtin(), text, &Context::new()),
            QueryPlan::default()
        );
    }
}

#[test]
fn a_plan_is_json_without_the_number() {
    let context = Context::new().with_only_carriers(["fedex", "zto"]);
    let plan = QueryPlan::new(&Registry::builtin(), "449000001009", &context)
        .with_budget("fedex.track", 7);
    assert_eq!(
        serde_json::to_value(&plan).unwrap(),
        json!({
            "steps": [{
                "feed": "fedex.track", "carrier": "fedex", "when": "always", "likelihood": "fair",
                "is_certain": true, "cost": 1, "numbers_per_request": 30, "budget": 7,
                "why": "FedEx Express (only the length fits, check digit fits, carrier in use)",
            }],
            "skipped": [{ "carrier": "zto", "likelihood": "weak", "reason": "another_is_certain" }],
        })
    );
}

/// The code lines of all Rust files under a directory, tests left out, with the name of their file.
fn code_lines(dir: &Path, lines: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            code_lines(&path, lines);
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("mod tests {").next().unwrap_or_default();
        for line in code.lines().map(str::trim) {
            if !line.starts_with("//") {
                lines.push(format!("{}: {line}", path.display()));
            }
        }
    }
}

#[test]
fn what_stands_below_the_registry_knows_nothing_of_it() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for (ring, forbidden) in [
        (
            "adapter",
            &["crate::carriers", "crate::registry", "crate::Registry"][..],
        ),
        ("carriers", &["crate::registry"]),
        (
            "number",
            &[
                "crate::carriers",
                "crate::registry",
                "crate::adapter",
                "crate::wire",
                "crate::journey",
            ],
        ),
    ] {
        let mut lines = Vec::new();
        code_lines(&source.join(ring), &mut lines);
        assert!(lines.len() > 500, "{ring}");
        for line in lines {
            assert!(!forbidden.iter().any(|name| line.contains(name)), "{line}");
        }
    }
}
