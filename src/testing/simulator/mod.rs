//! Simulated carriers: loopback servers with the interfaces of DHL, FedEx, UPS and SF, moving
//! parcels and injected faults.
//!
//! For tests of applications: with the real client, the real adapters, HTTP, signatures and tokens,
//! and parcels whose true events are known to the second. Nothing leaves the machine; all numbers
//! are synthetic, with valid check digits.
//!
//! | carrier | polled feed | webhook feed | authentication |
//! |---|---|---|---|
//! | [`Carrier::Dhl`] | `dhl.unified` | `dhl.unified` | API key |
//! | [`Carrier::Fedex`] | `fedex.track` | `fedex.webhook` | bearer token, credentials in the form |
//! | [`Carrier::Ups`] | `ups.track` | `ups.track-alert` | bearer token, credentials as Basic |
//! | [`Carrier::Sf`] | `sf.routes` | `sf.push` | digest, or token |
//!
//! **Two clocks.** Parcels follow a [`SimulatedClock`], which the test advances or lets run fast.
//! Tokens, quotas, timeouts, signatures with a time and `Retry-After` follow real time (and
//! `tokio::time::pause`), because the client under test does.
//!
//! **Parcels** follow plausible scenarios: delivered on time, delayed, held at customs, delivered
//! at the second attempt, picked up at a pickup point, refused and returned, never handed over. A
//! number is not found until its label is created. The fault plan may correct a scan or give it an
//! unknown code; nothing changes after a parcel's last scan. Scans are encoded in each carrier's
//! codes and time zones: DHL Express without an offset, SF in Beijing time everywhere.
//!
//! **Faults** are injected by a [`FaultPlan`], each kind by itself or all in a storm. **Quotas**
//! ([`Quota`]) are counted on the carrier's side.
//!
//! A test of an application, here with a bare request:
//!
//! ```
//! use std::time::Duration;
//! use parceltrail::adapter::{PollContext, Query, TrackRequest};
//! use parceltrail::testing::simulator::{Carrier, Difference, Simulator};
//! use parceltrail::{Payload, Registry, TrackingNumber};
//! use tokio::io::{AsyncReadExt, AsyncWriteExt};
//!
//! # tokio::runtime::Builder::new_current_thread().enable_all().build()?.block_on(async {
//! let simulator = Simulator::builder().with_seed(7).with_parcels(Carrier::Dhl, 1).start().await?;
//! simulator.advance(Duration::from_secs(20 * 86_400));
//!
//! // What the application does: build the request, send it, decode the answer.
//! let registry = Registry::builtin();
//! let feed = registry.get("dhl.unified").unwrap();
//! let requests = [TrackRequest::new(TrackingNumber::new(&simulator.numbers("dhl.unified")[0]))];
//! let credentials = simulator.credentials("dhl.unified");
//! let base = simulator.base("dhl.unified");
//! let context = PollContext { now: simulator.now(), request_id: "1", credentials: &credentials, token: None, base: Some(base) };
//! let request = feed.as_poll().unwrap().request(&Query::new(&requests), &context)?;
//! let mut stream = tokio::net::TcpStream::connect(request.uri().authority().unwrap().as_str()).await?;
//! let path = request.uri().path_and_query().unwrap();
//! let key = request.headers()["dhl-api-key"].to_str()?;
//! stream.write_all(format!("GET {path} HTTP/1.1\r\nhost: x\r\ndhl-api-key: {key}\r\nconnection: close\r\n\r\n").as_bytes()).await?;
//! let mut response = String::new();
//! stream.read_to_string(&mut response).await?;
//! let body = response.split_once("\r\n\r\n").unwrap().1;
//! let shipment = feed.decode(Payload::new(body.as_bytes(), simulator.now()))?.shipments.remove(0);
//!
//! // What the test checks: all events are there, and only once.
//! let truth = simulator.truth("dhl.unified", shipment.number.as_str());
//! assert!(!truth.is_empty());
//! assert!(Difference::between(&truth, &shipment.events).is_empty());
//! assert_eq!(simulator.counters().of("dhl.unified").requests, 1);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

// The order of the files: each uses only files of the lines above its own. No cycles.
//   1 carrier, fault, clock, truth, quota, hook
//   2 place, number, access, counters, subscriptions
//   3 scan
//   4 parcel, story
//   5 wire::contract, then wire::{dhl, fedex, ups, sf}, then wire
//   6 world
//   7 shared
//   8 reply, push
//   9 server, running
//  10 builder
mod access;
mod builder;
mod carrier;
mod clock;
mod counters;
mod fault;
mod hook;
mod number;
mod parcel;
mod place;
mod push;
mod quota;
mod reply;
mod running;
mod scan;
mod server;
mod shared;
mod story;
mod subscriptions;
mod truth;
mod wire;
mod world;

pub use builder::SimulatorBuilder;
pub use carrier::Carrier;
pub use clock::SimulatedClock;
pub use counters::{Counters, FeedCounters};
pub use fault::{Fault, FaultPlan};
pub use hook::Hook;
pub use quota::{Limit, Quota};
pub use running::Simulator;
pub use truth::{Difference, TrueEvent};
