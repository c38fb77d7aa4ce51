//! How good a ranking is: by labels of people, and by how much of a library it reaches.
//!
//! Every function takes the lists, not the ranker, so that ours and others are measured alike.

use std::collections::BTreeSet;

use affetto_affect::{Affect, Quadrant};
use rand::{RngExt, SeedableRng};
use rand_pcg::Pcg64Mcg;

use super::plan_set::{PlannedSet, SlotMusic};
use crate::SongId;

/// Queries a quadrant in [`quadrant_precision`].
const QUERIES: usize = 100;

/// Share of listed songs whose label lies in a quadrant, in 0..=1; songs without a label count as
/// wrong. `None` for an empty list.
#[must_use]
pub fn precision(
    listed: &[SongId],
    wanted: Quadrant,
    label: impl Fn(SongId) -> Option<Affect>,
) -> Option<f64> {
    let right = |song: &&SongId| label(**song).is_some_and(|point| point.quadrant() == wanted);
    let n = listed.len() as f64;
    (n > 0.0).then(|| listed.iter().filter(right).count() as f64 / n)
}

/// Mean precision of the first 10 songs over 100 queries a quadrant: of each quadrant in the order
/// of [`Quadrant::ALL`], then over all.
///
/// Queries are uniform in their quadrant with 0.2 ≤ |valence|, |arousal| ≤ 0.9, drawn from `seed`.
/// `list` gets a point and a seed and gives the list.
#[must_use]
pub fn quadrant_precision(
    seed: u64,
    mut list: impl FnMut(Affect, u64) -> Vec<SongId>,
    label: impl Fn(SongId) -> Option<Affect>,
) -> [f64; 5] {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let of_quadrant = Quadrant::ALL.map(|quadrant| {
        let sum: f64 = (0..QUERIES)
            .map(|_| {
                let point = point_in(quadrant, &mut rng);
                let mut listed = list(point, rng.random());
                listed.truncate(10);
                precision(&listed, quadrant, &label).unwrap_or(0.0)
            })
            .sum();
        sum / QUERIES as f64
    });
    let [q1, q2, q3, q4] = of_quadrant;
    [q1, q2, q3, q4, of_quadrant.iter().sum::<f64>() / 4.0]
}

fn point_in(quadrant: Quadrant, rng: &mut Pcg64Mcg) -> Affect {
    let mut size = || rng.random_range(0.2..0.9);
    let (v, a) = (size(), size());
    match quadrant {
        Quadrant::Happiness => Affect::clamped(v, a),
        Quadrant::Anger => Affect::clamped(-v, a),
        Quadrant::Sadness => Affect::clamped(-v, -a),
        Quadrant::Calmness => Affect::clamped(v, -a),
    }
}

/// Root mean square distance of a set's songs, by their labels, from its targets; `None` where no
/// song has a label. Bridges are left out: composed music is judged elsewhere.
#[must_use]
pub fn trajectory_error(set: &PlannedSet, label: impl Fn(SongId) -> Option<Affect>) -> Option<f64> {
    let squares: Vec<f64> = set
        .slots
        .iter()
        .filter_map(|slot| match &slot.music {
            SlotMusic::Song(song) => Some(label(song.song)?.distance(slot.target.point).powi(2)),
            SlotMusic::Compose(_) => None,
        })
        .collect();
    let n = squares.len() as f64;
    (n > 0.0).then(|| (squares.iter().sum::<f64>() / n).sqrt())
}

/// Share of a library that is in some list over uniform points of the plane, in 0..=1.
#[must_use]
pub fn reachability(
    n_songs: usize,
    n_points: usize,
    seed: u64,
    mut list: impl FnMut(Affect, u64) -> Vec<SongId>,
) -> f64 {
    let mut rng = Pcg64Mcg::seed_from_u64(seed);
    let mut reached = BTreeSet::new();
    for _ in 0..n_points {
        let (v, a) = (rng.random_range(-1.0..1.0), rng.random_range(-1.0..1.0));
        reached.extend(list(Affect::clamped(v, a), rng.random()));
    }
    reached.len() as f64 / n_songs.max(1) as f64
}

/// Spearman's rank correlation of two columns of the same length (Spearman 1904), ties by their
/// mean rank; `None` where a column does not vary.
#[must_use]
pub fn spearman(a: &[f64], b: &[f64]) -> Option<f64> {
    let (a, b) = (ranks(a), ranks(b));
    let middle = (a.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| (a - middle) * (b - middle)).sum()
    };
    let scale = (product(&a, &a) * product(&b, &b)).sqrt();
    (a.len() == b.len() && scale > 0.0).then(|| product(&a, &b) / scale)
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let rank = |value: &f64| {
        let below = sorted.partition_point(|x| x.total_cmp(value).is_lt());
        let up_to = sorted.partition_point(|x| x.total_cmp(value).is_le());
        (below + up_to) as f64 / 2.0 - 0.5
    };
    values.iter().map(rank).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(song: SongId) -> Option<Affect> {
        (song.0 < 4).then(|| Affect::clamped([0.5, -0.5, -0.5, 0.5][song.0 as usize], 0.5))
    }

    #[test]
    fn precision_of_a_list() {
        let ids = |ids: &[i64]| ids.iter().map(|&id| SongId(id)).collect::<Vec<_>>();
        let of = |list: &[i64]| precision(&ids(list), Quadrant::Happiness, label);
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[0, 3]), Some(1.0));
        assert_eq!(of(&[0, 1, 2, 9]), Some(0.25));
    }

    #[test]
    fn a_perfect_and_a_useless_ranking() {
        let by_sign = |point: Affect| if point.v() >= 0.0 { 0 } else { 1 };
        let perfect = quadrant_precision(1, |point, _| vec![SongId(by_sign(point))], label);
        assert_eq!(perfect, [1.0, 1.0, 0.0, 0.0, 0.5]);
        assert_eq!(quadrant_precision(1, |_, _| Vec::new(), label), [0.0; 5]);
    }

    #[test]
    fn reaching() {
        assert_eq!(reachability(2, 10, 1, |_, _| vec![SongId(0)]), 0.5);
        assert_eq!(reachability(0, 10, 1, |_, _| vec![]), 0.0);
    }

    #[test]
    fn rank_correlation() {
        let rho = |a: &[f64], b: &[f64]| spearman(a, b).map(|rho| (rho * 1e6).round() / 1e6);
        assert_eq!(rho(&[1.0, 2.0, 3.0], &[10.0, 200.0, 3000.0]), Some(1.0));
        assert_eq!(rho(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), Some(-1.0));
        assert_eq!(rho(&[1.0, 1.0], &[3.0, 2.0]), None);
        assert_eq!(
            rho(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]),
            Some(0.948_683)
        );
    }
}
