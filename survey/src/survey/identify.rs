//! Keys and fingerprints of findings: which finding it is from upload to upload, and on what values it was raised.

use std::{
    collections::BTreeMap,
    fmt::{self, Write as _},
};

use sha2::{Digest, Sha256};

use super::CompiledRule;
use crate::{
    cell::Place,
    expression::{Scope, Value},
    finding::Finding,
    reading::Reading,
};

/// What the fingerprint of a finding without a value holds in its place.
const NO_VALUE: &str = "";

/// Gives every finding its key, and a fingerprint where it has none.
///
/// Until here the `key` of a built-in check holds the key of its cell (`V02[0].start`), where the check knows it; the
/// others are told by the cell that they name first.
pub(super) fn identify(reading: &Reading, found: &mut [Finding]) {
    // A table shares its place with its first cell; the cell, which comes later, is the one that is meant.
    let cells: BTreeMap<&Place, &str> = reading
        .places
        .iter()
        .map(|(key, place)| (place, key.as_str()))
        .collect();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    for finding in found {
        let cell = cell_of(finding, &cells);
        if finding.fingerprint.is_empty() {
            let raw = reading.provenance.get(&cell).map(|provenance| provenance.raw.as_str());
            finding.fingerprint = fingerprint(&[
                &finding.rule,
                &cell,
                raw.or(finding.value.as_deref()).unwrap_or(NO_VALUE),
                &finding.message.zh,
            ]);
        }
        let key = match cell.as_str() {
            "" => finding.rule.clone(),
            cell => format!("{}@{}", finding.rule, cell.replace('[', ".").replace(']', "")),
        };
        let count = seen.entry(key.clone()).or_default();
        *count += 1;
        finding.key = if *count == 1 { key } else { format!("{key}~{count}") };
    }
}

/// The key of the cell that a finding is about; its question where no cell is known, empty where there is no question.
fn cell_of(finding: &Finding, cells: &BTreeMap<&Place, &str>) -> String {
    if !finding.key.is_empty() {
        return finding.key.clone();
    }
    let Some(question) = &finding.question else {
        return String::new();
    };
    let of_question = |key: &&&str| {
        key.strip_prefix(question.as_str())
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('['))
    };
    let place = finding.places.first().and_then(|place| cells.get(place));
    place
        .filter(of_question)
        .map_or_else(|| question.clone(), |key| (*key).to_owned())
}

/// The fingerprint of a broken edit rule: the values of everything that it reads, those of last round and of the round
/// among them.
pub(super) fn of_rule(code: &str, rule: &CompiledRule, scope: &Scope) -> String {
    let mut values = String::new();
    for name in &rule.reads {
        // Writing to a string cannot fail.
        write!(values, "{name}={};", Shown(scope.get(name))).ok();
    }
    fingerprint(&[code, &values])
}

/// The fingerprint of several broken rules told as one; that of a single rule is its own.
pub(super) fn of_all(fingerprints: &[String]) -> String {
    match fingerprints {
        [one] => one.clone(),
        several => {
            let parts: Vec<&str> = several.iter().map(String::as_str).collect();
            fingerprint(&parts)
        }
    }
}

/// Half a SHA-256 over the parts with their lengths, hex: long enough that no two differ in vain.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(format!("{}:", part.len()));
        hash.update(part);
    }
    let mut hex = String::with_capacity(32);
    for byte in hash.finalize().iter().take(16) {
        write!(hex, "{byte:02x}").ok();
    }
    hex
}

/// A value in one form only.
struct Shown<'v>(&'v Value);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("null"),
            Value::Bool(value) => write!(f, "{value}"),
            Value::Int(value) => write!(f, "{value}"),
            // The shortest text that is read back as the same number.
            Value::Double(value) => write!(f, "{value:?}"),
            Value::Text(value) => write!(f, "{}:{value}", value.len()),
            Value::List(items) => items.iter().try_for_each(|item| write!(f, "[{}]", Shown(item))),
            Value::Row(cells) => cells
                .iter()
                .try_for_each(|(column, cell)| write!(f, "({column}={})", Shown(cell))),
        }
    }
}
