//! Comping: blocks, strums, arpeggios, skanks, chugs and stabs.

use affetto_music::{Note, Role};
use rand_pcg::Pcg64Mcg;

use super::select::{COMPING, instrument, pattern, symbols};
use super::stage::{NEUTRAL, SIXTEENTH, Span, Stage};
use super::voicing::{Seat, voice};
use super::{CHORD_RANGE, POWER_RANGE};
use crate::genre::Voicing;
use crate::genre::steps::{Step, steps};
use crate::random::chance;

/// The comping of a bar.
pub(super) fn notes(stage: &Stage<'_>, rng: &mut Pcg64Mcg) -> Vec<Note> {
    let lines = stage.profile.band.comping;
    let uses: Vec<_> = lines
        .iter()
        .map(|line| (line.when, symbols(line.bars)))
        .collect();
    let Some(line) = pattern(stage, COMPING, &uses).map(|index| &lines[index]) else {
        return Vec::new();
    };
    let heavy = line.bars.iter().any(|bar| bar.contains(['m', 'X']));
    let voiced = voicings(stage, heavy);
    if stage.ends() {
        return voiced
            .iter()
            .flat_map(|(span, pitches)| block(pitches, span.start, span.end, NEUTRAL))
            .collect();
    }
    let mut found = Vec::new();
    for step in steps(line.bars, stage.plan.phrase_bar, stage.sixteenths) {
        if dropped(stage, &step, rng) {
            continue;
        }
        strike(&mut found, &step, &voiced);
    }
    found
}

/// Whether a weak step is left out this time, for life in the loop.
fn dropped(stage: &Stage<'_>, step: &Step, rng: &mut Pcg64Mcg) -> bool {
    let weak = !step.start.is_multiple_of(4) && matches!(step.symbol, 'x' | 'u' | 'm' | '4' | '5');
    chance(rng, 0.07) && weak && !stage.plan.steady
}

/// The voicing under each chord of the bar; power chords only where the line is heavy.
fn voicings(stage: &Stage<'_>, heavy: bool) -> Vec<(Span, Vec<u8>)> {
    let band = &stage.profile.band;
    let guitar = (24..=31).contains(&instrument(stage.plan, Role::Chords, stage.history).program);
    let clean = stage.energy < 0.35 && stage.plan.cues.dynamics < 0.45;
    let style = match band.voicing {
        Voicing::Power if clean || !heavy => Voicing::Triads,
        style => style,
    };
    let range = if style == Voicing::Power {
        POWER_RANGE
    } else {
        CHORD_RANGE
    };
    let voices = match style {
        Voicing::Triads if guitar => 4,
        Voicing::Rootless | Voicing::Open => 4,
        Voicing::Triads | Voicing::Power => 3,
    };
    let mut previous = stage.last_pitches(Role::Chords);
    let mut voiced = Vec::new();
    for span in stage.spans() {
        let tune = stage.tune_between(span.start, span.end);
        let seat = Seat {
            style,
            voices,
            range,
            center: 59,
            previous: &previous,
            tune: &tune,
        };
        let pitches = voice(span.chord, &seat);
        previous.clone_from(&pitches);
        voiced.push((span, pitches));
    }
    voiced
}

/// Plays one step, struck again where the chord changes under it.
fn strike(found: &mut Vec<Note>, step: &Step, voiced: &[(Span, Vec<u8>)]) {
    let (start, end) = (
        step.start * SIXTEENTH,
        (step.start + step.length) * SIXTEENTH,
    );
    for (span, pitches) in voiced
        .iter()
        .filter(|(span, _)| span.start < end && span.end > start)
    {
        let (from, until) = (start.max(span.start), end.min(span.end));
        let again = from > start;
        if again && (until - from < 2 * SIXTEENTH || step.symbol.is_ascii_digit()) {
            continue;
        }
        found.extend(stroke(step.symbol, pitches, from, until));
    }
}

fn stroke(symbol: char, pitches: &[u8], from: u32, until: u32) -> Vec<Note> {
    let length = until - from;
    let root = pitches.first().copied().unwrap_or(60);
    match symbol {
        'X' => block(pitches, from, until, 98),
        'd' => block(pitches, from, until, 84),
        'u' => block(&pitches[pitches.len().min(1)..], from, until, 68),
        'm' => block(
            &pitches[..pitches.len().min(2)],
            from,
            from + (length * 45 / 100).max(1),
            70,
        ),
        'b' => block(&[root], from, until, 82),
        'p' => block(&[low(root), low(root) + 7], from, until, 80),
        'q' => block(&[low(root), low(root) + 9], from, until, 80),
        '1'..='6' => {
            let index = symbol as usize - '1' as usize;
            let octave = index / pitches.len().max(1);
            let pitch = pitches
                .get(index % pitches.len().max(1))
                .map_or(root, |p| p + 12 * octave as u8);
            block(
                &[pitch.min(CHORD_RANGE.1 + 12)],
                from,
                until,
                if from.is_multiple_of(8 * SIXTEENTH) {
                    84
                } else {
                    74
                },
            )
        }
        _ => block(pitches, from, until, NEUTRAL),
    }
}

/// A pitch moved into the octave where two-note figures of the guitar lie.
fn low(pitch: u8) -> u8 {
    if pitch > 59 { pitch - 12 } else { pitch }
}

fn block(pitches: &[u8], from: u32, until: u32, velocity: u8) -> Vec<Note> {
    let duration = until.saturating_sub(from).max(1);
    pitches
        .iter()
        .map(|&pitch| Note {
            onset: from,
            duration,
            pitch,
            velocity,
        })
        .collect()
}
