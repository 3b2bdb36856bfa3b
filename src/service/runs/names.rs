//! What the codes of a run are called: its methodology, areas, industries, size classes, levels and stages.

use std::collections::{BTreeMap, BTreeSet};

use index::compile::OverReturns;
use survey::text::Text;

use crate::{
    domain::{
        count::count,
        run::{Run, RunState},
    },
    service::{
        Service,
        error::{ServiceError, codes},
    },
    store,
};

/// Characters of an industry code that name a division of GB/T 4754: the section's letter and two digits.
pub(crate) const DIVISION: u32 = 3;

/// Names by code. A code without a name stands for itself.
pub struct RunNames {
    /// Title of the methodology.
    pub methodology: Text,
    /// Title of the round.
    pub round: String,
    /// Decimals of scores in print.
    pub decimals: u32,
    areas: BTreeMap<String, String>,
    industries: BTreeMap<String, String>,
    bands: Vec<(i32, Text)>,
}

impl RunNames {
    /// The names of a run; `codes` are pairs of area and industry of its results.
    pub(crate) async fn of<'c>(
        service: &Service,
        run: &Run,
        methodology: &OverReturns,
        codes: impl Iterator<Item = (&'c str, &'c str)>,
    ) -> Result<Self, ServiceError> {
        let conn = service.db.read();
        let (mut areas, mut industries) = (BTreeSet::new(), BTreeSet::new());
        for (area, industry) in codes {
            areas.insert(area.to_owned());
            industries.insert(division(industry));
            industries.insert(industry.to_owned());
        }
        let document = store::document::find_documents(conn, &[run.methodology]).await?;
        let document = document.into_iter().next();
        let document = document.ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))?;
        let bands = methodology.bands().into_iter();
        Ok(Self {
            methodology: Text::new(document.title_zh, document.title_en),
            round: store::round::find_round(conn, run.round).await?.title,
            decimals: methodology.print_decimals(),
            areas: store::area::area_names(conn, &areas).await?,
            industries: store::industry::industry_names(conn, &industries).await?,
            bands: bands
                .filter_map(|(number, label)| Some((i32::try_from(number).ok()?, label)))
                .collect(),
        })
    }

    /// The name of an area.
    pub fn area<'a>(&'a self, code: &'a str) -> &'a str {
        self.areas.get(code).map_or(code, String::as_str)
    }

    /// The name of an industry.
    pub fn industry<'a>(&'a self, code: &'a str) -> &'a str {
        self.industries.get(code).map_or(code, String::as_str)
    }

    /// The label of a level or stage.
    pub fn band(&self, number: i32) -> Text {
        let found = self.bands.iter().find(|(own, _)| *own == number);
        found.map_or_else(
            || Text::new(number.to_string(), number.to_string()),
            |(_, label)| label.clone(),
        )
    }

    /// The levels or stages from the highest down.
    pub fn bands(&self) -> &[(i32, Text)] {
        &self.bands
    }
}

/// The division of an industry.
pub(crate) fn division(industry: &str) -> String {
    industry.chars().take(count(DIVISION)).collect()
}

/// The state of a run in words.
pub fn state_name(state: RunState) -> Text {
    match state {
        RunState::Computing => Text::new("计算中", "Computing"),
        RunState::Draft => Text::new("草稿", "Draft"),
        RunState::Frozen => Text::new("已定稿", "Frozen"),
        RunState::Published => Text::new("已发布", "Published"),
        RunState::Superseded => Text::new("已被取代", "Superseded"),
    }
}
