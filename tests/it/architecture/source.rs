//! The Rust modules of the workspace, found from the crate roots by their `mod` lines. What is for tests only is left out.

use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

use syn::{Attribute, Item, Meta, Token, punctuated::Punctuated};

/// A crate: its name, its root file and the crates that it may name.
pub(super) struct Krate {
    pub(super) name: String,
    root: PathBuf,
    pub(super) dependencies: BTreeSet<String>,
}

/// A module with its items. An inline module is a module of its own.
pub(super) struct Module {
    /// Absolute path, the crate's name first.
    pub(super) path: Vec<String>,
    /// Path of the file in the project.
    pub(super) file: String,
    pub(super) items: Vec<Item>,
}

/// The folder of the project.
pub(super) fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// The folders of the workspace's crates.
fn folders() -> Vec<PathBuf> {
    let manifest = fs::read_to_string(project().join("Cargo.toml")).unwrap();
    let members = manifest
        .split("members = [")
        .nth(1)
        .and_then(|text| text.split(']').next())
        .unwrap();
    let members = members
        .split('"')
        .skip(1)
        .step_by(2)
        .map(|member| project().join(member));
    members.chain([project()]).collect()
}

/// The crates of the workspace. The program itself is the last, apart from the library.
pub(super) fn crates() -> Vec<Krate> {
    let mut crates = Vec::new();
    for folder in folders() {
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        let name = manifest
            .split("[package]")
            .nth(1)
            .and_then(|text| text.split('"').nth(1))
            .unwrap()
            .to_owned();
        let mut dependencies = dependencies(&manifest);
        crates.push(Krate {
            name: name.clone(),
            root: folder.join("src/lib.rs"),
            dependencies: dependencies.clone(),
        });
        let program = folder.join("src/main.rs");
        if program.exists() {
            dependencies.insert(name);
            crates.push(Krate {
                name: "main".into(),
                root: program,
                dependencies,
            });
        }
    }
    crates
}

/// All files of the crates' `src` folders, as paths in the project.
pub(super) fn files() -> Vec<String> {
    let files = folders()
        .iter()
        .flat_map(|folder| rust_files(&folder.join("src")))
        .collect::<Vec<_>>();
    files.iter().map(|file| name_of(file)).collect()
}

/// All Rust files below a folder, without what cargo has built.
pub(super) fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() && !path.ends_with("target") {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    found
}

/// The path of a file in the project.
fn name_of(file: &Path) -> String {
    let parts = file.strip_prefix(project()).unwrap_or(file).components();
    let parts = parts.filter(|part| !matches!(part, Component::CurDir));
    parts
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join("/")
}

/// What a manifest names outside `[dev-dependencies]`, as it is spelled in Rust.
pub(super) fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::from(["std", "core", "alloc"].map(str::to_owned));
    let mut inside = false;
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.ends_with("dependencies]") && !line.contains("dev-") && !line.contains("workspace.");
        } else if inside && !line.trim().is_empty() && !line.starts_with('#') {
            let name = line.split(['.', ' ', '=']).next().unwrap_or_default();
            names.insert(name.replace('-', "_"));
        }
    }
    names
}

impl Krate {
    /// The crate of a made-up text, for the tests of the guard itself.
    pub(super) fn made_up(name: &str, dependencies: &[&str]) -> Self {
        Self {
            name: name.to_owned(),
            root: PathBuf::new(),
            dependencies: dependencies.iter().map(|&name| name.to_owned()).collect(),
        }
    }

    /// All modules of the crate, without those for tests only.
    pub(super) fn modules(&self) -> Vec<Module> {
        let mut found = Vec::new();
        let folder = self.root.parent().unwrap().to_owned();
        open_file(&self.root, &folder, vec![self.name.clone()], &mut found);
        found
    }
}

/// Reads a file as the module `path`; files of its own modules lie in `folder`.
fn open_file(file: &Path, folder: &Path, path: Vec<String>, found: &mut Vec<Module>) {
    let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    take_items(parsed.items, &name_of(file), file, folder, path, found);
}

fn take_items(items: Vec<Item>, name: &str, file: &Path, folder: &Path, path: Vec<String>, found: &mut Vec<Module>) {
    for item in &items {
        let Item::Mod(module) = item else { continue };
        if for_tests(&module.attrs) {
            continue;
        }
        let child = module.ident.to_string();
        let inner = [path.clone(), vec![child.clone()]].concat();
        if let Some((_, items)) = &module.content {
            take_items(items.clone(), name, file, &folder.join(&child), inner, found);
            continue;
        }
        let (file, folder) = match path_attribute(&module.attrs) {
            Some(place) => {
                let file = file.parent().unwrap().join(place);
                let folder = file.parent().unwrap().to_owned();
                (file, folder)
            }
            None => (folder.join(format!("{child}.rs")), folder.join(&child)),
        };
        let file = if file.exists() { file } else { folder.join("mod.rs") };
        open_file(&file, &folder, inner, found);
    }
    found.push(Module {
        path,
        file: name.to_owned(),
        items,
    });
}

/// The module of a made-up text and those inside it.
pub(super) fn made_up_modules(file: &str, text: &str, path: &[&str]) -> Vec<Module> {
    let mut found = Vec::new();
    let path = path.iter().map(|&part| part.to_owned()).collect();
    let items = syn::parse_file(text).unwrap().items;
    take_items(items, file, Path::new(""), Path::new(""), path, &mut found);
    found
}

fn path_attribute(attributes: &[Attribute]) -> Option<String> {
    attributes.iter().find_map(|attribute| {
        let Meta::NameValue(pair) = &attribute.meta else {
            return None;
        };
        let syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::Str(text),
            ..
        }) = &pair.value
        else {
            return None;
        };
        pair.path.is_ident("path").then(|| text.value())
    })
}

/// Whether an item is built for tests only: `#[test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`.
pub(super) fn for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("test")
            || (attribute.path().is_ident("cfg")
                && attribute
                    .parse_args::<Meta>()
                    .is_ok_and(|condition| asks_for_test(&condition)))
    })
}

fn asks_for_test(condition: &Meta) -> bool {
    let parts = |list: &syn::MetaList| {
        list.parse_args_with(Punctuated::<Meta, Token![,]>::parse_terminated)
            .unwrap_or_default()
    };
    match condition {
        Meta::Path(path) => path.is_ident("test"),
        Meta::List(list) if list.path.is_ident("all") => parts(list).iter().any(asks_for_test),
        Meta::List(list) if list.path.is_ident("any") => {
            let parts = parts(list);
            !parts.is_empty() && parts.iter().all(asks_for_test)
        }
        Meta::List(_) | Meta::NameValue(_) => false,
    }
}
