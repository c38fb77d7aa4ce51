//! One measure of a voice as signs, with ties, brackets, beams and accidentals.

use std::collections::BTreeMap;

use super::Bar;
use super::rhythm::{Beam, Bracket, Grouping, Sign, beams, brackets, sign};
use super::spelling::{Spelling, signature_alter};
use super::staves::Event;
use crate::Key;

/// A note, chord or rest with one sign.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written<'a> {
    /// Units from the start of the measure.
    pub(super) at: u32,
    pub(super) length: u32,
    /// The notes; `None` is a rest.
    pub(super) event: Option<&'a Event>,
    /// `None` for a rest of a whole measure.
    pub(super) sign: Option<Sign>,
    pub(super) is_tied_back: bool,
    pub(super) is_tied_on: bool,
    pub(super) bracket: Option<Bracket>,
    pub(super) beams: Vec<Beam>,
}

/// The signs of one voice in a measure; together they fill it exactly.
pub(super) fn write_voice(events: &[Event], bar: Bar) -> Vec<Written<'_>> {
    let grouping = Grouping::new(bar);
    let mut signs = Vec::new();
    let mut now = bar.start;
    let first = events.partition_point(|event| event.end <= bar.start);
    for event in events[first..]
        .iter()
        .take_while(|event| event.onset < bar.end)
    {
        let (onset, end) = (event.onset.max(bar.start), event.end.min(bar.end));
        push(&mut signs, None, bar, (now, onset), grouping);
        push(&mut signs, Some(event), bar, (onset, end), grouping);
        now = end;
    }
    if now == bar.start {
        return vec![measure_rest(bar)];
    }
    push(&mut signs, None, bar, (now, bar.end), grouping);
    decorate(&mut signs, grouping);
    signs
}

fn measure_rest(bar: Bar) -> Written<'static> {
    Written {
        at: 0,
        length: bar.end - bar.start,
        event: None,
        sign: None,
        is_tied_back: false,
        is_tied_on: false,
        bracket: None,
        beams: Vec::new(),
    }
}

/// Appends the signs of a note or rest between two times.
fn push<'a>(
    signs: &mut Vec<Written<'a>>,
    event: Option<&'a Event>,
    bar: Bar,
    (start, end): (u32, u32),
    grouping: Grouping,
) {
    if start >= end {
        return;
    }
    let mut at = start - bar.start;
    for length in grouping.split(at, end - start, event.is_none()) {
        let tied = |is_tied: fn(&Event, u32) -> bool, tick| event.is_some_and(|e| is_tied(e, tick));
        signs.push(Written {
            at,
            length,
            event,
            sign: sign(length),
            is_tied_back: tied(|event, tick| event.onset < tick, bar.start + at),
            is_tied_on: tied(|event, tick| event.end > tick, bar.start + at + length),
            bracket: None,
            beams: Vec::new(),
        });
        at += length;
    }
}

/// Adds brackets and beams.
fn decorate(signs: &mut [Written<'_>], grouping: Grouping) {
    let lengths: Vec<_> = signs
        .iter()
        .map(|sign| (sign.at, sign.length, sign.sign))
        .collect();
    let levels: Vec<_> = signs
        .iter()
        .map(|written| {
            let levels = written
                .sign
                .filter(|_| written.event.is_some())
                .map_or(0, |s| s.beams);
            (written.at, levels)
        })
        .collect();
    let brackets = brackets(&lengths);
    let beams = beams(&levels, grouping.beat);
    for ((sign, bracket), beams) in signs.iter_mut().zip(brackets).zip(beams) {
        sign.bracket = bracket;
        sign.beams = beams;
    }
}

/// The accidentals of a staff's measure, in force until its end.
pub(super) struct Accidentals {
    key: Key,
    altered: BTreeMap<(char, i32), i32>,
}

impl Accidentals {
    /// A measure in a key.
    pub(super) fn new(key: Key) -> Self {
        Self {
            key,
            altered: BTreeMap::new(),
        }
    }

    /// The accidental that a note needs, as MusicXML names it. Notes must come in order of time.
    pub(super) fn need(&mut self, note: Spelling) -> Option<&'static str> {
        let before = self.altered.insert((note.step, note.octave), note.alter);
        let before = before.unwrap_or_else(|| signature_alter(note.step, self.key));
        let name = match note.alter {
            ..=-2 => "flat-flat",
            -1 => "flat",
            0 => "natural",
            1 => "sharp",
            _ => "double-sharp",
        };
        (before != note.alter).then_some(name)
    }
}
