//! RIFF chunks of untrusted bytes. Chunks are borrowed, so nothing is allocated here.

use crate::Error;

/// One chunk: where its content lies in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chunk<'a> {
    /// Four-letter name, e.g. `b"phdr"`.
    pub(super) id: [u8; 4],
    /// Offset of `data` in the whole file, in bytes.
    pub(super) offset: usize,
    /// Content without header and padding.
    pub(super) data: &'a [u8],
}

/// Splits bytes into chunks. The standard pads odd chunks with a zero byte, but fonts without the
/// pad exist (FluidR3Mono's `smpl` is one), so both are accepted: a pad is skipped only where the
/// next name would not be readable without it.
///
/// # Errors
/// [`Error::SoundFont`] when a chunk claims more bytes than are left.
pub(super) fn chunks(data: &[u8], base: usize) -> Result<Vec<Chunk<'_>>, Error> {
    let mut found = Vec::new();
    let mut at = 0;
    // Up to 7 bytes of rubbish after the last chunk are ignored.
    while data.len() - at >= 8 {
        let id = [data[at], data[at + 1], data[at + 2], data[at + 3]];
        let size = read_u32(data, at + 4) as usize;
        let left = data.len() - at - 8;
        if size > left {
            return Err(Error::font(format!(
                "chunk {} at byte {} claims {size} bytes, but {left} are left",
                id.escape_ascii(),
                base + at,
            )));
        }
        found.push(Chunk {
            id,
            offset: base + at + 8,
            data: &data[at + 8..at + 8 + size],
        });
        at += 8 + size;
        if size % 2 == 1 && !is_name(data.get(at..at + 4)) {
            at = (at + 1).min(data.len());
        }
    }
    Ok(found)
}

/// The content of a list chunk: its type and the chunks in it.
pub(super) fn list<'a>(chunk: &Chunk<'a>) -> Result<([u8; 4], Vec<Chunk<'a>>), Error> {
    let Some((kind, rest)) = chunk.data.split_first_chunk::<4>() else {
        return Err(Error::font(format!(
            "list chunk at byte {} has {} bytes, expected at least 4",
            chunk.offset,
            chunk.data.len()
        )));
    };
    Ok((*kind, chunks(rest, chunk.offset + 4)?))
}

fn is_name(bytes: Option<&[u8]>) -> bool {
    bytes.is_some_and(|name| name.iter().all(|b| b.is_ascii_alphanumeric() || *b == b' '))
}

/// Little-endian number at `at`; the caller has checked that it lies inside.
pub(super) fn read_u32(data: &[u8], at: usize) -> u32 {
    u32::from_le_bytes([data[at], data[at + 1], data[at + 2], data[at + 3]])
}

/// Little-endian number at `at`; the caller has checked that it lies inside.
pub(super) fn read_u16(data: &[u8], at: usize) -> u16 {
    u16::from_le_bytes([data[at], data[at + 1]])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(bytes: &[u8], expected: &str) {
        let text = match chunks(bytes, 0) {
            Ok(found) => found
                .iter()
                .map(|c| format!("{}@{}+{}", c.id.escape_ascii(), c.offset, c.data.len()))
                .collect::<Vec<_>>()
                .join(" "),
            Err(error) => error.to_string(),
        };
        assert_eq!(text, expected);
    }

    #[test]
    fn chunks_are_split() {
        check(b"", "");
        check(b"abcd\x02\0\0\0xyefgh\0\0\0\0", "abcd@8+2 efgh@18+0");
        check(b"abcd\x01\0\0\0x\0efgh\0\0\0\0", "abcd@8+1 efgh@18+0");
        check(b"abcd\x01\0\0\0xefgh\0\0\0\0", "abcd@8+1 efgh@17+0");
        check(
            b"abcd\xff\xff\xff\xffx",
            "not a readable SoundFont: chunk abcd at byte 0 claims 4294967295 bytes, but 1 are left",
        );
    }
}
