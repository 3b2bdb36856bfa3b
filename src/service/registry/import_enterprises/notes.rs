//! What is said of the columns of an enterprise list.

use rust_decimal::Decimal;
use survey::text::Text;
use workbook::extract::a1;

use super::ListNote;
use crate::service::error::codes::registry;

/// A head on one line, short enough for a message.
pub(super) fn shown(title: &str) -> String {
    let words = title.split_whitespace().collect::<Vec<_>>();
    let line = words.join(if title.is_ascii() { " " } else { "" });
    line.chars().take(40).collect()
}

pub(super) fn place(row: usize, at: usize) -> String {
    let (row, at) = (u32::try_from(row.saturating_sub(1)), u32::try_from(at));
    a1(row.unwrap_or_default(), at.unwrap_or_default())
}

pub(super) fn unused(title: &str, cell: String) -> ListNote {
    let title = shown(title);
    let message = Text::new(
        format!("“{title}”一列（{cell}）没有读取，名单中用不到。"),
        format!("The column \"{title}\" ({cell}) was not read; a list of enterprises has no use for it."),
    );
    ListNote::of(registry::COLUMN_UNUSED, Some(cell), message)
}

pub(super) fn unknown_unit(title: &str, cell: String) -> ListNote {
    let title = shown(title);
    let message = Text::new(
        format!("“{title}”一列（{cell}）的单位无法换算，没有读取。请改为以万元、元、千元或亿元计（人数以人计）。"),
        format!(
            "The unit of the column \"{title}\" ({cell}) cannot be converted and it was not read. Use 万元, 元, 千元 or 亿元 (people one by one)."
        ),
    );
    ListNote::of(registry::COLUMN_UNIT_UNKNOWN, Some(cell), message)
}

pub(super) fn twice(title: &str, first: &str, cell: String) -> ListNote {
    let title = shown(title);
    let message = Text::new(
        format!("“{title}”一列（{cell}）与前面的“{first}”重复，没有读取。"),
        format!("The column \"{title}\" ({cell}) says the same as \"{first}\" before it and was not read."),
    );
    ListNote::of(registry::COLUMN_TWICE, Some(cell), message)
}

/// What is to be said of the unit of an amount; nothing where it is written and that of the registry.
pub(super) fn unit_note(title: &str, factor: Option<Decimal>, cell: String) -> Option<ListNote> {
    let title = shown(title);
    match factor {
        Some(factor) if factor == Decimal::ONE => None,
        Some(factor) => {
            let factor = factor.normalize();
            let message = Text::new(
                format!("“{title}”一列（{cell}）已乘以 {factor}，换算为万元。"),
                format!(
                    "The figures of the column \"{title}\" ({cell}) were multiplied by {factor} to come into 万元."
                ),
            );
            Some(ListNote::of(registry::COLUMN_CONVERTED, Some(cell), message))
        }
        None => {
            let message = Text::new(
                format!("“{title}”一列（{cell}）没有写单位，按万元读取。请核对。"),
                format!("The column \"{title}\" ({cell}) names no unit and was read as 万元. Check it."),
            );
            Some(ListNote::of(registry::COLUMN_WITHOUT_UNIT, Some(cell), message))
        }
    }
}
