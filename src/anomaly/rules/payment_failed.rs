//! `payment-failed`: the order is not paid.

use super::not_shipped_in_time::subject;
use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::Party;

rule! {
    /// A payment was declined or ran out, and no later signal of the shop says that the order is
    /// paid, refunded or cancelled. It is worse once the goods are on their way.
    PaymentFailed = "payment-failed", Order =>
    /// How long a second attempt may take before somebody is told. Most customers try again at
    /// once.
    after: Span = Span::hours(1),
}

impl Rule for PaymentFailed {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn reads_silence(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        for order in &parcel.orders {
            let Some(failed) = order.unpaid else { continue };
            let is_shipped = order.handed_over.is_some() || parcel.collected().is_some();
            if !is_shipped && !look.passed(self.after.after(failed.at.latest)) {
                continue;
            }
            let by = order.ship_by.filter(|_| !is_shipped).map(|by| by.latest);
            let draft = Draft::since(failed.at.latest)
                .about(subject(parcel, order))
                .by(Party::Recipient)
                .due(by)
                .raised(is_shipped);
            let draft = draft
                .seen([failed.event])
                .with_some("ship_by", by.map(Datum::At));
            look.raise(draft.with_word("shipped", is_shipped.then_some("yes")));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires, moment, shop};
    use crate::model::Party;
    use crate::testing::ShipmentBuilder;

    const CODE: &str = "payment-failed";
    const NOW: &str = "2026-03-03T00:00:00Z";

    fn order(more: &str) -> Vec<ShipmentBuilder> {
        shop(&format!(
            r#"{{"number":"WEB-1001","ship_by":"2026-03-04T17:00:00Z","signals":[{{"at":"2026-03-02T09:00:00Z","signal":"placed"}},
            {{"at":"2026-03-02T09:01:00Z","signal":"payment_failed"}}{more}]}}"#
        ))
    }

    #[test]
    fn fires_when_nobody_pays_soon() {
        assert!(!fires(CODE, order(""), "2026-03-02T10:00:00Z"));
        let found = finding(CODE, order(""), "2026-03-02T10:01:00Z").unwrap();
        assert_eq!(
            (found.level, found.party, found.due),
            (
                Level::Warning,
                Some(Party::Recipient),
                Some(moment("2026-03-04T17:00:00Z"))
            )
        );
    }

    #[test]
    fn payment_refund_and_cancellation_end_it_and_another_failure_begins_anew() {
        for signal in ["paid", "refunded", "cancelled"] {
            let ended = format!(r#",{{"at":"2026-03-02T12:00:00Z","signal":"{signal}"}}"#);
            assert!(!fires(CODE, order(&ended), NOW), "{signal}");
        }
        let again = r#",{"at":"2026-03-02T12:00:00Z","signal":"paid"},{"at":"2026-03-02T13:00:00Z","signal":"payment_failed"}"#;
        assert!(fires(CODE, order(again), NOW));
    }

    #[test]
    fn goods_on_their_way_unpaid_are_worse() {
        let shipped = r#",{"at":"2026-03-02T09:30:00Z","signal":"handed_over"}"#;
        assert_eq!(
            finding(CODE, order(shipped), "2026-03-02T09:40:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn a_paid_order_is_paid() {
        let paid = r#"{"number":"WEB-1001","signals":[{"at":"2026-03-02T09:00:00Z","signal":"placed"},{"at":"2026-03-02T09:01:00Z","signal":"paid"}]}"#;
        assert!(!fires(CODE, shop(paid), NOW));
    }
}
