//! Data sets as they lie on disk, described: counts, distributions, places on the plane, a few
//! items to look at, and what is wrong with them: duplicates, faults, leaks between splits.
//!
//! Reading is streaming and bounded: of each item no more than a hash stays in memory, and lists
//! of findings have an end. What is found can be written as a [`CleaningList`] that trainings
//! honor.

mod archives;
mod cleaning;
mod faces;
mod files;
pub mod pieces;
mod sounds;
mod tables;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::{Error, ItemHash};

pub use cleaning::CleaningList;
pub use files::{Visitor, visit_files};

/// Most files of a folder that are looked at.
const MAX_FILES: usize = 200_000;
/// How deep folders are searched.
const MAX_DEPTH: usize = 6;
/// Most findings of a kind that are kept; the others are counted.
const MAX_FINDINGS: usize = 100_000;

/// What a folder or file holds.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Description {
    /// The folder or file.
    pub path: PathBuf,
    /// One part a table, sheet of faces, folder of pictures or archive.
    pub parts: Vec<PartDescription>,
    /// Files that nothing here reads.
    pub others: Vec<PathBuf>,
}

/// One table, sheet, folder of pictures or archive.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct PartDescription {
    /// Its path, relative to what was described.
    pub name: String,
    /// `"table"`, `"faces"`, `"archive"`, …
    pub kind: &'static str,
    /// Number of items.
    pub n_items: usize,
    /// Facts in words, such as columns or bytes.
    pub facts: Vec<(String, String)>,
    /// How often each value occurs, by column.
    pub distributions: Vec<Distribution>,
    /// Valence and arousal of the items, each in −1..=1.
    #[serde(skip)]
    pub plane: Vec<(f32, f32)>,
    /// A few items to look at.
    #[serde(skip)]
    pub samples: Vec<Sample>,
    /// Items that occur before in the same split.
    pub duplicates: Findings,
    /// Items that cannot be used.
    pub faults: Findings,
    /// Items of a training split that occur in another split as well.
    pub leaks: Findings,
}

/// How often each value of a column occurs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Distribution {
    /// Name of the column.
    pub name: String,
    /// Values and how often they occur, the most frequent first.
    pub counts: Vec<(String, usize)>,
}

impl Distribution {
    /// Counts values.
    #[must_use]
    pub fn of(name: &str, values: impl IntoIterator<Item = String>) -> Self {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for value in values {
            *counts.entry(value).or_default() += 1;
        }
        Self::new(name, counts)
    }

    fn new(name: impl Into<String>, counts: impl IntoIterator<Item = (String, usize)>) -> Self {
        let mut counts: Vec<(String, usize)> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Self {
            name: name.into(),
            counts,
        }
    }
}

/// An item to look at.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sample {
    /// What it is, e.g. its label.
    pub caption: String,
    /// A picture as PNG, where the item is one or has one.
    pub png: Option<Vec<u8>>,
    /// Its text.
    pub text: Option<String>,
}

/// Something wrong with an item.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// File and row, or file name.
    pub item: String,
    /// SHA-256 of the item as trainings know it, where it has one.
    pub hash: Option<String>,
    /// What is wrong.
    pub reason: String,
}

/// Findings of a kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Findings {
    /// How many there are.
    pub n: usize,
    /// The first of them.
    pub listed: Vec<Finding>,
}

impl Findings {
    fn add(&mut self, item: String, hash: Option<ItemHash>, reason: String) {
        self.n += 1;
        if self.listed.len() < MAX_FINDINGS {
            self.listed.push(Finding {
                item,
                hash: hash.map(|hash| hash.to_string()),
                reason,
            });
        }
    }
}

impl Description {
    /// What a cleaning list should hold: faults, and the training side of leaks.
    ///
    /// Duplicates within a split are not among them: all copies share one hash, so that leaving
    /// it out would lose the item altogether.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.parts.iter().flat_map(|part| {
            let kinds = [&part.faults, &part.leaks];
            kinds.into_iter().flat_map(|findings| &findings.listed)
        })
    }
}

/// Describes a file or everything below a folder; `watch` hears of each file before it is read.
///
/// # Errors
/// [`Error::Io`] when the path itself cannot be read; what is wrong with single files is told in
/// the description.
pub fn describe(path: &Path, watch: &mut dyn FnMut(&Path)) -> Result<Description, Error> {
    let metadata = std::fs::metadata(path).map_err(|source| Error::io(path, source))?;
    let root = if metadata.is_dir() {
        path
    } else {
        path.parent().unwrap_or(path)
    };
    let mut files = Vec::new();
    if metadata.is_dir() {
        collect(path, MAX_DEPTH, &mut files);
    } else {
        files.push(path.to_path_buf());
    }
    let mut description = Description {
        path: path.to_path_buf(),
        ..Description::default()
    };
    let mut tables = tables::Tables::default();
    let (mut pictures, mut recordings): (Vec<PathBuf>, Vec<PathBuf>) = (Vec::new(), Vec::new());
    for file in files {
        let name = relative(root, &file);
        watch(&file);
        if faces::is_sheet(&file) {
            description.parts.push(faces::describe_sheet(&file, name));
        } else if archives::is_archive(&file) {
            description
                .parts
                .push(archives::describe_archive(&file, name));
        } else if faces::is_pixel_table(&file) {
            description
                .parts
                .push(faces::describe_pixel_table(&file, name));
        } else if let Some(kind) = tables::table_kind(&file) {
            description.parts.push(tables.describe(&file, name, kind));
        } else if faces::is_picture(&file) {
            pictures.push(file);
        } else if sounds::is_sound(&file) {
            recordings.push(file);
        } else {
            description.others.push(file);
        }
    }
    if !pictures.is_empty() {
        description
            .parts
            .push(faces::describe_pictures(root, &pictures));
    }
    if !recordings.is_empty() {
        description
            .parts
            .push(sounds::describe_sounds(root, &recordings));
    }
    Ok(description)
}

/// The files below a folder by name; unreadable folders and links are left out.
fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(std::fs::DirEntry::file_name);
    for entry in entries {
        let Ok(kind) = entry.file_type() else {
            continue;
        };
        if kind.is_dir() && depth > 0 {
            collect(&entry.path(), depth - 1, files);
        } else if kind.is_file() && files.len() < MAX_FILES {
            files.push(entry.path());
        }
    }
}

fn relative(root: &Path, file: &Path) -> String {
    file.strip_prefix(root)
        .unwrap_or(file)
        .display()
        .to_string()
}

/// The name of a file in lower case.
fn lower_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().to_lowercase()
}
