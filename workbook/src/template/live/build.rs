//! The formulas of the hidden sheet, each with its present result.

use std::collections::BTreeMap;

use survey::{
    answer::Claims,
    expression::{CODE_BAR, CellKind, Expression, NameCell, Value},
    questionnaire::{Action, Question, QuestionType},
    survey::{Evaluation, Guarded, Survey},
};

use super::{
    ASKED, Cell, FIRST_ROW, Live, Row, VALUE, absolute,
    sources::{Source, Sources},
};
use crate::{extract::reference::MAX_ROWS, language::Language, ticks::TICK};

/// Shorter than any reason: a mark such as `/` that says nothing.
const SHORTEST_REASON: usize = 2;

/// Builds the rows one after the other.
pub(super) struct Builder<'s> {
    pub(super) survey: &'s Survey,
    pub(super) language: Language,
    pub(super) evaluation: Evaluation,
    pub(super) claims: &'s Claims,
    /// Cells of the names that have one.
    pub(super) cells: BTreeMap<String, NameCell>,
    pub(super) live: Live,
}

impl Builder<'_> {
    pub(super) fn build(mut self, sources: &Sources<'_>) -> Live {
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
        let mut broken_at: BTreeMap<(String, Action), Vec<u32>> = BTreeMap::new();
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
                broken_at.entry((question.clone(), rule.action)).or_default().push(row);
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
            Source::Table(_) => value.as_list().map_or_else(String::new, filled_cells),
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
            let answered = format!(
                "=IF(AND({}=1,{}<>\"\"),1,0)",
                absolute(ASKED, row),
                absolute(VALUE, row)
            );
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
                reference: absolute(VALUE, row),
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
            reference: absolute(VALUE, row),
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

    /// A row that is TRUE while any rule of one severity at a question is broken.
    fn flag(&mut self, question: (String, Action), rows: &[u32]) {
        let cells: Vec<String> = rows.iter().map(|row| absolute(VALUE, *row)).collect();
        let is_broken = rows.iter().any(|row| self.live.reference(*row).result == "TRUE");
        let row = self.truth(&question.0, format!("=OR({})", cells.join(",")), is_broken);
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

    /// Past the last row of a sheet the writer refuses what stands there.
    fn next_row(&self) -> u32 {
        FIRST_ROW.saturating_add(u32::try_from(self.live.rows.len()).unwrap_or(MAX_ROWS))
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

/// Whether a code may be part of a defined name.
fn can_be_named(code: &str) -> bool {
    !code.is_empty() && code.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// How many cells of a table are filled in, as COUNTA counts them.
fn filled_cells(rows: &[Value]) -> String {
    let of_row = |row: &Value| match row {
        Value::Row(cells) => cells.values().filter(|cell| !cell.is_null()).count(),
        _ => 0,
    };
    rows.iter().map(of_row).sum::<usize>().to_string()
}
