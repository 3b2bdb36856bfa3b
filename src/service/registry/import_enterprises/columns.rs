//! Where in a file the list is: the first sheet that people see which has its heads, and the rows below them.

use bytes::Bytes;
use survey::{
    identifier::Uscc,
    synonyms::{ListColumn, Synonyms, bare},
    text::Text,
};
use workbook::extract::{RowsHead, Visibility};

use super::{
    ListNote,
    cells::ListRow,
    head::{Head, Heads},
    pointer_of,
};
use crate::{
    reader::RowStream,
    service::{
        Service,
        error::{Fault, ServiceError, codes},
        workbooks::sheet_rows::{Sheets, next_rows},
    },
};

/// Rows among which the heads are looked for: lists often have a title above them.
pub(in crate::service::registry) const HEAD_ROWS: usize = 20;
/// Sheets that are looked into.
pub(in crate::service::registry) const SHEETS: usize = 16;
/// Rows that are no enterprises and are told one by one.
const PASSED_OVER: usize = 100;

/// A list as it was found.
pub(super) struct FoundList {
    /// The sheet that holds it.
    pub(super) sheet: String,
    pub(super) head: Head,
    pub(super) rows: Vec<ListRow>,
    /// What is to be said of the file as a whole.
    pub(super) notes: Vec<ListNote>,
}

/// The columns that the best row lacks; none where there is no row.
type Missing = Option<Vec<ListColumn>>;

/// The list of a file.
pub(super) async fn read_list(service: &Service, bytes: &Bytes, words: &Synonyms) -> Result<FoundList, ServiceError> {
    let mut sheets = Sheets::visible(service, bytes, SHEETS);
    let mut closest: Missing = None;
    while let Some(mut stream) = sheets.next().await? {
        let head = stream.head().clone();
        match read_sheet(&mut stream, words).await? {
            Ok(mut list) => {
                list.notes.extend(other_sheets(&head));
                list.sheet = head.title().name;
                return Ok(list);
            }
            Err(missing) => closest = closest.into_iter().chain(missing).min_by_key(Vec::len),
        }
    }
    let Some(missing) = closest else {
        return Err(ServiceError::new(codes::registry::LIST_UNREADABLE));
    };
    let heads = Heads {
        words,
        unit_above: None,
    };
    let faults = missing.into_iter().map(|column| {
        let title = heads.usual_title(column);
        Fault::saying(
            pointer_of(column),
            codes::registry::COLUMN_MISSING,
            format!("缺少列“{title}”。"),
            format!("The column \"{title}\" is missing."),
        )
    });
    Err(ServiceError::new(codes::registry::COLUMNS_MISSING).with_faults(faults))
}

/// The list of a sheet; the inner error says which columns are missing in the row that comes nearest to a head.
async fn read_sheet(stream: &mut RowStream, words: &Synonyms) -> Result<Result<FoundList, Missing>, ServiceError> {
    let mut reading = ListReading {
        heads: Heads {
            words,
            unit_above: None,
        },
        head: None,
        above: None,
        tried: 0,
        closest: None,
        rows: Vec::new(),
        notes: Vec::new(),
    };
    while let Some(batch) = next_rows(stream).await? {
        for row in batch.iter().map(ListRow::of).filter(|row| !row.is_blank()) {
            if !reading.take(row) {
                return Ok(Err(reading.closest));
            }
        }
    }
    Ok(reading.finish())
}

/// A list while its rows come in.
struct ListReading<'w> {
    heads: Heads<'w>,
    head: Option<Head>,
    /// The row before, which may be the upper half of the heads.
    above: Option<ListRow>,
    tried: usize,
    closest: Missing,
    rows: Vec<ListRow>,
    notes: Vec<ListNote>,
}

impl ListReading<'_> {
    /// Takes a row; false once no heads can be expected any more.
    fn take(&mut self, row: ListRow) -> bool {
        let Some(head) = &self.head else {
            return self.look_for_heads(row);
        };
        if self.rows.is_empty()
            && let Some(whole) = self.heads.with_second_row(head, &row)
        {
            self.head = Some(whole);
        } else if let Some(why) = self.no_enterprise(head, &row) {
            if self.notes.len() < PASSED_OVER {
                self.notes.push(why);
            }
        } else {
            self.rows.push(row);
        }
        true
    }

    fn look_for_heads(&mut self, row: ListRow) -> bool {
        match self.heads.recognise(&row, self.above.as_ref()) {
            Ok(head) => self.head = Some(head),
            Err(missing) => {
                self.heads.unit_above = self.heads.unit_line(&row).or(self.heads.unit_above);
                let closest = self.closest.take().into_iter().chain([missing]);
                self.closest = closest.min_by_key(Vec::len);
                self.tried += 1;
            }
        }
        self.above = Some(row);
        self.tried < HEAD_ROWS
    }

    /// Why a row is no enterprise: a total, a signature, a note, or the heads once more.
    fn no_enterprise(&self, head: &Head, row: &ListRow) -> Option<ListNote> {
        let text = |column| {
            head.columns(column)
                .first()
                .map_or_else(String::new, |found| row.text(found.at))
        };
        let (uscc, name) = (text(ListColumn::Uscc), text(ListColumn::Name));
        let first = row.first_text();
        let (zh, en) = if self.heads.is_repeated(head, row) {
            ("是重复的表头", "repeats the heads")
        } else if Uscc::parse(&uscc).is_ok() {
            return None;
        } else if self.closes(&first) || (self.closes(&uscc) && !uscc.is_empty()) {
            ("不是企业", "is no enterprise")
        } else if uscc.is_empty() && name.is_empty() {
            ("没有信用代码和企业名称", "has neither a credit code nor a name")
        } else {
            return None;
        };
        let (number, first) = (row.number, first.chars().take(40).collect::<String>());
        let message = Text::new(
            format!("第 {number} 行（“{first}”）{zh}，没有读取。"),
            format!("Row {number} (\"{first}\") {en} and was not read."),
        );
        Some(ListNote::of(
            codes::registry::ROW_PASSED_OVER,
            Some(format!("A{number}")),
            message,
        ))
    }

    /// Whether a text begins with a word that closes lists, and is not merely a name that begins like one.
    fn closes(&self, text: &str) -> bool {
        let text = bare(text);
        let closing = self.heads.words.enterprise_list.closing.iter().map(|word| bare(word));
        closing.filter_map(|word| text.strip_prefix(word.as_str())).any(|rest| {
            rest.chars()
                .next()
                .is_none_or(|next| next.is_ascii_digit() || !next.is_alphanumeric())
        })
    }

    fn finish(self) -> Result<FoundList, Missing> {
        let Some(head) = self.head else {
            return Err(self.closest);
        };
        let notes = head.notes.iter().cloned().chain(self.notes).collect();
        Ok(FoundList {
            sheet: String::new(),
            head,
            rows: self.rows,
            notes,
        })
    }
}

/// That the other sheets of the file were not read.
fn other_sheets(head: &RowsHead) -> Option<ListNote> {
    let read = head.title().name;
    let others = head
        .sheets
        .iter()
        .enumerate()
        .filter(|(at, title)| *at != head.sheet && title.visibility == Visibility::Visible);
    let others: Vec<&str> = others.map(|(_, title)| title.name.as_str()).take(20).collect();
    if others.is_empty() {
        return None;
    }
    let message = Text::new(
        format!("只读取了工作表“{read}”，没有读取：{}。", others.join("、")),
        format!("Only the sheet \"{read}\" was read, not: {}.", others.join(", ")),
    );
    Some(ListNote::of(codes::registry::SHEETS_PASSED_OVER, None, message))
}
