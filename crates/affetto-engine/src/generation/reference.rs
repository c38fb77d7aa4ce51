//! Real music of the same genre and texture that composed music is compared with.

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
/// One in so many of its songs is read.
const POP_STEP: u64 = 4;
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
    pub(crate) piano: Vec<Score>,
}

/// The name of a genre in the files.
pub(crate) fn in_files(genre: Genre) -> Option<&'static str> {
    let known = GENRES.iter().find(|(composed, _)| *composed == genre)?;
    Some(known.1)
}

impl Reference {
    /// Reads what is there; `items` are the labelled clips that were read already.
    ///
    /// # Errors
    /// [`Error::Io`] where something cannot be read.
    pub(crate) fn read(data: &Path, items: &[Item]) -> Result<Self, Error> {
        let archive = data.join(GENRE_ARCHIVE);
        let mut songs = match archive.exists() {
            true => read_songs(&archive)?,
            false => read_songs(data)?,
        };
        songs.retain(|song| GENRES.iter().any(|(_, name)| *name == song.genre));
        let phrases = items.iter().filter(|item| item.set == MusicSet::Vgmidi);
        let mut piano: Vec<Score> = phrases.map(|item| item.score.clone()).collect();
        piano.extend(pop(&data.join(POP_ARCHIVE))?);
        let versions = group_copies(songs.iter().map(|song| &song.score));
        Ok(Self {
            songs,
            versions,
            piano,
        })
    }

    /// Excerpts as long as composed pieces, of a genre's bands or of piano music.
    pub(crate) fn excerpts(&self, texture: Texture, genre: Genre) -> Vec<Score> {
        match texture {
            Texture::Band => self.bands(genre),
            Texture::Mono | Texture::Poly => self
                .piano
                .iter()
                .filter(|score| score.bar_lines().len() > MIN_BARS)
                .map(|score| in_texture(&score.slice_bars(0, BARS as usize), texture))
                .collect(),
        }
    }

    fn bands(&self, genre: Genre) -> Vec<Score> {
        let name = in_files(genre);
        let songs = self.songs.iter().filter(|song| Some(song.genre) == name);
        songs
            .filter_map(|song| excerpts(&song.score, BARS as usize, 1).pop())
            .collect()
    }

    /// Everything, each song with the number of its group of versions: no piano piece has any.
    pub(crate) fn all(&self) -> Vec<(&Score, usize)> {
        let n_songs = self.songs.len();
        let songs = self.songs.iter().zip(&self.versions);
        let songs = songs.map(|(song, &version)| (&song.score, version));
        let piano = self.piano.iter().zip(n_songs..);
        songs.chain(piano).collect()
    }
}

/// Songs of POP909; none where the archive is not there. Their metre is written as 1/4, so bars of
/// four beats are counted from the first note.
fn pop(archive: &Path) -> Result<Vec<Score>, Error> {
    let mut songs: Vec<Score> = Vec::new();
    if !archive.exists() {
        return Ok(songs);
    }
    let is_song = |path: &Path| {
        let folder = path.parent().and_then(Path::file_name);
        path.extension().is_some_and(|ending| ending == "mid") && path.file_stem() == folder
    };
    visit_files(archive, &is_song, &mut |_, bytes| {
        if !ItemHash::of(bytes).tail().is_multiple_of(POP_STEP) {
            return;
        }
        if let Ok(mut score) = midi::read(bytes) {
            score.meters = vec![MeterChange {
                tick: 0,
                meter: Meter::COMMON,
            }];
            songs.extend(excerpts(&score, BARS as usize, 1));
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
        let reference = Reference::read(folder.path(), &[]).unwrap();
        assert!(reference.all().is_empty());
        assert!(reference.excerpts(Texture::Band, Genre::Pop).is_empty());
    }
}
