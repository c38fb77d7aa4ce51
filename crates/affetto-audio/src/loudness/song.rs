//! Loudness of a song as it is decoded: integrated loudness, loudness range, true peak, ReplayGain.

use ebur128::{EbuR128, Mode};

use super::true_peak::TruePeak;

/// Loudness to which ReplayGain brings a song, in LUFS (ReplayGain 2.0 specification, 2013; EBU R
/// 128 for broadcasts has −23).
pub const REPLAY_GAIN_LUFS: f64 = -18.0;
/// Rates in Hz that can be measured.
const RATES_HZ: std::ops::RangeInclusive<u32> = 4_000..=384_000;
/// More channels are left out.
const MAX_CHANNELS: usize = 32;
/// Louder samples than this are faults of a file, and count as this.
const LOUDEST: f32 = 16.0;

/// How loud a song is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SongLoudness {
    /// Integrated loudness in LUFS (ITU-R BS.1770-4); `None` for silence and for less than 0.4 s.
    pub integrated_lufs: Option<f64>,
    /// Loudness range in LU (EBU Tech 3342), from 0.
    pub range_lu: f64,
    /// True peak of the loudest channel in dBTP; `-inf` for silence.
    pub true_peak_dbtp: f64,
}

impl SongLoudness {
    /// Gain in dB that a player applies to bring the song to [`REPLAY_GAIN_LUFS`]; `None` for
    /// silence.
    #[must_use]
    pub fn replay_gain_db(&self) -> Option<f64> {
        self.integrated_lufs.map(|lufs| REPLAY_GAIN_LUFS - lufs)
    }

    /// The true peak as ReplayGain writes it: a factor, 1 at full scale.
    #[must_use]
    pub fn replay_gain_peak(&self) -> f64 {
        10_f64.powf(self.true_peak_dbtp / 20.0)
    }
}

/// Measures sound that comes in pieces, whatever its rate and channels; a mono file counts once, as
/// ITU-R BS.1770-4 says. Memory grows by about 100 bytes a second of sound.
#[derive(Default)]
pub struct LoudnessMeter {
    gate: Option<EbuR128>,
    peak: TruePeak,
    finite: Vec<f32>,
}

impl std::fmt::Debug for LoudnessMeter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoudnessMeter").finish_non_exhaustive()
    }
}

impl LoudnessMeter {
    /// Takes samples of all channels in turn, full scale in −1..=1. What cannot be measured (rates
    /// outside 4,000..=384,000 Hz, no channel or more than 32) is left out.
    pub fn add(&mut self, interleaved: &[f32], n_channels: usize, rate_hz: u32) {
        if !RATES_HZ.contains(&rate_hz) || !(1..=MAX_CHANNELS).contains(&n_channels) {
            return;
        }
        self.finite.clear();
        self.finite.extend(interleaved.iter().map(|sample| {
            if sample.is_finite() {
                sample.clamp(-LOUDEST, LOUDEST)
            } else {
                0.0
            }
        }));
        self.peak.add(&self.finite, n_channels);
        if let Some(gate) = gate(&mut self.gate, n_channels as u32, rate_hz) {
            // It refuses nothing but samples that do not fill a frame; then they are left out.
            let whole = self.finite.len() / n_channels * n_channels;
            gate.add_frames_f32(&self.finite[..whole]).ok();
        }
    }

    /// Loudness of everything so far.
    #[must_use]
    pub fn loudness(&self) -> SongLoudness {
        let finite = |lufs: &f64| lufs.is_finite();
        let gate = self.gate.as_ref();
        let lufs = gate.and_then(|gate| gate.loudness_global().ok());
        let range = gate.and_then(|gate| gate.loudness_range().ok());
        SongLoudness {
            integrated_lufs: lufs.filter(finite),
            range_lu: range.filter(finite).unwrap_or(0.0),
            true_peak_dbtp: 20.0 * f64::from(self.peak.highest()).log10(),
        }
    }
}

/// The gated meter for a rate and channels; what it measured before stays when they change.
fn gate(meter: &mut Option<EbuR128>, n_channels: u32, rate_hz: u32) -> Option<&mut EbuR128> {
    match meter {
        Some(gate) => {
            if (gate.channels(), gate.rate()) != (n_channels, rate_hz) {
                gate.change_parameters(n_channels, rate_hz).ok()?;
            }
        }
        None => *meter = EbuR128::new(n_channels, rate_hz, Mode::I | Mode::LRA).ok(),
    }
    meter.as_mut()
}
