//! Every text of the OpenAPI document can be read without its context: a noun phrase or a declarative sentence in standard terms.
//! The patterns are those of texts that were hard to understand ("Who.", "How it stands.", "What became of one row.").

use ronghe::api::http::{spec, translation};

/// First words of texts that depend on their context, and the form to use.
const BEGINNINGS: [(&str, &str); 20] = [
    ("What", "name it: \"Outcome of a row.\""),
    (
        "Who",
        "name the person: \"Name of the user who uploaded the revision.\"",
    ),
    (
        "Whose",
        "name the owner: \"Identifier of the user to whom the code belongs.\"",
    ),
    ("When", "\"Time of creation.\""),
    ("Until", "\"Time of expiry.\""),
    ("Where", "\"Location in the workbook.\""),
    ("Why", "\"Reason for the missing value.\""),
    ("Which", "\"Kind of step.\""),
    ("How", "\"Number of peers whose score is lower.\""),
    ("By", "\"Change of the mean.\", \"Sorted by name.\""),
    ("That", "\"Remark that the return was submitted again unchanged.\""),
    ("As", "\"Result in the run.\""),
    ("Of", "\"Result of `verify_run`.\""),
    ("In", "\"Description in words.\""),
    ("Those", "\"Questions without an answer.\""),
    ("Its", "\"Label.\", \"Number of the revision.\""),
    ("Only", "\"Filter by round.\", \"Absent for an indicator.\""),
    ("At", "\"Maximum number of items.\""),
    ("Something", "name it"),
    ("Tell", "\"Get the progress of a round\""),
];

/// Inverted or colloquial phrases and second terms for one thing, and the term to use.
const PHRASES: [(&str, &str); 23] = [
    ("anybody", "an enterprise, a user"),
    ("nobody", "no enterprise, no user"),
    ("somebody", "another user"),
    ("what became of", "the outcome of"),
    ("it stands", "its location, state or rank"),
    ("as it would be", "simulated"),
    ("would be another", "would change"),
    ("is another", "is different"),
    ("is asked", "is required, is surveyed"),
    ("is told", "is shown, is listed"),
    ("are told", "are shown, are listed"),
    ("otherwise than", "differently from"),
    ("all the same", "nevertheless"),
    ("when absent", "by default"),
    ("for none", "if there is none"),
    ("handed in", "uploaded"),
    ("hand in", "upload"),
    ("taken out", "removed"),
    ("put in", "imputed, added"),
    ("came about", "origin"),
    ("blocking finding", "error"),
    ("warning", "query"),
    ("that went in", "that were included"),
];

/// Chinese phrases that read as translated, and the form to use.
const CHINESE: [(&str, &str); 10] = [
    ("不写为", "默认"),
    ("没有的没有", "无此项"),
    ("时没有。", "……的无此项。"),
    ("没有此项。", "无此项"),
    ("何人", "经办人"),
    ("何时", "时间"),
    ("早的在前", "按时间顺序"),
    ("新的在前", "按时间倒序"),
    ("试读", "试运行"),
    ("预警", "核实性错误"),
];

/// Reason why an English text is not accepted; absent if it is.
fn fault(text: &str) -> Option<String> {
    // Every item of a list is a text of its own: "Kind of node. - `block`: A block of indicators.".
    for part in text.split(" - `") {
        let part = part
            .split_once("`: ")
            .filter(|_| part.len() < text.len())
            .map_or(part, |(_, said)| said);
        let first = part.split(|letter: char| !letter.is_alphabetic()).next().unwrap();
        if let Some((_, instead)) = BEGINNINGS.iter().find(|(word, _)| first == *word) {
            return Some(format!("begins with \"{first}\"; say {instead}"));
        }
    }
    let lower = text.to_lowercase();
    let found = PHRASES.iter().find(|(phrase, _)| lower.contains(phrase));
    found.map(|(phrase, instead)| format!("\"{phrase}\"; say: {instead}"))
}

#[test]
fn every_text_can_be_read_without_its_context() {
    let table = translation::table_for(&spec::document());
    let english = table.keys().filter_map(|text| Some((text, fault(text)?)));
    let chinese = table.values().filter_map(|text| {
        let (_, instead) = CHINESE.iter().find(|(phrase, _)| text.contains(phrase))?;
        Some((text, format!("say: {instead}")))
    });
    assert_eq!(english.chain(chinese).collect::<Vec<_>>(), Vec::new());
}

#[test]
fn unclear_texts_are_noticed() {
    fn check(text: &str, wrong: bool) {
        assert_eq!(fault(text).is_some(), wrong, "{text}: {:?}", fault(text));
    }
    check("What became of one row.", true);
    check("By how much it rose.", true);
    check("Who.", true);
    check("When.", true);
    check("Whose.", true);
    check("That it was, in a sentence.", true);
    check("How it stands.", true);
    check("As it would be.", true);
    check("The number that it would have; 30 when absent.", true);
    check("Blocking findings.", true);
    check("Kind of node. - `block`: What blocks are.", true);
    check("Kind of node. - `block`: A block of indicators.", false);
    check("Whether the results are identical byte for byte.", false);
    check("Number of peers whose score is lower.", false);
    check("Time of creation.", false);
    check("Create a round", false);
}
