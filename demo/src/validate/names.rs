//! Which names a step may use: those that earlier steps have set.

use std::collections::{BTreeMap, BTreeSet};

use survey::tables::ReferenceTables;

use crate::{field::Field, profile::DemoProfile};

/// Names by where they stand in the profile.
pub(super) struct Names<'a> {
    profile: &'a DemoProfile,
    fields: &'a BTreeMap<String, Field>,
    tables: &'a ReferenceTables,
    set: BTreeSet<String>,
    columns: BTreeSet<String>,
}

impl<'a> Names<'a> {
    pub(super) fn new(
        profile: &'a DemoProfile,
        fields: &'a BTreeMap<String, Field>,
        tables: &'a ReferenceTables,
    ) -> Self {
        Self {
            profile,
            fields,
            tables,
            set: BTreeSet::new(),
            columns: BTreeSet::new(),
        }
    }

    /// From here on a trait or question has a value.
    pub(super) fn add(&mut self, name: &str) {
        self.set.insert(name.to_owned());
    }

    /// From here on a column of the row in the making has a value.
    pub(super) fn add_column(&mut self, column: &str) {
        self.columns.insert(column.to_owned());
    }

    /// A new table begins, or the last one ends.
    pub(super) fn clear_columns(&mut self) {
        self.columns.clear();
    }

    /// Whether a name may stand for a number or be tested by a condition.
    pub(super) fn knows(&self, name: &str) -> bool {
        match name.split_once('.') {
            Some(("row", column)) => self.columns.contains(column),
            Some(("factor", code)) => self.tables.factor(code).is_some(),
            Some((kind, number)) => self
                .profile
                .strata
                .get(kind)
                .is_some_and(|s| s.iter().any(|s| s.numbers.contains_key(number))),
            None => self.set.contains(name),
        }
    }

    /// Whether a name may stand in a text template.
    pub(super) fn knows_word(&self, name: &str) -> bool {
        match name.split_once('.') {
            Some((kind, word)) => self
                .profile
                .strata
                .get(kind)
                .is_some_and(|s| s.iter().any(|s| s.words.contains_key(word))),
            None => {
                name == "brand"
                    || self.profile.lists.contains_key(name)
                    || (self.set.contains(name) && self.fields.contains_key(name))
            }
        }
    }

    /// The columns of a table question.
    pub(super) fn table(&self, code: &str) -> Option<&'a BTreeMap<String, Field>> {
        self.set
            .contains(code)
            .then(|| self.fields.get(code))
            .flatten()
            .map(|field| &field.columns)
    }
}
