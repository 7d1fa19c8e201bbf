//! The dwell tables that the generator draws from.
//!
//! Synthetic, and meant to be plausible for parcels of shops in 2024–2026: domestic parcels in two
//! to three days, road parcels within the EU in three to five, express across the Atlantic in
//! three, e-commerce by air from China in seven to twelve, economy post in two to four weeks with a
//! silence of a fortnight in the middle. Customs is a mixture: minutes or hours for most, a day or
//! two for some, days up to two weeks for a few. Hours are those between a step and the one before
//! it, waiting for the doors to open not counted. No figure is measured at any carrier.

use parceltrail::{Milestone, Stage};

use super::dwell::Dwell::{self, Mixed, Usual};
use super::dwell::Open::{self, Always, Offices, Weekdays};
use Milestone::{
    Announced, Arrived, CustomsReleased, CustomsSubmitted, Delivered, Departed, HandedOver,
    InTransit, OutForDelivery, PickedUp,
};
use Stage::{ExportCustoms, FirstMile, ImportCustoms, LastMile, LineHaul, Order};

/// A place where scans happen.
#[derive(Debug)]
pub struct Town {
    pub country: &'static str,
    pub code: &'static str,
    /// Hours east of Greenwich; one all year, for the sake of simplicity.
    pub offset: i32,
}

const fn town(country: &'static str, code: &'static str, offset: i32) -> Town {
    Town {
        country,
        code,
        offset,
    }
}

static BERLIN: Town = town("DE", "DE-BER-03", 1);
static HAMBURG: Town = town("DE", "DE-HAM-01", 1);
static KASSEL: Town = town("DE", "DE-KSF-HUB", 1);
static LEIPZIG: Town = town("DE", "DE-LEJ-GTW", 1);
static PARIS: Town = town("FR", "FR-PAR-12", 1);
static ROISSY: Town = town("FR", "FR-CDG-GTW", 1);
static LYON: Town = town("FR", "FR-LYS-02", 1);
static MILAN: Town = town("IT", "IT-MIL-04", 1);
static WARSAW: Town = town("PL", "PL-WAW-02", 1);
static LIEGE: Town = town("BE", "BE-LGG-GTW", 1);
static ATLANTA: Town = town("US", "US-ATL-07", -5);
static MEMPHIS: Town = town("US", "US-MEM-HUB", -6);
static DALLAS: Town = town("US", "US-DAL-HUB", -6);
static PORTLAND: Town = town("US", "US-PDX-02", -8);
static LOS_ANGELES: Town = town("US", "US-LAX-GTW", -8);
static CHICAGO: Town = town("US", "US-ORD-GTW", -6);
static NEWARK: Town = town("US", "US-EWR-GTW", -5);
static SHENZHEN: Town = town("CN", "CN-SZX-11", 8);
static DONGGUAN: Town = town("CN", "CN-DGG-HUB", 8);
static HONG_KONG: Town = town("HK", "HK-HKG-GTW", 8);

/// Where a parcel of no lane above turns up when it goes astray, by country of the lane it left.
pub static ASTRAY: [Town; 6] = [
    town("ES", "ES-MAD-HUB", 1),
    town("SE", "SE-STO-HUB", 1),
    town("US", "US-ANC-GTW", -9),
    town("US", "US-MIA-HUB", -5),
    town("DE", "DE-NUE-HUB", 1),
    town("FR", "FR-BOD-HUB", 1),
];

/// A step of a lane.
#[derive(Debug)]
pub struct Step {
    pub stage: Stage,
    pub milestone: Milestone,
    pub town: &'static Town,
    /// Since the step before.
    pub dwell: Dwell,
    pub open: Open,
    /// How often it is told at all.
    pub told: f64,
}

const fn step(
    stage: Stage,
    milestone: Milestone,
    town: &'static Town,
    dwell: Dwell,
    open: Open,
    told: f64,
) -> Step {
    Step {
        stage,
        milestone,
        town,
        dwell,
        open,
        told,
    }
}

/// A way that many parcels take.
#[derive(Debug)]
pub struct Lane {
    pub carrier: &'static str,
    pub service: &'static str,
    /// Who delivers under a number of its own, from the step after the hand-over on.
    pub last_mile: Option<&'static str>,
    /// Its share of all parcels.
    pub share: f64,
    /// The promise: days from the pickup until which it is delivered, if the service makes one.
    pub promise_days: Option<i64>,
    /// Whether its feed says in which zone its clocks stand.
    pub has_zones: bool,
    /// The delay between a scan and its telling, median in hours.
    pub telling: f64,
    pub steps: &'static [Step],
}

const EXPRESS_CUSTOMS: Dwell = Mixed(
    &[(0.94, 0.4, 1.1), (0.05, 22.0, 0.5), (0.01, 96.0, 0.5)],
    336.0,
);
const PARCEL_CUSTOMS: Dwell = Mixed(
    &[(0.88, 0.7, 1.3), (0.09, 26.0, 0.6), (0.03, 130.0, 0.5)],
    336.0,
);
const POSTAL_CUSTOMS: Dwell = Mixed(
    &[(0.78, 3.0, 1.0), (0.15, 40.0, 0.6), (0.07, 140.0, 0.5)],
    336.0,
);
const EXPORT_CUSTOMS: Dwell = Mixed(&[(0.96, 0.5, 1.2), (0.04, 24.0, 0.5)], 168.0);

pub static LANES: [Lane; 9] = [
    Lane {
        carrier: "parcelhaus",
        service: "standard",
        last_mile: None,
        share: 0.22,
        promise_days: Some(3),
        has_zones: true,
        telling: 0.3,
        steps: &[
            step(Order, Announced, &HAMBURG, Usual(0.1, 0.1), Always, 1.0),
            step(
                FirstMile,
                PickedUp,
                &HAMBURG,
                Usual(9.0, 0.7),
                Weekdays(9, 20),
                0.98,
            ),
            step(FirstMile, Departed, &HAMBURG, Usual(3.0, 0.5), Always, 0.95),
            step(LineHaul, Arrived, &KASSEL, Usual(6.0, 0.3), Always, 0.9),
            step(LineHaul, Departed, &KASSEL, Usual(3.5, 0.6), Always, 0.85),
            step(LastMile, Arrived, &BERLIN, Usual(6.0, 0.35), Always, 0.97),
            step(
                LastMile,
                OutForDelivery,
                &BERLIN,
                Usual(4.0, 0.7),
                Weekdays(6, 11),
                0.98,
            ),
            step(
                LastMile,
                Delivered,
                &BERLIN,
                Usual(4.0, 0.5),
                Weekdays(8, 21),
                1.0,
            ),
        ],
    },
    Lane {
        carrier: "roadline",
        service: "ground",
        last_mile: None,
        share: 0.18,
        promise_days: Some(6),
        has_zones: false,
        telling: 0.5,
        steps: &[
            step(Order, Announced, &ATLANTA, Usual(0.1, 0.1), Always, 1.0),
            step(
                FirstMile,
                PickedUp,
                &ATLANTA,
                Usual(16.0, 0.7),
                Weekdays(10, 20),
                0.95,
            ),
            step(FirstMile, Departed, &ATLANTA, Usual(5.0, 0.5), Always, 0.95),
            step(LineHaul, Arrived, &MEMPHIS, Usual(9.0, 0.3), Always, 0.9),
            step(LineHaul, Departed, &MEMPHIS, Usual(6.0, 0.6), Always, 0.85),
            step(LineHaul, Arrived, &DALLAS, Usual(10.0, 0.3), Always, 0.9),
            step(LineHaul, Departed, &DALLAS, Usual(6.0, 0.6), Always, 0.85),
            step(
                LastMile,
                Arrived,
                &PORTLAND,
                Usual(38.0, 0.25),
                Always,
                0.97,
            ),
            step(
                LastMile,
                OutForDelivery,
                &PORTLAND,
                Usual(6.0, 0.7),
                Weekdays(7, 12),
                0.98,
            ),
            step(
                LastMile,
                Delivered,
                &PORTLAND,
                Usual(5.0, 0.5),
                Weekdays(8, 21),
                1.0,
            ),
        ],
    },
    Lane {
        carrier: "parcelhaus",
        service: "europe",
        last_mile: None,
        share: 0.08,
        promise_days: None,
        has_zones: true,
        telling: 0.6,
        steps: &[
            step(Order, Announced, &WARSAW, Usual(0.1, 0.1), Always, 1.0),
            step(
                FirstMile,
                PickedUp,
                &WARSAW,
                Usual(14.0, 0.7),
                Weekdays(9, 19),
                0.97,
            ),
            step(LineHaul, Departed, &WARSAW, Usual(8.0, 0.6), Always, 0.93),
            step(LineHaul, Arrived, &KASSEL, Usual(22.0, 0.3), Always, 0.9),
            step(LineHaul, Departed, &KASSEL, Usual(8.0, 0.8), Always, 0.9),
            step(LastMile, Arrived, &BERLIN, Usual(8.0, 0.4), Always, 0.95),
            step(
                LastMile,
                OutForDelivery,
                &BERLIN,
                Usual(5.0, 0.7),
                Weekdays(6, 11),
                0.97,
            ),
            step(
                LastMile,
                Delivered,
                &BERLIN,
                Usual(4.0, 0.5),
                Weekdays(8, 21),
                1.0,
            ),
        ],
    },
    Lane {
        carrier: "poste-express",
        service: "europe",
        last_mile: Some("corriere"),
        share: 0.07,
        promise_days: Some(7),
        has_zones: true,
        telling: 1.0,
        steps: &[
            step(Order, Announced, &LYON, Usual(0.1, 0.1), Always, 1.0),
            step(
                FirstMile,
                PickedUp,
                &LYON,
                Usual(18.0, 0.7),
                Offices(9, 18),
                0.97,
            ),
            step(LineHaul, Departed, &LYON, Usual(10.0, 0.6), Always, 0.9),
            step(LineHaul, HandedOver, &MILAN, Usual(26.0, 0.4), Always, 0.97),
            step(LastMile, InTransit, &MILAN, Usual(9.0, 0.8), Always, 0.9),
            step(LastMile, Arrived, &MILAN, Usual(8.0, 0.6), Always, 0.95),
            step(
                LastMile,
                OutForDelivery,
                &MILAN,
                Usual(6.0, 0.8),
                Offices(7, 12),
                0.97,
            ),
            step(
                LastMile,
                Delivered,
                &MILAN,
                Usual(4.0, 0.5),
                Offices(8, 19),
                1.0,
            ),
        ],
    },
    Lane {
        carrier: "silkroad",
        service: "e-commerce-air",
        last_mile: Some("roadline"),
        share: 0.18,
        promise_days: None,
        has_zones: true,
        telling: 1.5,
        steps: &[
            step(Order, Announced, &SHENZHEN, Usual(0.1, 0.1), Always, 1.0),
            step(
                FirstMile,
                PickedUp,
                &SHENZHEN,
                Usual(18.0, 0.6),
                Weekdays(9, 21),
                0.97,
            ),
            step(FirstMile, Arrived, &DONGGUAN, Usual(7.0, 0.5), Always, 0.95),
            step(
                LineHaul,
                Departed,
                &DONGGUAN,
                Usual(14.0, 0.6),
                Always,
                0.95,
            ),
            step(
                ExportCustoms,
                CustomsSubmitted,
                &HONG_KONG,
                Usual(8.0, 0.5),
                Always,
                0.9,
            ),
            step(
                ExportCustoms,
                CustomsReleased,
                &HONG_KONG,
                EXPORT_CUSTOMS,
                Always,
                0.9,
            ),
            step(
                LineHaul,
                Departed,
                &HONG_KONG,
                Usual(26.0, 0.6),
                Always,
                0.97,
            ),
            step(
                LineHaul,
                Arrived,
                &LOS_ANGELES,
                Usual(17.0, 0.25),
                Always,
                0.97,
            ),
            step(
                ImportCustoms,
                CustomsSubmitted,
                &LOS_ANGELES,
                Usual(3.0, 0.6),
                Always,
                0.97,
            ),
            step(
                ImportCustoms,
                CustomsReleased,
                &LOS_ANGELES,
                PARCEL_CUSTOMS,
                Always,
                0.98,
            ),
            step(
                LineHaul,
                HandedOver,
                &LOS_ANGELES,
                Usual(14.0, 0.7),
                Weekdays(6, 22),
                0.97,
            ),
            step(LastMile, Arrived, &DALLAS, Usual(30.0, 0.5), Always, 0.95),
            step(
                LastMile,
                OutForDelivery,
                &DALLAS,
                Usual(9.0, 0.8),
                Weekdays(7, 12),
                0.97,
            ),
            step(
                LastMile,
                Delivered,
                &DALLAS,
                Usual(5.0, 0.5),
                Weekdays(8, 21),
                1.0,
            ),
        ],
    },
    Lane {
        carrier: "silkroad",
        service: "e-commerce-air",
        last_mile: None,
        share: 0.11,
        promise_days: Some(10),
        has_zones: true,
        telling: 1.5,
        steps: &[
            step(Order, Announced, &SHENZHEN, Usual(0.1, 0.1), Always, 1.0),
            step(
                FirstMile,
                PickedUp,
                &SHENZHEN,
                Usual(18.0, 0.6),
                Weekdays(9, 21),
                0.97,
            ),
            step(FirstMile, Arrived, &DONGGUAN, Usual(7.0, 0.5), Always, 0.95),
            step(
                ExportCustoms,
                CustomsSubmitted,
                &DONGGUAN,
                Usual(6.0, 0.5),
                Always,
                0.8,
            ),
            step(
                ExportCustoms,
                CustomsReleased,
                &DONGGUAN,
                EXPORT_CUSTOMS,
                Always,
                0.9,
            ),
            step(
                LineHaul,
                Departed,
                &HONG_KONG,
                Usual(40.0, 0.6),
                Always,
                0.97,
            ),
            step(LineHaul, Arrived, &LIEGE, Usual(20.0, 0.25), Always, 0.97),
            step(
                ImportCustoms,
                CustomsSubmitted,
                &LIEGE,
                Usual(5.0, 0.7),
                Always,
                0.97,
            ),
            step(
                ImportCustoms,
                CustomsReleased,
                &LIEGE,
                PARCEL_CUSTOMS,
                Always,
                0.98,
            ),
            step(LineHaul, Departed, &LIEGE, Usual(9.0, 0.7), Always, 0.95),
            step(LastMile, Arrived, &BERLIN, Usual(16.0, 0.4), Always, 0.96),
            step(
                LastMile,
                OutForDelivery,
                &BERLIN,
                Usual(6.0, 0.7),
                Weekdays(6, 11),
                0.97,
            ),
            step(
                LastMile,
                Delivered,
                &BERLIN,
                Usual(4.0, 0.5),
                Weekdays(8, 21),
                1.0,
            ),
        ],
    },
    Lane {
        carrier: "swiftair",
        service: "express",
        last_mile: None,
        share: 0.08,
        promise_days: Some(4),
        has_zones: true,
        telling: 0.2,
        steps: &[
            step(Order, Announced, &NEWARK, Usual(0.1, 0.1), Always, 1.0),
            step(
                FirstMile,
                PickedUp,
                &NEWARK,
                Usual(6.0, 0.6),
                Offices(10, 19),
                0.99,
            ),
            step(LineHaul, Departed, &NEWARK, Usual(7.0, 0.4), Always, 0.97),
            step(LineHaul, Arrived, &ROISSY, Usual(9.0, 0.2), Always, 0.98),
            step(
                ImportCustoms,
                CustomsSubmitted,
                &ROISSY,
                Usual(0.8, 0.8),
                Always,
                0.9,
            ),
            step(
                ImportCustoms,
                CustomsReleased,
                &ROISSY,
                EXPRESS_CUSTOMS,
                Always,
                0.98,
            ),
            step(LineHaul, Departed, &ROISSY, Usual(4.0, 0.6), Always, 0.95),
            step(LastMile, Arrived, &PARIS, Usual(4.0, 0.4), Always, 0.97),
            step(
                LastMile,
                OutForDelivery,
                &PARIS,
                Usual(3.0, 0.6),
                Offices(7, 11),
                0.98,
            ),
            step(
                LastMile,
                Delivered,
                &PARIS,
                Usual(3.0, 0.5),
                Offices(8, 19),
                1.0,
            ),
        ],
    },
    Lane {
        carrier: "swiftair",
        service: "express",
        last_mile: None,
        share: 0.03,
        promise_days: Some(4),
        has_zones: true,
        telling: 0.2,
        steps: &[
            step(
                FirstMile,
                PickedUp,
                &LEIPZIG,
                Usual(6.0, 0.6),
                Offices(10, 19),
                1.0,
            ),
            step(LineHaul, Departed, &LEIPZIG, Usual(8.0, 0.4), Always, 0.97),
            step(LineHaul, Arrived, &CHICAGO, Usual(11.0, 0.2), Always, 0.98),
            step(
                ImportCustoms,
                CustomsSubmitted,
                &CHICAGO,
                Usual(0.8, 0.8),
                Always,
                0.9,
            ),
            step(
                ImportCustoms,
                CustomsReleased,
                &CHICAGO,
                EXPRESS_CUSTOMS,
                Always,
                0.98,
            ),
            step(LastMile, Arrived, &ATLANTA, Usual(12.0, 0.5), Always, 0.97),
            step(
                LastMile,
                OutForDelivery,
                &ATLANTA,
                Usual(4.0, 0.6),
                Offices(7, 11),
                0.98,
            ),
            step(
                LastMile,
                Delivered,
                &ATLANTA,
                Usual(3.0, 0.5),
                Offices(8, 19),
                1.0,
            ),
        ],
    },
    Lane {
        carrier: "economy-post",
        service: "economy",
        last_mile: None,
        share: 0.05,
        promise_days: None,
        has_zones: false,
        telling: 5.0,
        steps: &[
            step(Order, Announced, &SHENZHEN, Usual(0.1, 0.1), Always, 1.0),
            step(
                FirstMile,
                PickedUp,
                &SHENZHEN,
                Usual(30.0, 0.7),
                Weekdays(9, 21),
                0.95,
            ),
            step(
                LineHaul,
                Departed,
                &SHENZHEN,
                Usual(60.0, 0.6),
                Always,
                0.95,
            ),
            step(LineHaul, Arrived, &NEWARK, Usual(260.0, 0.35), Always, 0.9),
            step(
                ImportCustoms,
                CustomsSubmitted,
                &NEWARK,
                Usual(10.0, 0.7),
                Always,
                0.8,
            ),
            step(
                ImportCustoms,
                CustomsReleased,
                &NEWARK,
                POSTAL_CUSTOMS,
                Offices(7, 18),
                0.9,
            ),
            step(LastMile, Arrived, &PORTLAND, Usual(70.0, 0.5), Always, 0.9),
            step(
                LastMile,
                OutForDelivery,
                &PORTLAND,
                Usual(14.0, 0.8),
                Weekdays(7, 12),
                0.9,
            ),
            step(
                LastMile,
                Delivered,
                &PORTLAND,
                Usual(5.0, 0.5),
                Weekdays(8, 21),
                1.0,
            ),
        ],
    },
];
