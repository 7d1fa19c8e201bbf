//! `not-shipped-in-time`: the shop promised to ship it, and did not.

use crate::anomaly::rule::rule;
use crate::anomaly::{Datum, Draft, OrderDigest, Parcel, Rule, RuleAbout, RuleContext, Span};
use crate::model::Party;

rule! {
    /// The shop has not handed the order to a carrier by the time that it promised, or by a time of
    /// its own where it promised none. A scan of a carrier counts as well as the shop's word. Where
    /// a payment or a shortage is in the way, the rules of those speak instead.
    NotShippedInTime = "not-shipped-in-time", Order, under &["payment-failed", "stock-short"] =>
    /// How long before the promised time somebody is told.
    ahead: Span = Span::hours(4),
    /// How long after the order it should be shipped where the shop promised no time.
    after: Span = Span::days(3),
    /// How long after the time it becomes critical.
    critical_after: Span = Span::days(2),
}

impl NotShippedInTime {
    fn judge(&self, order: &OrderDigest, subject: &str, look: &mut RuleContext<'_>) {
        let Some(placed) = order.placed else { return };
        let by = order
            .ship_by
            .map_or_else(|| self.after.after(placed.at.latest), |by| by.latest);
        if !look.passed(self.ahead.before(by)) {
            return;
        }
        let is_critical = look.passed(self.critical_after.after(by));
        let is_late = look.passed(by);
        let due = if is_late {
            self.critical_after.after(by)
        } else {
            by
        };
        let draft = Draft::since(self.ahead.before(by))
            .about(subject)
            .by(Party::Sender)
            .due((!is_critical).then_some(due));
        let draft = draft
            .raised(is_critical)
            .seen([placed.event])
            .with("ship_by", Datum::At(by));
        look.raise(draft.with_word("promised", order.ship_by.map(|_| "yes").or(Some("no"))));
    }
}

impl Rule for NotShippedInTime {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn reads_silence(&self) -> bool {
        true
    }

    fn inspect(&self, parcel: &Parcel, look: &mut RuleContext<'_>) {
        if parcel.orders.is_empty()
            || parcel.terminal
            || parcel
                .milestone
                .is_some_and(|milestone| !milestone.is_before_pickup())
        {
            return;
        }
        if parcel.collected().is_some() {
            return;
        }
        for order in parcel
            .orders
            .iter()
            .filter(|order| order.handed_over.is_none() && order.cancelled.is_none())
        {
            self.judge(order, subject(parcel, order), look);
        }
    }
}

/// What a finding is about: the parcel itself where it belongs to one order only.
pub(super) fn subject<'p>(parcel: &Parcel, order: &'p OrderDigest) -> &'p str {
    if parcel.orders.len() > 1 {
        &order.key
    } else {
        ""
    }
}

#[cfg(test)]
mod tests {
    use crate::anomaly::Level;
    use crate::anomaly::rules::trial::{finding, findings, fires, moment, shop};
    use crate::model::{Milestone, Party, Stage};
    use crate::testing::{ShipmentBuilder, shipment};

    const CODE: &str = "not-shipped-in-time";
    const PLACED: &str = r#"{"at":"2026-03-02T09:00:00Z","signal":"placed"},{"at":"2026-03-02T09:01:00Z","signal":"paid"}"#;

    fn order(more: &str) -> Vec<ShipmentBuilder> {
        shop(&format!(
            r#"{{"number":"WEB-1001","ship_by":"2026-03-04T17:00:00Z","signals":[{PLACED}{more}]}}"#
        ))
    }

    #[test]
    fn tells_ahead_of_the_promised_time_and_is_louder_after_it() {
        assert!(!fires(CODE, order(""), "2026-03-04T12:59:00Z"));
        let found = finding(CODE, order(""), "2026-03-04T13:00:00Z").unwrap();
        assert_eq!(
            (found.level, found.party, found.due),
            (
                Level::Warning,
                Some(Party::Sender),
                Some(moment("2026-03-04T17:00:00Z"))
            )
        );
        assert_eq!(
            finding(CODE, order(""), "2026-03-06T17:00:00Z")
                .unwrap()
                .level,
            Level::Critical
        );
    }

    #[test]
    fn without_a_promise_the_settings_tell() {
        let order = || shop(&format!(r#"{{"number":"WEB-1001","signals":[{PLACED}]}}"#));
        assert!(!fires(CODE, order(), "2026-03-05T04:59:00Z"));
        assert!(fires(CODE, order(), "2026-03-05T05:00:00Z"));
    }

    #[test]
    fn a_hand_over_or_a_carrier_s_scan_ends_it_and_a_label_does_not() {
        let late = "2026-03-10T00:00:00Z";
        assert!(!fires(
            CODE,
            order(r#",{"at":"2026-03-04T09:00:00Z","signal":"handed_over"}"#),
            late
        ));
        let parcel = |milestone| {
            shipment("acme.track", "A1")
                .event("2026-03-04T09:00:00Z", Stage::FirstMile, milestone)
                .received("2026-03-04T10:00:00Z")
        };
        let with = |told: ShipmentBuilder| order("").into_iter().chain([told]);
        assert!(!fires(CODE, with(parcel(Milestone::PickedUp)), late));
        assert!(fires(CODE, with(parcel(Milestone::Announced)), late));
    }

    #[test]
    fn is_silent_about_cancelled_and_goes_under_in_unpaid_and_unavailable_orders() {
        let late = "2026-03-10T00:00:00Z";
        assert!(!fires(
            CODE,
            order(r#",{"at":"2026-03-03T09:00:00Z","signal":"cancelled"}"#),
            late
        ));
        for (signal, graver) in [
            ("payment_failed", "payment-failed"),
            ("stock_short", "stock-short"),
        ] {
            let found = findings(
                order(&format!(
                    r#",{{"at":"2026-03-03T09:00:00Z","signal":"{signal}"}}"#
                )),
                late,
            );
            assert_eq!(found.of(CODE).unwrap().under.as_deref(), Some(graver));
        }
    }

    #[test]
    fn an_order_that_no_carrier_knows_is_not_uncollected() {
        assert!(!fires("never-collected", order(""), "2026-03-20T00:00:00Z"));
        let handed_over = order(
            r#",{"at":"2026-03-04T09:00:00Z","signal":"handed_over","carrier":"acme","number":"A1"}"#,
        );
        assert!(!fires(
            "never-collected",
            handed_over.clone(),
            "2026-03-08T08:59:00Z"
        ));
        assert!(fires(
            "never-collected",
            handed_over,
            "2026-03-08T09:00:00Z"
        ));
    }
}
