//! The neural composer: its data, its training, its place beside the rules.

mod network;
mod plan;
mod prepare;
mod writing;

use std::path::Path;

use affetto_models::note_model::NoteCorpus;

use crate::Error;

pub(crate) use network::Network;
pub use prepare::{Licences, PreparedNotes, SetReport, prepare_notes};

pub(crate) use writing::{TIME_LIMIT, Writing};

/// File of the corpus that a training makes from a folder.
const CORPUS_FILE: &str = "notes.corpus";

/// The corpus to train on: a file that `affetto data prepare notes` wrote, or a folder of MIDI files
/// that is prepared into `out` first, unless an earlier training did so.
pub(crate) fn corpus(data: &Path, out: &Path) -> Result<NoteCorpus, Error> {
    let is_corpus = data.is_file() && data.extension().is_some_and(|e| e == "corpus");
    if is_corpus {
        return Ok(NoteCorpus::load(data)?);
    }
    let path = out.join(CORPUS_FILE);
    if !path.is_file() {
        prepare_notes(data, &path, Licences::All, &mut |_| {})?;
    }
    Ok(NoteCorpus::load(&path)?)
}
