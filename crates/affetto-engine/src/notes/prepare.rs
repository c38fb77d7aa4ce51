//! From MIDI files to the corpus that the note model learns from.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use affetto_affect::Affect;
use affetto_compose::tokens::{
    Condition, ConditionGroup, N_CONDITION, N_TOKENS, PieceBar, attribute_values, encode, grid_bars,
};
use affetto_compose::{Genre, Texture};
use affetto_models::ItemHash;
use affetto_models::datasets::pieces::{PassedOver, Piece, PieceSet, visit_pieces};
use affetto_models::note_model::{HiddenGroup, NoteCorpus};
use affetto_music::beat_tracking::track_beats;
use serde::Serialize;

use super::plan::PlanFit;
use crate::Error;

/// Mean distance from the grid, in twelfths of a quarter note, beyond which a piece is left out; by
/// chance it is 0.75.
const MAX_GRID_ERROR: f64 = 0.5;
/// Fewest bars with notes of a piece; clips are short.
const MIN_BARS: usize = 4;
/// Most bars of a piece; the rest is left out.
const MAX_BARS: usize = 400;
/// One song in so many is held out.
const HELD_OUT: u64 = 20;
/// How often bars without accompaniment are drawn, against 1.
const MONO_WEIGHT: f64 = 0.3;
/// Notes that tell whether two pieces are the same.
const FINGERPRINT_NOTES: usize = 96;

/// Which sets may be learned from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Licences {
    /// All that are there.
    #[default]
    All,
    /// Those whose terms allow any use of the weights.
    Permissive,
}

/// What came of one set.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct SetReport {
    /// Files or pieces that were looked at.
    pub n_files: usize,
    /// Pieces that were kept.
    pub n_kept: usize,
    /// Of these, held out.
    pub n_held_out: usize,
    /// Bars of the kept pieces.
    pub n_bars: usize,
    /// Symbols of the kept pieces.
    pub n_tokens: usize,
    /// How many were left out for which reason.
    pub left_out: BTreeMap<String, usize>,
}

/// What came of all sets, by name.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct PreparedNotes {
    /// By set.
    pub sets: BTreeMap<&'static str, SetReport>,
    /// The songs that are held out.
    pub held_out: Vec<String>,
}

/// Reads all pieces below `data`, cleans them and writes the corpus `out`.
///
/// A piece is left out when it is damaged, the same as another (transposed or not), too short or
/// off the grid; bars of silence after silence are dropped. `watch` hears the path of each piece.
///
/// # Errors
/// [`Error::User`] when nothing can be read or nothing is left, [`Error::Io`] when the corpus cannot
/// be written.
pub fn prepare_notes(
    data: &Path,
    out: &Path,
    licences: Licences,
    watch: &mut dyn FnMut(&str),
) -> Result<PreparedNotes, Error> {
    let mut preparation = Preparation::new(HoldOut::OneInTwenty, None);
    read_pieces(&mut preparation, data, licences, watch)?;
    let Preparation {
        mut corpus,
        report,
        plan,
        ..
    } = preparation;
    corpus.arrays = plan.arrays();
    corpus.save(out)?;
    Ok(report)
}

/// Which songs are held out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HoldOut {
    /// One in twenty, by the hash of its name.
    OneInTwenty,
    /// None.
    Nothing,
}

/// Reads all pieces below `data` into a preparation.
///
/// # Errors
/// [`Error::User`] when nothing can be read or nothing is left.
pub(super) fn read_pieces(
    preparation: &mut Preparation,
    data: &Path,
    licences: Licences,
    watch: &mut dyn FnMut(&str),
) -> Result<(), Error> {
    visit_pieces(data, &mut |visited| {
        match visited {
            Ok(piece) => {
                watch(&piece.path);
                let is_wanted = licences == Licences::All || piece.set.is_permissive();
                if is_wanted && piece.set != PieceSet::Groove {
                    preparation.take(&piece);
                }
            }
            Err(passed) => preparation.pass_over(passed),
        }
        Ok(())
    })?;
    if preparation.corpus.songs.is_empty() {
        return Err(Error::user(
            "no_notes",
            format!("no piece below {} can be learned from", data.display()),
        ));
    }
    Ok(())
}

/// A corpus on the way.
pub(super) struct Preparation {
    pub(super) corpus: NoteCorpus,
    report: PreparedNotes,
    fingerprints: BTreeSet<u64>,
    pub(super) plan: PlanFit,
    hold_out: HoldOut,
    /// The genre of all pieces, whatever their folders say.
    genre: Option<Genre>,
    /// How many pieces each genre has by their folders.
    pub(super) genres: BTreeMap<Genre, usize>,
}

impl Preparation {
    pub(super) fn new(hold_out: HoldOut, genre: Option<Genre>) -> Self {
        let groups = ConditionGroup::ALL.map(|group| HiddenGroup {
            first: group.first,
            length: group.length,
            dropout: group.dropout,
        });
        Self {
            corpus: NoteCorpus::new(usize::from(N_TOKENS), N_CONDITION, groups.to_vec()),
            report: PreparedNotes::default(),
            fingerprints: BTreeSet::new(),
            plan: PlanFit::default(),
            hold_out,
            genre,
            genres: BTreeMap::new(),
        }
    }

    fn pass_over(&mut self, passed: PassedOver) {
        let report = self.report.sets.entry("passed over").or_default();
        report.n_files += 1;
        *report.left_out.entry(passed.reason).or_default() += 1;
    }

    fn take(&mut self, piece: &Piece) {
        let result = self.bars(piece);
        let report = self.report.sets.entry(piece.set.name()).or_default();
        report.n_files += 1;
        let bars = match result {
            Ok(bars) => bars,
            Err(reason) => {
                *report.left_out.entry(reason.to_owned()).or_default() += 1;
                return;
            }
        };
        let named = piece.genre.as_deref().and_then(genre);
        if let Some(genre) = named {
            *self.genres.entry(genre).or_default() += 1;
        }
        let genre = self.genre.or(named);
        let affect = piece.affect.map(|[v, a]| Affect::clamped(v, a));
        let name = format!("{}/{}", piece.set.name(), piece.song);
        let place = ItemHash::of(name.as_bytes()).tail();
        let is_held_out = self.hold_out == HoldOut::OneInTwenty && place.is_multiple_of(HELD_OUT);
        let with_bass = bars
            .iter()
            .filter(|bar| !bar.bar.voices[1].is_empty())
            .count();
        let texture =
            if piece.set == PieceSet::Genre || (piece.set == PieceSet::Own && with_bass > 0) {
                Texture::Band
            } else {
                Texture::Poly
            };
        if !is_held_out {
            self.plan.add(&bars, genre, texture, affect, piece.set);
        }
        let encoded: Vec<_> = bars
            .iter()
            .map(|bar| encoded(bar, genre, affect, texture))
            .collect();
        report.n_kept += 1;
        report.n_held_out += usize::from(is_held_out);
        report.n_bars += bars.len();
        report.n_tokens += encoded
            .iter()
            .map(|(tokens, _)| tokens.len())
            .sum::<usize>();
        if is_held_out && self.report.held_out.last() != Some(&name) {
            self.report.held_out.push(name.clone());
        }
        let weight = weight(piece.set);
        self.corpus
            .push(name.clone(), piece.hash, weight, is_held_out, &encoded);
        let has_tune = matches!(
            piece.set,
            PieceSet::Nottingham | PieceSet::Pop909 | PieceSet::Chorales | PieceSet::Own
        );
        if has_tune && !is_held_out {
            let tunes: Vec<_> = bars
                .iter()
                .map(|bar| {
                    let mut bar = bar.clone();
                    bar.bar.voices[1].clear();
                    bar.bar.voices[2].clear();
                    encoded_mono(&bar, genre)
                })
                .collect();
            self.corpus.push(
                format!("{name} (melody)"),
                piece.hash,
                weight * MONO_WEIGHT,
                false,
                &tunes,
            );
        }
    }

    /// The bars of a piece, or why it is left out.
    fn bars(&mut self, piece: &Piece) -> Result<Vec<PieceBar>, &'static str> {
        let bars = on_the_grid(piece)?;
        let mut bars = without_silence(bars);
        bars.truncate(MAX_BARS);
        let n_played = bars.iter().filter(|bar| !bar.bar.is_empty()).count();
        if n_played < MIN_BARS {
            return Err("too short");
        }
        if !self.fingerprints.insert(fingerprint(&bars)) {
            return Err("the same as another");
        }
        Ok(bars)
    }
}

/// The bars of a piece: by its own beats where notes stand on them, else by beats that are found.
fn on_the_grid(piece: &Piece) -> Result<Vec<PieceBar>, &'static str> {
    if piece.has_beats {
        let bars = grid_bars(&piece.score);
        let played = bars.iter().filter(|bar| !bar.bar.is_empty());
        let error: f64 = played.clone().map(|bar| bar.grid_error).sum();
        if error <= MAX_GRID_ERROR * played.count() as f64 {
            return Ok(bars);
        }
    }
    let tracked = track_beats(&piece.score).ok_or("no beats were found")?;
    if tracked.error > MAX_GRID_ERROR {
        return Err("off the grid");
    }
    Ok(grid_bars(&tracked.score))
}

/// How often bars of a set are drawn, against 1: the few that say what they express more often.
fn weight(set: PieceSet) -> f64 {
    match set {
        PieceSet::Emopia => 3.0,
        PieceSet::Vgmidi => 4.0,
        PieceSet::Asap => 0.7,
        _ => 1.0,
    }
}

/// Our genre for the name that a set or a folder uses.
fn genre(name: &str) -> Option<Genre> {
    Some(match name.to_lowercase().as_str() {
        "classics" | "classical" | "classic" => Genre::Classical,
        "dance" => Genre::Disco,
        "folk" => Genre::Country,
        "rap" | "rhythm_and_blues" | "hiphop" => Genre::HipHop,
        other => other.parse().ok()?,
    })
}

/// Leaves out empty bars at the ends and after empty bars.
fn without_silence(bars: Vec<PieceBar>) -> Vec<PieceBar> {
    let mut kept: Vec<PieceBar> = Vec::new();
    for bar in bars {
        let after_silence = kept.last().is_none_or(|last| last.bar.is_empty());
        if !(bar.bar.is_empty() && after_silence) {
            kept.push(bar);
        }
    }
    while kept.last().is_some_and(|bar| bar.bar.is_empty()) {
        kept.pop();
    }
    kept
}

/// A number of the first notes by steps of pitch and time, the same in every key.
fn fingerprint(bars: &[PieceBar]) -> u64 {
    let mut at = 0_u32;
    let mut notes: Vec<(u32, u8)> = Vec::new();
    for bar in bars {
        let mut played: Vec<_> = bar.bar.voices.iter().flatten().collect();
        played.sort_unstable();
        notes.extend(
            played
                .iter()
                .map(|note| (at + u32::from(note.onset), note.pitch)),
        );
        at += 48;
        if notes.len() >= FINGERPRINT_NOTES {
            break;
        }
    }
    notes.truncate(FINGERPRINT_NOTES);
    let steps: Vec<u8> = notes
        .windows(2)
        .flat_map(|pair| {
            [
                pair[1].1.wrapping_sub(pair[0].1),
                (pair[1].0 - pair[0].0).min(255) as u8,
            ]
        })
        .collect();
    ItemHash::of(&steps).tail()
}

fn condition(
    bar: &PieceBar,
    genre: Option<Genre>,
    affect: Option<Affect>,
    texture: Texture,
) -> Condition {
    Condition {
        affect,
        genre,
        mode: bar.key.mode,
        meter: bar.meter,
        texture,
        voices: std::array::from_fn(|voice| !bar.bar.voices[voice].is_empty()),
        bpm: Some(bar.bpm),
        attributes: attribute_values(&bar.attributes).map(Some),
    }
}

fn encoded(
    bar: &PieceBar,
    genre: Option<Genre>,
    affect: Option<Affect>,
    texture: Texture,
) -> (Vec<u16>, Vec<f32>) {
    let condition = condition(bar, genre, affect, texture);
    (encode(&bar.bar, bar.key), condition.to_vector().to_vec())
}

/// A bar of which only the tune is left; its attributes were those of the whole bar.
fn encoded_mono(bar: &PieceBar, genre: Option<Genre>) -> (Vec<u16>, Vec<f32>) {
    let mut condition = condition(bar, genre, None, Texture::Mono);
    condition.attributes = [None; affetto_compose::tokens::N_ATTRIBUTES];
    (encode(&bar.bar, bar.key), condition.to_vector().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use affetto_music::{midi, notation};

    fn tune(notes: &str, bars: usize) -> Vec<u8> {
        let text = format!("melody = {}", vec![notes; bars].join(" | "));
        midi::write(&notation::parse(&text).unwrap())
    }

    #[test]
    fn a_folder_becomes_a_corpus() {
        let folder = tempfile::tempdir().unwrap();
        let jazz = folder.path().join("jazz");
        std::fs::create_dir(&jazz).unwrap();
        let files = [
            ("a.mid", tune("C4:q D4:q E4:q F4:q", 8)),
            ("transposed.mid", tune("D4:q E4:q F#4:q G4:q", 8)),
            ("b.mid", tune("C4:h G4:q F4:q", 8)),
            ("short.mid", tune("C4:h E4:h", 2)),
            ("broken.mid", b"none".to_vec()),
        ];
        for (name, bytes) in &files {
            std::fs::write(jazz.join(name), bytes).unwrap();
        }
        let out = folder.path().join("notes.corpus");
        let report = prepare_notes(folder.path(), &out, Licences::All, &mut |_| {}).unwrap();
        let own = &report.sets["own"];
        assert_eq!((own.n_files, own.n_kept), (4, 2));
        let reasons: Vec<&str> = own.left_out.keys().map(String::as_str).collect();
        assert_eq!(reasons, ["the same as another", "too short"]);
        assert_eq!(report.sets["passed over"].n_files, 1);
        let corpus = NoteCorpus::load(&out).unwrap();
        assert_eq!(
            corpus
                .songs
                .iter()
                .filter(|song| !song.name.contains("melody"))
                .count(),
            2
        );
        let error = prepare_notes(&jazz.join("broken.mid"), &out, Licences::All, &mut |_| {});
        assert!(
            error
                .unwrap_err()
                .to_string()
                .contains("can be learned from")
        );
    }

    #[track_caller]
    fn check_genre(name: &str, expected: Option<Genre>) {
        assert_eq!(genre(name), expected);
    }

    #[test]
    fn names_of_genres() {
        check_genre("jazz", Some(Genre::Jazz));
        check_genre("classics", Some(Genre::Classical));
        check_genre("Folk", Some(Genre::Country));
        check_genre("polka", None);
    }
}
