//! The model: standardization for each set, kernel machine, calibration; and its weights file.

use std::collections::BTreeMap;

use affetto_music::features;
use half::f16;

use super::TASK;
use super::calibration::Calibration;
use super::config::SymbolicEmotionConfig;
use super::data::MusicSet;
use super::examples::{Clip, Inputs, N_INPUTS, input_names, is_velocity};
use super::kernel_machine::{Kernel, KernelMachine, Point, Target};
use crate::{Array, Error, Metadata, TrainingItems, WeightsFile};

/// Most centers a file may hold.
const MAX_CENTERS: usize = 20_000;
/// Largest scale that half precision holds with room; inputs that hardly vary are left out.
const MAX_SCALE: f64 = 10_000.0;

/// Divides log likelihoods of resembling a set: about that many inputs say the same.
const TEMPERING: f64 = 10.0;

/// Whether velocities are listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dynamics {
    Heeded,
    Ignored,
}

/// Mean and 1 / standard deviation of every input over one set's whole clips.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Standardization {
    pub(super) set: MusicSet,
    pub(super) mean: Vec<f32>,
    pub(super) scale: Vec<f32>,
}

impl Standardization {
    /// Measures music; inputs about velocity over the music that has dynamics.
    pub(super) fn fit<'a>(set: MusicSet, music: impl Iterator<Item = &'a Inputs> + Clone) -> Self {
        let velocity = is_velocity();
        let (mut mean, mut scale) = (Vec::with_capacity(N_INPUTS), Vec::with_capacity(N_INPUTS));
        for (index, &is_velocity) in velocity.iter().enumerate() {
            let counted = music
                .clone()
                .filter(|inputs| inputs.has_dynamics || !is_velocity);
            let values: Vec<f64> = counted
                .map(|inputs| f64::from(inputs.values[index]))
                .collect();
            let n = values.len().max(1) as f64;
            let average = values.iter().sum::<f64>() / n;
            let sd = (values
                .iter()
                .map(|value| (value - average).powi(2))
                .sum::<f64>()
                / n)
                .sqrt();
            mean.push(round(average as f32));
            scale.push(if sd * MAX_SCALE > 1.0 {
                round((1.0 / sd) as f32)
            } else {
                0.0
            });
        }
        Self { set, mean, scale }
    }

    /// Standardized inputs, velocities at their mean where they say nothing or are to be ignored.
    fn point(&self, inputs: &Inputs, dynamics: Dynamics, clip: f32, velocity: &[bool]) -> Point {
        let silent = !inputs.has_dynamics || dynamics == Dynamics::Ignored;
        let values = (0..N_INPUTS).map(|index| {
            if silent && velocity[index] {
                return 0.0;
            }
            ((inputs.values[index] - self.mean[index]) * self.scale[index]).clamp(-clip, clip)
        });
        Point::new(values.collect(), self.set.index())
    }
}

/// The nearest number in half precision, which is what weights files keep.
fn round(value: f32) -> f32 {
    f16::from_f32(value.clamp(-60_000.0, 60_000.0)).to_f32()
}

/// A trained model.
#[derive(Debug, Clone)]
pub(super) struct Model {
    pub(super) config: SymbolicEmotionConfig,
    /// One for each set that the model knows, in the order of [`MusicSet::ALL`].
    pub(super) standardizations: Vec<Standardization>,
    machine: KernelMachine,
    /// For each entry of `standardizations`: valence and arousal.
    pub(super) calibrations: Vec<[Calibration; 2]>,
    velocity: Vec<bool>,
}

impl Model {
    /// Trains on clips, without calibration; `measured` are the clips whose sets the model shall
    /// know, which need not be trained on.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] where there are too few clips to fit anything.
    pub(super) fn fit(
        config: &SymbolicEmotionConfig,
        clips: &[&Clip],
        measured: &[&Clip],
    ) -> Result<Self, Error> {
        let standardizations: Vec<Standardization> = MusicSet::ALL
            .into_iter()
            .filter(|&set| measured.iter().any(|clip| clip.set == set))
            .map(|set| {
                let of_set = measured.iter().filter(move |clip| clip.set == set);
                Standardization::fit(set, of_set.map(|clip| &clip.whole))
            })
            .collect();
        let velocity = is_velocity();
        let (mut centers, mut targets) = (Vec::new(), Vec::new());
        for clip in clips {
            let Some(standard) = standardizations.iter().find(|known| known.set == clip.set) else {
                continue;
            };
            let point = |inputs, dynamics| {
                let mut point = standard.point(inputs, dynamics, config.clip as f32, &velocity);
                point
                    .values
                    .iter_mut()
                    .for_each(|value| *value = round(*value));
                Point::new(point.values, point.set)
            };
            let mut learn = |point: Point, weight: f64| {
                if weight > 0.0 {
                    targets.push(Target {
                        point,
                        labels: clip.labels,
                        weight,
                    });
                }
            };
            let whole = point(&clip.whole, Dynamics::Heeded);
            learn(whole.clone(), 1.0);
            learn(point(&clip.whole, Dynamics::Ignored), config.copy_weight);
            for copy in &clip.copies {
                learn(point(copy, Dynamics::Heeded), config.copy_weight);
            }
            centers.push(whole);
        }
        let n_centers = centers.len();
        let mut machine =
            KernelMachine::fit(config, centers, &targets).ok_or_else(|| Error::InvalidSetting {
                name: "number of labelled clips",
                actual: n_centers.to_string(),
                expected: "enough to fit, at least 1",
            })?;
        for weights in &mut machine.weights {
            *weights = weights.map(round);
        }
        let calibrations = vec![[Calibration::default(); 2]; standardizations.len()];
        Ok(Self {
            config: config.clone(),
            standardizations,
            machine,
            calibrations,
            velocity,
        })
    }

    /// Raw valence and arousal of music heard as one of the known sets.
    pub(super) fn raw(&self, inputs: &Inputs, known: usize, dynamics: Dynamics) -> [f64; 2] {
        let standard = &self.standardizations[known];
        self.machine.answer(&standard.point(
            inputs,
            dynamics,
            self.config.clip as f32,
            &self.velocity,
        ))
    }

    /// Probabilities that valence and arousal are positive, heard as one of the known sets.
    pub(super) fn probabilities(
        &self,
        inputs: &Inputs,
        known: usize,
        dynamics: Dynamics,
    ) -> [f64; 2] {
        let raw = self.raw(inputs, known, dynamics);
        let calibration = self.calibrations[known];
        [
            calibration[0].probability(raw[0]),
            calibration[1].probability(raw[1]),
        ]
    }

    /// How much music resembles each known set, as shares that sum to 1: the posterior of a
    /// Gaussian for each input but velocities, tempered because inputs are far from independent.
    pub(super) fn resemblance(&self, inputs: &Inputs) -> Vec<f64> {
        let likelihood = |standard: &Standardization| {
            let terms = (0..N_INPUTS).map(|index| {
                let scale = standard.scale[index];
                let deviation = (inputs.values[index] - standard.mean[index]) * scale;
                let clipped = f64::from(deviation.clamp(-3.0, 3.0));
                let known = !self.velocity[index] && scale > 0.0;
                if known {
                    f64::from(scale).ln() - clipped * clipped / 2.0
                } else {
                    0.0
                }
            });
            terms.sum::<f64>() / TEMPERING
        };
        let likelihoods: Vec<f64> = self.standardizations.iter().map(likelihood).collect();
        let most = likelihoods
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max);
        let weights: Vec<f64> = likelihoods
            .iter()
            .map(|value| (value - most).exp())
            .collect();
        let total: f64 = weights.iter().sum();
        weights.into_iter().map(|weight| weight / total).collect()
    }

    /// Position of a set among the known ones.
    pub(super) fn known(&self, set: MusicSet) -> Option<usize> {
        self.standardizations
            .iter()
            .position(|known| known.set == set)
    }

    /// Fits the calibration to raw answers on clips that the machine did not see.
    pub(super) fn calibrate(&mut self, unseen: &[(MusicSet, [f64; 2], [f64; 2])]) {
        for (known, standard) in self.standardizations.iter().enumerate() {
            for head in 0..2 {
                let of_set = unseen.iter().filter(|example| example.0 == standard.set);
                let examples: Vec<(f64, bool)> = of_set
                    .map(|(_, raw, labels)| (raw[head], labels[head] > 0.0))
                    .collect();
                let Calibration { slope, offset } = Calibration::fit(&examples);
                let rounded = |value: f64| f64::from(round(value as f32));
                self.calibrations[known][head] = Calibration {
                    slope: rounded(slope),
                    offset: rounded(offset),
                };
            }
        }
    }

    /// The model as a weights file.
    ///
    /// # Errors
    /// [`Error::Weights`] where the parts do not fit together.
    pub(super) fn to_weights(&self, items: TrainingItems) -> Result<WeightsFile, Error> {
        let known = self.standardizations.len();
        let m = self.machine.centers.len();
        let flat = |values: &dyn Fn(&Standardization) -> &[f32]| {
            self.standardizations
                .iter()
                .flat_map(|standard| values(standard).to_vec())
                .collect()
        };
        let centers = self
            .machine
            .centers
            .iter()
            .flat_map(|center| &center.values[..N_INPUTS])
            .copied();
        let calibrations = self.calibrations.iter().flatten();
        let calibrations = calibrations.flat_map(|curve| [curve.slope as f32, curve.offset as f32]);
        let arrays = BTreeMap::from([
            (
                "mean".to_owned(),
                Array::new(vec![known, N_INPUTS], flat(&|s| &s.mean))?,
            ),
            (
                "scale".to_owned(),
                Array::new(vec![known, N_INPUTS], flat(&|s| &s.scale))?,
            ),
            (
                "centers".to_owned(),
                Array::new(vec![m, N_INPUTS], centers.collect())?,
            ),
            (
                "center_sets".to_owned(),
                Array::new(
                    vec![m],
                    self.machine
                        .centers
                        .iter()
                        .map(|center| center.set as f32)
                        .collect(),
                )?,
            ),
            (
                "weights".to_owned(),
                Array::new(
                    vec![m, 2],
                    self.machine.weights.iter().flatten().copied().collect(),
                )?,
            ),
            (
                "calibration".to_owned(),
                Array::new(vec![known, 2, 2], calibrations.collect())?,
            ),
        ]);
        let names = |names: &mut dyn Iterator<Item = &str>| names.map(str::to_owned).collect();
        let metadata = Metadata {
            task: TASK.to_owned(),
            feature_version: features::VERSION,
            config: serde_json::to_value(&self.config).unwrap_or_default(),
            labels: BTreeMap::from([
                ("inputs".to_owned(), names(&mut input_names())),
                (
                    "outputs".to_owned(),
                    names(&mut ["valence", "arousal"].into_iter()),
                ),
                (
                    "sets".to_owned(),
                    names(&mut self.standardizations.iter().map(|s| s.set.name())),
                ),
            ]),
        };
        Ok(WeightsFile::new(metadata, arrays, items))
    }

    /// Reads a model from a weights file.
    ///
    /// # Errors
    /// [`Error::Weights`] where task, feature version, names, shapes or values are not ours.
    pub(super) fn from_weights(file: &WeightsFile) -> Result<Self, Error> {
        file.expect_task(TASK, features::VERSION)?;
        let refused = |reason: &str| file.refused(reason.to_owned());
        let labels = |name: &str| {
            file.metadata
                .labels
                .get(name)
                .map(Vec::as_slice)
                .unwrap_or_default()
        };
        if !labels("inputs")
            .iter()
            .map(String::as_str)
            .eq(input_names())
        {
            return Err(refused("the inputs are not the features of this version"));
        }
        let config: SymbolicEmotionConfig = serde_json::from_value(file.metadata.config.clone())
            .map_err(|error| refused(&error.to_string()))?;
        config
            .validate()
            .map_err(|error| refused(&error.to_string()))?;
        let sets: Vec<MusicSet> = MusicSet::ALL
            .into_iter()
            .filter(|set| labels("sets").iter().any(|name| name == set.name()))
            .collect();
        if sets.is_empty() || sets.len() != labels("sets").len() {
            return Err(refused("the sets must be emopia, vgmidi or both"));
        }
        let n_centers = file
            .arrays
            .get("center_sets")
            .map_or(0, |array| array.values.len());
        if !(1..=MAX_CENTERS).contains(&n_centers) {
            return Err(refused("there must be between 1 and 20000 centers"));
        }
        let means = file
            .values("mean", &[sets.len(), N_INPUTS])?
            .chunks_exact(N_INPUTS);
        let scales = file
            .values("scale", &[sets.len(), N_INPUTS])?
            .chunks_exact(N_INPUTS);
        let curves = file
            .values("calibration", &[sets.len(), 2, 2])?
            .chunks_exact(4);
        let center_sets = file.values("center_sets", &[n_centers])?;
        let centers = file
            .values("centers", &[n_centers, N_INPUTS])?
            .chunks_exact(N_INPUTS);
        let weights = file.values("weights", &[n_centers, 2])?.chunks_exact(2);
        let curve = |slope: f32, offset: f32| Calibration {
            slope: f64::from(slope),
            offset: f64::from(offset),
        };
        Ok(Self {
            standardizations: sets
                .into_iter()
                .zip(means.zip(scales))
                .map(|(set, (mean, scale))| Standardization {
                    set,
                    mean: mean.to_vec(),
                    scale: scale.to_vec(),
                })
                .collect(),
            machine: KernelMachine {
                kernel: Kernel::new(&config),
                centers: centers
                    .zip(center_sets)
                    .map(|(values, set)| Point::new(values.to_vec(), usize::from(*set > 0.5)))
                    .collect(),
                weights: weights.map(|pair| [pair[0], pair[1]]).collect(),
            },
            calibrations: curves
                .map(|c| [curve(c[0], c[1]), curve(c[2], c[3])])
                .collect(),
            velocity: is_velocity(),
            config,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::tests::made_up;
    use super::*;

    fn fitted() -> (Vec<Clip>, Model) {
        let clips = made_up(64);
        let all: Vec<&Clip> = clips.iter().collect();
        let model = Model::fit(&SymbolicEmotionConfig::default(), &all, &all).unwrap();
        (clips, model)
    }

    #[test]
    fn learns_what_can_be_learnt() {
        let (clips, model) = fitted();
        for clip in &clips {
            let raw = model.raw(&clip.whole, clip.set.index(), Dynamics::Heeded);
            assert!(raw[0] * clip.labels[0] > 0.0 && raw[1] * clip.labels[1] > 0.0);
        }
    }

    #[test]
    fn written_and_read_again_answers_the_same() {
        let (clips, model) = fitted();
        let file = model
            .to_weights(TrainingItems::full(clips.iter().map(|clip| clip.hash)))
            .unwrap();
        let read = WeightsFile::from_bytes(&file.to_bytes().unwrap(), "test").unwrap();
        let again = Model::from_weights(&read).unwrap();
        for clip in &clips {
            let raw = |model: &Model| model.raw(&clip.whole, clip.set.index(), Dynamics::Heeded);
            assert_eq!(raw(&model), raw(&again));
        }
        assert!(read.training_items.contains(clips[5].hash));
    }

    #[test]
    fn music_resembles_its_own_set_most() {
        let (clips, mut model) = fitted();
        for value in &mut model.standardizations[1].mean {
            *value += 20.0;
        }
        let shares = model.resemblance(&clips[0].whole);
        assert!(shares[0] > 0.99 && (shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
    }

    #[test]
    fn foreign_weights_are_refused() {
        let (_, model) = fitted();
        let good = model.to_weights(TrainingItems::full([])).unwrap();
        let check = |change: &dyn Fn(&mut WeightsFile), expected: &str| {
            let mut file = good.clone();
            change(&mut file);
            let error = Model::from_weights(&file).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        };
        check(
            &|file| file.metadata.task = "other".into(),
            "expected task symbolic-emotion",
        );
        check(&|file| file.metadata.feature_version += 1, "version");
        check(&|file| file.metadata.labels.clear(), "inputs");
        check(
            &|file| drop(file.arrays.remove("weights")),
            "weights is missing",
        );
        check(
            &|file| drop(file.arrays.remove("center_sets")),
            "between 1 and 20000",
        );
        check(
            &|file| file.metadata.config = serde_json::json!({"ridge": 1}),
            "missing field",
        );
    }
}
