//! When notes sound: swing, human timing, melody lead, strums, and the tempo of the phrase.

use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Note, Role};

use super::noise::{pink, white};
use super::{Stand, StrokeTiming, arch, breathes, phrasing, place_in_phrase};
use crate::genre::{Drum, profile};
use crate::{BarPlan, Genre, PerformanceSettings, Texture};

/// The grid on which a band shares its timing.
const TATUM: u32 = TICKS_PER_QUARTER / 4;

/// How much later a melody stands out before what goes with it (Palmer 1996 measured 10–30 ms).
const MELODY_LEAD_MS: f64 = 12.0;
/// Largest standard deviation of a drummer's strokes that is played, in ms.
const MOST_UNEVEN_MS: f64 = 8.0;
/// Furthest that a learnt stroke is played from its place, in ms.
const MOST_OFFSET_MS: f64 = 25.0;

/// The tempo of a bar as a factor: the phrase arch in tempo where the music breathes, a ritard at
/// the end; 1 in steady bars and where timing is off.
#[must_use]
pub fn rubato(plan: &BarPlan, settings: PerformanceSettings, ends: bool) -> f64 {
    if !settings.timing || plan.steady {
        return 1.0;
    }
    let depth = match (breathes(plan), plan.genre) {
        (true, Genre::Ambient) => 0.02,
        (true, Genre::Disco | Genre::HipHop | Genre::Metal | Genre::Reggae) => 0.02,
        (true, _) => 0.07,
        (false, _) => 0.0,
    };
    let phrase = 1.0 + depth * phrasing(plan) * arch(place_in_phrase(plan, plan.ticks() / 2));
    let ritard = match (ends, breathes(plan)) {
        (true, true) => 0.82,
        (true, false) => 0.92,
        (false, _) => 1.0,
    };
    phrase * ritard
}

impl Stand<'_> {
    /// Onset and end of a note as played, in ticks of the bar.
    pub(super) fn moment(&self, notes: &[Note], index: usize) -> (u32, u32) {
        let note = &notes[index];
        let swung = |tick: u32| self.swung(f64::from(tick));
        let shift = if self.settings.timing {
            self.shift_ms(notes, index) * self.ticks_per_ms
        } else {
            0.0
        };
        let last = f64::from(self.ticks.saturating_sub(1));
        let onset = (swung(note.onset) + shift).clamp(0.0, last).round();
        let end = swung(note.end().min(self.ticks)) + shift.max(0.0) * 0.5;
        let end = self
            .release(note, onset, end)
            .clamp(onset + 1.0, last + 1.0);
        (onset as u32, end.round() as u32)
    }

    /// A tick with the swing of the genre: the first of a pair takes `ratio` of it.
    fn swung(&self, tick: f64) -> f64 {
        let swing = profile(self.plan.genre).swing;
        if !self.settings.swing || swing.ratio <= 0.5 {
            return tick;
        }
        // Fast swing straightens (Friberg & Sundström 2002).
        let ratio = (swing.ratio - 0.001 * (self.plan.bpm.get() - 150.0).max(0.0)).max(0.5);
        let pair = f64::from(TICKS_PER_QUARTER * 8 / swing.unit.max(1));
        let (start, place) = ((tick / pair).floor() * pair, tick % pair);
        if start + pair > f64::from(self.ticks) {
            return tick;
        }
        let half = pair / 2.0;
        if place < half {
            start + place * 2.0 * ratio
        } else {
            start + pair * ratio + (place - half) * 2.0 * (1.0 - ratio)
        }
    }

    /// Milliseconds that a note comes late (or early, below 0).
    fn shift_ms(&self, notes: &[Note], index: usize) -> f64 {
        let note = &notes[index];
        let tatum = u64::from(note.onset / TATUM);
        let step = self.plan.index * u64::from(self.ticks.div_ceil(TATUM)) + tatum;
        let calm = if self.plan.steady { 0.35 } else { 1.0 };
        let together = pink(self.seed, step) * self.spread_ms() * calm;
        let learnt = (self.timing)(note).filter(|_| self.role == Role::Drums);
        if let Some(timing) = learnt {
            return together + self.learnt_ms(note, step, timing, calm);
        }
        let own = white(&[self.seed, self.player, step]) * 2.0 * calm;
        together + own + self.place_ms(note) + self.strum_ms(notes, index)
    }

    /// A drummer's own place and unevenness. What the band shares of it is taken off, so that both
    /// together are as uneven as was learnt.
    fn learnt_ms(&self, note: &Note, step: u64, timing: StrokeTiming, calm: f64) -> f64 {
        // White noise in −1..=1 has standard deviation 1/√3.
        let unit = 3.0_f64.sqrt() * white(&[self.seed, self.player, step, u64::from(note.pitch)]);
        let deviation = timing.deviation_ms.min(MOST_UNEVEN_MS);
        let own = (deviation.powi(2) - self.spread_ms().powi(2))
            .max(0.0)
            .sqrt();
        timing.offset_ms.clamp(-MOST_OFFSET_MS, MOST_OFFSET_MS) + own * unit * calm
    }

    /// Standard deviation of a role's timing.
    fn spread_ms(&self) -> f64 {
        let tight = match self.plan.genre {
            Genre::Disco | Genre::HipHop | Genre::Metal => 0.6,
            _ => 1.0,
        };
        let role = match self.role {
            Role::Drums => 3.0,
            Role::Bass => 5.0,
            Role::Melody => 9.0,
            _ => 7.0,
        };
        role * if self.plan.texture == Texture::Band {
            tight
        } else {
            1.0
        }
    }

    /// The place of a role around the beat.
    fn place_ms(&self, note: &Note) -> f64 {
        let lead = match self.role {
            Role::Melody | Role::Drums => 0.0,
            _ if breathes(self.plan) => MELODY_LEAD_MS,
            _ => 0.0,
        };
        match self.role {
            Role::Melody => profile(self.plan.genre).band.laid_back_ms,
            Role::Drums => snare_ms(self.plan.genre, note.pitch),
            _ => lead,
        }
    }

    /// Chords are not struck at once: 4 ms from key to key, 11 ms from string to string, down on
    /// the beat and up between.
    fn strum_ms(&self, notes: &[Note], index: usize) -> f64 {
        if !matches!(self.role, Role::Chords | Role::Other) {
            return 0.0;
        }
        let note = &notes[index];
        let same = |other: &&Note| other.onset == note.onset;
        let (count, below) = notes
            .iter()
            .filter(same)
            .fold((0_u32, 0_u32), |(count, below), other| {
                (count + 1, below + u32::from(other.pitch < note.pitch))
            });
        if count < 2 {
            return 0.0;
        }
        let (each, down) = match self.program {
            29 | 30 => (4.0, true),
            24..=28 => (11.0, note.onset.is_multiple_of(TICKS_PER_QUARTER)),
            46 => (14.0, true),
            _ => (4.0, true),
        };
        let order = if down { below } else { count - 1 - below };
        each * f64::from(order)
    }
}

/// How much later than the bass drum a genre's drummers play the snare: means of the Groove MIDI
/// Dataset (Gillick et al. 2019), by `scripts/groove_tables.py`.
fn snare_ms(genre: Genre, key: u8) -> f64 {
    if key != Drum::Snare.key() && key != Drum::Clap.key() {
        return 0.0;
    }
    match genre {
        Genre::HipHop => 10.0,
        Genre::Rock => 6.0,
        Genre::Pop => 4.0,
        Genre::Disco | Genre::Blues => 3.0,
        _ => 0.0,
    }
}
