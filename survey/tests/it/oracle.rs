//! The interpreter of the crate `cel`, with the functions of the environment: another road to every value.

use std::sync::Arc;

use cel::{Context, Program, Value as Cel};
use serde_json::json;
use survey::{
    expression::{Scope, Value},
    identifier::{OrgCode, Uscc},
};

use crate::shipped::SURVEY;

/// Every name of the environment with its value.
pub(crate) fn context(scope: &Scope) -> Context<'static, 'static> {
    let mut context = Context::default();
    for name in SURVEY.environment().names() {
        context.add_variable_from_value(name, cel::to_value(plain(name, scope.get(name))).unwrap());
    }
    let tables = || SURVEY.tables();
    context
        .add_function("nz", |x: Cel| if let Cel::Float(x) = x { x } else { 0.0 })
        .unwrap();
    context
        .add_function("sum", |list: Arc<Vec<Cel>>| {
            list.iter()
                .map(|x| if let Cel::Float(x) = x { *x } else { 0.0 })
                .sum::<f64>()
        })
        .unwrap();
    context
        .add_function("factor", move |code: Arc<String>| tables().factor(&code).unwrap())
        .unwrap();
    context
        .add_function("co2", move |code: Arc<String>| tables().co2(&code).unwrap())
        .unwrap();
    context.add_function("grid", move || tables().grid().unwrap()).unwrap();
    context
        .add_function(
            "size_class",
            move |code: Arc<String>, people: f64, revenue: f64, assets: Cel| {
                let assets = if let Cel::Float(assets) = assets {
                    Some(assets)
                } else {
                    None
                };
                Arc::new(tables().sizes.classify(&code, people, revenue, assets).to_owned())
            },
        )
        .unwrap();
    context
        .add_function("listed", move |list: Arc<String>, code: Arc<String>| {
            tables().listed(&list, &code)
        })
        .unwrap();
    context
        .add_function("uscc_ok", |code: Arc<String>| {
            Uscc::parse(&code).is_ok_and(|c| c.check_ok())
        })
        .unwrap();
    context
        .add_function("orgcode_ok", |code: Arc<String>| {
            OrgCode::parse(&code).is_ok_and(|c| c.check_ok())
        })
        .unwrap();
    context
        .add_function("orgcode_norm", |code: Arc<String>| Arc::new(code.replace('-', "")))
        .unwrap();
    context
}

/// The value of an expression as text.
pub(crate) fn value(text: &str, context: &Context<'_, '_>) -> String {
    match Program::compile(text).unwrap().execute(context) {
        Ok(Cel::Bool(value)) => value.to_string(),
        Ok(Cel::Float(value)) => value.to_string(),
        Ok(Cel::String(value)) => value.to_string(),
        Ok(Cel::Null) => "null".to_owned(),
        other => panic!("{text}: {other:?}"),
    }
}

/// A value as JSON; rows with all their columns.
fn plain(name: &str, value: &Value) -> serde_json::Value {
    match value {
        Value::Null => json!(null),
        Value::Bool(value) => json!(value),
        Value::Int(value) => json!(value),
        Value::Double(value) => json!(value),
        Value::Text(text) => json!(text),
        Value::List(items) => items.iter().map(|item| plain(name, item)).collect(),
        Value::Row(fields) => {
            let columns = SURVEY
                .question(name.trim_start_matches("prev."))
                .unwrap()
                .columns
                .as_ref()
                .unwrap();
            let cell = |code: &str| plain(name, fields.get(code).unwrap_or(&Value::Null));
            columns
                .iter()
                .map(|column| (column.code.clone(), cell(&column.code)))
                .collect()
        }
    }
}
