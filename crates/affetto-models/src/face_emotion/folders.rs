//! Reads faces from picture folders: `PART/CLASS/*.png`, `CLASS/*.jpg`, AffectNet's numbers.

use std::path::{Path, PathBuf};

use super::data::{FaceItem, FaceSet, N_VOTES, Part, SIDE, class_of};
use super::picture::Picture;
use super::sheet::skip;
use crate::{Error, ItemHash};

/// No more files are read from a folder.
const MAX_FILES: usize = 500_000;
/// The classes as AffectNet numbers its folders (Mollahosseini et al. 2017).
const AFFECTNET: [&str; 8] = [
    "neutral", "happy", "sad", "surprise", "fear", "disgust", "anger", "contempt",
];

/// Reads `PART/CLASS/*` and `CLASS/*` below a folder; a picture counts as a cropped face and is
/// scaled to 48 × 48 gray. Folders that name neither a part nor a class are passed over; a file
/// that is no picture is named and skipped.
pub(super) fn read_folders(folder: &Path) -> Result<FaceSet, Error> {
    let mut set = FaceSet::default();
    for (name, path) in subfolders(folder)? {
        match Part::from_name(&name) {
            Some(part) => {
                for (name, path) in subfolders(&path)? {
                    read_class(&mut set, part, &name, &path)?;
                }
            }
            None => read_class(&mut set, Part::Unnamed, &name, &path)?,
        }
    }
    Ok(set)
}

/// The folders in a folder by name, in order.
fn subfolders(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let all = entries(folder)?;
    Ok(all.into_iter().filter(|(_, path)| path.is_dir()).collect())
}

fn entries(folder: &Path) -> Result<Vec<(String, PathBuf)>, Error> {
    let to_io = |source| Error::io(folder, source);
    let mut entries = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(to_io)?.take(MAX_FILES) {
        let path = entry.map_err(to_io)?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        entries.push((name, path));
    }
    entries.sort();
    Ok(entries)
}

fn read_class(set: &mut FaceSet, part: Part, name: &str, folder: &Path) -> Result<(), Error> {
    let by_number = name.parse::<usize>().ok().and_then(|n| AFFECTNET.get(n));
    let Ok(label) = class_of(by_number.unwrap_or(&name)) else {
        return Ok(());
    };
    for (_, path) in entries(folder)?
        .into_iter()
        .filter(|(_, path)| path.is_file())
    {
        if set.items.len() >= MAX_FILES {
            break;
        }
        let shown = path.display().to_string();
        match Picture::load(&path) {
            Ok(picture) => {
                let pixels = picture.scaled(SIDE as u32, SIDE as u32);
                let item = FaceItem {
                    name: shown,
                    part,
                    label,
                    votes: [0; N_VOTES],
                    is_marked_duplicate: false,
                    is_ckplus: false,
                    hash: ItemHash::of(&pixels),
                };
                set.push(item, &pixels);
            }
            Err(error) => skip(set, shown, error.to_string()),
        }
    }
    let source = format!("{}/{name}", part.name());
    set.sources.push(source);
    Ok(())
}
