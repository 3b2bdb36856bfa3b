//! Which paths a module says, and what they stand for: `use` trees, paths in bodies and types, tokens of macros and
//! attributes, resolved to absolute paths with the crate's name first.
//!
//! Doc comments and strings are no code. A string in an attribute that is a path (`#[serde(with = "a::b")]`) is one.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{
    Attribute, Block, ImplItem, Item, ItemUse, LitStr, Macro, Stmt, TraitItem, UseTree, Visibility,
    visit::{self, Visit},
};

use super::{
    source::{Krate, Module, for_tests},
    table::HANDED_ON,
};

/// A path as it is written, `use` lines flattened. The first part of `::a` is empty.
type Written = Vec<String>;

/// An absolute path that a module says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    /// The module that says it.
    pub(super) module: String,
    pub(super) file: String,
    pub(super) line: usize,
    /// The path. What it stands for where a module on its way only hands it on is a mention of its own.
    pub(super) path: String,
}

/// What some modules say.
#[derive(Default)]
pub(super) struct Said {
    /// The modules that were read, each with its file.
    pub(super) modules: BTreeMap<String, String>,
    pub(super) paths: BTreeSet<Mention>,
    /// Strings: file, line and text.
    pub(super) strings: Vec<(String, usize, String)>,
}

/// What stands behind a name in a module or a block.
#[derive(Clone)]
enum Name {
    Here,
    Used(Written),
}

#[derive(Default)]
struct Names {
    names: BTreeMap<String, Vec<Name>>,
    globs: Vec<Written>,
}

/// A `use` line flattened: the path, the name that it gives (none for a glob), the line.
struct Leaf {
    path: Written,
    name: Option<String>,
    line: usize,
}

fn leaves(item: &ItemUse) -> Vec<Leaf> {
    let mut found = Vec::new();
    let start = if item.leading_colon.is_some() {
        vec![String::new()]
    } else {
        Vec::new()
    };
    flatten(&item.tree, start, &mut found);
    found
}

fn flatten(tree: &UseTree, mut before: Written, found: &mut Vec<Leaf>) {
    let mut leaf = |mut path: Written, ident: &syn::Ident, name: &syn::Ident| {
        // `a::{self}` is `a`; a lone `self` stays.
        if ident != "self" || path.is_empty() {
            path.push(ident.to_string());
        }
        let name = if name == "self" {
            path.last().unwrap().clone()
        } else {
            name.to_string()
        };
        found.push(Leaf {
            path,
            name: Some(name),
            line: ident.span().start().line,
        });
    };
    match tree {
        UseTree::Name(name) => leaf(before, &name.ident, &name.ident),
        UseTree::Rename(name) => leaf(before, &name.ident, &name.rename),
        UseTree::Glob(star) => found.push(Leaf {
            path: before,
            name: None,
            line: star.star_token.spans[0].start().line,
        }),
        UseTree::Path(path) => {
            before.push(path.ident.to_string());
            flatten(&path.tree, before, found);
        }
        UseTree::Group(group) => {
            for tree in &group.items {
                flatten(tree, before.clone(), found);
            }
        }
    }
}

impl Names {
    fn of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Self {
        let mut names = Self::default();
        for item in items {
            let here = match item {
                Item::Use(item) if !for_tests(&item.attrs) => {
                    for leaf in leaves(item) {
                        match leaf.name {
                            Some(name) => names.names.entry(name).or_default().push(Name::Used(leaf.path)),
                            None => names.globs.push(leaf.path),
                        }
                    }
                    continue;
                }
                Item::Mod(item) if !for_tests(&item.attrs) => &item.ident,
                Item::Struct(item) => &item.ident,
                Item::Enum(item) => &item.ident,
                Item::Union(item) => &item.ident,
                Item::Trait(item) => &item.ident,
                Item::Type(item) => &item.ident,
                _ => continue,
            };
            names.names.entry(here.to_string()).or_default().push(Name::Here);
        }
        names
    }
}

/// All modules of some crates with their names: what a path needs to be understood.
pub(super) struct House {
    modules: Vec<Module>,
    names: BTreeMap<Vec<String>, Names>,
    dependencies: BTreeMap<String, BTreeSet<String>>,
}

/// Names lead to names; more steps than this are a circle.
const STEPS: u8 = 12;

impl House {
    pub(super) fn new(crates: &[Krate], modules: Vec<Module>) -> Self {
        let names = modules
            .iter()
            .map(|module| (module.path.clone(), Names::of(&module.items)));
        Self {
            names: names.collect(),
            dependencies: crates
                .iter()
                .map(|k| (k.name.clone(), k.dependencies.clone()))
                .collect(),
            modules,
        }
    }

    /// The whole workspace.
    pub(super) fn of_workspace() -> Self {
        let crates = super::source::crates();
        let modules = crates.iter().flat_map(Krate::modules).collect();
        Self::new(&crates, modules)
    }

    /// Everything that is said.
    pub(super) fn said(&self) -> Said {
        let mut said = Said::default();
        for module in &self.modules {
            said.modules.insert(module.path.join("::"), module.file.clone());
            let mut reader = Reader {
                house: self,
                module,
                blocks: Vec::new(),
                found: Vec::new(),
                strings: Vec::new(),
            };
            for item in &module.items {
                reader.visit_item(item);
            }
            said.paths.extend(reader.found);
            said.strings.extend(reader.strings);
        }
        said
    }

    pub(super) fn modules(&self) -> &[Module] {
        &self.modules
    }

    /// What a path in a module stands for, without the names that blocks bring.
    pub(super) fn resolve(&self, module: &Module, path: &[String]) -> BTreeSet<String> {
        let mut meant = BTreeSet::new();
        for absolute in self.absolute(&module.path, &[], path, STEPS) {
            self.meant(&absolute, STEPS, &mut meant);
        }
        meant.into_iter().map(|path| path.join("::")).collect()
    }

    /// What a written path may stand for. Nothing for paths that begin at a type parameter or a variable.
    fn absolute(&self, module: &[String], blocks: &[Names], path: &[String], steps: u8) -> Vec<Written> {
        let Some((first, rest)) = path.split_first() else {
            return Vec::new();
        };
        let krate = &module[..1];
        match first.as_str() {
            "" => vec![rest.to_vec()],
            "crate" | "$crate" => vec![[krate, rest].concat()],
            "self" => vec![[module, rest].concat()],
            "super" => {
                let above = &module[..module.len().saturating_sub(1).max(1)];
                let ups = rest.iter().take_while(|part| *part == "super").count();
                let above = &above[..above.len().saturating_sub(ups).max(1)];
                vec![[above, &rest[ups..]].concat()]
            }
            name => {
                let mut found = self.looked_up(module, blocks, name, steps);
                if found.is_empty() && self.dependencies[&krate[0]].contains(name) {
                    found.push(vec![name.to_owned()]);
                }
                found
                    .into_iter()
                    .map(|start| [start.as_slice(), rest].concat())
                    .collect()
            }
        }
    }

    /// What a name stands for in a module: its own items and `use` lines, then what globs bring.
    fn looked_up(&self, module: &[String], blocks: &[Names], name: &str, steps: u8) -> Vec<Written> {
        if steps == 0 {
            return Vec::new();
        }
        let own = self.names.get(module);
        for scope in blocks.iter().rev().chain(own) {
            let Some(names) = scope.names.get(name) else { continue };
            let paths = names.iter().flat_map(|entry| match entry {
                Name::Here => vec![[module, &[name.to_owned()]].concat()],
                // `use rand::{self}` begins at the crate, `mod rank; pub use rank::rank` at the module.
                Name::Used(path) if path.first().is_some_and(|first| first == name) => {
                    if names.iter().any(|entry| matches!(entry, Name::Here)) {
                        vec![[module, path].concat()]
                    } else if self.dependencies[&module[0]].contains(name) {
                        vec![path.clone()]
                    } else {
                        Vec::new()
                    }
                }
                Name::Used(path) => self.absolute(module, blocks, path, steps - 1),
            });
            return paths.collect();
        }
        let globs = blocks.iter().chain(own).flat_map(|scope| &scope.globs);
        let through = globs.flat_map(|glob| self.absolute(module, &[], glob, steps - 1));
        through
            .flat_map(|place| self.looked_up(&place, &[], name, steps - 1))
            .collect()
    }

    /// The path, and what it stands for where a module on its way only passes it on.
    fn meant(&self, path: &[String], steps: u8, found: &mut BTreeSet<Written>) {
        if steps == 0 || !found.insert(path.to_vec()) || HANDED_ON.iter().any(|(name, _)| *name == path.join("::")) {
            return;
        }
        let Some(length) = (1..path.len())
            .rev()
            .find(|&length| self.names.contains_key(&path[..length]))
        else {
            return;
        };
        let (module, rest) = path.split_at(length);
        for start in self.looked_up(module, &[], &rest[0], STEPS) {
            self.meant(&[start.as_slice(), &rest[1..]].concat(), steps - 1, found);
        }
    }
}

/// Reads one module.
struct Reader<'a> {
    house: &'a House,
    module: &'a Module,
    /// Names that blocks around the place bring, the innermost last.
    blocks: Vec<Names>,
    found: Vec<Mention>,
    strings: Vec<(String, usize, String)>,
}

impl Reader<'_> {
    fn say(&mut self, path: &[String], line: usize) {
        for absolute in self.house.absolute(&self.module.path, &self.blocks, path, STEPS) {
            let mut meant = BTreeSet::new();
            self.house.meant(&absolute, STEPS, &mut meant);
            for path in meant {
                self.found.push(Mention {
                    module: self.module.path.join("::"),
                    file: self.module.file.clone(),
                    line,
                    path: path.join("::"),
                });
            }
        }
    }

    fn string(&mut self, text: &LitStr, line: usize) {
        self.strings.push((self.module.file.clone(), line, text.value()));
    }

    /// Paths in tokens that are not parsed: arguments of macros and attributes, bodies of `macro_rules!`.
    fn tokens(&mut self, tokens: TokenStream, before: &[String]) {
        let tokens = tokens.into_iter().collect::<Vec<_>>();
        let is = |at: usize, sign: char| matches!(tokens.get(at), Some(TokenTree::Punct(p)) if p.as_char() == sign);
        let colons = |at: usize| is(at, ':') && is(at + 1, ':');
        let mut at = 0;
        while at < tokens.len() {
            match &tokens[at] {
                TokenTree::Ident(word) if word == "use" => {
                    let end = (at..tokens.len()).find(|&end| is(end, ';')).unwrap_or(tokens.len() - 1);
                    let line = tokens[at..=end].iter().cloned().collect::<TokenStream>();
                    if let Ok(item) = syn::parse2::<ItemUse>(line) {
                        self.visit_item_use(&item);
                        at = end;
                    }
                }
                TokenTree::Ident(word) if !(at > 0 && is(at - 1, '.') && !(at > 1 && is(at - 2, '.'))) => {
                    let mut path = before.to_vec();
                    if at > 1 && colons(at - 2) && before.is_empty() {
                        path.push(String::new());
                    }
                    path.push(word.to_string());
                    let line = word.span().start().line;
                    while colons(at + 1) {
                        match tokens.get(at + 3) {
                            Some(TokenTree::Ident(word)) => path.push(word.to_string()),
                            Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                                self.tokens(group.stream(), &path);
                            }
                            _ => break,
                        }
                        at += 3;
                    }
                    if path.len() > 1 {
                        self.say(&path, line);
                    }
                }
                TokenTree::Group(group) => self.tokens(group.stream(), &[]),
                TokenTree::Literal(literal) => {
                    if let Ok(text) = syn::parse_str::<LitStr>(&literal.to_string()) {
                        self.string(&text, literal.span().start().line);
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
            at += 1;
        }
    }

    /// Strings of an attribute that are paths: `#[serde(with = "a::b")]`.
    fn paths_in_strings(&mut self, tokens: TokenStream) {
        for token in tokens {
            match token {
                TokenTree::Group(group) => self.paths_in_strings(group.stream()),
                TokenTree::Literal(literal) => {
                    let Ok(text) = syn::parse_str::<LitStr>(&literal.to_string()) else {
                        continue;
                    };
                    if text.value().contains("::")
                        && let Ok(tokens) = text.value().parse::<TokenStream>()
                        && syn::parse2::<syn::Type>(tokens.clone()).is_ok()
                    {
                        let before = self.found.len();
                        self.tokens(tokens, &[]);
                        // The tokens of the text begin at a line 1 of their own.
                        for mention in &mut self.found[before..] {
                            mention.line = literal.span().start().line;
                        }
                    }
                }
                TokenTree::Ident(_) | TokenTree::Punct(_) => {}
            }
        }
    }
}

impl<'ast> Visit<'ast> for Reader<'_> {
    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Const(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
            Item::ExternCrate(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::ForeignMod(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Macro(item) => &item.attrs,
            // A module is read by itself.
            Item::Mod(_) => return,
            Item::Static(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Trait(item) => &item.attrs,
            Item::TraitAlias(item) => &item.attrs,
            Item::Type(item) => &item.attrs,
            Item::Union(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_impl_item(&mut self, item: &'ast ImplItem) {
        let attributes = match item {
            ImplItem::Const(item) => &item.attrs,
            ImplItem::Fn(item) => &item.attrs,
            ImplItem::Type(item) => &item.attrs,
            ImplItem::Macro(item) => &item.attrs,
            _ => &Vec::new(),
        };
        if !for_tests(attributes) {
            visit::visit_impl_item(self, item);
        }
    }

    fn visit_trait_item(&mut self, item: &'ast TraitItem) {
        if !matches!(item, TraitItem::Fn(item) if for_tests(&item.attrs)) {
            visit::visit_trait_item(self, item);
        }
    }

    fn visit_field(&mut self, field: &'ast syn::Field) {
        if !for_tests(&field.attrs) {
            visit::visit_field(self, field);
        }
    }

    fn visit_item_use(&mut self, item: &'ast ItemUse) {
        for leaf in leaves(item) {
            // The line itself brings the name: it is not looked up among what it brings.
            self.say(&leaf.path, leaf.line);
        }
    }

    fn visit_item_extern_crate(&mut self, item: &'ast syn::ItemExternCrate) {
        self.say(&[String::new(), item.ident.to_string()], item.ident.span().start().line);
    }

    fn visit_block(&mut self, block: &'ast Block) {
        let items = block.stmts.iter().filter_map(|statement| match statement {
            Stmt::Item(item) => Some(item),
            Stmt::Local(_) | Stmt::Expr(..) | Stmt::Macro(_) => None,
        });
        self.blocks.push(Names::of(items));
        visit::visit_block(self, block);
        self.blocks.pop();
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let mut parts = Vec::new();
        if path.leading_colon.is_some() {
            parts.push(String::new());
        }
        parts.extend(path.segments.iter().map(|segment| segment.ident.to_string()));
        // `<[T]>::len` begins with colons too, and is no path of a crate.
        if parts.len() > 1 && !(path.leading_colon.is_some() && path.segments.len() == 1) {
            self.say(&parts, path.segments[0].ident.span().start().line);
        }
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, mac: &'ast Macro) {
        self.visit_path(&mac.path);
        self.tokens(mac.tokens.clone(), &[]);
    }

    fn visit_attribute(&mut self, attribute: &'ast Attribute) {
        if attribute.path().is_ident("doc") {
            return;
        }
        visit::visit_attribute(self, attribute);
        match &attribute.meta {
            syn::Meta::List(list) => {
                self.tokens(list.tokens.clone(), &[]);
                self.paths_in_strings(list.tokens.clone());
            }
            syn::Meta::Path(_) | syn::Meta::NameValue(_) => {}
        }
    }

    fn visit_lit_str(&mut self, text: &'ast LitStr) {
        self.string(text, text.span().start().line);
    }

    fn visit_visibility(&mut self, _: &'ast Visibility) {
        // `pub(super)` names a reader, not a dependency.
    }
}
