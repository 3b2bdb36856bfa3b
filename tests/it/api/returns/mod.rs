//! Returns: workbooks handed in, submitted, reviewed and justified.

mod corrections;
mod energy;
pub(super) mod justifications;
mod refusals;
mod reports;
mod sent_back;
pub(super) mod submissions;
mod units;
mod workflow;
