//! From command-line arguments to an engine request.

use affetto_engine::files::read_limited;
use affetto_engine::{Engine, Error, Media, MoodSources, MusicRequest, Preferences, Sensed};

use crate::args::{FeelArgs, MoodArgs, SourceArgs};
use crate::output::Printer;

impl SourceArgs {
    /// What voice, face and words together tell; `None` where only words, or nothing, was given.
    ///
    /// # Errors
    /// [`Error::User`] when none of the senses can tell.
    pub(crate) fn sensed(
        &self,
        engine: &Engine,
        printer: Printer,
    ) -> Result<Option<Sensed>, Error> {
        if self.speech.is_none() && self.face.is_none() {
            return Ok(None);
        }
        let mood = engine.sense_mood(&MoodSources {
            text: self.mood.as_deref(),
            speech: self.speech.as_deref().map(Media::File),
            face: self.face.as_deref().map(Media::File),
            dial: None,
        })?;
        let reasons = mood.reasons();
        let Some(sensed) = mood.sensed else {
            return Err(Error::user_hint(
                "nothing_sensed",
                format!("nothing can be said about the mood; {}", reasons.join("; ")),
                "say it in words with --mood, or give another recording or picture",
            ));
        };
        for reason in reasons {
            printer.say(format!("Left out {reason}"));
        }
        if let Some(question) = &sensed.question {
            printer.say(format!(
                "This is not sure. {} Say it with --mood, or with --valence and --arousal.",
                question.text
            ));
        }
        Ok(Some(sensed))
    }
}

impl FeelArgs {
    /// The mood and what to do about it, with nothing said about the music.
    pub(crate) fn request(&self, engine: &Engine, printer: Printer) -> Result<MusicRequest, Error> {
        Ok(MusicRequest {
            text: self.source.mood.clone(),
            sensed: self.source.sensed(engine, printer)?,
            valence: self.valence,
            arousal: self.arousal,
            strategy: self.strategy.clone(),
            focus_mode: self.focus_mode.clone(),
            preset: self.preset.clone(),
            goal: self.goal.as_deref().map(goal).transpose()?,
            pace: self.pace.clone(),
            energy_cap: self.energy_cap,
            seed: self.seed,
            ..MusicRequest::default()
        })
    }
}

impl MoodArgs {
    /// The engine's request with what was said.
    pub(crate) fn request(&self, engine: &Engine, printer: Printer) -> Result<MusicRequest, Error> {
        let limit = engine.settings().server.max_midi_bytes;
        let read = |path: &std::path::Path| read_limited(path, limit);
        Ok(MusicRequest {
            genre: self.genre.clone(),
            texture: self.texture.clone(),
            key: self.key.clone(),
            tempo: self.tempo,
            chords: self.chords.clone(),
            candidates: self.candidates,
            writer: self.writer.clone(),
            weights: self.weights.clone(),
            guidance: self.guidance,
            variety: self.variety,
            primer: self.primer.as_deref().map(&read).transpose()?,
            preferences: self.preferences(engine, printer),
            ..self.feel.request(engine, printer)?
        })
    }
}

impl MoodArgs {
    /// What the listener likes, unless it is to be left out; says so where it changes the music.
    fn preferences(&self, engine: &Engine, printer: Printer) -> Preferences {
        if self.no_profile {
            return Preferences::default();
        }
        let preferences = engine.preferences();
        if !preferences.is_neutral() {
            let mut words = preferences.words().join(", ");
            if words.is_empty() {
                words = "a little".into();
            }
            printer.say(format!(
                "Shaped by your preferences ({words}); --no-profile leaves them out."
            ));
        }
        preferences
    }
}

/// Reads `VALENCE,AROUSAL`.
fn goal(text: &str) -> Result<(f64, f64), Error> {
    let numbers = text
        .split_once(',')
        .and_then(|(v, a)| Some((v.trim().parse().ok()?, a.trim().parse().ok()?)));
    numbers.ok_or_else(|| {
        Error::user_hint(
            "invalid_request",
            format!("cannot read the goal {text:?}"),
            "give valence and arousal from -1 to 1, e.g. --goal 0.5,-0.4",
        )
    })
}
