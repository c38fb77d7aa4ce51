//! Sets of songs as files for players.

use std::path::Path;

use affetto_library::Song;
pub use affetto_library::playlist::PlaylistFormat;
use affetto_library::playlist::{Paths, Track, Tracklist, Written, write};

use crate::Error;

/// The format that the ending of a file asks for.
///
/// # Errors
/// [`Error::User`] for an ending that is none of them.
pub fn format_of(path: &Path) -> Result<PlaylistFormat, Error> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    let ending = ending.unwrap_or_default();
    // The older ending means the same text to every player of today.
    let name = if ending.eq_ignore_ascii_case("m3u") {
        "m3u8"
    } else {
        ending
    };
    name.parse().map_err(|_| {
        Error::user(
            "unknown_format",
            format!(
                "cannot tell the format of {}, expected an ending among: m3u8, xspf, jspf",
                path.display()
            ),
        )
    })
}

/// Songs as a playlist that lies in a folder.
#[must_use]
pub fn playlist(name: &str, songs: &[Song], format: PlaylistFormat, folder: &Path) -> Written {
    let tracks = songs.iter().map(|song| Track {
        title: song.info.title.clone(),
        artist: song.info.artist.clone(),
        album: song.info.album.clone(),
        duration_s: song.info.duration_s,
        path: song.info.path.clone(),
        link: song.info.link.clone(),
    });
    let list = Tracklist {
        name: name.into(),
        tracks: tracks.collect(),
    };
    match std::path::absolute(folder) {
        Ok(folder) => write(&list, format, Paths::RelativeTo(&folder)),
        Err(_) => write(&list, format, Paths::Absolute),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_say_the_format() {
        let of = |path: &str| format_of(Path::new(path)).ok();
        assert_eq!(of("a.m3u8"), Some(PlaylistFormat::M3u8));
        assert_eq!(of("a.M3U"), Some(PlaylistFormat::M3u8));
        assert_eq!(of("a.xspf"), Some(PlaylistFormat::Xspf));
        assert_eq!(of("a.doc"), None);
    }
}
