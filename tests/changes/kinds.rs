//! One change of each kind, as it is written, with its sentence.

use std::collections::BTreeSet;

use parceltrail::changes::{Change, ChangeKind};
use parceltrail::model::Milestone;
use serde_json::{Value, json};

use crate::{day, told};

fn change(kind: &str, mut fields: Value) -> Change {
    fields["kind"] = kind.into();
    fields["id"] = "00000000000000a1".into();
    fields["at"] = "2026-03-05T10:00:00Z".into();
    fields["evidence"] = json!(["00000000000000e1"]);
    serde_json::from_value(fields).unwrap()
}

fn hold(kind: Milestone, place: bool) -> Value {
    let mut hold = json!({"direction": "import", "agency": "dhl", "kind": kind, "reason": "invoice_missing",
        "since": day("2026-03-05"), "party": "sender"});
    if place {
        hold["place"] = json!({"city": "Los Angeles"});
    }
    json!({ "hold": hold })
}

fn promise(kind: &str, by: &str) -> Value {
    json!({"feed": "dhl.unified", "stated": "2026-03-05T10:00:00Z", "promise": {"kind": kind, "by": day(by)}})
}

fn case(level: &str) -> Value {
    json!({"case": "00000000000000c1", "rule": "late", "level": level, "times": 1, "party": "carrier",
        "changed": "2026-03-05T10:00:00Z", "data": {"day": {"day": "2026-03-04"}, "kind": {"word": "committed"}}})
}

fn samples() -> Vec<(Change, &'static str)> {
    let due = json!({"kind": "duty", "amount": "12.50", "currency": "EUR"});
    let tally = json!({"total": 3, "delivered": 1});
    let linked = json!({"role": "returned_by", "carrier": "dhl", "number": "A7"});
    let found = json!({"conflict": "different_places", "witnesses": ["00000000000000e1"], "values": ["RENO", "LYON"]});
    [
        ("milestone", json!({"after": "delivery_attempted", "reason": "recipient_absent", "since": day("2026-03-05")}),
            "Delivery attempted, not delivered: nobody was home."),
        ("place", json!({"after": {"city": "Kassel", "country": "DE"}}), "Now in Kassel, DE."),
        ("carrier", json!({"before": "dhl", "after": "usps"}), "Handed over to USPS."),
        ("pieces", json!({"after": tally}), "Pieces: 1 of 3 delivered, 2 on the way."),
        ("hold_opened", hold(Milestone::CustomsHold, true),
            "Customs in Los Angeles is holding it: the commercial invoice is missing. Action needed: the sender."),
        ("hold_closed", hold(Milestone::CustomsHold, true), "Customs no longer holds it."),
        ("due", json!({"after": due}), "To be paid: customs duty: 12.50 EUR."),
        ("due_passed", json!({"due": due}), "The time to pay has passed: customs duty: 12.50 EUR."),
        ("pickup_deadline", json!({"after": day("2026-03-10")}), "It can be collected until Tue 10 March."),
        ("pickup_deadline_passed", json!({"until": day("2026-03-04")}),
            "It could be collected until Wed 4 March; that day has passed."),
        ("promise", json!({"before": promise("estimated", "2026-03-10"), "after": promise("committed", "2026-03-12")}),
            "The carrier is now committed to delivery on Thu 12 March, no longer on Tue 10 March."),
        ("promise_passed", json!({"promise": promise("estimated", "2026-03-03")}),
            "The carrier's date has passed: on Tue 3 March."),
        ("estimate", json!({"before": "2026-03-10T12:00:00Z", "after": "2026-03-12T12:00:00Z",
            "causes": [{"why": "event", "milestone": "departed", "by": 172_800}]}),
            "Now expected by Thu 12 March instead of Tue 10 March: last reported: departed."),
        ("number", json!({"carrier": "usps", "number": "92001"}), "It has a further number: USPS 92001."),
        ("linked", json!({"parcel": linked}), "Another parcel belongs to it: returned as DHL A7."),
        ("contradiction", json!({"found": found}), "Reports contradict each other (different places): RENO, LYON."),
        ("contradiction_settled", json!({"found": found}),
            "Reports no longer contradict each other (different places): RENO, LYON."),
        ("case_opened", json!({"case": case("warning")}),
            "The carrier committed to Wed 4 March; that date has passed. Action needed: the carrier."),
        ("case_worse", json!({"before": "warning", "case": case("critical")}),
            "This has become worse: Urgent: The carrier committed to Wed 4 March; that date has passed. Action needed: the carrier."),
        ("case_resolved", json!({"case": case("warning")}),
            "Resolved: The carrier committed to Wed 4 March; that date has passed."),
        ("finished", json!({"milestone": "delivered"}), "No further steps are expected."),
        ("reopened", json!({"milestone": "returning"}), "It is on its way again."),
    ]
    .map(|(kind, fields, text)| (change(kind, fields), text))
    .into()
}

#[test]
fn every_kind_has_a_sentence_in_every_language() {
    let samples = samples();
    let names: Vec<&str> = samples
        .iter()
        .map(|(change, _)| change.kind.name())
        .collect();
    assert_eq!(names, ChangeKind::NAMES, "one of each, in their order");
    for (change, text) in &samples {
        assert_eq!(told(std::slice::from_ref(change))[0].1, *text);
    }
}

#[test]
fn every_hold_cause_and_payment_is_worded() {
    for milestone in Milestone::ALL {
        for place in [true, false] {
            for kind in ["hold_opened", "hold_closed"] {
                told(&[change(kind, hold(*milestone, place))]);
            }
        }
        let causes = json!([{"why": "event", "milestone": milestone, "by": 90_000}]);
        told(&[change(
            "estimate",
            json!({"after": "2026-03-12T12:00:00Z", "causes": causes}),
        )]);
        told(&[change(
            "milestone",
            json!({"after": milestone, "since": day("2026-03-05")}),
        )]);
    }
    let unnamed = change("place", json!({"after": {"code": "X7"}}));
    assert_eq!(told(&[unnamed])[0].1, "Reported at another place.");
    let mut texts = BTreeSet::new();
    for why in parceltrail::eta::Why::ALL {
        let causes = json!([{"why": why, "milestone": null, "by": 90_000}]);
        let change = change(
            "estimate",
            json!({"before": "2026-03-10T12:00:00Z", "after": "2026-03-12T12:00:00Z", "causes": causes}),
        );
        if *why != parceltrail::eta::Why::Event {
            texts.insert(told(&[change])[0].1.clone());
        }
    }
    assert_eq!(texts.len(), parceltrail::eta::Why::ALL.len() - 1);
    for kind in [
        "estimated",
        "rescheduled",
        "agreed",
        "committed",
        "first_estimate",
    ] {
        let (before, after) = (promise(kind, "2026-03-10"), promise(kind, "2026-03-12"));
        told(&[change(
            "promise",
            json!({"before": before, "after": after, "why": "weather"}),
        )]);
        told(&[change("promise", json!({"before": before}))]);
        told(&[change("promise", json!({"after": after}))]);
    }
    let due = json!({"kind": "vat", "amount": "1.00", "currency": "EUR"});
    let paid = json!({"kind": "vat", "amount": "1.00", "currency": "EUR", "paid": true});
    let text = |fields| told(&[change("due", fields)])[0].1.clone();
    assert_eq!(
        text(json!({"before": due})),
        "No longer to be paid: VAT: 1.00 EUR."
    );
    assert_eq!(
        text(json!({"before": due, "after": paid})),
        "Paid: VAT: 1.00 EUR."
    );
}
