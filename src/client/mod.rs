//! Asking carriers over HTTP.
