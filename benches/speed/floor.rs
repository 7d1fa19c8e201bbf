//! The floors: what parsing alone costs. JSON into borrowed typed structs by serde; XML by a bare
//! walk over the reader's events.

#![allow(dead_code, reason = "the floor reads every field and uses none")]

use std::borrow::Cow;
use std::hint::black_box;

use serde::Deserialize;

/// A text that borrows where it can. As a field of its own `Cow` would always copy.
#[derive(Deserialize)]
#[serde(transparent)]
struct S<'a>(#[serde(borrow)] Cow<'a, str>);

macro_rules! typed {
    ($($name:ident { $($field:ident $(= $key:literal)?: $type:ty,)* })+) => {$(
        #[derive(Deserialize)]
        struct $name<'a> { $(#[serde(borrow $(, rename = $key)?)] $field: $type,)* }
    )+};
}

/// Walks over every event of the XML reader.
pub fn xml(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).unwrap();
    let mut reader = quick_xml::Reader::from_str(text);
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Eof => return,
            event => _ = black_box(event),
        }
    }
}

fn json<'a, T: Deserialize<'a>>(bytes: &'a [u8]) {
    black_box(serde_json::from_slice::<T>(bytes).unwrap());
}

typed! {
    UnifiedAnswer { shipments: Vec<UnifiedShipment<'a>>, }
    UnifiedShipment { id: S<'a>, service: S<'a>, origin: UnifiedPlace<'a>, destination: UnifiedPlace<'a>, events: Vec<UnifiedEvent<'a>>, }
    UnifiedPlace { address: UnifiedAddress<'a>, }
    UnifiedAddress { locality = "addressLocality": S<'a>, country = "countryCode": S<'a>, }
    UnifiedEvent { timestamp: S<'a>, location: UnifiedPlace<'a>, coarse = "statusCode": S<'a>, status: S<'a>, description: S<'a>, }
}

pub fn dhl_unified(bytes: &[u8]) {
    json::<UnifiedAnswer<'_>>(bytes);
}

typed! {
    ExpressAnswer { shipments: Vec<ExpressShipment<'a>>, }
    ExpressShipment { number = "shipmentTrackingNumber": S<'a>, status: S<'a>, product = "productCode": S<'a>, events: Vec<ExpressEvent<'a>>, }
    ExpressEvent { date: S<'a>, time: S<'a>, offset = "GMTOffset": S<'a>, code = "typeCode": S<'a>, description: S<'a>, area = "serviceArea": Vec<ExpressArea<'a>>, }
    ExpressArea { code: S<'a>, description: S<'a>, }
}

pub fn dhl_express(bytes: &[u8]) {
    json::<ExpressAnswer<'_>>(bytes);
}

typed! {
    FedexAnswer { output: FedexOutput<'a>, }
    FedexOutput { complete = "completeTrackResults": Vec<FedexComplete<'a>>, }
    FedexComplete { number = "trackingNumber": S<'a>, results = "trackResults": Vec<FedexResult<'a>>, }
    FedexResult { info = "trackingNumberInfo": FedexNumber<'a>, scans = "scanEvents": Vec<FedexScan<'a>>, }
    FedexNumber { number = "trackingNumber": S<'a>, unique = "trackingNumberUniqueId": S<'a>, carrier = "carrierCode": S<'a>, }
    FedexScan {
        date: S<'a>,
        kind = "eventType": S<'a>,
        description = "eventDescription": S<'a>,
        exception = "exceptionCode": S<'a>,
        exception_text = "exceptionDescription": S<'a>,
        location = "scanLocation": FedexAddress<'a>,
        location_type = "locationType": S<'a>,
        derived = "derivedStatusCode": S<'a>,
        derived_text = "derivedStatus": S<'a>,
    }
    FedexAddress { city: S<'a>, country = "countryCode": S<'a>, }
}

pub fn fedex_track(bytes: &[u8]) {
    json::<FedexAnswer<'_>>(bytes);
}

pub fn fedex_webhook(bytes: &[u8]) {
    json::<FedexResult<'_>>(bytes);
}

typed! {
    UpsAnswer { response = "trackResponse": UpsResponse<'a>, }
    UpsResponse { shipment: Vec<UpsShipment<'a>>, }
    UpsShipment { number = "inquiryNumber": S<'a>, package: Vec<UpsPackage<'a>>, }
    UpsPackage { number = "trackingNumber": S<'a>, activity: Vec<UpsActivity<'a>>, }
    UpsActivity {
        location: UpsLocation<'a>,
        status: UpsStatus<'a>,
        date: S<'a>,
        time: S<'a>,
        gmt_date = "gmtDate": S<'a>,
        gmt_offset = "gmtOffset": S<'a>,
        gmt_time = "gmtTime": S<'a>,
    }
    UpsLocation { address: UpsAddress<'a>, slic: S<'a>, }
    UpsAddress { city: S<'a>, state = "stateProvince": S<'a>, country_code = "countryCode": S<'a>, country: S<'a>, }
    UpsStatus { kind = "type": S<'a>, description: S<'a>, code: S<'a>, status_code = "statusCode": S<'a>, }
}

pub fn ups_track(bytes: &[u8]) {
    json::<UpsAnswer<'_>>(bytes);
}

typed! {
    SfOuter { code = "apiResultCode": S<'a>, data = "apiResultData": S<'a>, }
    SfInner { message = "msgData": SfMessage<'a>, }
    SfMessage { responses = "routeResps": Vec<SfResponse<'a>>, }
    SfResponse { number = "mailNo": S<'a>, routes: Vec<SfRoute<'a>>, }
    SfRoute {
        address = "acceptAddress": S<'a>,
        time = "acceptTime": S<'a>,
        remark: S<'a>,
        code = "opCode": S<'a>,
        first = "firstStatusCode": S<'a>,
        second = "secondaryStatusCode": S<'a>,
    }
}

/// JSON in JSON: the floor, too, must undo the escapes and read the inner document.
pub fn sf_routes(bytes: &[u8]) {
    let outer: SfOuter<'_> = serde_json::from_slice(bytes).unwrap();
    black_box(serde_json::from_str::<SfInner<'_>>(&outer.data.0).unwrap());
}

typed! {
    PushBody { body = "Body": PushRoutes<'a>, }
    PushRoutes { routes = "WaybillRoute": Vec<PushRoute<'a>>, }
    PushRoute {
        id: S<'a>,
        number = "mailno": S<'a>,
        order = "orderid": S<'a>,
        time = "acceptTime": S<'a>,
        address = "acceptAddress": S<'a>,
        remark: S<'a>,
        code = "opCode": S<'a>,
    }
}

pub fn sf_push(bytes: &[u8]) {
    json::<PushBody<'_>>(bytes);
}

typed! {
    UspsAnswer { number = "trackingNumber": S<'a>, events = "trackingEvents": Vec<UspsEvent<'a>>, }
    UspsEvent {
        kind = "eventType": S<'a>,
        local = "eventTimestamp": S<'a>,
        gmt = "GMTTimestamp": S<'a>,
        offset = "GMTOffset": S<'a>,
        city = "eventCity": S<'a>,
        state = "eventState": S<'a>,
        zip = "eventZIP": S<'a>,
        code = "eventCode": S<'a>,
    }
}

pub fn usps_tracking(bytes: &[u8]) {
    json::<UspsAnswer<'_>>(bytes);
}
