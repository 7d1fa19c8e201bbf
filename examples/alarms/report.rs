//! The result as a table of at most a hundred columns, or as one JSON object a line.

use std::io::{self, Write};

use super::inject::Kind;
use super::judge::{Judged, share};
use super::score::Row;
use super::watch::{DETECTOR, RuleCount};

/// What the rules should see of drawn journeys when two in a hundred clean parcels get an alarm.
const AIMS: [(Kind, f64); 4] = [
    (Kind::Stall, 0.9),
    (Kind::CustomsHold, 0.7),
    (Kind::Loss, 0.9),
    (Kind::FalseDelivery, 0.95),
];

/// One object a line.
pub fn json(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    for row in rows {
        serde_json::to_writer(&mut *out, row)?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

/// The table, a block a kind.
pub fn table(out: &mut impl Write, rows: &[Row]) -> io::Result<()> {
    writeln!(
        out,
        "{:<15} {:<17} {:>6} {:>7} {:>12} {:>8} {:>8} {:>8} {:>8}",
        "kind",
        "detector",
        "n",
        "recall",
        "false/parcel",
        "prec 1%",
        "prec 5%",
        "delay h",
        "lead h"
    )?;
    let mut last = "";
    for row in rows {
        if row.kind != last && !last.is_empty() {
            writeln!(out)?;
        }
        let kind = if row.kind == last { "" } else { row.kind };
        last = row.kind;
        writeln!(
            out,
            "{kind:<15} {:<17} {:>6} {:>7.3} {:>12.4} {:>8} {:>8} {:>8} {:>8}",
            row.detector,
            row.n,
            row.recall,
            row.false_alarms_per_parcel,
            or_dash(row.precision_1, 2),
            or_dash(row.precision_5, 2),
            or_dash(row.delay_hours, 0),
            or_dash(row.lead_hours, 0)
        )?;
    }
    Ok(())
}

/// How each detector was set, and what that gave where it was set and where it was judged.
pub fn settings(out: &mut impl Write, judged: &[Judged]) -> io::Result<()> {
    writeln!(
        out,
        "\n{:<18} {:<44} {:>14} {:>14}",
        "detector", "set on the tuning part", "false there", "false in test"
    )?;
    for one in judged {
        writeln!(
            out,
            "{:<18} {:<44} {:>14.4} {:>14.4}",
            one.detector, one.setting, one.tuned, one.false_alarms
        )?;
    }
    Ok(())
}

/// What the aims of the generator's journeys came to.
pub fn aims(out: &mut impl Write, rows: &[Row], judged: &[Judged], allowed: f64) -> io::Result<()> {
    writeln!(out)?;
    let verdict = |is_reached: bool| if is_reached { "reached" } else { "missed" };
    if let Some(ours) = judged.iter().find(|one| one.detector == DETECTOR) {
        writeln!(
            out,
            "aim: false alarms per parcel at most {allowed}, where set: {:.4}, {}",
            ours.tuned,
            verdict(ours.tuned <= allowed)
        )?;
    }
    for (kind, aim) in AIMS {
        if let Some(row) = rows
            .iter()
            .find(|row| row.kind == kind.as_str() && row.detector == DETECTOR)
        {
            writeln!(
                out,
                "aim: recall of {} at least {aim:.2}: {:.3}, {}",
                kind.as_str(),
                row.recall,
                verdict(row.recall >= aim)
            )?;
        }
    }
    Ok(())
}

/// Which rules raised alarms about clean parcels under test.
pub fn rules(out: &mut impl Write, rules: &[RuleCount], parcels: usize) -> io::Result<()> {
    writeln!(
        out,
        "\n{:<24} {:>8} {:>9}",
        "rule, on clean parcels", "parcels", "share"
    )?;
    for rule in rules {
        let note = if rule.counts {
            ""
        } else {
            "  not counted: about the promise, or told at the door"
        };
        writeln!(
            out,
            "{:<24} {:>8} {:>9.4}{note}",
            rule.rule,
            rule.parcels,
            share(rule.parcels, parcels)
        )?;
    }
    Ok(())
}

fn or_dash(value: Option<f64>, digits: usize) -> String {
    value.map_or_else(|| "–".to_owned(), |value| format!("{value:.digits$}"))
}
