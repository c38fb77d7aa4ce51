//! Songs as symbols with a condition for each bar, packed in one file.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::weights::{read_at_most, write_atomically};
use crate::{Array, Error, ItemHash};

/// Version of the file.
const FORMAT: u32 = 1;
/// No corpus file is larger, in bytes.
const MAX_FILE_BYTES: u64 = 2 << 30;
const METADATA_KEY: &str = "affetto_corpus";

/// A stretch of numbers of the condition that is hidden as one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct HiddenGroup {
    /// First number.
    pub first: usize,
    /// How many.
    pub length: usize,
    /// Share of the windows in which they are hidden, in 0..=1.
    pub dropout: f64,
}

/// What is known of a song.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CorpusSong {
    /// Set and name, e.g. `"pop909/017"`.
    pub name: String,
    /// Hash of the file, in hexadecimal.
    pub hash: String,
    /// Number of its first bar in the corpus.
    pub first_bar: usize,
    /// Bars.
    pub n_bars: usize,
    /// How often its bars are drawn, against 1.
    pub weight: f64,
    /// Whether it validates and is never trained on.
    pub is_held_out: bool,
}

/// Songs to train the note model on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NoteCorpus {
    /// Number of symbols; every symbol is below it.
    pub n_tokens: usize,
    /// Numbers of a condition.
    pub n_condition: usize,
    /// Which of them are hidden together.
    pub groups: Vec<HiddenGroup>,
    /// All symbols.
    pub tokens: Vec<u16>,
    /// Where each bar starts in `tokens`, and at last the end.
    pub bar_starts: Vec<u32>,
    /// Conditions of all bars, `n_condition` numbers each.
    pub conditions: Vec<f32>,
    /// The songs.
    pub songs: Vec<CorpusSong>,
    /// What was measured on the songs; weights carry it.
    pub arrays: BTreeMap<String, Array>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    n_tokens: usize,
    n_condition: usize,
    groups: Vec<HiddenGroup>,
    songs: Vec<CorpusSong>,
    /// Shape and values by name.
    arrays: BTreeMap<String, (Vec<usize>, Vec<f32>)>,
}

impl NoteCorpus {
    /// An empty corpus.
    #[must_use]
    pub fn new(n_tokens: usize, n_condition: usize, groups: Vec<HiddenGroup>) -> Self {
        Self {
            n_tokens,
            n_condition,
            groups,
            bar_starts: vec![0],
            ..Self::default()
        }
    }

    /// Adds a song: symbols and condition of each bar.
    pub fn push(
        &mut self,
        name: String,
        hash: ItemHash,
        weight: f64,
        is_held_out: bool,
        bars: &[(Vec<u16>, Vec<f32>)],
    ) {
        self.songs.push(CorpusSong {
            name,
            hash: hash.to_string(),
            first_bar: self.n_bars(),
            n_bars: bars.len(),
            weight,
            is_held_out,
        });
        for (tokens, condition) in bars {
            self.tokens.extend(tokens);
            self.bar_starts.push(self.tokens.len() as u32);
            self.conditions.extend(condition);
        }
    }

    /// Bars of all songs.
    #[must_use]
    pub fn n_bars(&self) -> usize {
        self.bar_starts.len().saturating_sub(1)
    }

    /// The condition of a bar.
    #[must_use]
    pub fn condition(&self, bar: usize) -> &[f32] {
        &self.conditions[bar * self.n_condition..(bar + 1) * self.n_condition]
    }

    /// Writes the corpus, atomically.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        let header = Header {
            format: FORMAT,
            n_tokens: self.n_tokens,
            n_condition: self.n_condition,
            groups: self.groups.clone(),
            songs: self.songs.clone(),
            arrays: (self.arrays.iter())
                .map(|(name, array)| (name.clone(), (array.shape.clone(), array.values.clone())))
                .collect(),
        };
        let refuse = |reason: String| Error::Weights {
            origin: path.display().to_string(),
            reason,
        };
        let header = serde_json::to_string(&header).map_err(|error| refuse(error.to_string()))?;
        let tokens: Vec<u8> = self.tokens.iter().flat_map(|x| x.to_le_bytes()).collect();
        let starts: Vec<u8> = self
            .bar_starts
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        let conditions: Vec<u8> = self
            .conditions
            .iter()
            .flat_map(|x| x.to_le_bytes())
            .collect();
        let view = |dtype, n: usize, bytes| {
            TensorView::new(dtype, vec![n], bytes).map_err(|error| refuse(error.to_string()))
        };
        let tensors = [
            ("tokens", view(Dtype::U16, self.tokens.len(), &tokens)?),
            (
                "bar_starts",
                view(Dtype::U32, self.bar_starts.len(), &starts)?,
            ),
            (
                "conditions",
                view(Dtype::F32, self.conditions.len(), &conditions)?,
            ),
        ];
        let metadata = HashMap::from([(METADATA_KEY.to_owned(), header)]);
        let bytes = safetensors::serialize(tensors, Some(metadata))
            .map_err(|error| refuse(error.to_string()))?;
        write_atomically(path, &bytes)
    }

    /// Reads a corpus.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, [`Error::Weights`] when it is damaged or of another
    /// version.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = read_at_most(path, MAX_FILE_BYTES)?;
        Self::from_bytes(&bytes, &path.display().to_string())
    }

    /// Reads a corpus from bytes; `origin` names them in errors.
    ///
    /// # Errors
    /// [`Error::Weights`] when they are damaged or of another version.
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, Error> {
        parse(bytes).map_err(|reason| Error::Weights {
            origin: origin.into(),
            reason,
        })
    }
}

fn parse(bytes: &[u8]) -> Result<NoteCorpus, String> {
    let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let header = metadata
        .metadata()
        .as_ref()
        .and_then(|map| map.get(METADATA_KEY));
    let header = header.ok_or("it is no corpus of notes (affetto data prepare notes makes one)")?;
    let header: Header = serde_json::from_str(header).map_err(|error| error.to_string())?;
    if header.format != FORMAT {
        return Err(format!("format {}, expected {FORMAT}", header.format));
    }
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    let data = |name: &str, dtype: Dtype| {
        let tensor = tensors.tensor(name).map_err(|error| error.to_string())?;
        if tensor.dtype() != dtype {
            return Err(format!(
                "{name} has type {:?}, expected {dtype:?}",
                tensor.dtype()
            ));
        }
        Ok(tensor.data().to_vec())
    };
    let words = |bytes: Vec<u8>| -> Vec<[u8; 4]> { bytes.as_chunks::<4>().0.to_vec() };
    let corpus = NoteCorpus {
        n_tokens: header.n_tokens,
        n_condition: header.n_condition,
        groups: header.groups,
        songs: header.songs,
        arrays: (header.arrays.into_iter())
            .map(|(name, (shape, values))| Ok((name, Array::new(shape, values)?)))
            .collect::<Result<_, Error>>()
            .map_err(|error| error.to_string())?,
        tokens: (data("tokens", Dtype::U16)?.as_chunks::<2>().0.iter())
            .map(|&pair| u16::from_le_bytes(pair))
            .collect(),
        bar_starts: words(data("bar_starts", Dtype::U32)?)
            .into_iter()
            .map(u32::from_le_bytes)
            .collect(),
        conditions: words(data("conditions", Dtype::F32)?)
            .into_iter()
            .map(f32::from_le_bytes)
            .collect(),
    };
    check(&corpus)?;
    Ok(corpus)
}

/// Whether all parts of a corpus fit together.
fn check(corpus: &NoteCorpus) -> Result<(), String> {
    let n_bars = corpus.n_bars();
    let sorted = corpus.bar_starts.is_sorted();
    let ends = corpus.bar_starts.last().copied() == Some(corpus.tokens.len() as u32);
    if !sorted || !ends || corpus.bar_starts.first() != Some(&0) {
        return Err("its bars do not cover its symbols".into());
    }
    if n_bars.checked_mul(corpus.n_condition) != Some(corpus.conditions.len()) {
        return Err(format!(
            "{} numbers of conditions for {n_bars} bars of {} each",
            corpus.conditions.len(),
            corpus.n_condition
        ));
    }
    if corpus
        .tokens
        .iter()
        .any(|&token| usize::from(token) >= corpus.n_tokens)
    {
        return Err(format!("a symbol is not below {}", corpus.n_tokens));
    }
    let fits = |song: &CorpusSong| {
        song.first_bar
            .checked_add(song.n_bars)
            .is_some_and(|end| end <= n_bars)
            && song.n_bars > 0
            && song.weight.is_finite()
            && song.weight >= 0.0
    };
    if !corpus.songs.iter().all(fits) {
        return Err("a song lies outside its bars".into());
    }
    let group_fits = |group: &HiddenGroup| {
        group
            .first
            .checked_add(group.length)
            .is_some_and(|end| end <= corpus.n_condition)
            && (0.0..=1.0).contains(&group.dropout)
    };
    if !corpus.groups.iter().all(group_fits) {
        return Err("a group lies outside the condition".into());
    }
    Ok(())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Songs of a few symbols that repeat themselves, every fourth held out.
    pub(in crate::note_model) fn small() -> NoteCorpus {
        let group = HiddenGroup {
            first: 0,
            length: 2,
            dropout: 0.2,
        };
        let mut corpus = NoteCorpus::new(12, 3, vec![group]);
        for song in 0..12_u16 {
            let bars: Vec<_> = (0..10)
                .map(|bar| {
                    let tokens = vec![0, 1 + song % 3, 4 + bar % 2, 6 + song % 3, 9];
                    (tokens, vec![f32::from(song % 3), 1.0, f32::from(bar)])
                })
                .collect();
            let hash = ItemHash::of(&song.to_le_bytes());
            corpus.push(format!("song {song}"), hash, 1.0, song % 4 == 3, &bars);
        }
        corpus
    }

    #[test]
    fn a_corpus_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("notes.corpus");
        small().save(&path).unwrap();
        assert_eq!(NoteCorpus::load(&path).unwrap(), small());
    }

    #[track_caller]
    fn check_refused(change: fn(&mut NoteCorpus), expected: &str) {
        let mut corpus = small();
        change(&mut corpus);
        assert_eq!(check(&corpus).unwrap_err(), expected);
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        check_refused(|c| c.tokens[3] = 12, "a symbol is not below 12");
        check_refused(|c| c.bar_starts[3] = 0, "its bars do not cover its symbols");
        check_refused(
            |c| c.conditions.truncate(359),
            "359 numbers of conditions for 120 bars of 3 each",
        );
        check_refused(
            |c| c.songs[0].n_bars = usize::MAX,
            "a song lies outside its bars",
        );
        check_refused(
            |c| c.groups[0].length = 4,
            "a group lies outside the condition",
        );
        let error = parse(b"garbage").unwrap_err();
        assert!(!error.is_empty());
    }
}
