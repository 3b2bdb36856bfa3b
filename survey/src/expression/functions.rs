//! Functions that expressions may call.

use std::{collections::BTreeMap, fmt, sync::Arc};

use super::{EvaluationFault, Type, Value};

type Body = dyn Fn(&[&Value]) -> Result<Value, EvaluationFault> + Send + Sync;

/// A function: its types and what it does. Always pure, so that a call with literal arguments is computed once.
#[derive(Clone)]
pub struct Function {
    name: Arc<str>,
    parameters: Vec<Type>,
    result: Type,
    body: Arc<Body>,
}

/// Functions by name. `size` is always there: it takes a list or a text and is built into the language.
#[derive(Clone, Debug, Default)]
pub struct Library {
    functions: BTreeMap<String, Function>,
}

/// The name of the one function that takes more than one type.
pub(super) const SIZE: &str = "size";

impl Library {
    /// The functions every document may use: `nz`, `sum`, `double` (and `size`).
    pub fn standard() -> Self {
        Self::default()
            .with(
                "nz",
                [Type::Double.nullable()],
                Type::Double,
                |arguments| match arguments {
                    [Value::Double(number)] => Ok(Value::Double(*number)),
                    [Value::Null] => Ok(Value::Double(0.0)),
                    _ => Err(EvaluationFault::WrongType),
                },
            )
            .with(
                "sum",
                [Type::Double.nullable().list()],
                Type::Double,
                |arguments| match arguments {
                    [Value::List(items)] => sum(items),
                    _ => Err(EvaluationFault::WrongType),
                },
            )
            .with("double", [Type::Int], Type::Double, |arguments| match arguments {
                [Value::Int(number)] => Ok(Value::Double(*number as f64)),
                _ => Err(EvaluationFault::WrongType),
            })
    }

    /// Adds a function. The body sees arguments of the declared types, nulls only where a parameter is nullable.
    #[must_use]
    pub fn with(
        mut self,
        name: impl Into<String>,
        parameters: impl Into<Vec<Type>>,
        result: Type,
        body: impl Fn(&[&Value]) -> Result<Value, EvaluationFault> + Send + Sync + 'static,
    ) -> Self {
        let name: String = name.into();
        self.functions.insert(
            name.clone(),
            Function {
                name: name.into(),
                parameters: parameters.into(),
                result,
                body: Arc::new(body),
            },
        );
        self
    }

    /// The function of a name.
    pub fn get(&self, name: &str) -> Option<&Function> {
        self.functions.get(name)
    }

    /// Whether a name can be called.
    pub fn contains(&self, name: &str) -> bool {
        name == SIZE || self.functions.contains_key(name)
    }
}

impl Function {
    /// The name it is called by.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The types of the parameters.
    pub fn parameters(&self) -> &[Type] {
        &self.parameters
    }

    /// The type of the result.
    pub fn result(&self) -> &Type {
        &self.result
    }

    pub(super) fn call(&self, arguments: &[&Value]) -> Result<Value, EvaluationFault> {
        (self.body)(arguments)
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parameters: Vec<String> = self.parameters.iter().map(ToString::to_string).collect();
        write!(f, "({}) -> {}", parameters.join(", "), self.result)
    }
}

fn sum(items: &[Value]) -> Result<Value, EvaluationFault> {
    let mut total = 0.0;
    for item in items {
        match item {
            Value::Double(number) => total += number,
            Value::Null => {}
            _ => return Err(EvaluationFault::WrongType),
        }
    }
    if total.is_finite() {
        Ok(Value::Double(total))
    } else {
        Err(EvaluationFault::OutOfRange)
    }
}
