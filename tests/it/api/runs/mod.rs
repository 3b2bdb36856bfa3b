//! Runs: their lives, beside each other, tried, varied and explained.

mod back_tests;
pub(in crate::api) mod composite;
mod decompositions;
mod explain;
mod export;
mod lifecycle;
mod pages;
mod regions;
mod robustness;
mod statistics;
mod weighings;
mod what_if;

use std::collections::BTreeMap;

use poem::http::StatusCode;
use serde_json::{Value, json};
use survey::answer::Answer;
use workbook::prefill::Prefill;

use crate::{
    app::{Actor, App},
    county::{self, County, Sample},
};

const INDEX: &str = "integration-index-2026";

const LEVEL: &str = "sme-level-2024";

/// A county in which everybody without claims has an accepted return.
pub(in crate::api) struct Round<'a> {
    pub(in crate::api) app: &'a App,
    pub(in crate::api) admin: Actor<'a>,
    pub(in crate::api) bureau: Actor<'a>,
    pub(in crate::api) county: County,
    pub(in crate::api) fillers: BTreeMap<String, Actor<'a>>,
}

impl<'a> Round<'a> {
    pub(in crate::api) async fn of(app: &'a App) -> Self {
        Self::of_all_but(app, 0).await
    }

    /// The last of them have not handed in yet.
    pub(in crate::api) async fn of_all_but(app: &'a App, missing: usize) -> Self {
        let admin = app.admin().await;
        let mut county = county::build(&admin).await;
        county.samples.retain(|sample| sample.claims.is_empty());
        let bureau = app.bureau().await;
        let mut fillers = BTreeMap::new();
        for sample in &county.samples {
            fillers.insert(sample.id.clone(), app.filler(&sample.id).await);
        }
        let round = Self {
            app,
            admin,
            bureau,
            county,
            fillers,
        };
        let handing_in = round.county.samples.len() - missing;
        for sample in round.county.samples.iter().take(handing_in) {
            round.hand_in(sample, &sample.answers).await;
        }
        round
    }

    /// Uploads, submits and accepts.
    pub(in crate::api) async fn hand_in(&self, sample: &Sample, answers: &survey::answer::Answers) {
        let filler = &self.fillers[&sample.id];
        let path = format!("/api/v1/returns/{}", sample.return_id);
        let bytes = self.app.filled(&sample.return_id, answers, Prefill::new()).await;
        filler
            .upload(&format!("{path}/revisions"), bytes)
            .await
            .expect(StatusCode::CREATED);
        for (actor, step) in [(filler, "submit"), (&self.bureau, "accept")] {
            let etag = actor.get(&path).await.expect(StatusCode::OK).header("etag");
            actor
                .step(&format!("{path}/{step}"), &etag, None)
                .await
                .expect(StatusCode::OK);
        }
    }

    pub(in crate::api) async fn methodology(&self, code: &str) -> Value {
        let path = "/api/v1/documents?kind=methodology";
        let found = self.bureau.get(path).await.expect(StatusCode::OK).json();
        let mut items = found["items"].as_array().unwrap().iter();
        items.find(|document| document["code"] == code).unwrap().clone()
    }

    pub(in crate::api) async fn compute(&self, methodology: &str) -> String {
        let body =
            json!({ "round_id": self.county.round_id, "methodology_id": self.methodology(methodology).await["id"] });
        let job = self.bureau.job(self.bureau.post("/api/v1/runs", body).await).await;
        assert_eq!(job["state"], "succeeded", "{job}");
        assert!(
            job["total"].as_i64().unwrap() > 0 && job["done"] == job["total"],
            "{job}"
        );
        job["result"]["run_id"].as_str().unwrap().to_owned()
    }

    pub(in crate::api) async fn step(&self, actor: &Actor<'_>, run: &str, step: &str) -> crate::app::Answer {
        let etag = actor.get(&at(run)).await.expect(StatusCode::OK).header("etag");
        actor.step(&format!("{}/{step}", at(run)), &etag, None).await
    }

    pub(in crate::api) async fn publish(&self, run: &str) -> Value {
        self.step(&self.bureau, run, "freeze").await.expect(StatusCode::OK);
        self.step(&self.admin, run, "publish")
            .await
            .expect(StatusCode::OK)
            .json()
    }

    pub(in crate::api) async fn get(&self, path: &str) -> Value {
        self.bureau.get(path).await.expect(StatusCode::OK).json()
    }
}

/// The same return with another answer to one question.
pub(in crate::api) fn changed(sample: &Sample, code: &str, answer: Answer) -> survey::answer::Answers {
    let mut answers = sample.answers.clone();
    assert_ne!(
        answers.insert(code.to_owned(), answer.clone()),
        Some(answer),
        "{code} changes"
    );
    answers
}

pub(in crate::api) fn at(run: &str) -> String {
    format!("/api/v1/runs/{run}")
}

pub(in crate::api) fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}
