//! Storage in one SQLite file: the default, for one machine.

use std::ffi::OsString;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sqlx::SqlitePool;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

use super::migrations;
use super::sql::{Tx, failure, params};
use super::{Access, Backend, Pending};
use crate::Error;

/// How long a writer waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How many readers work at once, beside one writer.
const READERS: u32 = 4;
/// Memory for pages of the writer in KiB, negative as SQLite wants it: with less, a large batch is
/// written to the disk again and again while it grows.
const WRITER_CACHE: &str = "-65536";
/// Databases up to this size are checked as a whole when they are opened: about 0.2 s.
const QUICK_CHECK_BYTES: u64 = 64 << 20;

/// A library in one SQLite file (WAL, foreign keys on).
///
/// Readers never wait for the writer. A program that dies leaves the file as after its last
/// finished call.
pub struct SqliteStore {
    path: PathBuf,
    place: Arc<str>,
    writer: SqlitePool,
    readers: SqlitePool,
}

impl SqliteStore {
    /// Opens a database file; makes it where there is none, and upgrades one of an older version.
    ///
    /// # Errors
    /// [`Error::NewerDatabase`] when a later version of the program wrote it, [`Error::Corrupt`]
    /// when it is damaged or no database, [`Error::Unavailable`] when it cannot be opened or
    /// another process writes all the time.
    pub async fn open(path: &Path) -> Result<Self, Error> {
        let place: Arc<str> = path.display().to_string().into();
        let options = options(path).create_if_missing(true);
        let connect = |n| SqlitePoolOptions::new().max_connections(n);
        let writer = connect(1)
            .connect_with(options.clone().pragma("cache_size", WRITER_CACHE))
            .await;
        let writer = writer.map_err(|error| failure(&error, &place))?;
        let readers = connect(READERS).connect_lazy_with(options);
        let store = Self {
            path: path.to_path_buf(),
            place,
            writer,
            readers,
        };
        store.prepare().await?;
        Ok(store)
    }

    async fn prepare(&self) -> Result<(), Error> {
        let size = fs::metadata(&self.path).map_or(0, |meta| meta.len());
        if size <= QUICK_CHECK_BYTES {
            self.check().await?;
        }
        let mut tx = self.begin(Access::Write).await?;
        migrations::migrate(&mut tx, &self.place).await?;
        tx.commit().await
    }

    /// Reads the whole file and checks that it is sound.
    ///
    /// # Errors
    /// [`Error::Corrupt`] when it is not.
    pub async fn check(&self) -> Result<(), Error> {
        let mut tx = self.begin(Access::Read).await?;
        let row = tx.one("PRAGMA quick_check(1)", params![]).await?;
        let verdict = row.text("quick_check")?;
        if verdict == "ok" {
            return Ok(());
        }
        Err(Error::Corrupt {
            place: self.place.to_string(),
            reason: verdict,
        })
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes all that is stored now into one file, replacing what is there. The library may be
    /// used meanwhile; the file appears as a whole or not at all.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be written, [`Error::Database`] when the disk is full.
    pub async fn backup(&self, target: &Path) -> Result<(), Error> {
        let partial = beside(target, ".partial");
        remove_if_there(&partial)?;
        let text = partial.to_str();
        let text = text.ok_or_else(|| Error::field("path", "UTF-8", partial.display()))?;
        // VACUUM runs outside transactions; the readers keep the writer free.
        let query = sqlx::query("VACUUM INTO $1").bind(text.to_owned());
        let done = query.execute(&self.readers).await;
        done.map_err(|error| failure(&error, &self.place))?;
        replace(&partial, target)
    }

    /// Puts a backup in the place of a database that no program has open.
    ///
    /// The backup is checked first: a damaged one changes nothing.
    ///
    /// # Errors
    /// As [`SqliteStore::open`] for the backup, [`Error::Io`] when it cannot be copied.
    pub async fn restore(backup: &Path, path: &Path) -> Result<(), Error> {
        if !backup.is_file() {
            return Err(Error::not_found("backup", backup.display()));
        }
        let partial = beside(path, ".partial");
        fs::copy(backup, &partial).map_err(|error| Error::io("copy", backup, error))?;
        let checked = Self::open(&partial).await;
        match checked {
            Ok(copy) => {
                copy.check().await?;
                copy.close().await;
            }
            Err(error) => {
                remove_with_log(&partial)?;
                return Err(error);
            }
        }
        // A log of the old database must never be played into the new one.
        for ending in ["-wal", "-shm"] {
            remove_if_there(&beside(path, ending))?;
        }
        replace(&partial, path)
    }

    /// Waits for calls in progress and closes the file.
    pub async fn close(&self) {
        self.readers.close().await;
        self.writer.close().await;
    }
}

fn options(path: &Path) -> SqliteConnectOptions {
    // FULL: what a call has stored survives a loss of power.
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true)
        .busy_timeout(BUSY_TIMEOUT)
}

/// A path with an ending more.
fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(ending);
    name.into()
}

fn remove_if_there(path: &Path) -> Result<(), Error> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::io("remove", path, error))
        }
        _ => Ok(()),
    }
}

fn remove_with_log(path: &Path) -> Result<(), Error> {
    for ending in ["", "-wal", "-shm"] {
        remove_if_there(&beside(path, ending))?;
    }
    Ok(())
}

/// Makes a file last on the disk and gives it its name.
fn replace(partial: &Path, target: &Path) -> Result<(), Error> {
    let synced = File::open(partial).and_then(|file| file.sync_all());
    synced.map_err(|error| Error::io("write", partial, error))?;
    fs::rename(partial, target).map_err(|error| Error::io("write", target, error))
}

impl Backend for SqliteStore {
    fn begin(&self, access: Access) -> Pending<'_, Tx> {
        Box::pin(async move {
            let open = match access {
                Access::Read => self.readers.begin().await,
                // The write lock comes first: no transaction finds midway that it came too late.
                Access::Write | Access::WriteSongs => {
                    self.writer.begin_with("BEGIN IMMEDIATE").await
                }
            };
            let open = open.map_err(|error| failure(&error, &self.place))?;
            Ok(Tx::sqlite(open, Arc::clone(&self.place)))
        })
    }
}
