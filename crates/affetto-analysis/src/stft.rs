//! Short-time Fourier transform: power spectra of overlapping windows.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use crate::Error;

/// Where windows lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Framing {
    /// Frame *i* has its middle at sample *i* · `hop_size`; the sound is mirrored at both ends, as
    /// librosa and Whisper do. There are 1 + `n_samples` / `hop_size` frames.
    #[default]
    Centered,
    /// As [`Self::Centered`], but with silence beyond both ends, as librosa has it since 0.10.
    Padded,
    /// Frame *i* begins at sample *i* · `hop_size`; only whole windows count.
    Whole,
}

/// The plan of a [`Stft`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StftOptions {
    /// Length of the Hann window in samples, in 2..=65,536; default 400 (25 ms at 16 kHz). Longer
    /// ones tell frequencies apart better and moments worse.
    pub window_size: usize,
    /// Length of the transform in samples, `window_size`..=65,536; default 400. What the window
    /// does not fill is zero, which interpolates the spectrum.
    pub fft_size: usize,
    /// Samples from one frame to the next, in 1..=65,536; default 160 (10 ms at 16 kHz).
    pub hop_size: usize,
    /// Where windows lie.
    pub framing: Framing,
}

impl Default for StftOptions {
    fn default() -> Self {
        Self {
            window_size: 400,
            fft_size: 400,
            hop_size: 160,
            framing: Framing::Centered,
        }
    }
}

/// A planned short-time Fourier transform with its scratch memory.
pub struct Stft {
    options: StftOptions,
    window: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    frame: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
    power: Vec<f32>,
}

impl std::fmt::Debug for Stft {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stft")
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl Stft {
    /// Plans the transform.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a size outside its range.
    pub fn new(options: StftOptions) -> Result<Self, Error> {
        const MAX: f64 = 65_536.0;
        let window_size = options.window_size as f64;
        Error::check_range("window size in samples", window_size, 2.0..=MAX)?;
        let fft_size = options.fft_size as f64;
        Error::check_range("transform size in samples", fft_size, window_size..=MAX)?;
        let hop_size = options.hop_size as f64;
        Error::check_range("hop size in samples", hop_size, 1.0..=MAX)?;
        let fft = RealFftPlanner::new().plan_fft_forward(options.fft_size);
        Ok(Self {
            window: hann(options.window_size),
            frame: fft.make_input_vec(),
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; options.fft_size / 2 + 1],
            fft,
            options,
        })
    }

    /// Number of frequencies in a spectrum: `fft_size` / 2 + 1, from 0 to half the sample rate.
    #[must_use]
    pub fn n_bins(&self) -> usize {
        self.power.len()
    }

    /// Number of frames that a sound of `n_samples` samples has; none when it is empty.
    #[must_use]
    pub fn n_frames(&self, n_samples: usize) -> usize {
        let hop_size = self.options.hop_size;
        match self.options.framing {
            Framing::Centered | Framing::Padded if n_samples == 0 => 0,
            Framing::Centered | Framing::Padded => 1 + n_samples / hop_size,
            Framing::Whole if n_samples < self.options.window_size => 0,
            Framing::Whole => 1 + (n_samples - self.options.window_size) / hop_size,
        }
    }

    /// The power spectrum (squared magnitudes, no scaling) of one frame in
    /// `0..n_frames(samples.len())`. Allocates nothing.
    ///
    /// # Shapes
    /// - `samples`: `[n_samples]`
    /// - returns: `[n_bins]`
    ///
    /// # Errors
    /// [`Error::Transform`]; not expected.
    pub fn power(&mut self, samples: &[f32], frame_idx: usize) -> Result<&[f32], Error> {
        self.spectrum(samples, frame_idx)?;
        for (power, value) in self.power.iter_mut().zip(&self.spectrum) {
            *power = value.norm_sqr();
        }
        Ok(&self.power)
    }

    /// The complex spectrum of one frame, as [`Self::power`].
    ///
    /// # Shapes
    /// - `samples`: `[n_samples]`
    /// - returns: `[n_bins]`
    pub(crate) fn spectrum(
        &mut self,
        samples: &[f32],
        frame_idx: usize,
    ) -> Result<&[Complex32], Error> {
        self.cut(samples, frame_idx);
        let window_size = self.options.window_size;
        for (sample, weight) in self.frame[..window_size].iter_mut().zip(&self.window) {
            *sample *= weight;
        }
        self.fft
            .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch)?;
        Ok(&self.spectrum)
    }

    /// Copies the samples of one frame, with what lies beyond both ends.
    fn cut(&mut self, samples: &[f32], frame_idx: usize) {
        let StftOptions {
            window_size,
            hop_size,
            framing,
            ..
        } = self.options;
        let start = match framing {
            Framing::Whole => (frame_idx * hop_size) as isize,
            Framing::Centered | Framing::Padded => {
                (frame_idx * hop_size) as isize - (window_size / 2) as isize
            }
        };
        self.frame[window_size..].fill(0.0);
        let target = &mut self.frame[..window_size];
        match usize::try_from(start) {
            Ok(start) if start + window_size <= samples.len() => {
                target.copy_from_slice(&samples[start..start + window_size]);
            }
            _ => {
                for (i, sample) in target.iter_mut().enumerate() {
                    let index = start + i as isize;
                    *sample = match framing {
                        Framing::Padded => padded(samples, index),
                        Framing::Centered | Framing::Whole => mirrored(samples, index),
                    };
                }
            }
        }
    }
}

/// The sample at an index that may lie outside, where silence is.
fn padded(samples: &[f32], index: isize) -> f32 {
    let inside = usize::try_from(index).ok();
    inside
        .and_then(|index| samples.get(index))
        .copied()
        .unwrap_or(0.0)
}

/// The sample at an index that may lie outside: the sound is mirrored at its first and last sample,
/// again and again where it is shorter than the window.
fn mirrored(samples: &[f32], index: isize) -> f32 {
    match samples {
        [] => 0.0,
        [only] => *only,
        _ => {
            let last = samples.len() as isize - 1;
            let folded = index.rem_euclid(2 * last);
            samples[folded.min(2 * last - folded) as usize]
        }
    }
}

/// A Hann window that continues periodically, as spectra want it (Harris 1978).
pub(crate) fn hann(n: usize) -> Vec<f32> {
    let at = |i: usize| 0.5 - 0.5 * (TAU * i as f64 / n as f64).cos();
    (0..n).map(|i| at(i) as f32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_frames(framing: Framing, n_samples: usize, expected: usize) {
        let options = StftOptions {
            framing,
            ..StftOptions::default()
        };
        assert_eq!(Stft::new(options).unwrap().n_frames(n_samples), expected);
    }

    #[test]
    fn frames_are_counted() {
        check_frames(Framing::Centered, 0, 0);
        check_frames(Framing::Centered, 1, 1);
        check_frames(Framing::Centered, 159, 1);
        check_frames(Framing::Centered, 160, 2);
        check_frames(Framing::Centered, 128_000, 801);
        check_frames(Framing::Whole, 399, 0);
        check_frames(Framing::Whole, 400, 1);
        check_frames(Framing::Whole, 560, 2);
    }

    #[test]
    fn mirrors_like_numpy() {
        let samples = [0.0, 1.0, 2.0];
        let padded: Vec<f32> = (-4..7).map(|i| mirrored(&samples, i)).collect();
        assert_eq!(
            padded,
            [0.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.0, 1.0, 0.0, 1.0, 2.0]
        );
        assert_eq!(mirrored(&[], 3), 0.0);
        assert_eq!(mirrored(&[7.0], -3), 7.0);
    }

    #[test]
    fn a_sine_is_one_line() {
        // 1 kHz is bin 25 of 400 at 16 kHz; a Hann window of amplitude 1 gives (400 / 4)² there.
        let sine: Vec<f32> = (0..16_000)
            .map(|i| (TAU * f64::from(i) / 16.0).sin() as f32)
            .collect();
        let mut stft = Stft::new(StftOptions::default()).unwrap();
        let power = stft.power(&sine, 50).unwrap();
        assert!((power[25] / 10_000.0 - 1.0).abs() < 1e-3, "{}", power[25]);
        assert!(power[28] < 1e-2 && power[20] < 1e-2);
    }

    #[test]
    fn sizes_are_checked() {
        let with = |window_size, fft_size, hop_size| StftOptions {
            window_size,
            fft_size,
            hop_size,
            framing: Framing::Whole,
        };
        for options in [with(1, 400, 160), with(400, 399, 160), with(400, 400, 0)] {
            assert!(Stft::new(options).is_err(), "{options:?}");
        }
    }
}
