//! What a listener says to a song, kept and learnt from.

use affetto_affect::Affect;
use affetto_library::recommend::{self, HeardSong, ListenerModel};
use affetto_library::{Feedback, MoodLabel, Reaction, SongId};

use super::{LISTENER, Songs, now_s};
use crate::Error;

/// Names of reactions that need no number, as callers say them.
const PLAIN: [(&str, Reaction); 8] = [
    ("like", Reaction::Like),
    ("dislike", Reaction::Dislike),
    ("finish", Reaction::Finish),
    ("replay", Reaction::Replay),
    ("too-sad", Reaction::TooSad),
    ("too-happy", Reaction::TooHappy),
    ("too-calm", Reaction::TooCalm),
    ("too-wild", Reaction::TooWild),
];

/// A reaction by its name. `skip` takes the seconds after which it came, `rated` a point.
///
/// # Errors
/// [`Error::User`] for an unknown name, or where a number is missing or outside its range.
pub fn reaction(
    name: &str,
    at_s: Option<f64>,
    point: Option<(f64, f64)>,
) -> Result<Reaction, Error> {
    if let Some((_, reaction)) = PLAIN.iter().find(|(plain, _)| *plain == name) {
        return Ok(*reaction);
    }
    let missing = |what: &str| Error::user("invalid_request", format!("{name} needs {what}"));
    match name {
        "skip" => Ok(Reaction::Skip {
            at_s: at_s
                .filter(|at_s| at_s.is_finite() && *at_s >= 0.0)
                .ok_or_else(|| missing("the seconds after which the song was left"))?,
        }),
        "rated" => {
            let (valence, arousal) =
                point.ok_or_else(|| missing("valence and arousal of the song"))?;
            Affect::new(valence, arousal)?;
            Ok(Reaction::Rated { valence, arousal })
        }
        _ => {
            let plain: Vec<&str> = PLAIN.iter().map(|(name, _)| *name).collect();
            Err(Error::user(
                "unknown_name",
                format!(
                    "unknown reaction {name:?}, expected one of: {}, skip, rated",
                    plain.join(", ")
                ),
            ))
        }
    }
}

impl Songs {
    /// Keeps a reaction and learns from it; `target` is the point that the song was chosen for. A
    /// rating also places the song on the plane, over what models say.
    ///
    /// # Errors
    /// [`Error::User`] when there is no such song, and as [`Self::search`].
    pub fn react(
        &self,
        id: SongId,
        reaction: Reaction,
        target: Option<Affect>,
    ) -> Result<(), Error> {
        let song = self.song(id)?;
        let snapshot = self.snapshot()?;
        let unix_s = now_s();
        let kept = Feedback {
            listener: LISTENER.into(),
            song: id,
            reaction,
            unix_s,
            context: target,
        };
        self.wait(self.store.add_feedback(std::slice::from_ref(&kept)))?;
        if let Reaction::Rated { valence, arousal } = reaction {
            self.place(id, Affect::clamped(valence, arousal), unix_s)?;
        }
        let heard = HeardSong {
            target: target.map(|target| [target.v(), target.a()]),
            ..HeardSong::new(&song, &snapshot, None)
        };
        let mut listener = self.listener()?;
        listener.learn(&recommend::Feedback::song(unix_s as f64, heard, reaction));
        self.keep(&listener)
    }

    /// Stores what was learnt.
    fn keep(&self, listener: &ListenerModel) -> Result<(), Error> {
        let text = serde_json::to_string(listener)
            .map_err(|error| Error::Internal(format!("taste cannot be written: {error}")))?;
        self.wait(self.store.save_taste(LISTENER, &text, now_s()))
    }

    fn place(&self, song: SongId, point: Affect, unix_s: i64) -> Result<(), Error> {
        let label = MoodLabel {
            listener: LISTENER.into(),
            song,
            point,
            unix_s,
        };
        self.changed();
        self.wait(self.store.set_label(&label))
    }

    /// All places that the listener gave songs by hand, as CSV: song, artist, title, valence,
    /// arousal, when.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn labels_csv(&self) -> Result<String, Error> {
        const PAGE: u32 = 1000;
        let mut csv = csv::Writer::from_writer(Vec::new());
        let failed = |error: csv::Error| Error::Internal(format!("labels as CSV: {error}"));
        csv.write_record(["song", "artist", "title", "valence", "arousal", "unix_s"])
            .map_err(failed)?;
        let mut after = None;
        loop {
            let page = self.wait(self.store.labels(after, PAGE))?;
            for label in &page {
                let song = self.song(label.song)?;
                csv.write_record([
                    label.song.to_string(),
                    song.info.artist,
                    song.info.title,
                    label.point.v().to_string(),
                    label.point.a().to_string(),
                    label.unix_s.to_string(),
                ])
                .map_err(failed)?;
            }
            after = page.last().map(|label| label.song);
            if page.len() < PAGE as usize {
                break;
            }
        }
        let bytes = csv
            .into_inner()
            .map_err(|error| failed(error.into_error().into()))?;
        String::from_utf8(bytes).map_err(|error| Error::Internal(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, at_s: Option<f64>, point: Option<(f64, f64)>, expected: &str) {
        let told = match reaction(name, at_s, point) {
            Ok(reaction) => format!("{reaction:?}"),
            Err(error) => error.to_string(),
        };
        assert_eq!(told, expected);
    }

    #[test]
    fn reactions_have_names() {
        check("like", None, None, "Like");
        check("skip", Some(12.0), None, "Skip { at_s: 12.0 }");
        check(
            "skip",
            None,
            None,
            "skip needs the seconds after which the song was left",
        );
        check(
            "rated",
            None,
            Some((0.5, -0.25)),
            "Rated { valence: 0.5, arousal: -0.25 }",
        );
        check(
            "rated",
            None,
            Some((1.5, 0.0)),
            "valence must be between -1 and 1, but was 1.5",
        );
        check(
            "meh",
            None,
            None,
            "unknown reaction \"meh\", expected one of: like, dislike, finish, replay, too-sad, \
             too-happy, too-calm, too-wild, skip, rated",
        );
    }
}
