//! What both route queries need to ask.

use base64::Engine as _;
use md5::{Digest, Md5};

use crate::adapter::{Asked, RequestError};

pub(super) const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// Base64 of the raw MD5.
pub(super) fn digest(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(Md5::digest(text.as_bytes()))
}

/// The last digits of phones in the order of the numbers; none when no number has one.
pub(super) fn phones(numbers: &[Asked]) -> Result<Option<String>, RequestError> {
    let suffix = |asked: &Asked| asked.phone_suffix.as_ref().map_or(String::new(), |suffix| suffix.reveal().to_owned());
    let given: Vec<String> = numbers.iter().map(suffix).collect();
    if given.iter().all(String::is_empty) {
        return Ok(None);
    }
    let is_suffix = |text: &String| text.is_empty() || text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit());
    if given.iter().all(is_suffix) { Ok(Some(given.join(","))) } else { Err(RequestError::Unfit("a phone's last digits that are not four")) }
}

/// One of the languages that SF knows: English for those that it does not.
pub(super) fn language(asked: Option<&str>) -> &'static str {
    match asked.unwrap_or("zh-CN") {
        "zh-TW" => "zh-TW",
        "zh-HK" => "zh-HK",
        "zh-MO" => "zh-MO",
        other if other.starts_with("zh") => "zh-CN",
        _ => "en",
    }
}
