//! What other rooms and crates refuse, as an error of the service.

use index::{composite::CompositeError, over_returns::ScoringError, region::RegionError, robustness::RobustnessError};
use survey::{document::DocumentFault, finding::Finding, text::Text};
use workbook::{
    archive::ArchiveError,
    codes::FileCode,
    error::{AnchorError, ReadError},
    metadata::Mismatch,
};

use super::{
    Fault, Kind, ServiceError,
    codes::{access, general, returns, runs},
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
            StepRefused::Removed => Self::new(returns::REMOVED),
            StepRefused::State { step, from } => Self::saying(returns::WRONG_STATE, wrong_state(step, from)),
        }
    }
}

/// Where a return stands, what cannot be done to it, and who goes on.
fn wrong_state(step: ReturnStep, from: Standing) -> Text {
    if matches!(step, ReturnStep::WithdrawCorrection | ReturnStep::RefuseCorrection) {
        return Text::new(
            format!("该表目前为“{}”，没有正在办理的更正。", from.title().zh),
            format!("The return is “{}” and has no correction under way.", from.title().en),
        );
    }
    let (is, done) = (from.title(), step.title());
    let next = match (from.state, from.correction) {
        (ReturnState::NotStarted | ReturnState::Draft | ReturnState::Submitted | ReturnState::Returned, None)
            if matches!(step, ReturnStep::RequestCorrection | ReturnStep::AnnounceCorrection) =>
        {
            Text::new(
                "更正适用于审核通过的填报表；尚未通过的，由企业直接修改，或由审核人退回。",
                "Corrections are for accepted returns; before that, the enterprise changes it or the reviewer sends it back.",
            )
        }
        (_, Some(CorrectionState::Submitted)) | (ReturnState::Submitted, _) => Text::new(
            "确需修改的，请联系主管部门退回后再办理。",
            "To change it, ask the bureau to send it back first.",
        ),
        (_, Some(_)) => Text::new(
            "更正正在办理，请在企业提交更正后办理。",
            "A correction is under way; the enterprise submits it first.",
        ),
        (ReturnState::Accepted, None) => Text::new(
            "确需更正的，由主管部门提出更正要求，或由企业申请更正。",
            "To change it, the bureau requests a correction or the enterprise announces one.",
        ),
        (ReturnState::Removed, None) => Text::new(
            "确需办理的，请先将企业重新纳入本期。",
            "Add the enterprise to the round again first.",
        ),
        (ReturnState::NotStarted | ReturnState::Draft | ReturnState::Returned, None) => {
            Text::new("请在企业提交后办理。", "The enterprise submits it first.")
        }
    };
    Text::new(
        format!("该表目前为“{}”，不能{}。{}", is.zh, done.zh, next.zh),
        format!("The return is “{}” and cannot be {}. {}", is.en, done.en, next.en),
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

/// Returns that a methodology does not score.
impl From<ScoringError> for ServiceError {
    fn from(error: ScoringError) -> Self {
        match error {
            ScoringError::Composite(error) => error.into(),
            ScoringError::Region(error) => region_refused("/region", &[error]),
            ScoringError::RegionMissing => Self::new(runs::REGION_MISSING),
            ScoringError::NotOverEnterprises => Self::new(runs::NOT_OVER_ENTERPRISES),
            ScoringError::Foreign => Self::internal(error),
        }
    }
}

/// The refusal of what was given for a region in this part of a request: the first fault leads, each has its place.
pub(crate) fn region_refused(part: &str, errors: &[RegionError]) -> ServiceError {
    let fault = |error: &RegionError| DocumentFault {
        pointer: format!("{part}/values/{}", error.indicator()),
        code: error.code().to_owned(),
        message: error.message(),
    };
    ServiceError::new(runs::REGION_INVALID).with_faults(errors.iter().map(fault))
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
