//! Nothing is lost in silence, and nothing of a feed controls the reader's terminal.

use crate::asked::{asked, assert_delivered};

#[test]
fn a_current_status_without_activities_is_an_event() {
    assert_delivered(
        &asked(&["ups-current-status-only.json"], "2026-03-20T00:00:00Z"),
        "",
        "2026-03-06T16:30:00",
    );
}

#[test]
fn summaries_are_read() {
    let asked = asked(&["usps-summary.json"], "2026-03-20T00:00:00Z");
    assert!(!asked.events().is_empty(), "{}", asked.everything());
    assert!(
        asked.journeys()[0]["promises"]
            .to_string()
            .contains("2026-03-22")
    );
}

#[test]
fn a_status_without_events_is_told() {
    let asked = asked(&["usps-status-without-events.json"], "2026-03-20T00:00:00Z");
    assert!(!asked.events().is_empty() || !asked.notices().is_empty());
}

#[test]
fn a_sentence_that_no_code_accompanies_is_understood_or_reported() {
    let asked = asked(&["dhl-unified-status-only.json"], "2026-03-20T00:00:00Z");
    assert!(asked.state("")["milestone"] == "available_for_pickup" || !asked.notices().is_empty());
}

#[test]
fn a_repeated_key_loses_nothing_in_silence() {
    let asked = asked(&["dup-key.json"], "2026-03-05T00:00:00Z");
    assert!(!asked.events().is_empty() || !asked.notices().is_empty());
}

#[test]
fn no_control_reaches_the_terminal() {
    let page = asked(&["escape.json"], "2026-03-08T00:00:00Z").page();
    let is_control = |letter: char| {
        letter != '\n' && letter.is_control()
            || ('\u{202a}'..='\u{202e}').contains(&letter)
            || ('\u{2066}'..='\u{2069}').contains(&letter)
    };
    assert!(!page.contains(is_control), "{page:?}");
    assert!(
        !page.lines().any(|line| line.trim() == "FAKE LINE"),
        "{page}"
    );
}

#[test]
fn an_absurd_offset_is_a_notice() {
    let asked = asked(&["offset-overflow.json"], "2026-03-08T00:00:00Z");
    assert!(!asked.page().contains("panicked") && !asked.notices().is_empty());
}
