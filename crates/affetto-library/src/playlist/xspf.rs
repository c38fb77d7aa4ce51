//! XSPF, version 1 (xspf.org/spec).

use quick_xml::escape::escape;

use super::location::{named_path, path_uri};
use super::{Paths, Track, Tracklist, Written};

/// Writes a playlist as XSPF. Tracks without file and link stay: players may know them by name.
pub(super) fn write(list: &Tracklist, paths: Paths<'_>) -> Written {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n",
    );
    element(&mut xml, 2, "title", &list.name);
    xml.push_str("  <trackList>\n");
    for track in &list.tracks {
        xml.push_str("    <track>\n");
        element(
            &mut xml,
            6,
            "location",
            &location(track, paths).unwrap_or_default(),
        );
        element(&mut xml, 6, "title", &track.title);
        element(&mut xml, 6, "creator", &track.artist);
        element(
            &mut xml,
            6,
            "album",
            track.album.as_deref().unwrap_or_default(),
        );
        element(
            &mut xml,
            6,
            "duration",
            &duration_ms(track).map_or(String::new(), |ms| ms.to_string()),
        );
        xml.push_str("    </track>\n");
    }
    xml.push_str("  </trackList>\n</playlist>\n");
    Written {
        text: xml,
        left_out: Vec::new(),
    }
}

/// Where a track is, as a URI.
pub(super) fn location(track: &Track, paths: Paths<'_>) -> Option<String> {
    let path = named_path(track, paths).map(|path| path_uri(&path));
    path.or_else(|| track.link.clone())
}

/// Length in milliseconds.
pub(super) fn duration_ms(track: &Track) -> Option<u64> {
    track
        .duration_s
        .map(|seconds| (seconds * 1000.0).round() as u64)
}

/// An element on a line of its own; none for an empty text.
fn element(xml: &mut String, indent: usize, name: &str, text: &str) {
    let text: String = text.chars().filter(|c| is_xml(*c)).collect();
    if !text.is_empty() {
        let text = escape(text.as_str());
        xml.push_str(&format!("{:indent$}<{name}>{text}</{name}>\n", ""));
    }
}

/// Characters that XML 1.0 can hold (section 2.2).
fn is_xml(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\u{20}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

#[cfg(test)]
mod tests {
    use std::path::{Path, PathBuf};

    use proptest::prelude::*;
    use quick_xml::Reader;
    use quick_xml::events::Event;

    use super::super::location::uri_path;
    use super::super::testing::{name, tracks};
    use super::*;

    /// Names and texts of all elements that hold text.
    fn elements(xml: &str) -> Vec<(String, String)> {
        let mut reader = Reader::from_str(xml);
        let mut found: Vec<(String, String)> = Vec::new();
        let mut open = Vec::new();
        loop {
            match reader.read_event().unwrap() {
                Event::Start(start) => {
                    open.push(start.name().as_ref().to_owned());
                    found.push((open.last().unwrap().clone(), String::new()));
                }
                Event::End(_) => {
                    open.pop();
                }
                Event::Text(text) => push(&mut found, &text),
                Event::GeneralRef(name) => {
                    let name = format!("&{};", &*name);
                    push(&mut found, &quick_xml::escape::unescape(&name).unwrap());
                }
                Event::Eof => break,
                _ => {}
            }
        }
        assert!(open.is_empty(), "every element is closed");
        let names = ["playlist", "trackList", "track"];
        found.retain(|(name, _)| !names.contains(&name.as_str()));
        // What follows an element up to the next tag is only its line end.
        found
            .into_iter()
            .map(|(name, text)| (name, text.trim_end().to_owned()))
            .collect()
    }

    fn push(found: &mut [(String, String)], text: &str) {
        if let Some((_, held)) = found.last_mut() {
            held.push_str(text);
        }
    }

    #[test]
    fn a_list_is_written() {
        let list = Tracklist {
            name: "A & B".into(),
            tracks: vec![Track {
                title: "<One>".into(),
                artist: "C".into(),
                album: Some("D\u{1}".into()),
                duration_s: Some(1.5),
                path: Some("/m/a b.mp3".into()),
                link: None,
            }],
        };
        let written = write(&list, Paths::RelativeTo(Path::new("/m")));
        let expected = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <playlist version=\"1\" xmlns=\"http://xspf.org/ns/0/\">\n  \
            <title>A &amp; B</title>\n  <trackList>\n    <track>\n      \
            <location>a%20b.mp3</location>\n      <title>&lt;One&gt;</title>\n      \
            <creator>C</creator>\n      <album>D</album>\n      <duration>1500</duration>\n    \
            </track>\n  </trackList>\n</playlist>\n";
        assert_eq!(written.text, expected);
    }

    proptest! {
        #[test]
        fn lists_read_back(name in name(), tracks in tracks()) {
            let list = Tracklist { name, tracks };
            let found = elements(&write(&list, Paths::Absolute).text);
            let all = |wanted: &str| -> Vec<String> {
                let texts = found.iter().filter(|(name, _)| name == wanted);
                texts.map(|(_, text)| text.clone()).collect()
            };
            let paths: Vec<PathBuf> = all("location").iter().map(|uri| uri_path(uri).unwrap()).collect();
            let expected: Vec<PathBuf> = list.tracks.iter().filter_map(|t| t.path.clone()).collect();
            prop_assert_eq!(paths, expected);
            let held = |text: &str| -> String {
                text.chars().filter(|c| is_xml(*c)).collect::<String>().trim_end().to_owned()
            };
            let artists: Vec<String> = list.tracks.iter().map(|t| held(&t.artist)).filter(|a| !a.is_empty()).collect();
            prop_assert_eq!(all("creator"), artists);
        }
    }
}
