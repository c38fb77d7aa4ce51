//! Tables: CSV and TSV files, compressed or not, whatever their columns.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use super::{Distribution, PartDescription, Sample, lower_name};
use crate::{Error, ItemHash};

/// Most rows of a table that are read.
const MAX_ROWS: usize = 5_000_000;
/// The longest row that is looked at, in bytes of all its cells.
const MAX_ROW_BYTES: usize = 1 << 20;
/// Columns with more values than this are no classes.
const MAX_VALUES: usize = 60;
/// Most columns of which values are counted.
const MAX_COUNTED: usize = 64;
/// Most distributions and samples that are shown.
const MAX_SHOWN: usize = 16;
const MAX_SAMPLES: usize = 8;
/// Most points of the plane that are kept.
const MAX_POINTS: usize = 20_000;
/// Endings of file names that name a split.
const SPLITS: [&str; 6] = ["train", "validation", "valid", "val", "dev", "test"];

/// How a table is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TableKind {
    delimiter: u8,
    is_compressed: bool,
}

/// The kind of a table by its name; `None` for other files.
pub(super) fn table_kind(path: &Path) -> Option<TableKind> {
    let name = lower_name(path);
    let (name, is_compressed) = match name.strip_suffix(".zst") {
        Some(name) => (name, true),
        None => (name.as_str(), false),
    };
    let delimiter = if name.ends_with(".csv") {
        b','
    } else if name.ends_with(".tsv") {
        b'\t'
    } else {
        return None;
    };
    Some(TableKind {
        delimiter,
        is_compressed,
    })
}

/// The tables of a folder, which may be splits of one set.
#[derive(Default)]
pub(super) struct Tables {
    /// By set and first bytes of a text's hash: the split and table it was first seen in.
    seen: HashMap<(String, u128), (String, String)>,
}

/// Where in the columns what is.
struct Columns {
    names: Vec<String>,
    text: Option<usize>,
    split: Option<usize>,
    plane: Option<(usize, usize)>,
}

impl Columns {
    fn of(header: &csv::StringRecord) -> Self {
        let names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
        let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let find = |wanted: &[&str]| {
            wanted
                .iter()
                .find_map(|name| lower.iter().position(|column| column == name))
        };
        let axis = |name: &str, letter: &str| {
            let exact = find(&[name, letter]);
            exact.or_else(|| {
                let spread = |c: &str| {
                    ["_sd", "_std", "_n", "_max", "_min"]
                        .iter()
                        .any(|s| c.ends_with(s))
                };
                lower.iter().position(|c| c.contains(name) && !spread(c))
            })
        };
        Self {
            text: find(&["text", "sentence_text", "utterance"]),
            split: find(&["split", "usage", "set"]),
            plane: axis("valence", "v").zip(axis("arousal", "a")),
            names,
        }
    }
}

/// What is gathered while the rows go by.
struct Gathered {
    counts: Vec<Option<BTreeMap<String, usize>>>,
    points: Vec<(f64, f64)>,
    captions: BTreeMap<String, usize>,
}

impl Tables {
    /// Describes a table; one that cannot be read has a fault.
    pub(super) fn describe(
        &mut self,
        path: &Path,
        name: String,
        kind: TableKind,
    ) -> PartDescription {
        let mut part = PartDescription {
            kind: "table",
            name,
            ..PartDescription::default()
        };
        if let Err(error) = self.read(path, kind, &mut part) {
            let item = part.name.clone();
            part.faults.add(item, None, error.to_string());
        }
        part
    }

    fn read(
        &mut self,
        path: &Path,
        kind: TableKind,
        part: &mut PartDescription,
    ) -> Result<(), Error> {
        let to_io = |source| Error::io(path, source);
        let file = BufReader::new(File::open(path).map_err(to_io)?);
        let input: Box<dyn Read> = if kind.is_compressed {
            Box::new(zstd::Decoder::new(file).map_err(to_io)?)
        } else {
            Box::new(file)
        };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(kind.delimiter)
            .quoting(kind.delimiter == b',')
            .flexible(true)
            .from_reader(input);
        let header = reader
            .headers()
            .map_err(|error| Error::data(path, 1, error.to_string()))?;
        let columns = Columns::of(header);
        let (family, own_split) = family_of(path);
        let mut gathered = Gathered {
            counts: columns
                .names
                .iter()
                .map(|_| Some(BTreeMap::new()))
                .collect(),
            points: Vec::new(),
            captions: BTreeMap::new(),
        };
        gathered.counts.truncate(MAX_COUNTED);
        let mut row = csv::StringRecord::new();
        let mut n_rows = 0;
        while n_rows < MAX_ROWS {
            let line = n_rows + 2;
            match reader.read_record(&mut row) {
                Ok(false) => break,
                Ok(true) => {}
                Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
                    n_rows += 1;
                    let item = format!("{}, line {line}", part.name);
                    part.faults.add(item, None, "no UTF-8".into());
                    continue;
                }
                Err(error) => return Err(Error::data(path, line as u64, error.to_string())),
            }
            n_rows += 1;
            let split = columns.split.and_then(|column| row.get(column));
            let split = split.map_or_else(|| own_split.clone(), str::to_lowercase);
            let place = (family.as_str(), split.as_str());
            self.row(&row, &columns, place, line, &mut gathered, part);
        }
        part.n_items = n_rows;
        finish(columns, gathered, part);
        Ok(())
    }

    fn row(
        &mut self,
        row: &csv::StringRecord,
        columns: &Columns,
        (family, split): (&str, &str),
        line: usize,
        gathered: &mut Gathered,
        part: &mut PartDescription,
    ) {
        let item = || format!("{}, line {line}", part.name);
        if row.len() != columns.names.len() || row.as_slice().len() > MAX_ROW_BYTES {
            let reason = format!(
                "{} cells of {} bytes, expected {} cells",
                row.len(),
                row.as_slice().len(),
                columns.names.len()
            );
            let item = item();
            part.faults.add(item, None, reason);
            return;
        }
        let text = columns
            .text
            .and_then(|column| row.get(column))
            .map(str::trim);
        let identity = ItemHash::of(text.unwrap_or(row.as_slice()).as_bytes());
        if let Some(text) = text {
            let is_no_answer = text
                .trim_matches(['[', ']', ' '])
                .eq_ignore_ascii_case("no response");
            if text.is_empty() || is_no_answer {
                let reason = if text.is_empty() {
                    "no text"
                } else {
                    "no answer"
                };
                let item = item();
                part.faults.add(item, Some(identity), reason.into());
                return;
            }
        }
        self.compare(identity, text.is_some(), (family, split), &item(), part);
        for (column, counts) in gathered.counts.iter_mut().enumerate() {
            if let (Some(known), Some(cell)) = (counts.as_mut(), row.get(column)) {
                if cell.len() <= 40 {
                    *known.entry(cell.to_owned()).or_default() += 1;
                }
                if known.len() > MAX_VALUES || cell.len() > 40 {
                    *counts = None;
                }
            }
        }
        if let Some((valence, arousal)) = columns.plane {
            let number = |column: usize| row.get(column)?.trim().parse::<f64>().ok();
            if let (Some(v), Some(a)) = (number(valence), number(arousal))
                && v.is_finite()
                && a.is_finite()
                && gathered.points.len() < MAX_POINTS
            {
                gathered.points.push((v, a));
            }
        }
        if let Some(text) = text.filter(|_| part.samples.len() < MAX_SAMPLES) {
            sample(row, columns, text, gathered, part);
        }
    }

    /// Notes an item and finds it among those before.
    fn compare(
        &mut self,
        identity: ItemHash,
        has_text: bool,
        (family, split): (&str, &str),
        item: &str,
        part: &mut PartDescription,
    ) {
        let mut first = [0; 16];
        first.copy_from_slice(&identity.bytes()[..16]);
        let key = (family.to_owned(), u128::from_le_bytes(first));
        let Some((other_split, other)) = self.seen.get(&key) else {
            self.seen.insert(key, (split.to_owned(), item.to_owned()));
            return;
        };
        let hash = has_text.then_some(identity);
        if other_split == split {
            let reason = format!("the same as {other}");
            part.duplicates.add(item.to_owned(), hash, reason);
        } else {
            let sides = [(split, item), (other_split.as_str(), other.as_str())];
            // The training side is what a cleaning list should leave out.
            let trained = sides
                .iter()
                .position(|(split, _)| split.starts_with("train"));
            let (side, rest) = match trained {
                Some(1) => (sides[1], sides[0]),
                _ => (sides[0], sides[1]),
            };
            let reason = format!("also in {}: {}", rest.0, rest.1);
            part.leaks.add(side.1.to_owned(), hash, reason);
        }
    }
}

/// Keeps one text of each class to look at.
fn sample(
    row: &csv::StringRecord,
    columns: &Columns,
    text: &str,
    gathered: &mut Gathered,
    part: &mut PartDescription,
) {
    let label = ["label", "emotion", "label_ids", "dimension"]
        .iter()
        .find_map(|wanted| {
            let column = columns.names.iter().position(|name| name == wanted)?;
            row.get(column)
        });
    let caption = label.unwrap_or_default().to_owned();
    let n = gathered.captions.entry(caption.clone()).or_default();
    *n += 1;
    if *n == 1 || (label.is_none() && *n <= MAX_SAMPLES) {
        part.samples.push(Sample {
            caption,
            png: None,
            text: Some(text.chars().take(300).collect()),
        });
    }
}

fn finish(columns: Columns, gathered: Gathered, part: &mut PartDescription) {
    part.facts
        .push(("columns".into(), columns.names.join(", ")));
    if let Some(text) = columns.text {
        part.facts
            .push(("text".into(), columns.names[text].clone()));
    }
    part.plane = normalized(&gathered.points);
    if let (Some((v, a)), false) = (columns.plane, part.plane.is_empty()) {
        let names = format!("{} and {}", columns.names[v], columns.names[a]);
        part.facts.push(("valence and arousal".into(), names));
    }
    let classes = columns.names.iter().zip(gathered.counts);
    part.distributions = classes
        .filter_map(|(name, counts)| Some((name, counts?)))
        .filter(|(_, counts)| counts.len() > 1 && 2 * counts.len() < part.n_items.max(5))
        .map(|(name, counts)| Distribution::new(name, counts))
        .take(MAX_SHOWN)
        .collect();
}

/// The scales that ratings come in, brought to −1..=1 by what is found in them.
fn normalized(points: &[(f64, f64)]) -> Vec<(f32, f32)> {
    let values = || points.iter().flat_map(|&(v, a)| [v, a]);
    let low = values().fold(f64::INFINITY, f64::min);
    let high = values().fold(f64::NEG_INFINITY, f64::max);
    // (middle, half of the range) of −1..1, 0..1, 1..5, 1..9, else of z-scores.
    let (middle, half) = if low >= 0.0 && high <= 1.0 {
        (0.5, 0.5)
    } else if low >= -1.0 && high <= 1.0 {
        (0.0, 1.0)
    } else if low >= 1.0 && high <= 5.0 {
        (3.0, 2.0)
    } else if low >= 1.0 && high <= 9.0 {
        (5.0, 4.0)
    } else {
        (0.0, low.abs().max(high.abs()).max(1e-9))
    };
    let scale = |value: f64| ((value - middle) / half) as f32;
    points.iter().map(|&(v, a)| (scale(v), scale(a))).collect()
}

/// The set that a table belongs to and the split its name says: `goemotions_dev.tsv` is the split
/// `dev` of `goemotions`.
fn family_of(path: &Path) -> (String, String) {
    let name = lower_name(path);
    let stem = name.split('.').next().unwrap_or(&name);
    for split in SPLITS {
        if let Some(family) = stem.strip_suffix(split) {
            // "latest" is no test split.
            let is_word = family.is_empty() || family.ends_with(['_', '-']);
            if is_word {
                let family = family.trim_end_matches(['_', '-']);
                return (family.to_owned(), split.to_owned());
            }
        }
    }
    (stem.to_owned(), String::new())
}

#[cfg(test)]
mod tests {
    use super::super::describe;
    use super::*;

    fn described(files: &[(&str, &str)]) -> Vec<PartDescription> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        describe(folder.path(), &mut |_| {}).unwrap().parts
    }

    #[test]
    fn leaks_duplicates_and_faults_are_found() {
        let train = "label\ttext\njoy\tso glad\nsad\toh no\njoy\tso glad\nsad\t\nbroken\nsad\t[ No response.]\n";
        let parts = described(&[
            ("set_dev.tsv", "label\ttext\njoy\tso glad \njoy\tother\n"),
            ("set_train.tsv", &train.replace(".]", "]")),
        ]);
        let [dev, train] = &parts[..] else {
            panic!("{parts:?}")
        };
        assert_eq!((dev.n_items, train.n_items), (2, 6));
        // Both copies of the training text leak; the dev part was read first.
        assert_eq!((dev.leaks.n, train.leaks.n, train.duplicates.n), (0, 2, 0));
        assert_eq!(train.leaks.listed[0].item, "set_train.tsv, line 2");
        let hash = ItemHash::of(b"so glad").to_string();
        assert_eq!(train.leaks.listed[0].hash, Some(hash));
        let reasons: Vec<&str> = train.faults.listed.iter().map(|f| &*f.reason).collect();
        assert_eq!(
            reasons,
            [
                "no text",
                "1 cells of 6 bytes, expected 2 cells",
                "no answer"
            ]
        );
        assert_eq!(train.samples.len(), 2);
    }

    #[test]
    fn classes_are_counted_and_ratings_placed() {
        let mut text = "id,split,V,A,kind\n".to_owned();
        for i in 0..20 {
            let kind = if i % 4 == 0 { "rare" } else { "often" };
            text += &format!("{i},train,{},{},{kind}\n", 1 + i % 5, 3);
        }
        let parts = described(&[("ratings.csv", &text)]);
        let kinds = &parts[0].distributions.last().unwrap();
        assert_eq!(
            kinds.counts,
            [("often".to_owned(), 15), ("rare".to_owned(), 5)]
        );
        assert_eq!(parts[0].plane.len(), 20);
        assert_eq!(parts[0].plane[0], (-1.0, 0.0));
        assert_eq!(parts[0].duplicates.n, 0);
    }

    #[track_caller]
    fn check_family(name: &str, family: &str, split: &str) {
        let found = family_of(Path::new(name));
        assert_eq!((&*found.0, &*found.1), (family, split));
    }

    #[test]
    fn names_say_the_split() {
        check_family("a/goemotions_dev.tsv", "goemotions", "dev");
        check_family(
            "deezer_mood_validation.csv.zst",
            "deezer_mood",
            "validation",
        );
        check_family("isear.tsv", "isear", "");
        check_family("latest.csv", "latest", "");
        assert_eq!(table_kind(Path::new("x.json")), None);
        assert!(table_kind(Path::new("X.CSV.zst")).unwrap().is_compressed);
    }
}
