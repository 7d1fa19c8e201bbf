//! Is anything wrong, and who must act?

use chrono::{DateTime, Utc};

use super::{Speaker, Word};
use crate::anomaly::{Datum, Finding};
use crate::briefing::Briefing;

/// How many pieces a sentence names.
const PIECES_NAMED: usize = 5;

impl Speaker<'_> {
    pub(super) fn wrong(&self, briefing: &Briefing) -> Vec<String> {
        let dues = self.dues(&briefing.dues);
        if briefing.trouble.is_empty() {
            // What has to be paid is no trouble, but no reason to say that all is well either.
            let verdict = match (briefing.checked, &dues) {
                (false, _) => Some("wrong-unchecked"),
                (true, None) => Some("wrong-nothing"),
                (true, Some(_)) => None,
            };
            let verdict = verdict.map(|message| self.say(message, &[]));
            return verdict.into_iter().chain(dues).collect();
        }
        grouped(&briefing.trouble)
            .into_iter()
            .map(|group| self.trouble(&group, briefing.made))
            .chain(dues)
            .collect()
    }

    /// One trouble, of one piece or of several.
    pub(crate) fn trouble(&self, group: &[&Finding], now: DateTime<Utc>) -> String {
        let Some(finding) = group.first() else {
            return String::new();
        };
        let text = self.of_pieces(group, self.rule(finding));
        let text = self.say(
            &format!("wrong-level-{}", finding.level),
            &[("text", Word::Text(&text))],
        );
        let Some(party) = finding.party else {
            return text;
        };
        let party = self.say(&format!("party-{party}"), &[]);
        let due = group.iter().filter_map(|finding| finding.due).min();
        let message = match due {
            Some(due) if due < now => "wrong-act-overdue",
            Some(_) => "wrong-act-by",
            None => "wrong-act",
        };
        let due = due
            .map(|due| self.day(self.day_of(due)))
            .unwrap_or_default();
        self.say(
            message,
            &[
                ("text", Word::Text(&text)),
                ("party", Word::Text(&party)),
                ("due", Word::Text(&due)),
            ],
        )
    }

    /// What a rule found, as finely as the language words it.
    pub(crate) fn rule(&self, finding: &Finding) -> String {
        let word = |name: &str| match finding.data.get(name) {
            Some(Datum::Word(word)) => word.as_str(),
            _ => "",
        };
        let day = match finding.data.get("day") {
            Some(Datum::Day(day)) => self.day(*day),
            _ => String::new(),
        };
        let whole = format!("rule-{}", finding.rule);
        let fine = [
            (!day.is_empty()).then(|| format!("{whole}-day")),
            (!word("kind").is_empty()).then(|| format!("{whole}-{}", word("kind"))),
            (!word("how").is_empty()).then(|| format!("{whole}-{}", word("how"))),
            Some(whole),
        ];
        let arguments = || {
            [
                ("day", Word::Text(&day)),
                ("kind", Word::Text(word("kind"))),
            ]
        };
        // A language's own wording, however coarse, comes before a finer one in English.
        let own = fine
            .iter()
            .flatten()
            .find(|message| self.language.has(message));
        let said = match own {
            Some(message) => self.try_say(message, &arguments()),
            None => fine
                .iter()
                .flatten()
                .find_map(|message| self.try_say(message, &arguments())),
        };
        let text = said
            .unwrap_or_else(|| self.say("wrong-something", &[("rule", Word::Text(&finding.rule))]));
        let words = match finding.data.get("words") {
            Some(Datum::Text(words)) => self.words_shown(words),
            _ => None,
        };
        self.joined(&std::iter::once(text).chain(words).collect::<Vec<_>>())
    }

    /// The same, with the pieces that it is about.
    fn of_pieces(&self, group: &[&Finding], text: String) -> String {
        let pieces: Vec<&str> = group
            .iter()
            .filter_map(|finding| finding.piece.as_ref())
            .map(|piece| piece.as_str())
            .collect();
        let more = pieces.len().saturating_sub(PIECES_NAMED);
        let message = match pieces.len() {
            0 => return text,
            1 => "wrong-piece",
            _ if more == 0 => "wrong-pieces",
            _ => "wrong-pieces-more",
        };
        let named = pieces
            .iter()
            .take(PIECES_NAMED)
            .copied()
            .collect::<Vec<_>>()
            .join(&self.say("between-parts", &[]));
        let more = i64::try_from(more).unwrap_or(i64::MAX);
        self.say(
            message,
            &[
                ("pieces", Word::Text(&named)),
                ("more", Word::Number(more)),
                ("text", Word::Text(&text)),
            ],
        )
    }
}

/// Findings that say the same of several pieces belong together; each group stands where its first
/// finding does.
fn grouped(trouble: &[Finding]) -> Vec<Vec<&Finding>> {
    let mut groups: Vec<Vec<&Finding>> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for finding in trouble {
        let words = match finding.data.get("words") {
            Some(Datum::Text(words)) => words.as_str(),
            _ => "",
        };
        let kind = finding.data.get("kind").and_then(|kind| {
            if let Datum::Word(word) = kind {
                Some(word.as_str())
            } else {
                None
            }
        });
        let same = (
            &finding.rule,
            &finding.subject,
            finding.level,
            finding.party,
            kind,
            words,
        );
        let group = known
            .get(&same)
            .copied()
            .filter(|_| finding.piece.is_some())
            .and_then(|at: usize| groups.get_mut(at));
        match group {
            Some(group) => group.push(finding),
            None => {
                if finding.piece.is_some() {
                    known.insert(same, groups.len());
                }
                groups.push(vec![finding]);
            }
        }
    }
    groups
}
