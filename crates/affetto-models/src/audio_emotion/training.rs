//! Training on all clips, measured on artists that are held out.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::data::{Clip, read_clips};
use super::model::AudioEmotion;
use super::{GEMS, N_OUTPUTS, TASK};
use crate::metrics::spearman;
use crate::ridge::Ridge;
use crate::settings::check_settings;
use crate::standard::Standard;
use crate::{
    Error, Evaluated, Evaluation, EvaluationOptions, Progress, Run, RunOptions, RunSubject,
    TrainingEvent, TrainingItems, TrainingReport, bootstrap_interval,
};

/// Parts of the artists, one of which is held out at a time.
const N_FOLDS: usize = 5;
/// Names of the outputs before the emotions.
const AXES: [&str; 2] = ["valence", "arousal"];

/// Settings of the fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AudioTrainingConfig {
    /// Penalties to choose from on artists that are held out, each in 0.0001..=1000.
    pub penalties: Vec<f64>,
    /// Seed of the order of artists.
    pub seed: u64,
}

impl Default for AudioTrainingConfig {
    fn default() -> Self {
        Self {
            penalties: vec![0.03, 0.1, 0.3, 1.0, 3.0, 10.0],
            seed: 1,
        }
    }
}

impl AudioTrainingConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let fits = |penalty: &f64| (1e-4..=1e3).contains(penalty);
        let sound = !self.penalties.is_empty() && self.penalties.iter().all(fits);
        check_settings([(
            sound,
            "penalties",
            format!("{:?}", self.penalties),
            "0.0001..=1000",
        )])
    }
}

/// Fits the model to Emotify and writes `audio_emotion.safetensors`. Metrics are of clips whose
/// artists were held out, one in five at a time; the penalty is chosen within the others, so that
/// no number has seen its clip.
///
/// # Errors
/// [`Error::InvalidSetting`], and as [`read_clips`].
pub fn train(
    data: &Path,
    out: &Path,
    config: &AudioTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let mut clips = read_clips(data)?;
    clips.retain(|clip| !options.cleaning.excludes(clip.hash, ""));
    let hashes: Vec<_> = clips.iter().map(|clip| clip.hash).collect();
    let subject = RunSubject::new(TASK, config, hashes.iter().copied())?;
    let mut run = Run::start(out, subject, options, progress)?;
    let heard = out_of_fold(&clips, config);
    let metrics = measured(&clips, &heard.answers, &heard.by_genre);
    run.event(&TrainingEvent {
        stage: "artists held out".into(),
        step: N_FOLDS,
        n_steps: N_FOLDS,
        epoch: None,
        values: metrics.clone(),
    })?;
    let all: Vec<&Clip> = clips.iter().collect();
    let (standard, ridge) = fitted(&all, best_penalty(&all, config));
    let items = TrainingItems::full(hashes.iter().copied());
    let model = AudioEmotion::new(standard, deviations(&clips, &heard.answers), ridge, items);
    let path = out.join("audio_emotion.safetensors");
    model.to_weights(config)?.save(&path)?;
    run.finish(TrainingReport {
        task: TASK.into(),
        files: vec![path],
        n_items: clips.len(),
        metrics,
        ..TrainingReport::default()
    })
}

/// Measures a model on the clips below a folder that it was not trained on.
///
/// # Errors
/// As [`read_clips`]; [`Error::NothingLeft`] when it was trained on all of them.
pub fn evaluate(
    model: &AudioEmotion,
    data: &Path,
    options: &EvaluationOptions,
) -> Result<Evaluated, Error> {
    let mut clips = read_clips(data)?;
    let n_all = clips.len();
    if !options.include_seen {
        clips.retain(|clip| !model.training_items().contains(clip.hash));
    }
    if clips.is_empty() {
        return Err(Error::NothingLeft {
            task: TASK,
            data: data.display().to_string(),
            seen: n_all,
        });
    }
    let answers = clips
        .iter()
        .map(|clip| {
            let heard = model.hear(&clip.descriptors)?;
            let mean = heard.estimate.mean;
            let mut answer = [0.0; N_OUTPUTS];
            answer[..2].copy_from_slice(&[mean.v(), mean.a()]);
            answer[2..].copy_from_slice(&heard.gems);
            Ok(answer)
        })
        .collect::<Result<Vec<_>, Error>>()?;
    let mut evaluation = Evaluation {
        task: TASK.into(),
        data: data.display().to_string(),
        protocol: "Emotify clips that the weights were not trained on; rank correlation of what is \
                   heard with the share of listeners who felt it, and with the place of that on the \
                   plane; 95 % percentile bootstrap over clips"
            .into(),
        n: clips.len(),
        n_seen_left_out: n_all - clips.len(),
        ..Evaluation::default()
    };
    for (output, name) in names().enumerate() {
        let of = |chosen: &[usize]| {
            let pairs = chosen
                .iter()
                .map(|&clip| (answers[clip][output], target(&clips[clip])[output]));
            spearman(&pairs.collect::<Vec<_>>())
        };
        let all: Vec<usize> = (0..clips.len()).collect();
        let name = format!("emotify_spearman_{name}");
        let value = of(&all);
        if value.is_finite() {
            if let Some(interval) = bootstrap_interval(clips.len(), options, of) {
                evaluation.intervals.insert(name.clone(), interval);
            }
            evaluation.metrics.insert(name, value);
        }
    }
    let header = ["file".to_owned()].into_iter();
    let heard = names().map(|name| format!("heard_{name}"));
    let rows = clips.iter().zip(&answers).map(|(clip, answer)| {
        let cells = answer.iter().map(|value| format!("{value:.4}"));
        [clip.file.clone()].into_iter().chain(cells).collect()
    });
    Ok(Evaluated {
        evaluation,
        header: header.chain(heard).collect(),
        rows: rows.collect(),
    })
}

fn names() -> impl Iterator<Item = &'static str> {
    AXES.into_iter().chain(GEMS)
}

fn target(clip: &Clip) -> [f64; N_OUTPUTS] {
    let mut target = [0.0; N_OUTPUTS];
    target[..2].copy_from_slice(&clip.point);
    target[2..].copy_from_slice(&clip.gems);
    target
}

fn fitted(clips: &[&Clip], penalty: f64) -> (Standard, Ridge<N_OUTPUTS>) {
    let rows: Vec<&[f32]> = clips.iter().map(|clip| &*clip.descriptors).collect();
    let standard = Standard::of(&rows);
    let rows: Vec<Vec<f64>> = rows.iter().map(|row| standard.apply(row)).collect();
    let targets: Vec<[f64; N_OUTPUTS]> = clips.iter().map(|clip| target(clip)).collect();
    let ridge = Ridge::fit(&rows, &targets, penalty);
    (standard, ridge)
}

/// The part that an artist belongs to, the same for all their clips.
fn fold(artist: &str, seed: u64) -> usize {
    let hash = crate::ItemHash::of(format!("{seed} {artist}").as_bytes());
    (hash.tail() % N_FOLDS as u64) as usize
}

/// Splits clips by artist into those outside and inside a part.
fn split<'a>(clips: &[&'a Clip], part: usize, seed: u64) -> (Vec<&'a Clip>, Vec<&'a Clip>) {
    clips
        .iter()
        .partition(|clip| fold(&clip.artist, seed) != part)
}

/// The penalty with the highest mean rank correlation on artists that are held out in turn.
fn best_penalty(clips: &[&Clip], config: &AudioTrainingConfig) -> f64 {
    let score = |penalty: f64| {
        let mut pairs = vec![Vec::new(); N_OUTPUTS];
        // Another order than that of the outer parts.
        let seed = config.seed.wrapping_add(1);
        for part in 0..N_FOLDS {
            let (inside, outside) = split(clips, part, seed);
            if inside.is_empty() || outside.is_empty() {
                continue;
            }
            let (standard, ridge) = fitted(&inside, penalty);
            for clip in outside {
                let answer = ridge.answer(&standard.apply(&clip.descriptors));
                for (pairs, pair) in pairs.iter_mut().zip(answer.into_iter().zip(target(clip))) {
                    pairs.push(pair);
                }
            }
        }
        // What does not vary has no correlation and says nothing about a penalty.
        let known = pairs.iter().map(|pairs| spearman(pairs));
        let sum: f64 = known.filter(|rho| rho.is_finite()).sum();
        if sum.is_finite() {
            sum
        } else {
            f64::NEG_INFINITY
        }
    };
    let scored = config
        .penalties
        .iter()
        .map(|&penalty| (score(penalty), penalty));
    let best = scored.max_by(|a, b| a.0.total_cmp(&b.0));
    best.map_or(1.0, |(_, penalty)| penalty)
}

/// What is said of clips whose artists were held out.
struct OutOfFold {
    answers: Vec<[f64; N_OUTPUTS]>,
    /// The mean of the clips of the same genre, by other artists: the baseline.
    by_genre: Vec<[f64; N_OUTPUTS]>,
}

fn out_of_fold(clips: &[Clip], config: &AudioTrainingConfig) -> OutOfFold {
    let all: Vec<&Clip> = clips.iter().collect();
    let mut answers = vec![[0.0; N_OUTPUTS]; clips.len()];
    let mut by_genre = answers.clone();
    for part in 0..N_FOLDS {
        let (inside, _) = split(&all, part, config.seed);
        if inside.is_empty() {
            continue;
        }
        let (standard, ridge) = fitted(&inside, best_penalty(&inside, config));
        for (index, clip) in clips.iter().enumerate() {
            if fold(&clip.artist, config.seed) == part {
                answers[index] = ridge.answer(&standard.apply(&clip.descriptors));
                by_genre[index] = genre_mean(&inside, &clip.genre);
            }
        }
    }
    OutOfFold { answers, by_genre }
}

fn genre_mean(clips: &[&Clip], genre: &str) -> [f64; N_OUTPUTS] {
    let same = clips.iter().filter(|clip| clip.genre == genre);
    let (mut sum, mut n) = ([0.0; N_OUTPUTS], 0.0);
    for clip in same {
        sum.iter_mut().zip(target(clip)).for_each(|(s, t)| *s += t);
        n += 1.0;
    }
    sum.map(|sum| if n > 0.0 { sum / n } else { 0.0 })
}

fn measured(
    clips: &[Clip],
    answers: &[[f64; N_OUTPUTS]],
    by_genre: &[[f64; N_OUTPUTS]],
) -> BTreeMap<String, f64> {
    let mut metrics = BTreeMap::new();
    let targets: Vec<[f64; N_OUTPUTS]> = clips.iter().map(target).collect();
    for (output, name) in names().enumerate() {
        let correlation = |said: &[[f64; N_OUTPUTS]]| {
            let pairs = said
                .iter()
                .zip(&targets)
                .map(|(s, t)| (s[output], t[output]));
            spearman(&pairs.collect::<Vec<_>>())
        };
        metrics.insert(format!("emotify_spearman_{name}"), correlation(answers));
        metrics.insert(
            format!("emotify_spearman_{name}_of_genre_alone"),
            correlation(by_genre),
        );
    }
    for axis in 0..2 {
        let right = answers
            .iter()
            .zip(&targets)
            .filter(|(said, so)| (said[axis] >= 0.0) == (so[axis] >= 0.0));
        let share = right.count() as f64 / clips.len().max(1) as f64;
        metrics.insert(format!("emotify_{}_accuracy", AXES[axis]), share);
    }
    metrics.retain(|_, value| value.is_finite());
    metrics
}

/// Standard deviations of the errors of valence and arousal.
fn deviations(clips: &[Clip], answers: &[[f64; N_OUTPUTS]]) -> [f64; 2] {
    [0, 1].map(|axis: usize| {
        let squares = clips
            .iter()
            .zip(answers)
            .map(|(clip, said)| (clip.point[axis] - said[axis]).powi(2));
        let mean = squares.sum::<f64>() / clips.len().max(1) as f64;
        mean.sqrt().max(0.05)
    })
}

#[cfg(test)]
mod tests {
    use affetto_analysis::song::N_DESCRIPTORS;

    use super::*;
    use crate::ItemHash;

    /// Clips of 40 artists in two genres whose third descriptor tells arousal.
    fn clips() -> Vec<Clip> {
        (0..160_usize)
            .map(|index| {
                let arousal = ((index * 37) % 101) as f64 / 50.0 - 1.0;
                let mut descriptors = vec![0.0; N_DESCRIPTORS];
                descriptors[2] = arousal as f32;
                descriptors[5] = ((index * 13) % 17) as f32;
                Clip {
                    file: format!("{index}.opus"),
                    hash: ItemHash::of(&index.to_le_bytes()),
                    artist: format!("artist {}", index % 40),
                    genre: ["pop", "rock"][index % 2].into(),
                    descriptors,
                    gems: [0.5; super::super::N_GEMS],
                    point: [0.1, arousal],
                }
            })
            .collect()
    }

    #[test]
    fn what_can_be_learnt_is_learnt_from_other_artists() {
        let clips = clips();
        let config = AudioTrainingConfig::default();
        let heard = out_of_fold(&clips, &config);
        let metrics = measured(&clips, &heard.answers, &heard.by_genre);
        assert!(metrics["emotify_spearman_arousal"] > 0.95);
        assert!(metrics["emotify_spearman_arousal_of_genre_alone"] < 0.5);
        assert!(deviations(&clips, &heard.answers)[1] < 0.3);
        assert!(!metrics.contains_key("emotify_spearman_power"));
    }

    #[test]
    fn artists_stay_together() {
        let clips = clips();
        let all: Vec<&Clip> = clips.iter().collect();
        let mut seen = 0;
        for part in 0..N_FOLDS {
            let (inside, outside) = split(&all, part, 1);
            seen += outside.len();
            for clip in &outside {
                assert!(inside.iter().all(|other| other.artist != clip.artist));
            }
        }
        assert_eq!(seen, clips.len());
    }
}
