//! The heads of an enterprise list: which column is which, in the words of the list, and which are not used.

use std::collections::BTreeMap;

use rust_decimal::Decimal;
use survey::synonyms::{ListColumn, Synonyms, bare};

use super::{
    ListNote,
    cells::ListRow,
    meaning::{Meaning, pieces},
    notes::{place, shown, twice, unit_note, unknown_unit, unused},
};

/// A head that was recognised.
#[derive(Clone)]
pub(super) struct Head {
    /// The last row of the heads, as the spreadsheet counts it.
    pub(super) row: usize,
    /// The heads as they stand, for a second row below them.
    titles: Vec<String>,
    /// Where each column stands; town and industry may have several, such as a code and a name.
    columns: BTreeMap<ListColumn, Vec<HeadColumn>>,
    /// What is to be said of the columns.
    pub(super) notes: Vec<ListNote>,
}

/// A column of the list.
#[derive(Clone)]
pub(super) struct HeadColumn {
    pub(super) at: usize,
    /// Its head, as it stands.
    pub(super) title: String,
    /// What one of its unit is in 万元, for amounts.
    pub(super) factor: Decimal,
}

/// The heads of a row, read with the words of the house.
pub(super) struct Heads<'w> {
    pub(super) words: &'w Synonyms,
    /// What one of the unit is that is written above the list (`单位：元`).
    pub(super) unit_above: Option<Decimal>,
}

impl Head {
    /// The columns that hold this; none where the list has no such column.
    pub(super) fn columns(&self, column: ListColumn) -> &[HeadColumn] {
        self.columns.get(&column).map_or(&[], Vec::as_slice)
    }

    /// The head of a column as it stands in the list.
    pub(super) fn title(&self, column: ListColumn) -> Option<&str> {
        self.columns(column).first().map(|found| found.title.as_str())
    }
}

impl Heads<'_> {
    /// The head that a row is, or which columns it lacks. The row above it may be the upper half of it.
    pub(super) fn recognise(&self, row: &ListRow, above: Option<&ListRow>) -> Result<Head, Vec<ListColumn>> {
        let alone = self.head(&row.texts(), row.number);
        match (alone, above) {
            (Err(missing), Some(above)) => {
                let joined = self.join(&above.texts(), &row.texts());
                self.head(&joined, row.number).map_err(|_| missing)
            }
            (alone, _) => alone,
        }
    }

    /// The head with its second row, where the row below it is one: neither codes nor names nor figures, but heads or units.
    pub(super) fn with_second_row(&self, head: &Head, row: &ListRow) -> Option<Head> {
        let holds = |column| head.columns(column).iter().any(|found| !row.text(found.at).is_empty());
        if holds(ListColumn::Uscc) || holds(ListColumn::Name) || row.has_figures() {
            return None;
        }
        let lower = row.texts();
        let says_something = lower.iter().filter(|text| !text.is_empty()).any(|text| {
            self.amount(text).is_some() || matches!(self.meaning(text), Meaning::Column(..) | Meaning::UnknownUnit)
        });
        if !says_something {
            return None;
        }
        self.head(&self.join(&head.titles, &lower), row.number).ok()
    }

    /// Whether a row repeats the heads, as printed lists do on every page.
    pub(super) fn is_repeated(&self, head: &Head, row: &ListRow) -> bool {
        let is_head = |column| {
            let columns = head.columns(column).iter();
            columns.clone().count() > 0
                && columns.clone().all(
                    |found| matches!(self.meaning(&row.text(found.at)), Meaning::Column(known, _) if known == column),
                )
        };
        is_head(ListColumn::Uscc) && is_head(ListColumn::Name)
    }

    /// The unit of a line such as `单位：元` above the list.
    pub(super) fn unit_line(&self, row: &ListRow) -> Option<Decimal> {
        row.texts().iter().find_map(|text| {
            let text = bare(text);
            let (_, units) = text.split_once("单位:")?;
            pieces(units).find_map(|unit| self.amount(unit))
        })
    }

    /// The name under which messages know a column that a list lacks.
    pub(super) fn usual_title(&self, column: ListColumn) -> &str {
        let titles = self.words.enterprise_list.columns.get(&column);
        titles.and_then(|titles| titles.first()).map_or("", String::as_str)
    }

    fn head(&self, titles: &[String], row: usize) -> Result<Head, Vec<ListColumn>> {
        let mut columns: BTreeMap<ListColumn, Vec<HeadColumn>> = BTreeMap::new();
        let mut notes = Vec::new();
        for (at, title) in titles.iter().enumerate().filter(|(_, title)| !title.is_empty()) {
            let cell = place(row, at);
            let (column, unit) = match self.meaning(title) {
                Meaning::Column(column, unit) => (column, unit),
                Meaning::PassedOver => continue,
                Meaning::Unknown => {
                    notes.push(unused(title, cell));
                    continue;
                }
                Meaning::UnknownUnit => {
                    notes.push(unknown_unit(title, cell));
                    continue;
                }
            };
            let found = columns.entry(column).or_default();
            if let Some(first) = found.first()
                && !matches!(column, ListColumn::Area | ListColumn::Industry)
            {
                notes.push(twice(title, &first.title, cell));
                continue;
            }
            let factor = unit.or(self.unit_above);
            if column.is_amount() {
                notes.extend(unit_note(title, factor, cell));
            }
            found.push(HeadColumn {
                at,
                title: shown(title),
                factor: factor.unwrap_or(Decimal::ONE),
            });
        }
        let is_missing = |column: &ListColumn| column.is_required() && !columns.contains_key(column);
        let missing: Vec<ListColumn> = ListColumn::ALL.into_iter().filter(is_missing).collect();
        if missing.is_empty() {
            let titles = titles.to_vec();
            Ok(Head {
                row,
                titles,
                columns,
                notes,
            })
        } else {
            Err(missing)
        }
    }

    /// Two rows of heads as one: a head above several reaches over those to its right.
    fn join(&self, upper: &[String], lower: &[String]) -> Vec<String> {
        let blank = String::new();
        let mut over = &blank;
        let mut joined = Vec::new();
        for at in 0..upper.len().max(lower.len()) {
            let (above, below) = (upper.get(at).unwrap_or(&blank), lower.get(at).unwrap_or(&blank));
            if !above.is_empty() {
                over = above;
            }
            let both = match self.amount(below) {
                Some(_) => format!("{over}（{below}）"),
                None => format!("{over}{below}"),
            };
            let is_known = |title: &str| matches!(self.meaning(title), Meaning::Column(..) | Meaning::UnknownUnit);
            joined.push(if below.is_empty() {
                above.clone()
            } else if is_known(&both) || !is_known(below) {
                both
            } else {
                below.clone()
            });
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use survey::cell::RawValue;

    use super::*;

    fn words() -> Synonyms {
        Synonyms::parse(include_bytes!("../../../../data/synonyms.json")).unwrap()
    }

    fn row(number: usize, cells: &[&str]) -> ListRow {
        let value = |text: &&str| match text.parse::<f64>() {
            Ok(number) => RawValue::Number(number),
            Err(_) if text.is_empty() => RawValue::Blank,
            Err(_) => RawValue::Text((*text).to_owned()),
        };
        ListRow {
            number,
            cells: cells.iter().map(value).collect(),
        }
    }

    /// Columns as `field@place*factor`, and the codes of the notes.
    fn told(head: &Head) -> (String, String) {
        let columns = head.columns.iter().flat_map(|(column, found)| {
            found
                .iter()
                .map(move |found| format!("{column:?}@{}*{}", found.at, found.factor.normalize()))
        });
        let notes = head
            .notes
            .iter()
            .map(|note| note.code.rsplit("column_").next().unwrap());
        (
            columns.collect::<Vec<_>>().join(" "),
            notes.collect::<Vec<_>>().join(" "),
        )
    }

    #[test]
    fn heads_are_known_however_they_are_written() {
        let (words, basic) = (words(), ["统一社会信用代码", "企业名称", "所属镇街", "行业代码"]);
        let check = |more: &[&str], columns: &str, notes: &str| {
            let cells = [&basic[..], more].concat();
            let heads = Heads {
                words: &words,
                unit_above: None,
            };
            let head = heads
                .recognise(&row(1, &cells), None)
                .unwrap_or_else(|missing| panic!("{missing:?}"));
            let expected = format!("Uscc@0*1 Name@1*1 Area@2*1 Industry@3*1 {columns}");
            assert_eq!(told(&head), (expected.trim().to_owned(), notes.to_owned()), "{more:?}");
        };
        check(&[], "", "");
        check(
            &["职工\n人数", "营 业 收 入 （ 元 ）"],
            "Employees@4*1 Revenue@5*0.0001",
            "converted",
        );
        check(
            &["资产总计（千元）", "营业收入(亿元)"],
            "Revenue@5*10000 Assets@4*0.1",
            "converted converted",
        );
        check(&["营业收入（2025年，万元）"], "Revenue@4*1", "");
        check(&["2025年营业收入/万元"], "Revenue@4*1", "");
        check(&["营业收入"], "Revenue@4*1", "without_unit");
        check(&["营业收入（美元）"], "", "unit_unknown");
        check(&["从业人员（万人）"], "", "unit_unknown");
        check(&["序号", "备注", "成立日期"], "", "unused unused");
        check(&["单位名称"], "", "twice");
        check(&["5、从业人员*"], "Employees@4*1", "");
    }

    #[test]
    fn heads_of_two_rows_are_one() {
        let words = words();
        let heads = Heads {
            words: &words,
            unit_above: None,
        };
        let upper = row(
            2,
            &[
                "序号",
                "企业名称",
                "统一社会信用代码",
                "所属镇街",
                "行业",
                "经济指标",
                "",
                "母公司",
                "",
            ],
        );
        let lower = row(
            3,
            &[
                "",
                "",
                "",
                "",
                "",
                "营业收入（元）",
                "资产总计（万元）",
                "企业名称",
                "统一社会信用代码",
            ],
        );
        let first = heads
            .recognise(&upper, None)
            .unwrap_or_else(|missing| panic!("{missing:?}"));
        let head = heads.with_second_row(&first, &lower).expect("a second row");
        let (columns, _) = told(&head);
        assert_eq!(
            columns,
            "Uscc@2*1 Name@1*1 Area@3*1 Industry@4*1 Revenue@5*0.0001 Assets@6*1 ParentUscc@8*1"
        );
        // Units alone below the heads.
        let units = row(3, &["", "", "", "", "", "元", "万元", "", ""]);
        let upper = row(
            2,
            &[
                "序号",
                "企业名称",
                "统一社会信用代码",
                "所属镇街",
                "行业",
                "营业收入",
                "资产总计",
                "",
                "",
            ],
        );
        let first = heads
            .recognise(&upper, None)
            .unwrap_or_else(|missing| panic!("{missing:?}"));
        let head = heads.with_second_row(&first, &units).expect("a second row");
        assert!(
            told(&head).0.ends_with("Revenue@5*0.0001 Assets@6*1"),
            "{:?}",
            told(&head)
        );
        // The first enterprise is no head.
        let enterprise = row(
            3,
            &["1", "甲公司", "91330111XY00010156", "大源镇", "3831", "1", "2", "", ""],
        );
        assert!(heads.with_second_row(&first, &enterprise).is_none());
        // The lower row alone lacks what the upper one says.
        let upper = row(2, &["企业名称", "统一社会信用代码", "所属", ""]);
        let lower = row(3, &["", "", "镇街", "行业"]);
        assert!(heads.recognise(&lower, None).is_err());
        assert!(heads.recognise(&lower, Some(&upper)).is_ok());
    }
}
