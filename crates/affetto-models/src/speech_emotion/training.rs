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
use super::statistics::statistics;
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
/// What the names of corpora end in that were left out whole.
const LEFT_OUT: &str = "_left_out";
/// File of what was said of held-out recordings, below the output folder.
const HELD_OUT: &str = "speech_held_out.json";

/// Trains the voice model and writes `model.safetensors`.
///
/// First every speaker and every corpus is held out once (as [`cross_validate`] does, whose result
/// in the same folder is used where it is there): on what the models say of them, the
/// probabilities and deviations are calibrated. Then a model is fitted to everybody. The metrics
/// of the report are those of what was held out.
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
    let (corpus, subject) = prepared(data, out, config, options, progress)?;
    let mut run = Run::start(out, subject.clone(), options, progress)?;
    let held_out = held_out(&corpus.items, config, out, &subject, &mut run)?;
    run.stage("train");
    let task = SpeechTask::new(corpus.items.iter(), config);
    let network = fit(&task, &config.training, &mut run)?;
    let calibration = Calibration::fit(held_out.speakers.iter(), held_out.corpora.iter());
    let weights = package(&network, &task, &calibration, &corpus.items, config)?;
    let path = out.join("model.safetensors");
    weights.save(&path)?;
    let found = cross_fitted(&corpus.items, &held_out, config);
    let Measures {
        metrics,
        confusions,
        reliability,
        ..
    } = measured_both(&found, &corpora(&corpus.items));
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

/// Holds every speaker and every corpus out once and measures what is said of them.
///
/// The speakers of each corpus are cut into folds in the order of their names (RAVDESS: four
/// actors a fold, two women and two men); the k-th fold of all corpora is held out together.
/// Corpora in `never_held_out` are trained on throughout. Each fold is calibrated on the others,
/// on no recording of its own speakers. Then each corpus is left out whole: what the model makes
/// of rooms, languages and actors it knows nothing of, calibrated on the other corpora. Those
/// metrics are named `<corpus>_left_out_…`.
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
    let (corpus, subject) = prepared(data, out, config, options, progress)?;
    let mut run = Run::start(out, subject.clone(), options, progress)?;
    let held_out = held_out(&corpus.items, config, out, &subject, &mut run)?;
    let found = cross_fitted(&corpus.items, &held_out, config);
    let evaluation = Evaluation {
        task: TASK.into(),
        data: data.display().to_string(),
        protocol: format!(
            "{} folds by speaker within each corpus, {} never held out; each fold calibrated on \
             the others; corpora left out whole calibrated on the others; {}; 95 % percentile \
             bootstrap over speakers",
            config.n_folds,
            config.never_held_out.join(", "),
            skipped_words(&corpus.skipped)
        ),
        n: found.len(),
        ..Evaluation::default()
    };
    let measures = measured_both(&found, &corpora(&corpus.items));
    let mut evaluated = super::evaluation::evaluated(evaluation, measures, &found);
    let linear = linear_baseline(&corpus.items, &held_out.speakers, config);
    for (name, value) in measure(&linear, &[], &EvaluationOptions::default()).metrics {
        if name.contains("_ua_") {
            let metrics = &mut evaluated.evaluation.metrics;
            metrics.insert(format!("{name}_linear_baseline"), value);
        }
    }
    Ok(evaluated)
}

/// The recordings, and what a run on them is known by.
fn prepared(
    data: &Path,
    out: &Path,
    config: &SpeechTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<(Corpus, RunSubject), Error> {
    config.validate()?;
    let corpus = read(data, out, options, progress)?;
    let subject = RunSubject::new(TASK, config, corpus.items.iter().map(|item| item.hash))?;
    Ok((corpus, subject))
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

fn corpora(items: &[Item]) -> Vec<String> {
    let names: BTreeSet<&String> = items.iter().map(|item| &item.recording.corpus).collect();
    names.into_iter().cloned().collect()
}

/// What was said of held-out recordings.
#[derive(Serialize, Deserialize, Default)]
struct Rows {
    /// Every speaker held out once, by fold.
    speakers: Vec<HeldOut>,
    /// Every corpus held out once, by the place of the corpus.
    corpora: Vec<HeldOut>,
}

/// [`Rows`] on disk.
#[derive(Serialize, Deserialize)]
struct HeldOutFile {
    /// SHA-256 over configuration and data.
    identity: String,
    rows: Rows,
}

/// What models say of the speakers and corpora that they have not heard, each held out once.
fn held_out(
    items: &[Item],
    config: &SpeechTrainingConfig,
    out: &Path,
    subject: &RunSubject,
    run: &mut Run<'_>,
) -> Result<Rows, Error> {
    let path = out.join(HELD_OUT);
    let identity = ItemHash::of(format!("{} {}", subject.config, subject.data).as_bytes());
    let identity = identity.to_string();
    if let Some(known) = read_held_out(&path)
        && known.identity == identity
    {
        return Ok(known.rows);
    }
    let folds = folds_by_speaker(items, config);
    let mut rows = Rows::default();
    for fold in 0..config.n_folds {
        run.stage(&format!("fold {}", fold + 1));
        rows.speakers
            .extend(fit_and_ask(items, &folds, fold, config, run)?);
    }
    let corpora = corpora(items);
    let places = places_of_corpora(items, &corpora, config);
    for (place, corpus) in corpora.iter().enumerate() {
        run.stage(&format!("without {corpus}"));
        rows.corpora
            .extend(fit_and_ask(items, &places, place, config, run)?);
    }
    let file = HeldOutFile { identity, rows };
    let bytes = serde_json::to_vec(&file).map_err(|e| Error::io(&path, e.into()))?;
    write_atomically(&path, &bytes)?;
    Ok(file.rows)
}

fn read_held_out(path: &Path) -> Option<HeldOutFile> {
    serde_json::from_slice(&std::fs::read(path).ok()?).ok()
}

/// The place of the corpus of each item; `None` where it is never held out.
fn places_of_corpora(
    items: &[Item],
    corpora: &[String],
    config: &SpeechTrainingConfig,
) -> Vec<Option<usize>> {
    let place = |item: &Item| {
        let corpus = &item.recording.corpus;
        let is_held_out = !config.never_held_out.contains(corpus);
        is_held_out.then(|| corpora.binary_search(corpus).ok())?
    };
    items.iter().map(place).collect()
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

/// Fits on all groups of items but one, and asks about the items of that group whose emotion is
/// known. Nothing is said where a side is empty.
fn fit_and_ask(
    items: &[Item],
    groups: &[Option<usize>],
    group: usize,
    config: &SpeechTrainingConfig,
    run: &mut Run<'_>,
) -> Result<Vec<HeldOut>, Error> {
    let (test, train): (Vec<usize>, Vec<usize>) =
        (0..items.len()).partition(|&i| groups[i] == Some(group));
    let is_told = |indices: &[usize]| indices.iter().any(|&i| items[i].recording.class.is_some());
    if !is_told(&test) || !is_told(&train) {
        return Ok(Vec::new());
    }
    let task = SpeechTask::new(train.iter().map(|&i| &items[i]), config);
    let network = fit(&task, &config.training, run)?;
    let said = test.iter().filter_map(|&index| {
        let item = &items[index];
        let class = item.recording.class?;
        Some(HeldOut {
            index,
            fold: group,
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

/// The answers on held-out items: each fold of speakers calibrated on the others, where no
/// recording of its speakers counts, then each corpus that was left out, calibrated without it.
fn cross_fitted(items: &[Item], held_out: &Rows, config: &SpeechTrainingConfig) -> Vec<Measured> {
    let Rows { speakers, corpora } = held_out;
    let folds = folds_by_speaker(items, config);
    let of_folds: Vec<Calibration> = (0..config.n_folds)
        .map(|fold| {
            let others = |row: &&HeldOut| folds[row.index] != Some(fold);
            Calibration::fit(
                speakers.iter().filter(others),
                corpora.iter().filter(others),
            )
        })
        .collect();
    let corpus = |row: &HeldOut| &items[row.index].recording.corpus;
    let mut of_corpora: BTreeMap<&String, Calibration> = BTreeMap::new();
    for row in corpora {
        of_corpora.entry(corpus(row)).or_insert_with(|| {
            let others = |other: &&HeldOut| corpus(other) != corpus(row);
            Calibration::fit(
                speakers.iter().filter(others),
                corpora.iter().filter(others),
            )
        });
    }
    let inside = speakers
        .iter()
        .map(|row| measured(items, row, &of_folds[row.fold], ""));
    let outside = corpora
        .iter()
        .map(|row| measured(items, row, &of_corpora[corpus(row)], LEFT_OUT));
    inside.chain(outside).collect()
}

/// What a linear model on statistics says on the same folds.
fn linear_baseline(
    items: &[Item],
    held_out: &[HeldOut],
    config: &SpeechTrainingConfig,
) -> Vec<Measured> {
    let folds = folds_by_speaker(items, config);
    let rows: Vec<Vec<f32>> = items.iter().map(|item| statistics(&item.frames)).collect();
    let answers = (0..config.n_folds).flat_map(|fold| {
        let train: Vec<usize> = (0..items.len())
            .filter(|&i| folds[i] != Some(fold))
            .collect();
        let test = held_out.iter().filter(|row| row.fold == fold).cloned();
        ridge_answers(items, &rows, &train, &test.collect::<Vec<_>>())
    });
    answers.collect()
}

fn measured(items: &[Item], row: &HeldOut, calibration: &Calibration, suffix: &str) -> Measured {
    let recording = &items[row.index].recording;
    Measured {
        corpus: format!("{}{suffix}", recording.corpus),
        speaker: recording.speaker.clone(),
        class: row.class,
        answer: calibration.answer(&row.outputs),
    }
}

/// The measures of speakers and of corpora held out; of the latter the calibration error by
/// corpus.
fn measured_both(found: &[Measured], known: &[String]) -> Measures {
    let mut measures = measure(found, known, &EvaluationOptions::default());
    let names: BTreeSet<&String> = found.iter().map(|row| &row.corpus).collect();
    for name in names.into_iter().filter(|name| name.ends_with(LEFT_OUT)) {
        let own = found.iter().filter(|row| row.corpus == *name);
        let own: Vec<Measured> = own.cloned().collect();
        let error = expected_error(&own);
        measures
            .metrics
            .extend(error.map(|error| (format!("{name}_ece"), error)));
    }
    measures
}

/// The expected calibration error of some answers alone.
fn expected_error(rows: &[Measured]) -> Option<f64> {
    let quick = EvaluationOptions {
        resamples: 0,
        ..EvaluationOptions::default()
    };
    measure(rows, &[], &quick).metrics.get("ece").copied()
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
