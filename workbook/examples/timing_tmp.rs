//! tmp
#![expect(clippy::expect_used, clippy::panic, reason = "x")]
#[path = "../tests/it/support.rs"]
mod support;
use workbook::{anchor::anchor, extract::{Limits, extract}, language::Language, layout::Layout, prefill::raw_values, template::write};
fn cpu() -> f64 {
    let s = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = s.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn run(name: &str, n: u32, mut f: impl FnMut()) {
    let a = cpu();
    for _ in 0..n { f(); }
    println!("{name} {:.3} ms cpu", (cpu() - a) * 1000.0 / f64::from(n));
}
fn main() {
    let form = support::Form::shipped();
    let answers = support::worked_answers(&form.questionnaire, 2);
    let bytes = form.filled(&answers, Language::Zh);
    let raw = extract(&bytes, &Limits::default()).unwrap();
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let prefill = raw_values(&form.questionnaire, &form.lists, &answers, Language::Zh);
    let issue = support::issue(Language::Zh);
    run("extract", 200, || { extract(&bytes, &Limits::default()).unwrap(); });
    run("anchor", 200, || { anchor(&raw, &form.questionnaire, &form.lists).unwrap(); });
    run("layout", 200, || { Layout::of(&form.questionnaire, &form.lists, None); });
    run("write", 100, || { write(&layout, &form.questionnaire, &form.lists, &issue, &prefill).unwrap(); });
}
