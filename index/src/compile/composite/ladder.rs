//! Levels, stages and what ranks are of.

use std::sync::Arc;

use survey::text::Text;

use super::{
    context::Context,
    refusals::{need_publication, unknown},
};
use crate::{
    codes::CompositeCode,
    compile::{checks::check_unique, faults::Faults, stage},
    composite::{Cuts, NodeKind, NodeSpec, StageConditions},
    document::ScoreForm,
};

impl Context<'_> {
    pub(super) fn cuts(&self, nodes: &[NodeSpec], faults: &mut Faults) -> Option<Cuts> {
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
                CompositeCode::CutsNotFalling,
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

    pub(super) fn stages(&self, nodes: &[NodeSpec], faults: &mut Faults) -> Option<StageConditions> {
        let rule = self.document.stages.as_ref()?;
        if self.document.levels.is_some() {
            faults.add(
                CompositeCode::LevelsAndStages,
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
        let tree = || self.document.tree.iter().flatten();
        let label = |code: &str| {
            let node = tree().find(|node| node.code == code);
            let label = node.and_then(|node| node.label.clone());
            Arc::new(label.unwrap_or_else(|| Text::new(code, code)))
        };
        let nodes = aggregates.map(|node| (Arc::from(node.code.as_str()), label(&node.code)));
        Some(StageConditions {
            published,
            ladder: stage::compile(&rule.rules, nodes, faults),
        })
    }

    pub(super) fn check_ranks(&self, faults: &mut Faults) {
        let rule = &self.document.ranks;
        if !(0.0..1.0).contains(&rule.tolerance) {
            faults.add(
                CompositeCode::BadSetting,
                "/ranks/tolerance",
                "容差应不小于 0 且小于 1。",
                "The tolerance lies from 0 to below 1.",
            );
        }
        if rule.on == ScoreForm::Published && self.document.publication.is_none() {
            need_publication("/ranks/on", faults);
        }
    }
}
