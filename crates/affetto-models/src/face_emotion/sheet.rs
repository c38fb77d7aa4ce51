//! Reads faces from sheets: one tall PNG with a CSV, and the official CSV with the pixels in it.

use std::fs::File;
use std::io::{BufReader, Cursor, Read};
use std::path::Path;

use image::{ImageDecoder, ImageReader, Limits};
use serde::Deserialize;

use super::data::{FaceItem, FaceSet, N_PIXELS, N_VOTES, Part, SIDE, class_of};
use crate::{Error, ItemHash};

/// No sheet of ours has more faces.
const MAX_FACES: u32 = 100_000;
/// No line of the official CSV is longer, in bytes; 2,304 numbers of three digits and blanks.
const MAX_CSV_BYTES: u64 = MAX_FACES as u64 * 12_000;
/// How many skipped rows are named; the rest are counted.
const MAX_NAMED: usize = 1000;

#[derive(Deserialize)]
struct SheetRow {
    row: usize,
    usage: String,
    label: usize,
    fp_neutral: u8,
    fp_happiness: u8,
    fp_surprise: u8,
    fp_sadness: u8,
    fp_anger: u8,
    fp_disgust: u8,
    fp_fear: u8,
    fp_contempt: u8,
    fp_unknown: u8,
    #[serde(rename = "fp_NF")]
    fp_no_face: u8,
    #[serde(default)]
    ferplus_ok: u8,
    #[serde(default)]
    dup_of_train: u8,
}

impl SheetRow {
    fn votes(&self) -> [u8; N_VOTES] {
        if self.ferplus_ok == 0 {
            return [0; N_VOTES];
        }
        [
            self.fp_neutral,
            self.fp_happiness,
            self.fp_surprise,
            self.fp_sadness,
            self.fp_anger,
            self.fp_disgust,
            self.fp_fear,
            self.fp_contempt,
            self.fp_unknown,
            self.fp_no_face,
        ]
    }
}

/// Reads `fer2013_images.png` with `fer2013_labels.csv`.
pub(super) fn read_sheet(folder: &Path) -> Result<FaceSet, Error> {
    let pixels = sheet_pixels(&folder.join("fer2013_images.png"))?;
    read_rows(
        &folder.join("fer2013_labels.csv"),
        &pixels,
        |row: SheetRow| {
            let part = Part::from_name(&row.usage).ok_or_else(|| {
                format!(
                    "usage {:?}, expected Training, PublicTest or PrivateTest",
                    row.usage
                )
            })?;
            if row.label > 6 {
                return Err(format!("label {}, expected 0..=6", row.label));
            }
            let item = FaceItem {
                name: format!("fer2013 {}", row.row),
                part,
                label: Some(row.label),
                votes: row.votes(),
                is_marked_duplicate: row.dup_of_train != 0,
                is_ckplus: false,
                hash: ItemHash::of(&[]),
            };
            Ok((row.row, item))
        },
    )
}

#[derive(Deserialize)]
struct CkPlusRow {
    row: usize,
    emotion: String,
    #[serde(default)]
    subject: String,
}

/// Reads `ckplus48_images.png` with `ckplus48_labels.csv`; the class is taken from the name of
/// the emotion, contempt is none of the seven.
pub(super) fn read_ckplus(folder: &Path) -> Result<FaceSet, Error> {
    let pixels = sheet_pixels(&folder.join("ckplus48_images.png"))?;
    read_rows(
        &folder.join("ckplus48_labels.csv"),
        &pixels,
        |row: CkPlusRow| {
            let item = FaceItem {
                name: format!("ck+ {} {}", row.row, row.subject),
                part: Part::Unnamed,
                label: class_of(&row.emotion)?,
                votes: [0; N_VOTES],
                is_marked_duplicate: false,
                is_ckplus: true,
                hash: ItemHash::of(&[]),
            };
            Ok((row.row, item))
        },
    )
}

/// Turns the rows of a CSV into faces of a sheet; bad rows are skipped and named.
fn read_rows<R: for<'a> Deserialize<'a>>(
    path: &Path,
    sheet: &[u8],
    to_item: impl Fn(R) -> Result<(usize, FaceItem), String>,
) -> Result<FaceSet, Error> {
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let mut reader = csv::Reader::from_reader(BufReader::new(file.take(MAX_CSV_BYTES)));
    let mut set = FaceSet {
        sources: vec![name_of(path)],
        ..FaceSet::default()
    };
    let n_faces = sheet.len() / N_PIXELS;
    for (i, row) in reader
        .deserialize::<R>()
        .enumerate()
        .take(MAX_FACES as usize)
    {
        let line = i as u64 + 2;
        let item = row.map_err(|error| error.to_string()).and_then(|row| {
            let (row, item) = to_item(row)?;
            if row >= n_faces {
                return Err(format!("row {row}, but the sheet has {n_faces} faces"));
            }
            Ok((row, item))
        });
        match item {
            Ok((row, item)) => {
                let image = &sheet[row * N_PIXELS..(row + 1) * N_PIXELS];
                set.push(
                    FaceItem {
                        hash: ItemHash::of(image),
                        ..item
                    },
                    image,
                );
            }
            Err(reason) => skip(&mut set, format!("{}, line {line}", name_of(path)), reason),
        }
    }
    refuse_empty(path, set)
}

/// Names what was skipped, up to a limit.
pub(super) fn skip(set: &mut FaceSet, name: String, reason: String) {
    if set.skipped.len() < MAX_NAMED {
        set.skipped.push((name, reason));
    }
}

/// A file none of whose rows can be used is an error that says why.
fn refuse_empty(path: &Path, set: FaceSet) -> Result<FaceSet, Error> {
    match (set.items.is_empty(), set.skipped.first()) {
        (true, Some((_, reason))) => Err(Error::data(path, 2, reason.clone())),
        _ => Ok(set),
    }
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// The gray pixels of a sheet that is 48 wide and a multiple of 48 high.
fn sheet_pixels(path: &Path) -> Result<Vec<u8>, Error> {
    let refuse = |reason: String| Error::data(path, 0, reason);
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let mut reader = ImageReader::with_format(BufReader::new(file), image::ImageFormat::Png);
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(SIDE as u32);
    limits.max_image_height = Some(SIDE as u32 * MAX_FACES);
    limits.max_alloc = Some(u64::from(MAX_FACES) * N_PIXELS as u64 * 2);
    reader.limits(limits);
    let decoder = reader
        .into_decoder()
        .map_err(|error| refuse(error.to_string()))?;
    let (width, height) = decoder.dimensions();
    if width as usize != SIDE
        || !(height as usize).is_multiple_of(SIDE)
        || decoder.color_type() != image::ColorType::L8
    {
        return Err(refuse(format!(
            "{width} × {height} pixels of type {:?}, expected 8-bit gray, {SIDE} wide and a multiple of {SIDE} high",
            decoder.color_type()
        )));
    }
    let mut pixels = vec![0; decoder.total_bytes() as usize];
    decoder
        .read_image(&mut pixels)
        .map_err(|error| refuse(error.to_string()))?;
    Ok(pixels)
}

#[derive(Deserialize)]
struct OfficialRow {
    emotion: usize,
    pixels: String,
    #[serde(rename = "Usage", default)]
    usage: String,
}

/// Reads the official `fer2013.csv`; where `fer2013new.csv` (the votes of FER+) lies beside it
/// with as many rows, its votes are joined by position, as its authors intend.
pub(super) fn read_official(folder: &Path) -> Result<FaceSet, Error> {
    let path = folder.join("fer2013.csv");
    let votes = read_votes(&folder.join("fer2013new.csv"))?;
    let file = File::open(&path).map_err(|source| Error::io(&path, source))?;
    let mut reader = csv::Reader::from_reader(BufReader::new(file.take(MAX_CSV_BYTES)));
    let mut set = FaceSet {
        sources: vec![name_of(&path)],
        ..FaceSet::default()
    };
    for (i, row) in reader
        .deserialize::<OfficialRow>()
        .enumerate()
        .take(MAX_FACES as usize)
    {
        let item = row.map_err(|error| error.to_string()).and_then(|row| {
            let pixels = official_pixels(&row.pixels)?;
            if row.emotion > 6 {
                return Err(format!("emotion {}, expected 0..=6", row.emotion));
            }
            let part = if row.usage.is_empty() {
                Some(Part::Unnamed)
            } else {
                Part::from_name(&row.usage)
            };
            let part = part.ok_or_else(|| {
                format!(
                    "Usage {:?}, expected Training, PublicTest or PrivateTest",
                    row.usage
                )
            })?;
            Ok((part, row.emotion, pixels))
        });
        match item {
            Ok((part, label, pixels)) => {
                let item = FaceItem {
                    name: format!("fer2013.csv {}", i + 2),
                    part,
                    label: Some(label),
                    votes: votes.get(i).copied().unwrap_or([0; N_VOTES]),
                    is_marked_duplicate: false,
                    is_ckplus: false,
                    hash: ItemHash::of(&pixels),
                };
                set.push(item, &pixels);
            }
            Err(reason) => skip(&mut set, format!("fer2013.csv, line {}", i + 2), reason),
        }
    }
    refuse_empty(&path, set)
}

fn official_pixels(text: &str) -> Result<Vec<u8>, String> {
    let pixels: Result<Vec<u8>, _> = text
        .split_ascii_whitespace()
        .take(N_PIXELS + 1)
        .map(str::parse)
        .collect();
    let pixels = pixels.map_err(|error| format!("pixels: {error}, expected numbers 0..=255"))?;
    if pixels.len() == N_PIXELS {
        Ok(pixels)
    } else {
        Err(format!("{} pixels, expected {N_PIXELS}", pixels.len()))
    }
}

/// The votes of `fer2013new.csv` by row: Usage, image name, then ten columns; none without it.
fn read_votes(path: &Path) -> Result<Vec<[u8; N_VOTES]>, Error> {
    if !path.is_file() {
        return Ok(Vec::new());
    }
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let mut bytes = Vec::new();
    file.take(u64::from(MAX_FACES) * 200)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::io(path, source))?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(Cursor::new(bytes));
    let rows = reader.records().map(|record| {
        let mut votes = [0; N_VOTES];
        if let Ok(record) = record {
            let columns = record.iter().skip(2);
            votes
                .iter_mut()
                .zip(columns)
                .for_each(|(vote, cell)| *vote = cell.trim().parse().unwrap_or(0));
        }
        votes
    });
    Ok(rows.collect())
}
