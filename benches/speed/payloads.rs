//! One payload a feed, with so many events: synthetic, in the shapes of the samples.

use std::fmt::Write as _;

use super::floor;

/// A payload and its floor.
pub struct Case {
    pub feed: &'static str,
    pub bytes: Vec<u8>,
    pub floor: fn(&[u8]),
    pub floor_name: &'static str,
    pub aim: f64,
}

pub fn all(events: usize) -> Vec<Case> {
    let json = |feed, floor, bytes: String| Case {
        feed,
        bytes: bytes.into_bytes(),
        floor,
        floor_name: "serde_json, typed",
        aim: 1.5,
    };
    let xml = |feed, bytes: String| Case {
        feed,
        bytes: bytes.into_bytes(),
        floor: floor::xml,
        floor_name: "quick-xml, walk",
        aim: 1.3,
    };
    vec![
        json("dhl.unified", floor::dhl_unified, dhl_unified(events)),
        json("dhl.express", floor::dhl_express, dhl_express(events)),
        xml("dhl.express-xml", dhl_express_xml(events)),
        xml("dhl.parcel-de", dhl_parcel_de(events)),
        json("fedex.track", floor::fedex_track, fedex_track(events)),
        xml("fedex.track-xml", fedex_track_xml(events)),
        json("fedex.webhook", floor::fedex_webhook, fedex_result(events)),
        json("ups.track", floor::ups_track, ups_track(events)),
        xml("ups.track-xml", ups_track_xml(events)),
        xml("ups.quantum-view", ups_quantum_view(events)),
        json("sf.routes", floor::sf_routes, sf_routes(events)),
        xml("sf.routes-xml", sf_routes_xml(events)),
        json("sf.push", floor::sf_push, sf_push(events)),
        xml("cn-customs.ceb", ceb(events)),
        json("usps.tracking", floor::usps_tracking, usps_tracking(events)),
    ]
}

/// Repeats a row, newest first: the row is given its day and hour.
fn rows(events: usize, separator: &str, row: impl Fn(usize, usize) -> String) -> String {
    let mut out = String::new();
    for nth in (0..events).rev() {
        if !out.is_empty() {
            out.push_str(separator);
        }
        let _ = write!(out, "{}", row(1 + nth / 4, 6 + nth % 4 * 4));
    }
    out
}

fn dhl_unified(events: usize) -> String {
    let rows = rows(events, ",", |day, hour| {
        format!(
            r#"{{"timestamp":"2025-03-{day:02}T{hour:02}:12:00","location":{{"address":{{"addressLocality":"LEIPZIG - GERMANY","countryCode":"DE"}}}},"statusCode":"transit","status":"AF","description":"Arrived at a sort facility of the carrier"}}"#
        )
    });
    format!(
        r#"{{"shipments":[{{"id":"7100000042","service":"express","origin":{{"address":{{"addressLocality":"SHENZHEN - CHINA, PEOPLES REPUBLIC","countryCode":"CN"}}}},"destination":{{"address":{{"addressLocality":"HAMBURG - GERMANY","countryCode":"DE"}}}},"events":[{rows}]}}]}}"#
    )
}

fn dhl_express(events: usize) -> String {
    let rows = rows(events, ",", |day, hour| {
        format!(
            r#"{{"date":"2025-03-{day:02}","time":"{hour:02}:12:00","GMTOffset":"+01:00","typeCode":"AF","description":"Arrived at a sort facility","serviceArea":[{{"code":"LEJ","description":"Leipzig-DE"}}]}}"#
        )
    });
    format!(
        r#"{{"shipments":[{{"shipmentTrackingNumber":"4800000017","status":"Success","productCode":"P","events":[{rows}]}}]}}"#
    )
}

fn dhl_express_xml(events: usize) -> String {
    let rows = rows(events, "", |day, hour| {
        format!(
            "<ShipmentEvent><Date>2025-01-{day:02}</Date><Time>{hour:02}:32:00</Time><ServiceEvent><EventCode>AF</EventCode><Description>Arrived at a sort facility</Description></ServiceEvent><Signatory/><ServiceArea><ServiceAreaCode>CVG</ServiceAreaCode><Description>CINCINNATI,OH-USA</Description></ServiceArea></ShipmentEvent>"
        )
    });
    format!(
        "<req:TrackingResponse xmlns:req=\"http://www.dhl.com\"><Response><ServiceHeader><MessageTime>2025-01-20T10:00:00</MessageTime></ServiceHeader></Response><AWBInfo><AWBNumber>3100000008</AWBNumber><Status><ActionStatus>success</ActionStatus></Status><ShipmentInfo><Pieces>1</Pieces>{rows}</ShipmentInfo></AWBInfo></req:TrackingResponse>"
    )
}

fn dhl_parcel_de(events: usize) -> String {
    let rows = rows(events, "", |day, hour| {
        format!(
            "<data name=\"piece-event\" event-timestamp=\"{day:02}.05.2025 {hour:02}:03\" event-status=\"processed at origin\" event-text=\"processed at origin\" ice=\"LDTMV\" ric=\"MVMTV\" event-location=\"Koeln\" event-country=\"Germany\" standard-event-code=\"AA\" ruecksendung=\"false\"/>"
        )
    });
    format!(
        "<data name=\"piece-shipment-list\" code=\"0\" request-id=\"r-1\"><data name=\"piece-shipment\" piece-code=\"00340434999900000013\" product-name=\"DHL PAKET\" dest-country=\"DE\" origin-country=\"DE\" ruecksendung=\"false\"><data name=\"piece-event-list\" piece-identifier=\"340434999900000013\">{rows}</data></data></data>"
    )
}

fn fedex_scans(events: usize) -> String {
    rows(events, ",", |day, hour| {
        format!(
            r#"{{"date":"2025-03-{day:02}T{hour:02}:05:00+01:00","eventType":"AR","eventDescription":"Arrived at a facility","exceptionCode":"","exceptionDescription":"","scanLocation":{{"city":"LYON","countryCode":"FR"}},"locationType":"SORT_FACILITY","derivedStatusCode":"IT","derivedStatus":"In transit"}}"#
        )
    })
}

fn fedex_result(events: usize) -> String {
    let rows = fedex_scans(events);
    format!(
        r#"{{"trackingNumberInfo":{{"trackingNumber":"449000000001","trackingNumberUniqueId":"2460800000~449000000001~FX","carrierCode":"FDXE"}},"scanEvents":[{rows}]}}"#
    )
}

fn fedex_track(events: usize) -> String {
    let result = fedex_result(events);
    format!(
        r#"{{"output":{{"completeTrackResults":[{{"trackingNumber":"449000000001","trackResults":[{result}]}}]}}}}"#
    )
}

fn fedex_track_xml(events: usize) -> String {
    let rows = rows(events, "", |day, hour| {
        format!(
            "<Events><Timestamp>2025-01-{day:02}T{hour:02}:12:00-08:00</Timestamp><EventType>AR</EventType><EventDescription>Arrived at a facility</EventDescription><Address><City>RENO</City><StateOrProvinceCode>NV</StateOrProvinceCode><CountryCode>US</CountryCode></Address><ArrivalLocation>SORT_FACILITY</ArrivalLocation></Events>"
        )
    });
    format!(
        "<TrackReply xmlns=\"http://fedex.com/ws/track/v16\"><HighestSeverity>SUCCESS</HighestSeverity><CompletedTrackDetails><TrackDetails><TrackingNumber>449000000002</TrackingNumber><CarrierCode>FDXG</CarrierCode>{rows}</TrackDetails></CompletedTrackDetails></TrackReply>"
    )
}

fn ups_track(events: usize) -> String {
    let rows = rows(events, ",", |day, hour| {
        let gmt = hour + 4;
        format!(
            r#"{{"location":{{"address":{{"city":"LOUISVILLE","stateProvince":"KY","countryCode":"US","country":"US"}},"slic":"4001"}},"status":{{"type":"I","description":"Arrived at Facility","code":"AR","statusCode":"005"}},"date":"202503{day:02}","time":"{hour:02}4700","gmtDate":"202503{day:02}","gmtOffset":"-04:00","gmtTime":"{gmt:02}4700"}}"#
        )
    });
    format!(
        r#"{{"trackResponse":{{"shipment":[{{"inquiryNumber":"1Z0000000300000017","package":[{{"trackingNumber":"1Z0000000300000017","activity":[{rows}]}}]}}]}}}}"#
    )
}

fn ups_track_xml(events: usize) -> String {
    let rows = rows(events, "", |day, hour| {
        format!(
            "<Activity><ActivityLocation><Address><City>AUSTIN</City><StateProvinceCode>TX</StateProvinceCode><CountryCode>US</CountryCode></Address></ActivityLocation><Status><StatusType><Code>I</Code><Description>ARRIVAL SCAN</Description></StatusType><StatusCode><Code>AR</Code></StatusCode></Status><Date>201501{day:02}</Date><Time>{hour:02}3000</Time></Activity>"
        )
    });
    format!(
        "<TrackResponse><Response><ResponseStatusCode>1</ResponseStatusCode></Response><Shipment><Package><TrackingNumber>1Z0000000300000025</TrackingNumber>{rows}</Package></Shipment></TrackResponse>"
    )
}

fn ups_quantum_view(events: usize) -> String {
    let rows = rows(events, "", |day, hour| {
        format!(
            "<Origin><ShipperNumber>000000</ShipperNumber><TrackingNumber>1Z0000000300000033</TrackingNumber><Date>202503{day:02}</Date><Time>{hour:02}1500</Time><ActivityLocation><AddressArtifactFormat><PoliticalDivision2>ATLANTA</PoliticalDivision2><PoliticalDivision1>GA</PoliticalDivision1><CountryCode>US</CountryCode></AddressArtifactFormat></ActivityLocation></Origin>"
        )
    });
    format!(
        "<QuantumViewResponse><Response><ResponseStatusCode>1</ResponseStatusCode></Response><QuantumViewEvents><SubscriberID>demo</SubscriberID><SubscriptionEvents><Name>N</Name><SubscriptionFile><FileName>250312_101500001</FileName>{rows}</SubscriptionFile></SubscriptionEvents></QuantumViewEvents></QuantumViewResponse>"
    )
}

fn sf_routes(events: usize) -> String {
    let rows = rows(events, ",", |day, hour| {
        format!(
            r#"{{"acceptAddress":"深圳市","acceptTime":"2025-03-{day:02} {hour:02}:20:00","remark":"快件到达 深圳转运中心","opCode":"31","firstStatusCode":"2","secondaryStatusCode":"201"}}"#
        )
    });
    let inner = format!(
        r#"{{"success":true,"errorCode":"S0000","msgData":{{"routeResps":[{{"mailNo":"SF1000000000017","routes":[{rows}]}}]}}}}"#
    );
    format!(
        r#"{{"apiErrorMsg":"","apiResultCode":"A1000","apiResultData":"{}"}}"#,
        inner.replace('"', "\\\"")
    )
}

fn sf_routes_xml(events: usize) -> String {
    let rows = rows(events, "", |day, hour| {
        format!(
            "<Route remark=\"快件到达 深圳转运中心\" accept_time=\"2017-05-{day:02} {hour:02}:20:00\" accept_address=\"深圳市\" opcode=\"31\"/>"
        )
    });
    format!(
        "<Response service=\"RouteService\"><Head>OK</Head><Body><RouteResponse mailno=\"100000000017\">{rows}</RouteResponse></Body></Response>"
    )
}

fn sf_push(events: usize) -> String {
    let rows = rows(events, ",", |day, hour| {
        format!(
            r#"{{"id":"9000000000{day:02}{hour:02}","mailno":"SF1000000000025","orderid":"WEB-5501","acceptTime":"2025-03-{day:02} {hour:02}:02:11","acceptAddress":"广州市","remark":"快件到达 广州转运中心","opCode":"31"}}"#
        )
    });
    format!(r#"{{"Body":{{"WaybillRoute":[{rows}]}}}}"#)
}

fn ceb(events: usize) -> String {
    let rows = rows(events, "", |day, hour| {
        format!(
            "<InventoryReturn><guid>aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee</guid><customsCode>9999</customsCode><ebpCode>0000000000</ebpCode><ebcCode>0000000001</ebcCode><agentCode>0000000002</agentCode><copNo>EXAMPLE-COP-{day}{hour}</copNo><preNo>B20260102000000001</preNo><invtNo>99992026I0000000{day:02}</invtNo><returnStatus>120</returnStatus><returnTime>202601{day:02}{hour:02}3015123</returnTime><returnInfo>[Code:1800;Desc:逻辑校验通过]</returnInfo></InventoryReturn>"
        )
    });
    format!(
        "<CEB622Message guid=\"11111111-2222-4333-8444-555555555555\" version=\"1.0\" xmlns=\"http://www.chinaport.gov.cn/ceb\">{rows}</CEB622Message>"
    )
}

fn usps_tracking(events: usize) -> String {
    let rows = rows(events, ",", |day, hour| {
        let gmt = hour + 5;
        format!(
            r#"{{"eventType":"Arrived at USPS Regional Facility","eventTimestamp":"2025-02-{day:02}T{hour:02}:40:00","GMTTimestamp":"2025-02-{day:02}T{gmt:02}:40:00Z","GMTOffset":"-05:00","eventCity":"NEW YORK","eventState":"NY","eventZIP":"10001","eventCode":"A1"}}"#
        )
    });
    format!(r#"{{"trackingNumber":"9200190000000000000017","trackingEvents":[{rows}]}}"#)
}
