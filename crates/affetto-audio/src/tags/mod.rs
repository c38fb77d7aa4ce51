//! What files say about their sound: title, artist and so on, from ID3, Vorbis comments, MP4 atoms,
//! RIFF INFO and AIFF text, read by lofty.
//!
//! Tags are written by anyone: text is shortened, numbers are checked, no item may ask for more than
//! [`MAX_ITEM_BYTES`], and a file whose tags are broken gives none and a note, for its sound may be
//! good.

#[cfg(test)]
mod tests;

use std::fmt;
use std::io::{Read, Seek};

use lofty::config::{GlobalOptions, ParseOptions, ParsingMode, apply_global_options};
use lofty::file::{TaggedFile, TaggedFileExt};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};

use crate::decode::survive;

/// Longest title, name or genre in characters; longer ones are cut.
pub const MAX_TEXT_CHARS: usize = 500;
/// Longest lyrics in characters; longer ones are cut.
pub const MAX_LYRICS_CHARS: usize = 100_000;
/// Largest single item of a tag that is read, in bytes.
const MAX_ITEM_BYTES: usize = 4 << 20;
/// Years that are believed.
const YEARS: std::ops::RangeInclusive<u16> = 1000..=2999;
/// Gains that are believed, in dB.
const GAINS_DB: std::ops::RangeInclusive<f32> = -60.0..=60.0;

/// What a file says about itself; `None` where it says nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SongTags {
    /// Title of the song.
    pub title: Option<String>,
    /// Who performs it.
    pub artist: Option<String>,
    /// The album that it is on.
    pub album: Option<String>,
    /// Genre, in the words of the tag.
    pub genre: Option<String>,
    /// Year of the recording or of its release, in 1000..=2999.
    pub year: Option<u16>,
    /// Place on the album, from 1.
    pub track_number: Option<u32>,
    /// ReplayGain of the song in dB, as it was written.
    pub replay_gain_db: Option<f32>,
    /// Peak of the song as ReplayGain has it: a factor, 1 at full scale.
    pub replay_gain_peak: Option<f32>,
    /// Lyrics, lines apart; may hold time stamps (`[00:12.00]`).
    pub lyrics: Option<String>,
}

/// Tags, and what was wrong with them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ReadTags {
    /// What could be read.
    pub tags: SongTags,
    /// Why nothing could be read.
    pub note: Option<TagNote>,
}

/// Why a file has no tags, though it may have sound.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TagNote {
    /// The kind of file is not one whose tags are read.
    UnknownFormat,
    /// The tags are damaged.
    Damaged {
        /// What was wrong.
        reason: String,
    },
}

impl fmt::Display for TagNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownFormat => write!(f, "no tags are read from this kind of file"),
            Self::Damaged { reason } => {
                write!(f, "the tags are damaged and were left out: {reason}")
            }
        }
    }
}

/// Reads the tags of a file; bytes in memory: wrap them in [`std::io::Cursor`]. The kind of file is
/// found in its content. Pictures are not read.
pub fn read_tags(source: impl Read + Seek) -> ReadTags {
    apply_global_options(
        GlobalOptions::new()
            .allocation_limit(MAX_ITEM_BYTES)
            .use_custom_resolvers(false)
            .preserve_format_specific_items(false),
    );
    let read = survive(|| parse(std::io::BufReader::new(source)));
    apply_global_options(GlobalOptions::new());
    match read {
        Some(Ok(Some(file))) => ReadTags {
            tags: collect(&file),
            note: None,
        },
        Some(Ok(None)) => noted(TagNote::UnknownFormat),
        Some(Err(error)) => noted(TagNote::Damaged {
            reason: shortened(&error.to_string(), MAX_TEXT_CHARS).unwrap_or_default(),
        }),
        None => noted(TagNote::Damaged {
            reason: "they contradict themselves".to_owned(),
        }),
    }
}

fn noted(note: TagNote) -> ReadTags {
    ReadTags {
        tags: SongTags::default(),
        note: Some(note),
    }
}

fn parse(source: impl Read + Seek) -> Result<Option<TaggedFile>, lofty::error::LoftyError> {
    let options = ParseOptions::new()
        .read_properties(false)
        .read_cover_art(false)
        .parsing_mode(ParsingMode::BestAttempt);
    let probe = Probe::new(source).options(options).guess_file_type()?;
    if probe.file_type().is_none() {
        return Ok(None);
    }
    probe.read().map(Some)
}

/// The first tag that has an item wins; the format's own kind of tag comes first.
fn collect(file: &TaggedFile) -> SongTags {
    let primary = file.primary_tag();
    let others = file
        .tags()
        .iter()
        .filter(|tag| primary.is_none_or(|primary| primary.tag_type() != tag.tag_type()));
    let tags: Vec<&Tag> = primary.into_iter().chain(others).collect();
    let text = |key: ItemKey, n_chars: usize| {
        let mut values = tags.iter().filter_map(|tag| tag.get_string(key));
        values.find_map(|value| shortened(value, n_chars))
    };
    let name = |key| text(key, MAX_TEXT_CHARS);
    let number = |key| name(key).as_deref().and_then(leading_number);
    let factor = |key| name(key).as_deref().and_then(decibels);
    let year = |key| number(key).and_then(|year| u16::try_from(year).ok());
    SongTags {
        title: name(ItemKey::TrackTitle),
        artist: name(ItemKey::TrackArtist).or_else(|| name(ItemKey::AlbumArtist)),
        album: name(ItemKey::AlbumTitle),
        genre: name(ItemKey::Genre),
        year: [
            ItemKey::RecordingDate,
            ItemKey::Year,
            ItemKey::ReleaseDate,
            ItemKey::OriginalReleaseDate,
        ]
        .into_iter()
        .find_map(|key| year(key).filter(|year| YEARS.contains(year))),
        track_number: number(ItemKey::TrackNumber).filter(|number| *number > 0),
        replay_gain_db: factor(ItemKey::ReplayGainTrackGain).filter(|db| GAINS_DB.contains(db)),
        replay_gain_peak: factor(ItemKey::ReplayGainTrackPeak).filter(|peak| *peak >= 0.0),
        lyrics: text(ItemKey::Lyrics, MAX_LYRICS_CHARS)
            .or_else(|| text(ItemKey::UnsyncLyrics, MAX_LYRICS_CHARS)),
    }
}

/// Text without control characters (but line ends), shortened; nothing when nothing is left.
fn shortened(text: &str, n_chars: usize) -> Option<String> {
    let kept: String = text
        .replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .take(n_chars)
        .collect();
    let trimmed = kept.trim();
    (!trimmed.is_empty()).then(|| trimmed.to_owned())
}

/// The number that a text begins with: 7 of `7/12`, 1999 of `1999-05-01`.
fn leading_number(text: &str) -> Option<u32> {
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    text[..n_digits].parse().ok()
}

/// The number of `-6.30 dB` or of `0.98`.
fn decibels(text: &str) -> Option<f32> {
    let number = text.trim().trim_end_matches(|c: char| c.is_alphabetic());
    let value: f32 = number.trim().parse().ok()?;
    value.is_finite().then_some(value)
}
