//! Where tracks are: paths, relative paths and URIs (RFC 3986, RFC 8089).

use std::path::{Component, Path, PathBuf};

use super::{Paths, Track};

/// The path of a track as the playlist names it.
pub(super) fn named_path(track: &Track, paths: Paths<'_>) -> Option<PathBuf> {
    let path = track.path.as_deref()?;
    Some(match paths {
        Paths::Absolute => path.to_path_buf(),
        Paths::RelativeTo(folder) => relative(path, folder).unwrap_or_else(|| path.to_path_buf()),
    })
}

/// The way from a folder to a file; `None` when there is none because they share no root.
pub(super) fn relative(path: &Path, folder: &Path) -> Option<PathBuf> {
    let (path, folder) = (normal(path), normal(folder));
    let mut to: Vec<Component<'_>> = path.components().collect();
    let from: Vec<Component<'_>> = folder.components().collect();
    if to.first() != from.first() || !path.is_absolute() {
        return None;
    }
    let shared = to.iter().zip(&from).take_while(|(a, b)| a == b).count();
    let up = from.len() - shared;
    let down = to.split_off(shared);
    let steps = std::iter::repeat_n(Component::ParentDir, up);
    Some(steps.chain(down).collect())
}

/// A path without `.` and, where that is clear from the text, `..`.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut normal = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir if normal.file_name().is_some() => {
                normal.pop();
            }
            // There is nothing above the root.
            Component::ParentDir if normal.has_root() => {}
            part => normal.push(part),
        }
    }
    normal
}

/// A path as a URI: `file:///…` when it is absolute, else a relative reference.
pub(super) fn path_uri(path: &Path) -> String {
    let text = path.to_string_lossy();
    let slashed = if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    };
    let escaped = percent_encoded(&slashed);
    if !path.is_absolute() {
        // A colon in the first name would read as a scheme; all colons are escaped.
        return escaped;
    }
    let root = if escaped.starts_with('/') { "" } else { "/" };
    format!("file://{root}{escaped}")
}

/// Text with every byte escaped but unreserved characters (RFC 3986, section 2.3) and `/`.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        let plain =
            byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
        if plain {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

/// The path of a `file:` URI; `None` for other text or one that is not UTF-8.
pub(super) fn uri_path(uri: &str) -> Option<PathBuf> {
    let scheme = uri.get(..5)?;
    if !scheme.eq_ignore_ascii_case("file:") {
        return None;
    }
    let rest = &uri[5..];
    let path = match rest.strip_prefix("//") {
        // An authority, usually empty or "localhost", ends at the next slash.
        Some(rest) => &rest[rest.find('/')?..],
        None => rest,
    };
    let path = percent_decoded(path)?;
    // "/C:/Music" is "C:/Music".
    let drive = path.as_bytes().get(2) == Some(&b':') && cfg!(windows);
    Some(PathBuf::from(if drive { &path[1..] } else { &path }))
}

/// Text without escapes; `None` when that is not UTF-8.
fn percent_decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut i = 0;
    while i < bytes.len() {
        let escape = (bytes[i] == b'%').then(|| text.get(i + 1..i + 3)).flatten();
        let byte = escape
            .filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) => {
                decoded.push(byte);
                i += 3;
            }
            None => {
                decoded.push(bytes[i]);
                i += 1;
            }
        }
    }
    String::from_utf8(decoded).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_between_folders() {
        for (path, folder, expected) in [
            ("/m/a/1.mp3", "/m", Some("a/1.mp3")),
            ("/m/a/1.mp3", "/m/b/c", Some("../../a/1.mp3")),
            ("/m/./a/../1.mp3", "/m/", Some("1.mp3")),
            ("m/1.mp3", "/m", None),
        ] {
            let way = relative(Path::new(path), Path::new(folder));
            assert_eq!(way, expected.map(PathBuf::from), "{path} {folder}");
        }
        assert_eq!(normal(Path::new("/../a")), Path::new("/a"));
    }

    #[test]
    fn uris_are_escaped_and_read_back() {
        for (path, expected) in [
            ("/m/a b/100%.mp3", "file:///m/a%20b/100%25.mp3"),
            ("/ü/#1?.mp3", "file:///%C3%BC/%231%3F.mp3"),
            ("a:b/c.mp3", "a%3Ab/c.mp3"),
        ] {
            assert_eq!(path_uri(Path::new(path)), expected);
        }
        for (uri, expected) in [
            ("file:///m/a%20b.mp3", Some("/m/a b.mp3")),
            ("FILE://localhost/m/%zz%", Some("/m/%zz%")),
            ("file:/m/1.mp3", Some("/m/1.mp3")),
            ("file:///%ff", None),
            ("file://host", None),
            ("http://host/1.mp3", None),
            ("fil", None),
        ] {
            assert_eq!(uri_path(uri), expected.map(PathBuf::from), "{uri}");
        }
    }
}
