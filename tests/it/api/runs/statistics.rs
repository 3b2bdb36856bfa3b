//! Groups, distributions and benchmarks.

use poem::http::StatusCode;

use super::{INDEX, Round, at};
use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn tables_over_few_tell_of_nobody() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    let run = round.compute(INDEX).await;
    for by in ["area", "size_class", "industry", "industry&industry_length=1"] {
        let groups = round.get(&format!("{}/groups?by={by}", at(&run))).await;
        let items = groups["items"].as_array().unwrap();
        for item in items {
            let few = item.get("enterprises").is_none();
            assert_eq!(
                item.get("mean").is_none() && item.get("scored").is_none(),
                few,
                "{item}"
            );
            assert!(few || item["enterprises"].as_i64().unwrap() >= 3, "{item}");
        }
        let hidden = items.iter().filter(|item| item.get("enterprises").is_none()).count();
        assert_ne!(hidden, 1, "{by}: one hidden group would follow from the total");
        assert_eq!(groups["all"]["enterprises"], 4);
    }
    let distribution = round.get(&format!("{}/distribution", at(&run))).await;
    let hidden = distribution["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item.get("enterprises").is_none());
    assert_ne!(hidden.count(), 1);
    let sample = &round.county.samples[0];
    let filler = &round.fillers[&sample.id];
    round.publish(&run).await;
    let benchmark = filler
        .get(&format!("{}/results/{}/benchmark", at(&run), sample.id))
        .await;
    let refused = benchmark.status == StatusCode::CONFLICT;
    assert!(
        refused || benchmark.json().get("peers").is_none(),
        "no three of one industry and size"
    );
    filler
        .get(&format!("{}/groups?by=area", at(&run)))
        .await
        .refused(StatusCode::FORBIDDEN, "forbidden");
    app.end().await;
}
