//! A first album: pieces that Affetto composes itself, so that a library without songs has something
//! to play.

use std::path::{Path, PathBuf};

use affetto_compose::Genre;
use affetto_library::{Entry, Mood, MoodOrigin, SongInfo, Source, SourceKind};
use rayon::prelude::*;

use super::Songs;
use crate::compose::LoudnessMode;
use crate::files::{FileFormat, write_atomic};
use crate::request::MusicRequest;
use crate::{Engine, Error, folders};

/// Name of the source in the library.
pub const SOURCE: &str = "starter album";
/// Name of its folder in the user's data folder.
const FOLDER: &str = "starter";
/// How far from what was asked a piece is taken to be, on each axis.
const SD: f64 = 0.3;

/// A piece of the album.
struct Track {
    title: &'static str,
    valence: f64,
    arousal: f64,
    genre: Genre,
    texture: &'static str,
}

const fn track(
    title: &'static str,
    (valence, arousal): (f64, f64),
    genre: Genre,
    texture: &'static str,
) -> Track {
    Track {
        title,
        valence,
        arousal,
        genre,
        texture,
    }
}

/// Three pieces for each quadrant.
const TRACKS: [Track; 12] = [
    track("Open Windows", (0.7, 0.6), Genre::Pop, "band"),
    track("Saturday Shoes", (0.8, 0.8), Genre::Disco, "band"),
    track("Small Victory", (0.6, 0.4), Genre::Country, "band"),
    track("Broken Glass", (-0.7, 0.7), Genre::Metal, "band"),
    track("Running Late", (-0.4, 0.6), Genre::Rock, "band"),
    track("Red Light", (-0.6, 0.8), Genre::HipHop, "band"),
    track("Empty Platform", (-0.6, -0.5), Genre::Classical, "poly"),
    track("Last Letter", (-0.8, -0.6), Genre::Blues, "band"),
    track("Grey Harbour", (-0.4, -0.7), Genre::Jazz, "band"),
    track("Morning Tea", (0.5, -0.5), Genre::Classical, "poly"),
    track("Slow River", (0.6, -0.7), Genre::Ambient, "band"),
    track("Old Friends", (0.7, -0.4), Genre::Jazz, "band"),
];

impl Engine {
    /// Composes the album into the user's data folder and adds it to the library; what is there
    /// already is kept. Returns the folder.
    ///
    /// # Errors
    /// [`Error::User`] when the system names no data folder, [`Error::Io`] when it cannot be written
    /// to; as [`Engine::songs`] and [`Engine::compose`].
    pub fn starter_album(
        &self,
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<PathBuf, Error> {
        let songs = self.songs()?;
        let folder = folders::data_folder().map(|folder| folder.join(FOLDER));
        let folder = folder.ok_or_else(|| {
            Error::user_hint(
                "no_data_folder",
                "the system names no folder for the album",
                "set AFFETTO_DATA to a folder",
            )
        })?;
        self.starter_album_in(&songs, &folder, &TRACKS, progress)?;
        Ok(folder)
    }

    fn starter_album_in(
        &self,
        songs: &Songs,
        folder: &Path,
        tracks: &[Track],
        progress: &(dyn Fn(usize, usize) + Sync),
    ) -> Result<(), Error> {
        std::fs::create_dir_all(folder).map_err(|source| Error::io("make", folder, source))?;
        let done = std::sync::atomic::AtomicUsize::new(0);
        let entries = tracks
            .par_iter()
            .enumerate()
            .map(|(index, track)| {
                let entry = self.starter_track(index, track, folder)?;
                let n = done.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
                progress(n, tracks.len());
                Ok(entry)
            })
            .collect::<Result<Vec<Entry>, Error>>()?;
        let source = Source::new(SOURCE, SourceKind::Folder);
        songs.wait(songs.store.upsert(&source, &entries))?;
        songs.changed();
        Ok(())
    }

    fn starter_track(&self, index: usize, track: &Track, folder: &Path) -> Result<Entry, Error> {
        let piece = self.compose(&MusicRequest {
            valence: Some(track.valence),
            arousal: Some(track.arousal),
            genre: Some(track.genre.name().into()),
            texture: Some(track.texture.into()),
            bars: Some(24),
            seed: Some(index as u64 + 1),
            ..MusicRequest::default()
        })?;
        let path = folder.join(format!("{:02} {}.opus", index + 1, track.title));
        if !path.is_file() {
            let bytes = self.export(&piece, FileFormat::Opus, LoudnessMode::Normalized)?;
            write_atomic(&path, &bytes)?;
        }
        Ok(Entry::new(SongInfo {
            title: track.title.into(),
            artist: "Affetto".into(),
            album: Some("Starter album".into()),
            genre: Some(track.genre.name().into()),
            duration_s: Some(piece.performed.duration_seconds()),
            path: Some(path),
            mood: Some(Mood {
                valence: track.valence,
                arousal: track.arousal,
                valence_sd: SD,
                arousal_sd: SD,
                origin: MoodOrigin::Sound,
            }),
            ..SongInfo::default()
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Settings;
    use crate::songs::Search;

    #[test]
    fn an_album_is_composed_once() {
        let folder = tempfile::tempdir().unwrap();
        let mut settings = Settings::default();
        settings.library.database = folder.path().join("songs.sqlite").display().to_string();
        let engine = Engine::new(settings).unwrap();
        let songs = engine.songs().unwrap();
        let make = || engine.starter_album_in(&songs, folder.path(), &TRACKS[9..10], &|_, _| ());
        make().unwrap();
        make().unwrap();
        let page = songs.search(&Search::default()).unwrap();
        assert_eq!(page.total, 1);
        let song = &page.songs[0];
        assert_eq!(
            (&*song.info.title, &*song.sources[0]),
            ("Morning Tea", SOURCE)
        );
        assert!(song.info.path.as_ref().unwrap().is_file());
    }
}
