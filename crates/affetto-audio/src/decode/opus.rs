//! Decoding Opus packets (RFC 6716) straight to mono at the rate that is asked for, by
//! unsafe-libopus. All `unsafe` of decoding is in this file.
#![expect(
    unsafe_code,
    reason = "unsafe-libopus has C's interface; see the SAFETY notes"
)]

use std::ptr::NonNull;

use crate::Error;

/// Frames a second in which Opus counts (RFC 7845, section 5.1).
pub(super) const CLOCK_HZ: u32 = 48_000;
/// Rates at which libopus decodes without a resampler of ours.
const RATES_HZ: [u32; 5] = [8_000, 12_000, 16_000, 24_000, 48_000];
/// Longest packet: 120 ms (RFC 6716, section 3.2.5).
const MAX_PACKET_MS: usize = 120;
/// Largest packet that RFC 6716 allows: 48 frames of 1,275 bytes, and what tells their lengths.
const MAX_PACKET_BYTES: usize = 48 * 1277 + 2;

/// The identification header of an Opus stream (RFC 7845, section 5.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct OpusHead {
    /// Channels of the stream, 1 or 2.
    pub(super) n_channels: usize,
    /// Frames at 48 kHz to drop at the start.
    pub(super) pre_skip: u16,
    /// Factor to apply to all samples.
    pub(super) gain: f32,
}

impl OpusHead {
    /// Reads a header; a stream without one begins at once and is as loud as it is.
    ///
    /// # Errors
    /// [`Error::Decode`] for surround sound, which is coded as several streams in one.
    pub(super) fn read(bytes: Option<&[u8]>) -> Result<Self, Error> {
        let plain = Self {
            n_channels: 2,
            pre_skip: 0,
            gain: 1.0,
        };
        let Some(head) = bytes.filter(|bytes| bytes.len() >= 19 && bytes.starts_with(b"OpusHead"))
        else {
            return Ok(plain);
        };
        let (n_channels, family) = (head[9], head[18]);
        if family != 0 {
            return Err(Error::decode(format!(
                "Opus with {n_channels} channels in mapping family {family}; only mono and stereo \
                 (family 0) can be read, so mix it down first"
            )));
        }
        // A gain of 2^-8 dB steps; ±30 dB are more than any encoder writes on purpose.
        let gain_db = f32::from(i16::from_le_bytes([head[16], head[17]])) / 256.0;
        Ok(Self {
            n_channels: usize::from(n_channels).clamp(1, 2),
            pre_skip: u16::from_le_bytes([head[10], head[11]]),
            gain: 10_f32.powf(gain_db.clamp(-30.0, 30.0) / 20.0),
        })
    }
}

/// Decodes packets of one stream, to mono unless its channels are asked for.
#[derive(Debug)]
pub(super) struct OpusDecoder {
    decoder: NonNull<unsafe_libopus::OpusDecoder>,
    sample_rate_hz: u32,
    n_channels: usize,
    gain: f32,
    to_skip: usize,
    pcm: Vec<f32>,
}

// SAFETY: the decoder is one block of memory that only this value points to, and libopus keeps no
// state elsewhere (its tables are constants), so it may move between threads; without `&mut` there
// is nothing that it would do, so it may be shared.
unsafe impl Send for OpusDecoder {}
// SAFETY: as above.
unsafe impl Sync for OpusDecoder {}

impl OpusDecoder {
    /// A decoder whose output has the wanted rate where libopus knows it, else 48 kHz, and one or
    /// two channels.
    pub(super) fn new(head: OpusHead, wanted_hz: u32, n_channels: usize) -> Result<Self, Error> {
        let n_channels = n_channels.clamp(1, 2);
        let sample_rate_hz = if RATES_HZ.contains(&wanted_hz) {
            wanted_hz
        } else {
            CLOCK_HZ
        };
        let mut status = unsafe_libopus::OPUS_OK;
        // SAFETY: `status` outlives the call; the rate is one of five that are allowed, the
        // channels are one or two, and one makes libopus mix stereo packets down.
        let decoder = unsafe {
            unsafe_libopus::opus_decoder_create(
                sample_rate_hz as i32,
                n_channels as i32,
                &raw mut status,
            )
        };
        let decoder = NonNull::new(decoder)
            .filter(|_| status == unsafe_libopus::OPUS_OK)
            .ok_or_else(|| Error::decode(format!("libopus returned {status}")))?;
        let rate = sample_rate_hz as usize;
        Ok(Self {
            decoder,
            sample_rate_hz,
            n_channels,
            gain: head.gain,
            to_skip: usize::from(head.pre_skip) * rate / CLOCK_HZ as usize,
            pcm: vec![0.0; n_channels * (rate * MAX_PACKET_MS / 1000)],
        })
    }

    /// Frames a second of what [`Self::decode`] returns.
    pub(super) fn sample_rate_hz(&self) -> u32 {
        self.sample_rate_hz
    }

    /// Channels of what [`Self::decode`] returns, left and right in turn.
    pub(super) fn n_channels(&self) -> usize {
        self.n_channels
    }

    /// Samples of one packet without the last `trim` frames (counted at 48 kHz); nothing for a
    /// packet that cannot be decoded.
    pub(super) fn decode(&mut self, packet: &[u8], trim: u64) -> Option<&[f32]> {
        if packet.is_empty() || packet.len() > MAX_PACKET_BYTES {
            return None;
        }
        // SAFETY: the decoder is alive; packet and buffer have the lengths given, the buffer in
        // frames of all channels.
        let n_frames = unsafe {
            unsafe_libopus::opus_decode_float(
                self.decoder.as_ptr(),
                packet.as_ptr(),
                packet.len() as i32,
                self.pcm.as_mut_ptr(),
                (self.pcm.len() / self.n_channels) as i32,
                0,
            )
        };
        let n_frames = usize::try_from(n_frames)
            .ok()?
            .min(self.pcm.len() / self.n_channels);
        let trim = trim.min(u64::from(CLOCK_HZ)) as usize * self.sample_rate_hz as usize
            / CLOCK_HZ as usize;
        let end = n_frames.saturating_sub(trim);
        let start = self.to_skip.min(n_frames);
        self.to_skip -= start;
        let heard = &mut self.pcm[start.min(end) * self.n_channels..end * self.n_channels];
        if self.gain != 1.0 {
            heard.iter_mut().for_each(|sample| *sample *= self.gain);
        }
        Some(heard)
    }
}

impl Drop for OpusDecoder {
    fn drop(&mut self) {
        // SAFETY: the decoder came from `opus_decoder_create` and is not used afterwards.
        unsafe { unsafe_libopus::opus_decoder_destroy(self.decoder.as_ptr()) }
    }
}
