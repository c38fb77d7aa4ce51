//! Files wherever they lie: in folders, or in `.tar.zst` archives inside them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::archives::is_archive;
use crate::Error;

/// No item of any set is larger, in bytes; larger ones are passed over.
const MAX_ITEM_BYTES: u64 = 4 << 20;
/// Bytes read from one archive at most, so that a small archive cannot unfold without end.
const MAX_ARCHIVE_BYTES: u64 = 4 << 30;
/// Folders within folders that are searched.
const MAX_DEPTH: usize = 16;

/// A file, or an archive of files.
pub(crate) enum FileSource {
    /// A file of its own.
    Plain(PathBuf),
    /// An archive.
    Archive(PathBuf),
}

/// Gets the path, with `/` between folders, and the bytes of a file.
pub(crate) type Visitor<'a> = dyn FnMut(&str, &[u8]) -> Result<(), Error> + 'a;

/// The last part of a path with `/` between folders.
pub(crate) fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

impl FileSource {
    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        match self {
            Self::Plain(path) | Self::Archive(path) => path,
        }
    }

    /// Reads the wanted files of the source, one after the other.
    ///
    /// # Errors
    /// [`Error::Io`], and what the visitor answers.
    pub(crate) fn visit(
        &self,
        wanted: &dyn Fn(&str) -> bool,
        visitor: &mut Visitor<'_>,
    ) -> Result<(), Error> {
        let path = self.path();
        let to_io = |source| Error::io(path, source);
        let file = || File::open(path).map_err(to_io);
        match self {
            Self::Plain(_) => {
                let name = path.to_string_lossy().replace('\\', "/");
                if !wanted(&name) {
                    return Ok(());
                }
                let bytes = limited(file()?).map_err(to_io)?;
                visitor(&name, bytes.as_deref().unwrap_or_default())
            }
            Self::Archive(_) => {
                let packed = zstd::stream::read::Decoder::new(file()?).map_err(to_io)?;
                let mut archive = tar::Archive::new(packed.take(MAX_ARCHIVE_BYTES));
                for entry in archive.entries().map_err(to_io)? {
                    let entry = entry.map_err(to_io)?;
                    let inside = entry.path().map_err(to_io)?.into_owned();
                    let name = inside.to_string_lossy().into_owned();
                    if entry.header().entry_type().is_file()
                        && wanted(&name)
                        && let Some(bytes) = limited(entry).map_err(to_io)?
                    {
                        visitor(&name, &bytes)?;
                    }
                }
                Ok(())
            }
        }
    }
}

/// Reads to the end, or `None` where that is further than an item may be long.
fn limited(reader: impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(MAX_ITEM_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_ITEM_BYTES).then_some(bytes))
}

/// The archives below a path, and the files whose names are wanted, in alphabetical order.
///
/// # Errors
/// [`Error::Io`] where a folder cannot be read.
pub(crate) fn file_sources(
    path: &Path,
    wanted: &dyn Fn(&str) -> bool,
) -> Result<Vec<FileSource>, Error> {
    let mut files = BTreeSet::new();
    collect(path, MAX_DEPTH, &mut files).map_err(|source| Error::io(path, source))?;
    let sources = files.into_iter().filter_map(|path| {
        if is_archive(&path) {
            return Some(FileSource::Archive(path));
        }
        wanted(&path.file_name()?.to_string_lossy()).then_some(FileSource::Plain(path))
    });
    Ok(sources.collect())
}

/// Collects the files below a path; links are followed at the top only, so that no circle is.
fn collect(path: &Path, depth: usize, files: &mut BTreeSet<PathBuf>) -> std::io::Result<()> {
    if std::fs::metadata(path)?.is_file() {
        files.insert(path.to_path_buf());
        return Ok(());
    }
    for entry in std::fs::read_dir(path)? {
        let entry = entry?;
        let kind = entry.file_type()?;
        if kind.is_file() {
            files.insert(entry.path());
        } else if kind.is_dir() && depth > 0 {
            collect(&entry.path(), depth - 1, files)?;
        }
    }
    Ok(())
}
