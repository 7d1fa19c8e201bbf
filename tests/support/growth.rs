//! How time and memory of a piece of work grow with its input: the exponent `e` of `n^e`, from n,
//! 2n, 4n and 8n.
//!
//! `#[path = "support/growth.rs"] mod growth;` in a test, then `growth::linear("name", 1_000, |n|
//! input(n), |input| work(input))`.

use std::time::Duration;

/// The most that counts as linear: a sort's logarithm and a cache's edge are within it.
pub const LINEAR: f64 = 1.1;

/// What a noisy machine may make of it. Twice the input at four times the cost would be 2.
const TOLERATED: f64 = 1.25;

const STEPS: [usize; 4] = [1, 2, 4, 8];
/// Each size is measured until it took this long altogether, and at least three times.
const ENOUGH: Duration = Duration::from_millis(30);

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Growth {
    /// The exponent of the thread's processor time.
    pub time: f64,
    /// The exponent of the most memory that was held at once.
    pub memory: f64,
}

/// Measures and prints the growth of `work` over inputs that `make` builds from a size, and panics
/// when it is more than linear.
///
/// Processor time of this thread alone is counted, the least of several runs, so that other work on
/// the machine does not show; a result above the bound is measured again from larger sizes, up to
/// three times.
#[track_caller]
pub fn linear<I, O>(
    name: &str,
    base: usize,
    make: impl Fn(usize) -> I,
    work: impl Fn(&I) -> O,
) -> Growth {
    let mut best = Growth {
        time: f64::INFINITY,
        memory: f64::INFINITY,
    };
    for attempt in 0..4 {
        // From a larger base the fixed part and the steps in which lists take memory weigh less.
        let inputs = STEPS.map(|step| make(base * (attempt + 1) * step));
        let costs = inputs.each_ref().map(|input| cost(|| work(input)));
        best.time = best
            .time
            .min(exponent(costs.map(|(time, _)| time.as_secs_f64())));
        best.memory = best
            .memory
            .min(exponent(costs.map(|(_, bytes)| bytes as f64)));
        if best.time <= LINEAR && best.memory <= LINEAR {
            break;
        }
    }
    println!(
        "growth of {name} from {base}: time n^{:.2}, memory n^{:.2}",
        best.time, best.memory
    );
    assert!(
        best.time <= TOLERATED,
        "{name}: time grows as n^{:.2}",
        best.time
    );
    assert!(
        best.memory <= TOLERATED,
        "{name}: memory grows as n^{:.2}",
        best.memory
    );
    best
}

/// The least processor time of several runs, and the most bytes that one run held at once.
fn cost<O>(work: impl Fn() -> O) -> (Duration, u64) {
    let (mut least, mut spent, mut runs, mut bytes) = (Duration::MAX, Duration::ZERO, 0, 0);
    while runs < 3 || spent < ENOUGH && runs < 200 {
        let mut took = Duration::ZERO;
        let held = allocation_counter::measure(|| {
            let start = processor_time();
            std::hint::black_box(work());
            took = processor_time() - start;
        });
        (least, spent, runs, bytes) = (least.min(took), spent + took, runs + 1, held.bytes_max);
    }
    (least, bytes)
}

fn processor_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec.unsigned_abs(), now.tv_nsec.unsigned_abs() as u32)
}

/// The slope of the logarithms, by least squares.
fn exponent(costs: [f64; 4]) -> f64 {
    let points = STEPS
        .map(|step| (step as f64).ln())
        .into_iter()
        .zip(costs.map(|cost| cost.max(1e-9).ln()));
    let (x, y) = points.clone().fold((0.0, 0.0), |(x, y), point| {
        (x + point.0 / 4.0, y + point.1 / 4.0)
    });
    let (above, below) = points.fold((0.0, 0.0), |(above, below), point| {
        (
            above + (point.0 - x) * (point.1 - y),
            below + (point.0 - x).powi(2),
        )
    });
    above / below
}
