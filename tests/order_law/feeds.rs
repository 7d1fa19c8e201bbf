//! Every feed's syntax for what a story tells.

use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::story::{Feed, PLACES, Scan, Telling};

const DHL: &[&str] = &["7200000041", "7200000042"];
const FEDEX: &[&str] = &["449000000013", "449000000024"];
const UPS: &[&str] = &["1Z0000000300000013", "1Z0000000300000022"];
const SF: &[&str] = &["SF1000000000203", "SF1000000000017"];
const DHL_CODES: &[&str] = &["PU", "DF", "AR", "CC", "WC", "OK", "OH", "RT", "NEVER-SEEN"];
const FEDEX_CODES: &[&str] = &["OC", "PU", "AR", "DP", "OD", "DE", "DL", "RS", "CA", "XX"];
const UPS_CODES: &[&str] = &[
    "M/MP", "P/PU", "I/OR", "I/DP", "I/AR", "X/48", "D/FS", "D/F4", "D/KB", "I/OT", "RS/RS",
];
const SF_CODES: &[&str] = &[
    "50", "30", "31", "80", "33", "627", "99", "648", "922", "8000", "77777",
];
const FEDEX_KINDS: &[&str] = &[
    "STANDARD_MPS",
    "PARTNER_CARRIER_NUMBER",
    "PURCHASE_ORDER",
    "RETURNED_TO_SHIPPER_TRACKING_NUMBER",
    "OUTBOUND_LINK_TO_RETURN",
    "REROUTE_TRACKING_NUMBER",
    "TRACKING_NUMBER_OR_DOORTAG",
];
const FEDEX_IDS: &[&str] = &["2461000000~449000000013~FX", "2461001000~449000000013~FX"];

/// All feeds with what they speak of.
pub const FEEDS: [Feed; 17] = [
    Feed {
        id: "dhl.unified",
        numbers: DHL,
        ids: &["express", "ecommerce", "parcel-de"],
        codes: DHL_CODES,
        kinds: &[
            "shipment-id",
            "local-tracking-number",
            "ecommerce-number",
            "customer-reference",
            "housebill",
            "customer-order-number",
        ],
    },
    Feed {
        id: "dhl.express",
        numbers: DHL,
        ids: &[],
        codes: DHL_CODES,
        kinds: &["CU"],
    },
    Feed {
        id: "dhl.express-xml",
        numbers: DHL,
        ids: &[],
        codes: DHL_CODES,
        kinds: &["CU"],
    },
    Feed {
        id: "dhl.parcel-de",
        numbers: &["00340434999900000015", "00340434999900000060"],
        ids: &[],
        codes: &[
            "PARCV/NRQRD",
            "SHRCU/SERPT",
            "LDTMV/MVMTV",
            "DLVRD/NGHBR",
            "DLVRD/HNDTC",
            "SRTED/NRQRD",
        ],
        kinds: &["upu", "piece-customer-reference"],
    },
    Feed {
        id: "fedex.track",
        numbers: FEDEX,
        ids: FEDEX_IDS,
        codes: FEDEX_CODES,
        kinds: FEDEX_KINDS,
    },
    Feed {
        id: "fedex.track-xml",
        numbers: FEDEX,
        ids: FEDEX_IDS,
        codes: FEDEX_CODES,
        kinds: FEDEX_KINDS,
    },
    Feed {
        id: "fedex.webhook",
        numbers: FEDEX,
        ids: FEDEX_IDS,
        codes: FEDEX_CODES,
        kinds: FEDEX_KINDS,
    },
    Feed {
        id: "ups.track",
        numbers: UPS,
        ids: &[],
        codes: UPS_CODES,
        kinds: &["USPS_PIC", "", "reference"],
    },
    Feed {
        id: "ups.track-xml",
        numbers: UPS,
        ids: &[],
        codes: UPS_CODES,
        kinds: &["USPS_PIC", "", "reference"],
    },
    Feed {
        id: "ups.track-alert",
        numbers: UPS,
        ids: &[],
        codes: UPS_CODES,
        kinds: &[""],
    },
    Feed {
        id: "ups.quantum-view",
        numbers: UPS,
        ids: &[],
        codes: &["Origin", "Delivery", "Manifest", "Exception"],
        kinds: &["01"],
    },
    Feed {
        id: "usps.tracking",
        numbers: &["9400100000000000000112", "9200190000000000000207"],
        ids: &["piece-1", "piece-2"],
        codes: &["MA", "03", "10", "07", "OF", "01", "56", "21", "ZZ"],
        kinds: &[""],
    },
    Feed {
        id: "sf.routes",
        numbers: SF,
        ids: &[],
        codes: SF_CODES,
        kinds: &["order"],
    },
    Feed {
        id: "sf.routes-xml",
        numbers: SF,
        ids: &[],
        codes: SF_CODES,
        kinds: &["order"],
    },
    Feed {
        id: "sf.push",
        numbers: SF,
        ids: &[],
        codes: SF_CODES,
        kinds: &["order"],
    },
    Feed {
        id: "cn-customs.ceb",
        numbers: &["COP-SAMPLE-203", "COP-SAMPLE-204"],
        ids: &[],
        codes: &["2", "100", "120", "399", "500", "800", "899", "4"],
        kinds: &[
            "logisticsNo",
            "orderNo",
            "invtNo",
            "preNo",
            "billNo",
            "sumNo",
        ],
    },
    Feed {
        id: "shop.orders",
        numbers: &["WEB-100117", "WEB-100118"],
        ids: &["a1", "a2"],
        codes: &[
            "placed",
            "paid",
            "packed",
            "handed_over",
            "cancelled",
            "label",
            "gift_wrapped",
        ],
        kinds: &["b1946ac92492d234", "c2946ac92492d234"],
    },
];

fn iso(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%S+00:00").to_string()
}

fn form(at: DateTime<Utc>, form: &str) -> String {
    at.format(form).to_string()
}

/// The time of day in China.
fn beijing(at: DateTime<Utc>, form: &str) -> String {
    (at + Duration::hours(8)).format(form).to_string()
}

fn pair(code: &str) -> (&str, &str) {
    code.split_once('/').unwrap_or(("", code))
}

/// One record alone, where a payload holds one; else all in one payload.
pub fn payloads(feed: &Feed, tellings: &[Telling]) -> Vec<String> {
    let each = |one: fn(&Telling) -> Value| {
        tellings
            .iter()
            .map(|telling| one(telling).to_string())
            .collect()
    };
    let all = |one: fn(&Telling) -> Value| tellings.iter().map(one).collect::<Vec<Value>>();
    let text = |one: fn(&Telling) -> String| tellings.iter().map(one).collect::<String>();
    match feed.id {
        "dhl.unified" => vec![json!({"shipments": all(dhl_unified)}).to_string()],
        "dhl.express" => vec![json!({"shipments": all(dhl_express)}).to_string()],
        "dhl.express-xml" => vec![format!(r#"<req:TrackingResponse xmlns:req="http://www.dhl.com">{}</req:TrackingResponse>"#, text(dhl_xml))],
        "dhl.parcel-de" => vec![format!(r#"<data name="piece-shipment-list" code="0" request-id="s">{}</data>"#, text(parcel_de))],
        "fedex.track" => vec![json!({"output": {"completeTrackResults": all(|one| json!({"trackingNumber": one.number, "trackResults": [fedex(one)]}))}}).to_string()],
        "fedex.webhook" => each(fedex),
        "fedex.track-xml" => vec![format!(r#"<TrackReply xmlns="http://fedex.com/ws/track/v16"><HighestSeverity>SUCCESS</HighestSeverity><CompletedTrackDetails>{}</CompletedTrackDetails></TrackReply>"#, text(fedex_xml))],
        "ups.track" => vec![json!({"trackResponse": {"shipment": all(ups)}}).to_string()],
        "ups.track-xml" => tellings.iter().map(|one| format!("<TrackResponse><Response><ResponseStatusCode>1</ResponseStatusCode></Response>{}</TrackResponse>", ups_xml(one))).collect(),
        "ups.track-alert" => vec![Value::from(tellings.iter().flat_map(alerts).collect::<Vec<_>>()).to_string()],
        "ups.quantum-view" => vec![json!({"QuantumViewResponse": {"Response": {"ResponseStatusCode": "1"}, "QuantumViewEvents": {"SubscriberID": "s", "SubscriptionEvents": [{"Name": "s", "SubscriptionFile": all(quantum_view)}]}}}).to_string()],
        "usps.tracking" => vec![Value::from(all(usps)).to_string()],
        "sf.routes" => {
            let data = json!({"success": true, "errorCode": "S0000", "msgData": {"routeResps": all(sf)}});
            vec![json!({"apiResultCode": "A1000", "apiResultData": data.to_string()}).to_string()]
        }
        "sf.routes-xml" => vec![format!(r#"<Response service="RouteService"><Head>OK</Head><Body>{}</Body></Response>"#, text(sf_xml))],
        "sf.push" => vec![json!({"Body": {"WaybillRoute": tellings.iter().flat_map(sf_push).collect::<Vec<_>>()}}).to_string()],
        "cn-customs.ceb" => vec![Value::from(tellings.iter().flat_map(ceb).collect::<Vec<_>>()).to_string()],
        "shop.orders" => vec![json!({"format": "parceltrail.orders/1", "orders": all(order)}).to_string()],
        other => panic!("{other}"),
    }
}

fn dhl_place(scan: &Scan) -> Value {
    let (city, _, country) = PLACES[scan.place];
    json!({"address": {"addressLocality": city, "countryCode": country}})
}

fn dhl_unified(one: &Telling) -> Value {
    let events: Vec<Value> = one.scans.iter().map(|scan| json!({"timestamp": iso(scan.at), "status": scan.code, "statusCode": "transit", "description": scan.text, "location": dhl_place(scan)})).collect();
    let references: Vec<Value> = one
        .others
        .iter()
        .map(|(kind, number)| json!({"number": number, "type": kind}))
        .collect();
    let mut record =
        json!({"id": one.number, "events": events, "details": {"references": references}});
    if let Some(service) = one.id {
        record["service"] = service.into();
    }
    if let Some(due) = one.dues.first() {
        record["estimatedTimeOfDelivery"] = iso(*due).into();
    }
    record
}

fn dhl_express(one: &Telling) -> Value {
    let event = |scan: &Scan| json!({"date": form(scan.at, "%Y-%m-%d"), "time": form(scan.at, "%H:%M:%S"), "GMTOffset": "+00:00", "typeCode": scan.code, "description": scan.text, "serviceArea": [{"code": "", "description": PLACES[scan.place].0}], "signedBy": one.signer});
    let piece = |piece: usize| {
        let events: Vec<Value> = one
            .scans
            .iter()
            .filter(|scan| scan.piece == Some(piece))
            .map(event)
            .collect();
        json!({"number": piece, "trackingNumber": format!("JD01460000000000009{piece}"), "events": events})
    };
    let events: Vec<Value> = one
        .scans
        .iter()
        .filter(|scan| scan.piece.is_none())
        .map(event)
        .collect();
    let references: Vec<Value> = one
        .others
        .iter()
        .map(|(kind, number)| json!({"value": number, "typeCode": kind}))
        .collect();
    let mut record = json!({"shipmentTrackingNumber": one.number, "status": "Success", "events": events, "shipperReferences": references, "pieces": [piece(0), piece(1)]});
    if let Some(due) = one.dues.first() {
        record["estimatedDeliveryDate"] = form(*due, "%Y-%m-%d").into();
    }
    record
}

fn dhl_xml(one: &Telling) -> String {
    let event = |scan: &Scan| {
        format!(
            "<ShipmentEvent><Date>{}</Date><Time>{}</Time><ServiceEvent><EventCode>{}</EventCode><Description>{}</Description></ServiceEvent><ServiceArea><ServiceAreaCode>CVG</ServiceAreaCode><Description>{}</Description></ServiceArea></ShipmentEvent>",
            form(scan.at, "%Y-%m-%d"),
            form(scan.at, "%H:%M:%S"),
            scan.code,
            scan.text,
            PLACES[scan.place].0
        )
    };
    let events: String = one.scans.iter().map(event).collect();
    let references: String = one
        .others
        .iter()
        .map(|(_, number)| {
            format!("<ShipperReference><ReferenceID>{number}</ReferenceID></ShipperReference>")
        })
        .collect();
    let due: String = one
        .dues
        .iter()
        .take(1)
        .map(|due| {
            format!(
                "<EstDlvyDate>{} GMT+00:00</EstDlvyDate>",
                form(*due, "%Y-%m-%d %H:%M:%S")
            )
        })
        .collect();
    format!(
        "<AWBInfo><AWBNumber>{}</AWBNumber><Status><ActionStatus>success</ActionStatus></Status><ShipmentInfo><Pieces>1</Pieces>{due}{references}{events}</ShipmentInfo></AWBInfo>",
        one.number
    )
}

fn parcel_de(one: &Telling) -> String {
    let event = |scan: &Scan| {
        let (ice, ric) = pair(scan.code);
        format!(
            r#"<data name="piece-event" event-timestamp="{}" event-status="{}" ice="{ice}" ric="{ric}" event-location="{}" event-country="Germany"/>"#,
            form(scan.at, "%d.%m.%Y %H:%M"),
            scan.text,
            PLACES[scan.place].0
        )
    };
    let events: String = one.scans.iter().map(event).collect();
    let mut others = one.others.clone();
    others.sort_unstable();
    others.dedup_by_key(|(kind, _)| *kind);
    let others: String = others
        .iter()
        .map(|(kind, number)| format!(r#" {kind}="{number}""#))
        .collect();
    format!(
        r#"<data name="piece-shipment" error-status="0" piece-code="{}" dest-country="DE" origin-country="DE"{others}><data name="piece-event-list">{events}</data></data>"#,
        one.number
    )
}

fn fedex(one: &Telling) -> Value {
    let scan = |scan: &Scan| {
        let (city, region, country) = PLACES[scan.place];
        json!({"date": iso(scan.at), "eventType": scan.code, "eventDescription": scan.text, "derivedStatusCode": scan.code, "scanLocation": {"city": city, "stateOrProvinceCode": region, "countryCode": country}})
    };
    let scans: Vec<Value> = one.scans.iter().map(scan).collect();
    let others: Vec<Value> = one
        .others
        .iter()
        .map(|(kind, number)| json!({"type": kind, "values": [number]}))
        .collect();
    let dues: Vec<Value> = one
        .dues
        .iter()
        .zip(["ESTIMATED_DELIVERY", "COMMITMENT"])
        .map(|(due, kind)| json!({"type": kind, "dateTime": iso(*due)}))
        .collect();
    let mut record = json!({"trackingNumberInfo": {"trackingNumber": one.number, "carrierCode": "FDXE"}, "additionalTrackingInfo": {"packageIdentifiers": others}, "scanEvents": scans, "dateAndTimes": dues, "latestStatusDetail": {"code": "IT", "derivedCode": "IT"}});
    if let Some(id) = one.id {
        record["trackingNumberInfo"]["trackingNumberUniqueId"] = id.into();
    }
    if let Some(signer) = one.signer {
        record["deliveryDetails"] = json!({"receivedByName": signer});
    }
    record
}

fn fedex_xml(one: &Telling) -> String {
    let event = |scan: &Scan| {
        format!(
            "<Events><Timestamp>{}</Timestamp><EventType>{}</EventType><EventDescription>{}</EventDescription><Address><City>{}</City><CountryCode>{}</CountryCode></Address></Events>",
            iso(scan.at),
            scan.code,
            scan.text,
            PLACES[scan.place].0,
            PLACES[scan.place].2
        )
    };
    let events: String = one.scans.iter().map(event).collect();
    let others: String = one
        .others
        .iter()
        .map(|(kind, number)| {
            format!("<OtherIdentifiers><PackageIdentifier><Type>{kind}</Type><Value>{number}</Value></PackageIdentifier></OtherIdentifiers>")
        })
        .collect();
    let id: String = one
        .id
        .iter()
        .map(|id| format!("<TrackingNumberUniqueIdentifier>{id}</TrackingNumberUniqueIdentifier>"))
        .collect();
    let due: String = one
        .dues
        .iter()
        .take(1)
        .map(|due| {
            format!(
                "<EstimatedDeliveryTimestamp>{}</EstimatedDeliveryTimestamp>",
                iso(*due)
            )
        })
        .collect();
    format!(
        "<TrackDetails><TrackingNumber>{}</TrackingNumber>{id}{others}{due}{events}<CarrierCode>FDXE</CarrierCode></TrackDetails>",
        one.number
    )
}

fn ups(one: &Telling) -> Value {
    let activity = |scan: &Scan| {
        let ((kind, code), (day, time), (city, region, country)) = (
            pair(scan.code),
            (form(scan.at, "%Y%m%d"), form(scan.at, "%H%M%S")),
            PLACES[scan.place],
        );
        json!({"status": {"type": kind, "code": code, "description": scan.text}, "date": day, "time": time, "gmtDate": day, "gmtTime": time, "gmtOffset": "+00:00", "location": {"address": {"city": city, "stateProvince": region, "countryCode": country}}})
    };
    let others: Vec<Value> = one
        .others
        .iter()
        .filter(|(kind, _)| *kind != "reference")
        .map(|(kind, number)| json!({"type": kind, "number": number}))
        .collect();
    let references: Vec<Value> = one
        .others
        .iter()
        .filter(|(kind, _)| *kind == "reference")
        .map(|(_, number)| json!({"type": "PACKAGE", "number": number}))
        .collect();
    let dues: Vec<Value> = one
        .dues
        .iter()
        .zip(["SDD", "RDD"])
        .map(|(due, kind)| json!({"type": kind, "date": form(*due, "%Y%m%d")}))
        .collect();
    let activities: Vec<Value> = one.scans.iter().map(activity).collect();
    let mut package = json!({"trackingNumber": one.number, "activity": activities, "alternateTrackingNumber": others, "referenceNumber": references, "deliveryDate": dues});
    if let Some(signer) = one.signer {
        package["deliveryInformation"] = json!({"receivedBy": signer, "location": "FRONT DOOR"});
    }
    json!({"inquiryNumber": one.number, "package": [package]})
}

fn ups_xml(one: &Telling) -> String {
    let activity = |scan: &Scan| {
        let (kind, code) = pair(scan.code);
        format!(
            "<Activity><ActivityLocation><Address><City>{}</City><CountryCode>{}</CountryCode></Address></ActivityLocation><Status><StatusType><Code>{kind}</Code><Description>{}</Description></StatusType><StatusCode><Code>{code}</Code></StatusCode></Status><Date>{}</Date><Time>{}</Time></Activity>",
            PLACES[scan.place].0,
            PLACES[scan.place].2,
            scan.text,
            form(scan.at, "%Y%m%d"),
            form(scan.at, "%H%M%S")
        )
    };
    let activities: String = one.scans.iter().map(activity).collect();
    let other = |(kind, number): &(&str, &str)| match *kind {
        "reference" => {
            format!("<ReferenceNumber><Code>01</Code><Value>{number}</Value></ReferenceNumber>")
        }
        kind => format!(
            "<AlternateTrackingInfo><Type>{kind}</Type><Value>{number}</Value></AlternateTrackingInfo>"
        ),
    };
    let others: String = one.others.iter().map(other).collect();
    format!(
        "<Shipment><ShipmentIdentificationNumber>{0}</ShipmentIdentificationNumber><Package><TrackingNumber>{0}</TrackingNumber>{others}{activities}</Package></Shipment>",
        one.number
    )
}

fn alerts(one: &Telling) -> Vec<Value> {
    let others: Vec<&str> = one.others.iter().map(|(_, number)| *number).collect();
    let alert = |scan: &Scan| {
        let ((kind, code), (day, time), (city, region, country)) = (
            pair(scan.code),
            (form(scan.at, "%Y%m%d"), form(scan.at, "%H%M%S")),
            PLACES[scan.place],
        );
        let due = one
            .dues
            .first()
            .map(|due| form(*due, "%Y%m%d"))
            .unwrap_or_default();
        json!({"trackingNumber": one.number, "localActivityDate": day, "localActivityTime": time, "gmtActivityDate": day, "gmtActivityTime": time, "gmtOffset": "+00.00", "activityLocation": {"city": city, "stateProvince": region, "country": country}, "activityStatus": {"type": kind, "code": code, "description": scan.text}, "scheduledDeliveryDate": due, "alternateTrackingNumber": others, "receivedBy": one.signer})
    };
    one.scans.iter().map(alert).collect()
}

fn quantum_view(one: &Telling) -> Value {
    let mut file = json!({"FileName": "f", "StatusType": {"Code": "U"}});
    for scan in &one.scans {
        let (day, time) = (form(scan.at, "%Y%m%d"), form(scan.at, "%H%M%S"));
        let references: Vec<Value> = one
            .others
            .iter()
            .map(|(code, number)| json!({"Code": code, "Value": number}))
            .collect();
        let due = one
            .dues
            .first()
            .map(|due| form(*due, "%Y%m%d"))
            .unwrap_or_default();
        let record = match scan.code {
            "Manifest" => {
                json!({"ReferenceNumber": references, "PickupDate": day, "ScheduledDeliveryDate": due, "LeadShipmentTrackingNumber": scan.other, "Package": [{"TrackingNumber": one.number, "Activity": [{"Date": day, "Time": time}]}]})
            }
            _ => {
                json!({"TrackingNumber": one.number, "Date": day, "Time": time, "PackageReferenceNumber": references, "ScheduledDeliveryDate": due, "ActivityLocation": {"AddressArtifactFormat": {"PoliticalDivision2": PLACES[scan.place].0, "CountryCode": PLACES[scan.place].2}}})
            }
        };
        match file.get_mut(scan.code).and_then(Value::as_array_mut) {
            Some(records) => records.push(record),
            None => file[scan.code] = Value::from(vec![record]),
        }
    }
    file
}

fn usps(one: &Telling) -> Value {
    let event = |scan: &Scan| {
        let (city, region, _) = PLACES[scan.place];
        json!({"eventType": scan.text, "eventTimestamp": form(scan.at, "%Y-%m-%dT%H:%M:%S"), "GMTTimestamp": form(scan.at, "%Y-%m-%dT%H:%M:%SZ"), "GMTOffset": "+00:00", "eventCity": city, "eventState": region, "eventCode": scan.code})
    };
    let events: Vec<Value> = one.scans.iter().map(event).collect();
    let mut record = json!({"trackingNumber": one.number, "statusCategory": "In Transit", "trackingEvents": events, "uniqueMailPieceID": one.id});
    if let Some(due) = one.dues.first() {
        record["expectedDeliveryTimeStamp"] = form(*due, "%Y-%m-%dT%H:%M:%S").into();
    }
    record
}

fn route(scan: &Scan) -> Value {
    let remark = scan.other.map_or(scan.text.to_owned(), |other| {
        format!("快件已退回/转寄,新单号为: {other}")
    });
    json!({"acceptTime": beijing(scan.at, "%Y-%m-%d %H:%M:%S"), "acceptAddress": PLACES[scan.place].0, "opCode": scan.code, "remark": remark})
}

fn sf(one: &Telling) -> Value {
    let routes: Vec<Value> = one.scans.iter().map(route).collect();
    json!({"mailNo": one.number, "orderId": one.others.first().map(|(_, number)| number), "routes": routes})
}

fn sf_xml(one: &Telling) -> String {
    let line = |scan: &Scan| {
        let route = route(scan);
        let of = |name: &str| route[name].as_str().unwrap().to_owned();
        format!(
            r#"<Route opcode="{}" accept_time="{}" accept_address="{}" remark="{}"/>"#,
            of("opCode"),
            of("acceptTime"),
            of("acceptAddress"),
            of("remark")
        )
    };
    format!(
        r#"<RouteResponse mailno="{}">{}</RouteResponse>"#,
        one.number,
        one.scans.iter().map(line).collect::<String>()
    )
}

fn sf_push(one: &Telling) -> Vec<Value> {
    let line = |scan: &Scan| {
        let mut line = route(scan);
        line["mailno"] = one.number.into();
        line["orderid"] = one.others.first().map(|(_, number)| *number).into();
        line
    };
    one.scans.iter().map(line).collect()
}

fn ceb(one: &Telling) -> Vec<Value> {
    let receipt = |scan: &Scan| {
        let message = if scan.piece.is_some() {
            "CEB622Message"
        } else {
            "CEB604Message"
        };
        let mut record = json!({"messageType": message, "copNo": one.number, "returnStatus": scan.code, "returnTime": beijing(scan.at, "%Y%m%d%H%M%S"), "returnInfo": "回执"});
        for (field, number) in &one.others {
            record[*field] = (*number).into();
        }
        if let Some(other) = scan.other {
            record["logisticsNo"] = other.into();
        }
        record
    };
    one.scans.iter().map(receipt).collect()
}

fn order(one: &Telling) -> Value {
    let signal = |scan: &Scan| {
        let mut signal = json!({"at": iso(scan.at), "signal": scan.code, "note": scan.text});
        if let Some(other) = scan.other {
            signal["number"] = other.into();
            signal["carrier"] = ["ups", "sf", "dhl"][scan.place % 3].into();
        }
        signal
    };
    let signals: Vec<Value> = one.scans.iter().map(signal).collect();
    let mut record = json!({"number": one.number, "signals": signals, "id": one.id, "basket": one.others.first().map(|(basket, _)| basket), "customer": one.signer.map(|_| "9f2c4e1ab07d44c3a1e0")});
    for (due, field) in one.dues.iter().zip(["ship_by", "deliver_by"]) {
        record[field] = iso(*due).into();
    }
    record
}
