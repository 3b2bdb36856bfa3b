//! What the change from one run to another is made of: what enterprises report, the method, and who takes part. The parts are
//! those of [`index::composite::decompose_means`].

use std::collections::BTreeMap;

use index::{
    card::NodeKind,
    composite::{Column, Matrix, MeanChange, UnitChange, decompose_means, unit_changes},
    outline::{main_tree, outline},
};
use serde::Serialize;
use survey::text::Text;

use super::{compare::run_and_other, compute::basis, pass::Pass, region::refuse_region};
use crate::{
    domain::{
        access::{Principal, Scope},
        enterprise::EnterpriseId,
        job::{Job, Task},
        run::{RankingRow, Run, RunId},
    },
    service::{
        Service,
        access::permission::Action,
        blocking::blocking,
        error::{Fault, ServiceError, codes},
        jobs::{progress::Progress, take_on::take_on},
    },
    store,
};

/// Enterprises that a report lists; beyond them it counts.
const LISTED: usize = 2_000;

/// The change between two runs, decomposed.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct Decomposition {
    /// Identifier of the run.
    pub run_id: RunId,
    /// Identifier of the run compared with.
    pub with_run_id: RunId,
    /// Changes of the mean of the main score and of each node below it, in the order of the methodology.
    pub nodes: Vec<NodeChange>,
    /// Number of enterprises with a main score in both runs.
    pub same_enterprises: usize,
    /// Changes of the main scores of these enterprises, largest first; at most 2000.
    pub enterprises: Vec<EnterpriseChange>,
}

/// The change of the mean of a node. `data`, `method` and `population` add up to `change`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct NodeChange {
    /// Code.
    pub code: String,
    /// Label.
    pub label: Text,
    /// Number of enterprises with a score in both runs.
    pub same_enterprises: usize,
    /// Mean over all enterprises in the run compared with.
    pub from: f64,
    /// Mean over all enterprises in the run.
    pub to: f64,
    /// Change of the mean, positive for an increase.
    pub change: f64,
    /// Part of the change caused by changed answers of the same enterprises, under the methodology of the run compared
    /// with; includes the factor tables (energy, emissions) of another round.
    pub data: f64,
    /// Part of the change caused by the methodology for the same enterprises: formulas and weights and, for a relative
    /// methodology, the scales.
    pub method: f64,
    /// Part of the change caused by enterprises that joined or left.
    pub population: f64,
}

/// The change of an enterprise's main score. `data` and `method` add up to `change`.
#[derive(Debug, Serialize, schemars::JsonSchema)]
pub struct EnterpriseChange {
    /// Identifier of the enterprise.
    pub enterprise_id: EnterpriseId,
    /// Unified social credit code.
    pub uscc: String,
    /// Name.
    pub enterprise_name: String,
    /// Score in the run compared with.
    pub from: f64,
    /// Score in the run.
    pub to: f64,
    /// Change of the main score, positive for an increase.
    pub change: f64,
    /// Part of the change caused by changed answers, under the methodology of the run compared with.
    pub data: f64,
    /// Part of the change caused by the methodology.
    pub method: f64,
    /// Rank in the run compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank_from: Option<i32>,
    /// Rank in the run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank_to: Option<i32>,
}

/// Refuses two runs whose scores are not of one kind, before a job is made of them. Gives both.
pub async fn check_decomposition(
    service: &Service,
    caller: &Principal,
    run: RunId,
    with: Option<RunId>,
) -> Result<(Run, Run), ServiceError> {
    caller.may(Action::ComputeRuns)?;
    let (run, with) = run_and_other(service, caller, run, with).await?;
    if run.methodology_code != with.methodology_code {
        let fault = Fault::at("/with", codes::runs::OTHER_METHODOLOGY);
        return Err(ServiceError::new(codes::general::INVALID).with_faults([fault]));
    }
    refuse_region(service, &run).await?;
    Ok((run, with))
}

/// Takes on the decomposition of the change from one run to another; without another, from the one that it superseded.
pub async fn queue_decomposition(
    service: &Service,
    caller: &Principal,
    run: RunId,
    with: Option<RunId>,
) -> Result<Job, ServiceError> {
    let (run, with) = check_decomposition(service, caller, run, with).await?;
    let task = Task::DecomposeChange {
        run: run.id,
        with: with.id,
    };
    take_on(service, caller, task).await
}

/// Takes the change from one run to another apart.
pub async fn decompose_change(
    service: &Service,
    caller: &Principal,
    run: RunId,
    with: RunId,
    progress: Progress<'_>,
) -> Result<Decomposition, ServiceError> {
    let (run, with) = check_decomposition(service, caller, run, Some(with)).await?;
    let conn = service.db.read();
    let round = store::round::find_round(conn, run.round).await?;
    let methodology = service.methodology(run.methodology, &round).await?;
    let after = store::run_result::all_results(
        conn,
        &Scope::whole_county("a change is decomposed over all results"),
        run.id,
    )
    .await?;
    let before = store::run_result::all_results(
        conn,
        &Scope::whole_county("a change is decomposed over all results"),
        with.id,
    )
    .await?;
    let bridge = if run.methodology == with.methodology && !methodology.relative() {
        // The method is the same and looks at nobody else: it has changed nothing.
        None
    } else {
        let method = service.methodology(with.methodology, &round).await?;
        let document = store::document::find_document(conn, with.methodology).await?;
        let pass = Pass {
            returns: store::run_result::inputs_of(
                conn,
                &Scope::whole_county("a change is decomposed over all returns"),
                run.id,
            )
            .await?,
            basis: basis(service, round, method, document.sha256, None).await?,
        };
        Some(pass.bridge(service, &with, progress).await?)
    };
    let nodes = main_tree(outline(&methodology));
    let nodes: Vec<(String, Text)> = nodes
        .into_iter()
        .filter(|node| node.kind != NodeKind::Indicator)
        .map(|node| (node.code.to_string(), (*node.label).clone()))
        .collect();
    blocking(move || report(&run, &with, &nodes, &before, &after, bridge.as_ref())).await
}

fn report(
    run: &Run,
    with: &Run,
    nodes: &[(String, Text)],
    before: &[RankingRow],
    after: &[RankingRow],
    bridge: Option<&Matrix>,
) -> Result<Decomposition, ServiceError> {
    let units: BTreeMap<EnterpriseId, &RankingRow> = after.iter().map(|row| (row.enterprise, row)).collect();
    // An enterprise is the same even if its credit code was put right in between.
    let unit_before = |row: &RankingRow| match units.get(&row.enterprise) {
        Some(now) => now.uscc.clone(),
        None => row.enterprise.0.to_string(),
    };
    let codes: Vec<&str> = nodes.iter().map(|(code, _)| code.as_str()).collect();
    let from = scores(&codes, before, unit_before)?;
    let to = scores(&codes, after, |row| row.uscc.clone())?;
    let bridge = bridge.unwrap_or(&to);
    let mut means: BTreeMap<String, MeanChange> = decompose_means(&from, bridge, &to)
        .into_iter()
        .map(|change| (change.node.clone(), change))
        .collect();
    let nodes_changed = nodes.iter().filter_map(|(code, label)| {
        let change = means.remove(code)?;
        Some(NodeChange {
            code: code.clone(),
            label: label.clone(),
            same_enterprises: change.same_units,
            from: change.from,
            to: change.to,
            change: change.to - change.from,
            data: change.data,
            method: change.method,
            population: change.population,
        })
    });
    let nodes_changed: Vec<NodeChange> = nodes_changed.collect();
    let main = codes.first().copied();
    let main = main.ok_or_else(|| ServiceError::internal("a methodology without aggregates"))?;
    let mut changes: Vec<UnitChange> = unit_changes(&from, bridge, &to)
        .into_iter()
        .filter(|change| change.node == main)
        .collect();
    changes.sort_by(|a, b| {
        let size = |change: &UnitChange| (change.to - change.from).abs();
        size(b).total_cmp(&size(a)).then_with(|| a.unit.cmp(&b.unit))
    });
    let same_enterprises = changes.len();
    changes.truncate(LISTED);
    let by_uscc: BTreeMap<&str, &RankingRow> = after.iter().map(|row| (row.uscc.as_str(), row)).collect();
    let ranks: BTreeMap<EnterpriseId, Option<i32>> = before.iter().map(|row| (row.enterprise, row.rank)).collect();
    let enterprises = changes.into_iter().filter_map(|change| {
        let row = by_uscc.get(change.unit.as_str())?;
        Some(EnterpriseChange {
            enterprise_id: row.enterprise,
            uscc: row.uscc.clone(),
            enterprise_name: row.enterprise_name.clone(),
            from: change.from,
            to: change.to,
            change: change.to - change.from,
            data: change.data,
            method: change.method,
            rank_from: ranks.get(&row.enterprise).copied().flatten(),
            rank_to: row.rank,
        })
    });
    Ok(Decomposition {
        run_id: run.id,
        with_run_id: with.id,
        nodes: nodes_changed,
        same_enterprises,
        enterprises: enterprises.collect(),
    })
}

/// The scores of nodes as a run has stored them, by enterprise.
fn scores(codes: &[&str], rows: &[RankingRow], unit: impl Fn(&RankingRow) -> String) -> Result<Matrix, ServiceError> {
    let column = |code: &&str| Column::new(*code, rows.iter().map(|row| row.totals.get(code)?.as_f64()));
    let columns = codes
        .iter()
        .map(column)
        .collect::<Result<_, _>>()
        .map_err(ServiceError::internal)?;
    Matrix::new(rows.iter().map(unit).collect(), columns).map_err(ServiceError::internal)
}
