//! Bytes as a MIDI file: what is read obeys the rules of a score, and writes and reads back the same.

#![no_main]

use affetto_music::midi::{self, ReadOptions, Sustain};
use affetto_music::musicxml::{self, Layout};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let held = ReadOptions { sustain: Sustain::Extends };
    for score in [midi::read(bytes), midi::read_with(bytes, held)].into_iter().flatten() {
        for note in score.tracks.iter().flat_map(|track| &track.notes) {
            assert!(note.pitch < 128 && (1..128).contains(&note.velocity) && note.duration > 0);
            assert!(note.end() <= score.length);
        }
        let again = midi::read(&midi::write(&score)).expect("our own file is readable");
        assert_eq!(again.tracks, score.tracks);
        assert_eq!(again.chords, score.chords);
        // Long empty scores make long documents, which find nothing new.
        if score.bar_lines().len() > 200 {
            continue;
        }
        for layout in [Layout::FullScore, Layout::LeadSheet] {
            drop(musicxml::write(&score, layout));
        }
    }
});
