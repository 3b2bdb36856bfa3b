//! `ronghe export`

use std::path::PathBuf;

use rust_xlsxwriter::{Format, Workbook, XlsxError};
use serde_json::json;
use uuid::Uuid;

use super::{
    open, operator,
    output::{Failed, Output},
};
use crate::{
    config::DataPlace,
    domain::{
        page::PageRequest,
        run::{RankingFilter, RankingRow, Run, RunId},
    },
    service::{Service, browse},
};

/// Write the results of a run as a workbook or CSV
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe export --run 0199... --out results.xlsx --data /var/lib/ronghe\n  ronghe export --run 0199... --out results.csv --data /var/lib/ronghe\n\nThe ending of the file decides. CSV is UTF-8 with a byte order mark, as Excel and WPS want it."
)]
pub(super) struct Export {
    /// Identifier of the run
    #[arg(long)]
    run: Uuid,
    /// File to write, .xlsx or .csv
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

impl Export {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let run = browse::get_run(&service, &operator(), RunId(self.run)).await?;
        let rows = all_results(&service, &run).await?;
        let table = Table::of(&rows);
        let csv = self
            .out
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        let bytes = if csv {
            table.csv()
        } else {
            table.xlsx().map_err(|error| error.to_string())
        };
        let bytes = bytes
            .map_err(|error| Failed::new("export", format!("无法写出：{error}"), format!("cannot write: {error}")))?;
        std::fs::write(&self.out, bytes)?;
        let text = format!("wrote {} results to {}", rows.len(), self.out.display());
        output.say(
            text,
            &json!({ "results": rows.len(), "file": self.out.display().to_string() }),
        )
    }
}

async fn all_results(service: &Service, run: &Run) -> Result<Vec<RankingRow>, Failed> {
    let mut page = PageRequest {
        limit: PageRequest::MAX,
        after: None,
    };
    let mut rows = Vec::new();
    loop {
        let found = browse::ranking(service, &operator(), run.id, &RankingFilter::default(), &page).await?;
        rows.extend(found.items);
        match found.next {
            Some(next) => page.after = Some(next),
            None => return Ok(rows),
        }
    }
}

/// The results as a table: fixed columns, then one per total.
struct Table {
    header: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

enum Cell {
    Text(String),
    Number(f64),
    Blank,
}

impl Table {
    fn of(rows: &[RankingRow]) -> Self {
        let mut codes = Vec::new();
        for row in rows {
            for code in row.totals.as_object().into_iter().flat_map(serde_json::Map::keys) {
                if !codes.contains(code) {
                    codes.push(code.clone());
                }
            }
        }
        let fixed = [
            "名次 rank",
            "统一社会信用代码 uscc",
            "企业名称 name",
            "镇街代码 area",
            "行业代码 industry",
            "得分 score",
            "等级或阶段 band",
        ];
        let header = fixed
            .iter()
            .map(|title| (*title).to_owned())
            .chain(codes.iter().cloned())
            .collect();
        let number = |value: Option<f64>| value.map_or(Cell::Blank, Cell::Number);
        let cells = |row: &RankingRow| {
            let mut cells = vec![
                number(row.rank.map(f64::from)),
                Cell::Text(row.uscc.clone()),
                Cell::Text(row.enterprise_name.clone()),
                Cell::Text(row.area_code.clone()),
                Cell::Text(row.industry_code.clone()),
                number(row.score),
                number(row.band.map(f64::from)),
            ];
            cells.extend(codes.iter().map(|code| total(&row.totals[code])));
            cells
        };
        Self {
            header,
            rows: rows.iter().map(cells).collect(),
        }
    }

    fn csv(&self) -> Result<Vec<u8>, String> {
        let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
        writer.write_record(&self.header).map_err(|error| error.to_string())?;
        for row in &self.rows {
            let cells = row.iter().map(|cell| match cell {
                Cell::Text(text) => escaped(text),
                Cell::Number(number) => number.to_string(),
                Cell::Blank => String::new(),
            });
            writer.write_record(cells).map_err(|error| error.to_string())?;
        }
        writer.into_inner().map_err(|error| error.to_string())
    }

    fn xlsx(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        let bold = Format::new().set_bold();
        let text = Format::new().set_num_format("@");
        for (column, title) in (0_u16..).zip(&self.header) {
            sheet.write_with_format(0, column, title, &bold)?;
        }
        for (at, row) in (1_u32..).zip(&self.rows) {
            for (column, cell) in (0_u16..).zip(row) {
                match cell {
                    Cell::Text(value) => drop(sheet.write_string_with_format(at, column, value, &text)?),
                    Cell::Number(value) => drop(sheet.write_number(at, column, *value)?),
                    Cell::Blank => {}
                }
            }
        }
        sheet
            .set_column_width(1, 22)?
            .set_column_width(2, 32)?
            .set_freeze_panes(1, 0)?;
        workbook.save_to_buffer()
    }
}

fn total(value: &serde_json::Value) -> Cell {
    match value {
        serde_json::Value::Number(number) => number.as_f64().map_or(Cell::Blank, Cell::Number),
        serde_json::Value::String(text) => text.parse().map_or_else(|_| Cell::Text(text.clone()), Cell::Number),
        _ => Cell::Blank,
    }
}

/// Text that a spreadsheet would take for a formula gets an apostrophe; a name keeps its meaning and runs nothing.
fn escaped(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}
