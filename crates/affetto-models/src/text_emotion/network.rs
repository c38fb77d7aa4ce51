//! The network at inference: the formula of `model.rs` over plain numbers, without burn.

use std::collections::BTreeMap;

use super::model::{EMPTY_BAG, MAX_LOG_WEIGHT};
use super::vocabulary::Bags;
use crate::{Array, Error, WeightsFile};

/// The weights of the network.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Network {
    /// Width of an embedding.
    pub(crate) n_embedding: usize,
    /// Width of the hidden layer.
    pub(crate) n_hidden: usize,
    /// Number of outputs.
    pub(crate) n_outputs: usize,
    /// `[n_rows, n_embedding + 1]`; the last column is the logarithm of the weight.
    pub(crate) table: Vec<f32>,
    /// `[2 n_embedding, n_hidden]`
    pub(crate) hidden_weight: Vec<f32>,
    /// `[n_hidden]`
    pub(crate) hidden_bias: Vec<f32>,
    /// `[2 n_embedding + n_hidden, n_outputs]`
    pub(crate) output_weight: Vec<f32>,
    /// `[n_outputs]`
    pub(crate) output_bias: Vec<f32>,
}

impl Network {
    /// Reads the network from a weights file, checking every shape.
    pub(crate) fn from_weights(
        weights: &WeightsFile,
        n_rows: usize,
        n_outputs: usize,
    ) -> Result<Self, Error> {
        let bias = weights
            .arrays
            .get("hidden.bias")
            .map_or(0, |array| array.values.len());
        let columns = weights
            .arrays
            .get("table")
            .map_or(0, |array| *array.shape.last().unwrap_or(&0));
        let n_embedding = columns.saturating_sub(1);
        let n_inputs = 2 * n_embedding;
        let values = |name: &str, shape: &[usize]| weights.values(name, shape).map(<[f32]>::to_vec);
        Ok(Self {
            n_embedding,
            n_hidden: bias,
            n_outputs,
            table: values("table", &[n_rows, n_embedding + 1])?,
            hidden_weight: values("hidden.weight", &[n_inputs, bias])?,
            hidden_bias: values("hidden.bias", &[bias])?,
            output_weight: values("output.weight", &[n_inputs + bias, n_outputs])?,
            output_bias: values("output.bias", &[n_outputs])?,
        })
    }

    /// The arrays of a weights file, with the first `n_outputs` outputs only.
    pub(crate) fn arrays(&self, n_outputs: usize) -> Result<BTreeMap<String, Array>, Error> {
        let (n_inputs, n_hidden) = (2 * self.n_embedding, self.n_hidden);
        let columns = self.n_embedding + 1;
        let output_weight: Vec<f32> = self
            .output_weight
            .chunks_exact(self.n_outputs)
            .flat_map(|row| row[..n_outputs].iter().copied())
            .collect();
        let arrays = [
            (
                "table",
                vec![self.table.len() / columns, columns],
                self.table.clone(),
            ),
            (
                "hidden.weight",
                vec![n_inputs, n_hidden],
                self.hidden_weight.clone(),
            ),
            ("hidden.bias", vec![n_hidden], self.hidden_bias.clone()),
            (
                "output.weight",
                vec![n_inputs + n_hidden, n_outputs],
                output_weight,
            ),
            (
                "output.bias",
                vec![n_outputs],
                self.output_bias[..n_outputs].to_vec(),
            ),
        ];
        let array = |(name, shape, values): (&str, Vec<usize>, Vec<f32>)| {
            Ok((name.to_owned(), Array::new(shape, values)?))
        };
        arrays.into_iter().map(array).collect()
    }

    /// The outputs of a text.
    ///
    /// # Shapes
    /// - `bags`: rows of the table, each below its number of rows
    /// - returns: `[n_outputs]`
    pub(crate) fn forward(&self, bags: &Bags) -> Vec<f32> {
        let inputs = self.embedding(bags);
        let mut outputs = self.output_bias.clone();
        accumulate(&mut outputs, &inputs, &self.output_weight);
        outputs
    }

    /// What the heads see of a text: the two means and the hidden units.
    ///
    /// # Shapes
    /// - returns: `[2 n_embedding + n_hidden]`
    pub(crate) fn embedding(&self, bags: &Bags) -> Vec<f32> {
        let mut inputs = Vec::with_capacity(2 * self.n_embedding + self.n_hidden);
        for bag in bags {
            inputs.extend(self.mean(bag));
        }
        let mut hidden = self.hidden_bias.clone();
        accumulate(&mut hidden, &inputs, &self.hidden_weight);
        inputs.extend(hidden.into_iter().map(|value| value.max(0.0)));
        inputs
    }

    /// The weighted mean of the embeddings of a bag, 0 for an empty one.
    fn mean(&self, bag: &[u32]) -> Vec<f32> {
        let columns = self.n_embedding + 1;
        let mut sum = vec![0.0; self.n_embedding];
        let mut total = EMPTY_BAG;
        for &row in bag {
            let row = &self.table[row as usize * columns..][..columns];
            let weight = row[self.n_embedding]
                .clamp(-MAX_LOG_WEIGHT, MAX_LOG_WEIGHT)
                .exp();
            total += weight;
            sum.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum += weight * value);
        }
        sum.iter_mut().for_each(|sum| *sum /= total);
        sum
    }
}

/// Adds a row vector times a matrix.
fn accumulate(outputs: &mut [f32], inputs: &[f32], weight: &[f32]) {
    for (input, row) in inputs.iter().zip(weight.chunks_exact(outputs.len())) {
        outputs
            .iter_mut()
            .zip(row)
            .for_each(|(output, weight)| *output += input * weight);
    }
}
