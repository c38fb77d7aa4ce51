//! What a training tells its caller: events instead of printing, and a report at the end.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::metrics::{Bin, Confusion};

/// How far a training is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TrainingEvent {
    /// What is being done, e.g. `"fold 2"` or `"train"`.
    pub stage: String,
    /// Steps done in this stage: batches, epochs, candidates or clips, from 1.
    pub step: usize,
    /// Steps of this stage in all.
    pub n_steps: usize,
    /// The pass over the items that has just ended with a validation, from 1; absent between.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<usize>,
    /// Losses and metrics by name.
    pub values: BTreeMap<String, f64>,
}

/// Where a training reports to; nothing in this crate prints.
pub type Progress<'a> = dyn FnMut(&TrainingEvent) + 'a;

/// What a training made.
#[derive(Debug, Clone, PartialEq, Serialize, Default)]
pub struct TrainingReport {
    /// The task, e.g. `"text-emotion"`.
    pub task: String,
    /// The weights files written.
    pub files: Vec<PathBuf>,
    /// Number of items trained on.
    pub n_items: usize,
    /// Metrics on the rows kept for tuning, or cross-validated, by name.
    pub metrics: BTreeMap<String, f64>,
    /// Confusion matrices on those rows, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub confusions: BTreeMap<String, Confusion>,
    /// Reliability of the probabilities on those rows, by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reliability: BTreeMap<String, Vec<Bin>>,
    /// The log of the run, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log: Option<PathBuf>,
}
