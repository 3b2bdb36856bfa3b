//! What the form says to people: names in place of codes, all options, and no more paper than needed.

use std::{
    collections::BTreeSet,
    io::{Cursor, Read as _},
};

use survey::{
    cell::RawValue,
    questionnaire::{Question, TableColumn},
    text::Text,
};
use workbook::{
    extract::{Limits, RawSheet, RawWorkbook, Visibility, extract},
    language::Language,
    layout::Layout,
    prefill::Prefill,
    template::{FormHeading, TemplateIssue, write_live},
};

use crate::support::{Form, SURVEY, issue};

fn written(language: Language, variant: Option<&str>) -> Vec<u8> {
    let form = Form::shipped();
    let layout = Layout::of(&form.questionnaire, &form.lists, variant);
    let issue = issue(language);
    write_live(&layout, &SURVEY, &form.lists, &issue, &Prefill::new()).expect("written")
}

fn read(bytes: &[u8]) -> RawWorkbook {
    extract(bytes, &Limits::default()).expect("readable")
}

fn part(bytes: &[u8], name: &str) -> String {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).expect("a container");
    let mut text = String::new();
    let mut part = archive.by_name(name).expect("the part");
    part.read_to_string(&mut text).expect("text");
    text
}

fn is_hidden(ranges: &[(u32, u32)], at: u32) -> bool {
    ranges.iter().any(|(first, last)| (*first..=*last).contains(&at))
}

/// The texts that people see.
fn seen(sheet: &RawSheet) -> Vec<String> {
    let is_seen =
        |row: u32, column: u32| !is_hidden(&sheet.hidden_rows, row) && !is_hidden(&sheet.hidden_columns, column);
    let cells = sheet.cells.iter().filter(|cell| is_seen(cell.row, cell.column));
    let text = |value: &RawValue| match value {
        RawValue::Text(text) => Some(text.clone()),
        _ => None,
    };
    cells.filter_map(|cell| text(&cell.value)).collect()
}

fn seen_on(bytes: &[u8], name: &str) -> Vec<String> {
    let workbook = read(bytes);
    let sheet = workbook.sheets.iter().find(|sheet| sheet.name == name);
    seen(sheet.unwrap_or_else(|| panic!("no sheet {name}")))
}

#[test]
fn no_code_of_the_questionnaire_reaches_the_form() {
    let questionnaire = Form::shipped().questionnaire;
    let rows: BTreeSet<&str> = questionnaire
        .questions
        .iter()
        .map(|question| question.row.as_str())
        .collect();
    // Codes that are no words of any language.
    let codes = questionnaire.questions.iter().map(|question| question.code.as_str());
    let codes = codes.filter(|code| !rows.contains(code));
    let codes: BTreeSet<&str> = codes
        .chain(questionnaire.derived.iter().map(|derived| derived.code.as_str()))
        .chain(questionnaire.edit_rules.iter().map(|rule| rule.code.as_str()))
        .collect();
    assert!(codes.contains("F03P") && codes.contains("energy_tce") && codes.contains("CK001"));
    // Codes that may be words, but are no text of their own.
    let columns = questionnaire.questions.iter().flat_map(Question::table_columns);
    let options = questionnaire
        .questions
        .iter()
        .flat_map(|question| question.options.iter().flatten());
    let own_options = columns.clone().flat_map(TableColumn::own_options);
    let words: BTreeSet<&str> = columns
        .map(|column| column.code.as_str())
        .chain(questionnaire.periods.keys().map(String::as_str))
        .chain(questionnaire.variants.iter().map(|variant| variant.code.as_str()))
        .chain(
            options
                .chain(own_options)
                .map(|option| option.code.as_str())
                .filter(|code| code.len() > 1),
        )
        .collect();
    let unit_names = |language: Language| -> BTreeSet<&str> {
        let name = |label: &'_ Text| {
            if language == Language::En {
                label.en.clone()
            } else {
                label.zh.clone()
            }
        };
        let units = questionnaire.units.iter();
        units
            .filter(|(code, unit)| name(&unit.label) == **code)
            .map(|(code, _)| code.as_str())
            .collect()
    };
    for language in [Language::Zh, Language::En, Language::Both] {
        let workbook = read(&written(language, None));
        let visible = workbook
            .sheets
            .iter()
            .filter(|sheet| sheet.visibility == Visibility::Visible);
        for sheet in visible {
            for text in seen(sheet) {
                let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
                let found = text.split(|c| !is_part(c)).find(|word| codes.contains(word));
                assert_eq!(found, None, "{}: {text}", sheet.name);
                assert!(!words.contains(text.trim()), "{}: {text}", sheet.name);
                let is_unit = questionnaire.units.contains_key(text.trim()) && !text.is_empty();
                assert!(
                    !is_unit || unit_names(language).contains(text.trim()),
                    "{}: {text}",
                    sheet.name
                );
                assert!(!text.contains(['{', '}']), "{}: {text}", sheet.name);
            }
        }
    }
}

#[test]
fn all_options_are_printed_beside_their_question() {
    let questionnaire = Form::shipped().questionnaire;
    for language in [Language::Zh, Language::En] {
        let bytes = written(language, None);
        let workbook = read(&bytes);
        let sheets = workbook
            .sheets
            .iter()
            .filter(|sheet| sheet.visibility == Visibility::Visible);
        let texts: Vec<String> = sheets.flat_map(seen).collect();
        let name = |label: &Text| {
            if language == Language::En {
                label.en.clone()
            } else {
                label.zh.clone()
            }
        };
        for question in &questionnaire.questions {
            let own = question.table_columns().iter().flat_map(TableColumn::own_options);
            for option in question.options.iter().flatten().chain(own) {
                let shown = format!("{} {}", option.code, name(&option.label));
                assert!(
                    texts.iter().any(|text| text.contains(&shown)),
                    "{}: {shown}",
                    question.code
                );
            }
        }
    }
    let texts = seen_on(&written(Language::Zh, None), "A 封面与企业身份");
    assert!(
        texts.iter().any(|text| text.contains("代码见工作表“代码表”。")),
        "{texts:?}"
    );
    assert!(
        texts.iter().any(|text| text.contains("330111001 ")),
        "the towns are few"
    );
}

#[test]
fn lists_of_codes_and_checks_are_not_printed() {
    let book = part(&written(Language::Zh, Some("M")), "xl/workbook.xml");
    for area in ["代码表!$A$1:$A$2", "自动核对!$B$2:$D$3"] {
        assert!(book.contains(area), "{area} in {book}");
    }
}

#[test]
fn the_checks_say_relations_and_how_they_stand() {
    let texts = seen_on(&written(Language::Zh, None), "自动核对");
    let has = |text: &str| assert!(texts.iter().any(|found| found == text), "{text} in {texts:?}");
    has("审核关系");
    has("数字化生产设备（上年末） ≤ 生产设备总数（上年末）");
    has("通过");
    let english = seen_on(&written(Language::En, None), "Checks");
    assert!(english.iter().any(|found| found == "Holds"), "{english:?}");
}

#[test]
fn periods_are_told_by_name_and_only_units_that_are_mistaken() {
    let texts = seen_on(&written(Language::Zh, None), "填表说明");
    let has = |text: &str| assert!(texts.iter().any(|found| found.contains(text)), "{text} in {texts:?}");
    has("上年（2025年）；前年（2024年）");
    has("不要误填成元、千元、亿元。");
    assert!(
        !texts.iter().any(|text| text == "人" || text.contains("右侧的空列")),
        "{texts:?}"
    );
    let english = seen_on(&written(Language::En, None), "Notes");
    assert!(
        english
            .iter()
            .any(|text| text == "Do not enter yuan or thousand yuan or 100 million yuan."),
        "{english:?}"
    );
}

#[test]
fn the_cover_has_the_head_that_the_county_gives() {
    let form = Form::shipped();
    let layout = Layout::of(&form.questionnaire, &form.lists, None);
    let cover = |heading: FormHeading| {
        let issue = TemplateIssue {
            heading,
            ..issue(Language::Zh)
        };
        let bytes = write_live(&layout, &SURVEY, &form.lists, &issue, &Prefill::new()).expect("written");
        seen_on(&bytes, "封面")
    };
    let nothing = cover(FormHeading::default());
    for name in ["表号", "制定机关", "批准文号", "有效期至", "咨询电话"] {
        assert!(!nothing.iter().any(|text| text.contains(name)), "{name} in {nothing:?}");
    }
    let all = cover(FormHeading {
        form_number: Some("富经信01表".into()),
        authority: Some("富阳区经济和信息化局".into()),
        approval_number: Some("富统制〔2026〕1号".into()),
        valid_until: Some("2027年6月".into()),
        telephone: Some("0571-00000000".into()),
    });
    for line in [
        "表号：富经信01表",
        "制定机关：富阳区经济和信息化局",
        "批准文号：富统制〔2026〕1号",
        "有效期至：2027年6月",
    ] {
        assert!(all.iter().any(|text| text == line), "{line} in {all:?}");
    }
    let at = all.iter().position(|text| text == "咨询电话").expect("the telephone");
    assert_eq!(all[at + 1], "0571-00000000");
}

/// A contradiction that must be corrected is red, one that may be justified amber: the marks of the report look the same.
#[test]
fn colours_of_contradictions_tell_how_grave_they_are() {
    let bytes = written(Language::Zh, None);
    let book = part(&bytes, "xl/workbook.xml");
    assert!(
        book.contains("\"_flag_D07\"") && book.contains("\"_warn_F03\""),
        "{book}"
    );
    let styles = part(&bytes, "xl/styles.xml");
    assert!(styles.contains("FFF9DC9B") && styles.contains("FFFFC7CE"), "{styles}");
}
