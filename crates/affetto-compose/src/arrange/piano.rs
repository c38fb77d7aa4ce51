//! The piano texture: a left hand of its own kind for each genre, inner voices under the tune.

use affetto_music::{Note, PitchClass, Role};
use rand_pcg::Pcg64Mcg;

use super::bass::Player;
use super::select::{PIANO, pattern, symbols};
use super::stage::{SIXTEENTH, Span, Stage};
use super::voicing::{Seat, voice};
use super::{LEFT_HAND_RANGE, part, tidy};
use crate::Part;
use crate::genre::Voicing;
use crate::genre::steps::{Step, steps};
use crate::random::chance;

/// The left hand as chords, the inner voices of the right as [`Role::Other`].
pub(super) fn parts(stage: &Stage<'_>, rng: &mut Pcg64Mcg) -> Vec<Part> {
    let mut inner = tidy::tidy(inner_voices(stage, rng), stage.ticks);
    tidy::give_way(&mut inner, stage.melody);
    let mut left = left_hand(stage, rng);
    keep_below(&mut left, stage);
    let mut left = tidy::tidy(left, stage.ticks);
    tidy::give_way(&mut left, stage.melody);
    tidy::give_way(&mut left, &inner);
    let mut parts = vec![part(&PIANO, Role::Chords, left)];
    if !inner.is_empty() {
        parts.push(part(&PIANO, Role::Other, inner));
    }
    parts
}

/// Leaves out what would lie above the tune.
fn keep_below(left: &mut Vec<Note>, stage: &Stage<'_>) {
    left.retain(|note| {
        stage
            .tune_between(note.onset, note.onset + 1)
            .iter()
            .all(|&tune| note.pitch < tune)
    });
}

fn left_hand(stage: &Stage<'_>, rng: &mut Pcg64Mcg) -> Vec<Note> {
    let lines = stage.profile.band.left_hand;
    let uses: Vec<_> = lines
        .iter()
        .map(|line| (line.when, symbols(line.bars)))
        .collect();
    let Some(line) = pattern(stage, 6, &uses).map(|index| &lines[index]) else {
        return Vec::new();
    };
    let mut steps = steps(line.bars, stage.plan.phrase_bar, stage.sixteenths);
    if stage.ends() {
        let half = stage.sixteenths / 2;
        steps = vec![
            Step {
                start: 0,
                length: stage.sixteenths,
                symbol: 'B',
            },
            Step {
                start: half,
                length: stage.sixteenths - half,
                symbol: 'x',
            },
        ];
    }
    let voiced = voicings(stage);
    let mut player = Player::new(stage, (LEFT_HAND_RANGE.0 + 3, LEFT_HAND_RANGE.0 + 32));
    let mut found = Vec::new();
    for step in steps {
        let (start, end) = (
            step.start * SIXTEENTH,
            (step.start + step.length) * SIXTEENTH,
        );
        for (span, pitches) in voiced
            .iter()
            .filter(|(span, _)| span.start < end && span.end > start)
        {
            let (from, until) = (start.max(span.start), end.min(span.end));
            if from > start && until - from < 2 * SIXTEENTH {
                continue;
            }
            found.extend(touch(
                step.symbol,
                (from, until),
                (span, pitches),
                &mut player,
                rng,
            ));
        }
    }
    found
}

/// The close chords of the left hand's thumb side.
fn voicings(stage: &Stage<'_>) -> Vec<(Span, Vec<u8>)> {
    let style = match stage.profile.band.voicing {
        Voicing::Rootless => Voicing::Rootless,
        _ => Voicing::Triads,
    };
    let mut previous: Vec<u8> = stage
        .last_pitches(Role::Chords)
        .into_iter()
        .filter(|&pitch| pitch >= 48)
        .collect();
    let mut voiced = Vec::new();
    for span in stage.spans() {
        let tune = stage.tune_between(span.start, span.end);
        let seat = Seat {
            style,
            voices: 3,
            range: (45, LEFT_HAND_RANGE.1),
            center: 55,
            previous: &previous,
            tune: &tune,
        };
        let pitches = voice(span.chord, &seat);
        previous.clone_from(&pitches);
        voiced.push((span, pitches));
    }
    voiced
}

/// What one symbol of a left hand sounds.
fn touch(
    symbol: char,
    (from, until): (u32, u32),
    (span, pitches): (&Span, &[u8]),
    player: &mut Player<'_>,
    rng: &mut Pcg64Mcg,
) -> Vec<Note> {
    let note = |pitch: u8, velocity: u8| Note {
        onset: from,
        duration: until - from,
        pitch,
        velocity,
    };
    match symbol {
        'x' => pitches.iter().map(|&pitch| note(pitch, 72)).collect(),
        '1'..='4' => {
            let index = (symbol as usize - '1' as usize).min(pitches.len() - 1);
            vec![note(
                pitches[index],
                if from.is_multiple_of(8 * SIXTEENTH) {
                    80
                } else {
                    70
                },
            )]
        }
        'B' => {
            let root = player.pitch('R', from, until, rng);
            vec![note(root, 84), note(root + 12, 80)]
        }
        'T' => {
            let root = player.pitch('R', from, until, rng);
            let tones = span.chord.quality.tones();
            let third = tones
                .iter()
                .copied()
                .find(|tone| (3..=5).contains(tone))
                .unwrap_or(7);
            vec![
                note(root, 82),
                note((root + 12 + third).min(LEFT_HAND_RANGE.1), 74),
            ]
        }
        symbol => vec![note(
            player.pitch(symbol, from, until, rng),
            if from == span.start { 82 } else { 74 },
        )],
    }
}

/// Chord tones of the right hand under long or accented notes of the tune.
fn inner_voices(stage: &Stage<'_>, rng: &mut Pcg64Mcg) -> Vec<Note> {
    let spans = stage.spans();
    let share = (0.15 + 0.75 * stage.energy).min(0.9);
    let mut found = Vec::new();
    for tune in stage.melody {
        let long = tune.duration >= 4 * SIXTEENTH;
        let strong = tune.onset.is_multiple_of(8 * SIXTEENTH);
        if !chance(rng, share) || !(long || (strong && stage.energy > 0.45)) {
            continue;
        }
        let Some(span) = spans
            .iter()
            .find(|span| (span.start..span.end).contains(&tune.onset))
        else {
            continue;
        };
        let count = if stage.energy > 0.6 { 2 } else { 1 };
        let duration = tune.duration.min(span.end - tune.onset);
        let below = (tune.pitch.saturating_sub(9)..tune.pitch.saturating_sub(2)).rev();
        let tones =
            below.filter(|&pitch| pitch >= 55 && span.chord.contains(PitchClass::new(pitch)));
        found.extend(tones.take(count).map(|pitch| Note {
            onset: tune.onset,
            duration,
            pitch,
            velocity: 68,
        }));
    }
    found
}
