//! Any text as a tracking number. Run: `cargo fuzz run identify`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use parceltrail::number::identify;

fuzz_target!(|text: &str| {
    let _ = identify(text).certainty();
});
