//! `delivered-elsewhere`: delivered, but not where it was to go.

use smol_str::SmolStr;

use crate::anomaly::geography::are_different;
use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Fact, Parcel, Rule, RuleAbout, RuleContext};
use crate::model::{DeliveredTo, Milestone, Party, Place};

rule! {
    /// The place of the delivery contradicts the destination: another country, postcodes that begin
    /// differently, or another city of another region. Only what both sides tell is compared.
    /// Deliveries to a neighbour, a locker or a pickup point, redirected parcels and returns are no
    /// contradiction.
    DeliveredElsewhere = "delivered-elsewhere", Custody =>
    /// How many leading characters of the two postcodes must agree; 0 compares none. Depots and
    /// post offices of one town share two.
    postcode: u8 = 2,
    /// Whether cities are compared where no postcode can be: only where both also name their
    /// region, and the regions differ.
    city: bool = true,
}

/// Letters and digits, in upper case.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_uppercase)
        .collect()
}

impl DeliveredElsewhere {
    /// How two places contradict each other.
    fn contradiction(&self, delivered: &Place, destination: &Place) -> Option<&'static str> {
        let (here, there) = (delivered.country?, destination.country?);
        if here != there {
            return are_different(here, there).then_some("country");
        }
        if let (Some(here), Some(there)) = (&delivered.postcode, &destination.postcode) {
            let (here, there) = (plain(here), plain(there));
            let compared = usize::from(self.postcode);
            let beginning = |text: &str| text.chars().take(compared).collect::<String>();
            let is_told = here.chars().count() >= compared && there.chars().count() >= compared;
            return (is_told && beginning(&here) != beginning(&there)).then_some("postcode");
        }
        let differ = |a: &Option<SmolStr>, b: &Option<SmolStr>| matches!((a, b), (Some(a), Some(b)) if plain(a) != plain(b));
        (self.city
            && differ(&delivered.city, &destination.city)
            && differ(&delivered.region, &destination.region))
        .then_some("city")
    }
}

/// The delivery that the state rests on, if it was made at an address.
fn delivery(parcel: &Parcel) -> Option<&Fact> {
    let fact = parcel
        .decisive()
        .filter(|fact| fact.milestone == Milestone::Delivered)
        .or_else(|| parcel.first(Milestone::Delivered))?;
    let is_at_address = !matches!(
        fact.delivered_to,
        Some(DeliveredTo::Neighbour | DeliveredTo::Locker | DeliveredTo::PickupPoint)
    );
    is_at_address.then_some(fact)
}

impl Rule for DeliveredElsewhere {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        let is_meant =
            parcel.milestone == Some(Milestone::Delivered) && !parcel.destinations.is_empty();
        if !is_meant
            || parcel.goes_back()
            || parcel.is_return
            || parcel.has(Milestone::Redirected)
            || parcel.has(Milestone::AvailableForPickup)
        {
            return;
        }
        let Some(fact) = delivery(parcel) else { return };
        let Some(place) = parcel.place(fact) else {
            return;
        };
        // One destination that agrees is enough: a carrier may name the shop's pickup counter, the
        // shop the home.
        let mut contradictions = parcel
            .destinations
            .iter()
            .map(|destination| self.contradiction(place, destination));
        let Some(Some(how)) = contradictions.next() else {
            return;
        };
        if !contradictions.all(|other| other.is_some()) {
            return;
        }
        let draft = Draft::since(fact.latest)
            .by(Party::Carrier)
            .seen([fact.event])
            .with_word("differs", Some(how));
        let destination = parcel
            .lane
            .destination
            .map(|country| Datum::Place(country.as_str().into()));
        look.raise(
            draft
                .with_some("place", parcel.place_of(fact))
                .with_some("destination", destination),
        );
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::anomaly::{Datum, Level};
    use crate::model::{DeliveredTo, Milestone, Order, Place, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "delivered-elsewhere";
    const NOW: &str = "2026-03-05T00:00:00Z";

    fn place(country: &str, postcode: &str, city: &str, region: &str) -> Place {
        let some = |text: &str| (!text.is_empty()).then(|| text.into());
        Place {
            country: country.parse().ok(),
            postcode: some(postcode),
            city: some(city),
            region: some(region),
            ..Place::default()
        }
    }

    fn delivered(at: Place, to: Place) -> ShipmentBuilder {
        let told = shipment("acme.track", "A1")
            .event(
                "2026-03-02T09:00:00Z",
                Stage::FirstMile,
                Milestone::PickedUp,
            )
            .event(
                "2026-03-04T09:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
            .with(|event| event.place = Some(at))
            .received("2026-03-04T10:00:00Z");
        told.changed(|shipment| shipment.destination = Some(to))
    }

    #[test]
    fn fires_on_another_country_postcode_or_city() {
        let found = finding(
            CODE,
            [delivered(
                place("DE", "", "", ""),
                place("FR", "69001", "", ""),
            )],
            NOW,
        )
        .unwrap();
        assert_eq!(
            (found.level, &found.data["differs"]),
            (Level::Critical, &Datum::Word("country".into()))
        );
        assert!(fires(
            CODE,
            [delivered(
                place("US", "90001", "", ""),
                place("US", "37920-1234", "", "")
            )],
            NOW
        ));
        assert!(fires(
            CODE,
            [delivered(
                place("US", "", "Reno", "NV"),
                place("US", "", "Knoxville", "TN")
            )],
            NOW
        ));
    }

    #[test]
    fn what_is_not_told_by_both_or_not_as_finely_is_no_contradiction() {
        for (at, to) in [
            (place("US", "37902", "", ""), place("US", "37920", "", "")),
            (
                place("US", "37902", "Knoxville", "TN"),
                place("US", "379", "", ""),
            ),
            (
                place("US", "", "Brooklyn", "NY"),
                place("US", "", "New York", "NY"),
            ),
            (
                place("DE", "", "Bad Homburg", ""),
                place("DE", "", "Frankfurt", ""),
            ),
            (place("", "90001", "", ""), place("US", "37920", "", "")),
            (
                place("PR", "", "San Juan", ""),
                place("US", "", "San Juan", "PR"),
            ),
            (
                place("GB", "SW1A 1AA", "", ""),
                place("GB", "sw1a1aa", "", ""),
            ),
        ] {
            assert!(
                !fires(CODE, [delivered(at.clone(), to.clone())], NOW),
                "{at:?} {to:?}"
            );
        }
    }

    #[test]
    fn neighbours_lockers_redirections_and_returns_are_no_contradiction() {
        let elsewhere = || delivered(place("US", "90001", "", ""), place("US", "37920", "", ""));
        for to in [
            DeliveredTo::Neighbour,
            DeliveredTo::Locker,
            DeliveredTo::PickupPoint,
        ] {
            assert!(
                !fires(
                    CODE,
                    [elsewhere().with(|event| event.delivered_to = Some(to))],
                    NOW
                ),
                "{to}"
            );
        }
        for milestone in [
            Milestone::Redirected,
            Milestone::AvailableForPickup,
            Milestone::Returning,
        ] {
            assert!(
                !fires(
                    CODE,
                    [elsewhere().event("2026-03-03T09:00:00Z", Stage::LastMile, milestone)],
                    NOW
                ),
                "{milestone}"
            );
        }
    }

    #[test]
    fn the_shop_knows_the_destination_too() {
        let shop = shipment("shop.orders", "WEB-1")
            .order(Order::default())
            .to("FRANCE")
            .received("2026-03-01T10:00:00Z");
        let parcel = shipment("acme.track", "A1")
            .event(
                "2026-03-04T09:00:00Z",
                Stage::LastMile,
                Milestone::Delivered,
            )
            .at("Berlin - GERMANY");
        assert!(fires(CODE, [shop, parcel], NOW));
    }
}
