//! Chord labelling: which chord sounds in each beat or half bar.
//!
//! Each frame's pitch classes are compared with binary chord templates (Fujishima 1999, "Realtime
//! chord recognition of musical sound"), with a bonus where the lowest note is the root, and the
//! best path is found by the Viterbi algorithm with one price for every change of chord, as
//! in Bello and Pickens (2005), "A robust mid-level representation for harmonic content".

use crate::{Chord, ChordQuality, ChordSpan, PitchClass, Score};

/// Qualities that can be found, the plain ones first: earlier wins a tie.
const QUALITIES: [ChordQuality; 10] = [
    ChordQuality::Major,
    ChordQuality::Minor,
    ChordQuality::Diminished,
    ChordQuality::Augmented,
    ChordQuality::Suspended4,
    ChordQuality::Dominant7,
    ChordQuality::Major7,
    ChordQuality::Minor7,
    ChordQuality::HalfDiminished7,
    ChordQuality::Diminished7,
];

const N_STATES: usize = QUALITIES.len() * 12;

/// What a change of chord costs, in units of template similarity (0..1); found to give about two
/// chords a bar on pop piano.
pub(crate) const CHANGE_PENALTY: f64 = 0.25;

/// Added where the lowest note is the chord's root.
const ROOT_IN_BASS: f64 = 0.15;

/// Taken from chords of four tones, so that a triad with a passing note stays a triad.
const FOUR_TONES: f64 = 0.06;

/// Longest list of frames that [`label_chords`] makes; a longer score is labelled up to there.
const MAX_FRAMES: usize = 100_000;

/// How finely chords are labelled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChordGrid {
    /// One label a beat (a denominator unit of the metre).
    #[default]
    Beat,
    /// One label half a bar.
    HalfBar,
}

/// Options of [`label_chords`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChordLabelOptions {
    /// How often a chord may change; beats by default.
    pub grid: ChordGrid,
    /// Price of a change of chord in units of template similarity, ≥ 0, 0.25 by default. Higher
    /// means fewer, longer chords; 0 labels every frame on its own.
    pub change_penalty: f64,
}

impl Default for ChordLabelOptions {
    fn default() -> Self {
        Self {
            grid: ChordGrid::Beat,
            change_penalty: CHANGE_PENALTY,
        }
    }
}

/// Labels a score with chords: sorted, not overlapping, neighbors different; no chord where no
/// pitched note sounds.
#[must_use]
pub fn label_chords(score: &Score, options: ChordLabelOptions) -> Vec<ChordSpan> {
    let boundaries = grid_ticks(score, options.grid);
    let frames = frames(score, &boundaries, f64::from);
    let labels = decode(&frames, options.change_penalty.max(0.0));
    let mut spans: Vec<ChordSpan> = Vec::new();
    for (label, ticks) in labels.into_iter().zip(boundaries.windows(2)) {
        let Some(state) = label else { continue };
        let (onset, duration) = (ticks[0], ticks[1] - ticks[0]);
        match spans.last_mut() {
            Some(last) if last.chord == state.chord() && last.onset + last.duration == onset => {
                last.duration += duration;
            }
            _ => spans.push(ChordSpan {
                onset,
                duration,
                chord: state.chord(),
            }),
        }
    }
    spans
}

/// A chord that the labeller can find: root and an index into [`QUALITIES`], 0..120.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct ChordState(u8);

impl ChordState {
    /// Pitch class of the root, in `0..12`.
    pub(crate) fn root(self) -> usize {
        usize::from(self.0) % 12
    }

    /// The quality.
    pub(crate) fn quality(self) -> ChordQuality {
        QUALITIES[usize::from(self.0) / 12]
    }

    /// The chord in root position.
    pub(crate) fn chord(self) -> Chord {
        Chord::new(PitchClass::new(self.root() as u8), self.quality())
    }
}

/// Pitch classes that sound in a stretch of time.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Frame {
    /// Sounding time of each pitch class, in the unit of the clock given to [`frames`].
    pub(crate) weights: [f64; 12],
    /// The lowest pitch that starts or sounds in it, 128 where none does.
    pub(crate) lowest: u8,
    /// Length of the frame in the same unit.
    pub(crate) length: f64,
}

/// Cuts a score into frames at the given ticks (sorted); time is measured by `clock(tick)`.
///
/// Work is proportional to notes plus frames, however long the notes are.
pub(crate) fn frames(score: &Score, boundaries: &[u32], clock: impl Fn(u32) -> f64) -> Vec<Frame> {
    let n_frames = boundaries.len().saturating_sub(1);
    let times: Vec<f64> = boundaries.iter().map(|&tick| clock(tick)).collect();
    let mut frames: Vec<Frame> = times
        .windows(2)
        .map(|pair| Frame {
            weights: [0.0; 12],
            lowest: 128,
            length: pair[1] - pair[0],
        })
        .collect();
    // Frames that a note covers completely are counted by differences and filled in one pass.
    let mut covered = vec![[0_i32; 12]; n_frames + 1];
    for note in score.pitched_notes() {
        let class = usize::from(note.pitch % 12);
        let first = boundaries
            .partition_point(|&tick| tick <= note.onset)
            .saturating_sub(1);
        let last = boundaries
            .partition_point(|&tick| tick < note.end())
            .saturating_sub(1);
        if first >= n_frames || note.end() <= boundaries[first] {
            continue;
        }
        let last = last.min(n_frames - 1);
        let (on, off) = (
            clock(note.onset).max(times[first]),
            clock(note.end()).min(times[last + 1]),
        );
        if first == last {
            frames[first].weights[class] += off - on;
        } else {
            frames[first].weights[class] += times[first + 1] - on;
            frames[last].weights[class] += off - times[last];
            covered[first + 1][class] += 1;
            covered[last][class] -= 1;
        }
        // A note counts as bass of its first two frames: later another will have taken over.
        for frame in &mut frames[first..=last.min(first + 1)] {
            frame.lowest = frame.lowest.min(note.pitch);
        }
    }
    let mut running = [0_i32; 12];
    for (frame, change) in frames.iter_mut().zip(&covered) {
        for class in 0..12 {
            running[class] += change[class];
            frame.weights[class] += f64::from(running[class]) * frame.length;
        }
    }
    frames
}

/// The most likely chord of each frame; `None` where nothing sounds.
pub(crate) fn decode(frames: &[Frame], change_penalty: f64) -> Vec<Option<ChordState>> {
    let mut total = [0.0; N_STATES];
    let mut came_from: Vec<[u8; N_STATES]> = Vec::with_capacity(frames.len());
    for frame in frames {
        let (best, best_total) = highest(&total);
        let mut back = [0; N_STATES];
        let scores = similarities(frame);
        for state in 0..N_STATES {
            let stays = total[state] >= best_total - change_penalty;
            back[state] = if stays { state as u8 } else { best };
            let previous = if stays {
                total[state]
            } else {
                best_total - change_penalty
            };
            total[state] = previous + scores[state];
        }
        came_from.push(back);
    }
    let (mut state, _) = highest(&total);
    let mut labels = vec![None; frames.len()];
    for (index, back) in came_from.iter().enumerate().rev() {
        if frames[index].weights.iter().any(|&weight| weight > 0.0) {
            labels[index] = Some(ChordState(state));
        }
        state = back[usize::from(state)];
    }
    labels
}

/// Similarity of a frame with every chord: cosine between its pitch classes and the chord tones,
/// plus the bonus for the root in the bass.
fn similarities(frame: &Frame) -> [f64; N_STATES] {
    let norm = frame
        .weights
        .iter()
        .map(|weight| weight * weight)
        .sum::<f64>()
        .sqrt();
    let mut scores = [0.0; N_STATES];
    if norm <= 0.0 {
        return scores;
    }
    // Twice the octave, so that no tone needs a modulo.
    let mut weights = [0.0; 24];
    for (index, weight) in weights.iter_mut().enumerate() {
        *weight = frame.weights[index % 12] / norm;
    }
    for (quality, of_quality) in QUALITIES.iter().zip(scores.chunks_exact_mut(12)) {
        let tones = quality.tones();
        let scale = 1.0 / (tones.len() as f64).sqrt();
        let malus = if tones.len() > 3 { FOUR_TONES } else { 0.0 };
        for (root, score) in of_quality.iter_mut().enumerate() {
            let inside: f64 = tones
                .iter()
                .map(|&tone| weights[root + usize::from(tone)])
                .sum();
            *score = inside * scale - malus;
        }
        if frame.lowest < 128 {
            of_quality[usize::from(frame.lowest % 12)] += ROOT_IN_BASS;
        }
    }
    scores
}

/// Index and value of the highest entry, the first of equals.
fn highest(values: &[f64; N_STATES]) -> (u8, f64) {
    values
        .iter()
        .enumerate()
        .fold((0, f64::NEG_INFINITY), |best, (index, &value)| {
            if value > best.1 {
                (index as u8, value)
            } else {
                best
            }
        })
}

/// Ticks at which frames begin, and the end of the last.
fn grid_ticks(score: &Score, grid: ChordGrid) -> Vec<u32> {
    let end = score
        .pitched_notes()
        .map(|note| note.end())
        .max()
        .unwrap_or(0);
    let beat = u64::from(score.ticks_per_quarter.max(1));
    let (mut tick, mut next, mut meter) = (0_u64, 0, crate::Meter::COMMON);
    let mut ticks = vec![0];
    while tick < u64::from(end) && ticks.len() <= MAX_FRAMES {
        while score
            .meters
            .get(next)
            .is_some_and(|change| u64::from(change.tick) <= tick)
        {
            meter = score.meters[next].meter;
            next += 1;
        }
        let bar = beat * 4 * u64::from(meter.numerator) / u64::from(meter.denominator.max(1));
        let step = match grid {
            ChordGrid::Beat => beat * 4 / u64::from(meter.denominator.max(1)),
            ChordGrid::HalfBar => bar / 2,
        };
        tick += step.max(1);
        ticks.push(u32::try_from(tick).unwrap_or(u32::MAX));
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::TICKS_PER_QUARTER;
    use crate::{Note, Role, Track};

    /// Beats written as pitches, `-` for a rest: `"60,64,67 - 57"`.
    fn score(beats: &str) -> Score {
        let mut track = Track::new("piano", Role::Other, 0, 0);
        for (beat, pitches) in beats.split_whitespace().enumerate() {
            for pitch in pitches.split(',').filter_map(|pitch| pitch.parse().ok()) {
                let onset = beat as u32 * TICKS_PER_QUARTER;
                track.notes.push(Note {
                    onset,
                    duration: TICKS_PER_QUARTER,
                    pitch,
                    velocity: 64,
                });
            }
        }
        let mut score = Score {
            tracks: vec![track],
            ..Score::default()
        };
        score.close();
        score
    }

    #[track_caller]
    fn check(beats: &str, grid: ChordGrid, expected: &str) {
        let options = ChordLabelOptions {
            grid,
            ..ChordLabelOptions::default()
        };
        let spans: Vec<String> = label_chords(&score(beats), options)
            .iter()
            .map(|span| {
                let beat = |ticks| f64::from(ticks) / f64::from(TICKS_PER_QUARTER);
                format!(
                    "{}@{}+{}",
                    span.chord,
                    beat(span.onset),
                    beat(span.duration)
                )
            })
            .collect();
        assert_eq!(spans.join(" "), expected);
    }

    #[test]
    fn block_triads() {
        let turnaround = "48,60,64,67 48,60,64,67 45,60,64,69 45,60,64,69 53,60,65,69 55,59,62,67";
        check(turnaround, ChordGrid::Beat, "C@0+2 Am@2+2 F@4+1 G@5+1");
    }

    #[test]
    fn sevenths_need_their_seventh() {
        check("50,60,65,69 50,60,65,69", ChordGrid::Beat, "Dm7@0+2");
        check("43,59,62,65 43,59,62,65", ChordGrid::Beat, "G7@0+2");
        check("47,62,65,68 47,62,65,68", ChordGrid::Beat, "Bdim7@0+2");
    }

    #[test]
    fn a_passing_note_changes_nothing() {
        check("48,64,67 48,65,67,64 48,64,67", ChordGrid::Beat, "C@0+3");
    }

    #[test]
    fn broken_chords_by_half_bar() {
        check(
            "48 55,64 57 60,64 53 57,60 55 59,62",
            ChordGrid::HalfBar,
            "C@0+2 Am@2+2 F@4+2 G@6+2",
        );
    }

    #[test]
    fn silence_has_no_chord() {
        check("", ChordGrid::Beat, "");
        check(
            "48,60,64,67 - - 45,57,60,64",
            ChordGrid::Beat,
            "C@0+1 Am@3+1",
        );
    }

    #[test]
    fn a_note_without_end_stays_cheap() {
        let mut endless = score("60");
        endless.tracks[0].notes[0].duration = u32::MAX;
        endless.ticks_per_quarter = 1;
        assert_eq!(
            label_chords(&endless, ChordLabelOptions::default()).len(),
            1
        );
    }
}
