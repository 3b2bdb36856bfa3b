//! The files or rows of an import, and its result as a workbook.

use std::sync::Arc;

use poem::{Request, web::Data};
use poem_openapi::{
    Enum, Object, OpenApi,
    param::{Path, Query},
};
use uuid::Uuid;

use crate::{
    api::{
        Tag,
        http::{
            address,
            auth::Auth,
            download::WorkbookFound,
            failures::ReadFailure,
            page::{self, paged},
            problem::Bilingual,
            word::CursorText,
        },
        returns::model::PlaceOut,
    },
    domain::import::{ImportId, ImportItem, ItemFault, ItemState},
    service::{
        Service, imports,
        imports::result::{ImportResult, write_import_result},
    },
};

/// State of a file or row of an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "snake_case", rename = "ImportItemState")]
enum ItemStateName {
    /// Waiting.
    Waiting,
    /// Taken in as a new revision; in a dry run it would be.
    Taken,
    /// Already the newest revision of its return: nothing has changed.
    Unchanged,
    /// Refused with a code.
    Refused,
    /// Left alone because the import was cancelled before its turn.
    Cancelled,
}

impl From<ItemState> for ItemStateName {
    fn from(state: ItemState) -> Self {
        match state {
            ItemState::Waiting => Self::Waiting,
            ItemState::Taken => Self::Taken,
            ItemState::Unchanged => Self::Unchanged,
            ItemState::Refused => Self::Refused,
            ItemState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<ItemStateName> for ItemState {
    fn from(state: ItemStateName) -> Self {
        match state {
            ItemStateName::Waiting => Self::Waiting,
            ItemStateName::Taken => Self::Taken,
            ItemStateName::Unchanged => Self::Unchanged,
            ItemStateName::Refused => Self::Refused,
            ItemStateName::Cancelled => Self::Cancelled,
        }
    }
}

/// An error in a file or row.
#[derive(Object)]
#[oai(rename = "ImportFault", skip_serializing_if_is_none)]
struct FaultOut {
    /// Stable code.
    code: String,
    /// Cell concerned; absent if the error concerns no cell.
    place: Option<PlaceOut>,
    /// Description of the error and how to correct it.
    message: Bilingual,
}

impl From<ItemFault> for FaultOut {
    fn from(fault: ItemFault) -> Self {
        Self {
            code: fault.code,
            place: fault.place.map(Into::into),
            message: fault.message.into(),
        }
    }
}

/// A file or row of an import with its outcome.
#[derive(Object)]
#[oai(rename = "ImportItem", skip_serializing_if_is_none)]
struct ItemOut {
    /// Position from 1; for a row of a sheet, the row number.
    ordinal: i32,
    /// File name, or sheet and row.
    name: String,
    /// SHA-256, hex; absent until the file is read.
    sha256: Option<String>,
    /// State.
    state: ItemStateName,
    /// Unified social credit code of the enterprise; absent until it is known.
    uscc: Option<String>,
    /// Name of the enterprise; absent until it is known.
    enterprise_name: Option<String>,
    /// Identifier of the return; absent until it is known.
    return_id: Option<Uuid>,
    /// Identifier of the revision created or recognised; absent in a dry run.
    revision_id: Option<Uuid>,
    /// Number of the revision; in a dry run, the number that it would have.
    revision_number: Option<i32>,
    /// Number of errors.
    block: i32,
    /// Number of queries.
    warn: i32,
    /// Number of items of information.
    info: i32,
    /// Whether the submission was recorded.
    submitted: bool,
    /// Stable code of the reason for the refusal or, for an imported file or row, for not submitting it.
    code: Option<String>,
    /// Explanation of the code.
    message: Option<Bilingual>,
    /// Errors in detail, at most 50.
    faults: Vec<FaultOut>,
}

impl From<ImportItem> for ItemOut {
    fn from(item: ImportItem) -> Self {
        Self {
            ordinal: item.ordinal,
            name: item.name,
            sha256: item.sha256,
            state: item.state.into(),
            uscc: item.uscc,
            enterprise_name: item.enterprise_name,
            return_id: item.survey_return.map(|id| id.0),
            revision_id: item.revision.map(|id| id.0),
            revision_number: item.revision_number,
            block: item.block,
            warn: item.warn,
            info: item.info,
            submitted: item.submitted,
            code: item.code,
            message: item.message.map(Into::into),
            faults: item.faults.into_iter().map(Into::into).collect(),
        }
    }
}

paged! {
    /// A page of files or rows.
    ImportItemPage as ItemsFound {
        /// The files or rows, in order.
        items: ItemOut,
    }
}

/// Operations on the files and rows of an import.
#[derive(Default)]
pub struct ImportItemsApi;

#[OpenApi(prefix_path = "/api/v1", tag = "Tag::Imports")]
impl ImportItemsApi {
    /// List the files of an import
    ///
    /// Returns the files in order, each with its outcome: the revision created or recognised and the number of
    /// findings, or the reason for the refusal.
    #[oai(
        path = "/imports/:import_id/items",
        method = "get",
        operation_id = "list_import_items"
    )]
    async fn list_import_items(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        import_id: Path<Uuid>,
        /// Filter by state; repeat the parameter for several states.
        state: Query<Option<Vec<ItemStateName>>>,
        /// Maximum number of items per page; 50 by default.
        #[oai(validator(minimum(value = "1"), maximum(value = "200")))]
        limit: Query<Option<u32>>,
        /// Value of `next_cursor` of the previous page; absent for the first page.
        cursor: Query<Option<CursorText>>,
    ) -> Result<ItemsFound, ReadFailure> {
        let states = state
            .0
            .unwrap_or_default()
            .into_iter()
            .map(Into::into)
            .collect::<Vec<ItemState>>();
        let list = ("import_items", import_id.0, &states);
        let asked = page::asked(limit.0, cursor.0.as_ref(), &list)?;
        let id = ImportId(import_id.0);
        let found = imports::read::list_import_items(&service, auth.principal(), id, &states, &asked.request).await?;
        Ok(ItemsFound::of(found, &asked)?)
    }

    /// Download the result of an import
    ///
    /// Returns a workbook with one row for each file: outcome, numbers of findings, message and a link to the return. A
    /// second sheet lists all errors of refused files.
    #[oai(
        path = "/imports/:import_id/result.xlsx",
        method = "get",
        operation_id = "get_import_result"
    )]
    async fn get_import_result(
        &self,
        service: Data<&Arc<Service>>,
        auth: Auth,
        import_id: Path<Uuid>,
        request: &Request,
    ) -> Result<WorkbookFound, ReadFailure> {
        let base = address::of(request);
        let ImportResult { filename, bytes } =
            write_import_result(&service, auth.principal(), ImportId(import_id.0), base).await?;
        Ok(WorkbookFound::of(bytes, &filename))
    }
}
