//! The cover: what it is, for whom, by when, how, and the pledge.

use chrono::DateTime;
use rust_xlsxwriter::{Url, Worksheet};

use super::{Template, checks, measure::row_height, page};
use crate::{error::WriteError, language::Language};

const FIELD_WIDTH: f64 = 22.0;
const VALUE_WIDTH: f64 = 78.0;
const LAST_WIDTH: f64 = 14.0;

pub(super) fn write(template: &Template<'_>, sheet: &mut Worksheet) -> Result<(), WriteError> {
    sheet.set_name(if template.language() == Language::En {
        "Cover"
    } else {
        "封面"
    })?;
    for (column, width) in [(0, 3.0), (1, FIELD_WIDTH), (2, VALUE_WIDTH), (3, LAST_WIDTH)] {
        sheet.set_column_width(column, width)?;
    }
    let mut cover = Cover {
        template,
        sheet,
        row: 1,
    };
    cover.heading_lines()?;
    cover.titles()?;
    cover.fields()?;
    cover.steps()?;
    cover.contents()?;
    cover.pledge()?;
    page::set_up_portrait(sheet, &template.language().inline(&template.questionnaire.title));
    sheet.set_print_fit_to_pages(1, 1);
    page::protect(sheet);
    Ok(())
}

struct Cover<'a, 'b> {
    template: &'a Template<'a>,
    sheet: &'b mut Worksheet,
    row: u32,
}

impl Cover<'_, '_> {
    /// Number, authority, approval and validity of the form, so far as the bureau has given them.
    fn heading_lines(&mut self) -> Result<(), WriteError> {
        let heading = &self.template.issue.heading;
        for (zh, en, value) in [
            ("表号", "Form number", &heading.form_number),
            ("制定机关", "Issued by", &heading.authority),
            ("批准文号", "Approval number", &heading.approval_number),
            ("有效期至", "Valid until", &heading.valid_until),
        ] {
            let Some(value) = value else { continue };
            let name = self.template.words(zh, en).replace('\n', " ");
            let colon = if self.template.language() == Language::En {
                ": "
            } else {
                "："
            };
            let line = format!("{name}{colon}{value}");
            self.sheet
                .merge_range(self.row, 1, self.row, 3, &line, &self.template.palette.cover_heading)?;
            self.sheet.set_row_height(self.row, 17)?;
            self.row += 1;
        }
        Ok(())
    }

    fn titles(&mut self) -> Result<(), WriteError> {
        let (language, palette) = (self.template.language(), &self.template.palette);
        let title = language.block(&self.template.questionnaire.title);
        let height = row_height([(title.as_str(), 62.0)]).max(30.0) * 1.3;
        self.sheet
            .merge_range(self.row, 1, self.row, 3, &title, &palette.cover_title)?;
        self.sheet.set_row_height(self.row, height)?;
        let lead = language.inline(&self.template.issue.round.title);
        self.sheet
            .merge_range(self.row + 1, 1, self.row + 1, 3, &lead, &palette.cover_lead)?;
        self.sheet.set_row_height(self.row + 1, 24)?;
        self.row += 3;
        Ok(())
    }

    fn fields(&mut self) -> Result<(), WriteError> {
        let issue = self.template.issue;
        let variant = self.template.layout.variant.as_ref();
        let variant = variant.and_then(|code| self.template.questionnaire.variants.iter().find(|v| v.code == *code));
        let mut fields = vec![
            (("企业名称", "Enterprise"), issue.enterprise.name.clone()),
            (
                ("统一社会信用代码", "Unified social credit code"),
                issue.enterprise.uscc.clone(),
            ),
            (("所在镇街", "Town or subdistrict"), issue.enterprise.town.clone()),
        ];
        if let Some(variant) = variant {
            fields.push((("适用版本", "Variant"), self.template.language().inline(&variant.label)));
        }
        fields.push((
            ("调查表版本", "Version of the form"),
            self.template.layout.version.clone(),
        ));
        fields.push((
            ("填报期限", "Open from, due by"),
            format!("{} — {}", issue.round.opens_on, issue.round.due_on),
        ));
        fields.push((("发放时间", "Issued at"), shown_time(&issue.issued_at)));
        if let Some(telephone) = &issue.heading.telephone {
            fields.push((("咨询电话", "Questions to"), telephone.clone()));
        }
        for ((zh, en), value) in fields {
            let name = self.template.words(zh, en);
            self.pair(&name, &value)?;
        }
        self.progress()?;
        self.row += 1;
        Ok(())
    }

    /// How many of the questions that must be answered are answered: it counts while the form is filled in.
    fn progress(&mut self) -> Result<(), WriteError> {
        let Some(live) = self.template.live else {
            return Ok(());
        };
        let name = self
            .template
            .words("填报进度（已填/必填）", "Progress (answered / required)");
        let row = self.row;
        self.pair(&name, "")?;
        self.sheet
            .write_formula_with_format(row, 2, live.progress().written(), &self.template.palette.value)?;
        Ok(())
    }

    fn pair(&mut self, name: &str, value: &str) -> Result<(), WriteError> {
        let palette = &self.template.palette;
        self.sheet.write_string_with_format(self.row, 1, name, &palette.field)?;
        self.sheet
            .merge_range(self.row, 2, self.row, 3, value, &palette.value)?;
        self.sheet
            .set_row_height(self.row, row_height([(name, FIELD_WIDTH), (value, VALUE_WIDTH)]) + 3.0)?;
        self.row += 1;
        Ok(())
    }

    fn steps(&mut self) -> Result<(), WriteError> {
        self.heading("怎样填报", "How to fill in")?;
        for (zh, en) in [
            (
                "1. 先看“填表说明”，再逐页填写浅黄色的格；灰色格不用填，结构不要改动。",
                "1. Read the notes, then fill in the pale yellow cells page by page; leave grey cells and the structure alone.",
            ),
            (
                "2. 用 WPS 或 Excel 填写，保存为 .xlsx 格式，在系统上传。",
                "2. Use WPS or Excel, save as .xlsx and upload it to the system.",
            ),
            (
                "3. 系统逐格列出问题；改正或说明后提交，由单位负责人确认。",
                "3. The system lists problems cell by cell; correct or justify them, then submit; the head of the enterprise signs.",
            ),
        ] {
            self.paragraph(zh, en)?;
        }
        self.row += 1;
        Ok(())
    }

    fn contents(&mut self) -> Result<(), WriteError> {
        self.heading("目录", "Contents")?;
        let (language, palette) = (self.template.language(), &self.template.palette);
        let sheets = self.template.layout.sheets.iter().map(|sheet| {
            let name = language.single(&sheet.name);
            (sheet.code.clone(), name, language.inline(&sheet.title))
        });
        let checks = self.template.live.map(|_| {
            let title = self.template.words("自动核对与计算", "Checks and computed values");
            ("✓".to_owned(), checks::sheet_name(language), title.replace('\n', " "))
        });
        for (code, name, title) in sheets.chain(checks) {
            // A quote inside a quoted sheet name is doubled.
            let target = format!("internal:'{}'!B2", name.replace('\'', "''"));
            let code = Url::new(target).set_text(code);
            self.sheet.write_url_with_format(self.row, 1, code, &palette.link)?;
            self.sheet
                .merge_range(self.row, 2, self.row, 3, &title, &palette.value)?;
            self.sheet
                .set_row_height(self.row, row_height([(title.as_str(), VALUE_WIDTH)]))?;
            self.row += 1;
        }
        self.row += 1;
        Ok(())
    }

    fn pledge(&mut self) -> Result<(), WriteError> {
        self.heading("承诺", "Pledge")?;
        self.paragraph(
            "本企业承诺：所填内容真实、准确、完整，有账可查；如有不实，愿承担相应责任。",
            "The enterprise pledges that this return is true, exact and complete, can be traced in its books, and that it answers for it.",
        )?;
        let lines = [
            ("单位负责人（签字）", "Head of the enterprise (signature)"),
            ("填表人（签字）", "Filled in by (signature)"),
            ("日期（盖章）", "Date (seal)"),
        ];
        for (zh, en) in lines {
            let name = self.template.words(zh, en);
            self.pair(&name, "")?;
        }
        Ok(())
    }

    fn heading(&mut self, zh: &str, en: &str) -> Result<(), WriteError> {
        let text = self.template.words(zh, en).replace('\n', " ");
        self.sheet
            .write_string_with_format(self.row, 1, text, &self.template.palette.heading)?;
        self.sheet.set_row_height(self.row, 22)?;
        self.row += 1;
        Ok(())
    }

    fn paragraph(&mut self, zh: &str, en: &str) -> Result<(), WriteError> {
        let text = self.template.words(zh, en);
        self.sheet
            .merge_range(self.row, 1, self.row, 3, &text, &self.template.palette.plain)?;
        let width = FIELD_WIDTH + VALUE_WIDTH + LAST_WIDTH;
        self.sheet
            .set_row_height(self.row, row_height([(text.as_str(), width)]))?;
        self.row += 1;
        Ok(())
    }
}

/// A moment as people write it, by the clock of its own offset; a text that is no moment as it is.
fn shown_time(moment: &str) -> String {
    let parsed = DateTime::parse_from_rfc3339(moment);
    parsed.map_or_else(|_| moment.to_owned(), |time| time.format("%Y-%m-%d %H:%M").to_string())
}
