//! The replay: journeys side by side in time order, each forecast from what was known.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::eta::score::Forecast;
use parceltrail::history::{HistoryEnd, Passage};
use parceltrail::{History, Milestone};
use smol_str::SmolStr;

use crate::methods::{Method, Methods};
use crate::moments::Split;
use crate::scores::Scores;

/// How often journeys under way are taught as they stand.
const ROUNDS: TimeDelta = TimeDelta::days(7);
/// How long before the split forecasts begin, so that the correction by observed outcomes has outcomes to go by.
const WARM_UP: TimeDelta = TimeDelta::days(60);
/// From when on a silent journey teaches nothing more.
const LONGEST_SILENCE: TimeDelta = TimeDelta::days(180);

/// A journey under way.
struct Active {
    /// Its name in the file.
    name: SmolStr,
    /// What is known of it.
    known: History,
    /// What is still to come, oldest first.
    ahead: std::collections::VecDeque<Passage>,
    /// How it will end: told to nobody before it does.
    outcome: Option<HistoryEnd>,
    delivered: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
    lane: Option<SmolStr>,
    /// In the part of the file that is scored, if the split is by journeys.
    is_scored: bool,
    /// Under which keys estimates were issued.
    issued: Vec<String>,
}

/// When a journey goes on. At one moment those that end come first: what ended by then is known then.
type Due = Reverse<(DateTime<Utc>, bool, usize)>;

/// What the replay went through.
#[derive(Debug, Default)]
pub struct Summary {
    pub journeys: usize,
    pub delivered: usize,
    pub scored: usize,
    pub first: Option<DateTime<Utc>>,
    pub last: Option<DateTime<Utc>>,
    /// When scoring began.
    pub split: Option<DateTime<Utc>>,
}

pub struct Replay<'s> {
    methods: Methods,
    scores: &'s mut Scores,
    split: Split,
    /// Journeys before the split, if that goes by journeys.
    learned_from: usize,
    forecasts_from: DateTime<Utc>,
    active: BTreeMap<usize, Active>,
    queue: BinaryHeap<Due>,
    next_round: Option<DateTime<Utc>>,
    forecasts: Option<Box<dyn Write>>,
    summary: Summary,
}

impl<'s> Replay<'s> {
    /// `starts` are those of all journeys to come, in order.
    pub fn new(scores: &'s mut Scores, split: Split, starts: Vec<DateTime<Utc>>) -> Self {
        let (learned_from, at) = match split {
            Split::Fraction(fraction) => {
                let first = ((fraction * starts.len() as f64).round() as usize).min(starts.len());
                (first, starts.get(first).or(starts.last()).copied())
            }
            Split::Moment(at) => (0, Some(at)),
        };
        let forecasts_from = at.and_then(|at| at.checked_sub_signed(WARM_UP)).unwrap_or(DateTime::<Utc>::MIN_UTC);
        Self {
            methods: Methods::new(),
            scores,
            split,
            learned_from,
            forecasts_from,
            active: BTreeMap::new(),
            queue: BinaryHeap::new(),
            next_round: None,
            forecasts: None,
            summary: Summary { split: at, ..Summary::default() },
        }
    }

    /// Writes down every forecast after the split.
    pub fn write_forecasts_to(&mut self, out: Box<dyn Write>) {
        self.forecasts = Some(out);
    }

    /// The next journey begins; everything that others did before is done first.
    pub fn begin(&mut self, history: History) -> io::Result<()> {
        let Some(start) = history.begun_at() else { return Ok(()) };
        while self.queue.peek().is_some_and(|Reverse((at, ..))| *at < start) {
            self.step()?;
        }
        let number = self.summary.journeys;
        self.summary.journeys += 1;
        self.summary.first = self.summary.first.or(Some(start));
        let (delivered, ended, lane, outcome) = (history.delivered_at(), history.ended_at(), history.lane(), history.outcome);
        // Lines may share an id; here each is a journey of its own.
        let name = history.id.clone();
        let known = History { id: number.to_string().into(), outcome: None, events: Vec::new(), ..history };
        let is_scored = number >= self.learned_from;
        let journey = Active { name, known, ahead: history.events.into(), outcome, delivered, ended, lane, is_scored, issued: Vec::new() };
        self.wait(number, journey);
        Ok(())
    }

    /// All journeys have begun: follows them to the end of the file.
    pub fn finish(mut self) -> io::Result<Summary> {
        while !self.queue.is_empty() {
            self.step()?;
        }
        if let Some(out) = &mut self.forecasts {
            out.flush()?;
        }
        Ok(self.summary)
    }

    /// Keeps a journey until its next event; one that is over is let go, one that is silent stays to be taught as open.
    fn wait(&mut self, number: usize, journey: Active) {
        if let Some(next) = journey.ahead.front() {
            let ends = journey.ended == Some(next.at);
            self.queue.push(Reverse((next.at, !ends, number)));
        }
        self.active.insert(number, journey);
    }

    /// The next thing that happens.
    fn step(&mut self) -> io::Result<()> {
        let Some(Reverse((now, _, number))) = self.queue.pop() else { return Ok(()) };
        self.teach_open(now);
        self.summary.last = self.summary.last.max(Some(now));
        let Some(mut journey) = self.active.remove(&number) else { return Ok(()) };
        let from = journey.known.events.len();
        while journey.ahead.front().is_some_and(|event| event.at <= now) {
            journey.known.events.extend(journey.ahead.pop_front());
        }
        if journey.ended.is_some_and(|end| end <= now) {
            self.end(journey, now);
            return Ok(());
        }
        self.forecast(&mut journey, number, from, now)?;
        self.wait(number, journey);
        Ok(())
    }

    /// A journey was seen to end: only now it teaches how long it took.
    fn end(&mut self, mut journey: Active, now: DateTime<Utc>) {
        let delivered = journey.delivered.filter(|at| *at <= now);
        self.summary.delivered += usize::from(delivered.is_some());
        journey.known.outcome = journey.outcome.or(Some(HistoryEnd::Delivered));
        self.methods.learn(&journey.known, now);
        if let Some(delivered) = delivered {
            self.methods.learn_durations(&journey.known.events, journey.lane.as_ref(), delivered);
        }
        for key in &journey.issued {
            self.methods.settled(key, delivered, now);
        }
    }

    /// Forecasts at what just happened, from everything known now.
    fn forecast(&mut self, journey: &mut Active, number: usize, from: usize, now: DateTime<Utc>) -> io::Result<()> {
        if now < self.forecasts_from {
            return Ok(());
        }
        // At every moment, whatever was asked for: so that no row depends on which others are told.
        let key = format!("{number}/{from}");
        let ours = self.methods.ours(&journey.known, now, &key);
        journey.issued.push(key);
        let is_scored = match self.split {
            Split::Fraction(_) => journey.is_scored,
            Split::Moment(split) => now >= split,
        };
        let happened = journey.known.events[from..].iter().map(|event| event.milestone);
        let happened: Vec<Milestone> = happened.filter(|milestone| is_scored && self.scores.moments.hold(*milestone)).collect();
        let group = self.scores.by.map(|by| by.of(&journey.known));
        for milestone in happened {
            for method in Method::ALL {
                let forecast = match method {
                    Method::Ours => ours,
                    other => self.methods.baseline(other, &journey.known, journey.lane.as_ref(), milestone, now),
                };
                let Some(forecast) = forecast else { continue };
                if let Some(out) = &mut self.forecasts {
                    write_forecast(out, &journey.name, milestone, method, &forecast)?;
                }
                if let Some(delivered) = journey.delivered {
                    self.summary.scored += usize::from(method == Method::Ours);
                    self.scores.take(milestone, method, group.as_ref(), &forecast, delivered);
                }
            }
        }
        Ok(())
    }

    /// Once a round, journeys under way teach that they have not arrived.
    fn teach_open(&mut self, now: DateTime<Utc>) {
        let due = *self.next_round.get_or_insert(now + ROUNDS);
        if now < due {
            return;
        }
        self.next_round = Some(now + ROUNDS);
        let methods = &mut self.methods;
        self.active.retain(|_, journey| {
            let silent_since = journey.known.events.last().map_or(now, |last| last.at);
            let is_given_up = journey.ahead.is_empty() && now - silent_since > LONGEST_SILENCE;
            methods.learn(&journey.known, now);
            !is_given_up
        });
    }
}

/// One forecast a line.
fn write_forecast(out: &mut dyn Write, id: &str, at: Milestone, method: Method, forecast: &Forecast) -> io::Result<()> {
    #[derive(serde::Serialize)]
    struct Line<'f> {
        id: &'f str,
        at: Milestone,
        method: &'static str,
        #[serde(flatten)]
        forecast: &'f Forecast,
    }
    serde_json::to_writer(&mut *out, &Line { id, at, method: method.as_str(), forecast })?;
    out.write_all(b"\n")
}
