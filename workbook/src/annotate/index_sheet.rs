//! The sheet that lists every finding, and the very hidden sheet of keys behind it.

use std::{collections::BTreeMap, fmt::Write as _};

use survey::{
    cell::Place,
    finding::{Finding, Progress},
    report::{FindingLine, ReadingLine, Report},
    text::Text,
};

use super::{
    Subject,
    looks::Looks,
    xml::{cell_text, escape},
};
use crate::{
    extract::{a1, position},
    language::Language,
    template::measure::row_height,
};

/// The mark in the first cell of the index sheet.
pub(super) const INDEX_MARK: &str = "#ronghe.findings";
/// The mark in the first cell of the sheet of keys.
pub(super) const KEYS_MARK: &str = "#ronghe.marks";
/// Codes of the columns in the hidden first row.
pub(super) const KEY: &str = INDEX_MARK;
pub(super) const FINGERPRINT: &str = "#fingerprint";
pub(super) const REASON: &str = "#reason";
pub(super) const TEXT: &str = "#text";
/// The row key of what is no finding.
const NO_FINDING: &str = "#";
/// First word of a row of shades in the sheet of keys.
pub(super) const SHADE: &str = "shade";

/// Column widths in characters: key, fingerprint, number, severity, sheet, cell, question, value, rule, message, reason, text.
const WIDTHS: [f64; 12] = [8.0, 8.0, 5.0, 8.0, 16.0, 9.0, 26.0, 16.0, 11.0, 52.0, 26.0, 34.0];

mod column {
    pub(super) const NUMBER: u32 = 2;
    pub(super) const SEVERITY: u32 = 3;
    pub(super) const SHEET: u32 = 4;
    pub(super) const CELL: u32 = 5;
    pub(super) const QUESTION: u32 = 6;
    pub(super) const VALUE: u32 = 7;
    pub(super) const RULE: u32 = 8;
    pub(super) const MESSAGE: u32 = 9;
    pub(super) const REASON: u32 = 10;
    pub(super) const TEXT: u32 = 11;
}

const TITLE_ROW: u32 = 1;
/// The first remark of the review; the lead stands here where there is none.
const REMARK_ROW: u32 = 2;

/// The row of the column heads: below title, remarks and lead.
fn header_row(report: &Report) -> u32 {
    (REMARK_ROW + 1..)
        .zip(&report.remarks)
        .last()
        .map_or(REMARK_ROW, |(row, _)| row)
        + 1
}

/// The index sheet.
pub(super) fn write(report: &Report, subject: &Subject, looks: &Looks, keys_sheet: &str, namespace: &str) -> String {
    let mut sheet = Sheet {
        language: subject.language,
        looks,
        rows: String::new(),
        links: String::new(),
        merges: Vec::new(),
    };
    let header = header_row(report);
    sheet.codes();
    sheet.title(report, subject);
    sheet.header(header);
    let mut at = header + 1;
    for (number, line) in (1_usize..).zip(&report.findings) {
        sheet.finding(at, number, line, report);
        at += 1;
    }
    let total = report.block + report.warn + report.info;
    if total > report.findings.len() {
        let more = total - report.findings.len();
        let text = Text::new(
            format!("另有 {more} 个问题没有列出。请先改正已列出的，再次上传后会列出其余的。"),
            format!("{more} more findings are not listed. Correct these and upload again to see the rest."),
        );
        let text = sheet.language.inline(&text);
        sheet.line(at, looks.lead, &text, 18.0);
        at += 1;
    }
    at = sheet.missing(at + 1, &report.progress);
    sheet.readings(at + 1, report);
    let validation = validation(report, keys_sheet, subject.language);
    let Sheet {
        rows, links, merges, ..
    } = sheet;
    let merges = if merges.is_empty() {
        String::new()
    } else {
        format!(
            "<mergeCells count=\"{}\">{}</mergeCells>",
            merges.len(),
            merges.concat()
        )
    };
    let links = if links.is_empty() {
        String::new()
    } else {
        format!("<hyperlinks>{links}</hyperlinks>")
    };
    let mut columns = String::new();
    for (number, width) in (1..).zip(WIDTHS) {
        let hidden = if number <= 2 { " hidden=\"1\"" } else { "" };
        // Writing to a string cannot fail.
        write!(
            columns,
            "<col min=\"{number}\" max=\"{number}\" width=\"{width}\" customWidth=\"1\"{hidden}/>"
        )
        .ok();
    }
    let first = header + 2;
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{namespace}\"><sheetPr><tabColor rgb=\"FFC03A2B\"/><pageSetUpPr fitToPage=\"1\"/></sheetPr><sheetViews><sheetView showGridLines=\"0\" workbookViewId=\"0\"><pane ySplit=\"{ahead}\" topLeftCell=\"A{first}\" activePane=\"bottomLeft\" state=\"frozen\"/></sheetView></sheetViews><sheetFormatPr defaultRowHeight=\"15\"/><cols>{columns}</cols><sheetData>{rows}</sheetData><sheetProtection sheet=\"1\" objects=\"1\" scenarios=\"1\" formatColumns=\"0\" formatRows=\"0\"/>{merges}{validation}{links}<pageMargins left=\"0.4\" right=\"0.4\" top=\"0.5\" bottom=\"0.6\" header=\"0.3\" footer=\"0.3\"/><pageSetup paperSize=\"9\" orientation=\"landscape\" fitToHeight=\"0\"/><headerFooter><oddFooter>&amp;R&amp;9&amp;P / &amp;N</oddFooter></headerFooter></worksheet>",
        ahead = header + 1,
    )
}

/// The sheet of keys: what each shade covers, and the reasons of the drop-down list.
pub(super) fn write_keys(
    shades: &BTreeMap<String, String>,
    report: &Report,
    language: Language,
    namespace: &str,
) -> String {
    let reasons: Vec<String> = report
        .reasons
        .iter()
        .map(|reason| format!("{} {}", reason.code, language.single(&reason.label)))
        .collect();
    let shades: Vec<(&String, &String)> = shades.iter().collect();
    let mut rows = String::new();
    for (at, row) in (1_u32..).zip(0..shades.len().max(reasons.len())) {
        let mut cells = String::new();
        if let Some((shade, fill)) = shades.get(row) {
            for (column, text) in (0..).zip([SHADE, shade.as_str(), fill.as_str()]) {
                cells.push_str(&text_cell(at, column, 0, text));
            }
        }
        if let Some(reason) = reasons.get(row) {
            cells.push_str(&text_cell(at, REASON_COLUMN, 0, reason));
        }
        write!(rows, "<row r=\"{}\">{cells}</row>", at + 1).ok();
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n<worksheet xmlns=\"{namespace}\"><sheetData><row r=\"1\">{}</row>{rows}</sheetData><sheetProtection sheet=\"1\" objects=\"1\" scenarios=\"1\"/></worksheet>",
        text_cell(0, 0, 0, KEYS_MARK)
    )
}

/// Column of the reasons in the sheet of keys.
const REASON_COLUMN: u32 = 4;

/// The drop-down list of the reasons, and a message at the explanations.
fn validation(report: &Report, keys_sheet: &str, language: Language) -> String {
    let rows: Vec<u32> = (header_row(report) + 1..)
        .zip(&report.findings)
        .filter(|(_, line)| line.finding.is_justifiable())
        .map(|(row, _)| row)
        .collect();
    let reason = (1..).zip(&report.reasons).last();
    let (false, Some((reason_row, _))) = (rows.is_empty(), reason) else {
        return String::new();
    };
    let range = ranges(&rows);
    let words = |zh: &str, en: &str| escape(&language.inline(&Text::new(zh, en)));
    let last_reason = a1(reason_row, REASON_COLUMN);
    let (letter, number) = last_reason.split_at(1);
    format!(
        "<dataValidations count=\"1\"><dataValidation type=\"list\" allowBlank=\"1\" showInputMessage=\"1\" showErrorMessage=\"1\" errorTitle=\"{}\" error=\"{}\" promptTitle=\"{}\" prompt=\"{}\" sqref=\"{range}\"><formula1>{}!$E$2:${letter}${number}</formula1></dataValidation></dataValidations>",
        words("没有这条理由", "No such reason"),
        words("请从下拉列表中选择。", "Choose from the list."),
        words("说明理由", "Reason"),
        words(
            "数据无误而不改正的，选一条理由，并在右侧写明情况。",
            "If the figure is right, choose a reason and explain it on the right."
        ),
        escape(&quoted(keys_sheet)),
    )
}

/// Cells of the reasons in these rows, neighbours as one range.
fn ranges(rows: &[u32]) -> String {
    let mut ranges: Vec<(u32, u32)> = Vec::new();
    for row in rows {
        match ranges.last_mut() {
            Some((_, last)) if *last + 1 == *row => *last = *row,
            _ => ranges.push((*row, *row)),
        }
    }
    let range = |(first, last): (u32, u32)| format!("{}:{}", a1(first, column::REASON), a1(last, column::REASON));
    ranges.into_iter().map(range).collect::<Vec<_>>().join(" ")
}

struct Sheet<'s> {
    language: Language,
    looks: &'s Looks,
    rows: String,
    links: String,
    merges: Vec<String>,
}

impl Sheet<'_> {
    /// The hidden row of column codes.
    fn codes(&mut self) {
        let codes = [
            (0, KEY),
            (1, FINGERPRINT),
            (column::REASON, REASON),
            (column::TEXT, TEXT),
        ];
        let cells: String = codes
            .into_iter()
            .map(|(column, code)| text_cell(0, column, 0, code))
            .collect();
        write!(self.rows, "<row r=\"1\" hidden=\"1\">{cells}</row>").ok();
    }

    fn title(&mut self, report: &Report, subject: &Subject) {
        let words = |zh: &str, en: &str| self.language.inline(&Text::new(zh, en));
        let title = format!("{}  {}", words("审核问题", "Findings"), subject.name);
        let lead = words(
            &format!(
                "强制性错误（必须改正）{} 处，核实性错误（改正或说明）{} 处，提示性信息 {} 处；必填 {} 项，已识别 {} 项。请在填报页改正，或在本页黄色两栏说明，然后重新上传本文件。",
                report.block, report.warn, report.info, report.progress.asked, report.progress.answered
            ),
            &format!(
                "{} errors (must be corrected), {} queries (correct or justify), {} for information; {} of {} required answers were read. Correct the form or answer in the two yellow columns, and upload this file again.",
                report.block, report.warn, report.info, report.progress.answered, report.progress.asked
            ),
        );
        let looks = self.looks;
        self.line(TITLE_ROW, looks.title, &title, 28.0);
        let mut at = REMARK_ROW;
        for remark in &report.remarks {
            self.remark(at, remark);
            at += 1;
        }
        self.line(at, looks.lead, &lead, 18.0);
    }

    /// A remark of the review, over the whole width.
    fn remark(&mut self, at: u32, remark: &Text) {
        let text = self.language.block(remark);
        let width = WIDTHS.iter().skip(2).sum::<f64>();
        let cells: String = (column::NUMBER..=column::TEXT)
            .map(|column| {
                let text = if column == column::NUMBER { text.as_str() } else { "" };
                text_cell(at, column, self.looks.remark, text)
            })
            .collect();
        self.row(at, row_height([(text.as_str(), width)]), &cells);
        let (first, last) = (a1(at, column::NUMBER), a1(at, column::TEXT));
        self.merges.push(format!("<mergeCell ref=\"{first}:{last}\"/>"));
    }

    fn header(&mut self, at: u32) {
        self.table_header(
            at,
            &[
                ("序号", "No."),
                ("级别", "Severity"),
                ("工作表", "Sheet"),
                ("单元格", "Cell"),
                ("题项", "Question"),
                ("填报内容", "As entered"),
                ("规则", "Rule"),
                ("问题与处理", "What to do"),
                ("说明理由（选）", "Reason"),
                ("文字说明", "Explanation"),
            ],
        );
    }

    fn table_header(&mut self, at: u32, heads: &[(&str, &str); 10]) {
        let cells: String = (column::NUMBER..)
            .zip(heads)
            .map(|(column, (zh, en))| {
                text_cell(
                    at,
                    column,
                    self.looks.header,
                    &self.language.block(&Text::new(*zh, *en)),
                )
            })
            .collect();
        self.row(at, 34.0, &cells);
    }

    fn finding(&mut self, at: u32, number: usize, line: &FindingLine, report: &Report) {
        let finding = &line.finding;
        let looks = self.looks;
        let place = finding.places.first();
        let cell = place.map_or(String::new(), |place| match finding.places.len() {
            1 => place.cell.clone(),
            several => format!("{} +{}", place.cell, several - 1),
        });
        let question = self.question(finding.question.as_deref().unwrap_or(""), &line.label);
        let value = finding.value.as_deref().unwrap_or("");
        let message = self.message(finding);
        let rule = self.language.single(&line.rule);
        let (mut reason, mut text) = (String::new(), String::new());
        if let Some(given) = &line.justification {
            reason = report
                .reasons
                .iter()
                .find(|reason| reason.code == given.reason)
                .map_or_else(
                    || given.reason.clone(),
                    |known| format!("{} {}", known.code, self.language.single(&known.label)),
                );
            text.clone_from(&given.text);
        } else if let Some(lapsed) = &line.lapsed {
            // Said of other values: kept so that it need not be typed again, but it counts only with a reason chosen anew.
            text.clone_from(&lapsed.text);
        }
        let answer = if finding.is_justifiable() {
            looks.answer
        } else {
            looks.quiet
        };
        let heights = [
            (question.as_str(), WIDTHS[6]),
            (value, WIDTHS[7]),
            (message.as_str(), WIDTHS[9]),
            (text.as_str(), WIDTHS[11]),
            (reason.as_str(), WIDTHS[10]),
        ];
        let height = row_height(heights);
        let cells = [
            text_cell(at, 0, 0, &finding.key),
            text_cell(at, 1, 0, &finding.fingerprint),
            number_cell(at, column::NUMBER, looks.center, number),
            text_cell(
                at,
                column::SEVERITY,
                looks.of(finding.action),
                &self.language.block(&finding.action.title()),
            ),
            text_cell(at, column::SHEET, looks.body, place.map_or("", |place| &place.sheet)),
            text_cell(
                at,
                column::CELL,
                if place.is_some() { looks.link } else { looks.body },
                &cell,
            ),
            text_cell(at, column::QUESTION, looks.body, &question),
            text_cell(at, column::VALUE, looks.body, value),
            text_cell(at, column::RULE, looks.center, rule),
            text_cell(at, column::MESSAGE, looks.body, &message),
            text_cell(at, column::REASON, answer, &reason),
            text_cell(at, column::TEXT, answer, &text),
        ];
        self.row(at, height, &cells.concat());
        self.link(at, place);
    }

    /// What must be answered and is not, with links to its cells; gives the row below.
    fn missing(&mut self, mut at: u32, progress: &Progress) -> u32 {
        if progress.missing.is_empty() {
            return at;
        }
        let looks = self.looks;
        let heading = self.language.inline(&Text::new(
            format!("未填或未能识别的必填项（{} 项）", progress.missing.len()),
            format!("Required answers that are missing ({})", progress.missing.len()),
        ));
        self.line(at, looks.heading, &heading, 24.0);
        for (number, item) in (1_usize..).zip(&progress.missing) {
            at += 1;
            let question = self.question(&item.question, &item.label);
            let (sheet, cell) = item
                .place
                .as_ref()
                .map_or(("", ""), |place| (&place.sheet, &place.cell));
            let cells = [
                text_cell(at, 0, 0, NO_FINDING),
                number_cell(at, column::NUMBER, looks.center, number),
                text_cell(at, column::SEVERITY, looks.body, ""),
                text_cell(at, column::SHEET, looks.body, sheet),
                text_cell(at, column::CELL, looks.link, cell),
                text_cell(at, column::QUESTION, looks.body, &question),
            ];
            self.row(at, row_height([(question.as_str(), WIDTHS[6])]), &cells.concat());
            self.link(at, item.place.as_ref());
        }
        at + 1
    }

    /// What was read otherwise than it was typed.
    fn readings(&mut self, mut at: u32, report: &Report) {
        if report.readings.is_empty() {
            return;
        }
        let looks = self.looks;
        let heading = self.language.inline(&Text::new(
            "系统识别结果（如与实际不符，请在填报页更正）",
            "Read as follows (if wrong, correct it in the form)",
        ));
        self.line(at, looks.heading, &heading, 24.0);
        at += 1;
        self.table_header(
            at,
            &[
                ("序号", "No."),
                ("", ""),
                ("工作表", "Sheet"),
                ("单元格", "Cell"),
                ("题项", "Question"),
                ("填报内容", "As entered"),
                ("", ""),
                ("识别结果", "Read as"),
                ("", ""),
                ("", ""),
            ],
        );
        for (number, line) in (1_usize..).zip(&report.readings) {
            at += 1;
            self.reading(at, number, line);
        }
    }

    fn reading(&mut self, at: u32, number: usize, line: &ReadingLine) {
        let looks = self.looks;
        let question = self.question(&line.question, &line.label);
        let value = self.language.block(&line.value);
        let height = row_height([
            (question.as_str(), WIDTHS[6]),
            (line.original.as_str(), WIDTHS[7]),
            (value.as_str(), WIDTHS[9]),
        ]);
        let cells = [
            text_cell(at, 0, 0, NO_FINDING),
            number_cell(at, column::NUMBER, looks.center, number),
            text_cell(at, column::SEVERITY, looks.body, ""),
            text_cell(at, column::SHEET, looks.body, &line.place.sheet),
            text_cell(at, column::CELL, looks.link, &line.place.cell),
            text_cell(at, column::QUESTION, looks.body, &question),
            text_cell(at, column::VALUE, looks.body, &line.original),
            text_cell(at, column::RULE, looks.center, ""),
            text_cell(at, column::MESSAGE, looks.body, &value),
        ];
        self.row(at, height, &cells.concat());
        self.link(at, Some(&line.place));
    }

    /// What is wrong and what to do, and what else is settled with it.
    fn message(&self, finding: &Finding) -> String {
        let mut message = self.language.block(&finding.message);
        if !finding.folded.is_empty() {
            message.push('\n');
            message.push_str(
                &self
                    .language
                    .inline(&Text::new("同因问题，一并解决：", "Settled with it:")),
            );
        }
        for folded in &finding.folded {
            write!(message, "\n· {} {}", folded.rule, self.language.inline(&folded.message)).ok();
        }
        message
    }

    fn question(&self, code: &str, label: &Text) -> String {
        let label = self.language.block(label);
        if label.is_empty() {
            return code.to_owned();
        }
        format!("{code} {label}")
    }

    fn line(&mut self, at: u32, look: u32, text: &str, height: f64) {
        let cell = text_cell(at, column::NUMBER, look, text);
        self.row(at, height, &cell);
    }

    fn row(&mut self, at: u32, height: f64, cells: &str) {
        let number = at + 1;
        write!(
            self.rows,
            "<row r=\"{number}\" ht=\"{height}\" customHeight=\"1\">{cells}</row>"
        )
        .ok();
    }

    fn link(&mut self, at: u32, place: Option<&Place>) {
        let Some(place) = place.filter(|place| position(&place.cell).is_some()) else {
            return;
        };
        let target = format!("{}!{}", quoted(&place.sheet), place.cell);
        write!(
            self.links,
            "<hyperlink ref=\"{}\" location=\"{}\" display=\"{}\"/>",
            a1(at, column::CELL),
            escape(&target),
            escape(&place.cell)
        )
        .ok();
    }
}

/// A text in a cell. Always a string: a text beginning with `=` never becomes a formula (WF38).
fn text_cell(row: u32, column: u32, style: u32, text: &str) -> String {
    let place = a1(row, column);
    if text.is_empty() {
        return format!("<c r=\"{place}\" s=\"{style}\"/>");
    }
    format!(
        "<c r=\"{place}\" s=\"{style}\" t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>",
        cell_text(text)
    )
}

fn number_cell(row: u32, column: u32, style: u32, number: usize) -> String {
    format!("<c r=\"{}\" s=\"{style}\"><v>{number}</v></c>", a1(row, column))
}

/// A sheet name in a reference.
fn quoted(sheet: &str) -> String {
    format!("'{}'", sheet.replace('\'', "''"))
}
