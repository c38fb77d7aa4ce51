//! Training: read, split, fit, measure statistics, calibrate, save.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Tensor, TensorData};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::augmentation::augmented;
use super::config::{Augmentation, FaceTrainingConfig};
use super::data::{
    EIGHT_OF_SEVEN, FACE_CLASSES_7, FACE_CLASSES_8, FaceItem, FaceSet, Part, SIDE, read_faces,
};
use super::inference::{FEATURE_VERSION, Heads, Logits, TASK, affect_of, logits_of};
use super::model::{FaceNetwork, Moments, Statistics};
use crate::metrics::{
    Confusion, Scaling, argmax, expected_calibration_error, negative_log_likelihood, reliability,
    softmax,
};
use crate::training::{Task, Validation, arrays_of, fit, keep_mask};
use crate::{
    Array, Error, Metadata, Progress, Run, RunOptions, RunSubject, TrainingEvent, TrainingItems,
    TrainingReport, WeightsFile,
};

/// Outputs of the network: seven classes, then eight.
pub(super) const N_OUTPUTS: usize = FACE_CLASSES_7.len() + FACE_CLASSES_8.len();
/// Faces whose statistics the normalizations take, while training and for the final weights.
const N_MOMENTS: [usize; 2] = [512, 4096];
/// Faces in one pass when nothing is trained.
const CHUNK: usize = 64;

/// What each face should give.
struct Target {
    seven: [f32; 7],
    /// All 0 where there are no usable votes.
    eight: [f32; 8],
}

/// The face network as the loop sees it.
struct FaceTask<'a> {
    config: &'a FaceTrainingConfig,
    set: FaceSet,
    targets: Vec<Target>,
    /// Indices that are trained on.
    train: Vec<usize>,
    /// Indices that tune.
    tuning: Vec<usize>,
}

/// Trains the face model and writes `model.safetensors` and a log in `runs/`.
///
/// `data` holds faces in any layout that [`evaluate`](super::evaluate) reads; only the part
/// `Training` is used. A tenth of it, by the hash of the pixels, chooses the epoch and
/// calibrates; it is not trained on. Images in which most raters of FER+ saw no face are left
/// out.
///
/// # Errors
/// [`Error::InvalidSetting`] for a configuration outside its ranges, [`Error::MissingData`] when
/// there are no training faces, [`Error::Io`] and [`Error::Data`] for files that cannot be read,
/// [`Error::Checkpoint`] when a stopped run cannot be taken up.
pub fn train(
    data: &Path,
    out: &Path,
    config: &FaceTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let mut set = read_faces(data)?;
    set.leave_out(|item| options.cleaning.excludes(item.hash, &item.name));
    let task = FaceTask::new(set, data, config)?;
    let hashes = task.train.iter().map(|&i| task.set.items[i].hash);
    let mut progress = |event: &TrainingEvent| progress(event);
    let subject = RunSubject::new(TASK, config, hashes)?;
    let mut run = Run::start(out, subject, options, &mut progress)?;
    let network = fit(&task, &config.training, &mut run)?;
    let device = Device::default();
    let moments = task.moments(&network, N_MOMENTS[1], &device);
    let network = network.folded(moments);
    let tuned = task.tuned(&network, &device)?;
    let path = out.join("model.safetensors");
    task.package(&network, &tuned)?.save(&path)?;
    run.finish(TrainingReport {
        task: TASK.into(),
        files: vec![path],
        n_items: task.train.len(),
        ..tuned.report
    })
}

impl<'a> FaceTask<'a> {
    fn new(set: FaceSet, data: &Path, config: &'a FaceTrainingConfig) -> Result<Self, Error> {
        let no_face = |item: &FaceItem| item.votes[9] > 5;
        let training: Vec<usize> = (0..set.items.len())
            .filter(|&i| {
                let item = &set.items[i];
                item.part == Part::Training && item.label.is_some() && !no_face(item)
            })
            .collect();
        let (tuning, train): (Vec<_>, Vec<_>) = training
            .into_iter()
            .partition(|&i| set.items[i].is_tuning());
        if train.is_empty() || tuning.is_empty() {
            return Err(Error::MissingData {
                path: data.to_path_buf(),
                expected: "faces of the part Training, at least some tens".into(),
            });
        }
        let targets = set.items.iter().map(|item| target(item, config)).collect();
        Ok(Self {
            config,
            set,
            targets,
            train,
            tuning,
        })
    }

    /// Faces as the network sees them, drawn anew.
    ///
    /// # Shapes
    /// - returns: `[n_items side side, 1]`
    fn batch(
        &self,
        items: &[usize],
        side: usize,
        augmentation: &Augmentation,
        rng: &mut Pcg64Mcg,
        device: &Device,
    ) -> Tensor<2> {
        let mut pixels = Vec::with_capacity(items.len() * side * side);
        for &item in items {
            augmented(self.set.image(item), side, augmentation, rng, &mut pixels);
        }
        let n_rows = pixels.len();
        Tensor::from_data(TensorData::new(pixels, [n_rows, 1]), device)
    }

    /// Means and variances of every normalization over `n` training faces, averaged over chunks.
    fn moments(&self, network: &FaceNetwork, n: usize, device: &Device) -> Moments {
        let mut rng = Pcg64Mcg::seed_from_u64(self.config.training.seed);
        let mut order = self.train.clone();
        order.shuffle(&mut rng);
        order.truncate(n);
        let mut sums = Moments::new();
        let chunks: Vec<&[usize]> = order.chunks(CHUNK).collect();
        for chunk in &chunks {
            let mut seen = Moments::new();
            let pixels = self.batch(chunk, SIDE, &self.config.augmentation, &mut rng, device);
            network.forward(pixels, SIDE, None, &mut Statistics::Batch(Some(&mut seen)));
            let share = chunk.len() as f64 / order.len() as f64;
            let scaled = seen
                .into_iter()
                .map(|(mean, variance)| (mean * share, variance * share));
            sums = if sums.is_empty() {
                scaled.collect()
            } else {
                let both = sums.into_iter().zip(scaled);
                both.map(|(sum, next)| (sum.0 + next.0, sum.1 + next.1))
                    .collect()
            };
        }
        sums
    }

    /// What a network that is ready for use says about the tuning faces.
    fn tuning_logits(&self, network: &FaceNetwork, device: &Device) -> Result<Vec<Logits>, Error> {
        let mut logits = Vec::with_capacity(self.tuning.len());
        for chunk in self.tuning.chunks(CHUNK) {
            let images: Vec<&[u8]> = chunk.iter().map(|&i| self.set.image(i)).collect();
            logits.extend(logits_of(network, &images, device)?);
        }
        Ok(logits)
    }

    /// The distribution that the raters of FER+ gave to the tuning faces that have one.
    fn rated(&self) -> impl Iterator<Item = (usize, [f32; 8])> + '_ {
        let rows = self.tuning.iter().enumerate();
        rows.filter_map(|(row, &i)| Some((row, self.set.items[i].distribution()?)))
    }

    /// Scales the logits and the variances on the tuning faces, and measures there.
    fn tuned(&self, network: &FaceNetwork, device: &Device) -> Result<Tuned, Error> {
        let logits = self.tuning_logits(network, device)?;
        let seven: Vec<&[f32]> = logits.iter().map(|l| &l.seven[..]).collect();
        let truths: Vec<usize> = self.labels().collect();
        let scaling_seven = Scaling::vector(&seven, &truths);
        let (eight, majorities): (Vec<&[f32]>, Vec<usize>) = self
            .tuning
            .iter()
            .zip(&logits)
            .filter_map(|(&i, l)| Some((&l.eight[..], self.set.items[i].plurality()?)))
            .unzip();
        let scaling_eight = if eight.is_empty() {
            Scaling::identity(FACE_CLASSES_8.len())
        } else {
            Scaling::vector(&eight, &majorities)
        };
        let heads = Heads {
            seven: scaling_seven,
            eight: scaling_eight,
            variance_scale: 1.0,
        };
        let variance_scale = self.variance_scale(&logits, &heads);
        let heads = Heads {
            variance_scale,
            ..heads
        };
        let probabilities: Vec<Vec<f32>> = seven
            .iter()
            .map(|row| heads.seven.probabilities(row))
            .collect();
        let said = probabilities.iter().map(|row| argmax(row));
        let confusion = Confusion::of(&FACE_CLASSES_7, truths.iter().copied().zip(said));
        let bins = reliability(&probabilities, &truths);
        let report = TrainingReport {
            metrics: BTreeMap::from([
                ("tuning_accuracy_7".to_owned(), confusion.accuracy()),
                ("tuning_macro_f1_7".to_owned(), confusion.macro_f1()),
                ("tuning_ece".to_owned(), expected_calibration_error(&bins)),
            ]),
            confusions: BTreeMap::from([("tuning".to_owned(), confusion)]),
            reliability: BTreeMap::from([("tuning".to_owned(), bins)]),
            ..TrainingReport::default()
        };
        Ok(Tuned { heads, report })
    }

    fn labels(&self) -> impl Iterator<Item = usize> + '_ {
        self.tuning
            .iter()
            .map(|&i| self.set.items[i].label.unwrap_or_default())
    }

    /// The factor on the covariances with which the errors against the mean of the raters'
    /// distribution have the size that the covariances say.
    fn variance_scale(&self, logits: &[Logits], heads: &Heads) -> f64 {
        let (mut sum, mut n) = (0.0, 0_u32);
        for (row, shares) in self.rated() {
            let said = affect_of(&logits[row], heads);
            let rated = Heads::affect_of_shares(&heads.seven_of_eight(&shares));
            let (Some(said), Some(rated)) = (said, rated) else {
                continue;
            };
            let (v, a) = (
                said.mean.v() - rated.mean.v(),
                said.mean.a() - rated.mean.a(),
            );
            sum += 0.5 * (v * v / said.covariance.valence + a * a / said.covariance.arousal);
            n += 1;
        }
        // What a person feels is not what others read in the face: never below a quarter.
        if n == 0 {
            1.0
        } else {
            (sum / f64::from(n)).max(0.25)
        }
    }

    /// The weights file.
    fn package(&self, network: &FaceNetwork, tuned: &Tuned) -> Result<WeightsFile, Error> {
        let names = |list: &[&str]| {
            list.iter()
                .map(|name| (*name).to_owned())
                .collect::<Vec<_>>()
        };
        let config = serde_json::to_value(self.config).map_err(|error| Error::Weights {
            origin: TASK.into(),
            reason: error.to_string(),
        })?;
        let metadata = Metadata {
            task: TASK.into(),
            feature_version: FEATURE_VERSION,
            config,
            labels: BTreeMap::from([
                ("seven".to_owned(), names(&FACE_CLASSES_7)),
                ("eight".to_owned(), names(&FACE_CLASSES_8)),
            ]),
        };
        let mut arrays: BTreeMap<String, Array> = arrays_of(network)
            .into_iter()
            .filter(|(name, _)| !name.ends_with("gamma"))
            .map(|(name, array)| (format!("network.{name}"), array))
            .collect();
        arrays.extend(tuned.heads.arrays()?);
        // Rows that tune are listed too: what chose the epoch and the scaling is not unseen.
        let listed = self.train.iter().chain(&self.tuning);
        let items = TrainingItems::prefixes(listed.map(|&i| self.set.items[i].hash));
        Ok(WeightsFile::new(metadata, arrays, items))
    }
}

/// Calibration and what was measured with it.
struct Tuned {
    heads: Heads,
    report: TrainingReport,
}

/// What a face should give: its label mixed with the raters' distribution and smoothed.
fn target(item: &FaceItem, config: &FaceTrainingConfig) -> Target {
    let eight = item.distribution();
    let mut seven = [0.0; 7];
    if let Some(label) = item.label {
        seven[label] = 1.0;
    }
    if let Some(eight) = &eight {
        let known: f32 = EIGHT_OF_SEVEN.iter().map(|&class| eight[class]).sum();
        if known > 0.0 {
            for (share, class) in seven.iter_mut().zip(EIGHT_OF_SEVEN) {
                *share += config.rater_share * (eight[class] / known - *share);
            }
        }
    }
    let smooth = |share: f32, n: usize| share + config.smoothing * (1.0 / n as f32 - share);
    Target {
        seven: seven.map(|share| smooth(share, 7)),
        eight: eight.map_or([0.0; 8], |eight| eight.map(|share| smooth(share, 8))),
    }
}

impl Task for FaceTask<'_> {
    type Network = FaceNetwork;

    fn name(&self) -> &'static str {
        TASK
    }

    fn network(&self, _: u64, device: &Device) -> FaceNetwork {
        FaceNetwork::new(
            &self.config.widths,
            &self.config.n_blocks,
            N_OUTPUTS,
            device,
        )
    }

    fn epoch_items(&self, _: usize, rng: &mut Pcg64Mcg) -> Vec<usize> {
        let mut items = self.train.clone();
        items.shuffle(rng);
        items
    }

    fn loss(
        &self,
        network: &FaceNetwork,
        items: &[usize],
        epoch: usize,
        rng: &mut Pcg64Mcg,
        device: &Device,
    ) -> Tensor<1> {
        let side = self.config.side(epoch);
        let pixels = self.batch(items, side, &self.config.augmentation, rng, device);
        let shape = [items.len(), network.n_features()];
        let keep = keep_mask(shape, self.config.dropout, rng, device);
        let outputs = network.forward(pixels, side, Some(keep), &mut Statistics::Batch(None));
        let n = items.len();
        let weight = self.config.eight_weight / n as f32;
        let targets: Vec<f32> = items
            .iter()
            .flat_map(|&item| {
                let target = &self.targets[item];
                let seven = target.seven.iter().map(move |share| share / n as f32);
                seven.chain(target.eight.iter().map(move |share| share * weight))
            })
            .collect();
        let targets = Tensor::<2>::from_data(TensorData::new(targets, [n, N_OUTPUTS]), device);
        let seven = log_softmax(outputs.clone().slice([0..n, 0..7]), 1);
        let eight = log_softmax(outputs.slice([0..n, 7..N_OUTPUTS]), 1);
        let products = Tensor::cat(vec![seven, eight], 1) * targets;
        products.sum().neg()
    }

    fn validate(&self, network: &FaceNetwork, device: &Device) -> Result<Validation, Error> {
        let moments = self.moments(network, N_MOMENTS[0], device);
        let network = network.clone().folded(moments);
        let logits = self.tuning_logits(&network, device)?;
        let rows: Vec<Vec<f32>> = logits.iter().map(|l| softmax(&l.seven)).collect();
        let truths: Vec<usize> = self.labels().collect();
        let hits = rows
            .iter()
            .zip(&truths)
            .filter(|(row, truth)| argmax(row) == **truth);
        let accuracy = hits.count() as f64 / rows.len() as f64;
        let rated = self.tuning.iter().zip(&logits);
        let rated: Vec<bool> = rated
            .filter_map(|(&i, l)| Some(argmax(&l.eight) == self.set.items[i].majority()?))
            .collect();
        let hits = rated.iter().filter(|hit| **hit).count() as f64;
        let loss = negative_log_likelihood(&rows, &truths);
        let mut metrics = BTreeMap::from([("accuracy_7".to_owned(), accuracy)]);
        if !rated.is_empty() {
            metrics.insert("ferplus_accuracy_8".into(), hits / rated.len() as f64);
        }
        // The likelihood of smoothed targets is not that of labels: errors choose as well.
        Ok(Validation {
            loss: loss + 2.0 * (1.0 - accuracy),
            metrics,
        })
    }
}
