//! The files of the simulator import one another in one direction only.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

const ROOT: &str = "../../src/testing/simulator";

/// The names after each `prefix`: `super::a::b` and `super::{a, b::c}`.
fn imports(text: &str, prefix: &str) -> Vec<String> {
    let ident = |text: &str| -> String {
        text.trim_start()
            .chars()
            .take_while(|c| c.is_alphanumeric() || *c == '_')
            .collect()
    };
    text.match_indices(prefix)
        .flat_map(|(at, _)| {
            let rest = &text[at + prefix.len()..];
            match rest.strip_prefix('{') {
                Some(list) => list
                    .split('}')
                    .next()
                    .unwrap_or_default()
                    .split(',')
                    .map(ident)
                    .collect(),
                None => vec![ident(rest)],
            }
        })
        .collect()
}

/// The code of a file, without its comments and tests.
fn code(path: &Path) -> String {
    let text = std::fs::read_to_string(path).unwrap();
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    code.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .map(|line| format!("{line}\n"))
        .collect()
}

fn modules(directory: &Path, within: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut graph = BTreeMap::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if path.is_dir() {
            graph.extend(modules(&path, &format!("{stem}::")));
            continue;
        }
        let text = code(&path);
        let mut used: BTreeSet<String> = imports(&text, "simulator::").into_iter().collect();
        let siblings = imports(&text, "super::");
        let name = if stem != "mod" {
            used.extend(siblings.iter().map(|name| format!("{within}{name}")));
            format!("{within}{stem}")
        } else if within.is_empty() {
            // It only declares and exports the others.
            continue;
        } else {
            used.extend(siblings);
            let children = text.lines().filter_map(|line| line.strip_prefix("mod "));
            used.extend(children.map(|name| format!("{within}{}", name.trim_end_matches(';'))));
            within.trim_end_matches("::").to_owned()
        };
        graph.insert(name, used);
    }
    graph
}

#[test]
fn no_file_is_imported_by_what_it_imports() {
    let mut graph = modules(Path::new(ROOT), "");
    let names: BTreeSet<String> = graph.keys().cloned().collect();
    for used in graph.values_mut() {
        used.retain(|name| names.contains(name));
    }
    assert!(
        names.contains("wire::contract") && names.len() > 20,
        "{names:?}"
    );
    assert!(graph["server"].contains("wire") && graph["world"].contains("wire"));
    assert!(graph["wire"].contains("wire::dhl"));
    for data in ["carrier", "fault", "clock", "truth", "quota", "hook"] {
        assert!(graph[data].is_empty(), "{data} is plain data: {graph:?}");
    }
    while !graph.is_empty() {
        let free: Vec<String> = graph
            .iter()
            .filter(|(_, used)| used.is_empty())
            .map(|(name, _)| name.clone())
            .collect();
        assert!(!free.is_empty(), "a ring of imports: {graph:#?}");
        for name in free {
            graph.remove(&name);
            graph.values_mut().for_each(|used| _ = used.remove(&name));
        }
    }
}
