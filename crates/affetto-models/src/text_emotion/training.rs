//! Training: read, select rows, fit, calibrate, choose thresholds, save.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use burn::optim::{AdamWConfig, GradientsParams};
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::augmentation::lexicon_items;
use super::config::TextTrainingConfig;
use super::data::{
    DAIR_LABELS, EmoBankRow, GoEmotionsRow, Item, Labels, N_GOEMOTIONS, auxiliary_items,
    emobank_items, goemotions_items, read_dair, read_emobank, read_goemotions, text_hash,
};
use super::features::FEATURE_VERSION;
use super::inference::{TASK, everyday_phrases, goemotions_names};
use super::metrics::{f1, pearson};
use super::model::{Batch, HEADS, N_OUTPUTS, N_SHIPPED, Targets, TextNetwork, loss};
use super::network::Network;
use super::vocabulary::{Bags, Vocabulary};
use crate::{
    Array, Error, Metadata, Progress, RunLog, TrainingEvent, TrainingItems, TrainingReport,
    WeightsFile, shuffled_indices,
};

/// Thresholds that are tried for each label.
const THRESHOLDS: std::ops::Range<u8> = 2..40;
/// One step of the thresholds that are tried.
const THRESHOLD_STEP: f32 = 0.02;
/// The share of the first learning rate that is left at the end.
const LAST_RATE: f64 = 0.05;

/// What is trained on, and the rows that tune.
struct Corpus {
    items: Vec<Item>,
    emobank_dev: Vec<EmoBankRow>,
    goemotions_tuning: Vec<GoEmotionsRow>,
}

/// Trains the text model and writes `model.safetensors` and `runs/text_emotion.jsonl`.
///
/// `data` holds the folders `text` and `lexicon`, or the text files themselves; needed are
/// `emobank.tsv` and `goemotions_train.tsv`, everything else is used where it is there. Progress
/// is reported after each epoch, on the rows that tune: EmoBank's `dev` split and a tenth of
/// GoEmotions' train part.
///
/// # Errors
/// [`Error::InvalidSetting`] for a configuration outside its ranges, [`Error::MissingData`] when
/// a needed file is not there, [`Error::Io`] and [`Error::Data`] for files that cannot be read.
pub fn train(
    data: &Path,
    out: &Path,
    config: &TextTrainingConfig,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let corpus = read_corpus(data, config.seed)?;
    let (vocabulary, scores) = Vocabulary::select(&corpus.items, &config.rows_by_kind);
    let mut log = RunLog::create(out, "text_emotion")?;
    log.write(config)?;
    let mut metrics = BTreeMap::new();
    let network = fit(
        &corpus.items,
        (&vocabulary, &scores),
        config,
        |epoch, mean_loss, network| {
            metrics = tuning_metrics(&corpus, &vocabulary, network);
            let mut values = metrics.clone();
            values.insert("loss".into(), mean_loss);
            let event = TrainingEvent {
                stage: "train".into(),
                step: epoch,
                n_steps: config.n_epochs,
                values,
            };
            progress(&event);
            log.write(&event)
        },
    )?;
    let weights = package(&network, &vocabulary, &corpus, config)?;
    let path = out.join("model.safetensors");
    weights.save(&path)?;
    Ok(TrainingReport {
        task: TASK.into(),
        files: vec![path],
        n_items: weights.training_items.len(),
        metrics,
    })
}

fn read_corpus(data: &Path, seed: u64) -> Result<Corpus, Error> {
    let nested = data.join("text");
    let folder = if nested.is_dir() {
        nested
    } else {
        data.to_path_buf()
    };
    let (emobank, goemotions) = (
        folder.join("emobank.tsv"),
        folder.join("goemotions_train.tsv"),
    );
    if !emobank.is_file() || !goemotions.is_file() {
        let expected = "emobank.tsv and goemotions_train.tsv, here or in text/".into();
        return Err(Error::MissingData {
            path: data.to_path_buf(),
            expected,
        });
    }
    let emobank = read_emobank(&emobank)?;
    let (tuning, train): (Vec<_>, Vec<_>) = read_goemotions(&goemotions)?
        .into_iter()
        .partition(GoEmotionsRow::is_tuning);
    let is_trained = |row: &&EmoBankRow| row.split == "train" && !row.is_frozen();
    let mut items = emobank_items(emobank.iter().filter(is_trained));
    items.extend(goemotions_items(train.iter()));
    items.extend(auxiliary_items(&folder)?);
    let phrases: BTreeSet<String> = everyday_phrases().map(str::to_lowercase).collect();
    let lexicon = lexicon_folder(data);
    items.extend(lexicon_items(&lexicon, &items, &phrases, seed)?);
    let kept_apart = texts_kept_apart(&folder, &emobank, &tuning)?;
    items.retain(|item| {
        let text = item.text.trim();
        !kept_apart.contains(text) && !phrases.contains(&text.to_lowercase())
    });
    let emobank_dev = emobank
        .into_iter()
        .filter(|row| row.split == "dev")
        .collect();
    Ok(Corpus {
        items,
        emobank_dev,
        goemotions_tuning: tuning,
    })
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
    let dev = folder.join("goemotions_dev.tsv");
    if dev.is_file() {
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

/// Fits the network, from the vocabulary and its scores; `after_epoch` gets the number of the epoch from 1 and the mean loss.
fn fit(
    items: &[Item],
    (vocabulary, scores): (&Vocabulary, &[f32]),
    config: &TextTrainingConfig,
    mut after_epoch: impl FnMut(usize, f64, &Network) -> Result<(), Error>,
) -> Result<Network, Error> {
    let device = Device::default().autodiff();
    device.seed(config.seed);
    let mut rng = Pcg64Mcg::seed_from_u64(config.seed);
    let bags: Vec<Bags> = items
        .iter()
        .map(|item| vocabulary.rows(&item.text))
        .collect();
    let mut network = TextNetwork::new(config, scores, &device);
    let mut optimizer = AdamWConfig::new()
        .with_weight_decay(config.weight_decay)
        .init();
    let n_steps = items.len().div_ceil(config.batch_size) * config.n_epochs;
    let mut step = 0;
    for epoch in 1..=config.n_epochs {
        let order = shuffled_indices(items.len(), config.seed.wrapping_add(epoch as u64));
        let mut losses = Vec::new();
        for indices in order.chunks(config.batch_size) {
            let batch = batch(indices, &bags, config.feature_dropout, &mut rng);
            let keep = dropout_mask(indices.len(), config, &device, &mut rng);
            let outputs = network.forward(batch, Some(keep));
            let loss = loss(outputs, targets(indices, items), indices.len());
            losses.push(loss.clone().into_scalar::<f32>());
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            let share = step as f64 / n_steps as f64;
            let cosine = 0.5 * (1.0 + (std::f64::consts::PI * share).cos());
            let rate = config.learning_rate * (LAST_RATE + (1.0 - LAST_RATE) * cosine);
            network = optimizer.step(rate, network, gradients);
            step += 1;
        }
        let mean_loss = losses.iter().map(|&l| f64::from(l)).sum::<f64>() / losses.len() as f64;
        after_epoch(epoch, mean_loss, &plain(&network)?)?;
    }
    plain(&network)
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

fn dropout_mask(
    n_texts: usize,
    config: &TextTrainingConfig,
    device: &Device,
    rng: &mut Pcg64Mcg,
) -> Tensor<2> {
    let scale = (1.0 / (1.0 - config.hidden_dropout)) as f32;
    let mask: Vec<f32> = (0..n_texts * config.n_hidden)
        .map(|_| {
            if rng.random::<f64>() < config.hidden_dropout {
                0.0
            } else {
                scale
            }
        })
        .collect();
    Tensor::from_data(TensorData::new(mask, [n_texts, config.n_hidden]), device)
}

/// How much the heads count beside valence and arousal, in the order of [`HEADS`].
const HEAD_WEIGHTS: [f32; 6] = [1.0, 1.5, 1.0, 0.5, 0.4, 0.5];

fn targets(indices: &[usize], items: &[Item]) -> Targets {
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
            Labels::None => continue,
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
mod tests {
    use super::super::data::AffectTarget;
    use super::*;
    use crate::text_emotion::TextEmotion;

    fn small() -> TextTrainingConfig {
        TextTrainingConfig {
            n_epochs: 2,
            batch_size: 16,
            n_embedding: 4,
            n_hidden: 8,
            rows_by_kind: [50, 50, 10, 10, 50],
            ..TextTrainingConfig::default()
        }
    }

    /// A folder with a handful of rows of both needed corpora.
    fn corpora() -> tempfile::TempDir {
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
            let config = TextTrainingConfig { seed, ..small() };
            let report = train(data.path(), out.path(), &config, &mut |event| {
                events.push(event.clone())
            })
            .unwrap();
            assert!(out.path().join("runs/text_emotion.jsonl").is_file());
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
        let report = train(data.path(), out.path(), &small(), &mut |_| {}).unwrap();
        let model = TextEmotion::load(&report.files[0]).unwrap();
        let rows = read_emobank(&data.path().join("emobank.tsv")).unwrap();
        for row in &rows {
            let trained = row.split == "train" && !row.is_frozen();
            assert_eq!(
                model.training_items().contains(text_hash(&row.text)),
                trained,
                "{row:?}"
            );
        }
        assert!(rows.iter().any(EmoBankRow::is_frozen));
    }

    #[test]
    fn needed_files_are_named() {
        let (nothing, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let error = train(nothing.path(), out.path(), &small(), &mut |_| {}).unwrap_err();
        assert!(
            error
                .to_string()
                .contains("emobank.tsv and goemotions_train.tsv"),
            "{error}"
        );
        let config = TextTrainingConfig {
            n_epochs: 0,
            ..small()
        };
        let error = train(nothing.path(), out.path(), &config, &mut |_| {}).unwrap_err();
        assert_eq!(error.to_string(), "epochs must be 1..=100, but was 0");
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
        device.seed(3);
        let network = TextNetwork::new(&small(), &scores, &device);
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
