//! The contract of the program `live`: arguments, exit codes, the summary as JSON, and the way to a
//! real carrier.

use std::path::PathBuf;
use std::process::Output;
use std::time::Duration;

use parceltrail::testing::simulator::{Carrier, Simulator};
use tokio::process::Command;

fn program() -> PathBuf {
    env!("CARGO_BIN_EXE_live").into()
}

async fn live(arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    Command::new(program())
        .env_clear()
        .envs(environment.iter().copied())
        .args(arguments)
        .output()
        .await
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[tokio::test]
async fn the_summary_counts_a_calm_day() {
    let output = live(
        &[
            "--parcels",
            "10",
            "--speed",
            "96",
            "--faults",
            "none",
            "--json",
        ],
        &[],
    )
    .await;
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}{}",
        text(&output.stdout),
        text(&output.stderr)
    );
    let summary: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let total = &summary["total"];
    for name in [
        "lost",
        "repeated",
        "untrue",
        "quota_broken",
        "retries",
        "throttled",
        "failed",
    ] {
        assert_eq!(total[name], 0, "{name}: {total}");
    }
    assert_eq!(
        (total["parcels"].as_u64(), total["at_rest"].as_u64()),
        (Some(10), Some(10))
    );
    assert!(
        total["events"].as_u64() > Some(50) && total["tokens"].as_u64() >= Some(2),
        "{total}"
    );
    assert_eq!(summary["feeds"].as_object().unwrap().len(), 4);
}

#[tokio::test]
async fn trails_are_lines_of_a_hundred_columns_without_colour() {
    let output = live(
        &["--parcels", "6", "--speed", "96", "--faults", "none"],
        &[("NO_COLOR", "1")],
    )
    .await;
    let page = text(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{page}");
    assert!(
        page.lines()
            .all(|line| line.chars().count() <= 100 && !line.contains('\u{1b}')),
        "{page}"
    );
    for words in ["delivered", "parcels at rest", "SUMMARY", "lost"] {
        assert!(page.contains(words), "{words}: {page}");
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_said_before_anything_is_sent() {
    let missing = live(
        &["--feed", "fedex.track", "--number", "449000000013"],
        &[("PARCELTRAIL_FEDEX_TRACK_CLIENT_ID", "x")],
    )
    .await;
    assert_eq!(missing.status.code(), Some(2));
    let said = text(&missing.stderr);
    assert!(
        said.contains("PARCELTRAIL_FEDEX_TRACK_CLIENT_SECRET") && !said.contains("CLIENT_ID"),
        "{said}"
    );
    for arguments in [
        &["--feed", "nobody.knows", "--number", "1"][..],
        &["--feed", "fedex.webhook", "--number", "1"],
        &["--number", "1"],
        &["--feed", "x"],
    ] {
        assert_eq!(
            live(arguments, &[]).await.status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
}

#[tokio::test]
async fn a_carrier_is_asked_with_the_environment_s_credentials() {
    let simulator = Simulator::builder()
        .with_parcels(Carrier::Ups, 2)
        .start()
        .await
        .unwrap();
    simulator.advance(Duration::from_secs(40 * 86_400));
    let credentials = simulator.credentials("ups.track");
    let secret = credentials.get("client_secret").unwrap();
    let environment = [
        (
            "PARCELTRAIL_UPS_TRACK_CLIENT_ID",
            credentials.get("client_id").unwrap(),
        ),
        ("PARCELTRAIL_UPS_TRACK_CLIENT_SECRET", secret),
    ];
    let number = &simulator.numbers("ups.track")[0];
    let arguments = [
        "--feed",
        "ups.track",
        "--base",
        simulator.base("ups.track"),
        "--number",
        number,
        "--number",
        "1Z0000000300000013",
    ];
    let output = live(&arguments, &environment).await;
    let page = text(&output.stdout);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{page}{}",
        text(&output.stderr)
    );
    let told = page
        .lines()
        .filter(|line| line.contains(number.as_str()) && line.len() > 40)
        .count();
    assert_eq!(told, simulator.truth("ups.track", number).len(), "{page}");
    assert!(
        page.contains("not found, or not yet") && page.contains("1 tokens fetched"),
        "{page}"
    );
    let wrong = live(
        &arguments,
        &[
            environment[0],
            ("PARCELTRAIL_UPS_TRACK_CLIENT_SECRET", "wrong-secret"),
        ],
    )
    .await;
    let said = format!("{}{}", text(&wrong.stdout), text(&wrong.stderr));
    assert_eq!(wrong.status.code(), Some(1), "{said}");
    assert!(
        said.contains("no answer: ups.track") && !said.contains("wrong-secret"),
        "{said}"
    );
}
