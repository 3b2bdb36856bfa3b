//! The first login: a one-time code sets the password.

use super::code;
use crate::{
    domain::login_code::LoginCodeState,
    service::{
        Service,
        access::{
            log_in::{Login, hash_password, open_session},
            users::password_fault,
        },
        error::{ServiceError, codes},
    },
    store,
};

/// Sets the password of the account that a one-time code was made for, and logs in. The code is used up.
pub async fn first_log_in(service: &Service, login: &str, typed: &str, password: &str) -> Result<Login, ServiceError> {
    let now = service.now();
    let login = login.trim().to_lowercase();
    service.failed_logins.check(&login, now)?;
    let refused = |code| {
        service.failed_logins.record(&login, now);
        ServiceError::new(code)
    };
    let wrong = codes::access::BAD_LOGIN_CODE;
    let found = store::access::find_login(service.db.read(), &login).await?;
    let (user, _) = found.filter(|(user, _)| !user.disabled).ok_or_else(|| refused(wrong))?;
    let code = store::login_code::find_code(service.db.read(), &code::hash(user.id, typed)).await?;
    let code = code.filter(|code| code.user == user.id).ok_or_else(|| refused(wrong))?;
    // Only who has the code is told how it stands.
    match code.state(now) {
        LoginCodeState::Open => {}
        LoginCodeState::Used => return Err(refused(codes::access::LOGIN_CODE_USED)),
        LoginCodeState::Replaced => return Err(refused(codes::access::LOGIN_CODE_REPLACED)),
        LoginCodeState::Expired => return Err(refused(codes::access::LOGIN_CODE_EXPIRED)),
    }
    if let Some(fault) = password_fault(password) {
        return Err(ServiceError::new(codes::access::INVALID_USER).with_faults([fault]));
    }
    let hash = hash_password(service, password).await?;
    let txn = service.db.begin_write().await?;
    if !store::login_code::use_code(&txn, code.id, now).await? {
        return Err(refused(codes::access::LOGIN_CODE_USED));
    }
    store::access::set_password(&txn, user.id, &hash).await?;
    store::access::delete_tokens_of(&txn, user.id).await?;
    let opened = open_session(service, &txn, user).await?;
    txn.commit().await?;
    service.failed_logins.forget(&login);
    Ok(opened)
}
