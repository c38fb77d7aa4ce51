//! Pieces and judgements on the wire.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use affetto_engine::{Harmony, MusicRequest, Redo};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Emotions, Point, Preferences, Primer, Sensed};
use crate::pieces::Kept;

/// A composed piece.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Piece {
    /// Names the piece.
    pub id: String,
    /// Title.
    #[schema(example = "Jazz in A minor")]
    pub title: String,
    /// When it was made, RFC 3339 in UTC.
    #[schema(example = "2026-11-21T08:30:00Z")]
    pub created_at: String,
    /// What was asked of the music, on average.
    pub requested: Point,
    /// What the listening model heard, on average.
    pub heard: Option<Point>,
    /// Key of its beginning.
    pub key: String,
    /// Tempo of its beginning, in quarter notes a minute.
    pub tempo_bpm: f64,
    /// Number of bars.
    pub bars: usize,
    /// Length in seconds.
    pub seconds: f64,
    /// Seed.
    pub seed: u64,
    /// Genre.
    pub genre: String,
    /// Texture.
    pub texture: String,
    /// The roles that play: `melody`, `counter`, `chords`, `pad`, `bass`, `drums`.
    pub roles: Vec<String>,
    /// Who wrote the bars: `rules` or `neural`.
    pub writer: String,
    /// The listener's preferences that shaped it.
    pub preferences: Preferences,
    /// The bars that it continues, where a primer was given.
    pub primer: Option<Primer>,
    /// What was sensed, where there was a text.
    pub sensed: Option<Sensed>,
    /// Where its files are.
    pub files: Files,
}

/// Addresses of the files of a piece.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Files {
    /// Standard MIDI File.
    pub mid: String,
    /// MusicXML, full score.
    pub musicxml: String,
    /// MusicXML, melody and chord symbols.
    pub lead_sheet: String,
    /// WAV.
    pub wav: String,
    /// FLAC.
    pub flac: String,
    /// MP3.
    pub mp3: String,
    /// Opus in Ogg.
    pub opus: String,
    /// ZIP archive with each role as a MIDI and a FLAC file of its own.
    pub stems: String,
}

impl From<&Kept> for Piece {
    fn from(kept: &Kept) -> Self {
        let (id, piece) = (&kept.id, &kept.piece);
        let file = |ending: &str| format!("/api/v1/pieces/{id}.{ending}");
        Self {
            id: id.clone(),
            title: piece.title.clone(),
            created_at: rfc3339(kept.created),
            requested: piece.requested.into(),
            heard: piece.heard.map(Into::into),
            key: piece.key(),
            tempo_bpm: piece.tempo_bpm(),
            bars: piece.bars,
            seconds: piece.seconds(),
            seed: piece.understood.music.seed,
            genre: piece.understood.music.genre.name().into(),
            texture: piece.understood.music.texture.name().into(),
            roles: piece
                .roles()
                .iter()
                .map(|role| role.name().to_owned())
                .collect(),
            writer: piece.understood.music.writer.name().into(),
            preferences: piece.understood.preferences.into(),
            primer: piece.understood.primer().map(Into::into),
            sensed: piece.understood.sensed.as_ref().map(Sensed::from),
            files: Files {
                mid: file("mid"),
                musicxml: file("musicxml"),
                lead_sheet: file("lead.musicxml"),
                wav: file("wav"),
                flac: file("flac"),
                mp3: file("mp3"),
                opus: file("opus"),
                stems: file("stems.zip"),
            },
        }
    }
}

/// The pieces made in this session.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PieceList {
    /// Newest first.
    pub pieces: Vec<Piece>,
}

/// Which music of a station to keep.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct SaveRequest {
    /// How far back, in minutes; 3 when left out.
    #[schema(minimum = 0.1, maximum = 30.0)]
    pub minutes: Option<f64>,
    /// Title.
    #[schema(max_length = 200)]
    pub title: Option<String>,
}

/// Bars of a piece that are composed anew; the rest stays to the tick.
#[derive(Debug, Clone, PartialEq, Default, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RedoRequest {
    /// Bars from 1, the last one included.
    #[schema(example = "9-12")]
    pub bars: String,
    /// Roles that stay in these bars; not with `only`.
    #[schema(example = json!(["drums", "bass"]))]
    pub keep: Vec<String>,
    /// Roles that are written in these bars, all others staying; not with `keep`.
    pub only: Vec<String>,
    /// Whether the bars get chords of their own.
    pub new_harmony: bool,
    /// What the bars shall express, in words; what the piece expresses when nothing is said.
    #[schema(max_length = 20000)]
    pub text: Option<String>,
    /// Valence; with `arousal` instead of `text`.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub valence: Option<f64>,
    /// Arousal.
    #[schema(minimum = -1.0, maximum = 1.0)]
    pub arousal: Option<f64>,
    /// Who writes: `rules` or `neural`.
    pub writer: Option<String>,
    /// Seed.
    pub seed: Option<u64>,
}

impl RedoRequest {
    /// What the engine is asked for.
    #[must_use]
    pub fn into_redo(self) -> (Redo, MusicRequest) {
        let harmony = if self.new_harmony {
            Harmony::New
        } else {
            Harmony::Kept
        };
        let redo = Redo {
            bars: self.bars,
            keep: self.keep,
            only: self.only,
            harmony,
        };
        let request = MusicRequest {
            text: self.text,
            valence: self.valence,
            arousal: self.arousal,
            writer: self.writer,
            seed: self.seed,
            ..MusicRequest::default()
        };
        (redo, request)
    }
}

/// What a listening model hears in a MIDI file.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Judged {
    /// Valence, in −1..=1.
    pub valence: f64,
    /// Arousal, in −1..=1.
    pub arousal: f64,
    /// The most likely quadrant emotion.
    #[schema(example = "calmness")]
    pub quadrant: String,
    /// Probability of each.
    pub quadrants: Emotions,
    /// The symbolic features by name.
    pub features: BTreeMap<String, f64>,
}

impl From<affetto_engine::Judgement> for Judged {
    fn from(judgement: affetto_engine::Judgement) -> Self {
        let estimate = judgement.estimate;
        let features = judgement
            .features
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value));
        Self {
            valence: estimate.mean.v(),
            arousal: estimate.mean.a(),
            quadrant: estimate.quadrants.most_likely().name().into(),
            quadrants: estimate.quadrants.into(),
            features: features.collect(),
        }
    }
}

/// A time as `2026-11-21T08:30:00Z`; the civil date after Howard Hinnant (2013), "chrono-Compatible
/// Low-Level Date Algorithms", `civil_from_days`.
fn rfc3339(time: SystemTime) -> String {
    let seconds = time
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86_400, seconds % 86_400);
    // Days count from 0000-03-01, so that a leap day is the last of its year.
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 {
        shifted_month + 3
    } else {
        shifted_month - 9
    };
    let year = year_of_era + era * 400 + u64::from(month <= 2);
    let (hour, minute) = (second / 3600, second / 60 % 60);
    format!(
        "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{:02}Z",
        second % 60
    )
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[track_caller]
    fn check(seconds: u64, expected: &str) {
        assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
    }

    #[test]
    fn times_are_written_out() {
        check(0, "1970-01-01T00:00:00Z");
        check(951_782_400, "2000-02-29T00:00:00Z");
        check(1_795_249_799, "2026-11-21T08:29:59Z");
        check(4_107_542_400, "2100-03-01T00:00:00Z");
    }
}
