//! What is known of transit times before the first parcel was observed: published service
//! standards, and how silence turns into loss.
//!
//! `standards.csv` holds one standard a row, with the page of the carrier's own that publishes it.
//! A carrier without a row has no standard here: its parcels are never judged by another carrier's.
//! Carriers change their standards and fail them; this is for the first days, until an
//! application's own parcels tell better.
//!
//! A standard is a window of days after hand-over to the carrier, such as "2 to 5 business days".
//! It is read as P10 to P90: carriers publish what they mostly keep. Time in customs, and between
//! the announcement and the hand-over, is in no standard.

use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};

use super::calendar::Calendar;
use crate::model::Country;

/// Which days a standard counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayCount {
    /// Every day.
    Calendar,
    /// Days that are neither weekend nor public holiday at the destination.
    Business,
    /// Every day but Sundays and public holidays: parcels are delivered on Saturdays.
    Workday,
}

/// A published standard: one row of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Standard {
    /// Lower case, words apart.
    carrier: String,
    service: String,
    origin: End,
    destination: End,
    /// The first day of the window, counted from hand-over.
    pub min_days: f64,
    /// The last day of the window.
    pub max_days: f64,
    /// Which days it counts.
    pub count: DayCount,
    /// The page that says so.
    pub source: String,
    /// What the page says, in our words.
    pub says: String,
}

/// Where a standard applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Anywhere,
    /// Origin and destination are one country.
    Domestic,
    /// They are two.
    International,
    /// A member state of the European Union, to another one.
    Union,
    Only(Country),
}

/// Member states of the European Union, whose parcels pass no customs between them (europa.eu, "EU
/// countries": 27 since 2020).
const UNION: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT",
    "LT", "LU", "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
];

/// What a carrier's published standard says of a parcel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transit {
    /// Days from hand-over to delivery: P10, P50, P80, P90. Days of the kind that `count` says.
    pub days: [f64; 4],
    /// Which days are meant.
    pub count: DayCount,
    /// The page that publishes it.
    pub source: &'static str,
    /// What the page says.
    pub says: &'static str,
}

impl Transit {
    /// The window as instants, counted from the hand-over by the destination's [`Calendar`]. Of
    /// [`DayCount::Workday`]s six count as a week.
    #[must_use]
    pub fn instants(
        &self,
        handed_over: DateTime<Utc>,
        destination: Option<Country>,
    ) -> [DateTime<Utc>; 4] {
        let after = |days: f64| match self.count {
            DayCount::Business => Calendar::of(destination).add(handed_over, days),
            DayCount::Calendar => later(handed_over, days),
            DayCount::Workday => later(handed_over, days * 7.0 / 6.0),
        };
        self.days.map(after)
    }
}

static STANDARDS: LazyLock<Vec<Standard>> = LazyLock::new(|| {
    let mut reader = csv::Reader::from_reader(include_bytes!("standards.csv").as_slice());
    // A row that cannot be read is left out here, and fails the test below.
    reader
        .records()
        .filter_map(|row| Standard::read(&row.ok()?))
        .collect()
});

/// Every standard of the table.
#[must_use]
pub fn standards() -> &'static [Standard] {
    &STANDARDS
}

/// The carrier's standard that fits best: of the service, or of any of its parcels between such
/// countries. `None` if no row of the carrier fits.
///
/// `carrier` and `service` are as the application or a feed writes them; case and punctuation do
/// not matter.
///
/// ```
/// use parceltrail::eta::prior::{DayCount, transit};
///
/// let (fr, us) = ("FR".parse().ok(), "US".parse().ok());
/// let colissimo = transit(Some("laposte"), Some("Colissimo"), fr, fr).unwrap();
/// assert_eq!(colissimo.count, DayCount::Workday);
/// assert!(colissimo.days[0] < 2.0 && colissimo.days[3] > 2.0 && colissimo.source.contains("laposte.fr"));
///
/// assert_eq!(transit(Some("acme"), None, fr, us), None);
/// ```
#[must_use]
pub fn transit(
    carrier: Option<&str>,
    service: Option<&str>,
    origin: Option<Country>,
    destination: Option<Country>,
) -> Option<Transit> {
    let carrier = normal(carrier?);
    let service = format!("{carrier} {}", normal(service.unwrap_or_default()));
    let fitting = STANDARDS
        .iter()
        .filter_map(|row| Some((row.fit(&carrier, &service, origin, destination)?, row)));
    fitting
        .max_by_key(|(fit, _)| *fit)
        .map(|(_, row)| row.transit())
}

/// The share of parcels silent for that many days since hand-over that were never delivered.
///
/// Measured on parcel histories: 5 % at 14 days, 24 % at 30, 46 % at 40, 82 % at 60. Between those
/// linear in the logarithm of the odds, which keeps it rising; before the first it starts from `0.1
/// %` on the first day, and never reaches certainty.
///
/// ```
/// use parceltrail::eta::prior::lost_after;
/// assert!((lost_after(30.0) - 0.24).abs() < 1e-9);
/// assert!(lost_after(3.0) < 0.01 && lost_after(400.0) < 1.0);
/// ```
#[must_use]
pub fn lost_after(days: f64) -> f64 {
    const MEASURED: [(f64, f64); 5] = [
        (0.0, 0.001),
        (14.0, 0.05),
        (30.0, 0.24),
        (40.0, 0.46),
        (60.0, 0.82),
    ];
    let days = if days.is_nan() {
        0.0
    } else {
        days.clamp(0.0, 150.0)
    };
    let odds = |share: f64| (share / (1.0 - share)).ln();
    let after = MEASURED
        .iter()
        .position(|(at, _)| *at > days)
        .unwrap_or(MEASURED.len() - 1)
        .max(1);
    let ((from, low), (to, high)) = (MEASURED[after - 1], MEASURED[after]);
    let at = odds(low) + (odds(high) - odds(low)) * (days - from) / (to - from);
    1.0 / (1.0 + (-at).exp())
}

/// At the end of time it stays there.
fn later(from: DateTime<Utc>, days: f64) -> DateTime<Utc> {
    from.checked_add_signed(TimeDelta::seconds((days * 86_400.0) as i64))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// A window in days as P10, P50, P80, P90: P80 lies between P50 and P90 where it does in a normal
/// distribution.
fn quantiles(first: f64, last: f64) -> [f64; 4] {
    let middle = f64::midpoint(first, last);
    [first, middle, middle + 0.657 * (last - middle), last]
}

impl Standard {
    fn read(row: &csv::StringRecord) -> Option<Self> {
        Some(Self {
            carrier: normal(row.get(0)?),
            service: normal(row.get(1)?),
            origin: End::read(row.get(2)?)?,
            destination: End::read(row.get(3)?)?,
            min_days: row.get(4)?.parse().ok()?,
            max_days: row.get(5)?.parse().ok()?,
            count: match row.get(6)? {
                "calendar" => DayCount::Calendar,
                "business" => DayCount::Business,
                "workday" => DayCount::Workday,
                _ => return None,
            },
            source: row.get(7)?.to_owned(),
            says: row.get(8)?.to_owned(),
        })
    }

    /// The carrier whose standard it is, in lower case.
    #[must_use]
    pub fn carrier(&self) -> &str {
        &self.carrier
    }

    /// How well it fits, if it does: the carrier first, then the words of the service, then the
    /// countries.
    fn fit(
        &self,
        carrier: &str,
        service: &str,
        origin: Option<Country>,
        destination: Option<Country>,
    ) -> Option<(usize, usize, usize)> {
        let own = self.carrier.as_str();
        if !(carrier == own
            || carrier
                .strip_prefix(own)
                .is_some_and(|rest| rest.starts_with(' ')))
        {
            return None;
        }
        let all_words = self
            .service
            .split(' ')
            .filter(|word| !word.is_empty())
            .all(|word| service.split(' ').any(|other| other.starts_with(word)));
        let places = End::fit(self.origin, self.destination, origin, destination)?;
        all_words.then_some((own.len(), self.service.len(), places))
    }

    fn transit(&'static self) -> Transit {
        // Deliveries spread over the working hours of a day, some hours before and after as many
        // whole days since the hand-over.
        let days = quantiles((self.min_days - 0.3).max(0.25), self.max_days + 0.1);
        Transit {
            days,
            count: self.count,
            source: &self.source,
            says: &self.says,
        }
    }
}

impl End {
    fn read(text: &str) -> Option<Self> {
        Some(match text {
            "" => Self::Anywhere,
            "domestic" => Self::Domestic,
            "international" => Self::International,
            "EU" => Self::Union,
            code => Self::Only(Country::from_alpha2(code)?),
        })
    }

    /// How exactly the two ends of a standard name the two ends of a way, if they do.
    fn fit(
        from: Self,
        to: Self,
        origin: Option<Country>,
        destination: Option<Country>,
    ) -> Option<usize> {
        let abroad = (origin.zip(destination)).map(|(origin, destination)| origin != destination);
        let one = |end: Self, country: Option<Country>| match end {
            Self::Anywhere => Some(0),
            Self::Domestic => (abroad == Some(false)).then_some(1),
            Self::International => (abroad == Some(true)).then_some(1),
            Self::Union => {
                (abroad == Some(true) && UNION.contains(&country?.as_str())).then_some(2)
            }
            Self::Only(only) => (country? == only).then_some(3),
        };
        Some(one(from, origin)? + one(to, destination)?)
    }
}

/// Lower case, every run of other signs than letters and digits one space.
fn normal(text: &str) -> String {
    let lower = text.to_lowercase();
    lower
        .split(|letter: char| !letter.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Option<Country> {
        Country::from_alpha2(code)
    }

    #[test]
    fn every_row_is_read_sourced_and_sound() {
        let rows = include_str!("standards.csv").lines().count() - 1;
        assert_eq!(standards().len(), rows);
        for row in standards() {
            assert!(
                row.source.starts_with("http") && !row.says.is_empty(),
                "{row:?}"
            );
            assert!(
                0.0 < row.min_days && row.min_days <= row.max_days,
                "{row:?}"
            );
            let days = row.transit().days;
            assert!(days.is_sorted() && days[0] > 0.0, "{row:?}");
        }
        let key = |row: &&Standard| (row.carrier.clone(), row.service.clone());
        assert!(
            standards().iter().collect::<Vec<_>>().is_sorted_by_key(key),
            "sorted"
        );
    }

    #[test]
    fn every_row_cites_its_carriers_own_page() {
        let hosts = |carrier: &str| match carrier {
            "australia post" => ["auspost.com.au"].as_slice(),
            "canada post" => &["canadapost.ca"],
            "japan post" => &["post.japanpost.jp"],
            "sf" => &["sf-express.com", "sf-international.com"],
            "dpd" => &["dpd.lt"],
            "fedex" => &["fedex.com"],
            "laposte" => &["laposte.fr"],
            _ => &[],
        };
        for row in standards() {
            let host = row.source.split('/').nth(2).unwrap();
            let is_own = hosts(row.carrier())
                .iter()
                .any(|own| host == *own || host.ends_with(&format!(".{own}")));
            assert!(is_own, "{} is not a page of {}", row.source, row.carrier());
        }
    }

    #[test]
    fn the_finest_standard_that_fits_is_taken() {
        let find =
            |carrier, service, from, to| transit(carrier, service, country(from), country(to));
        let says = |carrier, service, from, to| find(carrier, service, from, to).unwrap().says;
        assert!(
            says(Some("japan-post"), Some("Surface Parcel"), "JP", "DE").starts_with("surface")
        );
        assert!(says(Some("Japan Post"), None, "JP", "DE").starts_with("air"));
        assert!(
            says(
                Some("FedEx"),
                Some("FEDEX_INTERNATIONAL_PRIORITY"),
                "US",
                "DE"
            )
            .contains("Priority")
        );
        assert!(says(Some("sf"), Some("SF Global"), "US", "CN").contains("7 to 12"));
        assert_eq!(
            find(
                Some("fedexpress"),
                Some("International Priority"),
                "US",
                "DE"
            ),
            None,
            "another carrier"
        );
    }

    #[test]
    fn no_parcel_is_judged_by_another_carriers_standard() {
        for (carrier, service, from, to) in [
            ("ups", Some("Worldwide Saver"), "US", "JP"),
            ("japan-post", None, "JP", "JP"),
            ("acme", Some("Express"), "CN", "US"),
            ("sf", None, "AU", "US"),
        ] {
            assert_eq!(
                transit(Some(carrier), service, country(from), country(to)),
                None,
                "{carrier}"
            );
        }
        assert_eq!(transit(None, None, None, None), None);
    }

    #[test]
    fn business_days_skip_the_weekend() {
        let friday: DateTime<Utc> = "2026-03-06T15:00:00Z".parse().unwrap();
        let express = transit(
            Some("fedex"),
            Some("international priority"),
            country("CN"),
            country("DE"),
        )
        .unwrap();
        let [first, .., last] = express.instants(friday, country("DE"));
        assert_eq!(
            (
                first.date_naive().to_string(),
                last.date_naive().to_string()
            ),
            ("2026-03-09".to_owned(), "2026-03-11".to_owned())
        );
        let mail = transit(Some("japan-post"), None, country("JP"), country("SG")).unwrap();
        assert_eq!(
            mail.instants(friday, country("SG"))[3]
                .date_naive()
                .to_string(),
            "2026-03-19"
        );
        assert_eq!(
            mail.instants(DateTime::<Utc>::MAX_UTC, None)[3],
            DateTime::<Utc>::MAX_UTC
        );
    }

    #[test]
    fn loss_rises_with_silence_as_measured() {
        for (days, share) in [(14.0, 0.05), (30.0, 0.24), (40.0, 0.46), (60.0, 0.82)] {
            assert!((lost_after(days) - share).abs() < 1e-9, "{days}");
        }
        let curve: Vec<f64> = (0..2000)
            .map(|step| lost_after(f64::from(step) / 4.0))
            .collect();
        assert!(curve.is_sorted() && curve[0] > 0.0 && curve[1999] < 1.0);
        assert!(
            lost_after(f64::NAN) < 0.01
                && lost_after(-4.0) < 0.01
                && lost_after(f64::INFINITY) < 1.0
        );
    }
}
