use serde_json::json;

use super::*;

fn document() -> Value {
    json!({
        "version": "1", "title": {"zh": "甲", "en": "A"},
        "indicators": [
            {"code": "P1", "label": {"zh": "一", "en": "one"}, "weight": 60, "score": {"kind": "linear_bands", "points": [[0, 0], [3, 100]]}},
            {"code": "P2", "label": {"zh": "二", "en": "two"}, "weight": 40, "score": {"kind": "option_points", "points": {"A": 0, "B": 50}}},
        ],
        "stages": {"rules": [{"stage": 2, "expression": "P >= 40.0"}, {"stage": 1, "expression": "true"}]},
    })
}

#[test]
fn a_document_does_not_differ_from_itself() {
    assert_eq!(difference(&document(), &document()), []);
}

#[test]
fn every_change_is_told_at_its_place() {
    let mut after = document();
    after["indicators"] = json!([
        {"code": "P2", "label": {"zh": "二", "en": "two"}, "weight": 100, "score": {"kind": "option_points", "points": {"A": 10, "B": 50}}},
        {"code": "P3", "label": {"zh": "三", "en": "three"}, "weight": 0},
    ]);
    after["stages"]["rules"][0]["expression"] = json!("P >= 50.0");
    after["title"]["en"] = json!("B");
    let found = difference(&document(), &after);
    let told: Vec<_> = found
        .iter()
        .map(|change| (change.kind, change.area, change.pointer.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (ChangeKind::Changed, ChangeArea::Words, "/title"),
            (ChangeKind::Changed, ChangeArea::Weight, "/indicators/0/weight"),
            (ChangeKind::Changed, ChangeArea::Points, "/indicators/0/score/points/A"),
            (ChangeKind::Added, ChangeArea::Tree, "/indicators/1"),
            (ChangeKind::Removed, ChangeArea::Tree, "/indicators/0"),
            (ChangeKind::Changed, ChangeArea::Cuts, "/stages/rules/0/expression"),
        ]
    );
    assert_eq!(found[1].message.zh, "指标 › P2 二 › 权重：由 40 改为 100。");
    assert_eq!(found[1].message.en, "indicator › P2 two › weight: 40 became 100.");
    assert_eq!(
        (&found[5].was, &found[5].is),
        (&Some(json!("P >= 40.0")), &Some(json!("P >= 50.0")))
    );
    for change in &found {
        let document = if change.is.is_some() { &after } else { &self::document() };
        let value = document.pointer(&change.pointer);
        assert_eq!(value, change.is.as_ref().or(change.was.as_ref()), "{}", change.pointer);
    }
}
#[test]
fn stages_of_a_composite_are_cuts_like_its_levels() {
    let rule = |stage: u32, expression: &str| json!({"stage": stage, "label": {"zh": "段", "en": "stage"}, "expression": expression});
    let with = |field: &str, value: Value| json!({"kind": "composite", field: value});
    let before = json!({"on": "score", "rules": [rule(2, "D >= 40.0"), rule(1, "true")]});
    let after = json!({"on": "published", "rules": [rule(3, "P >= 70.0"), rule(2, "D >= 50.0"), rule(1, "true")]});
    let check = |before: &Value, after: &Value, expected: &[(ChangeKind, &str, &str)]| {
        let found = difference(before, after);
        let told: Vec<_> = found
            .iter()
            .map(|change| (change.kind, change.pointer.as_str(), change.message.en.as_str()))
            .collect();
        assert_eq!(told, expected);
        assert!(found.iter().all(|change| change.area == ChangeArea::Cuts));
    };
    let (before, after) = (with("stages", before), with("stages", after));
    let added = format!("stage › rule › 3 stage: added {}.", after["stages"]["rules"][0]);
    check(
        &before,
        &after,
        &[
            (
                ChangeKind::Changed,
                "/stages/on",
                "stage › which scores: score became published.",
            ),
            (ChangeKind::Added, "/stages/rules/0", added.as_str()),
            (
                ChangeKind::Changed,
                "/stages/rules/1/expression",
                "stage › rule › 2 stage › expression: D >= 40.0 became D >= 50.0.",
            ),
        ],
    );
    let levels = with("levels", json!({"cuts": [{"code": "A"}]}));
    check(
        &levels,
        &with("stages", json!({"rules": []})),
        &[
            (ChangeKind::Added, "/stages", "stage: added {\"rules\":[]}."),
            (
                ChangeKind::Removed,
                "/levels",
                "level: removed {\"cuts\":[{\"code\":\"A\"}]}.",
            ),
        ],
    );
}
