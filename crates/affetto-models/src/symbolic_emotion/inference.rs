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

/// Most sounding tracks of a piano: one a hand.
const PIANO_TRACKS: usize = 2;

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
    /// Both ways, weighted by how much a piano piece (at most two pitched tracks, no drums)
    /// resembles either set; anything else as [`Hearing::Both`].
    #[default]
    Auto,
    /// As a piano performance, like EMOPIA.
    Performed,
    /// As a notated arrangement, like VGMIDI.
    Notated,
    /// Both ways, probabilities averaged: for music that is neither, such as composed bands.
    Both,
}

impl From<MusicSet> for Hearing {
    fn from(set: MusicSet) -> Self {
        match set {
            MusicSet::Emopia => Self::Performed,
            MusicSet::Vgmidi => Self::Notated,
        }
    }
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
        self.hear_as(score, self.hearing)
    }

    /// Hears a score with other ears than the model's own.
    #[must_use]
    pub fn hear_as(&self, score: &Score, hearing: Hearing) -> Heard {
        let features = symbolic_features(score);
        let positive = if score.pitched_notes().next().is_some() {
            let hearing = match hearing {
                Hearing::Auto if !is_piano(score) => Hearing::Both,
                hearing => hearing,
            };
            positive(&self.model, &Inputs::new(&features), hearing, self.dynamics)
        } else {
            [0.5; 2]
        };
        Heard {
            estimate: estimate(positive),
            features,
        }
    }
}

/// Probabilities that valence and arousal are positive, heard in some way; where the model knows
/// one set only, as that.
pub(super) fn positive(
    model: &Model,
    inputs: &Inputs,
    hearing: Hearing,
    dynamics: Dynamics,
) -> [f64; 2] {
    let n_known = model.standardizations.len();
    let only = |set: MusicSet| match model.known(set) {
        Some(known) => (0..n_known)
            .map(|index| f64::from(u8::from(index == known)))
            .collect(),
        None => vec![1.0 / n_known as f64; n_known],
    };
    let shares = match hearing {
        Hearing::Performed => only(MusicSet::Emopia),
        Hearing::Notated => only(MusicSet::Vgmidi),
        Hearing::Both => vec![1.0 / n_known as f64; n_known],
        Hearing::Auto => model.resemblance(inputs),
    };
    let heard = shares.iter().enumerate().filter(|(_, share)| **share > 0.0);
    heard.fold([0.0; 2], |sum, (known, share)| {
        let p = model.probabilities(inputs, known, dynamics);
        [sum[0] + share * p[0], sum[1] + share * p[1]]
    })
}

/// The estimate from the probabilities that valence and arousal are positive, taken as independent.
pub(super) fn estimate([valence, arousal]: [f64; 2]) -> Estimate {
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

/// Whether a score may be a piano: few tracks and no percussion.
fn is_piano(score: &Score) -> bool {
    let sounding = || score.tracks.iter().filter(|track| !track.notes.is_empty());
    !sounding().any(Track::is_drums) && sounding().count() <= PIANO_TRACKS
}

#[cfg(test)]
mod tests {
    use affetto_affect::Quadrant;
    use affetto_music::notation;

    use super::*;

    fn score(text: &str) -> Score {
        notation::parse(text).unwrap()
    }

    #[test]
    fn a_band_is_no_piano() {
        assert!(is_piano(&score("melody = C4:q; bass = C2:q")));
        assert!(!is_piano(&score("melody = C4:q; drums = kick:q")));
        assert!(!is_piano(&score("melody = C4:q; bass = C2:q; pad = E3:q")));
    }

    #[test]
    fn hearing_automatically_lies_between_the_two_ways() {
        let model = SymbolicEmotion::load_embedded(Which::Everything).unwrap();
        let valence = |hearing| model.hear_as(&piece(true, true), hearing).estimate.mean.v();
        let ends = [valence(Hearing::Performed), valence(Hearing::Notated)];
        let automatic = valence(Hearing::Auto);
        assert!(ends[0].min(ends[1]) <= automatic && automatic <= ends[0].max(ends[1]));
        assert!((valence(Hearing::Both) - (ends[0] + ends[1]) / 2.0).abs() < 1e-9);
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
