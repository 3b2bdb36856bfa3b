//! A ranking that can be computed again with other weights.

use std::{collections::BTreeMap, num::NonZeroUsize};

use survey::text::Text;

use crate::{
    card::{NodeKind, Scored},
    compile::{CompiledComposite, OverReturns},
    composite::{Aggregation, Column, CompositeError, Direction, Matrix, NodeSpec, Tree},
    exact::Fixed,
    ladder::{SceneCount, ScoreLevels, ScoreStages},
    outline::{OutlineJoin, OutlineNode, main_tree, outline},
    rank::Precision,
    returns::CompositeScores,
    robustness::{Prepared, Request, UnitRobustness},
};

/// A ranking that can be computed again with other weights.
pub struct Replicable {
    /// Figures on scale, tree and means.
    pub prepared: Prepared,
    /// The node that is ranked.
    pub root: String,
    /// Labels of the levels or stages, from the lowest up; none where levels are no cuts of the node and stages no plain
    /// comparisons.
    pub levels: Vec<Text>,
    /// In which form scores are ranked.
    pub rank_precision: Precision,
    /// In which form they are compared with cuts and the limits of stages.
    level_precision: Precision,
    /// Scores from which a level begins, rising.
    cuts: Vec<f64>,
    /// Where they are stages by the scores of several nodes.
    stages: Option<ScoreStages>,
    /// Where levels ask for scenes too: those of each unit.
    scenes: Option<(ScoreLevels, BTreeMap<String, Vec<SceneCount>>)>,
}

impl Replicable {
    /// Returns that were scored together: their figures on one scale, under the methodology's own tree and means.
    pub fn together(methodology: &CompiledComposite, scores: &CompositeScores) -> Self {
        let method = &methodology.method;
        let root = scores.main_node().to_owned();
        let cuts = method.cuts.as_ref().filter(|cuts| cuts.node == root);
        let levels: Vec<&(String, Option<f64>)> = cuts.into_iter().flat_map(|cuts| cuts.levels.iter().rev()).collect();
        let below = cuts.filter(|cuts| cuts.lowest_has_limit());
        let below = below.map(|_| Text::new("未达级", "no level"));
        let labels = levels.iter().map(|(level, _)| methodology.level_label(level));
        let stages = method.score_stages();
        Self {
            prepared: scores.prepared(methodology),
            root,
            cuts: levels.iter().filter_map(|(_, least)| *least).collect(),
            levels: match &stages {
                Some(stages) => stages.labels(),
                None => below.into_iter().chain(labels).collect(),
            },
            stages,
            scenes: None,
            rank_precision: method.rank_precision(),
            level_precision: method.level_precision(),
        }
    }

    /// What is asked of the engine, `watch` being told of every few replications.
    pub fn request<'a>(
        &'a self,
        threads: NonZeroUsize,
        watch: Option<&'a (dyn Fn(usize) -> bool + Sync)>,
    ) -> Request<'a> {
        Request {
            node: &self.root,
            cuts: &self.cuts,
            stages: self.stages.as_ref(),
            first: &[],
            rank_precision: self.rank_precision,
            level_precision: self.level_precision,
            threads,
            keep: false,
            watch,
        }
    }

    /// The probability of each level of a unit; nothing where it cannot be told.
    pub fn levels_of(&self, unit: &UnitRobustness) -> Vec<f64> {
        match (&self.stages, &self.scenes) {
            _ if self.levels.is_empty() => Vec::new(),
            (Some(stages), _) => stages.probabilities(&unit.levels),
            (None, None) => unit.levels.clone(),
            (None, Some((levels, counts))) => {
                let counts = counts.get(&unit.unit).map_or(&[][..], Vec::as_slice);
                levels.probabilities(&unit.levels, counts)
            }
        }
    }
}

/// Results of returns that were scored each by itself, on their way to a ranking that can be replicated.
pub struct Results {
    /// The tree of the main score.
    nodes: Vec<OutlineNode>,
    levels: Option<ScoreLevels>,
    stages: Option<ScoreStages>,
    units: Vec<String>,
    /// The scores of the indicators of each unit, in the order of the tree.
    scores: Vec<Vec<Option<f64>>>,
    /// The scenes of each unit by level.
    scenes: Vec<Vec<SceneCount>>,
}

impl OverReturns {
    /// No results yet, to be added one by one; none where returns are not scored each by itself.
    pub fn results(&self) -> Option<Results> {
        let card = self.each()?;
        Some(Results {
            nodes: main_tree(outline(self)),
            levels: card.score_levels(),
            stages: card.score_stages(),
            units: Vec::new(),
            scores: Vec::new(),
            scenes: Vec::new(),
        })
    }
}

impl Results {
    /// Adds the result of a return.
    pub fn add(&mut self, unit: String, scored: Scored) {
        self.units.push(unit);
        self.scores.push(indicator_scores(&self.nodes, &scored));
        self.scenes.push(scored.scene_counts);
    }

    /// The scores of the indicators under the tree of the main score and arithmetic means; none where there is no main score.
    ///
    /// # Errors
    /// Where the engine refuses the tree or the scores.
    pub fn replicable(self) -> Result<Option<Replicable>, CompositeError> {
        let Some(root) = self.nodes.first() else {
            return Ok(None);
        };
        let levels = self.levels.filter(|levels| levels.node == root.code);
        let prepared = prepared(&self.nodes, &self.units, &self.scores)?;
        let is_node = |code: &str| prepared.tree.aggregates().any(|node| node == code);
        let stages = self.stages.filter(|stages| stages.nodes().all(is_node));
        let precision = Precision::Rounded(root.decimals);
        let (cuts, labels) = match (&levels, &stages) {
            (Some(levels), _) => (levels.cuts(), levels.labels()),
            (None, Some(stages)) => (Vec::new(), stages.labels()),
            (None, None) => (Vec::new(), Vec::new()),
        };
        Ok(Some(Replicable {
            root: root.code.to_string(),
            cuts,
            levels: labels,
            prepared,
            stages,
            scenes: levels.map(|levels| (levels, self.units.into_iter().zip(self.scenes).collect())),
            rank_precision: precision,
            level_precision: precision,
        }))
    }
}

/// The scores of the indicators in the order of the tree, each 0 to 100.
fn indicator_scores(nodes: &[OutlineNode], scored: &Scored) -> Vec<Option<f64>> {
    let by_code: BTreeMap<&str, _> = scored.nodes.iter().map(|node| (&*node.code, node.score)).collect();
    nodes
        .iter()
        .filter(|node| node.kind == NodeKind::Indicator)
        .map(|node| {
            let score = by_code.get(&*node.code).copied().flatten()?;
            Some(as_percent(nodes, node, score).to_f64())
        })
        .collect()
}

/// Where points add up, a score stands as a percentage of its points; a weighted mean of those is the same sum.
fn as_percent(nodes: &[OutlineNode], node: &OutlineNode, score: Fixed) -> Fixed {
    let parent = nodes.iter().find(|other| Some(&other.code) == node.parent.as_ref());
    let points = node
        .weight
        .filter(|_| parent.is_some_and(|parent| parent.join == Some(OutlineJoin::Sum)));
    points
        .and_then(|points| Fixed::weighted_quotient([(Fixed::PERCENT, score)], points, Fixed::DECIMALS))
        .unwrap_or(score)
}

/// Data and tree for the engine: the tree of the main score, arithmetic means, missing indicators left out.
#[expect(clippy::expect_used, reason = "the root of an outline is an aggregate")]
fn prepared(nodes: &[OutlineNode], units: &[String], scores: &[Vec<Option<f64>>]) -> Result<Prepared, CompositeError> {
    let mut specs = Vec::with_capacity(nodes.len());
    let mut columns = Vec::new();
    for node in nodes {
        let weight = node.weight.unwrap_or(Fixed::ONE).to_f64();
        let (code, parent) = (node.code.to_string(), node.parent.as_deref());
        if node.kind == NodeKind::Indicator {
            let at = columns.len();
            columns.push(Column::new(code.clone(), scores.iter().map(|row| row[at]))?);
            specs.push(NodeSpec::indicator(
                code,
                parent.expect("the root is no indicator"),
                weight,
                Direction::Positive,
            ));
        } else {
            // Means are rounded as in the run; sums of rounded points are what they are.
            let is_mean = node.join == Some(OutlineJoin::WeightedMean);
            specs.push(NodeSpec {
                decimals: Some(node.decimals).filter(|_| is_mean),
                ..NodeSpec::aggregate(code, parent, weight)
            });
        }
    }
    Ok(Prepared {
        data: Matrix::new(units.to_vec(), columns)?,
        tree: Tree::new(&specs)?,
        aggregation: Aggregation::default(),
    })
}
