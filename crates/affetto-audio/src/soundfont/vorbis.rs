//! Decodes the Ogg Vorbis samples of SoundFont 3 files. Bytes are hostile: sizes that lewton would
//! allocate for are checked before it sees them.

use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};

use lewton::audio::{PreviousWindowRight, read_audio_packet_generic};
use lewton::header::{read_header_ident, read_header_setup};
use ogg::PacketReader;

/// Scalars of one codebook's value table; libvorbis stays below 2¹⁶.
const MAX_CODEBOOK_SCALARS: u64 = 1 << 20;
/// Scalars of all codebooks of a stream together.
const MAX_STREAM_SCALARS: u64 = 1 << 22;
/// Dimensions of a codebook; libvorbis stays at 8.
const MAX_DIMENSIONS: u64 = 64;

/// Decodes the first channel of an Ogg Vorbis stream of at most `max_frames` frames.
pub(super) fn decode(bytes: &[u8], max_frames: usize) -> Result<Vec<i16>, String> {
    // lewton's arithmetic can panic on streams that no encoder makes; a font must not end the
    // program. Nothing outlives the call, so nothing can be left half-done.
    catch_unwind(AssertUnwindSafe(|| decode_packets(bytes, max_frames)))
        .unwrap_or_else(|_| Err("the Vorbis decoder gave up on it".to_owned()))
}

fn decode_packets(bytes: &[u8], max_frames: usize) -> Result<Vec<i16>, String> {
    let mut reader = PacketReader::new(Cursor::new(bytes));
    let mut next = || reader.read_packet().map_err(|error| error.to_string());
    let mut header = || next()?.ok_or_else(|| "it ends within its headers".to_owned());
    let ident = read_header_ident(&header()?.data).map_err(|error| error.to_string())?;
    if !(1..=2).contains(&ident.audio_channels) {
        return Err(format!(
            "it has {} channels, expected 1 or 2",
            ident.audio_channels
        ));
    }
    header()?;
    let setup = header()?.data;
    check_codebooks(&setup).ok_or("its codebooks are unreadable or too large")?;
    let blocks = (ident.blocksize_0, ident.blocksize_1);
    let setup = read_header_setup(&setup, ident.audio_channels, blocks)
        .map_err(|error| error.to_string())?;

    let mut window = PreviousWindowRight::new();
    let mut pcm: Vec<i16> = Vec::new();
    while let Some(packet) = next()? {
        let block: Vec<Vec<i16>> =
            read_audio_packet_generic(&ident, &setup, &packet.data, &mut window)
                .map_err(|error| error.to_string())?;
        pcm.extend(block.first().into_iter().flatten());
        if packet.last_in_stream() {
            // The last page says where the sound ends within the last block (Vorbis I, A.2).
            pcm.truncate(usize::try_from(packet.absgp_page()).unwrap_or(usize::MAX));
        }
        if pcm.len() > max_frames {
            return Err(format!("it has more than {max_frames} frames"));
        }
    }
    Ok(pcm)
}

/// Reads bits of a Vorbis packet, least significant first (Vorbis I, section 2).
struct Bits<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Bits<'_> {
    fn read(&mut self, n: u32) -> Option<u64> {
        let mut value = 0;
        for bit in 0..n {
            let byte = self.bytes.get(self.at / 8)?;
            value |= u64::from(byte >> (self.at % 8) & 1) << bit;
            self.at += 1;
        }
        Some(value)
    }

    fn skip(&mut self, n: u64) -> Option<()> {
        let at = self.at.checked_add(usize::try_from(n).ok()?)?;
        self.at = (at <= self.bytes.len() * 8).then_some(at)?;
        Some(())
    }
}

/// Walks the codebooks of a setup header (Vorbis I, section 3.2.1), which is where a small file can
/// claim tables of many gigabytes. `None` when they are malformed or beyond our limits.
fn check_codebooks(setup: &[u8]) -> Option<()> {
    let mut bits = Bits {
        bytes: setup.strip_prefix(b"\x05vorbis")?,
        at: 0,
    };
    let mut scalars = 0;
    for _ in 0..=bits.read(8)? {
        scalars += codebook_scalars(&mut bits)?;
    }
    (scalars <= MAX_STREAM_SCALARS).then_some(())
}

fn codebook_scalars(bits: &mut Bits<'_>) -> Option<u64> {
    let _sync = bits.read(24)?;
    let (dimensions, entries) = (bits.read(16)?, bits.read(24)?);
    let scalars = dimensions * entries;
    if !(1..=MAX_DIMENSIONS).contains(&dimensions) || !(1..=MAX_CODEBOOK_SCALARS).contains(&scalars)
    {
        return None;
    }
    skip_lengths(bits, entries)?;
    let lookup_type = bits.read(4)?;
    if lookup_type > 0 {
        bits.skip(64)?;
        let value_bits = bits.read(4)? + 1;
        bits.skip(1)?;
        let values = if lookup_type == 1 {
            integer_root(entries, dimensions)
        } else {
            scalars
        };
        bits.skip(values * value_bits)?;
    }
    Some(scalars)
}

fn skip_lengths(bits: &mut Bits<'_>, entries: u64) -> Option<()> {
    if bits.read(1)? == 0 {
        let sparse = bits.read(1)? == 1;
        for _ in 0..entries {
            if !sparse || bits.read(1)? == 1 {
                bits.skip(5)?;
            }
        }
        return Some(());
    }
    bits.skip(5)?;
    let mut done = 0;
    while done < entries {
        let left = entries - done;
        done += bits.read(u64::BITS - left.leading_zeros())?;
    }
    (done == entries).then_some(())
}

/// Largest integer whose `exponent`-th power is at most `value` (`lookup1_values`, section 9.2.3).
fn integer_root(value: u64, exponent: u64) -> u64 {
    let fits = |root: u64| {
        (0..exponent)
            .try_fold(1_u64, |power, _| power.checked_mul(root))
            .is_some_and(|p| p <= value)
    };
    (1..=value)
        .take_while(|root| fits(*root))
        .last()
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_those_of_the_standard() {
        for (value, exponent, expected) in [
            (1024, 10, 2),
            (1023, 10, 1),
            (3125, 5, 5),
            (3124, 5, 4),
            (7, 1, 7),
        ] {
            assert_eq!(
                integer_root(value, exponent),
                expected,
                "{value} {exponent}"
            );
        }
    }

    #[test]
    fn a_codebook_of_gigabytes_is_refused() {
        let mut setup = b"\x05vorbis\0".to_vec();
        setup.extend(b"BCV\xff\xff\xff\xff\xff\xff");
        assert_eq!(check_codebooks(&setup), None);
    }

    #[test]
    fn rubbish_is_refused() {
        assert!(decode(b"", 100).is_err());
        assert!(decode(b"OggSxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", 100).is_err());
    }
}
