//! One enterprise's result with everything that a person asks about it, for a page to print.

use index::{card::Figure, exact::Fixed, explain::Change};
use serde::Deserialize;
use survey::{survey::Survey, text::Text};

use super::{
    explain::{Explanation, explain_result, improve_result},
    names::RunNames,
    robustness::EnterpriseRobustness,
    statistics::{Benchmark, benchmark},
};
use crate::{
    domain::{access::Principal, enterprise::EnterpriseId, run::RunId},
    service::{
        Service,
        error::{ServiceError, codes},
    },
    store,
};

/// The result of an enterprise, among its peers, with the way up and how certain its rank is.
pub struct ResultSummary {
    /// Score, level or stage, what they come from, what was missing.
    pub explanation: Explanation,
    /// What the codes are called.
    pub names: RunNames,
    /// When the run was made, as the county's clock showed it.
    pub made_at: String,
    /// Where it stands among its peers; absent without a score or a size class.
    pub benchmark: Option<Benchmark>,
    /// What would reach the next level or stage; absent where nothing is above it, or without a result.
    pub way_up: Option<WayUp>,
    /// Between which ranks it lies; absent where the robustness of the run was not tested.
    pub certainty: Option<RankCertainty>,
}

/// What would reach the next level or stage.
pub struct WayUp {
    /// Its label.
    pub label: Text,
    /// Improvements each of which reaches it alone, the smallest first.
    pub alone: Vec<Improved>,
    /// Improvements that reach it together; empty where no combination does.
    pub together: Vec<Improved>,
}

/// A value that would be better.
pub struct Improved {
    /// What it is called.
    pub label: Text,
    /// What it is; absent where it is missing.
    pub from: Option<Text>,
    /// What it would be.
    pub to: Text,
}

/// How certain a rank is.
#[derive(Deserialize)]
pub struct RankCertainty {
    /// How often the ranking was computed with other weights.
    pub replications: u32,
    /// By how much a weight moved at most, as a share of itself.
    pub noise: f64,
    /// Labels of the levels whose probabilities are told, from the lowest up.
    #[serde(default)]
    pub levels: Vec<Text>,
    /// This enterprise alone.
    enterprises: Vec<EnterpriseRobustness>,
}

impl RankCertainty {
    /// Between which ranks the enterprise lies.
    pub fn interval(&self) -> Option<&EnterpriseRobustness> {
        self.enterprises.first()
    }
}

/// Improvements that a page lists.
const LISTED: usize = 5;

/// Tells the result of an enterprise in a run.
pub async fn result_summary(
    service: &Service,
    caller: &Principal,
    run: RunId,
    enterprise: EnterpriseId,
) -> Result<ResultSummary, ServiceError> {
    let explanation = explain_result(service, caller, run, enterprise).await?;
    let round = store::round::find_round(service.db.read(), explanation.run.round).await?;
    let form = service.form(&round).await?;
    let methodology = service.methodology(explanation.run.methodology, &round).await?;
    let result = &explanation.result;
    let codes = [(&*result.area_code, &*result.industry_code)];
    let names = RunNames::of(service, &explanation.run, &methodology, codes.into_iter()).await?;
    let benchmark = match benchmark(service, caller, run, enterprise).await {
        Err(error) if error.is(codes::runs::NOT_SCORED) => None,
        found => Some(found?),
    };
    let improvement = improve_result(service, caller, run, enterprise).await?;
    let way_up = improvement.map(|improvement| {
        let words = |change: &Change| improved(&form.survey, change);
        WayUp {
            label: improvement.label,
            alone: improvement.single.iter().take(LISTED).map(words).collect(),
            together: improvement.combination.iter().flatten().map(words).collect(),
        }
    });
    Ok(ResultSummary {
        certainty: certainty_of(service, run, enterprise).await?,
        made_at: service
            .local(explanation.run.created_at)
            .format("%Y-%m-%d %H:%M")
            .to_string(),
        names,
        benchmark,
        way_up,
        explanation,
    })
}

/// What the newest robustness test of a run says of an enterprise; none where there is no test, or it does not list it.
async fn certainty_of(
    service: &Service,
    run: RunId,
    enterprise: EnterpriseId,
) -> Result<Option<RankCertainty>, ServiceError> {
    let Some(found) = store::job::newest_robustness(service.db.read(), run).await? else {
        return Ok(None);
    };
    let mut found: RankCertainty = serde_json::from_value(found).map_err(ServiceError::internal)?;
    found.enterprises.retain(|own| own.enterprise_id == enterprise);
    Ok(Some(found).filter(|found| !found.enterprises.is_empty()))
}

fn improved(survey: &Survey, change: &Change) -> Improved {
    let words = |figure: &Figure| {
        let text = figure_words(survey, &change.source, figure);
        match (figure, change.unit.as_str()) {
            (Figure::Number(_), "%") => Text::new(format!("{}%", text.zh), format!("{} %", text.en)),
            (Figure::Number(_), unit) if !unit.is_empty() => {
                Text::new(format!("{} {unit}", text.zh), format!("{} {unit}", text.en))
            }
            _ => text,
        }
    };
    Improved {
        label: (*change.label).clone(),
        from: change.from.as_ref().map(words),
        to: words(&change.to),
    }
}

/// Decimals of a figure in words.
const DECIMALS: u32 = 4;

/// A figure in words: the labels of options, where the source is a question that has them.
fn figure_words(survey: &Survey, source: &str, figure: &Figure) -> Text {
    let option = |code: &str| {
        let options = survey.options(source).iter();
        let found = options.clone().find(|option| option.code == code);
        // They stand within a sentence.
        let label = |label: &Text| Text::new(label.zh.trim_end_matches('。'), label.en.trim_end_matches('.'));
        found.map_or_else(|| Text::new(code, code), |option| label(&option.label))
    };
    match figure {
        Figure::Boolean(true) => Text::new("是", "yes"),
        Figure::Boolean(false) => Text::new("否", "no"),
        // A level is a number with a label.
        Figure::Number(number) if !survey.options(source).is_empty() => option(&number.to_string()),
        Figure::Number(number) => {
            let shown = Fixed::round(*number, DECIMALS).to_string();
            Text::new(shown.clone(), shown)
        }
        Figure::Choice(code) => option(code),
        Figure::Choices(codes) => {
            let labels: Vec<Text> = codes.iter().map(|code| option(code)).collect();
            let joined = |of: fn(&Text) -> &str, with| labels.iter().map(of).collect::<Vec<_>>().join(with);
            Text::new(joined(|label| &label.zh, "、"), joined(|label| &label.en, ", "))
        }
    }
}
