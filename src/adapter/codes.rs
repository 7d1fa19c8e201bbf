//! Code tables: a carrier's codes and what each means, from `carriers/<pack>/codes.csv`.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use smol_str::SmolStr;

use crate::model::{Confidence, DeliveredTo, FnvHasher, Milestone, Reason, Stage};

/// What a code means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeMeaning {
    /// Where in the chain; none keeps the stage reached.
    pub stage: Option<Stage>,
    /// What happened.
    pub milestone: Milestone,
    /// Why.
    pub reason: Option<Reason>,
    /// Where a delivered parcel was left.
    pub delivered_to: Option<DeliveredTo>,
    /// Whether it was delivered damaged.
    pub damaged: bool,
    /// How sure the mapping is.
    pub confidence: Confidence,
    /// The meaning in words, our own.
    pub label: SmolStr,
    /// Where the row comes from: one key, or several joined with `+`; the pack's README resolves
    /// each.
    pub source: SmolStr,
}

/// The codes of one vocabulary, such as DHL Express checkpoints or UPS exception codes.
pub type Vocabulary = HashMap<SmolStr, CodeMeaning, BuildHasherDefault<FnvHasher>>;

/// A pack's codes by vocabulary. Later tables lie over earlier ones.
///
/// The format is that of `carriers/<pack>/codes.csv`:
/// `feed,code,qualifier,stage,milestone,reason,confidence,label,source`. The qualifier names the
/// vocabulary; a code of two parts joins them with `/`. For `delivered` the reason column says
/// where to, or `damage`. A row that rests on several sources names them joined with `+`. A
/// terminal row of low confidence is read and told, but ends no journey
/// ([`Event::is_evidence_of_state`](crate::Event::is_evidence_of_state)).
///
/// ```
/// use parceltrail::adapter::CodeTable;
/// use parceltrail::Milestone;
/// let table = CodeTable::parse(
///     "feed,code,qualifier,stage,milestone,reason,confidence,label,source\n\
///      acme,D1,event,last_mile,delivered,neighbour,high,delivered next door,A1\n",
/// )?;
/// let row = table.get("event", "D1").unwrap();
/// assert_eq!(row.milestone, Milestone::Delivered);
/// # Ok::<(), parceltrail::adapter::TableError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CodeTable {
    vocabularies: HashMap<SmolStr, Vocabulary, BuildHasherDefault<FnvHasher>>,
}

/// A code table that cannot be used: every row must be well-formed, sourced and unique.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("code table, line {line}, {field}: {message}")]
pub struct TableError {
    /// The line in the file, from 1.
    pub line: u64,
    /// The column.
    pub field: &'static str,
    /// What is wrong.
    pub message: String,
}

const HEADER: [&str; 9] = [
    "feed",
    "code",
    "qualifier",
    "stage",
    "milestone",
    "reason",
    "confidence",
    "label",
    "source",
];

impl CodeTable {
    /// Reads a table.
    ///
    /// # Errors
    /// On a wrong header, a word that the model does not know, a missing code or label, a missing,
    /// empty or repeated source, or a code given twice.
    pub fn parse(csv_text: &str) -> Result<Self, TableError> {
        let mut reader = csv::Reader::from_reader(csv_text.as_bytes());
        let failed = |error: &csv::Error| TableError {
            line: error.position().map_or(1, csv::Position::line),
            field: "row",
            message: error.to_string(),
        };
        if reader.headers().map_err(|error| failed(&error))? != HEADER.as_slice() {
            return Err(TableError {
                line: 1,
                field: "header",
                message: format!("expected {}", HEADER.join(",")),
            });
        }
        let mut table = Self::default();
        for record in reader.records() {
            let record = record.map_err(|error| failed(&error))?;
            let line = record.position().map_or(0, csv::Position::line);
            let cell = |i: usize| record.get(i).unwrap_or_default();
            let meaning = read_row(&cell).map_err(|(field, message)| TableError {
                line,
                field,
                message,
            })?;
            let codes = table.vocabularies.entry(cell(2).into()).or_default();
            if codes.insert(cell(1).into(), meaning).is_some() {
                return Err(TableError {
                    line,
                    field: "code",
                    message: format!("{:?} stands twice in {:?}", cell(1), cell(2)),
                });
            }
        }
        Ok(table)
    }

    /// Lays another table over this one: its rows win.
    #[must_use]
    pub fn overlaid_by(mut self, over: Self) -> Self {
        for (name, codes) in over.vocabularies {
            self.vocabularies.entry(name).or_default().extend(codes);
        }
        self
    }

    /// One code's meaning.
    #[must_use]
    pub fn get(&self, vocabulary: &str, code: &str) -> Option<&CodeMeaning> {
        self.vocabulary(vocabulary)?.get(code)
    }

    /// All codes of a vocabulary.
    #[must_use]
    pub fn vocabulary(&self, name: &str) -> Option<&Vocabulary> {
        self.vocabularies.get(name)
    }

    /// The names of its vocabularies, sorted.
    #[must_use]
    pub fn vocabularies(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.vocabularies.keys().map(SmolStr::as_str).collect();
        names.sort_unstable();
        names
    }

    /// How many codes it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.vocabularies.values().map(HashMap::len).sum()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

fn read_row<'c>(cell: &impl Fn(usize) -> &'c str) -> Result<CodeMeaning, (&'static str, String)> {
    for required in [0, 1, 7, 8] {
        if cell(required).is_empty() {
            return Err((HEADER[required], "must not be empty".into()));
        }
    }
    fn word<T: std::str::FromStr<Err = crate::model::UnknownWord>>(
        field: &'static str,
        word: &str,
    ) -> Result<Option<T>, (&'static str, String)> {
        if word.is_empty() {
            return Ok(None);
        }
        word.parse()
            .map(Some)
            .map_err(|error: crate::model::UnknownWord| (field, error.to_string()))
    }
    let stage = word("stage", cell(3))?;
    let milestone: Milestone =
        word("milestone", cell(4))?.ok_or(("milestone", "must not be empty".to_owned()))?;
    let confidence: Confidence =
        word("confidence", cell(6))?.ok_or(("confidence", "must not be empty".to_owned()))?;
    let sources: Vec<_> = cell(8).split('+').collect();
    if sources
        .iter()
        .enumerate()
        .any(|(at, key)| key.trim().is_empty() || sources[..at].contains(key))
    {
        return Err((
            "source",
            format!("{:?} does not name each source once", cell(8)),
        ));
    }
    let is_delivered = milestone == Milestone::Delivered;
    let damaged = is_delivered && cell(5) == "damage";
    let delivered_to = if is_delivered && !damaged {
        word("reason", cell(5))?
    } else {
        None
    };
    let reason = if is_delivered {
        None
    } else {
        word("reason", cell(5))?
    };
    Ok(CodeMeaning {
        stage,
        milestone,
        reason,
        delivered_to,
        damaged,
        confidence,
        label: cell(7).into(),
        source: cell(8).into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(row: &str) -> Result<CodeTable, TableError> {
        CodeTable::parse(&format!("{}\n{row}\n", HEADER.join(",")))
    }

    #[test]
    fn one_code_in_two_rows_is_refused() {
        let error =
            parse("a,X,event,,held,,high,held,S\na,X,event,,delayed,,high,late,S").unwrap_err();
        assert_eq!((error.line, error.field), (3, "code"));
    }

    #[test]
    fn unsourced_and_unknown_rows_are_refused() {
        for (row, field) in [
            ("a,X,event,,held,,high,held,", "source"),
            ("a,X,event,,gone,,high,held,S", "milestone"),
            ("a,X,event,moon,held,,high,held,S", "stage"),
            ("a,X,event,,held,whim,high,held,S", "reason"),
            ("a,X,event,,delivered,,sure,delivered,S", "confidence"),
            ("a,X,event,,held,,high,held,S+", "source"),
            ("a,X,event,,held,,high,held,S+S", "source"),
            ("a,X,event,,delivered,weather,high,delivered,S", "reason"),
        ] {
            assert_eq!(parse(row).unwrap_err().field, field, "{row}");
        }
        assert_eq!(
            CodeTable::parse("code,label\n").unwrap_err().field,
            "header"
        );
    }

    #[test]
    fn an_unsure_ending_is_read_and_two_sources_are_named() {
        let table = parse("a,X,event,,delivered,,low,delivered,S+T").unwrap();
        let row = table.get("event", "X").unwrap();
        assert_eq!(
            (row.milestone, row.confidence, row.source.as_str()),
            (Milestone::Delivered, Confidence::Low, "S+T")
        );
    }

    #[test]
    fn an_overlay_wins() {
        let base = parse("a,X,event,,held,,high,held,S").unwrap();
        let over = parse("a,X,event,,delayed,weather,high,late,mine").unwrap();
        let both = base.overlaid_by(over);
        assert_eq!(
            both.get("event", "X").unwrap().milestone,
            Milestone::Delayed
        );
        assert_eq!(both.len(), 1);
    }
}
