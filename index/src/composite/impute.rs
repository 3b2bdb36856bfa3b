//! Filling missing values, with a record of every value that was put in.
//!
//! Formulas: OECD/JRC Handbook (2008), step 3; COINr, vignette "imputation".

use std::collections::BTreeMap;

use super::{
    aggregate::aggregate,
    error::CompositeError,
    matrix::{Column, Matrix},
    mean::{Aggregation, Missing},
    moments::{mean, median},
    tree::{Direction, Tree, in_tree_order},
};
use crate::rank::extremes;

/// What a missing value becomes.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Fill {
    /// It stays missing.
    None,
    /// The mean of the present values of its column.
    #[default]
    Mean,
    /// The median of the present values of its column.
    Median,
    /// The mean of the present values of its column in the unit's group.
    GroupMean,
    /// The median of the present values of its column in the unit's group.
    GroupMedian,
    /// A given value, such as zero.
    Value(f64),
}

/// How missing values are filled.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Imputation {
    /// For every column that does not say itself.
    pub fill: Fill,
    /// For columns by themselves.
    pub of: BTreeMap<String, Fill>,
    /// Whether a value for which there is nothing to put in (its group or column has none) is refused instead of left
    /// missing.
    pub refuse_empty: bool,
}

impl Imputation {
    /// Whether the values of other units decide what is put in.
    pub(super) fn relative(&self) -> bool {
        let mut fills = self.of.values().chain([&self.fill]);
        fills.any(|fill| !matches!(fill, Fill::None | Fill::Value(_)))
    }
}

/// Filled data and the record of what was put in.
#[derive(Clone, Debug, PartialEq)]
pub struct Imputed {
    /// The data after imputation.
    pub data: Matrix,
    /// Values put in, column by column, in row order.
    pub points: Vec<ImputedPoint>,
}

/// One value that was put in.
#[derive(Clone, Debug, PartialEq)]
pub struct ImputedPoint {
    /// Unit code.
    pub unit: String,
    /// Code of the indicator.
    pub code: String,
    /// The value.
    pub value: f64,
}

/// Fills each column by its own present values. `groups` names the group of each unit, in row order; a unit without group
/// keeps its missing values where groups decide.
pub fn impute(
    data: &Matrix,
    groups: Option<&[Option<String>]>,
    imputation: &Imputation,
) -> Result<Imputed, CompositeError> {
    if let Some(code) = imputation.of.keys().find(|code| data.column(code).is_none()) {
        return Err(CompositeError::UnknownNode { code: code.clone() });
    }
    if let Some(groups) = groups.filter(|groups| groups.len() != data.units().len()) {
        return Err(CompositeError::ColumnLength {
            code: "groups".to_owned(),
            expected: data.units().len(),
            found: groups.len(),
        });
    }
    let columns = data.columns().iter().map(|column| {
        let fill = imputation.of.get(column.code()).copied().unwrap_or(imputation.fill);
        fill_column(data, column, groups, fill, imputation.refuse_empty)
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    Ok(recorded(data, columns))
}

/// Fills each unit by its own other values: the mean (or median) of its present values, each brought to 0 to 1 by the
/// minimum and maximum of its column in its direction, and taken back to the scale of the missing one.
///
/// With a `level` the values are those under the same ancestor of that level (2: the parents of the indicators). A column
/// of equal values tells nothing of others and is filled with that value. `refuse_empty` refuses a value for which there is
/// nothing to put in instead of leaving it missing.
pub fn impute_by_unit(
    data: &Matrix,
    tree: &Tree,
    level: Option<usize>,
    by_median: bool,
    refuse_empty: bool,
) -> Result<Imputed, CompositeError> {
    let data = in_tree_order(data.clone(), tree)?;
    let ancestors = match level {
        None => vec![None; data.columns().len()],
        Some(level) => ancestors_at(tree, level),
    };
    // Halves of (worst, best - worst) of every column: the whole way between two figures may be beyond a double.
    let ranges: Vec<Option<(f64, f64)>> = data
        .columns()
        .iter()
        .zip(&tree.indicators)
        .map(|(column, indicator)| {
            let values: Vec<f64> = column.present_values().collect();
            let (min, max) = extremes(&values);
            if min > max {
                return None;
            }
            let negative = indicator.direction == Direction::Negative;
            let (min, max) = (min / 2.0, max / 2.0);
            Some(if negative { (max, min - max) } else { (min, max - min) })
        })
        .collect();
    let columns = data.columns().iter().enumerate().map(|(at, column)| {
        let cells = (0..column.len()).map(|row| {
            column.get(row).or_else(|| {
                let (worst, span) = ranges[at]?;
                let others = data.columns().iter().zip(&ranges).zip(&ancestors);
                let scores: Vec<f64> = others
                    .filter(|(_, ancestor)| **ancestor == ancestors[at])
                    .filter_map(|((other, range), _)| {
                        let ((worst, span), value) = ((*range)?, other.get(row)?);
                        (span.abs() > 0.0).then(|| (value / 2.0 - worst) / span)
                    })
                    .collect();
                let score = if by_median { median(&scores) } else { mean(&scores) };
                score.map(|score| (score * span + worst) * 2.0)
            })
        });
        Column::of_units(column.code(), data.units(), cells.collect::<Vec<_>>())
    });
    let columns = columns.collect::<Result<Vec<_>, _>>()?;
    let imputed = recorded(&data, columns);
    if refuse_empty {
        refuse_missing(&imputed.data)?;
    }
    Ok(imputed)
}

/// Refuses the first value that is still missing.
pub(super) fn refuse_missing(data: &Matrix) -> Result<(), CompositeError> {
    for column in data.columns() {
        if let Some((unit, _)) = data.units().iter().zip(column.cells()).find(|(_, cell)| cell.is_none()) {
            return Err(CompositeError::EmptyGroup {
                code: column.code().to_owned(),
                unit: unit.clone(),
            });
        }
    }
    Ok(())
}

/// For every unit and aggregate the share of its weight that rests on values that were put in, 0 to 1, children before
/// parents: what stands beside a score so that nobody takes it for more than it is. What is missing in `figures` has given
/// its weight to others; a unit without a score has no share. `missing` is the policy of aggregates that have none of their
/// own.
pub fn imputed_share(
    tree: &Tree,
    figures: &Matrix,
    points: &[ImputedPoint],
    missing: Missing,
) -> Result<Matrix, CompositeError> {
    let row_of: BTreeMap<&String, usize> = figures.units().iter().zip(0..).collect();
    let mut flags: BTreeMap<&str, Vec<Option<f64>>> = BTreeMap::new();
    for column in figures.columns() {
        flags.insert(column.code(), column.cells().map(|cell| cell.map(|_| 0.0)).collect());
    }
    for point in points {
        if let (Some(column), Some(row)) = (flags.get_mut(point.code.as_str()), row_of.get(&point.unit)) {
            column[*row] = column[*row].map(|_| 1.0);
        }
    }
    let columns = flags.into_iter().map(|(code, flags)| Column::new(code, flags));
    let flags = figures.with_columns(columns.collect::<Result<Vec<_>, _>>()?);
    let mut plain = tree.nodes().to_vec();
    for node in &mut plain {
        node.mean = None;
        node.normalisation = None;
    }
    let aggregation = Aggregation {
        missing,
        ..Aggregation::default()
    };
    aggregate(&flags, &Tree::new(&plain)?, aggregation)
}

/// What the columns have that the data had not.
fn recorded(data: &Matrix, columns: Vec<Column>) -> Imputed {
    let mut points = Vec::new();
    for (before, after) in data.columns().iter().zip(&columns) {
        if before.presence().is_none() {
            continue;
        }
        for (row, unit) in data.units().iter().enumerate() {
            if let (None, Some(value)) = (before.get(row), after.get(row)) {
                points.push(ImputedPoint {
                    unit: unit.clone(),
                    code: after.code().to_owned(),
                    value,
                });
            }
        }
    }
    Imputed {
        data: data.with_columns(columns),
        points,
    }
}

fn fill_column(
    data: &Matrix,
    column: &Column,
    groups: Option<&[Option<String>]>,
    fill: Fill,
    refuse_empty: bool,
) -> Result<Column, CompositeError> {
    let whole = |of: fn(&[f64]) -> Option<f64>| of(&column.present_values().collect::<Vec<_>>());
    let one = match fill {
        Fill::None => return Ok(column.clone()),
        _ if column.presence().is_none() => return Ok(column.clone()),
        Fill::Mean => whole(mean),
        Fill::Median => whole(median),
        Fill::Value(value) => Some(value),
        Fill::GroupMean | Fill::GroupMedian => None,
    };
    let by_group = match fill {
        Fill::GroupMean => group_values(column, groups, mean)?,
        Fill::GroupMedian => group_values(column, groups, median)?,
        _ => BTreeMap::new(),
    };
    let mut cells = Vec::with_capacity(column.len());
    for (row, unit) in data.units().iter().enumerate() {
        let group = groups.and_then(|groups| groups.get(row)).and_then(Option::as_ref);
        let of_group = || group.and_then(|group| by_group.get(group).copied().flatten());
        let filled = column.get(row).or(one).or_else(of_group);
        if filled.is_none() && refuse_empty {
            return Err(CompositeError::EmptyGroup {
                code: column.code().to_owned(),
                unit: unit.clone(),
            });
        }
        cells.push(filled);
    }
    Column::of_units(column.code(), data.units(), cells)
}

/// A statistic of the present values of every group.
fn group_values(
    column: &Column,
    groups: Option<&[Option<String>]>,
    of: fn(&[f64]) -> Option<f64>,
) -> Result<BTreeMap<String, Option<f64>>, CompositeError> {
    let groups = groups.ok_or_else(|| CompositeError::UnknownGroup { group: String::new() })?;
    let mut members: BTreeMap<&String, Vec<f64>> = BTreeMap::new();
    for (group, cell) in groups.iter().zip(column.cells()) {
        if let Some(group) = group {
            members.entry(group).or_default().extend(cell);
        }
    }
    Ok(members
        .into_iter()
        .map(|(group, values)| (group.clone(), of(&values)))
        .collect())
}

/// For every indicator, in the tree's order, its ancestor of a level.
fn ancestors_at(tree: &Tree, level: usize) -> Vec<Option<String>> {
    let level_of: BTreeMap<&str, usize> = tree
        .nodes()
        .iter()
        .map(|node| node.code.as_str())
        .zip(tree.levels())
        .collect();
    let ancestor = |code: &str| {
        let mut at = tree.node(code)?;
        while level_of.get(at.code.as_str()).is_some_and(|found| *found < level) {
            at = tree.node(at.parent.as_deref()?)?;
        }
        Some(at.code.clone())
    };
    tree.indicators().map(ancestor).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::tree::NodeSpec;

    fn matrix(cells: [Option<f64>; 4]) -> Matrix {
        let units: Vec<String> = ["a", "b", "c", "d"].map(String::from).to_vec();
        Matrix::new(units, vec![Column::new("i", cells).unwrap()]).unwrap()
    }

    fn with(fill: Fill) -> Imputation {
        Imputation {
            fill,
            ..Imputation::default()
        }
    }

    #[test]
    fn every_fill_by_hand() {
        let groups = ["x", "x", "x", "y"].map(|group| Some(group.to_owned()));
        let check = |fill, expected: [Option<f64>; 4]| {
            let data = matrix([Some(1.0), None, Some(4.0), Some(10.0)]);
            let imputed = impute(&data, Some(&groups), &with(fill)).unwrap();
            assert_eq!(
                imputed.data.columns()[0].cells().collect::<Vec<_>>(),
                expected,
                "{fill:?}"
            );
            let points = expected[1].map(|value| ImputedPoint {
                unit: "b".into(),
                code: "i".into(),
                value,
            });
            assert_eq!(imputed.points, points.into_iter().collect::<Vec<_>>());
        };
        let filled = |value| [Some(1.0), value, Some(4.0), Some(10.0)];
        check(Fill::None, filled(None));
        check(Fill::Mean, filled(Some(5.0)));
        check(Fill::Median, filled(Some(4.0)));
        check(Fill::GroupMean, filled(Some(2.5)));
        check(Fill::GroupMedian, filled(Some(2.5)));
        check(Fill::Value(0.0), filled(Some(0.0)));
    }

    #[test]
    fn a_group_without_value_leaves_it_missing_or_refuses() {
        let groups = [Some("x".to_owned()), Some("x".to_owned()), None, Some("y".to_owned())];
        let data = matrix([Some(1.0), None, None, None]);
        let left = impute(&data, Some(&groups), &with(Fill::GroupMean)).unwrap();
        assert_eq!(
            left.data.columns()[0].cells().collect::<Vec<_>>(),
            [Some(1.0), Some(1.0), None, None]
        );
        let strict = Imputation {
            refuse_empty: true,
            ..with(Fill::GroupMean)
        };
        let refused = impute(&data, Some(&groups), &strict).unwrap_err();
        assert!(matches!(refused, CompositeError::EmptyGroup { unit, .. } if unit == "c"));
        let code = |groups, imputation| impute(&data, groups, imputation).unwrap_err().code();
        assert_eq!(code(Some(&groups[..2]), &strict), "composite.column_length");
        assert_eq!(code(None, &strict), "composite.unknown_group");
        let stranger = Imputation {
            of: BTreeMap::from([("j".to_owned(), Fill::Mean)]),
            ..Imputation::default()
        };
        assert_eq!(code(None, &stranger), "composite.unknown_node");
    }

    #[test]
    fn a_unit_is_filled_from_its_own_scores_and_the_share_says_so() {
        let leaf = |code: &str, parent: &str, direction| NodeSpec::indicator(code, parent, 1.0, direction);
        let tree = Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::aggregate("left", Some("top"), 1.0),
            NodeSpec::aggregate("right", Some("top"), 3.0),
            leaf("a", "left", Direction::Positive),
            leaf("b", "left", Direction::Negative),
            leaf("c", "right", Direction::Positive),
        ])
        .unwrap();
        let units = vec!["u".to_owned(), "v".to_owned(), "w".to_owned()];
        let column = |code, cells: [Option<f64>; 3]| Column::new(code, cells).unwrap();
        let data = Matrix::new(
            units,
            vec![
                column("a", [Some(0.0), Some(10.0), Some(5.0)]),
                column("b", [Some(100.0), Some(200.0), None]),
                column("c", [Some(1.0), Some(2.0), Some(1.0)]),
            ],
        )
        .unwrap();
        // The unit w scores 0.5 in a and 0 in c; b runs from 200 (worst) to 100 (best).
        let value = |level, by_median| {
            let imputed = impute_by_unit(&data, &tree, level, by_median, false).unwrap();
            assert_eq!(imputed.points.len(), 1);
            imputed.points[0].value
        };
        assert_eq!(
            [value(None, false), value(None, true), value(Some(2), false)].map(Some),
            [175.0, 175.0, 150.0].map(Some)
        );
        let points = impute_by_unit(&data, &tree, None, false, false).unwrap().points;
        let filled = impute_by_unit(&data, &tree, None, false, false).unwrap().data;
        let shares = imputed_share(&tree, &filled, &points, Missing::SKIP).unwrap();
        let of = |code: &str| shares.column(code).unwrap().present_values().collect::<Vec<_>>();
        assert_eq!(of("left"), [0.0, 0.0, 0.5]);
        assert_eq!(of("top"), [0.0, 0.0, 0.125]);
        // Without a figure its weight goes to the one that was put in, and nothing at all gives no share.
        let gone = filled.clone().with_row(2, &[None, Some(175.0), None]).unwrap();
        let shares = imputed_share(&tree, &gone, &points, Missing::SKIP).unwrap();
        let of = |code: &str| shares.column(code).unwrap().get(2);
        assert_eq!([of("left"), of("right"), of("top")], [Some(1.0), None, Some(1.0)]);
    }

    #[test]
    fn a_column_of_equal_values_is_filled_with_them_and_tells_nothing() {
        let leaf = |code: &str| NodeSpec::indicator(code, "top", 1.0, Direction::Positive);
        let tree = Tree::new(&[NodeSpec::aggregate("top", None, 1.0), leaf("a"), leaf("b"), leaf("c")]).unwrap();
        let units = ["u", "v", "w"].map(String::from).to_vec();
        let data = |last: Option<f64>| {
            let column = |code, cells: [Option<f64>; 3]| Column::new(code, cells).unwrap();
            let columns = vec![
                column("a", [Some(7.0), Some(7.0), None]),
                column("b", [Some(0.0), Some(4.0), last]),
                column("c", [Some(0.0), Some(8.0), None]),
            ];
            Matrix::new(units.clone(), columns).unwrap()
        };
        let filled = |last, refuse| impute_by_unit(&data(last), &tree, None, false, refuse);
        let row = |imputed: Imputed| imputed.data.row(2);
        assert_eq!(row(filled(Some(3.0), true).unwrap()), [Some(7.0), Some(3.0), Some(6.0)]);
        // Nothing is known of the unit.
        assert_eq!(row(filled(None, false).unwrap()), [None; 3]);
        let refused = filled(None, true).unwrap_err();
        assert!(matches!(refused, CompositeError::EmptyGroup { code, unit } if code == "a" && unit == "w"));
    }
}
