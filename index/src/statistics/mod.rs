//! What the figures look like before anything is computed from them, and how they hang together.
//!
//! All functions pass over missing values and say how many values they have used; where a figure is not defined (a
//! correlation with a constant, a skewness of three values) the answer is none, never NaN.

mod alpha;
mod availability;
mod correlation;
mod describe;
mod eigen;
mod error;
mod flags;
mod kendall;
mod quantile;
mod strengths;
mod trend;

pub use alpha::{Alpha, cronbach_alpha};
pub use availability::{NodeAvailability, UnitAvailability, availability, availability_by_node};
pub use correlation::{Correlation, correlate, correlation_matrix, pearson, spearman};
pub use describe::{Description, DescriptionFlags, DescriptionLimits, describe};
pub use eigen::symmetric_eigen;
pub use error::StatisticsError;
pub use flags::{CorrelationFlag, CorrelationLimits, FlagKind, flag_correlations};
pub use kendall::kendall;
pub use quantile::{median, quantile, quantile_of_sorted};
pub use strengths::{Standing, Strengths, StrengthsLimits, strengths_and_weaknesses};
pub use trend::{Trend, trend};
