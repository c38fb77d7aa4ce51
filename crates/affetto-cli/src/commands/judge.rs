//! `affetto judge`.

use std::path::{Path, PathBuf};

use affetto_engine::files::read_limited;
use affetto_engine::{Engine, Error};
use anyhow::Result;
use serde_json::{Value, json};

use super::sense::{emotions, rounded};
use crate::args::Judge;
use crate::output::{Printer, table};

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Judge) -> Result<()> {
    let files = find(&args.paths)?;
    let progress = printer.progress(files.len() as u64, "judging");
    let (mut rows, mut failed) = (Vec::new(), 0_usize);
    for path in &files {
        match judge(engine, path) {
            Ok(json) if printer.json => printer.result(&json, String::new),
            Ok(json) => rows.push(row(path, &json)),
            Err(error) => {
                failed += 1;
                progress.suspend(|| printer.say(format!("error: {}: {error}", path.display())));
            }
        }
        progress.inc(1);
    }
    progress.finish_and_clear();
    if !printer.json {
        printer.result(&Value::Null, || {
            table(&["file", "valence", "arousal", "quadrant", "sure"], &rows)
        });
    }
    match failed {
        0 => Ok(()),
        _ => Err(Error::user(
            "unreadable_files",
            format!("{failed} of {} files could not be judged", files.len()),
        )
        .into()),
    }
}

fn judge(engine: &Engine, path: &Path) -> Result<Value, Error> {
    let bytes = read_limited(path, engine.settings().server.max_midi_bytes)?;
    let judgement = engine.judge(&bytes)?;
    let estimate = judgement.estimate;
    let mut json = json!({
        "path": path,
        "valence": rounded(estimate.mean.v()),
        "arousal": rounded(estimate.mean.a()),
        "quadrant": estimate.quadrants.most_likely().name(),
        "emotions": emotions(&estimate.quadrants),
    });
    for (name, value) in judgement.features {
        json[name] = json!(value);
    }
    Ok(json)
}

fn row(path: &Path, json: &Value) -> Vec<String> {
    let quadrant = json["quadrant"].as_str().unwrap_or_default();
    let number = |value: &Value| format!("{:.2}", value.as_f64().unwrap_or(f64::NAN));
    vec![
        path.display().to_string(),
        number(&json["valence"]),
        number(&json["arousal"]),
        quadrant.to_owned(),
        number(&json["emotions"][quadrant]),
    ]
}

/// Files as given, and MIDI files below folders, sorted.
fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Error> {
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            search(path, &mut found)?;
        } else {
            found.push(path.clone());
        }
    }
    if found.is_empty() {
        return Err(Error::user(
            "no_files",
            "no .mid file was found in the given folders",
        ));
    }
    Ok(found)
}

fn search(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Error> {
    let fail = |source| Error::io("read", folder, source);
    let mut entries: Vec<PathBuf> = std::fs::read_dir(folder)
        .map_err(fail)?
        .map(|entry| Ok(entry.map_err(fail)?.path()))
        .collect::<Result<_, Error>>()?;
    entries.sort();
    for path in entries {
        let ending = path
            .extension()
            .map(|e| e.to_string_lossy().to_lowercase())
            .unwrap_or_default();
        if path.is_dir() && !path.is_symlink() {
            search(&path, found)?;
        } else if ["mid", "midi"].contains(&ending.as_str()) {
            found.push(path);
        }
    }
    Ok(())
}
