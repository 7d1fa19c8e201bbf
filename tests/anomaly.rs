//! Rules, settings, cases and replays as an application uses them.

use parceltrail::anomaly::{Catalogue, DEFAULTS, Inspector, Settings};

/// The documented defaults are those of the code. `UPDATE_EXPECTED=1 cargo test --test anomaly` writes them anew.
#[test]
fn the_documented_defaults_are_those_of_the_code() {
    let printed = Catalogue::builtin().defaults_toml();
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/src/anomaly/defaults.toml"), &printed).unwrap();
        return;
    }
    assert_eq!(DEFAULTS, printed);
}

#[test]
fn every_rule_explains_itself_and_each_of_its_settings() {
    let catalogue = Catalogue::builtin();
    let codes: Vec<&str> = catalogue.rules().map(|(about, _)| about.code).collect();
    for (about, defaults) in catalogue.rules() {
        assert!(about.code.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'), "{}", about.code);
        assert!(about.explanation().len() > 40, "{}", about.code);
        let documented: Vec<&str> = about.settings.iter().map(|setting| setting.key).collect();
        assert_eq!(documented.len(), defaults.len(), "{}", about.code);
        assert!(documented.iter().all(|key| defaults.contains_key(*key)), "{}", about.code);
        assert!(about.settings.iter().all(|setting| setting.explanation().len() > 10), "{}", about.code);
        assert!(about.under.iter().all(|graver| codes.contains(graver)), "{} goes under in {:?}", about.code, about.under);
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
    for (about, defaults) in Catalogue::builtin().rules() {
        let mut section = settings.rules[about.code].clone();
        assert_eq!(section.remove("enabled"), Some(true.into()), "{}", about.code);
        assert_eq!(section.remove("level"), Some(about.category.level().as_str().into()), "{}", about.code);
        assert_eq!(section, *defaults, "{}", about.code);
    }
    Inspector::new(settings).unwrap();
}
