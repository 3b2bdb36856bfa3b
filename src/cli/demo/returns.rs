//! The rounds of the demo: last year's and this year's, filled in, uploaded, corrected and accepted.

use std::collections::BTreeMap;

use chrono::{Duration, NaiveDate};
use demo::SampleEnterprise;
use survey::answer::Answers;
use workbook::prefill::{Prefill, raw_values};

use super::{stage::Stage, story::Collected};
use crate::{
    cli::{files, on_behalf_of, operator, output::Failed, template::safe_name},
    domain::{
        document::Document,
        enterprise::{Enterprise, EnterpriseFilter, EnterpriseId},
        page::PageRequest,
        round::{Population, Round, RoundId},
        survey_return::{ReturnFilter, ReturnId},
    },
    service::{
        error::{ServiceError, codes},
        returns::{
            accept::accept_return,
            read::list_returns,
            submit::submit_return,
            upload::{Upload, Uploaded, upload_return},
        },
        rounds::create::{NewRound, create_round},
        templates::issue::write_filled,
    },
};

impl Stage<'_> {
    /// Last year's round, for those who took part: its accepted answers stand beside this year's cells.
    pub(super) async fn hold_previous_round(
        &self,
        questionnaire: &Document,
        samples: &[SampleEnterprise],
        registry: &BTreeMap<String, Enterprise>,
    ) -> Result<Option<RoundId>, Failed> {
        let took_part = samples
            .iter()
            .filter_map(|sample| Some((registry.get(&sample.facts.uscc)?, sample.previous.as_ref()?)));
        let took_part = took_part.collect::<Vec<_>>();
        if took_part.is_empty() {
            return Ok(None);
        }
        let new = NewRound {
            code: "2025".to_owned(),
            title: "2025年度企业两化融合调查".to_owned(),
            year: 2025,
            questionnaire: questionnaire.id,
            accepted_versions: Vec::new(),
            opens_on: const { NaiveDate::from_ymd_opt(2025, 3, 1).unwrap() },
            closes_on: const { NaiveDate::from_ymd_opt(2026, 12, 31).unwrap() },
            population: Population::List(took_part.iter().map(|(enterprise, _)| enterprise.id).collect()),
            previous: None,
            warnings_must_be_justified: false,
        };
        let round = create_round(self.service, &operator(), new).await?;
        let bar = self
            .output
            .progress(self.output.choose("上年填报表", "last year's returns"), took_part.len());
        for (enterprise, answers) in took_part {
            let id = self.return_of(&round, enterprise.id).await?;
            let answers = answers.clone();
            let bytes = self.fill(id, enterprise.id, answers, Prefill::new()).await?;
            let imported = self.upload(id, enterprise, "2025", bytes).await?;
            self.submit_and_accept(&imported, enterprise.id).await?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(Some(round.id))
    }

    pub(super) async fn open_round(
        &self,
        questionnaire: &Document,
        previous: Option<RoundId>,
    ) -> Result<Round, Failed> {
        let new = NewRound {
            code: "2026".to_owned(),
            title: "2026年度企业两化融合调查".to_owned(),
            year: 2026,
            questionnaire: questionnaire.id,
            accepted_versions: Vec::new(),
            opens_on: const { NaiveDate::from_ymd_opt(2026, 3, 1).unwrap() },
            closes_on: const { NaiveDate::from_ymd_opt(2030, 12, 31).unwrap() },
            population: Population::Query(EnterpriseFilter {
                active: Some(true),
                ..EnterpriseFilter::default()
            }),
            previous,
            warnings_must_be_justified: false,
        };
        Ok(create_round(self.service, &operator(), new).await?)
    }

    /// Every enterprise fills in and uploads; what is refused or blocked is corrected in a second upload.
    pub(super) async fn collect(
        &self,
        round: &Round,
        samples: &[SampleEnterprise],
        registry: &BTreeMap<String, Enterprise>,
    ) -> Result<Collected, Failed> {
        let mut collected = Collected::default();
        let bar = self
            .output
            .progress(self.output.choose("本年填报表", "this year's returns"), samples.len());
        for sample in samples {
            let Some(enterprise) = registry.get(&sample.facts.uscc) else {
                continue;
            };
            let id = self.return_of(round, enterprise.id).await?;
            let faults = sample.first_upload();
            let faulty = !faults.is_empty();
            let bytes = self.fill(id, enterprise.id, sample.answers.clone(), faults).await?;
            let mut imported = self.upload(id, enterprise, "2026", bytes).await?;
            collected.workbooks += 1;
            for finding in &imported.findings.items {
                *collected.rules.entry(finding.rule.clone()).or_default() += 1;
            }
            if faulty {
                collected.faulty += 1;
                let bytes = self
                    .fill(id, enterprise.id, sample.answers.clone(), Prefill::new())
                    .await?;
                imported = self.upload(id, enterprise, "2026-corrected", bytes).await?;
                collected.workbooks += 1;
                collected.corrected += usize::from(!imported.findings.blocks());
            }
            self.submit_and_accept(&imported, enterprise.id).await?;
            collected.accepted += 1;
            self.clock.advance(Duration::seconds(61));
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(collected)
    }

    async fn return_of(&self, round: &Round, enterprise: EnterpriseId) -> Result<ReturnId, Failed> {
        let filter = ReturnFilter {
            round: Some(round.id),
            enterprise: Some(enterprise),
            ..ReturnFilter::default()
        };
        let only = PageRequest { limit: 1, after: None };
        let found = list_returns(self.service, &operator(), &filter, &only).await?;
        let found = found
            .items
            .first()
            .ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))?;
        Ok(found.survey_return.id)
    }

    /// The template of the enterprise, filled in.
    async fn fill(
        &self,
        id: ReturnId,
        enterprise: EnterpriseId,
        answers: Answers,
        faults: Prefill,
    ) -> Result<Vec<u8>, Failed> {
        let filler = on_behalf_of(enterprise);
        let filled = write_filled(self.service, &filler, id, move |form, language| {
            let mut prefill = raw_values(form.survey.questionnaire(), &form.options, &answers, language);
            prefill.extend(faults);
            prefill.into()
        });
        Ok(filled.await?.bytes)
    }

    async fn upload(
        &self,
        id: ReturnId,
        enterprise: &Enterprise,
        folder: &str,
        bytes: Vec<u8>,
    ) -> Result<Uploaded, Failed> {
        let folder = self.folder.join(folder);
        files::create_folder(&folder)?;
        let filename = safe_name(&format!("{}_{}.xlsx", enterprise.facts.uscc, enterprise.facts.name));
        files::write(&folder.join(&filename), &bytes)?;
        Ok(upload_return(
            self.service,
            &on_behalf_of(enterprise.id),
            id,
            Upload {
                filename: Some(filename),
                bytes: bytes.into(),
            },
            false,
        )
        .await?)
    }

    async fn submit_and_accept(&self, imported: &Uploaded, enterprise: EnterpriseId) -> Result<(), Failed> {
        let found = &imported.survey_return;
        let submitted = submit_return(self.service, &on_behalf_of(enterprise), found.id, found.version).await?;
        accept_return(self.service, &operator(), found.id, submitted.version).await?;
        Ok(())
    }
}
