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
        "“{label}”未填写。"
        "'{label}' is blank."
        "请{how}。"
        "{how}."
    /// Not a number.
    NotANumber "type.number" Syntactical Block
        "“{label}”填报的“{raw}”不是数字。"
        "'{raw}' for '{label}' is not a number."
        "请直接填写数值。"
        "Enter the number itself."
    /// A number in a cell that has the format of a date.
    DateFormat "type.number_date" Syntactical Block
        "“{label}”应填数字，单元格却是日期格式：存的数是 {raw}，显示为 {value}。"
        "'{label}' takes a number, but its cell has a date format: it holds {raw} and shows {value}."
        "请将单元格格式改为“常规”后重新填写数字。"
        "Set the format of the cell to General and enter the number again."
    /// A fraction where a whole number is asked.
    NotWhole "type.integer" Syntactical Block
        "“{label}”应填整数，填报的是 {raw}。"
        "'{label}' takes a whole number, found {raw}."
        "请改填整数。"
        "Enter a whole number."
    /// Not a date.
    NotADate "type.date" Syntactical Block
        "“{label}”填报的“{raw}”不是日期。"
        "'{raw}' for '{label}' is not a date."
        "请按 2025-06-30 的格式填写。"
        "Write it like 2025-06-30."
    /// No such option.
    NotAnOption "type.choice" Syntactical Block
        "“{label}”须从下拉列表选择，“{raw}”不是列表中的选项。"
        "'{label}' is chosen from the list; '{raw}' is not one of its options."
        "请从下拉列表中选择。"
        "Choose from the list."
    /// No such option, but one that is probably meant.
    OptionMeant "type.choice_meant" Syntactical Block
        "“{label}”须从下拉列表选择，“{raw}”不是列表中的选项，是否为“{meant}”？"
        "'{label}' is chosen from the list; '{raw}' is not one of its options. Is '{meant}' meant?"
        "请从下拉列表中选择。"
        "Choose from the list."
    /// Neither yes nor no.
    NotABoolean "type.boolean" Syntactical Block
        "“{label}”应填“是”或“否”，填报的是“{raw}”。"
        "'{label}' takes yes or no; '{raw}' was entered."
        "请从下拉列表中选“是”或“否”。"
        "Choose yes or no from the list."
    /// A date, number or truth value where a text is asked and nothing can be made of it.
    NotAText "type.text" Syntactical Block
        "“{label}”的单元格保存成了日期或逻辑值（{raw}）。"
        "The cell of '{label}' was saved as a date or truth value ({raw})."
        "请将单元格格式设为文本后重新填写。"
        "Set the cell format to text and enter it again."
    /// A stored answer of another kind than the question takes.
    WrongKind "type.kind" Syntactical Block
        "“{label}”的答案类型不对。"
        "The answer to '{label}' is of the wrong kind."
        "请重新填写。"
        "Answer it again."
    /// A number beyond what can be kept exactly.
    OutOfRange "type.range" Syntactical Block
        "“{label}”填报的 {raw} 数值过大或位数过多。"
        "The number {raw} for '{label}' is too large or has too many digits."
        "请核对计量单位和小数位。"
        "Check unit and decimals."
    /// Below the lower bound.
    BelowMinimum "bound.min" Syntactical Block
        "“{label}”为 {raw}，应大于或等于 {limit}。"
        "'{label}' is {raw} and must not be below {limit}."
        "请改正。"
        "Correct it."
    /// Above the upper bound.
    AboveMaximum "bound.max" Syntactical Block
        "“{label}”为 {raw}，应小于或等于 {limit}。"
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
        "按前面的填报内容，“{label}”无须填写，所填内容不计。"
        "By the earlier answers '{label}' does not apply and is not counted."
        "确应填写的，请核对前面的填报内容。"
        "If it does, check those answers."
    /// A question is claimed not to apply although it must be answered.
    ClaimRefused "not_applicable" Validity Warn
        "“{label}”不能填报为不适用。"
        "'{label}' cannot be claimed not to apply."
        "请填写；确无发生的填 0 或选相应选项。"
        "Answer it; enter 0 or the matching option where there is none."
    /// Words for "not applicable" where an answer belongs.
    ClaimInCell "not_applicable.cell" Syntactical Block
        "“{label}”填报的是“{raw}”。"
        "'{raw}' was entered for '{label}'."
        "{how}。"
        "{how}."
    /// A question is answered and claimed not to apply as well.
    ClaimAndAnswer "not_applicable.answered" Validity Block
        "“{label}”既填写了内容，又写明了不适用的原因。"
        "'{label}' is answered and claimed not to apply as well."
        "请只保留一项。"
        "Keep only one of the two."
    /// A cell of a question or column that does not exist.
    UnknownCell "cell.unknown" Syntactical Info
        "单元格对应的题项 {raw} 不在本调查表中，未读取。"
        "The cell belongs to {raw}, which this questionnaire does not have; it was not read."
        ""
        ""
    /// A percentage written with its sign, or kept as a fraction in a cell with a % format.
    Percent "WF05" Syntactical Info
        "“{label}”填报的 {raw} 已按 {value}% 识别。"
        "'{raw}' for '{label}' was read as {value}%."
        "如有误，请改填 0 至 100 的数。"
        "If wrong, enter a number from 0 to 100."
    /// A number written with full-width digits, blanks, separators or its own unit.
    NumberForm "WF06" Syntactical Info
        "“{label}”填报的“{raw}”已按 {value} 识别。"
        "'{raw}' for '{label}' was read as {value}."
        "如有误，请更正。"
        "If wrong, correct it."
    /// A code or text with invisible, full-width or small letters, or blanks in it.
    TextForm "WF06.text" Syntactical Info
        "“{label}”填报的“{raw}”含有空格、全角字符、小写字母或不可见字符，已按 {value} 识别。"
        "'{raw}' for '{label}' holds blanks, full-width characters, small letters or invisible marks and was read as {value}."
        "如有误，请更正。"
        "If wrong, correct it."
    /// A number with another unit than the question's.
    OtherUnit "WF06.unit" Syntactical Block
        "“{label}”的计量单位为{unit}，填报的“{raw}”按{unit}计应为 {other}，如单位写错则为 {value}。"
        "'{label}' is in {unit} and '{raw}' was entered: {other} in that unit, or {value} if the unit is a slip."
        "请只填以{unit}计的数字。"
        "Enter the number in {unit} only."
    /// A number that the filler has had converted from another unit.
    Converted "converted" Syntactical Info
        "“{label}”原填 {raw}，已按填报人的选择由{unit}换算为 {value}，原数保留。"
        "'{label}' was entered as {raw} and, as the filler chose, converted from {unit} to {value}; the original is kept."
        ""
        ""
    /// An approximate number or a range.
    Approximate "WF07" Syntactical Block
        "“{label}”填报的“{raw}”为约数。"
        "'{raw}' for '{label}' is an estimate or a range."
        "请填写账面准确数。"
        "Enter the exact figure of the books."
    /// A sign or word for "nothing".
    MissingMark "WF08" Syntactical Info
        "“{label}”填报的“{raw}”已按未填识别。"
        "'{raw}' for '{label}' was read as blank."
        "数为零的填 0。"
        "Enter 0 for none."
    /// The same where no figure is asked for.
    MissingWord "WF08.word" Syntactical Info
        "“{label}”填报的“{raw}”已按未填识别。"
        "'{raw}' for '{label}' was read as blank."
        "应当填写的请补填。"
        "Fill it in if there is an answer."
    /// A negative number in brackets or with a long dash.
    Negative "WF09" Syntactical Warn
        "“{label}”填报的“{raw}”已按负数 {value} 识别。"
        "'{raw}' for '{label}' was read as the negative {value}."
        "本表节约量以正数表示，请核实或说明原因。"
        "Savings are positive in this form. Correct it, or state the reason."
    /// A code or phone number kept as a number that has lost digits.
    LongNumber "WF10" Syntactical Block
        "“{label}”保存成了数字 {raw}，第 15 位以后的数字已丢失。"
        "'{label}' was saved as the number {raw}; digits beyond the 15th are lost."
        "请将单元格格式设为文本后重新填写。"
        "Set the cell format to text and enter it again."
    /// A text that a spreadsheet has turned into scientific notation.
    ScientificText "WF10.text" Syntactical Block
        "“{label}”保存成了科学计数法 {raw}，只保留了前 {kept} 位数字，其余已丢失。"
        "'{label}' was saved in scientific notation as {raw}; only the first {kept} digits are left."
        "请将单元格格式设为文本后重新填写。"
        "Set the cell format to text and enter it again."
    /// A code completed with leading zeros or freed of a trailing `.0`.
    CodeForm "WF11" Syntactical Warn
        "“{label}”填报的“{raw}”已按代码表识别为“{value}”。"
        "'{raw}' for '{label}' was read as the code '{value}'."
        "请核实；无误的请说明。"
        "Correct it, or confirm it with a reason."
    /// A code that could be completed in more than one way.
    CodeAmbiguous "WF11.ambiguous" Syntactical Block
        "“{label}”填报的“{raw}”补零后对应多个代码。"
        "'{raw}' for '{label}' fits several codes once zeros are added."
        "请填写完整代码。"
        "Enter the full code."
    /// A date not written as one.
    DateForm "WF12" Syntactical Info
        "“{label}”填报的“{raw}”已按 {value} 识别。"
        "'{raw}' for '{label}' was read as {value}."
        "如有误，请更正。"
        "If wrong, correct it."
    /// A date without a day.
    MonthOnly "WF12.month" Syntactical Warn
        "“{label}”填报的“{raw}”只到月，已按 {value} 记录。"
        "'{raw}' for '{label}' names a month only and was recorded as {value}."
        "请补填日期；只知年月的请说明。"
        "Add the day, or state that only the month is known."
    /// A date of which only the year is given.
    YearOnly "WF12.year" Syntactical Block
        "“{label}”只填了年份 {raw}，没有月和日。"
        "'{label}' has only the year {raw}, without month and day."
        "请按 2025-06-30 的格式填写。"
        "Write it like 2025-06-30."
    /// A date that can be read in two ways.
    DateAmbiguous "WF12.ambiguous" Syntactical Block
        "“{label}”填报的“{raw}”可能是 1 月，也可能是 10 月。"
        "'{raw}' for '{label}' may be January or October."
        "请按 2025-06-30 的格式填写。"
        "Write it like 2025-06-30."
    /// Two cells for one question.
    CellTwice "WF16" Syntactical Block
        "“{label}”在表中出现两次，均未采用。"
        "'{label}' occurs twice and neither was used."
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
        "“{label}”只能选一项，填报的是“{raw}”，均未采用。"
        "'{label}' takes one option and '{raw}' was entered; neither was used."
        "请从下拉列表中只选一项。"
        "Choose one option from the list."
    /// A tick, a word or a letter in the wrong case instead of an option.
    OptionForm "WF36" Syntactical Warn
        "“{label}”填报的“{raw}”已识别为“{value}”。"
        "'{raw}' for '{label}' was read as '{value}'."
        "请核实；无误的请说明。"
        "Correct it, or confirm it with a reason."
    /// An option recognised only by its wording without punctuation.
    OptionUnsure "WF36.unsure" Syntactical Warn
        "“{label}”填报的“{raw}”与选项文字不完全一致，已识别为“{value}”。"
        "'{raw}' for '{label}' differs from the wording of the option and was read as '{value}'."
        "请核实；无误的请说明。"
        "Correct it, or confirm it with a reason."
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
    use crate::questionnaire::QuestionType;

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
    fn what_is_asked_for_fits_the_control() {
        let check = |kind, zh: &str| {
            let slots = [
                ("label", Text::new("甲", "A")),
                ("how", QuestionType::how_to_answer(kind)),
            ];
            assert_eq!(Builtin::Required.message(&slots).zh, zh);
        };
        check(QuestionType::Money, "“甲”未填写。请填写；数为零的填 0。");
        check(QuestionType::Level, "“甲”未填写。请从下拉列表中选择。");
        check(QuestionType::Date, "“甲”未填写。请填写日期，如 2025-06-30。");
    }

    #[test]
    fn slots_are_filled_once() {
        let both = |text: &str| Text::new(text, text);
        let message = Builtin::NotANumber.message(&[("label", both("x{raw}")), ("raw", both("{label"))]);
        assert_eq!(
            message.en,
            "'{label' for 'x{raw}' is not a number. Enter the number itself."
        );
    }
}
