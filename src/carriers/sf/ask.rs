//! What both route queries need to ask.

use base64::Engine as _;
use md5::{Digest, Md5};

use crate::adapter::{RequestError, TrackRequest};

pub(super) const FORM: &str = "application/x-www-form-urlencoded; charset=UTF-8";

/// Base64 of the raw MD5.
pub(super) fn digest(text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(Md5::digest(text.as_bytes()))
}

/// The last digits of phones in the order of the numbers; none when no number has one.
pub(super) fn phones(numbers: &[TrackRequest]) -> Result<Option<String>, RequestError> {
    let suffix = |asked: &TrackRequest| {
        asked
            .phone_suffix
            .as_ref()
            .map_or(String::new(), |suffix| suffix.reveal().to_owned())
    };
    let given: Vec<String> = numbers.iter().map(suffix).collect();
    if given.iter().all(String::is_empty) {
        return Ok(None);
    }
    let is_suffix = |text: &String| {
        text.is_empty() || text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())
    };
    if given.iter().all(is_suffix) {
        Ok(Some(given.join(",")))
    } else {
        Err(RequestError::Unfit(
            "a phone's last digits that are not four",
        ))
    }
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

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::adapter::{Credentials, PollContext, PollResponse};
    use crate::model::{Personal, TrackingNumber};
    use http::HeaderMap;

    pub fn asked(number: &str, phone: &str) -> TrackRequest {
        TrackRequest {
            phone_suffix: Personal::parse(phone),
            ..TrackRequest::new(TrackingNumber::new(number))
        }
    }

    pub fn context(credentials: &Credentials) -> PollContext<'_> {
        let now = "2025-03-01T00:00:00Z".parse().unwrap();
        PollContext {
            now,
            request_id: "0123456789abcdef0123456789abcdef",
            credentials,
            token: None,
            base: None,
        }
    }

    pub fn reply<'a>(status: u16, headers: &'a HeaderMap, body: &'a str) -> PollResponse<'a> {
        PollResponse {
            status,
            headers,
            body: body.as_bytes(),
            received: Default::default(),
        }
    }

    #[test]
    fn phones_stand_in_the_order_of_the_numbers() {
        assert_eq!(phones(&[asked("A", ""), asked("B", "")]), Ok(None));
        assert_eq!(
            phones(&[asked("A", "1234"), asked("B", ""), asked("C", "0000")]),
            Ok(Some("1234,,0000".into()))
        );
        assert!(phones(&[asked("A", "12345")]).is_err());
        assert!(phones(&[asked("A", "12a4")]).is_err());
    }

    #[test]
    fn languages_are_those_that_sf_knows() {
        assert_eq!(
            [None, Some("zh-TW"), Some("zh"), Some("en-GB"), Some("de")].map(language),
            ["zh-CN", "zh-TW", "zh-CN", "en", "en"]
        );
    }
}
