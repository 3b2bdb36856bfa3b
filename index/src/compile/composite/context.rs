//! What a document is resolved with.

use std::collections::BTreeSet;

use survey::document::segment;

use super::refusals::unknown;
use crate::{
    compile::faults::Faults,
    composite::{NodeKind, NodeSpec},
    document::CompositeMethodology,
    exchange::{MetaTable, ParameterTable},
};

/// What a document is resolved with.
pub(super) struct Context<'a> {
    pub(super) document: &'a CompositeMethodology,
    pub(super) meta: Option<&'a MetaTable>,
    pub(super) parameters: ParameterTable,
    pub(super) indicators: BTreeSet<String>,
    pub(super) aggregates: BTreeSet<String>,
}

impl<'a> Context<'a> {
    /// The nodes tell what is an indicator and what an aggregate. Parameters that the document does not give are looked up
    /// in the table handed in, then in that of the iMeta.
    pub(super) fn new(
        document: &'a CompositeMethodology,
        meta: Option<&'a MetaTable>,
        parameters: &ParameterTable,
        nodes: &[NodeSpec],
    ) -> Self {
        Self {
            document,
            meta,
            parameters: match meta {
                Some(meta) => parameters.clone().or(&meta.parameters),
                None => parameters.clone(),
            },
            indicators: codes_of(nodes, NodeKind::Indicator),
            aggregates: codes_of(nodes, NodeKind::Aggregate),
        }
    }

    /// Notes a fault for every code that is no indicator.
    pub(super) fn known<'c>(&self, codes: impl Iterator<Item = &'c String>, pointer: &str, faults: &mut Faults) {
        for code in codes.filter(|code| !self.indicators.contains(*code)) {
            unknown(code, &format!("{pointer}/{}", segment(code)), faults);
        }
    }
}

fn codes_of(nodes: &[NodeSpec], kind: NodeKind) -> BTreeSet<String> {
    let own = nodes.iter().filter(|node| node.kind == kind);
    own.map(|node| node.code.clone()).collect()
}
