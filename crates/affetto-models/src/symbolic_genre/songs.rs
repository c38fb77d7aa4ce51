//! Real songs of known genre, from wherever `genre_midi` lies.

use std::collections::BTreeSet;
use std::path::Path;

use affetto_music::{Score, midi};

use crate::datasets::visit_files;
use crate::{Error, ItemHash};

/// Genres of the files with the folders that stand for them.
pub const FILE_GENRES: [(&str, &[&str]); 9] = [
    ("classical", &["classical", "classics"]),
    ("country", &["country"]),
    ("dance", &["dance"]),
    ("folk", &["folk"]),
    ("jazz", &["jazz"]),
    ("pop", &["pop"]),
    ("rap", &["rap"]),
    ("rhythm_and_blues", &["rhythm_and_blues"]),
    ("rock", &["rock"]),
];

/// Fewest bars of a song that counts.
const MIN_BARS: usize = 8;
/// Songs that are read at most.
const MAX_SONGS: usize = 20_000;
/// Bars after the first note that are left out of excerpts: introductions are unlike the rest.
const INTRODUCTION_BARS: usize = 4;

/// A song of known genre.
#[derive(Debug, Clone)]
pub struct Song {
    /// One of [`FILE_GENRES`].
    pub genre: &'static str,
    /// Hash of the file's bytes.
    pub hash: ItemHash,
    /// The music.
    pub score: Score,
}

/// The songs of a folder or archive whose path names their genre. Files under eight bars, files
/// that are no MIDI and byte-identical copies are left out.
///
/// # Errors
/// [`Error::Io`] where something cannot be read.
pub fn read_songs(path: &Path) -> Result<Vec<Song>, Error> {
    let mut seen = BTreeSet::new();
    let mut songs = Vec::new();
    // The folders above the one that is searched say nothing.
    let inside = |found: &Path| genre(found.strip_prefix(path).unwrap_or(found));
    visit_files(
        path,
        &|found| inside(found).is_some(),
        &mut |found, bytes| {
            if let (Some(genre), Ok(score)) = (inside(found), midi::read(bytes)) {
                let hash = ItemHash::of(bytes);
                let counts = score.bar_lines().len() > MIN_BARS && songs.len() < MAX_SONGS;
                if counts && seen.insert(hash) {
                    songs.push(Song { genre, hash, score });
                }
            }
        },
    )?;
    Ok(songs)
}

/// The genre that the folders of a MIDI file name.
fn genre(path: &Path) -> Option<&'static str> {
    let ending = path.extension()?.to_str()?.to_lowercase();
    let folders: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
    let known = FILE_GENRES
        .iter()
        .find(|(_, names)| folders.iter().any(|folder| names.contains(folder)))?;
    ["mid", "midi"].contains(&&*ending).then_some(known.0)
}

/// Up to `most` excerpts of `bars` bars, spread evenly over what follows the introduction; none
/// where the song is too short.
#[must_use]
pub fn excerpts(score: &Score, bars: usize, most: usize) -> Vec<Score> {
    let first = score.tracks.iter().flat_map(|track| &track.notes);
    let Some(first) = first.map(|note| note.onset).min() else {
        return Vec::new();
    };
    let lines = score.bar_lines();
    let sounding = lines.iter().rposition(|&line| line <= first).unwrap_or(0);
    let from = sounding + INTRODUCTION_BARS;
    let end = lines.len() - 1;
    if bars == 0 || end < from + bars {
        return Vec::new();
    }
    let n = ((end - from) / bars).min(most);
    let starts = (0..n).map(|index| match n {
        1 => from,
        _ => from + (end - from - bars) * index / (n - 1),
    });
    starts
        .map(|start| score.slice_bars(start, start + bars))
        .filter(|excerpt| excerpt.pitched_notes().next().is_some())
        .collect()
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;

    #[track_caller]
    fn check(path: &str, expected: Option<&str>) {
        assert_eq!(genre(Path::new(path)), expected);
    }

    #[test]
    fn folders_name_the_genre() {
        check("a/classics/x.mid", Some("classical"));
        check("rap/midi/x.MIDI", Some("rap"));
        check("polka/x.mid", None);
        check("rap/x.txt", None);
    }

    #[test]
    fn excerpts_leave_the_introduction_out() {
        let song = notation::parse(&"C4:w D4:w E4:w F4:w ".repeat(5)).unwrap();
        let cut = excerpts(&song, 8, 4);
        assert_eq!(cut.len(), 2);
        assert!(cut.iter().all(|excerpt| excerpt.bar_lines().len() == 9));
        assert_eq!(
            cut[0].pitched_notes().next().map(|note| note.pitch),
            Some(60)
        );
        assert!(excerpts(&song, 17, 4).is_empty());
        assert!(excerpts(&Score::default(), 1, 1).is_empty());
    }

    #[test]
    fn songs_are_read_once() {
        let folder = tempfile::tempdir().unwrap();
        let jazz = folder.path().join("jazz");
        std::fs::create_dir(&jazz).unwrap();
        let bytes = midi::write(&notation::parse(&"C4:w ".repeat(9)).unwrap());
        std::fs::write(jazz.join("a.mid"), &bytes).unwrap();
        std::fs::write(jazz.join("b.mid"), &bytes).unwrap();
        std::fs::write(jazz.join("broken.mid"), b"no music").unwrap();
        let songs = read_songs(folder.path()).unwrap();
        assert_eq!((songs.len(), songs[0].genre), (1, "jazz"));
    }
}
