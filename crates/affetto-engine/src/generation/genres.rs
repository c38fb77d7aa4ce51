//! Whether composed bands are recognized as the genre that was asked for, by a classifier of real
//! songs.

use std::collections::BTreeMap;

use affetto_models::symbolic_genre::{
    GenreAnswer, GenreClassifier, GenreInputs, Song, cross_validate,
};
use rayon::prelude::*;

use super::metrics::Metrics;
use super::pieces::{BARS, Composed};
use super::reference::{Reference, in_files};

/// What is shown, and the end of metrics' names.
const SHOWN: [(GenreInputs, &str); 2] = [
    (GenreInputs::Everything, ""),
    (GenreInputs::NotesOnly, "_hidden"),
];

/// The classifiers, one for everything and one that sees neither instruments nor drums.
#[derive(Debug)]
pub(crate) struct Recognizers {
    classifiers: Vec<(GenreClassifier, &'static str)>,
}

/// Pairs of the genre that is meant and the one that is said.
type Said = Vec<(&'static str, &'static str)>;

impl Recognizers {
    /// Fits the classifiers, and adds how well they do on songs left out: `real_genre_accuracy`,
    /// the mean over genres `real_genre_balanced`, and `real_genre_majority` for always naming the
    /// most frequent. `None` where there are no songs of two genres.
    pub(crate) fn new(reference: &Reference, metrics: &mut Metrics) -> Option<Self> {
        let songs: Vec<&Song> = reference.songs.iter().collect();
        let different = songs.iter().any(|song| song.genre != songs[0].genre);
        if !different {
            return None;
        }
        let bars = BARS as usize;
        let mut classifiers = Vec::new();
        for (inputs, suffix) in SHOWN {
            let answers = cross_validate(&songs, &reference.versions, bars, inputs);
            report_real(&answers, metrics, suffix);
            classifiers.push((GenreClassifier::fit(&songs, bars, inputs), suffix));
        }
        Some(Self { classifiers })
    }

    /// Adds the share of an arm's bands that are recognized: `NAME_genre`, and each genre's. Genres
    /// without real songs are left out.
    pub(crate) fn report(&self, composed: &[&Composed], metrics: &mut Metrics, name: &str) {
        for (classifier, suffix) in &self.classifiers {
            let said: Said = composed
                .par_iter()
                .filter_map(|piece| {
                    let meant = in_files(piece.asked.genre)?;
                    Some((meant, classifier.genre_of(&piece.score)?))
                })
                .collect();
            let share = |chosen: &[usize]| {
                let right = chosen
                    .iter()
                    .filter(|&&piece| said[piece].0 == said[piece].1);
                right.count() as f64 / chosen.len() as f64
            };
            metrics.add_resampled(format!("{name}_genre{suffix}"), said.len(), share);
            for (genre, share) in shares(&said) {
                metrics.add(format!("{name}_genre_{genre}{suffix}"), share);
            }
        }
    }
}

/// Accuracies in cross-validation, with intervals over groups of versions.
fn report_real(answers: &[GenreAnswer], metrics: &mut Metrics, suffix: &str) {
    let mut groups: BTreeMap<usize, Vec<&GenreAnswer>> = BTreeMap::new();
    for answer in answers {
        groups.entry(answer.group).or_default().push(answer);
    }
    let groups: Vec<Vec<&GenreAnswer>> = groups.into_values().collect();
    metrics.add_resampled(
        format!("real_genre_accuracy{suffix}"),
        groups.len(),
        |chosen| {
            let (mut right, mut n) = (0, 0);
            for answer in chosen.iter().flat_map(|&group| &groups[group]) {
                right += usize::from(answer.genre == answer.said);
                n += 1;
            }
            right as f64 / n as f64
        },
    );
    let said: Said = answers
        .iter()
        .map(|answer| (answer.genre, answer.said))
        .collect();
    let shares = shares(&said);
    let balanced = shares.values().sum::<f64>() / shares.len() as f64;
    metrics.add(format!("real_genre_balanced{suffix}"), balanced);
    let most = shares
        .keys()
        .map(|genre| said.iter().filter(|(meant, _)| meant == genre).count());
    let majority = most.max().unwrap_or(0) as f64 / said.len() as f64;
    metrics.add(format!("real_genre_majority{suffix}"), majority);
}

/// Share of each genre that is said as meant.
fn shares(said: &[(&'static str, &'static str)]) -> BTreeMap<&'static str, f64> {
    let mut counts: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for (meant, said) in said {
        let (right, n) = counts.entry(meant).or_default();
        *right += f64::from(u8::from(meant == said));
        *n += 1.0;
    }
    let share = |(genre, (right, n))| (genre, right / n);
    counts.into_iter().map(share).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_by_genre() {
        let said = [("jazz", "jazz"), ("jazz", "rock"), ("pop", "pop")];
        assert_eq!(shares(&said), BTreeMap::from([("jazz", 0.5), ("pop", 1.0)]));
        assert!(Recognizers::new(&Reference::default(), &mut Metrics::default()).is_none());
    }

    #[test]
    fn real_songs_are_counted_by_group() {
        let answer = |genre, said, group| GenreAnswer { genre, said, group };
        let answers = [
            answer("jazz", "jazz", 0),
            answer("jazz", "jazz", 0),
            answer("jazz", "rock", 1),
            answer("rock", "rock", 2),
        ];
        let mut metrics = Metrics::default();
        report_real(&answers, &mut metrics, "");
        assert_eq!(metrics.get("real_genre_accuracy"), Some(0.75));
        assert_eq!(metrics.get("real_genre_majority"), Some(0.75));
        let balanced = metrics.get("real_genre_balanced").unwrap();
        assert!((balanced - 5.0 / 6.0).abs() < 1e-9);
    }
}
