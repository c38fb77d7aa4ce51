//! Sensing continuously: sound and pictures in, one smoothed estimate out. Memory stays bounded
//! however long it goes on, and nothing is kept but estimates.

use affetto_affect::{Affect, Estimate, Sense, Tracker, TrackerOptions};

use super::face::Eyes;
use super::speech::Ears;
use super::{Correction, HeardSegment, MAX_FRAME_BYTES, Seen, Sensed};
use crate::{Engine, Error};

/// How long two measurements of one sense say much the same, in seconds: an expression or a tone
/// lasts a few seconds, so ten frames of one second are no ten witnesses.
const CORRELATION_S: f64 = 5.0;
/// A sense that was silent for so many seconds is not named any more.
const FRESH_S: f64 = 30.0;
/// A question waits for so many seconds of sensing, and again after each question.
const QUESTION_EVERY_S: f64 = 45.0;
/// Seconds before the first question.
const FIRST_QUESTION_S: f64 = 10.0;

/// Continuous sensing of one listener. Time comes from the caller, in seconds from the start.
pub struct SenseSession {
    engine: Engine,
    ears: Option<Ears>,
    eyes: Option<Eyes>,
    tracker: Tracker,
    /// When the tracker was last told of time.
    tracked_s: f64,
    /// What each sense said last, and when.
    last: Vec<(Sense, f64, Estimate)>,
    dial: Option<Affect>,
    asked_s: f64,
}

impl std::fmt::Debug for SenseSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SenseSession")
            .field("last", &self.last)
            .field("dial", &self.dial)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// Begins to sense continuously.
    ///
    /// # Errors
    /// [`Error::User`] when the settings leave voices and faces out, or none of them is named.
    pub fn start_sensing(&self, senses: &[Sense]) -> Result<SenseSession, Error> {
        self.require_sensors()?;
        let wanted = |sense| senses.contains(&sense);
        if !wanted(Sense::Voice) && !wanted(Sense::Face) {
            return Err(Error::user(
                "invalid_request",
                "continuous sensing needs the voice, the face or both",
            ));
        }
        Ok(SenseSession {
            engine: self.clone(),
            ears: wanted(Sense::Voice).then(Ears::new).transpose()?,
            eyes: wanted(Sense::Face).then(Eyes::new).transpose()?,
            tracker: Tracker::new(TrackerOptions::default()),
            tracked_s: 0.0,
            last: Vec::new(),
            dial: None,
            asked_s: FIRST_QUESTION_S - QUESTION_EVERY_S,
        })
    }
}

impl SenseSession {
    /// What is switched on.
    #[must_use]
    pub fn senses(&self) -> Vec<Sense> {
        let face = self.eyes.as_ref().map(|_| Sense::Face);
        let voice = self.ears.as_ref().map(|_| Sense::Voice);
        face.into_iter().chain(voice).collect()
    }

    /// Takes in sound, mono at 16 kHz in −1..=1; the answer holds the windows that it completed.
    ///
    /// # Errors
    /// [`Error::User`] when the voice is not switched on.
    pub fn hear(&mut self, samples: &[f32], now_s: f64) -> Result<Vec<HeardSegment>, Error> {
        let ears = self.ears.as_mut().ok_or_else(|| off(Sense::Voice))?;
        let segments = ears.hear(samples, &self.engine.reliabilities())?;
        for segment in &segments {
            if let Some(sensed) = &segment.sensed {
                self.take(Sense::Voice, sensed.estimate, now_s);
            }
        }
        Ok(segments)
    }

    /// Takes in a picture.
    ///
    /// # Errors
    /// [`Error::User`] when the face is not switched on, or the bytes are no picture.
    pub fn see(&mut self, picture: &[u8], now_s: f64) -> Result<Seen, Error> {
        let eyes = self.eyes.as_mut().ok_or_else(|| off(Sense::Face))?;
        if picture.len() > MAX_FRAME_BYTES {
            return Err(Error::user(
                "too_large",
                format!(
                    "the picture has {} bytes, expected at most {MAX_FRAME_BYTES}",
                    picture.len()
                ),
            ));
        }
        let (seen, alone) = eyes.see(picture, now_s, &self.engine.reliabilities())?;
        if let Some(alone) = alone {
            self.take(Sense::Face, alone, now_s);
        }
        Ok(seen)
    }

    /// What is believed now; `None` before anything was sensed or dialed.
    pub fn fused(&mut self, now_s: f64) -> Option<Sensed> {
        if let Some(point) = self.dial {
            return Some(Sensed::plain(Estimate::certain(point)));
        }
        self.pass(now_s);
        let fresh = self
            .last
            .iter()
            .filter(|(_, at_s, _)| now_s - at_s <= FRESH_S);
        let sensed = Sensed {
            senses: fresh.map(|(sense, ..)| *sense).collect(),
            ..Sensed::plain(self.tracker.estimate()?)
        };
        if now_s - self.asked_s < QUESTION_EVERY_S {
            return Some(sensed);
        }
        let sensed = sensed.with_question();
        if sensed.question.is_some() {
            self.asked_s = now_s;
        }
        Some(sensed)
    }

    /// Learns from a correction of what a sense said last, and holds the point that the listener
    /// named.
    ///
    /// # Errors
    /// [`Error::User`] when that sense has said nothing yet; as [`Engine::correct`].
    pub fn correct(&mut self, sense: Sense, truth: Affect) -> Result<(), Error> {
        let said = self.last.iter().find(|(other, ..)| *other == sense);
        let (_, _, sensed) = *said.ok_or_else(|| {
            Error::user(
                "nothing_sensed",
                format!("the {sense} has told nothing yet"),
            )
        })?;
        self.dial(truth);
        self.engine.correct(&Correction {
            sense,
            sensed,
            truth,
        })?;
        Ok(())
    }

    /// Holds the point that the listener dialed: it wins over every sense until
    /// [`SenseSession::release`].
    pub fn dial(&mut self, point: Affect) {
        self.dial = Some(point);
    }

    /// Lets the senses count again, beginning where the dial stood.
    pub fn release(&mut self) {
        if let Some(point) = self.dial.take() {
            self.tracker.reset(point);
        }
    }

    /// Whether the listener's dial holds.
    #[must_use]
    pub fn is_held(&self) -> bool {
        self.dial.is_some()
    }

    /// Lets time pass for the tracker.
    fn pass(&mut self, now_s: f64) {
        self.tracker.predict(now_s - self.tracked_s);
        self.tracked_s = self.tracked_s.max(now_s);
    }

    /// Takes in what a sense says.
    fn take(&mut self, sense: Sense, estimate: Estimate, now_s: f64) {
        let known = self.last.iter().position(|(other, ..)| *other == sense);
        let before_s = known.map(|index| self.last.remove(index).1);
        self.last.push((sense, now_s, estimate));
        self.pass(now_s);
        let repeats = before_s.map_or(1.0, |before_s| CORRELATION_S / (now_s - before_s).max(1e-3));
        self.tracker.update(0.0, estimate.widened(repeats.max(1.0)));
    }
}

fn off(sense: Sense) -> Error {
    Error::user("invalid_request", format!("the {sense} is not switched on"))
}

#[cfg(test)]
mod tests {
    use affetto_affect::Covariance;

    use super::*;
    use crate::Settings;

    fn session() -> SenseSession {
        let mut settings = Settings::default();
        settings.senses.profile = std::env::temp_dir().join("affetto-no-such-profile.json");
        let engine = Engine::new(settings).unwrap();
        SenseSession {
            engine,
            ears: None,
            eyes: None,
            tracker: Tracker::new(TrackerOptions::default()),
            tracked_s: 0.0,
            last: Vec::new(),
            dial: None,
            asked_s: FIRST_QUESTION_S - QUESTION_EVERY_S,
        }
    }

    fn at(v: f64, sd: f64) -> Estimate {
        Estimate::from_gaussian(Affect::clamped(v, 0.0), Covariance::independent(sd, sd))
    }

    #[test]
    fn one_odd_frame_does_not_swing_the_music() {
        let mut session = session();
        for frame in 0..100 {
            session.take(Sense::Face, at(0.5, 0.3), f64::from(frame) * 0.1);
        }
        session.take(Sense::Face, at(-0.9, 0.3), 10.0);
        let odd = session.fused(10.0).unwrap();
        assert!(odd.estimate.mean.v() > 0.4, "{:?}", odd.estimate.mean);
        // Ten frames a second for ten seconds are about three witnesses, not a hundred.
        assert!(odd.estimate.covariance.valence_sd() > 0.1);
        for frame in 0..600 {
            session.take(Sense::Face, at(-0.9, 0.3), 10.1 + f64::from(frame) * 0.1);
        }
        assert!(session.fused(71.0).unwrap().estimate.mean.v() < -0.6);
    }

    #[test]
    fn the_dial_holds_until_it_is_released() {
        let mut session = session();
        assert_eq!(session.fused(0.0), None);
        session.dial(Affect::clamped(-0.5, 0.1));
        session.take(Sense::Face, at(0.9, 0.05), 1.0);
        assert_eq!(
            session.fused(1.0).unwrap().estimate.mean,
            Affect::clamped(-0.5, 0.1)
        );
        assert!(session.is_held());
        session.release();
        assert!(session.fused(1.0).unwrap().estimate.mean.v() < 0.0);
        for second in 0..120 {
            session.take(Sense::Face, at(0.9, 0.2), 2.0 + f64::from(second));
        }
        assert!(session.fused(122.0).unwrap().estimate.mean.v() > 0.5);
    }

    #[test]
    fn questions_are_rare() {
        let mut session = session();
        let mut questions = Vec::new();
        for second in 0..100 {
            let now_s = f64::from(second);
            session.take(Sense::Voice, at(0.0, 2.0), now_s);
            if session
                .fused(now_s)
                .is_some_and(|sensed| sensed.question.is_some())
            {
                questions.push(second);
            }
        }
        assert!(
            questions.len() <= 2 && questions.first().is_none_or(|&first| first >= 10),
            "{questions:?}"
        );
    }

    #[test]
    fn mistakes_are_named() {
        let mut session = session();
        let said = |result: Result<(), Error>| result.unwrap_err().to_string();
        assert_eq!(
            said(session.correct(Sense::Voice, Affect::default())),
            "the voice has told nothing yet"
        );
        assert_eq!(
            said(session.hear(&[], 0.0).map(drop)),
            "the voice is not switched on"
        );
        assert_eq!(
            said(session.see(&[], 0.0).map(drop)),
            "the face is not switched on"
        );
        let none = session.engine.clone().start_sensing(&[Sense::Words]);
        assert_eq!(
            said(none.map(drop)),
            "continuous sensing needs the voice, the face or both"
        );
    }
}
