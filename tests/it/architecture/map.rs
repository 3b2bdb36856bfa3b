//! ARCHITECTURE.md names places, items and tests: all of them are there.

use std::fs;

use super::{
    lines, read, rooms,
    source::{project, rust_files},
};

/// What stands between backticks, with the number of its line.
fn names(text: &str) -> Vec<(usize, &str)> {
    let lines = text.lines().enumerate();
    let spans = lines.flat_map(|(at, line)| line.split('`').skip(1).step_by(2).map(move |span| (at + 1, span)));
    spans.collect()
}

/// Whether a name is one of a test: at least four words.
fn is_test(name: &str) -> bool {
    name.split('_').count() >= 4
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// Whether a path of Rust leads to something: its module is there and a file of it defines the last name.
fn is_defined(path: &str) -> bool {
    let modules = &read().said.modules;
    let mut module = path;
    while !modules.contains_key(module) {
        let Some((above, _)) = module.rsplit_once("::") else {
            return false;
        };
        module = above;
    }
    let Some((_, name)) = path[module.len()..].rsplit_once("::") else {
        return true;
    };
    let kinds = ["fn", "struct", "enum", "trait", "type", "const"];
    let definitions = kinds.map(|kind| format!("{kind} {name}"));
    let mut below = modules.iter().filter(|(path, _)| rooms::below(path, module));
    below.any(|(_, file)| {
        let text = fs::read_to_string(project().join(file)).unwrap();
        definitions.iter().any(|definition| {
            let mut after = text.split(definition.as_str()).skip(1);
            after.any(|rest| rest.starts_with(|c: char| !c.is_alphanumeric() && c != '_'))
        })
    })
}

#[test]
fn everything_that_the_map_names_is_there() {
    let text = fs::read_to_string(project().join("ARCHITECTURE.md")).unwrap();
    let sources = rust_files(&project());
    let sources = sources
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect::<Vec<_>>();
    let missing = names(&text).into_iter().filter(|(_, name)| {
        if name.contains("::") {
            !is_defined(name)
        } else if is_test(name) {
            let definition = format!("fn {name}(");
            !sources.iter().any(|source| source.contains(&definition))
        } else {
            name.contains('/') && !name.contains(' ') && !project().join(name).exists()
        }
    });
    let missing = lines(missing.map(|(line, name)| format!("ARCHITECTURE.md:{line}: {name}")));
    assert!(missing.is_empty(), "not there:\n{missing}");
}

#[test]
fn a_name_that_is_not_there_is_seen() {
    assert!(is_defined("survey::survey::Survey::compile"));
    assert!(is_defined("ronghe::store"));
    assert!(!is_defined("survey::survey::Survey::compil"));
    assert!(!is_defined("ronghe::nowhere"));
    assert!(!is_defined("nothing::at::all"));
    assert!(is_test("a_name_that_is_not_there_is_seen") && !is_test("find_return_of") && !is_test("Clock"));
    assert_eq!(names("no `one` and\n`two`"), [(1, "one"), (2, "two")]);
}
