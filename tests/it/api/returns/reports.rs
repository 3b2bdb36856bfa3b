//! The report in all its forms: figures, one finding for each cause, words for people, and the link that opens the page.

use std::collections::BTreeSet;

use poem::http::{Method, StatusCode};
use serde_json::Value;
use survey::{cell::RawValue, codes::Coded as _, messages::Builtin, questionnaire::Questionnaire};
use workbook::{
    extract::{Limits, extract},
    layout::CellKey,
    prefill::Prefill,
};

use crate::{
    app::{Actor, App},
    county::{self, Sample},
};

const SHIPPED: &str = include_str!("../../../../data/questionnaire_integration.json");

/// A return with one of everything: revenue in yuan, a level in words, a date written otherwise, a cell left blank, a part
/// above its total, a computed cell and a table of which nothing can be made.
async fn troubled(app: &App, filler: &Actor<'_>, sample: &Sample) -> Value {
    let text = |text: &str| RawValue::Text(text.to_owned()).into();
    let over = Prefill::from([
        (CellKey::question("F03"), RawValue::Number(562_000_000.0).into()),
        (CellKey::question("K10"), text("三级")),
        (CellKey::question("A06"), text("2012.6.3")),
        (CellKey::question("F06"), RawValue::Blank.into()),
        (CellKey::question("D07"), RawValue::Number(99_999.0).into()),
        (CellKey::question("F01"), text("695人")),
        (CellKey::question("K01"), text("不适用")),
        (CellKey::question("N05"), text("A、B")),
    ]);
    let bytes = app.filled(&sample.return_id, &sample.answers, over).await;
    let path = format!("/api/v1/returns/{}/revisions?filename=表.xlsx", sample.return_id);
    filler.upload(&path, bytes).await.expect(StatusCode::CREATED).json()
}

/// Every form in which people read the report, by name: CSV and page in each language, and what is seen of the findings
/// sheet and the notes of the annotated workbook.
async fn rendered(filler: &Actor<'_>, sample: &Sample) -> Vec<(String, String)> {
    let path = format!("/api/v1/returns/{}", sample.return_id);
    let mut forms = Vec::new();
    for language in ["zh", "en", "both"] {
        for form in ["csv", "html"] {
            let found = filler.get(&format!("{path}/report.{form}?lang={language}")).await;
            let body = found.expect(StatusCode::OK).body;
            forms.push((format!("{form} {language}"), String::from_utf8(body).unwrap()));
        }
    }
    let annotated = filler
        .get(&format!("{path}/annotated.xlsx"))
        .await
        .expect(StatusCode::OK);
    let raw = extract(&annotated.body, &Limits::default()).unwrap();
    let sheet = raw
        .sheets
        .iter()
        .find(|sheet| sheet.name == "审核问题 Findings")
        .unwrap();
    // The first row and the first two columns are hidden.
    let seen = sheet.cells.iter().filter(|cell| cell.row > 0 && cell.column > 1);
    let texts: Vec<&str> = seen
        .filter_map(|cell| match &cell.value {
            RawValue::Text(text) => Some(text.as_str()),
            _ => None,
        })
        .collect();
    forms.push(("sheet".to_owned(), texts.join("\n")));
    let mut notes = String::new();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&annotated.body)).unwrap();
    for at in 0..archive.len() {
        let mut part = archive.by_index(at).unwrap();
        if part.name().unwrap().contains("comments") {
            std::io::Read::read_to_string(&mut part, &mut notes).unwrap();
        }
    }
    let notes = notes
        .split('>')
        .filter_map(|piece| piece.split_once("</"))
        .map(|(text, _)| text);
    forms.push(("notes".to_owned(), notes.collect::<Vec<_>>().join("\n")));
    forms
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_carry_the_figures_in_every_form() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let filler = app.filler(&sample.id).await;
    let report = troubled(&app, &filler, sample).await;
    let items = report["findings"]["items"].as_array().unwrap();
    let cause = items
        .iter()
        .find(|finding| finding["question"] == "F03")
        .expect("the revenue is told");
    let folded: Vec<&str> = cause["folded"]
        .as_array()
        .unwrap()
        .iter()
        .map(|folded| folded["rule"].as_str().unwrap())
        .collect();
    assert!(folded.contains(&"CK097") && folded.contains(&"CK100"), "{folded:?}");
    assert_eq!(
        items.iter().filter(|finding| finding["rule"] == "CK100").count(),
        0,
        "told once"
    );
    assert_eq!(
        cause["places"].as_array().unwrap().len(),
        1,
        "only the suspect is marked"
    );
    let counted = ["block", "warn", "info"].map(|action| report["findings"][action].as_u64().unwrap());
    assert_eq!(counted.iter().sum::<u64>(), items.len() as u64, "causes are counted");

    let progress = &report["findings"]["progress"];
    let missing: Vec<&str> = progress["missing"]
        .as_array()
        .unwrap()
        .iter()
        .map(|missing| missing["question"].as_str().unwrap())
        .collect();
    assert_eq!(missing, ["F06", "K01", "K10"].as_slice().to_vec(), "{progress}");
    assert_eq!(
        progress["asked"].as_u64().unwrap(),
        progress["answered"].as_u64().unwrap() + missing.len() as u64
    );

    for (form, text) in rendered(&filler, sample).await {
        let expected: &[&str] = match form.rsplit(' ').next().unwrap() {
            "en" => &["562,000,000 (10 000 yuan)", "enter 56,200 (10 000 yuan)", "99,999"],
            "both" => &["562,000,000 万元", "请改填 56,200 万元", "enter 56,200"],
            _ => &["562,000,000 万元", "请改填 56,200 万元", "99,999 台（套）", "是否为“3 "],
        };
        for part in expected {
            assert!(text.contains(part), "{form} lacks {part}:\n{text}");
        }
        if form.starts_with("csv zh") {
            assert!(
                text.starts_with("\u{FEFF}类别,级别,工作表,单元格,题号,指标,填报内容,规则,问题与处理,"),
                "{text}"
            );
        }
        if form.starts_with("html zh") {
            let link = text.split("<ol class=\"missing\">").nth(1).expect("what is missing");
            assert!(link.contains("<a href=\"#f") && link.contains("F06"), "{link}");
            // 01:00 UTC in the county.
            assert!(text.contains("2026-04-01 09:00"), "the time is the county's");
        }
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_code_of_the_program_is_shown_to_people() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let filler = app.filler(&sample.id).await;
    troubled(&app, &filler, sample).await;
    let questionnaire = Questionnaire::parse(SHIPPED.as_bytes()).unwrap();
    let mut codes: BTreeSet<String> = Builtin::ALL.iter().map(|check| check.code().to_owned()).collect();
    codes.extend(questionnaire.derived.iter().map(|derived| derived.code.clone()));
    codes.extend(questionnaire.periods.keys().cloned());
    codes.extend(
        [
            "block",
            "warn",
            "info",
            "finding",
            "reading",
            "syntactical",
            "validity",
            "quality",
            "macro",
        ]
        .map(str::to_owned),
    );
    codes.extend(["micro", "small", "medium", "large", "prev", "ctx", "null", "as_typed"].map(str::to_owned));
    // Ordinary English words that happen to be codes.
    for word in ["now", "required", "converted"] {
        codes.remove(word);
    }
    for (form, text) in rendered(&filler, sample).await {
        // The page has classes of its own looks.
        let text = strip_tags(&text);
        let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
        for word in text.split(|c: char| !is_word(c)) {
            let word = word.trim_matches('.');
            assert!(!codes.contains(word), "{form} shows {word}:\n{text}");
        }
    }
    app.end().await;
}

/// What is seen of a page.
fn strip_tags(text: &str) -> String {
    let text = match text.split_once("</style>") {
        Some((_, body)) => body,
        None => text,
    };
    text.split('<')
        .map(|piece| piece.split_once('>').map_or(piece, |(_, seen)| seen))
        .collect::<Vec<_>>()
        .join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn findings_go_by_sheet_and_row() {
    let app = App::new().await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let filler = app.filler(&sample.id).await;
    troubled(&app, &filler, sample).await;
    let path = format!("/api/v1/returns/{}/report.csv?lang=en", sample.return_id);
    let text = String::from_utf8(filler.get(&path).await.expect(StatusCode::OK).body).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{FEFF}').as_bytes());
    let mut places: Vec<(String, u32)> = Vec::new();
    for row in reader.records() {
        let row = row.unwrap();
        if &row[0] != "Finding" || row[3].is_empty() {
            continue;
        }
        let first = row[3].split(' ').next().unwrap();
        let number = first
            .trim_start_matches(|c: char| c.is_ascii_uppercase())
            .parse()
            .unwrap();
        places.push((row[2].to_owned(), number));
    }
    assert!(places.len() > 5, "{places:?}");
    let mut sheets: Vec<&String> = Vec::new();
    for pair in places.windows(2) {
        let [(before, one), (sheet, two)] = pair else {
            unreachable!()
        };
        assert!(before != sheet || one <= two, "{places:?}");
        if before != sheet {
            assert!(!sheets.contains(&sheet), "{sheet} comes twice");
            sheets.push(before);
        }
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_the_page_in_a_browser_on_sqlite() {
    a_link_opens_the_page_in_a_browser(crate::database::Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_the_page_in_a_browser_on_postgres() {
    a_link_opens_the_page_in_a_browser(crate::database::Backend::Postgres).await;
}

async fn a_link_opens_the_page_in_a_browser(backend: crate::database::Backend) {
    let app = App::on(backend).await;
    let admin = app.admin().await;
    let county = county::build(&admin).await;
    let sample = &county.samples[2];
    let (filler, reader) = (app.filler(&sample.id).await, app.reader().await);
    let path = format!("/api/v1/returns/{}/report-links?lang=en", sample.return_id);
    filler
        .post(&path, Value::Null)
        .await
        .refused(StatusCode::CONFLICT, "return.nothing_uploaded");
    troubled(&app, &filler, sample).await;
    reader
        .post(&path, Value::Null)
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    let link = filler.post(&path, Value::Null).await.expect(StatusCode::CREATED).json();
    assert_eq!(link["expires_at"], "2026-04-01T01:15:00Z");
    let url = link["url"].as_str().unwrap();
    let page = app.anonymous(Method::GET, url).await.expect(StatusCode::OK);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert_eq!(page.header("cache-control"), "no-store");
    assert_eq!(page.header("referrer-policy"), "no-referrer");
    assert_eq!(page.header("x-content-type-options"), "nosniff");
    assert!(page.header("content-security-policy").starts_with("default-src 'none'"));
    let text = String::from_utf8(page.body).unwrap();
    assert!(text.starts_with("<!doctype html>") && text.contains("<html lang=\"en\">"));
    assert!(text.contains("Error (must be corrected)") && text.contains("562,000,000"));

    for changed in [
        url.replace(".en.", ".zh."),
        url.replace(
            &sample.return_id.replace('-', ""),
            &county.samples[1].return_id.replace('-', ""),
        ),
        format!("{}0", &url[..url.len() - 1]),
        "/api/v1/report-pages/x".to_owned(),
    ] {
        if changed == url {
            continue;
        }
        app.anonymous(Method::GET, &changed)
            .await
            .refused(StatusCode::NOT_FOUND, "report_link.invalid");
    }
    app.clock.advance(chrono::Duration::minutes(15));
    app.anonymous(Method::GET, url)
        .await
        .refused(StatusCode::NOT_FOUND, "report_link.expired");
    app.end().await;
}
