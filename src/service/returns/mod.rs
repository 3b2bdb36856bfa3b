//! Returns: upload, check, justification, submission, review.

pub mod accept;
pub mod annotate;
pub mod check_workbook;
pub mod compare_known;
pub mod convert;
pub mod corrections;
pub mod energy;
pub mod evidence;
pub mod filing;
pub mod justify;
pub(crate) mod open;
pub mod read;
pub mod record_submission;
pub(crate) mod remarks;
pub mod report_link;
pub mod send_back;
pub mod steps;
pub mod submit;
pub mod upload;
