//! Inputs that once got a wrong answer, each with the right one, through the program `track` as a
//! user sees it.
//!
//! `cargo test` builds the examples before it runs this; by itself it needs `cargo build --example
//! track` first. The payloads are synthetic.

mod asked;
mod days;
mod legs;
mod losses;
mod meanings;
mod ties;
