//! Attributes of each bar: what a plan asks of a bar and what training measures in one, by the
//! same function.
//!
//! The set is that of FIGARO (von Rütte et al. 2023) and MuseMorphose (Wu and Yang 2023) extended
//! by articulation, tension, syncopation and rests. Percussion is left out.

use crate::chord_labels::{ChordLabelOptions, frames, label_chords};
use crate::features::Clock;
use crate::features::statistics::share;
use crate::key_finding::{KeyProfile, key_of};
use crate::{Chord, ChordSpan, Key, Meter, Note, Score};

/// Most bars that are measured; the rest of a longer score is left out.
const MAX_BARS: usize = 20_000;

/// Positions of a quarter note to which onsets are rounded for [`BarAttributes::syncopation`].
const POSITIONS_PER_QUARTER: u32 = 4;

/// What one bar is like. A bar without an onset has zeros everywhere but in `rest_share` and, where
/// notes sound on from before, `tension`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct BarAttributes {
    /// Onsets (notes that start at the same tick count once) a quarter note, ≥ 0.
    pub onset_density: f64,
    /// Onsets a second by the tempo map, ≥ 0.
    pub onsets_per_second: f64,
    /// Notes an onset, ≥ 1 where there are onsets.
    pub notes_per_onset: f64,
    /// Mean MIDI pitch of the notes that start.
    pub mean_register: f64,
    /// Highest less lowest pitch of the notes that start, semitones.
    pub register_span: f64,
    /// Articulation: mean over onsets of the longest note's length over the time to the next onset
    /// (for the last, to the end of the bar), each at most 2; 1 is legato, 0.5 staccato.
    pub relative_duration: f64,
    /// Mean MIDI velocity of the notes that start, in 0..=127.
    pub velocity: f64,
    /// Tension in 0..=1: the mean of three shares of sounding time: outside the chord, outside the
    /// scale of the key, and of pairs of pitch classes that are dissonant (interval classes 1, 2
    /// and 6).
    pub tension: f64,
    /// Syncopation in 0..=1 a note: how far onsets stand on weaker positions than the position
    /// they are held into (Longuet-Higgins and Lee 1984), over the largest possible.
    pub syncopation: f64,
    /// Share of the bar in which no pitched note sounds, in 0..=1.
    pub rest_share: f64,
}

/// Measures every bar of a score.
///
/// Chords and keys are those of the score; where it has none they are labelled first.
#[must_use]
pub fn bar_attributes(score: &Score) -> Vec<BarAttributes> {
    let mut notes: Vec<Note> = score.pitched_notes().copied().collect();
    notes.sort_unstable();
    let mut lines = score.bar_lines();
    lines.truncate(MAX_BARS + 1);
    let harmony = Harmony::new(score);
    let clock = Clock::new(score);
    let frames = frames(score, &lines, f64::from);
    let rests = rest_ticks(&notes, &lines);
    let bars = lines.windows(2).zip(frames).zip(rests);
    bars.map(|((line, frame), rest)| {
        let (from, to) = (line[0], line[1]);
        let first = notes.partition_point(|note| note.onset < from);
        let last = notes.partition_point(|note| note.onset < to);
        let bar = Bar {
            from,
            to,
            notes: &notes[first..last],
        };
        let mut attributes = bar.attributes(&clock, score.ticks_per_quarter.max(1));
        attributes.syncopation =
            bar.syncopation(meter_at(score, from), score.ticks_per_quarter.max(1));
        attributes.rest_share = f64::from(rest) / f64::from(to - from);
        attributes.tension = harmony.tension(from, to, &frame.weights);
        attributes
    })
    .collect()
}

/// The notes that start in a bar.
struct Bar<'a> {
    from: u32,
    to: u32,
    notes: &'a [Note],
}

impl Bar<'_> {
    /// Everything that only needs the notes.
    fn attributes(&self, clock: &Clock, ticks_per_quarter: u32) -> BarAttributes {
        let onsets: Vec<&[Note]> = self.notes.chunk_by(|a, b| a.onset == b.onset).collect();
        if onsets.is_empty() {
            return BarAttributes::default();
        }
        let (n_notes, n_onsets) = (self.notes.len() as f64, onsets.len() as f64);
        let mean = |value: fn(&Note) -> u8| {
            self.notes
                .iter()
                .map(|note| f64::from(value(note)))
                .sum::<f64>()
                / n_notes
        };
        let pitches = || self.notes.iter().map(|note| note.pitch);
        let (low, high) = (pitches().min().unwrap_or(0), pitches().max().unwrap_or(0));
        let ends = onsets
            .iter()
            .skip(1)
            .map(|onset| onset[0].onset)
            .chain([self.to]);
        let articulation: f64 = onsets
            .iter()
            .zip(ends)
            .map(|(onset, next)| {
                let longest = onset.iter().map(|note| note.duration).max().unwrap_or(0);
                share(f64::from(longest), f64::from(next - onset[0].onset)).min(2.0)
            })
            .sum();
        let seconds = clock.seconds_at(self.to) - clock.seconds_at(self.from);
        BarAttributes {
            onset_density: n_onsets * f64::from(ticks_per_quarter) / f64::from(self.to - self.from),
            onsets_per_second: share(n_onsets, seconds),
            notes_per_onset: n_notes / n_onsets,
            mean_register: mean(|note| note.pitch),
            register_span: f64::from(high - low),
            relative_duration: articulation / n_onsets,
            velocity: mean(|note| note.velocity),
            ..BarAttributes::default()
        }
    }

    /// Syncopation an onset. A position's weight is 0 at the bar line and falls by one with each
    /// halving; an onset that is followed by a stronger position without onset scores the
    /// difference.
    fn syncopation(&self, meter: Meter, ticks_per_quarter: u32) -> f64 {
        let unit = f64::from(ticks_per_quarter) / f64::from(POSITIONS_PER_QUARTER);
        let n_positions = (f64::from(self.to - self.from) / unit)
            .round()
            .clamp(1.0, 1024.0) as usize;
        let mut struck = vec![false; n_positions];
        for note in self.notes {
            let position = (f64::from(note.onset - self.from) / unit).round() as usize;
            if position < n_positions {
                struck[position] = true;
            }
        }
        let beat = (16 / usize::from(meter.denominator).max(1)).max(1);
        let weights: Vec<i32> = (0..n_positions)
            .map(|position| weight(position, beat, n_positions))
            .collect();
        let deepest = -weights.iter().min().copied().unwrap_or(0);
        let (mut sum, mut n_onsets) = (0, 0);
        for position in (0..n_positions).filter(|&position| struck[position]) {
            n_onsets += 1;
            let held = (position + 1..n_positions).take_while(|&later| !struck[later]);
            // What is held over the bar line is held into the strongest position of all.
            let reaches_end = struck[position + 1..].iter().all(|struck| !struck);
            let crosses = reaches_end && self.sounds_past_the_end(position, unit);
            let strongest = held
                .map(|later| weights[later])
                .max()
                .max(crosses.then_some(0));
            sum += (strongest.unwrap_or(i32::MIN) - weights[position].min(0)).max(0)
                * i32::from(strongest.is_some());
        }
        share(f64::from(sum), f64::from(n_onsets * deepest)).min(1.0)
    }

    /// Whether a note struck at a position lasts beyond the bar line.
    fn sounds_past_the_end(&self, position: usize, unit: f64) -> bool {
        self.notes.iter().any(|note| {
            (f64::from(note.onset - self.from) / unit).round() as usize == position
                && note.end() > self.to
        })
    }
}

/// Metrical weight of a sixteenth position: 0 at the start, −1 in the middle of an even bar, less
/// on beats, least between.
fn weight(position: usize, beat: usize, n_positions: usize) -> i32 {
    let n_beats = n_positions / beat;
    if position == 0 {
        0
    } else if n_beats.is_multiple_of(2) && position * 2 == n_positions {
        -1
    } else if position.is_multiple_of(beat) {
        -2
    } else if beat.is_multiple_of(2) && position.is_multiple_of(beat / 2) {
        -3
    } else {
        -4
    }
}

/// The metre of a bar.
fn meter_at(score: &Score, tick: u32) -> Meter {
    score
        .meters
        .iter()
        .rev()
        .find(|change| change.tick <= tick)
        .map_or(Meter::COMMON, |change| change.meter)
}

/// Ticks without a sounding note in each bar.
fn rest_ticks(notes: &[Note], lines: &[u32]) -> Vec<u32> {
    let mut rests: Vec<u32> = lines.windows(2).map(|line| line[1] - line[0]).collect();
    let mut sounded_until = 0;
    for note in notes {
        let from = note.onset.max(sounded_until);
        if note.end() <= from {
            continue;
        }
        sounded_until = note.end();
        let first = lines
            .partition_point(|&line| line <= from)
            .saturating_sub(1);
        // Each bar is entered only by notes that add sound to it, so the work stays linear.
        for (rest, line) in rests.iter_mut().zip(lines.windows(2)).skip(first) {
            if line[0] >= note.end() {
                break;
            }
            *rest -= note.end().min(line[1]).saturating_sub(from.max(line[0]));
        }
    }
    rests
}

/// Chords and keys to measure tension against.
struct Harmony {
    chords: Vec<ChordSpan>,
    keys: Vec<(u32, Key)>,
}

impl Harmony {
    fn new(score: &Score) -> Self {
        let chords = match score.chords.as_slice() {
            [] => label_chords(score, ChordLabelOptions::default()),
            chords => chords.to_vec(),
        };
        let keys = match score.keys.as_slice() {
            [] => vec![(0, key_of(score, KeyProfile::default()).key)],
            keys => keys
                .iter()
                .map(|change| (change.tick, change.key))
                .collect(),
        };
        Self { chords, keys }
    }

    /// Tension of a bar from the sounding time of its pitch classes. A tone counts as inside the
    /// chord where one of the bar's chords has it.
    fn tension(&self, from: u32, to: u32, weights: &[f64; 12]) -> f64 {
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return 0.0;
        }
        let first = self
            .chords
            .partition_point(|span| span.onset.saturating_add(span.duration) <= from);
        let chords: Vec<Chord> = self.chords[first..]
            .iter()
            .take_while(|span| span.onset < to)
            .map(|span| span.chord)
            .collect();
        let key = self
            .keys
            .iter()
            .rev()
            .find(|(tick, _)| *tick <= from)
            .or(self.keys.first());
        let outside = |inside: &dyn Fn(crate::PitchClass) -> bool| {
            let classes = (0..12).filter(|&class| !inside(crate::PitchClass::new(class)));
            classes
                .map(|class| weights[usize::from(class)])
                .sum::<f64>()
                / total
        };
        let nonchord =
            outside(&|class| chords.is_empty() || chords.iter().any(|chord| chord.contains(class)));
        let nonscale = outside(&|class| key.is_none_or(|(_, key)| key.contains(class)));
        (nonchord + nonscale + dissonance(weights, total)) / 3.0
    }
}

/// Share of dissonant pairs among all pairs of different pitch classes, weighted by the product of
/// their times.
fn dissonance(weights: &[f64; 12], total: f64) -> f64 {
    let (mut dissonant, mut all) = (0.0, 0.0);
    for low in 0..12 {
        for high in low + 1..12 {
            let product = weights[low] * weights[high] / (total * total);
            let class = (high - low).min(12 - (high - low));
            all += product;
            if matches!(class, 1 | 2 | 6) {
                dissonant += product;
            }
        }
    }
    share(dissonant, all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation;

    #[track_caller]
    fn check(text: &str, attribute: fn(&BarAttributes) -> f64, expected: &[f64]) {
        let score = notation::parse(text).unwrap();
        let values: Vec<f64> = bar_attributes(&score).iter().map(attribute).collect();
        assert_eq!(values.len(), expected.len(), "{values:?}");
        for (value, expected) in values.iter().zip(expected) {
            assert!(
                (value - expected).abs() < 1e-9,
                "{values:?}, expected {expected:?}"
            );
        }
    }

    #[test]
    fn densities() {
        check(
            "C4:q D4:q E4:h C4:w",
            |bar| bar.onset_density,
            &[0.75, 0.25],
        );
        check(
            "tempo = 60; C4:q D4:q E4:h C4:w",
            |bar| bar.onsets_per_second,
            &[0.75, 0.25],
        );
        check("[C4 E4 G4]:h C5:h", |bar| bar.notes_per_onset, &[2.0]);
    }

    #[test]
    fn register_and_loudness() {
        check("C4:h C5:h", |bar| bar.mean_register, &[66.0]);
        check("C4:h C5:h", |bar| bar.register_span, &[12.0]);
        check("C4:h@60 C5:h@80", |bar| bar.velocity, &[70.0]);
    }

    #[test]
    fn articulation() {
        check("C4:q D4:q E4:h", |bar| bar.relative_duration, &[1.0]);
        check(
            "C4:e r:e D4:e r:e E4:q r:q",
            |bar| bar.relative_duration,
            &[0.5],
        );
    }

    #[test]
    fn rests() {
        check(
            "C4:h r:h r:w C4:q+w",
            |bar| bar.rest_share,
            &[0.5, 1.0, 0.0, 0.75],
        );
    }

    #[test]
    fn syncopation_is_zero_on_the_beat_and_positive_off_it() {
        check("C4:q D4:q E4:q F4:q", |bar| bar.syncopation, &[0.0]);
        check("C4:w", |bar| bar.syncopation, &[0.0]);
        check(
            "r:e C4:q C4:q C4:q C4:e",
            |bar| bar.syncopation,
            &[(1.0 + 2.0 + 1.0) / 16.0],
        );
    }

    #[test]
    fn tension_rises_outside_chord_and_scale() {
        let plain = "key = C major; harmony = C:w; chords = [C4 E4 G4]:w";
        check(plain, |bar| bar.tension, &[0.0]);
        let sharp =
            notation::parse("key = C major; harmony = C:w; chords = [C4 F#4 G4]:w").unwrap();
        assert!(bar_attributes(&sharp)[0].tension > 0.4);
    }

    #[test]
    fn nothing_has_no_bars() {
        assert!(bar_attributes(&Score::default()).is_empty());
    }
}
