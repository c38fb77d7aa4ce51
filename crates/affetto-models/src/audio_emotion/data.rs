//! Emotify: clips with what their listeners felt.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use affetto_affect::LabelSet;
use affetto_analysis::song::{Depth, Listener};
use rayon::prelude::*;
use serde::Deserialize;

use super::N_GEMS;
use crate::{Error, ItemHash};

/// Where the index may lie below the folder that is named.
const PLACES: [&str; 3] = [
    "index.csv",
    "emotify/index.csv",
    "music_audio/emotify/index.csv",
];

/// A clip with its labels.
#[derive(Debug, Clone, PartialEq)]
pub struct Clip {
    /// The file, as the index names it.
    pub file: String,
    /// Its bytes.
    pub hash: ItemHash,
    /// Who plays; splits go by it.
    pub artist: String,
    /// Classical, electronic, pop or rock.
    pub genre: String,
    /// Descriptors of the present version.
    pub descriptors: Vec<f32>,
    /// Share of listeners who felt each emotion, in 0..=1.
    pub gems: [f64; N_GEMS],
    /// Valence and arousal of these emotions.
    pub point: [f64; 2],
}

/// A row of the index.
#[derive(Debug, Deserialize)]
struct Row {
    genre: String,
    file: String,
    artist: String,
    amazement: f64,
    solemnity: f64,
    tenderness: f64,
    nostalgia: f64,
    calmness: f64,
    power: f64,
    joyful_activation: f64,
    tension: f64,
    sadness: f64,
}

impl Row {
    fn gems(&self) -> [f64; N_GEMS] {
        [
            self.amazement,
            self.solemnity,
            self.tenderness,
            self.nostalgia,
            self.calmness,
            self.power,
            self.joyful_activation,
            self.tension,
            self.sadness,
        ]
    }
}

/// Reads and hears all clips of Emotify below a folder, in the order of the index.
///
/// # Errors
/// [`Error::MissingData`] where there is no index, [`Error::Data`] for a row or clip that cannot be
/// read.
pub fn read_clips(folder: &Path) -> Result<Vec<Clip>, Error> {
    let index = index(folder)?;
    let file = File::open(&index).map_err(|source| Error::io(&index, source))?;
    let rows: Vec<(u64, Row)> = csv::Reader::from_reader(file)
        .into_deserialize()
        .zip(2..)
        .map(|(row, line)| {
            let row = row.map_err(|error: csv::Error| Error::data(&index, line, error.to_string()));
            Ok((line, row?))
        })
        .collect::<Result<_, Error>>()?;
    let clips = index.parent().unwrap_or(folder);
    rows.into_par_iter()
        .map_init(
            || None,
            |listener, (line, row)| {
                let path = clips.join(&row.file);
                let refused = |reason: String| Error::data(&index, line, reason);
                hear(listener, &path, row).map_err(refused)
            },
        )
        .collect()
}

fn index(folder: &Path) -> Result<PathBuf, Error> {
    let found = PLACES.iter().map(|place| folder.join(place));
    let mut found = found.filter(|path| path.is_file());
    found.next().ok_or_else(|| Error::MissingData {
        path: folder.to_path_buf(),
        expected: "index.csv of Emotify with its clips".into(),
    })
}

fn hear(listener: &mut Option<Listener>, path: &Path, row: Row) -> Result<Clip, String> {
    let told = |error: &dyn std::fmt::Display| format!("{}: {error}", row.file);
    let bytes = std::fs::read(path).map_err(|error| told(&error))?;
    let descriptors = descriptors(listener, &bytes).map_err(|error| told(&error))?;
    let gems = row.gems();
    let point = LabelSet::GEMS
        .estimate(&gems)
        .map_err(|error| told(&error))?
        .mean;
    Ok(Clip {
        hash: ItemHash::of(&bytes),
        artist: row.artist,
        genre: row.genre,
        file: row.file,
        descriptors,
        gems,
        point: [point.v(), point.a()],
    })
}

/// The descriptors of a file in memory; the listener is made on first use.
pub(crate) fn descriptors(
    listener: &mut Option<Listener>,
    bytes: &[u8],
) -> Result<Vec<f32>, affetto_analysis::Error> {
    let listener = match listener {
        Some(listener) => listener,
        None => listener.insert(Listener::new()?),
    };
    let source = BufReader::new(std::io::Cursor::new(bytes));
    let heard = listener.listen(source, Depth::Full)?;
    Ok(heard.features.descriptors.as_slice().to_vec())
}
