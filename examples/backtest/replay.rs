//! The replay: journeys side by side in time order, each forecast from what was known.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};
use std::io::{self, Write};

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::History;
use parceltrail::eta::score::Forecast;
use parceltrail::history::{HistoryEnd, Passage};
use smol_str::SmolStr;

use crate::methods::{Method, Methods, Ours};
use crate::moments::{Moment, Split};
use crate::scores::{Event, Scores};

/// How often journeys under way are taught as they stand.
const ROUNDS: TimeDelta = TimeDelta::days(7);
/// How long before the split forecasts begin, so that the correction by observed outcomes has
/// outcomes to go by.
const WARM_UP: TimeDelta = TimeDelta::days(60);
/// From when on a silent journey teaches nothing more.
const LONGEST_SILENCE: TimeDelta = TimeDelta::days(180);

/// A parcel of which nothing was heard for so long is lost.
const LOST_AFTER: TimeDelta = TimeDelta::days(60);

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
    /// What is known of its end when the file ends.
    fate: Option<Fate>,
    delivered: Option<DateTime<Utc>>,
    ended: Option<DateTime<Utc>>,
    lane: Option<SmolStr>,
    /// In the part of the file that is scored, if the split is by journeys.
    is_scored: bool,
    /// Looks since the last event.
    looks: i32,
    /// Under which keys estimates were issued.
    issued: Vec<String>,
}

/// Whether a journey arrived, as far as the file tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    Delivered,
    Never,
}

/// How a journey ended. One of which nothing was heard for so long is lost without a word; what is
/// under way when the file ends has no fate.
fn fate(history: &History, until: DateTime<Utc>) -> Option<Fate> {
    let heard = history.events.last()?.at;
    if history.delivered_at().is_some() {
        Some(Fate::Delivered)
    } else if history.ended_at().is_some() || until - heard > LOST_AFTER {
        Some(Fate::Never)
    } else {
        None
    }
}

/// A number from 0 to 1 that depends on a name alone.
fn drawn(name: &str) -> f64 {
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> 11) as f64 / (1u64 << 53) as f64
}

/// When a journey goes on, or is looked at. At one moment those that end come first: what ended by
/// then is known then.
type Due = Reverse<(DateTime<Utc>, What, usize)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    End,
    Event,
    Look,
}

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
    begun: usize,
    forecasts_from: DateTime<Utc>,
    active: BTreeMap<usize, Active>,
    queue: BinaryHeap<Due>,
    /// The last event of the file: nothing is looked at after it.
    until: DateTime<Utc>,
    /// How long after it happened an end is known.
    label_delay: TimeDelta,
    /// The share of journeys never delivered that is kept.
    thin: f64,
    next_round: Option<DateTime<Utc>>,
    /// How often silent journeys are looked at.
    looks: Option<TimeDelta>,
    forecasts: Option<Box<dyn Write>>,
    summary: Summary,
}

impl<'s> Replay<'s> {
    /// `starts` are those of all journeys to come, in order; `until` is the last event of all.
    pub fn new(
        scores: &'s mut Scores,
        split: Split,
        starts: Vec<DateTime<Utc>>,
        until: DateTime<Utc>,
    ) -> Self {
        let (learned_from, at) = match split {
            Split::Fraction(fraction) => {
                let first = ((fraction * starts.len() as f64).round() as usize).min(starts.len());
                (first, starts.get(first).or(starts.last()).copied())
            }
            Split::Moment(at) => (0, Some(at)),
        };
        let forecasts_from = at
            .and_then(|at| at.checked_sub_signed(WARM_UP))
            .unwrap_or(DateTime::<Utc>::MIN_UTC);
        Self {
            methods: Methods::new(),
            scores,
            split,
            learned_from,
            begun: 0,
            forecasts_from,
            active: BTreeMap::new(),
            queue: BinaryHeap::new(),
            until,
            label_delay: TimeDelta::zero(),
            thin: 1.0,
            next_round: None,
            looks: None,
            forecasts: None,
            summary: Summary {
                split: at,
                ..Summary::default()
            },
        }
    }

    /// Looks at silent journeys every so many hours.
    pub fn look_every(&mut self, hours: u32) {
        self.looks = Some(TimeDelta::hours(i64::from(hours)));
    }

    /// Ends are known so many hours late.
    pub fn delay_labels(&mut self, hours: u32) {
        self.label_delay = TimeDelta::hours(i64::from(hours));
    }

    /// Of the journeys that were never delivered, keeps a share.
    pub fn thin(&mut self, share: f64) {
        self.thin = share;
    }

    /// Writes down every forecast after the split.
    pub fn write_forecasts_to(&mut self, out: Box<dyn Write>) {
        self.forecasts = Some(out);
    }

    /// The next journey begins; everything that others did before is done first.
    pub fn begin(&mut self, history: History) -> io::Result<()> {
        let Some(start) = history.begun_at() else {
            return Ok(());
        };
        while self
            .queue
            .peek()
            .is_some_and(|Reverse((at, ..))| *at < start)
        {
            self.step()?;
        }
        let is_left_out =
            fate(&history, self.until) == Some(Fate::Never) && drawn(&history.id) >= self.thin;
        if is_left_out {
            self.learned_from -= usize::from(self.begun < self.learned_from);
            return Ok(());
        }
        let number = self.begun;
        self.begun += 1;
        self.summary.journeys += 1;
        self.summary.first = self.summary.first.or(Some(start));
        let (delivered, ended, lane, outcome) = (
            history.delivered_at(),
            history.ended_at(),
            history.lane(),
            history.outcome,
        );
        let fate_of = fate(&history, self.until);
        // Lines may share an id; here each is a journey of its own.
        let name = history.id.clone();
        let mut known = history;
        let ahead = std::mem::take(&mut known.events);
        known = known.with_id(number.to_string()).with_outcome(None);
        let is_scored = number >= self.learned_from;
        let journey = Active {
            name,
            known,
            ahead: ahead.into(),
            outcome,
            fate: fate_of,
            delivered,
            ended,
            lane,
            is_scored,
            looks: 0,
            issued: Vec::new(),
        };
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

    /// Keeps a journey until its next event; one that is over is let go, one that is silent stays
    /// to be taught as open.
    fn wait(&mut self, number: usize, journey: Active) {
        if let Some(next) = journey.ahead.front() {
            let (at, what) = if journey.ended == Some(next.at) {
                (next.at + self.label_delay, What::End)
            } else {
                (next.at, What::Event)
            };
            self.queue.push(Reverse((at, what, number)));
        }
        self.look_later(number, &journey);
        self.active.insert(number, journey);
    }

    /// Comes back to a silent journey: one look at a time, and none after the next event.
    fn look_later(&mut self, number: usize, journey: &Active) {
        let (Some(every), Some(last)) = (self.looks, journey.known.events.last()) else {
            return;
        };
        let at = last.at + every * (journey.looks + 1);
        let before_next = journey.ahead.front().is_none_or(|next| at < next.at);
        if before_next && at - last.at <= LONGEST_SILENCE && at <= self.until {
            self.queue.push(Reverse((at, What::Look, number)));
        }
    }

    /// A look at a journey during its silence.
    fn look(&mut self, number: usize, now: DateTime<Utc>) -> io::Result<()> {
        let Some(mut journey) = self.active.remove(&number) else {
            return Ok(());
        };
        journey.looks += 1;
        let silence = journey
            .known
            .events
            .last()
            .map_or(TimeDelta::zero(), |last| now - last.at);
        self.forecast(&mut journey, number, &[Moment::look(silence)], now)?;
        self.look_later(number, &journey);
        self.active.insert(number, journey);
        Ok(())
    }

    /// The next thing that happens.
    fn step(&mut self) -> io::Result<()> {
        let Some(Reverse((now, what, number))) = self.queue.pop() else {
            return Ok(());
        };
        if what == What::Look {
            self.teach_open(now);
            return self.look(number, now);
        }
        self.teach_open(now);
        self.summary.last = self.summary.last.max(Some(now));
        let Some(mut journey) = self.active.remove(&number) else {
            return Ok(());
        };
        let from = journey.known.events.len();
        while journey.ahead.front().is_some_and(|event| event.at <= now) {
            journey.known.events.extend(journey.ahead.pop_front());
        }
        if journey.ended.is_some_and(|end| end <= now) {
            self.end(journey, now);
            return Ok(());
        }
        journey.looks = 0;
        let happened: Vec<Moment> = journey.known.events[from..]
            .iter()
            .map(|event| Moment::Event(event.milestone))
            .collect();
        self.forecast(&mut journey, number, &happened, now)?;
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
            self.methods
                .learn_durations(&journey.known.events, journey.lane.as_ref(), delivered);
        }
        for key in &journey.issued {
            self.methods.settled(key, delivered, now);
        }
    }

    /// Forecasts at a moment, from everything known now.
    fn forecast(
        &mut self,
        journey: &mut Active,
        number: usize,
        moments: &[Moment],
        now: DateTime<Utc>,
    ) -> io::Result<()> {
        if now < self.forecasts_from {
            return Ok(());
        }
        // At every moment, whatever was asked for: so that no row depends on which others are told.
        let key = format!("{number}/{}/{}", journey.known.events.len(), journey.looks);
        let ours = self.methods.ours(&journey.known, now, &key);
        journey.issued.push(key);
        let is_scored = match self.split {
            Split::Fraction(_) => journey.is_scored,
            Split::Moment(split) => now >= split,
        };
        let is_asked = |moment: &Moment| match moment {
            Moment::Event(milestone) => self.scores.moments.hold(*milestone),
            Moment::Look(_) => true,
        };
        let happened: Vec<Moment> = moments
            .iter()
            .copied()
            .filter(|moment| is_scored && is_asked(moment))
            .collect();
        let Some(last) = journey.known.events.last() else {
            return Ok(());
        };
        let (last, silence) = (last.milestone, now - last.at);
        let group = self.scores.by.map(|by| by.of(&journey.known));
        for moment in happened {
            let milestone = if let Moment::Event(milestone) = moment {
                milestone
            } else {
                last
            };
            for method in Method::ALL {
                let forecast = match method {
                    Method::Ours => ours.map(|ours| ours.forecast),
                    other => self.methods.baseline(
                        other,
                        &journey.known,
                        journey.lane.as_ref(),
                        (milestone, silence),
                        now,
                    ),
                };
                let Some(forecast) = forecast else { continue };
                if let Some(out) = &mut self.forecasts {
                    let odds = ours.filter(|_| method == Method::Ours);
                    write_forecast(out, journey, moment, (method, &forecast), odds)?;
                }
                let is_scored = method == Method::Ours && journey.delivered.is_some();
                self.summary.scored += usize::from(is_scored);
                self.scores
                    .take(moment, method, group.as_ref(), &forecast, journey.delivered);
            }
            if let Some(ours) = ours {
                self.score_odds(moment, journey, &ours);
            }
        }
        Ok(())
    }

    /// Scores probabilities of what can be known when the file ends, whatever happened: else the
    /// quick would count and the slow would not.
    fn score_odds(&mut self, moment: Moment, journey: &Active, ours: &Ours) {
        let made = ours.forecast.made;
        if let (Some(promise), Some(said)) = (ours.promise, ours.miss_promise)
            && promise < self.until
        {
            let missed = journey.delivered.is_none_or(|at| at > promise);
            self.scores
                .take_odds(moment, Event::MissPromise, said, missed);
        }
        if let (Some(fate), Some(said)) = (journey.fate, ours.loss)
            && self.until - made > LOST_AFTER
        {
            self.scores
                .take_odds(moment, Event::Loss, said, fate == Fate::Never);
        }
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

/// One forecast a line: what was said, and behind it what became of the parcel.
fn write_forecast(
    out: &mut dyn Write,
    journey: &Active,
    at: Moment,
    (method, forecast): (Method, &Forecast),
    odds: Option<Ours>,
) -> io::Result<()> {
    #[derive(serde::Serialize)]
    struct Line<'f> {
        id: &'f str,
        at: String,
        method: &'static str,
        #[serde(flatten)]
        forecast: &'f Forecast,
        promise: Option<DateTime<Utc>>,
        miss_promise: Option<f64>,
        loss: Option<f64>,
        outcome: Option<HistoryEnd>,
        delivered: Option<DateTime<Utc>>,
    }
    let outcome = journey
        .delivered
        .map(|_| HistoryEnd::Delivered)
        .or(journey.outcome.filter(|_| journey.ended.is_some()));
    let line = Line {
        id: &journey.name,
        at: at.to_string(),
        method: method.as_str(),
        forecast,
        promise: journey.known.promised,
        miss_promise: odds.and_then(|odds| odds.miss_promise),
        loss: odds.and_then(|odds| odds.loss),
        outcome,
        delivered: journey.delivered,
    };
    serde_json::to_writer(&mut *out, &line)?;
    out.write_all(b"\n")
}
