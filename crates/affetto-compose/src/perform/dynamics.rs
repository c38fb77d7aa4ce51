//! Loudness: by cue, accent, voice, height and place in the phrase.

use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Note, Role};

use super::noise::white;
use super::{Stand, arch, phrasing, place_in_phrase};
use crate::{BarPlan, Texture};

/// The velocity of a neutral note: 46 to 86 by the dynamics cue, which gives the means of EMOPIA
/// (Hung et al. 2021): 53 in the calm and sad quadrants, 79 in the joyful and angry ones.
pub(super) fn base(plan: &BarPlan) -> f64 {
    46.0 + 40.0 * plan.cues.dynamics.clamp(0.0, 1.0)
}

/// A change of velocity by decibels: amplitude grows with the square of velocity (General MIDI).
fn louder(velocity: f64, db: f64) -> f64 {
    velocity * 10.0_f64.powf(db / 40.0)
}

impl Stand<'_> {
    pub(super) fn velocity(&self, note: &Note) -> u8 {
        // The written velocity is a proportion of neutral 80.
        let written = base(self.plan) * f64::from(note.velocity) / 80.0;
        if !self.settings.dynamics {
            let flat = if self.role == Role::Drums {
                written
            } else {
                base(self.plan)
            };
            return clamp(flat);
        }
        let db = if self.role == Role::Drums {
            0.4 * self.phrase_db(note) + self.chance_db(note, 1.2)
        } else {
            self.accent_db(note)
                + self.voice_db()
                + self.height_db(note)
                + self.phrase_db(note)
                + self.chance_db(note, 1.0)
        };
        clamp(louder(written, db))
    }

    /// The metre: +2 dB on the first beat, +1 dB in the middle of the bar, less between the beats.
    fn accent_db(&self, note: &Note) -> f64 {
        let beat = self.plan.meter.beat_ticks(TICKS_PER_QUARTER).max(1);
        let middle = self.plan.meter.numerator.is_multiple_of(2) && note.onset == self.ticks / 2;
        let db = match note.onset {
            0 => 2.0,
            _ if middle => 1.0,
            onset if onset.is_multiple_of(beat) => 0.0,
            onset if onset.is_multiple_of((beat / 2).max(1)) => -0.7,
            _ => -1.4,
        };
        if self.role == Role::Pad { 0.0 } else { db }
    }

    /// The balance of voices: the tune in front.
    fn voice_db(&self) -> f64 {
        match self.role {
            Role::Melody => 3.0,
            Role::Chords if self.plan.texture == Texture::Poly => -1.5,
            Role::Counter | Role::Other | Role::Pad => -1.0,
            Role::Chords | Role::Bass | Role::Drums => 0.0,
        }
    }

    /// High-loud: a quarter decibel a semitone around the middle of the part.
    fn height_db(&self, note: &Note) -> f64 {
        match self.role {
            Role::Melody | Role::Counter => {
                ((f64::from(note.pitch) - self.mean_pitch) / 4.0).clamp(-2.5, 2.5)
            }
            _ => 0.0,
        }
    }

    /// The phrase arch: with phrasing 1.5 from −1.5 dB to 0 and down to −3 dB.
    fn phrase_db(&self, note: &Note) -> f64 {
        let depth = if self.breathes() { 2.0 } else { 1.0 };
        depth * phrasing(self.plan) * arch(place_in_phrase(self.plan, note.onset))
    }

    fn chance_db(&self, note: &Note, size: f64) -> f64 {
        size * white(&[
            self.seed,
            self.plan.index,
            self.player,
            u64::from(note.onset),
            u64::from(note.pitch),
        ])
    }
}

fn clamp(velocity: f64) -> u8 {
    velocity.round().clamp(1.0, 127.0) as u8
}
