//! Sound to files and streams: WAV, FLAC, MP3 and Ogg-Opus, tagged with how they were made.

mod flac;
mod icy;
#[cfg(feature = "mp3")]
mod mp3;
mod ogg_opus;
mod opus;
mod tags;
mod wav;

#[cfg(test)]
mod tests;

pub use icy::{IcyInterleaver, icy_block};
#[cfg(feature = "mp3")]
pub use mp3::{MP3_BITRATES_KBPS, Mp3Stream};
pub use ogg_opus::OggOpusMuxer;
pub use opus::{OpusSettings, OpusStream};
pub use tags::Tags;

use crate::{Error, Pcm};

/// A sound file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// 16-bit PCM with triangular dither.
    Wav,
    /// Lossless 16-bit, about half of WAV.
    Flac,
    /// 192 kbit/s, for players that know nothing else; needs the cargo feature `mp3`.
    Mp3,
    /// Ogg Opus, 128 kbit/s.
    Opus,
}

impl Format {
    /// All formats, whether or not this build can write them.
    pub const ALL: [Self; 4] = [Self::Wav, Self::Flac, Self::Mp3, Self::Opus];

    /// File name ending without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
            Self::Mp3 => "mp3",
            Self::Opus => "opus",
        }
    }

    /// Media type for HTTP (RFC 3551, 7845, 9639).
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Flac => "audio/flac",
            Self::Mp3 => "audio/mpeg",
            Self::Opus => "audio/ogg",
        }
    }
}

/// Bit rate of MP3 files in kbit/s: where shine is hard to tell from the original.
#[cfg(feature = "mp3")]
const MP3_KBPS: u32 = 192;

/// Encodes a whole piece. Samples beyond ±1 are clipped: limit first.
///
/// # Errors
/// [`Error::Unsupported`] for a sample rate that the format does not know (Opus: 48,000 Hz; MP3:
/// 32,000, 44,100 and 48,000 Hz) and for MP3 in a build without it; [`Error::Encode`] when an
/// encoder refuses.
pub fn encode(pcm: &Pcm, format: Format, tags: &Tags) -> Result<Vec<u8>, Error> {
    match format {
        Format::Wav => wav::encode(pcm, tags),
        Format::Flac => flac::encode(pcm, tags),
        #[cfg(feature = "mp3")]
        Format::Mp3 => mp3::encode(pcm, MP3_KBPS, tags),
        #[cfg(not(feature = "mp3"))]
        Format::Mp3 => Err(Error::Unsupported {
            what: "format",
            expected: "wav, flac or opus in a build without MP3".to_owned(),
            actual: "mp3".to_owned(),
        }),
        Format::Opus => ogg_opus::encode(pcm, OpusSettings::default(), tags),
    }
}

/// 16-bit samples times a gain, left and right in turn, with triangular dither of ±1 step (Lipshitz 1992), so
/// that fading tails turn into even noise instead of distortion. Digital silence stays silence,
/// and the same sound gives the same bytes.
fn to_i16(pcm: &Pcm, gain: f32) -> Vec<i16> {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut uniform = move || {
        // Xorshift (Marsaglia 2003): dither needs no better randomness.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 40) as f32 / (1_u64 << 24) as f32
    };
    pcm.frames()
        .flatten()
        .map(|sample| {
            let dither = uniform() - uniform();
            // `as` saturates, and turns what is not a number into 0.
            if sample == 0.0 {
                0
            } else {
                (sample * gain * 32_767.0 + dither).round() as i16
            }
        })
        .collect()
}
