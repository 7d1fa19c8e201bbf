//! Which rules there are, and how each is made from its section of the settings: [`Catalogue`].

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use smol_str::SmolStr;

use super::finding::Level;
use super::rule::{CohortRule, Rule, RuleAbout};
use super::settings::{Section, SettingsError};

/// The rules that an [`Inspector`](super::Inspector) knows.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    pub(super) kinds: Vec<Kind>,
}

/// One rule, and how it is made.
#[derive(Clone, Debug)]
pub(super) struct Kind {
    pub about: &'static RuleAbout,
    pub defaults: Section,
    make: Make,
}

type Maker<R> = fn(Section) -> Result<Box<R>, serde_json::Error>;

#[derive(Clone, Copy, Debug)]
enum Make {
    Parcel(Maker<dyn Rule>),
    Cohort(Maker<dyn CohortRule>),
}

/// A rule ready to run.
#[derive(Debug)]
pub(super) struct Slot<R: ?Sized> {
    pub about: &'static RuleAbout,
    pub level: Level,
    pub rule: Box<R>,
}

/// The rules that run for some parcels, in the order of the catalogue.
#[derive(Debug, Default)]
pub(super) struct Profile {
    pub rules: Vec<Slot<dyn Rule>>,
    pub cohort: Vec<Slot<dyn CohortRule>>,
}

fn make<R: DeserializeOwned>(section: Section) -> Result<R, serde_json::Error> {
    serde_json::from_value(Value::Object(section))
}

fn section_of(rule: &impl Serialize) -> Section {
    match serde_json::to_value(rule) {
        Ok(Value::Object(section)) => section,
        _ => Section::new(),
    }
}

impl Catalogue {
    /// Every rule of this crate.
    #[must_use]
    pub fn builtin() -> Self {
        super::rules::builtin()
    }

    /// Adds a rule. One of the same code is replaced.
    #[must_use]
    pub fn with<R: Rule + Default + Serialize + DeserializeOwned>(self) -> Self {
        let defaults = R::default();
        self.add(
            defaults.about(),
            section_of(&defaults),
            Make::Parcel(|section| Ok(Box::new(make::<R>(section)?))),
        )
    }

    /// Adds a rule about feeds or lanes. One of the same code is replaced.
    #[must_use]
    pub fn with_cohort<R: CohortRule + Default + Serialize + DeserializeOwned>(self) -> Self {
        let defaults = R::default();
        self.add(
            defaults.about(),
            section_of(&defaults),
            Make::Cohort(|section| Ok(Box::new(make::<R>(section)?))),
        )
    }

    fn add(mut self, about: &'static RuleAbout, defaults: Section, make: Make) -> Self {
        self.kinds.retain(|kind| kind.about.code != about.code);
        self.kinds.push(Kind {
            about,
            defaults,
            make,
        });
        self
    }

    /// What each rule says about itself, with its default settings.
    pub fn rules(&self) -> impl Iterator<Item = (&'static RuleAbout, &Section)> {
        self.kinds.iter().map(|kind| (kind.about, &kind.defaults))
    }

    /// What the rule of a code says about itself.
    #[must_use]
    pub fn about(&self, code: &str) -> Option<&'static RuleAbout> {
        self.kinds
            .iter()
            .find(|kind| kind.about.code == code)
            .map(|kind| kind.about)
    }

    /// All settings with their defaults as TOML, each explained by a comment.
    #[must_use]
    pub fn defaults_toml(&self) -> String {
        let mut out = super::settings::frame_toml();
        for kind in &self.kinds {
            let about = kind.about;
            comment(&mut out, &about.explanation());
            out.push_str(&format!(
                "[rules.{}]\nenabled = true\nlevel = \"{}\"\n",
                about.code,
                about.category.level()
            ));
            for setting in about.settings {
                comment(&mut out, &setting.explanation());
                let value = kind
                    .defaults
                    .get(setting.key)
                    .map_or_else(String::new, Value::to_string);
                out.push_str(&format!("{} = {value}\n", setting.key));
            }
            out.push('\n');
        }
        out.truncate(out.trim_end().len());
        out.push('\n');
        out
    }

    /// Refuses what no rule understands, key by key.
    pub(super) fn check(&self, code: &SmolStr, section: &Section) -> Result<(), SettingsError> {
        let error = |key: Option<&str>, problem: String| SettingsError {
            in_override: None,
            rule: Some(code.clone()),
            key: key.map(SmolStr::from),
            problem,
        };
        let Some(kind) = self
            .kinds
            .iter()
            .find(|kind| kind.about.code == code.as_str())
        else {
            return Err(error(None, "there is no such rule".to_owned()));
        };
        for (key, value) in section {
            let known = || {
                ["enabled", "level"]
                    .into_iter()
                    .chain(kind.defaults.keys().map(String::as_str))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let outcome = match key.as_str() {
                "enabled" => value
                    .as_bool()
                    .map(|_| ())
                    .ok_or_else(|| "expected true or false".to_owned()),
                "level" => level(value)
                    .map(|_| ())
                    .ok_or_else(|| "expected info, warning or critical".to_owned()),
                key if !kind.defaults.contains_key(key) => {
                    Err(format!("unknown; the keys are {}", known()))
                }
                key => {
                    let mut alone = kind.defaults.clone();
                    alone.insert(key.to_owned(), value.clone());
                    kind.try_make(alone)
                }
            };
            outcome.map_err(|problem| error(Some(key), problem))?;
        }
        Ok(())
    }

    /// The rules as their sections, weakest first, want them. Sections are [checked](Self::check)
    /// before.
    pub(super) fn profile(
        &self,
        sections: &dyn Fn(&str) -> Vec<Section>,
    ) -> Result<Profile, SettingsError> {
        let mut profile = Profile::default();
        for kind in &self.kinds {
            let mut merged = kind.defaults.clone();
            for section in sections(kind.about.code) {
                merged.extend(section);
            }
            let is_enabled = merged
                .remove("enabled")
                .and_then(|enabled| enabled.as_bool())
                .unwrap_or(true);
            let level = merged
                .remove("level")
                .as_ref()
                .and_then(level)
                .unwrap_or(kind.about.category.level());
            if !is_enabled {
                continue;
            }
            let failed = |error: serde_json::Error| SettingsError {
                rule: Some(kind.about.code.into()),
                problem: error.to_string(),
                ..SettingsError::default()
            };
            match kind.make {
                Make::Parcel(make) => profile.rules.push(Slot {
                    about: kind.about,
                    level,
                    rule: make(merged).map_err(failed)?,
                }),
                Make::Cohort(make) => profile.cohort.push(Slot {
                    about: kind.about,
                    level,
                    rule: make(merged).map_err(failed)?,
                }),
            }
        }
        Ok(profile)
    }
}

impl Kind {
    fn try_make(&self, section: Section) -> Result<(), String> {
        let outcome = match self.make {
            Make::Parcel(make) => make(section).map(|_| ()),
            Make::Cohort(make) => make(section).map(|_| ()),
        };
        outcome.map_err(|error| error.to_string())
    }
}

fn level(value: &Value) -> Option<Level> {
    value.as_str()?.parse().ok()
}

/// A text as comment lines of at most a hundred characters.
pub(super) fn comment(out: &mut String, text: &str) {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if line.len() + word.len() > 98 {
            out.push_str(&format!("#{line}\n"));
            line.clear();
        }
        line.push(' ');
        line.push_str(word);
    }
    out.push_str(&format!("#{line}\n"));
}
