//! Writes a sample history, so that `backtest` can be tried without one's own: `cargo run --release
//! --example sample_history -- --parcels 5000 > history.ndjson`.
//!
//! Nothing in it is real: carriers, offices and times are drawn from a seeded generator, and the
//! same arguments give the same bytes everywhere. Figures measured on it tell whether something
//! broke, never how good estimates are on parcels of flesh and blood.

mod dice;
mod parcels;
mod rare;
mod trail;

use std::io::{BufWriter, Write};
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use parceltrail::History;

use crate::dice::Dice;

/// Writes made-up histories, one JSON object a line, in order of their start.
#[derive(Debug, Parser)]
#[command(
    name = "sample_history",
    after_help = "\
Worlds:
  parcels  four carriers' parcels on forty lanes at home and abroad: pickup, hubs, customs in minutes or days, vans that rest at weekends,
           busy weeks before Christmas, a promise
  orders   goods ordered months ahead: ordered, shipped, arrived, delivered; the promise tells most
  trips    truck trips with a planned time of every stop
  postal   letters and small packets with few scans, abroad

In each some are lost without a word, some come back, and those that began last are still under way when the file ends.
One parcel's place in the file decides its draws: a longer file begins with the shorter one's parcels, but its days are more densely filled."
)]
struct Arguments {
    /// How many journeys.
    #[arg(long, value_name = "COUNT", default_value_t = 5000, value_parser = clap::value_parser!(u32).range(1..=10_000_000))]
    parcels: u32,
    /// What is sent.
    #[arg(long, value_enum, default_value_t = World::Parcels)]
    world: World,
    /// Over so many days.
    #[arg(long, value_name = "DAYS", default_value_t = 420, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// The share that is lost, half of them without a word.
    #[arg(long, value_name = "SHARE", default_value_t = 0.01, value_parser = share)]
    loss: f64,
    /// Another seed, another history.
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    seed: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum World {
    Parcels,
    Orders,
    Trips,
    Postal,
}

fn share(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(share) if (0.0..=1.0).contains(&share) => Ok(share),
        _ => Err("a share lies from 0 to 1".to_owned()),
    }
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match write(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads us has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

fn write(arguments: &Arguments) -> std::io::Result<()> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let until = f64::from(arguments.days);
    for nth in 0..arguments.parcels {
        let start = until * f64::from(nth) / f64::from(arguments.parcels);
        let history = journey(arguments, nth, start, until);
        writeln!(out, "{}", history.to_line())?;
    }
    out.flush()
}

/// One journey as it was known when the file ends.
fn journey(arguments: &Arguments, nth: u32, start: f64, until: f64) -> History {
    let mut dice = Dice::new(arguments.seed, nth);
    let trail = match arguments.world {
        World::Parcels => parcels::parcel(&mut dice, start),
        World::Orders => rare::order(&mut dice, start),
        World::Trips => rare::trip(&mut dice, start),
        World::Postal => rare::packet(&mut dice, start),
    };
    trail
        .with_fate(&mut dice, arguments.loss)
        .history(format!("sample-{nth}"), until)
}
