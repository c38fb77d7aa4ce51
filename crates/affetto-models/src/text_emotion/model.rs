//! The network for training, in burn: two weighted bags of embeddings and a small MLP.
//!
//! Inference runs the same formula without burn, in `network.rs`; a test compares the two.

use burn::module::{Module, Param};
use burn::tensor::activation::{log_sigmoid, log_softmax, relu};
use burn::tensor::{Device, Distribution, IndexingUpdateOp, Int, Tensor, TensorData};

use super::config::TextTrainingConfig;
use super::data::{DAIR_LABELS, ISEAR_LABELS, N_GOEMOTIONS, SEMEVAL_LABELS};

/// The outputs of each head, in the order of the columns.
pub(crate) const HEADS: [(&str, usize); 6] = [
    ("affect", 4),
    ("goemotions", N_GOEMOTIONS),
    ("dair", DAIR_LABELS.len()),
    ("isear", ISEAR_LABELS.len()),
    ("semeval", SEMEVAL_LABELS.len()),
    ("emobank", 2),
];
/// Number of outputs of all heads.
pub(crate) const N_OUTPUTS: usize = 4 + N_GOEMOTIONS + 6 + 7 + 11 + 2;
/// Number of outputs of the first three heads, the ones that ship.
pub(crate) const N_SHIPPED: usize = 4 + N_GOEMOTIONS + 6;
/// The outputs of dair-ai's head.
pub(crate) const DAIR_OUTPUTS: std::ops::Range<usize> = 4 + N_GOEMOTIONS..N_SHIPPED;
/// Limit of the logarithm of an n-gram's weight.
pub(crate) const MAX_LOG_WEIGHT: f32 = 5.0;
/// Largest logarithm of an n-gram's weight before training.
const MAX_FIRST_GATE: f32 = 2.5;
/// Keeps the mean over an empty bag at 0.
pub(crate) const EMPTY_BAG: f32 = 1e-3;
/// Limits of the logarithm of a variance: no feeling is known better than to about ± 0.2, and
/// sentences made from lexicon words must not outweigh what people wrote.
pub(crate) const LOG_VARIANCE: (f32, f32) = (-3.0, 1.0);
/// How much squared errors count beside the likelihood: the inverse of a variance of 0.2.
const SQUARE_WEIGHT: f32 = 5.0;

/// Bag of embeddings → hidden layer → heads.
///
/// With rows r of a bag: mean = Σ exp(gᵣ) eᵣ / Σ exp(gᵣ), where g is the last column of the
/// table, limited to ±5. x = the means of the word and the character bag; h = relu(W₁ x + b₁);
/// outputs = W₂ [x, h] + b₂.
#[derive(Module, Debug)]
pub(crate) struct TextNetwork {
    /// `[n_rows, n_embedding + 1]`
    pub(crate) table: Param<Tensor<2>>,
    /// `[2 n_embedding, n_hidden]`
    pub(crate) hidden_weight: Param<Tensor<2>>,
    /// `[n_hidden]`
    pub(crate) hidden_bias: Param<Tensor<1>>,
    /// `[2 n_embedding + n_hidden, N_OUTPUTS]`
    pub(crate) output_weight: Param<Tensor<2>>,
    /// `[N_OUTPUTS]`
    pub(crate) output_bias: Param<Tensor<1>>,
}

/// The rows of a batch of texts.
pub(crate) struct Batch {
    /// Rows of the table, one after the other.
    pub(crate) rows: Vec<i32>,
    /// The bag of each row: twice the number of the text, plus 1 for characters.
    pub(crate) bags: Vec<i32>,
    /// Number of texts.
    pub(crate) n_texts: usize,
}

/// What a batch should give; weights of 0 leave an output out.
pub(crate) struct Targets {
    /// Targets of all outputs but the variances, `n_texts × N_OUTPUTS`.
    pub(crate) values: Vec<f32>,
    /// Their weights, `n_texts × N_OUTPUTS`.
    pub(crate) weights: Vec<f32>,
}

impl TextNetwork {
    /// A network with random weights.
    ///
    /// The weight of an n-gram in its bag starts at its score in the selection of the vocabulary.
    pub(crate) fn new(config: &TextTrainingConfig, scores: &[f32], device: &Device) -> Self {
        let random = |shape: [usize; 2], sd: f64| {
            Tensor::<2>::random(shape, Distribution::Normal(0.0, sd), device)
        };
        let n_inputs = 2 * config.n_embedding;
        let n_rows = scores.len();
        let gates: Vec<f32> = scores
            .iter()
            .map(|score| (score + 0.3).ln().clamp(-1.0, MAX_FIRST_GATE))
            .collect();
        let gates = Tensor::<2>::from_data(TensorData::new(gates, [n_rows, 1]), device);
        let table = Tensor::cat(vec![random([n_rows, config.n_embedding], 0.1), gates], 1);
        // He initialization (He et al. 2015) for the hidden layer; small embeddings and outputs.
        let hidden = random([n_inputs, config.n_hidden], (2.0 / n_inputs as f64).sqrt());
        Self {
            table: Param::from_tensor(table),
            hidden_weight: Param::from_tensor(hidden),
            hidden_bias: Param::from_tensor(Tensor::zeros([config.n_hidden], device)),
            output_weight: Param::from_tensor(random(
                [n_inputs + config.n_hidden, N_OUTPUTS],
                0.02,
            )),
            output_bias: Param::from_tensor(Tensor::zeros([N_OUTPUTS], device)),
        }
    }

    /// The outputs of all heads.
    ///
    /// `keep` scales the hidden units: 0 for dropped ones, `1 / (1 − dropout)` for others.
    ///
    /// # Shapes
    /// - `keep`: `[n_texts, n_hidden]`
    /// - returns: `[n_texts, N_OUTPUTS]`
    pub(crate) fn forward(&self, batch: Batch, keep: Option<Tensor<2>>) -> Tensor<2> {
        let device = self.table.val().device();
        let n_rows = batch.rows.len();
        let [_, width] = self.table.val().dims();
        let n_bags = 2 * batch.n_texts;
        let rows = Tensor::<1, Int>::from_data(TensorData::new(batch.rows, [n_rows]), &device);
        let bags = Tensor::<1, Int>::from_data(TensorData::new(batch.bags, [n_rows]), &device);
        let found = self.table.val().select(0, rows);
        let weight = found.clone().slice([0..n_rows, width - 1..width]);
        let weight = weight.clamp(-MAX_LOG_WEIGHT, MAX_LOG_WEIGHT).exp();
        let embedding = found.slice([0..n_rows, 0..width - 1]);
        // One sum for both: the embeddings times their weights, and the weights.
        let weighted = Tensor::cat(vec![embedding * weight.clone(), weight], 1);
        let sums = Tensor::<2>::zeros([n_bags, width], &device).select_assign(
            0,
            bags,
            weighted,
            IndexingUpdateOp::Add,
        );
        let total = sums
            .clone()
            .slice([0..n_bags, width - 1..width])
            .add_scalar(EMPTY_BAG);
        let means = sums.slice([0..n_bags, 0..width - 1]) / total;
        let input = means.reshape([batch.n_texts, 2 * (width - 1)]);
        let hidden = relu(
            input.clone().matmul(self.hidden_weight.val())
                + self.hidden_bias.val().unsqueeze::<2>(),
        );
        let hidden = match keep {
            Some(keep) => hidden * keep,
            None => hidden,
        };
        Tensor::cat(vec![input, hidden], 1).matmul(self.output_weight.val())
            + self.output_bias.val().unsqueeze::<2>()
    }
}

/// The loss of a batch: the sum over the heads of their weighted means over the texts.
///
/// Valence and arousal: squared error for the means, Gaussian negative log-likelihood for the
/// variances alone, so that the network cannot turn away from what it is unsure of (Seitzer et
/// al. 2022, "On the pitfalls of heteroscedastic uncertainty estimation"). GoEmotions and SemEval: binary cross-entropy of each label. dair-ai and ISEAR:
/// cross-entropy. EmoBank: squared error.
///
/// # Shapes
/// - `outputs`: `[n_texts, N_OUTPUTS]`
pub(crate) fn loss(outputs: Tensor<2>, targets: Targets, n_texts: usize) -> Tensor<1> {
    let device = outputs.device();
    let shape = [n_texts, N_OUTPUTS];
    let values = Tensor::<2>::from_data(TensorData::new(targets.values, shape), &device);
    let weights = Tensor::<2>::from_data(TensorData::new(targets.weights, shape), &device);
    let columns = |tensor: &Tensor<2>, head: usize| {
        let start: usize = HEADS[..head].iter().map(|(_, n)| n).sum();
        tensor
            .clone()
            .slice([0..n_texts, start..start + HEADS[head].1])
    };
    let binary = |head: usize| {
        let (logits, values) = (columns(&outputs, head), columns(&values, head));
        let hit = log_sigmoid(logits.clone()) * values.clone();
        let miss = log_sigmoid(logits.neg()) * (values.neg() + 1.0);
        ((hit + miss) * columns(&weights, head)).sum().neg()
    };
    let categorical = |head: usize| {
        let logs = log_softmax(columns(&outputs, head), 1);
        (logs * columns(&values, head) * columns(&weights, head))
            .sum()
            .neg()
    };
    let squared = |head: usize| {
        let error = columns(&outputs, head) - columns(&values, head);
        (error.clone() * error * columns(&weights, head)).sum()
    };
    let affect = {
        let (outputs, values) = (columns(&outputs, 0), columns(&values, 0));
        let half =
            |tensor: &Tensor<2>, start: usize| tensor.clone().slice([0..n_texts, start..start + 2]);
        let log_variance = half(&outputs, 2).clamp(LOG_VARIANCE.0, LOG_VARIANCE.1);
        let error = half(&outputs, 0) - half(&values, 0);
        let square = error.clone() * error;
        let likelihood = square.clone().detach() * log_variance.clone().neg().exp() + log_variance;
        ((square.mul_scalar(SQUARE_WEIGHT) + likelihood) * half(&columns(&weights, 0), 0)).sum()
    };
    let total = affect + binary(1) + categorical(2) + categorical(3) + binary(4) + squared(5);
    total.div_scalar(n_texts as f64)
}
