//! Training: read, fit, measure on speakers held out, calibrate, save.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::TASK;
use super::baseline::ridge_answers;
use super::calibration::{Calibration, HeldOut};
use super::config::SpeechTrainingConfig;
use super::data::{Corpus, Item, read_corpus, skipped_words};
use super::frames::{FEATURE_VERSION, Frames, N_COLUMNS};
use super::labels::{SPEECH_CLASSES_4, SPEECH_CLASSES_8, acted_point};
use super::measures::{Measured, Measures, measure};
use super::model::SpeechNetwork;
use super::task::{SpeechTask, raw_answer};
use crate::training::{arrays_of, fit};
use crate::weights::write_atomically;
use crate::{
    Error, Evaluated, Evaluation, EvaluationOptions, ItemHash, Metadata, Progress, Run, RunOptions,
    RunSubject, TrainingEvent, TrainingItems, TrainingReport, WeightsFile,
};

/// Most frames that are asked about at once: 8 s.
const MAX_WINDOW_FRAMES: usize = 801;
/// File of the frames of all recordings, below the output folder.
const CACHE: &str = "cache/speech_frames.bin";
/// File of what was said of held-out recordings, below the output folder.
const HELD_OUT: &str = "speech_held_out.json";

/// Trains the voice model and writes `model.safetensors`.
///
/// First every speaker is held out once (as [`cross_validate_speech`] does, whose result in the
/// same folder is used where it is there): on what the networks say of speakers they have not
/// heard, the probabilities and deviations are calibrated. Then a network is fitted to everybody.
/// The metrics of the report are those of the held-out speakers.
///
/// # Errors
/// [`Error::InvalidSetting`] for a configuration outside its ranges, [`Error::MissingData`] when
/// there is no recording, [`Error::Io`], [`Error::Data`], and what a fit reports.
pub fn train(
    data: &Path,
    out: &Path,
    config: &SpeechTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let corpus = read(data, out, options, progress)?;
    let subject = subject(&corpus.items, config)?;
    let mut run = Run::start(out, subject.clone(), options, progress)?;
    let held_out = held_out(&corpus.items, config, out, &subject, &mut run)?;
    run.stage("train");
    let task = SpeechTask::new(corpus.items.iter(), config);
    let network = fit(&task, &config.training, &mut run)?;
    let calibration = Calibration::fit(held_out.iter());
    let weights = package(&network, &task, &calibration, &corpus.items, config)?;
    let path = out.join("model.safetensors");
    weights.save(&path)?;
    let found = cross_fitted(&corpus.items, &held_out);
    let Measures {
        metrics,
        confusions,
        reliability,
        ..
    } = measure(
        &found,
        &corpora(&corpus.items),
        &EvaluationOptions::default(),
    );
    run.finish(TrainingReport {
        task: TASK.into(),
        files: vec![path],
        n_items: weights.training_items.len(),
        metrics,
        confusions,
        reliability,
        ..TrainingReport::default()
    })
}

/// Holds every speaker out once and measures what is said of them.
///
/// The speakers of each corpus are cut into folds in the order of their names (RAVDESS: four
/// actors a fold, two women and two men); the k-th fold of all corpora is held out together.
/// Corpora in `never_held_out` are trained on throughout. Each fold is calibrated on the others.
/// Speakers are never on both sides; nothing is chosen by what is measured here.
///
/// # Errors
/// As [`train`].
pub fn cross_validate(
    data: &Path,
    out: &Path,
    config: &SpeechTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<Evaluated, Error> {
    config.validate()?;
    let corpus = read(data, out, options, progress)?;
    let subject = subject(&corpus.items, config)?;
    let mut run = Run::start(out, subject.clone(), options, progress)?;
    let held_out = held_out(&corpus.items, config, out, &subject, &mut run)?;
    let found = cross_fitted(&corpus.items, &held_out);
    let protocol = format!(
        "{} folds by speaker within each corpus, {} never held out; each fold calibrated on the \
         others; {}; 95 % percentile bootstrap over speakers",
        config.n_folds,
        config.never_held_out.join(", "),
        skipped_words(&corpus.skipped)
    );
    let mut evaluated = evaluated(data, protocol, &found, &corpora(&corpus.items));
    let linear = linear_baseline(&corpus.items, &held_out, config);
    for (name, value) in measure(&linear, &[], &EvaluationOptions::default()).metrics {
        if name != "ece" {
            let metrics = &mut evaluated.evaluation.metrics;
            metrics.insert(format!("{name}_linear_baseline"), value);
        }
    }
    Ok(evaluated)
}

/// Trains without one corpus and measures on it: what the model makes of rooms, languages and
/// actors it knows nothing of.
///
/// # Errors
/// As [`train`]; [`Error::InvalidSetting`] when no recording is of that corpus.
pub fn leave_corpus_out(
    data: &Path,
    out: &Path,
    left_out: &str,
    config: &SpeechTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<Evaluated, Error> {
    config.validate()?;
    let corpus = read(data, out, options, progress)?;
    let subject = subject(&corpus.items, config)?;
    let mut run = Run::start(out, subject, options, progress)?;
    let (test, train): (Vec<usize>, Vec<usize>) =
        (0..corpus.items.len()).partition(|&i| corpus.items[i].recording.corpus == left_out);
    if test.is_empty() || train.is_empty() {
        return Err(Error::InvalidSetting {
            name: "corpus",
            actual: left_out.to_owned(),
            expected: "one of several corpora in the data",
        });
    }
    run.stage(&format!("without {left_out}"));
    let said = fit_and_ask(&corpus.items, &train, &test, 0, config, &mut run)?;
    let calibration = Calibration::identity();
    let found = measured(&corpus.items, &said, |_| &calibration);
    let protocol = format!(
        "trained without {left_out}, nothing chosen or calibrated on it; 95 % percentile \
         bootstrap over speakers"
    );
    Ok(evaluated(data, protocol, &found, &[left_out.to_owned()]))
}

/// The recordings of a folder but those of the cleaning list.
fn read(
    data: &Path,
    out: &Path,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<Corpus, Error> {
    let mut corpus = read_corpus(data, Some(&out.join(CACHE)), |step, n_steps| {
        progress(&TrainingEvent {
            stage: "read".into(),
            step,
            n_steps,
            epoch: None,
            values: BTreeMap::new(),
        });
    })?;
    corpus.items.retain(|item| {
        let path = &item.recording.path;
        let name = path.strip_prefix(data).unwrap_or(path).to_string_lossy();
        !options.cleaning.excludes(item.hash, &name)
    });
    if corpus
        .items
        .iter()
        .all(|item| item.recording.class.is_none())
    {
        return Err(Error::MissingData {
            path: data.to_path_buf(),
            expected: "recordings of emotions that the model knows".into(),
        });
    }
    Ok(corpus)
}

fn subject(items: &[Item], config: &SpeechTrainingConfig) -> Result<RunSubject, Error> {
    RunSubject::new(TASK, config, items.iter().map(|item| item.hash))
}

fn corpora(items: &[Item]) -> Vec<String> {
    let names: BTreeSet<&String> = items.iter().map(|item| &item.recording.corpus).collect();
    names.into_iter().cloned().collect()
}

/// What was said of held-out recordings, and by which configuration from which data.
#[derive(Serialize, Deserialize)]
struct HeldOutFile {
    /// SHA-256 over configuration and data.
    identity: String,
    rows: Vec<HeldOut>,
}

/// What networks say of the speakers that they have not heard, every speaker once.
fn held_out(
    items: &[Item],
    config: &SpeechTrainingConfig,
    out: &Path,
    subject: &RunSubject,
    run: &mut Run<'_>,
) -> Result<Vec<HeldOut>, Error> {
    let path = out.join(HELD_OUT);
    let identity = ItemHash::of(format!("{} {}", subject.config, subject.data).as_bytes());
    let identity = identity.to_string();
    if let Some(known) = read_held_out(&path)
        && known.identity == identity
    {
        return Ok(known.rows);
    }
    let folds = folds_by_speaker(items, config);
    let mut rows = Vec::new();
    for fold in 0..config.n_folds {
        let (test, train): (Vec<usize>, Vec<usize>) =
            (0..items.len()).partition(|&i| folds[i] == Some(fold));
        if test.is_empty() {
            continue;
        }
        run.stage(&format!("fold {}", fold + 1));
        rows.extend(fit_and_ask(items, &train, &test, fold, config, run)?);
    }
    let file = HeldOutFile { identity, rows };
    let bytes = serde_json::to_vec(&file).map_err(|e| Error::io(&path, e.into()))?;
    write_atomically(&path, &bytes)?;
    Ok(file.rows)
}

fn read_held_out(path: &Path) -> Option<HeldOutFile> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// The fold of each item; `None` where its corpus is never held out.
pub(crate) fn folds_by_speaker(
    items: &[Item],
    config: &SpeechTrainingConfig,
) -> Vec<Option<usize>> {
    let mut speakers: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for item in items {
        let recording = &item.recording;
        speakers
            .entry(&recording.corpus)
            .or_default()
            .insert(&recording.speaker);
    }
    let fold = |item: &Item| {
        let recording = &item.recording;
        if config.never_held_out.contains(&recording.corpus) {
            return None;
        }
        let all = speakers.get(&*recording.corpus)?;
        let place = all
            .iter()
            .position(|speaker| *speaker == recording.speaker)?;
        Some(place * config.n_folds / all.len())
    };
    items.iter().map(fold).collect()
}

/// Fits on some items and asks about others whose emotion is known.
fn fit_and_ask(
    items: &[Item],
    train: &[usize],
    test: &[usize],
    fold: usize,
    config: &SpeechTrainingConfig,
    run: &mut Run<'_>,
) -> Result<Vec<HeldOut>, Error> {
    let task = SpeechTask::new(train.iter().map(|&i| &items[i]), config);
    let network = fit(&task, &config.training, run)?;
    let said = test.iter().filter_map(|&index| {
        let item = &items[index];
        let class = item.recording.class?;
        Some(HeldOut {
            index,
            fold,
            class,
            point: acted_point(class, &item.recording.intensity),
            outputs: ask(&network, &task, &item.frames),
        })
    });
    Ok(said.collect())
}

/// The raw answer for the first eight seconds of a recording.
fn ask(network: &SpeechNetwork, task: &SpeechTask<'_>, frames: &Frames) -> Vec<f32> {
    let end = frames.len().min(MAX_WINDOW_FRAMES) * N_COLUMNS;
    let part = Frames {
        values: frames.values[..end].to_vec(),
    };
    raw_answer(network, &task.standard, &task.experts, &part)
}

/// The answers on held-out items, each fold calibrated on the others.
fn cross_fitted(items: &[Item], held_out: &[HeldOut]) -> Vec<Measured> {
    let n_folds = held_out.iter().map(|row| row.fold + 1).max().unwrap_or(0);
    let calibrations: Vec<Calibration> = (0..n_folds)
        .map(|fold| Calibration::fit(held_out.iter().filter(|row| row.fold != fold)))
        .collect();
    measured(items, held_out, |row| &calibrations[row.fold])
}

/// What a linear model on statistics says on the same folds.
fn linear_baseline(
    items: &[Item],
    held_out: &[HeldOut],
    config: &SpeechTrainingConfig,
) -> Vec<Measured> {
    let folds = folds_by_speaker(items, config);
    let answers = (0..config.n_folds).flat_map(|fold| {
        let train: Vec<usize> = (0..items.len())
            .filter(|&i| folds[i] != Some(fold))
            .collect();
        let test = held_out.iter().filter(|row| row.fold == fold).cloned();
        ridge_answers(items, &train, &test.collect::<Vec<_>>())
    });
    answers.collect()
}

fn measured<'a>(
    items: &[Item],
    said: &[HeldOut],
    calibration: impl Fn(&HeldOut) -> &'a Calibration,
) -> Vec<Measured> {
    said.iter()
        .map(|row| Measured {
            corpus: items[row.index].recording.corpus.clone(),
            speaker: items[row.index].recording.speaker.clone(),
            class: row.class,
            answer: calibration(row).answer(&row.outputs),
        })
        .collect()
}

fn evaluated(data: &Path, protocol: String, found: &[Measured], near: &[String]) -> Evaluated {
    let measures = measure(found, near, &EvaluationOptions::default());
    super::evaluation::evaluated(
        Evaluation {
            task: TASK.into(),
            data: data.display().to_string(),
            protocol,
            n: found.len(),
            ..Evaluation::default()
        },
        measures,
        found,
    )
}

/// The weights file: network, standardization, calibration, training items.
fn package(
    network: &SpeechNetwork,
    task: &SpeechTask<'_>,
    calibration: &Calibration,
    items: &[Item],
    config: &SpeechTrainingConfig,
) -> Result<WeightsFile, Error> {
    let names = |list: &[&str]| list.iter().map(|&name| name.to_owned()).collect();
    let labels = BTreeMap::from([
        ("wide".to_owned(), names(&SPEECH_CLASSES_8)),
        ("narrow".to_owned(), names(&SPEECH_CLASSES_4)),
        ("corpora".to_owned(), task.corpora.clone()),
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
    let mut arrays: BTreeMap<_, _> = arrays_of(network)
        .into_iter()
        .map(|(name, array)| (format!("network.{name}"), array))
        .collect();
    arrays.extend(task.standard.arrays()?);
    arrays.extend(task.experts.arrays()?);
    arrays.extend(calibration.arrays()?);
    let trained = items.iter().filter(|item| item.recording.class.is_some());
    let hashes = TrainingItems::full(trained.map(|item| item.hash));
    Ok(WeightsFile::new(metadata, arrays, hashes))
}

/// The place where a network without training computes.
pub(crate) fn device() -> Device {
    Device::flex()
}
