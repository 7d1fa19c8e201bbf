//! What is written is read back: the whole model through JSON, with personal data and without.

use chrono::{DateTime, Utc};
use parceltrail::model::{
    Amount, CarrierCode, Due, DueKind, EventTime, FreeText, LinkKind, Order, OrderSignal, Personal,
    PickupPoint, Place, Position, PositionSource, Promise, PromiseKind, Proof, ProofKind,
    ProofOfDelivery, Reference, Role, WebLink, WithPersonalData, Zones,
};
use parceltrail::{
    Confidence, Event, Milestone, Payload, Reason, Registry, Scope, Shipment, Stage, TrackingNumber,
};
use proptest::prelude::*;

/// With personal data the value comes back whole; without, what comes back writes the same text.
#[track_caller]
fn comes_back(shipment: &Shipment) {
    let whole = serde_json::to_string(&WithPersonalData(shipment)).unwrap();
    let read: Shipment = serde_json::from_str(&whole).unwrap();
    assert_eq!(
        serde_json::to_string(&WithPersonalData(&read)).unwrap(),
        whole
    );
    assert_eq!(&read, shipment, "what was not written");
    let hidden = serde_json::to_string(shipment).unwrap();
    let read: Shipment = serde_json::from_str(&hidden).unwrap();
    assert_eq!(serde_json::to_string(&read).unwrap(), hidden);
}

#[test]
fn every_sample_comes_back() {
    let registry = Registry::builtin();
    let mut read = 0;
    for pack in std::fs::read_dir("carriers").unwrap() {
        let samples = pack.unwrap().path().join("samples");
        for file in std::fs::read_dir(samples).into_iter().flatten() {
            let bytes = std::fs::read(file.unwrap().path()).unwrap();
            let Ok(feed) = registry.recognise(&bytes) else {
                continue;
            };
            let payload = Payload::new(&bytes, "2026-03-05T12:00:00Z".parse().unwrap());
            for shipment in feed.decode(payload).into_iter().flat_map(|it| it.shipments) {
                comes_back(&shipment);
                read += 1;
            }
        }
    }
    assert!(read > 200, "{read} shipments of samples");
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (-60_000_000_000_i64..250_000_000_000, 0_u32..1_000_000_000)
        .prop_map(|(s, ns)| DateTime::from_timestamp(s, ns).unwrap())
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("Arrived at facility".to_owned()),
        Just("Delivered, Left with Individual".to_owned()),
        Just("派送中 [张三,电话:13800000000]".to_owned()),
        Just("Signed by J. SAMPLE, call +1 555 010 0199".to_owned()),
    ]
}

fn time() -> impl Strategy<Value = EventTime> {
    let zones = prop_oneof![
        Just(Zones::Unknown),
        Just(Zones::One(chrono_tz::Europe::Berlin)),
        Just(Zones::One(chrono_tz::America::New_York)),
    ];
    (
        "[0-9T:Z -]{0,20}",
        moment(),
        -50_000_i32..50_000,
        zones,
        0..6,
    )
        .prop_map(|(raw, at, offset, zones, kind)| match kind {
            0 => EventTime::at_offset(raw, at.naive_utc(), offset),
            1 => EventTime::instant(raw, at),
            2 => EventTime::instant_in(raw, at, &zones),
            3 => EventTime::in_fixed_zone(raw, at.naive_utc(), chrono_tz::Asia::Shanghai),
            4 => EventTime::date(raw, at.date_naive(), &zones),
            _ => EventTime::local(raw, at.naive_utc(), &zones),
        })
}

fn place() -> impl Strategy<Value = Option<Place>> {
    proptest::option::of(prop_oneof![
        "[a-zA-Z0-9 .,:-]{1,30}".prop_map(|text| Place::from_text(&text)),
        Just(
            Place::new()
                .with_city("Springfield")
                .with_country("US".parse().ok())
        ),
    ])
    .prop_map(|place| place.and_then(Place::known))
}

fn proof() -> impl Strategy<Value = ProofOfDelivery> {
    (0..ProofKind::ALL.len(), text(), any::<bool>()).prop_map(|(kind, text, inside)| {
        let proof = ProofOfDelivery::new(ProofKind::ALL[kind])
            .with_url(Personal::parse(&text))
            .with_reference(Personal::parse("REF-1"));
        if inside { proof.in_payload() } else { proof }
    })
}

fn event() -> impl Strategy<Value = Event> {
    let parts = (
        (
            0..Milestone::ALL.len(),
            0..Stage::ALL.len(),
            0..Reason::ALL.len(),
            0..Scope::ALL.len(),
        ),
        (time(), place(), text(), text()),
        (any::<bool>(), any::<bool>(), proptest::option::of(0_u32..9)),
        (-90.0..90.0, -180.0..180.0),
        proptest::collection::vec(proof(), 0..2),
    );
    parts.prop_map(
        |(
            (milestone, stage, reason, scope),
            (time, place, one, other),
            flags,
            (lat, lon),
            proofs,
        )| {
            let number = TrackingNumber::new("A1");
            let mut event = Event::new(
                "acme.scans",
                "acme",
                number,
                Milestone::ALL[milestone],
                time,
            )
            .with_stage(Stage::ALL[stage])
            .with_reason(Reason::ALL[reason])
            .with_scope(Scope::ALL[scope])
            .with_place(place)
            .with_code(CarrierCode::new("7/B").with_text(FreeText::parse(&one)))
            .with_damaged(flags.0)
            .with_retracts(flags.1)
            .with_attempt(flags.2)
            .with_signed_by(Personal::parse(&other).filter(|_| flags.0))
            .with_next_steps(FreeText::parse(&other))
            .with_remark(FreeText::parse(&one).filter(|_| flags.1))
            .with_vendor_id("0007")
            .with_related(Reference::new(Role::NextCarrier, "B2").with_carrier("b"))
            .with_confidence(Confidence::Medium)
            .with_sequence(flags.2.map(|nth| nth as u16 * 100))
            .with_signal(OrderSignal::ALL.get(milestone).copied())
            .with_position(
                Position::new(lat, lon).map(|it| it.with_source(PositionSource::Device)),
            );
            event.proof_of_delivery = proofs;
            event
        },
    )
}

prop_compose! {
    fn shipment()(
        events in proptest::collection::vec(event(), 0..4),
        times in (time(), time(), time(), time(), moment()),
        place in place(),
        words in (text(), text()),
        proof in proof(),
    ) -> Shipment {
        let mut shipment = Shipment::new("acme.scans", "acme", TrackingNumber::new("A1"), times.4)
            .with_proof(Proof::Signature)
            .with_instance("42")
            .with_piece(TrackingNumber::new("P1"))
            .with_piece_count(2)
            .with_promise(
                Promise::by(PromiseKind::Agreed, times.0.clone())
                    .with_from(times.1.clone())
                    .with_stated(times.2.clone()),
            )
            .with_origin(place.clone())
            .with_weight_grams(1200)
            .with_order(Order::new().with_customer(Personal::parse(&words.0)))
            .with_proof_of_delivery(proof)
            .with_pickup_point(
                PickupPoint::new()
                    .with_name("Kiosk")
                    .with_place(place)
                    .with_code(Personal::parse(&words.1))
                    .with_hold_until(times.3.clone())
                    .known(),
            )
            .with_due(
                Due::new(DueKind::Vat)
                    .with_amount("9.10".parse::<Amount>().ok())
                    .with_currency("cny")
                    .with_payee("cn-customs")
                    .with_paid(false),
            )
            .with_shipped_on(times.3);
        shipment.links.extend(WebLink::new(LinkKind::Redirection, "https://carrier.example/r?t=1"));
        shipment.links.extend(WebLink::new(LinkKind::Tracking, "https://carrier.example/A1"));
        shipment.events = events;
        shipment
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]
    #[test]
    fn whatever_is_built_comes_back(shipment in shipment()) {
        comes_back(&shipment);
    }

    #[test]
    fn sentences_of_any_kind_come_back_whole(text in "\\PC{0,60}") {
        let number = TrackingNumber::new("A1");
        let at = DateTime::<Utc>::UNIX_EPOCH;
        let time = EventTime::instant("", at);
        let event = Event::new("acme.scans", "acme", number.clone(), Milestone::Info, time)
            .with_code(CarrierCode::new("1").with_text(FreeText::new(text.as_str())))
            .with_remark(FreeText::new(text));
        let shipment = Shipment::new("acme.scans", "acme", number, at).with_event(event);
        let whole = serde_json::to_string(&WithPersonalData(&shipment)).unwrap();
        prop_assert_eq!(serde_json::from_str::<Shipment>(&whole).unwrap(), shipment);
    }

    #[test]
    fn nothing_personal_is_written_unasked(shipment in shipment()) {
        let hidden = serde_json::to_string(&shipment).unwrap();
        for secret in ["张三", "13800000000", "SAMPLE, call", "r?t=1", "REF-1"] {
            prop_assert!(!hidden.contains(secret), "{} in {}", secret, hidden);
        }
    }

    #[test]
    fn what_cannot_be_a_shipment_is_an_error_and_no_panic(cut in 0_usize..4000, shipment in shipment()) {
        let whole = serde_json::to_string(&WithPersonalData(&shipment)).unwrap();
        let cut = (0..=cut.min(whole.len() - 1)).rev().find(|at| whole.is_char_boundary(*at)).unwrap();
        prop_assert!(serde_json::from_str::<Shipment>(&whole[..cut]).is_err());
    }
}

#[test]
fn times_that_contradict_themselves_are_refused() {
    let read = |text: &str| serde_json::from_str::<EventTime>(text).is_ok();
    let written = r#"{"raw":"x","kind":"date","local":"2026-03-05","earliest":"2026-03-05T00:00:00Z","latest":"2026-03-05T23:59:59Z"}"#;
    assert!(read(written));
    assert!(
        !read(&written.replace("2026-03-05T23", "2026-03-04T23")),
        "it ends before it begins"
    );
    assert!(
        !read(&written.replace("\"date\"", "\"offset\"")),
        "an offset is missing"
    );
    assert!(!read(&written.replace("2026-03-05\"", "yesterday\"")));
    assert!(!read(&written.replace("\"date\"", "\"whenever\"")));
}
