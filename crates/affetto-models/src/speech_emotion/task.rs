//! One fit: which recordings, how they are drawn and changed, and what the loss is.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;
use std::collections::{BTreeMap, BTreeSet};

use super::augmentation::{augmented, hide};
use super::calibration::N_RAW;
use super::config::SpeechTrainingConfig;
use super::data::Item;
use super::experts::Experts;
use super::frames::Frames;
use super::input::{Standard, batch, mixed};
use super::labels::{acted_point, narrow_class};
use super::model::{Dropped, N_NARROW, N_WIDE, SpeechNetwork, Targets, loss};
use crate::Error;
use crate::training::{Task, Validation, keep_mask};

/// Recordings on which an epoch is judged.
const N_VALIDATED: usize = 256;
/// Recordings in one pass without gradients.
const PASS: usize = 32;
/// Limits of the weight of a class against the mean.
const CLASS_WEIGHT: (f32, f32) = (0.5, 2.0);
/// Smallest share of the first of two recordings that are mixed.
const LEAST_SHARE: f32 = 0.6;

/// The recordings of one fit.
pub(crate) struct SpeechTask<'a> {
    items: Vec<(&'a Item, usize)>,
    /// How the inputs are standardized.
    pub(crate) standard: Standard,
    /// The machines that are fitted in closed form.
    pub(crate) experts: Experts,
    wide_weights: Vec<f32>,
    narrow_weights: Vec<f32>,
    /// The corpora that are trained on, sorted.
    pub(crate) corpora: Vec<String>,
    config: &'a SpeechTrainingConfig,
}

impl<'a> SpeechTask<'a> {
    /// A fit on some recordings; those with an emotion that the model does not know are left out.
    pub(crate) fn new(
        items: impl Iterator<Item = &'a Item>,
        config: &'a SpeechTrainingConfig,
    ) -> Self {
        let items: Vec<(&Item, usize)> = items
            .filter_map(|item| Some((item, item.recording.class?)))
            .collect();
        let repeats = |item: &Item| repeats(config, &item.recording.corpus) as f32;
        let (mut wide, mut narrow) = (vec![0.0; N_WIDE], vec![0.0; N_NARROW]);
        for (item, class) in &items {
            wide[*class] += repeats(item);
            if let Some(class) = narrow_class(*class) {
                narrow[class] += repeats(item);
            }
        }
        let corpora: BTreeSet<&String> = items
            .iter()
            .map(|(item, _)| &item.recording.corpus)
            .collect();
        let corpora: Vec<String> = corpora.into_iter().cloned().collect();
        Self {
            experts: Experts::fit(&items, &corpora, config),
            corpora,
            standard: Standard::of(items.iter().map(|(item, _)| &item.frames)),
            items,
            wide_weights: class_weights(&wide),
            narrow_weights: class_weights(&narrow),
            config,
        }
    }

    /// What an item adds to the targets of its place, with a weight.
    fn add_target(&self, targets: &mut Targets, place: usize, index: usize, share: f32) {
        let (item, class) = self.items[index];
        let smoothing = self.config.label_smoothing;
        let spread = |row: &mut [f32], class: usize, weight: f32| {
            let rest = smoothing / row.len() as f32;
            row.iter_mut().for_each(|cell| *cell += weight * rest);
            row[class] += weight * (1.0 - smoothing);
        };
        let wide = &mut targets.wide[place * N_WIDE..][..N_WIDE];
        spread(wide, class, share * self.wide_weights[class]);
        if let Some(class) = narrow_class(class) {
            let narrow = &mut targets.narrow[place * N_NARROW..][..N_NARROW];
            spread(narrow, class, share * self.narrow_weights[class]);
        }
        let point = acted_point(class, &item.recording.intensity);
        for (cell, value) in targets.plane[place * 2..].iter_mut().zip(point) {
            *cell += share * value;
        }
        targets.plane_weight[place] = 1.0;
        let corpus = self.corpora.binary_search(&item.recording.corpus);
        if let Ok(corpus) = corpus {
            targets.corpus[place * self.corpora.len() + corpus] += share;
        }
    }
}

fn repeats(config: &SpeechTrainingConfig, corpus: &str) -> f64 {
    config.repeats.get(corpus).copied().unwrap_or(1.0)
}

/// Weights against the frequency of the classes; classes that are not there count for nothing.
fn class_weights(counts: &[f32]) -> Vec<f32> {
    let present = counts.iter().filter(|&&count| count > 0.0).count().max(1);
    let mean = counts.iter().sum::<f32>() / present as f32;
    let weight = |&count: &f32| match count > 0.0 {
        true => (mean / count).clamp(CLASS_WEIGHT.0, CLASS_WEIGHT.1),
        false => 0.0,
    };
    counts.iter().map(weight).collect()
}

impl Task for SpeechTask<'_> {
    type Network = SpeechNetwork;

    fn name(&self) -> &'static str {
        super::TASK
    }

    fn network(&self, _: u64, device: &Device) -> SpeechNetwork {
        SpeechNetwork::new(&self.config.network, self.corpora.len(), device)
    }

    fn epoch_items(&self, _: usize, rng: &mut Pcg64Mcg) -> Vec<usize> {
        let mut order = Vec::with_capacity(self.items.len());
        for (index, (item, _)) in self.items.iter().enumerate() {
            let repeats = repeats(self.config, &item.recording.corpus);
            let extra = usize::from(rng.random_bool(repeats.fract()));
            order.extend(std::iter::repeat_n(index, repeats as usize + extra));
        }
        order.shuffle(rng);
        order
    }

    fn loss(
        &self,
        network: &SpeechNetwork,
        items: &[usize],
        _: usize,
        rng: &mut Pcg64Mcg,
        device: &Device,
    ) -> Tensor<1> {
        let config = &self.config.augmentation;
        let n = items.len();
        let mut targets = Targets {
            wide: vec![0.0; n * N_WIDE],
            narrow: vec![0.0; n * N_NARROW],
            plane: vec![0.0; n * 2],
            plane_weight: vec![0.0; n],
            corpus: vec![0.0; n * self.corpora.len()],
        };
        let mut utterances = Vec::with_capacity(n);
        for (place, &index) in items.iter().enumerate() {
            let change = |index: usize, rng: &mut Pcg64Mcg| {
                let frames = &self.items[index].0.frames;
                augmented(frames, self.config.crop_frames, config, rng)
            };
            let mut frames = change(index, rng);
            let mut share = 1.0;
            if rng.random_bool(config.mixup) {
                share = rng.random_range(LEAST_SHARE..1.0);
                let other = items[rng.random_range(0..n)];
                frames = mixed(&frames, &change(other, rng), share);
                self.add_target(&mut targets, place, other, 1.0 - share);
            }
            self.add_target(&mut targets, place, index, share);
            let mut utterance = self.standard.utterance(&frames);
            hide(&mut utterance.mel, config, rng);
            utterances.push(utterance);
        }
        let sizes = &self.config.network;
        let dropout = self.config.dropout;
        let dropped = Dropped {
            pooled: keep_mask(
                [n, 2 * sizes.width + sizes.statistics],
                dropout,
                rng,
                device,
            ),
            hidden: keep_mask([n, sizes.hidden], dropout, rng, device),
        };
        loss(network.forward(batch(&utterances), Some(dropped)), targets)
    }

    /// The error on a part of the training items themselves.
    ///
    /// Speakers are too few to spare some for choosing an epoch, so the length of a fit is fixed
    /// by the configuration and its last weights are taken, or nearly: this falls to the end.
    fn validate(&self, network: &SpeechNetwork, _: &Device) -> Result<Validation, Error> {
        let step = self.items.len().div_ceil(N_VALIDATED).max(1);
        let chosen: Vec<&(&Item, usize)> = self.items.iter().step_by(step).collect();
        let mut cost = 0.0;
        let mut hits = 0.0;
        for part in chosen.chunks(PASS) {
            let utterances: Vec<_> = part
                .iter()
                .map(|(item, _)| self.standard.utterance(&item.frames))
                .collect();
            let rows = outputs(network, batch(&utterances));
            for ((_, class), said) in part.iter().zip(rows) {
                let wide = &said.heads[..N_WIDE];
                cost += cross_entropy(wide, *class);
                let best = (0..N_WIDE).max_by(|&a, &b| wide[a].total_cmp(&wide[b]));
                hits += f64::from(u8::from(best == Some(*class)));
            }
        }
        let n = chosen.len().max(1) as f64;
        Ok(Validation {
            loss: cost / n,
            metrics: BTreeMap::from([("accuracy_8_in_training".to_owned(), hits / n)]),
        })
    }
}

/// What the network says of one utterance.
pub(crate) struct Said {
    /// `[N_OUTPUTS]`
    pub(crate) heads: Vec<f32>,
    /// Shares of the corpora, `[n_corpora]`.
    pub(crate) gate: Vec<f32>,
}

/// What the network says of a batch.
pub(crate) fn outputs(network: &SpeechNetwork, batch: super::model::Batch) -> Vec<Said> {
    let outputs = network.forward(batch, None);
    let rows = |tensor: Tensor<2>| {
        let [_, columns] = tensor.dims();
        let values: Vec<f32> = tensor.into_data().iter::<f32>().collect();
        let rows = values.chunks_exact(columns).map(<[f32]>::to_vec);
        rows.collect::<Vec<_>>()
    };
    let heads = rows(outputs.heads);
    let gates = rows(softmax(outputs.gate, 1));
    let pairs = heads.into_iter().zip(gates);
    pairs.map(|(heads, gate)| Said { heads, gate }).collect()
}

/// The raw answer for some frames: the outputs of the network, the scores of the machines, the
/// novelty.
///
/// # Shapes
/// - returns: `[N_RAW]`
pub(crate) fn raw_answer(
    network: &SpeechNetwork,
    standard: &Standard,
    experts: &Experts,
    frames: &Frames,
) -> Vec<f32> {
    let said = outputs(network, batch(&[standard.utterance(frames)]));
    let mut raw = Vec::with_capacity(N_RAW);
    for said in said {
        raw.extend(said.heads);
        let found = experts.say(frames, &said.gate);
        raw.extend(found.scores.concat());
        raw.push(found.novelty);
    }
    raw
}

fn cross_entropy(logits: &[f32], class: usize) -> f64 {
    let top = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = logits.iter().map(|logit| (logit - top).exp()).sum();
    f64::from(top + sum.ln() - logits[class])
}
