//! How good answers are: unweighted accuracies by corpus, confusions, calibration, with intervals.

use std::collections::{BTreeMap, BTreeSet};

use super::calibration::Answer;
use super::labels::{SPEECH_CLASSES_4, SPEECH_CLASSES_8, narrow_class};
use crate::metrics::{Bin, Confusion, expected_calibration_error, reliability};
use crate::{EvaluationOptions, bootstrap_interval};

/// The surest answers whose accuracy is measured, in percent of all.
const COVERAGES_PERCENT: [usize; 5] = [20, 40, 60, 80, 100];

/// What the model said of one recording, and what it is.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    /// The corpus in lower case.
    pub(crate) corpus: String,
    /// Who speaks.
    pub(crate) speaker: String,
    /// The wide class that it is.
    pub(crate) class: usize,
    /// What the model said.
    pub(crate) answer: Answer,
}

/// Numbers by name, with their intervals and what plots need.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Measures {
    /// Metrics by name.
    pub(crate) metrics: BTreeMap<String, f64>,
    /// 95 % intervals.
    pub(crate) intervals: BTreeMap<String, (f64, f64)>,
    /// Confusion matrices.
    pub(crate) confusions: BTreeMap<String, Confusion>,
    /// Reliability diagrams.
    pub(crate) reliability: BTreeMap<String, Vec<Bin>>,
}

/// A recording's class and the class said, both as indices of some list of names.
type Pair = (usize, usize);

/// Measures answers.
///
/// For each corpus: `<corpus>_ua_4`, the unweighted accuracy (mean recall) over the four narrow
/// classes, by the narrow head; `<corpus>_ua_all`, over all classes of the corpus that the model
/// knows, by the wide head among those classes. `ece`: expected calibration error of the narrow
/// probabilities over the corpora that `in_domain` names, all where none of them is there.
/// `accuracy_4_surest_<percent>`: accuracy of the surest answers over the same recordings.
/// Intervals: bootstrap over speakers, since recordings of one speaker are alike; over recordings
/// where a corpus has fewer than four speakers.
pub(crate) fn measure(
    rows: &[Measured],
    in_domain: &[String],
    options: &EvaluationOptions,
) -> Measures {
    let mut measures = Measures::default();
    let corpora: BTreeSet<&str> = rows.iter().map(|row| row.corpus.as_str()).collect();
    for corpus in corpora {
        let own: Vec<&Measured> = rows.iter().filter(|row| row.corpus == corpus).collect();
        let narrow: Vec<(&str, Pair)> = own
            .iter()
            .filter_map(|row| {
                let so = narrow_class(row.class)?;
                Some((&*row.speaker, (so, best(&row.answer.narrow))))
            })
            .collect();
        add(
            &mut measures,
            format!("{corpus}_ua_4"),
            &SPEECH_CLASSES_4,
            &narrow,
            options,
        );
        let known: Vec<usize> = (0..SPEECH_CLASSES_8.len())
            .filter(|class| own.iter().any(|row| row.class == *class))
            .collect();
        let names: Vec<&str> = known.iter().map(|&class| SPEECH_CLASSES_8[class]).collect();
        let wide: Vec<(&str, Pair)> = own
            .iter()
            .filter_map(|row| {
                let so = known.iter().position(|&class| class == row.class)?;
                let among: Vec<f32> = known.iter().map(|&class| row.answer.wide[class]).collect();
                Some((&*row.speaker, (so, best(&among))))
            })
            .collect();
        add(
            &mut measures,
            format!("{corpus}_ua_all"),
            &names,
            &wide,
            options,
        );
    }
    add_calibration(&mut measures, rows, in_domain);
    measures
}

fn add(
    measures: &mut Measures,
    name: String,
    labels: &[&str],
    pairs: &[(&str, Pair)],
    options: &EvaluationOptions,
) {
    if pairs.is_empty() {
        return;
    }
    let confusion = Confusion::of(labels, pairs.iter().map(|(_, pair)| *pair));
    let accuracy = confusion.unweighted_accuracy();
    let mut groups: BTreeMap<&str, Vec<Pair>> = BTreeMap::new();
    for (speaker, pair) in pairs {
        groups.entry(speaker).or_default().push(*pair);
    }
    let groups: Vec<Vec<Pair>> = if groups.len() < 4 {
        pairs.iter().map(|(_, pair)| vec![*pair]).collect()
    } else {
        groups.into_values().collect()
    };
    let interval = bootstrap_interval(groups.len(), options, |chosen| {
        let drawn = chosen.iter().flat_map(|&i| groups[i].iter().copied());
        Confusion::of(labels, drawn).unweighted_accuracy()
    });
    measures
        .intervals
        .extend(interval.map(|interval| (name.clone(), interval)));
    measures.metrics.insert(name.clone(), accuracy);
    measures.confusions.insert(name, confusion);
}

fn add_calibration(measures: &mut Measures, rows: &[Measured], in_domain: &[String]) {
    let narrow: Vec<(&Measured, usize)> = rows
        .iter()
        .filter_map(|row| Some((row, narrow_class(row.class)?)))
        .collect();
    let is_near = |row: &Measured| in_domain.contains(&row.corpus);
    let any_near = narrow.iter().any(|(row, _)| is_near(row));
    let (probabilities, truths): (Vec<[f32; 4]>, Vec<usize>) = narrow
        .iter()
        .filter(|(row, _)| !any_near || is_near(row))
        .map(|(row, so)| (row.answer.narrow, *so))
        .unzip();
    if probabilities.is_empty() {
        return;
    }
    add_coverage(measures, &probabilities, &truths);
    let bins = reliability(&probabilities, &truths);
    let error = expected_calibration_error(&bins);
    measures.metrics.insert("ece".into(), error);
    measures.reliability.insert("four_classes".into(), bins);
}

/// How often the surest answers are right, for some shares of all answers (risk and coverage,
/// El-Yaniv & Wiener 2010).
fn add_coverage(measures: &mut Measures, probabilities: &[[f32; 4]], truths: &[usize]) {
    let answers = probabilities.iter().zip(truths);
    let mut answers: Vec<(f32, bool)> = answers
        .map(|(answer, &so)| (answer[best(answer)], best(answer) == so))
        .collect();
    answers.sort_by(|a, b| b.0.total_cmp(&a.0));
    for percent in COVERAGES_PERCENT {
        let n = (answers.len() * percent).div_ceil(100);
        let right = answers[..n].iter().filter(|(_, right)| *right).count();
        let name = format!("accuracy_4_surest_{percent}");
        measures.metrics.insert(name, right as f64 / n as f64);
    }
}

/// The index of the greatest value, the first of several.
pub(crate) fn best(values: &[f32]) -> usize {
    let better = |best: usize, i: usize| if values[i] > values[best] { i } else { best };
    (1..values.len()).fold(0, better)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(corpus: &str, speaker: usize, class: usize, said: usize) -> Measured {
        let mut answer = Answer::default();
        answer.wide[said] = 0.9;
        answer.narrow = [0.1; 4];
        if let Some(class) = narrow_class(said) {
            answer.narrow[class] = 0.7;
        }
        Measured {
            corpus: corpus.into(),
            speaker: format!("{corpus}{speaker}"),
            class,
            answer,
        }
    }

    #[test]
    fn corpora_are_measured_apart() {
        // Corpus a: neutral always right, angry half, fear never. Corpus b: two classes, all right.
        let mut rows = Vec::new();
        for speaker in 0..5 {
            rows.push(row("a", speaker, 0, 0));
            rows.push(row("a", speaker, 4, 4));
            rows.push(row("a", speaker, 4, 0));
            rows.push(row("a", speaker, 5, 0));
            rows.push(row("b", speaker, 3, 3));
            rows.push(row("b", speaker, 2, 2));
        }
        let found = measure(&rows, &["a".into()], &EvaluationOptions::default());
        let is = |name: &str, value: f64| {
            assert!((found.metrics[name] - value).abs() < 1e-9, "{name}");
        };
        is("a_ua_4", 0.75);
        is("a_ua_all", 0.5);
        is("b_ua_4", 1.0);
        is("b_ua_all", 1.0);
        assert!(found.metrics["ece"] > 0.0);
        is("accuracy_4_surest_100", 2.0 / 3.0);
        let (low, high) = found.intervals["a_ua_4"];
        assert!((low - 0.75).abs() < 1e-9 && (high - 0.75).abs() < 1e-9);
        assert_eq!(
            found.confusions["a_ua_all"].labels,
            ["neutral", "angry", "fear"]
        );
    }

    #[test]
    fn nothing_gives_nothing() {
        let found = measure(&[], &[], &EvaluationOptions::default());
        assert_eq!(found, Measures::default());
    }
}
