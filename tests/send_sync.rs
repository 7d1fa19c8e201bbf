//! What applications share between threads is `Send + Sync`: held at compile time.

use parceltrail::adapter::{CodeTable, Credentials, ReplayGuard, WebhookDelivery};
use parceltrail::anomaly::{Cases, CohortRule, Expectations, Inspector, Parcel, Rule, Settings};
use parceltrail::briefing::Briefing;
use parceltrail::changes::{Change, Picture, PollPace};
use parceltrail::eta::{Calibration, TransitModel};
use parceltrail::journey::{Journeys, Snapshot};
use parceltrail::{Adapter, Batch, Event, History, Journey, Poll, Registry, Shipment, Webhook};

const fn crosses_threads<T: Send + Sync + ?Sized>() {}

const _: () = {
    crosses_threads::<dyn Adapter>();
    crosses_threads::<dyn Poll>();
    crosses_threads::<dyn Webhook>();
    crosses_threads::<dyn Rule>();
    crosses_threads::<dyn CohortRule>();
    crosses_threads::<dyn Expectations>();
    crosses_threads::<(
        Registry,
        CodeTable,
        Credentials,
        ReplayGuard,
        WebhookDelivery,
    )>();
    crosses_threads::<(Batch, Shipment, Event, Journey, Journeys, Snapshot, History)>();
    crosses_threads::<(
        TransitModel,
        Calibration,
        Inspector,
        Settings,
        Parcel,
        Cases,
    )>();
    crosses_threads::<(Briefing, Change, Picture, PollPace)>();
    #[cfg(feature = "fluent")]
    crosses_threads::<parceltrail::briefing::Language>();
};

#[test]
fn a_journey_is_read_by_many_threads() {
    let journey = Journey::default();
    std::thread::scope(|scope| {
        let read = || journey.at(chrono::DateTime::UNIX_EPOCH).events.len();
        let (one, other) = (scope.spawn(read), scope.spawn(read));
        assert_eq!((one.join().unwrap(), other.join().unwrap()), (0, 0));
    });
}
