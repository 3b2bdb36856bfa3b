//! Files that are refused before anything in them is understood.

use serde::{Deserialize, Serialize};
use survey::text::Text;

use crate::codes::FileCode;

/// A file that is refused before anything in it is looked at. It crosses a pipe from the reading child process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {}", self.code(), self.message().en)]
#[non_exhaustive]
pub enum ReadError {
    /// No bytes at all.
    Empty,
    /// More bytes than [`Limits::file_bytes`](crate::extract::Limits::file_bytes).
    TooLarge {
        /// Bytes of the file.
        bytes: u64,
        /// Bytes allowed.
        limit: u64,
    },
    /// A zip container without its end.
    Truncated,
    /// Protected by a password for opening.
    Encrypted,
    /// `.xls` of Excel 4 or older, or a format of old WPS releases.
    LegacyXls,
    /// A web page without a table, or an archive of a web page.
    Html,
    /// A text document, such as of Word.
    Word,
    /// A PDF.
    Pdf,
    /// A picture.
    Image,
    /// A compressed archive of files.
    Archive,
    /// Something else.
    NotXlsx,
    /// The sheet that is asked for is not there.
    NoSuchSheet {
        /// Its name, or its place from 1.
        name: String,
    },
    /// Inflates to more than is allowed, or lies about it.
    ZipBomb {
        /// The bound, in words of [`Limits`](crate::extract::Limits).
        bound: String,
        /// Its value.
        limit: u64,
    },
    /// Parts under unsafe, doubled or contradictory names.
    UnsafeNames {
        /// The part.
        part: String,
    },
    /// A document type declaration in an XML part: no writer of workbooks makes one.
    Doctype {
        /// The part.
        part: String,
    },
    /// More of something than is allowed.
    TooMany {
        /// Entries, sheets, cells, shared strings, merged ranges or styles.
        what: Counted,
        /// How many are allowed.
        limit: u64,
    },
    /// A text longer than Excel allows.
    TextTooLong {
        /// The part.
        part: String,
        /// Characters allowed.
        limit: u64,
    },
    /// A cell beyond `XFD1048576`, or a reference that is none.
    CellOutOfRange {
        /// Sheet.
        sheet: String,
        /// The reference as written, at most 32 characters of it.
        reference: String,
    },
    /// XML that is not well formed, a part that is missing, a position that occurs twice ...
    Damaged {
        /// The part.
        part: String,
        /// What is wrong with it, for the log.
        reason: String,
    },
    /// A file of another program, or one that lies beside workbooks.
    Other(Program),
    /// Texts in a character set that is not known.
    CodePage {
        /// Its number, as the file says.
        number: u16,
    },
}

/// Programs and files that are known by name, so that people are told what they have in hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Program {
    /// What a spreadsheet program writes beside a workbook while it is open (`~$…`).
    Lock,
    /// Numbers, Pages or Keynote.
    Apple,
    /// Slides.
    Slides,
    /// A document in the OFD format.
    Ofd,
    /// A database of Access.
    Access,
    /// A mail of Outlook.
    Mail,
    /// A link to a file or to a table on the web.
    Shortcut,
}

impl Program {
    fn message(self) -> Text {
        match self {
            Self::Lock => Text::new(
                "这是打开工作簿时产生的临时文件（文件名以 ~$ 开头），里面没有数据。请关闭工作簿，上传文件名不带 ~$ 的那一个。",
                "This is the temporary file that stands beside an open workbook (its name begins with ~$); there is no data in it. Close the workbook and upload the file without ~$.",
            ),
            Self::Apple => Text::new(
                "这是苹果 Numbers 等程序的文件。请在 Numbers 中选择“文件”→“导出为”→“Excel”，上传导出的 .xlsx。",
                "This is a file of Apple Numbers or its like. In Numbers choose File, Export To, Excel and upload that .xlsx.",
            ),
            Self::Slides => Text::new(
                "这是演示文稿，不是工作簿。请在系统发放的 Excel 调查表里填写并上传该工作簿。",
                "This is a slide show, not a workbook. Fill in the Excel form that was issued and upload that workbook.",
            ),
            Self::Ofd => Text::new(
                "这是 OFD 版式文件，不是工作簿。请上传填好的 Excel 调查表；盖章件另行报送。",
                "This is an OFD document, not a workbook. Upload the filled-in Excel form; hand in the sealed copy separately.",
            ),
            Self::Access => Text::new(
                "这是 Access 数据库，不是工作簿。请把数据导出为 Excel 工作簿（*.xlsx）后上传。",
                "This is an Access database, not a workbook. Export the data as an Excel workbook (*.xlsx) and upload that.",
            ),
            Self::Mail => Text::new(
                "这是一封保存下来的邮件。请打开邮件，把附件中的工作簿另存后上传。",
                "This is a saved mail. Open it, save the workbook that is attached to it and upload that.",
            ),
            Self::Shortcut => Text::new(
                "这是快捷方式或在线表格的链接，里面没有数据。请打开它，把表格另存（下载）为 .xlsx 后上传。",
                "This is a link to a file or to a table on the web; there is no data in it. Open it, save or download the table as .xlsx and upload that.",
            ),
        }
    }
}

/// What can be too many.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Entries of the container.
    Entries,
    /// Sheets.
    Sheets,
    /// Cells of a sheet or of the workbook.
    Cells,
    /// Shared strings.
    SharedStrings,
    /// Merged ranges.
    MergedRanges,
    /// Styles.
    Styles,
    /// Bytes of text in all cells.
    TextBytes,
    /// Nested XML elements.
    XmlDepth,
    /// Bytes of all shared strings.
    StringBytes,
    /// Steps of work that a small file asks for, such as repeated cells.
    Steps,
}

impl ReadError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Empty => FileCode::Empty.code(),
            Self::TooLarge { .. } => FileCode::TooLarge.code(),
            Self::Truncated => FileCode::Truncated.code(),
            Self::Encrypted => FileCode::Encrypted.code(),
            Self::LegacyXls => FileCode::LegacyXls.code(),
            Self::Html => FileCode::Html.code(),
            Self::Word => FileCode::Word.code(),
            Self::Pdf => FileCode::Pdf.code(),
            Self::Image => FileCode::Image.code(),
            Self::Archive => FileCode::Archive.code(),
            Self::NotXlsx => FileCode::NotXlsx.code(),
            Self::NoSuchSheet { .. } => FileCode::NoSuchSheet.code(),
            Self::ZipBomb { .. } => FileCode::ZipBomb.code(),
            Self::UnsafeNames { .. } => FileCode::UnsafeNames.code(),
            Self::Doctype { .. } => FileCode::Doctype.code(),
            Self::TooMany {
                what: Counted::Entries, ..
            } => FileCode::TooManyEntries.code(),
            Self::TooMany {
                what: Counted::Sheets, ..
            } => FileCode::TooManySheets.code(),
            Self::TooMany {
                what: Counted::Cells, ..
            } => FileCode::TooManyCells.code(),
            Self::TooMany {
                what: Counted::SharedStrings,
                ..
            } => FileCode::TooManyStrings.code(),
            Self::TooMany {
                what: Counted::MergedRanges,
                ..
            } => FileCode::TooManyMergedRanges.code(),
            Self::TooMany {
                what: Counted::Styles, ..
            } => FileCode::TooManyStyles.code(),
            Self::TooMany {
                what: Counted::TextBytes | Counted::StringBytes,
                ..
            } => FileCode::TooMuchText.code(),
            Self::TooMany {
                what: Counted::XmlDepth,
                ..
            } => FileCode::TooDeep.code(),
            Self::TooMany {
                what: Counted::Steps, ..
            } => FileCode::TooMuchWork.code(),
            Self::TextTooLong { .. } => FileCode::TextTooLong.code(),
            Self::CellOutOfRange { .. } => FileCode::CellOutOfRange.code(),
            Self::Damaged { .. } => FileCode::Damaged.code(),
            Self::Other(_) => FileCode::OtherProgram.code(),
            Self::CodePage { .. } => FileCode::CodePage.code(),
        }
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Text {
        match self {
            Self::Empty => Text::new(
                "文件是空的。请确认已保存后重新上传。",
                "The file is empty. Save the workbook and upload it again.",
            ),
            Self::TooLarge { bytes, limit } => Text::new(
                format!("文件有 {bytes} 字节，超过上限 {limit} 字节。请删除图片等无关内容，只上传系统发放的调查表。"),
                format!(
                    "The file has {bytes} bytes, more than the limit of {limit}. Remove pictures and the like and upload only the form that was issued."
                ),
            ),
            Self::Truncated => Text::new(
                "文件不完整，可能没有下载或传输完。请重新打开、保存后再上传。",
                "The file is incomplete; a download or transfer may have been cut off. Open it, save it and upload it again.",
            ),
            Self::Encrypted => Text::new(
                "文件设有打开密码。请打开后取消密码（文件→文档加密→密码加密，清空密码），保存后再上传。",
                "The file needs a password to open. Remove the password (File, Info, Protect Workbook), save and upload it again.",
            ),
            Self::LegacyXls => save_as(
                "这是 Excel 4 或更早的 .xls，或旧版 WPS 自有的 .et 格式。",
                "This is an .xls of Excel 4 or older, or the own .et format of an old WPS.",
            ),
            Self::Html => save_as(
                "这是改了名的网页文件，里面没有可读的表格。",
                "This is a web page under another name, and there is no table in it that can be read.",
            ),
            Self::Word => Text::new(
                "这是文字文档（如 Word），不是工作簿。请在系统发放的 Excel 调查表里填写并上传该工作簿。",
                "This is a text document (such as of Word), not a workbook. Fill in the Excel form that was issued and upload that workbook.",
            ),
            Self::Pdf => Text::new(
                "这是 PDF，不是工作簿。请上传填好的 Excel 调查表；盖章件另行报送。",
                "This is a PDF, not a workbook. Upload the filled-in Excel form; hand in the sealed copy separately.",
            ),
            Self::Image => Text::new(
                "这是图片，不是工作簿。请上传填好的 Excel 调查表；盖章件另行报送。",
                "This is a picture, not a workbook. Upload the filled-in Excel form; hand in the sealed copy separately.",
            ),
            Self::Archive => Text::new(
                "这是压缩包。请解压后逐个上传其中的 .xlsx 文件。",
                "This is a compressed archive. Unpack it and upload the .xlsx files one by one.",
            ),
            Self::NotXlsx => save_as("这不是 Excel 工作簿。", "This is not an Excel workbook."),
            Self::NoSuchSheet { name } => Text::new(
                format!("工作簿里没有工作表“{name}”。请核对工作表名称。"),
                format!("The workbook has no sheet \"{name}\". Check the name of the sheet."),
            ),
            Self::ZipBomb { bound, limit } => Text::new(
                format!("文件解压后异常庞大，已拒收（{bound}，上限 {limit}）。请在系统发放的调查表里重新填写。"),
                format!(
                    "The file inflates to an abnormal size and was refused ({bound}, limit {limit}). Fill in the form that was issued once more."
                ),
            ),
            Self::UnsafeNames { part } => Text::new(
                format!("文件内部结构异常（{part}），已拒收。请用 WPS 或 Excel 打开，另存为新的 .xlsx 后再上传。"),
                format!(
                    "The inside of the file is not in order ({part}) and it was refused. Open it with WPS or Excel, save it as a new .xlsx and upload that."
                ),
            ),
            Self::Doctype { part } => Text::new(
                format!("文件内含不允许的声明（{part}），已拒收。请用 WPS 或 Excel 打开，另存为新的 .xlsx 后再上传。"),
                format!(
                    "The file holds a declaration that is not allowed ({part}) and was refused. Open it with WPS or Excel, save it as a new .xlsx and upload that."
                ),
            ),
            Self::TooMany { what, limit } => {
                let (zh, en) = what.names();
                Text::new(
                    format!("{zh}超过上限 {limit}。请只保留系统发放的调查表内容后再上传。"),
                    format!(
                        "More {en} than the limit of {limit}. Keep only the form that was issued and upload it again."
                    ),
                )
            }
            Self::TextTooLong { part, limit } => Text::new(
                format!("有单元格文字超过 {limit} 字（{part}）。请缩短后再上传。"),
                format!("A cell holds a text of more than {limit} characters ({part}). Shorten it and upload again."),
            ),
            Self::CellOutOfRange { sheet, reference } => Text::new(
                format!(
                    "工作表“{sheet}”有位置无效的单元格（{reference}）。请用 WPS 或 Excel 打开，另存为新的 .xlsx 后再上传。"
                ),
                format!(
                    "Sheet \"{sheet}\" has a cell at an impossible place ({reference}). Open the file with WPS or Excel, save it as a new .xlsx and upload that."
                ),
            ),
            Self::Damaged { part, .. } => Text::new(
                format!("文件已损坏（{part}）。请用 WPS 或 Excel 打开，另存为新的 .xlsx 后再上传。"),
                format!(
                    "The file is damaged ({part}). Open it with WPS or Excel, save it as a new .xlsx and upload that."
                ),
            ),
            Self::Other(program) => program.message(),
            Self::CodePage { number } => save_as(
                &format!("文件中的文字用的是不支持的字符集（代码页 {number}）。"),
                &format!("The texts of the file are in a character set that is not supported (code page {number})."),
            ),
        }
    }

    pub(crate) fn damaged(part: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Damaged {
            part: part.into(),
            reason: reason.into(),
        }
    }

    pub(crate) fn too_many(what: Counted, limit: usize) -> Self {
        Self::TooMany {
            what,
            limit: limit as u64,
        }
    }
}

impl Counted {
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Entries => ("文件内部条目", "entries"),
            Self::Sheets => ("工作表", "sheets"),
            Self::Cells => ("单元格", "cells"),
            Self::SharedStrings => ("文字条目", "strings"),
            Self::MergedRanges => ("合并单元格", "merged ranges"),
            Self::Styles => ("单元格样式", "cell styles"),
            Self::TextBytes => ("单元格文字总量（字节）", "bytes of cell text"),
            Self::XmlDepth => ("文件内部嵌套层数", "nested elements"),
            Self::StringBytes => ("文字条目总量（字节）", "bytes of strings"),
            Self::Steps => ("文件要求的处理量", "steps of work"),
        }
    }
}

fn save_as(zh: &str, en: &str) -> Text {
    Text::new(
        format!("{zh}请用 WPS 或 Excel 打开，选择“另存为”→“Excel 工作簿（*.xlsx）”后再上传。"),
        format!("{en} Open it with WPS or Excel, choose Save As, Excel Workbook (*.xlsx), and upload that."),
    )
}
