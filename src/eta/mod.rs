//! When a parcel will arrive, and how sure that is.
//!
//! [`TransitModel`] learns from [histories](crate::History), finished and open, and answers with an
//! [`Estimate`]: four instants, the risks, and what they rest on. [`Calibration`] watches how
//! estimates turned out and corrects the next ones.
//!
//! ```
//! use parceltrail::History;
//! use parceltrail::eta::{ModelSettings, TransitModel};
//!
//! let now = "2026-03-20T00:00:00Z".parse()?;
//! let mut model = TransitModel::new(ModelSettings::default());
//! for day in 1..=9 {
//!     let line = format!(r#"{{"id":"{day}","carrier":"acme","destination":{{"country":"DE"}},"outcome":"delivered","events":[
//!       {{"at":"2026-03-0{day}T09:00:00Z","stage":"first_mile","milestone":"picked_up"}},
//!       {{"at":"2026-03-1{day}T10:00:00Z","stage":"last_mile","milestone":"delivered"}}]}}"#);
//!     model.learn(&serde_json::from_str::<History>(&line)?, now);
//! }
//! let open: History = serde_json::from_str(r#"{"id":"new","carrier":"acme","destination":{"country":"DE"},"events":[
//!   {"at":"2026-03-19T09:00:00Z","stage":"first_mile","milestone":"picked_up"}]}"#)?;
//! let estimate = model.estimate(&open, now).ok_or("nothing to say")?;
//! assert!(now < estimate.p10 && estimate.p10 < estimate.p50 && estimate.p50 < estimate.p90);
//! assert_eq!(estimate.basis.observations.round(), 9.0);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Estimates come from survival curves, learned at once, until [`TransitModel::fit`] was called;
//! then from trees too, which are better and cost seconds to grow. Learning never grows them and
//! asking never does: call `fit` when the model [is stale](TransitModel::is_stale), or grow new
//! trees [beside](TransitModel::grow) those in use. They are saved with the model.
//!
//! An open journey is evidence too: teach it as often as you like; what was taught last about a
//! journey replaces what was taught before, and its end replaces all.

mod arrival;
mod ask;
mod boost;
pub mod calendar;
mod calibration;
mod context;
mod curve;
mod estimate;
mod fallback;
mod features;
mod fit;
mod forest;
mod kind;
mod memory;
mod model;
mod moved;
mod outlook;
pub mod prior;
mod record;
mod routes;
mod saved;
pub mod score;
mod settings;
mod shape;
mod silence;
mod tables;
mod written;

pub use calibration::Calibration;
pub use context::Level;
pub use estimate::{Basis, Estimate, Factor, Next};
pub use memory::Forget;
pub use model::{MergeError, TransitModel, Trees};
pub use moved::{Cause, Moved, Why};
pub use settings::ModelSettings;
pub use shape::Shape;
