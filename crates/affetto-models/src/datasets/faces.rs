//! Faces: the sheet of FER-2013 with its table, the official table with the pixels in it, and
//! folders of pictures.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, GrayImage, ImageEncoder, ImageReader, Limits};

use super::{Distribution, PartDescription, Sample, lower_name, relative};
use crate::{Error, ItemHash};

/// Side of a face in pixels.
const SIDE: usize = 48;
/// Pixels of a face.
const N_PIXELS: usize = SIDE * SIDE;
/// Most faces of a sheet or table, most pictures of a folder.
const MAX_FACES: usize = 200_000;
/// The largest sheet that is decoded, in bytes of pixels.
const MAX_SHEET_BYTES: u64 = 512 << 20;
/// The largest picture file that is read, in bytes, and the widest picture.
const MAX_PICTURE_BYTES: u64 = 32 << 20;
const MAX_PICTURE_SIDE: u32 = 8192;
/// Pictures whose gray values vary less than this (standard deviation) show nothing.
const FLAT: f64 = 4.0;
/// Pictures that are shown of each class.
const SHOWN_OF_A_CLASS: usize = 3;
/// FER-2013's classes in the order of its numbers.
const CLASSES: [&str; 7] = [
    "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral",
];

/// Whether a file is a sheet of faces with a table beside it.
pub(super) fn is_sheet(path: &Path) -> bool {
    lower_name(path).ends_with("_images.png") && table_of(path).is_file()
}

/// Whether a file is the official `fer2013.csv`.
pub(super) fn is_pixel_table(path: &Path) -> bool {
    if !lower_name(path).ends_with(".csv") {
        return false;
    }
    let mut start = [0; 64];
    let n = File::open(path).and_then(|mut file| file.read(&mut start));
    let start = String::from_utf8_lossy(&start[..n.unwrap_or(0)]).to_lowercase();
    let header = start.lines().next().unwrap_or_default().replace(' ', "");
    header.starts_with("emotion,") && header.contains("pixels")
}

/// Whether a file is a picture.
pub(super) fn is_picture(path: &Path) -> bool {
    let name = lower_name(path);
    [".png", ".jpg", ".jpeg", ".webp"]
        .iter()
        .any(|ending| name.ends_with(ending))
}

fn table_of(sheet: &Path) -> PathBuf {
    let name = sheet.file_name().unwrap_or_default().to_string_lossy();
    sheet.with_file_name(name.replace("_images.png", "_labels.csv"))
}

/// What is gathered while the faces go by.
#[derive(Default)]
struct Gathered {
    seen: HashMap<ItemHash, (String, String)>,
    classes: BTreeMap<String, usize>,
    splits: BTreeMap<String, usize>,
    shown: BTreeMap<String, usize>,
}

impl Gathered {
    /// Looks at one face: its pixels, class and split.
    fn face(
        &mut self,
        gray: &GrayImage,
        (item, class, split): (&str, &str, &str),
        part: &mut PartDescription,
    ) {
        let pixels = gray.as_raw();
        let hash = ItemHash::of(pixels);
        *self.classes.entry(format!("{split} {class}")).or_default() += 1;
        *self.splits.entry(split.to_owned()).or_default() += 1;
        let spread = spread(pixels);
        if spread < FLAT {
            let reason = format!("blank: gray values vary by {spread:.1}");
            part.faults.add(item.to_owned(), Some(hash), reason);
            return;
        }
        let shown = self.shown.entry(class.to_owned()).or_default();
        if *shown < SHOWN_OF_A_CLASS
            && let Some(png) = png(gray)
        {
            *shown += 1;
            part.samples.push(Sample {
                caption: class.to_owned(),
                png: Some(png),
                text: None,
            });
        }
        let Some((other_split, other)) = self.seen.get(&hash) else {
            self.seen.insert(hash, (split.to_owned(), item.to_owned()));
            return;
        };
        if other_split == split {
            let reason = format!("the same pixels as {other}");
            part.duplicates.add(item.to_owned(), Some(hash), reason);
        } else {
            let is_trained = split.to_lowercase().starts_with("train");
            let sides = [(split, item), (other_split.as_str(), other.as_str())];
            let (side, rest) = if is_trained {
                (sides[0], sides[1])
            } else {
                (sides[1], sides[0])
            };
            let reason = format!("the same pixels are in {}: {}", rest.0, rest.1);
            part.leaks.add(side.1.to_owned(), Some(hash), reason);
        }
    }

    fn finish(self, part: &mut PartDescription) {
        part.distributions
            .push(Distribution::new("split", self.splits));
        part.distributions
            .push(Distribution::new("class", self.classes));
    }
}

/// Describes a sheet with its table.
pub(super) fn describe_sheet(path: &Path, name: String) -> PartDescription {
    described(name, |part| {
        let sheet = read_gray(path, MAX_SHEET_BYTES, u32::MAX)?;
        if sheet.width() as usize != SIDE {
            let reason = format!("the sheet is {} wide, expected {SIDE}", sheet.width());
            return Err(Error::data(path, 0, reason));
        }
        let faces = sheet.as_raw().chunks_exact(N_PIXELS);
        part.facts
            .push(("faces in the sheet".into(), faces.len().to_string()));
        let faces: Vec<&[u8]> = faces.collect();
        let table = table_of(path);
        let (mut gathered, mut columns) = (Gathered::default(), None);
        let mut n_agree = [0_usize; 2];
        for_each_row(&table, |line, row, header| {
            let columns = columns.get_or_insert_with(|| SheetColumns::of(header));
            part.n_items += 1;
            let item = format!(
                "{}, line {line}",
                relative(table.parent().unwrap_or(&table), &table)
            );
            let place = columns.row.and_then(|c| row.get(c)?.parse::<usize>().ok());
            let Some(pixels) = place.and_then(|place| faces.get(place)) else {
                part.faults
                    .add(item, None, "its row is not in the sheet".into());
                return;
            };
            let gray = GrayImage::from_raw(SIDE as u32, SIDE as u32, pixels.to_vec());
            let cell = |column: Option<usize>| column.and_then(|c| row.get(c)).unwrap_or_default();
            let (class, split) = (cell(columns.emotion), cell(columns.usage));
            if let Some(gray) = gray {
                gathered.face(&gray, (item.as_str(), class, split), part);
            }
            if let Some(rated) = columns.most_voted(row) {
                n_agree[usize::from(rated == class)] += 1;
            }
        })?;
        if n_agree != [0, 0] {
            let share = n_agree[1] as f64 / (n_agree[0] + n_agree[1]) as f64;
            part.facts.push((
                "labels that most raters of FER+ share".into(),
                format!("{:.1} %", 100.0 * share),
            ));
        }
        gathered.finish(part);
        Ok(())
    })
}

struct SheetColumns {
    row: Option<usize>,
    usage: Option<usize>,
    emotion: Option<usize>,
    votes: Vec<(usize, &'static str)>,
}

impl SheetColumns {
    fn of(header: &csv::StringRecord) -> Self {
        const VOTES: [(&str, &str); 7] = [
            ("fp_neutral", "neutral"),
            ("fp_happiness", "happy"),
            ("fp_surprise", "surprise"),
            ("fp_sadness", "sad"),
            ("fp_anger", "angry"),
            ("fp_disgust", "disgust"),
            ("fp_fear", "fear"),
        ];
        let find = |name: &str| header.iter().position(|column| column == name);
        Self {
            row: find("row"),
            usage: find("usage"),
            emotion: find("emotion"),
            votes: VOTES
                .iter()
                .filter_map(|(column, class)| Some((find(column)?, *class)))
                .collect(),
        }
    }

    /// The class that most raters chose; `None` without votes.
    fn most_voted(&self, row: &csv::StringRecord) -> Option<&'static str> {
        let votes = self.votes.iter().filter_map(|&(column, class)| {
            let n: u32 = row.get(column)?.parse().ok()?;
            (n > 0).then_some((n, class))
        });
        votes.max_by_key(|(n, _)| *n).map(|(_, class)| class)
    }
}

/// Describes the official table with the pixels in it.
pub(super) fn describe_pixel_table(path: &Path, name: String) -> PartDescription {
    described(name, |part| {
        let mut gathered = Gathered::default();
        for_each_row(path, |line, row, header| {
            part.n_items += 1;
            let item = format!("{}, line {line}", part.name);
            let find = |name: &str| {
                let column = header
                    .iter()
                    .position(|column| column.trim().eq_ignore_ascii_case(name))?;
                row.get(column).map(str::trim)
            };
            let class = find("emotion").and_then(|cell| cell.parse::<usize>().ok());
            let class = class
                .and_then(|class| CLASSES.get(class))
                .copied()
                .unwrap_or("none");
            let pixels: Option<Vec<u8>> = find("pixels")
                .unwrap_or_default()
                .split_ascii_whitespace()
                .map(|cell| cell.parse().ok())
                .collect();
            let gray = pixels
                .filter(|pixels| pixels.len() == N_PIXELS)
                .and_then(|pixels| GrayImage::from_raw(SIDE as u32, SIDE as u32, pixels));
            match gray {
                Some(gray) => {
                    let split = find("usage").unwrap_or_default();
                    gathered.face(&gray, (item.as_str(), class, split), part);
                }
                None => {
                    let reason = format!("no {N_PIXELS} numbers in 0..=255");
                    part.faults.add(item, None, reason);
                }
            }
        })?;
        gathered.finish(part);
        Ok(())
    })
}

/// Describes pictures in folders, of which the last is the class and one above the split.
pub(super) fn describe_pictures(root: &Path, pictures: &[PathBuf]) -> PartDescription {
    described("pictures".into(), |part| {
        let mut gathered = Gathered::default();
        let mut sizes: BTreeMap<String, usize> = BTreeMap::new();
        for path in pictures.iter().take(MAX_FACES) {
            part.n_items += 1;
            let item = relative(root, path);
            let mut folders = item.rsplit(['/', '\\']).skip(1);
            let class = folders.next().unwrap_or_default().to_owned();
            let split = folders.next().unwrap_or_default().to_owned();
            match read_gray(path, MAX_PICTURE_BYTES, MAX_PICTURE_SIDE) {
                Ok(gray) => {
                    *sizes
                        .entry(format!("{} x {}", gray.width(), gray.height()))
                        .or_default() += 1;
                    gathered.face(&gray, (item.as_str(), class.as_str(), split.as_str()), part);
                }
                Err(error) => part.faults.add(item, None, error.to_string()),
            }
        }
        gathered.finish(part);
        let mut sizes = Distribution::new("size", sizes);
        sizes.counts.truncate(12);
        part.distributions.push(sizes);
        Ok(())
    })
}

fn described(
    name: String,
    work: impl FnOnce(&mut PartDescription) -> Result<(), Error>,
) -> PartDescription {
    let mut part = PartDescription {
        kind: "faces",
        name,
        ..PartDescription::default()
    };
    if let Err(error) = work(&mut part) {
        let item = part.name.clone();
        part.faults.add(item, None, error.to_string());
    }
    part
}

fn for_each_row(
    path: &Path,
    mut work: impl FnMut(usize, &csv::StringRecord, &csv::StringRecord),
) -> Result<(), Error> {
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .from_reader(BufReader::new(file));
    let refuse =
        |line: usize| move |error: csv::Error| Error::data(path, line as u64, error.to_string());
    let header = reader.headers().map_err(refuse(1))?.clone();
    let mut row = csv::StringRecord::new();
    for line in 2..MAX_FACES + 2 {
        if !reader.read_record(&mut row).map_err(refuse(line))? {
            break;
        }
        work(line, &row, &header);
    }
    Ok(())
}

/// Reads a picture in gray; its size is limited before anything is decoded.
fn read_gray(path: &Path, max_bytes: u64, max_side: u32) -> Result<GrayImage, Error> {
    let size = std::fs::metadata(path)
        .map_err(|source| Error::io(path, source))?
        .len();
    let refuse = |reason: String| Error::data(path, 0, reason);
    if size > max_bytes {
        return Err(refuse(format!(
            "{size} bytes, expected at most {max_bytes}"
        )));
    }
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let mut reader = ImageReader::new(BufReader::new(file))
        .with_guessed_format()
        .map_err(|source| Error::io(path, source))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(max_side);
    limits.max_image_height = Some(max_side);
    limits.max_alloc = Some(4 * max_bytes);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| refuse(error.to_string()))?;
    Ok(picture.into_luma8())
}

/// The standard deviation of gray values.
fn spread(pixels: &[u8]) -> f64 {
    let n = pixels.len().max(1) as f64;
    let sum: f64 = pixels.iter().map(|&p| f64::from(p)).sum();
    let squares: f64 = pixels.iter().map(|&p| f64::from(p) * f64::from(p)).sum();
    (squares / n - (sum / n).powi(2)).max(0.0).sqrt()
}

/// A small PNG of a picture.
fn png(gray: &GrayImage) -> Option<Vec<u8>> {
    let small = if gray.width().max(gray.height()) > 128 {
        let scale = 128.0 / f64::from(gray.width().max(gray.height()));
        let side = |n: u32| ((f64::from(n) * scale) as u32).max(1);
        image::imageops::thumbnail(gray, side(gray.width()), side(gray.height()))
    } else {
        gray.clone()
    };
    let mut bytes = Vec::new();
    let encoder = PngEncoder::new(&mut bytes);
    let (width, height) = small.dimensions();
    encoder
        .write_image(small.as_raw(), width, height, ExtendedColorType::L8)
        .ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::super::describe;
    use super::*;

    fn face(seed: usize) -> Vec<u8> {
        (0..N_PIXELS)
            .map(|i| ((i * (seed + 3)) % 251) as u8)
            .collect()
    }

    fn save(path: &Path, faces: &[Vec<u8>]) {
        let height = (SIDE * faces.len()) as u32;
        let sheet = GrayImage::from_raw(SIDE as u32, height, faces.concat()).unwrap();
        sheet.save(path).unwrap();
    }

    #[test]
    fn a_sheet_is_looked_through() {
        let folder = tempfile::tempdir().unwrap();
        let faces = [face(0), face(1), face(0), vec![9; N_PIXELS], face(1)];
        save(&folder.path().join("fer2013_images.png"), &faces);
        let labels = "row,usage,label,emotion,fp_happiness,fp_sadness\n\
            0,Training,3,happy,8,1\n1,Training,4,sad,7,2\n2,Training,3,happy,9,0\n\
            3,Training,3,happy,0,0\n4,PublicTest,4,sad,0,9\n77,PublicTest,4,sad,0,9\n";
        std::fs::write(folder.path().join("fer2013_labels.csv"), labels).unwrap();
        let description = describe(folder.path(), &mut |_| {}).unwrap();
        let part = description
            .parts
            .iter()
            .find(|p| p.kind == "faces")
            .unwrap();
        assert_eq!(part.n_items, 6);
        assert_eq!((part.duplicates.n, part.leaks.n, part.faults.n), (1, 1, 2));
        assert_eq!(part.leaks.listed[0].item, "fer2013_labels.csv, line 3");
        assert_eq!(part.samples.len(), 4);
        let agree = part.facts.iter().find(|(name, _)| name.contains("FER+"));
        assert_eq!(agree.unwrap().1, "75.0 %");
        let list: Vec<_> = description.findings().collect();
        assert_eq!(list.len(), 3);
    }

    #[test]
    fn pixels_in_a_table_are_read() {
        let folder = tempfile::tempdir().unwrap();
        let numbers = |pixels: &[u8]| {
            let cells: Vec<String> = pixels.iter().map(u8::to_string).collect();
            cells.join(" ")
        };
        let rows = format!(
            "emotion,pixels,Usage\n3,{},Training\n4,1 2 3,Training\n9,{},PublicTest\n",
            numbers(&face(1)),
            numbers(&face(2))
        );
        std::fs::write(folder.path().join("fer2013.csv"), rows).unwrap();
        let description = describe(folder.path(), &mut |_| {}).unwrap();
        let part = &description.parts[0];
        assert_eq!((part.kind, part.n_items, part.faults.n), ("faces", 3, 1));
    }

    #[test]
    fn folders_name_class_and_split() {
        let folder = tempfile::tempdir().unwrap();
        for (split, seed) in [("train", 1), ("test", 1), ("test", 2)] {
            let place = folder.path().join(split).join("happy");
            std::fs::create_dir_all(&place).unwrap();
            save(&place.join(format!("{seed}.png")), &[face(seed)]);
        }
        std::fs::write(folder.path().join("train/happy/broken.jpg"), "no").unwrap();
        let description = describe(folder.path(), &mut |_| {}).unwrap();
        let part = &description.parts[0];
        assert_eq!((part.n_items, part.leaks.n, part.faults.n), (4, 1, 1));
        assert_eq!(part.leaks.listed[0].item, "train/happy/1.png");
    }
}
