//! A journey as it is drawn, in days since the file begins, and the history it becomes.

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::history::{Attribute, HistoryEnd, Passage, Planned, Station};
use parceltrail::{History, Milestone, Stage};

use crate::dice::Dice;

/// The file begins on Monday, 6 January 2025.
const BEGIN: i64 = 1_736_121_600;
/// How long after the last sign of life a loss is admitted, in days, if it is.
const ADMITTED_AFTER: f64 = 30.0;

#[derive(Default)]
pub struct Trail {
    pub head: History,
    pub promised: Option<f64>,
    pub events: Vec<(f64, Stage, Milestone, Option<Station>)>,
    pub plan: Vec<(f64, Stage, Milestone)>,
    pub outcome: Option<HistoryEnd>,
}

impl Trail {
    pub fn push(&mut self, at: f64, stage: Stage, milestone: Milestone, place: Option<Station>) {
        self.events.push((at, stage, milestone, place));
    }

    pub fn with_number(mut self, name: &'static str, number: f64) -> Self {
        self.head
            .attributes
            .insert(name.into(), Attribute::Number(number));
        self
    }

    /// Delivered, lost on the way, or sent back.
    pub fn with_fate(mut self, dice: &mut Dice, loss: f64) -> Self {
        self.outcome = Some(HistoryEnd::Delivered);
        let cut = 1 + dice.below(self.events.len().saturating_sub(1));
        if dice.is(loss) {
            self.events.truncate(cut);
            self.outcome = None;
            if let Some(last) = self.events.last().map(|event| event.0)
                && dice.is(0.5)
            {
                self.push(
                    last + dice.around(ADMITTED_AFTER, 0.3),
                    Stage::LineHaul,
                    Milestone::Lost,
                    None,
                );
                self.outcome = Some(HistoryEnd::Lost);
            }
        } else if dice.is(0.005)
            && let Some(last) = self.events.pop()
        {
            let home = self.head.origin.clone();
            self.push(
                last.0 + dice.around(6.0, 0.4),
                Stage::Return,
                Milestone::Returned,
                Some(home),
            );
            self.outcome = Some(HistoryEnd::Returned);
        }
        self
    }

    /// What was known of it `until` the file ends.
    pub fn history(self, id: String, until: f64) -> History {
        let is_over = self.events.last().is_some_and(|last| last.0 <= until);
        let passage = |(at, stage, milestone, place): (f64, Stage, Milestone, Option<Station>)| {
            Passage::new(instant(at), milestone)
                .with_stage(stage)
                .with_place(place)
        };
        let planned = |(at, stage, milestone): (f64, Stage, Milestone)| {
            Planned::new(instant(at), milestone).with_stage(stage)
        };
        let mut history = self
            .head
            .with_id(id)
            .with_promised(self.promised.map(instant))
            .with_outcome(self.outcome.filter(|_| is_over));
        let known = self.events.into_iter().filter(|event| event.0 <= until);
        history.events = known.map(passage).collect();
        history.schedule = self.plan.into_iter().map(planned).collect();
        history
    }
}

/// To the minute, as scanners tell it.
fn instant(day: f64) -> DateTime<Utc> {
    DateTime::from_timestamp(BEGIN, 0).unwrap_or_default()
        + TimeDelta::minutes((day * 1440.0).round() as i64)
}

/// A place by country and office.
pub fn office(country: &str, code: impl std::fmt::Display) -> Station {
    Station::new()
        .with_country(country.parse().ok())
        .with_code(format!("{country}{code}"))
}

/// The next hour of a working day: vans rest at weekends.
pub fn working(at: f64, hour: f64) -> f64 {
    let mut day = at.floor();
    if at - day > hour / 24.0 {
        day += 1.0;
    }
    while day.rem_euclid(7.0) >= 5.0 {
        day += 1.0;
    }
    day + hour / 24.0
}
