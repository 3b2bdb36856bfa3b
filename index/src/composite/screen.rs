//! Leaving out units of which too little is known.

use super::{
    error::CompositeError,
    matrix::{Column, Matrix},
};

/// The units that are kept and the codes of those that are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Screened {
    /// Units with enough present values, in the same order.
    pub kept: Matrix,
    /// Units left out, in row order.
    pub left_out: Vec<String>,
}

/// Keeps the units of which at least the share `threshold` (0 to 1) of all columns is present.
pub fn screen_by_availability(data: &Matrix, threshold: f64) -> Result<Screened, CompositeError> {
    if !(0.0..=1.0).contains(&threshold) {
        return Err(CompositeError::BadSetting {
            setting: "availability",
            value: threshold,
        });
    }
    let all = data.columns().len() as f64;
    let enough = |row: usize| {
        let present = data.columns().iter().filter(|column| column.get(row).is_some()).count();
        all == 0.0 || present as f64 / all >= threshold
    };
    let (kept, left_out): (Vec<usize>, Vec<usize>) = (0..data.units().len()).partition(|row| enough(*row));
    let units = |rows: &[usize]| {
        rows.iter()
            .filter_map(|row| data.units().get(*row).cloned())
            .collect::<Vec<_>>()
    };
    let columns = data
        .columns()
        .iter()
        .map(|column| Column::new(column.code(), kept.iter().map(|row| column.get(*row))))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(Screened {
        kept: Matrix::new(units(&kept), columns)?,
        left_out: units(&left_out),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_units_at_the_threshold_and_names_the_others() {
        let units = vec!["u".to_owned(), "v".to_owned()];
        let columns = vec![
            Column::new("a", [Some(1.0), Some(2.0)]).unwrap(),
            Column::new("b", [Some(1.0), None]).unwrap(),
        ];
        let data = Matrix::new(units, columns).unwrap();
        let left_out = |threshold| screen_by_availability(&data, threshold).unwrap().left_out;
        assert!(left_out(0.5).is_empty());
        assert_eq!(left_out(0.6), ["v"]);
        assert_eq!(screen_by_availability(&data, 0.6).unwrap().kept.units(), ["u"]);
        assert_eq!(
            screen_by_availability(&data, 1.5).unwrap_err().code(),
            "composite.bad_setting"
        );
    }
}
