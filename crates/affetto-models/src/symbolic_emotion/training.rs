//! Training the shipped weights, and measuring the method by cross-validation.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::TASK;
use super::config::SymbolicEmotionConfig;
use super::data::{Item, MusicSet, read_items};
use super::evaluation::{Prediction, add_accuracies, add_calibration_errors, header, row};
use super::examples::{Clip, clips};
use super::inference::{Hearing, Which, positive};
use super::model::{Dynamics, Model};
use super::token_judge::TokenJudge;
use super::token_training::{TokenClip, TrainedJudge};
use crate::{
    Error, Evaluated, Evaluation, EvaluationOptions, Fold, Progress, Run, RunOptions, RunSubject,
    TrainingEvent, TrainingItems, TrainingReport, read_folds,
};

/// Kernel widths and ridges that are tried inside every training part.
const WIDTHS: [f64; 3] = [0.25, 0.5, 1.0];
const RIDGES: [f64; 3] = [0.5, 1.0, 2.0];

/// Name of the table of frozen folds below the data folder.
const FOLDS: &str = "folds.csv";

/// Trains the four weights files of [`Which`] and that of [`TokenJudge`] and writes them to `out`.
///
/// The in-loop model sees the rows for composing, the judges those for judging of their set (the
/// token judge of both), the last everything but what is marked `leave_out`.
///
/// # Errors
/// As [`read_items`] and [`read_folds`]; [`Error::InvalidSetting`] for a config out of range or
/// too few clips; [`Error::Io`] where a file cannot be written.
pub fn train(
    data: &Path,
    out: &Path,
    config: &SymbolicEmotionConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let mut items = labelled_items(data)?;
    items.retain(|(item, _)| !options.cleaning.excludes(item.hash, &item.file));
    let clips = labelled_clips(&items);
    let hashes = clips.iter().map(|(clip, _)| clip.hash);
    let subject = RunSubject::new(TASK, config, hashes)?;
    let mut run = Run::start(out, subject, options, progress)?;
    let mut report = TrainingReport {
        task: TASK.to_owned(),
        files: Vec::new(),
        n_items: clips.len(),
        ..TrainingReport::default()
    };
    for (step, which) in Which::ALL.into_iter().enumerate() {
        let chosen: Vec<&Clip> = clips
            .iter()
            .filter(|(_, purpose)| match which {
                Which::InLoop => purpose == "compose",
                Which::JudgeEmopia | Which::JudgeVgmidi => purpose == "judge",
                Which::Everything => true,
            })
            .map(|(clip, _)| clip)
            .filter(|clip| match which {
                Which::JudgeEmopia => clip.set == MusicSet::Emopia,
                Which::JudgeVgmidi => clip.set == MusicSet::Vgmidi,
                Which::InLoop | Which::Everything => true,
            })
            .collect();
        let (model, held_out) = fit_calibrated(config, &chosen)?;
        let path: PathBuf = out.join(which.file_name());
        model
            .to_weights(TrainingItems::full(chosen.iter().map(|clip| clip.hash)))?
            .save(&path)?;
        let metrics = plain_accuracies(data, &held_out);
        note(&mut report, &mut run, step, path, metrics)?;
    }
    let (path, predictions) = train_token_judge(&items, out, config)?;
    let metrics = plain_accuracies(data, &predictions);
    note(&mut report, &mut run, Which::ALL.len(), path, metrics)?;
    run.finish(report)
}

/// Trains the token judge and writes its weights; also returns the predictions for clips left out.
fn train_token_judge(
    items: &[(Item, Fold)],
    out: &Path,
    config: &SymbolicEmotionConfig,
) -> Result<(PathBuf, Vec<Prediction>), Error> {
    let for_judges: Vec<(&Item, u8)> = items
        .iter()
        .filter(|(_, row)| row.purpose == "judge")
        .map(|(item, row)| (item, row.fold))
        .collect();
    let clips = TokenClip::all(&for_judges);
    let trained = TrainedJudge::train(&clips, config.copy_weight)?;
    let path = out.join(TokenJudge::FILE_NAME);
    trained.to_weights(&clips)?.save(&path)?;
    let predictions = trained.held_out.iter();
    let predictions = predictions.map(|(item, positive)| Prediction {
        set: item.set,
        file: item.file.clone(),
        song: item.song.clone(),
        hash: item.hash,
        labels: item.labels,
        positive: *positive,
    });
    Ok((path, predictions.collect()))
}

/// Accuracies without intervals.
fn plain_accuracies(data: &Path, predictions: &[Prediction]) -> BTreeMap<String, f64> {
    let mut evaluation = empty_evaluation(data, String::new(), predictions.len());
    let options = EvaluationOptions {
        resamples: 0,
        ..EvaluationOptions::default()
    };
    add_accuracies(&mut evaluation, predictions, "", &options);
    evaluation.metrics
}

/// Notes a weights file that was made, as step `step` of five.
fn note(
    report: &mut TrainingReport,
    run: &mut Run<'_>,
    step: usize,
    path: PathBuf,
    metrics: BTreeMap<String, f64>,
) -> Result<(), Error> {
    let stage = path
        .file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let named = metrics.iter();
    report
        .metrics
        .extend(named.map(|(name, value)| (format!("{stage}_{name}"), *value)));
    report.files.push(path);
    run.event(&TrainingEvent {
        stage,
        step: step + 1,
        n_steps: Which::ALL.len() + 1,
        epoch: None,
        values: metrics,
    })
}

/// Cross-validates the method over the frozen folds of both sets, which never split a song.
///
/// In every fold the kernel width, the ridge and the calibration are found inside the training
/// part. Metrics by suffix: none, heard as its set; `_no_dynamics`, velocities ignored; `_auto`,
/// the set not told but weighed by resemblance; `_both`, heard both ways as composed music is;
/// `_from_other`, trained on the other set alone, features standardized within each set without
/// labels.
///
/// # Errors
/// As [`train`].
pub fn cross_validate(
    config: &SymbolicEmotionConfig,
    data: &Path,
    options: &EvaluationOptions,
    progress: &mut Progress<'_>,
) -> Result<Evaluated, Error> {
    config.validate()?;
    let clips: Vec<Clip> = labelled_clips(&labelled_items(data)?)
        .into_iter()
        .map(|(clip, _)| clip)
        .collect();
    let folds = folds_of(&clips.iter().collect::<Vec<_>>());
    let (mut heeded, mut ignored) = (Vec::new(), Vec::new());
    let (mut automatic, mut both) = (Vec::new(), Vec::new());
    for (step, &fold) in folds.iter().enumerate() {
        let (held_out, training): (Vec<&Clip>, Vec<&Clip>) =
            clips.iter().partition(|clip| clip.fold == Some(fold));
        let (model, _) = fit_calibrated(config, &training)?;
        heeded.extend(
            held_out
                .iter()
                .filter_map(|clip| predict(&model, clip, Dynamics::Heeded)),
        );
        ignored.extend(
            held_out
                .iter()
                .filter_map(|clip| predict(&model, clip, Dynamics::Ignored)),
        );
        automatic.extend(
            held_out
                .iter()
                .map(|clip| predict_as(&model, clip, Hearing::Auto)),
        );
        both.extend(
            held_out
                .iter()
                .map(|clip| predict_as(&model, clip, Hearing::Both)),
        );
        progress(&TrainingEvent {
            stage: format!("fold {fold}"),
            step: step + 1,
            n_steps: folds.len(),
            epoch: None,
            values: BTreeMap::from([
                ("kernel_width".to_owned(), model.config.kernel_width),
                ("ridge".to_owned(), model.config.ridge),
            ]),
        });
    }
    let protocol = format!(
        "{} frozen folds that never split a song; kernel width, ridge and calibration found inside each training part; 95 % intervals by {} bootstrap resamples of songs",
        folds.len(),
        options.resamples
    );
    let mut evaluation = empty_evaluation(data, protocol, heeded.len());
    add_accuracies(&mut evaluation, &heeded, "", options);
    add_accuracies(&mut evaluation, &ignored, "_no_dynamics", options);
    add_accuracies(&mut evaluation, &automatic, "_auto", options);
    add_accuracies(&mut evaluation, &both, "_both", options);
    add_accuracies(
        &mut evaluation,
        &from_other(config, &clips)?,
        "_from_other",
        options,
    );
    add_calibration_errors(&mut evaluation, &heeded);
    Ok(Evaluated {
        evaluation,
        header: header(),
        rows: heeded.iter().map(row).collect(),
    })
}

/// Predictions for each set by a model trained on the other alone.
fn from_other(config: &SymbolicEmotionConfig, clips: &[Clip]) -> Result<Vec<Prediction>, Error> {
    let all: Vec<&Clip> = clips.iter().collect();
    let mut predictions = Vec::new();
    for set in MusicSet::ALL {
        let (unseen, training): (Vec<&Clip>, Vec<&Clip>) =
            all.iter().partition(|clip| clip.set == set);
        if training.is_empty() {
            continue;
        }
        let model = Model::fit(config, &training, &all)?;
        predictions.extend(
            unseen
                .iter()
                .filter_map(|clip| predict(&model, clip, Dynamics::Heeded)),
        );
    }
    Ok(predictions)
}

/// Fits a model whose kernel width and ridge were selected, and whose calibration was fitted, on
/// clips left out fold by fold; also returns the predictions for those.
fn fit_calibrated(
    config: &SymbolicEmotionConfig,
    clips: &[&Clip],
) -> Result<(Model, Vec<Prediction>), Error> {
    let config = select(config, clips)?;
    let mut unseen = Vec::new();
    for_each_fold(clips, |held_out, training| {
        let model = Model::fit(&config, training, training)?;
        for clip in held_out {
            if let Some(known) = model.known(clip.set) {
                unseen.push((*clip, model.raw(&clip.whole, known, Dynamics::Heeded)));
            }
        }
        Ok(())
    })?;
    let mut model = Model::fit(&config, clips, clips)?;
    let examples: Vec<_> = unseen
        .iter()
        .map(|(clip, raw)| (clip.set, *raw, clip.labels))
        .collect();
    model.calibrate(&examples);
    let held_out = unseen.iter().filter_map(|(clip, raw)| {
        let curves = model.calibrations[model.known(clip.set)?];
        Some(prediction(
            clip,
            [curves[0].probability(raw[0]), curves[1].probability(raw[1])],
        ))
    });
    let held_out = held_out.collect();
    Ok((model, held_out))
}

/// The config with the kernel width and ridge of the least squared error on clips left out fold by
/// fold, both sets and both axes counting the same. Only whole clips are used, for speed.
fn select(config: &SymbolicEmotionConfig, clips: &[&Clip]) -> Result<SymbolicEmotionConfig, Error> {
    let mut best = (f64::INFINITY, config.clone());
    for kernel_width in WIDTHS {
        for ridge in RIDGES {
            let tried = SymbolicEmotionConfig {
                kernel_width,
                ridge,
                copy_weight: 0.0,
                ..config.clone()
            };
            let mut errors = [(0.0, 0.0); 2];
            for_each_fold(clips, |held_out, training| {
                let model = Model::fit(&tried, training, training)?;
                for clip in held_out {
                    let Some(known) = model.known(clip.set) else {
                        continue;
                    };
                    let raw = model.raw(&clip.whole, known, Dynamics::Heeded);
                    let (sum, n) = &mut errors[clip.set.index()];
                    *sum += (raw[0] - clip.labels[0]).powi(2) + (raw[1] - clip.labels[1]).powi(2);
                    *n += 1.0;
                }
                Ok(())
            })?;
            let error = errors
                .iter()
                .filter(|(_, n)| *n > 0.0)
                .map(|(sum, n)| sum / n)
                .sum::<f64>();
            if error < best.0 {
                best = (
                    error,
                    SymbolicEmotionConfig {
                        copy_weight: config.copy_weight,
                        ..tried
                    },
                );
            }
        }
    }
    Ok(best.1)
}

/// Calls with the clips of each fold and with the rest; not at all where there is one fold only.
fn for_each_fold<'a>(
    clips: &[&'a Clip],
    mut visit: impl FnMut(&[&'a Clip], &[&'a Clip]) -> Result<(), Error>,
) -> Result<(), Error> {
    let folds = folds_of(clips);
    if folds.len() < 2 {
        return Ok(());
    }
    for fold in folds {
        let (held_out, training): (Vec<&'a Clip>, Vec<&'a Clip>) =
            clips.iter().partition(|clip| clip.fold == Some(fold));
        visit(&held_out, &training)?;
    }
    Ok(())
}

/// The numbers of the folds, ascending.
fn folds_of(clips: &[&Clip]) -> Vec<u8> {
    let mut folds: Vec<u8> = clips.iter().filter_map(|clip| clip.fold).collect();
    folds.sort_unstable();
    folds.dedup();
    folds
}

/// The prediction for a clip heard as its own set; `None` where the model does not know that.
fn predict(model: &Model, clip: &Clip, dynamics: Dynamics) -> Option<Prediction> {
    let known = model.known(clip.set)?;
    Some(prediction(
        clip,
        model.probabilities(&clip.whole, known, dynamics),
    ))
}

/// The prediction for a clip heard in some way, whatever its set.
fn predict_as(model: &Model, clip: &Clip, hearing: Hearing) -> Prediction {
    prediction(
        clip,
        positive(model, &clip.whole, hearing, Dynamics::Heeded),
    )
}

fn prediction(clip: &Clip, positive: [f64; 2]) -> Prediction {
    Prediction {
        set: clip.set,
        file: clip.file.clone(),
        song: clip.song.clone(),
        hash: clip.hash,
        labels: clip.labels,
        positive,
    }
}

fn empty_evaluation(data: &Path, protocol: String, n: usize) -> Evaluation {
    Evaluation {
        task: TASK.to_owned(),
        data: data.display().to_string(),
        protocol,
        n,
        n_seen_left_out: 0,
        ..Evaluation::default()
    }
}

/// The items that stand in the table of folds and are not left out, with their rows.
fn labelled_items(data: &Path) -> Result<Vec<(Item, Fold)>, Error> {
    let rows = read_folds(&data.join(FOLDS))?;
    let by_file: BTreeMap<(&str, &str), &Fold> = rows
        .iter()
        .map(|row| ((&*row.set, &*row.file), row))
        .collect();
    let kept = read_items(data)?.into_iter().filter_map(|mut item| {
        let row = *by_file.get(&(item.set.name(), &*item.file))?;
        item.song.clone_from(&row.song);
        (row.purpose != "leave_out").then(|| (item, row.clone()))
    });
    Ok(kept.collect())
}

/// What is learnt from items, with what each may be used for.
fn labelled_clips(items: &[(Item, Fold)]) -> Vec<(Clip, String)> {
    let of_items = clips(items.iter().map(|(item, _)| item));
    let labelled = of_items.into_iter().zip(items).map(|(mut clip, (_, row))| {
        clip.fold = Some(row.fold);
        (clip, row.purpose.clone())
    });
    labelled.collect()
}

#[cfg(test)]
mod tests {
    use super::super::examples::tests::made_up;
    use super::*;

    #[test]
    fn what_can_be_learnt_is_found_and_calibrated() {
        let clips = made_up(96);
        let all: Vec<&Clip> = clips.iter().collect();
        let (model, held_out) = fit_calibrated(&SymbolicEmotionConfig::default(), &all).unwrap();
        assert_eq!(held_out.len(), 96);
        let sure = |p: &Prediction| {
            [0, 1]
                .iter()
                .all(|&head| (p.positive[head] - 0.5) * p.labels[head] > 0.2)
        };
        assert!(held_out.iter().all(sure));
        assert!(WIDTHS.contains(&model.config.kernel_width) && model.config.copy_weight == 0.25);
        assert_eq!(
            from_other(&SymbolicEmotionConfig::default(), &clips)
                .unwrap()
                .len(),
            96
        );
    }

    #[test]
    fn data_without_folds_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let config = SymbolicEmotionConfig::default();
        let options = RunOptions::default();
        let error = train(folder.path(), folder.path(), &config, &options, &mut |_| ())
            .unwrap_err()
            .to_string();
        assert!(error.contains("folds.csv"), "{error}");
    }
}
