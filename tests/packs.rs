//! Every pack: its table, its profile, and each sample against its expected result.
//!
//! `UPDATE_EXPECTED=1 cargo test --test packs` writes the expected results anew; read the
//! difference before committing it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use parceltrail::adapter::CodeTable;
use parceltrail::{Adapter, Confidence, Payload, Registry};
use serde_json::{Value, json};

/// When every sample counts as received.
fn received() -> DateTime<Utc> {
    "2026-01-01T00:00:00Z".parse().unwrap()
}

fn packs_dir() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers")
}

fn sorted_entries(dir: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<_> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths
}

/// All samples: path and feed. The file's name is `<feed>-<story>.<ext>`.
fn samples(registry: &Registry) -> Vec<(PathBuf, &dyn Adapter)> {
    let mut found = Vec::new();
    for pack in sorted_entries(&packs_dir()) {
        let dir = pack.join("samples");
        if !dir.is_dir() {
            continue;
        }
        for path in sorted_entries(&dir) {
            let name = path.file_name().unwrap().to_str().unwrap();
            if name.ends_with(".expected.json") {
                continue;
            }
            let adapter = registry
                .iter()
                .filter(|adapter| {
                    name.strip_prefix(adapter.descriptor().feed.as_str())
                        .is_some_and(|rest| rest.starts_with('-'))
                })
                .max_by_key(|adapter| adapter.descriptor().feed.as_str().len());
            found.push((
                path.clone(),
                adapter.unwrap_or_else(|| panic!("{name} belongs to no feed")),
            ));
        }
    }
    found
}

fn decoded(adapter: &dyn Adapter, bytes: &[u8]) -> Value {
    match adapter.decode(Payload::new(bytes, received())) {
        Ok(batch) => serde_json::to_value(&batch).unwrap(),
        Err(error) => json!({ "error": error.to_string() }),
    }
}

#[test]
fn every_sample_gives_its_expected_result() {
    let registry = Registry::builtin();
    let update = std::env::var_os("UPDATE_EXPECTED").is_some();
    let mut failures = Vec::new();
    for (path, adapter) in samples(&registry) {
        let result = decoded(adapter, &std::fs::read(&path).unwrap());
        let expected_path = path.with_extension("expected.json");
        if update {
            std::fs::write(&expected_path, format!("{result:#}\n")).unwrap();
            continue;
        }
        let expected: Value = match std::fs::read_to_string(&expected_path) {
            Ok(text) => serde_json::from_str(&text).unwrap(),
            Err(_) => panic!("{} is missing", expected_path.display()),
        };
        if result != expected {
            failures.push(format!("{}:\n{result:#}", path.display()));
        }
    }
    assert!(
        failures.is_empty(),
        "{} samples differ\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn every_sample_is_recognised_as_its_feed() {
    let registry = Registry::builtin();
    for (path, adapter) in samples(&registry) {
        let told = registry
            .recognise(&std::fs::read(&path).unwrap())
            .map(|found| found.descriptor().feed.clone());
        assert_eq!(
            told.as_ref(),
            Ok(&adapter.descriptor().feed),
            "{}",
            path.display()
        );
    }
}

#[test]
fn every_feed_has_six_stories() {
    let registry = Registry::builtin();
    let mut counts: BTreeMap<String, usize> = registry
        .iter()
        .map(|adapter| (adapter.descriptor().feed.to_string(), 0))
        .collect();
    for (_, adapter) in samples(&registry) {
        *counts.get_mut(adapter.descriptor().feed.as_str()).unwrap() += 1;
    }
    let few: Vec<_> = counts.iter().filter(|(_, count)| **count < 6).collect();
    assert!(few.is_empty(), "{few:?}");
}

#[test]
fn every_table_parses_and_is_sorted() {
    for pack in sorted_entries(&packs_dir()) {
        let path = pack.join("codes.csv");
        if !path.is_file() {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let table =
            CodeTable::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert!(!table.is_empty());
        let keys: Vec<_> = text
            .lines()
            .skip(1)
            .map(|line| line.split(',').map(str::to_owned).collect::<Vec<_>>())
            .map(|row| (row[0].clone(), row[2].clone(), row[1].clone()))
            .collect();
        assert!(
            keys.is_sorted(),
            "{} is not sorted by feed, qualifier, code",
            path.display()
        );
    }
}

#[test]
fn every_source_key_is_resolved_in_the_pack_s_readme() {
    for pack in sorted_entries(&packs_dir()) {
        let (Ok(csv), Ok(readme)) = (
            std::fs::read_to_string(pack.join("codes.csv")),
            std::fs::read_to_string(pack.join("README.md")),
        ) else {
            continue;
        };
        for line in csv.lines().skip(1) {
            for key in line.rsplit(',').next().unwrap().split('+') {
                assert!(
                    readme.contains(&format!("**{key}**")),
                    "{}: source {key} is not explained in README.md",
                    pack.display()
                );
            }
        }
    }
}

/// The packs whose terminal rows were looked through: each rests on two sources, or is of low
/// confidence and so ends nothing.
const ENDINGS_CHECKED: &[&str] = &["cn-customs", "dhl", "fedex", "sf", "ups", "usps"];

/// A row that ends a journey needs two independent sources, or confidence low.
///
/// Independent are two lists that were published apart from each other: the documentation of two
/// interfaces, a carrier's own list and that of somebody who worked from live answers. Two copies
/// of one list are one source: they have one key in the pack's README, which says where the list
/// comes from. So two keys that the README explains, joined with `+`, are what this test demands.
#[test]
fn every_ending_rests_on_two_sources_or_is_unsure() {
    let mut offenders = Vec::new();
    for pack in ENDINGS_CHECKED {
        let dir = packs_dir().join(pack);
        let readme = std::fs::read_to_string(dir.join("README.md")).unwrap();
        let table =
            CodeTable::parse(&std::fs::read_to_string(dir.join("codes.csv")).unwrap()).unwrap();
        for vocabulary in table.vocabularies() {
            for (code, row) in table.vocabulary(vocabulary).unwrap() {
                if !row.milestone.is_terminal() || row.confidence == Confidence::Low {
                    continue;
                }
                let keys = row
                    .source
                    .split('+')
                    .filter(|key| readme.contains(&format!("**{key}**")))
                    .count();
                if keys < 2 {
                    offenders.push(format!(
                        "{pack}: {vocabulary} {code} is {} on {}",
                        row.milestone, row.source
                    ));
                }
            }
        }
    }
    offenders.sort();
    assert!(
        offenders.is_empty(),
        "{} endings rest on one source\n{}",
        offenders.len(),
        offenders.join("\n")
    );
}

#[test]
fn every_profile_matches_its_adapters() {
    for pack in parceltrail::carriers::packs() {
        let profile = pack
            .profile()
            .unwrap_or_else(|error| panic!("{}: {error}", pack.carrier()));
        assert_eq!(profile.id, pack.carrier().as_str());
        let mut told: Vec<_> = profile.feeds.iter().map(|feed| feed.id.clone()).collect();
        told.sort();
        let mut real: Vec<_> = pack
            .adapters(&std::sync::Arc::new(pack.codes()))
            .iter()
            .map(|adapter| adapter.descriptor().feed.to_string())
            .collect();
        real.sort();
        assert_eq!(told, real, "{}", pack.carrier());
    }
}
