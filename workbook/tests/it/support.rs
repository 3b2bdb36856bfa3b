//! The shipped questionnaire with its code lists, and the invented enterprises of the worked examples.

use std::{
    collections::BTreeMap,
    fs,
    sync::{Arc, LazyLock},
};

use serde_json::Value;
use survey::{
    answer::{Answer, AnswerRow, Answers},
    questionnaire::{QuestionType, Questionnaire},
    survey::Survey,
    tables::{
        AreaTable, Co2Factors, EnergyFactors, FactorSettings, GridFactors, IndustryTable, ReferenceTables,
        SizeClassRules,
    },
    text::Text,
};
use workbook::{
    language::Language,
    layout::Layout,
    options::OptionLists,
    prefill::{Prefill, raw_values},
    template::{Addressee, RoundTitle, TemplateIssue, write},
};

/// A file of the repository, by its path from the root.
pub(crate) fn read(path: &str) -> String {
    let path = format!("{}/../{path}", env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The shipped questionnaire, as it is asked in 2026.
pub(crate) fn questionnaire() -> Questionnaire {
    let document: Questionnaire =
        serde_json::from_str(&read("data/questionnaire_integration.json")).expect("the questionnaire is valid");
    document.in_year(2026).expect("it names years")
}

/// The shipped words for the same.
pub(crate) fn synonyms() -> survey::synonyms::Synonyms {
    survey::synonyms::Synonyms::parse(read("data/synonyms.json").as_bytes()).expect("the synonyms are valid")
}

/// It compiled with the shipped tables.
pub(crate) static SURVEY: LazyLock<Survey> = LazyLock::new(|| {
    let data = |name: &str| fs::read(format!("{}/../data/{name}", env!("CARGO_MANIFEST_DIR"))).expect("shipped data");
    let tables = ReferenceTables {
        areas: AreaTable::parse(&data("areas_fuyang.csv")).expect("areas"),
        industries: IndustryTable::parse("GB/T 4754-2017", &data("industry_gbt4754_2017.csv")).expect("industries"),
        sizes: SizeClassRules::parse(&data("size_classes.json")).expect("size classes"),
        energy: EnergyFactors::parse(&data("energy_factors.csv")).expect("energy factors"),
        co2: Co2Factors::parse(&data("co2_factors.csv")).expect("CO2 factors"),
        grid: GridFactors::parse(&data("grid_factors.csv")).expect("grid factors"),
        settings: FactorSettings::parse(&data("factor_settings.json")).expect("settings"),
    };
    Survey::compile(questionnaire(), Arc::new(tables)).expect("the shipped questionnaire is valid")
});

/// Its code lists, resolved from the CSV files in `data/`.
pub(crate) fn option_lists(questionnaire: &Questionnaire) -> OptionLists {
    let mut lists = OptionLists::new();
    for question in &questionnaire.questions {
        let Some(reference) = &question.options_ref else {
            continue;
        };
        let text = read(&format!("data/{}", reference.file));
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let rows = reader
            .deserialize::<BTreeMap<String, String>>()
            .map(|row| row.expect("the code list is valid"));
        let wanted = rows.filter(|row| {
            reference
                .filter
                .iter()
                .all(|(column, value)| row.get(column) == Some(value))
        });
        let option = |row: BTreeMap<String, String>| {
            (
                row[&reference.value].clone(),
                Text::new(&*row[&reference.label], &*row[&reference.label]),
            )
        };
        lists.insert(question.code.clone(), wanted.map(option).collect());
    }
    lists
}

/// The answers of one of the five worked enterprises, from 0.
pub(crate) fn worked_answers(questionnaire: &Questionnaire, enterprise: usize) -> Answers {
    let examples: Value =
        serde_json::from_str(&read("tests/fixtures/domain/worked_examples.json")).expect("valid JSON");
    let given = examples["enterprises"][enterprise]["answers"]
        .as_object()
        .expect("answers")
        .clone();
    let mut answers = Answers::new();
    for question in &questionnaire.questions {
        let Some(value) = given.get(&question.code) else {
            continue;
        };
        let answer = if question.kind == QuestionType::Table {
            let columns = question.columns.as_deref().unwrap_or_default();
            let row = |row: &Value| -> AnswerRow {
                let cell =
                    |c: &survey::questionnaire::TableColumn| Some((c.code.clone(), answer(c.kind, row.get(&c.code)?)?));
                columns.iter().filter_map(cell).collect()
            };
            Some(Answer::Table(value.as_array().expect("rows").iter().map(row).collect()))
        } else {
            answer(question.kind, value)
        };
        answers.extend(answer.map(|answer| (question.code.clone(), answer)));
    }
    answers
}

fn answer(kind: QuestionType, value: &Value) -> Option<Answer> {
    let text = || value.as_str().map(str::to_owned);
    Some(match kind {
        _ if value.is_null() => return None,
        QuestionType::Text => Answer::Text(text()?),
        QuestionType::Date => Answer::Date(text()?),
        QuestionType::Single => Answer::Choice(text()?),
        QuestionType::Multi => Answer::Choices(
            value
                .as_array()?
                .iter()
                .filter_map(|code| Some(code.as_str()?.to_owned()))
                .collect(),
        ),
        QuestionType::Boolean => Answer::Boolean(value.as_bool()?),
        _ => Answer::Number(value.to_string().parse().ok()?),
    })
}

/// An issue to an invented enterprise.
pub(crate) fn issue(language: Language) -> TemplateIssue {
    TemplateIssue {
        template_id: "0198c0de-0000-7000-8000-000000000001".into(),
        issued_at: "2026-03-01T08:00:00Z".into(),
        enterprise: Addressee {
            id: "0198c0de-0000-7000-8000-0000000000e1".into(),
            name: "示例球拍厂".into(),
            uscc: "91330111XY0000012M".into(),
            town: "东洲街道".into(),
        },
        round: RoundTitle {
            id: "0198c0de-0000-7000-8000-0000000000a1".into(),
            code: "2026".into(),
            title: Text::new(
                "2026年度两化融合与节能调查",
                "Survey of integration and energy saving, 2026",
            ),
            opens_on: "2026-03-01".into(),
            due_on: "2026-04-15".into(),
        },
        language,
        ..TemplateIssue::default()
    }
}

/// Everything a test needs to write a template and to read it back.
pub(crate) struct Form {
    /// The questionnaire.
    pub(crate) questionnaire: Questionnaire,
    /// Its code lists.
    pub(crate) lists: OptionLists,
}

impl Form {
    /// The shipped form.
    pub(crate) fn shipped() -> Self {
        let questionnaire = questionnaire();
        let lists = option_lists(&questionnaire);
        Self { questionnaire, lists }
    }

    /// A template without variant, filled as given.
    pub(crate) fn write(&self, issue: &TemplateIssue, prefill: &Prefill) -> Vec<u8> {
        let layout = Layout::of(&self.questionnaire, &self.lists, None);
        write(&layout, &self.questionnaire, &self.lists, issue, prefill).expect("the template is written")
    }

    /// A return with the given answers.
    pub(crate) fn filled(&self, answers: &Answers, language: Language) -> Vec<u8> {
        let prefill = raw_values(&self.questionnaire, &self.lists, answers, language);
        self.write(&issue(language), &prefill)
    }
}
