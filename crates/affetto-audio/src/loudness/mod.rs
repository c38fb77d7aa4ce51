//! Loudness after EBU R 128 (2020) and ITU-R BS.1770-4: measuring, bringing a piece to a target,
//! and the gains of live stations.

mod limiter;
mod song;
mod true_peak;

#[cfg(test)]
mod tests;

pub use limiter::{Limiter, LimiterSettings};
pub use song::{LoudnessMeter, REPLAY_GAIN_LUFS, SongLoudness};

use ebur128::{EbuR128, Mode};

use crate::{Error, Pcm};

/// What exports are brought to by default: as streaming services do, and above EBU R 128's −23
/// LUFS for broadcasts.
pub const EXPORT_LUFS: f64 = -16.0;
/// Loudness around which live stations move.
pub const LIVE_LUFS: f64 = -18.0;
/// How far a live station moves from [`LIVE_LUFS`] at full intensity, in LU.
pub const LIVE_RANGE_LU: f64 = 4.0;
/// Highest true peak of anything that leaves, in dBTP (EBU R 128, recommendation m).
pub const CEILING_DBTP: f64 = -1.0;
/// Loudness at which the synthesizer plays a composed band of middle intensity, in LUFS. A line
/// through 55 pieces of eleven genres and five moods with the embedded font (November 2026): −25.3
/// on average at intensity 0.7, −29.7 at 0, −35.9 at −0.7.
const SYNTH_LUFS: f64 = -30.3;
/// How much louder a composed band is for each unit of intensity, in LU, from the same line.
const SYNTH_LU_PER_INTENSITY: f64 = 7.5;
/// Gain in dB from the synthesizer's level to [`LIVE_LUFS`], for music of middle intensity: fixed,
/// so that soft and loud passages stay so.
pub const FIXED_GAIN_DB: f64 = LIVE_LUFS - SYNTH_LUFS;

/// Largest gain that a target may ask for, in dB: silence is not made loud.
const MAX_GAIN_DB: f64 = 40.0;
/// Rounds in which gain makes up for what the limiter takes.
const MAX_ROUNDS: usize = 3;
/// How near a target must be met before another round, in LU; a listener hears about 1.
const TOLERANCE_LU: f64 = 0.3;

/// How loud a rendered piece shall be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loudness {
    /// Integrated loudness in LUFS in −40..=−6; [`EXPORT_LUFS`] by default.
    Target {
        /// The target in LUFS.
        lufs: f64,
    },
    /// As asked for by velocities and volumes, at the fixed gain of live stations: a quiet piece
    /// stays quiet.
    Asked,
}

impl Default for Loudness {
    fn default() -> Self {
        Self::Target { lufs: EXPORT_LUFS }
    }
}

/// Measured loudness of a piece.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Integrated loudness in LUFS; `None` for silence and for less than 0.4 s.
    pub lufs: Option<f64>,
    /// True peak of the louder channel in dBTP; `-inf` for silence.
    pub true_peak_dbtp: f64,
}

/// Measures integrated loudness and true peak.
///
/// # Errors
/// [`Error::OutOfRange`] for a sample rate outside 16,000..=192,000 Hz.
pub fn measure(pcm: &Pcm) -> Result<Measured, Error> {
    let mut meter = Meter::new(pcm.sample_rate_hz, Mode::I | Mode::TRUE_PEAK)?;
    meter.add(&pcm.left, &pcm.right)?;
    let peak = (0..2)
        .filter_map(|channel| meter.0.true_peak(channel).ok())
        .fold(0.0, f64::max);
    Ok(Measured {
        lufs: meter.lufs(),
        true_peak_dbtp: 20.0 * peak.log10(),
    })
}

/// Brings a piece to its loudness and limits its true peak to −1 dBTP.
///
/// Where peaks stand far above the target, the limiter takes loudness away; this is made up for in
/// up to three rounds, so a target is met within 1 LU unless the music is nearly all peaks.
/// Silence stays silence.
///
/// # Errors
/// [`Error::OutOfRange`] for a target outside −40..=−6 LUFS or a sample rate out of range.
pub fn set_loudness(pcm: &mut Pcm, loudness: Loudness) -> Result<(), Error> {
    let Some(gain_db) = gain_db(pcm, loudness)? else {
        return Ok(());
    };
    pcm.scale(db_to_gain(gain_db));
    limit(pcm)
}

/// The gain in dB that [`set_loudness`] gives a piece before it limits peaks; `None` for silence
/// that is to have a loudness.
///
/// # Errors
/// As [`set_loudness`].
pub fn gain_db(pcm: &Pcm, loudness: Loudness) -> Result<Option<f64>, Error> {
    match loudness {
        Loudness::Asked => Ok(Some(FIXED_GAIN_DB)),
        Loudness::Target { lufs } => {
            Error::check_range("loudness in LUFS", lufs, -40.0..=-6.0)?;
            gain_to(pcm, lufs)
        }
    }
}

/// Limits the true peak of a whole piece, keeping its length.
///
/// # Errors
/// [`Error::OutOfRange`] for a sample rate out of range.
pub fn limit(pcm: &mut Pcm) -> Result<(), Error> {
    let settings = LimiterSettings {
        sample_rate_hz: pcm.sample_rate_hz,
        ..Default::default()
    };
    let mut limiter = Limiter::new(settings)?;
    let latency = limiter.latency_frames();
    limiter.process(&mut pcm.left, &mut pcm.right);
    let (mut left, mut right) = (vec![0.0; latency], vec![0.0; latency]);
    limiter.process(&mut left, &mut right);
    for (channel, rest) in [(&mut pcm.left, left), (&mut pcm.right, right)] {
        channel.extend(rest);
        channel.drain(..latency);
    }
    Ok(())
}

/// Gain in dB for a live station whose music has an intensity in −1..=1 (its arousal), so that a
/// band is heard at −18 LUFS ± 4 LU.
///
/// Composed music already gets softer with lower intensity, by more than 4 LU, so the gain makes up
/// for part of that. Genres differ by a few LU, which stays as it is. What is not a number counts
/// as 0.
#[must_use]
pub fn live_gain_db(intensity: f64) -> f64 {
    let intensity = if intensity.is_nan() {
        0.0
    } else {
        intensity.clamp(-1.0, 1.0)
    };
    FIXED_GAIN_DB + (LIVE_RANGE_LU - SYNTH_LU_PER_INTENSITY) * intensity
}

/// Decibels to a factor.
#[must_use]
pub fn db_to_gain(db: f64) -> f32 {
    10_f64.powf(db / 20.0) as f32
}

/// The gain in dB with which the limited piece has a loudness; `None` for silence.
fn gain_to(pcm: &Pcm, lufs: f64) -> Result<Option<f64>, Error> {
    let measured = measure(pcm)?;
    let Some(loudness) = measured.lufs else {
        // Too short or too quiet to measure: nothing but the ceiling holds.
        return Ok(measured.true_peak_dbtp.is_finite().then_some(0.0));
    };
    let mut gain_db = (lufs - loudness).min(MAX_GAIN_DB);
    for _ in 0..MAX_ROUNDS {
        if measured.true_peak_dbtp + gain_db <= CEILING_DBTP {
            break;
        }
        let missing = lufs - limited_lufs(pcm, gain_db)?.unwrap_or(lufs);
        if missing.abs() <= TOLERANCE_LU {
            break;
        }
        gain_db = (gain_db + missing).min(MAX_GAIN_DB);
    }
    Ok(Some(gain_db))
}

/// Loudness after gain and limiter, without keeping the result.
fn limited_lufs(pcm: &Pcm, gain_db: f64) -> Result<Option<f64>, Error> {
    const BLOCK_FRAMES: usize = 4096;
    let gain = db_to_gain(gain_db);
    let mut meter = Meter::new(pcm.sample_rate_hz, Mode::I)?;
    let settings = LimiterSettings {
        sample_rate_hz: pcm.sample_rate_hz,
        ..Default::default()
    };
    let mut limiter = Limiter::new(settings)?;
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (from_left, from_right) in pcm
        .left
        .chunks(BLOCK_FRAMES)
        .zip(pcm.right.chunks(BLOCK_FRAMES))
    {
        for (own, from) in [(&mut left, from_left), (&mut right, from_right)] {
            own.clear();
            own.extend(from.iter().map(|sample| sample * gain));
        }
        limiter.process(&mut left, &mut right);
        meter.add(&left, &right)?;
    }
    Ok(meter.lufs())
}

/// The meter of the `ebur128` crate with our errors.
struct Meter(EbuR128);

impl Meter {
    fn new(sample_rate_hz: u32, mode: Mode) -> Result<Self, Error> {
        Error::check_range("sample rate in Hz", f64::from(sample_rate_hz), 16e3..=192e3)?;
        let meter = EbuR128::new(2, sample_rate_hz, mode);
        meter.map(Self).map_err(|error| Error::Loudness {
            reason: error.to_string(),
        })
    }

    fn add(&mut self, left: &[f32], right: &[f32]) -> Result<(), Error> {
        let n_frames = left.len().min(right.len());
        let frames = [&left[..n_frames], &right[..n_frames]];
        let added = self.0.add_frames_planar_f32(&frames);
        added.map_err(|error| Error::Loudness {
            reason: error.to_string(),
        })
    }

    /// Integrated loudness; the meter's `-inf` and the gate's −70 LUFS count as silence.
    fn lufs(&self) -> Option<f64> {
        self.0
            .loudness_global()
            .ok()
            .filter(|lufs| lufs.is_finite())
    }
}
