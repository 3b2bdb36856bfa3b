//! How columns are treated.

use std::collections::BTreeMap;

/// When a column counts as tame.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TreatmentLimits {
    /// Below this absolute skewness ...
    pub skew: f64,
    /// ... or below this excess kurtosis.
    pub kurtosis: f64,
}

impl Default for TreatmentLimits {
    fn default() -> Self {
        Self {
            skew: 2.0,
            kurtosis: 3.5,
        }
    }
}

/// How a column is treated.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Treatment {
    /// When it is treated, and when a step was enough.
    pub limits: TreatmentLimits,
    /// The first step.
    pub first: Option<TreatmentStep>,
    /// The second step.
    pub second: Option<TreatmentStep>,
    /// Whether the second step takes what the first has made of the column instead of the untreated column.
    pub combine: bool,
    /// Whether the first step is taken even where the column is tame or its shape cannot be told.
    pub force: bool,
}

impl Default for Treatment {
    fn default() -> Self {
        Self {
            limits: TreatmentLimits::default(),
            first: Some(TreatmentStep::Winsorise {
                max_points: Some(5),
                limits: TreatmentLimits::default(),
                force: false,
            }),
            second: Some(TreatmentStep::LogCt),
            combine: false,
            force: false,
        }
    }
}

/// One step.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum TreatmentStep {
    /// The points at the end to which the column is skewed are pulled in to the next value, again and again, until it is
    /// tame or so many points are pulled in.
    Winsorise {
        /// Points; none: no limit.
        max_points: Option<usize>,
        /// When it is tame.
        limits: TreatmentLimits,
        /// Whether points are pulled in up to the limit though it is tame.
        force: bool,
    },
    /// `ln(x - min + (max - min) / 100)`.
    LogCt,
    /// The same where the skewness is positive, else `-ln(max + (max - min) / 100 - x)`.
    LogCtPlus,
    /// `ln(x - min + 1)`.
    LogCtOrig,
    /// `ln((max - 1) (x - min) / (max - min) + 1)`, for a maximum above 1.
    LogGii,
    /// `ln(x)`, for values above zero.
    Log,
    /// `ln(x + 1)`, for values above -1.
    Log1p,
    /// `(y^lambda - 1) / lambda`, `ln(y)` for a lambda of zero, with `y = x - min + 1` where `shift` says so, else `y = x`.
    BoxCox {
        /// Lambda; none: the one under which the transformed values are most likely normal (Box and Cox 1964), sought from
        /// -5 to 5.
        lambda: Option<f64>,
        /// Whether the column is moved to begin at 1.
        shift: bool,
    },
}

impl TreatmentStep {
    /// The name that documents and outputs use.
    pub fn name(self) -> &'static str {
        match self {
            Self::Winsorise { .. } => "winsorise",
            Self::LogCt => "log_ct",
            Self::LogCtPlus => "log_ct_plus",
            Self::LogCtOrig => "log_ct_orig",
            Self::LogGii => "log_gii",
            Self::Log => "log",
            Self::Log1p => "log1p",
            Self::BoxCox { .. } => "box_cox",
        }
    }
}

/// How the columns of a matrix are treated.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Treatments {
    /// Every column that does not say itself.
    pub all: Treatment,
    /// Columns by themselves; none: it is not treated.
    pub of: BTreeMap<String, Option<Treatment>>,
}
