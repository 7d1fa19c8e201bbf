//! `number-reused`: one number, two parcels.

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Parcel, Rule, RuleAbout, RuleContext};
use crate::model::FeedId;
use crate::model::NoticeKind;

rule! {
    /// A feed reports several shipments under the parcel's number, by its own identity of each:
    /// what is said of one may be said of the other. Parcels whose journeys were told apart are not
    /// meant.
    NumberReused = "number-reused", Data =>
}

impl Rule for NumberReused {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.terminal {
            return;
        }
        let mut seen: Vec<&FeedId> = Vec::new();
        for notice in parcel
            .notices
            .iter()
            .filter(|notice| notice.kind == NoticeKind::NumberReused)
        {
            if seen.contains(&&notice.feed) {
                continue;
            }
            seen.push(&notice.feed);
            let Some((at, feed)) = parcel
                .feeds
                .iter()
                .enumerate()
                .find(|(_, feed)| feed.id == notice.feed)
            else {
                continue;
            };
            let begins = parcel.facts.iter().filter(|fact| {
                usize::from(fact.feed) == at
                    && fact.milestone.rank() <= 3
                    && fact.milestone.moves_state()
            });
            let draft = Draft::since(feed.first_received)
                .about(feed.id.as_str())
                .seen(begins.map(|fact| fact.event));
            look.raise(draft.with("feed", Datum::Word(feed.id.as_str().into())));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{finding, fires};
    use crate::model::{Milestone, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "number-reused";
    const NOW: &str = "2026-03-09T00:00:00Z";

    fn begun(id: &str, at: &str) -> ShipmentBuilder {
        shipment("acme.track", "A1")
            .instance(id)
            .event(at, Stage::FirstMile, Milestone::PickedUp)
            .received("2026-03-08T00:00:00Z")
    }

    #[test]
    fn fires_on_two_shipments_under_one_number() {
        let found = finding(
            CODE,
            [
                begun("x1", "2026-03-02T09:00:00Z"),
                begun("x2", "2026-03-03T09:00:00Z"),
            ],
            NOW,
        )
        .unwrap();
        assert_eq!(
            (found.subject.as_str(), found.evidence.len()),
            ("acme.track", 2)
        );
    }

    #[test]
    fn one_shipment_told_twice_is_one() {
        assert!(!fires(
            CODE,
            [
                begun("x1", "2026-03-02T09:00:00Z"),
                begun("x1", "2026-03-03T09:00:00Z")
            ],
            NOW
        ));
    }
}
