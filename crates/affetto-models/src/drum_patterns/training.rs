//! Fitting the patterns: terciles of energy, the number of components on validation bars, and the
//! likelihood of bars that are held out beside two simpler descriptions of drumming.

use std::collections::BTreeMap;
use std::path::Path;

use rand::SeedableRng;
use rand_pcg::Pcg64Mcg;
use serde::{Deserialize, Serialize};

use super::data::{Bar, Hit, Recording, Split, read_recordings, style_number};
use super::mixture::{
    Component, Limits, MARGIN, Prepared, Probabilities, fit, log_sum, mean_pattern,
    responsibilities,
};
use super::{
    BarKind, FEATURE_VERSION, N_ENERGIES, N_PLACES, STYLES, Steps, Style, TASK, VOICE_KEYS, names,
};
use crate::settings::check_settings;
use crate::{
    Array, Error, Metadata, Progress, Run, RunOptions, RunSubject, TrainingEvent, TrainingItems,
    TrainingReport, WeightsFile,
};

/// Strokes that are rarer are not stored.
const LEAST_STORED: f64 = 0.08;
/// What a stroke that is not stored counts as.
const RARE: f64 = 0.012;
/// Recordings that a component for a beat and one for a fill rest on, at least. A fill is a single
/// bar, so more of them are asked for.
const MIN_RECORDINGS: (f64, f64) = (2.5, 4.0);
/// Strokes of its voice by which velocity and timing of a place are drawn to the style's mean.
const VOICE_PRIOR: f64 = 3.0;
/// Chances of a stroke that stands in a rule table and of one that does not, to choose from.
const RULE_CHANCES: ([f64; 5], [f64; 5]) =
    ([0.5, 0.6, 0.7, 0.8, 0.9], [0.01, 0.02, 0.04, 0.06, 0.1]);

/// Settings of the fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrumTrainingConfig {
    /// Seed of the first components.
    pub seed: u64,
    /// Numbers of components to choose from, each in 1..=32.
    pub n_components: Vec<usize>,
    /// Bars by which each component is drawn to the mean of its style, in 0.1..=100.
    pub prior_bars: f64,
    /// Bars that a recording counts at most, in 1..=1000.
    pub bars_per_recording: f64,
    /// Styles with fewer bars borrow the rest from their neighbors, in 0..=10000.
    pub fewest_bars: f64,
}

impl Default for DrumTrainingConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            n_components: vec![1, 2, 3, 4, 6, 8],
            prior_bars: 2.0,
            bars_per_recording: 16.0,
            fewest_bars: 64.0,
        }
    }
}

impl DrumTrainingConfig {
    /// Checks every setting.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] names the setting, its value and the allowed range.
    pub fn validate(&self) -> Result<(), Error> {
        let number = |name, value: f64, low, high, range| {
            let sound = (low..=high).contains(&value);
            (sound, name, value.to_string(), range)
        };
        let counts = &self.n_components;
        let sound = !counts.is_empty() && counts.iter().all(|n| (1..=32).contains(n));
        check_settings([
            (
                sound,
                "numbers of components",
                format!("{counts:?}"),
                "1..=32",
            ),
            number("prior bars", self.prior_bars, 0.1, 100.0, "0.1..=100"),
            number(
                "bars per recording",
                self.bars_per_recording,
                1.0,
                1000.0,
                "1..=1000",
            ),
            number("fewest bars", self.fewest_bars, 0.0, 1e4, "0..=10000"),
        ])
    }
}

/// A bar of a rule table, to compare with.
#[derive(Debug, Clone, PartialEq)]
pub struct RuleBar {
    /// Name of the genre.
    pub style: String,
    /// Beat or fill.
    pub kind: BarKind,
    /// Steps in `0..16` and General MIDI keys of its strokes.
    pub strokes: Vec<(u8, u8)>,
}

/// Fits the patterns and writes `drums.safetensors`. The split is the data set's own: components
/// are fitted to its training side, their number is chosen on its validation side, and the metrics
/// are mean log likelihoods of a bar of its test side, in nats, whatever its energy.
///
/// # Errors
/// [`Error::InvalidSetting`], [`Error::MissingData`] where the Groove MIDI Dataset is not below
/// `data`, and [`Error::Io`].
pub fn train(
    data: &Path,
    rules: &[RuleBar],
    out: &Path,
    config: &DrumTrainingConfig,
    options: &RunOptions,
    progress: &mut Progress<'_>,
) -> Result<TrainingReport, Error> {
    config.validate()?;
    let mut recordings = read_recordings(data, config.bars_per_recording)?;
    recordings.retain(|r| !options.cleaning.excludes(r.hash, ""));
    let trained = recordings.iter().filter(|r| r.split == Split::Train);
    let hashes: Vec<_> = trained.map(|recording| recording.hash).collect();
    let subject = RunSubject::new(TASK, config, hashes.iter().copied())?;
    let mut run = Run::start(out, subject, options, progress)?;
    let fitting = Fitting {
        recordings: &recordings,
        config,
    };
    let mut metrics = BTreeMap::new();
    let mut chosen = Vec::new();
    for (step, kind) in BarKind::ALL.into_iter().enumerate() {
        let model = fitting.chosen(kind, &mut metrics);
        fitting.measure(kind, &model, rules, &mut metrics);
        run.event(&TrainingEvent {
            stage: kind.name().into(),
            step: step + 1,
            n_steps: BarKind::ALL.len(),
            epoch: None,
            values: metrics.clone(),
        })?;
        chosen.extend(model);
    }
    let weights = fitting.weights(&chosen, TrainingItems::prefixes(hashes.iter().copied()))?;
    let path = out.join("drums.safetensors");
    weights.save(&path)?;
    run.finish(TrainingReport {
        task: TASK.into(),
        files: vec![path],
        n_items: hashes.len(),
        metrics,
        ..TrainingReport::default()
    })
}

/// Components of a style, a kind and a level of energy.
struct Cell<'a> {
    style: usize,
    kind: BarKind,
    energy: usize,
    /// Share of the level in its style.
    weight: f64,
    bars: Vec<(&'a Bar, f64)>,
    components: Vec<Component>,
}

struct Fitting<'a> {
    recordings: &'a [Recording],
    config: &'a DrumTrainingConfig,
}

impl<'a> Fitting<'a> {
    /// Bars of some names on one side of the split.
    fn bars(&self, style: &Style, names: &[&str], kind: BarKind, split: Split) -> Vec<&'a Bar> {
        let fitting = self.recordings.iter();
        let fitting = fitting.filter(|r| r.kind == kind && r.split == split && r.is_of(names));
        fitting.flat_map(|r| r.bars(style)).collect()
    }

    /// Bars to fit a style to, with weights: its own, and some of its neighbors where it has few.
    fn weighted(&self, style: &Style, kind: BarKind) -> Vec<(&'a Bar, f64)> {
        let own = self.bars(style, style.own, kind, Split::Train);
        let mut found: Vec<(&Bar, f64)> = own.iter().map(|bar| (*bar, bar.weight)).collect();
        let missing = self.config.fewest_bars - found.iter().map(|(_, weight)| weight).sum::<f64>();
        if missing > 0.0 {
            let near = self.bars(style, style.near, kind, Split::Train);
            let all: f64 = near.iter().map(|bar| bar.weight).sum();
            let share = (missing / all.max(1.0)).min(1.0);
            found.extend(near.iter().map(|bar| (*bar, share * bar.weight)));
        }
        found
    }

    /// What drummers play on average on a grid, the prior of what they play in a style.
    fn average(&self, steps: Steps, kind: BarKind) -> Probabilities {
        let on_grid = STYLES.iter().filter(|style| style.steps == steps);
        let bars = on_grid.flat_map(|style| self.bars(style, style.own, kind, Split::Train));
        mean_pattern(bars.map(|bar| (bar, bar.weight)), &[0.03; N_PLACES], 1.0)
    }

    fn style_pattern(&self, style: &Style, kind: BarKind) -> Probabilities {
        let bars = self.weighted(style, kind);
        let average = self.average(style.steps, kind);
        mean_pattern(bars.into_iter(), &average, self.config.prior_bars)
    }

    /// Cells with at most `n` components each.
    fn fitted(&self, kind: BarKind, n: usize) -> Vec<Cell<'a>> {
        let mut cells = Vec::new();
        for (number, style) in STYLES.iter().enumerate() {
            let prior = self.style_pattern(style, kind);
            let mut bars = self.weighted(style, kind);
            bars.sort_by(|a, b| a.0.energy.total_cmp(&b.0.energy));
            let all: f64 = bars.iter().map(|(_, weight)| weight).sum();
            let mut levels = vec![Vec::new(); N_ENERGIES];
            let mut before = 0.0;
            for bar in bars {
                let level = (before / all * N_ENERGIES as f64) as usize;
                levels[level.min(N_ENERGIES - 1)].push(bar);
                before += bar.1;
            }
            for (energy, bars) in levels.into_iter().enumerate() {
                if bars.is_empty() {
                    continue;
                }
                let place = [number as u64, kind as u64, energy as u64, n as u64];
                let seed = place.iter().fold(self.config.seed, |seed, part| {
                    seed.wrapping_mul(1_000_003).wrapping_add(*part)
                });
                let mut rng = Pcg64Mcg::seed_from_u64(seed);
                let limits = Limits {
                    n_components: n,
                    min_recordings: match kind {
                        BarKind::Beat => MIN_RECORDINGS.0,
                        BarKind::Fill => MIN_RECORDINGS.1,
                    },
                };
                let strength = self.config.prior_bars;
                let components = fit(&bars, &prior, strength, limits, &mut rng);
                cells.push(Cell {
                    style: number,
                    kind,
                    energy,
                    weight: bars.iter().map(|(_, weight)| weight).sum::<f64>() / all,
                    bars,
                    components: components.into_iter().map(stored).collect(),
                });
            }
        }
        cells
    }

    /// The cells with the number of components that suits validation bars best.
    fn chosen(&self, kind: BarKind, metrics: &mut BTreeMap<String, f64>) -> Vec<Cell<'a>> {
        let mut best: Option<(f64, Vec<Cell<'a>>)> = None;
        for &n in &self.config.n_components {
            let cells = self.fitted(kind, n);
            let fits = self.mean_log(kind, Split::Validation, &|style| mixture(&cells, style));
            let key = format!("validation_{}_{n}_components", kind.name());
            metrics.insert(key, fits);
            if best.as_ref().is_none_or(|(most, _)| fits > *most) {
                best = Some((fits, cells));
            }
        }
        best.map_or_else(Vec::new, |(_, cells)| cells)
    }

    /// Mean log likelihood of a bar; 0 without bars.
    fn mean_log(
        &self,
        kind: BarKind,
        split: Split,
        model: &dyn Fn(usize) -> Vec<Component>,
    ) -> f64 {
        let (mut sum, mut n) = (0.0, 0);
        for (number, style) in STYLES.iter().enumerate() {
            let prepared: Vec<Prepared> = model(number).iter().map(Prepared::new).collect();
            for bar in self.bars(style, style.own, kind, split) {
                let logs: Vec<f64> = prepared.iter().map(|p| p.log_joint(bar)).collect();
                sum += log_sum(&logs);
                n += 1;
            }
        }
        if n == 0 { 0.0 } else { sum / f64::from(n) }
    }

    /// Likelihoods of test bars.
    fn measure(
        &self,
        kind: BarKind,
        cells: &[Cell<'_>],
        rules: &[RuleBar],
        metrics: &mut BTreeMap<String, f64>,
    ) {
        let mut put = |name: &str, value: f64| {
            metrics.insert(format!("test_{}_{name}", kind.name()), value);
        };
        let test =
            |model: &dyn Fn(usize) -> Vec<Component>| self.mean_log(kind, Split::Test, model);
        put("mixture", test(&|style| mixture(cells, style)));
        let one = |style: usize| {
            vec![Component {
                share: 1.0,
                probabilities: self.style_pattern(&STYLES[style], kind),
            }]
        };
        put("one_pattern", test(&one));
        let on_validation = |chances: (f64, f64)| {
            let model = |style| rule_mixture(rules, style, kind, chances);
            self.mean_log(kind, Split::Validation, &model)
        };
        let (hits, rests) = RULE_CHANCES;
        let pairs = hits
            .iter()
            .flat_map(|&hit| rests.iter().map(move |&rest| (hit, rest)));
        let best = pairs.max_by(|a, b| on_validation(*a).total_cmp(&on_validation(*b)));
        if let Some(chances) = best.filter(|_| !rules.is_empty()) {
            let model = |style| rule_mixture(rules, style, kind, chances);
            put("rule_tables", test(&model));
        }
        let n_bars = |split| {
            let of = |style: &Style| self.bars(style, style.own, kind, split).len();
            STYLES.iter().map(of).sum::<usize>() as f64
        };
        put("bars", n_bars(Split::Test));
        metrics.insert(format!("train_{}_bars", kind.name()), n_bars(Split::Train));
        let n: usize = cells.iter().map(|cell| cell.components.len()).sum();
        metrics.insert(format!("{}_patterns", kind.name()), n as f64);
    }

    /// The weights file.
    fn weights(&self, cells: &[Cell<'_>], items: TrainingItems) -> Result<WeightsFile, Error> {
        let metadata = Metadata {
            task: TASK.into(),
            feature_version: FEATURE_VERSION,
            config: serde_json::json!({
                "training": self.config,
                "styles": STYLES.iter().map(|style| style.name).collect::<Vec<_>>(),
            }),
            labels: BTreeMap::new(),
        };
        let mut table = Table::default();
        for cell in cells {
            table.add(cell, &Feel::of(cell));
        }
        let mut weights = WeightsFile::new(metadata, BTreeMap::new(), items);
        for (name, values) in table.values {
            let array = Array::new(vec![values.len()], values)?;
            weights.arrays.insert(name.to_owned(), array);
        }
        let lists = table.lists.into_iter();
        weights.indices = lists.map(|(name, list)| (name.to_owned(), list)).collect();
        Ok(weights)
    }
}

/// A component as it will be read from weights.
fn stored(mut component: Component) -> Component {
    for p in &mut component.probabilities {
        if *p < LEAST_STORED {
            *p = RARE;
        }
    }
    component
}

/// All components of a style, whatever the energy.
fn mixture(cells: &[Cell<'_>], style: usize) -> Vec<Component> {
    let of_style = cells.iter().filter(|cell| cell.style == style);
    let components = of_style.flat_map(|cell| {
        let weight = cell.weight;
        cell.components.iter().map(move |component| Component {
            share: weight * component.share,
            ..component.clone()
        })
    });
    components.collect()
}

/// The bars of the rule tables of a genre, each as likely, with chances of strokes that stand there
/// and of others.
fn rule_mixture(
    rules: &[RuleBar],
    style: usize,
    kind: BarKind,
    (hit, rest): (f64, f64),
) -> Vec<Component> {
    let of_style = rules
        .iter()
        .filter(|bar| bar.kind == kind && style_number(&bar.style) == Some(style));
    let patterns: Vec<Probabilities> = of_style
        .map(|bar| {
            let mut probabilities = [rest; N_PLACES];
            for &(step, key) in &bar.strokes {
                let voice = VOICE_KEYS.iter().position(|&voice| voice == key);
                let place = voice.map(|voice| usize::from(step) * VOICE_KEYS.len() + voice);
                if let Some(p) = place.and_then(|place| probabilities.get_mut(place)) {
                    *p = hit;
                }
            }
            probabilities
        })
        .collect();
    let share = 1.0 / patterns.len().max(1) as f64;
    let component = |probabilities| Component {
        share,
        probabilities,
    };
    if patterns.is_empty() {
        return vec![component([rest.max(MARGIN); N_PLACES])];
    }
    patterns.into_iter().map(component).collect()
}

/// How the voices of a cell are struck on average.
struct Feel {
    /// Mean lateness of all voices by the place within a beat: swing is no matter of a voice.
    beat_ms: [f64; 4],
    /// By voice: velocity, lateness after `beat_ms` and its square.
    voices: [[f64; 3]; VOICE_KEYS.len()],
}

impl Feel {
    fn of(cell: &Cell<'_>) -> Self {
        let hits = || {
            let bars = cell.bars.iter();
            bars.flat_map(|(bar, weight)| bar.hits.iter().map(move |hit| (hit, *weight)))
        };
        let (mut sums, mut counts) = ([0.0; 4], [1e-9; 4]);
        for (hit, weight) in hits() {
            let place = beat_place(hit);
            sums[place] += weight * f64::from(hit.offset_ms);
            counts[place] += weight;
        }
        let beat_ms: [f64; 4] = std::array::from_fn(|place| sums[place] / counts[place]);
        let mut feel = Self {
            beat_ms,
            voices: [[80.0, 0.0, 36.0]; VOICE_KEYS.len()],
        };
        let prior = feel.voices[0];
        let mut sums = [[0.0; 4]; VOICE_KEYS.len()];
        for (hit, weight) in hits() {
            let voice = usize::from(hit.place) % VOICE_KEYS.len();
            let [velocity, late, square] = feel.values(hit);
            for (sum, value) in sums[voice].iter_mut().zip([velocity, late, square, 1.0]) {
                *sum += weight * value;
            }
        }
        feel.voices = sums.map(|sum| {
            std::array::from_fn(|i| (sum[i] + VOICE_PRIOR * prior[i]) / (sum[3] + VOICE_PRIOR))
        });
        feel
    }

    /// Velocity, lateness among the voices and its square.
    fn values(&self, hit: &Hit) -> [f64; 3] {
        let late = f64::from(hit.offset_ms) - self.beat_ms[beat_place(hit)];
        [f64::from(hit.velocity), late, late * late]
    }
}

/// The place of a stroke within its beat, in sixteenths.
fn beat_place(hit: &Hit) -> usize {
    usize::from(hit.place) / VOICE_KEYS.len() % 4
}

/// Patterns as lists and arrays.
#[derive(Default)]
struct Table {
    lists: BTreeMap<&'static str, Vec<u32>>,
    values: BTreeMap<&'static str, Vec<f32>>,
}

impl Table {
    fn add(&mut self, cell: &Cell<'_>, feel: &Feel) {
        let shares = responsibilities(&cell.components, &cell.bars);
        for (k, component) in cell.components.iter().enumerate() {
            let mut sums = vec![[0.0; 4]; N_PLACES];
            for ((bar, _), row) in cell.bars.iter().zip(&shares) {
                for hit in &bar.hits {
                    let [velocity, late, square] = feel.values(hit);
                    let sum = &mut sums[usize::from(hit.place)];
                    for (sum, value) in sum.iter_mut().zip([velocity, late, square, 1.0]) {
                        *sum += row[k] * value;
                    }
                }
            }
            let number = self.lists.entry(names::STYLE).or_default().len();
            let list = |table: &mut Self, name, value: usize| {
                table.lists.entry(name).or_default().push(value as u32);
            };
            let value = |table: &mut Self, name, value: f64| {
                table.values.entry(name).or_default().push(value as f32);
            };
            list(self, names::STYLE, cell.style);
            list(self, names::KIND, cell.kind as usize);
            list(self, names::ENERGY, cell.energy);
            value(self, names::SHARE, component.share);
            for (place, &p) in component.probabilities.iter().enumerate() {
                if p < LEAST_STORED {
                    continue;
                }
                let prior = feel.voices[place % VOICE_KEYS.len()];
                let sum = sums[place];
                let [velocity, late, square]: [f64; 3] = std::array::from_fn(|i| {
                    (sum[i] + VOICE_PRIOR * prior[i]) / (sum[3] + VOICE_PRIOR)
                });
                list(self, names::PLACE, number * N_PLACES + place);
                value(self, names::PROBABILITY, p);
                value(self, names::VELOCITY, velocity.clamp(1.0, 127.0));
                value(self, names::OFFSET, late);
                value(
                    self,
                    names::DEVIATION,
                    (square - late * late).max(0.0).sqrt(),
                );
            }
        }
    }
}
