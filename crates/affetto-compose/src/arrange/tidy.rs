//! Last touch: notes in order, inside the bar, never two of one pitch at once.

use affetto_music::Note;

/// Sorts notes, keeps them inside the bar and ends each before the next of its pitch.
pub(super) fn tidy(mut notes: Vec<Note>, ticks: u32) -> Vec<Note> {
    notes.retain(|note| {
        note.onset < ticks && note.duration > 0 && note.velocity > 0 && note.pitch < 128
    });
    for note in &mut notes {
        note.duration = note.duration.min(ticks - note.onset);
        note.velocity = note.velocity.min(127);
    }
    notes.sort_unstable_by_key(|note| (note.pitch, note.onset, u32::MAX - note.duration));
    notes.dedup_by(|later, earlier| {
        if later.pitch != earlier.pitch {
            return false;
        }
        if later.onset == earlier.onset {
            earlier.velocity = earlier.velocity.max(later.velocity);
            return true;
        }
        earlier.duration = earlier.duration.min(later.onset - earlier.onset);
        false
    });
    notes.sort_unstable();
    notes
}

/// Removes the notes of one part that would sound together with the same pitch of another part on
/// the same instrument, shortening those that begin before it.
pub(super) fn give_way(notes: &mut Vec<Note>, others: &[Note]) {
    notes.retain_mut(|note| {
        for other in others.iter().filter(|other| other.pitch == note.pitch) {
            if other.onset <= note.onset && other.end() > note.onset {
                return false;
            }
            if note.onset < other.onset && note.end() > other.onset {
                note.duration = other.onset - note.onset;
            }
        }
        true
    });
    notes.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(notes: &[(u32, u32, u8)], expected: &[(u32, u32, u8)]) {
        let notes = notes.iter().map(|&(onset, duration, pitch)| Note {
            onset,
            duration,
            pitch,
            velocity: 80,
        });
        let tidied: Vec<_> = tidy(notes.collect(), 1920)
            .iter()
            .map(|n| (n.onset, n.duration, n.pitch))
            .collect();
        assert_eq!(tidied, expected);
    }

    #[test]
    fn notes_of_a_pitch_never_overlap_and_stay_in_the_bar() {
        check(
            &[(480, 480, 60), (0, 600, 60)],
            &[(0, 480, 60), (480, 480, 60)],
        );
        check(&[(0, 10, 60), (0, 600, 60)], &[(0, 600, 60)]);
        check(
            &[(1900, 480, 60), (1920, 5, 60), (0, 0, 60)],
            &[(1900, 20, 60)],
        );
        check(&[(0, 480, 64), (0, 480, 60)], &[(0, 480, 60), (0, 480, 64)]);
    }
}
