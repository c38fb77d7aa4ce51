//! The loop on a tiny network: it learns, it is the same every time, it survives a kill.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::Path;

use burn::module::Module;
use burn::nn::{BatchNorm, BatchNormConfig, Linear, LinearConfig};
use burn::tensor::activation::{log_softmax, relu};
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::*;
use crate::metrics::Confusion;
use crate::{Array, Error, ItemHash, WeightsFile};

#[derive(Module, Debug)]
struct Tiny {
    first: Linear,
    norm: BatchNorm,
    last: Linear,
}

impl Tiny {
    fn forward(&self, x: Tensor<2>, mask: Option<Tensor<2>>) -> Tensor<2> {
        let hidden = relu(self.norm.forward(self.first.forward(x)));
        let hidden = match mask {
            Some(mask) => hidden * mask,
            None => hidden,
        };
        self.last.forward(hidden)
    }
}

/// Points in a square; the class is whether both coordinates have the same sign.
struct Quadrants {
    points: Vec<[f32; 2]>,
    poisoned: bool,
}

impl Quadrants {
    fn new() -> Self {
        let number = |i: usize, step: usize| ((i * step) % 97) as f32 / 48.0 - 1.0;
        Self {
            points: (0..96).map(|i| [number(i, 31), number(i, 57)]).collect(),
            poisoned: false,
        }
    }

    fn batch(&self, items: &[usize], device: &Device) -> (Tensor<2>, Vec<usize>) {
        let values: Vec<f32> = items.iter().flat_map(|&i| self.points[i]).collect();
        let classes = items.iter().map(|&i| {
            let [x, y] = self.points[i];
            usize::from((x > 0.0) == (y > 0.0))
        });
        let x = Tensor::from_data(TensorData::new(values, [items.len(), 2]), device);
        (x, classes.collect())
    }
}

fn cross_entropy(outputs: Tensor<2>, classes: &[usize]) -> Tensor<1> {
    let device = outputs.device();
    let places: Vec<i32> = classes.iter().map(|&class| class as i32).collect();
    let places = Tensor::<2, Int>::from_data(TensorData::new(places, [classes.len(), 1]), &device);
    log_softmax(outputs, 1).gather(1, places).mean().neg()
}

impl Task for Quadrants {
    type Network = Tiny;

    fn name(&self) -> &'static str {
        "tiny"
    }

    fn network(&self, _: u64, device: &Device) -> Tiny {
        Tiny {
            first: LinearConfig::new(2, 16).init(device),
            norm: BatchNormConfig::new(16).init(device),
            last: LinearConfig::new(16, 2).init(device),
        }
    }

    fn epoch_items(&self, _: usize, rng: &mut Pcg64Mcg) -> Vec<usize> {
        let mut items: Vec<usize> = (0..64).collect();
        items.shuffle(rng);
        items
    }

    fn loss(
        &self,
        network: &Tiny,
        items: &[usize],
        _: usize,
        rng: &mut Pcg64Mcg,
        device: &Device,
    ) -> Tensor<1> {
        let (x, classes) = self.batch(items, device);
        let mask = keep_mask([items.len(), 16], 0.1, rng, device);
        let loss = cross_entropy(network.forward(x, Some(mask)), &classes);
        if self.poisoned { loss * f32::NAN } else { loss }
    }

    fn validate(&self, network: &Tiny, device: &Device) -> Result<Validation, Error> {
        let items: Vec<usize> = (64..96).collect();
        let (x, classes) = self.batch(&items, device);
        let outputs = network.forward(x, None);
        let loss = cross_entropy(outputs.clone(), &classes).into_scalar::<f32>();
        let said: Vec<f32> = outputs.into_data().iter::<f32>().collect();
        let said = said.chunks(2).map(|row| usize::from(row[1] > row[0]));
        let confusion = Confusion::of(&["no", "yes"], classes.iter().copied().zip(said));
        Ok(Validation {
            loss: loss.into(),
            metrics: BTreeMap::from([("accuracy".into(), confusion.accuracy())]),
        })
    }
}

fn config() -> FitConfig {
    FitConfig {
        n_epochs: 12,
        batch_size: 16,
        learning_rate: 0.05,
        average: 0.9,
        n_shards: 2,
        ..FitConfig::default()
    }
}

/// Fits into `out` and returns the weights; `watch` sees every event.
fn run(
    task: &Quadrants,
    config: &FitConfig,
    out: &Path,
    options: &RunOptions,
    watch: &mut dyn FnMut(&TrainingEvent),
) -> Result<(BTreeMap<String, Array>, TrainingReport), Error> {
    let subject = RunSubject::new("tiny", config, [ItemHash::of(b"x")])?;
    let mut watch = |event: &TrainingEvent| watch(event);
    let mut run = Run::start(out, subject, options, &mut watch)?;
    let network = fit(task, config, &mut run)?;
    let (_, _, metrics) = run.best().unwrap();
    let report = TrainingReport {
        metrics: metrics.clone(),
        ..TrainingReport::default()
    };
    Ok((arrays_of(&network), run.finish(report)?))
}

fn fitted(config: &FitConfig, options: &RunOptions) -> BTreeMap<String, Array> {
    let out = tempfile::tempdir().unwrap();
    run(&Quadrants::new(), config, out.path(), options, &mut |_| {})
        .unwrap()
        .0
}

#[test]
fn it_learns_and_reports() {
    let out = tempfile::tempdir().unwrap();
    let events = RefCell::new(Vec::new());
    let options = RunOptions {
        report_every: 3,
        ..RunOptions::default()
    };
    let (_, report) = run(
        &Quadrants::new(),
        &config(),
        out.path(),
        &options,
        &mut |event| events.borrow_mut().push(event.clone()),
    )
    .unwrap();
    assert!(report.metrics["accuracy"] > 0.85, "{:?}", report.metrics);
    let events = events.into_inner();
    let epochs: Vec<_> = events.iter().filter_map(|event| event.epoch).collect();
    assert_eq!(epochs, (1..=12).collect::<Vec<_>>());
    assert!(events.len() > 20 && events.iter().all(|event| event.n_steps == 48));
    let first = events[0].values["loss"];
    assert!(events.last().unwrap().values["loss"] < first);
}

#[test]
fn threads_change_nothing_and_seeds_do() {
    let alone = fitted(&config(), &RunOptions::default());
    assert!(alone.contains_key("norm.running_mean") && alone.contains_key("first.weight"));
    let threads = RunOptions {
        n_threads: 3,
        ..RunOptions::default()
    };
    assert_eq!(fitted(&config(), &threads), alone);
    let other = FitConfig {
        seed: 2,
        ..config()
    };
    assert_ne!(fitted(&other, &RunOptions::default()), alone);
}

/// Copies the files of a folder, as a kill would leave them behind.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().flatten() {
        if entry.path().is_dir() {
            copy(&entry.path(), &to.join(entry.file_name()));
        } else {
            std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
        }
    }
}

/// Stops at an event, resumes in a copy of the folder, and expects what was made without a stop.
#[track_caller]
fn check_resumed(config: &FitConfig, stop_at_step: usize) {
    let (out, copied) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let options = RunOptions {
        checkpoint_every: 3,
        report_every: 1,
        ..RunOptions::default()
    };
    let task = Quadrants::new();
    let (whole, report) = run(&task, config, out.path(), &options, &mut |event| {
        if event.step == stop_at_step {
            copy(out.path(), copied.path());
        }
    })
    .unwrap();
    let resume = RunOptions {
        resume: true,
        ..options
    };
    let mut n_events = 0;
    let (resumed, resumed_report) = run(&task, config, copied.path(), &resume, &mut |_| {
        n_events += 1;
    })
    .unwrap();
    assert_eq!(resumed, whole);
    let lines = |report: &TrainingReport| {
        let text = std::fs::read_to_string(report.log.as_ref().unwrap()).unwrap();
        text.lines().count()
    };
    assert_eq!(lines(&resumed_report), lines(&report));
    assert!(n_events < lines(&report) - 2, "{n_events}");
}

#[test]
fn a_killed_run_resumes_to_the_same_weights() {
    for stop in [5, 7, 8, 30, 48] {
        check_resumed(&config(), stop);
    }
    let plain = FitConfig {
        average: 0.0,
        n_shards: 1,
        patience: 3,
        ..config()
    };
    check_resumed(&plain, 14);
}

#[test]
fn what_cannot_be_resumed_is_refused() {
    let out = tempfile::tempdir().unwrap();
    let copied = tempfile::tempdir().unwrap();
    let task = Quadrants::new();
    run(
        &task,
        &config(),
        out.path(),
        &RunOptions::default(),
        &mut |event| {
            if event.epoch == Some(2) {
                copy(out.path(), copied.path());
            }
        },
    )
    .unwrap();
    let path = copied.path().join("checkpoints/tiny.train");
    let whole = std::fs::read(&path).unwrap();
    let resume = RunOptions {
        resume: true,
        ..RunOptions::default()
    };
    for bytes in [&whole[..whole.len() - 1], &whole[..9], b""] {
        std::fs::write(&path, bytes).unwrap();
        let error = run(&task, &config(), copied.path(), &resume, &mut |_| {}).unwrap_err();
        assert!(matches!(error, Error::Checkpoint { .. }), "{error}");
    }
    let other = FitConfig {
        batch_size: 8,
        ..config()
    };
    let error = run(&task, &other, copied.path(), &resume, &mut |_| {}).unwrap_err();
    assert!(
        error.to_string().contains("another configuration"),
        "{error}"
    );
}

#[test]
fn it_stops_early_and_gives_up_when_lost() {
    let eager = FitConfig {
        n_epochs: 400,
        patience: 2,
        learning_rate: 0.2,
        ..config()
    };
    let mut last = 0;
    let out = tempfile::tempdir().unwrap();
    let options = RunOptions::default();
    run(
        &Quadrants::new(),
        &eager,
        out.path(),
        &options,
        &mut |event| {
            last = event.epoch.unwrap_or(last);
        },
    )
    .unwrap();
    assert!(last < 400, "{last}");
    let lost = Quadrants {
        poisoned: true,
        ..Quadrants::new()
    };
    let config = FitConfig {
        n_epochs: 50,
        ..config()
    };
    let error = run(&lost, &config, out.path(), &options, &mut |_| {}).unwrap_err();
    assert!(matches!(error, Error::Diverged { .. }), "{error}");
}

#[test]
fn weights_files_give_the_network_back() {
    let device = DeviceChoice::Cpu.open().unwrap();
    let network = first_weights(1, &device, || Quadrants::new().network(1, &device));
    let arrays: BTreeMap<String, Array> = arrays_of(&network)
        .into_iter()
        .map(|(name, array)| (format!("tiny.{name}"), array))
        .collect();
    assert_eq!(arrays["tiny.first.weight"].shape, [2, 16]);
    let mut weights = WeightsFile::of_arrays(arrays.clone());
    let other = Quadrants::new().network(2, &device);
    let again = with_arrays(other.clone(), &weights, "tiny").unwrap();
    let named: BTreeMap<String, Array> = arrays_of(&again)
        .into_iter()
        .map(|(name, array)| (format!("tiny.{name}"), array))
        .collect();
    assert_eq!(named, arrays);
    let refused = |weights: &WeightsFile, expected: &str| {
        let error = with_arrays(other.clone(), weights, "tiny").unwrap_err();
        assert!(error.to_string().contains(expected), "{error}");
    };
    weights.arrays.get_mut("tiny.last.bias").unwrap().shape = vec![1, 2];
    refused(&weights, "tiny.last.bias has shape [1, 2], expected [2]");
    weights.arrays.remove("tiny.norm.gamma");
    refused(&weights, "tiny.norm.gamma");
}
