//! Magenta's recurrent networks (Waite et al. 2016, "Lookback RNN, Attention RNN"), for comparison
//! only: they are what tohoilam's system composes with, one bundle for each emotion.
//!
//! [`MagentaModel`] reads a bundle file (`.mag`) of `attention_rnn` or `polyphony` with two layers
//! of cells and goes on from a primer. Nothing that Affetto composes comes from here.

mod cells;
mod checkpoint;
mod melody;
mod polyphony;
mod protobuf;

#[cfg(test)]
mod tests;

use std::path::Path;

use affetto_music::score::TICKS_PER_QUARTER;
use affetto_music::{Bpm, Note, Role, Score, TempoChange, Track};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use self::checkpoint::Bundle;
use self::melody::MelodyNetwork;
use self::polyphony::PolyphonyNetwork;
use crate::Error;
use crate::weights::read_at_most;

/// Ticks of a sixteenth note, the step of both networks.
const STEP_TICKS: u32 = TICKS_PER_QUARTER / 4;
/// Velocity that Magenta gives to every note.
const VELOCITY: u8 = 100;
/// No bundle that is read here is larger, in bytes.
const MAX_FILE_BYTES: u64 = 16 << 20;

/// No primer has more notes.
const MAX_PRIMER_NOTES: usize = 10_000;

/// How a network goes on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MagentaOptions {
    /// Sixteenth notes of the piece, primer included, in 1..=4096; tohoilam's system takes 70.
    pub n_steps: usize,
    /// Divides the logits before drawing, in 0.05..=10; 1 is what the network learnt.
    pub temperature: f64,
    /// Tempo written into the score; the networks know none.
    pub bpm: Bpm,
    /// Same seed, same notes.
    pub seed: u64,
}

impl Default for MagentaOptions {
    fn default() -> Self {
        Self {
            n_steps: 70,
            temperature: 1.0,
            bpm: Bpm::clamped(120.0),
            seed: 0,
        }
    }
}

/// A network of a bundle.
#[derive(Debug)]
pub struct MagentaModel {
    network: Network,
}

#[derive(Debug)]
enum Network {
    Melody(MelodyNetwork),
    Polyphony(PolyphonyNetwork),
}

impl MagentaModel {
    /// Reads a bundle file.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be read, else as [`MagentaModel::from_bytes`].
    pub fn load(path: &Path) -> Result<Self, Error> {
        let bytes = read_at_most(path, MAX_FILE_BYTES + 1)?;
        Self::from_bytes(&bytes, &path.display().to_string())
    }

    /// Reads a bundle from bytes; `origin` names them in errors.
    ///
    /// # Errors
    /// [`Error::Weights`] when they are damaged, too many, or hold another network than
    /// `attention_rnn` or `polyphony` with two layers.
    pub fn from_bytes(bytes: &[u8], origin: &str) -> Result<Self, Error> {
        let read = || {
            let bundle = Bundle::from_bytes(bytes)?;
            match &*bundle.generator {
                "attention_rnn" => MelodyNetwork::read(&bundle).map(Network::Melody),
                "polyphony" => PolyphonyNetwork::read(&bundle).map(Network::Polyphony),
                other => Err(format!(
                    "it is for the generator {other:?}, expected attention_rnn or polyphony"
                )),
            }
        };
        match read() {
            Ok(network) => Ok(Self { network }),
            Err(reason) => Err(Error::Weights {
                origin: origin.into(),
                reason,
            }),
        }
    }

    /// Whether it writes one voice only.
    #[must_use]
    pub fn is_monophonic(&self) -> bool {
        matches!(self.network, Network::Melody(_))
    }

    /// Goes on from a primer, which begins the piece; an empty one stands for one middle C.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] when an option is out of range or the primer is longer than the
    /// piece.
    pub fn compose(&self, primer: &Score, options: &MagentaOptions) -> Result<Score, Error> {
        let steps = Steps::of(primer);
        check(options, &steps)?;
        let mut dice = Dice {
            rng: Pcg64Mcg::seed_from_u64(options.seed),
            temperature: options.temperature,
        };
        let mut track = Track::new("Piano", Role::Other, 0, 0);
        track.notes = match &self.network {
            Network::Melody(network) => network.compose(options, &steps, &mut dice),
            Network::Polyphony(network) => network.compose(options, &steps, &mut dice),
        };
        track.cut_overlaps();
        let mut score = Score {
            tempos: vec![TempoChange {
                tick: 0,
                bpm: options.bpm,
            }],
            length: options.n_steps as u32 * STEP_TICKS,
            tracks: vec![track],
            ..Score::default()
        };
        score.close();
        Ok(score)
    }
}

fn check(options: &MagentaOptions, primer: &Steps) -> Result<(), Error> {
    let refuse = |name, actual: String, expected| {
        Err(Error::InvalidSetting {
            name,
            actual,
            expected,
        })
    };
    if !(1..=4_096).contains(&options.n_steps) {
        return refuse("steps", options.n_steps.to_string(), "1..=4096");
    }
    if !(0.05..=10.0).contains(&options.temperature) {
        return refuse("temperature", options.temperature.to_string(), "0.05..=10");
    }
    let n_steps = primer.notes.iter().map(|note| note.to).max().unwrap_or(0);
    if n_steps > options.n_steps {
        let expected = "no more than the steps of the piece";
        return refuse("primer steps", n_steps.to_string(), expected);
    }
    if primer.notes.len() > MAX_PRIMER_NOTES {
        let n_notes = primer.notes.len().to_string();
        return refuse("primer notes", n_notes, "at most 10000");
    }
    Ok(())
}

/// Notes on a grid of sixteenths.
#[derive(Debug, Clone, PartialEq)]
struct Steps {
    notes: Vec<StepNote>,
}

/// A note from a step until before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct StepNote {
    pitch: u8,
    from: usize,
    to: usize,
}

impl Steps {
    /// The pitched notes of a score at the nearest steps, each at least one step long.
    fn of(score: &Score) -> Self {
        let step = f64::from(score.ticks_per_quarter.max(1)) / 4.0;
        let nearest = |tick: u32| (f64::from(tick) / step).round() as usize;
        let notes = score.pitched_notes().map(|note| {
            let from = nearest(note.onset);
            StepNote {
                pitch: note.pitch.min(127),
                from,
                to: nearest(note.end()).max(from + 1),
            }
        });
        Self {
            notes: notes.collect(),
        }
    }

    /// A note of a score.
    fn note(pitch: u8, from: usize, to: usize) -> Note {
        Note {
            onset: from as u32 * STEP_TICKS,
            pitch,
            duration: to.saturating_sub(from) as u32 * STEP_TICKS,
            velocity: VELOCITY,
        }
    }
}

/// Draws outputs.
struct Dice {
    rng: Pcg64Mcg,
    temperature: f64,
}

impl Dice {
    /// An output by the probabilities of its logits.
    fn draw(&mut self, logits: &[f32]) -> usize {
        let scaled: Vec<f64> = logits
            .iter()
            .map(|&x| f64::from(x) / self.temperature)
            .collect();
        let mut left = self.rng.random::<f64>();
        for (output, probability) in cells::softmax(&scaled).into_iter().enumerate() {
            left -= probability;
            if left < 0.0 {
                return output;
            }
        }
        logits.len().saturating_sub(1)
    }
}
