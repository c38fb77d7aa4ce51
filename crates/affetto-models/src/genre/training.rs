//! Fitting on one part of the data, choosing the penalty on another, measuring on the third.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::TASK;
use super::data::{Labelled, Part, read_labelled};
use super::model::{GenreModel, numbered};
use crate::metrics::Confusion;
use crate::settings::check_settings;
use crate::softmax_regression::{Example, SoftmaxRegression};
use crate::standard::Standard;
use crate::{
    Error, Evaluated, Evaluation, EvaluationOptions, Progress, Run, RunOptions, RunSubject,
    TrainingItems, TrainingReport, bootstrap_interval,
};

/// Settings of the fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct GenreTrainingConfig {
    /// Penalties to choose from on the validation part, each in 0.000001..=10.
    pub penalties: Vec<f64>,
    /// Has no effect, since nothing is left to chance; every training has one.
    pub seed: u64,
}

impl Default for GenreTrainingConfig {
    fn default() -> Self {
        Self {
            penalties: vec![0.0003, 0.001, 0.003, 0.01, 0.03, 0.1],
            seed: 1,
        }
    }
}

impl GenreTrainingConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let fits = |penalty: &f64| (1e-6..=10.0).contains(penalty);
        let sound = !self.penalties.is_empty() && self.penalties.iter().all(fits);
        let actual = format!("{:?}", self.penalties);
        check_settings([(sound, "penalties", actual, "0.000001..=10")])
    }
}

/// Fits the model and writes `genre.safetensors`. The penalty is chosen on the validation part, the
/// model then fitted to both, and `gtzan_accuracy_10` is of the test part, beside always saying the
/// most frequent genre.
///
/// # Errors
/// [`Error::InvalidSetting`], and as [`read_labelled`].
pub fn train(
    data: &Path,
    out: &Path,
    config: &GenreTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let mut clips = read_labelled(data)?;
    clips.retain(|clip| !options.cleaning.excludes(clip.hash, ""));
    let of = |parts: &[Part]| -> Vec<&Labelled> {
        clips
            .iter()
            .filter(|clip| parts.contains(&clip.part))
            .collect()
    };
    let fitting = of(&[Part::Train, Part::Validation]);
    let hashes: Vec<_> = fitting.iter().map(|clip| clip.hash).collect();
    let subject = RunSubject::new(TASK, config, hashes.iter().copied())?;
    let run = Run::start(out, subject, options, progress)?;
    let genres = genres(&clips);
    let (train, validation) = (of(&[Part::Train]), of(&[Part::Validation]));
    let scored = config.penalties.iter().map(|&penalty| {
        let model = fitted(&train, &genres, penalty);
        (accuracy(&said(&model, &validation, &genres)), penalty)
    });
    // Of equals the strongest penalty.
    let (validated, penalty) = scored
        .max_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)))
        .unwrap_or((0.0, 0.01));
    let model = fitted(&fitting, &genres, penalty);
    let pairs = said(&model, &of(&[Part::Test]), &genres);
    let metrics = BTreeMap::from([
        ("validation_accuracy".to_owned(), validated),
        ("gtzan_accuracy_10".to_owned(), accuracy(&pairs)),
        ("gtzan_majority".to_owned(), majority(&pairs)),
    ]);
    let path = out.join("genre.safetensors");
    let settings = serde_json::json!({ "config": config, "penalty": penalty });
    model.to_weights(&settings)?.save(&path)?;
    run.finish(TrainingReport {
        task: TASK.into(),
        files: vec![path],
        n_items: fitting.len(),
        metrics,
        confusions: [("genre".to_owned(), Confusion::of(&genres, pairs))].into(),
        ..TrainingReport::default()
    })
}

/// Measures a model on the test part below a folder.
///
/// # Errors
/// As [`read_labelled`]; [`Error::NothingLeft`] where there is no clip that it was not trained on.
pub fn evaluate(
    model: &GenreModel,
    data: &Path,
    options: &EvaluationOptions,
) -> Result<Evaluated, Error> {
    let clips = read_labelled(data)?;
    let n_all = clips.len();
    let seen = |clip: &Labelled| model.training_items().contains(clip.hash);
    let left = clips
        .iter()
        .filter(|clip| options.include_seen || (clip.part == Part::Test && !seen(clip)));
    let left: Vec<&Labelled> = left.collect();
    if left.is_empty() {
        return Err(Error::NothingLeft {
            task: TASK,
            data: data.display().to_string(),
            seen: n_all,
        });
    }
    let genres = model.genres();
    let pairs = said(model, &left, genres);
    let mut evaluation = Evaluation {
        task: TASK.into(),
        data: data.display().to_string(),
        protocol:
            "test part of the fault-filtered split of GTZAN; 95 % percentile bootstrap over clips"
                .into(),
        n: left.len(),
        n_seen_left_out: n_all - left.len(),
        ..Evaluation::default()
    };
    let name = "gtzan_accuracy_10".to_owned();
    let of = |chosen: &[usize]| accuracy(&chosen.iter().map(|&i| pairs[i]).collect::<Vec<_>>());
    if let Some(interval) = bootstrap_interval(pairs.len(), options, of) {
        evaluation.intervals.insert(name.clone(), interval);
    }
    evaluation.metrics.insert(name, accuracy(&pairs));
    evaluation
        .metrics
        .insert("gtzan_majority".into(), majority(&pairs));
    let confusion = Confusion::of(genres, pairs.iter().copied());
    evaluation.confusions.insert("genre".into(), confusion);
    let rows = left.iter().zip(&pairs).map(|(clip, &(_, said))| {
        vec![clip.file.clone(), clip.genre.clone(), genres[said].clone()]
    });
    Ok(Evaluated {
        evaluation,
        header: ["file", "genre", "said"].map(str::to_owned).to_vec(),
        rows: rows.collect(),
    })
}

/// The genres by name.
fn genres(clips: &[Labelled]) -> Vec<String> {
    let mut genres: Vec<String> = clips.iter().map(|clip| clip.genre.clone()).collect();
    genres.sort();
    genres.dedup();
    genres
}

fn fitted(clips: &[&Labelled], genres: &[String], penalty: f64) -> GenreModel {
    let rows: Vec<&[f32]> = clips.iter().map(|clip| &*clip.inputs).collect();
    let standard = Standard::of(&rows);
    let rows: Vec<Vec<(u32, f32)>> = rows.iter().map(|row| numbered(&standard, row)).collect();
    let examples: Vec<Example<'_>> = rows
        .iter()
        .zip(clips)
        .map(|(inputs, clip)| Example {
            inputs,
            class: genres
                .iter()
                .position(|name| *name == clip.genre)
                .unwrap_or(0),
            weight: 1.0,
        })
        .collect();
    let n_inputs = standard.len();
    let regression = SoftmaxRegression::fit(&examples, n_inputs, genres.len(), penalty);
    let items = TrainingItems::full(clips.iter().map(|clip| clip.hash));
    GenreModel::new(standard, regression, genres.to_vec(), items)
}

/// What is so and what is said, as numbers of genres; genres that the model does not know are left
/// out.
fn said(model: &GenreModel, clips: &[&Labelled], genres: &[String]) -> Vec<(usize, usize)> {
    let pair = |clip: &&Labelled| {
        let so = genres.iter().position(|name| *name == clip.genre)?;
        let probabilities = model.probabilities(&clip.inputs);
        let said = (0..probabilities.len())
            .max_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]))?;
        Some((so, said))
    };
    clips.iter().filter_map(pair).collect()
}

fn accuracy(pairs: &[(usize, usize)]) -> f64 {
    let right = pairs.iter().filter(|(so, said)| so == said).count();
    right as f64 / pairs.len().max(1) as f64
}

fn majority(pairs: &[(usize, usize)]) -> f64 {
    let mut counts: BTreeMap<usize, usize> = BTreeMap::new();
    for (so, _) in pairs {
        *counts.entry(*so).or_default() += 1;
    }
    let most = counts.values().max().copied().unwrap_or(0);
    most as f64 / pairs.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use affetto_analysis::song::N_GTZAN;

    use super::*;
    use crate::ItemHash;

    #[test]
    fn two_genres_are_told_apart() {
        let clips: Vec<Labelled> = (0..60_u8)
            .map(|i| Labelled {
                file: format!("{i}.wav"),
                hash: ItemHash::of(&[i]),
                genre: ["blues", "rock"][usize::from(i % 2)].into(),
                part: Part::Train,
                inputs: (0..N_GTZAN)
                    .map(|k| f32::from(i % 2) * 3.0 + ((usize::from(i) * 7 + k) % 5) as f32)
                    .collect(),
            })
            .collect();
        let genres = genres(&clips);
        let clips: Vec<&Labelled> = clips.iter().collect();
        let model = fitted(&clips[..40], &genres, 0.01);
        let pairs = said(&model, &clips[40..], &genres);
        assert!(accuracy(&pairs) > 0.9);
        assert_eq!(majority(&pairs), 0.5);
    }
}
