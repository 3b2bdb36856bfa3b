//! What stands in the files and does not count, or counts otherwise than it reads: said beside the results.

use index::{
    composite::{Method, Step, YearInput},
    document::{CompositeMethodology, PanelRule},
    exchange::{MetaKind, MetaTable, UnitTable},
};
use survey::text::Text;

use super::compute::Warning;
use crate::service::error::codes::{FaultCode, cli};

/// So many codes are named.
const NAMED: usize = 5;

/// A methodology and the tables that it is applied to.
pub(super) struct Given<'a> {
    pub(super) document: &'a CompositeMethodology,
    pub(super) meta: Option<&'a MetaTable>,
    pub(super) units: &'a UnitTable,
    pub(super) method: &'a Method,
    pub(super) years: &'a [YearInput],
}

impl Given<'_> {
    /// What does not count.
    pub(super) fn ignored(&self) -> Vec<Warning> {
        let found = [
            self.tree_twice(),
            self.levels_that_differ(),
            self.unused_denominators(),
            self.one_year(),
        ];
        found.into_iter().flatten().collect()
    }

    /// A tree in the document, and a table with another.
    fn tree_twice(&self) -> Option<Warning> {
        self.document.tree.as_ref().and(self.meta)?;
        Some(warning(
            cli::TREE_TWICE,
            "评价方法自带指标树（tree），--tree 表中的节点、上级、方向、权重和级别均不采用，只取其中的参数列和 Denominator 列。".to_owned(),
            "The methodology has a tree of its own: nodes, parents, directions, weights and levels of the table given with --tree \
             are not used, only its columns of parameters and the column Denominator."
                .to_owned(),
        ))
    }

    /// Rows whose Level is not where they stand in the tree.
    fn levels_that_differ(&self) -> Option<Warning> {
        let meta = self.meta.filter(|_| self.document.tree.is_none())?;
        let tree = &self.method.tree;
        let nodes = tree.nodes().iter().zip(tree.levels());
        let differing = nodes.filter_map(|(node, level)| {
            let stated = meta.rows.iter().find(|row| row.code == node.code)?.level?;
            (u32::try_from(level) != Ok(stated)).then_some((node.code.as_str(), stated, level))
        });
        let differing: Vec<(&str, u32, usize)> = differing.collect();
        let (code, stated, level) = *differing.first()?;
        let count = differing.len();
        Some(warning(
            cli::LEVEL_DIFFERS,
            format!(
                "iMeta 表中有 {count} 个节点的 Level 与指标树不符，如 {code} 的 Level 为 {stated}，按上级关系为第 {level} 级；aggregation.levels 按 Level 列，其余均按上级关系。"
            ),
            format!(
                "Nodes whose Level in the iMeta table contradicts the tree: {count}, such as {code} with Level {stated}, where it stands at \
                 level {level}. Rules of aggregation.levels go by the column, everything else by the tree."
            ),
        ))
    }

    /// Denominators that nothing is divided by.
    fn unused_denominators(&self) -> Option<Warning> {
        let rows = self.meta?.of_kind(MetaKind::Indicator);
        let with = rows.filter(|row| row.denominator.is_some());
        let unused = with.filter(|row| !self.is_divided(&row.code));
        let unused: Vec<&str> = unused.map(|row| row.code.as_str()).collect();
        if unused.is_empty() {
            return None;
        }
        let (count, shown) = (unused.len(), unused.iter().take(NAMED));
        let shown: Vec<&str> = shown.copied().collect();
        let (zh, en) = (shown.join("、"), shown.join(", "));
        let (more_zh, more_en) = if count > NAMED { ("等", ", …") } else { ("", "") };
        Some(warning(
            cli::DENOMINATORS_UNUSED,
            format!(
                "iMeta 表的 Denominator 列给出了 {count} 个指标的分母，但未采用（{zh}{more_zh}）：评价方法没有 denomination，或其中没有列出这些指标。需要相除的，请写 \"denomination\": {{}}。"
            ),
            format!(
                "Indicators with a Denominator in the iMeta table that are not divided: {count} ({en}{more_en}). The methodology has no \
                 denomination, or names other indicators there. To divide them, write \"denomination\": {{}}."
            ),
        ))
    }

    fn is_divided(&self, code: &str) -> bool {
        let mut steps = self.method.steps.iter();
        steps.any(|step| matches!(step, Step::Denominate(of) if of.contains_key(code)))
    }

    /// Settings about several years, and figures of one.
    fn one_year(&self) -> Option<Warning> {
        if self.years.len() > 1 {
            return None;
        }
        let over_years = |step: &Step| matches!(step, Step::ImputeOverYears { .. });
        let settings = [
            ("panel", self.document.panel != PanelRule::default()),
            ("imputation", self.method.steps.iter().any(over_years)),
        ];
        let settings: Vec<&str> = settings.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
        if settings.is_empty() {
            return None;
        }
        let (zh, en) = if self.units.has("Time") {
            (
                "数据表的 Time 列只有一个年份",
                "The column Time of the table has one year alone",
            )
        } else {
            ("数据表没有 Time 列", "The table has no column Time")
        };
        Some(warning(
            cli::ONE_YEAR,
            format!(
                "{zh}，各行按同一年份处理，评价方法中关于多个年份的设置不起作用：{}。",
                settings.join("、")
            ),
            format!(
                "{en}: all rows are taken for one year, and settings about several years have no effect: {}.",
                settings.join(", ")
            ),
        ))
    }
}

fn warning(code: FaultCode, zh: String, en: String) -> Warning {
    Warning {
        code: code.name,
        message: Text::new(zh, en),
    }
}
