//! What a listener did or said, as plain data from which everything learnt can be learnt again.

use serde::{Deserialize, Serialize};

use super::analyses::Target;
use super::approach::Approach;
use super::ranker::Ranked;
use super::score::ScoreParts;
use super::snapshot::{Snapshot, artist_key};
use crate::{Reaction, Song};

/// The song that a reaction is about, as it was when it was heard.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeardSong {
    /// Number of the song.
    pub id: i64,
    /// Its [`artist_key`](super::artist_key).
    pub artist: String,
    /// Genre in lower case.
    pub genre: Option<String>,
    /// Length in seconds.
    pub duration_s: Option<f64>,
    /// Its place in the snapshot, without what was learnt of the listener: mean valence and
    /// arousal, then their standard deviations.
    pub place: Option<[f64; 4]>,
    /// Where the music should have been: valence, arousal.
    pub target: Option<[f64; 2]>,
    /// Its score when it was chosen.
    pub parts: Option<ScoreParts>,
}

impl HeardSong {
    /// A song of a snapshot as it is heard; `chosen` says for which target and with which score it
    /// was recommended, `None` where the listener picked it.
    #[must_use]
    pub fn new(song: &Song, snapshot: &Snapshot, chosen: Option<(&Ranked, &Target)>) -> Self {
        let place = snapshot.place(song.id);
        let point = |target: &Target| [target.point.v(), target.point.a()];
        Self {
            id: song.id.0,
            artist: artist_key(&song.info.artist),
            genre: song.info.genre.as_ref().map(|g| g.trim().to_lowercase()),
            duration_s: song.info.duration_s,
            place: place.map(|p| [p.mean.v(), p.mean.a(), p.valence_sd, p.arousal_sd]),
            target: chosen.map(|(_, target)| point(target)),
            parts: chosen.map(|(ranked, _)| ranked.parts),
        }
    }
}

/// How a session went, by what the listener said before and after it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct SelfReport {
    /// How the session was led.
    pub approach: Approach,
    /// Valence and arousal before, each in −1..=1.
    pub before: [f64; 2],
    /// The same after.
    pub after: [f64; 2],
    /// Where the listener wanted to be.
    pub wanted: [f64; 2],
}

/// Something to learn from.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feedback {
    /// When, in seconds since any moment that stays the same.
    pub at_s: f64,
    /// What happened.
    pub what: FeedbackKind,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FeedbackKind {
    /// A song was heard.
    Song {
        /// Which.
        song: HeardSong,
        /// How the listener reacted.
        reaction: Reaction,
    },
    /// A session ended.
    Session(SelfReport),
}

impl Feedback {
    /// A reaction to a song.
    #[must_use]
    pub fn song(at_s: f64, song: HeardSong, reaction: Reaction) -> Self {
        let what = FeedbackKind::Song { song, reaction };
        Self { at_s, what }
    }

    /// The end of a session.
    #[must_use]
    pub fn session(at_s: f64, report: SelfReport) -> Self {
        let what = FeedbackKind::Session(report);
        Self { at_s, what }
    }

    /// The song it is about.
    #[must_use]
    pub fn song_id(&self) -> Option<i64> {
        match &self.what {
            FeedbackKind::Song { song, .. } => Some(song.id),
            FeedbackKind::Session(_) => None,
        }
    }
}
