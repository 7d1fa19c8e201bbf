use super::*;
use crate::adapter::{Descriptor, Payload};

const FIELDS: FieldNames = FieldNames {
    time: "time",
    operation: "operation",
    status: "status",
};

/// The meaning as text, and the values of the notices.
fn told(lockers: LockerPolicy, route: &Route<'_>) -> (String, Vec<String>) {
    let rules = Rules {
        codes: Arc::new(crate::carriers::sf::PACK.codes()),
        lockers,
    };
    let descriptor = Descriptor::new("sf.test", "test");
    let mut out = Collector::new(&descriptor, Payload::new(b"", Default::default()));
    let mapped =
        rules
            .tables(&FIELDS)
            .meaning(&mut out, &TrackingNumber::new("SF1000000000017"), route);
    let stage = mapped.stage.map_or("-", Stage::as_str);
    let left = mapped
        .delivered_to
        .map_or(String::new(), |left| format!(" {left}"));
    let values = out
        .finish()
        .notices
        .into_iter()
        .filter_map(|notice| notice.value)
        .map(String::from)
        .collect();
    (
        format!("{stage} {} {}{left}", mapped.milestone, mapped.confidence),
        values,
    )
}

fn meaning(
    operation: &str,
    reason: &str,
    status: &str,
    name: &str,
    remark: &str,
) -> (String, Vec<String>) {
    let (first, second) = status.split_once('/').unwrap_or_default();
    told(
        LockerPolicy::Delivered,
        &Route {
            operation,
            reason,
            first,
            second,
            status_name: name,
            remark,
            ..Route::default()
        },
    )
}

#[test]
fn the_status_comes_first_and_the_operation_makes_it_finer() {
    for (operation, status, name, expected) in [
        ("50", "1/101", "已揽收", "first_mile picked_up high"),
        ("31", "2/201", "运送中", "line_haul arrived high"),
        ("310", "2/201", "运送中", "line_haul arrived medium"),
        ("36", "2/201", "运送中", "line_haul departed high"),
        ("105", "2/201", "运送中", "line_haul departed high"),
        ("571", "2/201", "运送中", "line_haul arrived high"),
        ("44", "2/201", "运送中", "line_haul in_transit high"),
        ("18", "2/201", "运送中", "import_customs customs_hold high"),
        ("", "2/201", "运送中", "line_haul in_transit high"),
        (
            "605",
            "2/204",
            "清关中",
            "import_customs customs_submitted medium",
        ),
        ("18", "2/204", "清关中", "import_customs customs_hold high"),
        ("613", "2/205", "已清关", "import_customs duties_due high"),
        ("611", "2/204", "清关中", "import_customs exception medium"),
        ("614", "2/204", "清关中", "import_customs delayed high"),
        (
            "605",
            "2/204",
            "清关中",
            "import_customs customs_submitted medium",
        ),
        (
            "30",
            "2/205",
            "已清关",
            "import_customs customs_released high",
        ),
        ("30", "2/204", "运送中", "line_haul in_transit high"),
        ("30", "2/204", "", "import_customs customs_submitted medium"),
        (
            "30",
            "2/204",
            "Customs clearance",
            "import_customs customs_submitted medium",
        ),
        ("33", "5/501", "已取消", "order cancelled medium"),
        ("33", "5/501", "", "order cancelled low"),
        ("33", "13/1301", "待派送", "last_mile delayed high"),
        ("70", "13/1301", "待派送", "last_mile delayed high"),
        ("655", "7/701", "待揽收", "order pickup_scheduled high"),
        ("33", "6/601", "", "last_mile exception high"),
        ("", "6/601", "", "order exception low"),
        ("128", "4/401", "已签收", "last_mile delivered high locker"),
    ] {
        assert_eq!(
            meaning(operation, "", status, name, "").0,
            expected,
            "{operation} {status} {name}"
        );
    }
}

#[test]
fn without_a_status_the_operation_works_alone() {
    for status in ["", "/", "-/-"] {
        assert_eq!(
            meaning("80", "", status, "", ""),
            ("last_mile delivered high".into(), vec![]),
            "{status}"
        );
        assert_eq!(
            meaning("70", "", status, "", "").0,
            "last_mile delivery_attempted high"
        );
        assert_eq!(
            meaning("517", "", status, "", "转寄申请").0,
            "last_mile redirected medium"
        );
    }
}

#[test]
fn an_agent_s_own_scan_is_read_by_its_sentence() {
    for (status, remark, expected) in [
        ("", "代理路由:快件已签收", "last_mile delivered medium"),
        (
            "",
            "快件派送不成功(收件人不在)",
            "last_mile delivery_attempted medium",
        ),
        ("", "量子纠缠中", "line_haul in_transit medium"),
        (
            "3/301",
            "代理路由:快件已签收",
            "last_mile out_for_delivery high",
        ),
    ] {
        let (told, notices) = meaning("98", "", status, "", remark);
        assert_eq!((&*told, notices), (expected, vec![]), "{status} {remark}");
    }
}

#[test]
fn reasons_refine_the_operation_but_not_the_status() {
    assert_eq!(
        meaning("33", "83", "", "", "").0,
        "last_mile available_for_pickup medium"
    );
    assert_eq!(
        meaning("70", "85", "", "", "").0,
        "last_mile available_for_pickup medium"
    );
    assert_eq!(
        meaning("33", "83", "2/201", "", "").0,
        "last_mile available_for_pickup medium"
    );
    assert_eq!(
        meaning("33", "83", "13/1301", "", "").0,
        "last_mile delayed high"
    );
    assert_eq!(
        meaning("33", "999", "", "", ""),
        ("last_mile exception high".into(), vec![])
    );
}

#[test]
fn the_final_information_is_no_second_delivery() {
    assert_eq!(
        meaning("8000", "", "4/401", "已签收", "").0,
        "last_mile info high"
    );
    assert_eq!(meaning("8000", "6", "4/401", "已签收", "").0, "- lost low");
    assert_eq!(meaning("8000", "6", "", "", "快件遗失").0, "- lost medium");
    assert_eq!(meaning("8000", "2", "", "", "").0, "- disposed low");
}

#[test]
fn unknown_codes_stay_unmapped_and_are_told() {
    let unknown = |code: &str| ("- unmapped low".to_owned(), vec![code.to_owned()]);
    assert_eq!(meaning("4711", "", "", "", "已签收"), unknown("4711"));
    assert_eq!(meaning("4711", "", "2/201", "运送中", ""), unknown("4711"));
    assert_eq!(meaning("4711", "", "10/1001", "", ""), unknown("4711"));
    assert_eq!(meaning("12", "", "", "", ""), unknown("12"));
    assert_eq!(
        meaning("4711", "", "-/-", "-", "快件到达中转场"),
        unknown("4711")
    );
    // A status that says more than "moving" stands in.
    assert_eq!(
        meaning("4711", "", "4/401", "已签收", ""),
        ("last_mile delivered medium".into(), vec!["4711".into()])
    );
    assert_eq!(
        meaning("4711", "", "-/-", "-", "快件退回"),
        ("return returning low".into(), vec!["4711".into()])
    );
    // The first code alone is enough where one pair begins with it; "2" begins three.
    assert_eq!(
        meaning("4711", "", "4/", "", ""),
        ("last_mile delivered medium".into(), vec!["4711".into()])
    );
    assert_eq!(
        meaning("30", "", "3/-", "", ""),
        ("last_mile out_for_delivery medium".into(), vec![])
    );
    assert_eq!(
        meaning("4711", "", "2/", "", ""),
        ("- unmapped low".into(), vec!["4711".into(), "2/".into()])
    );
    assert_eq!(
        meaning("4711", "", "4/499", "", ""),
        ("- unmapped low".into(), vec!["4711".into(), "4/499".into()])
    );
    assert_eq!(
        meaning("31", "", "9/901", "", ""),
        ("line_haul arrived high".into(), vec!["9/901".into()])
    );
}

#[test]
fn returned_and_forwarded_are_told_apart_by_the_sentence() {
    for (operation, status, remark, expected) in [
        (
            "99",
            "-/-",
            "应客户要求,快件正在退回",
            "return returning medium",
        ),
        (
            "99",
            "-/-",
            "应客户要求,快件正在转寄中",
            "last_mile redirected medium",
        ),
        (
            "648",
            "2/201",
            "快件已轉寄,新單號為: SF1000000000033",
            "last_mile redirected medium",
        ),
        (
            "648",
            "2/201",
            "快件已退回/转寄,新单号为: SF1000000000033",
            "return returning low",
        ),
        (
            "648",
            "",
            "新单号为: SF1000000000033",
            "return returning medium",
        ),
        ("99", "", "快件到达中转场", "return returning low"),
    ] {
        assert_eq!(
            meaning(operation, "", status, "", remark).0,
            expected,
            "{remark}"
        );
    }
    assert_eq!(
        meaning("99", "2", "", "", "转寄").0,
        "return returning medium"
    );
}

#[test]
fn without_an_operation_the_sentence_speaks_or_is_reported() {
    assert_eq!(
        meaning("", "", "", "", "正在派送途中"),
        ("last_mile out_for_delivery medium".into(), vec![])
    );
    let (mapped, notices) = meaning("", "", "", "", "样例文字");
    assert_eq!((mapped.as_str(), notices.len()), ("- unmapped low", 1));
}

#[test]
fn a_failed_delivery_says_why() {
    assert_eq!(
        meaning("70", "", "", "", "由于客户拒收,派件不成功").0,
        "last_mile refused high"
    );
    assert_eq!(
        meaning("33", "", "", "", "收件地址不详").0,
        "last_mile address_issue high"
    );
    assert_eq!(
        meaning("70", "83", "", "", "客户不在").0,
        "last_mile available_for_pickup medium"
    );
    assert_eq!(
        meaning("80", "", "", "", "已派送至本人").0,
        "last_mile delivered high recipient"
    );
}

#[test]
fn an_end_that_one_list_tells_is_confirmed_by_words_or_status() {
    assert_eq!(
        meaning("128", "", "", "", "").0,
        "last_mile delivered low locker"
    );
    assert_eq!(
        meaning("128", "", "", "", "客户从丰巢取件成功").0,
        "last_mile delivered medium locker"
    );
    assert_eq!(
        meaning("935", "", "", "", "已签收").0,
        "last_mile delivered medium"
    );
    assert_eq!(
        meaning("935", "", "4/401", "已签收", "").0,
        "last_mile delivered high"
    );
    assert_eq!(meaning("70", "46", "", "", "").0, "order cancelled medium");
}

#[test]
fn the_number_of_a_signed_receipt_moves_nothing() {
    assert_eq!(
        meaning("922", "", "", "", "签单返还单号: SF1000000000033").0,
        "- info medium"
    );
    assert_eq!(
        meaning("922", "", "", "", "运输中").0,
        "line_haul in_transit low"
    );
}

#[test]
fn out_of_the_locker_again_is_no_longer_waiting_there() {
    assert_eq!(
        meaning("125", "", "11/1101", "待取件", "").0,
        "last_mile available_for_pickup high"
    );
    assert_eq!(
        meaning("126", "", "11/1101", "待取件", "").0,
        "last_mile exception medium"
    );
    assert_eq!(
        meaning("126", "", "", "", "").0,
        "last_mile in_transit medium"
    );
}

#[test]
fn signed_at_a_locker_is_delivered_there_unless_the_policy_says_that_it_waits() {
    let at = |policy, operation, remark| {
        told(
            policy,
            &Route {
                operation,
                remark,
                first: "4",
                second: "401",
                status_name: "已签收",
                ..Route::default()
            },
        )
        .0
    };
    use LockerPolicy::{AvailableForPickup, Delivered};
    assert_eq!(
        at(Delivered, "80", "已派送至顺丰自助柜"),
        "last_mile delivered high locker"
    );
    assert_eq!(
        at(Delivered, "80", "已放入豐巢"),
        "last_mile delivered high locker"
    );
    assert_eq!(
        at(Delivered, "80", "已送达菜鸟驿站"),
        "last_mile delivered high pickup_point"
    );
    assert_eq!(
        at(Delivered, "80", "已签收,存放于自提点"),
        "last_mile delivered high pickup_point"
    );
    assert_eq!(at(Delivered, "80", "已签收"), "last_mile delivered high");
    assert_eq!(
        at(AvailableForPickup, "80", "已派送至顺丰自助柜"),
        "last_mile available_for_pickup medium"
    );
    assert_eq!(
        at(AvailableForPickup, "80", "已从丰巢取出"),
        "last_mile delivered high locker"
    );
    assert_eq!(
        at(AvailableForPickup, "80", "已签收"),
        "last_mile delivered high"
    );
    assert_eq!(
        at(AvailableForPickup, "128", "丰巢"),
        "last_mile delivered high locker"
    );
}
