//! Which time zones a place may keep: country, region and city → IANA zones, from the tables beside
//! this file.
//!
//! `countries.csv` comes from the IANA time-zone database's `zone.tab` (public domain).
//! `regions.csv`, `cities.csv` and `areas.csv` say which of those zones a region, city or
//! three-letter service area keeps; they were written by hand from general knowledge, without a
//! source for each row, and a test holds that every zone in them is one that its country keeps.
//! Zone rules themselves come from `chrono-tz`, so a newer database is a dependency update in the
//! application, not a release of this crate.

use std::hash::BuildHasherDefault;
use std::sync::LazyLock;

use chrono_tz::Tz;

use super::FnvHasher;
use super::place::{Country, Place};

/// Looked up for every event, with keys of our own.
type HashMap<K, V> = std::collections::HashMap<K, V, BuildHasherDefault<FnvHasher>>;

/// The zones that a place may keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Zones {
    /// It is known.
    One(Tz),
    /// One of these, the most populous first.
    Several(&'static [Tz]),
    /// Nothing is known.
    Unknown,
}

impl Zones {
    /// The zone, if there is only one.
    #[must_use]
    pub fn only(&self) -> Option<Tz> {
        match self {
            Self::One(zone) => Some(*zone),
            Self::Several([zone]) => Some(*zone),
            _ => None,
        }
    }

    /// The possible zones; empty when nothing is known.
    pub fn iter(&self) -> impl Iterator<Item = Tz> + '_ {
        match self {
            Self::One(zone) => std::slice::from_ref(zone).iter().copied(),
            Self::Several(zones) => zones.iter().copied(),
            Self::Unknown => [].iter().copied(),
        }
    }

    fn of(zones: &'static [Tz]) -> Self {
        match zones {
            [] => Self::Unknown,
            [zone] => Self::One(*zone),
            several => Self::Several(several),
        }
    }
}

/// A three-letter service area or airport, as DHL Express and air carriers use them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Area {
    pub country: Country,
    pub zone: Tz,
}

struct Tables {
    countries: HashMap<Country, &'static [Tz]>,
    country_names: HashMap<&'static str, Country>,
    regions: HashMap<(Country, &'static str), &'static [Tz]>,
    /// City names of a country, with the region each stands in ("" where regions do not matter).
    cities: HashMap<(Country, &'static str), Vec<(&'static str, Tz)>>,
    city_countries: HashMap<&'static str, Option<Country>>,
    areas: HashMap<&'static str, Area>,
}

static TABLES: LazyLock<Tables> = LazyLock::new(Tables::load);

impl Tables {
    fn load() -> Self {
        let mut countries = HashMap::default();
        let mut country_names = HashMap::default();
        for [code, alpha3, name, zones] in rows(include_str!("zones/countries.csv")) {
            let Some(country) = Country::from_alpha2(code) else {
                continue;
            };
            countries.insert(country, parse_zones(zones));
            country_names.insert(alpha3, country);
            country_names.insert(name, country);
        }
        for [name, code] in rows(include_str!("zones/country-aliases.csv")) {
            country_names.extend(Country::from_alpha2(code).map(|country| (name, country)));
        }
        let mut regions = HashMap::default();
        for [code, region, zones] in rows(include_str!("zones/regions.csv")) {
            regions.extend(
                Country::from_alpha2(code).map(|country| ((country, region), parse_zones(zones))),
            );
        }
        let mut cities: HashMap<_, Vec<_>> = HashMap::default();
        let mut city_countries = HashMap::default();
        for [code, region, city, zone] in rows(include_str!("zones/cities.csv")) {
            let (Some(country), Ok(zone)) = (Country::from_alpha2(code), zone.parse()) else {
                continue;
            };
            cities
                .entry((country, city))
                .or_default()
                .push((region, zone));
            let known = city_countries.entry(city).or_insert(Some(country));
            if *known != Some(country) {
                *known = None;
            }
        }
        let areas = rows(include_str!("zones/areas.csv"))
            .filter_map(|[code, _city, country, zone]| {
                Some((
                    code,
                    Area {
                        country: Country::from_alpha2(country)?,
                        zone: zone.parse().ok()?,
                    },
                ))
            })
            .collect();
        Self {
            countries,
            country_names,
            regions,
            cities,
            city_countries,
            areas,
        }
    }
}

fn parse_zones(text: &'static str) -> &'static [Tz] {
    let zones: Vec<Tz> = text
        .split(';')
        .filter_map(|name| name.parse().ok())
        .collect();
    Vec::leak(zones)
}

/// The rows of one of our own tables after its header, quotes and all; a row of another width is
/// left out (a test counts them).
fn rows<const N: usize>(text: &'static str) -> impl Iterator<Item = [&'static str; N]> {
    text.lines().skip(1).filter_map(|line| {
        let mut cells = [""; N];
        let mut rest = line;
        for (i, cell) in cells.iter_mut().enumerate() {
            if let Some(quoted) = rest.strip_prefix('"') {
                let (value, after) = quoted.split_once('"')?;
                *cell = value;
                rest = after.strip_prefix(',').unwrap_or(after);
            } else if i + 1 == N {
                *cell = rest;
            } else {
                (*cell, rest) = rest.split_once(',')?;
            }
        }
        Some(cells)
    })
}

/// The zones that clocks at `place` may keep: by city, else by region, else by country.
///
/// ```
/// use parceltrail::model::{Place, zones_of};
/// let lyon = Place::new().with_country("FR".parse().ok());
/// assert_eq!(zones_of(&lyon).only(), Some(chrono_tz::Europe::Paris));
/// let somewhere_in_canada = Place::new().with_country("CA".parse().ok());
/// assert!(zones_of(&somewhere_in_canada).iter().count() > 3);
/// ```
#[must_use]
pub fn zones_of(place: &Place) -> Zones {
    let Some(country) = place.country else {
        return place
            .code
            .as_deref()
            .and_then(area)
            .map_or(Zones::Unknown, |area| Zones::One(area.zone));
    };
    let tables = &*TABLES;
    let of_country = tables.countries.get(&country).copied().unwrap_or_default();
    if let [zone] = of_country {
        return Zones::One(*zone);
    }
    if let Some(area) = place
        .code
        .as_deref()
        .and_then(area)
        .filter(|area| area.country == country)
    {
        return Zones::One(area.zone);
    }
    let region = place.region.as_deref().map(upper);
    if let Some(city) = place.city.as_deref().map(upper)
        && let Some(zone) = city_zone(tables, country, region.as_deref(), &city)
    {
        return Zones::One(zone);
    }
    match region
        .as_deref()
        .and_then(|region| tables.regions.get(&(country, region)))
    {
        Some(zones) => Zones::of(zones),
        None => Zones::of(of_country),
    }
}

fn city_zone(tables: &Tables, country: Country, region: Option<&str>, city: &str) -> Option<Tz> {
    let found = tables.cities.get(&(country, city))?;
    match region {
        // A city of that name in another region says nothing; one listed without a region stands
        // for the country.
        Some(region) => found
            .iter()
            .find(|(known, _)| known.is_empty() || *known == region)
            .map(|(_, zone)| *zone),
        None => match found.as_slice() {
            [(_, zone)] => Some(*zone),
            several => several
                .iter()
                .all(|(_, zone)| *zone == several[0].1)
                .then(|| several[0].1),
        },
    }
}

fn upper(text: &str) -> std::borrow::Cow<'_, str> {
    if text.chars().any(char::is_lowercase) {
        text.to_uppercase().into()
    } else {
        text.into()
    }
}

/// The country that a carrier's text names: ISO alpha-2 or alpha-3, an English or German name, or
/// an alias that carriers use.
pub(crate) fn country_by_name(name: &str) -> Option<Country> {
    let name = name.trim();
    if name.len() == 2
        && let Some(country) = Country::from_alpha2(name)
    {
        return Some(country);
    }
    TABLES.country_names.get(upper(name).as_ref()).copied()
}

/// The country of a city whose name stands for one country only (used for feeds that name cities
/// and nothing else).
pub(crate) fn country_of_city(city: &str) -> Option<Country> {
    TABLES
        .city_countries
        .get(upper(city.trim()).as_ref())
        .copied()
        .flatten()
}

/// A three-letter service area.
pub(crate) fn area(code: &str) -> Option<Area> {
    TABLES.areas.get(code).copied()
}

/// Whether the country is known to the tables.
pub(crate) fn is_known_country(country: Country) -> bool {
    TABLES.countries.contains_key(&country)
}

/// Whether two letters are a state of the USA or a province of Canada, which people write behind a
/// city without the country.
pub(crate) fn is_north_american_region(letters: &str) -> bool {
    let region = upper(letters);
    ["US", "CA"]
        .iter()
        .filter_map(|code| Country::from_alpha2(code))
        .any(|country| TABLES.regions.contains_key(&(country, region.as_ref())))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use chrono::{Offset, TimeZone, Utc};

    use super::*;

    const COUNTRIES: &str = include_str!("zones/countries.csv");
    const ALIASES: &str = include_str!("zones/country-aliases.csv");
    const REGIONS: &str = include_str!("zones/regions.csv");
    const CITIES: &str = include_str!("zones/cities.csv");
    const AREAS: &str = include_str!("zones/areas.csv");

    /// What its clocks show through a year, which is what two names of one zone share.
    fn offsets(zone: &str) -> Vec<i32> {
        let zone: Tz = zone.parse().unwrap_or_else(|_| panic!("{zone} is no zone"));
        (1..=12)
            .map(|month| {
                zone.offset_from_utc_datetime(
                    &Utc.with_ymd_and_hms(2024, month, 15, 0, 0, 0)
                        .unwrap()
                        .naive_utc(),
                )
                .fix()
                .local_minus_utc()
            })
            .collect()
    }

    #[test]
    fn every_row_is_read() {
        let lines = |table: &str| table.lines().count() - 1;
        assert_eq!(rows::<4>(COUNTRIES).count(), lines(COUNTRIES));
        assert_eq!(rows::<2>(ALIASES).count(), lines(ALIASES));
        assert_eq!(rows::<3>(REGIONS).count(), lines(REGIONS));
        assert_eq!(rows::<4>(CITIES).count(), lines(CITIES));
        assert_eq!(rows::<4>(AREAS).count(), lines(AREAS));
    }

    #[test]
    fn regions_cities_and_areas_keep_zones_of_their_country() {
        let kept: HashSet<(&str, Vec<i32>)> = rows(COUNTRIES)
            .flat_map(|[country, _, _, zones]: [&str; 4]| {
                zones
                    .split(';')
                    .filter(|zone| !zone.is_empty())
                    .map(move |zone| (country, offsets(zone)))
            })
            .collect();
        let regions = rows(REGIONS).flat_map(|[country, region, zones]: [&str; 3]| {
            zones.split(';').map(move |zone| (country, region, zone))
        });
        let cities =
            rows(CITIES).map(|[country, region, _, zone]: [&str; 4]| (country, region, zone));
        let areas = rows(AREAS).map(|[_, _, country, zone]: [&str; 4]| (country, "", zone));
        for (country, region, zone) in regions
            .chain(cities)
            .chain(areas)
            .filter(|(.., zone)| !zone.is_empty())
        {
            // Carriers also write the territories of the USA as its states.
            let territory = matches!(
                zone,
                "America/Puerto_Rico"
                    | "America/St_Thomas"
                    | "Pacific/Guam"
                    | "Pacific/Pago_Pago"
                    | "Pacific/Saipan"
            );
            let is_kept = kept.contains(&(country, offsets(zone))) || country == "US" && territory;
            assert!(is_kept, "{country} {region} {zone}");
        }
    }

    #[test]
    fn a_state_of_two_zones_is_told_by_its_city() {
        let place = |city: &str, region: &str| Place {
            city: Some(city.into()),
            region: Some(region.into()),
            country: Country::from_alpha2("US"),
            ..Place::default()
        };
        assert_eq!(
            zones_of(&place("El Paso", "TX")).only(),
            Some(chrono_tz::America::Denver)
        );
        assert_eq!(
            zones_of(&place("KNOXVILLE", "TN")).only(),
            Some(chrono_tz::America::New_York)
        );
        assert_eq!(zones_of(&place("Nowhere", "TX")).iter().count(), 2);
        assert_eq!(
            zones_of(&place("APO", "AE")),
            Zones::Unknown,
            "a military post office may be anywhere"
        );
    }
}
