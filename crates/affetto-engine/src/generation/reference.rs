//! Real music of the same genre and texture that composed music is compared with: what the note
//! model was trained on, to find copies, and what it was not, to measure distances.

use std::collections::BTreeSet;
use std::path::Path;

use affetto_compose::{Genre, Texture};
use affetto_models::ItemHash;
use affetto_models::datasets::visit_files;
use affetto_models::symbolic_emotion::{Item, MusicSet};
use affetto_models::symbolic_genre::{Song, excerpts, group_copies, read_songs};
use affetto_music::score::MeterChange;
use affetto_music::{Meter, Score, midi};

use super::pieces::BARS;
use super::real::in_texture;
use crate::Error;

/// Archive of songs by genre; where it is not there, the folder itself is searched.
const GENRE_ARCHIVE: &str = "genre_midi.tar.zst";
/// Archive of pop songs played on a piano.
const POP_ARCHIVE: &str = "pop909.tar.zst";
/// One in so many of its songs that the note model was trained on is read.
const POP_STEP: u64 = 4;
/// Most excerpts of a song.
const EXCERPTS: usize = 6;
/// Fewest bars of a piece that is compared.
const MIN_BARS: usize = 8;

/// Genres that are composed, with the name of the same in the files. No files of blues, metal,
/// reggae or ambient are known.
const GENRES: [(Genre, &str); 7] = [
    (Genre::Classical, "classical"),
    (Genre::Country, "country"),
    (Genre::Disco, "dance"),
    (Genre::HipHop, "rap"),
    (Genre::Jazz, "jazz"),
    (Genre::Pop, "pop"),
    (Genre::Rock, "rock"),
];

/// The real music.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reference {
    /// Songs of genres that are composed.
    pub(crate) songs: Vec<Song>,
    /// A number for each song, the same for versions of one.
    pub(crate) versions: Vec<usize>,
    /// Piano pieces with bars: VGMIDI and POP909.
    pub(crate) piano: Vec<PianoPiece>,
    /// Groups of versions of which the note model was trained on one.
    pub(crate) trained: BTreeSet<usize>,
}

/// A piano piece.
#[derive(Debug, Clone)]
pub(crate) struct PianoPiece {
    pub(crate) score: Score,
    /// Whether the note model was trained on it.
    pub(crate) is_trained: bool,
}

/// An excerpt as long as composed pieces.
#[derive(Debug, Clone)]
pub(crate) struct Excerpt {
    pub(crate) score: Score,
    /// The same for excerpts of one song and its versions.
    pub(crate) song: usize,
}

/// The name of a genre in the files.
pub(crate) fn in_files(genre: Genre) -> Option<&'static str> {
    let known = GENRES.iter().find(|(composed, _)| *composed == genre)?;
    Some(known.1)
}

impl Reference {
    /// Reads what is there; `items` are the labelled clips that were read already, `has_read` says
    /// on which files the note model was trained.
    ///
    /// # Errors
    /// [`Error::Io`] where something cannot be read.
    pub(crate) fn read(
        data: &Path,
        items: &[Item],
        has_read: &dyn Fn(ItemHash) -> bool,
    ) -> Result<Self, Error> {
        let archive = data.join(GENRE_ARCHIVE);
        let mut songs = match archive.exists() {
            true => read_songs(&archive)?,
            false => read_songs(data)?,
        };
        songs.retain(|song| GENRES.iter().any(|(_, name)| *name == song.genre));
        let phrases = items.iter().filter(|item| item.set == MusicSet::Vgmidi);
        let phrase = |item: &Item| PianoPiece {
            score: item.score.clone(),
            is_trained: has_read(item.hash),
        };
        let mut piano: Vec<PianoPiece> = phrases.map(phrase).collect();
        piano.extend(pop(&data.join(POP_ARCHIVE), has_read)?);
        let versions = group_copies(songs.iter().map(|song| &song.score));
        let with_versions = songs.iter().zip(&versions);
        let trained = with_versions
            .filter(|(song, _)| has_read(song.hash))
            .map(|(_, &version)| version)
            .collect();
        Ok(Self {
            songs,
            versions,
            piano,
            trained,
        })
    }

    /// Excerpts of music that the note model was not trained on, of a genre's bands or of piano
    /// music.
    pub(crate) fn excerpts(&self, texture: Texture, genre: Genre) -> Vec<Excerpt> {
        match texture {
            Texture::Band => self.bands(in_files(genre)),
            Texture::Mono | Texture::Poly => self.pianos(texture),
        }
    }

    fn bands(&self, genre: Option<&str>) -> Vec<Excerpt> {
        let songs = self.songs.iter().zip(&self.versions);
        songs
            .filter(|(song, version)| Some(song.genre) == genre && !self.trained.contains(version))
            .flat_map(|(song, &version)| {
                excerpts(&song.score, BARS as usize, EXCERPTS)
                    .into_iter()
                    .map(move |score| Excerpt {
                        score,
                        song: version,
                    })
            })
            .collect()
    }

    fn pianos(&self, texture: Texture) -> Vec<Excerpt> {
        let numbered = self.piano.iter().zip(self.songs.len()..);
        numbered
            .filter(|(piece, _)| !piece.is_trained && piece.score.bar_lines().len() > MIN_BARS)
            .map(|(piece, song)| Excerpt {
                score: in_texture(&piece.score.slice_bars(0, BARS as usize), texture),
                song,
            })
            .collect()
    }

    /// Whole pieces that the note model was trained on.
    pub(crate) fn trained(&self) -> impl Iterator<Item = &Score> {
        let songs = self.songs.iter().zip(&self.versions);
        let songs = songs
            .filter(|(_, version)| self.trained.contains(version))
            .map(|(song, _)| &song.score);
        let piano = self.piano.iter().filter(|piece| piece.is_trained);
        songs.chain(piano.map(|piece| &piece.score))
    }

    /// Excerpts of all music that it was not trained on.
    pub(crate) fn held_out(&self) -> Vec<Excerpt> {
        let bands = GENRES.iter().flat_map(|(_, name)| self.bands(Some(name)));
        bands.chain(self.pianos(Texture::Poly)).collect()
    }
}

/// Songs of POP909; none where the archive is not there. Their metre is written as 1/4, so bars of
/// four beats are counted from the first note.
fn pop(archive: &Path, has_read: &dyn Fn(ItemHash) -> bool) -> Result<Vec<PianoPiece>, Error> {
    let mut songs = Vec::new();
    if !archive.exists() {
        return Ok(songs);
    }
    let is_song = |path: &Path| {
        let folder = path.parent().and_then(Path::file_name);
        path.extension().is_some_and(|ending| ending == "mid") && path.file_stem() == folder
    };
    visit_files(archive, &is_song, &mut |_, bytes| {
        let hash = ItemHash::of(bytes);
        let is_trained = has_read(hash);
        if is_trained && !hash.tail().is_multiple_of(POP_STEP) {
            return;
        }
        if let Ok(mut score) = midi::read(bytes) {
            score.meters = vec![MeterChange {
                tick: 0,
                meter: Meter::COMMON,
            }];
            let parts = excerpts(&score, BARS as usize, 1).into_iter();
            songs.extend(parts.map(|score| PianoPiece { score, is_trained }));
        }
    })?;
    Ok(songs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genres_have_names_in_the_files() {
        assert_eq!(in_files(Genre::Disco), Some("dance"));
        assert_eq!(in_files(Genre::Metal), None);
    }

    #[test]
    fn nothing_there_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let reference = Reference::read(folder.path(), &[], &|_| false).unwrap();
        assert!(reference.trained().next().is_none());
        assert!(reference.held_out().is_empty());
        assert!(reference.excerpts(Texture::Band, Genre::Pop).is_empty());
    }
}
