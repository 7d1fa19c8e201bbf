//! What has changed about a parcel, when it can change again, and when to ask for it.
//!
//! A [`Picture`] is what is known of a parcel at a moment, small enough for a store to keep one a
//! parcel. [`Picture::changes_since`] compares two of them and gives [`Change`]s: data with
//! evidence, each under an id that follows from what it says, so that a change sent twice is
//! recognised. `Language::change` (feature `fluent`) words one for a reader.
//!
//! ```
//! use parceltrail::changes::{ChangeKind, Picture};
//! use parceltrail::testing::shipment;
//! use parceltrail::{Journey, Milestone, Stage};
//!
//! let mut journey = Journey::default();
//! journey.apply(
//!     shipment("acme.track", "A1")
//!         .event("2026-03-02T10:00:00+01:00", Stage::FirstMile, Milestone::PickedUp)
//!         .received("2026-03-02T09:30:00Z"),
//! );
//! let mut known = Picture::of(&journey.at("2026-03-02T10:00:00Z".parse()?));
//!
//! journey.apply(
//!     shipment("acme.track", "A1")
//!         .event("2026-03-03T07:10:00+01:00", Stage::LastMile, Milestone::OutForDelivery)
//!         .at("Kassel, DE")
//!         .received("2026-03-03T06:30:00Z"),
//! );
//! let changes = known.update(Picture::of(&journey.at("2026-03-03T07:00:00Z".parse()?)));
//! assert_eq!(changes.len(), 1);
//! let ChangeKind::Milestone { before, after, .. } = &changes[0].kind else { panic!() };
//! assert_eq!((*before, *after), (Some(Milestone::PickedUp), Milestone::OutForDelivery));
//! # #[cfg(feature = "fluent")] {
//! # use parceltrail::briefing::Language;
//! let english = Language::builtin("en").unwrap();
//! assert_eq!(english.change(&changes[0], chrono_tz::Europe::Berlin), "Out for delivery, Kassel, DE.");
//! # }
//! # Ok::<(), chrono::ParseError>(())
//! ```
//!
//! Between deliveries, nothing changes before [`Picture::next_check`]. When to ask the carrier
//! again is said by [`PollPace::next_poll`].

mod change;
mod change_id;
mod compare;
mod differs;
mod digest;
mod next_poll;
mod pace;
mod parts;
mod picture;
mod poll_question;
mod settings;
#[cfg(feature = "fluent")]
mod text;

pub use change::{Change, ChangeKind};
pub use change_id::ChangeId;
pub use next_poll::{NextPoll, PollBasis, PollReason};
pub use pace::PollPace;
pub use parts::{
    CaseSummary, Contradiction, CustomsDirection, LegNumber, LinkedNumber, OpenHold, OpenPromise,
    PickupDeadline, PieceTally, Status, UnpaidDue, Whereabouts,
};
pub use picture::Picture;
pub use poll_question::{LastPoll, PollQuestion};
pub use settings::ChangeSettings;
