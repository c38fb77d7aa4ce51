//! Requested against heard on a 5 × 5 grid of the plane: does more asked mean more heard?

use super::judges::Judge;
use super::metrics::Metrics;
use super::pieces::{Composed, GRID};
use super::statistics::{slope, spearman};
use super::verdicts::{Heard, MEAN, hear};
use super::views::View;

/// Views of the grid.
const VIEWS: [View; 2] = [View::Plain, View::NeutralVelocity];

/// The pieces of a grid, judged.
#[derive(Debug, Clone)]
pub(crate) struct Grid {
    /// Valence and arousal that were asked for.
    pub(crate) asked: Vec<[f64; 2]>,
    pub(crate) heard: Heard,
}

impl Grid {
    /// Judges the pieces of a grid.
    pub(crate) fn of(judges: &[Judge], pieces: &[Composed]) -> Self {
        let scores: Vec<_> = pieces.iter().map(|piece| &piece.score).collect();
        Self {
            asked: pieces
                .iter()
                .map(|piece| [piece.asked.valence, piece.asked.arousal])
                .collect(),
            heard: hear(judges, &VIEWS, &scores),
        }
    }

    /// Adds for every judge and their mean: `…_grid_{valence,arousal}_{spearman,slope}` of heard
    /// over asked, and `…_grid_crosstalk_X_on_Y`, the rank correlation of asked X with heard Y.
    pub(crate) fn report(
        &self,
        judges: &[Judge],
        metrics: &mut Metrics,
        name: &dyn Fn(&str, &str) -> String,
    ) {
        type Statistic = fn(&[f64], &[f64]) -> f64;
        const ROWS: [(&str, usize, usize, Statistic); 6] = [
            ("grid_valence_spearman", 0, 0, spearman),
            ("grid_arousal_spearman", 1, 1, spearman),
            ("grid_valence_slope", 0, 0, slope),
            ("grid_arousal_slope", 1, 1, slope),
            ("grid_crosstalk_arousal_on_valence", 1, 0, spearman),
            ("grid_crosstalk_valence_on_arousal", 0, 1, spearman),
        ];
        for (view, heard) in VIEWS.into_iter().zip(&self.heard) {
            let mean = mean_of(heard);
            let names = judges.iter().map(|judge| judge.name).chain([MEAN]);
            for (judge, heard) in names.zip(heard.iter().chain([&mean])) {
                for (measure, asked, axis, statistic) in ROWS {
                    let of = |chosen: &[usize]| {
                        let pairs = chosen.iter();
                        let (x, y): (Vec<f64>, Vec<f64>) = pairs
                            .map(|&piece| (self.asked[piece][asked], heard[piece][axis]))
                            .unzip();
                        statistic(&x, &y)
                    };
                    let name = format!("{}{}", name(judge, measure), view.suffix());
                    metrics.add_resampled(name, self.asked.len(), of);
                }
            }
        }
    }

    /// Mean over judges and pieces of what is heard on an axis (0 valence, 1 arousal) for each
    /// value asked on it, as performed.
    pub(crate) fn curve(&self, axis: usize) -> Vec<(f64, f64)> {
        let heard = self.heard.first().map(|heard| mean_of(heard));
        let heard = heard.unwrap_or_default();
        let at = |value: f64| {
            let there = self.asked.iter().zip(&heard);
            let (sum, n) = there
                .filter(|(asked, _)| asked[axis] == value)
                .fold((0.0, 0.0), |(sum, n), (_, heard)| {
                    (sum + heard[axis], n + 1.0)
                });
            (value, sum / n)
        };
        GRID.into_iter()
            .map(at)
            .filter(|point| point.1.is_finite())
            .collect()
    }
}

/// The mean over judges, piece by piece.
fn mean_of(heard: &[Vec<[f64; 2]>]) -> Vec<[f64; 2]> {
    let n = heard.first().map_or(0, Vec::len);
    let mean = |piece: usize| {
        [0, 1].map(|axis: usize| {
            heard.iter().map(|by| by[piece][axis]).sum::<f64>() / heard.len() as f64
        })
    };
    (0..n).map(mean).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_perfect_arm_has_no_crosstalk() {
        let asked: Vec<[f64; 2]> = GRID
            .iter()
            .flat_map(|&valence| GRID.map(|arousal| [valence, arousal]))
            .collect();
        let halved: Vec<[f64; 2]> = asked.iter().map(|[v, a]| [v / 2.0, a / 2.0]).collect();
        let judges = Judge::all().unwrap();
        let grid = Grid {
            asked,
            heard: vec![vec![halved; judges.len()]; 2],
        };
        let mut metrics = Metrics::default();
        grid.report(&judges, &mut metrics, &|judge, measure| {
            format!("{judge}_{measure}")
        });
        let check = |name: &str, expected: f64| {
            let value = metrics.get(name).unwrap();
            assert!((value - expected).abs() < 1e-9, "{name} is {value}");
        };
        check("mean_grid_valence_spearman", 1.0);
        check("emopia_grid_arousal_slope", 0.5);
        check(
            "tokens_grid_crosstalk_valence_on_arousal_neutral_velocity",
            0.0,
        );
        assert_eq!(grid.curve(1)[4], (1.0, 0.5));
    }
}
