//! `affetto evaluate`.

use std::path::Path;

use affetto_engine::evaluate::MeasuredModel;
use affetto_engine::generation::GenerationOptions;
use affetto_engine::{Engine, Error, Evaluated, EvaluationOptions};
use anyhow::Result;

use crate::args::{Evaluate, EvaluateTask};
use crate::output::{Printer, table};

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Evaluate) -> Result<()> {
    let options = EvaluationOptions {
        split: args.split.clone(),
        include_seen: args.include_seen,
        ..EvaluationOptions::default()
    };
    let data = || {
        args.data.as_deref().ok_or_else(|| {
            Error::user(
                "invalid_request",
                "this task needs --data DIR with the data to evaluate on",
            )
        })
    };
    let measure = |model| engine.evaluate(model, args.weights.as_deref(), data()?, &options);
    let evaluated = match args.task {
        EvaluateTask::TextEmotion => measure(MeasuredModel::TextEmotion)?,
        EvaluateTask::SymbolicEmotion => measure(MeasuredModel::SymbolicEmotion)?,
        EvaluateTask::FaceEmotion => measure(MeasuredModel::FaceEmotion)?,
        EvaluateTask::AudioEmotion => measure(MeasuredModel::AudioEmotion)?,
        EvaluateTask::Genre => measure(MeasuredModel::Genre)?,
        EvaluateTask::SpeechEmotion => measure(MeasuredModel::SpeechEmotion)?,
        EvaluateTask::Composing => composing(engine, printer, args.seeds.unwrap_or(10))?,
        EvaluateTask::Generation => generation(engine, printer, args, data()?)?,
    };
    if let Some(path) = &args.predictions {
        evaluated.write_predictions(path).map_err(Error::from)?;
    }
    let json = serde_json::to_value(&evaluated.evaluation)?;
    printer.result(&json, || describe(&evaluated));
    Ok(())
}

fn composing(engine: &Engine, printer: Printer, seeds: u32) -> Result<Evaluated, Error> {
    let bar = printer.progress(0, "composing");
    let evaluated = engine.evaluate_composing(seeds, &|done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    evaluated
}

fn generation(
    engine: &Engine,
    printer: Printer,
    args: &Evaluate,
    data: &Path,
) -> Result<Evaluated, Error> {
    let options = GenerationOptions {
        data: data.into(),
        pieces: args.pieces.unwrap_or(100),
        arms: args.arms.clone(),
    };
    let bar = printer.progress(0, "composing and judging");
    let report = engine.evaluate_generation(&options, &|done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let report = report?;
    for remark in &report.remarks {
        printer.say(remark);
    }
    if let Some(out) = &args.out {
        let written = engine.write_generation_report(&report, out)?;
        let names: Vec<String> = written
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        printer.say(format!("wrote {}", names.join(" ")));
    }
    Ok(report.evaluated)
}

fn describe(evaluated: &Evaluated) -> String {
    let evaluation = &evaluated.evaluation;
    let rows: Vec<Vec<String>> = evaluation
        .metrics
        .iter()
        .map(|(name, value)| {
            let interval = evaluation.intervals.get(name);
            let interval =
                interval.map_or_else(String::new, |(low, high)| format!("{low:.3} to {high:.3}"));
            vec![name.clone(), format!("{value:.3}"), interval]
        })
        .collect();
    format!(
        "{}\n{} items, {} left out because training saw them\n{}",
        table(&["metric", "value", "95 % interval"], &rows),
        evaluation.n,
        evaluation.n_seen_left_out,
        evaluation.protocol,
    )
}
