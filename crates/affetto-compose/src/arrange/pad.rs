//! Sustained chords.

use affetto_music::{Note, Role};

use super::PAD_RANGE;
use super::stage::Stage;
use super::voicing::{Seat, voice};
use crate::genre::Voicing;

/// One voicing a chord, held as long as the chord; tones that stay are tied over.
pub(super) fn notes(stage: &Stage<'_>) -> Vec<Note> {
    let style = match stage.profile.band.voicing {
        Voicing::Power => Voicing::Triads,
        style => style,
    };
    let mut previous = stage.last_pitches(Role::Pad);
    let mut found: Vec<Note> = Vec::new();
    for span in stage.spans() {
        let tune = stage.tune_between(span.start, span.end);
        let seat = Seat {
            style,
            voices: 3,
            range: (PAD_RANGE.0 + 8, PAD_RANGE.1 - 6),
            center: 62,
            previous: &previous,
            tune: &tune,
        };
        let pitches = voice(span.chord, &seat);
        for &pitch in &pitches {
            match found
                .iter_mut()
                .find(|note| note.pitch == pitch && note.end() == span.start)
            {
                Some(held) => held.duration = span.end - held.onset,
                None => {
                    found.push(Note {
                        onset: span.start,
                        duration: span.end - span.start,
                        pitch,
                        velocity: 72,
                    });
                }
            }
        }
        previous = pitches;
    }
    found
}
