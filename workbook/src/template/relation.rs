//! Edit rules as people write them: `研发人员 ≤ 从业人员期末人数`.

use survey::{
    questionnaire::{EditRule, Questionnaire},
    text::Text,
};

/// The relation that a rule demands, where it is a plain comparison of questions, derived values and numbers.
pub(super) fn of(rule: &EditRule, questionnaire: &Questionnaire) -> Option<Text> {
    let (mut zh, mut en) = (Vec::new(), Vec::new());
    let mut compared = 0;
    for word in rule.expression.split_whitespace() {
        let text = match word {
            "<=" => Text::new("≤", "≤"),
            ">=" => Text::new("≥", "≥"),
            "==" => Text::new("＝", "="),
            "<" | ">" | "+" | "-" => Text::new(word, word),
            "*" => Text::new("×", "×"),
            _ => name(word, questionnaire)?,
        };
        compared += u32::from(matches!(word, "<=" | ">=" | "==" | "<" | ">"));
        zh.push(text.zh);
        en.push(text.en);
    }
    (compared == 1).then(|| Text::new(zh.join(" "), en.join(" ")))
}

/// A number as people write it, or the label of what a code stands for.
fn name(word: &str, questionnaire: &Questionnaire) -> Option<Text> {
    if let Ok(number) = word.parse::<f64>() {
        return Some(Text::new(number.to_string(), number.to_string()));
    }
    let mut questions = questionnaire.questions.iter();
    let question = questions.find(|question| question.code == word);
    let derived = || questionnaire.derived.iter().find(|derived| derived.code == word);
    question
        .map(|question| question.label.clone())
        .or_else(|| Some(derived()?.label.clone()))
}
