//! Settings of a composite that could be otherwise: the figures of a run on the scales that another choice gives.

use std::sync::Arc;

use index::{
    compile::{CompiledComposite, CompositeColumn},
    document::Methodology,
    robustness::{Alternatives, Design, Draw, Prepared, RobustnessError, Setting, Uncertain},
};
use serde_json::Value;
use survey::document::DocumentFault;

use super::scored::ScoredRun;
use crate::{
    domain::{round::Round, run::Run},
    service::{
        Service, documents,
        documents::form::Form,
        error::{Fault, ServiceError, codes},
    },
};

/// A composite methodology with settings to vary.
pub(crate) struct Varied {
    document: Value,
    form: Arc<Form>,
}

impl Varied {
    /// The methodology of a run.
    pub(crate) async fn of(service: &Service, run: &Run, round: &Round) -> Result<Self, ServiceError> {
        let content = documents::catalogue::content(&service.db, run.methodology).await?;
        Ok(Self {
            document: serde_json::from_str(&content.content).map_err(ServiceError::internal)?,
            form: service.form(round).await?,
        })
    }

    /// What cannot be put into the methodology: each alternative is tried by itself.
    pub(crate) fn faults(&self, design: &Design, composite: &CompiledComposite) -> Vec<Fault> {
        if let Err(error) = design.check() {
            return vec![fault("/uncertain".to_owned(), &error)];
        }
        let settings = design.uncertain.iter().enumerate();
        settings
            .filter_map(|(at, uncertain)| self.fault(format!("/uncertain/{at}"), uncertain, composite))
            .collect()
    }

    fn fault(&self, pointer: String, uncertain: &Uncertain, composite: &CompiledComposite) -> Option<Fault> {
        let alone = Design {
            uncertain: vec![uncertain.clone()],
            ..Design::default()
        };
        let alternatives: Vec<Setting> = match &uncertain.alternatives {
            Alternatives::Choices(choices) => choices.keys().cloned().map(Setting::Choice).collect(),
            Alternatives::Range(ends) => ends.map(Setting::Number).to_vec(),
        };
        for setting in alternatives {
            let draw = Draw {
                settings: vec![setting],
                weights: Vec::new(),
            };
            match self.under(&alone, 0, &draw) {
                Err(error) => return Some(fault(pointer, &error)),
                Ok(other) if !same_figures(&other.columns, &composite.columns) => {
                    return Some(Fault::at(pointer, codes::runs::OTHER_FIGURES));
                }
                Ok(_) => {}
            }
        }
        None
    }

    /// The figures of a run on the scales that the settings of a draw give.
    pub(crate) fn prepared(
        &self,
        all: &ScoredRun,
        design: &Design,
        replication: usize,
        draw: &Draw,
    ) -> Result<Prepared, RobustnessError> {
        let composite = self.under(design, replication, draw)?;
        all.scores
            .prepared_under(&composite)
            .map_err(|error| RobustnessError::Refused { replication, error })
    }

    fn under(&self, design: &Design, replication: usize, draw: &Draw) -> Result<CompiledComposite, RobustnessError> {
        let document = design.apply(&self.document, draw)?;
        let compiled = Methodology::parse(document.to_string().as_bytes())
            .and_then(|methodology| methodology.compile(&self.form.survey));
        let invalid = |faults: Vec<DocumentFault>| RobustnessError::invalid(replication, faults);
        let composite = compiled.map_err(invalid)?.composite();
        composite.ok_or_else(|| RobustnessError::invalid(replication, Vec::new()))
    }
}

fn fault(pointer: String, error: &RobustnessError) -> Fault {
    Fault::of(pointer, error.code(), error.message())
}

fn same_figures(one: &[CompositeColumn], other: &[CompositeColumn]) -> bool {
    let said = |column: &CompositeColumn| {
        let source = &column.source;
        let text = source.expression.text().to_owned();
        (column.code.clone(), column.denominator, text, source.needs.clone())
    };
    one.iter().map(said).eq(other.iter().map(said))
}
