//! What goes into a store and what comes out of it.

use std::path::PathBuf;

use affetto_affect::{Affect, Quadrant};
use serde::{Deserialize, Serialize};

use crate::song::required;
use crate::{Error, Features, Song, SongId, SongInfo};

/// How far the records of a source are trusted, from the most to the least.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SourceKind {
    /// What a listener wrote by hand.
    Listener,
    /// Files that are here: their tags and what was heard in them.
    Folder,
    /// A table that somebody published.
    Catalogue,
}

impl SourceKind {
    /// All, in the order of trust; the position is what is stored.
    pub const ALL: [Self; 3] = [Self::Listener, Self::Folder, Self::Catalogue];
}

/// Who names songs: a folder, a catalogue, a listener.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Unique name, not empty, at most 1024 bytes, e.g. `"deezer"` or `"/home/me/Music"`.
    pub name: String,
    /// How far it is trusted.
    pub kind: SourceKind,
}

impl Source {
    /// A source of a kind.
    #[must_use]
    pub fn new(name: impl Into<String>, kind: SourceKind) -> Self {
        let name = name.into();
        Self { name, kind }
    }
}

/// A source with how much it knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceSummary {
    /// The source.
    pub source: Source,
    /// How many songs it names.
    pub songs: u64,
}

/// One record of a source.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Entry {
    /// The source's own name of the record, at most 1024 bytes: writing it again replaces the
    /// record. By default the path, else artist and title.
    pub item: Option<String>,
    /// The song it is about, where that is known; else names, path and fingerprint decide.
    pub song: Option<SongId>,
    /// What the source says.
    pub info: SongInfo,
    /// Features, where the source is a table of such.
    pub features: Option<Features>,
    /// The file behind it, written in the same transaction; its path must be that of `info`.
    pub file: Option<FileRecord>,
}

impl Entry {
    /// A record that is only what is said.
    #[must_use]
    pub fn new(info: SongInfo) -> Self {
        Self {
            info,
            ..Self::default()
        }
    }
}

/// What became of records.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Upserted {
    /// How many songs are new in the library.
    pub added: u64,
    /// How many records were about songs that were known.
    pub known: u64,
    /// The song of each record, in their order.
    pub songs: Vec<SongId>,
}

/// A file that was looked at.
#[derive(Debug, Clone, PartialEq)]
pub struct FileRecord {
    /// Absolute path in UTF-8, at most 2048 bytes.
    pub path: PathBuf,
    /// Length in bytes.
    pub size: u64,
    /// Time of the last change, in milliseconds of Unix time.
    pub modified_unix_ms: i64,
    /// Hash of the audio: equal for copies and moved files.
    pub fingerprint: Option<i64>,
    /// How the analysis ended.
    pub state: FileState,
    /// Version of the analysis that was done or failed.
    pub analysis_version: u32,
    /// What the analysis measured.
    pub descriptors: Option<Descriptors>,
}

/// How the analysis of a file ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// It was heard.
    Done,
    /// It cannot be heard.
    Failed {
        /// Why, in a sentence.
        reason: String,
    },
}

/// A vector of measurements; vectors of different versions are never compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Descriptors {
    /// Version of the features that made it.
    pub version: u32,
    /// The values, at most 4096.
    pub values: Vec<f32>,
}

/// Most values in a vector of measurements.
pub(crate) const MAX_DESCRIPTORS: usize = 4096;

/// A stored file with its song.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownFile {
    /// The file.
    pub record: FileRecord,
    /// The song it plays; `None` where it failed.
    pub song: Option<SongId>,
}

/// Which songs are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Playable {
    /// All songs.
    #[default]
    Any,
    /// Songs whose sound is here.
    Only,
}

/// A question to the list of songs.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// Words that title, artist or album contain, all of them; case and accents do not matter. Up
    /// to eight words count.
    pub text: String,
    /// Genre in lower case.
    pub genre: Option<String>,
    /// Quadrant of the mood.
    pub quadrant: Option<Quadrant>,
    /// Whether songs without sound count.
    pub playable: Playable,
    /// Name of a source that knows the song.
    pub source: Option<String>,
    /// How many songs are passed over, in the order of artist and title.
    pub offset: u64,
    /// Length of the page, at most 1000 is given.
    pub limit: u64,
}

impl Default for Search {
    fn default() -> Self {
        Self {
            text: String::new(),
            genre: None,
            quadrant: None,
            playable: Playable::Any,
            source: None,
            offset: 0,
            limit: 50,
        }
    }
}

/// One page of songs.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The songs, by artist and title.
    pub songs: Vec<Song>,
    /// How many songs there are on all pages.
    pub total: u64,
}

/// How many songs there are of each kind.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Facets {
    /// All songs.
    pub songs: u64,
    /// Songs whose sound is here.
    pub playable: u64,
    /// Songs by quadrant of the mood, Q1 to Q4; the others have no mood.
    pub quadrants: [u64; 4],
    /// The 200 most frequent genres with their songs.
    pub genres: Vec<(String, u64)>,
}

/// What a listener did or said about a song.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Reaction {
    /// Wants more of it.
    Like,
    /// Wants less of it.
    Dislike,
    /// Went on to the next.
    Skip {
        /// After how many seconds of the song, at least 0.
        at_s: f64,
    },
    /// Heard it to the end.
    Finish,
    /// Played it again.
    Replay,
    /// Valence too low.
    TooSad,
    /// Valence too high.
    TooHappy,
    /// Arousal too low.
    TooCalm,
    /// Arousal too high.
    TooWild,
    /// Rated what it expresses.
    Rated {
        /// In −1..=1.
        valence: f64,
        /// In −1..=1.
        arousal: f64,
    },
    /// Said how they felt before it.
    FeltBefore {
        /// In −1..=1.
        valence: f64,
        /// In −1..=1.
        arousal: f64,
    },
    /// Said how they felt after it.
    FeltAfter {
        /// In −1..=1.
        valence: f64,
        /// In −1..=1.
        arousal: f64,
    },
}

/// A reaction with its circumstances.
#[derive(Debug, Clone, PartialEq)]
pub struct Feedback {
    /// Who; any text that is not empty, at most 1024 bytes.
    pub listener: String,
    /// About which song.
    pub song: SongId,
    /// What.
    pub reaction: Reaction,
    /// When, in seconds of Unix time.
    pub unix_s: i64,
    /// The point that music was chosen for at that time.
    pub context: Option<Affect>,
}

/// A reaction that was stored.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedbackEvent {
    /// Grows with every event of the store.
    pub id: i64,
    /// What was stored.
    pub feedback: Feedback,
}

/// A place on the plane that a listener gave a song by hand.
#[derive(Debug, Clone, PartialEq)]
pub struct MoodLabel {
    /// Who.
    pub listener: String,
    /// Which song.
    pub song: SongId,
    /// Where.
    pub point: Affect,
    /// When, in seconds of Unix time.
    pub unix_s: i64,
}

/// An ordered list of songs with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Playlist {
    /// Whose.
    pub listener: String,
    /// Unique for the listener, not empty, at most 1024 bytes.
    pub name: String,
    /// When it was last written, in seconds of Unix time.
    pub unix_s: i64,
    /// At most 100 000 songs; a song may come again.
    pub songs: Vec<SongId>,
}

/// Most songs in one playlist.
pub(crate) const MAX_PLAYLIST_SONGS: usize = 100_000;

/// A playlist without its songs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaylistSummary {
    /// Its name.
    pub name: String,
    /// When it was last written, in seconds of Unix time.
    pub unix_s: i64,
    /// How many songs it has.
    pub songs: u64,
}

/// A piece of work that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Unique for its kind, e.g. a path; not empty, at most 1024 bytes. Work that waits already
    /// is not queued again.
    pub key: String,
    /// Whatever the worker needs.
    pub payload: String,
}

/// A piece of work that a worker holds until its lease ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// Its key.
    pub key: String,
    /// Whatever the worker needs.
    pub payload: String,
    /// Which attempt this is, from 1.
    pub attempt: u32,
}

/// A request for work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Take {
    /// What sort of work, e.g. `"analyze"`.
    pub kind: String,
    /// Name of the worker, unique among those at work.
    pub worker: String,
    /// Most jobs at once, 1..=1000; 50 is a good batch on PostgreSQL.
    pub limit: u32,
    /// For how long they are leased in seconds, above 0: later, others may take them.
    pub lease_s: u32,
    /// Attempts after which a job counts as poison, at least 1.
    pub max_attempts: u32,
}

/// How failed work is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retry {
    /// Attempts after which a job counts as poison, at least 1.
    pub max_attempts: u32,
    /// Wait after the first failure in seconds; it doubles with every further one.
    pub base_s: u32,
    /// Longest wait in seconds.
    pub max_s: u32,
}

impl Default for Retry {
    fn default() -> Self {
        Self {
            max_attempts: 5,
            base_s: 10,
            max_s: 3600,
        }
    }
}

impl Retry {
    /// How long to wait after a failed attempt, in seconds; attempts count from 1.
    #[must_use]
    pub fn wait_s(&self, attempt: u32) -> u32 {
        let doubled = 1_u32.checked_shl(attempt.saturating_sub(1));
        let wait = self.base_s.saturating_mul(doubled.unwrap_or(u32::MAX));
        wait.min(self.max_s)
    }
}

/// What became of a report about a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lease {
    /// The worker held the job: the report counts.
    Held,
    /// The lease had ended and another worker may have the job: the report does not count.
    Lost,
}

/// How much work of a kind there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JobCounts {
    /// Jobs that may be taken now or later, those whose lease ended among them.
    pub waiting: u64,
    /// Jobs that workers hold.
    pub leased: u64,
    /// Jobs that failed too often.
    pub poisoned: u64,
}

/// A job that failed too often.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoisonedJob {
    /// Its number.
    pub id: i64,
    /// Its key.
    pub key: String,
    /// How often it was tried.
    pub attempts: u32,
    /// What the last attempt said.
    pub failure: String,
}

/// Checks the name of a listener.
pub(crate) fn check_listener(listener: &str) -> Result<(), Error> {
    required("listener", listener)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_the_longest() {
        let retry = Retry::default();
        let waits: Vec<u32> = [1, 2, 3, 9, 10, 40, u32::MAX]
            .map(|n| retry.wait_s(n))
            .into();
        assert_eq!(waits, [10, 20, 40, 2560, 3600, 3600, 3600]);
    }
}
