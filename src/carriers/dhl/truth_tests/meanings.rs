//! Who must act, who took it in, what a sentence says.

use super::*;

#[test]
fn the_remark_tells_who_must_act_in_every_express_feed() {
    let said = "DHL needs further information from the importer.";
    let of = |batch: &Batch| {
        batch.shipments[0]
            .events
            .first()
            .map(|event: &Event| (event.milestone, event.party()))
    };
    let expected = Some((Milestone::CustomsInfoRequired, Some(Party::Recipient)));
    for code in ["UD", "RR", "OH", "CD"] {
        let remarks = format!(
            "<EventRemarks><FurtherDetails>{said}</FurtherDetails><NextSteps>DHL will contact the importer.</NextSteps></EventRemarks>"
        );
        let xml = waybill(&format!(
            "<ShipmentInfo>{}</ShipmentInfo>",
            checkpoint("ShipmentEvent", code, &remarks)
        ));
        assert_eq!(of(&xml), expected, "XML {code}");
        let event = format!(
            r#"{{"date":"2026-03-03","time":"14:36:00","typeCode":"{code}","remarks":[{{"value":"{said}","details":"Wait."}}]}}"#
        );
        assert_eq!(of(&express("", &event)), expected, "JSON {code}");
        let event = format!(
            r#"{{"timestamp":"2026-03-03T14:36:00","statusCode":"transit","status":"{code}","remark":"{said}"}}"#
        );
        assert_eq!(
            of(&unified("express", "", &event)),
            expected,
            "unified {code}"
        );
    }
}

#[test]
fn a_kind_of_recipient_is_no_signature_and_an_unknown_word_is_not_repeated() {
    let of = |text: &str| {
        piece(
            &format!(r#"recipient-id-text="{text}" recipient-name="SAMPLE RECIPIENT""#),
            DELIVERY,
        )
    };
    let first = |batch: &Batch| {
        (
            batch.shipments[0].events[0].recipient_kind,
            batch.shipments[0].events[0].signed_by.is_some(),
        )
    };
    assert_eq!(first(&of("Ehegatte")), (Some(RecipientKind::Spouse), false));
    assert_eq!(
        first(&of("Empf&#228;nger (orig.)")),
        (Some(RecipientKind::Recipient), false)
    );
    let neighbour = of("Nachbar");
    assert_eq!(
        neighbour.shipments[0].events[0].delivered_to,
        Some(DeliveredTo::Neighbour)
    );
    let unknown = of("SAMPLE PERSON");
    // The reason beside the delivery still tells a kind.
    assert_eq!(first(&unknown), (Some(RecipientKind::Other), false));
    assert_eq!(kinds(&unknown), [NoticeKind::FieldUnreadable]);
    assert!(!serde_json::to_string(&unknown).unwrap().contains("SAMPLE"));
}

#[test]
fn a_signer_behind_the_sentence_is_kept_apart() {
    for description in [
        "Delivered : SAMPLE P",
        "Delivered - Signed for by: SAMPLE P",
        "Shipment delivered SAMPLE P",
    ] {
        let event = format!(
            r#"{{"date":"2026-03-04","time":"11:59:23","typeCode":"OK","description":"{description}","signedBy":""}}"#
        );
        let batch = express("", &event);
        let event = &batch.shipments[0].events[0];
        assert_eq!(
            event.signed_by.as_ref().map(|signer| signer.reveal()),
            Some("SAMPLE P"),
            "{description}"
        );
        assert!(
            !event
                .code
                .text
                .as_ref()
                .unwrap()
                .reveal()
                .contains("SAMPLE")
        );
        assert!(!serde_json::to_string(&batch).unwrap().contains("SAMPLE"));
    }
}

#[test]
fn a_sentence_is_understood_or_told_of_and_undoes_nothing() {
    let event = |at: &str, sentence: &str| {
        format!(r#"{{"timestamp":"2025-05-{at}","statusCode":"transit","status":"{sentence}"}}"#)
    };
    let ready = event(
        "06T10:12:00",
        "Die Sendung liegt ab sofort in der Filiale zur Abholung bereit.",
    );
    let odd = event("07T10:12:00", "Bitte denken Sie an Ihren Ausweis.");
    let batch = unified("parcel-de", "", &[odd.as_str(), &ready].join(","));
    assert_eq!(
        milestones(&batch),
        [Milestone::Unmapped, Milestone::AvailableForPickup]
    );
    assert_eq!(kinds(&batch), [NoticeKind::UnmappedCode]);
    // Alone it still tells that DHL has the parcel.
    let batch = unified("parcel-de", "", &odd);
    assert_eq!(
        (milestones(&batch), kinds(&batch)),
        (vec![Milestone::InTransit], vec![NoticeKind::UnmappedCode])
    );
    // A delivery that only a sentence tells is an end where the coarse status bears it out.
    let sure = |coarse: &str| {
        let event = format!(
            r#"{{"timestamp":"2025-05-06T10:12:00","statusCode":"{coarse}","status":"Le colis a été livré au voisin"}}"#
        );
        unified("sameday", "", &event).shipments[0].events[0].is_evidence_of_state()
    };
    assert!(sure("delivered") && !sure("unknown"));
}

#[test]
fn reported_missing_is_not_lost() {
    for status in ["690", "PACKAGE REPORTED MISSING"] {
        let event = format!(
            r#"{{"timestamp":"2025-05-06T10:12:00","statusCode":"failure","status":"{status}"}}"#
        );
        assert_eq!(
            milestones(&unified("ecommerce", "", &event)),
            [Milestone::Exception],
            "{status}"
        );
    }
}
