//! What reading a workbook may cost, as configuration.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use workbook::extract::Limits;

/// All limits on reading. A settings file (`--limits`, see `docs/en/limits.md`) names those that differ from the ordinary ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ReadingLimits {
    /// The reading children.
    pub child: ChildLimits,
    /// A file that is read whole: a return.
    pub file: Limits,
    /// A sheet that is read row by row: a bulk import. What is absent is that of [`Limits::for_rows`].
    #[serde(deserialize_with = "over_rows")]
    pub rows: Limits,
}

/// What a reading child may use.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChildLimits {
    /// Address space, bytes. 1 GiB: a child that reads the largest file that [`Limits`] lets through stays below half of it.
    pub memory_bytes: u64,
    /// CPU time for a whole workbook, seconds.
    pub cpu_seconds: u64,
    /// CPU time for a sheet that is read row by row, seconds.
    pub rows_cpu_seconds: u64,
    /// Wall time in which a whole workbook, or the next rows of a sheet, must come, milliseconds.
    pub wall_milliseconds: u64,
    /// Children at once; more wait.
    pub at_once: usize,
    /// Children that are started ahead of need, each used once. 0: every child is started when it is needed.
    pub waiting: usize,
}

impl Default for ReadingLimits {
    fn default() -> Self {
        Self {
            child: ChildLimits::default(),
            file: Limits::default(),
            rows: Limits::for_rows(),
        }
    }
}

impl Default for ChildLimits {
    fn default() -> Self {
        Self {
            memory_bytes: 1 << 30,
            cpu_seconds: 10,
            rows_cpu_seconds: 120,
            wall_milliseconds: 20_000,
            at_once: 4,
            waiting: 2,
        }
    }
}

impl ChildLimits {
    /// Wall time.
    pub fn wall(&self) -> Duration {
        Duration::from_millis(self.wall_milliseconds)
    }
}

/// Limits over those for rows instead of those for whole files.
fn over_rows<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Limits, D::Error> {
    use serde::de::Error;

    let given = serde_json::Map::deserialize(deserializer)?;
    let mut all = serde_json::to_value(Limits::for_rows()).map_err(D::Error::custom)?;
    if let Some(all) = all.as_object_mut() {
        all.extend(given);
    }
    serde_json::from_value(all).map_err(D::Error::custom)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_settings_file_names_what_differs() {
        let read = |text: &str| serde_json::from_str::<ReadingLimits>(text);
        assert_eq!(read("{}").unwrap(), ReadingLimits::default());
        let limits = read(r#"{ "child": { "at_once": 2 }, "rows": { "cells": 5 }, "file": { "sheets": 7 } }"#).unwrap();
        assert_eq!((limits.child.at_once, limits.child.cpu_seconds), (2, 10));
        assert_eq!(
            limits.file,
            Limits {
                sheets: 7,
                ..Limits::default()
            }
        );
        assert_eq!(
            limits.rows,
            Limits {
                cells: 5,
                ..Limits::for_rows()
            }
        );
        for wrong in [
            r#"{ "chidl": {} }"#,
            r#"{ "file": { "cels": 1 } }"#,
            r#"{ "rows": { "cels": 1 } }"#,
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
