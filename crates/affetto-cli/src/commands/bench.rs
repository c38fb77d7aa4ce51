//! `affetto bench`.

use affetto_engine::Engine;
use anyhow::Result;
use serde_json::json;

use super::sense::rounded;
use crate::args::Bench;
use crate::output::{Printer, table};

pub(crate) fn run(engine: &Engine, printer: Printer, args: &Bench) -> Result<()> {
    printer.say(format!("measuring, {} runs each, median", args.runs));
    let report = engine.bench(args.runs)?;
    let ratio = report
        .fluidsynth_times_real_time
        .map(|other| report.render_times_real_time / other);
    let json = json!({
        "minute_seconds": rounded(report.minute_seconds),
        "peak_memory_mb": report.peak_memory_mb.map(rounded),
        "compose_times_real_time": rounded(report.compose_times_real_time),
        "neural_times_real_time": rounded(report.neural.times_real_time),
        "neural_first_bar_ms": rounded(report.neural.first_bar_ms),
        "neural_p99_bar_share": rounded(report.neural.p99_share),
        "render_times_real_time": rounded(report.render_times_real_time),
        "fluidsynth_times_real_time": report.fluidsynth_times_real_time.map(rounded),
        "render_speed_over_fluidsynth": ratio.map(rounded),
        "sense_ms": rounded(report.sense_ms),
        "judge_ms": rounded(report.judge_ms),
    });
    let missing = "fluidsynth is not installed";
    let rows = [
        (
            "60 s of a band to MIDI and WAV",
            Some(report.minute_seconds),
            "s (at most 3)",
        ),
        ("peak memory", report.peak_memory_mb, "MB (at most 300)"),
        (
            "composing, 4 candidates",
            Some(report.compose_times_real_time),
            "x real time (at least 100)",
        ),
        (
            "neural writer, 4 candidates",
            Some(report.neural.times_real_time),
            "x real time (at least 8)",
        ),
        (
            "neural writer, first bar",
            Some(report.neural.first_bar_ms),
            "ms (at most 300)",
        ),
        (
            "neural writer, 99th percentile of bars",
            Some(report.neural.p99_share),
            "of their duration (at most 0.5)",
        ),
        (
            "rendering",
            Some(report.render_times_real_time),
            "x real time",
        ),
        (
            "fluidsynth on the same file and font",
            report.fluidsynth_times_real_time,
            "x real time",
        ),
        ("rendering against fluidsynth", ratio, "ratio"),
        ("sensing a sentence", Some(report.sense_ms), "ms"),
        ("judging a minute", Some(report.judge_ms), "ms"),
    ];
    let rows: Vec<Vec<String>> = rows
        .into_iter()
        .map(|(what, value, unit)| match value {
            Some(value) => vec![what.to_owned(), format!("{value:.2}"), unit.to_owned()],
            None => vec![what.to_owned(), "-".to_owned(), missing.to_owned()],
        })
        .collect();
    printer.result(&json, || table(&["measured", "value", "unit"], &rows));
    Ok(())
}
