//! What is wrong with a parcel, since when, and who must act.
//!
//! An [`Inspector`] runs [rules] over a [`Parcel`], the digest of a journey. What they find becomes
//! [`Cases`] that open once, gather evidence, grow worse and resolve by themselves. All of it is a
//! pure function of journey, settings and `now`.
//!
//! ```
//! use parceltrail::anomaly::{Cases, Inspector, Settings};
//! use parceltrail::testing::shipment;
//! use parceltrail::{Journey, Milestone, Party, Stage};
//!
//! let mut journey = Journey::default();
//! journey.apply(
//!     shipment("acme.track", "A1")
//!         .event("2026-03-02T09:00:00+08:00", Stage::FirstMile, Milestone::PickedUp)
//!         .event("2026-03-05T10:00:00+01:00", Stage::ImportCustoms, Milestone::DutiesDue)
//!         .received("2026-03-05T09:30:00Z"),
//! );
//! let inspector = Inspector::new(Settings::default())?;
//! let now = "2026-03-05T10:00:00Z".parse()?;
//! let findings = inspector.inspect(&inspector.digest(&journey.at(now)), now);
//! let duties = findings.of("customs-action-needed").ok_or("nothing found")?;
//! assert_eq!(duties.party, Some(Party::Recipient));
//! assert_eq!(duties.due, Some("2026-03-12T09:00:00Z".parse()?));
//!
//! let mut cases = Cases::new(inspector.settings().cases.clone());
//! let changes = cases.update("order 17", &findings, now);
//! assert_eq!(changes.len(), 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! - Many parcels: keep the digest and [`Findings::next_check`]; until then, and until the journey
//!   changes, there is nothing to do.
//! - Thresholds: where a transit model is asked ([`Inspector::foresee`]) it says when a silence is
//!   unusual; elsewhere the settings do.
//! - What the rules would have said in the past: [`Replay`].
//! - A rule of one's own: [`Rule`].
//! - A feed that is silent is one case of the feed, none of its parcels: [`Surroundings`].

mod case;
mod cases;
mod catalogue;
mod clearance;
mod cohort;
mod digest;
mod expectations;
mod fact;
mod facts;
mod feed;
mod finding;
mod geography;
mod inspector;
mod lane;
mod leg;
mod numbers;
mod order;
mod parcel;
mod parcel_reads;
mod pieces;
mod promise;
mod replay;
mod rule;
pub mod rules;
mod settings;
mod span;
mod statements;
mod travel;

pub use case::{Case, CaseChange, CaseEvent, CaseId, CaseSettings, CaseStatus, CaseStep};
pub use cases::Cases;
pub use catalogue::Catalogue;
pub use clearance::{Clearance, HoldDigest};
pub use cohort::{Cohort, FeedPulse, LanePulse, OrderMark, Surroundings};
pub use expectations::{Expectations, Foresight};
pub use fact::{Fact, When};
pub use facts::Facts;
pub use feed::FeedDigest;
pub use finding::{Category, Datum, Draft, Expected, Finding, Findings, Level};
pub use inspector::Inspector;
pub use lane::Lane;
pub use leg::LegDigest;
pub use order::{OrderDigest, Signal};
pub use parcel::Parcel;
pub use pieces::PieceDigest;
pub use promise::PromiseMark;
pub use replay::Replay;
pub use rule::{CohortRule, Rule, RuleAbout, RuleContext, SettingAbout};
pub use settings::{LanePattern, Override, Section, Settings, SettingsError};
pub use span::{InvalidShare, InvalidSpan, Share, Span};
pub use travel::{ClockDoubt, Leap};

/// Every rule's settings with their defaults, as TOML, each explained.
///
#[doc = concat!("```toml\n", include_str!("defaults.toml"), "```")]
pub const DEFAULTS: &str = include_str!("defaults.toml");
