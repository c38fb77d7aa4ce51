//! What evaluating shipped weights returns, and the parts that every task's evaluation shares.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Serialize;

use crate::Error;
use crate::metrics::{Bin, Confusion};
use crate::weights::write_csv;

/// Numbers measured on items that the weights have not seen.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Evaluation {
    /// The task, e.g. `"text-emotion"`.
    pub task: String,
    /// Where the items came from.
    pub data: String,
    /// How the numbers were made: which rows, what was left out, how intervals were drawn.
    pub protocol: String,
    /// Number of items evaluated.
    pub n: usize,
    /// Number of items left out because the weights were trained on them.
    pub n_seen_left_out: usize,
    /// The metrics by name.
    pub metrics: BTreeMap<String, f64>,
    /// 95 % intervals of the metrics, lower and upper end.
    pub intervals: BTreeMap<String, (f64, f64)>,
    /// Confusion matrices by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub confusions: BTreeMap<String, Confusion>,
    /// Reliability of the probabilities by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub reliability: BTreeMap<String, Vec<Bin>>,
}

/// How to evaluate.
#[derive(Debug, Clone, PartialEq)]
pub struct EvaluationOptions {
    /// Which split of the data; by default `test` where there is one, else `dev`, else all.
    pub split: Option<String>,
    /// Also count items that the weights were trained on. Default false: such numbers flatter.
    pub include_seen: bool,
    /// Resamples behind each interval; more are steadier and slower. Default 1000.
    pub resamples: usize,
    /// Seed of the resampling. Default 0.
    pub seed: u64,
}

impl Default for EvaluationOptions {
    fn default() -> Self {
        Self {
            split: None,
            include_seen: false,
            resamples: 1000,
            seed: 0,
        }
    }
}

/// An evaluation with what was predicted for each item.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// The numbers.
    pub evaluation: Evaluation,
    /// Names of the columns of `rows`.
    pub header: Vec<String>,
    /// One row an item, as many cells as `header`.
    pub rows: Vec<Vec<String>>,
}

impl Evaluated {
    /// Writes the rows as CSV.
    ///
    /// # Errors
    /// [`Error::Io`] when the file cannot be written.
    pub fn write_predictions(&self, path: &Path) -> Result<(), Error> {
        write_csv(path, &self.header, &self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn predictions_are_csv() {
        let evaluation = Evaluation {
            task: "t".into(),
            data: "d".into(),
            protocol: "p".into(),
            n: 1,
            n_seen_left_out: 0,
            ..Evaluation::default()
        };
        let header = vec!["item".into(), "label".into()];
        let rows = vec![vec!["a, b".into(), "joy".into()]];
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("predictions.csv");
        Evaluated {
            evaluation,
            header,
            rows,
        }
        .write_predictions(&path)
        .unwrap();
        assert_eq!(
            std::fs::read_to_string(path).unwrap(),
            "item,label\n\"a, b\",joy\n"
        );
    }
}
