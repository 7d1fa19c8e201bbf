use super::*;
use crate::adapter::DecodeErrorKind;
use crate::model::{Confidence, Stage, TimeKind};

mod offers;

fn decode(body: &str) -> Batch {
    Unified::new(super::super::PACK.codes().into())
        .decode(Payload::new(body.as_bytes(), Default::default()))
        .unwrap()
}

/// One shipment of a service with these members and events.
fn shipment(service: &str, members: &str, events: &str) -> Batch {
    decode(&format!(
        r#"{{"shipments":[{{"id":"7100000040","service":"{service}"{members},"events":[{events}]}}]}}"#
    ))
}

fn event(status: &str, coarse: &str) -> String {
    format!(
        r#"{{"timestamp":"2025-03-06T09:12:00+01:00","status":"{status}","statusCode":"{coarse}"}}"#
    )
}

fn milestone(service: &str, status: &str, coarse: &str) -> (Milestone, Option<NoticeKind>) {
    let batch = shipment(service, "", &event(status, coarse));
    (
        batch.shipments[0].events[0].milestone,
        batch.notices.first().map(|notice| notice.kind),
    )
}

#[test]
fn a_status_is_read_by_its_service() {
    assert_eq!(
        milestone("express", "PO", "transit"),
        (Milestone::Departed, None)
    );
    assert_eq!(
        milestone("parcel-de", "PO", "transit"),
        (Milestone::OutForDelivery, None)
    );
    assert_eq!(
        milestone("post-de", "ZU", "delivered"),
        (Milestone::Delivered, None)
    );
    assert_eq!(
        milestone("ecommerce", "441", "transit"),
        (Milestone::Arrived, None)
    );
    assert_eq!(
        milestone("ecommerce-europe", "43", "delivered"),
        (Milestone::AvailableForPickup, None)
    );
    // The table wins over a coarse status that contradicts it.
    assert_eq!(
        milestone("express", "OK", "pre-transit"),
        (Milestone::Delivered, None)
    );
    assert_eq!(
        milestone("EXPRESS", "OK", "Delivered"),
        (Milestone::Delivered, None)
    );
    assert_eq!(
        milestone("sameday", "", "Pre-Transit"),
        (Milestone::Announced, None)
    );
}

#[test]
fn the_coarse_status_stands_in_but_never_as_movement_under_an_unknown_code() {
    let unmapped = Some(NoticeKind::UnmappedCode);
    assert_eq!(
        milestone("express", "QQ", "transit"),
        (Milestone::Unmapped, unmapped)
    );
    assert_eq!(
        milestone("express", "QQ", "delivered"),
        (Milestone::Delivered, unmapped)
    );
    assert_eq!(
        milestone("express", "QQ", "failure"),
        (Milestone::Exception, unmapped)
    );
    assert_eq!(
        milestone("express", "QQ", "pre-transit"),
        (Milestone::Announced, unmapped)
    );
    assert_eq!(
        milestone("express", "QQ", "unknown"),
        (Milestone::Unmapped, unmapped)
    );
    assert_eq!(
        milestone("parcel-uk", "A1", "transit"),
        (Milestone::Unmapped, unmapped)
    );
    // Without a code and a sentence the coarse status is all that DHL says.
    assert_eq!(
        milestone("parcel-uk", "", "transit"),
        (Milestone::InTransit, None)
    );
    assert_eq!(
        milestone("sameday", "TRANSIT", "transit"),
        (Milestone::InTransit, None)
    );
    assert_eq!(
        milestone("ecommerce", "COULD NOT BE DELIVERED", "failure"),
        (Milestone::DeliveryAttempted, None)
    );
    assert_eq!(
        milestone("ecommerce", "WORDS OF NO KNOWN MEANING", "failure"),
        (Milestone::Exception, unmapped)
    );
    assert_eq!(
        milestone("parcel-de", "DELIVERED TO A NEIGHBOUR", "delivered"),
        (Milestone::Delivered, None)
    );
    assert_eq!(
        milestone("ecommerce", "", "unknown"),
        (Milestone::Unmapped, None)
    );
    assert_eq!(
        milestone("ecommerce", "", "sideways"),
        (Milestone::Unmapped, unmapped)
    );
}

#[test]
fn a_sentence_is_the_text_and_the_coarse_status_the_code() {
    let batch = shipment("ecommerce", "", &event("ARRIVED ON THE MOON", "transit"));
    let code = &batch.shipments[0].events[0].code;
    assert_eq!(
        (code.value.as_str(), code.text.as_ref().unwrap().reveal()),
        ("transit", "ARRIVED ON THE MOON")
    );
}

#[test]
fn a_listed_sentence_is_a_code() {
    assert_eq!(
        milestone("ecommerce", "ARRIVED AT CUSTOMS", "transit"),
        (Milestone::Arrived, None)
    );
    assert_eq!(
        milestone("ecommerce-apac", "Notice left (business closed)", "transit"),
        (Milestone::DeliveryAttempted, None)
    );
    // DHL's own example contradicts itself; the code wins.
    assert_eq!(
        milestone("ecommerce", "DELIVERED", "pre-transit"),
        (Milestone::Delivered, None)
    );
    assert_eq!(
        milestone("freight", "ARRIVED AT CUSTOMS", "transit"),
        (Milestone::Arrived, None)
    );
    let batch = shipment("ecommerce", "", &event("ARRIVED AT CUSTOMS", "transit"));
    let event = &batch.shipments[0].events[0];
    assert_eq!(
        (event.stage, event.code.value.as_str()),
        (Some(Stage::ImportCustoms), "ARRIVED AT CUSTOMS")
    );
}

#[test]
fn ice_and_ric_refine_the_standard_code() {
    let fine = |detailed: &str| {
        let event = event("ZU", "delivered")
            .replace("{\"t", &format!("{{\"statusDetailed\":\"{detailed}\",\"t"));
        let batch = shipment("parcel-de", "", &event);
        (
            batch.shipments[0].events[0].milestone,
            batch.shipments[0].events[0].confidence,
            batch.notices.len(),
        )
    };
    assert_eq!(
        fine("DLVRD/NGHBR"),
        (Milestone::Delivered, Confidence::High, 0)
    );
    assert_eq!(
        fine("DSPSD/NTCLM"),
        (Milestone::Disposed, Confidence::High, 0)
    );
    assert_eq!(fine("DLVRD/CUSTM").0, Milestone::CustomsSubmitted);
    // An unknown reason: the same event without one, else the standard code, never of high
    // confidence. A disposal that nothing bears out is trouble.
    assert_eq!(
        (fine("DSPSD/XXXXX").0, fine("DSPSD/XXXXX").2),
        (Milestone::Exception, 1)
    );
    assert_eq!(
        fine("DLVRD/XXXXX"),
        (Milestone::Delivered, Confidence::Medium, 1)
    );
    assert_eq!(
        fine("HLDCU/XXXXX"),
        (Milestone::CustomsHold, Confidence::Medium, 1),
        "held by customs for whatever reason"
    );
    assert_eq!(
        fine("DLVRF/XXXXX"),
        (Milestone::Refused, Confidence::Medium, 1)
    );
    // Not a pair.
    assert_eq!(
        fine("zugestellt"),
        (Milestone::Delivered, Confidence::High, 0)
    );
}

#[test]
fn two_fine_codes_of_one_moment_are_two_statements() {
    let with = |detailed: &str| {
        event("NB", "transit").replace("{\"t", &format!("{{\"statusDetailed\":\"{detailed}\",\"t"))
    };
    let batch = shipment(
        "parcel-de",
        "",
        &format!("{},{}", with("SRTED/NRQRD"), with("RELBL/NRQRD")),
    );
    let events = &batch.shipments[0].events;
    assert_ne!(events[0].id(), events[1].id());
    assert_eq!(
        events[0].code.qualifier.as_deref(),
        Some("parcel-de SRTED/NRQRD")
    );
}

#[test]
fn a_correction_takes_back_the_event_before_it() {
    let at = |time: &str, status: &str, detailed: &str| {
        format!(
            r#"{{"timestamp":"2025-05-05T{time}:00","status":"{status}","statusDetailed":"{detailed}"}}"#
        )
    };
    let events = [
        at("12:00", "DD", "STORN/NRQRD"),
        at("11:48", "ZU", "DLVRD/ACCPT"),
        at("09:00", "PO", "LDTMV/MVMTV"),
    ]
    .join(",");
    let batch = shipment("parcel-de", "", &events);
    let milestones: Vec<_> = batch.shipments[0]
        .events
        .iter()
        .map(|event| event.milestone)
        .collect();
    assert_eq!(milestones, [Milestone::Info, Milestone::OutForDelivery]);
    assert_eq!(
        (batch.notices[0].kind, batch.notices[0].value.as_deref()),
        (NoticeKind::Withdrawn, Some("ZU"))
    );
    let oldest_first = [
        at("09:00", "PO", ""),
        at("11:48", "ZU", ""),
        at("12:00", "STORN", ""),
    ]
    .join(",");
    let batch = shipment("parcel-de", "", &oldest_first);
    let milestones: Vec<_> = batch.shipments[0]
        .events
        .iter()
        .map(|event| event.milestone)
        .collect();
    assert_eq!(milestones, [Milestone::OutForDelivery, Milestone::Info]);
}

#[test]
fn a_returned_parcel_is_not_delivered() {
    let batch = shipment(
        "parcel-de",
        r#","returnFlag":true"#,
        &event("ZU", "delivered"),
    );
    let shipment_ = &batch.shipments[0];
    assert!(shipment_.is_return);
    assert_eq!(
        (shipment_.events[0].stage, shipment_.events[0].milestone),
        (Some(Stage::Return), Milestone::Returned)
    );
    // Without the flag an earlier return tells the same, less surely.
    let back = r#"{"timestamp":"2025-03-01T09:12:00+01:00","status":"RT","statusCode":"failure"}"#;
    let batch = shipment(
        "express",
        "",
        &format!("{},{back}", event("OK", "delivered")),
    );
    let event = &batch.shipments[0].events[0];
    assert_eq!(
        (event.milestone, event.confidence),
        (Milestone::Returned, Confidence::Medium)
    );
    // "Returned to sender" leaves open whether it is back; the coarse status tells.
    let back = |coarse: &str| {
        let event = format!(
            r#"{{"timestamp":"2026-03-06T10:15:00","status":"RETURNED TO SENDER","statusCode":"{coarse}"}}"#
        );
        shipment("ecommerce", "", &event)
            .shipments
            .remove(0)
            .events
            .remove(0)
            .milestone
    };
    assert_eq!(
        (back("transit"), back("delivered")),
        (Milestone::Returning, Milestone::Returned)
    );
}

#[test]
fn a_missing_offset_is_never_utc() {
    let at = |place: &str| {
        let event = format!(
            r#"{{"timestamp":"2025-03-06T09:12:00","location":{{"address":{place}}},"status":"PL"}}"#
        );
        shipment("express", "", &event).shipments[0].events[0]
            .time
            .clone()
    };
    let berlin = at(r#"{"addressLocality":"LEIPZIG - GERMANY"}"#);
    assert_eq!(
        (berlin.kind(), berlin.earliest().to_rfc3339().as_str()),
        (TimeKind::PlaceZone, "2025-03-06T08:12:00+00:00")
    );
    let canada = at(r#"{"addressLocality":"SOMEWHERE","countryCode":"CA"}"#);
    assert_eq!(canada.kind(), TimeKind::Local);
    assert!((canada.latest() - canada.earliest()).num_hours() > 3);
    let london = at(r#"{"addressLocality":"LONDON","countryCode":"UK"}"#);
    assert_eq!(london.zone(), Some(chrono_tz::Europe::London));
    let nowhere = at("{}");
    assert_eq!((nowhere.latest() - nowhere.earliest()).num_hours(), 26);
}

#[test]
fn offsets_utc_and_days_keep_what_they_say() {
    let kind = |raw: &str| {
        shipment(
            "express",
            "",
            &format!(r#"{{"timestamp":"{raw}","status":"PL"}}"#),
        )
        .shipments[0]
            .events[0]
            .time
            .kind()
    };
    assert_eq!(kind("2025-03-06T09:12:00.123+08:00"), TimeKind::Offset);
    assert_eq!(kind("2025-03-06T09:12:00Z"), TimeKind::Instant);
    assert_eq!(kind("2025-03-06"), TimeKind::Date);
}

#[test]
fn a_bad_event_costs_only_itself() {
    let batch = shipment(
        "express",
        "",
        &format!(
            r#"{{"timestamp":"soon","status":"PU"}},17,{}"#,
            event("OK", "delivered")
        ),
    );
    assert_eq!(batch.shipments[0].events.len(), 1);
    let kinds: Vec<_> = batch
        .notices
        .iter()
        .map(|notice| (notice.kind, notice.field.as_deref()))
        .collect();
    assert!(
        kinds.contains(&(NoticeKind::EventSkipped, Some("shipments.events.timestamp"))),
        "{kinds:?}"
    );
    assert!(
        kinds.contains(&(NoticeKind::EventSkipped, Some("shipments.events"))),
        "{kinds:?}"
    );
}

#[test]
fn the_latest_status_is_used_only_when_there_are_no_events() {
    let status = r#","status":{"timestamp":"2025-03-06T09:12:00+01:00","status":"101","statusCode":"delivered"}"#;
    assert_eq!(
        shipment("express", status, "").shipments[0].events[0].milestone,
        Milestone::Delivered
    );
    let batch = shipment("express", status, &event("WC", "transit"));
    assert_eq!(batch.shipments[0].events.len(), 1);
    assert_eq!(
        batch.shipments[0].events[0].milestone,
        Milestone::OutForDelivery
    );
}

#[test]
fn an_event_of_some_pieces_is_about_those() {
    let details = r#","details":{"totalNumberOfPieces":3,"pieceIds":["JD01","JD02"]}"#;
    let with = |pieces: &str| {
        let event =
            event("OK", "delivered").replace("{\"t", &format!("{{\"pieceIds\":{pieces},\"t"));
        shipment("express", details, &event).shipments.remove(0)
    };
    let some = with(r#"["JD01","JD02"]"#);
    assert_eq!(
        some.events
            .iter()
            .map(|event| event.piece.as_ref().unwrap().as_str())
            .collect::<Vec<_>>(),
        ["JD01", "JD02"]
    );
    let all = with(r#"["JD01","JD02","JD03"]"#);
    assert_eq!((all.events.len(), all.events[0].piece.is_none()), (1, true));
    assert_eq!(with("[]").events.len(), 1);
}

#[test]
fn a_repeated_event_has_one_identity() {
    let batch = shipment("express", "", &format!("{0},{0}", event("PL", "transit")));
    let events = &batch.shipments[0].events;
    assert_eq!(events[0].id(), events[1].id());
}

#[test]
fn a_promise_is_kept_until_all_pieces_are_delivered() {
    let eta = r#","estimatedTimeOfDelivery":"2025-03-07T18:00:00+01:00","details":{"totalNumberOfPieces":2,"pieceIds":["JD01","JD02"]}"#;
    let with = |events: &str| {
        shipment("express", eta, events)
            .shipments
            .remove(0)
            .promise()
            .cloned()
    };
    let of_piece = |piece: &str| {
        event("OK", "delivered").replace("{\"t", &format!("{{\"pieceIds\":[\"{piece}\"],\"t"))
    };
    assert!(with(&event("WC", "transit")).is_some());
    assert!(with(&of_piece("JD01")).is_some());
    assert!(with(&format!("{},{}", of_piece("JD01"), of_piece("JD02"))).is_none());
    assert!(with(&event("OK", "delivered")).is_none());
}

#[test]
fn an_agreed_day_comes_before_a_window_and_that_before_an_estimate() {
    let estimate = r#","estimatedTimeOfDelivery":"2025-03-08T18:00:00Z""#;
    let window = r#","estimatedDeliveryTimeFrame":{"estimatedFrom":"2025-03-08T10:00:00Z","estimatedThrough":"2025-03-08T12:00:00Z"}"#;
    let agreed = r#","agreedDeliveryDate":"2025-03-07""#;
    let with = |members: &str| {
        let promise = shipment("express", members, "")
            .shipments
            .remove(0)
            .promise()
            .cloned()
            .unwrap();
        (
            promise.kind,
            promise.from.is_some(),
            promise.by.raw().to_owned(),
        )
    };
    assert_eq!(
        with(estimate),
        (PromiseKind::Estimated, false, "2025-03-08T18:00:00Z".into())
    );
    assert_eq!(
        with(&format!("{estimate}{window}")),
        (PromiseKind::Estimated, true, "2025-03-08T12:00:00Z".into())
    );
    assert_eq!(
        with(&format!("{estimate}{window}{agreed}")),
        (PromiseKind::Agreed, false, "2025-03-07".into())
    );
    assert_eq!(
        shipment("express", r#","agreedDeliveryDate":"soon""#, "").notices[0].kind,
        NoticeKind::FieldUnreadable
    );
}

#[test]
fn references_tie_only_what_their_type_allows() {
    let details = r#","details":{"provider":{"destinationProvider":"posti"},"references":[{"number":"P-1","type":"local-tracking-number"},
        {"number":"H-1","type":"housebill"},{"number":"X-1","type":"new-type"}]}"#;
    let batch = shipment("ecommerce", details, "");
    let expected = [
        Reference::new(Role::NextCarrier, "P-1").with_carrier("posti"),
        Reference::new(Role::HouseWaybill, "H-1"),
    ];
    assert_eq!(batch.shipments[0].references, expected);
    assert_eq!(
        (batch.notices[0].kind, batch.notices[0].value.as_deref()),
        (NoticeKind::FieldUnreadable, Some("new-type"))
    );
}

#[test]
fn a_number_used_again_is_two_parcels() {
    let of = |id: &str, service: &str, day: &str| {
        format!(
            r#"{{"id":{id},"service":"{service}","events":[{{"timestamp":"{day}T10:00:00Z","status":"PU"}}]}}"#
        )
    };
    let instances = |shipments: &[String]| {
        let batch = decode(&format!(r#"{{"shipments":[{}]}}"#, shipments.join(",")));
        let instances: Vec<_> = batch
            .shipments
            .iter()
            .map(|shipment| shipment.instance.clone().unwrap().to_string())
            .collect();
        (
            instances,
            batch
                .notices
                .iter()
                .filter(|notice| notice.kind == NoticeKind::NumberReused)
                .count(),
        )
    };
    let [old, new] = [
        of("7100000040", "express", "2024-03-01"),
        of("7100000040", "express", "2025-03-01"),
    ];
    // The newer one keeps the plain identity, in whatever order they come; a number may be a JSON
    // number.
    assert_eq!(
        instances(&[new.clone(), old.clone()]),
        (
            vec!["express".into(), "express/2024-03-01T10:00:00Z".into()],
            1
        )
    );
    assert_eq!(
        instances(&[old, new.clone()]),
        (
            vec!["express/2024-03-01T10:00:00Z".into(), "express".into()],
            1
        )
    );
    assert_eq!(
        instances(&[new.clone(), of("\"7100000040\"", "freight", "2025-03-01")]).0,
        ["express", "freight"]
    );
    // The same shipment listed twice is one.
    assert_eq!(
        instances(&[new.clone(), new]),
        (vec!["express".into(), "express".into()], 0)
    );
}

#[test]
fn who_signed_is_personal_and_kept_at_the_delivery() {
    let proof = r#","details":{"proofOfDelivery":{"signed":{"givenName":"SAMPLE","familyName":"RECIPIENT"}}}"#;
    let batch = shipment(
        "express",
        proof,
        &format!("{},{}", event("OK", "delivered"), event("WC", "transit")),
    );
    let events = &batch.shipments[0].events;
    assert_eq!(
        events[0].signed_by.as_ref().unwrap().reveal(),
        "SAMPLE RECIPIENT"
    );
    assert!(events[1].signed_by.is_none());
    assert!(!serde_json::to_string(&batch).unwrap().contains("RECIPIENT"));
}

#[test]
fn problems_become_notices_of_their_kind() {
    let kind = |status: u16| {
        decode(&format!(
            r#"{{"title":"T","status":{status},"detail":"D"}}"#
        ))
        .notices[0]
            .kind
    };
    assert_eq!(kind(400), NoticeKind::InvalidRequest);
    assert_eq!(kind(401), NoticeKind::Reauthorise);
    assert_eq!(kind(403), NoticeKind::Refused);
    assert_eq!(kind(404), NoticeKind::NotFound);
    assert_eq!(kind(429), NoticeKind::RetryLater);
    assert_eq!(kind(500), NoticeKind::RetryLater);
    assert_eq!(
        decode(r#"{"shipments":[]}"#).notices[0].kind,
        NoticeKind::NotFound
    );
}

#[test]
fn a_message_of_another_kind_is_an_error_not_an_empty_batch() {
    let feed = Unified::new(super::super::PACK.codes().into());
    let error = feed
        .decode(Payload::new(br#"{"status":"ok"}"#, Default::default()))
        .unwrap_err();
    assert!(matches!(
        error.kind,
        DecodeErrorKind::Shape {
            field: "shipments",
            ..
        }
    ));
}
