//! The hard validator: what no bar may do, whoever proposed it.

use std::fmt;

use affetto_music::{Note, Role};

use crate::melody::RANGE as MELODY_RANGE;
use crate::{BarPlan, Part, Texture};

/// What is wrong with a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// A note of length 0, or one that reaches over the end of its bar.
    Unclosed,
    /// Pitch outside the range of its role, or no MIDI pitch.
    OutOfRange,
    /// Velocity 0 or above 127.
    Velocity,
    /// Two notes of one pitch sound at once in a part.
    Overlap,
    /// A melody or bass, or any part of a mono texture, has two notes at once.
    Polyphonic,
    /// Notes are not in order of onset.
    Unsorted,
    /// A role that the texture does not have.
    Role,
}

/// One fault: which role, which note, what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fault {
    /// Bar number from the plan.
    pub bar: u64,
    /// The part's role.
    pub role: Role,
    /// The note, in ticks from the start of the bar.
    pub note: Note,
    /// What is wrong.
    pub kind: FaultKind,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Note {
            onset,
            duration,
            pitch,
            velocity,
        } = self.note;
        let (bar, role, kind) = (self.bar, self.role.name(), self.kind);
        write!(
            f,
            "{kind:?} in bar {bar}, {role}: pitch {pitch} velocity {velocity} at {onset} for {duration} ticks"
        )
    }
}

/// Lowest and highest pitch of a role: bass E1–G3, melody G3–E6, the others what their instruments
/// play well. One piano may use its whole middle.
#[must_use]
pub fn role_range(role: Role, texture: Texture) -> (u8, u8) {
    match (role, texture) {
        (Role::Melody, _) => MELODY_RANGE,
        (Role::Chords | Role::Bass | Role::Counter | Role::Other, Texture::Poly) => (24, 88),
        (Role::Bass, _) => (24, 60),
        (Role::Chords, _) => (36, 88),
        (Role::Pad, _) => (36, 88),
        (Role::Counter, _) => (40, 88),
        (Role::Drums, _) => (27, 87),
        (Role::Other, _) => (21, 108),
    }
}

/// All faults of the parts of a bar; an empty list means that they may be played.
#[must_use]
pub fn faults(plan: &BarPlan, parts: &[Part]) -> Vec<Fault> {
    let mut found = Vec::new();
    for part in parts {
        part_faults(plan, part, &mut found);
    }
    found
}

fn part_faults(plan: &BarPlan, part: &Part, found: &mut Vec<Fault>) {
    let fault = |note: &Note, kind| Fault {
        bar: plan.index,
        role: part.role,
        note: *note,
        kind,
    };
    let (low, high) = role_range(part.role, plan.texture);
    let mono_texture = plan.texture == Texture::Mono;
    let allowed = match plan.texture {
        Texture::Mono => part.role == Role::Melody,
        Texture::Poly => !matches!(part.role, Role::Pad | Role::Drums),
        Texture::Band => true,
    };
    if !allowed {
        found.extend(part.notes.first().map(|note| fault(note, FaultKind::Role)));
    }
    for note in &part.notes {
        if note.duration == 0 || note.end() > plan.ticks() {
            found.push(fault(note, FaultKind::Unclosed));
        }
        if !(low..=high).contains(&note.pitch) {
            found.push(fault(note, FaultKind::OutOfRange));
        }
        if !(1..=127).contains(&note.velocity) {
            found.push(fault(note, FaultKind::Velocity));
        }
    }
    let one_voice = mono_texture || matches!(part.role, Role::Melody | Role::Bass);
    let mut busy_until = [0_u32; 256];
    let mut voice_until = 0;
    for (index, note) in part.notes.iter().enumerate() {
        if index > 0 && part.notes[index - 1].onset > note.onset {
            found.push(fault(note, FaultKind::Unsorted));
        }
        let busy = &mut busy_until[usize::from(note.pitch)];
        if note.onset < *busy {
            found.push(fault(note, FaultKind::Overlap));
        }
        *busy = note.end().max(*busy);
        if one_voice && note.onset < voice_until {
            found.push(fault(note, FaultKind::Polyphonic));
        }
        voice_until = note.end().max(voice_until);
    }
}
