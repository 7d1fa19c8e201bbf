//! What ranks and what decides, over formats made up for it.

use super::*;
use crate::number::{FormatRecord, Identifier, Likelihood};

/// Formats by id, shape, confidence and what they refine.
fn formats(formats: &[(&str, &str, &str, Option<&str>)]) -> Identifier {
    let compiled = formats.iter().map(|(id, shape, confidence, refines)| {
        let record: FormatRecord = serde_json::from_value(serde_json::json!({
            "id": id, "name": "number", "carrier": id.split('.').next(), "shapes": [shape], "refines": refines, "countries": ["JP"],
            "check": shape.contains('(').then_some("gs1"), "confidence": confidence, "source": "S", "valid": [], "invalid": []
        }))
        .unwrap();
        NumberFormat::try_from(&record).unwrap()
    });
    compiled.collect()
}

fn carriers(identification: &Identification<'_>) -> Vec<String> {
    identification
        .candidates()
        .iter()
        .map(|candidate| candidate.carrier().to_string())
        .collect()
}

#[test]
fn evidence_ranks() {
    let set = formats(&[
        ("length.a", "10n", "high", None),
        ("check.a", "(9n) c", "high", None),
        ("prefix.a", "'94' 8n", "high", None),
    ]);
    let found = set.identify("9400000009", &Context::default());
    assert_eq!(carriers(&found), ["prefix", "check", "length"]);
    assert_eq!(
        found
            .candidates()
            .iter()
            .map(Candidate::likelihood)
            .collect::<Vec<_>>(),
        [Likelihood::Fair, Likelihood::Fair, Likelihood::Weak]
    );
    assert!(matches!(found.certainty(), Certainty::Ambiguous(all) if all.len() == 3));
}

#[test]
fn one_weak_candidate_is_not_certain() {
    let set = formats(&[("length.a", "10n", "high", None)]);
    assert!(matches!(
        set.identify("9400000009", &Context::default()).certainty(),
        Certainty::Ambiguous([_])
    ));
}

#[test]
fn hearsay_is_never_certain() {
    let certain = |confidence| {
        formats(&[("a.a", "'AB' 8n", confidence, None)])
            .identify("AB12345678", &Context::default())
            .certainty()
            .is_certain()
    };
    assert!(certain("high") && certain("medium") && !certain("low"));
}

#[test]
fn a_distinctive_form_outdoes_an_accident_but_not_its_equal() {
    let accident = formats(&[
        ("a.a", "('942' 6n) c", "high", None),
        ("b.a", "10n", "high", None),
    ]);
    let number = "9420000003";
    assert!(
        accident
            .identify(number, &Context::default())
            .certainty()
            .is_certain()
    );
    let equal = formats(&[
        ("a.a", "('942' 6n) c", "high", None),
        ("b.a", "('94' 7n) c", "high", None),
    ]);
    assert!(
        !equal
            .identify(number, &Context::default())
            .certainty()
            .is_certain()
    );
    let same_carrier = formats(&[
        ("a.a", "('942' 6n) c", "high", None),
        ("a.b", "('94' 7n) c", "high", None),
    ]);
    assert!(
        same_carrier
            .identify(number, &Context::default())
            .certainty()
            .is_certain()
    );
}

#[test]
fn a_narrower_format_stands_for_the_wider() {
    let set = formats(&[
        ("wide.a", "2A 8n", "high", None),
        ("narrow.a", "'A' A 8n", "high", Some("wide.a")),
    ]);
    let found = set.identify("AB12345678", &Context::default());
    assert!(
        matches!(found.certainty(), Certainty::Certain(candidate) if candidate.carrier().as_str() == "narrow")
    );
    assert_eq!(carriers(&found), ["narrow", "wide"]);
    // Naming the wider one takes nothing away, and the certain one stays first.
    let found = set.identify("AB12345678", &Context::default().with_carrier("wide"));
    assert!(
        matches!(found.certainty(), Certainty::Certain(candidate) if candidate.carrier().as_str() == "narrow")
    );
    assert_eq!(carriers(&found), ["narrow", "wide"]);
}

#[test]
fn the_context_changes_the_order_and_says_so() {
    let set = formats(&[("a.a", "10n", "high", None), ("b.a", "10n", "high", None)]);
    let found = set.identify("9400000009", &Context::default().with_carrier("b"));
    assert_eq!(carriers(&found), ["b", "a"]);
    assert!(!found.certainty().is_certain());
    assert!(found.candidates()[0].is_expected() && !found.candidates()[1].is_expected());
    assert_eq!(
        found.candidates()[0].to_string(),
        "b: number (only the length fits, carrier in use)"
    );
    let found = set.identify(
        "9400000009",
        &Context::default().with_origin("JP".parse().unwrap()),
    );
    assert_eq!(
        found.candidates()[0].to_string(),
        "a: number (only the length fits, works in JP)"
    );
}

#[test]
fn an_expectation_displaces_no_distinctive_form() {
    let set = formats(&[
        ("a.a", "('942' 6n) c", "high", None),
        ("b.a", "10n", "high", None),
    ]);
    let found = set.identify("9420000003", &Context::default().with_carrier("b"));
    assert!(
        matches!(found.certainty(), Certainty::Certain(candidate) if candidate.carrier().as_str() == "a")
    );
}

#[test]
fn a_format_added_again_replaces_the_first() {
    let mut set = formats(&[("a.a", "10n", "high", None), ("b.a", "10n", "high", None)]);
    set.extend(
        formats(&[("a.a", "'AB' 8n", "high", None)])
            .formats()
            .cloned(),
    );
    assert_eq!(
        carriers(&set.identify("9400000009", &Context::default())),
        ["b"]
    );
    assert_eq!(
        carriers(&set.identify("AB12345678", &Context::default())),
        ["a"]
    );
}

#[test]
fn a_wrong_check_digit_is_told_apart() {
    let set = formats(&[
        ("a.a", "'AB' (7n) c", "high", None),
        ("b.a", "(9n) c", "high", None),
    ]);
    let found = set.identify("AB00000001", &Context::default());
    assert!(found.candidates().is_empty());
    assert_eq!(found.mistyped().map(NumberFormat::id), Some("a.a"));
    assert!(
        set.identify("0000000001", &Context::default())
            .mistyped()
            .is_none(),
        "digits alone are mistyped numbers of everyone"
    );
}

#[test]
fn json_gives_the_reasons() {
    let set = formats(&[("a.a", "'AB' (7n) c", "high", None)]);
    let json = serde_json::to_value(set.identify("AB00000000", &Context::default())).unwrap();
    assert_eq!(
        json,
        serde_json::json!({ "candidates": [{ "carrier": "a", "format": "a.a", "name": "number", "likelihood": "strong", "checked": true, "reasons": "starts with AB, check digit fits" }] })
    );
}
