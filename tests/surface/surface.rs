//! The public surface is what `surface.txt` lists: whoever changes it changes that file too, and a
//! reviewer sees it.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Documents the crate as JSON, which rustdoc does on stable toolchains only when told that it may.
fn rustdoc_json(root: &Path) -> PathBuf {
    let target = root.join("target/surface");
    let done = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .current_dir(root)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", &target)
        .args([
            "rustdoc",
            "-q",
            "--lib",
            "--all-features",
            "-p",
            "parceltrail",
            "--",
        ])
        .args([
            "-Z",
            "unstable-options",
            "--output-format",
            "json",
            "--cap-lints",
            "allow",
        ])
        .status()
        .unwrap();
    assert!(done.success(), "cargo rustdoc failed");
    target.join("doc/parceltrail.json")
}

/// Every public item, without what derives and formatting bring along.
fn surface(json: &Path) -> String {
    let api = public_api::Builder::from_rustdoc_json(json)
        .omit_auto_derived_impls(true)
        .omit_auto_trait_impls(true)
        .omit_blanket_impls(true)
        .build()
        .expect("rustdoc's JSON has the format that this version of public-api reads");
    let is_noise = |line: &str| {
        line.starts_with("impl core::fmt::") || line.contains("::fmt(&self, &mut core::fmt::")
    };
    let lines = api.items().map(ToString::to_string);
    let mut lines: Vec<String> = lines.filter(|line| !is_noise(line)).collect();
    lines.sort();
    lines.dedup();
    lines.join("\n") + "\n"
}

#[test]
fn the_surface_is_the_listed_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found = surface(&rustdoc_json(&root));
    let listed = root.join("tests/surface/surface.txt");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&listed, &found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&listed).unwrap();
    let missing = |a: &str, b: &str, sign: &str| -> Vec<String> {
        let known: std::collections::BTreeSet<&str> = b.lines().collect();
        let gone = a.lines().filter(|line| !known.contains(line));
        gone.map(|line| format!("{sign} {line}")).collect()
    };
    let mut changes = missing(&expected, &found, "-");
    changes.extend(missing(&found, &expected, "+"));
    assert!(
        changes.is_empty(),
        "the public surface has changed; if that is meant, UPDATE_EXPECTED=1 cargo test -p surface\n{}",
        changes.join("\n")
    );
}
