//! `ronghe index`: composite indicators from files, without a database.

use std::{num::NonZeroUsize, thread};

use super::output::{Failed, Output};

mod compute;
mod figures;
mod folder;
mod ignored;
mod inputs;
#[cfg(feature = "parquet")]
mod parquet;
mod robustness;
mod stats;
mod tables;
mod weights;

/// Composite indicators from files, without a database
#[derive(Debug, clap::Subcommand)]
pub(super) enum Index {
    /// Compute a composite indicator and write every stage as CSV
    Compute(compute::Compute),
    /// Derive indicator weights from comparisons or from the data
    Weights(weights::Weights),
    /// Describe indicators: figures, correlations, reliability, availability
    Stats(stats::Stats),
    /// Show how sensitive the ranks are to methodological choices
    Robustness(robustness::Robustness),
}

/// The threads that the machine has.
fn machine_threads() -> NonZeroUsize {
    thread::available_parallelism().unwrap_or(NonZeroUsize::MIN)
}

impl Index {
    pub(super) fn run(self, output: &Output) -> Result<(), Failed> {
        match self {
            Self::Compute(command) => command.run(output),
            Self::Weights(command) => command.run(output),
            Self::Stats(command) => command.run(output),
            Self::Robustness(command) => command.run(output),
        }
    }
}
