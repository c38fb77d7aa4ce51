//! Note lengths: by the articulation cue, and the pedal of the piano.

use affetto_music::{Note, Role};

use super::Stand;
use crate::{Genre, Texture};

impl Stand<'_> {
    /// When a note that starts at `onset` and was written until `end` is let go.
    pub(super) fn release(&self, note: &Note, onset: f64, end: f64) -> f64 {
        if !self.settings.articulation || self.role == Role::Drums {
            return end;
        }
        let share = self.share(note);
        let released = onset + (end - onset) * share;
        if self.pedals() {
            released.max(self.pedal(note, released))
        } else {
            released
        }
    }

    /// Sounding share of the written length.
    fn share(&self, note: &Note) -> f64 {
        let asked = self.plan.cues.articulation.clamp(0.3, 1.0);
        let half = 2 * self
            .plan
            .meter
            .beat_ticks(affetto_music::score::TICKS_PER_QUARTER);
        match self.role {
            Role::Pad | Role::Counter => 1.0,
            // Bass lines carry their rests in the pattern.
            Role::Bass => asked.max(0.72),
            _ if note.duration >= half => asked.max(0.85),
            Role::Melody => asked.max(0.5),
            _ => asked,
        }
    }

    /// Whether struck strings ring on: the piano alone, harp, guitar and piano in quiet genres.
    fn pedals(&self) -> bool {
        let rings = matches!(self.program, 0..=5 | 11 | 24 | 46) && self.role != Role::Melody;
        let quiet = matches!(self.plan.genre, Genre::Ambient | Genre::Classical);
        rings && (self.plan.texture == Texture::Poly || quiet)
    }

    /// How long the pedal holds a note: towards the end of its chord, the more the more connected.
    fn pedal(&self, note: &Note, released: f64) -> f64 {
        let amount = ((self.plan.cues.articulation - 0.45) / 0.4).clamp(0.0, 1.0);
        let lifted = self
            .plan
            .chords
            .iter()
            .map(|span| span.onset.saturating_add(span.duration))
            .find(|&end| end > note.onset)
            .map_or(released, f64::from);
        released + amount * (lifted.min(f64::from(self.ticks)) - released).max(0.0)
    }
}
