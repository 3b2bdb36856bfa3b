//! The steps of a return: the one table that says from which state each step leads where, and who may take it.
//!
//! Every use case that moves a return asks it. The review workflow extends this table and nothing else.

use survey::text::Text;

use super::{access::Role, survey_return::ReturnState};

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
    /// An officer sends a submitted return back.
    SendBack,
    /// The bureau accepts a submitted return.
    Accept,
    /// The bureau takes the enterprise out of the round.
    Remove,
    /// The bureau puts the enterprise back: the return stands as it stood before.
    Restore(ReturnState),
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
    /// The state does not allow it.
    State {
        /// The step.
        step: ReturnStep,
        /// The state.
        state: ReturnState,
    },
}

impl ReturnStep {
    /// All steps in the order of the work.
    pub const ALL: [Self; 9] = [
        Self::Upload,
        Self::HandIn,
        Self::Convert,
        Self::Justify,
        Self::Submit,
        Self::SendBack,
        Self::Accept,
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
            Self::SendBack => "send_back",
            Self::Accept => "accept",
            Self::Remove => "remove",
            Self::Restore(_) => "restore",
        }
    }

    /// The step with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|step| step.name() == name)
    }

    /// The roles that may take the step. Only the enterprise changes, explains and submits its figures.
    pub fn roles(self) -> &'static [Role] {
        match self {
            Self::Upload | Self::Convert | Self::Justify | Self::Submit => &[Role::Enterprise],
            Self::HandIn | Self::SendBack => &[Role::Town, Role::Bureau, Role::Admin],
            Self::Accept | Self::Remove | Self::Restore(_) => &[Role::Bureau, Role::Admin],
        }
    }

    /// The state that the step leads to. An enterprise may take up an accepted return again: what was accepted stays in
    /// force until its replacement is accepted.
    pub fn leads_from(self, state: ReturnState) -> Result<ReturnState, StepRefused> {
        use ReturnState::{Accepted, Draft, NotStarted, Removed, Returned, Submitted};
        match (self, state) {
            (Self::Upload | Self::HandIn, NotStarted | Draft | Returned | Accepted)
            | (Self::Convert, Draft | Returned | Accepted) => Ok(Draft),
            (Self::Justify, Draft | Returned) => Ok(state),
            (Self::Submit, Draft | Returned) => Ok(Submitted),
            (Self::SendBack, Submitted) => Ok(Returned),
            (Self::Accept, Submitted) => Ok(Accepted),
            (Self::Remove, NotStarted | Draft | Submitted | Returned | Accepted) => Ok(Removed),
            (Self::Restore(to), Removed) => Ok(to),
            (_, Removed) => Err(StepRefused::Removed),
            (Self::Convert | Self::Justify | Self::Submit, NotStarted) => Err(StepRefused::NothingUploaded),
            (Self::Upload | Self::HandIn | Self::Convert, Submitted)
            | (Self::Justify | Self::Submit, Submitted | Accepted)
            | (Self::SendBack | Self::Accept, NotStarted | Draft | Returned | Accepted)
            | (Self::Restore(_), NotStarted | Draft | Submitted | Returned | Accepted) => {
                Err(StepRefused::State { step: self, state })
            }
        }
    }

    /// The state that the step leads to when a role takes it.
    pub fn taken_by(self, role: Role, state: ReturnState) -> Result<ReturnState, StepRefused> {
        if self.roles().contains(&role) {
            self.leads_from(state)
        } else {
            Err(StepRefused::Role)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// State by state what each step leads to: a state, `-` where the state refuses it, `0` where nothing is uploaded, `x`
    /// where the enterprise was taken out of the round.
    const TABLE: &str = "\
             not_started draft     submitted returned  accepted  removed
upload       draft       draft     -         draft     draft     x
hand_in      draft       draft     -         draft     draft     x
convert      0           draft     -         draft     draft     x
justify      0           draft     -         returned  -         x
submit       0           submitted -         submitted -         x
send_back    -           -         returned  -         -         x
accept       -           -         accepted  -         -         x
remove       removed     removed   removed   removed   removed   x
restore      -           -         -         -         -         draft
";

    fn shown(outcome: Result<ReturnState, StepRefused>) -> &'static str {
        match outcome {
            Ok(state) => state.name(),
            Err(StepRefused::NothingUploaded) => "0",
            Err(StepRefused::Removed) => "x",
            Err(StepRefused::State { .. }) => "-",
            Err(StepRefused::Role) => "role",
        }
    }

    #[test]
    fn the_table_of_states_and_steps() {
        let mut lines = TABLE.lines();
        let states: Vec<ReturnState> = lines
            .next()
            .unwrap()
            .split_whitespace()
            .map(|name| ReturnState::from_name(name).unwrap())
            .collect();
        assert_eq!(states, ReturnState::ALL, "a state without a column");
        for (line, step) in lines.by_ref().zip(ReturnStep::ALL) {
            let mut cells = line.split_whitespace();
            let name = cells.next().unwrap();
            assert_eq!(ReturnStep::from_name(name), Some(step));
            for (state, expected) in states.iter().zip(cells) {
                assert_eq!(shown(step.leads_from(*state)), expected, "{name} from {}", state.name());
            }
        }
        assert_eq!(lines.next(), None);
    }

    #[test]
    fn the_table_of_roles_and_steps() {
        use Role::{Admin, Bureau, Enterprise, Town};
        let check = |step: ReturnStep, expected: &[Role]| {
            for role in Role::ALL {
                for state in ReturnState::ALL {
                    let outcome = step.taken_by(role, state);
                    if expected.contains(&role) {
                        assert_eq!(outcome, step.leads_from(state), "{step:?} {role:?}");
                    } else {
                        assert_eq!(outcome, Err(StepRefused::Role), "{step:?} {role:?}");
                    }
                }
            }
        };
        for step in [
            ReturnStep::Upload,
            ReturnStep::Convert,
            ReturnStep::Justify,
            ReturnStep::Submit,
        ] {
            check(step, &[Enterprise]);
        }
        check(ReturnStep::HandIn, &[Town, Bureau, Admin]);
        check(ReturnStep::SendBack, &[Town, Bureau, Admin]);
        check(ReturnStep::Accept, &[Bureau, Admin]);
        check(ReturnStep::Remove, &[Bureau, Admin]);
        check(ReturnStep::Restore(ReturnState::Accepted), &[Bureau, Admin]);
    }
}
