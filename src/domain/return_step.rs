//! The steps of a return: the one table that says from which state each step leads where, and who may take it.
//!
//! Every use case that moves a return asks it. The review workflow extends this table and nothing else.

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
}

/// Why a step is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StepRefused {
    /// The role does not take this step.
    Role,
    /// Nothing was uploaded yet.
    NothingUploaded,
    /// The state does not allow it.
    State,
}

impl ReturnStep {
    /// All steps in the order of the work.
    pub const ALL: [Self; 7] = [
        Self::Upload,
        Self::HandIn,
        Self::Convert,
        Self::Justify,
        Self::Submit,
        Self::SendBack,
        Self::Accept,
    ];

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
            Self::Accept => &[Role::Bureau, Role::Admin],
        }
    }

    /// The state that the step leads to. An enterprise may take up an accepted return again: what was accepted stays in
    /// force until its replacement is accepted.
    pub fn leads_from(self, state: ReturnState) -> Result<ReturnState, StepRefused> {
        use ReturnState::{Accepted, Draft, NotStarted, Returned, Submitted};
        match (self, state) {
            (Self::Upload | Self::HandIn, NotStarted | Draft | Returned | Accepted)
            | (Self::Convert, Draft | Returned | Accepted) => Ok(Draft),
            (Self::Justify, Draft | Returned) => Ok(state),
            (Self::Submit, Draft | Returned) => Ok(Submitted),
            (Self::SendBack, Submitted) => Ok(Returned),
            (Self::Accept, Submitted) => Ok(Accepted),
            (Self::Convert | Self::Justify | Self::Submit, NotStarted) => Err(StepRefused::NothingUploaded),
            (Self::Upload | Self::HandIn | Self::Convert, Submitted)
            | (Self::Justify | Self::Submit, Submitted | Accepted)
            | (Self::SendBack | Self::Accept, NotStarted | Draft | Returned | Accepted) => Err(StepRefused::State),
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

    /// State by state what each step leads to: a state, `-` where the state refuses it, `0` where nothing is uploaded.
    const TABLE: &str = "\
             not_started draft     submitted returned  accepted
upload       draft       draft     -         draft     draft
hand_in      draft       draft     -         draft     draft
convert      0           draft     -         draft     draft
justify      0           draft     -         returned  -
submit       0           submitted -         submitted -
send_back    -           -         returned  -         -
accept       -           -         accepted  -         -
";

    fn shown(outcome: Result<ReturnState, StepRefused>) -> &'static str {
        match outcome {
            Ok(state) => state.name(),
            Err(StepRefused::NothingUploaded) => "0",
            Err(StepRefused::State) => "-",
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
    }
}
