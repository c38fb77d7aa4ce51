//! Recordings as frames: decoded once, kept in a file, standardized.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use affetto_audio::decode::{DecodeOptions, decode_mono};
use half::f16;

use super::corpora::{Recording, read_recordings};
use super::frames::{FEATURE_VERSION, Frames, N_COLUMNS, SPEECH_SAMPLE_RATE_HZ};
use crate::{Error, ItemHash};

/// The largest recording that is read, in bytes.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// Longest recording of a corpus, in seconds; longer ones are refused.
pub(crate) const MAX_SECONDS: f64 = 120.0;
/// First bytes of a file of frames.
const MAGIC: &[u8; 8] = b"affspch\0";
/// No file of frames of ours is larger, in bytes.
const MAX_CACHE_BYTES: u64 = 2 << 30;
/// No recording of ours has more frames.
const MAX_FRAMES: usize = 12_100;

/// A recording with its frames.
#[derive(Debug, Clone)]
pub(crate) struct Item {
    /// The recording and its labels.
    pub(crate) recording: Recording,
    /// SHA-256 of the bytes of its file.
    pub(crate) hash: ItemHash,
    /// What the model sees.
    pub(crate) frames: Frames,
}

/// A file that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SkippedFile {
    /// The file.
    pub(crate) path: PathBuf,
    /// Why it was left out, with its name.
    pub(crate) reason: String,
}

/// How many files were left out, and the first of them.
pub(crate) fn skipped_words(skipped: &[SkippedFile]) -> String {
    match skipped {
        [] => "no file left out".to_owned(),
        [first, ..] => format!(
            "{} files left out, the first {}: {}",
            skipped.len(),
            first.path.display(),
            first.reason
        ),
    }
}

/// The recordings of a folder, and the files that could not be used.
#[derive(Debug, Default)]
pub(crate) struct Corpus {
    /// In the order of corpus and path.
    pub(crate) items: Vec<Item>,
    /// Files that are missing or hold no sound.
    pub(crate) skipped: Vec<SkippedFile>,
}

/// Reads and decodes the recordings of a folder.
///
/// `cache` names a file that keeps the frames by the hash of the recording; what it holds is not
/// decoded again. `progress` hears how many of how many recordings are read.
///
/// # Errors
/// [`Error::MissingData`] when there is no recording, [`Error::Io`] and [`Error::Data`] for a
/// manifest that cannot be read, [`Error::Io`] when the cache cannot be written.
pub(crate) fn read_corpus(
    data: &Path,
    cache: Option<&Path>,
    mut progress: impl FnMut(usize, usize),
) -> Result<Corpus, Error> {
    let recordings = read_recordings(data)?;
    let mut known = cache.map(read_cache).unwrap_or_default();
    let n_known = known.len();
    let n_recordings = recordings.len();
    let mut corpus = Corpus::default();
    for (i, recording) in recordings.into_iter().enumerate() {
        match read_item(&recording, &mut known) {
            Ok((hash, frames)) => corpus.items.push(Item {
                recording,
                hash,
                frames,
            }),
            Err(error) => corpus.skipped.push(SkippedFile {
                path: recording.path,
                reason: error.to_string(),
            }),
        }
        if (i + 1).is_multiple_of(100) || i + 1 == n_recordings {
            progress(i + 1, n_recordings);
        }
    }
    if let Some(cache) = cache
        && known.len() > n_known
    {
        write_cache(cache, &known)?;
    }
    Ok(corpus)
}

type Known = BTreeMap<ItemHash, Frames>;

/// The bytes of a recording, not more than a limit.
pub(crate) fn read_bytes(path: &Path) -> Result<Vec<u8>, Error> {
    let io = |source| Error::io(path, source);
    let file = std::fs::File::open(path).map_err(io)?;
    let mut bytes = Vec::new();
    file.take(MAX_FILE_BYTES + 1)
        .read_to_end(&mut bytes)
        .map_err(io)?;
    if bytes.len() as u64 > MAX_FILE_BYTES {
        let reason = format!("expected at most {MAX_FILE_BYTES} bytes, but it has more");
        return Err(Error::data(path, 0, reason));
    }
    Ok(bytes)
}

fn read_item(recording: &Recording, known: &mut Known) -> Result<(ItemHash, Frames), Error> {
    let path = &recording.path;
    let bytes = read_bytes(path)?;
    let hash = ItemHash::of(&bytes);
    if let Some(frames) = known.get(&hash) {
        return Ok((hash, frames.clone()));
    }
    let options = DecodeOptions {
        sample_rate_hz: SPEECH_SAMPLE_RATE_HZ,
        max_seconds: MAX_SECONDS,
    };
    let sound =
        decode_mono(&bytes, &options).map_err(|error| Error::data(path, 0, error.to_string()))?;
    let frames = rounded(Frames::of_samples(&sound)?);
    if frames.len() == 0 || sound.iter().all(|&sample| sample == 0.0) {
        return Err(Error::data(path, 0, "expected speech, but it is silent"));
    }
    known.insert(hash, frames.clone());
    Ok((hash, frames))
}

/// The frames as the cache keeps them, so that a first and a later run see the same.
fn rounded(mut frames: Frames) -> Frames {
    for value in &mut frames.values {
        *value = f16::from_f32(*value).to_f32();
    }
    frames
}

/// The frames of a cache file; none where it is missing, damaged or of another version.
fn read_cache(path: &Path) -> Known {
    let bytes = std::fs::metadata(path)
        .ok()
        .filter(|info| info.len() <= MAX_CACHE_BYTES)
        .and_then(|_| std::fs::read(path).ok());
    bytes
        .and_then(|bytes| parse_cache(&bytes))
        .unwrap_or_default()
}

/// Magic, version, then for each recording: hash, number of frames, frames as f16.
fn parse_cache(bytes: &[u8]) -> Option<Known> {
    let rest = bytes.strip_prefix(MAGIC)?;
    let (version, mut rest) = rest.split_first_chunk::<4>()?;
    if u32::from_le_bytes(*version) != FEATURE_VERSION {
        return None;
    }
    let mut known = Known::new();
    while !rest.is_empty() {
        let (hash, after) = rest.split_first_chunk::<{ ItemHash::LEN }>()?;
        let (n_frames, after) = after.split_first_chunk::<4>()?;
        let n_frames = u32::from_le_bytes(*n_frames) as usize;
        let (values, after) = after.split_at_checked(2 * n_frames * N_COLUMNS)?;
        let values = values
            .chunks_exact(2)
            .map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32());
        let frames = Frames {
            values: values.collect(),
        };
        let sound = n_frames <= MAX_FRAMES && frames.values.iter().all(|value| value.is_finite());
        if !sound {
            return None;
        }
        known.insert(ItemHash::from_bytes(*hash), frames);
        rest = after;
    }
    Some(known)
}

fn write_cache(path: &Path, known: &Known) -> Result<(), Error> {
    let mut bytes = Vec::new();
    bytes.extend_from_slice(MAGIC);
    bytes.extend(FEATURE_VERSION.to_le_bytes());
    for (hash, frames) in known {
        bytes.extend_from_slice(hash.bytes());
        bytes.extend((frames.len() as u32).to_le_bytes());
        let values = frames.values.iter();
        bytes.extend(values.flat_map(|&value| f16::from_f32(value).to_le_bytes()));
    }
    crate::weights::write_atomically(path, &bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cache_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("frames.bin");
        let frames = |n: usize| {
            rounded(Frames {
                values: (0..n * N_COLUMNS).map(|i| i as f32 / 7.0).collect(),
            })
        };
        let known = Known::from([
            (ItemHash::of(b"a"), frames(3)),
            (ItemHash::of(b"b"), frames(0)),
        ]);
        write_cache(&path, &known).unwrap();
        assert_eq!(read_cache(&path), known);
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.truncate(bytes.len() - 1);
        std::fs::write(&path, &bytes).unwrap();
        assert!(read_cache(&path).is_empty());
        bytes[8] = 99;
        assert!(parse_cache(&bytes).is_none());
        assert!(read_cache(&folder.path().join("none")).is_empty());
    }

    #[test]
    fn bad_files_are_named_and_skipped() {
        let folder = tempfile::tempdir().unwrap();
        let manifest = "corpus,file,speaker,emotion\nx,bad.wav,1,happy\nx,gone.wav,1,sad\n";
        std::fs::write(folder.path().join("manifest.csv"), manifest).unwrap();
        std::fs::write(folder.path().join("bad.wav"), b"not a sound").unwrap();
        let corpus = read_corpus(folder.path(), None, |_, _| {}).unwrap();
        assert!(corpus.items.is_empty());
        let names: Vec<_> = corpus
            .skipped
            .iter()
            .map(|skipped| skipped.path.file_name().unwrap().to_str().unwrap())
            .collect();
        assert_eq!(names, ["bad.wav", "gone.wav"]);
        assert!(
            corpus
                .skipped
                .iter()
                .all(|skipped| !skipped.reason.is_empty())
        );
    }
}
