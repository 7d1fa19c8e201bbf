//! The page of the program `track`: what a feed writes is shown and never obeyed, plans are told as
//! plans, and a reader's zone moves no carrier's day.
//!
//! `cargo test` builds the examples before it runs this; by itself it needs `cargo build --example
//! track` first.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

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

/// Everything that the program prints, errors included, about a payload on standard input.
fn told(arguments: &[&str], payload: &str) -> String {
    let mut child = Command::new(program())
        .args(arguments)
        .arg("-")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(payload.as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

fn columns(line: &str) -> usize {
    line.chars()
        .map(|c| {
            if ('\u{1100}'..='\u{ffdc}').contains(&c) {
                2
            } else {
                1
            }
        })
        .sum()
}

/// A UPS answer with these activities.
fn ups(activities: &str) -> String {
    format!(
        r#"{{"trackResponse":{{"shipment":[{{"package":[{{"trackingNumber":"1Z0000000300000013","activity":[{activities}]}}]}}]}}}}"#
    )
}

/// What turns, clears, forges or hides something on a terminal: ESC, BEL, backspace, CSI in one
/// character, the overrides and isolates of direction, a line separator, a zero-width space.
const HARMFUL: &[char] = &[
    '\u{1b}', '\u{7}', '\u{8}', '\u{9b}', '\u{202e}', '\u{2066}', '\u{2069}', '\u{200f}',
    '\u{2028}', '\u{200b}', '\u{feff}', '\u{7f}',
];

#[test]
fn nothing_of_a_feed_is_obeyed_by_a_terminal() {
    let hostile: String = HARMFUL.iter().collect::<String>() + "\r\nFAKE LINE\r\n[31m";
    let text = serde_json::to_string(&hostile).unwrap();
    let text = text.trim_matches('"');
    let known = format!(
        r#"{{"status":{{"type":"I","code":"DP","description":"x{text}"}},"date":"20260305","time":"120000","gmtDate":"20260305","gmtTime":"170000","gmtOffset":"-05:00","location":{{"address":{{"city":"LOU{text}","stateProvince":"K{text}","countryCode":"US"}}}}}}"#
    );
    let unknown = format!(
        r#"{{"status":{{"type":"I","code":"Q9{text}","description":"x{text}"}},"date":"20260304{text}","time":"1200{text}"}}"#
    );
    let payload = ups(&format!("{known},{unknown}"))
        .replace("1Z0000000300000013", &format!("1Z00000{text}00300000013"));
    let kinds: [&[&str]; 6] = [
        &[],
        &["--language", "zh"],
        &["--json", "events"],
        &["--json", "journey"],
        &["--json", "briefing"],
        &["--json", "notices"],
    ];
    for more in kinds {
        let arguments = [
            &["--now", "2026-03-08T00:00:00Z", "--feed", "ups.track"],
            more,
        ]
        .concat();
        let told = told(&arguments, &payload);
        assert!(
            !told.is_empty() && !told.contains(HARMFUL),
            "{more:?}: {told:?}"
        );
        assert!(
            told.lines().all(|line| line.trim() != "FAKE LINE"),
            "{more:?}: {told}"
        );
        if more.contains(&"--json") {
            told.lines()
                .for_each(|line| assert!(serde_json::from_str::<Value>(line).is_ok(), "{line}"));
        } else {
            told.lines()
                .for_each(|line| assert!(columns(line) <= 80, "{line}"));
        }
    }
    let error = told(&["--feed", "ups.track"], &format!("<html>{hostile}"));
    assert!(
        error.contains("error") && !error.contains(HARMFUL),
        "{error:?}"
    );
}

#[test]
fn a_scan_to_come_is_a_plan() {
    let payload = r#"{"shipments":[{"id":"7100000040","service":"express","events":[
        {"timestamp":"2025-03-05T10:00:00-08:00","statusCode":"transit","status":"AR","description":"Arrived"},
        {"timestamp":"2025-03-04T10:00:00-08:00","statusCode":"transit","status":"PU","description":"Picked up"}]}]}"#;
    let page = told(&["--now", "2025-03-05T12:00:00Z"], payload);
    let of = |what: &str| {
        page.lines()
            .find(|line| line.contains(what))
            .map(str::to_owned)
            .unwrap_or_else(|| panic!("{what}: {page}"))
    };
    assert!(of("arrived").contains("planned: arrived"));
    assert!(!of("picked up").contains("planned"));
    let later = told(&["--now", "2025-03-06T12:00:00Z"], payload);
    assert!(!later.contains("planned"), "{later}");
}

#[test]
fn a_carrier_s_day_is_the_same_for_every_reader() {
    let payload = r#"{"shipments":[{"id":"7100000040","service":"express","estimatedTimeOfDelivery":"2025-03-06","events":[
        {"timestamp":"2025-03-04T10:00:00-08:00","statusCode":"transit","status":"PU","description":"Picked up"}]}]}"#;
    for zone in [
        "Asia/Shanghai",
        "America/Los_Angeles",
        "Pacific/Kiritimati",
        "Pacific/Pago_Pago",
    ] {
        let page = told(&["--now", "2025-03-05T12:00:00Z", "--zone", zone], payload);
        assert!(page.contains("Thu 6 March"), "{zone}: {page}");
        assert!(
            !page.contains("Fri 7 March") && !page.contains("Wed 5 March."),
            "{zone}: {page}"
        );
    }
    let briefing = told(
        &["--now", "2025-03-05T12:00:00Z", "--json", "briefing"],
        payload,
    );
    let briefing: Value = serde_json::from_str(briefing.lines().next().unwrap()).unwrap();
    assert_eq!(briefing["arrival"]["promise"]["last_day"], "2025-03-06");
}

#[test]
fn a_problem_is_told_in_the_carrier_s_words() {
    let payload = r#"{"shipments":[{"id":"420123459261290000000000000007","service":"ecommerce","events":[
        {"timestamp":"2025-03-04T10:00:00-08:00","statusCode":"failure","status":"625","description":"Shipment cannot be delivered"}]}]}"#;
    let page = told(
        &["--now", "2025-03-05T12:00:00Z", "--feed", "dhl.unified"],
        payload,
    );
    let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(page.contains("Wrong The carrier reports a problem. The carrier writes: “Shipment cannot be delivered”."), "{page}");
}

/// A FedEx answer about a shipment of three pieces: one delivered, one at a depot, one only a
/// label.
fn three_pieces() -> String {
    let scan = |at: &str, code: &str| {
        format!(
            r#"{{"date":"{at}-06:00","eventType":"{code}","derivedStatusCode":"IT","scanLocation":{{"city":"DENVER","stateOrProvinceCode":"CO","countryCode":"US"}}}}"#
        )
    };
    let pieces = [
        (
            "449000000013",
            vec![
                scan("2025-03-12T13:00:00", "DL"),
                scan("2025-03-10T18:00:00", "PU"),
            ],
        ),
        (
            "449000000024",
            vec![
                scan("2025-03-12T04:00:00", "AR"),
                scan("2025-03-10T18:00:00", "PU"),
            ],
        ),
        ("449000000035", vec![scan("2025-03-09T18:00:00", "OC")]),
    ];
    let result = |(number, scans): (&str, Vec<String>)| {
        format!(
            r#"{{"trackingNumber":"{number}","trackResults":[{{"trackingNumberInfo":{{"trackingNumber":"{number}","trackingNumberUniqueId":"2460~{number}~FX","carrierCode":"FDXE"}},
            "additionalTrackingInfo":{{"packageIdentifiers":[{{"type":"STANDARD_MPS","values":["449000000013"]}}]}},"packageDetails":{{"count":"3"}},"scanEvents":[{}]}}]}}"#,
            scans.join(",")
        )
    };
    format!(
        r#"{{"output":{{"completeTrackResults":[{}]}}}}"#,
        pieces.map(result).join(",")
    )
}

#[test]
fn each_piece_has_a_line_and_its_own_trouble() {
    let page = told(&["--now", "2025-03-28T00:00:00Z"], &three_pieces());
    let flat = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("Pieces: 1 of 3 delivered, 1 on the way, 1 not picked up yet.")
            && flat.contains("pieces 1 of 3 delivered"),
        "{page}"
    );
    for (number, stands) in [
        ("449000000013", "delivered"),
        ("449000000024", "arrived"),
        ("449000000035", "announced"),
    ] {
        let line = page
            .lines()
            .find(|line| line.starts_with("  piece ") && line.contains(number))
            .unwrap_or_else(|| panic!("{number}: {page}"));
        assert!(line.contains(stands) && columns(line) <= 80, "{line}");
    }
    assert!(!flat.contains("does not have it"), "{page}");
    assert!(
        flat.contains("Piece 449000000035: The label was created")
            && flat.contains("Piece 449000000024: It has not moved"),
        "{page}"
    );
    let briefing = told(
        &["--now", "2025-03-28T00:00:00Z", "--json", "briefing"],
        &three_pieces(),
    );
    let briefing: Value = serde_json::from_str(briefing.lines().next().unwrap()).unwrap();
    assert_eq!(
        (
            &briefing["pieces"]["total"],
            &briefing["pieces"]["delivered"]
        ),
        (&3.into(), &1.into())
    );
}

#[test]
fn every_promise_is_told_with_what_it_is_worth_and_when_it_was_stated() {
    let payload = r#"{"shipments":[{"id":"7100000040","service":"express","estimatedTimeOfDelivery":"2025-03-06","events":[
        {"timestamp":"2025-03-04T10:00:00-08:00","statusCode":"transit","status":"PU","description":"Picked up"}]}]}"#;
    let page = told(&["--now", "2025-03-05T12:00:00Z"], payload);
    assert!(
        page.contains(
            "  promise  estimated by Thu 6 Mar 2025, stated 5 Mar 12:00 UTC (dhl.unified)"
        ),
        "{page}"
    );
}
