//! A table of texts, such as comparisons or draws.

use std::num::NonZeroUsize;

use survey::document::DocumentFault;

use super::sheet::Sheet;

/// A table of texts without the blanks around them; nothing in it is taken for missing.
#[derive(Clone, Debug, PartialEq)]
pub struct TextTable {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Cells, as many in each row as there are columns.
    pub rows: Vec<Vec<String>>,
}

impl TextTable {
    /// Reads a table.
    pub fn parse(text: String) -> Result<Self, Vec<DocumentFault>> {
        let sheet = Sheet::read(text, NonZeroUsize::MIN)?;
        let cells = |row: super::sheet::Row<'_>| (0..sheet.columns.len()).map(|at| row.cell(at).into_owned()).collect();
        Ok(Self {
            rows: sheet.rows().map(cells).collect(),
            header: sheet.columns,
        })
    }
}
