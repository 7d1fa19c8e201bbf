//! The program `backtest` on small histories with known answers: what is scored, when it was known,
//! and how it is told.
//!
//! `cargo test` builds the examples before it runs this; by itself it needs `cargo build --example
//! backtest` first.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

fn program() -> PathBuf {
    let tests = std::env::current_exe().unwrap();
    let path = tests
        .parent()
        .and_then(Path::parent)
        .unwrap()
        .join("examples")
        .join(format!("backtest{}", std::env::consts::EXE_SUFFIX));
    assert!(
        path.exists(),
        "{} is not there: cargo build --example backtest",
        path.display()
    );
    path
}

/// Runs the program over `history` on standard input.
fn run(history: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(program());
    command
        .arg("-")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let bytes = history.as_bytes().to_vec();
    let writer = std::thread::spawn(move || {
        // A program that refuses its arguments does not read.
        let _ = stdin.write_all(&bytes);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output
}

fn rows(history: &str, arguments: &[&str]) -> Vec<Value> {
    let output = run(history, &[arguments, &["--json"]].concat());
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

fn row<'r>(rows: &'r [Value], at: &str, method: &str) -> &'r Value {
    rows.iter()
        .find(|row| row["at"] == at && row["method"] == method && row.get("group").is_none())
        .unwrap()
}

fn hour(hours: i64) -> DateTime<Utc> {
    "2026-01-05T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hours)
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339()
}

fn line(
    id: &str,
    lane: [&str; 2],
    promised: Option<i64>,
    outcome: Option<&str>,
    events: &[(i64, &str)],
) -> String {
    let events: Vec<Value> = events
        .iter()
        .map(|(at, milestone)| json!({"at": rfc3339(hour(*at)), "milestone": milestone}))
        .collect();
    let promised = promised.map(|promised| rfc3339(hour(promised)));
    let ends = lane.map(|country| json!({"country": country}));
    let line = json!({"id": id, "carrier": "acme", "origin": ends[0], "destination": ends[1], "promised": promised, "outcome": outcome, "events": events});
    format!("{line}\n")
}

/// Parcels of every ten hours, each announced, picked up five hours later, and delivered a known
/// time after the pickup.
fn steady(count: i64, duration: impl Fn(i64) -> i64) -> String {
    let parcel = |at: i64| {
        let start = at * 10;
        let events = [
            (start, "announced"),
            (start + 5, "picked_up"),
            (start + 5 + duration(at), "delivered"),
        ];
        line(
            &format!("p{at}"),
            ["CN", "DE"],
            Some(start + 100),
            Some("delivered"),
            &events,
        )
    };
    (0..count).map(parcel).collect()
}

#[test]
fn figures_of_known_answers() {
    // Before the split all take 40 hours, after it 30 and 60 in turns: promised for 95 hours after
    // the pickup, quantiles say 40.
    let history = steady(100, |at| if at < 70 { 40 } else { 30 + 30 * (at % 2) });
    let rows = rows(&history, &["--at", "picked_up"]);
    assert_eq!(rows.len(), 4);
    let promise = row(&rows, "picked_up", "promise");
    assert_eq!(
        (
            &promise["n"],
            &promise["mae_hours"],
            &promise["median_hours"]
        ),
        (&json!(30), &json!(50.0), &json!(50.0))
    );
    assert_eq!(
        (&promise["bias_hours"], &promise["under_p90"]),
        (&json!(50.0), &json!(1.0))
    );
    for key in [
        "pinball90_hours",
        "coverage_10_90",
        "width_hours",
        "p90_length_hours",
    ] {
        assert!(promise[key].is_null(), "a promise has no quantiles: {key}");
    }
    let global = row(&rows, "picked_up", "global");
    assert_eq!(global["n"], 30);
    // The median of what was observed stays 40 hours: early by 10 and late by 20 in turns.
    assert_eq!(
        (
            &global["mae_hours"],
            &global["median_hours"],
            &global["bias_hours"]
        ),
        (&json!(15.0), &json!(15.0), &json!(-5.0))
    );
    assert_eq!(global["pinball50_hours"], 7.5);
    assert!(global["under_p90"].as_f64().unwrap() > 0.4);
    assert_eq!(row(&rows, "picked_up", "ours")["n"], 30);
}

#[test]
fn the_keys_are_those_promised() {
    let history = steady(40, |at| 20 + at % 7);
    let keys = |row: &Value| row.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let expected = [
        "at",
        "method",
        "n",
        "mae_hours",
        "median_hours",
        "bias_hours",
        "pinball50_hours",
        "pinball90_hours",
        "coverage_10_90",
        "under_p90",
        "width_hours",
        "p90_length_hours",
    ];
    let mut sorted = expected.map(String::from).to_vec();
    sorted.sort();
    let all = rows(&history, &["--at", "announced", "--at", "any"]);
    assert_eq!(all.len(), 8);
    for row in &all {
        let mut keys = keys(row);
        keys.sort();
        assert_eq!(keys, sorted);
    }
    let methods: Vec<_> = all[..4]
        .iter()
        .map(|row| row["method"].as_str().unwrap())
        .collect();
    assert_eq!(methods, ["ours", "promise", "global", "lane"]);
    let grouped = rows(&history, &["--at", "announced", "--by", "lane"]);
    assert_eq!(grouped.len(), 8);
    assert_eq!(
        (&grouped[4]["by"], &grouped[4]["group"], &grouped[4]["n"]),
        (&json!("lane"), &json!("CN>DE"), &grouped[0]["n"])
    );
}

#[test]
fn every_occurrence_is_scored_and_any_pools_them_all() {
    let mut history = String::new();
    for at in 0..40 {
        let start = at * 24;
        let events = [
            (start, "announced"),
            (start + 2, "departed"),
            (start + 6, "arrived"),
            (start + 8, "departed"),
            (start + 9, "departed"),
            (start + 9, "info"),
            (start + 30, "delivered"),
            (start + 31, "info"),
        ];
        history += &line(
            &format!("p{at}"),
            ["CN", "DE"],
            None,
            Some("delivered"),
            &events,
        );
    }
    let rows = rows(
        &history,
        &[
            "--at",
            "departed",
            "--at",
            "info",
            "--at",
            "any",
            "--at",
            "departed+arrived",
            "--at",
            "lost",
        ],
    );
    let n = |at: &str| row(&rows, at, "global")["n"].as_u64().unwrap();
    assert_eq!(n("departed"), 12 * 3);
    assert_eq!(
        n("info"),
        12,
        "what is told after the delivery is no moment of forecast"
    );
    assert_eq!(n("any"), 12 * 6);
    assert_eq!(n("departed+arrived"), 12 * 4);
    assert_eq!(n("lost"), 0);
    assert!(row(&rows, "lost", "ours")["mae_hours"].is_null());
    assert_eq!(row(&rows, "any", "promise")["n"], 0, "nothing was promised");
}

#[test]
fn a_split_by_time_scores_moments_and_one_by_share_journeys() {
    let history = steady(100, |_| 40);
    let split = rfc3339(hour(900));
    let by_time = rows(
        &history,
        &["--split", &split, "--at", "announced", "--at", "picked_up"],
    );
    // The pickup of the journey that began at 890 lies at 895; both moments of those from 900 on
    // count.
    assert_eq!(row(&by_time, "announced", "global")["n"], 10);
    assert_eq!(row(&by_time, "picked_up", "global")["n"], 10);
    let split = rfc3339(hour(895));
    let by_time = rows(
        &history,
        &["--split", &split, "--at", "announced", "--at", "picked_up"],
    );
    assert_eq!(
        row(&by_time, "picked_up", "global")["n"],
        11,
        "at the split is after it"
    );
    assert_eq!(row(&by_time, "announced", "global")["n"], 10);
    let by_share = rows(&history, &["--split", "0.9", "--at", "announced"]);
    assert_eq!(row(&by_share, "announced", "global")["n"], 10);
    assert_eq!(
        rows(&history, &["--split", "0"])
            .iter()
            .map(|row| row["at"].as_str().unwrap())
            .collect::<std::collections::BTreeSet<_>>()
            .len(),
        3
    );
}

#[test]
fn only_those_delivered_are_scored_and_odd_journeys_break_nothing() {
    let mut history = steady(60, |at| 20 + at % 9);
    let late = 10_000;
    history += &line(
        "open",
        ["CN", "DE"],
        None,
        None,
        &[(late, "announced"), (late + 5, "picked_up")],
    );
    history += &line(
        "lost",
        ["CN", "DE"],
        None,
        Some("lost"),
        &[(late, "announced"), (late + 500, "lost")],
    );
    history += &line(
        "back",
        ["CN", "DE"],
        None,
        Some("returned"),
        &[
            (late, "announced"),
            (late + 9, "delivered"),
            (late + 90, "returned"),
        ],
    );
    history += &line(
        "at once",
        ["CN", "DE"],
        None,
        Some("delivered"),
        &[(late, "announced"), (late, "delivered")],
    );
    history += &line(
        "only the end",
        ["CN", "DE"],
        None,
        Some("delivered"),
        &[(late, "delivered")],
    );
    history += &line(
        "unsaid",
        ["CN", "DE"],
        None,
        Some("delivered"),
        &[(late, "announced")],
    );
    history += &line(
        "no outcome told",
        ["", ""],
        None,
        None,
        &[(late, "announced"), (late + 40, "delivered")],
    );
    let rows = rows(
        &history,
        &["--split", &rfc3339(hour(late)), "--at", "announced"],
    );
    for method in ["ours", "global", "lane"] {
        assert_eq!(
            row(&rows, "announced", method)["n"],
            1,
            "{method}: only the one whose delivery can be seen to come later"
        );
    }
}

/// The forecasts of a file, as texts without what identifies the file.
fn forecasts(history: &str, name: &str) -> Vec<String> {
    let path =
        std::env::temp_dir().join(format!("parceltrail-{}-{name}.ndjson", std::process::id()));
    let output = run(
        history,
        &[
            "--split",
            "0.3",
            "--json",
            "--forecasts",
            path.to_str().unwrap(),
        ],
    );
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let told = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let mut told: Vec<String> = told.lines().map(str::to_owned).collect();
    told.sort();
    told
}

fn made_until(forecasts: &[String], moment: DateTime<Utc>) -> Vec<&String> {
    let made = |line: &str| {
        serde_json::from_str::<Value>(line).unwrap()["made"]
            .as_str()
            .unwrap()
            .parse::<DateTime<Utc>>()
            .unwrap()
    };
    forecasts
        .iter()
        .filter(|line| made(line) <= moment)
        .collect()
}

#[test]
fn what_comes_later_changes_no_earlier_forecast() {
    let truth = |at: i64| 20 + (at * 37) % 90;
    let moment = 700;
    let known = forecasts(&steady(100, truth), "known");
    // Whatever is not yet delivered at the moment takes another time; some of it comes back, is
    // lost, or never ends.
    let changed: String = (0..100)
        .map(|at| {
            let start = at * 10;
            let over = start + 5 + truth(at) <= moment;
            let pickup = if over || start + 5 <= moment {
                start + 5
            } else {
                start + 8
            };
            let (end, outcome, last) = match at % 4 {
                _ if over => (start + 5 + truth(at), Some("delivered"), "delivered"),
                0 => (start + 900, Some("delivered"), "delivered"),
                1 => (start + 900, Some("lost"), "lost"),
                2 => (start + 950, Some("returned"), "returned"),
                _ => (start + 970, None, "held"),
            };
            let events = [(start, "announced"), (pickup, "picked_up"), (end, last)];
            line(
                &format!("p{at}"),
                ["CN", "DE"],
                Some(start + 100),
                outcome,
                &events,
            )
        })
        .collect();
    let other = forecasts(&changed, "changed");
    let (before, after) = (
        made_until(&known, hour(moment)),
        made_until(&other, hour(moment)),
    );
    assert!(before.len() > 200, "{}", before.len());
    assert_eq!(before, after);
    assert_ne!(known, other, "what was observed later does teach later");
}

#[test]
fn the_order_of_lines_does_not_matter() {
    let history = steady(60, |at| 20 + (at * 37) % 90);
    let mut reversed = String::new();
    history
        .lines()
        .rev()
        .for_each(|line| writeln!(reversed, "{line}").unwrap());
    assert_eq!(rows(&history, &[]), rows(&reversed, &[]));
}

#[test]
fn lines_that_cannot_be_read_are_told_and_left_out() {
    let history = format!(
        "not json\n\n{}{{\"id\":\"x\",\"events\":[]}}\n",
        steady(40, |_| 30)
    );
    let output = run(&history, &["--json", "--at", "announced"]);
    assert_eq!(output.status.code(), Some(0));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("-:1: ") && said.contains("-:43: a journey without events"),
        "{said}"
    );
    assert!(said.contains("2 of 42 lines"), "{said}");
    assert_eq!(String::from_utf8_lossy(&output.stdout).lines().count(), 4);
}

#[test]
fn exit_codes_tell_what_went_wrong() {
    let status = |history: &str, arguments: &[&str]| run(history, arguments).status.code();
    assert_eq!(status("", &[]), Some(1), "nothing could be read");
    assert_eq!(status("nonsense\n", &[]), Some(1));
    assert_eq!(status("", &["--at", "teleported"]), Some(2));
    assert_eq!(status("", &["--at", "delivered"]), Some(2));
    assert_eq!(status("", &["--split", "1.5"]), Some(2));
    assert_eq!(status("", &["--split", "yesterday"]), Some(2));
    assert_eq!(status("", &["--by", "weather"]), Some(2));
    assert_eq!(
        Command::new(program())
            .arg("--help")
            .output()
            .unwrap()
            .status
            .code(),
        Some(0)
    );
    assert_eq!(
        Command::new(program()).output().unwrap().status.code(),
        Some(2)
    );
    let missing = Command::new(program())
        .arg("no/such/file.ndjson")
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&missing.stderr).contains("no/such/file.ndjson"));
}

#[test]
fn a_page_and_a_picture() {
    let path = std::env::temp_dir().join(format!("parceltrail-{}-plot.svg", std::process::id()));
    let output = run(
        &steady(60, |at| 20 + at % 9),
        &["--by", "carrier", "--plot", path.to_str().unwrap()],
    );
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let page = String::from_utf8(output.stdout).unwrap();
    for words in [
        "60 journeys",
        "at announced",
        "at any",
        "promise",
        "carrier acme",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    assert!(page.lines().all(|line| line.len() <= 100), "{page}");
    let picture = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    assert!(
        picture.contains("<svg")
            && picture.contains("Delivered by each quantile")
            && picture.contains("ours")
    );
}
