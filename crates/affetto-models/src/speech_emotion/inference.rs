//! Estimating the feeling in a voice.

use std::path::Path;
use std::sync::OnceLock;

use affetto_affect::{Affect, Covariance, Estimate};
use affetto_analysis::voice_activity;

use super::TASK;
use super::calibration::{Answer, Calibration};
use super::config::SpeechTrainingConfig;
use super::experts::Experts;
use super::frames::{FEATURE_VERSION, Frames, SPEECH_SAMPLE_RATE_HZ};
use super::input::Standard;
use super::labels::SPEECH_CLASSES_8;
use super::model::SpeechNetwork;
use super::stream::{MIN_SECONDS, SpeechStream};
use super::task::raw_answer;
use crate::training::with_arrays;
use crate::{Error, TrainingItems, WeightsFile};

/// Speech in a window below this says nothing, in seconds.
const MIN_SPEECH_S: f64 = 0.3;
/// Samples all below this are silence.
const SILENCE: f32 = 1e-5;

/// No model of ours was trained on more corpora.
const MAX_CORPORA: usize = 64;

static EMBEDDED: &[u8] = include_bytes!("../../../../weights/speech_emotion/model.safetensors");

/// What a stretch of speech says about a feeling.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechSense {
    /// Valence and arousal with their uncertainty, and the quadrants.
    pub estimate: Estimate,
    /// Probabilities of [`super::SPEECH_CLASSES_4`], in that order.
    pub emotions4: [f32; 4],
    /// The eight classes of [`SPEECH_CLASSES_8`] with their probabilities, the likeliest first.
    pub labels: Vec<(&'static str, f32)>,
}

/// One window of a sound.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechSegment {
    /// Start in seconds from the beginning of the sound.
    pub start_s: f64,
    /// End in seconds.
    pub end_s: f64,
    /// What the voice says there; `None` where nobody speaks.
    pub sense: Option<SpeechSense>,
}

/// Why nothing is said about a sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SpeechAbstention {
    /// Shorter than half a second.
    TooShort,
    /// There is no sound in it.
    Silence,
    /// There is sound, but no voice.
    NoVoice,
}

impl SpeechAbstention {
    /// The reason in words for the listener.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::TooShort => "the recording is shorter than half a second",
            Self::Silence => "the recording is silent",
            Self::NoVoice => "no voice was heard",
        }
    }
}

/// What a whole sound says.
#[derive(Debug, Clone, PartialEq)]
pub struct SpeechEstimate {
    /// Over all windows with speech, by how much speech each has; `None` when abstained.
    pub overall: Option<SpeechSense>,
    /// The windows: 8 s each, every 4 s, the last as long as what is left.
    pub segments: Vec<SpeechSegment>,
    /// Why there is no overall sense.
    pub abstained: Option<SpeechAbstention>,
}

/// The voice model, ready to estimate.
#[derive(Debug, Clone)]
pub struct SpeechEmotion {
    network: SpeechNetwork,
    standard: Standard,
    experts: Experts,
    calibration: Calibration,
    corpora: Vec<String>,
    training_items: TrainingItems,
}

/// What one window says, before it is put into words.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Heard {
    /// Nothing but silence.
    Silence,
    /// Sound without enough speech.
    NoVoice,
    /// An answer, and how many seconds of speech it rests on.
    Speech(Answer, f64),
}

impl SpeechEmotion {
    /// The shipped weights, read once and shared.
    ///
    /// # Errors
    /// [`Error::Weights`] when the binary was built with weights that do not fit it.
    pub fn load_embedded() -> Result<&'static Self, Error> {
        static SHIPPED: OnceLock<SpeechEmotion> = OnceLock::new();
        if let Some(model) = SHIPPED.get() {
            return Ok(model);
        }
        let weights = WeightsFile::from_bytes(EMBEDDED, "embedded speech weights")?;
        let model = Self::from_weights(&weights)?;
        Ok(SHIPPED.get_or_init(|| model))
    }

    /// Weights from a file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::Weights`] when it is no voice model.
    pub fn load(path: &Path) -> Result<Self, Error> {
        Self::from_weights(&WeightsFile::load(path)?)
    }

    /// A model from its weights.
    ///
    /// # Errors
    /// [`Error::Weights`] when they are for another task or feature version or do not fit
    /// together.
    pub fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        weights.expect_task(TASK, FEATURE_VERSION)?;
        let config: SpeechTrainingConfig = serde_json::from_value(weights.metadata.config.clone())
            .map_err(|error| weights.refused(format!("its configuration: {error}")))?;
        config
            .validate()
            .map_err(|error| weights.refused(error.to_string()))?;
        let corpora = weights.metadata.labels.get("corpora");
        let corpora = corpora.cloned().unwrap_or_default();
        if !(1..=MAX_CORPORA).contains(&corpora.len()) {
            let n = corpora.len();
            return Err(
                weights.refused(format!("it names {n} corpora, expected 1..={MAX_CORPORA}"))
            );
        }
        let device = super::training::device();
        let fresh = SpeechNetwork::new(&config.network, corpora.len(), &device);
        Ok(Self {
            network: with_arrays(fresh, weights, "network")?,
            standard: Standard::from_weights(weights)?,
            experts: Experts::from_weights(weights, corpora.len())?,
            calibration: Calibration::from_weights(weights)?,
            corpora,
            training_items: weights.training_items.clone(),
        })
    }

    /// Estimates the feeling in mono samples at 16 kHz, of any length.
    ///
    /// Loudness does not matter: the level is taken off. A sound without a voice, a silent one or
    /// one shorter than half a second gives no overall sense but the reason.
    ///
    /// # Errors
    /// [`Error::Sound`] when a transform fails; not expected.
    pub fn estimate(&self, samples_16khz_mono: &[f32]) -> Result<SpeechEstimate, Error> {
        let mut stream = SpeechStream::new(self);
        let mut segments = stream.push(samples_16khz_mono)?;
        let mut estimate = stream.finish()?;
        segments.append(&mut estimate.segments);
        Ok(SpeechEstimate {
            segments,
            ..estimate
        })
    }

    /// The recordings that the weights were trained on: hashes of the bytes of their files.
    #[must_use]
    pub fn training_items(&self) -> &TrainingItems {
        &self.training_items
    }

    /// The corpora that the weights were trained on.
    pub(crate) fn corpora(&self) -> &[String] {
        &self.corpora
    }

    /// What one window says.
    pub(crate) fn hear(&self, samples: &[f32]) -> Result<Heard, Error> {
        let is_loud = |&sample: &f32| sample.is_finite() && sample.abs() > SILENCE;
        if !samples.iter().any(is_loud) {
            return Ok(Heard::Silence);
        }
        let spoken = voice_activity(samples, SPEECH_SAMPLE_RATE_HZ)?;
        let n_spoken: usize = spoken.iter().map(ExactSizeIterator::len).sum();
        let seconds = n_spoken as f64 / f64::from(SPEECH_SAMPLE_RATE_HZ);
        let (Some(first), Some(last)) = (spoken.first(), spoken.last()) else {
            return Ok(Heard::NoVoice);
        };
        if seconds < MIN_SPEECH_S {
            return Ok(Heard::NoVoice);
        }
        let frames = Frames::of_samples(&samples[first.start..last.end])?;
        let raw = raw_answer(&self.network, &self.standard, &self.experts, &frames);
        Ok(Heard::Speech(self.calibration.answer(&raw), seconds))
    }
}

impl Answer {
    /// The answer in words.
    pub(crate) fn sense(&self) -> SpeechSense {
        let mut labels: Vec<(&'static str, f32)> =
            SPEECH_CLASSES_8.into_iter().zip(self.wide).collect();
        labels.sort_by(|a, b| b.1.total_cmp(&a.1));
        SpeechSense {
            estimate: Estimate::from_gaussian(
                Affect::clamped(self.mean[0], self.mean[1]),
                Covariance::independent(self.sd[0], self.sd[1]),
            ),
            emotions4: self.narrow,
            labels,
        }
    }
}

/// The shortest sound that is estimated, in samples.
pub(crate) const MIN_SAMPLES: usize = (MIN_SECONDS * SPEECH_SAMPLE_RATE_HZ as f64) as usize;
