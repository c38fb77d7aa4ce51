//! How far two collections of pieces lie apart.

use affetto_models::shuffled_indices;

/// Draws behind each comparison.
const DRAWS: u64 = 50;
/// Fewest pieces on each side of a comparison.
const LEAST: usize = 4;
/// Standardized values are clipped to ± this, so that one odd piece cannot decide.
const CLIP: f64 = 4.0;

/// A piece as numbers; what is not defined of it is `None`.
pub(crate) type Row = Vec<Option<f64>>;

/// Mean and standard deviation of each column.
#[derive(Debug, Clone)]
pub(crate) struct Standard {
    columns: Vec<(f64, f64)>,
}

/// Two collections compared, over draws of equally many pieces from each.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Compared {
    /// Mean distance from the reference to the other collection.
    pub(crate) distance: f64,
    /// The middle 95 % of the draws.
    pub(crate) range: (f64, f64),
    /// Mean distance between two parts of the reference: no collection comes closer by more than
    /// chance.
    pub(crate) floor: f64,
}

impl Standard {
    /// Measures the columns of a reference.
    pub(crate) fn of(reference: &[Row]) -> Self {
        let n_columns = reference.first().map_or(0, Vec::len);
        let column = |column: usize| {
            let values: Vec<f64> = reference.iter().filter_map(|row| row[column]).collect();
            let n = values.len().max(1) as f64;
            let mean = values.iter().sum::<f64>() / n;
            let variance = values
                .iter()
                .map(|value| (value - mean).powi(2))
                .sum::<f64>()
                / n;
            (mean, variance.sqrt())
        };
        Self {
            columns: (0..n_columns).map(column).collect(),
        }
    }

    /// A row in standard deviations from the mean; 0 where it is not defined or nothing varies.
    pub(crate) fn apply(&self, row: &Row) -> Vec<f64> {
        let columns = self.columns.iter();
        row.iter()
            .zip(columns)
            .map(|(value, &(mean, deviation))| match value {
                Some(value) if deviation > 1e-9 => ((value - mean) / deviation).clamp(-CLIP, CLIP),
                _ => 0.0,
            })
            .collect()
    }
}

/// Compares a collection with a reference, both standardized by the reference; `None` where either
/// has too few pieces. `songs` numbers the song of each row of the reference, because the two parts
/// of the reference that make the floor share no song but the one in the middle.
pub(crate) fn compare(reference: &[Row], songs: &[usize], other: &[Row]) -> Option<Compared> {
    let n = (reference.len() / 2).min(other.len());
    if n < LEAST {
        return None;
    }
    let standard = Standard::of(reference);
    let apply =
        |rows: &[Row]| -> Vec<Vec<f64>> { rows.iter().map(|row| standard.apply(row)).collect() };
    let (reference, other) = (apply(reference), apply(other));
    let n_songs = songs.iter().max().map_or(0, |most| most + 1);
    let (mut distances, mut floors) = (Vec::new(), Vec::new());
    for seed in 0..DRAWS {
        let place = shuffled_indices(n_songs, seed);
        let mut order = shuffled_indices(reference.len(), seed);
        order.sort_by_key(|&row| place[songs[row]]);
        let half = taken(&reference, &order[..n]);
        floors.push(energy_distance(
            &half,
            &taken(&reference, &order[order.len() - n..]),
        ));
        let drawn = &shuffled_indices(other.len(), seed)[..n];
        distances.push(energy_distance(&half, &taken(&other, drawn)));
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (distance, floor) = (mean(&distances), mean(&floors));
    distances.sort_by(f64::total_cmp);
    let last = distances.len() - 1;
    let at = |share: f64| distances[(share * last as f64).round() as usize];
    Some(Compared {
        distance,
        range: (at(0.025), at(0.975)),
        floor,
    })
}

fn taken(rows: &[Vec<f64>], chosen: &[usize]) -> Vec<Vec<f64>> {
    chosen.iter().map(|&row| rows[row].clone()).collect()
}

/// Energy distance of two samples (Székely and Rizzo 2013, "Energy statistics"), the root of
/// 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ over all pairs, with a dimension counting as one: divided by the
/// root of their number.
fn energy_distance(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let n_columns = a.first().map_or(1, Vec::len).max(1) as f64;
    let square = 2.0 * mean_distance(a, b) - mean_distance(a, a) - mean_distance(b, b);
    (square.max(0.0) / n_columns.sqrt()).sqrt()
}

fn mean_distance(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let pairs = a
        .iter()
        .flat_map(|a| b.iter().map(move |b| euclidean(a, b)));
    pairs.sum::<f64>() / (a.len() * b.len()) as f64
}

/// Mean distance of the pairs of a collection that may be compared; `None` without pairs.
pub(crate) fn spread(rows: &[Vec<f64>], may: &dyn Fn(usize, usize) -> bool) -> Option<f64> {
    let (mut sum, mut n) = (0.0, 0_u32);
    for a in 0..rows.len() {
        for b in 0..a {
            if may(a, b) {
                sum += euclidean(&rows[a], &rows[b]);
                n += 1;
            }
        }
    }
    (n > 0).then(|| sum / f64::from(n))
}

fn euclidean(a: &[f64], b: &[f64]) -> f64 {
    let squares = a.iter().zip(b).map(|(a, b)| (a - b).powi(2));
    squares.sum::<f64>().sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows around a middle.
    fn rows(n: usize, middle: f64) -> Vec<Row> {
        let row = |i: usize| {
            let wobble = ((i * 37 % 101) as f64 / 101.0 - 0.5) * 2.0;
            vec![Some(middle + wobble), Some(wobble * wobble), None]
        };
        (0..n).map(row).collect()
    }

    #[test]
    fn the_further_away_the_larger() {
        let real = rows(60, 0.0);
        let songs: Vec<usize> = (0..60).map(|row| row / 3).collect();
        let at = |middle| compare(&real, &songs, &rows(40, middle)).unwrap();
        let (same, near, far) = (at(0.0), at(0.5), at(2.0));
        assert!((same.distance - same.floor).abs() < 0.2, "{same:?}");
        assert!(same.distance < near.distance && near.distance < far.distance);
        assert!(near.range.0 <= near.distance && near.distance <= near.range.1);
        assert_eq!(compare(&real, &songs, &rows(2, 0.0)), None);
    }

    #[test]
    fn spreads_are_of_pairs() {
        let rows = [vec![0.0, 0.0], vec![3.0, 4.0], vec![0.0, 0.0]];
        assert_eq!(spread(&rows, &|_, _| true), Some(10.0 / 3.0));
        assert_eq!(spread(&rows, &|a, b| a == 2 && b == 0), Some(0.0));
        assert_eq!(spread(&rows[..1], &|_, _| true), None);
    }
}
