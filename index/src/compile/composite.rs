//! From the document of a composite to a method: every reference resolved, every default filled in.

use std::{
    collections::{BTreeMap, BTreeSet},
    num::NonZeroUsize,
    sync::Arc,
};

use survey::{
    document::{DocumentFault, segment},
    expression::Type,
    text::Text,
};

use super::{common::check_unique, faults::Faults, sources::Sources, stage};
use crate::{
    composite::{
        Aggregation, Base, Bounding, Bounds, CompositeError, Cuts, Denominator, Direction, Fill, Imputation, Mean,
        Method, Missing, NodeKind, NodeSpec, Normalisation, Plan, Screening, StageConditions, Step, Treatment,
        TreatmentLimits, TreatmentStep, Treatments, Tree, YearFill,
    },
    exact::Fixed,
    exchange::{MetaKind, MetaTable, ParameterTable},
    methodology::{
        self, CompositeMethodology, CompositeStep, ConstantRule, EmptyFill, FillMethod, IndicatorTreatment, LimitRule,
        MeanRule, MissingRule, NodeRule, PanelBounds, Penalty, ScaleRule, ScoreForm, ScreenBy, StepRule, TreatmentRule,
        WeightOrigin,
    },
    source::FigureSource,
};

/// The columns of groups that enterprises have: facts of the registry.
pub const GROUPS: [&str; 3] = ["area", "industry", "size_class"];

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
}

/// A column of figures.
#[derive(Clone, Debug)]
pub struct CompositeColumn {
    /// Code.
    pub code: String,
    /// Whether indicators are divided by it.
    pub denominator: bool,
    /// Where its figure comes from.
    pub source: FigureSource,
}

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

    /// The unit of an indicator, empty for none.
    pub fn unit(&self, node: &str) -> &str {
        self.units.get(node).map_or("", String::as_str)
    }
}

impl CompositeMethodology {
    /// Whether the figures of other units can decide the score of a unit.
    pub fn relative(&self) -> bool {
        let fills = self.imputation.as_ref().is_some_and(|rule| {
            let mut methods = rule.indicators.values().map(|own| own.method).chain([rule.method]);
            methods.any(|method| {
                !matches!(
                    method,
                    FillMethod::None
                        | FillMethod::Value
                        | FillMethod::Latest
                        | FillMethod::Linear
                        | FillMethod::Constant
                )
            })
        });
        let treats = self.treatment.is_some();
        // The rule for all counts where an indicator is left to it.
        let indicators = &self.normalisation.indicators;
        let left_to_all = self.tree.as_ref().is_none_or(|tree| {
            let parents: BTreeSet<&String> = tree.iter().filter_map(|node| node.parent.as_ref()).collect();
            let mut leaves = tree.iter().filter(|node| !parents.contains(&node.code));
            leaves.any(|leaf| !indicators.contains_key(&leaf.code))
        });
        let mut scales = indicators
            .values()
            .chain(left_to_all.then_some(&self.normalisation.all));
        let scales = scales.any(|scale| match scale {
            ScaleRule::None {}
            | ScaleRule::Scaled { .. }
            | ScaleRule::Goalposts { .. }
            | ScaleRule::Bands { .. }
            | ScaleRule::Steps { .. }
            | ScaleRule::Points { .. } => false,
            ScaleRule::LogRatio { base, .. } => base.is_none(),
            _ => true,
        });
        let rules = self.aggregation.levels.values().chain(self.aggregation.nodes.values());
        let mut rules = rules.chain([&self.aggregation.all]);
        fills || treats || scales || rules.any(|rule| rule.mean == Some(MeanRule::Copeland))
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
pub(super) fn compile(
    document: &CompositeMethodology,
    survey: &Sources<'_>,
    faults: &mut Faults,
) -> Option<CompiledComposite> {
    if let Some(questionnaire) = &document.questionnaire {
        survey.check_questionnaire(questionnaire, faults);
    }
    if document.tree.is_none() {
        faults.add(
            "composite.no_tree",
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
    })
}

/// The columns of a methodology over returns: every indicator and denominator needs a source.
fn columns(
    document: &CompositeMethodology,
    method: &Method,
    survey: &Sources<'_>,
    faults: &mut Faults,
) -> Vec<CompositeColumn> {
    let indicators = method.tree.indicators().map(|code| (code.to_owned(), false));
    let denominators = method.denominators().into_iter().map(|code| (code, true));
    let wanted: Vec<(String, bool)> = indicators.chain(denominators).collect();
    for code in document.sources.keys() {
        if !wanted.iter().any(|(wanted, _)| wanted == code) {
            unknown(code, &format!("/sources/{}", segment(code)), faults);
        }
    }
    let mut columns = Vec::with_capacity(wanted.len());
    for (code, denominator) in wanted {
        let pointer = format!("/sources/{}", segment(&code));
        let Some(source) = document.sources.get(&code) else {
            if document.questionnaire.is_some() {
                faults.add(
                    "composite.no_source",
                    pointer,
                    format!("没有说明 {code} 的数值从调查表的哪里来。"),
                    format!("Nothing says where the figures of {code} come from in the questionnaire."),
                );
            }
            continue;
        };
        let pointer = format!("{pointer}/expression");
        let source = survey.figure(&source.expression, &source.needs, &Type::Double, &pointer, faults);
        columns.extend(source.map(|source| CompositeColumn {
            code,
            denominator,
            source,
        }));
    }
    for group in method.groups() {
        if document.questionnaire.is_some() && !GROUPS.contains(&group.as_str()) {
            faults.add(
                "composite.unknown_group",
                "/normalisation/group",
                format!("企业没有分组 {group}；可用的是 {}。", GROUPS.join("、")),
                format!("Enterprises have no group {group}; there are {}.", GROUPS.join(", ")),
            );
        }
    }
    columns
}

/// Notes a fault for every text that lacks a language. Numbers are doubles here and need not be exact decimals.
pub(super) fn check_texts(document: &CompositeMethodology, faults: &mut Faults) {
    if let Ok(value) = serde_json::to_value(document) {
        super::faults::check_texts(&value, "", faults);
    }
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
    let parameters = match meta {
        Some(meta) => parameters.clone().or(&meta.parameters),
        None => parameters.clone(),
    };
    let context = Context {
        document,
        meta,
        parameters,
        indicators: codes_of(&nodes, NodeKind::Indicator),
        aggregates: codes_of(&nodes, NodeKind::Aggregate),
    };
    context.method(nodes, faults)
}

fn codes_of(nodes: &[NodeSpec], kind: NodeKind) -> BTreeSet<String> {
    let own = nodes.iter().filter(|node| node.kind == kind);
    own.map(|node| node.code.clone()).collect()
}

fn nodes_of_document(tree: &[methodology::CompositeNode], faults: &mut Faults) -> Vec<NodeSpec> {
    check_unique(
        tree.iter().map(|node| node.code.as_str()),
        |at| format!("/tree/{at}/code"),
        faults,
    );
    if tree.is_empty() {
        faults.add(
            "composite.no_nodes",
            "/tree",
            "指标树没有节点：请写出节点，或删去 tree 而用 iMeta 表。",
            "The tree has no nodes: name them, or leave tree out and give an iMeta table.",
        );
    }
    let parents: BTreeSet<&String> = tree.iter().filter_map(|node| node.parent.as_ref()).collect();
    let codes: BTreeSet<&String> = tree.iter().map(|node| &node.code).collect();
    for (at, node) in tree.iter().enumerate() {
        if let Some(parent) = node.parent.as_ref().filter(|parent| !codes.contains(parent)) {
            faults.add(
                "composite.unknown_parent",
                format!("/tree/{at}/parent"),
                format!("指标树中没有节点 {parent}。"),
                format!("The tree has no node {parent}."),
            );
        }
        if !(node.weight.is_finite() && node.weight >= 0.0) {
            faults.add(
                "composite.bad_weight",
                format!("/tree/{at}/weight"),
                format!("权重 {} 应不小于零。", node.weight),
                format!("The weight {} must not be below zero.", node.weight),
            );
        }
    }
    let direction = |node: &methodology::CompositeNode| match node.direction {
        methodology::Direction::HigherIsBetter => Direction::Positive,
        methodology::Direction::LowerIsBetter => Direction::Negative,
    };
    let spec = |node: &methodology::CompositeNode| NodeSpec {
        code: node.code.clone(),
        parent: node.parent.clone(),
        kind: if parents.contains(&node.code) {
            NodeKind::Aggregate
        } else {
            NodeKind::Indicator
        },
        weight: node.weight,
        direction: direction(node),
        unit: node.unit.clone(),
        mean: None,
        missing: None,
        normalisation: None,
        decimals: None,
    };
    tree.iter().map(spec).collect()
}

fn nodes_of_meta(meta: &MetaTable) -> Vec<NodeSpec> {
    let nodes = meta.rows.iter().filter_map(|row| {
        let kind = match row.kind {
            MetaKind::Indicator => NodeKind::Indicator,
            MetaKind::Aggregate => NodeKind::Aggregate,
            _ => return None,
        };
        Some(NodeSpec {
            code: row.code.clone(),
            parent: row.parent.clone(),
            kind,
            weight: row.weight,
            direction: if row.negative {
                Direction::Negative
            } else {
                Direction::Positive
            },
            unit: row.unit.clone(),
            mean: None,
            missing: None,
            normalisation: None,
            decimals: None,
        })
    });
    nodes.collect()
}

/// What a document is resolved with.
struct Context<'a> {
    document: &'a CompositeMethodology,
    meta: Option<&'a MetaTable>,
    parameters: ParameterTable,
    indicators: BTreeSet<String>,
    aggregates: BTreeSet<String>,
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
                "rounding.too_fine",
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

    /// Puts the weights of the document in the place of those of the tree.
    fn weigh(&self, nodes: &mut [NodeSpec], faults: &mut Faults) {
        let Some(weights) = &self.document.weights else { return };
        if weights.origin == WeightOrigin::Equal {
            for node in nodes.iter_mut() {
                node.weight = 1.0;
            }
        }
        for (code, weight) in &weights.of {
            let pointer = format!("/weights/of/{}", segment(code));
            match nodes.iter_mut().find(|node| node.code == *code) {
                None => unknown(code, &pointer, faults),
                Some(_) if !(weight.is_finite() && *weight >= 0.0) => faults.add(
                    "composite.bad_weight",
                    pointer,
                    format!("权重 {weight} 应不小于零。"),
                    format!("The weight {weight} must not be below zero."),
                ),
                Some(node) => node.weight = *weight,
            }
        }
    }

    /// The level of each node: that of the iMeta table where it says so.
    fn levels(&self, nodes: &[NodeSpec]) -> BTreeMap<String, u32> {
        let mut levels: BTreeMap<String, u32> = BTreeMap::new();
        if let Ok(tree) = Tree::new(nodes) {
            for (node, level) in tree.nodes().iter().zip(tree.levels()) {
                levels.insert(node.code.clone(), u32::try_from(level).unwrap_or(u32::MAX));
            }
        }
        let of_meta = self.meta.filter(|_| self.document.tree.is_none());
        for row in of_meta.iter().flat_map(|meta| &meta.rows) {
            if let Some(level) = row.level {
                levels.insert(row.code.clone(), level);
            }
        }
        levels
    }

    /// Gives every aggregate its mean and its missing policy.
    fn join(&self, nodes: &mut [NodeSpec], levels: &BTreeMap<String, u32>, faults: &mut Faults) {
        let rules = &self.document.aggregation;
        let (mut used_levels, mut used) = (BTreeSet::new(), UsedFields::default());
        for node in nodes.iter_mut().filter(|node| node.kind == NodeKind::Aggregate) {
            let level = levels.get(&node.code).copied().unwrap_or_default();
            used_levels.insert(level);
            let chain = [rules.nodes.get(&node.code), rules.levels.get(&level), Some(&rules.all)];
            node.mean = Some(mean_of(&chain));
            node.missing = Some(missing_of(&chain));
            let pointers = pointers_of(&node.code, level);
            check_power(&chain, &pointers, faults);
            used.note(&chain, &pointers);
        }
        check_rule(&rules.all, "/aggregation/all", &used, faults);
        for (level, rule) in &rules.levels {
            let pointer = format!("/aggregation/levels/{level}");
            check_rule(rule, &pointer, &used, faults);
            if !used_levels.contains(level) {
                faults.add(
                    "composite.unknown_level",
                    pointer,
                    format!("指标树没有第 {level} 级的汇总节点。"),
                    format!("The tree has no aggregate of level {level}."),
                );
            }
        }
        for (code, rule) in &rules.nodes {
            let pointer = format!("/aggregation/nodes/{}", segment(code));
            check_rule(rule, &pointer, &used, faults);
            if !self.aggregates.contains(code) {
                unknown(code, &pointer, faults);
            }
        }
    }

    /// Gives every indicator its normalisation.
    fn scale(&self, nodes: &mut [NodeSpec], faults: &mut Faults) {
        let rules = &self.document.normalisation;
        self.known(rules.indicators.keys(), "/normalisation/indicators", faults);
        for node in nodes.iter_mut().filter(|node| node.kind == NodeKind::Indicator) {
            let (rule, pointer) = match rules.indicators.get(&node.code) {
                Some(own) => (own, format!("/normalisation/indicators/{}", segment(&node.code))),
                None => (&rules.all, "/normalisation/all".to_owned()),
            };
            match self.normalisation(&node.code, rule) {
                Ok(normalisation) => node.normalisation = Some(normalisation),
                Err(error) => add_error(&error, &pointer, faults),
            }
        }
    }

    fn normalisation(&self, code: &str, rule: &ScaleRule) -> Result<Normalisation, CompositeError> {
        let look_up = |name: &str| self.parameters.get(code, name);
        let need = |given: Option<f64>, name: &str| {
            given
                .or_else(|| look_up(name))
                .ok_or_else(|| CompositeError::MissingParameter {
                    code: code.to_owned(),
                    parameter: name.to_owned(),
                })
        };
        let yes = |value: f64| value != 0.0;
        Ok(match rule {
            ScaleRule::None {} => Normalisation::None,
            ScaleRule::MinMax { low, high, from_table } => {
                let (low, high) = match from_table {
                    true => (need(None, "minmax_lower")?, need(None, "minmax_upper")?),
                    false => (*low, *high),
                };
                in_order("scale", low, high)?;
                Normalisation::MinMax { low, high }
            }
            ScaleRule::ZScore { mean, sd, from_table } => {
                let (mean, sd) = match from_table {
                    true => (need(None, "zscore_mean")?, need(None, "zscore_sd")?),
                    false => (*mean, *sd),
                };
                in_order("sd", 0.0, sd)?;
                Normalisation::ZScore { mean, sd }
            }
            ScaleRule::Scaled { lower, upper, on } => Normalisation::Scaled(Bounds {
                lower: need(*lower, "scaled_lower")?,
                upper: need(*upper, "scaled_upper")?,
                on: *on,
            }),
            ScaleRule::Goalposts {
                lower,
                upper,
                scale,
                clip,
                on,
                log,
                columns,
            } => {
                let (lower_name, upper_name) = match columns {
                    Some((lower, upper)) => (lower.as_str(), upper.as_str()),
                    None => ("goalpost_lower", "goalpost_upper"),
                };
                Normalisation::Goalposts {
                    bounds: Bounds {
                        lower: need(*lower, lower_name)?,
                        upper: need(*upper, upper_name)?,
                        on: *on,
                    },
                    scale: scale.or_else(|| look_up("goalpost_scale")).unwrap_or(1.0),
                    clip: clip
                        .or_else(|| look_up("goalpost_trunc2posts").map(yes))
                        .unwrap_or(true),
                    log: *log,
                }
            }
            ScaleRule::Rank { ties } => Normalisation::Rank(*ties),
            ScaleRule::PercentileRank { ties } => Normalisation::PercentileRank(*ties),
            ScaleRule::Borda { ties } => Normalisation::Borda(*ties),
            ScaleRule::DistanceToMax {} => Normalisation::DistanceToMax,
            ScaleRule::DistanceToTarget { target, cap, on } => Normalisation::DistanceToTarget {
                target: need(*target, "target")?,
                cap: cap.or_else(|| look_up("dist2targ_cap_max").map(yes)).unwrap_or(false),
                on: *on,
            },
            ScaleRule::DistanceToReference { unit, cap } => Normalisation::DistanceToReference {
                unit: unit.clone(),
                cap: *cap,
            },
            ScaleRule::FractionOfMax {} => Normalisation::FractionOfMax,
            ScaleRule::LogRatio { factor, base } => Normalisation::LogRatio {
                factor: *factor,
                base: base.or_else(|| look_up("base")).map_or(Base::Mean, Base::Given),
            },
            ScaleRule::Bands { points } => Normalisation::Bands(rising("bands", points)?),
            ScaleRule::Steps { below, steps } => Normalisation::Steps {
                below: *below,
                steps: rising("steps", steps)?,
            },
            ScaleRule::Points { points } => Normalisation::Points(points.clone()),
        })
    }

    /// The steps before normalisation that the document has, in its order.
    fn steps(&self, faults: &mut Faults) -> Vec<Step> {
        let usual = [
            CompositeStep::Denominate,
            CompositeStep::Impute,
            CompositeStep::Screen,
            CompositeStep::Treat,
        ];
        let order = self.document.order.as_deref().unwrap_or(&usual);
        let named: BTreeSet<CompositeStep> = order.iter().copied().collect();
        let document = self.document;
        let present = [
            (CompositeStep::Denominate, document.denomination.is_some()),
            (CompositeStep::Impute, document.imputation.is_some()),
            (CompositeStep::Screen, document.screening.is_some()),
            (CompositeStep::Treat, document.treatment.is_some()),
        ];
        if named.len() != order.len() || present.iter().any(|(step, there)| *there && !named.contains(step)) {
            faults.add(
                "composite.bad_order",
                "/order",
                "order 须恰好列出文档中的每个步骤一次。",
                "The order names every step of the document, each once.",
            );
        }
        let steps = order.iter().filter_map(|step| match step {
            CompositeStep::Denominate => self.denomination(faults),
            CompositeStep::Impute => self.imputation(faults),
            CompositeStep::Screen => self.screening(faults),
            CompositeStep::Treat => self.treatment(faults),
        });
        steps.collect()
    }

    fn denomination(&self, faults: &mut Faults) -> Option<Step> {
        let rule = self.document.denomination.as_ref()?;
        let Some(given) = &rule.indicators else {
            let rows = self.meta.iter().flat_map(|meta| meta.of_kind(MetaKind::Indicator));
            let of = rows.filter_map(|row| Some((row.code.clone(), Denominator::new(row.denominator.clone()?))));
            return Some(Step::Denominate(of.collect()));
        };
        self.known(given.keys(), "/denomination/indicators", faults);
        for (code, rule) in given
            .iter()
            .filter(|(_, rule)| !rule.factor.is_finite() || rule.factor == 0.0)
        {
            faults.add(
                "composite.bad_setting",
                format!("/denomination/indicators/{}/factor", segment(code)),
                format!("系数 {} 不能为零。", rule.factor),
                format!("The factor {} must not be zero.", rule.factor),
            );
        }
        let of = given.iter().map(|(code, rule)| {
            let (by, factor) = (rule.by.clone(), rule.factor);
            (code.clone(), Denominator { by, factor })
        });
        Some(Step::Denominate(of.collect()))
    }

    fn imputation(&self, faults: &mut Faults) -> Option<Step> {
        let rule = self.document.imputation.as_ref()?;
        self.known(rule.indicators.keys(), "/imputation/indicators", faults);
        let mut own = |method: FillMethod, value: Option<f64>, pointer: String| {
            let fill = fill_of(method, value);
            if fill.is_none() {
                faults.add(
                    "composite.bad_fill",
                    pointer,
                    "该插补方法只能用于全部指标，不能单独用于一个指标。",
                    "This method fills all indicators at once; it cannot be that of one indicator.",
                );
            }
            fill.unwrap_or_default()
        };
        let of = rule.indicators.iter().map(|(code, indicator)| {
            let pointer = format!("/imputation/indicators/{}/method", segment(code));
            (code.clone(), own(indicator.method, indicator.value, pointer))
        });
        let of: BTreeMap<String, Fill> = of.collect();
        let grouped = |fill: &Fill| matches!(fill, Fill::GroupMean | Fill::GroupMedian);
        let fill = fill_of(rule.method, rule.value);
        if rule.group.is_none() && of.values().chain(&fill).any(grouped) {
            faults.add(
                "composite.no_group_column",
                "/imputation/group",
                "按组插补须给出分组列 group。",
                "Filling by group needs the column of groups, group.",
            );
        }
        let refuse_empty = rule.empty == EmptyFill::Refuse;
        let over_years = |fill| Step::ImputeOverYears { fill, refuse_empty };
        let Some(fill) = fill else {
            if !of.is_empty() {
                faults.add(
                    "composite.bad_fill",
                    "/imputation/indicators",
                    "该插补方法用于全部指标，不能再为单个指标另设。",
                    "This method fills all indicators at once; indicators by themselves are not supported with it.",
                );
            }
            return Some(match rule.method {
                FillMethod::Latest => over_years(YearFill::Latest {
                    max_years: rule.max_years,
                }),
                FillMethod::Linear => over_years(YearFill::Linear),
                FillMethod::Constant => over_years(YearFill::Constant),
                other => Step::ImputeByUnit {
                    level: rule.group_level,
                    by_median: other == FillMethod::UnitMedian,
                    refuse_empty,
                },
            });
        };
        if refuse_empty && of.values().chain([&fill]).all(|fill| *fill == Fill::None) {
            misplaced_at("empty", "/imputation", faults);
        }
        let imputation = Imputation { fill, of, refuse_empty };
        Some(Step::Impute(imputation, rule.group.clone()))
    }

    fn screening(&self, faults: &mut Faults) -> Option<Step> {
        let rule = self.document.screening.as_ref()?;
        for (field, share) in [("availability", rule.availability), ("nonzero", rule.nonzero)] {
            check_share(share, &format!("/screening/{field}"), faults);
        }
        for unit in rule.drop.intersection(&rule.keep) {
            faults.add(
                "composite.kept_and_dropped",
                "/screening/drop",
                format!("单位 {unit} 同时列在 keep 和 drop 中，请只留一处。"),
                format!("Unit {unit} stands in keep and in drop; leave it in one of them."),
            );
        }
        let availability = Some(rule.availability.unwrap_or(2.0 / 3.0));
        let nonzero = Some(rule.nonzero.unwrap_or(0.05));
        Some(Step::Screen(Screening {
            availability: availability.filter(|_| rule.by != ScreenBy::Nonzero),
            nonzero: nonzero.filter(|_| rule.by != ScreenBy::Availability),
            keep: rule.keep.clone(),
            drop: rule.drop.clone(),
        }))
    }

    fn treatment(&self, faults: &mut Faults) -> Option<Step> {
        let rule = self.document.treatment.as_ref()?;
        self.known(rule.indicators.keys(), "/treatment/indicators", faults);
        let of = rule
            .indicators
            .iter()
            .map(|(code, own)| (code.clone(), treatment_of(rule, Some(own))));
        Some(Step::Treat(Treatments {
            all: treatment_of(rule, None).unwrap_or_default(),
            of: of.collect(),
        }))
    }

    fn cuts(&self, nodes: &[NodeSpec], faults: &mut Faults) -> Option<Cuts> {
        let rule = self.document.levels.as_ref()?;
        check_unique(
            rule.cuts.iter().map(|cut| cut.code.as_str()),
            |at| format!("/levels/cuts/{at}/code"),
            faults,
        );
        let limits: Vec<f64> = rule
            .cuts
            .iter()
            .map(|cut| cut.at_least.unwrap_or(f64::NEG_INFINITY))
            .collect();
        if let Some(at) = limits.windows(2).position(|pair| pair[0] <= pair[1]) {
            faults.add(
                "composite.cuts_not_falling",
                format!("/levels/cuts/{}/at_least", at + 1),
                "等级须从高到低排列，界限逐级降低，只有最低一级可以不设界限。",
                "Levels stand from the highest down with falling limits; only the lowest may have none.",
            );
        }
        if rule.on == ScoreForm::Published && self.document.publication.is_none() {
            need_publication("/levels/on", faults);
        }
        let root = nodes
            .iter()
            .find(|node| node.parent.is_none())
            .map(|node| node.code.clone());
        let node = rule.node.clone().or(root)?;
        if !self.aggregates.contains(&node) {
            unknown(&node, "/levels/node", faults);
        }
        Some(Cuts {
            node,
            published: rule.on == ScoreForm::Published,
            levels: rule.cuts.iter().map(|cut| (cut.code.clone(), cut.at_least)).collect(),
        })
    }

    fn stages(&self, nodes: &[NodeSpec], faults: &mut Faults) -> Option<StageConditions> {
        let rule = self.document.stages.as_ref()?;
        if self.document.levels.is_some() {
            faults.add(
                "composite.levels_and_stages",
                "/stages",
                "等级 levels 与阶段 stages 只能写一个，请删去其中之一。",
                "A methodology has levels or stages, not both; take one away.",
            );
        }
        let published = rule.on == ScoreForm::Published;
        if published && self.document.publication.is_none() {
            need_publication("/stages/on", faults);
        }
        let aggregates = nodes.iter().filter(|node| node.kind == NodeKind::Aggregate);
        let codes = aggregates.map(|node| Arc::from(node.code.as_str())).collect();
        Some(StageConditions {
            published,
            ladder: stage::compile(&rule.rules, codes, faults),
        })
    }

    fn check_ranks(&self, faults: &mut Faults) {
        let rule = &self.document.ranks;
        if !(0.0..1.0).contains(&rule.tolerance) {
            faults.add(
                "composite.bad_setting",
                "/ranks/tolerance",
                "容差应不小于 0 且小于 1。",
                "The tolerance lies from 0 to below 1.",
            );
        }
        if rule.on == ScoreForm::Published && self.document.publication.is_none() {
            need_publication("/ranks/on", faults);
        }
    }

    fn bounds(&self, faults: &mut Faults) -> Bounding {
        let rule = &self.document.panel;
        match (rule.bounds, rule.base_year) {
            (PanelBounds::AllYears, _) => Bounding::AllYears,
            (PanelBounds::EachYear, _) => Bounding::EachYear,
            (PanelBounds::BaseYear, Some(year)) => Bounding::Year(year),
            (PanelBounds::BaseYear, None) => {
                faults.add(
                    "composite.no_base_year",
                    "/panel/base_year",
                    "以基年为界须给出 base_year。",
                    "Bounds of the base year need base_year.",
                );
                Bounding::AllYears
            }
        }
    }

    /// Notes a fault for every code that is no indicator.
    fn known<'c>(&self, codes: impl Iterator<Item = &'c String>, pointer: &str, faults: &mut Faults) {
        for code in codes.filter(|code| !self.indicators.contains(*code)) {
            unknown(code, &format!("{pointer}/{}", segment(code)), faults);
        }
    }
}

/// The fill of one column; none for a method over all columns or all years.
fn fill_of(method: FillMethod, value: Option<f64>) -> Option<Fill> {
    match method {
        FillMethod::None => Some(Fill::None),
        FillMethod::Mean => Some(Fill::Mean),
        FillMethod::Median => Some(Fill::Median),
        FillMethod::GroupMean => Some(Fill::GroupMean),
        FillMethod::GroupMedian => Some(Fill::GroupMedian),
        FillMethod::Value => Some(Fill::Value(value.unwrap_or_default())),
        FillMethod::UnitMean
        | FillMethod::UnitMedian
        | FillMethod::Latest
        | FillMethod::Linear
        | FillMethod::Constant => None,
    }
}

/// How an indicator is treated: what it says itself, else what is said for all, else the default.
fn treatment_of(rule: &TreatmentRule, own: Option<&IndicatorTreatment>) -> Option<Treatment> {
    if own.is_some_and(|own| !own.treat) {
        return None;
    }
    let default = TreatmentLimits::default();
    let limits = own.and_then(|own| own.limits).or(rule.limits);
    let limits = limits.map_or(default, |LimitRule { skew, kurtosis }| TreatmentLimits {
        skew,
        kurtosis,
    });
    let first = own.and_then(|own| own.first.as_ref()).or(rule.first.as_ref());
    let second = own.and_then(|own| own.second.as_ref()).or(rule.second.as_ref());
    let winsorise = StepRule::Winsorise {
        max_points: None,
        unlimited: false,
        skew: None,
        kurtosis: None,
        force: false,
    };
    Some(Treatment {
        limits,
        first: treatment_step(first.unwrap_or(&winsorise), limits),
        second: treatment_step(second.unwrap_or(&StepRule::LogCt {}), limits),
        combine: own.and_then(|own| own.combine).unwrap_or(rule.combine),
    })
}

fn treatment_step(rule: &StepRule, limits: TreatmentLimits) -> Option<TreatmentStep> {
    Some(match rule {
        StepRule::None {} => return None,
        StepRule::Winsorise {
            max_points,
            unlimited,
            skew,
            kurtosis,
            force,
        } => TreatmentStep::Winsorise {
            max_points: (!unlimited).then_some(max_points.unwrap_or(5)),
            limits: TreatmentLimits {
                skew: skew.unwrap_or(limits.skew),
                kurtosis: kurtosis.unwrap_or(limits.kurtosis),
            },
            force: *force,
        },
        StepRule::LogCt {} => TreatmentStep::LogCt,
        StepRule::LogCtPlus {} => TreatmentStep::LogCtPlus,
        StepRule::LogCtOrig {} => TreatmentStep::LogCtOrig,
        StepRule::LogGii {} => TreatmentStep::LogGii,
        StepRule::Log {} => TreatmentStep::Log,
        StepRule::BoxCox { lambda, shift } => TreatmentStep::BoxCox {
            lambda: *lambda,
            shift: *shift,
        },
    })
}

/// A field of the first rule of the chain that has it.
fn first<T>(chain: &[Option<&NodeRule>], field: impl Fn(&NodeRule) -> Option<T>) -> Option<T> {
    chain.iter().flatten().find_map(|rule| field(rule))
}

/// The mean of a node by the rules about it, the nearest first.
fn mean_of(chain: &[Option<&NodeRule>]) -> Mean {
    match first(chain, |rule| rule.mean).unwrap_or(MeanRule::Arithmetic) {
        MeanRule::Arithmetic => Mean::Arithmetic,
        MeanRule::Geometric => Mean::Geometric,
        MeanRule::Harmonic => Mean::Harmonic,
        // A generalised mean without power is a fault of its own.
        MeanRule::Generalised => Mean::Generalised {
            power: first(chain, |rule| rule.power.filter(|power| *power != 0.0)).unwrap_or(1.0),
        },
        MeanRule::MazziottaPareto => Mean::MazziottaPareto {
            added: first(chain, |rule| rule.penalty) == Some(Penalty::Added),
        },
        MeanRule::Median => Mean::Median,
        MeanRule::Copeland => Mean::Copeland,
    }
}

/// The missing policy of a node by the rules about it, the nearest first.
fn missing_of(chain: &[Option<&NodeRule>]) -> Missing {
    match first(chain, |rule| rule.missing).unwrap_or(MissingRule::Skip) {
        MissingRule::Skip => Missing::Skip {
            availability: first(chain, |rule| rule.availability).unwrap_or_default(),
        },
        MissingRule::Zero => Missing::Zero,
        MissingRule::NotRanked => Missing::NotRanked,
        MissingRule::Refuse => Missing::Refuse,
    }
}

/// The places of the rules about a node, the nearest first.
fn pointers_of(code: &str, level: u32) -> [String; 3] {
    [
        format!("/aggregation/nodes/{}", segment(code)),
        format!("/aggregation/levels/{level}"),
        "/aggregation/all".to_owned(),
    ]
}

/// Notes a generalised mean of a node for which no rule about it has a power.
fn check_power(chain: &[Option<&NodeRule>; 3], pointers: &[String; 3], faults: &mut Faults) {
    let names_mean = |rule: &&NodeRule| rule.mean.is_some();
    let names = chain
        .iter()
        .zip(pointers)
        .find(|(rule, _)| rule.as_ref().is_some_and(names_mean));
    if let Some((Some(rule), pointer)) = names
        && rule.mean == Some(MeanRule::Generalised)
        && first(chain, |rule| rule.power).is_none_or(|power| power == 0.0)
    {
        faults.add(
            "composite.bad_power",
            format!("{pointer}/power"),
            "幂平均须给出不为零的指数 power；指数趋于零时即几何平均。",
            "A generalised mean needs a power that is not zero; towards zero it is the geometric mean.",
        );
    }
}

/// The fields of rules, by their places, that decide about some node.
#[derive(Default)]
struct UsedFields(BTreeSet<String>);

impl UsedFields {
    fn note(&mut self, chain: &[Option<&NodeRule>; 3], pointers: &[String; 3]) {
        let mut from = |field: &str, has: fn(&NodeRule) -> bool| {
            let decides = chain.iter().zip(pointers).find(|(rule, _)| rule.is_some_and(has));
            self.0.extend(decides.map(|(_, pointer)| format!("{pointer}/{field}")));
        };
        match mean_of(chain) {
            Mean::Generalised { .. } => from("power", |rule| rule.power.is_some()),
            Mean::MazziottaPareto { .. } => from("penalty", |rule| rule.penalty.is_some()),
            _ => {}
        }
        if let Missing::Skip { .. } = missing_of(chain) {
            from("availability", |rule| rule.availability.is_some());
        }
    }
}

/// Checks a rule: its numbers, and that each of its fields decides about some node.
fn check_rule(rule: &NodeRule, pointer: &str, used: &UsedFields, faults: &mut Faults) {
    check_share(rule.availability, &format!("{pointer}/availability"), faults);
    let fields = [
        ("power", rule.power.is_some()),
        ("penalty", rule.penalty.is_some()),
        ("availability", rule.availability.is_some()),
    ];
    for (field, _) in fields.iter().filter(|(_, given)| *given) {
        if !used.0.contains(&format!("{pointer}/{field}")) {
            misplaced_at(field, pointer, faults);
        }
    }
}

/// Notes a field without effect.
fn misplaced_at(field: &str, pointer: &str, faults: &mut Faults) {
    faults.add(
        "composite.misplaced",
        format!("{pointer}/{field}"),
        format!("{field} 在这里不起作用，请删去。"),
        format!("{field} means nothing here; take it away."),
    );
}

fn check_share(share: Option<f64>, pointer: &str, faults: &mut Faults) {
    if share.is_some_and(|share| !(0.0..=1.0).contains(&share)) {
        faults.add(
            "composite.bad_share",
            pointer,
            "比例应在 0 到 1 之间。",
            "A share lies from 0 to 1.",
        );
    }
}

fn need_publication(pointer: &str, faults: &mut Faults) {
    faults.add(
        "composite.no_publication",
        pointer,
        "按公布值处理须先在 publication 中写明小数位数。",
        "Published scores need publication, which says how they are rounded.",
    );
}

fn unknown(code: &str, pointer: &str, faults: &mut Faults) {
    faults.add(
        "composite.unknown_node",
        pointer,
        format!("指标树中没有 {code}，请更正代码。"),
        format!("The tree has no such {code}; correct the code."),
    );
}

fn add_error(error: &CompositeError, pointer: &str, faults: &mut Faults) {
    let message = error.message();
    faults.add(error.code(), pointer, message.zh, message.en);
}

fn in_order(setting: &'static str, low: f64, high: f64) -> Result<(), CompositeError> {
    if low < high {
        Ok(())
    } else {
        Err(CompositeError::BadSetting {
            setting,
            value: high - low,
        })
    }
}

/// Points that rise.
fn rising(setting: &'static str, points: &[(f64, f64)]) -> Result<Vec<(f64, f64)>, CompositeError> {
    for pair in points.windows(2) {
        in_order(setting, pair[0].0, pair[1].0)?;
    }
    if points.is_empty() {
        return Err(CompositeError::BadSetting { setting, value: 0.0 });
    }
    Ok(points.to_vec())
}
