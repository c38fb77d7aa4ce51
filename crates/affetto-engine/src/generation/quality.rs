//! How composed music differs from real music of the same genre and texture, and whether it copies.

use std::collections::BTreeMap;

use affetto_compose::{Genre, Texture};
use affetto_models::symbolic_emotion::learnt_features;
use affetto_music::Score;
use affetto_music::features::symbolic_features;
use affetto_music::metrics::{NgramIndex, Summary, pitch_range};
use rayon::prelude::*;

use super::distance::{Row, Standard, compare, spread};
use super::metrics::Metrics;
use super::pieces::Composed;
use super::reference::{Excerpt, Reference, in_files};
use super::views::{JUDGED_S, beginning};

/// Features that are compared beside the metrics of [`Summary`].
const FEATURES: [&str; 3] = ["note_length_mean_s", "note_length_median_s", "ioi_median_s"];
/// Length of n-grams that are looked up, in steps from note to note.
const COPIED: usize = 8;

/// Names of what is compared.
pub(crate) fn names() -> Vec<&'static str> {
    let summary = Summary::default().named().map(|(name, _)| name);
    let others = FEATURES.iter().copied().chain(["pitch_range"]);
    summary.into_iter().chain(others).collect()
}

/// What is compared of a piece, in the order of [`names`].
pub(crate) fn row(score: &Score) -> Row {
    let summary = Summary::of(score, 0).named().map(|(_, value)| value);
    let features = symbolic_features(score);
    let others = FEATURES
        .iter()
        .map(|name| features.get(name).map(f64::from));
    let range = pitch_range(score).map(f64::from);
    summary.into_iter().chain(others).chain([range]).collect()
}

/// Rows of composed pieces and of the real ones beside them.
#[derive(Debug, Clone)]
pub(crate) struct Beside {
    pub(crate) real: Vec<Row>,
    pub(crate) composed: Vec<Row>,
}

/// Adds the distances of an arm's pieces of one texture to real music: of every genre that has
/// real bands, or of all genres together for a piano. `NAME_distance[_GENRE]`, and the same with
/// `_floor` for real music against itself.
pub(crate) fn distances(
    reference: &Reference,
    texture: Texture,
    composed: &[&Composed],
    metrics: &mut Metrics,
    name: &str,
) -> BTreeMap<String, Beside> {
    let mut beside = BTreeMap::new();
    let rows = |pieces: &[&Composed]| -> Vec<Row> {
        pieces.par_iter().map(|piece| row(&piece.score)).collect()
    };
    let real = |genre| -> (Vec<Row>, Vec<usize>) {
        let excerpts = reference.excerpts(texture, genre);
        let of_excerpt = |excerpt: &Excerpt| (row(&excerpt.score), excerpt.song);
        excerpts.par_iter().map(of_excerpt).unzip()
    };
    let mut add = |key: String, (real, songs): (Vec<Row>, Vec<usize>), composed: Vec<Row>| {
        if let Some(compared) = compare(&real, &songs, &composed) {
            metrics.add(format!("{name}_{key}_floor"), compared.floor);
            metrics.add(format!("{name}_{key}"), compared.distance);
            metrics
                .intervals
                .insert(format!("{name}_{key}"), compared.range);
        }
        beside.insert(format!("{name}_{key}"), Beside { real, composed });
    };
    match texture {
        Texture::Band => {
            for &genre in Genre::ALL
                .iter()
                .filter(|genre| in_files(**genre).is_some())
            {
                let of_genre: Vec<&Composed> = composed
                    .iter()
                    .copied()
                    .filter(|piece| piece.asked.genre == genre)
                    .collect();
                let key = format!("distance_{}", genre.name().replace('-', "_"));
                add(key, real(genre), rows(&of_genre));
            }
        }
        Texture::Mono | Texture::Poly => {
            add("distance".into(), real(Genre::Pop), rows(composed));
        }
    }
    beside
}

/// Adds how much an arm's pieces vary: the mean distance of standardized features between pieces
/// of one request (`NAME_request`) and of one quadrant (`NAME_quadrant`), over that between real
/// pieces of one quadrant. `real` are the features of real clips with quadrant and song.
pub(crate) fn variety(
    real: &[(Row, [bool; 2], String)],
    composed: &[&Composed],
    metrics: &mut Metrics,
    name: &str,
) {
    let rows: Vec<Row> = real.iter().map(|(row, ..)| row.clone()).collect();
    let standard = Standard::of(&rows);
    let apply =
        |rows: &[Row]| -> Vec<Vec<f64>> { rows.iter().map(|row| standard.apply(row)).collect() };
    let between_songs = |a: usize, b: usize| real[a].1 == real[b].1 && real[a].2 != real[b].2;
    let Some(real_spread) = spread(&apply(&rows), &between_songs) else {
        return;
    };
    let of_pieces: Vec<Row> = composed
        .par_iter()
        .map(|piece| features(&piece.score))
        .collect();
    let of_pieces = apply(&of_pieces);
    let point = |piece: usize| (composed[piece].asked.valence, composed[piece].asked.arousal);
    let genre = |piece: usize| composed[piece].asked.genre;
    let quadrant = |a: usize, b: usize| point(a) == point(b);
    let request = |a: usize, b: usize| point(a) == point(b) && genre(a) == genre(b);
    let mut add = |of: &str, may: &dyn Fn(usize, usize) -> bool| {
        if let Some(spread) = spread(&of_pieces, may) {
            metrics.add(format!("{name}_{of}"), spread / real_spread);
        }
    };
    add("request", &request);
    add("quadrant", &quadrant);
}

/// All symbolic features of the stretch of a piece that is judged.
pub(crate) fn features(score: &Score) -> Row {
    let features = learnt_features(&symbolic_features(&beginning(score, JUDGED_S)));
    features
        .into_iter()
        .map(|value| Some(f64::from(value)))
        .collect()
}

/// The n-grams of the music that the note model was trained on, and how much of other music is found
/// in them.
#[derive(Debug)]
pub(crate) struct Copying {
    index: NgramIndex,
}

impl Copying {
    /// Adds `real_memorization` of excerpts that the model was not trained on. `None` where there
    /// is nothing that it was trained on.
    pub(crate) fn new(reference: &Reference, metrics: &mut Metrics) -> Option<Self> {
        let mut index = NgramIndex::new(COPIED);
        reference.trained().for_each(|score| index.insert(score));
        if index.is_empty() {
            return None;
        }
        let copying = Self { index };
        let held_out = reference.held_out();
        let scores: Vec<&Score> = held_out.iter().map(|excerpt| &excerpt.score).collect();
        copying.report(&scores, metrics, "real");
        Some(copying)
    }

    /// Adds the mean share of a collection's n-grams that are known, `NAME_memorization`, and the
    /// longest run of them, `NAME_memorization_longest`.
    pub(crate) fn report(&self, scores: &[&Score], metrics: &mut Metrics, name: &str) {
        let found: Vec<_> = scores
            .par_iter()
            .filter_map(|score| self.index.memorization(score))
            .collect();
        let mean = |chosen: &[usize]| {
            let coverages = chosen.iter().map(|&piece| found[piece].coverage);
            coverages.sum::<f64>() / chosen.len() as f64
        };
        metrics.add_resampled(format!("{name}_memorization"), found.len(), mean);
        if let Some(longest) = found.iter().map(|piece| piece.longest_run).max() {
            metrics.add(format!("{name}_memorization_longest"), longest as f64);
        }
    }
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;
    use crate::generation::reference::PianoPiece;

    #[test]
    fn rows_have_their_names() {
        let score = notation::parse("melody = C4:q E4:q G4:h; bass = C2:w").unwrap();
        let row = row(&score);
        assert_eq!(row.len(), names().len());
        let of = |name: &str| row[names().iter().position(|known| *known == name).unwrap()];
        assert_eq!(of("pitch_range"), Some(31.0));
        assert_eq!(of("note_length_median_s"), Some(0.75));
    }

    #[test]
    fn copies_are_found() {
        let song = notation::parse(&"C4:q E4:e G4:e A4:q F4:q D4:e B4:e C5:q ".repeat(8)).unwrap();
        let reference = Reference {
            piano: [true, false]
                .map(|is_trained| PianoPiece {
                    score: song.clone(),
                    is_trained,
                })
                .to_vec(),
            ..Reference::default()
        };
        let mut metrics = Metrics::default();
        let copying = Copying::new(&reference, &mut metrics).unwrap();
        assert_eq!(metrics.get("real_memorization"), Some(1.0));
        let new = notation::parse(&"C4:h B3:q F#4:e ".repeat(8)).unwrap();
        copying.report(&[&song, &new], &mut metrics, "x");
        assert_eq!(metrics.get("x_memorization"), Some(0.5));
        assert!(Copying::new(&Reference::default(), &mut metrics).is_none());
    }
}
