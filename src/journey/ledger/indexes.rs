//! Lists of indexes as runs: events are listed newest or oldest first, so a list of a thousand is
//! one run.

use crate::model::pack::{Damaged, Packer, Unpacker};

/// Writes a list of indexes: for each run its first index, as the distance from the end of the run
/// before it, and its length, with the direction in the lowest bit.
pub(super) fn pack(indexes: &[u32], out: &mut Packer<'_>) {
    let mut before = 0;
    let mut rest = indexes;
    while let Some(first) = rest.first() {
        let up = run(rest, 1);
        let down = run(rest, -1);
        let (length, direction) = if down > up { (down, 1) } else { (up, 0) };
        out.signed(i64::from(*first) - before);
        out.number((length as u64 - 1) << 1 | direction);
        before = rest.get(length - 1).copied().unwrap_or_default().into();
        rest = &rest[length..];
    }
}

fn run(indexes: &[u32], step: i64) -> usize {
    let follows = |pair: &&[u32]| i64::from(pair[1]) - i64::from(pair[0]) == step;
    1 + indexes.windows(2).take_while(follows).count()
}

/// Reads runs to the end of the input. Indexes lie below `size`.
pub(super) fn unpack(input: &mut Unpacker<'_>, size: usize) -> Result<Vec<u32>, Damaged> {
    let mut indexes = Vec::new();
    let mut before = 0_i64;
    while !input.is_at_end() {
        let first = before.checked_add(input.signed()?).ok_or(Damaged)?;
        let coded = input.number()?;
        let step = if coded & 1 == 0 { 1 } else { -1 };
        let length: u32 = (coded >> 1).try_into().map_err(|_| Damaged)?;
        if length as usize >= size {
            return Err(Damaged);
        }
        for at in 0..=i64::from(length) {
            before = first + step * at;
            let index = u32::try_from(before).map_err(|_| Damaged)?;
            if index as usize >= size {
                return Err(Damaged);
            }
            indexes.push(index);
        }
    }
    Ok(indexes)
}
