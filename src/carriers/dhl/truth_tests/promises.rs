//! Days and windows, wherever and however they are stated.

use super::*;

#[test]
fn parcel_de_promises_its_day_and_window_and_the_wished_day() {
    let of = |attributes: &str| promised(&piece(attributes, SCAN).shipments[0]);
    let window = r#"delivery-date="18.03.2026" delivery-timeframe-from="10:00" delivery-timeframe-to="12:00""#;
    let estimated = (
        PromiseKind::Estimated,
        Some("2026-03-18T10:00".into()),
        "2026-03-18T12:00".into(),
    );
    assert_eq!(of(window), std::slice::from_ref(&estimated));
    assert_eq!(
        of(r#"delivery-date="2026-03-18""#),
        [(PromiseKind::Estimated, None, "2026-03-18".into())]
    );
    let whole = r#"delivery-date="18.03.2026" delivery-timeframe-from="00:00" delivery-timeframe-to="23:59""#;
    assert_eq!(
        of(whole),
        [(PromiseKind::Estimated, None, "2026-03-18".into())]
    );
    let wished = r#"preferred-delivery-day="20.03.2026" preferred-delivery-timeframe-from="18:00" preferred-delivery-timeframe-to="20:00 Uhr""#;
    let agreed = (
        PromiseKind::Agreed,
        Some("2026-03-20T18:00".into()),
        "2026-03-20T20:00".into(),
    );
    assert_eq!(of(&format!("{window} {wished}")), [estimated, agreed]);
    let refused = format!(r#"{wished} preferred-timeframe-refused-text="no""#);
    assert_eq!(
        of(&refused),
        [(PromiseKind::Agreed, None, "2026-03-20".into())]
    );
    let moments =
        r#"delivery-timeframe-from="18.03.2026 10:00" delivery-timeframe-to="18.03.2026 12:00""#;
    assert_eq!(
        of(moments),
        [(
            PromiseKind::Estimated,
            Some("2026-03-18T10:00".into()),
            "2026-03-18T12:00".into()
        )]
    );
    assert!(promised(&piece(r#"delivery-date="18.03.2026""#, DELIVERY).shipments[0]).is_empty());
    assert_eq!(
        kinds(&piece(r#"delivery-date="soon""#, SCAN)),
        [NoticeKind::FieldUnreadable]
    );
}

#[test]
fn the_ordered_day_is_a_flag_and_no_date() {
    for flag in ["true", "false"] {
        let batch = piece(&format!(r#"order-preferred-delivery-day="{flag}""#), SCAN);
        assert!(
            batch.notices.is_empty() && batch.shipments[0].promises.is_empty(),
            "{flag}: {:?}",
            batch.notices
        );
    }
}

#[test]
fn every_promise_of_unified_is_read_whatever_its_shape() {
    let scan = r#"{"timestamp":"2025-03-05T10:00:00","statusCode":"transit","status":"AR"}"#;
    let of = |members: &str| {
        let members = format!(r#","destination":{{"address":{{"countryCode":"DE"}}}},{members}"#);
        let batch = unified("express", &members, scan);
        (promised(&batch.shipments[0]), batch.notices.len())
    };
    let day = |kind, day: &str| (kind, None, day.to_owned());
    let estimated = |at: &str| vec![day(PromiseKind::Estimated, at)];
    assert_eq!(
        of(r#""estimatedTimeOfDelivery":"2025-03-06""#),
        (estimated("2025-03-06"), 0)
    );
    assert_eq!(
        of(r#""estimatedTimeOfDelivery":"2025-03-06T00:00:00""#),
        (estimated("2025-03-06"), 0)
    );
    assert_eq!(
        of(r#""estimatedTimeOfDelivery":"2025-03-06T23:59:00+01:00""#),
        (estimated("2025-03-06"), 0)
    );
    assert_eq!(
        of(r#""estimatedTimeOfDelivery":"2025-03-06T18:00:00+01:00""#),
        (estimated("2025-03-06T18:00"), 0)
    );
    assert_eq!(
        of(r#""estimatedDeliveryDate":"2025-03-06""#),
        (estimated("2025-03-06"), 0)
    );
    let window = r#"{"estimatedFrom":"2025-03-06T10:00:00+01:00","estimatedThrough":"2025-03-06T12:00:00+01:00"}"#;
    let read = vec![(
        PromiseKind::Estimated,
        Some("2025-03-06T10:00".into()),
        "2025-03-06T12:00".into(),
    )];
    assert_eq!(
        of(&format!(r#""estimatedDeliveryTimeFrame":{window}"#)),
        (read.clone(), 0)
    );
    assert_eq!(
        of(&format!(r#""estimatedTimeOfDelivery":{window}"#)),
        (read.clone(), 0)
    );
    assert_eq!(
        of(&format!(r#""estimatedDeliveryTimeFrame":[{window}]"#)),
        (read, 0)
    );
    let days = r#"{"estimatedFrom":"2025-03-06","estimatedThrough":"2025-03-08"}"#;
    let read = vec![(
        PromiseKind::Estimated,
        Some("2025-03-06".into()),
        "2025-03-08".into(),
    )];
    assert_eq!(
        of(&format!(r#""estimatedDeliveryTimeFrame":{days}"#)),
        (read, 0)
    );
    let all = r#""agreedDeliveryDate":"2025-03-10","estimatedTimeOfDelivery":"2025-03-07""#;
    assert_eq!(
        of(all),
        (
            vec![
                day(PromiseKind::Agreed, "2025-03-10"),
                day(PromiseKind::Estimated, "2025-03-07")
            ],
            0
        )
    );
    for odd in [
        r#""soon""#,
        "17",
        r#"{"on":"2025-03-06"}"#,
        r#"{"estimatedThrough":7}"#,
    ] {
        assert_eq!(
            of(&format!(r#""estimatedTimeOfDelivery":{odd}"#)),
            (vec![], 1),
            "{odd}"
        );
    }
}

#[test]
fn mydhl_and_xml_promise_a_day_where_they_mean_one() {
    let of = |value: &str| {
        promised(&express(&format!(r#","estimatedDeliveryDate":{value}"#), "").shipments[0])
    };
    assert_eq!(
        of(r#""2026-03-06""#),
        [(PromiseKind::Estimated, None, "2026-03-06".into())]
    );
    assert_eq!(
        of(r#""2026-03-06T23:59:00 GMT-08:00""#),
        [(PromiseKind::Estimated, None, "2026-03-06".into())]
    );
    assert_eq!(
        kinds(&express(r#","estimatedDeliveryDate":{"day":6}"#, "")),
        [NoticeKind::FieldUnreadable]
    );
    let estimate = "<ShipmentInfo><EstDlvyDate>2026-03-06T23:59:00 GMT-08:00</EstDlvyDate><EstDlvyDateUTC>2026-03-07T07:59:00</EstDlvyDateUTC></ShipmentInfo>";
    assert_eq!(
        promised(&waybill(estimate).shipments[0]),
        [(PromiseKind::Estimated, None, "2026-03-06".into())]
    );
}
