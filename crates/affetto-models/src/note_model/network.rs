//! The note model in burn: a decoder-only transformer (Vaswani et al. 2017; Radford et al. 2018)
//! with normalization before each part (RMSNorm, Zhang and Sennrich 2019), rotary positions (Su et
//! al. 2021), and the condition of the bar added to every symbol.

use burn::module::{Initializer, Module, Param};
use burn::nn::{Linear, LinearConfig};
use burn::tensor::activation::{gelu, log_softmax, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::NoteModelConfig;

/// Added to the mean square before its root is taken.
pub(super) const NORM_EPSILON: f64 = 1e-5;
/// Base of the rotary angles.
pub(super) const ROTARY_BASE: f64 = 10_000.0;

/// x₀ = E[token] + W₂ gelu(W₁ c + b₁) + b₂; then the layers; logits = E norm(x).
#[derive(Module, Debug)]
pub(super) struct NoteNetwork {
    /// `[n_vocabulary, width]`, for the input and the output.
    embedding: Param<Tensor<2>>,
    /// `[n_condition, width]` and `[width, width]`.
    condition: Vec<Linear>,
    layers: Vec<NoteLayer>,
    /// `[width]`
    norm: Param<Tensor<1>>,
    #[module(skip)]
    n_heads: usize,
}

/// Attention and a feed-forward part, each added to what came in.
#[derive(Module, Debug)]
pub(super) struct NoteLayer {
    norm_attention: Param<Tensor<1>>,
    /// `[width, 3 width]`: queries, keys, values.
    qkv: Param<Tensor<2>>,
    /// `[width, width]`
    out: Param<Tensor<2>>,
    norm_feed: Param<Tensor<1>>,
    /// `[width, feed_width]`
    up: Linear,
    /// `[feed_width, width]`
    down: Linear,
}

/// Windows of symbols with their conditions.
pub(super) struct Windows {
    /// `[n_windows, n_positions]`
    pub(super) tokens: Tensor<2, Int>,
    /// `[n_windows, n_positions, n_condition]`
    pub(super) conditions: Tensor<3>,
}

impl NoteNetwork {
    pub(super) fn new(
        config: &NoteModelConfig,
        n_vocabulary: usize,
        n_condition: usize,
        device: &Device,
    ) -> Self {
        let width = config.width;
        let normal = |std| Initializer::Normal { mean: 0.0, std };
        // What is added by each of so many parts shall not grow with their number (Radford et al.
        // 2019).
        let last = normal(0.02 / (2.0 * config.n_layers as f64).sqrt());
        let ones = || Initializer::Ones.init([width], device);
        let layer = |_| NoteLayer {
            norm_attention: ones(),
            qkv: normal(0.04).init([width, 3 * width], device),
            out: last.init([width, width], device),
            norm_feed: ones(),
            up: LinearConfig::new(width, config.feed_width)
                .with_initializer(normal(0.04))
                .init(device),
            down: LinearConfig::new(config.feed_width, width)
                .with_initializer(last.clone())
                .init(device),
        };
        Self {
            embedding: normal(0.02).init([n_vocabulary, width], device),
            condition: vec![
                LinearConfig::new(n_condition, width)
                    .with_initializer(normal(0.2))
                    .init(device),
                LinearConfig::new(width, width)
                    .with_initializer(normal(0.02))
                    .init(device),
            ],
            layers: (0..config.n_layers).map(layer).collect(),
            norm: ones(),
            n_heads: config.n_heads,
        }
    }

    /// Log-probabilities of the next symbol at each position; `keep` scales states after each part
    /// of each layer (dropout), two for each layer.
    ///
    /// # Shapes
    /// - `keep`: `[n_windows, n_positions, width]` each
    /// - returns: `[n_windows n_positions, n_vocabulary]`
    pub(super) fn forward(&self, windows: Windows, keep: &[Tensor<3>]) -> Tensor<2> {
        let [n, n_positions] = windows.tokens.dims();
        let embedding = self.embedding.val();
        let [_, width] = embedding.dims();
        let device = embedding.device();
        let symbols = embedding
            .clone()
            .select(0, windows.tokens.reshape([n * n_positions]))
            .reshape([n, n_positions, width]);
        let hidden = gelu(self.condition[0].forward(windows.conditions));
        let mut states = symbols + self.condition[1].forward(hidden);
        let rotary = Rotary::new(n_positions, width / self.n_heads, &device);
        let future = future(n_positions, &device);
        for (index, layer) in self.layers.iter().enumerate() {
            let kept = |part: usize, x: Tensor<3>| match keep.get(2 * index + part) {
                Some(keep) => x * keep.clone(),
                None => x,
            };
            let attended = layer.attention(states.clone(), self.n_heads, &rotary, &future);
            states = states + kept(0, attended);
            let fed = layer.feed(states.clone());
            states = states + kept(1, fed);
        }
        let states = norm(states, &self.norm).reshape([n * n_positions, width]);
        log_softmax(states.matmul(embedding.transpose()), 1)
    }
}

impl NoteLayer {
    fn attention(
        &self,
        states: Tensor<3>,
        n_heads: usize,
        rotary: &Rotary,
        future: &Tensor<4>,
    ) -> Tensor<3> {
        let [n, n_positions, width] = states.dims();
        let head = width / n_heads;
        let normed = norm(states, &self.norm_attention).reshape([n * n_positions, width]);
        let all = normed
            .matmul(self.qkv.val())
            .reshape([n, n_positions, 3 * n_heads, head])
            .swap_dims(1, 2);
        let part = |index: usize| all.clone().narrow(1, index * n_heads, n_heads);
        let (queries, keys, values) = (rotary.turn(part(0)), rotary.turn(part(1)), part(2));
        let scale = 1.0 / (head as f64).sqrt();
        let weights = queries.matmul(keys.swap_dims(2, 3)) * scale + future.clone();
        let attended = softmax(weights, 3)
            .matmul(values)
            .swap_dims(1, 2)
            .reshape([n * n_positions, width]);
        attended
            .matmul(self.out.val())
            .reshape([n, n_positions, width])
    }

    fn feed(&self, states: Tensor<3>) -> Tensor<3> {
        let hidden = gelu(self.up.forward(norm(states, &self.norm_feed)));
        self.down.forward(hidden)
    }
}

/// x over the root of its mean square, times the gain.
fn norm(x: Tensor<3>, gain: &Param<Tensor<1>>) -> Tensor<3> {
    let scale = ((x.clone() * x.clone()).mean_dim(2) + NORM_EPSILON).sqrt();
    x / scale * gain.val().unsqueeze::<3>()
}

/// A negative number where a position would look ahead, `[1, 1, n, n]`: what is left of it after
/// the softmax, some 10⁻²⁶, vanishes, and no exponential underflows, which would be slow.
fn future(n: usize, device: &Device) -> Tensor<4> {
    let values: Vec<f32> = (0..n * n)
        .map(|i| if i % n > i / n { -60.0 } else { 0.0 })
        .collect();
    Tensor::from_data(TensorData::new(values, [1, 1, n, n]), device)
}

/// Cosines and sines of the rotary angles.
struct Rotary {
    /// `[1, 1, n_positions, head / 2]`
    cosines: Tensor<4>,
    sines: Tensor<4>,
}

impl Rotary {
    fn new(n_positions: usize, head: usize, device: &Device) -> Self {
        let half = head / 2;
        let angles: Vec<f64> = (0..n_positions * half)
            .map(|i| {
                let (position, pair) = (i / half, i % half);
                position as f64 / ROTARY_BASE.powf(2.0 * pair as f64 / head as f64)
            })
            .collect();
        let tensor = |f: fn(f64) -> f64| {
            let values: Vec<f32> = angles.iter().map(|&angle| f(angle) as f32).collect();
            Tensor::from_data(TensorData::new(values, [1, 1, n_positions, half]), device)
        };
        Self {
            cosines: tensor(f64::cos),
            sines: tensor(f64::sin),
        }
    }

    /// Turns the pairs (i, i + head / 2) of each head by the angle of the position.
    fn turn(&self, x: Tensor<4>) -> Tensor<4> {
        let half = x.dims()[3] / 2;
        let (a, b) = (x.clone().narrow(3, 0, half), x.narrow(3, half, half));
        let (cosines, sines) = (self.cosines.clone(), self.sines.clone());
        Tensor::cat(
            vec![
                a.clone() * cosines.clone() - b.clone() * sines.clone(),
                b * cosines + a * sines,
            ],
            3,
        )
    }
}
