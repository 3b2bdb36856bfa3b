//! What a return costs: reading and anchoring a filled form, writing a blank and a filled one.
//!
//! The peers on the same files are in `benches/peers/` at the root of the repository.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "what cannot be set up cannot be measured"
)]

#[path = "../tests/it/support.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod support;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use support::Form;
use workbook::{
    anchor::anchor,
    extract::{Limits, RawWorkbook, extract},
    language::Language,
    layout::Layout,
    prefill::{Prefill, raw_values},
    template::write,
};

fn returns(criterion: &mut Criterion) {
    let form = Form::shipped();
    let answers = support::worked_answers(&form.questionnaire, 2);
    let bytes = form.filled(&answers, Language::Zh);
    let raw = extract(&bytes, &Limits::default()).expect("readable");
    let piped = raw.to_bytes().expect("encodable");
    let limits = Limits::default();

    let mut group = criterion.benchmark_group("return");
    group.throughput(Throughput::Elements(1));
    group.bench_function("extract", |b| b.iter(|| extract(black_box(&bytes), &limits)));
    group.bench_function("anchor", |b| {
        b.iter(|| anchor(black_box(&raw), &form.questionnaire, &form.lists));
    });
    group.bench_function("extract_and_anchor", |b| {
        b.iter(|| {
            let raw = extract(black_box(&bytes), &limits).expect("readable");
            anchor(&raw, &form.questionnaire, &form.lists)
        });
    });
    group.bench_function("pipe", |b| b.iter(|| RawWorkbook::from_bytes(black_box(&piped))));
    group.finish();

    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let prefill = raw_values(&form.questionnaire, &form.lists, &answers, Language::Zh);
    let issue = support::issue(Language::Zh);
    let mut group = criterion.benchmark_group("template");
    group.throughput(Throughput::Elements(1));
    group.bench_function("layout", |b| {
        b.iter(|| Layout::of(black_box(&form.questionnaire), &form.lists, None));
    });
    for (name, prefill) in [("write_blank", &Prefill::new()), ("write_filled", &prefill)] {
        group.bench_function(name, |b| {
            b.iter(|| write(&layout, &form.questionnaire, &form.lists, &issue, black_box(prefill)));
        });
    }
    group.finish();
}

criterion_group!(benches, returns);
criterion_main!(benches);
