//! The page at `/`: what this is, where the documentation is, whether the service is well. Chinese and English, without anything
//! from elsewhere.

use crate::service::Service;

const STYLE: &str = "\
body{font:16px/1.7 \"Noto Sans CJK SC\",\"Microsoft YaHei\",\"PingFang SC\",sans-serif;color:#262626;max-width:720px;margin:48px auto;padding:0 20px}\
h1{font-size:26px;color:#1f3864;margin:0 0 4px}h2{font-size:17px;color:#1f3864;margin:32px 0 4px}p{margin:6px 0}\
a{color:#1f5fbf}.state{padding:8px 14px;border-radius:6px;margin:20px 0;background:#e3f1de;color:#24591a}.state.bad{background:#f9dcd8;color:#8c1d12}\
.quiet{color:#666970;font-size:14px}";

/// Writes the page.
pub(crate) async fn page(service: &Service) -> String {
    let (class, zh, en) = match service.db.schema_is_current().await {
        Ok(true) => ("state", "服务正常。", "The service is ready."),
        Ok(false) => (
            "state bad",
            "数据库结构不是最新，请运行 ronghe migrate。",
            "The database schema is not current; run ronghe migrate.",
        ),
        Err(_) => (
            "state bad",
            "数据库没有响应，请联系系统管理员。",
            "The database does not answer; contact the administrator.",
        ),
    };
    let version = env!("CARGO_PKG_VERSION");
    format!(
        "<!doctype html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\">\
         <title>融合 Ronghe</title><style>{STYLE}</style></head><body>\
         <h1>融合 Ronghe</h1><p>企业两化融合调查与评价平台</p>\
         <p class=\"quiet\" lang=\"en\">Survey and evaluation of the integration of IT and industry in enterprises</p>\
         <p class=\"{class}\">{zh}<br><span lang=\"en\">{en}</span></p>\
         <h2>这是什么</h2><p>经信部门用它下发 Excel 调查表、回收并逐格审核企业填报的数据、测算两化融合指数，并说明每个得分的来源。这里是它的接口服务。</p>\
         <p><a href=\"/docs?language=zh\">接口文档</a> · <a href=\"/openapi.json?language=zh\">OpenAPI 文件</a> · <a href=\"/readyz\">运行状态</a></p>\
         <div lang=\"en\"><h2>What this is</h2><p>A bureau of industry issues Excel questionnaires with it, collects the returns and checks them cell by \
         cell, computes integration indices, and explains where every score comes from. This is its API server.</p>\
         <p><a href=\"/docs?language=en\">API documentation</a> · <a href=\"/openapi.json\">OpenAPI file</a> · <a href=\"/readyz\">Readiness</a></p></div>\
         <p class=\"quiet\">{version}</p></body></html>\n"
    )
}
