//! From command-line arguments to an engine request.

use affetto_engine::{Error, MusicRequest};

use crate::args::MoodArgs;

impl MoodArgs {
    /// The engine's request with what was said.
    pub(crate) fn request(&self) -> Result<MusicRequest, Error> {
        Ok(MusicRequest {
            text: self.mood.clone(),
            valence: self.valence,
            arousal: self.arousal,
            strategy: self.strategy.clone(),
            focus_mode: self.focus_mode.clone(),
            preset: self.preset.clone(),
            goal: self.goal.as_deref().map(goal).transpose()?,
            pace: self.pace.clone(),
            genre: self.genre.clone(),
            texture: self.texture.clone(),
            energy_cap: self.energy_cap,
            key: self.key.clone(),
            tempo: self.tempo,
            chords: self.chords.clone(),
            candidates: self.candidates,
            seed: self.seed,
            ..MusicRequest::default()
        })
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
