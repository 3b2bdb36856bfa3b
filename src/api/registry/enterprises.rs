//! Enterprises of the registry.

use std::sync::Arc;

use chrono::NaiveDate;
use poem::{Body, web::Data};
use poem_openapi::{
    ApiResponse, Object, OpenApi,
    param::{Header, Path, Query},
    payload::{Binary, Json},
};
use rust_decimal::Decimal;
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            auth::Auth,
            download::WorkbookFound,
            etag,
            failures::{ChangeFailure, CreateFailure, ReadFailure, UploadFailure},
            instant::Instant,
            json_body::JsonBody,
            page::{self, paged},
            upload,
            word::{Code, CursorText, Name, Prose, Search},
        },
        jobs::{JobAccepted, accepted},
        registry::size_class::SizeClassName,
    },
    domain::{
        enterprise::{Enterprise, EnterpriseFacts, EnterpriseFilter, EnterpriseId},
        enterprise_group::{GroupId, InGroup},
        job::JobId,
    },
    service::{
        Service, registry,
        registry::{
            import_enterprises::{queue_enterprise_import, write_enterprise_import_result},
            write_enterprise::EnterpriseInput,
        },
    },
};

/// Enterprise operations.
#[derive(Default)]
pub struct EnterprisesApi;

/// An enterprise.
#[derive(Object)]
#[oai(rename = "Enterprise", skip_serializing_if_is_none)]
struct EnterpriseOut {
    /// Identifier.
    id: Uuid,
    /// 统一社会信用代码.
    uscc: String,
    /// 组织机构代码, derived from it.
    org_code: String,
    /// Why a credit code with a wrong check character was accepted.
    uscc_exception: Option<String>,
    /// Registered name.
    name: String,
    /// Former names.
    former_names: Vec<String>,
    /// Credit code of its parent; absent where it has none.
    parent_uscc: Option<String>,
    /// Area code of its town or street.
    area_code: String,
    /// Industry code of GB/T 4754, such as `C3831`.
    industry_code: String,
    /// Employees at the end of the year.
    employees: Option<u32>,
    /// Operating revenue, 万元.
    revenue_wan_yuan: Option<Decimal>,
    /// Total assets, 万元.
    assets_wan_yuan: Option<Decimal>,
    /// Size class; absent while employees or revenue are unknown.
    size_class: Option<SizeClassName>,
    /// Whether it takes part in rounds.
    active: bool,
    /// Version.
    version: i64,
    /// When it was added.
    created_at: Instant,
    /// When last changed.
    updated_at: Instant,
}

impl From<Enterprise> for EnterpriseOut {
    fn from(enterprise: Enterprise) -> Self {
        let facts = enterprise.facts;
        Self {
            id: enterprise.id.0,
            uscc: facts.uscc,
            org_code: enterprise.org_code,
            uscc_exception: enterprise.uscc_exception,
            name: facts.name,
            former_names: facts.former_names,
            parent_uscc: facts.parent_uscc,
            area_code: facts.area_code,
            industry_code: facts.industry_code,
            employees: facts.employees,
            revenue_wan_yuan: facts.revenue_wan_yuan,
            assets_wan_yuan: facts.assets_wan_yuan,
            size_class: enterprise.size_class.as_deref().and_then(SizeClassName::named),
            active: facts.active,
            version: enterprise.version,
            created_at: enterprise.created_at.into(),
            updated_at: enterprise.updated_at.into(),
        }
    }
}

/// The record of an enterprise.
#[derive(Object)]
#[oai(deny_unknown_fields)]
struct NewEnterprise {
    /// 统一社会信用代码, 18 characters.
    uscc: Code,
    /// Why a credit code with a wrong check character is right all the same.
    uscc_exception: Option<Prose>,
    /// Registered name.
    name: Name,
    /// Former names.
    #[oai(default)]
    former_names: Vec<Name>,
    /// Credit code of its parent, so that a return that holds it is asked about.
    parent_uscc: Option<Code>,
    /// Area code of its town or street.
    area_code: Code,
    /// Industry code of GB/T 4754 (小类), such as `C3831`.
    industry_code: Code,
    /// Employees at the end of the year.
    employees: Option<u32>,
    /// Operating revenue, 万元.
    revenue_wan_yuan: Option<Decimal>,
    /// Total assets, 万元.
    assets_wan_yuan: Option<Decimal>,
    /// Whether it takes part in rounds; true when absent.
    #[oai(default = "yes")]
    active: bool,
}

fn yes() -> bool {
    true
}

impl From<NewEnterprise> for EnterpriseInput {
    fn from(new: NewEnterprise) -> Self {
        let facts = EnterpriseFacts {
            uscc: new.uscc.0,
            name: new.name.0,
            former_names: new.former_names.into_iter().map(|name| name.0).collect(),
            parent_uscc: new.parent_uscc.map(|code| code.0),
            area_code: new.area_code.0,
            industry_code: new.industry_code.0,
            employees: new.employees,
            revenue_wan_yuan: new.revenue_wan_yuan,
            assets_wan_yuan: new.assets_wan_yuan,
            active: new.active,
        };
        Self {
            facts,
            uscc_exception: new.uscc_exception.map(|reason| reason.0),
        }
    }
}

paged! {
    /// A page of enterprises.
    EnterprisePage as EnterprisesFound {
        /// The enterprises, by credit code.
        items: EnterpriseOut,
    }
}

/// One enterprise.
#[derive(ApiResponse)]
enum EnterpriseFound {
    /// The enterprise.
    #[oai(status = 200)]
    Found(
        Json<EnterpriseOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
    ),
}

impl From<Enterprise> for EnterpriseFound {
    fn from(enterprise: Enterprise) -> Self {
        let etag = etag::of(enterprise.version);
        Self::Found(Json(enterprise.into()), etag)
    }
}

/// An enterprise was added.
#[derive(ApiResponse)]
enum EnterpriseCreated {
    /// Added.
    #[oai(status = 201)]
    Created(
        Json<EnterpriseOut>,
        /// Version, for If-Match.
        #[oai(header = "ETag")]
        String,
        /// Address of the enterprise.
        #[oai(header = "Location")]
        String,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Registry")]
impl EnterprisesApi {
    /// List enterprises
    ///
    /// Sorted by credit code, limited to the caller's scope.
    #[oai(path = "/enterprises", method = "get", operation_id = "list_enterprises")]
    async fn list_enterprises(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Part of a name, former name or credit code.
        search: Query<Option<Search>>,
        /// Area code, of the town or of an area above it.
        area: Query<Option<Code>>,
        /// Beginning of the industry code: `C`, `C38`, `C3831`.
        industry: Query<Option<Code>>,
        /// Size class.
        size_class: Query<Option<SizeClassName>>,
        /// Only active, or only inactive, enterprises.
        active: Query<Option<bool>>,
        /// Group of enterprises that they belong to.
        group_id: Query<Option<Uuid>>,
        /// Day on which they belong to the group; today when absent.
        group_on: Query<Option<NaiveDate>>,
        /// Maximum number of items, 50 when absent.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Where the previous page ended.
        cursor: Query<Option<CursorText>>,
    ) -> Result<EnterprisesFound, ReadFailure> {
        let filter = EnterpriseFilter {
            search: search.0.map(|word| word.0),
            area: area.0.map(|word| word.0),
            industry: industry.0.map(|word| word.0),
            size_class: size_class.0.map(|class| class.name().to_owned()),
            active: active.0,
            group: group_id.0.map(|id| InGroup {
                id: GroupId(id),
                on: group_on.0,
            }),
        };
        let list = ("enterprises", &filter);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let found = registry::read::list_enterprises(&service, auth.principal(), &filter, &asked.request).await?;
        Ok(EnterprisesFound::of(found, &asked)?)
    }

    /// Create an enterprise
    ///
    /// The unified social credit code is checked; a code with a wrong check character requires a reason. The
    /// organisation code and the size class are derived.
    #[oai(path = "/enterprises", method = "post", operation_id = "create_enterprise")]
    async fn create_enterprise(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        body: JsonBody<NewEnterprise>,
    ) -> Result<EnterpriseCreated, CreateFailure> {
        let enterprise =
            registry::write_enterprise::create_enterprise(&service, auth.principal(), body.0.into()).await?;
        let (etag, location) = (
            etag::of(enterprise.version),
            format!("/api/v1/enterprises/{}", enterprise.id),
        );
        Ok(EnterpriseCreated::Created(Json(enterprise.into()), etag, location))
    }

    /// Import a list of enterprises
    ///
    /// The request body is a spreadsheet in any readable format (.xlsx, .xls, .xlsb, .ods, .csv in UTF-8, GBK and
    /// similar) with column names in one or two of its first rows. 统一社会信用代码, 企业名称, 镇街 and 行业 are required; towns
    /// and industries are given by code or by name, amounts in the unit that the column name states (万元, 元, 千元 or 亿元).
    /// Other usual names of the columns are those of the published synonyms. Starts a job: its result reports row by row, and
    /// in `notes` which columns and rows were not read. Valid rows are imported; rejected ones are listed with the reason.
    /// With `dry_run`, nothing is stored. For an enterprise already in the registry, fields without a column in the list do
    /// not change.
    #[oai(path = "/enterprises/imports", method = "post", operation_id = "import_enterprises")]
    async fn import_enterprises(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Report only; store nothing.
        dry_run: Query<Option<bool>>,
        body: Binary<Body>,
    ) -> Result<JobAccepted, UploadFailure> {
        let bytes = upload::read(&service, body.0).await?;
        let job = queue_enterprise_import(&service, auth.principal(), bytes, dry_run.0.unwrap_or(false)).await?;
        Ok(accepted(job))
    }

    /// Get the outcome of an enterprise import as a workbook
    ///
    /// The imported list with the outcome and the reasons beside each row; remarks on the list as a whole are on a second
    /// sheet. `job_id` is the job of the import. Available to the user who started it and to administrators.
    #[oai(
        path = "/enterprises/imports/:job_id/result",
        method = "get",
        operation_id = "get_enterprise_import_result"
    )]
    async fn get_enterprise_import_result(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        job_id: Path<Uuid>,
    ) -> Result<WorkbookFound, ReadFailure> {
        let result = write_enterprise_import_result(&service, auth.principal(), JobId(job_id.0)).await?;
        Ok(WorkbookFound::of(result.bytes, &result.filename))
    }

    /// Get an enterprise
    ///
    /// Limited to the caller's scope.
    #[oai(
        path = "/enterprises/:enterprise_id",
        method = "get",
        operation_id = "get_enterprise"
    )]
    async fn get_enterprise(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        enterprise_id: Path<Uuid>,
    ) -> Result<EnterpriseFound, ReadFailure> {
        Ok(
            registry::read::get_enterprise(&service, auth.principal(), EnterpriseId(enterprise_id.0))
                .await?
                .into(),
        )
    }

    /// Replace an enterprise
    ///
    /// Replaces the whole record; derived fields are recomputed.
    #[oai(
        path = "/enterprises/:enterprise_id",
        method = "put",
        operation_id = "replace_enterprise"
    )]
    async fn replace_enterprise(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        enterprise_id: Path<Uuid>,
        /// The ETag as read.
        #[oai(name = "If-Match")]
        if_match: Header<Option<String>>,
        body: JsonBody<NewEnterprise>,
    ) -> Result<EnterpriseFound, ChangeFailure> {
        let expected = etag::required(if_match.0.as_deref())?;
        let id = EnterpriseId(enterprise_id.0);
        let enterprise =
            registry::write_enterprise::update_enterprise(&service, auth.principal(), id, expected, body.0.into())
                .await?;
        Ok(enterprise.into())
    }
}
