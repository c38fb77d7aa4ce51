//! Songs: the listener's own and those of catalogues, which of them fit a mood, and why.
//!
//! - [`Songs`] is the open library; [`Engine::songs`] opens it on first use
//! - [`scan`]: hearing folders of music; [`catalogue`]: lists of songs that others made
//! - [`starter`]: an album composed for a library without songs
//! - [`recommend`]: a set of songs for a mood; [`feedback`]: what the listener says to it
//! - [`playlist`]: sets as files

pub mod catalogue;
pub mod feedback;
pub mod playlist;
pub mod recommend;
pub mod scan;
pub mod starter;

#[cfg(test)]
mod tests;

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use affetto_affect::Affect;
use affetto_library::recommend::{ListenerModel, Snapshot};
pub use affetto_library::{Facets, Page, Playable, Reaction, Search, Song, SongId, SourceSummary};
use affetto_library::{Pending, PostgresOptions, PostgresStore, SqliteStore, Store};
use tokio::runtime::{Builder, Runtime};

use crate::{Engine, Error, folders};

/// Name of the database in the user's data folder.
const FILE: &str = "library.sqlite";
/// The one listener of a library on one machine.
pub(crate) const LISTENER: &str = "me";

/// The open library. Its calls block; share it between threads.
pub struct Songs {
    store: Box<dyn Store>,
    /// `None` only while it is dropped.
    runtime: Option<Runtime>,
    /// The columns that ranking needs, made anew after every change.
    snapshot: Mutex<Option<Arc<Snapshot>>>,
}

impl std::fmt::Debug for Songs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Songs").finish_non_exhaustive()
    }
}

impl Drop for Songs {
    fn drop(&mut self) {
        // A runtime may not be waited for where another one runs, and the last owner may be there.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Engine {
    /// The library of songs, opened on first use.
    ///
    /// # Errors
    /// [`Error::User`] when the database is damaged, newer than this program or cannot be reached,
    /// or the system names no folder for it; [`Error::Io`] when the folder cannot be made.
    pub fn songs(&self) -> Result<Arc<Songs>, Error> {
        let mut open = self.open_songs();
        if let Some(songs) = &*open {
            return Ok(Arc::clone(songs));
        }
        let songs = Arc::new(Songs::open(&self.settings().library.database)?);
        *open = Some(Arc::clone(&songs));
        Ok(songs)
    }
}

impl Songs {
    /// Opens a database: a PostgreSQL URL, a path, or nothing for the file in the data folder.
    pub(crate) fn open(database: &str) -> Result<Self, Error> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("library")
            .enable_all()
            .build()
            .map_err(|error| Error::Internal(format!("the library has no thread: {error}")))?;
        let store: Box<dyn Store> = if database.starts_with("postgres") {
            let options = PostgresOptions::new(database);
            Box::new(runtime.block_on(PostgresStore::open(&options))?)
        } else {
            let path = database_path(database)?;
            Box::new(runtime.block_on(SqliteStore::open(&path))?)
        };
        Ok(Self {
            store,
            runtime: Some(runtime),
            snapshot: Mutex::default(),
        })
    }

    /// Waits for an answer of the store.
    pub(crate) fn wait<T>(&self, answer: Pending<'_, T>) -> Result<T, Error> {
        let runtime = self.runtime.as_ref();
        let runtime = runtime.ok_or_else(|| Error::Internal("the library is closed".into()))?;
        Ok(runtime.block_on(answer)?)
    }

    /// A page of the songs that a search finds.
    ///
    /// # Errors
    /// [`Error::User`] when the database cannot be reached or is damaged; so do all calls here.
    pub fn search(&self, search: &Search) -> Result<Page, Error> {
        self.wait(self.store.search(search))
    }

    /// A song by its number.
    ///
    /// # Errors
    /// [`Error::User`] when there is none, and as [`Self::search`].
    pub fn song(&self, id: SongId) -> Result<Song, Error> {
        let song = self.wait(self.store.song(id))?;
        song.ok_or_else(|| {
            Error::user_hint(
                "not_found",
                format!("there is no song {id}"),
                "affetto library list shows the songs with their numbers",
            )
        })
    }

    /// How many songs there are of each kind.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn facets(&self) -> Result<Facets, Error> {
        self.wait(self.store.facets())
    }

    /// Who names songs of this library.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn sources(&self) -> Result<Vec<SourceSummary>, Error> {
        self.wait(self.store.sources())
    }

    /// The songs as columns; read from the database where something changed.
    pub(crate) fn snapshot(&self) -> Result<Arc<Snapshot>, Error> {
        let mut kept = self.snapshot.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(snapshot) = &*kept {
            return Ok(Arc::clone(snapshot));
        }
        let mut songs = Vec::new();
        self.wait(self.store.for_each_song(&mut |song| songs.push(song)))?;
        let snapshot = Arc::new(Snapshot::new(&songs));
        *kept = Some(Arc::clone(&snapshot));
        Ok(snapshot)
    }

    /// Shows the place of every song in quantiles of the library.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn for_each_place(&self, mut visit: impl FnMut(SongId, Affect)) -> Result<(), Error> {
        for (id, place) in self.snapshot()?.places() {
            visit(id, place.mean);
        }
        Ok(())
    }

    /// Lets the next question see what has changed.
    pub(crate) fn changed(&self) {
        *self.snapshot.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// What was learnt of the listener; a state of another version is learnt anew from nothing.
    pub(crate) fn listener(&self) -> Result<ListenerModel, Error> {
        let stored = self.wait(self.store.taste(LISTENER))?;
        let model = stored.and_then(|text| serde_json::from_str::<ListenerModel>(&text).ok());
        Ok(model.filter(ListenerModel::is_current).unwrap_or_default())
    }

    /// Everything that is kept about the listener, as JSON.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn export_listener(&self) -> Result<String, Error> {
        self.wait(self.store.export_listener(LISTENER))
    }

    /// Erases everything about the listener: feedback, labels, taste and playlists.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn erase_listener(&self) -> Result<(), Error> {
        self.changed();
        self.wait(self.store.erase_listener(LISTENER))
    }
}

/// Where the database is, with its folder made.
fn database_path(database: &str) -> Result<PathBuf, Error> {
    let path = match database {
        "" => folders::data_folder().map(|folder| folder.join(FILE)),
        path => Some(PathBuf::from(path)),
    };
    let path = path.ok_or_else(|| {
        Error::user_hint(
            "no_data_folder",
            "the system names no folder for the library",
            "set AFFETTO_DATA to a folder, or library.database in config.toml to a file",
        )
    })?;
    if let Some(folder) = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
    {
        std::fs::create_dir_all(folder).map_err(|error| Error::io("make", folder, error))?;
    }
    Ok(path)
}

/// Seconds of Unix time.
pub(crate) fn now_s() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs().cast_signed())
}
