//! Patterns of drummers: what a drum kit plays in a bar, by style, energy and place in the phrase,
//! as mixtures of Bernoulli distributions fitted to performances (Groove MIDI Dataset; Gillick,
//! Roberts, Engel, Eck and Bamman 2019, "Learning to groove with inverse sequence transformations").
//!
//! - [`train`] fits them by expectation–maximization; [`patterns`] reads them from weights.
//! - [`embedded`] are the weights inside the program.

mod data;
mod mixture;
mod training;

#[cfg(test)]
mod tests;

use crate::{Error, WeightsFile};

pub use training::{DrumTrainingConfig, RuleBar, train};

/// The task in weights files and runs.
pub const TASK: &str = "drums";
/// Version of voices, steps and styles; weights of another version are refused.
pub const FEATURE_VERSION: u32 = 1;
/// Steps of a bar of four quarters. Bars in triplets use the first three of each four, so that a
/// shuffle that is written in eighths and sixteenths reads the same.
pub const N_STEPS: usize = 16;
/// General MIDI keys of the voices: kick, side stick, snare, closed, pedal and open hi-hat, high,
/// middle and low tom, crash, ride, bell of the ride.
pub const VOICE_KEYS: [u8; 12] = [36, 37, 38, 42, 44, 46, 50, 47, 45, 49, 51, 53];
/// Levels of energy: the terciles of a style, by the sum of velocities of a bar.
pub const N_ENERGIES: usize = 3;
/// Places of a bar where a voice may strike.
const N_PLACES: usize = N_STEPS * VOICE_KEYS.len();

/// What a bar is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BarKind {
    /// Keeps the groove.
    Beat,
    /// Leads into the next phrase.
    Fill,
}

impl BarKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Beat, Self::Fill];

    /// The name in metrics.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Beat => "beat",
            Self::Fill => "fill",
        }
    }
}

/// The lengths that steps of a style have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Steps {
    Sixteenths,
    Triplets,
}

/// A style of ours and the names that Groove has for it.
struct Style {
    name: &'static str,
    steps: Steps,
    own: &'static [&'static str],
    /// What comes nearest, for styles of which there is little.
    near: &'static [&'static str],
}

const fn style(
    name: &'static str,
    steps: Steps,
    own: &'static [&'static str],
    near: &'static [&'static str],
) -> Style {
    Style {
        name,
        steps,
        own,
        near,
    }
}

/// Styles by the names of genres. Reggae has three recordings of beats, too few to learn from.
const STYLES: [Style; 8] = [
    style(
        "blues",
        Steps::Triplets,
        &[
            "blues",
            "rock/shuffle",
            "funk/purdieshuffle",
            "neworleans/shuffle",
        ],
        &["jazz", "rock"],
    ),
    style(
        "country",
        Steps::Sixteenths,
        &["country", "rock/folk", "rock/rockabilly"],
        &["rock"],
    ),
    style("disco", Steps::Sixteenths, &["dance"], &["pop", "funk"]),
    style("hip-hop", Steps::Sixteenths, &["hiphop"], &["funk"]),
    style("jazz", Steps::Triplets, &["jazz"], &["neworleans"]),
    style(
        "metal",
        Steps::Sixteenths,
        &["punk", "rock/prog"],
        &["rock"],
    ),
    style(
        "pop",
        Steps::Sixteenths,
        &["pop", "soul", "gospel"],
        &["rock"],
    ),
    style("rock", Steps::Sixteenths, &["rock"], &[]),
];

/// One stroke of a pattern.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PatternHit {
    /// Step of the bar, in `0..16`.
    pub step: u8,
    /// General MIDI key, one of [`VOICE_KEYS`].
    pub key: u8,
    /// How often it is played, in 0..=1.
    pub probability: f32,
    /// Mean velocity, in 1..=127.
    pub velocity: f32,
    /// How much later than the rest of the kit at this place of the beat, on average, in ms.
    pub offset_ms: f32,
    /// Standard deviation of that, in ms.
    pub deviation_ms: f32,
}

/// One pattern of a style.
#[derive(Debug, Clone, PartialEq)]
pub struct DrumPattern {
    /// Name of the genre.
    pub style: String,
    /// Beat or fill.
    pub kind: BarKind,
    /// Level of energy, in `0..3`.
    pub energy: usize,
    /// How often it is played among those of its style, kind and energy, in 0..=1.
    pub share: f32,
    /// What is played at least now and then.
    pub hits: Vec<PatternHit>,
}

/// The weights inside the program.
///
/// # Errors
/// [`Error::Weights`] when they are damaged.
pub fn embedded() -> Result<WeightsFile, Error> {
    const BYTES: &[u8] = include_bytes!("../../../../weights/note_model/drums.safetensors");
    WeightsFile::from_bytes(BYTES, "the drum patterns inside the program")
}

/// The names of arrays and lists in weights.
mod names {
    pub(super) const STYLE: &str = "pattern_style";
    pub(super) const KIND: &str = "pattern_kind";
    pub(super) const ENERGY: &str = "pattern_energy";
    pub(super) const SHARE: &str = "pattern_share";
    /// Number of the pattern times the places of a bar, plus the place.
    pub(super) const PLACE: &str = "hit_place";
    pub(super) const PROBABILITY: &str = "hit_probability";
    pub(super) const VELOCITY: &str = "hit_velocity";
    pub(super) const OFFSET: &str = "hit_offset_ms";
    pub(super) const DEVIATION: &str = "hit_deviation_ms";
}

/// The patterns in weights.
///
/// # Errors
/// [`Error::Weights`] for weights of another task or version, lists that do not fit each other or
/// numbers outside their range.
pub fn patterns(weights: &WeightsFile) -> Result<Vec<DrumPattern>, Error> {
    weights.expect_task(TASK, FEATURE_VERSION)?;
    let styles = weights.list(names::STYLE)?;
    let (kinds, energies) = (weights.list(names::KIND)?, weights.list(names::ENERGY)?);
    let shares = weights.values(names::SHARE, &[styles.len()])?;
    let refused = |what: &str| weights.refused(format!("{what} of a drum pattern out of range"));
    if kinds.len() != styles.len() || energies.len() != styles.len() {
        return Err(weights.refused(format!(
            "{} kinds and {} energies, expected {} of both",
            kinds.len(),
            energies.len(),
            styles.len()
        )));
    }
    let mut found = Vec::new();
    for (index, &style) in styles.iter().enumerate() {
        let style = STYLES
            .get(style as usize)
            .ok_or_else(|| refused("the style"))?;
        let kind = BarKind::ALL.get(kinds[index] as usize);
        let energy = energies[index] as usize;
        if energy >= N_ENERGIES || !(0.0..=1.0).contains(&shares[index]) {
            return Err(refused("energy or share"));
        }
        found.push(DrumPattern {
            style: style.name.to_owned(),
            kind: *kind.ok_or_else(|| refused("the kind"))?,
            energy,
            share: shares[index],
            hits: Vec::new(),
        });
    }
    for (pattern, hit) in hits(weights)? {
        let pattern = found.get_mut(pattern as usize);
        let pattern = pattern.ok_or_else(|| refused("the number"))?;
        pattern.hits.push(hit);
    }
    Ok(found)
}

/// Strokes with the numbers of their patterns.
fn hits(weights: &WeightsFile) -> Result<Vec<(u32, PatternHit)>, Error> {
    let places = weights.list(names::PLACE)?;
    let values = |name| weights.values(name, &[places.len()]);
    let probabilities = values(names::PROBABILITY)?;
    let velocities = values(names::VELOCITY)?;
    let (offsets, deviations) = (values(names::OFFSET)?, values(names::DEVIATION)?);
    let read = |index: usize| {
        let (pattern, place) = (
            places[index] / N_PLACES as u32,
            places[index] as usize % N_PLACES,
        );
        let hit = PatternHit {
            step: (place / VOICE_KEYS.len()) as u8,
            key: VOICE_KEYS[place % VOICE_KEYS.len()],
            probability: probabilities[index],
            velocity: velocities[index],
            offset_ms: offsets[index],
            deviation_ms: deviations[index],
        };
        let fits = (0.0..=1.0).contains(&hit.probability)
            && (1.0..=127.0).contains(&hit.velocity)
            && hit.offset_ms.abs() <= data::MAX_OFFSET_MS
            && (0.0..=data::MAX_OFFSET_MS).contains(&hit.deviation_ms);
        if fits {
            Ok((pattern, hit))
        } else {
            Err(weights.refused(format!("stroke {index} out of range: {hit:?}")))
        }
    };
    (0..places.len()).map(read).collect()
}
