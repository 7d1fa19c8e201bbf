//! Rules, settings, cases and replays as an application uses them.

use parceltrail::anomaly::{Catalogue, DEFAULTS, Inspector, Settings};

/// The documented defaults are those of the code. `UPDATE_EXPECTED=1 cargo test --test anomaly`
/// writes them anew.
#[test]
fn the_documented_defaults_are_those_of_the_code() {
    let printed = Catalogue::builtin().defaults_toml();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(
            concat!(env!("CARGO_MANIFEST_DIR"), "/src/anomaly/defaults.toml"),
            &printed,
        )
        .unwrap();
        return;
    }
    assert_eq!(DEFAULTS, printed);
}

#[test]
fn every_rule_explains_itself_and_each_of_its_settings() {
    let catalogue = Catalogue::builtin();
    let codes: Vec<&str> = catalogue.rules().map(|(about, _)| about.code).collect();
    for (about, defaults) in catalogue.rules() {
        assert!(
            about
                .code
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{}",
            about.code
        );
        assert!(about.explanation().len() > 40, "{}", about.code);
        let documented: Vec<&str> = about.settings.iter().map(|setting| setting.key).collect();
        assert_eq!(documented.len(), defaults.len(), "{}", about.code);
        assert!(
            documented.iter().all(|key| defaults.contains_key(*key)),
            "{}",
            about.code
        );
        assert!(
            about
                .settings
                .iter()
                .all(|setting| setting.explanation().len() > 10),
            "{}",
            about.code
        );
        assert!(
            about.under.iter().all(|graver| codes.contains(graver)),
            "{} goes under in {:?}",
            about.code,
            about.under
        );
    }
    let mut unique = codes.clone();
    unique.sort_unstable();
    unique.dedup();
    assert_eq!(unique.len(), codes.len());
}

#[cfg(feature = "toml")]
#[test]
fn the_documented_defaults_are_valid_settings_that_change_nothing() {
    let settings = Settings::from_toml(DEFAULTS).unwrap();
    let mut defaults = Settings::default();
    defaults.rules = settings.rules.clone();
    assert_eq!(settings, defaults);
    for (about, defaults) in Catalogue::builtin().rules() {
        let mut section = settings.rules[about.code].clone();
        assert_eq!(
            section.remove("enabled"),
            Some(true.into()),
            "{}",
            about.code
        );
        assert_eq!(
            section.remove("level"),
            Some(about.category.level().as_str().into()),
            "{}",
            about.code
        );
        assert_eq!(section, *defaults, "{}", about.code);
    }
    Inspector::new(settings).unwrap();
}

#[cfg(feature = "toml")]
#[test]
fn toml_and_json_say_the_same() {
    let toml = Settings::from_toml(
        "false_alarms_per_parcel = 0.01\n[rules.late]\ngrace = \"12h\"\n[[override]]\nlane = \"CN-*\"\nrules.stalled = { abroad = \"20d\" }\n",
    );
    let json = r#"{"false_alarms_per_parcel":0.01,"rules":{"late":{"grace":"12h"}},"override":[{"lane":"CN-*","rules":{"stalled":{"abroad":"20d"}}}]}"#;
    assert_eq!(toml, Settings::from_json(json));
    let written = serde_json::to_string(&toml.clone().unwrap()).unwrap();
    assert_eq!(Settings::from_json(&written), toml);
    assert!(Inspector::new(toml.unwrap()).is_ok());
    assert!(Settings::from_toml("[[override]]\nlane = 7\n[override.rules]").is_err());
}

#[test]
fn settings_say_which_rule_and_key_is_wrong() {
    let problem = |json: &str| match Settings::from_json(json).and_then(Inspector::new) {
        Ok(_) => panic!("{json} was accepted"),
        Err(error) => error.to_string(),
    };
    for (json, expected) in [
        (
            r#"{"rules":{"stalled":{"line_haul":"soon"}}}"#,
            "settings: rule stalled, key line_haul: \"soon\" is no duration",
        ),
        (
            r#"{"rules":{"stalled":{"line_hual":"5d"}}}"#,
            "settings: rule stalled, key line_hual: unknown; the keys are enabled, level",
        ),
        (
            r#"{"rules":{"stalled":{"level":"loud"}}}"#,
            "settings: rule stalled, key level: expected info, warning or critical",
        ),
        (
            r#"{"rules":{"stalled":{"enabled":1}}}"#,
            "settings: rule stalled, key enabled: expected true or false",
        ),
        (
            r#"{"rules":{"late-risk":{"probability":1.5}}}"#,
            "settings: rule late-risk, key probability: 1.5 is no share",
        ),
        (
            r#"{"rules":{"stallled":{}}}"#,
            "settings: rule stallled: there is no such rule",
        ),
        (
            r#"{"override":[{"carrier":"acme","rules":{"late":{"grace":7}}}]}"#,
            "settings: override 1, rule late, key grace",
        ),
        (
            r#"{"override":[{"rules":{}}]}"#,
            "settings: override 1, it names no carrier",
        ),
        (
            r#"{"override":[{"lane":"China","rules":{}}]}"#,
            "settings: \"China\" is no lane",
        ),
        (
            r#"{"override":[{"carrier":"a","rules":{}},{"carrier":"a","rules":{}}]}"#,
            "settings: override 2, it is for the same parcels as override 1",
        ),
        (
            r#"{"false_alarms":0.1}"#,
            "settings: unknown field `false_alarms`",
        ),
        (
            r#"{"cases":{"calm":"1h","quiet":"1h"}}"#,
            "settings: unknown field `quiet`",
        ),
    ] {
        let problem = problem(json);
        assert!(problem.starts_with(expected), "{json}: {problem}");
    }
}

mod overrides {
    use parceltrail::anomaly::{Findings, Inspector, Level, Settings};
    use parceltrail::model::Place;
    use parceltrail::testing::shipment;
    use parceltrail::{Journey, Milestone, Stage};

    fn inspector(overrides: &str) -> Inspector {
        let json = format!(
            r#"{{"rules":{{"never-collected":{{"after":"10d","critical_after":"30d"}}}},"override":{overrides}}}"#
        );
        Inspector::new(Settings::from_json(&json).unwrap()).unwrap()
    }

    /// A label of acme's from China to Germany, so many days old.
    fn findings(inspector: &Inspector, days: u32, customer: Option<&str>) -> Findings {
        let country = |code: &str| Some(Place::new().with_country(code.parse().ok()));
        let mut shipment = shipment("acme.track", "A1")
            .event("2026-03-01T00:00:00Z", Stage::Order, Milestone::Announced)
            .received("2026-03-01T00:00:00Z")
            .shipment();
        (shipment.origin, shipment.destination) = (country("CN"), country("DE"));
        let mut journey = Journey::default();
        journey.apply(shipment);
        let now = format!("2026-03-{:02}T00:00:00Z", days + 1)
            .parse()
            .unwrap();
        let mut parcel = inspector.digest(&journey.at_known(now, now));
        parcel.customer = customer.map(Into::into);
        inspector.inspect(&parcel, now)
    }

    fn patience(overrides: &str, customer: Option<&str>) -> u32 {
        let inspector = inspector(overrides);
        (0..28)
            .find(|days| !findings(&inspector, *days, customer).found.is_empty())
            .unwrap()
    }

    #[test]
    fn the_one_that_names_more_is_stronger_whatever_their_order() {
        let carrier = r#"{"carrier":"acme","rules":{"never-collected":{"after":"3d"}}}"#;
        let both =
            r#"{"carrier":"acme","lane":"CN-DE","rules":{"never-collected":{"after":"7d"}}}"#;
        let elsewhere =
            r#"{"carrier":"acme","lane":"CN-FR","rules":{"never-collected":{"after":"1d"}}}"#;
        assert_eq!(patience("[]", None), 10);
        assert_eq!(patience(&format!("[{carrier}]"), None), 3);
        assert_eq!(
            patience(&format!("[{carrier},{both},{elsewhere}]"), None),
            7
        );
        assert_eq!(
            patience(&format!("[{both},{elsewhere},{carrier}]"), None),
            7
        );
    }

    #[test]
    fn of_those_that_name_equally_many_the_customer_goes_first_then_destination_origin_carrier() {
        let of = |target: &str, days: u32| {
            format!(r#"{{{target},"rules":{{"never-collected":{{"after":"{days}d"}}}}}}"#)
        };
        let carrier = of(r#""carrier":"acme""#, 2);
        let origin = of(r#""lane":"CN-*""#, 3);
        let destination = of(r#""lane":"*-DE""#, 4);
        let customer = of(r#""customer":"shop 7""#, 5);
        assert_eq!(
            patience(&format!("[{origin},{carrier}]"), Some("shop 7")),
            3
        );
        assert_eq!(
            patience(
                &format!("[{destination},{origin},{carrier}]"),
                Some("shop 7")
            ),
            4
        );
        assert_eq!(
            patience(
                &format!("[{customer},{destination},{origin},{carrier}]"),
                Some("shop 7")
            ),
            5
        );
        assert_eq!(
            patience(
                &format!("[{customer},{destination},{origin},{carrier}]"),
                Some("shop 8")
            ),
            4
        );
    }

    #[test]
    fn keys_of_several_add_up() {
        let inspector = inspector(
            r#"[{"carrier":"acme","rules":{"never-collected":{"level":"critical","after":"1d"}}},
                {"lane":"CN-DE","rules":{"never-collected":{"after":"2d"}}}]"#,
        );
        assert!(findings(&inspector, 1, None).found.is_empty());
        assert_eq!(
            findings(&inspector, 2, None).found[0].level,
            Level::Critical
        );
    }

    #[test]
    fn a_disabled_rule_keeps_still() {
        let inspector =
            inspector(r#"[{"carrier":"acme","rules":{"never-collected":{"enabled":false}}}]"#);
        assert!(findings(&inspector, 27, None).found.is_empty());
    }
}

mod looking_again {
    use std::collections::BTreeMap;

    use chrono::{DateTime, Duration, Utc};
    use parceltrail::anomaly::{Inspector, Level, Settings, Surroundings};
    use parceltrail::journey::Snapshot;
    use parceltrail::model::{EventTime, Promise, PromiseKind};
    use parceltrail::testing::{ShipmentBuilder, shipment};
    use parceltrail::{Journey, Milestone, Stage};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn journey(told: ShipmentBuilder) -> Journey {
        let mut journey = Journey::default();
        journey.apply(told);
        journey
    }

    /// A journey as it was known at a moment.
    fn known(journey: &Journey, moment: &str) -> Snapshot {
        journey.at_known(at(moment), at(moment))
    }

    fn stories() -> Vec<ShipmentBuilder> {
        let by = EventTime::instant("2026-03-05T18:00:00Z", at("2026-03-05T18:00:00Z"));
        let promise = Promise::by(PromiseKind::Committed, by);
        let start = || {
            shipment("acme.track", "A1")
                .event("2026-03-01T09:00:00Z", Stage::Order, Milestone::Announced)
                .received("2026-03-01T09:00:00Z")
        };
        let with = |stage, milestone| {
            start()
                .event("2026-03-01T12:00:00Z", stage, milestone)
                .promised(promise.clone())
        };
        vec![
            start(),
            with(Stage::FirstMile, Milestone::PickedUp),
            with(Stage::LineHaul, Milestone::Departed),
            with(Stage::ImportCustoms, Milestone::CustomsHold),
            with(Stage::ImportCustoms, Milestone::DutiesDue),
            with(Stage::ImportCustoms, Milestone::CustomsRejected),
            with(Stage::ImportCustoms, Milestone::CustomsSeized),
            with(Stage::LastMile, Milestone::DeliveryAttempted),
            with(Stage::LastMile, Milestone::AddressIssue),
            with(Stage::LastMile, Milestone::AvailableForPickup),
            with(Stage::LastMile, Milestone::Delivered),
            with(Stage::LineHaul, Milestone::Lost),
            with(Stage::LineHaul, Milestone::Damaged),
            with(Stage::Return, Milestone::Returned),
        ]
    }

    /// `again` is exact: until then nothing changes. What the hourly look finds and what the look
    /// at `again` finds is the same.
    #[test]
    fn nothing_changes_before_the_instant_at_which_to_look_again() {
        let inspector = Inspector::new(Settings::default()).unwrap();
        let summary =
            |found: &[parceltrail::anomaly::Finding]| -> BTreeMap<(String, String), Level> {
                found
                    .iter()
                    .map(|finding| {
                        (
                            (finding.rule.to_string(), finding.subject.to_string()),
                            finding.level,
                        )
                    })
                    .collect()
            };
        for story in stories() {
            let parcel = inspector.digest(&known(&journey(story), "2026-03-01T13:00:00Z"));
            let mut now = parcel.at;
            let mut findings = inspector.inspect(&parcel, now);
            for _ in 0..24 * 100 {
                let next = now + Duration::hours(1);
                let then = inspector.inspect(&parcel, next);
                if !findings.is_outdated(next) {
                    assert_eq!(
                        summary(&findings.found),
                        summary(&then.found),
                        "{now} {next}"
                    );
                }
                (now, findings) = (next, then);
            }
        }
    }

    #[test]
    fn a_silent_feed_excuses_its_parcels_until_the_backlog_is_in() {
        let inspector = Inspector::new(Settings::default()).unwrap();
        let story = shipment("acme.track", "A1").event(
            "2026-03-01T09:00:00Z",
            Stage::LastMile,
            Milestone::Refused,
        );
        let story = story
            .event("2026-03-01T10:00:00Z", Stage::LastMile, Milestone::Arrived)
            .received("2026-03-01T10:00:00Z");
        let parcel = inspector.digest(&known(&journey(story), "2026-03-01T13:00:00Z"));
        let now = at("2026-03-20T00:00:00Z");
        let rules = |surroundings: &Surroundings, now| -> Vec<String> {
            inspector
                .inspect_amid(&parcel, now, surroundings)
                .found
                .iter()
                .map(|finding| finding.rule.to_string())
                .collect()
        };
        let mut surroundings = Surroundings::default();
        assert_eq!(rules(&surroundings, now), ["stalled", "refused"]);
        surroundings.silence("acme.other".into(), None);
        assert_eq!(
            rules(&surroundings, now),
            ["stalled", "refused"],
            "another feed says nothing about this one"
        );
        surroundings.silence("acme.track".into(), None);
        assert_eq!(
            rules(&surroundings, now),
            ["refused"],
            "what is told stays true"
        );
        let until = now + Duration::hours(6);
        surroundings.silence("acme.track".into(), Some(until));
        let findings = inspector.inspect_amid(&parcel, now, &surroundings);
        assert_eq!(
            (findings.found.len(), findings.next_check),
            (1, Some(until))
        );
        assert_eq!(rules(&surroundings, until), ["stalled", "refused"]);
    }

    #[test]
    fn a_statement_about_the_future_asks_for_a_new_digest() {
        let inspector = Inspector::new(Settings::default()).unwrap();
        let story = shipment("acme.track", "A1")
            .event(
                "2026-03-01T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event("2026-03-02T09:00:00Z", Stage::LastMile, Milestone::Refused)
            .received("2026-03-01T10:00:00Z");
        let journey = journey(story);
        let parcel = inspector.digest(&known(&journey, "2026-03-01T13:00:00Z"));
        assert_eq!(parcel.renew, Some(at("2026-03-02T09:00:00Z")));
        assert_eq!(
            inspector.inspect(&parcel, parcel.at).next_check,
            parcel.renew
        );
        assert!(
            inspector
                .inspect(
                    &inspector.digest(&known(&journey, "2026-03-02T09:00:00Z")),
                    at("2026-03-02T09:00:00Z")
                )
                .of("refused")
                .is_some()
        );
    }
}
