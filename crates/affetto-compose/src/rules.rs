//! The knowledge-based bar source, and the plain bar that is played when nothing better came.

use affetto_music::{Note, Role};
use rand_pcg::Pcg64Mcg;

use crate::arrange::{accompany, instrument, part};
use crate::validate::role_range;
use crate::{BarContext, BarPlan, BarSource, Part, Texture, melody};

/// Composes bars by rule: a melody from the theme, and the band around it.
#[derive(Debug, Clone, Copy, Default)]
pub struct RuleSource;

impl BarSource for RuleSource {
    fn propose(
        &mut self,
        plan: &BarPlan,
        context: &BarContext<'_>,
        rng: &mut Pcg64Mcg,
    ) -> Vec<Part> {
        let tune = melody::tune(plan, context, rng);
        let mut parts = accompany(plan, &tune, context, rng);
        if plan.layers.melody {
            let chosen = instrument(plan, Role::Melody, context.history);
            parts.insert(0, part(&chosen, Role::Melody, tune));
        }
        parts
    }
}

fn melody_part(notes: Vec<Note>) -> Part {
    Part {
        name: "Piano".to_owned(),
        role: Role::Melody,
        program: 0,
        volume: 104,
        pan: 64,
        notes,
    }
}

/// The bar that is played when no candidate is left: the chords held, and the chord's top tone
/// as melody. It has no faults for any plan.
#[must_use]
pub fn fallback(plan: &BarPlan) -> Vec<Part> {
    let velocity = (44.0 + 40.0 * plan.cues.dynamics.clamp(0.0, 1.0)) as u8;
    let mut melody = Vec::new();
    let mut chords = Vec::new();
    for span in &plan.chords {
        let near = |tone: u8, low: u8| low + (12 + tone - low % 12) % 12;
        let held = |pitch: u8| Note {
            onset: span.onset,
            duration: span.duration,
            pitch,
            velocity,
        };
        melody.push(held(near(span.chord.root.get(), 67)));
        if plan.texture != Texture::Mono {
            let mut pitches: Vec<u8> = span
                .chord
                .pitch_classes()
                .map(|tone| near(tone.get(), 48))
                .collect();
            pitches.sort_unstable();
            pitches.dedup();
            chords.extend(pitches.into_iter().map(held));
        }
    }
    debug_assert!(role_range(Role::Chords, Texture::Band).0 <= 48);
    let mut parts = vec![melody_part(melody)];
    if plan.texture != Texture::Mono {
        parts.push(Part {
            name: "Piano".to_owned(),
            role: Role::Chords,
            program: 0,
            volume: 90,
            pan: 64,
            notes: chords,
        });
    }
    parts
}
