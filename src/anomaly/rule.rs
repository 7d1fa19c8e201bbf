//! What a rule is: [`Rule`] for parcels, [`CohortRule`] for feeds and lanes, and [`RuleContext`],
//! through which it sees the clock and speaks.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::cohort::{Cohort, Surroundings};
use super::expectations::Foresight;
use super::finding::{Category, Draft, Expected, Finding, Findings, Level};
use super::parcel::Parcel;
use crate::model::TrackingNumber;

/// What a rule says about itself, at run time and in the documentation.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RuleAbout {
    /// Its code, in kebab-case. Stable: settings, cases and wording depend on it.
    pub code: &'static str,
    /// What kind of trouble it looks for.
    pub category: Category,
    /// What it means, a line each.
    pub lines: &'static [&'static str],
    /// Its settings besides `enabled` and `level`.
    pub settings: &'static [SettingAbout],
    /// Codes of graver rules: while one of those has found something, this one opens no case of its
    /// own.
    pub under: &'static [&'static str],
}

impl RuleAbout {
    /// A rule of which no more than code and category is said.
    #[must_use]
    pub const fn new(code: &'static str, category: Category) -> Self {
        Self {
            code,
            category,
            lines: &[],
            settings: &[],
            under: &[],
        }
    }

    /// Sets what it means, a line each.
    #[must_use]
    pub const fn with_lines(mut self, lines: &'static [&'static str]) -> Self {
        self.lines = lines;
        self
    }

    /// Sets what is said of its settings.
    #[must_use]
    pub const fn with_settings(mut self, settings: &'static [SettingAbout]) -> Self {
        self.settings = settings;
        self
    }

    /// Sets the codes of graver rules under which it opens no case.
    #[must_use]
    pub const fn with_under(mut self, under: &'static [&'static str]) -> Self {
        self.under = under;
        self
    }

    /// What it means, as one text.
    #[must_use]
    pub fn explanation(&self) -> String {
        joined(self.lines)
    }
}

/// What a rule says about one of its settings.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SettingAbout {
    /// The key.
    pub key: &'static str,
    /// What it means, a line each.
    pub lines: &'static [&'static str],
}

impl SettingAbout {
    /// A setting and what it means, a line each.
    #[must_use]
    pub const fn new(key: &'static str, lines: &'static [&'static str]) -> Self {
        Self { key, lines }
    }

    /// What it means, as one text.
    #[must_use]
    pub fn explanation(&self) -> String {
        joined(self.lines)
    }
}

fn joined(lines: &[&str]) -> String {
    lines
        .iter()
        .map(|line| line.trim())
        .collect::<Vec<_>>()
        .join(" ")
        .trim()
        .to_owned()
}

/// A rule about one parcel: a pure function of the parcel's digest, the rule's settings and the
/// clock.
///
/// The struct that implements it *is* its settings: [`Catalogue::with`](super::Catalogue::with)
/// reads it from data. Every comparison with the clock goes through [`RuleContext::passed`], so
/// that the inspector knows when to look again.
///
/// ```
/// use parceltrail::anomaly::{Catalogue, Category, Draft, Inspector, RuleContext, Parcel, Rule, RuleAbout, Settings, Span};
/// use serde::{Deserialize, Serialize};
///
/// /// Chilled goods must not travel longer than this.
/// #[derive(Debug, Serialize, Deserialize)]
/// #[serde(deny_unknown_fields, default)]
/// struct Warm {
///     after: Span,
/// }
///
/// impl Default for Warm {
///     fn default() -> Self {
///         Self { after: Span::hours(48) }
///     }
/// }
///
/// static ABOUT: RuleAbout = RuleAbout::new("acme-warm", Category::Loss).with_lines(&["Chilled too long."]);
///
/// impl Rule for Warm {
///     fn about(&self) -> &'static RuleAbout {
///         &ABOUT
///     }
///
///     fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
///         let Some(collected) = parcel.collected() else { return };
///         if !parcel.terminal && look.passed(self.after.after(collected.latest)) {
///             look.raise(Draft::since(collected.latest).seen([collected.event]));
///         }
///     }
/// }
///
/// let settings = Settings::from_json(r#"{"rules":{"acme-warm":{"after":"36h"}}}"#)?;
/// let inspector = Inspector::with_rules(Catalogue::builtin().with::<Warm>(), settings)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Rule: std::fmt::Debug + Send + Sync + 'static {
    /// What it is.
    fn about(&self) -> &'static RuleAbout;

    /// Looks at a parcel and raises what is wrong.
    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>);

    /// Whether it reads meaning into silence. Then it keeps still while every feed of the parcel is
    /// silent itself: that is one case of the feed, not one of each parcel.
    fn reads_silence(&self) -> bool {
        false
    }

    /// Whether it looks at the pieces of a shipment one by one, where feeds tell them apart. Else
    /// it looks at the whole.
    fn judges_pieces(&self) -> bool {
        false
    }

    /// Asks the transit model, once when the parcel changes, when the rule should speak up if no
    /// news comes. [`RuleContext::expected`] gives the answer back.
    fn foresee(&self, ahead: &Foresight<'_>) -> Option<Expected> {
        let _ = ahead;
        None
    }
}

/// A rule about many parcels: a feed that fell silent, a lane that is disrupted.
pub trait CohortRule: std::fmt::Debug + Send + Sync + 'static {
    /// What it is.
    fn about(&self) -> &'static RuleAbout;

    /// Looks at the statistics and raises what is wrong, each with the feed or lane as
    /// [subject](Draft::about).
    fn inspect(&self, cohort: &Cohort, look: &mut RuleContext<'_>);
}

static NO_RULE: RuleAbout = RuleAbout::new("", Category::Data);

/// A rule's view of the clock and its voice.
#[derive(Debug)]
pub struct RuleContext<'a> {
    now: DateTime<Utc>,
    about: &'static RuleAbout,
    level: Level,
    parcel: Option<&'a Parcel>,
    /// The piece of it that is looked at.
    piece: Option<&'a Parcel>,
    next_check: DateTime<Utc>,
    surroundings: &'a Surroundings,
    findings: Findings,
    /// The rule of each finding.
    by: Vec<&'static RuleAbout>,
}

impl<'a> RuleContext<'a> {
    pub(super) fn new(
        now: DateTime<Utc>,
        parcel: Option<&'a Parcel>,
        surroundings: &'a Surroundings,
    ) -> Self {
        let findings = Findings::default();
        Self {
            now,
            about: &NO_RULE,
            level: Level::Info,
            parcel,
            piece: None,
            next_check: DateTime::<Utc>::MAX_UTC,
            surroundings,
            findings,
            by: Vec::new(),
        }
    }

    /// Turns to the next rule.
    pub(super) fn turn_to(&mut self, about: &'static RuleAbout, level: Level) {
        (self.about, self.level) = (about, level);
    }

    /// Turns to a piece; to the whole without one.
    pub(super) fn turn_to_piece(&mut self, piece: Option<&'a Parcel>) {
        self.piece = piece;
    }

    /// Makes one finding of what the present rule says alike of each of `all` pieces, from the
    /// statements about all of them. `from` is how many findings there were before it.
    pub(super) fn fold_pieces(&mut self, from: usize, all: usize) {
        let own = self.findings.found.get(from..).unwrap_or_default();
        let Some(first) = own.first() else { return };
        let is_same = |other: &Finding| {
            (&other.subject, &other.evidence, other.since)
                == (&first.subject, &first.evidence, first.since)
        };
        if own.len() == all && !first.evidence.is_empty() && own.iter().all(is_same) {
            self.findings.found.truncate(from + 1);
            self.by.truncate(from + 1);
            if let Some(finding) = self.findings.found.last_mut() {
                finding.piece = None;
            }
        }
    }

    /// How many findings there are.
    pub(super) fn count(&self) -> usize {
        self.findings.found.len()
    }

    /// Looks again at an instant at the latest.
    pub(super) fn again_at(&mut self, at: Option<DateTime<Utc>>) {
        if let Some(at) = at.filter(|at| *at > self.now) {
            self.next_check = self.next_check.min(at);
        }
    }

    pub(super) fn finish(mut self) -> Findings {
        self.findings.next_check =
            (self.next_check < DateTime::<Utc>::MAX_UTC).then_some(self.next_check);
        if self.findings.found.len() > 1 {
            self.subordinate();
        }
        self.findings
    }

    /// The moment of the inspection.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Whether an instant has passed. If not, the parcel is looked at again then.
    #[must_use]
    pub fn passed(&mut self, at: DateTime<Utc>) -> bool {
        if at <= self.now {
            return true;
        }
        self.next_check = self.next_check.min(at);
        false
    }

    /// What the transit model expects, as [`Rule::foresee`] asked it.
    #[must_use]
    pub fn expected(&self) -> Option<Expected> {
        let whole = self.parcel?;
        // The model speaks of the parcel's last news: of a piece only if they are its own.
        let is_meant = |piece: &Parcel| {
            piece.moved().map(|fact| fact.latest) == whole.moved().map(|fact| fact.latest)
        };
        self.piece
            .is_none_or(is_meant)
            .then(|| whole.expected_by(self.about.code))?
    }

    /// What is known around the parcel: feeds that are silent.
    #[must_use]
    pub fn surroundings(&self) -> &Surroundings {
        self.surroundings
    }

    /// Says what is wrong.
    pub fn raise(&mut self, draft: Draft) {
        let mut finding = draft.finding;
        finding.rule = smol_str::SmolStr::new_static(self.about.code);
        finding.piece = finding.piece.or_else(|| self.piece?.piece.clone());
        finding.level = if draft.raised {
            self.level.raised()
        } else {
            self.level
        };
        finding.evidence.sort();
        finding.evidence.dedup();
        self.findings.found.push(finding);
        self.by.push(self.about);
    }

    /// Marks findings that go under in graver ones: about the same piece, or about the whole.
    fn subordinate(&mut self) {
        let found: HashSet<(&str, Option<TrackingNumber>)> = self
            .by
            .iter()
            .zip(&self.findings.found)
            .map(|(about, finding)| (about.code, finding.piece.clone()))
            .collect();
        for (finding, about) in self
            .findings
            .found
            .iter_mut()
            .zip(&self.by)
            .filter(|(_, about)| !about.under.is_empty())
        {
            let is_found = |code: &str| {
                found.contains(&(code, None))
                    || finding.piece.is_some() && found.contains(&(code, finding.piece.clone()))
            };
            let graver = about.under.iter().find(|code| is_found(code));
            finding.under = graver.map(|code| smol_str::SmolStr::new_static(code));
        }
    }

    /// Raises a silence once it is longer than expected, and louder once it is alarming; it should
    /// be broken before that.
    pub fn raise_overdue(
        &mut self,
        expected: Expected,
        since: DateTime<Utc>,
        draft: impl FnOnce(Draft) -> Draft,
    ) {
        if !self.passed(expected.at) {
            return;
        }
        let severe = expected.severe.is_some_and(|severe| self.passed(severe));
        let silent = super::Datum::hours_between(since, self.now);
        let unusual = super::Datum::hours_between(since, expected.at);
        self.raise(draft(
            Draft::since(since)
                .due(expected.severe)
                .raised(severe)
                .with("silent", silent)
                .with("unusual_after", unusual),
        ));
    }
}

/// Declares a rule from one place: its settings as a struct with defaults and documentation, and
/// what it says about itself.
///
/// `rule! { /// Explanation. Name = "the-code", Category, under &["graver"] => /// What it means.
/// key: Type = default, }`
macro_rules! rule {
    ($(#[doc = $line:literal])+ $name:ident = $code:literal, $category:ident $(, under $under:expr)? => $($(#[doc = $setting_line:literal])+ $field:ident: $type:ty = $default:expr,)*) => {
        $(#[doc = $line])+
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(deny_unknown_fields, default)]
        #[non_exhaustive]
        pub struct $name {
            $($(#[doc = $setting_line])+ pub $field: $type,)*
        }

        #[allow(clippy::derivable_impls, reason = "the defaults stand beside the settings")]
        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $default,)* }
            }
        }

        static ABOUT: $crate::anomaly::RuleAbout = $crate::anomaly::RuleAbout {
            code: $code,
            category: $crate::anomaly::Category::$category,
            lines: &[$($line,)+],
            settings: &[$($crate::anomaly::SettingAbout { key: stringify!($field), lines: &[$($setting_line,)+] },)*],
            under: $crate::anomaly::rule::rule!(@under $($under)?),
        };
    };
    (@under) => { &[] };
    (@under $under:expr) => { $under };
}
pub(super) use rule;
