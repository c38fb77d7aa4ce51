//! JSPF: XSPF in JSON (xspf.org/jspf).

use serde::Serialize;

use super::xspf::{duration_ms, location};
use super::{Paths, Tracklist, Written};

#[derive(Serialize)]
struct Document<'a> {
    playlist: Playlist<'a>,
}

#[derive(Serialize)]
struct Playlist<'a> {
    title: &'a str,
    track: Vec<Track<'a>>,
}

#[derive(Serialize)]
struct Track<'a> {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    location: Vec<String>,
    title: &'a str,
    creator: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    album: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    duration: Option<u64>,
}

/// Writes a playlist as JSPF.
pub(super) fn write(list: &Tracklist, paths: Paths<'_>) -> Written {
    let track = |track| Track::new(track, paths);
    let document = Document {
        playlist: Playlist {
            title: &list.name,
            track: list.tracks.iter().map(track).collect(),
        },
    };
    // Text, whole numbers and lists are always JSON.
    let text = serde_json::to_string_pretty(&document).unwrap_or_default();
    Written {
        text: text + "\n",
        left_out: Vec::new(),
    }
}

impl<'a> Track<'a> {
    fn new(track: &'a super::Track, paths: Paths<'_>) -> Self {
        Self {
            location: location(track, paths).into_iter().collect(),
            title: &track.title,
            creator: &track.artist,
            album: track.album.as_deref(),
            duration: duration_ms(track),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::location::path_uri;
    use super::super::testing::{name, tracks};
    use super::*;

    proptest! {
        #[test]
        fn lists_read_back(name in name(), tracks in tracks()) {
            let list = Tracklist { name, tracks };
            let text = write(&list, Paths::Absolute).text;
            let json: serde_json::Value = serde_json::from_str(&text).unwrap();
            let playlist = &json["playlist"];
            prop_assert_eq!(playlist["title"].as_str(), Some(list.name.as_str()));
            let read = playlist["track"].as_array().unwrap();
            prop_assert_eq!(read.len(), list.tracks.len());
            for (read, track) in read.iter().zip(&list.tracks) {
                prop_assert_eq!(read["title"].as_str(), Some(track.title.as_str()));
                prop_assert_eq!(read["creator"].as_str(), Some(track.artist.as_str()));
                let uri = path_uri(track.path.as_ref().unwrap());
                prop_assert_eq!(read["location"][0].as_str(), Some(uri.as_str()));
                let ms = track.duration_s.map(|s| (s * 1000.0) as u64);
                prop_assert_eq!(read["duration"].as_u64(), ms);
            }
        }
    }
}
