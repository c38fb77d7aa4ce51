//! Kernel machines on the statistics of utterances, one for each training corpus: strong where
//! recordings are few. The network's gate says which of them to listen to.
//!
//! Kernel ridge regression (Saunders, Gammerman & Vovk 1998) of class indicators, valence and
//! arousal with a Gaussian kernel: α = (K + λ W⁻¹)⁻¹ Y, where W weighs items against the frequency
//! of their class.

use std::collections::BTreeMap;

use super::data::Item;
use super::labels::{acted_point, narrow_class};
use super::linear_algebra::solve;
use super::model::{N_NARROW, N_WIDE};
use super::statistics::{N_STATISTICS, statistics};
use crate::{Array, Error, WeightsFile};

/// Scores of a machine: wide classes, narrow classes, valence, arousal.
pub(crate) const N_SCORES: usize = N_WIDE + N_NARROW + 2;
/// Width of the kernel: exp(−0.3 · mean squared distance of the standardized statistics).
const WIDTH: f32 = 0.3;
/// λ, for items of the mean weight.
const RIDGE: f64 = 0.07;
/// Standardized statistics farther out are pulled in.
const LIMIT: f32 = 5.0;
/// No machine of ours has more centers.
const MAX_CENTERS: usize = 20_000;

/// The machines of all corpora.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Experts {
    experts: Vec<Expert>,
}

#[derive(Debug, Clone, PartialEq, Default)]
struct Expert {
    /// `[N_STATISTICS]`
    mean: Vec<f32>,
    /// `[N_STATISTICS]`
    sd: Vec<f32>,
    /// `[n_centers, N_STATISTICS]`, standardized
    centers: Vec<f32>,
    /// `[n_centers, N_SCORES]`
    weights: Vec<f32>,
    /// `[N_SCORES]`, the mean of the targets
    offset: Vec<f32>,
}

impl Experts {
    /// Fits a machine to the items of each corpus, in the order of `corpora`.
    pub(crate) fn fit(items: &[(&Item, usize)], corpora: &[String]) -> Self {
        let expert = |corpus: &String| {
            let own: Vec<&(&Item, usize)> = items
                .iter()
                .filter(|(item, _)| item.recording.corpus == *corpus)
                .collect();
            Expert::fit(&own)
        };
        Self {
            experts: corpora.iter().map(expert).collect(),
        }
    }

    /// The scores of an utterance with these statistics, mixed by the shares of the corpora.
    ///
    /// # Shapes
    /// - `values`: `[N_STATISTICS]`, `gate`: one share a machine
    /// - returns: `[N_SCORES]`
    pub(crate) fn scores(&self, values: &[f32], gate: &[f32]) -> [f32; N_SCORES] {
        let mut mixed = [0.0; N_SCORES];
        for (expert, &share) in self.experts.iter().zip(gate) {
            // What hardly counts need not be computed.
            if share > 0.005 {
                for (sum, score) in mixed.iter_mut().zip(expert.scores(values)) {
                    *sum += share * score;
                }
            }
        }
        mixed
    }

    /// The arrays of a weights file.
    pub(crate) fn arrays(&self) -> Result<BTreeMap<String, Array>, Error> {
        let mut arrays = BTreeMap::new();
        for (i, expert) in self.experts.iter().enumerate() {
            let n = expert.weights.len() / N_SCORES;
            let parts = [
                ("mean", vec![N_STATISTICS], &expert.mean),
                ("sd", vec![N_STATISTICS], &expert.sd),
                ("centers", vec![n, N_STATISTICS], &expert.centers),
                ("weights", vec![n, N_SCORES], &expert.weights),
                ("offset", vec![N_SCORES], &expert.offset),
            ];
            for (name, shape, values) in parts {
                let array = Array::new(shape, values.clone())?;
                arrays.insert(format!("experts.{i}.{name}"), array);
            }
        }
        Ok(arrays)
    }

    /// Reads the arrays of so many machines back.
    pub(crate) fn from_weights(weights: &WeightsFile, n_experts: usize) -> Result<Self, Error> {
        let expert = |i: usize| {
            let name = |part: &str| format!("experts.{i}.{part}");
            let found = weights.arrays.get(&name("centers"));
            let n = found.map_or(0, |array| array.values.len() / N_STATISTICS);
            if n > MAX_CENTERS {
                let reason = format!("it has {n} centers, expected at most {MAX_CENTERS}");
                return Err(weights.refused(reason));
            }
            let values = |part: &str, shape: &[usize]| {
                weights.values(&name(part), shape).map(<[f32]>::to_vec)
            };
            Ok(Expert {
                mean: values("mean", &[N_STATISTICS])?,
                sd: values("sd", &[N_STATISTICS])?,
                centers: values("centers", &[n, N_STATISTICS])?,
                weights: values("weights", &[n, N_SCORES])?,
                offset: values("offset", &[N_SCORES])?,
            })
        };
        let experts: Result<Vec<Expert>, Error> = (0..n_experts).map(expert).collect();
        Ok(Self { experts: experts? })
    }
}

impl Expert {
    fn fit(items: &[&(&Item, usize)]) -> Self {
        let rows: Vec<Vec<f32>> = items
            .iter()
            .map(|(item, _)| statistics(&item.frames))
            .collect();
        let n = rows.len();
        let column = |c: usize| rows.iter().map(move |row| f64::from(row[c]));
        let count = n.max(1) as f64;
        let means: Vec<f64> = (0..N_STATISTICS)
            .map(|c| column(c).sum::<f64>() / count)
            .collect();
        let deviation = |c: usize| {
            let squares: f64 = column(c).map(|value| (value - means[c]).powi(2)).sum();
            ((squares / count).sqrt() as f32).max(1e-3)
        };
        let mut expert = Self {
            sd: (0..N_STATISTICS).map(deviation).collect(),
            mean: means.iter().map(|&mean| mean as f32).collect(),
            ..Self::default()
        };
        expert.centers = rows
            .iter()
            .flat_map(|row| expert.standardized(row))
            .collect();
        let targets: Vec<[f64; N_SCORES]> = items
            .iter()
            .map(|(item, class)| targets(item, *class))
            .collect();
        let offset = |s: usize| targets.iter().map(|row| row[s]).sum::<f64>() / count;
        let offsets: Vec<f64> = (0..N_SCORES).map(offset).collect();
        let mut counts = [0.0; N_WIDE];
        items.iter().for_each(|(_, class)| counts[*class] += 1.0);
        let present = counts.iter().filter(|&&count| count > 0.0).count().max(1) as f64;
        let mut gram = vec![0.0; n * n];
        for i in 0..n {
            for j in 0..=i {
                gram[i * n + j] = f64::from(kernel(expert.center(i), expert.center(j)));
            }
            // One over the weight of the item: counts[class] · present / n.
            gram[i * n + i] += RIDGE * counts[items[i].1] * present / count;
        }
        let mut solution: Vec<f64> = targets
            .iter()
            .flat_map(|row| {
                row.iter()
                    .zip(&offsets)
                    .map(|(value, offset)| value - offset)
            })
            .collect();
        solve(&mut gram, &mut solution, n, N_SCORES);
        expert.weights = solution.iter().map(|&weight| weight as f32).collect();
        expert.offset = offsets.iter().map(|&offset| offset as f32).collect();
        expert
    }

    fn center(&self, i: usize) -> &[f32] {
        &self.centers[i * N_STATISTICS..][..N_STATISTICS]
    }

    fn standardized(&self, values: &[f32]) -> Vec<f32> {
        let moments = self.mean.iter().zip(&self.sd);
        let pairs = values.iter().zip(moments);
        pairs
            .map(|(value, (mean, sd))| ((value - mean) / sd.max(1e-3)).clamp(-LIMIT, LIMIT))
            .collect()
    }

    fn scores(&self, values: &[f32]) -> Vec<f32> {
        let point = self.standardized(values);
        let mut scores = self.offset.clone();
        let centers = self.centers.chunks_exact(N_STATISTICS);
        for (center, weights) in centers.zip(self.weights.chunks_exact(N_SCORES)) {
            let similarity = kernel(&point, center);
            for (score, weight) in scores.iter_mut().zip(weights) {
                *score += similarity * weight;
            }
        }
        scores
    }
}

/// What a machine should say of an item.
fn targets(item: &Item, class: usize) -> [f64; N_SCORES] {
    let mut targets = [0.0; N_SCORES];
    targets[class] = 1.0;
    if let Some(narrow) = narrow_class(class) {
        targets[N_WIDE + narrow] = 1.0;
    }
    let point = acted_point(class, &item.recording.intensity);
    targets[N_SCORES - 2..].copy_from_slice(&point.map(f64::from));
    targets
}

fn kernel(a: &[f32], b: &[f32]) -> f32 {
    const LANES: usize = 8;
    // Sums side by side, so that the compiler can use vector registers.
    let mut sums = [0.0_f32; LANES];
    let (mut a, mut b) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (a, b) in a.by_ref().zip(b.by_ref()) {
        for lane in 0..LANES {
            let difference = a[lane] - b[lane];
            sums[lane] += difference * difference;
        }
    }
    let rest = a.remainder().iter().zip(b.remainder());
    let distance = sums.iter().sum::<f32>() + rest.map(|(a, b)| (a - b) * (a - b)).sum::<f32>();
    (-WIDTH * distance / N_STATISTICS as f32).exp()
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::corpora::Recording;
    use super::super::frames::{Frames, N_COLUMNS};
    use super::*;
    use crate::ItemHash;

    fn item(class: usize, take: usize) -> Item {
        let value = |i: usize| (class as f32) * ((i % N_COLUMNS) as f32 / 10.0 - 3.0) * 0.3;
        let values =
            (0..40 * N_COLUMNS).map(|i| value(i) + ((i * 31 + take * 17) % 11) as f32 * 0.05);
        Item {
            recording: Recording {
                path: PathBuf::new(),
                corpus: "c".into(),
                speaker: "s".into(),
                class: Some(class),
                intensity: String::new(),
            },
            hash: ItemHash::of(b""),
            frames: Frames {
                values: values.collect(),
            },
        }
    }

    #[test]
    fn classes_are_told_apart_and_kept() {
        let items: Vec<Item> = (0..30).map(|i| item(2 + i % 3, i)).collect();
        let pairs: Vec<(&Item, usize)> = items
            .iter()
            .map(|item| (item, item.recording.class.unwrap()))
            .collect();
        let experts = Experts::fit(&pairs, &["c".to_owned()]);
        for take in 100..106 {
            let class = 2 + take % 3;
            let scores = experts.scores(&statistics(&item(class, take).frames), &[1.0]);
            assert!(scores[class] > 0.6, "{class}: {scores:?}");
        }
        let metadata = crate::Metadata {
            task: "t".into(),
            feature_version: 1,
            config: serde_json::Value::Null,
            labels: BTreeMap::new(),
        };
        let none = crate::TrainingItems::full([]);
        let file = WeightsFile::new(metadata, experts.arrays().unwrap(), none);
        assert_eq!(Experts::from_weights(&file, 1).unwrap(), experts);
        assert!(Experts::from_weights(&file, 2).is_err());
    }
}
