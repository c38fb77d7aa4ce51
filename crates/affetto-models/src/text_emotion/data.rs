//! The corpora: which rows there are, what each says about a text, which rows are kept apart.
//!
//! File formats: UTF-8 TSV with a header and no quoting; names as in the data's README. Also the
//! files that GoEmotions (`train.tsv`, `dev.tsv`, `test.tsv`: text, labels and id without a header)
//! and EmoBank (`emobank.csv`, with quoting) are published as.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use affetto_affect::LabelSet;

use crate::{Error, ItemHash};

/// The six labels of the dair-ai emotion data, in the order of the head.
pub(crate) const DAIR_LABELS: [&str; 6] = ["sadness", "joy", "love", "anger", "fear", "surprise"];
/// The seven labels of ISEAR.
pub(crate) const ISEAR_LABELS: [&str; 7] = [
    "joy", "fear", "anger", "sadness", "disgust", "shame", "guilt",
];
/// The eleven labels of SemEval-2018 task 1 E-c.
pub(crate) const SEMEVAL_LABELS: [&str; 11] = [
    "anger",
    "anticipation",
    "disgust",
    "fear",
    "joy",
    "love",
    "optimism",
    "pessimism",
    "sadness",
    "surprise",
    "trust",
];
/// How many labels GoEmotions has, neutral included.
pub(crate) const N_GOEMOTIONS: usize = 28;

/// Largest data file that is read, in bytes.
const MAX_FILE_BYTES: u64 = 256 << 20;

/// Valence and arousal of a text in −1..=1, each with how much it counts (0: unknown).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct AffectTarget {
    pub(crate) value: [f32; 2],
    pub(crate) weight: [f32; 2],
}

/// What a corpus says about a text beyond valence and arousal.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Labels {
    None,
    GoEmotions(Vec<usize>),
    Dair(usize),
    Isear(usize),
    SemEval(Vec<usize>),
    /// Standardized valence and arousal of EmoBank.
    EmoBank([f32; 2]),
    /// None, but a mood phrase of our own.
    Mood,
}

/// One text with what is known about it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Item {
    pub(crate) text: String,
    pub(crate) affect: AffectTarget,
    pub(crate) labels: Labels,
    /// Made from a lexicon word, not a row of a corpus or lexicon.
    pub(crate) is_made: bool,
}

/// One row of EmoBank (Buechel & Hahn 2017), valence and arousal on 1–5.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct EmoBankRow {
    pub(crate) id: String,
    pub(crate) split: String,
    pub(crate) valence: f32,
    pub(crate) arousal: f32,
    pub(crate) text: String,
}

impl EmoBankRow {
    /// Whether the row belongs to the frozen test: a tenth of the `train` split, by hash of id.
    pub(crate) fn is_frozen(&self) -> bool {
        self.split == "train" && in_tenth(&self.id)
    }

    /// Valence and arousal on the plane.
    pub(crate) fn affect(&self) -> [f32; 2] {
        on_plane([self.valence, self.arousal])
    }
}

/// EmoBank's ratings, 1–5, around the middle of the corpus and stretched to the plane.
///
/// They hardly leave 2–4 (standard deviations .35 and .26): they are stretched so that their
/// spread is that of the other sources.
pub(crate) fn on_plane([valence, arousal]: [f32; 2]) -> [f32; 2] {
    let stretch =
        |rating: f32, middle: f32, scale: f32| ((rating - middle) * scale).clamp(-1.0, 1.0);
    [stretch(valence, 2.98, 0.8), stretch(arousal, 3.04, 0.8)]
}

/// One row of GoEmotions (Demszky et al. 2020).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct GoEmotionsRow {
    pub(crate) id: String,
    pub(crate) labels: Vec<usize>,
    pub(crate) text: String,
}

impl GoEmotionsRow {
    /// Whether the row tunes thresholds: a tenth of `train`, by hash of id.
    pub(crate) fn is_tuning(&self) -> bool {
        in_tenth(&self.id)
    }
}

/// The frozen rule of all splits by hash: SHA-256 of the id, as one number, modulo 10, is 0.
pub(crate) fn in_tenth(id: &str) -> bool {
    let hash = ItemHash::of(id.as_bytes());
    hash.bytes()
        .iter()
        .fold(0_u32, |rest, &byte| (rest * 256 + u32::from(byte)) % 10)
        == 0
}

/// The hash that stands for a text in the list of training items.
pub(crate) fn text_hash(text: &str) -> ItemHash {
    ItemHash::of(text.trim().as_bytes())
}

/// A TSV file: its header and its rows with their line numbers.
struct Table {
    path: PathBuf,
    columns: HashMap<String, usize>,
    rows: Vec<(u64, Vec<String>)>,
}

impl Table {
    fn read(path: &Path) -> Result<Self, Error> {
        Self::read_with(path, None)
    }

    /// With the names of the columns where the file has no header.
    fn read_with(path: &Path, names: Option<&[&str]>) -> Result<Self, Error> {
        let size = std::fs::metadata(path)
            .map_err(|source| Error::io(path, source))?
            .len();
        if size > MAX_FILE_BYTES {
            return Err(Error::data(
                path,
                0,
                format!("{size} bytes, at most {MAX_FILE_BYTES}"),
            ));
        }
        let text = std::fs::read_to_string(path).map_err(|source| Error::io(path, source))?;
        if path.extension().is_some_and(|ending| ending == "csv") {
            return Self::from_csv(path, &text);
        }
        let mut lines = text.lines().zip(1_u64..);
        let header = match names {
            Some(names) => names.to_vec(),
            None => lines
                .next()
                .map_or_else(Vec::new, |(line, _)| line.split('\t').collect()),
        };
        let columns = header
            .into_iter()
            .enumerate()
            .map(|(i, name)| (name.to_owned(), i))
            .collect();
        let rows = lines
            .filter(|(line, _)| !line.is_empty())
            .map(|(line, n)| (n, line.split('\t').map(str::to_owned).collect()))
            .collect();
        Ok(Self {
            path: path.to_path_buf(),
            columns,
            rows,
        })
    }

    /// A file with commas and quotes.
    fn from_csv(path: &Path, text: &str) -> Result<Self, Error> {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(text.as_bytes());
        let bad = |line: u64, error: csv::Error| Error::data(path, line, error.to_string());
        let header = reader.headers().map_err(|error| bad(1, error))?;
        let columns = header
            .iter()
            .enumerate()
            .map(|(i, name)| (name.to_owned(), i))
            .collect();
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(|error| bad(rows.len() as u64 + 2, error))?;
            let line = record.position().map_or(0, csv::Position::line);
            rows.push((line, record.iter().map(str::to_owned).collect()));
        }
        Ok(Self {
            path: path.to_path_buf(),
            columns,
            rows,
        })
    }

    /// The cells of the named columns, row by row.
    fn columns<const N: usize>(&self, names: [&str; N]) -> Result<Vec<(u64, [&str; N])>, Error> {
        let mut places = [0; N];
        for (place, name) in places.iter_mut().zip(names) {
            *place = *self.columns.get(name).ok_or_else(|| {
                Error::data(&self.path, 1, format!("the column {name} is missing"))
            })?;
        }
        self.rows
            .iter()
            .map(|(line, cells)| {
                let mut row = [""; N];
                for (cell, place) in row.iter_mut().zip(places) {
                    *cell = cells.get(place).map(String::as_str).ok_or_else(|| {
                        let reason =
                            format!("{} cells, expected at least {}", cells.len(), place + 1);
                        Error::data(&self.path, *line, reason)
                    })?;
                }
                Ok((*line, row))
            })
            .collect()
    }

    fn number<T: std::str::FromStr>(&self, line: u64, cell: &str) -> Result<T, Error> {
        cell.parse()
            .map_err(|_| Error::data(&self.path, line, format!("{cell} is no number")))
    }
}

/// Reads EmoBank.
pub(crate) fn read_emobank(path: &Path) -> Result<Vec<EmoBankRow>, Error> {
    let table = Table::read(path)?;
    let rows = table.columns(["id", "split", "V", "A", "text"])?;
    rows.into_iter()
        .map(|(line, [id, split, valence, arousal, text])| {
            Ok(EmoBankRow {
                id: id.to_owned(),
                split: split.to_owned(),
                valence: table.number(line, valence)?,
                arousal: table.number(line, arousal)?,
                text: text.to_owned(),
            })
        })
        .collect()
}

/// EmoBank's file in a folder: ours or as it is published.
pub(crate) fn emobank_file(folder: &Path) -> Option<PathBuf> {
    let names = ["emobank.tsv", "emobank.csv"];
    let mut paths = names.iter().map(|name| folder.join(name));
    paths.find(|path| path.is_file())
}

/// A part of GoEmotions in a folder: ours or as it is published.
pub(crate) fn goemotions_file(folder: &Path, part: &str) -> Option<PathBuf> {
    let names = [
        format!("goemotions_{part}.tsv"),
        format!("goemotions/{part}.tsv"),
        format!("{part}.tsv"),
    ];
    let mut paths = names.iter().map(|name| folder.join(name));
    paths.find(|path| path.is_file())
}

/// Reads a part of GoEmotions.
pub(crate) fn read_goemotions(path: &Path) -> Result<Vec<GoEmotionsRow>, Error> {
    let mut table = Table::read(path)?;
    if !table.columns.contains_key("label_ids") {
        table = Table::read_with(path, Some(&["text", "label_ids", "id"]))?;
    }
    let mut rows = Vec::with_capacity(table.rows.len());
    for (line, [id, ids, text]) in table.columns(["id", "label_ids", "text"])? {
        let mut labels = Vec::new();
        for cell in ids.split(',') {
            let label: usize = table.number(line, cell)?;
            if label >= N_GOEMOTIONS {
                let reason = format!("label {label}, expected 0..{N_GOEMOTIONS}");
                return Err(Error::data(path, line, reason));
            }
            labels.push(label);
        }
        rows.push(GoEmotionsRow {
            id: id.to_owned(),
            labels,
            text: text.to_owned(),
        });
    }
    Ok(rows)
}

/// Reads a part of the dair-ai emotion data: label index and text.
pub(crate) fn read_dair(path: &Path) -> Result<Vec<(usize, String)>, Error> {
    read_labeled(path, &DAIR_LABELS)
}

fn read_labeled(path: &Path, known: &[&str]) -> Result<Vec<(usize, String)>, Error> {
    let table = Table::read(path)?;
    table
        .columns(["label", "text"])?
        .into_iter()
        .map(|(line, [label, text])| {
            let index = known
                .iter()
                .position(|name| *name == label)
                .ok_or_else(|| {
                    let reason = format!("label {label}, expected one of: {}", known.join(", "));
                    Error::data(path, line, reason)
                })?;
            Ok((index, text.to_owned()))
        })
        .collect()
}

/// The point of an emotion word, from the table of GoEmotions' labels.
fn point(label: &str) -> [f32; 2] {
    let near = match label {
        "shame" | "guilt" => "remorse",
        "anticipation" => "curiosity",
        "pessimism" => "disappointment",
        "trust" => "approval",
        other => other,
    };
    let set = LabelSet::GOEMOTIONS;
    set.index_of(near).map_or([0.0; 2], |index| {
        let point = set.labels[index].point();
        [point.v() as f32, point.a() as f32]
    })
}

/// Valence and arousal that follow from labels: the mean of their points, counting little.
///
/// Arousal counts a third of valence: one label is said of calm and of excited texts.
fn weak_affect<'a>(labels: impl Iterator<Item = &'a str>, weight: f32) -> AffectTarget {
    let points: Vec<[f32; 2]> = labels.map(point).collect();
    if points.is_empty() {
        return AffectTarget::default();
    }
    let mean = |axis: usize| points.iter().map(|p| p[axis]).sum::<f32>() / points.len() as f32;
    AffectTarget {
        value: [mean(0), mean(1)],
        weight: [weight, weight / 3.0],
    }
}

/// How much the sources of valence and arousal count beside each other.
const EMOBANK_WEIGHT: [f32; 2] = [1.5, 3.0];
const SEMEVAL_VALENCE_WEIGHT: f32 = 1.0;
const INTENSITY_WEIGHT: f32 = 0.4;
const LABEL_WEIGHT: f32 = 0.25;
const SELF_REPORT_WEIGHT: f32 = 0.4;

/// EmoBank rows as items: valence and arousal, and the standardized pair for the helping head.
pub(crate) fn emobank_items<'a>(rows: impl Iterator<Item = &'a EmoBankRow>) -> Vec<Item> {
    rows.map(|row| Item {
        text: row.text.clone(),
        affect: AffectTarget {
            value: row.affect(),
            weight: EMOBANK_WEIGHT,
        },
        labels: Labels::EmoBank([(row.valence - 2.98) / 0.35, (row.arousal - 3.04) / 0.26]),
        is_made: false,
    })
    .collect()
}

/// GoEmotions rows as items.
pub(crate) fn goemotions_items<'a>(rows: impl Iterator<Item = &'a GoEmotionsRow>) -> Vec<Item> {
    let names = LabelSet::GOEMOTIONS.labels;
    rows.map(|row| Item {
        text: row.text.clone(),
        affect: weak_affect(
            row.labels.iter().map(|&label| names[label].name),
            LABEL_WEIGHT,
        ),
        labels: Labels::GoEmotions(row.labels.clone()),
        is_made: false,
    })
    .collect()
}

/// The training items of the auxiliary corpora that are there.
pub(crate) fn auxiliary_items(folder: &Path) -> Result<Vec<Item>, Error> {
    let mut items = Vec::new();
    for (label, text) in if_there(folder, "dair_emotion_train.tsv", read_dair)? {
        let mut affect = weak_affect([DAIR_LABELS[label]].into_iter(), SELF_REPORT_WEIGHT);
        // Its "joy" and "love" are said of calm and of excited states alike; the others are not.
        let is_pleasant = ["joy", "love"].contains(&DAIR_LABELS[label]);
        affect.weight[1] *= if is_pleasant { 0.3 } else { 3.0 };
        items.push(Item {
            text,
            affect,
            labels: Labels::Dair(label),
            is_made: false,
        });
    }
    let isear = |path: &Path| read_labeled(path, &ISEAR_LABELS);
    for (label, text) in if_there(folder, "isear.tsv", isear)? {
        // 87 rows hold no answer.
        if text.to_lowercase().contains("no response") {
            continue;
        }
        let affect = weak_affect([ISEAR_LABELS[label]].into_iter(), LABEL_WEIGHT);
        items.push(Item {
            text,
            affect,
            labels: Labels::Isear(label),
            is_made: false,
        });
    }
    items.extend(if_there(folder, "semeval2018_ec.tsv", read_semeval_labels)?);
    items.extend(if_there(
        folder,
        "semeval2018_reg.tsv",
        read_semeval_scores,
    )?);
    Ok(items)
}

fn if_there<T>(
    folder: &Path,
    name: &str,
    read: impl Fn(&Path) -> Result<Vec<T>, Error>,
) -> Result<Vec<T>, Error> {
    let path = folder.join(name);
    if path.is_file() {
        read(&path)
    } else {
        Ok(Vec::new())
    }
}

/// SemEval-2018 task 1 E-c (Mohammad et al. 2018): eleven labels a tweet.
fn read_semeval_labels(path: &Path) -> Result<Vec<Item>, Error> {
    let table = Table::read(path)?;
    let texts = table.columns(["text"])?;
    let flags = table.columns(SEMEVAL_LABELS)?;
    let items = texts
        .into_iter()
        .zip(flags)
        .map(|((_, [text]), (_, flags))| {
            let set: Vec<usize> = (0..flags.len()).filter(|&i| flags[i] == "1").collect();
            let affect = weak_affect(set.iter().map(|&i| SEMEVAL_LABELS[i]), LABEL_WEIGHT);
            Item {
                text: text.to_owned(),
                affect,
                labels: Labels::SemEval(set),
                is_made: false,
            }
        });
    Ok(items.collect())
}

/// SemEval-2018 task 1 EI-reg and V-reg: intensity of one emotion, or valence, in 0..=1.
fn read_semeval_scores(path: &Path) -> Result<Vec<Item>, Error> {
    let table = Table::read(path)?;
    let mut items = Vec::with_capacity(table.rows.len());
    for (line, [dimension, score, text]) in table.columns(["dimension", "score", "text"])? {
        let score: f32 = table.number(line, score)?;
        let affect = if dimension == "valence" {
            AffectTarget {
                value: [2.0 * score - 1.0, 0.0],
                weight: [SEMEVAL_VALENCE_WEIGHT, 0.0],
            }
        } else {
            let value = point(dimension).map(|coordinate| coordinate * score);
            AffectTarget {
                value,
                weight: [INTENSITY_WEIGHT, INTENSITY_WEIGHT / 3.0],
            }
        };
        items.push(Item {
            text: text.to_owned(),
            affect,
            labels: Labels::None,
            is_made: false,
        });
    }
    Ok(items)
}

/// Words of the Glasgow Norms (Scott et al. 2019) and of VADER (Hutto & Gilbert 2014).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct LexiconEntry {
    pub(crate) text: String,
    pub(crate) valence: f32,
    /// Unknown for VADER.
    pub(crate) arousal: Option<f32>,
}

/// Reads the word norms: valence mapped to −1..=1, arousal standardized.
///
/// The raters of the norms find pleasant words more arousing (r = .32 over all words; Warriner,
/// Kuperman & Brysbaert 2013 found −.19): a fifth of the standardized valence is taken off.
pub(crate) fn read_glasgow(path: &Path) -> Result<Vec<LexiconEntry>, Error> {
    const VALENCE: (f32, f32) = (5.096, 1.546);
    const AROUSAL: (f32, f32) = (4.627, 1.096);
    let table = Table::read(path)?;
    let rows = table.columns(["word", "valence_1_9", "arousal_1_9"])?;
    rows.into_iter()
        .map(|(line, [word, valence, arousal])| {
            let (v, a): (f32, f32) = (table.number(line, valence)?, table.number(line, arousal)?);
            let (v_z, a_z) = ((v - VALENCE.0) / VALENCE.1, (a - AROUSAL.0) / AROUSAL.1);
            let arousal = (0.45 * (a_z - 0.2 * v_z)).clamp(-1.0, 1.0);
            // "content (happy)" is a sense of a word; only words of one sense are used as they are.
            Ok((!word.contains('(')).then(|| LexiconEntry {
                text: word.to_owned(),
                valence: (v - 5.0) / 4.0,
                arousal: Some(arousal),
            }))
        })
        .filter_map(Result::transpose)
        .collect()
}

/// Reads VADER's words and emoticons: mean valence from −4 to 4, mapped to −1..=1.
pub(crate) fn read_vader(path: &Path) -> Result<Vec<LexiconEntry>, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::io(path, source))?;
    let mut entries = Vec::new();
    for (i, line) in text.lines().enumerate() {
        let mut cells = line.split('\t');
        if let (Some(word), Some(mean)) = (cells.next(), cells.next()) {
            let mean: f32 = mean
                .parse()
                .map_err(|_| Error::data(path, i as u64 + 1, format!("{mean} is no number")))?;
            let valence = (mean / 4.0).clamp(-1.0, 1.0);
            entries.push(LexiconEntry {
                text: word.to_owned(),
                valence,
                arousal: None,
            });
        }
    }
    Ok(entries)
}

/// Reads VADER's emoji: the sign and its English description.
pub(crate) fn read_emoji(path: &Path) -> Result<Vec<(String, String)>, Error> {
    let text = std::fs::read_to_string(path).map_err(|source| Error::io(path, source))?;
    let pairs = text.lines().filter_map(|line| line.split_once('\t'));
    Ok(pairs
        .map(|(sign, words)| (sign.to_owned(), words.to_owned()))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(name: &str, text: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        (folder, path)
    }

    #[track_caller]
    fn check_goemotions(text: &str, expected: &str) {
        let (_folder, path) = file("train.tsv", text);
        let shown = match read_goemotions(&path) {
            Ok(rows) => rows
                .iter()
                .map(|row| format!("{} {:?} {}", row.id, row.labels, row.text))
                .collect::<Vec<_>>()
                .join("; "),
            Err(error) => error
                .to_string()
                .replace(&path.display().to_string(), "FILE"),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn goemotions_in_both_layouts() {
        check_goemotions("id\tlabel_ids\ttext\nx1\t2,3\tso mad\n", "x1 [2, 3] so mad");
        check_goemotions(
            "so mad\t2,3\tx1\n27\t27\tx2\n",
            "x1 [2, 3] so mad; x2 [27] 27",
        );
        check_goemotions(
            "so mad\t2,99\tx1\n",
            "FILE, line 1: label 99, expected 0..28",
        );
        check_goemotions("so mad\t2\n", "FILE, line 1: 2 cells, expected at least 3");
    }

    #[test]
    fn emobank_in_both_layouts() {
        let ours = "id\tsplit\tV\tA\tD\ttext\na\ttrain\t3.0\t2.5\t3\tHe said \"no\", twice.\n";
        let official = "id,split,V,A,D,text\na,train,3.0,2.5,3,\"He said \"\"no\"\", twice.\"\n";
        let (_first, ours) = file("emobank.tsv", ours);
        let (_second, official) = file("emobank.csv", official);
        let rows = read_emobank(&official).unwrap();
        assert_eq!(rows, read_emobank(&ours).unwrap());
        assert_eq!(rows[0].text, "He said \"no\", twice.");
        let found = emobank_file(official.parent().unwrap()).unwrap();
        assert!(found.ends_with("emobank.csv"));
    }
}
