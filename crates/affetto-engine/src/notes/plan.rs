//! From valence, arousal and genre to the attributes of bars: a linear map, as in Eerola, Friberg
//! and Bresin (2013), fitted on pieces whose emotion is known and applied to the mean of a genre.

use std::collections::BTreeMap;

use affetto_affect::Affect;
use affetto_compose::tokens::{N_ATTRIBUTES, PieceBar, attribute_values};
use affetto_compose::{Genre, Texture};
use affetto_models::datasets::pieces::PieceSet;
use affetto_models::{Array, WeightsFile};

use crate::Error;

/// Shrinks slopes that few pieces tell, in pieces.
const RIDGE: f64 = 10.0;
/// Rows of the table of means: each texture with each genre, and without one.
const N_ROWS: usize = 3 * (Genre::ALL.len() + 1);
/// Fewest bars from which the mean of a genre is taken rather than of the texture.
const MIN_BARS: f64 = 200.0;

fn row(texture: Texture, genre: Option<Genre>) -> usize {
    let genre = genre.map_or(0, |genre| 1 + genre as usize);
    texture as usize * (Genre::ALL.len() + 1) + genre
}

/// Valence and arousal of a piece, and the means of its attributes.
type Labelled = ([f64; 2], [f64; N_ATTRIBUTES]);

/// Bars, sum and sum of squares of each attribute.
type RowSums = (f64, [f64; N_ATTRIBUTES], [f64; N_ATTRIBUTES]);

fn mean_and_deviation((n, sums, squares): &RowSums, i: usize) -> (f64, f64) {
    let mean = sums[i] / n.max(1.0);
    let variance = squares[i] / n.max(1.0) - mean * mean;
    (mean, variance.max(0.01).sqrt())
}

/// The arrays of a weights file.
fn arrays(means: Vec<f32>, deviations: Vec<f32>, slopes: Vec<f32>) -> BTreeMap<String, Array> {
    let named = |name: &str, shape: [usize; 2], values| {
        let shape = shape.to_vec();
        (name.to_owned(), Array { shape, values })
    };
    BTreeMap::from([
        named("plan.means", [N_ROWS, N_ATTRIBUTES], means),
        named("plan.deviations", [N_ROWS, N_ATTRIBUTES], deviations),
        named("plan.slopes", [N_ATTRIBUTES, 2], slopes),
    ])
}

/// Sums of attributes of pieces on the way.
#[derive(Debug, Default)]
pub(crate) struct PlanFit {
    rows: BTreeMap<usize, RowSums>,
    /// Labelled pieces by set: point and mean attributes.
    labelled: BTreeMap<&'static str, Vec<Labelled>>,
}

impl PlanFit {
    /// Adds the bars of a piece.
    pub(crate) fn add(
        &mut self,
        bars: &[PieceBar],
        genre: Option<Genre>,
        texture: Texture,
        affect: Option<Affect>,
        set: PieceSet,
    ) {
        let played = bars.iter().filter(|bar| !bar.bar.is_empty());
        let values: Vec<[f64; N_ATTRIBUTES]> = played
            .map(|bar| attribute_values(&bar.attributes))
            .collect();
        let mut sum = [0.0; N_ATTRIBUTES];
        for values in &values {
            for (sum, value) in sum.iter_mut().zip(values) {
                *sum += value;
            }
        }
        let with_and_without = [row(texture, genre), row(texture, None)];
        let rows = if genre.is_some() {
            &with_and_without[..]
        } else {
            &with_and_without[1..]
        };
        for row in rows {
            let (n, sums, squares) = self.rows.entry(*row).or_default();
            *n += values.len() as f64;
            for values in &values {
                for (i, value) in values.iter().enumerate() {
                    sums[i] += value;
                    squares[i] += value * value;
                }
            }
        }
        if let Some(affect) = affect {
            let n = values.len().max(1) as f64;
            let pieces = self.labelled.entry(set.name()).or_default();
            pieces.push(([affect.v(), affect.a()], sum.map(|sum| sum / n)));
        }
    }

    /// The map as arrays of a weights file.
    pub(crate) fn arrays(&self) -> BTreeMap<String, Array> {
        let (mut means, mut deviations) = (Vec::new(), Vec::new());
        for place in 0..N_ROWS {
            let texture = place - place % (Genre::ALL.len() + 1);
            let own = self.rows.get(&place).filter(|(n, ..)| *n >= MIN_BARS);
            let any = own
                .or_else(|| self.rows.get(&texture))
                .or_else(|| self.rows.values().max_by(|a, b| a.0.total_cmp(&b.0)));
            for i in 0..N_ATTRIBUTES {
                let (mean, deviation) = any.map_or((0.0, 1.0), |row| mean_and_deviation(row, i));
                means.push(mean as f32);
                deviations.push(deviation as f32);
            }
        }
        let slopes = self.slopes().map(|x| x as f32).to_vec();
        arrays(means, deviations, slopes)
    }

    /// Means and deviations of the attributes of a row that has enough bars.
    fn spread(&self, place: usize) -> Option<([f32; N_ATTRIBUTES], [f32; N_ATTRIBUTES])> {
        let row = self.rows.get(&place).filter(|(n, ..)| *n >= MIN_BARS)?;
        let both = |i| mean_and_deviation(row, i);
        Some((
            std::array::from_fn(|i| both(i).0 as f32),
            std::array::from_fn(|i| both(i).1 as f32),
        ))
    }

    /// Change of each attribute with valence and arousal: least squares within each set, so that
    /// sets may differ in level, pooled.
    fn slopes(&self) -> [f64; 2 * N_ATTRIBUTES] {
        let (mut vv, mut va, mut aa) = (RIDGE, 0.0, RIDGE);
        let mut with = [[0.0; 2]; N_ATTRIBUTES];
        for pieces in self.labelled.values() {
            let n = pieces.len() as f64;
            let mean = |of: &dyn Fn(&Labelled) -> f64| pieces.iter().map(of).sum::<f64>() / n;
            let center = [mean(&|p| p.0[0]), mean(&|p| p.0[1])];
            for (i, with) in with.iter_mut().enumerate() {
                let level = mean(&|p| p.1[i]);
                for (point, values) in pieces {
                    let change = values[i] - level;
                    with[0] += change * (point[0] - center[0]);
                    with[1] += change * (point[1] - center[1]);
                }
            }
            for (point, _) in pieces {
                let (v, a) = (point[0] - center[0], point[1] - center[1]);
                (vv, va, aa) = (vv + v * v, va + v * a, aa + a * a);
            }
        }
        let determinant = vv * aa - va * va;
        let mut slopes = [0.0; 2 * N_ATTRIBUTES];
        for (i, [v, a]) in with.into_iter().enumerate() {
            slopes[2 * i] = (aa * v - va * a) / determinant;
            slopes[2 * i + 1] = (vv * a - va * v) / determinant;
        }
        slopes
    }
}

/// The fitted map.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct AttributePlan {
    means: Vec<f32>,
    deviations: Vec<f32>,
    slopes: Vec<f32>,
}

/// How much further than on average in the labelled pieces a point at the edge of the plane goes:
/// labels say on which side a piece is, requests how far.
const GAIN: f64 = 1.5;
/// Attributes stay within so many standard deviations of their genre's mean.
const MOST_DEVIATIONS: f64 = 1.6;

impl AttributePlan {
    /// Reads the map from weights.
    ///
    /// # Errors
    /// [`Error`] when the arrays are missing or of another shape.
    pub(crate) fn from_weights(weights: &WeightsFile) -> Result<Self, Error> {
        let values = |name, shape: [usize; 2]| weights.values(name, &shape).map(<[f32]>::to_vec);
        Ok(Self {
            means: values("plan.means", [N_ROWS, N_ATTRIBUTES])?,
            deviations: values("plan.deviations", [N_ROWS, N_ATTRIBUTES])?,
            slopes: values("plan.slopes", [N_ATTRIBUTES, 2])?,
        })
    }

    /// This map with the means of a genre from pieces, in all textures of which there are enough.
    pub(crate) fn with_means(&self, fit: &PlanFit, genre: Genre) -> Self {
        let mut plan = self.clone();
        for &texture in Texture::ALL {
            let place = row(texture, Some(genre));
            let Some((means, deviations)) = fit.spread(place) else {
                continue;
            };
            let values = place * N_ATTRIBUTES..(place + 1) * N_ATTRIBUTES;
            plan.means[values.clone()].copy_from_slice(&means);
            plan.deviations[values].copy_from_slice(&deviations);
        }
        plan
    }

    /// The genre whose bars are most like those of pieces, among genres with means of their own;
    /// pop where nothing is alike.
    pub(crate) fn nearest(&self, fit: &PlanFit) -> Genre {
        let distance = |genre: Genre| {
            let of_texture = |&texture: &Texture| {
                let (means, _) = fit.spread(row(texture, None))?;
                let own = self.of_row(row(texture, Some(genre)));
                if own == self.of_row(row(texture, None)) {
                    return None;
                }
                let parts = own.iter().zip(means);
                Some(
                    parts
                        .map(|((mean, deviation), x)| ((x - mean) / deviation).powi(2))
                        .sum(),
                )
            };
            let distances = Texture::ALL.iter().filter_map(of_texture);
            distances.min_by(f32::total_cmp)
        };
        let distances = Genre::ALL.iter().filter_map(|&g| Some((g, distance(g)?)));
        let nearest = distances.min_by(|a, b| a.1.total_cmp(&b.1));
        nearest.map_or(Genre::Pop, |(genre, _)| genre)
    }

    /// Means and deviations of a row.
    fn of_row(&self, place: usize) -> Vec<(f32, f32)> {
        let values = place * N_ATTRIBUTES..(place + 1) * N_ATTRIBUTES;
        let deviations = self.deviations[values.clone()].iter();
        let means = self.means[values].iter();
        means.copied().zip(deviations.copied()).collect()
    }

    /// The map as arrays of a weights file.
    pub(crate) fn arrays(&self) -> BTreeMap<String, Array> {
        arrays(
            self.means.clone(),
            self.deviations.clone(),
            self.slopes.clone(),
        )
    }

    /// Normalized attributes for a point.
    pub(crate) fn attributes(
        &self,
        point: Affect,
        genre: Genre,
        texture: Texture,
    ) -> [f64; N_ATTRIBUTES] {
        let row = row(texture, Some(genre)) * N_ATTRIBUTES;
        std::array::from_fn(|i| {
            let slope = |axis| f64::from(self.slopes[2 * i + axis]);
            let change = GAIN * (slope(0) * point.v() + slope(1) * point.a());
            let most = MOST_DEVIATIONS * f64::from(self.deviations[row + i]);
            f64::from(self.means[row + i]) + change.clamp(-most, most)
        })
    }
}
