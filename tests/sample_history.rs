//! The program `sample_history`: what it writes can be read, learned from and scored.
//!
//! `cargo test` builds the examples before it runs this; by itself it needs `cargo build --example
//! sample_history` first.

use std::path::{Path, PathBuf};
use std::process::Command;

use parceltrail::History;
use parceltrail::history::HistoryEnd;

fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let examples = tests
        .parent()
        .and_then(Path::parent)
        .unwrap()
        .join("examples");
    examples.join(format!("sample_history{}", std::env::consts::EXE_SUFFIX))
}

fn written(arguments: &[&str]) -> String {
    let output = Command::new(program()).args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

fn read(text: &str) -> Vec<History> {
    text.lines()
        .map(|line| History::from_line(line).unwrap())
        .collect()
}

#[test]
fn the_same_arguments_give_the_same_bytes_and_another_seed_another_history() {
    let one = written(&["--parcels", "300"]);
    assert_eq!(one, written(&["--parcels", "300", "--seed", "1"]));
    assert_ne!(one, written(&["--parcels", "300", "--seed", "2"]));
}

#[test]
fn every_world_has_ends_of_all_kinds_in_order_of_start() {
    for world in ["parcels", "orders", "trips", "postal"] {
        let histories = read(&written(&[
            "--parcels",
            "3000",
            "--world",
            world,
            "--loss",
            "0.03",
        ]));
        assert_eq!(histories.len(), 3000, "{world}");
        let starts: Vec<_> = histories.iter().map(History::begun_at).collect();
        assert!(starts.is_sorted() && starts[0].is_some(), "{world}");
        let ended = |end: Option<HistoryEnd>| {
            histories
                .iter()
                .filter(|history| history.outcome == end)
                .count()
        };
        let lost = ended(Some(HistoryEnd::Lost));
        assert!((15..90).contains(&lost), "{world}: {lost} lost");
        assert!(ended(Some(HistoryEnd::Returned)) > 3, "{world}");
        assert!(
            ended(None) > lost / 2,
            "{world}: lost without a word, or under way"
        );
        assert!(ended(Some(HistoryEnd::Delivered)) > 1500, "{world}");
        for history in &histories {
            assert!(history.events.is_sorted_by_key(|event| event.at), "{world}");
            assert_eq!(
                history.outcome == Some(HistoryEnd::Delivered),
                history.delivered_at().is_some(),
                "{world}: {history:?}"
            );
        }
    }
}

#[test]
fn wrong_arguments_are_refused() {
    for arguments in [["--loss", "1.5"], ["--parcels", "0"], ["--world", "mars"]] {
        let output = Command::new(program()).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2));
    }
}
