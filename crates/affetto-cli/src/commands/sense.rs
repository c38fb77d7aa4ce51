//! `affetto sense`.

use std::io::Read;
use std::path::{Path, PathBuf};

use affetto_engine::sense::{
    HELP_MESSAGE, HELP_RESOURCES, Heard, Keyword, KeywordOptions, Seen, Sensed,
};
use affetto_engine::{Engine, Error, Media, Question};
use anyhow::Result;
use serde_json::{Value, json};

use crate::args::{SenseFace, SenseText};
use crate::output::{Printer, table};

/// Longest standard input that is read, in bytes; the engine's own limit is far lower.
const MOST_INPUT: u64 = 1 << 20;

pub(crate) fn text(engine: &Engine, printer: Printer, args: SenseText) -> Result<()> {
    let text = if args.text == "-" {
        standard_input()?
    } else {
        args.text
    };
    let sensed = engine.sense_text(&text)?;
    let mut json = to_json(&sensed);
    let mut shown = describe(&sensed);
    if args.keywords {
        let found = engine.keywords(&text, &KeywordOptions::default())?;
        json["keywords"] = found.iter().map(keyword).collect();
        let rows: Vec<Vec<String>> = found
            .iter()
            .map(|keyword| row(&keyword.text, f64::from(keyword.significance), ""))
            .collect();
        shown = format!(
            "{shown}\n\n{}",
            table(&["keyword", "significance", ""], &rows)
        );
    }
    printer.result(&json, || shown);
    offer_help(printer, &sensed);
    Ok(())
}

pub(crate) fn speech(engine: &Engine, printer: Printer, files: &[PathBuf]) -> Result<()> {
    let answers = each(printer, files, |path| {
        let heard = engine.sense_speech(Media::File(path))?;
        let text = describe_speech(&heard);
        if let Some(sensed) = &heard.sensed {
            offer_help(printer, sensed);
        }
        Ok((speech_json(&heard), text))
    })?;
    print_all(printer, answers);
    Ok(())
}

pub(crate) fn face(engine: &Engine, printer: Printer, args: &SenseFace) -> Result<()> {
    let answers = match &args.camera {
        Some(device) => {
            printer.say(format!("Looking through {} …", device.display()));
            let seen = engine.sense_camera(device, f64::from(args.seconds))?;
            vec![Answer::new(device, face_json(&seen), describe_face(&seen))]
        }
        None => each(printer, &args.files, |path| {
            let seen = engine.sense_face(Media::File(path))?;
            Ok((face_json(&seen), describe_face(&seen)))
        })?,
    };
    print_all(printer, answers);
    Ok(())
}

/// What a file told.
struct Answer {
    json: Value,
    text: String,
}

impl Answer {
    fn new(path: &Path, mut json: Value, text: String) -> Self {
        json["path"] = json!(path.display().to_string());
        Self {
            json,
            text: format!("{}\n{text}", path.display()),
        }
    }
}

/// Senses file after file. One that cannot be read is named and left out, unless it is the only
/// one.
fn each(
    printer: Printer,
    files: &[PathBuf],
    sense: impl Fn(&Path) -> Result<(Value, String), Error>,
) -> Result<Vec<Answer>> {
    let mut answers = Vec::new();
    let mut failed = None;
    for path in files {
        match sense(path) {
            Ok((json, text)) => answers.push(Answer::new(path, json, text)),
            Err(error) if files.len() == 1 => return Err(named(path, error).into()),
            Err(error) => {
                let error = named(path, error);
                printer.say(format!("left out: {error}"));
                failed = Some(error);
            }
        }
    }
    match failed {
        Some(error) if answers.is_empty() => Err(error.into()),
        _ => Ok(answers),
    }
}

/// The error with the file that it is about.
fn named(path: &Path, error: Error) -> Error {
    match error {
        Error::User {
            code,
            message,
            hint,
        } if !message.contains(&*path.to_string_lossy()) => Error::User {
            code,
            message: format!("{}: {message}", path.display()),
            hint,
        },
        other => other,
    }
}

/// One answer as it is, several as a list.
fn print_all(printer: Printer, mut answers: Vec<Answer>) {
    let text: Vec<String> = answers.iter().map(|answer| answer.text.clone()).collect();
    let json = if answers.len() == 1 {
        answers.remove(0).json
    } else {
        answers.into_iter().map(|answer| answer.json).collect()
    };
    printer.result(&json, || text.join("\n\n"));
}

fn offer_help(printer: Printer, sensed: &Sensed) {
    if let Some(warning) = &sensed.warning {
        printer.say(format!("warning: {warning}"));
    }
    if !sensed.crisis {
        return;
    }
    printer.say(format!("\n{HELP_MESSAGE}"));
    for resource in HELP_RESOURCES {
        printer.say(format!(
            "  {} ({}): {}",
            resource.name, resource.region, resource.contact
        ));
    }
}

fn speech_json(heard: &Heard) -> Value {
    let segments = heard.segments.iter().map(|segment| {
        let mut json = maybe_json(segment.sensed.as_ref());
        json["start_s"] = json!(rounded(segment.start_s));
        json["end_s"] = json!(rounded(segment.end_s));
        json
    });
    let mut json = maybe_json(heard.sensed.as_ref());
    json["segments"] = segments.collect();
    json["transcript"] = json!(heard.transcript);
    json["transcript_reason"] = json!(heard.transcript_reason);
    json["abstained"] = json!(heard.sensed.is_none());
    json["reason"] = json!(heard.reason);
    json
}

fn face_json(seen: &Seen) -> Value {
    let faces = seen.faces.iter().map(|face| {
        let mut json = to_json(&face.sensed);
        for (name, value) in [
            ("x", face.x),
            ("y", face.y),
            ("width", face.width),
            ("height", face.height),
        ] {
            json[name] = json!(rounded(value));
        }
        json
    });
    let mut json = maybe_json(seen.sensed.as_ref());
    json["faces"] = faces.collect();
    json["pictures"] = json!(seen.n_pictures);
    json["abstained"] = json!(seen.sensed.is_none());
    json["reason"] = json!(seen.reason);
    json
}

/// What was sensed, or the same shape with nulls.
fn maybe_json(sensed: Option<&Sensed>) -> Value {
    sensed.map_or_else(
        || {
            json!({
                "valence": null, "arousal": null, "valence_sd": null, "arousal_sd": null,
                "emotions": null, "labels": {}, "question": null, "senses_used": [],
            })
        },
        to_json,
    )
}

fn describe_speech(heard: &Heard) -> String {
    let mut lines = vec![describe_or_why(heard.sensed.as_ref(), heard.reason)];
    for segment in &heard.segments {
        let mean = segment.sensed.as_ref().map(|sensed| sensed.estimate.mean);
        let told = mean.map_or_else(
            || "nobody speaks".to_owned(),
            |mean| format!("valence {:+.2}, arousal {:+.2}", mean.v(), mean.a()),
        );
        lines.push(format!(
            "{:6.1} to {:6.1} s: {told}",
            segment.start_s, segment.end_s
        ));
    }
    match (&heard.transcript, heard.transcript_reason) {
        (Some(transcript), _) => lines.push(format!("said: {transcript}")),
        (None, Some(reason)) => lines.push(reason.to_owned()),
        (None, None) => {}
    }
    lines.join("\n")
}

fn describe_face(seen: &Seen) -> String {
    let told = describe_or_why(seen.sensed.as_ref(), seen.reason);
    let count = match (seen.faces.len(), seen.n_pictures) {
        (1, 1) => "1 face".to_owned(),
        (faces, 1) => format!("{faces} faces"),
        (_, pictures) => format!("{pictures} pictures"),
    };
    format!("{told}\n{count}")
}

fn describe_or_why(sensed: Option<&Sensed>, reason: Option<&str>) -> String {
    match sensed {
        Some(sensed) => describe(sensed),
        None => format!("cannot tell: {}", reason.unwrap_or("nothing was sensed")),
    }
}

fn standard_input() -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = std::io::stdin()
        .lock()
        .take(MOST_INPUT)
        .read_to_end(&mut bytes);
    read.map_err(|source| Error::io("read", "standard input".as_ref(), source))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// What was sensed, as JSON of the documented shape.
pub(crate) fn to_json(sensed: &Sensed) -> Value {
    let estimate = &sensed.estimate;
    let labels: serde_json::Map<String, Value> = sensed
        .labels
        .iter()
        .map(|(name, p)| ((*name).to_owned(), json!(rounded(*p))))
        .collect();
    json!({
        "valence": rounded(estimate.mean.v()),
        "arousal": rounded(estimate.mean.a()),
        "valence_sd": rounded(estimate.covariance.valence.sqrt()),
        "arousal_sd": rounded(estimate.covariance.arousal.sqrt()),
        "emotions": emotions(&estimate.quadrants),
        "labels": labels,
        "question": sensed.question.as_ref().map(question_json),
        "senses_used": sensed.senses.iter().map(|sense| sense.name()).collect::<Vec<_>>(),
        "model": sensed.model,
        "language": sensed.language,
        "warning": sensed.warning,
    })
}

fn keyword(keyword: &Keyword) -> Value {
    json!({
        "text": keyword.text,
        "significance": rounded(f64::from(keyword.significance)),
    })
}

fn question_json(question: &Question) -> Value {
    let choices = question.choices.iter().map(|choice| {
        let mean = choice.estimate.mean;
        json!({"label": choice.label, "valence": rounded(mean.v()), "arousal": rounded(mean.a())})
    });
    json!({"text": question.text, "choices": choices.collect::<Value>()})
}

/// The four quadrant probabilities as JSON.
pub(crate) fn emotions(quadrants: &affetto_engine::QuadrantProbabilities) -> Value {
    json!({
        "happiness": rounded(quadrants.happiness),
        "anger": rounded(quadrants.anger),
        "sadness": rounded(quadrants.sadness),
        "calmness": rounded(quadrants.calmness),
    })
}

/// Four decimals are more than any of these numbers means.
pub(crate) fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

fn describe(sensed: &Sensed) -> String {
    let estimate = &sensed.estimate;
    let mut rows: Vec<Vec<String>> = vec![
        row(
            "valence",
            estimate.mean.v(),
            &format!("± {:.2}", estimate.covariance.valence.sqrt()),
        ),
        row(
            "arousal",
            estimate.mean.a(),
            &format!("± {:.2}", estimate.covariance.arousal.sqrt()),
        ),
    ];
    for quadrant in affetto_engine::Quadrant::ALL {
        rows.push(row(quadrant.name(), estimate.quadrants.of(quadrant), ""));
    }
    let mut labels = sensed.labels.clone();
    labels.sort_by(|a, b| b.1.total_cmp(&a.1));
    for (name, p) in labels.iter().take(3) {
        rows.push(row(name, *p, "label"));
    }
    let told = table(&["sensed", "value", ""], &rows);
    match &sensed.question {
        Some(question) => format!("{told}\nnot sure: {}", question.text),
        None => told,
    }
}

fn row(name: &str, value: f64, note: &str) -> Vec<String> {
    vec![name.to_owned(), format!("{value:.2}"), note.to_owned()]
}
