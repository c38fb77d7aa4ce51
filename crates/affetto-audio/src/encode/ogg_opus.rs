//! Opus packets in Ogg pages (RFC 7845), for files and for streams without end.

use ogg::writing::{PacketWriteEndInfo, PacketWriter};

use super::Tags;
use super::opus::{OpusSettings, OpusStream, SAMPLE_RATE_HZ};
use super::tags::vorbis_comment;
use crate::{Error, Pcm};

/// Serial number of the logical stream: any serves as there is only one, and a fixed one keeps
/// equal pieces equal.
const SERIAL: u32 = 0x0AFF_E770;

/// Puts Opus packets of 20 ms into pages of one logical stream.
///
/// A stream without end: send [`OggOpusMuxer::headers`] to every listener, then the pages from
/// [`OggOpusMuxer::push`] as they come. Listeners may join at any page, as with Icecast: page
/// numbers and granule positions then begin later, which players accept.
pub struct OggOpusMuxer {
    writer: PacketWriter<'static, Vec<u8>>,
    headers: Vec<u8>,
    packets_per_page: usize,
    in_page: usize,
    granule: u64,
}

impl std::fmt::Debug for OggOpusMuxer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("OggOpusMuxer")
            .field("packets_per_page", &self.packets_per_page)
            .field("granule", &self.granule)
            .finish_non_exhaustive()
    }
}

impl OggOpusMuxer {
    /// A muxer that ends a page after `packets_per_page` packets in 1..=50: fewer are sooner there,
    /// more waste less (a page costs 28 bytes and one for each 255 of a packet).
    ///
    /// # Errors
    /// [`Error::OutOfRange`] for another number of packets.
    pub fn new(pre_skip: u16, packets_per_page: usize, tags: &Tags) -> Result<Self, Error> {
        Error::check_range("packets per page", packets_per_page as f64, 1.0..=50.0)?;
        let mut muxer = Self {
            writer: PacketWriter::new(Vec::new()),
            headers: Vec::new(),
            packets_per_page,
            in_page: 0,
            granule: 0,
        };
        muxer.write(head(pre_skip), PacketWriteEndInfo::EndPage)?;
        let comments = vorbis_comment("libopus", tags);
        muxer.write(
            [&b"OpusTags"[..], &comments].concat(),
            PacketWriteEndInfo::EndPage,
        )?;
        muxer.headers = muxer.take();
        Ok(muxer)
    }

    /// The pages with which every stream begins.
    #[must_use]
    pub fn headers(&self) -> &[u8] {
        &self.headers
    }

    /// Adds a packet of 20 ms; returns a page when one is full, else nothing.
    ///
    /// # Errors
    /// [`Error::Encode`]; not expected of writing to memory.
    pub fn push(&mut self, packet: Vec<u8>) -> Result<Vec<u8>, Error> {
        self.granule += OpusStream::FRAME_FRAMES as u64;
        self.in_page += 1;
        let full = self.in_page == self.packets_per_page;
        let end = if full {
            PacketWriteEndInfo::EndPage
        } else {
            PacketWriteEndInfo::NormalPacket
        };
        self.write(packet, end)?;
        if full {
            self.in_page = 0;
        }
        Ok(self.take())
    }

    /// Adds the last packet and ends the stream so that `n_frames` frames are heard: the pre-skip
    /// before and the padding after them are not.
    ///
    /// # Errors
    /// [`Error::Encode`]; not expected of writing to memory.
    pub fn finish(
        mut self,
        packet: Vec<u8>,
        pre_skip: u16,
        n_frames: u64,
    ) -> Result<Vec<u8>, Error> {
        self.granule = n_frames + u64::from(pre_skip);
        self.write(packet, PacketWriteEndInfo::EndStream)?;
        Ok(self.take())
    }

    fn write(&mut self, packet: Vec<u8>, end: PacketWriteEndInfo) -> Result<(), Error> {
        let written = self.writer.write_packet(packet, SERIAL, end, self.granule);
        written.map_err(|error| Error::encode("Ogg", error))
    }

    fn take(&mut self) -> Vec<u8> {
        std::mem::take(self.writer.inner_mut())
    }
}

/// The identification header (RFC 7845, section 5.1).
fn head(pre_skip: u16) -> Vec<u8> {
    const VERSION: u8 = 1;
    const CHANNELS: u8 = 2;
    let mut head = b"OpusHead".to_vec();
    head.extend([VERSION, CHANNELS]);
    head.extend(pre_skip.to_le_bytes());
    head.extend(SAMPLE_RATE_HZ.to_le_bytes());
    // No output gain, channel mapping family 0.
    head.extend([0, 0, 0]);
    head
}

pub(super) fn encode(pcm: &Pcm, settings: OpusSettings, tags: &Tags) -> Result<Vec<u8>, Error> {
    if pcm.sample_rate_hz != SAMPLE_RATE_HZ {
        return Err(Error::Unsupported {
            what: "sample rate in Hz",
            expected: format!("{SAMPLE_RATE_HZ} for Opus"),
            actual: pcm.sample_rate_hz.to_string(),
        });
    }
    const PACKETS_PER_PAGE: usize = 50;
    let mut stream = OpusStream::new(settings)?;
    let mut muxer = OggOpusMuxer::new(stream.pre_skip(), PACKETS_PER_PAGE, tags)?;
    let mut out = muxer.headers().to_vec();

    let n_frames = pcm.n_frames();
    // What the encoder holds back at the end has to come out.
    let n_packets = (n_frames + usize::from(stream.pre_skip()))
        .div_ceil(OpusStream::FRAME_FRAMES)
        .max(1);
    let block = |channel: &[f32], index: usize| {
        let from = (index * OpusStream::FRAME_FRAMES).min(n_frames);
        let to = (from + OpusStream::FRAME_FRAMES).min(n_frames);
        let mut block = channel[from..to].to_vec();
        block.resize(OpusStream::FRAME_FRAMES, 0.0);
        block
    };
    for index in 0..n_packets - 1 {
        let packet = stream.encode(&block(&pcm.left, index), &block(&pcm.right, index))?;
        out.extend(muxer.push(packet)?);
    }
    let last = stream.encode(
        &block(&pcm.left, n_packets - 1),
        &block(&pcm.right, n_packets - 1),
    )?;
    out.extend(muxer.finish(last, stream.pre_skip(), n_frames as u64)?);
    Ok(out)
}
