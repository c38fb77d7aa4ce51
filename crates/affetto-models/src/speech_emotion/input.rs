//! From frames to the numbers that go into the network: standardized, padded, with statistics.

use std::collections::BTreeMap;

use super::frames::{Frames, N_COLUMNS, N_MELS, PITCH_COLUMNS, pitch_columns};
use super::model::{Batch, FRAMES_A_STEP};
use super::statistics::{N_STATISTICS, statistics};
use crate::{Array, Error, WeightsFile};

/// Standardized values farther out than this are pulled in: no sound may blow the network up.
const LIMIT: f32 = 6.0;
/// Smallest standard deviation that is divided by.
const MIN_SD: f32 = 1e-3;

/// Mean and standard deviation of the mel bands and of the statistics, over the training items.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Standard {
    mel: Moments,
    statistics: Moments,
}

/// What columns are standardized by.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Moments {
    mean: Vec<f32>,
    sd: Vec<f32>,
}

/// One utterance, ready for a batch.
#[derive(Debug, Clone, Default)]
pub(crate) struct Utterance {
    /// `[n_frames, N_MELS]`, standardized
    pub(crate) mel: Vec<f32>,
    /// `[n_frames, PITCH_COLUMNS]`
    pub(crate) pitch: Vec<f32>,
    /// `[N_STATISTICS]`, standardized
    pub(crate) statistics: Vec<f32>,
}

impl Standard {
    /// The moments over the training items.
    pub(crate) fn of<'a>(items: impl Iterator<Item = &'a Frames> + Clone) -> Self {
        let bands = items.clone().flat_map(|frames| {
            // Every tenth frame: enough for a mean, and a tenth of the time.
            frames.rows().step_by(10).map(|row| row[..N_MELS].to_vec())
        });
        Self {
            mel: Moments::of(N_MELS, bands),
            statistics: Moments::of(N_STATISTICS, items.map(statistics)),
        }
    }

    /// The input for some frames.
    pub(crate) fn utterance(&self, frames: &Frames) -> Utterance {
        let mel = frames
            .rows()
            .flat_map(|row| self.mel.apply(&row[..N_MELS]))
            .collect();
        Utterance {
            mel,
            pitch: pitch_columns(frames),
            statistics: self.statistics(frames),
        }
    }

    /// The standardized statistics of some frames.
    pub(crate) fn statistics(&self, frames: &Frames) -> Vec<f32> {
        self.statistics.apply(&statistics(frames)).collect()
    }

    /// The arrays of a weights file.
    pub(crate) fn arrays(&self) -> Result<BTreeMap<String, Array>, Error> {
        let mut arrays = self.mel.arrays("standard.mel")?;
        arrays.extend(self.statistics.arrays("standard.statistics")?);
        Ok(arrays)
    }

    /// Reads the arrays back.
    pub(crate) fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        Ok(Self {
            mel: Moments::from_weights(weights, "standard.mel", N_MELS)?,
            statistics: Moments::from_weights(weights, "standard.statistics", N_STATISTICS)?,
        })
    }
}

impl Moments {
    /// The moments of some rows.
    pub(crate) fn of(n_columns: usize, rows: impl Iterator<Item = Vec<f32>>) -> Self {
        let (mut n, mut sum, mut square) = (0.0, vec![0.0; n_columns], vec![0.0; n_columns]);
        for row in rows {
            n += 1.0;
            for (i, &value) in row.iter().enumerate() {
                sum[i] += f64::from(value);
                square[i] += f64::from(value) * f64::from(value);
            }
        }
        let n = f64::max(n, 1.0);
        let mean: Vec<f64> = sum.iter().map(|sum| sum / n).collect();
        let sd = square
            .iter()
            .zip(&mean)
            .map(|(square, mean)| (square / n - mean * mean).max(0.0).sqrt() as f32);
        Self {
            sd: sd.collect(),
            mean: mean.iter().map(|&mean| mean as f32).collect(),
        }
    }

    /// These means alone: what is standardized by them keeps its scale.
    pub(crate) fn centering(self) -> Self {
        Self {
            sd: vec![1.0; self.sd.len()],
            ..self
        }
    }

    /// The mean of several moments, column by column.
    pub(crate) fn mean_of<'a>(several: impl Iterator<Item = &'a Self>) -> Self {
        let mut sum = Self {
            mean: Vec::new(),
            sd: Vec::new(),
        };
        let mut n = 0.0_f32;
        for moments in several {
            sum.mean.resize(moments.mean.len(), 0.0);
            sum.sd.resize(moments.sd.len(), 0.0);
            let add = |sums: &mut [f32], values: &[f32]| {
                for (sum, value) in sums.iter_mut().zip(values) {
                    *sum += value;
                }
            };
            add(&mut sum.mean, &moments.mean);
            add(&mut sum.sd, &moments.sd);
            n += 1.0;
        }
        let sums = sum.mean.iter_mut().chain(&mut sum.sd);
        sums.for_each(|sum| *sum /= n.max(1.0));
        sum
    }

    /// The arrays of a weights file.
    pub(crate) fn arrays(&self, name: &str) -> Result<BTreeMap<String, Array>, Error> {
        vectors([
            (format!("{name}.mean"), &self.mean),
            (format!("{name}.sd"), &self.sd),
        ])
    }

    /// Reads the arrays of so many columns back.
    pub(crate) fn from_weights(
        weights: &WeightsFile,
        name: &str,
        n_columns: usize,
    ) -> Result<Self, Error> {
        let values = |part: &str| {
            let name = format!("{name}.{part}");
            weights.values(&name, &[n_columns]).map(<[f32]>::to_vec)
        };
        Ok(Self {
            mean: values("mean")?,
            sd: values("sd")?,
        })
    }

    /// The standardized values of a row, the far ones pulled in.
    pub(crate) fn apply<'a>(&'a self, values: &'a [f32]) -> impl Iterator<Item = f32> + 'a {
        let moments = self.mean.iter().zip(&self.sd);
        values
            .iter()
            .zip(moments)
            .map(|(value, (mean, sd))| ((value - mean) / sd.max(MIN_SD)).clamp(-LIMIT, LIMIT))
    }
}

/// Arrays of one dimension, by name.
pub(crate) fn vectors<'a>(
    parts: impl IntoIterator<Item = (String, &'a Vec<f32>)>,
) -> Result<BTreeMap<String, Array>, Error> {
    let array = |(name, values): (String, &Vec<f32>)| {
        Ok((name, Array::new(vec![values.len()], values.clone())?))
    };
    parts.into_iter().map(array).collect()
}

/// Puts utterances beside each other, padded with zeros to the longest.
pub(crate) fn batch(utterances: &[Utterance]) -> Batch {
    let n_frames = |utterance: &Utterance| utterance.mel.len() / N_MELS;
    let longest = utterances.iter().map(n_frames).max().unwrap_or(0);
    let n_steps = longest.div_ceil(FRAMES_A_STEP).max(1);
    let mut batch = Batch {
        n_items: utterances.len(),
        n_steps,
        ..Batch::default()
    };
    for (i, utterance) in utterances.iter().enumerate() {
        batch.mel.extend_from_slice(&utterance.mel);
        batch
            .mel
            .resize((i + 1) * n_steps * FRAMES_A_STEP * N_MELS, 0.0);
        batch.pitch.extend_from_slice(&utterance.pitch);
        batch
            .pitch
            .resize((i + 1) * n_steps * FRAMES_A_STEP * PITCH_COLUMNS, 0.0);
        // A step counts when it holds at least half a step of frames; the first always does.
        let n_own = (n_frames(utterance) + FRAMES_A_STEP / 2) / FRAMES_A_STEP;
        let mask = (0..n_steps).map(|step| if step < n_own.max(1) { 1.0 } else { 0.0 });
        batch.mask.extend(mask);
        batch.statistics.extend_from_slice(&utterance.statistics);
    }
    batch
}

/// Two recordings at once: `share` of the first's bands and the rest of the second's, which is
/// repeated where it is shorter. Pitch stays the first's.
pub(crate) fn mixed(first: &Frames, second: &Frames, share: f32) -> Frames {
    let mut values = first.values.clone();
    if second.len() > 0 {
        let others = second.rows().cycle();
        for (row, other) in values.chunks_exact_mut(N_COLUMNS).zip(others) {
            for (band, other) in row[..N_MELS].iter_mut().zip(other) {
                *band = share * *band + (1.0 - share) * other;
            }
        }
    }
    Frames { values }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(n: usize, value: f32) -> Frames {
        Frames {
            values: (0..n * N_COLUMNS).map(|i| value + (i % 7) as f32).collect(),
        }
    }

    #[test]
    fn padded_to_the_longest() {
        let items = [frames(40, 0.0), frames(9, 1.0), frames(1, 2.0)];
        let standard = Standard::of(items.iter());
        let utterances: Vec<_> = items.iter().map(|item| standard.utterance(item)).collect();
        let batch = batch(&utterances);
        assert_eq!((batch.n_items, batch.n_steps), (3, 10));
        assert_eq!(batch.mel.len(), 3 * 40 * N_MELS);
        assert_eq!(batch.pitch.len(), 3 * 40 * PITCH_COLUMNS);
        let own: Vec<f32> = batch
            .mask
            .chunks(10)
            .map(|mask| mask.iter().sum())
            .collect();
        assert_eq!(own, [10.0, 2.0, 1.0]);
        assert!(
            batch.mel[(40 + 9) * N_MELS..80 * N_MELS]
                .iter()
                .all(|&x| x == 0.0)
        );
    }

    #[test]
    fn standard_is_written_and_read() {
        let items = [frames(40, 0.0), frames(9, 1.0)];
        let standard = Standard::of(items.iter());
        let file = WeightsFile::of_arrays(standard.arrays().unwrap());
        assert_eq!(Standard::from_weights(&file).unwrap(), standard);
    }

    #[test]
    fn mixing_with_nothing_changes_nothing() {
        let first = frames(5, 0.0);
        assert_eq!(mixed(&first, &Frames::default(), 0.7), first);
        let both = mixed(&first, &frames(2, 10.0), 0.5);
        assert_eq!(both.len(), 5);
        assert!((both.values[0] - 5.0).abs() < 1e-6);
    }
}
