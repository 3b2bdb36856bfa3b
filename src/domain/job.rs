//! Jobs: long work that is answered with 202 and looked at later.

use chrono::{DateTime, Utc};

use super::{
    access::{Role, Scope},
    identifier,
};

identifier!(
    /// Identifier of a job.
    JobId
);

/// State of a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    /// Waiting for a worker.
    Queued,
    /// A worker is at it.
    Running,
    /// Done; the result says how.
    Succeeded,
    /// Ended with an error.
    Failed,
    /// Stopped because somebody asked for it; what was done before stands.
    Cancelled,
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Succeeded,
        Self::Failed,
        Self::Cancelled,
    ];

    /// Stable name in the database and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Succeeded => "succeeded",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing will happen to the job any more.
    pub fn has_ended(self) -> bool {
        !matches!(self, Self::Queued | Self::Running)
    }

    /// The state with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.name() == name)
    }
}

/// A piece of long work.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Identifier.
    pub id: JobId,
    /// What is to be done, with its parameters (`{"kind": ...}`).
    pub task: serde_json::Value,
    /// State.
    pub state: JobState,
    /// Steps done.
    pub done: i64,
    /// Steps in all, 0 while unknown.
    pub total: i64,
    /// The result when succeeded.
    pub result: Option<serde_json::Value>,
    /// The error when failed: a problem as JSON.
    pub error: Option<serde_json::Value>,
    /// Who asked, and with which role and scope: the worker acts with no more.
    pub created_by: String,
    /// Role of who asked.
    pub role: Role,
    /// Scope of who asked.
    pub scope: Scope,
    /// When asked.
    pub created_at: DateTime<Utc>,
    /// When last changed.
    pub updated_at: DateTime<Utc>,
}
