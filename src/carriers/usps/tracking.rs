//! Tracking API v3: one JSON a number, by pull.

mod answer;
mod faults;
mod moment;
mod names;
mod place;
mod promises;
mod read;
mod sentence;
#[cfg(test)]
mod tests;
mod words;
mod written;

use std::sync::Arc;
use std::time::Duration as StdDuration;

use http::{Method, Request};

use self::answer::Answer;
use self::faults::{by_status, fault};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, Descriptor, Fault, Mark, Outcome,
    Payload, Poll, PollContext, PollLimits, PollResponse, Query, RequestError, Token, build,
    check_count, client_credentials_form,
};
use crate::model::TrackingNumber;
use crate::wire::form::encode_query;
use crate::wire::json::{Many, One};

const PRODUCTION: &str = "https://apis.usps.com";

/// The feed `usps.tracking`. `GMTTimestamp` is the instant and `GMTOffset` the offset of the place;
/// `eventTimestamp` is local even where it carries a `Z`, and is used only where the other two are
/// missing. Some codes are made finer by the event's wording. The default answer (`expand=SUMMARY`)
/// tells its events as sentences; they are read as well.
#[derive(Debug)]
pub struct Tracking {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl Tracking {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Json(&["trackingNumber", "trackingEvents"]),
            Mark::Json(&["trackingNumber", "statusCategory"]),
            Mark::Json(&["trackingNumber", "statusSummary"]),
            Mark::Json(&["trackingNumber", "eventSummaries"]),
            Mark::Json(&[
                "trackingNumber",
                "trackingEvents",
                "trackingEvents.eventCode",
                "trackingEvents.eventTimestamp",
            ]),
            Mark::Json(&["apiVersion", "error"]),
            Mark::Json(&["error", "error_description", "error_uri"]),
        ];
        let descriptor = Descriptor::new("usps.tracking", "USPS Tracking API v3")
            .with_clock(Clock::Mixed)
            .with_marks(MARKS);
        Self { descriptor, codes }
    }
}

impl Adapter for Tracking {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        if let Some(told) = faults::oauth(&text) {
            tell(&mut out, &told, None);
            return Ok(out.finish());
        }
        // One object; a list of them where several numbers were asked.
        let answers: Many<Answer<'_>> = out.json_any(&text)?;
        if answers.items.is_empty() && !text.trim_start().starts_with('[') {
            return Err(out.shape("trackingNumber", "the number of a mail piece"));
        }
        out.lost_elements(&answers, "the document", None);
        let table = self.codes.vocabulary("event");
        for answer in answers.iter() {
            match fault(answer, &text) {
                Some(told) => tell(&mut out, &told, answer.number.get()),
                None => read::read(&mut out, table, answer),
            }
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

/// An error as a notice.
fn tell(out: &mut Collector<'_>, (outcome, fault): &(Outcome, Fault), number: Option<&str>) {
    let notice = out.new_notice(outcome.notice_kind(), fault.message.reveal());
    let number = number.and_then(TrackingNumber::parse);
    out.notice(notice.about(number.as_ref()).at("error").value(&fault.code));
}

impl Poll for Tracking {
    /// One number a request, and 60 requests an hour for a new account.
    fn limits(&self) -> PollLimits {
        PollLimits {
            max_numbers: 1,
            pause: Some(StdDuration::from_secs(60)),
            per_day: None,
        }
    }

    fn credentials(&self) -> &'static [&'static str] {
        &["client_id", "client_secret"]
    }

    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let Some(asked) = query.requests.first() else {
            return Err(RequestError::Numbers { asked: 0, most: 1 });
        };
        let uri = format!(
            "{}/tracking/v3/tracking/{}?expand=DETAIL",
            context.base_or(PRODUCTION),
            encode_query(asked.number.as_str())
        );
        let bearer = context.bearer()?;
        build(
            Method::GET,
            &uri,
            &[("authorization", &bearer), ("accept", "application/json")],
            Vec::new(),
        )
    }

    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        let text = String::from_utf8_lossy(reply.body);
        let answer = serde_json::from_str::<One<Answer<'_>>>(&text)
            .ok()
            .and_then(|answer| answer.0)
            .unwrap_or_default();
        match (reply.status, fault(&answer, &text)) {
            // A web page or nothing in a 200 is no answer of the post: what stands before it is
            // down.
            (200..=299, None)
                if text.trim_start().is_empty() || text.trim_start().starts_with('<') =>
            {
                Outcome::RetryAfter(reply.retry_after())
            }
            // A list may hold one number's error beside another's events.
            (200..=299, Some((outcome, _))) if !text.trim_start().starts_with('[') => outcome,
            (200..=299, _) => Outcome::Found,
            // OAuth's word says more than its status, the others' status more than their code.
            (status @ (408 | 429 | 500..=599), _) => {
                by_status(status, &Fault::status(status), reply.retry_after())
            }
            (_, Some((outcome, _)))
                if answer.error.get().is_none() && answer.fault.get().is_none() =>
            {
                outcome
            }
            (status, Some((_, fault))) => by_status(status, &fault, reply.retry_after()),
            (status, None) => by_status(status, &Fault::status(status), reply.retry_after()),
        }
    }

    fn token_request(
        &self,
        context: &PollContext<'_>,
    ) -> Result<Option<Request<Vec<u8>>>, RequestError> {
        let uri = format!("{}/oauth2/v3/token", context.base_or(PRODUCTION));
        let body = client_credentials_form(context, &[("scope", "tracking")])?;
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "application/json"),
        ];
        build(Method::POST, &uri, &headers, body).map(Some)
    }

    fn token(&self, reply: &PollResponse<'_>) -> Option<Token> {
        Token::from_oauth(reply.body)
    }
}
