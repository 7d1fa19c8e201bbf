//! Any text as a tracking number, alone and in a context. Run: `cargo fuzz run identify`.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use parceltrail::number::{Certainty, Context};
use parceltrail::registry::QueryPlan;
use parceltrail::{Registry, identify};

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

fuzz_target!(|text: &str| {
    let alone = identify(text);
    let (number, service) = text.split_once('\n').unwrap_or((text, ""));
    let context = Context::new()
        .with_only_carriers(["dhl", "fedex", "sf", "ups", "usps"])
        .with_service(service);
    let found = REGISTRY.identify(number, &context);
    if service.is_empty() && matches!(alone.certainty(), Certainty::Unknown) {
        assert!(found.best().is_none());
    }
    let plan = QueryPlan::new(&REGISTRY, number, &context).with_budget("fedex.track", 0);
    assert!(plan.steps().len() <= 4);
});
