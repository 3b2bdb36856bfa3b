//! What was missing, and the shortest way up.

use index::card::MissingReason;
use survey::text::Text;

use super::ResultSheet;
use crate::{html::Page, say, words};

pub(super) fn missing(page: &mut Page, sheet: &ResultSheet<'_>) {
    let moved = sheet.missing.moved.iter().flat_map(|moved| &moved.left_out);
    let moved: Vec<String> = moved
        .map(|left| {
            let reason = left.missing.map(reason).unwrap_or_default();
            page.words(
                &format!(
                    "{}{}：不计分，其权重 {} 由同级其他指标分摊。",
                    left.label.zh,
                    bracket(&reason.zh),
                    left.weight.round(2)
                ),
                &format!(
                    "{}{}: not scored; its weight of {} is spread over the others beside it.",
                    left.label.en,
                    bracket_en(&reason.en),
                    left.weight.round(2)
                ),
            )
        })
        .collect();
    let zeroed = sheet.missing.zeroed.iter().map(|zeroed| {
        let reason = reason(zeroed.missing);
        let questions = zeroed.questions.join("、");
        page.words(
            &format!(
                "{}{}：按 0 分计，权重 {}。相关题项：{questions}。",
                zeroed.label.zh,
                bracket(&reason.zh),
                zeroed.weight.round(2)
            ),
            &format!(
                "{}{}: scored 0, weight {}. Questions: {}.",
                zeroed.label.en,
                bracket_en(&reason.en),
                zeroed.weight.round(2),
                zeroed.questions.join(", ")
            ),
        )
    });
    let items: Vec<String> = zeroed.collect::<Vec<_>>().into_iter().chain(moved).collect();
    if items.is_empty() {
        return;
    }
    page.heading("缺失的数据", "Missing data");
    page.list(items);
}

fn reason(missing: MissingReason) -> Text {
    match missing {
        MissingReason::Blank => Text::new("未填", "not answered"),
        MissingReason::NotComputable => Text::new("所填数据无法计算", "cannot be computed from the answers"),
        MissingReason::NotRelevant => Text::new("不涉及", "not relevant to the enterprise"),
        MissingReason::NotApplicable => Text::new("经审核确认不适用", "does not apply, as the reviewer has agreed"),
        MissingReason::NothingBelow => Text::new("下级指标均不计分", "nothing below it is scored"),
    }
}

fn bracket(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("（{text}）")
    }
}

fn bracket_en(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!(" ({text})")
    }
}

pub(super) fn way_up(page: &mut Page, sheet: &ResultSheet<'_>) {
    let Some(next) = sheet.next else {
        return;
    };
    let language = page.language;
    let title = page.words(
        &format!("达到“{}”的差距与途径", next.label.zh),
        &format!("Distance to “{}” and how to reach it", next.label.en),
    );
    page.heading(&title, &title);
    page.list(
        next.conditions
            .iter()
            .map(|condition| say(language, &condition.message))
            .collect::<Vec<_>>(),
    );
    let Some(way) = &sheet.way_up else {
        return;
    };
    let told = |(label, from, to): &(Text, Option<Text>, Text)| match from {
        Some(from) => words(
            language,
            &format!("{}：由“{}”提高到“{}”。", label.zh, from.zh, to.zh),
            &format!("{}: from “{}” to “{}”.", label.en, from.en, to.en),
        ),
        None => words(
            language,
            &format!("{}：目前没有数据，需达到“{}”。", label.zh, to.zh),
            &format!("{}: no data at present; “{}” is needed.", label.en, to.en),
        ),
    };
    if !way.alone.is_empty() {
        let text = page.words("以下任意一项改进即可达到：", "Any one of these improvements is enough:");
        page.paragraph(&text);
        page.list(way.alone.iter().map(told).collect::<Vec<_>>());
    } else if way.together.is_empty() {
        let text = page.words(
            "没有找到可以达到的改进组合。",
            "No combination of improvements was found that reaches it.",
        );
        page.paragraph(&text);
    } else {
        let text = page.words(
            "以下各项同时改进可以达到（可行的一种方案，不一定是改动最少的方案）：",
            "These improvements together are enough (one feasible way, not necessarily the one with the fewest changes):",
        );
        page.paragraph(&text);
        page.list(way.together.iter().map(told).collect::<Vec<_>>());
    }
}
