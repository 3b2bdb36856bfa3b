//! A return written on an older version of a questionnaire, read for the version in force.
//!
//! Answers go over by question code. A question whose definition has changed between the versions asks something else:
//! its answer counts as not given, and that is told. Help texts, bounds, relevance and whether an answer is required are
//! no part of the definition; what they say of an answer is checked by the version in force.

use survey::{
    cell::LayoutNotice,
    questionnaire::{Action, Question, Questionnaire, TableColumn},
    text::Text,
};

use crate::{
    anchor::ReturnWorkbook,
    options::{Choice, OptionLists, choices, column_choices},
};

/// The same return as one of the version in force. `lists` are the code lists that both versions are read with.
#[must_use]
pub fn carry_over(
    mut returned: ReturnWorkbook,
    older: &Questionnaire,
    current: &Questionnaire,
    lists: &OptionLists,
) -> ReturnWorkbook {
    let find = |questionnaire: &Questionnaire, code: &str| {
        questionnaire
            .questions
            .iter()
            .position(|question| question.code == code)
    };
    let mut notices = vec![accepted(older, current)];
    let mut changed: Vec<&str> = Vec::new();
    for question in &older.questions {
        let now = find(current, &question.code).and_then(|at| current.questions.get(at));
        if now.is_some_and(|now| same_definition(question, now, lists)) {
            continue;
        }
        changed.push(&question.code);
        let mut places: Vec<_> = returned
            .cells
            .iter()
            .filter(|cell| cell.question == question.code)
            .map(|cell| cell.place.clone())
            .collect();
        places.truncate(20);
        notices.push(LayoutNotice {
            code: if now.is_some() {
                "WF24.definition_changed"
            } else {
                "WF24.question_gone"
            }
            .to_owned(),
            action: if now.is_some() { Action::Warn } else { Action::Info },
            question: now.map(|now| now.code.clone()),
            places,
            message: message(question, now),
        });
    }
    for cells in [&mut returned.cells, &mut returned.claims] {
        cells.retain(|cell| !changed.contains(&cell.question.as_str()));
    }
    let is_new = |question: &&Question| find(older, &question.code).is_none();
    let new: Vec<&str> = current
        .questions
        .iter()
        .filter(is_new)
        .map(|q| q.code.as_str())
        .collect();
    if !new.is_empty() {
        notices.push(added(&new));
    }
    notices.append(&mut returned.notices);
    returned.notices = notices;
    returned
}

fn accepted(older: &Questionnaire, current: &Questionnaire) -> LayoutNotice {
    let (older, current) = (&older.version, &current.version);
    LayoutNotice {
        code: "WF24.older_version".to_owned(),
        action: Action::Info,
        question: None,
        places: Vec::new(),
        message: Text::new(
            format!("这是 {older} 版调查表，本期已用 {current} 版；旧版仍可接受，已按题项代码读取。"),
            format!(
                "This is version {older} of the form, version {current} is in force; the older one is still accepted and was read by question code."
            ),
        ),
    }
}

fn message(question: &Question, now: Option<&Question>) -> Text {
    let code = &question.code;
    match now {
        Some(now) => Text::new(
            format!(
                "{code} 的定义在新版中已改变（现为“{}”），旧版的答案按未填处理。请下载新版调查表，按新的定义填写。",
                now.label.zh
            ),
            format!(
                "The definition of {code} has changed (it is now \"{}\"); the answer on the older form counts as not given. Download the new form and answer it anew.",
                now.label.en
            ),
        ),
        None => Text::new(
            format!("新版调查表不再问 {code}，该答案没有读取。"),
            format!("The version in force no longer asks {code}; the answer was not read."),
        ),
    }
}

fn added(codes: &[&str]) -> LayoutNotice {
    let shown: Vec<&str> = codes.iter().take(30).copied().collect();
    LayoutNotice {
        code: "WF24.questions_added".to_owned(),
        action: Action::Info,
        question: None,
        places: Vec::new(),
        message: Text::new(
            format!(
                "新版新增 {} 题（{}），旧版里没有，按未填处理。",
                codes.len(),
                shown.join("、")
            ),
            format!(
                "The version in force asks {} more questions ({}); they count as blank.",
                codes.len(),
                shown.join(", ")
            ),
        ),
    }
}

/// Whether two versions of a question ask the same: wording, kind, unit, period, options and columns.
pub fn same_definition(older: &Question, current: &Question, lists: &OptionLists) -> bool {
    let columns = |question: &'_ Question| question.columns.clone().unwrap_or_default();
    older.label == current.label
        && older.kind == current.kind
        && older.unit == current.unit
        && older.period == current.period
        && older.options_ref == current.options_ref
        && same_choices(&choices(older, lists), &choices(current, lists))
        && columns(older).len() == columns(current).len()
        && columns(older)
            .iter()
            .zip(&columns(current))
            .all(|(older, current)| same_column(older, current))
}

fn same_column(older: &TableColumn, current: &TableColumn) -> bool {
    older.code == current.code
        && older.label == current.label
        && older.kind == current.kind
        && older.unit == current.unit
        && same_choices(&column_choices(older), &column_choices(current))
}

/// The same options; their order says nothing.
fn same_choices(older: &[Choice<'_>], current: &[Choice<'_>]) -> bool {
    older.len() == current.len() && older.iter().all(|choice| current.contains(choice))
}
