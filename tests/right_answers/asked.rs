//! What `track` answers about some payloads.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// A question to `track`: payloads beside this file, a moment, and perhaps the reader's zone.
pub struct TrackRequest {
    arguments: Vec<String>,
}

fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests
        .parent()
        .and_then(Path::parent)
        .unwrap()
        .join("examples")
        .join(format!("track{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "{} is not there: cargo build --example track",
        path.display()
    );
    path
}

/// Asks about payloads at a moment (RFC 3339).
pub fn asked(files: &[&str], now: &str) -> TrackRequest {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/right_answers/payloads");
    let files = files
        .iter()
        .map(|file| folder.join(file).display().to_string());
    TrackRequest {
        arguments: ["--now".to_owned(), now.to_owned()]
            .into_iter()
            .chain(files)
            .collect(),
    }
}

impl TrackRequest {
    /// The same question by a reader in a zone.
    pub fn in_zone(mut self, zone: &str) -> Self {
        self.arguments
            .splice(0..0, ["--zone".to_owned(), zone.to_owned()]);
        self
    }

    /// Everything that the program prints, on both outputs.
    fn run(&self, more: &[&str]) -> String {
        let output = Command::new(program())
            .env("NO_COLOR", "1")
            .args(more)
            .args(&self.arguments)
            .output()
            .unwrap();
        [output.stdout, output.stderr]
            .map(|bytes| String::from_utf8(bytes).unwrap())
            .concat()
    }

    /// The page for people.
    pub fn page(&self) -> String {
        self.run(&[])
    }

    /// The page with every run of white space as one space.
    pub fn text(&self) -> String {
        self.page().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    fn rows(&self, what: &str) -> Vec<Value> {
        self.run(&["--json", what])
            .lines()
            .filter(|line| line.starts_with('{'))
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    pub fn journeys(&self) -> Vec<Value> {
        self.rows("journey")
    }

    /// The state of the only journey, or of the one that has a number.
    pub fn state(&self, number: &str) -> Value {
        let has = |journey: &Value| journey["numbers"].to_string().contains(number);
        self.journeys()
            .into_iter()
            .find(has)
            .map(|journey| journey["state"].clone())
            .unwrap_or_default()
    }

    pub fn briefings(&self) -> Vec<Value> {
        self.rows("briefing")
    }

    pub fn events(&self) -> Vec<Value> {
        self.rows("events")
    }

    pub fn milestones(&self) -> Vec<String> {
        self.events()
            .iter()
            .map(|event| event["milestone"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The kinds of the notices.
    pub fn notices(&self) -> BTreeSet<String> {
        self.rows("notices")
            .iter()
            .map(|notice| notice["kind"].as_str().unwrap().to_owned())
            .collect()
    }

    /// The rules that found something wrong.
    pub fn rules(&self) -> BTreeSet<String> {
        let found = |briefing: Value| briefing["trouble"].as_array().cloned().unwrap_or_default();
        self.briefings()
            .into_iter()
            .flat_map(found)
            .map(|finding| finding["rule"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Every text that leaves the program, in any form.
    pub fn everything(&self) -> String {
        ["journey", "briefing", "events", "notices"]
            .iter()
            .map(|what| self.run(&["--json", what]))
            .chain([self.page()])
            .collect()
    }
}

/// A moment long after everything happened.
pub const LATER: &str = "2026-12-20T00:00:00Z";

/// Demands that a journey is delivered, finished, and has been so since a day.
pub fn assert_delivered(asked: &TrackRequest, number: &str, since: &str) {
    let state = asked.state(number);
    assert_eq!(
        (state["milestone"].as_str(), state["terminal"].as_bool()),
        (Some("delivered"), Some(true)),
        "{state}"
    );
    assert!(
        state["since"].to_string().contains(since),
        "{}",
        state["since"]
    );
}
