//! A look-ahead limiter for true peaks, for streams and for whole pieces.

use crate::Error;

/// Interpolated points a sample, as ITU-R BS.1770-4, annex 2, asks for at 48 kHz.
const OVERSAMPLING: usize = 4;
/// Samples that make one interpolated point.
const TAPS: usize = 12;
/// Distance kept from the ceiling for what a moving gain does between samples, in dB.
const MARGIN_DB: f64 = 0.3;

/// How a [`Limiter`] works.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LimiterSettings {
    /// Frames a second in 16,000..=192,000; default 48,000.
    pub sample_rate_hz: u32,
    /// Highest true peak that leaves, in dBTP in −20..=0; default −1.
    pub ceiling_dbtp: f64,
    /// How far it looks ahead, in ms in 1..=20: longer is cleaner and later. Default 5.
    pub look_ahead_ms: f64,
    /// Time in which two thirds of a reduction have gone, in ms in 10..=2000: shorter is louder,
    /// longer is cleaner. Default 120.
    pub release_ms: f64,
}

impl Default for LimiterSettings {
    fn default() -> Self {
        Self {
            sample_rate_hz: 48_000,
            ceiling_dbtp: super::CEILING_DBTP,
            look_ahead_ms: 5.0,
            release_ms: 120.0,
        }
    }
}

/// Keeps the true peak of a stereo stream below a ceiling, both channels by the same gain.
///
/// For every frame the gain that its peak allows is found on four-fold interpolated samples. The
/// smallest such gain within the look-ahead window is held, released exponentially, and averaged
/// over the window, so that the gain has arrived, by a straight line, when the peak comes.
/// [`Limiter::process`] allocates nothing.
#[derive(Debug, Clone)]
pub struct Limiter {
    ceiling: f32,
    release: f64,
    phases: [[f32; TAPS]; OVERSAMPLING - 1],
    detectors: [Detector; 2],
    window: SlidingMin,
    held: f64,
    average: MovingAverage,
    delay: Vec<[f32; 2]>,
    at: usize,
}

impl Limiter {
    /// A limiter without a past.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a setting is not in its range.
    pub fn new(settings: LimiterSettings) -> Result<Self, Error> {
        let rate = f64::from(settings.sample_rate_hz);
        Error::check_range("sample rate in Hz", rate, 16e3..=192e3)?;
        Error::check_range("ceiling in dBTP", settings.ceiling_dbtp, -20.0..=0.0)?;
        Error::check_range("look-ahead in ms", settings.look_ahead_ms, 1.0..=20.0)?;
        Error::check_range("release in ms", settings.release_ms, 10.0..=2000.0)?;
        let window = (settings.look_ahead_ms * 1e-3 * rate) as usize;
        // A peak at frame p shows in the detector until p + TAPS − 1; see `process`.
        let latency = window + TAPS - 2;
        Ok(Self {
            ceiling: super::db_to_gain(settings.ceiling_dbtp - MARGIN_DB),
            release: 1.0 - (-1.0 / (settings.release_ms * 1e-3 * rate)).exp(),
            phases: phases(),
            detectors: [Detector::default(); 2],
            window: SlidingMin::new(latency + 1),
            held: 1.0,
            average: MovingAverage::new(window),
            delay: vec![[0.0; 2]; latency],
            at: 0,
        })
    }

    /// Frames by which the output is late.
    #[must_use]
    pub fn latency_frames(&self) -> usize {
        self.delay.len()
    }

    /// Limits frames in place; what comes out is [`Limiter::latency_frames`] late. Samples that
    /// are not finite count as silence.
    pub fn process(&mut self, left: &mut [f32], right: &mut [f32]) {
        for (left, right) in left.iter_mut().zip(right) {
            let frame = [*left, *right].map(acceptable);
            let gain = self.gain(frame) as f32;
            let late = std::mem::replace(&mut self.delay[self.at], frame);
            self.at = if self.at + 1 == self.delay.len() {
                0
            } else {
                self.at + 1
            };
            [*left, *right] = late.map(|sample| sample * gain);
        }
    }

    fn gain(&mut self, frame: [f32; 2]) -> f64 {
        let mut peak = 0.0_f32;
        for (detector, sample) in self.detectors.iter_mut().zip(frame) {
            peak = peak.max(detector.peak(sample, self.ceiling, &self.phases));
        }
        let allowed = if peak > self.ceiling {
            f64::from(self.ceiling / peak)
        } else {
            1.0
        };
        let lowest = self.window.push(allowed);
        self.held = lowest.min(self.held + (1.0 - self.held) * self.release);
        self.average.push(self.held)
    }
}

/// Largest sample that the running mean can hold in check with the digits of an `f64`: +80 dBFS.
const MAX_SAMPLE: f32 = 1e4;

fn acceptable(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.clamp(-MAX_SAMPLE, MAX_SAMPLE)
    } else {
        0.0
    }
}

/// Hann-windowed sinc at the points between samples.
fn phases() -> [[f32; TAPS]; OVERSAMPLING - 1] {
    use std::f64::consts::PI;
    let length = (TAPS * OVERSAMPLING) as f64;
    std::array::from_fn(|phase| {
        std::array::from_fn(|tap| {
            let at = (tap * OVERSAMPLING + phase + 1) as f64;
            let hann = 0.5 * (1.0 - (2.0 * PI * at / length).cos());
            let x = (at - length / 2.0) * PI / OVERSAMPLING as f64;
            (hann * x.sin() / x) as f32
        })
    })
}

/// The last samples of one channel, twice over so that any stretch of them lies in a row.
#[derive(Debug, Clone, Copy, Default)]
struct Detector {
    samples: [f32; 2 * TAPS],
    at: usize,
}

impl Detector {
    /// The peak at and around the newest sample.
    fn peak(&mut self, sample: f32, ceiling: f32, phases: &[[f32; TAPS]]) -> f32 {
        self.samples[self.at] = sample;
        self.samples[self.at + TAPS] = sample;
        self.at = (self.at + 1) % TAPS;
        let recent = &self.samples[self.at..self.at + TAPS];
        let highest = recent
            .iter()
            .fold(0.0_f32, |highest, sample| sample.abs().max(highest));
        // No phase has absolute taps that sum to 3, so quiet stretches need no interpolation.
        if highest * 3.0 <= ceiling {
            return sample.abs();
        }
        let between = phases.iter().map(|taps| {
            taps.iter()
                .zip(recent)
                .map(|(tap, sample)| tap * sample)
                .sum::<f32>()
                .abs()
        });
        between.fold(sample.abs(), f32::max)
    }
}

/// Smallest of the last `n` values (Lemire 2006, "Streaming maximum-minimum filter").
#[derive(Debug, Clone)]
struct SlidingMin {
    /// Candidates in ascending order with the time they came, in a ring.
    ring: Vec<(u64, f64)>,
    first: usize,
    len: usize,
    now: u64,
}

impl SlidingMin {
    fn new(n: usize) -> Self {
        Self {
            ring: vec![(0, 1.0); n],
            first: 0,
            len: 0,
            now: 0,
        }
    }

    fn push(&mut self, value: f64) -> f64 {
        let n = self.ring.len();
        if self.len > 0 && self.ring[self.first].0 + n as u64 <= self.now {
            self.first = (self.first + 1) % n;
            self.len -= 1;
        }
        while self.len > 0 && self.ring[(self.first + self.len - 1) % n].1 >= value {
            self.len -= 1;
        }
        self.ring[(self.first + self.len) % n] = (self.now, value);
        self.len += 1;
        self.now += 1;
        self.ring[self.first].1
    }
}

/// Mean of the last `n` values, at first of ones.
#[derive(Debug, Clone)]
struct MovingAverage {
    ring: Vec<f64>,
    at: usize,
    sum: f64,
}

impl MovingAverage {
    fn new(n: usize) -> Self {
        Self {
            ring: vec![1.0; n],
            at: 0,
            sum: n as f64,
        }
    }

    fn push(&mut self, value: f64) -> f64 {
        self.sum += value - std::mem::replace(&mut self.ring[self.at], value);
        self.at += 1;
        if self.at == self.ring.len() {
            self.at = 0;
            // Once a turn the sum is taken anew, so that rounding never adds up.
            self.sum = self.ring.iter().sum();
        }
        self.sum / self.ring.len() as f64
    }
}
