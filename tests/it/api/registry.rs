//! Areas, industries, enterprises and their import.

use poem::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::app::App;

const GOOD: &str = "91330111XY00010156";

fn enterprise(uscc: &str, name: &str) -> Value {
    json!({ "uscc": uscc, "name": name, "area_code": "330111117", "industry_code": "C3831" })
}

#[tokio::test(flavor = "multi_thread")]
async fn code_lists_are_searched_and_walked() {
    let app = App::new().await;
    let reader = app.reader().await;
    let towns = reader
        .get("/api/v1/areas?level=town&limit=200")
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(towns["items"].as_array().unwrap().len(), 24);
    let old = reader
        .get("/api/v1/areas?search=%E5%8F%97%E9%99%8D")
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(old["items"][0]["name"], "银湖街道", "found by a former name");
    let county = reader.get("/api/v1/areas/330183").await.expect(StatusCode::OK).json();
    assert_eq!(
        (&county["valid_to"], &county["succeeded_by"]),
        (&json!("2015-02"), &json!("330111"))
    );
    reader
        .get("/api/v1/areas/999999")
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    let below = reader
        .get("/api/v1/industries?parent=C383")
        .await
        .expect(StatusCode::OK)
        .json();
    let codes = below["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["code"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert!(codes.contains(&"C3831") && codes.is_sorted(), "{codes:?}");
    assert_eq!(below["items"][0]["edition"], "2017");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enterprise_is_added_found_and_changed() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    let mut new = enterprise(&format!(" {} ", GOOD.to_lowercase()), "杭州富阳示例电缆有限公司");
    new["employees"] = json!(320);
    new["revenue_wan_yuan"] = json!("12345.67");
    new["former_names"] = json!(["老名字电线厂"]);
    for wrong in ["91330111XY00077750", "X", GOOD] {
        new["parent_uscc"] = json!(wrong);
        let problem = bureau
            .post("/api/v1/enterprises", new.clone())
            .await
            .refused(StatusCode::UNPROCESSABLE_ENTITY, "enterprise.invalid");
        assert_eq!(
            (&problem["errors"][0]["code"], &problem["errors"][0]["pointer"]),
            (&json!("enterprise.parent_uscc"), &json!("/parent_uscc")),
            "{problem}"
        );
    }
    new["parent_uscc"] = json!(" 91330111xy0007775f");
    let made = bureau
        .post("/api/v1/enterprises", new.clone())
        .await
        .expect(StatusCode::CREATED);
    let shown = made.json();
    assert_eq!(shown["uscc"], GOOD, "normalised");
    assert_eq!(
        (&shown["org_code"], &shown["size_class"]),
        (&json!("XY0001015"), &json!("medium")),
        "derived"
    );
    assert_eq!(shown["revenue_wan_yuan"], "12345.67", "money is exact");
    assert_eq!(shown["parent_uscc"], "91330111XY0007775F");
    for search in ["示例电缆", "老名字", "XY00010156", "xy0001"] {
        let found = bureau
            .get(&format!("/api/v1/enterprises?search={}", encoded(search)))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(found["items"][0]["uscc"], GOOD, "{search}");
    }
    for search in ["%", "_", "\0", "示例\0", "不存在"] {
        let found = bureau
            .get(&format!("/api/v1/enterprises?search={}", encoded(search)))
            .await
            .expect(StatusCode::OK)
            .json();
        assert_eq!(found["items"], json!([]), "{search}");
    }
    bureau
        .post("/api/v1/enterprises", new.clone())
        .await
        .refused(StatusCode::CONFLICT, "enterprise.duplicate_uscc");

    let (path, etag) = (made.header("location"), made.header("etag"));
    new["name"] = json!("杭州新名字电缆有限公司");
    bureau
        .change(Method::PUT, &path, Some(&etag), new.clone())
        .await
        .expect(StatusCode::OK);
    bureau
        .change(Method::PUT, &path, Some(&etag), new)
        .await
        .refused(StatusCode::PRECONDITION_FAILED, "version_mismatch");
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_facts_are_all_named() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    let bad = json!({ "uscc": "91330000XYO00104XG", "name": " ", "area_code": "330111", "industry_code": "C383", "assets_wan_yuan": "-1" });
    let problem = bureau
        .post("/api/v1/enterprises", bad)
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "enterprise.invalid");
    let codes = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["code"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(
        codes,
        [
            "enterprise.name",
            "enterprise.area_unknown",
            "enterprise.industry_unknown",
            "enterprise.negative",
            "enterprise.uscc_form"
        ]
    );
    let hint = problem["errors"][4]["message"]["zh"].as_str().unwrap();
    assert!(
        hint.contains("91330000XY000104XG"),
        "the code that may be meant is offered: {hint}"
    );

    // A legacy code whose check character is wrong: refused, unless a reason is given.
    let mut legacy = enterprise("91330111XY00010150", "早年发码企业");
    let problem = bureau
        .post("/api/v1/enterprises", legacy.clone())
        .await
        .refused(StatusCode::UNPROCESSABLE_ENTITY, "enterprise.invalid");
    assert_eq!(problem["errors"][0]["code"], "enterprise.uscc_check");
    legacy["uscc_exception"] = json!("营业执照原件已核，2015年换证前发放");
    let made = bureau
        .post("/api/v1/enterprises", legacy)
        .await
        .expect(StatusCode::CREATED)
        .json();
    assert_eq!(made["uscc_exception"], "营业执照原件已核，2015年换证前发放");
    for body in [
        json!({}),
        json!({ "uscc": 5, "name": "x", "area_code": "x", "industry_code": "x" }),
        json!([]),
        json!({ "extra": 1 }),
    ] {
        bureau
            .post("/api/v1/enterprises", body)
            .await
            .refused(StatusCode::BAD_REQUEST, "invalid_json");
    }
    app.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_imported_row_by_row() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    let list = "\u{feff}统一社会信用代码,企业名称,镇街代码,行业代码,从业人员,营业收入（万元）\n\
        91330111XY00010156,甲公司,大源镇,3831,320,\"12,345.67\"\n\
        91330183XY0001023A,乙公司,330111001,C2442,,\n\
        91330111XY00010150,丙公司,330111001,C2442,abc,\n\
        ,,,,,\n\
        91330111XY00010156,甲公司又一行,330111117,C3831,,\n";
    let path = "/api/v1/enterprises/imports";
    let dry = bureau
        .job(bureau.upload(&format!("{path}?dry_run=true"), list.into()).await)
        .await;
    let nothing = bureau.get("/api/v1/enterprises").await.expect(StatusCode::OK).json();
    assert_eq!(nothing["items"], json!([]), "a dry run writes nothing");

    let job = bureau.job(bureau.upload(path, list.into()).await).await;
    let report = &job["result"];
    assert_eq!(report, &dry["result"], "a dry run says what would happen");
    assert_eq!(
        (&report["rows"], &report["created"], &report["refused"]),
        (&json!(4), &json!(2), &json!(2)),
        "{report}"
    );
    let outcome = |at: usize| &report["outcomes"][at];
    assert_eq!(
        (&outcome(2)["row"], &outcome(2)["outcome"]),
        (&json!(4), &json!("refused"))
    );
    let columns = outcome(2)["faults"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| fault["column"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(
        columns,
        ["从业人员", "统一社会信用代码"],
        "every fault of the row, by column"
    );
    assert_eq!(outcome(3)["faults"][0]["code"], "import.row_twice");
    let found = bureau
        .get("/api/v1/enterprises?search=%E7%94%B2")
        .await
        .expect(StatusCode::OK)
        .json();
    assert_eq!(
        (&found["items"][0]["area_code"], &found["items"][0]["industry_code"]),
        (&json!("330111117"), &json!("C3831")),
        "by name and by digits"
    );

    let again = bureau.job(bureau.upload(path, list.into()).await).await;
    assert_eq!(
        (&again["result"]["created"], &again["result"]["unchanged"]),
        (&json!(0), &json!(2)),
        "the same list changes nothing"
    );
    // What a list has no column for stays as it is.
    let short = "统一社会信用代码,企业名称,镇街代码,行业代码\n91330111XY00010156,甲新公司,大源镇,3831\n";
    let job = bureau.job(bureau.upload(path, short.into()).await).await;
    assert_eq!(job["result"]["updated"], 1, "{job}");
    let search = format!("/api/v1/enterprises?search={}", encoded("甲新公司"));
    let kept = bureau.get(&search).await.expect(StatusCode::OK).json();
    assert_eq!(
        (&kept["items"][0]["employees"], &kept["items"][0]["revenue_wan_yuan"]),
        (&json!(320), &json!("12345.67")),
        "{kept}"
    );
    assert_eq!(kept["items"][0]["size_class"], found["items"][0]["size_class"]);
    for (body, code) in [
        ("a,b\n1,2\n", "import.columns_missing"),
        ("\u{fffd}", "import.columns_missing"),
        ("", "workbook.empty"),
        ("%PDF-1.7\n%", "workbook.pdf"),
    ] {
        let job = bureau.job(bureau.upload(path, body.into()).await).await;
        assert_eq!((&job["state"], &job["error"]["code"]), (&json!("failed"), &json!(code)));
    }
    app.end().await;
}

/// As bureaus keep their lists: a title and a date above the column names, in the encoding of Chinese Windows, with
/// semicolons or tabs, as a web page, or on the second sheet of a workbook.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_read_in_whatever_form_it_comes() {
    let rows = [
        ["2026年规上企业名单", "", "", ""],
        ["制表：经信局", "", "2026-03-01", ""],
        ["企业名称", "统一社会信用代码", "所在镇街", "行业代码"],
        ["甲公司", GOOD, "大源镇", "3831"],
        ["乙公司", "91330183XY0001023A", "330111001", "C2442"],
    ];
    let text = |separator: &str| rows.map(|row| row.join(separator)).join("\r\n");
    let commas = text(",");
    let (gbk, _, _) = encoding_rs::GBK.encode(&commas);
    let utf_16: Vec<u8> = format!("\u{feff}{}", text("\t"))
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let cells = |row: [&str; 4]| row.map(|cell| format!("<td>{cell}</td>")).concat();
    let table = rows.map(|row| format!("<tr>{}</tr>", cells(row))).concat();
    let mut second = rust_xlsxwriter::Workbook::new();
    second
        .add_worksheet()
        .set_name("说明")
        .unwrap()
        .write(0, 0, "本表由经信局汇总")
        .unwrap();
    let sheet = second.add_worksheet();
    for (at, row) in (0..).zip(rows) {
        sheet.write_row(at, 0, row).unwrap();
    }
    for (name, body) in [
        ("gbk", gbk.to_vec()),
        ("semicolons", text(";").into_bytes()),
        ("utf-16", utf_16),
        (
            "page",
            format!("<html><body><table>{table}</table></body></html>").into_bytes(),
        ),
        ("second sheet", second.save_to_buffer().unwrap()),
    ] {
        let app = App::new().await;
        let bureau = app.bureau().await;
        let job = bureau
            .job(bureau.upload("/api/v1/enterprises/imports", body).await)
            .await;
        assert_eq!(
            (
                &job["result"]["created"],
                &job["result"]["refused"],
                &job["result"]["outcomes"][0]["row"]
            ),
            (&json!(2), &json!(0), &json!(4)),
            "{name}: {job}"
        );
        app.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_town_sees_its_own_enterprises_alone() {
    let app = App::new().await;
    let bureau = app.bureau().await;
    bureau
        .post("/api/v1/enterprises", enterprise(GOOD, "大源的企业"))
        .await
        .expect(StatusCode::CREATED);
    let mut other = enterprise("91330183XY0001023A", "富春的企业");
    other["area_code"] = json!("330111001");
    let other = bureau
        .post("/api/v1/enterprises", other)
        .await
        .expect(StatusCode::CREATED);
    let town = app.town("330111117").await;
    let seen = town.get("/api/v1/enterprises").await.expect(StatusCode::OK).json();
    let names = seen["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["name"].as_str().unwrap())
        .collect::<Vec<_>>();
    assert_eq!(names, ["大源的企业"]);
    town.get(&other.header("location"))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    app.end().await;
}

/// Percent-encoded for a query.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
