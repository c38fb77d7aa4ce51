//! The encoder in burn (Devlin et al. 2019, "BERT"; Vaswani et al. 2017, "Attention is all you
//! need").

use burn::module::{Initializer, Module, Param};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig};
use burn::tensor::activation::{gelu, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::EncoderConfig;

/// What is added to the score of a token that is not there.
const ABSENT: f32 = -1e4;

/// Words and positions → vectors → layers.
#[derive(Module, Debug)]
pub(crate) struct EncoderNetwork {
    /// `[n_words, n_dimensions]`
    word: Param<Tensor<2>>,
    /// `[n_positions, n_dimensions]`
    position: Param<Tensor<2>>,
    /// The first of BERT's two segments, `[n_dimensions]`
    segment: Param<Tensor<1>>,
    norm: LayerNorm,
    pub(crate) layers: Vec<EncoderLayer>,
}

/// One layer: x₁ = norm(x + W attention(x)), x₂ = norm(x₁ + W₂ gelu(W₁ x₁)).
#[derive(Module, Debug)]
pub(crate) struct EncoderLayer {
    /// Queries, keys and values side by side, `[n_dimensions, 3 n_dimensions]`.
    qkv: Linear,
    attention_output: Linear,
    attention_norm: LayerNorm,
    middle: Linear,
    output: Linear,
    output_norm: LayerNorm,
    n_heads: usize,
}

impl EncoderNetwork {
    /// A network with small random weights, made when they are first asked for.
    pub(crate) fn new(config: &EncoderConfig, device: &Device) -> Self {
        let random = Initializer::Normal {
            mean: 0.0,
            std: 0.02,
        };
        let width = config.n_dimensions;
        Self {
            word: random.init([config.n_words, width], device),
            position: random.init([config.n_positions, width], device),
            segment: random.init([width], device),
            norm: norm(config, device),
            layers: (0..config.n_layers)
                .map(|_| EncoderLayer::new(config, device))
                .collect(),
        }
    }

    /// The vectors that enter the first layer.
    ///
    /// # Shapes
    /// - `words`: `[n_texts, n_tokens]`, each below `n_words`, `n_tokens` ≤ `n_positions`
    /// - returns: `[n_texts, n_tokens, n_dimensions]`
    pub(crate) fn embed(&self, words: Tensor<2, Int>) -> Tensor<3> {
        let [n_texts, n_tokens] = words.dims();
        let [_, width] = self.word.val().dims();
        let words = self
            .word
            .val()
            .select(0, words.reshape([n_texts * n_tokens]));
        let places = self.position.val().slice([0..n_tokens, 0..width])
            + self.segment.val().reshape([1, width]);
        self.norm.forward(
            words.reshape([n_texts, n_tokens, width]) + places.reshape([1, n_tokens, width]),
        )
    }

    /// The vectors that leave the last of the given number of layers.
    ///
    /// # Shapes
    /// As [`EncoderNetwork::embed`]; `bias`: see [`mask_bias`].
    pub(crate) fn forward(
        &self,
        words: Tensor<2, Int>,
        bias: Option<&Tensor<4>>,
        n_layers: usize,
    ) -> Tensor<3> {
        let mut states = self.embed(words);
        for layer in self.layers.iter().take(n_layers) {
            states = layer.forward(states, bias);
        }
        states
    }
}

impl EncoderLayer {
    /// A layer with small random weights, made when they are first asked for.
    pub(crate) fn new(config: &EncoderConfig, device: &Device) -> Self {
        let (width, middle) = (config.n_dimensions, config.n_middle);
        let linear = |from, to| LinearConfig::new(from, to).init(device);
        Self {
            qkv: linear(width, 3 * width),
            attention_output: linear(width, width),
            attention_norm: norm(config, device),
            middle: linear(width, middle),
            output: linear(middle, width),
            output_norm: norm(config, device),
            n_heads: config.n_heads,
        }
    }

    /// # Shapes
    /// - `states`, returns: `[n_texts, n_tokens, n_dimensions]`
    /// - `bias`: `[n_texts, 1, 1, n_tokens]`, see [`mask_bias`]
    pub(crate) fn forward(&self, states: Tensor<3>, bias: Option<&Tensor<4>>) -> Tensor<3> {
        let mixed = self.attend(self.qkv.forward(states.clone()), bias);
        let states = self
            .attention_norm
            .forward(states + self.attention_output.forward(mixed));
        let middle = gelu(self.middle.forward(states.clone()));
        self.output_norm
            .forward(states + self.output.forward(middle))
    }

    /// softmax(Q Kᵀ / √w) V for each head of width w.
    fn attend(&self, qkv: Tensor<3>, bias: Option<&Tensor<4>>) -> Tensor<3> {
        let [n_texts, n_tokens, triple] = qkv.dims();
        let (width, n_heads) = (triple / 3, self.n_heads);
        let head = width / n_heads;
        let part = |i: usize| {
            qkv.clone()
                .slice([0..n_texts, 0..n_tokens, i * width..(i + 1) * width])
                .reshape([n_texts, n_tokens, n_heads, head])
                .swap_dims(1, 2)
        };
        let queries = part(0).div_scalar((head as f64).sqrt());
        let scores = queries.matmul(part(1).swap_dims(2, 3));
        let scores = match bias {
            Some(bias) => scores + bias.clone(),
            None => scores,
        };
        softmax(scores, 3)
            .matmul(part(2))
            .swap_dims(1, 2)
            .reshape([n_texts, n_tokens, width])
    }
}

fn norm(config: &EncoderConfig, device: &Device) -> LayerNorm {
    LayerNormConfig::new(config.n_dimensions)
        .with_epsilon(config.epsilon)
        .init(device)
}

/// What is added to attention scores so that tokens that are not there get no weight.
///
/// # Shapes
/// - `present`: `n_texts × n_tokens`, 1 where there is a token and 0 where there is none
/// - returns: `[n_texts, 1, 1, n_tokens]`
pub(crate) fn mask_bias(
    present: &[f32],
    [n_texts, n_tokens]: [usize; 2],
    device: &Device,
) -> Tensor<4> {
    let bias: Vec<f32> = present.iter().map(|p| (1.0 - p) * ABSENT).collect();
    Tensor::from_data(TensorData::new(bias, [n_texts, 1, 1, n_tokens]), device)
}
