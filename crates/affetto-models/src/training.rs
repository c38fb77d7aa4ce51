//! What the trainings share: events instead of printing, run logs, seeded order, frozen folds.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

use crate::Error;

/// How far a training is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainingEvent {
    /// What is being done, e.g. `"fold 2"` or `"train"`.
    pub stage: String,
    /// Steps done in this stage: epochs, candidates or clips, from 1.
    pub step: usize,
    /// Steps of this stage in all.
    pub n_steps: usize,
    /// Losses and metrics by name.
    pub values: BTreeMap<String, f64>,
}

/// Where a training reports to; nothing in this crate prints.
pub type Progress<'a> = dyn FnMut(&TrainingEvent) + 'a;

/// What a training made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TrainingReport {
    /// The task, e.g. `"text-emotion"`.
    pub task: String,
    /// The weights files written.
    pub files: Vec<PathBuf>,
    /// Number of items trained on.
    pub n_items: usize,
    /// Metrics on the rows kept for tuning, or cross-validated, by name.
    pub metrics: BTreeMap<String, f64>,
}

/// A log of one run: JSON lines, an event each.
#[derive(Debug)]
pub struct RunLog {
    path: PathBuf,
    file: File,
}

impl RunLog {
    /// Starts `runs/NAME.jsonl` in a folder, replacing an older log of that name.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be created.
    pub fn create(folder: &Path, name: &str) -> Result<Self, Error> {
        let folder = folder.join("runs");
        std::fs::create_dir_all(&folder).map_err(|source| Error::io(&folder, source))?;
        let path = folder.join(format!("{name}.jsonl"));
        let file = File::create(&path).map_err(|source| Error::io(&path, source))?;
        Ok(Self { path, file })
    }

    /// Appends one line.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be written.
    pub fn write(&mut self, entry: &impl Serialize) -> Result<(), Error> {
        let line = serde_json::to_string(entry)
            .map_err(|error| Error::io(&self.path, std::io::Error::other(error)))?;
        writeln!(self.file, "{line}").map_err(|source| Error::io(&self.path, source))
    }
}

/// The numbers `0..n` in an order drawn from the seed.
#[must_use]
pub fn shuffled_indices(n: usize, seed: u64) -> Vec<usize> {
    let mut indices: Vec<usize> = (0..n).collect();
    indices.shuffle(&mut Pcg64Mcg::seed_from_u64(seed));
    indices
}

/// One row of the frozen, song-grouped folds (`folds.csv`).
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Fold {
    /// The data set, e.g. `"emopia"`.
    pub set: String,
    /// File name of the clip.
    pub file: String,
    /// The song that the clip is cut from.
    pub song: String,
    /// Number of the fold.
    pub fold: u8,
    /// What the row may be used for, e.g. `"compose"`, `"judge"` or `"leave_out"`.
    #[serde(rename = "use")]
    pub purpose: String,
}

/// Reads frozen folds, a CSV with the columns `set,file,song,fold,use`.
///
/// # Errors
/// [`Error::Io`] when the file cannot be read, [`Error::Data`] for a row that does not fit.
pub fn read_folds(path: &Path) -> Result<Vec<Fold>, Error> {
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let rows = csv::Reader::from_reader(file)
        .into_deserialize()
        .enumerate();
    rows.map(|(i, row)| row.map_err(|error| Error::data(path, i as u64 + 2, error.to_string())))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_drawn_from_the_seed() {
        let order = shuffled_indices(100, 1);
        assert_eq!(order, shuffled_indices(100, 1));
        assert_ne!(order, shuffled_indices(100, 2));
        let mut sorted = order;
        sorted.sort_unstable();
        assert_eq!(sorted, (0..100).collect::<Vec<_>>());
    }

    #[test]
    fn folds_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("folds.csv");
        std::fs::write(
            &path,
            "set,file,song,fold,use\nemopia,Q1_a_0.mid,a,1,compose\n",
        )
        .unwrap();
        let folds = read_folds(&path).unwrap();
        assert_eq!(
            (&*folds[0].song, folds[0].fold, &*folds[0].purpose),
            ("a", 1, "compose")
        );
        std::fs::write(&path, "set,file\nemopia,x\n").unwrap();
        assert!(
            read_folds(&path)
                .unwrap_err()
                .to_string()
                .contains("line 2")
        );
    }

    #[test]
    fn run_log_is_json_lines() {
        let folder = tempfile::tempdir().unwrap();
        let mut log = RunLog::create(folder.path(), "first").unwrap();
        log.write(&serde_json::json!({"loss": 1.5})).unwrap();
        log.write(&serde_json::json!({"loss": 1.0})).unwrap();
        let text = std::fs::read_to_string(folder.path().join("runs/first.jsonl")).unwrap();
        assert_eq!(text, "{\"loss\":1.5}\n{\"loss\":1.0}\n");
    }
}
