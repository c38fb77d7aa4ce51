//! Descriptors on one scale.

use serde::{Deserialize, Serialize};

/// Makes columns comparable whatever their unit and however long their tails: asinh of the distance
/// from the median in quartile ranges. Kept in a configuration, since half precision cannot hold
/// centers in Hz.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Standard {
    center: Vec<f64>,
    spread: Vec<f64>,
}

impl Standard {
    /// Measures the columns of rows of one length; there must be at least one.
    pub(crate) fn of(rows: &[&[f32]]) -> Self {
        let n_columns = rows.first().map_or(0, |row| row.len());
        let column = |column: usize| {
            let mut values: Vec<f64> = rows.iter().map(|row| f64::from(row[column])).collect();
            values.sort_by(f64::total_cmp);
            let at = |share: f64| values[(share * (values.len() - 1) as f64).round() as usize];
            let spread = at(0.75) - at(0.25);
            (at(0.5), if spread > 1e-12 { spread } else { 1.0 })
        };
        let (center, spread) = (0..n_columns).map(column).unzip();
        Self { center, spread }
    }

    /// Number of columns.
    pub(crate) fn len(&self) -> usize {
        self.center.len()
    }

    /// Whether every number is one, and as many centers as spreads.
    pub(crate) fn is_sound(&self) -> bool {
        let finite = |values: &[f64]| values.iter().all(|value| value.is_finite());
        self.center.len() == self.spread.len()
            && finite(&self.center)
            && finite(&self.spread)
            && self.spread.iter().all(|spread| *spread > 0.0)
    }

    /// A row on the common scale; what is not finite counts as usual.
    pub(crate) fn apply(&self, row: &[f32]) -> Vec<f64> {
        let columns = self.center.iter().zip(&self.spread);
        row.iter()
            .zip(columns)
            .map(|(&value, (center, spread))| {
                let scaled = ((f64::from(value) - center) / spread).asinh();
                if scaled.is_finite() { scaled } else { 0.0 }
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_is_zero_and_tails_are_short() {
        let rows: Vec<Vec<f32>> = (0..101).map(|i| vec![i as f32 * 1000.0, 7.0]).collect();
        let rows: Vec<&[f32]> = rows.iter().map(Vec::as_slice).collect();
        let standard = Standard::of(&rows);
        assert!(standard.is_sound());
        assert_eq!(standard.apply(&[50_000.0, 7.0]), [0.0, 0.0]);
        assert_eq!(standard.apply(&[f32::NAN, 7.0]), [0.0, 0.0]);
        assert!(standard.apply(&[1e9, 8.0])[0] < 12.0);
    }
}
