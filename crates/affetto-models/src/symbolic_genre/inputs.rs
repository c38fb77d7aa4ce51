//! What a genre is told from.

use affetto_music::Score;
use affetto_music::features::symbolic_features;

use crate::symbolic_emotion::learnt_features;

/// Families of General MIDI, eight programs each.
const N_FAMILIES: usize = 16;
/// Places of a bar at which drums are counted: sixteenths in 4/4.
const PLACES: usize = 16;
/// Percussion keys of General MIDI by what they do: kick, snare, hat, ride.
const DRUMS: [&[u8]; 4] = [&[35, 36], &[37, 38, 40], &[42, 44, 46], &[51, 53, 59]];

/// What is shown of the music.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GenreInputs {
    /// Pitched notes, instruments and drums.
    Everything,
    /// Pitched notes only, as if on one piano.
    NotesOnly,
}

impl GenreInputs {
    /// The inputs of a score, as many for every score.
    pub(super) fn of(self, score: &Score) -> Vec<f32> {
        let mut inputs = learnt_features(&symbolic_features(score));
        if self == Self::Everything {
            inputs.extend(families(score));
            inputs.extend(drums(score));
        }
        inputs
    }
}

/// Share of the notes that each family of instruments plays, and drums; roots, so that a few
/// notes count too.
fn families(score: &Score) -> Vec<f32> {
    let mut counts = [0.0_f32; N_FAMILIES + 1];
    for track in &score.tracks {
        let family = if track.is_drums() {
            N_FAMILIES
        } else {
            usize::from(track.program / 8).min(N_FAMILIES - 1)
        };
        counts[family] += track.notes.len() as f32;
    }
    let all: f32 = counts.iter().sum::<f32>().max(1.0);
    counts.iter().map(|count| (count / all).sqrt()).collect()
}

/// Hits a bar of each kind of drum at each place of the bar.
fn drums(score: &Score) -> Vec<f32> {
    let lines = score.bar_lines();
    let n_bars = (lines.len() - 1).max(1) as f32;
    let mut hits = vec![0.0; DRUMS.len() * PLACES];
    for note in score
        .tracks
        .iter()
        .filter(|track| track.is_drums())
        .flat_map(|track| &track.notes)
    {
        let kind = DRUMS.iter().position(|keys| keys.contains(&note.pitch));
        let bar = lines.partition_point(|&line| line <= note.onset);
        if let (Some(kind), Some(&end)) = (kind, lines.get(bar)) {
            let start = lines[bar - 1];
            let place = u64::from(note.onset - start) * PLACES as u64 / u64::from(end - start);
            hits[kind * PLACES + place as usize] += 1.0 / n_bars;
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;

    #[test]
    fn drums_are_placed_and_can_be_hidden() {
        let score =
            notation::parse("melody = C4:w C4:w; drums = kick:q snare:q kick:q snare:q").unwrap();
        let hits = drums(&score);
        assert_eq!((hits[0], hits[8], hits[PLACES + 4]), (0.5, 0.5, 0.5));
        assert!((families(&score)[N_FAMILIES] - (4.0_f32 / 6.0).sqrt()).abs() < 1e-6);
        let silent = notation::parse("melody = C4:w C4:w").unwrap();
        let hidden = GenreInputs::NotesOnly;
        assert_eq!(hidden.of(&score), hidden.of(&silent));
        assert_ne!(
            GenreInputs::Everything.of(&score),
            GenreInputs::Everything.of(&silent)
        );
    }
}
