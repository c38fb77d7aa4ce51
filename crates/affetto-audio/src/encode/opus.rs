//! Opus packets (RFC 6716) by unsafe-libopus, a translation of libopus to Rust whose interface is
//! still C's. All `unsafe` of encoding is in this file.
#![expect(
    unsafe_code,
    reason = "unsafe-libopus has C's interface; see the SAFETY notes"
)]

use std::ptr::NonNull;

use crate::Error;

/// Frames a second that Opus works with; everything that is encoded must have this rate.
pub(super) const SAMPLE_RATE_HZ: u32 = 48_000;
/// Largest packet of 20 ms (RFC 6716, section 3.2.1, rounded up).
const MAX_PACKET_BYTES: usize = 1500;

/// How to encode Opus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpusSettings {
    /// Bits a second on average in 16,000..=510,000; default 128,000, where stereo music is hard
    /// to tell from the original.
    pub bitrate_bps: u32,
    /// Effort in 0..=10; default 10. 5 takes about half the time and costs little quality.
    pub complexity: u8,
}

impl Default for OpusSettings {
    fn default() -> Self {
        Self {
            bitrate_bps: 128_000,
            complexity: 10,
        }
    }
}

/// Encodes blocks of 20 ms at 48 kHz stereo into packets.
#[derive(Debug)]
pub struct OpusStream {
    encoder: NonNull<unsafe_libopus::OpusEncoder>,
    pre_skip: u16,
    interleaved: Vec<f32>,
    packet: Vec<u8>,
}

// SAFETY: the encoder is one block of memory that only this value points to, and libopus keeps no
// state elsewhere (its tables are constants), so it may move between threads.
unsafe impl Send for OpusStream {}

impl OpusStream {
    /// Frames of one packet: 20 ms.
    pub const FRAME_FRAMES: usize = 960;

    /// An encoder without a past.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] when a setting is not in its range.
    pub fn new(settings: OpusSettings) -> Result<Self, Error> {
        let bitrate = f64::from(settings.bitrate_bps);
        Error::check_range("Opus bit rate in bit/s", bitrate, 16e3..=510e3)?;
        Error::check_range(
            "Opus complexity",
            f64::from(settings.complexity),
            0.0..=10.0,
        )?;
        let mut status = unsafe_libopus::OPUS_OK;
        // SAFETY: `status` outlives the call; rate, channels and application are allowed values.
        let encoder = unsafe {
            unsafe_libopus::opus_encoder_create(
                SAMPLE_RATE_HZ as i32,
                2,
                unsafe_libopus::OPUS_APPLICATION_AUDIO,
                &raw mut status,
            )
        };
        check(status)?;
        let encoder = NonNull::new(encoder)
            .ok_or_else(|| Error::encode("Opus", "the encoder could not be made"))?;
        let mut stream = Self {
            encoder,
            pre_skip: 0,
            interleaved: vec![0.0; 2 * Self::FRAME_FRAMES],
            packet: vec![0; MAX_PACKET_BYTES],
        };
        stream.set(
            unsafe_libopus::OPUS_SET_BITRATE_REQUEST,
            settings.bitrate_bps as i32,
        )?;
        stream.set(
            unsafe_libopus::OPUS_SET_COMPLEXITY_REQUEST,
            settings.complexity.into(),
        )?;
        stream.set(
            unsafe_libopus::OPUS_SET_SIGNAL_REQUEST,
            unsafe_libopus::OPUS_SIGNAL_MUSIC,
        )?;
        stream.pre_skip = stream.lookahead()?;
        Ok(stream)
    }

    /// Frames by which decoded sound is late and which players skip at the start (312, 6.5 ms).
    #[must_use]
    pub fn pre_skip(&self) -> u16 {
        self.pre_skip
    }

    /// Encodes [`Self::FRAME_FRAMES`] frames. Only the returned packet is allocated.
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for a block of another length; [`Error::Encode`] when the encoder
    /// refuses.
    pub fn encode(&mut self, left: &[f32], right: &[f32]) -> Result<Vec<u8>, Error> {
        let expected = Self::FRAME_FRAMES as f64;
        for channel in [left, right] {
            let actual = channel.len() as f64;
            Error::check_range("Opus block in frames", actual, expected..=expected)?;
        }
        for (out, (left, right)) in self
            .interleaved
            .chunks_exact_mut(2)
            .zip(left.iter().zip(right))
        {
            out.copy_from_slice(&[acceptable(*left), acceptable(*right)]);
        }
        // SAFETY: the encoder is alive; `interleaved` holds FRAME_FRAMES frames of two channels, as
        // the third argument says; `packet` holds as many bytes as the last argument says.
        let written = unsafe {
            unsafe_libopus::opus_encode_float(
                self.encoder.as_ptr(),
                self.interleaved.as_ptr(),
                Self::FRAME_FRAMES as i32,
                self.packet.as_mut_ptr(),
                self.packet.len() as i32,
            )
        };
        let length = usize::try_from(written).map_err(|_| failure(written))?;
        Ok(self.packet[..length].to_vec())
    }

    fn set(&mut self, request: i32, value: i32) -> Result<(), Error> {
        // SAFETY: the encoder is alive, and the requests used here take one i32.
        check(unsafe { unsafe_libopus::opus_encoder_ctl!(self.encoder.as_ptr(), request, value) })
    }

    fn lookahead(&mut self) -> Result<u16, Error> {
        let mut frames = 0_i32;
        let request = unsafe_libopus::OPUS_GET_LOOKAHEAD_REQUEST;
        // SAFETY: the encoder is alive, and this request writes one i32.
        check(unsafe {
            unsafe_libopus::opus_encoder_ctl!(self.encoder.as_ptr(), request, &mut frames)
        })?;
        u16::try_from(frames).map_err(|_| failure(frames))
    }
}

impl Drop for OpusStream {
    fn drop(&mut self) {
        // SAFETY: the encoder came from `opus_encoder_create` and is not used afterwards.
        unsafe { unsafe_libopus::opus_encoder_destroy(self.encoder.as_ptr()) }
    }
}

/// What is not a number would spoil the encoder's state for good.
fn acceptable(sample: f32) -> f32 {
    if sample.is_finite() {
        sample.clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

fn check(status: i32) -> Result<(), Error> {
    if status == unsafe_libopus::OPUS_OK {
        Ok(())
    } else {
        Err(failure(status))
    }
}

fn failure(status: i32) -> Error {
    Error::encode("Opus", format!("libopus returned {status}"))
}

/// Decodes packets, for tests.
#[cfg(test)]
pub(super) mod decoder {
    use super::{NonNull, SAMPLE_RATE_HZ};

    /// Longest packet: 120 ms.
    const MAX_FRAMES: usize = 5760;

    pub(in super::super) struct OpusDecoder(NonNull<unsafe_libopus::OpusDecoder>);

    impl OpusDecoder {
        pub(in super::super) fn new() -> Self {
            let mut status = unsafe_libopus::OPUS_OK;
            // SAFETY: `status` outlives the call.
            let decoder = unsafe {
                unsafe_libopus::opus_decoder_create(SAMPLE_RATE_HZ as i32, 2, &raw mut status)
            };
            assert_eq!(status, unsafe_libopus::OPUS_OK);
            Self(NonNull::new(decoder).unwrap())
        }

        /// Interleaved samples of one packet.
        pub(in super::super) fn decode(&mut self, packet: &[u8]) -> Vec<f32> {
            let mut pcm = vec![0.0; 2 * MAX_FRAMES];
            // SAFETY: the decoder is alive; packet and buffer have the lengths given.
            let frames = unsafe {
                unsafe_libopus::opus_decode_float(
                    self.0.as_ptr(),
                    packet.as_ptr(),
                    packet.len() as i32,
                    pcm.as_mut_ptr(),
                    MAX_FRAMES as i32,
                    0,
                )
            };
            pcm.truncate(2 * usize::try_from(frames).unwrap());
            pcm
        }
    }

    impl Drop for OpusDecoder {
        fn drop(&mut self) {
            // SAFETY: the decoder came from `opus_decoder_create` and is not used afterwards.
            unsafe { unsafe_libopus::opus_decoder_destroy(self.0.as_ptr()) }
        }
    }
}
