//! MP3 by shine (LGPL-2.0), whole and as a stream.

use shine_rs::{Mp3Encoder, Mp3EncoderConfig, StereoMode};

use super::tags::id3;
use super::{Tags, to_i16};
use crate::{Error, Pcm};

/// Bit rates of MPEG-1 layer III (ISO 11172-3, section 2.4.2.3).
pub const MP3_BITRATES_KBPS: [u32; 14] = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];
/// Sample rates of MPEG-1.
const SAMPLE_RATES_HZ: [u32; 3] = [32_000, 44_100, 48_000];
/// Frames that go into one MP3 frame.
const FRAME_FRAMES: usize = 1152;

/// The encoder plays 1 dB too loud at every bit rate, level and frequency: measured on a minute of
/// band music decoded by ffmpeg (0.93 to 1.00 dB), so that much is taken away before it.
const GAIN: f32 = 0.891_25;

/// Encodes sound as it comes into MP3 frames that follow each other endlessly.
#[derive(Debug)]
pub struct Mp3Stream {
    encoder: Mp3Encoder,
}

impl Mp3Stream {
    /// A stream at 32,000, 44,100 or 48,000 Hz and one of [`MP3_BITRATES_KBPS`], constant.
    ///
    /// # Errors
    /// [`Error::Unsupported`] with the allowed values.
    pub fn new(sample_rate_hz: u32, bitrate_kbps: u32) -> Result<Self, Error> {
        one_of("sample rate in Hz", sample_rate_hz, &SAMPLE_RATES_HZ)?;
        one_of("MP3 bit rate in kbit/s", bitrate_kbps, &MP3_BITRATES_KBPS)?;
        let config = Mp3EncoderConfig {
            sample_rate: sample_rate_hz,
            bitrate: bitrate_kbps,
            channels: 2,
            stereo_mode: StereoMode::JointStereo,
            ..Mp3EncoderConfig::default()
        };
        let encoder = Mp3Encoder::new(config).map_err(|error| Error::encode("MP3", error))?;
        Ok(Self { encoder })
    }

    /// Encodes frames; returns the whole MP3 frames that are ready, often none or one. Allocates.
    ///
    /// # Errors
    /// [`Error::Encode`] when the encoder refuses.
    pub fn push(&mut self, left: &[f32], right: &[f32]) -> Result<Vec<u8>, Error> {
        // The synthesizer's noise dithers well enough at this bit rate.
        let sample = |value: f32| (value * GAIN * 32_767.0).round() as i16;
        let pcm: Vec<i16> = left
            .iter()
            .zip(right)
            .flat_map(|(l, r)| [sample(*l), sample(*r)])
            .collect();
        self.push_interleaved(&pcm)
    }

    fn push_interleaved(&mut self, pcm: &[i16]) -> Result<Vec<u8>, Error> {
        if pcm.is_empty() {
            return Ok(Vec::new());
        }
        let frames = self.encoder.encode_interleaved(pcm);
        Ok(frames
            .map_err(|error| Error::encode("MP3", error))?
            .concat())
    }

    /// Fills up the last frame with silence and ends the stream.
    ///
    /// # Errors
    /// [`Error::Encode`] when the encoder refuses.
    pub fn finish(mut self) -> Result<Vec<u8>, Error> {
        self.encoder
            .finish()
            .map_err(|error| Error::encode("MP3", error))
    }
}

fn one_of(what: &'static str, actual: u32, allowed: &[u32]) -> Result<(), Error> {
    if allowed.contains(&actual) {
        return Ok(());
    }
    let expected: Vec<_> = allowed.iter().map(ToString::to_string).collect();
    Err(Error::Unsupported {
        what,
        expected: format!("one of {}", expected.join(", ")),
        actual: actual.to_string(),
    })
}

pub(super) fn encode(pcm: &Pcm, bitrate_kbps: u32, tags: &Tags) -> Result<Vec<u8>, Error> {
    let mut stream = Mp3Stream::new(pcm.sample_rate_hz, bitrate_kbps)?;
    let mut samples = to_i16(pcm, GAIN);
    // The encoder is about a frame late, so another frame of silence brings the end out.
    samples.resize(samples.len() + 2 * FRAME_FRAMES, 0);
    let mut out = id3(tags);
    for block in samples.chunks(64 * FRAME_FRAMES) {
        out.extend(stream.push_interleaved(block)?);
    }
    out.extend(stream.finish()?);
    Ok(out)
}
