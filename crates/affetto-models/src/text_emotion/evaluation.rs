//! Measuring weights on texts that they have not seen.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::data::{
    DAIR_LABELS, N_GOEMOTIONS, emobank_file, goemotions_file, on_plane, read_dair, read_emobank,
    read_goemotions, text_hash,
};
use super::inference::{Outputs, TASK, TextEmotion, goemotions_names};
use super::phrases::{PhraseHalf, score_phrases};
use crate::metrics::{
    argmax, binary_calibration_error, bootstrap_interval, expected_calibration_error, macro_f1,
    pearson, reliability,
};
use crate::{Error, Evaluated, Evaluation, EvaluationOptions};

/// What the data says about one text.
enum Truth {
    /// Valence and arousal on 1–5.
    EmoBank([f64; 2]),
    GoEmotions(Vec<usize>),
    Dair(usize),
}

/// One row of a corpus.
struct Row {
    file: String,
    id: String,
    text: String,
    truth: Truth,
}

/// The rows that are measured, with what the model says.
type Measured = Vec<(Row, Outputs)>;

/// Evaluates a text model on the corpora of a folder, each where its files are there.
///
/// `data` holds the files or a folder `text` with them. GoEmotions and dair-ai: the part named by
/// `options.split`, else `test`, else `dev` (`val`), else `train`. EmoBank: the rows whose `split`
/// it is, or `frozen` for the frozen tenth of its `train` split; else its `test` rows, else `dev`,
/// else all. Texts that the weights were trained on are left out unless `options.include_seen`.
/// Metrics: `emobank_r_valence` and `emobank_r_arousal` (Pearson), `goemotions_macro_f1` (28
/// labels, the thresholds of the weights), `dair_accuracy`; `ece` (GoEmotions' labels, each a
/// question of its own), `dair_ece`, and the shares of EmoBank's ratings within one standard
/// deviation, `emobank_within_sd_valence` and `emobank_within_sd_arousal`; and, whatever the data,
/// `mood_phrases_development` and `mood_phrases_held_out`, the shares of our own mood phrases with no
/// axis on the wrong side.
///
/// # Errors
/// [`Error::MissingData`] when no corpus with that split is there, [`Error::NothingLeft`] when all
/// texts were seen, [`Error::Io`] and [`Error::Data`] for files that cannot be read.
pub fn evaluate(
    model: &TextEmotion,
    data: &Path,
    options: &EvaluationOptions,
) -> Result<Evaluated, Error> {
    let (rows, parts) = read_rows(data, options.split.as_deref())?;
    let n_all = rows.len();
    let unseen: Vec<Row> = rows
        .into_iter()
        .filter(|row| options.include_seen || !model.was_trained_on(text_hash(&row.text)))
        .collect();
    let n_seen_left_out = n_all - unseen.len();
    if unseen.is_empty() {
        let data = data.display().to_string();
        return Err(Error::NothingLeft {
            task: TASK,
            data,
            seen: n_seen_left_out,
        });
    }
    let measured: Measured = unseen
        .into_iter()
        .map(|row| Ok((model.outputs(&row.text)?, row)))
        .map(|pair: Result<_, Error>| pair.map(|(outputs, row)| (row, outputs)))
        .collect::<Result<_, Error>>()?;
    let (mut metrics, mut intervals) = metrics(model, &measured, options);
    for (half, name) in [
        (PhraseHalf::Development, "mood_phrases_development"),
        (PhraseHalf::HeldOut, "mood_phrases_held_out"),
    ] {
        let score = score_phrases(model, half)?;
        let right = |indices: &[usize]| {
            let right = indices.iter().filter(|&&i| i < score.n_right).count();
            right as f64 / indices.len() as f64
        };
        metrics.insert(name.into(), score.n_right as f64 / score.n as f64);
        let interval = bootstrap_interval(score.n, options, right);
        intervals.extend(interval.map(|interval| (name.to_owned(), interval)));
    }
    let evaluation = Evaluation {
        task: TASK.into(),
        data: data.display().to_string(),
        protocol: protocol(&parts, options),
        n: measured.len(),
        n_seen_left_out,
        metrics,
        intervals,
        ..Evaluation::default()
    };
    let header = ["file", "item", "said", "so"].map(str::to_owned).to_vec();
    let rows = measured
        .iter()
        .map(|(row, outputs)| prediction(model, row, outputs))
        .collect();
    Ok(Evaluated {
        evaluation,
        header,
        rows,
    })
}

fn protocol(parts: &[String], options: &EvaluationOptions) -> String {
    let seen = if options.include_seen {
        "seen texts included"
    } else {
        "seen texts left out"
    };
    format!(
        "{}; {seen} by SHA-256; nothing trained or tuned; 95 % percentile bootstrap over texts, {} resamples, seed {}",
        parts.join(", "),
        options.resamples,
        options.seed
    )
}

/// The first of the candidate splits whose file exists.
fn part(folder: &Path, stem: &str, split: Option<&str>, order: [&str; 3]) -> Option<PathBuf> {
    let wanted: Vec<&str> = match split {
        Some("dev" | "val") => vec![order[1]],
        Some(split) => vec![split],
        None => order.to_vec(),
    };
    wanted.into_iter().find_map(|split| match stem {
        "goemotions" => goemotions_file(folder, split),
        stem => Some(folder.join(format!("{stem}_{split}.tsv"))).filter(|path| path.is_file()),
    })
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// All rows, and a word on where they are from.
fn read_rows(data: &Path, split: Option<&str>) -> Result<(Vec<Row>, Vec<String>), Error> {
    let nested = data.join("text");
    let folder = if nested.is_dir() {
        nested
    } else {
        data.to_path_buf()
    };
    let (mut rows, mut parts) = (Vec::new(), Vec::new());
    if let Some(path) = part(&folder, "goemotions", split, ["test", "dev", "train"]) {
        let file = file_name(&path);
        rows.extend(read_goemotions(&path)?.into_iter().map(|row| Row {
            file: file.clone(),
            id: row.id,
            text: row.text,
            truth: Truth::GoEmotions(row.labels),
        }));
        parts.push(file);
    }
    if let Some(path) = part(&folder, "dair_emotion", split, ["test", "val", "train"]) {
        let file = file_name(&path);
        rows.extend(
            read_dair(&path)?
                .into_iter()
                .enumerate()
                .map(|(i, (label, text))| Row {
                    file: file.clone(),
                    id: (i + 2).to_string(),
                    text,
                    truth: Truth::Dair(label),
                }),
        );
        parts.push(file);
    }
    if let Some(emobank) = emobank_file(&folder) {
        let (found, name) = emobank_rows(&emobank, split)?;
        if !found.is_empty() {
            parts.push(format!("{} ({name})", file_name(&emobank)));
        }
        rows.extend(found);
    }
    if parts.is_empty() {
        let split = split.map_or(String::new(), |split| format!(" with a split {split}"));
        let expected = format!("emobank.tsv, goemotions_*.tsv, dair_emotion_*.tsv{split}");
        return Err(Error::MissingData {
            path: data.to_path_buf(),
            expected,
        });
    }
    Ok((rows, parts))
}

fn emobank_rows(path: &Path, split: Option<&str>) -> Result<(Vec<Row>, String), Error> {
    let all = read_emobank(path)?;
    let has = |split: &str| all.iter().any(|row| row.split == split);
    let split = split.unwrap_or(match (has("test"), has("dev")) {
        (true, _) => "test",
        (false, true) => "dev",
        _ => "all",
    });
    let is_wanted = |split: &str, row: &super::data::EmoBankRow| match split {
        "all" => true,
        "frozen" => row.is_frozen(),
        "val" => row.split == "dev",
        split => row.split == split,
    };
    let name = split.to_owned();
    let rows = all
        .iter()
        .filter(|row| is_wanted(split, row))
        .map(|row| Row {
            file: "emobank.tsv".into(),
            id: row.id.clone(),
            text: row.text.clone(),
            truth: Truth::EmoBank([f64::from(row.valence), f64::from(row.arousal)]),
        });
    Ok((rows.collect(), name))
}

type Named<T> = BTreeMap<String, T>;

fn metrics(
    model: &TextEmotion,
    measured: &Measured,
    options: &EvaluationOptions,
) -> (Named<f64>, Named<(f64, f64)>) {
    let (mut values, mut intervals) = (Named::new(), Named::new());
    let mut add = |name: &str, n: usize, metric: &dyn Fn(&[usize]) -> f64| {
        if n == 0 {
            return;
        }
        let value = metric(&(0..n).collect::<Vec<_>>());
        if !value.is_nan() {
            values.insert(name.to_owned(), value);
            let interval = bootstrap_interval(n, options, metric);
            intervals.extend(interval.map(|interval| (name.to_owned(), interval)));
        }
    };
    for (axis, name) in ["emobank_r_valence", "emobank_r_arousal"]
        .into_iter()
        .enumerate()
    {
        let pairs: Vec<(f64, f64)> = measured
            .iter()
            .filter_map(|(row, outputs)| match row.truth {
                Truth::EmoBank(rated) => Some((outputs.mean[axis], rated[axis])),
                _ => None,
            })
            .collect();
        let correlation =
            |indices: &[usize]| pearson(&indices.iter().map(|&i| pairs[i]).collect::<Vec<_>>());
        add(name, pairs.len(), &correlation);
    }
    let (said, so): (Vec<_>, Vec<_>) = measured
        .iter()
        .filter_map(|(row, outputs)| match &row.truth {
            Truth::GoEmotions(labels) => {
                let so = (0..N_GOEMOTIONS)
                    .map(|label| labels.contains(&label))
                    .collect();
                Some((model.applies(outputs), so))
            }
            _ => None,
        })
        .unzip();
    add("goemotions_macro_f1", said.len(), &|indices| {
        macro_f1(&said, &so, indices)
    });
    let hits: Vec<f64> = measured
        .iter()
        .filter_map(|(row, outputs)| match row.truth {
            Truth::Dair(label) => Some(f64::from(u8::from(argmax(&outputs.dair) == label))),
            _ => None,
        })
        .collect();
    let accuracy =
        |indices: &[usize]| indices.iter().map(|&i| hits[i]).sum::<f64>() / indices.len() as f64;
    add("dair_accuracy", hits.len(), &accuracy);
    values.extend(
        calibration(measured)
            .into_iter()
            .filter(|(_, value)| !value.is_nan()),
    );
    (values, intervals)
}

/// Expected calibration errors: of GoEmotions' labels, each a question of its own, and of the
/// likeliest of dair-ai's; the share of EmoBank's ratings within one standard deviation.
fn calibration(measured: &Measured) -> Named<f64> {
    let answers = measured.iter().flat_map(|(row, outputs)| {
        let labels: &[usize] = match &row.truth {
            Truth::GoEmotions(labels) => labels,
            _ => &[],
        };
        let is_asked = matches!(row.truth, Truth::GoEmotions(_));
        let said = outputs.goemotions.iter().enumerate();
        said.filter(move |_| is_asked)
            .map(move |(label, &p)| (p, labels.contains(&label)))
    });
    let (said, so): (Vec<&[f32]>, Vec<usize>) = measured
        .iter()
        .filter_map(|(row, outputs)| match row.truth {
            Truth::Dair(label) => Some((outputs.dair.as_slice(), label)),
            _ => None,
        })
        .unzip();
    let within = |axis: usize| {
        let inside: Vec<bool> = measured
            .iter()
            .filter_map(|(row, outputs)| match row.truth {
                Truth::EmoBank(rated) => {
                    let rated = on_plane(rated.map(|rating| rating as f32));
                    let error = outputs.mean[axis] - f64::from(rated[axis]);
                    Some(error.abs() <= outputs.sd[axis])
                }
                _ => None,
            })
            .collect();
        inside.iter().filter(|inside| **inside).count() as f64 / inside.len() as f64
    };
    Named::from([
        ("ece".to_owned(), binary_calibration_error(answers)),
        (
            "dair_ece".to_owned(),
            expected_calibration_error(&reliability(&said, &so)),
        ),
        ("emobank_within_sd_valence".to_owned(), within(0)),
        ("emobank_within_sd_arousal".to_owned(), within(1)),
    ])
}

fn prediction(model: &TextEmotion, row: &Row, outputs: &Outputs) -> Vec<String> {
    let names = goemotions_names();
    let (said, so) = match &row.truth {
        Truth::EmoBank([valence, arousal]) => (
            format!("{:.4} {:.4}", outputs.mean[0], outputs.mean[1]),
            format!("{valence} {arousal}"),
        ),
        Truth::GoEmotions(labels) => {
            let applies = model.applies(outputs);
            let said: Vec<&str> = (0..names.len())
                .filter(|&l| applies[l])
                .map(|l| names[l])
                .collect();
            let so: Vec<&str> = labels.iter().map(|&label| names[label]).collect();
            (said.join(" "), so.join(" "))
        }
        Truth::Dair(label) => (
            DAIR_LABELS[argmax(&outputs.dair)].to_owned(),
            DAIR_LABELS[*label].to_owned(),
        ),
    };
    vec![row.file.clone(), row.id.clone(), said, so]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TrainingItems;

    fn shipped() -> &'static TextEmotion {
        TextEmotion::load_embedded().unwrap()
    }

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in files {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    const EMOBANK_NAMES: &str = "emobank_r_arousal emobank_r_valence \
        emobank_within_sd_arousal emobank_within_sd_valence";
    const GOEMOTIONS: &str = "id\tlabel_ids\ttext\n\
        x1\t15\tthank you so much my dear unseen neighbor\n\
        x2\t2,3\tthis unseen neighbor makes me furious\n";
    const DAIR: &str = "label\ttext\n\
        sadness\ti feel so sad and hopeless about my unseen neighbor\n\
        anger\ti feel furious and angry at my unseen neighbor\n";
    const EMOBANK: &str = "id\tsplit\tV\tA\tD\ttext\n\
        a\ttrain\t1.0\t3.0\t3.0\tmy unseen neighbor is so sad\n\
        b\tdev\t4.5\t3.5\t3.0\tmy unseen neighbor is wonderful and happy\n\
        c\tdev\t3.0\t2.5\t3.0\tmy unseen neighbor has a door\n\
        d\tdev\t1.5\t3.6\t3.0\tmy unseen neighbor is awful and full of hate\n";

    #[track_caller]
    fn check(files: &[(&str, &str)], split: Option<&str>, expected: &str) {
        let data = folder(files);
        let options = EvaluationOptions {
            split: split.map(str::to_owned),
            resamples: 20,
            ..EvaluationOptions::default()
        };
        let actual = match evaluate(shipped(), data.path(), &options) {
            Ok(Evaluated {
                evaluation, rows, ..
            }) => {
                assert_eq!(rows.len(), evaluation.n);
                assert!(
                    evaluation
                        .intervals
                        .keys()
                        .all(|k| evaluation.metrics.contains_key(k))
                );
                let (phrases, names): (Vec<_>, Vec<_>) = evaluation
                    .metrics
                    .keys()
                    .map(String::as_str)
                    .partition(|name| name.starts_with("mood_phrases_"));
                assert_eq!(
                    phrases,
                    ["mood_phrases_development", "mood_phrases_held_out"]
                );
                format!("{} items: {}", evaluation.n, names.join(" "))
            }
            Err(error) => error
                .to_string()
                .replace(&data.path().display().to_string(), "DATA"),
        };
        assert_eq!(actual, expected);
    }

    #[test]
    fn each_corpus_where_it_is_there() {
        let go = ("goemotions_dev.tsv", GOEMOTIONS);
        let dair = ("dair_emotion_val.tsv", DAIR);
        let emobank = ("emobank.tsv", EMOBANK);
        check(&[go], None, "2 items: ece goemotions_macro_f1");
        check(&[dair], None, "2 items: dair_accuracy dair_ece");
        check(&[emobank], None, &format!("3 items: {EMOBANK_NAMES}"));
        let all =
            &format!("7 items: dair_accuracy dair_ece ece {EMOBANK_NAMES} goemotions_macro_f1");
        check(&[go, dair, emobank], None, all);
        check(&[go, dair, emobank], Some("dev"), all);
    }

    #[test]
    fn test_parts_come_first() {
        let test = EMOBANK
            .replace("\tdev\t4.5", "\ttest\t4.5")
            .replace("\tdev\t3.0", "\ttest\t3.0");
        let emobank = ("emobank.tsv", test.as_str());
        check(&[emobank], None, &format!("2 items: {EMOBANK_NAMES}"));
        let one = GOEMOTIONS.lines().take(2).collect::<Vec<_>>().join("\n");
        let (test, dev) = (
            ("goemotions_test.tsv", one.as_str()),
            ("goemotions_dev.tsv", GOEMOTIONS),
        );
        check(&[test, dev], None, "1 items: ece goemotions_macro_f1");
    }

    #[test]
    fn what_cannot_be_evaluated() {
        let expected = "DATA has none of the expected files: emobank.tsv, goemotions_*.tsv, dair_emotion_*.tsv";
        check(&[], None, expected);
        let bad = ("goemotions_dev.tsv", "id\tlabel_ids\ttext\nx\t28\thello\n");
        check(
            &[bad],
            None,
            "DATA/goemotions_dev.tsv, line 2: label 28, expected 0..28",
        );
        let bad = (
            "emobank.tsv",
            "id\tsplit\tV\tA\ttext\nx\tdev\tmany\t1\thello\n",
        );
        check(&[bad], None, "DATA/emobank.tsv, line 2: many is no number");
        let bad = ("dair_emotion_val.tsv", "label\nx\n");
        check(
            &[bad],
            None,
            "DATA/dair_emotion_val.tsv, line 1: the column text is missing",
        );
    }

    #[test]
    fn seen_texts_are_left_out() {
        let mut model = shipped().clone();
        model.training_items = TrainingItems::prefixes([text_hash("so wonderful")]);
        let seen = "label\ttext\njoy\tso wonderful \n";
        let data = folder(&[("dair_emotion_val.tsv", seen)]);
        let error = evaluate(&model, data.path(), &EvaluationOptions::default()).unwrap_err();
        assert!(
            error.to_string().contains("1 items were used in training"),
            "{error}"
        );
        let options = EvaluationOptions {
            include_seen: true,
            ..EvaluationOptions::default()
        };
        let evaluation = evaluate(&model, data.path(), &options).unwrap().evaluation;
        assert_eq!((evaluation.n, evaluation.n_seen_left_out), (1, 0));
        assert_eq!(evaluation.metrics["dair_accuracy"], 1.0);
    }
}
