//! When a parcel will arrive, and how sure that is.

pub mod calendar;
pub mod prior;
pub mod score;
