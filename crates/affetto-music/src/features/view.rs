//! A score seen the way the features need it: notes in seconds, onsets, beats, what sounds when.

use super::clock::Clock;
use crate::chord_labels::{self, ChordState, Frame};
use crate::key_finding::{KeyEstimate, KeyProfile, find_key};
use crate::{PitchClass, Score};

/// Notes that start within this time are one onset: the tones of a played chord are not exactly
/// together. 30 ms is about the asynchrony listeners stop hearing (Goebl 2001, "Melody lead in
/// piano performance").
const ONSET_WINDOW_S: f64 = 0.03;

/// Upper limit of beats looked at, so that one note a billion beats long cannot exhaust memory;
/// beyond it, frames become longer than a beat.
const MAX_FRAMES: u64 = 20_000;

/// A pitched note in seconds.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timed {
    pub(super) on: f64,
    pub(super) off: f64,
    pub(super) tick: u32,
    pub(super) pitch: u8,
    pub(super) velocity: u8,
}

impl Timed {
    /// Length in seconds, > 0.
    pub(super) fn seconds(&self) -> f64 {
        self.off - self.on
    }
}

/// Notes that start together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Onset {
    pub(super) time: f64,
    pub(super) n_notes: usize,
    pub(super) low: u8,
    pub(super) high: u8,
    /// End of the highest note.
    pub(super) high_off: f64,
    /// Longest length of the notes.
    pub(super) length: f64,
    /// Mean velocity.
    pub(super) velocity: f64,
}

/// Times weighted by what sounds: every field is in seconds.
#[derive(Debug, Clone, Default)]
pub(super) struct Sounding {
    /// Time in which at least one note sounds.
    pub(super) any: f64,
    /// Longest silence between two notes.
    pub(super) longest_rest: f64,
    /// ∫ of the number of sounding notes, and of its square.
    pub(super) polyphony: f64,
    pub(super) polyphony_squared: f64,
    /// ∫ of the distance between highest and lowest note, in semitone-seconds.
    pub(super) span: f64,
    /// Time a pair of pitch classes one to six semitones apart sounds.
    pub(super) interval_classes: [f64; 6],
    /// Time a pitch class so many semitones above the bass sounds.
    pub(super) above_bass: [f64; 12],
    /// Time a pair of notes exactly one, and exactly two, semitones apart sounds.
    pub(super) semitone_pairs: f64,
    pub(super) tone_pairs: f64,
    /// Time a pair of notes up to four semitones apart sounds below E3 (pitch 52), where it is
    /// rough.
    pub(super) low_clusters: f64,
    /// Time each pitch class sounds as the lowest note.
    pub(super) bass: [f64; 12],
}

/// All that the features look at.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Pitched notes by onset.
    pub(super) notes: Vec<Timed>,
    /// Onsets in order.
    pub(super) onsets: Vec<Onset>,
    /// The highest line, see [`melody`].
    pub(super) melody: Vec<Onset>,
    /// From the first onset to the last end of a pitched note, in seconds; 0 without notes.
    pub(super) duration: f64,
    /// First onset in seconds.
    pub(super) start: f64,
    /// Ticks a quarter note.
    pub(super) ticks_per_quarter: u32,
    /// Sounding time of each pitch class and each chord.
    pub(super) sounding: Sounding,
    /// Pitch classes per beat, from the beat of the first onset on.
    pub(super) frames: Vec<Frame>,
    /// Most likely chord of each frame; `None` where nothing sounds.
    pub(super) chords: Vec<Option<ChordState>>,
    /// Sounding seconds of each pitch class.
    pub(super) pitch_classes: [f64; 12],
    /// Key by Krumhansl–Kessler profiles.
    pub(super) key: KeyEstimate,
}

impl View {
    pub(super) fn new(score: &Score) -> Self {
        let clock = Clock::new(score);
        let notes = timed(score, &clock);
        let start = notes.first().map_or(0.0, |note| note.on);
        let end = notes.iter().map(|note| note.off).fold(start, f64::max);
        let onsets = onsets(&notes);
        let mut pitch_classes = [0.0; 12];
        for note in &notes {
            pitch_classes[usize::from(note.pitch % 12)] += note.seconds();
        }
        let frames = beat_frames(score, &clock);
        Self {
            melody: melody(&onsets),
            onsets,
            duration: end - start,
            start,
            ticks_per_quarter: score.ticks_per_quarter.max(1),
            sounding: sweep(&notes),
            chords: chord_labels::decode(&frames, chord_labels::CHANGE_PENALTY),
            frames,
            key: find_key(&pitch_classes, KeyProfile::KrumhanslKessler),
            pitch_classes,
            notes,
        }
    }

    /// Semitones of a pitch class above the tonic.
    pub(super) fn degree(&self, pitch_class: usize) -> usize {
        let tonic = usize::from(self.key.key.tonic.get());
        (pitch_class + 12 - tonic) % 12
    }

    /// The chords that sound, with the number of the frame each starts in, a chord that goes on
    /// counted once.
    pub(super) fn chord_changes(&self) -> Vec<ChordState> {
        let mut chords: Vec<ChordState> = self.chords.iter().flatten().copied().collect();
        chords.dedup();
        chords
    }
}

/// Pitched notes in seconds, sorted by onset, then pitch; notes without length are left out.
fn timed(score: &Score, clock: &Clock) -> Vec<Timed> {
    let mut notes: Vec<Timed> = score
        .pitched_notes()
        .filter(|note| note.end() > note.onset)
        .map(|note| Timed {
            on: clock.seconds_at(note.onset),
            off: clock.seconds_at(note.end()),
            tick: note.onset,
            pitch: note.pitch.min(127),
            velocity: note.velocity,
        })
        .collect();
    notes.sort_unstable_by_key(|note| (note.tick, note.pitch, note.velocity));
    notes
}

/// Gathers notes that start within [`ONSET_WINDOW_S`] of the first of them.
fn onsets(notes: &[Timed]) -> Vec<Onset> {
    let mut onsets: Vec<Onset> = Vec::with_capacity(notes.len());
    for note in notes {
        match onsets.last_mut() {
            Some(onset) if note.on - onset.time < ONSET_WINDOW_S => {
                let n = onset.n_notes as f64;
                onset.velocity = (onset.velocity * n + f64::from(note.velocity)) / (n + 1.0);
                onset.n_notes += 1;
                onset.low = onset.low.min(note.pitch);
                onset.length = onset.length.max(note.seconds());
                if note.pitch >= onset.high {
                    (onset.high, onset.high_off) = (note.pitch, note.off);
                }
            }
            _ => onsets.push(Onset {
                time: note.on,
                n_notes: 1,
                low: note.pitch,
                high: note.pitch,
                high_off: note.off,
                length: note.seconds(),
                velocity: f64::from(note.velocity),
            }),
        }
    }
    onsets
}

/// The highest line ("skyline", Uitdenbogerd and Zobel 1999, "Melodic matching techniques for
/// large music databases"): the highest note of each onset, except while an earlier, higher note
/// of the line still sounds, for at most a second, so that an accompaniment under a long note is
/// not heard as tune and a pedal does not hide the tune.
fn melody(onsets: &[Onset]) -> Vec<Onset> {
    let mut line: Vec<Onset> = Vec::with_capacity(onsets.len());
    for onset in onsets {
        let covered = line.last().is_some_and(|last| {
            last.high > onset.high
                && onset.time + ONSET_WINDOW_S < last.high_off.min(last.time + 1.0)
        });
        if !covered {
            line.push(*onset);
        }
    }
    line
}

/// Walks through all starts and ends in time order and sums up what sounds in between.
fn sweep(notes: &[Timed]) -> Sounding {
    let mut events: Vec<(f64, bool, u8)> = Vec::with_capacity(notes.len() * 2);
    for note in notes {
        events.push((note.on, true, note.pitch));
        events.push((note.off, false, note.pitch));
    }
    events.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut sounding = Sounding::default();
    let (mut counts, mut pitches) = ([0_u32; 128], 0_u128);
    let (mut n_notes, mut time) = (0_u32, events.first().map_or(0.0, |event| event.0));
    for (at, starts, pitch) in events {
        if at > time {
            add_segment(&mut sounding, at - time, pitches, n_notes);
            time = at;
        }
        let count = &mut counts[usize::from(pitch)];
        if starts {
            (*count, n_notes) = (*count + 1, n_notes + 1);
        } else {
            (*count, n_notes) = (count.saturating_sub(1), n_notes - 1);
        }
        let bit = 1_u128 << pitch;
        pitches = if *count > 0 {
            pitches | bit
        } else {
            pitches & !bit
        };
    }
    sounding
}

/// Adds a stretch of time during which the same set of pitches sounds.
fn add_segment(sounding: &mut Sounding, seconds: f64, pitches: u128, n_notes: u32) {
    if pitches == 0 {
        sounding.longest_rest = sounding.longest_rest.max(seconds);
        return;
    }
    sounding.any += seconds;
    sounding.polyphony += f64::from(n_notes) * seconds;
    sounding.polyphony_squared += f64::from(n_notes).powi(2) * seconds;
    let low = pitches.trailing_zeros();
    sounding.span += f64::from(127 - pitches.leading_zeros() - low) * seconds;
    let bass = low as usize % 12;
    sounding.bass[bass] += seconds;
    let classes = fold_octaves(pitches);
    for semitones in 1..=6 {
        // A tritone is its own inversion and would be counted twice.
        let pairs = (classes & rotate(classes, semitones)).count_ones();
        let pairs = if semitones == 6 { pairs / 2 } else { pairs };
        sounding.interval_classes[semitones - 1] += f64::from(pairs) * seconds;
    }
    let above = rotate(classes, 12 - bass);
    for (semitones, time) in sounding.above_bass.iter_mut().enumerate() {
        *time += f64::from(above >> semitones & 1) * seconds;
    }
    sounding.semitone_pairs += f64::from((pitches & pitches << 1).count_ones()) * seconds;
    sounding.tone_pairs += f64::from((pitches & pitches << 2).count_ones()) * seconds;
    let lowest = pitches & ((1 << 52) - 1);
    let clusters: u32 = (1..=4)
        .map(|step| (lowest & lowest << step).count_ones())
        .sum();
    sounding.low_clusters += f64::from(clusters) * seconds;
}

/// The set of pitch classes of a set of pitches, bit 0 for C.
fn fold_octaves(mut pitches: u128) -> u16 {
    let mut classes = 0;
    while pitches != 0 {
        classes |= (pitches & 0xfff) as u16;
        pitches >>= 12;
    }
    classes
}

/// Moves each pitch class up by some semitones (below 12, or 12 for none).
fn rotate(classes: u16, semitones: usize) -> u16 {
    let doubled = u32::from(classes) << semitones;
    ((doubled | doubled >> 12) & 0xfff) as u16
}

/// Pitch classes per quarter note from the beat of the first onset to the last end.
fn beat_frames(score: &Score, clock: &Clock) -> Vec<Frame> {
    let beat = score.ticks_per_quarter.max(1);
    let Some(first) = score.pitched_notes().map(|note| note.onset).min() else {
        return Vec::new();
    };
    let end = score
        .pitched_notes()
        .map(|note| note.end())
        .max()
        .unwrap_or(first);
    let first = first / beat * beat;
    let beats_a_frame = u64::from((end - first) / beat) / MAX_FRAMES + 1;
    let step = u64::from(beat) * beats_a_frame;
    let mut boundaries: Vec<u32> = (0..)
        .map(|n| u64::from(first) + n * step)
        .take_while(|&tick| tick < u64::from(end))
        .map(|tick| tick as u32)
        .collect();
    boundaries.push(end);
    chord_labels::frames(score, &boundaries, |tick| clock.seconds_at(tick))
}

impl ChordState {
    /// Whether a pitch class belongs to the chord.
    pub(super) fn contains(self, pitch_class: usize) -> bool {
        self.chord().contains(PitchClass::new(pitch_class as u8))
    }
}
