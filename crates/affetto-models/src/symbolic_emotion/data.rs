//! Labelled music: EMOPIA clips and VGMIDI phrases, wherever they lie in a folder or in a
//! `.tar.zst` archive inside it.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::path::Path;

use affetto_music::{Score, midi};

use crate::datasets::visit_files;
use crate::{Error, ItemHash};

/// Neither set has more items.
const MAX_ITEMS: usize = 50_000;
/// The table that labels VGMIDI phrases.
const VGMIDI_TABLE: &str = "vgmidi_labelled.csv";

/// Which labelled set an item is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum MusicSet {
    /// Piano performances with a quadrant each (Hung et al. 2021).
    Emopia,
    /// Notated piano arrangements of game music with the sign of valence and arousal (Ferreira and
    /// Whitehead 2019).
    Vgmidi,
}

impl MusicSet {
    /// Both sets, in the order of arrays that are kept per set.
    pub const ALL: [Self; 2] = [Self::Emopia, Self::Vgmidi];

    /// The name in folds and metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Emopia => "emopia",
            Self::Vgmidi => "vgmidi",
        }
    }

    /// Position in [`MusicSet::ALL`].
    pub(super) fn index(self) -> usize {
        match self {
            Self::Emopia => 0,
            Self::Vgmidi => 1,
        }
    }
}

/// A labelled clip or phrase.
#[derive(Debug, Clone)]
pub struct Item {
    /// Where it is from.
    pub set: MusicSet,
    /// File name without folders.
    pub file: String,
    /// The song or piece it is cut from: items of one song are never on both sides of a split.
    pub song: String,
    /// Hash of the file's bytes.
    pub hash: ItemHash,
    /// Valence and arousal, each −1 or 1.
    pub labels: [f64; 2],
    /// The music.
    pub score: Score,
}

/// Finds all labelled items below a path: a folder, an archive, or a folder with archives.
///
/// EMOPIA clips are known by their names (`Q1_SONG_0.mid`), VGMIDI phrases by having a row in a
/// `vgmidi_labelled.csv`, which may lie anywhere below the path too. A row without a file, and
/// a file that is no readable MIDI, is passed over; of two files with one name the first in
/// alphabetical order of the paths counts.
///
/// # Errors
/// [`Error::Io`] where something cannot be read, [`Error::Data`] for a table that lacks a column,
/// [`Error::MissingData`] where there is no item at all.
pub fn read_items(path: &Path) -> Result<Vec<Item>, Error> {
    let table = vgmidi_table(path)?;
    let mut items: BTreeMap<(MusicSet, String), Item> = BTreeMap::new();
    visit_files(
        path,
        &|path| {
            let name = name(path);
            emopia_labels(&name).is_some() || table.contains_key(&*name)
        },
        &mut |path, bytes| {
            if items.len() < MAX_ITEMS
                && let Some(item) = item(&name(path), bytes, &table)
            {
                items.entry((item.set, item.file.clone())).or_insert(item);
            }
        },
    )?;
    if items.is_empty() {
        return Err(Error::MissingData {
            path: path.to_path_buf(),
            expected: format!(
                "EMOPIA clips such as Q1_SONG_0.mid, or {VGMIDI_TABLE} with its phrases"
            ),
        });
    }
    Ok(items.into_values().collect())
}

/// A file's name without folders.
fn name(path: &Path) -> Cow<'_, str> {
    path.file_name().unwrap_or_default().to_string_lossy()
}

/// A labelled item from the bytes of its file.
fn item(name: &str, bytes: &[u8], table: &BTreeMap<String, [f64; 2]>) -> Option<Item> {
    let (set, (song, labels)) = match table.get(name) {
        Some(&labels) => (MusicSet::Vgmidi, (without_number(name)?, labels)),
        None => (MusicSet::Emopia, emopia_labels(name)?),
    };
    let score = midi::read(bytes).ok()?;
    let (hash, file, song) = (ItemHash::of(bytes), name.to_owned(), song.to_owned());
    Some(Item {
        set,
        file,
        song,
        hash,
        labels,
        score,
    })
}

/// Song and labels from a name such as `Q2_0vLPYiPN7qY_3.mid`: quadrant, song, number.
pub(crate) fn emopia_labels(name: &str) -> Option<(&str, [f64; 2])> {
    let labels = match name.get(..3)? {
        "Q1_" => [1.0, 1.0],
        "Q2_" => [-1.0, 1.0],
        "Q3_" => [-1.0, -1.0],
        "Q4_" => [1.0, -1.0],
        _ => return None,
    };
    Some((without_number(name)?.get(3..)?, labels))
}

/// A file name without its ending and without the underscore and number before it.
fn without_number(name: &str) -> Option<&str> {
    let (song, number) = name.strip_suffix(".mid")?.rsplit_once('_')?;
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(song)
}

/// Labels of VGMIDI phrases by file name, from all tables found below a path.
pub(crate) fn vgmidi_table(path: &Path) -> Result<BTreeMap<String, [f64; 2]>, Error> {
    #[derive(serde::Deserialize)]
    struct Row {
        midi: String,
        valence: f64,
        arousal: f64,
    }
    let mut table = BTreeMap::new();
    let mut refused = None;
    visit_files(
        path,
        &|path| name(path) == VGMIDI_TABLE,
        &mut |path, bytes| {
            let rows = csv::Reader::from_reader(bytes)
                .into_deserialize::<Row>()
                .enumerate();
            for (index, row) in rows.take(MAX_ITEMS) {
                match row {
                    Ok(row) => {
                        let name = row.midi.rsplit(['/', '\\']).next().unwrap_or_default();
                        table.insert(name.to_owned(), [row.valence, row.arousal].map(f64::signum));
                    }
                    Err(error) => {
                        let line = index as u64 + 2;
                        refused.get_or_insert(Error::data(path, line, error.to_string()));
                    }
                }
            }
        },
    )?;
    refused.map_or(Ok(table), Err)
}

#[cfg(test)]
pub(super) mod tests {
    use affetto_music::notation;

    use super::*;

    /// Bytes of a MIDI file from plain-text notation.
    pub(in crate::symbolic_emotion) fn midi_bytes(text: &str) -> Vec<u8> {
        midi::write(&notation::parse(text).unwrap())
    }

    #[track_caller]
    fn check_emopia(name: &str, expected: Option<(&str, [f64; 2])>) {
        assert_eq!(emopia_labels(name), expected);
    }

    #[test]
    fn names_tell_quadrant_and_song() {
        check_emopia("Q1_0vLPYiPN7qY_0.mid", Some(("0vLPYiPN7qY", [1.0, 1.0])));
        check_emopia("Q2_a_b_12.mid", Some(("a_b", [-1.0, 1.0])));
        check_emopia("Q3_a_0.mid", Some(("a", [-1.0, -1.0])));
        check_emopia("Q4_a_0.mid", Some(("a", [1.0, -1.0])));
        check_emopia("Q5_a_0.mid", None);
        check_emopia("Q1_a.mid", None);
        check_emopia("Q1_a_0.midi", None);
        check_emopia("é", None);
    }

    /// A folder with one EMOPIA clip, one labelled phrase in an archive with its table, one row
    /// without a file, and files that are none.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("deep/er");
        std::fs::create_dir_all(&deep).unwrap();
        std::fs::write(deep.join("Q2_song_3.mid"), midi_bytes("C4:q")).unwrap();
        std::fs::write(deep.join("Q2_broken_3.mid"), b"no music").unwrap();
        std::fs::write(deep.join("other.mid"), midi_bytes("C4:q")).unwrap();
        let table = "id,midi,valence,arousal\n1,labelled/phrases/Game_Piece_0.mid,1,-1\n2,x/Gone_0.mid,1,1\n";
        let mut archive = tar::Builder::new(Vec::new());
        for (name, bytes) in [
            ("v/phr/Game_Piece_0.mid", midi_bytes("D4:q")),
            ("v/vgmidi_labelled.csv", table.into()),
        ] {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            archive
                .append_data(&mut header, name, bytes.as_slice())
                .unwrap();
        }
        let packed = zstd::encode_all(archive.into_inner().unwrap().as_slice(), 1).unwrap();
        std::fs::write(folder.path().join("vgmidi.tar.zst"), packed).unwrap();
        folder
    }

    #[test]
    fn items_are_found_in_folders_and_archives() {
        let folder = folder();
        let items = read_items(folder.path()).unwrap();
        let found: Vec<_> = items
            .iter()
            .map(|item| (item.set, &*item.file, &*item.song, item.labels))
            .collect();
        assert_eq!(
            found,
            [
                (MusicSet::Emopia, "Q2_song_3.mid", "song", [-1.0, 1.0]),
                (
                    MusicSet::Vgmidi,
                    "Game_Piece_0.mid",
                    "Game_Piece",
                    [1.0, -1.0]
                ),
            ]
        );
        assert_eq!(items[0].hash, ItemHash::of(&midi_bytes("C4:q")));
        let archive = read_items(&folder.path().join("vgmidi.tar.zst")).unwrap();
        assert_eq!(archive.len(), 1);
    }

    #[test]
    fn nothing_and_damage_are_errors() {
        let folder = tempfile::tempdir().unwrap();
        let error = read_items(folder.path()).unwrap_err().to_string();
        assert!(error.contains("Q1_SONG_0.mid"), "{error}");
        std::fs::write(folder.path().join("x.tar.zst"), b"not packed").unwrap();
        let error = read_items(folder.path()).unwrap_err().to_string();
        assert!(error.contains("x.tar.zst"), "{error}");
        std::fs::remove_file(folder.path().join("x.tar.zst")).unwrap();
        std::fs::write(folder.path().join(VGMIDI_TABLE), "a,b\n1,2\n").unwrap();
        let error = read_items(folder.path()).unwrap_err().to_string();
        assert!(error.contains("line 2"), "{error}");
    }
}
