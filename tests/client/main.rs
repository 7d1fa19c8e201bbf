//! The client against servers of its own: every behaviour that it promises, one test each.

mod answers;
mod breaker;
mod build;
mod credentials;
mod quota;
mod retry;
mod secrecy;
mod support;
mod telemetry;
mod tokens;
mod transport;
