//! Normalise, aggregate and rank 100 000 units by 60 indicators over three levels (60 indicators, 10 pillars, 1 index),
//! ranking all 11 nodes. The numpy peer in `benches/peers/numpy_composite.py` does the same on the same numbers, as does
//! `benches/peers/polars_composite.py`. `read_48_MB` is what memory gives when the 60 columns are read once.
//!
//! `cargo bench -p index --bench composite`

#![expect(clippy::expect_used, reason = "a bench stops at the first surprise")]

use std::{num::NonZeroUsize, thread};

use criterion::{BatchSize, Criterion, SamplingMode, Throughput, criterion_group, criterion_main};
use index::composite::{Column, Direction, Matrix, NodeSpec, Plan, Tree, compute};

/// That of the service and the command line.
#[cfg(not(target_env = "msvc"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const UNITS: u64 = 100_000;
const INDICATORS: u64 = 60;
const PILLARS: u64 = 10;

/// One in this many cells is missing in the set with gaps.
const GAP: u64 = 20;

fn composite(c: &mut Criterion) {
    let tree = tree();
    let (complete, gaps) = (matrix(false), matrix(true));
    let mut group = c.benchmark_group("composite_100000x60");
    // A sample is a run or a few, so that the best of them is that of one run, as with the peers.
    group.sample_size(50).sampling_mode(SamplingMode::Flat);
    for threads in [1, 2] {
        for (name, data) in [("complete", &complete), ("gaps", &gaps)] {
            let plan = plan(threads);
            group.bench_function(format!("{name}_threads_{threads}"), |b| {
                // What comes out is given back untouched: to let go of it is not part of the work.
                let work = |data| compute(data, &tree, &plan).expect("the data are well formed");
                b.iter_batched(|| data.clone(), work, BatchSize::LargeInput);
            });
        }
    }
    group.finish();
}

/// Reads the values of all columns once and adds them up: the rate at which memory gives them, to compare with.
fn read(c: &mut Criterion) {
    let column = |at: u64| (0..UNITS).map(|unit| number(mix(unit * INDICATORS + at))).collect();
    let columns: Vec<Vec<f64>> = (0..INDICATORS).map(column).collect();
    let mut group = c.benchmark_group("read_48_MB");
    group.throughput(Throughput::Bytes(UNITS * INDICATORS * 8));
    for threads in [1, 2] {
        let parts = || columns.chunks(columns.len() / threads);
        group.bench_function(format!("threads_{threads}"), |b| {
            b.iter(|| {
                thread::scope(|scope| {
                    let sums: Vec<_> = parts()
                        .map(|part| scope.spawn(|| part.iter().map(|column| sum(column)).sum::<f64>()))
                        .collect();
                    sums.into_iter().map(|sum| sum.join().unwrap_or(f64::NAN)).sum::<f64>()
                })
            });
        });
    }
    group.finish();
}

/// A sum in lanes, which waits for memory and not for itself.
fn sum(numbers: &[f64]) -> f64 {
    let mut lanes = [0.0; 16];
    for chunk in numbers.as_chunks::<16>().0 {
        for (lane, number) in lanes.iter_mut().zip(chunk) {
            *lane += number;
        }
    }
    lanes.iter().sum()
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
            (!missing).then_some(number(random))
        });
        Column::new(format!("i{at}"), cells).expect("the numbers are finite")
    };
    Matrix::new(units, (0..INDICATORS).map(column).collect()).expect("the matrix is well formed")
}

fn number(random: u64) -> f64 {
    (random >> 11) as f64 / (1_u64 << 53) as f64 * 1e4
}

/// SplitMix64: the same numbers as the peer draws.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

criterion_group!(benches, composite, read);
criterion_main!(benches);
