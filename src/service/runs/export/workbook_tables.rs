//! The workbook: what a reader needs to compute every score again, with the formulas live.

use index::{
    card::{Figure, NodeKind},
    exact::Fixed,
    outline::{OutlineJoin, OutlineNode},
};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, Formula, Workbook, Worksheet, XlsxError, utility::column_number_to_name,
};
use survey::{answer::Answer, survey::Survey};

use super::{Exported, csv_table::COLUMNS, figure_text, region_sheet};
use crate::service::error::ServiceError;

/// First row of the units in the sheet of scores: codes, labels and weights stand above.
const FIRST_UNIT: u32 = 3;
/// First column of the scores: credit code and name stand before.
const FIRST_SCORE: u16 = 2;

pub(super) fn write(exported: &Exported, survey: &Survey) -> Result<Vec<u8>, ServiceError> {
    tables(exported, survey).map_err(ServiceError::internal)
}

fn tables(exported: &Exported, survey: &Survey) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The same run gives the same bytes.
    let made = ExcelDateTime::from_timestamp(exported.run.created_at.timestamp())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let bold = Format::new().set_bold();
    about(workbook.add_worksheet(), exported, &bold)?;
    if let Some(region) = &exported.region {
        // Nobody is ranked.
        region_sheet::write(workbook.add_worksheet(), region, &bold)?;
    } else {
        ranking(workbook.add_worksheet(), exported, &bold)?;
        scores(workbook.add_worksheet(), exported, &bold)?;
    }
    values(workbook.add_worksheet(), exported, &bold)?;
    if !exported.questions.is_empty() {
        answers(workbook.add_worksheet(), exported, survey, &bold)?;
    }
    method(workbook.add_worksheet(), exported, &bold)?;
    workbook.save_to_buffer()
}

pub(super) fn titles<'a>(
    sheet: &mut Worksheet,
    titles: impl IntoIterator<Item = &'a str>,
    bold: &Format,
) -> Result<(), XlsxError> {
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write_string_with_format(0, column, title, bold)?;
    }
    Ok(())
}

/// Which run it is, and how to read the rest.
fn about(sheet: &mut Worksheet, exported: &Exported, bold: &Format) -> Result<(), XlsxError> {
    let run = &exported.run;
    sheet.set_name("说明 About")?;
    let facts = [
        ("测算 run", run.id.to_string()),
        ("状态 state", run.state.name().to_owned()),
        ("评价方法 methodology", format!("{} {}", run.methodology_code, run.methodology_version)),
        ("引擎 engine", run.engine_version.clone()),
        ("输入 inputs_sha256", run.inputs_sha256.clone()),
        ("结果 results_sha256", run.results_sha256.clone()),
        ("时间 created_at", run.created_at.to_rfc3339()),
        (
            "读法 how to read",
            "“得分 Scores”中块分和总分是公式：SUMPRODUCT(得分, 权重) ÷ 有得分者的权重之和，按方法舍入；空白表示该项被剔除。\n\
             In \"得分 Scores\" blocks and totals are formulas: SUMPRODUCT(scores, weights) over the weights of those that have a score, \
             rounded as the method says; a blank is left out. 评分由十进制精确算出，恰在一半时 Excel 的二进制舍入可能差末位一个单位。"
                .to_owned(),
        ),
    ];
    for (row, (name, value)) in (0_u32..).zip(&facts) {
        sheet
            .write_string_with_format(row, 0, *name, bold)?
            .write_string(row, 1, value)?;
    }
    sheet.set_column_width(0, 24)?.set_column_width(1, 100)?;
    Ok(())
}

fn ranking(sheet: &mut Worksheet, exported: &Exported, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_name("名次 Ranking")?;
    titles(sheet, COLUMNS, bold)?;
    for (at, row) in (1_u32..).zip(&exported.rows) {
        let ranked = &row.ranked;
        number(sheet, at, 0, ranked.rank.map(f64::from))?;
        sheet
            .write_string(at, 1, &ranked.uscc)?
            .write_string(at, 2, &ranked.enterprise_name)?
            .write_string(at, 3, &ranked.area_code)?
            .write_string(at, 4, &ranked.industry_code)?
            .write_string(at, 5, ranked.size_class.as_deref().unwrap_or(""))?;
        number(sheet, at, 6, ranked.score)?;
        number(sheet, at, 7, ranked.band.map(f64::from))?;
    }
    sheet
        .set_column_width(1, 22)?
        .set_column_width(2, 32)?
        .set_freeze_panes(1, 3)?;
    Ok(())
}

pub(super) fn number(sheet: &mut Worksheet, row: u32, column: u16, number: Option<f64>) -> Result<(), XlsxError> {
    if let Some(number) = number {
        sheet.write_number(row, column, number)?;
    }
    Ok(())
}

/// A node's column among the scores.
struct Column<'a> {
    node: &'a OutlineNode,
    /// Place among the nodes.
    place: usize,
    /// First and last column of its children.
    children: Option<(u16, u16)>,
}

/// The nodes with a score so that the children of each stand side by side, and before it.
fn columns(nodes: &[OutlineNode]) -> Vec<Column<'_>> {
    let mut columns: Vec<Column<'_>> = Vec::new();
    // Parents stand before children, so that from behind children come first.
    let parents = nodes
        .iter()
        .rev()
        .filter(|node| node.join.is_some())
        .map(|node| Some(&*node.code));
    for parent in parents.chain([None]) {
        let children = nodes.iter().enumerate();
        for (place, node) in
            children.filter(|(_, node)| node.parent.as_deref() == parent && node.kind != NodeKind::Scene)
        {
            let own = |column: &Column<'_>| column.node.parent == Some(node.code.clone());
            let first = columns.iter().position(own);
            let last = columns.iter().rposition(own);
            let number = |at: usize| u16::try_from(at).ok()?.checked_add(FIRST_SCORE);
            let children = first.and_then(number).zip(last.and_then(number));
            columns.push(Column { node, place, children });
        }
    }
    columns
}

fn scores(sheet: &mut Worksheet, exported: &Exported, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_name("得分 Scores")?;
    let columns = columns(&exported.nodes);
    titles(sheet, ["统一社会信用代码 uscc", "企业名称 name"], bold)?;
    sheet.write_string(2, 1, "权重 weight")?;
    for (at, column) in (FIRST_SCORE..).zip(&columns) {
        let node = column.node;
        sheet
            .write_string_with_format(0, at, &*node.code, bold)?
            .write_string(1, at, &node.label.zh)?;
        number(sheet, 2, at, node.weight.map(Fixed::to_f64))?;
    }
    for (row, unit) in (FIRST_UNIT..).zip(&exported.rows) {
        sheet
            .write_string(row, 0, &unit.ranked.uscc)?
            .write_string(row, 1, &unit.ranked.enterprise_name)?;
        for (at, column) in (FIRST_SCORE..).zip(&columns) {
            let Some(score) = unit.scores.get(column.place).copied().flatten() else {
                continue;
            };
            match formula(column, row) {
                Some(formula) => {
                    let formula = Formula::new(formula).set_result(score.to_string());
                    sheet.write_formula(row, at, formula)?;
                }
                None => number(sheet, row, at, Some(score.to_f64()))?,
            }
        }
    }
    sheet
        .set_column_width(0, 22)?
        .set_column_width(1, 32)?
        .set_freeze_panes(FIRST_UNIT, FIRST_SCORE)?;
    Ok(())
}

/// The score of a node with children as a formula over them.
fn formula(column: &Column<'_>, row: u32) -> Option<String> {
    let (first, last) = column.children?;
    let (first, last) = (column_number_to_name(first), column_number_to_name(last));
    let line = row + 1;
    let scores = format!("{first}{line}:{last}{line}");
    let weights = format!("{first}$3:{last}$3");
    let decimals = column.node.decimals;
    Some(match column.node.join? {
        OutlineJoin::Sum => format!("=ROUND(SUM({scores}),{decimals})"),
        OutlineJoin::WeightedMean => {
            format!("=ROUND(SUMPRODUCT({scores},{weights})/SUMPRODUCT(--({scores}<>\"\"),{weights}),{decimals})")
        }
    })
}

fn values(sheet: &mut Worksheet, exported: &Exported, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_name("数值 Values")?;
    let shown: Vec<(usize, &OutlineNode)> = exported
        .nodes
        .iter()
        .enumerate()
        .filter(|(_, node)| node.source.is_some())
        .collect();
    titles(sheet, ["统一社会信用代码 uscc", "企业名称 name"], bold)?;
    for (at, (_, node)) in (FIRST_SCORE..).zip(&shown) {
        sheet
            .write_string_with_format(0, at, &*node.code, bold)?
            .write_string(1, at, &node.label.zh)?
            .write_string(2, at, &node.unit)?;
    }
    for (row, unit) in (FIRST_UNIT..).zip(&exported.rows) {
        sheet
            .write_string(row, 0, &unit.ranked.uscc)?
            .write_string(row, 1, &unit.ranked.enterprise_name)?;
        for (at, (place, _)) in (FIRST_SCORE..).zip(&shown) {
            match unit.values.get(*place).and_then(Option::as_ref) {
                Some(Figure::Number(figure)) => number(sheet, row, at, Some(figure.to_f64()))?,
                Some(other) => drop(sheet.write_string(row, at, figure_text(other))?),
                None => {}
            }
        }
    }
    sheet
        .set_column_width(0, 22)?
        .set_column_width(1, 32)?
        .set_freeze_panes(FIRST_UNIT, FIRST_SCORE)?;
    Ok(())
}

fn answers(sheet: &mut Worksheet, exported: &Exported, survey: &Survey, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_name("答案 Answers")?;
    titles(sheet, ["统一社会信用代码 uscc", "企业名称 name"], bold)?;
    for (at, code) in (FIRST_SCORE..).zip(&exported.questions) {
        sheet.write_string_with_format(0, at, code, bold)?;
        if let Some(question) = survey.question(code) {
            sheet
                .write_string(1, at, &question.label.zh)?
                .write_string(2, at, &question.unit)?;
        }
    }
    for (row, unit) in (FIRST_UNIT..).zip(&exported.rows) {
        sheet
            .write_string(row, 0, &unit.ranked.uscc)?
            .write_string(row, 1, &unit.ranked.enterprise_name)?;
        for (at, code) in (FIRST_SCORE..).zip(&exported.questions) {
            let answer = unit.content.as_ref().and_then(|content| content.answers.get(code));
            match answer {
                Some(Answer::Number(figure)) => number(sheet, row, at, figure.to_string().parse().ok())?,
                Some(other) => drop(sheet.write_string(row, at, answer_text(other))?),
                None => {}
            }
        }
    }
    sheet
        .set_column_width(0, 22)?
        .set_column_width(1, 32)?
        .set_freeze_panes(FIRST_UNIT, FIRST_SCORE)?;
    Ok(())
}

fn answer_text(answer: &Answer) -> String {
    match answer {
        Answer::Number(number) => number.to_string(),
        Answer::Text(text) | Answer::Choice(text) | Answer::Date(text) => text.clone(),
        Answer::Choices(codes) => codes.join(","),
        Answer::Boolean(yes) => if *yes { "是 yes" } else { "否 no" }.to_owned(),
        Answer::Table(rows) => format!("{} 行 rows", rows.len()),
    }
}

fn method(sheet: &mut Worksheet, exported: &Exported, bold: &Format) -> Result<(), XlsxError> {
    sheet.set_name("方法 Method")?;
    let columns = [
        "代码 code",
        "名称 label",
        "label",
        "归入 parent",
        "权重 weight",
        "取自 source",
        "单位 unit",
        "依赖的题项 questions",
        "计分 formula",
        "formula",
    ];
    titles(sheet, columns, bold)?;
    for (row, node) in (1_u32..).zip(&exported.nodes) {
        sheet
            .write_string(row, 0, &*node.code)?
            .write_string(row, 1, &node.label.zh)?
            .write_string(row, 2, &node.label.en)?
            .write_string(row, 3, node.parent.as_deref().unwrap_or(""))?
            .write_string(row, 5, node.source.as_deref().unwrap_or(""))?
            .write_string(row, 6, &node.unit)?
            .write_string(row, 7, node.questions.join(", "))?
            .write_string(row, 8, &node.formula.zh)?
            .write_string(row, 9, &node.formula.en)?;
        number(sheet, row, 4, node.weight.map(Fixed::to_f64))?;
    }
    sheet
        .set_column_width(1, 32)?
        .set_column_width(8, 60)?
        .set_freeze_panes(1, 1)?;
    Ok(())
}
