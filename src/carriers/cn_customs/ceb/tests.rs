use std::sync::LazyLock;

use super::*;
use crate::carriers::cn_customs::PACK;
use crate::model::{Role, TimeKind};

static CEB: LazyLock<Ceb> = LazyLock::new(|| Ceb::new(Arc::new(PACK.codes())));

fn decode(bytes: impl AsRef<[u8]>) -> Batch {
    let received = "2026-01-01T00:00:00Z".parse().unwrap();
    CEB.decode(Payload::new(bytes.as_ref(), received)).unwrap()
}

/// The one event of one receipt of message `message`.
fn receipt(message: &str, fields: &str) -> Event {
    let body = format!(
        "<CEB{message}Message><R><copNo>C-1</copNo><returnTime>20250102093015123</returnTime>{fields}</R></CEB{message}Message>"
    );
    let batch = decode(body);
    assert_eq!(batch.shipments.len(), 1, "{:?}", batch.notices);
    batch.shipments[0].events[0].clone()
}

fn returned(message: &str, status: &str, info: &str) -> Event {
    receipt(
        message,
        &format!("<returnStatus>{status}</returnStatus><returnInfo>{info}</returnInfo>"),
    )
}

#[test]
fn review_finished_is_no_release() {
    for message in ["604", "622"] {
        assert_eq!(
            returned(message, "399", "审结").milestone,
            Milestone::CustomsSubmitted
        );
        assert_eq!(
            returned(message, "800", "放行").milestone,
            Milestone::CustomsReleased
        );
        assert_eq!(returned(message, "800", "放行").scope, Scope::Parcel);
    }
}

#[test]
fn only_the_goods_list_speaks_of_the_parcel() {
    for message in [
        "304", "312", "404", "412", "506", "512", "514", "606", "608", "624", "626", "702", "712",
        "816", "900",
    ] {
        assert_eq!(
            returned(message, "120", "入库").scope,
            Scope::Document,
            "{message}"
        );
    }
    for message in ["508", "510"] {
        assert_eq!(returned(message, "120", "入库").scope, Scope::Consignment);
        let named = receipt(
            message,
            "<logisticsNo>WB1</logisticsNo><returnStatus>120</returnStatus>",
        );
        assert_eq!(named.scope, Scope::Parcel);
    }
}

#[test]
fn a_negative_status_is_a_problem_unless_it_is_a_duplicate() {
    let failed = returned("622", "-451", "申报失败");
    assert_eq!(
        (failed.milestone, failed.reason, failed.stage),
        (
            Milestone::Exception,
            Some(Reason::Technical),
            Some(Stage::ImportCustoms)
        )
    );
    let twice = returned("604", "-304001", "业务主键重复");
    assert_eq!(
        (twice.milestone, twice.reason, twice.stage),
        (
            Milestone::Info,
            Some(Reason::Duplicate),
            Some(Stage::ExportCustoms)
        )
    );
    let paper = returned("312", "-1", "失败");
    assert_eq!(
        (paper.milestone, paper.reason),
        (Milestone::Info, Some(Reason::Technical))
    );
    assert_eq!(returned("622", "-x", "?").milestone, Milestone::Unmapped);
}

#[test]
fn the_words_of_a_rejection_give_only_its_reason() {
    let cases = [
        (
            "[Code:1310;Desc:订购人与身份证不符]",
            Some(Reason::IdentityCheck),
        ),
        ("订购人年度限额已用完", Some(Reason::QuotaExceeded)),
        ("三单比对不符", Some(Reason::DataMismatch)),
        ("支付单不存在", Some(Reason::DataMismatch)),
        ("收件地址不详", Some(Reason::AddressIncomplete)),
        ("商品备案不存在", Some(Reason::DocumentsIncorrect)),
        ("已放行的重复申报", Some(Reason::Duplicate)),
        ("其他", None),
    ];
    for (info, reason) in cases {
        let event = returned("622", "100", info);
        assert_eq!(
            (event.milestone, event.reason),
            (Milestone::CustomsRejected, reason),
            "{info}"
        );
    }
    // Words on other receipts say nothing.
    assert_eq!(returned("622", "500", "限额").reason, None);
}

#[test]
fn the_inner_code_stands_in_for_a_missing_status() {
    let cases = [
        (
            "[Code:1200;Desc:待人工审核]",
            "1200",
            Milestone::CustomsHold,
        ),
        (
            "[Code:1800;Desc:逻辑校验通过]",
            "1800",
            Milestone::CustomsSubmitted,
        ),
        (
            "[Code:2300;Desc:审核通过]",
            "2300",
            Milestone::CustomsSubmitted,
        ),
        ("[Code:2600;Desc:放行]", "2600", Milestone::CustomsReleased),
        ("清单新增申报成功", "", Milestone::CustomsSubmitted),
        ("[Code:9999;Desc:放行]", "9999", Milestone::Unmapped),
        ("不予放行", "", Milestone::Unmapped),
    ];
    for (info, code, milestone) in cases {
        let event = receipt("622", &format!("<returnInfo>{info}</returnInfo>"));
        assert_eq!(
            (event.code.value.as_str(), event.milestone),
            (code, milestone),
            "{info}"
        );
        assert!(event.confidence <= Confidence::Medium);
    }
    // A status that is there wins over the sentence.
    assert_eq!(
        returned("622", "399", "[Code:2600;Desc:放行]").milestone,
        Milestone::CustomsSubmitted
    );
}

#[test]
fn times_are_beijing_times_in_every_dress() {
    let cases = [
        (
            "20250102093015",
            "2025-01-02T01:30:15+00:00",
            TimeKind::FixedZone,
        ),
        (
            "202501020930151",
            "2025-01-02T01:30:15.100+00:00",
            TimeKind::FixedZone,
        ),
        (
            "20250102093015123",
            "2025-01-02T01:30:15.123+00:00",
            TimeKind::FixedZone,
        ),
        (
            "1691397830000",
            "2023-08-07T08:43:50+00:00",
            TimeKind::Instant,
        ),
        (
            "2025-01-02 09:30:15",
            "2025-01-02T01:30:15+00:00",
            TimeKind::FixedZone,
        ),
        (
            "2025-01-02T09:30:15+08:00",
            "2025-01-02T01:30:15+00:00",
            TimeKind::Offset,
        ),
    ];
    for (raw, instant, kind) in cases {
        let told = time(raw).unwrap_or_else(|| panic!("{raw}"));
        assert_eq!(
            (
                told.earliest().to_rfc3339().as_str(),
                told.kind(),
                told.raw()
            ),
            (instant, kind, raw)
        );
        assert_eq!(
            told.offset().map(|offset| offset.to_string()).as_deref(),
            Some("+08:00")
        );
    }
    for raw in ["", "20250102", "2025010209301512345", "20251301000000"] {
        assert_eq!(time(raw), None, "{raw}");
    }
}

#[test]
fn a_receipt_without_time_costs_only_its_event() {
    let batch = decode(
        "<CEB622Message><InventoryReturn><copNo>C-1</copNo><orderNo>O-1</orderNo><returnStatus>800</returnStatus></InventoryReturn></CEB622Message>",
    );
    assert_eq!(
        (batch.shipments.len(), batch.shipments[0].events.len()),
        (1, 0)
    );
    assert_eq!(
        batch.shipments[0].references,
        [Reference::new(Role::Order, "O-1")]
    );
    assert_eq!(batch.notices[0].kind, NoticeKind::EventSkipped);
}

#[test]
fn the_number_is_the_parcel_s_own_where_there_is_one() {
    let all = [
        ("logisticsNo", "W"),
        ("invtNo", "I"),
        ("copNo", "C"),
        ("preNo", "P"),
        ("orderNo", "O"),
        ("payNo", "PAY"),
        ("guid", "G"),
    ];
    for from in 0..all.len() {
        let fields: String = all[from..]
            .iter()
            .rev()
            .map(|(name, value)| format!("<{name}>{value}</{name}>"))
            .collect();
        let batch = decode(format!("<CEB604Message><R>{fields}</R></CEB604Message>"));
        assert_eq!(batch.shipments[0].number.as_str(), all[from].1);
        let others = || {
            batch.shipments[0]
                .references
                .iter()
                .filter(|reference| reference.role != Role::Waybill)
        };
        assert!(
            others().all(|reference| reference.number != all[from].1 && reference.number != "G")
        );
        assert_eq!(
            batch.shipments[0].references.len() - others().count(),
            usize::from(from == 0),
            "a waybill says that it is one"
        );
    }
    let nameless = decode("<CEB604Message><R><returnStatus>800</returnStatus></R></CEB604Message>");
    assert_eq!(
        (nameless.shipments.len(), nameless.notices[0].kind),
        (0, NoticeKind::EventSkipped)
    );
}

#[test]
fn a_sheet_s_numbers_do_not_make_one_parcel_of_all_on_it() {
    let body = "<CEB509Message><Departure><DepartureHead><copNo>S-1</copNo><preNo>P-1</preNo><billNo>B-1</billNo><leaveTime>20250106033000</leaveTime>\
        </DepartureHead><DepartureList><logisticsNo>W1</logisticsNo></DepartureList><DepartureList><logisticsNo>W2</logisticsNo></DepartureList></Departure></CEB509Message>";
    let batch = decode(body);
    assert_eq!(
        batch
            .shipments
            .iter()
            .map(|shipment| shipment.number.as_str())
            .collect::<Vec<_>>(),
        ["W1", "W2"]
    );
    for shipment in &batch.shipments {
        let named = shipment
            .references
            .iter()
            .filter(|reference| reference.role.identifies_parcel())
            .map(|reference| reference.number.as_str());
        assert_eq!(
            named.collect::<Vec<_>>(),
            [shipment.number.as_str()],
            "its own waybill alone"
        );
        assert_eq!(
            (shipment.events[0].milestone, shipment.events[0].scope),
            (Milestone::Departed, Scope::Parcel)
        );
    }
    // The receipt of the sheet carries the same references, so that parcels find it.
    let receipt = decode(
        r#"{"messageType":"CEB510Message","copNo":"S-1","returnStatus":"120","returnTime":"20250106040000"}"#,
    );
    assert_eq!(
        receipt.shipments[0].references,
        [Reference::new(Role::Manifest, "S-1")]
    );
}

#[test]
fn a_sheet_without_waybills_is_a_consignment_and_one_without_time_moves_nothing() {
    let sheet = r#"{"messageType":"CEB509Message","copNo":"S-1","leaveTime":"20250106033000"}"#;
    assert_eq!(
        decode(sheet).shipments[0].events[0].scope,
        Scope::Consignment
    );
    let no_time =
        r#"{"messageType":"CEB509Message","copNo":"S-1","departureList":[{"logisticsNo":"W1"}]}"#;
    let batch = decode(no_time);
    assert_eq!(
        (
            batch.shipments[0].events.len(),
            batch.shipments[0].references.len()
        ),
        (0, 2)
    );
    assert_eq!(batch.notices[0].field.as_deref(), Some("leaveTime"));
}

#[test]
fn a_line_without_waybill_costs_only_itself() {
    let batch = decode(
        "<CEB509Message><Departure><DepartureHead><copNo>S-1</copNo><leaveTime>20250106033000</leaveTime></DepartureHead><DepartureList><gnum>1</gnum>\
         </DepartureList><DepartureList><logisticsNo>W2</logisticsNo></DepartureList></Departure></CEB509Message>",
    );
    assert_eq!(
        (batch.shipments.len(), batch.shipments[0].number.as_str()),
        (1, "W2")
    );
    assert_eq!(batch.notices[0].field.as_deref(), Some("logisticsNo"));
}

#[test]
fn drafts_and_deletions_move_nothing() {
    let arrival = |extra: &str| {
        decode(format!(
            r#"{{"messageType":"CEB507Message","copNo":"S","appTime":"20250105200000",{extra},"list":[{{"logisticsNo":"W1"}}]}}"#
        ))
    };
    assert_eq!(
        arrival(r#""appStatus":"2""#).shipments[0].events[0].milestone,
        Milestone::Arrived
    );
    assert_eq!(
        arrival(r#""appStatus":"1""#).shipments[0].events[0].milestone,
        Milestone::Info
    );
    let deleted = arrival(r#""appType":3"#);
    assert_eq!(
        (deleted.shipments.len(), deleted.notices[0].kind),
        (0, NoticeKind::Withdrawn)
    );
}

#[test]
fn signed_for_is_told_by_the_report_and_not_by_its_receipt() {
    let report = receipt(
        "513",
        "<logisticsNo>W</logisticsNo><logisticsStatus>S</logisticsStatus><logisticsTime>20250109183005</logisticsTime>",
    );
    assert_eq!(
        (report.milestone, report.scope, report.time.raw()),
        (Milestone::Delivered, Scope::Parcel, "20250109183005")
    );
    let receipt = receipt(
        "514",
        "<logisticsStatus>S</logisticsStatus><returnStatus>120</returnStatus>",
    );
    assert_eq!(
        (receipt.milestone, receipt.scope),
        (Milestone::Info, Scope::Document)
    );
}

#[test]
fn a_declaration_links_numbers_and_keeps_nobody_s_data() {
    let body = "<CEB621Message><Inventory><InventoryHead><orderNo>O</orderNo><logisticsNo>W</logisticsNo><copNo>C</copNo><buyerName>SAMPLE BUYER</buyerName>\
        <buyerIdNumber>110101190003070010</buyerIdNumber></InventoryHead><InventoryList><gnum>1</gnum></InventoryList></Inventory></CEB621Message>";
    let batch = decode(body);
    assert_eq!(
        (
            batch.shipments[0].number.as_str(),
            batch.shipments[0].events.len()
        ),
        ("W", 0)
    );
    let named = [
        Reference::new(Role::Waybill, "W"),
        Reference::new(Role::Order, "O"),
        Reference::new(Role::DeclarationReference, "C"),
    ];
    assert_eq!(batch.shipments[0].references, named);
    assert!(!serde_json::to_string(&batch).unwrap().contains("SAMPLE"));
}

#[test]
fn a_burst_of_one_second_is_put_in_its_order() {
    let one = |status: &str, time: &str| {
        format!(
            "<R><copNo>C</copNo><returnStatus>{status}</returnStatus><returnTime>{time}</returnTime></R>"
        )
    };
    let body = [
        one("800", "20250102093015100"),
        one("120", "20250102093015900"),
        one("2", "20250102093015"),
        one("500", "20250102093016000"),
    ]
    .concat();
    let batch = decode(format!("<CEB622Message>{body}</CEB622Message>"));
    let codes: Vec<_> = batch.shipments[0]
        .events
        .iter()
        .map(|event| event.code.value.as_str())
        .collect();
    assert_eq!(codes, ["2", "120", "800", "500"]);
}

#[test]
fn an_envelope_is_opened_and_a_broken_one_is_an_error() {
    let inner = "<CEB622Message><R><copNo>C</copNo><returnStatus>800</returnStatus><returnTime>20250102093015</returnTime></R></CEB622Message>";
    let data = base64::engine::general_purpose::STANDARD.encode(inner);
    let (head, tail) = data.trim_end_matches('=').split_at(40);
    let batch = decode(format!(
        "<dxp:DxpMsg xmlns:dxp='x'><dxp:TransInfo/><dxp:Data>\n{head}\n {tail}</dxp:Data></dxp:DxpMsg>"
    ));
    assert_eq!(
        batch.shipments[0].events[0].milestone,
        Milestone::CustomsReleased
    );
    let broken = |body: &str| {
        CEB.decode(Payload::new(
            body.as_bytes(),
            "2026-01-01T00:00:00Z".parse().unwrap(),
        ))
        .unwrap_err()
        .to_string()
    };
    assert!(broken("<DxpMsg><Data>!</Data></DxpMsg>").contains("base64"));
    assert!(broken("<DxpMsg/>").contains("Data is missing"));
    assert!(broken("<DEC_RESULT/>").contains("CEBnnnMessage is missing"));
    assert!(broken("{}").contains("messageType is missing"));
}

#[test]
fn relays_write_numbers_for_texts_and_forget_the_kind() {
    let batch = decode(
        r#"[{"messageType":622,"copNo":"C","returnStatus":800,"returnTime":1691397830000},{"copNo":"D","returnStatus":"800"}]"#,
    );
    assert_eq!(batch.shipments.len(), 1);
    assert_eq!(
        batch.shipments[0].events[0].milestone,
        Milestone::CustomsReleased
    );
    assert_eq!(
        (batch.notices.len(), batch.notices[0].field.as_deref()),
        (1, Some("messageType"))
    );
}

#[test]
fn inner_codes_within_one_second_have_the_order_of_their_statuses() {
    let one = |info: &str| {
        format!(
            "<R><copNo>C-1</copNo><returnTime>20250102093015</returnTime><returnInfo>{info}</returnInfo></R>"
        )
    };
    let body = format!(
        "<CEB622Message>{}{}{}</CEB622Message>",
        one("[Code:2600;Desc:x]"),
        one("[Code:1200;Desc:x]"),
        one("[Code:1800;Desc:x]")
    );
    let codes: Vec<_> = decode(body).shipments[0]
        .events
        .iter()
        .map(|event| event.code.value.clone())
        .collect();
    assert_eq!(codes, ["1800", "1200", "2600"]);
}

#[test]
fn head_and_lines_may_stand_without_the_element_around_them() {
    let inner = "<DepartureHead><copNo>D-1</copNo><leaveTime>20260106010000</leaveTime></DepartureHead>\
                 <DepartureList><logisticsNo>WB1</logisticsNo></DepartureList><DepartureList><logisticsNo>WB2</logisticsNo></DepartureList>";
    let flat = decode(format!("<CEB509Message>{inner}</CEB509Message>"));
    assert_eq!(
        flat,
        decode(format!(
            "<CEB509Message><Departure>{inner}</Departure></CEB509Message>"
        ))
    );
    assert_eq!(flat.shipments.len(), 2);
}

fn bill(fields: &str) -> Batch {
    decode(format!(
        "<CEB816Message><Tax><TaxHeadRd><invtNo>99992025I000000014</invtNo>\
         <returnTime>20250102100000000</returnTime>{fields}</TaxHeadRd></Tax></CEB816Message>"
    ))
}

#[test]
fn a_tax_bill_tells_exact_payments_to_customs() {
    use crate::model::DueKind;
    let taxes = "<customsTax>0.00</customsTax><valueAddedTax>9.10</valueAddedTax>\
                 <consumptionTax>1.5</consumptionTax>";
    let batch = bill(&format!("{taxes}<status>1</status>"));
    let told: Vec<_> = batch.shipments[0]
        .dues
        .iter()
        .map(|due| (due.kind, due.amount.as_ref().unwrap().as_str(), due.paid))
        .collect();
    assert_eq!(
        told,
        [
            (DueKind::Vat, "9.10", Some(false)),
            (DueKind::Excise, "1.5", Some(false))
        ]
    );
    let due = &batch.shipments[0].dues[0];
    assert_eq!(due.currency.as_deref(), Some("CNY"));
    assert_eq!(due.payee.as_ref().unwrap().as_str(), "cn-customs");
    let consolidated = bill(&format!("{taxes}<status>2</status>"));
    assert_eq!(consolidated.shipments[0].dues[0].paid, None);
    let void = bill(&format!("{taxes}<status>3</status>"));
    assert!(void.shipments[0].dues.is_empty());
}

#[test]
fn an_amount_or_currency_that_cannot_be_read_is_told_of() {
    let odd = "<valueAddedTax>9,10</valueAddedTax><customsTax>2</customsTax>";
    let batch = bill(&format!("{odd}<currency>502</currency><status>1</status>"));
    let dues = &batch.shipments[0].dues;
    assert_eq!((dues.len(), dues[0].currency.as_deref()), (1, None));
    let fields: Vec<_> = batch
        .notices
        .iter()
        .filter_map(|notice| notice.field.as_deref())
        .collect();
    assert!(fields.contains(&"valueAddedTax") && fields.contains(&"currency"));
}
