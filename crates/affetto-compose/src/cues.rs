//! From a point of the valence–arousal plane to musical cues: one linear table.
//!
//! Emotional expression in music is linear and additive in its cues to a good approximation, with
//! mode, tempo, register, dynamics and articulation in falling order of weight (Eerola, Friberg &
//! Bresin 2013, "Emotional expression in music: contribution, linearity, and additivity of primary
//! musical cues"). The signs and sizes below follow the means per quadrant of EMOPIA (Hung et al.
//! 2021) and VGMIDI (Ferreira & Whitehead 2019): density, note length and velocity move with
//! arousal, mode and harmonic color with valence, low register marks anger.

use affetto_affect::Affect;

use crate::{CueOffsets, Cues};

/// One row of the table: `value = constant + weight_v · V + weight_a · A + pull · offset`, kept in
/// `min..=max`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CueRow {
    /// Name of the cue, as in [`Cues`].
    pub name: &'static str,
    /// What a small value sounds like.
    pub low: &'static str,
    /// What a large value sounds like.
    pub high: &'static str,
    /// Value at the neutral point (0, 0).
    pub constant: f64,
    /// Change for valence going from 0 to 1.
    pub weight_v: f64,
    /// Change for arousal going from 0 to 1.
    pub weight_a: f64,
    /// Change for the listener's own slider going from 0 to 1.
    pub pull: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
    /// Where direction and size come from.
    pub source: &'static str,
}

impl CueRow {
    /// The value of the cue for a target and the listener's slider for it, in −1..=1.
    #[must_use]
    pub fn value(&self, target: Affect, offset: f64) -> f64 {
        let offset = if offset.is_nan() {
            0.0
        } else {
            offset.clamp(-1.0, 1.0)
        };
        let asked = self.constant + self.weight_v * target.v() + self.weight_a * target.a();
        (asked + self.pull * offset).clamp(self.min, self.max)
    }
}

macro_rules! row {
    ($name:literal, $low:literal .. $high:literal, $c:literal, $v:literal V, $a:literal A, pull $p:literal, $min:literal ..= $max:literal, $source:literal) => {
        CueRow {
            name: $name,
            low: $low,
            high: $high,
            constant: $c,
            weight_v: $v,
            weight_a: $a,
            pull: $p,
            min: $min,
            max: $max,
            source: $source,
        }
    };
}

/// The table, in the order of the fields of [`Cues`].
pub const TABLE: [CueRow; 8] = [
    row!("brightness", "dark, minor" .. "bright, major", 0.03, 0.95 V, 0.0 A, pull 1.0, -1.0 ..= 1.0,
        "mode weighs most (Eerola et al. 2013); major share .81 .29 .42 .73 in Q1 to Q4 of EMOPIA"),
    row!("tempo", "slow" .. "fast", 0.5, 0.06 V, 0.46 A, pull 0.5, 0.0 ..= 1.0,
        "second in weight (Eerola et al. 2013); both axes (Oliveira & Cardoso 2008)"),
    row!("density", "sparse" .. "busy", 0.46, 0.04 V, 0.48 A, pull 0.5, 0.0 ..= 1.0,
        "onsets a second 7.4 8.7 4.4 4.4 in Q1 to Q4 of EMOPIA; arousal AUC .88 on VGMIDI"),
    row!("register", "low" .. "high", 0.0, 4.0 V, 0.5 A, pull 8.0, -12.0 ..= 12.0,
        "low notes mark anger: share below E3 .22 .29 .18 .20 in Q1 to Q4 of EMOPIA; EMelodyGen's octave shifts"),
    row!("dynamics", "soft" .. "loud", 0.5, 0.0 V, 0.46 A, pull 0.5, 0.0 ..= 1.0,
        "velocity 77 79 54 53 in Q1 to Q4 of EMOPIA"),
    row!("articulation", "detached" .. "connected", 0.76, -0.02 V, -0.21 A, pull 0.3, 0.4 ..= 1.0,
        "note length .75 .73 1.44 1.28 s in Q1 to Q4 of EMOPIA"),
    row!("tension", "consonant" .. "tense", 0.32, -0.34 V, 0.14 A, pull 0.5, 0.0 ..= 1.0,
        "major-minus-minor correlation and key clarity rise with valence (AUC .69, .72 on VGMIDI)"),
    row!("layers", "few instruments" .. "full band", 0.6, 0.04 V, 0.42 A, pull 0.5, 0.0 ..= 1.0,
        "polyphony 6.0 6.6 5.7 5.4 in Q1 to Q4 of EMOPIA"),
];

/// The cues that express a target, with the listener's sliders on top.
#[must_use]
pub fn cues(target: Affect, offsets: &CueOffsets) -> Cues {
    let [
        brightness,
        tempo,
        density,
        register,
        dynamics,
        articulation,
        tension,
        layers,
    ] = &TABLE;
    Cues {
        brightness: brightness.value(target, offsets.brightness),
        tempo: tempo.value(target, offsets.tempo),
        density: density.value(target, offsets.density),
        register: register.value(target, offsets.register),
        dynamics: dynamics.value(target, offsets.dynamics),
        articulation: articulation.value(target, offsets.articulation),
        tension: tension.value(target, offsets.tension),
        layers: layers.value(target, offsets.layers),
    }
}

/// The target under an energy cap: arousal at most `energy_cap`.
#[must_use]
pub fn capped(target: Affect, energy_cap: f64) -> Affect {
    Affect::clamped(target.v(), target.a().min(energy_cap))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cues of the middle of a quadrant at ±.7, rounded, in the order of the table.
    #[track_caller]
    fn check(valence: f64, arousal: f64, expected: &str) {
        let c = cues(Affect::clamped(valence, arousal), &CueOffsets::default());
        let values = [
            c.brightness,
            c.tempo,
            c.density,
            c.register,
            c.dynamics,
            c.articulation,
            c.tension,
            c.layers,
        ];
        let written = values.map(|value| format!("{value:.2}")).join(" ");
        assert_eq!(written, expected, "V {valence} A {arousal}");
    }

    #[test]
    fn quadrants_differ_in_the_measured_directions() {
        check(0.7, 0.7, "0.69 0.86 0.82 3.15 0.82 0.60 0.18 0.92");
        check(-0.7, 0.7, "-0.63 0.78 0.77 -2.45 0.82 0.63 0.66 0.87");
        check(-0.7, -0.7, "-0.63 0.14 0.10 -3.15 0.18 0.92 0.46 0.28");
        check(0.7, -0.7, "0.69 0.22 0.15 2.45 0.18 0.89 0.00 0.33");
    }

    #[test]
    fn sliders_pull_to_the_ends_and_not_beyond() {
        let offsets = CueOffsets {
            brightness: 1.0,
            tempo: -1.0,
            register: f64::NAN,
            ..CueOffsets::default()
        };
        let pulled = cues(Affect::clamped(0.9, -0.9), &offsets);
        assert_eq!((pulled.brightness, pulled.tempo), (1.0, 0.0));
        assert!(pulled.register.is_finite());
    }

    #[test]
    fn the_cap_takes_arousal_only() {
        assert_eq!(
            capped(Affect::clamped(0.5, 0.9), 0.2),
            Affect::clamped(0.5, 0.2)
        );
        assert_eq!(
            capped(Affect::clamped(0.5, -0.9), 0.2),
            Affect::clamped(0.5, -0.9)
        );
    }
}
