//! `duplicate-order`: the same thing ordered twice.

use std::collections::BTreeMap;

use smol_str::{SmolStr, format_smolstr};

use crate::anomaly::cohort::OrderMark;
use crate::anomaly::rule::rule;
use crate::anomaly::{Cohort, CohortRule, Datum, Draft, RuleAbout, RuleContext, Span};
use crate::model::Party;

rule! {
    /// One order number came under two ids of the shop, or one customer ordered the same basket
    /// twice within a short time: a double click, a repeated call, a message sent again. Orders
    /// that are cancelled or done are not compared; customers and baskets are the shop's own
    /// hashes.
    DuplicateOrder = "duplicate-order", Order =>
    /// How far apart two orders of one customer for one basket may lie.
    window: Span = Span::hours(24),
}

/// Two orders that are one, with the one placed first in front.
struct Pair<'c> {
    orders: [(&'c SmolStr, &'c OrderMark); 2],
    how: &'static str,
}

/// Neighbours, in the order in which they were placed, among orders that share something.
fn neighbours<'c, K: Ord>(
    cohort: &'c Cohort,
    key: impl Fn(&'c OrderMark) -> Option<K>,
    how: &'static str,
) -> Vec<Pair<'c>> {
    let mut sharing: BTreeMap<K, Vec<(&SmolStr, &OrderMark)>> = BTreeMap::new();
    for (name, order) in &cohort.orders {
        if let Some(key) = key(order) {
            sharing.entry(key).or_default().push((name, order));
        }
    }
    let mut pairs = Vec::new();
    for mut orders in sharing.into_values() {
        orders.sort_by_key(|(name, order)| (order.placed, *name));
        pairs.extend(orders.windows(2).filter_map(|pair| {
            Some(Pair {
                orders: [*pair.first()?, *pair.get(1)?],
                how,
            })
        }));
    }
    pairs
}

impl CohortRule for DuplicateOrder {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, cohort: &Cohort, look: &mut RuleContext<'_>) {
        let same_number = neighbours(cohort, |order| Some(order.number), "number");
        let same_basket = neighbours(
            cohort,
            |order| Some((order.customer?, order.basket.as_ref()?)),
            "basket",
        )
        .into_iter()
        .filter(|pair| {
            let [(_, first), (_, second)] = pair.orders;
            first.number != second.number && self.window.after(first.placed) >= second.placed
        });
        for Pair {
            orders: [(first_key, first), (second_key, second)],
            how,
        } in same_number.into_iter().chain(same_basket)
        {
            let draft = Draft::since(second.placed)
                .about(format_smolstr!("{first_key}-{second_key}"))
                .by(Party::Sender);
            let draft = draft
                .due(first.ship_by.into_iter().chain(second.ship_by).min())
                .seen([first.event, second.event]);
            look.raise(
                draft
                    .with_word("same", Some(how))
                    .with("apart", Datum::hours_between(first.placed, second.placed)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::rules::trial::{inspector, moment, shop};
    use crate::anomaly::{Cohort, Datum, Finding, Findings};
    use crate::journey::Journeys;
    use crate::model::Party;

    const NOW: &str = "2026-03-04T00:00:00Z";

    /// The finding about a shop's orders, each sorted into its journey and counted.
    fn found(orders: &[String]) -> Option<Finding> {
        let mut journeys = Journeys::default();
        shop(&orders.join(","))
            .into_iter()
            .for_each(|told| drop(journeys.apply(told)));
        let mut cohort = Cohort::default();
        cohort.recount(moment(NOW));
        for journey in journeys.sorted().0 {
            cohort.count(
                &inspector().digest(&journey.at_known(moment(NOW), moment(NOW))),
                &Findings::default(),
            );
        }
        inspector()
            .inspect_cohort(&cohort, moment(NOW))
            .of("duplicate-order")
            .cloned()
    }

    fn order(number: &str, id: &str, customer: &str, basket: &str, at: &str, more: &str) -> String {
        format!(
            r#"{{"number":"{number}","id":"{id}","customer":"9f2c4e1ab07d44c3{customer}","basket":"{basket}","ship_by":"2026-03-05T17:00:00Z",
            "signals":[{{"at":"{at}","signal":"placed"}}{more}]}}"#
        )
    }

    #[test]
    fn fires_on_one_customer_and_basket_twice_within_the_window() {
        let orders = [
            order("WEB-1001", "a", "01", "b1", "2026-03-02T09:00:00Z", ""),
            order("WEB-1002", "b", "01", "b1", "2026-03-02T09:02:00Z", ""),
        ];
        let found = found(&orders).unwrap();
        assert_eq!(
            (found.party, found.due, found.evidence.len()),
            (Some(Party::Sender), Some(moment("2026-03-05T17:00:00Z")), 2)
        );
        assert_eq!(found.data["same"], Datum::Word("basket".into()));
        assert!(
            !format!("{found:?}").contains("1001"),
            "numbers stay out of findings"
        );
    }

    #[test]
    fn fires_on_one_number_under_two_ids() {
        let twice = |id| order("WEB-1001", id, "01", "b1", "2026-03-02T09:00:00Z", "");
        assert_eq!(
            found(&[twice("a"), twice("b")]).unwrap().data["same"],
            Datum::Word("number".into())
        );
        assert!(
            found(&[twice("a"), twice("a")]).is_none(),
            "a document sent twice is one order"
        );
    }

    #[test]
    fn other_customers_baskets_and_days_are_other_orders() {
        let first = || order("WEB-1001", "a", "01", "b1", "2026-03-02T09:00:00Z", "");
        for other in [
            order("WEB-1002", "b", "02", "b1", "2026-03-02T09:02:00Z", ""),
            order("WEB-1002", "b", "01", "b2", "2026-03-02T09:02:00Z", ""),
            order("WEB-1002", "b", "01", "b1", "2026-03-03T09:02:00Z", ""),
        ] {
            assert!(found(&[first(), other]).is_none());
        }
    }

    #[test]
    fn cancelling_one_ends_it() {
        let cancelled = r#",{"at":"2026-03-02T10:00:00Z","signal":"cancelled"}"#;
        let orders = [
            order("WEB-1001", "a", "01", "b1", "2026-03-02T09:00:00Z", ""),
            order(
                "WEB-1002",
                "b",
                "01",
                "b1",
                "2026-03-02T09:02:00Z",
                cancelled,
            ),
        ];
        assert!(found(&orders).is_none());
    }
}
