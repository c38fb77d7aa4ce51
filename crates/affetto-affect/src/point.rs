//! Points of the valence–arousal plane (Russell 1980, "A circumplex model of affect").

use crate::Error;

macro_rules! axis {
    ($(#[$doc:meta])* $name:ident, $label:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default)]
        pub struct $name(f64);

        impl $name {
            /// Wraps a value in −1..=1.
            ///
            /// # Errors
            /// [`Error::OutOfRange`] when the value is outside −1..=1 or not a number.
            pub fn new(value: f64) -> Result<Self, Error> {
                if (-1.0..=1.0).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(Error::OutOfRange { axis: $label, actual: value })
                }
            }

            /// Wraps the nearest value in −1..=1; what is not a number becomes 0.
            #[must_use]
            pub fn clamped(value: f64) -> Self {
                if value.is_nan() { Self(0.0) } else { Self(value.clamp(-1.0, 1.0)) }
            }

            /// The value, in −1..=1.
            #[must_use]
            pub fn get(self) -> f64 {
                self.0
            }
        }
    };
}

axis!(
    /// How pleasant a feeling is, from −1 (unpleasant) to 1 (pleasant).
    Valence,
    "valence"
);
axis!(
    /// How activated a feeling is, from −1 (drowsy) to 1 (excited).
    Arousal,
    "arousal"
);

/// A point on the valence–arousal plane.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Affect {
    /// Pleasantness.
    pub valence: Valence,
    /// Activation.
    pub arousal: Arousal,
}

impl Affect {
    /// A point from two numbers in −1..=1.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] names the axis that is outside −1..=1.
    pub fn new(valence: f64, arousal: f64) -> Result<Self, Error> {
        Ok(Self {
            valence: Valence::new(valence)?,
            arousal: Arousal::new(arousal)?,
        })
    }

    /// The nearest point of the plane.
    #[must_use]
    pub fn clamped(valence: f64, arousal: f64) -> Self {
        Self {
            valence: Valence::clamped(valence),
            arousal: Arousal::clamped(arousal),
        }
    }

    /// Valence as a plain number in −1..=1.
    #[must_use]
    pub fn v(self) -> f64 {
        self.valence.get()
    }

    /// Arousal as a plain number in −1..=1.
    #[must_use]
    pub fn a(self) -> f64 {
        self.arousal.get()
    }

    /// The quadrant the point lies in; 0 counts as positive on both axes.
    #[must_use]
    pub fn quadrant(self) -> Quadrant {
        match (self.v() >= 0.0, self.a() >= 0.0) {
            (true, true) => Quadrant::Happiness,
            (false, true) => Quadrant::Anger,
            (false, false) => Quadrant::Sadness,
            (true, false) => Quadrant::Calmness,
        }
    }

    /// Euclidean distance to another point, in 0..=√8.
    #[must_use]
    pub fn distance(self, other: Self) -> f64 {
        (self.v() - other.v()).hypot(self.a() - other.a())
    }
}

/// The four quadrant emotions, in the order Q1 to Q4 of EMOPIA (Hung et al. 2021).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Quadrant {
    /// Q1: valence and arousal positive.
    Happiness,
    /// Q2: valence negative, arousal positive.
    Anger,
    /// Q3: valence and arousal negative.
    Sadness,
    /// Q4: valence positive, arousal negative.
    Calmness,
}

impl Quadrant {
    /// All four, Q1 to Q4.
    pub const ALL: [Self; 4] = [Self::Happiness, Self::Anger, Self::Sadness, Self::Calmness];

    /// Lower-case English name, e.g. `"happiness"`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Happiness => "happiness",
            Self::Anger => "anger",
            Self::Sadness => "sadness",
            Self::Calmness => "calmness",
        }
    }
}
