//! Long work: a job row that says what is to be done, a queue that carries its identifier, workers that do it.
//!
//! The job row is the truth. The queue (apalis, in the same database) only wakes a worker; a job is claimed in the row
//! before it is begun, so a message that comes twice does nothing the second time, and what a killed process left
//! behind is taken up again at the next start.

mod carry_out;
mod pace;
pub mod queue;
pub mod worker;
