//! Mapping profiles: confirmed, kept, changed under a version, used again.

use workbook::mapping::Mapping;

use super::{begin::may_hand_in, mapping::compile};
use crate::{
    domain::{
        access::Principal,
        mapping::{AppliedMapping, MappingProfile, ProfileId},
        page::{Page, PageRequest},
        round::RoundId,
    },
    service::{
        Service,
        error::{Fault, ServiceError, codes},
        rounds::form::round_and_form,
    },
    store,
    store::db::StoreError,
};

/// The longest name of a profile, in characters.
const LONGEST_NAME: usize = 100;

/// Keeps a mapping that a person has confirmed. It must fit the questionnaire of the round it was made in.
pub async fn create_profile(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    name: String,
    mapping: Mapping,
) -> Result<MappingProfile, ServiceError> {
    may_hand_in(caller)?;
    let (_, form) = round_and_form(service, round).await?;
    let name = checked_name(&name)?;
    compile(mapping.clone(), &form)?;
    let now = service.now();
    let profile = MappingProfile {
        id: ProfileId(service.next_id()),
        name,
        questionnaire: form.survey.questionnaire().code.clone(),
        mapping,
        version: 1,
        created_by: caller.name.clone(),
        scope: caller.scope.clone(),
        created_at: now,
        updated_at: now,
    };
    let txn = service.db.begin_write().await?;
    unique(store::mapping::insert_profile(&txn, &profile).await)?;
    txn.commit().await?;
    Ok(profile)
}

/// Changes a profile: its owners alone, and the county. Imports that were taken on keep the mapping they began with.
pub async fn update_profile(
    service: &Service,
    caller: &Principal,
    id: ProfileId,
    expected_version: i64,
    round: RoundId,
    (name, mapping): (String, Mapping),
) -> Result<MappingProfile, ServiceError> {
    may_hand_in(caller)?;
    let (_, form) = round_and_form(service, round).await?;
    let name = checked_name(&name)?;
    let txn = service.db.begin_write().await?;
    let mut profile = store::mapping::find_profile(&txn, id).await?;
    if !caller.scope.is_county() && caller.scope != profile.scope {
        return Err(ServiceError::new(codes::access::FORBIDDEN));
    }
    if profile.questionnaire != form.survey.questionnaire().code {
        return Err(ServiceError::new(codes::imports::OTHER_QUESTIONNAIRE));
    }
    compile(mapping.clone(), &form)?;
    profile.name = name;
    profile.mapping = mapping;
    profile.updated_at = service.now();
    profile.version = unique(store::mapping::update_profile(&txn, &profile, expected_version).await)?;
    txn.commit().await?;
    Ok(profile)
}

/// One profile.
pub async fn get_profile(service: &Service, caller: &Principal, id: ProfileId) -> Result<MappingProfile, ServiceError> {
    may_hand_in(caller)?;
    Ok(store::mapping::find_profile(service.db.read(), id).await?)
}

/// Profiles by name.
pub async fn list_profiles(
    service: &Service,
    caller: &Principal,
    questionnaire: Option<&str>,
    page: &PageRequest,
) -> Result<Page<MappingProfile>, ServiceError> {
    may_hand_in(caller)?;
    Ok(store::mapping::list_profiles(service.db.read(), questionnaire, page).await?)
}

/// The profile as an import applies it, if it fits the round.
pub async fn apply_profile(
    service: &Service,
    caller: &Principal,
    round: RoundId,
    id: ProfileId,
) -> Result<AppliedMapping, ServiceError> {
    let profile = get_profile(service, caller, id).await?;
    let (_, form) = round_and_form(service, round).await?;
    if profile.questionnaire != form.survey.questionnaire().code {
        return Err(ServiceError::new(codes::imports::OTHER_QUESTIONNAIRE));
    }
    compile(profile.mapping.clone(), &form)?;
    Ok(AppliedMapping {
        profile: profile.id,
        version: profile.version,
        mapping: profile.mapping,
    })
}

fn checked_name(name: &str) -> Result<String, ServiceError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > LONGEST_NAME {
        let fault = Fault::saying(
            "/name",
            codes::imports::MAPPING_NAME,
            format!("名称应为 1 到 {LONGEST_NAME} 个字。"),
            format!("A name has 1 to {LONGEST_NAME} characters."),
        );
        return Err(ServiceError::new(codes::imports::INVALID_MAPPING).with_faults([fault]));
    }
    Ok(name.to_owned())
}

fn unique<T>(written: Result<T, StoreError>) -> Result<T, ServiceError> {
    written.map_err(|error| match error {
        StoreError::Duplicate { .. } => ServiceError::new(codes::imports::DUPLICATE_NAME),
        other => other.into(),
    })
}
