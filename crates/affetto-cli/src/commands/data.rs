//! `affetto data`.

use affetto_engine::describe::{describe, write};
use anyhow::Result;
use serde_json::json;

use crate::args::Data;
use crate::output::{Printer, table};

pub(crate) fn run(printer: Printer, what: &Data) -> Result<()> {
    let Data::Describe {
        path,
        output,
        clean,
    } = what;
    let bar = printer.progress(0, "reading");
    let description = describe(path, &mut |file| {
        bar.inc(1);
        bar.set_message(file.display().to_string());
    });
    bar.finish_and_clear();
    let description = description?;
    let files = write(&description, output, clean.as_deref())?;
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
