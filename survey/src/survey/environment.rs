//! The names and functions that the expressions of a questionnaire may use.

use std::{collections::BTreeMap, sync::Arc};

use crate::{
    expression::{EvaluationFault, Library, Type, TypeEnv, Value},
    identifier::{OrgCode, Uscc},
    questionnaire::{ChoiceOption, Question, QuestionType, Questionnaire, TableColumn},
    tables::ReferenceTables,
};

/// Prefix of the last round's answers.
pub(super) const PREVIOUS: &str = "prev.";
/// Prefix of the fields of the round context.
pub(super) const CONTEXT: &str = "ctx.";

/// Types of context fields.
pub(super) const CONTEXT_TYPES: [(&str, Type); 3] =
    [("bool", Type::Bool), ("double", Type::Double), ("string", Type::Text)];

/// An environment with all questions, last round's answers and the round context; derived values follow one by one.
pub(super) fn environment(
    questionnaire: &Questionnaire,
    options: &BTreeMap<&str, &[ChoiceOption]>,
    functions: Arc<Library>,
) -> TypeEnv {
    let mut environment = TypeEnv::new(functions);
    for question in &questionnaire.questions {
        let options = options[question.code.as_str()];
        let kind = type_of(question, options).nullable();
        environment.declare(format!("{PREVIOUS}{}", question.code), kind.clone());
        environment.declare(question.code.clone(), kind);
    }
    for field in &questionnaire.expression_environment.context {
        if let Some((_, kind)) = CONTEXT_TYPES.iter().find(|(name, _)| *name == field.kind) {
            environment.declare(format!("{CONTEXT}{}", field.name), kind.clone().nullable());
        }
    }
    environment
}

/// Functions over the reference tables and identifiers, besides the standard ones.
///
/// Codes of fuels and names of lists are parameters of known values, so that a wrong one is refused when published.
pub(super) fn library(tables: &Arc<ReferenceTables>) -> Library {
    let settings = &tables.settings;
    let fuels = tables
        .energy
        .of_set(&settings.energy_set, &settings.energy_edition)
        .map(|factor| factor.code.clone());
    let co2 = tables.co2.iter().map(|factor| factor.code.clone());
    let over = |tables: &Arc<ReferenceTables>| Arc::clone(tables);
    let (factors, emissions, electricity, sizes, lists) =
        (over(tables), over(tables), over(tables), over(tables), over(tables));
    Library::standard()
        .with(
            "factor",
            [Type::code(fuels)],
            Type::Double,
            move |arguments| match arguments {
                [Value::Text(code)] => number("factor", factors.factor(code)),
                _ => Err(EvaluationFault::WrongType),
            },
        )
        .with(
            "co2",
            [Type::code(co2)],
            Type::Double,
            move |arguments| match arguments {
                [Value::Text(code)] => number("co2", emissions.co2(code)),
                _ => Err(EvaluationFault::WrongType),
            },
        )
        .with("grid", [], Type::Double, move |_| number("grid", electricity.grid()))
        .with(
            "size_class",
            [Type::Text, Type::Double, Type::Double, Type::Double.nullable()],
            Type::code(tables.sizes.classes()),
            move |arguments| match arguments {
                [
                    Value::Text(industry),
                    Value::Double(employees),
                    Value::Double(revenue),
                    assets,
                ] => Ok(Value::text(sizes.sizes.classify(
                    industry,
                    *employees,
                    *revenue,
                    assets.as_f64(),
                ))),
                _ => Err(EvaluationFault::WrongType),
            },
        )
        .with(
            "listed",
            [Type::code(ReferenceTables::LISTS), Type::Text],
            Type::Bool,
            move |arguments| match arguments {
                [Value::Text(list), Value::Text(code)] => Ok(Value::Bool(lists.listed(list, code))),
                _ => Err(EvaluationFault::WrongType),
            },
        )
        .with("uscc_ok", [Type::Text], Type::Bool, |arguments| {
            test(arguments, |text| Uscc::parse(text).is_ok_and(|code| code.check_ok()))
        })
        .with("orgcode_ok", [Type::Text], Type::Bool, |arguments| {
            test(arguments, |text| OrgCode::parse(text).is_ok_and(|code| code.check_ok()))
        })
        .with("orgcode_norm", [Type::Text], Type::Text, |arguments| match arguments {
            [Value::Text(text)] => Ok(Value::text(text.trim().to_uppercase().replace('-', ""))),
            _ => Err(EvaluationFault::WrongType),
        })
}

/// The type of an answer.
pub(super) fn type_of(question: &Question, options: &[ChoiceOption]) -> Type {
    match question.kind {
        QuestionType::Table => {
            let columns = question.table_columns();
            Type::row(columns.iter().map(|column| (column.code.clone(), column_type(column)))).list()
        }
        kind => plain_type(kind, options),
    }
}

/// The type of a table cell. A column that each row must fill counts as present: a row without it is refused by the
/// `required` check, and an expression that meets such a gap is not computable.
fn column_type(column: &TableColumn) -> Type {
    let kind = plain_type(column.kind, column.own_options());
    if column.required { kind } else { kind.nullable() }
}

fn plain_type(kind: QuestionType, options: &[ChoiceOption]) -> Type {
    let code = || Type::code(options.iter().map(|option| option.code.as_str()));
    match kind {
        QuestionType::Number
        | QuestionType::Percent
        | QuestionType::Integer
        | QuestionType::Money
        | QuestionType::Level => Type::Double,
        QuestionType::Single => code(),
        QuestionType::Multi => code().list(),
        QuestionType::Text | QuestionType::Date => Type::Text,
        QuestionType::Boolean => Type::Bool,
        QuestionType::Table => Type::row([]).list(),
    }
}

fn number(function: &str, value: Option<f64>) -> Result<Value, EvaluationFault> {
    value
        .map(Value::Double)
        .ok_or_else(|| EvaluationFault::NoResult(function.to_owned()))
}

fn test(arguments: &[&Value], holds: impl Fn(&str) -> bool) -> Result<Value, EvaluationFault> {
    match arguments {
        [Value::Text(text)] => Ok(Value::Bool(holds(text))),
        _ => Err(EvaluationFault::WrongType),
    }
}
