//! Codes of refused justifications.

crate::codes! {
    /// Why a justification is not taken.
    pub enum JustificationCode {
        ReasonMissing "justification.reason_missing"
            "有文字说明但没有选理由。"
            "There is an explanation without a reason."
            "请从下拉列表中选一条理由。"
            "Choose a reason from the list."
        ReasonUnknown "justification.reason_unknown"
            "没有这条理由。"
            "There is no such reason."
            "请从下拉列表中选择。"
            "Choose from the list."
        TextMissing "justification.text_missing"
            "所选理由还须用文字说明。"
            "The reason chosen must be explained in words."
            "请写明情况。"
            "Explain it."
        TextTooLong "justification.text_too_long"
            "文字说明太长。"
            "The explanation is too long."
            "请缩短。"
            "Shorten it."
    }
}
