//! The energy account of a return.

use poem::http::StatusCode;
use serde_json::json;

use crate::{
    api::runs::{Round, number},
    app::App,
};

#[tokio::test(flavor = "multi_thread")]
async fn the_energy_of_a_return_is_accounted_step_by_step() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    for sample in &round.county.samples {
        let path = format!("/api/v1/returns/{}", sample.return_id);
        let revision = round.get(&path).await["accepted_revision_id"].clone();
        let energy = format!("/api/v1/revisions/{}/energy", revision.as_str().unwrap());
        let account = round.fillers[&sample.id]
            .get(&energy)
            .await
            .expect(StatusCode::OK)
            .json();
        let derived = &sample.expected["derived"];
        for (found, expected) in [
            (&account["year"]["energy_tce"], &derived["energy_tce"]),
            (&account["year_before"]["energy_tce"], &derived["energy_tce_before"]),
            (&account["year"]["co2_t"], &derived["co2_t"]),
        ] {
            match expected.as_f64() {
                Some(expected) => assert!(
                    (number(found) - expected).abs() < 6e-5 * expected.abs().max(1.0),
                    "{found}, {expected}"
                ),
                None => assert!(found.is_null()),
            }
        }
        assert_eq!(
            (&account["year"]["agrees"], &account["year_before"]["agrees"]),
            (&json!(true), &json!(true))
        );
        assert_eq!(account["energy_set"], "form-205-1");
        let lines = account["year"]["lines"].as_array().unwrap();
        let electricity = &lines[0];
        assert_eq!(
            (
                &electricity["factor"]["basis"],
                &electricity["equivalent_factor"]["basis"]
            ),
            (&json!("equal"), &json!("equivalent"))
        );
    }
    let other = &round.county.samples[1];
    let path = format!("/api/v1/returns/{}", other.return_id);
    let revision = round.get(&path).await["accepted_revision_id"].clone();
    round.fillers[&round.county.samples[0].id]
        .get(&format!("/api/v1/revisions/{}/energy", revision.as_str().unwrap()))
        .await
        .refused(StatusCode::NOT_FOUND, "not_found");
    app.end().await;
}
