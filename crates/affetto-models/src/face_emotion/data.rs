//! Faces to learn and to be judged by: FER-2013 as our sheet, as the official CSV, as folders;
//! FER+ votes; CK+ sheets.
//!
//! FER-2013: Goodfellow et al. (2013), "Challenges in Representation Learning". FER+: Barsoum
//! et al. (2016), "Training Deep Networks for Facial Expression Recognition with Crowd-Sourced
//! Label Distribution". CK+: Lucey et al. (2010). Files are hostile: sizes are limited before
//! anything is allocated; a bad row or file is named, skipped and counted.

use std::path::{Path, PathBuf};

use super::folders::read_folders;
use super::sheet::{read_ckplus, read_official, read_sheet};
use crate::{Error, ItemHash};

/// Side of a face in pixels.
pub(crate) const SIDE: usize = 48;
/// Pixels of a face.
pub(crate) const N_PIXELS: usize = SIDE * SIDE;

/// The seven classes of FER-2013 in the order of their labels.
pub const FACE_CLASSES_7: [&str; 7] = [
    "angry", "disgust", "fear", "happy", "sad", "surprise", "neutral",
];

/// The eight classes of FER+ in the order of their votes.
pub const FACE_CLASSES_8: [&str; 8] = [
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
];

/// For each of the seven classes its place among the eight.
pub(crate) const EIGHT_OF_SEVEN: [usize; 7] = [4, 5, 6, 1, 3, 2, 0];
/// Vote columns of FER+: the eight classes, "unknown" and "no face".
pub(crate) const N_VOTES: usize = 10;

/// Which part of the data a face belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Training,
    PublicTest,
    PrivateTest,
    /// CK+ and folders that name no part.
    Unnamed,
}

impl Part {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Training => "Training",
            Self::PublicTest => "PublicTest",
            Self::PrivateTest => "PrivateTest",
            Self::Unnamed => "all",
        }
    }

    /// The part by the names that the official files, folders and people use.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "training" | "train" => Some(Self::Training),
            "publictest" | "validation" | "valid" | "val" | "dev" => Some(Self::PublicTest),
            "privatetest" | "test" => Some(Self::PrivateTest),
            "all" => Some(Self::Unnamed),
            _ => None,
        }
    }
}

/// What is known of one face.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct FaceItem {
    /// Row number or path, to name it in reports.
    pub(crate) name: String,
    pub(crate) part: Part,
    /// Index into [`FACE_CLASSES_7`]; none for contempt.
    pub(crate) label: Option<usize>,
    /// Votes of FER+, in the order of [`FACE_CLASSES_8`], then unknown and no face; all 0 where
    /// there are none.
    pub(crate) votes: [u8; N_VOTES],
    /// Marked as pixel-identical to a training image by the data itself.
    pub(crate) is_marked_duplicate: bool,
    /// Whether the face stands in a CK+ sheet.
    pub(crate) is_ckplus: bool,
    /// SHA-256 of the gray pixels.
    pub(crate) hash: ItemHash,
}

impl FaceItem {
    /// Whether this training row only tunes: a tenth by the hash of its pixels, so that all
    /// copies of an image fall to the same side.
    pub(crate) fn is_tuning(&self) -> bool {
        self.hash.tail().is_multiple_of(10)
    }

    /// The distribution over the eight classes that the raters gave, a vote of one only taken
    /// for an outlier (Barsoum et al. 2016); none where most saw no emotion or no face.
    pub(crate) fn distribution(&self) -> Option<[f32; 8]> {
        let kept = self.kept_votes();
        let (emotions, other) = (&kept[..8], &kept[8..]);
        let sum: f32 = emotions.iter().sum();
        if sum <= other.iter().sum::<f32>() {
            return None;
        }
        let mut shares = [0.0; 8];
        shares
            .iter_mut()
            .zip(emotions)
            .for_each(|(share, votes)| *share = votes / sum);
        Some(shares)
    }

    /// The class that more than half of the kept votes name ("majority" of Barsoum et al. 2016).
    pub(crate) fn majority(&self) -> Option<usize> {
        let kept = self.kept_votes();
        let sum: f32 = kept.iter().sum();
        kept[..8].iter().position(|&votes| votes > 0.5 * sum)
    }

    /// The class with the most votes of all ten columns, where there is one such class.
    pub(crate) fn plurality(&self) -> Option<usize> {
        let most = *self.votes.iter().max()?;
        let winners: Vec<usize> = (0..N_VOTES).filter(|&i| self.votes[i] == most).collect();
        (most > 0 && winners.len() == 1 && winners[0] < 8).then_some(winners[0])
    }

    fn kept_votes(&self) -> [f32; N_VOTES] {
        self.votes
            .map(|votes| if votes > 1 { f32::from(votes) } else { 0.0 })
    }
}

/// Faces with their pixels, and what could not be read.
#[derive(Debug, Clone, Default)]
pub(crate) struct FaceSet {
    pub(crate) items: Vec<FaceItem>,
    /// `[n_items, SIDE, SIDE]` gray
    pub(crate) pixels: Vec<u8>,
    /// What was skipped: name and reason.
    pub(crate) skipped: Vec<(String, String)>,
    /// The files that were read.
    pub(crate) sources: Vec<String>,
}

impl FaceSet {
    /// The gray pixels of one item, `[SIDE, SIDE]`.
    pub(crate) fn image(&self, index: usize) -> &[u8] {
        &self.pixels[index * N_PIXELS..(index + 1) * N_PIXELS]
    }

    /// Takes the class from faces that are not to be used, so that no training has them.
    pub(crate) fn leave_out(&mut self, is_bad: impl Fn(&FaceItem) -> bool) {
        let bad = self.items.iter_mut().filter(|item| is_bad(item));
        bad.for_each(|item| item.label = None);
    }

    /// Adds a face.
    pub(crate) fn push(&mut self, item: FaceItem, pixels: &[u8]) {
        self.pixels.extend_from_slice(pixels);
        self.items.push(item);
    }

    fn append(&mut self, other: Self) {
        self.items.extend(other.items);
        self.pixels.extend(other.pixels);
        self.skipped.extend(other.skipped);
        self.sources.extend(other.sources);
    }
}

/// Reads every face below a folder, in whichever of these layouts it comes.
///
/// - `fer2013_images.png` and `fer2013_labels.csv` (see the data's README), in the folder itself
///   or in `face/`;
/// - the official `fer2013.csv` (emotion, pixels, Usage), FER+ votes from `fer2013new.csv` beside;
/// - `ckplus48_images.png` and `ckplus48_labels.csv` (row, label, emotion, subject);
/// - picture folders `PART/CLASS/*.png|jpg|jpeg|webp`, or `CLASS/*` without parts; classes by
///   name or, as AffectNet numbers them, 0–7.
///
/// # Errors
/// [`Error::MissingData`] when there is none of these, [`Error::Io`] and [`Error::Data`] for a
/// sheet that is not what its labels say.
pub(crate) fn read_faces(data: &Path) -> Result<FaceSet, Error> {
    let nested = data.join("face");
    let folder: PathBuf = if nested.is_dir() {
        nested
    } else {
        data.to_path_buf()
    };
    let mut set = FaceSet::default();
    let found = |names: [&str; 2]| names.iter().all(|name| folder.join(name).is_file());
    if found(["fer2013_images.png", "fer2013_labels.csv"]) {
        set.append(read_sheet(&folder)?);
    } else if folder.join("fer2013.csv").is_file() {
        set.append(read_official(&folder)?);
    }
    if found(["ckplus48_images.png", "ckplus48_labels.csv"]) {
        set.append(read_ckplus(&folder)?);
    }
    if set.items.is_empty() {
        set.append(read_folders(&folder)?);
    }
    if set.items.is_empty() {
        let expected = "fer2013_images.png with fer2013_labels.csv, fer2013.csv, \
                        ckplus48_images.png with ckplus48_labels.csv, folders PART/CLASS/*.png";
        return Err(Error::MissingData {
            path: data.to_path_buf(),
            expected: expected.into(),
        });
    }
    Ok(set)
}

/// The index of a class by any name that a face data set uses for it; none for contempt.
///
/// # Errors
/// The known names, when it is none of them.
pub(crate) fn class_of(name: &str) -> Result<Option<usize>, String> {
    let class = match name.trim().to_ascii_lowercase().as_str() {
        "angry" | "anger" => Some(0),
        "disgust" | "disgusted" => Some(1),
        "fear" | "fearful" | "afraid" => Some(2),
        "happy" | "happiness" => Some(3),
        "sad" | "sadness" => Some(4),
        "surprise" | "surprised" => Some(5),
        "neutral" => Some(6),
        "contempt" => None,
        other => {
            return Err(format!(
                "unknown class {other:?}, expected one of: {}, contempt",
                FACE_CLASSES_7.join(", ")
            ));
        }
    };
    Ok(class)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(votes: [u8; N_VOTES]) -> FaceItem {
        FaceItem {
            name: "1".into(),
            part: Part::Training,
            label: Some(0),
            votes,
            is_marked_duplicate: false,
            is_ckplus: false,
            hash: ItemHash::of(b"face"),
        }
    }

    #[track_caller]
    fn check(votes: [u8; N_VOTES], expected: &str) {
        let item = item(votes);
        let name = |class: Option<usize>| class.map_or("none", |class| FACE_CLASSES_8[class]);
        let actual = format!("{} {}", name(item.majority()), name(item.plurality()));
        assert_eq!(actual, expected);
    }

    #[test]
    fn votes_decide() {
        check([10, 0, 0, 0, 0, 0, 0, 0, 0, 0], "neutral neutral");
        check([5, 0, 0, 5, 0, 0, 0, 0, 0, 0], "none none");
        check([4, 0, 0, 1, 3, 2, 0, 0, 0, 0], "none neutral");
        check([1, 1, 1, 5, 1, 1, 0, 0, 0, 0], "sadness sadness");
        check([2, 0, 0, 0, 0, 0, 0, 0, 0, 8], "none none");
        check([0; N_VOTES], "none none");
    }

    #[test]
    fn distributions_leave_outliers_and_faces_that_are_none_out() {
        let shares = item([4, 1, 0, 4, 0, 0, 0, 0, 1, 0]).distribution().unwrap();
        assert_eq!(shares, [0.5, 0.0, 0.0, 0.5, 0.0, 0.0, 0.0, 0.0]);
        assert_eq!(item([2, 0, 0, 0, 0, 0, 0, 0, 2, 6]).distribution(), None);
        assert_eq!(item([0; N_VOTES]).distribution(), None);
    }

    #[test]
    fn seven_classes_have_their_place_among_eight() {
        for (seven, eight) in EIGHT_OF_SEVEN.into_iter().enumerate() {
            assert_eq!(class_of(FACE_CLASSES_8[eight]), Ok(Some(seven)));
            assert_eq!(class_of(FACE_CLASSES_7[seven]), Ok(Some(seven)));
        }
        assert_eq!(class_of("Contempt"), Ok(None));
        assert!(class_of("bored").unwrap_err().contains("expected one of"));
    }
}
