//! From a workbook's bytes to answers and findings. Used by an upload, by its dry run and by the command line.

use std::{collections::BTreeSet, sync::Arc};

use survey::{
    answer::Answers,
    finding::{Finding, Findings},
    justification::{Justification, JustificationReasons},
    questionnaire::Action as Severity,
    reading::Reading,
    survey::{Evaluation, RoundContext, Survey, WantedConversion},
};
use workbook::{
    anchor::ReturnWorkbook,
    annotate::GivenJustification,
    extract::{FileFormat, RawWorkbook},
    metadata::TemplateMetadata,
    version,
};

use super::compare_known::{Registered, identity, overwritten};
use crate::service::{
    Service,
    blocking::blocking,
    documents::form::Form,
    error::ServiceError,
    rounds::figures::RoundView,
    templates::{recognise::recognise, situation::Situation},
    workbooks::read::anchor_workbook,
};

/// A workbook that was read and checked.
pub struct CheckedWorkbook {
    /// What its hidden sheet says it is.
    pub metadata: TemplateMetadata,
    /// What the file is, by its content.
    pub format: FileFormat,
    /// Answers with their provenance.
    pub reading: Reading,
    /// Relevance and derived values.
    pub evaluation: Evaluation,
    /// Everything that is wrong or doubtful.
    pub findings: Findings,
    /// What was said to findings in the index sheet of an annotated workbook, so far as it is a justification.
    pub justifications: Vec<Justification>,
}

/// Proves that the workbook is the one issued here; finds its answers and everything that is wrong or doubtful.
pub(crate) async fn check_returned(
    service: &Service,
    situation: &Situation,
    raw: RawWorkbook,
    conversions: Vec<WantedConversion>,
) -> Result<CheckedWorkbook, ServiceError> {
    let written_from = recognise(service, situation, &raw).await?;
    let view = service
        .round_figures
        .view(
            &service.db,
            &situation.round,
            &situation.form,
            situation.survey_return,
            service.now(),
        )
        .await?;
    let known = Known {
        previous: situation.previous().cloned(),
        registered: Some((&situation.enterprise).into()),
        round: Some(view.of(&situation.enterprise.facts.industry_code)),
    };
    let form = situation.form.clone();
    blocking(move || {
        let mut returned = anchor_workbook(&raw, &written_from)?;
        if !Arc::ptr_eq(&form, &written_from) {
            returned = version::carry_over(
                returned,
                written_from.survey.questionnaire(),
                form.survey.questionnaire(),
                &form.options,
            );
        }
        Ok(check(&form, returned, &known, &conversions))
    })
    .await
}

/// Reads the answers, evaluates them and raises all findings in one pass.
///
/// `conversions` are those of units that the filler has asked for; one whose cell has changed since is not made.
pub fn check(
    form: &Form,
    returned: ReturnWorkbook,
    known: &Known,
    conversions: &[WantedConversion],
) -> CheckedWorkbook {
    let survey = &form.survey;
    let mut reading = survey.read_answers(&returned.cells, returned.dates);
    reading.claims = survey.read_claims(&returned.claims);
    for wanted in conversions {
        survey.convert(&mut reading, wanted);
    }
    reading
        .findings
        .extend(returned.notices.into_iter().map(Finding::of_notice));
    let (justifications, faults) = justifications(&form.reasons, returned.justifications);
    reading.findings.extend(faults);
    let evaluation = evaluate(survey, &mut reading, known);
    let told = overwritten(survey, &evaluation, &returned.overwritten);
    reading.findings.extend(told);
    let findings = raise(survey, &reading, &evaluation);
    CheckedWorkbook {
        metadata: returned.metadata,
        format: returned.format,
        reading,
        evaluation,
        findings,
        justifications,
    }
}

/// Justifications that are some, and a note at the cell of each that is none.
fn justifications(
    reasons: &JustificationReasons,
    given: Vec<GivenJustification>,
) -> (Vec<Justification>, Vec<Finding>) {
    let (mut taken, mut faults) = (Vec::new(), Vec::new());
    for given in given {
        match reasons.check(&given.reason, &given.text) {
            Ok(()) => taken.push(Justification {
                finding_key: given.finding_key,
                fingerprint: given.fingerprint,
                reason: given.reason,
                text: given.text.trim().to_owned(),
            }),
            Err(fault) => faults.push(Finding {
                places: vec![given.place],
                value: (!given.reason.is_empty()).then_some(given.reason),
                // A note: the warning itself is still open, and says so.
                ..Finding::of_file(fault.code(), Severity::Info, fault.message())
            }),
        }
    }
    (taken, faults)
}

/// Evaluates answers that were read, from whatever they were read. A code or name that is not the registry's is told among
/// the findings of the reading.
pub(crate) fn evaluate(survey: &Survey, reading: &mut Reading, known: &Known) -> Evaluation {
    if let Some(registered) = &known.registered {
        let told = identity(survey, reading, registered);
        reading.findings.extend(told);
    }
    let context = context(survey, known, &reading.answers);
    survey.evaluate(&reading.answers, &context, known.previous.as_ref())
}

/// Raises all findings in one pass.
pub(crate) fn raise(survey: &Survey, reading: &Reading, evaluation: &Evaluation) -> Findings {
    let claimed: BTreeSet<String> = reading.claims.keys().cloned().collect();
    survey.check(reading, evaluation, &claimed)
}

/// What is known of an enterprise before its workbook is read.
#[derive(Clone, Default)]
pub struct Known {
    /// Its accepted answers of the round before.
    pub previous: Option<Answers>,
    /// What the registry knows of it; absent where a workbook is checked by itself.
    pub registered: Option<Registered>,
    /// Its industry in the registry, and the rest of its round; absent where a workbook is checked by itself.
    pub round: Option<RoundView>,
}

/// The round context that the edit rules see. What is not known is null, and rules that need it stay silent.
fn context(survey: &Survey, known: &Known, answers: &Answers) -> RoundContext {
    let previous = known.previous.as_ref();
    match &known.round {
        Some(round) => round.context(survey, answers, previous),
        None => survey.context(answers, previous, None, None),
    }
}
