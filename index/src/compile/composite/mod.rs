//! From the document of a composite to a method: every reference resolved, every default filled in.

mod columns;
mod context;
mod fill;
mod join;
mod ladder;
mod refusals;
mod scale;
mod steps;
mod treat;
mod tree;

use std::{collections::BTreeMap, num::NonZeroUsize, sync::Arc};

use survey::{document::DocumentFault, text::Text};

use self::{
    columns::columns,
    context::Context,
    refusals::add_error,
    tree::{nodes_of_document, nodes_of_meta},
};
use crate::{
    codes::{CompositeCode, MethodologyCode},
    compile::{faults::Faults, sources::Sources},
    composite::{Aggregation, Bounding, Method, NodeSpec, Normalisation, Plan, Tree},
    document::{CompositeMethodology, ConstantRule, PanelBounds, ScoreForm},
    exact::Fixed,
    exchange::{MetaTable, ParameterTable},
};

pub use columns::{CompositeColumn, GROUPS};

/// A composite methodology over the answers of a questionnaire.
#[derive(Clone, Debug)]
pub struct CompiledComposite {
    /// Code of the methodology.
    pub code: String,
    /// Version of the methodology.
    pub version: String,
    /// Whether the product must not offer to edit it.
    pub locked: bool,
    /// The method.
    pub method: Method,
    /// Indicators and denominators with where their figures come from in a return; none where the document names no
    /// questionnaire.
    pub columns: Vec<CompositeColumn>,
    labels: BTreeMap<String, Arc<Text>>,
    units: BTreeMap<String, String>,
    levels: BTreeMap<String, Text>,
    print_decimals: u32,
}

/// Decimals in print where the document publishes at none.
const PRINTED: u32 = 2;

impl CompiledComposite {
    /// The label of a node; its code where the document gives none.
    pub fn label(&self, node: &str) -> Arc<Text> {
        let label = self.labels.get(node).cloned();
        label.unwrap_or_else(|| Arc::new(Text::new(node, node)))
    }

    /// The label of a level; its code where the document gives none.
    pub fn level_label(&self, level: &str) -> Text {
        let label = self.levels.get(level).cloned();
        label.unwrap_or_else(|| Text::new(level, level))
    }

    /// Decimals of scores in print.
    pub fn print_decimals(&self) -> u32 {
        self.print_decimals
    }

    /// The levels or stages it can give with their labels, from the highest down.
    pub(crate) fn bands(&self) -> Vec<(u32, Text)> {
        let levels = self.method.cuts.iter().flat_map(|cuts| &cuts.levels);
        let labels = levels.map(|(level, _)| self.level_label(level));
        let stages = self.method.stages.iter().flat_map(|stages| &stages.ladder.rows);
        let labels = labels.chain(stages.map(|row| row.label.clone()));
        self.method.rungs().into_iter().zip(labels).collect()
    }

    /// The unit of an indicator, empty for none.
    pub fn unit(&self, node: &str) -> &str {
        self.units.get(node).map_or("", String::as_str)
    }
}

impl CompositeMethodology {
    /// The label of a node; its code where the document gives none.
    fn label_of(&self, code: &str) -> Arc<Text> {
        let mut nodes = self.tree.iter().flatten();
        let label = nodes.find(|node| node.code == code).and_then(|node| node.label.clone());
        Arc::new(label.unwrap_or_else(|| Text::new(code, code)))
    }

    /// Decimals of scores in print.
    fn print_decimals(&self) -> u32 {
        self.publication
            .as_ref()
            .map_or(PRINTED, |publication| publication.decimals)
    }

    /// The method over the tree of the document, or over that of an iMeta table where the document has none. Parameters that
    /// the document does not give are looked up in the table handed in, then in that of the iMeta.
    pub fn method(&self, meta: Option<&MetaTable>, parameters: &ParameterTable) -> Result<Method, Vec<DocumentFault>> {
        let mut faults = Faults::default();
        check_texts(self, &mut faults);
        let method = method(self, meta, parameters, &mut faults);
        faults.into_result(method)
    }
}

/// Checks the document against a questionnaire; the result is of use only when there is no fault.
pub(in crate::compile) fn compile(
    document: &CompositeMethodology,
    survey: &Sources<'_>,
    faults: &mut Faults,
) -> Option<CompiledComposite> {
    if let Some(questionnaire) = &document.questionnaire {
        survey.check_questionnaire(questionnaire, faults);
    }
    if document.tree.is_none() {
        faults.add(
            CompositeCode::NoTree,
            "/tree",
            "发布的评价方法须自带指标树。",
            "A methodology that is published needs its own tree.",
        );
    }
    let method = method(document, None, &ParameterTable::default(), faults)?;
    let columns = columns(document, &method, survey, faults);
    let nodes = document.tree.iter().flatten();
    let cuts = document.levels.iter().flat_map(|rule| &rule.cuts);
    Some(CompiledComposite {
        code: document.code.clone(),
        version: document.version.clone(),
        locked: document.locked,
        method,
        columns,
        labels: nodes
            .clone()
            .filter_map(|node| Some((node.code.clone(), Arc::new(node.label.clone()?))))
            .collect(),
        units: nodes
            .filter_map(|node| Some((node.code.clone(), node.unit.clone()?)))
            .collect(),
        levels: cuts
            .filter_map(|cut| Some((cut.code.clone(), cut.label.clone()?)))
            .collect(),
        print_decimals: document.print_decimals(),
    })
}

fn method(
    document: &CompositeMethodology,
    meta: Option<&MetaTable>,
    parameters: &ParameterTable,
    faults: &mut Faults,
) -> Option<Method> {
    let nodes = match (&document.tree, meta) {
        (Some(tree), _) => nodes_of_document(tree, faults),
        (None, Some(meta)) => nodes_of_meta(meta),
        // Said where it matters.
        (None, None) => return None,
    };
    Context::new(document, meta, parameters, &nodes).method(nodes, faults)
}

impl Context<'_> {
    fn method(&self, mut nodes: Vec<NodeSpec>, faults: &mut Faults) -> Option<Method> {
        self.weigh(&mut nodes, faults);
        self.scale(&mut nodes, faults);
        let levels = self.levels(&nodes);
        self.join(&mut nodes, &levels, faults);
        let steps = self.steps(faults);
        let cuts = self.cuts(&nodes, faults);
        let stages = self.stages(&nodes, faults);
        self.check_ranks(faults);
        let bounds = self.bounds(faults);
        let document = self.document;
        if let Some(publication) = &document.publication
            && publication.decimals > Fixed::DECIMALS
        {
            let most = Fixed::DECIMALS;
            faults.add(
                MethodologyCode::RoundingTooFine,
                "/publication/decimals",
                format!("最多保留 {most} 位小数。"),
                format!("At most {most} decimals can be kept."),
            );
        }
        let tree = match Tree::new(&nodes) {
            Ok(tree) => tree,
            Err(error) => {
                // What is wrong with a node has been said at its place.
                if !faults.any_below("/tree/") {
                    add_error(&error, "/tree", faults);
                }
                return None;
            }
        };
        Some(Method {
            tree,
            plan: Plan {
                // Every indicator and every aggregate says itself.
                normalisation: Normalisation::PERCENT,
                aggregation: Aggregation::default(),
                rank_tolerance: document.ranks.tolerance,
                constant_is_missing: document.normalisation.constant == ConstantRule::Missing,
                threads: NonZeroUsize::MIN,
            },
            steps,
            peers: document.normalisation.group.clone(),
            bounds,
            decimals: document.publication.as_ref().map(|publication| publication.decimals),
            rank_published: document.ranks.on == ScoreForm::Published,
            rank_within: document.ranks.within.clone(),
            cuts,
            stages,
        })
    }

    fn bounds(&self, faults: &mut Faults) -> Bounding {
        let rule = &self.document.panel;
        match (rule.bounds, rule.base_year) {
            (PanelBounds::AllYears, _) => Bounding::AllYears,
            (PanelBounds::EachYear, _) => Bounding::EachYear,
            (PanelBounds::BaseYear, Some(year)) => Bounding::Year(year),
            (PanelBounds::BaseYear, None) => {
                faults.add(
                    CompositeCode::NoBaseYear,
                    "/panel/base_year",
                    "以基年为界须给出 base_year。",
                    "Bounds of the base year need base_year.",
                );
                Bounding::AllYears
            }
        }
    }
}

/// Notes a fault for every text that lacks a language. Numbers are doubles here and need not be exact decimals.
pub(in crate::compile) fn check_texts(document: &CompositeMethodology, faults: &mut Faults) {
    if let Ok(value) = serde_json::to_value(document) {
        crate::compile::faults::check_texts(&value, "", faults);
    }
}
