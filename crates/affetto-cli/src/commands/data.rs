//! `affetto data`.

use std::path::Path;

use affetto_engine::describe::{describe, write};
use affetto_engine::notes::{Licences, prepare_notes};
use anyhow::Result;
use serde_json::json;

use crate::args::{Data, Prepare};
use crate::output::{Printer, table};

pub(crate) fn run(printer: Printer, what: &Data) -> Result<()> {
    match what {
        Data::Describe {
            path,
            output,
            clean,
        } => describe_data(printer, path, output, clean.as_deref()),
        Data::Prepare(Prepare::Notes { data, output, free }) => {
            let licences = if *free {
                Licences::Permissive
            } else {
                Licences::All
            };
            prepare(printer, data, output, licences)
        }
    }
}

fn prepare(printer: Printer, data: &Path, output: &Path, licences: Licences) -> Result<()> {
    let bar = printer.progress(0, "reading");
    let prepared = prepare_notes(data, output, licences, &mut |path| {
        bar.inc(1);
        bar.set_message(path.to_owned());
    });
    bar.finish_and_clear();
    let prepared = prepared?;
    printer.result(&json!({"prepared": prepared, "file": output}), || {
        let rows: Vec<Vec<String>> = prepared
            .sets
            .iter()
            .map(|(name, set)| {
                let numbers = [
                    set.n_files,
                    set.n_kept,
                    set.n_held_out,
                    set.n_bars,
                    set.n_tokens,
                ];
                let left_out: Vec<String> = set
                    .left_out
                    .iter()
                    .map(|(reason, n)| format!("{n} {reason}"))
                    .collect();
                std::iter::once((*name).to_owned())
                    .chain(numbers.iter().map(usize::to_string))
                    .chain([left_out.join(", ")])
                    .collect()
            })
            .collect();
        let header = [
            "set", "files", "kept", "held out", "bars", "symbols", "left out",
        ];
        format!("{}\nwrote {}", table(&header, &rows), output.display())
    });
    Ok(())
}

fn describe_data(printer: Printer, path: &Path, output: &Path, clean: Option<&Path>) -> Result<()> {
    let bar = printer.progress(0, "reading");
    let description = describe(path, &mut |file| {
        bar.inc(1);
        bar.set_message(file.display().to_string());
    });
    bar.finish_and_clear();
    let description = description?;
    let files = write(&description, output, clean)?;
    let json = json!({"description": description, "files": files});
    printer.result(&json, || {
        let rows: Vec<Vec<String>> = description
            .parts
            .iter()
            .map(|part| {
                let numbers = [part.n_items, part.duplicates.n, part.faults.n, part.leaks.n];
                let numbers = numbers.iter().map(usize::to_string);
                std::iter::once(part.name.clone()).chain(numbers).collect()
            })
            .collect();
        let names: Vec<String> = files
            .iter()
            .map(|file| file.display().to_string())
            .collect();
        format!(
            "{}\nwrote {}",
            table(&["part", "items", "duplicates", "faults", "leaks"], &rows),
            names.join(" ")
        )
    });
    Ok(())
}
