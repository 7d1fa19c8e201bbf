//! Quantum View's two dresses, XML and its JSON twin, read into one shape.

use super::faults::Interchange;
use super::parts::Address;
use crate::adapter::Collector;
use crate::wire::json::{Many, Oddities, One, Slot, Text, wire};
use crate::wire::xml::Node;

/// An answer of the service.
#[derive(Debug, Default)]
pub(super) struct Feed<'t> {
    pub is_success: bool,
    pub errors: Vec<Interchange<'t>>,
    /// More is to be had with it.
    pub bookmark: Option<&'t str>,
    /// The status of each subscription.
    pub subscriptions: Vec<&'t str>,
    pub records: Vec<Record<'t>>,
}

/// The five kinds of record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Manifest,
    Origin,
    Exception,
    Delivery,
    Generic,
}

impl Kind {
    const ALL: [Self; 5] = [
        Self::Manifest,
        Self::Origin,
        Self::Exception,
        Self::Delivery,
        Self::Generic,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::Manifest => "Manifest",
            Self::Origin => "Origin",
            Self::Exception => "Exception",
            Self::Delivery => "Delivery",
            Self::Generic => "Generic",
        }
    }
}

/// A record about one package.
#[derive(Clone, Debug)]
pub(super) struct Record<'t> {
    pub kind: Kind,
    pub number: Option<&'t str>,
    pub date: &'t str,
    pub time: &'t str,
    /// `ActivityType` of a generic record, `ReasonCode` (else `StatusCode`) of an exception.
    pub code: &'t str,
    /// `ReasonCode` of an exception alone.
    pub reason: &'t str,
    pub text: Option<&'t str>,
    pub place: Address<'t>,
    pub origin: Address<'t>,
    pub destination: Address<'t>,
    /// Day and time.
    pub scheduled: [&'t str; 2],
    pub rescheduled: [&'t str; 2],
    /// Code and words of where it was left.
    pub left: [&'t str; 2],
    pub signer: Option<&'t str>,
    /// The UPS Access Point that it was left at, and the last day there.
    pub access_point: Option<&'t str>,
    pub last_pickup: &'t str,
    /// The day on which UPS collects it from the sender.
    pub pickup: &'t str,
    pub references: Vec<&'t str>,
    pub lead: Option<&'t str>,
    pub postal: Option<&'t str>,
    pub service: Option<&'t str>,
    /// Number and unit.
    pub weight: [&'t str; 2],
    /// How many packages the manifest lists.
    pub packages: usize,
}

impl Record<'_> {
    fn new(kind: Kind) -> Self {
        Self {
            kind,
            number: None,
            date: "",
            time: "",
            code: "",
            reason: "",
            text: None,
            place: Address::default(),
            origin: Address::default(),
            destination: Address::default(),
            scheduled: [""; 2],
            rescheduled: [""; 2],
            left: [""; 2],
            signer: None,
            access_point: None,
            last_pickup: "",
            pickup: "",
            references: Vec::new(),
            lead: None,
            postal: None,
            service: None,
            weight: [""; 2],
            packages: 1,
        }
    }
}

wire! {
    struct Outer { response: One<Answer<'a>> = "QuantumViewResponse", }

    struct Answer {
        response: One<Response<'a>> = "Response",
        events: One<Events<'a>> = "QuantumViewEvents",
        bookmark: Text<'a> = "Bookmark",
    }

    struct Response { code: Text<'a> = "ResponseStatusCode", errors: Many<WireError<'a>> = "Error", }

    struct WireError {
        severity: Text<'a> = "ErrorSeverity",
        code: Text<'a> = "ErrorCode",
        message: Text<'a> = "ErrorDescription",
        retry: Text<'a> = "MinimumRetrySeconds",
    }

    struct Events { subscriptions: Many<Subscription<'a>> = "SubscriptionEvents", }
    struct Subscription { status: One<Coded<'a>> = "SubscriptionStatus", files: Many<File<'a>> = "SubscriptionFile", }
    struct Coded { code: Text<'a> = "Code", description: Text<'a> = "Description", value: Text<'a> = "Value", }

    struct File {
        manifests: Many<WireRecord<'a>> = "Manifest",
        origins: Many<WireRecord<'a>> = "Origin",
        exceptions: Many<WireRecord<'a>> = "Exception",
        deliveries: Many<WireRecord<'a>> = "Delivery",
        generics: Many<WireRecord<'a>> = "Generic",
    }

    struct WireRecord {
        number: Text<'a> = "TrackingNumber",
        date: Text<'a> = "Date",
        time: Text<'a> = "Time",
        activity: One<When<'a>> = "Activity",
        kind: Text<'a> = "ActivityType",
        reason: Text<'a> = "ReasonCode",
        reason_text: Text<'a> = "ReasonDescription",
        status: Text<'a> = "StatusCode",
        status_text: Text<'a> = "StatusDescription",
        location: One<Location<'a>> = "ActivityLocation",
        delivery: One<Location<'a>> = "DeliveryLocation",
        access_point: Text<'a> = "AccessPointLocationID",
        last_pickup: Text<'a> = "LastPickupDate",
        scheduled: Text<'a> = "ScheduledDeliveryDate",
        scheduled_time: Text<'a> = "ScheduledDeliveryTime",
        rescheduled: Text<'a> = "RescheduledDeliveryDate",
        rescheduled_time: Text<'a> = "RescheduledDeliveryTime",
        references: Many<Coded<'a>> = "ReferenceNumber",
        package_references: Many<Coded<'a>> = "PackageReferenceNumber",
        shipment_references: Many<Coded<'a>> = "ShipmentReferenceNumber",
        shipper: One<Party<'a>> = "Shipper",
        ship_to: One<Party<'a>> = "ShipTo",
        service: One<Coded<'a>> = "Service",
        pickup: Text<'a> = "PickupDate",
        lead: Text<'a> = "LeadShipmentTrackingNumber",
        postal: Text<'a> = "PostalServiceTrackingID",
        packages: Many<Package<'a>> = "Package",
    }

    struct When { date: Text<'a> = "Date", time: Text<'a> = "Time", }

    struct Location {
        address: One<WireAddress<'a>> = "AddressArtifactFormat",
        code: Text<'a> = "Code",
        description: Text<'a> = "Description",
        signer: Text<'a> = "SignedForByName",
    }

    struct Party { address: One<WireAddress<'a>> = "Address", }

    struct WireAddress {
        city: Text<'a> = "PoliticalDivision2" | "City",
        region: Text<'a> = "PoliticalDivision1" | "StateProvinceCode",
        postcode: Text<'a> = "PostcodePrimaryLow" | "PostalCode",
        country: Text<'a> = "CountryCode",
    }

    struct Package {
        number: Text<'a> = "TrackingNumber",
        activity: One<When<'a>> = "Activity",
        references: Many<Coded<'a>> = "ReferenceNumber",
        weight: One<Weight<'a>> = "PackageWeight",
    }

    struct Weight { value: Text<'a> = "Weight", unit: One<Coded<'a>> = "UnitOfMeasurement", }
}

/// The JSON dress, parsed.
#[derive(Default)]
pub(super) struct Json<'a>(One<Outer<'a>>);

impl<'de> Slot<'de> for Json<'de> {
    const HOLDS: bool = true;

    fn read<D: serde::Deserializer<'de>>(
        deserializer: D,
        odd: &mut Oddities,
    ) -> Result<Self, D::Error> {
        One::read(deserializer, odd).map(Self)
    }

    fn is_blank(&self) -> bool {
        self.0.is_blank()
    }

    fn merge(&mut self, later: Self, odd: &mut Oddities) {
        self.0.merge(later.0, odd);
    }
}

impl Json<'_> {
    /// Its content; none when it is another kind of message.
    pub fn feed(&self, out: &mut Collector<'_>) -> Option<Feed<'_>> {
        let answer = self.0.get()?.response.get()?;
        let mut feed = Feed {
            bookmark: answer.bookmark.get(),
            ..Feed::default()
        };
        if let Some(response) = answer.response.get() {
            feed.is_success = response.code.get() != Some("0");
            feed.errors
                .extend(response.errors.iter().map(|error| Interchange {
                    severity: error.severity.or_empty(),
                    code: error.code.or_empty(),
                    message: error.message.or_empty(),
                    retry_seconds: error.retry.or_empty(),
                }));
        }
        for subscription in answer
            .events
            .get()
            .into_iter()
            .flat_map(|events| events.subscriptions.iter())
        {
            feed.subscriptions.extend(
                subscription
                    .status
                    .get()
                    .and_then(|status| status.code.get()),
            );
            for file in subscription.files.iter() {
                let lists = [
                    &file.manifests,
                    &file.origins,
                    &file.exceptions,
                    &file.deliveries,
                    &file.generics,
                ];
                for (kind, list) in Kind::ALL.into_iter().zip(lists) {
                    out.lost_elements(list, kind.name(), None);
                    list.iter()
                        .for_each(|record| json_record(kind, record, &mut feed.records));
                }
            }
        }
        Some(feed)
    }
}

fn json_record<'t>(kind: Kind, wire: &'t WireRecord<'_>, records: &mut Vec<Record<'t>>) {
    let when = wire.activity.get();
    let delivery = wire.delivery.get();
    let address = |location: Option<&'t Location<'_>>| {
        location
            .and_then(|location| location.address.get())
            .map(json_address)
    };
    let party = |party: &'t One<Party<'_>>| {
        party
            .get()
            .and_then(|party| party.address.get())
            .map(json_address)
            .unwrap_or_default()
    };
    let references = [
        &wire.references,
        &wire.package_references,
        &wire.shipment_references,
    ];
    let record = Record {
        number: wire.number.get(),
        date: wire
            .date
            .get()
            .or_else(|| when?.date.get())
            .or_else(|| wire.pickup.get())
            .unwrap_or_default(),
        time: wire
            .time
            .get()
            .or_else(|| when?.time.get())
            .unwrap_or_default(),
        code: [&wire.kind, &wire.reason, &wire.status]
            .into_iter()
            .find_map(Text::get)
            .unwrap_or_default(),
        reason: wire.reason.or_empty(),
        text: wire
            .reason_text
            .get()
            .or_else(|| wire.status_text.get())
            .or_else(|| delivery?.description.get()),
        place: address(delivery)
            .or_else(|| address(wire.location.get()))
            .unwrap_or_default(),
        origin: party(&wire.shipper),
        destination: party(&wire.ship_to),
        scheduled: [wire.scheduled.or_empty(), wire.scheduled_time.or_empty()],
        rescheduled: [
            wire.rescheduled.or_empty(),
            wire.rescheduled_time.or_empty(),
        ],
        left: delivery.map_or([""; 2], |delivery| {
            [delivery.code.or_empty(), delivery.description.or_empty()]
        }),
        signer: delivery.and_then(|delivery| delivery.signer.get()),
        access_point: wire.access_point.get(),
        last_pickup: wire.last_pickup.or_empty(),
        pickup: wire.pickup.or_empty(),
        references: references
            .into_iter()
            .flat_map(Many::iter)
            .filter_map(|reference| reference.value.get())
            .collect(),
        lead: wire.lead.get(),
        postal: wire.postal.get(),
        service: wire
            .service
            .get()
            .and_then(|service| service.description.get()),
        packages: wire.packages.items.len(),
        ..Record::new(kind)
    };
    if kind != Kind::Manifest || wire.packages.items.is_empty() {
        records.push(record);
        return;
    }
    for package in wire.packages.iter() {
        let when = package.activity.get();
        let weight = package.weight.get();
        let mut record = Record {
            number: package.number.get(),
            ..record.clone()
        };
        if let Some(date) = when.and_then(|when| when.date.get()) {
            (record.date, record.time) = (date, when.map_or("", |when| when.time.or_empty()));
        }
        record.references.extend(
            package
                .references
                .iter()
                .filter_map(|reference| reference.value.get()),
        );
        let unit = weight
            .and_then(|weight| weight.unit.get())
            .map_or("", |unit| unit.code.or_empty());
        record.weight = [weight.map_or("", |weight| weight.value.or_empty()), unit];
        records.push(record);
    }
}

fn json_address<'t>(wire: &'t WireAddress<'_>) -> Address<'t> {
    Address {
        city: wire.city.get(),
        region: wire.region.get(),
        postcode: wire.postcode.get(),
        country: wire.country.get(),
        facility: None,
    }
}

/// The XML dress; none when it is another kind of message.
pub(super) fn xml_feed<'d>(root: Node<'d, '_>) -> Option<Feed<'d>> {
    let response = root
        .child("Response")
        .filter(|_| root.name() == "QuantumViewResponse")?;
    let mut feed = Feed {
        is_success: response.get("ResponseStatusCode") != Some("0"),
        bookmark: root.get("Bookmark"),
        ..Feed::default()
    };
    feed.errors
        .extend(response.all("Error").map(Interchange::of));
    for subscription in root
        .child("QuantumViewEvents")
        .into_iter()
        .flat_map(|events| events.all("SubscriptionEvents"))
    {
        feed.subscriptions
            .extend(subscription.get_at(&["SubscriptionStatus", "Code"]));
        for file in subscription.all("SubscriptionFile") {
            for kind in Kind::ALL {
                file.all(kind.name())
                    .for_each(|record| xml_record(kind, record, &mut feed.records));
            }
        }
    }
    Some(feed)
}

fn xml_record<'d>(kind: Kind, node: Node<'d, '_>, records: &mut Vec<Record<'d>>) {
    let get = |name: &str| node.get(name);
    let pair =
        |day: &str, time: &str| [get(day).unwrap_or_default(), get(time).unwrap_or_default()];
    let address = |path: &[&str]| node.at(path).map(xml_address);
    let left = |name| node.get_at(&["DeliveryLocation", name]);
    let references = [
        "ReferenceNumber",
        "PackageReferenceNumber",
        "ShipmentReferenceNumber",
    ];
    let record = Record {
        number: get("TrackingNumber"),
        date: get("Date")
            .or_else(|| node.get_at(&["Activity", "Date"]))
            .or_else(|| get("PickupDate"))
            .unwrap_or_default(),
        time: get("Time")
            .or_else(|| node.get_at(&["Activity", "Time"]))
            .unwrap_or_default(),
        code: ["ActivityType", "ReasonCode", "StatusCode"]
            .into_iter()
            .find_map(get)
            .unwrap_or_default(),
        reason: get("ReasonCode").unwrap_or_default(),
        text: get("ReasonDescription")
            .or_else(|| get("StatusDescription"))
            .or_else(|| left("Description")),
        place: address(&["DeliveryLocation", "AddressArtifactFormat"])
            .or_else(|| address(&["ActivityLocation", "AddressArtifactFormat"]))
            .unwrap_or_default(),
        origin: address(&["Shipper", "Address"]).unwrap_or_default(),
        destination: address(&["ShipTo", "Address"]).unwrap_or_default(),
        scheduled: pair("ScheduledDeliveryDate", "ScheduledDeliveryTime"),
        rescheduled: pair("RescheduledDeliveryDate", "RescheduledDeliveryTime"),
        left: [
            left("Code").unwrap_or_default(),
            left("Description").unwrap_or_default(),
        ],
        signer: left("SignedForByName"),
        access_point: get("AccessPointLocationID"),
        last_pickup: get("LastPickupDate").unwrap_or_default(),
        pickup: get("PickupDate").unwrap_or_default(),
        references: references
            .into_iter()
            .flat_map(|name| node.all(name))
            .filter_map(|reference| reference.get("Value"))
            .collect(),
        lead: get("LeadShipmentTrackingNumber"),
        postal: get("PostalServiceTrackingID"),
        service: node.get_at(&["Service", "Description"]),
        packages: node.all("Package").count(),
        ..Record::new(kind)
    };
    if kind != Kind::Manifest || record.packages == 0 {
        records.push(record);
        return;
    }
    for package in node.all("Package") {
        let mut record = Record {
            number: package.get("TrackingNumber"),
            ..record.clone()
        };
        if let Some(date) = package.get_at(&["Activity", "Date"]) {
            (record.date, record.time) = (
                date,
                package.get_at(&["Activity", "Time"]).unwrap_or_default(),
            );
        }
        record.references.extend(
            package
                .all("ReferenceNumber")
                .filter_map(|reference| reference.get("Value")),
        );
        let unit = package
            .get_at(&["PackageWeight", "UnitOfMeasurement", "Code"])
            .unwrap_or_default();
        record.weight = [
            package
                .get_at(&["PackageWeight", "Weight"])
                .unwrap_or_default(),
            unit,
        ];
        records.push(record);
    }
}

fn xml_address<'d>(node: Node<'d, '_>) -> Address<'d> {
    Address {
        city: node.get("PoliticalDivision2").or_else(|| node.get("City")),
        region: node
            .get("PoliticalDivision1")
            .or_else(|| node.get("StateProvinceCode")),
        postcode: node
            .get("PostcodePrimaryLow")
            .or_else(|| node.get("PostalCode")),
        country: node.get("CountryCode"),
        facility: None,
    }
}
