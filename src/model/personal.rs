//! Personal data: typed where a feed gives it a field ([`Personal`]), found where it hides in free text ([`FreeText`]).

use std::borrow::Cow;

use serde::{Serialize, Serializer};
use smol_str::SmolStr;

const HIDDEN: &str = "•••";

/// A name, phone number, signature or pickup code. `Debug` and JSON hide it; [`Personal::reveal`] gives it.
///
/// ```
/// use parceltrail::model::Personal;
/// let signer = Personal::new("Sample Person");
/// assert_eq!(format!("{signer:?}"), "•••");
/// assert_eq!(signer.reveal(), "Sample Person");
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Personal(SmolStr);

impl Personal {
    /// Wraps a text as personal.
    #[must_use]
    pub fn new(text: impl Into<SmolStr>) -> Self {
        Self(text.into())
    }

    /// Wraps a text as personal, unless it is empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// The text itself.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Personal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(HIDDEN)
    }
}

impl Serialize for Personal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(HIDDEN)
    }
}

/// A carrier's sentence. It may name a courier, a phone number, a pickup code: `Debug`, `Display` and JSON show it with those masked.
///
/// ```
/// use parceltrail::model::FreeText;
/// let text = FreeText::new("派送中 [张三,电话:13800000000] 取件码 12-3456");
/// assert_eq!(text.to_string(), "派送中 [•••,电话:•••] 取件码 •••");
/// assert!(text.reveal().contains("13800000000"));
/// ```
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub struct FreeText(SmolStr);

impl FreeText {
    /// Wraps a sentence.
    #[must_use]
    pub fn new(text: impl Into<SmolStr>) -> Self {
        Self(text.into())
    }

    /// The sentence trimmed, unless it is empty.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self(text.into()))
    }

    /// The sentence with personal data in it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// The sentence with names, phone numbers, addresses of e-mail and pickup codes masked.
    #[must_use]
    pub fn masked(&self) -> Cow<'_, str> {
        mask_personal(&self.0)
    }
}

impl std::fmt::Debug for FreeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}", self.masked())
    }
}

impl std::fmt::Display for FreeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(&self.masked())
    }
}

impl Serialize for FreeText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.masked())
    }
}

/// Words after which a person's name or a code stands.
const BEFORE_NAME: &[&str] = &[
    "签收人",
    "收件人",
    "寄件人",
    "快递员",
    "派件员",
    "派件人",
    "派送员",
    "收派员",
    "小哥",
    "联系人",
    "簽收人",
    "快遞員",
    "派件員",
    "派送員",
    "收派員",
    "聯絡人",
    "Signed by",
    "signed by",
    "SIGNED BY",
    "Signed for by",
    "Received by",
    "received by",
    "RECEIVED BY",
    "Courier:",
    "courier:",
    "Driver:",
    "driver:",
    "Left with",
    "LEFT WITH",
];
const BEFORE_CODE: &[&str] = &["取件码", "提货码", "验证码", "取货码", "Pickup code", "pickup code", "PIN", "OTP", "Abholcode"];

fn mask_personal(text: &str) -> Cow<'_, str> {
    // Most sentences hold neither a digit nor one of the words.
    let suspicious = text.bytes().any(|b| b.is_ascii_digit() || b == b'@') || BEFORE_NAME.iter().any(|word| text.contains(word));
    if !suspicious {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let (taken, shown) = next_piece(rest, &out);
        out.push_str(shown);
        rest = &rest[taken..];
    }
    if out == text { Cow::Borrowed(text) } else { Cow::Owned(out) }
}

/// How many bytes of `rest` to consume and what to show for them; `before` is what stands in front.
fn next_piece<'t>(rest: &'t str, before: &str) -> (usize, &'t str) {
    let ends = |words: &[&str]| words.iter().any(|word| before.trim_end_matches([' ', ':', '：', '【', '[', '是', '为']).ends_with(word));
    let starts_word = !before.ends_with(|c: char| c.is_ascii_alphanumeric());
    if starts_word {
        if ends(BEFORE_CODE)
            && let Some(len) = run(rest, |c| c.is_ascii_alphanumeric() || c == '-')
        {
            return (len, HIDDEN);
        }
        if let Some(len) = phone(rest) {
            return (len, HIDDEN);
        }
        if let Some(len) = email(rest).or_else(|| resident_id(rest)) {
            return (len, HIDDEN);
        }
    }
    if ends(BEFORE_NAME)
        && let Some(len) = name(rest)
    {
        return (len, HIDDEN);
    }
    if before.ends_with(['[', '【', '（', '('])
        && let Some(len) = run(rest, |c| ('\u{4e00}'..='\u{9fff}').contains(&c))
        && rest[len..].trim_start_matches([',', '，', ' ', ':', '：']).starts_with(['电', '手', '联', '1'])
    {
        return (len, HIDDEN);
    }
    let len = rest.chars().next().map_or(1, char::len_utf8);
    (len, &rest[..len])
}

fn run(text: &str, allowed: impl Fn(char) -> bool) -> Option<usize> {
    let len = text.find(|c| !allowed(c)).unwrap_or(text.len());
    (len > 0).then_some(len)
}

/// A Chinese mobile number (11 digits from 13 to 19), or digits in phone dress: `+49 30 …`, `400-800-0000`, `(030) …`, `95338` is not one.
fn phone(text: &str) -> Option<usize> {
    let len = text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '+' | '-' | ' ' | '(' | ')' | '/'))).unwrap_or(text.len());
    let candidate = text[..len].trim_end_matches([' ', '-', '(', ')', '/']);
    let digits = candidate.bytes().filter(u8::is_ascii_digit).count();
    let followed_by_letter = text[candidate.len()..].starts_with(|c: char| c.is_ascii_alphanumeric());
    let first_run = candidate.find(|c: char| !c.is_ascii_digit()).unwrap_or(candidate.len());
    let mobile = first_run == 11
        && candidate.starts_with('1')
        && !candidate.starts_with(['0', '2'])
        && candidate.as_bytes().get(1).is_some_and(|b| (b'3'..=b'9').contains(b));
    if mobile && !text[first_run..].starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Some(first_run);
    }
    let dressed = candidate.starts_with('+') && (8..=15).contains(&digits)
        || (9..=13).contains(&digits) && candidate.starts_with(['0', '(', '4']) && candidate.contains(['-', '/', '(']) && !is_date(candidate);
    (dressed && !followed_by_letter).then_some(candidate.len())
}

fn is_date(text: &str) -> bool {
    text.len() >= 10 && text.as_bytes()[4] == b'-' && text.as_bytes()[7] == b'-' && text[..4].bytes().all(|b| b.is_ascii_digit())
}

fn email(text: &str) -> Option<usize> {
    let len = run(text, |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '+' | '@'))?;
    let address = text[..len].trim_end_matches(['.', '-']);
    let (user, host) = address.split_once('@')?;
    (!user.is_empty() && host.contains('.')).then_some(address.len())
}

/// A Chinese resident's identity number: 17 digits that hold a date of birth, and a check character over them.
fn resident_id(text: &str) -> Option<usize> {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let (id, after) = text.split_at_checked(18)?;
    let digit = |b: u8| char::from(b).to_digit(10);
    let sum = id.bytes().zip(WEIGHTS).try_fold(0, |sum, (b, weight)| Some(sum + digit(b)? * weight))?;
    let year: u32 = id[6..10].parse().ok()?;
    let (month, day): (u32, u32) = (id[10..12].parse().ok()?, id[12..14].parse().ok()?);
    let is_date = (1900..2100).contains(&year) && (1..=12).contains(&month) && (1..=31).contains(&day);
    let check = id.bytes().last().filter(|b| b"10X98765432"[sum as usize % 11] == b.to_ascii_uppercase());
    (is_date && check.is_some() && !after.starts_with(|c: char| c.is_ascii_alphanumeric())).then_some(18)
}

/// A name: up to three words of letters, or up to four Chinese characters.
fn name(text: &str) -> Option<usize> {
    let skipped = text.len() - text.trim_start_matches([' ', ':', '：', '【', '[']).len();
    if skipped > 0 {
        return None;
    }
    if let Some(len) = run(text, |c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        let first: usize = text[..len].chars().take(4).map(char::len_utf8).sum();
        let is_word = ["已", "正", "将", "未", "本人", "拒", "不"].iter().any(|word| text.starts_with(word));
        return (!is_word).then_some(first);
    }
    let len = text.find(|c: char| !(c.is_alphabetic() || matches!(c, ' ' | '.' | '\'' | '-' | '*'))).unwrap_or(text.len());
    let words = text[..len].trim_end();
    // Carriers say so when they do not tell who it was.
    if ["individual", "agent"].iter().any(|role| words.eq_ignore_ascii_case(role)) {
        return None;
    }
    let end = words.match_indices(' ').nth(2).map_or(words.len(), |(at, _)| at);
    (end > 0).then_some(end)
}

#[cfg(test)]
mod tests {
    use super::FreeText;

    #[test]
    fn personal_data_in_sentences_is_masked() {
        let cases = [
            ("快件已签收,签收人:张三", "快件已签收,签收人:•••"),
            ("快递员 李四,手机 13912345678", "快递员 •••,手机 •••"),
            ("派送途中(派件人:李四,电话:13912345678)", "派送途中(派件人:•••,电话:•••)"),
            ("簽收人:張三", "簽收人:•••"),
            ("Signed by J. SAMPLE", "Signed by •••"),
            ("Call +1 (555) 010-0199 for help", "Call ••• for help"),
            ("Rückfragen: 0228-555-01990", "Rückfragen: •••"),
            ("write to help@example.org.", "write to •••."),
            ("订购人身份证号110101190003070010有误", "订购人身份证号•••有误"),
            ("凭取件码12-3-4567领取", "凭取件码•••领取"),
        ];
        for (text, masked) in cases {
            assert_eq!(FreeText::new(text).to_string(), masked);
        }
    }

    #[test]
    fn numbers_of_parcels_and_dates_stay() {
        for text in [
            "新单号为: SF1000000000033",
            "Forwarded as 00340434999900000013",
            "Delivery by 2025-03-06",
            "Flight LH8400, 4 pieces",
            "Customer service 95338",
            "清单 110101190003070011 已放行",
            "Delivered, Left with Individual",
            "Invoice 449000000001 missing",
        ] {
            assert_eq!(FreeText::new(text).to_string(), text);
        }
    }
}
