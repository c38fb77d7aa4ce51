//! Sound as numbers.

/// Stereo sound in memory.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pcm {
    /// Frames a second.
    pub sample_rate_hz: u32,
    /// Left channel, full scale in −1..=1.
    pub left: Vec<f32>,
    /// Right channel, as long as the left one.
    pub right: Vec<f32>,
}

impl Pcm {
    /// Silence of `n_frames` frames.
    #[must_use]
    pub fn silence(sample_rate_hz: u32, n_frames: usize) -> Self {
        Self {
            sample_rate_hz,
            left: vec![0.0; n_frames],
            right: vec![0.0; n_frames],
        }
    }

    /// Number of frames: samples of one channel.
    #[must_use]
    pub fn n_frames(&self) -> usize {
        self.left.len().min(self.right.len())
    }

    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.n_frames() as f64 / f64::from(self.sample_rate_hz.max(1))
    }

    /// Largest absolute sample of both channels.
    #[must_use]
    pub fn peak(&self) -> f32 {
        self.left
            .iter()
            .chain(&self.right)
            .fold(0.0, |peak, sample| sample.abs().max(peak))
    }

    /// Frames as left–right pairs.
    pub fn frames(&self) -> impl Iterator<Item = [f32; 2]> + '_ {
        self.left
            .iter()
            .zip(&self.right)
            .map(|(left, right)| [*left, *right])
    }

    /// Left and right samples in turn, as most encoders want them.
    #[must_use]
    pub fn interleaved(&self) -> Vec<f32> {
        self.frames().flatten().collect()
    }

    /// Multiplies every sample.
    pub fn scale(&mut self, gain: f32) {
        for sample in self.left.iter_mut().chain(&mut self.right) {
            *sample *= gain;
        }
    }
}
