//! What a return says against what is known: the registry's own facts (WF26, WF27), and the values that the form works out
//! by itself (WF18). The credit code decides and what is recomputed counts; here it is only told.

use survey::{
    answer::{Answer, Answers},
    codes::RegisteredCode,
    figure,
    finding::Finding,
    identifier::{Uscc, UsccFault, normalise},
    questionnaire::{Action, Question, RegistryFact},
    reading::Reading,
    survey::{DerivedResult, Evaluation, Survey},
    text::Text,
};
use workbook::{anchor::Overwritten, mapping::similarity};

use crate::domain::{count::count, enterprise::Enterprise};

/// What the registry knows of the enterprise whose return it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// Credit code.
    pub uscc: String,
    /// Name.
    pub name: String,
    /// Credit code of the parent, where it has one.
    pub parent_uscc: Option<String>,
}

impl From<&Enterprise> for Registered {
    fn from(enterprise: &Enterprise) -> Self {
        Self {
            uscc: enterprise.facts.uscc.clone(),
            name: enterprise.facts.name.clone(),
            parent_uscc: enterprise.facts.parent_uscc.clone(),
        }
    }
}

/// Where code and name in the return are not those of the registry.
pub(super) fn identity(survey: &Survey, reading: &Reading, registered: &Registered) -> Vec<Finding> {
    let mut found = Vec::new();
    for question in &survey.questionnaire().questions {
        let typed = text(&reading.answers, question);
        let (Some(fact), Some(typed)) = (question.registry, typed) else {
            continue;
        };
        let told = match fact {
            RegistryFact::Uscc => code_differs(typed, registered),
            RegistryFact::Name => name_differs(typed, &registered.name),
            RegistryFact::FormerNames | RegistryFact::OrgCode | RegistryFact::AreaCode | RegistryFact::IndustryCode => {
                None
            }
        };
        let Some((rule, message)) = told else { continue };
        let place = reading.places.get(&question.code).cloned();
        found.push(Finding {
            question: Some(question.code.clone()),
            places: place.into_iter().collect(),
            value: Some(typed.to_owned()),
            ..Finding::of_file(rule, Action::Warn, message)
        });
    }
    found
}

fn text<'a>(answers: &'a Answers, question: &Question) -> Option<&'a str> {
    match answers.get(&question.code)? {
        Answer::Text(text) => Some(text),
        _ => None,
    }
}

fn code_differs(typed: &str, known: &Registered) -> Option<(RegisteredCode, Text)> {
    let registered = known.uscc.as_str();
    let typed_code = normalise(typed);
    if typed_code == normalise(registered) {
        return None;
    }
    if known
        .parent_uscc
        .as_deref()
        .is_some_and(|parent| normalise(parent) == typed_code)
    {
        return Some((
            RegisteredCode::ParentCode,
            Text::new(
                format!(
                    "表中填的是母公司的信用代码。这份表是母公司的，还是本企业（{registered}）的？如是本企业的，请改成本企业代码。"
                ),
                format!(
                    "The credit code is that of the parent. Is the return the parent's or the enterprise's own ({registered})? If it is its own, enter its own code."
                ),
            ),
        ));
    }
    let meant = match Uscc::parse(typed) {
        Err(UsccFault::Character {
            candidate: Some(candidate),
            ..
        }) => Some(candidate),
        _ => None,
    };
    Some(match meant {
        Some(meant) => (
            RegisteredCode::LettersInCode,
            Text::new(
                format!(
                    "代码里有字母 O 或 I，可能是 {}；建档代码为 {registered}。请核对后改正。",
                    meant.as_str()
                ),
                format!(
                    "The code holds a letter O or I; {} may be meant. The registered code is {registered}. Check and correct it.",
                    meant.as_str()
                ),
            ),
        ),
        None => (
            RegisteredCode::CodeDiffers,
            Text::new(
                format!(
                    "表中的信用代码与建档代码 {registered} 不同。以建档代码为准；如填的是总公司或其他单位的代码，请改成本企业的。"
                ),
                format!(
                    "The credit code is not the registered one, {registered}, which counts. If it is that of the parent or of another unit, enter your own."
                ),
            ),
        ),
    })
}

fn name_differs(typed: &str, registered: &str) -> Option<(RegisteredCode, Text)> {
    let letters = |text: &str| -> String { normalise(text).chars().filter(|c| c.is_alphanumeric()).collect() };
    if letters(typed) == letters(registered) {
        return None;
    }
    let alike = format!("{:.0}%", similarity(typed, registered) * 100.0);
    Some((
        RegisteredCode::NameDiffers,
        Text::new(
            format!(
                "表中的名称与建档名称“{registered}”不同（相似度 {alike}）。以信用代码为准；如已更名，请说明，由审核人确认。"
            ),
            format!(
                "The name is not the registered one, \"{registered}\" (alike to {alike}). The credit code decides; say so if the name has changed, and the reviewer confirms it."
            ),
        ),
    ))
}

/// Where a number was put over a value that the form works out by itself, and is another.
pub(super) fn overwritten(survey: &Survey, evaluation: &Evaluation, cells: &[Overwritten]) -> Vec<Finding> {
    let derived_of = |cell: &Overwritten| {
        let mut all = survey.questionnaire().derived.iter();
        all.find(|derived| derived.code == cell.derived)
    };
    let shown = |cell: &Overwritten| derived_of(cell).map_or(0, |derived| derived.decimals.min(10));
    let differs = |cell: &&Overwritten| match evaluation.derived.get(&cell.derived) {
        // As it is shown, rounded.
        Some(DerivedResult::Number(computed)) => {
            (computed - cell.value).abs() > 0.501 * 10_f64.powi(-count::<_, i32>(shown(cell)))
        }
        Some(DerivedResult::Text(_)) | None => true,
    };
    let told = cells.iter().filter(differs).map(|cell| {
        let derived = derived_of(cell);
        let label = derived.map_or_else(Text::default, |derived| derived.label.clone());
        let unit = derived.and_then(|derived| survey.questionnaire().units.get(&derived.unit));
        let unit = unit.map_or_else(Text::default, |unit| unit.label.clone());
        let computed = match evaluation.derived.get(&cell.derived) {
            Some(DerivedResult::Number(number)) => figure::with_units(&figure::figure(*number, figure::ENTERED), &unit),
            Some(DerivedResult::Text(_)) | None => Text::new("—", "—"),
        };
        let found = figure::with_units(&figure::figure(cell.value, figure::ENTERED), &unit);
        Finding {
            places: vec![cell.place.clone()],
            value: Some(cell.value.to_string()),
            ..Finding::of_file(
                RegisteredCode::ComputedOverwritten,
                Action::Info,
                Text::new(
                    format!(
                        "“{}”由系统计算，本格已被改写为 {}；以系统计算的 {} 为准。",
                        label.zh, found.zh, computed.zh
                    ),
                    format!(
                        "“{}” is computed and its cell was overwritten with {}; the recomputed {} counts.",
                        label.en, found.en, computed.en
                    ),
                ),
            )
        }
    });
    told.collect()
}
