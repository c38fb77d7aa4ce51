//! Training: read, select rows, fit, calibrate, choose thresholds, save.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use burn::tensor::{Device, Tensor};
use rand::RngExt;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::augmentation::lexicon_items;
use super::config::TextTrainingConfig;
use super::data::{
    DAIR_LABELS, EmoBankRow, GoEmotionsRow, Item, Labels, N_GOEMOTIONS, auxiliary_items,
    emobank_file, emobank_items, goemotions_file, goemotions_items, in_tenth, read_dair,
    read_emobank, read_goemotions, text_hash,
};
use super::features::FEATURE_VERSION;
use super::inference::{TASK, goemotions_names};

use super::linear::WordClassifier;
use super::model::{Batch, DAIR_OUTPUTS, HEADS, N_OUTPUTS, N_SHIPPED, Targets, TextNetwork, loss};
use super::moods::mood_items;
use super::network::Network;
use super::phrases::Guard;
use super::vocabulary::{Bags, Vocabulary};
use crate::metrics::{f1, pearson};
use crate::training::{Task, Validation, fit, keep_mask};
use crate::{
    Array, Error, Metadata, Progress, Run, RunOptions, RunSubject, TrainingItems, TrainingReport,
    WeightsFile,
};

/// Thresholds that are tried for each label.
const THRESHOLDS: std::ops::Range<u8> = 2..40;
/// One step of the thresholds that are tried.
const THRESHOLD_STEP: f32 = 0.02;

/// Variants in frames of each mood phrase that is trained on.
const N_FRAMED: usize = 2;

/// What is trained on, and the rows that tune.
pub(super) struct Corpus {
    pub(super) items: Vec<Item>,
    pub(super) emobank_dev: Vec<EmoBankRow>,
    pub(super) goemotions_tuning: Vec<GoEmotionsRow>,
    /// A tenth of dair-ai's train part, by hash of the text.
    pub(super) dair_tuning: Vec<(usize, String)>,
}

/// Trains the text model and writes `model.safetensors` and a log in `runs/`.
///
/// `data` holds the folders `text` and `lexicon`, or the text files themselves; needed are
/// `emobank.tsv` and `goemotions_train.tsv`, everything else is used where it is there. Each epoch
/// is measured on the rows that tune, EmoBank's `dev` split and a tenth of GoEmotions' train part;
/// the best one is kept.
///
/// # Errors
/// [`Error::InvalidSetting`] for a configuration outside its ranges, [`Error::MissingData`] when
/// a needed file is not there, [`Error::Io`] and [`Error::Data`] for files that cannot be read,
/// [`Error::Checkpoint`] when a stopped run cannot be taken up.
pub fn train(
    data: &Path,
    out: &Path,
    config: &TextTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let mut corpus = read_corpus(data, config.n_moods, config.training.seed)?;
    let is_kept = |item: &Item| !options.cleaning.excludes(text_hash(&item.text), "");
    corpus.items.retain(is_kept);
    let (vocabulary, scores) = Vocabulary::select(&corpus.items, &config.rows_by_kind);
    let hashes = corpus.items.iter().map(|item| text_hash(&item.text));
    let subject = RunSubject::new(TASK, config, hashes)?;
    let mut run = Run::start(out, subject, options, progress)?;
    let task = TextTask {
        config,
        bags: corpus
            .items
            .iter()
            .map(|item| vocabulary.rows(&item.text))
            .collect(),
        corpus,
        vocabulary,
        scores,
    };
    let network = plain(&fit(&task, &config.training, &mut run)?)?;
    let (classifier, accuracy) = fit_classifier(&task, &network);
    let TextTask {
        corpus, vocabulary, ..
    } = task;
    let mut weights = package(&network, &vocabulary, &corpus, config)?;
    classifier.save(&mut weights)?;
    let path = out.join("model.safetensors");
    weights.save(&path)?;
    let mut metrics = run.best().map_or_else(BTreeMap::new, |best| best.2.clone());
    metrics.extend(accuracy.map(|accuracy| ("dair_tuning_accuracy".to_owned(), accuracy)));
    run.finish(TrainingReport {
        task: TASK.into(),
        files: vec![path],
        n_items: weights.training_items.len(),
        metrics,
        ..TrainingReport::default()
    })
}

/// The classifier of dair-ai's labels by words, mixed with the network on the texts that tune,
/// and its accuracy there.
fn fit_classifier(
    task: &TextTask<'_>,
    network: &Network,
) -> (WordClassifier<{ DAIR_LABELS.len() }>, Option<f64>) {
    let labeled = task.corpus.items.iter().zip(&task.bags);
    let (bags, labels): (Vec<&Bags>, Vec<usize>) = labeled
        .filter_map(|(item, bags)| match item.labels {
            Labels::Dair(label) => Some((bags, label)),
            _ => None,
        })
        .unzip();
    let seed = task.config.training.seed;
    let classifier = WordClassifier::fit(&bags, &labels, task.vocabulary.len(), seed);
    let tuning = &task.corpus.dair_tuning;
    let bags: Vec<Bags> = tuning
        .iter()
        .map(|(_, text)| task.vocabulary.rows(text))
        .collect();
    let rows: Vec<(&Bags, Vec<f32>, usize)> = bags
        .iter()
        .zip(tuning)
        .map(|(bags, &(label, _))| (bags, network.forward(bags)[DAIR_OUTPUTS].to_vec(), label))
        .collect();
    let mixed = classifier.mixed_on(&rows);
    let accuracy = (!rows.is_empty()).then(|| mixed.accuracy(&rows));
    (mixed, accuracy)
}

/// The small text network as the loop sees it.
struct TextTask<'a> {
    config: &'a TextTrainingConfig,
    corpus: Corpus,
    vocabulary: Vocabulary,
    scores: Vec<f32>,
    bags: Vec<Bags>,
}

impl Task for TextTask<'_> {
    type Network = TextNetwork;

    fn name(&self) -> &'static str {
        TASK
    }

    fn network(&self, _: u64, device: &Device) -> TextNetwork {
        TextNetwork::new(self.config, &self.scores, device)
    }

    fn epoch_items(&self, _: usize, rng: &mut Pcg64Mcg) -> Vec<usize> {
        let mut items: Vec<usize> = (0..self.bags.len()).collect();
        items.shuffle(rng);
        items
    }

    fn loss(
        &self,
        network: &TextNetwork,
        items: &[usize],
        _: usize,
        rng: &mut Pcg64Mcg,
        device: &Device,
    ) -> Tensor<1> {
        let batch = batch(items, &self.bags, self.config.feature_dropout, rng);
        let shape = [items.len(), self.config.n_hidden];
        let keep = keep_mask(shape, self.config.hidden_dropout, rng, device);
        let outputs = network.forward(batch, Some(keep));
        loss(outputs, targets(items, &self.corpus.items), items.len())
    }

    fn validate(&self, network: &TextNetwork, _: &Device) -> Result<Validation, Error> {
        let metrics = tuning_metrics(&self.corpus, &self.vocabulary, &plain(network)?);
        // Correlations and F1 have the same range; their mean is what is wanted high. One that
        // is not a number, as on too few rows, counts as 0.
        let sum: f64 = metrics.values().filter(|value| value.is_finite()).sum();
        Ok(Validation {
            loss: 1.0 - sum / metrics.len() as f64,
            metrics,
        })
    }
}

/// Reads everything that a text model is trained on; phrases and texts kept apart are not in it.
pub(super) fn read_corpus(data: &Path, n_moods: usize, seed: u64) -> Result<Corpus, Error> {
    let nested = data.join("text");
    let folder = if nested.is_dir() {
        nested
    } else {
        data.to_path_buf()
    };
    let files = (emobank_file(&folder), goemotions_file(&folder, "train"));
    let (Some(emobank), Some(goemotions)) = files else {
        let expected = "emobank.tsv and goemotions_train.tsv, here or in text/".into();
        return Err(Error::MissingData {
            path: data.to_path_buf(),
            expected,
        });
    };
    let emobank = read_emobank(&emobank)?;
    let (tuning, train): (Vec<_>, Vec<_>) = read_goemotions(&goemotions)?
        .into_iter()
        .partition(GoEmotionsRow::is_tuning);
    let is_trained = |row: &&EmoBankRow| row.split == "train" && !row.is_frozen();
    let mut items = emobank_items(emobank.iter().filter(is_trained));
    items.extend(goemotions_items(train.iter()));
    items.extend(auxiliary_items(&folder)?);
    items.extend(lexicon_items(&lexicon_folder(data), &items, seed)?);
    items.extend(mood_items(n_moods, N_FRAMED, seed));
    let kept_apart = texts_kept_apart(&folder, &emobank, &tuning)?;
    let guard = Guard::new();
    items.retain(|item| {
        let text = item.text.trim();
        !kept_apart.contains(text) && !guard.holds(text)
    });
    let emobank_dev = emobank
        .into_iter()
        .filter(|row| row.split == "dev")
        .collect();
    let (dair_tuning, items): (Vec<Item>, Vec<Item>) = items.into_iter().partition(is_dair_tuning);
    let labeled = |item: Item| match item.labels {
        Labels::Dair(label) => Some((label, item.text)),
        _ => None,
    };
    Ok(Corpus {
        items,
        emobank_dev,
        goemotions_tuning: tuning,
        dair_tuning: dair_tuning.into_iter().filter_map(labeled).collect(),
    })
}

fn is_dair_tuning(item: &Item) -> bool {
    matches!(item.labels, Labels::Dair(_)) && in_tenth(item.text.trim())
}

/// The folder `lexicon` in the data folder or beside it.
fn lexicon_folder(data: &Path) -> PathBuf {
    let inside = data.join("lexicon");
    if inside.is_dir() {
        inside
    } else {
        data.join("../lexicon")
    }
}

/// Texts of the rows that tune or test: equal texts elsewhere are not trained on either.
fn texts_kept_apart(
    folder: &Path,
    emobank: &[EmoBankRow],
    tuning: &[GoEmotionsRow],
) -> Result<BTreeSet<String>, Error> {
    let rows = emobank
        .iter()
        .filter(|row| row.split != "train" || row.is_frozen());
    let mut texts: BTreeSet<String> = rows.map(|row| row.text.trim().to_owned()).collect();
    texts.extend(tuning.iter().map(|row| row.text.trim().to_owned()));
    if let Some(dev) = goemotions_file(folder, "dev") {
        texts.extend(
            read_goemotions(&dev)?
                .iter()
                .map(|row| row.text.trim().to_owned()),
        );
    }
    let val = folder.join("dair_emotion_val.tsv");
    if val.is_file() {
        texts.extend(
            read_dair(&val)?
                .iter()
                .map(|(_, text)| text.trim().to_owned()),
        );
    }
    Ok(texts)
}

/// The rows of a batch with a share of them left out.
fn batch(indices: &[usize], bags: &[Bags], dropout: f64, rng: &mut Pcg64Mcg) -> Batch {
    let mut batch = Batch {
        rows: Vec::new(),
        bags: Vec::new(),
        n_texts: indices.len(),
    };
    for (i, &index) in indices.iter().enumerate() {
        for (half, bag) in bags[index].iter().enumerate() {
            // What has few n-grams keeps them all: a lone word must not vanish.
            let spare = bag.len() <= 2;
            for &row in bag {
                if spare || rng.random::<f64>() >= dropout {
                    batch.rows.push(row as i32);
                    batch.bags.push((2 * i + half) as i32);
                }
            }
        }
    }
    batch
}

/// How much the heads count beside valence and arousal, in the order of [`HEADS`].
const HEAD_WEIGHTS: [f32; 6] = [1.0, 1.5, 1.0, 0.5, 0.4, 0.5];

/// What the outputs of a batch should be.
pub(super) fn targets(indices: &[usize], items: &[Item]) -> Targets {
    let mut targets = Targets {
        values: vec![0.0; indices.len() * N_OUTPUTS],
        weights: vec![0.0; indices.len() * N_OUTPUTS],
    };
    for (i, &index) in indices.iter().enumerate() {
        let row = i * N_OUTPUTS..(i + 1) * N_OUTPUTS;
        let (values, weights) = (&mut targets.values[row.clone()], &mut targets.weights[row]);
        let affect = &items[index].affect;
        values[..2].copy_from_slice(&affect.value);
        weights[..2].copy_from_slice(&affect.weight.map(|weight| HEAD_WEIGHTS[0] * weight));
        let (head, set, numbers): (usize, &[usize], &[f32]) = match &items[index].labels {
            Labels::None | Labels::Mood => continue,
            Labels::GoEmotions(labels) => (1, labels, &[]),
            Labels::Dair(label) => (2, std::slice::from_ref(label), &[]),
            Labels::Isear(label) => (3, std::slice::from_ref(label), &[]),
            Labels::SemEval(labels) => (4, labels, &[]),
            Labels::EmoBank(numbers) => (5, &[], numbers),
        };
        let start: usize = HEADS[..head].iter().map(|(_, n)| n).sum();
        weights[start..start + HEADS[head].1].fill(HEAD_WEIGHTS[head]);
        set.iter().for_each(|&label| values[start + label] = 1.0);
        values[start..start + numbers.len()].copy_from_slice(numbers);
    }
    targets
}

/// The network without burn.
fn plain(network: &TextNetwork) -> Result<Network, Error> {
    fn numbers<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, Error> {
        tensor
            .into_data()
            .try_to_vec::<f32>()
            .map_err(|error| Error::Weights {
                origin: "the trained network".into(),
                reason: format!("{error:?}"),
            })
    }
    let [_, columns] = network.table.val().dims();
    let [n_hidden] = network.hidden_bias.val().dims();
    Ok(Network {
        n_embedding: columns - 1,
        n_hidden,
        n_outputs: N_OUTPUTS,
        table: numbers(network.table.val())?,
        hidden_weight: numbers(network.hidden_weight.val())?,
        hidden_bias: numbers(network.hidden_bias.val())?,
        output_weight: numbers(network.output_weight.val())?,
        output_bias: numbers(network.output_bias.val())?,
    })
}

/// Outputs of a text's labels as probabilities, `[28]`.
fn goemotions_probabilities(outputs: &[f32]) -> Vec<f32> {
    outputs[4..4 + N_GOEMOTIONS]
        .iter()
        .map(|x| 1.0 / (1.0 + (-x).exp()))
        .collect()
}

/// Pairs of predicted and rated values of EmoBank's `dev`, for one axis, with predicted variance.
fn emobank_errors(
    rows: &[EmoBankRow],
    vocabulary: &Vocabulary,
    network: &Network,
    axis: usize,
) -> Vec<(f64, f64, f64)> {
    rows.iter()
        .map(|row| {
            let outputs = network.forward(&vocabulary.rows(&row.text));
            let log_variance =
                outputs[2 + axis].clamp(super::model::LOG_VARIANCE.0, super::model::LOG_VARIANCE.1);
            let rated = row.affect()[axis];
            (
                f64::from(outputs[axis]),
                f64::from(rated),
                f64::from(log_variance.exp()),
            )
        })
        .collect()
}

fn tuning_metrics(
    corpus: &Corpus,
    vocabulary: &Vocabulary,
    network: &Network,
) -> BTreeMap<String, f64> {
    let r = |axis| {
        let errors = emobank_errors(&corpus.emobank_dev, vocabulary, network, axis);
        pearson(&errors.iter().map(|e| (e.0, e.1)).collect::<Vec<_>>())
    };
    let (_, score) = best_thresholds(&corpus.goemotions_tuning, vocabulary, network);
    BTreeMap::from([
        ("emobank_dev_r_valence".to_owned(), r(0)),
        ("emobank_dev_r_arousal".to_owned(), r(1)),
        ("goemotions_tuning_macro_f1".to_owned(), score),
    ])
}

/// The threshold of each label with the best F1 on the rows that tune, and the mean of those F1.
fn best_thresholds(
    rows: &[GoEmotionsRow],
    vocabulary: &Vocabulary,
    network: &Network,
) -> (Vec<f32>, f64) {
    let probabilities: Vec<Vec<f32>> = rows
        .iter()
        .map(|row| goemotions_probabilities(&network.forward(&vocabulary.rows(&row.text))))
        .collect();
    let best = (0..N_GOEMOTIONS).map(|label| {
        let score = |threshold: f32| {
            let said = probabilities.iter().map(|p| p[label] >= threshold);
            f1(said.zip(rows.iter().map(|row| row.labels.contains(&label))))
        };
        THRESHOLDS
            .map(|step| f32::from(step) * THRESHOLD_STEP)
            .map(|threshold| (threshold, score(threshold)))
            .reduce(|best, next| if next.1 > best.1 { next } else { best })
            .unwrap_or((0.5, 0.0))
    });
    let (thresholds, scores): (Vec<f32>, Vec<f64>) = best.unzip();
    let mean = scores.iter().sum::<f64>() / scores.len() as f64;
    (thresholds, mean)
}

/// The weights file: shipped heads, vocabulary, thresholds, scale of the standard deviations.
fn package(
    network: &Network,
    vocabulary: &Vocabulary,
    corpus: &Corpus,
    config: &TextTrainingConfig,
) -> Result<WeightsFile, Error> {
    let names = |list: &[&str]| {
        list.iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let labels = BTreeMap::from([
        (
            "affect".to_owned(),
            names(&["valence", "arousal", "log variance", "log variance"]),
        ),
        ("goemotions".to_owned(), names(&goemotions_names())),
        ("dair".to_owned(), names(&DAIR_LABELS)),
    ]);
    let metadata = Metadata {
        task: TASK.into(),
        feature_version: FEATURE_VERSION,
        config: serde_json::to_value(config).map_err(|error| Error::Weights {
            origin: TASK.into(),
            reason: error.to_string(),
        })?,
        labels,
    };
    let mut arrays = network.arrays(N_SHIPPED)?;
    let (thresholds, _) = best_thresholds(&corpus.goemotions_tuning, vocabulary, network);
    arrays.insert(
        "goemotions.thresholds".into(),
        Array::new(vec![N_GOEMOTIONS], thresholds)?,
    );
    // Calibration: standard deviations are scaled until the errors on `dev` have variance 1.
    let scale = [0, 1].map(|axis| {
        let errors = emobank_errors(&corpus.emobank_dev, vocabulary, network, axis);
        let squares = errors
            .iter()
            .map(|(said, so, variance)| (said - so).powi(2) / variance);
        (squares.sum::<f64>() / errors.len().max(1) as f64)
            .sqrt()
            .max(0.5) as f32
    });
    arrays.insert(
        "affect.sd_scale".into(),
        Array::new(vec![2], scale.to_vec())?,
    );
    let listed = corpus.items.iter().filter(|item| !item.is_made);
    let items = TrainingItems::prefixes(listed.map(|item| text_hash(&item.text)));
    let mut weights = WeightsFile::new(metadata, arrays, items);
    weights
        .indices
        .insert("vocabulary".into(), vocabulary.hashes().to_vec());
    Ok(weights)
}

#[cfg(test)]
pub(super) mod tests {
    use rand::SeedableRng;

    use super::super::data::AffectTarget;
    use super::*;
    use crate::FitConfig;
    use crate::text_emotion::TextEmotion;
    use crate::training::first_weights;

    fn small() -> TextTrainingConfig {
        TextTrainingConfig {
            training: FitConfig {
                n_epochs: 2,
                batch_size: 16,
                ..TextTrainingConfig::default().training
            },
            n_moods: 20,
            n_embedding: 4,
            n_hidden: 8,
            rows_by_kind: [50, 50, 10, 10, 50],
            ..TextTrainingConfig::default()
        }
    }

    /// A folder with a handful of rows of both needed corpora.
    pub(in crate::text_emotion) fn corpora() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let words = ["good", "nice", "bad", "awful"];
        let mut emobank = "id\tsplit\tV\tA\tD\ttext\n".to_owned();
        let mut goemotions = "id\tlabel_ids\ttext\n".to_owned();
        for i in 0..60_usize {
            let word = words[i % 4];
            let split = if i % 5 == 0 { "dev" } else { "train" };
            let valence = if i % 4 < 2 { 4.0 } else { 2.0 };
            emobank += &format!(
                "e{i}\t{split}\t{valence}\t3.{}\t3\ta {word} day {i}\n",
                i % 7
            );
            goemotions += &format!(
                "g{i}\t{}\tthat is {word} {i}\n",
                if i % 4 < 2 { 17 } else { 25 }
            );
        }
        std::fs::write(folder.path().join("emobank.tsv"), emobank).unwrap();
        std::fs::write(folder.path().join("goemotions_train.tsv"), goemotions).unwrap();
        folder
    }

    #[test]
    fn same_configuration_same_weights() {
        let data = corpora();
        let mut events = Vec::new();
        let mut run = |seed| {
            let out = tempfile::tempdir().unwrap();
            let mut config = small();
            config.training.seed = seed;
            let options = RunOptions::default();
            let report = train(data.path(), out.path(), &config, &options, &mut |event| {
                events.extend(event.epoch.map(|_| event.clone()));
            })
            .unwrap();
            let log = std::fs::read_to_string(report.log.as_ref().unwrap()).unwrap();
            assert!(log.starts_with("{\"type\":\"start\"") && log.lines().count() >= 4);
            std::fs::read(&report.files[0]).unwrap()
        };
        let first = run(1);
        assert_eq!(first, run(1));
        assert_ne!(first, run(2));
        assert_eq!(events.len(), 6);
        assert!(
            events
                .iter()
                .all(|event| event.values.contains_key("emobank_dev_r_valence"))
        );
    }

    #[test]
    fn rows_kept_apart_are_not_listed_as_trained() {
        let (data, out) = (corpora(), tempfile::tempdir().unwrap());
        let options = RunOptions::default();
        let report = train(data.path(), out.path(), &small(), &options, &mut |_| {}).unwrap();
        let model = TextEmotion::load(&report.files[0]).unwrap();
        let rows = read_emobank(&data.path().join("emobank.tsv")).unwrap();
        for row in &rows {
            let trained = row.split == "train" && !row.is_frozen();
            assert_eq!(
                model.was_trained_on(text_hash(&row.text)),
                trained,
                "{row:?}"
            );
        }
        assert!(rows.iter().any(EmoBankRow::is_frozen));
    }

    #[test]
    fn needed_files_are_named() {
        let (nothing, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let options = RunOptions::default();
        let attempt = |config: &TextTrainingConfig| {
            train(nothing.path(), out.path(), config, &options, &mut |_| {})
        };
        let error = attempt(&small()).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("emobank.tsv and goemotions_train.tsv"),
            "{error}"
        );
        let mut config = small();
        config.training.n_epochs = 0;
        let error = attempt(&config).unwrap_err();
        assert_eq!(error.to_string(), "epochs must be 1..=10000, but was 0");
    }

    #[test]
    fn burn_and_plain_numbers_agree() {
        let texts = ["i feel good", "so sad today!!", "", "the the the"];
        let items: Vec<Item> = texts
            .iter()
            .flat_map(|text| [*text; 2])
            .map(|text| Item {
                text: text.to_owned(),
                affect: AffectTarget {
                    value: [0.5, 0.1],
                    weight: [1.0; 2],
                },
                labels: Labels::None,
                is_made: false,
            })
            .collect();
        let (vocabulary, scores) = Vocabulary::select(&items, &small().rows_by_kind);
        let device = Device::default();
        let network = first_weights(3, &device, || TextNetwork::new(&small(), &scores, &device));
        let bags: Vec<Bags> = texts.iter().map(|text| vocabulary.rows(text)).collect();
        assert!(bags[0].iter().all(|bag| bag.len() > 2));
        let indices: Vec<usize> = (0..texts.len()).collect();
        let batch = batch(&indices, &bags, 0.0, &mut Pcg64Mcg::seed_from_u64(0));
        let burned = network
            .forward(batch, None)
            .into_data()
            .try_to_vec::<f32>()
            .unwrap();
        let plain = plain(&network).unwrap();
        for (bags, burned) in bags.iter().zip(burned.chunks(N_OUTPUTS)) {
            let outputs = plain.forward(bags);
            let difference = outputs.iter().zip(burned).map(|(a, b)| (a - b).abs());
            assert!(
                difference.fold(0.0, f32::max) < 1e-5,
                "{outputs:?} {burned:?}"
            );
        }
    }
}
