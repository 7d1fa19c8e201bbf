//! Each part of the crate knows only the parts below it: reads the paths in `src` and fails where a
//! lower ring names a higher one.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The rings, and which others each may name. `testing` stands above all.
const RINGS: &[(&str, &[&str])] = &[
    ("model", &[]),
    ("wire", &["model"]),
    ("number", &["model"]),
    ("adapter", &["model", "wire", "number"]),
    ("carriers", &["model", "wire", "number", "adapter"]),
    ("registry", &["model", "number", "adapter", "carriers"]),
    ("client", &["model", "number", "adapter", "registry"]),
    ("journey", &["model"]),
    ("history", &["model", "journey"]),
    ("eta", &["model", "journey", "history"]),
    // The rules ask a transit model how long is too long: it knows nothing of rules.
    ("anomaly", &["model", "journey", "history", "eta"]),
    (
        "briefing",
        &["model", "journey", "history", "eta", "anomaly"],
    ),
    // When to ask again depends on what a feed allows.
    (
        "changes",
        &[
            "model", "adapter", "journey", "history", "eta", "anomaly", "briefing",
        ],
    ),
    (
        "testing",
        &[
            "model", "wire", "number", "adapter", "carriers", "registry", "client", "journey",
            "history", "eta", "anomaly", "briefing", "changes",
        ],
    ),
];

/// What still breaks the order: file and the ring that it should not name.
const EXCEPTIONS: &[(&str, &str)] = &[];

#[test]
fn no_ring_names_one_above() {
    let names = names(&std::fs::read_to_string(source("lib.rs")).unwrap());
    let files = files(&source(""));
    assert!(files.len() > 100, "the sources are read");
    let mut wrong = BTreeSet::new();
    for file in &files {
        let Some(ring) = ring_of(file) else { continue };
        let allowed = allowed(ring);
        let text = std::fs::read_to_string(source(file)).unwrap();
        for named in named(file, &text) {
            let named = names.get(&named).cloned().unwrap_or(named);
            let is_known = RINGS.iter().any(|(ring, _)| *ring == named);
            assert!(is_known, "{file} names crate::{named}, which is no ring");
            if named != ring && !allowed.contains(&named.as_str()) {
                wrong.insert((file.clone(), named));
            }
        }
    }
    let known: BTreeSet<(String, String)> = EXCEPTIONS
        .iter()
        .map(|(file, ring)| ((*file).to_owned(), (*ring).to_owned()))
        .collect();
    let new: Vec<_> = wrong.difference(&known).collect();
    assert!(new.is_empty(), "files that name a ring above: {new:#?}");
    let mended: Vec<_> = known.difference(&wrong).collect();
    assert!(mended.is_empty(), "exceptions that are none: {mended:#?}");
}

#[test]
fn the_table_has_no_ring_above_itself() {
    let place = |ring: &str| RINGS.iter().position(|(known, _)| *known == ring);
    for (at, (ring, below)) in RINGS.iter().enumerate() {
        for below in *below {
            assert!(
                place(below).is_some_and(|below| below < at),
                "{ring} may name {below}, which does not stand before it"
            );
        }
    }
}

#[test]
fn paths_are_found_however_they_are_written() {
    let text = r#"
//! [`Link`](crate::client::Client)
use crate::model::Event;
pub(crate) use crate::{wire::xml, Journey};
use super::super::history::History; // crate::briefing
fn f() { let _ = crate::eta::Model::default(); let _ = "https://crate::x"; }
#[cfg(all(test, feature = "testing"))]
mod tests {
    use crate::testing::shipment;
}
"#;
    let found: Vec<String> = named("anomaly/rules.rs", text).into_iter().collect();
    assert_eq!(found, ["Journey", "eta", "history", "model", "wire", "x"]);
    assert!(named("anomaly/rules/late.rs", "use super::super::fact::Fact;").is_empty());
    let names = names("pub use model::{\n    Event, EventId,\n};\npub use journey::Journey;\n");
    assert_eq!(names["EventId"], "model");
    assert_eq!(names["Journey"], "journey");
}

fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(file)
}

/// The ring that a file belongs to; none for the crate's root.
fn ring_of(file: &str) -> Option<&str> {
    let ring = file.split('/').next()?.trim_end_matches(".rs");
    (ring != "lib").then_some(ring)
}

fn allowed(ring: &str) -> &'static [&'static str] {
    let found = RINGS.iter().find(|(known, _)| *known == ring);
    found
        .unwrap_or_else(|| panic!("the ring {ring} stands in no table"))
        .1
}

/// The sources under a folder, relative to `src`, without those that only tests are built from.
fn files(folder: &Path) -> BTreeSet<String> {
    let mut files = BTreeSet::new();
    let mut tests = BTreeSet::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|kind| kind == "rs") {
                let file = path.strip_prefix(source("")).unwrap();
                let file = file.to_str().unwrap().replace('\\', "/");
                let text = std::fs::read_to_string(&path).unwrap();
                let module = module(&file);
                tests.extend(
                    test_modules(&text)
                        .map(|name| [module.as_slice(), &[name.to_owned()]].concat()),
                );
                files.insert(file);
            }
        }
    }
    files.retain(|file| !tests.iter().any(|test| module(file).starts_with(test)));
    files
}

/// The path of a file's module within the crate.
fn module(file: &str) -> Vec<String> {
    let mut path: Vec<String> = file
        .trim_end_matches(".rs")
        .split('/')
        .map(Into::into)
        .collect();
    if path.last().is_some_and(|name| name == "mod") {
        path.pop();
    }
    path
}

/// Whether a line makes what follows a part of tests only.
fn is_for_tests(line: &str) -> bool {
    let line = line.trim();
    line == "#[cfg(test)]" || line.starts_with("#[cfg(all(test,")
}

/// The modules in files of their own that only tests are built from.
fn test_modules(text: &str) -> impl Iterator<Item = &str> {
    let lines = text.lines().zip(text.lines().skip(1));
    lines
        .filter(|(attribute, _)| is_for_tests(attribute))
        .filter_map(|(_, line)| {
            let name = line.trim().strip_suffix(';')?;
            Some(name.rsplit(' ').next().unwrap_or(name))
        })
}

/// The code of a file: without comments, and without the module of tests that ends it.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let is_module = |line: &&str| line.starts_with("mod ") && line.ends_with('{');
        if is_for_tests(line) && lines.peek().is_some_and(is_module) {
            break;
        }
        let comment = line.match_indices("//").find(|(at, _)| {
            let before = line.as_bytes().get(at.wrapping_sub(1));
            before != Some(&b':')
        });
        code.push_str(comment.map_or(line, |(at, _)| &line[..at]));
        code.push('\n');
    }
    code
}

/// What a file names at the root of the crate.
fn named(file: &str, text: &str) -> BTreeSet<String> {
    let code = code(text);
    let mut named = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        named.extend(roots(&code[at + path.len()..]));
    }
    // As many steps up as the module is deep lead to the root.
    let up = "super::".repeat(module(file).len());
    for (at, path) in code.match_indices(&up) {
        let is_whole = !code[..at].ends_with("super::");
        if is_whole {
            named.extend(roots(&code[at + path.len()..]));
        }
    }
    named
}

/// The first names of what follows a path: one, or those of a group in braces.
fn roots(rest: &str) -> Vec<String> {
    let word = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|letter| letter.is_alphanumeric() || *letter == '_')
            .collect()
    };
    let Some(group) = rest.strip_prefix('{') else {
        return vec![word(rest)];
    };
    let (mut depth, mut from, mut names) = (0, 0, Vec::new());
    for (at, letter) in group.char_indices() {
        match letter {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(word(&group[from..at]));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(word(&group[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// The names that the crate's root re-exports, with the ring that each comes from.
fn names(root: &str) -> BTreeMap<String, String> {
    let mut names = BTreeMap::new();
    for part in root.split("pub use ").skip(1) {
        let Some((ring, rest)) = part.split_once("::") else {
            continue;
        };
        let end = rest.find(';').unwrap_or(rest.len());
        for name in roots(&rest[..end]) {
            names.insert(name, ring.to_owned());
        }
    }
    names
}
