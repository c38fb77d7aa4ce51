//! M3U8: a line a track, with names and lengths in `#EXTINF` comments before it.

use std::path::{Path, PathBuf};

use super::location::{named_path, path_uri, uri_path};
use super::{Paths, Track, Tracklist, Written};
use crate::Error;
use crate::text::decoded;

/// Longest playlist in bytes.
const MAX_BYTES: usize = 32 << 20;
/// Most tracks of a playlist.
const MAX_TRACKS: usize = 100_000;

/// Writes a playlist as M3U8.
pub(super) fn write(list: &Tracklist, paths: Paths<'_>) -> Written {
    let mut text = String::from("#EXTM3U\n");
    if !list.name.trim().is_empty() {
        text.push_str(&format!("#PLAYLIST:{}\n", one_line(&list.name)));
    }
    let mut left_out = Vec::new();
    for (i, track) in list.tracks.iter().enumerate() {
        let Some(location) = location(track, paths) else {
            left_out.push(i);
            continue;
        };
        // −1 stands for a length that is not known.
        let seconds = track
            .duration_s
            .map_or(-1, |seconds| seconds.round() as i64);
        let (artist, title) = (one_line(&track.artist), one_line(&track.title));
        text.push_str(&format!(
            "#EXTINF:{seconds},{artist} - {title}\n{location}\n"
        ));
    }
    Written { text, left_out }
}

/// Text that stays on its line.
fn one_line(text: &str) -> String {
    let spaced: String = text
        .chars()
        .map(|c| {
            if c.is_control() || is_line_end(c) {
                ' '
            } else {
                c
            }
        })
        .collect();
    spaced.trim().to_owned()
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\u{2028}' | '\u{2029}')
}

/// A track's line: its path as it is where that is safe, else as a URI.
fn location(track: &Track, paths: Paths<'_>) -> Option<String> {
    let Some(path) = named_path(track, paths) else {
        let link = track.link.as_deref().map(one_line)?;
        return (!link.is_empty() && !link.starts_with('#')).then_some(link);
    };
    let text = path.to_str().unwrap_or_default();
    let awkward = text.is_empty()
        || text.trim() != text
        || text.chars().any(|c| c.is_control() || is_line_end(c))
        || text.contains('\\')
        || has_scheme(text);
    if awkward {
        // Relative references would be read as paths, so these are always absolute.
        return track.path.as_deref().map(path_uri);
    }
    // A name that looks like a comment.
    let dot = if text.starts_with('#') { "./" } else { "" };
    Some(format!("{dot}{text}"))
}

/// Whether a line is a URI rather than a path: a scheme of two letters or more before a colon.
fn has_scheme(text: &str) -> bool {
    let Some((scheme, _)) = text.split_once(':') else {
        return false;
    };
    scheme.len() > 1
        && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
}

/// A track as an M3U8 names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Number of its line in the file, from 1.
    pub line: usize,
    /// The line itself, at most 80 characters of it are worth showing.
    pub text: String,
    /// The file it names, relative or absolute; `None` where it is a link.
    pub path: Option<PathBuf>,
    /// The name in the comment before it, usually "Artist - Title".
    pub name: Option<String>,
    /// The length in that comment, in seconds above 0.
    pub duration_s: Option<f64>,
}

/// Reads an M3U or M3U8: UTF-8, else Windows-1252. Comments that are not known are passed over.
///
/// # Errors
/// [`Error::TooLarge`] over 32 MiB or 100 000 tracks, [`Error::Format`] for a list of pieces of
/// one stream, which M3U8 is used for as well (HTTP Live Streaming).
pub fn read_m3u(bytes: &[u8]) -> Result<Vec<Listed>, Error> {
    if bytes.len() > MAX_BYTES {
        return Err(Error::too_large("a playlist", "32 MiB"));
    }
    let text = decoded(bytes);
    let mut tracks = Vec::new();
    let mut info = (None, None);
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let line = line.trim();
        if let Some(rest) = line.strip_prefix("#EXTINF:") {
            info = extinf(rest);
        } else if line.starts_with("#EXT-X-") {
            let reason = "it is a stream (HTTP Live Streaming)";
            return Err(Error::format("M3U8 playlist", reason));
        } else if !line.is_empty() && !line.starts_with('#') {
            if tracks.len() == MAX_TRACKS {
                return Err(Error::too_large("a playlist", "100000 tracks"));
            }
            let (duration_s, name) = std::mem::take(&mut info);
            tracks.push(Listed {
                line: number,
                text: line.to_owned(),
                path: path(line),
                name,
                duration_s,
            });
        }
    }
    Ok(tracks)
}

/// Seconds and name of an `#EXTINF`, which may have attributes between them.
fn extinf(text: &str) -> (Option<f64>, Option<String>) {
    let (seconds, name) = text.split_once(',').unwrap_or((text, ""));
    let seconds = seconds.split_whitespace().next().unwrap_or_default();
    let seconds: Option<f64> = seconds.parse().ok();
    let seconds = seconds.filter(|seconds| *seconds > 0.0 && seconds.is_finite());
    let name = name.trim();
    (seconds, (!name.is_empty()).then(|| name.to_owned()))
}

/// The file that a line names.
fn path(line: &str) -> Option<PathBuf> {
    if has_scheme(line) {
        return uri_path(line);
    }
    // Lists made on Windows part folders by backslashes.
    let foreign = !cfg!(windows) && line.contains('\\') && !line.contains('/');
    let line = if foreign {
        line.replace('\\', "/")
    } else {
        line.to_owned()
    };
    Some(Path::new(&line).to_path_buf())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::{name, plain, tracks};
    use super::*;
    use crate::playlist::location::normal;

    fn track(artist: &str, title: &str, path: &str) -> Track {
        Track {
            title: title.into(),
            artist: artist.into(),
            path: Some(path.into()),
            ..Track::default()
        }
    }

    #[test]
    fn a_list_is_written() {
        let list = Tracklist {
            name: "Evening\nsongs".into(),
            tracks: vec![
                Track {
                    duration_s: Some(61.6),
                    ..track("A, B", "One", "/m/a/1.mp3")
                },
                track("C", "Two\r\n#EXTM3U", "/m/a\nb.mp3"),
                track("D", "Three", "/m/b/#3.mp3"),
                Track {
                    path: None,
                    link: Some("https://example.org/4".into()),
                    ..track("E", "Four", "")
                },
                Track {
                    path: None,
                    ..track("F", "Five", "")
                },
            ],
        };
        let written = write(&list, Paths::RelativeTo(Path::new("/m/b")));
        let expected = "#EXTM3U\n#PLAYLIST:Evening songs\n\
             #EXTINF:62,A, B - One\n../a/1.mp3\n\
             #EXTINF:-1,C - Two  #EXTM3U\nfile:///m/a%0Ab.mp3\n\
             #EXTINF:-1,D - Three\n./#3.mp3\n\
             #EXTINF:-1,E - Four\nhttps://example.org/4\n";
        assert_eq!(written.text, expected);
        assert_eq!(written.left_out, [4]);
    }

    #[test]
    fn lists_of_other_programs_are_read() {
        let text = "\u{feff}#EXTM3U\r\n#EXTENC: UTF-8\r\n#EXTINF:123 logo=\"x\",A - One\r\n\
                    Music\\A\\One.mp3\r\n\r\n#EXTGRP:x\nfile:///m/a%20b.mp3\nhttp://h/s.mp3\n";
        let tracks = read_m3u(text.as_bytes()).unwrap();
        let shown: Vec<_> = tracks
            .iter()
            .map(|t| {
                (
                    t.line,
                    t.path.as_ref().and_then(|p| p.to_str()),
                    t.name.as_deref(),
                    t.duration_s,
                )
            })
            .collect();
        let expected = [
            (4, Some("Music/A/One.mp3"), Some("A - One"), Some(123.0)),
            (7, Some("/m/a b.mp3"), None, None),
            (8, None, None, None),
        ];
        assert_eq!(shown, expected);
        assert_eq!(read_m3u(b"M\xfcll.mp3").unwrap()[0].text, "Müll.mp3");
    }

    #[test]
    fn what_is_no_playlist_is_refused() {
        for (bytes, expected) in [
            (
                b"a\n".repeat(100_001),
                "a playlist may have at most 100000 tracks, but has more",
            ),
            (
                vec![b'a'; 33 << 20],
                "a playlist may have at most 32 MiB, but has more",
            ),
            (
                b"#EXTM3U\n#EXT-X-VERSION:3\na.ts".to_vec(),
                "this is no M3U8 playlist: it is a stream (HTTP Live Streaming)",
            ),
        ] {
            assert_eq!(read_m3u(&bytes).unwrap_err().to_string(), expected);
        }
    }

    proptest! {
        #[test]
        fn lists_read_back(name in name(), tracks in tracks(), relative in any::<bool>()) {
            let list = Tracklist { name, tracks };
            let folder = Path::new("/m/lists");
            let paths = if relative { Paths::RelativeTo(folder) } else { Paths::Absolute };
            let written = write(&list, paths);
            prop_assert!(written.left_out.is_empty());
            let read = read_m3u(written.text.as_bytes()).unwrap();
            prop_assert_eq!(read.len(), list.tracks.len());
            for (listed, track) in read.iter().zip(&list.tracks) {
                let path = normal(&folder.join(listed.path.as_ref().unwrap()));
                prop_assert_eq!(&path, &normal(track.path.as_ref().unwrap()));
                let name = format!("{} - {}", plain(&track.artist), plain(&track.title));
                prop_assert_eq!(listed.name.as_deref(), Some(name.trim()));
                prop_assert_eq!(listed.duration_s, track.duration_s);
            }
        }

        #[test]
        fn any_bytes_are_read(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read_m3u(&bytes);
        }
    }
}
