//! The report as CSV: UTF-8 with a byte order mark, so that Excel reads it as UTF-8, one row per finding and per reading.
//!
//! A field that a spreadsheet would take for a formula (it begins with `=`, `+`, `-`, `@`, a tab or a line break) gets an
//! apostrophe before it, and nothing else is changed: whoever reads the file back takes one leading apostrophe away where
//! one of these follows (WF38; OWASP, CSV injection). Numbers such as `-5` are quoted texts here too: the file is for
//! reading, not for computing.

use survey::{report::Report, text::Text};
use workbook::language::Language;

use super::{folded, justification, say, words};

/// Heads of the columns in Chinese and English.
const COLUMNS: [(&str, &str); 13] = [
    ("类别", "Kind"),
    ("级别", "Severity"),
    ("工作表", "Sheet"),
    ("单元格", "Cell"),
    ("题号", "Code"),
    ("指标", "Question"),
    ("填报内容", "As entered"),
    ("规则", "Rule"),
    ("问题与处理", "What to do"),
    ("同因问题", "Same cause"),
    ("识别结果", "Read as"),
    ("说明理由", "Reason"),
    ("文字说明", "Explanation"),
];

/// Writes the report.
pub fn write(report: &Report, language: Language) -> Result<Vec<u8>, ::csv::Error> {
    let mut bytes = "\u{FEFF}".as_bytes().to_vec();
    {
        let mut writer = ::csv::WriterBuilder::new()
            .terminator(::csv::Terminator::CRLF)
            .from_writer(&mut bytes);
        writer.write_record(heads(language))?;
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
            let (reason, text) = justification(language, line, report);
            write([
                &words(language, "审核问题", "Finding"),
                &say(language, &finding.action.demand()),
                place.map_or("", |place| &place.sheet),
                &cells.join(" "),
                finding.question.as_deref().unwrap_or(""),
                &say(language, &line.label),
                finding.value.as_deref().unwrap_or(""),
                &say(language, &line.rule),
                &say(language, &finding.message),
                &folded(language, finding).collect::<Vec<_>>().join("\n"),
                "",
                &reason,
                text,
            ])?;
        }
        for line in &report.readings {
            write([
                &words(language, "识别结果", "Reading"),
                "",
                &line.place.sheet,
                &line.place.cell,
                &line.question,
                &say(language, &line.label),
                &line.original,
                "",
                "",
                "",
                &say(language, &line.value),
                "",
                "",
            ])?;
        }
        writer.flush()?;
    }
    Ok(bytes)
}

fn heads(language: Language) -> [String; 13] {
    COLUMNS.map(|(zh, en)| say(language, &Text::new(zh, en)))
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
        let check = |language, expected: &str| {
            let text = String::from_utf8(write(&Report::default(), language).unwrap()).unwrap();
            assert_eq!(text, format!("\u{FEFF}{expected}\r\n"));
        };
        check(
            Language::Zh,
            "类别,级别,工作表,单元格,题号,指标,填报内容,规则,问题与处理,同因问题,识别结果,说明理由,文字说明",
        );
        check(
            Language::En,
            "Kind,Severity,Sheet,Cell,Code,Question,As entered,Rule,What to do,Same cause,Read as,Reason,Explanation",
        );
    }
}
