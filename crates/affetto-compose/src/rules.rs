//! The knowledge-based bar source, and the plain bar that is played when nothing better came.

use affetto_music::{Note, Role};
use rand_pcg::Pcg64Mcg;

use crate::arrange::{accompany, instrument, part};
use crate::random::mix;
use crate::validate::role_range;
use crate::{Bar, BarContext, BarPlan, BarSource, Genre, Part, Texture, ThemeUse, melody};

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
        let quoted = quoted_bar(plan, context.history);
        if let Some(bar) = quoted
            && bar.plan.layers == plan.layers
        {
            return bar.parts.clone();
        }
        let again = quoted.and_then(|bar| melody_of(&bar.parts));
        let tune = if context.melody.is_empty() {
            again.unwrap_or_else(|| melody::tune(plan, context, rng))
        } else {
            context.melody.to_vec()
        };
        let mut parts = accompany(plan, &tune, context, rng);
        if plan.layers.melody {
            let chosen = instrument(plan, Role::Melody, context.history);
            parts.insert(0, part(&chosen, Role::Melody, tune));
        }
        parts
    }
}

/// How often a genre repeats a phrase to the note when its section returns, 0..=1: more in music
/// made of loops, hardly ever where players vary.
fn quoting(genre: Genre) -> f64 {
    match genre {
        Genre::HipHop => 0.6,
        Genre::Disco | Genre::Rock | Genre::Metal => 0.35,
        Genre::Reggae | Genre::Pop => 0.25,
        Genre::Country => 0.15,
        Genre::Ambient | Genre::Blues => 0.08,
        Genre::Classical | Genre::Jazz => 0.03,
    }
}

/// The earlier bar that this one repeats, if it is to repeat one and nothing has changed since.
pub(crate) fn quoted_bar<'a>(plan: &BarPlan, history: &'a [Bar]) -> Option<&'a Bar> {
    let place = mix(&[
        plan.tune.seed,
        u64::from(plan.tune.phrase),
        u64::from(plan.tune.pass),
        19,
    ]) % 1000;
    if plan.theme != ThemeUse::Vary || place as f64 >= 1000.0 * quoting(plan.genre) {
        return None;
    }
    let like = |bar: &&Bar| {
        let (old, new) = (&bar.plan, plan);
        (
            old.tune.seed,
            old.tune.phrase,
            old.phrase_bar,
            old.phrase_bars,
        ) == (
            new.tune.seed,
            new.tune.phrase,
            new.phrase_bar,
            new.phrase_bars,
        ) && (old.key, old.scale, old.genre, old.texture, old.groove)
            == (new.key, new.scale, new.genre, new.texture, new.groove)
            && (&old.chords, old.cadence, old.fill, old.steady)
                == (&new.chords, new.cadence, new.fill, new.steady)
            && old.layers.melody
            && (old.cues.density - new.cues.density).abs() < 0.15
            && (old.cues.register - new.cues.register).abs() < 1.0
    };
    history.iter().rev().find(like)
}

fn melody_of(parts: &[Part]) -> Option<Vec<Note>> {
    let melody = parts.iter().find(|part| part.role == Role::Melody);
    melody.map(|part| part.notes.clone())
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
