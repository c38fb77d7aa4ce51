//! Songs: a listener's own files and catalogues, which of them fit a mood, and why.
//!
//! - [`Song`] is what is known of a song; [`Mood`] its place on the valence–arousal plane.
//! - A [`Store`] keeps songs and what listeners say about them, in SQLite or PostgreSQL.
//! - A [`catalogue::Catalogue`] reads lists of songs that others published.
//! - [`Snapshot`](recommend::Snapshot) and [`Ranker`](recommend::Ranker) choose songs for a mood or
//!   a plan, and say why; a [`ListenerModel`](recommend::ListenerModel) learns from feedback.
//! - [`playlist::write`] makes files that players read, [`lyrics::Lyrics`] reads what is sung.
//!
//! Knows no networks and computes no features: how a vector came about is for others, its version
//! is kept here. The only crate that speaks SQL.
//!
//! ```
//! use affetto_library::catalogue::{Input, Limits, read_csv};
//! use affetto_library::{Entry, Search, Source, SourceKind, SqliteStore, Store};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), affetto_library::Error> {
//! # let folder = tempfile::tempdir().expect("a folder");
//! # let path = folder.path().join("library.db");
//! let csv = [("songs.csv", &b"artist,title,mood\nErik Satie,Gymnop\xc3\xa9die,calm\n"[..])];
//! let mut entries = Vec::new();
//! read_csv(&Input::Bytes(&csv), &Limits::default(), &mut |row| entries.push(Entry::from(row)))?;
//! let store = SqliteStore::open(&path).await?;
//! let source = Source::new("my list", SourceKind::Catalogue);
//! store.upsert(&source, &entries).await?;
//! let search = Search { text: "gymnopedie".into(), ..Search::default() };
//! let song = &store.search(&search).await?.songs[0];
//! assert!(song.info.mood.is_some_and(|mood| mood.valence > 0.0 && mood.arousal < 0.0));
//! # Ok(())
//! # }
//! ```

mod error;
mod features;
mod names;
mod song;
mod text;

mod merge;
mod store;

pub mod catalogue;
pub mod lyrics;
pub mod playlist;
pub mod recommend;

pub use error::Error;
pub use features::Features;
pub use names::{fold, match_keys};
pub use song::{Keyword, Mood, MoodOrigin, Song, SongId, SongInfo, Sound, Words};
pub use store::{
    Descriptors, Entry, Facets, Feedback, FeedbackEvent, FileRecord, FileState, Job, JobCounts,
    KnownFile, Lease, MoodLabel, NewJob, Page, Pending, Playable, Playlist, PlaylistSummary,
    PoisonedJob, PostgresOptions, PostgresStore, Reaction, Retry, Search, Source, SourceKind,
    SourceSummary, SqliteStore, Store, Take, Upserted,
};
