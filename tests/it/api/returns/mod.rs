//! Returns: workbooks handed in, submitted, reviewed and justified.

mod energy;
mod justifications;
mod refusals;
mod reports;
mod sent_back;
mod units;
mod workflow;
