//! `application/x-www-form-urlencoded`, as Java's `URLEncoder` writes it and carriers in China sign
//! it.

use std::fmt::Write as _;

/// Encodes by the rules of Java's `URLEncoder`: blank → `+`; letters, digits and `*-_.` stay; the
/// rest as upper-case `%XX` of UTF-8.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3 / 2);
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'*' | b'-' | b'_' | b'.' => {
                out.push(char::from(byte))
            }
            b' ' => out.push('+'),
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// Percent-encodes a path segment or query value: like [`encode`], but a blank is `%20` and `*` is
/// escaped too.
pub(crate) fn encode_query(text: &str) -> String {
    encode(text).replace('+', "%20").replace('*', "%2A")
}

/// `a=b&c=d` of encoded pairs.
pub(crate) fn pairs<'a>(fields: impl IntoIterator<Item = (&'a str, &'a str)>) -> String {
    let mut out = String::new();
    for (name, value) in fields {
        if !out.is_empty() {
            out.push('&');
        }
        out.push_str(&encode(name));
        out.push('=');
        out.push_str(&encode(value));
    }
    out
}

/// The decoded bytes of a field of a form body.
pub(crate) fn field(body: &[u8], name: &str) -> Option<Vec<u8>> {
    body.split(|b| *b == b'&').find_map(|pair| {
        let at = pair.iter().position(|b| *b == b'=')?;
        (decode(&pair[..at]) == name.as_bytes()).then(|| decode(&pair[at + 1..]))
    })
}

/// Undoes the encoding; an escape that is none stays as it is.
fn decode(bytes: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        rest = tail;
        match (first, tail) {
            (b'+', _) => out.push(b' '),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push(high << 4 | low);
                    rest = after;
                }
                _ => out.push(b'%'),
            },
            _ => out.push(first),
        }
    }
    out
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit)
        .to_digit(16)
        .and_then(|n| u8::try_from(n).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_round_trips() {
        let text = "{\"mailNo\":\"SF1000000000017\",\"备注\":\"a b*-_.~\"}";
        let body = format!("x=1&content={}", encode(text));
        assert_eq!(
            field(body.as_bytes(), "content"),
            Some(text.as_bytes().to_vec())
        );
        assert!(encode(text).contains("a+b*-_.%7E"));
        assert_eq!(field(b"content=%zz%4", "content"), Some(b"%zz%4".to_vec()));
        assert_eq!(pairs([("a", "b c"), ("d", "&")]), "a=b+c&d=%26");
        assert_eq!(encode_query("a b*"), "a%20b%2A");
    }
}
