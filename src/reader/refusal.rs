//! A workbook that is refused.

use survey::text::Text;

/// A workbook that is refused: stable code and a sentence that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Refusal {
    /// Stable code, such as `workbook.encrypted`.
    pub code: String,
    /// What and what to do.
    pub message: Text,
}

/// What the reader itself refuses: its child did not end well.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChildFailure {
    /// While it read a workbook.
    Reading,
    /// While it put marks on one.
    Marking,
}

impl ChildFailure {
    /// Every failure, for the list of codes.
    pub const ALL: [Self; 2] = [Self::Reading, Self::Marking];

    /// Stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Reading => "workbook.reader_failed",
            Self::Marking => "annotate.failed",
        }
    }

    /// What and what to do.
    pub fn message(self) -> Text {
        match self {
            Self::Reading => Text::new(
                "读取这份工作簿时超出了内存或时间限制，没有导入；请用模板重新填写后再传。",
                "Reading this workbook exceeded the limits on memory or time; it was not imported. Fill in the template anew and upload that.",
            ),
            Self::Marking => Text::new(
                "标注这份文件时超出了内存或时间限制。请用模板重新填写后再传。",
                "Marking this file exceeded the limits on memory or time. Fill in the template anew and upload that.",
            ),
        }
    }
}

impl From<ChildFailure> for Refusal {
    fn from(failure: ChildFailure) -> Self {
        Self {
            code: failure.code().to_owned(),
            message: failure.message(),
        }
    }
}
