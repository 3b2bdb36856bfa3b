//! `ronghe openapi`

use super::output::{Failed, Output};

/// Prints the normalised document, byte for byte as the committed file.
pub(super) fn run(output: &Output) -> Result<(), Failed> {
    output.text(crate::api::spec::text().trim_end())
}
