//! The senses, and how far each can be trusted for one listener.

use crate::estimate::Matrix;
use crate::{Affect, Covariance, Error, Estimate};

/// Where an estimate of a feeling comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sense {
    /// A face on a picture.
    Face,
    /// The tone of a voice.
    Voice,
    /// What is said or typed.
    Words,
}

impl Sense {
    /// All senses.
    pub const ALL: [Self; 3] = [Self::Face, Self::Voice, Self::Words];

    /// Its name: `face`, `voice` or `words`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Face => "face",
            Self::Voice => "voice",
            Self::Words => "words",
        }
    }
}

impl std::fmt::Display for Sense {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

impl std::str::FromStr for Sense {
    type Err = Error;

    /// Reads a name; `text` means the words as well.
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "text" => Ok(Self::Words),
            _ => Self::ALL
                .into_iter()
                .find(|sense| sense.name() == name)
                .ok_or_else(|| Error::unknown_name("sense", name, &["face", "voice", "words"])),
        }
    }
}

/// How far a sense can be trusted for one listener, learnt from corrections.
///
/// The errors of a sense are taken as Gaussian with its own covariance Σ times an unknown factor
/// *f*, which is 1 for the people that its model was calibrated on. *f* has an inverse-gamma
/// distribution with shape α and scale β, the conjugate prior of a variance (e.g. Gelman et al.
/// 2013, "Bayesian Data Analysis", section 2.6): a correction whose squared normalized error is
/// *d²* = eᵀ(Σ + Σc)⁻¹e in two dimensions turns α into α + 1 and β into β + *d²*/2, where Σc is
/// how finely people point. The factor in use is the mean β/(α − 1), within [`Reliability::FACTORS`].
///
/// The prior counts as [`Reliability::PRIOR_CORRECTIONS`] corrections with errors as expected, so
/// one odd click changes little; only the last [`Reliability::MEMORY`] or so corrections count, so
/// that a listener may change; and *d²* is cut at [`Reliability::MAX_SQUARED_ERROR`], so that no
/// click silences a sense.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reliability {
    shape: f64,
    scale: f64,
}

impl Default for Reliability {
    /// Trusted as calibrated.
    fn default() -> Self {
        Self {
            shape: 1.0 + Self::PRIOR_CORRECTIONS,
            scale: Self::PRIOR_CORRECTIONS,
        }
    }
}

impl Reliability {
    /// What the prior weighs, in corrections.
    pub const PRIOR_CORRECTIONS: f64 = 4.0;
    /// How many corrections count at most, the prior's among them; older ones fade.
    pub const MEMORY: f64 = 40.0;
    /// Smallest and largest factor on a covariance.
    pub const FACTORS: (f64, f64) = (0.25, 16.0);
    /// Largest squared normalized error of a correction that is counted: about 1 in 2000 of a
    /// calibrated sense lie beyond √15 standard deviations.
    pub const MAX_SQUARED_ERROR: f64 = 15.0;
    /// How finely people point at a feeling: a standard deviation of a tenth of the half axis.
    const POINTING_SD: f64 = 0.1;

    /// Shape and scale of the distribution as they were given by [`Reliability::to_parts`], or
    /// `None` when they cannot come from there.
    #[must_use]
    pub fn from_parts(shape: f64, scale: f64) -> Option<Self> {
        let sound = (1.0 + Self::PRIOR_CORRECTIONS..=1.0 + Self::MEMORY).contains(&shape)
            && (0.0..=Self::MEMORY * Self::MAX_SQUARED_ERROR).contains(&scale);
        sound.then_some(Self { shape, scale })
    }

    /// Shape and scale, for storing.
    #[must_use]
    pub fn to_parts(self) -> (f64, f64) {
        (self.shape, self.scale)
    }

    /// The factor on the covariance of the sense: above 1 it is trusted less than its model says,
    /// below 1 more.
    #[must_use]
    pub fn factor(self) -> f64 {
        let (least, most) = Self::FACTORS;
        (self.scale / (self.shape - 1.0)).clamp(least, most)
    }

    /// An estimate of the sense, as far as it can be trusted for this listener.
    #[must_use]
    pub fn apply(self, estimate: Estimate) -> Estimate {
        estimate.widened(self.factor())
    }

    /// Learns from a correction: the sense said `estimate` (before [`Reliability::apply`]), the
    /// listener says `truth`.
    pub fn correct(&mut self, estimate: &Estimate, truth: Affect) {
        let squared = squared_error(estimate, truth).clamp(0.0, Self::MAX_SQUARED_ERROR);
        self.shape += 1.0;
        self.scale += 0.5 * squared;
        let count = self.shape - 1.0;
        if count > Self::MEMORY {
            self.scale *= Self::MEMORY / count;
            self.shape = 1.0 + Self::MEMORY;
        }
    }
}

/// The squared normalized error of an estimate, with how finely people point.
fn squared_error(estimate: &Estimate, truth: Affect) -> f64 {
    let pointing = Covariance::independent(Reliability::POINTING_SD, Reliability::POINTING_SD);
    let precision: Matrix = estimate.covariance.plus(&pointing).inverse();
    let error = (truth.v() - estimate.mean.v(), truth.a() - estimate.mean.a());
    let (v, a) = precision.times(error);
    error.0 * v + error.1 * a
}

/// How far each sense can be trusted for one listener.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Reliabilities {
    /// The face.
    pub face: Reliability,
    /// The tone of the voice.
    pub voice: Reliability,
    /// The words.
    pub words: Reliability,
}

impl Reliabilities {
    /// That of one sense.
    #[must_use]
    pub fn of(&self, sense: Sense) -> Reliability {
        match sense {
            Sense::Face => self.face,
            Sense::Voice => self.voice,
            Sense::Words => self.words,
        }
    }

    /// That of one sense, to be changed.
    pub fn of_mut(&mut self, sense: Sense) -> &mut Reliability {
        match sense {
            Sense::Face => &mut self.face,
            Sense::Voice => &mut self.voice,
            Sense::Words => &mut self.words,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(v: f64, a: f64, sd: f64) -> Estimate {
        Estimate::from_gaussian(Affect::clamped(v, a), Covariance::independent(sd, sd))
    }

    /// The factor after corrections by these distances of a sense with a standard deviation of .3.
    #[track_caller]
    fn check(distances: &[f64], expected: &str) {
        let mut reliability = Reliability::default();
        for distance in distances {
            reliability.correct(&at(-0.5, 0.0, 0.3), Affect::clamped(distance - 0.5, 0.0));
        }
        assert_eq!(format!("{:.2}", reliability.factor()), expected);
    }

    #[test]
    fn corrections_change_the_trust() {
        check(&[], "1.00");
        // √(2·.1) = .447 is the distance that is expected of variances .09 + .01 in two dimensions.
        check(&[0.447; 5], "1.00");
        check(&[0.0; 4], "0.50");
        check(&[0.0; 200], "0.25");
        check(&[1.0; 1], "1.80");
        check(&[1.4; 8], "5.33");
        check(&[1.4; 200], "7.49");
    }

    #[test]
    fn names() {
        for sense in Sense::ALL {
            assert_eq!(sense.name().parse(), Ok(sense));
        }
        assert_eq!("text".parse(), Ok(Sense::Words));
        let error = "nose".parse::<Sense>().unwrap_err().to_string();
        assert_eq!(
            error,
            "unknown sense \"nose\", expected one of: face, voice, words"
        );
    }

    #[test]
    fn a_sense_that_errs_counts_less() {
        let mut reliabilities = Reliabilities::default();
        for _ in 0..10 {
            reliabilities
                .of_mut(Sense::Face)
                .correct(&at(0.6, 0.0, 0.2), Affect::clamped(-0.4, 0.0));
        }
        let senses = [
            reliabilities.of(Sense::Face).apply(at(0.6, 0.0, 0.2)),
            reliabilities.of(Sense::Words).apply(at(-0.4, 0.0, 0.2)),
        ];
        let fused = crate::fuse(&senses).unwrap();
        assert!(fused.mean.v() < -0.2, "{:?}", fused.mean);
    }

    #[test]
    fn stored_parts_are_checked() {
        let parts = Reliability::default().to_parts();
        assert_eq!(
            Reliability::from_parts(parts.0, parts.1),
            Some(Reliability::default())
        );
        for (shape, scale) in [
            (0.0, 4.0),
            (f64::NAN, 1.0),
            (5.0, -1.0),
            (5.0, f64::INFINITY),
            (1e9, 1.0),
        ] {
            assert_eq!(
                Reliability::from_parts(shape, scale),
                None,
                "{shape} {scale}"
            );
        }
    }

    proptest! {
        #[test]
        fn every_history_stays_within_bounds(
            corrections in prop::collection::vec((-1.0..1.0, -1.0..1.0, 0.001..5.0, -1.0..1.0, -1.0..1.0), 0..120),
        ) {
            let mut reliability = Reliability::default();
            for (v, a, sd, tv, ta) in corrections {
                reliability.correct(&at(v, a, sd), Affect::clamped(tv, ta));
                let (least, most) = Reliability::FACTORS;
                prop_assert!((least..=most).contains(&reliability.factor()));
                let (shape, scale) = reliability.to_parts();
                prop_assert_eq!(Reliability::from_parts(shape, scale), Some(reliability));
            }
        }

        #[test]
        fn a_larger_error_is_never_rewarded(near in 0.0..1.0, further in 0.0..1.0, sd in 0.05..1.0) {
            let (mut one, mut other) = (Reliability::default(), Reliability::default());
            one.correct(&at(-1.0, 0.0, sd), Affect::clamped(near - 1.0, 0.0));
            other.correct(&at(-1.0, 0.0, sd), Affect::clamped(near + further - 1.0, 0.0));
            prop_assert!(one.factor() <= other.factor() + 1e-12);
        }

        /// Errors that are drawn with a factor lead to that factor, whatever the covariance.
        #[test]
        fn the_factor_is_found(true_factor in 0.4..4.0_f64, seed in 0u64..50) {
            let mut reliability = Reliability::default();
            // Weyl sequences stand in for draws: equidistributed, without a generator.
            let mut sum = 0.0;
            let n = 400;
            for i in 0..n {
                let radius = ((f64::from(i) + 0.5) * 0.618_033_988_75 + seed as f64 * 0.137).fract();
                // Squared radius of a two-dimensional normal: −2 ln u.
                let squared = -2.0 * radius.max(1e-6).ln() * true_factor;
                // A narrow sense, so that how finely people point plays no part that is not counted.
                let estimate = at(0.0, 0.0, 0.2);
                let distance = (squared * (0.04 + 0.01)).sqrt();
                reliability.correct(&estimate, Affect::clamped(distance.min(1.0), 0.0));
                sum += distance;
            }
            prop_assert!(sum > 0.0);
            prop_assert!((reliability.factor() / true_factor).ln().abs() < 0.5, "{} {}", reliability.factor(), true_factor);
        }
    }
}
