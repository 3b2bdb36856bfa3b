//! The report on a return, ready to be shown: findings with the labels of what they are about and what was said to
//! them, and everything that was read otherwise than it was typed. Nothing is converted in silence.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{
    answer::{Answer, Answers},
    cell::{Place, Provenances},
    figure,
    finding::{Finding, Findings, Progress},
    justification::{Justification, JustificationReason, JustificationReasons, valid},
    questionnaire::{Action, ChoiceOption, TableColumn},
    survey::Survey,
    text::Text,
};

/// The report on one revision of a return.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Title of the questionnaire.
    pub title: Text,
    /// How much of what is asked was read.
    #[serde(default)]
    pub progress: Progress,
    /// What the review has to say of the revision before any finding: why it was sent back, and the like.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<Text>,
    /// Findings by sheet and row, at most [`Findings::CAP`].
    pub findings: Vec<FindingLine>,
    /// All blocking findings, also those beyond the cap.
    pub block: usize,
    /// All warnings, also those beyond the cap.
    pub warn: usize,
    /// All notes, also those beyond the cap.
    pub info: usize,
    /// Answers that were read otherwise than they were typed, in the order of the questionnaire, at most
    /// [`Report::MOST_READINGS`].
    pub readings: Vec<ReadingLine>,
    /// The reasons that a justification may give.
    pub reasons: Vec<JustificationReason>,
}

/// A finding as it is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingLine {
    /// The finding.
    pub finding: Finding,
    /// What is asked in the cell: label of the question, of the column too in a table. Empty where no question is known.
    pub label: Text,
    /// What people call the rule: an edit rule by its code, a built-in check by its class.
    #[serde(default)]
    pub rule: Text,
    /// What the enterprise said to it, while that counts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub justification: Option<Justification>,
    /// What it said when the values were others: shown, never counted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lapsed: Option<Justification>,
}

/// An answer that was read otherwise than it was typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadingLine {
    /// Where it stands.
    pub place: Place,
    /// Question code.
    pub question: String,
    /// What is asked there.
    pub label: Text,
    /// The text as typed.
    pub original: String,
    /// What it was read as.
    pub value: Text,
}

impl Report {
    /// The number of readings that are listed.
    pub const MOST_READINGS: usize = 2000;

    /// The report on a revision. `given` are all justifications of the return in the order in which they were given.
    pub fn of(
        survey: &Survey,
        findings: &Findings,
        answers: &Answers,
        provenance: &Provenances,
        reasons: &JustificationReasons,
        given: &[Justification],
    ) -> Self {
        let counted = valid(findings, given);
        let line = |finding: &Finding| {
            let justification = counted.get(&finding.key).copied().cloned();
            let last = given.iter().rev().find(|given| given.finding_key == finding.key);
            let lapsed = last.filter(|_| justification.is_none() && finding.is_justifiable());
            FindingLine {
                label: label_of_finding(survey, finding),
                rule: name_of_rule(survey, finding),
                justification,
                lapsed: lapsed.cloned(),
                finding: finding.clone(),
            }
        };
        let mut lines: Vec<FindingLine> = findings.items.iter().map(line).collect();
        let sheets = Sheets::of(survey, findings, provenance);
        lines.sort_by_cached_key(|line| sheets.order(&line.finding));
        Self {
            title: survey.questionnaire().title.clone(),
            progress: findings.progress.clone(),
            findings: lines,
            remarks: Vec::new(),
            block: findings.block,
            warn: findings.warn,
            info: findings.info,
            readings: readings(survey, answers, provenance),
            reasons: reasons.reasons.clone(),
        }
    }

    /// The warnings that are listed and not justified.
    pub fn unjustified(&self) -> impl Iterator<Item = &FindingLine> {
        self.findings
            .iter()
            .filter(|line| line.finding.action == Action::Warn && line.justification.is_none())
    }
}

/// The order of the sheets of a workbook: that in which the questions stand.
struct Sheets(BTreeMap<String, usize>);

impl Sheets {
    fn of(survey: &Survey, findings: &Findings, provenance: &Provenances) -> Self {
        let mut first: BTreeMap<String, usize> = BTreeMap::new();
        let read = provenance
            .iter()
            .map(|(key, provenance)| (CellName::of(key).question, &provenance.place));
        let found = findings.items.iter().filter_map(|finding| {
            let question = finding.question.as_deref();
            let place = finding.places.first();
            question.zip(place)
        });
        for (question, place) in read.chain(found) {
            let Some(position) = survey.position(question) else {
                continue;
            };
            let known = first.entry(place.sheet.clone()).or_insert(position);
            *known = position.min(*known);
        }
        Self(first)
    }

    /// By sheet, row and column; what has no place comes first, sheets without questions last.
    fn order(&self, finding: &Finding) -> (Option<(usize, String, u32, u32)>, Action) {
        let place = finding.places.first().map(|place| {
            let sheet = self.0.get(&place.sheet).copied().unwrap_or(usize::MAX);
            let (row, column) = row_and_column(&place.cell);
            (sheet, place.sheet.clone(), row, column)
        });
        (place, finding.action)
    }
}

/// Row and column of an A1 reference as numbers that sort.
fn row_and_column(cell: &str) -> (u32, u32) {
    let digits = cell.find(|c: char| c.is_ascii_digit()).unwrap_or(cell.len());
    let (letters, digits) = cell.split_at(digits);
    let column = letters.bytes().fold(0_u32, |column, letter| {
        column
            .saturating_mul(26)
            .saturating_add(u32::from(letter.to_ascii_uppercase().saturating_sub(b'@')))
    });
    (digits.parse().unwrap_or(0), column)
}

fn name_of_rule(survey: &Survey, finding: &Finding) -> Text {
    let mut rules = survey.questionnaire().edit_rules.iter();
    if rules.any(|rule| rule.code == finding.rule) {
        same(&finding.rule)
    } else {
        finding.class.title()
    }
}

fn readings(survey: &Survey, answers: &Answers, provenance: &Provenances) -> Vec<ReadingLine> {
    let mut lines: Vec<(usize, ReadingLine)> = provenance
        .iter()
        .filter(|(_, provenance)| !provenance.normalised_by.is_empty())
        .filter_map(|(key, provenance)| {
            let cell = CellName::of(key);
            let answer = cell.answer(answers)?;
            let line = ReadingLine {
                place: provenance.place.clone(),
                question: cell.question.to_owned(),
                label: cell.label(survey),
                original: provenance.raw.clone(),
                value: cell.shown(survey, answer),
            };
            Some((survey.position(cell.question)?, line))
        })
        .collect();
    lines.sort_by_key(|(position, _)| *position);
    lines.truncate(Report::MOST_READINGS);
    lines.into_iter().map(|(_, line)| line).collect()
}

/// The label of what a finding is about: its key names the cell, `WF12@V02.0.start`.
fn label_of_finding(survey: &Survey, finding: &Finding) -> Text {
    let Some(question) = &finding.question else {
        return Text::default();
    };
    let column = finding
        .key
        .split_once('@')
        .and_then(|(_, cell)| cell.strip_prefix(question.as_str())?.strip_prefix('.')?.split_once('.'))
        .map(|(_, column)| column.split('~').next().unwrap_or(column));
    CellName {
        question,
        row: None,
        column,
    }
    .label(survey)
}

/// A key of provenance taken apart.
struct CellName<'k> {
    question: &'k str,
    row: Option<usize>,
    column: Option<&'k str>,
}

impl<'k> CellName<'k> {
    fn of(key: &'k str) -> Self {
        let whole = Self {
            question: key,
            row: None,
            column: None,
        };
        let Some((question, rest)) = key.split_once('[') else {
            return whole;
        };
        let Some((row, column)) = rest.split_once("].") else {
            return whole;
        };
        Self {
            question,
            row: row.parse().ok(),
            column: Some(column),
        }
    }

    fn answer<'a>(&self, answers: &'a Answers) -> Option<&'a Answer> {
        match (answers.get(self.question)?, self.column) {
            (Answer::Table(rows), Some(column)) => rows.get(self.row?)?.get(column),
            (answer, None) => Some(answer),
            _ => None,
        }
    }

    fn label(&self, survey: &Survey) -> Text {
        let Some(question) = survey.question(self.question) else {
            return Text::default();
        };
        let column = self
            .column
            .and_then(|code| question.table_columns().iter().find(|column| column.code == code));
        let Some(column) = column else {
            return question.label.clone();
        };
        let row = self.row.map_or_else(Text::default, |row| {
            Text::new(format!("（第 {} 行）", row + 1), format!(" (row {})", row + 1))
        });
        Text::new(
            format!("{}：{}{}", question.label.zh, column.label.zh, row.zh),
            format!("{}: {}{}", question.label.en, column.label.en, row.en),
        )
    }

    /// An answer as people read it: options with their labels.
    fn shown(&self, survey: &Survey, answer: &Answer) -> Text {
        let column = |code: &str| {
            let question = survey.question(self.question)?;
            question.table_columns().iter().find(|column| column.code == code)
        };
        let options = match self.column {
            None => survey.options(self.question),
            Some(code) => column(code).map_or(&[] as &[ChoiceOption], TableColumn::own_options),
        };
        let labelled = |code: &str| {
            let option = options.iter().find(|option| option.code == code);
            option.map_or_else(
                || same(code),
                |option| {
                    Text::new(
                        format!("{code} {}", option.label.zh),
                        format!("{code} {}", option.label.en),
                    )
                },
            )
        };
        match answer {
            Answer::Number(number) if !options.is_empty() => labelled(&number.normalize().to_string()),
            Answer::Number(number) => same(&figure::entered(*number)),
            Answer::Text(text) | Answer::Date(text) => same(text),
            Answer::Choice(code) => labelled(code),
            Answer::Choices(codes) => {
                let labels: Vec<Text> = codes.iter().map(|code| labelled(code)).collect();
                let join = |of: fn(&Text) -> &str| labels.iter().map(of).collect::<Vec<_>>().join("；");
                Text::new(join(|text| &text.zh), join(|text| &text.en))
            }
            Answer::Boolean(true) => Text::new("是", "Yes"),
            Answer::Boolean(false) => Text::new("否", "No"),
            Answer::Table(_) => Text::default(),
        }
    }
}

fn same(text: &str) -> Text {
    Text::new(text, text)
}

#[cfg(test)]
mod tests {
    use super::row_and_column;

    #[test]
    fn cells_sort_by_row_and_column() {
        let check = |cell: &str, expected: (u32, u32)| assert_eq!(row_and_column(cell), expected);
        check("A1", (1, 1));
        check("Z9", (9, 26));
        check("AB12", (12, 28));
        check("", (0, 0));
    }
}
