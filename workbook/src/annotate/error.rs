//! Why a workbook could not be given back with marks.

use survey::text::Text;

use crate::{codes::AnnotateCode, error::ReadError};

/// Why a workbook could not be given back with marks.
#[derive(Debug, thiserror::Error)]
#[error("{}: {}", self.code(), self.message().en)]
#[non_exhaustive]
pub enum AnnotateError {
    /// The workbook is refused.
    Read(#[from] ReadError),
    /// Not an `.xlsx` or `.xlsm`: there is no XML to patch.
    NotPatchable,
    /// A part is not what it should be.
    Damaged {
        /// The part.
        part: String,
        /// What is wrong, for the log.
        reason: String,
    },
    /// The container could not be written.
    Container(#[from] zip::result::ZipError),
}

impl AnnotateError {
    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Read(error) => error.code(),
            Self::NotPatchable => AnnotateCode::NotPatchable.code(),
            Self::Damaged { .. } => AnnotateCode::Damaged.code(),
            Self::Container(_) => AnnotateCode::Container.code(),
        }
    }

    /// What is wrong and what to do.
    pub fn message(&self) -> Text {
        match self {
            Self::Read(error) => error.message(),
            Self::NotPatchable => Text::new(
                "这种格式的文件不能原样标注。请另存为 .xlsx 后再上传。",
                "A file of this format cannot be marked in place. Save it as .xlsx and upload that.",
            ),
            Self::Damaged { part, .. } => Text::new(
                format!("文件内部有一处（{part}）无法标注。请用 WPS 或 Excel 打开，另存为新的 .xlsx 后再上传。"),
                format!(
                    "A part of the file ({part}) cannot be marked. Open it with WPS or Excel, save it as a new .xlsx and upload that."
                ),
            ),
            Self::Container(error) => Text::new(
                format!("标注后的文件无法生成：{error}。"),
                format!("The marked file could not be written: {error}."),
            ),
        }
    }

    pub(super) fn damaged(part: &str, reason: impl Into<String>) -> Self {
        Self::Damaged {
            part: part.to_owned(),
            reason: reason.into(),
        }
    }
}
