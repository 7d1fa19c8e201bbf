//! The contract between carriers and this crate.
//!
//! An [`Adapter`] turns the bytes of one feed into a [`Batch`]. What else a feed can do is the
//! presence of an implementation: [`Poll`] for polling, [`Webhook`] for pushes. All of it is pure:
//! no clock, no network, no async. `examples/custom_carrier.rs` defines a carrier outside the
//! crate.

mod batch;
mod build;
mod codes;
mod collector;
mod descriptor;
mod hidden;
mod poll;
mod poll_context;
mod query;
mod receive;
mod recognise;
mod repeated;
mod replay;
mod response;
mod token;
pub mod tools;
mod webhook;

use std::fmt::Debug;

pub use crate::model::{DeliveryKind, IssuerKind, Notice, NoticeKind, Proof};
pub(crate) use batch::Size;
pub use batch::{Batch, DecodeError, DecodeErrorKind, Payload};
pub use build::RequestError;
pub(crate) use build::{basic, build, check_count, client_credentials_form};
pub use codes::{CodeMeaning, CodeTable, TableError, Vocabulary};
pub(crate) use collector::{Collector, grams, stamped};
pub(crate) use descriptor::NamePartner;
pub use descriptor::{Clock, Descriptor, Mark};
pub(crate) use hidden::Hidden;
pub use poll::{Poll, PollLimits};
pub use poll_context::{Credentials, PollContext};
pub use query::{Page, Query, TrackRequest};
pub use receive::{Fingerprint, FingerprintError, ReceiveError, WebhookDelivery, receive};
pub(crate) use recognise::Sketch;
pub use repeated::repeated_fields;
pub use replay::{Novelty, ReplayGuard};
pub use response::{Fault, Outcome, PollResponse};
pub use token::Token;
#[cfg(feature = "client")]
pub(crate) use token::is_sendable;
pub(crate) use webhook::answer;
pub use webhook::{
    Disposition, HandshakeError, Webhook, WebhookCall, WebhookError, same_secret,
    verify_hmac_sha256, within_window,
};

/// One feed: bytes in, events out.
///
/// Implementations MUST be pure (the same payload gives the same batch), MUST NOT panic on any
/// input, MUST keep a bad event from costing others, and MUST turn an unknown code into
/// [`Milestone::Unmapped`](crate::Milestone::Unmapped) plus a notice. The conformance suite in
/// `parceltrail::testing` (feature `testing`) checks this.
pub trait Adapter: Debug + Send + Sync + 'static {
    /// What is fixed about the feed.
    fn descriptor(&self) -> &Descriptor;

    /// Reads a payload.
    ///
    /// # Errors
    /// Only when nothing of it can be read: empty, broken syntax, too large, or another feed's
    /// message. The carrier's own error bodies are read and become notices.
    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError>;

    /// The polling side of the feed, if it can be polled.
    fn as_poll(&self) -> Option<&dyn Poll> {
        None
    }

    /// The pushing side of the feed, if it pushes.
    fn as_webhook(&self) -> Option<&dyn Webhook> {
        None
    }
}
