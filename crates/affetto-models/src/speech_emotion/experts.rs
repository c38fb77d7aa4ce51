//! All machines fitted in closed form: two for each training corpus, which know its rooms and
//! actors, and two for all of them together, for voices from anywhere else.

use std::collections::BTreeMap;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_pcg::Pcg64Mcg;

use super::augmentation::augmented;
use super::config::SpeechTrainingConfig;
use super::contours::Contours;
use super::data::Item;
use super::fisher::{Fisher, N_FISHER, descriptors};
use super::frames::Frames;
use super::input::Moments;
use super::kernel::{Examples, KernelMachine, LinearMachine, N_SCORES};
use super::labels::acted_point;
use super::model::N_WIDE;
use super::statistics::{N_STATISTICS, statistics_of};
use crate::{Array, Error, WeightsFile};

/// Descriptors of each corpus that the mixture of Gaussians is fitted to.
const N_DESCRIBED: usize = 8_000;
/// Recordings and copies of a corpus that machines are fitted to, at most.
const MAX_EXAMPLES: usize = 4_000;
/// Centers of the kernel machine of a corpus.
const MAX_CENTERS: usize = 1_200;
/// Recordings of each corpus in the machines of all, and centers among them.
const POOLED_EXAMPLES: usize = 1_000;
const POOLED_CENTERS: usize = 300;
/// Machines: of the corpus and of all corpora, each on statistics and on Fisher vectors.
pub(crate) const N_MACHINES: usize = 4;

/// The machines and what they need.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Experts {
    fisher: Fisher,
    own: Vec<Expert>,
    pooled: Expert,
}

#[derive(Debug, Clone, PartialEq)]
struct Expert {
    statistics: Moments,
    fisher: Moments,
    kernel: KernelMachine,
    linear: LinearMachine,
}

/// What the machines say of an utterance.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Said {
    /// Kernel and linear machine of the corpora, mixed; kernel and linear machine of all.
    pub(crate) scores: [[f32; N_SCORES]; N_MACHINES],
    /// How unlike every training corpus the utterance is: the logarithm of the mean square of its
    /// standardized statistics, against the corpus that it is most like. About 0 for an
    /// utterance of that corpus.
    pub(crate) novelty: f32,
}

/// One recording or a changed copy of it, measured.
struct Example {
    item: usize,
    is_copy: bool,
    statistics: Vec<f32>,
    descriptors: Vec<f32>,
}

/// The parts of a corpus.
struct Part {
    examples: Vec<usize>,
    statistics: Moments,
    fisher: Moments,
}

impl Experts {
    /// Fits machines to the items of each corpus, in the order of `corpora`, and to all.
    ///
    /// Items are also shown as copies of other imagined speakers (see `augmentation.rs`), as many
    /// as the configuration says and the limits allow.
    pub(crate) fn fit(
        items: &[(&Item, usize)],
        corpora: &[String],
        config: &SpeechTrainingConfig,
    ) -> Self {
        let mut rng = Pcg64Mcg::seed_from_u64(config.training.seed);
        let examples = examples(items, corpora, config, &mut rng);
        let corpus = |example: &Example| &items[example.item].0.recording.corpus;
        let fisher = Fisher::fit(&described(&examples, corpora, corpus, &mut rng), &mut rng);
        let vectors: Vec<Vec<f32>> = examples
            .iter()
            .map(|example| fisher.vector(&example.descriptors))
            .collect();
        let parts = corpora.iter().map(|name| {
            let own = (0..examples.len()).filter(|&i| corpus(&examples[i]) == name);
            let own: Vec<usize> = own.collect();
            let statistics = own.iter().map(|&i| examples[i].statistics.clone());
            let fisher = own.iter().map(|&i| vectors[i].clone());
            Part {
                statistics: Moments::of(N_STATISTICS, statistics),
                fisher: Moments::of(N_FISHER, fisher).centering(),
                examples: own,
            }
        });
        let parts: Vec<Part> = parts.collect();
        let fit = Fitting {
            items,
            examples: &examples,
            vectors: &vectors,
        };
        Self {
            own: parts.iter().map(|part| fit.own(part, &mut rng)).collect(),
            pooled: fit.pooled(&parts, &mut rng),
            fisher,
        }
    }

    /// What the machines say; those of the corpora are mixed by the shares of the corpora.
    ///
    /// # Shapes
    /// - `gate`: one share a corpus
    pub(crate) fn say(&self, frames: &Frames, gate: &[f32]) -> Said {
        let contours = Contours::of(frames);
        let statistics = statistics_of(frames, &contours);
        let vector = self.fisher.vector(&descriptors(&contours));
        let mut said = Said {
            scores: [[0.0; N_SCORES]; N_MACHINES],
            novelty: f32::INFINITY,
        };
        for (expert, &share) in self.own.iter().zip(gate) {
            let inputs = expert.inputs(&statistics, &vector);
            let square = inputs.0.iter().map(|x| x * x).sum::<f32>() / N_STATISTICS as f32;
            said.novelty = said.novelty.min(square.max(1e-3).ln());
            // What hardly counts need not be computed.
            if share > 0.005 {
                for (sums, scores) in said.scores.iter_mut().zip(expert.scores(&inputs)) {
                    for (sum, score) in sums.iter_mut().zip(scores) {
                        *sum += share * score;
                    }
                }
            }
        }
        let pooled = self.pooled.inputs(&statistics, &vector);
        said.scores[2..].copy_from_slice(&self.pooled.scores(&pooled));
        if !said.novelty.is_finite() {
            said.novelty = 0.0;
        }
        said
    }

    /// The arrays of a weights file.
    pub(crate) fn arrays(&self) -> Result<BTreeMap<String, Array>, Error> {
        let mut arrays = self.fisher.arrays()?;
        let own = self.own.iter().enumerate();
        let names = own.map(|(i, expert)| (format!("experts.{i}"), expert));
        for (name, expert) in names.chain([("experts.all".to_owned(), &self.pooled)]) {
            arrays.extend(expert.statistics.arrays(&format!("{name}.statistics"))?);
            arrays.extend(expert.fisher.arrays(&format!("{name}.fisher"))?);
            let parts = expert.kernel.arrays()?.into_iter();
            for (part, array) in parts.chain(expert.linear.arrays()?) {
                arrays.insert(format!("{name}.{part}"), array);
            }
        }
        Ok(arrays)
    }

    /// Reads the arrays back, with machines of so many corpora.
    pub(crate) fn from_weights(weights: &WeightsFile, n_corpora: usize) -> Result<Self, Error> {
        let expert = |name: &str| {
            let moments =
                |part: &str, n: usize| Moments::from_weights(weights, &format!("{name}.{part}"), n);
            Ok::<_, Error>(Expert {
                statistics: moments("statistics", N_STATISTICS)?,
                fisher: moments("fisher", N_FISHER)?,
                kernel: KernelMachine::from_weights(weights, name, N_STATISTICS)?,
                linear: LinearMachine::from_weights(weights, name, N_FISHER)?,
            })
        };
        let own: Result<Vec<Expert>, Error> = (0..n_corpora)
            .map(|i| expert(&format!("experts.{i}")))
            .collect();
        Ok(Self {
            fisher: Fisher::from_weights(weights)?,
            own: own?,
            pooled: expert("experts.all")?,
        })
    }
}

impl Expert {
    fn inputs(&self, statistics: &[f32], vector: &[f32]) -> (Vec<f32>, Vec<f32>) {
        let statistics = self.statistics.apply(statistics).collect();
        (statistics, self.fisher.apply(vector).collect())
    }

    fn scores(&self, (statistics, vector): &(Vec<f32>, Vec<f32>)) -> [[f32; N_SCORES]; 2] {
        [self.kernel.scores(statistics), self.linear.scores(vector)]
    }
}

/// What is fitted to.
struct Fitting<'a> {
    items: &'a [(&'a Item, usize)],
    examples: &'a [Example],
    vectors: &'a [Vec<f32>],
}

impl Fitting<'_> {
    /// The machines of one corpus.
    fn own(&self, part: &Part, rng: &mut Pcg64Mcg) -> Expert {
        let weights = self.class_weights(&part.examples);
        let rows = part.examples.iter().map(|&i| (i, part));
        let (statistics, fisher) = self.tables(rows.collect(), weights);
        let centers = self.centers(&part.examples, MAX_CENTERS, rng);
        let centers = centers.iter().flat_map(|&i| {
            let statistics = &self.examples[i].statistics;
            part.statistics.apply(statistics).collect::<Vec<f32>>()
        });
        Expert {
            kernel: KernelMachine::fit(&statistics, centers.collect(), N_STATISTICS),
            linear: LinearMachine::fit(&fisher, N_FISHER),
            statistics: part.statistics.clone(),
            fisher: part.fisher.clone(),
        }
    }

    /// The machines of all corpora, each standardized by itself, so that what tells rooms and
    /// languages apart is taken off. An utterance from elsewhere is standardized by the mean of
    /// the corpora.
    fn pooled(&self, parts: &[Part], rng: &mut Pcg64Mcg) -> Expert {
        let (mut rows, mut weights, mut centers) = (Vec::new(), Vec::new(), Vec::new());
        for part in parts {
            let chosen = self.centers(&part.examples, POOLED_EXAMPLES, rng);
            let n = chosen.len().max(1) as f64;
            // The root lets a large corpus count for more, but not for all.
            weights.extend(
                self.class_weights(&chosen)
                    .iter()
                    .map(|weight| weight / n.sqrt()),
            );
            for &i in chosen.iter().take(POOLED_CENTERS) {
                centers.extend(part.statistics.apply(&self.examples[i].statistics));
            }
            rows.extend(chosen.into_iter().map(|i| (i, part)));
        }
        let total = weights.iter().sum::<f64>().max(1e-9);
        let mean = total / weights.len().max(1) as f64;
        weights.iter_mut().for_each(|weight| *weight /= mean);
        let (statistics, fisher) = self.tables(rows, weights);
        let moments = |of: fn(&Part) -> &Moments| Moments::mean_of(parts.iter().map(of));
        Expert {
            kernel: KernelMachine::fit(&statistics, centers, N_STATISTICS),
            linear: LinearMachine::fit(&fisher, N_FISHER),
            statistics: moments(|part| &part.statistics),
            fisher: moments(|part| &part.fisher),
        }
    }

    /// Recordings, not copies, chosen at random.
    fn centers(&self, examples: &[usize], n: usize, rng: &mut Pcg64Mcg) -> Vec<usize> {
        let recordings = examples.iter().filter(|&&i| !self.examples[i].is_copy);
        let mut recordings: Vec<usize> = recordings.copied().collect();
        recordings.shuffle(rng);
        recordings.truncate(n);
        recordings
    }

    /// Weights against the frequency of the classes, 1 on average.
    fn class_weights(&self, examples: &[usize]) -> Vec<f64> {
        let class = |i: usize| self.items[self.examples[i].item].1;
        let mut counts = [0.0; N_WIDE];
        examples.iter().for_each(|&i| counts[class(i)] += 1.0);
        let present = counts.iter().filter(|&&count| count > 0.0).count().max(1) as f64;
        let n = examples.len() as f64;
        let weights = examples.iter().map(|&i| n / (present * counts[class(i)]));
        weights.collect()
    }

    /// Statistics and Fisher vectors, standardized by their corpus, with their targets.
    fn tables(&self, rows: Vec<(usize, &Part)>, weights: Vec<f64>) -> (Examples, Examples) {
        let targets = rows.iter().map(|&(i, _)| {
            let (item, class) = self.items[self.examples[i].item];
            let mut target = [0.0; N_SCORES];
            target[class] = 1.0;
            let point = acted_point(class, &item.recording.intensity);
            target[N_WIDE..].copy_from_slice(&point.map(f64::from));
            target
        });
        let mut statistics = Examples {
            targets: targets.collect(),
            weights,
            ..Examples::default()
        };
        let mut fisher = statistics.clone();
        for (i, part) in rows {
            let values = &self.examples[i].statistics;
            statistics.inputs.extend(part.statistics.apply(values));
            fisher.inputs.extend(part.fisher.apply(&self.vectors[i]));
        }
        (statistics, fisher)
    }
}

/// The items, measured, and changed copies of them.
fn examples(
    items: &[(&Item, usize)],
    corpora: &[String],
    config: &SpeechTrainingConfig,
    rng: &mut Pcg64Mcg,
) -> Vec<Example> {
    let mut examples = Vec::new();
    for corpus in corpora {
        let own = (0..items.len()).filter(|&i| items[i].0.recording.corpus == *corpus);
        let mut own: Vec<usize> = own.collect();
        own.shuffle(rng);
        own.truncate(MAX_EXAMPLES);
        let room = MAX_EXAMPLES / own.len().max(1);
        let n_copies = config.copies.min(room.saturating_sub(1));
        for &item in &own {
            let frames = &items[item].0.frames;
            examples.push(example(item, false, frames));
            for _ in 0..n_copies {
                let copy = augmented(frames, frames.len(), &config.augmentation, rng);
                examples.push(example(item, true, &copy.leveled()));
            }
        }
    }
    examples
}

fn example(item: usize, is_copy: bool, frames: &Frames) -> Example {
    let contours = Contours::of(frames);
    Example {
        item,
        is_copy,
        statistics: statistics_of(frames, &contours),
        descriptors: descriptors(&contours),
    }
}

/// Descriptors of recordings drawn at random, as many of each corpus.
fn described<'a>(
    examples: &'a [Example],
    corpora: &[String],
    corpus: impl Fn(&'a Example) -> &'a String,
    rng: &mut Pcg64Mcg,
) -> Vec<f32> {
    let width = super::fisher::N_DESCRIPTORS;
    let mut chosen = Vec::new();
    for name in corpora {
        let own = examples
            .iter()
            .filter(|example| !example.is_copy && corpus(example) == name);
        let mut rows: Vec<&[f32]> = own
            .flat_map(|example| example.descriptors.chunks_exact(width))
            .collect();
        rows.shuffle(rng);
        rows.truncate(N_DESCRIBED);
        chosen.extend(rows.concat());
    }
    chosen
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::super::corpora::Recording;
    use super::super::frames::N_COLUMNS;
    use super::*;
    use crate::ItemHash;

    fn item(corpus: usize, class: usize, take: usize) -> Item {
        let tilt = |column: usize| class as f32 * (column as f32 / 10.0 - 3.0) * 0.3;
        let noise = |i: usize| ((i * 31 + take * 17) % 11) as f32 * 0.05;
        let hum = corpus as f32 * 2.0;
        let value = |i: usize| match i % N_COLUMNS {
            64 => 5.0 + 0.1 * class as f32,
            65 => 0.9,
            column => tilt(column) + noise(i) + if column < 8 { hum } else { 0.0 },
        };
        Item {
            recording: Recording {
                path: PathBuf::new(),
                corpus: ["a", "b"][corpus].into(),
                speaker: "s".into(),
                class: Some(class),
                intensity: String::new(),
            },
            hash: ItemHash::of(b""),
            frames: Frames {
                values: (0..40 * N_COLUMNS).map(value).collect(),
            }
            .leveled(),
        }
    }

    #[test]
    fn classes_are_told_apart_and_kept() {
        let items: Vec<Item> = (0..24).map(|i| item(i % 2, 2 + i % 3, i)).collect();
        let pairs: Vec<(&Item, usize)> = items
            .iter()
            .map(|item| (item, item.recording.class.unwrap()))
            .collect();
        let config = SpeechTrainingConfig {
            copies: 1,
            ..SpeechTrainingConfig::default()
        };
        let corpora = ["a".to_owned(), "b".to_owned()];
        let experts = Experts::fit(&pairs, &corpora, &config);
        for take in 100..103 {
            let class = 2 + take % 3;
            let said = experts.say(&item(0, class, take).frames, &[1.0, 0.0]);
            // A dozen recordings are too few for Fisher vectors.
            for scores in [said.scores[0], said.scores[2]] {
                let best = (0..N_WIDE).max_by(|&a, &b| scores[a].total_cmp(&scores[b]));
                assert_eq!(best, Some(class), "{said:?}");
            }
        }
        let known = experts.say(&item(0, 3, 7).frames, &[0.5, 0.5]);
        let noise = |i: usize| ((i * 7919) % 23) as f32 / 4.0 - 3.0;
        let strange = Frames {
            values: (0..90 * N_COLUMNS).map(noise).collect(),
        };
        let strange = experts.say(&strange, &[0.5, 0.5]);
        assert!(strange.novelty > known.novelty + 1.0);
        let file = WeightsFile::of_arrays(experts.arrays().unwrap());
        let again = Experts::from_weights(&file, 2).unwrap();
        assert_eq!(again, experts);
        assert!(Experts::from_weights(&file, 3).is_err());
    }
}
