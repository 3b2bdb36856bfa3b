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

/// The result of a job. Which it is follows from the kind of the job.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum JobResult {
    /// Of `import_enterprises`.
    ImportEnterprises(ImportReport),
    /// Of `import_returns`.
    ImportReturns(ImportSummary),
    /// Of `compute_run`.
    ComputeRun(ComputedRun),
    /// Of `back_test`.
    BackTest(Box<BackTest>),
    /// Of `test_robustness`.
    TestRobustness(RunRobustness),
    /// Of `decompose_change`.
    DecomposeChange(Decomposition),
    /// Of `verify_run`.
    VerifyRun(Verification),
}

/// A run that was computed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComputedRun {
    /// Run.
    pub run_id: RunId,
    /// Returns that went in.
    pub returns: i64,
    /// Returns with a score.
    pub scored: i64,
}

/// Why a job failed: code, message and errors of a problem.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JobError {
    /// Stable code to act upon.
    pub code: String,
    /// The sentence in both languages.
    pub message: Text,
    /// Everything that is wrong, place by place; at most 500.
    pub errors: Vec<JobFault>,
}

/// One thing that made a job fail, and where.
#[derive(Debug, Serialize, JsonSchema)]
pub struct JobFault {
    /// Stable code.
    pub code: String,
    /// JSON pointer into the request or document, or a question code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// What is wrong and what to do.
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
