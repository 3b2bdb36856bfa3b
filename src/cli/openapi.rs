//! `ronghe openapi`

use super::output::{Failed, print_text};
use crate::api::http::spec;

/// Prints the normalised document, byte for byte as the committed file.
pub(super) fn run() -> Result<(), Failed> {
    print_text(spec::text(&spec::document()).trim_end())
}
