//! Areas, industries and enterprises as they stand.

use std::collections::BTreeMap;

use crate::{
    domain::{
        access::Principal,
        area::{Area, AreaFilter},
        enterprise::{Enterprise, EnterpriseFilter, EnterpriseId},
        industry::{Industry, IndustryFilter},
        page::{Page, PageRequest},
    },
    service::{
        Service,
        access::permission::Action,
        error::{ServiceError, codes},
    },
    store,
};

/// Areas below one, of a level, or whose name or code holds a text.
pub async fn list_areas(
    service: &Service,
    caller: &Principal,
    filter: &AreaFilter,
    page: &PageRequest,
) -> Result<Page<Area>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::area::list_areas(service.db.read(), filter, page).await?)
}

/// One area.
pub async fn get_area(service: &Service, caller: &Principal, code: &str) -> Result<Area, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    store::area::find_area(service.db.read(), code)
        .await?
        .ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))
}

/// Industries of the newest edition: below one, of a level, or whose name or code holds a text.
pub async fn list_industries(
    service: &Service,
    caller: &Principal,
    filter: &IndustryFilter,
    page: &PageRequest,
) -> Result<Page<Industry>, ServiceError> {
    caller.may(Action::ReadCatalogue)?;
    Ok(store::industry::list_industries(service.db.read(), filter, page).await?)
}

/// Enterprises within scope.
pub async fn list_enterprises(
    service: &Service,
    caller: &Principal,
    filter: &EnterpriseFilter,
    page: &PageRequest,
) -> Result<Page<Enterprise>, ServiceError> {
    caller.may(Action::ReadEnterprises)?;
    let filter = filter.clone().asked_on(service.today());
    Ok(store::enterprise::list_enterprises(service.db.read(), &caller.scope, &filter, page).await?)
}

/// One enterprise within scope.
pub async fn get_enterprise(
    service: &Service,
    caller: &Principal,
    id: EnterpriseId,
) -> Result<Enterprise, ServiceError> {
    caller.may(Action::ReadEnterprises)?;
    Ok(store::enterprise::find_enterprise(service.db.read(), &caller.scope, id).await?)
}

/// The enterprises within scope that have these credit codes, by code; codes of nobody are left out.
pub async fn enterprises_by_uscc(
    service: &Service,
    caller: &Principal,
    codes: &[String],
) -> Result<BTreeMap<String, Enterprise>, ServiceError> {
    caller.may(Action::ReadEnterprises)?;
    Ok(store::enterprise::find_enterprises_by_uscc(service.db.read(), &caller.scope, codes).await?)
}
