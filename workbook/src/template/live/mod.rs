//! What a template works out by itself while it is filled in: progress, derived values, contradictions.
//!
//! A hidden sheet holds the value of every question as the expressions of the questionnaire see it (null where it is
//! blank, unreadable or not relevant), below it the derived values and the edit rules, each as a formula with its present
//! result. Everything comes from the questionnaire's own expressions; one that has no counterpart in a spreadsheet is
//! left out, here and in everything that relies on it. The server computes all of it anew: nothing of this is read back.

use std::collections::BTreeMap;

use rust_xlsxwriter::{Formula, Workbook};
use survey::{
    answer::Claims,
    cell::{DateSystem, Place, RawCell},
    expression::{CODE_BAR, CellKind, Expression, NameCell, Value},
    questionnaire::{Action, Question, QuestionType},
    survey::{Evaluation, Guarded, RoundContext, Survey},
};

use super::{TemplateIssue, page, style::Palette};
use crate::{
    error::WriteError,
    extract::{GENERAL, a1},
    language::Language,
    layout::{Layout, RowRole, SheetBody, at},
    prefill::Prefill,
    ticks::TICK,
};

const SHEET: &str = "_checks";
/// Column of values and results, and the two of the progress.
const VALUE: u16 = 1;
const ASKED: u16 = 2;
const ANSWERED: u16 = 3;
const FIRST_ROW: u32 = 1;

/// The formulas of a template.
pub(super) struct Live {
    rows: Vec<Row>,
    /// Derived values, by their place in the questionnaire, with their rows.
    derived: Vec<(usize, u32)>,
    /// Edit rules, by their place in the questionnaire, with their rows.
    rules: Vec<(usize, u32)>,
    /// Rows that say whether a question contradicts another, by question code.
    flags: BTreeMap<String, u32>,
}

/// A row of the hidden sheet.
struct Row {
    code: String,
    value: Cell,
    /// Whether it is asked, and whether it is asked and answered, for questions that are required.
    progress: Option<(Cell, Cell)>,
}

/// A formula and its present result.
#[derive(Clone)]
pub(super) struct Cell {
    pub(super) formula: String,
    pub(super) result: String,
}

/// Shorter than any reason: a mark such as `/` that says nothing.
const SHORTEST_REASON: usize = 2;

/// Where the questions of a template are answered.
struct Sources<'l> {
    answers: BTreeMap<&'l str, Source>,
    /// The cells in which a reason may stand why a question does not apply.
    claims: BTreeMap<&'l str, String>,
}

/// Where the answer to a question stands.
enum Source {
    Cell(String),
    /// The tick cells, by option, and the range they make up.
    Ticks(Vec<(String, String)>),
    Table(String),
}

impl Live {
    pub(super) fn of(survey: &Survey, layout: &Layout, issue: &TemplateIssue, prefill: &Prefill) -> Self {
        let previous = (!issue.previous.is_empty()).then_some(&issue.previous);
        let answers = survey.read_answers(&raw_cells(prefill), DateSystem::From1900).answers;
        let builder = Builder {
            survey,
            language: issue.language,
            evaluation: survey.evaluate(&answers, &RoundContext::new(), previous),
            claims: &issue.claims,
            cells: BTreeMap::new(),
            live: Self {
                rows: Vec::new(),
                derived: Vec::new(),
                rules: Vec::new(),
                flags: BTreeMap::new(),
            },
        };
        builder.build(&sources(layout, issue.language))
    }

    /// The progress: answered of asked, over the questions that must be answered.
    pub(super) fn progress(&self) -> Cell {
        let last = a1_row(FIRST_ROW + u32::try_from(self.rows.len()).unwrap_or(0));
        let sum = |column: u16| {
            let letter = letter(column);
            format!("SUM('{SHEET}'!${letter}${}:${letter}${last})", a1_row(FIRST_ROW))
        };
        let count = |of: fn(&(Cell, Cell)) -> &Cell| {
            let held = self.rows.iter().filter_map(|row| row.progress.as_ref());
            held.filter(|progress| of(progress).result == "1").count()
        };
        Cell {
            formula: format!("={}&\" / \"&{}", sum(ANSWERED), sum(ASKED)),
            result: format!("{} / {}", count(|(_, answered)| answered), count(|(asked, _)| asked)),
        }
    }

    /// Derived values by their place in the questionnaire, as references to the hidden sheet.
    pub(super) fn derived(&self) -> impl Iterator<Item = (usize, Cell)> {
        self.derived.iter().map(|(index, row)| (*index, self.reference(*row)))
    }

    /// Edit rules by their place in the questionnaire: whether each is broken.
    pub(super) fn rules(&self) -> impl Iterator<Item = (usize, Cell)> {
        self.rules.iter().map(|(index, row)| (*index, self.reference(*row)))
    }

    /// The condition under which the cell of a question turns red.
    pub(super) fn flag(&self, question: &str) -> Option<String> {
        self.flags.get(question).map(|_| format!("={}", flag_name(question)))
    }

    /// Writes the hidden sheet and the names by which conditional formats, which may not look at another sheet in every
    /// version of Excel, look at it.
    pub(super) fn write(&self, workbook: &mut Workbook, palette: &Palette) -> Result<(), WriteError> {
        for (question, row) in &self.flags {
            workbook.define_name(flag_name(question), &format!("={}", qualified(*row)))?;
        }
        let sheet = workbook.add_worksheet();
        sheet.set_name(SHEET)?;
        sheet.set_formula_result_default("");
        for (row, line) in (FIRST_ROW..).zip(&self.rows) {
            sheet.write_string_with_format(row, 0, &line.code, &palette.anchor)?;
            sheet.write_formula(row, VALUE, line.value.written())?;
            if let Some((asked, answered)) = &line.progress {
                sheet.write_formula(row, ASKED, asked.written())?;
                sheet.write_formula(row, ANSWERED, answered.written())?;
            }
        }
        page::protect(sheet);
        sheet.set_hidden(true);
        Ok(())
    }

    fn reference(&self, row: u32) -> Cell {
        let at = row.checked_sub(FIRST_ROW).and_then(|at| usize::try_from(at).ok());
        let held = at.and_then(|at| self.rows.get(at));
        Cell {
            formula: format!("={}", qualified(row)),
            result: held.map(|row| row.value.result.clone()).unwrap_or_default(),
        }
    }
}

impl Cell {
    /// The formula with its result, as the writer takes it.
    pub(super) fn written(&self) -> Formula {
        Formula::new(&self.formula).set_result(&self.result)
    }
}

struct Builder<'s> {
    survey: &'s Survey,
    language: Language,
    evaluation: Evaluation,
    claims: &'s Claims,
    /// Cells of the names that have one.
    cells: BTreeMap<String, NameCell>,
    live: Live,
}

impl Builder<'_> {
    fn build(mut self, sources: &Sources<'_>) -> Live {
        let survey = self.survey;
        for question in &survey.questionnaire().questions {
            let code = question.code.as_str();
            if let Some(source) = sources.answers.get(code) {
                let claim = sources.claims.get(code).filter(|_| question.na_allowed);
                self.question(question, source, claim.map(String::as_str));
            }
        }
        for (index, (derived, guarded)) in survey.derived_expressions().enumerate() {
            self.derived(index, &derived.code, &guarded);
        }
        let mut broken_at: BTreeMap<String, Vec<u32>> = BTreeMap::new();
        for (index, (rule, guarded)) in survey.rule_expressions().enumerate() {
            if rule.action == Action::Info {
                continue;
            }
            let Some(row) = self.rule(&rule.code, &guarded) else {
                continue;
            };
            self.live.rules.push((index, row));
            let shown = |code: &&String| {
                matches!(
                    sources.answers.get(code.as_str()),
                    Some(Source::Cell(_) | Source::Ticks(_))
                ) && can_be_named(code)
            };
            for question in rule.cells.iter().filter(shown) {
                broken_at.entry(question.clone()).or_default().push(row);
            }
        }
        for (question, rows) in broken_at {
            self.flag(question, &rows);
        }
        self.live
    }

    fn question(&mut self, question: &Question, source: &Source, claim: Option<&str>) {
        let Some(relevance) = self.relevance(question) else {
            return;
        };
        let code = question.code.as_str();
        let held = match (source, question.kind) {
            (Source::Table(range), _) => format!("IF(COUNTA({range})=0,\"\",COUNTA({range}))"),
            (Source::Ticks(ticks), _) => ticked(ticks),
            (Source::Cell(cell), kind) => self.value_in(cell, kind),
        };
        let formula = match &relevance {
            Some(condition) => format!("=IF({condition},{held},\"\")"),
            None => format!("={held}"),
        };
        let row = self.next_row();
        let value = self.evaluation.scope().get(code);
        let result = match source {
            Source::Table(_) => value.as_list().map(filled_cells).unwrap_or_default(),
            _ => shown(value),
        };
        let kind = match (source, question.kind) {
            (Source::Table(_), _) | (Source::Cell(_), QuestionType::Multi) => None,
            (Source::Ticks(_), _) => Some(CellKind::Codes),
            (_, QuestionType::Boolean) => Some(CellKind::Bool),
            (_, QuestionType::Single | QuestionType::Text | QuestionType::Date) => Some(CellKind::Text),
            _ => Some(CellKind::Number),
        };
        let progress = question.required.then(|| {
            let is_asked = self.evaluation.relevant.contains(code) && (claim.is_none() || !self.is_claimed(code));
            let unclaimed = claim.map(|cell| format!("LEN(TRIM({cell}))<{SHORTEST_REASON}"));
            let conditions: Vec<String> = relevance.iter().cloned().chain(unclaimed).collect();
            let asked = match conditions.as_slice() {
                [] => "=1".to_owned(),
                conditions => format!("=IF(AND({}),1,0)", conditions.join(",")),
            };
            let answered = format!("=IF(AND({}=1,{}<>\"\"),1,0)", local(ASKED, row), local(VALUE, row));
            let number = |yes: bool| if yes { "1" } else { "0" }.to_owned();
            (
                Cell {
                    formula: asked,
                    result: number(is_asked),
                },
                Cell {
                    formula: answered,
                    result: number(is_asked && !result.is_empty()),
                },
            )
        });
        if let Some(kind) = kind {
            let cell = NameCell {
                reference: local(VALUE, row),
                kind,
            };
            self.cells.insert(code.to_owned(), cell);
        }
        self.live.rows.push(Row {
            code: code.to_owned(),
            value: Cell { formula, result },
            progress,
        });
    }

    /// Whether the enterprise says that a question does not apply.
    fn is_claimed(&self, code: &str) -> bool {
        let claim = self.claims.get(code);
        claim.is_some_and(|claim| claim.reason.trim().chars().count() >= SHORTEST_REASON)
    }

    /// The condition under which a question is relevant, `None` for always; nothing where it has no counterpart.
    #[expect(clippy::option_option, reason = "no counterpart and no condition are two things")]
    fn relevance(&self, question: &Question) -> Option<Option<String>> {
        let mut conditions = Vec::new();
        for condition in self.survey.conditions_of(&question.code) {
            if !condition.is_always_true() {
                conditions.push(self.spell(condition)?);
            }
        }
        Some(match conditions.as_slice() {
            [] => None,
            [one] => Some(format!("IFERROR({one},FALSE)")),
            several => Some(format!("IFERROR(AND({}),FALSE)", several.join(","))),
        })
    }

    /// The value of an answer cell as expressions see it.
    fn value_in(&self, cell: &str, kind: QuestionType) -> String {
        match kind {
            QuestionType::Number | QuestionType::Money | QuestionType::Percent | QuestionType::Integer => {
                format!("IF(ISNUMBER({cell}),{cell},\"\")")
            }
            // The code stands before the first blank.
            QuestionType::Single => format!("IF({cell}=\"\",\"\",LEFT({cell},FIND(\" \",{cell}&\" \")-1))"),
            QuestionType::Level => {
                format!("IF({cell}=\"\",\"\",IFERROR(VALUE(LEFT({cell},FIND(\" \",{cell}&\" \")-1)),\"\"))")
            }
            QuestionType::Boolean => {
                let (yes, no) = (self.language.yes_no(true), self.language.yes_no(false));
                format!("IF({cell}=\"{yes}\",TRUE,IF({cell}=\"{no}\",FALSE,\"\"))")
            }
            QuestionType::Date => format!("IF(ISNUMBER({cell}),TEXT({cell},\"yyyy-mm-dd\"),\"\")"),
            QuestionType::Text | QuestionType::Multi | QuestionType::Table => {
                format!("IF({cell}=\"\",\"\",{cell}&\"\")")
            }
        }
    }

    fn derived(&mut self, index: usize, code: &str, guarded: &Guarded<'_>) {
        let Some((needed, expression)) = self.guarded(guarded) else {
            return;
        };
        let formula = match needed {
            Some(needed) => format!("=IFERROR(IF({needed},{expression},\"\"),\"\")"),
            None => format!("=IFERROR({expression},\"\")"),
        };
        let value = self.evaluation.scope().get(code);
        let result = shown(value);
        let row = self.next_row();
        let kind = match guarded.expression.result().present() {
            survey::expression::Type::Double => CellKind::Number,
            survey::expression::Type::Bool => CellKind::Bool,
            _ => CellKind::Text,
        };
        let cell = NameCell {
            reference: local(VALUE, row),
            kind,
        };
        self.cells.insert(code.to_owned(), cell);
        self.live.derived.push((index, row));
        self.live.rows.push(Row {
            code: code.to_owned(),
            value: Cell { formula, result },
            progress: None,
        });
    }

    /// A row that is TRUE while the rule is broken.
    fn rule(&mut self, code: &str, guarded: &Guarded<'_>) -> Option<u32> {
        let (needed, expression) = self.guarded(guarded)?;
        let formula = match needed {
            Some(needed) => format!("=IFERROR(IF({needed},NOT({expression}),FALSE),FALSE)"),
            None => format!("=IFERROR(NOT({expression}),FALSE)"),
        };
        let scope = self.evaluation.scope();
        let is_broken = guarded.applies(scope) && guarded.expression.evaluate(scope) == Ok(Value::Bool(false));
        Some(self.truth(code, formula, is_broken))
    }

    /// A row that is TRUE while any rule at a question is broken.
    fn flag(&mut self, question: String, rows: &[u32]) {
        let cells: Vec<String> = rows.iter().map(|row| local(VALUE, *row)).collect();
        let is_broken = rows.iter().any(|row| self.live.reference(*row).result == "TRUE");
        let row = self.truth(&question, format!("=OR({})", cells.join(",")), is_broken);
        self.live.flags.insert(question, row);
    }

    fn truth(&mut self, code: &str, formula: String, holds: bool) -> u32 {
        let row = self.next_row();
        let result = if holds { "TRUE" } else { "FALSE" }.to_owned();
        self.live.rows.push(Row {
            code: code.to_owned(),
            value: Cell { formula, result },
            progress: None,
        });
        row
    }

    /// What must hold first, where there is something, and the expression itself.
    fn guarded(&self, guarded: &Guarded<'_>) -> Option<(Option<String>, String)> {
        let mut needed = Vec::new();
        for name in guarded.needs {
            needed.push(format!("{}<>\"\"", self.cells.get(name)?.reference));
        }
        if !guarded.guard.is_always_true() {
            needed.push(self.spell(guarded.guard)?);
        }
        let needed = match needed.as_slice() {
            [] => None,
            [one] => Some(one.clone()),
            several => Some(format!("AND({})", several.join(","))),
        };
        Some((needed, self.spell(guarded.expression)?))
    }

    fn spell(&self, expression: &Expression) -> Option<String> {
        expression.formula(&|name| self.cells.get(name).cloned())
    }

    fn next_row(&self) -> u32 {
        FIRST_ROW.saturating_add(u32::try_from(self.live.rows.len()).unwrap_or(u32::MAX))
    }
}

/// Codes of ticked options with bars around them, or nothing.
fn ticked(ticks: &[(String, String)]) -> String {
    let (Some((_, first)), Some((_, last))) = (ticks.first(), ticks.last()) else {
        return "\"\"".to_owned();
    };
    let last = last.rsplit_once('!').map_or(last.as_str(), |(_, cell)| cell);
    let codes: Vec<String> = ticks
        .iter()
        .map(|(option, cell)| {
            format!(
                "IF({cell}=\"{TICK}\",\"{}{CODE_BAR}\",\"\")",
                option.replace('"', "\"\"")
            )
        })
        .collect();
    format!(
        "IF(COUNTIF({first}:{last},\"{TICK}\")=0,\"\",\"{CODE_BAR}\"&{})",
        codes.join("&")
    )
}

/// A value as its cell shows it.
fn shown(value: &Value) -> String {
    match value {
        Value::Double(number) => number.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::Bool(yes) => if *yes { "TRUE" } else { "FALSE" }.to_owned(),
        Value::List(items) if !items.is_empty() => {
            let codes = items.iter().filter_map(Value::as_str);
            codes.fold(CODE_BAR.to_string(), |list, code| format!("{list}{code}{CODE_BAR}"))
        }
        Value::Null | Value::List(_) | Value::Row(_) => String::new(),
    }
}

/// Where every question is answered.
fn sources(layout: &Layout, language: Language) -> Sources<'_> {
    let (mut answers, mut claims) = (BTreeMap::new(), BTreeMap::new());
    for sheet in &layout.sheets {
        let name = language.single(&sheet.name).replace('\'', "''");
        let reference = |row: u32, column: u16| format!("'{name}'!{}", absolute(column, row));
        match &sheet.body {
            SheetBody::Grid(grid) => {
                for (row_number, row) in grid.numbered_rows() {
                    if let Some(column) = grid.claim_column().filter(|_| row.claimable) {
                        let claimed = row.questions.iter().flatten();
                        claims.extend(claimed.map(|code| (code.as_str(), reference(row_number, column))));
                    }
                    for (column, code) in row.numbered_questions() {
                        let cell = reference(row_number, column);
                        match &row.role {
                            RowRole::Answer => {
                                answers.insert(code, Source::Cell(cell));
                            }
                            RowRole::Ticks => {
                                answers.insert(code, Source::Ticks(Vec::new()));
                            }
                            RowRole::Tick { option } => {
                                if let Some(Source::Ticks(ticks)) = answers.get_mut(code) {
                                    ticks.push((option.clone(), cell));
                                }
                            }
                            RowRole::OtherSheet { .. } => {}
                        }
                    }
                }
            }
            SheetBody::Table(table) => {
                let columns = u16::try_from(table.columns.len()).unwrap_or(1).max(1);
                let (last_column, last_row) = (
                    at::FIRST_TABLE_COLUMN.saturating_add(columns - 1),
                    at::FIRST_ROW.saturating_add(table.rows.max(1) - 1),
                );
                let first = reference(at::FIRST_ROW, at::FIRST_TABLE_COLUMN);
                let range = format!("{first}:{}", absolute(last_column, last_row));
                answers.insert(table.question.as_str(), Source::Table(range));
            }
        }
    }
    Sources { answers, claims }
}

/// Prefilled values as the cells of a return.
fn raw_cells(prefill: &Prefill) -> Vec<RawCell> {
    let cell = |(key, cell): (&crate::layout::CellKey, &crate::prefill::PrefillCell)| RawCell {
        question: key.question.clone(),
        table: key.table.clone(),
        place: Place {
            sheet: String::new(),
            cell: String::new(),
        },
        value: cell.value.clone(),
        number_format: cell.number_format.clone().unwrap_or_else(|| GENERAL.to_owned()),
        formula: cell.formula.is_some(),
    };
    prefill.iter().map(cell).collect()
}

/// Whether a code may be part of a defined name.
fn can_be_named(code: &str) -> bool {
    !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn flag_name(question: &str) -> String {
    format!("_flag_{question}")
}

/// A row of the hidden sheet as formulas on other sheets see it.
fn qualified(row: u32) -> String {
    format!("'{SHEET}'!{}", absolute(VALUE, row))
}

/// A cell of the hidden sheet as its own formulas see it.
fn local(column: u16, row: u32) -> String {
    absolute(column, row)
}

fn absolute(column: u16, row: u32) -> String {
    format!("${}${}", letter(column), a1_row(row))
}

fn letter(column: u16) -> String {
    a1(0, u32::from(column)).trim_end_matches('1').to_owned()
}

fn a1_row(row: u32) -> u32 {
    row.saturating_add(1)
}

/// How many cells of a table are filled in, as COUNTA counts them.
fn filled_cells(rows: &[Value]) -> String {
    let of_row = |row: &Value| match row {
        Value::Row(cells) => cells.values().filter(|cell| !cell.is_null()).count(),
        _ => 0,
    };
    rows.iter().map(of_row).sum::<usize>().to_string()
}
