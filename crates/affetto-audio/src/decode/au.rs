//! Sun and NeXT sound (`.au`, `.snd`): a header with the high byte first, then samples.
//!
//! After the manual page `audio_file_format` of the AUDIO File Format of SunOS 4 (Sun Microsystems
//! 1991) and `soundstruct.h` of NeXT: integers of 8, 16, 24 and 32 bits, floats of 32 and 64, µ-law
//! and A-law (ITU-T G.711). Symphonia's PCM decoder takes the samples.

use std::io::{ErrorKind, Read, Seek, SeekFrom};

use symphonia::core::audio::Channels;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known as codecs;
use symphonia::core::codecs::audio::{AudioCodecId, AudioCodecParameters};
use symphonia::core::common::FourCc;
use symphonia::core::errors::{Error as SymphoniaError, Result as SymphoniaResult, SeekErrorKind};
use symphonia::core::formats::{
    FormatId, FormatInfo, FormatReader, MediaInfo, SeekMode, SeekTo, SeekedTo, Track,
};
use symphonia::core::io::MediaSourceStream;
use symphonia::core::meta::{Metadata, MetadataLog};
use symphonia::core::packet::Packet;
use symphonia::core::units::{Duration, TimeBase, Timestamp};

use crate::Error;

/// How these files begin.
pub(super) const MAGIC: &[u8] = b".snd";
/// Bytes of the fixed part of the header.
const HEADER_BYTES: u64 = 24;
/// Annotations longer than this are a fault.
const MAX_OFFSET: u64 = 1 << 20;
/// The length that says "to the end of the file".
const UNKNOWN_LENGTH: u32 = u32::MAX;
/// Frames in a packet.
const PACKET_FRAMES: u64 = 4096;
const MAX_CHANNELS: u32 = 32;
const RATES_HZ: std::ops::RangeInclusive<u32> = 1_000..=384_000;

const INFO: FormatInfo = FormatInfo {
    format: FormatId::new(FourCc::new(*b"SNDF")),
    short_name: "au",
    long_name: "Sun AU",
};

/// What the header says.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Header {
    data_start: u64,
    /// As promised; `None` for streams.
    data_bytes: Option<u64>,
    codec: AudioCodecId,
    bytes_per_sample: u64,
    sample_rate_hz: u32,
    n_channels: u16,
}

/// Takes AU files apart for symphonia's decoders.
pub(super) struct AuReader<'s> {
    source: MediaSourceStream<'s>,
    header: Header,
    n_bytes: u64,
    at_frame: u64,
    tracks: [Track; 1],
    info: MediaInfo,
    metadata: MetadataLog,
}

impl<'s> AuReader<'s> {
    /// Reads the header; the source is at its start and `n_bytes` long.
    ///
    /// # Errors
    /// [`Error::Decode`] for a header that is cut off or says what cannot be.
    pub(super) fn new(mut source: MediaSourceStream<'s>, n_bytes: u64) -> Result<Self, Error> {
        let mut head = [0; HEADER_BYTES as usize];
        source
            .read_exact(&mut head)
            .map_err(|_| Error::decode("Sun AU that is cut off inside its header"))?;
        let header = Header::read(&head)?;
        source
            .seek(SeekFrom::Start(header.data_start))
            .map_err(Error::decode)?;
        let track = header.track();
        Ok(Self {
            source,
            header,
            n_bytes,
            at_frame: 0,
            info: MediaInfo::from_track(&track),
            tracks: [track],
            metadata: MetadataLog::default(),
        })
    }

    /// Whole frames that follow, as far as the header and the file go.
    fn frames_left(&self) -> u64 {
        let there = self.n_bytes.saturating_sub(self.header.data_start);
        let n_bytes = self.header.data_bytes.unwrap_or(there).min(there);
        (n_bytes / self.header.frame_bytes()).saturating_sub(self.at_frame)
    }
}

impl Header {
    fn read(head: &[u8; HEADER_BYTES as usize]) -> Result<Self, Error> {
        let word = |i: usize| {
            let [.., a, b, c, d] = head[..4 * i + 4] else {
                return 0;
            };
            u32::from_be_bytes([a, b, c, d])
        };
        let [offset, length, encoding, sample_rate_hz, n_channels] = [1, 2, 3, 4, 5].map(word);
        let (codec, bytes_per_sample) = codec_of(encoding)?;
        Error::check_range(
            "offset of the samples in bytes",
            f64::from(offset),
            HEADER_BYTES as f64..=MAX_OFFSET as f64,
        )?;
        Error::check_range(
            "sample rate in Hz",
            f64::from(sample_rate_hz),
            f64::from(*RATES_HZ.start())..=f64::from(*RATES_HZ.end()),
        )?;
        let most = f64::from(MAX_CHANNELS);
        Error::check_range("number of channels", f64::from(n_channels), 1.0..=most)?;
        Ok(Self {
            data_start: u64::from(offset),
            data_bytes: (length != UNKNOWN_LENGTH).then_some(u64::from(length)),
            codec,
            bytes_per_sample,
            sample_rate_hz,
            n_channels: n_channels as u16,
        })
    }

    fn frame_bytes(&self) -> u64 {
        self.bytes_per_sample * u64::from(self.n_channels)
    }

    fn track(&self) -> Track {
        let mut params = AudioCodecParameters::new();
        params.codec = self.codec;
        params
            .with_sample_rate(self.sample_rate_hz)
            .with_channels(Channels::Discrete(self.n_channels))
            .with_max_frames_per_packet(PACKET_FRAMES);
        let mut track = Track::new(0);
        track.with_codec_params(CodecParameters::Audio(params));
        if let Some(time_base) = TimeBase::try_new(1, self.sample_rate_hz) {
            track.with_time_base(time_base);
        }
        if let Some(n_bytes) = self.data_bytes {
            track.with_num_frames(n_bytes / self.frame_bytes());
        }
        track
    }
}

/// The codec of an encoding number and its bytes a sample.
fn codec_of(encoding: u32) -> Result<(AudioCodecId, u64), Error> {
    Ok(match encoding {
        1 => (codecs::CODEC_ID_PCM_MULAW, 1),
        2 => (codecs::CODEC_ID_PCM_S8, 1),
        3 => (codecs::CODEC_ID_PCM_S16BE, 2),
        4 => (codecs::CODEC_ID_PCM_S24BE, 3),
        5 => (codecs::CODEC_ID_PCM_S32BE, 4),
        6 => (codecs::CODEC_ID_PCM_F32BE, 4),
        7 => (codecs::CODEC_ID_PCM_F64BE, 8),
        27 => (codecs::CODEC_ID_PCM_ALAW, 1),
        _ => {
            return Err(Error::decode(format!(
                "Sun AU with encoding {encoding}; PCM, float, µ-law and A-law (1 to 7, 27) can be \
                 read"
            )));
        }
    })
}

impl FormatReader for AuReader<'_> {
    fn format_info(&self) -> &FormatInfo {
        &INFO
    }

    fn media_info(&self) -> &MediaInfo {
        &self.info
    }

    fn metadata(&mut self) -> Metadata<'_> {
        self.metadata.metadata()
    }

    fn tracks(&self) -> &[Track] {
        &self.tracks
    }

    fn next_packet(&mut self) -> SymphoniaResult<Option<Packet>> {
        let n_frames = self.frames_left().min(PACKET_FRAMES);
        if n_frames == 0 {
            return Ok(None);
        }
        let n_bytes = n_frames * self.header.frame_bytes();
        let mut data = vec![0; n_bytes as usize];
        self.source.read_exact(&mut data)?;
        let at = i64::try_from(self.at_frame)
            .map_err(|_| SymphoniaError::IoError(ErrorKind::UnexpectedEof.into()))?;
        self.at_frame += n_frames;
        Ok(Some(Packet::new(
            0,
            Timestamp::new(at),
            Duration::new(n_frames),
            data,
        )))
    }

    fn seek(&mut self, _mode: SeekMode, to: SeekTo) -> SymphoniaResult<SeekedTo> {
        let out_of_range = || SymphoniaError::SeekError(SeekErrorKind::OutOfRange);
        let wanted = match to {
            SeekTo::Timestamp { ts, .. } => Some(ts),
            SeekTo::Time { time, .. } => TimeBase::try_new(1, self.header.sample_rate_hz)
                .and_then(|time_base| time_base.calc_timestamp(time)),
        };
        let required_ts = wanted.ok_or_else(out_of_range)?;
        let frame = u64::try_from(required_ts.get()).map_err(|_| out_of_range())?;
        self.at_frame = 0;
        if frame > self.frames_left() {
            return Err(out_of_range());
        }
        self.at_frame = frame;
        let byte = self.header.data_start + frame * self.header.frame_bytes();
        self.source.seek(SeekFrom::Start(byte))?;
        Ok(SeekedTo {
            track_id: 0,
            required_ts,
            actual_ts: required_ts,
        })
    }

    fn into_inner<'s>(self: Box<Self>) -> MediaSourceStream<'s>
    where
        Self: 's,
    {
        self.source
    }
}
