//! The hashes of a run: over everything that went in, and over all results in order.

use serde::Serialize;
use sha2::{Digest, Sha256};
use survey::answer::Answers;

use super::pass::Ranked;
use crate::{
    domain::{document::DocumentId, round::Round},
    service::{
        Service,
        error::{ServiceError, codes},
    },
    store,
};

/// Hashes of the documents of a round and of a methodology, in the order in which they go into a run's hash.
pub(crate) async fn document_hashes(
    service: &Service,
    round: &Round,
    methodology_sha256: String,
) -> Result<Vec<String>, ServiceError> {
    let ids: Vec<DocumentId> = std::iter::once(round.questionnaire)
        .chain(round.reference.iter().copied())
        .collect();
    let found = store::document::find_documents(service.db.read(), &ids).await?;
    let mut hashes = vec![methodology_sha256];
    for id in ids {
        let document = found.iter().find(|document| document.id == id);
        hashes.push(
            document
                .ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))?
                .sha256
                .clone(),
        );
    }
    Ok(hashes)
}

/// What one accepted return contributes to the hash. No identifiers: the same figures give the same hash anywhere.
#[derive(Serialize)]
pub(super) struct InputLine<'a> {
    pub(super) uscc: &'a str,
    pub(super) area: &'a str,
    pub(super) industry: &'a str,
    pub(super) blob: &'a str,
    pub(super) answers: &'a Answers,
    pub(super) not_applicable: Vec<&'a str>,
    pub(super) previous: Option<&'a Answers>,
}

/// A hash over JSON values, one a line.
#[derive(Default)]
pub(super) struct Lines(Sha256);

impl Lines {
    pub(super) fn add(&mut self, value: &impl Serialize) -> Result<(), ServiceError> {
        let mut line = serde_json::to_vec(value).map_err(ServiceError::internal)?;
        line.push(b'\n');
        self.add_bytes(&line);
        Ok(())
    }

    pub(super) fn add_bytes(&mut self, line: &[u8]) {
        self.0.update(line);
    }

    pub(super) fn finish(self) -> String {
        hex::encode(self.0.finalize())
    }
}

/// The hash over the results in order: credit code, rank and the whole explanation of each, `[uscc,rank,detail]` a line.
#[derive(Default)]
pub(crate) struct ResultsHash(Lines);

impl ResultsHash {
    /// The index of a region stands before the results.
    pub(crate) fn of(ranked: &Ranked) -> Result<Self, ServiceError> {
        let mut hash = Self::default();
        if let Some(region) = &ranked.region {
            hash.0.add(&region.outcome)?;
        }
        Ok(hash)
    }

    pub(crate) fn add(&mut self, uscc: &str, rank: Option<i32>, detail: &str) -> Result<(), ServiceError> {
        // The explanation is JSON already and goes in as it is stored.
        let mut line = serde_json::to_vec(&(uscc, rank)).map_err(ServiceError::internal)?;
        line.pop();
        line.push(b',');
        line.extend_from_slice(detail.as_bytes());
        line.extend_from_slice(b"]\n");
        self.0.add_bytes(&line);
        Ok(())
    }

    pub(crate) fn finish(self) -> String {
        self.0.finish()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_line_of_results_is_json() {
        let detail = json!({"zeta": [1.5, null], "alpha": "两化 \"x\""});
        let mut found = ResultsHash::default();
        found.add("9133", Some(3), &detail.to_string()).unwrap();
        found.add("9134", None, "{}").unwrap();
        let mut expected = Lines::default();
        expected.add(&("9133", Some(3), &detail)).unwrap();
        expected.add(&("9134", None::<i32>, &json!({}))).unwrap();
        assert_eq!(found.finish(), expected.finish());
    }
}
