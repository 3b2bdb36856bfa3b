//! `ronghe check`

use std::{collections::BTreeMap, path::PathBuf, process::ExitCode, sync::Arc};

use serde::Serialize;
use serde_json::json;
use survey::{
    answer::Claims,
    cell::RawCell,
    finding::{Finding, Findings},
    justification::JustificationReasons,
    questionnaire::{Action, Questionnaire},
    report::Report as ReturnReport,
    survey::{DerivedResult, Survey},
    tables::{
        AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, ReferenceTables,
        SizeClassRules,
    },
    text::Text,
};
use workbook::{
    anchor,
    annotate::Subject,
    metadata::TemplateMetadata,
    template::{Addressee, RoundTitle, TemplateIssue, write},
};

use super::{
    files,
    output::{Failed, Output},
    program,
};
use crate::{
    blobs::sha256_hex,
    config::DataPlace,
    reader::{Marks, ReadingLimits, WorkbookReader},
    service::{
        documents::form::Form,
        error::{ServiceError, codes},
        returns::{
            annotate::{annotate_workbook, as_read, is_not_patchable, move_places},
            check_workbook::{CheckedWorkbook, Known, check},
        },
        workbooks::read::{anchor_workbook, read_workbook},
    },
    shipped,
};

/// Validate a filled workbook offline
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe check return.xlsx\n  ronghe check return.xlsx --questionnaire integration-2026 --format json\n  ronghe check return.xlsx --annotated marked.xlsx --csv findings.csv --html findings.html\n\nExit status: 0 clean (no blocking finding), 1 blocking findings, 2 the file is refused (with --format json an object with code and message). Nothing is stored; enterprise and round are not compared with anything."
)]
pub(super) struct Check {
    /// The workbook
    file: PathBuf,
    /// Questionnaire to check against; the one the workbook names when absent
    #[arg(long, value_name = "CODE")]
    questionnaire: Option<String>,
    /// Write the workbook with marks: cells filled, notes, and a sheet that lists every finding
    #[arg(long, value_name = "OUT.xlsx")]
    annotated: Option<PathBuf>,
    /// Write the findings as CSV
    #[arg(long, value_name = "OUT.csv")]
    csv: Option<PathBuf>,
    /// Write the findings as a page to print
    #[arg(long, value_name = "OUT.html")]
    html: Option<PathBuf>,
}

/// What is printed with `--format json`.
#[derive(Serialize)]
struct Report<'a> {
    file: String,
    sha256: String,
    questionnaire: &'a str,
    questionnaire_version: &'a str,
    enterprise_uscc: &'a str,
    round_code: &'a str,
    block: usize,
    warn: usize,
    info: usize,
    /// What could not be checked here.
    notices: [Notice; 1],
    findings: &'a [Finding],
    answers: &'a survey::answer::Answers,
    derived: &'a BTreeMap<String, DerivedResult>,
}

/// Something to know about the check itself; it is no finding about the answers.
#[derive(Serialize)]
struct Notice {
    code: &'static str,
    message: Text,
}

/// The keys of signatures stay in the database, which is not asked here.
fn signature_not_verified() -> Notice {
    Notice {
        code: codes::cli::SIGNATURE_NOT_VERIFIED.name,
        message: Text::new(
            "离线核对不能验证签名，企业和调查期也未核对；上传时由系统验证。",
            "The signature cannot be verified offline, nor are enterprise and round compared; the system does so when the file is uploaded.",
        ),
    }
}

/// Exit status for a file that is refused.
const REFUSED: u8 = 2;

impl Check {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<ExitCode, Failed> {
        let limits = place.reading_limits()?;
        match self.check(limits, output).await {
            Ok(findings) if findings.blocks() => Ok(ExitCode::from(1)),
            Ok(_) => Ok(ExitCode::SUCCESS),
            Err(refused) => {
                let code = refused.code.clone();
                let value = json!({ "code": code, "message": { "zh": refused.message.zh, "en": refused.message.en } });
                output.say(
                    format!("{}\n{} [{code}]", refused.message.zh, refused.message.en),
                    &value,
                )?;
                Ok(ExitCode::from(REFUSED))
            }
        }
    }

    async fn check(&self, limits: ReadingLimits, output: &Output) -> Result<Findings, ServiceError> {
        let bytes = files::read(&self.file)?;
        let program = program().map_err(|_| ServiceError::internal("no program"))?;
        let reader = WorkbookReader::once(program, limits);
        let raw = read_workbook(&reader, &bytes).await?;
        let year = anchor::metadata(&raw).ok().and_then(|marks| marks.survey_year);
        let form = built_in_form(self.questionnaire.as_deref(), year)?;
        let returned = anchor_workbook(&raw, &form)?;
        let survey = &form.survey;
        let questionnaire = survey.questionnaire();
        if returned.metadata.questionnaire != questionnaire.code {
            return Err(wrong_questionnaire(
                &returned.metadata.questionnaire,
                &questionnaire.code,
            ));
        }
        let cells = self.annotated.is_some().then(|| returned.cells.clone());
        let checked = check(&form, returned, &Known::default(), &[]);
        self.write_reports(&reader, &bytes, &form, &checked, cells.as_deref())
            .await?;
        let report = Report {
            file: self.file.display().to_string(),
            sha256: sha256_hex(&bytes),
            questionnaire: &questionnaire.code,
            questionnaire_version: &checked.metadata.questionnaire_version,
            enterprise_uscc: &checked.metadata.enterprise_uscc,
            round_code: &checked.metadata.round_code,
            block: checked.findings.block,
            warn: checked.findings.warn,
            info: checked.findings.info,
            notices: [signature_not_verified()],
            findings: &checked.findings.items,
            answers: &checked.reading.answers,
            derived: &checked.evaluation.derived,
        };
        output
            .say(text(&checked.findings), &report)
            .map_err(|_| ServiceError::internal("cannot print"))?;
        Ok(checked.findings)
    }
}

impl Check {
    /// Writes the files that were asked for.
    async fn write_reports(
        &self,
        reader: &WorkbookReader,
        original: &[u8],
        form: &Form,
        checked: &CheckedWorkbook,
        cells: Option<&[RawCell]>,
    ) -> Result<(), ServiceError> {
        if self.annotated.is_none() && self.csv.is_none() && self.html.is_none() {
            return Ok(());
        }
        let metadata = &checked.metadata;
        let report = ReturnReport::of(
            &form.survey,
            &checked.findings,
            &checked.reading.answers,
            &checked.reading.provenance,
            &form.reasons,
            &checked.justifications,
        );
        let subject = format!("{} {}", metadata.enterprise_uscc, metadata.round_code);
        if let Some(path) = &self.csv {
            let csv = report::csv::write(&report, metadata.language).map_err(ServiceError::internal)?;
            files::write(path, csv)?;
        }
        if let Some(path) = &self.html {
            let page = report::page::write(&report, &subject, &self.file.display().to_string(), metadata.language);
            files::write(path, page)?;
        }
        if let (Some(path), Some(cells)) = (&self.annotated, cells) {
            let marks = Marks {
                report,
                subject: Subject {
                    language: metadata.language,
                    name: subject,
                },
            };
            let annotated = match annotate_workbook(reader, original, &marks).await {
                Err(error) if is_not_patchable(&error) => {
                    rewritten(reader, form, metadata, cells, &checked.reading.claims, marks).await?
                }
                patched => patched?,
            };
            files::write(path, annotated)?;
        }
        Ok(())
    }
}

/// A workbook of ours with the values and marks of one whose format cannot be patched. It carries the marks of the
/// template it was filled in; what only the registry knows stays blank on its cover.
async fn rewritten(
    reader: &WorkbookReader,
    form: &Form,
    metadata: &TemplateMetadata,
    cells: &[RawCell],
    claims: &Claims,
    mut marks: Marks,
) -> Result<Vec<u8>, ServiceError> {
    let issue = TemplateIssue {
        template_id: metadata.template_id.clone(),
        issued_at: metadata.issued_at.clone(),
        enterprise: Addressee {
            id: metadata.enterprise_id.clone(),
            uscc: metadata.enterprise_uscc.clone(),
            ..Addressee::default()
        },
        round: RoundTitle {
            id: metadata.round_id.clone(),
            code: metadata.round_code.clone(),
            ..RoundTitle::default()
        },
        language: metadata.language,
        // The seal is over these too.
        kind: metadata.kind,
        area: metadata.area.clone(),
        nonce: metadata.nonce.clone(),
        seal: metadata.seal.clone(),
        claims: claims.clone(),
        ..TemplateIssue::default()
    };
    let prefill = as_read(form, cells);
    let (layout, _) = form.layout_of(metadata.variant.as_deref());
    let written =
        write(layout, form.survey.questionnaire(), &form.options, &issue, &prefill).map_err(ServiceError::internal)?;
    let raw = read_workbook(reader, &written).await?;
    let fresh = anchor_workbook(&raw, form)?;
    move_places(&mut marks.report, cells, &fresh.cells);
    annotate_workbook(reader, &written, &marks).await
}

fn text(findings: &Findings) -> String {
    let mut lines = Vec::new();
    for finding in &findings.items {
        let severity = finding.action.title();
        let place = finding
            .places
            .first()
            .map_or(String::new(), |place| format!("{}!{}", place.sheet, place.cell));
        let value = finding
            .value
            .as_deref()
            .map_or(String::new(), |value| format!(" “{value}”"));
        lines.push(format!(
            "{} {} {place}{value} [{}]\n    {}\n    {}",
            severity.zh, severity.en, finding.rule, finding.message.zh, finding.message.en
        ));
        for folded in &finding.folded {
            lines.push(format!(
                "    · [{}] {} {}",
                folded.rule, folded.message.zh, folded.message.en
            ));
        }
    }
    let (notice, note) = (signature_not_verified(), Action::Info.title());
    lines.push(format!(
        "{} {} [{}]\n    {}\n    {}",
        note.zh, note.en, notice.code, notice.message.zh, notice.message.en
    ));
    lines.push(format!(
        "强制性错误 {0}，核实性错误 {1}，提示性信息 {2} / {0} errors, {1} queries, {2} for information",
        findings.block, findings.warn, findings.info
    ));
    lines.join("\n")
}

fn wrong_questionnaire(found: &str, expected: &str) -> ServiceError {
    let message = Text::new(
        format!("工作簿属于调查表“{found}”，不是“{expected}”。"),
        format!("The workbook belongs to the questionnaire \"{found}\", not to \"{expected}\"."),
    );
    ServiceError::saying(codes::templates::WRONG_QUESTIONNAIRE, message)
}

/// The built-in questionnaire, compiled with the built-in tables, as it is asked in this year; in its first one where none
/// is given.
pub fn built_in_form(wanted: Option<&str>, year: Option<i32>) -> Result<Form, ServiceError> {
    let text = |name: &str| {
        shipped::file(name)
            .map(str::as_bytes)
            .ok_or_else(|| ServiceError::internal(name))
    };
    let invalid =
        |faults: Vec<survey::document::DocumentFault>| ServiceError::new(codes::documents::INVALID).with_faults(faults);
    let manifest: shipped::Manifest = serde_json::from_str(shipped::MANIFEST).map_err(ServiceError::internal)?;
    let entry = |kind: &str| {
        manifest
            .documents
            .iter()
            .find(|entry| entry.kind == kind)
            .ok_or_else(|| ServiceError::internal(kind))
    };
    let content = |kind: &str| text(&entry(kind)?.file);
    let edition = &entry("industries")?.version;
    let edition = edition
        .as_ref()
        .ok_or_else(|| ServiceError::internal("industries without an edition"))?;
    let tables = ReferenceTables {
        areas: AreaTable::parse(content("areas")?).map_err(invalid)?,
        industries: IndustryTable::parse(edition.clone(), content("industries")?).map_err(invalid)?,
        sizes: SizeClassRules::parse(content("size_classes")?).map_err(invalid)?,
        energy: EnergyFactors::parse(content("energy_factors")?).map_err(invalid)?,
        co2: Co2Factors::parse(content("co2_factors")?).map_err(invalid)?,
        grid: GridFactors::parse(content("grid_factors")?).map_err(invalid)?,
        settings: FactorSettings::parse(content("factor_settings")?).map_err(invalid)?,
    };
    let tables = Arc::new(tables);
    for entry in manifest.documents.iter().filter(|entry| entry.kind == "questionnaire") {
        let questionnaire = Questionnaire::parse(text(&entry.file)?).map_err(invalid)?;
        if wanted.is_none_or(|wanted| wanted == questionnaire.code) {
            let reasons = JustificationReasons::parse(content("justification_reasons")?).map_err(invalid)?;
            let year = year.unwrap_or(questionnaire.survey_year);
            let questionnaire = questionnaire.in_year(year).map_err(invalid)?;
            return Survey::compile(questionnaire, tables)
                .map(|survey| Form::of(survey, reasons))
                .map_err(invalid);
        }
    }
    let wanted = wanted.ok_or_else(|| ServiceError::internal("no built-in questionnaire"))?;
    let message = Text::new(
        format!("没有内置调查表“{wanted}”。"),
        format!("There is no built-in questionnaire \"{wanted}\"."),
    );
    Err(ServiceError::saying(codes::cli::UNKNOWN_QUESTIONNAIRE, message))
}
