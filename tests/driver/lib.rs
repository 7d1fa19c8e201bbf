//! Nothing: this package holds tests and a bench.
