//! The simulated carriers, seen by a bare HTTP client: what they say, what they demand, and what
//! goes wrong. Needs the feature `testing`.

mod access;
mod bare;
mod faults;
mod formats;
mod webhooks;
