//! A questionnaire as it is asked: compiled with its tables, and laid out as a workbook.

use survey::{justification::JustificationReasons, survey::Survey};
use workbook::{layout::Layout, options::OptionLists};

/// A questionnaire as it is asked: compiled with its tables, its options resolved, laid out as a workbook.
pub struct Form {
    /// The compiled questionnaire.
    pub survey: Survey,
    /// Options that come from code lists.
    pub options: OptionLists,
    /// What stands where in the workbook: all variants, for which variant an enterprise answers is itself a question.
    pub layout: Layout,
    /// Hash of the layout.
    pub layout_hash: String,
    /// The reasons that a justification may give; none where none are published.
    pub reasons: JustificationReasons,
}

impl Form {
    /// Lays out a compiled questionnaire.
    pub fn of(survey: Survey, reasons: JustificationReasons) -> Self {
        let with_list = survey
            .questionnaire()
            .questions
            .iter()
            .filter(|question| question.options_ref.is_some());
        let list = |code: &str| {
            survey
                .options(code)
                .iter()
                .map(|option| (option.code.clone(), option.label.clone()))
                .collect()
        };
        let options = with_list
            .map(|question| (question.code.clone(), list(&question.code)))
            .collect();
        let layout = Layout::of(survey.questionnaire(), &options, None);
        let layout_hash = layout.hash();
        Self {
            survey,
            options,
            layout,
            layout_hash,
            reasons,
        }
    }
}
