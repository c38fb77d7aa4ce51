//! A song, whoever named it and whether or not its sound is here.

use std::fmt;
use std::path::PathBuf;

/// Number of a song in one library. It is never given to another song, even after the song was
/// erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SongId(pub i64);

impl fmt::Display for SongId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is known of a song. Everything but title and artist may be unknown.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SongInfo {
    /// Title as written by its source, not empty.
    pub title: String,
    /// Artists as written by the source, not empty; several joined by `", "`.
    pub artist: String,
    /// Album.
    pub album: Option<String>,
    /// Year of release.
    pub year: Option<u16>,
    /// Genre in lower case.
    pub genre: Option<String>,
    /// Length in seconds, above 0.
    pub duration_s: Option<f64>,
    /// The sound file, absolute, where the song is playable here.
    pub path: Option<PathBuf>,
    /// Where it can be opened elsewhere.
    pub link: Option<String>,
    /// Place on the valence–arousal plane.
    pub mood: Option<Mood>,
    /// How it sounds.
    pub sound: Option<Sound>,
    /// What its lyrics say.
    pub words: Option<Words>,
}

/// Where a song stands on the plane, and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mood {
    /// In −1..=1.
    pub valence: f64,
    /// In −1..=1.
    pub arousal: f64,
    /// Standard deviation of the valence, above 0.
    pub valence_sd: f64,
    /// Standard deviation of the arousal, above 0.
    pub arousal_sd: f64,
    /// Who says so.
    pub origin: MoodOrigin,
}

/// Who placed a song on the plane, from the most to the least trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MoodOrigin {
    /// The listener of this library rated it.
    Listener,
    /// People rated it in a study.
    Ratings,
    /// A model heard its sound.
    Sound,
    /// Tags that many listeners gave it.
    Tags,
    /// A classifier read a table of features.
    Features,
}

/// How a song sounds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sound {
    /// Beats a minute, in 30..=300.
    pub tempo_bpm: f32,
    /// Pitch class of the tonic, in 0..12, 0 is C.
    pub tonic: u8,
    /// Major (`true`) or minor.
    pub major: bool,
    /// Integrated loudness in LUFS (EBU R 128).
    pub loudness_lufs: f32,
}

/// What the lyrics of a song say.
#[derive(Debug, Clone, PartialEq)]
pub struct Words {
    /// Probabilities of happiness, anger, sadness and calmness; their sum is 1.
    pub quadrants: [f32; 4],
    /// Language as an ISO 639-1 code.
    pub language: Option<String>,
    /// What it is about, the most significant first.
    pub keywords: Vec<Keyword>,
}

/// A word or phrase with its weight.
#[derive(Debug, Clone, PartialEq)]
pub struct Keyword {
    /// In lower case.
    pub text: String,
    /// Significance, above 0; the sum over a text is 1.
    pub weight: f32,
}

/// A song of a library.
#[derive(Debug, Clone, PartialEq)]
pub struct Song {
    /// Its number.
    pub id: SongId,
    /// What is known of it.
    pub info: SongInfo,
    /// Names of the sources that know it, e.g. `"folder"` or `"deezer"`, sorted.
    pub sources: Vec<String>,
}
