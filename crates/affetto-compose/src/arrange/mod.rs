//! The band: what everybody but the tune plays in a bar.
//!
//! [`accompany`] turns a [`BarPlan`] and its melody into parts on the grid. Patterns come from the
//! tables of [`crate::genre`], chosen by the plan's groove so that they stay from bar to bar;
//! pitches come from the chords with the least motion from the bar before.

mod bass;
mod chords;
mod counter;
mod drum_patterns;
mod drums;
mod pad;
mod piano;
mod select;
mod stage;
mod tidy;
mod voicing;

use affetto_music::{Note, Role};
use rand_pcg::Pcg64Mcg;

pub use drum_patterns::{DrumHit, DrumPattern, DrumPatterns, DrumRole};
pub use select::instrument;

use crate::genre::Instrument;
use crate::{BarContext, BarPlan, Part, Texture};
use stage::Stage;

/// The pitches a part may use: chords of keyboards, harps and strummed guitars.
pub const CHORD_RANGE: (u8, u8) = (48, 76);
/// Power chords, down to the low string of a guitar.
pub const POWER_RANGE: (u8, u8) = (40, 64);
/// Sustained chords.
pub const PAD_RANGE: (u8, u8) = (40, 84);
/// The bass.
pub const BASS_RANGE: (u8, u8) = (28, 55);
/// The second line.
pub const COUNTER_RANGE: (u8, u8) = (48, 84);
/// The left hand of the piano texture.
pub const LEFT_HAND_RANGE: (u8, u8) = (28, 67);

/// All accompaniment of a bar, on the grid: for [`Texture::Band`] the roles that `plan.layers`
/// names, for [`Texture::Poly`] the left hand and the inner voices of the right, for
/// [`Texture::Mono`] nothing.
///
/// `melody` is the tune of the bar, in ticks from its start; its own part is not among the answer.
/// Notes are sorted, end within the bar and never overlap another note of their pitch in a part.
/// Velocities are relative: 80 is neutral, the performance brings dynamics.
#[must_use]
pub fn accompany(
    plan: &BarPlan,
    melody: &[Note],
    context: &BarContext<'_>,
    rng: &mut Pcg64Mcg,
) -> Vec<Part> {
    let stage = Stage::new(plan, melody, context);
    match plan.texture {
        Texture::Mono => Vec::new(),
        Texture::Poly => piano::parts(&stage, rng),
        Texture::Band => band(&stage, rng),
    }
}

fn band(stage: &Stage<'_>, rng: &mut Pcg64Mcg) -> Vec<Part> {
    let layers = stage.plan.layers;
    let mut parts = Vec::new();
    let mut add = |role: Role, notes: Vec<Note>| {
        let chosen = instrument(stage.plan, role, stage.history);
        parts.push(part(&chosen, role, tidy::tidy(notes, stage.ticks)));
    };
    if layers.counter {
        add(Role::Counter, counter::notes(stage, rng));
    }
    if layers.chords {
        add(Role::Chords, chords::notes(stage, rng));
    }
    if layers.pad {
        add(Role::Pad, pad::notes(stage));
    }
    if layers.bass {
        add(Role::Bass, bass::notes(stage, rng));
    }
    if layers.drums {
        add(Role::Drums, drums::notes(stage, rng));
    }
    parts
}

/// A part played on an instrument.
#[must_use]
pub fn part(instrument: &Instrument, role: Role, notes: Vec<Note>) -> Part {
    Part {
        name: instrument.name.to_owned(),
        role,
        program: instrument.program,
        volume: instrument.volume,
        pan: instrument.pan,
        notes,
    }
}

#[cfg(test)]
pub(crate) mod tests;
