//! The one training loop.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use burn::module::Module;
use burn::optim::{AdamWConfig, ModuleOptimizer};
use burn::tensor::{Device, Tensor};
use rand_pcg::Pcg64Mcg;

use super::checkpoint::{self, Counters};
use super::config::FitConfig;
use super::events::TrainingEvent;
use super::run::Run;
use super::shards::{Place, Workers, average_gradients, move_average, stream_of};
use crate::Error;

/// Steps without a usable gradient after which a fit gives up.
const MAX_SKIPPED: usize = 50;

/// A network to fit: its items, its loss, how it is validated.
pub(crate) trait Task: Sync {
    /// The network, a burn module. Where it has batch normalization, the running statistics of
    /// the first part of each batch are kept.
    type Network: Module + Sync;

    /// The task, e.g. `"face-emotion"`.
    fn name(&self) -> &'static str;

    /// A network with its first weights; burn's generator is seeded from the configuration
    /// before this is called.
    fn network(&self, seed: u64, device: &Device) -> Self::Network;

    /// The items of an epoch (from 1) in their order, balanced or repeated as the task likes.
    fn epoch_items(&self, epoch: usize, rng: &mut Pcg64Mcg) -> Vec<usize>;

    /// The mean loss over a part of a batch. Everything random is drawn from `rng`, which
    /// depends on seed, epoch, step and part alone.
    fn loss(
        &self,
        network: &Self::Network,
        items: &[usize],
        epoch: usize,
        rng: &mut Pcg64Mcg,
        device: &Device,
    ) -> Tensor<1>;

    /// Measures a network (without autodiff) on items that are not trained on.
    ///
    /// # Errors
    /// Whatever the task cannot do.
    fn validate(&self, network: &Self::Network, device: &Device) -> Result<Validation, Error>;
}

/// How good a network is on the items that choose it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Validation {
    /// What early stopping and the choice of the best epoch minimize.
    pub(crate) loss: f64,
    /// Metrics to report, by name.
    pub(crate) metrics: BTreeMap<String, f64>,
}

/// What a fit is in the middle of.
pub(super) struct State<N> {
    /// The present weights, without autodiff.
    pub(super) network: N,
    /// Their moving average.
    pub(super) average: Option<N>,
    /// The best weights by validation.
    pub(super) best: Option<N>,
    pub(super) optimizer: ModuleOptimizer,
    pub(super) counters: Counters,
}

/// Builds something from burn's random generator, seeded; one builder at a time, because the
/// generator belongs to the whole process.
pub(crate) fn first_weights<N: Module>(seed: u64, device: &Device, build: impl FnOnce() -> N) -> N {
    static GENERATOR: Mutex<()> = Mutex::new(());
    let _guard = GENERATOR.lock().unwrap_or_else(PoisonError::into_inner);
    device.seed(seed);
    // Parameters are drawn at their first use, which this is.
    build().valid()
}

/// Fits a network and returns the best one by validation, averaged if the configuration asks for
/// it, without autodiff.
///
/// Resumes from the checkpoint of the run's stage where the run is told to.
///
/// # Errors
/// [`Error::InvalidSetting`] for a configuration outside its ranges, [`Error::NoDevice`],
/// [`Error::Checkpoint`] when a checkpoint cannot be used, [`Error::Diverged`] when the loss is
/// not a number for long, [`Error::Io`] and what the task reports.
pub(crate) fn fit<T: Task>(
    task: &T,
    config: &FitConfig,
    run: &mut Run<'_>,
) -> Result<T::Network, Error> {
    config.validate()?;
    let device = run.options().device.open()?;
    let workers = Workers::new(run.options().n_threads)?;
    let fresh = first_weights(config.seed, &device, || task.network(config.seed, &device));
    let optimizer = AdamWConfig::new()
        .with_weight_decay(config.weight_decay)
        .init();
    let mut state = State {
        average: (config.average > 0.0).then(|| fresh.valid()),
        network: fresh,
        best: None,
        optimizer,
        counters: Counters::first(),
    };
    if run.options().resume {
        state = checkpoint::resume(state, config, run)?;
    }
    while !state.counters.done {
        state = epoch(task, config, run, &workers, &device, state)?;
    }
    run.set_best(state.counters.best.clone());
    state.best.ok_or(Error::Diverged {
        task: task.name(),
        epoch: state.counters.epoch,
    })
}

/// The rest of the present epoch, its validation, and a checkpoint.
fn epoch<T: Task>(
    task: &T,
    config: &FitConfig,
    run: &mut Run<'_>,
    workers: &Workers,
    device: &Device,
    mut state: State<T::Network>,
) -> Result<State<T::Network>, Error> {
    let epoch = state.counters.epoch;
    let mut rng = stream_of(config.seed, "order", &[epoch as u64]);
    let items = task.epoch_items(epoch, &mut rng);
    if items.is_empty() {
        return Err(Error::InvalidSetting {
            name: "items of an epoch",
            actual: "0".into(),
            expected: "at least 1",
        });
    }
    let n_batches = items.len().div_ceil(config.batch_size);
    let autodiff = device.clone().autodiff();
    for (batch, items) in items.chunks(config.batch_size).enumerate() {
        if batch < state.counters.batch {
            continue;
        }
        let share = |batch: usize| {
            (epoch - 1) as f64 / config.n_epochs as f64
                + batch as f64 / (n_batches * config.n_epochs) as f64
        };
        let rate = config.rate(share(batch), share(batch + 1));
        let place = Place {
            seed: config.seed,
            epoch,
            batch,
        };
        let part = items.len().div_ceil(config.n_shards).max(1);
        let parts: Vec<&[usize]> = items.chunks(part).collect();
        state = step(task, config, workers, &autodiff, state, &parts, place, rate)?;
        state.counters.batch = batch + 1;
        report_step(run, config, &mut state.counters, n_batches, rate)?;
        let every = run.options().checkpoint_every;
        if every > 0 && state.counters.step.is_multiple_of(every) {
            checkpoint::save(&state, config, run)?;
        }
    }
    validate(task, config, run, workers, device, &mut state, n_batches)?;
    checkpoint::save(&state, config, run)?;
    Ok(state)
}

#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one step have no other home"
)]
fn step<T: Task>(
    task: &T,
    config: &FitConfig,
    workers: &Workers,
    device: &Device,
    mut state: State<T::Network>,
    parts: &[&[usize]],
    place: Place,
    rate: f64,
) -> Result<State<T::Network>, Error> {
    let mut passes = workers.passes(task, &state.network, parts, place, device);
    let n_items: usize = parts.iter().map(|part| part.len()).sum();
    let losses = passes.iter().zip(parts);
    let loss: f64 = losses
        .map(|(pass, part)| pass.loss * part.len() as f64 / n_items as f64)
        .sum();
    state.counters.step += 1;
    let gradients = average_gradients(&state.network, &mut passes, config.clip_norm, device);
    let (Some(gradients), true) = (gradients, loss.is_finite()) else {
        // One odd batch must not spoil the weights; many mean that the fit has diverged.
        state.counters.n_skipped += 1;
        if state.counters.n_skipped > MAX_SKIPPED {
            return Err(Error::Diverged {
                task: task.name(),
                epoch: place.epoch,
            });
        }
        return Ok(state);
    };
    state.counters.add_loss(loss);
    let replica = passes.swap_remove(0).network;
    state.network = state.optimizer.step(rate, replica, gradients).valid();
    state.average = state
        .average
        .map(|average| move_average(average, &state.network, config.average, state.counters.step));
    Ok(state)
}

/// Reports every so many steps.
fn report_step(
    run: &mut Run<'_>,
    config: &FitConfig,
    counters: &mut Counters,
    n_batches: usize,
    rate: f64,
) -> Result<(), Error> {
    let every = run.options().report_every;
    if every == 0 || !counters.step.is_multiple_of(every) || counters.batch == n_batches {
        return Ok(());
    }
    let mut values = BTreeMap::from([("rate".to_owned(), rate)]);
    values.extend(counters.mean_loss().map(|loss| ("loss".to_owned(), loss)));
    run.event(&TrainingEvent {
        stage: run.stage_name().to_owned(),
        step: counters.step,
        n_steps: n_batches * config.n_epochs,
        epoch: None,
        values,
    })
}

/// Ends an epoch: validates, keeps the best, decides whether to go on.
fn validate<T: Task>(
    task: &T,
    config: &FitConfig,
    run: &mut Run<'_>,
    workers: &Workers,
    device: &Device,
    state: &mut State<T::Network>,
    n_batches: usize,
) -> Result<(), Error> {
    let network = state.average.as_ref().unwrap_or(&state.network);
    let validation = workers.alone(|| task.validate(network, device))?;
    let counters = &mut state.counters;
    let is_better = counters
        .best
        .as_ref()
        .is_none_or(|(_, best)| validation.loss < best.loss);
    let mut values = validation.metrics.clone();
    values.insert("validation_loss".into(), validation.loss);
    values.extend(counters.mean_loss().map(|loss| ("loss".to_owned(), loss)));
    run.event(&TrainingEvent {
        stage: run.stage_name().to_owned(),
        step: counters.step,
        n_steps: n_batches * config.n_epochs,
        epoch: Some(counters.epoch),
        values,
    })?;
    if is_better && validation.loss.is_finite() {
        state.best = Some(network.valid());
        counters.best = Some((counters.epoch, validation));
    }
    let best_epoch = counters.best.as_ref().map_or(0, |(epoch, _)| *epoch);
    let is_late = config.patience > 0 && counters.epoch - best_epoch >= config.patience;
    counters.done = is_late || counters.epoch >= config.n_epochs;
    counters.next_epoch();
    Ok(())
}
