//! Seeded order and frozen folds.

use std::fs::File;
use std::path::Path;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use serde::Deserialize;

use crate::Error;

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
}
