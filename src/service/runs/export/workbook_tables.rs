//! The workbook: what a reader needs to compute every score again, with the formulas live.

use index::{
    card::{Figure, NodeKind},
    exact::Fixed,
    outline::{OutlineJoin, OutlineNode},
};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Formula, Workbook, Worksheet, XlsxError, utility::column_number_to_name,
};
use survey::survey::Survey;

use super::{
    Exported, answer_sheets, figure_text,
    look::{Look, print},
    region_sheet,
};
use crate::{
    domain::size_class::size_class_name,
    service::{error::ServiceError, runs::names::state_name},
};

/// First row of the units in the sheets of figures: codes, labels and weights or units stand above.
pub(super) const FIRST_UNIT: u32 = 3;
/// First column of the figures: credit code and name stand before.
pub(super) const FIRST_FIGURE: u16 = 2;

/// Titles and widths of the columns of the ranking.
const RANKING: [(&str, f64); 8] = [
    ("名次 Rank", 7.0),
    ("统一社会信用代码 Credit code", 22.0),
    ("企业名称 Enterprise", 34.0),
    ("镇街 Town", 18.0),
    ("行业 Industry", 26.0),
    ("规模 Size", 9.0),
    ("得分 Score", 9.0),
    ("等级或阶段 Level or stage", 16.0),
];

pub(super) fn write(exported: &Exported, survey: &Survey) -> Result<Vec<u8>, ServiceError> {
    tables(exported, survey).map_err(ServiceError::internal)
}

fn tables(exported: &Exported, survey: &Survey) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The same run gives the same bytes.
    let made = ExcelDateTime::from_timestamp(exported.run.created_at.timestamp())?;
    workbook.set_properties(&DocProperties::new().set_creation_datetime(&made));
    let look = Look::new(exported.names.decimals);
    about(workbook.add_worksheet(), exported, &look)?;
    if let Some(region) = &exported.region {
        // Nobody is ranked.
        region_sheet::write(workbook.add_worksheet(), region, &look)?;
    } else {
        ranking(workbook.add_worksheet(), exported, &look)?;
        scores(workbook.add_worksheet(), exported, &look)?;
    }
    values(workbook.add_worksheet(), exported, &look)?;
    if !exported.questions.is_empty() {
        answer_sheets::write(&mut workbook, exported, survey, &look)?;
    }
    method(workbook.add_worksheet(), exported, survey, &look)?;
    workbook.save_to_buffer()
}

/// Which run it is, and how to read the rest.
fn about(sheet: &mut Worksheet, exported: &Exported, look: &Look) -> Result<(), XlsxError> {
    let (run, names) = (&exported.run, &exported.names);
    sheet.set_name("说明 About")?;
    sheet
        .write_string_with_format(0, 0, &names.methodology.zh, &look.title)?
        .set_row_height(0, 26)?
        .write_string_with_format(1, 0, format!("{} · {}", names.methodology.en, names.round), &look.lead)?;
    let state = state_name(run.state);
    let facts = [
        ("调查期 Round", names.round.clone()),
        ("状态 State", format!("{} {}", state.zh, state.en)),
        ("参加测算 Returns", format!("{} 家，其中有得分 {} 家", run.returns, run.scored)),
        ("测算时间 Computed at", exported.made_at.clone()),
        ("评价方法 Methodology", format!("{} {}", names.methodology.zh, run.methodology_version)),
        ("程序版本 Engine", run.engine_version.clone()),
        ("测算编号 Run", run.id.to_string()),
        ("输入校验值 SHA-256 of the inputs", run.inputs_sha256.clone()),
        ("结果校验值 SHA-256 of the results", run.results_sha256.clone()),
        (
            "表的读法 How to read",
            "“得分 Scores”表中，汇总项得分是公式：下级得分按权重加权平均（或相加），按评价方法舍入；空白的项不参与计算，其权重由其余各项按比例分摊。\
             评分按十进制精确计算，恰在舍入界限上的，Excel 的末位可能相差一个单位。\n\
             In the sheet “得分 Scores” the scores of aggregates are formulas: the weighted mean (or the sum) of the scores below, rounded \
             as the methodology states. A blank does not count; its weight is spread over the others in proportion. Scores are computed \
             in exact decimals; where a score lies exactly on a rounding limit, Excel may differ by one unit of the last decimal."
                .to_owned(),
        ),
    ];
    for (row, (name, value)) in (3_u32..).zip(&facts) {
        sheet
            .write_string_with_format(row, 0, *name, &look.head)?
            .write_string_with_format(row, 1, value, &look.text)?;
        // Numbers of 64 characters stand in one line, the last text in several.
        let height = if value.len() > 100 { 110 } else { 20 };
        sheet.set_row_height(row, height)?;
    }
    sheet.set_column_width(0, 32)?.set_column_width(1, 78)?;
    print(sheet, 0, 0, 2)
}

fn ranking(sheet: &mut Worksheet, exported: &Exported, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name("名次 Ranking")?;
    look.heads(sheet, 0, RANKING.map(|(title, _)| title))?;
    for (column, (_, width)) in (0_u16..).zip(RANKING) {
        sheet.set_column_width(column, width)?;
    }
    let names = &exported.names;
    for (at, row) in (1_u32..).zip(&exported.rows) {
        let ranked = &row.ranked;
        look.number(sheet, at, 0, ranked.rank.map(f64::from))?;
        let size = ranked.size_class.as_deref().map(|code| size_class_name(code).zh);
        let band = ranked.band.map(|band| names.band(band).zh);
        sheet
            .write_string_with_format(at, 1, &ranked.uscc, &look.text)?
            .write_string_with_format(at, 2, &ranked.enterprise_name, &look.text)?
            .write_string_with_format(at, 3, names.area(&ranked.area_code), &look.text)?
            .write_string_with_format(at, 4, names.industry(&ranked.industry_code), &look.text)?
            .write_string_with_format(at, 5, size.unwrap_or_default(), &look.center)?
            .write_string_with_format(at, 7, band.unwrap_or_default(), &look.center)?;
        look.score(sheet, at, 6, ranked.score)?;
    }
    sheet.set_row_height(0, 30)?;
    let last = u32::try_from(exported.rows.len()).unwrap_or(0);
    sheet.autofilter(0, 0, last, 7)?;
    print(sheet, 1, 3, 8)
}

/// A node's column among the scores.
struct Column<'a> {
    node: &'a OutlineNode,
    /// Place among the nodes.
    place: usize,
    /// First and last column of its children.
    children: Option<(u16, u16)>,
}

/// The nodes with a score in the order of the methodology, the whole before its parts, so that the children of each stand
/// side by side.
fn columns(nodes: &[OutlineNode]) -> Vec<Column<'_>> {
    let mut columns: Vec<Column<'_>> = Vec::new();
    // Parents stand before children.
    let parents = nodes
        .iter()
        .filter(|node| node.join.is_some())
        .map(|node| Some(&*node.code));
    for parent in [None].into_iter().chain(parents) {
        let children = nodes.iter().enumerate();
        let children = children.filter(|(_, node)| node.parent.as_deref() == parent && node.kind != NodeKind::Scene);
        columns.extend(children.map(|(place, node)| Column {
            node,
            place,
            children: None,
        }));
    }
    let codes: Vec<Option<&str>> = columns.iter().map(|column| column.node.parent.as_deref()).collect();
    let number = |at: usize| u16::try_from(at).ok()?.checked_add(FIRST_FIGURE);
    for column in &mut columns {
        let own = |parent: Option<&str>| parent == Some(&*column.node.code);
        let first = codes.iter().copied().position(own).and_then(number);
        column.children = first.zip(codes.iter().copied().rposition(own).and_then(number));
    }
    columns
}

fn scores(sheet: &mut Worksheet, exported: &Exported, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name("得分 Scores")?;
    let columns = columns(&exported.nodes);
    let count = unit_heads(sheet, look, "权重 Weight", columns.iter().map(|column| column.node))?;
    for (at, column) in (FIRST_FIGURE..).zip(&columns) {
        if let Some(weight) = column.node.weight {
            sheet.write_number_with_format(2, at, weight.to_f64(), &look.below)?;
        }
    }
    for (row, unit) in (FIRST_UNIT..).zip(&exported.rows) {
        unit_names(sheet, look, row, unit)?;
        for (at, column) in (FIRST_FIGURE..).zip(&columns) {
            let score = unit.scores.get(column.place).copied().flatten();
            match (score, formula(column, row)) {
                (Some(score), Some(formula)) => {
                    let formula = Formula::new(formula).set_result(score.to_string());
                    sheet.write_formula_with_format(row, at, formula, &look.joined)?;
                }
                (score, _) => look.score(sheet, row, at, score.map(Fixed::to_f64))?,
            }
        }
    }
    print(sheet, FIRST_UNIT, FIRST_FIGURE, count)
}

/// The heads of a sheet of figures: code and label of each column, and `third` below; gives how many columns there are.
fn unit_heads<'n>(
    sheet: &mut Worksheet,
    look: &Look,
    third: &str,
    nodes: impl Iterator<Item = &'n OutlineNode>,
) -> Result<u16, XlsxError> {
    let mut columns = FIRST_FIGURE;
    for node in nodes {
        column_head(sheet, look, columns, &node.code, &node.label.zh)?;
        columns += 1;
    }
    first_columns(sheet, look, third)?;
    Ok(columns)
}

/// Code and label above a column of figures.
pub(super) fn column_head(
    sheet: &mut Worksheet,
    look: &Look,
    column: u16,
    code: &str,
    label: &str,
) -> Result<(), XlsxError> {
    sheet
        .write_string_with_format(0, column, code, &look.head)?
        .write_string_with_format(1, column, label, &look.below)?
        .write_blank(2, column, &look.below)?
        .set_column_width(column, 9)?;
    Ok(())
}

/// The heads of the first columns: who it is.
pub(super) fn first_columns(sheet: &mut Worksheet, look: &Look, third: &str) -> Result<(), XlsxError> {
    look.heads(sheet, 0, ["统一社会信用代码 Credit code", "企业名称 Enterprise"])?;
    for row in [1, 2] {
        sheet
            .write_blank(row, 0, &look.below)?
            .write_blank(row, 1, &look.below)?;
    }
    sheet
        .write_string_with_format(2, 1, third, &look.below)?
        .set_row_height(0, 30)?
        .set_row_height(1, 76)?
        .set_column_width(0, 22)?
        .set_column_width(1, 32)?;
    Ok(())
}

/// Who a row is about.
pub(super) fn unit_names(
    sheet: &mut Worksheet,
    look: &Look,
    row: u32,
    unit: &super::ExportedRow,
) -> Result<(), XlsxError> {
    sheet
        .write_string_with_format(row, 0, &unit.ranked.uscc, &look.text)?
        .write_string_with_format(row, 1, &unit.ranked.enterprise_name, &look.text)?;
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

fn values(sheet: &mut Worksheet, exported: &Exported, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name("数值 Values")?;
    let nodes = exported.nodes.iter().enumerate();
    let shown: Vec<(usize, &OutlineNode)> = nodes.filter(|(_, node)| node.source.is_some()).collect();
    let count = unit_heads(sheet, look, "单位 Unit", shown.iter().map(|(_, node)| *node))?;
    for (at, (_, node)) in (FIRST_FIGURE..).zip(&shown) {
        sheet.write_string_with_format(2, at, &node.unit, &look.below)?;
    }
    for (row, unit) in (FIRST_UNIT..).zip(&exported.rows) {
        unit_names(sheet, look, row, unit)?;
        for (at, (place, _)) in (FIRST_FIGURE..).zip(&shown) {
            match unit.values.get(*place).and_then(Option::as_ref) {
                Some(Figure::Number(figure)) => look.number(sheet, row, at, Some(figure.to_f64()))?,
                Some(other) => drop(sheet.write_string_with_format(row, at, figure_text(other), &look.center)?),
                None => look.number(sheet, row, at, None)?,
            }
        }
    }
    print(sheet, FIRST_UNIT, FIRST_FIGURE, count)
}

fn method(sheet: &mut Worksheet, exported: &Exported, survey: &Survey, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name("方法 Method")?;
    let columns = [
        ("代码 Code", 10.0),
        ("名称", 34.0),
        ("Label", 34.0),
        ("归入 Part of", 10.0),
        ("权重 Weight", 9.0),
        ("取自 Source", 26.0),
        ("单位 Unit", 10.0),
        ("依据的题项 Questions", 22.0),
        ("计分办法", 46.0),
        ("Scoring", 46.0),
    ];
    look.heads(sheet, 0, columns.map(|(title, _)| title))?;
    for (column, (_, width)) in (0_u16..).zip(columns) {
        sheet.set_column_width(column, width)?;
    }
    for (row, node) in (1_u32..).zip(&exported.nodes) {
        let source = node.source.as_deref().map(|source| source_name(survey, source));
        let texts = [
            (0, &*node.code, &look.center),
            (1, &node.label.zh, &look.text),
            (2, &node.label.en, &look.text),
            (3, node.parent.as_deref().unwrap_or(""), &look.center),
            (5, &source.unwrap_or_default(), &look.text),
            (6, &node.unit, &look.center),
            (7, &node.questions.join("、"), &look.text),
            (8, &node.formula.zh, &look.text),
            (9, &node.formula.en, &look.text),
        ];
        for (column, text, format) in texts {
            sheet.write_string_with_format(row, column, text, format)?;
        }
        look.number(sheet, row, 4, node.weight.map(Fixed::to_f64))?;
    }
    print(sheet, 1, 2, 10)
}

/// What an indicator takes its value from, in words: a question with its code, a derived value by its label.
fn source_name(survey: &Survey, source: &str) -> String {
    if let Some(question) = survey.question(source) {
        return format!("{source} {}", question.label.zh);
    }
    let mut derived = survey.questionnaire().derived.iter();
    let found = derived.find(|derived| derived.code == source);
    found.map_or_else(|| source.to_owned(), |derived| derived.label.zh.clone())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use survey::text::Text;

    use super::*;

    #[test]
    fn columns_stand_in_the_order_of_the_methodology() {
        use NodeKind::{Aggregate, Block, Indicator, Topic};
        let node = |code: &str, parent: Option<&str>, kind: NodeKind| OutlineNode {
            code: code.into(),
            label: Arc::new(Text::new(code, code)),
            kind,
            parent: parent.map(Into::into),
            weight: None,
            source: None,
            unit: String::new(),
            questions: Arc::default(),
            join: (kind != NodeKind::Indicator).then_some(OutlineJoin::WeightedMean),
            decimals: 4,
            formula: Text::default(),
        };
        let nodes = [
            node("X", None, Aggregate),
            node("L", Some("X"), Aggregate),
            node("B", Some("L"), Block),
            node("B1", Some("B"), Indicator),
            node("B2", Some("B"), Indicator),
            node("S", Some("L"), Block),
            node("S1", Some("S"), Indicator),
            node("E", Some("X"), Block),
            node("E1", Some("E"), Indicator),
            node("G", None, Topic),
            node("G1", Some("G"), Indicator),
        ];
        let columns = columns(&nodes);
        let codes: Vec<&str> = columns.iter().map(|column| &*column.node.code).collect();
        assert_eq!(codes, ["X", "G", "L", "E", "B", "S", "B1", "B2", "S1", "E1", "G1"]);
        let children: Vec<Option<(u16, u16)>> = columns.iter().map(|column| column.children).collect();
        assert_eq!(
            children[..6],
            [
                Some((4, 5)),
                Some((12, 12)),
                Some((6, 7)),
                Some((11, 11)),
                Some((8, 9)),
                Some((10, 10))
            ]
        );
    }
}
