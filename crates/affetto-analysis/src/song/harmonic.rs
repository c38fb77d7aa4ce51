//! Harmonic and percussive parts of a sound.
//!
//! Fitzgerald (2010), "Harmonic/percussive separation using median filtering": in a spectrogram,
//! tones are lines along time and strokes lines along frequency. Two median filters of 31 keep the
//! one and the other; masks of their squares (Wiener filters) share the sound out. Parts are turned
//! back into samples by overlapping windows (Griffin and Lim 1984).
//!
//! The masks add up to 1, so the percussive part is the sound less the harmonic one.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner};

use super::median::{LANES, Lanes, SortedWindows, WINDOW, reflected};
use super::stats::Moments;
use super::{FFT_SIZE, HOP_SIZE, N_BINS};
use crate::Error;
use crate::stft::hann;

/// Frames before and after one that its medians look at.
pub(crate) const REACH: usize = WINDOW / 2;

/// Spectra of neighboring frames of a sound.
#[derive(Debug, Default)]
pub(crate) struct SpectrumRows {
    /// Index of the frame in the first row.
    pub(crate) first_frame: usize,
    /// `[n_rows, N_BINS]`, flat.
    pub(crate) spectra: Vec<Complex32>,
    /// Their absolute values, `[n_rows, N_BINS]`, flat.
    pub(crate) magnitudes: Vec<f32>,
}

impl SpectrumRows {
    /// Forgets everything; the memory is kept.
    pub(crate) fn clear(&mut self) {
        self.first_frame = 0;
        self.spectra.clear();
        self.magnitudes.clear();
    }

    /// Forgets the frames before one.
    pub(crate) fn drop_before(&mut self, frame_idx: usize) {
        let n_dropped = frame_idx.saturating_sub(self.first_frame) * N_BINS;
        self.spectra.drain(..n_dropped.min(self.spectra.len()));
        self.magnitudes
            .drain(..n_dropped.min(self.magnitudes.len()));
        self.first_frame = self.first_frame.max(frame_idx);
    }

    /// Index of the frame after the last one.
    pub(crate) fn end_frame(&self) -> usize {
        self.first_frame + self.magnitudes.len() / N_BINS
    }

    /// Appends a spectrum and gives its absolute values.
    pub(crate) fn push(&mut self, spectrum: &[Complex32]) -> &[f32] {
        let start = self.magnitudes.len();
        self.spectra.extend_from_slice(spectrum);
        self.magnitudes
            .extend(spectrum.iter().map(|value| value.norm_sqr().sqrt()));
        &self.magnitudes[start..]
    }

    fn magnitude_row(&self, frame_idx: usize) -> &[f32] {
        let start = (frame_idx - self.first_frame) * N_BINS;
        &self.magnitudes[start..start + N_BINS]
    }

    fn spectrum_row(&self, frame_idx: usize) -> &[Complex32] {
        let start = (frame_idx - self.first_frame) * N_BINS;
        &self.spectra[start..start + N_BINS]
    }
}

/// Separates a sound that comes in blocks of frames, and measures both parts.
pub(crate) struct Separator {
    inverse: Arc<dyn ComplexToReal<f32>>,
    scratch: Vec<Complex32>,
    masked: Vec<Complex32>,
    frame: Vec<f32>,
    window: Vec<f32>,
    along_time: Vec<f32>,
    along_frequency: Vec<f32>,
    overlap: Overlap,
    parts: Parts,
}

/// Samples of the harmonic and the percussive part: mean and variance.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Parts {
    pub(crate) harmonic: Moments,
    pub(crate) percussive: Moments,
}

impl Separator {
    pub(crate) fn new() -> Self {
        let inverse = RealFftPlanner::new().plan_fft_inverse(FFT_SIZE);
        Self {
            scratch: inverse.make_scratch_vec(),
            masked: inverse.make_input_vec(),
            frame: inverse.make_output_vec(),
            inverse,
            window: hann(FFT_SIZE),
            along_time: Vec::new(),
            along_frequency: Vec::new(),
            overlap: Overlap::default(),
            parts: Parts::default(),
        }
    }

    /// Begins another sound.
    pub(crate) fn reset(&mut self) {
        self.overlap = Overlap::default();
        self.parts = Parts::default();
    }

    /// Separates frames `start..end` of a sound of `n_frames`; `rows` must reach 15 frames further
    /// on both sides, as far as there are frames.
    pub(crate) fn process(
        &mut self,
        rows: &SpectrumRows,
        samples: &[f32],
        (start, end): (usize, usize),
        n_frames: usize,
    ) -> Result<(), Error> {
        let n_values = (end - start) * N_BINS;
        self.along_time.resize(n_values, 0.0);
        self.along_frequency.resize(n_values, 0.0);
        medians_along_time(rows, start, n_frames, &mut self.along_time);
        medians_along_frequency(rows, start, &mut self.along_frequency);
        for frame_idx in start..end {
            self.mask(rows, frame_idx, frame_idx - start);
            self.inverse.process_with_scratch(
                &mut self.masked,
                &mut self.frame,
                &mut self.scratch,
            )?;
            self.overlap.add(&self.frame, &self.window);
            let harmonic = self.overlap.ready();
            self.parts.add(harmonic, samples);
        }
        if end == n_frames {
            let rest = self.overlap.rest();
            self.parts.add(rest, samples);
        }
        Ok(())
    }

    /// What was measured since [`Self::reset`].
    pub(crate) fn parts(&self) -> Parts {
        self.parts
    }

    fn mask(&mut self, rows: &SpectrumRows, frame_idx: usize, row: usize) {
        let bins = row * N_BINS..(row + 1) * N_BINS;
        let medians = self.along_time[bins.clone()]
            .iter()
            .zip(&self.along_frequency[bins]);
        let spectrum = rows.spectrum_row(frame_idx);
        for ((masked, value), (harmonic, percussive)) in
            self.masked.iter_mut().zip(spectrum).zip(medians)
        {
            *masked = value * wiener(*harmonic, *percussive);
        }
        // The transform wants real values at both ends, which rounding may have spoiled.
        self.masked[0].im = 0.0;
        self.masked[N_BINS - 1].im = 0.0;
    }
}

/// Share of the harmonic part; one half where there is nothing.
fn wiener(harmonic: f32, percussive: f32) -> f32 {
    let larger = harmonic.max(percussive);
    if larger < f32::MIN_POSITIVE {
        return 0.5;
    }
    let (h, p) = (harmonic / larger, percussive / larger);
    h * h / (h * h + p * p)
}

/// Each bin's median over 31 frames around each frame from `start` on.
///
/// # Shapes
/// - `out`: `[n_rows, N_BINS]`, flat
fn medians_along_time(rows: &SpectrumRows, start: usize, n_frames: usize, out: &mut [f32]) {
    let n_rows = out.len() / N_BINS;
    let mut bin = 0;
    loop {
        let lanes = |frame: isize| -> Lanes {
            let row = rows.magnitude_row(reflected(frame, n_frames));
            std::array::from_fn(|lane| row[bin + lane])
        };
        let first = start as isize - REACH as isize;
        let mut windows = SortedWindows::new(|i| lanes(first + i as isize));
        for row in 0..n_rows {
            let at = row * N_BINS + bin;
            out[at..at + LANES].copy_from_slice(windows.medians());
            if row + 1 < n_rows {
                let oldest = first + row as isize;
                windows.slide(&lanes(oldest), &lanes(oldest + WINDOW as isize));
            }
        }
        if bin + LANES == N_BINS {
            return;
        }
        // The last group overlaps the one before, for 1025 is no multiple of 16.
        bin = (bin + LANES).min(N_BINS - LANES);
    }
}

/// Each frame's median over 31 bins around each bin, from frame `start` on.
///
/// # Shapes
/// - `out`: `[n_rows, N_BINS]`, flat
fn medians_along_frequency(rows: &SpectrumRows, start: usize, out: &mut [f32]) {
    let n_rows = out.len() / N_BINS;
    let mut tile = vec![[0.0; LANES]; N_BINS];
    for first_row in (0..n_rows).step_by(LANES) {
        let n_lanes = LANES.min(n_rows - first_row);
        for lane in 0..n_lanes {
            let row = rows.magnitude_row(start + first_row + lane);
            for (lanes, value) in tile.iter_mut().zip(row) {
                lanes[lane] = *value;
            }
        }
        let lanes = |bin: isize| &tile[reflected(bin, N_BINS)];
        let first = -(REACH as isize);
        let mut windows = SortedWindows::new(|i| *lanes(first + i as isize));
        for bin in 0..N_BINS {
            for (lane, median) in windows.medians()[..n_lanes].iter().enumerate() {
                out[(first_row + lane) * N_BINS + bin] = *median;
            }
            let oldest = first + bin as isize;
            windows.slide(lanes(oldest), lanes(oldest + WINDOW as isize));
        }
    }
}

/// Adds overlapping windows, and divides by what the windows themselves add up to.
struct Overlap {
    /// What frames so far have added from the next sample on.
    sum: Vec<f32>,
    weight: Vec<f32>,
    ready: Vec<f32>,
    /// Where the next sample lies; the first window begins before the sound.
    next: isize,
}

impl Default for Overlap {
    fn default() -> Self {
        Self {
            sum: vec![0.0; FFT_SIZE],
            weight: vec![0.0; FFT_SIZE],
            ready: Vec::with_capacity(FFT_SIZE),
            next: -(FFT_SIZE as isize / 2),
        }
    }
}

impl Overlap {
    fn add(&mut self, frame: &[f32], window: &[f32]) {
        const SCALE: f32 = 1.0 / FFT_SIZE as f32;
        let sums = self.sum.iter_mut().zip(&mut self.weight);
        for ((sum, own), (sample, weight)) in sums.zip(frame.iter().zip(window)) {
            *sum += sample * weight * SCALE;
            *own += weight * weight;
        }
    }

    /// Samples to which no later frame adds, and where they lie.
    fn ready(&mut self) -> (isize, &[f32]) {
        self.take(HOP_SIZE)
    }

    /// All samples that are left.
    fn rest(&mut self) -> (isize, &[f32]) {
        self.take(FFT_SIZE)
    }

    fn take(&mut self, n: usize) -> (isize, &[f32]) {
        self.ready.clear();
        let pairs = self.sum[..n].iter().zip(&self.weight[..n]);
        self.ready.extend(pairs.map(|(sum, weight)| {
            if *weight > f32::MIN_POSITIVE {
                sum / weight
            } else {
                *sum
            }
        }));
        for values in [&mut self.sum, &mut self.weight] {
            values.copy_within(n.., 0);
            values[FFT_SIZE - n..].fill(0.0);
        }
        let start = self.next;
        self.next += n as isize;
        (start, &self.ready)
    }
}

impl Parts {
    /// Counts harmonic samples from a place on, and what they leave of the sound.
    fn add(&mut self, (start, harmonic): (isize, &[f32]), samples: &[f32]) {
        let n_before = (-start).max(0) as usize;
        let from = start.max(0) as usize;
        let Some(harmonic) = harmonic.get(n_before..) else {
            return;
        };
        let here = samples.get(from..).unwrap_or_default();
        let n = harmonic.len().min(here.len());
        let mut percussive = [0.0; FFT_SIZE];
        for ((percussive, sample), harmonic) in percussive.iter_mut().zip(here).zip(harmonic) {
            *percussive = sample - harmonic;
        }
        self.harmonic.add_all(&harmonic[..n]);
        self.percussive.add_all(&percussive[..n]);
    }
}
