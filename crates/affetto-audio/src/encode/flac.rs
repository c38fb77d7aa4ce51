//! FLAC (RFC 9639).

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, MetadataBlockData};
use flacenc::config::Encoder;
use flacenc::error::Verify;
use flacenc::source::MemSource;

use super::tags::vorbis_comment;
use super::{Tags, to_i16};
use crate::{Error, Pcm};

/// Metadata block type of Vorbis comments (RFC 9639, section 8.1).
const VORBIS_COMMENT: u8 = 4;
/// Shortest sound the format's fixed block size allows (RFC 9639, section 8.2).
const MIN_FRAMES: usize = 16;

pub(super) fn encode(pcm: &Pcm, tags: &Tags) -> Result<Vec<u8>, Error> {
    let refuse = |reason: String| Error::encode("FLAC", reason);
    Error::check_range(
        "sample rate in Hz",
        f64::from(pcm.sample_rate_hz),
        1.0..=96_000.0,
    )?;
    let mut samples: Vec<i32> = to_i16(pcm, 1.0).into_iter().map(i32::from).collect();
    samples.resize(samples.len().max(2 * MIN_FRAMES), 0);
    let config = Encoder::default()
        .into_verified()
        .map_err(|(_, error)| refuse(error.to_string()))?;
    let source = MemSource::from_samples(&samples, 2, 16, pcm.sample_rate_hz as usize);
    let mut stream = flacenc::encode_with_fixed_block_size(&config, source, config.block_size)
        .map_err(|error| refuse(format!("{error:?}")))?;
    // The smallest block of the stream does not count the last one (RFC 9639, section 8.2), as
    // flacenc does: strict players take such a file for one of changing block sizes.
    stream
        .stream_info_mut()
        .set_block_sizes(config.block_size, config.block_size)
        .map_err(|error| refuse(error.to_string()))?;
    let comment = MetadataBlockData::new_unknown(VORBIS_COMMENT, &vorbis_comment("flacenc", tags))
        .map_err(|error| refuse(error.to_string()))?;
    stream.add_metadata_block(comment);
    let mut sink = ByteSink::new();
    stream
        .write(&mut sink)
        .map_err(|error| refuse(format!("{error:?}")))?;
    Ok(sink.into_inner())
}
