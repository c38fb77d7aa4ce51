//! What a song is worth after the songs before it: flow, diversity, artist spacing.

use super::snapshot::{Snapshot, UNKNOWN};
use crate::Sound;

/// Steps on the circle of fifths that are as far as a listener should be led, as a deviation.
const KEY_STEPS: f64 = 2.0;
/// The same in octaves of tempo: about 9 %, what a tempo change must exceed to be noticed as one.
const TEMPO_OCTAVES: f64 = 0.12;
/// The same of loudness in LU.
const LOUDNESS_LU: f64 = 4.0;
/// The same of the mood, beyond the step that was planned.
const MOOD_STEP: f64 = 0.35;
/// The most that one jump costs, in nats: beyond it all jumps are alike.
const MOST: f64 = 2.0;
/// What a jump of unknown size costs: the mean of a jump by one deviation, in nats.
const UNKNOWN_JUMP: f64 = 0.5;

/// Likeness of two songs of one album, artist or genre where no descriptors tell more.
///
/// Ours: an album is nearly one sound, an artist often, a genre sometimes.
const SAME: [f64; 3] = [0.9, 0.7, 0.3];

/// Cost of the same artist in the very next slot, in nats; less by distance, 0 from the gap on.
const SAME_ARTIST: f64 = 6.0;

/// Distance of two keys on the circle of fifths, in 0..=6.5.
///
/// As on DJs' Camelot wheel: minor keys stand with their relative major; a change between them is
/// half a step.
#[must_use]
pub fn key_distance(from: &Sound, to: &Sound) -> f64 {
    let place = |sound: &Sound| {
        let major = if sound.major {
            sound.tonic
        } else {
            sound.tonic + 3
        };
        (i32::from(major) * 7).rem_euclid(12)
    };
    let steps = (place(from) - place(to)).rem_euclid(12);
    let change = if from.major == to.major { 0.0 } else { 0.5 };
    f64::from(steps.min(12 - steps)) + change
}

/// How far two tempos are apart in octaves, in 0..=0.5; half and double tempo count as the same.
#[must_use]
pub fn tempo_distance(from: &Sound, to: &Sound) -> f64 {
    let octaves = (f64::from(to.tempo_bpm) / f64::from(from.tempo_bpm)).log2();
    (octaves - octaves.round()).abs()
}

/// How well one song follows another, in nats, at most 0.
///
/// The sum of −½(jump / deviation)² over key, tempo, loudness and mood, each at least −2; a jump
/// that is not known costs half a nat. `planned_step` is how far the plan moves meanwhile.
pub(crate) fn flow(snapshot: &Snapshot, from: usize, to: usize, planned_step: f64) -> f64 {
    let step = snapshot
        .place_at(from)
        .mean
        .distance(snapshot.place_at(to).mean);
    let mood = jump((step - planned_step).max(0.0), MOOD_STEP);
    let sound = match (&snapshot.sound[from], &snapshot.sound[to]) {
        (Some(from), Some(to)) => {
            let louder = f64::from(to.loudness_lufs - from.loudness_lufs);
            jump(key_distance(from, to), KEY_STEPS)
                + jump(tempo_distance(from, to), TEMPO_OCTAVES)
                + jump(louder, LOUDNESS_LU)
        }
        _ => 3.0 * UNKNOWN_JUMP,
    };
    -(sound + mood)
}

fn jump(size: f64, deviation: f64) -> f64 {
    (0.5 * (size / deviation).powi(2)).min(MOST)
}

/// How much a song repeats what was chosen before, in nats: −(largest likeness), in −1..=0.
pub(crate) fn diversity(snapshot: &Snapshot, chosen: &[usize], song: usize) -> f64 {
    let likeness = chosen.iter().map(|&other| likeness(snapshot, other, song));
    -likeness.fold(0.0, f64::max)
}

/// How alike two songs are, in 0..=1: the cosine of their descriptors, or else what they share.
pub(crate) fn likeness(snapshot: &Snapshot, i: usize, j: usize) -> f64 {
    let cosine = snapshot.descriptors.as_ref().and_then(|d| d.cosine(i, j));
    if let Some(cosine) = cosine {
        return f64::from(cosine).clamp(0.0, 1.0);
    }
    let same = |column: &[u32]| column[i] == column[j] && column[i] != UNKNOWN;
    let columns = [&snapshot.album, &snapshot.artist, &snapshot.genre];
    let shared = columns.iter().zip(SAME).find(|(column, _)| same(column));
    shared.map_or(0.0, |(_, likeness)| likeness)
}

/// What hearing an artist again costs, in nats, at most 0; `chosen` ends with the song before,
/// `None` stands for composed music.
pub(crate) fn spacing(
    snapshot: &Snapshot,
    chosen: &[Option<usize>],
    song: usize,
    gap: usize,
) -> f64 {
    let artist = snapshot.artist[song];
    let same = |other: &Option<usize>| other.is_some_and(|o| snapshot.artist[o] == artist);
    let ago = chosen.iter().rev().take(gap).position(same);
    ago.map_or(0.0, |ago| -SAME_ARTIST * (gap - ago) as f64 / gap as f64)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at, by, song, sounding};
    use super::*;

    fn sound(tempo_bpm: f32, tonic: u8, major: bool) -> Sound {
        Sound {
            tempo_bpm,
            tonic,
            major,
            loudness_lufs: -14.0,
        }
    }

    #[track_caller]
    fn check_key(from: (u8, bool), to: (u8, bool), expected: f64) {
        let (from, to) = (sound(100.0, from.0, from.1), sound(100.0, to.0, to.1));
        assert_eq!(key_distance(&from, &to), expected);
        assert_eq!(key_distance(&to, &from), expected);
    }

    #[test]
    fn keys_on_the_circle_of_fifths() {
        check_key((0, true), (0, true), 0.0);
        check_key((0, true), (7, true), 1.0);
        check_key((0, true), (5, true), 1.0);
        check_key((0, true), (2, true), 2.0);
        check_key((0, true), (6, true), 6.0);
        check_key((0, true), (9, false), 0.5);
        check_key((0, true), (4, false), 1.5);
        check_key((11, false), (2, true), 0.5);
    }

    #[track_caller]
    fn check_tempo(from: f32, to: f32, expected: f64) {
        let distance = tempo_distance(&sound(from, 0, true), &sound(to, 0, true));
        assert!((distance - expected).abs() < 1e-6, "{distance}");
    }

    #[test]
    fn half_and_double_tempo_are_the_same() {
        check_tempo(100.0, 100.0, 0.0);
        check_tempo(70.0, 140.0, 0.0);
        check_tempo(160.0, 80.0, 0.0);
        check_tempo(100.0, 141.421_36, 0.5);
        check_tempo(100.0, 112.246_2, 1.0 / 6.0);
    }

    #[test]
    fn near_songs_follow_better() {
        let songs = [
            sounding(at(song(1), 0.2, 0.2), 100.0, 0),
            sounding(at(song(2), 0.2, 0.2), 102.0, 7),
            sounding(at(song(3), 0.2, 0.2), 141.0, 6),
            at(song(4), 0.2, 0.2),
        ];
        let snapshot = Snapshot::new(&songs);
        let after_first = |to: usize| flow(&snapshot, 0, to, 0.0);
        assert!(after_first(1) > after_first(3) && after_first(3) > after_first(2));
        assert!((0..4).all(|to| after_first(to) <= 0.0));
    }

    #[test]
    fn the_same_artist_costs_less_by_distance() {
        let songs = ["a", "a", "b", "c"]
            .iter()
            .zip(1..)
            .map(|(artist, id)| by(song(id), artist));
        let songs: Vec<_> = songs.collect();
        let snapshot = Snapshot::new(&songs);
        let cost = |chosen: &[Option<usize>]| spacing(&snapshot, chosen, 1, 2);
        assert_eq!(cost(&[]), 0.0);
        assert_eq!(cost(&[Some(0)]), -6.0);
        assert_eq!(cost(&[Some(0), Some(2)]), -3.0);
        assert_eq!(cost(&[Some(0), None]), -3.0);
        assert_eq!(cost(&[Some(0), Some(2), Some(3)]), 0.0);
    }
}
