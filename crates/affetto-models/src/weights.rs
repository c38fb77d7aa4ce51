//! Weights files: safetensors with f16 tensors, their config, labels and training items.
//!
//! The header of the file carries one JSON document ([`Metadata`]); the hashes of the training
//! items are a tensor of bytes beside the weights. Bytes from outside are hostile: sizes are
//! limited before anything is allocated, and what does not fit is an error.

use std::collections::{BTreeMap, HashMap};
use std::io::{Read, Write};
use std::path::Path;

use half::f16;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use crate::{Error, TrainingItems};

/// The version of this container; files of another version are refused.
const FORMAT: u32 = 1;
/// No weights file of ours is larger, in bytes.
const MAX_FILE_BYTES: u64 = 64 << 20;
/// No model of ours has more tensors.
const MAX_TENSORS: usize = 256;
/// No tensor of ours has more dimensions.
const MAX_RANK: usize = 4;
/// No list of whole numbers of ours is longer.
const MAX_LIST: usize = 1 << 19;
const METADATA_KEY: &str = "affetto";
const ITEMS_KEY: &str = "training_items_sha256";

/// What a weights file says about itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Metadata {
    /// The task, e.g. `"text-emotion"`.
    pub task: String,
    /// Version of the features that the weights expect; inference checks it.
    pub feature_version: u32,
    /// The whole configuration of the training, seed included.
    pub config: serde_json::Value,
    /// Names of the outputs of each head, in the order of its columns.
    pub labels: BTreeMap<String, Vec<String>>,
}

/// A dense array in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Length of each dimension.
    pub shape: Vec<usize>,
    /// The values; as many as the product of `shape`.
    pub values: Vec<f32>,
}

impl Array {
    /// An array from its shape and values.
    ///
    /// # Errors
    /// [`Error::Weights`] when the number of values is not the product of the shape.
    pub fn new(shape: Vec<usize>, values: Vec<f32>) -> Result<Self, Error> {
        let expected = shape
            .iter()
            .try_fold(1_usize, |product, &n| product.checked_mul(n));
        if expected == Some(values.len()) {
            Ok(Self { shape, values })
        } else {
            let reason = format!("shape {shape:?} does not hold {} values", values.len());
            Err(Error::Weights {
                origin: "an array".into(),
                reason,
            })
        }
    }
}

/// A weights file in memory.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightsFile {
    /// What the file says about itself.
    pub metadata: Metadata,
    /// The weights by name.
    pub arrays: BTreeMap<String, Array>,
    /// Whole numbers by name, such as the hashes of a vocabulary; at most 2¹⁹ each.
    pub indices: BTreeMap<String, Vec<u32>>,
    /// The items that the model was trained on.
    pub training_items: TrainingItems,
    origin: String,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    #[serde(flatten)]
    metadata: Metadata,
}

impl WeightsFile {
    /// A new file, not yet written.
    #[must_use]
    pub fn new(
        metadata: Metadata,
        arrays: BTreeMap<String, Array>,
        training_items: TrainingItems,
    ) -> Self {
        Self {
            metadata,
            arrays,
            indices: BTreeMap::new(),
            training_items,
            origin: "new weights".into(),
        }
    }

    /// Reads weights from bytes; `origin` names them in errors.
    ///
    /// # Errors
    /// [`Error::Weights`] when the bytes are too many, damaged, of another format version or
    /// hold a type, shape or value that no weights of ours have.
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, Error> {
        let refuse = |reason| Error::Weights {
            origin: origin.into(),
            reason,
        };
        Ok(Self {
            origin: origin.into(),
            ..parse(bytes).map_err(refuse)?
        })
    }

    /// Reads a weights file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, else as [`WeightsFile::from_bytes`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = read_at_most(path, MAX_FILE_BYTES + 1)?;
        Self::from_bytes(&bytes, &path.display().to_string())
    }

    /// Checks that the weights are for a task and its present features.
    ///
    /// # Errors
    /// [`Error::Weights`] when task or feature version differ.
    pub fn expect_task(&self, task: &str, feature_version: u32) -> Result<(), Error> {
        let actual = (&*self.metadata.task, self.metadata.feature_version);
        if actual == (task, feature_version) {
            return Ok(());
        }
        Err(self.refused(format!(
            "expected task {task} with features of version {feature_version}, but it is task {} with version {}",
            actual.0, actual.1
        )))
    }

    /// The values of one array.
    ///
    /// # Errors
    /// [`Error::Weights`] when the array is missing or its shape differs.
    pub fn values(&self, name: &str, shape: &[usize]) -> Result<&[f32], Error> {
        let array = self
            .arrays
            .get(name)
            .ok_or_else(|| self.refused(format!("the array {name} is missing")))?;
        if array.shape == shape {
            return Ok(&array.values);
        }
        Err(self.refused(format!(
            "the array {name} has shape {:?}, expected {shape:?}",
            array.shape
        )))
    }

    /// One list of whole numbers.
    ///
    /// # Errors
    /// [`Error::Weights`] when the list is missing.
    pub fn list(&self, name: &str) -> Result<&[u32], Error> {
        let list = self.indices.get(name).map(Vec::as_slice);
        list.ok_or_else(|| self.refused(format!("the list {name} is missing")))
    }

    /// An error about this file.
    #[must_use]
    pub fn refused(&self, reason: String) -> Error {
        Error::Weights {
            origin: self.origin.clone(),
            reason,
        }
    }

    /// The file as bytes: arrays as f16, training items as bytes. Same content, same bytes.
    ///
    /// # Errors
    /// [`Error::Weights`] when an array has no consistent shape.
    pub fn to_bytes(&self) -> Result<Vec<u8>, Error> {
        let header = Header {
            format: FORMAT,
            metadata: self.metadata.clone(),
        };
        let header =
            serde_json::to_string(&header).map_err(|error| self.refused(error.to_string()))?;
        let data: Vec<(&str, Vec<u8>)> = self
            .arrays
            .iter()
            .map(|(name, array)| (name.as_str(), f16_bytes(array)))
            .collect();
        let mut views = Vec::with_capacity(data.len() + 1);
        for (name, bytes) in &data {
            let shape = self.arrays[*name].shape.clone();
            let view = TensorView::new(Dtype::F16, shape, bytes)
                .map_err(|error| self.refused(format!("array {name}: {error}")))?;
            views.push((*name, view));
        }
        let lists: Vec<(&str, Vec<u8>)> = self
            .indices
            .iter()
            .map(|(name, list)| {
                (
                    name.as_str(),
                    list.iter().flat_map(|n| n.to_le_bytes()).collect(),
                )
            })
            .collect();
        for (name, bytes) in &lists {
            let view = TensorView::new(Dtype::U32, vec![bytes.len() / 4], bytes)
                .map_err(|error| self.refused(format!("list {name}: {error}")))?;
            views.push((*name, view));
        }
        let items = &self.training_items;
        let view = TensorView::new(
            Dtype::U8,
            vec![items.len(), items.width()],
            items.as_bytes(),
        )
        .map_err(|error| self.refused(format!("training items: {error}")))?;
        views.push((ITEMS_KEY, view));
        let info = HashMap::from([(METADATA_KEY.to_owned(), header)]);
        safetensors::serialize(views, Some(info)).map_err(|error| self.refused(error.to_string()))
    }

    /// Writes the file beside its final place, then moves it there: never half a file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be written, [`Error::Weights`] as [`WeightsFile::to_bytes`].
    pub fn save(&self, path: &Path) -> Result<(), Error> {
        write_atomically(path, &self.to_bytes()?)
    }
}

#[cfg(test)]
impl WeightsFile {
    /// A file with nothing but arrays, for tests of what is written and read back.
    pub(crate) fn of_arrays(arrays: BTreeMap<String, Array>) -> Self {
        let metadata = Metadata {
            task: "test".into(),
            feature_version: 1,
            config: serde_json::Value::Null,
            labels: BTreeMap::new(),
        };
        Self::new(metadata, arrays, TrainingItems::full([]))
    }
}

/// The first bytes of a file, `most` of them where it is longer.
///
/// # Errors
/// [`Error::Io`] when it cannot be read.
pub(crate) fn read_at_most(path: &Path, most: u64) -> Result<Vec<u8>, Error> {
    let file = std::fs::File::open(path).map_err(|source| Error::io(path, source))?;
    let mut bytes = Vec::new();
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::io(path, source))?;
    Ok(bytes)
}

/// Writes bytes to a temporary neighbor and renames it, so that a reader never sees half a file.
pub(crate) fn write_atomically(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = readable_by_all(&mut tempfile::Builder::new()).tempfile_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        file.persist(path).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|source| Error::io(path, source))
}

/// Writes a table as CSV, all or nothing.
pub(crate) fn write_csv<R>(
    path: &Path,
    header: &[impl AsRef<[u8]>],
    rows: impl IntoIterator<Item = R>,
) -> Result<(), Error>
where
    R: IntoIterator<Item: AsRef<[u8]>>,
{
    let mut writer = csv::Writer::from_writer(Vec::new());
    let to_io = |error: csv::Error| Error::io(path, error.into());
    writer.write_record(header).map_err(to_io)?;
    for row in rows {
        writer.write_record(row).map_err(to_io)?;
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| Error::io(path, error.into_error()))?;
    write_atomically(path, &bytes)
}

/// Temporary files are private by default; what is written here is meant to be read.
#[cfg(unix)]
fn readable_by_all<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    use std::os::unix::fs::PermissionsExt;
    builder.permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all<'a, 'b, 'c>(
    builder: &'c mut tempfile::Builder<'a, 'b>,
) -> &'c mut tempfile::Builder<'a, 'b> {
    builder
}

fn f16_bytes(array: &Array) -> Vec<u8> {
    array
        .values
        .iter()
        .flat_map(|&value| f16::from_f32(value).to_le_bytes())
        .collect()
}

fn parse(bytes: &[u8]) -> Result<WeightsFile, String> {
    if bytes.len() as u64 > MAX_FILE_BYTES {
        return Err(format!("more than {MAX_FILE_BYTES} bytes"));
    }
    let (_, head) = SafeTensors::read_metadata(bytes).map_err(|error| error.to_string())?;
    let info = head
        .metadata()
        .as_ref()
        .and_then(|info| info.get(METADATA_KEY));
    let header = info.ok_or_else(|| format!("the header has no entry {METADATA_KEY}"))?;
    let header: Header = serde_json::from_str(header).map_err(|error| error.to_string())?;
    if header.format != FORMAT {
        return Err(format!(
            "expected format {FORMAT}, but it is {}",
            header.format
        ));
    }
    let tensors = SafeTensors::deserialize(bytes).map_err(|error| error.to_string())?;
    if tensors.len() > MAX_TENSORS {
        return Err(format!(
            "expected at most {MAX_TENSORS} arrays, but it has {}",
            tensors.len()
        ));
    }
    let view = tensors
        .tensor(ITEMS_KEY)
        .map_err(|error| error.to_string())?;
    let mut file = WeightsFile::new(header.metadata, BTreeMap::new(), read_items(&view)?);
    for (name, view) in tensors.iter().filter(|(name, _)| *name != ITEMS_KEY) {
        if view.dtype() == Dtype::U32 {
            file.indices
                .insert(name.to_owned(), read_list(name, &view)?);
        } else {
            file.arrays
                .insert(name.to_owned(), read_array(name, &view)?);
        }
    }
    Ok(file)
}

fn read_list(name: &str, view: &TensorView<'_>) -> Result<Vec<u32>, String> {
    let (shape, n) = (view.shape(), view.data().len() / 4);
    if shape != [n] || n > MAX_LIST {
        return Err(format!(
            "list {name} has shape {shape:?}, expected at most [{MAX_LIST}]"
        ));
    }
    let numbers = view
        .data()
        .chunks_exact(4)
        .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    Ok(numbers.collect())
}

fn read_items(view: &TensorView<'_>) -> Result<TrainingItems, String> {
    let shape = view.shape();
    let list = match (view.dtype(), shape) {
        (Dtype::U8, &[_, width]) => TrainingItems::from_bytes(view.data().to_vec(), width),
        _ => None,
    };
    list.ok_or_else(|| format!("{ITEMS_KEY} of shape {shape:?} is no sorted list of hashes"))
}

fn read_array(name: &str, view: &TensorView<'_>) -> Result<Array, String> {
    let shape = view.shape().to_vec();
    if shape.len() > MAX_RANK {
        return Err(format!(
            "array {name} has shape {shape:?}, expected at most {MAX_RANK} dimensions"
        ));
    }
    let values: Vec<f32> = match view.dtype() {
        Dtype::F16 => view
            .data()
            .chunks_exact(2)
            .map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32())
            .collect(),
        other => return Err(format!("array {name} has type {other}, expected F16")),
    };
    if let Some(value) = values.iter().find(|value| !value.is_finite()) {
        return Err(format!(
            "array {name} holds {value}, expected finite numbers"
        ));
    }
    Array::new(shape, values).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ItemHash;

    fn example() -> WeightsFile {
        let metadata = Metadata {
            task: "example".into(),
            feature_version: 3,
            config: serde_json::json!({"seed": 7}),
            labels: BTreeMap::from([("head".into(), vec!["a".into(), "b".into()])]),
        };
        let array = Array::new(vec![2, 3], vec![0.5, -1.0, 0.25, 2.0, 0.0, 8.0]).unwrap();
        let items = TrainingItems::prefixes([ItemHash::of(b"x"), ItemHash::of(b"y")]);
        let arrays = BTreeMap::from([("layer.weight".into(), array)]);
        let mut file = WeightsFile::new(metadata, arrays, items);
        file.indices.insert("rows".into(), vec![3, 70_000]);
        file
    }

    #[track_caller]
    fn check_refused(bytes: &[u8], expected: &str) {
        let error = WeightsFile::from_bytes(bytes, "test")
            .unwrap_err()
            .to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn written_and_read_again_is_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deep/model.safetensors");
        let file = example();
        file.save(&path).unwrap();
        let again = WeightsFile::load(&path).unwrap();
        assert_eq!(again.metadata, file.metadata);
        assert_eq!(again.arrays, file.arrays);
        assert_eq!(again.list("rows").unwrap(), [3, 70_000]);
        assert_eq!(again.training_items, file.training_items);
        assert_eq!(again.to_bytes().unwrap(), file.to_bytes().unwrap());
        assert!(again.expect_task("example", 3).is_ok());
        assert!(again.expect_task("example", 4).is_err());
        assert!(again.values("layer.weight", &[2, 3]).is_ok());
        let error = again
            .values("layer.weight", &[3, 2])
            .unwrap_err()
            .to_string();
        assert!(error.contains("[2, 3], expected [3, 2]"), "{error}");
    }

    #[test]
    fn missing_file_names_its_path() {
        let error = WeightsFile::load(Path::new("no/such/file"))
            .unwrap_err()
            .to_string();
        assert!(error.contains("no/such/file"), "{error}");
    }

    #[test]
    fn damaged_files_are_refused() {
        check_refused(b"", "no usable weights");
        check_refused(&[0xff; 64], "no usable weights");
        let whole = example().to_bytes().unwrap();
        check_refused(&whole[..whole.len() - 1], "no usable weights");
        let text = String::from_utf8_lossy(&whole).replace("\\\"format\\\":1", "\\\"format\\\":9");
        assert!(text.contains("format\\\":9"));
        let mut changed = whole.clone();
        let place = whole
            .windows(10)
            .position(|window| window == b"format\\\":1")
            .unwrap();
        changed[place + 9] = b'9';
        check_refused(&changed, "expected format 1, but it is 9");
    }

    #[test]
    fn infinite_weights_are_refused() {
        let mut file = example();
        if let Some(array) = file.arrays.get_mut("layer.weight") {
            array.values[0] = f32::MAX;
        }
        check_refused(&file.to_bytes().unwrap(), "expected finite numbers");
    }

    proptest! {
        #[test]
        fn hostile_bytes_never_panic(place in 0_usize..2000, value: u8) {
            let mut bytes = example().to_bytes().unwrap();
            let place = place % bytes.len();
            bytes[place] = value;
            let _ = WeightsFile::from_bytes(&bytes, "test");
        }
    }
}
