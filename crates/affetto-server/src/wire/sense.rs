//! Sensing on the wire.

use std::collections::BTreeMap;

use affetto_engine::sense::{Correction, HELP_MESSAGE, HELP_RESOURCES};
use affetto_engine::{Affect, Covariance, Estimate};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A text to be sensed.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TextRequest {
    /// Words or emoji. Nothing of it is kept.
    pub text: String,
}

/// How somebody feels, as far as words tell: a Gaussian on the valence–arousal plane.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Sensed {
    /// Mean valence, in −1..=1.
    pub valence: f64,
    /// Mean arousal, in −1..=1.
    pub arousal: f64,
    /// Standard deviation of valence.
    pub valence_sd: f64,
    /// Standard deviation of arousal.
    pub arousal_sd: f64,
    /// Correlation of the two, in −1..=1.
    pub correlation: f64,
    /// Probability of each quadrant emotion.
    pub emotions: Emotions,
    /// Probability of each label of the sense's vocabulary; for words those of GoEmotions.
    pub labels: BTreeMap<String, f64>,
    /// What to ask, where the estimate is too wide to act upon.
    pub question: Option<Question>,
    /// Where the estimate comes from: `words`, `voice`, `face`.
    pub senses_used: Vec<String>,
    /// Which text model spoke, `encoder` or `ngrams`, where words did.
    pub model: Option<String>,
    /// ISO 639-3 code of the language of the words, where it is surely not English.
    pub language: Option<String>,
    /// What the listener should be told, such as that the language is not understood.
    pub warning: Option<String>,
    /// Where to find help, when the words speak of self-harm.
    pub support: Option<Support>,
}

impl From<&affetto_engine::Sensed> for Sensed {
    fn from(sensed: &affetto_engine::Sensed) -> Self {
        let estimate = &sensed.estimate;
        let covariance = &estimate.covariance;
        Self {
            valence: estimate.mean.v(),
            arousal: estimate.mean.a(),
            valence_sd: covariance.valence_sd(),
            arousal_sd: covariance.arousal_sd(),
            correlation: covariance.correlation(),
            emotions: estimate.quadrants.into(),
            labels: labels(sensed),
            question: sensed.question.as_ref().map(Question::from),
            senses_used: senses_used(sensed),
            model: sensed.model.map(str::to_owned),
            language: sensed.language.map(str::to_owned),
            warning: sensed.warning.clone(),
            support: sensed.crisis.then(Support::help),
        }
    }
}

fn labels(sensed: &affetto_engine::Sensed) -> BTreeMap<String, f64> {
    let labels = sensed.labels.iter();
    labels.map(|(name, p)| ((*name).to_owned(), *p)).collect()
}

fn senses_used(sensed: &affetto_engine::Sensed) -> Vec<String> {
    let senses = sensed.senses.iter();
    senses.map(|sense| sense.name().to_owned()).collect()
}

/// A short question to the listener.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Question {
    /// The question.
    #[schema(example = "More tense or more tired?")]
    pub text: String,
    /// Its 2 to 4 answers.
    pub choices: Vec<AnswerChoice>,
}

/// An answer to a question, with where it puts the listener.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AnswerChoice {
    /// The answer.
    #[schema(example = "tense")]
    pub label: String,
    /// Valence that is believed once it is given, in −1..=1.
    pub valence: f64,
    /// Arousal, in −1..=1.
    pub arousal: f64,
}

impl From<&affetto_engine::Question> for Question {
    fn from(question: &affetto_engine::Question) -> Self {
        let choices = question.choices.iter().map(|choice| AnswerChoice {
            label: choice.label.into(),
            valence: choice.estimate.mean.v(),
            arousal: choice.estimate.mean.a(),
        });
        Self {
            text: question.text.into(),
            choices: choices.collect(),
        }
    }
}

/// A Gaussian on the valence–arousal plane, or nulls where nothing can be said.
#[derive(Debug, Clone, PartialEq, Default, Serialize, ToSchema)]
pub struct Reading {
    /// Mean valence, in −1..=1.
    pub valence: Option<f64>,
    /// Mean arousal, in −1..=1.
    pub arousal: Option<f64>,
    /// Standard deviation of valence.
    pub valence_sd: Option<f64>,
    /// Standard deviation of arousal.
    pub arousal_sd: Option<f64>,
    /// Correlation of the two, in −1..=1.
    pub correlation: Option<f64>,
    /// Probability of each quadrant emotion.
    pub emotions: Option<Emotions>,
    /// Probability of each label of the sense's vocabulary.
    pub labels: BTreeMap<String, f64>,
}

impl From<Option<&affetto_engine::Sensed>> for Reading {
    fn from(sensed: Option<&affetto_engine::Sensed>) -> Self {
        let Some(sensed) = sensed else {
            return Self::default();
        };
        let estimate = &sensed.estimate;
        let covariance = &estimate.covariance;
        Self {
            valence: Some(estimate.mean.v()),
            arousal: Some(estimate.mean.a()),
            valence_sd: Some(covariance.valence_sd()),
            arousal_sd: Some(covariance.arousal_sd()),
            correlation: Some(covariance.correlation()),
            emotions: Some(estimate.quadrants.into()),
            labels: labels(sensed),
        }
    }
}

/// What can be said of somebody, or why nothing can.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Impression {
    /// The estimate.
    #[serde(flatten)]
    pub reading: Reading,
    /// Whether nothing can be said; all numbers are null then.
    pub abstained: bool,
    /// Why nothing can be said.
    pub reason: Option<String>,
    /// What to ask, where the estimate is too wide to act upon.
    pub question: Option<Question>,
    /// Where the estimate comes from: `words`, `voice`, `face`.
    pub senses_used: Vec<String>,
    /// Where to find help, when the words speak of self-harm.
    pub support: Option<Support>,
}

impl Impression {
    /// An estimate, or the reason why there is none.
    #[must_use]
    pub fn new(sensed: Option<&affetto_engine::Sensed>, reason: Option<&str>) -> Self {
        let question = sensed.and_then(|sensed| sensed.question.as_ref());
        Self {
            reading: sensed.into(),
            abstained: sensed.is_none(),
            reason: reason.map(str::to_owned),
            question: question.map(Question::from),
            senses_used: sensed.map_or_else(Vec::new, senses_used),
            support: sensed.is_some_and(|s| s.crisis).then(Support::help),
        }
    }
}

/// How somebody feels, as far as a recording of their voice tells.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SpeechSensed {
    /// Tone of voice and words together.
    #[serde(flatten)]
    pub impression: Impression,
    /// The tone of voice, window by window.
    pub segments: Vec<SpeechSegment>,
    /// What was said.
    pub transcript: Option<String>,
    /// Why there is no transcript.
    pub transcript_reason: Option<String>,
}

/// A window of a recording; all numbers are null where nobody speaks.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SpeechSegment {
    /// Its start in seconds.
    pub start_s: f64,
    /// Its end in seconds.
    pub end_s: f64,
    /// The tone of voice.
    #[serde(flatten)]
    pub reading: Reading,
}

impl From<&affetto_engine::sense::HeardSegment> for SpeechSegment {
    fn from(segment: &affetto_engine::sense::HeardSegment) -> Self {
        Self {
            start_s: segment.start_s,
            end_s: segment.end_s,
            reading: segment.sensed.as_ref().into(),
        }
    }
}

impl From<&affetto_engine::sense::Heard> for SpeechSensed {
    fn from(heard: &affetto_engine::sense::Heard) -> Self {
        Self {
            impression: Impression::new(heard.sensed.as_ref(), heard.reason),
            segments: heard.segments.iter().map(SpeechSegment::from).collect(),
            transcript: heard.transcript.clone(),
            transcript_reason: heard.transcript_reason.map(str::to_owned),
        }
    }
}

/// How somebody feels, as far as pictures of their face tell.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FaceSensed {
    /// The face that counts.
    #[serde(flatten)]
    pub impression: Impression,
    /// All faces; of a video those of the last picture that shows any.
    pub faces: Vec<SensedFace>,
    /// How many pictures were looked at: 1, or more of a video.
    pub pictures: usize,
}

/// A face; place and size are shares of the picture, in 0..=1.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SensedFace {
    /// Left edge.
    pub x: f64,
    /// Upper edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// What it shows.
    #[serde(flatten)]
    pub reading: Reading,
}

impl From<&affetto_engine::sense::SeenFace> for SensedFace {
    fn from(face: &affetto_engine::sense::SeenFace) -> Self {
        Self {
            x: face.x,
            y: face.y,
            width: face.width,
            height: face.height,
            reading: Some(&face.sensed).into(),
        }
    }
}

impl From<&affetto_engine::sense::Seen> for FaceSensed {
    fn from(seen: &affetto_engine::sense::Seen) -> Self {
        Self {
            impression: Impression::new(seen.sensed.as_ref(), seen.reason),
            faces: seen.faces.iter().map(SensedFace::from).collect(),
            pictures: seen.n_pictures,
        }
    }
}

/// What a sense said, and what the listener says.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectionRequest {
    /// `face`, `voice` or `words` (also called `text`).
    #[schema(example = "face")]
    pub sense: String,
    /// What that sense said, as it was answered.
    pub sensed: SensedPoint,
    /// Pleasantness, as the listener says.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub valence: f64,
    /// Activation, as the listener says.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub arousal: f64,
}

/// The Gaussian of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SensedPoint {
    /// Mean valence.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub valence: f64,
    /// Mean arousal.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub arousal: f64,
    /// Standard deviation of valence.
    #[schema(minimum = 0.0, maximum = 10.0)]
    pub valence_sd: f64,
    /// Standard deviation of arousal.
    #[schema(minimum = 0.0, maximum = 10.0)]
    pub arousal_sd: f64,
    /// Correlation of the two; 0 when left out.
    #[serde(default)]
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub correlation: f64,
}

impl CorrectionRequest {
    /// What the engine is told.
    ///
    /// # Errors
    /// Names the first value that is unknown or outside its range.
    pub fn into_correction(self) -> Result<Correction, affetto_engine::Error> {
        let SensedPoint {
            valence,
            arousal,
            valence_sd,
            arousal_sd,
            correlation,
        } = self.sensed;
        for (what, value, min, max) in [
            ("valence_sd", valence_sd, 0.0, 10.0),
            ("arousal_sd", arousal_sd, 0.0, 10.0),
            ("correlation", correlation, -1.0, 1.0),
        ] {
            if !(min..=max).contains(&value) {
                return Err(affetto_engine::Error::user(
                    "out_of_range",
                    format!("{what} must be between {min} and {max}, but was {value}"),
                ));
            }
        }
        let (variance, other) = (valence_sd * valence_sd, arousal_sd * arousal_sd);
        let cross = correlation * valence_sd * arousal_sd;
        Ok(Correction {
            sense: self.sense.parse()?,
            sensed: Estimate::from_gaussian(
                Affect::new(valence, arousal)?,
                Covariance::clamped(variance, other, cross),
            ),
            truth: Affect::new(self.valence, self.arousal)?,
        })
    }
}

/// How far each sense is trusted for this listener: the factor on its variance, 1 as calibrated,
/// above 1 less, below 1 more.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Trust {
    /// The face.
    pub face: f64,
    /// The tone of voice.
    pub voice: f64,
    /// The words.
    pub words: f64,
}

impl From<affetto_engine::Reliabilities> for Trust {
    fn from(reliabilities: affetto_engine::Reliabilities) -> Self {
        Self {
            face: reliabilities.face.factor(),
            voice: reliabilities.voice.factor(),
            words: reliabilities.words.factor(),
        }
    }
}

/// Probabilities of the quadrant emotions, which sum to 1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Emotions {
    /// Pleasant and activated.
    pub happiness: f64,
    /// Unpleasant and activated.
    pub anger: f64,
    /// Unpleasant and quiet.
    pub sadness: f64,
    /// Pleasant and quiet.
    pub calmness: f64,
}

impl From<affetto_engine::QuadrantProbabilities> for Emotions {
    fn from(p: affetto_engine::QuadrantProbabilities) -> Self {
        Self {
            happiness: p.happiness,
            anger: p.anger,
            sadness: p.sadness,
            calmness: p.calmness,
        }
    }
}

/// Where to find help.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Support {
    /// A few kind words.
    pub message: String,
    /// Who helps.
    pub resources: Vec<Resource>,
}

impl Support {
    /// What is said when a text speaks of self-harm.
    pub(crate) fn help() -> Self {
        let resources = HELP_RESOURCES.iter().map(|resource| Resource {
            name: resource.name.into(),
            contact: resource.contact.into(),
            region: resource.region.into(),
        });
        Self {
            message: HELP_MESSAGE.into(),
            resources: resources.collect(),
        }
    }
}

/// A place to find help.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Resource {
    /// Who helps.
    pub name: String,
    /// How to reach them.
    pub contact: String,
    /// Where they are there for people.
    pub region: String,
}
