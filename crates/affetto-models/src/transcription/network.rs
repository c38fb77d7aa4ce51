//! The network: an encoder of sound and a decoder of tokens (Radford et al. 2022, section 2.2;
//! Vaswani et al. 2017, "Attention Is All You Need", with layer norms first).
//!
//! Every function works on one window: the first dimension is time. It only infers, so tensors are
//! plain fields.

use burn::tensor::activation::{gelu, softmax};
use burn::tensor::{Device, Int, Tensor, TensorData};

use super::config::WhisperConfig;
use super::load::TensorFile;
use crate::Error;

/// Added to a variance before its root (as published).
const EPSILON: f64 = 1e-5;
/// Score of what a token must not see.
const UNSEEN: f32 = -1e9;

#[derive(Debug)]
struct Linear {
    weight: Tensor<2>,
    bias: Option<Tensor<2>>,
}

impl Linear {
    fn load(
        file: &mut TensorFile,
        name: &str,
        from: usize,
        to: usize,
        bias: Bias,
    ) -> Result<Self, Error> {
        let bias = match bias {
            Bias::Some => Some(file.vector(&format!("{name}.bias"), to)?.unsqueeze()),
            Bias::None => None,
        };
        Ok(Self {
            weight: file.weight(&format!("{name}.weight"), from, to)?,
            bias,
        })
    }

    /// x W + b.
    ///
    /// # Shapes
    /// - `x`: `[n, from]`
    /// - returns: `[n, to]`
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let out = x.matmul(self.weight.clone());
        match &self.bias {
            Some(bias) => out + bias.clone(),
            None => out,
        }
    }
}

/// Whether a linear layer has a bias: the keys of attention have none.
enum Bias {
    Some,
    None,
}

#[derive(Debug)]
struct Norm {
    scale: Tensor<2>,
    shift: Tensor<2>,
}

impl Norm {
    fn load(file: &mut TensorFile, name: &str, width: usize) -> Result<Self, Error> {
        Ok(Self {
            scale: file.vector(&format!("{name}.weight"), width)?.unsqueeze(),
            shift: file.vector(&format!("{name}.bias"), width)?.unsqueeze(),
        })
    }

    /// (x − mean) / √(variance + ε) · scale + shift, over each row.
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let centered = x.clone() - x.mean_dim(1);
        let variance = (centered.clone() * centered.clone()).mean_dim(1);
        centered / (variance + EPSILON).sqrt() * self.scale.clone() + self.shift.clone()
    }
}

/// Keys and values of one attention, `[n_heads, n, head_width]` each.
#[derive(Debug, Clone)]
struct Memory {
    keys: Tensor<3>,
    values: Tensor<3>,
}

#[derive(Debug)]
struct Attention {
    query: Linear,
    key: Linear,
    value: Linear,
    out: Linear,
    n_heads: usize,
}

impl Attention {
    fn load(
        file: &mut TensorFile,
        name: &str,
        width: usize,
        n_heads: usize,
    ) -> Result<Self, Error> {
        let mut linear = |part: &str, bias| {
            Linear::load(file, &format!("{name}.{part}_proj"), width, width, bias)
        };
        Ok(Self {
            query: linear("q", Bias::Some)?,
            key: linear("k", Bias::None)?,
            value: linear("v", Bias::Some)?,
            out: linear("out", Bias::Some)?,
            n_heads,
        })
    }

    /// # Shapes
    /// - `x`: `[n, width]`
    fn memory(&self, x: &Tensor<2>) -> Memory {
        Memory {
            keys: self.heads(self.key.forward(x.clone())),
            values: self.heads(self.value.forward(x.clone())),
        }
    }

    /// softmax(Q Kᵀ / √w + mask) V for each head of width w.
    ///
    /// # Shapes
    /// - `x`: `[n, width]`
    /// - `mask`: `[1, n, n_memory]`
    /// - returns: `[n, width]`
    fn forward(&self, x: Tensor<2>, memory: &Memory, mask: Option<&Tensor<3>>) -> Tensor<2> {
        let [n, width] = x.dims();
        let head_width = (width / self.n_heads) as f64;
        let queries = self.heads(self.query.forward(x)) / head_width.sqrt();
        let scores = queries.matmul(memory.keys.clone().swap_dims(1, 2));
        let scores = match mask {
            Some(mask) => scores + mask.clone(),
            None => scores,
        };
        let mixed = softmax(scores, 2).matmul(memory.values.clone());
        self.out.forward(mixed.swap_dims(0, 1).reshape([n, width]))
    }

    fn heads(&self, x: Tensor<2>) -> Tensor<3> {
        let [n, width] = x.dims();
        x.reshape([n, self.n_heads, width / self.n_heads])
            .swap_dims(0, 1)
    }
}

/// W₂ gelu(W₁ norm(x)).
#[derive(Debug)]
struct FeedForward {
    norm: Norm,
    first: Linear,
    second: Linear,
}

impl FeedForward {
    fn load(file: &mut TensorFile, name: &str, width: usize, hidden: usize) -> Result<Self, Error> {
        Ok(Self {
            norm: Norm::load(file, &format!("{name}.final_layer_norm"), width)?,
            first: Linear::load(file, &format!("{name}.fc1"), width, hidden, Bias::Some)?,
            second: Linear::load(file, &format!("{name}.fc2"), hidden, width, Bias::Some)?,
        })
    }

    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let hidden = gelu(self.first.forward(self.norm.forward(x)));
        self.second.forward(hidden)
    }
}

#[derive(Debug)]
struct EncoderLayer {
    norm: Norm,
    attention: Attention,
    feed_forward: FeedForward,
}

impl EncoderLayer {
    fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        let normed = self.norm.forward(x.clone());
        let memory = self.attention.memory(&normed);
        let x = x + self.attention.forward(normed, &memory, None);
        x.clone() + self.feed_forward.forward(x)
    }
}

/// Mel frames to vectors of meaning, one for every 20 ms.
#[derive(Debug)]
pub(super) struct Encoder {
    first: Linear,
    second: Linear,
    positions: Tensor<2>,
    layers: Vec<EncoderLayer>,
    norm: Norm,
    n_mels: usize,
    device: Device,
}

impl Encoder {
    pub(super) fn load(
        file: &mut TensorFile,
        config: &WhisperConfig,
        device: &Device,
    ) -> Result<Self, Error> {
        let (width, n_mels) = (config.width, config.n_mels);
        let mut convolution = |name: &str, from| {
            let name = format!("model.encoder.{name}");
            Ok::<_, Error>(Linear {
                weight: file.convolution(&format!("{name}.weight"), from, width)?,
                bias: Some(file.vector(&format!("{name}.bias"), width)?.unsqueeze()),
            })
        };
        let first = convolution("conv1", n_mels)?;
        let second = convolution("conv2", width)?;
        let shape = [config.n_audio_positions, width];
        let positions = file.matrix("model.encoder.embed_positions.weight", shape)?;
        let mut layers = Vec::with_capacity(config.n_encoder_layers);
        for i in 0..config.n_encoder_layers {
            let name = format!("model.encoder.layers.{i}");
            let attention = format!("{name}.self_attn");
            layers.push(EncoderLayer {
                norm: Norm::load(file, &format!("{name}.self_attn_layer_norm"), width)?,
                attention: Attention::load(file, &attention, width, config.n_encoder_heads)?,
                feed_forward: FeedForward::load(file, &name, width, config.encoder_hidden)?,
            });
        }
        Ok(Self {
            first,
            second,
            positions,
            layers,
            norm: Norm::load(file, "model.encoder.layer_norm", width)?,
            n_mels,
            device: device.clone(),
        })
    }

    /// # Shapes
    /// - `mel`: `[2 · n_audio_positions, n_mels]`, flat
    /// - returns: `[n_audio_positions, width]`
    pub(super) fn forward(&self, mel: Vec<f32>) -> Tensor<2> {
        let states = self.states(mel);
        self.norm.forward(
            states
                .into_iter()
                .last()
                .unwrap_or_else(|| self.positions.clone()),
        )
    }

    /// What enters the first layer, and what leaves each one.
    pub(super) fn states(&self, mel: Vec<f32>) -> Vec<Tensor<2>> {
        let n_frames = mel.len() / self.n_mels;
        let mel =
            Tensor::<2>::from_data(TensorData::new(mel, [n_frames, self.n_mels]), &self.device);
        let x = gelu(self.first.forward(self.three(mel, 1)));
        let x = gelu(self.second.forward(self.three(x, 2)));
        let mut states = vec![x + self.positions.clone()];
        for layer in &self.layers {
            let x = states[states.len() - 1].clone();
            states.push(layer.forward(x));
        }
        states
    }

    /// Each frame, or each second one, between its neighbors; zeros at the ends.
    ///
    /// # Shapes
    /// - `x`: `[n, width]`, `n` a multiple of `stride`
    /// - returns: `[n / stride, 3 · width]`
    fn three(&self, x: Tensor<2>, stride: usize) -> Tensor<2> {
        let [n, width] = x.dims();
        let edge = Tensor::<2>::zeros([1, width], &self.device);
        let padded = Tensor::cat(vec![edge.clone(), x, edge], 0);
        let part = |offset: usize| {
            let rows = padded.clone().slice([offset..offset + n, 0..width]);
            if stride == 1 {
                return rows;
            }
            let pairs = rows.reshape([n / stride, stride * width]);
            pairs.slice([0..n / stride, 0..width])
        };
        Tensor::cat(vec![part(0), part(1), part(2)], 1)
    }
}

#[derive(Debug)]
struct DecoderLayer {
    norm: Norm,
    attention: Attention,
    sound_norm: Norm,
    sound_attention: Attention,
    feed_forward: FeedForward,
}

/// Tokens so far, and sound, to scores of the next token.
#[derive(Debug)]
pub(super) struct Decoder {
    /// `[n_tokens, width]`, for what comes in and for what goes out.
    tokens: Tensor<2>,
    positions: Tensor<2>,
    layers: Vec<DecoderLayer>,
    norm: Norm,
    device: Device,
}

/// What the decoder remembers of one window: the sound, and the tokens so far.
#[derive(Debug, Clone)]
pub(super) struct DecoderState {
    sound: Vec<Memory>,
    tokens: Vec<Option<Memory>>,
    n_tokens: usize,
}

impl Decoder {
    pub(super) fn load(
        file: &mut TensorFile,
        config: &WhisperConfig,
        device: &Device,
    ) -> Result<Self, Error> {
        let width = config.width;
        let shape = [config.n_tokens, width];
        let tokens = file.matrix("model.decoder.embed_tokens.weight", shape)?;
        let shape = [config.n_text_positions, width];
        let positions = file.matrix("model.decoder.embed_positions.weight", shape)?;
        let mut layers = Vec::with_capacity(config.n_decoder_layers);
        for i in 0..config.n_decoder_layers {
            let name = format!("model.decoder.layers.{i}");
            let mut attention = |part: &str| {
                let (name, n_heads) = (format!("{name}.{part}"), config.n_decoder_heads);
                Ok::<_, Error>((
                    Norm::load(file, &format!("{name}_layer_norm"), width)?,
                    Attention::load(file, &name, width, n_heads)?,
                ))
            };
            let (norm, own) = attention("self_attn")?;
            let (sound_norm, sound) = attention("encoder_attn")?;
            layers.push(DecoderLayer {
                norm,
                attention: own,
                sound_norm,
                sound_attention: sound,
                feed_forward: FeedForward::load(file, &name, width, config.decoder_hidden)?,
            });
        }
        Ok(Self {
            tokens,
            positions,
            layers,
            norm: Norm::load(file, "model.decoder.layer_norm", width)?,
            device: device.clone(),
        })
    }

    /// Remembers the sound and no token.
    ///
    /// # Shapes
    /// - `sound`: `[n_audio_positions, width]`, from the encoder
    pub(super) fn start(&self, sound: &Tensor<2>) -> DecoderState {
        let layers = self.layers.iter();
        DecoderState {
            sound: layers
                .map(|layer| layer.sound_attention.memory(sound))
                .collect(),
            tokens: vec![None; self.layers.len()],
            n_tokens: 0,
        }
    }

    /// Adds tokens to the memory; returns the scores of what may follow the last of them.
    ///
    /// # Shapes
    /// - `tokens`: at least one, each below `n_tokens`; all together at most `n_text_positions`
    /// - returns: `[n_tokens]`
    pub(super) fn step(&self, state: &mut DecoderState, tokens: &[u32]) -> Result<Vec<f32>, Error> {
        let (n, past) = (tokens.len(), state.n_tokens);
        let width = self.tokens.dims()[1];
        let ids: Vec<i32> = tokens.iter().map(|token| *token as i32).collect();
        let ids = Tensor::<1, Int>::from_data(TensorData::new(ids, [n]), &self.device);
        let places = self.positions.clone().slice([past..past + n, 0..width]);
        let mut x = self.tokens.clone().select(0, ids) + places;
        let mask = (n > 1).then(|| self.mask(n, past));
        for (i, layer) in self.layers.iter().enumerate() {
            let normed = layer.norm.forward(x.clone());
            let memory = extended(state.tokens[i].take(), layer.attention.memory(&normed));
            x = x + layer.attention.forward(normed, &memory, mask.as_ref());
            state.tokens[i] = Some(memory);
            let normed = layer.sound_norm.forward(x.clone());
            x = x + layer.sound_attention.forward(normed, &state.sound[i], None);
            x = x.clone() + layer.feed_forward.forward(x);
        }
        state.n_tokens += n;
        let last = self.norm.forward(x.slice([n - 1..n, 0..width]));
        let scores = self.tokens.clone().matmul(last.transpose()).into_data();
        scores
            .try_into_vec::<f32>()
            .map_err(|error| Error::Weights {
                origin: "a Whisper model".to_owned(),
                reason: format!("{error:?}"),
            })
    }

    /// No token sees those after it.
    fn mask(&self, n: usize, past: usize) -> Tensor<3> {
        let seen = |row: usize, column: usize| if column <= past + row { 0.0 } else { UNSEEN };
        let values: Vec<f32> = (0..n)
            .flat_map(|row| (0..past + n).map(move |column| seen(row, column)))
            .collect();
        Tensor::from_data(TensorData::new(values, [1, n, past + n]), &self.device)
    }
}

fn extended(old: Option<Memory>, new: Memory) -> Memory {
    match old {
        Some(old) => Memory {
            keys: Tensor::cat(vec![old.keys, new.keys], 1),
            values: Tensor::cat(vec![old.values, new.values], 1),
        },
        None => new,
    }
}
