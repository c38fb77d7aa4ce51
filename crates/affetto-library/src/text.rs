//! Text from outside.

/// Bytes as text: UTF-8, else Windows-1252, in which older files are written.
pub(crate) fn decoded(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&byte| windows_1252(byte)).collect(),
    }
}

/// The characters of 0x80..0xa0 in the WHATWG encoding standard's windows-1252.
const WINDOWS_1252: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}',
    '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

fn windows_1252(byte: u8) -> char {
    let special = byte.checked_sub(0x80).map(usize::from);
    let special = special.and_then(|i| WINDOWS_1252.get(i));
    special.copied().unwrap_or(char::from(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_read_in_either_encoding() {
        for (bytes, expected) in [
            ("Jóga".as_bytes(), "Jóga"),
            (&b"J\xf3ga \x80 \x93x\x94 \x7f"[..], "Jóga € “x” \u{7f}"),
            (&b""[..], ""),
        ] {
            assert_eq!(decoded(bytes), expected);
        }
    }
}
