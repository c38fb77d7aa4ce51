//! Playlists as files: M3U8, XSPF and JSPF out, M3U8 in.
//!
//! - [`write()`] makes a file of a [`Tracklist`] in one [`PlaylistFormat`].
//! - [`read_m3u`] reads lines, a [`SongIndex`] finds their songs, [`import`] does both and lists
//!   what it could not find.

mod jspf;
mod location;
mod m3u;
mod matching;
mod xspf;

use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use crate::{Error, SongInfo};

pub use m3u::{Listed, read_m3u};
pub use matching::{Imported, SongIndex, import};

/// A playlist as it is written to a file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tracklist {
    /// Its name; may be empty.
    pub name: String,
    /// Its tracks in order.
    pub tracks: Vec<Track>,
}

/// One track of a playlist.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Track {
    /// Title.
    pub title: String,
    /// Artists.
    pub artist: String,
    /// Album.
    pub album: Option<String>,
    /// Length in seconds, above 0.
    pub duration_s: Option<f64>,
    /// The sound file, absolute.
    pub path: Option<PathBuf>,
    /// Where it can be opened elsewhere; used where there is no file.
    pub link: Option<String>,
}

impl From<&SongInfo> for Track {
    fn from(info: &SongInfo) -> Self {
        Self {
            title: info.title.clone(),
            artist: info.artist.clone(),
            album: info.album.clone(),
            duration_s: info.duration_s,
            path: info.path.clone(),
            link: info.link.clone(),
        }
    }
}

/// How a playlist is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PlaylistFormat {
    /// M3U in UTF-8 with names and lengths, for nearly every player.
    M3u8,
    /// XML Shareable Playlist Format, version 1.
    Xspf,
    /// The same in JSON.
    Jspf,
}

impl PlaylistFormat {
    /// All, in their listing order.
    pub const ALL: [Self; 3] = [Self::M3u8, Self::Xspf, Self::Jspf];

    /// The name, and the ending of its files without the dot.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::M3u8 => "m3u8",
            Self::Xspf => "xspf",
            Self::Jspf => "jspf",
        }
    }
}

impl fmt::Display for PlaylistFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for PlaylistFormat {
    type Err = Error;

    /// Reads a name; case does not matter.
    fn from_str(text: &str) -> Result<Self, Error> {
        let known = Self::ALL
            .into_iter()
            .find(|format| format.name().eq_ignore_ascii_case(text.trim()));
        let names = Self::ALL.map(Self::name);
        known.ok_or_else(|| Error::unknown_name("playlist format", text, &names))
    }
}

/// How files are named in a playlist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paths<'a> {
    /// By their absolute paths.
    Absolute,
    /// From this folder, absolute, that the playlist will lie in: the whole may then be moved.
    RelativeTo(&'a Path),
}

/// A playlist as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The file's content, in UTF-8.
    pub text: String,
    /// Positions of tracks that the format cannot hold: for M3U8 those without file and link.
    pub left_out: Vec<usize>,
}

/// Writes a playlist.
#[must_use]
pub fn write(list: &Tracklist, format: PlaylistFormat, paths: Paths<'_>) -> Written {
    match format {
        PlaylistFormat::M3u8 => m3u::write(list, paths),
        PlaylistFormat::Xspf => xspf::write(list, paths),
        PlaylistFormat::Jspf => jspf::write(list, paths),
    }
}

#[cfg(test)]
pub(crate) mod testing {
    use proptest::prelude::*;

    use super::*;

    /// Names with everything that a format may trip over.
    pub(crate) fn name() -> impl Strategy<Value = String> {
        prop_oneof![
            "[a-zA-Zäß漢&<>\"'#%,;: \\[\\]-]{1,20}",
            "\\PC{1,20}",
            Just("#EXTINF:1,evil\r\n/etc/passwd".to_owned()),
            Just("]]><x>&amp;\u{0}\u{1b}".to_owned()),
        ]
        .prop_filter("not empty", |name| !name.trim().is_empty())
    }

    /// Tracks with a file each.
    pub(crate) fn tracks() -> impl Strategy<Value = Vec<Track>> {
        let segment = prop_oneof![
            "[a-zA-Z0-9 äß漢&<>\"'#%?+:;,\\[\\]~-]{1,12}",
            "[\\PC&&[^/\\\\]]{1,12}",
            Just("a\nb".to_owned()),
            Just("#c".to_owned()),
            Just(" d ".to_owned()),
            Just("http:".to_owned()),
        ]
        .prop_filter("a name", |name| name != "." && name != "..");
        let path = proptest::collection::vec(segment, 1..4)
            .prop_map(|names| PathBuf::from(format!("/{}", names.join("/"))));
        let track = (name(), name(), path, proptest::option::of(1_u32..10_000));
        let track = track.prop_map(|(title, artist, path, seconds)| Track {
            title,
            artist,
            duration_s: seconds.map(f64::from),
            path: Some(path),
            ..Track::default()
        });
        proptest::collection::vec(track, 0..5)
    }

    /// A name as a format without line ends and control characters can hold it.
    pub(crate) fn plain(name: &str) -> String {
        let breaks = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        let spaced: String = name
            .chars()
            .map(|c| if breaks(c) { ' ' } else { c })
            .collect();
        spaced.trim().to_owned()
    }
}
