//! Asking: one number a request, further results by offset.

use http::{Method, Request};

use super::super::problem;
use super::Unified;
use super::wire::Answer;
use crate::adapter::{
    Outcome, Page, Poll, PollContext, PollLimits, PollResponse, Query, RequestError, build,
    check_count,
};
use crate::model::Country;
use crate::wire::form::encode_query;
use crate::wire::json::One;

pub(super) const PRODUCTION: &str = "https://api-eu.dhl.com";

impl Poll for Unified {
    fn limits(&self) -> PollLimits {
        PollLimits {
            max_numbers: 1,
            pause: Some(std::time::Duration::from_secs(5)),
            per_day: Some(250),
        }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["api_key"]
    }

    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let [asked] = query.requests else {
            return Err(RequestError::Numbers {
                asked: query.requests.len(),
                most: 1,
            });
        };
        let headers = [
            ("dhl-api-key", context.credential("api_key")?),
            ("accept", "application/json"),
        ];
        let base = context.base_or(PRODUCTION);
        let mut uri = format!(
            "{base}/track/shipments?trackingNumber={}",
            encode_query(asked.number.as_str())
        );
        let options = [
            ("service", asked.service.as_deref()),
            (
                "originCountryCode",
                asked.origin.as_ref().map(Country::as_str),
            ),
            ("recipientPostalCode", asked.postcode.as_deref()),
            ("language", query.language),
            ("offset", query.page.map(|page| page.0.as_str())),
        ];
        for (name, value) in options {
            if let Some(value) = value {
                uri.push_str(&format!("&{name}={}", encode_query(value)));
            }
        }
        build(Method::GET, &uri, &headers, Vec::new())
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        if matches!(reply.status, 408 | 425 | 429 | 500..=599) {
            return Outcome::RetryAfter(reply.retry_after());
        }
        let is_good = (200..=299).contains(&reply.status);
        let http = if is_good { 0 } else { reply.status };
        let Ok(answer) = serde_json::from_slice::<One<Answer<'_>>>(reply.body) else {
            // A page or half an answer under a good status is a passing fault.
            return if is_good {
                Outcome::RetryAfter(None)
            } else {
                problem::by_status(http, None, "")
            };
        };
        let answer = answer.0.unwrap_or_default();
        match &answer.shipments {
            Some(list) if is_good => {
                let is_empty = list.items.is_empty() && list.malformed == 0;
                if is_empty && answer.other_services().next().is_none() {
                    Outcome::NotFound
                } else {
                    Outcome::Found
                }
            }
            _ if is_good && answer.scope.get().is_some() => Outcome::Found,
            _ => problem::outcome_of(reply.body, http).unwrap_or_else(|| match http {
                0 => Outcome::Found,
                status => problem::by_status(status, None, ""),
            }),
        }
    }

    /// The offset of the next page: only that is taken from the carrier's link, so that a request
    /// never leaves the host it was meant for.
    fn next_page(&self, reply: &PollResponse<'_>) -> Option<Page> {
        read(reply)?.next_offset().map(|offset| Page(offset.into()))
    }
}

fn read<'r>(reply: &PollResponse<'r>) -> Option<Answer<'r>> {
    serde_json::from_slice::<One<Answer<'_>>>(reply.body)
        .ok()?
        .0
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::HeaderMap;

    use super::*;
    use crate::TrackingNumber;
    use crate::adapter::{Credentials, Fault, TrackRequest};

    fn feed() -> Unified {
        Unified::new(crate::carriers::dhl::PACK.codes().into())
    }

    fn reply<'a>(status: u16, headers: &'a HeaderMap, body: &'a str) -> PollResponse<'a> {
        PollResponse {
            status,
            headers,
            body: body.as_bytes(),
            received: Default::default(),
        }
    }

    fn context(credentials: &Credentials) -> PollContext<'_> {
        PollContext {
            now: Default::default(),
            request_id: "",
            credentials,
            token: None,
            base: None,
        }
    }

    #[test]
    fn a_request_carries_the_key_and_what_is_known_of_the_parcel() {
        let credentials = Credentials::default().with("api_key", "sample-key");
        let mut asked = TrackRequest::new(TrackingNumber::new("00340434999900000013"));
        asked.service = Some("parcel-de".into());
        asked.origin = Country::from_alpha2("DE");
        asked.postcode = Some("53 113".into());
        let numbers = [asked];
        let page = Page("5".into());
        let query = Query {
            page: Some(&page),
            language: Some("de"),
            ..Query::new(&numbers)
        };
        let request = feed().request(&query, &context(&credentials)).unwrap();
        assert_eq!(request.method(), Method::GET);
        assert_eq!(
            request.uri().to_string(),
            "https://api-eu.dhl.com/track/shipments?trackingNumber=00340434999900000013&service=parcel-de&originCountryCode=DE\
             &recipientPostalCode=53%20113&language=de&offset=5"
        );
        assert_eq!(request.headers()["dhl-api-key"], "sample-key");
        assert!(request.headers()["dhl-api-key"].is_sensitive());
        assert_eq!(request.headers()["accept"], "application/json");
        assert!(request.body().is_empty());
        let elsewhere = PollContext {
            base: Some("https://api-sandbox.dhl.com/"),
            ..context(&credentials)
        };
        let request = feed().request(&Query::new(&numbers), &elsewhere).unwrap();
        assert!(
            request
                .uri()
                .to_string()
                .starts_with("https://api-sandbox.dhl.com/track/shipments?")
        );
    }

    #[test]
    fn one_number_and_a_key_are_needed() {
        let number = TrackRequest::new(TrackingNumber::new("7100000040"));
        let two = [number.clone(), number.clone()];
        let credentials = Credentials::default();
        let ask = |numbers: &[TrackRequest]| {
            feed()
                .request(&Query::new(numbers), &context(&credentials))
                .unwrap_err()
        };
        assert_eq!(ask(&[]), RequestError::Numbers { asked: 0, most: 1 });
        assert_eq!(ask(&two), RequestError::Numbers { asked: 2, most: 1 });
        assert_eq!(ask(&[number]), RequestError::MissingCredential("api_key"));
    }

    #[test]
    fn every_class_of_answer_has_its_outcome() {
        let mut headers = HeaderMap::new();
        let of =
            |status, body: &str, headers: &HeaderMap| feed().outcome(&reply(status, headers, body));
        let problem = r#"{"title":"T","status":0,"detail":"said"}"#;
        assert_eq!(
            of(
                200,
                r#"{"shipments":[{"id":"1","service":"express"}]}"#,
                &headers
            ),
            Outcome::Found
        );
        assert_eq!(of(200, r#"{"shipments":[]}"#, &headers), Outcome::NotFound);
        let elsewhere = r#"{"shipments":[],"possibleAdditionalShipmentsUrl":["/shipments?trackingNumber=1&service=freight"]}"#;
        assert_eq!(of(200, elsewhere, &headers), Outcome::Found);
        assert_eq!(of(200, "<html>", &headers), Outcome::RetryAfter(None));
        assert_eq!(
            of(200, r#"{"shipments":[{"id""#, &headers),
            Outcome::RetryAfter(None)
        );
        assert_eq!(
            of(
                200,
                r#"{"title":"No result found","status":404,"detail":"No shipment"}"#,
                &headers
            ),
            Outcome::NotFound
        );
        assert_eq!(
            of(403, "<html>", &headers),
            Outcome::Refused(Fault::new("403", ""))
        );
        assert_eq!(of(404, problem, &headers), Outcome::NotFound);
        assert_eq!(of(401, problem, &headers), Outcome::Reauthorise);
        assert_eq!(
            of(403, problem, &headers),
            Outcome::Refused(Fault::new("403", "said"))
        );
        for status in [400, 405, 415] {
            assert_eq!(
                of(status, problem, &headers),
                Outcome::Invalid(Fault::new(&status.to_string(), "said"))
            );
        }
        assert_eq!(of(429, "", &headers), Outcome::RetryAfter(None));
        assert_eq!(of(503, "", &headers), Outcome::RetryAfter(None));
        headers.insert("retry-after", "7".parse().unwrap());
        assert_eq!(
            of(429, "", &headers),
            Outcome::RetryAfter(Some(Duration::from_secs(7)))
        );
    }

    #[test]
    fn paging_goes_forward_and_ends() {
        let headers = HeaderMap::new();
        let page = |urls: &str, shipments: &str| {
            feed().next_page(&reply(
                200,
                &headers,
                &format!("{{{urls},\"shipments\":[{shipments}]}}"),
            ))
        };
        let one = r#"{"id":"1","service":"express"}"#;
        let next = r#""url":"/shipments?trackingNumber=1&offset=0","nextUrl":"/shipments?trackingNumber=1&offset=5""#;
        assert_eq!(page(next, one), Some(Page("5".into())));
        assert_eq!(page(next, ""), None);
        // The last page links to a next one all the same.
        assert_eq!(
            page(
                &format!(r#"{next},"lastUrl":"/shipments?trackingNumber=1&offset=0""#),
                one
            ),
            None
        );
        assert_eq!(
            page(
                r#""url":"/shipments?offset=5","nextUrl":"/shipments?offset=5""#,
                one
            ),
            None
        );
        assert_eq!(
            page(
                r#""nextUrl":"https://elsewhere.example/?offset=1%26x""#,
                one
            ),
            None
        );
        assert_eq!(page(r#""nextUrl":"/shipments?myoffset=5""#, one), None);
    }
}
