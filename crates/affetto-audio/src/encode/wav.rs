//! WAV with a RIFF `INFO` list (Microsoft 1991).

use std::io::Cursor;

use hound::{SampleFormat, WavSpec, WavWriter};

use super::{Tags, to_i16};
use crate::{Error, Pcm};

/// Largest RIFF file: sizes have 32 bits.
const MAX_BYTES: f64 = 4_294_967_295.0;

pub(super) fn encode(pcm: &Pcm, tags: &Tags) -> Result<Vec<u8>, Error> {
    let bytes = pcm.n_frames() as f64 * 4.0 + 65_536.0;
    Error::check_range("size of a WAV file in bytes", bytes, 0.0..=MAX_BYTES)?;
    let spec = WavSpec {
        channels: 2,
        sample_rate: pcm.sample_rate_hz,
        bits_per_sample: 16,
        sample_format: SampleFormat::Int,
    };
    let refuse = |error: hound::Error| Error::encode("WAV", error);
    let mut out = Cursor::new(Vec::new());
    let mut writer = WavWriter::new(&mut out, spec).map_err(refuse)?;
    for sample in to_i16(pcm, 1.0) {
        writer.write_sample(sample).map_err(refuse)?;
    }
    writer.finalize().map_err(refuse)?;
    let mut out = out.into_inner();
    append_info(&mut out, tags);
    Ok(out)
}

/// Appends the tags as a list and corrects the RIFF size.
fn append_info(wav: &mut Vec<u8>, tags: &Tags) {
    let fields = [
        (b"INAM", tags.title.clone()),
        (b"IART", tags.artist.clone()),
        (b"ICMT", tags.summary()),
        (b"ISFT", tags.software.clone()),
        (b"ICRD", tags.date.clone()),
    ];
    let mut list = b"INFO".to_vec();
    for (id, text) in fields {
        let Some(text) = text else { continue };
        list.extend(id);
        list.extend(size(text.len() + 1));
        list.extend(text.bytes());
        list.push(0);
        list.resize(list.len().next_multiple_of(2), 0);
    }
    if list.len() > 4 {
        wav.extend(b"LIST");
        wav.extend(size(list.len()));
        wav.extend(list);
        let riff = size(wav.len() - 8);
        wav[4..8].copy_from_slice(&riff);
    }
}

fn size(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_le_bytes()
}
