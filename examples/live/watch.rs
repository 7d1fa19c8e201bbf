//! An application that follows parcels: it asks in rounds until each is at rest, and keeps what it
//! is told in journeys.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use futures_util::StreamExt as _;
use parceltrail::adapter::TrackRequest;
use parceltrail::client::{Client, ClientError, TrackOutcome, TrackResult};
use parceltrail::model::{Event, EventId};
use parceltrail::testing::simulator::{Difference, Simulator};
use parceltrail::{Journey, TrackingNumber};
use tokio::time::sleep;

/// How often a parcel is asked about that does not come to rest although nothing happens any more.
const MOST_ROUNDS_AT_THE_END: u32 = 40;

/// Something new about a parcel.
#[derive(Clone, Debug)]
pub enum News {
    /// An event was told for the first time.
    Event(Event),
    /// An event is no longer told.
    Withdrawn(Event),
    /// Nothing more is expected of a parcel.
    AtRest,
}

/// One parcel that is followed.
#[derive(Debug, Default)]
pub struct Followed {
    pub journey: Journey,
    held: BTreeMap<EventId, Event>,
    is_at_rest: bool,
}

/// The parcels of one carrier that are followed.
#[derive(Debug)]
pub struct Watch {
    pub client: Client,
    pub parcels: BTreeMap<String, Followed>,
    pub rounds: u32,
    /// The last question that got no answer, for the curious.
    pub last_error: Option<ClientError>,
}

/// What is held, beside the truth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Audit {
    pub parcels: usize,
    pub at_rest: usize,
    /// Events held.
    pub events: usize,
    /// Events that happened and are not held.
    pub lost: usize,
    /// Events held more than once.
    pub repeated: usize,
    /// Events held that did not happen, or were taken back.
    pub untrue: usize,
}

impl Audit {
    pub fn add(&mut self, other: &Self) {
        self.parcels += other.parcels;
        self.at_rest += other.at_rest;
        self.events += other.events;
        self.lost += other.lost;
        self.repeated += other.repeated;
        self.untrue += other.untrue;
    }
}

impl Watch {
    pub fn new(client: Client, numbers: Vec<String>) -> Self {
        let parcels = numbers
            .into_iter()
            .map(|number| (number, Followed::default()))
            .collect();
        Self {
            client,
            parcels,
            rounds: 0,
            last_error: None,
        }
    }

    /// Asks in rounds, with a pause after each, until every parcel is at rest.
    pub async fn follow(
        &mut self,
        simulator: &Simulator,
        pause: Duration,
        mut tell: impl FnMut(News),
    ) {
        let ends = simulator.ends().unwrap_or_default();
        let mut rounds_left = MOST_ROUNDS_AT_THE_END;
        loop {
            let asked_at = simulator.now();
            let open: Vec<TrackRequest> = self
                .parcels
                .iter()
                .filter(|(_, parcel)| !parcel.is_at_rest)
                .map(|(number, _)| TrackRequest::new(TrackingNumber::new(number)))
                .collect();
            if open.is_empty() || rounds_left == 0 {
                return;
            }
            self.rounds += 1;
            rounds_left -= u32::from(asked_at >= ends);
            let client = self.client.clone();
            let mut answers = client.track(open).boxed();
            while let Some(answer) = answers.next().await {
                self.take(answer, simulator.now(), asked_at >= ends, &mut tell);
            }
            sleep(pause).await;
        }
    }

    fn take(
        &mut self,
        answer: TrackResult,
        now: DateTime<Utc>,
        is_over: bool,
        tell: &mut impl FnMut(News),
    ) {
        let told = match answer.outcome {
            Ok(told) => told,
            Err(error) => {
                self.last_error = Some(error);
                return;
            }
        };
        let is_answer = !matches!(told, TrackOutcome::Missing(_));
        let number = answer
            .request
            .as_ref()
            .map(|asked| asked.number.to_string())
            .unwrap_or_default();
        let Some(parcel) = self.parcels.get_mut(&number) else {
            return;
        };
        let is_at_rest = parcel.take(&told, now, tell) || is_over && is_answer;
        if is_at_rest && !parcel.is_at_rest {
            parcel.is_at_rest = true;
            tell(News::AtRest);
        }
    }

    /// Compares what is held with what is true.
    pub fn audit(&self, simulator: &Simulator) -> Audit {
        let mut audit = Audit::default();
        for (number, parcel) in &self.parcels {
            let held = parcel.journey.at(simulator.now()).events;
            let difference =
                Difference::between(&simulator.truth(self.client.feed().as_str(), number), &held);
            audit.add(&Audit {
                parcels: 1,
                at_rest: usize::from(parcel.is_at_rest),
                events: held.len(),
                lost: difference.missing.len(),
                repeated: difference.repeated.len(),
                untrue: difference.unexpected.len(),
            });
        }
        audit
    }
}

impl Followed {
    /// Takes in what was told. Says whether the parcel is at its end.
    pub fn take(
        &mut self,
        told: &TrackOutcome,
        now: DateTime<Utc>,
        tell: &mut impl FnMut(News),
    ) -> bool {
        for shipment in told.shipments() {
            self.journey.apply(shipment.clone());
        }
        let state = self.journey.at(now);
        let is_terminal = state.parcel.is_some_and(|parcel| parcel.terminal);
        let standing: BTreeSet<EventId> = state.events.iter().map(Event::id).collect();
        for event in state.events {
            if self.held.insert(event.id(), event.clone()).is_none() {
                tell(News::Event(event));
            }
        }
        let gone: Vec<EventId> = self
            .held
            .keys()
            .filter(|id| !standing.contains(id))
            .copied()
            .collect();
        gone.into_iter()
            .filter_map(|id| self.held.remove(&id))
            .for_each(|event| tell(News::Withdrawn(event)));
        is_terminal
    }
}
