//! What the trainings share: one loop for all networks, runs with logs and checkpoints, events
//! instead of printing, frozen folds.
//!
//! A task with a network implements [`Task`] and calls [`fit`] within a [`Run`]. The same
//! configuration, data and seed give the same weights on the processor, whatever the number of
//! threads, and also when the run was killed at any moment and resumed from its checkpoint.

mod checkpoint;
mod config;
mod device;
mod events;
mod fit;
mod folds;
mod parameters;
mod run;
mod shards;

#[cfg(test)]
mod tests;

pub use config::FitConfig;
pub use device::DeviceChoice;
pub use events::{Progress, TrainingEvent, TrainingReport};
#[cfg(test)]
pub(crate) use fit::first_weights;
pub(crate) use fit::{Task, Validation, fit};
pub use folds::{Fold, read_folds, shuffled_indices};
pub(crate) use parameters::{arrays_of, with_arrays};
pub use run::{Run, RunEntry, RunOptions, RunSubject};
pub(crate) use shards::keep_mask;
