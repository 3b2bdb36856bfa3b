//! The language of a template, and of a page.

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

/// The language of a page.
#[derive(Clone, Copy, Debug, Default, Enum)]
#[oai(rename_all = "snake_case")]
pub enum PageLanguage {
    /// Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl From<PageLanguage> for Language {
    fn from(language: PageLanguage) -> Self {
        match language {
            PageLanguage::Zh => Self::Zh,
            PageLanguage::En => Self::En,
        }
    }
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
