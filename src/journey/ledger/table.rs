//! Distinct records, each kept once: [`Table`].

use crate::model::pack::Interner;

/// With more records than this, they are found through an index.
const UNINDEXED: usize = 12;

/// Distinct byte strings in the order in which they came, one behind the other in one allocation.
#[derive(Clone, Default)]
pub(super) struct Table {
    bytes: Vec<u8>,
    /// Where each record ends.
    ends: Vec<u32>,
    /// Open addressing: the place of a record plus one, or 0. Empty while there are few.
    slots: Vec<u32>,
}

impl Table {
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    pub fn get(&self, at: usize) -> Option<&[u8]> {
        let end = *self.ends.get(at)?;
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.bytes.get(start as usize..end as usize)
    }

    pub fn iter(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.len()).filter_map(|at| self.get(at))
    }

    /// The place of a record, and whether it is new.
    pub fn insert(&mut self, record: &[u8]) -> (u32, bool) {
        match self.find(record) {
            Ok(at) => (at, false),
            Err(slot) => (self.append(record, slot), true),
        }
    }

    /// The place of a record, or the slot for it.
    fn find(&self, record: &[u8]) -> Result<u32, Option<usize>> {
        if self.slots.is_empty() {
            let at = self.iter().position(|known| known == record);
            return at.map(place).ok_or(None);
        }
        let mask = self.slots.len() - 1;
        let mut slot = hash(record) & mask;
        while let Some(at) = self.slots[slot].checked_sub(1) {
            if self.get(at as usize) == Some(record) {
                return Ok(at);
            }
            slot = (slot + 1) & mask;
        }
        Err(Some(slot))
    }

    fn append(&mut self, record: &[u8], slot: Option<usize>) -> u32 {
        let at = place(self.len());
        grow(&mut self.bytes, record.len());
        self.bytes.extend_from_slice(record);
        grow(&mut self.ends, 1);
        self.ends.push(place(self.bytes.len()));
        if let Some(slot) = slot {
            self.slots[slot] = at + 1;
        }
        if self.len() > UNINDEXED && self.len() * 4 > self.slots.len() * 3 {
            self.index();
        }
        at
    }

    fn index(&mut self) {
        let size = (self.len() * 4 / 3 + 1).next_power_of_two();
        let mut slots = vec![0; size];
        for (at, record) in self.iter().enumerate() {
            let mut slot = hash(record) & (size - 1);
            while slots[slot] != 0 {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = place(at) + 1;
        }
        self.slots = slots;
    }
}

/// Makes room without doubling what is small: a journey is kept for weeks.
pub(super) fn grow<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(list.len() / 8));
    }
}

/// Records are counted in 32 bits: a journey of four thousand million texts is none.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Eight bytes at a time; the same within a process is enough.
fn hash(record: &[u8]) -> usize {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut hash = record.len() as u64;
    let mut take = |word: u64| hash = (hash ^ word).wrapping_mul(FACTOR).rotate_left(29);
    let (words, rest) = record.as_chunks::<8>();
    words
        .iter()
        .for_each(|word| take(u64::from_le_bytes(*word)));
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    take(u64::from_le_bytes(last));
    let folded = hash ^ hash >> 32;
    folded as usize
}

impl Interner for Table {
    fn intern(&mut self, text: &str) -> u32 {
        self.insert(text.as_bytes()).0
    }
}
