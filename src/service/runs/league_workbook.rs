//! The league table of a run as a workbook.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, Worksheet, XlsxError};

use super::{
    export::look::{Look, print},
    league::{League, Standing, Standings, league},
    names::state_name,
};
use crate::{
    domain::{access::Principal, run::RunId},
    service::{Service, blocking::blocking, error::ServiceError},
};

/// Titles and widths of the columns of groups.
const COLUMNS: [(&str, f64); 7] = [
    ("名次 Place", 8.0),
    ("名称 Name", 36.0),
    ("应报企业 Enterprises asked", 16.0),
    ("已报企业 Handed in", 16.0),
    ("回收率 Return rate", 14.0),
    ("有得分企业 Scored", 14.0),
    ("平均得分 Mean score", 14.0),
];

/// What stands where a figure is not told.
const NOT_TOLD: &str = "*";

/// Writes the league table of a run; gives its name and bytes.
pub async fn write_league(
    service: &Service,
    caller: &Principal,
    run: RunId,
) -> Result<(String, Vec<u8>), ServiceError> {
    let league = league(service, caller, run).await?;
    let name = format!("{}_{}.xlsx", league.names.round, league.names.methodology.zh);
    let bytes = blocking(move || write(&league).map_err(ServiceError::internal)).await?;
    Ok((name, bytes))
}

fn write(league: &League) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The same run gives the same bytes.
    let made = ExcelDateTime::from_timestamp(league.run.created_at.timestamp())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let look = Look::new(league.names.decimals);
    summary(workbook.add_worksheet(), league, &look)?;
    groups(workbook.add_worksheet(), "镇街 Towns", &league.towns, &look)?;
    groups(workbook.add_worksheet(), "行业 Industries", &league.industries, &look)?;
    workbook.save_to_buffer()
}

fn summary(sheet: &mut Worksheet, league: &League, look: &Look) -> Result<(), XlsxError> {
    let names = &league.names;
    sheet.set_name("汇总 Summary")?;
    sheet
        .write_string_with_format(0, 0, &names.methodology.zh, &look.title)?
        .set_row_height(0, 26)?
        .write_string_with_format(1, 0, format!("{} · {}", names.methodology.en, names.round), &look.lead)?;
    let state = state_name(league.run.state);
    let facts = [
        ("状态 State", format!("{} {}", state.zh, state.en)),
        ("测算时间 Computed at", league.made_at.clone()),
        (
            "说明 Note",
            format!(
                "{NOT_TOLD} 表示涉及企业不足 3 家，或可由其他数据推算，不予公布。\n{NOT_TOLD} Not published: fewer than 3 enterprises, or deducible."
            ),
        ),
    ];
    for (row, (name, value)) in (3_u32..).zip(&facts) {
        sheet
            .write_string_with_format(row, 0, *name, &look.head)?
            .write_string_with_format(row, 1, value, &look.text)?;
    }
    sheet.set_row_height(5, 46)?;
    let head = 7;
    look.heads(sheet, head, ["等级或阶段 Level or stage", "企业数 Enterprises"])?;
    for (row, (label, count)) in (head + 1..).zip(&league.bands) {
        sheet.write_string_with_format(row, 0, format!("{} {}", label.zh, label.en), &look.text)?;
        told(sheet, look, row, 1, count.map(|count| count as f64))?;
    }
    sheet.set_column_width(0, 34)?.set_column_width(1, 60)?;
    print(sheet, 0, 0, 2)
}

fn groups(sheet: &mut Worksheet, name: &str, standings: &Standings, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name(name)?.set_row_height(0, 32)?;
    look.heads(sheet, 0, COLUMNS.map(|(title, _)| title))?;
    for (column, (_, width)) in (0_u16..).zip(COLUMNS) {
        sheet.set_column_width(column, width)?;
    }
    for (row, standing) in (1_u32..).zip(standings.rows.iter().chain([&standings.all])) {
        group(sheet, look, row, standing)?;
    }
    print(sheet, 1, 2, 7)
}

fn group(sheet: &mut Worksheet, look: &Look, row: u32, standing: &Standing) -> Result<(), XlsxError> {
    look.number(sheet, row, 0, standing.place.map(f64::from))?;
    sheet.write_string_with_format(row, 1, &standing.name.zh, &look.text)?;
    told(sheet, look, row, 2, standing.asked.map(|count| count as f64))?;
    told(sheet, look, row, 3, standing.handed_in.map(|count| count as f64))?;
    match standing.response_percent() {
        Some(percent) => drop(sheet.write_number_with_format(row, 4, percent / 100.0, &look.percent)?),
        None => told(sheet, look, row, 4, None)?,
    }
    told(sheet, look, row, 5, standing.scored.map(|count| count as f64))?;
    match standing.mean {
        Some(mean) => look.score(sheet, row, 6, Some(mean)),
        None => told(sheet, look, row, 6, None),
    }
}

/// A count, or the mark of what is not told.
fn told(sheet: &mut Worksheet, look: &Look, row: u32, column: u16, count: Option<f64>) -> Result<(), XlsxError> {
    if let Some(count) = count {
        return look.number(sheet, row, column, Some(count));
    }
    sheet.write_string_with_format(row, column, NOT_TOLD, &look.center)?;
    Ok(())
}
