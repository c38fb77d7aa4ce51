//! Sensing: from words, a voice, a face or several of them to an estimate of how somebody feels.
//!
//! Each sense says where on the plane and how surely, or says why it cannot tell. Nothing of what
//! is sensed is kept: recordings, pictures and words are used in memory and dropped. Only six
//! numbers are stored, and only when the listener corrects: how far each sense can be trusted.

mod face;
mod help;
mod live;
mod mood;
mod profile;
mod speech;
mod video;

use std::borrow::Cow;
use std::path::Path;

use affetto_affect::{DoubtOptions, Estimate, Question, Reliabilities, Sense};

use crate::files::read_limited;
use crate::{Engine, Error};

pub use affetto_models::text_emotion::{Keyword, KeywordOptions};
pub use face::{Seen, SeenFace};
pub use help::{HELP_MESSAGE, HELP_RESOURCES, HelpResource};
pub use live::SenseSession;
pub use mood::{Mood, MoodSources};
pub use profile::Correction;
pub(crate) use profile::Profile;
pub use speech::{Heard, HeardSegment};

/// What was sensed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensed {
    /// Where on the plane, how surely, and in which quadrant.
    pub estimate: Estimate,
    /// Probability of each label of the sense's own vocabulary, in 0..=1; several may be likely at
    /// once. For words these are the labels of GoEmotions.
    pub labels: Vec<(&'static str, f64)>,
    /// Which text model spoke, `"encoder"` or `"ngrams"`, where words did.
    pub model: Option<&'static str>,
    /// ISO 639-3 code of the language of the words, where it is surely not English.
    pub language: Option<&'static str>,
    /// What the listener should be told, such as that the language is not understood.
    pub warning: Option<String>,
    /// The words speak of self-harm: stay gentle and show where to find help.
    pub crisis: bool,
    /// Where the estimate comes from.
    pub senses: Vec<Sense>,
    /// What to ask the listener, where the estimate is too wide to act upon.
    pub question: Option<Question>,
}

/// What is sensed besides words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sensors {
    /// Voices.
    pub voice: bool,
    /// Faces on pictures.
    pub face: bool,
    /// Faces in videos, which needs ffmpeg.
    pub video: bool,
    /// What a voice says, which needs the weights of a speech recogniser.
    pub transcript: bool,
}

/// A recording, a picture or a video.
#[derive(Debug, Clone, Copy)]
pub enum Media<'a> {
    /// From elsewhere; the settings say how much is taken.
    Bytes(&'a [u8]),
    /// A file of the user's own.
    File(&'a Path),
}

impl Media<'_> {
    /// All of it, at most `limit` bytes.
    fn read(
        &self,
        what: &'static str,
        empty: &'static str,
        limit: usize,
    ) -> Result<Cow<'_, [u8]>, Error> {
        let bytes = match self {
            Self::Bytes(bytes) => Cow::Borrowed(*bytes),
            Self::File(path) => Cow::Owned(read_limited(path, limit)?),
        };
        check_size(what, &bytes, limit, empty)?;
        Ok(bytes)
    }
}

/// Largest picture of continuous sensing in bytes: a camera frame, not a photo album.
pub const MAX_FRAME_BYTES: usize = 1024 * 1024;

impl Sensed {
    /// What one sense says of this listener: its covariance is scaled by how far the sense can be
    /// trusted for them.
    pub(crate) fn by(
        sense: Sense,
        estimate: Estimate,
        labels: Vec<(&'static str, f64)>,
        reliabilities: &Reliabilities,
    ) -> Self {
        Self {
            estimate: reliabilities.of(sense).apply(estimate),
            labels,
            senses: vec![sense],
            ..Self::plain(estimate)
        }
        .with_question()
    }

    /// An estimate about which nothing else is known.
    pub(crate) fn plain(estimate: Estimate) -> Self {
        Self {
            estimate,
            labels: Vec::new(),
            model: None,
            language: None,
            warning: None,
            crisis: false,
            senses: Vec::new(),
            question: None,
        }
    }

    /// The same with a question where one would help. Somebody in distress is not examined.
    pub(crate) fn with_question(self) -> Self {
        let question = if self.crisis {
            None
        } else {
            affetto_affect::ask(&self.estimate, &DoubtOptions::default())
        };
        Self { question, ..self }
    }
}

impl Engine {
    /// Estimates how somebody feels from text, mood words or emoji. Keeps nothing of it.
    ///
    /// # Errors
    /// [`Error::User`] when the text is empty or longer than the settings allow.
    pub fn sense_text(&self, text: &str) -> Result<Sensed, Error> {
        self.check_text(text)?;
        let answer = self.text_model()?.estimate(text)?;
        let labels = answer
            .labels
            .iter()
            .map(|(name, p)| (*name, f64::from(*p)))
            .collect();
        let reliabilities = self.reliabilities();
        let sensed = Sensed::by(Sense::Words, answer.estimate, labels, &reliabilities);
        let crisis = affetto_models::text_emotion::speaks_of_self_harm(text);
        let heard = Sensed {
            model: Some(answer.model.name()),
            language: answer.foreign.map(|language| language.code),
            warning: answer.foreign.map(|language| language.warning()),
            crisis,
            ..sensed
        };
        Ok(heard.with_question())
    }

    /// The keywords and phrases of a text, the most significant first. Keeps nothing of it.
    ///
    /// # Errors
    /// [`Error::User`] when the text is empty or too long, or an option is outside its range.
    pub fn keywords(&self, text: &str, options: &KeywordOptions) -> Result<Vec<Keyword>, Error> {
        self.check_text(text)?;
        Ok(self.text_model()?.keywords(text, options)?)
    }

    fn check_text(&self, text: &str) -> Result<(), Error> {
        let limit = self.settings().server.max_text_bytes;
        if text.trim().is_empty() {
            return Err(Error::user(
                "empty_text",
                format!("the text is empty, expected between 1 and {limit} bytes"),
            ));
        }
        if text.len() > limit {
            return Err(Error::user(
                "text_too_long",
                format!(
                    "the text has {} bytes, expected between 1 and {limit}",
                    text.len()
                ),
            ));
        }
        Ok(())
    }

    /// What is sensed besides words.
    #[must_use]
    pub fn sensors(&self) -> Sensors {
        let on = self.settings().senses.sensors;
        Sensors {
            voice: on,
            face: on,
            video: on && video::is_available(),
            transcript: on && self.has_transcriber(),
        }
    }

    /// Refuses to sense voices and faces where the settings leave them out.
    ///
    /// # Errors
    /// [`Error::User`] where they do.
    pub fn require_sensors(&self) -> Result<(), Error> {
        if self.settings().senses.sensors {
            return Ok(());
        }
        Err(Error::user_hint(
            "sensors_off",
            "voices and faces are not sensed here",
            "start without --no-sensors, or say how you feel in words",
        ))
    }
}

/// Refuses nothing and too much.
fn check_size(
    what: &'static str,
    bytes: &[u8],
    limit: usize,
    empty: &'static str,
) -> Result<(), Error> {
    if bytes.is_empty() {
        return Err(Error::user(empty, format!("the {what} is empty")));
    }
    if bytes.len() > limit {
        return Err(Error::user(
            "too_large",
            format!(
                "the {what} has {} bytes, expected at most {limit}",
                bytes.len()
            ),
        ));
    }
    Ok(())
}
