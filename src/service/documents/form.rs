//! A questionnaire as it is asked: compiled with its tables, and laid out as a workbook.

use std::collections::BTreeMap;

use survey::{justification::JustificationReasons, survey::Survey};
use workbook::{layout::Layout, options::OptionLists};

/// A questionnaire as it is asked: compiled with its tables, its options resolved, laid out as a workbook.
pub struct Form {
    /// The compiled questionnaire.
    pub survey: Survey,
    /// Options that come from code lists.
    pub options: OptionLists,
    /// What stands where in the workbook of all variants, for whom it is not known which one applies.
    pub layout: Layout,
    /// Hash of the layout.
    pub layout_hash: String,
    /// The layouts of the variants with their hashes, by code; none where no question decides the variant.
    variants: BTreeMap<String, (Layout, String)>,
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
        let questionnaire = survey.questionnaire();
        let layout = Layout::of(questionnaire, &options, None);
        let layout_hash = layout.hash();
        let with_variants = questionnaire.variant_question.is_some();
        let variants = questionnaire.variants.iter().filter(|_| with_variants);
        let variants = variants.map(|variant| {
            let layout = Layout::of(questionnaire, &options, Some(&variant.code));
            let hash = layout.hash();
            (variant.code.clone(), (layout, hash))
        });
        let variants = variants.collect();
        Self {
            survey,
            options,
            layout,
            layout_hash,
            variants,
            reasons,
        }
    }

    /// The layout of a variant with its hash; that of all variants where there is no such one.
    pub fn layout_of(&self, variant: Option<&str>) -> (&Layout, &str) {
        let found = variant.and_then(|variant| self.variants.get(variant));
        found.map_or((&self.layout, self.layout_hash.as_str()), |(layout, hash)| {
            (layout, hash.as_str())
        })
    }
}
