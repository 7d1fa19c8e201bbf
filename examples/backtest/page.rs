//! The answer as a table to read, and as JSON.

use std::io::{self, Write};

use anstyle::Style;
use parceltrail::eta::score::Decile;
use serde::Serialize;

use crate::replay::Summary;
use crate::scores::{Row, Scored, Scores};

const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();
/// Groups that the page shows of each moment; JSON tells them all.
const GROUPS: usize = 12;

/// Writes the table: one block a moment, one line a method.
pub fn write(out: &mut impl Write, scores: &Scores, summary: &Summary) -> io::Result<()> {
    let day = |at: Option<chrono::DateTime<chrono::Utc>>| {
        at.map_or_else(
            || "?".to_owned(),
            |at| at.format("%Y-%m-%d %H:%M").to_string(),
        )
    };
    let Summary {
        journeys,
        delivered,
        scored,
        first,
        last,
        split,
    } = summary;
    writeln!(
        out,
        "{journeys} journeys from {} to {} UTC, {delivered} delivered",
        day(*first),
        day(*last)
    )?;
    writeln!(
        out,
        "{scored} forecasts scored since {} UTC; hours unless said otherwise",
        day(*split)
    )?;
    let mut at = "";
    let mut shown = 0;
    for methods in scores.rows().chunks(4) {
        let Some(first) = methods.first() else {
            continue;
        };
        if at != first.at {
            (at, shown) = (first.at, 0);
            writeln!(out, "\n{BOLD}at {at}{BOLD:#}")?;
            let heads = [
                "n", "MAE", "median", "bias", "pinb50", "pinb90", "10-90", "<=P90", "width",
                "intvl", "max P90",
            ];
            writeln!(
                out,
                "{DIM}  {:<8}{:>8}{}{DIM:#}",
                "method",
                heads[0],
                heads[1..]
                    .iter()
                    .map(|head| format!("{head:>8}"))
                    .collect::<String>()
            )?;
        }
        if let (Some(group), Some(by)) = (first.group, scores.by) {
            shown += 1;
            if shown > GROUPS {
                continue;
            }
            writeln!(out, " {} {BOLD}{group}{BOLD:#}", by.as_str())?;
        }
        methods.iter().try_for_each(|row| line(out, row))?;
    }
    write_odds(out, scores)
}

fn line(out: &mut impl Write, row: &Row<'_>) -> io::Result<()> {
    let cells = Cells::of(row.scored);
    let hours = |value: Option<f64>| {
        value.map_or_else(|| format!("{:>8}", "-"), |value| format!("{value:>8.1}"))
    };
    let share = |value: Option<f64>| {
        value.map_or_else(|| format!("{:>8}", "-"), |value| format!("{value:>8.3}"))
    };
    write!(out, "  {:<8}{:>8}", row.method.as_str(), cells.n)?;
    for value in [
        cells.mae_hours,
        cells.median_hours,
        cells.bias_hours,
        cells.pinball50_hours,
        cells.pinball90_hours,
    ] {
        write!(out, "{}", hours(value))?;
    }
    write!(
        out,
        "{}{}",
        share(cells.coverage_10_90),
        share(cells.under_p90)
    )?;
    writeln!(
        out,
        "{}{}{}",
        hours(cells.width_hours),
        hours(cells.interval_score_hours),
        hours(cells.largest_p90_hours)
    )
}

/// The probabilities that we told: how well they tell apart, how honest they are.
fn write_odds(out: &mut impl Write, scores: &Scores) -> io::Result<()> {
    let mut is_begun = false;
    for (at, event, odds) in scores.odds() {
        if !is_begun {
            is_begun = true;
            writeln!(out, "\n{BOLD}probabilities{BOLD:#}")?;
            writeln!(
                out,
                "{DIM}  {:<14}{:<24}{:>8}{:>8}{:>8}{:>8}{:>8}{:>8}{DIM:#}",
                "of", "at", "n", "said", "share", "AUC", "Brier", "const"
            )?;
        }
        write!(out, "  {:<14}{at:<24}{:>8}", event.as_str(), odds.n())?;
        for value in [
            odds.mean(),
            odds.rate(),
            odds.auc(),
            odds.brier(),
            odds.brier_of_constant(),
        ] {
            match value {
                Some(value) => write!(out, "{value:>8.4}")?,
                None => write!(out, "{:>8}", "-")?,
            }
        }
        writeln!(out)?;
        let deciles = odds.deciles();
        write!(out, "{DIM}  {:<14}", "  said")?;
        for Decile { said, .. } in &deciles {
            write!(out, "{said:>8.3}")?;
        }
        write!(out, "\n  {:<14}", "  happened")?;
        for Decile { happened, .. } in &deciles {
            write!(out, "{happened:>8.3}")?;
        }
        writeln!(out, "{DIM:#}")?;
    }
    Ok(())
}

/// Writes one object a line.
pub fn write_json(out: &mut impl Write, scores: &Scores) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'r> {
        at: &'r str,
        method: &'static str,
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<&'static str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        group: Option<&'r str>,
        #[serde(flatten)]
        cells: Cells,
    }
    for row in scores.rows() {
        let group = row.group.map(|group| group.as_str());
        let by = scores.by.filter(|_| group.is_some()).map(|by| by.as_str());
        let line = Line {
            at: row.at,
            method: row.method.as_str(),
            by,
            group,
            cells: Cells::of(row.scored),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    write_json_odds(out, scores)
}

fn write_json_odds(out: &mut impl Write, scores: &Scores) -> io::Result<()> {
    #[derive(Serialize)]
    struct Line<'r> {
        at: &'r str,
        method: &'static str,
        odds: &'static str,
        n: u64,
        mean: Option<f64>,
        rate: Option<f64>,
        auc: Option<f64>,
        brier: Option<f64>,
        brier_of_constant: Option<f64>,
        deciles: Vec<Decile>,
    }
    for (at, event, odds) in scores.odds() {
        let line = Line {
            at,
            method: "ours",
            odds: event.as_str(),
            n: odds.n(),
            mean: odds.mean(),
            rate: odds.rate(),
            auc: odds.auc(),
            brier: odds.brier(),
            brier_of_constant: odds.brier_of_constant(),
            deciles: odds.deciles(),
        };
        serde_json::to_writer(&mut *out, &line)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

#[derive(Default, Serialize)]
struct Cells {
    n: u64,
    mae_hours: Option<f64>,
    median_hours: Option<f64>,
    bias_hours: Option<f64>,
    pinball50_hours: Option<f64>,
    pinball90_hours: Option<f64>,
    coverage_10_90: Option<f64>,
    under_p90: Option<f64>,
    width_hours: Option<f64>,
    interval_score_hours: Option<f64>,
    p90_length_hours: Option<f64>,
    largest_p90_hours: Option<f64>,
}

impl Cells {
    fn of(scored: Option<&Scored>) -> Self {
        let Some(Scored {
            score,
            largest_p90_hours,
        }) = scored
        else {
            return Self::default();
        };
        let rounded = |value: Option<f64>| value.map(|value| (value * 10_000.0).round() / 10_000.0);
        Self {
            n: score.n(),
            mae_hours: rounded(score.mae_hours()),
            median_hours: rounded(score.median_hours()),
            bias_hours: rounded(score.bias_hours()),
            pinball50_hours: rounded(score.pinball_hours(0.5)),
            pinball90_hours: rounded(score.pinball_hours(0.9)),
            coverage_10_90: rounded(score.coverage_10_90()),
            under_p90: rounded(score.under_p90()),
            width_hours: rounded(score.width_hours()),
            interval_score_hours: rounded(score.interval_score_hours()),
            p90_length_hours: rounded(score.p90_length_hours()),
            largest_p90_hours: rounded(*largest_p90_hours),
        }
    }
}
