//! Which feed a payload comes from, told by its bytes.

use std::collections::BTreeSet;

use super::Registry;
use crate::adapter::{Adapter, Sketch};

impl Registry {
    /// The feed that a payload comes from, told by its bytes.
    ///
    /// # Errors
    /// When no feed, or more than one, has payloads like this; the candidates are named.
    pub fn recognise(&self, bytes: &[u8]) -> Result<&dyn Adapter, Unrecognised> {
        let sketch = Sketch::of(bytes);
        let scored: Vec<_> = self
            .iter()
            .map(|adapter| (sketch.score(adapter.descriptor().marks), adapter))
            .collect();
        let best = scored.iter().map(|(score, _)| *score).max().unwrap_or(0);
        let mut candidates = scored
            .iter()
            .filter(|(score, _)| *score == best && best > 0)
            .map(|(_, adapter)| *adapter);
        match (candidates.next(), candidates.next()) {
            (Some(only), None) => Ok(only),
            _ => {
                let near: BTreeSet<String> = if best > 0 {
                    scored
                        .iter()
                        .filter(|(score, _)| *score == best)
                        .map(|(_, adapter)| adapter.descriptor().feed.to_string())
                        .collect()
                } else {
                    self.adapters.keys().cloned().collect()
                };
                Err(Unrecognised {
                    is_ambiguous: best > 0,
                    candidates: near.into_iter().collect(),
                })
            }
        }
    }
}

/// A payload whose feed cannot be told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the feed cannot be told from the payload: {} {}", if *.is_ambiguous { "it may be" } else { "it looks like none of" }, .candidates.join(", "))]
pub struct Unrecognised {
    /// Whether several feeds fit, rather than none.
    pub is_ambiguous: bool,
    /// The feeds that fit; all feeds when none does.
    pub candidates: Vec<String>,
}
