//! Where a leg ends, what silence means, and how many pieces there are.

use crate::asked::{LATER, asked, assert_delivered};

#[test]
fn delivered_stays_delivered_although_a_next_number_is_known() {
    for now in ["2026-02-20T00:00:00Z", LATER] {
        let asked = asked(&["surepost-ups-self.json"], now);
        assert_delivered(&asked, "1Z0000000300000086", "2025-12-12T13:15:00");
        assert!(asked.rules().is_empty(), "{:?}", asked.rules());
        assert!(
            asked.journeys()[0]
                .to_string()
                .contains("92000000000000000000000017"),
            "the next number stays known"
        );
    }
}

#[test]
fn a_next_carrier_that_holds_only_a_label_changes_nothing() {
    let asked = asked(
        &["surepost-ups-self.json", "surepost-usps-preship.json"],
        LATER,
    );
    assert_eq!(asked.journeys().len(), 1);
    assert_delivered(&asked, "1Z0000000300000086", "2025-12-12T13:15:00");
    assert!(asked.rules().is_empty(), "{:?}", asked.rules());
}

#[test]
fn a_local_number_does_not_undo_a_delivery() {
    assert_delivered(
        &asked(&["dhl-ecom-local-number-delivered.json"], LATER),
        "",
        "2025-12-12T13:15:00",
    );
}

#[test]
fn an_unknown_scan_refutes_that_the_carrier_does_not_have_it() {
    for file in [
        "ups-unknown-i-code.json",
        "dhl-unified-nanos-no-address.json",
    ] {
        let asked = asked(&[file], "2025-03-24T00:00:00Z");
        assert!(
            !asked.rules().contains("never-collected"),
            "{file}: {:?}",
            asked.rules()
        );
        assert!(
            !asked.text().contains("does not have it"),
            "{file}: {}",
            asked.text()
        );
        assert!(asked.notices().contains("unmapped_code"), "{file}");
    }
    assert_ne!(
        asked(&["ups-unknown-i-code.json"], "2025-03-24T00:00:00Z").state("")["milestone"],
        "announced"
    );
}

#[test]
fn pieces_are_counted_and_each_is_judged() {
    let asked = asked(&["fedex-mps.json"], "2025-04-25T00:00:00Z");
    let rules = asked.rules();
    assert!(
        rules.contains("never-collected") && rules.len() > 1,
        "{rules:?}"
    );
    assert!(asked.text().contains("2 of 5"), "{}", asked.text());
    assert!(
        !asked.text().contains("does not have it yet") || asked.text().contains("piece"),
        "{}",
        asked.text()
    );
    assert!(asked.briefings()[0].to_string().contains("pieces"));
}

#[test]
fn since_and_place_come_from_one_scan() {
    let state = asked(
        &["fedex-since-after-placeless-scan.json"],
        "2026-03-20T00:00:00Z",
    )
    .state("");
    assert_eq!(state["milestone"], "arrived");
    assert!(
        state["since"].to_string().contains("2026-03-08T17:33:00"),
        "{state}"
    );
    assert!(state["place"].to_string().contains("RENO"), "{state}");
}

#[test]
fn one_scan_under_a_re_worded_place_is_one_scan() {
    let events = asked(
        &["fedex-place-paris.json", "fedex-place-paris-cedex.json"],
        "2026-06-20T00:00:00Z",
    )
    .events();
    assert_eq!(events.len(), 1, "{events:?}");
}

#[test]
fn a_withdrawn_declaration_leaves_customs_nothing_to_do() {
    let asked = asked(
        &["ceb-declared.xml", "ceb-withdrawal-approved.xml"],
        "2026-03-20T00:00:00Z",
    );
    assert_eq!(asked.journeys().len(), 1);
    assert!(
        !asked.rules().contains("customs-dwell"),
        "{:?}",
        asked.rules()
    );
}
