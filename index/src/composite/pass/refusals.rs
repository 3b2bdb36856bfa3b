//! What a pass refuses, naming node and unit.

use std::ops::Range;

use super::slab::Slab;
use crate::composite::{
    error::CompositeError,
    mean::{Mean, Missing, weight_of_present},
    tree::{Aggregate, Child},
};

impl Slab<'_> {
    /// Refuses scores that are no numbers. A sum shows those below it too, where it is taken; other means may hide them.
    pub(super) fn refuse_overflow(
        &self,
        at: usize,
        node: &Aggregate,
        block: &Range<usize>,
    ) -> Result<(), CompositeError> {
        let own = not_finite(&self.scores[at][block.clone()]);
        let all_scored = self.complete[at] || self.scored[at][block.clone()].iter().all(|scored| *scored);
        if own.is_some() || !all_scored || self.pass.mean(node) != Mean::Arithmetic {
            self.refuse_overflow_below(node, block)?;
        }
        match own {
            Some(row) => Err(self.overflow(node.code.clone(), block.start + row)),
            None => Ok(()),
        }
    }

    pub(super) fn refuse_overflow_below(&self, node: &Aggregate, block: &Range<usize>) -> Result<(), CompositeError> {
        for (child, _) in &node.children {
            let (values, _) = self.child_block(*child, block);
            if let Some(row) = not_finite(values) {
                return Err(self.overflow(self.code(*child).to_owned(), block.start + row));
            }
        }
        Ok(())
    }

    fn overflow(&self, code: String, row: usize) -> CompositeError {
        CompositeError::Overflow {
            code,
            unit: self.unit(row),
        }
    }

    /// Refuses a block in which a child has a value that the mean cannot take. Under the policy that counts a missing child
    /// as zero, the zero is looked at too. A row that is not scored anyway, having too few children, is passed over.
    pub(super) fn refuse(
        &mut self,
        node: &Aggregate,
        block: &Range<usize>,
        unusable: impl Fn(f64) -> bool,
    ) -> Result<(), CompositeError> {
        let as_zero = self.pass.missing(node) == Missing::Zero;
        for (child, _) in &node.children {
            let line = match child {
                Child::Indicator(at) => self.pass.lines[*at],
                Child::Aggregate(_) => None,
            };
            let (values, present) = self.child_block(*child, block);
            let here = |row: usize| present.is_none_or(|present| present[row]);
            let score = |row: usize| match line {
                _ if !here(row) => 0.0,
                Some(line) => line.apply(values[row]),
                None => values[row],
            };
            let refused = |row: &usize| (as_zero || here(*row)) && unusable(score(*row));
            let mut rows = (0..values.len()).filter(refused);
            if let Some(row) = rows.find(|row| self.has_enough(node, block, *row)) {
                return Err(self.not_positive(node, *child, block.start + row));
            }
        }
        Ok(())
    }

    /// Whether a row of a block has as many children as it needs to be scored.
    fn has_enough(&self, node: &Aggregate, block: &Range<usize>, row: usize) -> bool {
        let missing = self.pass.missing(node);
        let is_here = |child: Child| {
            let (_, present) = self.child_block(child, block);
            present.is_none_or(|present| present[row])
        };
        let here = node.children.iter().filter(|(child, _)| is_here(*child));
        let needed = missing.needed(node.children.len());
        missing == Missing::Zero || weight_of_present(here.map(|(_, weight)| *weight), needed).is_some()
    }

    pub(super) fn refuse_missing(&self, node: &Aggregate, block: &Range<usize>) -> Result<(), CompositeError> {
        for (child, _) in &node.children {
            let (_, present) = self.child_block(*child, block);
            if let Some(row) = present.and_then(|present| present.iter().position(|here| !here)) {
                return Err(CompositeError::MissingChild {
                    node: node.code.clone(),
                    child: self.code(*child).to_owned(),
                    unit: self.unit(block.start + row),
                });
            }
        }
        Ok(())
    }

    fn not_positive(&self, node: &Aggregate, child: Child, row: usize) -> CompositeError {
        CompositeError::NotPositive {
            node: node.code.clone(),
            child: self.code(child).to_owned(),
            unit: self.unit(row),
        }
    }
}

/// The first that is no number.
fn not_finite(values: &[f64]) -> Option<usize> {
    // All of them without a way out, so that they are looked at side by side.
    let all = values.iter().fold(true, |all, value| all & value.is_finite());
    if all {
        None
    } else {
        values.iter().position(|value| !value.is_finite())
    }
}
