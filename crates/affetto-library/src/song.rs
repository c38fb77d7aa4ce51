//! A song, whoever named it and whether or not its sound is here.

use std::fmt;
use std::path::PathBuf;

use affetto_affect::Affect;
use serde::{Deserialize, Serialize};

use crate::Error;

/// Number of a song in one library. It is never given to another song, even after the song was
/// erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct SongId(pub i64);

impl fmt::Display for SongId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What is known of a song. Everything but title and artist may be unknown.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Words {
    /// Probabilities of happiness, anger, sadness and calmness; their sum is 1.
    pub quadrants: [f32; 4],
    /// Language as an ISO 639-1 code.
    pub language: Option<String>,
    /// What it is about, the most significant first.
    pub keywords: Vec<Keyword>,
}

/// A word or phrase with its weight.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Keyword {
    /// In lower case.
    pub text: String,
    /// Significance, above 0; the sum over a text is 1.
    pub weight: f32,
}

/// A song of a library.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Song {
    /// Its number.
    pub id: SongId,
    /// What is known of it.
    pub info: SongInfo,
    /// Names of the sources that know it, e.g. `"folder"` or `"deezer"`, sorted.
    pub sources: Vec<String>,
}

/// Longest text of a field in bytes; tags of real files stay far below.
const MAX_TEXT_BYTES: usize = 1024;
/// Longest path in bytes: what an index of PostgreSQL takes in one entry is 2704.
const MAX_PATH_BYTES: usize = 2048;
/// Most keywords kept of one text.
const MAX_KEYWORDS: usize = 200;

impl SongInfo {
    /// Checks every field against its documented range.
    ///
    /// # Errors
    /// [`Error::Field`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        required("title", &self.title)?;
        required("artist", &self.artist)?;
        optional("album", self.album.as_deref())?;
        optional("genre", self.genre.as_deref())?;
        optional("link", self.link.as_deref())?;
        if let Some(path) = &self.path {
            path_text(path)?;
        }
        if let Some(seconds) = self.duration_s {
            within("duration", "above 0 and finite", seconds, |s| s > 0.0)?;
        }
        self.mood.map_or(Ok(()), |mood| mood.validate())?;
        self.sound.map_or(Ok(()), |sound| sound.validate())?;
        self.words.as_ref().map_or(Ok(()), Words::validate)
    }
}

impl Mood {
    /// The point of the plane.
    #[must_use]
    pub fn point(&self) -> Affect {
        Affect::clamped(self.valence, self.arousal)
    }

    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Field`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        for (field, value) in [("valence", self.valence), ("arousal", self.arousal)] {
            within(field, "in -1..=1", value, |x| (-1.0..=1.0).contains(&x))?;
        }
        for (field, sd) in [
            ("valence_sd", self.valence_sd),
            ("arousal_sd", self.arousal_sd),
        ] {
            within(field, "above 0 and finite", sd, |x| x > 0.0)?;
        }
        Ok(())
    }
}

impl Sound {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Field`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        let tempo = f64::from(self.tempo_bpm);
        within("tempo", "in 30..=300", tempo, |x| {
            (30.0..=300.0).contains(&x)
        })?;
        within("tonic", "in 0..12", f64::from(self.tonic), |x| x < 12.0)?;
        within("loudness", "finite", f64::from(self.loudness_lufs), |_| {
            true
        })
    }
}

impl Words {
    /// Checks the ranges.
    ///
    /// # Errors
    /// [`Error::Field`] names the first field that is out of range.
    pub fn validate(&self) -> Result<(), Error> {
        for p in self.quadrants {
            within("quadrant", "in 0..=1", f64::from(p), |x| {
                (0.0..=1.0).contains(&x)
            })?;
        }
        optional("language", self.language.as_deref())?;
        let count = self.keywords.len();
        if count > MAX_KEYWORDS {
            return Err(Error::field("keywords", "at most 200", count));
        }
        for keyword in &self.keywords {
            required("keyword", &keyword.text)?;
            within("weight", "above 0", f64::from(keyword.weight), |x| x > 0.0)?;
        }
        Ok(())
    }
}

/// A path as text.
///
/// # Errors
/// [`Error::Field`] when it is not UTF-8, empty or longer than 2048 bytes.
pub(crate) fn path_text(path: &std::path::Path) -> Result<&str, Error> {
    let text = path
        .to_str()
        .ok_or_else(|| Error::field("path", "a path in UTF-8", path.display()))?;
    if text.is_empty() || text.len() > MAX_PATH_BYTES || text.contains('\0') {
        return Err(Error::field("path", "1 to 2048 bytes without NUL", text));
    }
    Ok(text)
}

/// Checks a text that must not be empty.
pub(crate) fn required(field: &'static str, text: &str) -> Result<(), Error> {
    if text.trim().is_empty() {
        return Err(Error::field(field, "not empty", "empty"));
    }
    optional(field, Some(text))
}

fn optional(field: &'static str, text: Option<&str>) -> Result<(), Error> {
    let text = text.unwrap_or_default();
    if text.len() > MAX_TEXT_BYTES {
        let actual = format!("{} bytes", text.len());
        return Err(Error::field(field, "at most 1024 bytes", actual));
    }
    // PostgreSQL stores no NUL in text, and no name has one.
    if text.contains('\0') {
        return Err(Error::field(field, "without NUL", text));
    }
    Ok(())
}

fn within(
    field: &'static str,
    expected: &'static str,
    value: f64,
    fits: impl Fn(f64) -> bool,
) -> Result<(), Error> {
    if value.is_finite() && fits(value) {
        Ok(())
    } else {
        Err(Error::field(field, expected, value))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn song(change: impl Fn(&mut SongInfo)) -> SongInfo {
        let mut info = SongInfo {
            title: "Gymnopédie No. 1".into(),
            artist: "Erik Satie".into(),
            ..SongInfo::default()
        };
        change(&mut info);
        info
    }

    #[track_caller]
    fn check(change: impl Fn(&mut SongInfo), expected: &str) {
        let actual = song(change).validate().err().map(|e| e.to_string());
        assert_eq!(actual.unwrap_or_default(), expected);
    }

    #[test]
    fn ranges_are_checked() {
        check(|_| {}, "");
        check(
            |s| s.title = " ".into(),
            "title must be not empty, but was empty",
        );
        check(
            |s| s.artist = "a\0".into(),
            "artist must be without NUL, but was a\\u{0}",
        );
        check(
            |s| s.album = Some("x".repeat(5000)),
            "album must be at most 1024 bytes, but was 5000 bytes",
        );
        check(
            |s| s.duration_s = Some(f64::NAN),
            "duration must be above 0 and finite, but was NaN",
        );
        let mood = Mood {
            valence: 1.5,
            arousal: 0.0,
            valence_sd: 0.1,
            arousal_sd: 0.1,
            origin: MoodOrigin::Tags,
        };
        check(
            |s| s.mood = Some(mood),
            "valence must be in -1..=1, but was 1.5",
        );
        let sound = Sound {
            tempo_bpm: 120.0,
            tonic: 12,
            major: true,
            loudness_lufs: -9.0,
        };
        check(
            |s| s.sound = Some(sound),
            "tonic must be in 0..12, but was 12",
        );
    }

    #[test]
    fn what_is_stored_reads_back() {
        let info = song(|s| s.year = Some(1888));
        let text = serde_json::to_string(&info).unwrap();
        assert_eq!(serde_json::from_str::<SongInfo>(&text).unwrap(), info);
        let old: SongInfo = serde_json::from_str(r#"{"title":"a","artist":"b"}"#).unwrap();
        assert_eq!(old.year, None, "fields that came later may be missing");
    }
}
