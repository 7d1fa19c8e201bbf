//! Places and lanes of the simulated parcels.

use chrono_tz::Tz;

use super::carrier::Carrier;

/// A place of scans.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Site {
    pub city: &'static str,
    pub region: &'static str,
    pub country: &'static str,
    pub country_name: &'static str,
    pub chinese: &'static str,
    pub zone: Tz,
}

const fn site(
    city: &'static str,
    region: &'static str,
    country: [&'static str; 2],
    chinese: &'static str,
    zone: Tz,
) -> Site {
    Site {
        city,
        region,
        country: country[0],
        country_name: country[1],
        chinese,
        zone,
    }
}

const CN: [&str; 2] = ["CN", "CHINA, PEOPLES REPUBLIC"];
const DE: [&str; 2] = ["DE", "GERMANY"];
const FR: [&str; 2] = ["FR", "FRANCE"];
const HK: [&str; 2] = ["HK", "HONG KONG"];
const JP: [&str; 2] = ["JP", "JAPAN"];
const SG: [&str; 2] = ["SG", "SINGAPORE"];
const US: [&str; 2] = ["US", "USA"];

static SHENZHEN: Site = site("SHENZHEN", "", CN, "深圳市", chrono_tz::Asia::Shanghai);
static GUANGZHOU: Site = site("GUANGZHOU", "", CN, "广州市", chrono_tz::Asia::Shanghai);
static WUHAN: Site = site("WUHAN", "", CN, "武汉市", chrono_tz::Asia::Shanghai);
static BEIJING: Site = site("BEIJING", "", CN, "北京市", chrono_tz::Asia::Shanghai);
static HONG_KONG: Site = site("HONG KONG", "", HK, "香港", chrono_tz::Asia::Hong_Kong);
static TOKYO: Site = site("TOKYO", "", JP, "东京", chrono_tz::Asia::Tokyo);
static SINGAPORE: Site = site("SINGAPORE", "", SG, "新加坡", chrono_tz::Asia::Singapore);
static LEIPZIG: Site = site("LEIPZIG", "", DE, "莱比锡", chrono_tz::Europe::Berlin);
static HAMBURG: Site = site("HAMBURG", "", DE, "汉堡", chrono_tz::Europe::Berlin);
static KOELN: Site = site("KOELN", "", DE, "科隆", chrono_tz::Europe::Berlin);
static BONN: Site = site("BONN", "", DE, "波恩", chrono_tz::Europe::Berlin);
static PARIS: Site = site(
    "ROISSY CHARLES DE GAULLE CEDEX",
    "",
    FR,
    "巴黎",
    chrono_tz::Europe::Paris,
);
static LYON: Site = site("LYON", "", FR, "里昂", chrono_tz::Europe::Paris);
static DALLAS: Site = site("DALLAS", "TX", US, "达拉斯", chrono_tz::America::Chicago);
static MEMPHIS: Site = site("MEMPHIS", "TN", US, "孟菲斯", chrono_tz::America::Chicago);
static RENO: Site = site("RENO", "NV", US, "里诺", chrono_tz::America::Los_Angeles);
static ATLANTA: Site = site(
    "ATLANTA",
    "GA",
    US,
    "亚特兰大",
    chrono_tz::America::New_York,
);
static LOUISVILLE: Site = site(
    "LOUISVILLE",
    "KY",
    US,
    "路易斯维尔",
    chrono_tz::America::Kentucky::Louisville,
);
static PHOENIX: Site = site("PHOENIX", "AZ", US, "凤凰城", chrono_tz::America::Phoenix);

/// A route: from the sender through one or two hubs to the recipient.
#[derive(Debug)]
pub(super) struct Lane {
    pub origin: &'static Site,
    pub first_hub: &'static Site,
    pub second_hub: &'static Site,
    pub destination: &'static Site,
}

impl Lane {
    pub fn crosses_a_border(&self) -> bool {
        self.origin.country != self.destination.country
    }
}

const fn lane(
    origin: &'static Site,
    first_hub: &'static Site,
    second_hub: &'static Site,
    destination: &'static Site,
) -> Lane {
    Lane {
        origin,
        first_hub,
        second_hub,
        destination,
    }
}

static DHL: [Lane; 4] = [
    lane(&SHENZHEN, &HONG_KONG, &LEIPZIG, &HAMBURG),
    lane(&BONN, &KOELN, &KOELN, &HAMBURG),
    lane(&LYON, &PARIS, &SINGAPORE, &SINGAPORE),
    lane(&HAMBURG, &LEIPZIG, &KOELN, &BONN),
];
static FEDEX: [Lane; 3] = [
    lane(&DALLAS, &MEMPHIS, &MEMPHIS, &RENO),
    lane(&DALLAS, &MEMPHIS, &PARIS, &LYON),
    lane(&GUANGZHOU, &GUANGZHOU, &MEMPHIS, &RENO),
];
static UPS: [Lane; 3] = [
    lane(&ATLANTA, &LOUISVILLE, &LOUISVILLE, &PHOENIX),
    lane(&SHENZHEN, &SHENZHEN, &LOUISVILLE, &ATLANTA),
    lane(&PHOENIX, &LOUISVILLE, &KOELN, &BONN),
];
static SF: [Lane; 3] = [
    lane(&SHENZHEN, &WUHAN, &BEIJING, &BEIJING),
    lane(&SHENZHEN, &HONG_KONG, &TOKYO, &TOKYO),
    lane(&BEIJING, &WUHAN, &WUHAN, &GUANGZHOU),
];

/// The routes of a carrier.
pub(super) fn lanes(carrier: Carrier) -> &'static [Lane] {
    match carrier {
        Carrier::Dhl => &DHL,
        Carrier::Fedex => &FEDEX,
        Carrier::Ups => &UPS,
        Carrier::Sf => &SF,
    }
}
