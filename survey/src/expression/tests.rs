use std::{collections::BTreeSet, sync::Arc};

use super::*;

fn env() -> TypeEnv {
    let library =
        Library::standard().with(
            "fuel",
            [Type::code(["coal", "gas"])],
            Type::Double,
            |arguments| match arguments {
                [Value::Text(fuel)] if fuel == "coal" => Ok(Value::Double(0.7143)),
                [Value::Text(_)] => Ok(Value::Double(1.33)),
                _ => Err(EvaluationFault::WrongType),
            },
        );
    let mut env = TypeEnv::new(Arc::new(library));
    env.declare("a", Type::Double);
    env.declare("b", Type::Double);
    env.declare("x", Type::Double.nullable());
    env.declare("y", Type::Double.nullable());
    env.declare("prev.x", Type::Double.nullable());
    env.declare("name", Type::Text);
    env.declare("yes", Type::Bool);
    env.declare("choice", Type::code(["A", "B"]).nullable());
    env.declare("many", Type::code(["A", "B", "C"]).list());
    let columns = [
        ("kind".to_owned(), Type::code(["RUN", "BLD"])),
        ("saved".to_owned(), Type::Double),
        ("cost".to_owned(), Type::Double.nullable()),
    ];
    env.declare("rows", Type::row(columns).list().nullable());
    env
}

fn scope() -> Scope {
    let mut scope = Scope::new();
    scope.set("a", 6.0);
    scope.set("b", 4.0);
    scope.set("x", 2.5);
    scope.set("name", "镇_01");
    scope.set("yes", true);
    scope.set("choice", "B");
    scope.set("many", Value::texts(["A", "C"]));
    let row = |kind: &str, saved: Value, cost: Value| {
        Value::Row(
            [
                ("kind".into(), kind.into()),
                ("saved".into(), saved),
                ("cost".into(), cost),
            ]
            .into(),
        )
    };
    let rows = vec![row("RUN", 3.0.into(), 8.0.into()), row("BLD", 5.0.into(), Value::Null)];
    scope.set("rows", Value::List(rows));
    scope
}

fn given(text: &str, needs: &[&str]) -> Result<Expression, ExpressionFault> {
    let needs: BTreeSet<String> = needs.iter().map(|name| (*name).to_owned()).collect();
    Expression::compile_given(text, &env(), &needs)
}

#[test]
fn values() {
    let check = |text: &str, expected: &str| {
        let expression = given(text, &["x"]).unwrap_or_else(|fault| panic!("{text}: {fault}"));
        assert_eq!(
            expression.evaluate(&scope()).map(|v| v.to_string()),
            Ok(expected.to_owned()),
            "{text}"
        );
    };
    check("true", "true");
    check(" true ", "true");
    check("false", "false");
    check("a + b * 2.0", "14");
    check("(a - b) / x", "0.8");
    check("-a + 1.0", "-5");
    check("a >= 6.0 && b < 4.0 || yes", "true");
    check("!yes", "false");
    check("y == null", "true");
    check("y == 0.0", "false");
    check("prev.x == null ? 1.0 : prev.x", "1");
    check("nz(y) + nz(x)", "2.5");
    check("sum([x, y, a])", "8.5");
    check("double(size([x, y].filter(v, v != null)))", "1");
    check("size(many) == 2 && size(name) == 4", "true");
    check("\"A\" in many && !(\"B\" in many)", "true");
    check("choice == \"B\"", "true");
    check("name.matches(\"_[0-9]{2}$\")", "true");
    check("name.matches(\"^[0-9]\")", "false");
    check(
        "name.contains(\"镇\") && name.startsWith(\"镇_\") && name.endsWith(\"1\")",
        "true",
    );
    check("name + \"!\" > \"a\"", "true");
    check(
        "rows == null ? 0.0 : sum(rows.filter(r, r.kind == \"RUN\").map(r, r.saved))",
        "3",
    );
    check(
        "rows != null && rows.all(r, r.cost == null || r.cost > r.saved)",
        "true",
    );
    check("rows != null && rows.exists(r, r.saved > 4.0)", "true");
    check(
        "rows != null && rows.exists(r, rows != null && rows.exists(s, s.saved > r.saved))",
        "true",
    );
    check("[x, y].all(v, v == 2.5)", "false");
    check("fuel(\"coal\") * 2.0", "1.4286");
    check("size(many) * 3 - 1 > 4", "true");
}

#[test]
fn a_fault_beside_what_decides_is_none() {
    let check = |text: &str, expected: bool| {
        assert_eq!(
            given(text, &["x"]).unwrap().evaluate(&scope()),
            Ok(Value::Bool(expected)),
            "{text}"
        );
    };
    check("a / 0.0 > 1.0 || a > 1.0", true);
    check("a > 1.0 || a / 0.0 > 1.0", true);
    check("a / 0.0 > 1.0 && a < 1.0", false);
    check("a < 1.0 && a / 0.0 > 1.0", false);
}

#[test]
fn loops_within_loops_come_to_an_end() {
    let ten = format!("[{}]", ["1.0"; 10].join(", "));
    let nested = |depth: usize| (0..depth).fold("a".to_owned(), |inner, at| format!("sum({ten}.map(v{at}, {inner}))"));
    let value = |depth: usize| given(&nested(depth), &[]).unwrap().evaluate(&scope());
    assert_eq!(value(3), Ok(Value::Double(6000.0)));
    assert_eq!(value(8), Err(EvaluationFault::TooLong));
}

#[test]
fn the_numbers_that_names_are_compared_with_are_told() {
    let check = |text: &str, expected: &[(&str, f64)]| {
        assert_eq!(given(text, &["x"]).unwrap().limits(), expected, "{text}");
    };
    check(
        "a >= 60.0 && (50.0 <= b || !(a < -1.5))",
        &[("a", 60.0), ("b", 50.0), ("a", -1.5)],
    );
    check("a + b > 3.0", &[]);
    check("a > b", &[]);
    check("a == 2.0 ? b != 1.0 : yes", &[("a", 2.0), ("b", 1.0)]);
}

#[test]
fn faults_when_evaluated() {
    let check = |text: &str, expected: EvaluationFault| {
        let expression = given(text, &["x"]).unwrap();
        assert_eq!(expression.evaluate(&scope()), Err(expected), "{text}");
        assert_eq!(expression.value(&scope()), Value::Null, "{text}");
        assert!(!expression.holds(&scope()), "{text}");
    };
    check("a / (b - 4.0)", EvaluationFault::DivisionByZero);
    // What the other operand decides it decides, in either order; what it leaves open stays a fault.
    check("a / 0.0 > 1.0 || a < 1.0", EvaluationFault::DivisionByZero);
    check("a < 1.0 || a / 0.0 > 1.0", EvaluationFault::DivisionByZero);
    check("a / 0.0 > 1.0 && a > 1.0", EvaluationFault::DivisionByZero);
    check("a / 0.0 > 1.0", EvaluationFault::DivisionByZero);
    check("0.0 / 0.0 == 0.0", EvaluationFault::DivisionByZero);
    check("a * 1e308 * 1e308", EvaluationFault::OutOfRange);
    check("sum([1e308, 1e308])", EvaluationFault::OutOfRange);
    check("size(many) * 9223372036854775807", EvaluationFault::OutOfRange);
}

#[test]
fn only_what_is_needed_is_evaluated() {
    assert!(given("yes || a / 0.0 > 1.0", &[]).unwrap().holds(&scope()));
    assert!(!given("!yes && a / 0.0 > 1.0", &[]).unwrap().holds(&scope()));
}

#[test]
fn a_gap_in_a_row_is_missing() {
    let mut scope = scope();
    scope.set(
        "rows",
        Value::List(vec![Value::Row([("kind".to_owned(), "RUN".into())].into())]),
    );
    let all = given("rows.all(r, r.saved >= 0.0)", &["rows"]).unwrap();
    assert_eq!(all.evaluate(&scope), Err(EvaluationFault::Missing));
    let sum = given("sum(rows.map(r, r.saved))", &["rows"]).unwrap();
    assert_eq!(sum.evaluate(&scope), Ok(Value::Double(0.0)));
}

#[test]
fn refusals() {
    let check = |text: &str, code: &str, at: usize| {
        let fault = given(text, &[]).map(|e| e.result().to_string()).unwrap_err();
        assert_eq!((fault.code.code(), fault.at), (code, at), "{text}: {fault}");
        assert!(!fault.message.zh.is_empty() && !fault.message.en.is_empty());
    };
    check("a +", "expression.syntax", 3);
    check("a $ b", "expression.syntax", 2);
    check("name == \"镇镇镇\" $ yes", "expression.syntax", 14);
    check("a > 1.0 && c > 1.0", "expression.unknown_name", 11);
    check("prev.z > 1.0", "expression.unknown_name", 4);
    check("q.x > 1.0", "expression.unknown_name", 1);
    check(
        "rows == null || rows.all(r, r.lost > 1.0)",
        "expression.unknown_name",
        29,
    );
    check("mean(a)", "expression.unknown_function", 4);
    check("name.upper()", "expression.unknown_function", 10);
    check("nz(a, b) > 0.0", "expression.arity", 2);
    check("many.filter(v)", "expression.arity", 11);
    check("a > 1", "expression.int_and_double", 2);
    check("a == 1", "expression.int_and_double", 2);
    check("size(many) > 1.0", "expression.int_and_double", 11);
    check("[1, 2.0]", "expression.int_and_double", 4);
    check("size(many) / 2", "expression.type", 11);
    check("a > name", "expression.type", 2);
    check("yes == name", "expression.type", 4);
    check("a && yes", "expression.type", 0);
    check("!a", "expression.type", 1);
    check("a in b", "expression.type", 5);
    check("yes ? a : name", "expression.type", 10);
    check("name.matches(name)", "expression.type", 13);
    check("name.matches(\"[\")", "expression.regex", 13);
    check("choice == \"Z\"", "expression.unreachable_option", 7);
    check("choice != \"Z\"", "expression.unreachable_option", 7);
    check("\"Z\" in many", "expression.unreachable_option", 0);
    check(
        "choice == \"A\" || choice in many && \"D\" == choice",
        "expression.missing_value",
        17,
    );
    check("fuel(\"wood\") > 0.0", "expression.unknown_code", 5);
    check("fuel(name) > 0.0", "expression.type", 5);
    check("x > 1.0", "expression.missing_value", 0);
    check("y == null && y > 1.0", "expression.missing_value", 13);
    check("(x != null || yes) && x > 1.0", "expression.missing_value", 22);
    check("size(rows) > 0", "expression.missing_value", 5);
    check("many.all(a, a == \"A\")", "expression.shadowed_name", 9);
    check("many.all(m, many.all(m, yes))", "expression.shadowed_name", 21);
    check("many[0] == \"A\"", "expression.unsupported", 4);
    check("{\"a\": 1}", "expression.unsupported", 0);
    check("[] == many", "expression.unsupported", 0);
    check("a % b > 0.0", "expression.unsupported", 2);
    check("\"镇镇镇\" == name && x > 1.0", "expression.missing_value", 17);
}

#[test]
fn presence_is_proved_by_comparison_with_null() {
    for text in [
        "x != null && x > 1.0",
        "x == null || x > 1.0",
        "!(x == null) && x > 1.0",
        "x == null ? yes : x > 1.0",
        "x != null && y != null && x > y",
        "(x == null || y == null) || x > y",
        "null != x && x > 1.0",
    ] {
        given(text, &[]).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    }
    let proves = |text: &str| {
        given(text, &[])
            .unwrap()
            .proves()
            .iter()
            .cloned()
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(proves("x != null && y != null"), "x y");
    assert_eq!(proves("x != null || y != null"), "");
    assert_eq!(proves("!(x == null || y == null)"), "x y");
}

#[test]
fn types_of_results() {
    let check =
        |text: &str, expected: &str| assert_eq!(given(text, &[]).unwrap().result().to_string(), expected, "{text}");
    check("yes ? x : 1.0", "double?");
    check("yes ? null : a", "double?");
    check("yes ? \"A\" : \"C\"", "string(A|C)");
    check("[x, a]", "list<double?>");
    check("many.filter(m, m == \"A\")", "list<string(A|B|C)>");
    check("size(many) + 1", "int");
}

#[test]
fn names_are_those_used() {
    let expression = given(
        "prev.x == null || rows == null || rows.all(r, r.saved > a) && a > b",
        &[],
    )
    .unwrap();
    assert_eq!(expression.names(), ["prev.x", "rows", "a", "b"]);
    assert!(given("true", &[]).unwrap().is_always_true());
}

#[test]
fn missing_values_may_be_faults() {
    let env = env().faulting_on_missing();
    let expression = Expression::compile("x > 1.0 && choice == \"B\" && y > 1.0", &env).unwrap();
    assert_eq!(expression.evaluate(&scope()), Err(EvaluationFault::Missing));
    let expression = Expression::compile("size(many.filter(m, m != choice)) == 2 && !yes && y > 1.0", &env).unwrap();
    assert_eq!(expression.evaluate(&scope()), Ok(Value::Bool(false)));
    assert_eq!(
        Expression::compile("q > 1.0", &env).unwrap_err().code.code(),
        "expression.unknown_name"
    );
}

#[test]
fn hostile_texts_are_refused() {
    let refused = |text: &str, code: &str| assert_eq!(given(text, &[]).unwrap_err().code.code(), code, "{text:.40}");
    refused(&"(".repeat(4000), "expression.too_complex");
    refused(&"[".repeat(4000), "expression.too_complex");
    refused(&"!".repeat(4000), "expression.too_complex");
    refused(
        &format!("{}a{}", "(".repeat(33), ")".repeat(33)),
        "expression.too_complex",
    );
    refused(&vec!["a"; 202].join(" + "), "expression.too_complex");
    refused(&vec!["a"; 202].join(" in "), "expression.too_complex");
    refused(&"yes ? a : ".repeat(300), "expression.too_complex");
    refused(&format!("a > {}1.0", " ".repeat(8192)), "expression.too_long");
    refused(&"'(".repeat(101), "expression.too_complex");
    refused(&format!("'{}", "(".repeat(100)), "expression.syntax");
}

#[test]
fn the_largest_accepted_expressions_are_evaluated() {
    let holds = |text: String, expected: Value| assert_eq!(given(&text, &[]).unwrap().evaluate(&scope()), Ok(expected));
    holds(vec!["a"; 201].join(" + "), Value::Double(1206.0));
    holds(vec!["yes"; 101].join("&&"), Value::Bool(true));
    holds(format!("{}a{}", "(".repeat(32), ")".repeat(32)), Value::Double(6.0));
    holds(
        format!("{}a{}", "nz(a*(".repeat(16), "))".repeat(16)),
        Value::Double(6_f64.powi(17)),
    );
    holds(
        format!("{}yes{}", "yes&&(yes||!(".repeat(16), "))".repeat(16)),
        Value::Bool(true),
    );
    holds(
        format!("{}a{} == a", "(1.0*".repeat(32), ")".repeat(32)),
        Value::Bool(true),
    );
}

#[test]
fn expressions_are_spelled_as_formulas_where_they_have_a_counterpart() {
    let cell = |name: &str| {
        let (reference, kind) = match name {
            "a" => ("$B$1", CellKind::Number),
            "b" => ("$B$2", CellKind::Number),
            "x" => ("$B$3", CellKind::Number),
            "y" => ("$B$4", CellKind::Number),
            "name" => ("$B$5", CellKind::Text),
            "yes" => ("$B$6", CellKind::Bool),
            "choice" => ("$B$7", CellKind::Text),
            "many" => ("$B$8", CellKind::Codes),
            _ => return None,
        };
        Some(NameCell {
            reference: reference.to_owned(),
            kind,
        })
    };
    let check = |text: &str, expected: Option<&str>| {
        let expression = given(text, &["x", "y", "choice"]).unwrap();
        assert_eq!(expression.formula(&cell).as_deref(), expected, "{text}");
    };
    check("a + b * 2.0 - 0.5", Some("(($B$1+($B$2*2))-0.5)"));
    check("-a < b", Some("((-$B$1)<$B$2)"));
    check("a >= -1.5 && b != 0.0", Some("AND(($B$1>=(-1.5)),NOT(($B$2=0)))"));
    // What may be an error is only reached where it is needed.
    check(
        "b != 0.0 && a / b > 1.0",
        Some("IF(NOT(($B$2=0)),(($B$1/$B$2)>1),FALSE)"),
    );
    check("yes || a / b > 1.0", Some("IF($B$6,TRUE,(($B$1/$B$2)>1))"));
    check("yes == true ? a : b", Some("IF(($B$6=TRUE),$B$1,$B$2)"));
    check("choice == \"A\"", Some("EXACT($B$7,\"A\")"));
    check(
        "choice in [\"A\", \"B\"]",
        Some("OR(EXACT($B$7,\"A\"),EXACT($B$7,\"B\"))"),
    );
    check("\"A\" in many", Some("ISNUMBER(FIND(\"|\"&\"A\"&\"|\",$B$8))"));
    check(
        "size(many) == 1",
        Some("((LEN($B$8)-LEN(SUBSTITUTE($B$8,\"|\",\"\"))-1)=1)"),
    );
    check("sum([x, y])", Some("SUM($B$3,$B$4)"));
    check("nz(x) * fuel(\"coal\")", Some("(N($B$3)*0.7143)"));
    check("[a, b].all(v, v > 1.0)", Some("AND(($B$1>1),($B$2>1))"));
    check(
        "double(size([x, y].filter(v, v != null)))",
        Some("(IF(NOT(($B$3=\"\")),1,0)+IF(NOT(($B$4=\"\")),1,0))"),
    );
    for without in [
        "name.matches(\"^a\")",
        "rows == null",
        "prev.x == null",
        "many == [\"A\"]",
    ] {
        check(without, None);
    }
}
