//! Runs: computing, ranking, explanation, comparison.

pub mod back_test;
pub mod compare;
pub mod compute;
pub mod decompose;
pub mod explain;
pub mod export;
pub mod group_table;
pub(crate) mod hash;
pub mod league;
pub mod league_workbook;
pub mod life;
pub mod names;
pub mod pass;
pub mod read;
pub mod region;
pub mod result_summary;
pub mod robustness;
pub mod scored;
pub mod statistics;
pub(crate) mod threads;
pub mod try_region;
pub mod vary_settings;
pub mod verify;
pub mod weigh;
pub mod what_if;
