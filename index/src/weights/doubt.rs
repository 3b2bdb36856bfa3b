//! What speaks against weights that were computed.

use survey::text::Text;

use super::record::{Origin, Weighting};
use crate::codes::WeightCode;

/// The greatest consistency ratio that is acceptable. Source: Saaty (1980), The Analytic Hierarchy Process.
pub const MOST_INCONSISTENT: f64 = 0.1;

/// Shares of correlations within this of those wished for are reached: a search ends some 1e-8 from a balance that exists.
const REACHED: f64 = 1e-6;

/// A reason to look at weights before they are used.
#[derive(Clone, Debug, PartialEq)]
pub enum WeightDoubt {
    /// The comparisons contradict each other by more than [`MOST_INCONSISTENT`].
    Inconsistent {
        /// The consistency ratio.
        cr: f64,
    },
    /// The correlations with the parent do not have the proportions wished for.
    NotBalanced {
        /// Each child with the share of the correlations it has and the one wished for.
        shares: Vec<(String, f64, f64)>,
    },
}

impl Weighting {
    /// What speaks against the weights; none where nothing does.
    pub fn doubt(&self) -> Option<WeightDoubt> {
        match &self.origin {
            // A ratio that is no number is not acceptable either.
            Origin::Ahp { cr, .. } => {
                (*cr > MOST_INCONSISTENT || cr.is_nan()).then_some(WeightDoubt::Inconsistent { cr: *cr })
            }
            Origin::Balance { target, obtained, .. } => {
                let shares = obtained.iter().zip(target);
                let distances = shares.clone().map(|(have, want)| (have - want).abs());
                let is_off = distances.fold(false, |off, distance| off || distance > REACHED || distance.is_nan());
                let shares = self.codes.iter().zip(shares);
                is_off.then(|| WeightDoubt::NotBalanced {
                    shares: shares
                        .map(|(code, (have, want))| (code.clone(), *have, *want))
                        .collect(),
                })
            }
            _ => None,
        }
    }
}

impl WeightDoubt {
    /// Stable code for clients and documentation.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Inconsistent { .. } => WeightCode::Inconsistent.code(),
            Self::NotBalanced { .. } => WeightCode::NotBalanced.code(),
        }
    }

    /// What is to be looked at, in both languages.
    pub fn message(&self) -> Text {
        match self {
            Self::Inconsistent { cr } => Text::new(
                format!(
                    "判断矩阵的一致性比率 CR 为 {cr:.4}，超过 {MOST_INCONSISTENT}，各项比较相互矛盾，请修改判断矩阵。"
                ),
                format!(
                    "The consistency ratio CR of the comparisons is {cr:.4}, above {MOST_INCONSISTENT}: they contradict each other; revise them."
                ),
            ),
            Self::NotBalanced { shares } => {
                let listed = |word: &str| {
                    let each = shares.iter();
                    let each = each.map(|(code, have, want)| format!("{code} {have:.4} ({word} {want:.4})"));
                    each.collect::<Vec<_>>()
                };
                Text::new(
                    format!(
                        "没有找到使各下级与上级的相关达到所要求比例的正权重；实际达到：{}。",
                        listed("要求").join("，")
                    ),
                    format!(
                        "No positive weights were found that give the correlations of the children with their parent the proportions wished for; reached: {}.",
                        listed("wished").join(", ")
                    ),
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        composite::{Column, Matrix},
        weights::{Balance, Comparisons, Influence, Prioritisation, ahp, balance},
    };

    /// Comparisons of three with this one in the corner, between 3 and 3.
    fn compared(corner: f64) -> Weighting {
        let rows = [
            [1.0, 3.0, corner],
            [1.0 / 3.0, 1.0, 3.0],
            [1.0 / corner, 1.0 / 3.0, 1.0],
        ];
        let rows: Vec<Vec<_>> = rows.iter().map(|row| row.iter().map(|v| Some(*v)).collect()).collect();
        let codes = ["a", "b", "c"].map(String::from).to_vec();
        ahp(&Comparisons::new(codes, &rows).unwrap(), Prioritisation::Eigenvector).unwrap()
    }

    #[test]
    fn comparisons_that_contradict_each_other_are_told() {
        // Saaty's own three by three example, 3, 5, 3, has a CR of .033.
        assert_eq!(compared(5.0).doubt(), None);
        assert_eq!(compared(9.0).doubt(), None);
        // Of three, lambda = 1 + t + 1 / t with t^3 = 3 * 3 / corner, and CR = (lambda - 3) / 2 / .58.
        let t = 81.0_f64.cbrt();
        let expected = (t + 1.0 / t - 2.0) / 2.0 / 0.58;
        let doubt = compared(1.0 / 9.0).doubt().unwrap();
        let WeightDoubt::Inconsistent { cr } = &doubt else {
            panic!("{doubt:?}")
        };
        assert!((cr - expected).abs() < 1e-12, "{cr}, expected {expected}");
        assert_eq!(doubt.code(), "weights.inconsistent");
    }

    fn of(columns: [[f64; 4]; 2]) -> Matrix {
        let columns = ["a", "b"].iter().zip(columns);
        let columns = columns.map(|(code, values)| Column::complete(*code, values.to_vec()).unwrap());
        Matrix::new((0..4).map(|i| format!("u{i}")).collect(), columns.collect()).unwrap()
    }

    #[test]
    fn a_balance_that_cannot_be_is_told_with_what_was_reached() {
        let weigh = |columns, influence| {
            let wish = Balance {
                influence,
                target: match influence {
                    Influence::Balanced => vec![3.0, 1.0],
                    Influence::Greatest => Vec::new(),
                },
                ..Balance::default()
            };
            balance(&of(columns), &wish).unwrap()
        };
        // Uncorrelated: any proportions can be had.
        let apart = [[1.0, 1.0, -1.0, -1.0], [1.0, -1.0, 1.0, -1.0]];
        assert_eq!(weigh(apart, Influence::Balanced).doubt(), None);
        // Correlated with .8: the share of a is at most 1 / 1.8 = .5556.
        let near = [[2.0, 1.0, -1.0, -2.0], [1.0, 2.0, -2.0, -1.0]];
        let doubt = weigh(near, Influence::Balanced).doubt().unwrap();
        let WeightDoubt::NotBalanced { shares } = &doubt else {
            panic!("{doubt:?}")
        };
        assert!(
            (shares[0].1 - 1.0 / 1.8).abs() < 1e-3 && (shares[0].2 - 0.75).abs() < 1e-15,
            "{shares:?}"
        );
        assert!(
            doubt.message().en.contains("a 0.55") && doubt.message().zh.contains("要求 0.7500"),
            "{doubt:?}"
        );
        assert_eq!(weigh(near, Influence::Greatest).doubt(), None);
    }
}
