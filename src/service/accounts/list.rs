//! One-time codes as they stand: who made them, for whom, and whether they were used.

use crate::{
    domain::{
        access::{Principal, User},
        login_code::{LoginCode, LoginCodeState},
        page::{Page, PageRequest},
    },
    service::{Service, access::permission::Action, error::ServiceError},
    store,
};

/// A code with its account and how it stands.
pub struct CodeRow {
    /// The code, without the code itself.
    pub code: LoginCode,
    /// Whose.
    pub user: User,
    /// How it stands.
    pub state: LoginCodeState,
}

/// All codes, the newest first.
pub async fn list_login_codes(
    service: &Service,
    caller: &Principal,
    page: &PageRequest,
) -> Result<Page<CodeRow>, ServiceError> {
    caller.may(Action::ManageAccess)?;
    let now = service.now();
    let found = store::login_code::list_codes(service.db.read(), page).await?;
    let row = |(code, user): (LoginCode, User)| CodeRow {
        state: code.state(now),
        code,
        user,
    };
    Ok(Page {
        items: found.items.into_iter().map(row).collect(),
        next: found.next,
    })
}
