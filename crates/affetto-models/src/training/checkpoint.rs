//! Checkpoints: everything that a fit needs to go on as if it had never stopped.
//!
//! One file a stage, a safetensors container with the weights (f32) under `network/`, `average/`
//! and `best/`, the optimizer's record as bytes, and the counters as JSON in the header. It is
//! one file because three could not be replaced at one instant: a kill between two of them would
//! leave weights that do not belong to their optimizer.
//!
//! Random numbers need no state: every stream is drawn anew from seed, epoch, step and part.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use burn::module::Module;
use burn::tensor::Bytes;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::config::FitConfig;
use super::fit::{State, Validation};
use super::parameters::{arrays_of, ids_of, write_into};
use super::run::Run;
use crate::weights::write_atomically;
use crate::{Array, Error};

/// Version of the container; others are refused.
const FORMAT: u32 = 1;
/// No checkpoint of ours is larger, in bytes.
const MAX_BYTES: u64 = 2 << 30;
const HEADER_KEY: &str = "affetto-checkpoint";
const OPTIMIZER_KEY: &str = "optimizer";

/// How far a fit is.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Counters {
    /// The present epoch, from 1 once a fit has begun.
    pub(super) epoch: usize,
    /// Batches done in it.
    pub(super) batch: usize,
    /// Batches done in all.
    pub(super) step: usize,
    /// Batches whose loss or gradient was not a number.
    pub(super) n_skipped: usize,
    /// Whether the last epoch has been validated.
    pub(super) done: bool,
    /// The best epoch so far and how good it was.
    pub(super) best: Option<(usize, Validation)>,
    loss_sum: f64,
    n_losses: usize,
}

impl Counters {
    /// Before the first step.
    pub(super) fn first() -> Self {
        Self {
            epoch: 1,
            ..Self::default()
        }
    }

    pub(super) fn add_loss(&mut self, loss: f64) {
        self.loss_sum += loss;
        self.n_losses += 1;
    }

    /// The mean loss of the epoch so far.
    pub(super) fn mean_loss(&self) -> Option<f64> {
        (self.n_losses > 0).then(|| self.loss_sum / self.n_losses as f64)
    }

    pub(super) fn next_epoch(&mut self) {
        self.epoch += 1;
        self.batch = 0;
        self.loss_sum = 0.0;
        self.n_losses = 0;
    }
}

/// The counters on disk; numbers with a fraction as their bits, so that none is rounded.
#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    identity: String,
    fit: FitConfig,
    epoch: usize,
    batch: usize,
    step: usize,
    n_skipped: usize,
    done: bool,
    loss_sum: u64,
    n_losses: usize,
    best_epoch: usize,
    best_loss: u64,
    best_metrics: BTreeMap<String, u64>,
    ids: BTreeMap<String, u64>,
    log_bytes: u64,
    seconds: f64,
}

impl Header {
    fn new(counters: &Counters, config: &FitConfig, run: &mut Run<'_>) -> Result<Self, Error> {
        let (best_epoch, best) = counters.best.clone().unwrap_or_default();
        let bits = |(name, value): (String, f64)| (name, value.to_bits());
        Ok(Self {
            format: FORMAT,
            identity: run.identity().to_owned(),
            fit: config.clone(),
            epoch: counters.epoch,
            batch: counters.batch,
            step: counters.step,
            n_skipped: counters.n_skipped,
            done: counters.done,
            loss_sum: counters.loss_sum.to_bits(),
            n_losses: counters.n_losses,
            best_epoch,
            best_loss: best.loss.to_bits(),
            best_metrics: best.metrics.into_iter().map(bits).collect(),
            ids: BTreeMap::new(),
            log_bytes: run.log_bytes()?,
            seconds: run.seconds(),
        })
    }

    fn counters(&self) -> Counters {
        let metrics = self.best_metrics.iter();
        let best = Validation {
            loss: f64::from_bits(self.best_loss),
            metrics: metrics
                .map(|(name, bits)| (name.clone(), f64::from_bits(*bits)))
                .collect(),
        };
        Counters {
            epoch: self.epoch,
            batch: self.batch,
            step: self.step,
            n_skipped: self.n_skipped,
            done: self.done,
            best: (self.best_epoch > 0).then_some((self.best_epoch, best)),
            loss_sum: f64::from_bits(self.loss_sum),
            n_losses: self.n_losses,
        }
    }
}

/// Writes the checkpoint of the run's stage.
pub(super) fn save<N: Module>(
    state: &State<N>,
    config: &FitConfig,
    run: &mut Run<'_>,
) -> Result<(), Error> {
    let path = run.checkpoint_path();
    let refuse = |reason: String| Error::Checkpoint {
        path: path.clone(),
        reason,
    };
    let mut header = Header::new(&state.counters, config, run)?;
    header.ids = ids_of(&state.network);
    let header = serde_json::to_string(&header).map_err(|error| refuse(error.to_string()))?;
    let mut data: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
    let networks = [
        ("network", Some(&state.network)),
        ("average", state.average.as_ref()),
        ("best", state.best.as_ref()),
    ];
    for (prefix, network) in networks {
        for (name, Array { shape, values }) in network.map(arrays_of).unwrap_or_default() {
            let mut bytes = Vec::with_capacity(4 * values.len());
            values
                .iter()
                .for_each(|value| bytes.extend_from_slice(&value.to_le_bytes()));
            data.push((format!("{prefix}/{name}"), Dtype::F32, shape, bytes));
        }
    }
    let optimizer = state
        .optimizer
        .into_bytes()
        .map_err(|error| refuse(format!("{error:?}")))?;
    let optimizer: Vec<u8> = optimizer.to_vec();
    data.push((
        OPTIMIZER_KEY.into(),
        Dtype::U8,
        vec![optimizer.len()],
        optimizer,
    ));
    let views = data.iter().map(|(name, dtype, shape, bytes)| {
        TensorView::new(*dtype, shape.clone(), bytes).map(|view| (name.as_str(), view))
    });
    let views: Vec<_> = views
        .collect::<Result<_, _>>()
        .map_err(|error| refuse(error.to_string()))?;
    let info = HashMap::from([(HEADER_KEY.to_owned(), header)]);
    let bytes =
        safetensors::serialize(views, Some(info)).map_err(|error| refuse(error.to_string()))?;
    write_atomically(&path, &bytes)
}

/// The state in the checkpoint of the run's stage; `fresh` where there is none.
pub(super) fn resume<N: Module>(
    fresh: State<N>,
    config: &FitConfig,
    run: &mut Run<'_>,
) -> Result<State<N>, Error> {
    let path = run.checkpoint_path();
    if !path.is_file() {
        return Ok(fresh);
    }
    let bytes = read(&path)?;
    let refuse = |reason: String| Error::Checkpoint {
        path: path.clone(),
        reason,
    };
    let (_, head) =
        SafeTensors::read_metadata(&bytes).map_err(|error| refuse(error.to_string()))?;
    let header = head
        .metadata()
        .as_ref()
        .and_then(|info| info.get(HEADER_KEY));
    let header = header.ok_or_else(|| refuse(format!("the header has no entry {HEADER_KEY}")))?;
    let header: Header = serde_json::from_str(header).map_err(|error| refuse(error.to_string()))?;
    if header.format != FORMAT {
        return Err(refuse(format!(
            "expected format {FORMAT}, but it is {}",
            header.format
        )));
    }
    if header.identity != run.identity() || header.fit != *config {
        return Err(refuse(
            "it was made with another configuration or other data; train without resuming".into(),
        ));
    }
    let tensors = SafeTensors::deserialize(&bytes).map_err(|error| refuse(error.to_string()))?;
    let network = |prefix: &str, module: &N| {
        let source = |name: &str, shape: &[usize]| {
            values(&tensors, &format!("{prefix}/{name}"), shape).map_err(refuse)
        };
        write_into(module.valid(), &source, Some(&header.ids))
    };
    let best = match header.best_epoch {
        0 => None,
        _ => Some(network("best", &fresh.network)?),
    };
    let average = match &fresh.average {
        None => None,
        Some(average) => Some(network("average", average)?),
    };
    let record = tensors
        .tensor(OPTIMIZER_KEY)
        .map_err(|error| refuse(error.to_string()))?;
    let record = Bytes::from_bytes_vec(record.data().to_vec());
    let optimizer = fresh
        .optimizer
        .from_bytes(record)
        .map_err(|error| refuse(format!("{error:?}")))?;
    run.rewind(header.log_bytes, header.seconds)?;
    Ok(State {
        network: network("network", &fresh.network)?,
        average,
        best,
        optimizer,
        counters: header.counters(),
    })
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let size = std::fs::metadata(path)
        .map_err(|source| Error::io(path, source))?
        .len();
    if size > MAX_BYTES {
        return Err(Error::Checkpoint {
            path: path.to_path_buf(),
            reason: format!("expected at most {MAX_BYTES} bytes, but it has {size}"),
        });
    }
    std::fs::read(path).map_err(|source| Error::io(path, source))
}

fn values(tensors: &SafeTensors<'_>, name: &str, shape: &[usize]) -> Result<Vec<f32>, String> {
    let view = tensors
        .tensor(name)
        .map_err(|error| format!("{name}: {error}"))?;
    if view.dtype() != Dtype::F32 || view.shape() != shape {
        return Err(format!(
            "{name} has type {} and shape {:?}, expected F32 and {shape:?}",
            view.dtype(),
            view.shape()
        ));
    }
    let numbers = view
        .data()
        .chunks_exact(4)
        .map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]]));
    Ok(numbers.collect())
}
