//! What the returns of a round say of their region.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use crate::{
    card::{Facts, Figure, MissingReason, NodeKind, NotScored, Scored, ScoredNode},
    document::SurveyMeasureKind,
    exact::Fixed,
    source::{FigureSource, figure},
};

use super::{CompiledRegion, RegionNode};

/// How returns give a value.
#[derive(Clone, Debug)]
pub(crate) struct RegionMeasure {
    pub(crate) kind: SurveyMeasureKind,
    /// What is taken from one return: yes or no for a share, a number for a mean.
    pub(crate) source: FigureSource,
}

/// What one return says, measure by measure of the methodology: one or zero for yes or no.
#[derive(Clone, Debug, PartialEq)]
pub struct Measured(Vec<Result<f64, MissingReason>>);

/// What the returns of a round say together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RegionTally(Vec<Tally>);

#[derive(Clone, Copy, Debug, PartialEq)]
struct Tally {
    /// What one counts as in the value: 100 for a share in percent.
    scale: f64,
    sum: f64,
    enterprises: usize,
}

impl RegionMeasure {
    fn scale(&self) -> f64 {
        match self.kind {
            SurveyMeasureKind::ShareOfEnterprises => 100.0,
            SurveyMeasureKind::MeanOfEnterprises => 1.0,
        }
    }
}

impl CompiledRegion {
    fn measures(&self) -> impl Iterator<Item = (&RegionNode, &RegionMeasure)> {
        let nodes = self.indicators.iter();
        nodes.filter_map(|node| Some((node, node.measure.as_deref()?)))
    }

    /// What a return says. `not_applicable` are the questions of which the reviewer has agreed that they do not apply.
    pub fn measure(&self, facts: &dyn Facts, not_applicable: &BTreeSet<String>) -> Measured {
        let measures = self.measures();
        Measured(
            measures
                .map(|(_, measure)| figure(&measure.source, facts, not_applicable))
                .collect(),
        )
    }

    /// Nothing counted yet.
    pub fn tally(&self) -> RegionTally {
        let measures = self.measures();
        RegionTally(
            measures
                .map(|(_, measure)| Tally {
                    scale: measure.scale(),
                    sum: 0.0,
                    enterprises: 0,
                })
                .collect(),
        )
    }

    /// What was taken from a return, as the nodes of an enterprise that itself gets no score.
    pub fn scored_return(&self, measured: &Measured) -> Scored {
        let node =
            |((node, measure), found): ((&RegionNode, &RegionMeasure), &Result<f64, MissingReason>)| ScoredNode {
                code: node.code.as_str().into(),
                label: Arc::new(node.label.clone()),
                kind: NodeKind::Indicator,
                parent: None,
                source: Some(measure.source.expression.text().into()),
                depends_on: measure.source.questions.clone(),
                value: found.ok().and_then(|found| measure.figure(found)),
                score: None,
                weight: None,
                effective_weight: None,
                contributions: BTreeMap::new(),
                rounding_residual: None,
                missing: found.err(),
            };
        Scored {
            methodology: self.code.clone(),
            version: self.version.clone(),
            applies: true,
            not_scored: Some(NotScored::new(
                "region_only",
                "该方法计算区域指数，不给企业打分；这里列出从该企业填报表取用的数据。",
                "The methodology gives the region an index and enterprises no score; here is what was taken from this return.",
            )),
            nodes: self.measures().zip(&measured.0).map(node).collect(),
            totals: BTreeMap::new(),
            scene_counts: Vec::new(),
            attained: None,
            composite: None,
        }
    }
}

impl RegionMeasure {
    /// What was taken from a return, as it is shown.
    fn figure(&self, found: f64) -> Option<Figure> {
        match self.kind {
            SurveyMeasureKind::ShareOfEnterprises => Some(Figure::Boolean(found != 0.0)),
            SurveyMeasureKind::MeanOfEnterprises => Fixed::from_observed(found, Fixed::DECIMALS).map(Figure::Number),
        }
    }
}

impl RegionTally {
    /// Counts a return. The same returns in the same order give the same bits.
    pub fn add(&mut self, measured: &Measured) {
        for (tally, found) in self.0.iter_mut().zip(&measured.0) {
            if let Ok(found) = found {
                tally.sum += found;
                tally.enterprises += 1;
            }
        }
    }

    /// The value of a measure; none where no return gives one.
    pub(super) fn value(&self, measure: usize) -> Option<f64> {
        let tally = self.0.get(measure).filter(|tally| tally.enterprises > 0)?;
        #[expect(clippy::cast_precision_loss, reason = "fewer enterprises than 2^53")]
        let enterprises = tally.enterprises as f64;
        Some(tally.scale * tally.sum / enterprises)
    }

    /// Returns that were counted for a measure.
    pub(super) fn enterprises(&self, measure: usize) -> usize {
        self.0.get(measure).map_or(0, |tally| tally.enterprises)
    }
}
