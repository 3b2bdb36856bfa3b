//! From a questionnaire to its layout.

use survey::{
    questionnaire::{CarryMode, Period, Question, QuestionType, Questionnaire, Section},
    text::Text,
};

use super::{
    DEFAULT_TABLE_ROWS, FURNITURE, Grid, GridRow, Layout, MAX_TICK_ROWS, PeriodColumn, RowRole, SheetBody, SheetLayout,
    TableBlock, TableBlockColumn, names, relevance,
};
use crate::options::{Choice, OptionLists, choices};

pub(super) fn layout(questionnaire: &Questionnaire, lists: &OptionLists, variant: Option<&str>) -> Layout {
    let mut taken_zh: Vec<String> = names::RESERVED.iter().map(ToString::to_string).collect();
    let mut taken_en = taken_zh.clone();
    let mut builder = Builder {
        questionnaire,
        lists,
        variant,
    };
    let mut sheets = Vec::new();
    for section in &questionnaire.sections {
        if relevance::is_of_other_variant(&section.relevance, questionnaire, variant) {
            continue;
        }
        for (code, label, note, body) in builder.section(section) {
            let name = Text::new(
                names::sheet_name(&format!("{code} {}", label.zh), &mut taken_zh),
                names::sheet_name(&format!("{code} {}", label.en), &mut taken_en),
            );
            sheets.push(SheetLayout {
                code,
                name,
                title: label,
                note,
                body,
            });
        }
    }
    Layout {
        questionnaire: questionnaire.code.clone(),
        version: questionnaire.version.clone(),
        survey_year: questionnaire.survey_year,
        variant: variant.map(str::to_owned),
        sheets,
    }
}

struct Builder<'a> {
    questionnaire: &'a Questionnaire,
    lists: &'a OptionLists,
    variant: Option<&'a str>,
}

type UnnamedSheet = (String, Text, Text, SheetBody);

impl<'a> Builder<'a> {
    /// The sheets of a section: its grid first, then its tables. A section without a question has none.
    fn section(&mut self, section: &Section) -> Vec<UnnamedSheet> {
        let rows = self.rows_of(section);
        if rows.is_empty() {
            return Vec::new();
        }
        let periods = self.periods(&rows);
        let mut note = section.help.clone();
        append(
            &mut note,
            &relevance::remark(&section.relevance, self.questionnaire, self.lists, self.variant),
        );
        let mut tables = Vec::new();
        let mut grid_rows = Vec::new();
        for questions in &rows {
            self.row(questions, &periods, &mut grid_rows);
            tables.extend(
                questions
                    .iter()
                    .filter(|q| q.kind == QuestionType::Table)
                    .map(|q| self.table(q)),
            );
        }
        let references = rows
            .iter()
            .map(|questions| questions.iter().filter(|q| is_shown_beside(q)).count())
            .max();
        let grid = Grid {
            periods,
            references: references.and_then(|count| u16::try_from(count).ok()).unwrap_or(0),
            claims: grid_rows.iter().any(|row| row.claimable),
            rows: grid_rows,
        };
        let sheet = (section.code.clone(), section.label.clone(), note, SheetBody::Grid(grid));
        std::iter::once(sheet).chain(tables).collect()
    }

    /// Relevant questions of a section by row code, both in the order of the questionnaire.
    fn rows_of(&self, section: &Section) -> Vec<Vec<&'a Question>> {
        let mut rows: Vec<Vec<&Question>> = Vec::new();
        for question in &self.questionnaire.questions {
            let is_left_out = question.section != section.code
                || relevance::is_of_other_variant(&question.relevance, self.questionnaire, self.variant);
            if is_left_out {
                continue;
            }
            match rows
                .iter_mut()
                .find(|row| row.first().is_some_and(|first| first.row == question.row))
            {
                Some(row) => row.push(question),
                None => rows.push(vec![question]),
            }
        }
        rows
    }

    /// Answer columns: the longest row sets the order, the others follow as they come.
    fn periods(&self, rows: &[Vec<&Question>]) -> Vec<PeriodColumn> {
        let mut codes: Vec<&str> = Vec::new();
        let longest = rows.iter().rev().max_by_key(|row| row.len());
        for question in longest.into_iter().chain(rows).flatten() {
            if question.kind != QuestionType::Table && !codes.contains(&question.period.as_str()) {
                codes.push(&question.period);
            }
        }
        let label = |code: &str| {
            self.questionnaire
                .periods
                .get(code)
                .map_or_else(|| Text::new(code, code), Period::label)
        };
        codes
            .into_iter()
            .map(|code| PeriodColumn {
                code: code.to_owned(),
                label: label(code),
            })
            .collect()
    }

    fn row(&self, questions: &[&Question], periods: &[PeriodColumn], rows: &mut Vec<GridRow>) {
        let Some(first) = questions.first() else { return };
        if let Some(table) = questions.iter().find(|q| q.kind == QuestionType::Table) {
            let role = RowRole::OtherSheet {
                sheet: table.code.clone(),
            };
            rows.push(self.grid_row(first.row.clone(), questions, role, vec![None; periods.len()]));
            return;
        }
        let by_period = periods
            .iter()
            .map(|period| {
                questions
                    .iter()
                    .find(|q| q.period == period.code)
                    .map(|q| q.code.clone())
            })
            .collect::<Vec<_>>();
        let ticks = self.tick_options(questions);
        if ticks.is_empty() {
            rows.push(self.grid_row(first.row.clone(), questions, RowRole::Answer, by_period));
            return;
        }
        rows.push(self.grid_row(first.row.clone(), questions, RowRole::Ticks, by_period.clone()));
        for choice in ticks {
            rows.push(GridRow {
                anchor: format!("{}{FURNITURE}{}", first.row, choice.code),
                label: choice.label.clone(),
                note: Text::default(),
                unit: Text::default(),
                required: false,
                claimable: false,
                role: RowRole::Tick {
                    option: choice.code.to_owned(),
                },
                questions: by_period.clone(),
            });
        }
    }

    /// The options that get rows of their own: those of multiple choices that all have the same, not too many.
    fn tick_options(&self, questions: &[&'a Question]) -> Vec<Choice<'a>> {
        let Some(first) = questions.first() else {
            return Vec::new();
        };
        let options = choices(first, self.lists);
        let fits = questions
            .iter()
            .all(|q| q.kind == QuestionType::Multi && choices(q, self.lists) == options)
            && options.len() <= MAX_TICK_ROWS;
        if fits { options } else { Vec::new() }
    }

    fn grid_row(
        &self,
        anchor: String,
        questions: &[&Question],
        role: RowRole,
        by_period: Vec<Option<String>>,
    ) -> GridRow {
        let (label, unit) = (
            row_label(questions),
            self.unit(questions.first().map_or("", |q| &q.unit)),
        );
        let note = questions.first().map_or_else(Text::default, |q| self.note(q));
        let required = questions.iter().any(|q| q.required);
        // A table stands on a sheet of its own, where there is no place for a reason.
        let claimable = questions.iter().any(|q| q.na_allowed && q.kind != QuestionType::Table);
        GridRow {
            anchor,
            label,
            note,
            unit,
            required,
            claimable,
            role,
            questions: by_period,
        }
    }

    fn note(&self, question: &Question) -> Text {
        let mut note = question.help.clone();
        if question.kind == QuestionType::Multi {
            let most = question.max_items.map_or_else(
                || Text::new("可多选。", "Any number of options."),
                |most| Text::new(format!("可多选，最多{most}项。"), format!("Up to {most} options.")),
            );
            append(&mut note, &most);
        }
        if question.kind == QuestionType::Table {
            let most = question.max_items.unwrap_or(DEFAULT_TABLE_ROWS);
            let rows = Text::new(format!("最多填{most}行。"), format!("Up to {most} rows."));
            append(&mut note, &rows);
        }
        append(
            &mut note,
            &relevance::remark(&question.relevance, self.questionnaire, self.lists, self.variant),
        );
        note
    }

    fn table(&self, question: &Question) -> UnnamedSheet {
        let columns = question.table_columns().iter().map(|column| TableBlockColumn {
            code: column.code.clone(),
            label: column.label.clone(),
            unit: self.unit(&column.unit),
            required: column.required,
        });
        let block = TableBlock {
            question: question.code.clone(),
            columns: columns.collect(),
            rows: question.max_items.unwrap_or(DEFAULT_TABLE_ROWS),
        };
        (
            question.code.clone(),
            question.label.clone(),
            self.note(question),
            SheetBody::Table(block),
        )
    }

    fn unit(&self, code: &str) -> Text {
        if code.is_empty() {
            return Text::default();
        }
        self.questionnaire
            .units
            .get(code)
            .map_or_else(|| Text::new(code, code), |unit| unit.label.clone())
    }
}

/// Whether last round's answer stands beside the cell. Rows of a table stand below their table instead.
pub(crate) fn is_shown_beside(question: &Question) -> bool {
    question.carried_forward && question.carry_mode == CarryMode::Show && question.kind != QuestionType::Table
}

/// What the labels of a row have in common: `营业收入（上年）` and `营业收入（前年）` share `营业收入`.
fn row_label(questions: &[&Question]) -> Text {
    let Some(first) = questions.first() else {
        return Text::default();
    };
    if questions.len() == 1 {
        return first.label.clone();
    }
    let zh: Vec<&str> = questions.iter().map(|q| q.label.zh.as_str()).collect();
    let en: Vec<&str> = questions.iter().map(|q| q.label.en.as_str()).collect();
    Text::new(common_start(&zh), common_start(&en))
}

fn common_start(labels: &[&str]) -> String {
    let Some((first, others)) = labels.split_first() else {
        return String::new();
    };
    let mut length = 0;
    for (at, character) in first.char_indices() {
        let end = at + character.len_utf8();
        let (start, _) = first.split_at(end);
        if !others.iter().all(|other| other.starts_with(start)) {
            break;
        }
        length = end;
    }
    let common = first.split_at(length).0;
    // An opened bracket that is not closed within the common part holds the period.
    let opened = common
        .rfind(['（', '('])
        .filter(|at| common.rfind(['）', ')']).is_none_or(|closed| closed < *at));
    let common = opened.and_then(|at| common.get(..at)).unwrap_or(common).trim();
    if common.is_empty() {
        (*first).to_owned()
    } else {
        common.to_owned()
    }
}

fn append(note: &mut Text, more: &Text) {
    note.zh.push_str(&more.zh);
    if !note.en.is_empty() && !more.en.is_empty() {
        note.en.push(' ');
    }
    note.en.push_str(&more.en);
}

#[cfg(test)]
mod tests {
    use super::common_start;

    #[test]
    fn labels_of_a_row_share_their_start() {
        let check = |labels: &[&str], expected: &str| assert_eq!(common_start(labels), expected);
        check(&["营业收入（上年）", "营业收入（前年）"], "营业收入");
        check(&["Value added (last year)", "Value added (year before)"], "Value added");
        check(&["台（套）联网（上年）", "台（套）联网（前年）"], "台（套）联网");
        check(&["台（套）甲", "台（套）乙"], "台（套）");
        check(&["甲", "乙"], "甲");
    }
}
