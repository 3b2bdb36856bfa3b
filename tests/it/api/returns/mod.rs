//! Returns: workbooks handed in, submitted, reviewed and justified.

mod energy;
mod justifications;
mod refusals;
mod reports;
mod units;
mod workflow;
