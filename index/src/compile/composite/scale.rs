//! The normalisation of every indicator.

use survey::document::segment;

use super::{context::Context, refusals::add_error};
use crate::{
    compile::faults::Faults,
    composite::{Base, Bounds, CompositeError, NodeKind, NodeSpec, Normalisation, On},
    document::ScaleRule,
};

impl Context<'_> {
    /// Gives every indicator its normalisation.
    pub(super) fn scale(&self, nodes: &mut [NodeSpec], faults: &mut Faults) {
        let rules = &self.document.normalisation;
        self.known(rules.indicators.keys(), "/normalisation/indicators", faults);
        for node in nodes.iter_mut().filter(|node| node.kind == NodeKind::Indicator) {
            let (rule, pointer) = match rules.indicators.get(&node.code) {
                Some(own) => (own, format!("/normalisation/indicators/{}", segment(&node.code))),
                None => (&rules.all, "/normalisation/all".to_owned()),
            };
            match self.normalisation(&node.code, rule) {
                Ok(normalisation) => node.normalisation = Some(normalisation),
                Err(error) => add_error(&error, &pointer, faults),
            }
        }
    }

    /// The normalisation of an indicator, or of the score of an aggregate.
    pub(super) fn normalisation(&self, code: &str, rule: &ScaleRule) -> Result<Normalisation, CompositeError> {
        let look_up = |name: &str| self.parameters.get(code, name);
        let need = |given: Option<f64>, name: &str| {
            given
                .or_else(|| look_up(name))
                .ok_or_else(|| CompositeError::MissingParameter {
                    code: code.to_owned(),
                    parameter: name.to_owned(),
                })
        };
        let yes = |value: f64| value != 0.0;
        Ok(match rule {
            ScaleRule::None {} => Normalisation::None,
            ScaleRule::MinMax { low, high, from_table } => {
                let (low, high) = match from_table {
                    true => (need(None, "minmax_lower")?, need(None, "minmax_upper")?),
                    false => (*low, *high),
                };
                let setting = match from_table {
                    true => of_table("minmax_lower", "minmax_upper", code),
                    false => "low, high".to_owned(),
                };
                in_order(setting, low, high)?;
                Normalisation::MinMax { low, high }
            }
            ScaleRule::ZScore {
                mean,
                sd,
                from_table,
                variance,
                cap,
            } => {
                let (mean, sd) = match from_table {
                    true => (need(None, "zscore_mean")?, need(None, "zscore_sd")?),
                    false => (*mean, *sd),
                };
                if sd <= 0.0 || !sd.is_finite() {
                    return Err(CompositeError::BadSetting {
                        setting: "sd",
                        value: sd,
                    });
                }
                if let Some(cap) = cap.filter(|cap| *cap <= 0.0 || !cap.is_finite()) {
                    return Err(CompositeError::BadSetting {
                        setting: "cap",
                        value: cap,
                    });
                }
                Normalisation::ZScore {
                    mean,
                    sd,
                    variance: *variance,
                    cap: *cap,
                }
            }
            ScaleRule::Scaled {
                lower,
                upper,
                on,
                low,
                high,
            } => {
                in_order("low, high", *low, *high)?;
                let bounds = Bounds {
                    lower: need(*lower, "scaled_lower")?,
                    upper: need(*upper, "scaled_upper")?,
                    on: *on,
                };
                let are_given = lower.is_some() && upper.is_some();
                check_bounds(bounds, are_given, ["scaled_lower", "scaled_upper"], code)?;
                Normalisation::Scaled {
                    bounds,
                    low: *low,
                    high: *high,
                }
            }
            ScaleRule::Ampi { reference } => Normalisation::Ampi {
                reference: reference
                    .or_else(|| look_up("reference"))
                    .map_or(Base::Mean, Base::Given),
            },
            ScaleRule::Goalposts {
                lower,
                upper,
                scale,
                clip,
                on,
                log,
                columns,
            } => {
                let (lower_name, upper_name) = match columns {
                    Some((lower, upper)) => (lower.as_str(), upper.as_str()),
                    None => ("goalpost_lower", "goalpost_upper"),
                };
                let bounds = Bounds {
                    lower: need(*lower, lower_name)?,
                    upper: need(*upper, upper_name)?,
                    on: *on,
                };
                let are_given = lower.is_some() && upper.is_some();
                check_bounds(bounds, are_given, [lower_name, upper_name], code)?;
                Normalisation::Goalposts {
                    bounds,
                    scale: scale.or_else(|| look_up("goalpost_scale")).unwrap_or(1.0),
                    clip: clip
                        .or_else(|| look_up("goalpost_trunc2posts").map(yes))
                        .unwrap_or(true),
                    log: *log,
                }
            }
            ScaleRule::Rank { ties } => Normalisation::Rank(*ties),
            ScaleRule::PercentileRank { ties } => Normalisation::PercentileRank(*ties),
            ScaleRule::Borda { ties } => Normalisation::Borda(*ties),
            ScaleRule::DistanceToMax {} => Normalisation::DistanceToMax,
            ScaleRule::DistanceToTarget { target, cap, on } => Normalisation::DistanceToTarget {
                target: need(*target, "target")?,
                cap: cap.or_else(|| look_up("dist2targ_cap_max").map(yes)).unwrap_or(false),
                on: *on,
            },
            ScaleRule::DistanceToReference { unit, cap } => Normalisation::DistanceToReference {
                unit: unit.clone(),
                cap: *cap,
            },
            ScaleRule::FractionOfMax {} => Normalisation::FractionOfMax,
            ScaleRule::LogRatio { factor, base } => Normalisation::LogRatio {
                factor: *factor,
                base: base.or_else(|| look_up("base")).map_or(Base::Mean, Base::Given),
            },
            ScaleRule::Bands { points } => Normalisation::Bands(rising("bands", points)?),
            ScaleRule::Steps { below, steps } => Normalisation::Steps {
                below: *below,
                steps: rising("steps", steps)?,
            },
            ScaleRule::Points { points } => Normalisation::Points(points.clone()),
        })
    }
}

/// Refuses two values of which the second is not the greater.
fn in_order(setting: impl Into<String>, first: f64, second: f64) -> Result<(), CompositeError> {
    if first < second {
        Ok(())
    } else {
        let setting = setting.into();
        Err(CompositeError::NotRising { setting, first, second })
    }
}

/// Refuses bounds without a distance. Bounds of the directed value may be reversed, as COINr takes them.
fn check_bounds(bounds: Bounds, are_given: bool, columns: [&str; 2], code: &str) -> Result<(), CompositeError> {
    let Bounds { lower, upper, on } = bounds;
    if on == On::Directed && lower > upper {
        return Ok(());
    }
    let [first, second] = columns;
    let setting = if are_given {
        "lower, upper".to_owned()
    } else {
        of_table(first, second, code)
    };
    in_order(setting, lower, upper)
}

/// The name of two parameters of an indicator.
fn of_table(first: &str, second: &str, code: &str) -> String {
    format!("{code}: {first}, {second}")
}

/// Points that rise.
fn rising(setting: &'static str, points: &[(f64, f64)]) -> Result<Vec<(f64, f64)>, CompositeError> {
    for pair in points.windows(2) {
        in_order(setting, pair[0].0, pair[1].0)?;
    }
    if points.is_empty() {
        return Err(CompositeError::BadSetting { setting, value: 0.0 });
    }
    Ok(points.to_vec())
}
