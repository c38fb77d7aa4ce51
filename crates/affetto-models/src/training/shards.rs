//! One step of a fit: a replica of the network for each part of the batch, gradients averaged.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;
use rayon::{ThreadPool, ThreadPoolBuilder};

use super::fit::Task;
use super::parameters::tensors_of;
use crate::Error;

/// Threads that compute parts of a batch, each with a pool of one thread: more threads within a
/// tensor operation gain little on small networks and could change the order of sums.
pub(super) struct Workers {
    pools: Vec<ThreadPool>,
}

/// What one replica made of its part of the batch.
pub(super) struct Pass<N> {
    /// The replica, with running statistics updated.
    pub(super) network: N,
    /// Mean loss over the part.
    pub(super) loss: f64,
    gradients: GradientsParams,
    n_items: usize,
}

/// Where in a fit a batch stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) seed: u64,
    pub(super) epoch: usize,
    pub(super) batch: usize,
}

impl Workers {
    pub(super) fn new(n_threads: usize) -> Result<Self, Error> {
        let pool = |_| {
            ThreadPoolBuilder::new()
                .num_threads(1)
                .build()
                .map_err(|error| Error::NoDevice {
                    reason: format!("cannot start a thread: {error}"),
                })
        };
        let pools = (0..n_threads.max(1)).map(pool).collect::<Result<_, _>>()?;
        Ok(Self { pools })
    }

    /// Runs something on the first worker.
    pub(super) fn alone<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match self.pools.first() {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }

    /// Forward and backward passes of all parts of a batch, in the order of the parts.
    pub(super) fn passes<T: Task>(
        &self,
        task: &T,
        network: &T::Network,
        parts: &[&[usize]],
        place: Place,
        device: &Device,
    ) -> Vec<Pass<T::Network>> {
        let replicas: Vec<(usize, T::Network)> = (0..parts.len())
            .map(|part| (part, network.clone().train()))
            .collect();
        let n_threads = self.pools.len().min(parts.len()).max(1);
        let mut shares: Vec<Vec<(usize, T::Network)>> =
            (0..n_threads).map(|_| Vec::new()).collect();
        for (part, replica) in replicas {
            shares[part % n_threads].push((part, replica));
        }
        let compute = |share: Vec<(usize, T::Network)>| -> Vec<(usize, Pass<T::Network>)> {
            let passes = share.into_iter().map(|(part, replica)| {
                (part, pass(task, replica, parts[part], part, place, device))
            });
            passes.collect()
        };
        let mut passes: Vec<(usize, Pass<T::Network>)> = if n_threads == 1 {
            let share = shares.pop().unwrap_or_default();
            self.alone(|| compute(share))
        } else {
            std::thread::scope(|scope| {
                let compute = &compute;
                let threads: Vec<_> = shares
                    .into_iter()
                    .zip(&self.pools)
                    .map(|(share, pool)| scope.spawn(move || pool.install(|| compute(share))))
                    .collect();
                let joined = threads.into_iter().map(|thread| match thread.join() {
                    Ok(passes) => passes,
                    Err(panic) => std::panic::resume_unwind(panic),
                });
                joined.flatten().collect()
            })
        };
        passes.sort_by_key(|(part, _)| *part);
        passes.into_iter().map(|(_, pass)| pass).collect()
    }
}

fn pass<T: Task>(
    task: &T,
    network: T::Network,
    items: &[usize],
    part: usize,
    place: Place,
    device: &Device,
) -> Pass<T::Network> {
    let stream = [place.epoch as u64, place.batch as u64, part as u64];
    let mut rng = stream_of(place.seed, "step", &stream);
    let loss = task.loss(&network, items, place.epoch, &mut rng, device);
    let value = f64::from(loss.clone().into_scalar::<f32>());
    let gradients = GradientsParams::from_grads(loss.backward(), &network);
    Pass {
        network,
        loss: value,
        gradients,
        n_items: items.len(),
    }
}

/// A random generator of its own for each purpose and place.
pub(super) fn stream_of(seed: u64, purpose: &str, place: &[u64]) -> Pcg64Mcg {
    // SplitMix64 (Steele, Lea & Flood 2014) over what names the stream.
    let mix = |state: u64, value: u64| {
        let mut z = (state ^ value).wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let state = purpose.bytes().map(u64::from).fold(mix(0, seed), mix);
    Pcg64Mcg::seed_from_u64(place.iter().copied().fold(state, mix))
}

/// The gradient of the mean loss over the whole batch, shortened to `clip_norm`; `None` where it
/// is not a number.
pub(super) fn average_gradients<N: Module>(
    network: &N,
    passes: &mut [Pass<N>],
    clip_norm: f32,
    device: &Device,
) -> Option<GradientsParams> {
    let n_items: usize = passes.iter().map(|pass| pass.n_items).sum();
    let mut adder = Adder {
        parts: passes
            .iter_mut()
            .map(|pass| {
                let weight = pass.n_items as f64 / n_items.max(1) as f64;
                (weight, &mut pass.gradients)
            })
            .collect(),
        sum: GradientsParams::new(),
        squares: Vec::new(),
    };
    network.visit(&mut adder);
    let Adder {
        mut sum, squares, ..
    } = adder;
    if squares.is_empty() {
        return Some(sum);
    }
    let norm = Tensor::cat(squares, 0).sum().sqrt();
    let norm = norm.to_device(device).into_scalar::<f32>();
    if !norm.is_finite() {
        return None;
    }
    if clip_norm > 0.0 && norm > clip_norm {
        let mut scaler = Scaler {
            factor: f64::from(clip_norm / norm),
            gradients: &mut sum,
        };
        network.visit(&mut scaler);
    }
    Some(sum)
}

struct Adder<'a> {
    parts: Vec<(f64, &'a mut GradientsParams)>,
    sum: GradientsParams,
    squares: Vec<Tensor<1>>,
}

impl ModuleVisitor for Adder<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let alone = self.parts.len() == 1;
        let found = self.parts.iter_mut().filter_map(|(weight, gradients)| {
            let gradient = gradients.remove::<D>(param.id)?;
            Some(if alone {
                gradient
            } else {
                gradient.mul_scalar(*weight)
            })
        });
        if let Some(gradient) = found.reduce(|sum, next| sum + next) {
            self.squares
                .push((gradient.clone() * gradient.clone()).sum());
            self.sum.register(param.id, gradient);
        }
    }
}

struct Scaler<'a> {
    factor: f64,
    gradients: &'a mut GradientsParams,
}

impl ModuleVisitor for Scaler<'_> {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        if let Some(gradient) = self.gradients.remove::<D>(param.id) {
            self.gradients
                .register(param.id, gradient.mul_scalar(self.factor));
        }
    }
}

/// Moves the average of the weights towards the present weights.
///
/// The decay rises as `(1 + step) / (10 + step)` to `decay`, so that the first weights are soon
/// forgotten.
pub(super) fn move_average<N: Module>(average: N, network: &N, decay: f64, step: usize) -> N {
    let decay = decay.min((1 + step) as f64 / (10 + step) as f64);
    let mut mover = Mover {
        present: tensors_of(network),
        decay,
    };
    average.map(&mut mover)
}

struct Mover {
    present: GradientsParams,
    decay: f64,
}

impl ModuleMapper for Mover {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let present = self.present.remove::<D>(param.id);
        param.map(|average| match present {
            Some(present) => average * self.decay + present * (1.0 - self.decay),
            None => average,
        })
    }
}

/// A mask for dropout drawn from the generator of the step: 0 with probability `dropout`, else
/// `1 / (1 − dropout)` (Srivastava et al. 2014).
///
/// burn's own `Dropout` draws from one generator for the whole process, which neither resumes
/// nor is safe with several threads; multiply by this mask instead.
///
/// # Shapes
/// - returns: `shape`
pub(crate) fn keep_mask<const D: usize>(
    shape: [usize; D],
    dropout: f64,
    rng: &mut Pcg64Mcg,
    device: &Device,
) -> Tensor<D> {
    let kept = (1.0 / (1.0 - dropout)) as f32;
    let mask: Vec<f32> = (0..shape.iter().product())
        .map(|_| {
            if rng.random::<f64>() < dropout {
                0.0
            } else {
                kept
            }
        })
        .collect();
    Tensor::from_data(TensorData::new(mask, shape), device)
}
