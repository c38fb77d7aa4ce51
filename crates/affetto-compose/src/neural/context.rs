//! What the model reads: the bars before as symbols with conditions.

use affetto_music::{
    BarAttributes, Key, KeyChange, MeterChange, Role, Score, TempoChange, Track, bar_attributes,
};

use super::TICKS_PER_UNIT;
use crate::cues::cues;
use crate::tokens::{
    ATTRIBUTES, Condition, GridBar, N_ATTRIBUTES, PieceBar, UNITS_PER_QUARTER, Voice,
    attribute_values, encode, snapped,
};
use crate::{Bar, BarPlan, CueOffsets, Part, Texture, role_range};

/// A bar as symbols, with its condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Written {
    pub(super) tokens: Vec<u16>,
    pub(super) condition: Condition,
}

/// Which voices play in a planned bar.
pub(super) fn voices_of(plan: &BarPlan) -> [bool; 3] {
    match plan.texture {
        Texture::Mono => [true, false, false],
        Texture::Poly => [plan.layers.melody, false, true],
        Texture::Band => [plan.layers.melody, plan.layers.bass, plan.layers.chords],
    }
}

/// Lowest and highest pitches of the voices that play.
pub(super) fn ranges(plan: &BarPlan) -> [Option<(u8, u8)>; 3] {
    let plays = voices_of(plan);
    Voice::ALL.map(|voice| plays[voice as usize].then(|| role_range(voice.role(), plan.texture)))
}

/// The condition of a planned bar.
pub(super) fn condition_of(
    plan: &BarPlan,
    voices: [bool; 3],
    attributes: [f64; N_ATTRIBUTES],
) -> Condition {
    Condition {
        affect: Some(plan.aim),
        genre: Some(plan.genre),
        mode: plan.key.mode,
        meter: plan.meter,
        texture: plan.texture,
        voices,
        bpm: Some(plan.bpm),
        attributes: attributes.map(Some),
    }
}

/// Attributes with what the listener pulls by hand on top: the difference that the pull makes to
/// the cues of the plan.
pub(super) fn pulled(plan: &BarPlan, mut attributes: [f64; N_ATTRIBUTES]) -> [f64; N_ATTRIBUTES] {
    let plain = cues(plan.target, &CueOffsets::default());
    let changes = [
        (0, 2.0 * (plan.cues.density - plain.density)),
        (2, plan.cues.register - plain.register),
        (4, plan.cues.articulation - plain.articulation),
        (5, 0.3 * (plan.cues.tension - plain.tension)),
    ];
    for (index, change) in changes {
        attributes[index] += change / ATTRIBUTES[index].2;
    }
    attributes
}

/// The chords of a plan on the grid, without notes.
pub(super) fn harmony_of(plan: &BarPlan) -> GridBar {
    let mut chords = Vec::new();
    for span in &plan.chords {
        let quarter = span.onset / (UNITS_PER_QUARTER * TICKS_PER_UNIT);
        let at = (quarter * UNITS_PER_QUARTER) as u8;
        chords.retain(|(place, _)| *place != at);
        chords.push((at, Some(span.chord)));
    }
    if chords.first().is_none_or(|(at, _)| *at > 0) {
        chords.insert(0, (0, None));
    }
    GridBar {
        chords,
        ..GridBar::default()
    }
}

/// The bars before the planned one as symbols: those of the primer, then those composed.
pub(super) fn written(primer: &[PieceBar], history: &[Bar], plan: &BarPlan) -> Vec<Written> {
    let before = primer.iter().map(|bar| Written {
        tokens: encode(&bar.bar, bar.key),
        condition: Condition {
            affect: None,
            genre: None,
            mode: bar.key.mode,
            meter: bar.meter,
            texture: plan.texture,
            voices: std::array::from_fn(|voice| !bar.bar.voices[voice].is_empty()),
            bpm: Some(bar.bpm),
            attributes: attribute_values(&bar.attributes).map(Some),
        },
    });
    before.chain(history.iter().map(composed)).collect()
}

/// A composed bar as symbols.
fn composed(bar: &Bar) -> Written {
    let mut grid = harmony_of(&bar.plan);
    for voice in Voice::ALL {
        grid.voices[voice as usize] = snapped(voice, &notes_of(&bar.parts, voice), bar.plan.meter);
    }
    let voices = std::array::from_fn(|voice| !grid.voices[voice].is_empty());
    Written {
        tokens: encode(&grid, bar.plan.key),
        condition: condition_of(&bar.plan, voices, attribute_values(&measured(bar))),
    }
}

/// The notes of the roles that a voice stands for; counter lines and inner voices are
/// accompaniment, pads are left to the rules.
fn notes_of(parts: &[Part], voice: Voice) -> Vec<affetto_music::Note> {
    let belongs = |role: Role| match voice {
        Voice::Melody => role == Role::Melody,
        Voice::Bass => role == Role::Bass,
        Voice::Chords => matches!(role, Role::Chords | Role::Counter | Role::Other),
    };
    let mut notes: Vec<_> = parts
        .iter()
        .filter(|part| belongs(part.role))
        .flat_map(|part| part.notes.iter().copied())
        .collect();
    notes.sort_unstable();
    notes
}

/// What a composed bar is like, by the function that measures training bars.
fn measured(bar: &Bar) -> BarAttributes {
    let key: Key = bar.plan.key;
    let mut score = Score {
        tempos: vec![TempoChange {
            tick: 0,
            bpm: bar.plan.bpm,
        }],
        meters: vec![MeterChange {
            tick: 0,
            meter: bar.plan.meter,
        }],
        keys: vec![KeyChange { tick: 0, key }],
        chords: bar.plan.chords.clone(),
        length: bar.plan.ticks(),
        ..Score::default()
    };
    for part in bar.parts.iter().filter(|part| part.role != Role::Drums) {
        let mut track = Track::new(part.name.clone(), part.role, part.program, 0);
        track.notes.clone_from(&part.notes);
        score.tracks.push(track);
    }
    bar_attributes(&score).first().copied().unwrap_or_default()
}

/// Where in `bars` the bars that were read begin, if what follows them is only new bars.
pub(super) fn starts(bars: &[Written], read: &[Written]) -> Option<usize> {
    let latest = bars.len().checked_sub(read.len())?;
    (0..=latest)
        .rev()
        .find(|&from| !read.is_empty() && bars[from..from + read.len()] == *read)
}
