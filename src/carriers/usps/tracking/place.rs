//! Places as the post names them: in fields, and at the end of a sentence.

use super::answer::WireEvent;
use crate::carriers::mapping::small;
use crate::model::{Country, Place};

/// The parts of a place.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Parts<'t> {
    pub country: Option<&'t str>,
    pub city: Option<&'t str>,
    pub state: Option<&'t str>,
    pub zip: Option<&'t str>,
}

pub(super) fn of_event(wire: &WireEvent<'_>) -> Option<Place> {
    Parts {
        country: wire.country.get(),
        city: wire.city.get(),
        state: wire.state.get(),
        zip: wire.zip.get(),
    }
    .place()
}

impl Parts<'_> {
    /// A place. Where other parts are told but no country, it is the United States, a territory of
    /// theirs, or a military post office abroad.
    pub fn place(self) -> Option<Place> {
        let mut place = Place {
            postcode: self.zip.map(small),
            region: self.state.map(small),
            ..Place::default()
        };
        match self.city {
            // A facility, not a city: `ISC NEW YORK NY(USPS)`.
            Some(facility) if is_facility(facility) => place.name = Some(small(facility)),
            other => place.city = other.map(small),
        }
        match self.country {
            Some(name) => {
                place.country = Country::named(name);
                if place.country.is_none() && place.name.is_none() {
                    place.name = Some(small(name));
                }
            }
            None if place.is_empty() => return None,
            None => {
                place.country = match self.state.unwrap_or_default() {
                    // Military post offices lie anywhere in Europe, the Pacific or the Americas.
                    "AA" | "AE" | "AP" => None,
                    territory @ ("AS" | "GU" | "MP" | "PR" | "VI") => {
                        Country::from_alpha2(territory)
                    }
                    _ => Country::from_alpha2("US"),
                }
            }
        }
        Some(place)
    }
}

fn is_facility(name: &str) -> bool {
    name.ends_with("(USPS)") || name.ends_with("DISTRIBUTION CENTER")
}

/// A place written in one line: `FAIRFAX, VA 22032`, `HOUSTON TX DISTRIBUTION CENTER`, `TOKYO,
/// JAPAN`, `CHINA`.
pub(super) fn of_line(line: &str) -> Option<Place> {
    let line = line.trim().trim_end_matches('.').trim();
    if line.is_empty() {
        return None;
    }
    let Some((city, rest)) = line.rsplit_once(',') else {
        return match Country::named(line) {
            Some(_) => Parts {
                country: Some(line),
                ..Parts::default()
            }
            .place(),
            None if is_facility(line) => Parts {
                city: Some(line),
                ..Parts::default()
            }
            .place(),
            None => Place {
                name: Some(small(line)),
                ..Place::default()
            }
            .known(),
        };
    };
    let (city, rest) = (city.trim(), rest.trim());
    let (state, zip) = rest
        .split_once(' ')
        .map_or((rest, None), |(state, zip)| (state, Some(zip.trim())));
    let is_state = state.len() == 2 && state.bytes().all(|b| b.is_ascii_uppercase());
    let is_zip = zip
        .is_none_or(|zip| zip.len() >= 5 && zip.bytes().all(|b| b.is_ascii_digit() || b == b'-'));
    if is_state && is_zip {
        return Parts {
            city: Some(city),
            state: Some(state),
            zip,
            country: None,
        }
        .place();
    }
    Parts {
        city: Some(city),
        country: Some(rest),
        ..Parts::default()
    }
    .place()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_one_line() {
        let country = |line: &str| {
            of_line(line)
                .and_then(|place| place.country)
                .map(|country| country.to_string())
        };
        let fairfax = of_line(" FAIRFAX, VA 22032.").unwrap();
        assert_eq!(
            (
                fairfax.city.as_deref(),
                fairfax.region.as_deref(),
                fairfax.postcode.as_deref()
            ),
            (Some("FAIRFAX"), Some("VA"), Some("22032"))
        );
        assert_eq!(country("FAIRFAX, VA 22032").as_deref(), Some("US"));
        assert_eq!(country("TOKYO, JAPAN").as_deref(), Some("JP"));
        assert_eq!(country("CHINA").as_deref(), Some("CN"));
        let facility = of_line("HOUSTON TX DISTRIBUTION CENTER").unwrap();
        assert_eq!(
            facility.name.as_deref(),
            Some("HOUSTON TX DISTRIBUTION CENTER")
        );
        assert_eq!(
            country("HOUSTON TX DISTRIBUTION CENTER").as_deref(),
            Some("US")
        );
        assert_eq!(country("SOMEWHERE"), None);
        assert_eq!(of_line(" . "), None);
    }
}
