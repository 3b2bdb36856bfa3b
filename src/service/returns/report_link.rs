//! Links to the page of a report: whoever has one opens that page in that language until it expires, and nothing else.
//!
//! The link says itself what it is for and is signed with the key that seals templates; nothing is kept of it.

use chrono::{DateTime, Duration, Utc};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;
use workbook::language::Language;

use super::annotate::{ReturnReport, report_on};
use crate::{
    domain::{
        access::{Principal, Role, Scope},
        signing_key::{Secret, SigningKeyId},
        survey_return::{ReturnId, RevisionId},
    },
    service::{
        Service,
        error::{ServiceError, codes},
        templates::seal::current_key,
    },
    store,
};

/// How long a link opens the page.
const LIFE_MINUTES: i64 = 15;
/// Keeps these signatures apart from those of templates.
const PURPOSE: &str = "ronghe.report-page";

/// A link to the page of a report.
pub struct ReportLink {
    /// What stands in the address.
    pub token: String,
    /// Until when it opens the page.
    pub expires_at: DateTime<Utc>,
}

/// A link to the page of the report on a revision, the newest when none is named, for whoever may read the report.
pub async fn create_report_link(
    service: &Service,
    caller: &Principal,
    id: ReturnId,
    revision: Option<RevisionId>,
    language: Language,
) -> Result<ReportLink, ServiceError> {
    let found = report_on(service, caller, id, revision).await?;
    let expires_at = service.now() + Duration::minutes(LIFE_MINUTES);
    let key = current_key(service).await?;
    let page = Page {
        survey_return: id,
        revision: found.revision.id,
        language,
        expires: expires_at.timestamp(),
    };
    let said = page.said(key.id);
    let token = format!(
        "{said}.{}",
        hex::encode(mac(&said, &key.secret).finalize().into_bytes())
    );
    Ok(ReportLink { token, expires_at })
}

/// The report that a link opens, with its language.
pub async fn linked_report(service: &Service, token: &str) -> Result<(ReturnReport, Language), ServiceError> {
    let invalid = || ServiceError::new(codes::returns::LINK_INVALID);
    let (said, signature) = token.rsplit_once('.').ok_or_else(invalid)?;
    let (page, key) = Page::parse(said).ok_or_else(invalid)?;
    let secret = store::signing_key::find_secret(service.db.read(), key).await?;
    let signature = hex::decode(signature).map_err(|_| invalid())?;
    let signed = secret.is_some_and(|secret| mac(said, &secret).verify_slice(&signature).is_ok());
    if !signed {
        return Err(invalid());
    }
    if service.now().timestamp() >= page.expires {
        return Err(ServiceError::new(codes::returns::LINK_EXPIRED));
    }
    let reader = Principal {
        name: "report-link".to_owned(),
        user: None,
        role: Role::Bureau,
        scope: Scope::whole_county("the signature names the one return that its issuer was shown"),
    };
    let found = report_on(service, &reader, page.survey_return, Some(page.revision)).await?;
    Ok((found, page.language))
}

/// What a link opens.
#[derive(Debug, PartialEq, Eq)]
struct Page {
    survey_return: ReturnId,
    revision: RevisionId,
    language: Language,
    /// Seconds since 1970.
    expires: i64,
}

impl Page {
    fn said(&self, key: SigningKeyId) -> String {
        format!(
            "{}.{}.{}.{}.{}",
            self.survey_return.0.simple(),
            self.revision.0.simple(),
            self.language.as_str(),
            self.expires,
            key.0.simple()
        )
    }

    fn parse(said: &str) -> Option<(Self, SigningKeyId)> {
        let parts: Vec<&str> = said.split('.').collect();
        let [survey_return, revision, language, expires, key] = parts.as_slice() else {
            return None;
        };
        let id = |text: &str| Uuid::try_parse(text).ok();
        let page = Self {
            survey_return: ReturnId(id(survey_return)?),
            revision: RevisionId(id(revision)?),
            language: Language::parse(language)?,
            expires: expires.parse().ok()?,
        };
        Some((page, SigningKeyId(id(key)?)))
    }
}

fn mac(said: &str, secret: &Secret) -> Hmac<Sha256> {
    // HMAC takes a key of any length.
    let mut mac = Hmac::<Sha256>::new_from_slice(&secret.0)
        .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()));
    mac.update(PURPOSE.as_bytes());
    mac.update(b"\n");
    mac.update(said.as_bytes());
    mac
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_says_what_it_opens() {
        let page = Page {
            survey_return: ReturnId(Uuid::from_u128(1)),
            revision: RevisionId(Uuid::from_u128(2)),
            language: Language::En,
            expires: 1_700_000_000,
        };
        let key = SigningKeyId(Uuid::from_u128(3));
        assert_eq!(Page::parse(&page.said(key)), Some((page, key)));
        assert_eq!(Page::parse("x"), None);
    }
}
