//! Replays past journeys and scores the estimates made on the way: `cargo run --release --example
//! backtest -- --help`.
//!
//! Every journey of the file is followed in time order. Nothing is used before it was known: an
//! event counts from its moment, an outcome teaches once it was observed, and journeys still under
//! way teach only that they have not arrived. Models learn before the split and after it; only
//! forecasts after the split are scored.

mod history_file;
mod methods;
mod moments;
mod page;
mod plot;
mod ranked;
mod replay;
mod scores;

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

use crate::history_file::HistoryFile;
use crate::moments::{Moments, Split};
use crate::replay::Replay;
use crate::scores::{Grouping, Scores};

/// Journeys from which on a progress bar is worth a line.
const LONG_FILE: usize = 20_000;
/// Problems that are told one by one; the rest is counted.
const TOLD_PROBLEMS: usize = 100;

/// Replays a history file and scores estimates of delivery against promises and plain quantiles.
#[derive(Debug, Parser)]
#[command(
    name = "backtest",
    after_help = "\
Every named milestone after the split is a moment of forecast, each time it occurs; what happened at it is known, what came later is not. \
Forecasts are scored against the journeys that were delivered by the end of the file.

Methods:
  ours     this crate's estimate, recalibrated on outcomes observed by then; its point is P50
  promise  the promised delivery as the estimate; it has no quantiles, and \"under P90\" is the share delivered by the promise
  global   quantiles of the time from such a milestone to delivery, over all outcomes observed by then
  lane     the same of one origin and destination; with fewer than 20 outcomes there, global

Figures, in hours:
  mae, median    mean and median absolute error of the point
  bias           mean of predicted - actual: negative when parcels come later than said
  pinball50/90   mean pinball loss of P50 and P90
  in 10-90       share delivered from P10 to P90 (.80 is honest)
  under P90      share delivered by P90 (.90 is honest)
  width          mean length from P10 to P90
  intvl          interval score of P10 to P90: width, and ten times how far outside deliveries lay
  P90 length     mean length from the forecast to P90 (in JSON only)
  max P90        the longest such, of any parcel, delivered or not

Probabilities, ours alone: miss_promise of promises due by the end of the file; loss (lost, returned, or silent for 60 days when the file ends) of \
forecasts at least 60 days before its end. said is their mean, share how often it happened; AUC how well they tell apart; Brier their mean squared \
error, beside that of always saying the share; then what was said and what happened, tenth by tenth.

JSON is one object a line with the keys at, method, n, mae_hours, median_hours, bias_hours, pinball50_hours, pinball90_hours, coverage_10_90, \
under_p90, width_hours, interval_score_hours, p90_length_hours, largest_p90_hours; those of a breakdown also have by and group. Rows of probabilities \
have at, method, odds, n, mean, rate, auc, brier, brier_of_constant, deciles (said, happened, n). What cannot be told is null.

Exit code 0: done, also if single lines could not be read. 1: nothing could be read. 2: wrong arguments."
)]
struct Arguments {
    /// Histories, one JSON object a line (see `parceltrail::History`); `-` is standard input, which
    /// is held in memory.
    history: PathBuf,
    /// What is only learned from: the first FRACTION of the journeys in order of their start (of
    /// the others every milestone is scored), or all milestones before an RFC 3339 moment.
    #[arg(long, value_name = "RFC3339|FRACTION", default_value = "0.7")]
    split: Split,
    /// Forecast when this milestone occurs, such as `announced` or `departed`; `any` pools all,
    /// `picked_up+departed` pools these. Repeatable. By default each milestone of the file, and
    /// `any`.
    #[arg(long, value_name = "MILESTONE")]
    at: Vec<String>,
    /// Forecast every so many hours of silence as well, until the next event or the end: one row
    /// for each length of silence.
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(1..=8760))]
    looks: Option<u32>,
    /// Ends of journeys are known so many hours after they happened.
    #[arg(long, value_name = "HOURS", default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=8760))]
    label_delay: u32,
    /// Of the journeys that were never delivered keep this share: for files in which they are more
    /// than in life. Which ones depends on their ids alone.
    #[arg(long, value_name = "SHARE", default_value_t = 1.0, value_parser = share)]
    thin: f64,
    /// Score by this besides.
    #[arg(long, value_enum)]
    by: Option<Grouping>,
    /// Print JSON, one object a line.
    #[arg(long)]
    json: bool,
    /// Draw how well the quantiles hold, as SVG.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Write every forecast after the split, one JSON object a line, with its probabilities and
    /// what became of its parcel.
    #[arg(long, value_name = "FILE")]
    forecasts: Option<PathBuf>,
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
    let moments = match Moments::parse(&arguments.at, arguments.looks.is_some()) {
        Ok(moments) => moments,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(2);
        }
    };
    match run(&arguments, moments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(1),
        // Whoever reads us has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(1)
        }
    }
}

/// Reads, replays, prints. False when nothing could be read.
fn run(arguments: &Arguments, moments: Moments) -> std::io::Result<bool> {
    let name = arguments.history.display().to_string();
    let mut file = HistoryFile::open(&arguments.history)
        .map_err(|error| std::io::Error::new(error.kind(), format!("{name}: {error}")))?;
    report(&name, &file);
    if file.is_empty() {
        eprintln!("error: {name} holds no journey that can be read");
        return Ok(false);
    }
    let mut scores = Scores::new(moments, arguments.by);
    let until = file.until().unwrap_or_default();
    let mut replay = Replay::new(&mut scores, arguments.split, file.starts(), until);
    if let Some(hours) = arguments.looks {
        replay.look_every(hours);
    }
    replay.delay_labels(arguments.label_delay);
    replay.thin(arguments.thin);
    if let Some(path) = &arguments.forecasts {
        let out = std::fs::File::create(path).map_err(|error| {
            std::io::Error::new(error.kind(), format!("{}: {error}", path.display()))
        })?;
        replay.write_forecasts_to(Box::new(std::io::BufWriter::new(out)));
    }
    let bar = progress(file.len());
    for history in file.in_order_of_start() {
        replay.begin(history?)?;
        bar.inc(1);
    }
    let summary = replay.finish()?;
    bar.finish_and_clear();

    if let Some(path) = &arguments.plot {
        plot::write(path, &scores).map_err(std::io::Error::other)?;
    }
    let mut out = anstream::AutoStream::new(std::io::stdout().lock(), colour());
    if arguments.json {
        page::write_json(&mut out, &scores)?
    } else {
        page::write(&mut out, &scores, &summary)?
    }
    out.flush()?;
    Ok(true)
}

/// Says which lines could not be read, and why.
fn report(name: &str, file: &HistoryFile) {
    let problems = file.problems();
    for (line, problem) in problems.iter().take(TOLD_PROBLEMS) {
        eprintln!("error: {name}:{line}: {problem}");
    }
    if !problems.is_empty() {
        eprintln!(
            "{} of {} lines could not be read and are left out",
            problems.len(),
            problems.len() + file.len()
        );
    }
}

fn progress(journeys: usize) -> indicatif::ProgressBar {
    if journeys < LONG_FILE || !std::io::stderr().is_terminal() {
        return indicatif::ProgressBar::hidden();
    }
    let style = indicatif::ProgressStyle::with_template(
        "{bar:40} {human_pos} of {human_len} journeys, {eta} to go",
    );
    indicatif::ProgressBar::new(journeys.try_into().unwrap_or(u64::MAX))
        .with_style(style.unwrap_or_else(|_| indicatif::ProgressStyle::default_bar()))
}

/// Colour on a terminal, unless `NO_COLOR` is set.
fn colour() -> anstream::ColorChoice {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if refused || !std::io::stdout().is_terminal() {
        anstream::ColorChoice::Never
    } else {
        anstream::ColorChoice::Auto
    }
}
