//! Storage of songs and of what listeners say about them, on SQLite or PostgreSQL.
//!
//! - [`Store`] is what can be done, the same on both; [`SqliteStore`] and [`PostgresStore`] do it.
//! - Every call is one transaction: it happens as a whole or, when it fails, is dropped midway or
//!   the program dies, not at all.
//! - Time is always given by the caller. All calls need a tokio runtime of the caller.

mod migrations;
mod sql;
mod types;

mod feedback;
mod files;
mod jobs;
mod listener;
mod playlists;
mod read;
mod upsert;

mod postgres;
mod sqlite;

use std::path::Path;
use std::pin::Pin;

use crate::{Error, Features, Song, SongId};

pub use postgres::{PostgresOptions, PostgresStore};
pub use sqlite::SqliteStore;
pub use types::{
    Descriptors, Entry, Facets, Feedback, FeedbackEvent, FileRecord, FileState, Job, JobCounts,
    KnownFile, Lease, MoodLabel, NewJob, Page, Playable, Playlist, PlaylistSummary, PoisonedJob,
    Reaction, Retry, Search, Source, SourceKind, SourceSummary, Take, Upserted,
};

/// An answer that is on its way.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>;

/// A library of songs that lasts. Shared between tasks as it is; usable as `dyn Store`.
///
/// # Errors
/// Beside what each call names: [`Error::Field`] where an argument is outside its range,
/// [`Error::Unavailable`] while the database is busy or gone (the same call may succeed later),
/// [`Error::Corrupt`] when it is damaged.
pub trait Store: Send + Sync {
    // Songs

    /// Writes records of a source. A record replaces the one with the same item; a song that other
    /// sources name by the same artist and title, path or fingerprint is the same song.
    ///
    /// # Errors
    /// [`Error::NotFound`] when an entry names a song that is not there.
    fn upsert<'a>(&'a self, source: &'a Source, entries: &'a [Entry]) -> Pending<'a, Upserted>;

    /// Forgets a source and what it said; how many songs went with it. Songs stay that another
    /// source names or that a listener has given feedback, a label or a place in a playlist.
    fn remove_source<'a>(&'a self, name: &'a str) -> Pending<'a, u64>;

    /// The sources by name.
    fn sources(&self) -> Pending<'_, Vec<SourceSummary>>;

    /// A song by its number.
    fn song(&self, id: SongId) -> Pending<'_, Option<Song>>;

    /// A page of the songs that a search finds.
    fn search<'a>(&'a self, search: &'a Search) -> Pending<'a, Page>;

    /// How many songs there are of each kind.
    fn facets(&self) -> Pending<'_, Facets>;

    /// Shows every song in the order of their numbers, as they all were at one moment; how many.
    fn for_each_song<'a>(&'a self, visit: &'a mut (dyn FnMut(Song) + Send)) -> Pending<'a, u64>;

    /// Shows every song that has features of a table, in the order of their numbers; how many.
    fn for_each_features<'a>(
        &'a self,
        visit: &'a mut (dyn FnMut(Song, Features) + Send),
    ) -> Pending<'a, u64>;

    // Files

    /// Writes files that play no song yet, e.g. those that failed. A song that such a file played
    /// before is not taken from it.
    fn record_files<'a>(&'a self, files: &'a [FileRecord]) -> Pending<'a, ()>;

    /// A file by its path.
    fn file<'a>(&'a self, path: &'a Path) -> Pending<'a, Option<KnownFile>>;

    /// Up to `limit` files by path, those after a path; descriptors are left out.
    fn files<'a>(&'a self, after: Option<&'a Path>, limit: u32) -> Pending<'a, Vec<KnownFile>>;

    /// Forgets files that are gone, and what was said because of them; how many songs went.
    fn forget_files<'a>(&'a self, paths: &'a [&'a Path]) -> Pending<'a, u64>;

    /// Shows the descriptors of one version, song by song; how many.
    fn for_each_descriptors<'a>(
        &'a self,
        version: u32,
        visit: &'a mut (dyn FnMut(SongId, Vec<f32>) + Send),
    ) -> Pending<'a, u64>;

    // Listeners

    /// Stores reactions; they are never changed.
    ///
    /// # Errors
    /// [`Error::NotFound`] when a song is not there: nothing is stored then.
    fn add_feedback<'a>(&'a self, feedback: &'a [Feedback]) -> Pending<'a, ()>;

    /// Up to `limit` reactions of a listener, or of all, with a number above `after`.
    fn feedback<'a>(
        &'a self,
        listener: Option<&'a str>,
        after: i64,
        limit: u32,
    ) -> Pending<'a, Vec<FeedbackEvent>>;

    /// Stores what was learnt about a listener, whatever text that is.
    fn save_taste<'a>(&'a self, listener: &'a str, state: &'a str, unix_s: i64) -> Pending<'a, ()>;

    /// What was learnt about a listener.
    fn taste<'a>(&'a self, listener: &'a str) -> Pending<'a, Option<String>>;

    /// Places a song on the plane by hand; the label of the same listener is replaced. The mean of
    /// all labels becomes the song's mood, of origin [`Listener`](crate::MoodOrigin::Listener).
    ///
    /// # Errors
    /// [`Error::NotFound`] when the song is not there.
    fn set_label<'a>(&'a self, label: &'a MoodLabel) -> Pending<'a, ()>;

    /// Up to `limit` labels in the order of song and listener, of songs above `after`.
    fn labels(&self, after: Option<SongId>, limit: u32) -> Pending<'_, Vec<MoodLabel>>;

    /// Writes a playlist; one with the same listener and name is replaced.
    ///
    /// # Errors
    /// [`Error::NotFound`] when a song is not there.
    fn save_playlist<'a>(&'a self, playlist: &'a Playlist) -> Pending<'a, ()>;

    /// A playlist by its name.
    fn playlist<'a>(&'a self, listener: &'a str, name: &'a str) -> Pending<'a, Option<Playlist>>;

    /// The playlists of a listener by name.
    fn playlists<'a>(&'a self, listener: &'a str) -> Pending<'a, Vec<PlaylistSummary>>;

    /// Removes a playlist.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is none of that name.
    fn remove_playlist<'a>(&'a self, listener: &'a str, name: &'a str) -> Pending<'a, ()>;

    /// Everything about a listener, as JSON: feedback, labels, taste, playlists.
    fn export_listener<'a>(&'a self, listener: &'a str) -> Pending<'a, String>;

    /// Erases everything about a listener, and songs that nothing else kept.
    fn erase_listener<'a>(&'a self, listener: &'a str) -> Pending<'a, ()>;

    // Work

    /// Queues work; how many jobs were not queued before. Poisoned jobs stay poisoned.
    fn enqueue<'a>(&'a self, kind: &'a str, jobs: &'a [NewJob], unix_s: i64) -> Pending<'a, u64>;

    /// Takes work under a lease. Jobs whose lease ended are taken again, unless that happened too
    /// often: then they are poisoned, as what kills its worker would kill them all.
    fn take_jobs<'a>(&'a self, take: &'a Take, unix_s: i64) -> Pending<'a, Vec<Job>>;

    /// Lengthens the lease of jobs that a worker holds; those still held.
    fn extend_jobs<'a>(
        &'a self,
        worker: &'a str,
        ids: &'a [i64],
        until_unix_s: i64,
    ) -> Pending<'a, Vec<i64>>;

    /// Reports that a job is done; it leaves the queue.
    fn finish_job<'a>(&'a self, worker: &'a str, id: i64) -> Pending<'a, Lease>;

    /// Reports that a job failed; it waits for its next attempt, or is poisoned after the last.
    fn fail_job<'a>(
        &'a self,
        worker: &'a str,
        id: i64,
        reason: &'a str,
        retry: Retry,
        unix_s: i64,
    ) -> Pending<'a, Lease>;

    /// How much work of a kind there is.
    fn job_counts<'a>(&'a self, kind: &'a str, unix_s: i64) -> Pending<'a, JobCounts>;

    /// Up to `limit` jobs that failed too often, the oldest first.
    fn poisoned_jobs<'a>(&'a self, kind: &'a str, limit: u32) -> Pending<'a, Vec<PoisonedJob>>;

    /// Gives a poisoned job all its attempts again.
    ///
    /// # Errors
    /// [`Error::NotFound`] when there is no such poisoned job.
    fn retry_poisoned(&self, id: i64, unix_s: i64) -> Pending<'_, ()>;
}

/// What a transaction is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// It sees one moment and changes nothing.
    Read,
    /// It changes rows of its own.
    Write,
    /// It changes songs: one at a time, so that a song is known once.
    WriteSongs,
}

/// What a database must do; the rest is the same for all.
pub(crate) trait Backend: Send + Sync {
    /// Begins a transaction.
    fn begin(&self, access: Access) -> Pending<'_, sql::Tx>;
}

/// One call as one transaction.
macro_rules! transaction {
    ($store:ident, $access:ident, $tx:ident => $work:expr) => {
        Box::pin(async move {
            let mut tx = $store.begin(Access::$access).await?;
            let $tx = &mut tx;
            let result = $work.await?;
            tx.commit().await?;
            Ok(result)
        })
    };
}

impl<B: Backend> Store for B {
    fn upsert<'a>(&'a self, source: &'a Source, entries: &'a [Entry]) -> Pending<'a, Upserted> {
        transaction!(self, WriteSongs, tx => upsert::upsert(tx, source, entries))
    }

    fn remove_source<'a>(&'a self, name: &'a str) -> Pending<'a, u64> {
        transaction!(self, WriteSongs, tx => upsert::remove_source(tx, name))
    }

    fn sources(&self) -> Pending<'_, Vec<SourceSummary>> {
        transaction!(self, Read, tx => read::sources(tx))
    }

    fn song(&self, id: SongId) -> Pending<'_, Option<Song>> {
        transaction!(self, Read, tx => read::song(tx, id))
    }

    fn search<'a>(&'a self, search: &'a Search) -> Pending<'a, Page> {
        transaction!(self, Read, tx => read::search(tx, search))
    }

    fn facets(&self) -> Pending<'_, Facets> {
        transaction!(self, Read, tx => read::facets(tx))
    }

    fn for_each_song<'a>(&'a self, visit: &'a mut (dyn FnMut(Song) + Send)) -> Pending<'a, u64> {
        transaction!(self, Read, tx => read::for_each_song(tx, visit))
    }

    fn for_each_features<'a>(
        &'a self,
        visit: &'a mut (dyn FnMut(Song, Features) + Send),
    ) -> Pending<'a, u64> {
        transaction!(self, Read, tx => read::for_each_features(tx, visit))
    }

    fn record_files<'a>(&'a self, files: &'a [FileRecord]) -> Pending<'a, ()> {
        transaction!(self, Write, tx => files::record(tx, files))
    }

    fn file<'a>(&'a self, path: &'a Path) -> Pending<'a, Option<KnownFile>> {
        transaction!(self, Read, tx => files::file(tx, path))
    }

    fn files<'a>(&'a self, after: Option<&'a Path>, limit: u32) -> Pending<'a, Vec<KnownFile>> {
        transaction!(self, Read, tx => files::files(tx, after, limit))
    }

    fn forget_files<'a>(&'a self, paths: &'a [&'a Path]) -> Pending<'a, u64> {
        transaction!(self, WriteSongs, tx => files::forget(tx, paths))
    }

    fn for_each_descriptors<'a>(
        &'a self,
        version: u32,
        visit: &'a mut (dyn FnMut(SongId, Vec<f32>) + Send),
    ) -> Pending<'a, u64> {
        transaction!(self, Read, tx => files::for_each_descriptors(tx, version, visit))
    }

    fn add_feedback<'a>(&'a self, feedback: &'a [Feedback]) -> Pending<'a, ()> {
        transaction!(self, Write, tx => feedback::add(tx, feedback))
    }

    fn feedback<'a>(
        &'a self,
        listener: Option<&'a str>,
        after: i64,
        limit: u32,
    ) -> Pending<'a, Vec<FeedbackEvent>> {
        transaction!(self, Read, tx => feedback::list(tx, listener, after, limit))
    }

    fn save_taste<'a>(&'a self, listener: &'a str, state: &'a str, unix_s: i64) -> Pending<'a, ()> {
        transaction!(self, Write, tx => listener::save_taste(tx, listener, state, unix_s))
    }

    fn taste<'a>(&'a self, listener: &'a str) -> Pending<'a, Option<String>> {
        transaction!(self, Read, tx => listener::taste(tx, listener))
    }

    fn set_label<'a>(&'a self, label: &'a MoodLabel) -> Pending<'a, ()> {
        transaction!(self, WriteSongs, tx => listener::set_label(tx, label))
    }

    fn labels(&self, after: Option<SongId>, limit: u32) -> Pending<'_, Vec<MoodLabel>> {
        transaction!(self, Read, tx => listener::labels(tx, after, limit))
    }

    fn save_playlist<'a>(&'a self, playlist: &'a Playlist) -> Pending<'a, ()> {
        transaction!(self, Write, tx => playlists::save(tx, playlist))
    }

    fn playlist<'a>(&'a self, listener: &'a str, name: &'a str) -> Pending<'a, Option<Playlist>> {
        transaction!(self, Read, tx => playlists::playlist(tx, listener, name))
    }

    fn playlists<'a>(&'a self, listener: &'a str) -> Pending<'a, Vec<PlaylistSummary>> {
        transaction!(self, Read, tx => playlists::list(tx, listener))
    }

    fn remove_playlist<'a>(&'a self, listener: &'a str, name: &'a str) -> Pending<'a, ()> {
        transaction!(self, WriteSongs, tx => playlists::remove(tx, listener, name))
    }

    fn export_listener<'a>(&'a self, listener: &'a str) -> Pending<'a, String> {
        transaction!(self, Read, tx => listener::export(tx, listener))
    }

    fn erase_listener<'a>(&'a self, listener: &'a str) -> Pending<'a, ()> {
        transaction!(self, WriteSongs, tx => listener::erase(tx, listener))
    }

    fn enqueue<'a>(&'a self, kind: &'a str, jobs: &'a [NewJob], unix_s: i64) -> Pending<'a, u64> {
        transaction!(self, Write, tx => jobs::enqueue(tx, kind, jobs, unix_s))
    }

    fn take_jobs<'a>(&'a self, take: &'a Take, unix_s: i64) -> Pending<'a, Vec<Job>> {
        transaction!(self, Write, tx => jobs::take(tx, take, unix_s))
    }

    fn extend_jobs<'a>(
        &'a self,
        worker: &'a str,
        ids: &'a [i64],
        until_unix_s: i64,
    ) -> Pending<'a, Vec<i64>> {
        transaction!(self, Write, tx => jobs::extend(tx, worker, ids, until_unix_s))
    }

    fn finish_job<'a>(&'a self, worker: &'a str, id: i64) -> Pending<'a, Lease> {
        transaction!(self, Write, tx => jobs::finish(tx, worker, id))
    }

    fn fail_job<'a>(
        &'a self,
        worker: &'a str,
        id: i64,
        reason: &'a str,
        retry: Retry,
        unix_s: i64,
    ) -> Pending<'a, Lease> {
        transaction!(self, Write, tx => jobs::fail(tx, worker, id, reason, retry, unix_s))
    }

    fn job_counts<'a>(&'a self, kind: &'a str, unix_s: i64) -> Pending<'a, JobCounts> {
        transaction!(self, Read, tx => jobs::counts(tx, kind, unix_s))
    }

    fn poisoned_jobs<'a>(&'a self, kind: &'a str, limit: u32) -> Pending<'a, Vec<PoisonedJob>> {
        transaction!(self, Read, tx => jobs::poisoned(tx, kind, limit))
    }

    fn retry_poisoned(&self, id: i64, unix_s: i64) -> Pending<'_, ()> {
        transaction!(self, Write, tx => jobs::retry_poisoned(tx, id, unix_s))
    }
}
