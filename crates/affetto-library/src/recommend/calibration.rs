//! Quantile space: where a song stands among the songs of its listener's library.
//!
//! Models of music emotion put most songs near the middle, and some put many on one point; then
//! whole regions of the plane are never recommended. Ranks spread any catalogue over the plane (the
//! empirical distribution function, as in histogram equalization). What is neutral can be kept, so
//! that a bright song stays bright in a library of bright songs, or be the library's median.

use affetto_affect::Affect;

/// Library size at which rank and raw value count equally: ranks of a few songs say little.
const HALF_TRUST_SONGS: f64 = 20.0;

/// Standard deviation of a value that is uniform on −1..=1: a song of which nothing is known.
pub(crate) const UNKNOWN_SD: f64 = 0.577_350_269_189_625_8;

/// Which song of a library is in the middle of an axis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Neutral {
    /// The one that its model calls neutral: songs keep their side of the axis, and each side is
    /// spread by rank. For models that know what is neutral.
    #[default]
    Kept,
    /// The median: the axis is only about how songs of this library compare. For models that are
    /// off by a constant.
    Median,
}

/// One axis of the plane, from values of a model to quantiles of a library.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Calibration {
    sorted: Vec<f32>,
    /// Where the upper side starts in `sorted`; 0 where there is only one side.
    middle: usize,
    neutral: Neutral,
    spread: f64,
}

impl Calibration {
    /// Learns the axis from the values of a library; what is not finite is left out.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = f32>, neutral: Neutral) -> Self {
        let mut sorted: Vec<f32> = values.into_iter().filter(|v| v.is_finite()).collect();
        sorted.sort_unstable_by(f32::total_cmp);
        let n = sorted.len().max(1) as f64;
        let mean = sorted.iter().map(|&v| f64::from(v)).sum::<f64>() / n;
        let squares = sorted.iter().map(|&v| (f64::from(v) - mean).powi(2));
        let spread = (squares.sum::<f64>() / n).sqrt();
        let middle = match neutral {
            Neutral::Kept => sorted.partition_point(|&v| v < 0.0),
            Neutral::Median => 0,
        };
        Self {
            sorted,
            middle,
            neutral,
            spread,
        }
    }

    /// Where a value stands, in −1..=1, the same for equal values.
    ///
    /// λ·rank + (1 − λ)·value with λ = n / (n + 20). With the median as neutral, rank is
    /// 2·(below + equal / 2) / n − 1 among all n songs; else (below + equal / 2) / n among the n songs
    /// of 0 and above, and the same less 1 among those below 0.
    #[must_use]
    pub fn quantile(&self, value: f64) -> f64 {
        let raw = Affect::clamped(value, 0.0).v();
        let (lowest, width, side) = match self.neutral {
            Neutral::Median => (-1.0, 2.0, &self.sorted[..]),
            Neutral::Kept if value < 0.0 => (-1.0, 1.0, &self.sorted[..self.middle]),
            Neutral::Kept => (0.0, 1.0, &self.sorted[self.middle..]),
        };
        if side.is_empty() {
            return raw;
        }
        let below = side.partition_point(|&v| f64::from(v) < value) as f64;
        let up_to = side.partition_point(|&v| f64::from(v) <= value) as f64;
        let n = side.len() as f64;
        let rank = lowest + width * (below + up_to) / (2.0 * n);
        let trust = trust(side.len());
        (trust * rank + (1.0 - trust) * raw).clamp(-1.0, 1.0)
    }

    /// A standard deviation of the model's value as one of the quantile, in 0.02..=0.577.
    ///
    /// Scaled by the spread of a uniform variable over the spread of the library, then joined with
    /// the prior that the song is somewhere on the plane, so that nothing is less certain than
    /// nothing.
    #[must_use]
    pub fn quantile_sd(&self, sd: f64) -> f64 {
        let stretch = if self.spread > 0.0 {
            UNKNOWN_SD / self.spread
        } else {
            1.0
        };
        let trust = trust(self.sorted.len());
        let scaled = sd * (trust * stretch + 1.0 - trust);
        if scaled.is_nan() {
            return UNKNOWN_SD;
        }
        let precision = scaled.max(1e-3).powi(-2) + UNKNOWN_SD.powi(-2);
        precision.powf(-0.5).max(0.02)
    }
}

/// How far ranks among so many songs are trusted, in 0..1.
fn trust(n_songs: usize) -> f64 {
    let n = n_songs as f64;
    n / (n + HALF_TRUST_SONGS)
}

/// Mean and standard deviation of a song from the values of its windows, both finite.
///
/// A song is all of its windows, not the first. `None` without a finite window. The deviation is
/// the standard error of the mean joined with `model_sd`, the error that all windows share.
#[must_use]
pub fn over_windows(windows: &[f64], model_sd: f64) -> Option<(f64, f64)> {
    let finite: Vec<f64> = windows.iter().copied().filter(|w| w.is_finite()).collect();
    let n = finite.len() as f64;
    if finite.is_empty() {
        return None;
    }
    let mean = finite.iter().sum::<f64>() / n;
    let variance = finite.iter().map(|w| (w - mean).powi(2)).sum::<f64>() / (n - 1.0).max(1.0);
    Some((mean, (variance / n + model_sd * model_sd).sqrt()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn narrow(neutral: Neutral) -> Calibration {
        Calibration::new((0..1000).map(|i| 0.3 + 1e-4 * i as f32), neutral)
    }

    #[track_caller]
    fn check(axis: &Calibration, value: f64, expected: f64) {
        let actual = axis.quantile(value);
        assert!((actual - expected).abs() < 0.03, "{value}: {actual}");
    }

    #[test]
    fn ranks_spread_a_narrow_catalogue() {
        let compared = narrow(Neutral::Median);
        check(&compared, 0.3, -0.98);
        check(&compared, 0.35, 0.0);
        check(&compared, 0.4, 0.98);
        // Bright songs stay bright, and what is on the other side keeps its value.
        let kept = narrow(Neutral::Kept);
        check(&kept, 0.3, 0.01);
        check(&kept, 0.35, 0.5);
        check(&kept, 0.4, 0.98);
        check(&kept, -0.7, -0.7);
    }

    #[test]
    fn a_small_library_keeps_its_values() {
        for neutral in [Neutral::Kept, Neutral::Median] {
            assert_eq!(Calibration::new([], neutral).quantile(0.4), 0.4);
            let one = Calibration::new([0.8], neutral);
            assert!(one.quantile(f64::from(0.8_f32)) > 0.7);
        }
    }

    #[test]
    fn deviations_never_exceed_not_knowing() {
        let axis = Calibration::new((0..100).map(|i| i as f32 / 100.0), Neutral::Kept);
        for sd in [0.0, 0.1, 1.0, 1e9, f64::INFINITY, f64::NAN] {
            let actual = axis.quantile_sd(sd);
            assert!(
                (0.02..=UNKNOWN_SD + 1e-9).contains(&actual),
                "{sd}: {actual}"
            );
        }
    }

    #[test]
    fn every_window_counts() {
        assert_eq!(over_windows(&[], 0.1), None);
        let (first, _) = over_windows(&[0.3], 0.1).unwrap();
        let (all, sd) = over_windows(&[0.3, -0.5, -0.4], 0.1).unwrap();
        assert_eq!(first, 0.3);
        assert!((all + 0.2).abs() < 1e-12 && sd > 0.1);
    }

    proptest! {
        #[test]
        fn order_is_kept(values in prop::collection::vec(-1.0f32..1.0, 1..50), a in -1.0..1.0, b in -1.0..1.0) {
            let (low, high) = if a < b { (a, b) } else { (b, a) };
            for neutral in [Neutral::Kept, Neutral::Median] {
                let axis = Calibration::new(values.iter().copied(), neutral);
                prop_assert!(axis.quantile(low) <= axis.quantile(high) + 1e-12);
                prop_assert!(axis.quantile(a).abs() <= 1.0);
            }
        }
    }
}
