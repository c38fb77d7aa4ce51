//! A mood from several senses.

use affetto_affect::{Affect, Estimate, Sense, fuse};

use super::{Heard, Media, Seen, Sensed};
use crate::{Engine, Error};

/// What is known about a mood; everything may be left out.
#[derive(Debug, Clone, Copy, Default)]
pub struct MoodSources<'a> {
    /// What somebody typed.
    pub text: Option<&'a str>,
    /// A recording of their voice, in any sound format.
    pub speech: Option<Media<'a>>,
    /// A picture of their face.
    pub face: Option<Media<'a>>,
    /// Where they put the dial. It always wins: what the senses say is answered beside it.
    pub dial: Option<Affect>,
}

/// A mood, with what each sense told.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Mood {
    /// All senses together, or the dial; `None` when nothing can be said.
    pub sensed: Option<Sensed>,
    /// What the words told.
    pub text: Option<Sensed>,
    /// What the voice told.
    pub heard: Option<Heard>,
    /// What the face told.
    pub seen: Option<Seen>,
}

impl Mood {
    /// Why nothing, or less than was given, can be said: a part of a sentence for each sense that
    /// was silent.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        let voice = self.heard.as_ref().and_then(|heard| heard.reason);
        let face = self.seen.as_ref().and_then(|seen| seen.reason);
        let named = [("the voice", voice), ("the face", face)];
        named
            .into_iter()
            .filter_map(|(sense, reason)| reason.map(|reason| format!("{sense}: {reason}")))
            .collect()
    }
}

impl Engine {
    /// Estimates how somebody feels from everything that is known. Keeps nothing of it.
    ///
    /// The senses are fused by their precision, each scaled by how far it can be trusted for this
    /// listener; a sense that cannot tell is left out.
    ///
    /// # Errors
    /// As [`Engine::sense_text`], [`Engine::sense_speech`] and [`Engine::sense_face`].
    pub fn sense_mood(&self, sources: &MoodSources<'_>) -> Result<Mood, Error> {
        let text = sources.text.map(|text| self.sense_text(text)).transpose()?;
        let heard = sources
            .speech
            .map(|media| self.sense_speech(media))
            .transpose()?;
        let seen = sources
            .face
            .map(|media| self.sense_face(media))
            .transpose()?;
        let told = [
            text.as_ref(),
            heard.as_ref().and_then(|heard| heard.sensed.as_ref()),
            seen.as_ref().and_then(|seen| seen.sensed.as_ref()),
        ];
        let told: Vec<&Sensed> = told.into_iter().flatten().collect();
        let mut sensed = fused(&told);
        if let Some(point) = sources.dial {
            sensed = Some(Sensed {
                crisis: told.iter().any(|sensed| sensed.crisis),
                ..Sensed::plain(Estimate::certain(point))
            });
        }
        Ok(Mood {
            sensed,
            text,
            heard,
            seen,
        })
    }
}

/// What several senses say together; `None` when none says anything.
///
/// Labels are those of the first, since vocabularies differ.
pub(super) fn fused(told: &[&Sensed]) -> Option<Sensed> {
    if let [only] = told {
        return Some((*only).clone());
    }
    let estimates: Vec<Estimate> = told.iter().map(|sensed| sensed.estimate).collect();
    let estimate = fuse(&estimates)?;
    let mut senses: Vec<Sense> = told.iter().flat_map(|s| s.senses.clone()).collect();
    senses.sort_unstable();
    senses.dedup();
    let words = told.iter().find(|sensed| sensed.model.is_some());
    let sensed = Sensed {
        labels: told.first().map_or_else(Vec::new, |s| s.labels.clone()),
        model: words.and_then(|words| words.model),
        language: words.and_then(|words| words.language),
        warning: words.and_then(|words| words.warning.clone()),
        crisis: told.iter().any(|sensed| sensed.crisis),
        senses,
        ..Sensed::plain(estimate)
    };
    Some(sensed.with_question())
}

#[cfg(test)]
mod tests {
    use affetto_affect::{Covariance, Reliabilities};

    use super::*;
    use crate::Settings;

    fn told(sense: Sense, v: f64, sd: f64) -> Sensed {
        let mean = Affect::clamped(v, 0.0);
        let estimate = Estimate::from_gaussian(mean, Covariance::independent(sd, sd));
        Sensed::by(
            sense,
            estimate,
            vec![(sense.name(), 1.0)],
            &Reliabilities::default(),
        )
    }

    #[test]
    fn senses_are_fused_by_precision() {
        let (words, face) = (told(Sense::Words, 0.8, 0.2), told(Sense::Face, -0.2, 0.4));
        let both = fused(&[&words, &face]).unwrap();
        assert!((both.estimate.mean.v() - 0.6).abs() < 1e-9);
        assert_eq!(both.senses, [Sense::Face, Sense::Words]);
        assert_eq!(both.labels, [("words", 1.0)]);
        assert_eq!(fused(&[&words]), Some(words));
        assert_eq!(fused(&[]), None);
    }

    #[test]
    fn a_wide_ellipse_asks_and_a_second_sense_answers() {
        let wide = told(Sense::Voice, 0.0, 0.7);
        assert!(wide.question.is_some());
        let both = fused(&[&wide, &told(Sense::Words, 0.1, 0.3)]).unwrap();
        assert_eq!(both.question, None);
    }

    #[test]
    fn the_dial_always_wins() {
        let engine = Engine::new(Settings::default()).unwrap();
        let dial = Affect::clamped(-0.4, 0.3);
        let sources = MoodSources {
            text: Some("so happy today"),
            dial: Some(dial),
            ..MoodSources::default()
        };
        let mood = engine.sense_mood(&sources).unwrap();
        assert_eq!(mood.sensed.unwrap().estimate.mean, dial);
        assert!(mood.text.unwrap().estimate.mean.v() > 0.0);
        assert_eq!(
            engine.sense_mood(&MoodSources::default()).unwrap(),
            Mood::default()
        );
    }
}
