//! Hearing a score.

use std::path::Path;

use affetto_affect::{Affect, Covariance, Estimate, QuadrantProbabilities};
use affetto_music::features::{SymbolicFeatures, symbolic_features};
use affetto_music::{Score, Track};

use super::data::MusicSet;
use super::examples::Inputs;
use super::model::{Dynamics, Model, Standardization};
use crate::{Error, TrainingItems, WeightsFile};

/// Smallest variance of an estimate: no music is a certain feeling.
const MIN_VARIANCE: f64 = 0.05;

/// Share of onsets on the grid from which music counts as notated.
const ON_GRID_SHARE: f64 = 0.8;
/// The grid: positions of a quarter note that hold thirty-seconds and triplet sixteenths.
const GRID: u64 = 24;
/// How far from the grid, as a part of a quarter note, an onset may stand: rounding of ticks.
const GRID_TOLERANCE: u64 = 400;

/// Weights that are built in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Which {
    /// Listens while composing: trained on the folds for composing (0–2) only.
    InLoop,
    /// Behind `affetto judge`: trained on all open clips.
    Everything,
    /// Scores composed music: trained on EMOPIA's folds for judges (3 and 4) only.
    JudgeEmopia,
    /// Scores composed music: trained on VGMIDI's folds for judges (3 and 4) only.
    JudgeVgmidi,
}

impl Which {
    /// All built-in weights.
    pub const ALL: [Self; 4] = [
        Self::InLoop,
        Self::Everything,
        Self::JudgeEmopia,
        Self::JudgeVgmidi,
    ];

    /// File name of the weights.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::InLoop => "in_loop.safetensors",
            Self::Everything => "everything.safetensors",
            Self::JudgeEmopia => "judge_emopia.safetensors",
            Self::JudgeVgmidi => "judge_vgmidi.safetensors",
        }
    }

    fn bytes(self) -> &'static [u8] {
        macro_rules! weights {
            ($name:literal) => {
                include_bytes!(concat!("../../../../weights/symbolic_emotion/", $name))
            };
        }
        match self {
            Self::InLoop => weights!("in_loop.safetensors"),
            Self::Everything => weights!("everything.safetensors"),
            Self::JudgeEmopia => weights!("judge_emopia.safetensors"),
            Self::JudgeVgmidi => weights!("judge_vgmidi.safetensors"),
        }
    }
}

/// With whose ears: what counts as fast, dense or high differs between performances and notation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Hearing {
    /// Chosen by the score: at most two pitched tracks and no drums is a piano, performed or
    /// notated by whether its onsets stand on a grid; anything else is heard both ways.
    #[default]
    Auto,
    /// As a piano performance.
    Performed,
    /// As a notated arrangement.
    Notated,
    /// Both ways, probabilities averaged: for music that is neither, such as composed bands.
    Both,
}

/// What was heard.
#[derive(Debug, Clone, PartialEq)]
pub struct Heard {
    /// The feeling expressed. Each mean is 2 p − 1, where p is the calibrated probability that
    /// listeners call it positive, so its sign is the decision; the variance 1 − mean² (at least
    /// 0.05) is that of such a label.
    pub estimate: Estimate,
    /// The features it was heard from.
    pub features: SymbolicFeatures,
    /// How it was heard; never [`Hearing::Auto`].
    pub hearing: Hearing,
}

/// The listening model.
#[derive(Debug, Clone)]
pub struct SymbolicEmotion {
    model: Model,
    training_items: TrainingItems,
    dynamics: Dynamics,
    hearing: Hearing,
}

impl SymbolicEmotion {
    /// Loads built-in weights.
    ///
    /// The in-loop model hears everything [both ways](Hearing::Both), so that neither drums nor
    /// humanized timing switch the scale in the middle of a piece.
    ///
    /// # Errors
    /// [`Error::Weights`] where the build holds weights of another feature version.
    pub fn load_embedded(which: Which) -> Result<Self, Error> {
        let file =
            WeightsFile::from_bytes(which.bytes(), &format!("embedded {}", which.file_name()))?;
        let hearing = match which {
            Which::InLoop => Hearing::Both,
            Which::Everything | Which::JudgeEmopia | Which::JudgeVgmidi => Hearing::Auto,
        };
        Ok(Self::from_weights(&file)?.heard_as(hearing))
    }

    /// Loads weights from a file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::Weights`] when it holds other weights.
    pub fn load_path(path: &Path) -> Result<Self, Error> {
        Self::from_weights(&WeightsFile::load(path)?)
    }

    fn from_weights(file: &WeightsFile) -> Result<Self, Error> {
        Ok(Self {
            model: Model::from_weights(file)?,
            training_items: file.training_items.clone(),
            dynamics: Dynamics::Heeded,
            hearing: Hearing::Auto,
        })
    }

    /// The items that the weights were trained on.
    #[must_use]
    pub fn training_items(&self) -> &TrainingItems {
        &self.training_items
    }

    /// The same model with other ears. Where it knows one set only, that is always used.
    #[must_use]
    pub fn heard_as(self, hearing: Hearing) -> Self {
        Self { hearing, ..self }
    }

    /// The same model deaf to velocities, to tell whether loudness alone earned a verdict.
    #[must_use]
    pub fn without_dynamics(self) -> Self {
        Self {
            dynamics: Dynamics::Ignored,
            ..self
        }
    }

    /// The same model with the middle and the spread of every feature taken from this music, for
    /// judging a collection of another kind (bands, say) against itself: its average then sounds
    /// neutral. No labels are used. Unchanged for fewer than ten scores with notes.
    #[must_use]
    pub fn adapted_to(mut self, music: &[Score]) -> Self {
        let inputs: Vec<Inputs> = music
            .iter()
            .filter(|score| score.pitched_notes().next().is_some())
            .map(|score| Inputs::new(&symbolic_features(score)))
            .collect();
        if inputs.len() >= 10 {
            for standard in &mut self.model.standardizations {
                *standard = Standardization::fit(standard.set, inputs.iter());
            }
        }
        self
    }

    /// Hears a score; one without pitched notes is neutral and utterly uncertain.
    ///
    /// Takes well under a millisecond for eight bars of a band. It is meant for 8 to 60 seconds
    /// of music; of less it knows little, and a long piece is heard as a whole.
    #[must_use]
    pub fn hear(&self, score: &Score) -> Heard {
        let features = symbolic_features(score);
        let hearing = match self.hearing {
            Hearing::Auto => kind_of(score),
            fixed => fixed,
        };
        let positive = if score.pitched_notes().next().is_some() {
            self.probabilities(&Inputs::new(&features), hearing)
        } else {
            [0.5; 2]
        };
        Heard {
            estimate: estimate(positive),
            features,
            hearing,
        }
    }

    /// Probabilities that valence and arousal are positive.
    fn probabilities(&self, inputs: &Inputs, hearing: Hearing) -> [f64; 2] {
        let wanted = match hearing {
            Hearing::Performed => self.model.known(MusicSet::Emopia),
            Hearing::Notated => self.model.known(MusicSet::Vgmidi),
            Hearing::Auto | Hearing::Both => None,
        };
        if let Some(known) = wanted {
            return self.model.probabilities(inputs, known, self.dynamics);
        }
        let n_known = self.model.standardizations.len();
        let sum = (0..n_known).fold([0.0; 2], |sum, known| {
            let p = self.model.probabilities(inputs, known, self.dynamics);
            [sum[0] + p[0], sum[1] + p[1]]
        });
        sum.map(|sum| sum / n_known as f64)
    }
}

/// The estimate from the probabilities that valence and arousal are positive, taken as independent.
fn estimate([valence, arousal]: [f64; 2]) -> Estimate {
    let mean = Affect::clamped(2.0 * valence - 1.0, 2.0 * arousal - 1.0);
    let variance = |mean: f64| (1.0 - mean * mean).max(MIN_VARIANCE);
    Estimate {
        mean,
        covariance: Covariance {
            valence: variance(mean.v()),
            arousal: variance(mean.a()),
            cross: 0.0,
        },
        quadrants: QuadrantProbabilities {
            happiness: valence * arousal,
            anger: (1.0 - valence) * arousal,
            sadness: (1.0 - valence) * (1.0 - arousal),
            calmness: valence * (1.0 - arousal),
        },
    }
}

/// What kind of music a score is.
pub(super) fn kind_of(score: &Score) -> Hearing {
    let sounding = || score.tracks.iter().filter(|track| !track.notes.is_empty());
    if sounding().any(Track::is_drums) || sounding().count() > 2 {
        return Hearing::Both;
    }
    let quarter = u64::from(score.ticks_per_quarter.max(1));
    let (mut on_grid, mut n_notes) = (0_u32, 0_u32);
    for note in score.pitched_notes() {
        let past = u64::from(note.onset) * GRID % quarter;
        let off = past.min(quarter - past);
        on_grid += u32::from(off * GRID_TOLERANCE <= quarter * GRID);
        n_notes += 1;
    }
    if f64::from(on_grid) >= ON_GRID_SHARE * f64::from(n_notes) {
        Hearing::Notated
    } else {
        Hearing::Performed
    }
}

#[cfg(test)]
mod tests {
    use affetto_affect::Quadrant;
    use affetto_music::notation;

    use super::*;

    fn score(text: &str) -> Score {
        notation::parse(text).unwrap()
    }

    #[track_caller]
    fn check_kind(text: &str, shift: u32, expected: Hearing) {
        let mut score = score(text);
        for (index, note) in score
            .tracks
            .iter_mut()
            .flat_map(|track| &mut track.notes)
            .enumerate()
        {
            note.onset += shift * (index as u32 % 7);
        }
        assert_eq!(kind_of(&score), expected);
    }

    #[test]
    fn kinds_of_music() {
        check_kind("C4:e3 C4:e3 C4:e3 D4:s E4:t F4:t G4:q", 0, Hearing::Notated);
        check_kind("C4:q D4:q E4:q F4:q G4:q", 3, Hearing::Performed);
        check_kind("C4:q D4:q; drums = kick:q", 0, Hearing::Both);
    }

    /// Four bars on the same chords, by mode, speed, register and loudness.
    fn piece(minor: bool, fast: bool) -> Score {
        let (tempo, velocity) = if fast { (150, 95) } else { (60, 42) };
        let (melody, chords) = match (minor, fast) {
            (false, true) => ("E5:e G5:e C6:e G5:e A5:e G5:e E5:e D5:e", "[C3 G3 C4 E4]:e"),
            (true, true) => (
                "Eb4:e C4:e G4:e Ab4:e G4:e Eb4:e D4:e Eb4:e",
                "[C2 G2 C3 Eb3]:e",
            ),
            (false, false) => ("E5:h G5:h", "[C3 G3 E4]:w"),
            (true, false) => ("Eb5:h D5:h", "[C3 G3 Eb4]:w"),
        };
        let repeat = |text: &str, times: usize| vec![text; times].join(" ");
        let chords = if fast {
            repeat(chords, 32)
        } else {
            repeat(chords, 4)
        };
        let text = format!(
            "tempo = {tempo}; melody = {}; chords = {chords}",
            repeat(melody, 4)
        );
        let mut score = score(&text);
        for note in score.tracks.iter_mut().flat_map(|track| &mut track.notes) {
            note.velocity = velocity;
        }
        score
    }

    #[test]
    fn quadrants_of_plain_pieces() {
        let model = SymbolicEmotion::load_embedded(Which::InLoop).unwrap();
        let heard = |minor, fast| model.hear(&piece(minor, fast)).estimate.mean;
        for minor in [false, true] {
            assert!(heard(minor, true).a() > 0.2 && heard(minor, false).a() < -0.2);
        }
        for fast in [false, true] {
            assert!(heard(false, fast).v() > heard(true, fast).v() + 0.2);
        }
    }

    #[test]
    fn an_estimate_is_consistent() {
        let model = SymbolicEmotion::load_embedded(Which::Everything).unwrap();
        let estimate = model.hear(&piece(true, false)).estimate;
        let sum: f64 = Quadrant::ALL
            .iter()
            .map(|&quadrant| estimate.quadrants.of(quadrant))
            .sum();
        assert!((sum - 1.0).abs() < 1e-9);
        assert!(
            (estimate.covariance.valence - (1.0 - estimate.mean.v().powi(2)).max(MIN_VARIANCE))
                .abs()
                < 1e-9
        );
    }

    #[test]
    fn silence_is_neutral() {
        for which in Which::ALL {
            let heard = SymbolicEmotion::load_embedded(which)
                .unwrap()
                .hear(&Score::default());
            assert_eq!(
                (heard.estimate.mean.v(), heard.estimate.mean.a()),
                (0.0, 0.0)
            );
        }
    }

    #[test]
    fn deaf_to_velocities_means_deaf() {
        let model = SymbolicEmotion::load_embedded(Which::InLoop)
            .unwrap()
            .without_dynamics();
        let mut loud = piece(false, false);
        for note in loud.tracks.iter_mut().flat_map(|track| &mut track.notes) {
            note.velocity = 120;
        }
        assert_eq!(
            model.hear(&piece(false, false)).estimate,
            model.hear(&loud).estimate
        );
    }

    #[test]
    fn adapting_needs_music() {
        let model = SymbolicEmotion::load_embedded(Which::JudgeVgmidi).unwrap();
        let before = model.hear(&piece(false, true)).estimate;
        assert_eq!(
            model
                .clone()
                .adapted_to(&[])
                .hear(&piece(false, true))
                .estimate,
            before
        );
        let music: Vec<Score> = (0..12)
            .map(|index| piece(index % 2 == 0, index % 3 == 0))
            .collect();
        assert_ne!(
            model.adapted_to(&music).hear(&piece(false, true)).estimate,
            before
        );
    }
}
