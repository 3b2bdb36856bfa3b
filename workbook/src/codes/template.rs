//! Codes of templates that cannot be written.

survey::codes! {
    /// Why a template cannot be written.
    pub enum TemplateCode {
        OptionsMissing "template.options_missing"
            "选择题没有选项。"
            "A choice question has no options."
            "请在调查表里给出选项或代码表。"
            "Give it options or a code list."
        UnknownCell "template.unknown_cell"
            "预填值指向模板里没有的格。"
            "A prefilled value points at a cell that the template does not have."
            "请核对题项代码和版本。"
            "Check the question code and the variant."
        TextTooLong "template.text_too_long"
            "预填文字太长。"
            "A prefilled text is too long."
            "请缩短。"
            "Shorten it."
        Writer "template.writer"
            "工作簿无法生成。"
            "The workbook could not be written."
            "请缩小调查表。"
            "Make the questionnaire smaller."
        Container "template.container"
            "工作簿的文件容器无法生成。"
            "The container of the workbook could not be written."
            "请重试；如仍不成，请与管理员联系。"
            "Try again; if it fails again, ask the administrator."
    }
}
