//! A file as a stream of mono blocks: memory does not grow with its length.

use std::fmt;
use std::io::{self, Read, Seek, SeekFrom};

use symphonia::core::codecs::CodecParameters;
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatOptions, FormatReader, SeekMode, SeekTo, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, MediaSourceStreamOptions};
use symphonia::core::meta::MetadataOptions;
use symphonia::core::packet::Packet;
use symphonia::core::units::{Time, TimeBase};

use super::au::{self, AuReader};
use super::codec::{Codec, Decoded};
use super::{DecodeOptions, content, survive};
use crate::Error;
use crate::loudness::{LoudnessMeter, SongLoudness};
use crate::resample::Resampler;

/// Samples in a block, about: a quarter of a second at 16 kHz.
const BLOCK_SAMPLES: usize = 4096;
/// Damaged packets in a row after which a track is given up.
const MAX_DAMAGED: u32 = 2000;
/// A file is called cut off when this share of what it promises is missing, and more than
/// [`MISSING_SECONDS`].
const MISSING_SHARE: f64 = 0.05;
const MISSING_SECONDS: f64 = 0.25;
/// Promises beyond this are those of streams, whose writers do not know the length.
const STREAM_SECONDS: f64 = 86_400.0;

/// Most boxes of an MP4 file that are looked at for its end.
const MAX_BOXES: usize = 4096;
/// Larger MP4 files than this (64 GiB) are not believed to have been cut off.
const MAX_MP4_BYTES: u64 = 64 << 30;

/// Something about a file that is not as it should be, though sound came of it.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum Note {
    /// The file is cut off: what is there was decoded.
    CutOff,
    /// The file holds fewer seconds than it promises.
    Shorter {
        /// Seconds decoded.
        seconds: f64,
        /// Seconds promised.
        promised: f64,
    },
    /// Packets that could not be decoded were left out.
    Damaged {
        /// How many.
        n_packets: u32,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CutOff => write!(f, "the file is cut off; what is there was used"),
            Self::Shorter { seconds, promised } => write!(
                f,
                "the file promises {promised:.1} s and holds {seconds:.1} s; what is there was used"
            ),
            Self::Damaged { n_packets } => {
                write!(f, "{n_packets} damaged pieces of the sound were left out")
            }
        }
    }
}

/// Whether a file let itself be searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Reading goes on at the wanted moment.
    Yes,
    /// It does not.
    No,
}

/// Reads any sound file as mono blocks at one rate.
///
/// Memory: the decoder's own buffers and one block, whatever the length of the sound. A chained
/// stream (Ogg) is read to its end.
pub struct MonoReader<'s> {
    format: Box<dyn FormatReader + 's>,
    track_id: u32,
    codec: Codec,
    resampler: Option<(Resampler, u32)>,
    block: Vec<f32>,
    meter: Option<LoudnessMeter>,
    options: DecodeOptions,
    promised_seconds: Option<f64>,
    n_out: u64,
    n_damaged: u32,
    n_damaged_in_row: u32,
    cut_off: bool,
    ended: bool,
}

impl fmt::Debug for MonoReader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MonoReader")
            .field("format", &self.format_name())
            .field("n_out", &self.n_out)
            .field("n_damaged", &self.n_damaged)
            .finish_non_exhaustive()
    }
}

impl<'s> MonoReader<'s> {
    /// Finds out what the source holds and prepares to decode it. Bytes in memory: wrap them in
    /// [`std::io::Cursor`].
    ///
    /// # Errors
    /// [`Error::NotSound`] when it is something else, [`Error::Decode`] when its sound cannot be
    /// decoded, [`Error::OutOfRange`] for options outside their ranges.
    pub fn open(
        source: impl Read + Seek + Send + Sync + 's,
        options: &DecodeOptions,
    ) -> Result<Self, Error> {
        options.validate()?;
        let mut source = Source::new(source).map_err(unreadable)?;
        let head = source.head().map_err(unreadable)?;
        if let Some(found) = content::not_sound(&head) {
            return Err(Error::not_sound(found));
        }
        let format = container(source, &head)?;
        let (track_id, codec, promised_seconds) = choose_track(&*format, options)?;
        Ok(Self {
            format,
            track_id,
            codec,
            resampler: None,
            block: Vec::with_capacity(2 * BLOCK_SAMPLES),
            meter: None,
            options: *options,
            promised_seconds,
            n_out: 0,
            n_damaged: 0,
            n_damaged_in_row: 0,
            cut_off: false,
            ended: false,
        })
    }

    /// The container's name, e.g. `"Matroska / WebM"`.
    #[must_use]
    pub fn format_name(&self) -> &'static str {
        self.format.format_info().long_name
    }

    /// Seconds read so far.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.n_out as f64 / f64::from(self.options.sample_rate_hz)
    }

    /// What was not as it should be, as far as the file was read.
    #[must_use]
    pub fn notes(&self) -> Vec<Note> {
        let mut notes = Vec::new();
        let seconds = self.seconds();
        let short = self.promised_seconds.filter(|promised| {
            let missing = promised - seconds;
            self.ended && missing > MISSING_SECONDS && missing > MISSING_SHARE * promised
        });
        if let Some(promised) = short {
            notes.push(Note::Shorter { seconds, promised });
        } else if self.cut_off {
            notes.push(Note::CutOff);
        }
        if self.n_damaged > 0 {
            notes.push(Note::Damaged {
                n_packets: self.n_damaged,
            });
        }
        notes
    }

    /// Measures loudness of all channels from now on, for [`Self::loudness`].
    ///
    /// # Errors
    /// [`Error::Decode`]; not expected.
    pub fn measure_loudness(&mut self) -> Result<(), Error> {
        self.meter = Some(LoudnessMeter::default());
        self.codec.keep_channels()
    }

    /// Loudness of what was read since [`Self::measure_loudness`]; `None` without that.
    #[must_use]
    pub fn loudness(&self) -> Option<SongLoudness> {
        self.meter.as_ref().map(LoudnessMeter::loudness)
    }

    /// How long the file says that it is, in seconds, where it says so.
    #[must_use]
    pub fn promised_seconds(&self) -> Option<f64> {
        self.promised_seconds
    }

    /// Goes to about a moment of the file, in seconds; reading goes on there. Says whether the file
    /// lets itself be searched: where not, reading goes on as before or ends.
    pub fn seek(&mut self, seconds: f64) -> Found {
        let time = Time::try_from_secs_f64(seconds.max(0.0));
        let track_id = Some(self.track_id);
        let found = time.and_then(|time| {
            let to = SeekTo::Time { time, track_id };
            survive(|| self.format.seek(SeekMode::Coarse, to))
        });
        if !matches!(found, Some(Ok(_))) {
            return Found::No;
        }
        self.codec.reset();
        self.resampler = None;
        self.ended = false;
        // What is read now says nothing about the length.
        self.promised_seconds = None;
        Found::Yes
    }

    /// The next samples, at least one and usually a quarter of a second of them; nothing at the
    /// end.
    ///
    /// # Errors
    /// [`Error::TooLong`] beyond the limit; [`Error::Decode`] when the whole source gave no sound.
    pub fn next_block(&mut self) -> Result<Option<&[f32]>, Error> {
        self.block.clear();
        while !self.ended && self.block.len() < BLOCK_SAMPLES {
            self.advance()?;
        }
        self.n_out += self.block.len() as u64;
        let seconds = self.seconds();
        if seconds > self.options.max_seconds {
            return Err(Error::TooLong {
                max_seconds: self.options.max_seconds,
            });
        }
        if self.n_out == 0 && self.n_damaged > 0 {
            let n = self.n_damaged;
            return Err(Error::decode(format!(
                "{} without one good piece of sound ({n} damaged ones)",
                self.format_name()
            )));
        }
        Ok((!self.block.is_empty()).then_some(&self.block))
    }

    /// Takes one packet, or notices the end.
    fn advance(&mut self) -> Result<(), Error> {
        match survive(|| self.format.next_packet()) {
            Some(Ok(Some(packet))) if packet.track_id == self.track_id => self.take(&packet),
            Some(Ok(Some(_))) => Ok(()),
            Some(Ok(None)) => self.end(),
            Some(Err(SymphoniaError::ResetRequired)) => self.next_chain(),
            // Recorders that write as they go end so; what lacks is told by what was promised.
            Some(Err(SymphoniaError::IoError(error)))
                if error.kind() == io::ErrorKind::UnexpectedEof =>
            {
                self.end()
            }
            Some(Err(_)) | None => {
                self.cut_off = true;
                self.end()
            }
        }
    }

    fn take(&mut self, packet: &Packet) -> Result<(), Error> {
        match self.codec.decode(packet)? {
            Decoded::Samples(samples) => {
                self.n_damaged_in_row = 0;
                if let Some(meter) = &mut self.meter {
                    meter.add(samples.interleaved, samples.n_channels, samples.rate_hz);
                }
                append(
                    &mut self.resampler,
                    &mut self.block,
                    samples.mono,
                    samples.rate_hz,
                    self.options.sample_rate_hz,
                )
            }
            Decoded::Damaged => {
                self.n_damaged = self.n_damaged.saturating_add(1);
                self.n_damaged_in_row += 1;
                if self.n_damaged_in_row > MAX_DAMAGED {
                    self.cut_off = true;
                    return self.end();
                }
                Ok(())
            }
        }
    }

    /// Another stream follows in the same file: its tracks replace the old ones.
    fn next_chain(&mut self) -> Result<(), Error> {
        flush(&mut self.resampler, &mut self.block)?;
        match choose_track(&*self.format, &self.options) {
            Ok((track_id, codec, _)) => {
                self.track_id = track_id;
                self.codec = codec;
                self.promised_seconds = None;
                if self.meter.is_some() {
                    self.codec.keep_channels()?;
                }
                Ok(())
            }
            Err(_) => self.end(),
        }
    }

    fn end(&mut self) -> Result<(), Error> {
        self.ended = true;
        flush(&mut self.resampler, &mut self.block)
    }
}

/// Takes the container apart that the bytes are in.
fn container<'s>(
    source: Source<impl Read + Seek + Send + Sync + 's>,
    head: &[u8],
) -> Result<Box<dyn FormatReader + 's>, Error> {
    let n_bytes = source.n_bytes;
    let stream = MediaSourceStream::new(Box::new(source), MediaSourceStreamOptions::default());
    if head.starts_with(au::MAGIC) {
        return Ok(Box::new(AuReader::new(stream, n_bytes)?));
    }
    let (format, metadata) = (FormatOptions::default(), MetadataOptions::default());
    let probed =
        survive(|| symphonia::default::get_probe().probe(&Hint::new(), stream, format, metadata));
    probed
        .ok_or_else(|| Error::decode("the file's header is damaged"))?
        .map_err(|error| refused(head, &error))
}

/// Appends samples at the output's rate; the resampler is planned anew when their rate changes.
fn append(
    resampler: &mut Option<(Resampler, u32)>,
    block: &mut Vec<f32>,
    samples: &[f32],
    from_hz: u32,
    to_hz: u32,
) -> Result<(), Error> {
    if samples.is_empty() {
        return Ok(());
    }
    if resampler.as_ref().is_some_and(|(_, rate)| *rate != from_hz) {
        flush(resampler, block)?;
    }
    if from_hz == to_hz {
        block.extend_from_slice(samples);
        return Ok(());
    }
    let (resampler, _) = match resampler {
        Some(planned) => planned,
        None => resampler.insert((Resampler::new(from_hz, to_hz)?, from_hz)),
    };
    resampler.push(samples, block)
}

fn flush(resampler: &mut Option<(Resampler, u32)>, block: &mut Vec<f32>) -> Result<(), Error> {
    match resampler.take() {
        Some((resampler, _)) => resampler.finish(block),
        None => Ok(()),
    }
}

/// The first track of sound, its decoder, and the seconds that the file promises.
fn choose_track(
    format: &dyn FormatReader,
    options: &DecodeOptions,
) -> Result<(u32, Codec, Option<f64>), Error> {
    let container = format.format_info();
    let track = format.default_track(TrackType::Audio).ok_or_else(|| {
        Error::not_sound(format!("{} without a track of sound", container.long_name))
    })?;
    let Some(CodecParameters::Audio(params)) = &track.codec_params else {
        return Err(Error::not_sound(format!(
            "{} whose sound has an unknown codec",
            container.long_name
        )));
    };
    let codec = Codec::new(params, container, options.sample_rate_hz)?;
    let seconds = |duration, time_base: Option<TimeBase>| {
        let time = time_base?.calc_duration(duration)?;
        Some(time.as_secs_f64())
    };
    let frames = track.num_frames.zip(codec.clock_hz());
    let info = format.media_info();
    let promised = frames
        .map(|(n_frames, clock_hz)| n_frames as f64 / f64::from(clock_hz.max(1)))
        .or_else(|| seconds(track.duration?, track.time_base))
        .or_else(|| seconds(info.duration?, info.time_base))
        .filter(|seconds| *seconds < STREAM_SECONDS);
    Ok((track.id, codec, promised))
}

fn unreadable(error: io::Error) -> Error {
    Error::decode(format!("the source cannot be read: {error}"))
}

/// Why the container was refused, in words that help.
fn refused(head: &[u8], error: &SymphoniaError) -> Error {
    match error {
        SymphoniaError::Unsupported(_) => Error::not_sound(content::describe(head)),
        SymphoniaError::IoError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            if head.len() < content::HEAD_BYTES {
                Error::not_sound(content::describe(head))
            } else {
                Error::decode(
                    "the file is cut off before any sound; save or record it once more".to_owned(),
                )
            }
        }
        other => Error::decode(other),
    }
}

/// A source of known length, as symphonia wants it.
struct Source<R> {
    inner: R,
    n_bytes: u64,
}

impl<R: Read + Seek> Source<R> {
    fn new(mut inner: R) -> io::Result<Self> {
        let n_bytes = inner.seek(SeekFrom::End(0))?;
        let n_bytes = n_bytes.max(mp4_end(&mut inner, n_bytes)?);
        inner.rewind()?;
        Ok(Self { inner, n_bytes })
    }

    /// The first bytes; the position is the start again afterwards.
    fn head(&mut self) -> io::Result<Vec<u8>> {
        let mut head = Vec::new();
        let n_bytes = content::HEAD_BYTES as u64;
        self.inner.by_ref().take(n_bytes).read_to_end(&mut head)?;
        self.inner.rewind()?;
        Ok(head)
    }
}

/// Where the boxes of an MP4 file say that it ends; 0 for other files. One that was cut off inside
/// its sound is read as far as it goes when this is taken for its length.
fn mp4_end<R: Read + Seek>(source: &mut R, n_bytes: u64) -> io::Result<u64> {
    let mut at = 0_u64;
    for _ in 0..MAX_BOXES {
        if at.saturating_add(16) > n_bytes {
            break;
        }
        let mut head = [0; 16];
        source.seek(SeekFrom::Start(at))?;
        source.read_exact(&mut head)?;
        if at == 0 && &head[4..8] != b"ftyp" {
            return Ok(0);
        }
        let [a, b, c, d, .., e, f, g, h, i, j, k, l] = head;
        let length = match u32::from_be_bytes([a, b, c, d]) {
            // A length of 1 says that a longer one follows the name; of 0, that the box is the
            // last.
            1 => u64::from_be_bytes([e, f, g, h, i, j, k, l]),
            0 => break,
            length => u64::from(length),
        };
        if length < 8 {
            break;
        }
        at = at.saturating_add(length);
    }
    Ok(if at < MAX_MP4_BYTES { at } else { 0 })
}

impl<R: Read> Read for Source<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl<R: Seek> Seek for Source<R> {
    fn seek(&mut self, position: SeekFrom) -> io::Result<u64> {
        let position = match position {
            SeekFrom::End(offset) => SeekFrom::Start(self.n_bytes.saturating_add_signed(offset)),
            other => other,
        };
        self.inner.seek(position)
    }
}

impl<R: Read + Seek + Send + Sync> MediaSource for Source<R> {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.n_bytes)
    }
}
