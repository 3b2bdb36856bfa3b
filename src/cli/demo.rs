//! `ronghe demo`: a county's round, for real. Every workbook is written, uploaded, checked and stored as an enterprise's
//! would be.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};

use chrono::{DateTime, Duration, NaiveDate, Utc};
use index::{
    exact::Fixed,
    explain::ExplainNode,
    region::{RegionFigures, RegionScored},
};
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};
use survey::{answer::Answers, cell::Place};
use workbook::prefill::{Prefill, raw_values};

use super::{
    load::publish_all,
    on_behalf_of, open, operator,
    output::{Failed, Output, print_text},
    program,
    serve::{listen, until_told},
    template::safe_name,
};
use crate::{
    clock::FixedClock,
    config::DataPlace,
    demo::{County, DemoProfile, SampleEnterprise},
    domain::{
        access::{Role, Scope},
        document::{Document, DocumentKind},
        enterprise::{Enterprise, EnterpriseFilter, EnterpriseId},
        page::PageRequest,
        round::{Population, Round, RoundId},
        run::{RankingFilter, RankingRow, Run},
        survey_return::ReturnId,
    },
    ids::SeededIds,
    service::{
        Service, Settings,
        access::users::{NewUser, create_user},
        error::ServiceError,
        jobs::progress::Progress,
        registry::import_enterprises::import_enterprises,
        returns::{
            accept::accept_return,
            submit::submit_return,
            upload::{Upload, Uploaded, upload_return},
        },
        rounds::create::{NewRound, create_round},
        runs,
        runs::{
            compute::compute_run,
            explain::{Explanation, explain_result},
            life::{freeze_run, publish_run},
        },
        templates::issue::write_filled,
    },
    shipped, startup,
    startup::Parts,
    store,
};

/// Make a county, run a whole round through it and serve the result
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  ronghe demo --data demo-county\n  ronghe demo --data demo-county --enterprises 50 --seed 7 --no-serve --format json\n\nThe folder must be new or empty. The same seed gives the same county, the same workbooks and the same results."
)]
pub(super) struct Demo {
    /// Enterprises of the county
    #[arg(long, default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=20_000))]
    enterprises: u32,
    /// Seed of the generator
    #[arg(long, default_value_t = 2026)]
    seed: u64,
    /// End after printing the results
    #[arg(long)]
    no_serve: bool,
    /// Address to serve on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// Password of all sample logins; the demo listens on loopback unless told otherwise.
const PASSWORD: &str = "ronghe-demo-2026";

/// When the demo's round happens, whatever the machine's clock says.
fn demo_time() -> DateTime<Utc> {
    DateTime::from_timestamp(1_775_005_200, 0).unwrap_or_default()
}

impl Demo {
    pub(super) async fn run(self, place: &DataPlace, output: &Output) -> Result<(), Failed> {
        require_empty(place.folder())?;
        // Taken before the work begins: a port in use should not be noticed a minute later.
        let listener = if self.no_serve {
            None
        } else {
            Some(listen(self.listen)?)
        };
        let clock = FixedClock::at(demo_time());
        let ids = SeededIds::from_seed(self.seed);
        let parts = Parts {
            clock: clock.clone(),
            ids,
            settings: Settings::default(),
            program: program()?,
        };
        let service = startup::open(place, parts, true).await?;
        let stage = Stage {
            service: &service,
            clock,
            output,
            folder: place.folder().join("workbooks"),
        };
        let story = stage.play(self.enterprises as usize, self.seed).await?;
        output.say(story.text(), &story.json())?;
        if let Some(listener) = listener {
            let address = listener.local_addr()?;
            service.db.close().await?;
            drop(service);
            let service = open(place, true).await?;
            print_text(&format!(
                "\nserving on http://{address}, documentation at http://{address}/docs (Ctrl-C ends)"
            ))?;
            startup::serve(service, listener, until_told()).await?;
        }
        Ok(())
    }
}

fn require_empty(folder: &Path) -> Result<(), Failed> {
    let occupied = std::fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some());
    if occupied {
        let place = folder.display();
        return Err(Failed::new(
            "demo.folder_not_empty",
            format!("文件夹 {place} 不是空的；请换一个，或先删除它。"),
            format!("the folder {place} is not empty; choose another or remove it first"),
        ));
    }
    Ok(())
}

/// Everything the demo acts with.
struct Stage<'a> {
    service: &'a Arc<Service>,
    clock: Arc<FixedClock>,
    output: &'a Output,
    folder: PathBuf,
}

/// What happened, to be printed.
struct Story {
    enterprises: usize,
    workbooks: usize,
    faulty: usize,
    corrected: usize,
    accepted: usize,
    rules: BTreeMap<String, usize>,
    runs: Vec<RunStory>,
    explanation: Explanation,
    logins: Vec<(String, String)>,
    folder: PathBuf,
}

struct RunStory {
    run: Run,
    title: String,
    /// The index of the county, where the run computed one.
    region: Option<RegionScored>,
    first: Vec<RankingRow>,
    bands: Vec<(Option<i32>, u64)>,
}

impl Stage<'_> {
    async fn play(&self, enterprises: usize, seed: u64) -> Result<Story, Failed> {
        let documents = shipped::built_in().map_err(ServiceError::internal)?;
        let documents = publish_all(self.service, self.output, documents).await?;
        let questionnaire = newest(&documents, DocumentKind::Questionnaire)?;
        let profile = DemoProfile::parse(shipped::DEMO_COUNTY.as_bytes())
            .map_err(|faults| ServiceError::new("document.invalid").with_faults(faults))?;
        let samples = self.generate(profile.clone(), questionnaire, seed, enterprises).await?;
        let registry = self.fill_registry(&samples).await?;
        self.hold_previous_round(questionnaire, &samples, &registry).await?;
        let round = self.open_round(questionnaire).await?;
        let mut story = self.collect(&round, &samples, &registry).await?;
        for methodology in documents
            .iter()
            .filter(|document| document.kind == DocumentKind::Methodology)
        {
            let region = profile.regions.get(&methodology.code).cloned();
            if let Some(previous) = round.previous {
                self.run(previous, methodology, region.clone()).await?;
            }
            let run = self.run(round.id, methodology, region).await?;
            story.runs.push(self.tell_run(run, methodology).await?);
        }
        let ranked = |story: &&RunStory| story.run.scored > 0;
        let Some(last) = story.runs.iter().rfind(ranked) else {
            return Err(ServiceError::new("run.no_returns").into());
        };
        let best = last
            .first
            .first()
            .map(|row| row.enterprise)
            .ok_or_else(|| ServiceError::new("run.no_returns"))?;
        let explanation = explain_result(self.service, &operator(), last.run.id, best).await?;
        let logins = self.make_users(best, &registry).await?;
        Ok(Story {
            enterprises,
            workbooks: story.workbooks,
            faulty: story.faulty,
            corrected: story.corrected,
            accepted: story.accepted,
            rules: story.rules,
            runs: story.runs,
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
        let reference = crate::service::documents::catalogue::current_reference(&self.service.db).await?;
        let ids = reference.iter().map(|found| found.document.id).collect::<Vec<_>>();
        let form = self
            .service
            .catalogue
            .form(&self.service.db, questionnaire.id, &ids)
            .await?;
        let county = County::new(profile, &form.survey)
            .map_err(|faults| ServiceError::new("document.invalid").with_faults(faults))?;
        Ok(county.generate(seed, enterprises))
    }

    /// The registry comes in as a list, as a bureau would bring it.
    async fn fill_registry(&self, samples: &[SampleEnterprise]) -> Result<BTreeMap<String, Enterprise>, Failed> {
        std::fs::create_dir_all(&self.folder)?;
        let list = enterprise_list(samples).map_err(ServiceError::internal)?;
        std::fs::write(self.folder.join("enterprises.xlsx"), &list)?;
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
        Ok(store::enterprise::find_enterprises_by_uscc(self.service.db.read(), &Scope::County, &codes).await?)
    }

    /// Last year's round, for those who took part: its accepted answers stand beside this year's cells.
    async fn hold_previous_round(
        &self,
        questionnaire: &Document,
        samples: &[SampleEnterprise],
        registry: &BTreeMap<String, Enterprise>,
    ) -> Result<(), Failed> {
        let took_part = samples
            .iter()
            .filter_map(|sample| Some((registry.get(&sample.facts.uscc)?, sample.previous.as_ref()?)));
        let took_part = took_part.collect::<Vec<_>>();
        if took_part.is_empty() {
            return Ok(());
        }
        let new = NewRound {
            code: "2025".to_owned(),
            title: "2025年度企业两化融合调查".to_owned(),
            year: 2025,
            questionnaire: questionnaire.id,
            accepted_versions: Vec::new(),
            opens_on: day(2025, 3, 1),
            closes_on: day(2026, 12, 31),
            population: Population::List(took_part.iter().map(|(enterprise, _)| enterprise.id).collect()),
            previous: None,
            warnings_must_be_justified: false,
        };
        let round = create_round(self.service, &operator(), new).await?;
        let bar = self.output.progress("last year's returns", took_part.len());
        for (enterprise, answers) in took_part {
            let id = self.return_of(&round, enterprise.id).await?;
            let answers = answers.clone();
            let bytes = self.fill(id, enterprise.id, answers, Prefill::new()).await?;
            let imported = self.upload(id, enterprise, "2025", bytes).await?;
            self.submit_and_accept(&imported, enterprise.id).await?;
            bar.inc(1);
        }
        bar.finish_and_clear();
        Ok(())
    }

    async fn open_round(&self, questionnaire: &Document) -> Result<Round, Failed> {
        let previous = store::round::find_round_by_code(self.service.db.read(), "2025").await?;
        let new = NewRound {
            code: "2026".to_owned(),
            title: "2026年度企业两化融合调查".to_owned(),
            year: 2026,
            questionnaire: questionnaire.id,
            accepted_versions: Vec::new(),
            opens_on: day(2026, 3, 1),
            closes_on: day(2030, 12, 31),
            population: Population::Query(EnterpriseFilter {
                active: Some(true),
                ..EnterpriseFilter::default()
            }),
            previous: previous.map(|round| round.id),
            warnings_must_be_justified: false,
        };
        Ok(create_round(self.service, &operator(), new).await?)
    }

    /// Every enterprise fills in and uploads; what is refused or blocked is corrected in a second upload.
    async fn collect(
        &self,
        round: &Round,
        samples: &[SampleEnterprise],
        registry: &BTreeMap<String, Enterprise>,
    ) -> Result<Collected, Failed> {
        let mut collected = Collected::default();
        let bar = self.output.progress("this year's returns", samples.len());
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
        let found =
            store::survey_return::find_return_of(self.service.db.read(), &Scope::County, round.id, enterprise).await?;
        Ok(found.ok_or_else(|| ServiceError::new("not_found"))?.id)
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
        std::fs::create_dir_all(&folder)?;
        let filename = safe_name(&format!("{}_{}.xlsx", enterprise.facts.uscc, enterprise.facts.name));
        std::fs::write(folder.join(&filename), &bytes)?;
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

    async fn tell_run(&self, run: Run, methodology: &Document) -> Result<RunStory, Failed> {
        let page = PageRequest { limit: 10, after: None };
        let first = runs::read::ranking(self.service, &operator(), run.id, &RankingFilter::default(), &page)
            .await?
            .items;
        let bands = store::run_result::distribution(self.service.db.read(), &Scope::County, run.id).await?;
        let region = store::run_region::find_region(self.service.db.read(), run.id).await?;
        Ok(RunStory {
            region: region.map(|region| region.outcome),
            run,
            title: methodology.title_zh.clone(),
            first,
            bands,
        })
    }

    async fn make_users(
        &self,
        enterprise: EnterpriseId,
        registry: &BTreeMap<String, Enterprise>,
    ) -> Result<Vec<(String, String)>, Failed> {
        let best = registry
            .values()
            .find(|found| found.id == enterprise)
            .ok_or_else(|| ServiceError::new("not_found"))?;
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

#[derive(Default)]
struct Collected {
    workbooks: usize,
    faulty: usize,
    corrected: usize,
    accepted: usize,
    rules: BTreeMap<String, usize>,
    runs: Vec<RunStory>,
}

fn newest(documents: &[Document], kind: DocumentKind) -> Result<&Document, Failed> {
    let found = documents.iter().rfind(|document| document.kind == kind);
    Ok(found.ok_or_else(|| ServiceError::new("document.missing"))?)
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or_default()
}

/// The enterprise list as a workbook.
fn enterprise_list(samples: &[SampleEnterprise]) -> Result<Vec<u8>, rust_xlsxwriter::XlsxError> {
    let mut workbook = Workbook::new();
    let stamp = rust_xlsxwriter::ExcelDateTime::from_ymd(2026, 4, 1)?;
    workbook.set_properties(&rust_xlsxwriter::DocProperties::new().set_creation_datetime(&stamp));
    let sheet = workbook.add_worksheet();
    let titles = [
        "统一社会信用代码",
        "企业名称",
        "镇街代码",
        "行业代码",
        "从业人员",
        "营业收入（万元）",
        "资产总计（万元）",
        "曾用名",
    ];
    for (column, title) in (0_u16..).zip(titles) {
        sheet.write(0, column, title)?;
    }
    for (row, sample) in (1_u32..).zip(samples) {
        let facts = &sample.facts;
        sheet
            .write(row, 0, &facts.uscc)?
            .write(row, 1, &facts.name)?
            .write(row, 2, &facts.area_code)?
            .write(row, 3, &facts.industry_code)?;
        if let Some(employees) = facts.employees {
            sheet.write(row, 4, employees)?;
        }
        for (column, amount) in [(5, facts.revenue_wan_yuan), (6, facts.assets_wan_yuan)] {
            if let Some(amount) = amount {
                sheet.write(row, column, amount.to_string())?;
            }
        }
        sheet.write(row, 7, facts.former_names.join("；"))?;
    }
    workbook.save_to_buffer()
}

impl Story {
    fn text(&self) -> String {
        let mut lines = vec![
            format!(
                "{} enterprises, {} workbooks in {}: {} came back faulty, {} of them corrected, {} returns accepted",
                self.enterprises,
                self.workbooks,
                self.folder.display(),
                self.faulty,
                self.corrected,
                self.accepted
            ),
            format!("findings of the first uploads by rule: {}", most(&self.rules)),
        ];
        for story in &self.runs {
            lines.push(format!(
                "\n{} ({} {})",
                story.title, story.run.methodology_code, story.run.methodology_version
            ));
            if let Some(region) = &story.region {
                lines.push(format!("  {}", told(region)));
                continue;
            }
            lines.push(format!(
                "  {} of {} returns scored, inputs {}",
                story.run.scored, story.run.returns, story.run.inputs_sha256
            ));
            let bands = story
                .bands
                .iter()
                .map(|(band, count)| format!("{}: {count}", band.map_or("-".to_owned(), |band| band.to_string())));
            lines.push(format!("  level or stage: {}", bands.collect::<Vec<_>>().join(", ")));
            for row in &story.first {
                let rank = row.rank.map_or_else(|| "-".to_owned(), |rank| rank.to_string());
                let score = row.score.map_or_else(|| "-".to_owned(), |score| format!("{score:.2}"));
                lines.push(format!("  {rank:>4} {score:>7}  {}  {}", row.uscc, row.enterprise_name));
            }
        }
        lines.push(format!(
            "\nwhy {} stands where it does:",
            self.explanation.result.enterprise_name
        ));
        for root in &self.explanation.roots {
            describe(root, 1, &mut lines);
        }
        lines.extend(self.traced_leaf());
        lines.push(format!(
            "  made from revision {} of workbook {}",
            self.explanation.revision_number, self.explanation.blob_sha256
        ));
        lines.push(format!("\nlogins (password {PASSWORD}):"));
        lines.extend(self.logins.iter().map(|(login, name)| format!("  {login:10} {name}")));
        lines.join("\n")
    }

    /// One indicator followed down to the cells it came from.
    fn traced_leaf(&self) -> Option<String> {
        let root = self.explanation.roots.first()?;
        let leaf = strongest(root, &root.code)?;
        let cells = leaf.questions.iter().filter_map(|code| {
            let evidence = self.explanation.evidence.get(code)?;
            let provenance = evidence.provenance.as_ref()?;
            let Place { sheet, cell } = &provenance.place;
            Some(format!("{code} = {} ({sheet}!{cell})", provenance.raw))
        });
        let cells = cells.collect::<Vec<_>>().join(", ");
        Some(format!("  {} {} comes from {cells}", leaf.code, leaf.label.zh))
    }

    fn json(&self) -> Value {
        let runs = self.runs.iter().map(|story| {
            json!({
                "run_id": story.run.id,
                "methodology": story.run.methodology_code,
                "returns": story.run.returns,
                "scored": story.run.scored,
                "inputs_sha256": story.run.inputs_sha256,
                "results_sha256": story.run.results_sha256,
                "region_index": story.region.as_ref().and_then(|region| region.total),
                "bands": story.bands.iter().map(|(band, count)| json!({ "band": band, "enterprises": count })).collect::<Vec<_>>(),
                "first": story.first.iter().map(|row| json!({
                    "rank": row.rank, "uscc": row.uscc, "name": row.enterprise_name, "score": row.score, "band": row.band,
                })).collect::<Vec<_>>(),
            })
        });
        json!({
            "enterprises": self.enterprises,
            "workbooks": self.workbooks,
            "faulty": self.faulty,
            "corrected": self.corrected,
            "accepted": self.accepted,
            "findings_by_rule": self.rules,
            "runs": runs.collect::<Vec<_>>(),
            "logins": self.logins.iter().map(|(login, _)| login).collect::<Vec<_>>(),
            "folder": self.folder.display().to_string(),
        })
    }
}

/// The index of the county and of its classes.
fn told(region: &RegionScored) -> String {
    let shown = |index: Option<Fixed>| index.map_or_else(|| "-".to_owned(), |index| format!("{:.2}", index.to_f64()));
    let classes = region
        .classes
        .iter()
        .map(|class| format!("{} {}", class.label.zh, shown(class.index)));
    let classes = classes.collect::<Vec<_>>().join(", ");
    format!("index of the county: {} ({classes})", shown(region.total))
}

/// The rules that fired most often.
fn most(rules: &BTreeMap<String, usize>) -> String {
    let mut rules = rules.iter().collect::<Vec<_>>();
    rules.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    rules
        .iter()
        .take(8)
        .map(|(rule, count)| format!("{rule} {count}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// The indicator below a node that contributes most to it.
fn strongest<'a>(node: &'a ExplainNode, root: &str) -> Option<&'a ExplainNode> {
    if node.children.is_empty() {
        return Some(node);
    }
    let leaves = node.children.iter().filter_map(|child| strongest(child, root));
    leaves.max_by_key(|leaf| leaf.contributions.get(root).copied())
}

/// A node and, two levels down, its children: enough to see where a score comes from.
fn describe(node: &ExplainNode, depth: usize, lines: &mut Vec<String>) {
    let score = node
        .score
        .map_or_else(|| "-".to_owned(), |score| format!("{:.2}", score.to_f64()));
    let part = node
        .contribution
        .map_or_else(String::new, |part| format!(" (contributes {:.2})", part.to_f64()));
    lines.push(format!(
        "{}{} {} {score}{part}",
        "  ".repeat(depth),
        node.code,
        node.label.zh
    ));
    if depth < 3 {
        for child in &node.children {
            describe(child, depth + 1, lines);
        }
    }
}
