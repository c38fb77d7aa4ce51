//! The network, in burn: convolutions over time and mel bands, residual blocks over time,
//! attentive statistics pooling, and a branch for the statistics of the whole utterance.

use burn::module::Module;
use burn::nn::conv::{Conv2d, Conv2dConfig};
use burn::nn::{LayerNorm, LayerNormConfig, Linear, LinearConfig, PaddingConfig2d};
use burn::tensor::activation::{log_softmax, relu, softmax};
use burn::tensor::{Device, Tensor, TensorData};

use super::config::SpeechNetworkConfig;
use super::frames::{N_MELS, PITCH_COLUMNS};
use super::statistics::N_STATISTICS;

/// Frames of 10 ms in one step of the sequence.
pub(crate) const FRAMES_A_STEP: usize = 4;
/// Mel bands that are left after the stem.
const STEM_BANDS: usize = N_MELS / 8;
/// Wide classes.
pub(crate) const N_WIDE: usize = 8;
/// Narrow classes.
pub(crate) const N_NARROW: usize = 4;
/// Outputs: wide and narrow logits, valence and arousal, and the logarithms of their variances.
pub(crate) const N_OUTPUTS: usize = N_WIDE + N_NARROW + 4;
/// Limits of the logarithm of a variance.
pub(crate) const LOG_VARIANCE: (f32, f32) = (-4.0, 1.0);
/// How much valence and arousal count beside a cross-entropy.
const PLANE_WEIGHT: f32 = 2.0;
/// How much the likelihood of the variances counts.
const VARIANCE_WEIGHT: f32 = 0.1;
/// How much telling the corpora apart counts.
const GATE_WEIGHT: f32 = 0.3;
/// How much the narrow classes count beside the wide ones.
const NARROW_WEIGHT: f32 = 0.7;

/// Frames → embedding → classes, valence and arousal.
///
/// Three convolutions 3 × 3 with strides (time, bands) of (2, 2), (2, 2), (1, 2) and relu bring
/// 100 Hz × 64 bands to 25 Hz × 8 bands; a linear map joins bands, channels and pitch. Residual
/// blocks: x + W₂ relu(W₁ [x(t−d), x(t), x(t+d)]) of the normalized x. Pooling: mean and
/// standard deviation weighted by attention (Okabe et al. 2018). Each training corpus has heads of
/// its own; a gate that learns to tell the corpora apart mixes them (Jacobs et al. 1991), so that
/// microphones and acting styles do not pull at the same weights.
#[derive(Module, Debug)]
pub(crate) struct SpeechNetwork {
    stem: Vec<Conv2d>,
    join: Linear,
    pitch: Linear,
    blocks: Vec<Block>,
    norm: LayerNorm,
    attention: Linear,
    focus: Linear,
    statistics: Linear,
    hidden: Linear,
    gate: Linear,
    heads: Linear,
}

#[derive(Module, Debug)]
struct Block {
    norm: LayerNorm,
    mix: Linear,
    out: Linear,
    dilation: usize,
}

/// A batch of utterances, padded with zeros to the same length.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    /// Number of utterances.
    pub(crate) n_items: usize,
    /// Steps of [`FRAMES_A_STEP`] frames.
    pub(crate) n_steps: usize,
    /// Standardized mel frames, `[n_items, n_steps × 4, N_MELS]`.
    pub(crate) mel: Vec<f32>,
    /// Pitch of the frames, `[n_items, n_steps, 4 × PITCH_COLUMNS]`.
    pub(crate) pitch: Vec<f32>,
    /// 1 where the utterance is, 0 after its end, `[n_items, n_steps]`.
    pub(crate) mask: Vec<f32>,
    /// Standardized statistics, `[n_items, N_STATISTICS]`.
    pub(crate) statistics: Vec<f32>,
}

/// What hidden units are multiplied with in training: 0 for dropped ones.
pub(crate) struct Dropped {
    /// `[n_items, 2 width + statistics]`
    pub(crate) pooled: Tensor<2>,
    /// `[n_items, hidden]`
    pub(crate) hidden: Tensor<2>,
}

/// What a batch should give; weights of 0 leave an item or a class out.
#[derive(Debug, Clone, Default)]
pub(crate) struct Targets {
    /// Distribution over the wide classes times the weight of the item, `[n_items, N_WIDE]`.
    pub(crate) wide: Vec<f32>,
    /// The same over the narrow classes, `[n_items, N_NARROW]`.
    pub(crate) narrow: Vec<f32>,
    /// Valence and arousal, `[n_items, 2]`.
    pub(crate) plane: Vec<f32>,
    /// Weight of valence and arousal, `[n_items]`.
    pub(crate) plane_weight: Vec<f32>,
    /// Distribution over the corpora, `[n_items, n_corpora]`.
    pub(crate) corpus: Vec<f32>,
}

/// What the network says of a batch.
pub(crate) struct Outputs {
    /// Outputs of all heads, `[n_items, N_OUTPUTS]`.
    pub(crate) heads: Tensor<2>,
    /// Logits of the corpora, `[n_items, n_corpora]`.
    pub(crate) gate: Tensor<2>,
}

impl SpeechNetwork {
    /// A network with random weights, for some number of training corpora.
    pub(crate) fn new(config: &SpeechNetworkConfig, n_corpora: usize, device: &Device) -> Self {
        let width = config.width;
        let strides = [[2, 2], [2, 2], [1, 2]];
        let inputs = [1, config.stem[0], config.stem[1]];
        let stem = (0..3).map(|i| {
            Conv2dConfig::new([inputs[i], config.stem[i]], [3, 3])
                .with_stride(strides[i])
                .with_padding(PaddingConfig2d::Explicit(1, 1, 1, 1))
                .with_initializer(burn::nn::Initializer::KaimingNormal {
                    gain: std::f64::consts::SQRT_2,
                    fan_out_only: false,
                })
                .init(device)
        });
        let linear = |inputs, outputs| LinearConfig::new(inputs, outputs).init(device);
        let block = |&dilation: &usize| Block {
            norm: LayerNormConfig::new(width).init(device),
            mix: linear(3 * width, width),
            out: linear(width, width),
            dilation,
        };
        Self {
            stem: stem.collect(),
            join: linear(config.stem[2] * STEM_BANDS, width),
            pitch: linear(FRAMES_A_STEP * PITCH_COLUMNS, width),
            blocks: config.dilations.iter().map(block).collect(),
            norm: LayerNormConfig::new(width).init(device),
            attention: linear(width, width / 2),
            focus: linear(width / 2, 1),
            statistics: linear(N_STATISTICS, config.statistics),
            hidden: linear(2 * width + config.statistics, config.hidden),
            gate: linear(2 * width + config.statistics, n_corpora),
            heads: linear(config.hidden, n_corpora * N_OUTPUTS),
        }
    }

    /// The outputs of all heads and of the gate.
    pub(crate) fn forward(&self, batch: Batch, dropped: Option<Dropped>) -> Outputs {
        let device = self.join.weight.val().device();
        let (n, steps) = (batch.n_items, batch.n_steps);
        let mask = Tensor::<3>::from_data(TensorData::new(batch.mask, [n, steps, 1]), &device);
        let statistics = Tensor::<2>::from_data(
            TensorData::new(batch.statistics, [n, N_STATISTICS]),
            &device,
        );
        let pitch_shape = [n, steps, FRAMES_A_STEP * PITCH_COLUMNS];
        let pitch = Tensor::<3>::from_data(TensorData::new(batch.pitch, pitch_shape), &device);
        let mel_shape = [n, 1, steps * FRAMES_A_STEP, N_MELS];
        let mut image = Tensor::<4>::from_data(TensorData::new(batch.mel, mel_shape), &device);
        for convolution in &self.stem {
            image = relu(convolution.forward(image));
        }
        let channels = image.dims()[1];
        let joined = image
            .swap_dims(1, 2)
            .reshape([n, steps, channels * STEM_BANDS]);
        let mut sequence = relu(self.join.forward(joined) + self.pitch.forward(pitch));
        for block in &self.blocks {
            sequence = block.forward(sequence * mask.clone());
        }
        let pooled = self.pool(self.norm.forward(sequence), mask);
        let statistics = relu(self.statistics.forward(statistics));
        let mut pooled = Tensor::cat(vec![pooled, statistics], 1);
        let mut keep_hidden = None;
        if let Some(dropped) = dropped {
            pooled = pooled * dropped.pooled;
            keep_hidden = Some(dropped.hidden);
        }
        let gate = self.gate.forward(pooled.clone());
        let n_corpora = gate.dims()[1];
        let hidden = relu(self.hidden.forward(pooled));
        let hidden = match keep_hidden {
            Some(keep) => hidden * keep,
            None => hidden,
        };
        let experts = self.heads.forward(hidden);
        let experts = experts.reshape([n, n_corpora, N_OUTPUTS]);
        let share = softmax(gate.clone(), 1).reshape([n, n_corpora, 1]);
        let heads = (experts * share).sum_dim(1).reshape([n, N_OUTPUTS]);
        Outputs { heads, gate }
    }

    /// Mean and standard deviation over time, weighted by attention.
    ///
    /// # Shapes
    /// - `sequence`: `[n_items, n_steps, width]`, `mask`: `[n_items, n_steps, 1]`
    /// - returns: `[n_items, 2 width]`
    fn pool(&self, sequence: Tensor<3>, mask: Tensor<3>) -> Tensor<2> {
        let [n, _, width] = sequence.dims();
        let score = self
            .focus
            .forward(self.attention.forward(sequence.clone()).tanh());
        // What is padded gets a score so low that its weight is 0.
        let score = score + (mask - 1.0).mul_scalar(1e4);
        let weight = softmax(score, 1);
        let mean = (sequence.clone() * weight.clone()).sum_dim(1);
        let centered = sequence - mean.clone();
        let variance = (centered.clone() * centered * weight).sum_dim(1);
        let sd = variance.add_scalar(1e-4).sqrt();
        Tensor::cat(vec![mean.reshape([n, width]), sd.reshape([n, width])], 1)
    }
}

impl Block {
    fn forward(&self, sequence: Tensor<3>) -> Tensor<3> {
        let [n, steps, width] = sequence.dims();
        let shift = self.dilation.min(steps);
        let normed = self.norm.forward(sequence.clone());
        let silence = Tensor::<3>::zeros([n, shift, width], &normed.device());
        let kept = steps - shift;
        let (before, after) = if kept == 0 {
            (silence.clone(), silence)
        } else {
            (
                Tensor::cat(
                    vec![silence.clone(), normed.clone().slice([0..n, 0..kept])],
                    1,
                ),
                Tensor::cat(vec![normed.clone().slice([0..n, shift..steps]), silence], 1),
            )
        };
        let around = Tensor::cat(vec![before, normed, after], 2);
        sequence + self.out.forward(relu(self.mix.forward(around)))
    }
}

/// The mean loss of a batch.
///
/// Cross-entropy of the wide and narrow classes, squared error of valence and arousal, and the
/// Gaussian likelihood of their variances alone, so that the network cannot turn away from what
/// it is unsure of (Seitzer et al. 2022); cross-entropy of the corpora.
pub(crate) fn loss(outputs: Outputs, targets: Targets) -> Tensor<1> {
    let Outputs {
        heads: outputs,
        gate,
    } = outputs;
    let device = outputs.device();
    let [n, _] = outputs.dims();
    let tensor = |values: Vec<f32>, columns: usize| {
        Tensor::<2>::from_data(TensorData::new(values, [n, columns]), &device)
    };
    let columns = |start: usize, count: usize| outputs.clone().slice([0..n, start..start + count]);
    let entropy = |start: usize, count: usize, target: Vec<f32>| {
        (log_softmax(columns(start, count), 1) * tensor(target, count))
            .sum()
            .neg()
    };
    let wide = entropy(0, N_WIDE, targets.wide);
    let narrow = entropy(N_WIDE, N_NARROW, targets.narrow);
    let n_corpora = gate.dims()[1];
    let corpus = (log_softmax(gate, 1) * tensor(targets.corpus, n_corpora))
        .sum()
        .neg();
    let weight = tensor(targets.plane_weight, 1);
    let error = columns(N_WIDE + N_NARROW, 2) - tensor(targets.plane, 2);
    let square = error.clone() * error;
    let log_variance = columns(N_WIDE + N_NARROW + 2, 2).clamp(LOG_VARIANCE.0, LOG_VARIANCE.1);
    let likelihood = square.clone().detach() * log_variance.clone().neg().exp() + log_variance;
    let plane =
        ((square.mul_scalar(PLANE_WEIGHT) + likelihood.mul_scalar(VARIANCE_WEIGHT)) * weight).sum();
    let corpus = corpus.mul_scalar(GATE_WEIGHT);
    (wide + narrow.mul_scalar(NARROW_WEIGHT) + plane + corpus).div_scalar(n as f64)
}
