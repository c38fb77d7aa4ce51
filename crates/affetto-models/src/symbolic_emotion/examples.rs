//! Training examples: the features of labelled items and of their altered copies, and how features
//! become inputs of the kernel machine.

use affetto_music::features::{COUNT, NAMES, SymbolicFeatures, symbolic_features};
use rayon::prelude::*;

use super::augmentation::copies;
use super::data::{Item, MusicSet};
use crate::ItemHash;

/// Features that are no inputs: the root, because a pitch class is no quantity, and whether the
/// velocities are constant, because it tells the set and not the emotion.
const NOT_LEARNT: [&str; 2] = ["key_root", "velocity_is_constant"];

/// How many inputs there are.
pub(super) const N_INPUTS: usize = COUNT - NOT_LEARNT.len();

/// Inputs of one example, not yet standardized.
#[derive(Debug, Clone)]
pub(super) struct Inputs {
    /// The features that are learnt, in the order of [`input_names`].
    pub(super) values: Vec<f32>,
    /// Whether the velocities say something.
    pub(super) has_dynamics: bool,
}

/// Names of the inputs in order.
pub(super) fn input_names() -> impl Iterator<Item = &'static str> {
    NAMES
        .iter()
        .copied()
        .filter(|name| !NOT_LEARNT.contains(name))
}

/// Which inputs are about velocities.
pub(super) fn is_velocity() -> Vec<bool> {
    input_names()
        .map(|name| name.starts_with("velocity"))
        .collect()
}

/// The features that are learnt, in the order of [`input_names`].
#[must_use]
pub fn learnt_features(features: &SymbolicFeatures) -> Vec<f32> {
    let learnt = features
        .iter()
        .filter(|(name, _)| !NOT_LEARNT.contains(name));
    learnt.map(|(_, value)| value).collect()
}

impl Inputs {
    /// Takes the inputs out of the features.
    pub(super) fn new(features: &SymbolicFeatures) -> Self {
        Self {
            values: learnt_features(features),
            has_dynamics: features.get("velocity_is_constant") == Some(0.0),
        }
    }
}

/// An item with what is learnt from it.
#[derive(Debug, Clone)]
pub(super) struct Clip {
    pub(super) set: MusicSet,
    pub(super) file: String,
    pub(super) song: String,
    pub(super) hash: ItemHash,
    /// Valence and arousal, each −1 or 1.
    pub(super) labels: [f64; 2],
    /// The whole clip.
    pub(super) whole: Inputs,
    /// Its altered copies.
    pub(super) copies: Vec<Inputs>,
    /// Frozen fold; `None` where no table of folds was given.
    pub(super) fold: Option<u8>,
}

impl Clip {
    fn new(item: &Item) -> Self {
        let inputs = |score| Inputs::new(&symbolic_features(score));
        Self {
            set: item.set,
            file: item.file.clone(),
            song: item.song.clone(),
            hash: item.hash,
            labels: item.labels,
            whole: inputs(&item.score),
            copies: copies(&item.score).iter().map(inputs).collect(),
            fold: None,
        }
    }
}

/// Computes the features of all items and of their copies.
pub(super) fn clips<'a>(items: impl Iterator<Item = &'a Item>) -> Vec<Clip> {
    let items: Vec<&Item> = items.collect();
    items.into_par_iter().map(Clip::new).collect()
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Made-up clips whose first inputs tell valence, the next arousal, in four folds.
    pub(in crate::symbolic_emotion) fn made_up(n: usize) -> Vec<Clip> {
        let clip = |index: usize| {
            let labels = [[1.0, 1.0], [-1.0, 1.0], [-1.0, -1.0], [1.0, -1.0]][index % 4];
            let noise = (index as f32 * 0.7).sin();
            let mut values = vec![noise; N_INPUTS];
            values[..60].fill(labels[0] as f32 * 3.0 + noise);
            values[60..120].fill(labels[1] as f32 * 3.0 - noise);
            let whole = Inputs {
                values,
                has_dynamics: !index.is_multiple_of(3),
            };
            Clip {
                set: MusicSet::ALL[index / 4 % 2],
                file: format!("{index}.mid"),
                song: format!("{}", index / 2),
                hash: ItemHash::of(&index.to_le_bytes()),
                labels,
                copies: vec![whole.clone()],
                whole,
                fold: Some((index / 8 % 4) as u8),
            }
        };
        (0..n).map(clip).collect()
    }

    #[test]
    fn inputs_leave_out_what_is_not_learnt() {
        assert_eq!(input_names().count(), N_INPUTS);
        assert_eq!(
            is_velocity().iter().filter(|velocity| **velocity).count(),
            8
        );
        assert!(!input_names().any(|name| name == "key_root"));
    }
}
