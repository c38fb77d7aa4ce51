//! Mel spectrograms: power spectra summed in triangular bands that are spaced as hearing is.

use crate::{Error, Framing, Stft, StftOptions};

/// Which formula turns Hz into mel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MelScale {
    /// 2595 · log10(1 + f / 700) (O'Shaughnessy 1987), as HTK has it.
    Htk,
    /// Linear below 1 kHz and logarithmic above (Slaney 1998, "Auditory Toolbox"), as librosa and
    /// Whisper have it.
    #[default]
    Slaney,
}

/// How tall the triangles are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MelNormalization {
    /// Every triangle peaks at 1: wide bands sum more.
    Peak,
    /// Every triangle has the same area (height 2 / width in Hz): white noise is flat.
    #[default]
    Area,
}

/// The plan of a [`MelSpectrogram`].
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MelOptions {
    /// Samples a second in 1,000..=384,000; default 16,000.
    pub sample_rate_hz: u32,
    /// Length of the window in samples, as in [`StftOptions`]; default 400.
    pub window_size: usize,
    /// Length of the transform in samples, as in [`StftOptions`]; default 400.
    pub fft_size: usize,
    /// Samples from one frame to the next; default 160.
    pub hop_size: usize,
    /// Where windows lie; default centered.
    pub framing: Framing,
    /// Number of bands in 1..=512; default 80. Too many for the window leave low bands empty.
    pub n_mels: usize,
    /// Lower edge of the lowest band in Hz, from 0; default 0.
    pub f_min_hz: f32,
    /// Upper edge of the highest band in Hz, up to half the sample rate; default 8,000.
    pub f_max_hz: f32,
    /// The formula for mel; default Slaney's.
    pub scale: MelScale,
    /// The height of bands; default equal areas.
    pub normalization: MelNormalization,
    /// Smallest power in a band, above 0: the logarithm goes no lower; default 1e-10.
    pub floor: f32,
}

impl Default for MelOptions {
    /// As Whisper's front end has it (Radford et al. 2022, section 2.2): 80 bands, 25 ms every
    /// 10 ms.
    fn default() -> Self {
        Self {
            sample_rate_hz: 16_000,
            window_size: 400,
            fft_size: 400,
            hop_size: 160,
            framing: Framing::Centered,
            n_mels: 80,
            f_min_hz: 0.0,
            f_max_hz: 8_000.0,
            scale: MelScale::Slaney,
            normalization: MelNormalization::Area,
            floor: 1e-10,
        }
    }
}

/// One band: the bins from `first` on, with their weights.
#[derive(Debug, Clone)]
pub(crate) struct Band {
    first: usize,
    weights: Vec<f32>,
}

impl Band {
    /// Power in the band.
    ///
    /// # Shapes
    /// - `power`: `[n_bins]`
    pub(crate) fn sum(&self, power: &[f32]) -> f32 {
        let bins = &power[self.first..self.first + self.weights.len()];
        bins.iter().zip(&self.weights).map(|(p, w)| p * w).sum()
    }
}

/// A planned mel spectrogram with its scratch memory.
#[derive(Debug)]
pub struct MelSpectrogram {
    options: MelOptions,
    stft: Stft,
    bands: Vec<Band>,
}

impl MelSpectrogram {
    /// Plans windows and bands.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for an option outside its range.
    pub fn new(options: MelOptions) -> Result<Self, Error> {
        let rate = f64::from(options.sample_rate_hz);
        Error::check_range("sample rate in Hz", rate, 1e3..=384e3)?;
        Error::check_range("number of mel bands", options.n_mels as f64, 1.0..=512.0)?;
        let (f_min, f_max) = (f64::from(options.f_min_hz), f64::from(options.f_max_hz));
        Error::check_range("upper edge of mel bands in Hz", f_max, 1.0..=rate / 2.0)?;
        Error::check_range("lower edge of mel bands in Hz", f_min, 0.0..=f_max - 1.0)?;
        let floor = f64::from(options.floor);
        Error::check_range("smallest mel power", floor, 1e-30..=1.0)?;
        let stft = Stft::new(StftOptions {
            window_size: options.window_size,
            fft_size: options.fft_size,
            hop_size: options.hop_size,
            framing: options.framing,
        })?;
        Ok(Self {
            bands: bands(&options, stft.n_bins()),
            stft,
            options,
        })
    }

    /// Number of bands.
    #[must_use]
    pub fn n_mels(&self) -> usize {
        self.bands.len()
    }

    /// Number of frames of a sound with `n_samples` samples.
    #[must_use]
    pub fn n_frames(&self, n_samples: usize) -> usize {
        self.stft.n_frames(n_samples)
    }

    /// The natural logarithm of the power in each band of each frame.
    ///
    /// # Shapes
    /// - `samples`: `[n_samples]`
    /// - returns: `[n_frames, n_mels]`, flat, frame after frame
    ///
    /// # Errors
    /// [`Error::Transform`]; not expected.
    pub fn process(&mut self, samples: &[f32]) -> Result<Vec<f32>, Error> {
        let mut out = Vec::with_capacity(self.n_frames(samples.len()) * self.n_mels());
        self.process_into(samples, &mut out)?;
        Ok(out)
    }

    /// As [`Self::process`], in place of what `out` held; allocates nothing where its capacity
    /// suffices.
    ///
    /// # Errors
    /// [`Error::Transform`]; not expected.
    pub fn process_into(&mut self, samples: &[f32], out: &mut Vec<f32>) -> Result<(), Error> {
        out.clear();
        for frame_idx in 0..self.stft.n_frames(samples.len()) {
            let power = self.stft.power(samples, frame_idx)?;
            out.extend(self.bands.iter().map(|band| {
                // What is not a number in the sound is silence here.
                band.sum(power).max(self.options.floor).ln()
            }));
        }
        Ok(())
    }
}

/// Triangles whose corners are equally spaced in mel; each one's corners are its neighbors' peaks.
pub(crate) fn bands(options: &MelOptions, n_bins: usize) -> Vec<Band> {
    let mel_min = hz_to_mel(f64::from(options.f_min_hz), options.scale);
    let mel_max = hz_to_mel(f64::from(options.f_max_hz), options.scale);
    let corner_hz = |i: usize| {
        let share = i as f64 / (options.n_mels + 1) as f64;
        mel_to_hz(mel_min + share * (mel_max - mel_min), options.scale)
    };
    let bin_hz = f64::from(options.sample_rate_hz) / options.fft_size as f64;
    (0..options.n_mels)
        .map(|i| {
            let (low, peak, high) = (corner_hz(i), corner_hz(i + 1), corner_hz(i + 2));
            let height = match options.normalization {
                MelNormalization::Peak => 1.0,
                MelNormalization::Area => 2.0 / (high - low),
            };
            let first = ((low / bin_hz).ceil() as usize).min(n_bins);
            let end = ((high / bin_hz).floor() as usize + 1).clamp(first, n_bins);
            let weight = |bin: usize| {
                let hz = bin as f64 * bin_hz;
                let rising = (hz - low) / (peak - low);
                let falling = (high - hz) / (high - peak);
                (height * rising.min(falling).max(0.0)) as f32
            };
            Band {
                first,
                weights: (first..end).map(weight).collect(),
            }
        })
        .collect()
}

/// Where Slaney's scale turns logarithmic, in Hz and in mel.
const SLANEY_HZ: f64 = 1000.0;
const SLANEY_MEL: f64 = 15.0;
/// Below, one mel is 200 / 3 Hz; above, 27 mel are a factor of 6.4.
const SLANEY_HZ_PER_MEL: f64 = 200.0 / 3.0;

fn slaney_log_step() -> f64 {
    6.4_f64.ln() / 27.0
}

/// A frequency in Hz, from 0, on the mel scale.
#[must_use]
pub fn hz_to_mel(hz: f64, scale: MelScale) -> f64 {
    match scale {
        MelScale::Htk => 2595.0 * (1.0 + hz / 700.0).log10(),
        MelScale::Slaney if hz < SLANEY_HZ => hz / SLANEY_HZ_PER_MEL,
        MelScale::Slaney => SLANEY_MEL + (hz / SLANEY_HZ).ln() / slaney_log_step(),
    }
}

/// The frequency in Hz of a place on the mel scale, from 0.
#[must_use]
pub fn mel_to_hz(mel: f64, scale: MelScale) -> f64 {
    match scale {
        MelScale::Htk => 700.0 * (10_f64.powf(mel / 2595.0) - 1.0),
        MelScale::Slaney if mel < SLANEY_MEL => mel * SLANEY_HZ_PER_MEL,
        MelScale::Slaney => SLANEY_HZ * ((mel - SLANEY_MEL) * slaney_log_step()).exp(),
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    const OPTIONS: [(&str, MelOptions); 3] = [
        (
            "slaney80",
            options(80, 0.0, MelScale::Slaney, MelNormalization::Area),
        ),
        (
            "htk64",
            options(64, 50.0, MelScale::Htk, MelNormalization::Peak),
        ),
        ("slaney40_wide", wide()),
    ];

    const fn options(
        n_mels: usize,
        f_min_hz: f32,
        scale: MelScale,
        normalization: MelNormalization,
    ) -> MelOptions {
        MelOptions {
            sample_rate_hz: 16_000,
            window_size: 400,
            fft_size: 400,
            hop_size: 160,
            framing: Framing::Centered,
            n_mels,
            f_min_hz,
            f_max_hz: 8_000.0,
            scale,
            normalization,
            floor: 1e-10,
        }
    }

    const fn wide() -> MelOptions {
        let mut wide = options(40, 20.0, MelScale::Slaney, MelNormalization::Area);
        wide.window_size = 512;
        wide.fft_size = 512;
        wide.hop_size = 200;
        wide.f_max_hz = 7_600.0;
        wide
    }

    fn sine(hz: f64, n: usize) -> Vec<f32> {
        let at = |i: usize| (0.3 * (TAU * hz * i as f64 / 16_000.0).sin()) as f32;
        (0..n).map(at).collect()
    }

    /// The loudest band of a sine must be the one whose peak is nearest in mel.
    #[track_caller]
    fn check_band(hz: f64, options: MelOptions) {
        let mut mel = MelSpectrogram::new(options).unwrap();
        let frames = mel.process(&sine(hz, 8_000)).unwrap();
        let n_mels = options.n_mels;
        let middle = &frames[20 * n_mels..21 * n_mels];
        let loudest = (0..n_mels)
            .max_by(|a, b| middle[*a].total_cmp(&middle[*b]))
            .unwrap();
        let low = hz_to_mel(options.f_min_hz.into(), options.scale);
        let high = hz_to_mel(options.f_max_hz.into(), options.scale);
        let place = (hz_to_mel(hz, options.scale) - low) / (high - low) * (n_mels + 1) as f64 - 1.0;
        let off = (loudest as f64 - place).abs();
        assert!(off <= 1.0, "{hz} Hz in band {loudest}, not {place:.1}");
    }

    #[test]
    fn a_sine_sounds_in_its_band() {
        for (_, options) in OPTIONS {
            for hz in [250.0, 440.0, 1000.0, 2500.0, 6000.0] {
                check_band(hz, options);
            }
        }
    }

    #[test]
    fn known_places_on_the_scales() {
        let check = |hz: f64, scale, mel: f64| {
            assert!(
                (hz_to_mel(hz, scale) - mel).abs() < 1e-2,
                "{hz} Hz, {scale:?}"
            );
        };
        check(0.0, MelScale::Htk, 0.0);
        check(1000.0, MelScale::Htk, 999.99);
        check(4000.0, MelScale::Htk, 2146.06);
        check(500.0, MelScale::Slaney, 7.5);
        check(1000.0, MelScale::Slaney, 15.0);
        check(6400.0, MelScale::Slaney, 42.0);
    }

    #[test]
    fn silence_is_the_floor_and_nothing_is_nothing() {
        let mut mel = MelSpectrogram::new(MelOptions::default()).unwrap();
        let frames = mel.process(&[0.0; 1600]).unwrap();
        assert!(frames.iter().all(|value| *value == 1e-10_f32.ln()));
        assert!(mel.process(&[]).unwrap().is_empty());
        assert_eq!(mel.process(&[0.1]).unwrap().len(), 80);
        let broken = mel.process(&[f32::NAN; 800]).unwrap();
        assert!(broken.iter().all(|value| value.is_finite()));
    }

    #[test]
    fn options_are_checked() {
        let bad = [
            MelOptions {
                n_mels: 0,
                ..MelOptions::default()
            },
            MelOptions {
                f_max_hz: 9_000.0,
                ..MelOptions::default()
            },
            MelOptions {
                f_min_hz: 8_000.0,
                ..MelOptions::default()
            },
            MelOptions {
                f_min_hz: f32::NAN,
                ..MelOptions::default()
            },
            MelOptions {
                floor: 0.0,
                ..MelOptions::default()
            },
            MelOptions {
                hop_size: 0,
                ..MelOptions::default()
            },
        ];
        for options in bad {
            assert!(MelSpectrogram::new(options).is_err(), "{options:?}");
        }
    }

    fn read_f32(name: &str) -> Vec<f32> {
        let path = format!("{}/test_data/log_mel/{name}", env!("CARGO_MANIFEST_DIR"));
        let bytes = std::fs::read(path).unwrap();
        let words = bytes.chunks_exact(4);
        words
            .map(|word| f32::from_le_bytes(word.try_into().unwrap()))
            .collect()
    }

    /// `test_data/log_mel/make.py` wrote these with librosa. Both compute in 32 bits but in
    /// another order, so that bands near the noise of rounding differ: 2e-3 of a natural
    /// logarithm is .02 dB.
    #[test]
    fn equals_librosa() {
        let samples = read_f32("samples.f32");
        for (name, options) in OPTIONS {
            let expected = read_f32(&format!("{name}.f32"));
            let actual = MelSpectrogram::new(options)
                .unwrap()
                .process(&samples)
                .unwrap();
            assert_eq!(actual.len(), expected.len(), "{name}");
            for (i, (a, b)) in actual.iter().zip(&expected).enumerate() {
                assert!((a - b).abs() < 2e-3, "{name}[{i}]: {a} instead of {b}");
            }
        }
    }

    proptest! {
        #[test]
        fn scales_invert(hz in 0.0..20_000.0_f64) {
            for scale in [MelScale::Htk, MelScale::Slaney] {
                prop_assert!((mel_to_hz(hz_to_mel(hz, scale), scale) - hz).abs() < 1e-6);
            }
        }

        #[test]
        fn louder_by_a_factor_is_higher_by_its_logarithm(
            gain in 0.1_f32..10.0,
            hz in 200.0..7_000.0_f64,
        ) {
            let mut mel = MelSpectrogram::new(MelOptions::default()).unwrap();
            let quiet = sine(hz, 1_000);
            let loud: Vec<f32> = quiet.iter().map(|sample| gain * sample).collect();
            let (quiet, loud) = (mel.process(&quiet).unwrap(), mel.process(&loud).unwrap());
            for (a, b) in quiet.iter().zip(&loud).filter(|(a, _)| **a > -10.0) {
                prop_assert!((b - a - 2.0 * gain.ln()).abs() < 1e-2);
            }
        }
    }
}
