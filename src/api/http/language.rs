//! The language of a template.

use poem_openapi::Enum;
use workbook::language::Language;

/// The language in which a template is written.
#[derive(Clone, Copy, Debug, Default, Enum)]
#[oai(rename_all = "snake_case")]
pub(crate) enum TemplateLanguage {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
    /// Chinese with English below.
    Both,
}

impl From<TemplateLanguage> for Language {
    fn from(language: TemplateLanguage) -> Self {
        match language {
            TemplateLanguage::Zh => Self::Zh,
            TemplateLanguage::En => Self::En,
            TemplateLanguage::Both => Self::Both,
        }
    }
}
