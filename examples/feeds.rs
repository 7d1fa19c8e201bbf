//! Prints the table of feeds that stands in the README: `cargo run --example feeds`.

use std::path::Path;
use std::sync::Arc;

use parceltrail::adapter::Clock;
use parceltrail::carriers::packs;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    println!("| feed | what | how | delivers | clock | samples | verified by |");
    println!("|---|---|---|---|---|---:|---|");
    let mut tables = Vec::new();
    for pack in packs() {
        let profile = pack.profile()?;
        let codes = Arc::new(pack.codes());
        tables.push(format!("{} {}", profile.names[0], codes.len()));
        for adapter in pack.adapters(&codes) {
            let descriptor = adapter.descriptor();
            let feed = descriptor.feed.as_str();
            let how: Vec<&str> = [
                adapter.as_poll().map(|_| "ask"),
                adapter.as_webhook().map(|_| "be told"),
            ]
            .into_iter()
            .flatten()
            .collect();
            let how = if how.is_empty() {
                "mailbox".to_owned()
            } else {
                how.join(", ")
            };
            let clock = match descriptor.clock {
                Clock::Stated => "offset stated".to_owned(),
                Clock::Fixed(zone) => zone.name().to_owned(),
                Clock::Place => "local to the place".to_owned(),
                Clock::Mixed => "offset or local".to_owned(),
            };
            let verified = profile
                .feeds
                .iter()
                .find(|known| known.id == feed)
                .map_or("", |known| known.verified.as_str())
                .replace('_', " ");
            let samples = count_samples(descriptor.carrier.as_str(), feed)?;
            println!(
                "| `{feed}` | {} | {how} | {} | {clock} | {samples} | {verified} |",
                descriptor.title, descriptor.delivery
            );
        }
    }
    println!("\nCode rows, each with its source: {}.", tables.join(", "));
    Ok(())
}

/// Samples are files of the repository, named `<feed>-<story>`.
fn count_samples(carrier: &str, feed: &str) -> std::io::Result<usize> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("carriers")
        .join(carrier)
        .join("samples");
    let mut count = 0;
    for entry in std::fs::read_dir(dir)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        let is_xml_twin = name
            .strip_prefix(feed)
            .is_some_and(|rest| rest.starts_with("-xml-"))
            && !feed.ends_with("-xml");
        let is_sample = name
            .strip_prefix(feed)
            .is_some_and(|rest| rest.starts_with('-'))
            && !name.ends_with(".expected.json");
        count += usize::from(is_sample && !is_xml_twin);
    }
    Ok(count)
}
