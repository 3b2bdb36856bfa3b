//! `ronghe openapi`

use super::output::{Failed, print_text};

/// Prints the normalised document, byte for byte as the committed file.
pub(super) fn run() -> Result<(), Failed> {
    print_text(crate::api::http::spec::text().trim_end())
}
