//! Rows that were moved to another sheet of the template.
//!
//! A row that was cut out keeps its code, and its cells keep the order of the sheet they come from. It is put back at the
//! end of its own sheet before anything is read; every place that is named afterwards is the one in the file.

use std::{borrow::Cow, collections::BTreeMap};

use survey::{
    cell::{LayoutNotice, Place},
    questionnaire::Action,
    text::Text,
};

use super::find::AnchoredSheet;
use crate::{
    codes::NoticeCode,
    extract::{RawWorkbook, a1, position},
    layout::{Layout, SheetBody},
};

/// Where the rows that were put back stand in the file.
#[derive(Default)]
pub(super) struct Strays(BTreeMap<Home, Found>);

/// A row at the end of its own sheet, which the file does not have.
type Home = (String, u32);

/// Where it is in the file, and how many columns further right than at home.
struct Found {
    sheet: String,
    row: u32,
    shift: i64,
    code: String,
}

/// The workbook with stray rows put back, where there are any.
pub(super) fn put_back(
    workbook: &RawWorkbook,
    sheets: &[AnchoredSheet<'_>],
    layout: &Layout,
) -> Option<(RawWorkbook, Strays)> {
    let mut strays = Strays::default();
    let mut repaired: Option<RawWorkbook> = None;
    let end = |sheet: &AnchoredSheet<'_>| sheet.raw.cells.last().map_or(0, |cell| cell.row).saturating_add(1);
    let mut ends: BTreeMap<&str, u32> = sheets.iter().map(|sheet| (sheet.code, end(sheet))).collect();
    let homes = homes(layout);
    for host in sheets {
        for (code, row) in &host.rows {
            // A code stands once in a layout.
            let home = homes.get(*code).filter(|home| **home != host.code);
            let Some(home) = home.and_then(|home| sheets.iter().find(|sheet| sheet.code == *home)) else {
                continue;
            };
            if home.rows.contains_key(code) {
                continue;
            }
            let target = ends.get_mut(home.code)?;
            let workbook = repaired.get_or_insert_with(|| workbook.clone());
            let shift = i64::from(host.anchor_column) - i64::from(home.anchor_column);
            move_row(workbook, (&host.raw.name, *row), (&home.raw.name, *target), shift);
            let found = Found {
                sheet: host.raw.name.clone(),
                row: *row,
                shift,
                code: (*code).to_owned(),
            };
            strays.0.insert((home.raw.name.clone(), *target), found);
            *target = target.saturating_add(1);
        }
    }
    repaired.map(|workbook| (workbook, strays))
}

/// The sheet of every row, by the row's code.
fn homes(layout: &Layout) -> BTreeMap<Cow<'_, str>, &str> {
    let mut homes = BTreeMap::new();
    for sheet in &layout.sheets {
        match &sheet.body {
            SheetBody::Grid(grid) => {
                let codes = grid.rows.iter().map(|row| Cow::Borrowed(row.anchor.as_str()));
                homes.extend(codes.map(|code| (code, sheet.code.as_str())));
            }
            SheetBody::Table(table) => {
                let codes = (0..table.rows).map(|row| Cow::Owned(table.row_anchor(row)));
                homes.extend(codes.map(|code| (code, sheet.code.as_str())));
            }
        }
    }
    homes
}

fn move_row(workbook: &mut RawWorkbook, from: (&str, u32), to: (&str, u32), shift: i64) {
    let Some(host) = workbook.sheets.iter_mut().find(|sheet| sheet.name == from.0) else {
        return;
    };
    let (mut moved, kept): (Vec<_>, Vec<_>) = host.cells.drain(..).partition(|cell| cell.row == from.1);
    host.cells = kept;
    for cell in &mut moved {
        cell.row = to.1;
        cell.column = u32::try_from(i64::from(cell.column) - shift).unwrap_or(cell.column);
    }
    if let Some(home) = workbook.sheets.iter_mut().find(|sheet| sheet.name == to.0) {
        // Behind everything else, so that the order of cells is kept.
        home.cells.append(&mut moved);
    }
}

impl Strays {
    /// The place in the file of a place in the repaired workbook.
    pub(super) fn restore(&self, place: &mut Place) {
        let Some((row, column)) = position(&place.cell) else {
            return;
        };
        // Looked up by value: strays are few.
        if let Some(found) = self.0.get(&(place.sheet.clone(), row)) {
            let column = u32::try_from(i64::from(column) + found.shift).unwrap_or(column);
            *place = Place {
                sheet: found.sheet.clone(),
                cell: a1(found.row, column),
            };
        }
    }

    /// What the filler is told.
    pub(super) fn notices(&self) -> Vec<LayoutNotice> {
        let notice = |((home, _), found): (&Home, &Found)| {
            LayoutNotice::of(
                NoticeCode::RowOnOtherSheet,
                Action::Info,
                None,
                vec![Place {
                    sheet: found.sheet.clone(),
                    cell: a1(found.row, 0),
                }],
                Text::new(
                    format!(
                        "行 {} 被移到了工作表“{}”（原在“{home}”），已按行代码照常读取。",
                        found.code, found.sheet
                    ),
                    format!(
                        "Row {} was moved to sheet \"{}\" (it belongs to \"{home}\"); it was read by its code.",
                        found.code, found.sheet
                    ),
                ),
            )
        };
        self.0.iter().map(notice).collect()
    }
}
