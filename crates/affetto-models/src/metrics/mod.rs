//! Metrics that the tasks share: classification, calibration, abstention, intervals.

mod abstention;
mod bootstrap;
mod calibration;
mod classification;
mod multilabel;
mod rank;
mod scaling;

pub use abstention::{CoveragePoint, area_under_risk, risk_coverage};
pub use bootstrap::bootstrap_interval;
pub use calibration::{
    Bin, N_BINS, binary_calibration_error, brier_score, expected_calibration_error, reliability,
};
pub use classification::Confusion;
pub(crate) use multilabel::{f1, macro_f1, pearson};
pub use rank::spearman;
pub use scaling::{Scaling, argmax, negative_log_likelihood, softmax};
