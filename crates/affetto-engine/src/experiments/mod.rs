//! Experiments: the logs of trainings, their plots, a tracking server, model cards.

pub mod card;
pub(crate) mod facts;
pub mod mlflow;
pub mod plots;
pub mod runs;
