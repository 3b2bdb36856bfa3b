//! A return written on an older version of a questionnaire, read for the version in force.
//!
//! Answers go over by question code. A question whose definition has changed between the versions asks something else:
//! its answer counts as not given, and that is told. Help texts, bounds, relevance and whether an answer is required are
//! no part of the definition; what they say of an answer is checked by the version in force.

use survey::{
    cell::{LayoutNotice, RawCell},
    questionnaire::{Action, Question, Questionnaire, TableColumn},
    text::Text,
};

use crate::{
    anchor::ReturnWorkbook,
    codes::NoticeCode,
    options::{Choice, OptionLists, choices, column_choices},
};

/// The way from an older version of a questionnaire to the one in force, for any number of returns.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    accepted: LayoutNotice,
    /// Questions of the older version that are gone or ask something else, by code, with what is said of their answers.
    lost: Vec<(String, LayoutNotice)>,
    /// What is said of new questions, if there are any.
    added: Option<LayoutNotice>,
}

impl Passage {
    /// `lists` are the code lists that both versions are read with.
    pub fn new(older: &Questionnaire, current: &Questionnaire, lists: &OptionLists) -> Self {
        let lost = older.questions.iter().filter_map(|question| {
            let now = find(current, &question.code);
            if now.is_some_and(|now| same_definition(question, now, lists)) {
                return None;
            }
            Some((question.code.clone(), lost(question, now)))
        });
        let new = current
            .questions
            .iter()
            .filter(|question| find(older, &question.code).is_none());
        let new: Vec<&str> = new.map(|question| question.code.as_str()).collect();
        Self {
            accepted: accepted(older, current),
            lost: lost.collect(),
            added: (!new.is_empty()).then(|| added(&new)),
        }
    }

    /// Takes answers and claims over: those of lost questions are left behind. Gives what is said of it.
    pub fn carry(&self, cells: &mut Vec<RawCell>, claims: &mut Vec<RawCell>) -> Vec<LayoutNotice> {
        let lost = self.lost.iter().map(|(code, notice)| {
            let places = cells.iter().filter(|cell| cell.question == *code);
            let mut notice = notice.clone();
            notice.places = places.map(|cell| cell.place.clone()).take(MOST_PLACES).collect();
            notice
        });
        let notices = std::iter::once(self.accepted.clone())
            .chain(lost)
            .chain(self.added.clone());
        let notices = notices.collect();
        for cells in [cells, claims] {
            cells.retain(|cell| !self.lost.iter().any(|(code, _)| *code == cell.question));
        }
        notices
    }
}

fn find<'q>(questionnaire: &'q Questionnaire, code: &str) -> Option<&'q Question> {
    questionnaire.questions.iter().find(|question| question.code == code)
}

/// Places that one notice names.
const MOST_PLACES: usize = 20;

/// The same return as one of the version in force. `lists` are the code lists that both versions are read with.
#[must_use]
pub fn carry_over(
    mut returned: ReturnWorkbook,
    older: &Questionnaire,
    current: &Questionnaire,
    lists: &OptionLists,
) -> ReturnWorkbook {
    let passage = Passage::new(older, current, lists);
    let mut notices = passage.carry(&mut returned.cells, &mut returned.claims);
    notices.append(&mut returned.notices);
    returned.notices = notices;
    returned
}

fn lost(question: &Question, now: Option<&Question>) -> LayoutNotice {
    let (code, action) = match now {
        Some(_) => (NoticeCode::DefinitionChanged, Action::Warn),
        None => (NoticeCode::QuestionGone, Action::Info),
    };
    let still_asked = now.map(|now| now.code.as_str());
    LayoutNotice::of(code, action, still_asked, Vec::new(), message(question, now))
}

fn accepted(older: &Questionnaire, current: &Questionnaire) -> LayoutNotice {
    let (older, current) = (&older.version, &current.version);
    LayoutNotice::of(
        NoticeCode::OlderVersion,
        Action::Info,
        None,
        Vec::new(),
        Text::new(
            format!("这是 {older} 版调查表，本期已用 {current} 版；旧版仍可接受，已按题项代码读取。"),
            format!(
                "This is version {older} of the form, version {current} is in force; the older one is still accepted and was read by question code."
            ),
        ),
    )
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
    LayoutNotice::of(
        NoticeCode::QuestionsAdded,
        Action::Info,
        None,
        Vec::new(),
        Text::new(
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
    )
}

/// Whether two versions of a question ask the same: wording, kind, unit, period, options and columns.
pub fn same_definition(older: &Question, current: &Question, lists: &OptionLists) -> bool {
    let (older_columns, current_columns) = (older.table_columns(), current.table_columns());
    older.label == current.label
        && older.kind == current.kind
        && older.unit == current.unit
        && older.period == current.period
        && older.options_ref == current.options_ref
        && same_choices(&choices(older, lists), &choices(current, lists))
        && older_columns.len() == current_columns.len()
        && older_columns
            .iter()
            .zip(current_columns)
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
