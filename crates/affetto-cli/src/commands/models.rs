//! `affetto models`.

use std::path::PathBuf;

use affetto_engine::Error;
use affetto_engine::models::{self, ModelStatus, PullSource, PulledModel};
use anyhow::Result;
use serde_json::{Value, json};

use crate::args::Models;
use crate::output::{Printer, table};

pub(crate) fn run(printer: Printer, args: &Models) -> Result<()> {
    let folder = folder()?;
    match args {
        Models::List => {
            let found = models::list(&folder);
            let json: Vec<Value> = found.iter().map(to_json).collect();
            printer.result(&json.into(), || describe(&found));
        }
        Models::Pull { name, from, python } => {
            let model = PulledModel::named(name)?;
            let source = match from {
                Some(file) => PullSource::File(file.clone()),
                None => PullSource::Pip {
                    python: python.clone(),
                },
            };
            printer.say(format!("getting {}", model.description()));
            let bar = printer.progress(1, model.name());
            let pulled = models::pull(model, &source, &folder, &mut |done, total| {
                bar.set_length(total);
                bar.set_position(done);
            });
            bar.finish_and_clear();
            let pulled = pulled?;
            printer.result(&to_json(&pulled), || {
                format!("wrote {}", pulled.path.display())
            });
        }
        Models::Remove { name } => {
            let model = PulledModel::named(name)?;
            let removed = models::remove(model, &folder)?;
            let json = json!({"name": model.name(), "removed": removed});
            printer.result(&json, || {
                let what = if removed { "removed" } else { "there was no" };
                format!("{what} {}", model.name())
            });
        }
    }
    Ok(())
}

fn folder() -> Result<PathBuf, Error> {
    models::folder().ok_or_else(|| {
        Error::user_hint(
            "no_folder",
            "there is no data folder for models",
            "name one with the environment variable AFFETTO_MODELS",
        )
    })
}

fn to_json(status: &ModelStatus) -> Value {
    json!({
        "name": status.model.name(),
        "description": status.model.description(),
        "path": status.path,
        "bytes": status.bytes,
    })
}

fn describe(found: &[ModelStatus]) -> String {
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|status| {
            let size = status
                .bytes
                .map(|bytes| format!("{:.1} MB", bytes as f64 / 1e6));
            vec![
                status.model.name().to_owned(),
                size.unwrap_or_else(|| "not pulled".into()),
                status.model.description().to_owned(),
                status.path.display().to_string(),
            ]
        })
        .collect();
    table(&["model", "size", "what", "where"], &rows)
}
