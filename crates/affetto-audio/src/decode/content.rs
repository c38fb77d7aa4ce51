//! What bytes are, by how they begin: names are never asked.

/// How many bytes [`describe`] looks at.
pub(super) const HEAD_BYTES: usize = 64;

/// How files begin that are no sound, and what they are.
const OTHERS: &[(&[u8], &str)] = &[
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"MThd", "a MIDI file, which holds notes but no sound"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "Windows Media (ASF)"),
    (b"#!AMR", "AMR, a telephone format"),
    (b"FLV\x01", "a Flash video"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
    (b"SQLite format 3", "a database"),
];

/// Says what kind of file this certainly is when it is none that holds sound.
pub(super) fn not_sound(head: &[u8]) -> Option<&'static str> {
    if head.starts_with(b"RIFF") && head.len() >= 12 && &head[8..12] != b"WAVE" {
        return Some(match &head[8..12] {
            b"WEBP" => "a WebP picture",
            b"sfbk" => "a SoundFont",
            b"AVI " => "an AVI video",
            _ => "a RIFF file other than WAV",
        });
    }
    let other = OTHERS.iter().find(|(magic, _)| head.starts_with(magic));
    other
        .map(|(_, name)| *name)
        .or_else(|| looks_like_text(head).then_some("text"))
}

/// Whether all of a file's beginning could be typed. Sound never looks like that for long: its
/// headers hold lengths with zero bytes.
fn looks_like_text(head: &[u8]) -> bool {
    let typed = |byte: &u8| matches!(byte, b'\t' | b'\n' | b'\r' | 0x20..=0x7e | 0x80..);
    head.len() >= 8 && head.iter().all(typed) && std::str::from_utf8(shorter(head)).is_ok()
}

/// The bytes without a character that was cut at the end.
fn shorter(head: &[u8]) -> &[u8] {
    let back = head
        .iter()
        .rev()
        .take(4)
        .position(|byte| (*byte as i8) >= -64);
    &head[..head.len() - back.unwrap_or(0).min(head.len())]
}

/// The beginning of a file in words, for messages: printable characters as they are.
pub(super) fn describe(head: &[u8]) -> String {
    if head.is_empty() {
        return "an empty file".to_owned();
    }
    let shown: String = head
        .iter()
        .take(8)
        .map(|byte| match byte {
            0x21..=0x7e => char::from(*byte).to_string(),
            _ => format!("\\x{byte:02x}"),
        })
        .collect();
    format!("a file that begins with \"{shown}\"")
}
