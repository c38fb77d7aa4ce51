//! Bytes as a corpus of notes, as weights of a note model and as a Magenta bundle: refused or read,
//! never a panic.

#![no_main]

use affetto_models::WeightsFile;
use affetto_models::magenta::MagentaModel;
use affetto_models::note_model::{InferenceOptions, NoteCorpus, NoteModel};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = NoteCorpus::from_bytes(bytes, "fuzzed bytes");
    let _ = MagentaModel::from_bytes(bytes, "fuzzed bytes");
    if let Ok(weights) = WeightsFile::from_bytes(bytes, "fuzzed bytes") {
        let _ = NoteModel::from_file(&weights, &InferenceOptions::default());
    }
});
