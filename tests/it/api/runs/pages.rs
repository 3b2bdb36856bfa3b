//! Results to print: what a director and a leader read.

use poem::http::StatusCode;
use serde_json::json;

use super::{INDEX, LEVEL, Round, at};
use crate::app::App;

#[tokio::test(flavor = "multi_thread")]
async fn a_result_and_a_league_table_are_printed_in_both_languages() {
    let app = App::new().await;
    let round = Round::of(&app).await;
    for methodology in [INDEX, LEVEL] {
        let run = round.compute(methodology).await;
        let ranking = round.get(&format!("{}/results", at(&run))).await;
        let last = ranking["items"]
            .as_array()
            .unwrap()
            .iter()
            .rfind(|row| row.get("score").is_some())
            .unwrap();
        let id = last["enterprise_id"].as_str().unwrap();
        let path = format!("{}/results/{id}/result.html", at(&run));
        let page = async |path: &str| {
            let answer = round.bureau.get(path).await.expect(StatusCode::OK);
            assert!(answer.header("content-security-policy").contains("default-src 'none'"));
            String::from_utf8(answer.body).unwrap()
        };
        let zh = page(&path).await;
        for text in [
            last["enterprise_name"].as_str().unwrap(),
            "尚未发布",
            "得分构成",
            "差距与途径",
            "要求",
        ] {
            assert!(zh.contains(text), "{text}: {zh}");
        }
        // Without a size class nobody is its peer, and the page says so.
        assert!(zh.contains("企业名录中没有本企业的规模"), "{zh}");
        // Neither conditions of the document nor names of its members, and no more decimals than are printed.
        for text in ["&gt;=", ">=", "min_score", "_rate", "equip_", "名次的稳定程度"] {
            assert!(!zh.contains(text), "{text}: {zh}");
        }
        let explanation = round.get(&format!("{}/results/{id}", at(&run))).await;
        for condition in explanation["next"]["conditions"].as_array().unwrap() {
            assert!(zh.contains(condition["message"]["zh"].as_str().unwrap()), "{condition}");
        }
        let en = page(&format!("{path}?language=en")).await;
        assert!(en.contains("What the score comes from"), "{en}");
        assert!(!en.contains("得分构成") && en.contains("which is"), "{en}");

        // A tested run tells how certain the rank is.
        let shaken = round
            .bureau
            .post(&format!("{}/robustness", at(&run)), json!({ "replications": 50 }))
            .await;
        round.bureau.job(shaken).await;
        let tested = page(&path).await;
        assert!(
            tested.contains("名次的稳定程度") && tested.contains("重复测算 50 次"),
            "{tested}"
        );

        let own = &round.fillers[id];
        own.get(&path).await.refused(StatusCode::NOT_FOUND, "not_found");
        round.publish(&run).await;
        let published = own.get(&path).await.expect(StatusCode::OK);
        assert!(!String::from_utf8(published.body).unwrap().contains("尚未发布"));

        let league = format!("{}/league.html", at(&run));
        let zh = page(&league).await;
        for text in ["回收率", "分镇街", "分行业", "合计", "不予公布"] {
            assert!(zh.contains(text), "{text}: {zh}");
        }
        assert!(!zh.contains("330111"), "towns by name: {zh}");
        // Four enterprises in as many towns: nothing may be told of any.
        assert!(zh.contains("<td class=\"n\">*</td>"), "{zh}");
        assert!(page(&format!("{league}?language=en")).await.contains("Return rate"));
        own.get(&league).await.refused(StatusCode::FORBIDDEN, "forbidden");
        let workbook = round
            .bureau
            .get(&format!("{}/league.xlsx", at(&run)))
            .await
            .expect(StatusCode::OK);
        let mut book: calamine::Xlsx<_> = calamine::Reader::new(std::io::Cursor::new(workbook.body)).unwrap();
        let towns = calamine::Reader::worksheet_range(&mut book, "镇街 Towns").unwrap();
        let heads: Vec<String> = towns.rows().next().unwrap().iter().map(ToString::to_string).collect();
        assert!(heads.iter().any(|head| head.starts_with("回收率")), "{heads:?}");
        assert_eq!(towns.rows().next_back().unwrap()[1].to_string(), "合计");
    }
    app.end().await;
}
