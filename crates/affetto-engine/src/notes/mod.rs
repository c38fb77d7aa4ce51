//! The neural composer: its data, its training, its place beside the rules.

mod describe;
mod drums;
mod network;
mod plan;
mod prepare;
mod style;
mod writing;

use std::path::Path;

use affetto_models::note_model::NoteCorpus;

use crate::Error;

pub(crate) use describe::describe;
pub(crate) use drums::{drum_patterns, rule_bars};
pub(crate) use network::Network;
pub use prepare::{Licences, PreparedNotes, SetReport, prepare_notes};

pub(crate) use style::{style_config, style_corpus};
pub(crate) use writing::{TIME_LIMIT, Writing};

/// File of the corpus that a training makes from a folder.
const CORPUS_FILE: &str = "notes.corpus";

/// Whether a path is a file that `affetto data prepare notes` wrote, by its name.
pub(crate) fn is_corpus(path: &Path) -> bool {
    path.is_file() && path.extension().is_some_and(|ending| ending == "corpus")
}

/// The corpus to train on: a file that `affetto data prepare notes` wrote, or a folder of MIDI files
/// that is prepared into `out` first, unless an earlier training did so.
pub(crate) fn corpus(data: &Path, out: &Path) -> Result<NoteCorpus, Error> {
    if is_corpus(data) {
        return Ok(NoteCorpus::load(data)?);
    }
    let path = out.join(CORPUS_FILE);
    if !path.is_file() {
        prepare_notes(data, &path, Licences::All, &mut |_| {})?;
    }
    Ok(NoteCorpus::load(&path)?)
}
