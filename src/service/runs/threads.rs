//! Returns of a run over several threads, in their order.

use std::collections::BTreeMap;

use index::over_returns::{Content, UnitReturn};
use survey::survey::Survey;

use super::hash::InputLine;
use crate::{
    domain::{revision::RevisionContent, run::RunInput, survey_return::RevisionId},
    service::error::ServiceError,
};

/// Threads that score. Two keep a small server's other requests alive; reading and writing are the database's.
const THREADS: usize = 2;

/// What one return gave.
pub(super) struct One<T> {
    /// What it contributes to the hash of the inputs.
    pub(super) line: Vec<u8>,
    pub(super) gave: T,
}

/// Halves the returns between threads; the order stays.
pub(super) fn on_threads<T: Send>(
    returns: &[RunInput],
    take: impl Fn(&RunInput) -> Result<T, ServiceError> + Sync,
) -> Result<Vec<T>, ServiceError> {
    let share = returns.len().div_ceil(THREADS).max(1);
    let take = &take;
    std::thread::scope(|scope| {
        let workers: Vec<_> = returns
            .chunks(share)
            .map(|part| scope.spawn(move || part.iter().map(take).collect::<Result<Vec<_>, _>>()))
            .collect();
        let mut all = Vec::with_capacity(returns.len());
        for worker in workers {
            let part = worker
                .join()
                .map_err(|_| ServiceError::internal("a scoring thread panicked"))?;
            all.extend(part?);
        }
        Ok(all)
    })
}

pub(super) fn take_one<T>(
    survey: &Survey,
    input: &RunInput,
    contents: &BTreeMap<RevisionId, RevisionContent>,
    take: &impl Fn(&UnitReturn<'_>) -> T,
) -> Result<One<T>, ServiceError> {
    let missing = || ServiceError::internal(format!("revision {} is missing", input.revision));
    let now = contents.get(&input.revision).ok_or_else(missing)?;
    let previous = match input.previous {
        Some(id) => Some(contents.get(&id).ok_or_else(missing)?),
        None => None,
    };
    let line = InputLine {
        uscc: &input.uscc,
        area: &input.area_code,
        industry: &input.industry_code,
        blob: &input.blob_sha256,
        answers: &now.answers,
        not_applicable: now.claims.keys().map(String::as_str).collect(),
        previous: previous.map(|previous| &previous.answers),
    };
    let mut bytes = serde_json::to_vec(&line).map_err(ServiceError::internal)?;
    bytes.push(b'\n');
    let mut groups = BTreeMap::from([
        ("area", input.area_code.as_str()),
        ("industry", input.industry_code.as_str()),
    ]);
    groups.extend(input.size_class.as_deref().map(|class| ("size_class", class)));
    let unit = UnitReturn {
        unit: &input.uscc,
        survey,
        now: content_of(now),
        last_year: previous.map(content_of),
        groups,
    };
    Ok(One {
        line: bytes,
        gave: take(&unit),
    })
}

/// What a revision says: whoever accepted it has agreed to what it claims.
pub(super) fn content_of(content: &RevisionContent) -> Content<'_> {
    Content {
        answers: &content.answers,
        not_applicable: content.claims.keys().cloned().collect(),
    }
}
