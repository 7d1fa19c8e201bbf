//! Every built-in adapter through the public conformance suite, with all of its samples. Needs the
//! feature `testing`.
#![cfg(feature = "testing")]

use std::path::Path;

use parceltrail::testing::Conformance;
use parceltrail::{Adapter, Registry};

#[test]
fn every_builtin_adapter_meets_the_contract() {
    let registry = Registry::builtin();
    let feeds: Vec<String> = registry
        .iter()
        .map(|adapter| adapter.descriptor().feed.to_string())
        .collect();
    let packs = Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers");
    // Feeds side by side: each is run over thousands of changed samples.
    let violations: Vec<String> = std::thread::scope(|scope| {
        let running: Vec<_> = registry
            .iter()
            .map(|adapter| scope.spawn(|| violations_of(adapter, &feeds, &packs)))
            .collect();
        running
            .into_iter()
            .flat_map(|one| one.join().unwrap())
            .collect()
    });
    assert!(
        violations.is_empty(),
        "{} violations of the contract:\n{}",
        violations.len(),
        violations.join("\n")
    );
}

fn violations_of(adapter: &dyn Adapter, feeds: &[String], packs: &Path) -> Vec<String> {
    let feed = adapter.descriptor().feed.as_str();
    let dir = packs
        .join(adapter.descriptor().carrier.as_str())
        .join("samples");
    let mut suite = Conformance::of(adapter);
    let mut paths: Vec<_> = std::fs::read_dir(&dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap();
        let own = feeds
            .iter()
            .filter(|feed| {
                name.strip_prefix(feed.as_str())
                    .is_some_and(|rest| rest.starts_with('-'))
            })
            .max_by_key(|feed| feed.len());
        if own.is_some_and(|own| own == feed) && !name.ends_with(".expected.json") {
            suite = suite.sample(name, std::fs::read(&path).unwrap());
        }
    }
    suite
        .run()
        .into_iter()
        .map(|one| format!("- {feed}: {} [{}]: {}", one.rule, one.sample, one.detail))
        .collect()
}
