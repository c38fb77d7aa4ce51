//! Symbolic features: one function that turns a score into named numbers.
//!
//! Used by training, composing, judging and display alike, so that all of them mean the same by
//! "density". The first 14 are those of tohoilam's emotion classifier, exactly defined (see
//! [`classic`]); the rest are grouped by what they listen to: [`rhythm`], [`dynamics`],
//! [`register`], [`tonality`], [`harmony`].
//!
//! Percussion is left out everywhere: its "pitches" are instruments, and no labelled music has
//! any. Time is in seconds by the tempo map where the quantity is felt in time; only
//! the features whose description says "beat" use the grid, because recordings stamped with a
//! constant 120 bpm have none. Nothing here is random; a score without pitched notes yields 0 for
//! every feature.

mod classic;
mod clock;
mod dynamics;
mod harmony;
mod register;
mod rhythm;
pub(crate) mod statistics;
mod tonality;
mod view;

pub(crate) use clock::Clock;

use crate::Score;
use view::View;

/// Changes whenever a feature is added, removed or defined differently; models keep it and refuse
/// features of another version.
pub const VERSION: u32 = 1;

/// Names of the groups' features in the order of the values.
const GROUPS: [&[&str]; 6] = [
    &classic::NAMES,
    &rhythm::NAMES,
    &dynamics::NAMES,
    &register::NAMES,
    &tonality::NAMES,
    &harmony::NAMES,
];

/// How many features there are.
pub const COUNT: usize = {
    let (mut count, mut group) = (0, 0);
    while group < GROUPS.len() {
        count += GROUPS[group].len();
        group += 1;
    }
    count
};

/// Names of all features, in the order of [`SymbolicFeatures::values`].
pub const NAMES: [&str; COUNT] = {
    let mut names = [""; COUNT];
    let (mut group, mut n_named) = (0, 0);
    while group < GROUPS.len() {
        let mut index = 0;
        while index < GROUPS[group].len() {
            names[n_named] = GROUPS[group][index];
            n_named += 1;
            index += 1;
        }
        group += 1;
    }
    names
};

/// The features of a score.
#[derive(Debug, Clone, PartialEq)]
pub struct SymbolicFeatures {
    values: [f32; COUNT],
}

impl SymbolicFeatures {
    /// The values, finite, in the order of [`NAMES`].
    #[must_use]
    pub fn values(&self) -> &[f32; COUNT] {
        &self.values
    }

    /// One value by its name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<f32> {
        NAMES
            .iter()
            .position(|&known| known == name)
            .map(|index| self.values[index])
    }

    /// Names and values in order.
    pub fn iter(&self) -> impl Iterator<Item = (&'static str, f32)> {
        NAMES.iter().copied().zip(self.values)
    }
}

/// Computes the features of a score.
#[must_use]
pub fn symbolic_features(score: &Score) -> SymbolicFeatures {
    let mut values = [0.0; COUNT];
    let view = View::new(score);
    if view.duration > 0.0 {
        let computed = classic::values(&view)
            .into_iter()
            .chain(rhythm::values(&view))
            .chain(dynamics::values(&view))
            .chain(register::values(&view))
            .chain(tonality::values(&view))
            .chain(harmony::values(&view));
        for (value, computed) in values.iter_mut().zip(computed) {
            *value = if computed.is_finite() {
                computed as f32
            } else {
                0.0
            };
        }
    }
    SymbolicFeatures { values }
}

#[cfg(test)]
mod tests;
