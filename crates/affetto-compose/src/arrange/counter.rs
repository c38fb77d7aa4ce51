//! The second line: it answers where the tune rests and else holds guide tones.

use affetto_music::{Chord, Note, PitchClass, Role};
use rand_pcg::Pcg64Mcg;

use super::COUNTER_RANGE;
use super::stage::{SIXTEENTH, Span, Stage, in_scale};
use crate::Genre;
use crate::random::{chance, pick};

const EIGHTH: u32 = 2 * SIXTEENTH;

/// The second line of a bar.
pub(super) fn notes(stage: &Stage<'_>, rng: &mut Pcg64Mcg) -> Vec<Note> {
    let center = center(stage);
    let mut last = stage
        .before(Role::Counter)
        .last()
        .map_or(center, |note| note.pitch);
    let mut found = Vec::new();
    let gaps = gaps(stage);
    let answers = !stage.plan.steady && chance(rng, 0.25 + 0.6 * stage.plan.cues.density);
    for span in stage.spans() {
        let gap = gaps
            .iter()
            .find(|(start, end)| *start < span.end && *end > span.start);
        match gap {
            Some(&(start, end)) if answers => {
                let (start, end) = (start.max(span.start), end.min(span.end));
                answer(stage, &span, (start, end), &mut last, &mut found, rng);
            }
            _ => guide(stage, &span, center, &mut last, &mut found),
        }
    }
    found
}

/// Where the line likes to be: under the tune.
fn center(stage: &Stage<'_>) -> u8 {
    let pitches: Vec<u32> = stage
        .melody
        .iter()
        .map(|note| u32::from(note.pitch))
        .collect();
    if pitches.is_empty() {
        return 66;
    }
    let mean = pitches.iter().sum::<u32>() / pitches.len() as u32;
    (mean.saturating_sub(7) as u8).clamp(COUNTER_RANGE.0 + 6, COUNTER_RANGE.1 - 8)
}

/// Stretches of at least a beat without the tune, on eighths.
fn gaps(stage: &Stage<'_>) -> Vec<(u32, u32)> {
    let mut found = Vec::new();
    let mut free_from = 0_u32;
    let mut notes: Vec<&Note> = stage.melody.iter().collect();
    notes.sort_by_key(|note| note.onset);
    let ends = notes
        .iter()
        .map(|note| (note.onset, note.end()))
        .chain([(stage.ticks, stage.ticks)]);
    for (onset, end) in ends {
        let start = free_from.div_ceil(EIGHTH) * EIGHTH;
        if onset >= start + 2 * EIGHTH {
            found.push((start, onset));
        }
        free_from = free_from.max(end);
    }
    found
}

/// A run of eighths by step that ends on a tone of the chord.
fn answer(
    stage: &Stage<'_>,
    span: &Span,
    (start, end): (u32, u32),
    last: &mut u8,
    found: &mut Vec<Note>,
    rng: &mut Pcg64Mcg,
) {
    let count = (end.saturating_sub(start) / EIGHTH).min(4);
    let direction = if *last > COUNTER_RANGE.1 - 10 {
        -1
    } else if *last < COUNTER_RANGE.0 + 8 {
        1
    } else {
        pick(rng, &[-1, 1])
    };
    for index in 0..count {
        let onset = start + index * EIGHTH;
        let closing = index + 1 == count;
        let pitch = if closing || index == 0 {
            chord_tone(span.chord, step(*last, direction))
        } else {
            scale_tone(stage, *last, direction)
        };
        let duration = if closing {
            (end - onset).min(4 * EIGHTH)
        } else {
            EIGHTH
        };
        found.push(Note {
            onset,
            duration,
            pitch,
            velocity: if index == 0 { 78 } else { 72 },
        });
        *last = pitch;
    }
}

/// One long tone, the third or seventh where it lies near, clear of the tune.
fn guide(stage: &Stage<'_>, span: &Span, center: u8, last: &mut u8, found: &mut Vec<Note>) {
    let tune = stage.tune_between(span.start, span.end);
    let cost = |pitch: u8| -> u32 {
        let above = span.chord.root.interval_to(PitchClass::new(pitch));
        let color = if matches!(above, 3 | 4 | 10 | 11) {
            0
        } else {
            2
        };
        let rub: u32 = tune
            .iter()
            .map(|&note| match pitch.abs_diff(note) {
                0 => 5,
                1 => 8,
                2 => 2,
                _ => 0,
            })
            .sum();
        u32::from(pitch.abs_diff(*last)) + u32::from(pitch.abs_diff(center)) / 2 + color + rub
    };
    let best = (COUNTER_RANGE.0..=COUNTER_RANGE.1)
        .filter(|&pitch| span.chord.contains(PitchClass::new(pitch)))
        .min_by_key(|&pitch| (cost(pitch), pitch));
    let Some(pitch) = best else { return };
    let (half, quarter) = ((span.end - span.start) / 2, (span.end - span.start) / 4);
    let mut hold = |onset: u32, duration: u32, pitch: u8| {
        found.push(Note {
            onset,
            duration,
            pitch,
            velocity: 70,
        });
        *last = pitch;
    };
    // A whole bar under one chord moves on in its second half, by step where it can.
    let still = stage.plan.genre == Genre::Ambient || stage.plan.cues.density < 0.05;
    if quarter < 2 * EIGHTH || still {
        hold(span.start, span.end - span.start, pitch);
        return;
    }
    let up = pitch < center;
    let passing = scale_tone(stage, pitch, if up { 1 } else { -1 });
    let beyond = scale_tone(stage, passing, if up { 1 } else { -1 });
    hold(span.start, half, pitch);
    hold(span.start + half, quarter, passing);
    hold(
        span.start + half + quarter,
        span.end - span.start - half - quarter,
        beyond,
    );
}

fn step(pitch: u8, direction: i32) -> u8 {
    clamp(i32::from(pitch) + 2 * direction)
}

fn clamp(pitch: i32) -> u8 {
    pitch.clamp(i32::from(COUNTER_RANGE.0), i32::from(COUNTER_RANGE.1)) as u8
}

/// The tone of the chord nearest to a pitch.
fn chord_tone(chord: Chord, near: u8) -> u8 {
    (COUNTER_RANGE.0..=COUNTER_RANGE.1)
        .filter(|&pitch| chord.contains(PitchClass::new(pitch)))
        .min_by_key(|&pitch| (pitch.abs_diff(near), pitch))
        .unwrap_or(near)
}

/// The next tone of the scale in a direction.
fn scale_tone(stage: &Stage<'_>, from: u8, direction: i32) -> u8 {
    (1..=3)
        .map(|by| clamp(i32::from(from) + direction * by))
        .find(|&pitch| pitch != from && in_scale(pitch, stage.plan.key.tonic, stage.plan.scale))
        .unwrap_or(from)
}
