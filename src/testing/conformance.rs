//! The conformance suite: what the adapter contract demands, checked on an adapter and its samples.

use std::panic::{AssertUnwindSafe, catch_unwind};

use chrono::{DateTime, Utc};
use http::HeaderMap;

use super::{distort, loss, mutate};
use crate::adapter::{
    Adapter, Batch, Credentials, DecodeError, DecodeErrorKind, Disposition, NoticeKind, Outcome,
    Payload, Poll, PollContext, PollResponse, Proof, Query, RequestError, TrackRequest, Webhook,
    WebhookCall,
};
use crate::model::{Confidence, Event, Milestone, TimeKind, TrackingNumber};

/// One demand of the contract that an adapter does not meet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The demand, in a few words.
    pub rule: &'static str,
    /// The sample that shows it, where one does.
    pub sample: String,
    /// What was seen.
    pub detail: String,
}

/// Runs an adapter through the contract.
///
/// ```
/// use parceltrail::testing::Conformance;
/// let registry = parceltrail::Registry::builtin();
/// let sample = br#"{"shipments":[{"id":"7100000042","service":"express","events":[{"timestamp":"2025-03-06T11:40:00","status":"OK"}]}]}"#;
/// Conformance::of(registry.get("dhl.unified").unwrap()).sample("delivered", sample).assert();
/// ```
#[derive(Debug)]
pub struct Conformance<'a> {
    adapter: &'a dyn Adapter,
    samples: Vec<(String, Vec<u8>)>,
    violations: Vec<Violation>,
}

/// The most examples of one violation that are shown.
const MOST_SHOWN: usize = 12;

fn received() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap_or_default()
}

impl<'a> Conformance<'a> {
    /// The suite for an adapter. Give it samples: the more of them, the more is checked.
    #[must_use]
    pub fn of(adapter: &'a dyn Adapter) -> Self {
        Self {
            adapter,
            samples: Vec::new(),
            violations: Vec::new(),
        }
    }

    /// Adds a payload that the adapter reads.
    #[must_use]
    pub fn sample(mut self, name: impl Into<String>, bytes: impl Into<Vec<u8>>) -> Self {
        self.samples.push((name.into(), bytes.into()));
        self
    }

    /// Runs everything and panics with all violations, if there are any.
    ///
    /// # Panics
    /// When the adapter does not meet the contract.
    pub fn assert(self) {
        let feed = self.adapter.descriptor().feed.clone();
        let violations = self.run();
        let list: Vec<String> = violations
            .iter()
            .map(|one| format!("- {} [{}]: {}", one.rule, one.sample, one.detail))
            .collect();
        assert!(
            violations.is_empty(),
            "{feed} does not meet the contract:\n{}",
            list.join("\n")
        );
    }

    /// Runs everything and returns the violations.
    #[must_use]
    pub fn run(mut self) -> Vec<Violation> {
        let samples = std::mem::take(&mut self.samples);
        for (name, bytes) in &samples {
            self.check_sample(name, bytes);
            self.check_distorted(name, bytes);
            self.check_losses(name, bytes);
        }
        for (at, bytes) in distort::nonsense().iter().enumerate() {
            let name = format!("nonsense {at}");
            if let Some(batch) = self.decode(&name, bytes) {
                self.demand_told(&name, &batch);
            }
        }
        self.expect_empty_is_an_error();
        if let Some(poll) = self.adapter.as_poll() {
            self.check_poll(poll);
        }
        if let Some(webhook) = self.adapter.as_webhook() {
            self.check_webhook(webhook);
        }
        self.violations
    }

    fn violation(&mut self, rule: &'static str, sample: &str, detail: impl Into<String>) {
        // One witness a rule and sample is enough to act on.
        if !self
            .violations
            .iter()
            .any(|one| one.rule == rule && one.sample == sample)
        {
            self.violations.push(Violation {
                rule,
                sample: sample.to_owned(),
                detail: detail.into(),
            });
        }
    }

    fn demand(
        &mut self,
        holds: bool,
        rule: &'static str,
        sample: &str,
        detail: impl FnOnce() -> String,
    ) {
        if !holds {
            self.violation(rule, sample, detail());
        }
    }

    /// Decodes; a panic is a violation.
    fn decode(&mut self, sample: &str, bytes: &[u8]) -> Option<Batch> {
        self.decoded(sample, bytes)?.ok()
    }

    /// Decodes, errors included; a panic is a violation.
    fn decoded(&mut self, sample: &str, bytes: &[u8]) -> Option<Result<Batch, DecodeError>> {
        let adapter = self.adapter;
        match catch_unwind(AssertUnwindSafe(|| {
            adapter.decode(Payload::new(bytes, received()))
        })) {
            Ok(result) => Some(result),
            Err(_) => {
                let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned();
                self.violation("never panics", sample, shown);
                None
            }
        }
    }

    fn check_sample(&mut self, name: &str, bytes: &[u8]) {
        let Some(batch) = self.decode(name, bytes) else {
            self.violation("reads its samples", name, "the sample gives an error");
            return;
        };
        self.demand_told(name, &batch);
        let again = self.decode(name, bytes);
        self.demand(
            again.as_ref() == Some(&batch),
            "is pure: the same bytes give the same batch",
            name,
            String::new,
        );
        let adapter = self.adapter;
        let descriptor = adapter.descriptor();
        for shipment in &batch.shipments {
            let is_own = shipment.feed == descriptor.feed
                && shipment
                    .events
                    .iter()
                    .all(|event| event.feed == descriptor.feed);
            self.demand(is_own, "signs with its own feed id", name, || {
                format!("{:?}", shipment.feed)
            });
            self.demand(
                shipment.received == received(),
                "takes the receipt time from the payload",
                name,
                || shipment.received.to_string(),
            );
            self.demand(
                !shipment.number.as_str().is_empty(),
                "names the number",
                name,
                String::new,
            );
            for event in &shipment.events {
                self.check_event(name, event, &batch);
            }
            let number = shipment.number.as_str();
            let leaks = number.len() >= 9 && format!("{:?}", shipment.number).contains(number);
            self.demand(!leaks, "masks numbers in Debug", name, String::new);
        }
        let alone = crate::adapter::Sketch::of(bytes).score(descriptor.marks);
        self.demand(
            descriptor.marks.is_empty() || alone > 0,
            "recognises its samples by its marks",
            name,
            String::new,
        );
    }

    /// What is read gives shipments or notices: silence would be a loss.
    fn demand_told(&mut self, name: &str, batch: &Batch) {
        let is_told = !batch.shipments.is_empty() || !batch.notices.is_empty();
        self.demand(is_told, "passes over nothing in silence", name, String::new);
    }

    fn check_event(&mut self, name: &str, event: &Event, batch: &Batch) {
        let time = &event.time;
        self.demand(
            time.earliest() <= time.latest(),
            "keeps earliest before latest",
            name,
            || format!("{time:?}"),
        );
        self.demand(
            !time.raw().is_empty(),
            "keeps the time's text",
            name,
            || format!("{time:?}"),
        );
        let invents =
            matches!(time.kind(), TimeKind::Local | TimeKind::Date) && time.offset().is_some();
        self.demand(!invents, "invents no offset", name, || format!("{time:?}"));
        let is_unsure_end = event.milestone.is_terminal() && event.confidence == Confidence::Low;
        let ends = is_unsure_end && event.is_evidence_of_state();
        self.demand(!ends, "ends no journey on low confidence", name, || {
            format!("{}", event.milestone)
        });
        if event.milestone == Milestone::Unmapped {
            let told = batch
                .notices
                .iter()
                .any(|notice| notice.kind == NoticeKind::UnmappedCode);
            self.demand(told, "tells of every unmapped code", name, || {
                format!("{:?}", event.code.value)
            });
        }
    }

    fn check_distorted(&mut self, name: &str, bytes: &[u8]) {
        for cut in distort::truncated(bytes) {
            self.decode(name, cut);
        }
        for garbled in distort::garbled(bytes) {
            self.decode(name, &garbled);
        }
        for wrong in distort::with_wrong_types(bytes) {
            self.decode(name, &wrong);
        }
        let Some(plain) = self.decode(name, bytes) else {
            return;
        };
        if let Some(changed) = distort::with_unknown_fields(bytes) {
            // It may report what it does not know; it may not lose what it does.
            let same = self
                .decode(name, &changed)
                .is_some_and(|batch| batch.shipments == plain.shipments);
            self.demand(same, "passes over unknown fields", name, String::new);
        }
        if let Some(changed) = distort::one_for_many(bytes) {
            let same = self
                .decode(name, &changed)
                .is_some_and(|batch| batch == plain);
            self.demand(
                same,
                "reads one object where a list stands",
                name,
                String::new,
            );
        }
        if let Some(changed) = distort::in_gbk(bytes) {
            let events = |batch: &Batch| {
                batch
                    .shipments
                    .iter()
                    .map(|shipment| shipment.events.len())
                    .sum::<usize>()
            };
            let same = self
                .decode(name, &changed)
                .is_some_and(|batch| events(&batch) == events(&plain));
            self.demand(same, "reads GBK", name, String::new);
        }
    }

    /// What is lost when the payload changes is reported: see the page of [`loss`].
    fn check_losses(&mut self, name: &str, bytes: &[u8]) {
        let Some(sample) = self.decode(name, bytes) else {
            return;
        };
        let mut seen: Vec<loss::Loss> = Vec::new();
        for mutation in mutate::mutations(bytes) {
            let Some(changed) = self.decoded(name, &mutation.bytes) else {
                continue;
            };
            seen.extend(loss::loss(&sample, &mutation, &changed, |twin| {
                self.decode(name, twin)
            }));
        }
        while let Some((rule, _)) = seen.first().cloned() {
            let (of_rule, others): (Vec<_>, Vec<_>) =
                seen.into_iter().partition(|(other, _)| *other == rule);
            let shown: Vec<String> = of_rule
                .iter()
                .take(MOST_SHOWN)
                .map(|(_, what)| what.clone())
                .collect();
            let more = of_rule.len().saturating_sub(MOST_SHOWN);
            let rest = if more > 0 {
                format!("; and {more} more")
            } else {
                String::new()
            };
            self.violation(rule, name, format!("{}{rest}", shown.join("; ")));
            seen = others;
        }
    }

    fn expect_empty_is_an_error(&mut self) {
        let adapter = self.adapter;
        let result = catch_unwind(AssertUnwindSafe(|| {
            adapter.decode(Payload::new(b"", received()))
        }));
        let is_told = matches!(&result, Ok(Err(error)) if error.kind == DecodeErrorKind::Empty && error.feed == adapter.descriptor().feed);
        self.demand(
            is_told,
            "an empty payload is the error `Empty` of its feed",
            "empty",
            || format!("{result:?}"),
        );
    }

    fn check_poll(&mut self, poll: &dyn Poll) {
        const SECRET: &str = "conformance-secret-0123456789";
        let credentials = poll
            .credentials()
            .iter()
            .fold(Credentials::default(), |all, name| all.with(*name, SECRET));
        let token = secrecy::SecretString::from(SECRET);
        let context = PollContext {
            now: received(),
            request_id: "00000000000000000000000000000001",
            credentials: &credentials,
            token: Some(&token),
            base: None,
        };
        let most = poll.limits().max_numbers;
        let asked: Vec<TrackRequest> = (0..=most)
            .map(|n| TrackRequest::new(TrackingNumber::new(&format!("SF1{n:012}"))))
            .collect();
        let fitting = &asked[..most.min(1)];
        let none = poll.request(&Query::new(&[]), &context);
        self.demand(
            most == 0 || matches!(none, Err(RequestError::Numbers { .. })),
            "refuses a query without numbers",
            "poll",
            || format!("{none:?}"),
        );
        let many = poll.request(&Query::new(&asked), &context);
        self.demand(
            matches!(many, Err(RequestError::Numbers { .. })),
            "refuses more numbers than it may ask",
            "poll",
            || format!("{:?}", many.is_ok()),
        );
        match poll.request(&Query::new(fitting), &context) {
            Ok(request) => {
                let uri = request.uri().to_string();
                self.demand(uri.starts_with("https://"), "asks over TLS", "poll", || {
                    uri.clone()
                });
            }
            Err(error) => self.violation("builds a request", "poll", error.to_string()),
        }
        self.check_numbers(poll, &context);
        let bare = PollContext {
            credentials: &Credentials::default(),
            token: None,
            ..context
        };
        let unproven = poll.request(&Query::new(fitting), &bare);
        let needs = !poll.credentials().is_empty();
        self.demand(
            !needs || unproven.is_err(),
            "misses credentials before it asks",
            "poll",
            String::new,
        );
        let mut headers = HeaderMap::new();
        headers.insert(
            http::header::RETRY_AFTER,
            http::HeaderValue::from_static("7"),
        );
        for (status, rule) in [
            (503, "asks again after a 503"),
            (429, "asks again after a 429"),
        ] {
            let outcome = poll.outcome(&PollResponse {
                status,
                headers: &headers,
                body: b"<html>busy</html>",
                received: received(),
            });
            self.demand(
                matches!(outcome, Outcome::RetryAfter(_)),
                rule,
                "poll",
                || format!("{outcome:?}"),
            );
        }
        for body in distort::nonsense() {
            let reply = PollResponse {
                status: 200,
                headers: &headers,
                body: &body,
                received: received(),
            };
            if catch_unwind(AssertUnwindSafe(|| {
                (
                    poll.outcome(&reply),
                    poll.next_page(&reply),
                    poll.token(&reply),
                )
            }))
            .is_err()
            {
                self.violation(
                    "never panics",
                    "poll",
                    "outcome, next_page or token on nonsense",
                );
            }
        }
    }

    /// A number is one number in the request: it changes no path, list or query.
    fn check_numbers(&mut self, poll: &dyn Poll, context: &PollContext<'_>) {
        const RULE: &str = "lets no number change the path, list or query of a request";
        let shape = |number: &str| {
            let asked = [TrackRequest::new(TrackingNumber::new(number))];
            let request = poll.request(&Query::new(&asked), context).ok()?;
            let uri = request.uri().to_string();
            let (path, query) = uri.split_once('?').unwrap_or((&uri, ""));
            Some((
                path.matches('/').count(),
                query.matches('&').count(),
                query.matches('=').count(),
            ))
        };
        let plain = shape("SF1000000000001");
        for number in [
            "..",
            "../SF100000001",
            "SF1000/00001",
            "SF1000001,SF1000002",
            "SF100000?a=b",
            "SF100000#a",
            "SF100000&a=b",
            "%2e%2e",
            "SF1%2F000001",
        ] {
            let holds = match shape(number) {
                None => true,
                seen => seen == plain && !number.contains(['.', ',', '%']),
            };
            self.demand(holds, RULE, "poll", || number.to_owned());
        }
        let broken = ["SF1000\n00001", "SF1000\u{1b}[31m01", "SF1000\r\nX: y"];
        self.demand(
            broken
                .iter()
                .all(|number| shape(number).is_none_or(|seen| Some(seen) == plain)),
            RULE,
            "poll",
            || "control characters".to_owned(),
        );
    }

    fn check_webhook(&mut self, webhook: &dyn Webhook) {
        self.demand(
            webhook.protection().len() > 20,
            "says what its scheme protects",
            "webhook",
            String::new,
        );
        let headers = HeaderMap::new();
        let call = WebhookCall {
            headers: &headers,
            body: b"{}",
            received: received(),
        };
        let is_closed = webhook.verify(&call, None).is_err() || webhook.proof() == Proof::Nothing;
        self.demand(
            is_closed,
            "believes nobody while no secret is given, unless its scheme proves nothing",
            "webhook",
            String::new,
        );
        let unproven = webhook.verify(
            &call,
            Some(&secrecy::SecretString::from("conformance-secret")),
        );
        self.demand(
            unproven.is_err(),
            "believes no call without proof when a secret is given",
            "webhook",
            String::new,
        );
        let accepted = webhook.acknowledge(&call, Disposition::Accepted);
        self.demand(
            accepted.status().is_success(),
            "acknowledges what was taken in",
            "webhook",
            || accepted.status().to_string(),
        );
        for body in distort::nonsense() {
            let call = WebhookCall {
                headers: &headers,
                body: &body,
                received: received(),
            };
            let secret = secrecy::SecretString::from("conformance-secret");
            let calm = catch_unwind(AssertUnwindSafe(|| {
                let _ = webhook.verify(&call, Some(&secret));
                [
                    Disposition::Accepted,
                    Disposition::Unverified,
                    Disposition::Unreadable,
                    Disposition::Failed,
                ]
                .map(|verdict| webhook.acknowledge(&call, verdict))
            }));
            self.demand(calm.is_ok(), "never panics", "webhook", String::new);
        }
    }
}
