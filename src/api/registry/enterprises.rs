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
    /// Unified social credit code (统一社会信用代码).
    uscc: String,
    /// Organisation code (组织机构代码), derived from the unified social credit code.
    org_code: String,
    /// Reason why a credit code with a wrong check character was accepted.
    uscc_exception: Option<String>,
    /// Registered name.
    name: String,
    /// Former names.
    former_names: Vec<String>,
    /// Unified social credit code of the parent company; absent if there is none.
    parent_uscc: Option<String>,
    /// Area code of its town or street.
    area_code: String,
    /// Industry code of GB/T 4754, such as `C3831`.
    industry_code: String,
    /// Number of employees at the end of the year.
    employees: Option<u32>,
    /// Operating revenue in 10 000 yuan (万元).
    revenue_wan_yuan: Option<Decimal>,
    /// Total assets in 10 000 yuan (万元).
    assets_wan_yuan: Option<Decimal>,
    /// Size class; absent if employees or revenue are unknown.
    size_class: Option<SizeClassName>,
    /// Whether the enterprise takes part in rounds.
    active: bool,
    /// Version.
    version: i64,
    /// Time of creation.
    created_at: Instant,
    /// Time of the last change.
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
    /// Unified social credit code (统一社会信用代码), 18 characters.
    uscc: Code,
    /// Reason why a credit code with a wrong check character is valid.
    uscc_exception: Option<Prose>,
    /// Registered name.
    name: Name,
    /// Former names.
    #[oai(default)]
    former_names: Vec<Name>,
    /// Unified social credit code of the parent company; a return that contains it by mistake gets a finding.
    parent_uscc: Option<Code>,
    /// Area code of its town or street.
    area_code: Code,
    /// Industry code of GB/T 4754 (小类), such as `C3831`.
    industry_code: Code,
    /// Number of employees at the end of the year.
    employees: Option<u32>,
    /// Operating revenue in 10 000 yuan (万元).
    revenue_wan_yuan: Option<Decimal>,
    /// Total assets in 10 000 yuan (万元).
    assets_wan_yuan: Option<Decimal>,
    /// Whether the enterprise takes part in rounds; true by default.
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
        /// The enterprises, sorted by unified social credit code.
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
        /// Version, to be sent in If-Match.
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
    /// Created.
    #[oai(status = 201)]
    Created(
        Json<EnterpriseOut>,
        /// Version, to be sent in If-Match.
        #[oai(header = "ETag")]
        String,
        /// URL of the enterprise.
        #[oai(header = "Location")]
        String,
    ),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Registry")]
impl EnterprisesApi {
    /// List enterprises
    ///
    /// Sorted by unified social credit code, limited to the caller's scope.
    #[oai(path = "/enterprises", method = "get", operation_id = "list_enterprises")]
    async fn list_enterprises(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Filter by part of a name, former name or credit code.
        search: Query<Option<Search>>,
        /// Filter by area: code of a town or of a higher area.
        area: Query<Option<Code>>,
        /// Filter by industry: beginning of the code, such as `C`, `C38` or `C3831`.
        industry: Query<Option<Code>>,
        /// Size class.
        size_class: Query<Option<SizeClassName>>,
        /// Filter by participation in rounds: true for active, false for inactive enterprises.
        active: Query<Option<bool>>,
        /// Filter by group of enterprises.
        group_id: Query<Option<Uuid>>,
        /// Date of membership in the group; today by default.
        group_on: Query<Option<NaiveDate>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
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
    /// similar) with column names in one or two of its first rows. The columns 统一社会信用代码, 企业名称, 镇街 and 行业 are required;
    /// towns and industries are given by code or by name, amounts in the unit stated in the column name (万元, 元, 千元 or
    /// 亿元). Other accepted column names are listed in the published synonyms. Starts a job: its result reports the
    /// outcome of each row, and in `notes` the columns and rows that were not read. Valid rows are imported; rejected
    /// ones are listed with the reason. With `dry_run`, nothing is stored. For an enterprise already in the registry,
    /// fields without a column in the list do not change.
    #[oai(path = "/enterprises/imports", method = "post", operation_id = "import_enterprises")]
    async fn import_enterprises(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        /// Dry run: the outcome is reported and nothing is stored. False by default.
        dry_run: Query<Option<bool>>,
        body: Binary<Body>,
    ) -> Result<JobAccepted, UploadFailure> {
        let bytes = upload::read(&service, body.0).await?;
        let job = queue_enterprise_import(&service, auth.principal(), bytes, dry_run.0.unwrap_or(false)).await?;
        Ok(accepted(job))
    }

    /// Download the result of an enterprise import
    ///
    /// Returns the imported list with the outcome and the reasons beside each row; a second sheet contains remarks on
    /// the list as a whole. `job_id` identifies the job of the import. Available to the user who started it and to
    /// administrators.
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
    /// Returns an enterprise within the caller's scope.
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
        /// ETag returned when the object was read.
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
