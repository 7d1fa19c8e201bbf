//! Forecasts kept and scored: what counts those delivered, and what counts all that were due.

use chrono::{DateTime, TimeDelta, Utc};
use parceltrail::eta::score::{Forecast, Score, Scorebook, Source, Subject};

fn at(hours: i64) -> DateTime<Utc> {
    "2026-03-02T00:00:00Z".parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(hours)
}

fn quantiles(made: i64, [p10, p50, p80, p90]: [i64; 4]) -> Forecast {
    Forecast::quantiles(at(made), [at(p10), at(p50), at(p80), at(p90)])
}

fn ours(carrier: &str) -> Subject {
    Subject {
        source: Source::Ours,
        carrier: Some(carrier.into()),
        lane: Some("CN>DE".into()),
    }
}

#[test]
fn figures_of_those_delivered() {
    let mut score = Score::default();
    let forecast = quantiles(0, [10, 20, 30, 40]);
    for delivered in [5, 10, 20, 26, 50] {
        score.take(&forecast, at(delivered));
    }
    assert_eq!(score.n(), 5);
    assert_eq!(
        score.mae_hours(),
        Some((15.0 + 10.0 + 0.0 + 6.0 + 30.0) / 5.0)
    );
    assert_eq!(score.median_hours(), Some(10.0));
    assert_eq!(
        score.bias_hours(),
        Some((15.0 + 10.0 + 0.0 - 6.0 - 30.0) / 5.0)
    );
    assert_eq!(score.pinball_hours(0.5), Some(61.0 / 10.0));
    // Early by 35, 30, 20, 14 hours cost a tenth of it; late by 10 nine tenths.
    assert!((score.pinball_hours(0.9).unwrap() - (9.9 + 9.0) / 5.0).abs() < 1e-9);
    assert_eq!(score.coverage_10_90(), Some(0.6), "on P10 is inside");
    assert_eq!(score.under_p90(), Some(0.8));
    assert_eq!(score.width_hours(), Some(30.0));
    assert_eq!(score.p90_length_hours(), Some(40.0));
    assert_eq!(score.between_quantiles(), Some([0.2, 0.4, 0.2, 0.0, 0.2]));
}

#[test]
fn nothing_scored_tells_nothing() {
    let score = Score::default();
    assert_eq!(
        (
            score.mae_hours(),
            score.median_hours(),
            score.under_p90(),
            score.width_hours()
        ),
        (None, None, None, None)
    );
    assert_eq!(score.reliability().map(|row| row.due), [None; 4]);
}

#[test]
fn open_parcels_that_were_due_count_as_not_kept() {
    let mut book = Scorebook::default();
    for parcel in ["early", "late", "open", "lost"] {
        book.record(parcel, ours("acme"), quantiles(0, [10, 20, 30, 40]));
    }
    book.settle("early", at(12));
    book.advance(at(35));
    let reliability = book.total(Source::Ours).reliability();
    assert_eq!(
        reliability.map(|row| row.due_n),
        [4, 4, 4, 0],
        "P90 has not passed"
    );
    assert_eq!(reliability[2].due, Some(0.25));
    assert_eq!(
        reliability[3].delivered,
        Some(1.0),
        "of those delivered: flattering"
    );

    book.settle("late", at(38));
    book.end("lost");
    book.advance(at(41));
    let score = book.total(Source::Ours);
    assert_eq!(score.reliability()[3].due, Some(0.5));
    assert_eq!(score.n(), 2);
    assert_eq!(book.waiting(), 1, "the open one may still come");
    book.settle("open", at(60));
    book.advance(at(61));
    assert_eq!(book.total(Source::Ours).n(), 3);
    assert_eq!(
        book.total(Source::Ours).reliability()[3].due,
        Some(0.5),
        "late stays late"
    );
    assert_eq!(book.waiting(), 0);
}

#[test]
fn an_early_delivery_counts_as_kept_only_once_it_was_due() {
    let mut book = Scorebook::default();
    book.record("a", ours("acme"), quantiles(0, [10, 20, 30, 40]));
    book.settle("a", at(5));
    book.advance(at(6));
    assert_eq!(
        book.total(Source::Ours).reliability().map(|row| row.due_n),
        [0; 4]
    );
    book.advance(at(100));
    assert_eq!(
        book.total(Source::Ours).reliability().map(|row| row.due),
        [Some(1.0); 4]
    );
}

#[test]
fn sources_carriers_and_lanes_are_told_apart() {
    let mut book = Scorebook::default();
    let promise = |source| Subject {
        source,
        ..ours("dhl")
    };
    book.record("a", ours("acme"), quantiles(0, [10, 20, 30, 40]));
    book.record("a", promise(Source::Shop), Forecast::promise(at(0), at(24)));
    book.record(
        "a",
        promise(Source::Carrier),
        Forecast::promise(at(0), at(18)),
    );
    book.settle("a", at(20));
    book.settle("a", at(99));
    let by = book.by(|subject| (subject.source, subject.carrier.clone()));
    assert_eq!(by.len(), 3);
    assert_eq!(
        by[&(Source::Shop, Some("dhl".into()))].bias_hours(),
        Some(4.0),
        "a second word on the delivery changes nothing"
    );
    assert_eq!(book.total(Source::Carrier).under_p90(), Some(0.0));
    assert_eq!(
        book.by(|subject| subject.lane.clone())[&Some("CN>DE".into())].n(),
        3
    );
}

#[test]
fn books_kept_apart_add_up_and_survive_being_written() {
    let (mut whole, mut shards) = (
        Scorebook::default(),
        [Scorebook::default(), Scorebook::default()],
    );
    for parcel in 0..40_i64 {
        let id = format!("p{parcel}");
        let forecast = quantiles(parcel, [parcel + 10, parcel + 20, parcel + 30, parcel + 40]);
        for book in [&mut whole, &mut shards[usize::from(parcel % 3 == 0)]] {
            book.record(
                &id,
                ours(if parcel % 2 == 0 { "acme" } else { "other" }),
                forecast,
            );
            if parcel % 5 > 0 {
                book.settle(&id, at(parcel + 5 + (parcel * 7) % 45));
            }
            book.advance(at(parcel));
        }
    }
    let [mut joined, other] = shards;
    joined.merge(&other);
    let mut again: Scorebook =
        serde_json::from_str(&serde_json::to_string(&joined).unwrap()).unwrap();
    assert_eq!(again, joined);
    again.advance(at(500));
    whole.advance(at(500));
    let key = |subject: &Subject| subject.carrier.clone();
    for (carrier, score) in whole.by(key) {
        let other = &again.by(key)[&carrier];
        assert_eq!(
            (score.n(), score.median_hours(), score.coverage_10_90()),
            (other.n(), other.median_hours(), other.coverage_10_90())
        );
        assert_eq!(score.reliability(), other.reliability());
        assert!((score.mae_hours().unwrap() - other.mae_hours().unwrap()).abs() < 1e-9);
    }
    assert_eq!(whole.waiting(), 8, "those never settled");
}

#[test]
fn a_delivery_known_to_one_book_settles_the_other_s_forecasts() {
    let (mut ours_book, mut theirs) = (Scorebook::default(), Scorebook::default());
    ours_book.record("a", ours("acme"), quantiles(0, [10, 20, 30, 40]));
    theirs.record("a", ours("acme"), quantiles(5, [12, 22, 32, 42]));
    theirs.settle("a", at(21));
    ours_book.merge(&theirs);
    assert_eq!(ours_book.total(Source::Ours).n(), 2);
    ours_book.settle("a", at(30));
    assert_eq!(ours_book.total(Source::Ours).n(), 2, "settled once");
}

#[test]
fn odds_are_told_apart_and_add_up() {
    use parceltrail::eta::score::Odds;
    // Said .0, .1, ..., .9, and happening as often as said: 90 times in 200.
    let (mut whole, mut parts) = (Odds::default(), [Odds::default(), Odds::default()]);
    for nth in 0..200_u32 {
        let said = f64::from(nth % 10) / 10.0;
        let happened = f64::from(nth / 10) + 0.5 < said * 20.0;
        whole.take(said, happened);
        parts[nth as usize % 2].take(said, happened);
    }
    let [mut sum, other] = parts;
    sum.merge(&other);
    assert_eq!(sum.deciles(), whole.deciles());
    assert_eq!((whole.n(), whole.rate()), (200, Some(0.45)));
    assert!((whole.mean().unwrap() - 0.45).abs() < 1e-12);
    assert_eq!(whole.deciles().len(), 10);
    for decile in whole.deciles() {
        assert!((decile.said - decile.happened).abs() < 1e-9 && decile.n == 20);
    }
    // Honest odds have the mean of p(1 - p) as their Brier score.
    let honest: f64 = (0..10).map(|p| f64::from(p * (10 - p)) / 1000.0).sum();
    assert!((whole.brier().unwrap() - honest).abs() < 1e-9);
    assert!(
        (whole.auc().unwrap() - 5.0 / 6.0).abs() < 0.01,
        "{:?}",
        whole.auc()
    );
    let read: Odds = serde_json::from_str(&serde_json::to_string(&whole).unwrap()).unwrap();
    assert_eq!((read.n(), read.auc()), (whole.n(), whole.auc()));
    assert!((read.brier().unwrap() - whole.brier().unwrap()).abs() < 1e-12);

    let mut odd = Odds::default();
    odd.take(f64::NAN, true);
    odd.take(1.5, true);
    assert_eq!((odd.n(), odd.brier(), odd.auc()), (0, None, None));
    odd.take(0.3, true);
    assert_eq!((odd.auc(), odd.rate()), (None, Some(1.0)));
}
