//! Whose a number is, by its form and by what the application declares: a table of numbers and
//! contexts, and what must hold for any of them.

use std::sync::LazyLock;

use parceltrail::number::{Certainty, Context, Identification};
use parceltrail::{Confidence, Registry, identify};
use proptest::prelude::*;
use serde_json::Value;

static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::builtin);

/// The five carriers that most rows declare.
const FIVE: [&str; 5] = ["dhl", "fedex", "sf", "ups", "usps"];

fn five() -> Context {
    Context::new().with_only_carriers(FIVE)
}

fn lane(context: Context, origin: &str, destination: &str) -> Context {
    context
        .with_origin(origin.parse().unwrap())
        .with_destination(destination.parse().unwrap())
}

fn certain(found: &Identification<'_>) -> Option<String> {
    match found.certainty() {
        Certainty::Certain(candidate) => Some(candidate.carrier().to_string()),
        _ => None,
    }
}

/// Holds what is certain of a number in each of several contexts.
fn assert_certain(number: &str, rows: &[(&str, Context, Option<&str>)]) {
    for (context, declared, carrier) in rows {
        let found = REGISTRY.identify(number, declared);
        assert_eq!(
            certain(&found).as_deref(),
            *carrier,
            "{number}, {context}: {found:#?}"
        );
    }
}

#[test]
fn the_form_alone_decides_whatever_is_declared() {
    for (number, carrier) in [
        ("1Z0000000300000013", "ups"),
        ("SF1000000000017", "sf"),
        ("DT000000000001", "fedex"),
        ("EE123456785US", "usps"),
        ("RB123456785DE", "dhl"),
        ("00340434500021000800", "dhl"),
        ("9400100000000000000112", "usps"),
    ] {
        assert_certain(
            number,
            &[
                ("nothing", Context::new(), Some(carrier)),
                ("five", five(), Some(carrier)),
                (
                    "another in use",
                    Context::new().with_carrier("gls"),
                    Some(carrier),
                ),
                ("elsewhere", lane(Context::new(), "JP", "BR"), Some(carrier)),
                ("elsewhere, five", lane(five(), "JP", "BR"), Some(carrier)),
            ],
        );
    }
}

#[test]
fn a_fedex_number_of_twelve_digits() {
    // The check digit of FedEx alone, besides formats without one.
    let number = "449000001009";
    let fedex = || Context::new().with_carrier("fedex");
    assert_certain(
        number,
        &[
            ("nothing", Context::new(), None),
            ("a lane alone", lane(Context::new(), "US", "US"), None),
            ("five", five(), Some("fedex")),
            ("FedEx among others", fedex(), Some("fedex")),
            (
                "SF among others: only the length fits",
                Context::new().with_carrier("sf"),
                None,
            ),
            (
                "SF alone: no other can occur",
                Context::new().with_only_carriers(["sf"]),
                Some("sf"),
            ),
            (
                "none fits",
                Context::new().with_only_carriers(["ups", "usps"]),
                None,
            ),
            ("FedEx and SF", fedex().with_carrier("sf"), Some("fedex")),
        ],
    );
}

#[test]
fn two_check_digits_that_fit_stay_open_until_countries_or_service_tell() {
    // FedEx, and the Identcode of DHL Paket.
    let number = "100000000220";
    let both = || Context::new().with_only_carriers(["dhl", "fedex"]);
    assert_certain(
        number,
        &[
            ("nothing", Context::new(), None),
            ("five", five(), None),
            ("both", both(), None),
            ("both, from Germany", lane(both(), "DE", "US"), None),
            (
                "both, within the US",
                lane(both(), "US", "US"),
                Some("fedex"),
            ),
            (
                "both, only one country known",
                both().with_origin("US".parse().unwrap()),
                None,
            ),
            (
                "five, within the US",
                lane(five(), "US", "US"),
                Some("fedex"),
            ),
            (
                "both, Paket",
                both().with_service("DHL Paket International"),
                Some("dhl"),
            ),
            (
                "both, a service of neither",
                both().with_service("Economy"),
                None,
            ),
            (
                "both, Paket within the US",
                lane(both().with_service("Paket"), "US", "US"),
                None,
            ),
            (
                "dhl",
                Context::new().with_only_carriers(["dhl"]),
                Some("dhl"),
            ),
            ("fedex named, dhl too", both().with_carrier("fedex"), None),
        ],
    );
}

#[test]
fn ten_digits_are_a_dhl_waybill_if_they_check() {
    assert_certain(
        "4006010002",
        &[
            ("nothing", Context::new(), None),
            ("five", five(), Some("dhl")),
            (
                "dhl among others",
                Context::new().with_carrier("dhl"),
                Some("dhl"),
            ),
            (
                "fedex: its format is hearsay",
                Context::new().with_only_carriers(["fedex"]),
                None,
            ),
        ],
    );
    // Without the check digit only the hearsay is left: known, never certain.
    let found = REGISTRY.identify("2020000007", &five());
    assert!(
        matches!(found.certainty(), Certainty::Ambiguous([only]) if only.carrier().as_str() == "fedex")
    );
}

#[test]
fn the_shared_range_of_usps_stays_open() {
    // USPS carries it, DHL eCommerce and FedEx SmartPost may have printed it.
    let number = "9261290000000000000014";
    assert_certain(
        number,
        &[
            ("nothing", Context::new(), None),
            ("five", five(), None),
            (
                "usps and dhl",
                Context::new().with_only_carriers(["usps", "dhl"]),
                None,
            ),
            (
                "fedex and dhl",
                Context::new().with_only_carriers(["fedex", "ups"]),
                Some("fedex"),
            ),
        ],
    );
}

#[test]
fn a_declaration_at_odds_with_a_distinctive_form_makes_nothing_certain() {
    for (number, left_out) in [
        ("1Z0000000300000013", "ups"),
        ("RB123456785DE", "dhl"),
        ("9400100000000000000112", "usps"),
    ] {
        let others = FIVE.into_iter().filter(|carrier| *carrier != left_out);
        let found = REGISTRY.identify(number, &Context::new().with_only_carriers(others));
        assert!(!found.certainty().is_certain(), "{number}: {found:#?}");
        assert!(
            found
                .candidates()
                .iter()
                .all(|other| other.carrier().as_str() != left_out),
            "{number}: {found:#?}"
        );
    }
}

#[test]
fn a_postal_item_of_a_third_country_stays_its_post_s() {
    // Post from China is often handed in at another country's post; the form outweighs the lane.
    let found = REGISTRY.identify("RB123456785FR", &lane(Context::new(), "CN", "US"));
    assert_eq!(certain(&found).as_deref(), Some("upu"));
    assert!(!found.best().unwrap().is_elsewhere());
}

#[test]
fn the_reasons_name_what_was_declared() {
    let context = lane(five().with_service("Paket"), "DE", "FR");
    let found = REGISTRY.identify("100000000220", &context);
    assert_eq!(
        found.best().unwrap().to_string(),
        "dhl: DHL Paket Identcode (only the length fits, check digit fits, carrier in use, service \
         named, works in DE)"
    );
    let context = lane(Context::new(), "US", "US");
    let found = REGISTRY.identify("100000000220", &context);
    let sf = found
        .candidates()
        .iter()
        .find(|other| other.carrier().as_str() == "sf");
    assert_eq!(
        sf.unwrap().to_string(),
        "sf: SF waybill of 12 digits (only the length fits, no longer issued, works neither at \
         origin nor destination)"
    );
}

/// Every valid example of every format, with its carrier.
static EXAMPLES: LazyLock<Vec<(String, String)>> = LazyLock::new(|| {
    let dir = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("carriers");
    let read = |path: std::path::PathBuf| -> Option<Value> {
        serde_json::from_slice(&std::fs::read(path).ok()?).ok()
    };
    let mut examples = Vec::new();
    let mut add = |carrier: &str, record: &Value| {
        for number in record["valid"].as_array().unwrap() {
            examples.push((carrier.to_owned(), number.as_str().unwrap().to_owned()));
        }
    };
    for entry in std::fs::read_dir(&dir).unwrap() {
        let Some(profile) = read(entry.unwrap().path().join("carrier.json")) else {
            continue;
        };
        for record in profile["numbers"].as_array().unwrap() {
            add(profile["id"].as_str().unwrap(), record);
        }
    }
    for record in read(dir.join("other-numbers.json"))
        .unwrap()
        .as_array()
        .unwrap()
    {
        add(record["carrier"].as_str().unwrap(), record);
    }
    examples.sort();
    examples
});

#[test]
fn every_example_is_its_carrier_s_where_no_other_can_be() {
    assert!(EXAMPLES.len() > 150, "{}", EXAMPLES.len());
    for (carrier, number) in EXAMPLES.iter() {
        let only = Context::new().with_only_carriers([carrier.as_str()]);
        let found = REGISTRY.identify(number, &only);
        assert!(
            !found.candidates().is_empty()
                && found
                    .candidates()
                    .iter()
                    .all(|other| other.carrier().as_str() == carrier),
            "{number}: {found:#?}"
        );
        assert!(certain(&found).is_none_or(|certain| certain == *carrier));
    }
}

/// How many of the packs' own examples are certain: by the form alone, and where the five carriers
/// are declared the only ones.
#[test]
fn declaring_the_carriers_in_use_settles_most_numbers() {
    let ours = || {
        EXAMPLES
            .iter()
            .filter(|(carrier, _)| FIVE.contains(&carrier.as_str()))
    };
    let right = |context: &Context| {
        ours()
            .filter(|(carrier, number)| {
                certain(&REGISTRY.identify(number, context)).as_deref() == Some(carrier.as_str())
            })
            .count()
    };
    let (all, by_form, by_context) = (ours().count(), right(&Context::new()), right(&five()));
    eprintln!("{by_form} by form, {by_context} with five of {all}");
    assert!(by_form * 2 < all, "{by_form} of {all}");
    assert!(by_context * 10 >= all * 6, "{by_context} of {all}");
    // What is certain is another's only where the carrier's own format is hearsay, or no longer
    // issued.
    for (carrier, number) in ours() {
        let found = REGISTRY.identify(number, &five());
        let own = || {
            found
                .candidates()
                .iter()
                .filter(|other| other.carrier().as_str() == carrier)
        };
        assert!(
            certain(&found).is_none_or(|certain| certain == *carrier)
                || own().all(|own| {
                    own.format().is_retired() || own.format().confidence() == Confidence::Low
                }),
            "{number} of {carrier}: {found:#?}"
        );
    }
}

fn carrier() -> impl Strategy<Value = String> {
    let carriers = EXAMPLES.iter().map(|(carrier, _)| carrier.clone());
    prop::sample::select(carriers.collect::<Vec<_>>())
}

fn country() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["US", "DE", "CN", "JP", "GB", "FR", "BR", "CA"])
}

fn context() -> impl Strategy<Value = Context> {
    (
        prop::collection::vec(carrier(), 0..4),
        prop::option::of(prop::collection::vec(carrier(), 0..6)),
        prop::option::of(country()),
        prop::option::of(country()),
        prop::option::of(prop::sample::select(vec![
            "Ground",
            "express",
            "DHL Paket",
            "x",
        ])),
    )
        .prop_map(|(carriers, only, origin, destination, service)| {
            let mut context = Context::new();
            for carrier in carriers {
                context = context.with_carrier(carrier);
            }
            if let Some(only) = only {
                context = context.with_only_carriers(only);
            }
            context.origin = origin.map(|country| country.parse().unwrap());
            context.destination = destination.map(|country| country.parse().unwrap());
            context.service = service.map(Into::into);
            context
        })
}

/// The same context, with something more.
fn more(context: Context) -> impl Strategy<Value = (Context, Context)> {
    let (a, b, c, d) = (
        context.clone(),
        context.clone(),
        context.clone(),
        context.clone(),
    );
    prop_oneof![
        carrier().prop_map(move |carrier| (a.clone(), a.clone().with_carrier(carrier))),
        prop::collection::vec(carrier(), 0..6)
            .prop_map(move |only| (b.clone(), b.clone().with_only_carriers(only))),
        (country(), country()).prop_map(move |(from, to)| (c.clone(), lane(c.clone(), from, to))),
        "[a-z]{0,8}( paket)?".prop_map(move |service| (d.clone(), d.clone().with_service(service))),
    ]
}

/// An example, one with a character changed, or digits.
fn number() -> impl Strategy<Value = String> {
    let examples: Vec<_> = EXAMPLES.iter().map(|(_, number)| number.clone()).collect();
    prop_oneof![
        prop::sample::select(examples.clone()),
        (
            prop::sample::select(examples),
            any::<prop::sample::Index>(),
            "[0-9A-Z]"
        )
            .prop_map(|(number, at, with)| {
                let at = at.index(number.len());
                format!("{}{with}{}", &number[..at], &number[at + 1..])
            }),
        "[0-9]{8,22}",
    ]
}

fn formats(found: &Identification<'_>) -> std::collections::BTreeSet<String> {
    found
        .candidates()
        .iter()
        .map(|candidate| candidate.format().id().to_owned())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn more_context_never_adds_a_candidate(
        number in number(),
        (less, more) in context().prop_flat_map(more),
    ) {
        let before = formats(&REGISTRY.identify(&number, &less));
        let after = formats(&REGISTRY.identify(&number, &more));
        prop_assert!(after.is_subset(&before), "{before:?} and {after:?}");
    }

    #[test]
    fn a_number_that_nothing_fits_stays_unknown(text in "[0-9A-Z]{1,26}", context in context()) {
        if identify(&text).best().is_none() {
            let found = REGISTRY.identify(&text, &context);
            prop_assert!(matches!(found.certainty(), Certainty::Unknown));
        }
    }

    #[test]
    fn what_is_certain_comes_first_and_is_allowed(number in number(), context in context()) {
        let found = REGISTRY.identify(&number, &context);
        if let Certainty::Certain(candidate) = found.certainty() {
            let best = found.best().unwrap();
            prop_assert_eq!(candidate.format().id(), best.format().id());
            prop_assert!(formats(&identify(&number)).contains(best.format().id()));
            if let Some(only) = &context.only_carriers {
                prop_assert!(only.contains(candidate.carrier()));
            }
        }
    }

    #[test]
    fn the_context_never_overrules_the_form(number in number(), context in context()) {
        if let Some(by_form) = certain(&identify(&number)) {
            let found = REGISTRY.identify(&number, &context);
            let is_allowed = context
                .only_carriers
                .as_ref()
                .is_none_or(|only| only.contains(&by_form.as_str().into()));
            prop_assert_eq!(certain(&found), is_allowed.then_some(by_form));
        }
    }

    #[test]
    fn two_carriers_with_the_same_evidence_are_never_certain(digits in "[0-9]{12}") {
        // Sagawa, Yamato and Japan Post share one check.
        let context = Context::new().with_only_carriers(["sagawa", "yamato"]);
        prop_assert!(!REGISTRY.identify(&digits, &context).certainty().is_certain());
    }
}
