//! What the players see of the bar: plan, tune, harmony around each moment, the bar before.

use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Chord, Key, Note, PitchClass, Role};

use crate::genre::{Profile, profile};
use crate::{Bar, BarContext, BarPlan, Scale};

/// Ticks of a sixteenth note, the grid of all patterns.
pub(super) const SIXTEENTH: u32 = TICKS_PER_QUARTER / 4;

/// Velocity of a neutral note before the performance.
pub(super) const NEUTRAL: u8 = 80;

pub(super) struct Stage<'a> {
    pub(super) plan: &'a BarPlan,
    pub(super) melody: &'a [Note],
    pub(super) history: &'a [Bar],
    pub(super) next: Option<&'a BarPlan>,
    pub(super) profile: &'static Profile,
    /// How driving the bar shall be, 0..=1.
    pub(super) energy: f64,
    /// Length of the bar.
    pub(super) ticks: u32,
    /// Length of the bar in whole sixteenths.
    pub(super) sixteenths: u32,
}

/// A stretch of the bar under one chord.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) chord: Chord,
}

/// How driving a bar shall be, from its cues, 0..=1.
pub(super) fn energy(plan: &BarPlan) -> f64 {
    let cues = &plan.cues;
    (0.4 * cues.density + 0.35 * cues.dynamics + 0.25 * cues.layers).clamp(0.0, 1.0)
}

impl<'a> Stage<'a> {
    pub(super) fn new(plan: &'a BarPlan, melody: &'a [Note], context: &BarContext<'a>) -> Self {
        let ticks = plan.ticks();
        Self {
            plan,
            melody,
            history: context.history,
            next: context.next,
            profile: profile(plan.genre),
            energy: energy(plan),
            ticks,
            sixteenths: ticks / SIXTEENTH,
        }
    }

    /// The chords of the bar, without gaps; the tonic where none is given.
    pub(super) fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = self
            .plan
            .chords
            .iter()
            .filter(|span| span.onset < self.ticks && span.duration > 0)
            .map(|span| Span {
                start: span.onset,
                end: span.onset.saturating_add(span.duration).min(self.ticks),
                chord: span.chord,
            })
            .collect();
        spans.sort_by_key(|span| span.start);
        if spans.is_empty() {
            spans.push(Span {
                start: 0,
                end: self.ticks,
                chord: tonic(self.plan.key),
            });
        }
        spans[0].start = 0;
        for index in 0..spans.len() {
            spans[index].end = spans.get(index + 1).map_or(self.ticks, |next| next.start);
        }
        spans.retain(|span| span.start < span.end);
        spans
    }

    /// The first chord of the next bar, if it is known.
    pub(super) fn next_chord(&self) -> Option<Chord> {
        self.next
            .and_then(|plan| plan.chords.first())
            .map(|span| span.chord)
    }

    /// Whether the music ends with this bar.
    pub(super) fn ends(&self) -> bool {
        self.next.is_none() && self.plan.cadence.is_some()
    }

    /// The notes that a role played in the bar before.
    pub(super) fn before(&self, role: Role) -> &'a [Note] {
        self.history
            .last()
            .and_then(|bar| bar.parts.iter().find(|part| part.role == role))
            .map_or(&[], |part| part.notes.as_slice())
    }

    /// The pitches that a role left sounding last: those of the last chord of the bar before.
    pub(super) fn last_pitches(&self, role: Role) -> Vec<u8> {
        let notes = self.before(role);
        let since = self
            .history
            .last()
            .and_then(|bar| bar.plan.chords.last())
            .map_or(0, |span| span.onset);
        let mut pitches: Vec<u8> = notes
            .iter()
            .filter(|note| note.onset >= since)
            .map(|note| note.pitch)
            .collect();
        pitches.sort_unstable();
        pitches.dedup();
        pitches
    }

    /// Pitches of the tune that sound in a stretch of the bar.
    pub(super) fn tune_between(&self, start: u32, end: u32) -> Vec<u8> {
        self.melody
            .iter()
            .filter(|note| note.onset < end && note.end() > start)
            .map(|note| note.pitch)
            .collect()
    }
}

/// The triad on the tonic of a key.
pub(super) fn tonic(key: Key) -> Chord {
    let quality = match key.mode {
        affetto_music::Mode::Major => affetto_music::ChordQuality::Major,
        affetto_music::Mode::Minor => affetto_music::ChordQuality::Minor,
    };
    Chord::new(key.tonic, quality)
}

/// Whether a pitch belongs to a scale on a tonic.
pub(super) fn in_scale(pitch: u8, tonic: PitchClass, scale: Scale) -> bool {
    scale
        .degrees()
        .contains(&tonic.interval_to(PitchClass::new(pitch)))
}

/// The pitch of a class nearest to a place, inside a range of at least an octave.
pub(super) fn nearest(class: PitchClass, place: u8, range: (u8, u8)) -> u8 {
    (range.0..=range.1)
        .filter(|&pitch| PitchClass::new(pitch) == class)
        .min_by_key(|&pitch| (pitch.abs_diff(place), pitch))
        .unwrap_or(range.0)
}
