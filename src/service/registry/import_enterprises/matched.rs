//! Towns and industries, by their codes or by the names that lists use.

use survey::{
    synonyms::bare,
    tables::{
        ReferenceTables,
        industries::{Industry, IndustryLevel},
    },
};

use crate::service::registry::write_enterprise::{is_class, is_town};

/// A town by its code, its name, a former name, or the name behind that of its county (`富阳区大源镇`), with or without what
/// it is (`大源`). None where none or several are meant.
pub(super) fn area_code(text: &str, tables: &ReferenceTables) -> Option<String> {
    let text = bare(text);
    if let Some(area) = tables.areas.get(&text) {
        return Some(area.code.clone());
    }
    let towns = || tables.areas.iter().filter(|area| is_town(tables, &area.code));
    let short = |name: &str| -> String {
        let ends = ["街道办事处", "街道", "镇", "乡"];
        let rest = ends.iter().find_map(|end| name.strip_suffix(end));
        rest.unwrap_or(name).to_owned()
    };
    let one = |fits: &dyn Fn(&survey::tables::areas::Area) -> bool| {
        let mut found = towns().filter(|area| fits(area));
        let first = found.next()?;
        found.next().is_none().then(|| first.code.clone())
    };
    if text.is_empty() {
        return None;
    }
    one(&|area| area.name == text)
        .or_else(|| one(&|area| area.former_names.contains(&text)))
        .or_else(|| one(&|area| text.ends_with(area.name.as_str())))
        .or_else(|| one(&|area| short(&area.name) == short(&text)))
}

/// A class with its letter (`C3831`), by its digits alone (also where a zero before them was lost), by its name, or by a
/// code with a name behind it.
pub(super) fn industry_code(text: &str, tables: &ReferenceTables) -> Option<String> {
    let plain = bare(text);
    let classes = || {
        tables
            .industries
            .iter()
            .filter(|industry| is_class(tables, &industry.code))
    };
    let by_code = |code: &str| {
        let upper = code.to_uppercase();
        let padded = format!("{code:0>4}");
        classes()
            .find(|class| class.code == upper || class.digits == code || (code.len() == 3 && class.digits == padded))
            .map(|class| class.code.clone())
    };
    if plain.is_empty() {
        return None;
    }
    if let Some(code) = by_code(&plain) {
        return Some(code);
    }
    // Groups and divisions are known too; that they are no classes is for the check to say.
    if let Some(industry) = tables
        .industries
        .get(&plain.to_uppercase())
        .filter(|found| found.level != IndustryLevel::Class)
    {
        return Some(industry.code.clone());
    }
    let end = plain.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(plain.len());
    let (code, name) = plain.split_at_checked(end)?;
    if let Some(found) = Some(code).filter(|code| code.len() >= 4).and_then(by_code) {
        return Some(found);
    }
    let letters = |text: &str| -> String { bare(text).chars().filter(|c| c.is_alphanumeric()).collect() };
    let wanted = letters(if code.is_empty() { &plain } else { name });
    let mut named = classes().filter(|class: &&Industry| !wanted.is_empty() && letters(&class.name) == wanted);
    let first = named.next()?;
    named.next().is_none().then(|| first.code.clone())
}

#[cfg(test)]
mod tests {
    use survey::tables::{AreaTable, IndustryTable};

    use super::*;
    use crate::{service::documents::catalogue::reference_tables, shipped};

    fn tables() -> ReferenceTables {
        let documents = shipped::built_in().unwrap();
        let contents = documents
            .into_iter()
            .map(|new| crate::domain::document::DocumentContent {
                document: crate::domain::document::Document {
                    id: crate::domain::document::DocumentId(uuid::Uuid::nil()),
                    kind: new.kind,
                    code: String::new(),
                    version: new.version.unwrap_or_default(),
                    title_zh: String::new(),
                    title_en: String::new(),
                    sha256: String::new(),
                    published_at: chrono::DateTime::UNIX_EPOCH,
                },
                content: String::from_utf8(new.content).unwrap(),
            });
        let tables = reference_tables(&contents.collect::<Vec<_>>()).unwrap();
        let _: (&AreaTable, &IndustryTable) = (&tables.areas, &tables.industries);
        tables
    }

    #[test]
    fn towns_and_industries_are_known_by_code_and_by_name() {
        let tables = tables();
        let area = |text: &str, expected: Option<&str>| {
            assert_eq!(area_code(text, &tables).as_deref(), expected, "{text}");
        };
        area("330111117", Some("330111117"));
        area("大源镇", Some("330111117"));
        area(" 大 源 镇", Some("330111117"));
        area("富阳区大源镇", Some("330111117"));
        area("杭州市富阳区大源镇", Some("330111117"));
        area("大源", Some("330111117"));
        area("大圆镇", None);
        area("", None);
        let industry = |text: &str, expected: Option<&str>| {
            assert_eq!(industry_code(text, &tables).as_deref(), expected, "{text}");
        };
        industry("C3831", Some("C3831"));
        industry("c3831", Some("C3831"));
        industry("3831", Some("C3831"));
        industry("３８３１", Some("C3831"));
        industry("111", Some("A0111"));
        industry("0111", Some("A0111"));
        industry("电线、电缆制造", Some("C3831"));
        industry("电线电缆制造", Some("C3831"));
        industry("C3831 电线、电缆制造", Some("C3831"));
        industry("3831电线电缆制造", Some("C3831"));
        industry("C383", Some("C383"));
        industry("制造业的一种", None);
        industry("9999", None);
        industry("", None);
    }
}
