//! The recurrent cells: dense layers, long short-term memory, and its attention over what it said
//! before.

use super::checkpoint::Bundle;

/// Steps that attention looks back on.
const N_ATTENDED: usize = 40;
/// Added to the forget gate, as TensorFlow's basic cell does.
const FORGET_BIAS: f32 = 1.0;
/// Where the weights of the cells stand in a checkpoint.
const CELLS: &str = "rnn/multi_rnn_cell";

/// A dense layer.
#[derive(Debug)]
pub(super) struct Dense {
    /// `[n_in, n_out]`
    kernel: Vec<f32>,
    bias: Vec<f32>,
}

impl Dense {
    fn read(
        bundle: &Bundle,
        [kernel, bias]: [&str; 2],
        [n_in, n_out]: [usize; 2],
    ) -> Result<Self, String> {
        Ok(Self {
            kernel: bundle.values(kernel, &[n_in, n_out])?.to_vec(),
            bias: bundle.values(bias, &[n_out])?.to_vec(),
        })
    }

    fn within(bundle: &Bundle, scope: &str, sizes: [usize; 2]) -> Result<Self, String> {
        let [kernel, bias] = ["kernel", "bias"].map(|name| format!("{CELLS}/{scope}/{name}"));
        Self::read(bundle, [&kernel, &bias], sizes)
    }

    /// The layer on two vectors, one after the other.
    pub(super) fn apply(&self, first: &[f32], second: &[f32]) -> Vec<f32> {
        let mut out = self.bias.clone();
        let rows = self.kernel.chunks_exact(out.len().max(1));
        for (row, &x) in rows.zip(first.iter().chain(second)) {
            for (out, weight) in out.iter_mut().zip(row) {
                *out += weight * x;
            }
        }
        out
    }
}

/// Long short-term memory (Hochreiter & Schmidhuber 1997) with gates in the order input, new
/// value, forget, output.
#[derive(Debug)]
struct Lstm {
    gates: Dense,
}

/// What a cell remembers.
#[derive(Debug, Clone)]
struct LstmState {
    cell: Vec<f32>,
    output: Vec<f32>,
}

impl LstmState {
    fn new(n: usize) -> Self {
        Self {
            cell: vec![0.0; n],
            output: vec![0.0; n],
        }
    }
}

impl Lstm {
    fn step(&self, x: &[f32], state: &mut LstmState) {
        let gates = self.gates.apply(x, &state.output);
        let n = state.cell.len();
        for i in 0..n {
            let [input, new, forget, output] = [0, 1, 2, 3].map(|gate| gates[gate * n + i]);
            let kept = state.cell[i] * sigmoid(forget + FORGET_BIAS);
            state.cell[i] = kept + sigmoid(input) * new.tanh();
            state.output[i] = state.cell[i].tanh() * sigmoid(output);
        }
    }
}

/// Attention over the last outputs around a cell (TensorFlow's `AttentionCellWrapper`, after
/// Bahdanau et al. 2014).
#[derive(Debug)]
struct Attention {
    input: Dense,
    query: Dense,
    output: Dense,
    /// `[n, n]`
    keys: Vec<f32>,
    scores: Vec<f32>,
}

/// What attention remembers.
#[derive(Debug, Clone)]
struct AttentionState {
    /// What was attended to last.
    attended: Vec<f32>,
    /// The last outputs, the oldest first.
    outputs: Vec<Vec<f32>>,
}

impl Attention {
    fn read(bundle: &Bundle, scope: &str, [n_in, n]: [usize; 2]) -> Result<Self, String> {
        let within = |name: &str, sizes| Dense::within(bundle, &format!("{scope}{name}"), sizes);
        let vector = |name: &str, shape: &[usize]| {
            let name = format!("{CELLS}/{scope}/attention/{name}");
            bundle.values(&name, shape).map(<[f32]>::to_vec)
        };
        Ok(Self {
            input: within("", [n_in + n, n_in])?,
            query: within("/attention", [2 * n, n])?,
            output: within("/attn_output_projection", [2 * n, n])?,
            keys: vector("attn_w", &[1, 1, n, n])?,
            scores: vector("attn_v", &[n])?,
        })
    }

    fn attend(&self, query: &[f32], outputs: &[Vec<f32>]) -> Vec<f32> {
        let score = |output: &Vec<f32>| {
            let mut key = query.to_vec();
            for (row, &x) in self.keys.chunks_exact(query.len().max(1)).zip(output) {
                for (key, weight) in key.iter_mut().zip(row) {
                    *key += weight * x;
                }
            }
            let terms = key.iter().zip(&self.scores);
            terms.map(|(key, score)| score * key.tanh()).sum::<f32>()
        };
        let scores: Vec<f64> = outputs.iter().map(|o| f64::from(score(o))).collect();
        let mut attended = vec![0.0; query.len()];
        for (weight, output) in softmax(&scores).into_iter().zip(outputs) {
            for (sum, &x) in attended.iter_mut().zip(output) {
                *sum += weight as f32 * x;
            }
        }
        attended
    }
}

/// Two layers of cells, the first perhaps with attention, and what turns them into logits.
#[derive(Debug)]
pub(super) struct Recurrent {
    width: usize,
    cells: [Lstm; 2],
    attention: Option<Attention>,
    head: Dense,
}

/// What a network remembers of a piece.
#[derive(Debug, Clone)]
pub(super) struct RecurrentState {
    cells: [LstmState; 2],
    attention: AttentionState,
}

impl Recurrent {
    /// The network of the melody bundles: attention around the first cell.
    pub(super) fn attentive(bundle: &Bundle, n_in: usize, n_out: usize) -> Result<Self, String> {
        let width = width_of(bundle)?;
        let scope = "cell_0/attention_cell_wrapper";
        let attention = Attention::read(bundle, scope, [n_in, width])?;
        Self::read(bundle, scope, [n_in, width, n_out], Some(attention))
    }

    /// The network of the polyphonic bundles.
    pub(super) fn plain(bundle: &Bundle, n_in: usize, n_out: usize) -> Result<Self, String> {
        Self::read(bundle, "cell_0", [n_in, width_of(bundle)?, n_out], None)
    }

    fn read(
        bundle: &Bundle,
        first: &str,
        [n_in, width, n_out]: [usize; 3],
        attention: Option<Attention>,
    ) -> Result<Self, String> {
        let cell = |scope: &str, n_in: usize| {
            let scope = format!("{scope}/basic_lstm_cell");
            let gates = Dense::within(bundle, &scope, [n_in + width, 4 * width])?;
            Ok::<_, String>(Lstm { gates })
        };
        let head = ["fully_connected/weights", "fully_connected/biases"];
        Ok(Self {
            width,
            cells: [cell(first, n_in)?, cell("cell_1", width)?],
            attention,
            head: Dense::read(bundle, head, [width, n_out])?,
        })
    }

    pub(super) fn start(&self) -> RecurrentState {
        RecurrentState {
            cells: [0, 1].map(|_| LstmState::new(self.width)),
            attention: AttentionState {
                attended: vec![0.0; self.width],
                outputs: vec![vec![0.0; self.width]; N_ATTENDED],
            },
        }
    }

    /// Reads one input; the logits of what follows.
    pub(super) fn step(&self, x: &[f32], state: &mut RecurrentState) -> Vec<f32> {
        let RecurrentState { cells, attention } = state;
        let [first, second] = cells;
        let out = match &self.attention {
            None => {
                self.cells[0].step(x, first);
                first.output.clone()
            }
            Some(layer) => {
                let x = layer.input.apply(x, &attention.attended);
                self.cells[0].step(&x, first);
                let query = layer.query.apply(&first.cell, &first.output);
                attention.attended = layer.attend(&query, &attention.outputs);
                let out = layer.output.apply(&first.output, &attention.attended);
                attention.outputs.rotate_left(1);
                if let Some(last) = attention.outputs.last_mut() {
                    last.clone_from(&out);
                }
                out
            }
        };
        self.cells[1].step(&out, second);
        self.head.apply(&second.output, &[])
    }
}

/// Width of the cells, as the last layer has it.
fn width_of(bundle: &Bundle) -> Result<usize, String> {
    let name = "fully_connected/weights";
    let shape = bundle.tensors.get(name).map(|tensor| &*tensor.shape);
    match shape {
        Some(&[width @ 1..=1_024, _]) => Ok(width),
        other => Err(format!("the tensor {name} has shape {other:?}")),
    }
}

/// Probabilities of scores.
pub(super) fn softmax(scores: &[f64]) -> Vec<f64> {
    let highest = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut weights: Vec<f64> = scores.iter().map(|s| (s - highest).exp()).collect();
    let total: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= total);
    weights
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}
