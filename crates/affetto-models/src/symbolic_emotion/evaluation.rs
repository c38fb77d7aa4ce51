//! Accuracies with intervals, and the evaluation of weights on items they have not seen.

use std::collections::BTreeMap;
use std::path::Path;

use affetto_affect::Quadrant;

use super::TASK;
use super::data::{Item, MusicSet, read_items};
use super::inference::SymbolicEmotion;
use crate::metrics::bootstrap_interval;
use crate::{Error, Evaluated, Evaluation, EvaluationOptions, ItemHash};

/// What was answered for one labelled item.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Prediction {
    pub(super) set: MusicSet,
    pub(super) file: String,
    pub(super) song: String,
    pub(super) hash: ItemHash,
    /// Valence and arousal, each −1 or 1.
    pub(super) labels: [f64; 2],
    /// Probabilities that they are positive.
    pub(super) positive: [f64; 2],
}

impl Prediction {
    /// Whether valence, and arousal, was right.
    fn right(&self) -> [bool; 2] {
        [0, 1].map(|head| (self.positive[head] >= 0.5) == (self.labels[head] > 0.0))
    }
}

/// Accuracies `SET_accuracy_{4q,arousal,valence}` of each set that is there, with 95 % intervals by
/// a bootstrap over songs, into `evaluation`; `suffix` tells several protocols apart.
pub(super) fn add_accuracies(
    evaluation: &mut Evaluation,
    predictions: &[Prediction],
    suffix: &str,
    options: &EvaluationOptions,
) {
    type Measure = fn([bool; 2]) -> bool;
    let measures: [(&str, Measure); 3] = [
        ("4q", |[valence, arousal]| valence && arousal),
        ("arousal", |[_, arousal]| arousal),
        ("valence", |[valence, _]| valence),
    ];
    for set in MusicSet::ALL {
        let mut songs: BTreeMap<&str, Vec<[bool; 2]>> = BTreeMap::new();
        for prediction in predictions
            .iter()
            .filter(|prediction| prediction.set == set)
        {
            songs
                .entry(&prediction.song)
                .or_default()
                .push(prediction.right());
        }
        let songs: Vec<Vec<[bool; 2]>> = songs.into_values().collect();
        if songs.is_empty() {
            continue;
        }
        for (name, measure) in measures {
            let accuracy = |indices: &mut dyn Iterator<Item = usize>| {
                let (right, n) = indices
                    .flat_map(|index| &songs[index])
                    .fold((0, 0), |(right, n), &item| {
                        (right + u32::from(measure(item)), n + 1)
                    });
                f64::from(right) / f64::from(n)
            };
            let name = format!("{}_accuracy_{name}{suffix}", set.name());
            evaluation
                .metrics
                .insert(name.clone(), accuracy(&mut (0..songs.len())));
            let resampled = |indices: &[usize]| accuracy(&mut indices.iter().copied());
            if let Some(interval) = bootstrap_interval(songs.len(), options, resampled) {
                evaluation.intervals.insert(name, interval);
            }
        }
    }
}

/// Expected calibration error (Naeini et al. 2015) over ten bins: how far probabilities and
/// frequencies differ on average.
pub(super) fn add_calibration_errors(evaluation: &mut Evaluation, predictions: &[Prediction]) {
    for set in MusicSet::ALL {
        let of_set: Vec<&Prediction> = predictions
            .iter()
            .filter(|prediction| prediction.set == set)
            .collect();
        for (head, name) in ["valence", "arousal"].into_iter().enumerate() {
            let mut bins = [(0.0, 0.0); 10];
            for prediction in &of_set {
                let p = prediction.positive[head];
                let bin = &mut bins[((p * 10.0) as usize).min(9)];
                *bin = (
                    bin.0 + p,
                    bin.1 + f64::from(u8::from(prediction.labels[head] > 0.0)),
                );
            }
            if !of_set.is_empty() {
                let gap: f64 = bins.iter().map(|(p, positive)| (p - positive).abs()).sum();
                let name = format!("{}_calibration_error_{name}", set.name());
                evaluation.metrics.insert(name, gap / of_set.len() as f64);
            }
        }
    }
}

/// Columns of the table of predictions.
pub(super) fn header() -> Vec<String> {
    [
        "set",
        "item",
        "song",
        "sha256",
        "valence_label",
        "arousal_label",
        "valence",
        "arousal",
        "quadrant_label",
        "quadrant",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// One row of the table; valence and arousal in −1..=1.
pub(super) fn row(prediction: &Prediction) -> Vec<String> {
    let [valence, arousal] = prediction.positive.map(|p| 2.0 * p - 1.0);
    let quadrant = |[valence, arousal]: [f64; 2]| -> &'static str {
        match (valence >= 0.0, arousal >= 0.0) {
            (true, true) => Quadrant::Happiness.name(),
            (false, true) => Quadrant::Anger.name(),
            (false, false) => Quadrant::Sadness.name(),
            (true, false) => Quadrant::Calmness.name(),
        }
    };
    vec![
        prediction.set.name().to_owned(),
        prediction.file.clone(),
        prediction.song.clone(),
        prediction.hash.to_string(),
        prediction.labels[0].to_string(),
        prediction.labels[1].to_string(),
        format!("{valence:.4}"),
        format!("{arousal:.4}"),
        quadrant(prediction.labels).to_owned(),
        quadrant([valence, arousal]).to_owned(),
    ]
}

/// Evaluates a loaded model on the labelled items below a path that it was not trained on.
///
/// Every item is heard as its own set, performed or notated, as in the cross-validation.
/// Metrics are `emopia_accuracy_4q`, `emopia_accuracy_arousal`, `emopia_accuracy_valence` and the
/// same for `vgmidi`, for the sets that are there.
///
/// # Errors
/// As [`read_items`]; [`Error::NothingLeft`] where every item was trained on.
pub fn evaluate(
    model: &SymbolicEmotion,
    data: &Path,
    options: &EvaluationOptions,
) -> Result<Evaluated, Error> {
    let items = read_items(data)?;
    let seen = |item: &&Item| model.training_items().contains(item.hash);
    let n_seen = items.iter().filter(seen).count();
    let kept: Vec<&Item> = items
        .iter()
        .filter(|item| options.include_seen || !seen(item))
        .collect();
    if kept.is_empty() {
        return Err(Error::NothingLeft {
            task: TASK,
            data: data.display().to_string(),
            seen: n_seen,
        });
    }
    let predictions: Vec<Prediction> = kept.into_iter().map(|item| predict(model, item)).collect();
    let seen_rule = if options.include_seen {
        "items seen in training included"
    } else {
        "items seen in training left out"
    };
    let mut evaluation = Evaluation {
        task: TASK.to_owned(),
        data: data.display().to_string(),
        protocol: format!(
            "signs of valence and arousal, quadrant right where both are; each item heard as its set; {seen_rule}; 95 % intervals by {} bootstrap resamples of songs",
            options.resamples
        ),
        n: predictions.len(),
        n_seen_left_out: if options.include_seen { 0 } else { n_seen },
        ..Evaluation::default()
    };
    add_accuracies(&mut evaluation, &predictions, "", options);
    Ok(Evaluated {
        evaluation,
        header: header(),
        rows: predictions.iter().map(row).collect(),
    })
}

fn predict(model: &SymbolicEmotion, item: &Item) -> Prediction {
    let mean = model.hear_as(&item.score, item.set.into()).estimate.mean;
    Prediction {
        set: item.set,
        file: item.file.clone(),
        song: item.song.clone(),
        hash: item.hash,
        labels: item.labels,
        positive: [(mean.v() + 1.0) / 2.0, (mean.a() + 1.0) / 2.0],
    }
}

#[cfg(test)]
mod tests {
    use super::super::data::tests::midi_bytes;
    use super::super::inference::Which;
    use super::*;

    fn evaluated(options: &EvaluationOptions) -> Result<Evaluated, Error> {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            (
                "Q1_a_0.mid",
                "tempo = 170; melody = C5:e E5:e G5:e C6:e C5:e E5:e G5:e C6:e",
            ),
            ("Q3_b_0.mid", "tempo = 50; melody = A3:h C4:h E4:h C4:h"),
            ("Q3_b_1.mid", "tempo = 50; melody = A3:h C4:h D4:h C4:h"),
        ] {
            std::fs::write(folder.path().join(name), midi_bytes(text)).unwrap();
        }
        evaluate(
            &SymbolicEmotion::load_embedded(Which::Everything).unwrap(),
            folder.path(),
            options,
        )
    }

    #[test]
    fn every_item_is_counted_and_listed() {
        let evaluated = evaluated(&EvaluationOptions::default()).unwrap();
        let evaluation = &evaluated.evaluation;
        assert_eq!(
            (
                evaluation.n,
                evaluation.n_seen_left_out,
                evaluated.rows.len()
            ),
            (3, 0, 3)
        );
        let names: Vec<&str> = evaluation.metrics.keys().map(String::as_str).collect();
        assert_eq!(
            names,
            [
                "emopia_accuracy_4q",
                "emopia_accuracy_arousal",
                "emopia_accuracy_valence"
            ]
        );
        assert!(
            evaluated
                .rows
                .iter()
                .all(|row| row.len() == evaluated.header.len())
        );
    }

    #[test]
    fn songs_are_resampled_whole() {
        let prediction = |song: &str, positive: f64| Prediction {
            set: MusicSet::Vgmidi,
            file: String::new(),
            song: song.into(),
            hash: ItemHash::of(b""),
            labels: [1.0, 1.0],
            positive: [positive, 0.9],
        };
        let predictions = [
            prediction("a", 0.9),
            prediction("b", 0.1),
            prediction("b", 0.1),
            prediction("b", 0.5),
        ];
        let mut evaluation = evaluated(&EvaluationOptions::default()).unwrap().evaluation;
        add_accuracies(
            &mut evaluation,
            &predictions,
            "",
            &EvaluationOptions::default(),
        );
        assert_eq!(evaluation.metrics["vgmidi_accuracy_valence"], 0.5);
        assert_eq!(evaluation.metrics["vgmidi_accuracy_arousal"], 1.0);
        let (low, high) = evaluation.intervals["vgmidi_accuracy_4q"];
        assert_eq!((low, high), (1.0 / 3.0, 1.0));
    }

    #[test]
    fn calibration_error_of_a_known_case() {
        let mut evaluation = evaluated(&EvaluationOptions::default()).unwrap().evaluation;
        let prediction = |label: f64| Prediction {
            set: MusicSet::Emopia,
            file: String::new(),
            song: String::new(),
            hash: ItemHash::of(b""),
            labels: [label, label],
            positive: [0.75, 0.5],
        };
        add_calibration_errors(&mut evaluation, &[prediction(1.0), prediction(-1.0)]);
        assert!((evaluation.metrics["emopia_calibration_error_valence"] - 0.25).abs() < 1e-9);
        assert!(evaluation.metrics["emopia_calibration_error_arousal"].abs() < 1e-9);
    }
}
