//! The report as CSV: UTF-8 with a byte order mark, so that Excel reads it as UTF-8, one row per finding and per reading.
//!
//! A field that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a line break) gets an
//! apostrophe before it, and nothing else is changed: whoever reads the file back takes one leading apostrophe away where
//! one of these follows (WF38; OWASP, CSV injection). Numbers such as `-5` are quoted texts here too: the file is for
//! reading, not for computing.

use survey::{report::Report, text::Text};
use workbook::language::Language;

use super::{say, severity};

/// Codes of the columns, the same in every language.
pub const COLUMNS: [&str; 13] = [
    "kind",
    "severity",
    "sheet",
    "cell",
    "question",
    "label",
    "as_typed",
    "rule",
    "message",
    "read_as",
    "key",
    "reason",
    "explanation",
];

/// Writes the report.
pub fn write(report: &Report, language: Language) -> Result<Vec<u8>, ::csv::Error> {
    let mut bytes = "\u{FEFF}".as_bytes().to_vec();
    {
        let mut writer = ::csv::WriterBuilder::new()
            .terminator(::csv::Terminator::CRLF)
            .from_writer(&mut bytes);
        writer.write_record(COLUMNS)?;
        let mut write = |fields: [&str; 13]| writer.write_record(fields.map(harmless));
        for remark in &report.remarks {
            let mut fields = [""; 13];
            let said = say(language, remark);
            (fields[0], fields[8]) = ("remark", said.as_str());
            write(fields)?;
        }
        for line in &report.findings {
            let finding = &line.finding;
            let place = finding.places.first();
            let cells: Vec<&str> = finding.places.iter().map(|place| place.cell.as_str()).collect();
            let said = line.justification.as_ref();
            write([
                "finding",
                &say(language, &severity(finding.action)),
                place.map_or("", |place| &place.sheet),
                &cells.join(" "),
                finding.question.as_deref().unwrap_or(""),
                &say(language, &line.label),
                finding.value.as_deref().unwrap_or(""),
                &finding.rule,
                &say(language, &finding.message),
                "",
                &finding.key,
                said.map_or("", |said| &said.reason),
                said.map_or("", |said| &said.text),
            ])?;
        }
        for line in &report.readings {
            write([
                "reading",
                &say(language, &Text::new("按此读取", "read as")),
                &line.place.sheet,
                &line.place.cell,
                &line.cell,
                &say(language, &line.label),
                &line.original,
                &line.rules.join(" "),
                "",
                &say(language, &line.value),
                "",
                "",
                "",
            ])?;
        }
        writer.flush()?;
    }
    Ok(bytes)
}

/// A field that no spreadsheet takes for a formula.
pub fn harmless(field: &str) -> String {
    let dangerous = field.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    if dangerous {
        format!("'{field}")
    } else {
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_taken_for_a_formula() {
        let check = |field: &str, expected: &str| assert_eq!(harmless(field), expected);
        check("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0");
        check("@SUM(A1)", "'@SUM(A1)");
        check("-5", "'-5");
        check("\t=1", "'\t=1");
        check("＝1", "'＝1");
        check("约500", "约500");
        check("'=1", "'=1");
        check("", "");
    }

    #[test]
    fn what_the_review_says_stands_first() {
        let report = Report {
            remarks: vec![Text::new("退回原因：请核对用电量", "Sent back: check the electricity")],
            ..Report::default()
        };
        let text = String::from_utf8(write(&report, Language::Zh).unwrap()).unwrap();
        assert_eq!(text.lines().nth(1), Some("remark,,,,,,,,退回原因：请核对用电量,,,,"));
    }

    #[test]
    fn an_empty_report_has_its_head() {
        let text = String::from_utf8(write(&Report::default(), Language::Zh).unwrap()).unwrap();
        assert_eq!(text, format!("\u{FEFF}{}\r\n", COLUMNS.join(",")));
    }
}
