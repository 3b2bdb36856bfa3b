//! Workbooks that are no return.

use serde::{Deserialize, Serialize};
use survey::{cell::Place, text::Text};

use crate::codes::FileCode;

/// A workbook that could be read but is not a return that can be understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{}: {}", self.code(), self.message().en)]
#[non_exhaustive]
pub enum AnchorError {
    /// Neither the metadata sheet nor any sheet of a template.
    Foreign,
    /// A text with separators: it cannot carry the marks of a template.
    Csv,
    /// A web page: it does not carry the marks of a template.
    Html,
    /// Sheets of a template, but the metadata sheet is gone.
    MetadataMissing,
    /// A metadata entry is missing or cannot be read.
    MetadataDamaged {
        /// The entry.
        key: String,
    },
    /// The template was made by a newer release.
    NewerFormat {
        /// Its format version.
        found: u32,
        /// The newest known one.
        known: u32,
    },
    /// The metadata sheet is there, the sheets to fill in are not, or their hidden row codes are gone.
    SheetsMissing,
    /// The Chinese labels came back without a Chinese letter: saved by a program that has none.
    LettersLost,
    /// A row code or sheet code occurs twice: two returns in one workbook, or a copied sheet (WF16).
    CodeTwice {
        /// The doubled codes with their places, by code; at most 50 of each.
        codes: Vec<DoubledCode>,
    },
}

/// A code that occurs more than once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DoubledCode {
    /// The row, column or sheet code.
    pub code: String,
    /// Where it stands.
    pub places: Vec<Place>,
}

impl AnchorError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Foreign => FileCode::Foreign.code(),
            Self::Csv => FileCode::Csv.code(),
            Self::Html => FileCode::Html.code(),
            Self::MetadataMissing => FileCode::MetadataMissing.code(),
            Self::MetadataDamaged { .. } => FileCode::MetadataDamaged.code(),
            Self::NewerFormat { .. } => FileCode::NewerFormat.code(),
            Self::SheetsMissing => FileCode::SheetsMissing.code(),
            Self::LettersLost => FileCode::LettersLost.code(),
            Self::CodeTwice { .. } => FileCode::CodeTwice.code(),
        }
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Text {
        match self {
            Self::Foreign => Text::new(
                "这不是本系统发放的调查表。请下载本期调查表，在其中填写后上传。",
                "This is not a form issued by this system. Download the form of this round, fill it in and upload it.",
            ),
            Self::Csv => Text::new(
                "这是文本文件（如 .csv），缺少模板信息。请在系统发放的调查表里填写并上传该工作簿。",
                "This is a text file (such as .csv) without the template's marks. Fill in the form that was issued and upload that workbook.",
            ),
            Self::Html => Text::new(
                "这是改了名的网页文件，缺少模板信息。请在系统发放的调查表里填写，保存为 Excel 工作簿（*.xlsx）后上传。",
                "This is a web page under another name, without the template's marks. Fill in the form that was issued, save it as an Excel workbook (*.xlsx) and upload that.",
            ),
            Self::MetadataMissing => Text::new(
                "工作簿里的模板标识表已被删除，无法确认是哪家企业、哪一期的调查表。请重新下载调查表，把数据粘贴进去（只粘贴数值）后上传。",
                "The template's hidden sheet was deleted, so that enterprise and round cannot be told. Download the form again, paste your figures into it (values only) and upload it.",
            ),
            Self::MetadataDamaged { key } => Text::new(
                format!("工作簿里的模板标识已被改动（{key}）。请重新下载调查表，把数据粘贴进去（只粘贴数值）后上传。"),
                format!(
                    "The template's hidden marks were changed ({key}). Download the form again, paste your figures into it (values only) and upload it."
                ),
            ),
            Self::NewerFormat { found, known } => Text::new(
                format!("调查表由较新版本的系统生成（格式 {found}，本系统支持到 {known}）。请从本系统重新下载调查表。"),
                format!(
                    "The form was made by a newer release (format {found}, known up to {known}). Download the form from this system again."
                ),
            ),
            Self::SheetsMissing => Text::new(
                "工作簿里找不到填报页，或每页最左边隐藏的行代码已被删除。请重新下载调查表，把数据粘贴进去（只粘贴数值）后上传。",
                "The sheets to fill in, or the hidden row codes on their left, are gone. Download the form again, paste your figures into it (values only) and upload it.",
            ),
            Self::LettersLost => Text::new(
                "工作簿里的中文已丢失，是保存它的程序不支持中文造成的。请重新下载调查表，用 WPS 或 Excel 填写后上传。",
                "The Chinese texts of the workbook are lost; the program that saved it has no Chinese. Download the form again, fill it in with WPS or Excel and upload that.",
            ),
            Self::CodeTwice { codes } => {
                let list: Vec<String> = codes.iter().take(10).map(DoubledCode::describe).collect();
                let list = list.join("; ");
                Text::new(
                    format!(
                        "同一行代码出现多次，可能一个工作簿里填了两家企业，或复制了工作表：{list}。请只留一份后再上传。"
                    ),
                    format!(
                        "Row codes occur more than once; two enterprises may be in one workbook, or a sheet was copied: {list}. Keep one of them and upload again."
                    ),
                )
            }
        }
    }
}

impl DoubledCode {
    fn describe(&self) -> String {
        let places: Vec<String> = self
            .places
            .iter()
            .take(4)
            .map(|place| format!("{}!{}", place.sheet, place.cell))
            .collect();
        format!("{} ({})", self.code, places.join(", "))
    }
}
