//! Measuring weights on recordings that they have not seen.

use std::path::Path;

use affetto_audio::decode::{DecodeOptions, decode_mono};

use super::TASK;
use super::calibration::Answer;
use super::corpora::{Recording, read_recordings};
use super::data::{MAX_SECONDS, SkippedFile, read_bytes, skipped_words};
use super::frames::SPEECH_SAMPLE_RATE_HZ;
use super::inference::SpeechEmotion;
use super::labels::{SPEECH_CLASSES_4, SPEECH_CLASSES_8};
use super::measures::{Measured, Measures, best, measure};
use crate::{Error, Evaluated, Evaluation, EvaluationOptions, ItemHash};

/// Evaluates a voice model on the recordings of a folder.
///
/// `data` holds `manifest.csv` (or a folder `speech` with it), or the layout of a published
/// corpus. Recordings that the weights were trained on (by the hash of their bytes) are left out
/// unless `options.include_seen`; files that hold no sound are named in the protocol and left
/// out; recordings without a voice count as answered by chance. Metrics for each corpus:
/// `<corpus>_ua_4` (anger, happiness, neutral or calm, sadness), `<corpus>_ua_all` (all classes
/// of the corpus that the model knows), and `ece` over the corpora that the weights know.
///
/// # Errors
/// [`Error::MissingData`] when there is no recording, [`Error::NothingLeft`] when all were seen,
/// [`Error::Io`] and [`Error::Data`] for a manifest that cannot be read.
pub fn evaluate(
    model: &SpeechEmotion,
    data: &Path,
    options: &EvaluationOptions,
) -> Result<Evaluated, Error> {
    let recordings = read_recordings(data)?;
    let (mut found, mut skipped) = (Vec::new(), Vec::new());
    let (mut n_seen, mut n_unknown, mut n_silent) = (0, 0, 0);
    for recording in &recordings {
        let Some(class) = recording.class else {
            n_unknown += 1;
            continue;
        };
        match answer(model, recording, options) {
            Ok(Outcome::Seen) => n_seen += 1,
            Ok(Outcome::Answered(answer)) => found.push(Measured {
                corpus: recording.corpus.clone(),
                speaker: recording.speaker.clone(),
                class,
                answer,
            }),
            Ok(Outcome::NoVoice(answer)) => {
                n_silent += 1;
                found.push(Measured {
                    corpus: recording.corpus.clone(),
                    speaker: recording.speaker.clone(),
                    class,
                    answer,
                });
            }
            Err(error) => skipped.push(SkippedFile {
                path: recording.path.clone(),
                reason: error.to_string(),
            }),
        }
    }
    if found.is_empty() {
        return Err(Error::NothingLeft {
            task: TASK,
            data: data.display().to_string(),
            seen: n_seen,
        });
    }
    let evaluation = Evaluation {
        task: TASK.into(),
        data: data.display().to_string(),
        protocol: protocol(&skipped, [n_unknown, n_silent], options),
        n: found.len(),
        n_seen_left_out: n_seen,
        ..Evaluation::default()
    };
    let measures = measure(&found, model.corpora(), options);
    Ok(evaluated(evaluation, measures, &found))
}

enum Outcome {
    Seen,
    Answered(Answer),
    /// No voice was heard: all classes are equally likely.
    NoVoice(Answer),
}

fn answer(
    model: &SpeechEmotion,
    recording: &Recording,
    options: &EvaluationOptions,
) -> Result<Outcome, Error> {
    let bytes = read_bytes(&recording.path)?;
    let is_seen = model.training_items().contains(ItemHash::of(&bytes));
    if is_seen && !options.include_seen {
        return Ok(Outcome::Seen);
    }
    let decode = DecodeOptions {
        sample_rate_hz: SPEECH_SAMPLE_RATE_HZ,
        max_seconds: MAX_SECONDS,
    };
    let sound = decode_mono(&bytes, &decode)
        .map_err(|error| Error::data(&recording.path, 0, error.to_string()))?;
    let Some(sense) = model.estimate(&sound)?.overall else {
        return Ok(Outcome::NoVoice(Answer {
            wide: [1.0 / 8.0; 8],
            narrow: [0.25; 4],
            mean: [0.0; 2],
            sd: [1.0; 2],
        }));
    };
    let share = |name: &str| {
        let label = sense.labels.iter().find(|(label, _)| *label == name);
        label.map_or(0.0, |(_, share)| *share)
    };
    Ok(Outcome::Answered(Answer {
        wide: SPEECH_CLASSES_8.map(share),
        narrow: sense.emotions4,
        mean: [sense.estimate.mean.v(), sense.estimate.mean.a()],
        sd: [
            sense.estimate.covariance.valence_sd(),
            sense.estimate.covariance.arousal_sd(),
        ],
    }))
}

fn protocol(
    skipped: &[SkippedFile],
    [unknown, silent]: [usize; 2],
    options: &EvaluationOptions,
) -> String {
    let seen = if options.include_seen {
        "seen recordings included"
    } else {
        "seen recordings left out by SHA-256"
    };
    let named = skipped_words(skipped);
    format!(
        "{seen}; {named}; {unknown} recordings of other emotions left \
         out, {silent} without a voice counted as guessed; nothing trained or tuned; 95 % \
         percentile bootstrap over speakers, {} resamples, seed {}",
        options.resamples, options.seed
    )
}

/// An evaluation with its measures, and a row for each recording.
pub(crate) fn evaluated(
    evaluation: Evaluation,
    measures: Measures,
    found: &[Measured],
) -> Evaluated {
    let header = [
        "corpus", "speaker", "so", "said_8", "said_4", "sure_4", "valence", "arousal",
    ];
    let rows = found.iter().map(|row| {
        let answer = &row.answer;
        let four = best(&answer.narrow);
        vec![
            row.corpus.clone(),
            row.speaker.clone(),
            SPEECH_CLASSES_8[row.class].to_owned(),
            SPEECH_CLASSES_8[best(&answer.wide)].to_owned(),
            SPEECH_CLASSES_4[four].to_owned(),
            format!("{:.4}", answer.narrow[four]),
            format!("{:.3}", answer.mean[0]),
            format!("{:.3}", answer.mean[1]),
        ]
    });
    Evaluated {
        evaluation: Evaluation {
            metrics: measures.metrics,
            intervals: measures.intervals,
            confusions: measures.confusions,
            reliability: measures.reliability,
            ..evaluation
        },
        header: header.map(str::to_owned).to_vec(),
        rows: rows.collect(),
    }
}
