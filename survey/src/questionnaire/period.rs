//! Periods, and the years that texts name: `{y1}` stands for the year of the period `y1` of the round.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Questionnaire;
use crate::{codes::DocumentCode, document::DocumentFault, text::Text};

/// A period that a question may speak of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Period {
    /// Label in Chinese.
    pub zh: String,
    /// Label in English.
    pub en: String,
    /// The year, counted from the survey year: -1 is the year before it. Absent for the time of filling in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub year: Option<i32>,
    /// Whether it is the last day of that year, not the whole of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub at_end: bool,
}

impl Period {
    /// The label.
    pub fn label(&self) -> Text {
        Text::new(&*self.zh, &*self.en)
    }

    /// The year or the day that stands for its placeholder in a round of this year.
    fn named(&self, survey_year: i32) -> Option<Text> {
        let year = survey_year.checked_add(self.year?)?;
        Some(if self.at_end {
            Text::new(format!("{year}年12月31日"), format!("31 December {year}"))
        } else {
            Text::new(year.to_string(), year.to_string())
        })
    }
}

impl Questionnaire {
    /// Whether it can be asked in this year: from the survey year to the last one, or in the survey year alone.
    pub fn serves(&self, year: i32) -> bool {
        (self.survey_year..=self.last_survey_year.unwrap_or(self.survey_year)).contains(&year)
    }

    /// The questionnaire as it is asked in a year: every text names the years of that round.
    ///
    /// Whether it may be asked in that year is another question ([`Questionnaire::serves`]).
    pub fn in_year(&self, year: i32) -> Result<Self, Vec<DocumentFault>> {
        let shape = |error: serde_json::Error| {
            vec![DocumentFault::of(
                DocumentCode::JsonShape,
                "",
                error.to_string(),
                error.to_string(),
            )]
        };
        let mut document = serde_json::to_value(self).map_err(shape)?;
        self.name_years(&mut document, year);
        let mut asked: Self = serde_json::from_value(document).map_err(shape)?;
        asked.survey_year = year;
        Ok(asked)
    }

    /// What stands for a placeholder in a round of this year; nothing where no period of a year has this code.
    fn placeholder(&self, name: &str, year: i32) -> Option<Text> {
        self.periods.get(name)?.named(year)
    }

    fn name_years(&self, value: &mut Value, year: i32) {
        match value {
            Value::Object(fields) => {
                if let (Some(Value::String(zh)), Some(Value::String(en))) = (fields.get("zh"), fields.get("en")) {
                    let zh = filled(zh, |name| Some(self.placeholder(name, year)?.zh));
                    let en = filled(en, |name| Some(self.placeholder(name, year)?.en));
                    fields.insert("zh".to_owned(), Value::String(zh));
                    fields.insert("en".to_owned(), Value::String(en));
                    return;
                }
                fields.values_mut().for_each(|value| self.name_years(value, year));
            }
            Value::Array(items) => items.iter_mut().for_each(|value| self.name_years(value, year)),
            _ => {}
        }
    }

    /// The placeholders of a text that stand for nothing.
    pub(crate) fn unknown_placeholders<'t>(&self, text: &'t str) -> Vec<&'t str> {
        let mut unknown = Vec::new();
        let mut rest = text;
        while let Some((_, after)) = rest.split_once('{') {
            // One that is not closed names the rest of the text.
            let (name, left) = after.split_once('}').unwrap_or((after, ""));
            if self.placeholder(name, self.survey_year).is_none() {
                unknown.push(name);
            }
            rest = left;
        }
        unknown
    }
}

/// A text with its placeholders filled in; one that stands for nothing stays.
fn filled(text: &str, named: impl Fn(&str) -> Option<String>) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let placeholder = after.split_once('}');
        if let Some((year, left)) = placeholder.and_then(|(name, left)| Some((named(name)?, left))) {
            filled.push_str(&year);
            rest = left;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled + rest
}
