//! `ronghe import`

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use serde::Serialize;

use super::{
    on_behalf_of, open, operator,
    output::{Failed, Output},
    template::{all_returns, find_round},
};
use crate::{
    config::DataPlace,
    domain::{enterprise::EnterpriseId, survey_return::ReturnId},
    service::{
        Service,
        accept_return::accept_return,
        check_workbook::{anchor_workbook, read_workbook},
        error::ServiceError,
        import_return::{Upload, import_return},
        submit_return::submit_return,
    },
};

/// Import a folder of returned workbooks
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe import returned/ --round 2026 --data /var/lib/ronghe\n  ronghe import returned/ --round 2026 --submit --accept --format json --data /var/lib/ronghe\n\nEach workbook goes through the same path as an enterprise's upload; what is refused is named and the others go on."
)]
pub(super) struct Import {
    /// Folder with .xlsx files
    folder: PathBuf,
    /// Code of the round
    #[arg(long)]
    round: String,
    /// Submit those without blocking findings
    #[arg(long)]
    submit: bool,
    /// Accept those submitted
    #[arg(long, requires = "submit")]
    accept: bool,
}

/// What became of one file.
#[derive(Debug, Serialize)]
struct Outcome {
    file: String,
    state: String,
    block: usize,
    warn: usize,
    info: usize,
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<survey::text::Text>,
}

impl Import {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        let service = open(place, false).await?;
        let round = find_round(&service, &self.round).await?;
        let returns = all_returns(&service, &round, None).await?;
        let returns = returns
            .into_iter()
            .map(|row| {
                (
                    row.survey_return.enterprise.to_string(),
                    (row.survey_return.enterprise, row.survey_return.id),
                )
            })
            .collect::<BTreeMap<_, _>>();
        let files = workbooks(&self.folder)?;
        let bar = output.progress("importing", files.len());
        let mut outcomes = Vec::with_capacity(files.len());
        for file in files {
            outcomes.push(self.import(&service, &returns, &file).await);
            bar.inc(1);
        }
        bar.finish_and_clear();
        output.say(text(&outcomes), &outcomes)
    }

    async fn import(
        &self,
        service: &Service,
        returns: &BTreeMap<String, (EnterpriseId, ReturnId)>,
        file: &Path,
    ) -> Outcome {
        let name = file
            .file_name()
            .map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        match self.take_in(service, returns, file, &name).await {
            Ok(outcome) => outcome,
            Err(error) => Outcome {
                file: name,
                state: "refused".to_owned(),
                block: 0,
                warn: 0,
                info: 0,
                code: Some(error.code),
                message: Some(error.message),
            },
        }
    }

    async fn take_in(
        &self,
        service: &Service,
        returns: &BTreeMap<String, (EnterpriseId, ReturnId)>,
        file: &Path,
        name: &str,
    ) -> Result<Outcome, ServiceError> {
        let bytes = std::fs::read(file).map_err(ServiceError::internal)?;
        let (enterprise, id) = self.addressee(service, returns, &bytes).await?;
        let filler = on_behalf_of(enterprise);
        let imported = import_return(
            service,
            &filler,
            id,
            Upload {
                filename: name.to_owned(),
                bytes,
            },
        )
        .await?;
        let mut state = imported.survey_return.state;
        let findings = imported.revision.findings;
        if self.submit && !imported.repeated && !findings.blocks() {
            let submitted = submit_return(service, &filler, id, imported.survey_return.version).await?;
            state = submitted.state;
            if self.accept {
                state = accept_return(service, &operator(), id, submitted.version).await?.state;
            }
        }
        Ok(Outcome {
            file: name.to_owned(),
            state: state.name().to_owned(),
            block: findings.block,
            warn: findings.warn,
            info: findings.info,
            code: None,
            message: None,
        })
    }

    /// Whose workbook it is: the hidden sheet says so.
    async fn addressee(
        &self,
        service: &Service,
        returns: &BTreeMap<String, (EnterpriseId, ReturnId)>,
        bytes: &[u8],
    ) -> Result<(EnterpriseId, ReturnId), ServiceError> {
        let raw = read_workbook(&service.reader, bytes).await?;
        let round = crate::store::round::find_round_by_code(service.db.read(), &self.round).await?;
        let round = round.ok_or_else(|| ServiceError::new("not_found"))?;
        let form = service
            .catalogue
            .form(&service.db, round.questionnaire, &round.reference)
            .await?;
        let metadata = anchor_workbook(&raw, &form)?.metadata;
        returns
            .get(&metadata.enterprise_id)
            .copied()
            .ok_or_else(|| ServiceError::new("not_found"))
    }
}

/// The .xlsx files of a folder in the order of their names.
fn workbooks(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        // "~$..." is what an open Excel leaves beside a workbook.
        let open_elsewhere = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with("~$"));
        if path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("xlsx"))
            && !open_elsewhere
        {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn text(outcomes: &[Outcome]) -> String {
    let mut lines = outcomes
        .iter()
        .map(|outcome| match (&outcome.code, &outcome.message) {
            (Some(code), Some(message)) => format!("{:10} {}  {} [{code}]", outcome.state, outcome.file, message.zh),
            _ => format!(
                "{:10} {}  {} block, {} warn, {} info",
                outcome.state, outcome.file, outcome.block, outcome.warn, outcome.info
            ),
        })
        .collect::<Vec<_>>();
    let refused = outcomes.iter().filter(|outcome| outcome.code.is_some()).count();
    let blocked = outcomes.iter().filter(|outcome| outcome.block > 0).count();
    lines.push(format!(
        "{} files: {refused} refused, {blocked} with blocking findings",
        outcomes.len()
    ));
    lines.join("\n")
}
