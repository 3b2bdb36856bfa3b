//! What a return brought to the index of its region.

use survey::text::Text;

use super::{ExplainNode, tree::explain_node};
use crate::{card::Scored, document::SurveyMeasureKind, region::CompiledRegion};

/// What was taken from a return, each by itself. `scored` must come from `methodology`.
pub fn tree_region(scored: &Scored, methodology: &CompiledRegion) -> Vec<ExplainNode> {
    let nodes = scored.nodes.iter().filter_map(|node| {
        let mut indicators = methodology.indicators.iter();
        let indicator = indicators.find(|indicator| *indicator.code == *node.code)?;
        let measure = indicator.measure.as_ref()?;
        // A share is asked of the enterprise as yes or no.
        let unit = match measure.kind {
            SurveyMeasureKind::ShareOfEnterprises => String::new(),
            SurveyMeasureKind::MeanOfEnterprises => indicator.unit.clone(),
        };
        Some(explain_node(node, unit, formula(measure.kind), Vec::new()))
    });
    nodes.collect()
}

/// How what is taken from returns becomes the value of the region.
fn formula(kind: SurveyMeasureKind) -> Text {
    match kind {
        SurveyMeasureKind::ShareOfEnterprises => Text::new(
            "区域数值 = 符合条件的企业数 ÷ 作答企业数 × 100%",
            "Value of the region = enterprises that fulfil the condition ÷ enterprises that answer, in percent",
        ),
        SurveyMeasureKind::MeanOfEnterprises => Text::new(
            "区域数值 = 作答企业的简单平均",
            "Value of the region = plain mean over the enterprises that answer",
        ),
    }
}
