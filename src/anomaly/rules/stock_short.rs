//! `stock-short`: what was ordered is not there.

use super::not_shipped_in_time::subject;
use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::Party;

rule! {
    /// Something that was ordered is not in stock, and no later signal of the shop says that it is
    /// again, that the order is packed, handed over or cancelled.
    StockShort = "stock-short", Order =>
    /// How long the shop may take to find the goods before somebody is told.
    after: Span = Span::ZERO,
    /// How long before the promised time of shipping it becomes critical.
    critical_ahead: Span = Span::hours(12),
}

impl Rule for StockShort {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn reads_silence(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.terminal {
            return;
        }
        for order in &parcel.orders {
            let Some(short) = order.short else { continue };
            if !look.passed(self.after.after(short.at.latest)) {
                continue;
            }
            let by = order.ship_by.map(|by| by.latest);
            let is_critical = by.is_some_and(|by| look.passed(self.critical_ahead.before(by)));
            let draft = Draft::since(short.at.latest)
                .about(subject(parcel, order))
                .by(Party::Sender)
                .due(by)
                .raised(is_critical);
            look.raise(
                draft
                    .seen([short.event])
                    .with_some("ship_by", by.map(Datum::At)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, fires, shop};
    use crate::model::Party;
    use crate::testing::ShipmentBuilder;

    const CODE: &str = "stock-short";

    fn order(more: &str) -> Vec<ShipmentBuilder> {
        shop(&format!(
            r#"{{"number":"WEB-1001","ship_by":"2026-03-04T17:00:00Z","signals":[{{"at":"2026-03-02T09:00:00Z","signal":"placed"}},
            {{"at":"2026-03-02T11:00:00Z","signal":"stock_short"}}{more}]}}"#
        ))
    }

    #[test]
    fn fires_at_once_and_is_louder_near_the_promised_time() {
        let found = finding(CODE, order(""), "2026-03-02T11:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party),
            (Level::Warning, Some(Party::Sender))
        );
        assert_eq!(
            finding(CODE, order(""), "2026-03-04T05:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn goods_found_packed_shipped_or_cancelled_end_it() {
        for signal in ["stock_restored", "packed", "handed_over", "cancelled"] {
            let ended = format!(r#",{{"at":"2026-03-02T12:00:00Z","signal":"{signal}"}}"#);
            assert!(
                !fires(CODE, order(&ended), "2026-03-03T00:00:00Z"),
                "{signal}"
            );
        }
    }

    #[test]
    fn another_order_s_shortage_is_another_order_s() {
        let orders = format!(
            r#"{{"number":"WEB-1001","signals":[{}{}]}},{{"number":"WEB-1002","signals":[{{"at":"2026-03-02T12:00:00Z","signal":"packed"}}]}}"#,
            r#"{"at":"2026-03-02T09:00:00Z","signal":"placed"}"#,
            r#",{"at":"2026-03-02T11:00:00Z","signal":"stock_short"}"#
        );
        assert!(fires(CODE, shop(&orders), "2026-03-03T00:00:00Z"));
    }
}
