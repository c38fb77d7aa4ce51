//! `affetto sense`.

use std::io::Read;

use affetto_engine::sense::{HELP_MESSAGE, HELP_RESOURCES, Keyword, KeywordOptions, Sensed};
use affetto_engine::{Engine, Error};
use anyhow::Result;
use serde_json::{Value, json};

use crate::args::SenseText;
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
    if let Some(warning) = &sensed.warning {
        printer.say(format!("warning: {warning}"));
    }
    if sensed.crisis {
        printer.say(format!("\n{HELP_MESSAGE}"));
        for resource in HELP_RESOURCES {
            printer.say(format!(
                "  {} ({}): {}",
                resource.name, resource.region, resource.contact
            ));
        }
    }
    Ok(())
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
    table(&["sensed", "value", ""], &rows)
}

fn row(name: &str, value: f64, note: &str) -> Vec<String> {
    vec![name.to_owned(), format!("{value:.2}"), note.to_owned()]
}
