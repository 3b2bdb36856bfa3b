//! Accounts in bulk: one-time codes out as a workbook and letters, and the first login that sets the password.

use std::{
    io::{Cursor, Write as _},
    sync::Arc,
};

use poem::{Body, Request, web::Data};
use poem_openapi::{
    ApiResponse, Enum, Object, OpenApi,
    param::Query,
    payload::{Binary, Json},
};
use report::letters::{self, Common, Letter};
use uuid::Uuid;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::sessions::{Session, SessionCreated};
use crate::{
    api::{
        Tag,
        http::{
            address,
            auth::Auth,
            failures::{CreateFailure, FirstLoginFailure, ReadFailure, UploadFailure},
            instant::Instant,
            json_body::JsonBody,
            page::{self, paged},
            upload,
            word::{Code, CursorText, Secret},
        },
        registry::members::PopulationOut,
    },
    domain::{login_code::LoginCodeState, round::RoundId},
    service::{
        Service,
        accounts::{
            first_log_in::first_log_in,
            issue_codes::{CodeRequest, For, IssuedCodes, VALID_DAYS, issue_codes},
            list::{CodeRow, list_login_codes},
            sheet::write_accounts,
        },
        error::{Fault, ServiceError, codes},
        population::named::Named,
    },
};

/// Operations on one-time codes.
#[derive(Default)]
pub struct LoginCodesApi;

/// Enterprises for which accounts and one-time codes are created: those of a round, or a selection of the registry.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewLoginCodes {
    /// Identifier of a round: all its enterprises.
    round_id: Option<Uuid>,
    /// Enterprises of the registry: `query` or `enterprise_ids`.
    population: Option<PopulationOut>,
    /// Validity of the codes in days; 30 by default.
    #[oai(validator(minimum(value = "1"), maximum(value = "180")))]
    valid_days: Option<u32>,
    /// Whether to replace codes that are still valid; replaced codes stop working. False by default.
    reissue: Option<bool>,
}

impl NewLoginCodes {
    fn whom(round: Option<Uuid>, population: Option<PopulationOut>) -> Result<For, ServiceError> {
        match (round, population) {
            (Some(round), None) => Ok(For::Round(RoundId(round))),
            (None, Some(population)) => Ok(For::Named(Named::Population(population.try_into()?))),
            _ => {
                let fault = Fault::at("/population", codes::access::CODES_FOR_WHOM);
                Err(ServiceError::new(codes::access::INVALID_USER).with_faults([fault]))
            }
        }
    }
}

/// A one-time code and the password to set.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewFirstSession {
    /// Login name as stated in the letter.
    login: Code,
    /// One-time code; hyphens, spaces and letter case are ignored.
    code: Code,
    /// New password, at least 12 characters.
    password: Secret,
}

/// State of a one-time code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "LoginCodeState")]
enum CodeStateName {
    /// It can be used.
    Open,
    /// It was used.
    Used,
    /// Another took its place.
    Replaced,
    /// Its time is over.
    Expired,
}

/// A one-time code. The code itself is shown only once, when it is issued.
#[derive(Object)]
#[oai(rename = "LoginCode", skip_serializing_if_is_none)]
struct LoginCodeOut {
    /// Identifier.
    id: Uuid,
    /// Identifier of the user to whom the code belongs.
    user_id: Uuid,
    /// Login name of the account.
    login: String,
    /// Display name of the account.
    display_name: String,
    /// State of the code.
    state: CodeStateName,
    /// Name of the user who issued the code.
    created_by: String,
    /// Time of issue.
    created_at: Instant,
    /// Time of expiry.
    expires_at: Instant,
    /// Time of use; absent if the code has not been used.
    used_at: Option<Instant>,
}

impl From<CodeRow> for LoginCodeOut {
    fn from(row: CodeRow) -> Self {
        Self {
            id: row.code.id.0,
            user_id: row.user.id.0,
            login: row.user.login,
            display_name: row.user.display_name,
            state: match row.state {
                LoginCodeState::Open => CodeStateName::Open,
                LoginCodeState::Used => CodeStateName::Used,
                LoginCodeState::Replaced => CodeStateName::Replaced,
                LoginCodeState::Expired => CodeStateName::Expired,
            },
            created_by: row.code.created_by,
            created_at: row.code.created_at.into(),
            expires_at: row.code.expires_at.into(),
            used_at: row.code.used_at.map(Into::into),
        }
    }
}

paged! {
    /// A page of one-time codes.
    LoginCodePage as LoginCodesFound {
        /// The codes, from newest to oldest.
        items: LoginCodeOut,
    }
}

/// Accounts and one-time codes were made.
#[derive(ApiResponse)]
enum CodesIssued {
    /// ZIP file with 账号.xlsx (outcome, login name and code of every enterprise) and 通知书.html (one printable page for
    /// each code).
    #[oai(status = 200, content_type = "application/zip")]
    Issued(
        Binary<Vec<u8>>,
        /// File name.
        #[oai(header = "Content-Disposition")]
        String,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Access")]
impl LoginCodesApi {
    /// Log in with a one-time code
    ///
    /// Sets the password of the account for which the one-time code was issued and returns a bearer token. A code can
    /// be used once, until it expires.
    #[oai(path = "/sessions/first", method = "post", operation_id = "create_first_session")]
    async fn create_first_session(
        &self,
        service: Data<&Arc<Service>>,
        body: JsonBody<NewFirstSession>,
    ) -> Result<SessionCreated, FirstLoginFailure> {
        let NewFirstSession { login, code, password } = body.0;
        let login = first_log_in(&service, &login.0, &code.0, &password.0).await?;
        Ok(SessionCreated::Created(Json(Session::from(login))))
    }

    /// List one-time codes
    ///
    /// Sorted from newest to oldest, with account, issuer, expiry and state. The codes themselves are not stored.
    #[oai(path = "/login-codes", method = "get", operation_id = "list_login_codes")]
    async fn list_login_codes(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<LoginCodesFound, ReadFailure> {
        let asked = page::asked(limit.0, cursor.0.as_ref(), &"login_codes")?;
        let found = list_login_codes(&service, auth.principal(), &asked.request).await?;
        Ok(LoginCodesFound::of(found, &asked)?)
    }

    /// Create accounts with one-time codes
    ///
    /// For every enterprise of a round, a query or a list: creates an account (login name: the unified social credit
    /// code in lower case) if there is none, and a one-time code if the account has no password. Accounts with a
    /// password are not changed. Returns a ZIP file with a workbook and printable letters; the codes appear only in
    /// this file.
    #[oai(path = "/login-codes", method = "post", operation_id = "create_login_codes")]
    async fn create_login_codes(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        request: &Request,
        body: JsonBody<NewLoginCodes>,
    ) -> Result<CodesIssued, CreateFailure> {
        let NewLoginCodes {
            round_id,
            population,
            valid_days,
            reissue,
        } = body.0;
        let asked = CodeRequest {
            whom: NewLoginCodes::whom(round_id, population)?,
            valid_days: valid_days.unwrap_or(VALID_DAYS),
            reissue: reissue.unwrap_or(false),
        };
        let issued = issue_codes(&service, auth.principal(), asked).await?;
        Ok(zipped(&service, &issued, address::of(request).as_deref())?)
    }

    /// Create accounts with one-time codes from a list
    ///
    /// The request body is a spreadsheet in any readable format with a column of unified social credit codes (统一社会信用代码)
    /// or names (企业名称), and a column of login names (登录名) if they differ from the credit codes. Otherwise as for a
    /// round.
    #[oai(path = "/login-codes/imports", method = "post", operation_id = "import_login_codes")]
    async fn import_login_codes(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        request: &Request,
        /// Validity of the codes in days; 30 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "180")))]
        valid_days: Query<Option<u32>>,
        /// Whether to replace codes that are still valid; false by default.
        reissue: Query<Option<bool>>,
        body: Binary<Body>,
    ) -> Result<CodesIssued, UploadFailure> {
        let asked = CodeRequest {
            whom: For::Named(Named::List(upload::read(&service, body.0).await?)),
            valid_days: valid_days.0.unwrap_or(VALID_DAYS),
            reissue: reissue.0.unwrap_or(false),
        };
        let issued = issue_codes(&service, auth.principal(), asked).await?;
        Ok(zipped(&service, &issued, address::of(request).as_deref())?)
    }
}

/// The workbook and the letters in one file.
fn zipped(service: &Service, issued: &IssuedCodes, address: Option<&str>) -> Result<CodesIssued, ServiceError> {
    let workbook = write_accounts(service, issued)?;
    let (valid_until, written_on) = (service.day_of(issued.expires_at), service.day_of(service.now()));
    let letters: Vec<Letter<'_>> = issued
        .rows
        .iter()
        .filter_map(|row| {
            Some(Letter {
                name: &row.name,
                uscc: &row.uscc,
                town: &row.town,
                login: &row.login,
                code: row.code.as_deref()?,
            })
        })
        .collect();
    let common = Common {
        address,
        valid_until: &valid_until,
        written_on: &written_on,
    };
    let page = letters::write(&letters, &common);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in [("账号.xlsx", workbook.as_slice()), ("通知书.html", page.as_bytes())] {
        zip.start_file(name, SimpleFileOptions::default())
            .map_err(ServiceError::internal)?;
        zip.write_all(bytes).map_err(ServiceError::internal)?;
    }
    let bytes = zip.finish().map_err(ServiceError::internal)?.into_inner();
    Ok(CodesIssued::Issued(
        Binary(bytes),
        upload::attachment("账号与登录码.zip"),
    ))
}
