//! `affetto train`.

use affetto_engine::train::{CrossValidation, Trained, TrainingTask, train};
use anyhow::Result;
use serde_json::json;

use crate::args::{Task, Train};
use crate::output::{Printer, table};

pub(crate) fn run(printer: Printer, args: &Train) -> Result<()> {
    let task = match args.task {
        Task::TextEmotion => TrainingTask::TextEmotion,
        Task::SymbolicEmotion => TrainingTask::SymbolicEmotion,
    };
    let cross_validation = if args.cross_validate {
        CrossValidation::Run
    } else {
        CrossValidation::Skip
    };
    let bar = printer.progress(0, "training");
    let trained = train(
        task,
        &args.data,
        &args.out,
        cross_validation,
        args.seed,
        &mut |event| {
            bar.set_length(event.n_steps as u64);
            bar.set_position(event.step as u64);
            let values: Vec<String> = event
                .values
                .iter()
                .map(|(name, value)| format!("{name} {value:.4}"))
                .collect();
            bar.set_message(format!("{} {}", event.stage, values.join(" ")));
        },
    );
    bar.finish_and_clear();
    let trained = trained?;
    let cross_validation = trained.cross_validation.as_ref().map(|c| &c.evaluation);
    let json = json!({"report": trained.report, "cross_validation": cross_validation});
    printer.result(&json, || describe(&trained));
    Ok(())
}

fn describe(trained: &Trained) -> String {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut add = |of: &str, name: &str, value: f64| {
        rows.push(vec![of.to_owned(), name.to_owned(), format!("{value:.4}")]);
    };
    for (name, value) in &trained.report.metrics {
        add("training", name, *value);
    }
    for (name, value) in trained
        .cross_validation
        .iter()
        .flat_map(|c| &c.evaluation.metrics)
    {
        add("cross-validation", name, *value);
    }
    let files: Vec<String> = trained
        .report
        .files
        .iter()
        .map(|f| f.display().to_string())
        .collect();
    format!(
        "{}\n{} items, wrote {}",
        table(&["measured", "metric", "value"], &rows),
        trained.report.n_items,
        files.join(" ")
    )
}
