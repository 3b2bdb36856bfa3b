//! The steps of a return: the one table that says from which state each step leads where, and who may take it.
//!
//! Every use case that moves a return asks it. The review workflow extends this table and nothing else.

use survey::text::Text;

use super::{
    access::Role,
    survey_return::{CorrectionState, ReturnState, Standing},
};

/// Something that is done to a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnStep {
    /// The enterprise uploads a workbook.
    Upload,
    /// An officer hands in a file that the enterprise filled in.
    HandIn,
    /// The enterprise has numbers converted that were entered in another unit.
    Convert,
    /// The enterprise justifies a warning.
    Justify,
    /// The enterprise submits its newest revision.
    Submit,
    /// The bureau records that the enterprise submits its newest revision, with the signature as evidence.
    RecordSubmission,
    /// An officer sends a submitted return back.
    SendBack,
    /// The bureau accepts a submitted return.
    Accept,
    /// The bureau takes the enterprise out of the round.
    Remove,
    /// The bureau puts the enterprise back: the return stands as it stood before.
    Restore(ReturnState),
    /// The bureau asks for a correction of an accepted return.
    RequestCorrection,
    /// The enterprise announces a correction of an accepted return.
    AnnounceCorrection,
    /// The enterprise withdraws its correction.
    WithdrawCorrection,
    /// The bureau refuses a correction, or no longer asks for it.
    RefuseCorrection,
}

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRefused {
    /// The role does not take this step.
    Role,
    /// Nothing was uploaded yet.
    NothingUploaded,
    /// The enterprise was taken out of the round.
    Removed,
    /// Where the return stands does not allow it.
    State {
        /// The step.
        step: ReturnStep,
        /// Where the return stands.
        from: Standing,
    },
}

impl ReturnStep {
    /// All steps in the order of the work.
    pub const ALL: [Self; 14] = [
        Self::Upload,
        Self::HandIn,
        Self::Convert,
        Self::Justify,
        Self::Submit,
        Self::RecordSubmission,
        Self::SendBack,
        Self::Accept,
        Self::RequestCorrection,
        Self::AnnounceCorrection,
        Self::WithdrawCorrection,
        Self::RefuseCorrection,
        Self::Remove,
        Self::Restore(ReturnState::Draft),
    ];

    /// What people call it.
    pub fn title(self) -> Text {
        match self {
            Self::Upload => Text::new("上传", "uploaded to"),
            Self::HandIn => Text::new("导入", "imported to"),
            Self::Convert => Text::new("换算计量单位", "converted"),
            Self::Justify => Text::new("填写说明", "justified"),
            Self::Submit => Text::new("提交", "submitted"),
            Self::RecordSubmission => Text::new("登记提交", "recorded as submitted"),
            Self::RequestCorrection => Text::new("要求更正", "opened for correction"),
            Self::AnnounceCorrection => Text::new("申请更正", "opened for correction"),
            Self::WithdrawCorrection => Text::new("撤回更正", "withdrawn"),
            Self::RefuseCorrection => Text::new("不予更正", "refused"),
            Self::SendBack => Text::new("退回", "sent back"),
            Self::Accept => Text::new("审核通过", "accepted"),
            Self::Remove => Text::new("移出本期", "removed from the round"),
            Self::Restore(_) => Text::new("重新纳入本期", "added to the round again"),
        }
    }

    /// Stable name in the database and the API.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::HandIn => "hand_in",
            Self::Convert => "convert",
            Self::Justify => "justify",
            Self::Submit => "submit",
            Self::RecordSubmission => "record_submission",
            Self::SendBack => "send_back",
            Self::Accept => "accept",
            Self::Remove => "remove",
            Self::Restore(_) => "restore",
            Self::RequestCorrection => "request_correction",
            Self::AnnounceCorrection => "announce_correction",
            Self::WithdrawCorrection => "withdraw_correction",
            Self::RefuseCorrection => "refuse_correction",
        }
    }

    /// The step with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// The roles that may take the step. Only the enterprise changes, explains and submits its figures; what the bureau
    /// records is that the enterprise has signed them.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Upload
            | Self::Convert
            | Self::Justify
            | Self::Submit
            | Self::AnnounceCorrection
            | Self::WithdrawCorrection => &[Role::Enterprise],
            Self::HandIn | Self::SendBack => &[Role::Town, Role::Bureau, Role::Admin],
            Self::Accept
            | Self::RecordSubmission
            | Self::RequestCorrection
            | Self::RefuseCorrection
            | Self::Remove
            | Self::Restore(_) => &[Role::Bureau, Role::Admin],
        }
    }

    /// Where the step leads to. A correction stands beside an accepted revision, which stays in force until the
    /// correction is accepted.
    pub fn leads_from(self, from: Standing) -> Result<Standing, StepRefused> {
        match (self, from.state, from.correction) {
            (Self::Restore(state), ReturnState::Removed, correction) => Ok(Standing { state, correction }),
            (_, ReturnState::Removed, _) => Err(StepRefused::Removed),
            (Self::Remove, _, correction) => Ok(Standing {
                state: ReturnState::Removed,
                correction,
            }),
            (_, state, None) => self.leads_first(state),
            (_, _, Some(correction)) => self.leads_correcting(correction),
        }
    }

    fn leads_first(self, state: ReturnState) -> Result<Standing, StepRefused> {
        use ReturnState::{Accepted, Draft, NotStarted, Removed, Returned, Submitted};
        let first = |state| Ok(Standing::first(state));
        match (self, state) {
            (Self::Upload | Self::HandIn, NotStarted | Draft | Returned) | (Self::Convert, Draft | Returned) => {
                first(Draft)
            }
            (Self::Upload | Self::HandIn | Self::Convert, Accepted) => Ok(Standing::correcting(CorrectionState::Draft)),
            (Self::Justify, Draft | Returned) => first(state),
            (Self::Submit | Self::RecordSubmission, Draft | Returned) => first(Submitted),
            (Self::SendBack, Submitted) => first(Returned),
            (Self::Accept, Submitted) => first(Accepted),
            (Self::RequestCorrection | Self::AnnounceCorrection, Accepted) => {
                Ok(Standing::correcting(CorrectionState::Open))
            }
            (Self::Convert | Self::Justify | Self::Submit | Self::RecordSubmission, NotStarted) => {
                Err(StepRefused::NothingUploaded)
            }
            (Self::Upload | Self::HandIn | Self::Convert, Submitted)
            | (Self::Justify | Self::Submit | Self::RecordSubmission, Submitted | Accepted)
            | (Self::SendBack | Self::Accept, NotStarted | Draft | Returned | Accepted)
            | (Self::RequestCorrection | Self::AnnounceCorrection, NotStarted | Draft | Submitted | Returned)
            | (Self::WithdrawCorrection | Self::RefuseCorrection | Self::Remove | Self::Restore(_), _)
            | (_, Removed) => Err(StepRefused::State {
                step: self,
                from: Standing::first(state),
            }),
        }
    }

    fn leads_correcting(self, correction: CorrectionState) -> Result<Standing, StepRefused> {
        use CorrectionState::{Draft, Open, Returned, Submitted};
        let correcting = |correction| Ok(Standing::correcting(correction));
        match (self, correction) {
            (Self::Upload | Self::HandIn | Self::Convert, Open | Draft | Returned) => correcting(Draft),
            (Self::Justify, Draft | Returned) => correcting(correction),
            (Self::Submit | Self::RecordSubmission, Draft | Returned) => correcting(Submitted),
            (Self::SendBack, Submitted) => correcting(Returned),
            (Self::Accept, Submitted) | (Self::WithdrawCorrection | Self::RefuseCorrection, _) => {
                Ok(Standing::first(ReturnState::Accepted))
            }
            (Self::Justify | Self::Submit | Self::RecordSubmission, Open) => Err(StepRefused::NothingUploaded),
            (
                Self::Upload | Self::HandIn | Self::Convert | Self::Justify | Self::Submit | Self::RecordSubmission,
                Submitted,
            )
            | (Self::SendBack | Self::Accept, Open | Draft | Returned)
            | (Self::RequestCorrection | Self::AnnounceCorrection | Self::Remove | Self::Restore(_), _) => {
                Err(StepRefused::State {
                    step: self,
                    from: Standing::correcting(correction),
                })
            }
        }
    }

    /// Where the step leads to when a role takes it.
    pub fn taken_by(self, role: Role, from: Standing) -> Result<Standing, StepRefused> {
        if self.roles().contains(&role) {
            self.leads_from(from)
        } else {
            Err(StepRefused::Role)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What each step leads to, from a return without and (after the bar) with a correction: a state, `+` before that of
    /// a correction, `-` where the state refuses it, `0` where nothing is uploaded, `x` where the enterprise was taken out
    /// of the round.
    const TABLE: &str = "\
                    not_started draft      submitted returned   accepted removed | +open    +draft     +submitted +returned
upload              draft       draft      -         draft      +draft   x       | +draft   +draft     -          +draft
hand_in             draft       draft      -         draft      +draft   x       | +draft   +draft     -          +draft
convert             0           draft      -         draft      +draft   x       | +draft   +draft     -          +draft
justify             0           draft      -         returned   -        x       | 0        +draft     -          +returned
submit              0           submitted  -         submitted  -        x       | 0        +submitted -          +submitted
record_submission   0           submitted  -         submitted  -        x       | 0        +submitted -          +submitted
send_back           -           -          returned  -          -        x       | -        -          +returned  -
accept              -           -          accepted  -          -        x       | -        -          accepted   -
request_correction  -           -          -         -          +open    x       | -        -          -          -
announce_correction -           -          -         -          +open    x       | -        -          -          -
withdraw_correction -           -          -         -          -        x       | accepted accepted   accepted   accepted
refuse_correction   -           -          -         -          -        x       | accepted accepted   accepted   accepted
remove              removed     removed    removed   removed    removed  x       | -open    -draft     -submitted -returned
restore             -           -          -         -          -        draft   | -        -          -          -
";

    fn shown(outcome: Result<Standing, StepRefused>) -> String {
        match outcome {
            Ok(Standing {
                state,
                correction: None,
            }) => state.name().to_owned(),
            Ok(Standing {
                state: ReturnState::Accepted,
                correction: Some(correction),
            }) => format!("+{}", correction.name()),
            Ok(Standing {
                state: ReturnState::Removed,
                correction: Some(correction),
            }) => format!("-{}", correction.name()),
            Ok(other) => format!("{other:?}"),
            Err(StepRefused::NothingUploaded) => "0".to_owned(),
            Err(StepRefused::Removed) => "x".to_owned(),
            Err(StepRefused::State { .. }) => "-".to_owned(),
            Err(StepRefused::Role) => "role".to_owned(),
        }
    }

    fn cells(line: &str) -> impl Iterator<Item = &str> {
        line.split_whitespace().filter(|cell| *cell != "|")
    }

    #[test]
    fn the_table_of_states_and_steps() {
        let mut lines = TABLE.lines();
        let heads = cells(lines.next().unwrap()).collect::<Vec<_>>();
        let standings = Standing::all().collect::<Vec<_>>();
        let shown_heads = standings
            .iter()
            .map(|standing| shown(Ok(*standing)))
            .collect::<Vec<_>>();
        assert_eq!(shown_heads, heads, "a state without a column");
        for (line, step) in lines.by_ref().zip(ReturnStep::ALL) {
            let mut row = cells(line);
            let name = row.next().unwrap();
            assert_eq!(ReturnStep::from_name(name), Some(step));
            let found = standings
                .iter()
                .map(|from| shown(step.leads_from(*from)))
                .collect::<Vec<_>>();
            assert_eq!(found, row.collect::<Vec<_>>(), "{name}");
        }
        assert_eq!(lines.next(), None);
    }

    #[test]
    fn the_table_of_roles_and_steps() {
        use Role::{Admin, Bureau, Enterprise, Town};
        let check = |steps: &[ReturnStep], expected: &[Role]| {
            for step in steps {
                for role in Role::ALL {
                    for from in Standing::all() {
                        let outcome = step.taken_by(role, from);
                        if expected.contains(&role) {
                            assert_eq!(outcome, step.leads_from(from), "{step:?} {role:?}");
                        } else {
                            assert_eq!(outcome, Err(StepRefused::Role), "{step:?} {role:?}");
                        }
                    }
                }
            }
            steps.len()
        };
        let own = check(
            &[
                ReturnStep::Upload,
                ReturnStep::Convert,
                ReturnStep::Justify,
                ReturnStep::Submit,
                ReturnStep::AnnounceCorrection,
                ReturnStep::WithdrawCorrection,
            ],
            &[Enterprise],
        );
        let officers = check(&[ReturnStep::HandIn, ReturnStep::SendBack], &[Town, Bureau, Admin]);
        let bureau = check(
            &[
                ReturnStep::Accept,
                ReturnStep::RecordSubmission,
                ReturnStep::RequestCorrection,
                ReturnStep::RefuseCorrection,
                ReturnStep::Remove,
                ReturnStep::Restore(ReturnState::Accepted),
            ],
            &[Bureau, Admin],
        );
        assert_eq!(own + officers + bureau, ReturnStep::ALL.len());
    }
}
