//! Sensing: from typed text to an estimate of how somebody feels.

use affetto_affect::Estimate;
pub use affetto_models::text_emotion::{Keyword, KeywordOptions};

use crate::{Engine, Error};

/// What was sensed.
#[derive(Debug, Clone, PartialEq)]
pub struct Sensed {
    /// Where on the plane, how surely, and in which quadrant.
    pub estimate: Estimate,
    /// Probability of each GoEmotions label, in 0..=1; several may be likely at once.
    pub labels: Vec<(&'static str, f64)>,
    /// Which model spoke: `"encoder"` or `"ngrams"`.
    pub model: &'static str,
    /// ISO 639-3 code of the language, where it is surely not English.
    pub language: Option<&'static str>,
    /// What the listener should be told, such as that the language is not understood.
    pub warning: Option<String>,
    /// The text speaks of self-harm: stay gentle and show where to find help.
    pub crisis: bool,
}

/// A place to find help.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HelpResource {
    /// Who helps.
    pub name: &'static str,
    /// How to reach them.
    pub contact: &'static str,
    /// Where they are there for people.
    pub region: &'static str,
}

/// What is said when a text speaks of self-harm.
pub const HELP_MESSAGE: &str = "It sounds as if things are very hard right now. You do not have to \
     carry that alone: people are there to listen, at any hour. If you are in danger, please call \
     your local emergency number.";

/// Where to find help. International directories first, since nobody knows where a text was typed.
pub const HELP_RESOURCES: &[HelpResource] = &[
    HelpResource {
        name: "Find A Helpline",
        contact: "findahelpline.com",
        region: "worldwide directory",
    },
    HelpResource {
        name: "Befrienders Worldwide",
        contact: "befrienders.org",
        region: "worldwide directory",
    },
    HelpResource {
        name: "Emergency number",
        contact: "112",
        region: "European Union",
    },
    HelpResource {
        name: "988 Suicide & Crisis Lifeline",
        contact: "call or text 988",
        region: "United States, Canada",
    },
    HelpResource {
        name: "Samaritans",
        contact: "call 116 123",
        region: "United Kingdom, Ireland",
    },
];

impl Engine {
    /// Estimates how somebody feels from text, mood words or emoji. Keeps nothing of it.
    ///
    /// # Errors
    /// [`Error::User`] when the text is empty or longer than the settings allow.
    pub fn sense_text(&self, text: &str) -> Result<Sensed, Error> {
        self.check_text(text)?;
        let answer = self.text_model()?.estimate(text)?;
        Ok(Sensed {
            estimate: answer.estimate,
            labels: answer
                .labels
                .iter()
                .map(|(name, p)| (*name, f64::from(*p)))
                .collect(),
            model: answer.model.name(),
            language: answer.foreign.map(|language| language.code),
            warning: answer.foreign.map(|language| language.warning()),
            crisis: affetto_models::text_emotion::speaks_of_self_harm(text),
        })
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
}
