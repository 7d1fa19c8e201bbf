//! Trees as they are written down: to the last bit, and short.
//!
//! Numbers stand one after another in the fewest bytes that hold them, in base64. What cannot have
//! come from [`Saved::of`] is refused. Trees count columns and kinds of event by number; if those
//! numbers mean something else by now, the trees are left out and the model is as if not fitted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use serde::{Deserialize, Serialize};

use super::boost::LEVELS;
use super::features::{COLUMNS, CONTEXTS, NAMES};
use super::fit::{ATTRIBUTES, Fitted, HEAD, TAIL};
use super::forest::Forest;
use super::kind::Kind;
use super::record::hash;
use super::routes::Routes;
use super::written::ReadError;
use crate::model::{Milestone, Stage};

/// Trees, and what the numbers in them mean.
#[derive(Serialize, Deserialize)]
pub(super) struct Saved {
    /// A hash of the names of columns, kinds and levels.
    form: u64,
    packed: String,
}

/// What the meaning of columns that have no names is distinguished by.
const COLUMNS_VERSION: u32 = 1;

fn form() -> u64 {
    let milestones: Vec<&str> = Milestone::ALL.iter().map(|each| each.as_str()).collect();
    let stages: Vec<&str> = Stage::ALL.iter().map(|each| each.as_str()).collect();
    let words = format!(
        "{milestones:?} {stages:?} {NAMES:?} {COLUMNS_VERSION} {COLUMNS} {CONTEXTS} {LEVELS:?} {TAIL:?} {HEAD:?}"
    );
    hash(words.as_bytes())
}

impl Saved {
    pub(super) fn of(fitted: &Fitted) -> Self {
        let mut out = Packer::default();
        out.count(fitted.journeys);
        out.wide(fitted.newest.cast_unsigned());
        for names in [&fitted.words, &fitted.numbers] {
            out.count(names.len());
            names.iter().for_each(|name| out.int(*name));
        }
        let mut past: Vec<_> = fitted.past.iter().collect();
        past.sort_unstable_by_key(|(key, _)| **key);
        out.count(past.len());
        for (key, values) in past {
            out.wide(*key);
            out.floats(values);
        }
        out.count(fitted.weights.len());
        out.doubles(&fitted.weights);
        out.doubles(&[fitted.plan_weight]);
        fitted.forest.pack(&mut out);
        out.count(usize::from(fitted.against_due.is_some()));
        if let Some(forest) = &fitted.against_due {
            forest.pack(&mut out);
        }
        out.count(fitted.kinds_against_due.len());
        for kind in &fitted.kinds_against_due {
            out.int(u32::from(kind.index()));
        }
        out.count(fitted.longest.len());
        for (kind, longest) in &fitted.longest {
            out.int(u32::from(kind.index()));
            out.doubles(&[*longest]);
        }
        out.doubles(&fitted.tail);
        out.doubles(&fitted.head);
        fitted.routes.pack(&mut out);
        Self {
            form: form(),
            packed: STANDARD_NO_PAD.encode(out.0),
        }
    }

    /// The trees; none if their numbers mean something else by now.
    pub(super) fn read(self) -> Result<Option<Fitted>, ReadError> {
        if self.form != form() {
            return Ok(None);
        }
        let bytes = STANDARD_NO_PAD
            .decode(self.packed)
            .map_err(|_| ReadError::Trees("not base64"))?;
        read(&bytes).map(Some).map_err(ReadError::Trees)
    }
}

fn read(bytes: &[u8]) -> Result<Fitted, &'static str> {
    let from = &mut Unpacker(bytes);
    let mut fitted = Fitted {
        journeys: from.int()? as usize,
        newest: from.wide()?.cast_signed(),
        ..Fitted::default()
    };
    for names in [&mut fitted.words, &mut fitted.numbers] {
        let count = from.count(4)?;
        if count > ATTRIBUTES {
            return Err("too many attributes");
        }
        for _ in 0..count {
            names.push(from.int()?);
        }
    }
    for _ in 0..from.count(20)? {
        fitted.past.insert(from.wide()?, from.floats()?);
    }
    let contexts = CONTEXTS + fitted.words.len();
    if from.count(8)? != contexts {
        return Err("a weight for each context is needed");
    }
    for _ in 0..contexts {
        fitted.weights.push(from.doubles::<1>()?[0]);
    }
    fitted.plan_weight = from.doubles::<1>()?[0];
    let columns = COLUMNS + fitted.numbers.len() + 2 * contexts;
    fitted.forest = Forest::unpack(from, columns)?;
    if from.int()? > 0 {
        fitted.against_due = Some(Forest::unpack(from, columns)?);
    }
    for _ in 0..from.count(4)? {
        fitted.kinds_against_due.insert(from.kind()?);
    }
    for _ in 0..from.count(12)? {
        fitted.longest.insert(from.kind()?, from.doubles::<1>()?[0]);
    }
    fitted.tail = from.doubles()?;
    fitted.head = from.doubles()?;
    fitted.routes = Routes::unpack(from)?;
    if from.0.is_empty() {
        Ok(fitted)
    } else {
        Err("more than was written")
    }
}

/// Bytes being written.
#[derive(Default)]
pub(super) struct Packer(Vec<u8>);

impl Packer {
    pub(super) fn int(&mut self, value: u32) {
        self.0.extend(value.to_le_bytes());
    }

    /// A number of things; none of which there are four thousand million.
    pub(super) fn count(&mut self, count: usize) {
        self.int(u32::try_from(count).unwrap_or(u32::MAX));
    }

    pub(super) fn wide(&mut self, value: u64) {
        self.0.extend(value.to_le_bytes());
    }

    pub(super) fn floats(&mut self, values: &[f32]) {
        self.0
            .extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }

    fn doubles(&mut self, values: &[f64]) {
        self.0
            .extend(values.iter().flat_map(|value| value.to_le_bytes()));
    }
}

/// Bytes being read.
pub(super) struct Unpacker<'b>(&'b [u8]);

impl Unpacker<'_> {
    fn take<const N: usize>(&mut self) -> Result<[u8; N], &'static str> {
        let (taken, left) = self.0.split_first_chunk().ok_or("cut short")?;
        self.0 = left;
        Ok(*taken)
    }

    pub(super) fn int(&mut self) -> Result<u32, &'static str> {
        Ok(u32::from_le_bytes(self.take()?))
    }

    pub(super) fn wide(&mut self) -> Result<u64, &'static str> {
        Ok(u64::from_le_bytes(self.take()?))
    }

    /// A number of things, each of so many bytes at least: no more than there are bytes for.
    pub(super) fn count(&mut self, size: usize) -> Result<usize, &'static str> {
        let count = self.int()? as usize;
        if count > self.0.len() / size {
            return Err("cut short");
        }
        Ok(count)
    }

    pub(super) fn floats<const N: usize>(&mut self) -> Result<[f32; N], &'static str> {
        let mut out = [0.0; N];
        for value in &mut out {
            *value = f32::from_le_bytes(self.take()?);
            if !value.is_finite() {
                return Err("a number that is none");
            }
        }
        Ok(out)
    }

    fn doubles<const N: usize>(&mut self) -> Result<[f64; N], &'static str> {
        let mut out = [0.0; N];
        for value in &mut out {
            *value = f64::from_le_bytes(self.take()?);
            if !value.is_finite() {
                return Err("a number that is none");
            }
        }
        Ok(out)
    }

    fn kind(&mut self) -> Result<Kind, &'static str> {
        Kind::from_index(self.int()?).ok_or("a kind of event that there is not")
    }
}
