//! The rows of the sheet of findings.

use std::fmt::Write as _;

use survey::{
    cell::Place,
    finding::{Finding, Progress},
    report::{FindingLine, ReadingLine, Report},
    text::Text,
};

use super::{
    FINGERPRINT, KEY, NO_FINDING, REASON, REMARK_ROW, TEXT, TITLE_ROW, WIDTHS,
    cells::{number_cell, quoted, text_cell},
    column,
};
use crate::{
    annotate::{Subject, looks::Looks, xml::escape},
    extract::{a1, position},
    language::Language,
    template::measure::row_height,
};

/// The sheet while it is written.
pub(super) struct Sheet<'s> {
    pub(super) language: Language,
    pub(super) looks: &'s Looks,
    pub(super) rows: String,
    pub(super) links: String,
    pub(super) merges: Vec<String>,
}

impl Sheet<'_> {
    /// The hidden row of column codes.
    pub(super) fn codes(&mut self) {
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

    pub(super) fn title(&mut self, report: &Report, subject: &Subject) {
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

    pub(super) fn header(&mut self, at: u32) {
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

    pub(super) fn finding(&mut self, at: u32, number: usize, line: &FindingLine, report: &Report) {
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
    pub(super) fn missing(&mut self, mut at: u32, progress: &Progress) -> u32 {
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
    pub(super) fn readings(&mut self, mut at: u32, report: &Report) {
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

    pub(super) fn line(&mut self, at: u32, look: u32, text: &str, height: f64) {
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
