//! Expressive performance: how the written bar is played.
//!
//! Rules after Director Musices (Friberg, Bresin & Sundberg 2006, "Overview of the KTH rule system
//! for musical performance"): accents, high-loud, phrase arch, melody lead, all in decibels and
//! milliseconds; fractal timing after Hennig et al. 2011 ("The nature and perception of
//! fluctuations in human musical rhythms"); swing that straightens at fast tempo after Friberg &
//! Sundström 2002. The same plan, parts and seed give the same performance; no state is kept, so
//! bars may be performed in any order.

mod articulation;
mod dynamics;
mod noise;
mod timing;

#[cfg(test)]
mod tests;

use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Note, Role};

use crate::{BarPlan, Genre, Part, PerformanceSettings, Texture};

pub use timing::rubato;

/// Plays the parts of a bar: velocities, onsets and lengths as a band would.
///
/// Notes stay inside the bar and keep their pitches, none is lost; two notes of one pitch in a part
/// stand at least a tick apart, and melody and bass stay single lines. With all switches off only
/// the loudness of the plan is applied.
#[must_use]
pub fn perform(
    plan: &BarPlan,
    parts: &[Part],
    settings: PerformanceSettings,
    seed: u64,
) -> Vec<Part> {
    perform_with(plan, parts, settings, seed, &|_| None)
}

/// When a drummer plays a stroke, as far as it was learnt.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StrokeTiming {
    /// How much later than the rest of the kit, in ms.
    pub offset_ms: f64,
    /// Standard deviation of that, in ms.
    pub deviation_ms: f64,
}

/// What is known of the timing of a written stroke of the drums.
pub type StrokeTimings<'a> = dyn Fn(&Note) -> Option<StrokeTiming> + 'a;

/// [`perform`] with the learnt timing of drums, where `timing` knows any.
#[must_use]
pub fn perform_with(
    plan: &BarPlan,
    parts: &[Part],
    settings: PerformanceSettings,
    seed: u64,
    timing: &StrokeTimings<'_>,
) -> Vec<Part> {
    let play = |(index, part): (usize, &Part)| {
        let stand = Stand {
            timing,
            ..Stand::new(plan, part, settings, seed, index as u64)
        };
        Part {
            notes: stand.play(&part.notes),
            ..part.clone()
        }
    };
    parts.iter().enumerate().map(play).collect()
}

/// One player with the bar before them.
struct Stand<'a> {
    plan: &'a BarPlan,
    role: Role,
    program: u8,
    settings: PerformanceSettings,
    /// Seed of the band.
    seed: u64,
    /// Number of the player.
    player: u64,
    /// Length of the bar.
    ticks: u32,
    ticks_per_ms: f64,
    /// Mean pitch of the part.
    mean_pitch: f64,
    /// The timing of strokes that was learnt.
    timing: &'a StrokeTimings<'a>,
}

impl<'a> Stand<'a> {
    fn new(
        plan: &'a BarPlan,
        part: &Part,
        settings: PerformanceSettings,
        seed: u64,
        player: u64,
    ) -> Self {
        let sum: f64 = part.notes.iter().map(|note| f64::from(note.pitch)).sum();
        Self {
            plan,
            role: part.role,
            program: part.program,
            settings,
            seed,
            player,
            ticks: plan.ticks(),
            ticks_per_ms: plan.bpm.get() * f64::from(TICKS_PER_QUARTER) / 60_000.0,
            mean_pitch: if part.notes.is_empty() {
                60.0
            } else {
                sum / part.notes.len() as f64
            },
            timing: &|_| None,
        }
    }

    fn play(&self, notes: &[Note]) -> Vec<Note> {
        let mut played: Vec<Note> = notes
            .iter()
            .enumerate()
            .map(|(index, note)| {
                let (onset, end) = self.moment(notes, index);
                let velocity = self.velocity(note);
                Note {
                    onset,
                    duration: end.saturating_sub(onset).max(1),
                    pitch: note.pitch,
                    velocity,
                }
            })
            .collect();
        self.separate(&mut played);
        played.sort_unstable();
        played
    }

    /// Whether the part is a single line.
    fn one_voice(&self) -> bool {
        self.plan.texture == Texture::Mono || matches!(self.role, Role::Melody | Role::Bass)
    }

    /// Ends every note before the next of its pitch, or of its line, and at the end of the bar.
    fn separate(&self, notes: &mut [Note]) {
        notes.sort_unstable_by_key(|note| (note.onset, note.pitch));
        let last = self.ticks.saturating_sub(1);
        for index in 0..notes.len() {
            let note = notes[index];
            let blocks = |other: &&Note| other.pitch == note.pitch || self.one_voice();
            let next = notes[index + 1..]
                .iter()
                .find(blocks)
                .map(|other| other.onset);
            let limit = next
                .map_or(last, |onset| onset.saturating_sub(1))
                .max(note.onset + 1);
            notes[index].duration = note.duration.min(limit - note.onset).max(1);
        }
        for index in 1..notes.len() {
            let clash = |other: &Note| {
                (other.pitch == notes[index].pitch || self.one_voice())
                    && other.end() > notes[index].onset
            };
            if let Some(before) = notes[..index].iter().rposition(clash) {
                // Two onsets that fell on one tick: the later one waits.
                let end = notes[before].end();
                let late = notes[index].end().max(end + 1);
                notes[index].onset = end.min(last);
                notes[index].duration = late
                    .min(self.ticks)
                    .saturating_sub(notes[index].onset)
                    .max(1);
            }
        }
    }

    /// Music that breathes instead of keeping a groove.
    fn breathes(&self) -> bool {
        breathes(self.plan)
    }
}

/// Whether a bar is music that breathes instead of keeping a groove.
fn breathes(plan: &BarPlan) -> bool {
    plan.texture == Texture::Poly || matches!(plan.genre, Genre::Classical | Genre::Ambient)
}

/// Where a tick of the bar lies in its phrase, 0..=1.
fn place_in_phrase(plan: &BarPlan, tick: u32) -> f64 {
    let bar = f64::from(tick) / f64::from(plan.ticks().max(1));
    ((f64::from(plan.phrase_bar) + bar) / f64::from(plan.phrase_bars.max(1))).clamp(0.0, 1.0)
}

/// The phrase arch: 0 at its peak, −1 at the end, −1/2 at the start, along parabolas (Todd 1992).
fn arch(place: f64) -> f64 {
    const PEAK: f64 = 0.6;
    if place < PEAK {
        -0.5 * ((PEAK - place) / PEAK).powi(2)
    } else {
        -((place - PEAK) / (1.0 - PEAK)).powi(2)
    }
}

/// How strongly phrases are shaped: 1.5 for calm and sadness, 0.5 for anger and joy.
fn phrasing(plan: &BarPlan) -> f64 {
    let calm = (1.0 - plan.target.a()) / 2.0;
    if plan.steady { 0.2 } else { 0.5 + calm }
}
