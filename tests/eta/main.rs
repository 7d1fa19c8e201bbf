//! The transit model as its users meet it.

mod calibration;
mod fitting;
mod model;
mod odd;
mod silence;
mod world;
