//! `lane-disrupted`: many parcels of one lane in trouble at once.

use smol_str::SmolStr;

use crate::anomaly::rule::rule;
use crate::anomaly::{Cohort, CohortRule, Datum, Draft, LanePulse, RuleAbout, RuleContext, Share};
use crate::model::Party;

rule! {
    /// On a lane, far more open parcels than usual are late or silent: a strike, a closed airport,
    /// a customs office without staff. It is one case of the lane, beside those of its parcels.
    LaneDisrupted = "lane-disrupted", Network =>
    /// How many open parcels a lane must have.
    open: u32 = 20,
    /// How many of them must be in trouble.
    troubled: u32 = 8,
    /// How many times the usual share it must be.
    times: f64 = 3.0,
    /// The smallest share that counts.
    share: Share = Share::percent(20),
    /// How improbable so many must be where the usual share holds. Parcels of one flight are late
    /// together, so it is small.
    chance: Share = Share::per_million(1),
    /// The share that is taken for usual on a lane that was never counted before, or at least.
    usual: Share = Share::percent(5),
}

/// How probable it is that of `n` parcels at least `k` are in trouble, each with probability `p`:
/// the upper tail of the binomial distribution.
fn tail(n: u32, k: u32, p: f64) -> f64 {
    if p <= 0.0 {
        return if k == 0 { 1.0 } else { 0.0 };
    }
    if k == 0 || p >= 1.0 {
        return 1.0;
    }
    let odds = (p / (1.0 - p)).ln();
    // In logarithms, because the single terms are too small for numbers.
    let mut term = f64::from(n) * (1.0 - p).ln();
    let mut sum = 0.0;
    for i in 0..=n {
        if i >= k {
            sum += term.exp();
        }
        term += (f64::from(n - i) / f64::from(i + 1)).ln() + odds;
    }
    sum.min(1.0)
}

impl LaneDisrupted {
    /// The share of trouble that is usual, if the present one is far above it.
    fn exceeded(&self, lane: &LanePulse) -> Option<f64> {
        let usual = lane.usual.max(self.usual.get());
        let is_much = lane.open >= self.open
            && lane.troubled >= self.troubled
            && lane.share() >= self.share.get().max(self.times * usual);
        (is_much && tail(lane.open, lane.troubled, usual) < self.chance.get()).then_some(usual)
    }
}

impl CohortRule for LaneDisrupted {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, cohort: &Cohort, look: &mut RuleContext<'_>) {
        for (name, lane) in &cohort.lanes {
            let Some(usual) = self.exceeded(lane) else {
                continue;
            };
            let rounded = |share: f64| Datum::Share((share * 1000.0).round() / 1000.0);
            let since = lane.since.or(cohort.counted).unwrap_or(look.now());
            let draft = Draft::since(since)
                .about(name.clone())
                .by(Party::Carrier)
                .with("lane", Datum::Word(SmolStr::clone(name)));
            let draft = draft
                .with("open", Datum::Count(i64::from(lane.open)))
                .with("troubled", Datum::Count(i64::from(lane.troubled)));
            look.raise(
                draft
                    .with("share", rounded(lane.share()))
                    .with("usual", rounded(usual)),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::anomaly::rules::trial::{inspector, moment};

    const NOW: &str = "2026-03-02T09:00:00Z";

    /// A lane that was counted ten times at its usual share, and now.
    fn cohort(usual: f64, open: u32, troubled: u32) -> Cohort {
        let lane = LanePulse {
            open,
            troubled,
            usual,
            counts: 10,
            ..LanePulse::default()
        };
        Cohort {
            counted: Some(moment(NOW)),
            lanes: [("CN-DE".into(), lane)].into(),
            ..Cohort::default()
        }
    }

    fn fires(cohort: &Cohort) -> bool {
        inspector()
            .inspect_cohort(cohort, moment(NOW))
            .of("lane-disrupted")
            .is_some()
    }

    #[test]
    fn fires_when_far_more_than_usual_are_in_trouble() {
        let found = inspector().inspect_cohort(&cohort(0.06, 200, 90), moment(NOW));
        let found = found.of("lane-disrupted").unwrap();
        assert_eq!(
            (found.subject.as_str(), &found.data["share"], found.since),
            ("CN-DE", &Datum::Share(0.45), moment(NOW))
        );
    }

    #[test]
    fn usual_trouble_and_few_parcels_are_no_disruption() {
        assert!(!fires(&cohort(0.06, 200, 14)));
        assert!(!fires(&cohort(0.30, 200, 90)), "a bad lane is a bad lane");
        assert!(!fires(&cohort(0.06, 12, 12)), "too few");
        assert!(
            !fires(&cohort(0.06, 400, 70)),
            "little more than usual, however sure"
        );
    }

    #[test]
    fn a_disruption_is_one_case_however_often_it_is_counted_and_does_not_become_usual() {
        let mut cohort = cohort(0.06, 200, 90);
        let begun = cohort.counted;
        for hour in 1..20 {
            cohort.recount(moment(NOW) + chrono::Duration::hours(hour));
            let lane = cohort.lanes.get_mut("CN-DE").unwrap();
            (lane.open, lane.troubled) = (200, 90);
            let found =
                inspector().inspect_cohort(&cohort, moment(NOW) + chrono::Duration::hours(hour));
            assert_eq!(found.of("lane-disrupted").map(|found| found.since), begun);
        }
        assert!(cohort.lanes["CN-DE"].usual < 0.15);
    }

    #[test]
    fn the_tail_is_that_of_the_binomial_distribution() {
        // 1 − 0.95^10, and the closed sum for two of three.
        assert!((tail(10, 1, 0.05) - (1.0 - 0.95f64.powi(10))).abs() < 1e-12);
        assert!((tail(3, 2, 0.5) - 0.5).abs() < 1e-12);
        assert_eq!(
            (tail(10, 0, 0.3), tail(10, 11, 0.3), tail(10, 3, 0.0)),
            (1.0, 0.0, 0.0)
        );
        assert!(tail(100_000, 50_000, 0.1) < 1e-300);
    }
}
