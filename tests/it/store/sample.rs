//! Named sample data: a district with two towns, three enterprises, a questionnaire and a round.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use ronghe::{
    domain::{
        access::{Role, Scope, User, UserId},
        area::Area,
        blob::Blob,
        document::{Document, DocumentContent, DocumentId, DocumentKind},
        enterprise::{Enterprise, EnterpriseFacts, EnterpriseFilter, EnterpriseId},
        page::{Page, PageRequest},
        round::{Population, Round, RoundId},
        survey_return::{ReturnId, Revision, RevisionId, SurveyReturn},
    },
    ids::{IdSource as _, SeededIds},
    store::{self, Database, StoreError},
};
use serde_json::json;
use uuid::Uuid;

/// 富阳区.
pub(super) const FUYANG: &str = "330111";
/// 富春街道, a town of 富阳区.
pub(super) const FUCHUN: &str = "330111001";
/// 场口镇, a town of 富阳区.
pub(super) const CHANGKOU: &str = "330111110";

/// Identifiers and times for a test, the same on every run.
pub(super) struct Sample {
    ids: Arc<SeededIds>,
    /// The time of the test, with all the microseconds that both databases keep.
    pub(super) now: DateTime<Utc>,
}

impl Sample {
    pub(super) fn new() -> Self {
        let now = DateTime::from_timestamp_micros(1_790_000_000_123_456).unwrap();
        Self {
            ids: SeededIds::from_seed(7),
            now,
        }
    }

    pub(super) fn id(&self) -> Uuid {
        self.ids.next_id(self.now)
    }

    pub(super) fn enterprise(&self, uscc: &str, name: &str, area: &str) -> Enterprise {
        Enterprise {
            id: EnterpriseId(self.id()),
            facts: EnterpriseFacts {
                uscc: uscc.into(),
                name: name.into(),
                former_names: vec![],
                parent_uscc: Some("91330111XY0007775F".into()),
                area_code: area.into(),
                industry_code: "C2221".into(),
                employees: Some(320),
                revenue_wan_yuan: Some("12345678901234.56780".parse().unwrap()),
                assets_wan_yuan: None,
                active: true,
            },
            org_code: uscc.get(8..17).unwrap_or_default().into(),
            uscc_exception: None,
            size_class: Some("medium".into()),
            version: 1,
            created_at: self.now,
            updated_at: self.now,
        }
    }

    /// `count` enterprises of 富春街道 with numbered codes and names.
    pub(super) fn enterprises(&self, count: usize) -> Vec<Enterprise> {
        let numbered = |n| self.enterprise(&format!("91330183MA9{n:07}"), &format!("富春第{n}厂"), FUCHUN);
        (0..count).map(numbered).collect()
    }

    pub(super) fn user(&self, login: &str, role: Role, scope: Scope) -> User {
        User {
            id: UserId(self.id()),
            login: login.into(),
            display_name: format!("{login} 先生"),
            role,
            scope,
            disabled: false,
            version: 1,
            created_at: self.now,
        }
    }

    pub(super) fn document(&self, kind: DocumentKind, code: &str, version: &str) -> DocumentContent {
        DocumentContent {
            document: Document {
                id: DocumentId(self.id()),
                kind,
                code: code.into(),
                version: version.into(),
                title_zh: format!("{code} 调查表"),
                title_en: format!("Questionnaire {code}"),
                sha256: "a".repeat(64),
                published_at: self.now,
            },
            content: "{\n  \"zeta\": 1,\r\n  \"alpha\": \"两化融合\"  }".into(),
        }
    }

    pub(super) fn round(&self, code: &str, questionnaire: DocumentId) -> Round {
        let filter = EnterpriseFilter {
            area: Some(FUYANG.into()),
            active: Some(true),
            ..EnterpriseFilter::default()
        };
        Round {
            id: RoundId(self.id()),
            code: code.into(),
            title: format!("{code} 年两化融合调查"),
            year: 2026,
            questionnaire,
            reference: vec![DocumentId(self.id()), DocumentId(self.id())],
            accepted_versions: vec![DocumentId(self.id())],
            opens_on: NaiveDate::from_ymd_opt(2026, 3, 1).unwrap(),
            closes_on: NaiveDate::from_ymd_opt(2026, 4, 30).unwrap(),
            population: Population::Query(filter),
            previous: None,
            warnings_must_be_justified: false,
            version: 1,
            created_at: self.now,
        }
    }

    pub(super) fn blob(&self, digit: char) -> Blob {
        let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet".into();
        Blob {
            sha256: digit.to_string().repeat(64),
            size_bytes: 48_213,
            media_type,
            created_at: self.now,
        }
    }

    /// A revision whose documents use every kind of answer.
    pub(super) fn revision(&self, survey_return: ReturnId, number: i32, blob_sha256: &str) -> Revision {
        let answers = json!({
            "F03": { "number": "12345678901234567890.123456789" },
            "D01": { "choices": ["C", "A"] },
            "E05": { "number": "0.10" },
            "A01": { "text": "富春江 \"纸业\"\n" },
            "B02": { "boolean": true },
            "T01": { "table": [{ "name": { "text": "ERP" }, "year": { "number": "2019" } }] },
        });
        let claims = json!({
            "K05": { "reason": "没有仓储环节", "place": { "sheet": "K", "cell": "G9" } },
        });
        let provenance = json!({
            "F03": { "place": { "sheet": "F 财务", "cell": "D12" }, "raw": "1.2E+19", "number_format": "0.00" },
            "A01": {
                "place": { "sheet": "A", "cell": "C3" }, "raw": " 富春江", "number_format": "@", "normalised_by": ["WF06"],
            },
        });
        let findings = json!({
            "items": [{
                "rule": "CK044", "class": "quality", "action": "warn", "question": "F03",
                "places": [{ "sheet": "F 财务", "cell": "D12" }], "value": "1.2E+19",
                "message": { "zh": "过大", "en": "too large" },
            }],
            "block": 0, "warn": 1, "info": 0,
        });
        Revision {
            id: RevisionId(self.id()),
            survey_return,
            number,
            blob_sha256: blob_sha256.into(),
            filename: "调查表 (1).xlsx".into(),
            answers: serde_json::from_value(answers).unwrap(),
            claims: serde_json::from_value(claims).unwrap(),
            provenance: serde_json::from_value(provenance).unwrap(),
            findings: serde_json::from_value(findings).unwrap(),
            created_by: "filler".into(),
            created_at: self.now,
            import: None,
            part_sha256: None,
        }
    }
}

/// What [`county`] has put into the database.
pub(super) struct County {
    pub(super) sample: Sample,
    /// 富春江纸业, in 富春街道.
    pub(super) paper: Enterprise,
    /// 场口机械, in 场口镇.
    pub(super) machines: Enterprise,
    /// 富阳电子, registered in the district itself.
    pub(super) electronics: Enterprise,
    pub(super) questionnaire: DocumentId,
    /// A round that asks all three.
    pub(super) round: Round,
}

/// 富春街道's officer.
pub(super) fn fuchun() -> Scope {
    Scope::Town(FUCHUN.into())
}

/// Fills a database.
pub(super) async fn county(db: &Database) -> County {
    let sample = Sample::new();
    let mut paper = sample.enterprise("91330183MA2AAAAAAA", "杭州富春江纸业有限公司", FUCHUN);
    paper.facts.former_names = vec!["富阳造纸厂".into(), "Fuyang PAPER_Mill 100%".into()];
    let mut machines = sample.enterprise("91330183MA2BBBBBBB", "场口精密机械有限公司", CHANGKOU);
    machines.facts.industry_code = "C3831".into();
    machines.size_class = None;
    let mut electronics = sample.enterprise("91330183MA2CCCCCCC", "富阳电子有限公司", FUYANG);
    electronics.facts.industry_code = "I6510".into();
    electronics.facts.active = false;
    let questionnaire = sample.document(DocumentKind::Questionnaire, "integration", "1.0.0");
    let round = sample.round("2026", questionnaire.document.id);
    let txn = db.begin_write().await.unwrap();
    store::area::replace_areas(&txn, &areas()).await.unwrap();
    let enterprises = [paper.clone(), machines.clone(), electronics.clone()];
    store::enterprise::insert_enterprises(&txn, &Scope::County, &enterprises)
        .await
        .unwrap();
    store::document::insert_document(&txn, &questionnaire).await.unwrap();
    store::round::insert_round(&txn, &round).await.unwrap();
    let members = enterprises.map(|enterprise| (enterprise.id, ReturnId(sample.id())));
    store::round::add_members(&txn, round.id, &members, sample.now)
        .await
        .unwrap();
    txn.commit().await.unwrap();
    County {
        sample,
        paper,
        machines,
        electronics,
        questionnaire: questionnaire.document.id,
        round,
    }
}

impl County {
    /// The return of an enterprise in the round.
    pub(super) async fn return_of(&self, db: &Database, enterprise: &Enterprise) -> SurveyReturn {
        let found = store::survey_return::find_return_of(db.read(), &Scope::County, self.round.id, enterprise.id).await;
        found.unwrap().unwrap()
    }

    /// Uploads and accepts a revision of the return of an enterprise.
    pub(super) async fn accept(&self, db: &Database, enterprise: &Enterprise) -> Revision {
        let mut survey_return = self.return_of(db, enterprise).await;
        let blob = self.sample.blob('e');
        let revision = self.sample.revision(survey_return.id, 1, &blob.sha256);
        survey_return.latest = Some(revision.id);
        survey_return.accepted = Some(revision.id);
        survey_return.state = ronghe::domain::survey_return::ReturnState::Accepted;
        let txn = db.begin_write().await.unwrap();
        store::blob::record_blob(&txn, &blob).await.unwrap();
        store::survey_return::insert_revision(&txn, &Scope::County, &revision)
            .await
            .unwrap();
        let version = survey_return.version;
        store::survey_return::update_return(&txn, &Scope::County, &survey_return, version)
            .await
            .unwrap();
        txn.commit().await.unwrap();
        revision
    }
}

/// 浙江省, 杭州市, 富阳区 and its towns 富春街道 and 场口镇; and 富阳市, which 富阳区 followed.
pub(super) fn areas() -> Vec<Area> {
    let area = |code: &str, name: &str, level: &str, parent: Option<&str>| Area {
        code: code.into(),
        name: name.into(),
        level: level.into(),
        parent: parent.map(Into::into),
        valid_from: None,
        valid_to: None,
        succeeded_by: None,
        former_names: vec![],
    };
    let mut fuyang = area(FUYANG, "富阳区", "county", Some("330100"));
    fuyang.valid_from = Some("2015-02".into());
    fuyang.former_names = vec!["富阳市".into()];
    let mut before = area("330183", "富阳市", "county", Some("330100"));
    before.valid_to = Some("2015-02".into());
    before.succeeded_by = Some(FUYANG.into());
    vec![
        area("330000", "浙江省", "province", None),
        area("330100", "杭州市", "city", Some("330000")),
        fuyang,
        area(FUCHUN, "富春街道", "town", Some(FUYANG)),
        area(CHANGKOU, "场口镇", "town", Some(FUYANG)),
        before,
    ]
}

/// A first page of at most `limit` items.
pub(super) fn first(limit: u64) -> PageRequest {
    PageRequest { limit, after: None }
}

/// Walks a list from its first page to its last and gives all items.
pub(super) async fn walk<T>(
    limit: u64,
    mut list: impl AsyncFnMut(PageRequest) -> Result<Page<T>, StoreError>,
) -> Vec<T> {
    let mut all = Vec::new();
    let mut request = first(limit);
    loop {
        let page = list(request.clone()).await.unwrap();
        assert!(page.items.len() as u64 <= limit, "a page holds at most its limit");
        all.extend(page.items);
        match page.next {
            Some(cursor) => request.after = Some(cursor),
            None => return all,
        }
    }
}

/// Counts the statements that `work` sends.
pub(super) async fn statements(db: &Database, work: impl AsyncFnOnce()) -> u64 {
    let before = db.statements();
    work().await;
    db.statements() - before
}
