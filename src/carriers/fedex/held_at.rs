//! Where FedEx keeps a package for its recipient.

use super::shared::Address;
use crate::model::PickupPoint;

/// A location at which a package is held.
#[derive(Clone, Debug, Default)]
pub(super) struct HeldAt<'t> {
    pub id: Option<&'t str>,
    pub kind: &'t str,
    pub company: Option<&'t str>,
    pub streets: Vec<&'t str>,
    pub address: Address<'t>,
}

impl HeldAt<'_> {
    /// The point. Name and street only of a FedEx site: elsewhere they may be a person's.
    pub fn point(&self) -> Option<PickupPoint> {
        let mut point = PickupPoint::new().with_place(self.address.place());
        point.id = self.id.map(Into::into);
        if is_site(self.kind) {
            point.name = self.company.map(Into::into);
            point.street = (!self.streets.is_empty()).then(|| self.streets.join(", ").into());
        }
        point.known()
    }
}

/// Whether a kind of location is a site of FedEx or of a shop that works for it.
fn is_site(kind: &str) -> bool {
    let is_named = kind.starts_with("FEDEX_") || kind.ends_with("_FEDEX_FACILITY");
    kind == "SHIP_AND_GET_LOCATION" || is_named && !kind.starts_with("NON_")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn name_and_street_are_told_of_sites_only() {
        let held = |kind| HeldAt {
            id: Some("RNOKK"),
            kind,
            company: Some("Sample Print Shop"),
            streets: vec!["1 Sample Street", "Unit 2"],
            address: Address {
                city: Some("RENO"),
                ..Address::default()
            },
        };
        for (kind, is_told) in [
            ("FEDEX_OFFICE_LOCATION", true),
            ("DESTINATION_FEDEX_FACILITY", true),
            ("SHIP_AND_GET_LOCATION", true),
            ("NON_FEDEX_FACILITY", false),
            ("CUSTOMER", false),
            ("PICKUP_LOCATION", false),
            ("", false),
        ] {
            let point = held(kind).point().unwrap();
            assert_eq!(point.name.is_some(), is_told, "{kind}");
            let street = point.street.as_deref();
            assert_eq!(
                street,
                is_told.then_some("1 Sample Street, Unit 2"),
                "{kind}"
            );
            assert_eq!(point.id.as_deref(), Some("RNOKK"));
            assert!(point.place.is_some());
        }
        assert_eq!(HeldAt::default().point(), None);
    }
}
