//! What pages to print share: one file without anything from elsewhere, every text escaped.

use std::fmt::Write as _;

use workbook::language::Language;

use super::words;

/// The look of a page of results, A4 upright.
pub(super) const STYLE: &str = "\
@page{size:A4;margin:14mm}\
*{box-sizing:border-box}\
body{font:13px/1.55 \"Noto Sans CJK SC\",\"Microsoft YaHei\",\"PingFang SC\",sans-serif;color:#262626;margin:24px auto;max-width:820px;padding:0 16px}\
h1{font-size:21px;color:#1f3864;margin:0 0 4px}h2{font-size:15px;color:#1f3864;margin:22px 0 6px;border-bottom:1px solid #bfc5ce;padding-bottom:3px;break-after:avoid}\
p{margin:4px 0}ul{margin:4px 0;padding-left:20px}li{margin:2px 0}\
.quiet{color:#666970;font-size:12px}.notice{background:#f9dc9b;padding:6px 10px;border-radius:4px;margin:10px 0;-webkit-print-color-adjust:exact;print-color-adjust:exact}\
.facts{display:flex;gap:12px;margin:14px 0;break-inside:avoid}.facts div{flex:1;border:1px solid #bfc5ce;border-radius:6px;padding:10px 12px}\
.facts b{display:block;font-size:24px;line-height:1.25;color:#1f3864}.facts span{color:#666970;font-size:12px}\
table{border-collapse:collapse;width:100%}\
th,td{border:1px solid #bfc5ce;padding:4px 7px;text-align:left;vertical-align:middle;overflow-wrap:anywhere}\
th{background:#dce6f1;color:#1f3864;font-weight:600;-webkit-print-color-adjust:exact;print-color-adjust:exact}\
thead{display:table-header-group}tr{break-inside:avoid}\
td.n,th.n{text-align:right;white-space:nowrap}tr.sum td{font-weight:600;background:#f3f4f6}\
.bar{height:9px;background:#e8ebf0;border-radius:2px;min-width:90px}.bar i{display:block;height:9px;background:#2f5ea8;border-radius:2px}\
.bar,.bar i,tr.sum td{-webkit-print-color-adjust:exact;print-color-adjust:exact}\
@media print{body{margin:0;max-width:none;padding:0;font-size:11.5px}}";

/// A page under construction, in one language.
pub(super) struct Page {
    text: String,
    pub(super) language: Language,
}

/// A cell of a table.
pub(super) enum Cell {
    /// Words.
    Text(String),
    /// A figure, at the right.
    Figure(String),
    /// A share of a hundred as a bar.
    Bar(f64),
}

impl Page {
    /// A page with its title.
    pub(super) fn new(title: &str, language: Language) -> Self {
        let lang = if language == Language::En { "en" } else { "zh-CN" };
        let title = escape(title);
        let text = format!(
            "<!doctype html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>{title}</title><style>{STYLE}</style></head><body><h1>{title}</h1>"
        );
        Self { text, language }
    }

    /// The whole page.
    pub(super) fn finish(mut self) -> String {
        self.text.push_str("</body></html>\n");
        self.text
    }

    /// Words in the language of the page.
    pub(super) fn words(&self, zh: &str, en: &str) -> String {
        words(self.language, zh, en)
    }

    /// A heading.
    pub(super) fn heading(&mut self, zh: &str, en: &str) {
        let text = self.words(zh, en);
        self.element("h2", "", &text);
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, text: &str) {
        self.element("p", "", text);
    }

    /// A paragraph of what is not the matter itself.
    pub(super) fn quiet(&mut self, text: &str) {
        self.element("p", "quiet", text);
    }

    /// Something that must not be overlooked.
    pub(super) fn notice(&mut self, text: &str) {
        self.element("p", "notice", text);
    }

    /// A list.
    pub(super) fn list(&mut self, items: impl IntoIterator<Item = String>) {
        self.text.push_str("<ul>");
        for item in items {
            self.element("li", "", &item);
        }
        self.text.push_str("</ul>");
    }

    /// The few figures that matter, large, each with what it is.
    pub(super) fn facts(&mut self, facts: &[(String, String)]) {
        self.text.push_str("<div class=\"facts\">");
        for (name, value) in facts {
            // Writing to a string cannot fail.
            write!(
                self.text,
                "<div><span>{}</span><b>{}</b></div>",
                escape(name),
                escape(value)
            )
            .ok();
        }
        self.text.push_str("</div>");
    }

    /// A table; the flag of a row says that it is a sum.
    pub(super) fn table(
        &mut self,
        heads: &[(&str, &str)],
        figures_from: usize,
        rows: impl IntoIterator<Item = (bool, Vec<Cell>)>,
    ) {
        self.text.push_str("<table><thead><tr>");
        for (at, (zh, en)) in heads.iter().enumerate() {
            let class = if at >= figures_from { " class=\"n\"" } else { "" };
            let head = escape(&self.words(zh, en));
            write!(self.text, "<th{class}>{head}</th>").ok();
        }
        self.text.push_str("</tr></thead><tbody>");
        for (sum, cells) in rows {
            self.text.push_str(if sum { "<tr class=\"sum\">" } else { "<tr>" });
            for cell in cells {
                match cell {
                    Cell::Text(text) => write!(self.text, "<td>{}</td>", escape(&text)),
                    Cell::Figure(text) => write!(self.text, "<td class=\"n\">{}</td>", escape(&text)),
                    Cell::Bar(share) => {
                        let width = share.clamp(0.0, 100.0);
                        write!(
                            self.text,
                            "<td><div class=\"bar\"><i style=\"width:{width:.1}%\"></i></div></td>"
                        )
                    }
                }
                .ok();
            }
            self.text.push_str("</tr>");
        }
        self.text.push_str("</tbody></table>");
    }

    fn element(&mut self, tag: &str, class: &str, text: &str) {
        let class = if class.is_empty() {
            String::new()
        } else {
            format!(" class=\"{class}\"")
        };
        write!(self.text, "<{tag}{class}>{}</{tag}>", escape(text)).ok();
    }
}

/// A text that HTML takes for nothing but text.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c => escaped.push(c),
        }
    }
    escaped
}
