//! Bytes to text. Feeds are taken as bytes because only they know their encoding: a mark, a
//! declaration, UTF-8, or GBK from China.

use std::borrow::Cow;

use encoding_rs::{Encoding, GB18030, UTF_8};

/// Text, and what had to be assumed to read it.
pub(crate) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    /// The encoding that was assumed without being stated, if one was.
    pub assumed: Option<&'static str>,
    /// Whether characters were lost.
    pub damaged: bool,
}

/// Reads `bytes` by byte order mark, else as UTF-8, else as the XML declaration says, else as
/// GB18030 (of which GBK and GB2312 are parts), else as UTF-8 with replacement characters.
///
/// Valid UTF-8 beats a declaration: middlemen re-encode messages and leave the declaration as it
/// was.
pub(crate) fn decode(bytes: &[u8]) -> Decoded<'_> {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        let (text, damaged) = encoding.decode_without_bom_handling(&bytes[mark..]);
        return Decoded {
            text,
            assumed: None,
            damaged,
        };
    }
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return Decoded {
            text: text.into(),
            assumed: None,
            damaged: false,
        };
    }
    if let Some(encoding) = declared(bytes).filter(|encoding| *encoding != UTF_8) {
        let (text, damaged) = encoding.decode_without_bom_handling(bytes);
        return Decoded {
            text,
            assumed: None,
            damaged,
        };
    }
    match GB18030.decode_without_bom_handling_and_without_replacement(bytes) {
        Some(text) => Decoded {
            text,
            assumed: Some("GB18030"),
            damaged: false,
        },
        None => Decoded {
            text: String::from_utf8_lossy(bytes),
            assumed: None,
            damaged: true,
        },
    }
}

/// `str::trim`, quick where there is nothing to trim.
pub(crate) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        [first, .., last] if first.is_ascii_graphic() && last.is_ascii_graphic() => text,
        [only] if only.is_ascii_graphic() => text,
        _ => text.trim(),
    }
}

/// The encoding that an XML declaration names, in either quote.
fn declared(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(256)];
    if !head.trim_ascii_start().starts_with(b"<?xml") {
        return None;
    }
    let head = String::from_utf8_lossy(head);
    let declaration = &head[..head.find("?>")?];
    let value = declaration
        .split_once("encoding")?
        .1
        .trim_start()
        .strip_prefix('=')?
        .trim_start();
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    Encoding::for_label(value[1..].split(quote).next()?.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_told_by_mark_declaration_or_shape() {
        let gbk = encoding_rs::GBK
            .encode("<?xml version=\"1.0\" encoding='GBK'?><a>放行</a>")
            .0
            .into_owned();
        assert!(decode(&gbk).text.contains("放行"));
        assert_eq!(decode(&gbk).assumed, None);
        let bare = encoding_rs::GBK
            .encode("{\"remark\":\"已签收\"}")
            .0
            .into_owned();
        assert!(decode(&bare).text.contains("已签收"));
        assert_eq!(decode(&bare).assumed, Some("GB18030"));
        assert_eq!(decode(b"\xef\xbb\xbf{}").text, "{}");
        assert_eq!(decode(b"\xff\xfe{\0}\0").text, "{}");
        assert!(decode(b"{\"a\":\"\xff\xff\xff\"}").damaged);
        assert!(
            decode("<?xml version=\"1.0\" encoding=\"GB2312\"?><a>放行</a>".as_bytes())
                .text
                .contains("放行")
        );
    }
}
