//! What holds for a whole bar, as numbers for a network.

use affetto_affect::Affect;
use affetto_music::{BarAttributes, Bpm, Meter, Mode};

use crate::{Genre, Texture};

/// Attributes of a bar that condition it: name, centre and scale of the normalization, measured
/// roughly on pop piano; the network needs them to be of order 1, not exact.
pub const ATTRIBUTES: [(&str, f64, f64); N_ATTRIBUTES] = [
    ("onset density", 1.7, 1.0),
    ("notes an onset", 1.8, 0.8),
    ("register", 62.0, 8.0),
    ("register span", 26.0, 12.0),
    ("articulation", 0.9, 0.3),
    ("tension", 0.25, 0.12),
    ("syncopation", 0.15, 0.12),
    ("rests", 0.1, 0.2),
];
/// Number of attributes.
pub const N_ATTRIBUTES: usize = 8;
/// Numbers of a [`Condition`] as a vector.
pub const N_CONDITION: usize = 29 + 2 * N_ATTRIBUTES;
/// Normalized attributes beyond this are cut.
const MAX_ATTRIBUTE: f64 = 4.0;
const METERS: [(u8, u8); 4] = [(4, 4), (3, 4), (2, 4), (6, 8)];

/// The normalized attributes of a bar, in the order of [`ATTRIBUTES`], each in −4..=4.
#[must_use]
pub fn attribute_values(attributes: &BarAttributes) -> [f64; N_ATTRIBUTES] {
    let raw = [
        attributes.onset_density,
        attributes.notes_per_onset,
        attributes.mean_register,
        attributes.register_span,
        attributes.relative_duration,
        attributes.tension,
        attributes.syncopation,
        attributes.rest_share,
    ];
    std::array::from_fn(|i| {
        let (_, center, scale) = ATTRIBUTES[i];
        ((raw[i] - center) / scale).clamp(-MAX_ATTRIBUTE, MAX_ATTRIBUTE)
    })
}

/// What holds for a bar. `None` is "not known" or "as you like".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Condition {
    /// What the bar expresses.
    pub affect: Option<Affect>,
    /// Genre.
    pub genre: Option<Genre>,
    /// Major or minor.
    pub mode: Mode,
    /// Metre.
    pub meter: Meter,
    /// Texture.
    pub texture: Texture,
    /// Which voices play, in the order of [`super::Voice::ALL`].
    pub voices: [bool; 3],
    /// Tempo.
    pub bpm: Option<Bpm>,
    /// Normalized attributes, see [`attribute_values`].
    pub attributes: [Option<f64>; N_ATTRIBUTES],
}

/// Numbers of the vector that belong together, so that a training hides them together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ConditionGroup {
    /// First number.
    pub first: usize,
    /// How many.
    pub length: usize,
    /// Share of the training windows in which the group is hidden, in 0..=1.
    pub dropout: f64,
}

impl ConditionGroup {
    const fn new(first: usize, length: usize, dropout: f64) -> Self {
        Self {
            first,
            length,
            dropout,
        }
    }

    /// All groups that a training hides now and then: affect, genre, mode, tempo and each attribute.
    pub const ALL: [Self; 4 + N_ATTRIBUTES] = {
        let mut groups = [Self::new(0, 3, 0.15); 4 + N_ATTRIBUTES];
        groups[1] = Self::new(3, 12, 0.15);
        groups[2] = Self::new(15, 1, 0.05);
        groups[3] = Self::new(27, 2, 0.1);
        let mut i = 0;
        while i < N_ATTRIBUTES {
            groups[4 + i] = Self::new(29 + 2 * i, 2, 0.2);
            i += 1;
        }
        groups
    };
}

impl Condition {
    /// The condition as numbers; what is not known is 0.
    #[must_use]
    pub fn to_vector(&self) -> [f32; N_CONDITION] {
        let mut vector = [0.0; N_CONDITION];
        if let Some(affect) = self.affect {
            vector[..3].copy_from_slice(&[1.0, affect.v() as f32, affect.a() as f32]);
        }
        if let Some(genre) = self.genre {
            vector[3] = 1.0;
            let place = Genre::ALL.iter().position(|&g| g == genre).unwrap_or(0);
            vector[4 + place] = 1.0;
        }
        vector[15] = match self.mode {
            Mode::Major => 1.0,
            Mode::Minor => -1.0,
        };
        let meter = (self.meter.numerator, self.meter.denominator);
        let place = METERS.iter().position(|&known| known == meter);
        vector[16 + place.unwrap_or(METERS.len())] = 1.0;
        vector[21 + self.texture as usize] = 1.0;
        for (place, plays) in self.voices.iter().enumerate() {
            vector[24 + place] = f32::from(u8::from(*plays));
        }
        if let Some(bpm) = self.bpm {
            vector[27] = 1.0;
            vector[28] = (2.0 * (bpm.get() / 110.0).log2()).clamp(-4.0, 4.0) as f32;
        }
        for (place, value) in self.attributes.iter().enumerate() {
            if let Some(value) = value {
                vector[29 + 2 * place] = 1.0;
                vector[30 + 2 * place] = *value as f32;
            }
        }
        vector
    }

    /// The condition of a vector; `None` for one of another length.
    #[must_use]
    pub fn from_vector(vector: &[f32]) -> Option<Self> {
        let vector: &[f32; N_CONDITION] = vector.try_into().ok()?;
        let number = |place: usize| f64::from(vector[place]);
        let place = |first: usize, n: usize| (0..n).find(|i| vector[first + i] > 0.5);
        let meter = place(16, METERS.len()).map_or(METERS[0], |place| METERS[place]);
        Some(Self {
            affect: (vector[0] > 0.5).then(|| Affect::clamped(number(1), number(2))),
            genre: place(4, Genre::ALL.len()).map(|place| Genre::ALL[place]),
            mode: if vector[15] < 0.0 {
                Mode::Minor
            } else {
                Mode::Major
            },
            meter: Meter {
                numerator: meter.0,
                denominator: meter.1,
            },
            texture: place(21, Texture::ALL.len()).map_or(Texture::Poly, |i| Texture::ALL[i]),
            voices: std::array::from_fn(|voice| vector[24 + voice] > 0.5),
            bpm: (vector[27] > 0.5).then(|| Bpm::clamped(110.0 * (number(28) / 2.0).exp2())),
            attributes: std::array::from_fn(|place| {
                (vector[29 + 2 * place] > 0.5).then(|| number(30 + 2 * place))
            }),
        })
    }

    /// The same without what carries emotion: affect, attributes and mode. Guidance leads away from
    /// this.
    #[must_use]
    pub fn without_emotion(&self) -> Self {
        Self {
            affect: None,
            attributes: [None; N_ATTRIBUTES],
            ..*self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Condition {
        Condition {
            affect: Some(Affect::clamped(0.5, -0.5)),
            genre: Some(Genre::Jazz),
            mode: Mode::Minor,
            meter: Meter::COMMON,
            texture: Texture::Band,
            voices: [true, true, false],
            bpm: Some(Bpm::clamped(110.0)),
            attributes: [Some(1.0); N_ATTRIBUTES],
        }
    }

    #[test]
    fn groups_cover_what_may_be_unknown_and_nothing_twice() {
        let mut owners = [0; N_CONDITION];
        for group in ConditionGroup::ALL {
            for owner in &mut owners[group.first..group.first + group.length] {
                *owner += 1;
            }
        }
        let always: Vec<usize> = (0..N_CONDITION).filter(|&i| owners[i] == 0).collect();
        assert_eq!(always, (16..27).collect::<Vec<_>>());
        assert!(owners.iter().all(|&n| n <= 1));
    }

    #[test]
    fn places_in_the_vector() {
        let vector = full().to_vector();
        assert_eq!(vector[..3], [1.0, 0.5, -0.5]);
        assert_eq!(vector[3..15].iter().sum::<f32>(), 2.0);
        assert_eq!((vector[15], vector[16], vector[23]), (-1.0, 1.0, 1.0));
        assert_eq!(vector[24..29], [1.0, 1.0, 0.0, 1.0, 0.0]);
        assert!(vector[29..].iter().all(|&x| x == 1.0));
        let plain = full().without_emotion().to_vector();
        assert_eq!(plain[..3], [0.0; 3]);
        assert!(plain[29..].iter().all(|&x| x == 0.0));
        assert_eq!(plain[3..29], vector[3..29]);
    }

    #[test]
    fn a_condition_comes_back_from_its_vector() {
        for condition in [full(), full().without_emotion()] {
            assert_eq!(
                Condition::from_vector(&condition.to_vector()),
                Some(condition)
            );
        }
        assert_eq!(Condition::from_vector(&[0.0; 3]), None);
    }

    #[test]
    fn odd_numbers_are_cut() {
        let attributes = BarAttributes {
            onset_density: 1e9,
            ..BarAttributes::default()
        };
        assert_eq!(attribute_values(&attributes)[0], MAX_ATTRIBUTE);
    }
}
