//! Logistic regression from inputs to genres.

use affetto_music::Score;
use rayon::prelude::*;

use super::inputs::GenreInputs;
use super::songs::{Song, excerpts};
use crate::shuffled_indices;
use crate::softmax_regression::{Example, SoftmaxRegression};

/// Penalty of the regression; not tuned.
const RIDGE: f64 = 0.01;
/// Standardized inputs are clipped to ± this.
const CLIP: f32 = 4.0;
/// Excerpts of a song that are learnt from.
const EXCERPTS: usize = 4;
/// Parts of a cross-validation.
const N_FOLDS: usize = 5;

/// Tells genres apart.
#[derive(Debug, Clone)]
pub struct GenreClassifier {
    inputs: GenreInputs,
    genres: Vec<&'static str>,
    mean: Vec<f32>,
    scale: Vec<f32>,
    regression: SoftmaxRegression,
}

/// What was said about a song that was not learnt from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GenreAnswer {
    /// The genre of its file.
    pub genre: &'static str,
    /// The genre that was said.
    pub said: &'static str,
    /// Its group of versions.
    pub group: usize,
}

/// Inputs of the excerpts of a song.
struct Rows {
    class: usize,
    rows: Vec<Vec<f32>>,
}

impl GenreClassifier {
    /// Fits a classifier to excerpts of `bars` bars; every genre counts the same. Songs that are too
    /// short are passed over.
    #[must_use]
    pub fn fit(songs: &[&Song], bars: usize, inputs: GenreInputs) -> Self {
        let genres = genres(songs);
        let rows = rows(songs, &genres, bars, inputs);
        Self::fit_rows(&rows.iter().collect::<Vec<_>>(), genres, inputs)
    }

    /// The genre of a score, the likeliest of those that were learnt; `None` where none was.
    #[must_use]
    pub fn genre_of(&self, score: &Score) -> Option<&'static str> {
        self.said(&self.inputs.of(score))
    }

    fn fit_rows(songs: &[&Rows], genres: Vec<&'static str>, inputs: GenreInputs) -> Self {
        let all: Vec<&Vec<f32>> = songs.iter().flat_map(|song| &song.rows).collect();
        let (mean, scale) = standard(&all);
        let mut model = Self {
            inputs,
            mean,
            scale,
            regression: SoftmaxRegression::new(vec![0.0; genres.len()], genres.len()),
            genres,
        };
        let mut n_songs = vec![0.0; model.genres.len()];
        for song in songs {
            n_songs[song.class] += 1.0;
        }
        let standardized: Vec<Vec<(u32, f32)>> =
            all.iter().map(|row| model.standardized(row)).collect();
        let with_song = songs
            .iter()
            .flat_map(|song| song.rows.iter().map(move |_| song));
        let examples: Vec<Example<'_>> = with_song
            .zip(&standardized)
            .map(|(song, inputs)| Example {
                inputs,
                class: song.class,
                weight: 1.0 / n_songs[song.class] / song.rows.len() as f64,
            })
            .collect();
        let n_inputs = model.mean.len();
        model.regression = SoftmaxRegression::fit(&examples, n_inputs, model.genres.len(), RIDGE);
        model
    }

    fn standardized(&self, row: &[f32]) -> Vec<(u32, f32)> {
        let scales = self.mean.iter().zip(&self.scale);
        row.iter()
            .zip(scales)
            .map(|(value, (mean, scale))| ((value - mean) * scale).clamp(-CLIP, CLIP))
            .zip(0..)
            .map(|(value, index)| (index, value))
            .collect()
    }

    fn said(&self, row: &[f32]) -> Option<&'static str> {
        let p = self.regression.probabilities(&self.standardized(row));
        let best = (0..p.len()).max_by(|&a, &b| p[a].total_cmp(&p[b]))?;
        Some(self.genres[best])
    }
}

/// Cross-validates in five parts that never split a group; `groups` has one number a song. The
/// first excerpt of each song is what is asked about.
#[must_use]
pub fn cross_validate(
    songs: &[&Song],
    groups: &[usize],
    bars: usize,
    inputs: GenreInputs,
) -> Vec<GenreAnswer> {
    let genres = genres(songs);
    let rows = rows(songs, &genres, bars, inputs);
    let order = shuffled_indices(songs.len(), 0);
    let fold = |song: usize| order[groups[song]] % N_FOLDS;
    let answers = (0..N_FOLDS).into_par_iter().flat_map_iter(|left_out| {
        let (asked, learnt): (Vec<usize>, Vec<usize>) =
            (0..songs.len()).partition(|&song| fold(song) == left_out);
        let learnt: Vec<&Rows> = learnt
            .into_iter()
            .map(|song| &rows[song])
            .filter(|song| !song.rows.is_empty())
            .collect();
        let model = GenreClassifier::fit_rows(&learnt, genres.clone(), inputs);
        let answer = |song: usize| {
            Some(GenreAnswer {
                genre: songs[song].genre,
                said: model.said(rows[song].rows.first()?)?,
                group: groups[song],
            })
        };
        asked.into_iter().filter_map(answer).collect::<Vec<_>>()
    });
    answers.collect()
}

/// The genres of songs, each once, in alphabetical order.
fn genres(songs: &[&Song]) -> Vec<&'static str> {
    let mut genres: Vec<&'static str> = songs.iter().map(|song| song.genre).collect();
    genres.sort_unstable();
    genres.dedup();
    genres
}

/// The inputs of every song, in the order of the songs; empty where a song is too short.
fn rows(songs: &[&Song], genres: &[&'static str], bars: usize, inputs: GenreInputs) -> Vec<Rows> {
    let of_song = |song: &&Song| Rows {
        class: genres.binary_search(&song.genre).unwrap_or(0),
        rows: excerpts(&song.score, bars, EXCERPTS)
            .iter()
            .map(|excerpt| inputs.of(excerpt))
            .collect(),
    };
    songs.par_iter().map(of_song).collect()
}

/// Mean and 1 / standard deviation of each input; 0 for one that does not vary.
fn standard(rows: &[&Vec<f32>]) -> (Vec<f32>, Vec<f32>) {
    let n = rows.len().max(1) as f64;
    let n_inputs = rows.first().map_or(0, |row| row.len());
    let of_input = |input: usize| {
        let values = || rows.iter().map(|row| f64::from(row[input]));
        let mean = values().sum::<f64>() / n;
        let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / n;
        let scale = if variance > 1e-12 {
            variance.sqrt().recip()
        } else {
            0.0
        };
        (mean as f32, scale as f32)
    };
    (0..n_inputs).map(of_input).unzip()
}

#[cfg(test)]
mod tests {
    use affetto_music::notation;

    use super::*;
    use crate::ItemHash;

    fn song(index: usize) -> Song {
        let (genre, drums) = [
            ("dance", "kick:q kick:q kick:q kick:q "),
            ("jazz", "ride:q ride:e ride:e ride:q ride:q "),
        ][index % 2];
        let tune = ["C4:q E4:q G4:q E4:q ", "D4:q F4:q A4:q F4:q "][index / 2 % 2];
        let text = format!(
            "tempo = {}; melody = {}; drums = {}",
            100 + index,
            tune.repeat(14),
            drums.repeat(14)
        );
        Song {
            genre,
            hash: ItemHash::of(&index.to_le_bytes()),
            score: notation::parse(&text).unwrap(),
        }
    }

    #[test]
    fn drums_tell_genres_apart() {
        let songs: Vec<Song> = (0..20).map(song).collect();
        let songs: Vec<&Song> = songs.iter().collect();
        let groups: Vec<usize> = (0..20).collect();
        let answers = cross_validate(&songs, &groups, 8, GenreInputs::Everything);
        assert_eq!(answers.len(), 20);
        assert!(answers.iter().all(|answer| answer.genre == answer.said));
        let model = GenreClassifier::fit(&songs, 8, GenreInputs::Everything);
        assert_eq!(model.genre_of(&song(33).score), Some("jazz"));
        let nothing = GenreClassifier::fit(&[], 8, GenreInputs::NotesOnly);
        assert_eq!(nothing.genre_of(&song(0).score), None);
    }
}
