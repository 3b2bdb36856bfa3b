//! Letters that hand out one-time codes: one page for each enterprise, Chinese with English below, to be printed, folded and
//! given to the town.

use std::fmt::Write as _;

use super::html::escape;

/// A letter.
pub struct Letter<'a> {
    /// Name of the enterprise.
    pub name: &'a str,
    /// Its credit code.
    pub uscc: &'a str,
    /// Its town, by name or code.
    pub town: &'a str,
    /// Login of its account.
    pub login: &'a str,
    /// The one-time code.
    pub code: &'a str,
}

/// What all letters say.
pub struct Common<'a> {
    /// Address of the service; absent where it is not known.
    pub address: Option<&'a str>,
    /// Last day of the codes, in the county.
    pub valid_until: &'a str,
    /// Day of the letters, in the county.
    pub written_on: &'a str,
}

const STYLE: &str = "\
@page{size:A4;margin:22mm 20mm}\
*{box-sizing:border-box}\
body{font:15px/1.7 \"Noto Sans CJK SC\",\"Microsoft YaHei\",\"PingFang SC\",sans-serif;color:#1a1a1a;margin:0 auto;max-width:720px;padding:0 16px}\
section{break-after:page;padding:24px 0}section:last-child{break-after:auto}\
h1{font-size:22px;text-align:center;margin:0 0 18px}\
table{border-collapse:collapse;width:100%;margin:14px 0}\
th,td{border:1px solid #8c8c8c;padding:8px 10px;text-align:left;vertical-align:top}\
th{width:34%;font-weight:600;background:#f0f3f7}\
.code{font:600 20px/1.4 Consolas,\"DejaVu Sans Mono\",monospace;letter-spacing:1px}\
.en{color:#4a4a4a;font-size:13px}ol{padding-left:22px}.foot{margin-top:26px;text-align:right}\
@media print{body{max-width:none;padding:0}th{-webkit-print-color-adjust:exact;print-color-adjust:exact}}";

/// The page with all letters.
pub fn write(letters: &[Letter<'_>], common: &Common<'_>) -> String {
    let mut page = String::with_capacity(2048 + letters.len() * 2048);
    // Writing to a string cannot fail.
    write!(
        page,
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>首次登录通知 First login</title><style>{STYLE}</style></head><body>"
    )
    .ok();
    for letter in letters {
        section(&mut page, letter, common);
    }
    page.push_str("</body></html>\n");
    page
}

fn section(page: &mut String, letter: &Letter<'_>, common: &Common<'_>) {
    let Common {
        address,
        valid_until,
        written_on,
    } = common;
    write!(
        page,
        "<section><h1>企业两化融合调查系统首次登录通知</h1>\
         <p>{name}（统一社会信用代码 {uscc}，{town}）：</p>\
         <p>贵单位已列入本次企业两化融合发展水平调查。请由负责填报的人员用下列登录名和一次性登录码首次登录，并自行设置密码。</p><table>",
        name = escape(letter.name),
        uscc = escape(letter.uscc),
        town = escape(letter.town),
    )
    .ok();
    if let Some(address) = address {
        row(page, "系统地址", "Address", &escape(address), "");
    }
    row(page, "登录名", "Login", &escape(letter.login), "code");
    row(page, "一次性登录码", "One-time code", &escape(letter.code), "code");
    row(page, "有效期至", "Valid until", &escape(valid_until), "");
    write!(
        page,
        "</table><ol><li>登录码只能使用一次，大小写和短横线不影响识别。</li>\
         <li>首次登录时设置的密码至少 12 个字符；此后用登录名和密码登录。</li>\
         <li>登录码逾期未用或遗失的，请联系主管部门重新发放；原登录码随即失效。</li>\
         <li>请妥善保管，不要转发或拍照传播。</li></ol>\
         <p class=\"en\">Your enterprise takes part in the integration survey. The person who fills in the questionnaire logs in once with the login and \
         the one-time code above and chooses a password of 12 characters or more; from then on login and password are used. The code works once, until the day stated. \
         If it is lost or has expired, ask the bureau for another one; the old one then stops working. Keep this letter to yourself.</p>\
         <p class=\"foot\">{written_on}</p></section>",
        written_on = escape(written_on),
    )
    .ok();
}

fn row(page: &mut String, zh: &str, en: &str, escaped: &str, class: &str) {
    write!(
        page,
        "<tr><th>{zh}<br><span class=\"en\">{en}</span></th><td class=\"{class}\">{escaped}</td></tr>"
    )
    .ok();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_enterprise_has_a_page_of_its_own_and_texts_are_escaped() {
        let letter = |name: &'static str| Letter {
            name,
            uscc: "91330111XY00010156",
            town: "大源镇",
            login: "91330111xy00010156",
            code: "07EN-W3AH-RZ6D-MV29",
        };
        let common = Common {
            address: Some("https://survey.example.cn"),
            valid_until: "2026年5月1日",
            written_on: "2026年4月1日",
        };
        let page = write(&[letter("甲<乙>有限公司"), letter("丙公司")], &common);
        assert_eq!(page.matches("<section>").count(), 2);
        assert!(
            page.contains("甲&lt;乙&gt;有限公司") && !page.contains("甲<乙>"),
            "{page}"
        );
        assert!(page.contains("07EN-W3AH-RZ6D-MV29") && page.contains("One-time code"));
        let unknown = Common {
            address: None,
            ..common
        };
        assert!(!write(&[letter("丙公司")], &unknown).contains("系统地址"));
    }
}
