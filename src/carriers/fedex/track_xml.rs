//! The old web service's `TrackReply`, all versions, bare or in a SOAP envelope.

use std::sync::Arc;

use super::meaning::{Meanings, Names, Scan};
use super::promise::{self, Expected};
use super::shared::{self, Address, Ending, Seen, Told};
use super::{charges, faults, latest, proof, shipped};
use crate::adapter::{
    Adapter, Batch, CodeTable, Collector, DecodeError, Descriptor, Mark, NoticeKind, Payload, grams,
};
use crate::carriers::partner;
use crate::model::{Promise, PromiseKind, Shipment, TrackingNumber};
use crate::wire::records::EventAt;
use crate::wire::xml::Node;

/// The feed `fedex.track-xml`. Times usually state their offset; those that do not are local to the
/// scan's place. FedEx has closed the service: the adapter reads what is kept in archives, and asks
/// nothing.
#[derive(Debug)]
pub struct TrackXml {
    descriptor: Descriptor,
    codes: Arc<CodeTable>,
}

const NAMES: Names = Names {
    event: "Events.EventType",
    exception: "Events.StatusExceptionCode",
    time: "Events.Timestamp",
};
const STATUS_NAMES: Names = Names {
    event: "StatusDetail.Code",
    exception: "StatusDetail.AncillaryDetails.Reason",
    time: "StatusDetail.CreationTime",
};

impl TrackXml {
    /// The adapter over a code table, usually the pack's own.
    #[must_use]
    pub fn new(codes: Arc<CodeTable>) -> Self {
        const MARKS: &[Mark] = &[
            Mark::Xml("TrackReply", &["HighestSeverity"]),
            Mark::Xml("Envelope", &["TrackReply"]),
            Mark::Xml("Envelope", &["Fault", "cause", "desc"]),
        ];
        Self {
            descriptor: Descriptor::new("fedex.track-xml", "FedEx Track Web Service (XML, closed)")
                .with_marks(MARKS)
                .with_partner(partner),
            codes,
        }
    }
}

/// Where events stand.
const EVENTS: &[EventAt] = &[
    EventAt {
        path: &[
            "TrackReply",
            "CompletedTrackDetails",
            "TrackDetails",
            "Events",
        ],
        marks: &["Timestamp", "EventType"],
    },
    EventAt {
        path: &["TrackReply", "TrackDetails", "Events"],
        marks: &["Timestamp", "EventType"],
    },
    EventAt {
        path: &["TrackReply", "TrackDetails"],
        marks: &["TrackingNumber", "StatusCode"],
    },
    EventAt {
        path: &["TrackReply", "CompletedTrackDetails", "TrackDetails"],
        marks: &["TrackingNumber", "StatusDetail"],
    },
];

impl Adapter for TrackXml {
    fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }

    fn decode(&self, payload: Payload<'_>) -> Result<Batch, DecodeError> {
        let mut out = Collector::new(&self.descriptor, payload);
        let text = out.text()?;
        let document = out.xml(&text)?;
        let root = document.root();
        let found = |name| {
            if root.name() == name {
                Some(root)
            } else {
                root.descendants(name).into_iter().next()
            }
        };
        if let Some(reply) = found("TrackReply") {
            out.events_elsewhere(reply, EVENTS);
            self.reply(&mut out, reply);
        } else if let Some(fault) = found("Fault") {
            let said = fault
                .get_at(&["detail", "desc"])
                .or_else(|| fault.get("faultstring"))
                .unwrap_or_default();
            let cause = fault
                .get_at(&["detail", "cause"])
                .or_else(|| fault.get("faultcode"))
                .unwrap_or_default();
            let code = fault.get_at(&["detail", "code"]).unwrap_or_default();
            let outcome = faults::soap(
                fault.get("faultcode").unwrap_or_default(),
                &format!("{cause} {code}"),
                said,
            );
            out.notice(
                out.new_notice(outcome.notice_kind(), said)
                    .at("Fault")
                    .value(cause),
            );
        } else {
            return Err(out.shape(
                "TrackReply",
                "a reply of the FedEx track service, or a SOAP fault",
            ));
        }
        Ok(out.finish())
    }
}

impl TrackXml {
    /// From version 6 on the details stand in groups; before, in the reply itself.
    fn reply(&self, out: &mut Collector<'_>, reply: Node<'_, '_>) {
        let mut seen = Seen::new();
        for group in std::iter::once(reply).chain(reply.all("CompletedTrackDetails")) {
            for notification in group.all("Notifications") {
                note(out, notification, None);
            }
            for details in group.all("TrackDetails") {
                self.details(out, details, &mut seen);
            }
            note_elsewhere(out, group);
            if group.get("MoreData") == Some("true") {
                out.notice(
                    out.own_notice(NoticeKind::Incomplete, "the reply has another page")
                        .at("MoreData"),
                );
            }
        }
        shared::note_reuse(out, &seen);
    }

    fn details(&self, out: &mut Collector<'_>, details: Node<'_, '_>, seen: &mut Seen) {
        let number = details
            .get("TrackingNumber")
            .and_then(TrackingNumber::parse);
        let mut failed = false;
        for notification in details
            .children()
            .filter(|child| matches!(child.name(), "Notification" | "Notifications"))
        {
            failed |= note(out, notification, number.as_ref());
        }
        let status = Status::of(details);
        if failed && status.code.is_none() && details.child("Events").is_none() {
            return;
        }
        let Some(number) = number else {
            out.notice(
                out.own_notice(NoticeKind::EventSkipped, "expected the tracking number")
                    .at("TrackDetails.TrackingNumber"),
            );
            return;
        };
        let mut shipment = out.shipment(number);
        shipment.instance = details
            .get("TrackingNumberUniqueIdentifier")
            .map(Into::into);
        seen.push((shipment.number.clone(), shipment.instance.clone()));
        describe(out, details, &mut shipment);
        let shipped = details
            .get("ShipTimestamp")
            .or_else(|| date(details, &["SHIP"]));
        let handed_in = date(details, &["ACTUAL_TENDER", "ACTUAL_PICKUP"]);
        shipped::add(out, &mut shipment, "ShipTimestamp", shipped, handed_in);
        self.events(out, details, &status, &mut shipment);
        offers(out, details, &status, &mut shipment);
        shared::finish(
            &mut shipment,
            ending(details),
            details.get("CarrierCode") == Some("FXFR"),
        );
        shipment.promises = promises(out, details, &status, &shipment);
        out.push(shipment);
    }

    fn events(
        &self,
        out: &mut Collector<'_>,
        details: Node<'_, '_>,
        status: &Status<'_>,
        shipment: &mut Shipment,
    ) {
        let mut meanings = Meanings::new(
            &self.codes,
            NAMES,
            "",
            details.get("CarrierCode").unwrap_or_default(),
        );
        shipment.events.reserve(details.all("Events").count());
        for event in details.all("Events") {
            push_event(out, shipment, &meanings, event);
        }
        let has_events = details.child("Events").is_some();
        let dated = |code: &str| date(details, shared::dated_by(code));
        let is_told = |code: &str| {
            details
                .all("Events")
                .any(|event| event.get("EventType") == Some(code))
        };
        // "In transit" is also the coarse word for every movement that the events tell.
        let is_news = |code: &&str| !has_events || *code != "IT" && !is_told(code);
        if let Some(code) = status.code.filter(is_news) {
            meanings.names = STATUS_NAMES;
            let scan = Scan {
                event: code,
                exception: status.reason,
                exception_text: status.reason_text,
                description: status.description,
                ..Scan::default()
            };
            let time = if has_events {
                dated(code).or(status.time)
            } else {
                status.time.or_else(|| dated(code))
            };
            let told = Told {
                time: time.unwrap_or_default(),
                address: status.place.map(address).unwrap_or_default(),
                ..Told::default()
            };
            shared::push_scan(out, shipment, &meanings, code, &scan, &told);
        }
        if shipment.events.is_empty() && status.code.is_none() {
            shared::push_ship_date(out, shipment);
        }
        if status.code.is_none() && !has_events {
            shared::note_silence(out, shipment);
        }
    }
}

/// Says of a shipment that stands in an element where none is expected, or in none, that it was not
/// read.
fn note_elsewhere(out: &mut Collector<'_>, group: Node<'_, '_>) {
    let is_shipment = |node: &Node<'_, '_>| node.get("TrackingNumber").is_some();
    let odd = group
        .children()
        .filter(|child| child.name() != "TrackDetails" && is_shipment(child));
    for name in odd
        .map(|child| child.name())
        .chain(is_shipment(&group).then_some(group.name()))
    {
        let notice = out.own_notice(
            NoticeKind::EventSkipped,
            "what looks like a shipment stands where none is read",
        );
        out.notice(notice.at("TrackDetails").value(name));
    }
}

/// The shipment's status: an element of its own, in old versions flat fields.
#[derive(Default)]
struct Status<'d> {
    code: Option<&'d str>,
    description: &'d str,
    time: Option<&'d str>,
    place: Option<Node<'d, 'd>>,
    reason: &'d str,
    reason_text: &'d str,
    /// What is to be done about it.
    steps: Option<&'d str>,
}

impl<'d> Status<'d> {
    fn of<'a: 'd>(details: Node<'d, 'a>) -> Self {
        let Some(detail) = details.child("StatusDetail") else {
            let description = details.get("StatusDescription").unwrap_or_default();
            return Self {
                code: details.get("StatusCode"),
                description,
                ..Self::default()
            };
        };
        let ancillary = detail.child("AncillaryDetails");
        let part = |name| {
            ancillary
                .and_then(|ancillary| ancillary.get(name))
                .unwrap_or_default()
        };
        Self {
            code: detail.get("Code"),
            description: detail.get("Description").unwrap_or_default(),
            time: detail.get("CreationTime"),
            place: detail.child("Location"),
            reason: part("Reason"),
            reason_text: part("ReasonDescription"),
            steps: ancillary.and_then(|ancillary| ancillary.get("ActionDescription")),
        }
    }
}

fn push_event(
    out: &mut Collector<'_>,
    shipment: &mut Shipment,
    meanings: &Meanings<'_>,
    event: Node<'_, '_>,
) {
    let get = |name| event.get(name).unwrap_or_default();
    let scan = Scan {
        event: get("EventType"),
        exception: get("StatusExceptionCode"),
        exception_text: get("StatusExceptionDescription"),
        description: get("EventDescription"),
        location: get("ArrivalLocation"),
        ..Scan::default()
    };
    let told = Told {
        time: get("Timestamp"),
        facility: event.get("StationId"),
        address: event.child("Address").map(address).unwrap_or_default(),
    };
    shared::push_scan(out, shipment, meanings, scan.event, &scan, &told);
}

fn address<'d>(address: Node<'d, '_>) -> Address<'d> {
    Address {
        city: address.get("City"),
        region: address.get("StateOrProvinceCode"),
        postcode: address.get("PostalCode"),
        country: address.get("CountryCode"),
        country_name: address.get("CountryName"),
    }
}

/// The date of the first of these kinds: listed from version 10 on, before in elements of their
/// own.
fn date<'d>(details: Node<'d, '_>, kinds: &[&str]) -> Option<&'d str> {
    kinds.iter().find_map(|kind| {
        let listed = details
            .all("DatesOrTimes")
            .find(|date| date.get("Type") == Some(kind));
        listed
            .and_then(|date| date.get("DateOrTimestamp"))
            .or_else(|| {
                details.get(match *kind {
                    "ESTIMATED_DELIVERY" => "EstimatedDeliveryTimestamp",
                    "ACTUAL_DELIVERY" => "ActualDeliveryTimestamp",
                    _ => return None,
                })
            })
    })
}

fn identifiers<'d, 'a>(details: Node<'d, 'a>) -> impl Iterator<Item = (&'d str, &'d str)> {
    details.all("OtherIdentifiers").filter_map(|other| {
        let identifier = other.child("PackageIdentifier").unwrap_or(other);
        Some((identifier.get("Type")?, identifier.get("Value")?))
    })
}

fn describe(out: &mut Collector<'_>, details: Node<'_, '_>, shipment: &mut Shipment) {
    let place = |name| details.child(name).and_then(|node| address(node).place());
    shipment.origin = place("ShipperAddress").or_else(|| place("OriginLocationAddress"));
    shipment.destination = place("DestinationAddress");
    let service = ["Description", "Type"]
        .into_iter()
        .find_map(|part| details.get_at(&["Service", part]));
    shipment.service = service
        .or_else(|| details.get("ServiceInfo"))
        .or_else(|| details.get("ServiceType"))
        .map(Into::into);
    shipment.is_return = details
        .all("SpecialHandlings")
        .any(|handling| shared::is_return_label(handling.get("Type").unwrap_or_default()));
    let count = details.get("PackageCount");
    shipment.piece_count = count.and_then(|count| count.parse().ok());
    if let (Some(count), None) = (count, shipment.piece_count) {
        out.unreadable(&shipment.number, "PackageCount", count, "a whole number");
    }
    shipment.piece_count = shipment.piece_count.filter(|count| *count > 0);
    shipment.weight_grams = ["PackageWeight", "ShipmentWeight"]
        .into_iter()
        .find_map(|name| weight_grams(out, details.child(name)?, name, &shipment.number));
    let by_post = (details.get("CarrierCode") == Some("FXSP")).then_some("usps");
    shipment.references = identifiers(details)
        .filter_map(|(kind, value)| shared::reference(kind, value, by_post))
        .collect();
}

/// A weight in grams; one that cannot be read is reported.
fn weight_grams(
    out: &mut Collector<'_>,
    weight: Node<'_, '_>,
    name: &'static str,
    number: &TrackingNumber,
) -> Option<u64> {
    let (value, unit) = (
        weight.get("Value").unwrap_or_default(),
        weight.get("Units").unwrap_or_default(),
    );
    let found = grams(value, unit);
    if found.is_none() && !value.is_empty() && value.parse() != Ok(0.0) {
        out.unreadable(
            number,
            name,
            format!("{value} {unit}").trim(),
            "a weight in KG or LB",
        );
    }
    found
}

/// What FedEx offers besides the journey: proof, charges, words about the current status.
fn offers(
    out: &mut Collector<'_>,
    details: Node<'_, '_>,
    status: &Status<'_>,
    shipment: &mut Shipment,
) {
    let images = details.all("AvailableImages");
    // An element of its own since version 10, a word before.
    let images = images.filter_map(|image| image.get("Type").or_else(|| image.text()));
    proof::add(out, shipment, "AvailableImages", images);
    let handlings = details.all("SpecialHandlings");
    charges::add_handlings(
        shipment,
        handlings.filter_map(|handling| handling.get("Type")),
    );
    let notes = details.all("InformationNotes").map(|note| {
        let part = |name| note.get(name).unwrap_or_default();
        (part("Code"), part("Description"))
    });
    charges::add_notes(out, shipment, "InformationNotes", notes);
    let remark = details.get("ServiceCommitMessage");
    let code = status.code.unwrap_or_default();
    latest::explain(shipment, [code, code], status.steps, remark);
    let attempts = details.get("DeliveryAttempts").unwrap_or_default();
    latest::count_attempts(out, shipment, "DeliveryAttempts", attempts);
}

fn ending<'d>(details: Node<'d, '_>) -> Ending<'d> {
    let left = shared::delivered_to(
        details.get("DeliveryLocationType").unwrap_or_default(),
        details
            .get("DeliveryLocationDescription")
            .unwrap_or_default(),
    );
    Ending {
        is_back: identifiers(details)
            .any(|(kind, _)| kind == "RETURNED_TO_SHIPPER_TRACKING_NUMBER"),
        place: details
            .child("ActualDeliveryAddress")
            .and_then(|node| address(node).place()),
        delivered_to: left,
        recipient_kind: shared::recipient_kind(left),
        signer: details.get("DeliverySignatureName"),
        at: date(details, &["ACTUAL_DELIVERY"]),
    }
}

/// Every day and window that is reported for the delivery: listed from version 10 on, before in
/// elements of their own.
fn promises(
    out: &mut Collector<'_>,
    details: Node<'_, '_>,
    status: &Status<'_>,
    shipment: &Shipment,
) -> Vec<Promise> {
    let is_delivered = status.code == Some("DL") || date(details, &["ACTUAL_DELIVERY"]).is_some();
    let window = |field, kind| {
        let window = details
            .child(field)
            .map(|element| element.child("Window").unwrap_or(element));
        Expected {
            kind,
            field,
            from: window.and_then(|window| window.get("Begins")),
            by: window.and_then(|window| window.get("Ends")),
        }
    };
    let alone = |field, kind| Expected {
        kind,
        field,
        from: None,
        by: details.get(field),
    };
    let told = [
        window("EstimatedDeliveryTimeWindow", PromiseKind::Estimated),
        window("StandardTransitTimeWindow", PromiseKind::Committed),
        alone("EstimatedDeliveryTimestamp", PromiseKind::Estimated),
        alone("AppointmentDeliveryTimestamp", PromiseKind::Agreed),
        alone("CommitmentTimestamp", PromiseKind::Committed),
        alone("StandardTransitDate", PromiseKind::Committed),
    ];
    let listed = details.all("DatesOrTimes").filter_map(|date| {
        Some(Expected {
            kind: promise::kind_of(date.get("Type")?)?,
            field: "DatesOrTimes",
            from: None,
            by: date.get("DateOrTimestamp"),
        })
    });
    promise::promises(out, shipment, is_delivered, told.into_iter().chain(listed))
}

/// A notification that is more than "success" as a notice; says whether it is an error.
fn note(
    out: &mut Collector<'_>,
    notification: Node<'_, '_>,
    number: Option<&TrackingNumber>,
) -> bool {
    let severity = notification.get("Severity").unwrap_or_default();
    let code = notification.get("Code").unwrap_or_default();
    let message = notification
        .get("Message")
        .or_else(|| notification.get("LocalizedMessage"))
        .unwrap_or_default();
    let failed = matches!(severity, "ERROR" | "FAILURE");
    if !failed && (severity == "SUCCESS" || code == "0" || message.is_empty()) {
        return false;
    }
    let outcome = faults::notified(code, severity, message).filter(|_| failed);
    let kind = outcome.map_or(NoticeKind::CarrierMessage, |outcome| outcome.notice_kind());
    out.notice(
        out.new_notice(kind, message)
            .about(number)
            .at("Notifications.Code")
            .value(code),
    );
    failed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Registry;
    use crate::model::{Milestone, Role, TimeKind};

    fn decode(body: &str) -> Result<Batch, DecodeError> {
        let codes = Arc::new(crate::carriers::fedex::PACK.codes());
        TrackXml::new(codes).decode(Payload::new(body.as_bytes(), Default::default()))
    }

    const EVENT: &str = "<Events><Timestamp>2025-01-09T05:12:00-08:00</Timestamp><EventType>OD</EventType><Address/></Events>";

    fn reply(details: &str) -> String {
        format!("<TrackReply><HighestSeverity>SUCCESS</HighestSeverity>{details}</TrackReply>")
    }

    #[test]
    fn old_new_and_wrapped_replies_say_the_same() {
        let details = format!(
            "<TrackDetails><TrackingNumber>449000000013</TrackingNumber>{EVENT}</TrackDetails>"
        );
        let old = reply(&details);
        let new = reply(&format!(
            "<CompletedTrackDetails>{details}</CompletedTrackDetails>"
        ));
        let prefixed = new
            .replace("</", "</v16:")
            .replace('<', "<v16:")
            .replace("<v16:/v16:", "</v16:");
        let wrapped = format!("<s:Envelope><s:Header/><s:Body>{new}</s:Body></s:Envelope>");
        let expected = decode(&old).unwrap();
        assert_eq!(
            expected.shipments[0].events[0].milestone,
            Milestone::OutForDelivery
        );
        for body in [&new, &prefixed, &wrapped] {
            assert_eq!(decode(body), Ok(expected.clone()), "{body}");
            assert_eq!(
                Registry::builtin()
                    .recognise(body.as_bytes())
                    .unwrap()
                    .descriptor()
                    .feed
                    .as_str(),
                "fedex.track-xml"
            );
        }
        for body in [
            "<TrackResponse/>",
            "<Envelope><Body/></Envelope>",
            "<TrackReply>",
            "{}",
        ] {
            assert!(decode(body).is_err(), "{body}");
        }
    }

    #[test]
    fn identifiers_stand_in_an_element_or_flat() {
        let details = "<TrackDetails><TrackingNumber>449000000013</TrackingNumber>\
            <OtherIdentifiers><PackageIdentifier><Type>STANDARD_MPS</Type><Value>449000000024</Value></PackageIdentifier></OtherIdentifiers>\
            <OtherIdentifiers><Type>PARTNER_CARRIER_NUMBER</Type><Value>1</Value></OtherIdentifiers><CarrierCode>FXSP</CarrierCode></TrackDetails>";
        let shipment = decode(&reply(details)).unwrap().shipments.remove(0);
        assert_eq!(
            shipment
                .references
                .iter()
                .map(|reference| reference.role)
                .collect::<Vec<_>>(),
            [Role::MasterWaybill, Role::NextCarrier]
        );
        assert_eq!(
            shipment.references[1]
                .carrier
                .as_ref()
                .map(|carrier| carrier.as_str()),
            Some("usps")
        );
    }

    #[test]
    fn a_status_without_a_scan_counts_from_its_own_time() {
        let details = "<TrackDetails><TrackingNumber>449000000013</TrackingNumber><StatusDetail><CreationTime>2025-01-09T00:00:00</CreationTime>\
            <Code>DE</Code><AncillaryDetails><Reason>7</Reason></AncillaryDetails></StatusDetail></TrackDetails>";
        let shipment = decode(&reply(details)).unwrap().shipments.remove(0);
        assert_eq!(
            (shipment.events[0].milestone, shipment.events[0].time.kind()),
            (Milestone::Refused, TimeKind::Date)
        );
    }

    #[test]
    fn notifications_are_notices_and_success_is_none() {
        let note = |severity: &str, code: &str| {
            let body = reply(&format!(
                "<TrackDetails><Notification><Severity>{severity}</Severity><Code>{code}</Code><Message>m</Message></Notification>\
                 <TrackingNumber>449000000013</TrackingNumber></TrackDetails>"
            ));
            let batch = decode(&body).unwrap();
            let said = batch
                .notices
                .iter()
                .map(|notice| notice.kind)
                .find(|kind| *kind != NoticeKind::Empty);
            (batch.shipments.len(), said)
        };
        assert_eq!(note("SUCCESS", "0"), (1, None));
        assert_eq!(note("ERROR", "9040"), (0, Some(NoticeKind::NotFound)));
        assert_eq!(note("FAILURE", "9060"), (0, Some(NoticeKind::RetryLater)));
        assert_eq!(note("ERROR", "1000"), (0, Some(NoticeKind::Reauthorise)));
        assert_eq!(note("ERROR", "6330"), (0, Some(NoticeKind::InvalidRequest)));
        assert_eq!(note("ERROR", "1"), (0, Some(NoticeKind::InvalidRequest)));
        assert_eq!(note("FAILURE", "1"), (0, Some(NoticeKind::RetryLater)));
        assert_eq!(note("WARNING", "1"), (1, Some(NoticeKind::CarrierMessage)));
    }
}
