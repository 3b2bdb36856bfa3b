//! Industries of GB/T 4754.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::{Object, OpenApi, param::Query};

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
    domain::industry::{Industry, IndustryFilter},
    service::{Service, registry},
};

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
    /// Code of the parent industry.
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

paged! {
    /// A page of industries.
    IndustryPage as IndustriesFound {
        /// The industries, sorted by code.
        items: IndustryOut,
    }
}

/// Operations on industries.
#[derive(Default)]
pub struct IndustriesApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Registry")]
impl IndustriesApi {
    /// List industries
    ///
    /// Sorted by code.
    #[oai(path = "/industries", method = "get", operation_id = "list_industries")]
    async fn list_industries(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Filter by parent: industries directly below this code.
        parent: Query<Option<Code>>,
        /// Filter by level: 门类, 大类, 中类 or 小类.
        level: Query<Option<Code>>,
        /// Filter by part of a name or code.
        search: Query<Option<Search>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<IndustriesFound, ReadFailure> {
        let filter = IndustryFilter {
            parent: parent.0.map(|word| word.0),
            level: level.0.map(|word| word.0),
            search: search.0.map(|word| word.0),
        };
        let list = ("industries", &filter.parent, &filter.level, &filter.search);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let found = registry::read::list_industries(&service, auth.principal(), &filter, &asked.request).await?;
        Ok(IndustriesFound::of(found, &asked)?)
    }
}
