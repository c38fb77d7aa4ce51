//! Faces over time: smoothed, so that one odd frame does not swing the music.

use affetto_affect::{Covariance, Estimate, Tracker, TrackerOptions};

use super::inference::{FaceAbstention, FaceEstimate};

/// How faces are smoothed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FaceTrackerOptions {
    /// How fast expressions are taken to change.
    pub tracking: TrackerOptions,
    /// Seconds over which frames count as one observation, above 0: frames of one second are
    /// not independent, so that ten of them say little more than one. Default 1.5.
    pub correlation_s: f64,
    /// How many standard deviations a frame may lie from what is believed before it is taken for
    /// an odd one and weakened. Default 2.
    pub odd_sd: f64,
    /// Seconds without a face after which nothing is believed any more. Default 10.
    pub forget_s: f64,
}

impl Default for FaceTrackerOptions {
    fn default() -> Self {
        Self {
            tracking: TrackerOptions {
                valence_sd_per_s: 0.15,
                arousal_sd_per_s: 0.2,
            },
            correlation_s: 1.5,
            odd_sd: 2.0,
            forget_s: 10.0,
        }
    }
}

/// What the frames so far say.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackedFace {
    /// The smoothed estimate; none before the first face and after a long time without one.
    pub estimate: Option<Estimate>,
    /// Why the latest frame said nothing itself.
    pub abstained: Option<FaceAbstention>,
    /// Seconds since the latest frame with a face; infinite before the first.
    pub age_s: f64,
}

/// Smooths the estimates of one camera over time.
///
/// A Kalman filter ([`Tracker`]) with two changes. Frames that follow each other quickly are
/// nearly copies, so the variance of a frame grows by how many fall into
/// [`FaceTrackerOptions::correlation_s`]. And a frame far from what is believed is weakened by
/// the square of its distance (Huber's weights on the squared distance), so that one odd frame
/// moves little, while several that agree take over.
#[derive(Debug, Clone)]
pub struct FaceTracker {
    options: FaceTrackerOptions,
    tracker: Tracker,
    last_s: Option<f64>,
    last_face_s: Option<f64>,
}

impl FaceTracker {
    /// A tracker that has seen nothing yet.
    #[must_use]
    pub fn new(options: FaceTrackerOptions) -> Self {
        Self {
            tracker: Tracker::new(options.tracking),
            options,
            last_s: None,
            last_face_s: None,
        }
    }

    /// Takes in what a frame said at a time in seconds from any start; times that run backwards
    /// count as the latest, what is no number as 0.
    pub fn push(&mut self, frame: &FaceEstimate, t_s: f64) -> TrackedFace {
        let t_s = if t_s.is_finite() { t_s } else { 0.0 };
        let now = self.last_s.map_or(t_s, |last| t_s.max(last));
        let elapsed = self.last_s.map_or(0.0, |last| now - last);
        self.last_s = Some(now);
        let since_face = self.last_face_s.map_or(f64::INFINITY, |last| now - last);
        if since_face > self.options.forget_s {
            self.tracker = Tracker::new(self.options.tracking);
        }
        let estimate = match frame.overall {
            Some(measured) => {
                self.last_face_s = Some(now);
                self.tracker.predict(elapsed);
                let weakened = self.weakened(&measured, since_face);
                Some(self.tracker.update(0.0, weakened))
            }
            None => {
                self.tracker.predict(elapsed);
                self.tracker.estimate()
            }
        };
        TrackedFace {
            estimate,
            abstained: frame.abstained,
            age_s: self.last_face_s.map_or(f64::INFINITY, |last| now - last),
        }
    }

    /// The measurement with the variance that it deserves beside what is believed.
    fn weakened(&self, measured: &Estimate, since_face: f64) -> Estimate {
        let Some(believed) = self.tracker.estimate() else {
            return *measured;
        };
        let repeats = (self.options.correlation_s / since_face.max(1e-3)).clamp(1.0, 100.0);
        let (m, b) = (&measured.covariance, &believed.covariance);
        let dv = measured.mean.v() - believed.mean.v();
        let da = measured.mean.a() - believed.mean.a();
        let squared = dv * dv / (m.valence + b.valence) + da * da / (m.arousal + b.arousal);
        let oddness = (squared / (self.options.odd_sd * self.options.odd_sd)).max(1.0);
        let factor = repeats * oddness;
        let covariance =
            Covariance::clamped(m.valence * factor, m.arousal * factor, m.cross * factor);
        Estimate {
            covariance,
            ..*measured
        }
    }
}

#[cfg(test)]
mod tests {
    use affetto_affect::Affect;

    use super::*;

    fn frame(v: f64, a: f64) -> FaceEstimate {
        let covariance = Covariance::independent(0.35, 0.5);
        let overall = Some(Estimate::from_gaussian(Affect::clamped(v, a), covariance));
        FaceEstimate {
            overall,
            faces: Vec::new(),
            abstained: None,
        }
    }

    fn none() -> FaceEstimate {
        let abstained = Some(FaceAbstention::NoFace);
        FaceEstimate {
            overall: None,
            faces: Vec::new(),
            abstained,
        }
    }

    /// The valence believed after some frames at 10 a second.
    fn valence(frames: &[FaceEstimate]) -> f64 {
        let mut tracker = FaceTracker::new(FaceTrackerOptions::default());
        let mut last = None;
        for (i, frame) in frames.iter().enumerate() {
            last = tracker.push(frame, i as f64 / 10.0).estimate;
        }
        last.unwrap().mean.v()
    }

    #[test]
    fn one_odd_frame_does_not_swing_and_many_do() {
        let mut frames = vec![frame(0.8, 0.4); 30];
        let calm = valence(&frames);
        frames.push(frame(-0.8, 0.6));
        assert!((valence(&frames) - calm).abs() < 0.05);
        frames.extend(vec![frame(-0.8, 0.6); 100]);
        assert!(valence(&frames) < -0.3, "{}", valence(&frames));
    }

    #[test]
    fn without_faces_doubt_grows_until_nothing_is_believed() {
        let mut tracker = FaceTracker::new(FaceTrackerOptions::default());
        assert_eq!(tracker.push(&none(), 0.0).estimate, None);
        let sure = tracker.push(&frame(0.5, 0.5), 1.0).estimate.unwrap();
        let later = tracker.push(&none(), 6.0);
        assert_eq!(
            (later.age_s, later.abstained),
            (5.0, Some(FaceAbstention::NoFace))
        );
        assert!(later.estimate.unwrap().covariance.valence > sure.covariance.valence);
        assert_eq!(tracker.push(&none(), 12.0).estimate, None);
        assert_eq!(
            tracker.push(&frame(-0.5, 0.1), 13.0).estimate,
            frame(-0.5, 0.1).overall
        );
    }

    #[test]
    fn times_that_run_backwards_or_are_no_numbers_do_no_harm() {
        let mut tracker = FaceTracker::new(FaceTrackerOptions::default());
        for t in [5.0, 1.0, f64::NAN, -3.0] {
            let tracked = tracker.push(&frame(0.2, 0.2), t);
            assert!(tracked.estimate.unwrap().mean.v().is_finite());
        }
    }
}
