//! How a job ends: the forms of its result and of its error.

use schemars::JsonSchema;
use serde::Serialize;
use survey::text::Text;

use crate::{
    domain::run::RunId,
    service::{
        error::ServiceError,
        imports::carry_out::ImportSummary,
        registry::import_enterprises::ImportReport,
        runs::{back_test::BackTest, decompose::Decomposition, robustness::RunRobustness, verify::Verification},
    },
};

/// Result of a job; its form depends on the kind of job.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum JobResult {
    /// Result of `import_enterprises`.
    ImportEnterprises(ImportReport),
    /// Result of `import_returns`.
    ImportReturns(ImportSummary),
    /// Result of `compute_run`.
    ComputeRun(ComputedRun),
    /// Result of `back_test`.
    BackTest(Box<BackTest>),
    /// Result of `test_robustness`.
    TestRobustness(RunRobustness),
    /// Result of `decompose_change`.
    DecomposeChange(Decomposition),
    /// Result of `verify_run`.
    VerifyRun(Verification),
}

/// Result of computing a run.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComputedRun {
    /// Identifier of the run.
    pub run_id: RunId,
    /// Number of returns included in the run.
    pub returns: i64,
    /// Number of returns with a score.
    pub scored: i64,
}

/// Error of a failed job: code, message and list of errors.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JobError {
    /// Stable error code for programs.
    pub code: String,
    /// Description in Chinese and English.
    pub message: Text,
    /// All errors with their locations; at most 500.
    pub errors: Vec<JobFault>,
}

/// An error that made a job fail, and its location.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JobFault {
    /// Stable code.
    pub code: String,
    /// JSON pointer into the request or document, or a question code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Description of the error and how to correct it.
    pub message: Text,
}

impl From<ServiceError> for JobError {
    fn from(error: ServiceError) -> Self {
        let errors = error
            .faults
            .into_iter()
            .take(ServiceError::MOST_FAULTS)
            .map(|fault| JobFault {
                code: fault.code,
                pointer: fault.pointer,
                message: fault.message,
            });
        Self {
            code: error.code,
            message: error.message,
            errors: errors.collect(),
        }
    }
}
