//! Pieces of music as notes, from every set that composing learns from and from folders of MIDI
//! files: read as a stream, with what the set tells of genre, emotion, beats and chords.

mod chorales;
mod pop909;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use affetto_music::{Score, midi};

use super::visit_files;
use crate::symbolic_emotion::{emopia_labels, vgmidi_table};
use crate::training::read_folds;
use crate::{Error, ItemHash};

/// Table of frozen folds, beside the archives.
const FOLDS: &str = "folds.csv";
/// Folders of sets that are not read: extracts with pseudo-labels and many doubles, whole pieces
/// whose phrases are read, and what only evaluations use.
const LEFT_OUT: [&str; 6] = [
    "seed/midi_data",
    "primers/",
    "labelled/midi",
    "bundles",
    "generated",
    "versions",
];

/// Where a piece is from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PieceSet {
    /// Bach chorales (JSB).
    Chorales,
    /// Classical piano scores (ASAP; Foscarin et al. 2020).
    Asap,
    /// Piano performances with a quadrant each (EMOPIA; Hung et al. 2021).
    Emopia,
    /// Bands by genre.
    Genre,
    /// Drum performances (Groove; Gillick et al. 2019).
    Groove,
    /// Folk tunes with chords (Nottingham).
    Nottingham,
    /// Melody and piano of pop songs (POP909; Wang et al. 2020).
    Pop909,
    /// Piano arrangements of game music (VGMIDI; Ferreira and Whitehead 2019).
    Vgmidi,
    /// Any other folder of MIDI files.
    Own,
}

impl PieceSet {
    /// The name in reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Chorales => "jsb_chorales",
            Self::Asap => "asap",
            Self::Emopia => "emopia",
            Self::Genre => "genre",
            Self::Groove => "groove",
            Self::Nottingham => "nottingham",
            Self::Pop909 => "pop909",
            Self::Vgmidi => "vgmidi",
            Self::Own => "own",
        }
    }

    /// Whether the terms of the set allow weights that may be used for anything: POP909 (MIT),
    /// Groove (CC BY) and music in the public domain.
    #[must_use]
    pub fn is_permissive(self) -> bool {
        matches!(self, Self::Chorales | Self::Groove | Self::Pop909)
    }

    /// The set of a file, by its path.
    fn of(path: &str) -> Option<Self> {
        let name = base_name(path);
        let is_midi = is_midi(name);
        let within = |folder: &str| path.contains(folder);
        Some(match () {
            () if LEFT_OUT.iter().any(|folder| within(folder)) => return None,
            () if name == "Jsb16thSeparated.json" => Self::Chorales,
            () if within("POP909/") && (is_midi || pop909::is_annotation(name)) => Self::Pop909,
            () if !is_midi => return None,
            () if emopia_labels(name).is_some() => Self::Emopia,
            () if within("vgmidi/") => Self::Vgmidi,
            () if within("nottingham/MIDI/melody") || within("nottingham/MIDI/chords") => {
                return None;
            }
            () if within("nottingham/") => Self::Nottingham,
            () if within("genre_") => Self::Genre,
            () if within("groove/") => Self::Groove,
            () if within("asap/") => Self::Asap,
            () => Self::Own,
        })
    }
}

fn is_midi(name: &str) -> bool {
    let name = name.to_lowercase();
    name.ends_with(".mid") || name.ends_with(".midi")
}

/// A piece of music.
#[derive(Debug, Clone)]
pub struct Piece {
    /// Where it is from.
    pub set: PieceSet,
    /// Path within its archive or folder.
    pub path: String,
    /// What belongs together: pieces of one song are never on both sides of a split.
    pub song: String,
    /// Genre as the set or the folder names it.
    pub genre: Option<String>,
    /// Valence and arousal, each −1 or 1, where the set says so and composing may know.
    pub affect: Option<[f64; 2]>,
    /// Whether its bars and beats mean something; where not, they have to be found.
    pub has_beats: bool,
    /// Hash of the file.
    pub hash: ItemHash,
    /// The music.
    pub score: Score,
}

/// A file that was passed over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassedOver {
    /// Path within its archive or folder.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// A piece, or a file that is none.
pub type Visited = Result<Piece, PassedOver>;

/// Visits the pieces below a path, a folder or an archive, one after the other.
///
/// Where frozen folds (`folds.csv`) lie beside the sets, pieces that judges learn from, and those
/// that share a song with sealed ones, are passed over.
///
/// # Errors
/// [`Error::Io`], [`Error::Data`] for a table that cannot be read, and what the visitor answers.
pub fn visit_pieces(
    path: &Path,
    visitor: &mut dyn FnMut(Visited) -> Result<(), Error>,
) -> Result<(), Error> {
    let labels = vgmidi_table(path)?;
    let kept_from_composing = kept_from_composing(path)?;
    let mut pop909 = pop909::Songs::default();
    let mut result = Ok(());
    let set_of = |path: &Path| PieceSet::of(&with_slashes(path));
    visit_files(path, &|path| set_of(path).is_some(), &mut |path, bytes| {
        let Some(set) = set_of(path).filter(|_| result.is_ok()) else {
            return;
        };
        let path = &*with_slashes(path);
        result = match set {
            PieceSet::Chorales => chorales::visit(path, bytes, visitor),
            PieceSet::Pop909 => pop909.take(path, bytes, visitor),
            _ if kept_from_composing.contains(base_name(path)) => visitor(Err(PassedOver {
                path: path.to_owned(),
                reason: "kept for judges".to_owned(),
            })),
            _ => visitor(piece(set, path, bytes, &labels)),
        };
    })?;
    result
}

/// A path with `/` between folders.
fn with_slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// The last part of a path with `/` between folders.
fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Names of files that composing must not learn from.
fn kept_from_composing(path: &Path) -> Result<BTreeSet<String>, Error> {
    let folder = if path.is_dir() {
        Some(path)
    } else {
        path.parent()
    };
    let folds = folder
        .map(|folder| folder.join(FOLDS))
        .filter(|path| path.is_file());
    let Some(folds) = folds else {
        return Ok(BTreeSet::new());
    };
    let rows = read_folds(&folds)?.into_iter();
    let kept = rows.filter(|row| row.purpose != "compose");
    Ok(kept.map(|row| row.file).collect())
}

/// A piece from a MIDI file.
fn piece(set: PieceSet, path: &str, bytes: &[u8], labels: &BTreeMap<String, [f64; 2]>) -> Visited {
    let score = midi::read(bytes).map_err(|error| PassedOver {
        path: path.to_owned(),
        reason: error.to_string(),
    })?;
    let name = base_name(path);
    let emopia = emopia_labels(name);
    let folder = || {
        let parent = path.rsplit('/').nth(1)?;
        let parent = if parent == "midi" {
            path.rsplit('/').nth(2)?
        } else {
            parent
        };
        Some(parent.to_owned())
    };
    let (song, affect) = match set {
        PieceSet::Emopia => emopia.map_or((name, None), |(song, labels)| (song, Some(labels))),
        PieceSet::Vgmidi => (without_number(name), labels.get(name).copied()),
        PieceSet::Asap => (path, None),
        _ => (name, None),
    };
    Ok(Piece {
        set,
        path: path.to_owned(),
        song: song.to_owned(),
        genre: match set {
            PieceSet::Genre | PieceSet::Own => folder(),
            PieceSet::Asap => Some("classical".to_owned()),
            PieceSet::Nottingham => Some("folk".to_owned()),
            _ => None,
        },
        affect,
        has_beats: set != PieceSet::Emopia,
        hash: ItemHash::of(bytes),
        score,
    })
}

/// A name without its ending and without a number at its end.
fn without_number(name: &str) -> &str {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    match stem.rsplit_once('_') {
        Some((song, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => song,
        _ => stem,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_set(path: &str, expected: Option<PieceSet>) {
        assert_eq!(PieceSet::of(path), expected);
    }

    #[test]
    fn sets_by_path() {
        check_set(
            "./emopia/EMOPIA_1.0/midis/Q1_Jn9r0avp0fY_1.mid",
            Some(PieceSet::Emopia),
        );
        check_set("./vgmidi/labelled/midi/x.mid", None);
        check_set("./vgmidi/phr/phrases/x_0.mid", Some(PieceSet::Vgmidi));
        check_set("pop909/POP909/017/017.mid", Some(PieceSet::Pop909));
        check_set("pop909/POP909/017/beat_midi.txt", Some(PieceSet::Pop909));
        check_set("pop909/POP909/017/versions/017-v1.mid", None);
        check_set("nottingham/MIDI/jigs1.mid", Some(PieceSet::Nottingham));
        check_set("nottingham/MIDI/chords/jigs1.mid", None);
        check_set(
            "./genre_di01096/mu/jazz/jazz (1).mid",
            Some(PieceSet::Genre),
        );
        check_set("groove/groove/drummer1/x.mid", Some(PieceSet::Groove));
        check_set(
            "asap/Bach/Fugue/bwv_846/midi_score.mid",
            Some(PieceSet::Asap),
        );
        check_set("jsb/Jsb16thSeparated.json", Some(PieceSet::Chorales));
        check_set("jsb/jsb-chorales-8th.json", None);
        check_set("mine/tango/a.MID", Some(PieceSet::Own));
        check_set("mine/readme.txt", None);
    }

    #[test]
    fn a_folder_of_ones_own() {
        let folder = tempfile::tempdir().unwrap();
        let tango = folder.path().join("tango");
        std::fs::create_dir(&tango).unwrap();
        let score = affetto_music::notation::parse("melody = C4:q D4:q").unwrap();
        std::fs::write(tango.join("a.mid"), midi::write(&score)).unwrap();
        std::fs::write(tango.join("b.mid"), b"no music").unwrap();
        let mut seen = Vec::new();
        visit_pieces(folder.path(), &mut |visited| {
            seen.push(match visited {
                Ok(piece) => (piece.genre, piece.has_beats),
                Err(passed) => (Some(passed.reason), false),
            });
            Ok(())
        })
        .unwrap();
        assert_eq!(seen.len(), 2);
        assert_eq!(seen[0], (Some("tango".to_owned()), true));
        assert!(!seen[1].1);
    }
}
