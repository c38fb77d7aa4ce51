//! The table of GTZAN's clips with the fault-filtered split, or folders of recordings.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use affetto_analysis::song::{DESCRIPTOR_NAMES, Listener, N_GTZAN};
use rayon::prelude::*;

use crate::audio_emotion::descriptors;
use crate::{Error, ItemHash};

/// Where the table may lie below the folder that is named.
const TABLES: [&str; 3] = [
    "gtzan_features_30_sec.csv.zst",
    "features/gtzan_features_30_sec.csv.zst",
    "music_audio/features/gtzan_features_30_sec.csv.zst",
];
/// Where the lists of the split may lie.
const SPLITS: [&str; 3] = [
    "",
    "gtzan_fault_filtered",
    "music_audio/gtzan_fault_filtered",
];
/// Endings of recordings.
const ENDINGS: [&str; 6] = ["au", "wav", "flac", "mp3", "ogg", "opus"];
/// Most recordings of a folder.
const MAX_RECORDINGS: usize = 100_000;
/// Largest table in bytes, unpacked.
const MAX_TABLE_BYTES: u64 = 64 << 20;

/// What a clip is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Part {
    /// Fitting.
    Train,
    /// Choosing the penalty.
    Validation,
    /// Measuring.
    Test,
}

impl Part {
    /// All parts, with the lists that name their clips.
    const ALL: [(Self, &'static str); 3] = [
        (Self::Train, "train_filtered.txt"),
        (Self::Validation, "valid_filtered.txt"),
        (Self::Test, "test_filtered.txt"),
    ];
}

/// A clip with its genre.
#[derive(Debug, Clone, PartialEq)]
pub struct Labelled {
    /// File name, e.g. `blues.00000.wav`.
    pub file: String,
    /// Its bytes, or its name where only the table is there.
    pub hash: ItemHash,
    /// The genre, as the data set names it.
    pub genre: String,
    /// What it is for.
    pub part: Part,
    /// The first [`N_GTZAN`] descriptors.
    pub inputs: Vec<f32>,
}

/// Reads what is below a folder: the table with its split, else recordings in folders named by
/// genre. Recordings that no list of the split names are split by the hash of their bytes, 6 : 2 : 2.
///
/// # Errors
/// [`Error::MissingData`] where there is neither, [`Error::Data`] for a table that does not fit.
pub fn read_labelled(folder: &Path) -> Result<Vec<Labelled>, Error> {
    let split = read_split(folder)?;
    let table = TABLES.iter().map(|place| folder.join(place));
    let labelled = match { table }.find(|path| path.is_file()) {
        Some(path) => read_table(&path, &split)?,
        None => hear_folders(folder, &split)?,
    };
    if labelled.is_empty() {
        return Err(Error::MissingData {
            path: folder.to_path_buf(),
            expected:
                "gtzan_features_30_sec.csv.zst with the lists of the fault-filtered split, or \
                       recordings in folders named by genre"
                    .into(),
        });
    }
    Ok(labelled)
}

/// The part of each clip, by the stem of its file name.
fn read_split(folder: &Path) -> Result<BTreeMap<String, Part>, Error> {
    let mut split = BTreeMap::new();
    for (part, list) in Part::ALL {
        let places = SPLITS.iter().map(|place| folder.join(place).join(list));
        let Some(path) = { places }.find(|path| path.is_file()) else {
            continue;
        };
        let text = std::fs::read_to_string(&path).map_err(|source| Error::io(&path, source))?;
        split.extend(text.lines().map(|line| (stem(line.trim()), part)));
    }
    Ok(split)
}

/// `blues/blues.00000.au` → `blues.00000`.
fn stem(name: &str) -> String {
    let file = name.rsplit('/').next().unwrap_or(name);
    file.rsplit_once('.').map_or(file, |(stem, _)| stem).into()
}

/// The rows of the table that the split names.
fn read_table(path: &Path, split: &BTreeMap<String, Part>) -> Result<Vec<Labelled>, Error> {
    let file = std::fs::File::open(path).map_err(|source| Error::io(path, source))?;
    let unpacked = zstd::Decoder::new(file).map_err(|source| Error::io(path, source))?;
    let mut reader = csv::Reader::from_reader(unpacked.take(MAX_TABLE_BYTES));
    let refused = |line: u64, reason: String| Error::data(path, line, reason);
    let header = reader
        .headers()
        .map_err(|error| refused(1, error.to_string()))?;
    let column = |name: &str| {
        let found = header.iter().position(|column| column == name);
        found.ok_or_else(|| refused(1, format!("there is no column {name}")))
    };
    let columns = DESCRIPTOR_NAMES[..N_GTZAN]
        .iter()
        .map(|name| column(name))
        .collect::<Result<Vec<_>, _>>()?;
    let (file, label) = (column("filename")?, column("label")?);
    let mut labelled = Vec::new();
    for (row, line) in reader.records().zip(2..) {
        let row = row.map_err(|error| refused(line, error.to_string()))?;
        let cell = |column: usize| row.get(column).unwrap_or_default();
        let Some(&part) = split.get(&stem(cell(file))) else {
            continue;
        };
        let inputs = columns.iter().map(|&column| {
            let number = cell(column).parse::<f32>().ok();
            number
                .filter(|number| number.is_finite())
                .ok_or_else(|| refused(line, format!("{:?} is no finite number", cell(column))))
        });
        labelled.push(Labelled {
            file: cell(file).to_owned(),
            hash: ItemHash::of(cell(file).as_bytes()),
            genre: cell(label).to_owned(),
            part,
            inputs: inputs.collect::<Result<_, _>>()?,
        });
    }
    Ok(labelled)
}

/// Hears the recordings in folders named by genre; those that cannot be decoded are left out, as
/// one of GTZAN's is known to be.
fn hear_folders(folder: &Path, split: &BTreeMap<String, Part>) -> Result<Vec<Labelled>, Error> {
    let mut files: Vec<(String, PathBuf)> = Vec::new();
    for genre in entries(folder)?.into_iter().filter(|path| path.is_dir()) {
        let name = genre.file_name().unwrap_or_default().to_string_lossy();
        let is_sound = |path: &PathBuf| {
            let ending = path.extension().and_then(|ending| ending.to_str());
            ending.is_some_and(|ending| ENDINGS.contains(&ending.to_lowercase().as_str()))
        };
        let found = entries(&genre)?.into_iter().filter(is_sound);
        files.extend(found.map(|path| (name.to_lowercase(), path)));
    }
    files.truncate(MAX_RECORDINGS);
    let heard = files.into_par_iter().map_init(
        || None,
        |listener, (genre, path)| hear(listener, split, genre, &path),
    );
    Ok(heard.flatten().collect())
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let read = std::fs::read_dir(folder).map_err(|source| Error::io(folder, source))?;
    let mut paths: Vec<PathBuf> = read.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    Ok(paths)
}

fn hear(
    listener: &mut Option<Listener>,
    split: &BTreeMap<String, Part>,
    genre: String,
    path: &Path,
) -> Option<Labelled> {
    let bytes = std::fs::read(path).ok()?;
    let mut inputs = descriptors(listener, &bytes).ok()?;
    inputs.truncate(N_GTZAN);
    let file = path.file_name()?.to_string_lossy().into_owned();
    let hash = ItemHash::of(&bytes);
    let by_hash = match hash.tail() % 10 {
        0..6 => Part::Train,
        6..8 => Part::Validation,
        _ => Part::Test,
    };
    let part = split.get(&stem(&file)).copied();
    // A list that names some clips leaves out the others on purpose.
    let part = if split.is_empty() {
        Some(by_hash)
    } else {
        part
    };
    Some(Labelled {
        file,
        hash,
        genre,
        part: part?,
        inputs,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A folder with a table of six clips, three of them in the split.
    pub(super) fn table(folder: &Path) {
        let mut csv = format!(
            "filename,length,{},label\n",
            DESCRIPTOR_NAMES[..N_GTZAN].join(",")
        );
        for (index, genre) in ["blues", "rock"].iter().cycle().take(6).enumerate() {
            let cells = vec![format!("{index}.5"); N_GTZAN].join(",");
            csv += &format!("{genre}.0000{index}.wav,661794,{cells},{genre}\n");
        }
        let packed = zstd::encode_all(csv.as_bytes(), 1).unwrap();
        std::fs::write(folder.join("gtzan_features_30_sec.csv.zst"), packed).unwrap();
        for (list, line) in [
            ("train", "blues/blues.00000.wav"),
            ("valid", "rock/rock.00001.wav"),
        ] {
            std::fs::write(
                folder.join(format!("{list}_filtered.txt")),
                format!("{line}\n"),
            )
            .unwrap();
        }
        std::fs::write(folder.join("test_filtered.txt"), "blues/blues.00002.wav\n").unwrap();
    }

    #[test]
    fn the_split_chooses_rows_of_the_table() {
        let folder = tempfile::tempdir().unwrap();
        table(folder.path());
        let labelled = read_labelled(folder.path()).unwrap();
        let told: Vec<_> = labelled
            .iter()
            .map(|clip| (&*clip.file, &*clip.genre, clip.part, clip.inputs[0]))
            .collect();
        assert_eq!(
            told,
            [
                ("blues.00000.wav", "blues", Part::Train, 0.5),
                ("rock.00001.wav", "rock", Part::Validation, 1.5),
                ("blues.00002.wav", "blues", Part::Test, 2.5),
            ]
        );
    }

    #[test]
    fn a_folder_of_recordings_is_heard() {
        let folder = tempfile::tempdir().unwrap();
        let pcm = affetto_audio::Pcm::silence(22_050, 22_050);
        let tags = affetto_audio::encode::Tags::default();
        let wav = affetto_audio::encode::encode(&pcm, affetto_audio::encode::Format::Wav, &tags);
        let wav = wav.unwrap();
        for genre in ["blues", "rock"] {
            std::fs::create_dir(folder.path().join(genre)).unwrap();
            std::fs::write(folder.path().join(genre).join("a.wav"), &wav).unwrap();
        }
        std::fs::write(folder.path().join("rock/broken.au"), b"no sound").unwrap();
        let labelled = read_labelled(folder.path()).unwrap();
        let genres: Vec<_> = labelled.iter().map(|clip| &*clip.genre).collect();
        assert_eq!(genres, ["blues", "rock"]);
        assert_eq!(labelled[0].inputs.len(), N_GTZAN);
    }

    #[test]
    fn nothing_there_says_what_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_labelled(folder.path()).unwrap_err().to_string();
        assert!(error.contains("gtzan_features_30_sec"), "{error}");
    }
}
