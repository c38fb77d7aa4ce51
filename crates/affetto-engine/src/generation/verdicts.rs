//! What the judges hear in a collection of pieces, and how often that is what was meant.

use std::collections::BTreeMap;

use affetto_affect::Quadrant;
use affetto_music::Score;
use rayon::prelude::*;

use super::judges::Judge;
use super::metrics::Metrics;
use super::views::View;

/// A piece before the judges.
#[derive(Debug, Clone)]
pub(crate) struct Piece<'a> {
    pub(crate) score: &'a Score,
    /// Whether valence, and arousal, was meant to be positive.
    pub(crate) meant: [bool; 2],
    /// Pieces of one group, such as clips of one song, are resampled together.
    pub(crate) group: String,
}

/// Valence and arousal of each piece, by view, then judge.
pub(crate) type Heard = Vec<Vec<Vec<[f64; 2]>>>;

/// A collection, judged.
#[derive(Debug, Clone)]
pub(crate) struct Verdicts {
    meant: Vec<[bool; 2]>,
    /// Pieces of each group.
    groups: Vec<Vec<usize>>,
    pub(crate) heard: Heard,
}

/// What is counted as right.
const MEASURES: [&str; 3] = ["quadrant", "arousal", "valence"];

/// Name of the mean of all judges in metrics.
pub(crate) const MEAN: &str = "mean";

/// Hears every score in some views with every judge.
pub(crate) fn hear(judges: &[Judge], views: &[View], scores: &[&Score]) -> Heard {
    let through = |view: &View| {
        let shown: Vec<Score> = scores.par_iter().map(|score| view.of(score)).collect();
        let judges: Vec<Judge> = match view {
            View::Adapted => judges
                .iter()
                .map(|judge| judge.adapted_to(&shown))
                .collect(),
            _ => judges.to_vec(),
        };
        let by = |judge: &Judge| shown.par_iter().map(|score| judge.hear(score)).collect();
        judges.iter().map(by).collect()
    };
    views.iter().map(through).collect()
}

impl Verdicts {
    /// Judges a collection in every view.
    pub(crate) fn of(judges: &[Judge], pieces: &[Piece<'_>]) -> Self {
        let scores: Vec<&Score> = pieces.iter().map(|piece| piece.score).collect();
        let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (index, piece) in pieces.iter().enumerate() {
            groups.entry(&piece.group).or_default().push(index);
        }
        Self {
            meant: pieces.iter().map(|piece| piece.meant).collect(),
            groups: groups.into_values().collect(),
            heard: hear(judges, &View::ALL, &scores),
        }
    }

    /// Adds the accuracies of every judge and of their mean in every view: `name` makes a
    /// metric's name from judge and measure, the view is added at its end.
    pub(crate) fn report(
        &self,
        judges: &[Judge],
        metrics: &mut Metrics,
        name: &dyn Fn(&str, &str) -> String,
    ) {
        for (view, heard) in View::ALL.into_iter().zip(&self.heard) {
            let right: Vec<Vec<[f64; 3]>> = heard.iter().map(|by| self.right(by)).collect();
            let names = judges.iter().map(|judge| judge.name).chain([MEAN]);
            for (judge, right) in names.zip(right.iter().chain([&mean_of(&right)])) {
                let mut add = |measure: &str, of: &dyn Fn(usize) -> Option<f64>| {
                    let name = format!("{}{}", name(judge, measure), view.suffix());
                    metrics.add_resampled(name, self.groups.len(), |chosen| self.share(chosen, of));
                };
                for (index, measure) in MEASURES.iter().enumerate() {
                    add(measure, &|piece| Some(right[piece][index]));
                }
                for &quadrant in Quadrant::ALL.iter().filter(|_| view != View::NeutralTempo) {
                    let is_meant = |piece: usize| self.meant[piece] == sides(quadrant);
                    let of = |piece: usize| is_meant(piece).then(|| right[piece][0]);
                    add(quadrant.name(), &of);
                }
            }
        }
    }

    /// Whether quadrant, arousal and valence of each piece were heard as meant, 1 or 0.
    fn right(&self, heard: &[[f64; 2]]) -> Vec<[f64; 3]> {
        let pairs = self.meant.iter().zip(heard);
        pairs
            .map(|(meant, heard)| {
                let [valence, arousal] =
                    [0, 1].map(|axis: usize| meant[axis] == (heard[axis] >= 0.0));
                [valence && arousal, arousal, valence].map(|right| f64::from(u8::from(right)))
            })
            .collect()
    }

    /// Mean over the pieces of some groups; pieces without a value do not count.
    fn share(&self, chosen: &[usize], of: &dyn Fn(usize) -> Option<f64>) -> f64 {
        let pieces = chosen.iter().flat_map(|&group| &self.groups[group]);
        let (sum, n) = pieces
            .filter_map(|&piece| of(piece))
            .fold((0.0, 0.0), |(sum, n), value| (sum + value, n + 1.0));
        sum / n
    }
}

/// The mean over judges, piece by piece.
fn mean_of(right: &[Vec<[f64; 3]>]) -> Vec<[f64; 3]> {
    let n_pieces = right.first().map_or(0, Vec::len);
    let mean = |piece: usize| {
        [0, 1, 2].map(|measure: usize| {
            right.iter().map(|by| by[piece][measure]).sum::<f64>() / right.len() as f64
        })
    };
    (0..n_pieces).map(mean).collect()
}

/// Whether valence, and arousal, of a quadrant is positive.
pub(crate) fn sides(quadrant: Quadrant) -> [bool; 2] {
    super::pieces::center(quadrant).map(|side| side > 0.0)
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;

    #[test]
    fn accuracies_count_what_was_meant() {
        let score = notation::parse("tempo = 60; C4:w E4:w G4:w C5:w").unwrap();
        let meant = [[true, true], [false, false], [true, false], [true, false]];
        let groups = ["a", "b", "c", "c"];
        let pieces: Vec<Piece<'_>> = meant
            .into_iter()
            .zip(groups)
            .map(|(meant, group)| Piece {
                score: &score,
                meant,
                group: group.into(),
            })
            .collect();
        let judges = Judge::all().unwrap();
        let mut verdicts = Verdicts::of(&judges, &pieces);
        assert_eq!(verdicts.groups.len(), 3);
        // Every judge hears the same calm piece four times.
        for by in verdicts.heard.iter_mut().flatten() {
            by.fill([0.5, -0.5]);
        }
        let mut metrics = Metrics::default();
        verdicts.report(&judges, &mut metrics, &|judge, measure| {
            format!("x_{judge}_{measure}")
        });
        let of = |name: &str| metrics.get(name).unwrap();
        assert_eq!(of("x_emopia_quadrant"), 0.5);
        assert_eq!(of("x_mean_arousal"), 0.75);
        assert_eq!(of("x_tokens_valence_neutral_velocity"), 0.75);
        assert_eq!(of("x_vgmidi_calmness"), 1.0);
        assert_eq!(of("x_vgmidi_sadness"), 0.0);
        assert!(metrics.get("x_vgmidi_anger").is_none());
    }
}
