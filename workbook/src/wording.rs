//! The comparison of wordings: what the template wrote against what came back (WF25).

use survey::{
    questionnaire::FormerWording,
    width::{half, is_invisible},
};

/// Whether two wordings say the same: blanks, line breaks, invisible marks and the width of signs aside, which programs
/// change by themselves.
pub(crate) fn same(found: &str, expected: &str) -> bool {
    let plain = |c: char| match half(c) {
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        other => other,
    };
    let says = |c: &char| !c.is_whitespace() && !is_invisible(*c);
    let letters = |text: &str| -> String { text.chars().map(plain).filter(says).collect() };
    letters(found) == letters(expected)
}

/// The same, where some of what is expected may read as it did in forms issued earlier.
pub(crate) fn same_as_ever(found: &str, expected: &str, former: &[FormerWording]) -> bool {
    let written_before = |wording: &FormerWording| {
        let before = wording.before.iter();
        let as_before = before.map(|before| expected.replace(&wording.now, before));
        as_before.into_iter().any(|as_before| same(found, &as_before))
    };
    same(found, expected)
        || former
            .iter()
            .filter(|wording| expected.contains(&wording.now))
            .any(written_before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wording_of_an_earlier_form_is_the_same() {
        let former = [FormerWording {
            now: "以下均无".to_owned(),
            before: vec!["以上都没有".to_owned(), "都没有".to_owned()],
        }];
        let check = |found: &str, expected: &str, same: bool| {
            assert_eq!(same_as_ever(found, expected, &former), same, "{found} {expected}");
        };
        check("A 以下均无", "A 以下均无", true);
        check("A 都没有", "A 以下均无", true);
        check("A 以上 都没有", "A 以下均无", true);
        check("A 都有", "A 以下均无", false);
        check("A 都没有", "A 部分没有", false);
    }
}
