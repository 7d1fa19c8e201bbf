//! Whom a carrier hands parcels to, and which formats their numbers have: [`PartnerRecord`],
//! [`partner`].

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;
use smol_str::SmolStr;

use super::{Pack, formats, packs};
use crate::model::{CarrierId, Country};
use crate::number::{Context, Likelihood};

/// A partner as data, in a `carrier.json`: a carrier that carries on what this one hands over, and
/// the formats by which its numbers are known where this carrier's feeds give them without saying
/// whose they are.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PartnerRecord {
    /// The partner's id.
    pub carrier: SmolStr,
    /// The ids of the formats of its numbers.
    pub formats: Vec<SmolStr>,
    /// The country of destination for which it holds, ISO 3166 alpha-2. Everywhere if absent.
    pub to: Option<SmolStr>,
    /// Where it was learnt.
    pub source: SmolStr,
}

static PARTNERS: LazyLock<HashMap<CarrierId, Vec<PartnerRecord>>> = LazyLock::new(|| {
    let of = |pack: &&Pack| {
        (
            pack.carrier().clone(),
            pack.profile()
                .map(|profile| profile.partners)
                .unwrap_or_default(),
        )
    };
    packs().iter().map(of).collect()
});

/// The one partner of `carrier` whose number this is, by a strong format alone. A number that is
/// not said to be a next carrier's must not look like one of the carrier's own.
pub(crate) fn partner(
    carrier: &CarrierId,
    number: &str,
    is_next: bool,
    to: Option<Country>,
) -> Option<CarrierId> {
    let partners = PARTNERS
        .get(carrier)
        .filter(|partners| !partners.is_empty())?;
    let identification = formats().identify(number, &Context::default());
    let strong = || {
        identification
            .candidates()
            .iter()
            .filter(|candidate| candidate.likelihood() == Likelihood::Strong)
    };
    if !is_next && strong().any(|candidate| candidate.carrier() == carrier) {
        return None;
    }
    let goes_there = |partner: &&PartnerRecord| {
        partner
            .to
            .as_deref()
            .is_none_or(|country| to == Country::from_alpha2(country) && to.is_some())
    };
    let fits = |partner: &&PartnerRecord| {
        strong().any(|candidate| {
            partner
                .formats
                .iter()
                .any(|format| format == candidate.format().id())
        })
    };
    let mut found = partners
        .iter()
        .filter(goes_there)
        .filter(fits)
        .map(|partner| &partner.carrier);
    let first = found.next()?;
    found
        .all(|other| other == first)
        .then(|| CarrierId::from(first.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(carrier: &str, number: &str, is_next: bool, to: Option<&str>) -> Option<String> {
        partner(
            &carrier.into(),
            number,
            is_next,
            to.and_then(Country::from_alpha2),
        )
        .map(|partner| partner.to_string())
    }

    #[test]
    fn every_partner_s_formats_exist() {
        for (carrier, partners) in PARTNERS.iter() {
            for format in partners.iter().flat_map(|partner| &partner.formats) {
                assert!(
                    formats().formats().any(|known| known.id() == format),
                    "{carrier}: {format}"
                );
            }
        }
    }

    #[test]
    fn a_number_is_a_partner_s_by_its_format() {
        for carrier in ["ups", "dhl", "fedex"] {
            assert_eq!(
                named(carrier, "9400100000000000000112", false, None).as_deref(),
                Some("usps"),
                "{carrier}"
            );
            assert_eq!(named(carrier, "7100000042", false, None), None, "{carrier}");
            assert_eq!(
                named(carrier, "SF1000000000017", true, None),
                None,
                "{carrier}"
            );
        }
        assert_eq!(named("ups", "1Z0000000300000013", false, None), None);
        assert_eq!(
            named("sf", "9400100000000000000112", false, None),
            None,
            "SF's pack names no partner"
        );
        assert_eq!(named("usps", "1Z0000000300000013", false, None), None);
    }

    #[test]
    fn an_item_of_the_universal_postal_union_goes_on_with_the_post_of_its_destination() {
        assert_eq!(
            named("dhl", "RB123456785DE", true, Some("US")).as_deref(),
            Some("usps")
        );
        assert_eq!(named("dhl", "RB123456785DE", true, Some("FR")), None);
        assert_eq!(named("dhl", "RB123456785DE", true, None), None);
        assert_eq!(
            named("dhl", "RB123456785DE", false, Some("US")),
            None,
            "it may be DHL's own"
        );
    }
}
