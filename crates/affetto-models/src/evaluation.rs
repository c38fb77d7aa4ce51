//! What evaluating shipped weights returns, and the parts that every task's evaluation shares.

use std::collections::BTreeMap;
use std::path::Path;

use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use serde::Serialize;

use crate::Error;
use crate::weights::write_atomically;

/// Numbers measured on items that the weights have not seen.
#[derive(Debug, Clone, PartialEq, Serialize)]
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
        let mut writer = csv::Writer::from_writer(Vec::new());
        let to_io = |error: csv::Error| Error::io(path, error.into());
        writer.write_record(&self.header).map_err(to_io)?;
        for row in &self.rows {
            writer.write_record(row).map_err(to_io)?;
        }
        let bytes = writer
            .into_inner()
            .map_err(|error| Error::io(path, error.into_error()))?;
        write_atomically(path, &bytes)
    }
}

/// The 95 % percentile bootstrap interval (Efron 1979) of a statistic over `n` items.
///
/// `statistic` gets the indices of a resample, each in `0..n`. Resamples on which the statistic
/// is not a number are left out; `None` when none is left.
pub fn bootstrap_interval(
    n: usize,
    options: &EvaluationOptions,
    mut statistic: impl FnMut(&[usize]) -> f64,
) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let mut rng = Pcg64Mcg::seed_from_u64(options.seed);
    let mut indices = vec![0; n];
    let mut values: Vec<f64> = (0..options.resamples)
        .map(|_| {
            indices
                .iter_mut()
                .for_each(|index| *index = rng.random_range(0..n));
            statistic(&indices)
        })
        .filter(|value| !value.is_nan())
        .collect();
    values.sort_by(f64::total_cmp);
    let last = values.len().checked_sub(1)?;
    let at = |share: f64| values[(share * last as f64).round() as usize];
    Some((at(0.025), at(0.975)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interval_of_a_mean() {
        let values: Vec<f64> = (0..400).map(|i| f64::from(i % 2)).collect();
        let mean = |indices: &[usize]| {
            indices.iter().map(|&i| values[i]).sum::<f64>() / indices.len() as f64
        };
        let (low, high) = bootstrap_interval(400, &EvaluationOptions::default(), mean).unwrap();
        // The standard error is √(.25 / 400) = .025, so about .5 ± .049.
        assert!(
            (low - 0.451).abs() < 0.01 && (high - 0.549).abs() < 0.01,
            "{low} {high}"
        );
    }

    #[test]
    fn nothing_has_no_interval() {
        assert_eq!(
            bootstrap_interval(0, &EvaluationOptions::default(), |_| 1.0),
            None
        );
        assert_eq!(
            bootstrap_interval(3, &EvaluationOptions::default(), |_| f64::NAN),
            None
        );
    }

    #[test]
    fn predictions_are_csv() {
        let evaluation = Evaluation {
            task: "t".into(),
            data: "d".into(),
            protocol: "p".into(),
            n: 1,
            n_seen_left_out: 0,
            metrics: BTreeMap::new(),
            intervals: BTreeMap::new(),
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
