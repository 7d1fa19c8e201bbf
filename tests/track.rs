//! The contract of the program `track`: arguments, exit codes, JSON, and that the order of files
//! never matters.
//!
//! `cargo test` builds the examples before it runs this; by itself it needs `cargo build --example
//! track` first.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

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

fn track(arguments: &[&str]) -> Output {
    Command::new(program())
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .output()
        .unwrap()
}

fn lines(arguments: &[&str]) -> Vec<Value> {
    let output = track(arguments);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

const STORY: [&str; 5] = [
    "examples/track/story/1-sf-routes.json@2026-03-07T09:00:00Z",
    "examples/track/story/2-customs-declaration.xml@2026-03-02T13:00:00Z",
    "examples/track/story/3-customs-receipts.xml@2026-03-03T08:00:00Z",
    "examples/track/story/4-ups-track.json@2026-03-09T20:00:00Z",
    "examples/track/story/5-usps-tracking.json@2026-03-11T18:00:00Z",
];

#[test]
fn changes_are_told_delivery_by_delivery() {
    let output = track(&["--changes"]);
    assert_eq!(output.status.code(), Some(0));
    let page = String::from_utf8(output.stdout).unwrap();
    let told = |sentence: &str| {
        page.find(sentence)
            .unwrap_or_else(|| panic!("{sentence}\n{page}"))
    };
    assert!(
        told("Handed over to UPS.") < told("Handed over to USPS."),
        "{page}"
    );
    assert!(
        page.lines().all(|line| line.chars().count() <= 80),
        "{page}"
    );
    let changes = lines(&["--json", "changes"]);
    let ids: std::collections::BTreeSet<&str> = changes
        .iter()
        .filter_map(|change| change["id"].as_str())
        .collect();
    assert_eq!(ids.len(), changes.len(), "each is told once");
    assert_eq!(changes.last().unwrap()["kind"], "finished");
    let other: Vec<&str> = ["--now", "2026-03-12T00:00:00Z", "--json", "changes"]
        .into_iter()
        .chain(STORY.iter().rev().copied())
        .collect();
    assert_eq!(lines(&other), changes, "in any order of the files");
    assert_eq!(
        track(&["--changes", "--json", "events"]).status.code(),
        Some(2)
    );
}

#[test]
fn the_bundled_story_is_one_delivered_parcel_on_three_legs() {
    let journeys = lines(&["--json", "journey"]);
    assert_eq!(journeys.len(), 1);
    let journey = &journeys[0];
    assert_eq!(journey["state"]["milestone"], "delivered");
    assert_eq!(journey["state"]["terminal"], true);
    assert_eq!(journey["state"]["leg"]["carrier"], "usps");
    let carriers: Vec<_> = journey["legs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|leg| leg["carrier"].as_str().unwrap())
        .collect();
    assert_eq!(carriers, ["sf", "ups", "usps"]);
    assert_eq!(
        journey["customs"]["export"]["milestone"],
        "customs_released"
    );
    for key in [
        "numbers",
        "legs",
        "state",
        "customs",
        "conflicts",
        "notices",
        "trace",
        "events",
    ] {
        assert!(journey.get(key).is_some(), "{key}");
    }
}

#[test]
fn events_are_one_object_a_line_oldest_first() {
    let events = lines(&["--json", "events"]);
    let known = [
        "id",
        "feed",
        "carrier",
        "number",
        "piece",
        "stage",
        "milestone",
        "reason",
        "party",
        "scope",
        "time",
        "place",
        "code",
        "delivered_to",
        "damaged",
        "related",
        "confidence",
        "signed",
        "sequence",
        "proof_of_delivery",
        "position",
        "attempt",
        "vendor_id",
        "next_steps",
        "remark",
    ];
    for event in &events {
        for key in event.as_object().unwrap().keys() {
            assert!(known.contains(&key.as_str()), "{key}");
        }
        assert!(
            !event.as_object().unwrap().values().any(Value::is_null),
            "what is absent is left out"
        );
    }
    assert_eq!(events.first().unwrap()["milestone"], "picked_up");
    assert_eq!(events.last().unwrap()["delivered_to"], "mailbox");
}

#[test]
fn the_order_of_files_never_matters() {
    let now = ["--now", "2026-03-12T00:00:00Z", "--json", "journey"];
    let forwards: Vec<&str> = now.iter().chain(STORY.iter()).copied().collect();
    let backwards: Vec<&str> = now.iter().chain(STORY.iter().rev()).copied().collect();
    assert_eq!(track(&forwards).stdout, track(&backwards).stdout);
    assert_eq!(
        track(&forwards).stdout,
        track(&["--json", "journey"]).stdout
    );
}

#[test]
fn statements_about_later_than_now_do_not_count() {
    let early: Vec<&str> = ["--now", "2026-03-02T12:00:00Z", "--json", "journey"]
        .iter()
        .chain(STORY.iter())
        .copied()
        .collect();
    assert_eq!(lines(&early)[0]["state"]["terminal"], false);
}

/// What a later payload reports the days after `--now` is neither told as a plan nor counted.
#[test]
fn the_trail_ends_where_nobody_knew_more() {
    let page = String::from_utf8(track(&["--now", "2026-03-05T12:00:00Z"]).stdout).unwrap();
    assert!(
        page.contains("Tue 3 Mar 2026") && !page.contains("Mon 9 Mar 2026"),
        "{page}"
    );
    assert!(!page.contains("planned"), "{page}");
}

#[test]
fn standard_input_is_a_file_and_the_feed_can_be_named() {
    let mut child = Command::new(program())
        .args(["--feed", "dhl.unified", "--json", "notices", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(br#"{"title":"No result found","status":404,"detail":"No such shipment."}"#)
        .unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    let notice: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(notice["kind"], "not_found");
}

#[test]
fn what_cannot_be_read_is_said_and_exits_with_1() {
    let output = track(&["Cargo.toml"]);
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("Cargo.toml") && said.contains("ups.track") && said.contains("--feed"),
        "{said}"
    );
    assert!(
        output.stdout.is_empty(),
        "nothing was read, so nothing is told"
    );
    assert_eq!(track(&["no-such-file"]).status.code(), Some(1));
    // One readable file among others is enough.
    assert_eq!(
        track(&["no-such-file", "--json", "events", STORY[4]])
            .status
            .code(),
        Some(0)
    );
}

#[test]
fn the_four_answers_stand_at_the_top_in_the_reader_s_language_and_zone() {
    let early = ["--now", "2026-03-10T12:00:00Z", "--zone", "Asia/Shanghai"];
    let files = &STORY[3..];
    let page = |more: &[&str]| {
        let arguments: Vec<&str> = early.iter().chain(more).chain(files).copied().collect();
        String::from_utf8(track(&arguments).stdout).unwrap()
    };
    let english = page(&[]);
    let top: Vec<&str> = english.lines().skip(1).take(6).collect();
    assert!(
        top[0].starts_with(
            "  Where    Arrived at a facility, KNOXVILLE, TN, US, on Tue 10 March, 18:05."
        ),
        "{english}"
    );
    assert!(
        top.iter().any(|line| line.starts_with("  Next     "))
            && top
                .iter()
                .any(|line| line.starts_with("  When     Not known yet.")),
        "{english}"
    );
    assert!(english.contains("  Wrong    ") && english.contains("clock    Asia/Shanghai"));
    let chinese = page(&["--language", "zh-CN"]);
    assert!(
        chinese.contains("  位置     已到达网点") && chinese.contains("  送达     "),
        "{chinese}"
    );
    let wide = |c: char| {
        if ('\u{1100}'..='\u{ffdc}').contains(&c) {
            2
        } else {
            1
        }
    };
    assert!(
        chinese
            .lines()
            .all(|line| line.chars().map(wide).sum::<usize>() <= 80),
        "{chinese}"
    );
    let arguments: Vec<&str> = early
        .iter()
        .chain(&["--json", "briefing"])
        .chain(files)
        .copied()
        .collect();
    let briefing = &lines(&arguments)[0];
    assert_eq!(
        (&briefing["here"]["milestone"], &briefing["arrival"]["kind"]),
        (&"arrived".into(), &"unknown".into())
    );
}

#[test]
fn wrong_usage_exits_with_2() {
    for arguments in [
        ["--language", "tlh"],
        ["--zone", "Mars/Olympus"],
        ["--json", "poetry"],
        ["--now", "yesterday"],
        ["--feed", "acme.scans"],
        ["--unknown", "x"],
    ] {
        assert_eq!(track(&arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(track(&["--help"]).status.code(), Some(0));
}

#[test]
fn the_page_fits_80_columns_and_has_no_colour_in_a_pipe() {
    let output = track(&[]);
    let page = String::from_utf8(output.stdout).unwrap();
    assert!(!page.contains('\u{1b}'));
    let wide = |c: char| {
        if ('\u{1100}'..='\u{ffdc}').contains(&c) {
            2
        } else {
            1
        }
    };
    for line in page.lines() {
        assert!(line.chars().map(wide).sum::<usize>() <= 80, "{line}");
    }
    assert!(page.contains("zone ?"), "an unknown zone is shown as one");
    assert!(page.contains("unknown code"));
}
