//! Smoothing estimates over time: a Kalman filter (Kalman 1960) with a constant-position model.

use crate::{Affect, Covariance, Estimate, fuse};

/// How fast feelings are taken to change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrackerOptions {
    /// Growth of the standard deviation of valence in one second, > 0; variance grows linearly,
    /// so after a minute it is √60 times as much. Larger follows faster and smooths less.
    /// Default 0.02: without news, what was known to ± 0.1 is known to ± 0.18 after a minute.
    pub valence_sd_per_s: f64,
    /// The same of arousal. Default 0.03: arousal changes faster than valence.
    pub arousal_sd_per_s: f64,
}

impl Default for TrackerOptions {
    fn default() -> Self {
        Self {
            valence_sd_per_s: 0.02,
            arousal_sd_per_s: 0.03,
        }
    }
}

/// What is believed about a listener's feeling as time passes and estimates arrive.
///
/// Constant-position model: between measurements the mean stays and the variance grows by the
/// process noise; a measurement is fused by precision, which is the update of the filter.
#[derive(Debug, Clone)]
pub struct Tracker {
    options: TrackerOptions,
    state: Option<Estimate>,
}

impl Tracker {
    /// A tracker that knows nothing yet.
    #[must_use]
    pub fn new(options: TrackerOptions) -> Self {
        Self {
            options,
            state: None,
        }
    }

    /// What is believed now; `None` before the first measurement.
    #[must_use]
    pub fn estimate(&self) -> Option<Estimate> {
        self.state
    }

    /// Lets time pass. A negative or undefined time counts as none.
    pub fn predict(&mut self, elapsed_s: f64) {
        let elapsed_s = elapsed_s.max(0.0);
        if let Some(state) = &mut self.state {
            let old = state.covariance;
            let grown = |variance: f64, sd_per_s: f64| {
                (variance + sd_per_s * sd_per_s * elapsed_s).min(Covariance::MAX_VARIANCE)
            };
            let covariance = Covariance::clamped(
                grown(old.valence, self.options.valence_sd_per_s),
                grown(old.arousal, self.options.arousal_sd_per_s),
                old.cross,
            );
            *state = Estimate::from_gaussian(state.mean, covariance);
        }
    }

    /// Lets time pass, takes in a measurement and returns what is believed then.
    pub fn update(&mut self, elapsed_s: f64, measured: Estimate) -> Estimate {
        self.predict(elapsed_s);
        let fused = match self.state {
            Some(state) => fuse(&[state, measured]).unwrap_or(measured),
            None => measured,
        };
        self.state = Some(fused);
        fused
    }

    /// Forgets what was believed and starts at a point that the listener dialed.
    pub fn reset(&mut self, point: Affect) {
        self.state = Some(Estimate::certain(point));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn measured(v: f64, a: f64, sd: f64) -> Estimate {
        Estimate::from_gaussian(Affect::clamped(v, a), Covariance::independent(sd, sd))
    }

    #[test]
    fn knows_nothing_at_first() {
        let mut tracker = Tracker::new(TrackerOptions::default());
        tracker.predict(10.0);
        assert_eq!(tracker.estimate(), None);
        let first = measured(0.5, -0.5, 0.3);
        assert_eq!(tracker.update(1.0, first), first);
    }

    #[test]
    fn variance_grows_with_time() {
        let mut tracker = Tracker::new(TrackerOptions::default());
        tracker.update(0.0, measured(0.5, 0.5, 0.1));
        tracker.predict(60.0);
        let sd = tracker.estimate().unwrap().covariance.valence_sd();
        assert!((sd - (0.01_f64 + 0.0004 * 60.0).sqrt()).abs() < 1e-12);
    }

    #[test]
    fn strange_times_are_harmless() {
        let mut tracker = Tracker::new(TrackerOptions::default());
        tracker.update(0.0, measured(0.5, 0.5, 0.1));
        for elapsed_s in [-5.0, f64::NAN, f64::INFINITY] {
            tracker.predict(elapsed_s);
            let estimate = tracker.estimate().unwrap();
            assert!(estimate.covariance.valence.is_finite());
            assert_eq!(estimate.mean.v(), 0.5);
        }
    }

    #[test]
    fn a_dialed_point_is_taken_at_its_word() {
        let mut tracker = Tracker::new(TrackerOptions::default());
        tracker.update(0.0, measured(0.5, 0.5, 0.1));
        tracker.reset(Affect::clamped(-0.3, 0.1));
        assert_eq!(tracker.estimate().unwrap().mean, Affect::clamped(-0.3, 0.1));
    }

    proptest! {
        #[test]
        fn repeated_measurements_converge(v in -1.0..1.0, a in -1.0..1.0, start in -1.0..1.0) {
            let mut tracker = Tracker::new(TrackerOptions::default());
            tracker.update(0.0, measured(start, start, 0.2));
            for _ in 0..300 {
                tracker.update(1.0, measured(v, a, 0.2));
            }
            let mean = tracker.estimate().unwrap().mean;
            prop_assert!(mean.distance(Affect::clamped(v, a)) < 0.01);
        }
    }
}
