//! What a sentence shows: all of the trade's words, and nothing of a person. Prints both figures.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use parceltrail::model::{FreeText, Place};
use parceltrail::{Payload, Registry};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Language and sentence of each line of a file of test data.
fn lines(name: &str) -> Vec<(String, String)> {
    let text = std::fs::read_to_string(root().join("tests/data/personal").join(name)).unwrap();
    let rows = text
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'));
    rows.map(|line| {
        line.split_once('\t')
            .map(|(language, said)| (language.to_owned(), said.to_owned()))
            .unwrap()
    })
    .collect()
}

/// A sentence without its signs, and what stood between them.
fn secrets(marked: &str) -> (String, Vec<String>) {
    let (mut plain, mut secrets) = (String::new(), Vec::new());
    let mut rest = marked;
    while let Some((before, after)) = rest.split_once("[[") {
        let end = after.find("]]").unwrap();
        // A bracket of the sentence's own may follow: `[[[x]],`.
        let (before, secret) = if after.starts_with('[') {
            (format!("{before}["), &after[1..end])
        } else {
            (before.to_owned(), &after[..end])
        };
        plain.push_str(&before);
        plain.push_str(secret);
        secrets.push(secret.to_owned());
        rest = &after[end + 2..];
    }
    plain.push_str(rest);
    (plain, secrets)
}

/// The parts of a secret that its mask shows: words of three letters, numbers of two digits, two
/// characters of a script without blanks.
fn shown_parts(plain: &str, secrets: &[String], shown: &str) -> Vec<String> {
    let without = secrets.iter().fold(plain.to_owned(), |text, secret| {
        text.replacen(secret.as_str(), " ", 1)
    });
    let parts = secrets
        .iter()
        .flat_map(|secret| secret.split(|c: char| !c.is_alphanumeric()));
    let is_told = |part: &&str| {
        let has_ideograms = part
            .chars()
            .any(|c| matches!(c, '\u{3040}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}'));
        let letters = part.chars().count();
        let long = letters
            >= if has_ideograms || part.bytes().all(|b| b.is_ascii_digit()) {
                2
            } else {
                3
            };
        let stands = if has_ideograms {
            shown.contains(*part)
        } else {
            shown
                .split(|c: char| !c.is_alphanumeric())
                .any(|word| word == *part)
        };
        long && stands && !without.contains(*part)
    };
    parts.filter(is_told).map(ToOwned::to_owned).collect()
}

fn leaks(file: &str) -> (usize, Vec<String>, BTreeMap<String, usize>) {
    let (rows, mut leaks, mut languages) = (lines(file), Vec::new(), BTreeMap::new());
    for (language, marked) in &rows {
        *languages.entry(language.clone()).or_insert(0) += 1;
        let (plain, secrets) = secrets(marked);
        assert!(!secrets.is_empty(), "{marked}");
        let text = FreeText::new(plain.as_str());
        for shown in [
            text.to_string(),
            format!("{text:?}"),
            serde_json::to_string(&text).unwrap(),
        ] {
            let parts = shown_parts(&plain, &secrets, &shown);
            if !parts.is_empty() {
                leaks.push(format!("{language}: {plain} => {shown}: {parts:?}"));
                break;
            }
        }
    }
    (rows.len(), leaks, languages)
}

#[test]
fn no_name_number_or_address_of_the_corpus_is_shown() {
    for (file, least) in [("corpus.txt", 300), ("holdout.txt", 100)] {
        let (count, leaks, languages) = leaks(file);
        println!(
            "{file}: {} of {count} sentences in {} languages leak",
            leaks.len(),
            languages.len()
        );
        assert!(count >= least && languages.len() >= 10);
        assert!(leaks.is_empty(), "{}", leaks.join("\n"));
    }
}

/// What is told beside each carrier's code: the tables' labels, the sentences of the samples with
/// their place, and phrases in fourteen languages.
fn harmless() -> Vec<(&'static str, FreeText, Option<Place>)> {
    let mut texts = Vec::new();
    for pack in sorted(&root().join("carriers")) {
        if let Ok(mut table) = csv::Reader::from_path(pack.join("codes.csv")) {
            let label = table
                .headers()
                .unwrap()
                .iter()
                .position(|name| name == "label")
                .unwrap();
            texts.extend(
                table
                    .records()
                    .map(|row| ("labels", FreeText::new(&row.unwrap()[label]), None)),
            );
        }
        for sample in sorted(&pack.join("samples"))
            .iter()
            .filter(|path| !path.to_string_lossy().ends_with(".expected.json"))
        {
            texts.extend(
                sentences(&std::fs::read(sample).unwrap())
                    .into_iter()
                    .map(|(text, place)| ("samples", text, place)),
            );
        }
    }
    texts.extend(
        lines("phrases.txt")
            .into_iter()
            .map(|(_, text)| ("phrases", FreeText::new(text), None)),
    );
    texts
}

/// The sentences of a sample that hold no invented person: the samples call those "Sample" in each
/// language, or mark them by a number.
fn sentences(bytes: &[u8]) -> Vec<(FreeText, Option<Place>)> {
    let registry = Registry::builtin();
    let Ok(feed) = registry.recognise(bytes) else {
        return Vec::new();
    };
    let Ok(batch) = feed.decode(Payload::new(bytes, "2026-01-01T00:00:00Z".parse().unwrap()))
    else {
        return Vec::new();
    };
    let events = batch
        .shipments
        .into_iter()
        .flat_map(|shipment| shipment.events);
    let told = events.filter_map(|event| Some((event.code.text?, event.place)));
    let is_invented = |text: &str| {
        [
            "sample",
            "样例",
            "probesendung",
            "张",
            "李",
            "王",
            "words",
            "something new",
            "long ago",
            "coarse word",
        ]
        .iter()
        .any(|word| text.to_lowercase().contains(word))
    };
    told.filter(|(text, _)| !is_invented(text.reveal()) && !text.reveal().contains("电话"))
        .collect()
}

fn sorted(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn the_carriers_own_texts_come_through_whole() {
    let mut counts: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (source, text, place) in harmless() {
        let (whole, all) = counts.entry(source).or_default();
        *all += 1;
        let clean: Vec<&str> = text.reveal().split_whitespace().collect();
        let shown = text.shown_with(place.as_ref());
        *whole += usize::from(shown.split_whitespace().collect::<Vec<_>>() == clean);
    }
    let (whole, all) = counts
        .values()
        .fold((0, 0), |sum, count| (sum.0 + count.0, sum.1 + count.1));
    for (source, (whole, all)) in counts.iter().chain([(&"all", &(whole, all))]) {
        println!(
            "{source}: {whole} of {all} come through whole, {:.1} %",
            100.0 * *whole as f64 / *all as f64
        );
        assert!(*whole as f64 >= 0.95 * *all as f64, "{source}");
    }
}
