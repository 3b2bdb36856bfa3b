//! What other rooms and crates refuse, as an error of the service.

use index::{composite::CompositeError, robustness::RobustnessError};
use survey::{document::DocumentFault, finding::Finding, text::Text};
use workbook::{
    archive::ArchiveError,
    codes::FileCode,
    error::{AnchorError, ReadError},
    metadata::Mismatch,
};

use super::{
    Fault, Kind, ServiceError,
    codes::{access, general, returns},
};
use crate::{
    domain::{
        return_step::{ReturnStep, StepRefused},
        survey_return::{CorrectionState, ReturnState, Standing},
    },
    reader::Refusal,
    store::db::StoreError,
};

impl From<StoreError> for ServiceError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::NotFound => Self::new(general::NOT_FOUND),
            StoreError::VersionConflict { current } => Self::new(general::VERSION_MISMATCH).because(current),
            StoreError::Duplicate { what } => Self::new(general::DUPLICATE).because(what),
            StoreError::Referenced => Self::new(general::STILL_REFERENCED),
            StoreError::Busy => Self::new(general::BUSY),
            StoreError::InvalidText => Self::new(general::INVALID_TEXT),
            StoreError::Corrupt(what) | StoreError::Database(what) => Self::internal(what),
        }
    }
}

impl From<StepRefused> for ServiceError {
    fn from(refused: StepRefused) -> Self {
        match refused {
            StepRefused::Role => Self::new(access::FORBIDDEN),
            StepRefused::NothingUploaded => Self::new(returns::NOTHING_UPLOADED),
            StepRefused::State { step, from } => Self::saying(returns::WRONG_STATE, wrong_state(step, from)),
        }
    }
}

/// Where the return stands, what is not possible there, and what to do.
fn wrong_state(step: ReturnStep, from: Standing) -> Text {
    let (state_zh, state_en) = match (from.state, from.correction) {
        (ReturnState::NotStarted, _) => ("未填报", "not started"),
        (ReturnState::Draft, _) => ("暂存", "a draft"),
        (ReturnState::Submitted, _) => ("已提交", "submitted"),
        (ReturnState::Returned, _) => ("已退回", "sent back"),
        (ReturnState::Accepted, None) => ("审核通过", "accepted"),
        (ReturnState::Accepted, Some(CorrectionState::Open)) => (
            "审核通过（更正尚未上传）",
            "accepted, with a correction that is not uploaded yet",
        ),
        (ReturnState::Accepted, Some(CorrectionState::Draft)) => {
            ("审核通过（更正暂存）", "accepted, with a draft of a correction")
        }
        (ReturnState::Accepted, Some(CorrectionState::Submitted)) => {
            ("审核通过（更正已提交）", "accepted, with a correction submitted")
        }
        (ReturnState::Accepted, Some(CorrectionState::Returned)) => {
            ("审核通过（更正已退回）", "accepted, with a correction sent back")
        }
    };
    let (step_zh, step_en) = match step {
        ReturnStep::Upload => ("上传", "nothing can be uploaded"),
        ReturnStep::HandIn => ("代交", "nothing can be handed in"),
        ReturnStep::Convert => ("换算", "units cannot be converted"),
        ReturnStep::Justify => ("说明", "nothing can be justified"),
        ReturnStep::Submit => ("提交", "it cannot be submitted"),
        ReturnStep::RecordSubmission => ("登记提交", "its submission cannot be recorded"),
        ReturnStep::SendBack => ("退回", "it cannot be sent back"),
        ReturnStep::Accept => ("审核通过", "it cannot be accepted"),
        ReturnStep::RequestCorrection => ("要求更正", "no correction can be requested"),
        ReturnStep::AnnounceCorrection => ("申请更正", "no correction can be announced"),
        ReturnStep::WithdrawCorrection => ("撤回更正", "there is no correction to withdraw"),
        ReturnStep::RefuseCorrection => ("撤销更正", "there is no correction to refuse"),
    };
    let (advice_zh, advice_en) = match (step, from.state, from.correction) {
        (ReturnStep::SendBack, ReturnState::Accepted, None) => (
            "需要企业更正的，请向企业提出更正要求。",
            "To have it corrected, request a correction.",
        ),
        (_, ReturnState::Submitted, None) | (_, _, Some(CorrectionState::Submitted)) => (
            "需要修改的，请由审核人先退回。",
            "To change it, have the reviewer send it back first.",
        ),
        _ => (
            "请刷新后按当前状态处理。",
            "Read the return again and go on from its present state.",
        ),
    };
    Text::new(
        format!("该表目前为“{state_zh}”，不能{step_zh}。{advice_zh}"),
        format!("The return is {state_en}: {step_en}. {advice_en}"),
    )
}

impl From<Refusal> for ServiceError {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal.code.as_str() {
            code if code == FileCode::TooLarge.code() => Kind::TooLarge,
            _ => Kind::Unprocessable,
        };
        Self::of(kind, &refusal.code, refusal.message)
    }
}

impl From<ReadError> for ServiceError {
    fn from(error: ReadError) -> Self {
        Refusal {
            code: error.code().to_owned(),
            message: error.message(),
        }
        .into()
    }
}

impl From<AnchorError> for ServiceError {
    fn from(error: AnchorError) -> Self {
        Self::of(Kind::Unprocessable, error.code(), error.message())
    }
}

impl From<Mismatch> for ServiceError {
    fn from(mismatch: Mismatch) -> Self {
        Self::of(Kind::Unprocessable, mismatch.code(), mismatch.message())
    }
}

/// A ZIP that is refused as a whole.
impl From<ArchiveError> for ServiceError {
    fn from(error: ArchiveError) -> Self {
        let kind = match error {
            ArchiveError::TooManyEntries { .. } | ArchiveError::TooLarge { .. } => Kind::TooLarge,
            _ => Kind::Unprocessable,
        };
        let message = error.message();
        let fault = Fault {
            code: error.code().to_owned(),
            pointer: None,
            place: None,
            message: message.clone(),
        };
        Self::of(kind, error.code(), message).with_faults([fault])
    }
}

/// Figures that a composite refuses.
impl From<CompositeError> for ServiceError {
    fn from(error: CompositeError) -> Self {
        Self::of(Kind::Unprocessable, error.code(), error.message())
    }
}

/// A replication that is refused.
impl From<RobustnessError> for ServiceError {
    fn from(error: RobustnessError) -> Self {
        Self::of(Kind::Unprocessable, error.code(), error.message())
    }
}

impl From<DocumentFault> for Fault {
    fn from(fault: DocumentFault) -> Self {
        Self {
            code: fault.code,
            pointer: Some(fault.pointer),
            place: None,
            message: fault.message,
        }
    }
}

impl From<&Finding> for Fault {
    fn from(finding: &Finding) -> Self {
        Self {
            code: finding.rule.clone(),
            pointer: finding.question.clone(),
            place: finding.places.first().cloned(),
            message: finding.message.clone(),
        }
    }
}
