//! Beats of a performance whose file does not tell them.
//!
//! Onsets, weighted by velocity, make an envelope; its autocorrelation with a prior around 120 beats
//! a minute gives the tempo, and dynamic programming the beats that fit onsets and tempo best
//! (Ellis 2007, "Beat tracking by dynamic programming"). Bars of four beats start where the basses
//! are. What does not fit a grid is refused rather than guessed.

use crate::score::{MeterChange, TICKS_PER_QUARTER, TempoChange};
use crate::{Bpm, Meter, Note, Score};

/// Frames of the envelope a second.
const RATE: f64 = 100.0;
/// Longest performance that is tracked, in seconds.
const MAX_SECONDS: f64 = 1_200.0;
/// Range of tempos in beats a minute.
const TEMPOS: (f64, f64) = (60.0, 150.0);
/// Centre of the prior in beats a minute, and its spread in octaves.
const PRIOR: (f64, f64) = (95.0, 0.6);
/// How much evenness counts against onsets.
const TIGHTNESS: f64 = 80.0;
/// Basses are below this pitch.
const BASS_TOP: u8 = 52;
/// Beats of a bar.
const BEATS_PER_BAR: usize = 4;
/// Parts of a beat that onsets may stand on, in twelfths.
const PLACES: [f64; 7] = [0.0, 3.0, 4.0, 6.0, 8.0, 9.0, 12.0];

/// A performance on a grid.
#[derive(Debug, Clone, PartialEq)]
pub struct Tracked {
    /// The notes on beats of 480 ticks, in bars of four beats.
    pub score: Score,
    /// Mean distance of onsets from sixteenths and triplets, in twelfths of a beat; by chance it is
    /// about 0.75.
    pub error: f64,
}

/// Finds the beats of a performance and puts its notes on them; `None` where there are fewer than
/// 16 notes or they last longer than 20 minutes.
#[must_use]
pub fn track_beats(score: &Score) -> Option<Tracked> {
    let mut notes: Vec<&Note> = score.pitched_notes().collect();
    notes.sort_unstable();
    let end = score.seconds_at(notes.last()?.onset);
    if notes.len() < 16 || end > MAX_SECONDS {
        return None;
    }
    let onsets: Vec<(f64, &Note)> = notes
        .iter()
        .map(|note| (score.seconds_at(note.onset), *note))
        .collect();
    let envelope = envelope(&onsets, end);
    let period = period(&envelope)?;
    let beats = beats(&envelope, period);
    if beats.len() < 2 * BEATS_PER_BAR {
        return None;
    }
    let grid = Grid {
        first_downbeat: downbeat(&beats, &onsets),
        beats,
    };
    let error = onsets
        .iter()
        .map(|(seconds, _)| {
            let within = grid.beat(*seconds).rem_euclid(1.0) * 12.0;
            PLACES
                .iter()
                .map(|place| (place - within).abs())
                .fold(f64::INFINITY, f64::min)
        })
        .sum::<f64>()
        / onsets.len() as f64;
    Some(Tracked {
        score: grid.place(score),
        error,
    })
}

/// Onset strength in frames: each onset a short bump.
fn envelope(onsets: &[(f64, &Note)], end: f64) -> Vec<f64> {
    let mut envelope = vec![0.0; (end * RATE) as usize + 8];
    for (seconds, note) in onsets {
        let strength =
            f64::from(note.velocity) / 127.0 * if note.pitch < BASS_TOP { 1.5 } else { 1.0 };
        let center = seconds * RATE;
        for offset in -3..=3_i32 {
            let frame = center.round() + f64::from(offset);
            let distance = (frame - center) / 1.5;
            if let Some(value) = envelope.get_mut(frame.max(0.0) as usize) {
                *value += strength * (-0.5 * distance * distance).exp();
            }
        }
    }
    // Chords of many notes shall not drown single ones.
    for value in &mut envelope {
        *value = value.sqrt();
    }
    envelope
}

/// Frames of a beat.
fn period(envelope: &[f64]) -> Option<f64> {
    let mean = envelope.iter().sum::<f64>() / envelope.len() as f64;
    let (shortest, longest) = (60.0 * RATE / TEMPOS.1, 60.0 * RATE / TEMPOS.0);
    let similarity = |lag: usize| {
        let pairs = envelope.iter().zip(envelope.get(lag..).unwrap_or_default());
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum::<f64>()
    };
    let score = |lag: usize| {
        let bpm = 60.0 * RATE / lag as f64;
        let octaves = (bpm / PRIOR.0).log2() / PRIOR.1;
        let prior = (-0.5 * octaves * octaves).exp();
        (similarity(lag) + 0.5 * similarity(2 * lag) + 0.5 * similarity(4 * lag)) * prior
    };
    (shortest as usize..=longest as usize)
        .map(|lag| (lag, score(lag)))
        .max_by(|a, b| a.1.total_cmp(&b.1))
        .filter(|(_, score)| *score > 0.0)
        .map(|(lag, _)| lag as f64)
}

/// Frames of the beats by dynamic programming.
fn beats(envelope: &[f64], period: f64) -> Vec<f64> {
    let n = envelope.len();
    let mean = envelope.iter().sum::<f64>() / n as f64;
    let deviation = (envelope.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / n as f64).sqrt();
    let scale = 1.0 / deviation.max(1e-9);
    let (from, to) = ((period * 0.6) as usize, (period * 1.6) as usize);
    let cost: Vec<f64> = (from..=to)
        .map(|lag| -TIGHTNESS * (lag.max(1) as f64 / period).ln().powi(2))
        .collect();
    let (mut total, mut before) = (vec![0.0; n], vec![usize::MAX; n]);
    for frame in 0..n {
        let best = (from..=to)
            .filter(|&lag| lag > 0 && lag <= frame)
            .map(|lag| (total[frame - lag] + cost[lag - from], frame - lag))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        total[frame] = envelope[frame] * scale;
        if let Some((value, earlier)) = best
            && value > 0.0
        {
            total[frame] += value;
            before[frame] = earlier;
        }
    }
    let tail = n.saturating_sub(to);
    let last = (tail..n).max_by(|&a, &b| total[a].total_cmp(&total[b]));
    let mut frames = Vec::new();
    let mut frame = last.unwrap_or(usize::MAX);
    while frame != usize::MAX {
        frames.push(frame as f64 / RATE);
        frame = before[frame];
    }
    frames.reverse();
    frames
}

/// The first of the beats that starts a bar: where most bass notes are.
fn downbeat(beats: &[f64], onsets: &[(f64, &Note)]) -> usize {
    let mut weights = [0.0; BEATS_PER_BAR];
    for (index, &beat) in beats.iter().enumerate() {
        let from = onsets.partition_point(|(seconds, _)| *seconds < beat - 0.06);
        let near = onsets[from..]
            .iter()
            .take_while(|(seconds, _)| *seconds <= beat + 0.06);
        for (_, note) in near {
            let depth = f64::from(72_u8.saturating_sub(note.pitch)) / 24.0;
            weights[index % BEATS_PER_BAR] += depth * depth + 0.2;
        }
    }
    (0..BEATS_PER_BAR)
        .max_by(|&a, &b| weights[a].total_cmp(&weights[b]))
        .unwrap_or(0)
}

/// Beats, and the first that starts a bar.
struct Grid {
    beats: Vec<f64>,
    first_downbeat: usize,
}

impl Grid {
    /// Number of beats from the start of the first bar to a time.
    fn beat(&self, seconds: f64) -> f64 {
        let last = self.beats.len() - 1;
        let after = self
            .beats
            .partition_point(|&beat| beat <= seconds)
            .clamp(1, last);
        let (from, to) = (self.beats[after - 1], self.beats[after]);
        let beat = after as f64 - 1.0 + (seconds - from) / (to - from);
        let pickup = (BEATS_PER_BAR - self.first_downbeat % BEATS_PER_BAR) % BEATS_PER_BAR;
        // Notes before the first beat need whole bars before them.
        beat + pickup as f64 + BEATS_PER_BAR as f64 * (self.beats[0] / (to - from) / 4.0).ceil()
    }

    fn tick(&self, seconds: f64) -> u32 {
        (self.beat(seconds) * f64::from(TICKS_PER_QUARTER))
            .round()
            .max(0.0) as u32
    }

    fn place(&self, played: &Score) -> Score {
        let span = self.beats[self.beats.len() - 1] - self.beats[0];
        let mut score = Score {
            tempos: vec![TempoChange {
                tick: 0,
                bpm: Bpm::clamped(60.0 * (self.beats.len() - 1) as f64 / span),
            }],
            meters: vec![MeterChange {
                tick: 0,
                meter: Meter::COMMON,
            }],
            ..Score::default()
        };
        for track in &played.tracks {
            let mut moved = track.clone();
            for note in &mut moved.notes {
                let onset = self.tick(played.seconds_at(note.onset));
                let end = self.tick(played.seconds_at(note.end()));
                (note.onset, note.duration) = (onset, end.saturating_sub(onset).max(1));
            }
            moved.cut_overlaps();
            score.tracks.push(moved);
        }
        score.close();
        score
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation;

    /// Plays a piece at a tempo in a file that says 120, a little unevenly, and finds its beats.
    fn tracked(bpm: f64) -> Tracked {
        let bar = "C3+E4:q G3+E4:e G4:e C4+C5:q G3:e E4:e";
        let bar = bar
            .replace('+', " ")
            .replace("C3 E4", "[C3 E4]")
            .replace("G3 E4", "[G3 E4]");
        let bar = bar.replace("C4 C5", "[C4 C5]");
        let text = format!("chords = {}", vec![bar; 16].join(" | "));
        let mut score = notation::parse(&text).unwrap();
        for (index, note) in score.tracks[0].notes.iter_mut().enumerate() {
            let uneven = (index * 7 % 11) as u32;
            note.onset = (f64::from(note.onset) * 120.0 / bpm) as u32 + uneven;
        }
        score.close();
        track_beats(&score).unwrap()
    }

    #[track_caller]
    fn check(bpm: f64) {
        let tracked = tracked(bpm);
        let found = tracked.score.tempos[0].bpm.get();
        assert!((found / bpm - 1.0).abs() < 0.02, "{found} is not {bpm}");
        assert!(tracked.error < 0.35, "error {}", tracked.error);
        // Basses come first in their bars.
        let basses: Vec<u32> = tracked
            .score
            .pitched_notes()
            .filter(|note| note.pitch == 48)
            .map(|note| note.onset % 1920)
            .collect();
        let on_downbeat = basses
            .iter()
            .filter(|within| !(120..1800).contains(*within));
        assert!(on_downbeat.count() * 10 >= basses.len() * 9);
    }

    #[test]
    fn beats_are_found() {
        check(96.0);
        check(80.0);
        check(112.0);
    }

    #[test]
    fn too_little_is_refused() {
        let score = notation::parse("melody = C4:q D4:q").unwrap();
        assert_eq!(track_beats(&score), None);
        assert_eq!(track_beats(&Score::default()), None);
    }
}
