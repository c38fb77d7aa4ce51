//! What the model sees of a sound: log-mel frames and pitch, cut to where speech is, at one level.

use affetto_analysis::{MelNormalization, MelOptions, MelScale, MelSpectrogram};

use super::pitch::pitch_track;
use crate::Error;

/// Version of the frames and statistics; weights of another version are refused.
pub const FEATURE_VERSION: u32 = 2;
/// The sample rate that the model takes, in Hz.
pub const SPEECH_SAMPLE_RATE_HZ: u32 = 16_000;
/// Samples from frame to frame.
pub(crate) const HOP_SIZE: usize = 160;
/// Mel bands from 60 Hz to 7.6 kHz.
pub(crate) const N_MELS: usize = 64;
/// Lower edge of the lowest band in Hz; below it there is hum.
pub(crate) const F_MIN_HZ: f32 = 60.0;
/// Upper edge of the highest band in Hz; above it codecs differ.
pub(crate) const F_MAX_HZ: f32 = 7_600.0;
/// Values of a frame: the mel bands, the logarithm of the fundamental frequency, the voicing.
pub(crate) const N_COLUMNS: usize = N_MELS + 2;
/// What the network gets of the pitch of a frame.
pub(crate) const PITCH_COLUMNS: usize = 3;
/// Frames this much below the loudest ones are no speech, in nepers of power (26 dB).
const SPEECH_RANGE: f32 = 6.0;
/// Frames kept before the first and after the last frame of speech.
const MARGIN_FRAMES: usize = 8;
/// The share of frames that may be louder than what counts as the loudest.
const LOUDEST_SHARE: f32 = 0.02;
/// Lowest value of a band after the level is taken off, in nepers of power (−39 dB): below it
/// recordings differ by their noise, not by their speech.
const FLOOR: f32 = -9.0;
/// Middle of the pitch of adults: 170 Hz.
pub(crate) const MIDDLE_LOG_F0: f32 = 5.135_798;
/// Frames with less voicing have no pitch.
pub(crate) const VOICED: f32 = 0.6;

/// Frames of 10 ms, each [`N_COLUMNS`] values.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Frames {
    /// `[n_frames, N_COLUMNS]`, flat.
    pub(crate) values: Vec<f32>,
}

impl Frames {
    /// The speech in a sound at 16 kHz.
    ///
    /// Leading and trailing frames more than 26 dB below the loudest are cut off. The mean of
    /// all bands over the frames of speech is taken off, so that loudness says nothing. Samples
    /// that are no numbers count as silence.
    ///
    /// # Errors
    /// [`Error::Sound`] when the transform fails; not expected.
    pub(crate) fn of_samples(samples: &[f32]) -> Result<Self, Error> {
        let clean: Vec<f32> = samples
            .iter()
            .map(|&x| {
                if x.is_finite() {
                    x.clamp(-8.0, 8.0)
                } else {
                    0.0
                }
            })
            .collect();
        let mel = mel_spectrogram()?.process(&clean)?;
        let n_frames = mel.len() / N_MELS;
        let pitch = pitch_track(&clean, n_frames);
        let mut values = Vec::with_capacity(n_frames * N_COLUMNS);
        for (bands, pitch) in mel.chunks_exact(N_MELS).zip(&pitch) {
            values.extend_from_slice(bands);
            values.extend([pitch.log_f0, pitch.voicing]);
        }
        Ok(Self { values }.leveled())
    }

    /// Number of frames.
    pub(crate) fn len(&self) -> usize {
        self.values.len() / N_COLUMNS
    }

    /// The frames one by one.
    pub(crate) fn rows(&self) -> std::slice::ChunksExact<'_, f32> {
        self.values.chunks_exact(N_COLUMNS)
    }

    /// Cut to speech, with the level taken off.
    pub(crate) fn leveled(mut self) -> Self {
        let energies = energies(&self);
        let mut sorted = energies.clone();
        sorted.sort_by(f32::total_cmp);
        let Some(last) = sorted.len().checked_sub(1) else {
            return self;
        };
        let loudest = sorted[last - (LOUDEST_SHARE * last as f32) as usize];
        let is_speech = |i: &usize| energies[*i] > loudest - SPEECH_RANGE;
        let first = (0..=last).find(is_speech).unwrap_or(0);
        let end = (0..=last).rfind(is_speech).unwrap_or(last);
        let span = first.saturating_sub(MARGIN_FRAMES)..(end + MARGIN_FRAMES + 1).min(last + 1);
        let speech: Vec<usize> = span.clone().filter(is_speech).collect();
        let mean = |i: &usize| {
            let bands = &self.values[i * N_COLUMNS..][..N_MELS];
            bands.iter().sum::<f32>() / N_MELS as f32
        };
        let level = speech.iter().map(mean).sum::<f32>() / speech.len().max(1) as f32;
        self.values = self.values[span.start * N_COLUMNS..span.end * N_COLUMNS].to_vec();
        for row in self.values.chunks_exact_mut(N_COLUMNS) {
            row[..N_MELS]
                .iter_mut()
                .for_each(|band| *band = (*band - level).max(FLOOR));
        }
        self
    }
}

/// The middle of a band in Hz: evenly spaced in mel (O'Shaughnessy 1987).
pub(crate) fn band_center_hz(band: usize) -> f32 {
    let (low, step) = mel_spacing();
    hertz(low + step * (band + 1) as f32)
}

/// The band whose middle is at a frequency, as a number between bands.
pub(crate) fn band_at_hz(hz: f32) -> f32 {
    let (low, step) = mel_spacing();
    (mel(hz) - low) / step - 1.0
}

/// The lower edge of the lowest band and the distance of the bands, in mel.
fn mel_spacing() -> (f32, f32) {
    let (low, high) = (mel(F_MIN_HZ), mel(F_MAX_HZ));
    (low, (high - low) / (N_MELS + 1) as f32)
}

fn mel(hz: f32) -> f32 {
    2595.0 * (1.0 + hz / 700.0).log10()
}

fn hertz(mel: f32) -> f32 {
    700.0 * (10.0_f32.powf(mel / 2595.0) - 1.0)
}

/// The logarithm of the power of each frame.
pub(crate) fn energies(frames: &Frames) -> Vec<f32> {
    frames
        .rows()
        .map(|row| {
            let top = row[..N_MELS]
                .iter()
                .copied()
                .fold(f32::NEG_INFINITY, f32::max);
            let sum: f32 = row[..N_MELS].iter().map(|band| (band - top).exp()).sum();
            top + sum.ln()
        })
        .collect()
}

/// What the network gets of the pitch of each frame: height and height against the median of the
/// voiced frames, both in octaves times the voicing, and the voicing.
///
/// # Shapes
/// - returns: `[n_frames, PITCH_COLUMNS]`
pub(crate) fn pitch_columns(frames: &Frames) -> Vec<f32> {
    let mut voiced: Vec<f32> = frames
        .rows()
        .filter(|row| row[N_MELS + 1] > VOICED)
        .map(|row| row[N_MELS])
        .collect();
    voiced.sort_by(f32::total_cmp);
    let median = voiced
        .get(voiced.len() / 2)
        .copied()
        .unwrap_or(MIDDLE_LOG_F0);
    let octave = std::f32::consts::LN_2;
    frames
        .rows()
        .flat_map(|row| {
            let (log_f0, voicing) = (row[N_MELS], row[N_MELS + 1]);
            let gate = ((voicing - 0.3) / 0.5).clamp(0.0, 1.0);
            [
                (log_f0 - MIDDLE_LOG_F0) / octave * gate,
                (log_f0 - median) / octave * gate,
                2.0 * voicing - 1.0,
            ]
        })
        .collect()
}

fn mel_spectrogram() -> Result<MelSpectrogram, Error> {
    Ok(MelSpectrogram::new(MelOptions {
        sample_rate_hz: SPEECH_SAMPLE_RATE_HZ,
        window_size: 400,
        fft_size: 512,
        hop_size: HOP_SIZE,
        n_mels: N_MELS,
        f_min_hz: F_MIN_HZ,
        f_max_hz: F_MAX_HZ,
        scale: MelScale::Htk,
        normalization: MelNormalization::Peak,
        ..MelOptions::default()
    })?)
}

#[cfg(test)]
impl Frames {
    /// `n` frames with the value of each column.
    pub(crate) fn of_values(n: usize, value: impl Fn(usize, usize) -> f32) -> Self {
        let at = |i: usize| (0..N_COLUMNS).map(move |c| (i, c));
        Self {
            values: (0..n).flat_map(at).map(|(i, c)| value(i, c)).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Silence, then a voice-like tone with a gliding pitch, then silence.
    fn sound(gain: f32) -> Vec<f32> {
        (0..32_000)
            .map(|i| {
                let t = i as f32 / 16_000.0;
                let phase = std::f32::consts::TAU * (150.0 + 20.0 * t) * t;
                let tone: f32 = (1..=10).map(|k| (phase * k as f32).sin() / k as f32).sum();
                let noise = ((i * 7919 % 1000) as f32 / 500.0 - 1.0) * 1e-3;
                gain * (noise
                    + if (0.5..1.5).contains(&t) {
                        0.1 * tone
                    } else {
                        0.0
                    })
            })
            .collect()
    }

    #[test]
    fn silence_around_speech_is_cut_off() {
        let frames = Frames::of_samples(&sound(1.0)).unwrap();
        assert!((100..=125).contains(&frames.len()), "{}", frames.len());
    }

    #[test]
    fn loudness_says_nothing() {
        let loud = Frames::of_samples(&sound(1.0)).unwrap();
        let quiet = Frames::of_samples(&sound(0.01)).unwrap();
        assert_eq!(loud.len(), quiet.len());
        let difference: f32 = loud
            .values
            .iter()
            .zip(&quiet.values)
            .map(|(a, b)| (a - b).abs())
            .sum();
        // Single frames near the floor may differ; the whole must not.
        let mean = difference / loud.values.len() as f32;
        assert!(mean < 0.05, "{mean}");
    }

    #[test]
    fn pitch_is_in_the_columns() {
        let frames = Frames::of_samples(&sound(1.0)).unwrap();
        let columns = pitch_columns(&frames);
        assert_eq!(columns.len(), frames.len() * PITCH_COLUMNS);
        let middle = &columns[frames.len() / 2 * PITCH_COLUMNS..][..PITCH_COLUMNS];
        assert!(middle[2] > 0.8 && middle[1].abs() < 0.1, "{middle:?}");
    }

    #[test]
    fn hostile_sounds() {
        for samples in [
            vec![],
            vec![0.0; 1],
            vec![f32::NAN; 4_000],
            vec![f32::MAX; 4_000],
        ] {
            let frames = Frames::of_samples(&samples).unwrap();
            assert!(frames.values.iter().all(|value| value.is_finite()));
            assert!(pitch_columns(&frames).iter().all(|value| value.is_finite()));
        }
    }
}
