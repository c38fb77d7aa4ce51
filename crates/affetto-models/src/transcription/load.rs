//! Reading published weights: one tensor after another, so that the file is never whole in memory.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use burn::tensor::{Device, Tensor, TensorData};
use half::{bf16, f16};
use safetensors::tensor::{Dtype, Metadata};

use crate::Error;

/// Largest header of a weights file in bytes; that of the largest Whisper has 180 kB.
const MAX_HEADER_BYTES: u64 = 4 << 20;

/// Reads a small file, refusing a large one.
pub(super) fn read_limited(path: &Path, max_bytes: u64) -> Result<Vec<u8>, Error> {
    let file = File::open(path).map_err(|source| Error::io(path, source))?;
    let mut bytes = Vec::new();
    file.take(max_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::io(path, source))?;
    if bytes.len() as u64 > max_bytes {
        return Err(Error::Weights {
            origin: path.display().to_string(),
            reason: format!("more than {max_bytes} bytes"),
        });
    }
    Ok(bytes)
}

/// An open safetensors file.
pub(super) struct TensorFile {
    file: BufReader<File>,
    origin: String,
    header: Metadata,
    data_start: u64,
    device: Device,
}

impl TensorFile {
    pub(super) fn open(path: &Path, device: &Device) -> Result<Self, Error> {
        let origin = path.display().to_string();
        let refuse = |reason: String| Error::Weights {
            origin: origin.clone(),
            reason,
        };
        let io = |source| Error::io(path, source);
        let mut file = BufReader::new(File::open(path).map_err(io)?);
        let mut length = [0; 8];
        file.read_exact(&mut length).map_err(io)?;
        let length = u64::from_le_bytes(length);
        if length > MAX_HEADER_BYTES {
            return Err(refuse(format!(
                "its header must have up to {MAX_HEADER_BYTES} bytes, but has {length}"
            )));
        }
        let mut header = vec![0; length as usize];
        file.read_exact(&mut header).map_err(io)?;
        let header = serde_json::from_slice(&header).map_err(|error| refuse(error.to_string()))?;
        Ok(Self {
            file,
            data_start: 8 + length,
            header,
            device: device.clone(),
            origin,
        })
    }

    /// Reads a vector of a known length.
    pub(super) fn vector(&mut self, name: &str, length: usize) -> Result<Tensor<1>, Error> {
        let values = self.values(name, &[length])?;
        Ok(Tensor::from_data(
            TensorData::new(values, [length]),
            &self.device,
        ))
    }

    /// Reads a matrix of known shape.
    pub(super) fn matrix(&mut self, name: &str, shape: [usize; 2]) -> Result<Tensor<2>, Error> {
        let values = self.values(name, &shape)?;
        Ok(Tensor::from_data(
            TensorData::new(values, shape),
            &self.device,
        ))
    }

    /// Reads the weight of a linear layer, stored as `[to, from]`, as `[from, to]`.
    pub(super) fn weight(
        &mut self,
        name: &str,
        from: usize,
        to: usize,
    ) -> Result<Tensor<2>, Error> {
        let stored = self.values(name, &[to, from])?;
        let values: Vec<f32> = (0..from * to)
            .map(|i| stored[i % to * from + i / to])
            .collect();
        Ok(Tensor::from_data(
            TensorData::new(values, [from, to]),
            &self.device,
        ))
    }

    /// Reads the weight of a convolution over three moments, stored as `[to, from, 3]`, as the
    /// matrix `[3 · from, to]` that takes three frames after one another.
    pub(super) fn convolution(
        &mut self,
        name: &str,
        from: usize,
        to: usize,
    ) -> Result<Tensor<2>, Error> {
        let stored = self.values(name, &[to, from, 3])?;
        let mut values = Vec::with_capacity(stored.len());
        for moment in 0..3 {
            for input in 0..from {
                values.extend((0..to).map(|output| stored[(output * from + input) * 3 + moment]));
            }
        }
        Ok(Tensor::from_data(
            TensorData::new(values, [3 * from, to]),
            &self.device,
        ))
    }

    fn refused(&self, reason: String) -> Error {
        Error::Weights {
            origin: self.origin.clone(),
            reason,
        }
    }

    /// The numbers of a tensor whose shape must be as expected, row after row.
    fn values(&mut self, name: &str, shape: &[usize]) -> Result<Vec<f32>, Error> {
        let info = self
            .header
            .info(name)
            .ok_or_else(|| self.refused(format!("the tensor {name} is missing")))?;
        if info.shape != shape {
            let actual = &info.shape;
            return Err(self.refused(format!(
                "{name} must have shape {shape:?}, but has {actual:?}"
            )));
        }
        let (dtype, (start, end)) = (info.dtype, info.data_offsets);
        let width = match dtype {
            Dtype::F32 => 4,
            Dtype::F16 | Dtype::BF16 => 2,
            other => {
                return Err(
                    self.refused(format!("{name} must be F32, F16 or BF16, but is {other}"))
                );
            }
        };
        let n_bytes = shape.iter().product::<usize>() * width;
        if end.saturating_sub(start) != n_bytes {
            return Err(self.refused(format!("{name} must have {n_bytes} bytes")));
        }
        let mut bytes = vec![0; n_bytes];
        let place = SeekFrom::Start(self.data_start.saturating_add(start as u64));
        let read = self
            .file
            .seek(place)
            .and_then(|_| self.file.read_exact(&mut bytes));
        read.map_err(|source| Error::io(Path::new(&self.origin), source))?;
        let values: Vec<f32> = match dtype {
            Dtype::F32 => bytes
                .chunks_exact(4)
                .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .collect(),
            Dtype::F16 => pairs(&bytes)
                .map(|b| f16::from_le_bytes(b).to_f32())
                .collect(),
            _ => pairs(&bytes)
                .map(|b| bf16::from_le_bytes(b).to_f32())
                .collect(),
        };
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(self.refused(format!("{name} holds {value}"))),
            None => Ok(values),
        }
    }
}

fn pairs(bytes: &[u8]) -> impl Iterator<Item = [u8; 2]> + '_ {
    bytes.chunks_exact(2).map(|b| [b[0], b[1]])
}
