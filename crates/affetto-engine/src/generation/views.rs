//! Ways in which a piece is put before the judges.

use affetto_music::score::TempoChange;
use affetto_music::{Bpm, Score};

/// Every piece is judged on at most this much of its beginning, in seconds.
pub(crate) const JUDGED_S: f64 = 30.0;
/// Velocity of every note where velocity is neutralized.
const NEUTRAL_VELOCITY: u8 = 64;
/// Tempo of every piece where tempo is neutralized.
const NEUTRAL_BPM: f64 = 120.0;

/// What is taken away before a piece is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum View {
    /// Nothing.
    Plain,
    /// Loudness: every velocity is 64.
    NeutralVelocity,
    /// Speed: 120 bpm throughout.
    NeutralTempo,
    /// Nothing, but the judges take what is usual from the collection that is judged.
    Adapted,
}

impl View {
    /// All views in the order of their results.
    pub(crate) const ALL: [Self; 4] = [
        Self::Plain,
        Self::NeutralVelocity,
        Self::NeutralTempo,
        Self::Adapted,
    ];

    /// The end of a metric's name.
    pub(crate) fn suffix(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::NeutralVelocity => "_neutral_velocity",
            Self::NeutralTempo => "_neutral_tempo",
            Self::Adapted => "_adapted",
        }
    }

    /// The beginning of a score as this view shows it.
    pub(crate) fn of(self, score: &Score) -> Score {
        let mut score = score.clone();
        match self {
            Self::Plain | Self::Adapted => {}
            Self::NeutralVelocity => {
                for note in score.tracks.iter_mut().flat_map(|track| &mut track.notes) {
                    note.velocity = NEUTRAL_VELOCITY;
                }
            }
            Self::NeutralTempo => {
                score.tempos = vec![TempoChange {
                    tick: 0,
                    bpm: Bpm::clamped(NEUTRAL_BPM),
                }];
            }
        }
        beginning(&score, JUDGED_S)
    }
}

/// The notes that start in the first seconds, those that last longer cut there.
pub(crate) fn beginning(score: &Score, seconds: f64) -> Score {
    let mut cut = score.clone();
    if score.duration_seconds() <= seconds {
        return cut;
    }
    // The tick is found by halving: a tempo map only runs forwards.
    let (mut before, mut after) = (0, score.length);
    while after - before > 1 {
        let middle = before + (after - before) / 2;
        if score.seconds_at(middle) <= seconds {
            before = middle;
        } else {
            after = middle;
        }
    }
    for track in &mut cut.tracks {
        track.notes.retain(|note| note.onset < after);
        for note in &mut track.notes {
            note.duration = note.duration.min(after - note.onset);
        }
    }
    cut.chords.retain(|span| span.onset < after);
    cut.length = after;
    cut
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;

    #[test]
    fn a_piece_is_cut_and_neutralized() {
        let long = notation::parse("tempo = 30; C4:w D4:w E4:w F4:w G4:w A4:w").unwrap();
        let cut = View::Plain.of(&long);
        assert_eq!(cut.pitched_notes().count(), 4);
        assert!((cut.duration_seconds() - JUDGED_S).abs() < 0.01);
        let fast = View::NeutralTempo.of(&long);
        assert_eq!(fast.pitched_notes().count(), 6);
        assert!((fast.duration_seconds() - 12.0).abs() < 0.01);
        let even = View::NeutralVelocity.of(&long);
        assert!(even.pitched_notes().all(|note| note.velocity == 64));
    }
}
