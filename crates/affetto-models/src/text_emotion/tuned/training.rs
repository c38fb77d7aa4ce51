//! Fine-tuning the last layers of the encoder.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::{Device, Tensor};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::super::data::{AffectTarget, DAIR_LABELS, Item, Labels, text_hash};
use super::super::inference::{TextEmotion, goemotions_names, shipped_tuned};
use super::super::model::{N_OUTPUTS, loss};
use super::super::training::{Corpus, read_corpus, targets};
use super::mixing::{LabelHead, Mixing, Said, TuningRows};
use super::network::TunedNetwork;
use super::states::States;
use super::{FEATURE_VERSION, TASK, TunedStart, TunedTrainingConfig};
use crate::text_encoder::{EncoderLayer, TextEncoder, numbers};
use crate::training::{Task, Validation, arrays_of, fit, keep_mask, with_arrays};
use crate::{
    Error, Metadata, Progress, Run, RunOptions, RunSubject, TrainingEvent, TrainingItems,
    TrainingReport, WeightsFile,
};

/// Texts that are measured at once.
const MEASURED_AT_ONCE: usize = 64;
/// How far texts of one batch may be apart in length, in tokens: less padding, less order.
const LENGTH_JITTER: f64 = 3.0;

/// Fine-tunes the last layers of the encoder with heads and writes `tuned.safetensors`.
///
/// `data` is read as [`crate::text_emotion::train`] reads it. States of the lower layers are kept
/// in `OUT/cache`. The mixture with the shipped n-gram model, thresholds and scales are chosen on
/// EmoBank's `dev` split and a tenth of GoEmotions' and dair-ai's train parts.
///
/// # Errors
/// As [`crate::text_emotion::train`].
pub fn train_tuned(
    data: &Path,
    encoder: &TextEncoder,
    out: &Path,
    config: &TunedTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let n_lower = encoder.config().n_layers.checked_sub(config.n_tuned);
    let n_lower = n_lower.ok_or(Error::InvalidSetting {
        name: "tuned layers",
        actual: config.n_tuned.to_string(),
        expected: "at most the layers of the encoder",
    })?;
    let mut corpus = read_corpus(data, config.n_moods, config.training.seed)?;
    let is_kept = |item: &Item| !options.cleaning.excludes(text_hash(&item.text), "");
    let items = std::mem::take(&mut corpus.items).into_iter();
    let items: Vec<Item> = items
        .filter(|item| is_used(item, config) && is_kept(item))
        .map(rated_alone)
        .collect();
    let hashes = items.iter().map(|item| text_hash(&item.text));
    let subject = RunSubject::new(TASK, config, hashes)?;
    let mut run = Run::start(out, subject, options, progress)?;
    let tuning = Tuning::new(&corpus)?;
    let texts = items.iter().map(|item| item.text.as_str());
    let windows = texts
        .chain(tuning.texts.iter().map(String::as_str))
        .map(|text| encoder.pieces.first_window(text, config.max_tokens))
        .collect::<Result<Vec<_>, _>>()?;
    let cache = out.join("cache").join("text_states.f16");
    let states = States::cached(encoder, &windows, n_lower, &cache, &mut |done, all| {
        report_states(&mut run, done, all)
    })?;
    let known = windows[items.len()..]
        .iter()
        .map(|window| encoder.pieces.known_share(window));
    let (start, earlier) = start(config, encoder)?;
    let task = Tuned {
        start,
        layers: encoder.network.layers[n_lower..].to_vec(),
        width: encoder.config().n_dimensions,
        config,
        known: known.collect(),
        items: &items,
        states,
        tuning,
    };
    let network = fit(&task, &config.training, &mut run)?;
    let (mixing, metrics) = task.mixed(&network, encoder.device())?;
    let mut weights = package(&network, &mixing, &items, encoder, config)?;
    weights.training_items = weights.training_items.joined(&earlier);
    let path = out.join("tuned.safetensors");
    weights.save(&path)?;
    run.finish(TrainingReport {
        task: TASK.into(),
        files: vec![path],
        n_items: weights.training_items.len(),
        metrics,
        ..TrainingReport::default()
    })
}

/// The network to start from, unless it is the encoder as published, and what it was trained on.
fn start(
    config: &TunedTrainingConfig,
    encoder: &TextEncoder,
) -> Result<(Option<TunedNetwork>, TrainingItems), Error> {
    if config.start == TunedStart::Published {
        return Ok((None, TrainingItems::prefixes([])));
    }
    let weights = shipped_tuned()?;
    let (n_tuned, n_hidden) = (config.n_tuned, config.n_hidden);
    let empty = TunedNetwork::empty(encoder.config(), n_tuned, n_hidden, encoder.device());
    let network = with_arrays(empty, &weights, "tuned")?;
    Ok((Some(network), weights.training_items))
}

/// An item without the valence and arousal that were only guessed from its labels: there are
/// ratings enough, and one label is said of calm and of excited texts.
fn rated_alone(mut item: Item) -> Item {
    if matches!(item.labels, Labels::Dair(_) | Labels::GoEmotions(_)) {
        item.affect = AffectTarget::default();
    }
    item
}

/// Whether an item is trained on: of most sources a share by hash. ISEAR's and SemEval's labels
/// have no head that ships; their texts are long and cost a quarter of the time.
fn is_used(item: &Item, config: &TunedTrainingConfig) -> bool {
    let share = match item.labels {
        Labels::EmoBank(_) | Labels::Mood => 1.0,
        Labels::Isear(_) | Labels::SemEval(_) => 0.0,
        Labels::Dair(_) => config.dair_share,
        Labels::GoEmotions(_) => config.goemotions_share,
        _ if item.is_made => config.made_share,
        _ => config.text_share,
    };
    let drawn = text_hash(&item.text).tail() % 1_000;
    (drawn as f64) < 1_000.0 * share
}

/// Reports every fiftieth of the way.
fn report_states(run: &mut Run<'_>, done: usize, all: usize) -> Result<(), Error> {
    let part = |n: usize| 50 * n / all.max(1);
    if part(done) == part(done.saturating_sub(2_048)) {
        return Ok(());
    }
    run.event(&TrainingEvent {
        stage: "states of the lower layers".into(),
        step: part(done),
        n_steps: 50,
        epoch: None,
        values: BTreeMap::new(),
    })
}

/// The rows that tune, and what the n-gram model says of them.
struct Tuning {
    /// EmoBank's, then GoEmotions', then dair-ai's.
    texts: Vec<String>,
    ngrams: Vec<Option<Vec<f32>>>,
    /// Valence and arousal on the plane.
    emobank: Vec<[f32; 2]>,
    goemotions: Vec<Vec<usize>>,
    dair: Vec<usize>,
}

impl Tuning {
    fn new(corpus: &Corpus) -> Result<Self, Error> {
        let ngram_model = TextEmotion::load_embedded()?;
        let rows = (&corpus.emobank_dev, &corpus.goemotions_tuning);
        let texts: Vec<String> = (rows.0.iter().map(|row| row.text.clone()))
            .chain(rows.1.iter().map(|row| row.text.clone()))
            .chain(corpus.dair_tuning.iter().map(|row| row.1.clone()))
            .collect();
        Ok(Self {
            ngrams: texts.iter().map(|text| ngram_model.ngrams(text)).collect(),
            texts,
            emobank: rows.0.iter().map(|row| row.affect()).collect(),
            goemotions: rows.1.iter().map(|row| row.labels.clone()).collect(),
            dair: corpus.dair_tuning.iter().map(|row| row.0).collect(),
        })
    }
}

/// The task for the training loop.
struct Tuned<'a> {
    start: Option<TunedNetwork>,
    /// Of the encoder, as published.
    layers: Vec<EncoderLayer>,
    width: usize,
    config: &'a TunedTrainingConfig,
    items: &'a [Item],
    /// Of the items, then of the rows that tune.
    states: States,
    tuning: Tuning,
    /// Share of known words of each row that tunes.
    known: Vec<f32>,
}

impl Task for Tuned<'_> {
    type Network = TunedNetwork;

    fn name(&self) -> &'static str {
        TASK
    }

    fn network(&self, _: u64, device: &Device) -> TunedNetwork {
        let new = || {
            let layers = self.layers.clone();
            TunedNetwork::new(layers, self.width, self.config.n_hidden, device)
        };
        self.start.clone().unwrap_or_else(new)
    }

    /// EmoBank's texts and a share of the others, in batches of like lengths.
    fn epoch_items(&self, _: usize, rng: &mut Pcg64Mcg) -> Vec<usize> {
        let mut keyed: Vec<(f64, usize)> = Vec::with_capacity(self.items.len());
        for (i, item) in self.items.iter().enumerate() {
            let times = match item.labels {
                Labels::EmoBank(_) => self.config.emobank_repeats,
                Labels::Mood if !item.is_made => self.config.mood_repeats,
                Labels::Mood => 1,
                Labels::Dair(_) => self.config.dair_repeats,
                _ => usize::from(rng.random::<f64>() < self.config.epoch_share),
            };
            for _ in 0..times {
                let length = self.states.n_tokens(i) as f64;
                keyed.push((length + LENGTH_JITTER * rng.random::<f64>(), i));
            }
        }
        keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
        let size = self.config.training.batch_size;
        let mut batches: Vec<&[(f64, usize)]> = keyed.chunks(size).collect();
        // The one batch that is not full stays last, so that all others stay whole.
        let n_whole = keyed.len() / size;
        batches[..n_whole].shuffle(rng);
        batches.concat().into_iter().map(|(_, i)| i).collect()
    }

    fn loss(
        &self,
        network: &TunedNetwork,
        items: &[usize],
        _: usize,
        rng: &mut Pcg64Mcg,
        device: &Device,
    ) -> Tensor<1> {
        let mut batch = self.states.batch(items, device);
        let n_tokens = batch.present.len() / items.len();
        for (&item, present) in items.iter().zip(batch.present.chunks_mut(n_tokens)) {
            // The first token always stays; what is short keeps all words.
            let n = self.states.n_tokens(item);
            if n > 5 {
                for present in &mut present[1..n] {
                    if rng.random::<f64>() < self.config.token_dropout {
                        *present = 0.0;
                    }
                }
            }
        }
        let shape = [items.len(), self.config.n_hidden];
        let keep = keep_mask(shape, self.config.hidden_dropout, rng, device);
        let outputs = network.forward(batch, Some(keep));
        loss(outputs, targets(items, self.items), items.len())
    }

    fn validate(&self, network: &TunedNetwork, device: &Device) -> Result<Validation, Error> {
        let (_, metrics) = self.mixed(network, device)?;
        let good = metrics["emobank_dev_r_valence"]
            + metrics["emobank_dev_r_arousal"]
            + 2.0 * metrics["goemotions_tuning_macro_f1"]
            + metrics.get("dair_tuning_accuracy").copied().unwrap_or(0.0);
        Ok(Validation {
            loss: if good.is_nan() { f64::MAX } else { -good },
            metrics,
        })
    }
}

impl Tuned<'_> {
    /// The best mixture with the n-gram model, and how good it is on the rows that tune.
    fn mixed(
        &self,
        network: &TunedNetwork,
        device: &Device,
    ) -> Result<(Mixing, BTreeMap<String, f64>), Error> {
        let outputs = self.outputs(network, device)?;
        let mut rows = TuningRows::default();
        let n_emobank = self.tuning.emobank.len();
        let n_rated = n_emobank + self.tuning.goemotions.len();
        for (i, encoder) in outputs.into_iter().enumerate() {
            let said = Said {
                encoder,
                ngrams: self.tuning.ngrams[i].clone(),
                known: self.known[i],
            };
            if let Some(&rated) = self.tuning.emobank.get(i) {
                rows.emobank.push((said, rated));
            } else if let Some(labels) = self.tuning.goemotions.get(i - n_emobank) {
                rows.goemotions.push((said, labels.clone()));
            } else if let Some(&label) = self.tuning.dair.get(i - n_rated) {
                rows.dair.push((said, label));
            }
        }
        let learnt = |what: fn(&Labels) -> bool| self.items.iter().any(|item| what(&item.labels));
        let labels = if learnt(|labels| matches!(labels, Labels::GoEmotions(_))) {
            LabelHead::Trained
        } else {
            let thresholds = TextEmotion::load_embedded()?.ngram_thresholds();
            LabelHead::Absent { thresholds }
        };
        if !learnt(|labels| matches!(labels, Labels::Dair(_))) {
            rows.dair.clear();
        }
        let mixing = Mixing::fit(&rows, &labels);
        let metrics = mixing.metrics(&rows);
        Ok((mixing, metrics))
    }

    /// The outputs for the rows that tune, `[n_rows][N_OUTPUTS]`.
    fn outputs(&self, network: &TunedNetwork, device: &Device) -> Result<Vec<Vec<f32>>, Error> {
        let n_items = self.items.len();
        let mut order: Vec<usize> = (n_items..n_items + self.tuning.texts.len()).collect();
        order.sort_by_key(|&i| self.states.n_tokens(i));
        let mut outputs = vec![Vec::new(); order.len()];
        for texts in order.chunks(MEASURED_AT_ONCE) {
            let found = numbers(network.forward(self.states.batch(texts, device), None))?;
            for (&text, found) in texts.iter().zip(found.chunks_exact(N_OUTPUTS)) {
                outputs[text - n_items] = found.to_vec();
            }
        }
        Ok(outputs)
    }
}

fn package(
    network: &TunedNetwork,
    mixing: &Mixing,
    items: &[Item],
    encoder: &TextEncoder,
    config: &TunedTrainingConfig,
) -> Result<WeightsFile, Error> {
    let names = |list: &[&str]| list.iter().map(|name| (*name).to_owned()).collect();
    let metadata = Metadata {
        task: TASK.into(),
        feature_version: FEATURE_VERSION,
        config: serde_json::json!({
            "config": config,
            "encoder_sha256": encoder.source_sha256(),
        }),
        labels: BTreeMap::from([
            ("goemotions".to_owned(), names(&goemotions_names())),
            ("dair".to_owned(), names(&DAIR_LABELS)),
        ]),
    };
    let mut arrays: BTreeMap<_, _> = arrays_of(network)
        .into_iter()
        .map(|(name, array)| (format!("tuned.{name}"), array))
        .collect();
    arrays.extend(mixing.arrays()?);
    let listed = items.iter().filter(|item| !item.is_made);
    let listed = TrainingItems::prefixes(listed.map(|item| text_hash(&item.text)));
    Ok(WeightsFile::new(metadata, arrays, listed))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::super::training::tests::corpora;
    use super::*;
    use crate::text_emotion::TextModel;
    use crate::text_encoder::test_support::tiny;

    fn config() -> TunedTrainingConfig {
        let mut config = TunedTrainingConfig {
            n_moods: 20,
            n_tuned: 1,
            n_hidden: 8,
            max_tokens: 16,
            goemotions_share: 1.0,
            ..TunedTrainingConfig::default()
        };
        config.training.batch_size = 16;
        config
    }

    fn run(config: &TunedTrainingConfig) -> Result<Vec<u8>, Error> {
        let (data, out) = (corpora(), tempfile::tempdir().unwrap());
        let options = RunOptions::default();
        let report = train_tuned(
            data.path(),
            tiny(),
            out.path(),
            config,
            &options,
            &mut |_| {},
        )?;
        assert!(report.metrics.contains_key("goemotions_tuning_macro_f1"));
        Ok(std::fs::read(&report.files[0]).unwrap())
    }

    #[test]
    fn same_configuration_same_weights() {
        let first = run(&config()).unwrap();
        assert_eq!(first, run(&config()).unwrap());
        let weights = WeightsFile::from_bytes(&first, "test").unwrap();
        let model = TextEmotion::with_tuned(&weights, Arc::new(tiny().clone())).unwrap();
        assert_eq!(model.model(), TextModel::Encoder);
        let answer = model.estimate("a nice day, not so sad").unwrap();
        assert_eq!(answer.model, TextModel::Encoder);
        let long = model.estimate(&"so happy, ".repeat(1_500)).unwrap();
        assert!(long.estimate.mean.v().is_finite());
        let keywords = model.keywords("not so sad, a happy day", &Default::default());
        assert!(!keywords.unwrap().is_empty());
    }

    #[test]
    fn weights_of_another_encoder_are_refused() {
        let mut weights = WeightsFile::from_bytes(&run(&config()).unwrap(), "test").unwrap();
        weights.metadata.config["encoder_sha256"] = "other".into();
        let error = TextEmotion::with_tuned(&weights, Arc::new(tiny().clone())).unwrap_err();
        assert!(
            error.to_string().contains("trained on the encoder other"),
            "{error}"
        );
    }

    #[track_caller]
    fn check_refused(change: impl FnOnce(&mut TunedTrainingConfig), expected: &str) {
        let mut config = config();
        change(&mut config);
        assert_eq!(run(&config).unwrap_err().to_string(), expected);
    }

    #[test]
    fn bad_settings_are_named() {
        check_refused(|c| c.n_tuned = 0, "tuned layers must be 1..=6, but was 0");
        check_refused(
            |c| c.n_tuned = 3,
            "tuned layers must be at most the layers of the encoder, but was 3",
        );
        check_refused(|c| c.max_tokens = 4, "tokens must be 8..=128, but was 4");
        check_refused(
            |c| c.text_share = 2.0,
            "share of texts must be in 0..=1, but was 2",
        );
    }
}
