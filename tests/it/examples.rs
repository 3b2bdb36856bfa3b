//! The commands that the handbook, the README and the help print, run as they are printed.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;

use crate::api::imports::zip;

/// Commands that are not run, by their beginning, with the reason.
const NOT_RUN: &[(&str, &str)] = &[
    (
        "ronghe serve",
        "it serves until it is stopped; the tests of the API start it",
    ),
    (
        "ronghe demo",
        "it serves, or takes minutes; the county of this test is made by the same command with fewer enterprises",
    ),
];

/// Commands that leave work to do by design, by a word in them, with the exit status that says so and the reason.
const LEFT: &[(&str, i32, &str)] = &[(
    " --submit ",
    2,
    "the returns of the sample county are submitted already: each is listed with this reason",
)];

/// What a reader replaces by something of the own county.
const SUBSTITUTED: [&str; 4] = [
    // The folder with the data.
    "/var/lib/ronghe",
    // The identifier of a run.
    "0199...",
    // The credit code of an enterprise.
    "91330111XY00010156",
    // The sample county has this login already.
    "user add admin ",
];

/// A scan of a signature.
const SCAN: &[u8] = b"%PDF-1.7 signed cover %%EOF";

/// A page or a help text.
struct Source {
    name: String,
    /// Files that it prints, by name.
    files: Vec<(String, String)>,
    commands: Vec<String>,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn ronghe() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_ronghe"))
}

/// A page of the handbook: the commands of its fenced blocks, and the blocks that follow a line such as `` `u.json`: ``.
fn page(path: &str) -> Source {
    let text = fs::read_to_string(root().join(path)).unwrap();
    let (mut files, mut commands) = (Vec::new(), Vec::new());
    let (mut before, mut block): (&str, Option<Vec<&str>>) = ("", None);
    for line in text.lines() {
        let is_fence = line.trim_start().starts_with("```");
        match (&mut block, is_fence) {
            (None, true) => block = Some(Vec::new()),
            (Some(lines), true) => {
                if let Some(name) = named_file(before) {
                    files.push((name.to_owned(), format!("{}\n", lines.join("\n"))));
                }
                let typed = lines.iter().map(|line| line.trim());
                commands.extend(typed.filter(|line| line.starts_with("ronghe ")).map(str::to_owned));
                (before, block) = ("", None);
            }
            (Some(lines), false) => lines.push(line),
            (None, false) if !line.trim().is_empty() => before = line,
            (None, false) => {}
        }
        // A command in an indented block would not be found.
        assert!(
            block.is_some() || !line.starts_with("    ronghe "),
            "{path}: {line} stands in no fenced block"
        );
    }
    Source {
        name: path.to_owned(),
        files,
        commands,
    }
}

/// The name of the file that a line introduces: it ends with the name in backticks and a colon.
fn named_file(line: &str) -> Option<&str> {
    let line = line.strip_suffix(':').or_else(|| line.strip_suffix('：'))?;
    let name = line.strip_suffix('`')?.rsplit('`').next()?;
    let is_name = [".json", ".csv"].iter().any(|ending| name.ends_with(ending));
    (is_name && !name.contains('/')).then_some(name)
}

/// The help of a command and of all commands below it.
fn helps(path: &[String], found: &mut Vec<Source>) {
    let output = Command::new(ronghe())
        .args(path)
        .arg("--help")
        .env("LC_ALL", "C")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let commands = text.lines().filter_map(|line| line.strip_prefix("  "));
    let commands = commands.filter(|line| line.starts_with("ronghe "));
    found.push(Source {
        name: format!("{} --help", path.join(" ")),
        files: uncertainty_of(&text).into_iter().collect(),
        commands: commands.map(str::to_owned).collect(),
    });
    let listed = text.lines().skip_while(|line| *line != "Commands:").skip(1);
    for line in listed.take_while(|line| !line.is_empty()) {
        let name = line.split_whitespace().next().unwrap_or_default();
        if name != "help" && line.starts_with("  ") && !line.starts_with("   ") {
            helps(&[path, &[name.to_owned()]].concat(), found);
        }
    }
}

/// The uncertainty file that a help text prints.
fn uncertainty_of(text: &str) -> Option<(String, String)> {
    let from = &text[text.find("{ \"uncertain\"")?..];
    let document = serde_json::Deserializer::from_str(from).into_iter::<Value>().next()?;
    Some(("u.json".to_owned(), document.unwrap().to_string()))
}

fn sources() -> Vec<Source> {
    let mut pages = vec!["README.md".to_owned()];
    for language in ["en", "zh"] {
        let folder = root().join("docs").join(language);
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
        let mut names: Vec<String> = entries.map(|name| name.to_string_lossy().into_owned()).collect();
        names.sort();
        pages.extend(names.into_iter().map(|name| format!("docs/{language}/{name}")));
    }
    let mut found: Vec<Source> = pages.iter().map(|path| page(path)).collect();
    helps(&[], &mut found);
    found
}

/// A sample county and the files that the examples take as given.
struct Setup {
    folder: TempDir,
    run: String,
    enterprise: String,
}

impl Setup {
    fn new(sources: &[Source]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        let (county, given) = (at("county"), at("given"));
        let done = |arguments: &[&str]| {
            let output = Command::new(ronghe())
                .args(arguments)
                .env("RONGHE_DATA", &county)
                .current_dir(folder.path())
                .output()
                .unwrap();
            assert!(output.status.success(), "{arguments:?}: {output:?}");
            output.stdout
        };
        done(&["demo", "--enterprises", "12", "--seed", "5", "--no-serve"]);
        let runs: Value = serde_json::from_slice(&done(&["runs", "--format", "json"])).unwrap();
        let is_index = |run: &&Value| run["methodology_code"] == "integration-index-2026" && run["round"] == "2026";
        let run = runs.as_array().unwrap().iter().find(is_index).unwrap();

        fs::create_dir_all(given.join("openapi")).unwrap();
        let reference = root().join("tests/fixtures/reference/asem");
        for (from, to) in [
            ("asem_iData.csv", "iData.csv"),
            ("asem_iMeta.csv", "iMeta.csv"),
            ("asem_norm_params.csv", "norm_params.csv"),
        ] {
            fs::copy(reference.join(from), given.join(to)).unwrap();
        }
        // What one page prints, the others and the help may use.
        for (name, text) in sources.iter().rev().flat_map(|source| &source.files) {
            fs::write(given.join(name), text).unwrap();
        }
        fs::write(given.join("password.txt"), "a long password 1\n").unwrap();
        let workbooks = county.join("workbooks/2026");
        let clean = files_of(&workbooks).into_iter().find(|workbook| {
            let checked = Command::new(ronghe()).arg("check").arg(workbook).output();
            checked.unwrap().status.success()
        });
        let clean = clean.unwrap();
        fs::copy(&clean, given.join("return.xlsx")).unwrap();
        copy(&workbooks, &given.join("returned"));
        // Signed covers: a scan for each workbook, and a list for all of them.
        fs::create_dir_all(given.join("scans")).unwrap();
        let mut parts = vec![("签字汇总表.pdf".to_owned(), SCAN.to_vec())];
        for workbook in files_of(&workbooks) {
            let stem = workbook.file_stem().unwrap().to_string_lossy().into_owned();
            fs::write(given.join("scans").join(format!("{stem}.pdf")), SCAN).unwrap();
            parts.push((format!("{stem}.xlsx"), fs::read(&workbook).unwrap()));
        }
        let parts: Vec<(&str, &[u8])> = parts.iter().map(|(name, bytes)| (name.as_str(), &bytes[..])).collect();
        fs::write(given.join("returned.zip"), zip(&parts)).unwrap();
        copy(&root().join("data"), &given.join("my-documents"));
        fs::copy(county.join("workbooks/enterprises.xlsx"), given.join("list.xlsx")).unwrap();
        let bulk = ["template", "--round", "2026", "--bulk", "--area", "330111117", "--out"];
        done(&[bulk.as_slice(), &["bulk"]].concat());
        fs::copy(&files_of(&at("bulk"))[0], given.join("town_bulk.xlsx")).unwrap();
        let name = clean.file_name().unwrap().to_string_lossy().into_owned();
        Self {
            run: run["id"].as_str().unwrap().to_owned(),
            enterprise: name.split('_').next().unwrap().to_owned(),
            folder,
        }
    }

    fn county(&self) -> PathBuf {
        self.folder.path().join("county")
    }

    /// What is typed, with what a reader replaces.
    fn typed(&self, command: &str) -> String {
        let county = self.county();
        let own = [
            county.to_str().unwrap(),
            &self.run,
            &self.enterprise,
            "user add admin2 ",
        ];
        let pairs = SUBSTITUTED.iter().zip(own);
        pairs.fold(command.to_owned(), |typed, (printed, own)| typed.replace(*printed, own))
    }
}

/// The files of a folder, in order.
fn files_of(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<PathBuf> = entries.filter(|path| path.is_file()).collect();
    files.sort();
    files
}

/// Copies a folder and those in it.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(|entry| entry.unwrap()) {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(path, target).unwrap();
        }
    }
}

/// The files and folders that a command is told to write.
fn outputs(command: &str) -> Vec<&str> {
    let words: Vec<&str> = command.split_whitespace().collect();
    let told = ["--out", "--annotated", "--csv", "--html", ">"];
    let pairs = words.windows(2).filter(|pair| told.contains(&pair[0]));
    pairs.map(|pair| pair[1]).collect()
}

#[test]
fn every_printed_command_does_what_it_says() {
    let sources = sources();
    let printed: Vec<&String> = sources.iter().flat_map(|source| &source.commands).collect();
    assert!(printed.len() > 40, "{printed:#?}");
    for (beginning, reason) in NOT_RUN {
        let is_printed = printed.iter().any(|command| command.starts_with(beginning));
        assert!(is_printed && !reason.is_empty(), "{beginning} is printed nowhere");
    }
    for placeholder in SUBSTITUTED {
        let is_printed = printed.iter().any(|command| command.contains(placeholder));
        assert!(is_printed, "{placeholder} is printed nowhere");
    }
    let setup = Setup::new(&sources);
    let path = std::env::join_paths([ronghe().parent().unwrap(), "/usr/bin".as_ref(), "/bin".as_ref()]).unwrap();
    let (mut seen, mut failed) = (BTreeSet::new(), Vec::new());
    for source in &sources {
        let folder = setup.folder.path().join(source.name.replace(['/', ' '], "_"));
        copy(&setup.folder.path().join("given"), &folder);
        for (name, text) in &source.files {
            fs::write(folder.join(name), text).unwrap();
        }
        for command in &source.commands {
            let is_excepted = NOT_RUN.iter().any(|(beginning, _)| command.starts_with(beginning));
            let files: Vec<_> = source.files.iter().map(|(_, text)| words(text)).collect();
            // Both languages print the same.
            if is_excepted || !seen.insert((command.clone(), files)) {
                continue;
            }
            let output = Command::new("/bin/sh")
                .args(["-c", &setup.typed(command)])
                .env("PATH", &path)
                .env("RONGHE_DATA", setup.county())
                .current_dir(&folder)
                .output()
                .unwrap();
            let missing: Vec<&str> = outputs(command)
                .into_iter()
                .filter(|name| !folder.join(name).exists())
                .collect();
            let left = LEFT.iter().find(|(word, ..)| command.contains(word));
            let expected = left.map_or(0, |(_, status, _)| *status);
            if output.status.code() != Some(expected) || !missing.is_empty() {
                let told = String::from_utf8_lossy(&output.stderr).into_owned();
                failed.push(format!(
                    "{}: {command}: {} {missing:?} {told}",
                    source.name, output.status
                ));
            }
        }
        fs::remove_dir_all(folder).unwrap();
    }
    assert!(failed.is_empty(), "{failed:#?}");
}

/// A file without its blanks: what stands in it.
fn words(text: &str) -> String {
    text.split_whitespace().collect()
}
