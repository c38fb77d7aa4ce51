//! Which songs are versions of one another: those that share long runs of notes in any
//! transposition.

use std::collections::HashMap;

use affetto_music::Score;
use affetto_music::metrics::NgramIndex;

/// Length of the runs that are compared, in steps from note to note.
const RUN: usize = 16;
/// Share of the runs of the song with fewer of them that makes two songs versions of one.
const SHARED: f64 = 0.3;
/// A run that more songs hold tells nothing, such as a repeated note.
const MAX_HOLDERS: usize = 12;
/// One run in so many is looked at, chosen by its hash.
const SAMPLED: u64 = 4;

/// A number for each score, the same for versions of one song.
#[must_use]
pub fn group_copies<'a>(scores: impl Iterator<Item = &'a Score>) -> Vec<usize> {
    let runs = |score| -> Vec<u64> {
        let mut index = NgramIndex::new(RUN);
        index.insert(score);
        index.grams().filter(|gram| gram % SAMPLED == 0).collect()
    };
    let runs: Vec<Vec<u64>> = scores.map(runs).collect();
    let mut holders: HashMap<u64, Vec<usize>> = HashMap::new();
    for (song, runs) in runs.iter().enumerate() {
        for &run in runs {
            holders.entry(run).or_default().push(song);
        }
    }
    let mut shared: HashMap<(usize, usize), usize> = HashMap::new();
    for songs in holders.values().filter(|songs| songs.len() <= MAX_HOLDERS) {
        for (position, &later) in songs.iter().enumerate() {
            for &earlier in &songs[..position] {
                *shared.entry((earlier, later)).or_default() += 1;
            }
        }
    }
    let mut groups: Vec<usize> = (0..runs.len()).collect();
    for ((a, b), n) in shared {
        let least = runs[a].len().min(runs[b].len());
        if n as f64 >= SHARED * least as f64 {
            let (a, b) = (root(&groups, a), root(&groups, b));
            groups[a.max(b)] = a.min(b);
        }
    }
    (0..groups.len()).map(|song| root(&groups, song)).collect()
}

/// The first song of a group.
fn root(groups: &[usize], mut song: usize) -> usize {
    while groups[song] != song {
        song = groups[song];
    }
    song
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;

    #[test]
    fn transposed_versions_belong_together() {
        let song = |last: &str| {
            let text = format!("C4:q E4:e G4:e A4:q F4:q D4:e B4:e C5:q G4:q E4:q {last}");
            notation::parse(&format!("{text} {text}")).unwrap()
        };
        let (a, b) = (song("C4:h"), song("D5:e F5:e"));
        let scores = [a.clone(), b.clone(), a.transposed(3), Score::default()];
        assert_eq!(group_copies(scores.iter()), [0, 1, 0, 3]);
    }
}
