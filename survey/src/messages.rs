//! Every built-in check with its code, class, action and message in both languages.
//!
//! The codes beginning with `WF` are those of the list of faults in returned workbooks; a suffix tells apart the outcomes
//! of one fault. Each message is made of what is wrong and what to do.

use crate::{
    codes::{Coded, Row, Words},
    questionnaire::{Action, RuleClass},
    text::Text,
};

/// Code, class, action and message of a built-in check.
struct Entry {
    code: &'static str,
    class: RuleClass,
    action: Action,
    meaning: Words,
    remedy: Words,
}

impl Builtin {
    /// All built-in checks, in the order of their table.
    pub fn all() -> impl Iterator<Item = Self> {
        BUILTINS.iter().copied()
    }

    /// The code as it stands on the wire.
    pub fn code(self) -> &'static str {
        self.entry().code
    }

    /// Class of the check.
    pub fn class(self) -> RuleClass {
        self.entry().class
    }

    /// What a finding does.
    pub fn action(self) -> Action {
        self.entry().action
    }

    /// The message with its slots (`{label}`, `{raw}` ...) as they stand.
    pub fn template(self) -> Text {
        let Entry { meaning, remedy, .. } = self.entry();
        let blank = if remedy.en.is_empty() { "" } else { " " };
        Text::new(
            format!("{}{}", meaning.zh, remedy.zh),
            format!("{}{blank}{}", meaning.en, remedy.en),
        )
    }

    /// The message with its slots filled in; a slot without value is left empty.
    pub fn message(self, slots: &[(&str, Text)]) -> Text {
        let template = self.template();
        Text::new(
            fill(&template.zh, slots, |text| &text.zh),
            fill(&template.en, slots, |text| &text.en),
        )
    }
}

impl Coded for Builtin {
    const ALL: &'static [Self] = BUILTINS;

    fn row(self) -> Row {
        let Entry {
            code, meaning, remedy, ..
        } = self.entry();
        let remedy = if remedy.en.is_empty() { NOTHING_TO_DO } else { remedy };
        Row { code, meaning, remedy }
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

/// What is to be done about a check whose message asks for nothing.
const NOTHING_TO_DO: Words = Words {
    zh: "无须处理。",
    en: "Nothing to do.",
};

macro_rules! entries {
    ($(#[doc = $doc:literal] $check:ident $code:literal $class:ident $action:ident
        $zh:literal $en:literal $remedy_zh:literal $remedy_en:literal)*) => {
        /// A check that every questionnaire has, without being told.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Builtin {
            $(#[doc = $doc] $check,)*
        }

        const BUILTINS: &[Builtin] = &[$(Builtin::$check),*];

        impl Builtin {
            const fn entry(self) -> Entry {
                match self {
                    $(Self::$check => Entry {
                        code: $code,
                        class: RuleClass::$class,
                        action: Action::$action,
                        meaning: Words { zh: $zh, en: $en },
                        remedy: Words { zh: $remedy_zh, en: $remedy_en },
                    },)*
                }
            }
        }
    };
}

entries! {
    /// A relevant question that needs an answer has none.
    Required "required" Syntactical Block
        "“{label}”没有填写。"
        "'{label}' is blank."
        "请填写；数为零请填0。"
        "Fill it in; write 0 for none."
    /// Not a number.
    NotANumber "type.number" Syntactical Block
        "“{label}”应填数字，“{raw}”读不出数。"
        "'{label}' takes a number and '{raw}' is none."
        "请只填一个数字。"
        "Enter one number only."
    /// A number in a cell that has the format of a date.
    DateFormat "type.number_date" Syntactical Block
        "“{label}”应填数字，单元格却是日期格式，存的数是 {raw}，显示为 {value}。"
        "'{label}' takes a number, but its cell has a date format: it holds {raw} and shows {value}."
        "请把单元格格式改为“常规”，再填数字。"
        "Set the format of the cell to General and enter the number again."
    /// A fraction where a whole number is asked.
    NotWhole "type.integer" Syntactical Block
        "“{label}”应填整数，现为 {raw}。"
        "'{label}' takes a whole number, found {raw}."
        "请改成整数。"
        "Enter a whole number."
    /// Not a date.
    NotADate "type.date" Syntactical Block
        "“{label}”应填日期，“{raw}”读不出日期。"
        "'{label}' takes a date and '{raw}' is none."
        "请按 2025-06-30 的样子填写。"
        "Write it like 2025-06-30."
    /// No such option.
    NotAnOption "type.choice" Syntactical Block
        "“{label}”没有“{raw}”这个选项。"
        "'{label}' has no option '{raw}'."
        "请从下拉列表中选择。"
        "Choose from the list."
    /// Neither yes nor no.
    NotABoolean "type.boolean" Syntactical Block
        "“{label}”应填是或否，现为“{raw}”。"
        "'{label}' takes yes or no, found '{raw}'."
        "请改填“是”或“否”。"
        "Enter 是 or 否."
    /// A date, number or truth value where a text is asked and nothing can be made of it.
    NotAText "type.text" Syntactical Block
        "“{label}”的单元格被存成了日期或逻辑值（{raw}）。"
        "The cell of '{label}' was kept as a date or truth value ({raw})."
        "请把格式设为文本后重新填写。"
        "Set its format to text and type it again."
    /// A stored answer of another kind than the question takes.
    WrongKind "type.kind" Syntactical Block
        "“{label}”的答案类型不对。"
        "The answer to '{label}' is of the wrong kind."
        "请重新填写。"
        "Answer it again."
    /// A number beyond what can be kept exactly.
    OutOfRange "type.range" Syntactical Block
        "“{label}”的数 {raw} 太大或位数太多。"
        "The number {raw} for '{label}' is too large or has too many digits."
        "请核对单位和小数。"
        "Check unit and decimals."
    /// Below the lower bound.
    BelowMinimum "bound.min" Syntactical Block
        "“{label}”为 {raw}，不能小于 {limit}。"
        "'{label}' is {raw} and must not be below {limit}."
        "请改正。"
        "Correct it."
    /// Above the upper bound.
    AboveMaximum "bound.max" Syntactical Block
        "“{label}”为 {raw}，不能大于 {limit}。"
        "'{label}' is {raw} and must not be above {limit}."
        "请改正。"
        "Correct it."
    /// More options or rows than allowed.
    TooMany "bound.max_items" Syntactical Block
        "“{label}”填了 {raw} 项，最多 {limit} 项。"
        "'{label}' has {raw} items, at most {limit} are allowed."
        "请删减。"
        "Remove some."
    /// A text longer than is kept.
    TooLong "bound.length" Syntactical Block
        "“{label}”的文字超过 {limit} 字。"
        "The text of '{label}' has more than {limit} characters."
        "请缩短。"
        "Shorten it."
    /// An answer to a question that is not relevant.
    NotRelevant "not_relevant" Validity Info
        "按前面的回答，“{label}”不必填写，所填内容不计。"
        "By the earlier answers '{label}' does not apply and is not counted."
        "如应填写，请核对前面的回答。"
        "If it does, check those answers."
    /// A question is claimed not to apply although it must be answered.
    ClaimRefused "not_applicable" Validity Warn
        "“{label}”不能申报为不适用。"
        "'{label}' cannot be claimed not to apply."
        "请填写。"
        "Answer it."
    /// A question is answered and claimed not to apply as well.
    ClaimAndAnswer "not_applicable.answered" Validity Block
        "“{label}”既填了答案，又写了不适用的原因。"
        "'{label}' is answered and claimed not to apply as well."
        "请只保留一样。"
        "Keep only one of the two."
    /// A cell of a question or column that does not exist.
    UnknownCell "cell.unknown" Syntactical Info
        "单元格对应的题项 {raw} 不在本调查表中，未读取。"
        "The cell belongs to {raw}, which this questionnaire does not have; it was not read."
        ""
        ""
    /// A percentage written with its sign, or kept as a fraction in a cell with a % format.
    Percent "WF05" Syntactical Info
        "“{label}”填的是 {raw}，按百分数读作 {value}。"
        "'{label}' was entered as {raw} and read as {value} per cent."
        "如不对请改填 0 到 100 的数。"
        "If wrong, enter a number from 0 to 100."
    /// A number written with full-width digits, blanks, separators or its own unit.
    NumberForm "WF06" Syntactical Info
        "“{label}”中的“{raw}”读作 {value}。"
        "'{raw}' for '{label}' was read as {value}."
        "如不对请改填数字。"
        "If wrong, enter the plain number."
    /// A code or text with invisible, full-width or small letters, or blanks in it.
    TextForm "WF06.text" Syntactical Info
        "“{label}”中的“{raw}”含有空格、全角字符、小写字母或看不见的字符，读作 {value}。"
        "'{raw}' for '{label}' holds blanks, full-width characters, small letters or invisible marks and was read as {value}."
        "如不对请改正。"
        "Correct it if that is wrong."
    /// A number with another unit than the question's.
    OtherUnit "WF06.unit" Syntactical Block
        "“{label}”的单位是{unit}，填的是“{raw}”：是 {value} 还是 {other}？"
        "'{label}' is in {unit} and '{raw}' was entered: {value} or {other}?"
        "请只填以{unit}计的数字。"
        "Enter the number in {unit} only."
    /// A number that the filler has had converted from another unit.
    Converted "converted" Syntactical Info
        "“{label}”原填 {raw}，按填报人的选择由{unit}换算为 {value}；原数保留。"
        "'{label}' was entered as {raw} and, as the filler chose, converted from {unit} to {value}; the original is kept."
        ""
        ""
    /// An approximate number or a range.
    Approximate "WF07" Syntactical Block
        "“{label}”填的是“{raw}”，不是确定的数。"
        "'{label}' was entered as '{raw}', which is not one figure."
        "请填一个数字。"
        "Enter one number."
    /// A sign or word for "nothing".
    MissingMark "WF08" Syntactical Info
        "“{label}”中的“{raw}”按空白读取。"
        "'{raw}' for '{label}' was read as blank."
        "数为零请填0。"
        "Write 0 for none."
    /// The same where no figure is asked for.
    MissingWord "WF08.word" Syntactical Info
        "“{label}”中的“{raw}”按空白读取。"
        "'{raw}' for '{label}' was read as blank."
        "应当填写的请补填。"
        "Fill it in if there is something to say."
    /// A negative number in brackets or with a long dash.
    Negative "WF09" Syntactical Warn
        "“{label}”中的“{raw}”读作负数 {value}。"
        "'{raw}' for '{label}' was read as the negative {value}."
        "如属节约量，本表以正数表示节约。请确认。"
        "Savings are positive in this form. Please confirm."
    /// A code or phone number kept as a number that has lost digits.
    LongNumber "WF10" Syntactical Block
        "“{label}”被存成了数字 {raw}，15 位以后已丢失。"
        "'{label}' was kept as the number {raw} and digits beyond the 15th are lost."
        "请把单元格格式设为文本后重新填写。"
        "Set the format to text and type it again."
    /// A text that a spreadsheet has turned into scientific notation.
    ScientificText "WF10.text" Syntactical Block
        "“{label}”被存成了科学计数法 {raw}，只剩前 {kept} 位数字，其余已丢失。"
        "'{label}' was kept in scientific notation as {raw}: only the first {kept} digits are left."
        "请把单元格格式设为文本后重新填写。"
        "Set the format to text and type it again."
    /// A code completed with leading zeros or freed of a trailing `.0`.
    CodeForm "WF11" Syntactical Warn
        "“{label}”中的“{raw}”按代码表读作 {value}。"
        "'{raw}' for '{label}' was read as the code {value}."
        "请确认。"
        "Please confirm."
    /// A code that could be completed in more than one way.
    CodeAmbiguous "WF11.ambiguous" Syntactical Block
        "“{label}”中的“{raw}”补零后对应多个代码。"
        "'{raw}' for '{label}' fits several codes once zeros are added."
        "请填写完整代码。"
        "Enter the full code."
    /// A date not written as one.
    DateForm "WF12" Syntactical Warn
        "“{label}”中的“{raw}”读作 {value}。"
        "'{raw}' for '{label}' was read as {value}."
        "请确认。"
        "Please confirm."
    /// A date without a day.
    MonthOnly "WF12.month" Syntactical Warn
        "“{label}”中的“{raw}”只到月，按当月首日 {value} 记录。"
        "'{raw}' for '{label}' names a month only and is kept as its first day, {value}."
        "请确认或补上日。"
        "Confirm, or add the day."
    /// A date of which only the year is given.
    YearOnly "WF12.year" Syntactical Block
        "“{label}”只填了年份 {raw}，没有月和日。"
        "'{label}' has only the year {raw}, without month and day."
        "请按 2025-06-30 的样子填写。"
        "Write it like 2025-06-30."
    /// A date that can be read in two ways.
    DateAmbiguous "WF12.ambiguous" Syntactical Block
        "“{label}”中的“{raw}”可能是一月，也可能是十月。"
        "'{raw}' for '{label}' may be January or October."
        "请按 2025-06-30 的样子填写。"
        "Write it like 2025-06-30."
    /// Two cells for one question.
    CellTwice "WF16" Syntactical Block
        "“{label}”在表中出现了两次，未取任何一个。"
        "'{label}' is there twice and neither was taken."
        "请只保留一处。"
        "Keep only one."
    /// An error value or a formula without value.
    NoCachedValue "WF17" Syntactical Block
        "“{label}”的单元格是错误值或没有结果的公式（{raw}）。"
        "The cell of '{label}' holds an error or a formula without result ({raw})."
        "请改填数值。"
        "Enter the value itself."
    /// Two options in a single choice.
    TwoOptions "WF35" Syntactical Block
        "“{label}”只能选一项，填了“{raw}”，未取任何一项。"
        "'{label}' takes one option and '{raw}' was entered; neither was taken."
        "请重选。"
        "Choose again."
    /// A tick, a word or a letter in the wrong case instead of an option.
    OptionForm "WF36" Syntactical Warn
        "“{label}”中的“{raw}”读作“{value}”。"
        "'{raw}' for '{label}' was read as '{value}'."
        "请确认。"
        "Please confirm."
    /// An option recognised only by its wording without punctuation.
    OptionUnsure "WF36.unsure" Syntactical Warn
        "“{label}”中的“{raw}”与选项文字不完全相同，读作“{value}”。"
        "'{raw}' for '{label}' differs from the wording of the option and was read as '{value}'."
        "请确认。"
        "Please confirm."
    /// A text that a spreadsheet would take for a formula.
    FormulaLike "WF38" Syntactical Info
        "“{label}”的文字以 {raw} 开头，导出时会加以转义，不当作公式。"
        "The text of '{label}' begins with {raw}; it is escaped on export and never a formula."
        ""
        ""
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_check_has_its_own_code_and_a_message() {
        let codes: BTreeSet<&str> = Builtin::all().map(Builtin::code).collect();
        assert_eq!(codes.len(), BUILTINS.len());
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
