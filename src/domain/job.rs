//! Jobs: long work that is answered with 202 and looked at later.

use chrono::{DateTime, Utc};
use index::region::RegionFigures;
use serde::{Deserialize, Serialize};

pub use super::identifiers::JobId;
use super::{
    access::{Role, Scope},
    identifiers::{DocumentId, ImportId, RoundId, RunId},
    robustness::RobustnessRequest,
};

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

/// The work of a job.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Task {
    /// Import a list of enterprises that is kept as a blob.
    ImportEnterprises {
        /// SHA-256 of the list.
        blob_sha256: String,
        /// Report only, write nothing.
        dry_run: bool,
    },
    /// Import many returns.
    ImportReturns {
        /// The import; its items are the truth.
        import: ImportId,
    },
    /// Compute a run.
    #[serde(alias = "compile_run")]
    ComputeRun {
        /// Round.
        round: RoundId,
        /// Methodology.
        methodology: DocumentId,
        /// What is given by hand for the index of a region.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        region: Option<RegionFigures>,
    },
    /// Back-test a methodology that is not published on the returns of a round.
    BackTest {
        /// Round.
        round: RoundId,
        /// The run to compare with; without one, the newest of the methodology.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        against: Option<RunId>,
        /// The draft, as it was posted.
        content: String,
    },
    /// Test the robustness of a run.
    #[serde(alias = "shake_run")]
    TestRobustness {
        /// Run.
        run: RunId,
        /// What is asked for.
        #[serde(flatten)]
        request: RobustnessRequest,
    },
    /// Decompose the change from one run to another.
    DecomposeChange {
        /// Run.
        run: RunId,
        /// The run it is compared with.
        with: RunId,
    },
    /// Compute a run again and compare.
    VerifyRun {
        /// Run.
        run: RunId,
    },
}

/// What sort of work a job is. The one list of kinds: their names, and which of them stop when they are told to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TaskKind {
    /// Import a list of enterprises.
    ImportEnterprises,
    /// Import many returns.
    ImportReturns,
    /// Compute a run.
    ComputeRun,
    /// Back-test a draft methodology.
    BackTest,
    /// Test the robustness of a run.
    TestRobustness,
    /// Decompose the change between two runs.
    DecomposeChange,
    /// Compute a run again and compare.
    VerifyRun,
}

impl TaskKind {
    /// All kinds.
    pub const ALL: [Self; 7] = [
        Self::ImportEnterprises,
        Self::ImportReturns,
        Self::ComputeRun,
        Self::BackTest,
        Self::TestRobustness,
        Self::DecomposeChange,
        Self::VerifyRun,
    ];

    /// Stable name in the database and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::ImportEnterprises => "import_enterprises",
            Self::ImportReturns => "import_returns",
            Self::ComputeRun => "compute_run",
            Self::BackTest => "back_test",
            Self::TestRobustness => "test_robustness",
            Self::DecomposeChange => "decompose_change",
            Self::VerifyRun => "verify_run",
        }
    }

    /// Whether the work stops between two steps when it is told to, at the latest where it tells how far it is. Other work
    /// can only be stopped before it begins.
    pub fn is_stoppable(self) -> bool {
        !matches!(self, Self::ImportEnterprises)
    }
}

impl Task {
    /// What sort of work it is.
    pub fn kind(&self) -> TaskKind {
        match self {
            Self::ImportEnterprises { .. } => TaskKind::ImportEnterprises,
            Self::ImportReturns { .. } => TaskKind::ImportReturns,
            Self::ComputeRun { .. } => TaskKind::ComputeRun,
            Self::BackTest { .. } => TaskKind::BackTest,
            Self::TestRobustness { .. } => TaskKind::TestRobustness,
            Self::DecomposeChange { .. } => TaskKind::DecomposeChange,
            Self::VerifyRun { .. } => TaskKind::VerifyRun,
        }
    }
}

/// A piece of long work.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Identifier.
    pub id: JobId,
    /// What is to be done, with its parameters.
    pub task: Task,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_task_is_stored_under_the_name_of_its_kind() {
        let run = RunId(uuid::Uuid::nil());
        let task = Task::VerifyRun { run };
        let stored = serde_json::to_value(&task).unwrap();
        assert_eq!(stored["kind"], task.kind().name());
        assert_eq!(serde_json::from_value::<Task>(stored).unwrap(), task);
    }

    #[test]
    fn tasks_stored_under_former_names_are_read() {
        let check = |kind: &str, parameters: serde_json::Value, expected: TaskKind| {
            let mut stored = parameters;
            stored["kind"] = kind.into();
            assert_eq!(
                serde_json::from_value::<Task>(stored).unwrap().kind(),
                expected,
                "{kind}"
            );
        };
        let id = uuid::Uuid::nil();
        let round = serde_json::json!({ "round": id, "methodology": id });
        check("compile_run", round.clone(), TaskKind::ComputeRun);
        check("compute_run", round, TaskKind::ComputeRun);
        let robustness = serde_json::json!({ "run": id, "replications": 10, "noise": 0.25 });
        check("shake_run", robustness.clone(), TaskKind::TestRobustness);
        check("test_robustness", robustness, TaskKind::TestRobustness);
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let names = TaskKind::ALL.map(TaskKind::name);
        let distinct = names.iter().collect::<std::collections::BTreeSet<_>>();
        assert_eq!(distinct.len(), names.len());
    }
}
