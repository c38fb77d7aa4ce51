//! The weights of the note model, ready for decoding.

use std::path::Path;

use super::kernel::{ByteMatrix, Bytes, FloatMatrix, Kernel};
use super::memory::{BytePages, FloatPages, Memory, Pages};
use super::{FEATURE_VERSION, NoteShape, TASK};
use crate::{Error, Metadata, WeightsFile};

/// Base of the angles of rotary positions (Su et al. 2021).
const ROTARY_BASE: f64 = 10_000.0;

/// With what numbers the network computes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Precision {
    /// Weights, keys and values as bytes: several times faster, slightly less exact.
    #[default]
    Int8,
    /// Everything as f32.
    F32,
}

/// How a note model is loaded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct InferenceOptions {
    /// With what numbers it computes.
    pub precision: Precision,
    /// Instructions that it uses; the results are the same for all of them.
    pub kernel: Kernel,
}

/// The note model: predicts the next token of a piece (a pre-norm transformer decoder with rotary
/// positions, Vaswani et al. 2017, Su et al. 2021). Immutable; share it between threads.
#[derive(Debug)]
pub struct NoteModel {
    pub(super) shape: NoteShape,
    pub(super) kernel: Kernel,
    pub(super) embedding: Vec<f32>,
    pub(super) layers: Vec<Layer>,
    pub(super) norm: Vec<f32>,
    pub(super) head: Linear,
    pub(super) empty: Pages,
    rotary: Vec<(f32, f32)>,
    condition: [Linear; 2],
    condition_biases: [Vec<f32>; 2],
    metadata: Metadata,
}

/// One layer.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) norm_attention: Vec<f32>,
    pub(super) qkv: Linear,
    pub(super) out: Linear,
    pub(super) norm_feed: Vec<f32>,
    pub(super) up: Linear,
    pub(super) up_bias: Vec<f32>,
    pub(super) down: Linear,
    pub(super) down_bias: Vec<f32>,
}

/// A weight matrix in either kind of numbers.
#[derive(Debug)]
pub(super) enum Linear {
    Bytes(ByteMatrix),
    Floats(FloatMatrix),
}

impl Linear {
    /// A matrix; `weight(o, i)` is the weight from input `i` to output `o`.
    fn new(
        precision: Precision,
        (n_in, n_out): (usize, usize),
        weight: impl Fn(usize, usize) -> f32,
    ) -> Self {
        match precision {
            Precision::Int8 => Self::Bytes(ByteMatrix::new(n_out, n_in, weight)),
            Precision::F32 => Self::Floats(FloatMatrix::new(n_out, n_in, weight)),
        }
    }

    /// A matrix of a file, stored `[in, out]`.
    fn read(
        precision: Precision,
        weights: &WeightsFile,
        name: &str,
        (n_in, n_out): (usize, usize),
    ) -> Result<Self, Error> {
        let values = weights.values(name, &[n_in, n_out])?;
        Ok(Self::new(precision, (n_in, n_out), |o, i| {
            values[i * n_out + o]
        }))
    }

    /// `[n_rows, n_in]` to `[n_rows, n_out]`.
    pub(super) fn apply(&self, kernel: Kernel, inputs: &[f32], bytes: &mut Bytes, out: &mut [f32]) {
        match self {
            Self::Bytes(matrix) => matrix.apply(kernel, inputs, bytes, out),
            Self::Floats(matrix) => matrix.apply(kernel, inputs, out),
        }
    }
}

/// What the condition of a bar adds to each of its tokens; made by [`NoteModel::condition`].
#[derive(Debug, Clone, PartialEq)]
pub struct ConditionVector(pub(super) Vec<f32>);

impl NoteModel {
    /// Loads a weights file.
    ///
    /// # Errors
    /// As [`WeightsFile::load`] and [`NoteModel::from_file`].
    pub fn load(path: &Path, options: &InferenceOptions) -> Result<Self, Error> {
        Self::from_file(&WeightsFile::load(path)?, options)
    }

    /// Makes a model of a weights file. Its shape stands in the configuration under `"network"`
    /// and is checked before anything is allocated by it.
    ///
    /// # Errors
    /// [`Error::Weights`] when it is for another task or version, has no usable shape, or lacks an
    /// array of that shape.
    pub fn from_file(weights: &WeightsFile, options: &InferenceOptions) -> Result<Self, Error> {
        weights.expect_task(TASK, FEATURE_VERSION)?;
        let shape = read_shape(weights)?;
        for (name, sizes) in shape.arrays() {
            weights.values(&name, &sizes)?;
        }
        let precision = options.precision;
        let width = shape.width;
        let vector = |name: &str| weights.values(name, &[width]).map(<[f32]>::to_vec);
        let embedding = weights.values("embedding", &[shape.n_vocabulary, width])?;
        // The condition is computed once a bar, so it may be exact.
        let dense =
            |name: &str, n_in: usize| Linear::read(Precision::F32, weights, name, (n_in, width));
        Ok(Self {
            shape,
            kernel: options.kernel,
            layers: (0..shape.n_layers)
                .map(|i| Layer::read(weights, &shape, precision, i))
                .collect::<Result<_, _>>()?,
            norm: vector("norm")?,
            head: Linear::new(precision, (width, shape.n_vocabulary), |o, i| {
                embedding[o * width + i]
            }),
            empty: match precision {
                Precision::Int8 => Pages::Bytes(BytePages::default()),
                Precision::F32 => Pages::Floats(FloatPages::default()),
            },
            embedding: embedding.to_vec(),
            rotary: rotary_table(&shape),
            condition: [
                dense("condition.0.weight", shape.n_condition)?,
                dense("condition.1.weight", width)?,
            ],
            condition_biases: [vector("condition.0.bias")?, vector("condition.1.bias")?],
            metadata: weights.metadata.clone(),
        })
    }

    /// What the weights file says about itself: configuration and labels.
    #[must_use]
    pub fn metadata(&self) -> &Metadata {
        &self.metadata
    }

    /// The shape of the network.
    #[must_use]
    pub fn shape(&self) -> &NoteShape {
        &self.shape
    }

    /// Number of tokens that it knows, and length of its logits.
    #[must_use]
    pub fn n_vocabulary(&self) -> usize {
        self.shape.n_vocabulary
    }

    /// Most tokens that a memory holds.
    #[must_use]
    pub fn context(&self) -> usize {
        self.shape.context
    }

    /// Length of a condition.
    #[must_use]
    pub fn n_condition(&self) -> usize {
        self.shape.n_condition
    }

    /// What a condition adds to each token of its bar; compute it once a bar.
    ///
    /// # Shapes
    /// - `values`: `[n_condition]`, as in training
    ///
    /// # Errors
    /// [`Error::NoteModel`] when their number differs or one is not finite.
    pub fn condition(&self, values: &[f32]) -> Result<ConditionVector, Error> {
        if values.len() != self.shape.n_condition || !values.iter().all(|x| x.is_finite()) {
            return Err(Error::NoteModel {
                reason: format!(
                    "the condition has {} values, expected {} finite ones",
                    values.len(),
                    self.shape.n_condition
                ),
            });
        }
        let mut middle = vec![0.0; self.shape.width];
        let mut out = vec![0.0; self.shape.width];
        let (mut bytes, [first, second]) = (Bytes::default(), &self.condition);
        first.apply(self.kernel, values, &mut bytes, &mut middle);
        super::kernel::gelu(self.kernel, &mut middle, &self.condition_biases[0]);
        second.apply(self.kernel, &middle, &mut bytes, &mut out);
        for (x, bias) in out.iter_mut().zip(&self.condition_biases[1]) {
            *x += bias;
        }
        Ok(ConditionVector(out))
    }

    /// An empty memory.
    #[must_use]
    pub fn memory(&self) -> Memory {
        Memory::new(self.shape, &self.empty)
    }

    /// Cosines and sines of a position, one pair for each pair of a head.
    pub(super) fn rotary(&self, position: usize) -> &[(f32, f32)] {
        let half = self.shape.head_width() / 2;
        &self.rotary[position * half..(position + 1) * half]
    }
}

impl Layer {
    fn read(
        weights: &WeightsFile,
        shape: &NoteShape,
        precision: Precision,
        i: usize,
    ) -> Result<Self, Error> {
        let (width, feed) = (shape.width, shape.feed_width);
        let vector = |name: &str, n: usize| {
            let values = weights.values(&format!("layers.{i}.{name}"), &[n]);
            values.map(<[f32]>::to_vec)
        };
        let linear = |name: &str, n_in: usize, n_out: usize| {
            let name = format!("layers.{i}.{name}");
            Linear::read(precision, weights, &name, (n_in, n_out))
        };
        Ok(Self {
            norm_attention: vector("norm_attention", width)?,
            qkv: linear("qkv", width, 3 * width)?,
            out: linear("out", width, width)?,
            norm_feed: vector("norm_feed", width)?,
            up: linear("up.weight", width, feed)?,
            up_bias: vector("up.bias", feed)?,
            down: linear("down.weight", feed, width)?,
            down_bias: vector("down.bias", width)?,
        })
    }
}

fn read_shape(weights: &WeightsFile) -> Result<NoteShape, Error> {
    let network = weights.metadata.config.get("network");
    let network =
        network.ok_or_else(|| weights.refused("the configuration has no network".into()))?;
    let shape: NoteShape = serde_json::from_value(network.clone())
        .map_err(|error| weights.refused(format!("network: {error}")))?;
    shape
        .validate()
        .map_err(|error| weights.refused(format!("network: {error}")))?;
    Ok(shape)
}

/// Cosine and sine of position / 10000^(2i / head width), `[context, head width / 2]`.
fn rotary_table(shape: &NoteShape) -> Vec<(f32, f32)> {
    let half = shape.head_width() / 2;
    let pairs = (0..shape.context).flat_map(|position| {
        (0..half).map(move |i| {
            let angle = position as f64 / ROTARY_BASE.powf(i as f64 / half as f64);
            (angle.cos() as f32, angle.sin() as f32)
        })
    });
    pairs.collect()
}
