//! The fine-tuned layers and the heads, in burn.

use burn::module::{Initializer, Module};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor, TensorData};

use super::super::model::N_OUTPUTS;
use crate::text_encoder::{EncoderConfig, EncoderLayer, mask_bias};

/// What is added to states of tokens that are not there before the largest is taken.
const ABSENT: f32 = -1e4;

/// States of the lower layers → tuned layers → mean and maximum over the tokens → hidden → heads.
///
/// p = [mean over tokens, maximum over tokens]; h = relu(W₁ p + b₁); outputs = W₂ h + b₂, in the
/// order of the n-gram model's heads.
#[derive(Module, Debug)]
pub(super) struct TunedNetwork {
    layers: Vec<EncoderLayer>,
    /// `[2 n_dimensions, n_hidden]`
    hidden: Linear,
    /// `[n_hidden, N_OUTPUTS]`
    output: Linear,
}

/// The states of a batch of texts.
pub(super) struct StateBatch {
    /// `[n_texts, n_tokens, n_dimensions]`
    pub(super) states: Tensor<3>,
    /// 1 where there is a token, `n_texts × n_tokens`.
    pub(super) present: Vec<f32>,
}

impl TunedNetwork {
    /// A network that starts from layers of the encoder.
    pub(super) fn new(
        layers: Vec<EncoderLayer>,
        width: usize,
        n_hidden: usize,
        device: &Device,
    ) -> Self {
        let output = LinearConfig::new(n_hidden, N_OUTPUTS).with_initializer(Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        });
        Self {
            layers,
            hidden: LinearConfig::new(2 * width, n_hidden).init(device),
            output: output.init(device),
        }
    }

    /// A network with random layers, to be filled from a weights file.
    pub(super) fn empty(
        encoder: &EncoderConfig,
        n_tuned: usize,
        n_hidden: usize,
        device: &Device,
    ) -> Self {
        let layers = (0..n_tuned).map(|_| EncoderLayer::new(encoder, device));
        Self::new(layers.collect(), encoder.n_dimensions, n_hidden, device)
    }

    /// The outputs of all heads; `keep` scales the hidden units (dropout).
    ///
    /// # Shapes
    /// - `keep`: `[n_texts, n_hidden]`
    /// - returns: `[n_texts, N_OUTPUTS]`
    pub(super) fn forward(&self, batch: StateBatch, keep: Option<Tensor<2>>) -> Tensor<2> {
        let StateBatch {
            mut states,
            present,
        } = batch;
        let [n_texts, n_tokens, width] = states.dims();
        let device = states.device();
        let shape = [n_texts, n_tokens];
        let is_padded = present.iter().any(|&p| p < 1.0);
        let bias = is_padded.then(|| mask_bias(&present, shape, &device));
        for layer in &self.layers {
            states = layer.forward(states, bias.as_ref());
        }
        let counts: Vec<f32> = present
            .chunks(n_tokens.max(1))
            .flat_map(|row| {
                let n = row.iter().sum::<f32>().max(1.0);
                row.iter().map(move |p| p / n)
            })
            .collect();
        let shape = [n_texts, n_tokens, 1];
        let share = Tensor::<3>::from_data(TensorData::new(counts, shape), &device);
        let mean = (states.clone() * share).sum_dim(1);
        let largest = if is_padded {
            let absent: Vec<f32> = present.iter().map(|p| (1.0 - p) * ABSENT).collect();
            let absent = Tensor::<3>::from_data(TensorData::new(absent, shape), &device);
            (states + absent).max_dim(1)
        } else {
            states.max_dim(1)
        };
        let pooled = Tensor::cat(vec![mean, largest], 2).reshape([n_texts, 2 * width]);
        let hidden = relu(self.hidden.forward(pooled));
        let hidden = match keep {
            Some(keep) => hidden * keep,
            None => hidden,
        };
        self.output.forward(hidden)
    }
}
