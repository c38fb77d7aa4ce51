//! The network: a small residual convolutional network on one gray face (He et al. 2016,
//! "Deep Residual Learning for Image Recognition"), channels last.
//!
//! A convolution is a gather of rows and one matrix product: every output pixel gathers the 3 × 3
//! rows of its neighborhood (edges repeat), `[n_pixels, 9 n_in] × [9 n_in, n_out]`. The weight
//! gradient is then one large product; beside the backend's own convolution it was not timed. Batch normalization (Ioffe & Szegedy 2015) uses the
//! statistics of the batch while training; statistics for use are measured afterwards over
//! training images with the averaged weights ([`Moments`]), so that no running state is trained.

use burn::module::{Initializer, Module, Param};
use burn::tensor::activation::relu;
use burn::tensor::{Device, Int, Tensor, TensorData};

/// Side of the patches that the first layer sees.
const STEM_KERNEL: usize = 5;
/// Every how many pixels the first layer looks.
const STEM_STRIDE: usize = 2;
/// Added to variances before their root.
const EPSILON: f32 = 1e-5;

/// Means and variances of every normalization, in the order of the forward pass.
pub(crate) type Moments = Vec<(Tensor<2>, Tensor<2>)>;

/// Where the normalizations take their statistics from.
pub(crate) enum Statistics<'a> {
    /// From the batch itself; they are appended where a list is given.
    Batch(Option<&'a mut Moments>),
    /// None: weights and shifts hold them already, see [`FaceNetwork::folded`].
    Folded,
}

impl Statistics<'_> {
    /// Scales each channel of `x` (`[n_rows, n_channels]`) to mean 0 and variance 1, then by
    /// `gamma` plus `beta`: one multiplication and one addition an element.
    fn normalize(&mut self, x: Tensor<2>, gamma: Tensor<1>, beta: Tensor<1>) -> Tensor<2> {
        let (mean, variance) = match self {
            Self::Batch(seen) => {
                let mean = x.clone().mean_dim(0);
                let variance = (x.clone() * x.clone()).mean_dim(0) - mean.clone() * mean.clone();
                if let Some(seen) = seen {
                    seen.push((mean.clone().detach(), variance.clone().detach()));
                }
                (mean, variance)
            }
            Self::Folded => return x + beta.unsqueeze::<2>(),
        };
        let (scale, shift) = scale_and_shift(gamma, beta, mean, variance);
        x * scale + shift
    }
}

/// What normalization multiplies by and adds, each `[1, n_channels]`.
fn scale_and_shift(
    gamma: Tensor<1>,
    beta: Tensor<1>,
    mean: Tensor<2>,
    variance: Tensor<2>,
) -> (Tensor<2>, Tensor<2>) {
    let scale = gamma.unsqueeze::<2>() / (variance.clamp_min(0.0) + EPSILON).sqrt();
    let shift = beta.unsqueeze::<2>() - mean * scale.clone();
    (scale, shift)
}

/// A convolution without bias and its normalization.
#[derive(Module, Debug)]
pub(crate) struct Convolution {
    /// `[kernel² n_in, n_out]`
    weight: Param<Tensor<2>>,
    gamma: Param<Tensor<1>>,
    beta: Param<Tensor<1>>,
}

impl Convolution {
    fn new(n_in: usize, n_out: usize, gamma: f64, device: &Device) -> Self {
        // He et al. (2015): normal with variance 2 / fan-in.
        let std = (2.0 / n_in as f64).sqrt();
        let init = Initializer::Normal { mean: 0.0, std };
        Self {
            weight: init.init([n_in, n_out], device),
            gamma: Initializer::Constant { value: gamma }.init([n_out], device),
            beta: Initializer::Zeros.init([n_out], device),
        }
    }

    fn forward(&self, columns: Tensor<2>, statistics: &mut Statistics<'_>) -> Tensor<2> {
        let sums = columns.matmul(self.weight.val());
        statistics.normalize(sums, self.gamma.val(), self.beta.val())
    }

    /// The convolution with the next statistics multiplied in.
    fn folded(self, moments: &mut impl Iterator<Item = (Tensor<2>, Tensor<2>)>) -> Self {
        let Some((mean, variance)) = moments.next() else {
            return self;
        };
        let (scale, shift) = scale_and_shift(self.gamma.val(), self.beta.val(), mean, variance);
        let n_channels = shift.dims()[1];
        Self {
            weight: self.weight.map(|weight| weight * scale),
            gamma: self.gamma.map(|gamma| gamma.ones_like()),
            beta: self.beta.map(|_| shift.reshape([n_channels])),
        }
    }
}

/// Two 3 × 3 convolutions beside a shortcut; the first may halve the picture.
#[derive(Module, Debug)]
pub(crate) struct Block {
    first: Convolution,
    second: Convolution,
    shortcut: Option<Convolution>,
    #[module(skip)]
    stride: usize,
}

impl Block {
    fn new(n_in: usize, n_out: usize, stride: usize, device: &Device) -> Self {
        let shortcut = (n_in != n_out || stride != 1)
            .then(|| Convolution::new(n_in * stride * stride, n_out, 1.0, device));
        Self {
            first: Convolution::new(9 * n_in, n_out, 1.0, device),
            // A block starts as its shortcut (Goyal et al. 2017, section 5.1), here nearly.
            second: Convolution::new(9 * n_out, n_out, 0.2, device),
            shortcut,
            stride,
        }
    }

    fn forward(&self, x: Grid, statistics: &mut Statistics<'_>) -> Grid {
        let hidden = x.columns(3, self.stride);
        let hidden = hidden.map(|columns| relu(self.first.forward(columns, statistics)));
        let output = hidden.columns(3, 1);
        let output = output.map(|columns| self.second.forward(columns, statistics));
        let shortcut = match &self.shortcut {
            Some(shortcut) => x
                .columns(self.stride, self.stride)
                .map(|columns| shortcut.forward(columns, statistics)),
            None => x,
        };
        output.map(|rows| relu(rows + shortcut.rows))
    }
}

/// Pictures of one size, a row a pixel.
#[derive(Clone)]
struct Grid {
    /// `[n_pictures height width, n_channels]`
    rows: Tensor<2>,
    n_pictures: usize,
    height: usize,
    width: usize,
}

impl Grid {
    fn map(self, f: impl FnOnce(Tensor<2>) -> Tensor<2>) -> Self {
        Self {
            rows: f(self.rows),
            ..self
        }
    }

    /// For every output pixel the channels of its neighborhood, `[.., kernel² n_channels]`.
    ///
    /// Outputs stand at every `stride`-th pixel; beyond the edge the nearest pixel counts.
    fn columns(&self, kernel: usize, stride: usize) -> Self {
        let [_, n_channels] = self.rows.dims();
        let (height, width) = (self.height.div_ceil(stride), self.width.div_ceil(stride));
        let offset = (kernel - 1) / 2;
        let near = |at: usize, step: usize, length: usize| {
            (at * stride + step).saturating_sub(offset).min(length - 1)
        };
        let mut picture = Vec::with_capacity(height * width * kernel * kernel);
        for y in 0..height {
            for x in 0..width {
                for row in 0..kernel {
                    let start = near(y, row, self.height) * self.width;
                    let columns = (0..kernel).map(|column| near(x, column, self.width));
                    picture.extend(columns.map(|column| (start + column) as i32));
                }
            }
        }
        let size = (self.height * self.width) as i32;
        let indices: Vec<i32> = (0..self.n_pictures as i32)
            .flat_map(|n| picture.iter().map(move |index| n * size + index))
            .collect();
        let n_indices = indices.len();
        let indices =
            Tensor::<1, Int>::from_data(TensorData::new(indices, [n_indices]), &self.rows.device());
        let rows = self.rows.clone().select(0, indices);
        let n_rows = self.n_pictures * height * width;
        Self {
            rows: rows.reshape([n_rows, kernel * kernel * n_channels]),
            n_pictures: self.n_pictures,
            height,
            width,
        }
    }
}

/// The whole network.
#[derive(Module, Debug)]
pub(crate) struct FaceNetwork {
    stem: Convolution,
    blocks: Vec<Block>,
    /// `[n_features, n_outputs]`
    head: Param<Tensor<2>>,
    head_bias: Param<Tensor<1>>,
}

impl FaceNetwork {
    /// A network with fresh weights: one stage for each width, each after the first at half the
    /// size of the one before; `n_blocks[i]` blocks in stage `i`.
    pub(crate) fn new(
        widths: &[usize],
        n_blocks: &[usize],
        n_outputs: usize,
        device: &Device,
    ) -> Self {
        let mut blocks = Vec::new();
        let mut n_in = widths[0];
        for (stage, (&width, &n)) in widths.iter().zip(n_blocks).enumerate() {
            for block in 0..n {
                let stride = if stage > 0 && block == 0 { 2 } else { 1 };
                blocks.push(Block::new(n_in, width, stride, device));
                n_in = width;
            }
        }
        let init = Initializer::Normal {
            mean: 0.0,
            std: (1.0 / n_in as f64).sqrt() * 0.5,
        };
        Self {
            stem: Convolution::new(STEM_KERNEL * STEM_KERNEL, widths[0], 1.0, device),
            blocks,
            head: init.init([n_in, n_outputs], device),
            head_bias: Initializer::Zeros.init([n_outputs], device),
        }
    }

    /// The network for use: normalization by the given statistics multiplied into the weights.
    pub(crate) fn folded(self, moments: Moments) -> Self {
        let moments = &mut moments.into_iter();
        let stem = self.stem.folded(moments);
        let blocks = self.blocks.into_iter().map(|block| Block {
            first: block.first.folded(moments),
            second: block.second.folded(moments),
            shortcut: block.shortcut.map(|shortcut| shortcut.folded(moments)),
            stride: block.stride,
        });
        Self {
            stem,
            blocks: blocks.collect(),
            head: self.head,
            head_bias: self.head_bias,
        }
    }

    /// Width of the pooled features.
    pub(crate) fn n_features(&self) -> usize {
        self.head.dims()[0]
    }

    /// Outputs of square gray pictures before any softmax.
    ///
    /// # Shapes
    /// - `pixels`: `[n_pictures side side, 1]`, mean about 0 and variance about 1
    /// - `keep`: `[n_pictures, n_features]`, factors on the pooled features (dropout)
    /// - returns: `[n_pictures, n_outputs]`
    pub(crate) fn forward(
        &self,
        pixels: Tensor<2>,
        side: usize,
        keep: Option<Tensor<2>>,
        statistics: &mut Statistics<'_>,
    ) -> Tensor<2> {
        let n_pictures = pixels.dims()[0] / (side * side);
        let grid = Grid {
            rows: pixels,
            n_pictures,
            height: side,
            width: side,
        };
        let mut grid = grid
            .columns(STEM_KERNEL, STEM_STRIDE)
            .map(|columns| relu(self.stem.forward(columns, statistics)));
        for block in &self.blocks {
            grid = block.forward(grid, statistics);
        }
        let [_, n_features] = grid.rows.dims();
        let pooled = grid
            .rows
            .reshape([n_pictures, grid.height * grid.width, n_features])
            .mean_dim(1)
            .reshape([n_pictures, n_features]);
        let pooled = match keep {
            Some(keep) => pooled * keep,
            None => pooled,
        };
        pooled.matmul(self.head.val()) + self.head_bias.val().unsqueeze::<2>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folded_weights_say_the_same() {
        let device = Device::default();
        device.seed(5);
        let network = FaceNetwork::new(&[4, 6], &[1, 2], 3, &device);
        let pixels: Vec<f32> = (0..5 * 21 * 21)
            .map(|i| ((i * 37) % 97) as f32 / 48.0 - 1.0)
            .collect();
        let pixels = Tensor::<2>::from_data(TensorData::new(pixels, [5 * 21 * 21, 1]), &device);
        let mut moments = Moments::new();
        let mut batch = Statistics::Batch(Some(&mut moments));
        let plain = network.forward(pixels.clone(), 21, None, &mut batch);
        let folded = network
            .folded(moments)
            .forward(pixels, 21, None, &mut Statistics::Folded);
        assert_eq!(folded.dims(), [5, 3]);
        let difference = (plain - folded).abs().max().into_scalar::<f32>();
        assert!(difference < 1e-4, "{difference}");
    }

    #[test]
    fn columns_are_neighborhoods() {
        let device = Device::default();
        let values: Vec<f32> = (0..12).map(|i| i as f32).collect();
        let rows = Tensor::from_data(TensorData::new(values, [12, 1]), &device);
        // One picture of 3 × 4; edges repeat.
        let grid = Grid {
            rows,
            n_pictures: 1,
            height: 3,
            width: 4,
        };
        let columns = grid.columns(3, 2);
        assert_eq!((columns.height, columns.width), (2, 2));
        let columns = columns.rows.into_data().try_to_vec::<f32>().unwrap();
        assert_eq!(columns[..9], [0.0, 0.0, 1.0, 0.0, 0.0, 1.0, 4.0, 4.0, 5.0]);
        assert_eq!(
            columns[27..],
            [5.0, 6.0, 7.0, 9.0, 10.0, 11.0, 9.0, 10.0, 11.0]
        );
    }
}
