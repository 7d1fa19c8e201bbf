//! Quantum View: files of events of a whole account, by subscription.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use http::{Method, Request};
use serde_json::json;

use super::account;
use super::faults;
use super::meaning::Tables;
use super::moment::Moment;
use super::parts::{self, Due, zones_at};
use super::quantum_extras;
use super::quantum_read::{Feed, Json, Kind, Record, xml_feed};
use crate::adapter::{
    Adapter, Batch, Clock, CodeTable, Collector, DecodeError, DeliveryKind, Descriptor, Fault,
    Mark, NoticeKind, Outcome, Page, Payload, Poll, PollContext, PollLimits, PollResponse, Query,
    RequestError, Token, check_count,
};
use crate::carriers::Mapped;
use crate::carriers::mapping::{code, one_line, small};
use crate::carriers::partner;
use crate::model::{
    Confidence, Milestone, Personal, Promise, PromiseKind, Reference, Role, Shipment, Stage,
    TrackingNumber,
};
use crate::wire::json::Oddities;
use crate::wire::records::EventAt;
use crate::wire::text;
use crate::wire::xml::Document;

/// The feed `ups.quantum-view`: the records of a subscription, as XML or as its JSON twin.
///
/// Clock: date and time local to the place, without offset. Manifest and generic records name no
/// place.
///
/// Quirks: a file that was read is not sent again, so nothing may be lost between asking and
/// storing. A bookmark means that more is to be had. Lists of one are objects in old versions. The
/// question names no numbers: one request asks for the whole subscription.
#[derive(Debug)]
pub struct QuantumView {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

impl QuantumView {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Xml("QuantumViewResponse", &["Response"]),
            Mark::Xml("QuantumViewResponse", &["Response", "ResponseStatusCode"]),
            Mark::Json(&["QuantumViewResponse"]),
            Mark::Json(&["QuantumViewResponse", "QuantumViewResponse.Response"]),
        ];
        let descriptor = Descriptor::new("ups.quantum-view", "UPS Quantum View")
            .with_delivery(DeliveryKind::Increment)
            .with_clock(Clock::Place)
            .with_marks(MARKS)
            .with_partner(partner);
        Self { descriptor, codes }
    }

    fn read(&self, out: &mut Collector<'_>, feed: &Feed<'_>) {
        for error in &feed.errors {
            error.notice(out, "Response/Error");
        }
        if !feed.is_success && feed.errors.is_empty() {
            out.notice(
                out.own_notice(
                    NoticeKind::InvalidRequest,
                    "the answer says failure and not why",
                )
                .at("Response/ResponseStatusCode"),
            );
        }
        for status in feed.subscriptions.iter().filter(|status| **status != "A") {
            let notice = out.own_notice(NoticeKind::Control, "the subscription is not active");
            out.notice(notice.at("SubscriptionStatus").value(status));
        }
        let tables = Tables::of(&self.codes);
        for record in &feed.records {
            self.record(out, &tables, record);
        }
        if feed.bookmark.is_some() {
            out.notice(
                out.own_notice(
                    NoticeKind::Incomplete,
                    "more is to be had with the bookmark",
                )
                .at("Bookmark"),
            );
        }
    }

    /// One record is one shipment with one event: news of a package, whatever else the batch says
    /// of it.
    fn record(&self, out: &mut Collector<'_>, tables: &Tables<'_>, record: &Record<'_>) {
        let Some(number) = record.number.and_then(parts::number) else {
            out.notice(
                out.own_notice(NoticeKind::EventSkipped, "expected the package's number")
                    .at("TrackingNumber")
                    .value(record.kind.name()),
            );
            return;
        };
        let mut shipment = out.shipment(number);
        shipment.origin = record.origin.place();
        shipment.destination = record.destination.place();
        shipment.service = record.service.map(small);
        shipment.weight_grams =
            parts::weight(out, &shipment.number, "PackageWeight", record.weight);
        shipment.piece_count = u32::try_from(record.packages)
            .ok()
            .filter(|count| *count > 1);
        read_references(out, record, &mut shipment);
        self.event(out, tables, record, &mut shipment);
        promises(out, record, &mut shipment);
        quantum_extras::read(out, record, &mut shipment);
        out.push(shipment);
    }

    fn event(
        &self,
        out: &mut Collector<'_>,
        tables: &Tables<'_>,
        record: &Record<'_>,
        shipment: &mut Shipment,
    ) {
        let place = record.place.place();
        let moment = Moment {
            date: record.date,
            time: record.time,
            ..Moment::default()
        };
        let Some(time) = moment.read(out, &shipment.number, ["Date", "Time"], place.as_ref())
        else {
            return;
        };
        let mapped = self.meaning(out, tables, record, &shipment.number);
        let told = match record.code {
            "" => code(record.kind.name(), None, record.text),
            own => code(own, Some(record.kind.name()), record.text),
        };
        let mut event = out.event(&shipment.number, mapped, time, place, told);
        if event.milestone == Milestone::Delivered {
            let [left_code, left_words] = record.left;
            event.delivered_to =
                parts::left_at(left_words).or_else(|| tables.delivery(left_code)?.delivered_to);
            event.signed_by = record.signer.and_then(Personal::parse);
        }
        shipment.events.push(event);
    }

    /// The kind of record tells; a generic record by its activity, an exception finer where its
    /// reason equals an exception code of tracking.
    ///
    /// That the two lists agree is an assumption, so such a row is no more than medium, and never
    /// the end of a journey.
    fn meaning(
        &self,
        out: &mut Collector<'_>,
        tables: &Tables<'_>,
        record: &Record<'_>,
        number: &TrackingNumber,
    ) -> Mapped {
        match record.kind {
            Kind::Manifest => {
                Mapped::rule(Some(Stage::Order), Milestone::Announced, Confidence::High)
            }
            Kind::Origin => Mapped::rule(
                Some(Stage::FirstMile),
                Milestone::PickedUp,
                Confidence::High,
            ),
            Kind::Delivery if record.access_point.is_some() => Mapped::rule(
                Some(Stage::LastMile),
                Milestone::AvailableForPickup,
                Confidence::Medium,
            ),
            Kind::Delivery => Mapped::rule(
                Some(Stage::LastMile),
                Milestone::Delivered,
                Confidence::High,
            ),
            Kind::Generic => match self.codes.get("quantum-view", record.code) {
                Some(row) => row.into(),
                None => {
                    out.unmapped(number, "Generic/ActivityType", record.code);
                    Mapped::UNMAPPED
                }
            },
            Kind::Exception => {
                let row = tables.exception(record.reason);
                if row.is_none() && !record.reason.is_empty() {
                    let notice = out.own_notice(
                        NoticeKind::UnmappedCode,
                        "the reason is in no table; it stays an exception",
                    );
                    out.notice(
                        notice
                            .about(Some(number))
                            .at("Exception/ReasonCode")
                            .value(record.reason),
                    );
                }
                match row.filter(|row| !row.milestone.is_terminal()) {
                    Some(row) => Mapped {
                        confidence: row.confidence.min(Confidence::Medium),
                        ..row.into()
                    },
                    None => Mapped::rule(None, Milestone::Exception, Confidence::Medium),
                }
            }
        }
    }
}

/// The scheduled day and the rescheduled one, as stated by the record; `SD` is the day that was
/// agreed with the customer.
fn promises(out: &mut Collector<'_>, record: &Record<'_>, shipment: &mut Shipment) {
    let zones = zones_at(shipment.destination.as_ref());
    let mut due = |kind, [day, by]: [&str; 2], fields| {
        Due {
            kind,
            day,
            from: "",
            by,
            fields,
        }
        .promise(out, &shipment.number, &zones)
    };
    let is_agreed = record.kind == Kind::Generic && record.code == "SD";
    let again = if is_agreed {
        PromiseKind::Agreed
    } else {
        PromiseKind::Rescheduled
    };
    let again = due(
        again,
        record.rescheduled,
        ["RescheduledDeliveryDate", "RescheduledDeliveryTime"],
    );
    let first = match &again {
        Some(_) => PromiseKind::FirstEstimate,
        None if is_agreed => PromiseKind::Agreed,
        None => PromiseKind::Estimated,
    };
    let first = due(
        first,
        record.scheduled,
        ["ScheduledDeliveryDate", "ScheduledDeliveryTime"],
    );
    let stated = shipment.events.first().map(|event| event.time.clone());
    shipment
        .promises
        .extend(first.into_iter().chain(again).map(|promise| Promise {
            stated: stated.clone(),
            ..promise
        }));
}

fn read_references(out: &mut Collector<'_>, record: &Record<'_>, shipment: &mut Shipment) {
    shipment.references.extend(
        record
            .references
            .iter()
            .map(|number| parts::reference(number)),
    );
    match record.postal {
        // One number of the post for several packages: whose it is, is not told.
        Some(postal) if record.packages > 1 => {
            let notice = out.own_notice(
                NoticeKind::AmbiguousLink,
                "one postal number for a manifest of several packages",
            );
            out.notice(notice.at("Manifest/PostalServiceTrackingID").value(postal));
        }
        postal => shipment.references.extend(postal.map(|number| {
            Reference::new(Role::NextCarrier, &one_line(number)).with_carrier("usps")
        })),
    }
    let lead = record.lead.filter(|lead| *lead != shipment.number.as_str());
    shipment
        .references
        .extend(lead.map(|lead| Reference::new(Role::MasterWaybill, &one_line(lead))));
}

/// Where events stand.
const EVENTS: &[EventAt] = &[
    EventAt {
        path: &[
            "QuantumViewResponse",
            "QuantumViewEvents",
            "SubscriptionEvents",
            "SubscriptionFile",
            "Origin",
        ],
        marks: &["TrackingNumber", "Date"],
    },
    EventAt {
        path: &[
            "QuantumViewResponse",
            "QuantumViewEvents",
            "SubscriptionEvents",
            "SubscriptionFile",
            "Exception",
        ],
        marks: &["TrackingNumber", "Date"],
    },
    EventAt {
        path: &[
            "QuantumViewResponse",
            "QuantumViewEvents",
            "SubscriptionEvents",
            "SubscriptionFile",
            "Delivery",
        ],
        marks: &["TrackingNumber", "Date"],
    },
    EventAt {
        path: &[
            "QuantumViewResponse",
            "QuantumViewEvents",
            "SubscriptionEvents",
            "SubscriptionFile",
            "Generic",
        ],
        marks: &["TrackingNumber", "Date"],
    },
];

impl Adapter for QuantumView {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let shape =
            |out: &Collector<'_>| out.shape("QuantumViewResponse", "the answer of Quantum View");
        if text.trim_start().starts_with('<') {
            let document = out.xml(&text)?;
            let feed = xml_feed(document.root()).ok_or_else(|| shape(&out))?;
            out.events_elsewhere(document.root(), EVENTS);
            self.read(&mut out, &feed);
            return Ok(out.finish());
        }
        let answer: Json<'_> = out.json_any(&text)?;
        match answer.feed(&mut out) {
            Some(feed) => self.read(&mut out, &feed),
            None => {
                let faults = faults::read(&text);
                if faults.is_empty() {
                    return Err(shape(&out));
                }
                faults::notices(
                    &mut out,
                    faults,
                    "response.errors",
                    None,
                    &Outcome::Invalid(Fault::status(400)),
                );
            }
        }
        Ok(out.finish())
    }

    fn as_poll(&self) -> Option<&dyn Poll> {
        Some(self)
    }
}

impl QuantumView {
    /// What `see` finds in an answer of either dress, if it is one.
    fn see<T>(&self, reply: &PollResponse<'_>, see: impl FnOnce(&Feed<'_>) -> T) -> Option<T> {
        let decoded = text::decode(reply.body);
        if decoded.text.trim_start().starts_with('<') {
            let document = Document::parse(&decoded.text).ok()?;
            return xml_feed(document.root()).map(|feed| see(&feed));
        }
        let answer: Json<'_> =
            crate::wire::json::read_with(&decoded.text, &mut Oddities::default()).ok()?;
        let mut out = Collector::new(&self.descriptor, Payload::new(reply.body, reply.received));
        answer.feed(&mut out).map(|feed| see(&feed))
    }
}

impl Poll for QuantumView {
    /// What is asked is the subscription, not numbers.
    fn limits(&self) -> PollLimits {
        PollLimits::subscription()
    }

    fn credentials(&self) -> &'static [&'static str] {
        account::CREDENTIALS
    }

    fn optional_credentials(&self) -> &'static [&'static str] {
        &["merchant_id", "subscription"]
    }

    /// Asks for what is unread: of the subscription named by the credential `subscription`, else of
    /// all. The numbers are not part of it.
    fn request(
        &self,
        query: &Query<'_>,
        context: &PollContext<'_>,
    ) -> Result<Request<Vec<u8>>, RequestError> {
        check_count(query, self.limits())?;
        let mut request = json!({
            "Request": { "TransactionReference": { "CustomerContext": context.request_id }, "RequestAction": "QVEvents" },
        });
        if let Some(name) = context.credentials.get("subscription") {
            request["SubscriptionRequest"] = json!([{ "Name": name }]);
        }
        if let Some(page) = query.page {
            request["Bookmark"] = json!(page.0.as_str());
        }
        let body = json!({ "QuantumViewRequest": request })
            .to_string()
            .into_bytes();
        account::request(
            context,
            Method::POST,
            &format!("{}/api/quantumview/v3/events", account::host(context)),
            body,
        )
    }

    /// An answer without news is found as well: there is nothing to look for.
    fn outcome(&self, reply: &PollResponse<'_>) -> Outcome {
        let by_status = reply.outcome_by_status();
        let told = self.see(reply, |feed| {
            let mut failures = feed
                .errors
                .iter()
                .map(|error| error.outcome())
                .filter(|outcome| *outcome != Outcome::Found);
            (!feed.is_success).then(|| {
                failures
                    .next()
                    .unwrap_or_else(|| Outcome::Invalid(Fault::status(reply.status)))
            })
        });
        match told {
            Some(Some(failure)) => failure,
            Some(None) => by_status,
            // A web page or nothing in a 200 is no answer of the service.
            None if by_status == Outcome::Found && faults::is_no_answer(reply.body) => {
                Outcome::RetryAfter(reply.retry_after())
            }
            None => faults::of_body(reply.body, by_status),
        }
    }

    fn next_page(&self, reply: &PollResponse<'_>) -> Option<Page> {
        self.see(reply, |feed| {
            feed.bookmark.map(|bookmark| Page(bookmark.into()))
        })?
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
