//! Areas of the administrative division.

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
        http::{
            auth::Auth,
            failures::ReadFailure,
            page::{self, paged},
            word::{Code, CursorText, Search},
        },
    },
    domain::area::{Area, AreaFilter},
    service::{Service, registry},
};

/// Operations on areas.
#[derive(Default)]
pub struct AreasApi;

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
    /// Code of the parent area.
    parent: Option<String>,
    /// First month of validity, as YYYY-MM.
    valid_from: Option<String>,
    /// First month in which it is no longer valid, as YYYY-MM.
    valid_to: Option<String>,
    /// Code of the area that succeeds it.
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

paged! {
    /// A page of areas.
    AreaPage as AreasFound {
        /// The areas, sorted by code.
        items: AreaOut,
    }
}

/// One area.
#[derive(ApiResponse)]
enum AreaFound {
    /// The area.
    #[oai(status = 200)]
    Found(Json<AreaOut>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Registry")]
impl AreasApi {
    /// List areas
    ///
    /// Sorted by code. The search covers former names.
    #[oai(path = "/areas", method = "get", operation_id = "list_areas")]
    async fn list_areas(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Filter by parent: areas directly below this code.
        parent: Query<Option<Code>>,
        /// Filter by level: province, city, county or town.
        level: Query<Option<Code>>,
        /// Filter by part of a name, former name or code.
        search: Query<Option<Search>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<AreasFound, ReadFailure> {
        let filter = AreaFilter {
            parent: parent.0.map(|word| word.0),
            level: level.0.map(|word| word.0),
            search: search.0.map(|word| word.0),
        };
        let list = ("areas", &filter.parent, &filter.level, &filter.search);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let found = registry::read::list_areas(&service, auth.principal(), &filter, &asked.request).await?;
        Ok(AreasFound::of(found, &asked)?)
    }

    /// Get an area
    ///
    /// Returns the area with this code.
    #[oai(path = "/areas/:code", method = "get", operation_id = "get_area")]
    async fn get_area(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        code: Path<Code>,
    ) -> Result<AreaFound, ReadFailure> {
        let area = registry::read::get_area(&service, auth.principal(), &code.0.0).await?;
        Ok(AreaFound::Found(Json(area.into())))
    }
}
