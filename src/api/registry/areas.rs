//! Areas and industries.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Path, Query},
    payload::Json,
};

use crate::{
    api::{
        Tag,
        http::{auth::Auth, page, problem::ReadFailure},
    },
    domain::{
        area::{Area, AreaFilter},
        industry::{Industry, IndustryFilter},
    },
    service::{Service, registry},
};

/// Code list operations.
#[derive(Default)]
pub struct RegistryApi;

/// An area of the administrative division.
#[derive(Object)]
#[oai(rename = "Area", skip_serializing_if_is_none)]
struct AreaOut {
    /// Code.
    code: String,
    /// Name.
    name: String,
    /// Level: province, city, county or town.
    level: String,
    /// Code of the area above.
    parent: Option<String>,
    /// First month of validity, YYYY-MM.
    valid_from: Option<String>,
    /// Month from which it is no longer valid, YYYY-MM.
    valid_to: Option<String>,
    /// Code of its successor.
    succeeded_by: Option<String>,
    /// Former names.
    former_names: Vec<String>,
}

impl From<Area> for AreaOut {
    fn from(area: Area) -> Self {
        Self {
            code: area.code,
            name: area.name,
            level: area.level,
            parent: area.parent,
            valid_from: area.valid_from,
            valid_to: area.valid_to,
            succeeded_by: area.succeeded_by,
            former_names: area.former_names,
        }
    }
}

/// A page of areas.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct AreaPage {
    /// The areas, by code.
    items: Vec<AreaOut>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
}

/// An industry of GB/T 4754.
#[derive(Object)]
#[oai(rename = "Industry", skip_serializing_if_is_none)]
struct IndustryOut {
    /// Edition of the classification.
    edition: String,
    /// Code with its letter, such as `C3831`.
    code: String,
    /// Name.
    name: String,
    /// Level: 门类, 大类, 中类 or 小类.
    level: String,
    /// Code of the industry above.
    parent: Option<String>,
}

impl From<Industry> for IndustryOut {
    fn from(industry: Industry) -> Self {
        Self {
            edition: industry.edition,
            code: industry.code,
            name: industry.name,
            level: industry.level,
            parent: industry.parent,
        }
    }
}

/// A page of industries.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
struct IndustryPage {
    /// The industries, by code.
    items: Vec<IndustryOut>,
    /// Cursor of the next page; absent on the last.
    next_cursor: Option<String>,
}

/// A page of areas.
#[derive(ApiResponse)]
enum AreasFound {
    /// The page.
    #[oai(status = 200)]
    Found(Json<AreaPage>),
}

/// One area.
#[derive(ApiResponse)]
enum AreaFound {
    /// The area.
    #[oai(status = 200)]
    Found(Json<AreaOut>),
}

/// A page of industries.
#[derive(ApiResponse)]
enum IndustriesFound {
    /// The page.
    #[oai(status = 200)]
    Found(Json<IndustryPage>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Registry")]
impl RegistryApi {
    /// List areas
    ///
    /// By code. Former names are searched too.
    #[oai(path = "/areas", method = "get", operation_id = "list_areas")]
    async fn list_areas(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Only areas directly below this code.
        parent: Query<Option<String>>,
        /// Only this level: province, city, county or town.
        level: Query<Option<String>>,
        /// Part of a name, former name or code.
        search: Query<Option<String>>,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<AreasFound, ReadFailure> {
        let filter = AreaFilter {
            parent: parent.0,
            level: level.0,
            search: search.0,
        };
        let list = ("areas", &filter.parent, &filter.level, &filter.search);
        let request = page::request(limit.0, cursor.0.as_deref(), &list)?;
        let found = registry::read::list_areas(&service, auth.principal(), &filter, &request).await?;
        let next_cursor = page::next(found.next, &list);
        Ok(AreasFound::Found(Json(AreaPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }

    /// Read an area
    ///
    /// By its code.
    #[oai(path = "/areas/:code", method = "get", operation_id = "get_area")]
    async fn get_area(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        code: Path<String>,
    ) -> Result<AreaFound, ReadFailure> {
        let area = registry::read::get_area(&service, auth.principal(), &code.0).await?;
        Ok(AreaFound::Found(Json(area.into())))
    }

    /// List industries
    ///
    /// By code.
    #[oai(path = "/industries", method = "get", operation_id = "list_industries")]
    async fn list_industries(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Only industries directly below this code.
        parent: Query<Option<String>>,
        /// Only this level: 门类, 大类, 中类 or 小类.
        level: Query<Option<String>>,
        /// Part of a name or code.
        search: Query<Option<String>>,
        /// At most so many items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the page before ended.
        cursor: Query<Option<String>>,
    ) -> Result<IndustriesFound, ReadFailure> {
        let filter = IndustryFilter {
            parent: parent.0,
            level: level.0,
            search: search.0,
        };
        let list = ("industries", &filter.parent, &filter.level, &filter.search);
        let request = page::request(limit.0, cursor.0.as_deref(), &list)?;
        let found = registry::read::list_industries(&service, auth.principal(), &filter, &request).await?;
        let next_cursor = page::next(found.next, &list);
        Ok(IndustriesFound::Found(Json(IndustryPage {
            items: found.items.into_iter().map(Into::into).collect(),
            next_cursor,
        })))
    }
}
