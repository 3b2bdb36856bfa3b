//! The `ronghe` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    ronghe::cli::run()
}
