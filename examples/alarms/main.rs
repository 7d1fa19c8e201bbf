//! How many troubles the rules see at how many false alarms: `cargo run --release --example alarms
//! -- --help`.

mod baseline;
mod course;
mod dwell;
mod generate;
mod help;
mod inject;
mod judge;
mod lanes;
mod read;
mod report;
mod score;
mod trial;
mod watch;

use std::io::{self, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use baseline::Baseline;
use course::Course;
use inject::Kind;
use trial::{Parts, Patience};

/// Measures how many troubles the anomaly rules see at how many false alarms, beside rules of
/// thumb.
#[derive(Debug, Parser)]
#[command(name = "alarms")]
struct Arguments {
    /// Finished journeys, one JSON object a line; without it they are drawn from tables of
    /// plausible dwell times.
    history: Option<PathBuf>,
    /// The seed of everything drawn by chance.
    #[arg(long, value_name = "SEED", default_value_t = 7)]
    inject: u64,
    /// How many journeys are drawn when no file is given. With few the tails of dwell times are not
    /// known, and false alarms cannot be kept rare.
    #[arg(long, default_value_t = 20_000, value_parser = clap::value_parser!(u32).range(100..=1_000_000))]
    parcels: u32,
    /// The share of clean parcels that may get a false alarm: where every detector is set.
    #[arg(long, value_name = "SHARE", default_value_t = 0.02, value_parser = share)]
    alarms_per_parcel: f64,
    /// Print one JSON object a line instead of tables.
    #[arg(long)]
    json: bool,
}

fn share(text: &str) -> Result<f64, String> {
    let share: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if share > 0.0 && share < 1.0 {
        Ok(share)
    } else {
        Err("expected a share between 0 and 1, such as 0.02".to_owned())
    }
}

fn main() -> ExitCode {
    let command = Arguments::command().after_long_help(help::text());
    let arguments = match command
        .try_get_matches()
        .and_then(|matches| Arguments::from_arg_matches(&matches))
    {
        Ok(arguments) => arguments,
        Err(error) => {
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 2 } else { 0 });
        }
    };
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads us has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

fn run(arguments: &Arguments) -> io::Result<()> {
    let courses = match &arguments.history {
        Some(path) => from_file(path)?,
        None => generate::generate(arguments.parcels as usize, arguments.inject),
    };
    let parts = Parts::new(courses);
    if parts.tune.is_empty() || parts.test.is_empty() {
        return Err(io::Error::other(
            "too few delivered journeys: a quarter sets thresholds, another is judged, and both are empty or one is",
        ));
    }
    let injected = trial::injections(&parts.test, arguments.inject);
    let patience = Patience::learn(&parts.train);
    for kind in Kind::ALL
        .into_iter()
        .filter(|kind| !injected.iter().any(|(_, one)| one.kind == *kind))
    {
        eprintln!(
            "note: no journey under test has room for {}; it is left out",
            kind.as_str()
        );
    }
    let bar = progress(watch::work(&parts, &injected));
    let model = watch::train(&parts, &bar);
    let watched = watch::judge(&parts, &injected, arguments.alarms_per_parcel, &model, &bar)
        .map_err(io::Error::other)?;
    bar.finish_and_clear();
    let baselines = Baseline::ALL
        .map(|one| judge::baseline(one, &parts, &injected, arguments.alarms_per_parcel));
    let judged: Vec<_> = std::iter::once(watched.judged).chain(baselines).collect();
    let mut rows: Vec<_> = judged
        .iter()
        .flat_map(|one| one.rows(&injected, &parts, &patience))
        .collect();
    rows.sort_by_key(|row| Kind::ALL.iter().position(|kind| kind.as_str() == row.kind));

    let mut out = io::stdout().lock();
    if arguments.json {
        return report::json(&mut out, &rows).and_then(|()| out.flush());
    }
    writeln!(
        out,
        "{} journeys teach, {} clean ones set thresholds, {} clean ones are judged\n",
        parts.train.len(),
        parts.tune.len(),
        parts.test.len()
    )?;
    report::table(&mut out, &rows)?;
    report::settings(&mut out, &judged)?;
    writeln!(
        out,
        "With false_alarms_per_parcel = {} the rules would give {:.4} there.",
        arguments.alarms_per_parcel, watched.as_named
    )?;
    let is_as_aimed_at =
        arguments.history.is_none() && (arguments.alarms_per_parcel - 0.02).abs() < 1e-9;
    if is_as_aimed_at {
        report::aims(&mut out, &rows, &judged, arguments.alarms_per_parcel)?;
    }
    report::rules(&mut out, &watched.rules, parts.test.len())?;
    out.flush()
}

/// A bar on the standard error, if that is a terminal.
fn progress(length: usize) -> ProgressBar {
    let bar =
        ProgressBar::with_draw_target(Some(length as u64), ProgressDrawTarget::stderr_with_hz(5));
    bar.set_style(
        ProgressStyle::with_template("{wide_bar} {pos}/{len} journeys, {eta} left")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    bar
}

fn from_file(path: &Path) -> io::Result<Vec<Course>> {
    let named =
        |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    let file = std::fs::File::open(path).map_err(named)?;
    let read = read::read(BufReader::new(file)).map_err(named)?;
    for problem in &read.problems {
        eprintln!("warning: {}: {problem}", path.display());
    }
    if read.unreadable + read.empty > 0 {
        eprintln!(
            "warning: {}: {} lines are no history, {} hold no event",
            path.display(),
            read.unreadable,
            read.empty
        );
    }
    if read.courses.is_empty() {
        return Err(io::Error::other(format!(
            "{}: holds no history; expected one JSON object a line",
            path.display()
        )));
    }
    Ok(read.courses)
}
