//! Voice activity: where in a sound somebody speaks.
//!
//! Two questions, every 10 ms. Is it louder than the background? The threshold follows the sound's
//! own quiet and loud moments, as in Rabiner & Sambur (1975). Is it voiced? Vowels repeat with the
//! period of the glottis, so that the autocorrelation has a peak between 60 and 420 Hz (Rabiner
//! 1977); steady noise, clicks and hum-free silence have none. A stretch of loud moments is speech
//! when enough of it is voiced: consonants and short pauses around vowels come along.

use std::ops::Range;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use crate::Error;
use crate::level::power_without_offset;

/// Length of a moment: two periods of the lowest voice fit.
const WINDOW_SECONDS: f64 = 0.032;
/// From one moment to the next.
const HOP_SECONDS: f64 = 0.01;
/// Pitch of voices in Hz, from low men to small children.
const PITCH_HZ: Range<f64> = 60.0..420.0;
/// Autocorrelation at the period, relative to lag zero, from which a moment is voiced. White noise
/// stays below .35 in windows of this length, vowels lie above .6.
const VOICED: f32 = 0.45;
/// Loud is this far above the background, in dB ...
const ABOVE_FLOOR_DB: f32 = 9.0;
/// ... yet never asked to be nearer to the peaks than this (speech without pauses has no
/// background) ...
const BELOW_PEAK_DB: f32 = 15.0;
/// ... and never further below them than this.
const DEEPEST_DB: f32 = 35.0;
/// Nothing below this is loud, in dB of full scale.
const SILENCE_DB: f32 = -75.0;
/// Pauses up to this many moments do not end a stretch.
const LONGEST_GAP: usize = 30;
/// Moments added on both sides of a stretch, for the soft edges of words.
const MARGIN: usize = 10;
/// Fewer voiced moments make no speech.
const FEWEST_VOICED: usize = 6;

/// A planned detector with its scratch memory.
pub struct VoiceDetector {
    window: usize,
    hop: usize,
    lags: Range<usize>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    frame: Vec<f32>,
    spectrum: Vec<Complex32>,
    scratch: Vec<Complex32>,
}

impl std::fmt::Debug for VoiceDetector {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VoiceDetector")
            .field("window", &self.window)
            .field("hop", &self.hop)
            .finish_non_exhaustive()
    }
}

impl VoiceDetector {
    /// Plans detection at a sample rate in 4,000..=192,000 Hz.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for another rate.
    pub fn new(sample_rate_hz: u32) -> Result<Self, Error> {
        let rate = f64::from(sample_rate_hz);
        Error::check_range("sample rate in Hz", rate, 4e3..=192e3)?;
        let window = (rate * WINDOW_SECONDS) as usize;
        // Twice the window, so that the correlation does not wrap around.
        let n_fft = (2 * window).next_power_of_two();
        let mut planner = RealFftPlanner::new();
        let forward = planner.plan_fft_forward(n_fft);
        let inverse = planner.plan_fft_inverse(n_fft);
        let n_scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
        Ok(Self {
            window,
            hop: (rate * HOP_SECONDS) as usize,
            lags: (rate / PITCH_HZ.end) as usize..(rate / PITCH_HZ.start) as usize + 1,
            frame: forward.make_input_vec(),
            spectrum: forward.make_output_vec(),
            scratch: vec![Complex32::default(); n_scratch],
            forward,
            inverse,
        })
    }

    /// Where somebody speaks, as ranges of sample indices that are apart and in order. A sound
    /// shorter than 32 ms holds no speech.
    ///
    /// # Errors
    /// [`Error::Transform`]; not expected.
    pub fn segments(&mut self, samples: &[f32]) -> Result<Vec<Range<usize>>, Error> {
        if samples.len() < self.window {
            return Ok(Vec::new());
        }
        let n_moments = 1 + (samples.len() - self.window) / self.hop;
        let levels_db: Vec<f32> = (0..n_moments)
            .map(|i| {
                10.0 * power_without_offset(self.moment(samples, i))
                    .max(1e-12)
                    .log10()
            })
            .collect();
        let threshold_db = threshold_db(&levels_db);
        let mut loud = vec![false; n_moments];
        let mut voiced = vec![false; n_moments];
        for i in 0..n_moments {
            loud[i] = levels_db[i] > threshold_db;
            voiced[i] = loud[i] && self.periodicity(samples, i)? > VOICED;
        }
        let stretches = stretches(&loud, &voiced).into_iter();
        Ok(stretches
            .map(|moments| {
                let end = (moments.end - 1) * self.hop + self.window;
                moments.start * self.hop..end.min(samples.len())
            })
            .collect())
    }

    fn moment<'a>(&self, samples: &'a [f32], i: usize) -> &'a [f32] {
        &samples[i * self.hop..i * self.hop + self.window]
    }

    /// Highest normalized autocorrelation within the range of pitch, about 0..=1: 1 when the moment
    /// repeats exactly.
    fn periodicity(&mut self, samples: &[f32], i: usize) -> Result<f32, Error> {
        let moment = &samples[i * self.hop..i * self.hop + self.window];
        let mean = moment.iter().sum::<f32>() / moment.len() as f32;
        self.frame.fill(0.0);
        for (out, sample) in self.frame.iter_mut().zip(moment) {
            *out = sample - mean;
        }
        self.forward.process_with_scratch(
            &mut self.frame,
            &mut self.spectrum,
            &mut self.scratch,
        )?;
        for value in &mut self.spectrum {
            *value = Complex32::new(value.norm_sqr(), 0.0);
        }
        self.inverse.process_with_scratch(
            &mut self.spectrum,
            &mut self.frame,
            &mut self.scratch,
        )?;
        let whole = self.frame[0];
        if whole.is_nan() || whole <= 0.0 {
            return Ok(0.0);
        }
        // Later lags sum fewer products; without this they would look less periodic.
        let unbiased = |lag: usize| self.window as f32 / (self.window - lag) as f32;
        let last = self.lags.end.min(self.window * 4 / 5);
        // The peak must be one, not the slope down from lag zero that slow rumble has.
        let peak = (self.lags.start.max(1)..last).filter(|lag| {
            let here = self.frame[*lag];
            here > self.frame[lag - 1] && here >= self.frame[lag + 1]
        });
        Ok(peak.fold(0.0_f32, |best, lag| {
            best.max(self.frame[lag] / whole * unbiased(lag))
        }))
    }
}

/// Where somebody speaks; plans anew each time, see [`VoiceDetector`] for many sounds.
///
/// # Errors
/// As [`VoiceDetector::new`].
pub fn voice_activity(samples: &[f32], sample_rate_hz: u32) -> Result<Vec<Range<usize>>, Error> {
    VoiceDetector::new(sample_rate_hz)?.segments(samples)
}

/// The level above which a moment is loud, from the quietest and the loudest tenth.
fn threshold_db(levels_db: &[f32]) -> f32 {
    let mut sorted = levels_db.to_vec();
    sorted.sort_by(f32::total_cmp);
    let at = |share: usize| sorted[(sorted.len() - 1) * share / 100];
    let (floor, peak) = (at(10), at(95));
    (floor + ABOVE_FLOOR_DB)
        .min(peak - BELOW_PEAK_DB)
        .max(peak - DEEPEST_DB)
        .max(SILENCE_DB)
}

/// Ranges of moments that are speech: loud ones, joined over short gaps, that are voiced enough,
/// with their margins.
fn stretches(loud: &[bool], voiced: &[bool]) -> Vec<Range<usize>> {
    let mut joined: Vec<Range<usize>> = Vec::new();
    for i in (0..loud.len()).filter(|i| loud[*i]) {
        match joined.last_mut() {
            Some(last) if i - last.end <= LONGEST_GAP => last.end = i + 1,
            _ => joined.push(i..i + 1),
        }
    }
    joined.retain(|range| {
        voiced[range.clone()]
            .iter()
            .filter(|voiced| **voiced)
            .count()
            >= FEWEST_VOICED
    });
    // The gaps are longer than both margins together, so that ranges stay apart.
    for range in &mut joined {
        *range = range.start.saturating_sub(MARGIN)..(range.end + MARGIN).min(loud.len());
    }
    joined
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use proptest::prelude::*;

    use super::*;

    const RATE: u32 = 16_000;

    fn noise(amplitude: f32, n: usize) -> Vec<f32> {
        let mut state = 0x2545_F491_4F6C_DD1D_u64;
        let mut next = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
        };
        (0..n).map(|_| amplitude * next()).collect()
    }

    /// A vowel: the harmonics of a voice of 120 Hz under formants near 700 and 1200 Hz.
    fn vowel(amplitude: f32, n: usize) -> Vec<f32> {
        let weight = |hz: f64| {
            let formant = |center: f64| (-((hz - center) / 250.0).powi(2)).exp();
            0.1 + formant(700.0) + 0.6 * formant(1200.0)
        };
        let at = |i: usize| {
            let t = i as f64 / f64::from(RATE);
            let harmonic = |k: u32| {
                let hz = 120.0 * f64::from(k);
                weight(hz) * (TAU * hz * t).sin()
            };
            amplitude * 0.3 * (1..25).map(harmonic).sum::<f64>() as f32
        };
        (0..n).map(at).collect()
    }

    fn sum(parts: &[&[f32]]) -> Vec<f32> {
        let n = parts.iter().map(|part| part.len()).max().unwrap_or(0);
        let at = |i: usize| parts.iter().filter_map(|part| part.get(i)).sum();
        (0..n).map(at).collect()
    }

    /// Compares in tenths of a second, e.g. `"5-12"`.
    #[track_caller]
    fn check(samples: &[f32], expected: &str) {
        let segments = voice_activity(samples, RATE).unwrap();
        let tenths = |sample: usize| (sample as f64 / f64::from(RATE) * 10.0).round();
        let found: Vec<String> = segments
            .iter()
            .map(|range| format!("{}-{}", tenths(range.start), tenths(range.end)))
            .collect();
        assert_eq!(found.join(" "), expected);
    }

    #[test]
    fn no_voice_in_silence_noise_and_clicks() {
        check(&[], "");
        check(&vec![0.0; 16_000], "");
        check(&vec![0.5; 16_000], "");
        check(&[f32::NAN; 16_000], "");
        check(&noise(0.3, 32_000), "");
        check(&noise(0.001, 32_000), "");
        let mut click = vec![0.0; 16_000];
        click[8_000] = 1.0;
        check(&click, "");
    }

    #[test]
    fn a_vowel_is_voice_alone_and_in_noise() {
        check(&vowel(0.3, 16_000), "0-10");
        check(&vowel(0.003, 16_000), "0-10");
        check(&sum(&[&vowel(0.3, 16_000), &noise(0.03, 16_000)]), "0-10");
    }

    #[test]
    fn words_between_pauses() {
        let pause = vec![0.0; 16_000];
        let spoken = [
            &pause[..],
            &vowel(0.1, 8_000),
            &pause,
            &vowel(0.05, 8_000),
            &pause,
        ]
        .concat();
        check(&spoken, "9-16 24-31");
        check(&sum(&[&spoken, &noise(0.002, spoken.len())]), "9-16 24-31");
    }

    #[test]
    fn a_short_pause_does_not_part_words() {
        let spoken = [&vowel(0.1, 8_000)[..], &[0.0; 3_200], &vowel(0.1, 8_000)].concat();
        check(&spoken, "0-12");
    }

    #[test]
    fn other_rates_work_and_impossible_ones_are_refused() {
        for rate in [8_000, 44_100, 48_000] {
            assert!(voice_activity(&vec![0.0; 48_000], rate).unwrap().is_empty());
        }
        assert!(voice_activity(&[], 100).is_err());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn ranges_are_apart_in_order_and_inside(
            parts in proptest::collection::vec((0_usize..6_000, 0.0_f32..0.3, any::<bool>()), 1..8),
        ) {
            let mut samples = Vec::new();
            for (n, amplitude, voiced) in parts {
                samples.extend(if voiced { vowel(amplitude, n) } else { noise(amplitude, n) });
            }
            let segments = voice_activity(&samples, RATE).unwrap();
            let mut at = 0;
            for range in segments {
                prop_assert!(at <= range.start && range.start < range.end);
                at = range.end;
            }
            prop_assert!(at <= samples.len());
        }
    }
}
