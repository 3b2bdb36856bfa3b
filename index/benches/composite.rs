//! Normalise, aggregate and rank 100 000 units by 60 indicators over three levels (60 indicators, 10 pillars, 1 index),
//! ranking all 11 nodes. The numpy peer in `benches/peers/numpy_composite.py` does the same on the same numbers.
//!
//! `cargo bench -p index --bench composite`

#![expect(clippy::expect_used, reason = "a bench stops at the first surprise")]

use std::{hint::black_box, num::NonZeroUsize};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use index::composite::{Column, Direction, Matrix, NodeSpec, Plan, Tree, compute};

const UNITS: u64 = 100_000;
const INDICATORS: u64 = 60;
const PILLARS: u64 = 10;

/// One in this many cells is missing in the set with gaps.
const GAP: u64 = 20;

fn composite(c: &mut Criterion) {
    let tree = tree();
    let (complete, gaps) = (matrix(false), matrix(true));
    let mut group = c.benchmark_group("composite_100000x60");
    group.sample_size(20);
    for threads in [1, 2] {
        for (name, data) in [("complete", &complete), ("gaps", &gaps)] {
            let plan = plan(threads);
            group.bench_function(format!("{name}_threads_{threads}"), |b| {
                let work = |data| compute(data, &tree, &plan).map(black_box).is_ok();
                b.iter_batched(|| data.clone(), work, BatchSize::LargeInput);
            });
        }
    }
    group.finish();
}

fn plan(threads: usize) -> Plan {
    Plan {
        threads: NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN),
        ..Plan::default()
    }
}

fn tree() -> Tree {
    let mut nodes = vec![NodeSpec::aggregate("index", None, 1.0)];
    for pillar in 0..PILLARS {
        nodes.push(NodeSpec::aggregate(format!("p{pillar}"), Some("index"), weight(pillar)));
    }
    for at in 0..INDICATORS {
        let direction = if at % 5 == 4 {
            Direction::Negative
        } else {
            Direction::Positive
        };
        let parent = format!("p{}", at * PILLARS / INDICATORS);
        nodes.push(NodeSpec::indicator(format!("i{at}"), parent, weight(at), direction));
    }
    Tree::new(&nodes).expect("the tree is well formed")
}

fn weight(at: u64) -> f64 {
    1.0 + (at % 4) as f64 / 2.0
}

fn matrix(gaps: bool) -> Matrix {
    let units = (0..UNITS).map(|unit| format!("u{unit:06}")).collect();
    let column = |at: u64| {
        let cells = (0..UNITS).map(|unit| {
            let random = mix(unit * INDICATORS + at);
            let missing = gaps && mix(random).is_multiple_of(GAP);
            (!missing).then_some((random >> 11) as f64 / (1_u64 << 53) as f64 * 1e4)
        });
        Column::new(format!("i{at}"), cells).expect("the numbers are finite")
    };
    Matrix::new(units, (0..INDICATORS).map(column).collect()).expect("the matrix is well formed")
}

/// SplitMix64: the same numbers as the peer draws.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

criterion_group!(benches, composite);
criterion_main!(benches);
