//! Options as they are printed beside their question, for whoever reads or fills in on paper.

use super::{
    field::Field,
    lists::{LONGEST_HIDDEN, codes_sheet},
    measure::width,
};
use crate::language::Language;

/// Options longer than this stand on a line each.
const LONGEST_INLINE: f64 = 24.0;

/// The options of a field that has no rows for them; empty for one without options. A long list has a sheet of its own.
pub(super) fn printed(field: &Field<'_>, language: Language) -> String {
    if field.options.is_empty() {
        return String::new();
    }
    if field.options.len() > LONGEST_HIDDEN {
        let sheet = codes_sheet(language);
        return match language {
            Language::En => format!("Codes: see sheet \"{sheet}\"."),
            _ => format!("代码见工作表“{sheet}”。"),
        };
    }
    let shown = || field.options.iter().map(|choice| language.choice(*choice));
    if shown().any(|option| width(&option) > LONGEST_INLINE) {
        shown().collect::<Vec<_>>().join("\n")
    } else {
        in_line(field, language)
    }
}

/// The options of a field within a line.
pub(super) fn in_line(field: &Field<'_>, language: Language) -> String {
    let shown: Vec<String> = field.options.iter().map(|choice| language.choice(*choice)).collect();
    shown.join(if language == Language::En { "; " } else { "；" })
}
