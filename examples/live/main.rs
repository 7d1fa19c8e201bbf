//! Follows parcels of four carriers through the real client: `cargo run --example live -- --help`.
//!
//! Without arguments the carriers are simulated on this machine, and everything that can go wrong
//! does. With `--feed` a real carrier is asked.

mod desk;
mod page;
mod real;
mod summary;
mod watch;

use std::collections::BTreeMap;
use std::io;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Parser, ValueEnum};
use parceltrail::testing::simulator::{Carrier, Simulator};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use desk::Setting;
use summary::{Figures, Summary};
use watch::Watch;

/// Up to how many parcels the trails are printed.
const MOST_TRAILS: usize = 100;
/// Between two rounds of questions about the same parcels.
const ROUND: Duration = Duration::from_millis(500);

/// Follows simulated parcels of four carriers, or asks a real carrier.
#[derive(Debug, Parser)]
#[command(name = "live")]
struct Arguments {
    /// Which parcels there are, how they fare and what goes wrong.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// How many parcels, over four carriers. The trails of up to 100 are printed as they grow.
    #[arg(long, default_value_t = 40)]
    parcels: usize,
    /// What goes wrong.
    #[arg(long, value_enum, default_value_t = Faults::Storm)]
    faults: Faults,
    /// Simulated hours in a second; 12 by default, 3 for more than 400 parcels.
    #[arg(long)]
    speed: Option<f64>,
    /// Prints the summary alone, as JSON.
    #[arg(long)]
    json: bool,
    /// Asks a real carrier instead, with credentials from the environment
    /// (PARCELTRAIL_<FEED>_<CREDENTIAL>).
    #[arg(long, requires = "number")]
    feed: Option<String>,
    /// A number to ask the real carrier about; may be repeated.
    #[arg(long, requires = "feed")]
    number: Vec<String>,
    /// Another address than the carrier's own, such as its sandbox.
    #[arg(long, requires = "feed")]
    base: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Faults {
    /// Nothing.
    None,
    /// Everything, now and then.
    Storm,
}

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    let ended = match &arguments.feed {
        Some(feed) => real::ask(feed, &arguments.number, arguments.base.as_deref()).await,
        None => simulate(&arguments).await,
    };
    match ended {
        Ok(code) => code,
        // Whoever reads us has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

/// Follows simulated parcels until they are at rest. The exit code is 1 when anything was lost.
async fn simulate(arguments: &Arguments) -> io::Result<ExitCode> {
    let hours_a_second =
        arguments
            .speed
            .unwrap_or(if arguments.parcels > 400 { 3.0 } else { 12.0 });
    let is_storm = arguments.faults == Faults::Storm;
    let setting = Setting {
        seed: arguments.seed,
        parcels: arguments.parcels,
        is_storm,
        hours_a_second,
    };
    let began = Instant::now();
    let simulator = Arc::new(desk::open(setting).await?);
    let watches = follow(&simulator, arguments).await?;
    let summary = summarise(&simulator, &watches, setting, began.elapsed());
    if arguments.json {
        println!("{}", serde_json::to_string(&summary)?);
    } else {
        page::write_summary(&mut anstream::stdout(), &summary)?;
        for error in watches
            .iter()
            .filter(|watch| watch.client.stats().failed > 0)
            .filter_map(|watch| watch.last_error.as_ref())
        {
            println!("The last failure: {error}");
        }
    }
    Ok(ExitCode::from(u8::from(!summary.total.is_clean())))
}

/// One task for each carrier; what they hear is printed here.
async fn follow(simulator: &Arc<Simulator>, arguments: &Arguments) -> io::Result<Vec<Watch>> {
    let mut tasks = JoinSet::new();
    let (sender, mut news) = mpsc::unbounded_channel();
    for carrier in Carrier::ALL {
        let client =
            desk::client(simulator, carrier.feed(), arguments.seed).map_err(io::Error::other)?;
        let mut watch = Watch::new(client, simulator.numbers(carrier.feed()));
        let (simulator, sender) = (Arc::clone(simulator), sender.clone());
        tasks.spawn(async move {
            watch
                .follow(&simulator, ROUND, |news| _ = sender.send(news))
                .await;
            watch
        });
    }
    drop(sender);
    let mut screen = page::Screen::new(
        arguments.parcels,
        arguments.parcels <= MOST_TRAILS,
        arguments.json,
    );
    while let Some(news) = news.recv().await {
        screen.show(&news, simulator.now())?;
    }
    screen.close();
    Ok(tasks.join_all().await)
}

fn summarise(
    simulator: &Simulator,
    watches: &[Watch],
    setting: Setting,
    took: Duration,
) -> Summary {
    let counters = simulator.counters();
    let mut feeds = BTreeMap::new();
    let mut total = Figures::default();
    for carrier in Carrier::ALL {
        let Some(watch) = watches
            .iter()
            .find(|watch| watch.client.feed().as_str() == carrier.feed())
        else {
            continue;
        };
        let figures = Figures::new(
            watch.client.stats(),
            &counters.of(carrier.feed()),
            &watch.audit(simulator),
        );
        total.add(&figures);
        feeds.insert(carrier.feed(), figures);
    }
    let simulated_days = took.as_secs_f64() * setting.hours_a_second / 24.0;
    Summary {
        seed: setting.seed,
        storm: setting.is_storm,
        seconds: took.as_secs_f64(),
        simulated_days,
        feeds,
        total,
    }
}
