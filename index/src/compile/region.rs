//! Compiling a regional index.

use std::sync::Arc;

use survey::expression::Type;

use super::{
    checks::{check_decimals, check_sum, check_unique, check_weight},
    faults::Faults,
    sources::Sources,
};
use crate::{
    codes::MethodologyCode,
    document::{RegionIndicator, RegionMethodology, SurveyMeasureKind, ValueSource},
    exact::Fixed,
    region::{CompiledRegion, RegionClassNode, RegionMeasure, RegionNode, index_of_ratio},
};

/// The formula of a mean, the one there is.
const MEAN: &str = "sum(w * Z) / sum(w)";

/// Checks the document; the result is of use only when there is no fault.
pub(super) fn compile(
    document: &RegionMethodology,
    sources: &Sources<'_>,
    faults: &mut Faults,
) -> Option<CompiledRegion> {
    check_decimals(document.rounding.indicator_decimals, "indicator_decimals", faults);
    check_decimals(document.rounding.total_decimals, "total_decimals", faults);
    check_decimals(document.rounding.print_decimals, "print_decimals", faults);
    check_codes(document, faults);
    check_weights(document, faults);
    check_class_weights(document, faults);
    check_aggregation(document, faults);
    let factor = check_formula(document, faults);
    let measures: Vec<_> = document
        .indicators
        .iter()
        .enumerate()
        .map(|(at, indicator)| check_indicator(document, at, indicator, sources, faults))
        .collect();
    let class_of = |code: &str| document.classes.iter().position(|class| class.code == code);
    let indicators = document
        .indicators
        .iter()
        .zip(measures)
        .filter_map(|(indicator, measure)| {
            Some(RegionNode {
                code: indicator.code.clone(),
                label: indicator.label.clone(),
                unit: indicator.unit.clone(),
                class: class_of(&indicator.class)?,
                weight: indicator.weight,
                inverse: indicator.inverse,
                measure,
            })
        });
    let classes = document.classes.iter().map(|class| RegionClassNode {
        code: class.code.clone(),
        label: class.label.clone(),
        weight: class.weight,
    });
    Some(CompiledRegion {
        code: document.code.clone(),
        version: document.version.clone(),
        relative: document.relative,
        factor: factor?.to_f64(),
        classes: classes.collect(),
        indicators: indicators.collect(),
        substitutes: document.missing_policy.order.clone(),
        rounding: document.rounding.clone(),
    })
}

fn check_codes(document: &RegionMethodology, faults: &mut Faults) {
    let classes = document.classes.iter().map(|class| class.code.as_str());
    check_unique(classes, |at| format!("/classes/{at}/code"), faults);
    let indicators = document.indicators.iter().map(|indicator| indicator.code.as_str());
    check_unique(indicators, |at| format!("/indicators/{at}/code"), faults);
}

/// The weights of a class's indicators sum to the class, those of the classes to the whole.
fn check_weights(document: &RegionMethodology, faults: &mut Faults) {
    for (at, indicator) in document.indicators.iter().enumerate() {
        check_weight(indicator.weight, format!("/indicators/{at}/weight"), faults);
    }
    for (at, class) in document.classes.iter().enumerate() {
        let own = document
            .indicators
            .iter()
            .filter(|indicator| indicator.class == class.code);
        let sum = own.map(|indicator| indicator.weight).sum();
        let named = ("该类各指标权重", "The weights of its indicators");
        check_sum(
            MethodologyCode::ClassWeightSum,
            sum,
            class.weight,
            format!("/classes/{at}/weight"),
            named,
            faults,
        );
    }
    let sum = document.classes.iter().map(|class| class.weight).sum();
    check_sum(
        MethodologyCode::ClassesWeightSum,
        sum,
        Fixed::PERCENT,
        "/classes",
        ("各类权重", "The weights of the classes"),
        faults,
    );
}

/// The published year must come out of the class weights.
fn check_class_weights(document: &RegionMethodology, faults: &mut Faults) {
    let check = &document.class_weight_check;
    let terms = document
        .classes
        .iter()
        .map(|class| Some((class.weight, *check.class_values.get(&class.code)?)));
    let total = terms
        .collect::<Option<Vec<_>>>()
        .and_then(|terms| Fixed::weighted_quotient(terms, Fixed::PERCENT, check.total.decimals()));
    if total != Some(check.total) {
        faults.add(
            MethodologyCode::ClassWeightCheckDiffers,
            "/class_weight_check/total",
            format!("按类权重算不出公布的 {}，请核对权重或公布值。", check.total),
            format!(
                "The class weights do not give the published {}; check the weights or the figures.",
                check.total
            ),
        );
    }
}

fn check_aggregation(document: &RegionMethodology, faults: &mut Faults) {
    let words = |text: &str| text.split_whitespace().collect::<String>();
    for (field, text) in [
        ("class", &document.aggregation.class),
        ("total", &document.aggregation.total),
    ] {
        // A remark may follow the formula.
        if !words(text).starts_with(&words(MEAN)) {
            faults.add(
                MethodologyCode::AggregationUnsupported,
                format!("/aggregation/{field}"),
                format!("目前只支持 {MEAN}。"),
                format!("Means are computed as {MEAN}; no other formula is supported."),
            );
        }
    }
}

/// Both formulas must be logarithms of the ratio with one factor, and pass through the reference points.
fn check_formula(document: &RegionMethodology, faults: &mut Faults) -> Option<Fixed> {
    let formula = &document.formula;
    let direct = factor(&formula.direct, "log2(1+X/X0)");
    let inverse = factor(&formula.inverse, "log2(1+X0/X)");
    for (field, found, shape) in [
        ("direct", direct, "Z = k * log2(1 + X / X0)"),
        ("inverse", inverse, "Z = k * log2(1 + X0 / X)"),
    ] {
        if found.is_none() {
            faults.add(
                MethodologyCode::FormulaUnsupported,
                format!("/formula/{field}"),
                format!("公式须写作 {shape}，k 为正数。"),
                format!("Write the formula as {shape} with a positive number k."),
            );
        }
    }
    let factor = direct?;
    if inverse.is_some_and(|inverse| inverse != factor) {
        faults.add(
            MethodologyCode::FormulaFactorsDiffer,
            "/formula/inverse",
            "正向与逆向公式的系数不同。",
            "The direct and the inverse formula have different factors.",
        );
    }
    for (at, point) in formula.reference_points.iter().enumerate() {
        let found = index_of_ratio(
            factor.to_f64(),
            point.ratio.to_f64(),
            document.rounding.indicator_decimals,
        );
        if found != Some(point.z) {
            let (ratio, z) = (point.ratio, point.z);
            let (zh, en) = match found {
                Some(found) => (
                    format!("比值 {ratio} 处公式得 {found:?}，不是 {z}。"),
                    format!("At the ratio {ratio} the formula gives {found:?}, not {z}."),
                ),
                None => (
                    format!("比值 {ratio} 处公式没有结果，应为 {z}。"),
                    format!("At the ratio {ratio} the formula gives no number; {z} is expected."),
                ),
            };
            let pointer = format!("/formula/reference_points/{at}/z");
            faults.add(MethodologyCode::FormulaReferencePoint, pointer, zh, en);
        }
    }
    Some(factor)
}

/// The k of `Z = k * rest`.
fn factor(formula: &str, rest: &str) -> Option<Fixed> {
    let text: String = formula.split_whitespace().collect();
    let factor = text.strip_prefix("Z=")?.strip_suffix(rest)?.strip_suffix('*')?;
    Fixed::parse(factor).filter(|factor| *factor > Fixed::ZERO)
}

/// Checks an indicator; gives how it is taken from returns, where it is.
fn check_indicator(
    document: &RegionMethodology,
    at: usize,
    indicator: &RegionIndicator,
    sources: &Sources<'_>,
    faults: &mut Faults,
) -> Option<Arc<RegionMeasure>> {
    if !document.classes.iter().any(|class| class.code == indicator.class) {
        faults.add(
            MethodologyCode::ClassUnknown,
            format!("/indicators/{at}/class"),
            format!("没有类别 {}。", indicator.class),
            format!("There is no class {}.", indicator.class),
        );
    }
    let Some(measure) = &indicator.survey else {
        if indicator.value_from == ValueSource::Survey {
            faults.add(
                MethodologyCode::SurveyMissing,
                format!("/indicators/{at}/value_from"),
                "取自调查的指标须写明 survey。",
                "An indicator taken from the survey must say how, in survey.",
            );
        }
        return None;
    };
    let expected = match measure.kind {
        SurveyMeasureKind::ShareOfEnterprises => Type::Bool,
        SurveyMeasureKind::MeanOfEnterprises => Type::Double,
    };
    let pointer = format!("/indicators/{at}/survey/expression");
    let source = sources.figure(&measure.expression, &measure.needs, &expected, &pointer, faults)?;
    let from_survey = indicator.value_from == ValueSource::Survey;
    from_survey.then(|| {
        Arc::new(RegionMeasure {
            kind: measure.kind,
            source,
        })
    })
}
