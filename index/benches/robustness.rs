//! 1 000 Monte-Carlo replications of 10 000 units by 60 indicators in three levels (60 indicators, 10 pillars, 1 index),
//! every weight moved by a quarter at most: scores, competition ranks with a tolerance, and mean, median, quantiles 0.05
//! and 0.95, best and worst rank of every unit. The numpy peer in `benches/peers/numpy_robustness.py` does the same on the
//! same numbers and the same draws. Besides, the same with scores that are ranked as published, to two decimals.
//!
//! `cargo bench -p index --bench robustness`

#![expect(clippy::expect_used, reason = "a bench stops at the first surprise")]

use std::{borrow::Cow, hint::black_box, num::NonZeroUsize};

use criterion::{Criterion, criterion_group, criterion_main};
use index::{
    composite::{Aggregation, Column, Direction, Matrix, NodeSpec, Tree},
    rank::Precision,
    robustness::{Draw, Draws, Prepared, Replicated, Request, replicate},
};

/// That of the service and the command line.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const UNITS: u64 = 10_000;
const INDICATORS: u64 = 60;
const PILLARS: u64 = 10;
const REPLICATIONS: u64 = 1_000;
const FACTOR: f64 = 0.25;
const AS_COMPUTED: Precision = Precision::Within(1e-9);
/// Where the numbers of the draws begin: beyond those of the data.
const DRAWS_FROM: u64 = 1 << 32;

fn robustness(c: &mut Criterion) {
    let (prepared, draws) = (prepared(), draws());
    let mut group = c.benchmark_group("robustness_1000x10000");
    group.sample_size(10);
    for threads in [1, 2] {
        group.bench_function(format!("noise_threads_{threads}"), |b| {
            b.iter(|| black_box(run(&prepared, &draws, threads, AS_COMPUTED)));
        });
        group.bench_function(format!("noise_published_threads_{threads}"), |b| {
            b.iter(|| black_box(run(&prepared, &draws, threads, Precision::Rounded(2))));
        });
    }
    group.finish();
    let checked = run(&prepared, &draws, 2, AS_COMPUTED);
    let sum = |of: fn(&index::robustness::RankInterval) -> f64| -> f64 {
        checked
            .units
            .iter()
            .filter_map(|unit| unit.interval.as_ref())
            .map(of)
            .sum()
    };
    assert!(
        (sum(|i| i.mean) - 50_005_000.0).abs() < 5_000.0,
        "the ranks are those of 1 to 10 000"
    );
}

fn run(prepared: &Prepared, draws: &Draws, threads: usize, rank_precision: Precision) -> Replicated {
    let request = Request {
        first: &[],
        node: "index",
        cuts: &[],
        stages: None,
        rank_precision,
        level_precision: AS_COMPUTED,
        threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
        keep: false,
        watch: None,
    };
    replicate(prepared, draws, &request, |_, _| Ok(Cow::Borrowed(prepared))).expect("nothing is to be refused")
}

fn pillar_of(at: u64) -> u64 {
    at * PILLARS / INDICATORS
}

fn prepared() -> Prepared {
    let mut nodes = vec![NodeSpec::aggregate("index", None, 1.0)];
    nodes.extend((0..PILLARS).map(|p| NodeSpec::aggregate(format!("p{p}"), Some("index"), weight(p))));
    nodes.extend((0..INDICATORS).map(|at| {
        let parent = format!("p{}", pillar_of(at));
        NodeSpec::indicator(format!("i{at}"), parent, weight(at), Direction::Positive)
    }));
    let column = |at: u64| {
        let values = (0..UNITS).map(|unit| uniform(unit * INDICATORS + at) * 100.0);
        Column::complete(format!("i{at}"), values.collect()).expect("the numbers are finite")
    };
    let units = (0..UNITS).map(|unit| format!("u{unit:05}")).collect();
    Prepared {
        data: Matrix::new(units, (0..INDICATORS).map(column).collect()).expect("the matrix is well formed"),
        tree: Tree::new(&nodes).expect("the tree is well formed"),
        aggregation: Aggregation::default(),
    }
}

/// Pillars first, then indicators.
fn draws() -> Draws {
    let nominal: Vec<f64> = (0..PILLARS).chain(0..INDICATORS).map(weight).collect();
    let pillars = (0..PILLARS).map(|p| format!("p{p}"));
    let count = PILLARS + INDICATORS;
    let draw = |replication: u64| Draw {
        settings: Vec::new(),
        weights: nominal
            .iter()
            .zip(DRAWS_FROM + replication * count..)
            .map(|(weight, at)| weight * (1.0 + FACTOR * (2.0 * uniform(at) - 1.0)))
            .collect(),
    };
    Draws {
        names: Vec::new(),
        codes: pillars.chain((0..INDICATORS).map(|at| format!("i{at}"))).collect(),
        draws: (0..REPLICATIONS).map(draw).collect(),
        blocks: Vec::new(),
    }
}

fn weight(at: u64) -> f64 {
    1.0 + (at % 4) as f64 / 2.0
}

fn uniform(at: u64) -> f64 {
    (mix(at) >> 11) as f64 / (1_u64 << 53) as f64
}

/// SplitMix64: the same numbers as the peer draws.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

criterion_group!(benches, robustness);
criterion_main!(benches);
