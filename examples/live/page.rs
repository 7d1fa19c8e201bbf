//! What is printed: a line for each event, a bar or a line for the progress, and the summary.

use std::io::{self, IsTerminal as _, Write};

use anstyle::{AnsiColor, Style};
use chrono::{DateTime, NaiveDate, Utc};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use parceltrail::Milestone;
use parceltrail::model::{Event, EventTime, Place};

use crate::summary::Summary;
use crate::watch::News;

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default();
const WAY: Style = AnsiColor::Cyan.on_default();

/// The screen while parcels travel.
pub struct Screen {
    bar: ProgressBar,
    shows_trails: bool,
    /// Lines instead of the bar, where there is no terminal.
    shows_days: bool,
    day: Option<NaiveDate>,
    events: usize,
}

impl Screen {
    /// Shows the trails of few parcels; nothing at all when `is_quiet`.
    pub fn new(parcels: usize, shows_trails: bool, is_quiet: bool) -> Self {
        let is_terminal = io::stderr().is_terminal();
        let target = if is_quiet || !is_terminal {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let bar = ProgressBar::with_draw_target(Some(parcels as u64), target);
        if let Ok(style) =
            ProgressStyle::with_template("{bar:30} {pos}/{len} parcels at rest  {msg}")
        {
            bar.set_style(style);
        }
        Self {
            bar,
            shows_trails: shows_trails && !is_quiet,
            shows_days: !is_quiet && !is_terminal,
            day: None,
            events: 0,
        }
    }

    /// Shows news at a moment of the parcels' time.
    pub fn show(&mut self, news: &News, now: DateTime<Utc>) -> io::Result<()> {
        match news {
            News::AtRest => self.bar.inc(1),
            News::Event(event) => {
                self.events += 1;
                self.line(event, "")?;
            }
            News::Withdrawn(event) => {
                self.events -= 1;
                self.line(event, "taken back: ")?;
            }
        }
        let moment = now.format("%a %-d %b %H:00");
        self.bar
            .set_message(format!("{} events  {moment} UTC", self.events));
        if self.shows_days && self.day.replace(now.date_naive()) != Some(now.date_naive()) {
            let (done, all) = (self.bar.position(), self.bar.length().unwrap_or_default());
            let day = now.format("%a %-d %b");
            writeln!(
                anstream::stdout(),
                "{BOLD}-- {day}: {done} of {all} parcels at rest, {} events{BOLD:#}",
                self.events
            )?;
        }
        Ok(())
    }

    fn line(&self, event: &Event, prefix: &str) -> io::Result<()> {
        if self.shows_trails {
            self.bar
                .suspend(|| write_event(&mut anstream::stdout(), event, prefix))
        } else {
            Ok(())
        }
    }

    pub fn close(&self) {
        self.bar.finish_and_clear();
    }
}

/// One event on one line of at most 100 columns.
pub fn write_event(out: &mut impl Write, event: &Event, prefix: &str) -> io::Result<()> {
    let style = if prefix.is_empty() {
        style_of(event.milestone)
    } else {
        DIM
    };
    let mut what = format!("{prefix}{}", event.milestone.as_str().replace('_', " "));
    if event.milestone == Milestone::Unmapped {
        what = format!("{prefix}unknown code {}", event.code.value);
    } else if let Some(reason) = event.reason {
        what = format!("{what}, {}", reason.as_str().replace('_', " "));
    }
    let place = event.place.as_ref().map(place).unwrap_or_default();
    let (when, number, what, place) = (
        fit(&when(&event.time), 23),
        fit(event.number.as_str(), 20),
        fit(&what, 36),
        fit(&place, 18),
    );
    writeln!(
        out,
        "{when} {number} {style}{what}{style:#} {}",
        place.trim_end()
    )
}

/// The wall clock where it happened, with its offset or a question mark.
fn when(time: &EventTime) -> String {
    let format = "%a %-d %b %H:%M";
    match (time.wall_clock(), time.offset()) {
        (Some(local), Some(offset)) => format!("{} {offset}", local.format(format)),
        (Some(local), None) => format!("{} zone ?", local.format(format)),
        (None, _) => format!("{} UTC", time.earliest().format(format)),
    }
}

fn place(place: &Place) -> String {
    let city = place.city.as_deref().or(place.name.as_deref());
    let parts = [city, place.country.as_ref().map(|country| country.as_str())];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn style_of(milestone: Milestone) -> Style {
    match milestone {
        Milestone::Delivered | Milestone::CustomsReleased => GOOD,
        Milestone::Announced | Milestone::Info => DIM,
        Milestone::Unmapped => AnsiColor::Yellow.on_default(),
        Milestone::PickedUp
        | Milestone::Arrived
        | Milestone::Departed
        | Milestone::InTransit
        | Milestone::CustomsSubmitted => WAY,
        Milestone::OutForDelivery | Milestone::AvailableForPickup => WAY,
        _ => BAD,
    }
}

/// A text in exactly so many columns, cut or filled up; Chinese characters are two wide.
fn fit(text: &str, width: usize) -> String {
    let wide = |c: char| {
        if ('\u{1100}'..='\u{ffdc}').contains(&c) {
            2
        } else {
            1
        }
    };
    let mut used = 0;
    let mut out: String = text
        .chars()
        .take_while(|c| {
            (used + wide(*c) <= width)
                .then(|| used += wide(*c))
                .is_some()
        })
        .collect();
    out.push_str(&" ".repeat(width - used));
    out
}

/// The figures of a run, one column for each feed.
pub fn write_summary(out: &mut impl Write, summary: &Summary) -> io::Result<()> {
    let feeds: Vec<&str> = summary.feeds.keys().copied().collect();
    let heading: String = feeds
        .iter()
        .chain(&["all"])
        .map(|feed| format!("{feed:>13}"))
        .collect();
    writeln!(out, "\n{BOLD}{:<30}{heading}{BOLD:#}", "SUMMARY")?;
    for (name, figure, must_be_zero) in Summary::ROWS {
        let row: String = summary
            .feeds
            .values()
            .chain([&summary.total])
            .map(|figures| format!("{:>13}", figure(figures)))
            .collect();
        let style = match (must_be_zero, figure(&summary.total)) {
            (true, 0) => GOOD,
            (true, _) => BAD,
            (false, _) => Style::new(),
        };
        writeln!(out, "{name:<30}{style}{row}{style:#}")?;
    }
    if !summary.total.faults.is_empty() {
        let faults: Vec<String> = summary
            .total
            .faults
            .iter()
            .map(|(fault, count)| format!("{} {count}", fault.as_str().replace('_', " ")))
            .collect();
        writeln!(out, "\n{BOLD}Faults injected{BOLD:#}")?;
        for line in faults.chunks(5) {
            writeln!(out, "  {}", line.join(", "))?;
        }
    }
    writeln!(
        out,
        "\n{:.1} days of the parcels' time in {:.1} s, seed {}.",
        summary.simulated_days, summary.seconds, summary.seed
    )
}
