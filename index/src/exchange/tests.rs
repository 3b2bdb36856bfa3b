use std::{collections::BTreeSet, num::NonZeroUsize};

use survey::document::DocumentFault;

use super::*;

fn units_of(text: &str) -> Result<UnitTable, Vec<DocumentFault>> {
    UnitTable::parse(text.to_owned(), NonZeroUsize::MIN)
}

const META: &str = "\"Level\",\"iCode\",\"Direction\",\"Weight\",\"Target\",\"Denominator\",\"Parent\",\"Type\"\n\
    \"1\",\"a\",\"-1\",\"2\",\"0.5\",\"size\",\"top\",\"Indicator\"\n\
    \"2\",\"top\",\"1\",\"1\",,,,\"Aggregate\"\n,\"size\",,,,,,\"Denominator\"\n,\"zone\",,,,,,\"Group\"\n";

#[test]
fn a_meta_table_as_coinr_writes_it() {
    let meta = MetaTable::parse(META).unwrap();
    let row = &meta.rows[0];
    assert_eq!(
        (row.kind, row.level, row.negative),
        (MetaKind::Indicator, Some(1), true)
    );
    assert_eq!(
        (row.denominator.as_deref(), row.parent.as_deref()),
        (Some("size"), Some("top"))
    );
    assert_eq!(
        (meta.rows[1].parent.as_deref(), meta.of_kind(MetaKind::Group).count()),
        (None, 1)
    );
    assert_eq!(
        (meta.parameters.get("a", "target"), meta.parameters.get("a", "Weight")),
        (Some(0.5), None)
    );
}

#[test]
fn tables_that_say_nothing_or_two_things_are_refused() {
    let code = |faults: Vec<DocumentFault>| (faults[0].code.clone(), faults[0].pointer.clone());
    let empty = MetaTable::parse("iCode,Type\ntop,Aggregate\n").unwrap_err();
    assert_eq!(code(empty).0, "table.no_indicators");
    let twice = ParameterTable::parse("iCode,Goal\na,4\nb,1\na,5\n").unwrap_err();
    assert_eq!(code(twice), ("table.duplicate_row".to_owned(), "4:iCode".to_owned()));
}

#[test]
fn units_are_read_year_by_year_and_blanks_stay_blank() {
    let table = "uCode,uName,Time,a,size,zone\nu,\"Ü, n\",2021,NA,2,x\nv,V,2020,1.5,,\nu,\"Ü, n\",2020,-3e2,1,y\n";
    let table = units_of(table).unwrap();
    assert_eq!(table.names()["u"], "Ü, n");
    let names = |name: &str| BTreeSet::from([name.to_owned()]);
    let years = table.years(["a"].into_iter(), &names("size"), &names("zone")).unwrap();
    assert_eq!(
        years.iter().map(|year| year.year).collect::<Vec<_>>(),
        [Some(2020), Some(2021)]
    );
    assert_eq!(years[0].data.units(), ["v", "u"]);
    assert_eq!(
        years[0].data.columns()[0].cells().collect::<Vec<_>>(),
        [Some(1.5), Some(-300.0)]
    );
    assert_eq!(years[0].groups["zone"], [None, Some("y".to_owned())]);
    assert_eq!(years[1].data.columns()[0].get(0), None);
    let missing = table
        .years(["b"].into_iter(), &names("size"), &names("area"))
        .unwrap_err();
    assert_eq!(
        missing.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(),
        ["1:b", "1:area"]
    );
}

#[test]
fn every_fault_names_its_line_and_column() {
    let check = |found: Vec<DocumentFault>, expected: &[(&str, &str)]| {
        let found: Vec<_> = found
            .iter()
            .map(|fault| (fault.code.as_str(), fault.pointer.as_str()))
            .collect();
        assert_eq!(found, expected);
    };
    let units = |text: &str| units_of(text).unwrap_err();
    check(units("code,a\nu,1\n"), &[("table.no_column", "1:uCode")]);
    check(
        units("uCode,a\nu,1\n,2\nu,3\n"),
        &[("table.no_code", "3:uCode"), ("table.duplicate_unit", "4:uCode")],
    );
    check(units("uCode,Time\nu,2020.5\n"), &[("table.bad_year", "2:Time")]);
    check(
        units("uCode,a,a\nu,1\n"),
        &[("table.duplicate_column", "1:a"), ("table.row_length", "2:")],
    );
    check(units("uCode,a\n"), &[("table.empty", "1:")]);
    let numbers = units_of("uCode,a\nu,one\nv,Inf\n").unwrap();
    let refused = numbers
        .years(["a"].into_iter(), &BTreeSet::new(), &BTreeSet::new())
        .unwrap_err();
    check(refused, &[("table.not_a_number", "2:a"), ("table.not_a_number", "3:a")]);
    let meta = |text: &str| MetaTable::parse(text).unwrap_err();
    check(
        meta("iName\nx\n"),
        &[("table.no_column", "1:iCode"), ("table.no_column", "1:Type")],
    );
    check(
        meta("iCode,Type,Direction,Weight\na,Leaf,0,x\n"),
        &[
            ("table.not_a_number", "2:Weight"),
            ("table.unknown_type", "2:Type"),
            ("table.bad_direction", "2:Direction"),
        ],
    );
}

#[test]
fn parameters_of_one_table_stand_before_those_of_another() {
    let own = ParameterTable::parse("iCode,target,cap\na,1,TRUE\n").unwrap();
    let other = ParameterTable::parse("iCode,Target,base\na,2,7\nb,3,x\n").unwrap();
    let both = own.or(&other);
    let found = ["target", "cap", "base"].map(|name| both.get("a", name));
    assert_eq!(found, [Some(1.0), Some(1.0), Some(7.0)]);
    assert_eq!((both.get("b", "target"), both.get("b", "base")), (Some(3.0), None));
}
