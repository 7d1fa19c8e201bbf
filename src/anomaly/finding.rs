//! What a rule finds: [`Finding`], with its evidence, who must act and by when.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

use super::span::Span;
use crate::model::{EventId, Party, TrackingNumber, words};

words! {
    /// How bad it is.
    Level {
        /// Worth knowing; nobody must act.
        Info = "info",
        /// Somebody should look.
        Warning = "warning",
        /// Somebody must act now.
        Critical = "critical",
    }
}

impl Level {
    /// One step worse, as far as there is one.
    #[must_use]
    pub const fn raised(self) -> Self {
        match self {
            Self::Info => Self::Warning,
            Self::Warning | Self::Critical => Self::Critical,
        }
    }
}

words! {
    /// What kind of trouble a rule looks for. It gives the [level](Category::level) that a finding
    /// starts with.
    Category {
        /// Nothing moves where something should.
        Silence = "silence",
        /// Customs and other authorities at the border.
        Customs = "customs",
        /// The promised day.
        Promise = "promise",
        /// The last mile.
        Delivery = "delivery",
        /// The goods are lost or harmed.
        Loss = "loss",
        /// The way that the parcel takes.
        Route = "route",
        /// Delivered, and yet not where it belongs.
        Custody = "custody",
        /// Statements that cannot be right.
        Data = "data",
        /// A feed or a lane, not a parcel.
        Network = "network",
        /// The shop's own part.
        Order = "order",
    }
}

impl Category {
    /// The level that a finding of this category starts with, unless the settings name another.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Loss | Self::Custody => Level::Critical,
            Self::Data => Level::Info,
            _ => Level::Warning,
        }
    }
}

/// A named value of a [`Finding`], for wording and for machines. In JSON an object of one key:
/// `{"hours":36.5}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Datum {
    /// How many.
    Count(i64),
    /// How long, in hours.
    Hours(f64),
    /// A probability or share from 0 to 1.
    Share(f64),
    /// A distance in kilometres.
    Km(f64),
    /// A moment.
    At(DateTime<Utc>),
    /// A calendar day, by the clock of the place that it is about.
    Day(NaiveDate),
    /// A place, as the feed words it.
    Place(SmolStr),
    /// A word of a vocabulary, such as a milestone or a reason, or an id.
    Word(SmolStr),
    /// A carrier's own words, personal data hidden.
    Text(SmolStr),
}

impl Datum {
    /// How long it is from one moment to another.
    #[must_use]
    pub fn hours_between(from: DateTime<Utc>, to: DateTime<Utc>) -> Self {
        #[expect(
            clippy::cast_precision_loss,
            reason = "seconds of a journey are far below 2^52"
        )]
        Self::Hours(((to - from).num_seconds() as f64 / 36.0).round() / 100.0)
    }
}

/// Something that a rule found wrong.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finding {
    /// The rule's code.
    pub rule: SmolStr,
    /// What of the parcel it is about, where a rule can find several things at once: a leg, a hold.
    /// Empty for the parcel itself.
    #[serde(default, skip_serializing_if = "SmolStr::is_empty")]
    pub subject: SmolStr,
    /// The piece that it is about, of a shipment of several. Absent where it is about the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub piece: Option<TrackingNumber>,
    /// How bad it is.
    pub level: Level,
    /// Who must act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub party: Option<Party>,
    /// Since when it is so: the latest instant that the evidence allows.
    pub since: DateTime<Utc>,
    /// By when somebody must act, where that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<DateTime<Utc>>,
    /// The statements that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<EventId>,
    /// What else there is to say, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<SmolStr, Datum>,
    /// The code of a graver finding about the same parcel that this one goes under in: it opens no
    /// case of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub under: Option<SmolStr>,
}

impl Finding {
    /// What a rule found, and since when it is so. All else is set in its fields; a rule of one's
    /// own makes a [`Draft`] instead.
    #[must_use]
    pub fn new(rule: impl Into<SmolStr>, level: Level, since: DateTime<Utc>) -> Self {
        Self {
            rule: rule.into(),
            subject: SmolStr::default(),
            piece: None,
            level,
            party: None,
            since,
            due: None,
            evidence: Vec::new(),
            data: BTreeMap::new(),
            under: None,
        }
    }

    /// Sets the statements that it rests on.
    #[must_use]
    pub fn with_evidence(mut self, evidence: impl IntoIterator<Item = EventId>) -> Self {
        self.evidence = evidence.into_iter().collect();
        self
    }

    /// Sets the graver finding that it goes under in.
    #[must_use]
    pub fn with_under(mut self, under: impl Into<SmolStr>) -> Self {
        self.under = Some(under.into());
        self
    }
}

/// A finding on its way from a rule: what the rule says.
/// [`RuleContext::raise`](super::RuleContext::raise) adds rule and level.
///
/// ```
/// use parceltrail::Party;
/// use parceltrail::anomaly::{Datum, Draft};
/// # let since = "2026-03-01T00:00:00Z".parse()?;
/// let draft = Draft::since(since).by(Party::Carrier).with("attempts", Datum::Count(3)).raised(true);
/// # Ok::<(), chrono::ParseError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a draft is found only when it is raised"]
pub struct Draft {
    pub(super) finding: Finding,
    pub(super) raised: bool,
}

impl Draft {
    /// Since when it is so: the latest instant that the evidence allows.
    pub fn since(since: DateTime<Utc>) -> Self {
        Self {
            finding: Finding::new(SmolStr::default(), Level::Info, since),
            raised: false,
        }
    }

    /// What of the parcel it is about.
    pub fn about(mut self, subject: impl Into<SmolStr>) -> Self {
        self.finding.subject = subject.into();
        self
    }

    /// The piece that it is about.
    pub fn of_piece(mut self, piece: impl Into<Option<TrackingNumber>>) -> Self {
        self.finding.piece = piece.into();
        self
    }

    /// Who must act.
    pub fn by(mut self, party: impl Into<Option<Party>>) -> Self {
        self.finding.party = party.into();
        self
    }

    /// By when.
    pub fn due(mut self, due: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.finding.due = due.into();
        self
    }

    /// The statements that it rests on.
    pub fn seen(mut self, evidence: impl IntoIterator<Item = EventId>) -> Self {
        self.finding.evidence.extend(evidence);
        self
    }

    /// A named value. Names are stable: wording depends on them.
    pub fn with(mut self, name: &'static str, value: Datum) -> Self {
        self.finding.data.insert(SmolStr::new_static(name), value);
        self
    }

    /// A value under a name, if there is one.
    pub fn with_some(self, name: &'static str, value: Option<Datum>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// A word under a name, if there is one.
    pub fn with_word(self, name: &'static str, word: Option<&'static str>) -> Self {
        self.with_some(
            name,
            word.map(|word| Datum::Word(SmolStr::new_static(word))),
        )
    }

    /// Makes it one level worse than the rule's own, if `raised`.
    pub fn raised(mut self, raised: bool) -> Self {
        self.raised |= raised;
        self
    }
}

/// What an inspection found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Findings {
    /// What is wrong, in the order of the rules.
    pub found: Vec<Finding>,
    /// The earliest instant at which the answer may change without news; never, if absent. Until
    /// then an inspection of the same digest would find the same.
    pub next_check: Option<DateTime<Utc>>,
}

impl Findings {
    /// These findings, which change without news at `next_check` at the earliest.
    #[must_use]
    pub fn new(
        found: impl IntoIterator<Item = Finding>,
        next_check: impl Into<Option<DateTime<Utc>>>,
    ) -> Self {
        Self {
            found: found.into_iter().collect(),
            next_check: next_check.into(),
        }
    }

    /// Whether an inspection at `now` may find something else than these.
    #[must_use]
    pub fn is_outdated(&self, now: DateTime<Utc>) -> bool {
        self.next_check.is_some_and(|again| again <= now)
    }

    /// The finding of a rule, if there is one.
    #[must_use]
    pub fn of(&self, rule: &str) -> Option<&Finding> {
        self.found.iter().find(|finding| finding.rule == rule)
    }
}

/// How patient a rule is: when it speaks up, and when it grows louder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Expected {
    /// When silence becomes unusual.
    pub at: DateTime<Utc>,
    /// When it becomes alarming.
    pub severe: Option<DateTime<Utc>>,
}

impl Expected {
    /// When silence becomes unusual; it never becomes alarming.
    #[must_use]
    pub const fn new(at: DateTime<Utc>) -> Self {
        Self { at, severe: None }
    }

    /// Sets when it becomes alarming.
    #[must_use]
    pub fn with_severe(mut self, severe: impl Into<Option<DateTime<Utc>>>) -> Self {
        self.severe = severe.into();
        self
    }

    /// From settings: so long after a moment, and so long.
    #[must_use]
    pub fn after(since: DateTime<Utc>, at: Span, severe: Span) -> Self {
        Self {
            at: at.after(since),
            severe: Some(severe.after(since)),
        }
    }
}
