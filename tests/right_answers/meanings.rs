//! What codes and fields mean.

use crate::asked::{LATER, asked, assert_delivered};

#[test]
fn a_ground_code_is_not_read_by_the_express_table() {
    let milestones = asked(&["fedex-ground-007.json"], LATER).milestones();
    assert!(
        milestones.contains(&"delivery_attempted".to_owned())
            && !milestones.contains(&"refused".to_owned()),
        "{milestones:?}"
    );
}

#[test]
fn the_importer_must_act() {
    let asked = asked(&["dhl-xml-importer-must-act.xml"], "2026-03-20T00:00:00Z");
    assert!(
        asked
            .milestones()
            .contains(&"customs_info_required".to_owned()),
        "{:?}",
        asked.milestones()
    );
    assert!(
        asked.briefings()[0]["trouble"]
            .to_string()
            .contains("recipient"),
        "{}",
        asked.briefings()[0]["trouble"]
    );
}

#[test]
fn a_relation_is_the_kind_of_recipient_and_no_signature() {
    let events = asked(&["parcel-de-recipient-relation.xml"], LATER).events();
    let delivery = events
        .iter()
        .find(|event| event["milestone"] == "delivered")
        .unwrap();
    assert_eq!(delivery["recipient_kind"], "spouse");
}

#[test]
fn a_signer_in_a_sentence_stays_hidden() {
    let asked = asked(&["mydhl-signer-in-description.json"], LATER);
    assert!(asked.milestones().contains(&"delivered".to_owned()));
    assert!(!asked.everything().contains("SAMPLE P"));
}

#[test]
fn a_couriers_name_is_hidden_and_the_label_of_his_phone_is_not() {
    let everything = asked(&["sf-courier-name.xml"], LATER).everything();
    assert!(!everything.contains("张样本") && everything.contains("联系电话"));
}

#[test]
fn an_unexpected_status_word_costs_nothing() {
    let asked = asked(&["mydhl-status-word.json"], LATER);
    assert_eq!(asked.events().len(), 2);
    assert_delivered(&asked, "", "2026-03-04T17:00:00");
}
