//! Key finding: which of the 24 major and minor keys fits a pitch-class distribution best.
//!
//! Correlation with key profiles, after Krumhansl (1990), "Cognitive Foundations of Musical Pitch",
//! chapter 4. Two sets of profiles can be chosen, see [`KeyProfile`].

use crate::{Key, Mode, PitchClass, Score};

/// Which profiles the distribution is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum KeyProfile {
    /// Probe-tone ratings of Krumhansl and Kessler (1982), "Tracing the dynamic changes in
    /// perceived tonal organization", as printed in Krumhansl (1990), table 2.1.
    #[default]
    KrumhanslKessler,
    /// Note frequencies in the Kostka–Payne corpus: Temperley (2007), "Music and Probability",
    /// figure 6.3. Stricter about the scale, better on chorales and pop.
    Temperley,
}

impl KeyProfile {
    /// Weight of each semitone above the tonic, in major and in minor.
    const fn weights(self) -> [[f64; 12]; 2] {
        match self {
            Self::KrumhanslKessler => [
                [
                    6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88,
                ],
                [
                    6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17,
                ],
            ],
            Self::Temperley => [
                [
                    0.748, 0.060, 0.488, 0.082, 0.670, 0.460, 0.096, 0.715, 0.104, 0.366, 0.057,
                    0.400,
                ],
                [
                    0.712, 0.084, 0.474, 0.618, 0.049, 0.460, 0.105, 0.747, 0.404, 0.067, 0.133,
                    0.330,
                ],
            ],
        }
    }
}

/// The best key and how sure that is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeyEstimate {
    /// The key with the highest correlation; C major where there is nothing to compare.
    pub key: Key,
    /// Pearson correlation of the distribution with the key's profile, in −1..=1.
    pub correlation: f64,
    /// Highest correlation of a major key less the highest of a minor key, in −2..=2.
    pub major_minus_minor: f64,
    /// Highest correlation less the second highest of all 24 keys, in 0..=2.
    pub clarity: f64,
}

/// Finds the key of a pitch-class distribution.
///
/// `weights[0]` belongs to C; any non-negative unit will do, seconds as well as note counts. A
/// flat or empty distribution correlates 0 with every key and yields C major at clarity 0. Ties
/// go to major, then to the lower tonic.
#[must_use]
pub fn find_key(weights: &[f64; 12], profile: KeyProfile) -> KeyEstimate {
    let [major, minor] = profile.weights();
    let centered = centered(weights);
    let (major, minor) = (
        correlations(&centered, &major),
        correlations(&centered, &minor),
    );
    let (major_tonic, best_major) = highest(&major);
    let (minor_tonic, best_minor) = highest(&minor);
    let (key, correlation) = if best_major >= best_minor {
        (
            Key {
                tonic: PitchClass::new(major_tonic),
                mode: Mode::Major,
            },
            best_major,
        )
    } else {
        (
            Key {
                tonic: PitchClass::new(minor_tonic),
                mode: Mode::Minor,
            },
            best_minor,
        )
    };
    let second = major
        .iter()
        .chain(&minor)
        .copied()
        .enumerate()
        .filter(|&(index, _)| {
            index != usize::from(key.tonic.get()) + if key.mode == Mode::Major { 0 } else { 12 }
        })
        .map(|(_, value)| value)
        .fold(f64::NEG_INFINITY, f64::max);
    KeyEstimate {
        key,
        correlation,
        major_minus_minor: best_major - best_minor,
        clarity: correlation - second,
    }
}

/// Sounding time of each pitch class in the pitched tracks, in seconds; index 0 is C.
#[must_use]
pub fn pitch_class_seconds(score: &Score) -> [f64; 12] {
    let clock = crate::features::Clock::new(score);
    let mut weights = [0.0; 12];
    for note in score.pitched_notes() {
        weights[usize::from(note.pitch % 12)] +=
            clock.seconds_at(note.end()) - clock.seconds_at(note.onset);
    }
    weights
}

/// Finds the key of a whole score from the sounding time of its pitch classes.
#[must_use]
pub fn key_of(score: &Score, profile: KeyProfile) -> KeyEstimate {
    find_key(&pitch_class_seconds(score), profile)
}

/// The values less their mean, scaled to length 1; zeros where all are equal.
fn centered(values: &[f64; 12]) -> [f64; 12] {
    let mean = values.iter().sum::<f64>() / 12.0;
    let deviations = values.map(|value| value - mean);
    let norm = deviations.iter().map(|d| d * d).sum::<f64>().sqrt();
    // Rounding leaves a tiny deviation in a flat distribution; it must not count as a shape.
    if norm > 1e-9 * mean.abs() && norm.is_finite() {
        deviations.map(|d| d / norm)
    } else {
        [0.0; 12]
    }
}

/// Pearson correlation with the profile at each of the twelve tonics.
fn correlations(centered_weights: &[f64; 12], profile: &[f64; 12]) -> [f64; 12] {
    let profile = centered(profile);
    std::array::from_fn(|tonic| {
        (0..12)
            .map(|degree| centered_weights[(tonic + degree) % 12] * profile[degree])
            .sum()
    })
}

/// Index and value of the highest entry, the first of equals.
fn highest(values: &[f64; 12]) -> (u8, f64) {
    values
        .iter()
        .enumerate()
        .fold((0, f64::NEG_INFINITY), |best, (index, &value)| {
            if value > best.1 {
                (index as u8, value)
            } else {
                best
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Counts of pitch classes in a text such as `"C C E G"`.
    fn weights(pitch_classes: &str) -> [f64; 12] {
        let mut weights = [0.0; 12];
        for name in pitch_classes.split_whitespace() {
            weights[usize::from(name.parse::<PitchClass>().unwrap().get())] += 1.0;
        }
        weights
    }

    #[track_caller]
    fn check(pitch_classes: &str, expected: &str) {
        for profile in [KeyProfile::KrumhanslKessler, KeyProfile::Temperley] {
            let found = find_key(&weights(pitch_classes), profile);
            assert_eq!(found.key.to_string(), expected, "{profile:?}");
        }
    }

    #[test]
    fn scales_with_their_tonic_triad_doubled() {
        check("C D E F G A B C E G", "C major");
        check("A B C D E F G# A C E", "A minor");
        check("Eb F G Ab Bb C D Eb G Bb", "Eb major");
        check("F# G# A B C# D E# F# A C#", "F# minor");
        check("G A B C D E F# G B D", "G major");
    }

    #[test]
    fn triads() {
        check("D F# A D", "D major");
        check("D F A D", "D minor");
    }

    #[test]
    fn nothing_is_c_major_without_clarity() {
        let found = find_key(&[0.0; 12], KeyProfile::default());
        assert_eq!(
            (found.key, found.correlation, found.clarity),
            (Key::default(), 0.0, 0.0)
        );
        let flat = find_key(&[0.1; 12], KeyProfile::default());
        assert_eq!((flat.correlation, flat.major_minus_minor), (0.0, 0.0));
    }

    #[test]
    fn the_profile_itself_correlates_fully() {
        let profile = KeyProfile::KrumhanslKessler.weights()[1];
        let found = find_key(&profile, KeyProfile::KrumhanslKessler);
        assert!((found.correlation - 1.0).abs() < 1e-12 && found.major_minus_minor < 0.0);
    }

    proptest! {
        #[test]
        fn transposing_transposes_the_key(counts in prop::array::uniform12(0_u8..20), by in 0_usize..12) {
            let weights = counts.map(f64::from);
            let mut moved = weights;
            moved.rotate_right(by);
            let (first, second) = (find_key(&weights, KeyProfile::Temperley), find_key(&moved, KeyProfile::Temperley));
            prop_assert!((first.clarity - second.clarity).abs() < 1e-9);
            if first.clarity > 1e-9 {
                prop_assert_eq!(first.key.tonic.transposed(by as i32), second.key.tonic);
                prop_assert_eq!(first.key.mode, second.key.mode);
            }
        }
    }
}
