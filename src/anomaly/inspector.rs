//! Runs the rules: [`Inspector`].

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, TimeDelta, Utc};
use smol_str::SmolStr;

use super::catalogue::{Catalogue, Profile};
use super::cohort::{Cohort, NOTHING_KNOWN, Surroundings};
use super::digest;
use super::expectations::{Expectations, Foresight};
use super::fact::Fact;
use super::finding::Findings;
use super::parcel::Parcel;
use super::rule::RuleContext;
use super::settings::{LanePattern, Section, Settings, SettingsError};
use crate::history::History;
use crate::journey::Snapshot;

/// The rules with their settings.
///
/// ```
/// use parceltrail::anomaly::{Inspector, Settings};
/// use parceltrail::testing::shipment;
/// use parceltrail::{Journey, Milestone, Stage};
///
/// let mut journey = Journey::default();
/// journey.apply(shipment("acme.track", "A1").event("2026-03-02T09:00:00Z", Stage::Order, Milestone::Announced).received("2026-03-02T09:10:00Z"));
///
/// let inspector = Inspector::new(Settings::default())?;
/// let parcel = inspector.digest(&journey.at("2026-03-03T09:00:00Z".parse()?));
/// let soon = inspector.inspect(&parcel, "2026-03-03T09:00:00Z".parse()?);
/// assert!(soon.found.is_empty());
/// let later = inspector.inspect(&parcel, soon.next_check.unwrap());
/// assert_eq!(later.found[0].rule, "never-collected");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Inspector {
    catalogue: Catalogue,
    settings: Settings,
    base: Arc<Profile>,
    /// Overrides by what they name, weakest kind first.
    overrides: Vec<OverrideKind>,
    /// Rules made for sets of overrides that were met together. A memo: what it holds follows from
    /// the settings.
    made: RwLock<HashMap<Vec<usize>, Arc<Profile>>>,
}

/// Which of carrier, origin, destination and customer some overrides name, and each by what it
/// names.
type OverrideKind = (u8, HashMap<Target, usize>);

/// What an override names.
#[derive(Debug, Default, PartialEq, Eq, Hash)]
struct Target {
    carrier: Option<SmolStr>,
    lane: LanePattern,
    customer: Option<SmolStr>,
}

impl Inspector {
    /// The rules of this crate.
    ///
    /// # Errors
    /// When a section names an unknown rule or key, or a value of the wrong shape; or when two
    /// overrides are for exactly the same parcels.
    pub fn new(settings: Settings) -> Result<Self, SettingsError> {
        Self::with_rules(Catalogue::builtin(), settings)
    }

    /// Rules of one's own.
    ///
    /// # Errors
    /// As [`Inspector::new`].
    pub fn with_rules(catalogue: Catalogue, settings: Settings) -> Result<Self, SettingsError> {
        for (code, section) in &settings.rules {
            catalogue.check(code, section)?;
        }
        let overrides = overrides(&catalogue, &settings)?;
        let base = Arc::new(
            catalogue.profile(&|code| settings.rules.get(code).cloned().into_iter().collect())?,
        );
        Ok(Self {
            catalogue,
            settings,
            base,
            overrides,
            made: RwLock::default(),
        })
    }

    /// The rules that it knows, also those that are disabled.
    #[must_use]
    pub fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The digest of a journey at the moment of its snapshot.
    #[must_use]
    pub fn digest(&self, snapshot: &Snapshot) -> Parcel {
        digest::digest(snapshot)
    }

    /// The digest of a customer's journey, with what a transit model expects of it.
    #[must_use]
    pub fn digest_expecting(
        &self,
        snapshot: &Snapshot,
        customer: Option<&str>,
        model: &dyn Expectations,
    ) -> Parcel {
        let mut parcel = self
            .digest(snapshot)
            .with_customer(customer.map(Into::into));
        if !parcel.terminal
            && let Some(history) = History::of("", snapshot)
        {
            self.foresee(&mut parcel, &history, model);
        }
        parcel
    }

    /// Asks a transit model once what the rules need of it until the journey changes: when silence
    /// becomes unusual, when the promise is probably missed. `history` is that of the same
    /// snapshot ([`History::of`]). Set [`Parcel::customer`] before, if overrides name
    /// customers.
    pub fn foresee(&self, parcel: &mut Parcel, history: &History, model: &dyn Expectations) {
        parcel.expected.clear();
        if parcel.terminal || history.events.is_empty() {
            return;
        }
        let stays = parcel
            .stays()
            .max(usize::from(self.settings.stays_per_journey))
            .max(1);
        #[expect(clippy::cast_precision_loss, reason = "a journey has few stays")]
        let tail = self.settings.false_alarms_per_parcel.get() / stays as f64;
        let ahead = Foresight {
            parcel,
            history,
            model,
            tail,
            doubt: doubt(parcel, history),
        };
        let expected = self
            .profile(parcel)
            .rules
            .iter()
            .filter_map(|slot| Some((slot.about.code, slot.rule.foresee(&ahead)?)))
            .collect();
        parcel.expected = expected;
    }

    /// What is wrong with a parcel.
    #[must_use]
    pub fn inspect(&self, parcel: &Parcel, now: DateTime<Utc>) -> Findings {
        self.inspect_amid(parcel, now, &NOTHING_KNOWN)
    }

    /// What is wrong with a parcel, given which feeds are silent.
    #[must_use]
    pub fn inspect_amid(
        &self,
        parcel: &Parcel,
        now: DateTime<Utc>,
        surroundings: &Surroundings,
    ) -> Findings {
        let profile = self.profile(parcel);
        let deaf = if surroundings.is_empty() {
            None
        } else {
            surroundings.deafness(parcel, now)
        };
        let mut look = RuleContext::new(now, Some(parcel), surroundings);
        look.again_at(parcel.renew);
        look.again_at(deaf.flatten());
        for slot in &profile.rules {
            if deaf.is_some() && slot.rule.reads_silence() {
                continue;
            }
            look.turn_to(slot.about, slot.level);
            if parcel.apart.is_empty() || !slot.rule.judges_pieces() {
                slot.rule.inspect(parcel, &mut look);
                continue;
            }
            let before = look.count();
            for piece in &parcel.apart {
                look.turn_to_piece(Some(piece));
                slot.rule.inspect(piece, &mut look);
            }
            look.turn_to_piece(None);
            look.fold_pieces(before, parcel.count_pieces());
        }
        look.finish()
    }

    /// What is wrong with feeds and lanes.
    #[must_use]
    pub fn inspect_cohort(&self, cohort: &Cohort, now: DateTime<Utc>) -> Findings {
        let mut look = RuleContext::new(now, None, &NOTHING_KNOWN);
        for slot in &self.base.cohort {
            look.turn_to(slot.about, slot.level);
            slot.rule.inspect(cohort, &mut look);
        }
        look.finish()
    }

    /// The rules for a parcel.
    fn profile(&self, parcel: &Parcel) -> Arc<Profile> {
        let matching = self.matching(parcel);
        if matching.is_empty() {
            return Arc::clone(&self.base);
        }
        if let Some(made) = self
            .made
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&matching)
        {
            return Arc::clone(made);
        }
        let sections = |code: &str| -> Vec<Section> {
            let overrides = matching
                .iter()
                .filter_map(|at| self.settings.overrides.get(*at))
                .map(|one| &one.rules);
            std::iter::once(&self.settings.rules)
                .chain(overrides)
                .filter_map(|rules| rules.get(code))
                .cloned()
                .collect()
        };
        // Every section was checked by itself, so that together they cannot fail.
        let made = self
            .catalogue
            .profile(&sections)
            .map_or_else(|_| Arc::clone(&self.base), Arc::new);
        self.made
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(matching, Arc::clone(&made));
        made
    }

    /// The overrides that match a parcel, weakest first.
    fn matching(&self, parcel: &Parcel) -> Vec<usize> {
        let mut matching = Vec::new();
        for (mask, targets) in &self.overrides {
            let named = |bit: u8| mask & (1 << bit) != 0;
            let target = Target {
                carrier: parcel
                    .carrier
                    .as_ref()
                    .filter(|_| named(0))
                    .map(|carrier| carrier.as_str().into()),
                lane: LanePattern {
                    origin: parcel.lane.origin.filter(|_| named(1)),
                    destination: parcel.lane.destination.filter(|_| named(2)),
                },
                customer: parcel.customer.clone().filter(|_| named(3)),
            };
            matching.extend(targets.get(&target));
        }
        matching
    }
}

/// How much later than a history has it the last sign of life may have been. A history knows no
/// scans of unknown meaning.
fn doubt(parcel: &Parcel, history: &History) -> TimeDelta {
    let counts = |fact: &&Fact| {
        fact.is_of_parcel() && (fact.milestone.moves_state() || fact.is_sign_of_life())
    };
    let latest = parcel
        .facts
        .iter()
        .filter(counts)
        .map(|fact| fact.latest)
        .max();
    let doubt = latest
        .zip(history.events.last())
        .map_or(TimeDelta::zero(), |(latest, last)| latest - last.at);
    doubt.max(TimeDelta::zero())
}

fn overrides(
    catalogue: &Catalogue,
    settings: &Settings,
) -> Result<Vec<OverrideKind>, SettingsError> {
    let mut kinds: Vec<((u32, u8), HashMap<Target, usize>)> = Vec::new();
    for (at, one) in settings.overrides.iter().enumerate() {
        let located = |error: SettingsError| SettingsError {
            in_override: Some(at + 1),
            ..error
        };
        for (code, section) in &one.rules {
            catalogue.check(code, section).map_err(located)?;
        }
        let strength = one.strength();
        if strength.0 == 0 {
            let problem =
                "it names no carrier, lane or customer; write its rules without an override"
                    .to_owned();
            return Err(located(SettingsError {
                problem,
                ..SettingsError::default()
            }));
        }
        let target = Target {
            carrier: one.carrier.clone(),
            lane: one.lane.unwrap_or_default(),
            customer: one.customer.clone(),
        };
        let place = kinds
            .iter()
            .position(|(other, _)| *other == strength)
            .unwrap_or_else(|| {
                kinds.push((strength, HashMap::new()));
                kinds.len() - 1
            });
        if let Some(first) = kinds[place].1.insert(target, at) {
            let problem = format!(
                "it is for the same parcels as override {}; write them as one",
                first + 1
            );
            return Err(located(SettingsError {
                problem,
                ..SettingsError::default()
            }));
        }
    }
    kinds.sort_by_key(|(strength, _)| *strength);
    Ok(kinds
        .into_iter()
        .map(|((_, mask), targets)| (mask, targets))
        .collect())
}
