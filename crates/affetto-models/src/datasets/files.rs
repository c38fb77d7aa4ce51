//! Files wherever they lie: in a folder, its subfolders, or `.tar.zst` archives inside.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::archives::is_archive;
use crate::Error;

/// Larger files are passed over, in bytes.
const MAX_ITEM_BYTES: u64 = 4 << 20;
/// Bytes read from one archive at most, so that a small archive cannot unfold without end.
const MAX_ARCHIVE_BYTES: u64 = 4 << 30;
/// Folders within folders that are searched.
const MAX_DEPTH: usize = 16;

/// Gets the path, inside the archive where there is one, and the bytes of a file.
pub type Visitor<'a> = dyn FnMut(&Path, &[u8]) + 'a;

/// Reads the wanted files below a path: a folder, an archive, a file, or a folder with archives, in
/// alphabetical order of what lies on disk. Files above 4 MiB are passed over.
///
/// # Errors
/// [`Error::Io`] where something cannot be read.
pub fn visit_files(
    path: &Path,
    wanted: &dyn Fn(&Path) -> bool,
    visitor: &mut Visitor<'_>,
) -> Result<(), Error> {
    let mut files = BTreeSet::new();
    collect(path, MAX_DEPTH, &mut files).map_err(|source| Error::io(path, source))?;
    for file in &files {
        let read = if is_archive(file) {
            visit_archive(file, wanted, visitor)
        } else if wanted(file) {
            File::open(file).and_then(limited).map(|bytes| {
                if let Some(bytes) = bytes {
                    visitor(file, &bytes);
                }
            })
        } else {
            Ok(())
        };
        read.map_err(|source| Error::io(file, source))?;
    }
    Ok(())
}

/// Reads the wanted files of a `.tar.zst`.
fn visit_archive(
    path: &Path,
    wanted: &dyn Fn(&Path) -> bool,
    visitor: &mut Visitor<'_>,
) -> std::io::Result<()> {
    let reader = zstd::stream::read::Decoder::new(File::open(path)?)?.take(MAX_ARCHIVE_BYTES);
    for entry in tar::Archive::new(reader).entries()? {
        let entry = entry?;
        let path = entry.path()?.into_owned();
        if entry.header().entry_type().is_file()
            && wanted(&path)
            && let Some(bytes) = limited(entry)?
        {
            visitor(&path, &bytes);
        }
    }
    Ok(())
}

/// Reads to the end, or `None` where that is further than an item may be long.
fn limited(reader: impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut bytes = Vec::new();
    reader.take(MAX_ITEM_BYTES + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= MAX_ITEM_BYTES).then_some(bytes))
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
