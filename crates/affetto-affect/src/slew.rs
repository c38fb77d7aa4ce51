//! How fast the target of the music may move from bar to bar.

use crate::Affect;

/// The most a target moves in one bar.
///
/// Default: 0.25 in arousal and 0.15 in valence. Arousal follows at once through dynamics and
/// layers, valence waits for harmonic joints, hence the smaller step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slew {
    valence_per_bar: f64,
    arousal_per_bar: f64,
}

impl Default for Slew {
    fn default() -> Self {
        Self {
            valence_per_bar: 0.15,
            arousal_per_bar: 0.25,
        }
    }
}

impl Slew {
    /// No limit: the target jumps, for a listener who wants a change now.
    pub const IMMEDIATE: Self = Self {
        valence_per_bar: 2.0,
        arousal_per_bar: 2.0,
    };

    /// The default limits times a reactivity in 0.1..=8; values outside become the nearest
    /// inside, what is not a number 1. Higher reacts faster, lower holds the music together.
    #[must_use]
    pub fn with_reactivity(reactivity: f64) -> Self {
        let factor = if reactivity.is_nan() {
            1.0
        } else {
            reactivity.clamp(0.1, 8.0)
        };
        let limits = Self::default();
        Self {
            valence_per_bar: factor * limits.valence_per_bar,
            arousal_per_bar: factor * limits.arousal_per_bar,
        }
    }

    /// The most valence moves in one bar.
    #[must_use]
    pub fn valence_per_bar(&self) -> f64 {
        self.valence_per_bar
    }

    /// The most arousal moves in one bar.
    #[must_use]
    pub fn arousal_per_bar(&self) -> f64 {
        self.arousal_per_bar
    }

    /// The target of the next bar: from `current` towards `wanted`, each axis within its limit.
    #[must_use]
    pub fn step(&self, current: Affect, wanted: Affect) -> Affect {
        let towards = |from: f64, to: f64, most: f64| from + (to - from).clamp(-most, most);
        Affect::clamped(
            towards(current.v(), wanted.v(), self.valence_per_bar),
            towards(current.a(), wanted.a(), self.arousal_per_bar),
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn limits_of_a_bar() {
        let step = Slew::default().step(Affect::clamped(-0.5, -0.5), Affect::clamped(1.0, 1.0));
        assert_eq!(step, Affect::clamped(-0.35, -0.25));
        let jump = Slew::IMMEDIATE.step(Affect::clamped(-1.0, -1.0), Affect::clamped(1.0, 1.0));
        assert_eq!(jump, Affect::clamped(1.0, 1.0));
    }

    #[test]
    fn reactivity_scales_within_limits() {
        assert_eq!(Slew::with_reactivity(2.0).valence_per_bar(), 0.3);
        assert_eq!(Slew::with_reactivity(f64::NAN), Slew::default());
        assert_eq!(Slew::with_reactivity(-1.0), Slew::with_reactivity(0.1));
        assert_eq!(Slew::with_reactivity(1e9), Slew::with_reactivity(8.0));
    }

    proptest! {
        #[test]
        fn slew_is_never_exceeded_and_arrives(
            v in -1.0..1.0, a in -1.0..1.0, gv in -1.0..1.0, ga in -1.0..1.0, reactivity in 0.0..4.0,
        ) {
            let slew = Slew::with_reactivity(reactivity);
            let goal = Affect::clamped(gv, ga);
            let mut current = Affect::clamped(v, a);
            for _ in 0..200 {
                let next = slew.step(current, goal);
                prop_assert!((next.v() - current.v()).abs() <= slew.valence_per_bar() + 1e-12);
                prop_assert!((next.a() - current.a()).abs() <= slew.arousal_per_bar() + 1e-12);
                prop_assert!(next.distance(goal) <= current.distance(goal) + 1e-12);
                current = next;
            }
            prop_assert!(current.distance(goal) < 1e-9);
        }
    }
}
