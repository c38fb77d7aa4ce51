//! Exact scans: the best songs by mood, and the nearest descriptor vectors.
//!
//! Up to about a million songs a scan of everything is faster than an index and never misses. The
//! mood plane is two numbers a song, scanned in `f32`, all targets of a set in one pass over the
//! memory. Descriptor vectors are scanned as `i8` codes with a bound on the error of the codes;
//! only what the bound cannot exclude is computed in `f32`, so the answer is exact as well.

use std::cmp::Ordering;

use super::Error;
use super::lyrics::unit;
use super::snapshot::{Run, Snapshot};

/// Songs scored at once: the columns of a tile stay in the first-level cache.
const TILE: usize = 1024;
/// Songs whose best score is compared with the bound at once.
const CHUNK: usize = 16;

/// A position in the snapshot with its score.
pub(crate) type Scored = (usize, f32);

/// A target as the scan needs it: score = bias + constant − ½·dᵀ·P·d for each run of songs.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kernel {
    pub(crate) valence: f32,
    pub(crate) arousal: f32,
    /// How far from its place the listener hears every song, on the plane all the same.
    pub(crate) shift: [f32; 2],
    /// Precision matrix, times the weight of the mood.
    pub(crate) p_valence: f32,
    pub(crate) p_arousal: f32,
    pub(crate) p_cross: f32,
    pub(crate) constant: f32,
}

impl Kernel {
    fn score(&self, valence: f32, arousal: f32, bias: f32) -> f32 {
        let dv = (valence + self.shift[0]).clamp(-1.0, 1.0) - self.valence;
        let da = (arousal + self.shift[1]).clamp(-1.0, 1.0) - self.arousal;
        let distance =
            self.p_valence * dv * dv + 2.0 * self.p_cross * dv * da + self.p_arousal * da * da;
        bias + self.constant - 0.5 * distance
    }
}

/// The order of two scored songs: better first, equal ones by a number drawn from the seed, so
/// that songs on one point take turns instead of standing in file order.
pub(crate) fn better_first(snapshot: &Snapshot, seed: u64, a: &Scored, b: &Scored) -> Ordering {
    let turn = |i: usize| turn(seed, snapshot.ids[i].0);
    b.1.total_cmp(&a.1).then_with(|| turn(a.0).cmp(&turn(b.0)))
}

/// The turn of a song among equals: SplitMix64 (Steele, Lea & Flood 2014) of seed and number.
pub(crate) fn turn(seed: u64, id: i64) -> u64 {
    let mut z = seed ^ (id as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The best `count` songs for each of several targets, best first.
///
/// `kernel` gives a target's kernel for a run. Songs whose bias is −∞ are left out.
///
/// # Shapes
/// - `bias`: `[snapshot.len()]`
/// - returns: `[n_targets]` lists of at most `count`
pub(crate) fn best_by_mood(
    snapshot: &Snapshot,
    bias: &[f32],
    n_targets: usize,
    count: usize,
    seed: u64,
    kernel: impl Fn(usize, &Run) -> Kernel,
) -> Vec<Vec<Scored>> {
    let mut best: Vec<Best> = (0..n_targets).map(|_| Best::new(count)).collect();
    let mut scores = [0.0f32; TILE];
    let order = |a: &Scored, b: &Scored| better_first(snapshot, seed, a, b);
    for run in &snapshot.runs {
        let kernels: Vec<Kernel> = (0..n_targets).map(|t| kernel(t, run)).collect();
        for start in (run.start..run.end).step_by(TILE) {
            let end = run.end.min(start + TILE);
            for (kernel, best) in kernels.iter().zip(&mut best) {
                let scores = &mut scores[..end - start];
                score_tile(snapshot, bias, kernel, start, scores);
                best.take(start, scores, &order);
            }
        }
    }
    best.into_iter().map(|best| best.finish(&order)).collect()
}

fn score_tile(snapshot: &Snapshot, bias: &[f32], kernel: &Kernel, start: usize, out: &mut [f32]) {
    let valence = &snapshot.valence[start..start + out.len()];
    let arousal = &snapshot.arousal[start..start + out.len()];
    let bias = &bias[start..start + out.len()];
    for (((out, &v), &a), &bias) in out.iter_mut().zip(valence).zip(arousal).zip(bias) {
        *out = kernel.score(v, a, bias);
    }
}

/// The best so far: a buffer that is cut back whenever it is full.
struct Best {
    count: usize,
    bound: f32,
    kept: Vec<Scored>,
}

impl Best {
    fn new(count: usize) -> Self {
        Self {
            count,
            bound: f32::NEG_INFINITY,
            kept: Vec::new(),
        }
    }

    /// Takes what is not worse than the bound; equals stay, so that the seed decides among them.
    fn take(
        &mut self,
        start: usize,
        scores: &[f32],
        order: &impl Fn(&Scored, &Scored) -> Ordering,
    ) {
        for (c, chunk) in scores.chunks(CHUNK).enumerate() {
            let top = chunk.iter().fold(f32::NEG_INFINITY, |top, &s| top.max(s));
            if top < self.bound || top == f32::NEG_INFINITY {
                continue;
            }
            for (i, &score) in chunk.iter().enumerate() {
                if score >= self.bound && score > f32::NEG_INFINITY {
                    self.kept.push((start + c * CHUNK + i, score));
                }
            }
            if self.kept.len() >= 4 * self.count + CHUNK {
                self.cut(order);
            }
        }
    }

    fn cut(&mut self, order: &impl Fn(&Scored, &Scored) -> Ordering) {
        if self.count == 0 {
            return self.kept.clear();
        }
        if self.kept.len() > self.count {
            self.kept.select_nth_unstable_by(self.count - 1, order);
            self.kept.truncate(self.count);
            self.bound = self.kept[self.count - 1].1;
        }
    }

    fn finish(mut self, order: &impl Fn(&Scored, &Scored) -> Ordering) -> Vec<Scored> {
        self.cut(order);
        self.kept.sort_unstable_by(order);
        self.kept
    }
}

/// Descriptor vectors of unit length, once as numbers and once as codes.
#[derive(Debug, Clone, Default)]
pub(crate) struct DescriptorIndex {
    dimension: usize,
    /// `[n, dimension]`, all 0 where a song has no vector.
    vectors: Vec<f32>,
    /// `[n, dimension]`.
    codes: Vec<i8>,
    /// What a code of 1 stands for.
    scales: Vec<f32>,
    /// Length of the difference between vector and code.
    errors: Vec<f32>,
}

/// A vector as codes.
struct Coded {
    codes: Vec<i8>,
    scale: f32,
    error: f32,
}

impl DescriptorIndex {
    pub(crate) fn new<K: Copy + std::fmt::Display>(
        ids: &[K],
        mut vector: impl FnMut(K) -> Option<Vec<f32>>,
    ) -> Result<Self, Error> {
        let mut index = Self::default();
        for (i, &id) in ids.iter().enumerate() {
            let Some(given) = vector(id) else {
                index.push(None);
                continue;
            };
            if index.dimension == 0 {
                index.set_dimension(given.len(), i);
            }
            if given.len() != index.dimension || given.iter().any(|x| !x.is_finite()) {
                return Err(Error::Vector {
                    what: format!("song {id}"),
                    expected: index.dimension,
                    actual: given.len(),
                });
            }
            index.push(Some(unit(&given)));
        }
        Ok(index)
    }

    /// The unit vector of a song; all 0 where it has none.
    pub(crate) fn vector(&self, i: usize) -> &[f32] {
        &self.vectors[i * self.dimension..(i + 1) * self.dimension]
    }

    /// Cosine of two songs; `None` where one has no vector.
    pub(crate) fn cosine(&self, i: usize, j: usize) -> Option<f32> {
        let known = |i: usize| self.scales[i] > 0.0;
        (known(i) && known(j)).then(|| dot(self.vector(i), self.vector(j)))
    }

    /// The `count` songs with the largest cosine to a query, largest first.
    pub(crate) fn nearest(&self, query: &[f32], count: usize) -> Vec<Scored> {
        if query.len() != self.dimension || self.dimension == 0 || count == 0 {
            return Vec::new();
        }
        let query = unit(query);
        let coded = code(&query);
        let mut kept: Vec<Scored> = Vec::new();
        let mut bound = f32::NEG_INFINITY;
        for (i, codes) in self.codes.chunks_exact(self.dimension).enumerate() {
            let product = dot_codes(codes, &coded.codes) as f32;
            // |x·q − x̂·q̂| ≤ |x − x̂|·|q| + |x̂|·|q − q̂|, and |x̂| ≤ 1 + |x − x̂|.
            let margin = self.errors[i] + (1.0 + self.errors[i]) * coded.error + 1e-5;
            let at_most = product * self.scales[i] * coded.scale + margin;
            if at_most < bound || self.scales[i] == 0.0 {
                continue;
            }
            kept.push((i, dot(self.vector(i), &query)));
            if kept.len() >= 4 * count + CHUNK {
                bound = keep_best(&mut kept, count);
            }
        }
        keep_best(&mut kept, count);
        kept.sort_unstable_by(larger_first);
        kept
    }

    fn set_dimension(&mut self, dimension: usize, songs_before: usize) {
        self.dimension = dimension;
        self.vectors = vec![0.0; dimension * songs_before];
        self.codes = vec![0; dimension * songs_before];
    }

    fn push(&mut self, vector: Option<Vec<f32>>) {
        let vector = vector.unwrap_or_else(|| vec![0.0; self.dimension]);
        let coded = code(&vector);
        self.vectors.extend(vector);
        self.codes.extend(coded.codes);
        self.scales.push(coded.scale);
        self.errors.push(coded.error);
    }
}

fn larger_first(a: &Scored, b: &Scored) -> Ordering {
    b.1.total_cmp(&a.1).then(a.0.cmp(&b.0))
}

/// Cuts back to the best and returns the score of the worst of them.
fn keep_best(kept: &mut Vec<Scored>, count: usize) -> f32 {
    if kept.len() <= count {
        return f32::NEG_INFINITY;
    }
    kept.select_nth_unstable_by(count - 1, larger_first);
    kept.truncate(count);
    kept[count - 1].1
}

fn code(vector: &[f32]) -> Coded {
    let largest = vector.iter().fold(0.0f32, |top, x| top.max(x.abs()));
    let scale = largest / 127.0;
    let per_step = if scale > 0.0 { 1.0 / scale } else { 0.0 };
    let codes: Vec<i8> = vector
        .iter()
        .map(|x| (x * per_step).round() as i8)
        .collect();
    let differences = vector
        .iter()
        .zip(&codes)
        .map(|(x, &c)| x - f32::from(c) * scale);
    Coded {
        error: differences.map(|d| d * d).sum::<f32>().sqrt(),
        codes,
        scale,
    }
}

fn dot_codes(a: &[i8], b: &[i8]) -> i32 {
    a.iter()
        .zip(b)
        .map(|(&a, &b)| i32::from(i16::from(a) * i16::from(b)))
        .sum()
}

/// Inner product in eight sums, so that it runs in parallel.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a8, b8) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a8
        .remainder()
        .iter()
        .zip(b8.remainder())
        .map(|(a, b)| a * b)
        .sum();
    for (a, b) in a8.zip(b8) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::testing::grid;
    use super::*;

    fn kernel(v: f32, a: f32) -> Kernel {
        Kernel {
            valence: v,
            arousal: a,
            shift: [0.1, 0.0],
            p_valence: 4.0,
            p_arousal: 3.0,
            p_cross: 1.0,
            constant: -0.5,
        }
    }

    fn by_sorting(snapshot: &Snapshot, bias: &[f32], kernel: Kernel, seed: u64) -> Vec<Scored> {
        let score = |i: usize| kernel.score(snapshot.valence[i], snapshot.arousal[i], bias[i]);
        let mut all: Vec<Scored> = (0..snapshot.len()).map(|i| (i, score(i))).collect();
        all.sort_unstable_by(|a, b| better_first(snapshot, seed, a, b));
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn scanning_agrees_with_sorting(
            v in -1.0f32..1.0, a in -1.0f32..1.0, count in 0usize..700, seed in 0u64..9,
        ) {
            let snapshot = Snapshot::new(&grid(25));
            let bias: Vec<f32> = (0..snapshot.len()).map(|i| (i % 3) as f32 * 0.5).collect();
            let found = best_by_mood(&snapshot, &bias, 1, count, seed, |_, _| kernel(v, a));
            let mut expected = by_sorting(&snapshot, &bias, kernel(v, a), seed);
            expected.truncate(count);
            prop_assert_eq!(&found[0], &expected);
        }

        #[test]
        fn the_coded_scan_is_exact(
            vectors in prop::collection::vec(prop::collection::vec(-1.0f32..1.0, 9), 1..200),
            query in prop::collection::vec(-1.0f32..1.0, 9), count in 1usize..12,
        ) {
            let ids: Vec<usize> = (0..vectors.len()).collect();
            let index = DescriptorIndex::new(&ids, |i| Some(vectors[i].clone())).unwrap();
            let found = index.nearest(&query, count);
            let query = unit(&query);
            let mut all: Vec<Scored> = ids.iter().map(|&i| (i, dot(index.vector(i), &query))).collect();
            all.sort_unstable_by(larger_first);
            all.truncate(count);
            prop_assert_eq!(found, all);
        }
    }

    #[test]
    fn vectors_of_other_dimensions_are_refused() {
        let vectors = [vec![1.0, 0.0], vec![1.0]];
        let error = DescriptorIndex::new(&[0, 1], |i: usize| Some(vectors[i].clone())).unwrap_err();
        let expected = "expected a vector of 2 finite numbers for song 1, but got 1 numbers";
        assert_eq!(error.to_string(), expected);
    }

    #[test]
    fn songs_without_a_vector_are_like_nothing() {
        let vectors = [
            None,
            Some(vec![1.0, 1.0]),
            Some(vec![1.0, 0.9]),
            Some(vec![0.0, 0.0]),
        ];
        let index = DescriptorIndex::new(&[0, 1, 2, 3], |i: usize| vectors[i].clone()).unwrap();
        assert_eq!(index.cosine(0, 1), None);
        let found: Vec<usize> = index.nearest(&[1.0, 1.0], 9).iter().map(|f| f.0).collect();
        assert_eq!(found, [1, 2]);
    }
}
