//! Nothing: this package holds one test.
