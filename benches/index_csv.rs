//! From CSV to CSV: `ronghe index compute` without explanations over 100 000 units by 60 indicators, beside polars that reads
//! the same file, computes the same and writes the same tables, in turns. Prints seconds and peak memory of each.
//!
//! `make peers`, then `cargo bench --bench index_csv` (RONGHE_BENCH_UNITS for another number than 100 000).
#![expect(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    reason = "a bench that cannot go on stops, prints what it measured, and reads its one setting"
)]

use std::{
    fmt::Write as _,
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

const UNITS: usize = 100_000;
const INDICATORS: usize = 60;
const PILLARS: usize = 10;
const TURNS: usize = 5;

/// The numbers of the benches of `index` and of their peers: SplitMix64.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

fn value(unit: usize, indicator: usize) -> f64 {
    let random = mix((unit * INDICATORS + indicator) as u64);
    (random >> 11) as f64 / (1_u64 << 53) as f64 * 1e4
}

fn weight(at: usize) -> f64 {
    1.0 + (at % 4) as f64 / 2.0
}

fn write_tables(folder: &Path, units: usize) {
    let mut data = String::from("uCode");
    (0..INDICATORS).for_each(|at| write!(data, ",i{at}").unwrap());
    data.push('\n');
    for unit in 0..units {
        write!(data, "U{unit:06}").unwrap();
        (0..INDICATORS).for_each(|at| write!(data, ",{}", value(unit, at)).unwrap());
        data.push('\n');
    }
    fs::write(folder.join("iData.csv"), data).unwrap();
    let mut tree = String::from("iCode,Type,Parent,Direction,Weight\n");
    for at in 0..INDICATORS {
        let direction = if at % 5 == 4 { -1 } else { 1 };
        let pillar = at * PILLARS / INDICATORS;
        writeln!(tree, "i{at},Indicator,p{pillar},{direction},{}", weight(at)).unwrap();
    }
    (0..PILLARS).for_each(|at| writeln!(tree, "p{at},Aggregate,index,1,{}", weight(at)).unwrap());
    tree.push_str("index,Aggregate,,1,1\n");
    fs::write(folder.join("iMeta.csv"), tree).unwrap();
    let methodology = r#"{ "kind": "composite", "code": "bench", "version": "1" }"#;
    fs::write(folder.join("m.json"), methodology).unwrap();
}

/// Seconds and peak memory in MiB of a command.
fn measure(command: &mut Command) -> (f64, u64) {
    let start = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn().unwrap();
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    let ended = loop {
        // The greatest so far stands there until the end.
        let text = fs::read_to_string(&status).unwrap_or_default();
        let resident = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kib = resident.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
        peak = peak.max(kib.unwrap_or(0) / 1024);
        if let Some(ended) = child.try_wait().unwrap() {
            break ended;
        }
        thread::sleep(Duration::from_millis(2));
    };
    assert!(ended.success());
    (start.elapsed().as_secs_f64(), peak)
}

fn main() {
    let units = std::env::var("RONGHE_BENCH_UNITS").map_or(UNITS, |units| units.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    write_tables(folder, units);
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let python = root.join("target/peers-venv/bin/python");
    let python = std::env::var_os("RONGHE_BENCH_PYTHON").map_or(python, PathBuf::from);
    let ours = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_ronghe"));
        command
            .args([
                "index",
                "compute",
                "--no-explain",
                "--threads",
                "2",
                "--data",
                "iData.csv",
                "--tree",
                "iMeta.csv",
            ])
            .args(["--methodology", "m.json", "--out", "ours"])
            .current_dir(folder);
        command
    };
    let polars = || {
        let mut command = Command::new(&python);
        command
            .arg(root.join("benches/peers/polars_csv.py"))
            .args(["iData.csv", "polars"])
            .env("POLARS_MAX_THREADS", "2")
            .current_dir(folder);
        command
    };
    if !python.exists() {
        println!("no polars: run `make peers`; ours alone");
    }
    let mut ratios = Vec::new();
    for turn in 0..TURNS {
        let (own, memory) = measure(&mut ours());
        print!("turn {turn}: ours {own:.2} s, {memory} MiB");
        if python.exists() {
            let (theirs, memory) = measure(&mut polars());
            print!("; polars {theirs:.2} s, {memory} MiB; {:.2} times", theirs / own);
            ratios.push(theirs / own);
        }
        println!();
    }
    ratios.sort_by(f64::total_cmp);
    if let Some(median) = ratios.get(ratios.len() / 2) {
        println!("median of the ratios: {median:.2}");
    }
}
