//! A score as n-grams of functional tokens: degrees above the tonic, chords by degree, times by
//! class. No velocity and no absolute pitch class is among them.
//!
//! Each family is a bag: the value of an n-gram is the square root of its share among those of
//! its family and length (Hellinger), so that a long piece weighs no more than a short one.

use std::collections::BTreeMap;

use affetto_music::chord_labels::{ChordLabelOptions, label_chords};
use affetto_music::key_finding::key_of;
use affetto_music::{Key, KeyProfile, Mode, Note, Score};

/// Changes whenever an n-gram is added, removed or defined differently.
pub(super) const VERSION: u32 = 1;

/// Notes that start within this time belong together, as in the features.
const TOGETHER_S: f64 = 0.03;
/// Pitch below which the lowest note of an onset counts as bass: G3, MIDI 55.
const BASS_BELOW: u8 = 55;
/// Classes of a time a doubling has two; class 0 is below [`SHORTEST_S`].
const CLASSES_A_DOUBLING: f64 = 2.0;
const SHORTEST_S: f64 = 0.09;
/// The longest time has this class: 5.8 s.
const LONGEST_CLASS: f64 = 12.0;
/// More notes at an onset count as this many.
const MOST_TOGETHER: usize = 6;

/// N-grams of a score with their values.
pub(super) type Ngrams = BTreeMap<String, f32>;

/// Notes that start together, ascending by pitch.
struct Onset {
    time_s: f64,
    /// Pitches and lengths in seconds.
    notes: Vec<(u8, f64)>,
}

/// The n-grams of a score's pitched notes; none where there are none.
pub(super) fn ngrams(score: &Score) -> Ngrams {
    let onsets = onsets(score);
    let mut bag = Ngrams::new();
    if onsets.is_empty() {
        return bag;
    }
    let key = key_of(score, KeyProfile::default()).key;
    let degree = |pitch: u8| (u16::from(pitch) + 12 - u16::from(key.tonic.get())) % 12;
    let melody: Vec<String> = onsets
        .iter()
        .filter_map(|onset| onset.notes.last())
        .map(|&(pitch, _)| degree(pitch).to_string())
        .collect();
    let bass: Vec<String> = onsets
        .iter()
        .filter_map(|onset| onset.notes.first().filter(|note| note.0 < BASS_BELOW))
        .map(|&(pitch, _)| degree(pitch).to_string())
        .collect();
    let steps: Vec<String> = onsets
        .windows(2)
        .map(|pair| time_class(pair[1].time_s - pair[0].time_s).to_string())
        .collect();
    let mode = match key.mode {
        Mode::Major => "major",
        Mode::Minor => "minor",
    };
    count(&mut bag, "mode", &[mode.to_owned()], 1);
    count(&mut bag, "melody", &melody, 3);
    count(&mut bag, "bass", &bass, 2);
    count(&mut bag, "chord", &chords(score, key), 3);
    count(&mut bag, "time", &steps, 3);
    count(&mut bag, "size", &sizes(&onsets), 1);
    count(&mut bag, "stack", &stacks(&onsets), 1);
    count(&mut bag, "length", &lengths(&onsets), 1);
    bag
}

fn onsets(score: &Score) -> Vec<Onset> {
    let mut notes: Vec<&Note> = score.pitched_notes().collect();
    notes.sort_unstable();
    let mut onsets: Vec<Onset> = Vec::new();
    for note in notes {
        let time_s = score.seconds_at(note.onset);
        let sounding = (note.pitch, score.seconds_at(note.end()) - time_s);
        match onsets.last_mut() {
            Some(onset) if time_s - onset.time_s < TOGETHER_S => onset.notes.push(sounding),
            _ => onsets.push(Onset {
                time_s,
                notes: vec![sounding],
            }),
        }
    }
    for onset in &mut onsets {
        onset.notes.sort_by_key(|&(pitch, _)| pitch);
    }
    onsets
}

/// The class of a time, in `0..=12`.
fn time_class(seconds: f64) -> u8 {
    let doublings = (seconds.max(1e-6) / SHORTEST_S).log2();
    (doublings * CLASSES_A_DOUBLING + 1.0).clamp(0.0, LONGEST_CLASS) as u8
}

/// Degree of the root and quality of each chord.
fn chords(score: &Score, key: Key) -> Vec<String> {
    let spans = label_chords(score, ChordLabelOptions::default());
    let name = |chord: affetto_music::Chord| {
        let degree = key.tonic.interval_to(chord.root);
        format!("{degree}{}", chord.quality.symbol())
    };
    spans.into_iter().map(|span| name(span.chord)).collect()
}

/// How many notes start together, with the time since the onset before.
fn sizes(onsets: &[Onset]) -> Vec<String> {
    let pairs = onsets.windows(2);
    let size = |pair: &[Onset]| {
        let n = pair[1].notes.len().min(MOST_TOGETHER);
        format!("{n}/{}", time_class(pair[1].time_s - pair[0].time_s))
    };
    pairs.map(size).collect()
}

/// Intervals above the lowest note in semitones within the octave, where notes start together.
fn stacks(onsets: &[Onset]) -> Vec<String> {
    let together = onsets.iter().filter(|onset| onset.notes.len() > 1);
    let stack = |onset: &Onset| {
        let mut above: Vec<u8> = onset.notes[1..]
            .iter()
            .map(|note| (note.0 - onset.notes[0].0) % 12)
            .collect();
        above.sort_unstable();
        above.dedup();
        let names: Vec<String> = above.iter().map(u8::to_string).collect();
        names.join("-")
    };
    together.map(stack).collect()
}

/// Octave and length class of every note.
fn lengths(onsets: &[Onset]) -> Vec<String> {
    let notes = onsets.iter().flat_map(|onset| &onset.notes);
    notes
        .map(|&(pitch, seconds)| format!("{}/{}", pitch / 12, time_class(seconds)))
        .collect()
}

/// Adds the n-grams of a sequence up to a length.
fn count(bag: &mut Ngrams, family: &str, tokens: &[String], longest: usize) {
    for n in 1..=longest {
        let share = 1.0 / tokens.len().saturating_sub(n - 1).max(1) as f32;
        let mut shares: BTreeMap<String, f32> = BTreeMap::new();
        for gram in tokens.windows(n) {
            let name = format!("{family} {}", gram.join(" "));
            *shares.entry(name).or_default() += share;
        }
        bag.extend(shares.into_iter().map(|(name, share)| (name, share.sqrt())));
    }
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;

    #[track_caller]
    fn check(text: &str, family: &str, expected: &str) {
        let bag = ngrams(&notation::parse(text).unwrap());
        let found: Vec<String> = bag
            .iter()
            .filter(|(name, _)| name.starts_with(family))
            .map(|(name, value)| format!("{name}: {:.2}", value * value))
            .collect();
        assert_eq!(found.join(", "), expected);
    }

    const SONG: &str = "tempo = 120; melody = C5:q E5:q G5:q C6:q; chords = [C3 E3 G3]:w";

    #[test]
    fn degrees_are_relative_to_the_tonic() {
        check(SONG, "mode", "mode major: 1.00");
        let grams = "melody 0: 0.50, melody 0 4: 0.33, melody 0 4 7: 0.50, melody 4: 0.25, \
                     melody 4 7: 0.33, melody 4 7 0: 0.50, melody 7: 0.25, melody 7 0: 0.33";
        check(SONG, "melody", grams);
        check(SONG, "bass", "bass 0: 1.00");
        check(SONG, "chord", "chord 0: 1.00");
        let score = notation::parse(SONG).unwrap();
        assert_eq!(ngrams(&score), ngrams(&score.transposed(0)));
        let key_only = |score: &Score| -> Vec<String> {
            let names = ngrams(score).into_keys();
            names.filter(|name| !name.starts_with("length")).collect()
        };
        assert_eq!(key_only(&score), key_only(&score.transposed(-2)));
    }

    #[test]
    fn times_are_classes_and_velocities_are_nothing() {
        check(
            SONG,
            "time",
            "time 5: 1.00, time 5 5: 1.00, time 5 5 5: 1.00",
        );
        check(SONG, "size", "size 1/5: 1.00");
        check(SONG, "stack", "stack 0-4-7: 1.00");
        let mut loud = notation::parse(SONG).unwrap();
        let soft = ngrams(&loud);
        for note in loud.tracks.iter_mut().flat_map(|track| &mut track.notes) {
            note.velocity = 127;
        }
        assert_eq!(ngrams(&loud), soft);
    }

    #[test]
    fn nothing_gives_nothing() {
        assert!(ngrams(&Score::default()).is_empty());
    }
}
