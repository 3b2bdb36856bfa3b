//! Codes of what a return and the registry, or a return and what the system works out, say differently.

crate::codes! {
    /// What differs from what is known already.
    pub enum RegisteredCode {
        ComputedOverwritten "WF18.computed_overwritten"
            "由系统计算的格被改写，以系统计算的数为准。"
            "A figure was written over one that the system computes; the computed one counts."
            "无须处理；如计算所用的数有误，请更正这些数。"
            "Nothing to do; if the figures behind it are wrong, correct those."
        CodeDiffers "WF26.code_differs"
            "表中的统一社会信用代码与建档代码不同，以建档代码为准。"
            "The credit code is not the registered one, which counts."
            "如填的是总公司或其他单位的代码，请改成本企业的。"
            "If it is that of the parent or of another unit, enter the enterprise's own."
        NameDiffers "WF26.name_differs"
            "表中的企业名称与建档名称不同，以信用代码为准。"
            "The name of the enterprise is not the registered one; the credit code decides."
            "如已更名，请说明，由审核人确认。"
            "If the name has changed, say so; the reviewer confirms it."
        ParentCode "WF27.parent_code"
            "表中填的是母公司的统一社会信用代码。"
            "The credit code is that of the parent."
            "如这份表是本企业的，请改成本企业的代码。"
            "If the return is the enterprise's own, enter its own code."
        LettersInCode "WF27.letters_in_code"
            "统一社会信用代码中有字母 O 或 I，可能应为数字 0 或 1。"
            "The credit code holds a letter O or I, where the digit 0 or 1 may be meant."
            "请核对后改正。"
            "Check and correct it."
    }
}
