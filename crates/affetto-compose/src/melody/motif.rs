//! Motifs and the tune made of them.
//!
//! A motif is the rhythm of a bar and a contour over it in scale steps. A tune has two motifs and
//! an ending, and lays them out over the four bars of a phrase (Schoenberg 1967, "Fundamentals of
//! Musical Composition": motif, variation, sentence and period). All of it follows from the tune's
//! seed, so that a theme comes back the same after any time.

use affetto_music::Meter;
use rand_pcg::Pcg64Mcg;

use crate::Texture;
use crate::genre::MelodyHints;
use crate::melody::rhythm::Rhythm;
use crate::random::{self, chance, pick, stream, weighted};

/// Slots a contour covers; longer bars repeat it.
const CONTOUR: usize = 32;

/// One bar's idea.
#[derive(Debug, Clone)]
pub(crate) struct Motif {
    pub(crate) rhythm: Rhythm,
    /// Height in scale steps for each slot, 0 where the bar begins.
    pub(crate) heights: [i8; CONTOUR],
    /// Share of notes more or fewer than usual, about −0.35..=0.35: ideas differ in pace.
    pub(crate) pace: f64,
}

/// What a bar of a phrase does with the tune.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Figure {
    /// First motif, moved by scale steps.
    A(i8),
    /// Second motif, moved by scale steps.
    B(i8),
    /// First motif upside down.
    Inverted,
    /// The ending.
    Close,
}

/// A theme.
#[derive(Debug, Clone)]
pub(crate) struct Theme {
    pub(crate) a: Motif,
    pub(crate) b: Motif,
    pub(crate) close: Motif,
    /// Bars of a phrase before its last one.
    layout: [Figure; 3],
    /// What the third bar of an answering phrase does instead.
    answer: Figure,
    /// The tune keeps to five tones.
    pub(crate) pentatonic: bool,
    /// Phrases are led into by an upbeat.
    pub(crate) pickup: bool,
    /// Where the tune sits, in scale steps from the middle of the range.
    pub(crate) seat: i8,
}

impl Theme {
    /// The theme of a seed.
    pub(crate) fn new(
        seed: u64,
        hints: &MelodyHints,
        pentatonic: f64,
        meter: Meter,
        texture: Texture,
    ) -> Self {
        let mut rng = stream(&[seed, 61]);
        let leaps = match texture {
            Texture::Mono => 0.55,
            Texture::Poly | Texture::Band => 1.0 - hints.stepwise,
        };
        let mut a = Motif::draw(hints, leaps, meter, &mut rng);
        let mut b = Motif::draw(hints, leaps, meter, &mut rng);
        if chance(&mut rng, 0.3) {
            // The contrast is in the line alone.
            b.rhythm = a.rhythm.clone();
        }
        // One idea moves, the other one answers more calmly, or the other way round.
        let contrast = (random::unit(&mut rng) - 0.4) * 0.6;
        (a.pace, b.pace) = (contrast, -contrast);
        let close = Motif::draw(hints, leaps * 0.7, meter, &mut rng);
        let shift = pick(&mut rng, &[-2, -1, -1, 1, 1, 2]);
        let layouts = [
            [Figure::A(0), Figure::A(shift), Figure::B(0)],
            [Figure::A(0), Figure::B(0), Figure::A(shift)],
            [Figure::A(0), Figure::A(shift), Figure::A(2 * shift)],
            [Figure::A(0), Figure::B(0), Figure::B(shift)],
            [Figure::A(0), Figure::A(0), Figure::B(shift)],
            [Figure::A(0), Figure::Inverted, Figure::A(shift)],
        ];
        let answers = [
            Figure::B(-shift),
            Figure::A(shift + 2),
            Figure::Inverted,
            Figure::B(1),
        ];
        Self {
            answer: pick(&mut rng, &answers),
            layout: layouts[weighted(&mut rng, &[1.2, 1.3, 0.9, 0.9, 0.8, 0.5])],
            pentatonic: chance(&mut rng, pentatonic),
            pickup: chance(&mut rng, 0.45),
            seat: pick(&mut rng, &[-2, -1, 0, 0, 1, 2]),
            a,
            b,
            close,
        }
    }

    /// What a bar of a phrase does; the last bar closes, and answers take another way there.
    pub(crate) fn figure(&self, bar: u32, bars: u32, phrase: u32) -> Figure {
        if bar + 1 >= bars && bars > 1 {
            Figure::Close
        } else if bar == 2 && phrase % 2 == 1 {
            self.answer
        } else {
            self.layout[bar as usize % 3]
        }
    }

    /// The motif behind a figure, moved or turned.
    pub(crate) fn motif(&self, figure: Figure) -> Motif {
        let (source, shift, sign) = match figure {
            Figure::A(shift) => (&self.a, shift, 1),
            Figure::B(shift) => (&self.b, shift, 1),
            Figure::Inverted => (&self.a, 0, -1),
            Figure::Close => (&self.close, 0, 1),
        };
        let mut motif = source.clone();
        for height in &mut motif.heights {
            *height = *height * sign + shift;
        }
        motif
    }
}

impl Motif {
    /// A new motif in the manner of a genre; `leaps` in 0..=1 is the share of larger intervals.
    pub(crate) fn draw(hints: &MelodyHints, leaps: f64, meter: Meter, rng: &mut Pcg64Mcg) -> Self {
        let rhythm = Rhythm::draw(meter, hints.syncopation, rng);
        Self {
            rhythm,
            heights: contour(hints, leaps, rng),
            pace: 0.0,
        }
    }
}

/// A contour: an arch of one of six shapes with turns, repeated notes and a leap on it.
fn contour(hints: &MelodyHints, leaps: f64, rng: &mut Pcg64Mcg) -> [i8; CONTOUR] {
    let shape = weighted(rng, &[1.2, 0.7, 0.9, 1.0, 0.7, 0.4 + hints.repeated]);
    let size = 2.0 + 2.5 * leaps + 1.5 * random::unit(rng);
    let leap_at = pick(rng, &[4_usize, 6, 8, 10, 12]);
    let leap = if chance(rng, leaps) {
        pick(rng, &[-3_i8, 2, 3, 4])
    } else {
        0
    };
    let mut turns = 0_i8;
    let mut heights = [0_i8; CONTOUR];
    for slot in (0..CONTOUR).step_by(2) {
        let x = (slot % 16) as f64 / 15.0;
        let base = size
            * match shape {
                0 => (std::f64::consts::PI * x).sin(),
                1 => -(std::f64::consts::PI * x).sin(),
                2 => x,
                3 => -x,
                4 => (2.0 * std::f64::consts::PI * x).sin() * 0.7,
                _ => 0.0,
            };
        if slot > 0 && !chance(rng, hints.repeated) {
            let turn = pick(rng, &[-1_i8, 1, 1, -1, 0]);
            turns = if chance(rng, leaps * 0.5) {
                -turns
            } else {
                (turns + turn).clamp(-2, 2)
            };
        }
        // A leap lasts for a beat or two and falls back: leap and recovery.
        let jump = if (leap_at..leap_at + 4).contains(&(slot % 16)) {
            leap
        } else {
            0
        };
        heights[slot] = base.round() as i8 + turns + jump;
    }
    for slot in (1..CONTOUR).step_by(2) {
        let next = heights[(slot + 1) % CONTOUR];
        let before = heights[slot - 1];
        heights[slot] = if before == next {
            before + 1
        } else {
            before + (next - before).signum()
        };
    }
    let first = heights[0];
    for height in &mut heights {
        *height -= first;
    }
    heights
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Genre;

    #[test]
    fn a_theme_comes_back_the_same_and_others_differ() {
        let hints = &crate::genre::profile(Genre::Pop).melody;
        let theme = |seed| Theme::new(seed, hints, 0.4, Meter::COMMON, Texture::Band);
        assert_eq!(theme(1).a.heights, theme(1).a.heights);
        let different = (0..40).filter(|&seed| theme(seed).a.heights != theme(seed + 1).a.heights);
        assert!(different.count() > 36);
    }

    #[test]
    fn contours_stay_singable() {
        for seed in 0..200 {
            let hints = &crate::genre::profile(Genre::Jazz).melody;
            let theme = Theme::new(seed, hints, 0.0, Meter::COMMON, Texture::Mono);
            let heights = &theme.a.heights[..16];
            let span = heights.iter().max().unwrap() - heights.iter().min().unwrap();
            assert!((0..=14).contains(&span), "{heights:?}");
        }
    }
}
