//! What the demo does, from the documents to the logins.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use demo::{County, DemoProfile, SampleEnterprise};
use index::region::RegionFigures;
use survey::text::Text;

use super::{
    PASSWORD,
    enterprise_list::enterprise_list,
    story::{RunStory, Story},
};
use crate::{
    cli::{
        files,
        load::publish_all,
        operator,
        output::{Failed, Output},
    },
    clock::FixedClock,
    domain::{
        access::{Role, Scope},
        document::{Document, DocumentKind},
        enterprise::{Enterprise, EnterpriseId},
        page::PageRequest,
        round::RoundId,
        run::{RankingFilter, RankingRow, Run},
    },
    service::{
        Service,
        access::users::{NewUser, create_user},
        error::{ServiceError, codes},
        jobs::progress::Progress,
        registry::{import_enterprises::import_enterprises, read::enterprises_by_uscc},
        rounds::read::get_round,
        runs,
        runs::{
            compute::compute_run,
            explain::explain_result,
            life::{freeze_run, publish_run},
            names::RunNames,
            region::region_of,
        },
    },
    shipped,
};

/// Enterprises at the top of a ranking that are shown.
const SHOWN: usize = 10;

/// Everything the demo acts with.
pub(super) struct Stage<'a> {
    pub(super) service: &'a Arc<Service>,
    pub(super) clock: Arc<FixedClock>,
    pub(super) output: &'a Output,
    pub(super) folder: PathBuf,
}

impl Stage<'_> {
    pub(super) async fn play(&self, enterprises: usize, seed: u64) -> Result<Story, Failed> {
        let documents = shipped::built_in().map_err(ServiceError::internal)?;
        let documents = publish_all(self.service, self.output, documents).await?;
        let questionnaire = newest(&documents, DocumentKind::Questionnaire)?;
        let profile = DemoProfile::parse(shipped::DEMO_COUNTY.as_bytes())
            .map_err(|faults| ServiceError::new(codes::documents::INVALID).with_faults(faults))?;
        let samples = self.generate(profile.clone(), questionnaire, seed, enterprises).await?;
        let registry = self.fill_registry(&samples).await?;
        let previous = self.hold_previous_round(questionnaire, &samples, &registry).await?;
        let round = self.open_round(questionnaire, previous).await?;
        let collected = self.collect(&round, &samples, &registry).await?;
        let mut runs = Vec::new();
        for methodology in documents
            .iter()
            .filter(|document| document.kind == DocumentKind::Methodology)
        {
            let region = profile.regions.get(&methodology.code).cloned();
            if let Some(previous) = round.previous {
                self.run(previous, methodology, region.clone()).await?;
            }
            let run = self.run(round.id, methodology, region).await?;
            runs.push(self.tell_run(run, methodology).await?);
        }
        let ranked = |story: &&RunStory| story.run.scored > 0;
        let Some(last) = runs.iter().rfind(ranked) else {
            return Err(ServiceError::new(codes::runs::NO_RETURNS).into());
        };
        let best = last
            .first
            .first()
            .map(|row| row.enterprise)
            .ok_or_else(|| ServiceError::new(codes::runs::NO_RETURNS))?;
        let explanation = explain_result(self.service, &operator(), last.run.id, best).await?;
        let logins = self.make_users(best, &registry).await?;
        Ok(Story {
            enterprises,
            collected,
            runs,
            explanation,
            logins,
            folder: self.folder.clone(),
        })
    }

    /// Computes a run and puts it in force, so that enterprises see their results.
    async fn run(&self, round: RoundId, methodology: &Document, region: Option<RegionFigures>) -> Result<Run, Failed> {
        let caller = operator();
        let run = compute_run(self.service, &caller, round, methodology.id, region, Progress::untold()).await?;
        let run = freeze_run(self.service, &caller, run.id, run.version).await?;
        Ok(publish_run(self.service, &caller, run.id, run.version).await?)
    }

    async fn generate(
        &self,
        profile: DemoProfile,
        questionnaire: &Document,
        seed: u64,
        enterprises: usize,
    ) -> Result<Vec<SampleEnterprise>, Failed> {
        let form = self.service.current_form(questionnaire.id).await?;
        let county = County::new(profile, &form.survey)
            .map_err(|faults| ServiceError::new(codes::documents::INVALID).with_faults(faults))?;
        Ok(county.generate(seed, enterprises))
    }

    /// The registry comes in as a list, as a bureau would bring it.
    async fn fill_registry(&self, samples: &[SampleEnterprise]) -> Result<BTreeMap<String, Enterprise>, Failed> {
        files::create_folder(&self.folder)?;
        let list = enterprise_list(samples).map_err(ServiceError::internal)?;
        files::write(&self.folder.join("enterprises.xlsx"), &list)?;
        let report = import_enterprises(self.service, &operator(), &list.into(), false).await?;
        if report.refused > 0 {
            return Err(
                ServiceError::internal(format!("{} rows of the enterprise list were refused", report.refused)).into(),
            );
        }
        let codes = samples
            .iter()
            .map(|sample| sample.facts.uscc.clone())
            .collect::<Vec<_>>();
        Ok(enterprises_by_uscc(self.service, &operator(), &codes).await?)
    }

    async fn tell_run(&self, run: Run, methodology: &Document) -> Result<RunStory, Failed> {
        let region = region_of(self.service, &operator(), &run).await?;
        let ranking = self.ranking(&run).await?;
        let round = get_round(self.service, &operator(), run.round).await?;
        let compiled = self.service.methodology(methodology.id, &round).await?;
        let names = RunNames::of(self.service, &run, &compiled, std::iter::empty()).await?;
        let mut bands: BTreeMap<_, u64> = BTreeMap::new();
        for row in &ranking {
            // Those without one last.
            *bands.entry((row.band.is_none(), row.band)).or_default() += 1;
        }
        let labelled = |((_, band), count): ((bool, Option<i32>), u64)| {
            let label = band.map_or_else(|| Text::new("未评定", "Not rated"), |band| names.band(band));
            (band, label, count)
        };
        Ok(RunStory {
            region: region.map(|region| region.outcome),
            run,
            title: Text::new(methodology.title_zh.clone(), methodology.title_en.clone()),
            first: ranking.into_iter().take(SHOWN).collect(),
            bands: bands.into_iter().map(labelled).collect(),
        })
    }

    /// The whole ranking of a run.
    async fn ranking(&self, run: &Run) -> Result<Vec<RankingRow>, Failed> {
        let mut page = PageRequest {
            limit: PageRequest::MAX,
            after: None,
        };
        let mut rows = Vec::new();
        loop {
            let filter = RankingFilter::default();
            let found = runs::read::ranking(self.service, &operator(), run.id, &filter, &page).await?;
            rows.extend(found.items);
            match found.next {
                Some(next) => page.after = Some(next),
                None => return Ok(rows),
            }
        }
    }

    async fn make_users(
        &self,
        enterprise: EnterpriseId,
        registry: &BTreeMap<String, Enterprise>,
    ) -> Result<Vec<(String, String)>, Failed> {
        let best = registry
            .values()
            .find(|found| found.id == enterprise)
            .ok_or_else(|| ServiceError::new(codes::general::NOT_FOUND))?;
        let users = [
            ("admin", "管理员", Role::Admin, Scope::County),
            ("bureau", "局审核员", Role::Bureau, Scope::County),
            (
                "town",
                "镇街工作人员",
                Role::Town,
                Scope::Town(best.facts.area_code.clone()),
            ),
            (
                "enterprise",
                best.facts.name.as_str(),
                Role::Enterprise,
                Scope::Enterprise(enterprise),
            ),
            ("reader", "领导", Role::Reader, Scope::County),
        ];
        let mut logins = Vec::new();
        for (login, name, role, scope) in users {
            let new = NewUser {
                login: login.to_owned(),
                display_name: name.to_owned(),
                password: PASSWORD.to_owned(),
                role,
                scope,
            };
            create_user(self.service, &operator(), new).await?;
            logins.push((login.to_owned(), name.to_owned()));
        }
        Ok(logins)
    }
}

fn newest(documents: &[Document], kind: DocumentKind) -> Result<&Document, Failed> {
    let found = documents.iter().rfind(|document| document.kind == kind);
    Ok(found.ok_or_else(|| ServiceError::new(codes::documents::MISSING))?)
}
