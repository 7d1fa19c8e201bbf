//! Payloads whose rows differ as those of carriers do: every row of the plain ones has the same
//! place and sentence.

/// What stands in every row of some payload, and what may stand there.
const ROWS: [(&str, [&str; 6]); 16] = [
    (
        "LEIPZIG - GERMANY",
        [
            "SHENZHEN - CHINA, PEOPLES REPUBLIC",
            "HONG KONG - HONG KONG SAR",
            "LEIPZIG - GERMANY",
            "COLOGNE - GERMANY",
            "HAMBURG - GERMANY",
            "BERLIN - GERMANY",
        ],
    ),
    (
        "Arrived at a sort facility of the carrier",
        [
            "Shipment picked up",
            "Processed for clearance at the gateway",
            "Arrived at a sort facility of the carrier",
            "Departed from a facility",
            "Customs clearance status updated",
            "With the courier for delivery today",
        ],
    ),
    (
        "Arrived at a sort facility",
        [
            "Shipment picked up",
            "Processed at a facility",
            "Arrived at a sort facility",
            "Departed from a facility",
            "Clearance event",
            "With delivery courier",
        ],
    ),
    (
        "CINCINNATI,OH-USA",
        [
            "CINCINNATI,OH-USA",
            "LOS ANGELES,CA-USA",
            "EAST MIDLANDS-GBR",
            "LEIPZIG-DEU",
            "HONG KONG-HKG",
            "TOKYO-JPN",
        ],
    ),
    (
        "processed at origin",
        [
            "electronically announced",
            "processed at origin",
            "on the way to the delivery base",
            "loaded onto the delivery vehicle",
            "arrived at the branch",
            "handed over for sorting",
        ],
    ),
    (
        "Arrived at a facility",
        [
            "Picked up",
            "Left the origin facility",
            "Arrived at a facility",
            "At the local facility",
            "On the vehicle for delivery",
            "In transit",
        ],
    ),
    (
        "\"LYON\"",
        [
            "\"MEMPHIS\"",
            "\"ROISSY CHARLES DE GAULLE\"",
            "\"LYON\"",
            "\"SHANGHAI\"",
            "\"ANCHORAGE\"",
            "\"VILLEURBANNE\"",
        ],
    ),
    (
        ">RENO<",
        [
            ">RENO<",
            ">SACRAMENTO<",
            ">MEMPHIS<",
            ">OAKLAND<",
            ">LAS VEGAS<",
            ">PORTLAND<",
        ],
    ),
    (
        "LOUISVILLE",
        [
            "LOUISVILLE",
            "ANCHORAGE",
            "ONTARIO",
            "PHILADELPHIA",
            "SHENZHEN",
            "DALLAS",
        ],
    ),
    (
        "Arrived at Facility",
        [
            "Origin Scan",
            "Departed from Facility",
            "Arrived at Facility",
            "Out For Delivery Today",
            "Processing at the facility",
            "Import Scan",
        ],
    ),
    (
        "ARRIVAL SCAN",
        [
            "ORIGIN SCAN",
            "DEPARTURE SCAN",
            "ARRIVAL SCAN",
            "OUT FOR DELIVERY",
            "DESTINATION SCAN",
            "IMPORT SCAN",
        ],
    ),
    (
        ">AUSTIN<",
        [
            ">AUSTIN<",
            ">SAN ANTONIO<",
            ">HOUSTON<",
            ">DALLAS<",
            ">FORT WORTH<",
            ">EL PASO<",
        ],
    ),
    (
        "ATLANTA",
        [
            "ATLANTA", "SAVANNAH", "MACON", "AUGUSTA", "ATHENS", "ALBANY",
        ],
    ),
    (
        "快件到达 深圳转运中心",
        [
            "顺丰速运 已收取快件",
            "快件在 深圳宝安营业点 完成分拣,准备发往下一站",
            "快件到达 深圳转运中心",
            "快件已发车",
            "快件交给快递员,正在派送途中",
            "快件到达 广州白云营业点",
        ],
    ),
    (
        "快件到达 广州转运中心",
        [
            "顺丰速运 已收取快件",
            "快件在 广州天河营业点 完成分拣,准备发往下一站",
            "快件到达 广州转运中心",
            "快件已发车",
            "快件交给快递员,正在派送途中",
            "快件到达 佛山营业点",
        ],
    ),
    (
        "Arrived at USPS Regional Facility",
        [
            "Accepted at USPS Origin Facility",
            "Departed USPS Regional Facility",
            "Arrived at USPS Regional Facility",
            "In Transit to Next Facility",
            "Out for Delivery",
            "Arrived at Post Office",
        ],
    ),
];

/// The payload with other words in each row.
pub fn varied(payload: &str) -> String {
    let mut out = payload.to_owned();
    for (plain, others) in ROWS {
        let mut parts = out.split(plain);
        let mut changed = parts.next().unwrap_or_default().to_owned();
        for (nth, part) in parts.enumerate() {
            changed.push_str(others[nth % others.len()]);
            changed.push_str(part);
        }
        out = changed;
    }
    out
}
