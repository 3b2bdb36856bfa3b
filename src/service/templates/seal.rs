//! Sealing the templates that go out, and proving the ones that come back.

use workbook::{metadata::TemplateMetadata, seal::Seal};

use crate::{
    domain::{
        access::Principal,
        page::{Page, PageRequest},
        signing_key::{Secret, SigningKey, SigningKeyId},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
    store,
    store::db::WriteTxn,
};

/// The key that seals now. The first one is made when it is first asked for.
pub(crate) struct CurrentKey {
    pub(crate) id: SigningKeyId,
    pub(crate) secret: Secret,
}

impl CurrentKey {
    /// The seal of a template with these marks.
    pub(crate) fn seal(&self, metadata: &TemplateMetadata) -> String {
        Seal::make(metadata, &self.id.to_string(), &self.secret.0).to_string()
    }
}

/// The key that seals now; made at its first use.
pub(crate) async fn current_key(service: &Service) -> Result<CurrentKey, ServiceError> {
    if let Some((key, secret)) = store::signing_key::current_key(service.db.read()).await? {
        return Ok(CurrentKey { id: key.id, secret });
    }
    let txn = service.db.begin_write().await?;
    // Somebody else may have been first.
    if let Some((key, secret)) = store::signing_key::current_key(&txn).await? {
        return Ok(CurrentKey { id: key.id, secret });
    }
    let (key, secret) = new_key(service, &txn).await?;
    txn.commit().await?;
    Ok(CurrentKey { id: key.id, secret })
}

/// Random text for one issue of a template.
pub(crate) fn nonce(service: &Service) -> String {
    hex::encode(&service.ids.random_bytes()[..16])
}

/// Goes on only when this house issued a template with these marks and nobody has changed them since.
///
/// Nothing in the marks may be trusted before.
pub async fn require_sealed(service: &Service, metadata: &TemplateMetadata) -> Result<(), ServiceError> {
    let Some(text) = &metadata.seal else {
        return Err(ServiceError::new(codes::templates::SEAL_MISSING));
    };
    let seal = Seal::parse(text).ok_or_else(|| ServiceError::new(codes::templates::SEAL_BROKEN))?;
    let key = seal.key.parse().map(SigningKeyId);
    let secret = match key {
        Ok(key) => store::signing_key::find_secret(service.db.read(), key).await?,
        Err(_) => None,
    };
    let secret = secret.ok_or_else(|| ServiceError::new(codes::templates::SEAL_UNKNOWN_KEY))?;
    if seal.verify(metadata, &secret.0) {
        Ok(())
    } else {
        Err(ServiceError::new(codes::templates::SEAL_BROKEN))
    }
}

/// Makes a new key and retires the others: templates are sealed with the new one from now on, those out already are
/// still accepted.
pub async fn rotate_signing_key(service: &Service, caller: &Principal) -> Result<SigningKey, ServiceError> {
    caller.may(Action::ManageAccess)?;
    let txn = service.db.begin_write().await?;
    store::signing_key::retire_keys(&txn, service.now()).await?;
    let (key, _) = new_key(service, &txn).await?;
    txn.commit().await?;
    Ok(key)
}

/// All keys without their secrets, the newest first.
pub async fn list_signing_keys(
    service: &Service,
    caller: &Principal,
    page: &PageRequest,
) -> Result<Page<SigningKey>, ServiceError> {
    caller.may(Action::ManageAccess)?;
    Ok(store::signing_key::list_keys(service.db.read(), page).await?)
}

async fn new_key(service: &Service, txn: &WriteTxn) -> Result<(SigningKey, Secret), ServiceError> {
    let key = SigningKey {
        id: SigningKeyId(service.next_id()),
        created_at: service.now(),
        retired_at: None,
    };
    let secret = Secret(service.ids.random_bytes());
    store::signing_key::insert_key(txn, &key, &secret).await?;
    Ok((key, secret))
}
