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
    Opus {
        decoder: OpusDecoder,
        head: OpusHead,
        mono: Vec<f32>,
    },
    /// Any of symphonia's.
    Symphonia {
        decoder: Box<dyn AudioDecoder>,
        interleaved: Vec<f32>,
        mono: Vec<f32>,
    },
}

/// What came of one packet.
pub(super) enum Decoded<'a> {
    /// Good sound.
    Samples(Samples<'a>),
    /// The packet is damaged; the next one may be good.
    Damaged,
}

/// The sound of one packet.
pub(super) struct Samples<'a> {
    /// The mean of all channels.
    pub(super) mono: &'a [f32],
    /// All channels in turn.
    pub(super) interleaved: &'a [f32],
    /// At least 1.
    pub(super) n_channels: usize,
    /// Frames a second.
    pub(super) rate_hz: u32,
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
            return Ok(Self::Opus {
                decoder: OpusDecoder::new(head, wanted_hz, 1)?,
                head,
                mono: Vec::new(),
            });
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
            Self::Opus { decoder, mono, .. } => {
                let (rate_hz, n_channels) = (decoder.sample_rate_hz(), decoder.n_channels());
                let Some(samples) = decoder.decode(&packet.data, packet.trim_end.get()) else {
                    return Ok(Decoded::Damaged);
                };
                if n_channels > 1 {
                    mean_of_channels(samples, n_channels, mono);
                }
                Ok(Decoded::Samples(Samples {
                    mono: if n_channels > 1 { mono } else { samples },
                    interleaved: samples,
                    n_channels,
                    rate_hz,
                }))
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
                let rate_hz = buffer.spec().rate();
                let n_channels = mix_down(&buffer, interleaved, mono)?;
                Ok(Decoded::Samples(Samples {
                    mono,
                    interleaved,
                    n_channels,
                    rate_hz,
                }))
            }
        }
    }

    /// Decodes all channels from now on: Opus packets are else mixed down inside libopus.
    ///
    /// # Errors
    /// [`Error::Decode`]; not expected.
    pub(super) fn keep_channels(&mut self) -> Result<(), Error> {
        if let Self::Opus { decoder, head, .. } = self {
            *decoder = OpusDecoder::new(*head, decoder.sample_rate_hz(), head.n_channels)?;
        }
        Ok(())
    }

    /// Prepares for a packet from elsewhere in the track.
    pub(super) fn reset(&mut self) {
        match self {
            Self::Opus { decoder, head, .. } => {
                let (rate_hz, n_channels) = (decoder.sample_rate_hz(), decoder.n_channels());
                if let Ok(fresh) = OpusDecoder::new(*head, rate_hz, n_channels) {
                    *decoder = fresh;
                }
            }
            Self::Symphonia { decoder, .. } => decoder.reset(),
        }
    }

    /// Rate in Hz in which trims and lengths of this track are counted, where it is known.
    pub(super) fn clock_hz(&self) -> Option<u32> {
        match self {
            Self::Opus { .. } => Some(CLOCK_HZ),
            Self::Symphonia { decoder, .. } => decoder.codec_params().sample_rate,
        }
    }
}

/// Copies the channels and their mean, and says how many there are.
fn mix_down(
    buffer: &GenericAudioBufferRef<'_>,
    interleaved: &mut Vec<f32>,
    mono: &mut Vec<f32>,
) -> Result<usize, Error> {
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
    mean_of_channels(interleaved, n_channels, mono);
    Ok(n_channels)
}

/// The mean of all channels; what is not a number becomes 0.
fn mean_of_channels(interleaved: &[f32], n_channels: usize, mono: &mut Vec<f32>) {
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
