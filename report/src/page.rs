//! The report as a page to print: one file without anything from elsewhere, A4 landscape, every text escaped.

use std::fmt::Write as _;

use survey::{
    cell::Place,
    finding::Progress,
    questionnaire::Action,
    report::{FindingLine, ReadingLine, Report},
};
use workbook::language::Language;

use super::{folded, html::escape, justification, say, words};

const STYLE: &str = "\
@page{size:A4 landscape;margin:12mm}\
*{box-sizing:border-box}\
body{font:13px/1.5 \"Noto Sans CJK SC\",\"Microsoft YaHei\",\"PingFang SC\",sans-serif;color:#262626;margin:24px auto;max-width:1120px;padding:0 16px}\
h1{font-size:20px;color:#1f3864;margin:0}h2{font-size:15px;color:#1f3864;margin:24px 0 8px}\
p{margin:4px 0;color:#595959}\
.remark{margin:12px 0;padding:8px 12px;border-left:4px solid #c03a2b;background:#fdecea;color:#262626;white-space:pre-line}\
.counts{display:flex;gap:12px;margin:14px 0}.counts span{padding:4px 12px;border-radius:4px;font-weight:600}\
table{border-collapse:collapse;width:100%;table-layout:fixed}\
th,td{border:1px solid #bfc5ce;padding:5px 7px;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
th{background:#dce6f1;color:#1f3864;font-weight:600}thead{display:table-header-group}tr{break-inside:avoid}\
.missing{columns:2;padding-left:18px}.missing li{break-inside:avoid}a{color:#1f3864}tr:target td{outline:2px solid #1f3864}ul.same{margin:4px 0 0;padding-left:16px;color:#595959}\
.block{background:#f4b6ae}.warn{background:#f9dc9b}.info{background:#c9ddf2}\
td.s{font-weight:600;text-align:center}.quiet{color:#7f7f7f;font-size:11px}\
@media print{body{margin:0;max-width:none;padding:0;font-size:10.5px}.block,.warn,.info,th{-webkit-print-color-adjust:exact;print-color-adjust:exact}}";

/// Writes the page. `subject` says which enterprise and round, `revision` which upload.
pub fn write(report: &Report, subject: &str, revision: &str, language: Language) -> String {
    let mut page = String::with_capacity(4096 + report.findings.len() * 512);
    let title = words(language, "审核问题", "Findings");
    let lang = if language == Language::En { "en" } else { "zh-CN" };
    // Writing to a string cannot fail.
    write!(
        page,
        "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{0} {1}</title><style>{STYLE}</style></head><body><h1>{0}</h1><p>{2}</p><p>{1}</p><p class=\"quiet\">{3}</p>",
        escape(&title),
        escape(subject),
        escape(&say(language, &report.title)),
        escape(revision),
    )
    .ok();
    for remark in &report.remarks {
        write!(page, "<p class=\"remark\">{}</p>", escape(&say(language, remark))).ok();
    }
    counts(&mut page, report, language);
    progress(&mut page, report, language);
    if report.findings.is_empty() {
        let none = words(language, "没有问题。", "Nothing was found.");
        write!(page, "<p>{}</p>", escape(&none)).ok();
    } else {
        findings(&mut page, report, language);
    }
    if !report.readings.is_empty() {
        readings(&mut page, &report.readings, language);
    }
    page.push_str("</body></html>\n");
    page
}

fn counts(page: &mut String, report: &Report, language: Language) {
    page.push_str("<div class=\"counts\">");
    for (class, action, count) in [
        ("block", Action::Block, report.block),
        ("warn", Action::Warn, report.warn),
        ("info", Action::Info, report.info),
    ] {
        let text = say(language, &action.demand());
        write!(page, "<span class=\"{class}\">{} {count}</span>", escape(&text)).ok();
    }
    page.push_str("</div>");
    let total = report.block + report.warn + report.info;
    if total > report.findings.len() {
        let more = total - report.findings.len();
        let text = words(
            language,
            &format!("另有 {more} 个问题没有列出。"),
            &format!("{more} more findings are not listed."),
        );
        write!(page, "<p>{}</p>", escape(&text)).ok();
    }
}

/// How much was read, and what is missing with a link to the finding that says so.
fn progress(page: &mut String, report: &Report, language: Language) {
    let Progress {
        asked,
        answered,
        missing,
    } = &report.progress;
    if *asked == 0 {
        return;
    }
    let text = words(
        language,
        &format!("必填 {asked} 项，已识别 {answered} 项，缺 {} 项。", missing.len()),
        &format!(
            "{answered} of {asked} required answers were read, {} are missing.",
            missing.len()
        ),
    );
    write!(page, "<p>{}</p>", escape(&text)).ok();
    if missing.is_empty() {
        return;
    }
    let title = words(language, "未填或未能识别的必填项", "Required answers that are missing");
    write!(page, "<h2>{}</h2><ol class=\"missing\">", escape(&title)).ok();
    for item in missing {
        let mut lines = (1..).zip(&report.findings);
        let row = lines.find(|(_, line)| line.finding.key == item.finding_key);
        let place = item.place.as_slice();
        let at = match row {
            Some((number, _)) => format!("<a href=\"#f{number}\">{}</a>", places(place)),
            None => places(place),
        };
        let label = say(language, &item.label);
        write!(page, "<li>{at} {} {}</li>", escape(&item.question), escape(&label)).ok();
    }
    page.push_str("</ol>");
}

fn findings(page: &mut String, report: &Report, language: Language) {
    head(
        page,
        language,
        &[
            ("4%", "序号", "No."),
            ("9%", "级别", "Severity"),
            ("14%", "位置", "Place"),
            ("17%", "题项", "Question"),
            ("12%", "填报内容", "As entered"),
            ("28%", "问题与处理", "What to do"),
            ("16%", "说明", "Justification"),
        ],
    );
    for (number, line) in (1..).zip(&report.findings) {
        finding(page, number, line, report, language);
    }
    page.push_str("</tbody></table>");
}

fn finding(page: &mut String, number: u32, line: &FindingLine, report: &Report, language: Language) {
    let finding = &line.finding;
    let class = match finding.action {
        Action::Block => "block",
        Action::Warn => "warn",
        Action::Info => "info",
    };
    let (reason, text) = justification(language, line, report);
    let same: Vec<String> = folded(language, finding)
        .map(|folded| format!("<li>{}</li>", escape(&folded)))
        .collect();
    let same = if same.is_empty() {
        String::new()
    } else {
        let title = words(language, "同因问题，一并解决：", "Settled with it:");
        format!(
            "<div class=\"quiet\">{}</div><ul class=\"same\">{}</ul>",
            escape(&title),
            same.concat()
        )
    };
    write!(
        page,
        "<tr id=\"f{number}\"><td>{number}</td><td class=\"s {class}\">{}</td><td>{}</td><td>{} {}</td><td>{}</td><td>{}{same}<div class=\"quiet\">{}</div></td><td>{} {}</td></tr>",
        escape(&say(language, &finding.action.title())),
        places(&finding.places),
        escape(finding.question.as_deref().unwrap_or("")),
        escape(&say(language, &line.label)),
        escape(finding.value.as_deref().unwrap_or("")),
        escape(&say(language, &finding.message)),
        escape(&say(language, &line.rule)),
        escape(&reason),
        escape(text),
    )
    .ok();
}

fn readings(page: &mut String, readings: &[ReadingLine], language: Language) {
    let title = words(
        language,
        "系统识别结果（如与实际不符，请在填报页更正）",
        "Read as follows (if wrong, correct it in the form)",
    );
    write!(page, "<h2>{}</h2>", escape(&title)).ok();
    head(
        page,
        language,
        &[
            ("18%", "位置", "Place"),
            ("32%", "题项", "Question"),
            ("22%", "填报内容", "As entered"),
            ("28%", "识别结果", "Read as"),
        ],
    );
    for line in readings {
        write!(
            page,
            "<tr><td>{}</td><td>{} {}</td><td>{}</td><td>{}</td></tr>",
            places(std::slice::from_ref(&line.place)),
            escape(&line.question),
            escape(&say(language, &line.label)),
            escape(&line.original),
            escape(&say(language, &line.value)),
        )
        .ok();
    }
    page.push_str("</tbody></table>");
}

fn head(page: &mut String, language: Language, columns: &[(&str, &str, &str)]) {
    page.push_str("<table><thead><tr>");
    for (width, zh, en) in columns {
        let text = words(language, zh, en);
        write!(page, "<th style=\"width:{width}\">{}</th>", escape(&text)).ok();
    }
    page.push_str("</tr></thead><tbody>");
}

/// At most ten cells; a rule over a whole sheet must not fill the page.
fn places(places: &[Place]) -> String {
    let mut text = String::new();
    for (number, place) in places.iter().take(10).enumerate() {
        let first = number == 0 || places.get(number - 1).is_some_and(|before| before.sheet != place.sheet);
        let separator = if number == 0 { "" } else { ", " };
        let sheet = if first {
            format!("{}!", place.sheet)
        } else {
            String::new()
        };
        text.push_str(&escape(&format!("{separator}{sheet}{}", place.cell)));
    }
    if places.len() > 10 {
        text.push_str(" …");
    }
    text
}

#[cfg(test)]
mod tests {
    use survey::{cell::Place, text::Text};

    use super::*;

    #[test]
    fn whatever_was_typed_stays_text() {
        let reading = ReadingLine {
            place: Place {
                sheet: "<b>".into(),
                cell: "A1".into(),
            },
            question: "F01".into(),
            label: Text::new("\"标\"", "'label'"),
            original: "<script>alert(1)</script>".into(),
            value: Text::new("1", "1"),
        };
        let report = Report {
            readings: vec![reading],
            remarks: vec![Text::new("<script>", "<b>")],
            ..Report::default()
        };
        for language in [Language::Zh, Language::En, Language::Both] {
            let page = write(&report, "</title><i>", "1", language);
            assert!(
                !page.contains("<script") && !page.contains("<b>") && !page.contains("<i>"),
                "{page}"
            );
            assert!(page.contains("&lt;script&gt;") && !page.contains("http"));
        }
    }
}
