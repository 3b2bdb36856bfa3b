//! A composite up to its weights: what replications start from.

use crate::composite::{Aggregation, Matrix, Method, Tree};

/// Data and methodology of one combination of settings, up to the weights.
#[derive(Clone, Debug, PartialEq)]
pub struct Prepared {
    /// Normalised indicators.
    pub data: Matrix,
    /// The tree, with the weights that are not drawn.
    pub tree: Tree,
    /// How values go up.
    pub aggregation: Aggregation,
}

impl Prepared {
    /// Normalised indicators under the tree and the means of a method.
    pub fn of(method: &Method, data: Matrix) -> Self {
        Self {
            data,
            tree: method.tree.clone(),
            aggregation: method.plan.aggregation,
        }
    }
}
