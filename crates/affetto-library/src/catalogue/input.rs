//! Where the files of a catalogue come from, plain or compressed, with limits.

use std::fs::File;
use std::io::{self, BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use crate::Error;

/// How files compressed by zstd begin (RFC 8878, section 3.1.1).
const ZSTD_MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// Largest window of a compressed file as a power of two: 128 MiB of memory.
const MAX_WINDOW_LOG: u32 = 27;

/// How much is read of input from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Rows of one file. By default 10 million.
    pub max_rows: u64,
    /// Bytes of one row. By default 256 KiB, for lyrics.
    pub max_row_bytes: u64,
    /// Bytes of one file when it is not compressed. By default 4 GiB.
    pub max_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_rows: 10_000_000,
            max_row_bytes: 256 << 10,
            max_bytes: 4 << 30,
        }
    }
}

/// A file as it lies there, with its name for errors.
type Raw<'a> = (PathBuf, Box<dyn Read + 'a>);

/// The files of a catalogue.
#[derive(Debug, Clone, Copy)]
pub enum Input<'a> {
    /// A folder that holds them, or in a folder of its own; or the one file of a catalogue that
    /// has only one.
    Path(&'a Path),
    /// Names with contents.
    Bytes(&'a [(&'a str, &'a [u8])]),
}

impl<'a> Input<'a> {
    /// Opens a file, compressed or not; `None` when it is not there.
    pub(super) fn open(
        &self,
        name: &str,
        limits: &Limits,
    ) -> Result<Option<Box<dyn Read + 'a>>, Error> {
        let Some((path, raw)) = self.open_raw(name)? else {
            return Ok(None);
        };
        let failed = |error| Error::io("read", &path, error);
        let plain = decompressed(raw).map_err(failed)?;
        Ok(Some(Box::new(Bounded {
            inner: plain,
            left: limits.max_bytes,
        })))
    }

    /// Opens a file that must be there.
    pub(super) fn require(&self, name: &str, limits: &Limits) -> Result<Box<dyn Read + 'a>, Error> {
        self.open(name, limits)?
            .ok_or_else(|| Error::not_found("file", format!("{name} or {name}.zst")))
    }

    fn open_raw(&self, name: &str) -> Result<Option<Raw<'a>>, Error> {
        match self {
            Self::Bytes(files) => {
                let found = files.iter().find(|(known, _)| is_called(known, name));
                Ok(found.map(|(known, bytes)| {
                    let bytes: Box<dyn Read> = Box::new(Cursor::new(*bytes));
                    (PathBuf::from(known), bytes)
                }))
            }
            Self::Path(path) => {
                let Some(found) = find(path, name)? else {
                    return Ok(None);
                };
                let file = File::open(&found).map_err(|error| Error::io("read", &found, error))?;
                Ok(Some((found, Box::new(file))))
            }
        }
    }
}

fn is_called(known: &str, name: &str) -> bool {
    known == name || known.strip_suffix(".zst") == Some(name)
}

/// A file by its name in a folder or one below it; a path that is a file is taken as it is.
fn find(path: &Path, name: &str) -> Result<Option<PathBuf>, Error> {
    let meta = path
        .metadata()
        .map_err(|error| Error::io("read", path, error))?;
    if !meta.is_dir() {
        return Ok(Some(path.to_path_buf()));
    }
    let mut folders = vec![path.to_path_buf()];
    let entries = path
        .read_dir()
        .map_err(|error| Error::io("read", path, error))?;
    let below = entries.flatten().map(|entry| entry.path());
    folders.extend(below.filter(|path| path.is_dir()).take(1000));
    folders[1..].sort();
    let names = [name.to_owned(), format!("{name}.zst")];
    let found = folders
        .iter()
        .flat_map(|folder| names.iter().map(|name| folder.join(name)))
        .find(|path| path.is_file());
    Ok(found)
}

/// The contents of a file that may be compressed.
fn decompressed<'a>(mut raw: Box<dyn Read + 'a>) -> io::Result<Box<dyn Read + 'a>> {
    let mut head = Vec::with_capacity(ZSTD_MAGIC.len());
    raw.by_ref()
        .take(ZSTD_MAGIC.len() as u64)
        .read_to_end(&mut head)?;
    let compressed = head == ZSTD_MAGIC;
    let whole = Cursor::new(head).chain(raw);
    if !compressed {
        return Ok(Box::new(BufReader::new(whole)));
    }
    let mut decoder = zstd::stream::read::Decoder::new(whole)?;
    decoder.window_log_max(MAX_WINDOW_LOG)?;
    Ok(Box::new(decoder))
}

/// A reader that fails when it gives more than it may.
struct Bounded<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => return Err(io::Error::other("it is larger than the limit of bytes")),
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(input: &Input<'_>, limits: &Limits) -> Result<String, String> {
        let mut text = String::new();
        let mut file = input.require("a.csv", limits).map_err(|e| e.to_string())?;
        file.read_to_string(&mut text).map_err(|e| e.to_string())?;
        Ok(text)
    }

    #[test]
    fn files_are_found_plain_or_compressed() {
        let folder = tempfile::tempdir().unwrap();
        let below = folder.path().join("below");
        std::fs::create_dir(&below).unwrap();
        let packed = zstd::encode_all(&b"hello"[..], 3).unwrap();
        std::fs::write(below.join("a.csv.zst"), &packed).unwrap();
        let limits = Limits::default();
        let file = below.join("a.csv.zst");
        let bytes = [("a.csv", &b"hello"[..])];
        for input in [
            Input::Path(folder.path()),
            Input::Path(&below),
            Input::Path(&file),
            Input::Bytes(&bytes),
            Input::Bytes(&[("a.csv.zst", &packed)]),
        ] {
            assert_eq!(read(&input, &limits).unwrap(), "hello", "{input:?}");
        }
        let missing = read(&Input::Bytes(&[]), &limits).unwrap_err();
        assert_eq!(missing, "there is no file a.csv or a.csv.zst");
    }

    #[test]
    fn a_bomb_is_stopped() {
        let packed = zstd::encode_all(&vec![0_u8; 1 << 20][..], 3).unwrap();
        let limits = Limits {
            max_bytes: 1000,
            ..Limits::default()
        };
        let files = [("a.csv", packed.as_slice())];
        let error = read(&Input::Bytes(&files), &limits).unwrap_err();
        assert_eq!(error, "it is larger than the limit of bytes");
    }
}
