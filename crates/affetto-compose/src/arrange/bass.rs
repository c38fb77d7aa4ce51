//! Bass lines: patterns of chord degrees, walking lines, leading notes and pick-ups.

use affetto_music::{Chord, Note, PitchClass, Role};
use rand_pcg::Pcg64Mcg;

use super::BASS_RANGE;
use super::select::{pattern, symbols};
use super::stage::{SIXTEENTH, Span, Stage, in_scale, nearest};
use crate::Genre;
use crate::genre::steps::{Step, steps};
use crate::random::{chance, pick};

/// The bass of a bar.
pub(super) fn notes(stage: &Stage<'_>, rng: &mut Pcg64Mcg) -> Vec<Note> {
    let lines = stage.profile.band.bass;
    let uses: Vec<_> = lines
        .iter()
        .map(|line| (line.when, symbols(line.bars)))
        .collect();
    let Some(line) = pattern(stage, 3, &uses).map(|index| &lines[index]) else {
        return Vec::new();
    };
    let mut line = steps(line.bars, stage.plan.phrase_bar, stage.sixteenths);
    if stage.ends() {
        line = vec![Step {
            start: 0,
            length: stage.sixteenths,
            symbol: 'R',
        }];
    } else if stage.plan.fill && leads(stage) {
        lead_over(&mut line, stage.sixteenths);
    }
    Player::new(stage, BASS_RANGE).play(&line, rng)
}

/// Whether the bass runs into the next phrase.
fn leads(stage: &Stage<'_>) -> bool {
    let calm = matches!(stage.plan.genre, Genre::Ambient | Genre::Classical);
    !calm && !stage.plan.steady && stage.energy > 0.3
}

/// Gives the last beat to two walking eighths.
fn lead_over(line: &mut Vec<Step>, sixteenths: u32) {
    let Some(beat) = sixteenths.checked_sub(4).filter(|&beat| beat > 0) else {
        return;
    };
    line.retain(|step| step.start < beat);
    if let Some(last) = line.last_mut() {
        last.length = last.length.min(beat - last.start);
    }
    line.push(Step {
        start: beat,
        length: 2,
        symbol: 's',
    });
    line.push(Step {
        start: beat + 2,
        length: 2,
        symbol: 'a',
    });
}

/// Turns steps of degrees into pitches; the left hand of the piano uses it too.
pub(super) struct Player<'a> {
    stage: &'a Stage<'a>,
    range: (u8, u8),
    spans: Vec<Span>,
    last: u8,
    rising: bool,
}

impl<'a> Player<'a> {
    pub(super) fn new(stage: &'a Stage<'a>, range: (u8, u8)) -> Self {
        let low = range.0 + 8;
        let last = stage
            .before(Role::Bass)
            .last()
            .map_or(low, |note| note.pitch);
        let rising = last < range.0 + 13;
        Self {
            stage,
            range,
            spans: stage.spans(),
            last,
            rising,
        }
    }

    fn play(&mut self, line: &[Step], rng: &mut Pcg64Mcg) -> Vec<Note> {
        let mut found = Vec::new();
        for step in line {
            let (start, end) = (
                step.start * SIXTEENTH,
                (step.start + step.length) * SIXTEENTH,
            );
            let spans: Vec<Span> = self
                .spans
                .iter()
                .copied()
                .filter(|span| span.start < end && span.end > start)
                .collect();
            for span in spans {
                let (from, until) = (start.max(span.start), end.min(span.end));
                let symbol = if from > start { 'R' } else { step.symbol };
                let pitch = self.pitch(symbol, from, until, rng);
                let velocity = if from.is_multiple_of(8 * SIXTEENTH) {
                    86
                } else {
                    78
                };
                found.push(Note {
                    onset: from,
                    duration: until - from,
                    pitch,
                    velocity,
                });
            }
        }
        found
    }

    /// The pitch of a symbol at a tick.
    pub(super) fn pitch(&mut self, symbol: char, from: u32, until: u32, rng: &mut Pcg64Mcg) -> u8 {
        let Some(span) = self
            .spans
            .iter()
            .copied()
            .find(|span| (span.start..span.end).contains(&from))
        else {
            return self.last;
        };
        let coming = self.coming(&span);
        let root = self.root(span.chord);
        let pitch = match symbol {
            'l' => self.fold(i32::from(root) - (12 - i32::from(fifth(span.chord)))),
            'w' => self.walk(&span, coming, from, until, rng),
            'a' => self.lead(root, span.chord, coming, 1, rng),
            's' => self.step_to(root, span.chord, coming),
            'R' => root,
            _ => self.fold(i32::from(root) + i32::from(self.degree(symbol, span.chord))),
        };
        self.rising = pitch >= self.last;
        self.last = pitch;
        pitch
    }

    /// The chord after a span, in this bar or the next.
    fn coming(&self, span: &Span) -> Option<Chord> {
        let later = self
            .spans
            .iter()
            .find(|next| next.start >= span.end)
            .map(|next| next.chord);
        later.or_else(|| self.stage.next_chord())
    }

    /// The low root of a chord near where the bass was.
    fn root(&self, chord: Chord) -> u8 {
        let class = chord.bass.unwrap_or(chord.root);
        let place = (u16::from(self.last.min(self.range.0 + 14)) + u16::from(self.range.0) + 7) / 2;
        nearest(class, place as u8, (self.range.0, self.range.0 + 15))
    }

    /// Semitones of a degree above the root.
    fn degree(&self, symbol: char, chord: Chord) -> u8 {
        let tones = chord.quality.tones();
        let find = |low: u8, high: u8| {
            tones
                .iter()
                .copied()
                .find(|tone| (low..=high).contains(tone))
        };
        let scale = |first: u8, second: u8| {
            let pitch = chord.root.transposed(i32::from(first)).get();
            if in_scale(pitch, self.stage.plan.key.tonic, self.stage.plan.scale) {
                first
            } else {
                second
            }
        };
        match symbol {
            '3' => find(3, 4).or_else(|| find(5, 5)).unwrap_or(7),
            '5' => fifth(chord),
            '6' => find(9, 9).unwrap_or_else(|| scale(9, 8)),
            '7' => find(10, 11).unwrap_or_else(|| scale(10, 11)),
            '8' => 12,
            _ => 0,
        }
    }

    /// A note that leads into the next root by so many semitones; the fifth where nothing moves.
    fn lead(
        &self,
        root: u8,
        chord: Chord,
        coming: Option<Chord>,
        by: u8,
        rng: &mut Pcg64Mcg,
    ) -> u8 {
        match coming.filter(|next| next.root != chord.root || next.bass != chord.bass) {
            Some(next) => {
                let target = self.root(next);
                let above = target < self.last && chance(rng, 0.7);
                self.fold(if above {
                    i32::from(target) + i32::from(by)
                } else {
                    i32::from(target) - i32::from(by)
                })
            }
            None => self.fold(i32::from(root) + i32::from(fifth(chord))),
        }
    }

    /// The step of the scale next to the coming root, on the side where the bass is.
    fn step_to(&self, root: u8, chord: Chord, coming: Option<Chord>) -> u8 {
        let Some(next) = coming.filter(|next| next.root != chord.root) else {
            return self.fold(i32::from(root) + i32::from(self.degree('3', chord)));
        };
        let target = i32::from(self.root(next));
        let sign = if i32::from(self.last) > target { 1 } else { -1 };
        let fits = |by: i32| {
            u8::try_from(target + sign * by).is_ok_and(|pitch| {
                in_scale(pitch, self.stage.plan.key.tonic, self.stage.plan.scale)
            })
        };
        let by = [2, 1, 3, 4].into_iter().find(|&by| fits(by)).unwrap_or(2);
        self.fold(target + sign * by)
    }

    /// One note of a walking line: the root when the chord begins, a leading note before the next,
    /// tones of chord and scale in one direction between.
    fn walk(
        &self,
        span: &Span,
        coming: Option<Chord>,
        from: u32,
        until: u32,
        rng: &mut Pcg64Mcg,
    ) -> u8 {
        let place = self.last;
        if from == span.start {
            let class = span.chord.bass.unwrap_or(span.chord.root);
            return nearest(class, place, (self.range.0, self.range.1 - 3));
        }
        if let Some(next) = coming.filter(|_| until + 2 * SIXTEENTH > span.end) {
            let class = next.bass.unwrap_or(next.root);
            let target = nearest(class, place, (self.range.0 + 2, self.range.1 - 5));
            let options = [-1, 1, 1, -1, -2, 2, 7, -5].map(|by| self.fold(i32::from(target) + by));
            let near: Vec<u8> = options
                .into_iter()
                .filter(|pitch| *pitch != place && pitch.abs_diff(place) <= 7)
                .collect();
            return if near.is_empty() {
                target.saturating_sub(1).max(self.range.0)
            } else {
                pick(rng, &near)
            };
        }
        self.passing(span.chord, rng)
    }

    /// The next tone of chord or scale in the direction of the line, turning at the ends.
    fn passing(&self, chord: Chord, rng: &mut Pcg64Mcg) -> u8 {
        let place = i32::from(self.last);
        let up = if self.last > self.range.1 - 8 {
            false
        } else if self.last < self.range.0 + 5 {
            true
        } else {
            self.rising
        };
        let direction = if up { 1 } else { -1 };
        let steps: Vec<u8> = (1..=5)
            .map(|by| self.fold(place + direction * by))
            .filter(|&pitch| {
                let class = PitchClass::new(pitch);
                chord.contains(class)
                    || (pitch.abs_diff(self.last) <= 2
                        && in_scale(pitch, self.stage.plan.key.tonic, self.stage.plan.scale))
            })
            .collect();
        if steps.is_empty() {
            self.root(chord)
        } else {
            pick(rng, &steps[..steps.len().min(2)])
        }
    }

    /// A pitch moved by octaves into the range.
    fn fold(&self, pitch: i32) -> u8 {
        let (low, high) = (i32::from(self.range.0), i32::from(self.range.1));
        let mut pitch = pitch;
        while pitch < low {
            pitch += 12;
        }
        while pitch > high {
            pitch -= 12;
        }
        pitch as u8
    }
}

/// Semitones of the chord's fifth above its root.
fn fifth(chord: Chord) -> u8 {
    chord
        .quality
        .tones()
        .iter()
        .copied()
        .find(|tone| (6..=8).contains(tone))
        .unwrap_or(7)
}
