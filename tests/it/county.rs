//! A small county: the enterprises of the worked examples, with a round that asks them.

use poem::http::{Method, StatusCode};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use survey::{
    answer::{Answer, AnswerRow, Answers, Claim, Claims},
    cell::Place,
    questionnaire::{Question, QuestionType, Questionnaire},
};

use crate::app::{Actor, worked_examples};

/// An enterprise of the worked examples, known to the registry and asked in the round.
#[derive(Clone)]
pub(crate) struct Sample {
    pub(crate) id: String,
    pub(crate) return_id: String,
    pub(crate) answers: Answers,
    pub(crate) expected: Value,
    pub(crate) area: String,
    pub(crate) uscc: String,
    /// What is claimed not to apply.
    pub(crate) claims: Claims,
}

/// The round and everybody in it.
pub(crate) struct County {
    pub(crate) round_id: String,
    pub(crate) samples: Vec<Sample>,
}

/// Builds the county through the API.
pub(crate) async fn build(admin: &Actor<'_>) -> County {
    let mut enterprises = Vec::new();
    for example in worked_examples()["enterprises"].as_array().unwrap() {
        let answers = &example["answers"];
        let created = admin
            .post(
                "/api/v1/enterprises",
                json!({
                    "uscc": answers["A02"], "name": answers["A01"], "area_code": answers["A08"], "industry_code": answers["A10"],
                }),
            )
            .await
            .expect(StatusCode::CREATED);
        enterprises.push((created.json()["id"].as_str().unwrap().to_owned(), example));
    }
    let round_id = open_round(admin, "2026", json!({})).await;
    let mut samples = Vec::new();
    for (id, example) in enterprises {
        let found = admin
            .get(&format!("/api/v1/returns?round_id={round_id}&enterprise_id={id}"))
            .await
            .expect(StatusCode::OK);
        samples.push(Sample {
            return_id: found.json()["items"][0]["survey_return"]["id"]
                .as_str()
                .unwrap()
                .to_owned(),
            answers: answers(&questionnaire(), &example["answers"]),
            expected: example["expected"].clone(),
            area: example["answers"]["A08"].as_str().unwrap().to_owned(),
            uscc: example["answers"]["A02"].as_str().unwrap().to_owned(),
            claims: claims(&example["not_applicable"]),
            id,
        });
    }
    County { round_id, samples }
}

pub(crate) fn claims(codes: &Value) -> Claims {
    let claim = |code: &Value| {
        let claim = Claim {
            reason: "本企业没有这一环节".to_owned(),
            place: Place {
                sheet: String::new(),
                cell: String::new(),
            },
        };
        (code.as_str().unwrap().to_owned(), claim)
    };
    codes.as_array().unwrap().iter().map(claim).collect()
}

/// Opens a round over everybody, with these members changed or added.
pub(crate) async fn open_round(admin: &Actor<'_>, code: &str, changes: Value) -> String {
    let questionnaires = admin
        .get("/api/v1/documents?kind=questionnaire")
        .await
        .expect(StatusCode::OK)
        .json();
    // The code begins with the year.
    let year: i32 = code[..4].parse().unwrap();
    let mut round = json!({
        "code": code, "title": format!("{year}年度调查"), "year": year, "questionnaire_id": questionnaires["items"][0]["id"],
        "opens_on": "2026-03-01", "closes_on": "2026-05-31", "population": {},
    });
    round
        .as_object_mut()
        .unwrap()
        .extend(changes.as_object().unwrap().clone());
    let created = admin.post("/api/v1/rounds", round).await.expect(StatusCode::CREATED);
    created.json()["id"].as_str().unwrap().to_owned()
}

/// The shipped questionnaire, as it is asked in 2026.
pub(crate) fn questionnaire() -> Questionnaire {
    let text = ronghe::shipped::file("questionnaire_integration.json").unwrap();
    Questionnaire::parse(text.as_bytes()).unwrap().in_year(2026).unwrap()
}

/// Answers as a person would write them in JSON, typed by the questionnaire.
pub(crate) fn answers(questionnaire: &Questionnaire, written: &Value) -> Answers {
    let typed = |code: &String, value: &Value| {
        let question = questionnaire
            .questions
            .iter()
            .find(|question| question.code == *code)
            .unwrap();
        (code.clone(), answer(question, value))
    };
    written
        .as_object()
        .unwrap()
        .iter()
        .map(|(code, value)| typed(code, value))
        .collect()
}

fn answer(question: &Question, value: &Value) -> Answer {
    match question.kind {
        QuestionType::Table => {
            let columns = question.columns.as_ref().unwrap();
            let row = |row: &Value| -> AnswerRow {
                let cells = columns.iter().filter(|column| !row[&column.code].is_null());
                cells
                    .map(|column| (column.code.clone(), scalar(column.kind, &row[&column.code])))
                    .collect()
            };
            Answer::Table(value.as_array().unwrap().iter().map(row).collect())
        }
        kind => scalar(kind, value),
    }
}

fn scalar(kind: QuestionType, value: &Value) -> Answer {
    let text = || value.as_str().unwrap().to_owned();
    match kind {
        QuestionType::Text => Answer::Text(text()),
        QuestionType::Date => Answer::Date(text()),
        QuestionType::Single => Answer::Choice(text()),
        QuestionType::Multi => Answer::Choices(
            value
                .as_array()
                .unwrap()
                .iter()
                .map(|code| code.as_str().unwrap().to_owned())
                .collect(),
        ),
        QuestionType::Boolean => Answer::Boolean(value.as_bool().unwrap()),
        _ => Answer::Number(value.to_string().parse::<Decimal>().unwrap().normalize()),
    }
}

/// Publishes the next version of the questionnaire: it asks one question in other words (F05) and one more (F99).
pub(crate) async fn publish_next_version(admin: &Actor<'_>) -> Value {
    let shipped = ronghe::shipped::file("questionnaire_integration.json").unwrap();
    let mut next: Value = serde_json::from_str(shipped).unwrap();
    next["version"] = json!("99.0.0");
    let questions = next["questions"].as_array_mut().unwrap();
    let changed = questions.iter_mut().find(|question| question["code"] == "F05").unwrap();
    changed["label"] =
        json!({ "zh": "工业增加值（新口径，上年）", "en": "Value added by the new definition, last year" });
    let mut added = changed.clone();
    added["code"] = json!("F99");
    added["row"] = json!("F99");
    added["required"] = json!(false);
    questions.push(added);
    let path = "/api/v1/documents?kind=questionnaire";
    let published = admin.upload(path, serde_json::to_vec(&next).unwrap()).await;
    published.expect(StatusCode::CREATED).json()
}

/// Moves a round to another version of its questionnaire; the one before stays accepted.
pub(crate) async fn move_to(admin: &Actor<'_>, round: &str, version: &Value) -> Value {
    let path = format!("/api/v1/rounds/{round}");
    let etag = admin.get(&path).await.expect(StatusCode::OK).header("etag");
    let to = json!({ "questionnaire_id": version["id"] });
    let moved = admin.change(Method::PATCH, &path, Some(&etag), to).await;
    moved.expect(StatusCode::OK).json()
}

impl Sample {
    /// The name of the enterprise, as it answers itself.
    pub(crate) fn answers_name(&self) -> String {
        match &self.answers["A01"] {
            Answer::Text(name) => name.clone(),
            other => panic!("{other:?}"),
        }
    }
}
