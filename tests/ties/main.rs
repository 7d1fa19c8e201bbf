//! Who may tie parcels together: attacks with payloads of the feeds themselves, and statements that
//! must go on tying.

use chrono::{DateTime, Utc};
use parceltrail::adapter::NoticeKind;
use parceltrail::journey::{Journeys, LegId, Snapshot};
use parceltrail::model::{Milestone, Proof, Role};
use std::sync::LazyLock;

use parceltrail::{Notice, Payload, Registry, Shipment};

mod growth;
mod strangers;
mod victims;
use victims::*;

/// One unsigned push made a stranger's UPS parcel "lost".
#[test]
fn a_push_that_proves_nothing_does_not_lose_a_stranger_s_parcel() {
    let push = sf_push(&[
        (
            "SF9999999999994",
            "2026-03-04 10:00:00",
            "627",
            "转第三方快递UPS, 单号 1Z0000000300000013",
            "",
        ),
        ("SF9999999999994", "2026-03-07 10:00:00", "8000", "x", "6"),
    ]);
    let sorted = Sorted::of([ups_victim(), push]);
    sorted.leaves_alone("1Z0000000300000013", Milestone::Departed);
    let claims = &sorted.of_number("SF9999999999994").claims;
    assert_eq!(claims.len(), 1);
    assert_eq!(
        (
            claims[0].proof,
            claims[0].feed.as_str(),
            claims[0].reference.number.as_str()
        ),
        (Proof::Nothing, "sf.push", "1Z0000000300000013")
    );
    assert!(claims[0].event.is_some(), "the witness is kept");
    assert_eq!(
        sorted.of_number("SF9999999999994").legs.len(),
        1,
        "a claim makes no leg"
    );
}

/// What a push claims ties once the other side names it back, once the carrier itself answers, or
/// once the application declares it.
#[test]
fn a_claim_ties_when_it_is_confirmed_or_declared() {
    let push = || {
        sf_push(&[(
            "SF1000000000203",
            "2026-03-04 10:00:00",
            "627",
            "快件转寄UPS承运,新单号:1Z0000000300000013",
            "",
        )])
    };
    assert_eq!(Sorted::of([ups_victim(), push()]).states.len(), 2);

    let polled = sf_routes(
        "SF1000000000203",
        &[(
            "2026-03-04 10:00:00",
            "627",
            "快件转寄UPS承运,新单号:1Z0000000300000013",
        )],
    );
    let sorted = Sorted::of([ups_victim(), push(), polled]);
    assert_eq!(sorted.states.len(), 1, "SF's own answer is proven");
    assert!(sorted.states[0].claims.is_empty());

    let mut shipments = [ups_victim(), push()].concat();
    let ups = shipments
        .iter_mut()
        .find(|shipment| shipment.carrier.as_str() == "ups")
        .unwrap();
    ups.references.push(
        parceltrail::model::Reference::new(Role::PreviousCarrier, "SF1000000000203")
            .with_carrier("sf"),
    );
    assert_eq!(
        Sorted::of([shipments.clone()]).states.len(),
        1,
        "UPS names SF's number back"
    );
    shipments
        .iter_mut()
        .for_each(|shipment| shipment.proof = Proof::Nothing);
    assert_eq!(
        Sorted::of([shipments]).states.len(),
        2,
        "two that prove nothing confirm nothing"
    );

    let mut journeys = Journeys::default();
    [ups_victim(), push()]
        .concat()
        .into_iter()
        .for_each(|shipment| drop(journeys.apply(shipment)));
    journeys.link(
        LegId::new("sf", "SF1000000000203"),
        LegId::new("ups", "1Z0000000300000013"),
    );
    let (sorted, _) = journeys.sorted();
    assert_eq!(sorted.len(), 1);
    let state = sorted[0].at(now());
    assert!(state.claims.is_empty() && state.legs[0].next.is_some());
}

/// A UPS alert delivered a DHL parcel.
#[test]
fn an_alert_s_other_number_is_not_another_carrier_s() {
    let sorted = Sorted::of([
        dhl_victim("7200000041"),
        ups_alert("1Z0000000300000504", "D", "FS", "7200000041"),
    ]);
    sorted.leaves_alone("7200000041", Milestone::PickedUp);
}

/// The same with a number of the partner that UPS hands parcels to: it ties, for UPS knows it.
#[test]
fn an_alert_s_other_number_in_a_partner_s_format_is_the_successor() {
    let usps = usps("9400100000000000000112", &[("2026-03-05T12:00:00Z", "OF")]);
    let sorted = Sorted::of([
        usps,
        ups_alert("1Z0000000300000504", "I", "DP", "9400100000000000000112"),
    ]);
    assert_eq!(sorted.states.len(), 1);
    assert_eq!(
        sorted.states[0].parcel.as_ref().unwrap().milestone,
        Milestone::OutForDelivery
    );
}

/// One forged push melted 5,000 journeys into one.
#[test]
fn a_push_that_names_thousands_melts_nothing() {
    let victims: Vec<Shipment> = (0..5_000)
        .flat_map(|at| {
            ups(
                &format!("1ZVICTIM{at:010}"),
                "",
                &[("I", "DP", "20260305", "120000")],
            )
        })
        .collect();
    let named: Vec<(String, String)> = (0..5_000)
        .map(|at| {
            (
                format!("2026-03-04 10:{:02}:{:02}", at / 60 % 60, at % 60),
                format!("转UPS, 单号 1ZVICTIM{at:010}"),
            )
        })
        .collect();
    let lines: Vec<_> = named
        .iter()
        .map(|(at, remark)| ("SF9999999999994", at.as_str(), "627", remark.as_str(), ""))
        .collect();
    let sorted = Sorted::of([victims, sf_push(&lines)]);
    assert_eq!(sorted.states.len(), 5_001);
    assert!(sorted.refusals() > 0);
}

/// Two DHL parcels with the reference "N/A" were one journey.
#[test]
fn a_placeholder_ties_nothing_and_says_so() {
    for placeholder in [
        "N/A",
        "0",
        "NONE",
        "null",
        "TEST",
        "-",
        "123456",
        "0000000000",
        "7777777",
        "Acme Shop",
    ] {
        for kind in [
            "shipment-id",
            "ecommerce-number",
            "housebill",
            "local-tracking-number",
            "customer-reference",
            "customer-order-number",
        ] {
            let one = |id: &str| {
                let refs = format!(
                    r#""details":{{"references":[{{"number":"{placeholder}","type":"{kind}"}}]}},"#
                );
                dhl(id, &refs, &[("2026-03-01T10:00:00+01:00", "PU")])
            };
            let sorted = Sorted::of([one("7200000041"), one("7200000042")]);
            assert_eq!(sorted.states.len(), 2, "{placeholder} as {kind}");
        }
    }
    // A placeholder that is somebody's number names nobody.
    let refs = r#""details":{"references":[{"number":"123456","type":"shipment-id"}]},"#;
    let sorted = Sorted::of([
        dhl("7200000041", refs, &[("2026-03-01T10:00:00+01:00", "PU")]),
        dhl_victim("123456"),
    ]);
    assert_eq!((sorted.states.len(), sorted.refusals()), (2, 1));
}

/// A FedEx and a UPS parcel of one purchase order were one journey, and the one that stood still
/// was invisible.
#[test]
fn two_carriers_that_both_collected_have_a_parcel_each() {
    let fedex = fedex(
        "449000000013",
        r#""additionalTrackingInfo":{"packageIdentifiers":[{"type":"PURCHASE_ORDER","values":["SO-10337"]}]},"#,
        &[("2026-02-17T10:34:26-05:00", "PU")],
    );
    let reference = r#","referenceNumber":[{"type":"PACKAGE","number":"SO-10337"}]"#;
    let delivered = ups(
        "1Z0000000300000013",
        reference,
        &[
            ("I", "OR", "20260218", "000000"),
            ("D", "F4", "20260220", "100000"),
        ],
    );
    let sorted = Sorted::of([fedex.clone(), delivered]);
    sorted.leaves_alone("449000000013", Milestone::PickedUp);
    assert!(
        sorted
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::AmbiguousLink),
        "{:?}",
        sorted.notices
    );

    // With an order of the shop beside it, both show it: views are joined, journeys are not.
    let delivered = ups(
        "1Z0000000300000013",
        reference,
        &[
            ("I", "OR", "20260218", "000000"),
            ("D", "F4", "20260220", "100000"),
        ],
    );
    let sorted = Sorted::of([
        fedex,
        delivered,
        shop(
            r#"{"number":"SO-10337","signals":[{"at":"2026-02-16T10:00:00Z","signal":"placed"}]}"#,
        ),
    ]);
    assert_eq!(
        sorted
            .states
            .iter()
            .map(|state| state.orders.len())
            .collect::<Vec<_>>(),
        [1, 1]
    );
}

/// A customs list of 10,000 waybills was one journey of 10,000 legs.
#[test]
fn a_list_of_customs_ties_no_parcels_to_each_other() {
    for message in ["507", "509", "607", "701", "711", "792"] {
        for shared in ["copNo", "preNo", "sumNo", "billNo"] {
            let lines: String = (0..500)
                .map(|at| format!(r#"{{"logisticsNo":"SF10000{at:08}","{shared}":"LIST-0001"}},"#))
                .collect();
            let list = format!(
                r#"{{"messageType":"CEB{message}Message","copNo":"LIST-0001","billNo":"LIST-0001","appTime":"20260302171000","leaveTime":"20260302171000","list":[{}]}}"#,
                lines.trim_end_matches(',')
            );
            let mut all = decode("cn-customs.ceb", &list);
            all.extend((0..5).flat_map(|at| {
                sf_routes(
                    &format!("SF10000{at:08}"),
                    &[("2026-03-01 10:00:00", "50", "")],
                )
            }));
            let sorted = Sorted::of([all]);
            assert_eq!(sorted.states.len(), 500, "{message} {shared}");
            assert!(sorted.states.iter().all(|state| state.legs.len() <= 1));
        }
    }
}

/// Two waybills on one declaration: it is a list, and belongs to neither.
#[test]
fn a_declaration_of_two_parcels_does_not_join_them() {
    let declared = |waybill: &str| {
        decode(
            "cn-customs.ceb",
            &format!(
                r#"{{"messageType":"CEB603Message","logisticsNo":"{waybill}","copNo":"COP-00203"}}"#
            ),
        )
    };
    let parcel = |waybill: &str, at: &str, code: &str| sf_routes(waybill, &[(at, code, "")]);
    let one = parcel("SF1000000000203", "2026-03-01 10:00:00", "50");
    let other = parcel("SF1000000000211", "2026-03-02 10:00:00", "80");
    let sorted = Sorted::of([
        one,
        other,
        declared("SF1000000000203"),
        declared("SF1000000000211"),
    ]);
    sorted.leaves_alone("SF1000000000203", Milestone::PickedUp);
    assert!(sorted.refusals() > 0);

    // The same while no carrier has reported the parcels yet.
    let sorted = Sorted::of([declared("SF1000000000203"), declared("SF1000000000211")]);
    assert_eq!((sorted.states.len(), sorted.refusals()), (2, 1));
}

/// A shared sheet, master air waybill, bag or container.
#[test]
fn a_shared_master_air_waybill_or_container_ties_nothing() {
    for kind in ["masterbill", "container-number"] {
        let refs =
            format!(r#""details":{{"references":[{{"number":"99900000017","type":"{kind}"}}]}},"#);
        let one = |id: &str, code: &str| dhl(id, &refs, &[("2026-03-01T10:00:00+01:00", code)]);
        Sorted::of([one("7200000041", "PU"), one("7200000042", "OK")])
            .leaves_alone("7200000041", Milestone::PickedUp);
    }
}

/// An alias: a carrier gives a stranger's number as another number of its parcel.
#[test]
fn an_alias_of_another_carrier_is_a_claim() {
    let refs = r#""details":{"references":[{"number":"1Z0000000300000013","type":"ecommerce-number"},{"number":"1Z0000000300000013","type":"shipment-id"}]},"#;
    let sorted = Sorted::of([
        ups_victim(),
        dhl("7200000041", refs, &[("2026-03-07T10:00:00+01:00", "OK")]),
    ]);
    sorted.leaves_alone("1Z0000000300000013", Milestone::Departed);
}

/// A list of pieces that names strangers' numbers.
#[test]
fn a_piece_list_reaches_no_stranger() {
    let details =
        r#""details":{"totalNumberOfPieces":2,"pieceIds":["1Z0000000300000013","449000000013"]},"#;
    let stranger = fedex("449000000013", "", &[("2026-02-17T10:34:26-05:00", "PU")]);
    let sorted = Sorted::of([
        ups_victim(),
        stranger,
        dhl(
            "7200000041",
            details,
            &[("2026-03-07T10:00:00+01:00", "OK")],
        ),
    ]);
    sorted.leaves_alone("1Z0000000300000013", Milestone::Departed);
    sorted.leaves_alone("449000000013", Milestone::PickedUp);
}

/// Whoever says that a stranger's parcel came to him from there.
#[test]
fn a_previous_carrier_is_a_claim() {
    let mut attack = ups(
        "1Z0000000300000500",
        "",
        &[("D", "FS", "20260307", "120000")],
    );
    attack[0].references.push(
        parceltrail::model::Reference::new(Role::PreviousCarrier, "7200000041").with_carrier("dhl"),
    );
    let sorted = Sorted::of([dhl_victim("7200000041"), attack]);
    sorted.leaves_alone("7200000041", Milestone::PickedUp);
    assert_eq!(sorted.of_number("1Z0000000300000500").claims.len(), 1);
}

/// A push that says that a stranger's parcel is its return, its redirection, its receipt.
#[test]
fn a_push_s_returns_redirections_and_receipts_are_claims() {
    for (op, remark) in [
        ("99", "快件已退回/转寄,新单号为: SF1000000000211"),
        ("648", "快件已退回,新单号为: SF1000000000211"),
        ("631", "新单号为: SF1000000000211"),
        ("922", "签单返还,单号: SF1000000000211"),
    ] {
        let victim = sf_routes("SF1000000000211", &[("2026-03-01 10:00:00", "50", "")]);
        let push = sf_push(&[
            ("SF9999999999994", "2026-02-28 10:00:00", op, remark, ""),
            ("SF9999999999994", "2026-03-07 10:00:00", "80", "", ""),
        ]);
        Sorted::of([victim, push]).leaves_alone("SF1000000000211", Milestone::PickedUp);
    }
}

/// A master waybill of a stranger: pieces of one carrier under a number of another.
#[test]
fn a_master_waybill_is_of_the_same_carrier() {
    let refs = r#""additionalTrackingInfo":{"packageIdentifiers":[{"type":"STANDARD_MPS","values":["1Z0000000300000013"]}]},"#;
    let sorted = Sorted::of([
        ups_victim(),
        fedex("449000000013", refs, &[("2026-03-07T10:34:26-05:00", "DL")]),
    ]);
    sorted.leaves_alone("1Z0000000300000013", Milestone::Departed);
}

/// One number under several carriers: who names it without a carrier names nobody.
#[test]
fn a_number_that_several_carriers_have_is_ambiguous() {
    let number = "449000000013";
    let declared = decode(
        "cn-customs.ceb",
        &format!(
            r#"{{"messageType":"CEB604Message","invtNo":"99992026E000000203","logisticsNo":"{number}","returnStatus":"500","returnTime":"20260302171530007"}}"#
        ),
    );
    let one = fedex(number, "", &[("2026-03-01T10:34:26-05:00", "PU")]);
    let sorted = Sorted::of([one, dhl_victim(number), declared]);
    assert_eq!(sorted.states.len(), 3);
    assert!(sorted.states.iter().all(|state| state.numbers.len() == 1));
    assert!(
        sorted
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::AmbiguousLink)
    );
}

/// A waybill of another carrier in an event.
#[test]
fn a_waybill_named_in_an_event_is_a_claim() {
    let mut attack = dhl("7200000041", "", &[("2026-03-07T10:00:00+01:00", "OK")]);
    attack[0].events[0].related.push(
        parceltrail::model::Reference::new(Role::Waybill, "1Z0000000300000013").with_carrier("ups"),
    );
    let sorted = Sorted::of([ups_victim(), attack]);
    sorted.leaves_alone("1Z0000000300000013", Milestone::Departed);
    assert_eq!(sorted.of_number("7200000041").claims.len(), 1);
}

/// A successor that was on its way long before: it has a journey of its own.
#[test]
fn a_number_with_a_journey_of_its_own_is_not_swallowed() {
    let victim = usps(
        "9400100000000000000112",
        &[
            ("2026-02-01T12:00:00Z", "03"),
            ("2026-02-03T12:00:00Z", "10"),
        ],
    );
    let attack = ups(
        "1Z0000000300000500",
        r#","alternateTrackingNumber":[{"number":"9400100000000000000112","type":"USPS_PIC"}]"#,
        &[
            ("I", "OR", "20260301", "120000"),
            ("X", "LX", "20260307", "120000"),
        ],
    );
    let sorted = Sorted::of([victim, attack]);
    assert_eq!(sorted.states.len(), 2);
    assert!(sorted.refusals() > 0);
}

/// Two parcels that are said to go on under one number.
#[test]
fn a_parcel_goes_on_from_one_only() {
    let names =
        r#","alternateTrackingNumber":[{"number":"9400100000000000000112","type":"USPS_PIC"}]"#;
    let one = |number: &str, status: (&'static str, &'static str, &'static str, &'static str)| {
        ups(number, names, &[status])
    };
    let sorted = Sorted::of([
        usps("9400100000000000000112", &[("2026-03-05T12:00:00Z", "OF")]),
        one("1Z0000000300000500", ("I", "DP", "20260304", "120000")),
        one("1Z0000000300000518", ("I", "DP", "20260304", "130000")),
    ]);
    assert_eq!(sorted.states.len(), 3);
    assert!(
        sorted
            .notices
            .iter()
            .any(|notice| notice.kind == NoticeKind::AmbiguousLink
                && notice.value.as_deref() == Some("9400100000000000000112"))
    );
}

/// A push that names a shop's order joins neither the order nor the carrier that names it, until
/// the shop names its waybill.
#[test]
fn a_push_cannot_fulfil_a_stranger_s_order() {
    let push = r#"{"Body":{"WaybillRoute":[{"mailno":"SF9999999999994","orderid":"WEB-100117","acceptTime":"2026-03-04 10:00:00","opCode":"80","acceptAddress":"深圳市"}]}}"#;
    let placed = r#"{"at":"2026-03-01T09:00:00Z","signal":"placed"}"#;
    let order = shop(&format!(
        r#"{{"number":"WEB-100117","signals":[{placed}]}}"#
    ));
    let sorted = Sorted::of([order, decode("sf.push", push)]);
    assert_eq!((sorted.states.len(), sorted.refusals()), (2, 1));

    let handed = r#"{"at":"2026-03-02T09:00:00Z","signal":"handed_over","carrier":"sf","number":"SF9999999999994"}"#;
    let order = shop(&format!(
        r#"{{"number":"WEB-100117","signals":[{placed},{handed}]}}"#
    ));
    assert_eq!(Sorted::of([order, decode("sf.push", push)]).states.len(), 1);
}

/// A reference that a whole shop prints on everything.
#[test]
fn a_number_that_more_parcels_name_than_can_share_it_ties_none() {
    let all: Vec<Shipment> = (0..20)
        .flat_map(|at| {
            let refs = r#""details":{"references":[{"number":"SHOP24-7","type":"shipment-id"}]},"#;
            dhl(
                &format!("72000{at:05}"),
                refs,
                &[("2026-03-01T10:00:00+01:00", "PU")],
            )
        })
        .collect();
    let sorted = Sorted::of([all]);
    assert_eq!((sorted.states.len(), sorted.refusals()), (20, 1));
}

/// What must go on tying: pieces of a master, an alternate number of the same carrier, the story of
/// a customs waybill.
#[test]
fn a_carrier_s_own_numbers_still_tie() {
    let refs = r#""additionalTrackingInfo":{"packageIdentifiers":[{"type":"STANDARD_MPS","values":["449000000013"]}]},"#;
    let sorted = Sorted::of([
        fedex("449000000013", refs, &[("2026-03-01T10:34:26-05:00", "PU")]),
        fedex("449000000024", refs, &[("2026-03-01T10:35:26-05:00", "PU")]),
    ]);
    assert_eq!(sorted.states.len(), 1);

    let refs = r#""details":{"references":[{"number":"7200000042","type":"shipment-id"}]},"#;
    let sorted = Sorted::of([
        dhl("7200000041", refs, &[("2026-03-01T10:00:00+01:00", "PU")]),
        dhl_victim("7200000042"),
    ]);
    assert_eq!(sorted.states.len(), 1);

    let declared = decode(
        "cn-customs.ceb",
        r#"{"messageType":"CEB603Message","logisticsNo":"SF1000000000203","copNo":"SAMPLE-COP-203"}"#,
    );
    let receipt = decode(
        "cn-customs.ceb",
        r#"{"messageType":"CEB604Message","copNo":"SAMPLE-COP-203","returnStatus":"500","returnTime":"20260302171530007"}"#,
    );
    let sorted = Sorted::of([
        sf_routes("SF1000000000203", &[("2026-03-01 10:00:00", "50", "")]),
        declared,
        receipt,
    ]);
    assert_eq!((sorted.states.len(), sorted.notices.len()), (1, 0));
}

/// Three records of one payload in another order gave another basket and another day to ship by.
#[test]
fn records_of_one_moment_are_read_the_same_in_any_order() {
    let placed = r#"{"number":"WEB-100124","id":"a3","basket":"b1946ac92492d234","ship_by":"2026-03-03","signals":[{"at":"2026-03-01T09:12:05+01:00","signal":"placed"}]}"#;
    let paid = r#"{"number":"WEB-100124","id":"a3","basket":"b1946ac92492d234","ship_by":"2026-03-03","signals":[{"at":"2026-03-01T09:12:00+01:00","signal":"paid"}]}"#;
    let packed = r#"{"number":"WEB-100124","id":"a3","basket":"c2946ac92492d234","ship_by":"2026-03-05","signals":[{"at":"2026-03-01T09:20:00+01:00","signal":"packed"}]}"#;
    let told = |orders: [&str; 3]| {
        serde_json::to_string(&Sorted::of([shop(&orders.join(","))]).states).unwrap()
    };
    let expected = told([placed, paid, packed]);
    for other in [
        [packed, paid, placed],
        [paid, packed, placed],
        [packed, placed, paid],
        [placed, packed, paid],
        [paid, placed, packed],
    ] {
        assert_eq!(told(other), expected);
    }
}

/// FedEx redelivers under a second id while the first is open: one parcel, and nothing wrong with
/// it.
#[test]
fn a_redelivery_under_a_second_id_is_one_parcel() {
    let with_id = |id: &str, scans: &[(&str, &str)]| {
        let mut shipments = fedex("449000000024", "", scans);
        shipments
            .iter_mut()
            .for_each(|shipment| shipment.instance = Some(id.into()));
        shipments
    };
    let first = || {
        with_id(
            "2461000000~449000000024~FX",
            &[
                ("2026-03-05T07:50:00-08:00", "AR"),
                ("2026-03-04T16:05:00-08:00", "PU"),
            ],
        )
    };
    let again = || {
        with_id(
            "2461001000~449000000024~FX",
            &[
                ("2026-03-06T09:26:00-08:00", "DL"),
                ("2026-03-05T11:28:00-08:00", "DE"),
            ],
        )
    };
    let sorted = Sorted::of([again(), first()]);
    assert_eq!(sorted.states.len(), 1);
    let state = &sorted.states[0];
    assert_eq!(
        state.parcel.as_ref().unwrap().milestone,
        Milestone::Delivered
    );
    assert!(state.notices.is_empty() && sorted.notices.is_empty());
    assert_eq!(
        state
            .shipments
            .iter()
            .map(|known| known.id.as_str())
            .collect::<Vec<_>>(),
        ["2461000000~449000000024~FX", "2461001000~449000000024~FX"]
    );

    // After the first was delivered, or with a pickup of its own, the second is another parcel.
    let ended = with_id(
        "2461000000~449000000024~FX",
        &[
            ("2026-03-05T07:50:00-08:00", "DL"),
            ("2026-03-04T16:05:00-08:00", "PU"),
        ],
    );
    assert_eq!(Sorted::of([again(), ended]).states.len(), 2);
    let collected = with_id(
        "2461001000~449000000024~FX",
        &[
            ("2026-03-06T09:26:00-08:00", "DL"),
            ("2026-03-05T11:28:00-08:00", "PU"),
        ],
    );
    assert_eq!(Sorted::of([collected, first()]).states.len(), 2);
    // Of two without any event nothing says that one goes on as the other.
    let sorted = Sorted::of([
        with_id("2455800000~449000000024~FX", &[]),
        with_id("2456900000~449000000024~FX", &[]),
    ]);
    assert_eq!(sorted.states.len(), 2);
    assert_ne!(
        serde_json::to_string(&sorted.states[0]).unwrap(),
        serde_json::to_string(&sorted.states[1]).unwrap(),
        "told apart by their ids"
    );
}
