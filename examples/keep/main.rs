//! Keeps parcels in one SQLite file and is killed while it does: `cargo run -p keep`.
//!
//! Simulated carriers run for a day: DHL is polled, UPS and SF push. Two keepers follow the same
//! parcels, each a process with a file of its own. One is killed with `kill -9` at random moments
//! and started again. In the end both files must hold the same; else the exit code is 1.

mod keeper;

use std::collections::BTreeMap;
use std::error::Error;
use std::path::Path;
use std::process::{Child, Command, ExitCode};
use std::time::Duration;

use chrono::{DateTime, Utc};
use parceltrail::testing::simulator::{Carrier, Hook, SimulatedClock, Simulator};
use tokio::net::TcpStream;
use tokio::time::sleep;

/// A day passes in so many steps of so long.
const STEPS: u32 = 96;
const STEP: Duration = Duration::from_millis(80);
const KILLS: u32 = 3;
const PUSHED: [&str; 2] = ["ups.track-alert", "sf.push"];

#[tokio::main]
async fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let [file, port, numbers @ ..] = arguments.as_slice() {
        keeper::run(file, port.parse()?, numbers).await?;
        return Ok(ExitCode::SUCCESS);
    }
    let folder = std::env::temp_dir().join(format!("parceltrail-keep-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let files = ["killed.sqlite", "whole.sqlite"].map(|name| folder.join(name));
    let ended = run_for_a_day(&files[0], &files[1]).await;
    let _ = std::fs::remove_dir_all(folder);
    ended
}

async fn run_for_a_day(killed: &Path, whole: &Path) -> Result<ExitCode, Box<dyn Error>> {
    let mut carriers = Simulator::builder()
        .with_seed(fastrand::u64(..))
        .with_spread(Duration::from_secs(6 * 3600))
        .with_clock(SimulatedClock::paused());
    for carrier in [Carrier::Dhl, Carrier::Ups, Carrier::Sf] {
        carriers = carriers.with_parcels(carrier, 20);
    }
    let carriers = carriers.start().await?;
    let ports = [free_port()?, free_port()?];
    let mut keepers = [
        start(&carriers, killed, ports[0])?,
        start(&carriers, whole, ports[1])?,
    ];
    for (feed, port) in PUSHED
        .into_iter()
        .flat_map(|feed| ports.map(|port| (feed, port)))
    {
        let url = format!("http://127.0.0.1:{port}/{feed}");
        carriers.register_webhook(Hook::new(feed, url).with_secret(keeper::SECRET))?;
    }
    let mut kills: Vec<u32> = (0..KILLS).map(|_| fastrand::u32(1..STEPS)).collect();
    kills.sort_unstable();
    for step in 0..STEPS {
        carriers.advance(Duration::from_secs(24 * 3600) / STEPS);
        sleep(STEP.mul_f64(fastrand::f64() * 2.0)).await;
        for _ in kills.iter().filter(|kill| **kill == step) {
            keepers[0].kill()?; // SIGKILL: no destructor runs, nothing is flushed.
            keepers[0].wait()?;
            println!("kill -9 at {}", carriers.now().format("%F %R"));
            keepers[0] = start(&carriers, killed, ports[0])?;
            // Carriers repeat a push that nobody takes, but not for long.
            while TcpStream::connect(("127.0.0.1", ports[0])).await.is_err() {
                sleep(Duration::from_millis(10)).await;
            }
        }
    }
    let now = carriers.now();
    carriers.webhooks_settled().await;
    sleep(5 * keeper::BETWEEN_POLLS).await; // Each polls once more.
    keepers.iter_mut().for_each(stop);
    let (one, other) = (states(killed, now)?, states(whole, now)?);
    let events = |states: &BTreeMap<String, (usize, String)>| -> usize {
        states.values().map(|(events, _)| events).sum()
    };
    println!(
        "killed {KILLS} times: {} parcels, {} events",
        one.len(),
        events(&one)
    );
    println!(
        "never killed:   {} parcels, {} events",
        other.len(),
        events(&other)
    );
    let differ: Vec<&String> = other
        .keys()
        .filter(|number| one.get(*number) != other.get(*number))
        .collect();
    if differ.is_empty() && one.len() == other.len() && events(&one) > 0 {
        println!("The states are the same.");
        return Ok(ExitCode::SUCCESS);
    }
    println!("The states differ: {differ:?}");
    Ok(ExitCode::FAILURE)
}

/// Another process of this program, which keeps parcels in `file`.
fn start(carriers: &Simulator, file: &Path, port: u16) -> Result<Child, Box<dyn Error>> {
    let feed = Carrier::Dhl.feed();
    let credentials = carriers.credentials(feed);
    Ok(Command::new(std::env::current_exe()?)
        .args([file.as_os_str(), port.to_string().as_ref()])
        .args(carriers.numbers(feed))
        .env(
            "PARCELTRAIL_DHL_UNIFIED_API_KEY",
            credentials.get("api_key").unwrap_or_default(),
        )
        .env("PARCELTRAIL_DHL_UNIFIED_BASE", carriers.base(feed))
        .spawn()?)
}

fn stop(keeper: &mut Child) {
    let _ = (keeper.kill(), keeper.wait());
}

fn free_port() -> std::io::Result<u16> {
    Ok(std::net::TcpListener::bind("127.0.0.1:0")?
        .local_addr()?
        .port())
}

/// What a file says of each parcel: how many events stand, and everything that follows from them.
fn states(
    file: &Path,
    now: DateTime<Utc>,
) -> Result<BTreeMap<String, (usize, String)>, Box<dyn Error>> {
    let mut states = BTreeMap::new();
    for (number, journey) in keeper::Store::open(file)?.all()? {
        let snapshot = journey.at(now);
        let told = serde_json::json!([snapshot.parcel, snapshot.customs, snapshot.events]);
        states.insert(number, (snapshot.events.len(), told.to_string()));
    }
    Ok(states)
}
