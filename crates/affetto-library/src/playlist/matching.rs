//! Which songs the lines of a playlist mean.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::location::normal;
use super::m3u::{Listed, read_m3u};
use crate::names::match_keys;
use crate::{Error, Song, SongId};

/// The songs of a library by everything that a playlist may name.
#[derive(Debug, Default)]
pub struct SongIndex {
    paths: HashMap<PathBuf, SongId>,
    /// Folder and file, in lower case; `None` where several songs share them.
    ends: HashMap<String, Option<SongId>>,
    links: HashMap<String, SongId>,
    names: HashMap<String, SongId>,
}

/// What became of a playlist.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Imported {
    /// The songs that were found, in the order of the list.
    pub songs: Vec<SongId>,
    /// The lines whose song is not in the library.
    pub unmatched: Vec<Listed>,
}

impl SongIndex {
    /// Adds a song. Of several songs with one name, the first is found.
    pub fn add(&mut self, song: &Song) {
        let info = &song.info;
        if let Some(path) = &info.path {
            self.paths.insert(normal(path), song.id);
            if let Some(end) = end(path) {
                let known = self.ends.entry(end).or_insert(Some(song.id));
                *known = known.filter(|id| *id == song.id);
            }
        }
        if let Some(link) = &info.link {
            self.links.entry(link.clone()).or_insert(song.id);
        }
        for key in match_keys(&info.artist, &info.title) {
            self.names.entry(key).or_insert(song.id);
        }
    }

    /// The song of a line: by its path from the folder of the list, by its link, by the end of
    /// its path when the library has moved, by the name in the comment, by the file's name.
    #[must_use]
    pub fn find(&self, listed: &Listed, folder: &Path) -> Option<SongId> {
        let path = listed.path.as_deref();
        let by_path = path.and_then(|path| self.paths.get(&normal(&folder.join(path))));
        let by_end = || path.and_then(end).and_then(|end| *self.ends.get(&end)?);
        let by_comment = || listed.name.as_deref().and_then(|name| self.by_name(name));
        let by_file_name = || self.by_name(path?.file_stem()?.to_str()?);
        (by_path.or_else(|| self.links.get(&listed.text)).copied())
            .or_else(by_end)
            .or_else(by_comment)
            .or_else(by_file_name)
    }

    /// A song by "Artist - Title"; both may have dashes of their own, and a file's name a number
    /// before them.
    fn by_name(&self, name: &str) -> Option<SongId> {
        let unnumbered = name.trim_start_matches(|c: char| c.is_ascii_digit());
        let unnumbered = unnumbered.trim_start_matches(['.', '-', '_', ' ']);
        [name, unnumbered].iter().find_map(|name| {
            let mut dashes = name.match_indices(" - ").take(8);
            dashes.find_map(|(i, dash)| {
                let keys = match_keys(&name[..i], &name[i + dash.len()..]);
                keys.iter().find_map(|key| self.names.get(key)).copied()
            })
        })
    }
}

/// The last folder and the file of a path, in lower case.
fn end(path: &Path) -> Option<String> {
    let file = path.file_name()?.to_str()?;
    let folder = path.parent()?.file_name()?.to_str()?;
    Some(format!("{folder}/{file}").to_lowercase())
}

/// Reads an M3U8 that lies in a folder and finds its songs.
///
/// # Errors
/// As [`read_m3u`].
pub fn import(bytes: &[u8], folder: &Path, songs: &SongIndex) -> Result<Imported, Error> {
    let mut imported = Imported::default();
    for listed in read_m3u(bytes)? {
        match songs.find(&listed, folder) {
            Some(song) => imported.songs.push(song),
            None => imported.unmatched.push(listed),
        }
    }
    Ok(imported)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SongInfo;

    fn song(id: i64, artist: &str, title: &str, path: &str, link: &str) -> Song {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Song {
            id: SongId(id),
            info: SongInfo {
                title: title.into(),
                artist: artist.into(),
                path: some(path).map(PathBuf::from),
                link: some(link),
                ..SongInfo::default()
            },
            sources: vec![],
        }
    }

    fn index() -> SongIndex {
        let mut index = SongIndex::default();
        for song in [
            song(
                1,
                "Nina Simone",
                "Sinnerman",
                "/m/Pastel Blues/10 Sinnerman.flac",
                "",
            ),
            song(2, "Björk", "Jóga", "", "https://open.spotify.com/track/x"),
            song(3, "A - B", "C - D", "/m/x/1.mp3", ""),
            song(4, "E", "F", "/m/y/x/1.mp3", ""),
        ] {
            index.add(&song);
        }
        index
    }

    #[test]
    fn lines_find_their_songs() {
        for (lines, expected) in [
            ("/m/Pastel Blues/10 Sinnerman.flac", Some(1)),
            ("../Pastel Blues/./10 Sinnerman.flac", Some(1)),
            ("file:///m/Pastel%20Blues/10%20Sinnerman.flac", Some(1)),
            ("/old/disk/pastel blues/10 sinnerman.FLAC", Some(1)),
            ("https://open.spotify.com/track/x", Some(2)),
            (
                "#EXTINF:1,BJORK - Joga (Remastered 2009)\nhttp://elsewhere",
                Some(2),
            ),
            ("Bjork - Joga.mp3", Some(2)),
            ("07. Björk - Jóga.mp3", Some(2)),
            ("#EXTINF:1,A - B - C - D\nnowhere.mp3", Some(3)),
            ("/other/x/1.mp3", None),
            ("Unknown - Song.mp3", None),
        ] {
            let imported = import(lines.as_bytes(), Path::new("/m/lists"), &index()).unwrap();
            assert_eq!(
                imported.songs,
                expected.map(SongId).into_iter().collect::<Vec<_>>(),
                "{lines}"
            );
            assert_eq!(
                imported.unmatched.len(),
                usize::from(expected.is_none()),
                "{lines}"
            );
        }
    }

    #[test]
    fn unmatched_lines_are_listed_with_their_numbers() {
        let text = b"#EXTM3U\n/m/x/1.mp3\n\nmissing.mp3\n/m/x/1.mp3\n";
        let imported = import(text, Path::new("/m"), &index()).unwrap();
        assert_eq!(imported.songs, [SongId(3), SongId(3)]);
        let lines: Vec<_> = imported
            .unmatched
            .iter()
            .map(|l| (l.line, l.text.as_str()))
            .collect();
        assert_eq!(lines, [(4, "missing.mp3")]);
    }
}
