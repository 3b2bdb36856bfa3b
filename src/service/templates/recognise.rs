//! Which template an uploaded workbook is, and whether it may be uploaded here.
//!
//! Every wrong template has its own code and a sentence that says what to do. The order is that of trust: first the
//! seal, then what the sealed marks say.

use std::sync::Arc;

use bytes::Bytes;
use survey::{cell::RawValue, identifier::normalise, questionnaire::RegistryFact, text::Text};
use workbook::{
    anchor::{self, ReturnWorkbook},
    bulk::BulkLayout,
    extract::RawWorkbook,
    language::Language,
    metadata::{Expected, Mismatch, TemplateKind, TemplateMetadata},
    version::Passage,
};

use super::{seal::require_sealed, situation::Situation};
use crate::{
    domain::round::{Round, RoundId},
    service::{
        Service,
        documents::form::Form,
        error::{ServiceError, codes},
        workbooks::{read::anchor_workbook, sheet_rows::read_beginnings},
    },
    store,
    store::StoreError,
};

/// The marks of a workbook, once its seal has been verified.
pub async fn sealed_metadata(service: &Service, raw: &RawWorkbook) -> Result<TemplateMetadata, ServiceError> {
    let metadata = anchor::metadata(raw)?;
    require_sealed(service, &metadata).await?;
    Ok(metadata)
}

/// The same, of the return of one enterprise: addressed to it, or the blank form.
pub(crate) async fn sealed_return(service: &Service, raw: &RawWorkbook) -> Result<TemplateMetadata, ServiceError> {
    let metadata = sealed_metadata(service, raw).await?;
    match metadata.kind {
        TemplateKind::Return | TemplateKind::Generic => Ok(metadata),
        TemplateKind::Bulk => Err(ServiceError::new(codes::templates::BULK_TEMPLATE)),
    }
}

/// A bulk sheet of ours.
pub(crate) struct BulkSheet {
    /// Its columns.
    pub(crate) layout: BulkLayout,
    /// Its language.
    pub(crate) language: Language,
    /// From its version of the questionnaire to that of the round, where they differ.
    pub(crate) passage: Option<Passage>,
}

/// Rows in which the marks of a template stand.
const MARKS: usize = 64;

/// The bulk sheet that a file is: issued here, for this round, with its questionnaire or an older version that it accepts.
pub(crate) async fn bulk_sheet(
    service: &Service,
    round: &Round,
    form: &Arc<Form>,
    bytes: &Bytes,
) -> Result<BulkSheet, ServiceError> {
    let beginnings = read_beginnings(service, bytes, MARKS, |read| anchor::metadata(read).is_ok()).await?;
    let metadata = sealed_metadata(service, &beginnings).await?;
    let (TemplateKind::Bulk, Some(table_rows)) = (metadata.kind, metadata.table_rows) else {
        return Err(ServiceError::new(codes::templates::NOT_BULK_TEMPLATE));
    };
    // The seal vouches for the number of rows: it is what was asked for when the sheet was issued.
    let layout = |form: &Form| BulkLayout::of(form.survey.questionnaire(), table_rows);
    let expected = |form: &Form| Expected {
        layout_hash: layout(form).hash(),
        ..addressed_to_nobody(round, form, None)
    };
    let written_from = version_of(service, round, form, &metadata, expected).await?;
    let passage = (!Arc::ptr_eq(&written_from, form)).then(|| {
        let older = written_from.survey.questionnaire();
        Passage::new(older, form.survey.questionnaire(), &form.options)
    });
    Ok(BulkSheet {
        layout: layout(&written_from),
        language: metadata.language,
        passage,
    })
}

/// The credit code that was typed into a blank form.
pub(crate) fn typed_uscc(form: &Form, returned: &ReturnWorkbook) -> Option<String> {
    let mut questions = form.survey.questionnaire().questions.iter();
    let asked = questions.find(|question| question.registry == Some(RegistryFact::Uscc))?;
    let cell = returned.cells.iter().find(|cell| cell.question == asked.code)?;
    match &cell.value {
        RawValue::Text(text) => Some(normalise(text)).filter(|text| !text.is_empty()),
        _ => None,
    }
}

/// The form that the workbook was written from: the round's own, or an older version that the round accepts.
///
/// Goes on only when the workbook is the template that this house issued to this enterprise for this round.
pub(crate) async fn recognise(
    service: &Service,
    situation: &Situation,
    raw: &RawWorkbook,
) -> Result<Arc<Form>, ServiceError> {
    let metadata = sealed_return(service, raw).await?;
    if metadata.kind == TemplateKind::Generic {
        return blank_form(service, situation, raw, &metadata).await;
    }
    let expected = |form: &Form| Expected {
        enterprise_id: situation.enterprise.id.to_string(),
        enterprise_uscc: situation.enterprise.facts.uscc.clone(),
        ..addressed_to_nobody(&situation.round, form, metadata.variant.as_deref())
    };
    version_of(service, &situation.round, &situation.form, &metadata, expected).await
}

/// The blank form of the round, with the credit code of the enterprise typed into it.
async fn blank_form(
    service: &Service,
    situation: &Situation,
    raw: &RawWorkbook,
    metadata: &TemplateMetadata,
) -> Result<Arc<Form>, ServiceError> {
    let form = blank_version(service, &situation.round, &situation.form, metadata).await?;
    let found = typed_uscc(&form, &anchor_workbook(raw, &form)?);
    let found = found.ok_or_else(|| ServiceError::new(codes::templates::NO_USCC))?;
    if found == situation.enterprise.facts.uscc {
        return Ok(form);
    }
    Err(Mismatch::Enterprise {
        found,
        expected: situation.enterprise.facts.uscc.clone(),
    }
    .into())
}

/// The version that a blank form was written from.
pub(crate) async fn blank_version(
    service: &Service,
    round: &Round,
    form: &Arc<Form>,
    metadata: &TemplateMetadata,
) -> Result<Arc<Form>, ServiceError> {
    version_of(service, round, form, metadata, |form| {
        addressed_to_nobody(round, form, metadata.variant.as_deref())
    })
    .await
}

/// The marks of a workbook of a round that names no enterprise, for one variant or all of them.
fn addressed_to_nobody(round: &Round, form: &Form, variant: Option<&str>) -> Expected {
    let questionnaire = form.survey.questionnaire();
    Expected {
        questionnaire: questionnaire.code.clone(),
        questionnaire_version: questionnaire.version.clone(),
        layout_hash: form.layout_of(variant).1.to_owned(),
        round_id: round.id.to_string(),
        enterprise_id: String::new(),
        enterprise_uscc: String::new(),
    }
}

/// The form whose marks a template bears: the round's own, or an older version that the round accepts.
async fn version_of(
    service: &Service,
    round: &Round,
    own: &Arc<Form>,
    metadata: &TemplateMetadata,
    expected: impl Fn(&Form) -> Expected,
) -> Result<Arc<Form>, ServiceError> {
    match metadata.matches(&expected(own)) {
        Ok(()) => Ok(own.clone()),
        Err(Mismatch::Round { .. }) => Err(other_round(service, round, metadata).await?),
        Err(mismatch @ Mismatch::Version { .. }) => {
            let older = accepted_version(service, round, metadata).await?;
            let older = older.ok_or(mismatch)?;
            metadata.matches(&expected(&older))?;
            Ok(older)
        }
        Err(mismatch) => Err(mismatch.into()),
    }
}

/// The form whose questions a workbook that was taken before asks.
pub(crate) async fn written_from(
    service: &Service,
    situation: &Situation,
    raw: &RawWorkbook,
) -> Result<Arc<Form>, ServiceError> {
    let own = &situation.form;
    match anchor::metadata(raw) {
        Ok(metadata) if metadata.questionnaire_version != own.survey.questionnaire().version => {
            let older = accepted_version(service, &situation.round, &metadata).await?;
            Ok(older.unwrap_or_else(|| own.clone()))
        }
        _ => Ok(own.clone()),
    }
}

/// The older version that the template names, where the round accepts it. There are few; each is compiled once.
async fn accepted_version(
    service: &Service,
    round: &Round,
    metadata: &TemplateMetadata,
) -> Result<Option<Arc<Form>>, ServiceError> {
    for document in &round.accepted_versions {
        let form = service
            .catalogue
            .form(&service.db, *document, &round.reference, Some(round.year))
            .await?;
        if form.survey.questionnaire().version == metadata.questionnaire_version {
            return Ok(Some(form));
        }
    }
    Ok(None)
}

/// The refusal of another round's template: it says which round that was, and whether it is the one before.
pub(crate) async fn other_round(
    service: &Service,
    round: &Round,
    metadata: &TemplateMetadata,
) -> Result<ServiceError, ServiceError> {
    let id = metadata.round_id.parse().map(RoundId);
    let found = match id {
        Ok(id) => match store::round::find_round(service.db.read(), id).await {
            Ok(found) => Some(found),
            Err(StoreError::NotFound) => None,
            Err(error) => return Err(error.into()),
        },
        Err(_) => None,
    };
    let Some(found) = found else {
        let mismatch = Mismatch::Round {
            found: metadata.round_code.clone(),
        };
        return Ok(mismatch.into());
    };
    let is_last = round.previous == Some(found.id);
    let (code, zh, en) = if is_last {
        (codes::templates::LAST_ROUND, "上一期", "the last round")
    } else {
        (codes::templates::WRONG_ROUND, "另一期", "another round")
    };
    let message = Text::new(
        format!(
            "这是{zh}（{}，{}）的调查表，本期为 {}（{}）。请下载本期调查表填写；要补报 {} 期，请到该期的填报表上传。",
            found.code, found.title, round.code, round.title, found.code
        ),
        format!(
            "This is the form of {en} ({}, {}); this is round {} ({}). Download the form of this round; if it is round {} that you report for, upload it at your return of that round.",
            found.code, found.title, round.code, round.title, found.code
        ),
    );
    Ok(ServiceError::saying(code, message))
}
