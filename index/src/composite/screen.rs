//! Leaving out units of which too little is known.
//!
//! Source: COINr, vignette "screening".

use std::collections::BTreeSet;

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
};

/// What keeps a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Screening {
    /// The least share of all columns that must be present, 0 to 1; none: not asked.
    pub availability: Option<f64>,
    /// The least share of the present values that must not be zero, 0 to 1; none: not asked.
    pub nonzero: Option<f64>,
    /// Units kept whatever is known of them.
    pub keep: BTreeSet<String>,
    /// Units left out whatever is known of them. A unit that stands in both lists is left out.
    pub drop: BTreeSet<String>,
}

impl Default for Screening {
    /// Two thirds of the columns.
    fn default() -> Self {
        Self {
            availability: Some(2.0 / 3.0),
            nonzero: None,
            keep: BTreeSet::new(),
            drop: BTreeSet::new(),
        }
    }
}

/// The units that are kept, and the record of every unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Screened {
    /// Units kept, in the same order.
    pub kept: Matrix,
    /// The rows they had.
    pub rows: Vec<usize>,
    /// Every unit, in row order.
    pub records: Vec<ScreenRecord>,
}

/// What is known of a unit.
#[derive(Clone, Debug, PartialEq)]
pub struct ScreenRecord {
    /// Unit code.
    pub unit: String,
    /// Columns without a value.
    pub missing: usize,
    /// Columns whose value is zero.
    pub zeros: usize,
    /// Share of columns with a value.
    pub availability: f64,
    /// Share of the present values that are not zero; none when there is no value.
    pub nonzero: Option<f64>,
    /// Why it is kept or left out.
    pub verdict: Verdict,
}

/// Why a unit is kept or left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Enough is known of it.
    Kept,
    /// It is kept by name.
    KeptByName,
    /// Too few values.
    TooFewValues,
    /// Too many zeros.
    TooManyZeros,
    /// It is left out by name.
    DroppedByName,
}

impl Verdict {
    /// Whether the unit stays.
    pub fn kept(self) -> bool {
        matches!(self, Self::Kept | Self::KeptByName)
    }

    /// The name that outputs use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::KeptByName => "kept_by_name",
            Self::TooFewValues => "too_few_values",
            Self::TooManyZeros => "too_many_zeros",
            Self::DroppedByName => "dropped_by_name",
        }
    }
}

/// Keeps the units of which enough is known.
pub fn screen(data: &Matrix, screening: &Screening) -> Result<Screened, CompositeError> {
    for (setting, share) in [("availability", screening.availability), ("nonzero", screening.nonzero)] {
        if let Some(value) = share.filter(|share| !(0.0..=1.0).contains(share)) {
            return Err(CompositeError::BadSetting { setting, value });
        }
    }
    let known: BTreeSet<&String> = data.units().iter().collect();
    if let Some(unit) = screening.keep.union(&screening.drop).find(|unit| !known.contains(unit)) {
        return Err(CompositeError::UnknownUnit { unit: unit.clone() });
    }
    let records: Vec<ScreenRecord> = (0..data.units().len())
        .map(|row| record(data, screening, row))
        .collect();
    let rows: Vec<usize> = (0..records.len()).filter(|row| records[*row].verdict.kept()).collect();
    Ok(Screened {
        kept: select_rows(data, &rows)?,
        rows,
        records,
    })
}

/// Some rows of a matrix, in the order given.
pub fn select_rows(data: &Matrix, rows: &[usize]) -> Result<Matrix, CompositeError> {
    let columns = data
        .columns()
        .iter()
        .map(|column| Column::new(column.code(), rows.iter().map(|row| column.get(*row))))
        .collect::<Result<Vec<_>, _>>()?;
    let units = rows.iter().filter_map(|row| data.units().get(*row).cloned()).collect();
    Matrix::new(units, columns)
}

fn record(data: &Matrix, screening: &Screening, row: usize) -> ScreenRecord {
    let unit = data.units()[row].clone();
    let all = data.columns().len();
    let values: Vec<f64> = data.columns().iter().filter_map(|column| column.get(row)).collect();
    let zeros = values.iter().filter(|value| **value == 0.0).count();
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let availability = if all == 0 { 1.0 } else { share(values.len(), all) };
    let nonzero = (!values.is_empty()).then(|| share(values.len() - zeros, values.len()));
    let verdict = if screening.drop.contains(&unit) {
        Verdict::DroppedByName
    } else if screening.keep.contains(&unit) {
        Verdict::KeptByName
    } else if screening.availability.is_some_and(|least| availability < least) {
        Verdict::TooFewValues
    } else if screening
        .nonzero
        .is_some_and(|least| nonzero.is_none_or(|share| share < least))
    {
        Verdict::TooManyZeros
    } else {
        Verdict::Kept
    };
    ScreenRecord {
        unit,
        missing: all - values.len(),
        zeros,
        availability,
        nonzero,
        verdict,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        Verdict::{DroppedByName, Kept, KeptByName, TooFewValues, TooManyZeros},
        *,
    };

    fn data() -> Matrix {
        let units = ["u", "v", "w"].map(String::from).to_vec();
        let column = |code, cells: [Option<f64>; 3]| Column::new(code, cells).unwrap();
        let columns = vec![
            column("a", [Some(1.0), Some(2.0), Some(0.0)]),
            column("b", [Some(1.0), None, Some(0.0)]),
        ];
        Matrix::new(units, columns).unwrap()
    }

    fn screening(availability: Option<f64>, nonzero: Option<f64>) -> Screening {
        Screening {
            availability,
            nonzero,
            ..Screening::default()
        }
    }

    #[test]
    fn keeps_units_at_the_threshold_and_says_why_others_go() {
        let verdicts = |screening: &Screening| {
            let screened = screen(&data(), screening).unwrap();
            screened.records.iter().map(|record| record.verdict).collect::<Vec<_>>()
        };
        assert_eq!(verdicts(&screening(Some(0.5), None)), [Kept, Kept, Kept]);
        assert_eq!(verdicts(&Screening::default()), [Kept, TooFewValues, Kept]);
        assert_eq!(verdicts(&screening(None, Some(0.05))), [Kept, Kept, TooManyZeros]);
        assert_eq!(
            verdicts(&screening(Some(0.6), Some(0.05))),
            [Kept, TooFewValues, TooManyZeros]
        );
        let forced = Screening {
            keep: BTreeSet::from(["v".to_owned()]),
            drop: BTreeSet::from(["u".to_owned()]),
            ..Screening::default()
        };
        assert_eq!(verdicts(&forced), [DroppedByName, KeptByName, Kept]);
        let screened = screen(&data(), &forced).unwrap();
        assert_eq!(
            (screened.kept.units(), &screened.rows[..]),
            (&["v".to_owned(), "w".to_owned()][..], &[1, 2][..])
        );
        assert_eq!((screened.records[1].missing, screened.records[2].zeros), (1, 2));
    }

    #[test]
    fn what_is_out_of_range_or_unknown_is_refused() {
        let refused = screen(&data(), &screening(Some(1.5), None)).unwrap_err();
        assert_eq!(refused.code(), "composite.bad_setting");
        let stranger = Screening {
            keep: BTreeSet::from(["x".to_owned()]),
            ..Screening::default()
        };
        assert_eq!(screen(&data(), &stranger).unwrap_err().code(), "composite.unknown_unit");
    }
}
