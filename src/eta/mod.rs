//! When a parcel will arrive, and how sure that is.
