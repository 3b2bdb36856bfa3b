//! A composite over the returns of a round: the figures of every return go in, the scores of all of them come out.
//!
//! A return does not stand alone here: scales, treatment and ranks need everybody's figures. So there are two steps:
//! [`CompiledComposite::figures`] takes from one return what is kept of it, [`CompiledComposite::score`] scores all.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use survey::text::Text;

use crate::{
    compile::{CompiledComposite, CompositeColumn},
    composite::{
        Alone, Column, CompositeDetail, CompositeError, Contribution, ContributionScale, ImputedFigure, Matrix, Method,
        Stage, StageConditions, Step, YearInput, YearResult, compute_with, explain_unit,
    },
    exact::Fixed,
    ladder::{Attained, AttainedKind, MissedRow, StageRow},
    robustness::Prepared,
    scoring::{Facts, Figure, MissingReason, NodeKind, NotScored, Scored, ScoredNode},
    source::figure,
};

/// What is kept of one return, column by column of the methodology.
#[derive(Clone, Debug, PartialEq)]
pub struct Figures(Vec<Result<f64, MissingReason>>);

/// A return on its way into a score.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitFigures {
    /// The unit: credit code.
    pub unit: String,
    /// Its figures of this year.
    pub figures: Figures,
    /// Its figures of the year before, where there are any; looked at only where [`CompiledComposite::needs_last_year`].
    pub last_year: Option<Figures>,
    /// Its groups, in the order of [`CompiledComposite::group_columns`].
    pub groups: Vec<Option<String>>,
}

/// The scores of all returns.
#[derive(Clone, Debug)]
pub struct CompositeScores {
    result: YearResult,
    /// Column of the score that units are ranked by.
    main: usize,
    /// What went in, in the order in which it did.
    units: Vec<Arc<UnitFigures>>,
    /// The year of the round.
    year: i64,
    /// Row of each unit in the result; none where it was screened out.
    rows: Vec<Option<usize>>,
    /// The nodes in the order of explanations.
    frames: Vec<Frame>,
}

/// The figure of an indicator as it is compared: itself, or divided by the size of the unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quotient<'m> {
    pub(crate) indicator: &'m CompositeColumn,
    pub(crate) column: usize,
    /// The column of the size, and the factor of the quotient.
    by: Option<(usize, f64)>,
}

impl Quotient<'_> {
    fn size(self, figures: &Figures) -> Option<f64> {
        let size = match self.by {
            None => 1.0,
            Some((column, factor)) => figures.get(column)? / factor,
        };
        Some(size).filter(|size| *size != 0.0)
    }

    fn of(self, figures: &Figures) -> Option<f64> {
        Some(figures.get(self.column)? / self.size(figures)?)
    }
}

impl CompiledComposite {
    /// What is kept of a return. `not_applicable` are the questions of which the reviewer has agreed that they do not
    /// apply.
    pub fn figures(&self, facts: &dyn Facts, not_applicable: &BTreeSet<String>) -> Figures {
        let columns = self.columns.iter();
        Figures(
            columns
                .map(|column| figure(&column.source, facts, not_applicable))
                .collect(),
        )
    }

    /// Whether missing figures are filled from the year before.
    pub fn needs_last_year(&self) -> bool {
        let steps = self.method.steps.iter();
        steps
            .into_iter()
            .any(|step| matches!(step, Step::ImputeOverYears { .. }))
    }

    /// The columns of groups that it needs, each a fact of the registry: `area`, `industry`, `size_class`.
    pub fn group_columns(&self) -> Vec<String> {
        self.method.groups().into_iter().collect()
    }

    /// The indicators as they are compared; one that is divided by what has no column is left out.
    pub(crate) fn quotients(&self) -> Vec<Quotient<'_>> {
        let mut quotients = Vec::with_capacity(self.columns.len());
        let indicators = self.columns.iter().enumerate();
        for (column, indicator) in indicators.filter(|(_, column)| !column.denominator) {
            let denominator = self.method.denominator(&indicator.code);
            let by = denominator.and_then(|denominator| {
                let is_size = |column: &CompositeColumn| column.denominator && column.code == denominator.by;
                Some((self.columns.iter().position(is_size)?, denominator.factor))
            });
            if denominator.is_some() == by.is_some() {
                quotients.push(Quotient { indicator, column, by });
            }
        }
        quotients
    }

    /// The questions that an indicator hangs on, those of what it is divided by included; none of an aggregate.
    pub(crate) fn questions(&self, code: &str) -> Arc<[String]> {
        let column = |code: &str, denominator: bool| {
            let mut columns = self.columns.iter();
            columns.find(|column| column.code == code && column.denominator == denominator)
        };
        let Some(own) = column(code, false) else {
            return Arc::default();
        };
        let by = self.method.denominator(code).and_then(|by| column(&by.by, true));
        let Some(by) = by else {
            return own.source.questions.clone();
        };
        let own = own.source.questions.iter();
        let more = by
            .source
            .questions
            .iter()
            .filter(|question| !own.clone().any(|own| own == *question));
        own.clone().chain(more).cloned().collect()
    }

    /// Scores the returns of a round, `year` being the year of the round.
    ///
    /// # Errors
    /// Where the methodology refuses the figures, naming indicator and unit.
    pub fn score(&self, year: i64, units: Vec<UnitFigures>) -> Result<CompositeScores, CompositeError> {
        self.score_anew(year, units.into_iter().map(Arc::new).collect())
    }

    fn score_anew(&self, year: i64, units: Vec<Arc<UnitFigures>>) -> Result<CompositeScores, CompositeError> {
        self.score_by(year, units, |years| self.method.run(years)?.pop().ok_or_else(no_root))
    }

    /// Scores figures with a run of the method of the last of some years.
    fn score_by(
        &self,
        year: i64,
        units: Vec<Arc<UnitFigures>>,
        run: impl FnOnce(Vec<YearInput>) -> Result<YearResult, CompositeError>,
    ) -> Result<CompositeScores, CompositeError> {
        let mut years = Vec::with_capacity(2);
        if self.needs_last_year() {
            let known: Vec<(&UnitFigures, &Figures)> = units
                .iter()
                .filter_map(|unit| Some((&**unit, unit.last_year.as_ref()?)))
                .collect();
            if !known.is_empty() {
                years.push(self.year(year - 1, &known)?);
            }
        }
        let of_this: Vec<(&UnitFigures, &Figures)> = units.iter().map(|unit| (&**unit, &unit.figures)).collect();
        years.push(self.year(year, &of_this)?);
        let result = run(years)?;
        if let Some(code) = result.scales.turned_over(&self.method.tree).next() {
            return Err(CompositeError::TurnedOver { code: code.to_owned() });
        }
        let places: BTreeMap<&str, usize> = (0..)
            .zip(result.figures.units())
            .map(|(row, unit)| (unit.as_str(), row))
            .collect();
        let rows = units
            .iter()
            .map(|unit| places.get(unit.unit.as_str()).copied())
            .collect();
        let main = self.main_column(&result)?;
        let (tree, plan) = (&self.method.tree, &self.method.plan);
        let frames = match result.figures.units() {
            [] => Vec::new(),
            _ => Frame::all(self, &explain_unit(tree, plan, &result.figures, &result.composite, 0)),
        };
        Ok(CompositeScores {
            result,
            main,
            units,
            year,
            rows,
            frames,
        })
    }

    fn year(&self, year: i64, units: &[(&UnitFigures, &Figures)]) -> Result<YearInput, CompositeError> {
        let codes: Vec<String> = units.iter().map(|(unit, _)| unit.unit.clone()).collect();
        let matrix = |denominators: bool| {
            let columns = (0..)
                .zip(&self.columns)
                .filter(|(_, column)| column.denominator == denominators);
            let columns: Result<Vec<Column>, CompositeError> = columns
                .map(|(at, column): (usize, _)| {
                    let cell = |(_, figures): &(&UnitFigures, &Figures)| figures.get(at);
                    Column::new(column.code.clone(), units.iter().map(cell))
                })
                .collect();
            Matrix::new(codes.clone(), columns?)
        };
        let groups = (0..).zip(self.group_columns()).map(|(at, name): (usize, _)| {
            let of = units.iter().map(|(unit, _)| unit.groups.get(at).cloned().flatten());
            (name, of.collect())
        });
        Ok(YearInput {
            year: Some(year),
            data: matrix(false)?,
            denominators: matrix(true)?,
            groups: groups.collect(),
        })
    }

    /// The root that the tree begins with.
    fn main_column(&self, result: &YearResult) -> Result<usize, CompositeError> {
        let root = self.method.tree.main_root().ok_or_else(no_root)?;
        let columns = result.composite.scores.columns();
        let at = columns.iter().position(|column| column.code() == root.code);
        at.ok_or_else(|| CompositeError::UnknownNode {
            code: root.code.clone(),
        })
    }
}

impl Figures {
    fn get(&self, column: usize) -> Option<f64> {
        self.0.get(column)?.ok()
    }

    fn missing(&self, column: usize) -> Option<MissingReason> {
        self.0.get(column)?.err()
    }
}

impl CompositeScores {
    /// The score that units are ranked by, as it is published; none for a unit that is not ranked.
    pub fn score(&self, unit: usize) -> Option<f64> {
        let scores = self.result.published.as_ref().unwrap_or(&self.result.composite.scores);
        scores.columns().get(self.main)?.get(self.row(unit)?)
    }

    /// The rank by that score.
    pub fn rank(&self, unit: usize) -> Option<u32> {
        *self.result.composite.ranks.get(self.main)?.get(self.row(unit)?)?
    }

    /// Code of the node that units are ranked by.
    pub fn main_node(&self) -> &str {
        let main = self.result.composite.scores.columns().get(self.main);
        main.map_or("", Column::code)
    }

    /// The result of the last year, with every step on the way.
    pub fn result(&self) -> &YearResult {
        &self.result
    }

    /// The scores with other figures of one return, all computed anew: what a run would give if nothing else changed.
    ///
    /// # Errors
    /// Where the methodology refuses the figures.
    pub fn rerun(
        &self,
        methodology: &CompiledComposite,
        unit: usize,
        figures: Figures,
    ) -> Result<Self, CompositeError> {
        methodology.score_anew(self.year, self.with_figures(unit, figures))
    }

    /// The scores with other figures of one return, where all that was fitted to everybody's figures (fillings, treatment,
    /// scales) is held as it is.
    ///
    /// # Errors
    /// Where the methodology refuses the figures.
    pub fn frozen(
        &self,
        methodology: &CompiledComposite,
        unit: usize,
        figures: Figures,
    ) -> Result<Self, CompositeError> {
        let units = self.with_figures(unit, figures);
        let code = units.get(unit).map(|unit| unit.unit.clone()).unwrap_or_default();
        methodology.score_by(self.year, units, |years| {
            methodology.method.run_frozen(&self.result, years, &code)
        })
    }

    fn with_figures(&self, unit: usize, figures: Figures) -> Vec<Arc<UnitFigures>> {
        let mut units = self.units.clone();
        if let Some(changed) = units.get_mut(unit) {
            *changed = Arc::new(UnitFigures {
                figures,
                ..UnitFigures::clone(changed)
            });
        }
        units
    }

    /// The unit by itself, with all that was fitted as it is.
    pub(crate) fn alone<'s>(&'s self, methodology: &'s CompiledComposite, unit: usize) -> Option<Alone<'s>> {
        Alone::of(&methodology.method, &self.result, self.row(unit)?)
    }

    /// What one of a quotient is in the figures of a unit: its size where the methodology divides by it; none where that is
    /// missing or zero.
    pub(crate) fn size(&self, quotient: Quotient<'_>, unit: usize) -> Option<f64> {
        quotient.size(&self.units.get(unit)?.figures)
    }

    /// The figure of a unit as it is compared.
    pub(crate) fn quotient(&self, quotient: Quotient<'_>, unit: usize) -> Option<f64> {
        quotient.of(&self.units.get(unit)?.figures)
    }

    /// The least and the greatest of each quotient over all units; from infinity to minus infinity where there is none.
    pub(crate) fn ranges(&self, quotients: &[Quotient<'_>]) -> Vec<(f64, f64)> {
        let mut ranges = vec![(f64::INFINITY, f64::NEG_INFINITY); quotients.len()];
        // Unit by unit, as their figures lie in memory.
        for unit in &self.units {
            for ((least, greatest), quotient) in ranges.iter_mut().zip(quotients) {
                if let Some(figure) = quotient.of(&unit.figures) {
                    (*least, *greatest) = (least.min(figure), greatest.max(figure));
                }
            }
        }
        ranges
    }

    /// Whether a figure is missing because it does not apply to the unit.
    pub(crate) fn does_not_apply(&self, column: usize, unit: usize) -> bool {
        let missing = self.units.get(unit).and_then(|unit| unit.figures.missing(column));
        matches!(missing, Some(MissingReason::NotRelevant | MissingReason::NotApplicable))
    }

    /// The place of the level above a unit's own among the levels; none at the top and without one.
    pub(crate) fn next_level(&self, methodology: &CompiledComposite, unit: usize) -> Option<usize> {
        let code = self.result.levels.as_ref()?.get(self.row(unit)?)?.as_ref()?;
        let levels = methodology.method.cuts.as_ref()?.levels.iter();
        levels
            .map(|(level, _)| level)
            .position(|level| level == code)?
            .checked_sub(1)
    }

    /// The row above a unit's own among the stages; none at the top and without one.
    pub(crate) fn next_stage<'m>(&self, stages: &'m StageConditions, unit: usize) -> Option<&'m StageRow> {
        let own = (*self.result.development_stages.as_ref()?.get(self.row(unit)?)?)?;
        stages.ladder.above(own)
    }

    fn row(&self, unit: usize) -> Option<usize> {
        self.rows.get(unit).copied().flatten()
    }

    /// The figures of all units as another methodology that takes the same figures of a return brings them on scale.
    ///
    /// # Errors
    /// Where that methodology refuses the figures.
    pub fn prepared_under(&self, other: &CompiledComposite) -> Result<Prepared, CompositeError> {
        let scored = other.score_anew(self.year, self.units.clone())?;
        Ok(scored.prepared(other))
    }

    /// The figures of all units on scale, under the tree and the means of the methodology that scored them.
    pub fn prepared(&self, methodology: &CompiledComposite) -> Prepared {
        Prepared::of(&methodology.method, self.result.composite.normalised.clone())
    }

    /// The scores of the nodes that other units have with the scales that were fitted to these: what goes before scaling
    /// (imputation, treatment) is fitted to the others themselves. `methodology` must be the one that scored these.
    ///
    /// # Errors
    /// Where the methodology refuses the figures.
    pub fn on_scales(
        &self,
        methodology: &CompiledComposite,
        year: i64,
        units: Vec<UnitFigures>,
    ) -> Result<Matrix, CompositeError> {
        let YearResult { figures, peers, .. } = methodology.score(year, units)?.result;
        let Method { tree, plan, .. } = &methodology.method;
        let composite = compute_with(figures, peers.as_deref(), tree, plan, &self.result.scales)?;
        Ok(composite.scores)
    }

    /// The score of a unit and why. `methodology` must be the one that scored it.
    pub fn scored(&self, methodology: &CompiledComposite, unit: usize) -> Scored {
        let mut scored = Scored {
            methodology: methodology.code.clone(),
            version: methodology.version.clone(),
            applies: true,
            not_scored: None,
            nodes: Vec::new(),
            totals: BTreeMap::new(),
            scene_counts: Vec::new(),
            attained: None,
            composite: None,
        };
        let Some(row) = self.row(unit) else {
            scored.not_scored = Some(NotScored::new(
                "screened_out",
                "可用的指标太少，按评价方法不参与测算。",
                "Too little is known of the enterprise; the methodology leaves it out.",
            ));
            return scored;
        };
        let (tree, plan) = (&methodology.method.tree, &methodology.method.plan);
        let contributions = explain_unit(tree, plan, &self.result.figures, &self.result.composite, row);
        let figures = self.units.get(unit).map(|unit| &unit.figures);
        let parts = self.frames.iter().zip(&contributions);
        scored.nodes = parts
            .map(|(frame, part)| frame.node(self.frames.first(), part, figures))
            .collect();
        scored.totals = scored
            .nodes
            .iter()
            .filter(|node| node.kind != NodeKind::Indicator)
            .filter_map(|node| Some((node.code.clone(), node.score?)))
            .collect();
        if self.score(unit).is_none() {
            scored.not_scored = Some(NotScored::new(
                "not_ranked",
                "缺少的指标太多，按评价方法没有总分，不排名。",
                "Too much is missing; by the methodology there is no score and no rank.",
            ));
        }
        scored.attained = self.attained(methodology, unit);
        scored.composite = Some(Box::new(self.detail(contributions, row)));
        scored
    }

    fn detail(&self, contributions: Vec<Contribution>, row: usize) -> CompositeDetail {
        let units = self.result.figures.units();
        let imputed = self.result.stages.iter().filter_map(|stage| match stage {
            Stage::Imputed(imputed) => Some(&imputed.points),
            _ => None,
        });
        let of_unit = imputed.flatten().filter(|point| units.get(row) == Some(&point.unit));
        let percentiles = self.result.percentiles.get(self.main);
        let ranks_within = self.result.ranks_within.iter().filter_map(|(group, ranks)| {
            let rank = ranks.get(self.main)?.get(row).copied().flatten()?;
            Some((group.clone(), rank))
        });
        CompositeDetail {
            contributions,
            imputed: of_unit
                .map(|point| ImputedFigure {
                    indicator: point.code.clone(),
                    value: point.value,
                })
                .collect(),
            percentile: percentiles.and_then(|of| of.get(row).copied().flatten()),
            ranks_within: ranks_within.collect(),
        }
    }

    /// The level or stage of a unit, where the methodology has any. `methodology` must be the one that scored it.
    pub fn attained(&self, methodology: &CompiledComposite, unit: usize) -> Option<Attained> {
        let row = self.row(unit)?;
        match &methodology.method.stages {
            Some(stages) => self.stage_attained(methodology, stages, row),
            None => self.level_attained(methodology, row),
        }
    }

    fn stage_attained(
        &self,
        methodology: &CompiledComposite,
        stages: &StageConditions,
        row: usize,
    ) -> Option<Attained> {
        (*self.result.development_stages.as_ref()?.get(row)?)?;
        let of = self.result.scores_as(stages.published);
        stages
            .ladder
            .attained(&stages.scores(of, row, methodology.method.level_precision()))
    }

    fn level_attained(&self, methodology: &CompiledComposite, row: usize) -> Option<Attained> {
        let cuts = methodology.method.cuts.as_ref()?;
        let code = self.result.levels.as_ref()?.get(row)?.as_ref()?;
        let reached = cuts.levels.iter().position(|(level, _)| level == code)?;
        let found = self.result.scores_as(cuts.published).column(&cuts.node)?.get(row)?;
        let condition = |least: Option<f64>| match least {
            Some(least) => format!("{} >= {least}", cuts.node),
            None => String::new(),
        };
        let missed = cuts.levels.get(..reached).unwrap_or_default().iter();
        let missed = missed.map(|(level, least)| {
            let short = least.map(|least| least - found);
            let condition = condition(*least);
            MissedRow {
                value: rung(&cuts.levels, level),
                label: methodology.level_label(level),
                message: Text::new(format!("{condition} 不成立。"), format!("{condition} does not hold.")),
                condition,
                found: fixed(found),
                required: least.and_then(fixed),
                short_by: short.and_then(fixed),
            }
        });
        Some(Attained {
            kind: AttainedKind::Level,
            value: rung(&cuts.levels, code),
            label: methodology.level_label(code),
            rule: condition(cuts.levels.get(reached).and_then(|(_, least)| *least)),
            until_confirmed: None,
            missed: missed.collect(),
        })
    }
}

/// The number of a level: 1 for the lowest.
fn rung(levels: &[(String, Option<f64>)], code: &str) -> u32 {
    let above = levels.iter().position(|(level, _)| level == code).unwrap_or_default();
    u32::try_from(levels.len() - above).unwrap_or(u32::MAX)
}

/// What is the same of a node for every unit.
#[derive(Clone, Debug)]
struct Frame {
    code: Arc<str>,
    label: Arc<Text>,
    kind: NodeKind,
    parent: Option<Arc<str>>,
    /// The column of an indicator.
    column: Option<usize>,
    source: Option<Arc<str>>,
    questions: Arc<[String]>,
    /// Percent of its parent.
    weight: Option<Fixed>,
}

impl Frame {
    /// The frame of every node, in the order of the contributions of any unit.
    fn all(methodology: &CompiledComposite, parts: &[Contribution]) -> Vec<Self> {
        let mut children: BTreeMap<&str, Vec<&Contribution>> = BTreeMap::new();
        for part in parts {
            children
                .entry(part.parent.as_deref().unwrap_or_default())
                .or_default()
                .push(part);
        }
        let has_children = |part: &Contribution| children.contains_key(part.node.as_str());
        let of = |part: &Contribution| {
            let below = children.get(part.node.as_str()).map_or(&[][..], Vec::as_slice);
            let siblings = children.get(part.parent.as_deref().unwrap_or_default());
            let whole: f64 = siblings.into_iter().flatten().map(|sibling| sibling.weight).sum();
            let mut columns = methodology.columns.iter();
            let column = columns
                .position(|column| column.code == part.node && !column.denominator)
                .filter(|_| below.is_empty());
            let source = column
                .and_then(|at| methodology.columns.get(at))
                .map(|column| &column.source);
            Self {
                code: Arc::from(part.node.as_str()),
                label: methodology.label(&part.node),
                kind: match below {
                    [] => NodeKind::Indicator,
                    below if part.parent.is_some() && !below.iter().any(|child| has_children(child)) => NodeKind::Block,
                    _ => NodeKind::Aggregate,
                },
                parent: part.parent.as_deref().map(Arc::from),
                column,
                source: source.map(|source| Arc::from(source.expression.text())),
                questions: methodology.questions(&part.node),
                weight: part.parent.as_ref().and_then(|_| percent(part.weight / whole)),
            }
        };
        parts.iter().map(of).collect()
    }

    /// The node of one unit.
    fn node(&self, root: Option<&Self>, part: &Contribution, figures: Option<&Figures>) -> ScoredNode {
        let figure = self.column.and_then(|column| figures?.get(column));
        let missing = match self.column {
            Some(column) => figures.and_then(|figures| figures.missing(column)),
            None => part.score.is_none().then_some(MissingReason::NothingBelow),
        };
        let mut contributions = BTreeMap::new();
        if part.scale == ContributionScale::Score {
            let to_parent = self.parent.clone().zip(part.contribution.and_then(fixed));
            let to_root = root
                .map(|root| root.code.clone())
                .zip(part.top_contribution.and_then(fixed));
            contributions.extend(to_parent);
            contributions.extend(to_root);
        }
        ScoredNode {
            code: self.code.clone(),
            label: self.label.clone(),
            kind: self.kind,
            parent: self.parent.clone(),
            source: self.source.clone(),
            depends_on: self.questions.clone(),
            value: figure.and_then(fixed).map(Figure::Number),
            score: part.score.and_then(fixed),
            weight: self.weight,
            effective_weight: self
                .parent
                .as_ref()
                .and_then(|_| percent(part.weight_used.unwrap_or_default())),
            contributions,
            rounding_residual: None,
            missing,
        }
    }
}

fn fixed(number: f64) -> Option<Fixed> {
    Fixed::from_observed(number, Fixed::DECIMALS)
}

fn percent(share: f64) -> Option<Fixed> {
    fixed(100.0 * share)
}

/// A tree without a root, which none is.
fn no_root() -> CompositeError {
    CompositeError::UnknownNode { code: String::new() }
}
