//! The transit model as its users meet it.

mod calibration;
mod fitting;
mod model;
mod moved;
mod odd;
mod routes;
mod silence;
mod world;
