//! Codes, sections and the declared expression environment.

use std::collections::BTreeSet;

use super::{Faults, environment};
use crate::{
    codes::DocumentCode,
    expression::Library,
    questionnaire::{ContextSource, ExpressionEnvironment, QuestionType, Questionnaire},
};

/// Words that mean something else in an expression.
const RESERVED: [&str; 22] = [
    "as",
    "break",
    "const",
    "continue",
    "ctx",
    "else",
    "false",
    "for",
    "function",
    "if",
    "import",
    "in",
    "let",
    "loop",
    "namespace",
    "null",
    "package",
    "prev",
    "return",
    "true",
    "void",
    "while",
];
pub(super) fn check(questionnaire: &Questionnaire, functions: &Library, faults: &mut Faults) {
    let Questionnaire {
        questions,
        derived,
        edit_rules,
        sections,
        variants,
        ..
    } = questionnaire;
    faults.check_unique(questions.iter().map(|q| q.code.as_str()), |index| {
        format!("/questions/{index}/code")
    });
    faults.check_unique(derived.iter().map(|d| d.code.as_str()), |index| {
        format!("/derived/{index}/code")
    });
    faults.check_unique(edit_rules.iter().map(|r| r.code.as_str()), |index| {
        format!("/edit_rules/{index}/code")
    });
    faults.check_unique(sections.iter().map(|s| s.code.as_str()), |index| {
        format!("/sections/{index}/code")
    });
    faults.check_unique(variants.iter().map(|v| v.code.as_str()), |index| {
        format!("/variants/{index}/code")
    });
    let asked: BTreeSet<&str> = questions.iter().map(|question| question.code.as_str()).collect();
    for (index, value) in derived.iter().enumerate() {
        if asked.contains(value.code.as_str()) {
            faults.add(
                DocumentCode::CodeDuplicate,
                format!("/derived/{index}/code"),
                format!("派生值“{}”与题项同名。请改名。", value.code),
                format!(
                    "The derived value '{}' has the code of a question. Rename it.",
                    value.code
                ),
            );
        }
    }
    let names = questions
        .iter()
        .enumerate()
        .map(|(index, question)| (format!("/questions/{index}/code"), question.code.as_str()))
        .chain(
            derived
                .iter()
                .enumerate()
                .map(|(index, d)| (format!("/derived/{index}/code"), d.code.as_str())),
        );
    for (pointer, code) in names {
        if !is_name(code) {
            faults.add(
                DocumentCode::CodeForm,
                pointer,
                format!("代码“{code}”不能用作表达式里的名字。请用字母开头，只含字母、数字和下划线。"),
                format!("The code '{code}' cannot be a name in an expression. Use a letter, then letters, digits and underscores."),
            );
        }
    }
    for (index, section) in sections.iter().enumerate() {
        if !questions.iter().any(|question| question.section == section.code) {
            faults.add(
                DocumentCode::SectionEmpty,
                format!("/sections/{index}"),
                format!("部分“{}”没有题项。请删去或补上题项。", section.code),
                format!(
                    "The section '{}' has no questions. Remove it or add some.",
                    section.code
                ),
            );
        }
    }
    check_variant_question(questionnaire, faults);
    if questionnaire
        .last_survey_year
        .is_some_and(|last| last < questionnaire.survey_year)
    {
        faults.add(
            DocumentCode::YearsOrder,
            "/last_survey_year",
            "最后调查年份早于首个调查年份。请改正。",
            "The last survey year is before the first. Correct it.",
        );
    }
    check_environment(&questionnaire.expression_environment, functions, faults);
    check_context_sources(questionnaire, faults);
}

/// The question that decides the variant is a single choice whose options are the variants.
fn check_variant_question(questionnaire: &Questionnaire, faults: &mut Faults) {
    let Some(code) = &questionnaire.variant_question else {
        return;
    };
    let Some(question) = questionnaire.questions.iter().find(|known| known.code == *code) else {
        faults.unknown(DocumentCode::QuestionUnknown, "/variant_question", code);
        return;
    };
    let options = question.options.iter().flatten().map(|option| option.code.as_str());
    let variants = questionnaire.variants.iter().map(|variant| variant.code.as_str());
    if question.kind != QuestionType::Single || options.collect::<BTreeSet<_>>() != variants.collect() {
        faults.add(
            DocumentCode::VariantQuestion,
            "/variant_question",
            format!("“{code}”应为单选题，其选项与 variants 一致。请改正。"),
            format!("'{code}' must be a single choice whose options are the variants. Correct it."),
        );
    }
}

/// What the context fields are made of must be there and of the right type.
fn check_context_sources(questionnaire: &Questionnaire, faults: &mut Faults) {
    /// Characters of the longest industry code.
    const INDUSTRY_DIGITS: u8 = 4;
    for (index, field) in questionnaire.expression_environment.context.iter().enumerate() {
        let Some(source) = &field.source else { continue };
        let pointer = format!("/expression_environment/context/{index}");
        if field.kind != source.field_type() {
            faults.add(
                DocumentCode::ContextType,
                format!("{pointer}/type"),
                format!(
                    "这个来源给出的类型是 {}，不是 {}。请改正类型。",
                    source.field_type(),
                    field.kind
                ),
                format!(
                    "This source gives a {}, not a {}. Correct the type.",
                    source.field_type(),
                    field.kind
                ),
            );
        }
        let is_number = |code: &str| {
            let question = questionnaire.questions.iter().find(|question| question.code == code);
            question.is_some_and(|question| question.kind.is_numeric())
                || questionnaire.derived.iter().any(|derived| derived.code == code)
        };
        match source {
            ContextSource::DuplicateAnswer { question } => {
                if !questionnaire.questions.iter().any(|known| known.code == *question) {
                    faults.unknown(
                        DocumentCode::QuestionUnknown,
                        format!("{pointer}/source/question"),
                        question,
                    );
                }
            }
            ContextSource::PeerCount { of, industry_digits }
            | ContextSource::PeerQuantile {
                of, industry_digits, ..
            } => {
                if !is_number(of) {
                    faults.unknown(DocumentCode::DerivedUnknown, format!("{pointer}/source/of"), of);
                }
                if !(1..=INDUSTRY_DIGITS).contains(industry_digits) {
                    faults.add(
                        DocumentCode::ContextIndustryDigits,
                        format!("{pointer}/source/industry_digits"),
                        format!("行业代码取前几位应为 1 到 {INDUSTRY_DIGITS}。"),
                        format!("Between 1 and {INDUSTRY_DIGITS} characters of the industry code can be compared."),
                    );
                }
                if let ContextSource::PeerQuantile { probability, .. } = source
                    && !(0.0..=1.0).contains(probability)
                {
                    faults.add(
                        DocumentCode::ContextProbability,
                        format!("{pointer}/source/probability"),
                        "分位的概率应在 0 到 1 之间。",
                        "The probability of a quantile lies between 0 and 1.",
                    );
                }
            }
            ContextSource::SameNumberShare | ContextSource::TwinNumberShare | ContextSource::TopOptionShare => {}
        }
    }
}

/// Whether a code can be used as a name in an expression.
pub(super) fn is_name(code: &str) -> bool {
    let mut characters = code.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic())
        && characters.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !RESERVED.contains(&code)
}

fn check_environment(environment: &ExpressionEnvironment, functions: &Library, faults: &mut Faults) {
    const POINTER: &str = "/expression_environment";
    if environment.language != "CEL" {
        faults.unknown(
            DocumentCode::EnvironmentLanguage,
            format!("{POINTER}/language"),
            &environment.language,
        );
    }
    for (index, function) in environment.functions.iter().enumerate() {
        if !functions.contains(&function.name) {
            faults.unknown(
                DocumentCode::FunctionUnknown,
                format!("{POINTER}/functions/{index}/name"),
                &function.name,
            );
        }
    }
    faults.check_unique(environment.functions.iter().map(|f| f.name.as_str()), |index| {
        format!("{POINTER}/functions/{index}/name")
    });
    faults.check_unique(environment.context.iter().map(|field| field.name.as_str()), |index| {
        format!("{POINTER}/context/{index}/name")
    });
    for (index, field) in environment.context.iter().enumerate() {
        if !environment::CONTEXT_TYPES.iter().any(|(name, _)| *name == field.kind) {
            faults.unknown(
                DocumentCode::ContextType,
                format!("{POINTER}/context/{index}/type"),
                &field.kind,
            );
        }
        if !is_name(&field.name) {
            faults.unknown(
                DocumentCode::CodeForm,
                format!("{POINTER}/context/{index}/name"),
                &field.name,
            );
        }
    }
}
