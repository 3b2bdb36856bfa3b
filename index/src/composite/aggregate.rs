//! Weighted means up the tree, skipping what is missing.

use super::{
    error::CompositeError,
    matrix::Matrix,
    pass::{Pass, pass},
    tree::Tree,
};

/// The mean by which children become their parent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mean {
    /// `sum(w x) / sum(w)`: a weak child is made up for by a strong one.
    #[default]
    Arithmetic,
    /// `exp(sum(w ln x) / sum(w))`: a weak child is made up for only in part. Every present child must be above zero.
    Geometric,
}

/// How values go up the tree.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Aggregation {
    /// The mean of every aggregate that does not name its own.
    pub mean: Mean,
    /// The least share (0 to 1) of children that must be present; below it the parent is missing. None: one child will do.
    pub availability: Option<f64>,
}

impl Aggregation {
    pub(super) fn checked(self) -> Result<Self, CompositeError> {
        match self.availability {
            Some(value) if !(0.0..=1.0).contains(&value) => Err(CompositeError::BadSetting {
                setting: "availability",
                value,
            }),
            _ => Ok(self),
        }
    }
}

/// The aggregates of the tree, one column each, children before parents, from normalised data.
///
/// The data need exactly the indicators of the tree, in any order. The weights of missing children are spread over their
/// present siblings in proportion; a parent without any present child is missing.
pub fn aggregate(data: &Matrix, tree: &Tree, aggregation: Aggregation) -> Result<Matrix, CompositeError> {
    let settings = Pass {
        tree,
        scalings: None,
        aggregation: aggregation.checked()?,
        threads: 1,
    };
    pass(data.clone(), &settings).map(|(_, scores)| scores)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{
        matrix::Column,
        tree::{Direction, NodeSpec},
    };

    fn tree(mean: Option<Mean>) -> Tree {
        let mut top = NodeSpec::aggregate("top", None, 1.0);
        top.mean = mean;
        let leaf = |code: &str, weight| NodeSpec::indicator(code, "top", weight, Direction::Positive);
        Tree::new(&[top, leaf("a", 1.0), leaf("b", 2.0), leaf("c", 1.0)]).unwrap()
    }

    fn top(
        cells: [Option<f64>; 3],
        mean: Option<Mean>,
        availability: Option<f64>,
    ) -> Result<Option<f64>, CompositeError> {
        let columns = ["a", "b", "c"]
            .iter()
            .zip(cells)
            .map(|(code, cell)| Column::new(*code, [cell]).unwrap())
            .collect();
        let data = Matrix::new(vec!["unit".to_owned()], columns).unwrap();
        let aggregation = Aggregation {
            mean: Mean::Arithmetic,
            availability,
        };
        aggregate(&data, &tree(mean), aggregation).map(|m| m.columns()[0].get(0))
    }

    #[test]
    fn weights_of_missing_children_are_spread() {
        assert_eq!(top([Some(1.0), Some(2.0), Some(7.0)], None, None).unwrap(), Some(3.0));
        assert_eq!(top([Some(1.0), Some(4.0), None], None, None).unwrap(), Some(3.0));
        assert_eq!(top([None, None, None], None, None).unwrap(), None);
        assert_eq!(top([Some(1.0), None, None], None, Some(0.5)).unwrap(), None);
        assert_eq!(top([Some(1.0), Some(4.0), None], None, Some(0.5)).unwrap(), Some(3.0));
        assert_eq!(
            top([None; 3], None, Some(2.0)).unwrap_err().code(),
            "composite.bad_setting"
        );
    }

    #[test]
    fn a_geometric_mean_skips_missing_children_and_refuses_zero() {
        let geometric = Some(Mean::Geometric);
        let got = top([Some(16.0), Some(1.0), None], geometric, None).unwrap().unwrap();
        assert!((got - 16.0_f64.powf(1.0 / 3.0)).abs() < 1e-14, "{got}");
        let refused = top([Some(1.0), Some(0.0), None], geometric, None).unwrap_err();
        let expected = CompositeError::NotPositive {
            node: "top".into(),
            child: "b".into(),
            unit: "unit".into(),
        };
        assert_eq!(refused, expected);
    }

    #[test]
    fn data_and_tree_must_name_the_same_indicators() {
        let data = |codes: &[&str]| {
            let columns = codes
                .iter()
                .map(|code| Column::complete(*code, vec![1.0]).unwrap())
                .collect();
            Matrix::new(vec!["unit".to_owned()], columns).unwrap()
        };
        let code = |codes: &[&str]| {
            aggregate(&data(codes), &tree(None), Aggregation::default())
                .unwrap_err()
                .code()
        };
        assert_eq!(code(&["a", "b"]), "composite.missing_column");
        assert_eq!(code(&["a", "b", "c", "d"]), "composite.column_not_in_tree");
    }
}
