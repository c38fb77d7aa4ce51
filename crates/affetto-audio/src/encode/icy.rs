//! ICY metadata (SHOUTcast): titles between the bytes of an MP3 stream.

/// Longest text of a metadata block: its length byte counts 16 bytes.
const MAX_BYTES: usize = 255 * 16;

/// A metadata block with a title, or the one-byte block that says "unchanged" for `None`. Quotes
/// that would end the field become typographic ones; what does not fit is cut off.
#[must_use]
pub fn icy_block(title: Option<&str>) -> Vec<u8> {
    let Some(title) = title else { return vec![0] };
    let mut text = title
        .replace('\'', "’")
        .replace(';', ",")
        .replace(char::is_control, " ");
    let frame = "StreamTitle='';".len();
    while text.len() + frame > MAX_BYTES {
        text.pop();
    }
    let mut block = format!("StreamTitle='{text}';").into_bytes();
    block.resize(block.len().next_multiple_of(16), 0);
    let mut out = vec![(block.len() / 16) as u8];
    out.extend(block);
    out
}

/// Puts metadata blocks into a stream, one after every `interval` bytes (header `icy-metaint`).
#[derive(Debug, Clone)]
pub struct IcyInterleaver {
    interval: usize,
    until_block: usize,
    title: Option<String>,
}

impl IcyInterleaver {
    /// An interleaver for `interval` bytes, at least 1; 16,000 is usual.
    #[must_use]
    pub fn new(interval: usize) -> Self {
        let interval = interval.max(1);
        Self {
            interval,
            until_block: interval,
            title: None,
        }
    }

    /// Sets the title that the next block carries.
    pub fn set_title(&mut self, title: &str) {
        self.title = Some(title.to_owned());
    }

    /// Passes stream bytes through, with the blocks that fall among them.
    #[must_use]
    pub fn push(&mut self, mut bytes: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(bytes.len() + 64);
        while bytes.len() >= self.until_block {
            let (now, later) = bytes.split_at(self.until_block);
            out.extend(now);
            out.extend(icy_block(self.title.take().as_deref()));
            self.until_block = self.interval;
            bytes = later;
        }
        out.extend(bytes);
        self.until_block -= bytes.len();
        out
    }
}
