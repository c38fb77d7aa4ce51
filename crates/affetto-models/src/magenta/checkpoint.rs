//! Bundles and the checkpoints in them: a protocol buffer whose second field is a sorted string
//! table (the format of LevelDB) of tensors, as TensorFlow wrote them before its second version.

use std::collections::BTreeMap;

use super::protobuf::{Value, fields, read_varint, take};

/// No bundle that is read here is larger, in bytes.
const MAX_BYTES: usize = 16 << 20;
/// No network that is read here has more tensors.
const MAX_TENSORS: usize = 64;
/// No key of a table that is read here is longer, in bytes.
const MAX_KEY: usize = 1 << 10;
/// Length of the end of a table: two places of blocks, filled up, and the magic number.
const FOOTER: usize = 48;
/// Last bytes of a table.
const MAGIC: [u8; 8] = 0xdb47_7524_8b80_fb57_u64.to_le_bytes();
/// Names tensors and their shapes; the key of the first entry of a table.
const INDEX_KEY: &[u8] = b"";

/// Key and value of an entry of a table.
type Entry<'a> = (Vec<u8>, &'a [u8]);

/// A tensor in row-major order.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tensor {
    pub(super) shape: Vec<usize>,
    pub(super) values: Vec<f32>,
}

/// A bundle: which network it is for, and its weights by name.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bundle {
    pub(super) generator: String,
    pub(super) tensors: BTreeMap<String, Tensor>,
}

impl Bundle {
    /// Reads a bundle; the message says what is wrong with it.
    pub(super) fn from_bytes(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > MAX_BYTES {
            return Err(format!("more than {MAX_BYTES} bytes"));
        }
        let (mut generator, mut checkpoint) = (String::new(), None);
        for field in fields(bytes) {
            match field? {
                (1, value) => generator = generator_of(value.bytes()?)?,
                (2, value) => checkpoint = checkpoint.or(Some(value.bytes()?)),
                _ => (),
            }
        }
        let checkpoint = checkpoint.ok_or("there is no checkpoint in it")?;
        Ok(Self {
            generator,
            tensors: read_tensors(checkpoint)?,
        })
    }

    /// The values of a tensor.
    pub(super) fn values(&self, name: &str, shape: &[usize]) -> Result<&[f32], String> {
        let tensor = self.tensors.get(name);
        let tensor = tensor.ok_or_else(|| format!("the tensor {name} is missing"))?;
        if tensor.shape == shape {
            return Ok(&tensor.values);
        }
        Err(format!(
            "the tensor {name} has shape {:?}, expected {shape:?}",
            tensor.shape
        ))
    }
}

fn generator_of(details: &[u8]) -> Result<String, String> {
    for field in fields(details) {
        if let (1, value) = field? {
            return value.text();
        }
    }
    Err("it does not name its generator".into())
}

/// All tensors of a checkpoint.
fn read_tensors(table: &[u8]) -> Result<BTreeMap<String, Tensor>, String> {
    let mut tensors = BTreeMap::new();
    let mut shapes = BTreeMap::new();
    for (key, value) in entries(table)? {
        for field in fields(value) {
            match field? {
                (1, Value::Bytes(index)) if key == INDEX_KEY => shapes = read_shapes(index)?,
                (2, Value::Bytes(slice)) => {
                    let (name, values) = read_slice(slice)?;
                    if tensors.len() == MAX_TENSORS {
                        return Err(format!("more than {MAX_TENSORS} tensors"));
                    }
                    tensors.insert(name, values);
                }
                _ => (),
            }
        }
    }
    let with_shapes = tensors.into_iter().map(|(name, values)| {
        let shape: Vec<usize> = shapes.remove(&name).unwrap_or_default();
        let size = shape.iter().try_fold(1_usize, |n, &m| n.checked_mul(m));
        if size == Some(values.len()) {
            return Ok((name, Tensor { shape, values }));
        }
        let n = values.len();
        Err(format!(
            "the tensor {name} of shape {shape:?} has {n} values"
        ))
    });
    with_shapes.collect()
}

/// Shapes by name, from the index of a checkpoint.
fn read_shapes(index: &[u8]) -> Result<BTreeMap<String, Vec<usize>>, String> {
    let mut shapes = BTreeMap::new();
    for field in fields(index) {
        let (1, tensor) = field? else { continue };
        let (mut name, mut shape) = (String::new(), Vec::new());
        for field in fields(tensor.bytes()?) {
            match field? {
                (1, value) => name = value.text()?,
                (2, value) => shape = read_shape(value.bytes()?)?,
                _ => (),
            }
        }
        shapes.insert(name, shape);
    }
    Ok(shapes)
}

fn read_shape(message: &[u8]) -> Result<Vec<usize>, String> {
    let mut shape = Vec::new();
    for field in fields(message) {
        let (2, dimension) = field? else { continue };
        let mut size = 0;
        for field in fields(dimension.bytes()?) {
            if let (1, value) = field? {
                size = usize::try_from(value.number()?).map_err(|error| error.to_string())?;
            }
        }
        shape.push(size);
    }
    Ok(shape)
}

/// Name and values of a slice, which must be a whole tensor of f32.
fn read_slice(message: &[u8]) -> Result<(String, Vec<f32>), String> {
    let (mut name, mut values) = (String::new(), Vec::new());
    for field in fields(message) {
        match field? {
            (1, value) => name = value.text()?,
            (3, tensor) => {
                for field in fields(tensor.bytes()?) {
                    let (5, floats) = field? else { continue };
                    let floats = floats.bytes()?.chunks_exact(4);
                    values.extend(floats.map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])));
                }
            }
            _ => (),
        }
    }
    match values.iter().find(|value| !value.is_finite()) {
        None => Ok((name, values)),
        Some(value) => Err(format!("the tensor {name} holds {value}")),
    }
}

/// All entries of a table, in the order of their keys.
fn entries(table: &[u8]) -> Result<Vec<Entry<'_>>, String> {
    let footer = table.len().checked_sub(FOOTER).map(|at| &table[at..]);
    let Some((places, magic)) = footer.and_then(|f| f.split_last_chunk::<8>()) else {
        return Err(format!(
            "the table has {} bytes, expected {FOOTER}",
            table.len()
        ));
    };
    if *magic != MAGIC {
        return Err("the table does not end as sorted string tables do".into());
    }
    let mut places = places;
    let _meta = (read_varint(&mut places)?, read_varint(&mut places)?);
    let index = block(table, &mut places)?;
    // Blocks that overlap would make little data take long.
    let mut room = table.len();
    let mut all = Vec::new();
    for (_, mut place) in block_entries(index)? {
        let data = block(table, &mut place)?;
        room = room
            .checked_sub(data.len())
            .ok_or("the blocks of the table overlap")?;
        all.extend(block_entries(data)?);
    }
    Ok(all)
}

/// The block whose offset and length are cut off `place`.
fn block<'a>(table: &'a [u8], place: &mut &[u8]) -> Result<&'a [u8], String> {
    let (offset, size) = (read_varint(place)?, read_varint(place)?);
    let mut rest = table;
    take(&mut rest, offset)?;
    let data = take(&mut rest, size)?;
    match take(&mut rest, 1)?[0] {
        0 => Ok(data),
        kind => Err(format!(
            "a block is of kind {kind}, expected 0: not compressed"
        )),
    }
}

/// Entries of a block; a key leaves out what it shares with the key before.
fn block_entries(block: &[u8]) -> Result<Vec<Entry<'_>>, String> {
    let (rest, n_restarts) = block.split_last_chunk::<4>().ok_or("a block is empty")?;
    let restarts = u64::from(u32::from_le_bytes(*n_restarts)) * 4;
    let mut rest = rest;
    let n_data = (rest.len() as u64).checked_sub(restarts).ok_or_else(|| {
        format!(
            "a block has {} bytes, expected {restarts} or more",
            rest.len()
        )
    })?;
    let mut data = take(&mut rest, n_data)?;
    let (mut entries, mut key) = (Vec::new(), Vec::new());
    while !data.is_empty() {
        let shared = read_varint(&mut data)?;
        let n_key = read_varint(&mut data)?;
        let n_value = read_varint(&mut data)?;
        if shared > key.len() as u64 || n_key > MAX_KEY as u64 {
            return Err(format!("a key shares {shared} bytes and adds {n_key}"));
        }
        key.truncate(shared as usize);
        key.extend(take(&mut data, n_key)?);
        if key.len() > MAX_KEY {
            return Err(format!("a key has more than {MAX_KEY} bytes"));
        }
        entries.push((key.clone(), take(&mut data, n_value)?));
    }
    Ok(entries)
}
