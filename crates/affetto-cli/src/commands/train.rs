//! `affetto train`.

use std::path::PathBuf;

use affetto_engine::styles;
use affetto_engine::train::{
    CrossValidation, StyleRequest, TrainRequest, Trained, TrainingTask, train,
};
use affetto_engine::{DeviceChoice, Error, RunOptions, TrainingEvent};
use anyhow::Result;
use indicatif::ProgressBar;
use serde_json::json;

use crate::args::{Task, Train, TrainOptions};
use crate::output::{Printer, table};

pub(crate) fn run(printer: Printer, args: &Train, config: Option<PathBuf>) -> Result<()> {
    let cross_validation = if args.cross_validate {
        CrossValidation::Run
    } else {
        CrossValidation::Skip
    };
    let request = request(args.task, &args.options, config, cross_validation)?;
    let bar = printer.progress(0, "training");
    let trained = train(&request, &mut |event| show(&bar, event));
    bar.finish_and_clear();
    let trained = trained?;
    for warning in &trained.warnings {
        printer.say(format!("warning: {warning}"));
    }
    let cross_validation = trained.cross_validation.as_ref().map(|c| &c.evaluation);
    let json = json!({
        "report": trained.report,
        "cross_validation": cross_validation,
        "config": trained.config,
        "plots": trained.plots,
        "warnings": trained.warnings,
    });
    printer.result(&json, || {
        let style = request.style.as_ref();
        let gained = style.and_then(|style| gained(&style.name, &trained));
        format!("{}{}", describe(&trained), gained.unwrap_or_default())
    });
    Ok(())
}

/// What the engine is asked for.
pub(crate) fn request(
    task: Task,
    options: &TrainOptions,
    config: Option<PathBuf>,
    cross_validation: CrossValidation,
) -> Result<TrainRequest> {
    let style = style(options)?;
    Ok(TrainRequest {
        task: match task {
            Task::TextEmotion => TrainingTask::TextEmotion,
            Task::TextEncoder => TrainingTask::TextEncoder,
            Task::SymbolicEmotion => TrainingTask::SymbolicEmotion,
            Task::SpeechEmotion => TrainingTask::SpeechEmotion,
            Task::FaceEmotion => TrainingTask::FaceEmotion,
            Task::Notes => TrainingTask::Notes,
            Task::Drums => TrainingTask::Drums,
            Task::AudioEmotion => TrainingTask::AudioEmotion,
            Task::Genre => TrainingTask::Genre,
        },
        data: options.data.clone(),
        out: out_folder(options, style.as_ref())?,
        config,
        seed: options.seed,
        cross_validation,
        run: RunOptions {
            resume: options.resume,
            n_threads: options.threads,
            device: device(&options.device)?,
            ..RunOptions::default()
        },
        mlflow: options.mlflow.clone(),
        clean: options.clean.clone(),
        from: options.from.clone(),
        style,
    })
}

/// The style that was asked for.
fn style(options: &TrainOptions) -> Result<Option<StyleRequest>> {
    let Some(name) = &options.genre else {
        return Ok(None);
    };
    styles::check_name(name)?;
    let folder = styles::folder().ok_or_else(|| {
        Error::user_hint(
            "no_folder",
            "there is no folder for styles: the system names no home",
            "name one with the environment variable AFFETTO_MODELS",
        )
    })?;
    Ok(Some(StyleRequest {
        name: name.clone(),
        base_genre: options.base_genre.clone(),
        folder,
    }))
}

/// Where the training keeps what it makes.
fn out_folder(options: &TrainOptions, style: Option<&StyleRequest>) -> Result<PathBuf> {
    let beside = || style.map(|style| style.folder.join(format!("{}.training", style.name)));
    let out = options.out.clone().or_else(beside);
    Ok(out.ok_or_else(|| Error::user("invalid_request", "--out is missing"))?)
}

fn device(name: &str) -> Result<DeviceChoice> {
    let device = name.parse::<DeviceChoice>();
    Ok(device.map_err(|error| Error::user("invalid_request", error.to_string()))?)
}

/// Shows a report in the progress bar.
pub(crate) fn show(bar: &ProgressBar, event: &TrainingEvent) {
    bar.set_length(event.n_steps as u64);
    bar.set_position(event.step as u64);
    let values: Vec<String> = event
        .values
        .iter()
        .take(6)
        .map(|(name, value)| format!("{name} {value:.4}"))
        .collect();
    bar.set_message(format!("{} {}", event.stage, values.join(" ")));
}

/// What a style has gained, and how to play it.
fn gained(name: &str, trained: &Trained) -> Option<String> {
    let metrics = &trained.report.metrics;
    let after = metrics.get("held_out_loss")?;
    let before = metrics.get("held_out_loss_before")?;
    let change = 100.0 * (after / before - 1.0);
    Some(format!(
        "\nheld-out loss {before:.3} before, {after:.3} after ({change:+.1} %); play it with affetto compose --genre {name}"
    ))
}

/// The metrics of a training as a table.
pub(crate) fn describe(trained: &Trained) -> String {
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
        .chain([&trained.config])
        .chain(&trained.report.log)
        .map(|f| f.display().to_string())
        .collect();
    format!(
        "{}\n{} items, wrote {}",
        table(&["measured", "metric", "value"], &rows),
        trained.report.n_items,
        files.join(" ")
    )
}
