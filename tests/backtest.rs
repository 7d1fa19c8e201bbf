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

/// The rows of methods.
fn rows(history: &str, arguments: &[&str]) -> Vec<Value> {
    let mut rows = all_rows(history, arguments);
    rows.retain(|row| row.get("odds").is_none());
    rows
}

/// The rows of methods, and those of probabilities.
fn all_rows(history: &str, arguments: &[&str]) -> Vec<Value> {
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
        "interval_score_hours",
        "p90_length_hours",
        "largest_p90_hours",
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
    // What became of the parcel stands last, and is no part of the forecast.
    let said = |line: &str| {
        let said = line.split(",\"outcome\":").next().unwrap();
        format!("{said}}}")
    };
    let mut told: Vec<String> = told.lines().map(said).collect();
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

/// A hundred parcels: every fifth is late, every tenth is never heard of again.
fn troubled() -> String {
    let parcel = |at: i64| {
        let start = at * 24;
        let took = if at % 5 == 1 { 90 } else { 30 + at % 9 };
        let mut events = vec![(start, "announced"), (start + 5, "picked_up")];
        if at % 10 != 9 {
            events.push((start + took, "delivered"));
        }
        let outcome = (at % 10 != 9).then_some("delivered");
        line(
            &format!("p{at}"),
            ["CN", "DE"],
            Some(start + 60),
            outcome,
            &events,
        )
    };
    (0..200).map(parcel).collect()
}

#[test]
fn probabilities_are_scored_where_the_end_can_be_known() {
    let rows = all_rows(&troubled(), &["--at", "picked_up", "--split", "0.5"]);
    let odds = |of: &str| rows.iter().find(|row| row["odds"] == of).unwrap();
    let missed = odds("miss_promise");
    // Promises are due two and a half days after the start: all but the last can be judged. Of ten
    // two are late and one is lost.
    assert!(
        (95..=100).contains(&missed["n"].as_u64().unwrap()),
        "{missed}"
    );
    let number = |row: &Value, key: &str| row[key].as_f64().unwrap();
    assert!((number(missed, "rate") - 0.3).abs() < 0.02, "{missed}");
    assert!((number(missed, "mean") - 0.3).abs() < 0.12, "{missed}");
    let constant = number(missed, "rate") * (1.0 - number(missed, "rate"));
    assert!((number(missed, "brier_of_constant") - constant).abs() < 1e-9);
    let in_tenths: u64 = missed["deciles"]
        .as_array()
        .unwrap()
        .iter()
        .map(|decile| decile["n"].as_u64().unwrap())
        .sum();
    assert_eq!(Some(in_tenths), missed["n"].as_u64());
    let lost = odds("loss");
    // Forecasts of the last 60 days are left out, delivered or not.
    assert!((35..=42).contains(&lost["n"].as_u64().unwrap()), "{lost}");
    assert!((number(lost, "rate") - 0.1).abs() < 0.03, "{lost}");
}

#[test]
fn thinned_journeys_are_those_that_never_arrived() {
    let all = all_rows(&troubled(), &["--at", "picked_up", "--split", "0.5"]);
    let none = all_rows(
        &troubled(),
        &["--at", "picked_up", "--split", "0.5", "--thin", "0"],
    );
    let lost = |rows: &[Value]| {
        let row = rows.iter().find(|row| row["odds"] == "loss").unwrap();
        row["rate"].as_f64().unwrap()
    };
    assert!(lost(&all) > 0.05 && lost(&none) == 0.0);
    assert_eq!(
        row(&all, "picked_up", "global")["n"],
        row(&none, "picked_up", "global")["n"]
    );
    let half = all_rows(
        &troubled(),
        &["--at", "picked_up", "--split", "0.5", "--thin", "0.5"],
    );
    assert!(lost(&half) < lost(&all));
}

#[test]
fn late_labels_teach_later() {
    // From the hundredth on all take 20 hours longer; what is known of it a hundred hours late
    // moves the plain quantiles a hundred hours later.
    let history = steady(140, |at| if at < 100 { 40 } else { 60 });
    let bias = |delay: &str| {
        let rows = rows(
            &history,
            &[
                "--at",
                "picked_up",
                "--split",
                "0.75",
                "--label-delay",
                delay,
            ],
        );
        let row = row(&rows, "picked_up", "lane");
        assert_eq!(row["n"], 35);
        row["pinball90_hours"].as_f64().unwrap()
    };
    assert!(bias("0") < bias("100"), "{} {}", bias("0"), bias("100"));
}

#[test]
fn a_forecast_is_written_with_its_odds_and_its_end() {
    let path = std::env::temp_dir().join(format!("parceltrail-{}-ends.ndjson", std::process::id()));
    let told = run(
        &troubled(),
        &[
            "--split",
            "0.5",
            "--at",
            "picked_up",
            "--forecasts",
            path.to_str().unwrap(),
        ],
    );
    assert_eq!(told.status.code(), Some(0));
    let lines = std::fs::read_to_string(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    let ours: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["method"] == "ours")
        .collect();
    let of = |id: &str| ours.iter().find(|line| line["id"] == id).unwrap();
    assert_eq!(of("p150")["outcome"], "delivered");
    assert_eq!(
        of("p150")["delivered"],
        json!("2026-06-05T12:00:00Z"),
        "{}",
        of("p150")
    );
    assert!(of("p159")["outcome"].is_null() && of("p159")["delivered"].is_null());
    for line in &ours {
        for odds in ["miss_promise", "loss"] {
            assert!(
                (0.0..=1.0).contains(&line[odds].as_f64().unwrap()),
                "{line}"
            );
        }
    }
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
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    let of_methods = told.lines().filter(|line| !line.contains("\"odds\""));
    assert_eq!(of_methods.count(), 4);
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
        "probabilities",
        "miss_promise",
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
