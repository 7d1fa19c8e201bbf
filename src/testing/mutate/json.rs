//! JSON, changed. A tree of its own, because an object of `serde_json` cannot hold a key twice.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde_json::Value;

use super::{Kind, Mutation, STRANGE_KEY, STRANGE_WORD, is_number, spread, tells_status};

#[derive(Clone, Debug)]
enum Tree {
    Scalar(Value),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
    /// A text that holds JSON.
    Embedded(Box<Tree>),
}

impl Tree {
    fn of(value: Value) -> Self {
        match value {
            Value::Array(list) => Self::List(list.into_iter().map(Self::of).collect()),
            Value::Object(map) => Self::Object(
                map.into_iter()
                    .map(|(key, value)| (key, Self::of(value)))
                    .collect(),
            ),
            Value::String(text) => match serde_json::from_str(&text) {
                Ok(inner @ (Value::Array(_) | Value::Object(_))) => {
                    Self::Embedded(Box::new(Self::of(inner)))
                }
                _ => Self::Scalar(Value::String(text)),
            },
            other => Self::Scalar(other),
        }
    }

    fn word() -> Self {
        Self::Scalar(Value::String(STRANGE_WORD.to_owned()))
    }

    fn write(&self, out: &mut String) {
        match self {
            Self::Scalar(value) => _ = write!(out, "{value}"),
            Self::List(list) => {
                out.push('[');
                for (at, item) in list.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    item.write(out);
                }
                out.push(']');
            }
            Self::Object(members) => {
                out.push('{');
                for (at, (key, value)) in members.iter().enumerate() {
                    out.push_str(if at > 0 { "," } else { "" });
                    let _ = write!(out, "{}:", Value::String(key.clone()));
                    value.write(out);
                }
                out.push('}');
            }
            Self::Embedded(inner) => {
                let mut text = String::new();
                inner.write(&mut text);
                let _ = write!(out, "{}", Value::String(text));
            }
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let mut out = String::new();
        self.write(&mut out);
        out.into_bytes()
    }

    /// The paths of all members of all objects: indexes from the root.
    fn members(&self, path: &mut Vec<usize>, out: &mut Vec<Vec<usize>>) {
        let children: Vec<&Tree> = match self {
            Self::Scalar(_) => return,
            Self::Embedded(inner) => vec![inner],
            Self::List(list) => list.iter().collect(),
            Self::Object(members) => members.iter().map(|(_, value)| value).collect(),
        };
        for (at, child) in children.into_iter().enumerate() {
            path.push(at);
            if matches!(self, Self::Object(_)) {
                out.push(path.clone());
            }
            child.members(path, out);
            path.pop();
        }
    }

    fn object_mut(&mut self, path: &[usize]) -> Option<&mut Vec<(String, Tree)>> {
        path.iter()
            .try_fold(self, |tree, at| match tree {
                Self::Embedded(inner) => Some(&mut **inner),
                Self::List(list) => list.get_mut(*at),
                Self::Object(members) => members.get_mut(*at).map(|(_, value)| value),
                Self::Scalar(_) => None,
            })
            .and_then(|tree| match tree {
                Self::Object(members) => Some(members),
                _ => None,
            })
    }

    fn rename_all(&mut self, from: &str) {
        match self {
            Self::Scalar(_) => {}
            Self::Embedded(inner) => inner.rename_all(from),
            Self::List(list) => list.iter_mut().for_each(|item| item.rename_all(from)),
            Self::Object(members) => {
                for (key, value) in members {
                    if key == from {
                        key.replace_range(.., STRANGE_KEY);
                    }
                    value.rename_all(from);
                }
            }
        }
    }

    fn is_filled(&self) -> bool {
        match self {
            Self::Scalar(value) => {
                !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
            }
            Self::List(list) => !list.is_empty(),
            Self::Object(members) => !members.is_empty(),
            Self::Embedded(_) => true,
        }
    }

    fn holds_number(&self) -> bool {
        match self {
            Self::Scalar(_) => self.is_numeric(),
            Self::List(list) => list.iter().any(Self::holds_number),
            Self::Object(members) => members.iter().any(|(_, value)| value.holds_number()),
            Self::Embedded(inner) => inner.holds_number(),
        }
    }

    fn is_numeric(&self) -> bool {
        match self {
            Self::Scalar(Value::Number(_)) => true,
            Self::Scalar(Value::String(text)) => is_number(text),
            _ => false,
        }
    }
}

/// Every change of a JSON text; nothing where it is none.
pub(super) fn mutations(text: &str) -> Option<Vec<Mutation>> {
    let value: Value = serde_json::from_str(text)
        .ok()
        .filter(|value: &Value| value.is_object() || value.is_array())?;
    let tree = Tree::of(value);
    let mut paths = Vec::new();
    tree.members(&mut Vec::new(), &mut paths);
    let mut out = Vec::new();
    let mut keys = BTreeSet::new();
    for path in spread(paths) {
        let Some((at, parent)) = path.split_last() else {
            continue;
        };
        let mut whole = tree.clone();
        let Some(members) = whole.object_mut(parent).cloned() else {
            continue;
        };
        let Some((key, value)) = members.get(*at) else {
            continue;
        };
        let is_single = matches!(value, Tree::Scalar(_));
        keys.insert(key.clone());
        for change in changes(&members, *at) {
            let mut with = |members: Vec<(String, Tree)>| {
                if let Some(slot) = whole.object_mut(parent) {
                    *slot = members;
                }
                whole.bytes()
            };
            let twin = change.twin.map(&mut with).unwrap_or_default();
            let bytes = with(change.members);
            let place = format!("{key} at {parent:?}");
            out.push(Mutation {
                kind: change.kind,
                place,
                bytes,
                twin,
                is_beside_number: change.is_beside_number,
                is_single,
            });
        }
    }
    for key in keys {
        let mut changed = tree.clone();
        changed.rename_all(&key);
        let (place, bytes) = (format!("every {key}"), changed.bytes());
        out.push(Mutation {
            kind: Kind::Renamed,
            place,
            bytes,
            twin: Vec::new(),
            is_beside_number: false,
            is_single: false,
        });
    }
    Some(out)
}

type Members = Vec<(String, Tree)>;

struct Change {
    kind: Kind,
    members: Members,
    twin: Option<Members>,
    is_beside_number: bool,
}

/// Every change of one member of an object.
fn changes(members: &Members, at: usize) -> Vec<Change> {
    let (key, value) = &members[at];
    let is_beside_number =
        !value.holds_number() && members.iter().any(|(_, value)| value.is_numeric());
    let change = |kind, members| Change {
        kind,
        members,
        twin: None,
        is_beside_number,
    };
    let put = |value: Tree| {
        let mut changed = members.clone();
        changed[at].1 = value;
        changed
    };
    let twice = |first: Tree, second: Tree| {
        let mut changed = put(first);
        changed.insert(at + 1, (key.clone(), second));
        changed
    };
    let without = || {
        let mut changed = members.clone();
        changed.remove(at);
        changed
    };
    let mut renamed = members.clone();
    renamed[at].0 = STRANGE_KEY.to_owned();
    let mut out = vec![change(Kind::Renamed, renamed)];
    if !value.is_filled() {
        return out;
    }
    let wrapped = |value: Tree| Tree::Object(vec![(STRANGE_KEY.to_owned(), value)]);
    match value {
        Tree::Scalar(_) => {
            out.push(change(Kind::Dropped, without()));
            out.push(change(Kind::Word, put(Tree::word())));
            out.push(change(Kind::Retyped, put(wrapped(value.clone()))));
            out.push(change(
                Kind::Retyped,
                put(Tree::List(vec![Tree::List(vec![value.clone()])])),
            ));
            let twin = Some(put(Tree::word()));
            out.push(Change {
                twin,
                ..change(Kind::Repeated, twice(value.clone(), Tree::word()))
            });
        }
        Tree::List(list) => {
            out.push(change(
                Kind::Divided,
                twice(value.clone(), Tree::List(Vec::new())),
            ));
            out.push(change(
                Kind::Divided,
                twice(Tree::List(Vec::new()), value.clone()),
            ));
            let (first, second) = list.split_at(list.len() / 2);
            out.push(change(
                Kind::Divided,
                twice(Tree::List(first.to_vec()), Tree::List(second.to_vec())),
            ));
            if members
                .iter()
                .enumerate()
                .any(|(other, (key, value))| other != at && tells_status(key) && value.is_filled())
            {
                out.push(change(Kind::ListRemoved, without()));
            }
        }
        Tree::Object(inner) => {
            out.push(change(
                Kind::Divided,
                twice(value.clone(), Tree::Object(Vec::new())),
            ));
            out.push(change(
                Kind::Divided,
                twice(Tree::Object(Vec::new()), value.clone()),
            ));
            if let [(_, only)] = inner.as_slice() {
                out.push(change(Kind::Unwrapped, put(only.clone())));
            }
        }
        Tree::Embedded(_) => {}
    }
    if !matches!(value, Tree::Scalar(_)) {
        out.push(change(Kind::Wrapped, put(wrapped(value.clone()))));
        out.push(change(Kind::Retyped, put(Tree::word())));
        out.push(change(Kind::Retyped, put(Tree::Scalar(Value::from(7)))));
    }
    out
}
