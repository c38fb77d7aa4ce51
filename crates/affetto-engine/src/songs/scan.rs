//! Hearing a folder of music: what is new or changed is analyzed, what is done is passed over.

use std::fs::{self, File, Metadata};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

pub use affetto_analysis::song::Depth;
use affetto_analysis::song::{DESCRIPTORS_VERSION, Heard, Listener};
use affetto_audio::tags::{SongTags, read_tags};
use affetto_library::lyrics::Lyrics;
use affetto_library::{
    Descriptors, Entry, FileRecord, FileState, Keyword, Mood, MoodOrigin, SongInfo, Sound, Source,
    SourceKind, Words,
};
use affetto_models::audio_emotion::AudioEmotion;
use affetto_models::genre::GenreModel;
use affetto_music::Mode;
use rayon::prelude::*;

use super::Songs;
use crate::sense::KeywordOptions;
use crate::{Engine, Error};

/// Endings of files that are listened to.
pub const ENDINGS: [&str; 13] = [
    "mp3", "flac", "ogg", "oga", "opus", "m4a", "mp4", "aac", "wav", "aif", "aiff", "au", "webm",
];
/// Songs that are written at once: what a kill costs at most.
const BATCH: usize = 16;
/// Folders inside each other that are looked into.
const MAX_DEPTH: usize = 64;
/// Most files of one scan.
const MAX_FILES: usize = 5_000_000;
/// Probability from which a genre is believed that no tag names.
const SURE_GENRE: f64 = 0.5;
/// Largest text of lyrics beside a file, in bytes.
const MAX_LYRICS_BYTES: u64 = 400_000;
/// Keywords of lyrics.
const KEYWORDS: usize = 10;
/// What analyses of the present program are; quick ones come again when a full one is asked for.
const FULL_VERSION: u32 = DESCRIPTORS_VERSION * 2;

/// What to hear, and how thoroughly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScanOptions {
    /// Folders or files.
    pub places: Vec<PathBuf>,
    /// Whole songs, or two windows of 30 s of each: three times as fast, and less sure.
    pub depth: Depth,
}

/// How far a scan is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ScanProgress {
    /// Files that are to be heard.
    pub all: u64,
    /// Of these, done or failed.
    pub done: u64,
}

/// What a scan found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScanReport {
    /// Sound files that are there.
    pub files: u64,
    /// Files that were heard now.
    pub heard: u64,
    /// Files that were known and have not changed.
    pub unchanged: u64,
    /// Songs that are new in the library.
    pub added: u64,
    /// Files that are gone and were forgotten.
    pub gone: u64,
    /// Files that cannot be heard, with the reason.
    pub failed: Vec<(PathBuf, String)>,
}

/// A file to be heard.
struct Found {
    path: PathBuf,
    size: u64,
    modified_unix_ms: i64,
}

/// What there is in the places of a scan.
#[derive(Default)]
struct Walk {
    files: Vec<Found>,
    failed: Vec<(PathBuf, String)>,
}

impl Engine {
    /// Hears the sound files of some folders and keeps what was heard in the library. A bad file is
    /// listed with its reason and stops nothing; what was done before a kill stays done. No file is
    /// written to.
    ///
    /// # Errors
    /// [`Error::Io`] when a place is not there: then nothing is forgotten; as [`Engine::songs`].
    pub fn scan(
        &self,
        options: &ScanOptions,
        progress: &mut dyn FnMut(ScanProgress),
    ) -> Result<ScanReport, Error> {
        let songs = self.songs()?;
        let mut report = ScanReport::default();
        let mut to_hear = Vec::new();
        for place in &options.places {
            let place =
                fs::canonicalize(place).map_err(|source| Error::io("read", place, source))?;
            let mut walk = Walk::default();
            walk.visit(&place, 0);
            report.files += walk.files.len() as u64;
            if walk.failed.is_empty() {
                report.gone += songs.forget_gone(&place, &walk.files)?;
            }
            report.failed.append(&mut walk.failed);
            for file in walk.files {
                if songs.is_done(&file, version(options.depth))? {
                    report.unchanged += 1;
                } else {
                    to_hear.push((source_of(&place), file));
                }
            }
        }
        let mut told = ScanProgress {
            all: to_hear.len() as u64,
            done: 0,
        };
        progress(told);
        for batch in to_hear.chunk_by(|a, b| a.0 == b.0) {
            for part in batch.chunks(BATCH) {
                self.hear_batch(&songs, part, options.depth, &mut report)?;
                told.done += part.len() as u64;
                progress(told);
            }
        }
        Ok(report)
    }

    /// Hears some files of one source in parallel and writes them in one transaction.
    fn hear_batch(
        &self,
        songs: &Songs,
        batch: &[(Source, Found)],
        depth: Depth,
        report: &mut ScanReport,
    ) -> Result<(), Error> {
        let Some((source, _)) = batch.first() else {
            return Ok(());
        };
        let heard: Vec<Result<Entry, String>> = batch
            .par_iter()
            .map_init(
                || None,
                |listener, (_, file)| self.hear_file(listener, file, depth),
            )
            .collect();
        let (mut entries, mut failed) = (Vec::new(), Vec::new());
        for ((_, file), heard) in batch.iter().zip(heard) {
            match heard {
                Ok(entry) => entries.push(entry),
                Err(reason) => {
                    let state = FileState::Failed {
                        reason: reason.clone(),
                    };
                    failed.push(file.record(state, version(depth)));
                    report.failed.push((file.path.clone(), reason));
                }
            }
        }
        songs.wait(songs.store.record_files(&failed))?;
        let written = songs.wait(songs.store.upsert(source, &entries))?;
        songs.changed();
        report.heard += entries.len() as u64;
        report.added += written.added;
        Ok(())
    }

    /// A file as a record of the library, or why it cannot be one.
    fn hear_file(
        &self,
        listener: &mut Option<Listener>,
        file: &Found,
        depth: Depth,
    ) -> Result<Entry, String> {
        let open = || File::open(&file.path).map_err(|error| error.to_string());
        let listener = match listener {
            Some(listener) => listener,
            None => listener.insert(Listener::new().map_err(|error| error.to_string())?),
        };
        let heard = listener
            .listen(BufReader::new(open()?), depth)
            .map_err(|error| error.to_string())?;
        let tags = read_tags(BufReader::new(open()?)).tags;
        let info = self.describe(&file.path, &heard, tags)?;
        let descriptors = Descriptors {
            version: version(depth),
            values: heard.features.descriptors.as_slice().to_vec(),
        };
        let record = FileRecord {
            fingerprint: heard.fingerprint.id().map(|id| id as i64),
            descriptors: Some(descriptors),
            ..file.record(FileState::Done, version(depth))
        };
        Ok(Entry {
            file: Some(record),
            ..Entry::new(info)
        })
    }

    /// What is known of a song that was heard.
    fn describe(&self, path: &Path, heard: &Heard, tags: SongTags) -> Result<SongInfo, String> {
        let told = |error: affetto_models::Error| error.to_string();
        let features = &heard.features;
        let values = features.descriptors.as_slice();
        let emotion = AudioEmotion::load_embedded().and_then(|model| model.hear(values));
        let estimate = emotion.map_err(told)?.estimate;
        let genres = GenreModel::load_embedded().and_then(|model| model.tell(values));
        let genres = genres.map_err(told)?;
        let sure = genres.first().filter(|(_, p)| *p >= SURE_GENRE);
        let lyrics = tags.lyrics.clone().or_else(|| lyrics_beside(path));
        let (title, artist) = names(path, &tags);
        Ok(SongInfo {
            title,
            artist,
            album: tags.album,
            year: tags.year,
            genre: tags
                .genre
                .map(|genre| genre.to_lowercase())
                .or_else(|| sure.map(|(name, _)| (*name).to_owned())),
            duration_s: Some(heard.seconds).filter(|seconds| *seconds > 0.0),
            path: Some(path.to_owned()),
            link: None,
            mood: Some(Mood {
                valence: estimate.mean.v(),
                arousal: estimate.mean.a(),
                valence_sd: estimate.covariance.valence_sd(),
                arousal_sd: estimate.covariance.arousal_sd(),
                origin: MoodOrigin::Sound,
            }),
            sound: Some(Sound {
                tempo_bpm: features.tempo.bpm.clamp(30.0, 300.0),
                tonic: features.key.key.tonic.get(),
                major: features.key.key.mode == Mode::Major,
                loudness_lufs: heard.loudness.integrated_lufs.unwrap_or(-70.0) as f32,
            }),
            words: lyrics.and_then(|text| self.words_of(&text)),
        })
    }

    /// What lyrics say; nothing where they cannot be understood.
    pub(crate) fn words_of(&self, lyrics: &str) -> Option<Words> {
        let text = Lyrics::parse(lyrics).ok()?.text();
        let limit = self.settings().server.max_text_bytes;
        let text: &str = text.get(..text.floor_char_boundary(limit)).unwrap_or(&text);
        let sensed = self.sense_text(text).ok()?;
        let options = KeywordOptions {
            n_keywords: KEYWORDS,
            ..KeywordOptions::default()
        };
        let keywords = self.keywords(text, &options).unwrap_or_default();
        Some(Words {
            quadrants: sensed.estimate.quadrants.to_array().map(|p| p as f32),
            language: sensed.language.map(str::to_owned),
            keywords: keywords
                .into_iter()
                .filter(|keyword| keyword.significance > 0.0)
                .map(|keyword| Keyword {
                    text: keyword.text,
                    weight: keyword.significance,
                })
                .collect(),
        })
    }
}

impl Songs {
    /// Whether a file was heard, or failed, as it is now.
    fn is_done(&self, file: &Found, version: u32) -> Result<bool, Error> {
        let known = self.wait(self.store.file(&file.path))?;
        Ok(known.is_some_and(|known| {
            let record = known.record;
            record.size == file.size
                && record.modified_unix_ms == file.modified_unix_ms
                && record.analysis_version >= version
        }))
    }

    /// Forgets the known files below a place that are not there any more; how many.
    fn forget_gone(&self, place: &Path, there: &[Found]) -> Result<u64, Error> {
        const PAGE: u32 = 1000;
        let there: std::collections::HashSet<&Path> =
            there.iter().map(|file| &*file.path).collect();
        let mut gone = Vec::new();
        let mut after: Option<PathBuf> = None;
        loop {
            let page = self.wait(self.store.files(after.as_deref(), PAGE))?;
            after = page.last().map(|known| known.record.path.clone());
            let paths = page.iter().map(|known| &known.record.path);
            gone.extend(
                paths
                    .filter(|path| path.starts_with(place) && !there.contains(path.as_path()))
                    .cloned(),
            );
            if page.len() < PAGE as usize {
                break;
            }
        }
        let paths: Vec<&Path> = gone.iter().map(PathBuf::as_path).collect();
        self.wait(self.store.forget_files(&paths))?;
        if !paths.is_empty() {
            self.changed();
        }
        Ok(paths.len() as u64)
    }

    /// The files that could not be heard, with the reason.
    ///
    /// # Errors
    /// As [`Self::search`].
    pub fn failed_files(&self) -> Result<Vec<(PathBuf, String)>, Error> {
        const PAGE: u32 = 1000;
        let (mut failed, mut after) = (Vec::new(), None::<PathBuf>);
        loop {
            let page = self.wait(self.store.files(after.as_deref(), PAGE))?;
            after = page.last().map(|known| known.record.path.clone());
            let full = page.len() == PAGE as usize;
            failed.extend(
                page.into_iter()
                    .filter_map(|known| match known.record.state {
                        FileState::Failed { reason } => Some((known.record.path, reason)),
                        FileState::Done => None,
                    }),
            );
            if !full {
                return Ok(failed);
            }
        }
    }
}

impl Found {
    fn of(path: PathBuf, about: &Metadata) -> Self {
        let since = about.modified().ok();
        let since = since.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        Self {
            path,
            size: about.len(),
            modified_unix_ms: since.map_or(0, |since| since.as_millis() as i64),
        }
    }

    fn record(&self, state: FileState, analysis_version: u32) -> FileRecord {
        FileRecord {
            path: self.path.clone(),
            size: self.size,
            modified_unix_ms: self.modified_unix_ms,
            fingerprint: None,
            state,
            analysis_version,
            descriptors: None,
        }
    }
}

impl Walk {
    /// Collects the sound files below a path in the order of their names. Links are followed to
    /// files alone, so that no circle is walked.
    fn visit(&mut self, path: &Path, depth: usize) {
        if self.files.len() >= MAX_FILES || depth > MAX_DEPTH {
            return;
        }
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) => return self.failed.push((path.into(), error.to_string())),
        };
        if about.is_file() {
            if is_sound(path) {
                self.files.push(Found::of(path.into(), &about));
            }
            return;
        }
        let is_link = fs::symlink_metadata(path).is_ok_and(|about| about.is_symlink());
        if !about.is_dir() || (is_link && depth > 0) {
            return;
        }
        let entries = match fs::read_dir(path) {
            Ok(entries) => entries,
            Err(error) => return self.failed.push((path.into(), error.to_string())),
        };
        let mut entries: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
        entries.sort();
        for entry in entries {
            self.visit(&entry, depth + 1);
        }
    }
}

fn version(depth: Depth) -> u32 {
    match depth {
        Depth::Full => FULL_VERSION,
        Depth::Quick => FULL_VERSION - 1,
    }
}

fn is_sound(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending.is_some_and(|ending| ENDINGS.contains(&ending.to_lowercase().as_str()))
}

/// The source of what was found in a place.
fn source_of(place: &Path) -> Source {
    Source::new(place.to_string_lossy(), SourceKind::Folder)
}

/// Title and artist, from the tags, else from a name such as `Artist - Title.mp3`.
fn names(path: &Path, tags: &SongTags) -> (String, String) {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let (artist, title) = match stem.split_once(" - ") {
        Some((artist, title)) => (Some(artist.trim()), title.trim()),
        None => (None, stem.trim()),
    };
    let usual = |text: &str, other: &str| match text {
        "" => other.to_owned(),
        text => text.to_owned(),
    };
    (
        tags.title
            .clone()
            .unwrap_or_else(|| usual(title, "untitled")),
        tags.artist
            .clone()
            .unwrap_or_else(|| usual(artist.unwrap_or_default(), "unknown artist")),
    )
}

/// Lyrics in a file of the same name, with the ending `lrc` or `txt`.
fn lyrics_beside(path: &Path) -> Option<String> {
    ["lrc", "txt"].iter().find_map(|ending| {
        let beside = path.with_extension(ending);
        let about = fs::metadata(&beside).ok()?;
        if about.len() > MAX_LYRICS_BYTES {
            return None;
        }
        fs::read_to_string(beside).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(name: &str, title: Option<&str>, expected: (&str, &str)) {
        let tags = SongTags {
            title: title.map(Into::into),
            ..SongTags::default()
        };
        let (title, artist) = names(Path::new(name), &tags);
        assert_eq!((&*title, &*artist), expected);
    }

    #[test]
    fn names_come_from_tags_or_files() {
        check(
            "/m/Nina Simone - Sinnerman.mp3",
            None,
            ("Sinnerman", "Nina Simone"),
        );
        check("/m/Sinnerman.mp3", None, ("Sinnerman", "unknown artist"));
        check(
            "/m/01.mp3",
            Some("Sinnerman"),
            ("Sinnerman", "unknown artist"),
        );
        check("/m/ - .mp3", None, ("untitled", "unknown artist"));
    }

    #[test]
    fn sound_files_are_found_by_ending() {
        let folder = tempfile::tempdir().unwrap();
        let inner = folder.path().join("inner");
        fs::create_dir(&inner).unwrap();
        for name in ["b.MP3", "a.flac", "cover.jpg", "inner/c.opus"] {
            fs::write(folder.path().join(name), b"x").unwrap();
        }
        #[cfg(unix)]
        std::os::unix::fs::symlink(folder.path(), inner.join("circle")).unwrap();
        let mut walk = Walk::default();
        walk.visit(folder.path(), 0);
        let names: Vec<_> = walk
            .files
            .iter()
            .map(|file| file.path.file_name().unwrap().to_string_lossy())
            .collect();
        assert_eq!(names, ["a.flac", "b.MP3", "c.opus"]);
        assert_eq!(walk.failed, []);
    }
}
