//! A language: a file of messages in [Fluent](https://projectfluent.org) syntax.

use std::fmt;
use std::sync::LazyLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

static BUILTIN: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let sources = [
        ("en", include_str!("languages/en.ftl")),
        ("zh", include_str!("languages/zh.ftl")),
    ];
    // A test holds that both parse.
    sources
        .into_iter()
        .filter_map(|(tag, source)| Language::new(tag, source).ok())
        .collect()
});

/// The messages of one language. `src/briefing/languages/en.ftl` lists them all.
///
/// A file of one's own may hold a few of them only; the rest is said in English. Rules of one's own
/// are worded by `rule-<code>`.
///
/// ```
/// use parceltrail::briefing::Language;
/// let german = Language::new("de", "when-unknown = Noch nicht bekannt.")?;
/// assert_eq!(german.tag(), "de");
/// assert!(Language::builtin("zh-CN").is_some());
/// assert!(Language::new("de", "when-unknown = { $day").is_err());
/// # Ok::<(), parceltrail::briefing::LanguageError>(())
/// ```
pub struct Language {
    tag: String,
    bundle: FluentBundle<FluentResource>,
}

/// Why a language cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LanguageError {
    /// The tag is not one of BCP 47.
    #[error("{0:?} is not a language tag such as \"de\" or \"zh-CN\"")]
    Tag(String),
    /// The file is broken, or defines a message twice.
    #[error("the messages of {tag:?} cannot be read: {problem}")]
    Messages {
        /// The language.
        tag: String,
        /// What is wrong, and where.
        problem: String,
    },
}

impl Language {
    /// A language from its tag (BCP 47) and its messages.
    ///
    /// # Errors
    /// When the tag or the messages cannot be read.
    pub fn new(tag: &str, messages: &str) -> Result<Self, LanguageError> {
        let id: LanguageIdentifier = tag
            .parse()
            .map_err(|_| LanguageError::Tag(tag.to_owned()))?;
        let refused = |problem: String| LanguageError::Messages {
            tag: tag.to_owned(),
            problem,
        };
        let resource = FluentResource::try_new(messages.to_owned())
            .map_err(|(_, errors)| refused(joined(&errors)))?;
        let mut bundle = FluentBundle::new_concurrent(vec![id]);
        // The marks are for texts of mixed direction in rich pages; a terminal shows them as
        // rubbish.
        bundle.set_use_isolating(false);
        bundle
            .add_resource(resource)
            .map_err(|errors| refused(joined(&errors)))?;
        Ok(Self {
            tag: tag.to_owned(),
            bundle,
        })
    }

    /// A language that comes with the crate: `en` or `zh`, with or without a region.
    #[must_use]
    pub fn builtin(tag: &str) -> Option<&'static Self> {
        let wanted: LanguageIdentifier = tag.parse().ok()?;
        Self::all_builtin()
            .iter()
            .find(|language| language.tag == wanted.language.as_str())
    }

    /// Every language that comes with the crate.
    #[must_use]
    pub fn all_builtin() -> &'static [Self] {
        &BUILTIN
    }

    /// The tag that it was made with.
    #[must_use]
    pub fn tag(&self) -> &str {
        &self.tag
    }

    /// Whether it has a message of its own.
    #[must_use]
    pub fn has(&self, message: &str) -> bool {
        self.bundle.has_message(message)
    }

    /// A message with its arguments: in this language, else in English, else not at all.
    pub(super) fn say(&self, message: &str, arguments: &FluentArgs<'_>) -> Option<String> {
        let own = [Some(self), Self::builtin("en")]
            .into_iter()
            .flatten()
            .find(|language| language.has(message))?;
        let pattern = own.bundle.get_message(message)?.value()?;
        Some(
            own.bundle
                .format_pattern(pattern, Some(arguments), &mut Vec::new())
                .into_owned(),
        )
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Language")
            .field("tag", &self.tag)
            .finish_non_exhaustive()
    }
}

fn joined<E: fmt::Display>(errors: &[E]) -> String {
    errors
        .iter()
        .map(ToString::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
