//! The genre of a recording, one of GTZAN's ten (Tzanetakis & Cook 2002).
//!
//! Multinomial logistic regression on the 57 descriptors that the published table of GTZAN's clips
//! has as well, so that it can be trained without their sound; or on recordings of one's own.
//!
//! - [`GenreModel`] tells the genre of descriptors.
//! - [`train`] fits it to the fault-filtered split (Sturm 2013, "The GTZAN dataset: its contents, its
//!   faults, their effects on evaluation, and its future use") and measures it there.

mod data;
mod model;
mod training;

pub use data::{Labelled, Part, read_labelled};
pub use model::GenreModel;
pub use training::{GenreTrainingConfig, evaluate, train};

/// Name of the task in weights, reports and commands.
pub const TASK: &str = "genre";
