use http::HeaderMap;

use super::*;
use crate::adapter::{Credentials, DecodeErrorKind, Fault, TrackRequest};
use crate::model::{Country, Event, PromiseKind, RecipientKind, Reference, Role, TimeKind};

fn feed() -> ParcelDe {
    ParcelDe::new(crate::carriers::dhl::PACK.codes().into())
}

fn decode(body: &str) -> Batch {
    feed()
        .decode(Payload::new(body.as_bytes(), Default::default()))
        .unwrap()
}

/// One piece with these attributes and events.
fn piece(attributes: &str, events: &str) -> Batch {
    decode(&format!(
        "<data name=\"piece-shipment-list\" code=\"0\"><data name=\"piece-shipment\" error-status=\"0\" piece-code=\"00340434999900000013\" {attributes}>\
         <data name=\"piece-event-list\">{events}</data></data></data>"
    ))
}

fn event(at: &str, codes: &str, more: &str) -> String {
    let mut parts = codes.split('/');
    let mut next = || parts.next().unwrap_or_default();
    let (ice, ric, standard) = (next(), next(), next());
    format!(
        "<data name=\"piece-event\" event-timestamp=\"{at}\" event-status=\"words\" ice=\"{ice}\" ric=\"{ric}\" standard-event-code=\"{standard}\" {more}/>"
    )
}

fn one(codes: &str, attributes: &str, more: &str) -> Event {
    piece(attributes, &event("05.05.2025 11:48", codes, more))
        .shipments
        .remove(0)
        .events
        .remove(0)
}

#[test]
fn times_are_german_wall_time_in_summer_and_winter_and_local_abroad() {
    let in_country = |raw: &str, country: &str| {
        let batch = piece(
            "",
            &event(
                raw,
                "SRTED/NRQRD/NB",
                &format!("event-country=\"{country}\""),
            ),
        );
        batch.shipments[0].events[0].time.clone()
    };
    let time = |raw: &str| in_country(raw, "Deutschland");
    assert_eq!(
        in_country("05.05.2025 11:48", "").kind(),
        TimeKind::FixedZone
    );
    assert_eq!(
        in_country("05.05.2025 11:48", "China")
            .earliest()
            .to_rfc3339(),
        "2025-05-05T03:48:00+00:00"
    );
    assert_eq!(
        in_country("05.05.2025 11:48", "USA").kind(),
        TimeKind::Local
    );
    let summer = time("05.05.2025 11:48");
    assert_eq!(
        (summer.kind(), summer.raw()),
        (TimeKind::FixedZone, "05.05.2025 11:48")
    );
    assert_eq!(summer.earliest().to_rfc3339(), "2025-05-05T09:48:00+00:00");
    assert_eq!(
        time("05.01.2025 11:48").earliest().to_rfc3339(),
        "2025-01-05T10:48:00+00:00"
    );
    let repeated = time("26.10.2025 02:30");
    assert_eq!((repeated.latest() - repeated.earliest()).num_minutes(), 60);
}

#[test]
fn the_fine_codes_come_before_the_standard_code() {
    let of = |codes: &str| (one(codes, "", "").milestone, one(codes, "", "").confidence);
    assert_eq!(
        of("LDTMV/MVMTV/PO"),
        (Milestone::OutForDelivery, Confidence::High)
    );
    assert_eq!(
        of("LDTMV/MVMTV/AA"),
        (Milestone::Departed, Confidence::Medium)
    );
    assert_eq!(
        of("DLVRD/NGHBR/ZU"),
        (Milestone::Delivered, Confidence::High)
    );
    assert_eq!(
        of("DSPSD/NTCLM/ZU"),
        (Milestone::Disposed, Confidence::High)
    );
    assert_eq!(of("DLVRD/CUSTM/ZU").0, Milestone::CustomsSubmitted);
    assert_eq!(of("//ZU"), (Milestone::Delivered, Confidence::High));
    assert_eq!(
        of("DLVRD/XXXXX/ZU"),
        (Milestone::Delivered, Confidence::Medium)
    );
    assert_eq!(
        of("SRTED/XXXXX/NB"),
        (Milestone::InTransit, Confidence::Medium)
    );
    for unknown in ["QQQQQ/XXXXX/QQ", "QQQQQ/XXXXX/NB"] {
        assert_eq!(of(unknown).0, Milestone::Unmapped, "{unknown}");
    }
    let event = one("DLVRD/NGHBR/ZU", "", "");
    assert_eq!(
        (event.code.value.as_str(), event.code.qualifier.as_deref()),
        ("ZU", Some("DLVRD/NGHBR"))
    );
}

#[test]
fn unknown_codes_and_bad_events_are_told() {
    let batch = piece(
        "",
        &format!(
            "{}{}",
            event("05.05.2025 11:48", "QQQQQ/XXXXX/QQ", ""),
            event("2025-05-05", "SRTED/NRQRD/NB", "")
        ),
    );
    assert_eq!(batch.shipments[0].events.len(), 1);
    let told: Vec<_> = batch
        .notices
        .iter()
        .map(|notice| (notice.kind, notice.value.as_deref().unwrap_or_default()))
        .collect();
    assert_eq!(
        told,
        [
            (NoticeKind::UnmappedCode, "QQQQQ/XXXXX QQ"),
            (NoticeKind::EventSkipped, "2025-05-05")
        ]
    );
}

#[test]
fn a_correction_takes_back_the_delivery_before_it() {
    let events = [
        event("05.05.2025 09:00", "LDTMV/MVMTV/PO", ""),
        event("05.05.2025 11:48", "DLVRD/ACCPT/ZU", ""),
        event("05.05.2025 11:55", "STORN/NRQRD/DD", ""),
    ];
    let milestones = |batch: &Batch| {
        batch.shipments[0]
            .events
            .iter()
            .map(|event| event.milestone)
            .collect::<Vec<_>>()
    };
    let reversed: String = events.iter().rev().map(String::as_str).collect();
    assert_eq!(
        milestones(&piece("", &reversed)),
        [Milestone::Info, Milestone::OutForDelivery]
    );
    let plain = [
        events[0].clone(),
        events[1].clone(),
        event("05.05.2025 11:55", "//STORN", ""),
    ];
    assert_eq!(
        milestones(&piece("", &plain.concat())),
        [Milestone::OutForDelivery, Milestone::Info]
    );
    let batch = piece("", &events.concat());
    assert_eq!(
        milestones(&batch),
        [Milestone::OutForDelivery, Milestone::Info]
    );
    assert_eq!(
        (batch.notices[0].kind, batch.notices[0].value.as_deref()),
        (NoticeKind::Withdrawn, Some("ZU"))
    );
}

#[test]
fn a_return_is_told_by_its_flag_event_by_event() {
    let back = one("DLVRD/ACCPT/ZU", "ruecksendung=\"true\"", "");
    assert_eq!(
        (back.stage, back.milestone),
        (Some(Stage::Return), Milestone::Returned)
    );
    let out = one(
        "LDTMV/MVMTV/PO",
        "ruecksendung=\"true\"",
        "ruecksendung=\"false\"",
    );
    assert_eq!(
        (out.stage, out.milestone),
        (Some(Stage::LastMile), Milestone::OutForDelivery)
    );
    let moving = one("SRTED/NRQRD/NB", "", "ruecksendung=\"true\"");
    assert_eq!(
        (moving.stage, moving.milestone),
        (Some(Stage::Return), Milestone::InTransit)
    );
    assert_eq!(
        one("DLVRD/ACCPT/ZU", "ruecksendung=\"false\"", "").milestone,
        Milestone::Delivered
    );
}

#[test]
fn countries_are_names_in_either_language_or_codes() {
    let country = |name: &str| {
        one(
            "SRTED/NRQRD/NB",
            "",
            &format!("event-location=\"K&#246;ln\" event-country=\"{name}\""),
        )
        .place
        .unwrap()
    };
    for name in ["Germany", "Deutschland", "DE"] {
        assert_eq!(country(name).country, Country::from_alpha2("DE"), "{name}");
    }
    assert_eq!(country("Germany").city.as_deref(), Some("Köln"));
    assert_eq!(country("Frankreich").country, Country::from_alpha2("FR"));
    let odd = country("Nirgendland");
    assert_eq!(
        (odd.country, odd.name.as_deref()),
        (None, Some("Nirgendland"))
    );
    assert_eq!(
        one(
            "SRTED/NRQRD/NB",
            "",
            "event-location=\"\" event-country=\"\""
        )
        .place,
        None
    );
}

#[test]
fn facts_of_the_piece_are_read_without_people() {
    let facts = |more: &str| {
        let names = "recipient-name=\"SAMPLE RECIPIENT\" pan-recipient-name=\"SAMPLE RECIPIENT\" shipper-name=\"SAMPLE SENDER\"";
        piece(
            &format!("{names} {more}"),
            &event("05.05.2025 11:48", "DLVRD/NGHBR/ZU", ""),
        )
        .shipments
        .remove(0)
    };
    let shipment = facts(
        "product-name=\"DHL PAKET\" shipment-weight=\"1.2\" dest-country=\"AT\" origin-country=\"DE\" upu=\"CK000000005DE\" \
         searched-piece-code=\"00340434999900000013\" piece-customer-reference=\"ORDER-1\" recipient-id-text=\"SAMPLE NEIGHBOUR\"",
    );
    assert_eq!(
        (shipment.weight_grams, shipment.service.as_deref()),
        (Some(1200), Some("DHL PAKET"))
    );
    assert_eq!(
        shipment.references,
        [
            Reference::new(Role::NextCarrier, "CK000000005DE"),
            Reference::new(Role::CustomerReference, "ORDER-1")
        ]
    );
    assert_eq!(
        (
            &shipment.events[0].signed_by,
            shipment.events[0].recipient_kind
        ),
        (&None, Some(RecipientKind::Neighbour))
    );
    assert!(!serde_json::to_string(&shipment).unwrap().contains("SAMPLE"));
    assert_eq!(facts("shipment-weight=\"0.0\"").weight_grams, None);
    assert_eq!(
        facts("upu=\"RR000000005CN\" dest-country=\"DE\" origin-country=\"CN\"").references[0].role,
        Role::PreviousCarrier
    );
    assert_eq!(
        facts("upu=\"CK000000005DE\" dest-country=\"DE\" origin-country=\"DE\"").references[0].role,
        Role::Alternate
    );
}

#[test]
fn the_flag_bears_out_a_delivery_that_only_a_sentence_tells() {
    let told = |flag: &str, text: &str| {
        let event = format!(
            "<data name=\"piece-event\" event-timestamp=\"05.05.2025 11:48\" event-status=\"{text}\"/>"
        );
        let event = piece(&format!("delivery-event-flag=\"{flag}\""), &event).shipments[0].events
            [0]
        .clone();
        (event.milestone, event.confidence)
    };
    let sentence = "Die Sendung wurde erfolgreich zugestellt.";
    assert_eq!(
        told("1", sentence),
        (Milestone::Delivered, Confidence::Medium)
    );
    assert_eq!(told("0", sentence), (Milestone::Delivered, Confidence::Low));
    assert_eq!(
        told("1", "Die Sendung wurde in das Zustellfahrzeug geladen.").0,
        Milestone::OutForDelivery,
        "the flag is not the event"
    );
}

#[test]
fn a_preferred_day_is_agreed_until_the_delivery() {
    let promise = |day: &str, codes: &str| {
        let batch = piece(
            &format!("order-preferred-delivery-day=\"{day}\""),
            &event("05.05.2025 11:48", codes, ""),
        );
        (batch.shipments[0].promise().cloned(), batch.notices.len())
    };
    for day in ["07.05.2025", "2025-05-07"] {
        let told = promise(day, "SRTED/NRQRD/NB").0.unwrap();
        assert_eq!(
            (
                told.kind,
                told.by.raw(),
                told.by.latest().to_rfc3339().as_str()
            ),
            (PromiseKind::Agreed, day, "2025-05-07T21:59:59+00:00")
        );
    }
    assert_eq!(promise("soon", "SRTED/NRQRD/NB"), (None, 1));
    assert_eq!(promise("07.05.2025", "DLVRD/ACCPT/ZU"), (None, 0));
}

#[test]
fn without_a_list_of_events_the_latest_status_is_one() {
    let body = "<data name=\"piece-shipment-list\" code=\"0\"><data name=\"piece-shipment\" piece-code=\"00340434999900000013\" \
        status-timestamp=\"05.05.2025 11:48\" status=\"words\" ice=\"LDTMV\" ric=\"MVMTV\" standard-event-code=\"PO\"/></data>";
    let batch = decode(body);
    assert_eq!(
        batch.shipments[0].events[0].milestone,
        Milestone::OutForDelivery
    );
    assert_eq!(
        piece(
            "status-timestamp=\"05.05.2025 11:48\"",
            &event("05.05.2025 11:48", "LDTMV/MVMTV/PO", "")
        )
        .shipments[0]
            .events
            .len(),
        1
    );
}

#[test]
fn errors_become_notices_of_their_kind() {
    let kind = |code: &str| {
        let batch = decode(&format!(
            "<data name=\"piece-shipment-list\" code=\"{code}\" error=\"words\"/>"
        ));
        (
            batch.notices[0].kind,
            batch.notices[0].value.clone().unwrap().to_string(),
        )
    };
    assert_eq!(kind("100"), (NoticeKind::NotFound, "100".into()));
    assert_eq!(kind("5"), (NoticeKind::Reauthorise, "5".into()));
    assert_eq!(kind("7"), (NoticeKind::InvalidRequest, "7".into()));
    let inner = "<data name=\"piece-shipment-list\" code=\"0\"><data name=\"piece-shipment\" error-status=\"100\" searched-piece-code=\"1\"/></data>";
    let batch = decode(inner);
    assert!(batch.shipments.is_empty());
    assert_eq!(
        (
            batch.notices[0].kind,
            batch.notices[0].number.as_ref().unwrap().as_str()
        ),
        (NoticeKind::NotFound, "1")
    );
    let error = feed()
        .decode(Payload::new(b"<data/>", Default::default()))
        .unwrap_err();
    assert!(matches!(
        error.kind,
        DecodeErrorKind::Shape {
            field: "data[@name]",
            ..
        }
    ));
}

#[test]
fn outcomes_are_read_from_the_body_of_a_200() {
    let headers = HeaderMap::new();
    let of = |status, body: &str| {
        feed().outcome(&PollResponse {
            status,
            headers: &headers,
            body: body.as_bytes(),
            received: Default::default(),
        })
    };
    let list = |code: &str| {
        format!("<data name=\"piece-shipment-list\" code=\"{code}\" error=\"words\"/>")
    };
    assert_eq!(of(200, &list("0")), Outcome::NotFound);
    assert_eq!(of(200, &list("100")), Outcome::NotFound);
    assert_eq!(of(200, &list("5")), Outcome::Reauthorise);
    assert_eq!(
        of(200, &list("7")),
        Outcome::Invalid(Fault::new("7", "words"))
    );
    assert_eq!(of(401, ""), Outcome::Reauthorise);
    assert_eq!(of(429, ""), Outcome::RetryAfter(None));
    assert_eq!(of(200, "no xml"), Outcome::RetryAfter(None));
    assert_eq!(
        of(200, "<html><body>busy</body></html>"),
        Outcome::RetryAfter(None)
    );
}

#[test]
fn a_request_is_xml_in_the_query_with_its_values_escaped() {
    let credentials = Credentials::default()
        .with("api_key", "k")
        .with("api_secret", "s")
        .with("appname", "zt<1>")
        .with("password", "a&b\"c");
    let numbers = [TrackRequest::new(TrackingNumber::new(
        "00340434999900000013",
    ))];
    let context = PollContext {
        now: Default::default(),
        request_id: "",
        credentials: &credentials,
        token: None,
        base: None,
    };
    let request = feed()
        .request(
            &Query {
                language: Some("de-DE"),
                ..Query::new(&numbers)
            },
            &context,
        )
        .unwrap();
    assert_eq!(request.method(), Method::GET);
    assert_eq!(request.headers()["dhl-api-key"], "k");
    assert_eq!(request.headers()["authorization"], "Basic azpz");
    let uri = request.uri().to_string();
    let query = uri
        .strip_prefix("https://api-eu.dhl.com/parcel/de/tracking/v0/shipments?")
        .unwrap();
    let xml =
        String::from_utf8(crate::wire::form::field(query.as_bytes(), "xml").unwrap()).unwrap();
    let document = Document::parse(&xml).unwrap();
    let attribute = |name: &str| document.root().attribute(name).unwrap().into_owned();
    assert_eq!(
        (attribute("appname"), attribute("password")),
        ("zt<1>".to_owned(), "a&b\"c".to_owned())
    );
    assert_eq!(
        (attribute("request"), attribute("language-code")),
        ("d-get-piece-detail".to_owned(), "de".to_owned())
    );
    assert_eq!(attribute("piece-code"), "00340434999900000013");
    assert_eq!(
        feed().request(&Query::new(&[]), &context).unwrap_err(),
        RequestError::Numbers { asked: 0, most: 1 }
    );
    let none = Credentials::default();
    let context = PollContext {
        credentials: &none,
        ..context
    };
    assert_eq!(
        feed().request(&Query::new(&numbers), &context).unwrap_err(),
        RequestError::MissingCredential("api_key")
    );
}

#[test]
fn a_second_sentence_and_what_comes_next_are_remarks() {
    let events = [
        event(
            "05.05.2025 08:00",
            "LDTMV/MVMTV/AA",
            "event-text=\"more words\"",
        ),
        event("05.05.2025 11:48", "SRTED/NRQRD/PO", "event-text=\"words\""),
    ];
    let batch = piece("status-next=\"It comes today.\"", &events.concat());
    let remarks: Vec<_> = batch.shipments[0]
        .events
        .iter()
        .map(|event| event.remark.as_ref().unwrap().reveal())
        .collect();
    assert_eq!(remarks, ["more words", "It comes today."]);
}
