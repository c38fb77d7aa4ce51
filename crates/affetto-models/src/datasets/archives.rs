//! Archives of MIDI files: `.tar.zst`, read as a stream.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use affetto_music::midi;

use super::{Distribution, PartDescription, lower_name};
use crate::{Error, ItemHash};

/// Most entries of an archive that are read.
const MAX_ENTRIES: usize = 500_000;
/// The longest entry that is looked into, in bytes.
const MAX_ENTRY_BYTES: u64 = 16 << 20;

/// Whether a file is such an archive, by its name.
pub(super) fn is_archive(path: &Path) -> bool {
    lower_name(path).ends_with(".tar.zst")
}

/// Counts the entries by ending and folder and reads every MIDI file among them.
pub(super) fn describe_archive(path: &Path, name: String) -> PartDescription {
    let mut part = PartDescription {
        kind: "archive",
        name,
        ..PartDescription::default()
    };
    if let Err(error) = read(path, &mut part) {
        let item = part.name.clone();
        part.faults.add(item, None, error.to_string());
    }
    part
}

fn read(path: &Path, part: &mut PartDescription) -> Result<(), Error> {
    let to_io = |source| Error::io(path, source);
    let file = BufReader::new(File::open(path).map_err(to_io)?);
    let decoder = zstd::Decoder::new(file).map_err(to_io)?;
    let mut archive = tar::Archive::new(decoder);
    let (mut endings, mut folders, mut labels) =
        (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
    let mut seen: HashMap<ItemHash, String> = HashMap::new();
    let (mut n_bytes, mut n_notes, mut n_midi) = (0_u64, 0_usize, 0_usize);
    for entry in archive.entries().map_err(to_io)?.take(MAX_ENTRIES) {
        let mut entry = entry.map_err(to_io)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let place = entry.path().map_err(to_io)?.into_owned();
        let item = place.display().to_string();
        part.n_items += 1;
        n_bytes += entry.size();
        let ending = place
            .extension()
            .map(|e| e.to_string_lossy().to_lowercase());
        let ending = ending.unwrap_or_default();
        *endings.entry(ending.clone()).or_insert(0) += 1;
        let folder = place.parent().unwrap_or(Path::new(""));
        *folders.entry(folder.display().to_string()).or_insert(0) += 1;
        if !["mid", "midi"].contains(&ending.as_str()) {
            continue;
        }
        if entry.size() > MAX_ENTRY_BYTES {
            let reason = format!("{} bytes, expected at most {MAX_ENTRY_BYTES}", entry.size());
            part.faults.add(item, None, reason);
            continue;
        }
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).map_err(to_io)?;
        let hash = ItemHash::of(&bytes);
        n_midi += 1;
        if let Some(label) = quadrant(&place) {
            *labels.entry(label).or_insert(0) += 1;
        }
        if let Some(other) = seen.get(&hash) {
            let reason = format!("the same as {other}");
            part.duplicates.add(item, Some(hash), reason);
            continue;
        }
        match midi::read(&bytes) {
            Ok(score) => {
                let n: usize = score.tracks.iter().map(|track| track.notes.len()).sum();
                n_notes += n;
                if n == 0 {
                    part.faults.add(item.clone(), Some(hash), "no notes".into());
                }
            }
            Err(error) => part.faults.add(item.clone(), Some(hash), error.to_string()),
        }
        seen.insert(hash, item);
    }
    part.facts
        .push(("bytes unpacked".into(), n_bytes.to_string()));
    part.facts.push(("MIDI files".into(), n_midi.to_string()));
    part.facts.push(("notes".into(), n_notes.to_string()));
    let distributions = [
        ("ending", endings),
        ("quadrant", labels),
        ("folder", folders),
    ];
    for (name, counts) in distributions {
        if !counts.is_empty() {
            let mut distribution = Distribution::new(name, counts);
            distribution.counts.truncate(20);
            part.distributions.push(distribution);
        }
    }
    Ok(())
}

/// The quadrant that EMOPIA's file names begin with.
fn quadrant(place: &Path) -> Option<String> {
    let name = place.file_name()?.to_string_lossy().into_owned();
    let label = name.split('_').next()?;
    ["Q1", "Q2", "Q3", "Q4"]
        .contains(&label)
        .then(|| label.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::describe;

    #[test]
    fn entries_are_counted_and_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tunes.tar.zst");
        let file = std::fs::File::create(&path).unwrap();
        let mut archive = tar::Builder::new(zstd::Encoder::new(file, 1).unwrap());
        let mut add = |name: &str, bytes: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, bytes).unwrap();
        };
        add("a/Q1_x_0.mid", b"no midi");
        add("a/Q1_x_1.mid", b"no midi");
        add("a/readme.txt", b"hello");
        archive.into_inner().unwrap().finish().unwrap();
        let description = describe(&path, &mut |_| {}).unwrap();
        let part = &description.parts[0];
        assert_eq!((part.n_items, part.faults.n, part.duplicates.n), (3, 1, 1));
        assert_eq!(part.distributions[1].counts, [("Q1".to_owned(), 2)]);
    }

    #[test]
    fn a_broken_archive_is_a_fault() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tunes.tar.zst");
        std::fs::write(&path, b"not zstd").unwrap();
        let description = describe(&path, &mut |_| {}).unwrap();
        assert_eq!(description.parts[0].faults.n, 1);
    }
}
