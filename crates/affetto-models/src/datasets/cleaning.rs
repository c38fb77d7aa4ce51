//! Lists of items that trainings leave out.

use std::collections::BTreeSet;
use std::path::Path;

use super::Finding;
use crate::weights::write_csv;
use crate::{Error, ItemHash};

/// The longest list that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;

/// Items that a training leaves out, by hash or by file name: a CSV file with the columns `item`,
/// `hash` and `reason`, of which `reason` may be missing and one of the others empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CleaningList {
    hashes: BTreeSet<String>,
    items: BTreeSet<String>,
}

impl CleaningList {
    /// Reads a list.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read or is larger than 64 MiB, [`Error::Data`] when its
    /// header has neither `item` nor `hash`, or a row is no CSV.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let size = std::fs::metadata(path)
            .map_err(|source| Error::io(path, source))?
            .len();
        if size > MAX_BYTES {
            let reason = format!("expected at most {MAX_BYTES} bytes, but it has {size}");
            return Err(Error::data(path, 0, reason));
        }
        let bytes = std::fs::read(path).map_err(|source| Error::io(path, source))?;
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_reader(&bytes[..]);
        let header = reader
            .headers()
            .map_err(|error| Error::data(path, 1, error.to_string()))?;
        let column = |name: &str| header.iter().position(|cell| cell.trim() == name);
        let (item, hash) = (column("item"), column("hash"));
        if item.is_none() && hash.is_none() {
            let reason = "expected the columns item, hash and reason";
            return Err(Error::data(path, 1, reason));
        }
        let mut list = Self::default();
        for (i, row) in reader.records().enumerate() {
            let row = row.map_err(|error| Error::data(path, i as u64 + 2, error.to_string()))?;
            let cell = |column: Option<usize>| {
                let cell = row.get(column?)?.trim();
                (!cell.is_empty()).then(|| cell.to_owned())
            };
            match cell(hash) {
                Some(hash) => {
                    list.hashes.insert(hash.to_lowercase());
                }
                // A hash says it exactly; a name is all there is otherwise.
                None => list.items.extend(cell(item)),
            }
        }
        Ok(list)
    }

    /// Whether an item is to be left out: by the hash that trainings list it under, or by its
    /// name (a file, relative to the data folder, or its last part).
    #[must_use]
    pub fn excludes(&self, hash: ItemHash, name: &str) -> bool {
        if self.is_empty() {
            return false;
        }
        let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
        self.hashes.contains(&hash.to_string())
            || (!name.is_empty() && (self.items.contains(name) || self.items.contains(last)))
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.hashes.len() + self.items.len()
    }

    /// Whether nothing is left out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.hashes.is_empty() && self.items.is_empty()
    }

    /// Writes findings as a list that [`CleaningList::read`] reads.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be written.
    pub fn write<'a>(
        path: &Path,
        findings: impl IntoIterator<Item = &'a Finding>,
    ) -> Result<(), Error> {
        let rows = findings.into_iter().map(|finding| {
            let hash = finding.hash.as_deref().unwrap_or_default();
            [finding.item.as_str(), hash, finding.reason.as_str()]
        });
        write_csv(path, &["item", "hash", "reason"], rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(text: &str) -> Result<CleaningList, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clean.csv");
        std::fs::write(&path, text).unwrap();
        CleaningList::read(&path)
    }

    #[test]
    fn items_are_found_by_hash_or_name() {
        let hash = ItemHash::of(b"bad");
        let text = format!("item,hash,reason\nrow 7,{hash},blank\na/b.wav,,silent\n");
        let list = list(&text).unwrap();
        assert_eq!(list.len(), 2);
        let other = ItemHash::of(b"good");
        assert!(list.excludes(hash, "") && !list.excludes(other, "row 7"));
        assert!(list.excludes(other, "a/b.wav") && !list.excludes(other, "b.wav"));
        assert!(!list.excludes(other, ""));
        assert!(!CleaningList::default().excludes(hash, "a/b.wav"));
    }

    #[test]
    fn other_files_are_refused() {
        let error = list("name,why\nx,y\n").unwrap_err().to_string();
        assert!(error.contains("item, hash and reason"), "{error}");
        assert!(CleaningList::read(Path::new("no/such")).is_err());
        assert!(
            list("item\nx\n")
                .unwrap()
                .excludes(ItemHash::of(b""), "deep/x")
        );
    }

    #[test]
    fn what_is_written_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("clean.csv");
        let hash = ItemHash::of(b"bad");
        let findings = [Finding {
            item: "labels.csv, row 3".into(),
            hash: Some(hash.to_string()),
            reason: "blank, \"flat\"".into(),
        }];
        CleaningList::write(&path, &findings).unwrap();
        assert!(CleaningList::read(&path).unwrap().excludes(hash, ""));
    }
}
