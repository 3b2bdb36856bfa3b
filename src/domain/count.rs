//! Counts in the type that a column or a field has for them.

use std::fmt::Debug;

/// A count in another integer type.
///
/// # Panics
/// When it does not fit. Counts are limited where they arise (rows of a sheet, files of an archive, returns of a round):
/// one that does not fit is a mistake of ours and must not become a plausible figure.
#[track_caller]
#[expect(
    clippy::expect_used,
    reason = "every count is limited far below its type; a wrong one stops the request or the job"
)]
pub(crate) fn count<T, N: TryFrom<T, Error: Debug>>(counted: T) -> N {
    N::try_from(counted).expect("a count fits its type")
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn a_count_that_fits_is_the_same() {
        assert_eq!(count::<usize, i64>(7), 7);
        assert_eq!(count::<i64, u64>(0), 0);
    }

    #[test]
    #[should_panic(expected = "a count fits its type")]
    fn a_count_that_does_not_fit_is_no_figure() {
        count::<u64, i32>(u64::MAX);
    }
}
