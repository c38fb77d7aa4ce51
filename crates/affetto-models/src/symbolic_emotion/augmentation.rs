//! Altered copies of a clip: what a listening model meets inside a composing loop but not in its
//! training data.

use affetto_music::{Note, Role, Score, Track};

/// Notes that start within this time belong together, as in the features.
const TOGETHER_S: f64 = 0.03;
/// Pitch below which a note is left out of the copy without bass: E3, MIDI 52.
const BASS_BELOW: u8 = 52;
/// Lengths of windows in seconds with the most windows of each that are cut from a clip.
const WINDOWS: [(f64, usize); 2] = [(8.0, 4), (15.0, 6)];

/// All copies of a score but itself: without bass, highest line alone, windows spread evenly, and
/// the highest line of the longer windows.
pub(super) fn copies(score: &Score) -> Vec<Score> {
    let seconds = score.duration_seconds();
    let mut copies = vec![highest_line(score), without_bass(score)];
    for (length, most) in WINDOWS {
        let n_windows = ((seconds / length) as usize).clamp(1, most);
        for index in 0..n_windows {
            let from = match n_windows {
                1 => 0.0,
                _ => (seconds - length) * index as f64 / (n_windows - 1) as f64,
            };
            let cut = window(score, from, from + length);
            if length > 10.0 {
                copies.push(highest_line(&cut));
            }
            copies.push(cut);
        }
    }
    copies.retain(|copy| copy.pitched_notes().next().is_some());
    copies
}

/// The score with its pitched notes gathered in one track and replaced.
fn with_notes(score: &Score, change: impl FnOnce(Vec<(f64, Note)>) -> Vec<Note>) -> Score {
    let mut notes: Vec<Note> = score.pitched_notes().copied().collect();
    notes.sort_unstable();
    let timed = notes
        .into_iter()
        .map(|note| (score.seconds_at(note.onset), note))
        .collect();
    let mut track = Track::new("", Role::Other, 0, 0);
    track.notes = change(timed);
    let mut changed = Score {
        ticks_per_quarter: score.ticks_per_quarter,
        tempos: score.tempos.clone(),
        tracks: vec![track],
        ..Score::default()
    };
    changed.close();
    changed
}

/// The notes that start in a stretch of time; those that last far beyond it are shortened.
pub(super) fn window(score: &Score, from: f64, to: f64) -> Score {
    with_notes(score, |notes| {
        let inside = notes
            .into_iter()
            .filter(|(time, _)| (from..to).contains(time));
        let shortened = inside.map(|(time, note)| {
            let seconds = score.seconds_at(note.end()) - time;
            let room = (to + 0.5 - time) / seconds.max(1e-9);
            let duration = (f64::from(note.duration) * room.min(1.0)).max(1.0) as u32;
            Note { duration, ..note }
        });
        shortened.collect()
    })
}

/// The highest note of each onset, except under a higher one that still sounds, each ending
/// where the next begins.
#[must_use]
pub fn highest_line(score: &Score) -> Score {
    with_notes(score, |notes| {
        let mut line: Vec<(f64, Note)> = Vec::new();
        for together in notes.chunk_by(|a, b| b.0 - a.0 < TOGETHER_S) {
            let Some(&(time, top)) = together.iter().max_by_key(|(_, note)| note.pitch) else {
                continue;
            };
            let covered = line.last().is_some_and(|(since, last)| {
                last.pitch > top.pitch
                    && time + TOGETHER_S < score.seconds_at(last.end()).min(since + 1.0)
            });
            if covered {
                continue;
            }
            if let Some((_, last)) = line.last_mut() {
                last.duration = last
                    .duration
                    .min(top.onset.saturating_sub(last.onset).max(1));
            }
            line.push((time, top));
        }
        line.into_iter().map(|(_, note)| note).collect()
    })
}

/// The notes from E3 up.
fn without_bass(score: &Score) -> Score {
    with_notes(score, |notes| {
        notes
            .into_iter()
            .map(|(_, note)| note)
            .filter(|note| note.pitch >= BASS_BELOW)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;

    #[track_caller]
    fn check(change: impl Fn(&Score) -> Score, text: &str, expected: &str) {
        let changed = change(&notation::parse(text).unwrap());
        let pitches: Vec<String> = changed
            .pitched_notes()
            .map(|note| format!("{}+{}", note.pitch, note.duration))
            .collect();
        assert_eq!(pitches.join(" "), expected);
    }

    #[test]
    fn parts_are_dropped() {
        let piano = "melody = C5:h D5:h; bass = C3:q E4:q G3:h";
        check(highest_line, piano, "72+960 74+960");
        check(without_bass, piano, "72+960 64+480 55+960 74+960");
    }

    #[test]
    fn windows_keep_what_starts_inside() {
        let whole = "tempo = 60; C4:q D4:q E4:q F4:q";
        check(|score| window(score, 1.0, 3.0), whole, "62+480 64+480");
        check(
            |score| window(score, 0.0, 1.0),
            "tempo = 60; C4:w",
            "60+720",
        );
    }

    #[test]
    fn copies_of_nothing_are_none() {
        assert!(copies(&Score::default()).is_empty());
        assert_eq!(copies(&notation::parse("C5:q D5:q").unwrap()).len(), 5);
    }
}
