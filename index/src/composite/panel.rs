//! Several years of the same units: filling from other years, and what a change is made of.

use std::collections::BTreeMap;

use super::{
    error::CompositeError,
    impute::{Imputed, ImputedPoint},
    matrix::{Column, Matrix},
    moments::mean,
};

/// How a missing value is filled from other years of the same unit.
///
/// Source: COINr, `impute_panel`; outside a unit's years, linear and constant take the nearest value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum YearFill {
    /// The value of the latest earlier year that has one, at most so many years of the panel back.
    Latest {
        /// Years of the panel; none: no limit.
        max_years: Option<usize>,
    },
    /// On the line between the years before and after.
    Linear,
    /// The value of the year before, and before the first that of the first.
    Constant,
}

/// Fills every year from the others. The years stand in rising order and have the same columns.
pub fn impute_over_years(years: &[(i64, &Matrix)], fill: YearFill) -> Result<Vec<Imputed>, CompositeError> {
    let row_of: Vec<BTreeMap<&String, usize>> = years
        .iter()
        .map(|(_, data)| data.units().iter().zip(0..).collect())
        .collect();
    let mut filled = Vec::with_capacity(years.len());
    for (at, (year, data)) in years.iter().enumerate() {
        let (mut columns, mut points) = (Vec::new(), Vec::new());
        for column in data.columns() {
            let of_unit = |unit: &String| -> Vec<(i64, f64)> {
                let known = years.iter().zip(&row_of).filter_map(|((year, data), rows)| {
                    let value = data.column(column.code())?.get(*rows.get(unit)?)?;
                    Some((*year, value))
                });
                known.collect()
            };
            let mut cells = Vec::with_capacity(column.len());
            for (row, unit) in data.units().iter().enumerate() {
                let mut cell = column.get(row);
                if cell.is_none() {
                    let earliest = match fill {
                        YearFill::Latest { max_years: Some(most) } => {
                            years.get(at.saturating_sub(most)).map(|(y, _)| *y)
                        }
                        _ => None,
                    };
                    cell = from_years(&of_unit(unit), *year, fill, earliest);
                    points.extend(cell.map(|value| ImputedPoint {
                        unit: unit.clone(),
                        code: column.code().to_owned(),
                        value,
                    }));
                }
                cells.push(cell);
            }
            columns.push(Column::of_units(column.code(), data.units(), cells)?);
        }
        let data = data.with_columns(columns);
        filled.push(Imputed { data, points });
    }
    Ok(filled)
}

/// The value of a year from the known ones, in rising order of years.
fn from_years(known: &[(i64, f64)], year: i64, fill: YearFill, earliest: Option<i64>) -> Option<f64> {
    let before = known.iter().rev().find(|(other, _)| *other < year);
    let after = known.iter().find(|(other, _)| *other > year);
    match (fill, before, after) {
        (YearFill::Latest { .. }, Some((other, value)), _) => {
            earliest.is_none_or(|earliest| *other >= earliest).then_some(*value)
        }
        (YearFill::Latest { .. }, None, _) | (_, None, None) => None,
        (YearFill::Linear, Some((y0, v0)), Some((y1, v1))) => {
            Some(v0 + (v1 - v0) * ((year - y0) as f64 / (y1 - y0) as f64))
        }
        (_, Some((_, value)), _) | (_, None, Some((_, value))) => Some(*value),
    }
}

/// What the change of the mean score of a node is made of. The three effects sum to `to - from`.
#[derive(Clone, Debug, PartialEq)]
pub struct MeanChange {
    /// The node.
    pub node: String,
    /// Units with a score in both.
    pub same_units: usize,
    /// Mean before, over all units.
    pub from: f64,
    /// Mean after, over all units.
    pub to: f64,
    /// What the figures of the units that are in both have changed, under the method of before.
    pub data: f64,
    /// What the method (bounds, weights, formulas) has changed for the units that are in both.
    pub method: f64,
    /// What units that came or went have changed.
    pub population: f64,
}

/// Takes the change of every node's mean apart. All three are scores of nodes by unit; `bridge` are the data of after under
/// the method of before: its frozen scales, weights and formulas. A node without a score before or after, or without units
/// in both, is left out.
pub fn decompose_means(from: &Matrix, bridge: &Matrix, to: &Matrix) -> Vec<MeanChange> {
    let nodes = from.columns().iter().filter_map(|before| {
        let code = before.code();
        let (old, new) = (by_unit(from, code)?, by_unit(to, code)?);
        let bridged = by_unit(bridge, code)?;
        let same: Vec<(f64, f64, f64)> = old
            .iter()
            .filter_map(|(unit, old)| Some((*old, *bridged.get(unit)?, *new.get(unit)?)))
            .collect();
        let of = |values: Vec<f64>| mean(&values);
        let (all_old, all_new) = (
            of(old.values().copied().collect())?,
            of(new.values().copied().collect())?,
        );
        let old_same = of(same.iter().map(|(old, _, _)| *old).collect())?;
        let bridge_same = of(same.iter().map(|(_, bridge, _)| *bridge).collect())?;
        let new_same = of(same.iter().map(|(_, _, new)| *new).collect())?;
        Some(MeanChange {
            node: code.to_owned(),
            same_units: same.len(),
            from: all_old,
            to: all_new,
            data: bridge_same - old_same,
            method: new_same - bridge_same,
            population: (all_new - new_same) - (all_old - old_same),
        })
    });
    nodes.collect()
}

/// The change of one unit at one node. The two effects sum to `to - from`.
#[derive(Clone, Debug, PartialEq)]
pub struct UnitChange {
    /// The unit.
    pub unit: String,
    /// The node.
    pub node: String,
    /// Score before.
    pub from: f64,
    /// Score after.
    pub to: f64,
    /// What the unit's own figures have changed, under the method of before.
    pub data: f64,
    /// What the method has changed, the figures of the others under a relative method included.
    pub method: f64,
}

/// The changes of the units that have a score before and after, node by node, in the order of after. The three as in
/// [`decompose_means`].
pub fn unit_changes(from: &Matrix, bridge: &Matrix, to: &Matrix) -> Vec<UnitChange> {
    let mut changes = Vec::new();
    for after in to.columns() {
        let code = after.code();
        let (Some(before), Some(bridged)) = (by_unit(from, code), by_unit(bridge, code)) else {
            continue;
        };
        for (unit, new) in to.units().iter().zip(after.cells()) {
            if let (Some(old), Some(between), Some(new)) = (before.get(unit), bridged.get(unit), new) {
                changes.push(UnitChange {
                    unit: unit.clone(),
                    node: code.to_owned(),
                    from: *old,
                    to: new,
                    data: between - old,
                    method: new - between,
                });
            }
        }
    }
    changes
}

fn by_unit<'a>(scores: &'a Matrix, code: &str) -> Option<BTreeMap<&'a String, f64>> {
    let column = scores.column(code)?;
    let cells = scores.units().iter().zip(column.cells());
    Some(
        cells
            .filter_map(|(unit, cell)| cell.map(|score| (unit, score)))
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::composite::{
        engine::{Plan, compute, compute_with, fit},
        fitting::Sample,
        tree::{Direction, NodeSpec, Tree},
    };

    fn year(cells: &[(&str, Option<f64>)]) -> Matrix {
        let units = cells.iter().map(|(unit, _)| (*unit).to_owned()).collect();
        Matrix::new(
            units,
            vec![Column::new("a", cells.iter().map(|(_, cell)| *cell)).unwrap()],
        )
        .unwrap()
    }

    #[test]
    fn every_fill_over_years_by_hand() {
        let years = [
            (2018, year(&[("u", None), ("v", Some(1.0))])),
            (2019, year(&[("u", Some(10.0))])),
            (2020, year(&[("u", None), ("v", None)])),
            (2022, year(&[("v", None), ("u", None)])),
            (2023, year(&[("u", Some(50.0)), ("w", None)])),
        ];
        let borrowed: Vec<_> = years.iter().map(|(year, data)| (*year, data)).collect();
        let check = |fill, u: [Option<f64>; 5], v: [Option<f64>; 3]| {
            let filled = impute_over_years(&borrowed, fill).unwrap();
            let of = |at: usize, unit: &str| {
                let row = filled[at].data.units().iter().position(|found| found == unit).unwrap();
                filled[at].data.columns()[0].get(row)
            };
            assert_eq!([0, 1, 2, 3, 4].map(|at| of(at, "u")), u, "{fill:?}");
            assert_eq!([0, 2, 3].map(|at| of(at, "v")), v, "{fill:?}");
            assert_eq!(of(4, "w"), None);
        };
        let some = |values: [f64; 3]| values.map(Some);
        let latest = |max_years| YearFill::Latest { max_years };
        check(
            latest(None),
            [None, Some(10.0), Some(10.0), Some(10.0), Some(50.0)],
            some([1.0, 1.0, 1.0]),
        );
        check(
            latest(Some(1)),
            [None, Some(10.0), Some(10.0), None, Some(50.0)],
            [Some(1.0), None, None],
        );
        check(
            YearFill::Linear,
            [Some(10.0), Some(10.0), Some(20.0), Some(40.0), Some(50.0)],
            some([1.0, 1.0, 1.0]),
        );
        check(
            YearFill::Constant,
            [Some(10.0), Some(10.0), Some(10.0), Some(10.0), Some(50.0)],
            some([1.0, 1.0, 1.0]),
        );
    }

    #[test]
    fn the_parts_of_a_change_sum_to_it() {
        let tree = Tree::new(&[
            NodeSpec::aggregate("top", None, 1.0),
            NodeSpec::indicator("a", "top", 1.0, Direction::Positive),
        ])
        .unwrap();
        let plan = Plan::default();
        let before = year(&[("u", Some(0.0)), ("v", Some(10.0)), ("gone", Some(5.0))]);
        let after = year(&[("u", Some(10.0)), ("v", Some(20.0)), ("new", Some(0.0))]);
        let sample = Sample {
            data: &before,
            peers: None,
        };
        let scales = fit(&[sample], &tree, &plan).unwrap();
        let from = compute(before.clone(), &tree, &plan).unwrap();
        let to = compute(after.clone(), &tree, &plan).unwrap();
        let bridge = compute_with(after, None, &tree, &plan, &scales).unwrap();
        let [from, bridge, to] = [from, bridge, to].map(|composite| composite.scores);
        let change = &decompose_means(&from, &bridge, &to)[0];
        // Before 0, 100, 50; bridge 100, 200, 0; after 50, 100, 0.
        assert_eq!((change.same_units, change.data, change.method), (2, 100.0, -75.0));
        assert!((change.data + change.method + change.population - (change.to - change.from)).abs() < 1e-12);
        let units = unit_changes(&from, &bridge, &to);
        assert_eq!(units.len(), 2);
        assert_eq!((units[0].data, units[0].method), (100.0, -50.0));
        assert_eq!((units[0].from, units[0].to), (0.0, 50.0));
    }
}
