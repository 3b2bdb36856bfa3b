//! In which form scores are compared.

use crate::exact::Fixed;

/// In which form scores are compared: with one another for a rank, with limits for a level or stage.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Precision {
    /// As computed. Two within this relative distance of each other are equal.
    Within(f64),
    /// As published: rounded half away from zero to so many decimals. Only the same number is equal.
    Rounded(u32),
}

impl Precision {
    /// A score in this form.
    pub fn form(self, score: f64) -> f64 {
        match self {
            Self::Within(_) => score,
            Self::Rounded(decimals) => Fixed::round_observed(score, decimals),
        }
    }

    /// The relative distance within which scores in this form are equal.
    pub fn tolerance(self) -> f64 {
        match self {
            Self::Within(tolerance) => tolerance,
            Self::Rounded(_) => 0.0,
        }
    }

    /// A score of this form as it is compared with a limit: the limit itself where the two are equal. The tolerance is
    /// relative to the greater of the two, and to a thousandth where both are smaller, so that a limit of zero has one.
    pub fn against(self, score: f64, limit: f64) -> f64 {
        let scale = score.abs().max(limit.abs()).max(1e-3);
        let is_equal = (score - limit).abs() <= self.tolerance() * scale;
        if is_equal { limit } else { score }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_are_compared_as_computed_or_as_published() {
        let check = |precision: Precision, score: f64, expected: f64| {
            assert!((precision.form(score) - expected).abs() <= 0.0, "{precision:?} {score}");
        };
        check(Precision::Within(0.1), 59.996, 59.996);
        check(Precision::Rounded(2), 59.996, 60.0);
        check(Precision::Rounded(2), 59.994_999, 59.99);
        // Half away from zero, whatever noise says.
        check(Precision::Rounded(1), 0.15, 0.2);
        check(Precision::Rounded(1), -0.15, -0.2);
        check(Precision::Rounded(0), 1e30, 1e30);
        let against = |precision: Precision, score: f64, expected: f64| {
            let found = precision.against(score, 60.0);
            assert!((found - expected).abs() <= 0.0, "{precision:?} {score}");
        };
        against(Precision::Within(1e-9), 59.999_999_999_9, 60.0);
        against(Precision::Within(1e-9), 60.000_000_000_1, 60.0);
        against(Precision::Within(1e-9), 59.999_9, 59.999_9);
        let at_zero = [-9e-18, 1e-9].map(|score| Precision::Within(1e-9).against(score, 0.0));
        assert!(at_zero[0].abs() <= 0.0 && at_zero[1] > 0.0);
        against(Precision::Rounded(2), 59.999_999_999_9, 59.999_999_999_9);
        let tolerance = Precision::Rounded(9).tolerance();
        assert!(tolerance.abs() <= 0.0 && Precision::Within(0.1).tolerance() > 0.0);
    }
}
