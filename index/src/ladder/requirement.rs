//! What a level or stage asks for and what there is of it, as a sentence: names instead of codes, and no more decimals than are
//! printed, unless these would hide what is lacking.

use survey::text::Text;

use super::{attained::AttainedKind, stage::Operator};
use crate::exact::Fixed;

/// What a level or stage asks for, and what there is of it.
pub(crate) struct Requirement<'a> {
    pub(crate) kind: AttainedKind,
    /// Label of the level or stage.
    pub(crate) label: &'a Text,
    pub(crate) of: Subject<'a>,
    pub(crate) holds: bool,
    /// None where the score is missing.
    pub(crate) found: Option<Fixed>,
    /// Decimals in print.
    pub(crate) decimals: u32,
}

/// What it is about.
pub(crate) enum Subject<'a> {
    /// The score of a node, compared with a number.
    Score {
        node: &'a Text,
        operator: Operator,
        limit: Fixed,
    },
    /// So many scenes of at least the level.
    Scenes(Fixed),
    /// So many constrained scenes of at least the level.
    Constrained(Fixed),
    /// A condition over the scores of some nodes that is no plain comparison.
    Several(Vec<&'a Text>),
}

impl Requirement<'_> {
    /// The requirement, what there is and what is lacking.
    pub(crate) fn sentence(&self) -> Text {
        let asked = self.asked();
        let found = self.standing();
        let (zh_kind, en_kind) = match self.kind {
            AttainedKind::Level => ("", "Level"),
            AttainedKind::Stage => ("阶段", "Stage"),
        };
        Text::new(
            format!("“{}”{zh_kind}要求{}，{}。", self.label.zh, asked.zh, found.zh),
            format!("{en_kind} “{}” requires {}; {}.", self.label.en, asked.en, found.en),
        )
    }

    fn asked(&self) -> Text {
        match &self.of {
            Subject::Score { node, operator, limit } => {
                let (zh, en) = operator.words();
                // A label such as 专题得分 says already what it is.
                let score = if node.zh.ends_with("得分") { "" } else { "得分" };
                Text::new(
                    format!("{}{score}{zh} {limit} 分", node.zh),
                    format!("a score of {en} {limit} for {}", node.en),
                )
            }
            Subject::Scenes(least) => Text::new(
                format!("达到该级的场景不少于 {least} 个"),
                format!("at least {least} scenarios of that level"),
            ),
            Subject::Constrained(least) => Text::new(
                format!("达到该级的约束性场景不少于 {least} 个"),
                format!("at least {least} mandatory scenarios of that level"),
            ),
            Subject::Several(nodes) => {
                let names = |of: fn(&Text) -> &String, with: &str| {
                    let names: Vec<&str> = nodes.iter().map(|node| of(node).as_str()).collect();
                    names.join(with)
                };
                Text::new(
                    format!("{}的得分符合评价方法规定的条件", names(|node| &node.zh, "、")),
                    format!(
                        "that the scores for {} meet the condition of the methodology",
                        names(|node| &node.en, ", ")
                    ),
                )
            }
        }
    }

    fn standing(&self) -> Text {
        let (unit, limit) = match &self.of {
            Subject::Several(_) if self.holds => return Text::new("该企业符合", "the enterprise meets it"),
            Subject::Several(_) => return Text::new("该企业不符合", "the enterprise does not meet it"),
            Subject::Score { limit, .. } => (" 分", *limit),
            Subject::Scenes(least) | Subject::Constrained(least) => (" 个", *least),
        };
        let Some(found) = self.found else {
            return Text::new("该企业没有这项得分", "the enterprise has no score for it");
        };
        let (found, distance) = self.printed(found, limit);
        let (zh, en) = if self.holds {
            ("已达到".to_owned(), "which meets it".to_owned())
        } else if distance == Fixed::ZERO {
            ("未达到".to_owned(), "which does not meet it".to_owned())
        } else if found < limit {
            (format!("差 {distance}{unit}"), format!("which is {distance} short"))
        } else {
            (
                format!("高出 {distance}{unit}"),
                format!("which is {distance} too many"),
            )
        };
        Text::new(
            format!("该企业为 {found}{unit}，{zh}"),
            format!("the enterprise has {found}, {en}"),
        )
    }

    /// What there is and how far it is from the limit, with as many decimals as are printed, or as many as show the distance.
    fn printed(&self, found: Fixed, limit: Fixed) -> (Fixed, Fixed) {
        let distance = (limit - found).abs();
        let shown = |decimals: &u32| distance == Fixed::ZERO || distance.round(*decimals) != Fixed::ZERO;
        let decimals = (self.decimals..Fixed::DECIMALS).find(shown);
        let decimals = decimals.unwrap_or(Fixed::DECIMALS);
        (found.round(decimals), distance.round(decimals))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(text: &str) -> Fixed {
        Fixed::parse(text).unwrap()
    }

    #[test]
    fn a_requirement_is_told_in_a_sentence() {
        let (label, node) = (Text::new("创新突破", "Innovation"), Text::new("基础建设", "Foundation"));
        let check = |kind, of, found: Option<&str>, holds, zh: &str, en: &str| {
            let requirement = Requirement {
                kind,
                label: &label,
                of,
                holds,
                found: found.map(number),
                decimals: 2,
            };
            assert_eq!(requirement.sentence(), Text::new(zh, en));
        };
        let score = |operator, limit| Subject::Score {
            node: &node,
            operator,
            limit: number(limit),
        };
        check(
            AttainedKind::Stage,
            score(Operator::GreaterEqual, "60.0"),
            Some("31.4163"),
            false,
            "“创新突破”阶段要求基础建设得分不低于 60 分，该企业为 31.42 分，差 28.58 分。",
            "Stage “Innovation” requires a score of at least 60 for Foundation; the enterprise has 31.42, which is 28.58 short.",
        );
        // Two decimals would tell of 60 and nothing lacking.
        check(
            AttainedKind::Stage,
            score(Operator::GreaterEqual, "60"),
            Some("59.9962"),
            false,
            "“创新突破”阶段要求基础建设得分不低于 60 分，该企业为 59.996 分，差 0.004 分。",
            "Stage “Innovation” requires a score of at least 60 for Foundation; the enterprise has 59.996, which is 0.004 short.",
        );
        check(
            AttainedKind::Stage,
            score(Operator::Greater, "60"),
            Some("60"),
            false,
            "“创新突破”阶段要求基础建设得分高于 60 分，该企业为 60 分，未达到。",
            "Stage “Innovation” requires a score of more than 60 for Foundation; the enterprise has 60, which does not meet it.",
        );
        check(
            AttainedKind::Level,
            score(Operator::LessEqual, "60"),
            Some("72.5"),
            false,
            "“创新突破”要求基础建设得分不高于 60 分，该企业为 72.5 分，高出 12.5 分。",
            "Level “Innovation” requires a score of at most 60 for Foundation; the enterprise has 72.5, which is 12.5 too many.",
        );
        check(
            AttainedKind::Stage,
            score(Operator::GreaterEqual, "60"),
            None,
            false,
            "“创新突破”阶段要求基础建设得分不低于 60 分，该企业没有这项得分。",
            "Stage “Innovation” requires a score of at least 60 for Foundation; the enterprise has no score for it.",
        );
        check(
            AttainedKind::Level,
            Subject::Scenes(number("6")),
            Some("6"),
            true,
            "“创新突破”要求达到该级的场景不少于 6 个，该企业为 6 个，已达到。",
            "Level “Innovation” requires at least 6 scenarios of that level; the enterprise has 6, which meets it.",
        );
        check(
            AttainedKind::Level,
            Subject::Constrained(number("3")),
            Some("1"),
            false,
            "“创新突破”要求达到该级的约束性场景不少于 3 个，该企业为 1 个，差 2 个。",
            "Level “Innovation” requires at least 3 mandatory scenarios of that level; the enterprise has 1, which is 2 short.",
        );
        check(
            AttainedKind::Stage,
            Subject::Several(vec![&node, &label]),
            None,
            false,
            "“创新突破”阶段要求基础建设、创新突破的得分符合评价方法规定的条件，该企业不符合。",
            "Stage “Innovation” requires that the scores for Foundation, Innovation meet the condition of the methodology; \
             the enterprise does not meet it.",
        );
    }
}
