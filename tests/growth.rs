//! Time and memory grow with the input, and no faster.

#[path = "support/growth.rs"]
mod growth;

use growth::linear;

#[test]
fn the_helper_tells_linear_from_more() {
    linear("a sum", 20_000, |n| vec![1_u64; n], |list| list.iter().sum::<u64>());
    let pairs = |list: &Vec<u64>| list.iter().map(|a| list.iter().filter(|b| *b > a).count()).sum::<usize>();
    assert!(std::panic::catch_unwind(|| linear("all pairs", 200, |n| (0..n as u64).collect(), pairs)).is_err());
    let table = |n: &usize| vec![1_u8; n * n];
    assert!(std::panic::catch_unwind(|| linear("a table of all pairs", 200, |n| n, table)).is_err());
}
