//! How far two countries lie apart at least.
//!
//! `countries.csv` covers each country and its islands by discs (centre and radius on a sphere).
//! They were computed from the country outlines of Natural Earth 4.1 at 1:10 million (public
//! domain): the fewest discs, up to 14, that hold every outline point and a grid of half a degree
//! inside, each radius widened by 40 km for what the grid and the outline leave out. Territories
//! that carriers also write under the country they belong to (`PR` as `US`, `NC` as `FR`) lie
//! within that country's discs too. So the distance is a lower bound: neighbours have none.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::model::Country;

/// The mean radius of the Earth in kilometres.
const EARTH_KM: f64 = 6371.0;

/// A disc on the globe.
struct Disc {
    /// The centre as a point of the unit sphere.
    centre: [f64; 3],
    radius_km: f64,
}

static DISCS: LazyLock<HashMap<Country, Vec<Disc>>> = LazyLock::new(|| {
    let mut discs: HashMap<Country, Vec<Disc>> = HashMap::new();
    for line in include_str!("countries.csv").lines().skip(1) {
        if let Some((country, disc)) = read(line) {
            discs.entry(country).or_default().push(disc);
        }
    }
    discs
});

fn read(line: &str) -> Option<(Country, Disc)> {
    let mut cells = line.split(',');
    let country = Country::from_alpha2(cells.next()?)?;
    let mut number = || cells.next()?.parse::<f64>().ok();
    let (latitude, longitude, radius_km) =
        (number()?.to_radians(), number()?.to_radians(), number()?);
    let centre = [
        latitude.cos() * longitude.cos(),
        latitude.cos() * longitude.sin(),
        latitude.sin(),
    ];
    Some((country, Disc { centre, radius_km }))
}

/// How many kilometres lie between two countries at least; `None` where one of them is not in the
/// table.
pub(super) fn least_km(a: Country, b: Country) -> Option<f64> {
    let (here, there) = (DISCS.get(&a)?, DISCS.get(&b)?);
    if a == b {
        return Some(0.0);
    }
    let between = |a: &Disc, b: &Disc| {
        let cosine: f64 = a.centre.iter().zip(&b.centre).map(|(x, y)| x * y).sum();
        EARTH_KM * cosine.clamp(-1.0, 1.0).acos() - a.radius_km - b.radius_km
    };
    let nearest = here
        .iter()
        .flat_map(|a| there.iter().map(move |b| between(a, b)))
        .fold(f64::INFINITY, f64::min);
    Some(nearest.max(0.0))
}

/// Territories with a code of their own that carriers also write under the country they belong to,
/// and small neighbours that share its post.
const ONE_POST: &[(&str, &[&str])] = &[
    ("US", &["PR", "VI", "GU", "MP", "AS", "UM"]),
    (
        "FR",
        &[
            "MC", "GP", "MQ", "GF", "RE", "YT", "PM", "BL", "MF", "NC", "PF", "WF", "TF", "AD",
        ],
    ),
    ("GB", &["IM", "JE", "GG", "GI"]),
    ("IT", &["SM", "VA"]),
    ("CH", &["LI"]),
    ("ES", &["AD", "IC"]),
    ("DK", &["FO", "GL"]),
    ("FI", &["AX"]),
    ("NO", &["SJ"]),
    ("NL", &["AW", "CW", "SX", "BQ"]),
    ("CN", &["HK", "MO", "TW"]),
    ("AU", &["CX", "CC", "NF"]),
    ("NZ", &["CK", "NU", "TK"]),
    ("RS", &["XK"]),
];

/// Whether two countries certainly are two: not the same, and neither a territory that may be
/// written under the other.
pub(super) fn are_different(a: Country, b: Country) -> bool {
    let belongs = |whole: &Country, part: &Country| {
        ONE_POST
            .iter()
            .any(|(code, parts)| *code == whole.as_str() && parts.contains(&part.as_str()))
    };
    a != b && !belongs(&a, &b) && !belongs(&b, &a)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn country(code: &str) -> Country {
        code.parse().unwrap()
    }

    #[test]
    fn every_row_is_read() {
        let rows = include_str!("countries.csv").lines().count() - 1;
        assert_eq!(DISCS.values().map(Vec::len).sum::<usize>(), rows);
        assert!(DISCS.len() > 230);
    }

    #[test]
    fn capitals_lie_at_least_as_far_apart_as_their_countries() {
        // Real distances between capitals, in km: great circles.
        for (a, b, km) in [
            ("CN", "DE", 7370.0),
            ("GB", "AU", 16_980.0),
            ("DE", "FR", 880.0),
            ("US", "JP", 10_930.0),
            ("SG", "DE", 9920.0),
        ] {
            let least = least_km(country(a), country(b)).unwrap();
            assert!(
                least <= km && least == least_km(country(b), country(a)).unwrap(),
                "{a} {b} {least}"
            );
        }
    }

    #[test]
    fn far_countries_are_far_and_neighbours_are_near() {
        let km = |a, b| least_km(country(a), country(b)).unwrap();
        assert!(km("CN", "DE") > 4000.0 && km("SG", "DE") > 9000.0 && km("AU", "GB") > 12_000.0);
        for (a, b) in [
            ("DE", "FR"),
            ("US", "CA"),
            ("CN", "HK"),
            ("BR", "FR"),
            ("US", "PR"),
            ("ES", "MA"),
        ] {
            assert_eq!(km(a, b), 0.0, "{a} {b}");
        }
        assert_eq!(least_km(country("DE"), country("ZZ")), None);
    }

    #[test]
    fn territories_are_no_other_country() {
        assert!(
            are_different(country("US"), country("CN"))
                && are_different(country("DE"), country("FR"))
        );
        assert!(
            !are_different(country("US"), country("PR"))
                && !are_different(country("GG"), country("GB"))
                && !are_different(country("DE"), country("DE"))
        );
    }
}
