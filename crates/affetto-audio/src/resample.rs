//! Other sample rates, by rubato's synchronous FFT resampler. The only module that knows rubato.

use rubato::audioadapter_buffers::direct::InterleavedSlice;
use rubato::{Fft, FixedSync, Indexing, Resampler as _, WindowFunction};

use crate::Error;

/// Rates in Hz between which sound is resampled.
pub const RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=384_000;
/// Frames of input in one step, about: 20–60 ms at usual rates.
const CHUNK_FRAMES: usize = 1024;

/// Changes the rate of mono sound that comes in pieces. Output is in step with input: the delay of
/// the filter is taken off.
pub struct Resampler {
    inner: Fft<f32>,
    from_hz: u32,
    to_hz: u32,
    waiting: Vec<f32>,
    chunk: Vec<f32>,
    to_drop: usize,
    n_in: u64,
    n_out: u64,
}

impl std::fmt::Debug for Resampler {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resampler")
            .field("from_hz", &self.from_hz)
            .field("to_hz", &self.to_hz)
            .finish_non_exhaustive()
    }
}

impl Resampler {
    /// Plans the change from one rate to another; both in [`RATES_HZ`].
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for other rates.
    pub fn new(from_hz: u32, to_hz: u32) -> Result<Self, Error> {
        let range = f64::from(*RATES_HZ.start())..=f64::from(*RATES_HZ.end());
        Error::check_range("sample rate in Hz", f64::from(from_hz), range.clone())?;
        Error::check_range("sample rate in Hz", f64::from(to_hz), range)?;
        let (from, to) = (from_hz as usize, to_hz as usize);
        let window = WindowFunction::BlackmanHarris2;
        let inner = Fft::new_custom(
            from,
            to,
            chunk_frames(from, to),
            1,
            1,
            window,
            FixedSync::Both,
        )
        .map_err(|error| {
            Error::decode(format!(
                "cannot resample {from_hz} Hz to {to_hz} Hz: {error}"
            ))
        })?;
        Ok(Self {
            to_drop: inner.output_delay(),
            chunk: vec![0.0; inner.output_frames_max()],
            waiting: Vec::with_capacity(2 * inner.input_frames_max()),
            inner,
            from_hz,
            to_hz,
            n_in: 0,
            n_out: 0,
        })
    }

    /// Takes samples in and appends what is ready to `out`.
    ///
    /// # Errors
    /// [`Error::Decode`]; not expected.
    pub fn push(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), Error> {
        self.n_in += samples.len() as u64;
        self.waiting.extend_from_slice(samples);
        let n_step = self.inner.input_frames_next();
        let n_steps = self.waiting.len() / n_step;
        for step in 0..n_steps {
            self.step(step * n_step, out)?;
        }
        self.waiting.drain(..n_steps * n_step);
        Ok(())
    }

    /// Ends the sound: what the filter still holds is appended to `out`, so that in all there are
    /// as many samples as the input lasted, rounded up.
    ///
    /// # Errors
    /// [`Error::Decode`]; not expected.
    pub fn finish(mut self, out: &mut Vec<f32>) -> Result<(), Error> {
        let due = (self.n_in * u64::from(self.to_hz)).div_ceil(u64::from(self.from_hz));
        while self.n_out < due {
            self.waiting.resize(self.inner.input_frames_next(), 0.0);
            self.step(0, out)?;
            self.waiting.clear();
        }
        let surplus = usize::try_from(self.n_out - due).unwrap_or(0);
        out.truncate(out.len().saturating_sub(surplus));
        Ok(())
    }

    fn step(&mut self, from: usize, out: &mut Vec<f32>) -> Result<(), Error> {
        let fault = |error: &dyn std::fmt::Display| Error::decode(format!("resampling: {error}"));
        let n_in = self.waiting.len();
        let input = InterleavedSlice::new(&self.waiting, 1, n_in).map_err(|error| fault(&error))?;
        let n_chunk = self.chunk.len();
        let mut output = InterleavedSlice::new_mut(&mut self.chunk, 1, n_chunk)
            .map_err(|error| fault(&error))?;
        let indexing = Indexing {
            input_offset: from,
            output_offset: 0,
            partial_len: None,
            active_channels_mask: None,
        };
        let (_, n_new) = self
            .inner
            .process_into_buffer(&input, &mut output, Some(&indexing))
            .map_err(|error| fault(&error))?;
        let n_dropped = self.to_drop.min(n_new);
        self.to_drop -= n_dropped;
        out.extend_from_slice(&self.chunk[n_dropped..n_new]);
        self.n_out += (n_new - n_dropped) as u64;
        Ok(())
    }
}

/// Frames of one step: a multiple of the shortest stretch that holds whole frames at both rates,
/// and an even one, for the filter of an odd length lies half a frame beside its middle.
fn chunk_frames(from: usize, to: usize) -> usize {
    let (mut a, mut b) = (from, to);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    let shortest = from / a.max(1);
    let n = CHUNK_FRAMES.div_ceil(shortest);
    (n + (n * shortest) % 2) * shortest
}

/// Resamples a whole piece of mono sound.
///
/// # Errors
/// As [`Resampler::new`].
pub fn resample(samples: &[f32], from_hz: u32, to_hz: u32) -> Result<Vec<f32>, Error> {
    if from_hz == to_hz {
        return Ok(samples.to_vec());
    }
    let mut resampler = Resampler::new(from_hz, to_hz)?;
    let mut out = Vec::new();
    resampler.push(samples, &mut out)?;
    resampler.finish(&mut out)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    fn sine(hz: f64, rate_hz: u32, n: usize) -> Vec<f32> {
        let at = |i: usize| (0.5 * (TAU * hz * i as f64 / f64::from(rate_hz)).sin()) as f32;
        (0..n).map(at).collect()
    }

    /// A second of a sine at the old rate must be that sine at the new rate, in phase.
    #[track_caller]
    fn check(from_hz: u32, to_hz: u32) {
        let out = resample(&sine(440.0, from_hz, from_hz as usize), from_hz, to_hz).unwrap();
        let expected = sine(440.0, to_hz, to_hz as usize);
        assert_eq!(out.len(), expected.len());
        // The edges ring, because the sine begins and ends abruptly.
        let edge = to_hz as usize / 20;
        for i in edge..out.len() - edge {
            let off = (out[i] - expected[i]).abs();
            assert!(off < 2e-3, "sample {i} is off by {off}");
        }
    }

    #[test]
    fn a_sine_keeps_its_pitch_and_phase() {
        check(44_100, 16_000);
        check(48_000, 16_000);
        check(8_000, 16_000);
        check(22_050, 48_000);
        check(11_025, 16_000);
    }

    #[test]
    fn what_is_above_the_new_band_is_gone() {
        let out = resample(&sine(12_000.0, 48_000, 48_000), 48_000, 16_000).unwrap();
        let loudest = out[800..15_200]
            .iter()
            .fold(0.0, |a: f32, b| a.max(b.abs()));
        assert!(loudest < 1e-3, "{loudest}");
    }

    #[test]
    fn impossible_rates_are_refused() {
        for (from, to) in [(0, 16_000), (16_000, 0), (3_999, 16_000), (16_000, 400_000)] {
            let error = Resampler::new(from, to).unwrap_err().to_string();
            assert!(error.contains("must be between 4000 and 384000"), "{error}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn pieces_do_not_matter(
            cuts in proptest::collection::vec(0_usize..3000, 0..12),
            from_hz in prop_oneof![Just(44_100_u32), Just(8_000), Just(48_000)],
        ) {
            let n: usize = cuts.iter().sum();
            let samples = sine(300.0, from_hz, n);
            let whole = resample(&samples, from_hz, 16_000).unwrap();
            let mut resampler = Resampler::new(from_hz, 16_000).unwrap();
            let (mut out, mut rest) = (Vec::new(), &samples[..]);
            for cut in cuts {
                let (piece, after) = rest.split_at(cut);
                resampler.push(piece, &mut out).unwrap();
                rest = after;
            }
            resampler.finish(&mut out).unwrap();
            prop_assert_eq!(out.len() as u64, (n as u64 * 16_000).div_ceil(from_hz.into()));
            prop_assert_eq!(out, whole);
        }
    }
}
