//! Training the note model: the next symbol from those before and the condition of its bar.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::RngExt;
use rand_pcg::Pcg64Mcg;

use super::config::NoteTrainingConfig;
use super::corpus::{CorpusSong, NoteCorpus};
use super::network::{NoteNetwork, Windows};
use super::{FEATURE_VERSION, TASK};
use crate::training::{Task, Validation, arrays_of, fit, keep_mask, with_arrays};
use crate::{
    Error, ItemHash, Metadata, Progress, Run, RunOptions, RunSubject, TrainingItems,
    TrainingReport, WeightsFile,
};

/// Fits the note model to a corpus and writes `notes.safetensors`; with `from` it goes on from
/// earlier weights of the same size.
///
/// What was measured on the corpus travels in the weights. The report has the loss on held-out songs,
/// and with `from` that of the earlier weights beside it.
///
/// # Errors
/// [`Error::InvalidSetting`], [`Error::MissingData`] for a corpus without songs to train on or to
/// hold out, [`Error::Weights`] for earlier weights of another size, and what a fit reports.
pub fn train(
    corpus: &NoteCorpus,
    from: Option<&WeightsFile>,
    out: &Path,
    config: &NoteTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let task = Notes::new(corpus, from, config)?;
    let hashes = || {
        task.trained
            .iter()
            .filter_map(|song| song.hash.parse::<ItemHash>().ok())
    };
    let subject = RunSubject::new(TASK, config, hashes())?;
    let mut run = Run::start(out, subject, options, progress)?;
    let device = options.device.open()?;
    let before = task.from.as_ref();
    let before = before.map(|network| task.validate(network, &device));
    let before = before.transpose()?;
    let network = fit(&task, &config.training, &mut run)?;
    let mut items = TrainingItems::prefixes(hashes());
    if let Some(from) = from {
        items = items.joined(&from.training_items);
    }
    let metadata = Metadata {
        task: TASK.into(),
        feature_version: FEATURE_VERSION,
        config: serde_json::json!({
            "network": config.model.shape(corpus.n_tokens, corpus.n_condition),
            "training": config,
        }),
        labels: BTreeMap::new(),
    };
    let mut arrays = arrays_of(&network);
    arrays.extend(corpus.arrays.clone());
    let weights = WeightsFile::new(metadata, arrays, items);
    let path = out.join("notes.safetensors");
    weights.save(&path)?;
    let mut metrics = task.validate(&network, &device)?.metrics;
    metrics.extend(before.map(|before| ("held_out_loss_before".to_owned(), before.loss)));
    run.finish(TrainingReport {
        task: TASK.into(),
        files: vec![path],
        n_items: task.trained.len(),
        metrics,
        ..TrainingReport::default()
    })
}

/// The task for the training loop; an item is the number of a bar that a window starts with.
struct Notes<'a> {
    corpus: &'a NoteCorpus,
    config: &'a NoteTrainingConfig,
    trained: Vec<&'a CorpusSong>,
    /// Running sums of the songs' weights times their bars.
    shares: Vec<f64>,
    /// First bars of the windows that validate.
    validation: Vec<usize>,
    /// Last symbol of the song that each bar belongs to, plus one.
    song_ends: Vec<u32>,
    from: Option<NoteNetwork>,
}

impl<'a> Notes<'a> {
    fn new(
        corpus: &'a NoteCorpus,
        from: Option<&WeightsFile>,
        config: &'a NoteTrainingConfig,
    ) -> Result<Self, Error> {
        let missing = |expected: &str| Error::MissingData {
            path: "the corpus of notes".into(),
            expected: expected.into(),
        };
        let trained: Vec<&CorpusSong> = (corpus.songs.iter())
            .filter(|song| !song.is_held_out && song.weight > 0.0)
            .collect();
        if trained.is_empty() {
            return Err(missing("songs to train on"));
        }
        let shares = trained
            .iter()
            .scan(0.0, |sum, song| {
                *sum += song.weight * song.n_bars as f64;
                Some(*sum)
            })
            .collect();
        let mut song_ends = vec![0; corpus.n_bars()];
        for song in &corpus.songs {
            let bars = song.first_bar..song.first_bar + song.n_bars;
            let end = corpus.bar_starts[bars.end];
            song_ends[bars].fill(end);
        }
        let held_out = corpus.songs.iter().filter(|song| song.is_held_out);
        let starts: Vec<usize> = held_out
            .flat_map(|song| [song.first_bar, song.first_bar + song.n_bars / 2])
            .collect();
        if starts.is_empty() {
            return Err(missing("songs that are held out"));
        }
        let step = starts.len().div_ceil(config.n_validation).max(1);
        let device = Device::default();
        let from = from
            .map(|weights| {
                weights.expect_task(TASK, FEATURE_VERSION)?;
                let (n_tokens, n_condition) = (corpus.n_tokens, corpus.n_condition);
                let empty = NoteNetwork::new(&config.model, n_tokens, n_condition, &device);
                with_arrays(empty, weights, "")
            })
            .transpose()?;
        Ok(Self {
            corpus,
            config,
            trained,
            shares,
            validation: starts.into_iter().step_by(step).collect(),
            song_ends,
            from,
        })
    }

    /// Symbols, conditions, next symbols and their weights of windows that start with bars.
    fn windows(&self, bars: &[usize], hide: &mut dyn FnMut(&mut [f32])) -> Batch {
        let (corpus, context) = (self.corpus, self.config.model.context);
        let mut batch = Batch::default();
        for &first in bars {
            let from = corpus.bar_starts[first] as usize;
            let end = (self.song_ends[first] as usize).min(from + context + 1);
            let mut conditions = Vec::new();
            let mut bar = first;
            for at in from..from + context {
                let is_there = at + 1 < end;
                if is_there && corpus.bar_starts[bar + 1] as usize <= at {
                    bar += 1;
                }
                let token = |at: usize| i64::from(corpus.tokens[at]);
                batch.tokens.push(if is_there { token(at) } else { 0 });
                batch.next.push(if is_there { token(at + 1) } else { 0 });
                batch.present.push(f32::from(u8::from(is_there)));
                conditions.extend_from_slice(corpus.condition(bar));
            }
            hide(&mut conditions);
            batch.conditions.append(&mut conditions);
        }
        batch
    }

    /// Mean loss of the next symbol, and how often the likeliest is right.
    fn measured(
        &self,
        network: &NoteNetwork,
        batch: &Batch,
        keep: &[Tensor<3>],
        device: &Device,
    ) -> Tensor<1> {
        let (n, n_positions) = (
            batch.tokens.len() / self.config.model.context,
            self.config.model.context,
        );
        let shape = [n, n_positions];
        let windows = Windows {
            tokens: Tensor::<2, Int>::from_data(
                TensorData::new(batch.tokens.clone(), shape),
                device,
            ),
            conditions: Tensor::from_data(
                TensorData::new(
                    batch.conditions.clone(),
                    [n, n_positions, self.corpus.n_condition],
                ),
                device,
            ),
        };
        let logs = network.forward(windows, keep);
        let flat = [n * n_positions, 1];
        let next = Tensor::<2, Int>::from_data(TensorData::new(batch.next.clone(), flat), device);
        let n_present: f32 = batch.present.iter().sum::<f32>().max(1.0);
        let weights: Vec<f32> = batch.present.iter().map(|p| -p / n_present).collect();
        let weights = Tensor::<2>::from_data(TensorData::new(weights, flat), device);
        (logs.gather(1, next) * weights).sum()
    }
}

/// Windows as plain numbers.
#[derive(Default)]
struct Batch {
    tokens: Vec<i64>,
    next: Vec<i64>,
    present: Vec<f32>,
    conditions: Vec<f32>,
}

impl Task for Notes<'_> {
    type Network = NoteNetwork;

    fn name(&self) -> &'static str {
        TASK
    }

    fn network(&self, _: u64, device: &Device) -> NoteNetwork {
        self.from.clone().unwrap_or_else(|| {
            let (n_tokens, n_condition) = (self.corpus.n_tokens, self.corpus.n_condition);
            NoteNetwork::new(&self.config.model, n_tokens, n_condition, device)
        })
    }

    /// Bars drawn by the weights of their songs; a window near the end of a song is moved forward
    /// as far as it takes to be full.
    fn epoch_items(&self, _: usize, rng: &mut Pcg64Mcg) -> Vec<usize> {
        let all = self.shares.last().copied().unwrap_or(0.0);
        let context = self.config.model.context as u32;
        let draw = |_| {
            let drawn = rng.random::<f64>() * all;
            let song = self.shares.partition_point(|&share| share <= drawn);
            let song = self.trained[song.min(self.trained.len() - 1)];
            let starts = &self.corpus.bar_starts[song.first_bar..=song.first_bar + song.n_bars];
            let end = starts[song.n_bars];
            let latest = starts.partition_point(|&start| start + context < end);
            let bar = rng.random_range(0..song.n_bars);
            song.first_bar + bar.min(latest.saturating_sub(1))
        };
        (0..self.config.n_windows).map(draw).collect()
    }

    fn loss(
        &self,
        network: &NoteNetwork,
        items: &[usize],
        _: usize,
        rng: &mut Pcg64Mcg,
        device: &Device,
    ) -> Tensor<1> {
        let (groups, n_condition) = (&self.corpus.groups, self.corpus.n_condition);
        let batch = self.windows(items, &mut |conditions| {
            let all = rng.random::<f64>() < self.config.unconditional;
            for group in groups {
                if rng.random::<f64>() < group.dropout || all {
                    for condition in conditions.chunks_mut(n_condition) {
                        condition[group.first..group.first + group.length].fill(0.0);
                    }
                }
            }
        });
        let mut keep = Vec::new();
        if self.config.dropout > 0.0 {
            let model = &self.config.model;
            for _ in 0..2 * model.n_layers {
                let rows = items.len() * model.context;
                let mask = keep_mask([rows, model.width], self.config.dropout, rng, device);
                keep.push(mask.reshape([items.len(), model.context, model.width]));
            }
        }
        self.measured(network, &batch, &keep, device)
    }

    fn validate(&self, network: &NoteNetwork, device: &Device) -> Result<Validation, Error> {
        let (mut sum, mut n) = (0.0, 0.0);
        for bars in self.validation.chunks(self.config.training.batch_size) {
            let batch = self.windows(bars, &mut |_| {});
            let present = f64::from(batch.present.iter().sum::<f32>());
            let loss = self
                .measured(network, &batch, &[], device)
                .into_scalar::<f32>();
            sum += f64::from(loss) * present;
            n += present;
        }
        let loss = sum / f64::max(n, 1.0);
        Ok(Validation {
            loss,
            metrics: BTreeMap::from([("held_out_loss".to_owned(), loss)]),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::config::NoteModelConfig;
    use super::super::corpus::tests::small;
    use super::*;

    fn config() -> NoteTrainingConfig {
        let mut config = NoteTrainingConfig {
            model: NoteModelConfig {
                n_layers: 2,
                width: 16,
                n_heads: 2,
                feed_width: 32,
                context: 16,
            },
            n_windows: 64,
            n_validation: 6,
            dropout: 0.1,
            ..NoteTrainingConfig::default()
        };
        config.training.n_epochs = 12;
        config.training.learning_rate = 2e-2;
        config.training.average = 0.0;
        config
    }

    fn trained(
        out: &Path,
        from: Option<&WeightsFile>,
        config: &NoteTrainingConfig,
    ) -> TrainingReport {
        let options = RunOptions::default();
        train(&small(), from, out, config, &options, &mut |_| {}).unwrap()
    }

    #[test]
    fn songs_that_repeat_are_learned_and_training_repeats_itself() {
        let (a, b) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let report = trained(a.path(), None, &config());
        // Guessing among twelve symbols would cost 2.5.
        assert!(
            report.metrics["held_out_loss"] < 1.0,
            "{:?}",
            report.metrics
        );
        trained(b.path(), None, &config());
        let bytes = |folder: &Path| std::fs::read(folder.join("notes.safetensors")).unwrap();
        assert_eq!(bytes(a.path()), bytes(b.path()));
        let weights = WeightsFile::load(&a.path().join("notes.safetensors")).unwrap();
        let mut short = config();
        short.training.n_epochs = 1;
        short.training.learning_rate = 1e-4;
        let on = tempfile::tempdir().unwrap();
        let again = trained(on.path(), Some(&weights), &short);
        assert!(again.metrics["held_out_loss"] < 1.0, "{:?}", again.metrics);
    }

    #[test]
    fn windows_stay_within_their_song() {
        let (corpus, config) = (small(), config());
        let notes = Notes::new(&corpus, None, &config).unwrap();
        let batch = notes.windows(&[9], &mut |_| {});
        assert_eq!(batch.present.iter().sum::<f32>(), 4.0);
        let batch = notes.windows(&[0], &mut |_| {});
        assert_eq!(batch.tokens[..6], [0, 1, 4, 6, 9, 0]);
        assert_eq!(batch.next[..5], [1, 4, 6, 9, 0]);
        assert_eq!(
            batch.conditions[3 * 4 + 2..3 * 6].to_vec(),
            [0.0, 0.0, 1.0, 1.0]
        );
    }
}
