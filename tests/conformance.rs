//! Every built-in adapter through the public conformance suite, with all of its samples. Needs the feature `testing`.
#![cfg(feature = "testing")]

use std::path::Path;

use parceltrail::Registry;
use parceltrail::testing::Conformance;

#[test]
fn every_builtin_adapter_meets_the_contract() {
    let registry = Registry::builtin();
    let feeds: Vec<String> = registry.iter().map(|adapter| adapter.descriptor().feed.to_string()).collect();
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers");
    let mut violations = Vec::new();
    for adapter in registry.iter() {
        let feed = adapter.descriptor().feed.as_str();
        let dir = packs.join(adapter.descriptor().carrier.as_str()).join("samples");
        let mut suite = Conformance::of(adapter);
        let mut paths: Vec<_> = std::fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().path()).collect();
        paths.sort();
        for path in paths {
            let name = path.file_name().unwrap().to_str().unwrap();
            let own =
                feeds.iter().filter(|feed| name.strip_prefix(feed.as_str()).is_some_and(|rest| rest.starts_with('-'))).max_by_key(|feed| feed.len());
            if own.is_some_and(|own| own == feed) && !name.ends_with(".expected.json") {
                suite = suite.sample(name, std::fs::read(&path).unwrap());
            }
        }
        violations.extend(suite.run().into_iter().map(|one| format!("- {feed}: {} [{}]: {}", one.rule, one.sample, one.detail)));
    }
    assert!(violations.is_empty(), "{} violations of the contract:\n{}", violations.len(), violations.join("\n"));
}
