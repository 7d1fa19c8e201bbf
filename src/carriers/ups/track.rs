//! The Tracking API: JSON by number, asked with an OAuth token.

mod answer;
mod current;
mod extras;
mod promises;
mod read;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::{Method, Request};

use self::answer::Answer;
use super::meaning::Tables;
use super::{account, faults};
use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, Descriptor, Fault, Mark, NoticeKind,
    Outcome, Payload, Poll, PollContext, PollLimits, PollResponse, Query, RequestError, Token,
    check_count,
};
use crate::carriers::partner;
use crate::wire::form::encode_query;
use crate::wire::json::One;

/// The feed `ups.track`: a snapshot of every package of one shipment.
///
/// Clock: date and time are local to the place; the same moment in GMT stands beside them, with the
/// offset or without. Events of old data have the local time alone. Times of delivery are promised
/// in the destination's local time.
///
/// Quirks: "not found" is an HTTP 200 with the warning TW0001; the number of packages told may
/// exceed those returned ([`NoticeKind::Incomplete`]); a [`Page`](crate::adapter::Page) with an
/// offset asks for all packages of the shipment, 50 at a time.
#[derive(Debug)]
pub struct Track {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Track {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["trackResponse"]),
            Mark::Json(&["trackResponse", "trackResponse.shipment"]),
            Mark::Json(&["response", "response.errors", "response.errors.code"]),
        ];
        Self {
            descriptor: Descriptor::new("ups.track", "UPS Tracking API")
                .with_marks(MARKS)
                .with_partner(partner),
            codes,
        }
    }
}

impl Adapter for Track {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let answer: One<Answer<'_>> = out.json_any(&text)?;
        let Some(response) = answer.get().and_then(|answer| answer.response.get()) else {
            let faults = faults::read(&text);
            if faults.is_empty() && answer.get().is_some() {
                out.notice(
                    out.own_notice(NoticeKind::NotFound, "the answer holds no shipment")
                        .at("trackResponse"),
                );
                return Ok(out.finish());
            }
            if faults.is_empty() {
                return Err(out.shape(
                    "trackResponse.shipment",
                    "the shipments of a tracking answer",
                ));
            }
            faults::notices(
                &mut out,
                faults,
                "response.errors",
                None,
                &Outcome::Invalid(Fault::status(400)),
            );
            return Ok(out.finish());
        };
        out.lost_elements(&response.shipments, "shipment", None);
        if response.shipments.items.is_empty() {
            out.notice(
                out.own_notice(NoticeKind::NotFound, "the answer holds no shipment")
                    .at("shipment"),
            );
        }
        let tables = Tables::of(&self.codes);
        let mut found = Vec::new();
        for shipment in response.shipments.iter() {
            read::read_shipment(&mut out, &tables, shipment, &mut found);
        }
        read::tell_apart(&mut out, &mut found);
        found.into_iter().for_each(|shipment| out.push(shipment));
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

impl Poll for Track {
    fn limits(&self) -> PollLimits {
        PollLimits::numbers(1)
    }

    fn credentials(&self) -> &'static [&'static str] {
        account::CREDENTIALS
    }

    fn optional_credentials(&self) -> &'static [&'static str] {
        &["merchant_id"]
    }

    /// One number; with a page, all packages of its shipment from that offset.
    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let Some(asked) = query.requests.first() else {
            return Err(RequestError::Unfit("no number"));
        };
        let number = asked.number.as_str();
        if !(7..=34).contains(&number.chars().count()) {
            return Err(RequestError::Unfit(
                "a number of less than 7 or more than 34 characters",
            ));
        }
        let (host, number, locale) = (
            account::host(context),
            encode_query(number),
            account::locale(query.language),
        );
        let uri = match query.page {
            None => format!(
                "{host}/api/track/v1/details/{number}?locale={}&returnSignature=false&returnMilestones=false&returnPOD=false",
                encode_query(&locale)
            ),
            Some(page) => {
                let offset = page
                    .0
                    .parse::<u32>()
                    .map_err(|_| RequestError::Unfit("a page that is no offset"))?;
                format!(
                    "{host}/api/track/v1/shipment/details/{number}?locale={}&offset={offset}&count=50",
                    encode_query(&locale)
                )
            }
        };
        account::request(context, Method::GET, &uri, Vec::new())
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        let by_status = reply.outcome_by_status();
        if !matches!(by_status, Outcome::Found) {
            return faults::of_body(reply.body, by_status);
        }
        let answer = serde_json::from_slice::<One<Answer<'_>>>(reply.body);
        let Ok(answer) = answer else {
            // A web page or nothing in a 200 passes; broken JSON is for the decoder to tell.
            return if faults::is_no_answer(reply.body) {
                Outcome::RetryAfter(reply.retry_after())
            } else {
                Outcome::Found
            };
        };
        let Some(response) = answer.get().and_then(|answer| answer.response.get()) else {
            let empty = if answer.get().is_some() {
                Outcome::NotFound
            } else {
                Outcome::Found
            };
            return faults::of_body(reply.body, empty);
        };
        if response
            .shipments
            .iter()
            .any(|shipment| !shipment.packages.items.is_empty())
        {
            return Outcome::Found;
        }
        let mut warnings = response
            .shipments
            .iter()
            .flat_map(|shipment| shipment.warnings.iter());
        let faults = warnings
            .by_ref()
            .map(|warning| Fault::new(warning.code.or_empty(), warning.message.or_empty()));
        faults
            .map(|fault| faults::outcome(fault, Outcome::NotFound))
            .find(|outcome| *outcome != Outcome::NotFound)
            .unwrap_or(Outcome::NotFound)
    }

    fn token_request(
        &self,
        context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        account::token_request(context).map(Some)
    }

    fn token(&self, reply: &PollResponse<'_>) -> Option<Token> {
        Token::from_oauth(reply.body)
    }
}
