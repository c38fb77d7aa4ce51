//! Bars of drum performances on a grid, from the Groove MIDI Dataset with its own split.

use std::collections::BTreeMap;
use std::path::Path;

use affetto_music::{Score, midi};

use super::{BarKind, N_STEPS, STYLES, Steps, Style, VOICE_KEYS};
use crate::datasets::visit_files;
use crate::{Error, ItemHash};

/// Table of the performances: style, tempo, beat or fill, split.
const TABLE: &str = "info.csv";
/// Folder that the data set unfolds to.
const FOLDER: &str = "groove/";
/// Largest deviation from the grid that is kept, in ms.
pub(super) const MAX_OFFSET_MS: f32 = 60.0;
/// Fewest strokes of a bar.
const MIN_HITS: usize = 3;
/// A stroke up to this part of a bar before a bar line belongs to the bar after it.
const EARLY: f64 = 1.0 / 48.0;

/// The side of the data set's own split.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Split {
    Train,
    Validation,
    Test,
}

/// One stroke.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Hit {
    /// Step times voices plus voice.
    pub(super) place: u8,
    pub(super) velocity: u8,
    /// After the grid, in ms.
    pub(super) offset_ms: f32,
}

/// A bar on the grid of sixteenths, or of triplets.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub(super) hits: Vec<Hit>,
    /// How much it counts, so that long recordings do not outweigh short ones.
    pub(super) weight: f64,
    /// Number of the recording.
    pub(super) recording: usize,
    /// Sum of velocities, 1 for the loudest stroke.
    pub(super) energy: f64,
}

/// A recording with its bars on both grids.
#[derive(Debug, Clone)]
pub(super) struct Recording {
    pub(super) hash: ItemHash,
    pub(super) split: Split,
    pub(super) kind: BarKind,
    /// Style as the data set names it, e.g. `"rock/shuffle"`.
    style: String,
    /// Bars that stand on sixteenths, and bars that stand on triplets; few stand on both.
    straight: Vec<Bar>,
    swung: Vec<Bar>,
}

impl Recording {
    /// Whether it belongs to a style by one of its names.
    pub(super) fn is_of(&self, names: &[&str]) -> bool {
        names.iter().any(|name| {
            let rest = self.style.strip_prefix(name);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
    }

    pub(super) fn bars(&self, style: &Style) -> &[Bar] {
        match style.steps {
            Steps::Sixteenths => &self.straight,
            Steps::Triplets => &self.swung,
        }
    }
}

/// Reads all performances in four quarters below a path. `most_bars` is the weight that all bars
/// of one recording have together at most.
///
/// # Errors
/// [`Error::MissingData`] where the set or its table is not there, [`Error::Io`], and
/// [`Error::Data`] for a row that cannot be understood.
pub(super) fn read_recordings(path: &Path, most_bars: f64) -> Result<Vec<Recording>, Error> {
    let mut rows = BTreeMap::new();
    let mut files: BTreeMap<String, (ItemHash, Score)> = BTreeMap::new();
    let mut result = Ok(());
    let name_of = |path: &Path| path.to_string_lossy().replace('\\', "/");
    let is_table = |name: &str| name.contains(FOLDER) && name.ends_with(TABLE);
    let is_piece = |name: &str| name.contains(FOLDER) && name.ends_with(".mid");
    let is_wanted = |path: &Path| {
        let name = name_of(path);
        is_table(&name) || is_piece(&name)
    };
    visit_files(path, &is_wanted, &mut |path, bytes| {
        let name = name_of(path);
        if is_table(&name) {
            match read_table(path, bytes) {
                Ok(read) => rows.extend(read),
                Err(error) => result = Err(error),
            }
        } else if let Ok(score) = midi::read(bytes) {
            files.insert(name, (ItemHash::of(bytes), score));
        }
    })?;
    result?;
    let mut found = Vec::new();
    for (name, (hash, score)) in &files {
        // The table names files from the folder of the set on.
        let is_file = |file: &str| {
            let folder = name.strip_suffix(file);
            folder.is_some_and(|folder| folder.is_empty() || folder.ends_with('/'))
        };
        let row = rows.iter().find(|(file, _)| is_file(file));
        if let Some((_, row)) = row {
            let number = found.len();
            found.push(recording(row, *hash, score, number, most_bars));
        }
    }
    if found.is_empty() {
        return Err(Error::MissingData {
            path: path.to_path_buf(),
            expected: format!("the Groove MIDI Dataset with its {TABLE}"),
        });
    }
    Ok(found)
}

/// What the table says of a performance.
struct Row {
    style: String,
    kind: BarKind,
    split: Split,
}

/// Rows of performances in four quarters, by file.
fn read_table(path: &Path, bytes: &[u8]) -> Result<BTreeMap<String, Row>, Error> {
    let mut reader = csv::Reader::from_reader(bytes);
    let to_error = |error: csv::Error| Error::io(path, error.into());
    let header = reader.headers().map_err(to_error)?.clone();
    let column = |name: &str| {
        let found = header.iter().position(|column| column == name);
        found.ok_or_else(|| Error::MissingData {
            path: path.to_path_buf(),
            expected: format!("a column {name}"),
        })
    };
    let (style, kind, split) = (column("style")?, column("beat_type")?, column("split")?);
    let (meter, file) = (column("time_signature")?, column("midi_filename")?);
    let mut rows = BTreeMap::new();
    for record in reader.records() {
        let record = record.map_err(to_error)?;
        let field = |index: usize| record.get(index).unwrap_or_default();
        if field(meter) != "4-4" {
            continue;
        }
        let row = Row {
            style: field(style).to_owned(),
            kind: if field(kind) == "fill" {
                BarKind::Fill
            } else {
                BarKind::Beat
            },
            split: match field(split) {
                "train" => Split::Train,
                "validation" => Split::Validation,
                _ => Split::Test,
            },
        };
        rows.insert(field(file).to_owned(), row);
    }
    Ok(rows)
}

fn recording(row: &Row, hash: ItemHash, score: &Score, number: usize, most_bars: f64) -> Recording {
    let mut bars: BTreeMap<u32, Vec<Stroke>> = BTreeMap::new();
    let quarter = f64::from(score.ticks_per_quarter.max(1));
    for note in score.tracks.iter().flat_map(|track| &track.notes) {
        let Some(voice) = voice(note.pitch) else {
            continue;
        };
        let bar = (f64::from(note.onset) / quarter / 4.0 + EARLY).floor();
        bars.entry(bar as u32).or_default().push(Stroke {
            quarters: f64::from(note.onset) / quarter - 4.0 * bar,
            voice,
            velocity: note.velocity,
        });
    }
    // A beat ends somewhere in its last bar.
    if row.kind == BarKind::Beat && bars.len() > 2 {
        bars.pop_last();
    }
    let bpm = score.tempos.first().map_or(120.0, |tempo| tempo.bpm.get());
    let weight = (most_bars / bars.len().max(1) as f64).min(1.0);
    let (mut straight, mut swung) = (Vec::new(), Vec::new());
    for strokes in bars.values() {
        let (on_sixteenths, error) = on_grid(strokes, Steps::Sixteenths, bpm);
        let (on_triplets, triplet_error) = on_grid(strokes, Steps::Triplets, bpm);
        let keep = |hits: Vec<Hit>, bars: &mut Vec<Bar>| {
            if hits.len() >= MIN_HITS {
                let sum: f64 = hits.iter().map(|hit| f64::from(hit.velocity)).sum();
                bars.push(Bar {
                    hits,
                    weight,
                    recording: number,
                    energy: sum / 127.0,
                });
            }
        };
        if error <= triplet_error {
            keep(on_sixteenths, &mut straight);
        }
        if triplet_error <= error {
            keep(on_triplets, &mut swung);
        }
    }
    Recording {
        hash,
        split: row.split,
        kind: row.kind,
        style: row.style.clone(),
        straight,
        swung,
    }
}

/// A stroke before it is put on a grid.
struct Stroke {
    quarters: f64,
    voice: usize,
    velocity: u8,
}

/// Strokes on a grid, the loudest of those that fall together, and their mean distance in quarters.
fn on_grid(strokes: &[Stroke], steps: Steps, bpm: f64) -> (Vec<Hit>, f64) {
    let per_quarter = match steps {
        Steps::Sixteenths => 4.0,
        Steps::Triplets => 3.0,
    };
    let ms_per_quarter = 60_000.0 / bpm;
    let mut error = 0.0;
    let mut hits: BTreeMap<u8, Hit> = BTreeMap::new();
    for stroke in strokes {
        let nearest = (stroke.quarters * per_quarter).round().max(0.0);
        let late = stroke.quarters - nearest / per_quarter;
        error += late.abs();
        let (quarter, part) = ((nearest / per_quarter).floor(), nearest % per_quarter);
        let step = (4.0 * quarter + part) as usize;
        let offset_ms = (late * ms_per_quarter) as f32;
        if step >= N_STEPS || offset_ms.abs() > MAX_OFFSET_MS {
            continue;
        }
        let place = (step * VOICE_KEYS.len() + stroke.voice) as u8;
        let hit = Hit {
            place,
            velocity: stroke.velocity,
            offset_ms,
        };
        let louder = hits
            .get(&place)
            .is_none_or(|there| there.velocity < hit.velocity);
        if louder {
            hits.insert(place, hit);
        }
    }
    (
        hits.into_values().collect(),
        error / strokes.len().max(1) as f64,
    )
}

/// The voice of a key of the drum kit of the recordings (Roland TD-11) or of General MIDI.
fn voice(key: u8) -> Option<usize> {
    let key = match key {
        40 => 38,
        22 => 42,
        26 => 46,
        48 => 50,
        43 | 58 => 45,
        52 | 55 | 57 => 49,
        59 => 51,
        other => other,
    };
    VOICE_KEYS.iter().position(|&voice| voice == key)
}

/// The number of a style of ours by name.
pub(super) fn style_number(name: &str) -> Option<usize> {
    STYLES.iter().position(|style| style.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(quarters: &[f64], steps: Steps, expected: &[(u8, i32)]) {
        let strokes: Vec<Stroke> = quarters
            .iter()
            .map(|&quarters| Stroke {
                quarters,
                voice: 0,
                velocity: 80,
            })
            .collect();
        let (hits, _) = on_grid(&strokes, steps, 120.0);
        let found: Vec<_> = hits
            .iter()
            .map(|hit| (hit.place / 12, hit.offset_ms.round() as i32))
            .collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn strokes_fall_on_steps() {
        check(
            &[0.0, 0.52, 1.24],
            Steps::Sixteenths,
            &[(0, 0), (2, 10), (5, -5)],
        );
        check(
            &[0.0, 0.66, 1.34],
            Steps::Triplets,
            &[(0, 0), (2, -3), (5, 3)],
        );
        check(&[-0.02, 3.98], Steps::Sixteenths, &[(0, -10)]);
    }

    #[test]
    fn keys_of_the_kit() {
        assert_eq!(voice(36), Some(0));
        assert_eq!(voice(22), voice(42));
        assert_eq!(voice(58), voice(45));
        assert_eq!(voice(70), None);
    }
}
