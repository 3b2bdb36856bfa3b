//! Codes of workbooks that cannot be given back with marks.

survey::codes! {
    /// Why a workbook cannot be given back with marks.
    pub enum AnnotateCode {
        NotPatchable "annotate.not_patchable"
            "这种格式的文件不能原样标注。"
            "A file of this format cannot be marked in place."
            "请另存为 .xlsx 后再上传。"
            "Save it as .xlsx and upload that."
        Damaged "annotate.damaged"
            "文件内部有一处无法标注。"
            "A part of the file cannot be marked."
            "请用 WPS 或 Excel 打开，另存为新的 .xlsx 后再上传。"
            "Open it with WPS or Excel, save it as a new .xlsx and upload that."
        Container "annotate.container"
            "标注后的文件无法生成。"
            "The marked file could not be written."
            "请重试；如仍不成，请与管理员联系。"
            "Try again; if it fails again, ask the administrator."
    }
}
