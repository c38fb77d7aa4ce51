//! Packets to mono samples, whichever codec made them.

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::FormatInfo;
use symphonia::core::formats::well_known::FORMAT_ID_ISOMP4;
use symphonia::core::packet::Packet;

use super::opus::{CLOCK_HZ, OpusDecoder, OpusHead};
use super::survive;
use crate::Error;

/// Channels that are mixed down; more are a fault or an attack.
const MAX_CHANNELS: usize = 32;

/// A decoder of one track.
pub(super) enum Codec {
    /// libopus, which symphonia lacks.
    Opus(OpusDecoder),
    /// Any of symphonia's.
    Symphonia {
        decoder: Box<dyn AudioDecoder>,
        interleaved: Vec<f32>,
        mono: Vec<f32>,
    },
}

/// What came of one packet.
pub(super) enum Decoded<'a> {
    /// Mono samples and their rate in Hz.
    Samples(&'a [f32], u32),
    /// The packet is damaged; the next one may be good.
    Damaged,
}

impl Codec {
    pub(super) fn new(
        params: &AudioCodecParameters,
        format: &FormatInfo,
        wanted_hz: u32,
    ) -> Result<Self, Error> {
        if params.codec == CODEC_ID_OPUS {
            let mut header = params.extra_data.clone();
            if format.format == FORMAT_ID_ISOMP4
                && let Some(header) = header.as_deref_mut()
            {
                to_little_endian(header);
            }
            let head = OpusHead::read(header.as_deref())?;
            return OpusDecoder::new(head, wanted_hz).map(Self::Opus);
        }
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())
            .map_err(|error| {
                let container = format.long_name;
                Error::decode(format!(
                    "{container} with a codec that cannot be decoded ({error}); PCM, FLAC, ALAC, \
                     MP3, AAC-LC, Vorbis and Opus can"
                ))
            })?;
        Ok(Self::Symphonia {
            decoder,
            interleaved: Vec::new(),
            mono: Vec::new(),
        })
    }

    /// Decodes one packet.
    ///
    /// # Errors
    /// [`Error::Decode`] when nothing more will come of this track.
    pub(super) fn decode(&mut self, packet: &Packet) -> Result<Decoded<'_>, Error> {
        match self {
            Self::Opus(decoder) => {
                let rate = decoder.sample_rate_hz();
                let samples = decoder.decode(&packet.data, packet.trim_end.get());
                Ok(samples.map_or(Decoded::Damaged, |samples| Decoded::Samples(samples, rate)))
            }
            Self::Symphonia {
                decoder,
                interleaved,
                mono,
            } => {
                let Some(decoded) = survive(|| decoder.decode(packet)) else {
                    return Err(Error::decode("the sound is damaged"));
                };
                let buffer = match decoded {
                    Ok(buffer) => buffer,
                    Err(SymphoniaError::DecodeError(_) | SymphoniaError::IoError(_)) => {
                        return Ok(Decoded::Damaged);
                    }
                    Err(SymphoniaError::ResetRequired) => {
                        decoder.reset();
                        return Ok(Decoded::Damaged);
                    }
                    Err(error) => return Err(Error::decode(error)),
                };
                let rate = buffer.spec().rate();
                mix_down(&buffer, interleaved, mono)?;
                Ok(Decoded::Samples(mono, rate))
            }
        }
    }

    /// Rate in Hz in which trims and lengths of this track are counted, where it is known.
    pub(super) fn clock_hz(&self) -> Option<u32> {
        match self {
            Self::Opus(_) => Some(CLOCK_HZ),
            Self::Symphonia { decoder, .. } => decoder.codec_params().sample_rate,
        }
    }
}

/// The mean of all channels; what is not a number becomes 0.
fn mix_down(
    buffer: &GenericAudioBufferRef<'_>,
    interleaved: &mut Vec<f32>,
    mono: &mut Vec<f32>,
) -> Result<(), Error> {
    let n_channels = buffer.num_planes();
    if !(1..=MAX_CHANNELS).contains(&n_channels) {
        return Err(Error::OutOfRange {
            what: "number of channels",
            min: 1.0,
            max: MAX_CHANNELS as f64,
            actual: n_channels as f64,
        });
    }
    buffer.copy_to_vec_interleaved(interleaved);
    let share = 1.0 / n_channels as f32;
    mono.clear();
    mono.extend(interleaved.chunks_exact(n_channels).map(|frame| {
        let mean = frame.iter().sum::<f32>() * share;
        if mean.is_finite() {
            mean.clamp(-1.0, 1.0)
        } else {
            0.0
        }
    }));
    Ok(())
}

/// MP4 keeps the numbers of an Opus header with the high byte first (Encapsulation of Opus in ISO
/// Base Media, section 4.3.2), all other containers the low one.
fn to_little_endian(head: &mut [u8]) {
    for (from, to) in [(10, 12), (12, 16), (16, 18)] {
        if let Some(number) = head.get_mut(from..to) {
            number.reverse();
        }
    }
}
