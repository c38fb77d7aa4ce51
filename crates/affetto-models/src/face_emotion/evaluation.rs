//! Accuracy and calibration of face weights on faces they have not seen.

use std::collections::BTreeSet;
use std::path::Path;

use super::data::{EIGHT_OF_SEVEN, FACE_CLASSES_7, FACE_CLASSES_8, FaceSet, Part, read_faces};
use super::inference::{FaceEmotion, TASK};
use crate::metrics::{Confusion, argmax, expected_calibration_error, reliability};
use crate::{Error, Evaluated, Evaluation, EvaluationOptions, bootstrap_interval};

/// Faces in one pass.
const CHUNK: usize = 64;

/// One face that is measured, with what the model says.
struct Row {
    index: usize,
    /// Calibrated probabilities of the seven classes.
    seven: Vec<f32>,
    /// Calibrated probabilities of the eight classes.
    eight: Vec<f32>,
    /// Pixel-identical to a face that was trained or tuned on.
    is_duplicate: bool,
}

/// Evaluates a face model on the faces of a folder.
///
/// `data` is read in any of the layouts of FER-2013, folders of pictures, and CK+ sheets (see the
/// data's README). Evaluated is the part named by `options.split`, else `PrivateTest`, else
/// `PublicTest`, else all; CK+ sheets always. Rows of the part `Training` that the weights were
/// trained or tuned on are left out unless `options.include_seen`. A test row that is
/// pixel-identical to one of them is another row, as the challenge has it: it counts in
/// `accuracy_7` and not in `accuracy_7_no_duplicates`; CK+ and unnamed parts leave such rows out.
///
/// Metrics: `accuracy_7`, `accuracy_7_no_duplicates`, `ferplus_accuracy_8` (images of which more
/// than half of the votes name one class, Barsoum et al. 2016; a vote of one is an outlier),
/// `ferplus_accuracy_8_plurality` (most votes, ties left out), `ece` (15 bins, the seven classes),
/// `ckplus_accuracy` over the classes both know, and the baselines `majority_7`,
/// `ferplus_majority_8` and `ckplus_majority`: always the most frequent class.
///
/// # Errors
/// [`Error::MissingData`] when there are no such faces, [`Error::NothingLeft`] when all were
/// seen, [`Error::Io`] and [`Error::Data`] for files that cannot be read.
pub fn evaluate(
    model: &FaceEmotion,
    data: &Path,
    options: &EvaluationOptions,
) -> Result<Evaluated, Error> {
    let set = read_faces(data)?;
    let part = part_of(&set, data, options)?;
    let wanted: Vec<usize> = (0..set.items.len())
        .filter(|&i| {
            let item = &set.items[i];
            item.label.is_some() && (item.is_ckplus || Some(item.part) == part)
        })
        .collect();
    let is_known = |i: usize| model.training_items().contains(set.items[i].hash);
    // Rows that are themselves training rows; a test row of equal pixels is only a duplicate.
    let is_seen = |i: usize| {
        let named_test = matches!(set.items[i].part, Part::PublicTest | Part::PrivateTest);
        is_known(i) && !named_test
    };
    let all_known = wanted.iter().all(|&i| is_known(i));
    let kept: Vec<usize> = wanted
        .iter()
        .copied()
        .filter(|&i| options.include_seen || !(is_seen(i) || all_known))
        .collect();
    let n_seen_left_out = wanted.len() - kept.len();
    if kept.is_empty() {
        let data = data.display().to_string();
        return Err(Error::NothingLeft {
            task: TASK,
            data,
            seen: n_seen_left_out,
        });
    }
    let mut rows = Vec::with_capacity(kept.len());
    for chunk in kept.chunks(CHUNK) {
        let images: Vec<&[u8]> = chunk.iter().map(|&i| set.image(i)).collect();
        for (&index, logits) in chunk.iter().zip(model.logits(&images)?) {
            rows.push(Row {
                index,
                seven: model.seven(&logits),
                eight: model.eight(&logits),
                is_duplicate: is_known(index) || set.items[index].is_marked_duplicate,
            });
        }
    }
    let mut measured = Measured {
        options,
        evaluation: Evaluation::default(),
    };
    measured.measure(&set, &rows);
    let evaluation = Evaluation {
        task: TASK.into(),
        data: data.display().to_string(),
        protocol: protocol(&set, part, options),
        n: rows.len(),
        n_seen_left_out,
        ..measured.evaluation
    };
    let header = ["item", "said", "so", "probability", "said_8"]
        .map(str::to_owned)
        .to_vec();
    let rows = rows.iter().map(|row| prediction(&set, row)).collect();
    Ok(Evaluated {
        evaluation,
        header,
        rows,
    })
}

/// The part to evaluate; none where there are CK+ faces alone.
fn part_of(set: &FaceSet, data: &Path, options: &EvaluationOptions) -> Result<Option<Part>, Error> {
    let others = set.items.iter().filter(|item| !item.is_ckplus);
    let there: BTreeSet<Part> = others.map(|item| item.part).collect();
    let missing = |name: &str| Error::MissingData {
        path: data.to_path_buf(),
        expected: format!("faces of the part {name}"),
    };
    match &options.split {
        Some(name) => match Part::from_name(name) {
            Some(part) if there.contains(&part) || there.is_empty() => Ok(Some(part)),
            _ => Err(missing(name)),
        },
        None => {
            let order = [
                Part::PrivateTest,
                Part::PublicTest,
                Part::Unnamed,
                Part::Training,
            ];
            Ok(order.into_iter().find(|part| there.contains(part)))
        }
    }
}

fn protocol(set: &FaceSet, part: Option<Part>, options: &EvaluationOptions) -> String {
    let part = part.map_or("no FER-2013", Part::name);
    let seen = if options.include_seen {
        "included"
    } else {
        "left out"
    };
    let skipped = match set.skipped.first() {
        Some((name, reason)) => {
            format!(
                "; {} unreadable skipped, first {name}: {reason}",
                set.skipped.len()
            )
        }
        None => String::new(),
    };
    format!(
        "{} of {}; rows trained or tuned on {seen} by SHA-256 of the pixels; average of face and \
         mirror image; nothing trained or tuned; 95 % percentile bootstrap over faces, {} \
         resamples, seed {}{skipped}",
        part,
        set.sources.join(", "),
        options.resamples,
        options.seed
    )
}

struct Measured<'a> {
    options: &'a EvaluationOptions,
    evaluation: Evaluation,
}

impl Measured<'_> {
    fn measure(&mut self, set: &FaceSet, rows: &[Row]) {
        let label = |row: &Row| set.items[row.index].label.unwrap_or_default();
        let (ckplus, fer): (Vec<&Row>, Vec<&Row>) =
            rows.iter().partition(|row| set.items[row.index].is_ckplus);
        let seven = |rows: &[&Row]| -> Vec<(usize, usize)> {
            rows.iter()
                .map(|row| (label(row), argmax(&row.seven)))
                .collect()
        };
        let pairs = seven(&fer);
        self.accuracy("accuracy_7", &pairs);
        self.majority("majority_7", &pairs, FACE_CLASSES_7.len());
        self.confusion("seven", &FACE_CLASSES_7, &pairs);
        let unique: Vec<&Row> = fer
            .iter()
            .copied()
            .filter(|row| !row.is_duplicate)
            .collect();
        self.accuracy("accuracy_7_no_duplicates", &seven(&unique));
        self.calibration(&fer, &label);
        let voted = |class: &dyn Fn(&Row) -> Option<usize>| -> Vec<(usize, usize)> {
            let rows = fer.iter();
            rows.filter_map(|row| Some((class(row)?, argmax(&row.eight))))
                .collect()
        };
        let pairs = voted(&|row| set.items[row.index].majority());
        self.accuracy("ferplus_accuracy_8", &pairs);
        self.majority("ferplus_majority_8", &pairs, FACE_CLASSES_8.len());
        self.confusion("eight", &FACE_CLASSES_8, &pairs);
        let pairs = voted(&|row| set.items[row.index].plurality());
        self.accuracy("ferplus_accuracy_8_plurality", &pairs);
        let pairs: Vec<(usize, usize)> = ckplus
            .iter()
            .map(|row| {
                (
                    label(row),
                    among(&row.seven, &row.eight, &ckplus_classes(set)),
                )
            })
            .collect();
        self.accuracy("ckplus_accuracy", &pairs);
        self.majority("ckplus_majority", &pairs, FACE_CLASSES_7.len());
        self.confusion("ckplus", &FACE_CLASSES_7, &pairs);
    }

    fn add(&mut self, name: &str, n: usize, metric: impl Fn(&[usize]) -> f64) {
        if n == 0 {
            return;
        }
        let value = metric(&(0..n).collect::<Vec<_>>());
        if value.is_finite() {
            self.evaluation.metrics.insert(name.to_owned(), value);
            if let Some(interval) = bootstrap_interval(n, self.options, metric) {
                self.evaluation.intervals.insert(name.to_owned(), interval);
            }
        }
    }

    fn accuracy(&mut self, name: &str, pairs: &[(usize, usize)]) {
        self.add(name, pairs.len(), |indices| {
            let hits = indices.iter().filter(|&&i| pairs[i].0 == pairs[i].1);
            hits.count() as f64 / indices.len() as f64
        });
    }

    fn majority(&mut self, name: &str, pairs: &[(usize, usize)], n_classes: usize) {
        let mut counts = vec![0_usize; n_classes];
        pairs.iter().for_each(|(so, _)| counts[*so] += 1);
        if let Some(most) = counts.iter().max().filter(|_| !pairs.is_empty()) {
            let share = *most as f64 / pairs.len() as f64;
            self.evaluation.metrics.insert(name.to_owned(), share);
        }
    }

    fn confusion(&mut self, name: &str, labels: &[&str], pairs: &[(usize, usize)]) {
        if !pairs.is_empty() {
            let confusion = Confusion::of(labels, pairs.iter().copied());
            self.evaluation
                .confusions
                .insert(name.to_owned(), confusion);
        }
    }

    fn calibration(&mut self, rows: &[&Row], label: &dyn Fn(&Row) -> usize) {
        let probabilities: Vec<&[f32]> = rows.iter().map(|row| &row.seven[..]).collect();
        let truths: Vec<usize> = rows.iter().map(|row| label(row)).collect();
        self.add("ece", rows.len(), |indices| {
            let picked: Vec<&[f32]> = indices.iter().map(|&i| probabilities[i]).collect();
            let truths: Vec<usize> = indices.iter().map(|&i| truths[i]).collect();
            expected_calibration_error(&reliability(&picked, &truths))
        });
        if !rows.is_empty() {
            let bins = reliability(&probabilities, &truths);
            self.evaluation.reliability.insert("seven".into(), bins);
        }
    }
}

/// The classes that occur in the CK+ sheet: both must know a class for it to be answered.
fn ckplus_classes(set: &FaceSet) -> BTreeSet<usize> {
    let faces = set.items.iter().filter(|item| item.is_ckplus);
    faces.filter_map(|item| item.label).collect()
}

/// The likeliest of some classes, both heads counting equally.
fn among(seven: &[f32], eight: &[f32], classes: &BTreeSet<usize>) -> usize {
    let shares: Vec<f32> = (0..FACE_CLASSES_7.len())
        .map(|class| match classes.contains(&class) {
            true => seven[class] + eight[EIGHT_OF_SEVEN[class]],
            false => f32::NEG_INFINITY,
        })
        .collect();
    argmax(&shares)
}

fn prediction(set: &FaceSet, row: &Row) -> Vec<String> {
    let item = &set.items[row.index];
    let said = argmax(&row.seven);
    vec![
        item.name.clone(),
        FACE_CLASSES_7[said].to_owned(),
        item.label
            .map_or("", |label| FACE_CLASSES_7[label])
            .to_owned(),
        format!("{:.4}", row.seven[said]),
        FACE_CLASSES_8[argmax(&row.eight)].to_owned(),
    ]
}
