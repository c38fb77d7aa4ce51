//! What makes a genre: tempo, metre, swing, harmony, melody, instruments, grooves.
//!
//! [`profile`] gives the table of a genre. Tempos are quartiles measured on 744 songs by genre
//! where there are any (blues, reggae, metal and ambient have none and are written from
//! practice); everything is a table, so that a musician can read and change it.

pub mod band;
pub mod numeral;
pub mod steps;
mod tables;

use affetto_music::{Bpm, Meter};

use crate::{Genre, Scale};

pub use band::{Band, Entry, Groove, Instrument, Line, Palette, Place, Use, Voicing};
pub use steps::{Drum, Grid, Lane};

/// The table of a genre.
#[must_use]
pub fn profile(genre: Genre) -> &'static Profile {
    match genre {
        Genre::Blues => &tables::blues::PROFILE,
        Genre::Classical => &tables::classical::PROFILE,
        Genre::Country => &tables::country::PROFILE,
        Genre::Disco => &tables::disco::PROFILE,
        Genre::HipHop => &tables::hip_hop::PROFILE,
        Genre::Jazz => &tables::jazz::PROFILE,
        Genre::Metal => &tables::metal::PROFILE,
        Genre::Pop => &tables::pop::PROFILE,
        Genre::Reggae => &tables::reggae::PROFILE,
        Genre::Rock => &tables::rock::PROFILE,
        Genre::Ambient => &tables::ambient::PROFILE,
    }
}

/// Everything the composer knows of a genre.
#[derive(Debug)]
pub struct Profile {
    /// The genre.
    pub genre: Genre,
    /// Name for people, e.g. `"Hip hop"`.
    pub label: &'static str,
    /// Tempo band; the emotion moves inside it and never leaves it.
    pub tempo: TempoBand,
    /// Metres in use, the usual one first.
    pub meters: &'static [Meter],
    /// Swing.
    pub swing: Swing,
    /// Progressions in major.
    pub major: Progressions,
    /// Progressions in minor.
    pub minor: Progressions,
    /// Scales the genre lives in.
    pub scales: ScaleHints,
    /// What tunes of the genre are like.
    pub melody: MelodyHints,
    /// Who plays and what.
    pub band: Band,
}

/// Tempos of a genre in quarter notes a minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TempoBand {
    /// Slowest sensible tempo.
    pub min: f64,
    /// First quartile.
    pub slow: f64,
    /// Median.
    pub typical: f64,
    /// Third quartile.
    pub fast: f64,
    /// Fastest sensible tempo.
    pub max: f64,
}

impl TempoBand {
    /// The tempo at a place in 0..=1 inside the band: 0 the slowest, 0.5 the median, 1 the fastest,
    /// linear between the quartiles.
    #[must_use]
    pub fn at(&self, place: f64) -> Bpm {
        let knots = [self.min, self.slow, self.typical, self.fast, self.max];
        let x = if place.is_nan() {
            2.0
        } else {
            place.clamp(0.0, 1.0) * 4.0
        };
        let index = (x as usize).min(3);
        let part = x - index as f64;
        Bpm::clamped(knots[index] * (1.0 - part) + knots[index + 1] * part)
    }

    /// The nearest tempo inside the band.
    #[must_use]
    pub fn clamp(&self, bpm: Bpm) -> Bpm {
        Bpm::clamped(bpm.get().clamp(self.min, self.max))
    }
}

/// Swing: how the off-beat half of a pair is delayed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swing {
    /// Share of the pair taken by its first note: 0.5 straight, 0.667 triplet shuffle.
    pub ratio: f64,
    /// What swings: 8 for eighth notes, 16 for sixteenths.
    pub unit: u32,
}

impl Swing {
    /// No swing.
    pub const STRAIGHT: Self = Self {
        ratio: 0.5,
        unit: 8,
    };
}

/// Progressions of one mode in the notation of [`numeral::progression`]; 4, 8 or 12 bars each,
/// the commonest first.
#[derive(Debug, Clone, Copy)]
pub struct Progressions {
    /// Main sections (verse, theme).
    pub a: &'static [&'static str],
    /// Contrasting sections (chorus, bridge).
    pub b: &'static [&'static str],
}

/// The scales of a genre.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ScaleHints {
    /// Darkest scale in use.
    pub darkest: Scale,
    /// The usual scale of minor pieces.
    pub minor: Scale,
    /// The usual scale of major pieces.
    pub major: Scale,
    /// Brightest scale in use.
    pub brightest: Scale,
    /// How much tunes use the blue third, fifth and seventh, 0..=1.
    pub blue_notes: f64,
    /// Chance in 0..=1 that a tune keeps to the pentatonic scale of the mode.
    pub pentatonic: f64,
}

/// What tunes of a genre are like.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MelodyHints {
    /// Notes a beat of a sparse tune and of a busy one.
    pub notes_per_beat: (f64, f64),
    /// Share of onsets off the beat that are tied over it, 0..=1.
    pub syncopation: f64,
    /// Share of steps (two semitones or fewer) among the intervals, 0..=1.
    pub stepwise: f64,
    /// Share of repeated pitches, 0..=1.
    pub repeated: f64,
    /// Chromatic neighbour and approach notes, 0..=1.
    pub chromatic: f64,
    /// Finest grid: notes a beat (2 eighths, 3 triplets, 4 sixteenths).
    pub grid: u32,
    /// Share of a phrase that is rest, 0..=1.
    pub rests: f64,
    /// Lowest and highest usual pitch at register 0.
    pub range: (u8, u8),
}

#[cfg(test)]
mod tests {
    use affetto_music::PitchClass;

    use super::*;

    #[test]
    fn all_progressions_are_readable_and_of_usual_length() {
        for &genre in Genre::ALL {
            let profile = profile(genre);
            assert_eq!(profile.genre, genre);
            let pools = [
                profile.major.a,
                profile.major.b,
                profile.minor.a,
                profile.minor.b,
            ];
            for text in pools.iter().flat_map(|pool| pool.iter()) {
                let bars = numeral::progression(text, PitchClass::new(0)).expect(text);
                assert!(matches!(bars.len(), 4 | 8 | 12), "{genre}: {text}");
                assert!(
                    bars.iter().all(|bar| matches!(bar.len(), 1 | 2)),
                    "{genre}: {text}"
                );
            }
            assert!(pools.iter().all(|pool| pool.len() >= 2), "{genre}");
        }
    }

    #[test]
    fn tempo_bands_rise_and_pass_through_their_quartiles() {
        for &genre in Genre::ALL {
            let band = profile(genre).tempo;
            assert!(band.min < band.slow && band.slow < band.typical, "{genre}");
            assert!(band.typical < band.fast && band.fast < band.max, "{genre}");
            assert!((band.at(0.5).get() - band.typical).abs() < 1e-9, "{genre}");
            assert!((band.at(-3.0).get() - band.min).abs() < 1e-9, "{genre}");
            assert!((band.at(9.0).get() - band.max).abs() < 1e-9, "{genre}");
        }
    }
}
