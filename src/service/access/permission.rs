//! Who may do what. One table; every use case asks it first.

use survey::text::Text;

use crate::{
    domain::{
        access::{Principal, Role},
        return_step::ReturnStep,
    },
    service::error::{ServiceError, codes},
};

/// Something that a use case does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Read areas, industries, documents and rounds.
    ReadCatalogue,
    /// Publish documents.
    PublishDocuments,
    /// Read enterprises within scope.
    ReadEnterprises,
    /// Add and change enterprises, import lists.
    WriteEnterprises,
    /// Make and change rounds.
    WriteRounds,
    /// Add enterprises to a round and take them out.
    ChangeMembers,
    /// Download templates within scope.
    IssueTemplates,
    /// Download the bulk sheet of an area and the form for enterprises that are not registered yet.
    IssueBulkTemplates,
    /// Read returns, their answers, findings and files within scope.
    ReadReturns,
    /// Upload and submit: the enterprise alone, for its own figures are nobody else's to change.
    FillReturns,
    /// Hand in files that enterprises of one's scope have filled in: filed as received, not a figure is changed.
    HandInReturns,
    /// Send a return back to its enterprise.
    SendBackReturns,
    /// Record that an enterprise submits, with its signature as evidence.
    RecordSubmissions,
    /// Accept a return.
    AcceptReturns,
    /// Ask for a correction of an accepted return, and refuse one.
    RequestCorrections,
    /// Compute a run, or one again to verify it.
    ComputeRuns,
    /// Decide upon a draft run.
    FreezeRuns,
    /// Put a frozen run in force.
    PublishRuns,
    /// Read runs and results within scope.
    ReadResults,
    /// Read jobs: one's own, or all for the administrator.
    ReadJobs,
    /// Manage users and API keys.
    ManageAccess,
}

impl Action {
    /// All actions.
    pub const ALL: [Self; 21] = [
        Self::ReadCatalogue,
        Self::PublishDocuments,
        Self::ReadEnterprises,
        Self::WriteEnterprises,
        Self::WriteRounds,
        Self::ChangeMembers,
        Self::IssueTemplates,
        Self::IssueBulkTemplates,
        Self::ReadReturns,
        Self::FillReturns,
        Self::HandInReturns,
        Self::SendBackReturns,
        Self::RecordSubmissions,
        Self::AcceptReturns,
        Self::RequestCorrections,
        Self::ComputeRuns,
        Self::FreezeRuns,
        Self::PublishRuns,
        Self::ReadResults,
        Self::ReadJobs,
        Self::ManageAccess,
    ];
}

/// Whether a role may do something at all; on which enterprises is the scope's business.
pub fn allowed(role: Role, action: Action) -> bool {
    use Action::{
        AcceptReturns, ChangeMembers, ComputeRuns, FillReturns, FreezeRuns, HandInReturns, IssueBulkTemplates,
        IssueTemplates, ManageAccess, PublishDocuments, PublishRuns, ReadCatalogue, ReadEnterprises, ReadJobs,
        ReadResults, ReadReturns, RecordSubmissions, RequestCorrections, SendBackReturns, WriteEnterprises,
        WriteRounds,
    };
    match action {
        ReadCatalogue | ReadEnterprises | ReadResults | ReadJobs => true,
        ReadReturns | IssueTemplates => role != Role::Reader,
        FillReturns => ReturnStep::Upload.roles().contains(&role),
        HandInReturns => ReturnStep::HandIn.roles().contains(&role),
        SendBackReturns => ReturnStep::SendBack.roles().contains(&role),
        RecordSubmissions => ReturnStep::RecordSubmission.roles().contains(&role),
        AcceptReturns => ReturnStep::Accept.roles().contains(&role),
        RequestCorrections => ReturnStep::RequestCorrection.roles().contains(&role),
        IssueBulkTemplates => matches!(role, Role::Town | Role::Bureau | Role::Admin),
        ChangeMembers | ComputeRuns | FreezeRuns | WriteEnterprises => matches!(role, Role::Bureau | Role::Admin),
        PublishDocuments | PublishRuns | WriteRounds | ManageAccess => role == Role::Admin,
    }
}

impl Principal {
    /// Goes on only if the caller may.
    pub fn may(&self, action: Action) -> Result<(), ServiceError> {
        if allowed(self.role, action) {
            Ok(())
        } else {
            Err(forbidden(action))
        }
    }
}

/// A refusal that says whose business it is.
fn forbidden(action: Action) -> ServiceError {
    let roles = Role::ALL.into_iter().filter(|role| allowed(*role, action));
    let titles: Vec<Text> = roles.map(Role::title).collect();
    let join = |of: fn(&Text) -> &str, separator: &str| titles.iter().map(of).collect::<Vec<_>>().join(separator);
    ServiceError::saying(
        codes::access::FORBIDDEN,
        Text::new(
            format!("您没有此项权限；须由{}办理。", join(|text| &text.zh, "、")),
            format!(
                "Your role does not allow this; it takes the role {}.",
                join(|text| &text.en, " or ")
            ),
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_enterprise_fills_in_returns() {
        for role in [Role::Town, Role::Bureau, Role::Admin, Role::Reader] {
            assert!(
                !allowed(role, Action::FillReturns),
                "{role:?} must not change an enterprise's figures"
            );
        }
        assert!(allowed(Role::Enterprise, Action::FillReturns));
    }

    #[test]
    fn a_refusal_says_who_may() {
        let refused = |action| forbidden(action).message.zh;
        assert_eq!(refused(Action::WriteRounds), "您没有此项权限；须由系统管理员办理。");
        assert_eq!(
            refused(Action::AcceptReturns),
            "您没有此项权限；须由局用户、系统管理员办理。"
        );
    }

    #[test]
    fn a_reader_changes_nothing_and_sees_no_answers() {
        let may = Action::ALL
            .into_iter()
            .filter(|action| allowed(Role::Reader, *action))
            .collect::<Vec<_>>();
        assert_eq!(
            may,
            [
                Action::ReadCatalogue,
                Action::ReadEnterprises,
                Action::ReadResults,
                Action::ReadJobs
            ]
        );
    }
}
