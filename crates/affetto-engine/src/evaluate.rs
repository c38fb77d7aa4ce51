//! Measuring: models on data they have not seen, and composed music by judges that never met the
//! composer.

use std::collections::BTreeMap;
use std::path::Path;

use affetto_compose::{Genre, Texture};
use affetto_models::face_emotion::{self, FaceEmotion};
use affetto_models::speech_emotion::{self, SpeechEmotion};
use affetto_models::symbolic_emotion::{self, SymbolicEmotion, Which};
use affetto_models::text_emotion::{self, TextEmotion};
use affetto_models::{Evaluated, Evaluation, EvaluationOptions, bootstrap_interval};
use affetto_music::Score;
use rayon::prelude::*;

use crate::request::MusicRequest;
use crate::{Engine, Error};

/// Targets on each axis of the grid.
const GRID: [f64; 5] = [-1.0, -0.5, 0.0, 0.5, 1.0];
/// Bars of each composed piece.
const BARS: u32 = 16;
/// Velocity of every note where velocity is neutralized.
const NEUTRAL_VELOCITY: u8 = 64;

/// A model that is measured on data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MeasuredModel {
    /// Valence, arousal and emotions of typed text.
    TextEmotion,
    /// Valence, arousal and quadrant of notes (EMOPIA and VGMIDI files).
    SymbolicEmotion,
    /// Valence, arousal and emotions of voices, in any layout that is read.
    SpeechEmotion,
    /// Valence, arousal and expression of faces (FER-2013 and CK+).
    FaceEmotion,
}

impl Engine {
    /// Evaluates a model on the files of its task below a folder: the shipped one, or the weights
    /// that are named.
    ///
    /// # Errors
    /// When no file of the task is there, nothing unseen is left or the weights are not of the
    /// task.
    pub fn evaluate(
        &self,
        model: MeasuredModel,
        weights: Option<&Path>,
        data: &Path,
        options: &EvaluationOptions,
    ) -> Result<Evaluated, Error> {
        Ok(match (model, weights) {
            (MeasuredModel::TextEmotion, None) => {
                text_emotion::evaluate(self.text_model()?, data, options)
            }
            (MeasuredModel::TextEmotion, Some(path)) => {
                text_emotion::evaluate(&TextEmotion::load(path)?, data, options)
            }
            (MeasuredModel::SymbolicEmotion, None) => {
                symbolic_emotion::evaluate(self.hearing_model()?, data, options)
            }
            (MeasuredModel::SymbolicEmotion, Some(path)) => {
                symbolic_emotion::evaluate(&SymbolicEmotion::load_path(path)?, data, options)
            }
            (MeasuredModel::SpeechEmotion, None) => {
                speech_emotion::evaluate(SpeechEmotion::load_embedded()?, data, options)
            }
            (MeasuredModel::SpeechEmotion, Some(path)) => {
                speech_emotion::evaluate(&SpeechEmotion::load(path)?, data, options)
            }
            (MeasuredModel::FaceEmotion, None) => {
                face_emotion::evaluate(FaceEmotion::load_embedded()?, data, options)
            }
            (MeasuredModel::FaceEmotion, Some(path)) => {
                face_emotion::evaluate(&FaceEmotion::load(path)?, data, options)
            }
        }?)
    }

    /// Composes `seeds` pieces for each of 25 points of the plane and texture, and compares what
    /// was requested with what two judges hear.
    ///
    /// The judges are trained on folds 3–4, the listening model in the loop on folds 0–2, so they
    /// share neither weights nor songs. Each piece has 16 bars; the genre goes round with the seed.
    /// `progress` hears how many pieces of how many are done.
    ///
    /// # Errors
    /// [`Error::User`] when `seeds` is not in 1..=100.
    pub fn evaluate_composing(
        &self,
        seeds: u32,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<Evaluated, Error> {
        if !(1..=100).contains(&seeds) {
            return Err(Error::user(
                "out_of_range",
                format!("seeds must be between 1 and 100, but was {seeds}"),
            ));
        }
        let judges = [
            (
                "emopia",
                SymbolicEmotion::load_embedded(Which::JudgeEmopia)?,
            ),
            (
                "vgmidi",
                SymbolicEmotion::load_embedded(Which::JudgeVgmidi)?,
            ),
        ];
        let cases = cases(seeds);
        let done = std::sync::atomic::AtomicUsize::new(0);
        let heard: Result<Vec<Vec<Heard>>, Error> = cases
            .par_iter()
            .map(|case| {
                let piece = self.compose(&case.request())?;
                let neutral = with_neutral_velocity(&piece.performed);
                let hear = |judge: &SymbolicEmotion, score| {
                    let mean = judge.hear(score).estimate.mean;
                    [mean.v(), mean.a()]
                };
                progress(
                    done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1,
                    cases.len(),
                );
                Ok(judges
                    .iter()
                    .map(|(_, judge)| Heard {
                        plain: hear(judge, &piece.performed),
                        neutral: hear(judge, &neutral),
                    })
                    .collect())
            })
            .collect();
        Ok(report(&cases, &judges.map(|(name, _)| name), &heard?))
    }
}

/// One piece of the grid.
struct Case {
    valence: f64,
    arousal: f64,
    genre: Genre,
    texture: Texture,
    seed: u64,
}

impl Case {
    fn request(&self) -> MusicRequest {
        MusicRequest {
            valence: Some(self.valence),
            arousal: Some(self.arousal),
            genre: Some(self.genre.name().into()),
            texture: Some(self.texture.name().into()),
            bars: Some(BARS),
            seed: Some(self.seed),
            ..MusicRequest::default()
        }
    }
}

/// What one judge heard: valence and arousal, as performed and with velocity neutralized.
struct Heard {
    plain: [f64; 2],
    neutral: [f64; 2],
}

fn cases(seeds: u32) -> Vec<Case> {
    let mut cases = Vec::new();
    for texture in [Texture::Band, Texture::Poly] {
        for valence in GRID {
            for arousal in GRID {
                for seed in 0..u64::from(seeds) {
                    let genre = Genre::ALL[seed as usize % Genre::ALL.len()];
                    cases.push(Case {
                        valence,
                        arousal,
                        genre,
                        texture,
                        seed,
                    });
                }
            }
        }
    }
    cases
}

fn with_neutral_velocity(score: &Score) -> Score {
    let mut score = score.clone();
    for note in score.tracks.iter_mut().flat_map(|track| &mut track.notes) {
        note.velocity = NEUTRAL_VELOCITY;
    }
    score
}

fn report(cases: &[Case], judges: &[&str], heard: &[Vec<Heard>]) -> Evaluated {
    let (mut metrics, mut intervals) = (BTreeMap::new(), BTreeMap::new());
    let mut add = |name: String, pairs: &[(f64, f64)]| {
        let of = |indices: &[usize]| {
            let (x, y): (Vec<f64>, Vec<f64>) = indices.iter().map(|&i| pairs[i]).unzip();
            spearman(&x, &y)
        };
        let all: Vec<usize> = (0..pairs.len()).collect();
        metrics.insert(name.clone(), of(&all));
        if let Some(interval) = bootstrap_interval(pairs.len(), &EvaluationOptions::default(), of) {
            intervals.insert(name, interval);
        }
    };
    for texture in [Texture::Band, Texture::Poly] {
        let chosen: Vec<usize> = (0..cases.len())
            .filter(|&i| cases[i].texture == texture)
            .collect();
        for (j, judge) in judges.iter().enumerate() {
            let pairs =
                |asked: fn(&Case) -> f64, heard_as: &dyn Fn(&Heard) -> f64| -> Vec<(f64, f64)> {
                    chosen
                        .iter()
                        .map(|&i| (asked(&cases[i]), heard_as(&heard[i][j])))
                        .collect()
                };
            let valence: fn(&Case) -> f64 = |case| case.valence;
            let arousal: fn(&Case) -> f64 = |case| case.arousal;
            let name = |what: &str| format!("{texture}_{judge}_{what}");
            add(name("valence"), &pairs(valence, &|h| h.plain[0]));
            add(name("arousal"), &pairs(arousal, &|h| h.plain[1]));
            add(
                name("valence_neutral_velocity"),
                &pairs(valence, &|h| h.neutral[0]),
            );
            add(
                name("arousal_neutral_velocity"),
                &pairs(arousal, &|h| h.neutral[1]),
            );
            add(
                name("crosstalk_arousal_on_valence"),
                &pairs(arousal, &|h| h.plain[0]),
            );
            add(
                name("crosstalk_valence_on_arousal"),
                &pairs(valence, &|h| h.plain[1]),
            );
        }
    }
    Evaluated {
        evaluation: Evaluation {
            task: "composing".into(),
            data: "composed pieces".into(),
            protocol: format!(
                "5 x 5 grid of targets, {} pieces of {BARS} bars, 4 candidates a bar chosen by the in-loop model \
                 (folds 0-2); Spearman of requested against heard by judges trained on folds 3-4 only; 95 % \
                 percentile bootstrap over pieces; genres go round with the seed",
                cases.len()
            ),
            n: cases.len(),
            n_seen_left_out: 0,
            metrics,
            intervals,
            ..Evaluation::default()
        },
        header: header(judges),
        rows: cases
            .iter()
            .zip(heard)
            .map(|(case, heard)| row(case, heard))
            .collect(),
    }
}

fn header(judges: &[&str]) -> Vec<String> {
    let mut header: Vec<String> = ["texture", "genre", "seed", "valence", "arousal"]
        .map(String::from)
        .to_vec();
    for judge in judges {
        for what in [
            "valence",
            "arousal",
            "valence_neutral_velocity",
            "arousal_neutral_velocity",
        ] {
            header.push(format!("{judge}_{what}"));
        }
    }
    header
}

fn row(case: &Case, heard: &[Heard]) -> Vec<String> {
    let mut row = vec![
        case.texture.to_string(),
        case.genre.to_string(),
        case.seed.to_string(),
        case.valence.to_string(),
        case.arousal.to_string(),
    ];
    for h in heard {
        row.extend(
            h.plain
                .iter()
                .chain(&h.neutral)
                .map(|value| format!("{value:.4}")),
        );
    }
    row
}

/// Rank correlation (Spearman 1904): Pearson's correlation of ranks, ties sharing their mean rank.
fn spearman(x: &[f64], y: &[f64]) -> f64 {
    let (x, y) = (ranks(x), ranks(y));
    let n = x.len() as f64;
    let (mean_x, mean_y) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (mut xy, mut xx, mut yy) = (0.0, 0.0, 0.0);
    for (a, b) in x.iter().zip(&y) {
        xy += (a - mean_x) * (b - mean_y);
        xx += (a - mean_x).powi(2);
        yy += (b - mean_y).powi(2);
    }
    xy / (xx * yy).sqrt()
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    let mut ranks = vec![0.0; values.len()];
    let mut from = 0;
    while from < order.len() {
        let same = order[from..]
            .iter()
            .take_while(|&&i| values[i] == values[order[from]])
            .count();
        for &i in &order[from..from + same] {
            ranks[i] = from as f64 + (same as f64 - 1.0) / 2.0;
        }
        from += same;
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(x: &[f64], y: &[f64], expected: f64) {
        let rho = spearman(x, y);
        assert!((rho - expected).abs() < 1e-9, "{rho} is not {expected}");
    }

    #[test]
    fn rank_correlation() {
        check(&[1.0, 2.0, 3.0], &[10.0, 20.0, 1000.0], 1.0);
        check(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0], -1.0);
        // Ties: ranks 0.5 0.5 2 3 against 0 1 2 3.
        check(
            &[1.0, 1.0, 2.0, 3.0],
            &[1.0, 2.0, 3.0, 4.0],
            4.5 / (4.5_f64 * 5.0).sqrt(),
        );
    }

    #[test]
    fn the_grid_is_complete() {
        let cases = cases(10);
        assert_eq!(cases.len(), 2 * 25 * 10);
        assert_eq!(
            cases
                .iter()
                .filter(|c| c.valence == -1.0 && c.arousal == 1.0)
                .count(),
            20
        );
    }
}
