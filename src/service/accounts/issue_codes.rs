//! Accounts of many enterprises: one for each that has none, and a one-time code for each that has no password yet.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Duration, Utc};
use survey::tables::ReferenceTables;

use super::code;
use crate::{
    domain::{
        access::{Principal, Role, Scope, User, UserId},
        enterprise::{Enterprise, EnterpriseId},
        login_code::{Account, LoginCode, LoginCodeId, LoginCodeState},
        round::RoundId,
    },
    service::{
        Service,
        access::{permission::Action, users::is_login},
        error::{Fault, ServiceError, codes},
        population::named::{Named, NamedOne, find_named},
        registry::write_enterprise::current_tables,
    },
    store,
};

/// Days that a code holds when nothing is said.
pub const VALID_DAYS: u32 = 30;
/// The most days that a code may hold.
pub const MOST_DAYS: u32 = 180;

/// For which enterprises.
pub enum For {
    /// All that a round asks.
    Round(RoundId),
    /// These; a list may state their logins.
    Named(Named),
}

/// Which codes are made.
pub struct CodeRequest {
    /// For whom.
    pub whom: For,
    /// How long they hold.
    pub valid_days: u32,
    /// Whether codes that are still open are replaced; they stop working.
    pub reissue: bool,
}

/// What became of each enterprise.
pub struct IssuedCodes {
    /// By area and credit code, or in the order of the list.
    pub rows: Vec<IssuedCode>,
    /// When the codes end.
    pub expires_at: DateTime<Utc>,
}

/// What became of an enterprise.
pub struct IssuedCode {
    /// Row of the list, where there is one.
    pub row: Option<usize>,
    /// Credit code.
    pub uscc: String,
    /// Name.
    pub name: String,
    /// Its town by name, or its code where the list of areas does not know it.
    pub town: String,
    /// Login of the account.
    pub login: String,
    /// The code. It is told here and nowhere else.
    pub code: Option<String>,
    /// Outcome.
    pub outcome: CodeOutcome,
    /// Why it was refused.
    pub fault: Option<Box<Fault>>,
}

/// Outcome for an enterprise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CodeOutcome {
    /// An account was made.
    Created,
    /// The account was there without a password; it has a new code.
    Renewed,
    /// Its code is still open; nothing was done.
    StillOpen,
    /// It has a password; nothing was done.
    HasPassword,
    /// Refused.
    Refused,
}

/// Makes accounts and one-time codes.
pub async fn issue_codes(
    service: &Service,
    caller: &Principal,
    request: CodeRequest,
) -> Result<IssuedCodes, ServiceError> {
    caller.may(Action::ManageAccess)?;
    if !(1..=MOST_DAYS).contains(&request.valid_days) {
        let fault = Fault::at("/valid_days", codes::access::VALID_DAYS);
        return Err(ServiceError::new(codes::access::INVALID_USER).with_faults([fault]));
    }
    let now = service.now();
    let expires_at = now + Duration::days(i64::from(request.valid_days));
    let wanted = wanted(service, caller, request.whom).await?;
    let tables = current_tables(service).await?;
    let txn = service.db.begin_write().await?;
    let ids: Vec<EnterpriseId> = wanted
        .iter()
        .filter_map(|one| Some(one.found.as_ref().ok()?.id))
        .collect();
    // Logins that may be given: those of the list, and credit codes where it states none.
    let logins = wanted.iter().map(|one| match (one.login.as_str(), &one.found) {
        ("", Ok(enterprise)) => enterprise.facts.uscc.to_lowercase(),
        (stated, _) => stated.to_lowercase(),
    });
    let logins: Vec<String> = logins.collect();
    let accounts = store::login_code::accounts_of(&txn, &ids).await?;
    let users: Vec<UserId> = accounts.values().flatten().map(|account| account.user.id).collect();
    let mut batch = Batch {
        service,
        caller,
        tables: &tables,
        now,
        expires_at,
        reissue: request.reissue,
        named: store::login_code::accounts_named(&txn, &logins).await?,
        open: store::login_code::newest_codes(&txn, &users).await?,
        accounts,
        used: BTreeSet::new(),
        users: Vec::new(),
        codes: Vec::new(),
        renewed: Vec::new(),
    };
    let rows = wanted.into_iter().map(|one| batch.settle(one)).collect();
    store::login_code::insert_users(&txn, &batch.users).await?;
    store::login_code::replace_codes(&txn, &batch.renewed, now).await?;
    store::login_code::insert_codes(&txn, &batch.codes).await?;
    txn.commit().await?;
    Ok(IssuedCodes { rows, expires_at })
}

async fn wanted(service: &Service, caller: &Principal, whom: For) -> Result<Vec<NamedOne>, ServiceError> {
    let mut found: Vec<NamedOne> = match whom {
        For::Named(named) => find_named(service, caller, named).await?,
        For::Round(round) => {
            let conn = service.db.read();
            store::round::find_round(conn, round).await?;
            let asked = store::round::members_in(conn, &caller.scope, round, None).await?;
            asked.into_iter().map(NamedOne::from).collect()
        }
    };
    // Letters are handed out by town; a list keeps its order.
    if found.iter().all(|one| one.row.is_none()) {
        found.sort_by(|one, other| place(one).cmp(&place(other)));
    }
    Ok(found)
}

fn place(one: &NamedOne) -> (&str, &str) {
    let area = one
        .found
        .as_ref()
        .map_or("", |enterprise| enterprise.facts.area_code.as_str());
    (area, &one.uscc)
}

/// What is made for all of them.
struct Batch<'a> {
    service: &'a Service,
    caller: &'a Principal,
    tables: &'a ReferenceTables,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    reissue: bool,
    /// Accounts that the enterprises have.
    accounts: BTreeMap<EnterpriseId, Vec<Account>>,
    /// Accounts with the logins that the list states.
    named: BTreeMap<String, Account>,
    /// The newest code of each account.
    open: BTreeMap<UserId, LoginCode>,
    /// Logins given in this batch.
    used: BTreeSet<String>,
    users: Vec<User>,
    codes: Vec<LoginCode>,
    renewed: Vec<UserId>,
}

impl Batch<'_> {
    fn settle(&mut self, one: NamedOne) -> IssuedCode {
        let stated = one.login.to_lowercase();
        let mut issued = IssuedCode {
            row: one.row,
            uscc: one.uscc,
            name: one.name,
            town: String::new(),
            login: stated.clone(),
            code: None,
            outcome: CodeOutcome::Refused,
            fault: None,
        };
        let settled = one.found.and_then(|enterprise| {
            let code = &enterprise.facts.area_code;
            let town = self.tables.areas.get(code).map_or(code, |area| &area.name);
            issued.town.clone_from(town);
            issued.uscc.clone_from(&enterprise.facts.uscc);
            issued.name.clone_from(&enterprise.facts.name);
            self.code_for(&enterprise, &stated)
        });
        match settled {
            Ok((login, outcome, code)) => {
                issued.login = login;
                issued.outcome = outcome;
                issued.code = code;
            }
            Err(fault) => issued.fault = Some(fault),
        }
        issued
    }

    /// The login of an enterprise, what becomes of it, and its code.
    fn code_for(
        &mut self,
        enterprise: &Enterprise,
        stated: &str,
    ) -> Result<(String, CodeOutcome, Option<String>), Box<Fault>> {
        let own = self.accounts.get(&enterprise.id).map_or(&[][..], Vec::as_slice);
        let known = own
            .iter()
            .find(|account| stated.is_empty() || account.user.login == stated);
        if let Some(account) = known.cloned() {
            return self.code_for_account(&account);
        }
        let login = match stated {
            "" => enterprise.facts.uscc.to_lowercase(),
            stated => stated.to_owned(),
        };
        if !is_login(&login) {
            return Err(Box::new(Fault::at("", codes::access::LOGIN)));
        }
        if self.named.contains_key(&login) || !self.used.insert(login.clone()) {
            return Err(Box::new(Fault::saying(
                "",
                codes::access::LOGIN_TAKEN,
                format!("登录名“{login}”已有其他用户使用，请换一个。"),
                format!("The login \"{login}\" belongs to another user; choose another one."),
            )));
        }
        let user = User {
            id: UserId(self.service.next_id()),
            login: login.clone(),
            display_name: enterprise.facts.name.chars().take(100).collect(),
            role: Role::Enterprise,
            scope: Scope::Enterprise(enterprise.id),
            disabled: false,
            version: 1,
            created_at: self.now,
        };
        let code = self.new_code(user.id);
        self.users.push(user);
        Ok((login, CodeOutcome::Created, Some(code)))
    }

    fn code_for_account(&mut self, account: &Account) -> Result<(String, CodeOutcome, Option<String>), Box<Fault>> {
        let user = &account.user;
        if user.disabled {
            return Err(Box::new(Fault::at("", codes::access::ACCOUNT_DISABLED)));
        }
        if account.has_password {
            return Ok((user.login.clone(), CodeOutcome::HasPassword, None));
        }
        let open = self.open.get(&user.id).map(|code| code.state(self.now)) == Some(LoginCodeState::Open);
        if open && !self.reissue {
            return Ok((user.login.clone(), CodeOutcome::StillOpen, None));
        }
        self.renewed.push(user.id);
        let code = self.new_code(user.id);
        Ok((user.login.clone(), CodeOutcome::Renewed, Some(code)))
    }

    fn new_code(&mut self, user: UserId) -> String {
        let printed = code::printed(&self.service.ids.random_bytes());
        self.codes.push(LoginCode {
            id: LoginCodeId(self.service.next_id()),
            user,
            code_sha256: code::hash(user, &printed),
            created_by: self.caller.name.clone(),
            created_at: self.now,
            expires_at: self.expires_at,
            used_at: None,
            replaced_at: None,
        });
        printed
    }
}
