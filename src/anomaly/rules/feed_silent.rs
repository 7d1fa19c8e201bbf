//! `feed-silent`: a feed that tells nothing when it always told something.

use smol_str::SmolStr;

use crate::anomaly::rule::rule;
use crate::anomaly::{Cohort, CohortRule, Datum, Draft, RuleAbout, RuleContext, Share, Span};

rule! {
    /// A feed has told nothing new for a time in which, by the same hours of the weeks before, it
    /// should have. It is one case of the feed: its parcels' rules that read silence keep still
    /// meanwhile. A feed is judged once it is known for two weeks, and only while open parcels wait
    /// for it.
    FeedSilent = "feed-silent", Network =>
    /// How improbable the silence must be. Holidays and outages of a night are rarer than this,
    /// noise is not.
    chance: Share = Share::per_million(100),
    /// The shortest silence that counts.
    at_least: Span = Span::hours(3),
    /// How many open parcels must wait for it.
    open: u32 = 5,
    /// When it becomes critical.
    critical_after: Span = Span::hours(24),
}

impl CohortRule for FeedSilent {
    fn about(&self) -> &'static RuleAbout {
        &ABOUT
    }

    fn inspect(&self, cohort: &Cohort, look: &mut RuleContext<'_>) {
        for (feed, pulse) in cohort
            .feeds
            .iter()
            .filter(|(_, pulse)| pulse.open >= self.open)
        {
            let Some(improbable) = pulse.improbable_after(self.chance.get()) else {
                continue;
            };
            let at = improbable.max(self.at_least.after(pulse.last_news));
            if !look.passed(at) {
                continue;
            }
            let critical = self.critical_after.after(pulse.last_news).max(at);
            let is_critical = look.passed(critical);
            let draft = Draft::since(pulse.last_news)
                .about(feed.clone())
                .raised(is_critical)
                .due((!is_critical).then_some(critical));
            let draft = draft
                .with("feed", Datum::Word(SmolStr::clone(feed)))
                .with("open", Datum::Count(i64::from(pulse.open)));
            look.raise(draft.with("silent", Datum::hours_between(pulse.last_news, look.now())));
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Datelike, Duration, Timelike, Utc};

    use crate::anomaly::rules::trial::{inspector, moment};
    use crate::anomaly::{Cohort, Finding, Findings, Level, Parcel, Span, Surroundings};
    use crate::model::{FeedId, Milestone, Stage};
    use crate::testing::shipment;

    /// News every half hour while `speaks`, from 1 February (a Sunday) until a moment, and `open`
    /// parcels waiting.
    fn cohort(until: &str, open: usize, speaks: impl Fn(DateTime<Utc>) -> bool) -> Cohort {
        let (mut at, until) = (moment("2026-02-01T00:10:00Z"), moment(until));
        let mut cohort = Cohort::default();
        while at <= until {
            if speaks(at) {
                cohort.heard(&FeedId::from("acme.track"), at);
            }
            at += Duration::minutes(30);
        }
        cohort.recount(until);
        (0..open).for_each(|_| cohort.count(&waiting(), &Findings::default()));
        cohort
    }

    fn waiting() -> Parcel {
        let told = shipment("acme.track", "A1")
            .event("2026-03-02T09:00:00Z", Stage::LineHaul, Milestone::Departed)
            .received("2026-03-02T09:10:00Z");
        let now = moment("2026-03-02T10:00:00Z");
        let journey = crate::anomaly::rules::trial::journey([told]);
        inspector().digest(&journey.at_known(now, now))
    }

    fn by_day(at: DateTime<Utc>) -> bool {
        (6..20).contains(&at.hour()) && at.weekday().number_from_monday() < 6
    }

    fn found(cohort: &Cohort, now: &str) -> Option<Finding> {
        inspector()
            .inspect_cohort(cohort, moment(now))
            .of("feed-silent")
            .cloned()
    }

    #[test]
    fn fires_when_a_steady_feed_falls_silent() {
        let steady = cohort("2026-03-04T12:00:00Z", 8, |_| true);
        assert!(found(&steady, "2026-03-04T14:00:00Z").is_none());
        let silent = found(&steady, "2026-03-04T20:00:00Z").unwrap();
        assert_eq!(
            (silent.level, silent.subject.as_str()),
            (Level::Warning, "acme.track")
        );
        assert_eq!(
            found(&steady, "2026-03-05T13:00:00Z").unwrap().level,
            Level::Critical
        );
    }

    #[test]
    fn nights_and_weekends_are_its_habit() {
        // Friday evening to Monday morning.
        let office = cohort("2026-03-06T20:00:00Z", 8, by_day);
        assert!(found(&office, "2026-03-09T06:00:00Z").is_none());
        assert!(found(&office, "2026-03-09T16:00:00Z").is_some());
    }

    #[test]
    fn a_feed_that_is_new_or_that_nobody_waits_for_is_not_judged() {
        assert!(
            found(
                &cohort("2026-02-09T12:00:00Z", 8, |_| true),
                "2026-02-11T12:00:00Z"
            )
            .is_none()
        );
        assert!(
            found(
                &cohort("2026-03-04T12:00:00Z", 4, |_| true),
                "2026-03-05T20:00:00Z"
            )
            .is_none()
        );
    }

    #[test]
    fn a_silent_feed_is_no_trouble_of_its_parcels_until_its_backlog_is_in() {
        let silent = cohort("2026-03-04T12:00:00Z", 8, |_| true);
        let now = moment("2026-03-20T10:00:00Z");
        let mut around = Surroundings::default();
        around.update(
            &inspector().inspect_cohort(&silent, now),
            now,
            Span::hours(6),
        );
        let at = |around: &Surroundings, now| inspector().inspect_amid(&waiting(), now, around);
        assert!(inspector().inspect(&waiting(), now).of("stalled").is_some());
        assert!(at(&around, now).of("stalled").is_none());

        around.update(&Findings::default(), now, Span::hours(6));
        assert!(
            at(&around, now + Duration::hours(5))
                .of("stalled")
                .is_none()
        );
        assert_eq!(
            at(&around, now + Duration::hours(5)).next_check,
            Some(now + Duration::hours(6))
        );
        assert!(
            at(&around, now + Duration::hours(6))
                .of("stalled")
                .is_some()
        );
        around.update(
            &Findings::default(),
            now + Duration::hours(7),
            Span::hours(6),
        );
        assert!(around.is_empty());
    }
}
