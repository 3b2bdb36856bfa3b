//! A list that names enterprises of the registry: from any spreadsheet with a column of credit codes or names. Every row is
//! found or told why it was not.

use std::collections::BTreeMap;

use bytes::Bytes;
use survey::{
    identifier,
    synonyms::{ListColumn, Synonyms, bare},
};

use super::import_enterprises::{
    cells::ListRow,
    columns::{HEAD_ROWS, SHEETS},
};
use crate::{
    domain::{access::Principal, enterprise::Enterprise},
    service::{
        Service,
        documents::catalogue::current_synonyms,
        error::{Fault, ServiceError, codes},
        workbooks::sheet_rows::{Sheets, next_rows},
    },
    store,
};

/// A row of the list.
pub(crate) struct ListedEnterprise {
    /// Row number as the spreadsheet shows it.
    pub(crate) row: usize,
    /// Credit code as written.
    pub(crate) uscc: String,
    /// Name as written.
    pub(crate) name: String,
    /// Login as written; empty without such a column.
    pub(crate) login: String,
    /// The enterprise, or why there is none.
    pub(crate) found: Result<Enterprise, Box<Fault>>,
}

/// Where the columns stand.
#[derive(Clone, Copy)]
struct Head {
    uscc: Option<usize>,
    name: Option<usize>,
    login: Option<usize>,
}

impl Head {
    /// The head that a row is, if it names the credit code or the name.
    fn of(titles: &[String], words: &Synonyms) -> Option<Self> {
        let words = &words.enterprise_list;
        let at = |known: &[String]| {
            let is_known = |title: &String| known.iter().any(|known| bare(known) == bare(title));
            titles.iter().position(is_known)
        };
        let column = |column| words.columns.get(&column).and_then(|known| at(known));
        let head = Self {
            uscc: column(ListColumn::Uscc),
            name: column(ListColumn::Name),
            login: at(&words.login),
        };
        (head.uscc.is_some() || head.name.is_some()).then_some(head)
    }
}

/// What a row says.
struct Written {
    row: usize,
    uscc: String,
    name: String,
    login: String,
}

/// The enterprises that a list names, row by row. The same enterprise in a second row is a fault of that row.
pub(crate) async fn listed_enterprises(
    service: &Service,
    caller: &Principal,
    bytes: &Bytes,
) -> Result<Vec<ListedEnterprise>, ServiceError> {
    let words = current_synonyms(&service.db).await?;
    let written = read_list(service, bytes, &words).await?;
    let conn = service.db.read();
    let with_code = written.iter().filter(|row| !row.uscc.is_empty());
    let usccs: Vec<String> = with_code.map(|row| identifier::normalise(&row.uscc)).collect();
    let with_name = written.iter().filter(|row| row.uscc.is_empty() && !row.name.is_empty());
    let names: Vec<String> = with_name.map(|row| row.name.clone()).collect();
    let by_code = store::enterprise::find_enterprises_by_uscc(conn, &caller.scope, &usccs).await?;
    let by_name = store::enterprise::find_enterprises_by_name(conn, &caller.scope, &names).await?;
    let mut seen = BTreeMap::new();
    let mut found = Vec::with_capacity(written.len());
    for row in written {
        let known =
            look_up(&row, &by_code, &by_name).and_then(|enterprise| match seen.insert(enterprise.id, row.row) {
                Some(first) => Err(twice(first)),
                None => Ok(enterprise.clone()),
            });
        found.push(ListedEnterprise {
            row: row.row,
            uscc: row.uscc,
            name: row.name,
            login: row.login,
            found: known,
        });
    }
    Ok(found)
}

fn look_up<'e>(
    row: &Written,
    by_code: &'e BTreeMap<String, Enterprise>,
    by_name: &'e BTreeMap<String, Vec<Enterprise>>,
) -> Result<&'e Enterprise, Box<Fault>> {
    if !row.uscc.is_empty() {
        let known = by_code.get(&identifier::normalise(&row.uscc));
        return known.ok_or_else(|| unknown(&row.uscc));
    }
    if row.name.is_empty() {
        return Err(plain(codes::registry::NO_CODE_OR_NAME));
    }
    match by_name.get(&row.name).map(Vec::as_slice) {
        Some([only]) => Ok(only),
        Some([_, ..]) => Err(plain(codes::registry::NAME_AMBIGUOUS)),
        _ => Err(unknown(&row.name)),
    }
}

fn plain(code: codes::FaultCode) -> Box<Fault> {
    Box::new(Fault::at("", code))
}

fn unknown(written: &str) -> Box<Fault> {
    Box::new(Fault::saying(
        "",
        codes::registry::NOT_REGISTERED,
        format!("企业名录中没有“{written}”。请核对信用代码或企业名称；确属漏登的，先登记再重新导入。"),
        format!(
            "The registry has no \"{written}\". Check the credit code or name; one that is missing is registered first."
        ),
    ))
}

fn twice(first: usize) -> Box<Fault> {
    Box::new(Fault::saying(
        "",
        codes::registry::ROW_TWICE,
        format!("与第 {first} 行是同一家企业。"),
        format!("Row {first} is the same enterprise."),
    ))
}

/// The rows below the head, of the first visible sheet that has one.
async fn read_list(service: &Service, bytes: &Bytes, words: &Synonyms) -> Result<Vec<Written>, ServiceError> {
    let mut sheets = Sheets::visible(service, bytes, SHEETS);
    let mut blank = true;
    while let Some(mut stream) = sheets.next().await? {
        let (mut head, mut rows, mut tried) = (None, Vec::new(), 0);
        'sheet: while let Some(batch) = next_rows(&mut stream).await? {
            for row in batch.iter().map(ListRow::of).filter(|row| !row.is_blank()) {
                blank = false;
                if let Some(head) = head {
                    rows.push(written(&row, head));
                    continue;
                }
                head = Head::of(&row.texts(), words);
                tried += 1;
                if head.is_none() && tried == HEAD_ROWS {
                    break 'sheet;
                }
            }
        }
        if head.is_some() {
            return Ok(rows);
        }
    }
    if blank {
        return Err(ServiceError::new(codes::registry::LIST_UNREADABLE));
    }
    let missing = Fault::saying(
        "",
        codes::registry::COLUMN_MISSING,
        "缺少列“统一社会信用代码”或“企业名称”，至少要有一列。",
        "There is no column \"统一社会信用代码\" or \"企业名称\"; one of them is needed.",
    );
    Err(ServiceError::new(codes::registry::COLUMNS_MISSING).with_faults([missing]))
}

fn written(row: &ListRow, head: Head) -> Written {
    let cell = |at: Option<usize>| at.map_or_else(String::new, |at| row.text(at));
    Written {
        row: row.number,
        uscc: cell(head.uscc),
        name: cell(head.name),
        login: cell(head.login),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_names_the_code_or_the_name() {
        let words = Synonyms::parse(include_bytes!("../../../data/synonyms.json")).unwrap();
        let check = |cells: &[&str], expected: Option<[Option<usize>; 3]>| {
            let cells: Vec<String> = cells.iter().map(|cell| (*cell).to_owned()).collect();
            let found = Head::of(&cells, &words).map(|head| [head.uscc, head.name, head.login]);
            assert_eq!(found, expected, "{cells:?}");
        };
        check(&["序号", "企业名称"], Some([None, Some(1), None]));
        check(
            &["单位\n名称", " 统一社会 信用代码", "登录名"],
            Some([Some(1), Some(0), Some(2)]),
        );
        check(&["USCC"], Some([Some(0), None, None]));
        check(&["2026年名单"], None);
    }
}
