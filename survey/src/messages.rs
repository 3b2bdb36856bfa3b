//! Every built-in check with its code, class, action and message in both languages.
//!
//! The codes beginning with `WF` are those of the list of faults in returned workbooks (docs: workbook faults); a suffix
//! tells apart the outcomes of one fault. Each message says what to do.

use crate::{
    questionnaire::{Action, RuleClass},
    text::Text,
};

/// A check that every questionnaire has, without being told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Builtin {
    /// A relevant question that needs an answer has none.
    Required,
    /// Not a number.
    NotANumber,
    /// A fraction where a whole number is asked.
    NotWhole,
    /// Not a date.
    NotADate,
    /// No such option.
    NotAnOption,
    /// Neither yes nor no.
    NotABoolean,
    /// A date, number or truth value where a text is asked and nothing can be made of it.
    NotAText,
    /// A stored answer of another kind than the question takes.
    WrongKind,
    /// A number beyond what can be kept exactly.
    OutOfRange,
    /// Below the lower bound.
    BelowMinimum,
    /// Above the upper bound.
    AboveMaximum,
    /// More options or rows than allowed.
    TooMany,
    /// A text longer than is kept.
    TooLong,
    /// An answer to a question that is not relevant.
    NotRelevant,
    /// A question is claimed not to apply although it must be answered.
    ClaimRefused,
    /// A question is answered and claimed not to apply as well.
    ClaimAndAnswer,
    /// A cell of a question or column that does not exist.
    UnknownCell,
    /// A percentage written with its sign, or kept as a fraction in a cell with a % format.
    Percent,
    /// A number written with full-width digits, blanks, separators or its own unit.
    NumberForm,
    /// A number with another unit than the question's.
    OtherUnit,
    /// A number that the filler has had converted from another unit.
    Converted,
    /// An approximate number or a range.
    Approximate,
    /// A sign or word for "nothing".
    MissingMark,
    /// A negative number in brackets or with a long dash.
    Negative,
    /// A code or phone number kept as a number that has lost digits.
    LongNumber,
    /// A code completed with leading zeros or freed of a trailing `.0`.
    CodeForm,
    /// A code that could be completed in more than one way.
    CodeAmbiguous,
    /// A date not written as one.
    DateForm,
    /// A date without a day.
    MonthOnly,
    /// A date that can be read in two ways.
    DateAmbiguous,
    /// Two cells for one question.
    CellTwice,
    /// An error value or a formula without value.
    NoCachedValue,
    /// Two options in a single choice.
    TwoOptions,
    /// A tick, a word or a letter in the wrong case instead of an option.
    OptionForm,
    /// An option recognised only by its wording without punctuation.
    OptionUnsure,
    /// A text that a spreadsheet would take for a formula.
    FormulaLike,
}

/// Code, class, action and message of a built-in check.
struct Entry {
    check: Builtin,
    code: &'static str,
    class: RuleClass,
    action: Action,
    zh: &'static str,
    en: &'static str,
}

impl Builtin {
    /// All built-in checks, in the order of this list.
    pub fn all() -> impl Iterator<Item = Self> {
        ENTRIES.iter().map(|entry| entry.check)
    }

    /// Stable code.
    pub fn code(self) -> &'static str {
        self.entry().map_or("", |entry| entry.code)
    }

    /// Class of the check.
    pub fn class(self) -> RuleClass {
        self.entry().map_or(RuleClass::Syntactical, |entry| entry.class)
    }

    /// What a finding does.
    pub fn action(self) -> Action {
        self.entry().map_or(Action::Block, |entry| entry.action)
    }

    /// The message with its slots (`{label}`, `{raw}` ...) as they stand.
    pub fn template(self) -> Text {
        self.entry()
            .map_or_else(Text::default, |entry| Text::new(entry.zh, entry.en))
    }

    /// The message with its slots filled in; a slot without value is left empty.
    pub fn message(self, slots: &[(&str, Text)]) -> Text {
        let template = self.template();
        Text::new(
            fill(&template.zh, slots, |text| &text.zh),
            fill(&template.en, slots, |text| &text.en),
        )
    }

    fn entry(self) -> Option<&'static Entry> {
        ENTRIES.iter().find(|entry| entry.check == self)
    }
}

/// Fills in slots in one pass, so that braces in a value are never taken for a slot.
fn fill(template: &str, slots: &[(&str, Text)], language: impl Fn(&Text) -> &str) -> String {
    let mut message = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        message.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            rest = after;
            break;
        };
        if let Some((_, text)) = slots.iter().find(|(slot, _)| *slot == name) {
            message.push_str(language(text));
        }
        rest = after;
    }
    message.push_str(rest);
    message
}

macro_rules! entries {
    ($($check:ident $code:literal $class:ident $action:ident $zh:literal $en:literal)*) => {
        const ENTRIES: &[Entry] = &[$(Entry {
            check: Builtin::$check,
            code: $code,
            class: RuleClass::$class,
            action: Action::$action,
            zh: $zh,
            en: $en,
        }),*];
    };
}

entries! {
    Required "required" Syntactical Block
        "“{label}”没有填写。请填写；数为零请填0。"
        "'{label}' is blank. Fill it in; write 0 for none."
    NotANumber "type.number" Syntactical Block
        "“{label}”应填数字，“{raw}”读不出数。请只填一个数字。"
        "'{label}' takes a number and '{raw}' is none. Enter one number only."
    NotWhole "type.integer" Syntactical Block
        "“{label}”应填整数，现为 {raw}。请改成整数。"
        "'{label}' takes a whole number, found {raw}. Enter a whole number."
    NotADate "type.date" Syntactical Block
        "“{label}”应填日期，“{raw}”读不出日期。请按 2025-06-30 的样子填写。"
        "'{label}' takes a date and '{raw}' is none. Write it like 2025-06-30."
    NotAnOption "type.choice" Syntactical Block
        "“{label}”没有“{raw}”这个选项。请从下拉列表中选择。"
        "'{label}' has no option '{raw}'. Choose from the list."
    NotABoolean "type.boolean" Syntactical Block
        "“{label}”应填是或否，现为“{raw}”。请改填“是”或“否”。"
        "'{label}' takes yes or no, found '{raw}'. Enter 是 or 否."
    NotAText "type.text" Syntactical Block
        "“{label}”的单元格被存成了日期或逻辑值（{raw}）。请把格式设为文本后重新填写。"
        "The cell of '{label}' was kept as a date or truth value ({raw}). Set its format to text and type it again."
    WrongKind "type.kind" Syntactical Block
        "“{label}”的答案类型不对。请重新填写。"
        "The answer to '{label}' is of the wrong kind. Answer it again."
    OutOfRange "type.range" Syntactical Block
        "“{label}”的数 {raw} 太大或位数太多。请核对单位和小数。"
        "The number {raw} for '{label}' is too large or has too many digits. Check unit and decimals."
    BelowMinimum "bound.min" Syntactical Block
        "“{label}”为 {raw}，不能小于 {limit}。请改正。"
        "'{label}' is {raw} and must not be below {limit}. Correct it."
    AboveMaximum "bound.max" Syntactical Block
        "“{label}”为 {raw}，不能大于 {limit}。请改正。"
        "'{label}' is {raw} and must not be above {limit}. Correct it."
    TooMany "bound.max_items" Syntactical Block
        "“{label}”填了 {raw} 项，最多 {limit} 项。请删减。"
        "'{label}' has {raw} items, at most {limit} are allowed. Remove some."
    TooLong "bound.length" Syntactical Block
        "“{label}”的文字超过 {limit} 字。请缩短。"
        "The text of '{label}' has more than {limit} characters. Shorten it."
    NotRelevant "not_relevant" Validity Info
        "按前面的回答，“{label}”不必填写，所填内容不计。如应填写，请核对前面的回答。"
        "By the earlier answers '{label}' does not apply and is not counted. If it does, check those answers."
    ClaimRefused "not_applicable" Validity Warn
        "“{label}”不能申报为不适用。请填写。"
        "'{label}' cannot be claimed not to apply. Answer it."
    ClaimAndAnswer "not_applicable.answered" Validity Block
        "“{label}”既填了答案，又写了不适用的原因。请只保留一样。"
        "'{label}' is answered and claimed not to apply as well. Keep only one of the two."
    UnknownCell "cell.unknown" Syntactical Info
        "单元格对应的题项 {raw} 不在本调查表中，未读取。"
        "The cell belongs to {raw}, which this questionnaire does not have; it was not read."
    Percent "WF05" Syntactical Info
        "“{label}”填的是 {raw}，按百分数读作 {value}。如不对请改填 0 到 100 的数。"
        "'{label}' was entered as {raw} and read as {value} per cent. If wrong, enter a number from 0 to 100."
    NumberForm "WF06" Syntactical Info
        "“{label}”中的“{raw}”读作 {value}。如不对请改填数字。"
        "'{raw}' for '{label}' was read as {value}. If wrong, enter the plain number."
    OtherUnit "WF06.unit" Syntactical Block
        "“{label}”的单位是{unit}，填的是“{raw}”：是 {value} 还是 {other}？请只填以{unit}计的数字。"
        "'{label}' is in {unit} and '{raw}' was entered: {value} or {other}? Enter the number in {unit} only."
    Converted "converted" Syntactical Info
        "“{label}”原填 {raw}，按填报人的选择由{unit}换算为 {value}；原数保留。"
        "'{label}' was entered as {raw} and, as the filler chose, converted from {unit} to {value}; the original is kept."
    Approximate "WF07" Syntactical Block
        "“{label}”填的是“{raw}”，不是确定的数。请填一个数字。"
        "'{label}' was entered as '{raw}', which is not one figure. Enter one number."
    MissingMark "WF08" Syntactical Info
        "“{label}”中的“{raw}”按空白读取。数为零请填0。"
        "'{raw}' for '{label}' was read as blank. Write 0 for none."
    Negative "WF09" Syntactical Warn
        "“{label}”中的“{raw}”读作负数 {value}。如属节约量，本表以正数表示节约。请确认。"
        "'{raw}' for '{label}' was read as the negative {value}. Savings are positive in this form. Please confirm."
    LongNumber "WF10" Syntactical Block
        "“{label}”被存成了数字 {raw}，15 位以后已丢失。请把单元格格式设为文本后重新填写。"
        "'{label}' was kept as the number {raw} and digits beyond the 15th are lost. Set the format to text and type it again."
    CodeForm "WF11" Syntactical Warn
        "“{label}”中的“{raw}”按代码表读作 {value}。请确认。"
        "'{raw}' for '{label}' was read as the code {value}. Please confirm."
    CodeAmbiguous "WF11.ambiguous" Syntactical Block
        "“{label}”中的“{raw}”补零后对应多个代码。请填写完整代码。"
        "'{raw}' for '{label}' fits several codes once zeros are added. Enter the full code."
    DateForm "WF12" Syntactical Warn
        "“{label}”中的“{raw}”读作 {value}。请确认。"
        "'{raw}' for '{label}' was read as {value}. Please confirm."
    MonthOnly "WF12.month" Syntactical Warn
        "“{label}”中的“{raw}”只到月，按当月首日 {value} 记录。请确认或补上日。"
        "'{raw}' for '{label}' names a month only and is kept as its first day, {value}. Confirm, or add the day."
    DateAmbiguous "WF12.ambiguous" Syntactical Block
        "“{label}”中的“{raw}”可能是一月，也可能是十月。请按 2025-06-30 的样子填写。"
        "'{raw}' for '{label}' may be January or October. Write it like 2025-06-30."
    CellTwice "WF16" Syntactical Block
        "“{label}”在表中出现了两次，未取任何一个。请只保留一处。"
        "'{label}' is there twice and neither was taken. Keep only one."
    NoCachedValue "WF17" Syntactical Block
        "“{label}”的单元格是错误值或没有结果的公式（{raw}）。请改填数值。"
        "The cell of '{label}' holds an error or a formula without result ({raw}). Enter the value itself."
    TwoOptions "WF35" Syntactical Block
        "“{label}”只能选一项，填了“{raw}”，未取任何一项。请重选。"
        "'{label}' takes one option and '{raw}' was entered; neither was taken. Choose again."
    OptionForm "WF36" Syntactical Warn
        "“{label}”中的“{raw}”读作“{value}”。请确认。"
        "'{raw}' for '{label}' was read as '{value}'. Please confirm."
    OptionUnsure "WF36.unsure" Syntactical Warn
        "“{label}”中的“{raw}”与选项文字不完全相同，读作“{value}”。请确认。"
        "'{raw}' for '{label}' differs from the wording of the option and was read as '{value}'. Please confirm."
    FormulaLike "WF38" Syntactical Info
        "“{label}”的文字以 {raw} 开头，导出时会加以转义，不当作公式。"
        "The text of '{label}' begins with {raw}; it is escaped on export and never a formula."
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_one_entry_with_its_own_code() {
        let codes: BTreeSet<&str> = Builtin::all().map(Builtin::code).collect();
        assert_eq!(codes.len(), ENTRIES.len());
        // The last variant counts the variants.
        assert_eq!(ENTRIES.len(), Builtin::FormulaLike as usize + 1);
        for check in Builtin::all() {
            let Text { zh, en } = check.template();
            assert!(
                !zh.is_empty() && !en.is_empty() && en.is_ascii() | en.contains('是'),
                "{check:?}"
            );
        }
    }

    #[test]
    fn slots_are_filled_once() {
        let both = |text: &str| Text::new(text, text);
        let message = Builtin::NotANumber.message(&[("label", both("x{raw}")), ("raw", both("{label"))]);
        assert_eq!(
            message.en,
            "'x{raw}' takes a number and '{label' is none. Enter one number only."
        );
    }
}
